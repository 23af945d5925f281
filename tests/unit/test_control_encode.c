// SPDX-License-Identifier: BSD-2-Clause
/* Control data to send: the generic codec, the data path and the system's own macros must write the
 * same bytes. CM-02, CM-06, CM-09 to CM-14. */
#include "control_buffer.h"

#include "shared/control.h"

static const int families[] = {IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED}; /* by column */

/* Every field, for a column. */
static struct ipsock_control whole(int column)
{
    struct ipsock_control c;
    memset(&c, 0x5a, sizeof c);
    c.valid = 0;
    c.interface_index = 7;
    c.traffic_class = 0x2a;
    c.hop_limit = 33;
    c.dont_fragment = 1;
    c.segment_size = 1200;
    assert_int_equal(ipsock_addr_parse(column == IPSK_V6   ? "2001:db8::5"
                                       : column == IPSK_V4 ? "192.0.2.5"
                                                           : "::ffff:192.0.2.5",
                                       &c.source),
                     IPSOCK_OK);
    assert_int_equal(ipsock_addr_parse("2001:db8::6", &c.next_hop), IPSOCK_OK);
    return c;
}

/* What follows, written with the system's macros. */
struct by_macros {
    _Alignas(struct cmsghdr) uint8_t bytes[512];
    size_t length;
};

static void append(struct by_macros *b, int level, int type, const void *payload, size_t n)
{
    struct cmsghdr *h = (struct cmsghdr *)(void *)(b->bytes + b->length);
    h->cmsg_level = level;
    h->cmsg_type = type;
    h->cmsg_len = (socklen_t)CMSG_LEN(n);
    memcpy(CMSG_DATA(h), payload, n);
    b->length += CMSG_SPACE(n);
}

static void check(const char *what, const struct ipsock_control *c, int column,
                  const struct by_macros *want)
{
    uint8_t *buffer = unit_exact(want->bytes, want->length);
    uint8_t data_path[IPSK_CONTROL_BUFFER];
    size_t length = 99;
    memset(buffer, 0xa5, want->length);
    unit_int(what, ipsock_control_encode(c, families[column], buffer, want->length, &length),
             IPSOCK_OK);
    unit_int(what, (int64_t)length, (int64_t)want->length);
    unit_bytes(what, buffer, want->bytes, want->length);
    memset(data_path, 0xa5, sizeof data_path);
    unit_int(what, (int64_t)ipsk_give_control(c, column, c->valid, data_path),
             (int64_t)want->length);
    unit_bytes(what, data_path, want->bytes, want->length);
    free(buffer);
}

