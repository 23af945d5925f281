// SPDX-License-Identifier: BSD-2-Clause
/* DragonFly, 6.0 to 6.4; versions are kern.osreldate (600400 is 6.4). Facts:
 * sys/netinet/ip_output.c, udp_usrreq.c, raw_ip.c, ip_input.c (ip_savecontrol), in_pcb.c,
 * sys/netinet6/ip6_output.c, raw_ip6.c, in6_src.c; docs/platform/bsd.md says of which states.
 * - IP_TTL takes any number and keeps its low byte, so -1 is no default: a new socket knows it.
 * - An interface is chosen for IPv4 groups by 0.x.y.z, which IP_MULTICAST_IF gives back; ip_mreqn,
 * new in 6.0, would say no more.
 * - IPV6_MULTICAST_IF 0 is EADDRNOTAVAIL (ip6_setmoptions), IPV6_CHECKSUM -1 EINVAL: neither can be
 * cleared.
 * - No IPv4-mapped sockets since 4.2: no row has the column for them; IPV6_V6ONLY 0 is taken and
 * does nothing.
 * - IP_RECVIF sends a sockaddr_dl of sdl_len bytes: 54, rounded up; its index is at offset 2.
 * - IP_SENDSRCADDR: of a wildcard or the same as the socket's, EINVAL otherwise; the IP_TOS message
 * is one byte. Both since 6.0.
 * - recvmmsg and sendmmsg are not there.
 * No kernel has answered for this table, and no headers but its own know all of its names:
 * tests/golden/dragonfly_names.h. */
#ifndef IPSK_DRAGONFLY_H
#define IPSK_DRAGONFLY_H

#include <stddef.h>
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/table/table.h"

#define IPSK_SYSTEM_NAME    "dragonfly"
#define IPSK_RAW_PRIVILEGE  "raw socket (run as root)"
#define IPSK_PING_PRIVILEGE IPSK_RAW_PRIVILEGE
/* How a route socket tells that it dropped messages: SO_RERROR. */
#define IPSK_NEWS_OVERFLOW_OPTION 0x2000
#define IPSK_NEWS_OVERFLOW_TYPE   0

// clang-format off
#define IPSK_OPTIONS(X) \
    /* option, kinds, column, level, name, set, get, on, reset, since */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TTL, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, -1, 0) \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V4, IPPROTO_IP, IP_MINTTL, INT, INT, 0, 0, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_TTL, U8, U8, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, INT, INT, 0, -1, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_IF, INDEX_ADDR, INDEX_ADDR, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT, INT, 0, IPSK_RESET_NONE, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, BOOL8, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PATHMTU, NONE, MTUINFO, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(CHECKSUM, IPSK_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_CHECKSUM, INT, INT, 0, IPSK_RESET_NONE, 0) \
    X(BROADCAST, IPSK_UDP_RAW, IPSK_V4, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V4, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V6, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(HEADER_INCLUDED, IPSK_RAW, IPSK_V4, IPPROTO_IP, IP_HDRINCL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_DESTINATION, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVDSTADDR, BOOL, BOOL, 1, 0, 0) \
    X(RECV_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVIF, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVTTL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVTOS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPATHMTU, BOOL, BOOL, 1, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_JOIN_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_LEAVE_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V6, IPPROTO_ICMPV6, ICMP6_FILTER, ICMP6_PASS, ICMP6_PASS, 0, 0, 0)

#define IPSK_RECEIVED(X) \
    /* level, type, minimum, usual, field, a, b */ \
    X(IPPROTO_IP, IP_RECVDSTADDR, 4, 4, DESTINATION4, 0, 0) \
    X(IPPROTO_IP, IP_RECVIF, 4, 56, LINK, 2, 0) \
    X(IPPROTO_IP, IP_RECVTTL, 1, 1, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IP, IP_RECVTOS, 1, 1, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PKTINFO, 20, 20, PKTINFO6, 0, 16) \
    X(IPPROTO_IPV6, IPV6_HOPLIMIT, 1, 4, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_TCLASS, 1, 4, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PATHMTU, 32, 32, PATH_MTU, 8, 28)

#define IPSK_SENT(X) \
    /* fields, kinds, column, level, type, length, encoding, a, b, since */ \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_TOS, 1, U8, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_SENDSRCADDR, 4, ADDR4, 0, 0, 0) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_HOPLIMIT, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PKTINFO, 20, PKTINFO6, 0, 16, 0) \
    X(IPSOCK_CONTROL_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_NEXT_HOP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_NEXTHOP, sizeof(struct sockaddr_in6), SOCKADDR, 0, 0, 0)

