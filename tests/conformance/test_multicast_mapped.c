// SPDX-License-Identifier: BSD-2-Clause
/* IPv4 groups on dual-stack endpoints, written as IPv4 or v4-mapped. GRP-02, GRP-03, MC-02. */
#include "multicast.h"

#define FIELDS (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE)

static int level_of(int feature)
{
    struct ipsock_capability_answer how;
    CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4_MAPPED, feature, &how));
    if (how.level == IPSOCK_ABSENT)
        assert_non_null(how.reason);
    return how.level;
}

/* The ground of IPv4, where the system joins its groups on dual-stack endpoints; sources: and
 * filters them. Where it does not, the calls say so. */
static const struct ground *mapped_ground(bool sources, const struct ground **second)
{
    need(begin_column(MAPPED), "no dual-stack endpoints");
    const struct ground *g = own_ground(V4, second);
    need(g != NULL, "needs interfaces of our own");
    begin_column(MAPPED);
    if (level_of(IPSOCK_FEATURE_JOIN_GROUP) == IPSOCK_ABSENT) {
        struct ipsock_endpoint *s = open_member(MAPPED, 0, 0, 0);
        CHECK(IPSOCK_ENOTSUP, call_on(s, JOIN, g->index, g->group, NULL));
        ipsock_free(s);
        need(false, "no IPv4 groups on dual-stack endpoints here");
    }
    need(!sources || level_of(IPSOCK_FEATURE_JOIN_SOURCE) == IPSOCK_NATIVE, "no sources here");
    return g;
}

static const char *mapped(const char *plain, char text[IPSOCK_ADDR_TEXT])
{
    snprintf(text, IPSOCK_ADDR_TEXT, "::ffff:%s", plain);
    return text;
}

/* Both names of a group, and of a source, are one membership. */
static void mapped_grp_02_two_names_of_one_membership(void **state)
{
    char group[IPSOCK_ADDR_TEXT], source[IPSOCK_ADDR_TEXT];
    (void)state;
    const struct ground *g = mapped_ground(true, NULL);
    struct ipsock_endpoint *s = open_member(MAPPED, 0, 0, 0);
    mapped(g->group, group);
    mapped(g->source, source);
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_EMEMBER, call_on(s, JOIN, g->index, group, NULL));
    check_refusal(s, IPSOCK_EMEMBER, JOIN, NULL);
    check_filter(s, g->index, g->group, true, false, 0);
    CHECK(IPSOCK_OK, call_on(s, EXCLUDE, g->index, group, g->source));
    CHECK(IPSOCK_EMEMBER, call_on(s, EXCLUDE, g->index, g->group, source));
    check_filter(s, g->index, g->group, true, false, 1);
    CHECK(IPSOCK_OK, call_on(s, INCLUDE, g->index, g->group, source));
    CHECK(IPSOCK_EFILTERMODE, call_on(s, JOIN_SOURCE, g->index, group, source));
    CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, group, NULL));
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, g->group, NULL));
    check_filter(s, g->index, g->group, false, false, 0);
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, group, source));
    CHECK(IPSOCK_EMEMBER, call_on(s, JOIN_SOURCE, g->index, g->group, g->source));
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->group, g->source2));
    check_filter(s, g->index, g->group, true, true, 2);
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, g->group, g->source));
    CHECK(IPSOCK_OK, call_on(s, LEAVE_SOURCE, g->index, group, g->source2));
    CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, group, NULL));
    ipsock_free(s);
}

