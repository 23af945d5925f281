// SPDX-License-Identifier: BSD-2-Clause
/* Received control data: the generic codec and the data path of this system, which must agree on
 * every buffer. CM-01, CM-03 to CM-05, CM-07, CM-08, CM-15, CM-17, QUIRK-02, QUIRK-08. */
#include "control_buffer.h"

#include "shared/control.h"

/* The system's own names, for vectors that do not come from the tables. */
#define IP4 IPPROTO_IP
#define IP6 IPPROTO_IPV6

static struct ipsock_control blank(void)
{
    struct ipsock_control c;
    memset(&c, 0xa5, sizeof c);
    return c;
}

/* Runs both ways on a copy of exactly these bytes; returns the generic one's code. */
static int both_ways(const void *bytes, size_t length, struct ipsock_control *out)
{
    uint8_t *exact = unit_exact(bytes, length);
    struct ipsock_control generic = blank();
    const int code = ipsk_decode(&ipsk_native, exact, length, IPSK_ANY_COLUMN, &generic);
    assert_true(code == IPSOCK_OK || code == IPSOCK_ECONTROL);
    for (unsigned way = 0; way < 4; way++) {
        struct ipsock_control inlined = blank();
        inlined.valid = ipsk_take_control(&inlined, exact, length, (way & 1) != 0,
                                          way & 2 ? IPSOCK_CONTROL_RECEIVABLE : 0);
        unit_int("valid", inlined.valid, generic.valid);
        unit_bytes("control", &inlined, &generic, sizeof generic);
    }
    assert_false((generic.valid & IPSOCK_CONTROL_INTERFACE) && generic.interface_index == 0);
    free(exact);
    if (out != NULL)
        *out = generic;
    return code;
}

/* What a kernel sends for one packet, and a message that nobody here knows. */
static struct control_buffer usual_v4(void)
{
    struct control_buffer b = control_buffer_of(&ipsk_native);
    struct in_pktinfo info;
    memset(&info, 0, sizeof info);
    memcpy(&info.ipi_addr, "\xc0\x00\x02\x07", 4);
    memcpy(&info.ipi_spec_dst, "\xc0\x00\x02\x08", 4);
    info.ipi_ifindex = 5;
    const uint8_t tos = 0x28;
    control_buffer_add(&b, SOL_SOCKET, 29 /* a timestamp */, "0123456789abcdef", 16);
    control_buffer_add(&b, IP4, IP_PKTINFO, &info, sizeof info);
    control_buffer_add_int(&b, IP4, IP_TTL, 63);
    control_buffer_add(&b, IP4, IP_TOS, &tos, 1);
    return b;
}

static struct control_buffer usual_v6(void)
{
    static const uint8_t ip[16] = {0xfe, 0x80, [15] = 9};
    struct control_buffer b = control_buffer_of(&ipsk_native);
    struct in6_pktinfo info;
    memcpy(&info.ipi6_addr, ip, 16);
    info.ipi6_ifindex = 6;
    control_buffer_add(&b, IP6, IPV6_PKTINFO, &info, sizeof info);
    control_buffer_add_int(&b, IP6, IPV6_HOPLIMIT, 255);
    control_buffer_add_int(&b, IP6, IPV6_TCLASS, 3);
    return b;
}

static void check_usual_v4(const struct ipsock_control *c)
{
    unit_int("valid", c->valid,
             IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT |
                 IPSOCK_CONTROL_TRAFFIC_CLASS);
    control_expect_ip("destination", &c->destination, "192.0.2.7");
    unit_int("index", c->interface_index, 5);
    unit_int("hop limit", c->hop_limit, 63);
    unit_int("traffic class", c->traffic_class, 0x28);
}

