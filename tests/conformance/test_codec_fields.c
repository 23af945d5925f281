// SPDX-License-Identifier: BSD-2-Clause
/* The control codec, field by field: CM-10 to CM-16, CM-23, QUIRK-02, QUIRK-08. */
#include "harness.h"

static const uint8_t host4[4] = {127, 0, 0, 9};
static const uint8_t host6[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};

static void clear(struct ipsock_control *c, uint32_t valid)
{
    memset(c, 0, sizeof *c);
    c->valid = valid;
}

/* Messages in an encoded buffer, by kind; at most 8. */
struct listing {
    enum system_message what[8];
    size_t count;
    int code;
};

static struct listing encode(const struct ipsock_control *c, int family)
{
    _Alignas(max_align_t) uint8_t bytes[SYSTEM_MESSAGE_MAX];
    struct listing list = {{0}, 0, 0};
    size_t length = 0, offset = 0, payload;
    list.code = ipsock_control_encode(c, family, bytes, sizeof bytes, &length);
    if (list.code < 0)
        return list;
    while (list.count < COUNT(list.what) &&
           system_next(bytes, length, &offset, &list.what[list.count], &payload))
        list.count++;
    EQUAL(length, offset);
    return list;
}

static void cm_10_source_and_interface_share_a_message(void **state)
{
    struct ipsock_control c;
    (void)state;
    if (expected("cm-10", "interface-v4").level == EXPECT_ABSENT)
        return;
    const uint32_t combinations[] = {IPSOCK_CONTROL_SOURCE, IPSOCK_CONTROL_INTERFACE,
                                     IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE};
    for (size_t i = 0; i < COUNT(combinations); i++) {
        clear(&c, combinations[i]);
        c.source = addr_of("127.0.0.1");
        c.interface_index = 1;
        const struct listing list = encode(&c, IPSOCK_IPV4);
        CHECK(IPSOCK_OK, list.code);
        EQUAL(1, list.count);
        EQUAL(SYSTEM_PACKET_INFO4, list.what[0]);
    }
}

static void cm_10_only_ipv4_sources(void **state)
{
    struct ipsock_control c;
    (void)state;
    clear(&c, IPSOCK_CONTROL_SOURCE);
    /* where the message is absent, that is what is told */
    const bool mapped = sendable(MAPPED, IPSOCK_CONTROL_SOURCE) != 0;
    c.source = addr_of("2001:db8::1");
    CHECK(IPSOCK_EFAMILY, encode(&c, IPSOCK_IPV4).code);
    CHECK(IPSOCK_EFAMILY, encode(&c, IPSOCK_IPV4_MAPPED).code);
    c.source = addr_of("::ffff:127.0.0.1");
    CHECK(IPSOCK_EFAMILY, encode(&c, IPSOCK_IPV4).code);
    CHECK(mapped ? IPSOCK_OK : IPSOCK_ENOTSUP, encode(&c, IPSOCK_IPV4_MAPPED).code);
    c.source = addr_of("127.0.0.1");
    CHECK(mapped ? IPSOCK_OK : IPSOCK_ENOTSUP, encode(&c, IPSOCK_IPV4_MAPPED).code);
    memset(&c.source, 0, sizeof c.source);
    CHECK(IPSOCK_EFAMILY, encode(&c, IPSOCK_IPV4).code);
}

static void cm_11_order_of_ipv6_messages(void **state)
{
    static const enum system_message want[] = {SYSTEM_TRAFFIC_CLASS6, SYSTEM_HOP_LIMIT6,
                                               SYSTEM_PACKET_INFO6};
    struct ipsock_control c;
    (void)state;
    clear(&c, IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE |
                  IPSOCK_CONTROL_INTERFACE);
    c.hop_limit = 1;
    c.source = addr_of("2001:db8::1");
    c.interface_index = 1;
    const struct listing list = encode(&c, IPSOCK_IPV6);
    CHECK(IPSOCK_OK, list.code);
    EQUAL(COUNT(want), list.count);
    for (size_t i = 0; i < COUNT(want); i++)
        EQUAL(want[i], list.what[i]);
    c.source = addr_of("::ffff:127.0.0.1");
    CHECK(IPSOCK_EFAMILY, encode(&c, IPSOCK_IPV6).code);
    c.source = addr_of("127.0.0.1");
    CHECK(IPSOCK_EFAMILY, encode(&c, IPSOCK_IPV6).code);
}

