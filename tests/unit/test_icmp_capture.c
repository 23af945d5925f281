// SPDX-License-Identifier: BSD-2-Clause
/* Messages that a Linux 6.18 host and router sent, as captured: 192.0.2.1 and 2001:db8:1::1 behind
 * a router, 192.0.2.254 and 2001:db8:1::fe, whose path to 198.51.100.2 and 2001:db8:2::2 has an MTU
 * of 1280. Marshalling what was parsed gives the bytes back. */
#include "unit.h"

#include "core/codec/icmp.h"

struct capture {
    const char *name;
    int family;
    const char *source; /* of ICMPv6, for the checksum */
    const char *hex;
    size_t fill; /* so many letters A behind it */
    struct ipsock_icmp_message want;
    struct ipsock_icmp_quote quote; /* protocol 0: none */
};

#define PORTS(own) .source = {.port = (own)}, .destination = {.port = 9}

static const struct capture captures[] = {
    {"v4 port unreachable",
     IPSOCK_IPV4,
     NULL,
     "0303307e0000000045000021e6f140003f1168a3c0000201c63364029c400009000dec5568656c6c6f",
     0,
     {.type = 3, .code = 3, .checksum = 0x307e, .data_length = 33},
     {PORTS(40000), .protocol = 17, .hop_limit = 63, .length = 13}},
    {"v4 time exceeded",
     IPSOCK_IPV4,
     NULL,
     "0b0028810000000045000021e6f240000111a6a2c0000201c63364029c400009000dec5568656c6c6f",
     0,
     {.type = 11, .checksum = 0x2881, .data_length = 33},
     {PORTS(40000), .protocol = 17, .hop_limit = 1, .length = 13}},
    /* 576 bytes with the IP header: more than 128 are quoted, and no extension is seen in them */
    {"v4 fragmentation needed",
     IPSOCK_IPV4,
     NULL,
     "03041eeb00000500450005300000400040114986c0000201c63364029c400009051cf164",
     520,
     {.type = 3, .code = 4, .checksum = 0x1eeb, .mtu = 1280, .data_length = 548},
     {PORTS(40000), .protocol = 17, .hop_limit = 64, .length = 528}},
    {"v4 echo reply",
     IPSOCK_IPV4,
     NULL,
     "0000edca12340001",
     0,
     {.checksum = 0xedca, .id = 0x1234, .sequence = 1},
     {.protocol = 0}},
    /* to a request by name, which the answer carries on; this Linux leaves the state 0 */
    {"v4 extended echo reply",
     IPSOCK_IPV4,
     NULL,
     "2b00b9c412340907200065f60008030177000000",
     0,
     {.type = 43,
      .checksum = 0xb9c4,
      .id = 0x1234,
      .sequence = 9,
      .active = true,
      .has_ipv4 = true,
      .has_ipv6 = true,
      .data_length = 12},
     {.protocol = 0}},
    {"v4 extended echo reply: no such interface",
     IPSOCK_IPV4,
     NULL,
     "2b02b9c91234090020000022000803016e6f6e65",
     0,
     {.type = 43, .code = 2, .checksum = 0xb9c9, .id = 0x1234, .sequence = 9, .data_length = 12},
     {.protocol = 0}},
    {"v6 port unreachable",
     IPSOCK_IPV6,
     "2001:db8:2::2",
     "0104d1ea000000006002c895000d113f20010db800010000000000000000000120010db8000200000000000000"
     "0000029c460009000d5b9668656c6c6f",
     0,
     {.type = 1, .code = 4, .checksum = 0xd1ea, .data_length = 53},
     {PORTS(40006), .protocol = 17, .hop_limit = 63, .length = 13}},
    {"v6 time exceeded",
     IPSOCK_IPV6,
     "2001:db8:1::fe",
     "0300cf31000000006002c895000d110120010db800010000000000000000000120010db8000200000000000000"
     "0000029c460009000d5b9668656c6c6f",
     0,
     {.type = 3, .checksum = 0xcf31, .data_length = 53},
     {PORTS(40006), .protocol = 17, .hop_limit = 1, .length = 13}},
    {"v6 packet too big",
     IPSOCK_IPV6,
     "2001:db8:1::fe",
     "02001416000005006002c895051c114020010db800010000000000000000000120010db8000200000000000000"
     "0000029c460009051c60a5",
     1184,
     {.type = 2, .checksum = 0x1416, .mtu = 1280, .data_length = 1232},
     {PORTS(40006), .protocol = 17, .hop_limit = 64, .length = 1192}},
    {"v6 extended echo reply",
     IPSOCK_IPV6,
     "2001:db8:2::2",
     "a100e7fd12340907200065f60008030177000000",
     0,
     {.type = 161,
      .checksum = 0xe7fd,
      .id = 0x1234,
      .sequence = 9,
      .active = true,
      .has_ipv4 = true,
      .has_ipv6 = true,
      .data_length = 12},
     {.protocol = 0}},
};

static size_t bytes_of(const struct capture *c, uint8_t bytes[2048])
{
    size_t length = 0;
    for (const char *p = c->hex; *p != '\0'; p += 2) {
        const char digits[3] = {p[0], p[1], '\0'};
        bytes[length++] = (uint8_t)strtoul(digits, NULL, 16);
    }
    memset(bytes + length, 'A', c->fill);
    return length + c->fill;
}

