// SPDX-License-Identifier: BSD-2-Clause
/* IPv4 headers in wire order: HDR-01 to HDR-06, HDR-10 to HDR-13, QUIRK-03. */
#include "unit.h"

#include "core/codec/order.h"

/* Comparing whole structs compares nothing but fields. */
_Static_assert(sizeof(struct ipsock_ipv4_header) == 104, "no padding");

static struct ipsk_header_orders local; /* of the system that these tests play */

void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    *orders = local;
}

static const struct ipsk_header_order wire = {false, false, false};

static const uint8_t plain_bytes[20] = {
    0x45, 0x01, 0xbe, 0xef, 0xca, 0xfe, 0x45, 0xdc, 0xff, 0x01,
    0xde, 0xad, 172,  16,   254,  254,  192,  168,  0,    1,
};

static const uint8_t options_bytes[24] = {
    0x46, 0x01, 0xbe, 0xf3, 0xca, 0xfe, 0x45, 0xdc, 0xff, 0x01, 0xde, 0xad,
    172,  16,   254,  254,  192,  168,  0,    1,    0xff, 0xfe, 0xfe, 0xff,
};

static const struct ipsock_ipv4_header plain = {
    .version = 4,
    .header_length = 20,
    .traffic_class = 1,
    .flags = IPSOCK_IPV4_DONT_FRAGMENT,
    .total_length = 0xbeef,
    .id = 0xcafe,
    .fragment_offset = 1500,
    .hop_limit = 255,
    .protocol = 1,
    .checksum = 0xdead,
    .source = {.family = IPSOCK_IPV4, .ip = {172, 16, 254, 254}},
    .destination = {.family = IPSOCK_IPV4, .ip = {192, 168, 0, 1}},
};

static struct ipsock_ipv4_header with_options(void)
{
    struct ipsock_ipv4_header header = plain;
    header.header_length = 24;
    header.total_length = 0xbef3;
    header.options_length = 4;
    memcpy(header.options, options_bytes + 20, 4);
    return header;
}

static int parse(struct ipsock_ipv4_header *header, const void *data, size_t length)
{
    return ipsock_ipv4_header_parse(header, data, length, IPSOCK_ORDER_WIRE);
}

static int marshal(const struct ipsock_ipv4_header *header, void *buffer, size_t size,
                   size_t *written)
{
    return ipsock_ipv4_header_marshal(header, buffer, size, written, IPSOCK_ORDER_WIRE);
}

static void hdr_01_marshal_refuses_null(void **state)
{
    (void)state;
    uint8_t buffer[60];
    size_t written = 99;
    assert_int_equal(marshal(NULL, buffer, sizeof buffer, &written), IPSOCK_ENOHEADER);
    assert_int_equal(marshal(&plain, NULL, sizeof buffer, &written), IPSOCK_ENOHEADER);
    assert_int_equal(marshal(&plain, NULL, 0, NULL), IPSOCK_ENOHEADER);
    assert_int_equal(written, 99);
}

static void hdr_01_marshal_refuses_a_length_below_20(void **state)
{
    (void)state;
    uint8_t buffer[60];
    struct ipsock_ipv4_header header = plain;
    for (uint8_t length = 0; length < 20; length++) {
        header.header_length = length;
        assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_EHDRSHORT);
    }
    /* this check comes first, as in x/net */
    const struct ipsock_ipv4_header zero = {0};
    assert_int_equal(marshal(&zero, buffer, sizeof buffer, NULL), IPSOCK_EHDRSHORT);
}

static void hdr_02_parse_refuses_null(void **state)
{
    (void)state;
    struct ipsock_ipv4_header header = plain;
    assert_int_equal(parse(NULL, plain_bytes, sizeof plain_bytes), IPSOCK_ENOHEADER);
    assert_int_equal(parse(&header, NULL, 0), IPSOCK_ENOHEADER);
    assert_int_equal(parse(&header, NULL, 20), IPSOCK_ENOHEADER);
    assert_int_equal(parse(NULL, NULL, 0), IPSOCK_ENOHEADER);
    assert_memory_equal(&header, &plain, sizeof header);
}

