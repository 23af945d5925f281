// SPDX-License-Identifier: BSD-2-Clause
/* Constants that not every system has: here they become ABSENT, which is tested at run time. The
 * few things that depend on a struct's existence are settled first, by the constant that comes with
 * the struct. */
#ifndef PROBE_CONSTANTS_H
#define PROBE_CONSTANTS_H

#define ABSENT (-99999)

#ifdef IP_PKTINFO
#define PKTINFO_SIZE  sizeof(struct in_pktinfo)
#define PKTINFO_INDEX offsetof(struct in_pktinfo, ipi_ifindex)
/* where a sender puts the source: ipi_spec_dst if there are three members, else ipi_addr */
#define PKTINFO_SOURCE (sizeof(struct in_pktinfo) == 12 ? 4 : offsetof(struct in_pktinfo, ipi_addr))
#else
#define PKTINFO_SIZE   ((size_t)12)
#define PKTINFO_INDEX  ((size_t)0)
#define PKTINFO_SOURCE ((size_t)4)
#endif

#ifdef MCAST_JOIN_GROUP
#define HAVE_GROUP_REQ 1
#endif
#ifdef IP_ADD_SOURCE_MEMBERSHIP
#define HAVE_MREQ_SOURCE 1
#endif
#ifdef IPV6_PKTINFO
#define HAVE_IN6_PKTINFO 1
#endif
#ifdef ICMP6_FILTER
#define HAVE_ICMP6_FILTER 1
#endif
#ifdef SIN6_LEN
#define HAVE_SA_LEN 1
#endif

