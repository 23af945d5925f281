// SPDX-License-Identifier: BSD-2-Clause
/* illumos, as far as its sources were read: docs/platform/illumos.md has each fact's file. Tables
 * alone: no backend takes them, no CMake file names them, no kernel has answered. tests/golden
 * compiles them over tests/golden/illumos_names.h.
 * - IP_RECVPKTINFO is read as in_pktinfo, so that whether it is on cannot be asked.
 * - A row that was not read is absent, and says so; facts that were not are 0, marked below. */
#ifndef IPSK_ILLUMOS_H
#define IPSK_ILLUMOS_H

#include <stddef.h>
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <netinet/icmp6.h> /* wants in6_addr */

#include "core/table/table.h"

#define IPSK_SYSTEM_NAME    "illumos"
#define IPSK_RAW_PRIVILEGE  "raw socket (PRIV_NET_RAWACCESS or PRIV_NET_ICMPACCESS)"
#define IPSK_PING_PRIVILEGE IPSK_RAW_PRIVILEGE

// clang-format off
#define IPSK_OPTIONS(X) \
    /* option, kinds, column, level, name, set, get, on, reset, since */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, -1, 0) \
    X(TRAFFIC_CLASS, IPSK_TCP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TTL, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, INT, 0, -1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_TTL, U8, U8, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, INT, INT, 0, -1, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_IF, ADDR_OF_INDEX, NONE, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT, INT, 0, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, BOOL8, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PATHMTU, NONE, MTUINFO, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(CHECKSUM, IPSK_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_CHECKSUM, INT, INT, 0, -1, 0) \
    X(V6ONLY, IPSK_UDP_TCP, IPSK_V6, IPPROTO_IPV6, IPV6_V6ONLY, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_UDP_RAW, IPSK_V4, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_UDP, IPSK_MAPPED, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_UDP_TCP, IPSK_V4, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_UDP_TCP, IPSK_V6, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_BOUND_IF, INT, INT, 0, 0, 0) \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_BOUND_IF, INT, INT, 0, 0, 0) \
    X(HEADER_INCLUDED, IPSK_RAW, IPSK_V4, IPPROTO_IP, IP_HDRINCL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVPKTINFO, BOOL, NONE, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_RECVTTL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPATHMTU, BOOL, BOOL, 1, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(LEAVE_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(LEAVE_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(BLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_BLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(BLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(UNBLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(UNBLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V6, IPPROTO_ICMPV6, ICMP6_FILTER, ICMP6_PASS, ICMP6_PASS, 0, 0, 0)

#define IPSK_RECEIVED(X) \
    /* level, type, minimum, usual, field, a, b */ \
    X(IPPROTO_IP, IP_PKTINFO, 12, 12, PKTINFO4_SPEC, 8, 0) \
    X(IPPROTO_IP, IP_RECVTTL, 1, 1, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PKTINFO, 20, 20, PKTINFO6, 0, 16) \
    X(IPPROTO_IPV6, IPV6_HOPLIMIT, 1, 4, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_TCLASS, 1, 4, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PATHMTU, 36, 36, PATH_MTU, 8, 32)

#define IPSK_SENT(X) \
    /* fields, kinds, column, level, type, length, encoding, a, b, since */ \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_HOPLIMIT, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PKTINFO, 20, PKTINFO6, 0, 16, 0) \
    X(IPSOCK_CONTROL_NEXT_HOP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_NEXTHOP, sizeof(struct sockaddr_in6), SOCKADDR, 0, 0, 0)

#define IPSK_ABSENT(X) \
    /* feature, kinds, column, reason */ \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V4, "IP_MINTTL and IPV6_MINHOPCOUNT are new: in no header that was read") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V6, "IP_MINTTL and IPV6_MINHOPCOUNT are new: in no header that was read") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_MAPPED, "IP_MINTTL and IPV6_MINHOPCOUNT are new: in no header that was read") \
    X(TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(MULTICAST_INTERFACE, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(MULTICAST_LOOPBACK, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(PATH_MTU_PROBE, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(DONT_FRAGMENT, IPSK_RAW, IPSK_V4, "IP_DONTFRAG is not in inet/ip/icmp_opt_data.c; a header of one's own has the bit") \
    X(PATH_MTU_PROBE, IPSK_RAW, IPSK_V4, "IP_DONTFRAG is not in inet/ip/icmp_opt_data.c; a header of one's own has the bit") \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V4, "no IP_MTU") \
    X(PATH_MTU, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_PATHMTU is of IPv6, and there is no IP_MTU") \
    X(CHECKSUM, IPSK_UDP_TCP_RAW, IPSK_V4, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(JOIN_GROUP, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(JOIN_SOURCE, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(EXCLUDE_SOURCE, IPSK_UDP, IPSK_MAPPED, "options of IPPROTO_IP are EINVAL on AF_INET6 sockets: inet/ip/conn_opt.c") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V4, "no option for it; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V6, "no option for it; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP, IPSK_MAPPED, "no option for it; the library compares destinations") \
    X(RECV_HOP_LIMIT, IPSK_RAW, IPSK_V4, "IP_RECVTTL is not in inet/ip/icmp_opt_data.c; the header that is delivered has it") \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, "IP_RECVTOS is new: in no header that was read; the header that raw sockets deliver has it") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V4, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_PATH_MTU, IPSK_UDP, IPSK_MAPPED, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "sockets have no receive coalescing") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "sockets have no receive coalescing") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "sockets have no receive coalescing") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, "no control message for it that was read") \
    X(SEND_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, "control messages to IPv4 peers of AF_INET6 sockets were not read") \
    X(SEND_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, "no control message for it that was read") \
    X(SEND_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "control messages to IPv4 peers of AF_INET6 sockets were not read") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no control message for it that was read") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "control messages to IPv4 peers of AF_INET6 sockets were not read") \
    X(SEND_SOURCE, IPSK_UDP_RAW, IPSK_V4, "IP_PKTINFO: not before a kernel has shown that the source is heeded (inet/ip/conn_opt.c looks at the one before)") \
    X(SEND_SOURCE, IPSK_UDP, IPSK_MAPPED, "control messages to IPv4 peers of AF_INET6 sockets were not read") \
    X(SEND_INTERFACE, IPSK_UDP_RAW, IPSK_V4, "IP_PKTINFO: not before a kernel has shown that the source is heeded (inet/ip/conn_opt.c looks at the one before)") \
    X(SEND_INTERFACE, IPSK_UDP, IPSK_MAPPED, "control messages to IPv4 peers of AF_INET6 sockets were not read") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V4, "no control message for it that was read") \
    X(SEND_NEXT_HOP, IPSK_UDP, IPSK_MAPPED, "control messages to IPv4 peers of AF_INET6 sockets were not read") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, "IPV6_DONTFRAG as a control message was not read") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V4, "no recvmmsg or sendmmsg in sys/socket.h; the library makes the calls one by one") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V6, "no recvmmsg or sendmmsg in sys/socket.h; the library makes the calls one by one") \
    X(RECV_BATCH, IPSK_UDP, IPSK_MAPPED, "no recvmmsg or sendmmsg in sys/socket.h; the library makes the calls one by one") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V4, "no recvmmsg or sendmmsg in sys/socket.h; the library makes the calls one by one") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V6, "no recvmmsg or sendmmsg in sys/socket.h; the library makes the calls one by one") \
    X(SEND_BATCH, IPSK_UDP, IPSK_MAPPED, "no recvmmsg or sendmmsg in sys/socket.h; the library makes the calls one by one") \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V4, "no ICMP_FILTER for IPv4; the library drops what is blocked") \
    X(BPF, IPSK_UDP_RAW, IPSK_V4, "SO_ATTACH_FILTER: for which families was not read; the library runs the program") \
    X(BPF, IPSK_UDP_RAW, IPSK_V6, "SO_ATTACH_FILTER: for which families was not read; the library runs the program") \
    X(BPF, IPSK_UDP, IPSK_MAPPED, "SO_ATTACH_FILTER: for which families was not read; the library runs the program") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V4, "there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V6, "there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP, IPSK_MAPPED, "there is no error queue")

