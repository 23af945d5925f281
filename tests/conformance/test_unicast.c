// SPDX-License-Identifier: BSD-2-Clause
/* Unicast with per-packet control: V4-UNI, V6-UNI, CM-12, QUIRK-04, QUIRK-09. */
#include "harness.h"

#define HEADER (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT)
#define PACKET (IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE)

static struct ipsock_control control_of(int column, uint32_t fields)
{
    struct ipsock_control c;
    memset(&c, 0, sizeof c);
    c.valid = sendable(column, fields);
    c.traffic_class = IPSOCK_TRAFFIC_CLASS(IPSOCK_DSCP_AF11, IPSOCK_ECN_CE);
    c.hop_limit = 3;
    c.source = addr_of(column == V6 ? "::1" : "127.0.0.1");
    c.interface_index = loopback_index();
    return c;
}

static void rounds(int column)
{
    const uint32_t all = sendable(column, HEADER | PACKET);
    struct pair pair = open_pair(column, 0, all);
    for (int round = 0; round < 3; round++) {
        const bool on = round != 1;
        struct ipsock_control c = control_of(column, HEADER | PACKET);
        struct seen seen;
        c.hop_limit = (uint8_t)(round + 1);
        const uint32_t told = delivered(column, HEADER);
        CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, told, on));
        exchange(&pair, &c, &seen);
        EQUAL(on ? told : 0, seen.control.valid);
        if (!on)
            continue;
        if (told & IPSOCK_CONTROL_TRAFFIC_CLASS)
            EQUAL(c.valid & IPSOCK_CONTROL_TRAFFIC_CLASS ? 0x2b : 0, seen.control.traffic_class);
        check_hops(c.valid & IPSOCK_CONTROL_HOP_LIMIT ? round + 1 : 64, &seen.control);
    }
    close_pair(&pair);
}

static void v4_uni_01_udp_rounds(void **state)
{
    (void)state;
    if (begin_column(V4))
        rounds(V4);
    if (begin_column(MAPPED))
        rounds(MAPPED);
}

static void v6_uni_01_udp_rounds(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    rounds(V6);
}

static void raw_echo(int column)
{
    const int protocol = column == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
    const uint32_t fields = delivered_raw(column, HEADER);
    struct ipsock_endpoint *s = open_raw(column, protocol, 0, sendable_raw(column, HEADER));
    const struct ipsock_addr to = addr_of(columns[column].loopback);
    uint8_t packet[64];
    struct seen seen;
    for (uint16_t round = 0; round < 3; round++) {
        struct ipsock_control c = control_of(column, sendable_raw(column, HEADER));
        CHECK(IPSOCK_OK, ipsock_set_receive_control(s, fields, round != 1));
        const size_t length = make_echo(packet, columns[column].family, 0x1100, round);
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, &c));
        receive_reply(s, columns[column].family, 0x1100, &seen);
        EQUAL(length, seen.length); /* the header is stripped */
        EQUAL(0, seen.data[1]);
        EQUAL(round, seen.data[7]);
        assert_memory_equal(seen.data + 8, "ECHO", 4);
        EQUAL(round != 1 ? fields : 0, seen.control.valid);
        EQUAL(0, seen.peer.port);
    }
    ipsock_free(s);
}

static void v4_uni_02_raw_echo(void **state)
{
    (void)state;
    need_privilege();
    raw_echo(V4);
}

static void v6_uni_02_raw_echo(void **state)
{
    (void)state;
    need_privilege();
    need(has_column(V6), "no IPv6");
    raw_echo(V6);
}

static void v4_uni_02_ping_echo(void **state)
{
    uint8_t packet[64];
    struct seen seen;
    int ran = 0;
    (void)state;
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i) || !has_ping(columns[i].family))
            continue;
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        struct ipsock_endpoint *s = must_open(&config);
        struct ipsock_addr local;
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
        const size_t length = make_echo(packet, columns[i].family, local.port, 5);
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        receive_reply(s, columns[i].family, local.port, &seen);
        EQUAL(length, seen.length);
        EQUAL(5, seen.data[7]);
        ipsock_free(s);
        ran++;
    }
    need(ran > 0, "no ping endpoints");
}

