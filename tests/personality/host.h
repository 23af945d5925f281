// SPDX-License-Identifier: BSD-2-Clause
/* Between the model of a kernel, compiled with the headers of the system that it models, and the
 * host below it, compiled with those of Linux: no type or number of either. A call returns 0 or
 * more, or -HOST_E… */
#ifndef PERSONALITY_HOST_H
#define PERSONALITY_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum host_error {
    HOST_SUCCESS,
#define E(name) HOST_##name,
#include "errors.def"
#undef E
    HOST_EOTHER
};

enum host_option {
#define O(name, level, option) HOST_OPTION_##name,
#include "options.def"
#undef O
    HOST_OPTIONS
};

/* Ports in host order; IPv4 in the first four bytes. */
struct host_addr {
    uint8_t family; /* 0: none, 4, 6 */
    uint16_t port;
    uint32_t scope;
    uint8_t ip[16];
};

/* Values of path MTU discovery. */
enum { HOST_MAY_FRAGMENT = 0, HOST_MUST_NOT = 2, HOST_PROBE = 3, HOST_OMIT = 5 };

enum host_type { HOST_STREAM = 1, HOST_DATAGRAM, HOST_RAW };

/* What a descriptor is. */
struct host_identity {
    uint64_t number; /* of the socket, the same for its duplicates, never given again */
    int family;      /* 4, 6; 0 for what is no socket of ours */
    enum host_type type;
    int protocol;
    bool v6only;
};
int host_identify(int fd, struct host_identity *out);

int host_socket(int family, enum host_type type, int protocol, bool nonblocking, bool cloexec);
/* A raw socket of every protocol: what arrives, without fragments put together; it sends nothing. */
int host_wild(int family, bool nonblocking, bool cloexec);
int host_accept(int fd, struct host_addr *peer, bool nonblocking, bool cloexec);
int host_close(int fd);
int host_bind(int fd, const struct host_addr *addr);
int host_connect(int fd, const struct host_addr *addr); /* NULL dissolves */
int host_name(int fd, bool peer, struct host_addr *addr);
int host_listen(int fd, int backlog);
int host_shutdown(int fd, int how);
int host_set(int fd, enum host_option option, int value);
int host_get(int fd, enum host_option option, int *value);
/* IPv4: by index and address. */
int host_multicast_interface(int fd, uint32_t index);
int host_icmp6_filter(int fd, bool get, uint32_t blocked[8]); /* a bit set: refused */
int host_flags(int fd, bool set, bool *nonblocking);
int host_ready(int fd, bool writing, int milliseconds);
int host_unread(int fd, int *bytes);

enum host_group_act {
    HOST_JOIN,
    HOST_LEAVE,
    HOST_JOIN_SOURCE,
    HOST_LEAVE_SOURCE,
    HOST_BLOCK,
    HOST_UNBLOCK
};
int host_group(int fd, enum host_group_act act, uint32_t index, const struct host_addr *group,
               const struct host_addr *source);

struct host_buffer { /* struct iovec of every system */
    void *base;
    uint64_t length;
};

enum {
    HOST_HAS_DESTINATION = 1 << 0,
    HOST_HAS_INTERFACE = 1 << 1,
    HOST_HAS_HOPS = 1 << 2,
    HOST_HAS_CLASS = 1 << 3,
    HOST_HAS_TIME = 1 << 4,
    HOST_HAS_MTU = 1 << 5,
    HOST_HAS_SOURCE = 1 << 6,       /* sent */
    HOST_HAS_DONT_FRAGMENT = 1 << 7 /* sent */
};
enum {
    HOST_PEEK = 1,
    HOST_DONTWAIT = 2,
    HOST_DONTROUTE = 4,
    HOST_WAITALL = 8,
    HOST_TRUNCATED = 16,
    HOST_OOB = 32,
    HOST_EOR = 64
};

