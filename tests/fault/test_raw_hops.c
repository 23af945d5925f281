// SPDX-License-Identifier: BSD-2-Clause
/* Packets to groups with headers of their own where the kernel puts its own hop limit over theirs
 * (changed_fact.c) and refuses the option that is lent to it. */
#include "fault.h"

#define PROTOCOL 253 /* RFC 3692 */
#define OWN      3

static struct ipsock_endpoint *s;

static int setup(void **state)
{
    struct ipsock_config config;
    (void)state;
    fault_reset();
    ipsock_config_init(&config);
    config.kind = IPSOCK_RAW;
    config.family = IPSOCK_IPV4;
    config.protocol = PROTOCOL;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    config.local = ipsock_addr_ipv4(127, 0, 0, 1, 0);
    const int code = ipsock_open(&s, &config);
    if (code < 0)
        s = NULL;
    else
        FAULT_OK(ipsock_set_multicast_hop_limit(s, OWN));
    fault_reset();
    return code < 0 && code != IPSOCK_EPERM ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_reset();
    ipsock_free(s);
    return 0;
}

static int give(const struct ipsock_addr *to)
{
    const struct ipsock_ipv4_header header = {
        .hop_limit = 9, .protocol = PROTOCOL, .destination = *to};
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    ipsock_message_init_send(&message, &buffer, "x", 1, NULL);
    message.length = 77;
    const int code = ipsock_send_ipv4(s, &header, &message, 0);
    assert_int_equal(message.length, code == IPSOCK_OK);
    return code;
}

static int give_to_group(void)
{
    const struct ipsock_addr group = ipsock_addr_ipv4(224, 0, 0, 254, 0);
    return give(&group);
}

static unsigned sends(void)
{
    return fault_calls(FAULT_sendto) + fault_calls(FAULT_sendmsg) + fault_calls(FAULT_sendmmsg);
}

static void check_own(void)
{
    int hops = 77;
    fault_reset();
    FAULT_OK(ipsock_get_multicast_hop_limit(s, &hops));
    assert_int_equal(hops, OWN);
}

static void raw_05_the_option_is_lent_and_given_back(void **state)
{
    (void)state;
    fault_need_privilege(s);
    FAULT_OK(give_to_group());
    assert_int_equal(sends(), 1);
    assert_int_equal(fault_calls(FAULT_getsockopt), 1);
    assert_int_equal(fault_calls(FAULT_setsockopt), 2);
    check_own();
    /* and nobody else's packets cost anything */
    const struct ipsock_addr host = ipsock_addr_ipv4(127, 0, 0, 1, 0);
    fault_reset();
    FAULT_OK(give(&host));
    assert_int_equal(fault_all_calls(), 1);
}

/* Nothing is sent with another hop limit than was asked for. */
static void raw_05_an_option_that_is_refused(void **state)
{
    (void)state;
    static const enum fault_call calls[] = {FAULT_getsockopt, FAULT_setsockopt};
    fault_need_privilege(s);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct ipsock_error error;
        fault_reset();
        fault_fail(calls[i], 1, 1, ENOBUFS);
        FAULT_CODE(give_to_group(), IPSOCK_ENOBUFS);
        assert_int_equal(sends(), 0);
        FAULT_OK(ipsock_last_error(s, IPSOCK_WRITE, &error));
        assert_int_equal(error.native, ENOBUFS);
        assert_string_equal(error.operation, fault_name(calls[i]));
        assert_non_null(error.option);
        assert_string_equal(error.option, "IP_MULTICAST_TTL");
        check_own();
    }
}

/* While a send waits, the option is the endpoint's own. */
static void raw_05_not_lent_while_waiting(void **state)
{
    (void)state;
    fault_need_privilege(s);
    fault_fail(FAULT_sendto, 1, 1, EAGAIN);
    fault_fail(FAULT_sendmsg, 1, 1, EAGAIN);
    fault_fail(FAULT_sendmmsg, 1, 1, EAGAIN);
    FAULT_OK(give_to_group());
    assert_int_equal(sends(), 2);
    assert_int_equal(fault_calls(FAULT_setsockopt), 4);
    assert_true(fault_calls(FAULT_poll) > 0);
    check_own();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(raw_05_the_option_is_lent_and_given_back, setup, teardown),
        cmocka_unit_test_setup_teardown(raw_05_an_option_that_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(raw_05_not_lent_while_waiting, setup, teardown),
    };
    return cmocka_run_group_tests_name("raw_hops", tests, NULL, NULL);
}
