// SPDX-License-Identifier: BSD-2-Clause
/* Raw endpoints whose packets the system heads, of both families: control data of each packet,
 * single and in batches, and the checksum of IPv6 that the system writes and reads. */
#include "multicast.h"

#define FIELDS                                                                              \
    (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DESTINATION | \
     IPSOCK_CONTROL_INTERFACE)

/* An address of this host beside the first; NULL where the kernel takes no source per packet. */
static struct ipsock_control control_for(const struct ground *g, int i, uint32_t sendable)
{
    struct ipsock_control c;
    memset(&c, 0, sizeof c);
    c.valid = sendable;
    c.traffic_class = (uint8_t)(4 * i);
    c.hop_limit = (uint8_t)(i + 1);
    c.source = addr_of(i % 2 == 0 ? g->source : g->source2);
    c.interface_index = g->index;
    return c;
}

/* What the system can carry in a packet of a raw endpoint. */
static uint32_t sendable_fields(const struct ground *g)
{
    static const struct {
        int feature;
        uint32_t field;
    } fields[] = {{IPSOCK_FEATURE_SEND_TRAFFIC_CLASS, IPSOCK_CONTROL_TRAFFIC_CLASS},
                  {IPSOCK_FEATURE_SEND_HOP_LIMIT, IPSOCK_CONTROL_HOP_LIMIT},
                  {IPSOCK_FEATURE_SEND_SOURCE, IPSOCK_CONTROL_SOURCE},
                  {IPSOCK_FEATURE_SEND_INTERFACE, IPSOCK_CONTROL_INTERFACE}};
    uint32_t found = 0;
    for (size_t i = 0; i < COUNT(fields); i++) {
        struct ipsock_capability_answer answer;
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_RAW, columns[g->column].family,
                                           fields[i].feature, &answer));
        found |= answer.level != IPSOCK_ABSENT ? fields[i].field : 0;
    }
    EQUAL(sendable_raw(g->column, IPSOCK_CONTROL_HOP_LIMIT), found & IPSOCK_CONTROL_HOP_LIMIT);
    return found;
}

static void check_control(const struct ground *g, int i, uint32_t sendable,
                          const struct ipsock_control *got, const struct ipsock_addr *peer)
{
    EQUAL(delivered_raw(g->column, FIELDS), got->valid);
    if (sendable & got->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        EQUAL(4 * i, got->traffic_class);
    if (sendable & IPSOCK_CONTROL_HOP_LIMIT)
        EQUAL(i + 1, got->hop_limit);
    EQUAL(g->index, got->interface_index);
    const struct ipsock_addr group = addr_of(g->group);
    assert_memory_equal(got->destination.ip, group.ip, sizeof group.ip);
    if (sendable & IPSOCK_CONTROL_SOURCE)
        check_addr(peer, i % 2 == 0 ? g->source : g->source2);
}

static struct ipsock_endpoint *open_member_raw(const struct ground *g, uint32_t sendable)
{
    struct ipsock_config config = config_of(g->column, IPSOCK_RAW);
    config.local = ipsock_addr_any(columns[g->column].family, 0);
    config.protocol = PROTOCOL_TEST;
    config.receive_control = delivered_raw(g->column, FIELDS);
    config.send_control = sendable;
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(s, g->index));
    return s;
}

static void fields_of_single_packets(const struct ground *g)
{
    const uint32_t sendable = sendable_fields(g);
    struct ipsock_endpoint *s = open_member_raw(g, sendable);
    const struct ipsock_addr to = addr_of(g->group);
    for (int i = 0; i < 8; i++) {
        struct seen seen;
        struct ipsock_control c = control_for(g, i, sendable);
        CHECK(IPSOCK_OK, send_bytes(s, &to, "fields", 6, &c));
        receive(s, &seen);
        EQUAL(6, seen.length);
        check_control(g, i, sendable, &seen.control, &seen.peer);
    }
    ipsock_free(s);
}

static void fields_of_batches(const struct ground *g)
{
    const uint32_t sendable = sendable_fields(g);
    struct ipsock_endpoint *s = open_member_raw(g, sendable);
    struct burst out = make_burst(16);
    struct burst in = make_burst(16);
    uint32_t done = 0;
    for (int i = 0; i < 16; i++) {
        out.controls[i] = control_for(g, i, sendable);
        out.messages[i].control = &out.controls[i];
        out.messages[i].peer = addr_of(g->group);
        out.buffers[i].length = (size_t)i;
        in.messages[i].control = &in.controls[i];
    }
    CHECK(IPSOCK_OK, send_burst(s, &out, 16, &done));
    EQUAL(16, done);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    for (uint32_t got = 0; got < 16; got += done) {
        CHECK(IPSOCK_OK, ipsock_recv_batch(s, in.batch, in.messages + got, sizeof in.messages[0],
                                           16 - got, &done, 0));
    }
    for (int i = 0; i < 16; i++) {
        EQUAL(g->column == V4 ? 20 : 0, in.messages[i].header_length);
        EQUAL(i, in.messages[i].length - in.messages[i].header_length);
        check_control(g, i, sendable, &in.controls[i], &in.messages[i].peer);
    }
    free_burst(&in);
    free_burst(&out);
    ipsock_free(s);
}

