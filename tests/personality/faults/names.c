// SPDX-License-Identifier: BSD-2-Clause
/* Names of the options that the library may ask the system for, with the system's headers: an error
 * must name the one that failed. */
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

#include <netinet/in.h>
#include <sys/socket.h>

#ifndef __APPLE__          /* the header sets that are to be had lack it */
#include <netinet/icmp6.h> /* wants in6_addr */
#endif

const char *native_option_name(int level, int name, const char *like);

static const struct {
    int level, name;
    const char *text;
} names[] = {
#define N(level, name) {level, name, #name},
    N(SOL_SOCKET, SO_BROADCAST) N(SOL_SOCKET, SO_RCVBUF) N(SOL_SOCKET, SO_SNDBUF) N(
        SOL_SOCKET, SO_REUSEADDR) N(SOL_SOCKET, SO_REUSEPORT) N(SOL_SOCKET, SO_ERROR) N(SOL_SOCKET,
                                                                                        SO_TYPE)
        N(SOL_SOCKET, SO_ACCEPTCONN) N(IPPROTO_IP, IP_TOS) N(IPPROTO_IP, IP_TTL) N(
            IPPROTO_IP, IP_HDRINCL) N(IPPROTO_IP,
                                      IP_MULTICAST_IF) N(IPPROTO_IP,
                                                         IP_MULTICAST_LOOP) N(IPPROTO_IP,
                                                                              IP_MULTICAST_TTL)
            N(IPPROTO_IP, IP_RECVDSTADDR) N(IPPROTO_IP, IP_RECVIF) N(IPPROTO_IP, IP_RECVTTL) N(
                IPPROTO_IP,
                IP_ADD_MEMBERSHIP) N(IPPROTO_IP,
                                     IP_DROP_MEMBERSHIP) N(IPPROTO_IPV6,
                                                           IPV6_CHECKSUM) N(IPPROTO_IPV6, IPV6_DONTFRAG)
                N(IPPROTO_IPV6, IPV6_JOIN_GROUP) N(IPPROTO_IPV6, IPV6_LEAVE_GROUP) N(
                    IPPROTO_IPV6,
                    IPV6_MULTICAST_HOPS) N(IPPROTO_IPV6,
                                           IPV6_MULTICAST_IF) N(IPPROTO_IPV6, IPV6_MULTICAST_LOOP)
                    N(IPPROTO_IPV6, IPV6_PATHMTU) N(IPPROTO_IPV6, IPV6_RECVHOPLIMIT) N(
                        IPPROTO_IPV6,
                        IPV6_RECVPATHMTU) N(IPPROTO_IPV6, IPV6_RECVPKTINFO)
                        N(IPPROTO_IPV6, IPV6_RECVTCLASS) N(IPPROTO_IPV6, IPV6_TCLASS) N(
                            IPPROTO_IPV6,
                            IPV6_UNICAST_HOPS) N(IPPROTO_IPV6,
                                                 IPV6_V6ONLY) N(IPPROTO_ICMPV6, ICMP6_FILTER)
#ifdef IP_STRIPHDR
                            N(IPPROTO_IP, IP_STRIPHDR)
#endif
#ifdef IP_BOUND_IF
                                N(IPPROTO_IP, IP_BOUND_IF)
#endif
#ifdef IPV6_BOUND_IF
                                    N(IPPROTO_IPV6, IPV6_BOUND_IF)
#endif
#ifdef IP_MULTICAST_IFINDEX
                                        N(IPPROTO_IP, IP_MULTICAST_IFINDEX)
#endif
#ifdef SO_NOSIGPIPE
                                            N(SOL_SOCKET, SO_NOSIGPIPE)
#endif
#ifdef SO_PROTOCOL
                                                N(SOL_SOCKET, SO_PROTOCOL)
#endif
#ifdef IP_DONTFRAG
                                                    N(IPPROTO_IP, IP_DONTFRAG)
#endif
#ifdef IP_RECVTOS
                                                        N(IPPROTO_IP, IP_RECVTOS)
#endif
#ifdef IP_RECVPKTINFO
                                                            N(IPPROTO_IP, IP_RECVPKTINFO)
#endif
#ifdef MCAST_JOIN_GROUP
                                                                N(IPPROTO_IP, MCAST_JOIN_GROUP) N(
                                                                    IPPROTO_IP,
                                                                    MCAST_LEAVE_GROUP) N(IPPROTO_IP,
                                                                                         MCAST_JOIN_SOURCE_GROUP)
                                                                    N(IPPROTO_IP,
                                                                      MCAST_LEAVE_SOURCE_GROUP)
                                                                        N(IPPROTO_IP, MCAST_BLOCK_SOURCE) N(
                                                                            IPPROTO_IP,
                                                                            MCAST_UNBLOCK_SOURCE)
                                                                            N(IPPROTO_IPV6, MCAST_JOIN_GROUP) N(
                                                                                IPPROTO_IPV6,
                                                                                MCAST_LEAVE_GROUP)
                                                                                N(IPPROTO_IPV6,
                                                                                  MCAST_JOIN_SOURCE_GROUP)
                                                                                    N(IPPROTO_IPV6,
                                                                                      MCAST_LEAVE_SOURCE_GROUP)
                                                                                        N(IPPROTO_IPV6,
                                                                                          MCAST_BLOCK_SOURCE)
                                                                                            N(IPPROTO_IPV6,
                                                                                              MCAST_UNBLOCK_SOURCE)
#endif
};

/* Where a number has two names, the one that is like what was said; NULL: none that is known. */
const char *native_option_name(int level, int name, const char *like)
{
    const char *found = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].level == level && names[i].name == name &&
            (found == NULL || (like != NULL && strcmp(names[i].text, like) == 0)))
            found = names[i].text;
    return found;
}
