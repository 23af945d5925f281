// SPDX-License-Identifier: BSD-2-Clause
/* The memberships that an endpoint has, and what may follow what. Kernels disagree (Linux turns an
 * any-source membership into a source-specific one in silence, the BSDs and Windows refuse, each
 * with its own number), so the answers come from here. No system call, no lock: the caller holds
 * the endpoint's setup lock. */
#ifndef IPSK_MEMBERSHIP_H
#define IPSK_MEMBERSHIP_H

#include <ipsock/addr.h>

#include "core/codec/bytes.h"

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

/* Groups differ in few bits, which a product carries up: the upper half is the mixed one. */
static inline uint32_t ipsk_membership_hash(const uint8_t group[16], uint32_t index)
{
    const uint64_t mixer = UINT64_C(0x9e3779b97f4a7c15); /* of the golden ratio: odd, no pattern */
    uint64_t h = (ipsk_load64(group) ^ (ipsk_load64(group + 8) + index)) * mixer;
    h = (h ^ h >> 32) * mixer;
    return (uint32_t)(h >> 32);
}

static inline struct ipsk_membership **ipsk_membership_bucket(const struct ipsk_memberships *all,
                                                              uint32_t hash)
{
    return &all->buckets[hash & (all->bucket_count - 1)];
}

/* Whether a packet is wanted whatever its source, found in few steps; of all others
 * ipsk_membership_wants finds out. */
static inline bool ipsk_membership_takes_any(const struct ipsk_memberships *all,
                                             const uint8_t group[16], uint32_t index)
{
    const uint32_t hash = ipsk_membership_hash(group, index);
    const struct ipsk_membership *m =
        all->bucket_count == 0 ? NULL : *ipsk_membership_bucket(all, hash);
    while (m != NULL && m->hash != hash)
        m = m->next;
    if (m == NULL || m->index != index || m->gone || m->source_specific || m->source_count != 0)
        return false;
    return ((ipsk_load64(m->group) ^ ipsk_load64(group)) |
            (ipsk_load64(m->group + 8) ^ ipsk_load64(group + 8))) == 0;
}

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

/* Whether a packet to a group, that came in by an interface from a source, is wanted. index 0: the
 * interface is not known, and any where the group is joined will do. */
bool ipsk_membership_wants(const struct ipsk_memberships *all, const uint8_t group[16],
                           uint32_t index, const uint8_t source[16]);

void ipsk_memberships_free(struct ipsk_memberships *all);

#endif
