// SPDX-License-Identifier: BSD-2-Clause
/* Other systems' control data on this host: the rows come from tests/golden/, the buffers are built
 * by hand from what those kernels' sources and headers say. CM-01, CM-04, CM-07, CM-08, CM-10,
 * CM-11, CM-15 to CM-17. */
#include "control_buffer.h"
#include "golden.h"

#define DESTINATION   IPSOCK_CONTROL_DESTINATION
#define INTERFACE     IPSOCK_CONTROL_INTERFACE
#define HOP_LIMIT     IPSOCK_CONTROL_HOP_LIMIT
#define TRAFFIC_CLASS IPSOCK_CONTROL_TRAFFIC_CLASS

enum { IP = 0, IPV6 = 41, UDP = 17 };

static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

/* A system's expected bytes, without the codec: length, level, type, payload, padding to 8 or 4. */
struct wanted {
    size_t header, align, length_size;
    size_t length;
    uint8_t bytes[256];
};

static void want(struct wanted *w, int32_t level, int32_t type, const void *payload, size_t n)
{
    uint8_t *p = w->bytes + w->length;
    const uint32_t narrow = (uint32_t)(w->header + n);
    const uint64_t wide = w->header + n;
    memcpy(p, w->length_size == 4 ? (const void *)&narrow : (const void *)&wide, w->length_size);
    memcpy(p + w->length_size, &level, 4);
    memcpy(p + w->length_size + 4, &type, 4);
    memcpy(p + w->header, payload, n);
    w->length += (w->header + n + w->align - 1) / w->align * w->align;
}

static const struct wanted bsd = {.header = 16, .align = 8, .length_size = 4};
static const struct wanted darwin = {.header = 12, .align = 4, .length_size = 4};
static const struct wanted windows = {.header = 16, .align = 8, .length_size = 8};

static void encodes(struct golden *g, const struct ipsock_control *c, int column,
                    const struct wanted *w)
{
    uint8_t *buffer = malloc(w->length);
    size_t length = 0;
    assert_non_null(buffer);
    memset(buffer, 0xa5, w->length);
    unit_int(g->system.name,
             ipsk_encode(&g->system, c, column, IPSK_UDP, buffer, w->length, &length), IPSOCK_OK);
    unit_int(g->system.name, (int64_t)length, (int64_t)w->length);
    unit_bytes(g->system.name, buffer, w->bytes, length);
    unit_int(g->system.name,
             ipsk_encode(&g->system, c, column, IPSK_UDP, buffer, w->length - 1, &length),
             IPSOCK_ENOSPC);
    free(buffer);
}

static struct ipsock_control to_send(int column)
{
    struct ipsock_control c;
    memset(&c, 0, sizeof c);
    c.traffic_class = 0x28;
    c.hop_limit = 9;
    c.interface_index = 4;
    c.dont_fragment = 1;
    c.segment_size = 1200;
    assert_int_equal(ipsock_addr_parse(column == IPSK_V6 ? "2001:db8::1" : "192.0.2.1", &c.source),
                     IPSOCK_OK);
    assert_int_equal(ipsock_addr_parse("2001:db8::7%3", &c.next_hop), IPSOCK_OK);
    return c;
}

/* One byte each for TTL and TOS, whose types are the options' numbers. */
static void cm_15_freebsd_numbers_of_one_byte(void **state)
{
    (void)state;
    struct golden *g = golden_load("freebsd");
    struct control_buffer b = control_buffer_of(&g->system);
    struct ipsock_control c;
    const uint8_t ttl = 200, tos = 0xb8;
    control_buffer_add(&b, IP, 65, &ttl, 1);
    control_buffer_add(&b, IP, 68, &tos, 1);
    control_buffer_add(&b, IP, 7, "\xc0\x00\x02\x01", 4);
    unit_int("layout", (int64_t)b.length, 24 + 24 + 24);
    control_expect("freebsd", &g->system, &b, HOP_LIMIT | TRAFFIC_CLASS | DESTINATION, &c);
    unit_int("hop limit", c.hop_limit, 200);
    unit_int("traffic class", c.traffic_class, 0xb8);
    control_expect_ip("destination", &c.destination, "192.0.2.1");
    golden_free(g);
}

