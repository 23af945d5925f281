// SPDX-License-Identifier: BSD-2-Clause
/* The host's sockets below Wine's. A Windows program under Wine is a Linux process: ntdll tells the
 * descriptor of a handle, and the system is called without a library in between. So what the model
 * promises is on the wire, and a Linux program at the other end sees it.
 * Numbers of x86-64 Linux. A call returns a value of 0 or more, or -errno. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include <stddef.h>
#include <stdint.h>

enum {
    HOST_EPERM = 1,
    HOST_EINTR = 4,
    HOST_EAGAIN = 11,
    HOST_EACCES = 13,
    HOST_ENODEV = 19,
    HOST_EINVAL = 22,
    HOST_EMSGSIZE = 90,
    HOST_EADDRINUSE = 98,
    HOST_EADDRNOTAVAIL = 99,
    HOST_ENETUNREACH = 101,
    HOST_ECONNREFUSED = 111,
    HOST_EHOSTUNREACH = 113,

    HOST_AF_INET = 2,
    HOST_AF_INET6 = 10,
    HOST_SOCK_DGRAM = 2,
    HOST_SOCK_RAW = 3,
    HOST_SOCK_CLOEXEC = 0x80000,

    HOST_SOL_SOCKET = 1,
    HOST_SO_REUSEADDR = 2,
    HOST_SO_ERROR = 4,
    HOST_SO_BROADCAST = 6,
    HOST_SO_SNDBUF = 7,
    HOST_SO_RCVBUF = 8,
    HOST_SOL_IP = 0,
    HOST_IP_TOS = 1,
    HOST_IP_TTL = 2,
    HOST_IP_HDRINCL = 3,
    HOST_IP_PKTINFO = 8,
    HOST_IP_MTU_DISCOVER = 10,
    HOST_IP_RECVERR = 11,
    HOST_IP_RECVTTL = 12,
    HOST_IP_RECVTOS = 13,
    HOST_IP_MTU = 14,
    HOST_IP_MULTICAST_IF = 32,
    HOST_IP_MULTICAST_TTL = 33,
    HOST_IP_UNICAST_IF = 50,
    HOST_IP_MULTICAST_ALL = 49,
    HOST_MCAST_JOIN_GROUP = 42,
    HOST_MCAST_BLOCK_SOURCE = 43,
    HOST_MCAST_UNBLOCK_SOURCE = 44,
    HOST_MCAST_LEAVE_GROUP = 45,
    HOST_MCAST_JOIN_SOURCE_GROUP = 46,
    HOST_MCAST_LEAVE_SOURCE_GROUP = 47,
    HOST_SOL_IPV6 = 41,
    HOST_IPV6_UNICAST_HOPS = 16,
    HOST_IPV6_MULTICAST_IF = 17,
    HOST_IPV6_MULTICAST_HOPS = 18,
    HOST_IPV6_MULTICAST_ALL = 29,
    HOST_IPV6_HDRINCL = 36,
    HOST_IPV6_MTU_DISCOVER = 23,
    HOST_IPV6_MTU = 24,
    HOST_IPV6_RECVERR = 25,
    HOST_IPV6_V6ONLY = 26,
    HOST_IPV6_RECVPKTINFO = 49,
    HOST_IPV6_PKTINFO = 50,
    HOST_IPV6_RECVHOPLIMIT = 51,
    HOST_IPV6_HOPLIMIT = 52,
    HOST_IPV6_RECVTCLASS = 66,
    HOST_IPV6_TCLASS = 67,
    HOST_IPV6_UNICAST_IF = 76,
    HOST_SOL_UDP = 17,
    HOST_UDP_SEGMENT = 103,
    HOST_UDP_GRO = 104,

    HOST_MSG_PEEK = 2,
    HOST_MSG_DONTROUTE = 4,
    HOST_MSG_TRUNC = 0x20,
    HOST_MSG_DONTWAIT = 0x40,
    HOST_MSG_ERRQUEUE = 0x2000,
    HOST_MSG_NOSIGNAL = 0x4000,

    HOST_POLLIN = 1,
    HOST_POLLOUT = 4,
    HOST_POLLERR = 8,

    HOST_PMTUDISC_DONT = 0,
    HOST_PMTUDISC_WANT = 1,
    HOST_PMTUDISC_DO = 2,
    HOST_PMTUDISC_PROBE = 3
};

struct host_buffer {
    void *base;
    uint64_t length;
};

struct host_message {
    void *name;
    uint32_t name_length;
    struct host_buffer *buffers;
    uint64_t buffer_count;
    void *control;
    uint64_t control_length;
    int32_t flags;
};

/* As wide as Windows's WSACMSGHDR on x64: length, level, type. */
struct host_item {
    uint64_t length;
    int32_t level;
    int32_t type;
};

/* Address forms are Windows's; only the family's number differs. */
union host_address {
    uint16_t family;
    unsigned char bytes[28]; /* port at 2; IPv4 address at 4, IPv6 address at 8, scope at 24 */
};

/* The descriptor of a socket's handle, a duplicate that the caller closes; -1 if there is none. */
int host_descriptor(uintptr_t handle);

int host_socket(int family, int type, int protocol);
int host_close(int fd);
int host_bind(int fd, const void *address, int length);
/* No address: dissolves the connection. */
int host_connect(int fd, const void *address, int length);
/* Peer or own name, in Windows's form. */
int host_name(int fd, int peer, void *address, int *length);
int host_set(int fd, int level, int name, const void *value, int length);
int host_set_int(int fd, int level, int name, int value);
/* An int's value, or -errno (values of interest are not negative). */
int host_get_int(int fd, int level, int name);
int64_t host_send(int fd, struct host_message *message, int flags);
int64_t host_receive(int fd, struct host_message *message, int flags);
/* revents, 0 when time is up. */
int host_poll(int fd, int events, int milliseconds);

/* Index of the interface with this IPv4 address; whether there is one of this index. 0: none. */
unsigned host_interface_of(const unsigned char address[4]);
int host_is_interface(unsigned index);

struct host_wait {
    int32_t fd;
    int16_t events;
    int16_t revents;
};

/* The number that are ready, their revents set. */
int host_wait_any(struct host_wait *waits, unsigned count, int milliseconds);
/* A descriptor that is readable from the ring until it is silenced. */
int host_bell(void);
void host_bell_ring(int fd);
void host_bell_silence(int fd);

/* A descriptor that is readable when an interface has changed, else an address; whether a message was
 * read. */
int host_news(int interfaces);
int host_read_news(int fd);

/* Windows's form to the host's and back, in place. */
void host_address_out(void *address);
void host_address_in(void *address);

/* The Winsock error of an errno. */
int host_error(int64_t result);

#endif
