// SPDX-License-Identifier: BSD-2-Clause
/* Edges: fields asked of the codec, shared ports, headers read twice, don't-fragment packet by
 * packet. */
#include "harness.h"

static void cm_08_only_fields_asked_for_are_decoded(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    struct ipsock_control c;
    const int hops = 9, tclass = 7;
    (void)state;
    size_t length = system_put(stream, SYSTEM_HOP_LIMIT6, &hops, 4);
    length += system_put(stream + length, SYSTEM_TRAFFIC_CLASS6, &tclass, 4);
    memset(&c, 0x5a, sizeof c);
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_TRAFFIC_CLASS, &c));
    EQUAL(IPSOCK_CONTROL_TRAFFIC_CLASS, c.valid);
    EQUAL(7, c.traffic_class);
    CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, 0, 0, &c));
    EQUAL(0, c.valid);
    CHECK(IPSOCK_EINVAL, ipsock_control_decode(stream, length, 0, 0x80000000u, &c));
    CHECK(IPSOCK_EINVAL, ipsock_control_decode(stream, length, 0, IPSOCK_CONTROL_NEXT_HOP, &c));
}

static void v4_mc_19_ports_can_be_shared(void **state)
{
    (void)state;
    for (int i = V4; i < COLUMNS; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_addr local;
        struct ipsock_endpoint *third = NULL;
        config.flags |= IPSOCK_OPEN_REUSE;
        struct ipsock_endpoint *first = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_local_addr(first, &local));
        config.local.port = local.port;
        struct ipsock_endpoint *second = must_open(&config);
        config.flags &= ~IPSOCK_OPEN_REUSE; /* all of them must ask for it */
        CHECK(IPSOCK_EADDRINUSE, ipsock_open(&third, &config));
        ipsock_free(first);
        ipsock_free(second);
    }
}

/* Windows would give the loopback address away, beside a wildcard that did not ask for itself
 * alone. */
static void v4_mc_19_ports_are_not_shared_unasked(void **state)
{
    (void)state;
    for (int i = V4; i < COLUMNS; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_endpoint *second = NULL;
        struct ipsock_addr local;
        config.local = ipsock_addr_any(columns[i].family, 0);
        struct ipsock_endpoint *first = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_local_addr(first, &local));
        config.local = addr_of(columns[i].loopback);
        config.local.port = local.port;
        CHECK(IPSOCK_EADDRINUSE, ipsock_open(&second, &config));
        ipsock_free(first);
    }
}

static void cm_24_broadcasts_are_marked(void **state)
{
    const uint32_t fields = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    (void)state;
    struct ipsock_config config = config_of(V4, IPSOCK_UDP);
    struct ipsock_addr local;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    config.receive_control = fields;
    struct ipsock_endpoint *receiver = must_open(&config);
    config.flags |= IPSOCK_OPEN_BROADCAST;
    struct ipsock_endpoint *sender = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_local_addr(receiver, &local));
    for (int broadcast = 0; broadcast <= 1; broadcast++) {
        struct ipsock_addr to = addr_of(broadcast ? "127.255.255.255" : "127.0.0.3");
        struct seen seen;
        if (broadcast && expected("cm-24", "loopback-broadcast").level == EXPECT_ABSENT)
            continue;
        to.port = local.port;
        CHECK(IPSOCK_OK, send_bytes(sender, &to, "x", 1, NULL));
        receive(receiver, &seen);
        EQUAL(fields, seen.control.valid);
        EQUAL(broadcast, seen.control.broadcast);
    }
    ipsock_free(sender);
    ipsock_free(receiver);
}

