// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Options of an endpoint. All may be used while other threads send and receive on it.
 *
 * Setters check the range before any system call and then set every option that the endpoint needs:
 * on a dual-stack endpoint the IPv6 option and the IPv4 one, where the system has both. Where one
 * of several system calls fails, the earlier ones are undone: a failure leaves the old value. On a
 * dual-stack endpoint getters answer with the IPv6 value.
 *
 * Errors of all: IPSOCK_ECLOSED for NULL or a closed endpoint; IPSOCK_EINVAL for a null
 * out-parameter or a value out of range; IPSOCK_EKIND where the endpoint's kind or family has no
 * such option; IPSOCK_ENOTSUP where this system has none; IPSOCK_EPERM. The option's name is in
 * ::ipsock_last_error, direction ::IPSOCK_SETUP.
 */
#ifndef IPSOCK_OPTION_H
#define IPSOCK_OPTION_H

#include <ipsock/endpoint.h>

/* Modes of ::ipsock_set_path_mtu_mode. */
#define IPSOCK_PATH_MTU_DEFAULT \
    0 /**< as a fresh endpoint: the sender fragments what is too large */
/** No fragments: what the system takes for larger than the path is refused with IPSOCK_EMSGSIZE.
 * IPv4 packets carry the DF bit (RFC 791). As ::ipsock_set_dont_fragment on. */
#define IPSOCK_PATH_MTU_FORBID 1
/** No fragments, and whatever the system has learned of the path does not count: only the
 * interface's MTU limits what is sent. For programs that find out themselves what passes (RFC 4821,
 * 8899). */
#define IPSOCK_PATH_MTU_PROBE 2