static void cm_02_bytes_are_those_of_the_systems_macros_v4(void **state)
{
    (void)state;
    struct by_macros b = {{0}, 0};
    const int tos = 0x2a, ttl = 33;
    const uint16_t segment = 1200;
    struct in_pktinfo info;
    memset(&info, 0, sizeof info);
    memcpy(&info.ipi_spec_dst, "\xc0\x00\x02\x05", 4);
    info.ipi_ifindex = 7;
    append(&b, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
    append(&b, IPPROTO_IP, IP_TTL, &ttl, sizeof ttl);
    append(&b, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    append(&b, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column += IPSK_MAPPED) {
        struct ipsock_control c = whole(column);
        c.valid = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE |
                  IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_SEGMENT_SIZE;
        check("IPv4", &c, column, &b);
    }
}

/* x/net's order: traffic class, hop limit, packet info. */
static void cm_11_bytes_and_order_v6(void **state)
{
    (void)state;
    struct by_macros b = {{0}, 0};
    const int tclass = 0x2a, hops = 33, dont_fragment = 1;
    const uint16_t segment = 1200;
    struct in6_pktinfo info;
    struct ipsock_control c = whole(IPSK_V6);
    c.valid = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE |
              IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_DONT_FRAGMENT | IPSOCK_CONTROL_SEGMENT_SIZE;
    memcpy(&info.ipi6_addr, c.source.ip, 16);
    info.ipi6_ifindex = 7;
    append(&b, IPPROTO_IPV6, IPV6_TCLASS, &tclass, sizeof tclass);
    append(&b, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof hops);
    append(&b, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    append(&b, IPPROTO_IPV6, IPV6_DONTFRAG, &dont_fragment, sizeof dont_fragment);
    append(&b, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment);
    check("IPv6", &c, IPSK_V6, &b);
}

/* Every subset of what can be sent, by every kind: both codecs write the same. */
static void cm_11_both_ways_write_every_subset_alike(void **state)
{
    (void)state;
    static const unsigned kinds[] = {IPSK_UDP, IPSK_RAW, IPSK_PING};
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column++) {
        for (uint32_t bits = 0; bits <= IPSOCK_CONTROL_SENDABLE; bits++) {
            for (size_t k = 0; k < COUNT(kinds); k++) {
                const uint32_t able =
                    ipsk_sendable(&ipsk_native, kinds[k], column) & ~IPSOCK_CONTROL_OPAQUE;
                uint8_t generic[IPSK_CONTROL_BUFFER], inlined[IPSK_CONTROL_BUFFER];
                struct ipsock_control c = whole(column);
                size_t length = 0;
                if (bits & ~IPSOCK_CONTROL_SENDABLE)
                    continue;
                c.valid = bits & ~IPSOCK_CONTROL_OPAQUE;
                const int code = ipsk_encode(&ipsk_native, &c, column, kinds[k], generic,
                                             sizeof generic, &length);
                unit_int("code", code, c.valid & ~able ? IPSOCK_ENOTSUP : IPSOCK_OK);
                if (code < 0)
                    continue;
                unit_int("length", (int64_t)ipsk_give_control(&c, column, c.valid, inlined),
                         (int64_t)length);
                unit_bytes("bytes", inlined, generic, length);
            }
        }
    }
}

/* Another packet's values in place of the first one's: the same bytes as if written anew. */
static void cm_11_values_alone_over_those_of_an_earlier_packet(void **state)
{
    (void)state;
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column++) {
        const uint32_t able =
            ipsk_sendable(&ipsk_native, IPSK_UDP, column) & ~IPSOCK_CONTROL_OPAQUE;
        for (uint32_t bits = 0; bits <= IPSOCK_CONTROL_SENDABLE; bits++) {
            uint8_t anew[IPSK_CONTROL_BUFFER], over[IPSK_CONTROL_BUFFER];
            struct ipsock_control first = whole(column), second = whole(column);
            if (bits & ~able)
                continue;
            first.valid = second.valid = bits;
            if (column == IPSK_V6) /* beside which its zone goes out */
                assert_int_equal(ipsock_addr_parse("fe80::7%9", &first.source), IPSOCK_OK);
            second.interface_index = 0x01020304;
            second.traffic_class = 0xff;
            second.hop_limit = 1;
            second.dont_fragment = 0;
            second.segment_size = 65535;
            second.source.ip[15] ^= 0xff;
            second.source.ip[3] ^= 0xff;
            second.next_hop.ip[15] ^= 0xff;
            const size_t length = ipsk_give_control(&second, column, bits, anew);
            unit_int("length", (int64_t)ipsk_give_control(&first, column, bits, over),
                     (int64_t)length);
            unit_int("length", (int64_t)ipsk_give_column(&second, column, bits, false, over),
                     (int64_t)length);
            unit_bytes("bytes", over, anew, length);
        }
    }
}

static void cm_06_too_small_is_an_error_that_tells_the_size(void **state)
{
    (void)state;
    enum { GUARD = 8 };
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column++) {
        struct ipsock_control c = whole(column);
        uint8_t opaque[24] = {1, 2, 3};
        size_t need = 0, length = 0;
        c.valid = ipsk_sendable(&ipsk_native, IPSK_UDP, column);
        c.opaque = opaque;
        c.opaque_length = sizeof opaque;
        unit_int("asked", ipsock_control_encode(&c, families[column], NULL, 0, &need), IPSOCK_OK);
        assert_true(need > sizeof opaque);
        for (size_t size = 0; size <= need + 1; size++) {
            uint8_t *area = malloc(size + GUARD);
            assert_non_null(area);
            memset(area, 0xa5, size + GUARD);
            unit_int("code", ipsock_control_encode(&c, families[column], area, size, &length),
                     size < need ? IPSOCK_ENOSPC : IPSOCK_OK);
            unit_int("length", (int64_t)length, (int64_t)need);
            for (size_t i = 0; i < GUARD; i++)
                unit_int("behind the buffer", area[size + i], 0xa5);
            if (size >= need)
                unit_bytes("opaque", area + need - sizeof opaque, opaque, sizeof opaque);
            free(area);
        }
    }
}

