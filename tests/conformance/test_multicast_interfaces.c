// SPDX-License-Identifier: BSD-2-Clause
/* One group with different sources on two interfaces. Linux filters an IPv6 group by the newest
 * membership of the socket, whatever the interface; the library holds such memberships aside.
 * V4-MC-18, V6-MC-06, V6-MC-07. */
#include "multicast.h"

#define COLUMNS_OF(name, body)                \
    static void v4_mc_18_##name(void **state) \
    {                                         \
        (void)state;                          \
        body(V4);                             \
    }                                         \
    static void v6_mc_06_##name(void **state) \
    {                                         \
        (void)state;                          \
        body(V6);                             \
    }

/* Two interfaces, two senders on each; another endpoint of the host that wants everything. */
struct scene {
    const struct ground *on[2];
    const char *group;
    uint16_t port;
    struct ipsock_endpoint *senders[2][2]; /* by interface, by source */
    struct ipsock_endpoint *all;
};

static const char *source_of(const struct scene *c, int i, int k)
{
    return k == 0 ? c->on[i]->source : c->on[i]->source2;
}

static void set_scene(struct scene *c, int column)
{
    c->on[0] = own_ground(column, &c->on[1]);
    need(c->on[0] != NULL, "needs interfaces of our own");
    c->group = c->on[0]->source_group;
    c->all = open_member(column, 0, 0, 0);
    c->port = port_of(c->all);
    for (int i = 0; i < 2; i++) {
        CHECK(IPSOCK_OK, call_on(c->all, JOIN, c->on[i]->index, c->group, NULL));
        for (int k = 0; k < 2; k++)
            c->senders[i][k] = open_sender(c->on[i], source_of(c, i, k));
    }
}

static void strike(struct scene *c)
{
    ipsock_free(c->all);
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            ipsock_free(c->senders[i][k]);
}

static int do_on(struct scene *c, struct ipsock_endpoint *s, enum call call, int i, int k)
{
    return call_on(s, call, c->on[i]->index, c->group, source_of(c, i, k));
}

/* Each sender sends once; s hears those whose bit (interface * 2 + source) is set, and then what
 * marks the end. */
static void hear(struct scene *c, struct ipsock_endpoint *s, unsigned wanted)
{
    static const char *const texts[] = {"first 1", "first 2", "second 1", "second 2"};
    struct seen seen;
    for (int n = 0; n < 4; n++)
        cast(c->senders[n / 2][n % 2], c->group, c->port, texts[n]);
    cast(c->senders[0][0], c->on[0]->group, c->port, "end");
    for (int n = 0; n < 4; n++)
        if (wanted & 1u << n)
            expect_text(s, texts[n], &seen);
    expect_text(s, "end", &seen);
}

static struct ipsock_endpoint *open_listener(struct scene *c, uint32_t flags)
{
    struct ipsock_endpoint *s = open_member(c->on[0]->column, c->port, flags, 0);
    CHECK(IPSOCK_OK, call_on(s, JOIN, c->on[0]->index, c->on[0]->group, NULL));
    return s;
}

/* Sources that differ, from the first difference to the last membership. */
static void joined_sources(int column)
{
    static const uint32_t flags[] = {0, IPSOCK_OPEN_STRICT_MULTICAST,
                                     IPSOCK_OPEN_STRICT_MULTICAST | IPSOCK_OPEN_DUAL_STACK};
    struct scene c;
    set_scene(&c, column);
    for (size_t f = 0; f < COUNT(flags); f++) {
        if ((flags[f] & IPSOCK_OPEN_DUAL_STACK) && (column != V6 || !begin_column(MAPPED)))
            continue;
        struct ipsock_endpoint *s = open_listener(&c, flags[f]);
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 0, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 1, 1));
        hear(&c, s, 0x9);
        CHECK(IPSOCK_EMEMBER, do_on(&c, s, JOIN_SOURCE, 0, 0));
        CHECK(IPSOCK_EFILTERMODE, do_on(&c, s, JOIN, 1, 0));
        CHECK(IPSOCK_ENOTMEMBER, do_on(&c, s, LEAVE_SOURCE, 1, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 0, 1));
        hear(&c, s, 0xb);
        CHECK(IPSOCK_OK, do_on(&c, s, LEAVE_SOURCE, 0, 0));
        hear(&c, s, 0xa);
        CHECK(IPSOCK_OK, do_on(&c, s, LEAVE, 0, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN, 0, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, EXCLUDE, 0, 1));
        hear(&c, s, 0x9);
        CHECK(IPSOCK_OK, do_on(&c, s, INCLUDE, 0, 1));
        CHECK(IPSOCK_OK, do_on(&c, s, LEAVE_SOURCE, 1, 1));
        CHECK(IPSOCK_ENOTMEMBER, do_on(&c, s, LEAVE, 1, 0));
        hear(&c, s,
             flags[f] == 0 && hears_groups_of_others(column)
                 ? 0xf
                 : 0x3); /* without strictness, what the host has joined */
        CHECK(IPSOCK_OK, do_on(&c, s, LEAVE, 0, 0));
        ipsock_free(s);
    }
    strike(&c);
}
COLUMNS_OF(sources_by_interface, joined_sources)