static void v4_uni_03_source_and_interface(void **state)
{
    static const char *const sources[] = {"127.0.0.1", "127.0.0.2", "127.0.0.77"};
    (void)state;
    for (int i = V4; i < COLUMNS; i++) {
        if (i == V6 || !begin_column(i))
            continue;
        const uint32_t all = sendable(i, PACKET);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        config.local = ipsock_addr_any(columns[i].family, 0);
        config.send_control = all;
        struct pair pair = open_pair(i, 0, 0);
        ipsock_free(pair.sender);
        pair.sender = must_open(&config);
        for (size_t k = 0; k < COUNT(sources); k++) {
            const uint32_t parts[] = {all & IPSOCK_CONTROL_SOURCE, all};
            for (size_t n = 0; n < COUNT(parts); n++) {
                struct ipsock_control c = control_of(i, parts[n]);
                struct seen seen;
                const struct ipsock_addr want = addr_of(sources[k]);
                c.source = want;
                if (!(c.valid & IPSOCK_CONTROL_SOURCE))
                    continue;
                exchange(&pair, &c, &seen);
                assert_true(ipsock_addr_same_ip(&seen.peer, &want));
            }
        }
        close_pair(&pair);
    }
}

/* Darwin's kernel unbinds and disconnects a socket that sends with packet info. */
static void quirk_09_packet_info_leaves_the_binding_alone(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t all = sendable(i, PACKET);
        struct pair pair = open_pair(i, 0, all);
        struct ipsock_addr before, after;
        struct ipsock_control c = control_of(i, all);
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_local_addr(pair.sender, &before));
        exchange(&pair, &c, &seen);
        CHECK(IPSOCK_OK, ipsock_local_addr(pair.sender, &after));
        assert_true(ipsock_addr_equal(&before, &after));
        exchange(&pair, NULL, &seen);
        check_addr(&seen.peer, columns[i].loopback);
        EQUAL(before.port, seen.peer.port);
        close_pair(&pair);
    }
}

static void v6_uni_03_control_is_for_one_packet(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t all = sendable(i, HEADER);
        struct pair pair = open_pair(i, HEADER, all);
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 99));
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x40));
        for (int round = 0; round < 3; round++) {
            struct ipsock_control c = control_of(i, HEADER);
            int value;
            exchange(&pair, &c, &seen);
            check_hops(all & IPSOCK_CONTROL_HOP_LIMIT ? 3 : 99, &seen.control);
            if (!(all & IPSOCK_CONTROL_TRAFFIC_CLASS))
                check_class(i, 0x40, &seen.control);
            else if (seen.control.valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
                EQUAL(0x2b, seen.control.traffic_class);
            exchange(&pair, NULL, &seen);
            check_hops(99, &seen.control);
            check_class(i, 0x40, &seen.control);
            CHECK(IPSOCK_OK, ipsock_get_hop_limit(pair.sender, &value));
            EQUAL(99, value);
            /* one field alone: the other keeps the option's value */
            c.valid &= IPSOCK_CONTROL_HOP_LIMIT;
            exchange(&pair, &c, &seen);
            check_class(i, 0x40, &seen.control);
        }
        close_pair(&pair);
    }
}

static void cm_12_zero_on_the_wire(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t all = sendable(i, IPSOCK_CONTROL_TRAFFIC_CLASS);
        struct pair pair = open_pair(i, HEADER, all);
        struct ipsock_control c = control_of(i, IPSOCK_CONTROL_TRAFFIC_CLASS);
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x40));
        c.traffic_class = 0;
        exchange(&pair, &c, &seen);
        check_class(i, all != 0 ? 0 : 0x40, &seen.control);
        close_pair(&pair);
    }
}

static void v6_uni_04_hop_limit_per_probe(void **state)
{
    uint8_t packet[64];
    struct seen seen;
    (void)state;
    need_privilege();
    need(has_column(V6), "no IPv6");
    struct ipsock_endpoint *s =
        open_raw(V6, PROTOCOL_ICMPV6, IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_CONTROL_HOP_LIMIT);
    const struct ipsock_addr to = addr_of("::1");
    for (int hops = 1; hops <= 64; hops++) {
        struct ipsock_control c = control_of(V6, IPSOCK_CONTROL_HOP_LIMIT);
        c.hop_limit = (uint8_t)hops;
        const size_t length = make_echo(packet, IPSOCK_IPV6, 0x6001, (uint16_t)hops);
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, &c));
        do
            receive(s, &seen);
        while (seen.data[0] != 128 || seen.data[7] != hops);
        EQUAL(hops, seen.control.hop_limit);
        receive_reply(s, IPSOCK_IPV6, 0x6001, &seen);
    }
    ipsock_free(s);
}

