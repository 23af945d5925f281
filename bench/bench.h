// SPDX-License-Identifier: BSD-2-Clause
/* Scenarios, and the sides that play them: lean and full, both written by hand, ipsock, libuv. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <ipsock/ipsock.h>

#include "full.h"
#include "lean.h"

/* Callgrind counts from the entry of a function whose name begins with "measured_" to its return,
 * and nothing else. */
#if defined(__clang__)
#define MEASURED __attribute__((noinline)) static
#else
#define MEASURED __attribute__((noinline, noclone)) static
#endif

enum { PACKETS = 64, MOST_PACKETS = 1024, PAYLOAD = 32, ROOM = 256 };
/* A message of segments, how many of them a round, and their share of the memory. */
enum { SEGMENT = 1200, SEGMENTS = 48, MESSAGES = 4, COALESCED_ROOM = 65536 };

enum { GROUPS = 1000 };

enum what { RECEIVE, SEND, PARSE, MARSHAL };
enum player { LEAN, FULL, OURS, UV, PLAYERS };
extern const char *const player_names[PLAYERS];

/* What a packet has beside data and peer. */
enum extra {
    PLAIN,
    CONTROL,    /* traffic class and hop limit; received: destination and interface, too; sent:
                   source */
    SEGMENTED,  /* a message is SEGMENTS datagrams of SEGMENT bytes */
    STRICT,     /* as CONTROL; sent to one of GROUPS joined, others dropped (by ipsock alone) */
    STRICT_ONE, /* the same with one group */
    CONNECTED,  /* plain, and no peer */
    FLOW,       /* as CONTROL; by ipsock with destinations prepared before, one for each packet */
    FLOW_CLASS, /* the same with the traffic class of each packet beside them */
    SEGMENTED_FLOW, /* as SEGMENTED; by ipsock with a destination prepared before */
    EXTRAS
};

/* One thing that a program does. */
struct scenario {
    const char *name;
    enum what what;
    int traffic;    /* IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED: IPv4 on a dual-stack socket */
    unsigned batch; /* packets in one call */
    enum extra extra;
};

/* Values that change from round to round, so that a stale or skipped field is found. */
struct round {
    int number;
    int traffic_class;
    int hop_limit;
};

struct uv_side;

/* One side's sockets and memory. */
struct side {
    const struct scenario *scenario;
    enum player player;
    unsigned packets; /* of a round */
    size_t stride;    /* bytes at payload for each */
    size_t length;    /* bytes of each */
    int fd;           /* the measured socket */
    int other;        /* the one at the other end */
    struct ipsock_endpoint *endpoint;
    struct ipsock_batch *batch;
    void *batch_memory;
    struct full_socket socket;
    struct uv_side *uv;

    unsigned char payload[MOST_PACKETS * ROOM];
    struct lean_batch lean;
    struct full_batch full;
    struct lean_packet packets_in[MOST_PACKETS];
    struct lean_outgoing packets_out[MOST_PACKETS];
    struct full_message full_messages[MOST_PACKETS];
    struct ipsock_buffer buffers[MOST_PACKETS];
    struct ipsock_message messages[MOST_PACKETS];
    struct ipsock_control controls[MOST_PACKETS];
    struct ipsock_flow flows[PACKETS];
};

extern const struct scenario scenarios[];
const struct scenario *find_scenario(const char *name);
bool plays(enum player player, const struct scenario *scenario);

/* Ends the program where something is not as it must be. */
void require(bool ok, const char *what);

/* False where this host cannot play it; says why on standard error. */
bool open_side(struct side *side, const struct scenario *scenario, enum player player);
void close_side(struct side *side);

/* Everything of a round but its measured part: datagrams made ready before, results looked at
 * after. */
struct round round_of(int number);
void before_round(struct side *side, const struct round *round);
void after_round(struct side *side, const struct round *round);

/* The measured part. */
void play_round(struct side *side);

/* What is no traffic: texts of addresses read, ICMP messages written. */
void before_unit(struct side *side, const struct round *round);
void play_unit(struct side *side);
void after_unit(struct side *side);

/* libuv, where it was found: uv.c, else no_uv.c. */
const char *uv_side_version(void); /* NULL: none */
bool uv_plays(const struct scenario *scenario);
void uv_side_open(struct side *side);
void uv_side_connect(struct side *side, const struct sockaddr *to);
void uv_side_close(struct side *side);
void uv_side_play(struct side *side);
struct lean_packet uv_side_packet(const struct side *side, unsigned i);

/* Nanoseconds a datagram sent and received with segmentation offload; the part that got lost. */
double time_segments(double (*clock_ns)(void), int rounds, double *lost);

/* What the counting itself is checked with: one allocation and two system calls. */
void play_selfcheck(void);

#endif
