// SPDX-License-Identifier: BSD-2-Clause
/* illumos' numbers over the headers of Linux, for zig has none of its own:
 * usr/src/uts/common/sys/socket.h (0250c53a) and netinet/in.h (6daf81a9) of illumos-gate. The sizes
 * of its structures are in its table. For -include, in tests/golden/update alone. */
#ifndef IPSK_ILLUMOS_NAMES_H
#define IPSK_ILLUMOS_NAMES_H

#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>

#undef SOL_SOCKET
#define SOL_SOCKET 0xffff
#undef AF_INET6
#define AF_INET6 26
#undef SO_BROADCAST
#define SO_BROADCAST 0x20
#undef SO_REUSEADDR
#define SO_REUSEADDR 4
#undef SO_SNDBUF
#define SO_SNDBUF 0x1001
#undef SO_RCVBUF
#define SO_RCVBUF 0x1002
#undef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0x200
#undef IP_HDRINCL
#define IP_HDRINCL 2
#undef IP_TOS
#define IP_TOS 3
#undef IP_TTL
#define IP_TTL 4
#undef IP_RECVTTL
#define IP_RECVTTL 0xb
#undef IP_MULTICAST_IF
#define IP_MULTICAST_IF 0x10
#undef IP_MULTICAST_TTL
#define IP_MULTICAST_TTL 0x11
#undef IP_MULTICAST_LOOP
#define IP_MULTICAST_LOOP 0x12
#undef IP_PKTINFO
#define IP_PKTINFO 0x1a
#undef IP_RECVPKTINFO
#define IP_RECVPKTINFO 0x1a
#undef IP_DONTFRAG
#define IP_DONTFRAG 0x1b
#undef IP_BOUND_IF
#define IP_BOUND_IF 0x41
#undef IPV6_UNICAST_HOPS
#define IPV6_UNICAST_HOPS 5
#undef IPV6_MULTICAST_IF
#define IPV6_MULTICAST_IF 6
#undef IPV6_MULTICAST_HOPS
#define IPV6_MULTICAST_HOPS 7
#undef IPV6_MULTICAST_LOOP
#define IPV6_MULTICAST_LOOP 8
#undef IPV6_PKTINFO
#define IPV6_PKTINFO 0xb
#undef IPV6_HOPLIMIT
#define IPV6_HOPLIMIT 0xc
#undef IPV6_NEXTHOP
#define IPV6_NEXTHOP 0xd
#undef IPV6_RECVPKTINFO
#define IPV6_RECVPKTINFO 0x12
#undef IPV6_RECVHOPLIMIT
#define IPV6_RECVHOPLIMIT 0x13
#undef IPV6_CHECKSUM
#define IPV6_CHECKSUM 0x18
#undef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS 0x19
#undef IPV6_DONTFRAG
#define IPV6_DONTFRAG 0x21
#undef IPV6_RECVPATHMTU
#define IPV6_RECVPATHMTU 0x24
#undef IPV6_PATHMTU
#define IPV6_PATHMTU 0x25
#undef IPV6_TCLASS
#define IPV6_TCLASS 0x26
#undef IPV6_V6ONLY
#define IPV6_V6ONLY 0x27
#undef IPV6_BOUND_IF
#define IPV6_BOUND_IF 0x41
#undef MCAST_JOIN_GROUP
#define MCAST_JOIN_GROUP 0x29
#undef MCAST_LEAVE_GROUP
#define MCAST_LEAVE_GROUP 0x2a
#undef MCAST_BLOCK_SOURCE
#define MCAST_BLOCK_SOURCE 0x2b
#undef MCAST_UNBLOCK_SOURCE
#define MCAST_UNBLOCK_SOURCE 0x2c
#undef MCAST_JOIN_SOURCE_GROUP
#define MCAST_JOIN_SOURCE_GROUP 0x2d
#undef MCAST_LEAVE_SOURCE_GROUP
#define MCAST_LEAVE_SOURCE_GROUP 0x2e

/* With __sin6_src_id behind the scope. */
struct ipsk_illumos_sockaddr_in6 {
    struct sockaddr_in6 usual;
    uint32_t source_id;
};
#define sockaddr_in6 ipsk_illumos_sockaddr_in6

#endif
