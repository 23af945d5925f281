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
#include <netinet/icmp6.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>

#define ABSENT (-99999)

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
