// SPDX-License-Identifier: BSD-2-Clause
/* Raw IPv4 with the header apart: what is received, what is sent, and what the system fills in. */
#include "raw.h"

static uint64_t header_discards(struct ipsock_endpoint *s)
{
    struct ipsock_counters counters;
    CHECK(IPSOCK_OK, ipsock_get_counters(s, &counters, sizeof counters));
    return counters.header_discards;
}

/* Every field of the header arrives as it was sent; what was left open has been filled in. */
static void raw_02_raw_03_header_and_payload_arrive_apart(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, IPSOCK_CONTROL_HEADER, 0);
    for (int options = 0; options <= 40; options += 4) {
        struct packet p;
        struct ipsock_ipv4_header header = header_to("127.0.0.1");
        header.traffic_class = 0xc3;
        header.hop_limit = (uint8_t)(options + 1);
        header.id = 0x1234;
        header.source = addr_of("127.0.0.9");
        header.options_length = (uint8_t)options;
        memset(header.options, 1, sizeof header.options); /* no-operation */
        CHECK(IPSOCK_OK, send_packet(s, &header, "payload", 7));
        receive_packet(s, &p);
        EQUAL(4, p.header.version);
        EQUAL(20 + options, p.header.header_length);
        EQUAL(0xc3, p.header.traffic_class);
        EQUAL(options + 1, p.header.hop_limit);
        EQUAL(27 + options, p.header.total_length);
        EQUAL(0x1234, p.header.id);
        EQUAL(0, p.header.flags);
        EQUAL(0, p.header.fragment_offset);
        EQUAL(PROTOCOL_TEST, p.header.protocol);
        EQUAL(options, p.header.options_length);
        assert_memory_equal(p.header.options, header.options, (size_t)options);
        check_addr(&p.header.source, "127.0.0.9");
        check_addr(&p.header.destination, "127.0.0.1");
        check_addr(&p.peer, "127.0.0.9");
        EQUAL(7, p.length);
        EQUAL(0, p.flags);
        assert_memory_equal(p.data, "payload", 7);
        EQUAL(IPSOCK_CONTROL_HEADER, p.control.valid & IPSOCK_CONTROL_HEADER);
        EQUAL(options + 1, p.control.hop_limit);
        EQUAL(0xc3, p.control.traffic_class);
    }
    ipsock_free(s);
}

static void raw_05_the_system_fills_in_what_is_open(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    struct packet p;
    struct ipsock_ipv4_header header = header_to("127.0.0.1");
    header.checksum = 0xdead; /* the system's is put over it */
    CHECK(IPSOCK_OK, send_packet(s, &header, "x", 1));
    receive_packet(s, &p);
    check_addr(&p.header.source, "127.0.0.1");
    assert_int_not_equal(p.header.id, 0);
    EQUAL(21, p.header.total_length);
    check_header_sum(&p.header);
    EQUAL(0, p.control.valid);

    header.source = addr_of("0.0.0.0");
    header.version = 9;
    header.header_length = 60; /* not what the options make of it: computed */
    header.total_length = 21;
    header.flags = IPSOCK_IPV4_DONT_FRAGMENT;
    CHECK(IPSOCK_OK, send_packet(s, &header, "x", 1));
    receive_packet(s, &p);
    check_addr(&p.header.source, "127.0.0.1");
    EQUAL(20, p.header.header_length);
    EQUAL(IPSOCK_IPV4_DONT_FRAGMENT, p.header.flags);
    check_header_sum(&p.header);
    ipsock_free(s);
}

