// SPDX-License-Identifier: BSD-2-Clause
/* The table of states and answers (docs/multicast.md), cell by cell against the kernel, and what
 * the membership calls refuse. V4-MC-03 to 09, V6-MC-02 to 05. */
#include "multicast.h"

enum state { NONE, ANY, ANY_LISTED, SOURCES, SOURCES_LISTED, SOURCES_LAST, STATES };
static const char *const state_names[STATES] = {
    "no member",     "any source",    "any source, excluded",
    "other sources", "source joined", "source joined, the only one"};

#define OK_ IPSOCK_OK
#define MEM IPSOCK_EMEMBER
#define NOT IPSOCK_ENOTMEMBER
#define MOD IPSOCK_EFILTERMODE
static const int answers[CALLS][STATES] = {
    [JOIN] = {OK_, MEM, MEM, MOD, MOD, MOD},        [LEAVE] = {NOT, OK_, OK_, OK_, OK_, OK_},
    [JOIN_SOURCE] = {OK_, MOD, MOD, OK_, MEM, MEM}, [LEAVE_SOURCE] = {NOT, MOD, MOD, NOT, OK_, OK_},
    [EXCLUDE] = {NOT, OK_, MEM, MOD, MOD, MOD},     [INCLUDE] = {NOT, NOT, OK_, MOD, MOD, MOD},
};

/* What the kernel holds in a state. */
static const struct system_filter held[STATES] = {
    [NONE] = {false, false, 0},         [ANY] = {true, false, 0},
    [ANY_LISTED] = {true, false, 1},    [SOURCES] = {true, true, 1},
    [SOURCES_LISTED] = {true, true, 2}, [SOURCES_LAST] = {true, true, 1}};

/* After a call that was accepted. */
static enum state next_state(enum call call, enum state state)
{
    switch (call) {
    case JOIN:
    case INCLUDE:
        return ANY;
    case EXCLUDE:
        return ANY_LISTED;
    case JOIN_SOURCE:
        return state == NONE ? SOURCES_LAST : SOURCES_LISTED;
    case LEAVE_SOURCE:
        return state == SOURCES_LISTED ? SOURCES : NONE;
    default:
        return NONE;
    }
}

static void bring_to(struct ipsock_endpoint *s, const struct ground *g, const char *group,
                     enum state state)
{
    if (state == ANY || state == ANY_LISTED)
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, group, NULL));
    if (state == ANY_LISTED)
        CHECK(IPSOCK_OK, call_on(s, EXCLUDE, g->index, group, g->source));
    if (state == SOURCES || state == SOURCES_LISTED)
        CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, group, g->source2));
    if (state == SOURCES_LISTED || state == SOURCES_LAST)
        CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, group, g->source));
}

static void check_held(struct ipsock_endpoint *s, const struct ground *g, const char *group,
                       enum state state)
{
    check_filter(s, g->index, group, held[state].member, held[state].source_specific,
                 held[state].sources);
}

/* One cell; then every answer again, from where the call has led. */
static void check_cell(struct ipsock_endpoint *s, const struct ground *g, enum call call,
                       enum state state)
{
    const char *group = g->source_group;
    bring_to(s, g, group, state);
    check_held(s, g, group, state);
    const int code = call_on(s, call, g->index, group, g->source);
    if (code != answers[call][state])
        fail_msg("%s, %s, %s: %s, expected %s", g->name, call_texts[call].name, state_names[state],
                 ipsock_error_name(code), ipsock_error_name(answers[call][state]));
    const enum state now = code == IPSOCK_OK ? next_state(call, state) : state;
    if (code < 0)
        check_refusal(s, code, call, NULL);
    check_held(s, g, group, now);
    for (int next = JOIN; next < CALLS; next++)
        if (answers[next][now] != IPSOCK_OK)
            CHECK(answers[next][now], call_on(s, (enum call)next, g->index, group, g->source));
    check_held(s, g, group, now);
    if (now != NONE)
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, group, NULL));
    check_held(s, g, group, NONE);
}

static void go_through_the_table(struct ipsock_endpoint *s, const struct ground *g)
{
    for (int call = JOIN; call < CALLS; call++)
        for (int state = NONE; state < STATES; state++)
            check_cell(s, g, (enum call)call, (enum state)state);
}

