// SPDX-License-Identifier: BSD-2-Clause
/* Interfaces, from GetAdaptersAddresses; names are friendly ones, in UTF-8. */
#include <stdlib.h>

#include "windows/winsock.h"

#include <iphlpapi.h>

#define NAME_MAX_WIDE 257 /* NDIS_IF_MAX_STRING_SIZE + 1 */
#define NAME_MAX_UTF8 (3 * NAME_MAX_WIDE)

bool ipsk_to_wide(const char *text, WCHAR *wide, size_t size)
{
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, (int)size) != 0;
}

bool ipsk_from_wide(const WCHAR *wide, char *text, size_t size)
{
    return WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, (int)size, NULL, NULL) != 0;
}

/* The adapter's name, {GUID}. */
static bool luid_of_guid(const char *name, NET_LUID *luid)
{
    static const char shape[] = "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}";
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t bytes[16] = {0};
    GUID guid;
    unsigned digits = 0;
    if (strlen(name) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i] != '\0'; i++) {
        static const char hex[] = "0123456789abcdefABCDEF";
        const char *digit = strchr(hex, name[i]);
        if (shape[i] != 'x') {
            if (name[i] != shape[i])
                return false;
            continue;
        }
        if (digit == NULL)
            return false;
        const unsigned at = (unsigned)(digit - hex);
        const unsigned value = at < 16 ? at : at - 6;
        bytes[order[digits / 2]] |= (uint8_t)(digits % 2 == 0 ? value << 4 : value);
        digits++;
    }
    memcpy(&guid, bytes, sizeof guid);
    return ConvertInterfaceGuidToLuid(&guid, luid) == NO_ERROR;
}

uint32_t ipsk_sys_interface_index(const char *name)
{
    WCHAR wide[NAME_MAX_WIDE];
    NET_LUID luid;
    NET_IFINDEX index = 0;
    const bool known = (ipsk_to_wide(name, wide, NAME_MAX_WIDE) &&
                        ConvertInterfaceAliasToLuid(wide, &luid) == NO_ERROR) ||
                       luid_of_guid(name, &luid);
    if (known && ConvertInterfaceLuidToIndex(&luid, &index) == NO_ERROR)
        return index;
    return if_nametoindex(name);
}

/* Windows looks for itself. */
bool ipsk_sys_interface_has_groups(ipsock_handle_t handle, uint32_t index)
{
    (void)handle;
    (void)index;
    return true;
}

bool ipsk_sys_interface_name(uint32_t index, char *name, size_t size)
{
    WCHAR wide[NAME_MAX_WIDE];
    NET_LUID luid;
    return ConvertInterfaceIndexToLuid(index, &luid) == NO_ERROR &&
           ConvertInterfaceLuidToAlias(&luid, wide, NAME_MAX_WIDE) == NO_ERROR &&
           ipsk_from_wide(wide, name, size);
}

bool ipsk_sys_interface_is_gone(uint32_t index)
{
    NET_LUID luid;
    return index != 0 && ConvertInterfaceIndexToLuid(index, &luid) != NO_ERROR;
}

static uint32_t flags_of(const IP_ADAPTER_ADDRESSES *adapter)
{
    uint32_t flags = 0;
    if (adapter->OperStatus == IfOperStatusUp)
        flags |= IPSOCK_INTERFACE_UP | IPSOCK_INTERFACE_RUNNING;
    if (!(adapter->Flags & IP_ADAPTER_NO_MULTICAST))
        flags |= IPSOCK_INTERFACE_MULTICAST;
    switch (adapter->IfType) {
    case IF_TYPE_SOFTWARE_LOOPBACK:
        return flags | IPSOCK_INTERFACE_LOOPBACK;
    case IF_TYPE_PPP:
    case IF_TYPE_TUNNEL:
        return flags | IPSOCK_INTERFACE_POINT_TO_POINT;
    default:
        return flags | IPSOCK_INTERFACE_BROADCAST;
    }
}

