// SPDX-License-Identifier: BSD-2-Clause
/* IPv6 headers: HDR-14. */
#include "unit.h"

#include "core/codec/order.h"

_Static_assert(sizeof(struct ipsock_ipv6_header) == 60, "no padding");

void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    /* as unlike the wire as can be: IPv6 must not ask */
    const struct ipsk_header_order strange = {true, true, true};
    orders->receive = orders->send = orders->quoted = strange;
}

static const uint8_t bytes[40] = {
    0x69, 0x8b, 0xee, 0xf1, 0xca, 0xfe, 0x2c, 0x01, 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0,
    0,    0,    0,    1,    0x20, 0x01, 0x0d, 0xb8, 0,    2,    0,    0,    0, 0, 0, 0, 0, 0, 0, 1,
};

static const struct ipsock_ipv6_header vector = {
    .version = 6,
    .traffic_class = 0x98, /* AF43 */
    .flow_label = 0xbeef1,
    .payload_length = 0xcafe,
    .next_header = 44,
    .hop_limit = 1,
    .source = {.family = IPSOCK_IPV6,
               .ip = {0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
    .destination = {.family = IPSOCK_IPV6,
                    .ip = {0x20, 0x01, 0x0d, 0xb8, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
};

static void hdr_14_parses_the_vector(void **state)
{
    (void)state;
    struct ipsock_ipv6_header header;
    memset(&header, 0x5a, sizeof header);
    assert_int_equal(ipsock_ipv6_header_parse(&header, bytes, sizeof bytes), IPSOCK_OK);
    assert_memory_equal(&header, &vector, sizeof header);
}

static void hdr_14_marshals_the_vector(void **state)
{
    (void)state;
    uint8_t buffer[40];
    assert_int_equal(ipsock_ipv6_header_marshal(&vector, buffer, sizeof buffer), IPSOCK_OK);
    assert_memory_equal(buffer, bytes, sizeof bytes);
}

static void hdr_14_parse_refuses_every_prefix(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof bytes; length++) {
        struct ipsock_ipv6_header header = vector;
        uint8_t *data = unit_exact(bytes, length);
        assert_int_equal(ipsock_ipv6_header_parse(&header, data, length), IPSOCK_EHDRSHORT);
        free(data);
        assert_memory_equal(&header, &vector, sizeof header);
    }
}

static void hdr_14_parse_refuses_null(void **state)
{
    (void)state;
    struct ipsock_ipv6_header header = vector;
    assert_int_equal(ipsock_ipv6_header_parse(NULL, bytes, sizeof bytes), IPSOCK_ENOHEADER);
    assert_int_equal(ipsock_ipv6_header_parse(&header, NULL, 40), IPSOCK_ENOHEADER);
    assert_memory_equal(&header, &vector, sizeof header);
}

static void hdr_14_parse_refuses_another_version(void **state)
{
    (void)state;
    uint8_t copy[40];
    memcpy(copy, bytes, sizeof copy);
    for (unsigned version = 0; version < 16; version++) {
        struct ipsock_ipv6_header header = vector;
        copy[0] = (uint8_t)(version << 4 | 0x09);
        assert_int_equal(ipsock_ipv6_header_parse(&header, copy, sizeof copy),
                         version == 6 ? IPSOCK_OK : IPSOCK_EVERSION);
        assert_memory_equal(&header, &vector, sizeof header);
    }
}

static void hdr_14_marshal_refuses_what_does_not_fit(void **state)
{
    (void)state;
    uint8_t zeros[40] = {0};
    assert_int_equal(ipsock_ipv6_header_marshal(NULL, zeros, sizeof zeros), IPSOCK_ENOHEADER);
    assert_int_equal(ipsock_ipv6_header_marshal(&vector, NULL, 40), IPSOCK_ENOHEADER);
    for (size_t size = 0; size < sizeof zeros; size++) {
        uint8_t *buffer = unit_exact(zeros, size);
        assert_int_equal(ipsock_ipv6_header_marshal(&vector, buffer, size), IPSOCK_ENOSPC);
        unit_bytes("buffer", buffer, zeros, size);
        free(buffer);
    }
}

static void hdr_14_flow_label_has_20_bits(void **state)
{
    (void)state;
    static const struct {
        uint32_t label;
        int want;
    } labels[] = {{0, 0},
                  {0xfffff, 0},
                  {0x100000, IPSOCK_EINVAL},
                  {0x80000000u, IPSOCK_EINVAL},
                  {UINT32_MAX, IPSOCK_EINVAL}};
    uint8_t buffer[40];
    for (size_t i = 0; i < COUNT(labels); i++) {
        struct ipsock_ipv6_header header = vector, back;
        header.flow_label = labels[i].label;
        assert_int_equal(ipsock_ipv6_header_marshal(&header, buffer, 40), labels[i].want);
        if (labels[i].want != IPSOCK_OK)
            continue;
        assert_int_equal(ipsock_ipv6_header_parse(&back, buffer, 40), IPSOCK_OK);
        assert_memory_equal(&back, &header, sizeof back);
    }
}

static void hdr_14_marshal_checks_the_addresses(void **state)
{
    (void)state;
    uint8_t buffer[40];
    struct ipsock_ipv6_header header = vector;
    header.destination = ipsock_addr_any(IPSOCK_UNSPEC, 0);
    assert_int_equal(ipsock_ipv6_header_marshal(&header, buffer, 40), IPSOCK_EMISSADDR);
    header.destination = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    assert_int_equal(ipsock_ipv6_header_marshal(&header, buffer, 40), IPSOCK_EMISSADDR);
    header.destination = vector.destination;
    header.source = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    assert_int_equal(ipsock_ipv6_header_marshal(&header, buffer, 40), IPSOCK_EFAMILY);
    header.source = vector.source;
    header.source.family = IPSOCK_UNSPEC; /* its bytes stay and must not go out */
    assert_int_equal(ipsock_ipv6_header_marshal(&header, buffer, 40), IPSOCK_OK);
    for (int i = 8; i < 24; i++)
        assert_int_equal(buffer[i], 0);
    assert_memory_equal(buffer + 24, bytes + 24, 16);
}

static void hdr_14_the_version_written_is_6(void **state)
{
    (void)state;
    uint8_t buffer[40];
    struct ipsock_ipv6_header header = vector;
    header.version = 0xff;
    assert_int_equal(ipsock_ipv6_header_marshal(&header, buffer, 40), IPSOCK_OK);
    assert_memory_equal(buffer, bytes, sizeof bytes);
}

static void any_bytes_that_parse_marshal_back(void **state)
{
    (void)state;
    uint64_t seed = 41;
    for (int round = 0; round < 50000; round++) {
        uint8_t random[40], buffer[40];
        struct ipsock_ipv6_header header;
        for (size_t i = 0; i < sizeof random; i++)
            random[i] = (uint8_t)(unit_random(&seed) >> 32);
        random[0] = (uint8_t)(0x60 | (random[0] & 15));
        assert_int_equal(ipsock_ipv6_header_parse(&header, random, sizeof random), IPSOCK_OK);
        assert_int_equal(ipsock_ipv6_header_marshal(&header, buffer, sizeof buffer), IPSOCK_OK);
        assert_memory_equal(buffer, random, sizeof random);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hdr_14_parses_the_vector),
        cmocka_unit_test(hdr_14_marshals_the_vector),
        cmocka_unit_test(hdr_14_parse_refuses_every_prefix),
        cmocka_unit_test(hdr_14_parse_refuses_null),
        cmocka_unit_test(hdr_14_parse_refuses_another_version),
        cmocka_unit_test(hdr_14_marshal_refuses_what_does_not_fit),
        cmocka_unit_test(hdr_14_flow_label_has_20_bits),
        cmocka_unit_test(hdr_14_marshal_checks_the_addresses),
        cmocka_unit_test(hdr_14_the_version_written_is_6),
        cmocka_unit_test(any_bytes_that_parse_marshal_back),
    };
    return cmocka_run_group_tests_name("header6", tests, NULL, NULL);
}
