// SPDX-License-Identifier: BSD-2-Clause
/* Darwin: macOS 11 and newer; versions are the major number of kern.osrelease (20 is macOS 11).
 * Facts: xnu's bsd/netinet/ip_output.c, in_mcast.c, udp_usrreq.c, raw_ip.c, ip_icmp.c, ip_input.c,
 * in_tclass.c, bsd/netinet6/ip6_output.c, ip6_input.c, in6_mcast.c, icmp6.c.
 * - IP_TTL and IP_TOS keep the low byte of negative numbers: a new socket knows the default.
 * IPV6_UNICAST_HOPS sets the IPv4 TTL of a dual-stack socket too, with the same cut: 64 there
 * instead of -1.
 * - IP_MULTICAST_IFINDEX 0 clears the interface; IPV6_MULTICAST_IF cannot be cleared
 * (EADDRNOTAVAIL, newer EINVAL).
 * IPV6_MULTICAST_IF acts for groups of link scope alone: wider ones by the zone in the address.
 * - IPV6_CHECKSUM -1 is EINVAL: it cannot be switched off. IPV6_V6ONLY is 0 on a new socket.
 * - STRICT_MULTICAST: UDP delivers IPv4 by this socket's memberships always, IPv6 with any
 * multicast option in use (udp_usrreq.c), but 224.0.0.1 to all. Raw and ping sockets get everything.
 * - MCAST_JOIN_GROUP wants an interface; IP_ADD_MEMBERSHIP (0.x.y.z is an index) and
 * IPV6_JOIN_GROUP choose one, and are all that ping sockets have.
 * - IP_PKTINFO on send: with an index the source is ignored, so that the index is lent to
 * IP_BOUND_IF or IP_MULTICAST_IFINDEX; afterwards the socket is unconnected and bound to the
 * wildcard (udp_usrreq.c). An IP_TOS message of another size than 4 is skipped
 * silently.
 * - group_req is packed: the group is at 4. */
#ifndef IPSK_DARWIN_H
#define IPSK_DARWIN_H

/* Before netinet/in.h, or the RFC 3542 names do not exist. */
#ifndef __APPLE_USE_RFC_3542
#define __APPLE_USE_RFC_3542 1
#endif

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "core/table/table.h"

#define IPSK_SYSTEM_NAME    "darwin"
#define IPSK_RAW_PRIVILEGE  "raw socket (run as root)"
#define IPSK_PING_PRIVILEGE IPSK_RAW_PRIVILEGE

