// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 1 and 10: options that name an interface, and their byte orders; the list. */
#include "probe.h"

static SOCKET s;

static DWORD reads(int level, int name)
{
    DWORD value;
    assert_int_equal(probe_get(s, level, name, &value), 0);
    return value;
}

static DWORD loopback(void)
{
    struct in_addr address;
    inet_pton(AF_INET, LOOPBACK, &address);
    return address.s_addr;
}

/* The index of the loopback interface, 1 on Windows and on the host. */
static void win_1_IP_MULTICAST_IF(void **state)
{
    (void)state;
    s = probe_udp(AF_INET);
    assert_int_equal(reads(IPPROTO_IP, IP_MULTICAST_IF), 0);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_MULTICAST_IF, htonl(1)), 0);
    assert_int_equal(reads(IPPROTO_IP, IP_MULTICAST_IF), 1);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_MULTICAST_IF, 0), 0);
    assert_int_equal(reads(IPPROTO_IP, IP_MULTICAST_IF), 0);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_MULTICAST_IF, loopback()), 0);
    assert_int_equal(reads(IPPROTO_IP, IP_MULTICAST_IF), 1);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_MULTICAST_IF, htonl(99999)), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_MULTICAST_IF, htonl(0xc0000201)),
                     WSAEADDRNOTAVAIL);
    assert_int_equal(reads(IPPROTO_IP, IP_MULTICAST_IF), 1);
}

static void win_1_IP_UNICAST_IF(void **state)
{
    (void)state;
    s = probe_udp(AF_INET);
    assert_int_equal(reads(IPPROTO_IP, 31), 0);
    assert_int_equal(probe_set(s, IPPROTO_IP, 31, htonl(1)), 0);
    assert_int_equal(reads(IPPROTO_IP, 31), 1);
    assert_int_equal(probe_set(s, IPPROTO_IP, 31, htonl(99999)), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_set(s, IPPROTO_IP, 31, 0), 0);
    assert_int_equal(reads(IPPROTO_IP, 31), 0);
}

static void ipv6(int name)
{
    s = probe_udp(AF_INET6);
    assert_int_equal(reads(IPPROTO_IPV6, name), 0);
    assert_int_equal(probe_set(s, IPPROTO_IPV6, name, 1), 0);
    assert_int_equal(reads(IPPROTO_IPV6, name), 1);
    assert_int_equal(probe_set(s, IPPROTO_IPV6, name, 99999), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_set(s, IPPROTO_IPV6, name, 0), 0);
    assert_int_equal(reads(IPPROTO_IPV6, name), 0);
}

static void win_1_IPV6_MULTICAST_IF(void **state)
{
    (void)state;
    ipv6(IPV6_MULTICAST_IF);
}

static void win_1_IPV6_UNICAST_IF(void **state)
{
    (void)state;
    ipv6(31);
}

static IP_ADAPTER_ADDRESSES *adapters(ULONG family)
{
    ULONG size = 15 * 1024;
    IP_ADAPTER_ADDRESSES *list = NULL;
    ULONG result;
    do {
        free(list);
        list = malloc(size);
        assert_non_null(list);
        result = GetAdaptersAddresses(family, 0, NULL, list, &size);
    } while (result == ERROR_BUFFER_OVERFLOW);
    assert_int_equal(result, NO_ERROR);
    return list;
}

static void win_10_too_small(void **state)
{
    ULONG size = 1;
    unsigned char byte;
    (void)state;
    assert_int_equal(GetAdaptersAddresses(AF_UNSPEC, 0, NULL, (void *)&byte, &size),
                     ERROR_BUFFER_OVERFLOW);
    assert_true(size > 1);
}

static void win_10_adapters(void **state)
{
    IP_ADAPTER_ADDRESSES *list = adapters(AF_UNSPEC);
    bool found = false;
    (void)state;
    for (IP_ADAPTER_ADDRESSES *a = list; a != NULL; a = a->Next) {
        if (a->IfType != IF_TYPE_SOFTWARE_LOOPBACK)
            continue;
        found = true;
        assert_int_equal(a->IfIndex, 1);
        assert_int_equal(a->Ipv6IfIndex, 1);
        assert_non_null(a->FriendlyName);
        assert_true(a->Mtu > 0);
    }
    free(list);
    assert_true(found);
}

static void win_10_adapters_IPv6(void **state)
{
    (void)state;
    free(adapters(AF_INET6));
}

/* Not a row of its own: a program looks for this to tell Wine. */
static void win_wine_get_version(void **state)
{
    (void)state;
    assert_null((void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version"));
}

int main(void)
{
    static const struct CMUnitTest cases[] = {
        PROBE(win_1_IP_MULTICAST_IF), PROBE(win_1_IP_UNICAST_IF),  PROBE(win_1_IPV6_MULTICAST_IF),
        PROBE(win_1_IPV6_UNICAST_IF), PROBE(win_10_too_small),     PROBE(win_10_adapters),
        PROBE(win_10_adapters_IPv6),  PROBE(win_wine_get_version),
    };
    return probe_run(cases);
}