static void cm_09_nothing_marshals_to_nothing(void **state)
{
    (void)state;
    struct ipsock_control c = whole(IPSK_V4);
    uint8_t buffer[4] = {9, 9, 9, 9};
    for (size_t i = 0; i < COUNT(families); i++) {
        size_t length = 99;
        unit_int("NULL", ipsock_control_encode(NULL, families[i], buffer, 4, &length), IPSOCK_OK);
        unit_int("NULL", (int64_t)length, 0);
        length = 99;
        unit_int("none", ipsock_control_encode(&c, families[i], buffer, 4, &length), IPSOCK_OK);
        unit_int("none", (int64_t)length, 0);
        c.valid = IPSOCK_CONTROL_OPAQUE;
        c.opaque = NULL;
        c.opaque_length = 0;
        unit_int("no bytes", ipsock_control_encode(&c, families[i], buffer, 4, &length), IPSOCK_OK);
        unit_int("no bytes", (int64_t)length, 0);
        c.valid = 0;
    }
    unit_bytes("buffer", buffer, "\t\t\t\t", 4);
}

/* Source and interface share one message; each alone leaves the other 0. */
static void cm_10_source_and_interface_share_packet_info(void **state)
{
    (void)state;
    for (unsigned which = 1; which <= 3; which++) {
        struct by_macros b4 = {{0}, 0}, b6 = {{0}, 0};
        struct ipsock_control c4 = whole(IPSK_V4), c6 = whole(IPSK_V6);
        struct in_pktinfo info4;
        struct in6_pktinfo info6;
        memset(&info4, 0, sizeof info4);
        memset(&info6, 0, sizeof info6);
        if (which & 1) {
            memcpy(&info4.ipi_spec_dst, c4.source.ip, 4);
            memcpy(&info6.ipi6_addr, c6.source.ip, 16);
        }
        if (which & 2) {
            info4.ipi_ifindex = 7;
            info6.ipi6_ifindex = 7;
        }
        c4.valid = c6.valid =
            (which & 1 ? IPSOCK_CONTROL_SOURCE : 0) | (which & 2 ? IPSOCK_CONTROL_INTERFACE : 0);
        append(&b4, IPPROTO_IP, IP_PKTINFO, &info4, sizeof info4);
        append(&b6, IPPROTO_IPV6, IPV6_PKTINFO, &info6, sizeof info6);
        check("IPv4", &c4, IPSK_V4, &b4);
        check("IPv6", &c6, IPSK_V6, &b6);
        c4.source = ipsock_addr_map(&c4.source);
        check("mapped", &c4, IPSK_MAPPED, &b4);
        c4.source = ipsock_addr_unmap(&c4.source);
        check("IPv4 on dual stack", &c4, IPSK_MAPPED, &b4);
    }
}

static void cm_10_wrong_sources_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        int codes[3]; /* by column */
    } cases[] = {
        {"192.0.2.1", {IPSOCK_OK, IPSOCK_EFAMILY, IPSOCK_OK}},
        {"2001:db8::1", {IPSOCK_EFAMILY, IPSOCK_OK, IPSOCK_EFAMILY}},
        {"::ffff:192.0.2.1", {IPSOCK_EFAMILY, IPSOCK_EFAMILY, IPSOCK_OK}},
        {"", {IPSOCK_EFAMILY, IPSOCK_EFAMILY, IPSOCK_EFAMILY}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (int column = 0; column < 3; column++) {
            struct ipsock_control c = whole(column);
            size_t length = 99;
            c.valid = IPSOCK_CONTROL_SOURCE;
            memset(&c.source, 0, sizeof c.source);
            if (*cases[i].source != '\0')
                assert_int_equal(ipsock_addr_parse(cases[i].source, &c.source), IPSOCK_OK);
            unit_int(cases[i].source, ipsock_control_encode(&c, families[column], NULL, 0, &length),
                     cases[i].codes[column]);
            unit_int(cases[i].source, length != 0, cases[i].codes[column] == IPSOCK_OK);
        }
    }
}