static void cm_11_next_hop(void **state)
{
    struct ipsock_control c;
    (void)state;
    clear(&c, IPSOCK_CONTROL_NEXT_HOP);
    c.next_hop = addr_of("2001:db8::fe");
    const struct listing list = encode(&c, IPSOCK_IPV6);
    if (expect_code("cm-11", "next-hop", list.code))
        EQUAL(1, list.count);
    c.next_hop = addr_of("192.0.2.1");
    CHECK(IPSOCK_EFAMILY, encode(&c, IPSOCK_IPV6).code);
}

static void quirk_04_what_cannot_be_sent_is_told(void **state)
{
    static const struct {
        const char *what;
        int family;
        uint32_t field;
    } cases[] = {
        {"encode-dont-fragment-v4", IPSOCK_IPV4, IPSOCK_CONTROL_DONT_FRAGMENT},
        {"encode-dont-fragment-mapped", IPSOCK_IPV4_MAPPED, IPSOCK_CONTROL_DONT_FRAGMENT},
        {"encode-next-hop-v4", IPSOCK_IPV4, IPSOCK_CONTROL_NEXT_HOP},
        {"encode-next-hop-mapped", IPSOCK_IPV4_MAPPED, IPSOCK_CONTROL_NEXT_HOP},
        {"encode-hop-limit-v4", IPSOCK_IPV4, IPSOCK_CONTROL_HOP_LIMIT},
        {"encode-traffic-class-v4", IPSOCK_IPV4, IPSOCK_CONTROL_TRAFFIC_CLASS},
        {"encode-source-v4", IPSOCK_IPV4, IPSOCK_CONTROL_SOURCE},
        {"encode-interface-v4", IPSOCK_IPV4, IPSOCK_CONTROL_INTERFACE},
        {"encode-hop-limit-v6", IPSOCK_IPV6, IPSOCK_CONTROL_HOP_LIMIT},
        {"encode-dont-fragment-v6", IPSOCK_IPV6, IPSOCK_CONTROL_DONT_FRAGMENT},
    };
    struct ipsock_control c;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        clear(&c, cases[i].field);
        c.hop_limit = 1;
        c.interface_index = 1;
        c.source = addr_of("127.0.0.1");
        c.next_hop = addr_of("2001:db8::fe");
        expect_code("quirk-04", cases[i].what, encode(&c, cases[i].family).code);
    }
}

static void cm_12_zero_is_a_value(void **state)
{
    struct ipsock_control c;
    (void)state;
    clear(&c, IPSOCK_CONTROL_TRAFFIC_CLASS);
    const struct listing six = encode(&c, IPSOCK_IPV6);
    EQUAL(1, six.count);
    EQUAL(SYSTEM_TRAFFIC_CLASS6, six.what[0]);
    if (expected("quirk-04", "encode-traffic-class-v4").level != EXPECT_ABSENT)
        EQUAL(1, encode(&c, IPSOCK_IPV4).count);
}

static size_t space_of(int family, uint32_t bits)
{
    size_t space = 99;
    CHECK(IPSOCK_OK, ipsock_control_space(family, bits, &space));
    return space;
}

static void cm_13_space_ipv4(void **state)
{
    const uint32_t info = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    (void)state;
    EQUAL(0, space_of(IPSOCK_IPV4, 0));
    const size_t hops = space_of(IPSOCK_IPV4, IPSOCK_CONTROL_HOP_LIMIT);
    assert_true(hops >= system_space(1) && hops <= system_space(4));
    if (expected("cm-13", "one-packet-info").level == EXPECT_WORKS) {
        uint8_t payload[64];
        const size_t slot = system_space(system_packet_info4(payload, host4, 1));
        EQUAL(slot, space_of(IPSOCK_IPV4, IPSOCK_CONTROL_DESTINATION));
        EQUAL(slot, space_of(IPSOCK_IPV4, IPSOCK_CONTROL_INTERFACE));
        EQUAL(slot, space_of(IPSOCK_IPV4, info));
        EQUAL(slot + hops, space_of(IPSOCK_IPV4, info | IPSOCK_CONTROL_HOP_LIMIT));
    }
    assert_true(space_of(IPSOCK_IPV4, info) > 0);
}