/* An OSPFv3 hello as x/net's example makes it, to this host. */
static void v6_uni_05_ospf_hello(void **state)
{
    uint8_t hello[36] = {3, 1, 0, 36, 192, 0, 2, 1}; /* version, hello, length, router */
    struct seen seen;
    (void)state;
    need_privilege();
    need(has_column(V6), "no IPv6");
    const uint32_t sent = sendable_raw(V6, HEADER | IPSOCK_CONTROL_INTERFACE);
    const uint32_t fields = delivered_raw(V6, HEADER | IPSOCK_CONTROL_INTERFACE);
    struct ipsock_endpoint *s = open_raw(V6, PROTOCOL_OSPF, fields, sent);
    const struct ipsock_addr to = addr_of("::1");
    struct ipsock_control c = control_of(V6, sent);
    c.traffic_class = 0xc0;
    c.hop_limit = 1;
    const bool sums = expect_code("v6-opt-06", "checksum", ipsock_set_checksum(s, true, 12));
    CHECK(IPSOCK_OK, send_bytes(s, &to, hello, sizeof hello, &c));
    receive(s, &seen);
    EQUAL(fields, seen.control.valid);
    if (fields & IPSOCK_CONTROL_TRAFFIC_CLASS)
        EQUAL(0xc0, seen.control.traffic_class);
    EQUAL(1, seen.control.hop_limit);
    EQUAL(loopback_index(), seen.control.interface_index);
    EQUAL(sizeof hello, seen.length);
    if (!sums) { /* as it was sent */
        assert_memory_equal(seen.data, hello, sizeof hello);
        ipsock_free(s);
        return;
    }
    /* pseudo header: ::1 twice, length, protocol; with its sum in place all adds up to 0 */
    uint8_t sum[40 + sizeof hello] = {
        [15] = 1, [31] = 1, [35] = sizeof hello, [39] = PROTOCOL_OSPF};
    memcpy(sum + 40, seen.data, sizeof hello);
    EQUAL(0, ipsock_checksum(sum, sizeof sum));
    assert_true(seen.data[12] != 0 || seen.data[13] != 0);
    /* too short for the checksum's place */
    CHECK(IPSOCK_EINVAL, send_bytes(s, &to, hello, 13, NULL));
    ipsock_free(s);
}

/* What the endpoint is set to holds for packets with control data, too, which say nothing of it. */
static void sil_14_options_beside_control(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t fields = sendable(i, IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_HOP_LIMIT);
        struct pair pair = open_pair(i, IPSOCK_CONTROL_TRAFFIC_CLASS, fields);
        struct ipsock_control c = control_of(i, fields);
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x4a));
        exchange(&pair, &c, &seen);
        check_class(i, 0x4a, &seen.control);
        exchange(&pair, NULL, &seen);
        check_class(i, 0x4a, &seen.control);
        close_pair(&pair);
    }
}

/* Nor does much opaque control data beside them run over its room. */
static void sil_14_much_opaque_control(void **state)
{
    uint8_t bytes[700];
    size_t length = 0;
    (void)state;
    while (length + system_space(20) <= sizeof bytes)
        length += system_put(bytes + length, SYSTEM_STRANGE_LEVEL, "twenty bytes of it..", 20);
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_OPAQUE);
        struct ipsock_control c;
        memset(&c, 0, sizeof c);
        c.valid = IPSOCK_CONTROL_OPAQUE;
        c.opaque = bytes;
        c.opaque_length = length;
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x4a));
        uint32_t can = 0;
        CHECK(IPSOCK_OK, ipsock_get_send_control(pair.sender, columns[i].traffic, &can));
        const int code = send_bytes(pair.sender, &pair.to, "x", 1, &c);
        if (!(can & IPSOCK_CONTROL_OPAQUE)) /* where none is looked at, none is sent */
            CHECK(IPSOCK_ENOTSUP, code);
        else if (code != IPSOCK_OK) /* the system, or the library beside other fields */
            CHECK(IPSOCK_EINVAL, code);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "y", 1, NULL));
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sil_14_much_opaque_control),
        cmocka_unit_test(sil_14_options_beside_control),
        cmocka_unit_test(v4_uni_01_udp_rounds),
        cmocka_unit_test(v4_uni_02_raw_echo),
        cmocka_unit_test(v4_uni_02_ping_echo),
        cmocka_unit_test(v4_uni_03_source_and_interface),
        cmocka_unit_test(v6_uni_01_udp_rounds),
        cmocka_unit_test(v6_uni_02_raw_echo),
        cmocka_unit_test(v6_uni_03_control_is_for_one_packet),
        cmocka_unit_test(v6_uni_04_hop_limit_per_probe),
        cmocka_unit_test(v6_uni_05_ospf_hello),
        cmocka_unit_test(cm_12_zero_on_the_wire),
        cmocka_unit_test(quirk_09_packet_info_leaves_the_binding_alone),
    };
    return RUN(tests);
}
