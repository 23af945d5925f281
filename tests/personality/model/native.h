// SPDX-License-Identifier: BSD-2-Clause
/* The headers of the system that is modelled. A constant that it lacks is ABSENT: no caller passes
 * it. */
#ifndef MODEL_NATIVE_H
#define MODEL_NATIVE_H

#include <sys/types.h>

#include <netinet/in.h> /* before icmp6.h */

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#ifdef __APPLE__
/* The header sets that are to be had lack netinet/icmp6.h. */
struct icmp6_hdr {
    uint8_t icmp6_type, icmp6_code;
    uint16_t icmp6_cksum;
};
#else
#include <netinet/icmp6.h>
#endif

#define ABSENT (-99999)

/* Darwin's socket and accept take no flags. */
#ifndef SOCK_CLOEXEC
#define SOCK_CLOEXEC  0
#define SOCK_NONBLOCK 0
#endif

#ifndef IP_DONTFRAG
#define IP_DONTFRAG ABSENT
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS ABSENT
#endif
#ifndef IP_RECVORIGDSTADDR
#define IP_RECVORIGDSTADDR ABSENT
#endif
#ifndef IP_PKTINFO
#define IP_PKTINFO ABSENT
#endif
#ifndef IP_RECVPKTINFO
#define IP_RECVPKTINFO ABSENT
#endif
#ifndef IP_SENDSRCADDR
#define IP_SENDSRCADDR IP_RECVDSTADDR
#endif
#ifndef IP_ERRORMTU
#define IP_ERRORMTU ABSENT
#endif
#ifndef IPV6_RECVORIGDSTADDR
#define IPV6_RECVORIGDSTADDR ABSENT
#endif
#ifndef SO_RERROR
#define SO_RERROR ABSENT
#endif
#ifndef SO_REUSEPORT_LB
#define SO_REUSEPORT_LB ABSENT
#endif
#ifndef SO_NOSIGPIPE
#define SO_NOSIGPIPE ABSENT
#endif
#ifndef SO_PROTOCOL
#define SO_PROTOCOL ABSENT
#endif
#ifndef SO_DOMAIN
#define SO_DOMAIN ABSENT
#endif
#ifndef IP_MINTTL
#define IP_MINTTL ABSENT
#endif
#ifndef IP_BINDANY
#define IP_BINDANY ABSENT
#endif
#ifndef IP_PORTRANGE
#define IP_PORTRANGE ABSENT
#endif
#ifndef IPV6_BINDANY
#define IPV6_BINDANY ABSENT
#endif
#ifndef IPV6_PORTRANGE
#define IPV6_PORTRANGE ABSENT
#endif
#ifndef IPV6_PREFER_TEMPADDR
#define IPV6_PREFER_TEMPADDR ABSENT
#endif
#ifndef IPV6_AUTOFLOWLABEL
#define IPV6_AUTOFLOWLABEL ABSENT
#endif
#ifndef IP_STRIPHDR
#define IP_STRIPHDR ABSENT
#endif
#ifndef IP_BOUND_IF
#define IP_BOUND_IF ABSENT
#endif
#ifndef IPV6_BOUND_IF
#define IPV6_BOUND_IF ABSENT
#endif
#ifndef IP_MULTICAST_IFINDEX
#define IP_MULTICAST_IFINDEX ABSENT
#endif
#ifndef SO_NWRITE
#define SO_NWRITE ABSENT
#endif
#ifndef MCAST_JOIN_GROUP
#define MCAST_JOIN_GROUP         ABSENT
#define MCAST_LEAVE_GROUP        ABSENT
#define MCAST_JOIN_SOURCE_GROUP  ABSENT
#define MCAST_LEAVE_SOURCE_GROUP ABSENT
#define MCAST_BLOCK_SOURCE       ABSENT
#define MCAST_UNBLOCK_SOURCE     ABSENT
#else
#define HAS_GROUP_REQ 1
#endif
#ifndef IP_ADD_SOURCE_MEMBERSHIP
#define IP_ADD_SOURCE_MEMBERSHIP  ABSENT
#define IP_DROP_SOURCE_MEMBERSHIP ABSENT
#define IP_BLOCK_SOURCE           ABSENT
#define IP_UNBLOCK_SOURCE         ABSENT
#endif

#endif