#define IPSK_LIMITS(X) \
    /* limit, column, what, name */ \
    X(RECEIVE_BUFFER, IPSK_V4, "receive_buffer", "the protocol's max_buf: ipadm") \
    X(SEND_BUFFER, IPSK_V4, "send_buffer", "the protocol's max_buf: ipadm") \
    X(RECEIVE_BUFFER, IPSK_V6, "receive_buffer", "the protocol's max_buf: ipadm") \
    X(SEND_BUFFER, IPSK_V6, "send_buffer", "the protocol's max_buf: ipadm")

#define IPSK_FACTS(X) \
    /* fact, value */ \
    X(CMSG_HEADER, 12) \
    X(CMSG_ALIGN, 4) \
    X(CONTROL_UNIT, 1) \
    X(CMSG_LENGTH_SIZE, 4) \
    X(CMSG_LEVEL_OFFSET, 4) \
    X(SOCKADDR_HAS_LENGTH, 0) \
    X(FAMILY_IPV4, AF_INET) \
    X(FAMILY_IPV6, AF_INET6) \
    X(SOCKADDR_STORAGE, 256) \
    X(GROUP_REQ, 260) \
    X(GROUP_REQ_GROUP, 4) \
    X(GROUP_SOURCE_REQ, 516) \
    X(GROUP_SOURCE_REQ_SOURCE, 260) \
    X(MTUINFO, 36) /* sockaddr_in6 of 32 bytes: __sin6_src_id */ \
    X(MTUINFO_MTU, 32) \
    X(MSG_NOSIGNAL, MSG_NOSIGNAL) \
    X(HOP_LIMIT_DEFAULT, 60) /* ip6.4p: of IPv6 */ \
    X(CONTROL6_ALONE, 1) /* ip6.4p: of a send with any control data */ \
    X(ICMP6_LEAST, 8) \
    X(GROUP_FILTER_MODE, 0) /* this and what follows: not read, what the engine does without it */ \
    X(GROUP_FILTER_SOURCES, 0) \
    X(FIREWALL, IPSK_FIREWALL_EACCES) \
    X(FULL_LENGTH, 0) \
    X(FULL_LENGTH_SINCE, 0) \
    X(DISCOVERY_FORBIDS4, 0) \
    X(DISCOVERY_FORBIDS6, 0) \
    X(PING, 0) \
    X(PING_HEADER, 0) \
    X(PING_ID, 0) \
    X(PING_SOURCE6, 0) \
    X(FILTER6_BY_GROUP, 0) \
    X(RAW_MULTICAST_HOPS, 0) \
    X(RAW_SOURCE_BY_ROUTE, 0) \
    X(RAW_ROUTES_BY_PEER, 0) \
    X(RAW_UNBOUND_DEAF, 0) \
    X(RAW_HEADER_FIELDS, 0) \
    X(RAW_SUM_OF_ANOTHER, 0) \
    X(RAW_HEADER_UNSEEN, 0) \
    X(SUM6_HALF_OUT, 0) \
    X(SOURCE4_UNBOUND_ONLY, 0) \
    X(SOURCE4_UNCONNECTED, 0) \
    X(PKTINFO4_UNBINDS, 0) \
    X(INDEX4_BY_OPTION, 0) \
    X(GROUPS6_BY_ZONE, 0) \
    X(BOUND_HEARS_ALL, 0) \
    X(NO_BUFFERS_REFUSED, 0) \
    X(SOURCE6_UNCONNECTED, 0) \
    X(INDEX6_NO_WAY_SINCE, 0) \
    X(MAPPED_TELLS_NOTHING, 0) \
    X(ALL_ONES_FREE, 0) \
    X(FAMILIES_MIX, 0) \
    X(DATAGRAM_ROOM, 0) \
    X(RECEIVE_NEEDS_ROOM, 0) \
    X(SOURCES_BY_INDEX, 0) \
    X(BLOCKS_SINCE4, 0) \
    X(BLOCKS_SINCE6, 0) \
    X(SOURCES_MOST, 0) \
    X(EMPTY_FILTER_STAYS, 0) \
    X(LEAVES6_BY_INDEX, 0) \
    X(JOINS6_TWICE, 0) \
    X(BUFFERS_REFUSED, 0) \
    X(SEGMENTS, 0) \
    X(SEGMENTS_SURE, 0) \
    X(SEGMENTS_REFUSED, 0)
// clang-format on

#endif
