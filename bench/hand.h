// SPDX-License-Identifier: BSD-2-Clause
/* What ipsock is measured against: the system calls used directly, as a careful programmer writes
 * them for Linux. Both families, nothing prepared that a program could not prepare, no presence
 * bits, no defence against lying lengths. */
#ifndef BENCH_HAND_H
#define BENCH_HAND_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { HAND_BATCH = 64, HAND_CONTROL = 128 };

/* What is known of a received packet. */
struct hand_packet {
    unsigned char destination[16];
    unsigned char source[16];
    unsigned interface_index;
    int hop_limit;
    int traffic_class;
    unsigned length;
    uint16_t port;
    bool truncated;
};

/* A packet to send. */
struct hand_outgoing {
    struct sockaddr_storage to;
    socklen_t to_length;
    struct iovec data;
    int traffic_class;
    int hop_limit;
    struct in6_addr source; /* IPv4: its first 4 bytes */
};

struct hand_batch {
    struct mmsghdr headers[HAND_BATCH];
    struct iovec vectors[HAND_BATCH];
    struct sockaddr_storage names[HAND_BATCH];
    _Alignas(struct cmsghdr) unsigned char controls[HAND_BATCH][HAND_CONTROL];
};

/* Without "plain", control data is decoded or sent. Results: as the system calls'. */
ssize_t hand_receive(int fd, void *data, size_t size, struct hand_packet *packet);
ssize_t hand_receive_plain(int fd, void *data, size_t size, struct hand_packet *packet);
int hand_receive_batch(int fd, struct hand_batch *batch, struct hand_packet *packets);
int hand_receive_batch_plain(int fd, struct hand_batch *batch, struct hand_packet *packets);

ssize_t hand_send(int fd, const struct hand_outgoing *out);
ssize_t hand_send_plain(int fd, const struct hand_outgoing *out);
int hand_send_batch(int fd, struct hand_batch *batch, struct hand_outgoing *out);
int hand_send_batch_plain(int fd, struct hand_batch *batch, struct hand_outgoing *out);

/* Once, before the first batch: one buffer for each packet. */
void hand_batch_init(struct hand_batch *batch, void *buffers, size_t size);

#endif