static void hdr_02_parse_refuses_every_prefix(void **state)
{
    (void)state;
    uint8_t bytes[60];
    memset(bytes, 0xff, sizeof bytes);
    memcpy(bytes, plain_bytes, sizeof plain_bytes);
    for (unsigned words = 5; words <= 15; words++) {
        bytes[0] = (uint8_t)(0x40 | words);
        for (size_t length = 0; length <= words * 4; length++) {
            struct ipsock_ipv4_header header = plain;
            uint8_t *data = unit_exact(bytes, length);
            const int result = parse(&header, data, length);
            free(data);
            if (length == words * 4) {
                assert_int_equal(result, IPSOCK_OK);
                assert_int_equal(header.header_length, length);
                continue;
            }
            assert_int_equal(result, length < 20 ? IPSOCK_EHDRSHORT : IPSOCK_EEXTSHORT);
            assert_memory_equal(&header, &plain, sizeof header);
        }
    }
}

static void hdr_02_options_beyond_the_data(void **state)
{
    (void)state;
    static const uint8_t bytes[20] = {0x46};
    struct ipsock_ipv4_header header;
    assert_int_equal(parse(&header, bytes, sizeof bytes), IPSOCK_EEXTSHORT);
}

static void hdr_03_marshal_needs_an_ipv4_destination(void **state)
{
    (void)state;
    uint8_t buffer[20];
    struct ipsock_ipv4_header header = plain;
    header.destination = ipsock_addr_any(IPSOCK_UNSPEC, 0);
    assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_EMISSADDR);
    header.destination = ipsock_addr_loopback(IPSOCK_IPV6, 0);
    assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_EMISSADDR);
    header.destination = ipsock_addr_map(&plain.destination);
    assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_EMISSADDR);
}

static void hdr_03_marshal_writes_zeros_without_a_source(void **state)
{
    (void)state;
    uint8_t buffer[20], want[20];
    struct ipsock_ipv4_header header = plain;
    memcpy(want, plain_bytes, sizeof want);
    memset(want + 12, 0, 4);
    header.source.family = IPSOCK_UNSPEC; /* its bytes stay and must not go out */
    assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_OK);
    assert_memory_equal(buffer, want, sizeof want);
    header.source = ipsock_addr_loopback(IPSOCK_IPV6, 0);
    assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_EFAMILY);
}

static void hdr_04_the_options_give_the_length_written(void **state)
{
    (void)state;
    uint8_t buffer[60];
    struct ipsock_ipv4_header header = plain;
    for (uint8_t options = 0; options <= 40; options = (uint8_t)(options + 4)) {
        size_t written = 0;
        header.options_length = options;
        header.header_length = (uint8_t)(20 + 3 * options); /* says something else */
        assert_int_equal(marshal(&header, buffer, sizeof buffer, &written), IPSOCK_OK);
        assert_int_equal(written, 20 + options);
        assert_int_equal(buffer[0], 0x40 | (20 + options) / 4);
    }
}

static void hdr_04_the_version_written_is_4(void **state)
{
    (void)state;
    uint8_t buffer[20];
    struct ipsock_ipv4_header header = plain;
    for (int version = 0; version < 256; version++) {
        header.version = (uint8_t)version;
        assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_OK);
        assert_int_equal(buffer[0], 0x45);
    }
}

static void hdr_05_marshals_the_wire_vector(void **state)
{
    (void)state;
    uint8_t buffer[20];
    size_t written = 0;
    assert_int_equal(marshal(&plain, buffer, sizeof buffer, &written), IPSOCK_OK);
    assert_int_equal(written, 20);
    assert_memory_equal(buffer, plain_bytes, sizeof plain_bytes);
}

static void hdr_05_parses_the_wire_vector(void **state)
{
    (void)state;
    struct ipsock_ipv4_header header;
    memset(&header, 0x5a, sizeof header);
    assert_int_equal(parse(&header, plain_bytes, sizeof plain_bytes), IPSOCK_OK);
    assert_memory_equal(&header, &plain, sizeof header);
}

