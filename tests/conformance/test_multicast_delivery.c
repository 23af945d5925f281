// SPDX-License-Identifier: BSD-2-Clause
/* What arrives and what does not. V4-MC-11 to 18, V6-MC-06 to 12, CM-24. A packet that must not
 * arrive is followed by one that must: what comes first is the second. */
#include "multicast.h"

#define FIELDS                                                                          \
    (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT | \
     IPSOCK_CONTROL_SOURCE)

static void loop_on(const struct ground *g, const char *group, bool source_specific)
{
    static const int hops[] = {1, 2, 3};
    struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0);
    struct ipsock_endpoint *sender = open_sender(g, g->source);
    struct seen seen;
    CHECK(IPSOCK_OK, call_on(s, source_specific ? JOIN_SOURCE : JOIN, g->index, group, g->source));
    for (size_t i = 0; i < COUNT(hops); i++) {
        const bool on = i != 1;
        CHECK(IPSOCK_OK, ipsock_set_receive_control(s, FIELDS, on));
        CHECK(IPSOCK_OK, ipsock_set_multicast_hop_limit(sender, hops[i]));
        cast(sender, group, port_of(s), "own");
        expect_text(s, "own", &seen);
        check_addr(&seen.peer, g->source);
        EQUAL(on ? FIELDS : 0, seen.control.valid);
        if (!on)
            continue;
        check_addr(&seen.control.source, g->source);
        EQUAL(hops[i], seen.control.hop_limit);
        EQUAL(g->index, seen.control.interface_index);
        struct ipsock_addr bare = seen.control.destination;
        bare.scope = 0;
        check_addr(&bare, group);
    }
    ipsock_free(s);
    ipsock_free(sender);
}

static void v4_mc_16_own_datagrams_come_back(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        if (g->column != V4)
            continue;
        loop_on(g, g->group, false);
        loop_on(g, g->source_group, true);
    }
}

static void v6_mc_11_own_datagrams_come_back(void **state)
{
    (void)state;
    const struct ground *g = own_ground(V6, NULL);
    need(g != NULL, "needs an interface of our own");
    loop_on(g, g->group, false);
    loop_on(g, g->group2, false);
    loop_on(g, g->source_group, true);
}

/* Wanted and unwanted sources of one group. */
static void v4_mc_16_sources_are_told_apart(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, IPSOCK_OPEN_STRICT_MULTICAST, 0);
        struct ipsock_endpoint *one = open_sender(g, g->source);
        struct ipsock_endpoint *two = open_sender(g, g->source2);
        const uint16_t port = port_of(s);
        struct seen seen;
        CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
        cast(two, g->source_group, port, "unwanted");
        cast(one, g->source_group, port, "wanted");
        expect_text(s, "wanted", &seen);
        CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source2));
        cast(two, g->source_group, port, "now wanted");
        expect_text(s, "now wanted", &seen);
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->source_group, NULL));
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->source_group, NULL));
        CHECK(IPSOCK_OK, call_on(s, EXCLUDE, g->index, g->source_group, g->source));
        cast(one, g->source_group, port, "excluded");
        cast(two, g->source_group, port, "any");
        expect_text(s, "any", &seen);
        CHECK(IPSOCK_OK, call_on(s, INCLUDE, g->index, g->source_group, g->source));
        cast(one, g->source_group, port, "included");
        expect_text(s, "included", &seen);
        check_nothing(s);
        ipsock_free(s);
        ipsock_free(one);
        ipsock_free(two);
    }
}

/* Two endpoints on one port: each member gets its copy; a plain one also hears what only the other
 * joined, and can tell by the destination; a strict one does not. */
