// SPDX-License-Identifier: BSD-2-Clause
#include <ipsock/addr.h>
#include <string.h>

static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct ipsock_addr ipsock_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
    const struct ipsock_addr addr = {.family = IPSOCK_IPV4, .port = port, .ip = {a, b, c, d}};
    return addr;
}

struct ipsock_addr ipsock_addr_ipv6(const uint8_t ip[16], uint16_t port)
{
    struct ipsock_addr addr = {IPSOCK_IPV6, 0, port, 0, {0}};
    memcpy(addr.ip, ip, sizeof addr.ip);
    return addr;
}

struct ipsock_addr ipsock_addr_any(int family, uint16_t port)
{
    struct ipsock_addr addr = {0};
    if (family == IPSOCK_IPV4 || family == IPSOCK_IPV6) {
        addr.family = (uint8_t)family;
        addr.port = port;
    }
    return addr;
}

struct ipsock_addr ipsock_addr_loopback(int family, uint16_t port)
{
    struct ipsock_addr addr = ipsock_addr_any(family, port);
    if (family == IPSOCK_IPV4) {
        addr.ip[0] = 127;
        addr.ip[3] = 1;
    } else if (family == IPSOCK_IPV6) {
        addr.ip[15] = 1;
    }
    return addr;
}

bool ipsock_addr_equal(const struct ipsock_addr *a, const struct ipsock_addr *b)
{
    if (a == NULL || b == NULL || a->family != b->family)
        return false;
    /* an IPv4 address is its four bytes, whatever stands behind them */
    const size_t length = a->family == IPSOCK_IPV4 ? 4 : sizeof a->ip;
    return a->port == b->port && a->scope == b->scope && memcmp(a->ip, b->ip, length) == 0;
}

bool ipsock_addr_is_mapped(const struct ipsock_addr *addr)
{
    return addr != NULL && addr->family == IPSOCK_IPV6 &&
           memcmp(addr->ip, mapped_prefix, sizeof mapped_prefix) == 0;
}

struct ipsock_addr ipsock_addr_map(const struct ipsock_addr *addr)
{
    struct ipsock_addr mapped = {0};
    if (addr == NULL)
        return mapped;
    if (addr->family != IPSOCK_IPV4)
        return *addr;
    mapped.family = IPSOCK_IPV6;
    mapped.port = addr->port;
    memcpy(mapped.ip, mapped_prefix, sizeof mapped_prefix);
    memcpy(mapped.ip + sizeof mapped_prefix, addr->ip, 4);
    return mapped;
}

struct ipsock_addr ipsock_addr_unmap(const struct ipsock_addr *addr)
{
    const struct ipsock_addr none = {0};
    if (addr == NULL)
        return none;
    if (!ipsock_addr_is_mapped(addr))
        return *addr;
    const uint8_t *ip = addr->ip + sizeof mapped_prefix;
    return ipsock_addr_ipv4(ip[0], ip[1], ip[2], ip[3], addr->port);
}

bool ipsock_addr_same_ip(const struct ipsock_addr *a, const struct ipsock_addr *b)
{
    if (a == NULL || b == NULL)
        return false;
    struct ipsock_addr x = ipsock_addr_unmap(a);
    struct ipsock_addr y = ipsock_addr_unmap(b);
    x.port = y.port = 0;
    x.scope = y.scope = 0;
    return ipsock_addr_equal(&x, &y);
}

/* The predicates look at an unmapped copy; family 0 for NULL and "no address". */

bool ipsock_addr_is_unspecified(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    const struct ipsock_addr any = ipsock_addr_any(view.family, 0);
    return any.family != IPSOCK_UNSPEC && ipsock_addr_same_ip(&view, &any);
}

bool ipsock_addr_is_loopback(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    if (view.family == IPSOCK_IPV4)
        return view.ip[0] == 127;
    const struct ipsock_addr loopback = ipsock_addr_loopback(IPSOCK_IPV6, 0);
    return ipsock_addr_same_ip(&view, &loopback);
}

bool ipsock_addr_is_private(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    if (view.family == IPSOCK_IPV4)
        return view.ip[0] == 10 || (view.ip[0] == 172 && (view.ip[1] & 0xf0) == 16) ||
               (view.ip[0] == 192 && view.ip[1] == 168);
    return view.family == IPSOCK_IPV6 && (view.ip[0] & 0xfe) == 0xfc;
}

bool ipsock_addr_is_link_local(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    if (view.family == IPSOCK_IPV4)
        return view.ip[0] == 169 && view.ip[1] == 254;
    return view.family == IPSOCK_IPV6 && view.ip[0] == 0xfe && (view.ip[1] & 0xc0) == 0x80;
}

bool ipsock_addr_is_broadcast(const struct ipsock_addr *addr)
{
    const struct ipsock_addr broadcast = ipsock_addr_ipv4(255, 255, 255, 255, 0);
    return ipsock_addr_same_ip(addr, &broadcast);
}

bool ipsock_addr_is_multicast(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    if (view.family == IPSOCK_IPV4)
        return (view.ip[0] & 0xf0) == 0xe0;
    return view.family == IPSOCK_IPV6 && view.ip[0] == 0xff;
}

/* RFC 4291, 2.7: the scope is the low half of the second byte, the flags the high one. */
static bool has_multicast_scope(const struct ipsock_addr *view, int scope)
{
    return view->family == IPSOCK_IPV6 && view->ip[0] == 0xff && (view->ip[1] & 0x0f) == scope;
}

bool ipsock_addr_is_link_local_multicast(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    if (view.family == IPSOCK_IPV4)
        return view.ip[0] == 224 && view.ip[1] == 0 && view.ip[2] == 0;
    return has_multicast_scope(&view, 2);
}

bool ipsock_addr_is_interface_local_multicast(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    return has_multicast_scope(&view, 1);
}

bool ipsock_addr_is_source_specific(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    if (view.family == IPSOCK_IPV4)
        return view.ip[0] == 232;
    /* RFC 4607, 1: ff3x::/32; a prefix length in byte 3 makes it unicast-prefix-based (RFC 3306) */
    return view.family == IPSOCK_IPV6 && view.ip[0] == 0xff && (view.ip[1] & 0xf0) == 0x30 &&
           view.ip[2] == 0 && view.ip[3] == 0;
}

bool ipsock_addr_is_global_unicast(const struct ipsock_addr *addr)
{
    const struct ipsock_addr view = ipsock_addr_unmap(addr);
    return (view.family == IPSOCK_IPV4 || view.family == IPSOCK_IPV6) &&
           !ipsock_addr_is_unspecified(&view) && !ipsock_addr_is_loopback(&view) &&
           !ipsock_addr_is_link_local(&view) && !ipsock_addr_is_broadcast(&view) &&
           !ipsock_addr_is_multicast(&view);
}