/* sockaddr_dl: length, family 18, index as u_short, then names of any length, or none. */
static void cm_16_interface_from_a_link_address_of_any_length(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        int32_t type;
        size_t n;
    } cases[] = {
        {"freebsd", 20, 56},   {"freebsd", 20, 54}, {"freebsd", 20, 8},  {"freebsd", 20, 70},
        {"netbsd", 20, 8},     {"netbsd", 20, 32},  {"openbsd", 30, 32}, {"openbsd", 30, 8},
        {"darwin", 20, 20},    {"darwin", 20, 8},   {"darwin", 20, 24},  {"freebsd", 20, 4},
        {"dragonfly", 20, 56},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct golden *g = golden_load(cases[i].system);
        struct control_buffer b = control_buffer_of(&g->system);
        struct ipsock_control c;
        uint8_t link[80] = {(uint8_t)cases[i].n, 18};
        const uint16_t index = 515; /* both bytes matter */
        memset(link + 4, 0xff, sizeof link - 4);
        memcpy(link + 2, &index, 2);
        control_buffer_add(&b, IP, cases[i].type, link, cases[i].n);
        b.length = b.layout.header + cases[i].n;
        control_expect(cases[i].system, &g->system, &b, INTERFACE, &c);
        unit_int("index", c.interface_index, 515);
        golden_free(g);
    }
}

static void cm_16_no_interface_or_a_cut_one_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        int32_t type;
    } cases[] = {{"freebsd", 20}, {"netbsd", 20}, {"openbsd", 30}, {"darwin", 20}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct golden *g = golden_load(cases[i].system);
        struct ipsock_control c;
        const uint8_t none[8] = {8, 18}, some[4] = {54, 18, 1, 1};
        struct control_buffer b = control_buffer_of(&g->system);
        control_buffer_add(&b, IP, cases[i].type, none, sizeof none);
        control_expect(cases[i].system, &g->system, &b, 0, &c);
        for (size_t n = 0; n < sizeof some; n++) {
            b = control_buffer_of(&g->system);
            control_buffer_add(&b, IP, cases[i].type, some, n);
            b.length = b.layout.header + n;
            control_expect(cases[i].system, &g->system, &b, 0, &c);
        }
        golden_free(g);
    }
}

/* NetBSD and Windows: address, then index, 8 bytes. Darwin: index, nothing, address. */
static void cm_01_packet_info_v4_of_each_shape(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        int32_t type;
        size_t n, address, index;
    } cases[] = {{"netbsd", 25, 8, 0, 4}, {"windows", 19, 8, 0, 4}, {"darwin", 26, 12, 8, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct golden *g = golden_load(cases[i].system);
        struct control_buffer b = control_buffer_of(&g->system);
        struct ipsock_control c;
        uint8_t info[12] = {0};
        const uint32_t index = 70000;
        memcpy(info + cases[i].address, "\xc0\x00\x02\x09", 4);
        memcpy(info + cases[i].index, &index, 4);
        control_buffer_add(&b, IP, cases[i].type, info, cases[i].n);
        control_expect(cases[i].system, &g->system, &b, DESTINATION | INTERFACE, &c);
        control_expect_ip(cases[i].system, &c.destination, "192.0.2.9");
        unit_int("index", c.interface_index, 70000);
        golden_free(g);
    }
}

/* Every system's IPv6 messages: RFC 3542 gives the payloads, not the numbers. */
static void cm_01_ipv6_of_every_system(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        int32_t info, hops, tclass;
    } cases[] = {{"linux", 50, 52, 67},    {"freebsd", 46, 47, 61}, {"netbsd", 46, 47, 61},
                 {"openbsd", 46, 47, 61},  {"darwin", 46, 47, 36},  {"windows", 19, 21, 39},
                 {"dragonfly", 46, 47, 61}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct golden *g = golden_load(cases[i].system);
        struct control_buffer b = control_buffer_of(&g->system);
        struct ipsock_control c;
        uint8_t info[20];
        const uint32_t index = 3;
        memcpy(info, v6, 16);
        memcpy(info + 16, &index, 4);
        control_buffer_add_int(&b, IPV6, cases[i].tclass, 0x20);
        control_buffer_add_int(&b, IPV6, cases[i].hops, 1);
        control_buffer_add(&b, IPV6, cases[i].info, info, sizeof info);
        control_expect(cases[i].system, &g->system, &b,
                       HOP_LIMIT | TRAFFIC_CLASS | DESTINATION | INTERFACE, &c);
        control_expect_ip(cases[i].system, &c.destination, "2001:db8::1");
        unit_int("index", c.interface_index, 3);
        unit_int("hop limit", c.hop_limit, 1);
        unit_int("traffic class", c.traffic_class, 0x20);
        golden_free(g);
    }
}