static void cm_01_messages_of_every_size_between_are_walked_over(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 64};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const uint8_t payload[64] = {1, 2, 3};
        struct control_buffer b = control_buffer_of(&ipsk_native);
        struct ipsock_control c;
        control_buffer_add(&b, 9999, 1, payload, sizes[i]);
        control_buffer_add_int(&b, IP4, IP_TTL, 17);
        control_buffer_add(&b, IP4, 9999, payload, sizes[i]);
        control_buffer_add_int(&b, IP6, IPV6_TCLASS, 18);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        unit_int("valid", c.valid, IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS);
        unit_int("hop limit", c.hop_limit, 17);
        unit_int("traffic class", c.traffic_class, 18);
    }
}

/* The system's macros walk and read the same buffer. */
static void cm_01_a_usual_packet(void **state)
{
    (void)state;
    struct ipsock_control c;
    struct control_buffer b = usual_v4();
    struct msghdr h;
    memset(&h, 0, sizeof h);
    unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
    check_usual_v4(&c);
    _Alignas(struct cmsghdr) uint8_t aligned[256];
    memcpy(aligned, b.bytes, b.length);
    h.msg_control = aligned;
    h.msg_controllen = (socklen_t)b.length;
    int messages = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-compare" /* musl's CMSG_NXTHDR */
    for (struct cmsghdr *m = CMSG_FIRSTHDR(&h); m != NULL; m = CMSG_NXTHDR(&h, m))
        messages++;
#pragma GCC diagnostic pop
    unit_int("messages", messages, 4);

    b = usual_v6();
    unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
    unit_int("valid", c.valid,
             IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT |
                 IPSOCK_CONTROL_TRAFFIC_CLASS);
    unit_int("family", c.destination.family, IPSOCK_IPV6);
    unit_int("scope", c.destination.scope, 6);
    unit_int("last byte", c.destination.ip[15], 9);
    unit_int("index", c.interface_index, 6);
    unit_int("hop limit", c.hop_limit, 255);
    unit_int("traffic class", c.traffic_class, 3);
}

static void cm_01_order_does_not_matter(void **state)
{
    (void)state;
    const uint8_t tos = 0x28;
    struct in_pktinfo info;
    memset(&info, 0, sizeof info);
    memcpy(&info.ipi_addr, "\xc0\x00\x02\x07", 4);
    info.ipi_ifindex = 5;
    for (int order = 0; order < 4 * 4 * 4 * 4; order++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        struct ipsock_control c;
        unsigned seen = 0;
        for (int rest = order, i = 0; i < 4; i++, rest /= 4) {
            seen |= 1u << rest % 4;
            if (rest % 4 == 0)
                control_buffer_add(&b, IP4, IP_PKTINFO, &info, sizeof info);
            else if (rest % 4 == 1)
                control_buffer_add_int(&b, IP4, IP_TTL, 63);
            else if (rest % 4 == 2)
                control_buffer_add(&b, IP4, IP_TOS, &tos, 1);
            else
                control_buffer_add_int(&b, 1, 1, order);
        }
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        if (seen == 15)
            check_usual_v4(&c);
    }
}

static void cm_01_the_last_of_two_alike_counts(void **state)
{
    (void)state;
    struct control_buffer b = usual_v6();
    struct ipsock_control c;
    static const uint8_t info[20] = {0x20, 0x01, [15] = 2}; /* index 0 */
    control_buffer_add_int(&b, IP6, IPV6_HOPLIMIT, 1);
    control_buffer_add(&b, IP6, IPV6_PKTINFO, info, sizeof info);
    unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
    unit_int("hop limit", c.hop_limit, 1);
    control_expect_ip("destination", &c.destination, "2001::2");
    /* index 0 says nothing, so it does not undo what an earlier message said */
    unit_int("index", c.interface_index, 6);
}

static void cm_03_the_last_message_may_lack_its_padding(void **state)
{
    (void)state;
    const struct control_buffer b = usual_v4();
    struct ipsock_control c;
    const size_t bare = b.length - IPSK_SPACE(1) + IPSK_THE_CMSG_HEADER + 1;
    for (size_t length = bare; length <= b.length; length++) {
        unit_int("code", both_ways(b.bytes, length, &c), IPSOCK_OK);
        check_usual_v4(&c);
    }
}

