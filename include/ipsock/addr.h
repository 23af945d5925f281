// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Addresses, the same on every system, and names. x/net and net: ParseIP, IPv4, To4, To16, Equal,
 * IPAddr, UDPAddr, LookupIP, LookupAddr. Conversion to and from struct sockaddr is in native.h.
 */
#ifndef IPSOCK_ADDR_H
#define IPSOCK_ADDR_H

#include <ipsock/base.h>
#include <ipsock/error.h>

/** An IP address with port and scope. 24 bytes; all zero means "no address". */
struct ipsock_addr {
    uint8_t family;   /**< ::IPSOCK_IPV4, ::IPSOCK_IPV6, or ::IPSOCK_UNSPEC: no address */
    uint8_t reserved; /**< 0 */
    uint16_t port;    /**< host byte order; 0 none */
    uint32_t scope; /**< interface index of a scoped IPv6 address (RFC 4007), host order; 0 none */
    uint8_t ip[16]; /**< network byte order; IPv4 uses ip[0..3], the rest is 0 */
};

/** A buffer of this size always holds a formatted address, its zone and its port. */
#define IPSOCK_ADDR_TEXT 96

#ifdef __cplusplus
extern "C" {
#endif

/** The IPv4 address a.b.c.d with a port (host order). */
IPSOCK_API struct ipsock_addr ipsock_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                                               uint16_t port);

/** The IPv6 address of 16 bytes in network order, with a port (host order); scope 0. */
IPSOCK_API struct ipsock_addr ipsock_addr_ipv6(const uint8_t ip[16], uint16_t port);

/** The unspecified address of a family (0.0.0.0 or ::) with a port; no address for another family.
 */
IPSOCK_API struct ipsock_addr ipsock_addr_any(int family, uint16_t port);

/** The loopback address of a family (127.0.0.1 or ::1) with a port; no address for another family.
 */
IPSOCK_API struct ipsock_addr ipsock_addr_loopback(int family, uint16_t port);

/** Reads an address: "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53",
 * "fe80::1%eth0",
 * "[fe80::1%2]:53". Dotted parts are decimal, without leading zeros (RFC 6943, 3.1.1). A zone is an
 * interface's name on this host, or its index, which need not exist; a port of 0 is none.
 * @return 0; IPSOCK_EINVAL for anything else; IPSOCK_ENODEV for an unknown zone; IPSOCK_ENFILE,
 * IPSOCK_ENOMEM where the name of a zone cannot be looked up. *addr is unchanged on failure. */
IPSOCK_API int ipsock_addr_parse(const char *text, struct ipsock_addr *addr);

/** Writes an address as RFC 5952 says, the zone as interface name (as index where it has none,
 * or none can be looked up), the
 * port when it is not 0. What it writes, ::ipsock_addr_parse reads back.
 * @param size bytes at text; ::IPSOCK_ADDR_TEXT suffices
 * @return 0; IPSOCK_EINVAL for null pointers; IPSOCK_EFAMILY for no address; IPSOCK_ENOSPC when it
 * does not fit (text is then ""). */
IPSOCK_API int ipsock_addr_format(const struct ipsock_addr *addr, char *text, size_t size);

/** Whether family, address, port and scope are the same; true for two unset addresses, false for
 * NULL. */
IPSOCK_API bool ipsock_addr_equal(const struct ipsock_addr *a, const struct ipsock_addr *b);

/** Whether the addresses are the same, ports and scopes aside; a v4-mapped address equals the IPv4
 * address in it (Go's IP.Equal). */
IPSOCK_API bool ipsock_addr_same_ip(const struct ipsock_addr *a, const struct ipsock_addr *b);

/** The v4-mapped form (::ffff:a.b.c.d) of an IPv4 address; other addresses come back as they are,
 * NULL as no address. */
IPSOCK_API struct ipsock_addr ipsock_addr_map(const struct ipsock_addr *addr);

/** The IPv4 address in a v4-mapped one; other addresses come back as they are. */
IPSOCK_API struct ipsock_addr ipsock_addr_unmap(const struct ipsock_addr *addr);

