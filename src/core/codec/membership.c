// SPDX-License-Identifier: BSD-2-Clause
#include "core/codec/membership.h"

#include <stdlib.h>
#include <string.h>

/* docs/multicast.md has this table for readers; tests go through it cell by cell. */
static const int16_t answers[IPSK_MEMBERSHIP_CALLS][IPSK_MEMBERSHIP_STATES] = {
    /* no member, any source, any source and excluded, sources, sources and joined */
    [IPSK_JOIN] = {0, IPSOCK_EMEMBER, IPSOCK_EMEMBER, IPSOCK_EFILTERMODE, IPSOCK_EFILTERMODE},
    [IPSK_LEAVE] = {IPSOCK_ENOTMEMBER, 0, 0, 0, 0},
    [IPSK_JOIN_SOURCE] = {0, IPSOCK_EFILTERMODE, IPSOCK_EFILTERMODE, 0, IPSOCK_EMEMBER},
    [IPSK_LEAVE_SOURCE] = {IPSOCK_ENOTMEMBER, IPSOCK_EFILTERMODE, IPSOCK_EFILTERMODE,
                           IPSOCK_ENOTMEMBER, 0},
    [IPSK_EXCLUDE] = {IPSOCK_ENOTMEMBER, 0, IPSOCK_EMEMBER, IPSOCK_EFILTERMODE, IPSOCK_EFILTERMODE},
    [IPSK_INCLUDE] = {IPSOCK_ENOTMEMBER, IPSOCK_ENOTMEMBER, 0, IPSOCK_EFILTERMODE,
                      IPSOCK_EFILTERMODE},
};

int ipsk_membership_answer(int call, int state)
{
    return answers[call][state];
}

struct ipsk_membership *ipsk_membership_find(const struct ipsk_memberships *all,
                                             const uint8_t group[16], uint32_t index)
{
    const uint32_t hash = ipsk_membership_hash(group, index);
    struct ipsk_membership *m = all->bucket_count == 0 ? NULL : *ipsk_membership_bucket(all, hash);
    while (m != NULL && (m->hash != hash || m->index != index || memcmp(m->group, group, 16) != 0))
        m = m->next;
    return m;
}

struct ipsk_membership *ipsk_membership_next(const struct ipsk_memberships *all,
                                             const uint8_t group[16],
                                             const struct ipsk_membership *previous)
{
    struct ipsk_membership *m = previous == NULL ? NULL : previous->next;
    uint32_t i = previous == NULL ? 0 : (previous->hash & (all->bucket_count - 1)) + 1;
    for (;; i++) {
        while (m != NULL && (m->gone || memcmp(m->group, group, 16) != 0))
            m = m->next;
        if (m != NULL || i >= all->bucket_count)
            return m;
        m = all->buckets[i];
    }
}

/* Position of a source in the list, source_count if it is not there. */
static uint32_t position(const struct ipsk_membership *m, const uint8_t *source)
{
    uint32_t i = 0;
    while (i < m->source_count && memcmp(m->sources[i], source, 16) != 0)
        i++;
    return i;
}

int ipsk_membership_state(const struct ipsk_membership *m, const uint8_t *source)
{
    if (m == NULL)
        return IPSK_NO_MEMBER;
    const bool listed = source != NULL && position(m, source) < m->source_count;
    if (m->source_specific)
        return listed ? IPSK_SOURCES_LISTED : IPSK_SOURCES;
    return listed ? IPSK_ANY_SOURCE_LISTED : IPSK_ANY_SOURCE;
}

static int grow_table(struct ipsk_memberships *all)
{
    const uint32_t count = all->bucket_count == 0 ? 8 : all->bucket_count * 2;
    struct ipsk_memberships grown = {calloc(count, sizeof(struct ipsk_membership *)), count,
                                     all->count, all->strict};
    if (grown.buckets == NULL)
        return IPSOCK_ENOMEM;
    for (uint32_t i = 0; i < all->bucket_count; i++) {
        while (all->buckets[i] != NULL) {
            struct ipsk_membership *m = all->buckets[i];
            struct ipsk_membership **to = ipsk_membership_bucket(&grown, m->hash);
            all->buckets[i] = m->next;
            m->next = *to;
            *to = m;
        }
    }
    free(all->buckets);
    *all = grown;
    return IPSOCK_OK;
}

static int grow_sources(struct ipsk_membership *m)
{
    const uint32_t room = m->source_room == 0 ? 4 : m->source_room * 2;
    uint8_t(*sources)[16] = realloc(m->sources, room * sizeof *sources);
    if (sources == NULL)
        return IPSOCK_ENOMEM;
    m->sources = sources;
    m->source_room = room;
    return IPSOCK_OK;
}

