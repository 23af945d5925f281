// SPDX-License-Identifier: BSD-2-Clause
/* The packet inside an ICMP error: ICMP-14, and ports behind options and extension headers. */
#include "unit.h"

#include "core/codec/icmp.h"

static struct ipsk_header_orders local; /* of the system that these tests play */

void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    *orders = local;
}

static const struct ipsk_header_order wire = {false, false, false};

/* 192.0.2.1:0x1234 to 198.51.100.2:0x0035, TTL 1, UDP, 28 bytes with a header of 8. */
static const uint8_t udp4[28] = {0x45, 0,    0,   28,   0xca, 0xfe, 0x40, 0,  1,   17,
                                 0xde, 0xad, 192, 0,    2,    1,    198,  51, 100, 2,
                                 0x12, 0x34, 0,   0x35, 0,    8,    0,    0};

#define SOURCE6      0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define DESTINATION6 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2

static struct ipsock_icmp_message time_exceeded(int family, const void *data, size_t length)
{
    const struct ipsock_icmp_message message = {
        .family = family,
        .type = family == IPSOCK_IPV4 ? (int)IPSOCK_ICMPV4_TIME_EXCEEDED
                                      : (int)IPSOCK_ICMPV6_TIME_EXCEEDED,
        .body = IPSOCK_ICMP_BODY_TIME_EXCEEDED,
        .data = length != 0 ? data : NULL,
        .data_length = length,
    };
    return message;
}

/* Reads a copy of exactly this length; the payload's place is given back by its offset. */
static int quoted(struct ipsock_icmp_quote *quote, size_t *payload_at, int family, const void *data,
                  size_t length, const struct ipsk_header_order *order)
{
    uint8_t *exact = unit_exact(data, length);
    const struct ipsock_icmp_message message = time_exceeded(family, exact, length);
    struct ipsock_icmp_quote untouched;
    memset(quote, 0x5a, sizeof *quote);
    memset(&untouched, 0x5a, sizeof untouched);
    const int result = ipsk_icmp_quoted(&message, quote, order);
    if (result != IPSOCK_OK) {
        assert_memory_equal(quote, &untouched, sizeof untouched);
    } else if (quote->length == 0) {
        assert_null(quote->payload);
    } else {
        *payload_at = (size_t)(quote->payload - exact);
        assert_true(*payload_at + quote->length <= length);
    }
    free(exact);
    return result;
}

static void expect_ports(const struct ipsock_icmp_quote *quote, unsigned source,
                         unsigned destination)
{
    assert_int_equal(quote->source.port, source);
    assert_int_equal(quote->destination.port, destination);
}

/* Total length and fragment word as they are given here, 8 bytes of header and 4 of options. */
static void icmp_14_quoted_ipv4_in_every_order(void **state)
{
    (void)state;
    for (int bits = 0; bits < 8; bits++) {
        const struct ipsk_header_order order = {bits & 1, bits & 2, bits & 4};
        const uint16_t total = (uint16_t)(order.length_without_header ? 8 : 32), offset = 0x4000;
        uint8_t bytes[40] = {0};
        memcpy(bytes, udp4, 20);
        memcpy(bytes + 24, udp4 + 20, 8);
        bytes[0] = 0x46;
        bytes[3] = (uint8_t)total;
        if (order.host_length)
            memcpy(bytes + 2, &total, 2);
        if (order.host_offset)
            memcpy(bytes + 6, &offset, 2);
        struct ipsock_icmp_quote quote;
        size_t at;
        assert_int_equal(quoted(&quote, &at, IPSOCK_IPV4, bytes, sizeof bytes, &order), 0);
        assert_int_equal(at, 24);
        assert_int_equal(quote.length, 8); /* the rest is padding */
        expect_ports(&quote, 0x1234, 0x35);
    }
}

