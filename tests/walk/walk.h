// SPDX-License-Identifier: BSD-2-Clause
/* The walk through the ledger: each cell (feature, kind, column) is tried. What is there is set and
 * used, and its effect is looked for in a packet as it was sent, in control data or in what is
 * delivered; what is not there is refused. What succeeds without effect fails. */
#ifndef WALK_H
#define WALK_H

#include "multicast.h"

enum outcome {
    EFFECT,  /* it was seen */
    REFUSED, /* by this code */
    SILENT,  /* the calls succeeded, nothing came of it: why */
    UNSEEN,  /* nothing here could see it: why */
    OUTCOMES
};
struct result {
    enum outcome outcome;
    int code;
    const char *why;
};

struct cell {
    int feature, kind, column;
};

/* Tries one. Frees what it opens. */
typedef struct result attempt(const struct cell *cell);
attempt walk_option, walk_control, walk_option_mtu, walk_control_mtu;
attempt walk_received, walk_received_opaque, walk_coalesced, walk_notices, walk_minimum_hops;
attempt walk_group, walk_strict, walk_multicast_hops, walk_multicast_interface, walk_interface,
    walk_loopback;
attempt walk_buffer, walk_path_mtu, walk_checksum, walk_dual_stack, walk_reuse, walk_broadcast,
    walk_bound;
attempt walk_batch, walk_own_header, walk_icmp_filter, walk_bpf, walk_errors, walk_segments,
    walk_sent_opaque, walk_next_hop;

struct result refused(int code);
struct result unseen(const char *why);
/* EFFECT, or SILENT with what was missed. */
struct result effect_if(bool seen, const char *missed);

/* The family that the packets of a column have: V4 or V6. */
int traffic_of(int column);
/* An address as endpoints of a column write it: IPv4 ones on dual-stack endpoints are mapped. */
struct ipsock_addr written(int column, const char *plain);
/* An endpoint of the cell's kind on the wildcard address, in loopback's network; *s is NULL after a
 * failure. */
int open_cell(const struct cell *cell, uint32_t flags, uint32_t receive, uint32_t send,
              struct ipsock_endpoint **s);
/* The other side, of plain IPv4 or IPv6. */
struct cell plain_side(const struct cell *cell);
/* Sends a payload of this cell's kind; n tells packets apart. Raw and ping take no port. */
int send_one(const struct cell *cell, struct ipsock_endpoint *s, const struct ipsock_addr *to,
             uint8_t n, struct ipsock_control *control);
/* Waits for packet n of the cell's kind; others are dropped. False if it does not come. */
bool hear_one(const struct cell *cell, struct ipsock_endpoint *s, uint8_t n, struct seen *seen);
/* Whether nothing is there. */
bool is_silent(struct ipsock_endpoint *s);
/* One packet, whatever it is. */
bool hear_any(struct ipsock_endpoint *s, struct seen *seen);

/* A sender, and who sees its packets as they were sent: of UDP the ICMP errors that quote them. */
struct stage {
    struct cell cell;
    struct ipsock_endpoint *sender, *receiver, *ear; /* receiver: of a stream */
    struct ipsock_addr to;
    uint8_t n;
};
/* What a packet was like; -1: not seen. */
struct heard {
    int traffic_class, hop_limit, dont_fragment;
    struct ipsock_addr source;
};
/* A refusal or what hinders; EFFECT if all is there. to: in plain text, NULL for the loopback
 * address. */
struct result stage_open(struct stage *stage, const struct cell *cell, uint32_t send,
                         const char *to);
/* Sends one and looks at it. */
struct result stage_hear(struct stage *stage, struct ipsock_control *control, struct heard *heard);
void stage_close(struct stage *stage);

#endif