/* WSACMSGHDR: an 8-byte length; all numbers are INTs; some items may be missing. */
static void cm_15_windows_types_and_widths(void **state)
{
    (void)state;
    struct golden *g = golden_load("windows");
    struct control_buffer b = control_buffer_of(&g->system);
    struct ipsock_control c;
    const uint64_t length = 20;
    control_buffer_add_int(&b, IP, 4, 128);
    unit_bytes("length field", b.bytes, &length, sizeof length);
    control_buffer_add_int(&b, IP, 3, 0xff);
    control_buffer_add_int(&b, UDP, 3, 1472);
    control_buffer_add_int(&b, IP, 24, 12); /* IP_RECVIF, which nothing switches on */
    control_expect("windows", &g->system, &b,
                   HOP_LIMIT | TRAFFIC_CLASS | IPSOCK_CONTROL_SEGMENT_SIZE, &c);
    unit_int("hop limit", c.hop_limit, 128);
    unit_int("traffic class", c.traffic_class, 0xff);
    unit_int("segment size", c.segment_size, 1472);
    golden_free(g);
}

/* Darwin aligns to 4: a one-byte message takes 16 bytes. */
static void cm_03_darwin_aligns_to_four(void **state)
{
    (void)state;
    struct golden *g = golden_load("darwin");
    struct control_buffer b = control_buffer_of(&g->system);
    struct ipsock_control c;
    const uint8_t ttl = 63, tos = 4;
    control_buffer_add(&b, IP, 24, &ttl, 1);
    unit_int("space", (int64_t)b.length, 16);
    control_buffer_add(&b, IP, 27, &tos, 1);
    control_expect("darwin", &g->system, &b, HOP_LIMIT | TRAFFIC_CLASS, &c);
    unit_int("hop limit", c.hop_limit, 63);
    unit_int("traffic class", c.traffic_class, 4);
    b.length = 16 + 13; /* the last one bare */
    control_expect("darwin", &g->system, &b, HOP_LIMIT | TRAFFIC_CLASS, &c);
    golden_free(g);
}

static void cm_17_path_mtu_of_the_systems_that_send_it(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        int32_t type;
        bool sends;
    } cases[] = {{"freebsd", 44, true},  {"netbsd", 44, true},    {"darwin", 44, true},
                 {"openbsd", 44, false}, {"dragonfly", 44, true}, {"linux", 61, true}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct golden *g = golden_load(cases[i].system);
        struct control_buffer b = control_buffer_of(&g->system);
        struct ipsock_control c;
        uint8_t info[32] = {28, 28};
        const uint32_t scope = 6, mtu = 1300;
        memcpy(info + 8, v6, 16);
        memcpy(info + 24, &scope, 4);
        memcpy(info + 28, &mtu, 4);
        control_buffer_add(&b, IPV6, cases[i].type, info, sizeof info);
        control_expect(cases[i].system, &g->system, &b,
                       cases[i].sends ? IPSOCK_CONTROL_PATH_MTU | DESTINATION | INTERFACE : 0, &c);
        if (cases[i].sends) {
            unit_int("mtu", c.path_mtu, 1300);
            unit_int("index", c.interface_index, 6);
            unit_int("address", c.destination.ip[1], 1);
        }
        golden_free(g);
    }
}

/* IP_SENDSRCADDR and a TOS of one byte; nothing else of IPv4 can be said. */
static void cm_10_freebsd_and_openbsd_sources(void **state)
{
    (void)state;
    struct golden *g = golden_load("freebsd");
    struct ipsock_control c = to_send(IPSK_V4);
    struct wanted w = bsd;
    size_t length;
    c.valid = IPSOCK_CONTROL_SOURCE | TRAFFIC_CLASS;
    want(&w, IP, 3, "\x28", 1);
    want(&w, IP, 7, "\xc0\x00\x02\x01", 4);
    unit_int("length", (int64_t)w.length, 48);
    encodes(g, &c, IPSK_V4, &w);
    encodes(g, &c, IPSK_MAPPED, &w);
    c.valid = INTERFACE;
    unit_int("interface", ipsk_encode(&g->system, &c, IPSK_V4, IPSK_UDP, NULL, 0, &length),
             IPSOCK_ENOTSUP);
    c.valid = HOP_LIMIT;
    unit_int("hop limit", ipsk_encode(&g->system, &c, IPSK_V4, IPSK_UDP, NULL, 0, &length),
             IPSOCK_ENOTSUP);
    c.valid = IPSOCK_CONTROL_SOURCE;
    unit_int("raw", ipsk_encode(&g->system, &c, IPSK_V4, IPSK_RAW, NULL, 0, &length),
             IPSOCK_ENOTSUP);
    golden_free(g);

    g = golden_load("openbsd");
    w = bsd;
    want(&w, IP, 7, "\xc0\x00\x02\x01", 4);
    encodes(g, &c, IPSK_V4, &w);
    golden_free(g);

    g = golden_load("dragonfly");
    w = bsd;
    c.valid = IPSOCK_CONTROL_SOURCE | TRAFFIC_CLASS;
    want(&w, IP, 3, "\x28", 1);
    want(&w, IP, 7, "\xc0\x00\x02\x01", 4);
    encodes(g, &c, IPSK_V4, &w);
    golden_free(g);
}

