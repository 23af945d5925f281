// SPDX-License-Identifier: BSD-2-Clause
/* Values out of range: refused before any system call, the option named, the old value intact. */
#include "harness.h"

static int get_option(struct ipsock_endpoint *s, bool hops)
{
    int value = -1;
    CHECK(IPSOCK_OK, hops ? ipsock_get_hop_limit(s, &value) : ipsock_get_traffic_class(s, &value));
    return value;
}

/* What the wire says, in both columns of a dual-stack endpoint. */
static void check_wire(int column, struct pair *pair, int tclass, int hops)
{
    struct seen seen;
    exchange(pair, NULL, &seen);
    check_class(column, tclass, &seen.control);
    check_hops(hops, &seen.control);
    if (pair->to.family == IPSOCK_IPV6 && ipsock_addr_is_mapped(&pair->to)) {
        struct pair native = *pair;
        native.to = addr_of("::1");
        native.to.port = pair->to.port;
        exchange(&native, NULL, &seen);
        check_class(V6, tclass, &seen.control);
        check_hops(hops, &seen.control);
    }
}

static void v4_opt_01_range(void **state)
{
    static const int wrong[] = {256, -2, 1000, 65536, INT32_MAX, INT32_MIN};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT, 0);
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x54));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 54));
        for (size_t k = 0; k < COUNT(wrong); k++) {
            CHECK(IPSOCK_EINVAL, ipsock_set_traffic_class(pair.sender, wrong[k]));
            check_option(pair.sender, IPSOCK_SETUP, IPSOCK_EINVAL, "traffic_class");
            EQUAL(0x54, get_option(pair.sender, false));
        }
        check_wire(i, &pair, 0x54, 54);
        close_pair(&pair);
    }
}

static void v4_opt_02_range(void **state)
{
    static const int wrong[] = {0, 256, -2, 300, 65536, INT32_MAX, INT32_MIN};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT, 0);
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x54));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 54));
        for (size_t k = 0; k < COUNT(wrong); k++) {
            CHECK(IPSOCK_EINVAL, ipsock_set_hop_limit(pair.sender, wrong[k]));
            check_option(pair.sender, IPSOCK_SETUP, IPSOCK_EINVAL, "hop_limit");
            EQUAL(54, get_option(pair.sender, true));
        }
        check_wire(i, &pair, 0x54, 54);
        close_pair(&pair);
    }
}

static void v4_opt_04_tcp_ecn_bits_are_refused(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(tcp.sender, 0x28));
        for (int ecn = 1; ecn <= 3; ecn++) {
            CHECK(IPSOCK_EINVAL, ipsock_set_traffic_class(tcp.sender, 0xb8 | ecn));
            check_option(tcp.sender, IPSOCK_SETUP, IPSOCK_EINVAL, "traffic_class");
            EQUAL(0x28, get_option(tcp.sender, false));
        }
        CHECK(IPSOCK_EINVAL, ipsock_set_hop_limit(tcp.sender, 256));
        close_pair(&tcp);
    }
}

/* The most that the system takes is in force after a larger size, and a size like another. What is
 * set reads back multiplied (Linux: by 2). */
static void most_is_set(struct ipsock_endpoint *s)
{
    int most = 0, again = 0, factor = 0;
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(s, 10000));
    CHECK(IPSOCK_OK, ipsock_get_receive_buffer(s, &factor));
    factor /= 10000;
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(s, INT32_MAX / 2));
    CHECK(IPSOCK_OK, ipsock_get_receive_buffer(s, &most));
    assert_in_range(most, 100000, INT32_MAX / 2 - 1);
    most /= factor;
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(s, most - 1));
    CHECK(IPSOCK_OK, ipsock_get_receive_buffer(s, &again));
    EQUAL((most - 1) * factor, again);
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(s, most + 1));
    CHECK(IPSOCK_OK, ipsock_get_receive_buffer(s, &again));
    EQUAL(most * factor, again);
    CHECK(IPSOCK_OK, ipsock_set_send_buffer(s, INT32_MAX));
    CHECK(IPSOCK_OK, ipsock_get_send_buffer(s, &again));
    EQUAL(most * factor, again);
}

