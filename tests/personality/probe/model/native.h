// SPDX-License-Identifier: BSD-2-Clause
/* The socket headers of FreeBSD, NetBSD, OpenBSD or Darwin. */
#ifndef PROBE_NATIVE_H
#define PROBE_NATIVE_H

/* Not sorted: the systems' headers need this order. */
/* clang-format off */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <net/if.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#ifndef __APPLE__ /* the header sets that are to be had lack it */
#include <netinet/icmp6.h>
#endif
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
/* clang-format on */

#define PORT_IFADDRS 1
#ifdef __APPLE__ /* as its netinet/icmp6.h has it */
struct icmp6_filter {
    unsigned icmp6_filt[8];
};
#define ICMP6_FILTER_SETPASSALL(f)     memset(f, 0xff, sizeof *(f))
#define ICMP6_FILTER_SETBLOCKALL(f)    memset(f, 0, sizeof *(f))
#define ICMP6_FILTER_SETPASS(type, f)  ((f)->icmp6_filt[(type) >> 5] |= 1U << ((type) & 31))
#define ICMP6_FILTER_SETBLOCK(type, f) ((f)->icmp6_filt[(type) >> 5] &= ~(1U << ((type) & 31)))
#endif
#ifdef __NetBSD__ /* FreeBSD's sendmmsg and recvmmsg are loops of its C library */
#define PORT_MMSG unsigned
#elif defined __OpenBSD__
#define PORT_MMSG int
#endif

#endif