/* One piece of memory with the name behind the struct, so that one free takes both. */
static struct ipsock_interface *make(const IP_ADAPTER_ADDRESSES *adapter)
{
    char text[NAME_MAX_UTF8] = "";
    if (!ipsk_from_wide(adapter->FriendlyName, text, sizeof text))
        text[0] = '\0';
    const size_t length = strlen(text) + 1;
    struct ipsock_interface *made = calloc(1, sizeof *made + length);
    if (made == NULL)
        return NULL;
    char *name = (char *)(made + 1);
    memcpy(name, text, length);
    made->name = name;
    made->index = adapter->IfIndex != 0 ? adapter->IfIndex : adapter->Ipv6IfIndex;
    made->mtu = adapter->Mtu;
    made->flags = flags_of(adapter);
    made->hardware_length =
        (uint8_t)(adapter->PhysicalAddressLength < 8 ? adapter->PhysicalAddressLength : 8);
    memcpy(made->hardware, adapter->PhysicalAddress, made->hardware_length);
    return made;
}

static bool add_addrs(struct ipsock_interface *to, const IP_ADAPTER_ADDRESSES *adapter)
{
    struct ipsock_interface_addr **end = &to->addrs;
    const IP_ADAPTER_UNICAST_ADDRESS *entry = adapter->FirstUnicastAddress;
    for (; entry != NULL; entry = entry->Next) {
        struct ipsock_addr addr;
        ipsk_from_sockaddr(&addr, entry->Address.lpSockaddr, entry->Address.iSockaddrLength);
        if (addr.family == IPSOCK_UNSPEC)
            continue;
        struct ipsock_interface_addr *made = calloc(1, sizeof *made);
        if (made == NULL)
            return false;
        made->addr = addr;
        made->addr.port = 0;
        made->prefix_length = entry->OnLinkPrefixLength;
        *end = made;
        end = &made->next;
    }
    return true;
}

/* By rising index. */
static bool add(struct ipsock_interface **list, const IP_ADAPTER_ADDRESSES *adapter)
{
    struct ipsock_interface *made = make(adapter);
    if (made == NULL)
        return false;
    while (*list != NULL && (*list)->index < made->index)
        list = &(*list)->next;
    made->next = *list;
    *list = made;
    return add_addrs(made, adapter);
}

/* The system's list, to be freed; NULL with *native. */
static IP_ADAPTER_ADDRESSES *read_adapters(ULONG *native)
{
    ULONG size = 15 * 1024; /* as its documentation recommends */
    IP_ADAPTER_ADDRESSES *adapters = NULL;
    do {
        free(adapters);
        adapters = malloc(size);
        if (adapters == NULL) {
            *native = ERROR_NOT_ENOUGH_MEMORY;
            return NULL;
        }
        *native = GetAdaptersAddresses(AF_UNSPEC, GAA_FLAG_SKIP_DNS_SERVER, NULL, adapters, &size);
    } while (*native == ERROR_BUFFER_OVERFLOW);
    if (*native == NO_ERROR)
        return adapters;
    free(adapters);
    return NULL;
}

int ipsk_sys_interfaces(struct ipsock_interface **list, struct ipsock_error *error)
{
    ULONG native;
    bool complete = true;
    IP_ADAPTER_ADDRESSES *adapters = read_adapters(&native);
    if (adapters == NULL)
        return native == ERROR_NO_DATA
                   ? IPSOCK_OK
                   : ipsk_fail(error,
                               native == ERROR_NOT_ENOUGH_MEMORY ? IPSOCK_ENOMEM : IPSOCK_ESYSTEM,
                               (int)native, "GetAdaptersAddresses", NULL);
    for (const IP_ADAPTER_ADDRESSES *a = adapters; a != NULL && complete; a = a->Next)
        complete = add(list, a);
    free(adapters);
    if (complete)
        return IPSOCK_OK;
    ipsock_interfaces_free(*list);
    *list = NULL;
    return ipsk_fail(error, IPSOCK_ENOMEM, 0, "interfaces", NULL);
}
