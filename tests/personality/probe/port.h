// SPDX-License-Identifier: BSD-2-Clause
/* What a probe may use. A probe is a few calls on a kernel's own socket interface and prints what
 * that kernel answered; the same probes, unchanged, run on every system and on every model of a
 * system.
 *
 * A port supplies the functions below and a header "native.h" that includes the system's own socket
 * headers (sys/types.h, sys/socket.h, sys/uio.h, netinet/in.h, netinet/icmp6.h …), so that every
 * struct and constant is the system's. Nothing else of the C library is used by probes but memcpy,
 * memset, memcmp, memmove, strlen, strcmp, strncmp, strrchr, snprintf and vsnprintf; "native.h"
 * declares them (string.h, stdio.h, or by hand).
 *
 * The host that a port sets up:
 *   lo    the loopback interface: 127.0.0.1/8, ::1
 *   net0  an Ethernet-like, multicast-capable interface, MTU 1500:
 *         192.0.2.1/24, 192.0.2.11/24 (a second address), fe80::/64 link-local, 2001:db8::1/64
 *   net1  the same: 198.51.100.1/24, 2001:db8:1::1/64
 *   default routes: IPv4 by 192.0.2.254, IPv6 by 2001:db8::fe, both on net0; neighbours answer (a
 * port may enter them statically), forwarding is off; the process has all privileges. Neighbours
 * that probes talk to: on net0 192.0.2.9, 192.0.2.254, 2001:db8::9, 2001:db8::fe, fe80::9; on net1
 * 198.51.100.9, 2001:db8:1::9, fe80::9. Everything else is off-link (203.0.113.0/24,
 * 2001:db8:5::/48).
 */
#ifndef PROBE_PORT_H
#define PROBE_PORT_H

#include "native.h"
#include <stddef.h>
#include <stdint.h>

/* Each returns what the system call returns, or minus the system's own errno value. */
long port_socket(int family, int type, int protocol);
long port_close(int fd);
long port_bind(int fd, const struct sockaddr *addr, socklen_t length);
long port_connect(int fd, const struct sockaddr *addr, socklen_t length);
long port_getsockname(int fd, struct sockaddr *addr, socklen_t *length);
long port_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
long port_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
long port_sendmsg(int fd, const struct msghdr *message, int flags);
long port_recvmsg(int fd, struct msghdr *message, int flags); /* probes pass MSG_DONTWAIT */

/* Readable now, or within 200 ms; 1 or 0. Lets the port run its stack in between. */
int port_readable(int fd);
/* Gives the stack time to deliver and send what is under way. */
void port_settle(void);

/* The name of a native errno value ("EINVAL"); "E?<number>" where it has none. */
const char *port_errname(long number);

enum port_interface { PORT_LO, PORT_NET0, PORT_NET1 };
unsigned port_index(enum port_interface interface);
/* The interface's link-local IPv6 address (16 bytes, without the embedded scope). */
void port_link_local(enum port_interface interface, uint8_t address[16]);
/* The next IP packet that left by the interface since the last call (link header removed; ARP, ND,
 * IGMP and MLD of the stack's own left in); its length, 0 when there is none. Not for PORT_LO. */
size_t port_sent(enum port_interface interface, uint8_t *packet, size_t size);
/* An IP packet arrives at the interface from outside, as a link-layer unicast, multicast or
 * broadcast as its destination asks. */
void port_arrive(enum port_interface interface, const uint8_t *packet, size_t length);

/* "linux 6.1", "netbsd 7.99.34" … */
const char *port_system(void);

/* The rest is for the second set of probes (stream, batch, adopt, interfaces, full). */
long port_listen(int fd, int backlog);
long port_accept(int fd, struct sockaddr *addr,
                 socklen_t *length); /* accept4: close-on-exec and not blocking */
long port_shutdown(int fd, int how);
long port_getpeername(int fd, struct sockaddr *addr, socklen_t *length);
long port_ioctl(int fd, unsigned long request, void *argument);
long port_nonblocking(int fd, int on); /* sets O_NONBLOCK, -1: only reads; was it set before? */
/* poll's revents, after at most so many milliseconds. */
int port_poll(int fd, int events, int milliseconds);
/* native.h defines PORT_MMSG, the type of their flags, where the system calls are there, not where
 * a library loops. */
#ifdef PORT_MMSG
long port_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);
long port_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);
#endif
/* native.h defines PORT_IFADDRS where these are there; index and name are the system's
 * if_nametoindex and if_indextoname (16 bytes of room). */
#ifdef PORT_IFADDRS
long port_getifaddrs(struct ifaddrs **list);
void port_freeifaddrs(struct ifaddrs *list);
long port_nametoindex(const char *name);
long port_indextoname(unsigned index, char *name);
#endif

/* Writes to standard output at once, unbuffered: write(1, text, length). */
void port_write(const char *text, size_t length);

#endif
