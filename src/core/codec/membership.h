// SPDX-License-Identifier: BSD-2-Clause
/* The memberships that an endpoint has, and what may follow what. Kernels disagree (Linux turns an
 * any-source membership into a source-specific one in silence, the BSDs and Windows refuse, each
 * with its own number), so the answers come from here. No system call, no lock: the caller holds
 * the endpoint's setup lock. */
#ifndef IPSK_MEMBERSHIP_H
#define IPSK_MEMBERSHIP_H

#include <ipsock/addr.h>

enum ipsk_membership_call {
    IPSK_JOIN,
    IPSK_LEAVE,
    IPSK_JOIN_SOURCE,
    IPSK_LEAVE_SOURCE,
    IPSK_EXCLUDE,
    IPSK_INCLUDE,
    IPSK_MEMBERSHIP_CALLS
};

/* Where a (group, interface) stands; LISTED: the source in question is among the excluded, or
 * joined, ones. */
enum ipsk_membership_state {
    IPSK_NO_MEMBER,
    IPSK_ANY_SOURCE,
    IPSK_ANY_SOURCE_LISTED,
    IPSK_SOURCES,
    IPSK_SOURCES_LISTED,
    IPSK_MEMBERSHIP_STATES
};

struct ipsk_membership {
    struct ipsk_membership *next; /* in its bucket */
    uint8_t group[16];
    uint32_t index;
    uint32_t hash;   /* of these two */
    uint32_t chosen; /* by the system, where index is 0; 0 unknown */
    bool source_specific;
    bool secondary; /* held by the endpoint's secondary socket, membership_secondary.h */
    bool gone; /* with its interface: nothing but a leave asks for it any more, membership_gone.h */
    uint32_t source_count, source_room;
    uint8_t (*sources)[16];
};

/* A hash table, so that looking up a packet's group costs the same with one membership and with a
 * thousand. */
struct ipsk_memberships {
    struct ipsk_membership **buckets;
    uint32_t bucket_count; /* power of two, or 0 */
    uint32_t count;
    bool strict; /* unwanted is what has no membership, too */
};

/* The answer of the state table: 0, or the error. */
int ipsk_membership_answer(int call, int state);

struct ipsk_membership *ipsk_membership_find(const struct ipsk_memberships *all,
                                             const uint8_t group[16], uint32_t index);

/* The memberships of a group, on whatever interface, that have not gone, one after the other; NULL:
 * the first, the end. */
struct ipsk_membership *ipsk_membership_next(const struct ipsk_memberships *all,
                                             const uint8_t group[16],
                                             const struct ipsk_membership *previous);

/* The state of a membership, which may be NULL, seen from a source, which may be NULL. */
int ipsk_membership_state(const struct ipsk_membership *membership, const uint8_t *source);

/* Makes room for what a call will add, before the kernel is asked: afterwards nothing can fail.
 * IPSOCK_ENOMEM. */
int ipsk_membership_reserve(struct ipsk_memberships *all, const uint8_t group[16], uint32_t index,
                            int call, struct ipsk_membership **spare);

/* Enters what the kernel has accepted; takes the spare, or frees it. */
void ipsk_membership_apply(struct ipsk_memberships *all, const uint8_t group[16], uint32_t index,
                           const uint8_t *source, int call, struct ipsk_membership *spare);

void ipsk_membership_discard(struct ipsk_membership *spare);

/* Whether a packet to a group, that came in by an interface from a source, is wanted. */
bool ipsk_membership_wants(const struct ipsk_memberships *all, const uint8_t group[16],
                           uint32_t index, const uint8_t source[16]);

void ipsk_memberships_free(struct ipsk_memberships *all);

#endif