static void cm_14_space_ipv6(void **state)
{
    (void)state;
    EQUAL(0, space_of(IPSOCK_IPV6, 0));
    EQUAL(system_space(4), space_of(IPSOCK_IPV6, IPSOCK_CONTROL_HOP_LIMIT));
    EQUAL(system_space(4), space_of(IPSOCK_IPV6, IPSOCK_CONTROL_TRAFFIC_CLASS));
    EQUAL(2 * system_space(4),
          space_of(IPSOCK_IPV6, IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT));
    if (expected("cm-17", "path-mtu-notice").level != EXPECT_ABSENT)
        EQUAL(system_space(32), space_of(IPSOCK_IPV6, IPSOCK_CONTROL_PATH_MTU));
    /* packet info also carries what a path MTU message says; a buffer for the first holds both */
    assert_true(space_of(IPSOCK_IPV6, IPSOCK_CONTROL_DESTINATION) >= system_space(20));
    EQUAL(space_of(IPSOCK_IPV6, IPSOCK_CONTROL_DESTINATION),
          space_of(IPSOCK_IPV6, IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE));
}

/* Integers are accepted in every width, from their own bytes: not the first byte of an int. */
static void cm_15_widths(void **state)
{
    static const struct {
        enum system_message what;
        uint32_t field;
    } cases[] = {{SYSTEM_HOP_LIMIT4, IPSOCK_CONTROL_HOP_LIMIT},
                 {SYSTEM_TRAFFIC_CLASS4, IPSOCK_CONTROL_TRAFFIC_CLASS},
                 {SYSTEM_HOP_LIMIT6, IPSOCK_CONTROL_HOP_LIMIT},
                 {SYSTEM_TRAFFIC_CLASS6, IPSOCK_CONTROL_TRAFFIC_CLASS}};
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    struct ipsock_control c;
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (cases[i].what == SYSTEM_TRAFFIC_CLASS4 &&
            delivered(V4, IPSOCK_CONTROL_TRAFFIC_CLASS) == 0)
            continue; /* no such message */
        for (int value = 0; value <= 255; value++) {
            const uint8_t byte = (uint8_t)value;
            for (int wide = 0; wide <= 1; wide++) {
                const size_t n = wide ? sizeof value : sizeof byte;
                const size_t length =
                    system_put(stream, cases[i].what, wide ? (const void *)&value : &byte, n);
                clear(&c, 0);
                CHECK(IPSOCK_OK,
                      ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
                EQUAL(cases[i].field, c.valid);
                EQUAL(value, c.valid == IPSOCK_CONTROL_HOP_LIMIT ? c.hop_limit : c.traffic_class);
            }
        }
    }
}

static void quirk_08_hop_limit_of_four_bytes(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    struct ipsock_control c;
    const int outside[] = {256, -1, 0x7fffffff, 0x40000000};
    (void)state;
    for (size_t i = 0; i < COUNT(outside); i++) {
        /* no octet: skipped, and not cut to its low byte */
        const size_t length = system_put(stream, SYSTEM_HOP_LIMIT4, &outside[i], 4);
        CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
        EQUAL(0, c.valid);
    }
}

static void quirk_02_no_value_survives(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX], payload[64];
    struct ipsock_control c;
    const int hops = 5, tclass = 6;
    (void)state;
    const size_t n = system_packet_info4(payload, host4, 3);
    size_t length = system_put(stream, SYSTEM_PACKET_INFO4, payload, n);
    length += system_put(stream + length, SYSTEM_HOP_LIMIT4, &hops, 4);
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    EQUAL(IPSOCK_CONTROL_DESTINATION | (n > 4 ? IPSOCK_CONTROL_INTERFACE : 0) |
              IPSOCK_CONTROL_HOP_LIMIT, /* FreeBSD's message is the address alone */
          c.valid);
    check_addr(&c.destination, "127.0.0.9");
    length = system_put(stream, SYSTEM_TRAFFIC_CLASS6, &tclass, 4);
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    EQUAL(IPSOCK_CONTROL_TRAFFIC_CLASS, c.valid);
    CHECK(IPSOCK_OK, ipsock_control_decode(NULL, 0, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    EQUAL(0, c.valid);
}

static void cm_16_interface_and_destination(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX], payload[64];
    struct ipsock_control c;
    uint8_t scoped[16] = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    (void)state;
    size_t n = system_packet_info6(payload, scoped, 1);
    size_t length = system_put(stream, SYSTEM_PACKET_INFO6, payload, n);
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    EQUAL(IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE, c.valid);
    EQUAL(1, c.destination.scope);              /* a link-local address says little without it */
    n = system_packet_info6(payload, host6, 0); /* no interface is no value */
    length = system_put(stream, SYSTEM_PACKET_INFO6, payload, n);
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    EQUAL(IPSOCK_CONTROL_DESTINATION, c.valid);
    EQUAL(0, c.destination.scope);
}

