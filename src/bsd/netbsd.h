// SPDX-License-Identifier: BSD-2-Clause
/* NetBSD, 9 and newer; versions are __NetBSD_Version__ (900000000 is 9.0). Facts:
 * sys/netinet/ip_output.c, raw_ip.c, ip_input.c (ip_savecontrol), sys/netinet6/ip6_output.c,
 * ip6_input.c, udp6_usrreq.c.
 * - An int option is exactly 4 bytes, the multicast ones 1 or 4; reading gives 1 byte
 * (ip_getmoptions).
 * - IP_TTL takes any number and keeps its low byte: a new socket knows the default.
 * - 0.x.y.z stands for an interface index wherever an interface's address is asked for: ip(4).
 * - Of the IPPROTO_IP options a dual-stack socket takes the multicast ones only (ip6_ctloutput);
 * its TTL towards v4-mapped destinations is the IPv6 hop limit, its TOS is 0, its control data is
 * not used (udp6_output).
 * - IP_RECVPKTINFO gives IP_PKTINFO, with the address before the index and no third member;
 * IP_RECVDSTADDR and IP_RECVIF are decoded for sockets that were set up elsewhere. IP_RECVIF sends
 * 8 bytes of sockaddr_dl.
 * - Raw sockets without header write TOS 0 and TTL 255. */
#ifndef IPSK_NETBSD_H
#define IPSK_NETBSD_H

#include <stddef.h>
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/table/table.h"

#define IPSK_SYSTEM_NAME    "netbsd"
#define IPSK_RAW_PRIVILEGE  "raw socket (run as root)"
#define IPSK_PING_PRIVILEGE IPSK_RAW_PRIVILEGE
/* How a route socket tells that it dropped messages: kern/uipc_socket2.c, soroverflow. */
#define IPSK_NEWS_OVERFLOW_OPTION SO_RERROR
#define IPSK_NEWS_OVERFLOW_TYPE   0

// clang-format off
#define IPSK_OPTIONS(X) \
    /* option, kinds, column, level, name, set, get, on, reset, since */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP, IPSK_V4, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP, IPSK_V4, IPPROTO_IP, IP_TTL, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, -1, 0) \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V4, IPPROTO_IP, IP_MINTTL, INT, INT, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_TTL, U8, U8, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, INT, INT, 0, -1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_MULTICAST_TTL, U8, U8, 0, 1, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_IF, INDEX_ADDR, INDEX_ADDR, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT, INT, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_MULTICAST_IF, INDEX_ADDR, INDEX_ADDR, 0, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, BOOL8, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, BOOL8, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
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
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V4, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V6, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(HEADER_INCLUDED, IPSK_RAW, IPSK_V4, IPPROTO_IP, IP_HDRINCL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVTTL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPATHMTU, BOOL, BOOL, 1, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_JOIN_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_LEAVE_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V6, IPPROTO_ICMPV6, ICMP6_FILTER, ICMP6_PASS, ICMP6_PASS, 0, 0, 0)

#define IPSK_RECEIVED(X) \
    /* level, type, minimum, usual, field, a, b */ \
    X(IPPROTO_IP, IP_RECVDSTADDR, 4, 4, DESTINATION4, 0, 0) \
    X(IPPROTO_IP, IP_PKTINFO, 8, 8, PKTINFO4, offsetof(struct in_pktinfo, ipi_addr), offsetof(struct in_pktinfo, ipi_ifindex)) \
    X(IPPROTO_IP, IP_RECVIF, 4, 8, LINK, 2, 0) \
    X(IPPROTO_IP, IP_RECVTTL, 1, 1, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PKTINFO, 20, 20, PKTINFO6, 0, 16) \
    X(IPPROTO_IPV6, IPV6_HOPLIMIT, 1, 4, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_TCLASS, 1, 4, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PATHMTU, 32, 32, PATH_MTU, 8, 28)