/* Of two families, one call is about one. */
static void mapped_grp_02_families_do_not_mix(void **state)
{
    static const struct {
        const char *group, *source;
        int code;
        const char *option;
    } list[] = {
        {"239.7.7.7", "fd77::1", IPSOCK_EFAMILY, "source"},
        {"::ffff:239.7.7.7", "fd77::1", IPSOCK_EFAMILY, "source"},
        {"ff15::7:7", "10.77.0.1", IPSOCK_EFAMILY, "source"},
        {"ff15::7:7", "::ffff:10.77.0.1", IPSOCK_EFAMILY, "source"},
        {"239.7.7.7", "224.0.0.1", IPSOCK_EINVAL, "source"},
        {"239.7.7.7", "::ffff:0.0.0.0", IPSOCK_EINVAL, "source"},
        {"239.7.7.7", "255.255.255.255", IPSOCK_EINVAL, "source"},
        {"::ffff:10.77.0.1", "10.77.0.2", IPSOCK_EINVAL, "group"},
        {"10.77.0.1", "10.77.0.2", IPSOCK_EINVAL, "group"},
    };
    (void)state;
    const struct ground *g = mapped_ground(false, NULL);
    struct ipsock_endpoint *s = open_member(MAPPED, 0, 0, 0), *v6 = open_member(V6, 0, 0, 0);
    for (size_t i = 0; i < COUNT(list); i++)
        for (int call = JOIN_SOURCE; call < CALLS; call++) {
            CHECK(list[i].code,
                  call_on(s, (enum call)call, g->index, list[i].group, list[i].source));
            check_refusal(s, list[i].code, (enum call)call, list[i].option);
        }
    /* without IPSOCK_OPEN_DUAL_STACK there is one family */
    CHECK(IPSOCK_EFAMILY, call_on(v6, JOIN, g->index, "239.7.7.7", NULL));
    CHECK(IPSOCK_EFAMILY, call_on(v6, JOIN, g->index, "::ffff:239.7.7.7", NULL));
    ipsock_free(v6);
    ipsock_free(s);
}

/* Memberships of both families beside one another, over and over. */
static void mapped_grp_02_both_families_at_once(void **state)
{
    (void)state;
    const struct ground *g = mapped_ground(false, NULL), *g6 = own_ground(V6, NULL);
    struct ipsock_endpoint *s = open_member(MAPPED, 0, 0, 0);
    for (int i = 0; i < 3; i++) {
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(s, JOIN, g6->index, g6->group2, NULL));
        check_filter(s, g->index, g->group, true, false, 0);
        check_filter(s, g6->index, g6->group2, true, false, 0);
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
        CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, g->group, NULL));
        CHECK(IPSOCK_EMEMBER, call_on(s, JOIN, g6->index, g6->group2, NULL));
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g6->index, g6->group2, NULL));
    }
    ipsock_free(s);
}

/* What is joined arrives, from whom it is wanted, with its destination; nothing else does, for
 * Linux keeps what others have joined from such sockets (IP_MULTICAST_ALL is 0), and strict
 * delivery does elsewhere. */
static void deliver(uint32_t flags)
{
    const struct ground *second, *g = mapped_ground(true, &second);
    struct ipsock_endpoint *s = open_member(MAPPED, 0, flags, FIELDS);
    struct ipsock_endpoint *other = open_member(V4, port_of(s), 0, 0);
    struct ipsock_endpoint *one = open_sender(g, g->source), *two = open_sender(g, g->source2);
    struct ipsock_endpoint *away = open_sender(second, second->source);
    const uint16_t port = port_of(s);
    char group[IPSOCK_ADDR_TEXT];
    struct seen seen;
    CHECK(IPSOCK_OK, call_on(other, JOIN, second->index, g->group, NULL));
    CHECK(IPSOCK_OK, call_on(other, JOIN, g->index, g->group2, NULL));
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    cast(away, g->group, port, "by the other interface");
    cast(one, g->group2, port, "another group");
    cast(one, g->group, port, "wanted");
    expect_text(s, "wanted", &seen);
    check_addr(&seen.peer, mapped(g->source, group));
    EQUAL(FIELDS, seen.control.valid);
    EQUAL(g->index, seen.control.interface_index);
    check_addr(&seen.control.destination, mapped(g->group, group));
    CHECK(IPSOCK_OK, call_on(s, EXCLUDE, g->index, g->group, g->source));
    cast(one, g->group, port, "excluded");
    cast(two, g->group, port, "of the other");
    expect_text(s, "of the other", &seen);
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g->index, g->source_group, g->source));
    cast(two, g->source_group, port, "no source");
    cast(one, g->source_group, port, "source");
    expect_text(s, "source", &seen);
    CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
    cast(two, g->group, port, "left");
    cast(one, g->source_group, port, "end");
    expect_text(s, "end", &seen);
    check_nothing(s);
    ipsock_free(away);
    ipsock_free(two);
    ipsock_free(one);
    ipsock_free(other);
    ipsock_free(s);
}