/* Excluded on one interface, everything on the other, in either order. */
static void excluded_sources(int column)
{
    struct scene c;
    set_scene(&c, column);
    for (int first = 0; first < 2; first++) {
        struct ipsock_endpoint *s = open_listener(&c, 0);
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN, first, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, EXCLUDE, first, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN, !first, 0));
        hear(&c, s, first == 0 ? 0xe : 0xb);
        CHECK(IPSOCK_OK, do_on(&c, s, EXCLUDE, !first, 1));
        hear(&c, s, first == 0 ? 0x6 : 0x9);
        CHECK(IPSOCK_OK, do_on(&c, s, INCLUDE, first, 0));
        hear(&c, s, first == 0 ? 0x7 : 0xd);
        ipsock_free(s);
    }
    strike(&c);
}
COLUMNS_OF(exclusions_by_interface, excluded_sources)

/* A batch, control and looking without taking go through the same filter. */
static void filtered_batch(int column)
{
    struct scene c;
    set_scene(&c, column);
    struct ipsock_endpoint *s = open_listener(&c, 0);
    struct burst b = make_burst(8);
    CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 0, 1));
    CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 1, 0));
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            cast(c.senders[i][k], c.group, c.port, source_of(&c, i, k));
    for (int i = 0; i < 2; i++) { /* both at once, or one after the other */
        const char *source = source_of(&c, i, !i);
        uint32_t done = 1;
        if (i == 0 || b.messages[1].length == 0)
            CHECK(IPSOCK_OK,
                  ipsock_recv_batch(s, b.batch, b.messages + i, sizeof b.messages[0], 7, &done, 0));
        EQUAL(strlen(source), b.messages[i].length);
        assert_memory_equal(b.data[i], source, strlen(source));
    }
    free_burst(&b);
    ipsock_free(s);
    strike(&c);
}
COLUMNS_OF(batches_by_interface, filtered_batch)

/* Interface 0, strict: the interface that the system chose, not the others. */
static void v6_mc_06_strict_choice(void **state)
{
    struct scene c;
    struct seen seen;
    (void)state;
    set_scene(&c, V6);
    struct ipsock_endpoint *s = open_member(V6, c.port, IPSOCK_OPEN_STRICT_MULTICAST, 0);
    CHECK(IPSOCK_OK, call_on(s, JOIN, 0, c.group, NULL));
    CHECK(IPSOCK_OK, call_on(s, JOIN, c.on[0]->index, c.on[0]->group, NULL));
    cast(c.senders[0][0], c.group, c.port, "first");
    cast(c.senders[1][0], c.group, c.port, "second");
    cast(c.senders[0][0], c.on[0]->group, c.port, "end");
    receive(s, &seen);
    assert_true(seen.length == 5 || seen.length == 6);
    assert_memory_equal(seen.data, seen.length == 5 ? "first" : "second", seen.length);
    expect_text(s, "end", &seen);
    ipsock_free(s);
    strike(&c);
}

/* Sources on an interface that the system chooses, as far as it finds one. */
static void v6_mc_06_sources_of_the_choice(void **state)
{
    struct scene c;
    struct seen seen;
    (void)state;
    set_scene(&c, V6);
    struct ipsock_endpoint *s = open_member(V6, c.port, 0, 0);
    const char *const group = c.group;
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, 0, group, c.on[0]->source));
    CHECK(IPSOCK_EMEMBER, call_on(s, JOIN_SOURCE, 0, group, c.on[0]->source));
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, 0, group, c.on[1]->source));
    cast(c.senders[0][0], group, c.port, "x");
    cast(c.senders[1][0], group, c.port, "x");
    expect_text(s, "x", &seen); /* by the one that was chosen */
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, 0, group, c.on[0]->source));
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, 0, group, c.on[1]->source));
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, 0, group, NULL));
    ipsock_free(s);
    strike(&c);
}