static void cm_04_lying_lengths_end_the_walk(void **state)
{
    (void)state;
    const uint64_t header = IPSK_THE_CMSG_HEADER;
    const uint64_t lies[] = {
        0,          1,         header - 1,     UINT32_MAX,        UINT32_MAX - 7,
        INT32_MAX,  INT64_MAX, UINT64_MAX,     UINT64_MAX - 7,    UINT64_MAX - 15,
        1ull << 63, 1u << 31,  4096,           IPSK_SPACE(8) + 1, header + 17,
        4,          8,         UINT32_MAX - 15};
    for (size_t i = 0; i < COUNT(lies); i++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        struct ipsock_control c;
        const uint8_t payload[8] = {0};
        control_buffer_add_int(&b, IP4, IP_TTL, 63);
        const size_t at = control_buffer_add(&b, IP4, IP_TOS, payload, 8);
        control_buffer_lie(&b, at, lies[i]);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_ECONTROL);
        unit_int("valid", c.valid, IPSOCK_CONTROL_HOP_LIMIT);
        unit_int("hop limit", c.hop_limit, 63);
        /* as the first one */
        unit_int("code", both_ways(b.bytes + at, b.length - at, &c), IPSOCK_ECONTROL);
        unit_int("valid", c.valid, 0);
    }
}

static void cm_04_less_than_a_header_at_the_end_is_ignored(void **state)
{
    (void)state;
    struct control_buffer b = usual_v4();
    struct ipsock_control c;
    memset(b.bytes + b.length, 0xff, 32);
    for (size_t more = 0; more < IPSK_THE_CMSG_HEADER; more++) {
        unit_int("code", both_ways(b.bytes, b.length + more, &c), IPSOCK_OK);
        check_usual_v4(&c);
        unit_int("code", both_ways(b.bytes + b.length, more, &c), IPSOCK_OK);
        unit_int("valid", c.valid, 0);
    }
}

static void cm_04_cut_at_every_byte(void **state)
{
    (void)state;
    const struct control_buffer packets[] = {usual_v4(), usual_v6()};
    for (size_t i = 0; i < COUNT(packets); i++) {
        uint32_t before = 0;
        for (size_t length = 0; length <= packets[i].length; length++) {
            struct ipsock_control c;
            both_ways(packets[i].bytes, length, &c);
            unit_int("a field vanishes", c.valid & before, before);
            before = c.valid;
        }
    }
}

static void cm_04_every_byte_wrong_in_every_way(void **state)
{
    (void)state;
    const struct control_buffer packets[] = {usual_v4(), usual_v6()};
    for (size_t i = 0; i < COUNT(packets); i++) {
        struct control_buffer b = packets[i];
        for (size_t at = 0; at < b.length; at++) {
            const uint8_t right = b.bytes[at];
            for (int wrong = 0; wrong < 256; wrong++) {
                b.bytes[at] = (uint8_t)wrong;
                both_ways(b.bytes, b.length, NULL);
            }
            b.bytes[at] = right;
        }
    }
}

static void cm_04_random_bytes(void **state)
{
    (void)state;
    uint64_t seed = 20261121;
    uint8_t bytes[256];
    for (int round = 0; round < 20000; round++) {
        const size_t length = control_random(&seed, sizeof bytes);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (uint8_t)unit_random(&seed);
        both_ways(bytes, length, NULL);
    }
}

/* One random message: often a known one of its usual size, sometimes with a wrong level or length,
 * or so packed that the next one begins where its padding would be. */