/* Each of the messages by which a system tells them, whether its sockets ask for it or not. */
static void cm_16_destination_and_interface_alone(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    struct ipsock_control c;
    (void)state;
    const size_t length = system_alone4(stream, host4, 3);
    need(length != 0, "one message has both here");
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    EQUAL(IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE, c.valid);
    check_addr(&c.destination, "127.0.0.9");
    EQUAL(3, c.interface_index);
}

static void cm_17_path_mtu_message(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX], payload[64];
    struct ipsock_control c;
    (void)state;
    const size_t n = system_path_mtu6(payload, host6, 7, 1400);
    const size_t length = system_put(stream, SYSTEM_PATH_MTU6, payload, n);
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    if (expected("cm-17", "path-mtu-notice").level == EXPECT_ABSENT) {
        EQUAL(0, c.valid); /* a stranger */
        return;
    }
    EQUAL(IPSOCK_CONTROL_PATH_MTU | IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE, c.valid);
    EQUAL(1400, c.path_mtu);
    EQUAL(7, c.interface_index);
    EQUAL(0, memcmp(c.destination.ip, host6, 16));
}

static void cm_23_text(void **state)
{
    char text[IPSOCK_CONTROL_TEXT];
    struct ipsock_control c;
    (void)state;
    clear(&c, IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DESTINATION |
                  IPSOCK_CONTROL_INTERFACE);
    c.traffic_class = 0x28;
    c.hop_limit = 64;
    c.destination = addr_of("192.0.2.1");
    c.interface_index = 2;
    CHECK(IPSOCK_OK, ipsock_control_format(&c, text, sizeof text));
    assert_string_equal(text, "tclass=0x28 hoplim=64 dst=192.0.2.1 ifindex=2");
    CHECK(IPSOCK_OK, ipsock_control_format(NULL, text, sizeof text));
    assert_string_equal(text, "<nil>");
    CHECK(IPSOCK_EINVAL, ipsock_control_format(&c, NULL, 100));
    clear(&c, 0x3ff);
    c.source = c.destination = c.next_hop = addr_of("2001:db8:1111:2222:3333:4444:5555:6666%1");
    c.interface_index = c.path_mtu = c.segment_size = UINT32_MAX;
    c.opaque_length = SIZE_MAX;
    CHECK(IPSOCK_OK, ipsock_control_format(&c, text, sizeof text));
    assert_null(strchr(text, ','));
    for (size_t size = 0; size <= strlen(text); size++) {
        char *small = malloc(size != 0 ? size : 1);
        CHECK(IPSOCK_ENOSPC, ipsock_control_format(&c, small, size));
        free(small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_10_source_and_interface_share_a_message),
        cmocka_unit_test(cm_10_only_ipv4_sources),
        cmocka_unit_test(cm_11_order_of_ipv6_messages),
        cmocka_unit_test(cm_11_next_hop),
        cmocka_unit_test(quirk_04_what_cannot_be_sent_is_told),
        cmocka_unit_test(cm_12_zero_is_a_value),
        cmocka_unit_test(cm_13_space_ipv4),
        cmocka_unit_test(cm_14_space_ipv6),
        cmocka_unit_test(cm_15_widths),
        cmocka_unit_test(quirk_08_hop_limit_of_four_bytes),
        cmocka_unit_test(quirk_02_no_value_survives),
        cmocka_unit_test(cm_16_interface_and_destination),
        cmocka_unit_test(cm_16_destination_and_interface_alone),
        cmocka_unit_test(cm_17_path_mtu_message),
        cmocka_unit_test(cm_23_text),
    };
    return RUN(tests);
}