/* Given back, the handle has its memberships again; the secondary socket is gone, after a close
 * too.
 */
static void v6_mc_06_given_back(void **state)
{
    struct scene c;
    (void)state;
    set_scene(&c, V6);
    for (int release = 0; release < 2; release++) {
        struct ipsock_endpoint *s = open_listener(&c, 0);
        const ipsock_handle_t before = system_udp_socket(IPSOCK_IPV6, false);
        system_close(before);
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 0, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 1, 0));
        CHECK(IPSOCK_OK, do_on(&c, s, JOIN_SOURCE, 1, 1));
        /* where the kernel does not filter by interface, a secondary socket has its number */
        const bool second = expected("v6-mc-06", "filter-by-interface").level == EXPECT_EXACT;
        EQUAL(second, system_is_open(before));
        ipsock_handle_t handle = IPSOCK_INVALID_HANDLE;
        if (release) {
            struct system_filter filter;
            const struct ipsock_addr group = addr_of(c.group);
            CHECK(IPSOCK_OK, ipsock_release(s, &handle));
            for (int i = 0; i < 2 && system_lacks("membership-query") == NULL; i++) {
                assert_true(system_filter_of(handle, c.on[i]->index, &group, &filter));
                assert_true(filter.member && filter.source_specific);
                EQUAL(i + 1, filter.sources);
            }
            system_close(handle);
        } else {
            CHECK(IPSOCK_OK, ipsock_close(s));
        }
        assert_false(system_is_open(before));
        ipsock_free(s);
    }
    strike(&c);
}

/* What comes by another interface than the one that an endpoint is bound to is not for it, one by
 * one and in batches. */
static void bound_to_one(int column)
{
    const struct ground *second, *first = own_ground(column, &second);
    need(first != NULL, "needs interfaces of our own");
    need(expected("err-03", "bind-interface").level != EXPECT_ABSENT,
         "no endpoint is bound to an interface here");
    need_privilege();
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    config.local = ipsock_addr_any(columns[column].family, 0);
    config.interface_index = first->index;
    struct ipsock_endpoint *s = must_open(&config);
    struct ipsock_endpoint *here = open_sender(first, first->source);
    struct ipsock_endpoint *there = open_sender(second, second->source);
    struct burst b = make_burst(4);
    const uint16_t port = port_of(s);
    struct seen seen;
    uint32_t done = 0;
    CHECK(IPSOCK_OK, call_on(s, JOIN, first->index, first->group, NULL));
    CHECK(IPSOCK_OK, call_on(s, JOIN, second->index, first->group, NULL));
    for (int round = 0; round < 2; round++) {
        cast(there, first->group, port, "that");
        cast(here, first->group, port, "this");
        cast(there, first->group, port, "that");
        if (round == 0) {
            expect_text(s, "this", &seen);
            check_nothing(s);
        }
    }
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    CHECK(IPSOCK_OK, ipsock_recv_batch(s, b.batch, b.messages, sizeof b.messages[0], 4, &done, 0));
    EQUAL(1, done);
    assert_memory_equal(b.data[0], "this", 4);
    check_nothing(s);
    free_burst(&b);
    ipsock_free(there);
    ipsock_free(here);
    ipsock_free(s);
}

static void v4_sil_13_bound_to_an_interface(void **state)
{
    (void)state;
    bound_to_one(V4);
}

static void v6_sil_13_bound_to_an_interface(void **state)
{
    (void)state;
    bound_to_one(V6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_sil_13_bound_to_an_interface),
        cmocka_unit_test(v6_sil_13_bound_to_an_interface),
        cmocka_unit_test(v4_mc_18_sources_by_interface),
        cmocka_unit_test(v6_mc_06_sources_by_interface),
        cmocka_unit_test(v4_mc_18_exclusions_by_interface),
        cmocka_unit_test(v6_mc_06_exclusions_by_interface),
        cmocka_unit_test(v4_mc_18_batches_by_interface),
        cmocka_unit_test(v6_mc_06_batches_by_interface),
        cmocka_unit_test(v6_mc_06_strict_choice),
        cmocka_unit_test(v6_mc_06_sources_of_the_choice),
        cmocka_unit_test(v6_mc_06_given_back),
    };
    return RUN(tests);
}