#define IPSK_SENT(X) \
    /* fields, kinds, column, level, type, length, encoding, a, b, since */ \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_PKTINFO, 8, PKTINFO4, offsetof(struct in_pktinfo, ipi_addr), offsetof(struct in_pktinfo, ipi_ifindex), 0) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_HOPLIMIT, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PKTINFO, 20, PKTINFO6, 0, 16, 0) \
    X(IPSOCK_CONTROL_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_NEXT_HOP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_NEXTHOP, sizeof(struct sockaddr_in6), SOCKADDR, 0, 0, 0)

#define IPSK_ABSENT(X) \
    /* feature, kinds, column, reason */ \
    X(TRAFFIC_CLASS, IPSK_RAW, IPSK_V4, "raw output writes TOS 0 whatever IP_TOS says: raw_ip.c rip_output; a header of one's own has it") \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP, IPSK_MAPPED, "output to v4-mapped destinations writes TOS 0: udp6_usrreq.c udp6_output, tcp_output.c") \
    X(HOP_LIMIT, IPSK_RAW, IPSK_V4, "raw output writes TTL 255 whatever IP_TTL says: raw_ip.c rip_output; a header of one's own has it") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V6, "there is no IPV6_MINHOPCOUNT, and tcp_input looks at the TTL of AF_INET sockets only") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_MAPPED, "there is no IPV6_MINHOPCOUNT, and tcp_input looks at the TTL of AF_INET sockets only") \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no IP_DONTFRAG; on raw sockets a header of one's own has the bit") \
    X(DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "no IP_DONTFRAG, and IPV6_DONTFRAG does not reach IPv4 packets") \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V4, "no IP_DONTFRAG; on raw sockets a header of one's own has the bit") \
    X(PATH_MTU_PROBE, IPSK_UDP, IPSK_MAPPED, "no IP_DONTFRAG, and IPV6_DONTFRAG does not reach IPv4 packets") \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V4, "IP_ERRORMTU tells the MTU of a send that just failed, not that of a path") \
    X(PATH_MTU, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_PATHMTU knows IPv6 peers only, and there is no IP_MTU") \
    X(CHECKSUM, IPSK_UDP_TCP_RAW, IPSK_V4, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(CHECKSUM, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V4, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V6, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V4, "the kernel has no source filters; the library filters, routers are not told") \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V6, "the kernel has no source filters; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_UDP_RAW, IPSK_V4, "the kernel has no source filters; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_UDP_RAW, IPSK_V6, "the kernel has no source filters; the library filters, routers are not told") \
    X(JOIN_SOURCE, IPSK_UDP, IPSK_MAPPED, "the kernel has no source filters, and of IPv4 packets no interface is delivered here") \
    X(EXCLUDE_SOURCE, IPSK_UDP, IPSK_MAPPED, "the kernel has no source filters, and of IPv4 packets no interface is delivered here") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V4, "every socket on the port gets every group that the host joined; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V6, "every socket on the port gets every group that the host joined; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP, IPSK_MAPPED, "every socket on the port gets every group that the host joined, and of IPv4 packets no destination is delivered here") \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, "no IP_RECVTOS; raw sockets deliver the header, which has it") \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, "of an IPv4 packet an AF_INET6 socket gets no control data: ip6_savecontrol") \
    X(RECV_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "of an IPv4 packet an AF_INET6 socket gets no control data: ip6_savecontrol") \
    X(RECV_DESTINATION, IPSK_UDP, IPSK_MAPPED, "of an IPv4 packet an AF_INET6 socket gets no control data: ip6_savecontrol") \
    X(RECV_INTERFACE, IPSK_UDP, IPSK_MAPPED, "of an IPv4 packet an AF_INET6 socket gets no control data: ip6_savecontrol") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V4, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_PATH_MTU, IPSK_UDP, IPSK_MAPPED, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "sockets have no receive coalescing") \
    X(SEND_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, "no IP_TOS control message; IP_TOS of the socket is what there is, on raw sockets a header of one's own") \
    X(SEND_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, "control data does not reach IPv4 packets, whose TOS is always 0: udp6_output") \
    X(SEND_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, "no IP_TTL control message; IP_TTL of the socket is what there is, on raw sockets a header of one's own") \
    X(SEND_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "control data does not reach IPv4 packets: udp6_output") \
    X(RECV_OPAQUE, IPSK_UDP, IPSK_MAPPED, "of an IPv4 packet an AF_INET6 socket gets no control data: ip6_savecontrol") \
    X(SEND_OPAQUE, IPSK_UDP, IPSK_MAPPED, "control data does not reach IPv4 packets: udp6_output") \
    X(SEND_SOURCE, IPSK_UDP, IPSK_MAPPED, "control data does not reach IPv4 packets: udp6_output") \
    X(SEND_INTERFACE, IPSK_UDP, IPSK_MAPPED, "control data does not reach IPv4 packets: udp6_output") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no control message for it; a raw socket's own header has the bit") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "no control message for it") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V4, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_NEXT_HOP, IPSK_UDP, IPSK_MAPPED, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V4, "no ICMP_FILTER for IPv4; the library drops what is blocked") \
    X(BPF, IPSK_UDP_RAW, IPSK_V4, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(BPF, IPSK_UDP_RAW, IPSK_V6, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V4, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V6, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP, IPSK_MAPPED, "ICMP errors reach connected sockets as errno only; there is no error queue")

