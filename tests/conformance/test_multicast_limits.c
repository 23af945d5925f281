// SPDX-License-Identifier: BSD-2-Clause
/* Memberships at their edges: the system's choice of interface, the system's limits, handles with a
 * past, threads. V4-MC-07, V4-MC-18, V6-MC-04, V6-MC-06, ERR-04. */
#include "multicast.h"

#include <stdatomic.h>

/* The error names the call, and what Linux' administrator would have to raise. */
static void check_limit(struct ipsock_endpoint *s, const char *call, const char *limit)
{
    char expected[128];
    if (strcmp(ipsock_system(), "linux") == 0)
        snprintf(expected, sizeof expected, "%s (%s or net.core.optmem_max)", call, limit);
    else if (strcmp(ipsock_system(), "freebsd") == 0 ||
             (strcmp(ipsock_system(), "darwin") == 0 && strstr(limit, "msf") != NULL))
        snprintf(expected, sizeof expected, "%s (net.inet%s.mcast.maxgrpsrc or maxsocksrc)", call,
                 strstr(limit, "ipv6") != NULL ? "6.ip6" : ".ip");
    else
        snprintf(expected, sizeof expected, "%s", call);
    check_option(s, IPSOCK_SETUP, IPSOCK_ENOBUFS, expected);
}

/* Joins numbered groups of IPv4, on endpoints of a column, until the system refuses; the refused
 * one is not entered. */
static void groups_run_out(int column)
{
    enum { LIMIT = 5 };
    FOR_EACH_GROUND(g)
    {
        if (g->column != V4)
            continue;
        struct ipsock_endpoint *s = open_member(column, 0, 0, 0);
        char group[32];
        need(system_set_limit(SYSTEM_GROUPS4, LIMIT), "the limit belongs to another");
        for (int i = 0; i <= LIMIT; i++) {
            snprintf(group, sizeof group, "239.1.1.%d", i);
            CHECK(i < LIMIT ? IPSOCK_OK : IPSOCK_ENOBUFS, call_on(s, JOIN, g->index, group, NULL));
        }
        check_limit(s, "MCAST_JOIN_GROUP", "net.ipv4.igmp_max_memberships");
        check_filter(s, g->index, group, false, false, 0);
        CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, group, NULL));
        CHECK(IPSOCK_ENOBUFS, call_on(s, JOIN_SOURCE, g->index, group, g->source));
        const struct ipsock_addr plain = addr_of(group);
        const struct ipsock_addr last = column == MAPPED ? ipsock_addr_map(&plain) : plain;
        check_limit(s, sources_are_local(s, &last) ? "MCAST_JOIN_GROUP" : "MCAST_JOIN_SOURCE_GROUP",
                    "net.ipv4.igmp_max_memberships");
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, "239.1.1.0", NULL));
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, group, NULL));
        ipsock_free(s);
        assert_true(system_set_limit(SYSTEM_GROUPS4, 20));
    }
}

static void v4_mc_18_too_many_groups(void **state)
{
    (void)state;
    need_privilege();
    groups_run_out(V4);
}

static void mapped_grp_05_too_many_groups(void **state)
{
    (void)state;
    need_privilege();
    need(begin_column(MAPPED), "no dual-stack endpoints");
    groups_run_out(MAPPED);
}

/* FreeBSD's is the library's: one more crashes the kernel. Darwin's is
 * net.inet6.ip6.mcast.maxgrpsrc.
 */
static int usual_limit(int usual)
{
    const char *const system = ipsock_system();
    return strcmp(system, "freebsd") == 0 || strcmp(system, "darwin") == 0 ? 512 : usual;
}

