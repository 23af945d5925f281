// SPDX-License-Identifier: BSD-2-Clause
/* Lean: the system calls used directly, by somebody who writes no more than works. Socket addresses
 * are made once and kept, nothing is checked that the kernel does not check, no presence bits, no
 * defence against lying lengths, one thread. Nothing prepared that a program could not prepare. */
#ifndef BENCH_LEAN_H
#define BENCH_LEAN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { LEAN_BATCH = 1024, LEAN_CONTROL = 128 };

/* What is known of a received packet. */
struct lean_packet {
    unsigned char destination[16];
    unsigned char source[16];
    unsigned interface_index;
    int hop_limit;
    int traffic_class;
    int segment_size;
    unsigned length;
    uint16_t port;
    bool truncated;
};

/* A packet to send. */
struct lean_outgoing {
    struct sockaddr_in6 to; /* or a sockaddr_in, which is shorter */
    socklen_t to_length;
    struct iovec data;
    int traffic_class;
    int hop_limit;
    uint16_t segment_size;
    struct in6_addr source; /* IPv4: its first 4 bytes */
};

struct lean_batch {
    struct mmsghdr headers[LEAN_BATCH];
    struct iovec vectors[LEAN_BATCH];
    struct sockaddr_in6 names[LEAN_BATCH]; /* or sockaddr_in */
    _Alignas(struct cmsghdr) unsigned char controls[LEAN_BATCH][LEAN_CONTROL];
};

/* Without "plain", control data is decoded or sent. Results: as the system calls'. */
ssize_t lean_receive(int fd, void *data, size_t size, struct lean_packet *packet);
ssize_t lean_receive_plain(int fd, void *data, size_t size, struct lean_packet *packet);
ssize_t lean_receive_coalesced(int fd, void *data, size_t size, struct lean_packet *packet);
int lean_receive_batch(int fd, struct lean_batch *batch, struct lean_packet *packets,
                       unsigned count);
int lean_receive_batch_plain(int fd, struct lean_batch *batch, struct lean_packet *packets,
                             unsigned count);

ssize_t lean_send(int fd, const struct lean_outgoing *out);
ssize_t lean_send_plain(int fd, const struct lean_outgoing *out);
ssize_t lean_send_connected(int fd, const struct lean_outgoing *out);
ssize_t lean_send_segments(int fd, const struct lean_outgoing *out);
int lean_send_batch(int fd, struct lean_batch *batch, struct lean_outgoing *out, unsigned count);
int lean_send_batch_plain(int fd, struct lean_batch *batch, struct lean_outgoing *out,
                          unsigned count);

/* Writes an ICMP echo request with its checksum. Returns its length; 0: no room. */
size_t lean_echo(unsigned char *to, size_t room, uint16_t id, uint16_t sequence, const void *data,
                 size_t length);

/* Once, before the first batch: one buffer for each packet. */
void lean_batch_init(struct lean_batch *batch, unsigned count, void *buffers, size_t size);

#endif