static void add_random(struct control_buffer *b, uint64_t *seed)
{
    uint8_t payload[64];
    const struct ipsk_received_row *row =
        &ipsk_native.received[control_random(seed, ipsk_native.received_count)];
    const size_t n =
        control_random(seed, 2) == 0 ? row->usual : control_random(seed, sizeof payload);
    control_sample(row, payload);
    if (control_random(seed, 2) == 0)
        for (size_t i = 0; i < sizeof payload; i++)
            payload[i] = (uint8_t)unit_random(seed);
    const int32_t level =
        control_random(seed, 8) == 0 ? (int32_t)control_random(seed, 50) : row->level;
    const size_t at = control_buffer_add(b, level, row->type, payload, n);
    if (control_random(seed, 16) == 0)
        control_buffer_lie(b, at, control_random(seed, 128));
    if (control_random(seed, 16) == 0)
        b->length = at + b->layout.header + n;
}

static void cm_04_random_messages(void **state)
{
    (void)state;
    uint64_t seed = 1128;
    for (int round = 0; round < 20000; round++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        for (size_t count = control_random(&seed, 7); count > 0; count--)
            add_random(&b, &seed);
        const size_t cut = control_random(&seed, 4) == 0 ? control_random(&seed, 9) : 0;
        both_ways(b.bytes, b.length > cut ? b.length - cut : 0, NULL);
    }
}

/* A number's width is what is left of the length without the header. */
static void cm_05_payload_is_the_length_less_the_header(void **state)
{
    (void)state;
    const uint8_t one = 200;
    const int16_t two = 201;
    const int32_t four = 202;
    const int64_t eight = 203;
    const struct {
        const void *payload;
        size_t n;
        int value;
    } widths[] = {{&one, 1, 200}, {&two, 2, 201}, {&four, 4, 202}, {&eight, 8, 203}};
    for (size_t i = 0; i < COUNT(widths); i++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        struct ipsock_control c;
        control_buffer_add(&b, IP4, IP_TTL, widths[i].payload, widths[i].n);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        unit_int("valid", c.valid, IPSOCK_CONTROL_HOP_LIMIT);
        unit_int("hop limit", c.hop_limit, widths[i].value);
    }
}

static void cm_07_too_short_for_its_type_is_skipped(void **state)
{
    (void)state;
    for (size_t i = 0; i < ipsk_native.received_count; i++) {
        const struct ipsk_received_row *row = &ipsk_native.received[i];
        uint8_t payload[64];
        control_sample(row, payload);
        for (size_t n = 0; n < row->minimum; n++) {
            struct control_buffer b = control_buffer_of(&ipsk_native);
            struct ipsock_control c;
            control_buffer_add(&b, row->level, row->type, payload, n);
            b.length = b.layout.header + n; /* without padding: nothing behind it */
            unit_int(row->text, both_ways(b.bytes, b.length, &c), IPSOCK_OK);
            unit_int(row->text, c.valid, 0);
        }
    }
}

static void cm_08_longer_payloads_are_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ipsk_native.received_count; i++) {
        const struct ipsk_received_row *row = &ipsk_native.received[i];
        uint8_t payload[64];
        control_sample(row, payload);
        for (size_t n = row->usual; n <= sizeof payload; n++) {
            struct control_buffer b = control_buffer_of(&ipsk_native);
            struct ipsock_control c;
            if (control_is_number(row) && n != row->usual)
                continue; /* another width is another number */
            control_buffer_add(&b, row->level, row->type, payload, n);
            unit_int(row->text, both_ways(b.bytes, b.length, &c), IPSOCK_OK);
            unit_int(row->text, c.valid, control_sample_bits(row));
        }
    }
}

static void cm_08_unknown_levels_types_and_widths_are_skipped(void **state)
{
    (void)state;
    static const int32_t levels[] = {IP4, IP6, SOL_SOCKET, IPPROTO_UDP, -1, 0x7fffffff, 58};
    static const size_t widths[] = {3, 5, 6, 7, 9, 12, 16, 33};
    const uint8_t payload[64] = {1, 1, 1, 1, 1, 1, 1, 1};
    struct ipsock_control c, untouched = blank();
    untouched.valid = 0;
    for (size_t i = 0; i < COUNT(levels); i++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        control_buffer_add(&b, levels[i], 0x4321, payload, sizeof payload);
        control_buffer_add(&b, levels[i], -IP_TTL, payload, 4);
        control_buffer_add(&b, 0x1000000 | levels[i], IP_TTL, payload, 4);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        unit_bytes("control", &c, &untouched, sizeof c);
    }
    for (size_t i = 0; i < COUNT(widths); i++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        control_buffer_add(&b, IP4, IP_TTL, payload, widths[i]);
        control_buffer_add(&b, IPPROTO_UDP, UDP_GRO, payload, widths[i]);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        unit_bytes("control", &c, &untouched, sizeof c);
    }
}

