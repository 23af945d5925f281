// SPDX-License-Identifier: BSD-2-Clause
/* What differs between two lists of interfaces, as events (WATCH-03): by hand, and of any two lists
 * that numbers make. */
#include "unit.h"

#include "core/codec/interface_change.h"

enum { LINKS = 6, ADDRS = 4, EVENTS = 4 * LINKS * (ADDRS + 4) };

/* A list with room of its own. */
struct list {
    struct ipsock_interface link[LINKS];
    struct ipsock_interface_addr addr[LINKS][ADDRS];
    unsigned count;
};

static const struct ipsock_interface *first(const struct list *l)
{
    return l->count != 0 ? l->link : NULL;
}

static void add_link(struct list *l, uint32_t index, const char *name)
{
    struct ipsock_interface *made = &l->link[l->count];
    made->index = index;
    made->name = name;
    made->mtu = 1500;
    if (l->count != 0)
        l->link[l->count - 1].next = made;
    l->count++;
}

/* To the last link; at its front. */
static void add_addr(struct list *l, uint8_t last, uint8_t prefix_length)
{
    struct ipsock_interface *to = &l->link[l->count - 1];
    struct ipsock_interface_addr *made = l->addr[l->count - 1];
    while (made->addr.family != 0)
        made++;
    made->addr = ipsock_addr_ipv4(10, 0, 0, last, 0);
    made->prefix_length = prefix_length;
    made->next = to->addrs;
    to->addrs = made;
}

static unsigned walk(const struct list *old, struct list *now, struct ipsock_interface_event *out)
{
    struct ipsk_changes changes;
    struct ipsock_interface_event event;
    unsigned count = 0;
    ipsk_changes_begin(&changes, first(old), now->count != 0 ? now->link : NULL);
    while (ipsk_changes_next(&changes, &event)) {
        assert_true(count < EVENTS);
        out[count++] = event;
    }
    assert_false(ipsk_changes_next(&changes, &event)); /* and it stays at its end */
    return count;
}

static void check_kinds(const struct ipsock_interface_event *events, unsigned count,
                        const uint8_t *kinds, unsigned wanted)
{
    unit_int("events", count, wanted);
    for (unsigned i = 0; i < count; i++)
        unit_int("kind", events[i].kind, kinds[i]);
}

static void watch_03_no_walk_was_begun(void **state)
{
    struct ipsk_changes changes;
    struct ipsock_interface_event event;
    (void)state;
    memset(&changes, 0, sizeof changes);
    assert_false(ipsk_changes_next(&changes, &event));
}

static void watch_03_from_nothing_and_to_nothing(void **state)
{
    static const uint8_t come[] = {IPSOCK_WATCH_ADDED, IPSOCK_WATCH_ADDRESS_ADDED,
                                   IPSOCK_WATCH_ADDRESS_ADDED, IPSOCK_WATCH_ADDED},
                         go[] = {IPSOCK_WATCH_ADDRESS_REMOVED, IPSOCK_WATCH_ADDRESS_REMOVED,
                                 IPSOCK_WATCH_REMOVED, IPSOCK_WATCH_REMOVED};
    struct ipsock_interface_event events[EVENTS];
    struct list none, some;
    (void)state;
    memset(&none, 0, sizeof none);
    memset(&some, 0, sizeof some);
    add_link(&some, 2, "a");
    add_addr(&some, 1, 24);
    add_addr(&some, 2, 24);
    add_link(&some, 7, "b");
    check_kinds(events, walk(&none, &some, events), come, 4);
    unit_int("address", events[1].addr.ip[3], 2);
    unit_int("prefix", events[1].prefix_length, 24);
    unit_string("name", events[3].name, "b");
    unit_int("index", events[3].index, 7);
    unit_int("mtu", events[3].mtu, 1500);
    unit_int("no address", events[3].addr.family, IPSOCK_UNSPEC);
    check_kinds(events, walk(&some, &none, events), go, 4);
    unit_int("nothing", walk(&some, &some, events), 0);
    unit_int("nothing", walk(&none, &none, events), 0);
}

