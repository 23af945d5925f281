// SPDX-License-Identifier: BSD-2-Clause
/* OpenBSD, 7.2 and newer; versions are release times ten (72 is 7.2). Facts:
 * sys/netinet/ip_output.c, raw_ip.c, ip_input.c (ip_savecontrol), udp_usrreq.c,
 * sys/netinet6/ip6_output.c, ip6_input.c.
 * - An int option is exactly 4 bytes, IP_MULTICAST_TTL and IP_MULTICAST_LOOP exactly 1, both ways.
 * - IP_TTL -1 is the system's default. ip_mreqn since 6.9; reading IP_MULTICAST_IF gives an
 * address, never the index.
 * - No IPv4-mapped sockets: no row has the column for them, IPV6_V6ONLY is always 1.
 * - IP_RECVIF sends a sockaddr_dl of 32 bytes, 8 without interface; its index is at offset 2.
 * - A raw socket's IP_TTL is 0 until it is set, which cannot be set again, and goes out as 255.
 * - Of IPv4 a control message that is not known is ignored silently.
 * - msg_controllen must be a sum of CMSG_SPACE (ip6_setpktopts, udp_output: EINVAL). Given room that
 * ends within CMSG_ALIGN, recvit (sys/kern/uipc_syscalls.c) takes more than there is left from an
 * unsigned count, and goes on behind the end. */
#ifndef IPSK_OPENBSD_H
#define IPSK_OPENBSD_H

#include <stddef.h>
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/table/table.h"

#define IPSK_SYSTEM_NAME    "openbsd"
#define IPSK_RAW_PRIVILEGE  "raw socket (run as root)"
#define IPSK_PING_PRIVILEGE IPSK_RAW_PRIVILEGE
/* How a route socket tells that it dropped messages: RTM_DESYNC: net/rtsock.c, rtm_senddesync. */
#define IPSK_NEWS_OVERFLOW_OPTION 0
#define IPSK_NEWS_OVERFLOW_TYPE   0x10

// clang-format off
#define IPSK_OPTIONS(X) \
    /* option, kinds, column, level, name, set, get, on, reset, since */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP, IPSK_V4, IPPROTO_IP, IP_TTL, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_RAW, IPSK_V4, IPPROTO_IP, IP_TTL, INT, HOPS_MOST, 0, 255, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, -1, 0) \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V4, IPPROTO_IP, IP_MINTTL, INT, INT, 0, 0, 0) \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V6, IPPROTO_IPV6, IPV6_MINHOPCOUNT, INT, INT, 0, 0, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_TTL, U8, U8, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, INT, INT, 0, -1, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_IF, MREQN, NONE, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT, INT, 0, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, BOOL8, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PATHMTU, NONE, MTUINFO, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(CHECKSUM, IPSK_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_CHECKSUM, INT, INT, 0, -1, 0) \
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
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQN, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_JOIN_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQN, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_LEAVE_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V6, IPPROTO_ICMPV6, ICMP6_FILTER, ICMP6_PASS, ICMP6_PASS, 0, 0, 0)

#define IPSK_RECEIVED(X) \
    /* level, type, minimum, usual, field, a, b */ \
    X(IPPROTO_IP, IP_RECVDSTADDR, 4, 4, DESTINATION4, 0, 0) \
    X(IPPROTO_IP, IP_RECVIF, 4, 32, LINK, 2, 0) \
    X(IPPROTO_IP, IP_RECVTTL, 1, 1, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PKTINFO, 20, 20, PKTINFO6, 0, 16) \
    X(IPPROTO_IPV6, IPV6_HOPLIMIT, 1, 4, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_TCLASS, 1, 4, TRAFFIC_CLASS, 0, 0)

#define IPSK_SENT(X) \
    /* fields, kinds, column, level, type, length, encoding, a, b, since */ \
    X(IPSOCK_CONTROL_SOURCE, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_SENDSRCADDR, 4, ADDR4, 0, 0, 0) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_HOPLIMIT, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PKTINFO, 20, PKTINFO6, 0, 16, 0) \
    X(IPSOCK_CONTROL_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, 4, INT, 0, 0, 0)