#ifndef SO_REUSEPORT
#define SO_REUSEPORT ABSENT
#endif
#ifndef SO_TIMESTAMP
#define SO_TIMESTAMP ABSENT
#endif
#ifndef SO_BINDTODEVICE
#define SO_BINDTODEVICE ABSENT
#endif
#ifndef SO_NOHEADER
#define SO_NOHEADER ABSENT
#endif
#ifndef SO_RERROR
#define SO_RERROR ABSENT
#endif
#ifndef SO_ATTACH_FILTER
#define SO_ATTACH_FILTER ABSENT
#endif
#ifndef SO_DETACH_FILTER
#define SO_DETACH_FILTER ABSENT
#endif
#ifndef SO_RXQ_OVFL
#define SO_RXQ_OVFL ABSENT
#endif
#ifndef SO_BINDANY
#define SO_BINDANY ABSENT
#endif
#ifndef IP_TOS
#define IP_TOS ABSENT
#endif
#ifndef IP_TTL
#define IP_TTL ABSENT
#endif
#ifndef IP_OPTIONS
#define IP_OPTIONS ABSENT
#endif
#ifndef IP_HDRINCL
#define IP_HDRINCL ABSENT
#endif
#ifndef IP_STRIPHDR
#define IP_STRIPHDR ABSENT
#endif
#ifndef IP_MULTICAST_TTL
#define IP_MULTICAST_TTL ABSENT
#endif
#ifndef IP_MULTICAST_LOOP
#define IP_MULTICAST_LOOP ABSENT
#endif
#ifndef IP_MULTICAST_IF
#define IP_MULTICAST_IF ABSENT
#endif
#ifndef IP_MULTICAST_IFINDEX
#define IP_MULTICAST_IFINDEX ABSENT
#endif
#ifndef IP_MULTICAST_ALL
#define IP_MULTICAST_ALL ABSENT
#endif
#ifndef IP_UNICAST_IF
#define IP_UNICAST_IF ABSENT
#endif
#ifndef IP_MTU_DISCOVER
#define IP_MTU_DISCOVER ABSENT
#endif
#ifndef IP_MTU
#define IP_MTU ABSENT
#endif
#ifndef IP_DONTFRAG
#define IP_DONTFRAG ABSENT
#endif
#ifndef IP_RECVERR
#define IP_RECVERR ABSENT
#endif
#ifndef IP_RECVERR_RFC4884
#define IP_RECVERR_RFC4884 ABSENT
#endif
#ifndef IP_PKTINFO
#define IP_PKTINFO ABSENT
#endif
#ifndef IP_RECVPKTINFO
#define IP_RECVPKTINFO ABSENT
#endif
#ifndef IP_RECVDSTADDR
#define IP_RECVDSTADDR ABSENT
#endif
#ifndef IP_SENDSRCADDR
#define IP_SENDSRCADDR ABSENT
#endif
#ifndef IP_RECVIF
#define IP_RECVIF ABSENT
#endif
#ifndef IP_RECVTTL
#define IP_RECVTTL ABSENT
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS ABSENT
#endif
#ifndef IP_RECVORIGDSTADDR
#define IP_RECVORIGDSTADDR ABSENT
#endif
#ifndef IP_RECVOPTS
#define IP_RECVOPTS ABSENT
#endif
#ifndef IP_RECVRETOPTS
#define IP_RECVRETOPTS ABSENT
#endif
#ifndef IP_RETOPTS
#define IP_RETOPTS ABSENT
#endif
#ifndef IP_MINTTL
#define IP_MINTTL ABSENT
#endif
#ifndef IP_BOUND_IF
#define IP_BOUND_IF ABSENT
#endif
#ifndef IP_BINDANY
#define IP_BINDANY ABSENT
#endif
#ifndef IP_FREEBIND
#define IP_FREEBIND ABSENT
#endif
#ifndef IP_ERRORMTU
#define IP_ERRORMTU ABSENT
#endif
#ifndef IP_PORTRANGE
#define IP_PORTRANGE ABSENT
#endif
#ifndef IP_RECVDSTPORT
#define IP_RECVDSTPORT ABSENT
#endif
#ifndef IP_RECVFRAGSIZE
#define IP_RECVFRAGSIZE ABSENT
#endif
#ifndef IP_ADD_MEMBERSHIP
#define IP_ADD_MEMBERSHIP ABSENT
#endif
#ifndef IP_DROP_MEMBERSHIP
#define IP_DROP_MEMBERSHIP ABSENT
#endif
#ifndef IP_ADD_SOURCE_MEMBERSHIP
#define IP_ADD_SOURCE_MEMBERSHIP ABSENT
#endif
#ifndef IP_DROP_SOURCE_MEMBERSHIP
#define IP_DROP_SOURCE_MEMBERSHIP ABSENT
#endif
#ifndef IP_BLOCK_SOURCE
#define IP_BLOCK_SOURCE ABSENT
#endif
#ifndef IP_UNBLOCK_SOURCE
#define IP_UNBLOCK_SOURCE ABSENT
#endif
#ifndef MCAST_JOIN_GROUP
#define MCAST_JOIN_GROUP ABSENT
#endif
#ifndef MCAST_LEAVE_GROUP
#define MCAST_LEAVE_GROUP ABSENT
#endif
#ifndef MCAST_JOIN_SOURCE_GROUP
#define MCAST_JOIN_SOURCE_GROUP ABSENT
#endif
#ifndef MCAST_LEAVE_SOURCE_GROUP
#define MCAST_LEAVE_SOURCE_GROUP ABSENT
#endif
#ifndef MCAST_BLOCK_SOURCE
#define MCAST_BLOCK_SOURCE ABSENT
#endif
#ifndef MCAST_UNBLOCK_SOURCE
#define MCAST_UNBLOCK_SOURCE ABSENT
#endif
#ifndef MCAST_MSFILTER
#define MCAST_MSFILTER ABSENT
#endif
#ifndef IPV6_UNICAST_HOPS
#define IPV6_UNICAST_HOPS ABSENT
#endif
#ifndef IPV6_MULTICAST_HOPS
#define IPV6_MULTICAST_HOPS ABSENT
#endif
#ifndef IPV6_MULTICAST_LOOP
#define IPV6_MULTICAST_LOOP ABSENT
#endif
#ifndef IPV6_MULTICAST_IF
#define IPV6_MULTICAST_IF ABSENT
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL ABSENT
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS ABSENT
#endif
#ifndef IPV6_DONTFRAG
#define IPV6_DONTFRAG ABSENT
#endif
#ifndef IPV6_USE_MIN_MTU
#define IPV6_USE_MIN_MTU ABSENT
#endif
#ifndef IPV6_V6ONLY
#define IPV6_V6ONLY ABSENT
#endif
#ifndef IPV6_CHECKSUM
#define IPV6_CHECKSUM ABSENT
#endif
#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL ABSENT
#endif
#ifndef IPV6_PATHMTU
#define IPV6_PATHMTU ABSENT
#endif
#ifndef IPV6_RECVPATHMTU
#define IPV6_RECVPATHMTU ABSENT
#endif
#ifndef IPV6_RECVPKTINFO
#define IPV6_RECVPKTINFO ABSENT
#endif
#ifndef IPV6_PKTINFO
#define IPV6_PKTINFO ABSENT
#endif
#ifndef IPV6_HOPLIMIT
#define IPV6_HOPLIMIT ABSENT
#endif
#ifndef IPV6_RECVHOPLIMIT
#define IPV6_RECVHOPLIMIT ABSENT
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS ABSENT
#endif
#ifndef IPV6_NEXTHOP
#define IPV6_NEXTHOP ABSENT
#endif
#ifndef IPV6_RECVERR
#define IPV6_RECVERR ABSENT
#endif
#ifndef IPV6_RECVERR_RFC4884
#define IPV6_RECVERR_RFC4884 ABSENT
#endif
#ifndef IPV6_MTU
#define IPV6_MTU ABSENT
#endif
#ifndef IPV6_MTU_DISCOVER
#define IPV6_MTU_DISCOVER ABSENT
#endif
#ifndef IPV6_UNICAST_IF
#define IPV6_UNICAST_IF ABSENT
#endif
#ifndef IPV6_BOUND_IF
#define IPV6_BOUND_IF ABSENT
#endif
#ifndef IPV6_RECVORIGDSTADDR
#define IPV6_RECVORIGDSTADDR ABSENT
#endif
#ifndef IPV6_MINHOPCOUNT
#define IPV6_MINHOPCOUNT ABSENT
#endif
#ifndef IPV6_RECVRTHDR
#define IPV6_RECVRTHDR ABSENT
#endif
#ifndef IPV6_RECVHOPOPTS
#define IPV6_RECVHOPOPTS ABSENT
#endif
#ifndef IPV6_RECVDSTOPTS
#define IPV6_RECVDSTOPTS ABSENT
#endif
#ifndef IPV6_FLOWINFO
#define IPV6_FLOWINFO ABSENT
#endif
#ifndef IPV6_AUTOFLOWLABEL
#define IPV6_AUTOFLOWLABEL ABSENT
#endif
#ifndef IPV6_BINDANY
#define IPV6_BINDANY ABSENT
#endif
#ifndef IPV6_PORTRANGE
#define IPV6_PORTRANGE ABSENT
#endif
#ifndef IPV6_RECVDSTPORT
#define IPV6_RECVDSTPORT ABSENT
#endif
#ifndef IPV6_RECVFRAGSIZE
#define IPV6_RECVFRAGSIZE ABSENT
#endif
#ifndef IPV6_JOIN_GROUP
#define IPV6_JOIN_GROUP ABSENT
#endif
#ifndef IPV6_LEAVE_GROUP
#define IPV6_LEAVE_GROUP ABSENT
#endif
#ifndef IPV6_2292PKTINFO
#define IPV6_2292PKTINFO ABSENT
#endif
#ifndef IPV6_2292HOPLIMIT
#define IPV6_2292HOPLIMIT ABSENT
#endif
#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND ABSENT
#endif
#ifndef IPV6_PREFER_TEMPADDR
#define IPV6_PREFER_TEMPADDR ABSENT
#endif
#ifndef ICMP6_FILTER
#define ICMP6_FILTER ABSENT
#endif
#ifndef ICMP_FILTER
#define ICMP_FILTER ABSENT
#endif
#ifndef UDP_SEGMENT
#define UDP_SEGMENT ABSENT
#endif
#ifndef UDP_GRO
#define UDP_GRO ABSENT
#endif
#ifndef SCM_TIMESTAMP
#define SCM_TIMESTAMP ABSENT
#endif
#ifndef MSG_EOR
#define MSG_EOR ABSENT
#endif
#ifndef MSG_BCAST
#define MSG_BCAST ABSENT
#endif
#ifndef MSG_MCAST
#define MSG_MCAST ABSENT
#endif
#ifndef MSG_ERRQUEUE
#define MSG_ERRQUEUE ABSENT
#endif
#ifndef MSG_TRUNC
#define MSG_TRUNC ABSENT
#endif
#ifndef MSG_CTRUNC
#define MSG_CTRUNC ABSENT
#endif

#endif
