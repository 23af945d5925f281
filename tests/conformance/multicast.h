// SPDX-License-Identifier: BSD-2-Clause
/* What the multicast tests share: where groups can be joined, and the six calls as a table. */
#ifndef CONFORMANCE_MULTICAST_H
#define CONFORMANCE_MULTICAST_H

#include "harness.h"

/* An interface in one family, with addresses on it. */
struct ground {
    const char *name;
    int column;
    uint32_t index;
    const char *group, *group2; /* any-source */
    const char *source_group;   /* source-specific range */
    const char *source, *source2;
};

/* The grounds that this process has, made at first use: IPv4 on the loopback interface; with
 * privilege both families on an interface of our own (IPv6 multicast does not loop on Linux' lo),
 * and on a second one. */
size_t grounds(const struct ground **list);
#define FOR_EACH_GROUND(g)                                           \
    for (const struct ground *g = NULL, *g##_end = first_ground(&g); \
         g != g##_end && begin_column(g->column); g++)
const struct ground *first_ground(const struct ground **begin); /* returns the end */
/* The ground of a family with traffic of its own and a second interface; NULL without privilege. */
const struct ground *own_ground(int column, const struct ground **second);

enum call { JOIN, LEAVE, JOIN_SOURCE, LEAVE_SOURCE, EXCLUDE, INCLUDE, CALLS };
extern const struct call_text {
    const char *name;      /* of the function */
    const char *operation; /* in errors */
    bool source;
} call_texts[CALLS];
int call_on(struct ipsock_endpoint *s, enum call call, uint32_t index, const char *group,
            const char *source);
int call_addrs(struct ipsock_endpoint *s, enum call call, uint32_t index,
               const struct ipsock_addr *group, const struct ipsock_addr *source);

/* A UDP endpoint on the wildcard, shared; port 0 or one that is in use already. */
struct ipsock_endpoint *open_member(int column, uint16_t port, uint32_t flags, uint32_t control);
uint16_t port_of(struct ipsock_endpoint *s);
/* Sends from an address of a ground, out of its interface, to a group and port. */
struct ipsock_endpoint *open_sender(const struct ground *g, const char *source);
void cast(struct ipsock_endpoint *sender, const char *group, uint16_t port, const char *text);
/* The next message that s receives is this text. */
void expect_text(struct ipsock_endpoint *s, const char *text, struct seen *seen);

/* What the kernel holds is this. */
/* Whether the library alone filters the sources of a group. */
bool sources_are_local(const struct ipsock_endpoint *s, const struct ipsock_addr *group);
void check_filter(struct ipsock_endpoint *s, uint32_t index, const char *group, bool member,
                  bool source_specific, uint32_t sources);
/* The last setup error: code, and an option or none. */
void check_refusal(struct ipsock_endpoint *s, int code, enum call call, const char *option);

#endif