static void v4_mc_12_members_on_one_port(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, FIELDS);
        const uint16_t port = port_of(s);
        struct ipsock_endpoint *other = open_member(g->column, port, 0, 0);
        struct ipsock_endpoint *strict =
            open_member(g->column, port, IPSOCK_OPEN_STRICT_MULTICAST, FIELDS);
        struct ipsock_endpoint *sender = open_sender(g, g->source);
        struct seen seen;
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(strict, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(other, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(other, JOIN, g->index, g->group2, NULL));
        cast(sender, g->group2, port, "of the other");
        cast(sender, g->group, port, "of all");
        if (hears_groups_of_others(g->column)) {
            expect_text(s, "of the other", &seen);
            struct ipsock_addr bare = seen.control.destination;
            bare.scope = 0;
            check_addr(&bare, g->group2);
        }
        expect_text(s, "of all", &seen);
        expect_text(other, "of the other", &seen);
        expect_text(other, "of all", &seen);
        expect_text(strict, "of all", &seen);
        CHECK(IPSOCK_OK, call_on(other, LEAVE, g->index, g->group2, NULL));
        CHECK(IPSOCK_OK, call_on(other, LEAVE, g->index, g->group, NULL));
        ipsock_free(s);
        ipsock_free(other);
        ipsock_free(strict);
        ipsock_free(sender);
    }
}

/* Unicast, a group joined here, a group of another: told apart by the destination. */
static void cm_24_destinations_tell_groups_apart(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, FIELDS);
        struct ipsock_endpoint *sender = open_sender(g, g->source);
        const char *const targets[] = {g->source, g->group, g->group2};
        struct seen seen;
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group2, NULL));
        for (size_t i = 0; i < COUNT(targets); i++) {
            cast(sender, targets[i], port_of(s), targets[i]);
            expect_text(s, targets[i], &seen);
            seen.control.destination.scope = 0;
            check_addr(&seen.control.destination, targets[i]);
            EQUAL(i != 0, ipsock_addr_is_multicast(&seen.control.destination));
        }
        ipsock_free(s);
        ipsock_free(sender);
    }
}

/* Several groups on several interfaces, left in the order of joining; strict by interface. */
static void many_groups(int column, int kind)
{
    const struct ground *second, *first = own_ground(column, &second);
    need(first != NULL, "needs interfaces of our own");
    need_privilege_for(kind);
    struct ipsock_config config = config_of(column, kind);
    config.local = ipsock_addr_any(columns[column].family, 0);
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    struct ipsock_endpoint *s = must_open(&config);
    const struct ground *const both[] = {first, second};
    const char *const groups[] = {first->group, first->group2, first->source_group};
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT(both); i++)
            for (size_t k = 0; k < COUNT(groups); k++)
                CHECK(IPSOCK_OK, call_on(s, JOIN, both[i]->index, groups[k], NULL));
        for (size_t i = 0; i < COUNT(both); i++)
            for (size_t k = 0; k < COUNT(groups); k++) {
                check_filter(s, both[i]->index, groups[k], true, false, 0);
                CHECK(IPSOCK_OK, call_on(s, LEAVE, both[i]->index, groups[k], NULL));
                check_filter(s, both[i]->index, groups[k], false, false, 0);
            }
    }
    ipsock_free(s);
}

#define GROUPS_OF(name, column, kind) \
    static void name(void **state)    \
    {                                 \
        (void)state;                  \
        many_groups(column, kind);    \
    }
GROUPS_OF(v4_mc_11_groups_on_every_interface, V4, IPSOCK_UDP)
GROUPS_OF(v6_mc_06_groups_on_every_interface, V6, IPSOCK_UDP)
GROUPS_OF(v4_mc_14_groups_on_every_interface_raw, V4, IPSOCK_RAW)
GROUPS_OF(v6_mc_09_groups_on_every_interface_raw, V6, IPSOCK_RAW)