#define GROUND_TEST(name, column, function)                  \
    static void name(void **state)                           \
    {                                                        \
        (void)state;                                         \
        need_privilege();                                    \
        const struct ground *g = own_ground((column), NULL); \
        need(g != NULL, "needs an interface of its own");    \
        function(g);                                         \
    }
GROUND_TEST(v4_uni_03_fields_of_raw_packets, V4, fields_of_single_packets)
GROUND_TEST(v6_uni_03_fields_of_raw_packets, V6, fields_of_single_packets)
GROUND_TEST(v4_uni_03_fields_of_raw_batches, V4, fields_of_batches)
GROUND_TEST(v6_uni_03_fields_of_raw_batches, V6, fields_of_batches)

/* ---- checksums of IPv6 ---- */

static struct ipsock_endpoint *open_v6(int protocol)
{
    need_privilege();
    need(has_column(V6), "no IPv6");
    return open_raw(V6, protocol, 0, 0);
}

/* The sum over pseudo header and packet, both ends ::1, is right. */
static bool sum_is_right(const uint8_t *packet, size_t length)
{
    uint8_t all[40 + 256] = {[15] = 1, [31] = 1, [39] = PROTOCOL_TEST};
    all[35] = (uint8_t)length;
    memcpy(all + 40, packet, length);
    return ipsock_checksum(all, 40 + length) == 0;
}

static void v6_opt_06_checksum_at_every_offset(void **state)
{
    (void)state;
    struct ipsock_endpoint *s = open_v6(PROTOCOL_TEST);
    need_sums(s);
    struct ipsock_endpoint *plain = open_v6(PROTOCOL_TEST);
    const struct ipsock_addr to = addr_of("::1");
    for (int offset = 0; offset <= 40; offset += 2) {
        uint8_t packet[43];
        struct seen seen;
        memset(packet, 0xa5, sizeof packet);
        CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, offset));
        const size_t length = offset % 4 == 0 ? 42 : 43; /* odd lengths too */
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        receive(plain, &seen);
        EQUAL(length, seen.length);
        EQUAL(true, sum_is_right(seen.data, length));
        assert_memory_equal(seen.data, packet, (size_t)offset);
        receive(s, &seen); /* verified, and taken for right */
        EQUAL(length, seen.length);
        /* the sum's place must be in the packet */
        CHECK(IPSOCK_EINVAL, send_bytes(s, &to, packet, (size_t)offset + 1, NULL));
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, (size_t)offset + 2, NULL));
        receive(s, &seen);
        receive(plain, &seen);
    }
    ipsock_free(plain);
    ipsock_free(s);
}

/* What an adopted handle has on is measured too. */
static void v6_opt_06_checksum_of_an_adopted_handle(void **state)
{
    (void)state;
    struct ipsock_endpoint *s = open_v6(PROTOCOL_TEST);
    need_sums(s);
    const struct ipsock_addr to = addr_of("::1");
    struct ipsock_config config;
    struct seen seen;
    ipsock_handle_t handle;
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, 4));
    CHECK(IPSOCK_OK, ipsock_release(s, &handle));
    ipsock_free(s);
    ipsock_config_init(&config);
    config.family = IPSOCK_IPV6;
    config.kind = IPSOCK_RAW;
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_ADOPT_OWN;
    CHECK(IPSOCK_OK, ipsock_adopt(&s, handle, &config));
    CHECK(IPSOCK_EINVAL, send_bytes(s, &to, "12345", 5, NULL));
    CHECK(IPSOCK_OK, send_bytes(s, &to, "123456", 6, NULL));
    receive(s, &seen);
    EQUAL(6, seen.length);
    ipsock_free(s);
}

