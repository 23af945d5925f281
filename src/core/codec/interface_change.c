// SPDX-License-Identifier: BSD-2-Clause
#include "core/codec/interface_change.h"

#include <stddef.h>
#include <string.h>

/* What goes comes first, so that a name is free again before another interface takes it. */
enum { GONE, CHANGED, NEW, DONE };
enum { STEP_FIRST, STEP_FLAGS, STEP_MTU, STEP_HARDWARE, STEP_GONE, STEP_NEW, STEP_LAST };

static const struct ipsock_interface *find(const struct ipsock_interface *list, uint32_t index)
{
    while (list != NULL && list->index < index)
        list = list->next;
    return list != NULL && list->index == index ? list : NULL;
}

static bool same_addr(const struct ipsock_interface_addr *a, const struct ipsock_interface_addr *b)
{
    return a->prefix_length == b->prefix_length && a->addr.family == b->addr.family &&
           a->addr.scope == b->addr.scope && memcmp(a->addr.ip, b->addr.ip, sizeof a->addr.ip) == 0;
}

/* Whether one like it lies in a list before its end. */
static bool has_addr(const struct ipsock_interface_addr *list,
                     const struct ipsock_interface_addr *end,
                     const struct ipsock_interface_addr *wanted)
{
    for (; list != NULL && list != end; list = list->next)
        if (same_addr(list, wanted))
            return true;
    return false;
}

static void fill(struct ipsock_interface_event *event, uint32_t kind,
                 const struct ipsock_interface *i)
{
    memset(event, 0, sizeof *event);
    event->kind = kind;
    event->index = i->index;
    event->name = i->name;
    event->flags = event->old_flags = i->flags;
    event->mtu = i->mtu;
    event->hardware_length = i->hardware_length;
    memcpy(event->hardware, i->hardware, sizeof event->hardware);
}

/* The next address of an interface that another state of it has not. The same address may be there
 * twice (with two peers, on Linux): it is told once. */
static bool next_addr(struct ipsk_changes *c, const struct ipsock_interface *of,
                      const struct ipsock_interface *other, uint32_t kind,
                      struct ipsock_interface_event *event)
{
    while (c->addr != NULL) {
        const struct ipsock_interface_addr *a = c->addr;
        c->addr = a->next;
        if (has_addr(of->addrs, a, a) || (other != NULL && has_addr(other->addrs, NULL, a)))
            continue;
        fill(event, kind, of);
        event->addr = a->addr;
        event->prefix_length = a->prefix_length;
        return true;
    }
    return false;
}

static bool differs(const struct ipsock_interface *was, const struct ipsock_interface *is,
                    unsigned step, struct ipsock_interface_event *event)
{
    switch (step) {
    case STEP_FIRST:
        fill(event, IPSOCK_WATCH_RENAMED, is);
        event->old_name = was->name;
        return strcmp(was->name, is->name) != 0;
    case STEP_FLAGS:
        fill(event, IPSOCK_WATCH_FLAGS, is);
        event->old_flags = was->flags;
        return was->flags != is->flags;
    case STEP_MTU:
        fill(event, IPSOCK_WATCH_MTU, is);
        return was->mtu != is->mtu;
    default:
        fill(event, IPSOCK_WATCH_HARDWARE, is);
        return was->hardware_length != is->hardware_length ||
               memcmp(was->hardware, is->hardware, is->hardware_length) != 0;
    }
}

/* An interface that is in both lists. */
static bool next_change(struct ipsk_changes *c, const struct ipsock_interface *was,
                        struct ipsock_interface_event *event)
{
    while (c->step < STEP_GONE) {
        c->addr = was->addrs;
        if (differs(was, c->at, c->step++, event))
            return true;
    }
    if (c->step == STEP_GONE) {
        if (next_addr(c, was, c->at, IPSOCK_WATCH_ADDRESS_REMOVED, event)) {
            const struct ipsock_addr addr = event->addr;
            const uint8_t prefix_length = event->prefix_length;
            fill(event, IPSOCK_WATCH_ADDRESS_REMOVED, c->at);
            event->addr = addr;
            event->prefix_length = prefix_length;
            return true;
        }
        c->step = STEP_NEW;
        c->addr = c->at->addrs;
    }
    return next_addr(c, c->at, was, IPSOCK_WATCH_ADDRESS_ADDED, event);
}

/* One that is in the old list only: its addresses, then itself. */
static bool next_gone(struct ipsk_changes *c, struct ipsock_interface_event *event)
{
    if (c->step == STEP_LAST)
        return false;
    if (c->step == STEP_FIRST) {
        c->addr = c->at->addrs;
        c->step = STEP_GONE;
    }
    if (next_addr(c, c->at, NULL, IPSOCK_WATCH_ADDRESS_REMOVED, event))
        return true;
    c->step = STEP_LAST;
    fill(event, IPSOCK_WATCH_REMOVED, c->at);
    return true;
}

static bool next_new(struct ipsk_changes *c, struct ipsock_interface_event *event)
{
    if (c->step != STEP_FIRST)
        return next_addr(c, c->at, NULL, IPSOCK_WATCH_ADDRESS_ADDED, event);
    c->step = STEP_NEW;
    c->addr = c->at->addrs;
    fill(event, IPSOCK_WATCH_ADDED, c->at);
    return true;
}

/* The next one of the interface at hand, which may be none of this stage. */
static bool next_of_one(struct ipsk_changes *c, struct ipsock_interface_event *event)
{
    const struct ipsock_interface *other = find(c->stage == GONE ? c->now : c->old, c->at->index);
    if (c->stage == CHANGED)
        return other != NULL && next_change(c, other, event);
    if (other != NULL)
        return false;
    return c->stage == GONE ? next_gone(c, event) : next_new(c, event);
}

void ipsk_changes_begin(struct ipsk_changes *changes, const struct ipsock_interface *old,
                        struct ipsock_interface *now)
{
    const struct ipsk_changes fresh = {.old = old, .now = now, .at = old, .stage = GONE};
    for (struct ipsock_interface *i = now; i != NULL; i = i->next) {
        const struct ipsock_interface *was = find(old, i->index);
        if (i->mtu == 0 && was != NULL) /* renamed while it was asked for (posix/interface.c) */
            i->mtu = was->mtu;
    }
    *changes = fresh;
}

bool ipsk_changes_next(struct ipsk_changes *changes, struct ipsock_interface_event *event)
{
    while (changes->stage < DONE) {
        if (changes->at == NULL) {
            changes->stage++;
            changes->at = changes->now;
            continue;
        }
        if (next_of_one(changes, event))
            return true;
        changes->at = changes->at->next;
        changes->step = STEP_FIRST;
        changes->addr = NULL;
    }
    memset(event, 0, sizeof *event);
    return false;
}
