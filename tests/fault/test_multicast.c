// SPDX-License-Identifier: BSD-2-Clause
/* Memberships that move to the secondary socket (core/group/membership_secondary.h) while the
 * system refuses one call after the other: nothing changes (V6-MC-06). What such a refusal names
 * (GRP-05). */
#include "fault.h"

#include <net/if.h>

static const char interfaces[] = "set -e\n"
                                 "for i in 1 2; do\n"
                                 "ip link add ff$i type veth peer name fp$i\n"
                                 "ip link set fp$i up; ip link set ff$i addrgenmode none up\n"
                                 "ip addr add fd0$i::1/64 dev ff$i nodad\n"
                                 "done\n";

static uint32_t links[2];
static struct ipsock_addr group, sources[2];

static int set_up(void **state)
{
    (void)state;
    if (geteuid() != 0 || system(interfaces) != 0)
        return 0; /* the tests say that they were skipped */
    links[0] = if_nametoindex("ff1");
    links[1] = if_nametoindex("ff2");
    return ipsock_addr_parse("ff3e::8000:1", &group) < 0 ||
           ipsock_addr_parse("fd01::1", &sources[0]) < 0 ||
           ipsock_addr_parse("fd02::1", &sources[1]) < 0;
}

static struct ipsock_endpoint *open_member(void)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_any(IPSOCK_IPV6, 0);
    assert_int_equal(ipsock_open(&s, &config), IPSOCK_OK);
    assert_int_equal(ipsock_join_source_group(s, links[0], &group, &sources[0]), IPSOCK_OK);
    fault_reset();
    return s;
}

/* What is sent to the group from the first interface arrives. */
static void check_delivery(struct ipsock_endpoint *s)
{
    struct ipsock_endpoint *sender = NULL;
    struct ipsock_config config;
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    char byte = 'x';
    struct ipsock_addr to = group;
    assert_int_equal(ipsock_local_addr(s, &to), IPSOCK_OK);
    const uint16_t port = to.port;
    to = group;
    to.port = port;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = sources[0];
    assert_int_equal(ipsock_open(&sender, &config), IPSOCK_OK);
    assert_int_equal(ipsock_set_multicast_interface(sender, links[0]), IPSOCK_OK);
    ipsock_message_init(&m, &buffer, &byte, 1);
    m.peer = to;
    assert_int_equal(ipsock_send(sender, &m, 0), IPSOCK_OK);
    assert_int_equal(ipsock_set_deadline(s, ipsock_now() + INT64_C(5000000000)), IPSOCK_OK);
    assert_int_equal(ipsock_recv(s, &m, 0), IPSOCK_OK);
    ipsock_free(sender);
}

static void check_unchanged(struct ipsock_endpoint *s)
{
    assert_int_equal(ipsock_join_source_group(s, links[0], &group, &sources[0]), IPSOCK_EMEMBER);
    assert_int_equal(ipsock_leave_group(s, links[1], &group), IPSOCK_ENOTMEMBER);
    check_delivery(s);
}

/* Each call of one kind in turn. Returns how many there were. */
static unsigned fail_each(enum fault_call call, int native, int code)
{
    struct ipsock_endpoint *s = open_member();
    assert_int_equal(ipsock_join_source_group(s, links[1], &group, &sources[1]), IPSOCK_OK);
    const unsigned count = fault_calls(call);
    unsigned refused = 0;
    ipsock_free(s);
    for (unsigned n = 1; n <= count; n++) {
        s = open_member();
        fault_fail(call, n, n, native);
        const int got = ipsock_join_source_group(s, links[1], &group, &sources[1]);
        fault_reset();
        if (got != IPSOCK_OK) {
            assert_int_equal(got, code);
            check_unchanged(s);
            assert_int_equal(ipsock_join_source_group(s, links[1], &group, &sources[1]), IPSOCK_OK);
            refused++;
        }
        assert_int_equal(ipsock_leave_source_group(s, links[1], &group, &sources[1]), IPSOCK_OK);
        check_unchanged(s);
        ipsock_free(s);
    }
    return refused;
}

