// SPDX-License-Identifier: BSD-2-Clause
/* Windows 10 1809, Server 2019 and newer, and Wine 8; versions are build numbers (19041 is 2004).
 * Facts: Microsoft's pages on the IPPROTO_IP, IPPROTO_IPV6 and IPPROTO_UDP socket options,
 * WSARecvMsg and WSASendMsg; ws2ipdef.h; Wine's ws2_32 tests, which pass on Windows too.
 * - Values are DWORDs. Reading IPV6_V6ONLY fills one byte. -1 is refused everywhere: a new socket
 * knows the default.
 * - IP_MULTICAST_IF takes 0.x.y.z as an index in network order, IP_UNICAST_IF the index in network
 * order; both read in host order; the IPv6 options use host order.
 * - IP_MULTICAST_LOOP acts on the receiver.
 * - An option and the control message that it switches on may have different numbers: IP_RECVTTL
 * gives IP_TTL, IP_RECVTOS gives IP_TOS, IPV6_RECVTCLASS gives IPV6_TCLASS; payloads are always 4
 * bytes.
 * - IP_TOS is accepted, and packets are marked only where setting IPV6_TCLASS works too: probe at
 * run time.
 * - On a dual-stack socket the IPPROTO_IP options serve its IPv4 traffic (WSAEINVAL on a host
 * without IPv4).
 * - Every provider since Vista has the MCAST_ options, which name interfaces by index. The older
 * ones of any-source groups stand behind them for Wine; those of sources do not, for Wine takes
 * their ip_mreq_source in the host's order of fields and joins something else. */
#ifndef IPSK_WINDOWS_H
#define IPSK_WINDOWS_H

/* winsock2.h comes first, before anything that may include windows.h. */
#include <winsock2.h>

#include <mswsock.h>
#include <stddef.h>
#include <ws2tcpip.h>

#include "core/table/table.h"

#define IPSK_SYSTEM_NAME    "windows"
#define IPSK_RAW_PRIVILEGE  "raw socket (run as administrator)"
#define IPSK_PING_PRIVILEGE IPSK_RAW_PRIVILEGE
/* "Limitations on Raw Sockets": sends and binds are refused, with which numbers is not said. */
#define IPSK_RAW_TCP "TCP on a raw socket (client editions of Windows have none)"

/* Numbers that older ws2ipdef.h and ws2tcpip.h lack. */
#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE 2
#endif
#ifndef UDP_RECV_MAX_COALESCED_SIZE
#define UDP_RECV_MAX_COALESCED_SIZE 3
#endif
#ifndef UDP_COALESCED_INFO
#define UDP_COALESCED_INFO 3
#endif
#ifndef IP_MTU
#define IP_MTU 73
#endif
#ifndef IPV6_MTU
#define IPV6_MTU 72
#endif
#ifndef IP_MTU_DISCOVER
#define IP_MTU_DISCOVER 71
#endif
#ifndef IPV6_MTU_DISCOVER
#define IPV6_MTU_DISCOVER 71
#endif
#define IPSK_PMTUDISC_PROBE 3 /* enum PMTUD_STATE of ws2ipdef.h; 0 is IP_PMTUDISC_NOT_SET */
#ifndef IP_UNICAST_IF
#define IP_UNICAST_IF 31
#endif
#ifndef IPV6_UNICAST_IF
#define IPV6_UNICAST_IF 31
#endif

#ifndef SIOCGMSFILTER
#define SIOCGMSFILTER _IOW('t', 127 | IOC_IN, u_long)
#endif
/* In the place of a level: not an option, but a code of WSAIoctl that reads where it was asked. */
#define IPSK_IOCTL      (-1)
#define IPSK_GET_FILTER ((int32_t)SIOCGMSFILTER)