/* One endpoint for each interface, on its unicast address. */
static void per_interface(int column, int kind)
{
    const struct ground *both[2];
    both[0] = own_ground(column, &both[1]);
    need(both[0] != NULL, "needs interfaces of our own");
    need_privilege_for(kind);
    struct ipsock_endpoint *all[2];
    uint16_t port = 0;
    for (int i = 0; i < 2; i++) {
        struct ipsock_config config = config_of(column, kind);
        config.local = addr_of(both[i]->source);
        config.local.port = port;
        config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
        if (column == V6) {
            config.local = addr_of(i == 0 ? "fe80::77" : "fe80::78");
            config.local.port = port;
            config.local.scope = both[i]->index;
        }
        all[i] = must_open(&config);
        port = kind == IPSOCK_UDP ? port_of(all[i]) : 0;
        CHECK(IPSOCK_OK, call_on(all[i], JOIN, both[i]->index, both[i]->group, NULL));
        check_filter(all[i], both[i]->index, both[i]->group, true, false, 0);
    }
    check_filter(all[0], both[1]->index, both[0]->group, false, false, 0);
    for (int i = 0; i < 2; i++) {
        CHECK(IPSOCK_OK, call_on(all[i], LEAVE, both[i]->index, both[i]->group, NULL));
        ipsock_free(all[i]);
    }
}

#define PER_INTERFACE(name, column, kind) \
    static void name(void **state)        \
    {                                     \
        (void)state;                      \
        per_interface(column, kind);      \
    }
PER_INTERFACE(v4_mc_13_endpoint_per_interface, V4, IPSOCK_UDP)
PER_INTERFACE(v4_mc_15_endpoint_per_interface_raw, V4, IPSOCK_RAW)
PER_INTERFACE(v6_mc_08_endpoint_per_interface, V6, IPSOCK_UDP)
PER_INTERFACE(v6_mc_10_endpoint_per_interface_raw, V6, IPSOCK_RAW)

/* Strict, by interface and group; raw ones count what they drop. */
static void strict_delivery(int column, int kind)
{
    const struct ground *second, *g = own_ground(column, &second);
    need(g != NULL, "needs interfaces of our own");
    need_privilege_for(kind);
    struct ipsock_config config = config_of(column, kind);
    config.local = ipsock_addr_any(columns[column].family, 0);
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.flags |= IPSOCK_OPEN_STRICT_MULTICAST;
    struct ipsock_endpoint *s = must_open(&config);
    config.flags = IPSOCK_OPEN_STRICT_MULTICAST;
    struct ipsock_endpoint *out = must_open(&config), *helper = open_member(column, 0, 0, 0);
    struct ipsock_capability_answer how;
    struct ipsock_counters counters;
    struct seen seen;
    const uint16_t port = kind == IPSOCK_UDP ? port_of(s) : 0;
    CHECK(IPSOCK_OK, ipsock_capability(NULL, kind, columns[column].family,
                                       IPSOCK_FEATURE_STRICT_MULTICAST, &how));
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_OK, call_on(helper, JOIN, g->index, g->group2, NULL));
    CHECK(IPSOCK_OK, call_on(helper, JOIN, second->index, g->group, NULL));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(out, second->index));
    cast(out, g->group, port, "other interface");
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(out, g->index));
    cast(out, g->group2, port, "other group");
    cast(out, g->group, port, "mine");
    receive(s, &seen);
    EQUAL(4, seen.length);
    assert_memory_equal(seen.data, "mine", 4);
    EQUAL(0, seen.control.valid); /* what the filter looks at, nobody asked for */
    CHECK(IPSOCK_OK, ipsock_get_counters(s, &counters, sizeof counters));
    /* a kernel that filters IPv6 groups may leave the interface to the library */
    const bool whole = how.level == IPSOCK_EXACT &&
                       (column != V4 || kind != IPSOCK_UDP ||
                        expected("v4-mc-12", "groups-of-others-v4").level != EXPECT_ABSENT);
    assert_in_range(counters.strict_discards, whole ? 2 : 0,
                    how.level == IPSOCK_EXACT ? 2
                    : column == V6            ? 1
                                              : 0);
    cast(out, g->group2, port, "other group");
    check_nothing(s);
    ipsock_free(s);
    ipsock_free(out);
    ipsock_free(helper);
}

