// SPDX-License-Identifier: BSD-2-Clause
/* Delivery of control data: CM-12, CM-15 to CM-24, QUIRK-01. */
#include "harness.h"

#define PACKET (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE)
#define HEADER (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT)
#define ALL    (PACKET | HEADER | IPSOCK_CONTROL_SOURCE)

static void check_delivery(int column, struct pair *pair, uint32_t fields)
{
    struct ipsock_addr local;
    struct seen seen;
    fields = delivered(column, fields);
    exchange(pair, NULL, &seen);
    EQUAL(fields, seen.control.valid);
    EQUAL(0, seen.flags);
    CHECK(IPSOCK_OK, ipsock_local_addr(pair->sender, &local));
    EQUAL(local.port, seen.peer.port);
    if (fields & IPSOCK_CONTROL_DESTINATION)
        check_addr(&seen.control.destination, columns[column].loopback);
    if (fields & IPSOCK_CONTROL_INTERFACE)
        EQUAL(loopback_index(), seen.control.interface_index);
    if (fields & IPSOCK_CONTROL_SOURCE) {
        check_addr(&seen.control.source, columns[column].loopback);
        EQUAL(0, seen.control.source.port);
    }
    check_hops(60, &seen.control);
    check_class(column, 0x70, &seen.control);
}

static void mark(struct pair *pair)
{
    CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair->sender, 60));
    CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair->sender, 0x70));
}

static void cm_20_switching_delivery(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        mark(&pair);
        check_delivery(i, &pair, 0);
        for (int round = 0; round < 2; round++) {
            const uint32_t fields = delivered(i, ALL);
            uint32_t now = 99;
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, fields, true));
            CHECK(IPSOCK_OK, ipsock_get_receive_control(pair.receiver, &now));
            EQUAL(fields, now);
            check_delivery(i, &pair, fields);
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, fields, false));
            CHECK(IPSOCK_OK, ipsock_get_receive_control(pair.receiver, &now));
            EQUAL(0, now);
            check_delivery(i, &pair, 0);
        }
        close_pair(&pair);
    }
}

static void cm_20_each_field_alone(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        mark(&pair);
        for (uint32_t bit = 1; bit <= ALL; bit <<= 1) {
            if (!(bit & delivered(i, ALL & ~IPSOCK_CONTROL_SOURCE)))
                continue;
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, bit, true));
            check_delivery(i, &pair, bit);
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, bit, false));
        }
        check_delivery(i, &pair, 0);
        close_pair(&pair);
    }
}

/* Bytes of the system's own control data with one datagram. */
static size_t opaque_of(struct pair *pair)
{
    uint8_t lent[512], byte;
    struct ipsock_control control;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    memset(&control, 0, sizeof control);
    control.opaque = lent;
    control.opaque_capacity = sizeof lent;
    ipsock_message_init(&message, &buffer, &byte, 1);
    message.control = &control;
    CHECK(IPSOCK_OK, ipsock_set_deadline(pair->receiver, soon()));
    CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, "x", 1, NULL));
    CHECK(IPSOCK_OK, ipsock_recv(pair->receiver, &message, 0));
    return control.valid & IPSOCK_CONTROL_OPAQUE ? control.opaque_length : 0;
}

/* What is switched off the system leaves out, too. */
static void cm_20_off_is_off_below(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, IPSOCK_CONTROL_OPAQUE, 0);
        const size_t before = opaque_of(&pair);
        for (uint32_t bit = 1; bit <= ALL; bit <<= 1) {
            if (!(bit & delivered(i, ALL & ~IPSOCK_CONTROL_SOURCE)))
                continue;
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, bit, true));
            assert_true(opaque_of(&pair) > before);
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, bit, false));
            EQUAL(before, opaque_of(&pair));
        }
        close_pair(&pair);
    }
}

/* In force from the first packet on, not only after a call. */
static void cm_20_from_the_configuration(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, delivered(i, ALL), 0);
        mark(&pair);
        check_delivery(i, &pair, ALL);
        close_pair(&pair);
    }
}