#define IPSK_ABSENT(X) \
    /* feature, kinds, column, reason */ \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V6, "there is no IPV6_MINHOPCOUNT: ip6_output.c ip6_ctloutput") \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no IP_DONTFRAG; on raw sockets a header of one's own has the bit") \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V4, "no IP_DONTFRAG; on raw sockets a header of one's own has the bit") \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V4, "no IP_MTU: only the routing table has it") \
    X(CHECKSUM, IPSK_UDP_TCP_RAW, IPSK_V4, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(DUAL_STACK, IPSK_UDP_TCP_RAW, IPSK_V6, "DragonFly has no IPv4-mapped sockets since 4.2: clearing IPV6_V6ONLY has no effect") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V4, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V6, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V4, "the kernel has no source filters; the library filters, routers are not told") \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V6, "the kernel has no source filters; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_UDP_RAW, IPSK_V4, "the kernel has no source filters; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_UDP_RAW, IPSK_V6, "the kernel has no source filters; the library filters, routers are not told") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V4, "every socket on the port gets every group that the host joined; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V6, "every socket on the port gets every group that the host joined; the library compares destinations") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V4, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "sockets have no receive coalescing") \
    X(SEND_TRAFFIC_CLASS, IPSK_RAW, IPSK_V4, "rip_send ignores control data; a header of one's own has it") \
    X(SEND_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, "no IP_TTL control message; IP_TTL of the socket is what there is, on raw sockets a header of one's own") \
    X(SEND_SOURCE, IPSK_RAW, IPSK_V4, "raw output ignores control data; a header of one's own has it") \
    X(SEND_OPAQUE, IPSK_RAW, IPSK_V4, "raw output ignores control data, and leaks it: raw_ip.c rip_send") \
    X(SEND_INTERFACE, IPSK_UDP_RAW, IPSK_V4, "no IP_PKTINFO: IPv4 packets follow the routes, multicast IP_MULTICAST_IF") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no control message for it; a raw socket's own header has the bit") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V4, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V4, "no recvmmsg or sendmmsg; the library makes the calls one by one") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V6, "no recvmmsg or sendmmsg; the library makes the calls one by one") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V4, "no recvmmsg or sendmmsg; the library makes the calls one by one") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V6, "no recvmmsg or sendmmsg; the library makes the calls one by one") \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V4, "no ICMP_FILTER for IPv4; the library drops what is blocked") \
    X(BPF, IPSK_UDP_RAW, IPSK_V4, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(BPF, IPSK_UDP_RAW, IPSK_V6, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V4, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V6, "ICMP errors reach connected sockets as errno only; there is no error queue")

#define IPSK_LIMITS(X) \
    /* limit, column, what, name */ \
    X(GROUPS, IPSK_V4, "IP_ADD_MEMBERSHIP", "IP_MAX_MEMBERSHIPS: 20 a socket") \
    X(RECEIVE_BUFFER, IPSK_V4, "receive_buffer", "kern.ipc.maxsockbuf") \
    X(SEND_BUFFER, IPSK_V4, "send_buffer", "kern.ipc.maxsockbuf") \
    X(RECEIVE_BUFFER, IPSK_V6, "receive_buffer", "kern.ipc.maxsockbuf") \
    X(SEND_BUFFER, IPSK_V6, "send_buffer", "kern.ipc.maxsockbuf")