/* Wrong headers are refused whole, with the field's name, and nothing goes out. */
static void raw_05_wrong_headers_are_refused(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    static uint8_t large[65536];
    struct packet p;
    struct ipsock_ipv4_header header;
#define WRONG(code, name, change)                                                         \
    do {                                                                                  \
        header = header_to("127.0.0.1");                                                  \
        header.change;                                                                    \
        check_code(#change, (code), send_packet(s, &header, "x", 1), __FILE__, __LINE__); \
        check_option(s, IPSOCK_WRITE, (code), (name));                                    \
    } while (0)
    WRONG(IPSOCK_EHDRSHORT, "header_length", header_length = 19);
    WRONG(IPSOCK_EOPTLEN, "options_length", options_length = 3);
    WRONG(IPSOCK_EOPTLEN, "options_length", options_length = 44);
    WRONG(IPSOCK_EINVAL, "flags", flags = 8);
    WRONG(IPSOCK_EINVAL, "fragment_offset", fragment_offset = 8192);
    WRONG(IPSOCK_EMISSADDR, "destination", destination = addr_of("::1"));
    WRONG(IPSOCK_EMISSADDR, "destination", destination.family = IPSOCK_UNSPEC);
    WRONG(IPSOCK_EFAMILY, "source", source = addr_of("::1"));
    WRONG(IPSOCK_ETOTALLEN, "total_length", total_length = 20);
    WRONG(IPSOCK_ETOTALLEN, "total_length", total_length = 22);
#undef WRONG
    header = header_to("127.0.0.1");
    CHECK(IPSOCK_EMSGSIZE, send_packet(s, &header, large, 65516));
    check_option(s, IPSOCK_WRITE, IPSOCK_EMSGSIZE, "buffers");
    CHECK(IPSOCK_ENOHEADER, send_packet(s, NULL, "x", 1));
    check_option(s, IPSOCK_WRITE, IPSOCK_ENOHEADER, "header");
    CHECK(IPSOCK_EAGAIN, take_packet(s, &p, sizeof p.data, IPSOCK_MSG_DONTWAIT));

    /* and the largest packet goes */
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(s, 200000));
    if (expect_code("raw-05", "largest-packet", send_packet(s, &header, large, 65515))) {
        receive_packet(s, &p);
        EQUAL(IPSOCK_MSG_TRUNC, p.flags);
        EQUAL(65535, p.header.total_length);
        EQUAL(sizeof p.data, p.length);
    }
    ipsock_free(s);
}

static void raw_arguments_are_checked(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    struct ipsock_ipv4_header header = header_to("127.0.0.1");
    struct ipsock_buffer buffers[IPSOCK_BUFFERS_MAX];
    struct ipsock_message message;
    memset(buffers, 0, sizeof buffers);
    memset(&message, 0, sizeof message);
    CHECK(IPSOCK_EINVAL, ipsock_send_ipv4(s, &header, NULL, 0));
    CHECK(IPSOCK_EINVAL, ipsock_recv_ipv4(s, &header, NULL, 0));
    CHECK(IPSOCK_ENOHEADER, ipsock_recv_ipv4(s, NULL, &message, 0));
    check_option(s, IPSOCK_READ, IPSOCK_ENOHEADER, "header");
    CHECK(IPSOCK_EINVAL, ipsock_send_ipv4(s, &header, &message, IPSOCK_MSG_PEEK));
    check_option(s, IPSOCK_WRITE, IPSOCK_EINVAL, "flags");
    CHECK(IPSOCK_EINVAL, ipsock_recv_ipv4(s, &header, &message, IPSOCK_MSG_DONTROUTE));
    check_option(s, IPSOCK_READ, IPSOCK_EINVAL, "flags");
    message.buffer_count = 1;
    CHECK(IPSOCK_EINVAL, ipsock_send_ipv4(s, &header, &message, 0));
    check_option(s, IPSOCK_WRITE, IPSOCK_EINVAL, "buffers");
    CHECK(IPSOCK_EINVAL, ipsock_recv_ipv4(s, &header, &message, 0));
    check_option(s, IPSOCK_READ, IPSOCK_EINVAL, "buffers");
    message.buffers = buffers;
    message.buffer_count = IPSOCK_BUFFERS_MAX - 1;
    CHECK(IPSOCK_EINVAL, ipsock_send_ipv4(s, &header, &message, 0));
    check_option(s, IPSOCK_WRITE, IPSOCK_EINVAL, "buffer_count");
    CHECK(IPSOCK_EINVAL, ipsock_recv_ipv4(s, &header, &message, IPSOCK_MSG_DONTWAIT));
    check_option(s, IPSOCK_READ, IPSOCK_EINVAL, "buffer_count");
    message.buffer_count = IPSOCK_BUFFERS_MAX - 2;
    CHECK(IPSOCK_EAGAIN, ipsock_recv_ipv4(s, &header, &message, IPSOCK_MSG_DONTWAIT));
    CHECK(IPSOCK_OK, ipsock_send_ipv4(s, &header, &message, 0));
    CHECK(IPSOCK_OK, ipsock_recv_ipv4(s, &header, &message, IPSOCK_MSG_DONTWAIT));
    EQUAL(20, header.total_length);
    EQUAL(0, message.length);
    ipsock_close(s);
    CHECK(IPSOCK_ECLOSED, ipsock_send_ipv4(s, &header, &message, 0));
    CHECK(IPSOCK_ECLOSED, ipsock_recv_ipv4(s, &header, &message, 0));
    CHECK(IPSOCK_ECLOSED, ipsock_recv_ipv4(NULL, &header, &message, 0));
    ipsock_free(s);
}

