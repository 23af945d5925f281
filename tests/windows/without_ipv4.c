// SPDX-License-Identifier: BSD-2-Clause
/* A host whose IPv4 is switched off (IPSOCK_MODEL_WINDOWS=ipv4-disabled): dual-stack endpoints work
 * for IPv6, although their socket refuses all options of IPv4 (windows.md 2). */
#include <ipsock/ipsock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FIELDS                                                                          \
    (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT | \
     IPSOCK_CONTROL_TRAFFIC_CLASS)

static struct ipsock_endpoint *open_dual(void)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_any(IPSOCK_IPV6, 0);
    config.flags = IPSOCK_OPEN_DUAL_STACK;
    config.receive_control = FIELDS;
    assert_int_equal(ipsock_open(&s, &config), IPSOCK_OK);
    return s;
}

static void win_no_ipv4(void **state)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config;
    struct ipsock_error error;
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    config.error = &error;
    assert_int_equal(ipsock_open(&s, &config), IPSOCK_ENOTSUP);
    assert_string_equal(error.option, "family");
}

static void win_options_of_dual_stack(void **state)
{
    struct ipsock_endpoint *s = open_dual();
    int value = 0;
    (void)state;
    assert_int_equal(ipsock_set_hop_limit(s, 9), IPSOCK_OK);
    assert_int_equal(ipsock_get_hop_limit(s, &value), IPSOCK_OK);
    assert_int_equal(value, 9);
    assert_int_equal(ipsock_set_hop_limit(s, IPSOCK_DEFAULT), IPSOCK_OK);
    assert_int_equal(ipsock_get_hop_limit(s, &value), IPSOCK_OK);
    assert_true(value > 9);
    assert_int_equal(ipsock_set_traffic_class(s, 0x28), IPSOCK_OK);
    assert_int_equal(ipsock_set_multicast_hop_limit(s, 3), IPSOCK_OK);
    assert_int_equal(ipsock_set_multicast_interface(s, 0x7ffffff), IPSOCK_ENODEV);
    const struct ipsock_addr group = ipsock_addr_ipv4(239, 7, 7, 7, 0);
    assert_int_equal(ipsock_join_group(s, 0, &group), IPSOCK_ENOTSUP);
    assert_int_equal(ipsock_leave_group(s, 0, &group), IPSOCK_ENOTMEMBER);
    ipsock_free(s);
}

static void win_traffic_of_dual_stack(void **state)
{
    struct ipsock_endpoint *s = open_dual();
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_control control;
    struct ipsock_addr to;
    char text[8] = "six";
    (void)state;
    assert_int_equal(ipsock_local_addr(s, &to), IPSOCK_OK);
    ipsock_message_init(&message, &buffer, text, 3);
    message.peer = ipsock_addr_loopback(IPSOCK_IPV6, to.port);
    assert_int_equal(ipsock_set_traffic_class(s, 0x28), IPSOCK_OK);
    assert_int_equal(ipsock_set_hop_limit(s, 7), IPSOCK_OK);
    assert_int_equal(ipsock_send(s, &message, 0), IPSOCK_OK);
    memset(&control, 0, sizeof control);
    message.control = &control;
    assert_int_equal(ipsock_set_read_deadline(s, ipsock_now() + 2 * IPSOCK_SECOND), IPSOCK_OK);
    assert_int_equal(ipsock_recv(s, &message, 0), IPSOCK_OK);
    assert_int_equal(message.length, 3);
    assert_int_equal(control.valid & FIELDS, FIELDS);
    assert_int_equal(control.traffic_class, 0x28);
    assert_int_equal(control.hop_limit, 7);
    ipsock_free(s);
}

int main(void)
{
    static const struct CMUnitTest cases[] = {
        cmocka_unit_test(win_no_ipv4),
        cmocka_unit_test(win_options_of_dual_stack),
        cmocka_unit_test(win_traffic_of_dual_stack),
    };
    return cmocka_run_group_tests(cases, NULL, NULL);
}