static void watch_03_everything_changes(void **state)
{
    static const uint8_t kinds[] = {
        IPSOCK_WATCH_RENAMED,       IPSOCK_WATCH_FLAGS,           IPSOCK_WATCH_MTU,
        IPSOCK_WATCH_HARDWARE,      IPSOCK_WATCH_ADDRESS_REMOVED, IPSOCK_WATCH_ADDRESS_REMOVED,
        IPSOCK_WATCH_ADDRESS_ADDED, IPSOCK_WATCH_ADDRESS_ADDED};
    struct ipsock_interface_event events[EVENTS];
    struct list old, now;
    (void)state;
    memset(&old, 0, sizeof old);
    memset(&now, 0, sizeof now);
    add_link(&old, 3, "a");
    add_addr(&old, 1, 24);
    add_addr(&old, 2, 24);
    add_addr(&old, 3, 24);
    add_link(&now, 3, "b");
    add_addr(&now, 3, 24);
    add_addr(&now, 1, 25); /* another prefix is another address */
    add_addr(&now, 4, 24);
    old.link[0].flags = IPSOCK_INTERFACE_UP;
    now.link[0].flags = IPSOCK_INTERFACE_MULTICAST;
    now.link[0].mtu = 1400;
    now.link[0].hardware_length = 6;
    check_kinds(events, walk(&old, &now, events), kinds, 8);
    unit_string("old name", events[0].old_name, "a");
    unit_string("name", events[0].name, "b");
    unit_int("old flags", events[1].old_flags, IPSOCK_INTERFACE_UP);
    unit_int("flags", events[1].flags, IPSOCK_INTERFACE_MULTICAST);
    unit_int("mtu", events[2].mtu, 1400);
    unit_int("hardware", events[3].hardware_length, 6);
    assert_null(events[3].old_name);
    unit_string("name of what has gone", events[4].name, "b");
    unit_int("gone", events[4].addr.ip[3], 2);
    unit_int("prefix", events[5].prefix_length, 24);
    unit_int("new", events[6].addr.ip[3], 4);
    unit_int("prefix", events[7].prefix_length, 25);
}

/* What goes comes first: its name is free again. */
static void watch_03_a_name_with_another_index(void **state)
{
    static const uint8_t kinds[] = {IPSOCK_WATCH_REMOVED, IPSOCK_WATCH_RENAMED, IPSOCK_WATCH_ADDED};
    struct ipsock_interface_event events[EVENTS];
    struct list old, now;
    (void)state;
    memset(&old, 0, sizeof old);
    memset(&now, 0, sizeof now);
    add_link(&old, 1, "b");
    add_link(&old, 9, "a");
    add_link(&now, 1, "c");
    add_link(&now, 4, "a");
    check_kinds(events, walk(&old, &now, events), kinds, 3);
    unit_int("gone", events[0].index, 9);
    unit_int("new", events[2].index, 4);
}

static void watch_03_an_unknown_mtu_is_no_change(void **state)
{
    struct ipsock_interface_event events[EVENTS];
    struct list old, now;
    (void)state;
    memset(&old, 0, sizeof old);
    memset(&now, 0, sizeof now);
    add_link(&old, 1, "a");
    add_link(&now, 1, "a");
    now.link[0].mtu = 0;
    unit_int("events", walk(&old, &now, events), 0);
    unit_int("mtu", now.link[0].mtu, 1500);
}

/* The same address twice, as Linux has it with two peers: it is there or not. */
static void watch_03_an_address_that_is_there_twice(void **state)
{
    static const uint8_t kinds[] = {IPSOCK_WATCH_ADDED, IPSOCK_WATCH_ADDRESS_ADDED};
    struct ipsock_interface_event events[EVENTS];
    struct list none, once, twice;
    (void)state;
    memset(&none, 0, sizeof none);
    memset(&once, 0, sizeof once);
    memset(&twice, 0, sizeof twice);
    add_link(&once, 1, "a");
    add_addr(&once, 1, 32);
    add_link(&twice, 1, "a");
    add_addr(&twice, 1, 32);
    add_addr(&twice, 1, 32);
    check_kinds(events, walk(&none, &twice, events), kinds, 2);
    unit_int("events", walk(&twice, &once, events), 0);
    unit_int("events", walk(&once, &twice, events), 0);
}

