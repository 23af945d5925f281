// SPDX-License-Identifier: BSD-2-Clause
/* The parts of an interface list that each Unix gives in its own way. */
#ifndef IPSK_POSIX_INTERFACE_H
#define IPSK_POSIX_INTERFACE_H

#include <ifaddrs.h>
#include <ipsock/interface.h>

/* MTU of an interface; fd is any socket, for systems that ask with ioctl. 0: unknown. */
uint32_t ipsk_interface_mtu(int fd, const struct ifaddrs *link);

/* How many messages are taken in a row of what tells that interfaces change: a storm ends in a look
 * at the list, and the rest leaves the socket readable. */
#define IPSK_NEWS_MOST 4096

/* The index, where this entry of getifaddrs is of a link; else 0. */
uint32_t ipsk_interface_link(const struct ifaddrs *link);

/* Link-layer address, where this entry of getifaddrs has it. */
void ipsk_interface_hardware(const struct ifaddrs *link, struct ipsock_interface *interface);

#endif