#define IPSK_FACTS(X) \
    /* fact, value */ \
    X(CMSG_HEADER, CMSG_LEN(0)) \
    X(CMSG_ALIGN, CMSG_SPACE(1) - CMSG_SPACE(0)) \
    X(CONTROL_UNIT, 1) \
    X(CMSG_LENGTH_SIZE, sizeof(((struct cmsghdr *)0)->cmsg_len)) \
    X(CMSG_LEVEL_OFFSET, offsetof(struct cmsghdr, cmsg_level)) \
    X(SOCKADDR_HAS_LENGTH, 1) \
    X(FAMILY_IPV4, AF_INET) \
    X(FAMILY_IPV6, AF_INET6) \
    X(SOCKADDR_STORAGE, sizeof(struct sockaddr_storage)) \
    X(GROUP_REQ, 0) \
    X(GROUP_REQ_GROUP, 0) \
    X(GROUP_SOURCE_REQ, 0) \
    X(GROUP_SOURCE_REQ_SOURCE, 0) \
    X(GROUP_FILTER_MODE, 0) \
    X(GROUP_FILTER_SOURCES, 0) \
    X(MTUINFO, sizeof(struct ip6_mtuinfo)) \
    X(MTUINFO_MTU, offsetof(struct ip6_mtuinfo, ip6m_mtu)) \
    X(MSG_NOSIGNAL, MSG_NOSIGNAL) \
    X(FIREWALL, IPSK_FIREWALL_EACCES) /* net/ipfw/ip_fw2.c, net/pf/pf.c: of output */ \
    X(FULL_LENGTH, 0) \
    X(FULL_LENGTH_SINCE, 0) \
    X(DISCOVERY_FORBIDS4, 0) \
    X(DISCOVERY_FORBIDS6, 0) \
    X(HOP_LIMIT_DEFAULT, 64) \
    X(PING, 0) \
    X(PING_HEADER, 0) \
    X(PING_ID, 0) \
    X(PING_SOURCE6, 0) \
    X(FILTER6_BY_GROUP, 0) \
    X(RAW_MULTICAST_HOPS, 1) \
    X(RAW_SOURCE_BY_ROUTE, 1) /* netinet/ip_output.c */ \
    X(RAW_ROUTES_BY_PEER, 0) \
    X(RAW_UNBOUND_DEAF, 0) \
    X(RAW_HEADER_FIELDS, 0) \
    X(RAW_SUM_OF_ANOTHER, 1) \
    X(RAW_HEADER_UNSEEN, 0) \
    X(SUM6_HALF_OUT, 1) /* netinet6/raw_ip6.c, rip6_output: plen < off + 1 */ \
    X(SOURCE4_UNBOUND_ONLY, 0) \
    X(SOURCE4_UNCONNECTED, 0) \
    X(PKTINFO4_UNBINDS, 0) \
    X(INDEX4_BY_OPTION, 0) \
    X(GROUPS6_BY_ZONE, 0) \
    X(BOUND_HEARS_ALL, 0) \
    X(CONTROL6_ALONE, 0) \
    X(NO_BUFFERS_REFUSED, 0) \
    X(SOURCE6_UNCONNECTED, IPSK_UDP) /* netinet6/udp6_output.c; raw sockets heed it */ \
    X(INDEX6_NO_WAY_SINCE, 0) \
    X(MAPPED_TELLS_NOTHING, 0) \
    X(ALL_ONES_FREE, 1 << IPSK_V4) /* netinet/ip_output.c: with a default route, asks of its gateway */ \
    X(FAMILIES_MIX, 0) \
    X(DATAGRAM_ROOM, 66560) /* udp_sendspace 9216, with control data; rip_recvspace 8192 */ \
    X(RECEIVE_NEEDS_ROOM, 1) /* kern/uipc_socket.c, soreceive */ \
    X(ICMP6_LEAST, 8) /* netinet6/raw_ip6.c, rip6_output: ENOBUFS below */ \
    X(SOURCES_BY_INDEX, 0) \
    X(BLOCKS_SINCE4, 0) \
    X(BLOCKS_SINCE6, 0) \
    X(SOURCES_MOST, 0) \
    X(EMPTY_FILTER_STAYS, 0) \
    X(LEAVES6_BY_INDEX, 1) /* netinet6/ip6_output.c, ip6_setmoptions, of link-local groups */ \
    X(JOINS6_TWICE, 0) \
    X(BUFFERS_REFUSED, 1) /* kern/uipc_socket2.c, ssb_reserve: ENOBUFS */ \
    X(SEGMENTS, 0) \
    X(SEGMENTS_SURE, 0) \
    X(SEGMENTS_REFUSED, 0)
// clang-format on

#endif