/* IP_TTL and IP_TOS are one field of an IPv4 packet whatever the type's width; numbers that are no
 * octet are none. */
static void cm_15_numbers_out_of_range_are_skipped(void **state)
{
    (void)state;
    static const int32_t wrong[] = {-1, 256, 0x01000040, INT32_MIN, INT32_MAX};
    static const int32_t right[] = {0, 1, 127, 128, 255};
    struct ipsock_control c;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        control_buffer_add_int(&b, IP6, IPV6_HOPLIMIT, wrong[i]);
        control_buffer_add_int(&b, IP4, IP_TOS, wrong[i]);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        unit_int("valid", c.valid, 0);
    }
    for (size_t i = 0; i < COUNT(right); i++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        control_buffer_add_int(&b, IP6, IPV6_HOPLIMIT, right[i]);
        control_buffer_add_int(&b, IP4, IP_TOS, right[i]);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        unit_int("valid", c.valid, IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS);
        unit_int("hop limit", c.hop_limit, right[i]);
        unit_int("traffic class", c.traffic_class, right[i]);
    }
}

static void cm_15_segment_sizes(void **state)
{
    (void)state;
    static const int32_t wrong[] = {0, -1, 65536, INT32_MIN};
    const uint16_t narrow = 40000;
    struct ipsock_control c;
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct control_buffer b = control_buffer_of(&ipsk_native);
        control_buffer_add_int(&b, IPPROTO_UDP, UDP_GRO, wrong[i]);
        unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
        unit_int("valid", c.valid, 0);
    }
    struct control_buffer b = control_buffer_of(&ipsk_native);
    control_buffer_add_int(&b, IPPROTO_UDP, UDP_GRO, 1452);
    both_ways(b.bytes, b.length, &c);
    unit_int("segment size", c.segment_size, 1452);
    control_buffer_add(&b, IPPROTO_UDP, UDP_GRO, &narrow, sizeof narrow);
    both_ways(b.bytes, b.length, &c);
    unit_int("segment size of two bytes", c.segment_size, 40000);
}

static void cm_17_path_mtu_fills_destination_interface_and_mtu(void **state)
{
    (void)state;
    struct ip6_mtuinfo info;
    struct ipsock_control c;
    struct control_buffer b = control_buffer_of(&ipsk_native);
    memset(&info, 0, sizeof info);
    info.ip6m_addr.sin6_family = AF_INET6;
    info.ip6m_addr.sin6_port = 7;
    info.ip6m_addr.sin6_addr.s6_addr[0] = 0x20;
    info.ip6m_addr.sin6_addr.s6_addr[15] = 4;
    info.ip6m_addr.sin6_scope_id = 11;
    info.ip6m_mtu = 1280;
    control_buffer_add(&b, IP6, IPV6_PATHMTU, &info, sizeof info);
    unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
    unit_int("valid", c.valid,
             IPSOCK_CONTROL_PATH_MTU | IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE);
    unit_int("mtu", c.path_mtu, 1280);
    unit_int("index", c.interface_index, 11);
    unit_int("scope", c.destination.scope, 11);
    unit_int("port", c.destination.port, 0);
    unit_int("address", c.destination.ip[15], 4);

    b = control_buffer_of(&ipsk_native);
    info.ip6m_addr.sin6_scope_id = 0;
    control_buffer_add(&b, IP6, IPV6_PATHMTU, &info, sizeof info);
    unit_int("code", both_ways(b.bytes, b.length, &c), IPSOCK_OK);
    unit_int("valid", c.valid, IPSOCK_CONTROL_PATH_MTU | IPSOCK_CONTROL_DESTINATION);
}

