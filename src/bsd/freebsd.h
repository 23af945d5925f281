// SPDX-License-Identifier: BSD-2-Clause
/* FreeBSD, 12 and newer; versions are kern.osreldate (1400500 is 14.0). Facts:
 * sys/netinet/ip_output.c, in_mcast.c, udp_usrreq.c, raw_ip.c, ip_input.c (ip_savecontrol),
 * sys/netinet6/ip6_output.c, ip6_input.c, in6_mcast.c.
 * - IP_TTL takes any number and keeps its low byte, so -1 is no default: a new socket knows it. On
 * a dual-stack socket IPV6_UNICAST_HOPS sets the IPv4 TTL too, with the same cut (ip6_ctloutput):
 * 64 there instead of -1.
 * - STRICT_MULTICAST: the first multicast option on a socket makes the kernel filter its groups for
 * good, except on UDP over IPv4, where it always does (udp_input, udp6_input, rip_input); looping
 * back is on already.
 * - MCAST_JOIN_GROUP wants an interface; IP_ADD_MEMBERSHIP with an ip_mreq and IPV6_JOIN_GROUP
 * choose one.
 * - IPV6_CHECKSUM -1 is EINVAL (-1 % 2 is not 0): it cannot be switched off.
 * - IP_RECVIF sends a sockaddr_dl of sdl_len bytes: 54, rounded up, or 8 without interface; its
 * index is at offset 2.
 * - IP_SENDSRCADDR: EINVAL unless the socket has a port and no address; the IP_TOS message is one
 * byte, EINVAL otherwise. Both work towards v4-mapped destinations: udp6_send hands the control
 * data on to udp_send.
 * - recvmmsg and sendmmsg are loops in libc, with an ssize_t as msg_len: not used. */
#ifndef IPSK_FREEBSD_H
#define IPSK_FREEBSD_H

#include <stddef.h>
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "core/table/table.h"

#define IPSK_SYSTEM_NAME    "freebsd"
#define IPSK_RAW_PRIVILEGE  "raw socket (run as root)"
#define IPSK_PING_PRIVILEGE IPSK_RAW_PRIVILEGE
/* How a route socket tells that it dropped messages: SO_RERROR, 14.0; older ones refuse it, and do
 * not tell. */
#define IPSK_NEWS_OVERFLOW_OPTION 0x20000
#define IPSK_NEWS_OVERFLOW_TYPE   0

// clang-format off
#define IPSK_OPTIONS(X) \
    /* option, kinds, column, level, name, set, get, on, reset, since */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TTL, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, -1, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, HOPS, 0, 64, 0) \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V4, IPPROTO_IP, IP_MINTTL, INT, INT, 0, 0, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_TTL, U8, U8, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, INT, INT, 0, -1, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_IF, MREQN, MREQN, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT, INT, 0, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, BOOL8, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PATHMTU, NONE, MTUINFO, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(CHECKSUM, IPSK_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_CHECKSUM, INT, INT, 0, IPSK_RESET_NONE, 0) \
    X(V6ONLY, IPSK_UDP_TCP, IPSK_V6, IPPROTO_IPV6, IPV6_V6ONLY, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_UDP_RAW, IPSK_V4, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_UDP, IPSK_MAPPED, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V4, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_TCP, IPSK_V6, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_PORT, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_REUSEPORT, BOOL, BOOL, 1, 0, 0) \
    X(HEADER_INCLUDED, IPSK_RAW, IPSK_V4, IPPROTO_IP, IP_HDRINCL, BOOL, BOOL, 1, 0, 0) \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL8, NONE, 1, IPSK_RESET_NONE, 0) \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, NONE, 1, IPSK_RESET_NONE, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVPKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_DESTINATION, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVDSTADDR, BOOL, BOOL, 1, 0, 0) \
    X(RECV_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVIF, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVTTL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVTOS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_RECVPATHMTU, BOOL, BOOL, 1, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_JOIN_GROUP, MREQ6, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_LEAVE_GROUP, MREQ6, NONE, 0, 0, 0) \
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
    X(IPPROTO_IP, IP_RECVDSTADDR, 4, 4, DESTINATION4, 0, 0) \
    X(IPPROTO_IP, IP_RECVTTL, 1, 1, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IP, IP_RECVIF, 4, 56, LINK, 2, 0) \
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
    X(IPSOCK_CONTROL_NEXT_HOP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_NEXTHOP, sizeof(struct sockaddr_in6), SOCKADDR, 0, 0, 0) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_TOS, 1, U8, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_SENDSRCADDR, 4, ADDR4, 0, 0, 0)

