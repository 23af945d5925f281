// SPDX-License-Identifier: BSD-2-Clause
/* Echo requests: what is known of each, and how it is shown. */
#ifndef IPSOCK_TOOL_PING_H
#define IPSOCK_TOOL_PING_H

#include "args.h"
#include "tool.h"

#define PING_WINDOW 65536 /* sequence numbers: requests that can be told apart */

/** One request, by its sequence number. */
struct ping_probe {
    int64_t sent; /* when; 0: not that one, or not yet */
    bool answered, missed, failed;
};

struct ping_statistics {
    uint64_t sent, received, duplicates, out_of_order, late, errors, refused;
    double min, max, sum, squares; /* of round trips, milliseconds */
};

struct ping {
    struct packet_printer printer;
    bool quiet; /* the summary alone is shown */
    struct ping_statistics statistics;
    const char *host;
    struct ipsock_addr peer;
    size_t size; /* payload bytes */
    struct ping_probe probes[PING_WINDOW];
    uint64_t highest; /* number of the latest request that was answered */
    bool several;     /* each line says which host it is about */
};

/* What the command line asked for. */
struct request {
    const char *traffic_class, *ecn, *source, *interface;
    long count, size, hop_limit;
    int64_t interval, timeout;
    bool ipv4, ipv6, raw, broadcast, json, timestamps, quiet, dont_fragment;
};

/* What requests to hosts of one family leave by, and replies come to. */
struct port {
    struct ipsock_endpoint *s;
    struct ipsock_endpoint *id_holder; // NULL where the endpoint has an identifier
    bool hears_errors;
    uint16_t id;
    int family;
};

/* One host. */
struct target {
    struct ping ping;
    struct port *port;
    uint64_t number; /* requests so far, the numbers of the latest */
    uint64_t oldest; /* the first that is still waited for */
    int64_t next;    /* when the next is due */
    bool failed;     /* no more requests */
};

struct pinger {
    struct request r;
    struct arg_list hosts;
    struct target *targets[ARG_LIST_MAX];
    size_t count;
    struct port ports[2];
    size_t port_count;
    struct port *latest;           /* that the latest request left by */
    struct ipsock_control control; /* of what is sent */
    uint8_t *payload;              /* of what is sent */
    uint8_t *packet;               /* ROOM bytes for what is sent, or came */
};

/** A host that replies come for from other addresses: a group, or all of a subnet. */
bool ping_answered_by_others(const struct pinger *p, const struct target *t);
/** Adds a host. @return EXIT_OK, or the exit code after a message: that one is not asked */
int ping_add(struct pinger *p, const char *host, int family);
/** Frees what a pinger has, not itself. */
void ping_free(struct pinger *p);

/** What a reply or an error is beside the first answer in order. */
#define PING_DUPLICATE    1u
#define PING_OUT_OF_ORDER 2u
#define PING_LATE         4u

/** The first line, on standard error. */
void ping_announce(const struct ping *p, bool raw, uint16_t id);
/** A reply, with the time that it took in milliseconds. */
void ping_show_reply(struct ping *p, const struct ipsock_message *message, uint16_t sequence,
                     double took, unsigned marks);
/** No reply in time. */
void ping_show_timeout(struct ping *p, uint16_t sequence);
/** An ICMP error about a request; mtu 0: none. */
void ping_show_error(struct ping *p, const struct ipsock_addr *offender, uint16_t sequence,
                     int type, int code, uint32_t mtu);
/** The statistics: JSON on standard output, text on standard error. */
void ping_show_summary(struct ping *p);

#endif
