// SPDX-License-Identifier: BSD-2-Clause
/* What ICMP says of earlier packets of an endpoint that has no peer: SIL-16. */
#include "harness.h"

enum { HEADERS = 48, UNREACHABLE = 1, NO_SUCH_ADDRESS = 3 };

struct told {
    struct ipsock_endpoint *s, *receiver, *router, *witness;
    struct ipsock_addr local, to, here;
};

/* The sender is bound to no address: only such ones are told. */
static struct told open_all(void)
{
    struct told t = {.here = addr_of("::1")};
    struct ipsock_config config = config_of(V6, IPSOCK_UDP);
    t.receiver = must_open(&config);
    config.local = addr_of("::");
    t.s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_local_addr(t.s, &t.local));
    CHECK(IPSOCK_OK, ipsock_local_addr(t.receiver, &t.to));
    t.router = open_raw(V6, PROTOCOL_ICMPV6, 0, 0);
    t.witness = open_raw(V6, PROTOCOL_ICMPV6, 0, 0);
    return t;
}

static void close_all(struct told *t)
{
    ipsock_free(t->s);
    ipsock_free(t->receiver);
    ipsock_free(t->router);
    ipsock_free(t->witness);
}

/* A datagram of the sender, and what a router says of it: RFC 4443 3.1. */
static void tell(struct told *t)
{
    uint8_t message[8 + HEADERS] = {UNREACHABLE, NO_SUCH_ADDRESS};
    uint8_t *const ip = message + 8;
    const uint8_t ports[] = {(uint8_t)(t->local.port >> 8), (uint8_t)t->local.port,
                             (uint8_t)(t->to.port >> 8), (uint8_t)t->to.port};
    struct seen seen;
    ip[0] = 0x60;
    ip[5] = ip[45] = 8; /* the UDP header */
    ip[6] = 17;
    ip[7] = 64;
    ip[23] = ip[39] = 1; /* ::1 */
    memcpy(ip + 40, ports, sizeof ports);
    CHECK(IPSOCK_OK, send_bytes(t->s, &t->to, "first", 5, NULL));
    receive(t->receiver, &seen);
    CHECK(IPSOCK_OK, send_bytes(t->router, &t->here, message, sizeof message, NULL));
    do
        receive(t->witness, &seen);
    while (seen.data[0] != UNREACHABLE || seen.data[1] != NO_SUCH_ADDRESS);
}

static void expect_arrival(struct told *t, const char *text)
{
    struct seen seen;
    receive(t->receiver, &seen);
    EQUAL(strlen(text), seen.length);
    assert_memory_equal(text, seen.data, seen.length);
    check_nothing(t->receiver);
}

static void sil_16_the_next_send_goes_out(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    need_privilege();
    struct told t = open_all();
    struct burst b = make_burst(2);
    uint32_t done = 0;
    tell(&t);
    CHECK(IPSOCK_OK, send_bytes(t.s, &t.to, "next", 4, NULL));
    expect_arrival(&t, "next");
    tell(&t);
    for (size_t i = 0; i < 2; i++) {
        b.messages[i].peer = t.to;
        b.buffers[i].length = 1;
        b.data[i][0] = (uint8_t)('1' + i);
    }
    CHECK(IPSOCK_OK, send_burst(t.s, &b, 2, &done));
    EQUAL(2, done);
    struct seen seen;
    receive(t.receiver, &seen);
    EQUAL('1', seen.data[0]);
    expect_arrival(&t, "2");
    free_burst(&b);
    close_all(&t);
}

static void sil_16_receives_wait_for_datagrams(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    need_privilege();
    struct told t = open_all();
    struct burst b = make_burst(2);
    struct ipsock_addr back = t.here;
    uint32_t done = 0;
    back.port = t.local.port;
    tell(&t);
    check_nothing(t.s);
    tell(&t);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(t.s, ipsock_now()));
    CHECK(IPSOCK_ETIMEDOUT, receive_burst(t.s, &b, 2, &done));
    EQUAL(0, done);
    CHECK(IPSOCK_OK, ipsock_set_receive_control(t.s, IPSOCK_CONTROL_HOP_LIMIT, true));
    tell(&t);
    check_nothing(t.s);
    tell(&t);
    CHECK(IPSOCK_OK, send_bytes(t.receiver, &back, "answer", 6, NULL));
    struct seen seen;
    receive(t.s, &seen);
    EQUAL(6, seen.length);
    check_nothing(t.s);
    free_burst(&b);
    close_all(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sil_16_the_next_send_goes_out),
        cmocka_unit_test(sil_16_receives_wait_for_datagrams),
    };
    return RUN(tests);
}
