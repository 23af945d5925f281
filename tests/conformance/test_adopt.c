// SPDX-License-Identifier: BSD-2-Clause
/* Sockets that the program already has: adopt, own, borrow, release (ERR-04); life and death of
 * endpoints (ERR-09). */
#include "harness.h"

static struct ipsock_endpoint *adopt(ipsock_handle_t handle, uint32_t flags)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.flags = flags;
    config.error = &error;
    config.kind = IPSOCK_UDP;
    CHECK(IPSOCK_OK, ipsock_adopt(&s, handle, &config));
    assert_non_null(s);
    assert_true(ipsock_handle(s) == handle);
    return s;
}

static void err_04_adopted_sockets_are_described(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_config config;
        struct ipsock_endpoint *s = NULL;
        int kind = 0, family = 0, protocol = -1;
        const ipsock_handle_t udp = system_udp_socket(columns[i].family, true);
        const ipsock_handle_t tcp = system_tcp_listener(columns[i].family);
        s = adopt(udp, IPSOCK_ADOPT_OWN);
        CHECK(IPSOCK_OK, ipsock_describe(s, &kind, &family, &protocol));
        EQUAL(IPSOCK_UDP, kind);
        EQUAL(columns[i].family, family);
        EQUAL(0, protocol);
        CHECK(IPSOCK_OK, ipsock_describe(s, NULL, NULL, NULL));
        ipsock_free(s);
        assert_false(system_is_open(udp));
        ipsock_config_init(&config);
        config.kind = IPSOCK_TCP;
        config.family = columns[i].family;
        config.flags = IPSOCK_ADOPT_OWN | IPSOCK_OPEN_NONBLOCK;
        CHECK(IPSOCK_OK, ipsock_adopt(&s, tcp, &config));
        CHECK(IPSOCK_OK, ipsock_describe(s, &kind, NULL, NULL));
        EQUAL(IPSOCK_TCP, kind);
        CHECK(IPSOCK_EAGAIN, ipsock_accept(s, &(struct ipsock_endpoint *){NULL}, NULL));
        ipsock_free(s);
        assert_false(system_is_open(tcp));
    }
}

/* What the library itself opened, given away, adopts as what it was. */
static void err_04_every_kind_is_recognized(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++) {
            if (!begin_column(i) || (kind == IPSOCK_RAW && !system_is_privileged()) ||
                (kind == IPSOCK_PING && !has_ping(columns[i].family)))
                continue;
            struct ipsock_config config = config_of(i, kind);
            ipsock_handle_t handle;
            int found[3] = {0, 0, 0};
            config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
            struct ipsock_endpoint *s = must_open(&config);
            CHECK(IPSOCK_OK, ipsock_release(s, &handle));
            ipsock_free(s);
            assert_true(system_is_open(handle));
            config.flags = IPSOCK_ADOPT_OWN;
            config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
            CHECK(IPSOCK_OK, ipsock_adopt(&s, handle, &config));
            CHECK(IPSOCK_OK, ipsock_describe(s, &found[0], &found[1], &found[2]));
            EQUAL(kind, found[0]);
            EQUAL(columns[i].family, found[1]);
            EQUAL(kind == IPSOCK_RAW ? PROTOCOL_TEST : 0, found[2]);
            ipsock_free(s);
            assert_false(system_is_open(handle));
        }
    }
}

static void err_04_borrowed_handles_stay_open(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        const ipsock_handle_t udp = system_udp_socket(columns[i].family, true);
        struct ipsock_endpoint *s = adopt(udp, 0);
        CHECK(IPSOCK_OK, ipsock_close(s));
        assert_true(system_is_open(udp));
        ipsock_free(s);
        assert_true(system_is_open(udp));
        /* owned, but given back */
        ipsock_handle_t handle = IPSOCK_INVALID_HANDLE;
        s = adopt(udp, IPSOCK_ADOPT_OWN);
        CHECK(IPSOCK_OK, ipsock_release(s, &handle));
        assert_true(handle == udp);
        CHECK(IPSOCK_ECLOSED, ipsock_close(s));
        ipsock_free(s);
        assert_true(system_is_open(udp));
        system_close(udp);
    }
}