static void cm_10_packet_info_v4_of_each_shape(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        const struct wanted *layout;
        int32_t type;
        size_t n, source, index;
        uint32_t valid; /* Darwin does not heed both: an option has the index there */
    } cases[] = {{"netbsd", &bsd, 25, 8, 0, 4, IPSOCK_CONTROL_SOURCE | INTERFACE},
                 {"windows", &windows, 19, 8, 0, 4, IPSOCK_CONTROL_SOURCE | INTERFACE},
                 {"darwin", &darwin, 26, 12, 4, 0, IPSOCK_CONTROL_SOURCE}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct golden *g = golden_load(cases[i].system);
        struct ipsock_control c = to_send(IPSK_V4);
        struct wanted w = *cases[i].layout;
        uint8_t info[12] = {0};
        const uint32_t index = cases[i].valid & INTERFACE ? 4 : 0;
        memcpy(info + cases[i].source, "\xc0\x00\x02\x01", 4);
        memcpy(info + cases[i].index, &index, 4);
        want(&w, IP, cases[i].type, info, cases[i].n);
        c.valid = cases[i].valid;
        encodes(g, &c, IPSK_V4, &w);
        golden_free(g);
    }
}

/* x/net's order, then what x/net does not have. sockaddr_in6 starts with its length and family. */
static void cm_11_everything_v6(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        const struct wanted *layout;
        int32_t tclass, hops, dont_fragment, next_hop;
        uint8_t family;
    } cases[] = {{"freebsd", &bsd, 61, 47, 62, 48, 28},
                 {"netbsd", &bsd, 61, 47, 62, 48, 24},
                 {"openbsd", &bsd, 61, 47, 62, 0, 24},
                 {"dragonfly", &bsd, 61, 47, 62, 48, 28},
                 {"darwin", &darwin, 36, 47, 62, 48, 30}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct golden *g = golden_load(cases[i].system);
        struct ipsock_control c = to_send(IPSK_V6);
        struct wanted w = *cases[i].layout;
        const int32_t tclass = 0x28, hops = 9, dont_fragment = 1;
        const uint32_t index = 4, scope = 3;
        uint8_t info[20], next[28] = {28, cases[i].family};
        memcpy(info, v6, 16);
        memcpy(info + 16, &index, 4);
        memcpy(next + 8, c.next_hop.ip, 16);
        memcpy(next + 24, &scope, 4);
        c.valid = TRAFFIC_CLASS | HOP_LIMIT | IPSOCK_CONTROL_SOURCE | INTERFACE |
                  IPSOCK_CONTROL_DONT_FRAGMENT;
        want(&w, IPV6, cases[i].tclass, &tclass, 4);
        want(&w, IPV6, cases[i].hops, &hops, 4);
        want(&w, IPV6, 46, info, sizeof info);
        want(&w, IPV6, cases[i].dont_fragment, &dont_fragment, 4);
        if (cases[i].next_hop != 0) {
            c.valid |= IPSOCK_CONTROL_NEXT_HOP;
            want(&w, IPV6, cases[i].next_hop, next, sizeof next);
        }
        encodes(g, &c, IPSK_V6, &w);
        golden_free(g);
    }
}

static void cm_11_windows_v6(void **state)
{
    (void)state;
    struct golden *g = golden_load("windows");
    struct ipsock_control c = to_send(IPSK_V6);
    struct wanted w = windows;
    const int32_t tclass = 0x28, hops = 9, segment = 1200;
    const uint32_t index = 4;
    uint8_t info[20];
    size_t length;
    memcpy(info, v6, 16);
    memcpy(info + 16, &index, 4);
    c.valid =
        TRAFFIC_CLASS | HOP_LIMIT | IPSOCK_CONTROL_SOURCE | INTERFACE | IPSOCK_CONTROL_SEGMENT_SIZE;
    want(&w, IPV6, 39, &tclass, 4);
    want(&w, IPV6, 21, &hops, 4);
    want(&w, IPV6, 19, info, sizeof info);
    want(&w, UDP, 2, &segment, 4);
    encodes(g, &c, IPSK_V6, &w);
    c.valid = IPSOCK_CONTROL_DONT_FRAGMENT;
    unit_int("don't fragment", ipsk_encode(&g->system, &c, IPSK_V6, IPSK_UDP, NULL, 0, &length),
             IPSOCK_ENOTSUP);
    golden_free(g);
}