static void v6_opt_06_wrong_sums_are_dropped(void **state)
{
    (void)state;
    struct ipsock_endpoint *s = open_v6(PROTOCOL_TEST);
    need_sums(s);
    struct ipsock_endpoint *plain = open_v6(PROTOCOL_TEST);
    const struct ipsock_addr to = addr_of("::1");
    struct seen seen;
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, 4));
    for (int i = 0; i < 3; i++) {
        uint8_t packet[8] = {1, 2, 3, 4, 0xde, 0xad, 5, (uint8_t)i};
        CHECK(IPSOCK_OK, send_bytes(plain, &to, packet, sizeof packet, NULL));
        receive(plain, &seen);
        EQUAL(false, sum_is_right(seen.data, seen.length));
    }
    check_nothing(s);
    /* the next right one comes */
    CHECK(IPSOCK_OK, send_bytes(s, &to, "12345678", 8, NULL));
    receive(s, &seen);
    EQUAL(true, sum_is_right(seen.data, seen.length));
    /* too short to have one: dropped as well */
    CHECK(IPSOCK_OK, send_bytes(plain, &to, "12345", 5, NULL));
    check_nothing(s);
    ipsock_free(plain);
    ipsock_free(s);
}

/* Off again, where the system can: nothing is written, nothing is dropped. */
static void v6_opt_07_checksum_off_is_off(void **state)
{
    (void)state;
    struct ipsock_endpoint *s = open_v6(PROTOCOL_TEST);
    const struct ipsock_addr to = addr_of("::1");
    struct seen seen;
    need_sums(s);
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, 4));
    if (ipsock_set_checksum(s, false, 0) == IPSOCK_OK) {
        CHECK(IPSOCK_OK, send_bytes(s, &to, "12345678", 8, NULL));
        receive(s, &seen);
        EQUAL(8, seen.length);
        assert_memory_equal(seen.data, "12345678", 8);
    } else {
        check_option(s, IPSOCK_SETUP, IPSOCK_ENOTSUP, "IPV6_CHECKSUM");
    }
    ipsock_free(s);
}

/* The sum of ICMPv6 is the system's, whatever is in its place, and stays so. */
static void v6_opt_09_icmpv6_sum_is_the_systems(void **state)
{
    (void)state;
    struct ipsock_endpoint *s = open_v6(PROTOCOL_ICMPV6);
    const struct ipsock_addr to = addr_of("::1");
    struct seen seen;
    bool on = false;
    int offset = 0;
    if (has_sums(s)) {
        CHECK(IPSOCK_ENOTSUP, ipsock_set_checksum(s, false, 0));
        check_option(s, IPSOCK_SETUP, IPSOCK_ENOTSUP, "IPV6_CHECKSUM");
        CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
        EQUAL(true, on);
        EQUAL(2, offset);
    }
    uint8_t request[16];
    const size_t length = make_echo(request, IPSOCK_IPV6, 0x3333, 1);
    request[2] = 0xde;
    request[3] = 0xad;
    CHECK(IPSOCK_OK, send_bytes(s, &to, request, length, NULL));
    receive_reply(s, IPSOCK_IPV6, 0x3333, &seen);
    ipsock_free(s);
}

/* Raw IPv6 has no header to give or to take. */
static void raw_ipv6_has_no_header(void **state)
{
    (void)state;
    struct ipsock_error error;
    struct ipsock_endpoint *s = NULL;
    need(has_column(V6), "no IPv6");
    struct ipsock_config config = config_of(V6, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    config.error = &error;
    CHECK(IPSOCK_EKIND, ipsock_open(&s, &config));
    assert_null(s);
    assert_string_equal(error.option, "header_included");
    s = open_v6(PROTOCOL_TEST);
    const struct ipsock_addr to = addr_of("::1");
    struct burst in = make_burst(1);
    uint32_t done = 0;
    CHECK(IPSOCK_OK, send_bytes(s, &to, "payload", 7, NULL));
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    CHECK(IPSOCK_OK, receive_burst(s, &in, 1, &done));
    EQUAL(0, in.messages[0].header_length);
    EQUAL(7, in.messages[0].length);
    free_burst(&in);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_uni_03_fields_of_raw_packets),
        cmocka_unit_test(v6_uni_03_fields_of_raw_packets),
        cmocka_unit_test(v4_uni_03_fields_of_raw_batches),
        cmocka_unit_test(v6_uni_03_fields_of_raw_batches),
        cmocka_unit_test(v6_opt_06_checksum_at_every_offset),
        cmocka_unit_test(v6_opt_06_checksum_of_an_adopted_handle),
        cmocka_unit_test(v6_opt_06_wrong_sums_are_dropped),
        cmocka_unit_test(v6_opt_07_checksum_off_is_off),
        cmocka_unit_test(v6_opt_09_icmpv6_sum_is_the_systems),
        cmocka_unit_test(raw_ipv6_has_no_header),
    };
    return RUN(tests);
}