/* A bit says that a field counts, so 0 can be sent. */
static void cm_12_zero_is_a_value(void **state)
{
    (void)state;
    struct by_macros v4 = {{0}, 0}, v6 = {{0}, 0};
    struct ipsock_control c = whole(IPSK_V6);
    const int zero = 0;
    append(&v4, IPPROTO_IP, IP_TOS, &zero, sizeof zero);
    append(&v6, IPPROTO_IPV6, IPV6_TCLASS, &zero, sizeof zero);
    c.traffic_class = 0;
    c.valid = IPSOCK_CONTROL_TRAFFIC_CLASS;
    check("IPv4", &c, IPSK_V4, &v4);
    check("mapped", &c, IPSK_MAPPED, &v4);
    append(&v6, IPPROTO_IPV6, IPV6_DONTFRAG, &zero, sizeof zero);
    c.dont_fragment = 0;
    c.valid |= IPSOCK_CONTROL_DONT_FRAGMENT;
    check("IPv6", &c, IPSK_V6, &v6);
}

static void cm_12_values_out_of_range_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t bit, value;
    } wrong[] = {
        {IPSOCK_CONTROL_INTERFACE, 0},       {IPSOCK_CONTROL_DONT_FRAGMENT, 2},
        {IPSOCK_CONTROL_SEGMENT_SIZE, 0},    {IPSOCK_CONTROL_SEGMENT_SIZE, 65536},
        {IPSOCK_CONTROL_SEGMENT_SIZE, ~0u},  {IPSOCK_CONTROL_DESTINATION, 0},
        {IPSOCK_CONTROL_PATH_MTU, 0},        {0x80000000u, 0},
        {IPSOCK_CONTROL_DONT_FRAGMENT, 255},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct ipsock_control c = whole(IPSK_V6);
        size_t length = 99;
        c.valid = wrong[i].bit;
        c.interface_index = c.segment_size = wrong[i].value;
        c.dont_fragment = (uint8_t)wrong[i].value;
        unit_int("code", ipsock_control_encode(&c, IPSOCK_IPV6, NULL, 0, &length), IPSOCK_EINVAL);
        unit_int("length", (int64_t)length, 0);
    }
    struct ipsock_control c = whole(IPSK_V6);
    size_t length;
    c.valid = IPSOCK_CONTROL_NEXT_HOP;
    c.next_hop.family = IPSOCK_IPV4;
    unit_int("next hop", ipsock_control_encode(&c, IPSOCK_IPV6, NULL, 0, &length), IPSOCK_EFAMILY);
    c.valid = IPSOCK_CONTROL_OPAQUE;
    c.opaque = NULL;
    c.opaque_length = 1;
    unit_int("opaque", ipsock_control_encode(&c, IPSOCK_IPV6, NULL, 0, &length), IPSOCK_EINVAL);
    unit_int("family", ipsock_control_encode(&c, 5, NULL, 0, &length), IPSOCK_EINVAL);
    unit_int("buffer", ipsock_control_encode(NULL, IPSOCK_IPV6, NULL, 1, &length), IPSOCK_EINVAL);
    unit_int("length", ipsock_control_encode(NULL, IPSOCK_IPV6, NULL, 0, NULL), IPSOCK_EINVAL);
}

/* What this system has no control message for is refused, not dropped. */
static void quirk_04_what_cannot_be_sent_is_refused(void **state)
{
    (void)state;
    for (int column = 0; column < 3; column++) {
        const uint32_t able = ipsk_sendable(&ipsk_native, IPSK_DGRAM, column);
        for (uint32_t bit = 1; bit <= IPSOCK_CONTROL_SENDABLE; bit <<= 1) {
            struct ipsock_control c = whole(column);
            size_t length = 99;
            if (!(bit & IPSOCK_CONTROL_SENDABLE) || (bit & able))
                continue;
            c.valid = bit;
            unit_int("code", ipsock_control_encode(&c, families[column], NULL, 0, &length),
                     IPSOCK_ENOTSUP);
            unit_int("length", (int64_t)length, 0);
        }
    }
}

static void space(const char *what, int family, uint32_t bits, size_t want)
{
    size_t got = 99;
    unit_int(what, ipsock_control_space(family, bits, &got), IPSOCK_OK);
    unit_int(what, (int64_t)got, (int64_t)want);
}