// clang-format off
#define IPSK_OPTIONS(X) \
    /* option, kinds, column, level, name, set, get, on, reset, since */ \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, INT, INT, 0, 0, 0) \
    X(TRAFFIC_CLASS, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IP, IP_TOS, INT, INT, 0, 0, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_TTL, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_HOPS, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(HOP_LIMIT, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IP, IP_TTL, INT, INT, 0, IPSK_RESET_FRESH, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_TTL, INT, INT, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, INT, INT, 0, 1, 0) \
    X(MULTICAST_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_MULTICAST_TTL, INT, INT, 0, 1, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_IF, INDEX_ADDR, INT, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_IF, INT, INT, 0, 0, 0) \
    X(MULTICAST_INTERFACE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_MULTICAST_IF, INDEX_ADDR, INT, 0, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(MULTICAST_LOOPBACK, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_MULTICAST_LOOP, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DONTFRAGMENT, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DONTFRAG, BOOL, BOOL, 1, 0, 0) \
    X(DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_DONTFRAGMENT, BOOL, BOOL, 1, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_MTU_DISCOVER, CHOICE, DISCOVERY, IPSK_PMTUDISC_PROBE, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MTU_DISCOVER, CHOICE, DISCOVERY, IPSK_PMTUDISC_PROBE, 0, 0) \
    X(PATH_MTU_PROBE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_MTU_DISCOVER, CHOICE, DISCOVERY, IPSK_PMTUDISC_PROBE, 0, 0) \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_MTU, NONE, INT, 0, 0, 0) \
    X(PATH_MTU, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_MTU, NONE, INT, 0, 0, 0) \
    X(PATH_MTU, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IP, IP_MTU, NONE, INT, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(RECEIVE_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_RCVBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(SEND_BUFFER, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_SNDBUF, INT, INT, 0, 0, 0) \
    X(V6ONLY, IPSK_UDP_TCP, IPSK_V6, IPPROTO_IPV6, IPV6_V6ONLY, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_UDP_RAW, IPSK_V4, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(BROADCAST, IPSK_UDP, IPSK_MAPPED, SOL_SOCKET, SO_BROADCAST, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_UDP_TCP_RAW, IPSK_V4, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(REUSE_ADDRESS, IPSK_UDP_TCP_RAW, IPSK_V6, SOL_SOCKET, SO_REUSEADDR, BOOL, BOOL, 1, 0, 0) \
    X(EXCLUSIVE_ADDRESS, IPSK_UDP_TCP, IPSK_V4, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, BOOL, BOOL, 1, 0, 0) \
    X(EXCLUSIVE_ADDRESS, IPSK_UDP_TCP, IPSK_V6, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, BOOL, BOOL, 1, 0, 0) \
    X(UNICAST_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V4, IPPROTO_IP, IP_UNICAST_IF, INDEX_NET, INT, 0, 0, 0) \
    X(UNICAST_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_UNICAST_IF, INT, INT, 0, 0, 0) \
    X(UNICAST_INTERFACE, IPSK_UDP_TCP, IPSK_MAPPED, IPPROTO_IP, IP_UNICAST_IF, INDEX_NET, INT, 0, 0, 0) \
    X(HEADER_INCLUDED, IPSK_RAW, IPSK_V4, IPPROTO_IP, IP_HDRINCL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_PKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_PACKET_INFO, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_PKTINFO, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_RECVTTL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_HOPLIMIT, BOOL, BOOL, 1, 0, 0) \
    X(RECV_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_RECVTTL, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_RECVTOS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP, IPSK_V6, IPPROTO_IPV6, IPV6_RECVTCLASS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_RECVTOS, BOOL, BOOL, 1, 0, 0) \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, BOOL, BOOL, 65527, 0, 19041) \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, BOOL, BOOL, 65527, 0, 19041) \
    X(RECV_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, BOOL, BOOL, 65527, 0, 19041) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, MREQ6, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, MCAST_JOIN_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(JOIN_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_ADD_MEMBERSHIP, MREQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_DROP_MEMBERSHIP, MREQ6, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, MCAST_LEAVE_GROUP, GROUP_REQ, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ_INDEX, NONE, 0, 0, 0) \
    X(LEAVE_GROUP, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_DROP_MEMBERSHIP, MREQ, NONE, 0, 0, 0) \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(JOIN_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_JOIN_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(JOIN_SOURCE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(LEAVE_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(LEAVE_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_LEAVE_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(LEAVE_SOURCE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(BLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_BLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(BLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_BLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(BLOCK_SOURCE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, MCAST_BLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(UNBLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(UNBLOCK_SOURCE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, MCAST_UNBLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(UNBLOCK_SOURCE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, MCAST_UNBLOCK_SOURCE, GROUP_SOURCE_REQ, NONE, 0, 0, 0) \
    X(SOURCE_FILTER, IPSK_UDP_RAW, IPSK_V4, IPSK_IOCTL, IPSK_GET_FILTER, NONE, GROUP_FILTER_0, 0, 0, 0) \
    X(SOURCE_FILTER, IPSK_UDP_RAW, IPSK_V6, IPSK_IOCTL, IPSK_GET_FILTER, NONE, GROUP_FILTER_0, 0, 0, 0) \
    X(SOURCE_FILTER, IPSK_UDP, IPSK_MAPPED, IPSK_IOCTL, IPSK_GET_FILTER, NONE, GROUP_FILTER_0, 0, 0, 0)

#define IPSK_RECEIVED(X) \
    /* level, type, minimum, usual, field, a, b */ \
    X(IPPROTO_IP, IP_PKTINFO, 8, 8, PKTINFO4, offsetof(struct in_pktinfo, ipi_addr), offsetof(struct in_pktinfo, ipi_ifindex)) \
    X(IPPROTO_IP, IP_TTL, 1, 4, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IP, IP_TOS, 1, 4, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_IPV6, IPV6_PKTINFO, 20, 20, PKTINFO6, 0, 16) \
    X(IPPROTO_IPV6, IPV6_HOPLIMIT, 1, 4, HOP_LIMIT, 0, 0) \
    X(IPPROTO_IPV6, IPV6_TCLASS, 1, 4, TRAFFIC_CLASS, 0, 0) \
    X(IPPROTO_UDP, UDP_COALESCED_INFO, 2, 4, SEGMENT_SIZE, 0, 0)

#define IPSK_SENT(X) \
    /* fields, kinds, column, level, type, length, encoding, a, b, since */ \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP, IPSK_V4, IPPROTO_IP, IP_TOS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP_RAW, IPSK_V4, IPPROTO_IP, IP_PKTINFO, 8, PKTINFO4, offsetof(struct in_pktinfo, ipi_addr), offsetof(struct in_pktinfo, ipi_ifindex), 0) \
    X(IPSOCK_CONTROL_SEGMENT_SIZE, IPSK_UDP, IPSK_V4, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 4, INT, 0, 0, 19041) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP, IPSK_V6, IPPROTO_IPV6, IPV6_TCLASS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_HOPLIMIT, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP_RAW, IPSK_V6, IPPROTO_IPV6, IPV6_PKTINFO, 20, PKTINFO6, 0, 16, 0) \
    X(IPSOCK_CONTROL_SEGMENT_SIZE, IPSK_UDP, IPSK_V6, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 4, INT, 0, 0, 19041) \
    X(IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_TOS, 4, INT, 0, 0, 0) \
    X(IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE, IPSK_UDP, IPSK_MAPPED, IPPROTO_IP, IP_PKTINFO, 8, PKTINFO4, offsetof(struct in_pktinfo, ipi_addr), offsetof(struct in_pktinfo, ipi_ifindex), 0) \
    X(IPSOCK_CONTROL_SEGMENT_SIZE, IPSK_UDP, IPSK_MAPPED, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 4, INT, 0, 0, 19041)

#define IPSK_ABSENT(X) \
    /* feature, kinds, column, reason */ \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V4, "the system lets no program choose which hop limits a connection takes: no IP_MINTTL") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_V6, "the system lets no program choose which hop limits a connection takes: no IP_MINTTL") \
    X(MINIMUM_HOP_LIMIT, IPSK_TCP, IPSK_MAPPED, "the system lets no program choose which hop limits a connection takes: no IP_MINTTL") \
    X(CHECKSUM, IPSK_UDP_TCP_RAW, IPSK_V4, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(CHECKSUM, IPSK_UDP_TCP, IPSK_MAPPED, "IPV6_CHECKSUM is for raw IPv6 (RFC 3542 3.1); IPv4 protocols sum by themselves") \
    X(CHECKSUM, IPSK_RAW, IPSK_V6, "IPV6_CHECKSUM has a number in ws2ipdef.h, but the IPPROTO_IPV6 option page does not know it; sum yourself (ipsock_checksum)") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V4, "IP_UNICAST_IF and IPV6_UNICAST_IF steer sends only; arrivals must be compared with the packet information") \
    X(BIND_INTERFACE, IPSK_UDP_TCP_RAW, IPSK_V6, "IP_UNICAST_IF and IPV6_UNICAST_IF steer sends only; arrivals must be compared with the packet information") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V4, "no option and no documented rule; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP_RAW, IPSK_V6, "no option and no documented rule; the library compares destinations") \
    X(STRICT_MULTICAST, IPSK_UDP, IPSK_MAPPED, "no option and no documented rule; the library compares destinations") \
    X(RECV_TRAFFIC_CLASS, IPSK_RAW, IPSK_V4, "IP_RECVTOS is for datagram sockets; raw sockets deliver the header, which has it") \
    X(RECV_TRAFFIC_CLASS, IPSK_RAW, IPSK_V6, "IPV6_RECVTCLASS is for datagram sockets, and raw IPv6 has no header") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V4, "no path MTU notices; IP_MTU and IPV6_MTU of a connected socket tell it") \
    X(RECV_PATH_MTU, IPSK_UDP_RAW, IPSK_V6, "no path MTU notices; IP_MTU and IPV6_MTU of a connected socket tell it") \
    X(RECV_PATH_MTU, IPSK_UDP, IPSK_MAPPED, "no path MTU notices; IP_MTU of a connected socket tells it") \
    X(SEND_TRAFFIC_CLASS, IPSK_RAW, IPSK_V4, "IP_TOS control messages are for datagram sockets; IP_TOS of the socket is what there is") \
    X(SEND_TRAFFIC_CLASS, IPSK_RAW, IPSK_V6, "IPV6_TCLASS control messages are for datagram sockets; IPV6_TCLASS of the socket is what there is") \
    X(SEND_HOP_LIMIT, IPSK_UDP_RAW, IPSK_V4, "no IP_TTL control message is documented for WSASendMsg; IP_TTL of the socket is what there is") \
    X(SEND_HOP_LIMIT, IPSK_UDP, IPSK_MAPPED, "no IP_TTL control message is documented for WSASendMsg; IP_TTL of the socket is what there is") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V4, "no control message for it; IP_DONTFRAGMENT and IPV6_DONTFRAG of the socket are what there is") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP_RAW, IPSK_V6, "no control message for it; IP_DONTFRAGMENT and IPV6_DONTFRAG of the socket are what there is") \
    X(SEND_DONT_FRAGMENT, IPSK_UDP, IPSK_MAPPED, "no control message for it; IP_DONTFRAGMENT of the socket is what there is") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V4, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_NEXT_HOP, IPSK_UDP, IPSK_MAPPED, "IPv4 has no next hop control message (RFC 3542 is IPv6 only)") \
    X(SEND_NEXT_HOP, IPSK_UDP_RAW, IPSK_V6, "IPV6_NEXTHOP is mentioned for WSAMSG, but no header gives it a number") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V4, "WSARecvMsg and WSASendMsg take one datagram a call; the library loops") \
    X(RECV_BATCH, IPSK_UDP_RAW, IPSK_V6, "WSARecvMsg and WSASendMsg take one datagram a call; the library loops") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V4, "WSARecvMsg and WSASendMsg take one datagram a call; the library loops") \
    X(SEND_BATCH, IPSK_UDP_RAW, IPSK_V6, "WSARecvMsg and WSASendMsg take one datagram a call; the library loops") \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V4, "no ICMP filter option; the library drops what is blocked") \
    X(ICMP_FILTER, IPSK_RAW, IPSK_V6, "no ICMP filter option; the library drops what is blocked") \
    X(BPF, IPSK_UDP_RAW, IPSK_V4, "no filter can be attached to a socket; the library runs the program") \
    X(BPF, IPSK_UDP_RAW, IPSK_V6, "no filter can be attached to a socket; the library runs the program") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V4, "IP_RECVERR has a number in ws2ipdef.h but no documented delivery; errors of earlier sends come as WSAECONNRESET") \
    X(ERROR_STREAM, IPSK_UDP_RAW, IPSK_V6, "IP_RECVERR has a number in ws2ipdef.h but no documented delivery; errors of earlier sends come as WSAECONNRESET") \
    X(ERROR_STREAM, IPSK_UDP, IPSK_MAPPED, "IP_RECVERR has a number in ws2ipdef.h but no documented delivery; errors of earlier sends come as WSAECONNRESET")

/* None is documented. */
#define IPSK_LIMITS(X)

#define IPSK_FACTS(X) \
    /* fact, value */ \
    X(CMSG_HEADER, WSA_CMSG_LEN(0)) \
    X(CMSG_ALIGN, WSA_CMSG_SPACE(1) - WSA_CMSG_SPACE(0)) \
    X(CONTROL_UNIT, 1) \
    X(CMSG_LENGTH_SIZE, sizeof(((WSACMSGHDR *)0)->cmsg_len)) \
    X(CMSG_LEVEL_OFFSET, offsetof(WSACMSGHDR, cmsg_level)) \
    X(SOCKADDR_HAS_LENGTH, 0) \
    X(FAMILY_IPV4, AF_INET) \
    X(FAMILY_IPV6, AF_INET6) \
    X(SOCKADDR_STORAGE, sizeof(struct sockaddr_storage)) \
    X(GROUP_REQ, sizeof(struct group_req)) \
    X(GROUP_REQ_GROUP, offsetof(struct group_req, gr_group)) \
    X(GROUP_SOURCE_REQ, sizeof(struct group_source_req)) \
    X(GROUP_SOURCE_REQ_SOURCE, offsetof(struct group_source_req, gsr_source)) \
    X(GROUP_FILTER_MODE, offsetof(struct group_filter, gf_fmode)) \
    X(GROUP_FILTER_SOURCES, offsetof(struct group_filter, gf_slist)) \
    X(MTUINFO, 0) \
    X(MTUINFO_MTU, 0) \
    X(MSG_NOSIGNAL, 0) \
    X(FIREWALL, IPSK_FIREWALL_EACCES) /* WSAEACCES of the filtering platform: "Windows Sockets Error Codes" */ \
    X(FULL_LENGTH, 0) \
    X(FULL_LENGTH_SINCE, 0) \
    X(DISCOVERY_FORBIDS4, 1 << 1 | 1 << 3) /* IP_PMTUDISC_DO, IP_PMTUDISC_PROBE */ \
    X(DISCOVERY_FORBIDS6, 1 << 1 | 1 << 3) \
    X(HOP_LIMIT_DEFAULT, 128) \
    X(PING, 0) \
    X(PING_HEADER, 0) \
    X(PING_ID, 0) \
    X(PING_SOURCE6, 0) \
    X(FILTER6_BY_GROUP, 0) \
    X(RAW_MULTICAST_HOPS, 0) \
    X(RAW_SOURCE_BY_ROUTE, 0) \
    X(RAW_ROUTES_BY_PEER, 0) \
    X(RAW_UNBOUND_DEAF, 1) \
    X(RAW_HEADER_FIELDS, IPSOCK_CONTROL_TRAFFIC_CLASS) \
    X(RAW_SUM_OF_ANOTHER, 0) \
    X(RAW_HEADER_UNSEEN, 0) \
    X(SUM6_HALF_OUT, 0) \
    X(SOURCE4_UNBOUND_ONLY, 0) \
    X(SOURCE4_UNCONNECTED, 0) \
    X(PKTINFO4_UNBINDS, 0) \
    X(INDEX4_BY_OPTION, 0) \
    X(GROUPS6_BY_ZONE, 0) \
    X(BOUND_HEARS_ALL, 0) \
    X(CONTROL6_ALONE, 0) \
    X(NO_BUFFERS_REFUSED, 0) \
    X(SOURCE6_UNCONNECTED, 0) \
    X(INDEX6_NO_WAY_SINCE, 0) \
    X(MAPPED_TELLS_NOTHING, 0) \
    X(ALL_ONES_FREE, 0) \
    X(FAMILIES_MIX, 0) \
    X(DATAGRAM_ROOM, 0) \
    X(RECEIVE_NEEDS_ROOM, 0) \
    X(ICMP6_LEAST, 4) \
    X(SOURCES_BY_INDEX, 0) \
    X(BLOCKS_SINCE4, 0) \
    X(BLOCKS_SINCE6, 0) \
    X(SOURCES_MOST, 0) \
    X(EMPTY_FILTER_STAYS, 0) \
    X(LEAVES6_BY_INDEX, 0) \
    X(JOINS6_TWICE, 0) \
    X(BUFFERS_REFUSED, 0) \
    X(SEGMENTS, 512) /* found on Windows 11: windows.md 7 */ \
    X(SEGMENTS_SURE, 64) \
    X(SEGMENTS_REFUSED, 0) /* WSAEINVAL, which other things are too */
// clang-format on

#endif