#define IPSK_LIMITS(X) \
    /* limit, column, what, name */ \
    X(GROUPS, IPSK_V4, "IP_ADD_MEMBERSHIP", "IP_MAX_MEMBERSHIPS: 20 a socket") \
    X(RECEIVE_BUFFER, IPSK_V4, "receive_buffer", "kern.sbmax") \
    X(SEND_BUFFER, IPSK_V4, "send_buffer", "kern.sbmax") \
    X(RECEIVE_BUFFER, IPSK_V6, "receive_buffer", "kern.sbmax") \
    X(SEND_BUFFER, IPSK_V6, "send_buffer", "kern.sbmax") \
    X(GROUPS, IPSK_MAPPED, "IP_ADD_MEMBERSHIP", "IP_MAX_MEMBERSHIPS: 20 a socket")

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
    X(FIREWALL, 0) /* net/npf/npf_handler.c: ENETUNREACH */ \
    X(FULL_LENGTH, 0) /* given, it comes back set always: soreceive in uipc_socket.c */ \
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
    X(RAW_HEADER_FIELDS, IPSOCK_CONTROL_TRAFFIC_CLASS) \
    X(RAW_SUM_OF_ANOTHER, 1) /* netinet/ip_reass.c, ip_reass: the first fragment's */ \
    X(RAW_HEADER_UNSEEN, 1) /* netinet/raw_ip.c, rip_output */ \
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
    X(ALL_ONES_FREE, 1 << IPSK_MAPPED) /* netinet6/udp6_output.c hands on IP_ALLOWBROADCAST */ \
    X(FAMILIES_MIX, 1) /* netinet6/udp6_output.c */ \
    X(DATAGRAM_ROOM, 66560) /* udp_sendspace 9216, rip_sendspace and rip_recvspace 8192 */ \
    X(RECEIVE_NEEDS_ROOM, 1) /* 0, where nothing has come: kern/uipc_socket.c, soreceive */ \
    X(ICMP6_LEAST, 8) /* netinet6/raw_ip6.c, rip6_output: ENOBUFS below */ \
    X(SOURCES_BY_INDEX, 0) \
    X(BLOCKS_SINCE4, 0) \
    X(BLOCKS_SINCE6, 0) \
    X(SOURCES_MOST, 0) \
    X(EMPTY_FILTER_STAYS, 0) \
    X(LEAVES6_BY_INDEX, 1) /* netinet6/ip6_output.c, ip6_setmoptions, of link-local groups */ \
    X(JOINS6_TWICE, 1) /* netinet6/ip6_output.c, ip6_setmoptions */ \
    X(BUFFERS_REFUSED, 1) /* kern/uipc_socket2.c, sbreserve: ENOBUFS */ \
    X(SEGMENTS, 0) \
    X(SEGMENTS_SURE, 0) \
    X(SEGMENTS_REFUSED, 0)
// clang-format on

#endif