static void raw_other_kinds_are_refused(void **state)
{
    (void)state;
    struct ipsock_ipv4_header header = header_to("127.0.0.1");
    struct ipsock_message message;
    memset(&message, 0, sizeof message);
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        CHECK(IPSOCK_EKIND, ipsock_recv_ipv4(pair.receiver, &header, &message, 0));
        CHECK(IPSOCK_EKIND, ipsock_send_ipv4(pair.sender, &header, &message, 0));
        close_pair(&pair);
    }
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(0, 0, 0);
    CHECK(IPSOCK_EKIND, ipsock_send_ipv4(s, &header, &message, 0));
    check_option(s, IPSOCK_WRITE, IPSOCK_EKIND, "header_included");
    ipsock_free(s);
    if (begin_column(V6)) {
        s = open_raw(V6, PROTOCOL_TEST, 0, 0);
        CHECK(IPSOCK_EKIND, ipsock_recv_ipv4(s, &header, &message, 0));
        ipsock_free(s);
    }
}

/* An endpoint whose packets the kernel heads hears the headers all the same. */
static void raw_10_headers_of_the_system(void **state)
{
    (void)state;
    need_privilege();
    const uint32_t sent = sendable_raw(V4, IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE |
                                               IPSOCK_CONTROL_TRAFFIC_CLASS);
    struct ipsock_endpoint *s = open_ipv4(0, 0, sent);
    struct packet p;
    struct seen seen;
    const struct ipsock_addr to = addr_of("127.0.0.1");
    struct ipsock_control control;
    control.valid = sent;
    control.hop_limit = 7;
    control.traffic_class = 0x28;
    control.source = addr_of("127.0.0.5");
    CHECK(IPSOCK_OK, send_bytes(s, &to, "hello", 5, &control));
    receive_packet(s, &p);
    EQUAL(sent & IPSOCK_CONTROL_HOP_LIMIT ? 7 : p.header.hop_limit, p.header.hop_limit);
    EQUAL(sent & IPSOCK_CONTROL_TRAFFIC_CLASS ? 0x28 : 0, p.header.traffic_class);
    check_addr(&p.header.source, sent & IPSOCK_CONTROL_SOURCE ? "127.0.0.5" : "127.0.0.1");
    EQUAL(25, p.header.total_length);
    EQUAL(PROTOCOL_TEST, p.header.protocol);
    EQUAL(5, p.length);
    check_header_sum(&p.header);
    CHECK(IPSOCK_OK, send_bytes(s, &to, "again", 5, NULL));
    receive(s, &seen);
    EQUAL(5, seen.length);
    assert_memory_equal(seen.data, "again", 5);
    ipsock_free(s);
}