static void quirk_01_one_option_serves_two_fields(void **state)
{
    static const uint32_t order[][2] = {{IPSOCK_CONTROL_DESTINATION, IPSOCK_CONTROL_INTERFACE},
                                        {IPSOCK_CONTROL_INTERFACE, IPSOCK_CONTROL_DESTINATION}};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (size_t k = 0; k < COUNT(order); k++) {
            struct pair pair = open_pair(i, delivered(i, PACKET), 0);
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, order[k][0], false));
            check_delivery(i, &pair, order[k][1]);
            CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, order[k][1], false));
            check_delivery(i, &pair, 0);
            close_pair(&pair);
        }
    }
}

static void cm_21_a_failure_changes_nothing(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        uint32_t now = 99;
        mark(&pair);
        CHECK(IPSOCK_EINVAL,
              ipsock_set_receive_control(pair.receiver, HEADER | IPSOCK_CONTROL_NEXT_HOP, true));
        check_option(pair.receiver, IPSOCK_SETUP, IPSOCK_EINVAL, "receive_control");
        check_delivery(i, &pair, 0);
        if (i == V4) { /* no system has path MTU notices of IPv4 */
            CHECK(IPSOCK_ENOTSUP, ipsock_set_receive_control(
                                      pair.receiver, HEADER | IPSOCK_CONTROL_PATH_MTU, true));
            check_delivery(i, &pair, 0);
        }
        CHECK(IPSOCK_OK, ipsock_get_receive_control(pair.receiver, &now));
        EQUAL(0, now);
        close_pair(&pair);
    }
}

static void cm_18_source_is_the_peer(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t with = delivered(i, IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE);
        struct pair pair = open_pair(i, with, 0);
        mark(&pair);
        check_delivery(i, &pair, with);
        /* alone it needs no control data; off, nothing is left */
        CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver,
                                                    delivered(i, IPSOCK_CONTROL_HOP_LIMIT), false));
        check_delivery(i, &pair, IPSOCK_CONTROL_SOURCE);
        CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver,
                                                    delivered(i, IPSOCK_CONTROL_HEADER), false));
        check_delivery(i, &pair, 0);
        close_pair(&pair);
    }
}

static void cm_19_no_control_no_fields(void **state)
{
    struct seen seen;
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair udp = open_pair(i, 0, 0);
        struct pair tcp = open_stream(i);
        exchange(&udp, NULL, &seen);
        EQUAL(0, seen.control.valid);
        CHECK(IPSOCK_OK, send_bytes(tcp.sender, NULL, "x", 1, NULL));
        receive(tcp.receiver, &seen);
        EQUAL(0, seen.control.valid);
        close_pair(&udp);
        close_pair(&tcp);
    }
}

/* A receive sets valid and the fields that it names; the others it leaves alone. */
static void quirk_02_only_named_fields_are_written(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, delivered(i, IPSOCK_CONTROL_HOP_LIMIT), 0);
        struct ipsock_control control, before;
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        uint8_t byte;
        memset(&control, 0x5a, sizeof control);
        before = control;
        ipsock_message_init(&message, &buffer, &byte, 1);
        message.control = &control;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "x", 1, NULL));
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, 0));
        EQUAL(delivered(i, IPSOCK_CONTROL_HOP_LIMIT), control.valid);
        EQUAL(before.traffic_class, control.traffic_class);
        EQUAL(before.path_mtu, control.path_mtu);
        EQUAL(before.segment_size, control.segment_size);
        EQUAL(before.dont_fragment, control.dont_fragment);
        EQUAL(before.opaque_length, control.opaque_length);
        assert_ptr_equal(before.opaque, control.opaque);
        EQUAL(0, memcmp(&before.source, &control.source, sizeof before.source));
        EQUAL(0, memcmp(&before.next_hop, &control.next_hop, sizeof before.next_hop));
        close_pair(&pair);
    }
}