struct host_message {
    struct host_addr peer;
    const struct host_buffer *buffers;
    uint64_t buffer_count;
    int flags; /* given and returned */
    uint32_t has;
    bool v4;                /* sent: an IPv4 packet, perhaps of an AF_INET6 socket */
    struct host_addr local; /* destination of a received one, source of a sent one */
    uint32_t interface;
    int hops, traffic_class, dont_fragment;
    int fragment; /* received in fragments, of which this is the largest; 0: whole */
    int64_t seconds, microseconds;
    struct host_addr mtu_of;
    uint32_t mtu;
    bool foreign; /* of a host_wild: not for a raw socket of this host */
    bool from_path; /* the mtu is of an ICMP message */
};
/* Bytes; a datagram's whole length with HOST_TRUNCATED in flags. */
int64_t host_receive(int fd, struct host_message *message);
int64_t host_send(int fd, struct host_message *message);

/* What ICMP said of something that was sent. */
struct host_icmp {
    bool v6;
    int type, code;
    uint32_t mtu;
    struct host_addr to;
};
/* The next one, of a socket with both ERROR_QUEUE options: 1; 0: there is none. */
int host_icmp_error(int fd, struct host_icmp *error);

/* The source of what goes there; by the interface, if it is a group. */
bool host_source(const struct host_addr *to, uint32_t interface, struct host_addr *source);
/* A packet with its header, by the route to an address. */
int host_send_packet(const void *packet, size_t length, const struct host_addr *by,
                     uint32_t interface, bool loops);

/* An IPv4 packet as it is, to a neighbour or by one: false where none is known. */
bool host_send_frame(const void *packet, size_t length, const struct host_addr *to);

struct host_interface {
    char name[16];
    uint32_t index, mtu;
    bool up, loopback, multicast, broadcast, point_to_point, running;
    uint8_t hardware[6];
    uint8_t hardware_length;
};
struct host_interface_addr {
    uint32_t index;
    uint8_t prefix;
    struct host_addr addr, broadcast;
};
/* Up to capacity of each; the number there are. */
int host_interfaces(struct host_interface *out, int capacity);
int host_interface_addrs(struct host_interface_addr *out, int capacity);
/* A descriptor that is readable when interfaces have changed, and what it tells. */
int host_news(bool nonblocking, bool cloexec);
bool host_is_news(int fd);
int host_news_silent(int fd, bool silent); /* of what was dropped; not, at first */
enum {
    HOST_NEWS_OTHER = 1,
    HOST_NEWS_LINK,
    HOST_NEWS_LINK_GONE,
    HOST_NEWS_ADDRESS,
    HOST_NEWS_ADDRESS_GONE,
    HOST_NEWS_LOST
};
int host_read_news(int fd);
/* Index of the interface that a route to it, or with this address; 0: none. */
uint32_t host_route(const struct host_addr *to);
bool host_is_local(const struct host_addr *addr, uint32_t *index);

/* Names: the number found; minus a HOST_EAI_. */
enum host_eai {
    HOST_EAI_NONAME = 1,
    HOST_EAI_AGAIN,
    HOST_EAI_FAIL,
    HOST_EAI_MEMORY,
    HOST_EAI_SYSTEM
};
int host_resolve(const char *name, int family, struct host_addr *out, int capacity);
int host_reverse(const struct host_addr *addr, bool required, char *name, size_t size);

enum host_clock { HOST_REALTIME, HOST_MONOTONIC };
void host_clock(enum host_clock which, int64_t *seconds, int64_t *nanoseconds);

/* Anonymous private memory; whether children of fork get it empty. NULL: none. */
void *host_map(size_t size);
int host_unmap(void *memory, size_t size);
int host_wipe(void *memory, size_t size);

/* Flags of descriptors: close on exec. */
int host_cloexec(int fd, bool set, bool on);
int host_duplicate(int fd, int from, bool cloexec);
int host_pipe(int fds[2], bool nonblocking, bool cloexec);
int64_t host_read(int fd, void *data, size_t size);
int64_t host_write(int fd, const void *data, size_t size);
/* Like poll(2), whose numbers are the same everywhere up to POLLNVAL. */
int host_poll(void *fds, unsigned count, int milliseconds);

/* The model's state. */
void host_lock(void);
void host_unlock(void);
const char *host_environment(const char *name);
bool host_is_privileged(void);
void host_say(const char *text);

#endif
