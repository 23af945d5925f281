// SPDX-License-Identifier: BSD-2-Clause
/* Scenarios, and the two sides that play them. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <ipsock/ipsock.h>

#include "hand.h"

enum { BATCH = HAND_BATCH, PAYLOAD = 32, ROOM = 256 };

/* One thing that a program does, with BATCH packets a round. */
struct scenario {
    const char *name;
    int traffic; /* IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED: IPv4 on a dual-stack socket */
    bool sends;
    bool batch;
    bool control; /* with traffic class, hop limit; received: destination and interface, too;
                     sent: source */
};

/* Values that change from round to round, so that a stale or skipped field is found. */
struct round {
    int number;
    int traffic_class;
    int hop_limit;
};

/* One side's sockets and memory. */
struct side {
    const struct scenario *scenario;
    bool ours;
    int fd;    /* the measured socket */
    int other; /* the one at the other end */
    struct ipsock_endpoint *endpoint;
    struct sockaddr_storage name, other_name;
    socklen_t name_length;
    unsigned loopback;

    unsigned char payload[BATCH][ROOM];
    struct hand_batch hand;
    struct hand_packet packets[BATCH];
    struct hand_outgoing out[BATCH];
    struct ipsock_buffer buffers[BATCH];
    struct ipsock_message messages[BATCH];
    struct ipsock_control controls[BATCH];
    struct ipsock_batch *batch;
    void *batch_memory;
};

extern const struct scenario scenarios[];
const struct scenario *find_scenario(const char *name);

/* Ends the program where something is not as it must be. */
void require(bool ok, const char *what);

void open_side(struct side *side, const struct scenario *scenario, bool ours);
void close_side(struct side *side);

/* Everything of a round but its measured part: datagrams made ready before, results looked at
 * after. */
struct round round_of(int number);
void before_round(struct side *side, const struct round *round);
void after_round(struct side *side, const struct round *round);

/* The measured part: BATCH packets. */
void play_round(struct side *side);

/* Nanoseconds a datagram sent and received with segmentation offload; the part that got lost. */
double time_segments(double (*clock_ns)(void), int rounds, double *lost);

/* What the counting itself is checked with: one allocation and two system calls. */
void play_selfcheck(void);

#endif