static void hdr_06_options_are_appended_and_parsed_back(void **state)
{
    (void)state;
    uint8_t buffer[60];
    size_t written = 0;
    const struct ipsock_ipv4_header want = with_options();
    struct ipsock_ipv4_header header;
    assert_int_equal(marshal(&want, buffer, sizeof buffer, &written), IPSOCK_OK);
    assert_int_equal(written, sizeof options_bytes);
    assert_memory_equal(buffer, options_bytes, sizeof options_bytes);
    memset(&header, 0x5a, sizeof header);
    assert_int_equal(parse(&header, options_bytes, sizeof options_bytes), IPSOCK_OK);
    assert_memory_equal(&header, &want, sizeof header);
}

static void hdr_10_id_and_checksum_are_big_endian_in_every_order(void **state)
{
    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        const struct ipsk_header_order order = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
        uint8_t buffer[20];
        struct ipsock_ipv4_header header;
        assert_int_equal(ipsk_ipv4_marshal(&plain, buffer, sizeof buffer, NULL, &order), IPSOCK_OK);
        assert_memory_equal(buffer + 4, plain_bytes + 4, 2);
        assert_memory_equal(buffer + 8, plain_bytes + 8, 12);
        assert_int_equal(ipsk_ipv4_parse(&header, buffer, sizeof buffer, &order), IPSOCK_OK);
        assert_int_equal(header.id, 0xcafe);
        assert_int_equal(header.checksum, 0xdead);
    }
}

static void hdr_10_the_checksum_is_copied(void **state)
{
    (void)state;
    static const uint16_t checksums[] = {0, 1, 0x00ff, 0xff00, 0xffff};
    for (size_t i = 0; i < COUNT(checksums); i++) {
        uint8_t buffer[20];
        struct ipsock_ipv4_header header = plain;
        header.checksum = checksums[i];
        assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_OK);
        assert_int_equal(buffer[10] << 8 | buffer[11], checksums[i]);
        assert_int_equal(parse(&header, buffer, sizeof buffer), IPSOCK_OK);
        assert_int_equal(header.checksum, checksums[i]);
    }
}

static void hdr_11_every_fragment_word_is_split_and_joined(void **state)
{
    (void)state;
    uint8_t bytes[20], buffer[20];
    struct ipsock_ipv4_header header;
    memcpy(bytes, plain_bytes, sizeof bytes);
    for (unsigned word = 0; word <= 0xffff; word++) {
        bytes[6] = (uint8_t)(word >> 8);
        bytes[7] = (uint8_t)word;
        assert_int_equal(parse(&header, bytes, sizeof bytes), IPSOCK_OK);
        assert_int_equal(header.flags, word >> 13);
        assert_int_equal(header.fragment_offset, word & 8191);
        assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL), IPSOCK_OK);
        assert_memory_equal(buffer, bytes, sizeof bytes);
    }
}

static void hdr_11_flags_and_offset_are_in_range(void **state)
{
    (void)state;
    uint8_t buffer[20];
    for (int flags = 0; flags < 256; flags++) {
        struct ipsock_ipv4_header header = plain;
        header.flags = (uint8_t)flags;
        assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL),
                         flags <= 7 ? IPSOCK_OK : IPSOCK_EINVAL);
    }
    for (unsigned offset = 8190; offset <= 0xffff; offset++) {
        struct ipsock_ipv4_header header = plain;
        header.fragment_offset = (uint16_t)offset;
        assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL),
                         offset <= 8191 ? IPSOCK_OK : IPSOCK_EINVAL);
    }
}