/* Of a family, on endpoints of a column. */
static void sources_run_out(int family, int column, enum system_limit which, int usual)
{
    static const enum call calls[] = {JOIN_SOURCE, EXCLUDE};
    static const char *const options[] = {"MCAST_JOIN_SOURCE_GROUP", "MCAST_BLOCK_SOURCE"};
    const struct ground *g = own_ground(family, NULL);
    need(g != NULL && begin_column(column), "needs interfaces of our own");
    struct ipsock_capability_answer how;
    CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[column].traffic,
                                       IPSOCK_FEATURE_JOIN_SOURCE, &how));
    need(how.level != IPSOCK_LOCAL, "the library's own list has no end");
    /* where the limit is not the namespace's, it is the usual one */
    const int limit = system_set_limit(which, 3) ? 3 : usual_limit(usual);
    for (size_t k = 0; k < COUNT(calls); k++) {
        struct ipsock_endpoint *s = open_member(column, 0, 0, 0);
        char source[32];
        if (calls[k] == EXCLUDE)
            CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->source_group, NULL));
        for (int i = 0; i <= limit; i++) {
            if (family == V4)
                snprintf(source, sizeof source, "198.18.%d.%d", (i + 1) / 256, (i + 1) % 256);
            else
                snprintf(source, sizeof source, "2001:db8::%x", i + 1);
            CHECK(i < limit ? IPSOCK_OK : IPSOCK_ENOBUFS,
                  call_on(s, calls[k], g->index, g->source_group, source));
        }
        check_limit(s, options[k], family == V4 ? "net.ipv4.igmp_max_msf" : "net.ipv6.mld_max_msf");
        check_filter(s, g->index, g->source_group, true, calls[k] == JOIN_SOURCE, (uint32_t)limit);
        CHECK(IPSOCK_ENOTMEMBER, call_on(s, calls[k] == EXCLUDE ? INCLUDE : LEAVE_SOURCE, g->index,
                                         g->source_group, source));
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->source_group, NULL));
        ipsock_free(s);
    }
    if (limit == 3)
        assert_true(system_set_limit(which, usual));
}

static void v4_mc_05_too_many_sources(void **state)
{
    (void)state;
    sources_run_out(V4, V4, SYSTEM_SOURCES4, 10);
}

static void mapped_grp_05_too_many_sources(void **state)
{
    (void)state;
    need(strcmp(ipsock_system(), "linux") == 0, "of the systems with such limits");
    sources_run_out(V4, MAPPED, SYSTEM_SOURCES4, 10);
}

static void v6_mc_04_too_many_sources(void **state)
{
    (void)state;
    sources_run_out(V6, V6, SYSTEM_SOURCES6, 64);
}

/* Interface 0: the system's choice, which is a membership of its own name here. */
static void v4_mc_07_system_chooses(void **state)
{
    (void)state;
    for (int column = V4; column <= V6; column++) {
        const struct ground *g = own_ground(column, NULL);
        need(g != NULL, "needs interfaces of our own");
        struct ipsock_endpoint *s = open_member(column, 0, 0, 0);
        const int code = call_on(s, JOIN, 0, g->group, NULL);
        if (code == IPSOCK_ENODEV) { /* no route to the group */
            CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, 0, g->group, NULL));
        } else {
            CHECK(IPSOCK_OK, code);
            CHECK(IPSOCK_EMEMBER, call_on(s, JOIN, 0, g->group, NULL));
            CHECK(IPSOCK_OK, call_on(s, LEAVE, 0, g->group, NULL));
            CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, 0, g->group, NULL));
        }
        ipsock_free(s);
    }
}

/* One group has its memberships under 0 or under indices: beside one another they could be the same
 * one under two names. */
static void v4_mc_07_choice_and_index(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0);
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_EINVAL, call_on(s, JOIN, 0, g->group, NULL));
        check_refusal(s, IPSOCK_EINVAL, JOIN, "interface_index");
        CHECK(IPSOCK_EINVAL, call_on(s, JOIN_SOURCE, 0, g->group, g->source));
        check_refusal(s, IPSOCK_EINVAL, JOIN_SOURCE, "interface_index");
        CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, 0, g->group, NULL));
        check_filter(s, g->index, g->group, true, false, 0);
        if (call_on(s, JOIN, 0, g->group2, NULL) == IPSOCK_OK) {
            CHECK(IPSOCK_EINVAL, call_on(s, JOIN, g->index, g->group2, NULL));
            CHECK(IPSOCK_EINVAL, call_on(s, JOIN_SOURCE, g->index, g->group2, g->source));
            check_refusal(s, IPSOCK_EINVAL, JOIN_SOURCE, "interface_index");
            CHECK(IPSOCK_OK, call_on(s, LEAVE, 0, g->group2, NULL));
        }
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group2, NULL));
        ipsock_free(s);
    }
}