static void quirk_02_nothing_survives_from_an_earlier_decode(void **state)
{
    (void)state;
    const struct control_buffer b = usual_v4();
    struct control_buffer ttl = control_buffer_of(&ipsk_native);
    struct ipsock_control c;
    control_buffer_add_int(&ttl, IP4, IP_TTL, 2);
    unit_int("code", ipsock_control_decode(b.bytes, b.length, 0, IPSOCK_CONTROL_RECEIVABLE, &c),
             IPSOCK_OK);
    check_usual_v4(&c);
    unit_int("code", ipsock_control_decode(ttl.bytes, ttl.length, 0, IPSOCK_CONTROL_RECEIVABLE, &c),
             IPSOCK_OK);
    unit_int("valid", c.valid, IPSOCK_CONTROL_HOP_LIMIT);
    unit_int("code", ipsock_control_decode(NULL, 0, 0, IPSOCK_CONTROL_RECEIVABLE, &c), IPSOCK_OK);
    unit_int("valid", c.valid, 0);
    unit_int("code", ipsock_control_decode(NULL, 1, 0, IPSOCK_CONTROL_RECEIVABLE, &c),
             IPSOCK_EINVAL);
    unit_int("code", ipsock_control_decode(b.bytes, b.length, 0, IPSOCK_CONTROL_RECEIVABLE, NULL),
             IPSOCK_EINVAL);
}

/* Byte 0 of a 4-byte TTL is 0 on big-endian hosts. */
static void quirk_08_a_hop_limit_is_a_number_not_its_first_byte(void **state)
{
    (void)state;
    struct control_buffer b = control_buffer_of(&ipsk_native);
    struct ipsock_control c;
    control_buffer_add_int(&b, IP4, IP_TTL, 64);
    unit_int("code", ipsock_control_decode(b.bytes, b.length, 0, IPSOCK_CONTROL_RECEIVABLE, &c),
             IPSOCK_OK);
    unit_int("valid", c.valid, IPSOCK_CONTROL_HOP_LIMIT);
    unit_int("hop limit", c.hop_limit, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_01_messages_of_every_size_between_are_walked_over),
        cmocka_unit_test(cm_01_a_usual_packet),
        cmocka_unit_test(cm_01_order_does_not_matter),
        cmocka_unit_test(cm_01_the_last_of_two_alike_counts),
        cmocka_unit_test(cm_03_the_last_message_may_lack_its_padding),
        cmocka_unit_test(cm_04_lying_lengths_end_the_walk),
        cmocka_unit_test(cm_04_less_than_a_header_at_the_end_is_ignored),
        cmocka_unit_test(cm_04_cut_at_every_byte),
        cmocka_unit_test(cm_04_every_byte_wrong_in_every_way),
        cmocka_unit_test(cm_04_random_bytes),
        cmocka_unit_test(cm_04_random_messages),
        cmocka_unit_test(cm_05_payload_is_the_length_less_the_header),
        cmocka_unit_test(cm_07_too_short_for_its_type_is_skipped),
        cmocka_unit_test(cm_08_longer_payloads_are_accepted),
        cmocka_unit_test(cm_08_unknown_levels_types_and_widths_are_skipped),
        cmocka_unit_test(cm_15_numbers_out_of_range_are_skipped),
        cmocka_unit_test(cm_15_segment_sizes),
        cmocka_unit_test(cm_17_path_mtu_fills_destination_interface_and_mtu),
        cmocka_unit_test(quirk_02_nothing_survives_from_an_earlier_decode),
        cmocka_unit_test(quirk_08_a_hop_limit_is_a_number_not_its_first_byte),
    };
    return cmocka_run_group_tests_name("control_codec", tests, NULL, NULL);
}