static void hdr_12_a_used_header_parses_as_a_new_one(void **state)
{
    (void)state;
    struct ipsock_ipv4_header used = with_options(), fresh = {0};
    assert_int_equal(parse(&used, plain_bytes, sizeof plain_bytes), IPSOCK_OK);
    assert_int_equal(parse(&fresh, plain_bytes, sizeof plain_bytes), IPSOCK_OK);
    assert_memory_equal(&used, &fresh, sizeof used);
    assert_int_equal(parse(&used, options_bytes, sizeof options_bytes), IPSOCK_OK);
    const struct ipsock_ipv4_header want = with_options();
    assert_memory_equal(&used, &want, sizeof used);
}

static void quirk_03_no_options_are_left_from_before(void **state)
{
    (void)state;
    struct ipsock_ipv4_header header;
    memset(&header, 0xff, sizeof header);
    assert_int_equal(parse(&header, plain_bytes, sizeof plain_bytes), IPSOCK_OK);
    assert_int_equal(header.options_length, 0);
    for (size_t i = 0; i < sizeof header.options; i++)
        assert_int_equal(header.options[i], 0);
}

static void quirk_03_options_length_is_a_multiple_of_4_up_to_40(void **state)
{
    (void)state;
    uint8_t buffer[512];
    struct ipsock_ipv4_header header = plain;
    for (int length = 0; length < 256; length++) {
        header.options_length = (uint8_t)length;
        assert_int_equal(marshal(&header, buffer, sizeof buffer, NULL),
                         length % 4 == 0 && length <= 40 ? IPSOCK_OK : IPSOCK_EOPTLEN);
    }
}

static void hdr_13_parse_refuses_another_version(void **state)
{
    (void)state;
    uint8_t bytes[60] = {0};
    for (unsigned first = 0; first < 256; first++) {
        struct ipsock_ipv4_header header = plain;
        bytes[0] = (uint8_t)first;
        const int want = first >> 4 != 4    ? IPSOCK_EVERSION
                         : (first & 15) < 5 ? IPSOCK_EHDRLEN
                                            : IPSOCK_OK;
        assert_int_equal(parse(&header, bytes, sizeof bytes), want);
        if (want != IPSOCK_OK)
            assert_memory_equal(&header, &plain, sizeof header);
    }
}

static void marshal_into_too_little_writes_nothing(void **state)
{
    (void)state;
    const struct ipsock_ipv4_header header = with_options();
    uint8_t zeros[24] = {0};
    for (size_t size = 0; size < sizeof options_bytes; size++) {
        uint8_t *buffer = unit_exact(zeros, size);
        size_t written = 0;
        assert_int_equal(marshal(&header, buffer, size, &written), IPSOCK_ENOSPC);
        assert_int_equal(written, sizeof options_bytes);
        unit_bytes("buffer", buffer, zeros, size);
        free(buffer);
    }
}

static void raw_and_quoted_are_orders_of_this_system(void **state)
{
    (void)state;
    static const struct ipsk_header_order without = {false, false, true};
    uint8_t buffer[20];
    struct ipsock_ipv4_header header;
    /* each of the three is told from the others by whether the header is counted */
    for (int which = 0; which < 3; which++) {
        local.receive = which == 0 ? without : wire;
        local.send = which == 1 ? without : wire;
        local.quoted = which == 2 ? without : wire;
        assert_int_equal(ipsock_ipv4_header_parse(&header, plain_bytes, 20, IPSOCK_ORDER_RAW), 0);
        assert_int_equal(header.total_length, which == 0 ? 0xbeef + 20 : 0xbeef);
        assert_int_equal(ipsock_ipv4_header_parse(&header, plain_bytes, 20, IPSOCK_ORDER_QUOTED),
                         0);
        assert_int_equal(header.total_length, which == 2 ? 0xbeef + 20 : 0xbeef);
        assert_int_equal(ipsock_ipv4_header_parse(&header, plain_bytes, 20, IPSOCK_ORDER_WIRE), 0);
        assert_int_equal(header.total_length, 0xbeef);
        assert_int_equal(ipsock_ipv4_header_marshal(&plain, buffer, 20, NULL, IPSOCK_ORDER_RAW), 0);
        assert_int_equal(buffer[3], which == 1 ? 0xef - 20 : 0xef);
        assert_int_equal(ipsock_ipv4_header_marshal(&plain, buffer, 20, NULL, IPSOCK_ORDER_QUOTED),
                         0);
        assert_int_equal(buffer[3], which == 2 ? 0xef - 20 : 0xef);
        assert_int_equal(ipsock_ipv4_header_marshal(&plain, buffer, 20, NULL, IPSOCK_ORDER_WIRE),
                         0);
        assert_int_equal(buffer[3], 0xef);
    }
}