/* Adopts a handle of a kind that has joined a group, and another group from one source or two. */
static struct ipsock_endpoint *adopt_member(const struct ground *g, int kind, int sources)
{
    const struct ipsock_addr group = addr_of(g->group), ssm = addr_of(g->source_group);
    const struct ipsock_addr source = addr_of(g->source), source2 = addr_of(g->source2);
    struct ipsock_config config = config_of(g->column, kind);
    ipsock_handle_t handle;
    config.local = ipsock_addr_any(columns[g->column].family, 0);
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_release(s, &handle));
    ipsock_free(s);
    assert_true(system_join(handle, g->index, &group, NULL));
    assert_true(system_join(handle, g->index, &ssm, &source));
    if (sources == 2)
        assert_true(system_join(handle, g->index, &ssm, &source2));
    config.flags = IPSOCK_ADOPT_OWN;
    config.local = (struct ipsock_addr){0};
    CHECK(IPSOCK_OK, ipsock_adopt(&s, handle, &config));
    return s;
}

static void of_each_kind(void (*test)(const struct ground *g, int kind))
{
    struct ipsock_capability_answer how;
    CHECK(IPSOCK_OK,
          ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_JOIN_SOURCE, &how));
    need(how.level != IPSOCK_LOCAL, "the kernel has no sources");
    FOR_EACH_GROUND(g)
    {
        test(g, IPSOCK_UDP);
        if (system_is_privileged())
            test(g, IPSOCK_RAW);
        if (has_ping(columns[g->column].family))
            test(g, IPSOCK_PING);
    }
}

/* What a handle had joined before it was adopted is read from the kernel when it is named: the
 * answers are those of the state table, where Linux would convert, or say something else. */
static void adopted_states(const struct ground *g, int kind)
{
    struct ipsock_endpoint *s = adopt_member(g, kind, 2);
    CHECK(IPSOCK_EFILTERMODE, call_on(s, JOIN_SOURCE, g->index, g->group, g->source));
    check_refusal(s, IPSOCK_EFILTERMODE, JOIN_SOURCE, NULL);
    check_filter(s, g->index, g->group, true, false, 0);
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, EXCLUDE, g->index, g->group2, g->source));
    check_refusal(s, IPSOCK_ENOTMEMBER, EXCLUDE, NULL);
    CHECK(IPSOCK_EFILTERMODE, call_on(s, JOIN, g->index, g->source_group, NULL));
    CHECK(IPSOCK_EMEMBER, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source2));
    check_filter(s, g->index, g->source_group, true, true, 2);
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, g->source_group, g->source));
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, g->source_group, g->source2));
    if (expected("grp-01", "told-of-others").level != EXPECT_ABSENT) /* that it was the last */
        CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, g->source_group, NULL));
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->group2, g->source));
    check_filter(s, g->index, g->group2, true, true, 1);
    ipsock_free(s);
}

static void err_04_adopted_states(void **state)
{
    (void)state;
    of_each_kind(adopted_states);
}

/* What a handle had joined before it was adopted, only the kernel knows. */
static void adopted_memberships(const struct ground *g, int kind)
{
    struct ipsock_endpoint *s = adopt_member(g, kind, 1);
    /* what the kernel says to a second join, and to one of the other mode, may be one code */
    const bool told = g->column == V4 || system_lacks("second-join-code") == NULL;
    CHECK(told ? IPSOCK_EMEMBER : IPSOCK_EFILTERMODE, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, g->group2, NULL));
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE_SOURCE, g->index, g->group2, g->source));
    CHECK(IPSOCK_OK, call_on(s, EXCLUDE, g->index, g->group, g->source));
    CHECK(IPSOCK_EMEMBER, call_on(s, EXCLUDE, g->index, g->group, g->source));
    CHECK(IPSOCK_OK, call_on(s, INCLUDE, g->index, g->group, g->source));
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, INCLUDE, g->index, g->group, g->source));
    CHECK(IPSOCK_EMEMBER, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
    CHECK(IPSOCK_EFILTERMODE, call_on(s, EXCLUDE, g->index, g->source_group, g->source));
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE_SOURCE, g->index, g->source_group, g->source2));
    check_filter(s, g->index, g->group, true, false, 0);
    check_filter(s, g->index, g->source_group, true, true, 1);
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, g->source_group, g->source));
    CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
    check_filter(s, g->index, g->group, false, false, 0);
    check_filter(s, g->index, g->source_group, false, false, 0);
    ipsock_free(s);
}

static void err_04_adopted_memberships(void **state)
{
    (void)state;
    of_each_kind(adopted_memberships);
}

/* Joins and leaves, from two threads, of an endpoint that others receive on. */
struct stage {
    const struct ground *ground;
    struct ipsock_endpoint *s;
    _Atomic int turn, failures, received;
};