static void icmp_14_quoted_ipv4(void **state)
{
    (void)state;
    const struct ipsock_addr source = ipsock_addr_ipv4(192, 0, 2, 1, 0x1234);
    const struct ipsock_addr destination = ipsock_addr_ipv4(198, 51, 100, 2, 0x35);
    struct ipsock_icmp_quote quote;
    size_t at;
    assert_int_equal(quoted(&quote, &at, IPSOCK_IPV4, udp4, sizeof udp4, &wire), IPSOCK_OK);
    assert_true(ipsock_addr_equal(&quote.source, &source));
    assert_true(ipsock_addr_equal(&quote.destination, &destination));
    assert_int_equal(quote.protocol, 17);
    assert_int_equal(quote.hop_limit, 1);
    assert_int_equal(quote.reserved, 0);
    assert_int_equal(quote.length, 8);
    assert_int_equal(at, 20);
}

static void icmp_14_quoted_ipv4_cut_at_every_byte(void **state)
{
    (void)state;
    uint8_t bytes[68] = {0};
    memcpy(bytes, udp4, 20);
    memcpy(bytes + 60, udp4 + 20, 8);
    bytes[3] = 68;
    for (size_t words = 0; words <= 15; words++) {
        bytes[0] = (uint8_t)(0x40 | words);
        for (size_t length = 0; length <= sizeof bytes; length++) {
            struct ipsock_icmp_quote quote;
            size_t at;
            const int want = length < 20          ? IPSOCK_EHDRSHORT
                             : words < 5          ? IPSOCK_EHDRLEN
                             : length < words * 4 ? IPSOCK_EEXTSHORT
                                                  : IPSOCK_OK;
            assert_int_equal(quoted(&quote, &at, IPSOCK_IPV4, bytes, length, &wire), want);
            if (want != IPSOCK_OK)
                continue;
            assert_int_equal(quote.length, length - words * 4);
            if (words == 15)
                expect_ports(&quote, length >= 64 ? 0x1234 : 0, length >= 64 ? 0x35 : 0);
        }
    }
}

static void quoted_total_length_bounds_the_payload(void **state)
{
    (void)state;
    uint8_t bytes[28];
    memcpy(bytes, udp4, sizeof bytes);
    for (unsigned total = 0; total <= 40; total++) {
        struct ipsock_icmp_quote quote;
        size_t at;
        bytes[3] = (uint8_t)total;
        assert_int_equal(quoted(&quote, &at, IPSOCK_IPV4, bytes, sizeof bytes, &wire), IPSOCK_OK);
        assert_int_equal(quote.length, total >= 20 && total < 28 ? total - 20 : 8);
        expect_ports(&quote, quote.length >= 4 ? 0x1234 : 0, quote.length >= 4 ? 0x35 : 0);
    }
}

static void quoted_ports_of_every_protocol(void **state)
{
    (void)state;
    uint8_t bytes[28];
    memcpy(bytes, udp4, sizeof bytes);
    for (int protocol = 0; protocol <= 255; protocol++) {
        struct ipsock_icmp_quote quote;
        size_t at;
        const bool ports =
            protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
        bytes[9] = (uint8_t)protocol;
        assert_int_equal(quoted(&quote, &at, IPSOCK_IPV4, bytes, sizeof bytes, &wire), IPSOCK_OK);
        assert_int_equal(quote.protocol, protocol);
        assert_int_equal(quote.length, 8);
        expect_ports(&quote, ports ? 0x1234 : 0, ports ? 0x35 : 0);
    }
}

static void quoted_later_fragments_have_no_ports(void **state)
{
    (void)state;
    uint8_t bytes[28];
    memcpy(bytes, udp4, sizeof bytes);
    for (unsigned word = 0; word <= UINT16_MAX; word++) {
        struct ipsock_icmp_quote quote;
        size_t at;
        bytes[6] = (uint8_t)(word >> 8);
        bytes[7] = (uint8_t)word;
        assert_int_equal(quoted(&quote, &at, IPSOCK_IPV4, bytes, sizeof bytes, &wire), IPSOCK_OK);
        const bool first = (word & 0x1fff) == 0;
        expect_ports(&quote, first ? 0x1234 : 0, first ? 0x35 : 0);
        assert_int_equal(quote.length, 8);
    }
}