#ifdef CONFORMANCE_REFUSED_SIZES
#define REFUSED_SIZES true
#else
#define REFUSED_SIZES (expected("err-07", "refused-sizes").level == EXPECT_EXACT)
#endif

static void err_07_buffer_range(void **state)
{
    static const int wrong[] = {0, -1, INT32_MIN};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        int before, after;
        CHECK(IPSOCK_OK, ipsock_get_receive_buffer(pair.sender, &before));
        for (size_t k = 0; k < COUNT(wrong); k++) {
            CHECK(IPSOCK_EINVAL, ipsock_set_receive_buffer(pair.sender, wrong[k]));
            check_option(pair.sender, IPSOCK_SETUP, IPSOCK_EINVAL, "receive_buffer");
            CHECK(IPSOCK_EINVAL, ipsock_set_send_buffer(pair.sender, wrong[k]));
            check_option(pair.sender, IPSOCK_SETUP, IPSOCK_EINVAL, "send_buffer");
        }
        /* more than the system gives: told, by the code or by what reads back */
        int code = ipsock_set_send_buffer(pair.sender, INT32_MAX / 2);
        if (REFUSED_SIZES) {
            most_is_set(pair.sender);
            close_pair(&pair);
            continue;
        }
        if (code != IPSOCK_OK)
            check_option(pair.sender, IPSOCK_SETUP, IPSOCK_ENOBUFS,
                         strcmp(ipsock_system(), "linux") == 0 ? "send_buffer (net.core.wmem_max)"
                                                               : "send_buffer");
        code = ipsock_set_receive_buffer(pair.sender, INT32_MAX / 2);
        if (code != IPSOCK_OK) {
            CHECK(IPSOCK_ENOBUFS, code);
            check_option(pair.sender, IPSOCK_SETUP, IPSOCK_ENOBUFS,
                         strcmp(ipsock_system(), "linux") == 0
                             ? "receive_buffer (net.core.rmem_max)"
                             : "receive_buffer");
            CHECK(IPSOCK_OK, ipsock_get_receive_buffer(pair.sender, &after));
            EQUAL(before, after);
        }
        close_pair(&pair);
    }
}

/* Every field of the configuration with something wrong in it. */
static void check_config(struct ipsock_config *config, int code, const char *field)
{
    struct ipsock_error error;
    struct ipsock_endpoint *s = (struct ipsock_endpoint *)&error;
    config->error = &error;
    CHECK(code, ipsock_open(&s, config));
    assert_null(s);
    CHECK(code, error.code);
    if (error.option == NULL || strcmp(error.option, field) != 0)
        fail_msg("the error names %s, expected %s", error.option != NULL ? error.option : "nothing",
                 field);
}

#define WRONG(kind, change, code, field)                   \
    do {                                                   \
        struct ipsock_config config = config_of(V4, kind); \
        config.change;                                     \
        check_config(&config, code, field);                \
    } while (0)