static void table_of(int column, bool raw)
{
    FOR_EACH_GROUND(g)
    {
        if (g->column != column)
            continue;
        struct ipsock_endpoint *s =
            raw ? open_raw(column, PROTOCOL_TEST, 0, 0) : open_member(column, 0, 0, 0);
        go_through_the_table(s, g);
        ipsock_free(s);
    }
}

static void v4_mc_04_state_table(void **state)
{
    (void)state;
    table_of(V4, false);
}

static void v4_mc_04_state_table_of_raw(void **state)
{
    (void)state;
    need_privilege();
    table_of(V4, true);
}

static void v6_mc_03_state_table(void **state)
{
    (void)state;
    need(own_ground(V6, NULL) != NULL, "needs an interface of our own");
    table_of(V6, false);
}

static void v6_mc_03_state_table_of_raw(void **state)
{
    (void)state;
    need(own_ground(V6, NULL) != NULL, "needs an interface of our own");
    need_privilege();
    table_of(V6, true);
}

/* A strict endpoint of the library's own filter has the same answers. */
static void v4_mc_04_state_table_of_strict(void **state)
{
    (void)state;
    need_privilege();
    FOR_EACH_GROUND(g)
    {
        struct ipsock_config config = config_of(g->column, IPSOCK_RAW);
        config.protocol = PROTOCOL_TEST;
        config.flags |= IPSOCK_OPEN_STRICT_MULTICAST;
        struct ipsock_endpoint *s = must_open(&config);
        go_through_the_table(s, g);
        ipsock_free(s);
    }
}

/* Leaving all of a group, whatever was joined of it; and every source one by one. */
static void v4_mc_06_leave_works_for_both(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0);
        for (int i = 0; i < 2; i++) { /* leave and join again */
            CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
            CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source2));
            CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->source_group, NULL));
            CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, g->source_group, NULL));
            CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
            CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
            check_filter(s, g->index, g->group, false, false, 0);
        }
        ipsock_free(s);
    }
}

static void v6_mc_04_sources_joined_and_left(void **state)
{
    (void)state;
    const struct ground *g = own_ground(V6, NULL);
    need(g != NULL, "needs an interface of our own");
    struct ipsock_endpoint *s = open_member(V6, 0, 0, 0);
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, g->source_group, g->source));
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
    CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->source_group, NULL));
    check_filter(s, g->index, g->source_group, false, false, 0);
    ipsock_free(s);
}

static void v4_mc_05_sources_joined_and_left(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0);
        CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
        CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source2));
        CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, g->source_group, g->source));
        check_filter(s, g->index, g->source_group, true, true, 1);
        CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, g->source_group, g->source2));
        check_filter(s, g->index, g->source_group, false, false, 0);
        ipsock_free(s);
    }
}

/* What is wrong whatever the endpoint has joined: code and the argument's name, nothing changed. */
struct mistake {
    const char *group, *source; /* NULL: a null pointer; "": an unset address */
    int code;
    const char *option;
};

