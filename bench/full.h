// SPDX-License-Identifier: BSD-2-Clause
/* Full: the same system calls by somebody careful, for a program of several threads that trusts
 * neither its callers nor lengths, as its author would write them for Linux. Addresses are of one
 * form for both families and are converted for each packet; peers and values are checked before
 * the kernel may ignore or cut them; control data is made and walked as cmsg(3) says; presence and
 * truncation are told; calls in progress hold off closing. Each purpose has its own function, so
 * that none looks for what it need not. */
#ifndef BENCH_FULL_H
#define BENCH_FULL_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { FULL_BATCH = 1024, FULL_CONTROL = 128, FULL_SEGMENTS = 64 };

struct full_address {
    sa_family_t family; /* AF_INET, AF_INET6; 0: none */
    uint16_t port;      /* host order */
    uint32_t scope;
    unsigned char ip[16]; /* IPv4: the first 4 */
};

/* What a packet has told, and how it was cut. */
enum {
    FULL_DESTINATION = 1,
    FULL_HOP_LIMIT = 2,
    FULL_TRAFFIC_CLASS = 4,
    FULL_SEGMENT_SIZE = 8,
    FULL_TRUNCATED = 16,
    FULL_CONTROL_TRUNCATED = 32,
};

struct full_message {
    void *data;
    size_t size;   /* bytes to send, or of room */
    size_t length; /* result: bytes sent or received */
    struct full_address peer;
    struct full_address local; /* source of sends, destination of what is received; port 0 */
    uint32_t interface_index;  /* received */
    int traffic_class;
    int hop_limit;
    int segment_size; /* bytes */
    uint32_t flags;   /* received: FULL_… */
};

#define FULL_CLOSING 0x80000000u

struct full_socket {
    int fd;
    sa_family_t family;
    bool dual_stack;
    bool connected;
    _Atomic uint32_t calls; /* in progress; and FULL_CLOSING */
};

/* Room for traffic class, hop limit and source of a packet to send. */
#define FULL_CONTROL_IPV4 (2 * CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in_pktinfo)))
#define FULL_CONTROL_IPV6 (2 * CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in6_pktinfo)))

union full_name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* For batches of one thread: what the kernel takes; pointers set and control data cleared once. */
struct full_batch {
    struct mmsghdr headers[FULL_BATCH];
    struct iovec vectors[FULL_BATCH];
    union full_name names[FULL_BATCH];
    _Alignas(struct cmsghdr) unsigned char controls[FULL_BATCH][FULL_CONTROL];
};

void full_batch_init(struct full_batch *batch, unsigned count);

/* Closes when the last call in progress has ended. Once. */
void full_close(struct full_socket *s);

/* Whether an IPv6 address means something on one link only: fe80::/10, ff02::/16. */
static inline bool full_is_scoped(const unsigned char *ip)
{
    return (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) || (ip[0] == 0xff && (ip[1] & 0x0f) == 2);
}

/* A call enters before it touches the descriptor, and leaves after: closed in between, its number
 * could belong to somebody else. */
static inline bool full_enter(struct full_socket *s)
{
    if (!(atomic_fetch_add_explicit(&s->calls, 1, memory_order_acquire) & FULL_CLOSING))
        return true;
    atomic_fetch_sub_explicit(&s->calls, 1, memory_order_release);
    return false;
}

static inline void full_leave(struct full_socket *s)
{
    atomic_fetch_sub_explicit(&s->calls, 1, memory_order_release);
}

/* All: bytes, or how many of a batch, from its start; else a negative errno. What is wrong with a
 * message of a batch behind the first comes with the next call. */
ssize_t full_send(struct full_socket *s, struct full_message *m);
ssize_t full_send_plain(struct full_socket *s, struct full_message *m);
ssize_t full_send_connected(struct full_socket *s, struct full_message *m);
ssize_t full_send_segments(struct full_socket *s, struct full_message *m);
int full_send_batch(struct full_socket *s, struct full_batch *batch, struct full_message *m,
                    unsigned count);
int full_send_batch_plain(struct full_socket *s, struct full_batch *batch, struct full_message *m,
                          unsigned count);

ssize_t full_receive(struct full_socket *s, struct full_message *m);
ssize_t full_receive_plain(struct full_socket *s, struct full_message *m);
ssize_t full_receive_coalesced(struct full_socket *s, struct full_message *m);
int full_receive_batch(struct full_socket *s, struct full_batch *batch, struct full_message *m,
                       unsigned count);
int full_receive_batch_plain(struct full_socket *s, struct full_batch *batch,
                             struct full_message *m, unsigned count);

#endif