static void icmp_05_captures_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(captures); i++) {
        const struct capture *c = &captures[i];
        uint8_t bytes[2048];
        const size_t length = bytes_of(c, bytes);
        struct ipsock_icmp_message m;
        struct ipsock_icmp_object objects[4];
        unit_int(c->name, ipsock_icmp_parse(&m, objects, 4, c->family, bytes, length), IPSOCK_OK);
        unit_int(c->name, m.type, c->want.type);
        unit_int(c->name, m.code, c->want.code);
        unit_int(c->name, m.checksum, c->want.checksum);
        unit_int(c->name, m.id, c->want.id);
        unit_int(c->name, m.sequence, c->want.sequence);
        unit_int(c->name, m.state, 0);
        unit_int(c->name, m.active, c->want.active);
        unit_int(c->name, m.has_ipv4, c->want.has_ipv4);
        unit_int(c->name, m.has_ipv6, c->want.has_ipv6);
        unit_int(c->name, m.mtu, c->want.mtu);
        unit_int(c->name, (int64_t)m.data_length, (int64_t)c->want.data_length);
        unit_int(c->name, m.extension, IPSOCK_ICMP_EXTENSION_NONE);
        unit_int(c->name, (int64_t)m.objects_found, 0);
    }
}

static void icmp_13_captures_verify_and_marshal_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(captures); i++) {
        const struct capture *c = &captures[i];
        uint8_t bytes[2048], back[2048];
        const size_t length = bytes_of(c, bytes);
        struct ipsock_addr source = {0}, destination = {0};
        struct ipsock_icmp_message m;
        size_t written;
        if (c->source != NULL) {
            assert_int_equal(ipsock_addr_parse(c->source, &source), IPSOCK_OK);
            assert_int_equal(ipsock_addr_parse("2001:db8:1::1", &destination), IPSOCK_OK);
        }
        unit_int(c->name, ipsock_icmp_verify(c->family, &source, &destination, bytes, length), 0);
        unit_int(c->name, ipsock_icmp_parse(&m, NULL, 0, c->family, bytes, length), 0);
        unit_int(c->name,
                 ipsock_icmp_marshal(&m, &source, &destination, back, sizeof back, &written), 0);
        unit_int(c->name, (int64_t)written, (int64_t)length);
        unit_bytes(c->name, back, bytes, length);
    }
}

static void icmp_14_captures_quote(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(captures); i++) {
        const struct capture *c = &captures[i];
        uint8_t bytes[2048];
        const size_t length = bytes_of(c, bytes);
        struct ipsock_icmp_message m;
        struct ipsock_icmp_quote quote;
        const struct ipsk_header_order wire = {false, false, false};
        const bool quotes = c->quote.protocol != 0;
        unit_int(c->name, ipsock_icmp_parse(&m, NULL, 0, c->family, bytes, length), 0);
        unit_int(c->name, ipsk_icmp_quoted(&m, &quote, &wire),
                 quotes ? IPSOCK_OK : IPSOCK_EPROTOCOL);
        if (!quotes)
            continue;
        struct ipsock_addr source, destination;
        const bool v4 = c->family == IPSOCK_IPV4;
        assert_int_equal(ipsock_addr_parse(v4 ? "192.0.2.1" : "2001:db8:1::1", &source), 0);
        assert_int_equal(ipsock_addr_parse(v4 ? "198.51.100.2" : "2001:db8:2::2", &destination), 0);
        source.port = c->quote.source.port;
        destination.port = c->quote.destination.port;
        assert_true(ipsock_addr_equal(&quote.source, &source));
        assert_true(ipsock_addr_equal(&quote.destination, &destination));
        unit_int(c->name, quote.protocol, c->quote.protocol);
        unit_int(c->name, quote.hop_limit, c->quote.hop_limit);
        unit_int(c->name, (int64_t)quote.length, (int64_t)c->quote.length);
        assert_ptr_equal(quote.payload + quote.length, bytes + length);
    }
}

/* The extension structure of the request, which the reply carries on, is read as one. */
static void ext_13_identification_in_a_capture(void **state)
{
    (void)state;
    uint8_t bytes[2048];
    const size_t length = bytes_of(&captures[4], bytes);
    struct ipsock_icmp_message m;
    struct ipsock_icmp_object object;
    struct ipsock_icmp_ident ident;
    bytes[0] = 42;
    assert_int_equal(ipsock_icmp_parse(&m, &object, 1, IPSOCK_IPV4, bytes, length), IPSOCK_OK);
    assert_int_equal(m.extension, IPSOCK_ICMP_EXTENSION_FOUND);
    assert_int_equal(m.object_count, 1);
    assert_int_equal(ipsock_icmp_ident_decode(&object, &ident), IPSOCK_OK);
    assert_int_equal(ident.by, IPSOCK_ICMP_IDENT_NAME);
    assert_string_equal(ident.name, "w");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(icmp_05_captures_parse),
        cmocka_unit_test(icmp_13_captures_verify_and_marshal_back),
        cmocka_unit_test(icmp_14_captures_quote),
        cmocka_unit_test(ext_13_identification_in_a_capture),
    };
    return cmocka_run_group_tests_name("icmp_capture", tests, NULL, NULL);
}