static void join_and_leave(void *argument)
{
    struct stage *stage = argument;
    const struct ground *g = stage->ground;
    const struct ipsock_addr group = addr_of(stage->turn++ == 0 ? g->group2 : g->source_group);
    const struct ipsock_addr source = addr_of(g->source);
    for (int i = 0; i < 200; i++) {
        stage->failures += ipsock_join_group(stage->s, g->index, &group) != IPSOCK_OK;
        stage->failures += ipsock_exclude_source(stage->s, g->index, &group, &source) != IPSOCK_OK;
        stage->failures += ipsock_leave_group(stage->s, g->index, &group) != IPSOCK_OK;
        stage->failures +=
            ipsock_join_source_group(stage->s, g->index, &group, &source) != IPSOCK_OK;
        stage->failures +=
            ipsock_leave_source_group(stage->s, g->index, &group, &source) != IPSOCK_OK;
    }
}

static void receive_on(void *argument)
{
    struct stage *stage = argument;
    uint8_t data[64];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init(&message, &buffer, data, sizeof data);
    while (ipsock_recv(stage->s, &message, 0) == IPSOCK_OK)
        stage->received++;
}

static void v4_mc_18_joins_while_others_receive(void **state)
{
    enum { MESSAGES = 300 };
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct stage stage = {.ground = g};
        struct system_thread *threads[4];
        stage.s = open_member(g->column, 0, IPSOCK_OPEN_STRICT_MULTICAST, 0);
        struct ipsock_endpoint *sender = open_sender(g, g->source);
        CHECK(IPSOCK_OK, call_on(stage.s, JOIN, g->index, g->group, NULL));
        for (int i = 0; i < 4; i++)
            threads[i] = system_thread_start(i < 2 ? receive_on : join_and_leave, &stage);
        for (int i = 0; i < MESSAGES; i++) {
            cast(sender, g->group, port_of(stage.s), "to all");
            for (int64_t end = soon(); stage.received <= i && ipsock_now() < end;)
                system_sleep_ms(0);
        }
        system_thread_join(threads[2]);
        system_thread_join(threads[3]);
        CHECK(IPSOCK_OK, ipsock_close(stage.s));
        system_thread_join(threads[0]);
        system_thread_join(threads[1]);
        EQUAL(0, stage.failures);
        EQUAL(MESSAGES, stage.received);
        ipsock_free(stage.s);
        ipsock_free(sender);
    }
}

/* Waits until a packet is there, which stays. */
static void peek(struct ipsock_endpoint *s)
{
    uint8_t data[64];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init(&message, &buffer, data, sizeof data);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    CHECK(IPSOCK_OK, ipsock_recv(s, &message, IPSOCK_MSG_PEEK));
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, 0));
}

/* Where the library filters, a source that is joined switches on what the filter looks at: packets
 * that were queued before, to a group that is joined, come without it and stay. */
static void v4_mc_18_packets_from_before_a_filter(void **state)
{
    static const uint32_t flags[] = {0, IPSOCK_OPEN_STRICT_MULTICAST};
    (void)state;
    for (size_t i = 0; i < COUNT(flags); i++)
        FOR_EACH_GROUND(g)
        {
            struct ipsock_endpoint *s = open_member(g->column, 0, flags[i], 0);
            struct ipsock_endpoint *sender = open_sender(g, g->source);
            struct burst burst = make_burst(2);
            struct seen seen;
            uint32_t done;
            CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
            cast(sender, g->group, port_of(s), "first");
            cast(sender, g->group, port_of(s), "second");
            peek(s);
            CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
            expect_text(s, "first", &seen);
            peek(s); /* the second may still be on its way */
            CHECK(IPSOCK_OK, receive_burst(s, &burst, 2, &done));
            EQUAL(1, done);
            assert_memory_equal(burst.data[0], "second", 6);
            free_burst(&burst);
            ipsock_free(s);
            ipsock_free(sender);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_mc_05_too_many_sources),
        cmocka_unit_test(v4_mc_07_system_chooses),
        cmocka_unit_test(v4_mc_18_too_many_groups),
        cmocka_unit_test(v4_mc_18_joins_while_others_receive),
        cmocka_unit_test(v4_mc_18_packets_from_before_a_filter),
        cmocka_unit_test(v6_mc_04_too_many_sources),
        cmocka_unit_test(mapped_grp_05_too_many_groups),
        cmocka_unit_test(mapped_grp_05_too_many_sources),
        cmocka_unit_test(err_04_adopted_memberships),
        cmocka_unit_test(err_04_adopted_states),
        cmocka_unit_test(v4_mc_07_choice_and_index),
    };
    return RUN(tests);
}