static void mapped_grp_03_delivery(void **state)
{
    (void)state;
    /* elsewhere it is a matter of asking for it */
    deliver(strcmp(ipsock_system(), "linux") == 0 ? 0 : IPSOCK_OPEN_STRICT_MULTICAST);
}

static void mapped_grp_03_strict_delivery(void **state)
{
    (void)state;
    deliver(IPSOCK_OPEN_STRICT_MULTICAST);
}

/* While IPv6 memberships are held aside, IPv4 ones stay as they are. */
static void mapped_grp_03_beside_a_second_socket(void **state)
{
    (void)state;
    const struct ground *g = mapped_ground(true, NULL), *second6, *g6 = own_ground(V6, &second6);
    struct ipsock_endpoint *s = open_member(MAPPED, 0, IPSOCK_OPEN_STRICT_MULTICAST, 0);
    struct ipsock_endpoint *other = open_member(V4, port_of(s), 0, 0);
    struct ipsock_endpoint *one = open_sender(g, g->source), *six = open_sender(g6, g6->source);
    struct seen seen;
    CHECK(IPSOCK_OK, call_on(other, JOIN, g->index, g->group2, NULL));
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, g6->index, g6->source_group, g6->source));
    CHECK(IPSOCK_OK, call_on(s, JOIN_SOURCE, second6->index, g6->source_group, second6->source));
    cast(one, g->group2, port_of(s), "not joined");
    cast(one, g->group, port_of(s), "four");
    expect_text(s, "four", &seen);
    cast(six, g6->source_group, port_of(s), "six");
    expect_text(s, "six", &seen);
    CHECK(IPSOCK_EMEMBER, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
    ipsock_free(six);
    ipsock_free(one);
    ipsock_free(other);
    ipsock_free(s);
}

/* The loopback of a dual-stack sender is that of its IPv4 packets too. */
static void mapped_mc_02_loopback_of_ipv4(void **state)
{
    (void)state;
    need(begin_column(MAPPED), "no dual-stack endpoints");
    const struct ground *g = own_ground(V4, NULL);
    need(g != NULL, "needs interfaces of our own");
    begin_column(MAPPED);
    need(strcmp(ipsock_system(), "windows") != 0, "the receiver's option there");
    need(multicast_options_reach_mapped(), "the options are IPv6's alone");
    struct ipsock_endpoint *s = open_member(V4, 0, 0, 0);
    struct ipsock_config config = config_of(MAPPED, IPSOCK_UDP);
    config.local = ipsock_addr_any(IPSOCK_IPV6, 0);
    struct ipsock_endpoint *sender = must_open(&config);
    struct seen seen;
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(sender, g->index));
    for (int i = 0; i < 2; i++) {
        CHECK(IPSOCK_OK, ipsock_set_multicast_loopback(sender, false));
        cast(sender, g->group, port_of(s), "silent");
        CHECK(IPSOCK_OK, ipsock_set_multicast_loopback(sender, true));
        cast(sender, g->group, port_of(s), "heard");
        expect_text(s, "heard", &seen);
    }
    ipsock_free(sender);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapped_grp_02_two_names_of_one_membership),
        cmocka_unit_test(mapped_grp_02_families_do_not_mix),
        cmocka_unit_test(mapped_grp_02_both_families_at_once),
        cmocka_unit_test(mapped_grp_03_delivery),
        cmocka_unit_test(mapped_grp_03_strict_delivery),
        cmocka_unit_test(mapped_grp_03_beside_a_second_socket),
        cmocka_unit_test(mapped_mc_02_loopback_of_ipv4),
    };
    return RUN(tests);
}
