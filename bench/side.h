// SPDX-License-Identifier: BSD-2-Clause
/* What the files that play a side's sockets share. */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#include "bench.h"

#define RECEIVED                                                                        \
    (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT | \
     IPSOCK_CONTROL_TRAFFIC_CLASS)
#define SENT (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE)

/* Sets an option, or ends the program. */
void set(int fd, int level, int option, int value);

uint16_t port_of(int fd);

/* The loopback address of the traffic, as the measured socket writes it. */
struct in6_addr loopback_of(int traffic);
struct ipsock_addr addr_of(int traffic, uint16_t port);

/* How many groups are joined, numbers from 0; packets go to the last. */
static inline unsigned groups_of(const struct scenario *what)
{
    return what->extra == STRICT ? GROUPS : what->extra == STRICT_ONE;
}

static inline bool has_flows(const struct scenario *what)
{
    return what->extra == FLOW || what->extra == FLOW_CLASS;
}

static inline bool is_segmented(const struct scenario *what)
{
    return what->extra == SEGMENTED || what->extra == SEGMENTED_FLOW;
}

/* Whether packets have control data. */
static inline bool has_control(const struct scenario *what)
{
    return what->extra == CONTROL || groups_of(what) > 0 || has_flows(what);
}

/* Where the traffic runs, and the address that it comes from. */
unsigned interface_of(const struct scenario *what);
struct in6_addr address_of(const struct scenario *what);

struct in6_addr group_of(unsigned number);

static inline unsigned char *payload_of(struct side *s, unsigned i)
{
    return s->payload + i * s->stride;
}

#endif