static void err_02_open_checks_every_field(void **state)
{
    (void)state;
    WRONG(IPSOCK_UDP, family = 5, IPSOCK_EINVAL, "family");
    WRONG(0, protocol = 0, IPSOCK_EINVAL, "kind");
    WRONG(5, protocol = 0, IPSOCK_EINVAL, "kind");
    WRONG(IPSOCK_UDP, protocol = 17, IPSOCK_EINVAL, "protocol");
    WRONG(IPSOCK_RAW, protocol = 0, IPSOCK_EINVAL, "protocol");
    WRONG(IPSOCK_RAW, protocol = 256, IPSOCK_EINVAL, "protocol");
    WRONG(IPSOCK_RAW, protocol = -1, IPSOCK_EINVAL, "protocol");
    WRONG(IPSOCK_UDP, flags = 0x80000000u, IPSOCK_EINVAL, "flags");
    WRONG(IPSOCK_UDP, flags = IPSOCK_OPEN_HEADER_INCLUDED, IPSOCK_EKIND, "header_included");
    WRONG(IPSOCK_UDP, flags = IPSOCK_OPEN_DUAL_STACK, IPSOCK_EKIND, "dual_stack");
    WRONG(IPSOCK_TCP, flags = IPSOCK_OPEN_BROADCAST, IPSOCK_EKIND, "broadcast");
    WRONG(IPSOCK_TCP, flags = IPSOCK_OPEN_REUSE, IPSOCK_EKIND, "reuse");
    WRONG(IPSOCK_UDP, receive_buffer = -1, IPSOCK_EINVAL, "receive_buffer");
    WRONG(IPSOCK_UDP, send_buffer = -1, IPSOCK_EINVAL, "send_buffer");
    WRONG(IPSOCK_TCP, backlog = -1, IPSOCK_EINVAL, "backlog");
    WRONG(IPSOCK_TCP, deadline = -1, IPSOCK_EINVAL, "deadline");
    WRONG(IPSOCK_UDP, receive_control = 0x80000000u, IPSOCK_EINVAL, "receive_control");
    WRONG(IPSOCK_UDP, receive_control = IPSOCK_CONTROL_NEXT_HOP, IPSOCK_EINVAL, "receive_control");
    WRONG(IPSOCK_UDP, send_control = 0x20000000u, IPSOCK_EINVAL, "send_control");
    WRONG(IPSOCK_UDP, send_control = IPSOCK_CONTROL_DESTINATION, IPSOCK_EINVAL, "send_control");
    WRONG(IPSOCK_TCP, receive_control = IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_EKIND, "receive_control");
    WRONG(IPSOCK_TCP, send_control = IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_EKIND, "send_control");
    WRONG(IPSOCK_UDP, local = addr_of("::1"), IPSOCK_EFAMILY, "local");
    WRONG(IPSOCK_UDP, peer = addr_of("::1"), IPSOCK_EFAMILY, "peer");
    WRONG(IPSOCK_UDP, local.family = 9, IPSOCK_EFAMILY, "local");
}

static void err_03_unknown_interface(void **state)
{
    (void)state;
    const uint32_t unknown = 0x00ffff01;
    struct ipsock_interface *list = NULL;
    CHECK(IPSOCK_ENODEV, ipsock_interface_by_index(unknown, &list));
    CHECK(IPSOCK_ENODEV, ipsock_interface_by_name("no-such-if", &list));
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        config.interface_index = unknown;
        struct ipsock_endpoint *s = NULL;
        const int code = ipsock_open(&s, &config);
        assert_null(s);
        if (expected("err-03", "bind-interface").level == EXPECT_ABSENT)
            CHECK(expected("err-03", "bind-interface").error, code);
        else
            CHECK(IPSOCK_ENODEV, code);
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_INTERFACE);
        struct ipsock_control control;
        struct seen seen;
        if (sendable(i, IPSOCK_CONTROL_INTERFACE) == 0) {
            close_pair(&pair);
            continue;
        }
        memset(&control, 0, sizeof control);
        control.valid = IPSOCK_CONTROL_INTERFACE;
        control.interface_index = unknown;
        CHECK(IPSOCK_ENODEV, send_bytes(pair.sender, &pair.to, "x", 1, &control));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_ENODEV, "interface_index");
        check_nothing(pair.receiver);
        exchange(&pair, NULL, &seen);
        close_pair(&pair);
    }
}

/* Bound to the loopback interface, loopback traffic still comes. */
static void err_03_known_interface(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_endpoint *s = NULL;
        config.interface_index = loopback_index();
        if (!expect_code("err-03", "bind-interface", ipsock_open(&s, &config)))
            continue;
        struct pair pair = open_pair(i, 0, 0);
        struct seen seen;
        CHECK(IPSOCK_OK, send_bytes(s, &pair.to, "x", 1, NULL));
        receive(pair.receiver, &seen);
        CHECK(IPSOCK_OK, send_bytes(pair.receiver, &seen.peer, "y", 1, NULL));
        receive(s, &seen);
        EQUAL('y', seen.data[0]);
        ipsock_free(s);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_opt_01_range),
        cmocka_unit_test(v4_opt_02_range),
        cmocka_unit_test(v4_opt_04_tcp_ecn_bits_are_refused),
        cmocka_unit_test(err_07_buffer_range),
        cmocka_unit_test(err_02_open_checks_every_field),
        cmocka_unit_test(err_03_unknown_interface),
        cmocka_unit_test(err_03_known_interface),
    };
    return RUN(tests);
}