static void quirk_03_no_options_survive_in_a_header(void **state)
{
    struct ipsock_ipv4_header header;
    uint8_t bytes[24] = {0x46, 0,   0, 24, 0, 0, 0, 0, 1, PROTOCOL_TEST, 0, 0, 127, 0, 0,
                         1,    127, 0, 0,  1, 1, 1, 1, 0};
    size_t written = 0;
    (void)state;
    CHECK(IPSOCK_OK, ipsock_ipv4_header_parse(&header, bytes, 24, IPSOCK_ORDER_WIRE));
    EQUAL(4, header.options_length);
    EQUAL(24, header.header_length);
    bytes[0] = 0x45;
    bytes[3] = 20;
    CHECK(IPSOCK_OK, ipsock_ipv4_header_parse(&header, bytes, 20, IPSOCK_ORDER_WIRE));
    EQUAL(0, header.options_length);
    EQUAL(20, header.header_length);
    for (uint8_t wrong = 1; wrong < 4; wrong++) { /* no multiple of 4 */
        header.options_length = wrong;
        CHECK(IPSOCK_EOPTLEN, ipsock_ipv4_header_marshal(&header, bytes, sizeof bytes, &written,
                                                         IPSOCK_ORDER_WIRE));
    }
    header.options_length = 44;
    CHECK(IPSOCK_EOPTLEN,
          ipsock_ipv4_header_marshal(&header, bytes, sizeof bytes, &written, IPSOCK_ORDER_WIRE));
}

/* IPv4 has no control message for it anywhere: the option is set around the packet. */
static void quirk_04_dont_fragment_packet_by_packet(void **state)
{
    struct ipsock_endpoint *s = NULL;
    (void)state;
    need_privilege();
    need(raw_hears_transports(), "raw sockets do not hear UDP here");
    struct ipsock_config config = config_of(V4, IPSOCK_UDP);
    config.send_control = IPSOCK_CONTROL_DONT_FRAGMENT;
    if (!expect_code("quirk-04", "dont-fragment-v4", ipsock_open(&s, &config)))
        return;
    struct ipsock_endpoint *watch = open_raw(V4, 17, 0, 0);
    struct pair pair = open_pair(V4, 0, 0);
    struct burst in = make_burst(1);
    CHECK(IPSOCK_OK, ipsock_set_dont_fragment(s, false));
    CHECK(IPSOCK_OK, ipsock_set_deadline(watch, soon()));
    for (int round = 0; round < 6; round++) {
        struct ipsock_control c;
        struct ipsock_ipv4_header header;
        uint32_t done = 0;
        const bool wanted = round % 3 == 1;
        memset(&c, 0, sizeof c);
        c.valid = round % 3 == 2 ? 0 : IPSOCK_CONTROL_DONT_FRAGMENT; /* 2: the option's value */
        c.dont_fragment = wanted;
        CHECK(IPSOCK_OK, send_bytes(s, &pair.to, "x", 1, &c));
        do
            CHECK(IPSOCK_OK, receive_burst(watch, &in, 1, &done));
        while (in.data[0][22] != pair.to.port >> 8 || in.data[0][23] != (pair.to.port & 0xff));
        CHECK(IPSOCK_OK, ipsock_ipv4_header_parse(&header, in.data[0], in.messages[0].length,
                                                  IPSOCK_ORDER_WIRE));
        EQUAL(wanted ? IPSOCK_IPV4_DONT_FRAGMENT : 0, header.flags);
    }
    free_burst(&in);
    ipsock_free(watch);
    ipsock_free(s);
    close_pair(&pair);
}

/* Programs of an older library pass a shorter configuration, of a newer one a longer. */
static void err_06_configurations_of_other_versions(void **state)
{
    struct {
        struct ipsock_config config;
        uint8_t more[16];
    } longer;
    struct ipsock_endpoint *s = NULL;
    (void)state;
    memset(&longer, 0, sizeof longer);
    longer.config = config_of(V4, IPSOCK_UDP);
    longer.config.size = sizeof longer;
    CHECK(IPSOCK_OK, ipsock_open(&s, &longer.config));
    ipsock_free(s);
    longer.more[3] = 1; /* asks for something that this library does not know */
    CHECK(IPSOCK_ENOTSUP, ipsock_open(&s, &longer.config));
    assert_null(s);
    longer.config.size = offsetof(struct ipsock_config, interface_index);
    CHECK(IPSOCK_OK, ipsock_open(&s, &longer.config));
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_08_only_fields_asked_for_are_decoded),
        cmocka_unit_test(cm_24_broadcasts_are_marked),
        cmocka_unit_test(err_06_configurations_of_other_versions),
        cmocka_unit_test(quirk_03_no_options_survive_in_a_header),
        cmocka_unit_test(quirk_04_dont_fragment_packet_by_packet),
        cmocka_unit_test(v4_mc_19_ports_can_be_shared),
        cmocka_unit_test(v4_mc_19_ports_are_not_shared_unasked),
    };
    return RUN(tests);
}