static void make_mistakes(int column, const struct mistake *list, size_t count)
{
    FOR_EACH_GROUND(g)
    {
        if (g->column != column)
            continue;
        struct ipsock_endpoint *s = open_member(column, 0, 0, 0);
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        for (int call = JOIN; call < CALLS; call++) {
            for (size_t i = 0; i < count; i++) {
                const struct mistake *m = &list[i];
                struct ipsock_addr group = {0}, source = {0};
                if (strcmp(m->option, "source") == 0 && !call_texts[call].source)
                    continue;
                if (m->group != NULL && *m->group != '\0')
                    group = addr_of(m->group);
                if (m->source != NULL && *m->source != '\0')
                    source = addr_of(m->source);
                CHECK(m->code,
                      call_addrs(s, (enum call)call, g->index, m->group == NULL ? NULL : &group,
                                 m->source == NULL ? NULL : &source));
                check_refusal(s, m->code, (enum call)call, m->option);
            }
        }
        check_filter(s, g->index, g->group, true, false, 0);
        CHECK(IPSOCK_EMEMBER, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
        ipsock_free(s);
    }
}

static void v4_mc_08_bad_addresses(void **state)
{
    static const struct mistake list[] = {
        {NULL, "127.0.0.1", IPSOCK_EMISSADDR, "group"},
        {"", "127.0.0.1", IPSOCK_EMISSADDR, "group"},
        {"127.0.0.1", "127.0.0.1", IPSOCK_EINVAL, "group"},
        {"0.0.0.0", "127.0.0.1", IPSOCK_EINVAL, "group"},
        {"255.255.255.255", "127.0.0.1", IPSOCK_EINVAL, "group"},
        {"223.255.255.255", "127.0.0.1", IPSOCK_EINVAL, "group"},
        {"240.0.0.1", "127.0.0.1", IPSOCK_EINVAL, "group"},
        {"ff02::114", "127.0.0.1", IPSOCK_EFAMILY, "group"},
        {"::ffff:224.0.0.249", "127.0.0.1", IPSOCK_EFAMILY, "group"},
        {"224.0.0.249", NULL, IPSOCK_EMISSADDR, "source"},
        {"224.0.0.249", "", IPSOCK_EMISSADDR, "source"},
        {"224.0.0.249", "224.0.0.1", IPSOCK_EINVAL, "source"},
        {"224.0.0.249", "0.0.0.0", IPSOCK_EINVAL, "source"},
        {"224.0.0.249", "255.255.255.255", IPSOCK_EINVAL, "source"},
        {"224.0.0.249", "::1", IPSOCK_EFAMILY, "source"},
        {"224.0.0.249", "::ffff:127.0.0.1", IPSOCK_EFAMILY, "source"},
    };
    (void)state;
    make_mistakes(V4, list, COUNT(list));
}

static void v6_mc_05_bad_addresses(void **state)
{
    static const struct mistake list[] = {
        {NULL, "::1", IPSOCK_EMISSADDR, "group"},
        {"", "::1", IPSOCK_EMISSADDR, "group"},
        {"::1", "::1", IPSOCK_EINVAL, "group"},
        {"::", "::1", IPSOCK_EINVAL, "group"},
        {"fe80::1", "::1", IPSOCK_EINVAL, "group"},
        {"224.0.0.249", "::1", IPSOCK_EFAMILY, "group"},
        {"::ffff:224.0.0.249", "::1", IPSOCK_EFAMILY, "group"},
        {"ff02::114", NULL, IPSOCK_EMISSADDR, "source"},
        {"ff02::114", "", IPSOCK_EMISSADDR, "source"},
        {"ff02::114", "ff02::1", IPSOCK_EINVAL, "source"},
        {"ff02::114", "::", IPSOCK_EINVAL, "source"},
        {"ff02::114", "127.0.0.1", IPSOCK_EFAMILY, "source"},
        {"ff02::114", "::ffff:127.0.0.1", IPSOCK_EFAMILY, "source"},
    };
    (void)state;
    need(own_ground(V6, NULL) != NULL, "needs an interface of our own");
    make_mistakes(V6, list, COUNT(list));
}

/* Ports mean nothing; a link-local group's scope says the interface, or the same as the index. */
static void v4_mc_09_port_is_ignored(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0);
        struct ipsock_addr group = addr_of(g->group);
        group.port = 5353;
        CHECK(IPSOCK_OK, ipsock_join_group(s, g->index, &group));
        group.port = 9;
        CHECK(IPSOCK_EMEMBER, ipsock_join_group(s, g->index, &group));
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
        ipsock_free(s);
    }
}