/* Linux' own idea of protocol 255 (raw(7)) is that packets come with their header. */
static void raw_10_protocol_255_is_a_protocol_like_any(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        struct seen seen;
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, 255, 0, 0);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        CHECK(IPSOCK_OK, send_bytes(s, &to, "hello", 5, NULL));
        receive(s, &seen);
        EQUAL(5, seen.length);
        assert_memory_equal(seen.data, "hello", 5);
        check_addr(&seen.peer, columns[i].loopback);
        ipsock_free(s);
    }
}

/* With options, every size of buffer around every edge; a peek leaves the packet. */
static void raw_11_cut_payloads_and_peeks(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    uint8_t data[100];
    struct ipsock_counters counters;
    uint64_t cut = 0;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    for (int options = 0; options <= 40; options += 20) {
        struct ipsock_ipv4_header header = header_to("127.0.0.1");
        header.options_length = (uint8_t)options;
        memset(header.options, 1, sizeof header.options);
        for (size_t room = 0; room <= 120; room += room < 44 || room > 90 ? 1 : 16) {
            struct packet p;
            const size_t fits = room < sizeof data ? room : sizeof data;
            CHECK(IPSOCK_OK, send_packet(s, &header, data, sizeof data));
            for (int peek = 1; peek >= 0; peek--) {
                CHECK(IPSOCK_OK, take_packet(s, &p, room, peek ? IPSOCK_MSG_PEEK : 0));
                EQUAL(fits, p.length);
                EQUAL(room < sizeof data ? IPSOCK_MSG_TRUNC : 0, p.flags);
                EQUAL(120 + options, p.header.total_length);
                EQUAL(options, p.header.options_length);
                assert_memory_equal(p.header.options, header.options, (size_t)options);
                assert_memory_equal(p.data, data, fits);
                EQUAL(0x5a, p.data[room]);
            }
            cut += room < sizeof data;
            CHECK(IPSOCK_OK, ipsock_get_counters(s, &counters, sizeof counters));
            EQUAL(cut, counters.truncated);
        }
    }
    EQUAL(0, header_discards(s));
    ipsock_free(s);
}

/* Header, options and payload over buffers of one byte each, and empty ones between. */
static void raw_11_scattered_payloads(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    uint8_t in[64] = {0};
    uint8_t out[64];
    struct ipsock_buffer from[128], to[128];
    struct ipsock_message message;
    struct ipsock_ipv4_header header = header_to("127.0.0.1");
    struct ipsock_ipv4_header found;
    header.options_length = 8;
    memset(header.options, 1, sizeof header.options);
    for (int i = 0; i < 64; i++) {
        out[i] = (uint8_t)(i * 3);
        from[2 * i] = (struct ipsock_buffer){&out[i], 1};
        from[2 * i + 1] = (struct ipsock_buffer){NULL, 0};
        to[2 * i] = (struct ipsock_buffer){NULL, 0};
        to[2 * i + 1] = (struct ipsock_buffer){&in[i], 1};
    }
    memset(&message, 0, sizeof message);
    message.buffers = from;
    message.buffer_count = 128;
    CHECK(IPSOCK_OK, ipsock_send_ipv4(s, &header, &message, 0));
    EQUAL(64, message.length);
    message.buffers = to;
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    CHECK(IPSOCK_OK, ipsock_recv_ipv4(s, &found, &message, 0));
    EQUAL(64, message.length);
    EQUAL(92, found.total_length);
    assert_memory_equal(in, out, sizeof out);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_02_raw_03_header_and_payload_arrive_apart),
        cmocka_unit_test(raw_05_the_system_fills_in_what_is_open),
        cmocka_unit_test(raw_05_wrong_headers_are_refused),
        cmocka_unit_test(raw_arguments_are_checked),
        cmocka_unit_test(raw_other_kinds_are_refused),
        cmocka_unit_test(raw_10_headers_of_the_system),
        cmocka_unit_test(raw_10_protocol_255_is_a_protocol_like_any),
        cmocka_unit_test(raw_11_cut_payloads_and_peeks),
        cmocka_unit_test(raw_11_scattered_payloads),
    };
    return RUN(tests);
}
