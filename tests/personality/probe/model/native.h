// SPDX-License-Identifier: BSD-2-Clause
/* The socket headers of FreeBSD, NetBSD or OpenBSD. */
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
#include <netinet/icmp6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
/* clang-format on */

#define PORT_IFADDRS 1
#ifdef __NetBSD__ /* FreeBSD's sendmmsg and recvmmsg are loops of its C library */
#define PORT_MMSG unsigned
#elif defined __OpenBSD__
#define PORT_MMSG int
#endif

#endif