static void err_04_blocking_mode_is_left_as_found(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        for (int blocking = 0; blocking <= 1 && begin_column(i); blocking++) {
            const ipsock_handle_t udp = system_udp_socket(columns[i].family, true);
            struct pair pair = open_pair(i, 0, 0);
            struct ipsock_addr to;
            struct seen seen;
            system_set_blocking(udp, blocking != 0);
            struct ipsock_endpoint *s = adopt(udp, 0);
            EQUAL(blocking, system_is_blocking(udp));
            check_nothing(s); /* also on a blocking socket, nothing waits */
            CHECK(IPSOCK_OK, ipsock_set_deadline(s, ipsock_now() + 20 * MILLISECOND));
            struct ipsock_buffer buffer;
            struct ipsock_message message;
            uint8_t byte;
            ipsock_message_init(&message, &buffer, &byte, 1);
            CHECK(IPSOCK_ETIMEDOUT, ipsock_recv(s, &message, 0));
            CHECK(IPSOCK_OK, ipsock_set_deadline(s, 0));
            CHECK(IPSOCK_OK, send_bytes(s, &pair.to, "x", 1, NULL));
            receive(pair.receiver, &seen);
            CHECK(IPSOCK_OK, ipsock_local_addr(s, &to));
            CHECK(IPSOCK_OK, send_bytes(pair.receiver, &to, "yz", 2, NULL));
            receive(s, &seen);
            EQUAL(2, seen.length);
            EQUAL(blocking, system_is_blocking(udp));
            ipsock_free(s);
            EQUAL(blocking, system_is_blocking(udp));
            system_close(udp);
            close_pair(&pair);
        }
    }
}

static void err_04_borrowed_listener_does_not_block(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        const ipsock_handle_t tcp = system_tcp_listener(columns[i].family);
        struct ipsock_endpoint *s = NULL, *connection = NULL;
        struct ipsock_config config;
        ipsock_config_init(&config);
        assert_true(system_is_blocking(tcp));
        CHECK(IPSOCK_OK, ipsock_adopt(&s, tcp, &config));
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, ipsock_now() + 20 * MILLISECOND));
        CHECK(IPSOCK_ETIMEDOUT, ipsock_accept(s, &connection, NULL));
        assert_null(connection);
        assert_true(system_is_blocking(tcp));
        ipsock_free(s);
        system_close(tcp);
    }
}

/* What the program had switched on stays on; what the configuration asks for comes on top. */
static void err_04_adoption_switches_control(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        const ipsock_handle_t udp = system_udp_socket(columns[i].family, true);
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_config config;
        struct ipsock_endpoint *s = NULL;
        struct ipsock_addr to;
        struct seen seen;
        assert_true(system_enable_timestamps(udp));
        ipsock_config_init(&config);
        config.kind = IPSOCK_UDP;
        config.receive_control = IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_OPAQUE;
        config.send_control = sendable(i, IPSOCK_CONTROL_TRAFFIC_CLASS);
        CHECK(IPSOCK_OK, ipsock_adopt(&s, udp, &config));
        CHECK(IPSOCK_OK, ipsock_local_addr(s, &to));
        uint8_t lent[256];
        struct ipsock_control control;
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        uint8_t byte;
        memset(&control, 0, sizeof control);
        control.opaque = lent;
        control.opaque_capacity = sizeof lent;
        ipsock_message_init(&message, &buffer, &byte, 1);
        message.control = &control;
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &to, "x", 1, NULL));
        CHECK(IPSOCK_OK, ipsock_recv(s, &message, 0));
        EQUAL(config.receive_control, control.valid);
        assert_true(system_has_timestamp(lent, control.opaque_length));
        memset(&control, 0, sizeof control);
        control.valid = config.send_control;
        control.traffic_class = 0x28;
        CHECK(IPSOCK_OK, ipsock_set_receive_control(
                             pair.receiver, delivered(i, IPSOCK_CONTROL_TRAFFIC_CLASS), true));
        CHECK(IPSOCK_OK, send_bytes(s, &pair.to, "x", 1, &control));
        receive(pair.receiver, &seen);
        if (control.valid & seen.control.valid)
            EQUAL(0x28, seen.control.traffic_class);
        ipsock_free(s);
        system_close(udp);
        close_pair(&pair);
    }
}

#define WRONG(change)                                                \
    do {                                                             \
        struct ipsock_endpoint *s = NULL;                            \
        struct ipsock_config config;                                 \
        ipsock_config_init(&config);                                 \
        config.change;                                               \
        CHECK(IPSOCK_EINVAL, ipsock_adopt(&s, udp, &config));        \
        assert_null(s);                                              \
        assert_true(system_is_open(udp) && system_is_blocking(udp)); \
    } while (0)

