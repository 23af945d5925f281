// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces: the host's, as Windows tells of them. */
#include "model.h"

unsigned model_interface_of(const unsigned char address[4])
{
    return host_interface_of(address);
}

bool model_is_interface(unsigned index)
{
    return index != 0 && host_is_interface(index);
}

/* An address is ours if it can be bound. address: 4 or 16 bytes. */
bool model_is_local(int family, const void *address)
{
    union host_address name;
    const bool ipv6 = family == AF_INET6;
    const int fd = host_socket(ipv6 ? HOST_AF_INET6 : HOST_AF_INET, HOST_SOCK_DGRAM, 0);
    int result;

    if (fd < 0)
        return false;
    memset(&name, 0, sizeof name);
    name.family = (uint16_t)family;
    memcpy(name.bytes + (ipv6 ? 8 : 4), address, ipv6 ? 16 : 4);
    result = host_bind(fd, &name, ipv6 ? 28 : 16);
    /* EINVAL: a link-local address without its interface */
    if (result == -HOST_EINVAL)
        result = 0;
    host_close(fd);
    return result == 0;
}

/* Where a socket that is connected to the group would send from; else the loopback interface. */
unsigned model_default_interface(int family, const unsigned char *group)
{
    union host_address name;
    int length = sizeof name;
    int fd;
    unsigned index = 0;

    if (family == AF_INET6)
        return 0; /* the host's choice */
    fd = host_socket(HOST_AF_INET, HOST_SOCK_DGRAM, 0);
    if (fd < 0)
        return 0;
    memset(&name, 0, sizeof name);
    name.family = AF_INET;
    name.bytes[3] = 9;
    memcpy(name.bytes + 4, group, 4);
    if (host_connect(fd, &name, 16) == 0 && host_name(fd, 0, &name, &length) == 0)
        index = model_interface_of(name.bytes + 4);
    host_close(fd);
    return index != 0 ? index : 1;
}

/* Wine goes on listing what has gone (dlls/nsiproxy.sys/ndis.c, update_if_table). */
static void leave_out_the_gone(PIP_ADAPTER_ADDRESSES list)
{
    for (PIP_ADAPTER_ADDRESSES a = list; a->Next;) {
        if (model_is_interface(a->Next->IfIndex))
            a = a->Next;
        else
            a->Next = a->Next->Next;
    }
    if (list->Next && !model_is_interface(list->IfIndex))
        *list = *list->Next;
}

/* Wine's list has no Ipv6IfIndex, and fails on IPv6 alone if it is to name servers of the DNS. */
ULONG WINAPI windows_GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved,
                                          PIP_ADAPTER_ADDRESSES list, PULONG size)
{
    const ULONG result = model_real()->GetAdaptersAddresses(
        family, flags | GAA_FLAG_SKIP_DNS_SERVER, reserved, list, size);

    if (result != NO_ERROR || !list)
        return result;
    leave_out_the_gone(list);
    if (!FACT(IPV6_INDEX))
        return result;
    for (PIP_ADAPTER_ADDRESSES a = list; a; a = a->Next) {
        for (PIP_ADAPTER_UNICAST_ADDRESS u = a->FirstUnicastAddress; u; u = u->Next) {
            if (u->Address.lpSockaddr->sa_family == AF_INET6)
                a->Ipv6IfIndex = a->IfIndex;
        }
    }
    return result;
}