static void cm_15_raw_and_ping_deliver(void **state)
{
    uint8_t packet[64];
    struct seen seen;
    (void)state;
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        for (int kind = IPSOCK_RAW; kind <= IPSOCK_PING; kind++) {
            struct ipsock_config config = config_of(i, kind);
            const struct ipsock_addr to = addr_of(columns[i].loopback);
            if (kind == IPSOCK_RAW ? !system_is_privileged() : !has_ping(columns[i].family))
                continue;
            if (kind == IPSOCK_RAW)
                config.protocol = i == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
            const uint32_t all = delivered_raw(i, ALL);
            struct ipsock_endpoint *s = NULL;
            struct ipsock_addr local;
            config.receive_control = ALL;
            if (all != ALL)
                CHECK(IPSOCK_ENOTSUP, ipsock_open(&s, &config));
            config.receive_control = all;
            s = must_open(&config);
            CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
            const uint16_t id = kind == IPSOCK_PING ? local.port : 0x7a7a;
            const size_t length = make_echo(packet, columns[i].family, id, 1);
            CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
            receive_reply(s, columns[i].family, id, &seen);
            EQUAL(length, seen.length); /* no IP header in front */
            EQUAL(all, seen.control.valid);
            EQUAL(64, seen.control.hop_limit);
            check_addr(&seen.control.destination, columns[i].loopback);
            check_addr(&seen.control.source, columns[i].loopback);
            EQUAL(loopback_index(), seen.control.interface_index);
            ipsock_free(s);
        }
    }
}

/* One wildcard endpoint tells the addresses that it was asked at. */
static void cm_24_destinations_are_told_apart(void **state)
{
    static const struct {
        const char *to, *seen;
    } cases[] = {{"127.0.0.1", "127.0.0.1"},
                 {"127.0.0.2", "127.0.0.2"},
                 {"127.255.255.255", "127.255.255.255"}};
    (void)state;
    for (int i = V4; i < COLUMNS; i++) {
        if (i == V6 || !begin_column(i))
            continue;
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        config.local = ipsock_addr_any(columns[i].family, 0);
        config.receive_control = delivered(i, PACKET);
        struct ipsock_endpoint *receiver = must_open(&config);
        config.flags |= IPSOCK_OPEN_BROADCAST;
        struct ipsock_endpoint *sender = must_open(&config);
        struct ipsock_addr local;
        CHECK(IPSOCK_OK, ipsock_local_addr(receiver, &local));
        for (size_t k = 0; k < COUNT(cases); k++) {
            struct ipsock_addr to = addr_of(cases[k].to), want = addr_of(cases[k].seen);
            struct seen seen;
            if (k == 2 && expected("cm-24", "loopback-broadcast").level == EXPECT_ABSENT)
                continue;
            to.port = local.port;
            CHECK(IPSOCK_OK, send_bytes(sender, &to, "x", 1, NULL));
            receive(receiver, &seen);
            EQUAL(delivered(i, PACKET), seen.control.valid);
            if (seen.control.valid & IPSOCK_CONTROL_DESTINATION)
                assert_true(ipsock_addr_same_ip(&seen.control.destination, &want));
        }
        ipsock_free(sender);
        ipsock_free(receiver);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_20_switching_delivery),
        cmocka_unit_test(cm_20_each_field_alone),
        cmocka_unit_test(cm_20_off_is_off_below),
        cmocka_unit_test(cm_20_from_the_configuration),
        cmocka_unit_test(quirk_01_one_option_serves_two_fields),
        cmocka_unit_test(quirk_02_only_named_fields_are_written),
        cmocka_unit_test(cm_15_raw_and_ping_deliver),
        cmocka_unit_test(cm_18_source_is_the_peer),
        cmocka_unit_test(cm_19_no_control_no_fields),
        cmocka_unit_test(cm_21_a_failure_changes_nothing),
        cmocka_unit_test(cm_24_destinations_are_told_apart),
    };
    return RUN(tests);
}
