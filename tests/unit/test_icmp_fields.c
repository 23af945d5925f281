// SPDX-License-Identifier: BSD-2-Clause
/* The word between header and data of ICMP messages, bit by bit: ICMP-06 to ICMP-08, ICMP-10. */
#include "unit.h"

#include <ipsock/icmp.h>

static struct ipsock_icmp_message parse(int family, const uint8_t *bytes, size_t length)
{
    struct ipsock_icmp_message m;
    memset(&m, 0x5a, sizeof m);
    assert_int_equal(ipsock_icmp_parse(&m, NULL, 0, family, bytes, length), IPSOCK_OK);
    return m;
}

/* Marshals a message without data; its word must be this. */
static void expect_word(const struct ipsock_icmp_message *m, const uint8_t word[4])
{
    uint8_t bytes[8];
    size_t written;
    assert_int_equal(ipsock_icmp_marshal(m, NULL, NULL, bytes, sizeof bytes, &written), IPSOCK_OK);
    assert_int_equal(written, 8);
    assert_memory_equal(bytes + 4, word, 4);
}

static void icmp_06_echo_number_by_number(void **state)
{
    (void)state;
    static const struct {
        int family;
        uint8_t type;
    } echoes[] = {{IPSOCK_IPV4, 8}, {IPSOCK_IPV4, 0}, {IPSOCK_IPV6, 128}, {IPSOCK_IPV6, 129}};
    for (size_t i = 0; i < COUNT(echoes); i++) {
        for (unsigned id = 0; id <= UINT16_MAX; id += 257) {
            const unsigned sequence = UINT16_MAX - id + 1;
            const uint8_t bytes[8] = {echoes[i].type,
                                      0,
                                      0,
                                      0,
                                      (uint8_t)(id >> 8),
                                      (uint8_t)id,
                                      (uint8_t)(sequence >> 8),
                                      (uint8_t)sequence};
            const struct ipsock_icmp_message m = parse(echoes[i].family, bytes, 8);
            assert_int_equal(m.id, id);
            assert_int_equal(m.sequence, (uint16_t)sequence);
            assert_null(m.data);
            expect_word(&m, bytes + 4);
        }
    }
}

static void icmp_07_mtu_bit_by_bit(void **state)
{
    (void)state;
    for (int bit = 0; bit < 32; bit++) {
        const uint32_t mtu = UINT32_C(1) << bit;
        uint8_t bytes[8] = {2};
        bytes[7 - bit / 8] = (uint8_t)(1 << bit % 8);
        struct ipsock_icmp_message m = parse(IPSOCK_IPV6, bytes, 8);
        assert_int_equal(m.mtu, mtu);
        expect_word(&m, bytes + 4);
        /* IPv4 has 16 bits of it, and they count with code 4 only */
        bytes[0] = 3;
        bytes[1] = 4;
        m = parse(IPSOCK_IPV4, bytes, 8);
        assert_int_equal(m.mtu, bit < 16 ? mtu : 0);
        if (bit < 16)
            expect_word(&m, bytes + 4);
        for (int code = 0; code <= 255; code++) {
            bytes[1] = (uint8_t)code;
            m = parse(IPSOCK_IPV4, bytes, 8);
            assert_int_equal(m.mtu, bit < 16 && code == 4 ? mtu : 0);
        }
    }
}

static void icmp_08_every_pointer(void **state)
{
    (void)state;
    for (unsigned pointer = 0; pointer <= 255; pointer++) {
        const uint8_t bytes[8] = {12, 0, 0, 0, (uint8_t)pointer};
        const struct ipsock_icmp_message m = parse(IPSOCK_IPV4, bytes, 8);
        assert_int_equal(m.pointer, pointer);
        expect_word(&m, bytes + 4);
    }
    for (int bit = 0; bit < 32; bit++) {
        uint8_t bytes[8] = {4};
        bytes[7 - bit / 8] = (uint8_t)(1 << bit % 8);
        const struct ipsock_icmp_message m = parse(IPSOCK_IPV6, bytes, 8);
        assert_int_equal(m.pointer, UINT32_C(1) << bit);
        assert_int_equal(m.extension, IPSOCK_ICMP_EXTENSION_NONE);
        expect_word(&m, bytes + 4);
    }
}

/* Reserved bits are read as nothing and written as zero. */
static void icmp_10_every_last_byte(void **state)
{
    (void)state;
    for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += 2) {
        for (unsigned last = 0; last <= 255; last++) {
            uint8_t bytes[8] = {
                family == IPSOCK_IPV4 ? 43 : 161, 0, 0, 0, 0xab, 0xcd, 0xef, (uint8_t)last};
            struct ipsock_icmp_message m = parse(family, bytes, 8);
            assert_int_equal(m.id, 0xabcd);
            assert_int_equal(m.sequence, 0xef);
            assert_int_equal(m.state, last >> 5);
            assert_int_equal(m.active, last >> 2 & 1);
            assert_int_equal(m.has_ipv4, last >> 1 & 1);
            assert_int_equal(m.has_ipv6, last & 1);
            bytes[7] &= 0xe7;
            expect_word(&m, bytes + 4);

            bytes[0] = family == IPSOCK_IPV4 ? 42 : 160;
            bytes[7] = (uint8_t)last;
            m = parse(family, bytes, 8);
            assert_int_equal(m.id, 0xabcd);
            assert_int_equal(m.sequence, 0xef);
            assert_int_equal(m.local, last & 1);
            bytes[7] &= 1;
            expect_word(&m, bytes + 4);
        }
    }
}

static void redirect_gateway_bit_by_bit(void **state)
{
    (void)state;
    for (int bit = 0; bit < 32; bit++) {
        uint8_t bytes[8] = {5};
        bytes[4 + bit / 8] = (uint8_t)(0x80 >> bit % 8);
        const struct ipsock_icmp_message m = parse(IPSOCK_IPV4, bytes, 8);
        const struct ipsock_addr want = ipsock_addr_ipv4(bytes[4], bytes[5], bytes[6], bytes[7], 0);
        assert_true(ipsock_addr_equal(&m.gateway, &want));
        expect_word(&m, bytes + 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(icmp_06_echo_number_by_number), cmocka_unit_test(icmp_07_mtu_bit_by_bit),
        cmocka_unit_test(icmp_08_every_pointer),         cmocka_unit_test(icmp_10_every_last_byte),
        cmocka_unit_test(redirect_gateway_bit_by_bit),
    };
    return cmocka_run_group_tests_name("icmp_fields", tests, NULL, NULL);
}