/* An IPv6 header and these bytes behind it. Returns the length. */
static size_t make6(uint8_t *bytes, uint8_t next, const void *rest, size_t length)
{
    static const uint8_t header[40] = {0x60, 0, 0, 0, 0, 0, 0, 3, SOURCE6, DESTINATION6};
    memcpy(bytes, header, sizeof header);
    bytes[4] = (uint8_t)(length >> 8);
    bytes[5] = (uint8_t)length;
    bytes[6] = next;
    memcpy(bytes + 40, rest, length);
    return 40 + length;
}

struct chain {
    const char *name;
    uint8_t next;
    uint8_t rest[64];
    size_t length;
    uint8_t protocol;
    size_t headers; /* bytes before the transport header */
    bool ports;
};

#define PORTS 0x12, 0x34, 0, 0x35, 0, 8, 0, 0

static const struct chain chains[] = {
    {"UDP", 17, {PORTS}, 8, 17, 0, true},
    {"hop-by-hop", 0, {6, 0, 1, 4, 0, 0, 0, 0, PORTS}, 16, 6, 8, true},
    {"destination options of 16 bytes",
     60,
     {132, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, PORTS},
     24,
     132,
     16,
     true},
    {"routing", 43, {136, 0, 0, 0, 0, 0, 0, 0, PORTS}, 16, 136, 8, true},
    /* the reserved byte of a fragment header is no length */
    {"first fragment", 44, {33, 9, 0, 1, 0xca, 0xfe, 0, 1, PORTS}, 16, 33, 8, true},
    {"later fragment", 44, {17, 0, 0, 8, 0xca, 0xfe, 0, 1, PORTS}, 16, 17, 8, false},
    {"later fragment of something with options",
     44,
     {60, 0, 0, 9, 0xca, 0xfe, 0, 1, PORTS},
     16,
     60,
     8,
     false},
    {"authentication, 12 bytes",
     51,
     {17, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, PORTS},
     20,
     17,
     12,
     true},
    {"mobility, HIP and shim6",
     135,
     {139, 0, 0, 0, 0, 0, 0, 0, 140, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, PORTS},
     32,
     17,
     24,
     true},
    {"hop-by-hop, routing, fragment, destination options",
     0,
     {43, 0, 1, 4, 0, 0, 0, 0,  44, 0, 0, 0, 0, 0, 0, 0,    60,
      0,  0, 0, 0, 0, 0, 1, 17, 0,  1, 4, 0, 0, 0, 0, PORTS},
     40,
     17,
     32,
     true},
    {"ESP is read no further", 50, {PORTS}, 8, 50, 0, false},
    {"no next header", 59, {0}, 0, 59, 0, false},
    {"ICMPv6 has no ports", 58, {128, 0, 0, 0, 0, 1, 0, 2}, 8, 58, 0, false},
};

static void quoted_ipv6_behind_extension_headers(void **state)
{
    (void)state;
    const struct ipsock_addr source = ipsock_addr_ipv6((const uint8_t[]){SOURCE6}, 0);
    const struct ipsock_addr destination = ipsock_addr_ipv6((const uint8_t[]){DESTINATION6}, 0);
    for (size_t i = 0; i < COUNT(chains); i++) {
        const struct chain *c = &chains[i];
        uint8_t bytes[128] = {0};
        struct ipsock_icmp_quote quote;
        size_t at = 40 + c->headers;
        const size_t length = make6(bytes, c->next, c->rest, c->length);
        /* more than the packet: padding before an extension structure */
        for (size_t more = 0; more <= 8; more += 8) {
            unit_int(c->name, quoted(&quote, &at, IPSOCK_IPV6, bytes, length + more, &wire), 0);
            assert_true(ipsock_addr_same_ip(&quote.source, &source));
            assert_true(ipsock_addr_same_ip(&quote.destination, &destination));
            unit_int(c->name, quote.protocol, c->protocol);
            unit_int(c->name, quote.hop_limit, 3);
            unit_int(c->name, quote.source.port, c->ports ? 0x1234 : 0);
            unit_int(c->name, quote.destination.port, c->ports ? 0x35 : 0);
            unit_int(c->name, (int64_t)at, (int64_t)(40 + c->headers));
            if (c->length != 0) /* a payload length of 0 bounds nothing */
                unit_int(c->name, (int64_t)quote.length, (int64_t)(c->length - c->headers));
        }
    }
}

