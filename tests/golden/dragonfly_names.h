// SPDX-License-Identifier: BSD-2-Clause
/* DragonFly's names over the headers of FreeBSD, from which it comes, for zig has none of its own:
 * what it numbers otherwise or has not is here, all else that its table names is the same
 * (docs/platform/bsd.md, 0; sys/netinet/in.h, sys/netinet6/in6.h, sys/sys/socket.h of 6.x). For
 * -include, in tests/golden/update and ci/cross; DragonFly itself has its own. */
#ifndef IPSK_DRAGONFLY_NAMES_H
#define IPSK_DRAGONFLY_NAMES_H

#include <sys/types.h>

#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>

#undef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0x400 /* FreeBSD: 0x20000 */
#undef IP_MAX_MEMBERSHIPS
#define IP_MAX_MEMBERSHIPS 20

#undef SO_RERROR
#define SO_RERROR 0x2000 /* FreeBSD: 0x20000 */

#undef IP_DONTFRAG
#undef IP_BINDANY
#undef IP_ORIGDSTADDR
#undef IP_RECVORIGDSTADDR
#undef IPV6_ORIGDSTADDR
#undef IPV6_RECVORIGDSTADDR
#undef IP_ADD_SOURCE_MEMBERSHIP
#undef IP_DROP_SOURCE_MEMBERSHIP
#undef IP_BLOCK_SOURCE
#undef IP_UNBLOCK_SOURCE
#undef MCAST_JOIN_GROUP
#undef MCAST_LEAVE_GROUP
#undef MCAST_JOIN_SOURCE_GROUP
#undef MCAST_LEAVE_SOURCE_GROUP
#undef MCAST_BLOCK_SOURCE
#undef MCAST_UNBLOCK_SOURCE
#undef SO_DOMAIN
#undef SO_PROTOCOL
#undef SO_REUSEPORT_LB
#undef INHERIT_ZERO

#endif