static void another_order_is_refused(void **state)
{
    (void)state;
    static const int orders[] = {-1, 3, 256, INT32_MIN, INT32_MAX};
    uint8_t buffer[20];
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct ipsock_ipv4_header header = plain;
        assert_int_equal(ipsock_ipv4_header_parse(&header, options_bytes, 24, orders[i]),
                         IPSOCK_EINVAL);
        assert_memory_equal(&header, &plain, sizeof header);
        assert_int_equal(ipsock_ipv4_header_marshal(&plain, buffer, 20, NULL, orders[i]),
                         IPSOCK_EINVAL);
    }
}

static void any_bytes_that_parse_marshal_back(void **state)
{
    (void)state;
    uint64_t seed = 20250701;
    size_t parsed = 0;
    for (int round = 0; round < 200000; round++) {
        const struct ipsk_header_order order = {(round & 1) != 0, (round & 2) != 0,
                                                (round & 4) != 0};
        uint8_t bytes[60], buffer[60];
        struct ipsock_ipv4_header header;
        size_t written;
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(unit_random(&seed) >> 32);
        if (round % 8 != 7)
            bytes[0] = (uint8_t)(0x40 | (bytes[0] & 15));
        const size_t length = (size_t)(unit_random(&seed) % (sizeof bytes + 1));
        if (ipsk_ipv4_parse(&header, bytes, length, &order) != IPSOCK_OK)
            continue;
        parsed++;
        assert_int_equal(ipsk_ipv4_marshal(&header, buffer, sizeof buffer, &written, &order), 0);
        assert_int_equal(written, header.header_length);
        assert_memory_equal(buffer, bytes, written);
    }
    assert_true(parsed > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hdr_01_marshal_refuses_null),
        cmocka_unit_test(hdr_01_marshal_refuses_a_length_below_20),
        cmocka_unit_test(hdr_02_parse_refuses_null),
        cmocka_unit_test(hdr_02_parse_refuses_every_prefix),
        cmocka_unit_test(hdr_02_options_beyond_the_data),
        cmocka_unit_test(hdr_03_marshal_needs_an_ipv4_destination),
        cmocka_unit_test(hdr_03_marshal_writes_zeros_without_a_source),
        cmocka_unit_test(hdr_04_the_options_give_the_length_written),
        cmocka_unit_test(hdr_04_the_version_written_is_4),
        cmocka_unit_test(hdr_05_marshals_the_wire_vector),
        cmocka_unit_test(hdr_05_parses_the_wire_vector),
        cmocka_unit_test(hdr_06_options_are_appended_and_parsed_back),
        cmocka_unit_test(hdr_10_id_and_checksum_are_big_endian_in_every_order),
        cmocka_unit_test(hdr_10_the_checksum_is_copied),
        cmocka_unit_test(hdr_11_every_fragment_word_is_split_and_joined),
        cmocka_unit_test(hdr_11_flags_and_offset_are_in_range),
        cmocka_unit_test(hdr_12_a_used_header_parses_as_a_new_one),
        cmocka_unit_test(hdr_13_parse_refuses_another_version),
        cmocka_unit_test(quirk_03_no_options_are_left_from_before),
        cmocka_unit_test(quirk_03_options_length_is_a_multiple_of_4_up_to_40),
        cmocka_unit_test(marshal_into_too_little_writes_nothing),
        cmocka_unit_test(raw_and_quoted_are_orders_of_this_system),
        cmocka_unit_test(another_order_is_refused),
        cmocka_unit_test(any_bytes_that_parse_marshal_back),
    };
    return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