#define IPSK_ABSENT(X) \
    /* feature, kinds, column, reason */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput, and IPV6_TCLASS does not reach IPv4 packets; UDP packets can carry IP_TOS one by one") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V6, "IP_MINTTL is of AF_INET sockets: IPPROTO_IP options are refused on AF_INET6 ones with EINVAL, and there is no IPV6_MINHOPCOUNT (ip6_ctloutput)") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_MAPPED, "IP_MINTTL is of AF_INET sockets: IPPROTO_IP options are refused on AF_INET6 ones with EINVAL, and there is no IPV6_MINHOPCOUNT (ip6_ctloutput)") \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput") \
    X(MULTICAST_INTERFACE, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput") \
    X(MULTICAST_LOOPBACK, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput") \
    X(DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput, and IPV6_DONTFRAG does not reach IPv4 packets") \
    X(PATH_MTU_PROBE, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput, and IPV6_DONTFRAG does not reach IPv4 packets") \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V4, "no IP_MTU: the host cache cannot be read from a socket") \
    X(PATH_MTU, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_PATHMTU knows IPv6 peers only, and there is no IP_MTU") \
    X(CHECKSUM, IPSK_UDP_TCP_RAW, IPSK_V4, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(CHECKSUM, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V4, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V6, "no option binds a socket to an interface (neither SO_BINDTODEVICE nor IP_BOUND_IF)") \
    X(JOIN_GROUP, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput; IPV6_JOIN_GROUP takes no v4-mapped group: in6_mcast.c") \
    X(JOIN_SOURCE, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput; IPV6_JOIN_GROUP takes no v4-mapped group: in6_mcast.c") \
    X(EXCLUDE_SOURCE, IPSK_UDP, IPSK_MAPPED, "IPPROTO_IP options are refused on AF_INET6 sockets with EINVAL: ip6_ctloutput; IPV6_JOIN_GROUP takes no v4-mapped group: in6_mcast.c") \
    X(STRICT_MULTICAST, IPSK_UDP, IPSK_MAPPED, "IPv4 groups cannot be joined on AF_INET6 sockets, and IPv4 multicast reaches only sockets that joined") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V4, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_PATH_MTU, IPSK_UDP, IPSK_MAPPED, "path MTU notices are IPv6 only (RFC 3542 11.3)") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "sockets have no receive coalescing") \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "sockets have no receive coalescing") \
    X(SEND_TRAFFIC_CLASS, IPSK_RAW, IPSK_V4, "rip_send ignores control data; a header of one's own has it") \
    X(SEND_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, "no IP_TTL control message; IP_TTL of the socket is what there is, on raw sockets a header of one's own") \
    X(SEND_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "no IP_TTL control message, and IPV6_HOPLIMIT does not reach IPv4 packets") \
    X(SEND_SOURCE, IPSK_RAW, IPSK_V4, "raw output ignores control data; a header of one's own has it") \
    X(SEND_OPAQUE, IPSK_RAW, IPSK_V4, "raw output frees control data unread, before 14 it leaks it: raw_ip.c rip_send") \
    X(SEND_INTERFACE, IPSK_UDP_RAW, IPSK_V4, "no IP_PKTINFO: IPv4 packets follow the routes, multicast IP_MULTICAST_IF") \
    X(SEND_INTERFACE, IPSK_UDP, IPSK_MAPPED, "IPV6_PKTINFO with a v4-mapped address gives the source only: udp_usrreq.c udp_v4mapped_pktinfo") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no control message for it; IP_DONTFRAG of the socket is what there is") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "no control message for it") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V4, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_NEXT_HOP, IPSK_UDP, IPSK_MAPPED, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(SEND_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, "no segmentation offload for UDP; the library sends the datagrams one by one") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V4, "recvmmsg and sendmmsg are loops in libc; the library makes the same loop") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V6, "recvmmsg and sendmmsg are loops in libc; the library makes the same loop") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V4, "recvmmsg and sendmmsg are loops in libc; the library makes the same loop") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V6, "recvmmsg and sendmmsg are loops in libc; the library makes the same loop") \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V4, "no ICMP_FILTER for IPv4; the library drops what is blocked") \
    X(BPF, IPSK_UDP_RAW, IPSK_V4, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(BPF, IPSK_UDP_RAW, IPSK_V6, "no socket filter: bpf(4) is a link-level device; the library runs the program") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V4, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V6, "ICMP errors reach connected sockets as errno only; there is no error queue") \
    X(ERROR_STREAM, IPSK_UDP, IPSK_MAPPED, "ICMP errors reach connected sockets as errno only; there is no error queue")

#define IPSK_LIMITS(X) \
    /* limit, column, what, name */ \
    X(GROUPS, IPSK_V4, "MCAST_JOIN_GROUP", "IP_MAX_MEMBERSHIPS: 4095 a socket") \
    X(SOURCE_GROUPS, IPSK_V4, "MCAST_JOIN_SOURCE_GROUP", "IP_MAX_MEMBERSHIPS: 4095 a socket") \
    X(SOURCES, IPSK_V4, "MCAST_JOIN_SOURCE_GROUP", "net.inet.ip.mcast.maxgrpsrc or maxsocksrc") \
    X(EXCLUDED, IPSK_V4, "MCAST_BLOCK_SOURCE", "net.inet.ip.mcast.maxgrpsrc or maxsocksrc") \
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
    X(FIREWALL, IPSK_FIREWALL_EPERM | IPSK_FIREWALL_EACCES) /* netinet/ip_output.c, ip_output_pfil: 13.0 the one, before and later the other */ \
    X(FULL_LENGTH, IPSK_RAW) /* soreceive_generic in uipc_socket.c, not UDP's soreceive_dgram */ \
    X(FULL_LENGTH_SINCE, 1400097) /* 14.0 */ \
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
    X(RAW_SUM_OF_ANOTHER, 1) /* netinet/ip_reass.c, ip_reass: the first fragment's; over lo0 none */ \
    X(RAW_HEADER_UNSEEN, 0) \
    X(SUM6_HALF_OUT, 0) \
    X(SOURCE4_UNBOUND_ONLY, 1) \
    X(SOURCE4_UNCONNECTED, 0) \
    X(PKTINFO4_UNBINDS, 0) \
    X(INDEX4_BY_OPTION, 0) \
    X(GROUPS6_BY_ZONE, 0) \
    X(BOUND_HEARS_ALL, 0) \
    X(CONTROL6_ALONE, 0) \
    X(NO_BUFFERS_REFUSED, 0) \
    X(SOURCE6_UNCONNECTED, IPSK_UDP) /* netinet6/in6_src.c, in6_selectsrc; raw sockets heed it */ \
    X(INDEX6_NO_WAY_SINCE, 1300000) /* 13.0, of raw sockets and of UDP that is not connected: netinet6/in6_src.c, in6_selectroute */ \
    X(MAPPED_TELLS_NOTHING, 1) /* netinet/udp_usrreq.c, udp_append: it is treated as one of AF_INET */ \
    X(ALL_ONES_FREE, 1 << IPSK_V4 | 1 << IPSK_MAPPED) /* netinet/ip_output.c: with a default route */ \
    X(FAMILIES_MIX, 1) /* netinet6/udp6_usrreq.c, udp6_send, in6_pcb.c */ \
    X(DATAGRAM_ROOM, 66560) /* udp_sendspace 9216, rip_recvspace 9216: EMSGSIZE over the one, silence over the other */ \
    X(RECEIVE_NEEDS_ROOM, 1) /* an empty datagram is marked MSG_TRUNC: kern/uipc_socket.c */ \
    X(ICMP6_LEAST, 8) /* netinet6/raw_ip6.c, rip6_output: ENOBUFS below */ \
    X(SOURCES_BY_INDEX, 1) /* netinet/in_mcast.c, in6_mcast.c: EADDRNOTAVAIL */ \
    X(BLOCKS_SINCE4, 1400000) /* netinet/in_mcast.c, imo_multi_filter before 14 */ \
    X(BLOCKS_SINCE6, INT32_MAX) /* netinet6/in6_mcast.c, up to 15 */ \
    X(SOURCES_MOST, 512) /* netinet/in_mcast.c, inm_merge: in_mcast_maxgrpsrc, and no pointer set */ \
    X(EMPTY_FILTER_STAYS, 1) /* netinet/in_mcast.c, inp_leave_group */ \
    X(LEAVES6_BY_INDEX, 1) /* netinet6/in6_mcast.c, in6p_leave_group, of link-local groups */ \
    X(JOINS6_TWICE, 0) \
    X(BUFFERS_REFUSED, 1) /* kern/uipc_sockbuf.c, sbreserve_locked: ENOBUFS */ \
    X(SEGMENTS, 0) \
    X(SEGMENTS_SURE, 0) \
    X(SEGMENTS_REFUSED, 0)
// clang-format on

#endif