// clang-format off
#define IPSK_OPTIONS(X) \
    /* option, kinds, column, level, name, set, get, on, reset, since */ \
    X(TRAFFIC_CLASS, IPSK_ANY, IPSK_V4, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_ANY, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_ANY, IPSK_V4, IPPROTO_IP, IP_TTL, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(HOP_LIMIT, IPSK_ANY, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, 64, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_MULTICAST_TTL, U8, U8, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, INT, INT, 0, -1, 0) \
    X(MULTICAST_INTERFACE, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_MULTICAST_IFINDEX, INT, INT, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT, INT, 0, IPSK_RESET_NONE, 0) \
    X(MULTICAST_LOOPBACK, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, BOOL8, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 24) \
    X(PATH_MTU_PROBE, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 24) \
    X(PATH_MTU, IPSK_ANY, IPSK_V6, IPPROTO_IPV6, IPV6_PATHMTU, NONE, MTUINFO, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_ANY, IPSK_V4, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_ANY, IPSK_V6, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_ANY, IPSK_V4, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_ANY, IPSK_V6, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(CHECKSUM, IPSK_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_CHECKSUM, INT, INT, 0, IPSK_RESET_NONE, 0) \
    X(V6ONLY, IPSK_UDP | IPSK_TCP | IPSK_PING, IPSK_V6, IPPROTO_IPV6, IPV6_V6ONLY, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_DGRAM, IPSK_V4, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_UDP, IPSK_MAPPED, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V4, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V6, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_ANY, IPSK_V4, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_ANY, IPSK_V6, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(BIND_INTERFACE, IPSK_ANY, IPSK_V4, IPPROTO_IP, IP_BOUND_IF, INT, INT, 0, 0, 0) \
    X(BIND_INTERFACE, IPSK_ANY, IPSK_V6, IPPROTO_IPV6, IPV6_BOUND_IF, INT, INT, 0, 0, 0) \
    X(HEADER_INCLUDED, IPSK_RAW, IPSK_V4, IPPROTO_IP, IP_HDRINCL, BOOL, BOOL, 1, 0, 0) \
    X(STRICT_MULTICAST, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, NONE, 1, IPSK_RESET_NONE, 0) \
    X(STRICT_MULTICAST, IPSK_UDP, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, NONE, 1, IPSK_RESET_NONE, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_DESTINATION, IPSK_PING, IPSK_V4, IPPROTO_IP, IP_RECVDSTADDR, BOOL, BOOL, 1, 0, 0) \
    X(RECV_INTERFACE, IPSK_PING, IPSK_V4, IPPROTO_IP, IP_RECVIF, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_RECVTTL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVTOS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPATHMTU, BOOL, BOOL, 1, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_JOIN_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_JOIN_GROUP, MREQ6, NONE, 0, 0, 0) /* v4-mapped groups: in6_mcast.c in6p_join_group */ \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_LEAVE_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_LEAVE_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(JOIN_SOURCE, IPSK_UDP, IPSK_V6, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(LEAVE_SOURCE, IPSK_UDP, IPSK_V6, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(BLOCK_SOURCE, IPSK_UDP, IPSK_V6, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(UNBLOCK_SOURCE, IPSK_UDP, IPSK_V6, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V6, IPPROTO_ICMPV6, ICMP6_FILTER, ICMP6_PASS, ICMP6_PASS, 0, 0, 0)

#define IPSK_RECEIVED(X) \
    /* level, type, minimum, usual, field, a, b */ \
    X(IPPROTO_IP, IP_RECVDSTADDR, 4, 4, DESTINATION4, 0, 0) \
    X(IPPROTO_IP, IP_RECVIF, 4, 20, LINK, 2, 0) \
    X(IPPROTO_IP, IP_RECVTTL, 1, 1, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IP, IP_PKTINFO, 12, 12, PKTINFO4, offsetof(struct in_pktinfo, ipi_addr), offsetof(struct in_pktinfo, ipi_ifindex)) \
    X(IPPROTO_IP, IP_RECVTOS, 1, 1, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PKTINFO, 20, 20, PKTINFO6, 0, 16) \
    X(IPPROTO_IPV6, IPV6_HOPLIMIT, 1, 4, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_TCLASS, 1, 4, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PATHMTU, 32, 32, PATH_MTU, 8, 28)

#define IPSK_SENT(X) \
    /* fields, kinds, column, level, type, length, encoding, a, b, since */ \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_DGRAM, IPSK_V4, IPPROTO_IP, IP_TOS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_PKTINFO, 12, PKTINFO4, offsetof(struct in_pktinfo, ipi_spec_dst), offsetof(struct in_pktinfo, ipi_ifindex), 0) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_HOP_LIMIT, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_HOPLIMIT, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_PKTINFO, 20, PKTINFO6, 0, 16, 0) \
    X(IPSOCK_CONTROL_DONT_FRAGMENT, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_NEXT_HOP, IPSK_DGRAM, IPSK_V6, IPPROTO_IPV6, IPV6_NEXTHOP, sizeof(struct sockaddr_in6), SOCKADDR, 0, 0, 0) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_TCLASS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_PKTINFO, 12, PKTINFO4, offsetof(struct in_pktinfo, ipi_spec_dst), offsetof(struct in_pktinfo, ipi_ifindex), 0)

#define IPSK_ABSENT(X) \
    /* feature, kinds, column, reason */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_output.c; IPV6_TCLASS gives IPv4 packets its ECN bits only, but each UDP packet can carry the whole") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V4, "the system lets no program choose which hop limits a connection takes: no IP_MINTTL") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V6, "the system lets no program choose which hop limits a connection takes: no IP_MINTTL") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_MAPPED, "the system lets no program choose which hop limits a connection takes: no IP_MINTTL") \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_output.c") \
    X(MULTICAST_INTERFACE, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_output.c") \
    X(MULTICAST_LOOPBACK, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_output.c") \
    X(DONT_FRAGMENT, IPSK_PING, IPSK_V6, "IPV6_DONTFRAG is not among the options of ping sockets: EPERM (icmp6.c)") \
    X(PATH_MTU_PROBE, IPSK_PING, IPSK_V6, "IPV6_DONTFRAG is not among the options of ping sockets: EPERM (icmp6.c)") \
    X(PATH_MTU, IPSK_ANY, IPSK_V4, "no IP_MTU: no option tells the path MTU of an IPv4 peer") \
    X(PATH_MTU, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_PATHMTU knows IPv6 peers only, and there is no IP_MTU") \
    X(CHECKSUM, IPSK_ANY, IPSK_V4, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(CHECKSUM, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(JOIN_SOURCE, IPSK_UDP, IPSK_V4, "IPv4 source options return the length of an IGMP report as errno, and stay half done: in_mcast.c, igmp_handle_state_change; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_UDP, IPSK_V4, "IPv4 source options return the length of an IGMP report as errno, and stay half done: in_mcast.c, igmp_handle_state_change; the library filters, routers are not told") \
    X(JOIN_SOURCE, IPSK_RAW, IPSK_V4, "source filters have no effect on raw sockets: raw_ip.c and raw_ip6.c never look; the library filters") \
    X(JOIN_SOURCE, IPSK_RAW, IPSK_V6, "source filters have no effect on raw sockets: raw_ip.c and raw_ip6.c never look; the library filters") \
    X(EXCLUDE_SOURCE, IPSK_RAW, IPSK_V4, "source filters have no effect on raw sockets: raw_ip.c and raw_ip6.c never look; the library filters") \
    X(EXCLUDE_SOURCE, IPSK_RAW, IPSK_V6, "source filters have no effect on raw sockets: raw_ip.c and raw_ip6.c never look; the library filters") \
    X(JOIN_SOURCE, IPSK_PING, IPSK_V4, "source options are refused on ping sockets: ip_icmp.c, icmp6.c; the library filters, routers are not told") \
    X(JOIN_SOURCE, IPSK_PING, IPSK_V6, "source options are refused on ping sockets: ip_icmp.c, icmp6.c; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_PING, IPSK_V4, "source options are refused on ping sockets: ip_icmp.c, icmp6.c; the library filters, routers are not told") \
    X(EXCLUDE_SOURCE, IPSK_PING, IPSK_V6, "source options are refused on ping sockets: ip_icmp.c, icmp6.c; the library filters, routers are not told") \
    X(STRICT_MULTICAST, IPSK_RAW | IPSK_PING, IPSK_V4, "raw and ping sockets get every group that the host joined; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_RAW | IPSK_PING, IPSK_V6, "raw and ping sockets get every group that the host joined; the library compares destinations") \
    X(JOIN_SOURCE, IPSK_UDP, IPSK_MAPPED, "IPV6_JOIN_GROUP takes v4-mapped groups, without a source; the options with sources want AF_INET6 addresses: in6_mcast.c") \
    X(EXCLUDE_SOURCE, IPSK_UDP, IPSK_MAPPED, "IPV6_JOIN_GROUP takes v4-mapped groups, without a source; the options with sources want AF_INET6 addresses: in6_mcast.c") \
    X(STRICT_MULTICAST, IPSK_UDP, IPSK_MAPPED, "the kernel delivers IPv4 by membership without being asked; the library compares destinations all the same") \
    X(RECV_TRAFFIC_CLASS, IPSK_PING, IPSK_V4, "IP_RECVTOS is refused on ping sockets: ip_icmp.c; the header that they deliver has it") \
    X(RECV_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "of an IPv4 packet an AF_INET6 socket gets no hop limit: ip6_input.c ip6_savecontrol_v4") \
    X(RECV_PATH_MTU, IPSK_DGRAM, IPSK_V4, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_PATH_MTU, IPSK_UDP, IPSK_MAPPED, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_PATH_MTU, IPSK_PING, IPSK_V6, "IPV6_RECVPATHMTU is not among the options of ping sockets: EPERM (icmp6.c)") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "sockets have no receive coalescing") \
    X(SEND_HOP_LIMIT, IPSK_DGRAM, IPSK_V4, "an IP_TTL control message is ignored; IP_TTL of the socket is what there is, on raw sockets a header of one's own") \
    X(SEND_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "IPV6_HOPLIMIT does not reach IPv4 packets: udp6_usrreq.c") \
    X(SEND_SOURCE, IPSK_RAW | IPSK_PING, IPSK_V4, "IP_PKTINFO is for UDP: raw_ip.c ignores it; a header of one's own has the source") \
    X(SEND_INTERFACE, IPSK_DGRAM, IPSK_V4, "beside an index the source in IP_PKTINFO is ignored, and it is for UDP: udp_usrreq.c, raw_ip.c; IP_BOUND_IF and IP_MULTICAST_IFINDEX of the socket are what there is") \
    X(SEND_INTERFACE, IPSK_UDP, IPSK_MAPPED, "beside an index the source in IP_PKTINFO is ignored: udp_usrreq.c; IPV6_BOUND_IF of the socket is what there is") \
    X(SEND_DONT_FRAGMENT, IPSK_DGRAM, IPSK_V4, "no control message for it; IP_DONTFRAG of the socket is what there is") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "no control message for it; IPV6_DONTFRAG of the socket is what there is") \
    X(SEND_NEXT_HOP, IPSK_DGRAM, IPSK_V4, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_NEXT_HOP, IPSK_UDP, IPSK_MAPPED, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(RECV_BATCH, IPSK_DGRAM, IPSK_V4, "recvmsg_x and sendmsg_x are private and lose MSG_TRUNC since macOS 14; the library loops") \
    X(RECV_BATCH, IPSK_DGRAM, IPSK_V6, "recvmsg_x and sendmsg_x are private and lose MSG_TRUNC since macOS 14; the library loops") \
    X(SEND_BATCH, IPSK_DGRAM, IPSK_V4, "recvmsg_x and sendmsg_x are private and lose MSG_TRUNC since macOS 14; the library loops") \
    X(SEND_BATCH, IPSK_DGRAM, IPSK_V6, "recvmsg_x and sendmsg_x are private and lose MSG_TRUNC since macOS 14; the library loops") \
    X(ICMP_FILTER, IPSK_RAW | IPSK_PING, IPSK_V4, "no ICMP_FILTER for IPv4; the library drops what is blocked") \
    X(ICMP_FILTER, IPSK_PING, IPSK_V6, "the system's lets replies pass alone; the library drops what is blocked") \
    X(BPF, IPSK_DGRAM, IPSK_V4, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(BPF, IPSK_DGRAM, IPSK_V6, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(ERROR_STREAM, IPSK_DGRAM, IPSK_V4, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_DGRAM, IPSK_V6, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP, IPSK_MAPPED, "ICMP errors reach connected sockets as errno only; there is no error queue")

#define IPSK_LIMITS(X) \
    /* limit, column, what, name */ \
    X(GROUPS, IPSK_V4, "MCAST_JOIN_GROUP", "IP_MAX_MEMBERSHIPS: 4095 a socket") \
    X(SOURCE_GROUPS, IPSK_V4, "MCAST_JOIN_GROUP", "IP_MAX_MEMBERSHIPS: 4095 a socket") \
    X(GROUPS, IPSK_V6, "MCAST_JOIN_GROUP", "IPV6_MAX_MEMBERSHIPS: 4095 a socket") \
    X(SOURCE_GROUPS, IPSK_V6, "MCAST_JOIN_SOURCE_GROUP", "IPV6_MAX_MEMBERSHIPS: 4095 a socket") \
    X(SOURCES, IPSK_V6, "MCAST_JOIN_SOURCE_GROUP", "net.inet6.ip6.mcast.maxgrpsrc or maxsocksrc") \
    X(EXCLUDED, IPSK_V6, "MCAST_BLOCK_SOURCE", "net.inet6.ip6.mcast.maxgrpsrc or maxsocksrc") \
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
    X(GROUP_REQ, sizeof(struct group_req)) \
    X(GROUP_REQ_GROUP, offsetof(struct group_req, gr_group)) \
    X(GROUP_SOURCE_REQ, sizeof(struct group_source_req)) \
    X(GROUP_SOURCE_REQ_SOURCE, offsetof(struct group_source_req, gsr_source)) \
    X(GROUP_FILTER_MODE, 0) \
    X(GROUP_FILTER_SOURCES, 0) \
    X(MTUINFO, sizeof(struct ip6_mtuinfo)) \
    X(MTUINFO_MTU, offsetof(struct ip6_mtuinfo, ip6m_mtu)) \
    X(MSG_NOSIGNAL, MSG_NOSIGNAL) \
    X(FIREWALL, 0) /* net/pf_ioctl.c, pf_inet_hook: EHOSTUNREACH */ \
    X(FULL_LENGTH, 0) \
    X(FULL_LENGTH_SINCE, 0) \
    X(DISCOVERY_FORBIDS4, 0) \
    X(DISCOVERY_FORBIDS6, 0) \
    X(HOP_LIMIT_DEFAULT, 64) \
    X(PING, 1) \
    X(PING_HEADER, 1) \
    X(PING_ID, 0) \
    X(PING_SOURCE6, 1) \
    X(FILTER6_BY_GROUP, 0) \
    X(RAW_MULTICAST_HOPS, 0) \
    X(RAW_SOURCE_BY_ROUTE, 1) /* bsd/netinet/raw_ip.c, rip_output: of a header without one */ \
    X(RAW_ROUTES_BY_PEER, 0) \
    X(RAW_UNBOUND_DEAF, 0) \
    X(RAW_HEADER_FIELDS, IPSOCK_CONTROL_TRAFFIC_CLASS) /* of ping sockets: bsd/netinet/ip_icmp.c, icmp_dgram_ctloutput */ \
    X(RAW_SUM_OF_ANOTHER, 1) \
    X(RAW_HEADER_UNSEEN, 1) /* run: header lengths of 0 and 16 go out */ \
    X(SUM6_HALF_OUT, 1) /* run: bsd/netinet6/raw_ip6.c, rip6_output */ \
    X(SOURCE4_UNBOUND_ONLY, 0) \
    X(SOURCE4_UNCONNECTED, 0) \
    X(PKTINFO4_UNBINDS, 1) \
    X(INDEX4_BY_OPTION, 1) /* the source beside it is ignored, and groups need a default route there (ip_output.c) */ \
    X(GROUPS6_BY_ZONE, 1) /* bsd/netinet6/in6_src.c, in6_selectroute */ \
    X(BOUND_HEARS_ALL, 1) /* bsd/netinet/in_pcb.c: of routes alone */ \
    X(CONTROL6_ALONE, 1) /* bsd/netinet6/udp6_output.c, raw_ip6.c: options of the packet take the place of the sticky ones */ \
    X(NO_BUFFERS_REFUSED, 1) /* bsd/kern/uipc_syscalls.c, sendit, recvit: EMSGSIZE */ \
    X(SOURCE6_UNCONNECTED, IPSK_UDP) /* bsd/netinet6/udp6_output.c */ \
    X(INDEX6_NO_WAY_SINCE, 0) \
    X(MAPPED_TELLS_NOTHING, 1) /* bsd/netinet/udp_usrreq.c, udp_append: it is treated as one of AF_INET */ \
    X(ALL_ONES_FREE, 0) \
    X(FAMILIES_MIX, 1) /* refused, with other codes: EHOSTUNREACH, EADDRNOTAVAIL */ \
    X(DATAGRAM_ROOM, 66560) /* udp_sendspace 9216: EMSGSIZE over it */ \
    X(RECEIVE_NEEDS_ROOM, 1) /* an empty datagram is marked MSG_TRUNC: bsd/kern/uipc_socket.c */ \
    X(ICMP6_LEAST, 8) \
    X(SOURCES_BY_INDEX, 1) \
    X(BLOCKS_SINCE4, INT32_MAX) /* bsd/netinet/in_mcast.c */ \
    X(BLOCKS_SINCE6, INT32_MAX) \
    X(SOURCES_MOST, 0) \
    X(EMPTY_FILTER_STAYS, 1) \
    X(LEAVES6_BY_INDEX, 1) /* bsd/netinet6/in6_mcast.c, in6p_leave_group, of groups of link scope */ \
    X(JOINS6_TWICE, 0) \
    X(BUFFERS_REFUSED, 1) /* bsd/kern/uipc_socket2.c, sbreserve: ENOBUFS */ \
    X(SEGMENTS, 0) \
    X(SEGMENTS_SURE, 0) \
    X(SEGMENTS_REFUSED, 0)
// clang-format on

#endif