#define STRICT(name, column, kind)     \
    static void name(void **state)     \
    {                                  \
        (void)state;                   \
        strict_delivery(column, kind); \
    }
STRICT(v4_mc_18_strict, V4, IPSOCK_UDP)
STRICT(v4_mc_18_strict_raw, V4, IPSOCK_RAW)
STRICT(v6_mc_07_strict, V6, IPSOCK_UDP)
STRICT(v6_mc_07_strict_raw, V6, IPSOCK_RAW)

/* An echo request to a group: our own comes back. */
static void echo_loop(const struct ground *g, int protocol)
{
    struct ipsock_endpoint *s = open_raw(g->column, protocol, 0, 0);
    struct ipsock_endpoint *sender = open_raw(g->column, protocol, 0, 0);
    uint8_t packet[64];
    struct seen seen;
    struct ipsock_config config = config_of(g->column, IPSOCK_RAW);
    ipsock_free(s);
    config.protocol = protocol;
    config.local = ipsock_addr_any(columns[g->column].family, 0);
    s = must_open(&config);
    ipsock_free(sender);
    config.local = addr_of(g->source);
    sender = must_open(&config);
    const size_t length = make_echo(packet, columns[g->column].family, 0x6d63, 1);
    const struct ipsock_addr to = addr_of(g->group);
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(sender, g->index));
    CHECK(IPSOCK_OK, send_bytes(sender, &to, packet, length, NULL));
    do /* what the kernel itself says (reports, replies) aside */
        receive(s, &seen);
    while (seen.length != length || seen.data[0] != packet[0] || seen.data[4] != 0x6d);
    check_addr(&seen.peer, g->source);
    ipsock_free(s);
    ipsock_free(sender);
}

static void v4_mc_17_echo_to_a_group(void **state)
{
    (void)state;
    need_privilege();
    need(raw_hears_group_requests(), "requests to groups are the system's to answer");
    FOR_EACH_GROUND(g)
    if (g->column == V4)
        echo_loop(g, PROTOCOL_ICMP);
}

static void v6_mc_12_echo_to_a_group(void **state)
{
    (void)state;
    const struct ground *g = own_ground(V6, NULL);
    need(g != NULL, "needs an interface of our own");
    need_privilege();
    echo_loop(g, PROTOCOL_ICMPV6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_24_destinations_tell_groups_apart),
        cmocka_unit_test(v4_mc_11_groups_on_every_interface),
        cmocka_unit_test(v4_mc_12_members_on_one_port),
        cmocka_unit_test(v4_mc_13_endpoint_per_interface),
        cmocka_unit_test(v4_mc_14_groups_on_every_interface_raw),
        cmocka_unit_test(v4_mc_15_endpoint_per_interface_raw),
        cmocka_unit_test(v4_mc_16_own_datagrams_come_back),
        cmocka_unit_test(v4_mc_16_sources_are_told_apart),
        cmocka_unit_test(v4_mc_17_echo_to_a_group),
        cmocka_unit_test(v4_mc_18_strict),
        cmocka_unit_test(v4_mc_18_strict_raw),
        cmocka_unit_test(v6_mc_06_groups_on_every_interface),
        cmocka_unit_test(v6_mc_07_strict),
        cmocka_unit_test(v6_mc_07_strict_raw),
        cmocka_unit_test(v6_mc_08_endpoint_per_interface),
        cmocka_unit_test(v6_mc_09_groups_on_every_interface_raw),
        cmocka_unit_test(v6_mc_10_endpoint_per_interface_raw),
        cmocka_unit_test(v6_mc_11_own_datagrams_come_back),
        cmocka_unit_test(v6_mc_12_echo_to_a_group),
    };
    return RUN(tests);
}