static void v6_mc_02_scope_and_index_agree(void **state)
{
    (void)state;
    const struct ground *second, *g = own_ground(V6, &second);
    need(g != NULL, "needs an interface of our own");
    struct ipsock_endpoint *s = open_member(V6, 0, 0, 0);
    struct ipsock_addr group = addr_of("ff02::114"), source = addr_of("fe80::99");
    group.scope = g->index;
    CHECK(IPSOCK_EINVAL, ipsock_join_group(s, second->index, &group));
    check_refusal(s, IPSOCK_EINVAL, JOIN, "group");
    check_filter(s, g->index, "ff02::114", false, false, 0);
    check_filter(s, second->index, "ff02::114", false, false, 0);
    CHECK(IPSOCK_OK, ipsock_join_group(s, 0, &group));
    check_filter(s, g->index, "ff02::114", true, false, 0);
    CHECK(IPSOCK_EMEMBER, ipsock_join_group(s, g->index, &group));
    source.scope = second->index;
    CHECK(IPSOCK_EINVAL, ipsock_exclude_source(s, g->index, &group, &source));
    check_refusal(s, IPSOCK_EINVAL, EXCLUDE, "source");
    source.scope = g->index;
    CHECK(IPSOCK_OK, ipsock_exclude_source(s, 0, &group, &source));
    source.scope = 0;
    group.scope = 0;
    CHECK(IPSOCK_EMEMBER, ipsock_exclude_source(s, g->index, &group, &source));
    CHECK(IPSOCK_OK, ipsock_leave_group(s, g->index, &group));
    source.scope = g->index; /* the source alone says it */
    CHECK(IPSOCK_OK, ipsock_join_source_group(s, 0, &group, &source));
    check_filter(s, g->index, "ff02::114", true, true, 1);
    ipsock_free(s);
}

static void v4_mc_03_unknown_interfaces(void **state)
{
    static const uint32_t unknown[] = {4242, 0x7fffffffu, 0x80000001u, 0xffffffffu};
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0);
        const struct ipsock_addr group = addr_of(g->source_group);
        const bool local = sources_are_local(s, &group); /* the group is joined for any source */
        const char *join = expected("v4-mc-03", "mcast-options").level != EXPECT_ABSENT
                               ? "MCAST_JOIN_GROUP"
                           : g->column == V4 ? "IP_ADD_MEMBERSHIP"
                                             : "IPV6_JOIN_GROUP";
        for (size_t i = 0; i < COUNT(unknown); i++) {
            CHECK(IPSOCK_ENODEV, call_on(s, JOIN, unknown[i], g->group, NULL));
            check_option(s, IPSOCK_SETUP, IPSOCK_ENODEV, join);
            CHECK(IPSOCK_ENODEV, call_on(s, JOIN_SOURCE, unknown[i], g->source_group, g->source));
            check_option(s, IPSOCK_SETUP, IPSOCK_ENODEV, local ? join : "MCAST_JOIN_SOURCE_GROUP");
            CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, unknown[i], g->group, NULL));
        }
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        ipsock_free(s);
    }
}

static void v4_mc_08_streams_have_no_groups(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct pair tcp = open_stream(g->column);
        for (int call = JOIN; call < CALLS; call++) {
            CHECK(IPSOCK_EKIND,
                  call_on(tcp.sender, (enum call)call, g->index, g->group, g->source));
            check_refusal(tcp.sender, IPSOCK_EKIND, (enum call)call, NULL);
        }
        close_pair(&tcp);
    }
}

static void v4_mc_08_closed_endpoints(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0);
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, ipsock_close(s));
        for (int call = JOIN; call < CALLS; call++) {
            CHECK(IPSOCK_ECLOSED, call_on(s, (enum call)call, g->index, g->group, g->source));
            CHECK(IPSOCK_ECLOSED, call_on(NULL, (enum call)call, g->index, g->group, g->source));
        }
        ipsock_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_mc_03_unknown_interfaces),
        cmocka_unit_test(v4_mc_04_state_table),
        cmocka_unit_test(v4_mc_04_state_table_of_raw),
        cmocka_unit_test(v4_mc_04_state_table_of_strict),
        cmocka_unit_test(v4_mc_05_sources_joined_and_left),
        cmocka_unit_test(v4_mc_06_leave_works_for_both),
        cmocka_unit_test(v4_mc_08_bad_addresses),
        cmocka_unit_test(v4_mc_08_streams_have_no_groups),
        cmocka_unit_test(v4_mc_08_closed_endpoints),
        cmocka_unit_test(v4_mc_09_port_is_ignored),
        cmocka_unit_test(v6_mc_02_scope_and_index_agree),
        cmocka_unit_test(v6_mc_03_state_table),
        cmocka_unit_test(v6_mc_03_state_table_of_raw),
        cmocka_unit_test(v6_mc_04_sources_joined_and_left),
        cmocka_unit_test(v6_mc_05_bad_addresses),
    };
    return RUN(tests);
}
