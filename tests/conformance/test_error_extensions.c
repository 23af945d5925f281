// SPDX-License-Identifier: BSD-2-Clause
/* What routers append to the errors that come later: ES-12, on one host. A raw endpoint says what a
 * router would. Its quote has more than 128 bytes: the objects are found by its length alone, which
 * the system has to pass on (RFC 4884, 4). */
#include "errors_later.h"

#define QUOTE 160 /* bytes, a multiple of 8 */
#define PORT  33434

static const uint8_t labels[] = {0x01, 0x23, 0x45, 0x01, 0xff, 0xff, 0xf1, 0xff};

/* An endpoint of one kind, and a packet as it would have sent it. */
struct probe {
    int column;
    struct ipsock_endpoint *s;
    uint8_t packet[QUOTE];
    size_t skipped; /* of the packet: headers that the endpoint's payloads lack */
};

/* Writes the header of a packet that goes from loopback to itself; what follows is filled. */
static void begin_packet(struct probe *p, uint8_t protocol)
{
    size_t length = 40;
    for (size_t i = 0; i < QUOTE; i++)
        p->packet[i] = (uint8_t)i;
    if (p->column == V6) {
        struct ipsock_ipv6_header header;
        memset(&header, 0, sizeof header);
        header.next_header = protocol;
        header.payload_length = QUOTE - 40;
        header.source = header.destination = addr_of("::1");
        CHECK(IPSOCK_OK, ipsock_ipv6_header_marshal(&header, p->packet, QUOTE));
    } else {
        struct ipsock_ipv4_header header;
        memset(&header, 0, sizeof header);
        header.protocol = protocol;
        header.total_length = QUOTE;
        header.header_length = 20;
        header.source = header.destination = addr_of("127.0.0.1");
        CHECK(IPSOCK_OK,
              ipsock_ipv4_header_marshal(&header, p->packet, QUOTE, &length, IPSOCK_ORDER_WIRE));
    }
    p->skipped = length;
}

static void put16(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

static struct ipsock_endpoint *open_heard(const struct probe *p, int kind, int protocol,
                                          uint32_t flags)
{
    struct ipsock_config config = config_of(p->column, kind);
    config.protocol = protocol;
    config.flags |= flags | IPSOCK_OPEN_ERROR_STREAM;
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    return s;
}

static void probe_udp(struct probe *p)
{
    struct ipsock_addr local;
    p->s = open_heard(p, IPSOCK_UDP, 0, 0);
    CHECK(IPSOCK_OK, ipsock_local_addr(p->s, &local));
    begin_packet(p, 17);
    put16(p->packet + p->skipped, local.port);
    put16(p->packet + p->skipped + 2, PORT);
    put16(p->packet + p->skipped + 4, (uint16_t)(QUOTE - p->skipped));
    p->skipped += 8;
}

static void probe_raw(struct probe *p, uint32_t flags)
{
    p->s = open_heard(p, IPSOCK_RAW, PROTOCOL_TEST, flags);
    begin_packet(p, PROTOCOL_TEST);
}

static void probe_ping(struct probe *p)
{
    p->s = open_heard(p, IPSOCK_PING, 0, 0);
    begin_packet(p, p->column == V6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP);
    make_echo(p->packet + p->skipped, columns[p->column].family, id_of(p->s), 7);
}

/* The answer of a router that the packet ran out of hops at. */
static void answer(const struct probe *p)
{
    const int column = p->column == V6 ? V6 : V4;
    const struct ipsock_addr to = addr_of(columns[column].loopback);
    struct ipsock_icmp_object object = {IPSOCK_ICMP_OBJECT_MPLS, 1, sizeof labels, labels};
    struct ipsock_icmp_message message;
    uint8_t bytes[QUOTE + 64];
    size_t length;
    memset(&message, 0, sizeof message);
    message.family = columns[column].family;
    message.type =
        column == V6 ? IPSOCK_ICMPV6_TIME_EXCEEDED : (uint8_t)IPSOCK_ICMPV4_TIME_EXCEEDED;
    message.data = p->packet;
    message.data_length = QUOTE;
    message.objects = &object;
    message.object_count = 1;
    CHECK(IPSOCK_OK, ipsock_icmp_marshal(&message, NULL, NULL, bytes, sizeof bytes, &length));
    struct ipsock_endpoint *router =
        open_raw(column, column == V6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP, 0, 0);
    CHECK(IPSOCK_OK, send_bytes(router, &to, bytes, length, NULL));
    ipsock_free(router);
}

static void expect_labels(struct probe *p)
{
    struct ipsock_icmp_object objects[2];
    struct ipsock_icmp_error e;
    uint8_t payload[1280];
    size_t length = 0;
    answer(p);
    CHECK(IPSOCK_OK,
          ipsock_recv_icmp_error(p->s, &e, objects, 2, payload, sizeof payload, &length, 0));
    EQUAL(p->column == V6 ? IPSOCK_IPV6 : IPSOCK_IPV4, e.family);
    EQUAL(p->column == V6 ? (int)IPSOCK_ICMPV6_TIME_EXCEEDED : (int)IPSOCK_ICMPV4_TIME_EXCEEDED,
          e.type);
    CHECK(IPSOCK_EHOSTUNREACH, e.error);
    EQUAL(0, e.flags);
    EQUAL(QUOTE - p->skipped, length);
    assert_memory_equal(payload, p->packet + p->skipped, length);
    EQUAL(IPSOCK_ICMP_EXTENSION_FOUND, e.extension);
    EQUAL(1, e.objects_found);
    EQUAL(1, e.object_count);
    EQUAL(IPSOCK_ICMP_OBJECT_MPLS, e.objects[0].object_class);
    EQUAL(1, e.objects[0].object_type);
    EQUAL(sizeof labels, e.objects[0].length);
    assert_memory_equal(e.objects[0].payload, labels, sizeof labels);
    CHECK(IPSOCK_EAGAIN, ipsock_recv_icmp_error(p->s, &e, objects, 2, payload, sizeof payload,
                                                &length, IPSOCK_MSG_DONTWAIT));
    ipsock_free(p->s);
}

static void need_extensions(void)
{
    need_error_stream();
    need_privilege();
    need(system_tells_extensions(), "the kernel does not tell where extensions are");
}

static void es_12_udp_endpoints(void **state)
{
    (void)state;
    need_extensions();
    FOR_EACH_COLUMN(i)
    {
        struct probe p = {.column = i};
        probe_udp(&p);
        expect_labels(&p);
    }
}

static void es_12_raw_endpoints(void **state)
{
    (void)state;
    need_extensions();
    for (int i = V4; i <= V6; i++) {
        struct probe p = {.column = i};
        if (!begin_column(i))
            continue;
        probe_raw(&p, 0);
        expect_labels(&p);
    }
    struct probe p = {.column = V4};
    probe_raw(&p, IPSOCK_OPEN_HEADER_INCLUDED);
    expect_labels(&p);
}

static void es_12_ping_endpoints(void **state)
{
    (void)state;
    need_extensions();
    FOR_EACH_PING(i)
    {
        struct probe p = {.column = i};
        probe_ping(&p);
        expect_labels(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(es_12_udp_endpoints),
        cmocka_unit_test(es_12_raw_endpoints),
        cmocka_unit_test(es_12_ping_endpoints),
    };
    return RUN(tests);
}