static void cm_13_space_v4(void **state)
{
    (void)state;
    const size_t info = CMSG_SPACE(sizeof(struct in_pktinfo)), number = CMSG_SPACE(4);
    space("none", IPSOCK_IPV4, 0, 0);
    space("source", IPSOCK_IPV4, IPSOCK_CONTROL_SOURCE, info); /* to send it */
    space("hop limit", IPSOCK_IPV4, IPSOCK_CONTROL_HOP_LIMIT, number);
    space("destination", IPSOCK_IPV4, IPSOCK_CONTROL_DESTINATION, info);
    space("interface", IPSOCK_IPV4, IPSOCK_CONTROL_INTERFACE, info);
    space("both", IPSOCK_IPV4, IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE, info);
    space("all three", IPSOCK_IPV4,
          IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT,
          info + number);
    space("segment size", IPSOCK_IPV4, IPSOCK_CONTROL_SEGMENT_SIZE, number);
    space("path MTU", IPSOCK_IPV4, IPSOCK_CONTROL_PATH_MTU, 0);
}

static void cm_14_space_v6(void **state)
{
    (void)state;
    const size_t info = CMSG_SPACE(sizeof(struct in6_pktinfo)), number = CMSG_SPACE(4);
    size_t got;
    space("none", IPSOCK_IPV6, 0, 0);
    space("traffic class", IPSOCK_IPV6, IPSOCK_CONTROL_TRAFFIC_CLASS, number);
    space("hop limit", IPSOCK_IPV6, IPSOCK_CONTROL_HOP_LIMIT, number);
    space("destination", IPSOCK_IPV6, IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE, info);
    space("path MTU", IPSOCK_IPV6, IPSOCK_CONTROL_PATH_MTU, CMSG_SPACE(32));
    space("four", IPSOCK_IPV6,
          IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DESTINATION |
              IPSOCK_CONTROL_PATH_MTU,
          2 * number + info + CMSG_SPACE(32));
    unit_int("family", ipsock_control_space(5, 0, &got), IPSOCK_EINVAL);
    unit_int("bits", ipsock_control_space(IPSOCK_IPV6, 0x8000, &got), IPSOCK_EINVAL);
    unit_int("space", ipsock_control_space(IPSOCK_IPV6, 0, NULL), IPSOCK_EINVAL);
}

/* An IPv4 packet on a dual-stack socket comes with messages of either family. */
static void cm_14_space_on_dual_stack_sockets_holds_either_familys(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits <= IPSOCK_CONTROL_RECEIVABLE; bits++) {
        size_t v4, v6, mapped;
        if (bits & ~(IPSOCK_CONTROL_RECEIVABLE & ~IPSOCK_CONTROL_SOURCE))
            continue; /* a source is only ever sent, in the packet's own family */
        unit_int("v4", ipsock_control_space(IPSOCK_IPV4, bits, &v4), IPSOCK_OK);
        unit_int("v6", ipsock_control_space(IPSOCK_IPV6, bits, &v6), IPSOCK_OK);
        unit_int("mapped", ipsock_control_space(IPSOCK_IPV4_MAPPED, bits, &mapped), IPSOCK_OK);
        assert_true(mapped >= v4 && mapped >= v6);
        assert_true(v4 <= IPSK_CONTROL_BUFFER && v6 <= IPSK_CONTROL_BUFFER &&
                    mapped <= IPSK_CONTROL_BUFFER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_02_bytes_are_those_of_the_systems_macros_v4),
        cmocka_unit_test(cm_06_too_small_is_an_error_that_tells_the_size),
        cmocka_unit_test(cm_09_nothing_marshals_to_nothing),
        cmocka_unit_test(cm_10_source_and_interface_share_packet_info),
        cmocka_unit_test(cm_10_wrong_sources_are_refused),
        cmocka_unit_test(cm_11_bytes_and_order_v6),
        cmocka_unit_test(cm_11_both_ways_write_every_subset_alike),
        cmocka_unit_test(cm_11_values_alone_over_those_of_an_earlier_packet),
        cmocka_unit_test(cm_12_zero_is_a_value),
        cmocka_unit_test(cm_12_values_out_of_range_are_refused),
        cmocka_unit_test(cm_13_space_v4),
        cmocka_unit_test(cm_14_space_v6),
        cmocka_unit_test(cm_14_space_on_dual_stack_sockets_holds_either_familys),
        cmocka_unit_test(quirk_04_what_cannot_be_sent_is_refused),
    };
    return cmocka_run_group_tests_name("control_encode", tests, NULL, NULL);
}