int ipsk_membership_reserve(struct ipsk_memberships *all, const uint8_t group[16], uint32_t index,
                            int call, struct ipsk_membership **spare)
{
    struct ipsk_membership *m = ipsk_membership_find(all, group, index);
    const bool lists = call == IPSK_JOIN_SOURCE || call == IPSK_EXCLUDE;
    *spare = NULL;
    if (m == NULL) {
        if (call != IPSK_JOIN && call != IPSK_JOIN_SOURCE)
            return IPSOCK_OK;
        /* eight buckets a membership: chains longer than one would be felt per packet */
        if (all->count * 8 >= all->bucket_count && grow_table(all) < 0)
            return IPSOCK_ENOMEM;
        m = *spare = calloc(1, sizeof *m);
        if (m == NULL)
            return IPSOCK_ENOMEM;
    }
    if (!lists || m->source_count < m->source_room || grow_sources(m) == IPSOCK_OK)
        return IPSOCK_OK;
    ipsk_membership_discard(*spare);
    *spare = NULL;
    return IPSOCK_ENOMEM;
}

void ipsk_membership_discard(struct ipsk_membership *spare)
{
    if (spare != NULL)
        free(spare->sources);
    free(spare);
}

static void drop(struct ipsk_memberships *all, struct ipsk_membership *m)
{
    struct ipsk_membership **link = ipsk_membership_bucket(all, m->hash);
    while (*link != m)
        link = &(*link)->next;
    *link = m->next;
    all->count--;
    ipsk_membership_discard(m);
}

static struct ipsk_membership *insert(struct ipsk_memberships *all, const uint8_t group[16],
                                      uint32_t index, struct ipsk_membership *spare)
{
    spare->hash = ipsk_membership_hash(group, index);
    struct ipsk_membership **to = ipsk_membership_bucket(all, spare->hash);
    memcpy(spare->group, group, 16);
    spare->index = index;
    spare->next = *to;
    *to = spare;
    all->count++;
    return spare;
}

void ipsk_membership_apply(struct ipsk_memberships *all, const uint8_t group[16], uint32_t index,
                           const uint8_t *source, int call, struct ipsk_membership *spare)
{
    struct ipsk_membership *m = ipsk_membership_find(all, group, index);
    if (m == NULL && spare != NULL)
        m = insert(all, group, index, spare);
    if (m == NULL)
        return; /* of an adopted handle, from before its adoption */
    switch (call) {
    case IPSK_JOIN_SOURCE:
        m->source_specific = true;
        memcpy(m->sources[m->source_count++], source, 16);
        break;
    case IPSK_EXCLUDE:
        memcpy(m->sources[m->source_count++], source, 16);
        break;
    case IPSK_LEAVE_SOURCE:
    case IPSK_INCLUDE:
        m->source_count--;
        memmove(m->sources[position(m, source)], m->sources[m->source_count], 16);
        if (call == IPSK_LEAVE_SOURCE && m->source_count == 0)
            drop(all, m);
        break;
    case IPSK_LEAVE:
        drop(all, m);
        break;
    default:
        break;
    }
}

static bool takes(const struct ipsk_membership *m, const uint8_t source[16])
{
    const int state = ipsk_membership_state(m, source);
    return state == IPSK_ANY_SOURCE || state == IPSK_SOURCES_LISTED;
}

/* Linux notes a packet's interface when it is queued, and only while packet info is on (net/ipv4/
 * ip_sockglue.c, ipv4_pktinfo_prepare): one from before a filter came into force may be of any. */
static bool wants_from_somewhere(const struct ipsk_memberships *all, const uint8_t group[16],
                                 const uint8_t source[16])
{
    const struct ipsk_membership *m = ipsk_membership_next(all, group, NULL);
    bool wanted = m == NULL && !all->strict;
    for (; m != NULL && !wanted; m = ipsk_membership_next(all, group, m))
        wanted = takes(m, source);
    return wanted;
}

bool ipsk_membership_wants(const struct ipsk_memberships *all, const uint8_t group[16],
                           uint32_t index, const uint8_t source[16])
{
    if (index == 0)
        return wants_from_somewhere(all, group, source);
    const struct ipsk_membership *m = ipsk_membership_find(all, group, index);
    if (m == NULL ||
        m->gone) /* where the system's choice of interface is not known, it counts on all */
        m = ipsk_membership_find(all, group, 0);
    if (m == NULL || (m->chosen != 0 && m->chosen != index))
        return !all->strict;
    return takes(m, source);
}

void ipsk_memberships_free(struct ipsk_memberships *all)
{
    for (uint32_t i = 0; i < all->bucket_count; i++)
        while (all->buckets[i] != NULL)
            drop(all, all->buckets[i]);
    free(all->buckets);
    memset(all, 0, sizeof *all);
}