static void quoted_ipv6_cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(chains); i++) {
        const struct chain *c = &chains[i];
        uint8_t bytes[128];
        const size_t whole = make6(bytes, c->next, c->rest, c->length);
        for (size_t length = 0; length <= whole; length++) {
            struct ipsock_icmp_quote quote;
            size_t at;
            const int result = quoted(&quote, &at, IPSOCK_IPV6, bytes, length, &wire);
            if (length < 40) {
                unit_int(c->name, result, IPSOCK_EHDRSHORT);
            } else if (length < 40 + c->headers) {
                unit_int(c->name, result, IPSOCK_EEXTSHORT);
            } else {
                unit_int(c->name, result, IPSOCK_OK);
                unit_int(c->name, quote.source.port, c->ports && quote.length >= 4 ? 0x1234 : 0);
            }
        }
    }
}

/* A chain that names itself over and over is walked to its end and no further. */
static void quoted_ipv6_chains_end(void **state)
{
    (void)state;
    static const uint8_t kinds[] = {0, 43, 44, 51, 60, 135, 139, 140};
    static uint8_t rest[16384], bytes[16424];
    for (size_t i = 0; i < COUNT(kinds); i++) {
        struct ipsock_icmp_quote quote;
        size_t at;
        for (size_t k = 0; k < sizeof rest; k += 8)
            rest[k] = kinds[i];
        const size_t length = make6(bytes, kinds[i], rest, sizeof rest);
        assert_int_equal(quoted(&quote, &at, IPSOCK_IPV6, bytes, length, &wire), IPSOCK_EEXTSHORT);
    }
    /* the longest header of all, one byte short of it and whole */
    struct ipsock_icmp_quote quote;
    size_t at;
    rest[0] = 17;
    rest[1] = 255;
    make6(bytes, 60, rest, 2052);
    assert_int_equal(quoted(&quote, &at, IPSOCK_IPV6, bytes, 40 + 2047, &wire), IPSOCK_EEXTSHORT);
    assert_int_equal(quoted(&quote, &at, IPSOCK_IPV6, bytes, 40 + 2048, &wire), IPSOCK_OK);
    assert_int_equal(quote.length, 0);
    assert_int_equal(quoted(&quote, &at, IPSOCK_IPV6, bytes, 40 + 2052, &wire), IPSOCK_OK);
    assert_int_equal(at, 40 + 2048);
    assert_int_equal(quote.length, 4);
}

static void quoted_packet_is_of_the_messages_family(void **state)
{
    (void)state;
    uint8_t bytes[64];
    struct ipsock_icmp_quote quote;
    size_t at;
    const size_t length = make6(bytes, 17, udp4 + 20, 8);
    assert_int_equal(quoted(&quote, &at, IPSOCK_IPV4, bytes, length, &wire), IPSOCK_EVERSION);
    memcpy(bytes, udp4, sizeof udp4);
    assert_int_equal(quoted(&quote, &at, IPSOCK_IPV6, bytes, 64, &wire), IPSOCK_EVERSION);
}

