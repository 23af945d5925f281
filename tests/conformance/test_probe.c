// SPDX-License-Identifier: BSD-2-Clause
/* PING-08: extended echo requests (RFC 8335) for an interface of this host, as this host
 * understands and answers them. */
#include "harness.h"

#define ID 0x2af8

/* What the kernel says of an interface that it does not have, of a request that it cannot read, and
 * of one that it answers (RFC 8335, 3). */
enum { ANSWER = 0, MALFORMED = 1, NO_SUCH_INTERFACE = 2 };

static struct ipsock_icmp_ident by_name(const char *name)
{
    struct ipsock_icmp_ident ident = {.by = IPSOCK_ICMP_IDENT_NAME};
    snprintf(ident.name, sizeof ident.name, "%s", name);
    return ident;
}

static struct ipsock_icmp_ident by_index(uint32_t index)
{
    return (struct ipsock_icmp_ident){.by = IPSOCK_ICMP_IDENT_INDEX, .index = index};
}

static struct ipsock_icmp_ident by_address(const char *text)
{
    const struct ipsock_addr addr = addr_of(text);
    const bool v4 = addr.family == IPSOCK_IPV4;
    struct ipsock_icmp_ident ident = {.by = IPSOCK_ICMP_IDENT_ADDRESS,
                                      .address_family = v4 ? 1 : 2,
                                      .address_length = v4 ? 4 : 16};
    memcpy(ident.address, addr.ip, ident.address_length);
    return ident;
}

/* objects: NULL for a request that names nothing. */
static void ask(struct ipsock_endpoint *s, int column, struct ipsock_icmp_object *object,
                uint8_t sequence)
{
    const int family = columns[column].family;
    const struct ipsock_icmp_message message = {
        .family = family,
        .type = family == IPSOCK_IPV4 ? (uint8_t)IPSOCK_ICMPV4_EXTENDED_ECHO_REQUEST
                                      : (uint8_t)IPSOCK_ICMPV6_EXTENDED_ECHO_REQUEST,
        .id = ID,
        .sequence = sequence,
        .local = true,
        .objects = object,
        .object_count = object != NULL,
    };
    const struct ipsock_addr to = addr_of(columns[column].loopback);
    uint8_t bytes[512];
    size_t length = 0;
    CHECK(IPSOCK_OK, ipsock_icmp_marshal(&message, NULL, NULL, bytes, sizeof bytes, &length));
    CHECK(IPSOCK_OK, send_bytes(s, &to, bytes, length, NULL));
}

/* The filter lets nothing but replies through. */
static void check_answer(struct ipsock_endpoint *s, int column, uint8_t sequence, uint8_t code)
{
    struct seen seen;
    struct ipsock_icmp_message reply;
    const struct ipsock_addr here = addr_of(columns[column].loopback);
    receive(s, &seen);
    CHECK(IPSOCK_OK,
          ipsock_icmp_verify(columns[column].family, &here, &here, seen.data, seen.length));
    CHECK(IPSOCK_OK,
          ipsock_icmp_parse(&reply, NULL, 0, columns[column].family, seen.data, seen.length));
    EQUAL(IPSOCK_ICMP_BODY_EXTENDED_REPLY, reply.body);
    EQUAL(ID, reply.id);
    EQUAL(sequence, reply.sequence);
    EQUAL(code, reply.code);
    EQUAL(code == ANSWER, reply.active);
    EQUAL(code == ANSWER, reply.has_ipv4);
    EQUAL(code == ANSWER && has_column(V6), reply.has_ipv6);
    EQUAL(0, reply.state); /* 0: the interface is not on another host, so no neighbour entry */
}

static void probe(int column)
{
    const struct {
        struct ipsock_icmp_ident ident;
        uint8_t code;
    } cases[] = {
        {by_name("lo"), ANSWER},
        {by_name("no-such-if0"), NO_SUCH_INTERFACE},
        {by_index(loopback_index()), ANSWER},
        {by_index(0x7fffffff), NO_SUCH_INTERFACE},
        {by_address("127.0.0.1"), ANSWER},
        {by_address("192.0.2.99"), NO_SUCH_INTERFACE},
        {by_address("2001:db8::99"), NO_SUCH_INTERFACE},
    };
    const bool v4 = column == V4;
    struct ipsock_endpoint *s = open_raw(column, v4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, 0, 0);
    struct ipsock_icmp_filter filter;
    uint8_t sequence = 1;
    ipsock_icmp_filter_set_all(&filter, true);
    ipsock_icmp_filter_accept(&filter, v4 ? (uint8_t)IPSOCK_ICMPV4_EXTENDED_ECHO_REPLY
                                          : (uint8_t)IPSOCK_ICMPV6_EXTENDED_ECHO_REPLY);
    CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &filter));
    for (size_t i = 0; i < COUNT(cases); i++, sequence++) {
        struct ipsock_icmp_object object;
        uint8_t payload[64];
        CHECK(IPSOCK_OK,
              ipsock_icmp_ident_encode(&object, &cases[i].ident, payload, sizeof payload));
        ask(s, column, &object, sequence);
        check_answer(s, column, sequence, cases[i].code);
    }
    ask(s, column, NULL, sequence);
    check_answer(s, column, sequence, MALFORMED);
    check_nothing(s);
    ipsock_free(s);
}

static void ping_08_extended_echo_v4(void **state)
{
    (void)state;
    need_privilege();
    need(system_answer_probes(), "this system does not answer extended echo requests");
    begin_column(V4);
    probe(V4);
}

static void ping_08_extended_echo_v6(void **state)
{
    (void)state;
    need_privilege();
    need(system_answer_probes(), "this system does not answer extended echo requests");
    need(begin_column(V6), "no IPv6");
    probe(V6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ping_08_extended_echo_v4),
        cmocka_unit_test(ping_08_extended_echo_v6),
    };
    return RUN(tests);
}