static void v6_mc_06_refused_on_the_way(void **state)
{
    (void)state;
    if (links[1] == 0) {
        print_message("skip: interfaces of our own need privilege\n");
        skip();
    }
    assert_int_equal(fail_each(FAULT_socket, EMFILE, IPSOCK_ENFILE), 1);
    /* joining the first source aside, then what packets need (packet info), then the second source;
     * leaving where it was cannot fail to anybody's harm */
    assert_int_equal(fail_each(FAULT_setsockopt, ENOBUFS, IPSOCK_ENOBUFS), 3);
}

enum act { JOIN, LEAVE, JOIN_SOURCE, LEAVE_SOURCE, EXCLUDE, INCLUDE };

static int act_on(struct ipsock_endpoint *s, enum act act)
{
    const struct ipsock_addr g = ipsock_addr_ipv4(239, 1, 1, 1, 0);
    const struct ipsock_addr source = ipsock_addr_ipv4(10, 1, 1, 1, 0);
    const uint32_t lo = if_nametoindex("lo");
    return act == JOIN           ? ipsock_join_group(s, lo, &g)
           : act == LEAVE        ? ipsock_leave_group(s, lo, &g)
           : act == JOIN_SOURCE  ? ipsock_join_source_group(s, lo, &g, &source)
           : act == LEAVE_SOURCE ? ipsock_leave_source_group(s, lo, &g, &source)
           : act == EXCLUDE      ? ipsock_exclude_source(s, lo, &g, &source)
                                 : ipsock_include_source(s, lo, &g, &source);
}

/* A lack of memory is the limit of what joins; what leaves meets none, and names none. */
static void v4_grp_05_limits_are_of_what_joins(void **state)
{
    static const struct {
        enum act before[2], act;
        int acts, code; /* of ENOMEM */
        const char *option;
    } cases[] = {
        {{JOIN}, JOIN, 0, IPSOCK_ENOBUFS, "MCAST_JOIN_GROUP ("},
        {{JOIN}, JOIN_SOURCE, 0, IPSOCK_ENOBUFS, "MCAST_JOIN_SOURCE_GROUP ("},
        {{JOIN}, EXCLUDE, 1, IPSOCK_ENOBUFS, "MCAST_BLOCK_SOURCE ("},
        {{JOIN}, LEAVE, 1, IPSOCK_ENOMEM, "MCAST_LEAVE_GROUP"},
        {{JOIN_SOURCE}, LEAVE_SOURCE, 1, IPSOCK_ENOMEM, "MCAST_LEAVE_SOURCE_GROUP"},
        {{JOIN, EXCLUDE}, INCLUDE, 2, IPSOCK_ENOMEM, "MCAST_UNBLOCK_SOURCE"},
    };
    struct ipsock_config config;
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int native = ENOMEM; native != 0; native = native == ENOMEM ? ENOBUFS : 0) {
            const bool limit = strchr(cases[i].option, '(') != NULL;
            struct ipsock_endpoint *s = NULL;
            struct ipsock_error error;
            assert_int_equal(ipsock_open(&s, &config), IPSOCK_OK);
            for (int k = 0; k < cases[i].acts; k++)
                assert_int_equal(act_on(s, cases[i].before[k]), IPSOCK_OK);
            fault_reset();
            fault_fail(FAULT_setsockopt, 1, 1, native);
            assert_int_equal(act_on(s, cases[i].act),
                             native == ENOMEM ? cases[i].code : IPSOCK_ENOBUFS);
            fault_reset();
            assert_int_equal(ipsock_last_error(s, IPSOCK_SETUP, &error), IPSOCK_OK);
            assert_int_equal(error.native, native);
            assert_non_null(error.option);
            if (limit)
                assert_memory_equal(error.option, cases[i].option, strlen(cases[i].option));
            else
                assert_string_equal(error.option, cases[i].option);
            assert_int_equal(act_on(s, cases[i].act), IPSOCK_OK);
            ipsock_free(s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(v6_mc_06_refused_on_the_way),
                                       cmocka_unit_test(v4_grp_05_limits_are_of_what_joins)};
    return cmocka_run_group_tests_name("fault_multicast", tests, set_up, NULL);
}