/* Predicates. A v4-mapped address answers as the IPv4 address in it, except to _is_mapped. NULL and
 * "no address" answer false. */
IPSOCK_API bool ipsock_addr_is_mapped(const struct ipsock_addr *addr);      /**< ::ffff:0:0/96 */
IPSOCK_API bool ipsock_addr_is_unspecified(const struct ipsock_addr *addr); /**< 0.0.0.0, :: */
IPSOCK_API bool ipsock_addr_is_loopback(const struct ipsock_addr *addr);    /**< 127/8, ::1 */
IPSOCK_API bool ipsock_addr_is_private(const struct ipsock_addr *addr); /**< RFC 1918, fc00::/7 */
IPSOCK_API bool
ipsock_addr_is_link_local(const struct ipsock_addr *addr); /**< 169.254/16, fe80::/10 */
IPSOCK_API bool ipsock_addr_is_broadcast(const struct ipsock_addr *addr); /**< 255.255.255.255 */
IPSOCK_API bool ipsock_addr_is_multicast(const struct ipsock_addr *addr); /**< 224/4, ff00::/8 */
/** 224.0.0.0/24, ff02::/16 (any flags). */
IPSOCK_API bool ipsock_addr_is_link_local_multicast(const struct ipsock_addr *addr);
/** ff01::/16 (any flags); no IPv4 address. */
IPSOCK_API bool ipsock_addr_is_interface_local_multicast(const struct ipsock_addr *addr);
/** 232/8, ff30::/12 with a zero prefix field (RFC 4607). */
IPSOCK_API bool ipsock_addr_is_source_specific(const struct ipsock_addr *addr);
/** Unicast, and none of unspecified, loopback, link-local, broadcast (private addresses count). */
IPSOCK_API bool ipsock_addr_is_global_unicast(const struct ipsock_addr *addr);

/** Splits "host:port", "[v6]:port" or ":port" for ::ipsock_resolve; host may be "". x/net:
 * net.SplitHostPort.
 * Brackets are for IPv6 only, and a port has no leading zeros, as with ::ipsock_addr_parse.
 * @param host receives the host without brackets, NUL-terminated; 256 bytes suffice for any name
 * @return 0; IPSOCK_EINVAL without a port or with one out of 0..65535; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_split_host_port(const char *text, char *host, size_t size, uint16_t *port);

/** Addresses of a host name or of a literal, with the port put into each. Blocks; may allocate
 * while it runs. x/net: net.LookupIP, net.ResolveUDPAddr.
 * A literal is what ::ipsock_addr_parse reads, on every system: a host whose last label is a number
 * (digits, or 0x and hexadecimal digits), or that has a colon, a percent sign, white space or a
 * control character, is one or is IPSOCK_ENOTFOUND. Systems would take "127.1", "0177.0.0.1" or
 * "0x7f000001" for addresses, each its own way (RFC 6943, 3.1.1).
 * @param family   ::IPSOCK_IPV4, ::IPSOCK_IPV6, or ::IPSOCK_UNSPEC for both
 * @param addrs    receives up to capacity addresses in the system's order of preference (RFC 6724)
 * @param count    receives how many there are: at least 1 on success, each once; may exceed
 * capacity
 * @param error    what failed, or NULL
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOTFOUND; IPSOCK_ETRYAGAIN; IPSOCK_ERESOLVE; IPSOCK_ENODEV for
 * an unknown zone; IPSOCK_ENOMEM; IPSOCK_ENFILE when no descriptor is left to ask with. */
IPSOCK_API int ipsock_resolve(const char *host, uint16_t port, int family,
                              struct ipsock_addr *addrs, size_t capacity, size_t *count,
                              struct ipsock_error *error);

/** Host name of an address. Blocks; may allocate while it runs. x/net: net.LookupAddr.
 * @param size bytes at name; 256 suffice for any domain name (RFC 1035)
 * @return 0; IPSOCK_ENOTFOUND when it has no name; IPSOCK_ENOSPC; otherwise as ::ipsock_resolve. */
IPSOCK_API int ipsock_reverse(const struct ipsock_addr *addr, char *name, size_t size,
                              struct ipsock_error *error);

#ifdef __cplusplus
}
#endif

#endif