static void cm_11_darwin_mapped_traffic_class_is_an_ipv6_message(void **state)
{
    (void)state;
    struct golden *g = golden_load("darwin");
    struct ipsock_control c = to_send(IPSK_V4);
    struct wanted w = darwin;
    const int32_t tclass = 0x28;
    c.valid = TRAFFIC_CLASS;
    want(&w, IPV6, 36, &tclass, 4);
    encodes(g, &c, IPSK_MAPPED, &w);
    golden_free(g);
}

/* Every row of every system: cut, short, long, and beside a lie. */
static void cm_07_every_row_of_every_system(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(golden_systems); s++) {
        struct golden *g = golden_load(golden_systems[s]);
        for (size_t i = 0; i < g->system.received_count; i++) {
            const struct ipsk_received_row *row = &g->received[i];
            uint8_t payload[64];
            control_sample(row, payload);
            for (size_t n = 0; n <= row->usual + 8u; n++) {
                struct control_buffer b = control_buffer_of(&g->system);
                struct ipsock_control c;
                if (control_is_number(row) && n != row->usual && n >= row->minimum)
                    continue;
                control_buffer_add(&b, row->level, row->type, payload, n);
                b.length = b.layout.header + n;
                control_expect(row->text, &g->system, &b,
                               n < row->minimum ? 0 : control_sample_bits(row), &c);
            }
        }
        golden_free(g);
    }
}

static void cm_04_random_buffers_of_every_system(void **state)
{
    (void)state;
    for (size_t s = 0; s < COUNT(golden_systems); s++) {
        struct golden *g = golden_load(golden_systems[s]);
        uint64_t seed = 4 + s;
        for (int round = 0; round < 4000; round++) {
            struct control_buffer b = control_buffer_of(&g->system);
            struct ipsock_control c;
            for (size_t count = control_random(&seed, 6); count > 0; count--) {
                const struct ipsk_received_row *row =
                    &g->received[control_random(&seed, g->system.received_count)];
                uint8_t payload[64];
                for (size_t i = 0; i < sizeof payload; i++)
                    payload[i] = (uint8_t)unit_random(&seed);
                const size_t at = control_buffer_add(&b, row->level, row->type, payload,
                                                     control_random(&seed, sizeof payload));
                if (control_random(&seed, 8) == 0)
                    control_buffer_lie(&b, at, unit_random(&seed) >> control_random(&seed, 64));
            }
            b.length -= b.length != 0 ? control_random(&seed, 4) : 0;
            const int code = control_buffer_decode(&g->system, &b, &c);
            assert_true(code == IPSOCK_OK || code == IPSOCK_ECONTROL);
            assert_int_equal(c.valid & ~IPSOCK_CONTROL_RECEIVABLE, 0);
            assert_false((c.valid & INTERFACE) && c.interface_index == 0);
        }
        golden_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_01_packet_info_v4_of_each_shape),
        cmocka_unit_test(cm_01_ipv6_of_every_system),
        cmocka_unit_test(cm_03_darwin_aligns_to_four),
        cmocka_unit_test(cm_04_random_buffers_of_every_system),
        cmocka_unit_test(cm_07_every_row_of_every_system),
        cmocka_unit_test(cm_10_freebsd_and_openbsd_sources),
        cmocka_unit_test(cm_10_packet_info_v4_of_each_shape),
        cmocka_unit_test(cm_11_everything_v6),
        cmocka_unit_test(cm_11_windows_v6),
        cmocka_unit_test(cm_11_darwin_mapped_traffic_class_is_an_ipv6_message),
        cmocka_unit_test(cm_15_freebsd_numbers_of_one_byte),
        cmocka_unit_test(cm_15_windows_types_and_widths),
        cmocka_unit_test(cm_16_interface_from_a_link_address_of_any_length),
        cmocka_unit_test(cm_16_no_interface_or_a_cut_one_is_none),
        cmocka_unit_test(cm_17_path_mtu_of_the_systems_that_send_it),
    };
    return cmocka_run_group_tests_name("foreign_codec", tests, NULL, NULL);
}