#define IPSK_ABSENT(X) \
    /* feature, kinds, column, reason */ \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no IP_DONTFRAG; on raw sockets a header of one's own has the bit") \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V4, "no IP_DONTFRAG; on raw sockets a header of one's own has the bit") \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V4, "no IP_MTU: only the routing table has it") \
    X(CHECKSUM, IPSK_UDP_TCP_RAW, IPSK_V4, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(DUAL_STACK, IPSK_UDP_TCP_RAW, IPSK_V6, "OpenBSD has no IPv4-mapped sockets: IPV6_V6ONLY is always 1, clearing it is EINVAL (ip6(4))") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V4, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V6, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V4, "the kernel has no source filters; the library filters, routers are not told") \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V6, "the kernel has no source filters; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_UDP_RAW, IPSK_V4, "the kernel has no source filters; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_UDP_RAW, IPSK_V6, "the kernel has no source filters; the library filters, routers are not told") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V4, "every socket on the port gets every group that the host joined; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V6, "every socket on the port gets every group that the host joined; the library compares destinations") \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, "no IP_RECVTOS; raw sockets deliver the header, which has it") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V4, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V6, "IPV6_RECVPATHMTU is accepted, and nothing is ever delivered: in6_pcb.h IN6P_MTU has no reader") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "sockets have no receive coalescing") \
    X(SEND_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, "no IP_TOS control message; IP_TOS of the socket is what there is, on raw sockets a header of one's own") \
    X(SEND_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, "no IP_TTL control message; IP_TTL of the socket is what there is, on raw sockets a header of one's own") \
    X(SEND_SOURCE, IPSK_RAW, IPSK_V4, "raw output ignores control data; a header of one's own has it") \
    X(SEND_OPAQUE, IPSK_RAW, IPSK_V4, "raw output ignores control data: raw_ip.c rip_send") \
    X(SEND_INTERFACE, IPSK_UDP_RAW, IPSK_V4, "no IP_PKTINFO: IPv4 packets follow the routes, multicast IP_MULTICAST_IF") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no control message for it; a raw socket's own header has the bit") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V4, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V6, "IPV6_NEXTHOP was removed: ENOPROTOOPT") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V4, "no ICMP_FILTER for IPv4; the library drops what is blocked") \
    X(BPF, IPSK_UDP_RAW, IPSK_V4, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(BPF, IPSK_UDP_RAW, IPSK_V6, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V4, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V6, "ICMP errors reach connected sockets as errno only; there is no error queue")

#define IPSK_LIMITS(X) \
    /* limit, column, what, name */ \
    X(GROUPS, IPSK_V4, "IP_ADD_MEMBERSHIP", "IP_MAX_MEMBERSHIPS: 4095 a socket") \
    X(RECEIVE_BUFFER, IPSK_V4, "receive_buffer", "SB_MAX of the kernel: 2 MB") \
    X(SEND_BUFFER, IPSK_V4, "send_buffer", "SB_MAX of the kernel: 2 MB") \
    X(RECEIVE_BUFFER, IPSK_V6, "receive_buffer", "SB_MAX of the kernel: 2 MB") \
    X(SEND_BUFFER, IPSK_V6, "send_buffer", "SB_MAX of the kernel: 2 MB")

#define IPSK_FACTS(X) \
    /* fact, value */ \
    X(CMSG_HEADER, CMSG_LEN(0)) \
    X(CMSG_ALIGN, CMSG_SPACE(1) - CMSG_SPACE(0)) \
    X(CONTROL_UNIT, CMSG_SPACE(1) - CMSG_SPACE(0)) /* ip6_setpktopts; kern/uipc_syscalls.c, recvit */ \
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
    X(FIREWALL, IPSK_FIREWALL_EACCES) /* netinet/ip_output.c, netinet6/ip6_output.c: pf_test */ \
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
    X(RAW_SOURCE_BY_ROUTE, 0) \
    X(RAW_ROUTES_BY_PEER, 0) \
    X(RAW_UNBOUND_DEAF, 0) \
    X(RAW_HEADER_FIELDS, IPSOCK_CONTROL_TRAFFIC_CLASS) \
    X(RAW_SUM_OF_ANOTHER, 1) \
    X(RAW_HEADER_UNSEEN, 0) \
    X(SUM6_HALF_OUT, 1) /* netinet6/raw_ip6.c, rip6_output: plen < off + 1, then ENOBUFS */ \
    X(SOURCE4_UNBOUND_ONLY, 0) \
    X(SOURCE4_UNCONNECTED, IPSK_UDP) /* netinet/udp_usrreq.c, udp_output */ \
    X(PKTINFO4_UNBINDS, 0) \
    X(INDEX4_BY_OPTION, 0) \
    X(GROUPS6_BY_ZONE, 0) \
    X(BOUND_HEARS_ALL, 0) \
    X(CONTROL6_ALONE, 0) \
    X(NO_BUFFERS_REFUSED, 0) \
    X(SOURCE6_UNCONNECTED, IPSK_UDP) /* netinet6/udp6_output.c; raw sockets heed it */ \
    X(INDEX6_NO_WAY_SINCE, 0) \
    X(MAPPED_TELLS_NOTHING, 0) \
    X(ALL_ONES_FREE, 1 << IPSK_V4) /* netinet/ip_output.c: goes the way of groups, to sendit */ \
    X(FAMILIES_MIX, 0) \
    X(DATAGRAM_ROOM, 66560) /* udp_sendspace 9216, with control data; rip_recvspace 8192 */ \
    X(RECEIVE_NEEDS_ROOM, 1) /* 0, where nothing has come: kern/uipc_socket.c, soreceive */ \
    X(ICMP6_LEAST, 8) /* netinet6/raw_ip6.c, rip6_output: ENOBUFS below */ \
    X(SOURCES_BY_INDEX, 0) \
    X(BLOCKS_SINCE4, 0) \
    X(BLOCKS_SINCE6, 0) \
    X(SOURCES_MOST, 0) \
    X(EMPTY_FILTER_STAYS, 0) \
    X(LEAVES6_BY_INDEX, 1) /* netinet6/ip6_output.c, ip6_setmoptions, of link-local groups */ \
    X(JOINS6_TWICE, 0) \
    X(BUFFERS_REFUSED, 1) /* kern/uipc_socket2.c, sbreserve: ENOBUFS */ \
    X(SEGMENTS, 0) \
    X(SEGMENTS_SURE, 0) \
    X(SEGMENTS_REFUSED, 0)
// clang-format on

#endif