#ifdef __cplusplus
extern "C" {
#endif

/** Traffic class of packets sent: IPv4 TOS (IP_TOS), IPv6 traffic class (IPV6_TCLASS); RFC 2474,
 * 3168, 3542. x/net: TOS, SetTOS, TrafficClass, SetTrafficClass.
 * @param value 0..255 (see ::IPSOCK_TRAFFIC_CLASS), or ::IPSOCK_DEFAULT, which is 0. On TCP the two
 * ECN bits belong to the system: a value with them set is IPSOCK_EINVAL. Windows accepts it and may
 * not mark the packets: ask ::ipsock_capability. */
IPSOCK_API int ipsock_set_traffic_class(struct ipsock_endpoint *s, int value);
/** The traffic class, 0..255. On TCP the ECN bits read 0. */
IPSOCK_API int ipsock_get_traffic_class(struct ipsock_endpoint *s, int *value);

/** Hop limit of unicast packets: IPv4 TTL (IP_TTL), IPv6 hop limit (IPV6_UNICAST_HOPS). x/net: TTL,
 * SetTTL, HopLimit, SetHopLimit.
 * @param value 1..255, or ::IPSOCK_DEFAULT for the system's (mostly 64) */
IPSOCK_API int ipsock_set_hop_limit(struct ipsock_endpoint *s, int value);
/** The hop limit in effect, 1..255. */
IPSOCK_API int ipsock_get_hop_limit(struct ipsock_endpoint *s, int *value);

/** The lowest hop limit (TTL) that packets may arrive with; others are dropped. With 255 on both
 * sides only neighbours get through: routers count it down (GTSM, RFC 5082; the sender sets
 * ::ipsock_set_hop_limit, or ::ipsock_set_multicast_hop_limit, 255). UDP, raw, ping: receives look,
 * on every system, and count in filter_discards; a packet that arrived while it was not set, and
 * whose hop limit the system does not tell any more (the BSDs, macOS), is dropped. TCP: Linux
 * IP_MINTTL, IPV6_MINHOPCOUNT (ip(7)), OpenBSD the same, FreeBSD, NetBSD, DragonFly IP_MINTTL of
 * IPv4; from the SYN on where a listener has it, and connections accepted have the listener's. No
 * x/net row.
 * @param value 1..255, or 0, the default: any; ::IPSOCK_DEFAULT is 0
 * @return also IPSOCK_ENOTSUP on a dual-stack endpoint where hop limits of IPv4 are not told there
 * (NetBSD, macOS), and for TCP where the system does not look (Windows, macOS; FreeBSD, NetBSD,
 * DragonFly over IPv6): ask ::ipsock_capability for ::IPSOCK_FEATURE_MINIMUM_HOP_LIMIT. */
IPSOCK_API int ipsock_set_minimum_hop_limit(struct ipsock_endpoint *s, int value);
/** The lowest hop limit accepted, 0..255; of TCP on NetBSD, which cannot take it back, 1 after 0
 * was set: any packet has that. */
IPSOCK_API int ipsock_get_minimum_hop_limit(struct ipsock_endpoint *s, int *value);

/** Hop limit of multicast packets (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS); not on TCP. x/net:
 * SetMulticastTTL, SetMulticastHopLimit.
 * @param value 1..255, or ::IPSOCK_DEFAULT, which is 1. 0 is IPSOCK_EINVAL: with it Linux keeps
 * IPv4 packets on the host and sends IPv6 ones out all the same. What is to stay on the host is
 * sent by the loopback interface (::ipsock_set_multicast_interface). */
IPSOCK_API int ipsock_set_multicast_hop_limit(struct ipsock_endpoint *s, int value);
/** The multicast hop limit in effect: 1..255, or 0 on an adopted socket that had it. */
IPSOCK_API int ipsock_get_multicast_hop_limit(struct ipsock_endpoint *s, int *value);

/** Interface that multicast packets leave by; the control field INTERFACE of a packet, then the
 * scope of its peer, come before it, the bound interface after it (IP_MULTICAST_IF,
 * IPV6_MULTICAST_IF); not on TCP. x/net: SetMulticastInterface.
 * @param index interface index; 0 none: the system chooses
 * @return also IPSOCK_ENODEV for an unknown interface; IPSOCK_ENOTSUP for 0 on DragonFly once an
 * interface was set over IPv6, and on macOS on an endpoint that is connected to an IPv6 group. */
IPSOCK_API int ipsock_set_multicast_interface(struct ipsock_endpoint *s, uint32_t index);
/** The index that was set, 0 none. */
IPSOCK_API int ipsock_get_multicast_interface(struct ipsock_endpoint *s, uint32_t *index);

/** Whether multicast packets sent here are heard by members on this host (IP_MULTICAST_LOOP,
 * IPV6_MULTICAST_LOOP); on at first; not on TCP. x/net: SetMulticastLoopback. The sender's option,
 * except on Windows, where it is the receiver's. Of a dual-stack endpoint it governs both families,
 * but on FreeBSD and Darwin IPv6 alone (::ipsock_capability with ::IPSOCK_IPV4_MAPPED). */
IPSOCK_API int ipsock_set_multicast_loopback(struct ipsock_endpoint *s, bool on);
/** Whether the loopback is on. */
IPSOCK_API int ipsock_get_multicast_loopback(struct ipsock_endpoint *s, bool *on);

/** Whether packets may be fragmented: on, a packet larger than the path is refused with
 * IPSOCK_EMSGSIZE and IPv4 packets carry the DF bit (RFC 791); off, the sender fragments. A fresh
 * endpoint reads off; on Linux it may still set DF in packets that fit the path, to discover it,
 * until off is set. Path MTU discovery that was set on the handle counts: every value of it that
 * forbids fragmenting reads on (Linux IP_PMTUDISC_DO and PROBE, for IPv6 INTERFACE too; Windows
 * IP_PMTUDISC_DO and PROBE), and is taken back by off. Either value ends ::IPSOCK_PATH_MTU_PROBE.
 * UDP, ping, raw. No x/net row. */
IPSOCK_API int ipsock_set_dont_fragment(struct ipsock_endpoint *s, bool on);
/** Whether fragmenting is forbidden; it is in ::IPSOCK_PATH_MTU_PROBE, too. */
IPSOCK_API int ipsock_get_dont_fragment(struct ipsock_endpoint *s, bool *on);

/** What becomes of packets that are larger than the path takes (RFC 1191, 8201). UDP, ping, raw. A
 * failure leaves the old mode. No x/net row.
 * - Linux: IP_MTU_DISCOVER, IPV6_MTU_DISCOVER (ip(7)), IPV6_DONTFRAG.
 * - Windows: IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, IP_DONTFRAGMENT, IPV6_DONTFRAG.
 * - The BSDs and macOS: IP_DONTFRAG (not NetBSD, OpenBSD) and IPV6_DONTFRAG, which look at the
 *   interface's MTU only: FORBID is PROBE there, and reads as PROBE.
 * @param mode ::IPSOCK_PATH_MTU_DEFAULT, ::IPSOCK_PATH_MTU_FORBID or ::IPSOCK_PATH_MTU_PROBE
 * @return also IPSOCK_ENOTSUP where this system cannot forbid or probe: ask ::ipsock_capability for
 * ::IPSOCK_FEATURE_DONT_FRAGMENT and ::IPSOCK_FEATURE_PATH_MTU_PROBE. */
IPSOCK_API int ipsock_set_path_mtu_mode(struct ipsock_endpoint *s, int mode);
/** The mode; of an adopted socket, the one that its options amount to. */
IPSOCK_API int ipsock_get_path_mtu_mode(struct ipsock_endpoint *s, int *mode);

/** Path MTU towards the peer of a connected endpoint, as the system knows it now (RFC 1191, 8201).
 * x/net: PathMTU (there IPv6 only).
 * @param mtu   receives bytes of the largest IP packet, header included
 * @param index receives the interface, 0 where the system does not tell; may be NULL
 * @return also IPSOCK_ENOTCONN. */
IPSOCK_API int ipsock_get_path_mtu(struct ipsock_endpoint *s, uint32_t *mtu, uint32_t *index);

/** Room for packets received (SO_RCVBUF).
 * @param bytes 1..INT_MAX; the BSDs and macOS, which refuse what is above their maximum
 * (kern.ipc.maxsockbuf, kern.sbmax), give the most that they take: read back what is in force
 * @return IPSOCK_ENOBUFS where the system would silently give less than was asked for (raise its
 * limit, on Linux net.core.rmem_max); the old size stays. */
IPSOCK_API int ipsock_set_receive_buffer(struct ipsock_endpoint *s, int bytes);
/** Room for packets received; at least what was set, on Linux twice that, on the BSDs and macOS the
 * maximum where that is less. */
IPSOCK_API int ipsock_get_receive_buffer(struct ipsock_endpoint *s, int *bytes);
/** Room for packets to send (SO_SNDBUF); as ::ipsock_set_receive_buffer. */
IPSOCK_API int ipsock_set_send_buffer(struct ipsock_endpoint *s, int bytes);
/** Room for packets to send; as ::ipsock_get_receive_buffer. */
IPSOCK_API int ipsock_get_send_buffer(struct ipsock_endpoint *s, int *bytes);

/** Checksum that the system computes on send and verifies on receive: raw IPv6 (IPV6_CHECKSUM,
 * RFC 3542 3.1). x/net: SetChecksum. On ICMPv6 it is always on, at offset 2.
 * @param on     off may be refused by the system (IPSOCK_ENOTSUP) once it was on
 * @param offset even, 0..65534: where the 16-bit sum lies in the payload */
IPSOCK_API int ipsock_set_checksum(struct ipsock_endpoint *s, bool on, int offset);
/** Whether the checksum is on, and its offset (0 while off); offset may be NULL. */
IPSOCK_API int ipsock_get_checksum(struct ipsock_endpoint *s, bool *on, int *offset);

#ifdef __cplusplus
}
#endif

#endif