static void err_04_what_adoption_cannot_do(void **state)
{
    (void)state;
    const ipsock_handle_t udp = system_udp_socket(IPSOCK_IPV4, true);
    WRONG(flags = IPSOCK_OPEN_REUSE);
    WRONG(flags = IPSOCK_OPEN_DUAL_STACK | IPSOCK_ADOPT_OWN);
    WRONG(flags = 0x40000000u);
    WRONG(traffic_class = 4);
    WRONG(hop_limit = 4);
    WRONG(local = ipsock_addr_loopback(IPSOCK_IPV4, 0));
    WRONG(peer = ipsock_addr_loopback(IPSOCK_IPV4, 9));
    WRONG(interface_index = 1);
    WRONG(receive_buffer = 10000);
    WRONG(send_buffer = 10000);
    WRONG(receive_control = 0x80000000u);
    WRONG(send_control = 0x20000000u);
    system_close(udp);
}

static void err_09_handles_are_not_inherited(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        struct pair udp = open_pair(i, 0, 0);
        assert_false(system_is_inherited(ipsock_handle(tcp.sender)));
        assert_false(system_is_inherited(ipsock_handle(tcp.receiver)));
        assert_false(system_is_inherited(ipsock_handle(udp.sender)));
        close_pair(&tcp);
        close_pair(&udp);
    }
}

/* The child of a fork may only close. */
static int use_in_child(void *argument)
{
    struct pair *pair = argument;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    uint8_t byte = 0;
    int value;
    ipsock_message_init(&message, &buffer, &byte, 1);
    if (ipsock_set_hop_limit(pair->sender, 3) != IPSOCK_EFORKED)
        return 1;
    if (ipsock_get_hop_limit(pair->sender, &value) != IPSOCK_EFORKED)
        return 2;
    if (ipsock_set_receive_control(pair->receiver, IPSOCK_CONTROL_HOP_LIMIT, true) !=
        IPSOCK_EFORKED)
        return 3;
    if (ipsock_set_deadline(pair->receiver, 1) != IPSOCK_EFORKED)
        return 4;
    if (ipsock_recv(pair->receiver, &message, 0) != IPSOCK_EFORKED)
        return 5;
    if (ipsock_cancel(pair->receiver) != IPSOCK_EFORKED)
        return 6;
    if (ipsock_close(pair->sender) != IPSOCK_OK)
        return 7;
    ipsock_free(pair->sender);
    ipsock_free(pair->receiver);
    return 0;
}

static void err_09_a_child_may_only_close(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct seen seen;
        EQUAL(0, system_in_child(use_in_child, &pair));
        exchange(&pair, NULL, &seen); /* the parent's endpoints live on */
        close_pair(&pair);
    }
}

static int wait_in_child(void *argument)
{
    struct pair *pair = argument;
    struct burst b = make_burst(1);
    uint32_t bits;
    if (ipsock_recv(pair->sender, b.messages, 0) != IPSOCK_EFORKED)
        return 1;
    if (ipsock_set_hop_limit(pair->sender, 7) != IPSOCK_EFORKED)
        return 2;
    return ipsock_get_receive_control(pair->sender, &bits) != IPSOCK_EFORKED;
}

/* What is ready does not look (endpoint.h); what would have to wait, and every setter, does. */
static void err_09_a_child_may_neither_wait_nor_set(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        EQUAL(0, system_in_child(wait_in_child, &pair));
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_04_adopted_sockets_are_described),
        cmocka_unit_test(err_04_every_kind_is_recognized),
        cmocka_unit_test(err_04_borrowed_handles_stay_open),
        cmocka_unit_test(err_04_blocking_mode_is_left_as_found),
        cmocka_unit_test(err_04_borrowed_listener_does_not_block),
        cmocka_unit_test(err_04_adoption_switches_control),
        cmocka_unit_test(err_04_what_adoption_cannot_do),
        cmocka_unit_test(err_09_handles_are_not_inherited),
        cmocka_unit_test(err_09_a_child_may_only_close),
        cmocka_unit_test(err_09_a_child_may_neither_wait_nor_set),
    };
    return RUN(tests);
}