/* Every type that quotes, and no other. */
static void who_quotes(void **state)
{
    (void)state;
    uint8_t bytes6[64];
    const size_t length6 = make6(bytes6, 17, udp4 + 20, 8);
    for (int type = 0; type <= 255; type++) {
        struct ipsock_icmp_message m = time_exceeded(IPSOCK_IPV4, udp4, sizeof udp4);
        struct ipsock_icmp_quote quote;
        m.type = (uint8_t)type;
        m.body = IPSOCK_ICMP_BODY_AUTO;
        bool quotes = type == 3 || type == 5 || type == 11 || type == 12;
        assert_int_equal(ipsock_icmp_quoted(&m, &quote), quotes ? IPSOCK_OK : IPSOCK_EPROTOCOL);
        m.body = IPSOCK_ICMP_BODY_RAW;
        assert_int_equal(ipsock_icmp_quoted(&m, &quote), IPSOCK_EPROTOCOL);
        m = time_exceeded(IPSOCK_IPV6, bytes6, length6);
        m.type = (uint8_t)type;
        quotes = type >= 1 && type <= 4;
        assert_int_equal(ipsock_icmp_quoted(&m, &quote), quotes ? IPSOCK_OK : IPSOCK_EPROTOCOL);
    }
}

static void quoted_wrong_calls(void **state)
{
    (void)state;
    struct ipsock_icmp_message m = time_exceeded(IPSOCK_IPV4, udp4, sizeof udp4);
    struct ipsock_icmp_quote quote;
    assert_int_equal(ipsock_icmp_quoted(NULL, &quote), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_quoted(&m, NULL), IPSOCK_EINVAL);
    m.data = NULL;
    assert_int_equal(ipsock_icmp_quoted(&m, &quote), IPSOCK_EINVAL);
    m.data_length = 0;
    assert_int_equal(ipsock_icmp_quoted(&m, &quote), IPSOCK_EHDRSHORT);
    m = (struct ipsock_icmp_message){.family = 5, .type = 3};
    assert_int_equal(ipsock_icmp_quoted(&m, &quote), IPSOCK_EPROTOCOL);
}

/* The public function reads as this system's raw sockets quote. */
static void icmp_14_order_of_this_system(void **state)
{
    (void)state;
    const struct ipsock_icmp_message m = time_exceeded(IPSOCK_IPV4, udp4, sizeof udp4);
    struct ipsock_icmp_quote quote;
    uint16_t host;
    memcpy(&host, udp4 + 6, 2); /* 0x4000, an offset of 64 where the order is reversed */
    for (int reversed = 0; reversed <= 1; reversed++) {
        memset(&local, 0, sizeof local);
        local.quoted.host_offset = reversed;
        assert_int_equal(ipsock_icmp_quoted(&m, &quote), IPSOCK_OK);
        expect_ports(&quote, !reversed || host == 0x4000 ? 0x1234 : 0,
                     !reversed || host == 0x4000 ? 0x35 : 0);
    }
    memset(&local, 0, sizeof local);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(icmp_14_quoted_ipv4),
        cmocka_unit_test(icmp_14_quoted_ipv4_in_every_order),
        cmocka_unit_test(icmp_14_quoted_ipv4_cut_at_every_byte),
        cmocka_unit_test(icmp_14_order_of_this_system),
        cmocka_unit_test(quoted_total_length_bounds_the_payload),
        cmocka_unit_test(quoted_ports_of_every_protocol),
        cmocka_unit_test(quoted_later_fragments_have_no_ports),
        cmocka_unit_test(quoted_ipv6_behind_extension_headers),
        cmocka_unit_test(quoted_ipv6_cut_at_every_byte),
        cmocka_unit_test(quoted_ipv6_chains_end),
        cmocka_unit_test(quoted_packet_is_of_the_messages_family),
        cmocka_unit_test(who_quotes),
        cmocka_unit_test(quoted_wrong_calls),
    };
    return cmocka_run_group_tests_name("icmp_quote", tests, NULL, NULL);
}