static void make_any(struct list *l, uint64_t *random)
{
    static const char *const names[] = {"a", "b", "c"};
    memset(l, 0, sizeof *l);
    for (uint32_t index = 1; index <= LINKS; index++) {
        if (unit_random(random) % 3 == 0)
            continue;
        add_link(l, index, names[unit_random(random) % 3]);
        struct ipsock_interface *i = &l->link[l->count - 1];
        i->mtu = 1500 + (uint32_t)(unit_random(random) % 2);
        i->flags = (uint32_t)(unit_random(random) % 2);
        i->hardware_length = (uint8_t)(unit_random(random) % 2 * 6);
        i->hardware[5] = (uint8_t)(i->hardware_length != 0 ? unit_random(random) % 2 : 0);
        for (uint64_t n = unit_random(random) % (ADDRS + 1); n > 0; n--)
            add_addr(l, (uint8_t)(unit_random(random) % 4), 24);
    }
}

/* A state that only events change. */
struct mirror {
    bool there[LINKS + 1];
    struct ipsock_interface_event link[LINKS + 1];
    uint32_t flags[LINKS + 1]; /* as ADDED and FLAGS told */
    bool addr[LINKS + 1][4];
};

static void apply(struct mirror *m, const struct ipsock_interface_event *e)
{
    assert_true(e->index >= 1 && e->index <= LINKS);
    bool *const addr = &m->addr[e->index][e->addr.ip[3]];
    assert_int_equal(m->there[e->index], e->kind != IPSOCK_WATCH_ADDED);
    if (e->kind == IPSOCK_WATCH_ADDRESS_ADDED || e->kind == IPSOCK_WATCH_ADDRESS_REMOVED) {
        assert_int_equal(*addr, e->kind == IPSOCK_WATCH_ADDRESS_REMOVED);
        *addr = !*addr;
    }
    if (e->kind == IPSOCK_WATCH_RENAMED)
        unit_string("old name", e->old_name, m->link[e->index].name);
    if (e->kind == IPSOCK_WATCH_FLAGS)
        unit_int("old flags", e->old_flags, m->flags[e->index]);
    if (e->kind == IPSOCK_WATCH_FLAGS || e->kind == IPSOCK_WATCH_ADDED)
        m->flags[e->index] = e->flags;
    if (e->kind == IPSOCK_WATCH_REMOVED)
        for (int i = 0; i < 4; i++)
            assert_false(m->addr[e->index][i]);
    m->there[e->index] = e->kind != IPSOCK_WATCH_REMOVED;
    m->link[e->index] = *e;
}

static void compare(const struct mirror *m, const struct list *l)
{
    bool there[LINKS + 1] = {false}, addr[LINKS + 1][4] = {{false}};
    for (unsigned i = 0; i < l->count; i++) {
        const struct ipsock_interface *is = &l->link[i];
        const struct ipsock_interface_event *told = &m->link[is->index];
        there[is->index] = true;
        unit_string("name", told->name, is->name);
        unit_int("mtu", told->mtu, is->mtu);
        unit_int("flags", told->flags, is->flags);
        unit_int("flags", m->flags[is->index], is->flags);
        unit_int("hardware", told->hardware_length, is->hardware_length);
        unit_bytes("hardware", told->hardware, is->hardware, sizeof is->hardware);
        for (const struct ipsock_interface_addr *a = is->addrs; a != NULL; a = a->next)
            addr[is->index][a->addr.ip[3]] = true;
    }
    assert_memory_equal(there, m->there, sizeof there);
    assert_memory_equal(addr, m->addr, sizeof addr);
}

static void watch_03_of_any_two_lists(void **state)
{
    static struct list lists[2];
    static struct ipsock_interface_event events[EVENTS];
    static struct mirror mirror;
    uint64_t random = 88172645463325252u;
    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        struct list *now = &lists[round % 2];
        make_any(now, &random);
        const unsigned count = walk(&lists[1 - round % 2], now, events);
        for (unsigned i = 0; i < count; i++)
            apply(&mirror, &events[i]);
        compare(&mirror, now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watch_03_no_walk_was_begun),
        cmocka_unit_test(watch_03_from_nothing_and_to_nothing),
        cmocka_unit_test(watch_03_everything_changes),
        cmocka_unit_test(watch_03_a_name_with_another_index),
        cmocka_unit_test(watch_03_an_unknown_mtu_is_no_change),
        cmocka_unit_test(watch_03_an_address_that_is_there_twice),
        cmocka_unit_test(watch_03_of_any_two_lists),
    };
    return cmocka_run_group_tests_name("unit/interface_change", tests, NULL, NULL);
}
