// SPDX-License-Identifier: BSD-2-Clause
/* Probes with a rising hop limit: how they go out, how what is said about them comes back, and how
 * it is shown. */
#ifndef IPSOCK_TOOL_TRACE_H
#define IPSOCK_TOOL_TRACE_H

#include "tool.h"

#define TRACE_HOPS_MAX    255
#define TRACE_QUERIES_MAX 10
#define TRACE_RESENT_MAX  64 /* probes that go out again because they were too big */
#define TRACE_PROBES_MAX  (TRACE_HOPS_MAX * TRACE_QUERIES_MAX + TRACE_RESENT_MAX)
#define TRACE_PACKET_MAX  65535
#define TRACE_LABELS      8
#define TRACE_INTERFACES  4

/** What the command line asked for. */
struct trace_request {
    const char *host, *traffic_class, *source, *interface;
    long first, last, queries, port, size;
    int64_t wait;
    bool ipv4, ipv6, icmp, raw, mtu, json;
};

/** A probe that went out; its number is its place, from 1. */
struct trace_probe {
    int64_t sent;
    uint32_t length; /* of the IP packet */
    uint8_t hop;
    uint8_t query; /* from 0 */
    bool settled;  /* answered, or to be sent again */
};

/** What came back. */
struct trace_answer {
    uint32_t number; /* of the probe; 0: it is about none */
    int64_t time;
    struct ipsock_addr from;
    bool reply; /* the host's own answer, no ICMP error */
    uint8_t type, code;
    uint32_t mtu; /* of "too big"; 0: none */
    struct ipsock_icmp_mpls_label labels[TRACE_LABELS];
    size_t label_count;
    struct ipsock_icmp_interface interfaces[TRACE_INTERFACES];
    size_t interface_count;
};

struct trace {
    struct trace_request r;
    struct ipsock_addr peer, local;
    struct ipsock_control control;     /* of what is sent */
    struct ipsock_endpoint *s;         /* what probes leave by */
    struct ipsock_endpoint *id_holder; /* of raw echo requests; NULL: s has the identifier */
    struct ipsock_endpoint *errors; /* what hears of them: NULL, s by its error stream; raw ICMP */
    uint16_t id;                    /* own port, or identifier of echo messages */
    uint32_t length;                /* of the next IP packet */
    int64_t start;
    struct trace_probe probes[TRACE_PROBES_MAX + 1];
    uint32_t sent;     /* probes so far, the number of the latest */
    uint32_t answered; /* of them */
    uint32_t refused;  /* of them, by a firewall of this host: these did not go out */
    uint8_t hops;      /* the latest hop */
    bool reached, expects_reply;
    bool goes_beyond; /* what the system holds for the path's MTU limits no probe */
    uint32_t mtu;     /* what has passed, of which passed_hop told; 0: nothing, or not asked for */
    uint8_t passed_hop;
};

/** Bytes before the payload of a probe. */
uint32_t trace_headers(const struct trace *t);
/** Opens what probes take. @return EXIT_OK, or the exit code after a message */
int trace_open(struct trace *t, struct ipsock_config *config);
/** The size of the packets that leave this host whole, at most TRACE_PACKET_MAX: what the interface
 * takes or, where the system does not let larger packets out, the path's MTU as it knows it. */
uint32_t trace_local_mtu(const struct trace *t);
/** Sends the next probe. @return as ipsock_send; there is none to be sent after TRACE_PROBES_MAX */
int trace_send(struct trace *t, uint8_t hop, uint8_t query);
/** Waits until end for one message about a probe; on a raw endpoint that probes leave by as well,
 * of the host's own too. @return 0, with answer->number 0 for what is about no probe; else as
 * ipsock_recv
 */
int trace_hear(struct trace *t, int64_t end, struct trace_answer *answer);
/** The same for the host's own answers. */
int trace_hear_reply(struct trace *t, int64_t end, struct trace_answer *answer);

bool trace_is_exceeded(const struct trace *t, const struct trace_answer *answer);
bool trace_is_too_big(const struct trace *t, const struct trace_answer *answer);
/** Whether the host has answered, be it that its port is closed. */
bool trace_is_arrival(const struct trace *t, const struct trace_answer *answer);

/** The first line, on standard error. */
void trace_announce(const struct trace *t);
void trace_show_hop(const struct trace *t);
/** What one probe gave, NULL for nothing, in the order of queries.
 * @param shown address that the line has last */
void trace_show_answer(const struct trace *t, const struct trace_answer *answer, uint8_t query,
                       struct ipsock_addr *shown);
/** A probe that a firewall of this host has refused. */
void trace_show_refused(const struct trace *t, uint8_t query);
/** A link takes less than was sent. */
void trace_show_mtu(const struct trace *t, const struct trace_answer *answer,
                    struct ipsock_addr *shown);
void trace_end_hop(const struct trace *t);
/** How it ended: JSON on standard output, text on standard error. */
void trace_show_summary(const struct trace *t);

#endif
