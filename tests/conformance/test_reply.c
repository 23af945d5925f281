// SPDX-License-Identifier: BSD-2-Clause
/* Answers from the address that was asked: ipsock_control_reply on wildcard endpoints; segments. */
#include "harness.h"

#define PACKET (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE)
#define ANSWER (IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE)

/* A multi-homed server. */
static struct ipsock_endpoint *open_server(int column, uint32_t send_control, uint16_t *port)
{
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    struct ipsock_addr local;
    config.local = ipsock_addr_any(columns[column].family, 0);
    config.receive_control = delivered(column, PACKET);
    config.send_control = send_control;
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
    *port = local.port;
    return s;
}

/* An answer needs to know the address asked, and to name it. */
static bool has_replies(int column)
{
    return delivered(column, IPSOCK_CONTROL_DESTINATION) != 0 &&
           sendable(column, IPSOCK_CONTROL_SOURCE) != 0;
}

static uint32_t answer_fields(int column)
{
    return IPSOCK_CONTROL_SOURCE | sendable(column, IPSOCK_CONTROL_INTERFACE);
}

static void ask(struct ipsock_endpoint *server, struct ipsock_endpoint *client,
                const struct ipsock_addr *at, bool own_answer)
{
    struct seen seen;
    struct ipsock_control out, same;
    CHECK(IPSOCK_OK, send_bytes(client, at, "?", 1, NULL));
    receive(server, &seen);
    EQUAL(PACKET, seen.control.valid & PACKET);
    assert_true(ipsock_addr_same_ip(&seen.control.destination, at));
    memset(&out, 0x5a, sizeof out);
    same = seen.control;
    CHECK(IPSOCK_OK, ipsock_control_reply(server, &out, &seen.control));
    EQUAL(0, out.valid & ~ANSWER);
    EQUAL(own_answer, (out.valid & IPSOCK_CONTROL_SOURCE) != 0);
    CHECK(IPSOCK_OK, send_bytes(server, &seen.peer, "!", 1, &out));
    receive(client, &seen);
    EQUAL('!', seen.data[0]);
    if (own_answer)
        assert_true(ipsock_addr_same_ip(&seen.peer, at));
    EQUAL(at->port, seen.peer.port);
    CHECK(IPSOCK_OK, ipsock_control_reply(server, &same, &same)); /* in and out may be one */
    EQUAL(out.valid, same.valid);
}

static void cm_24_replies_come_from_the_address_asked(void **state)
{
    static const char *const asked[COLUMNS][3] = {{"127.0.0.1", "127.0.0.2", "127.1.2.3"},
                                                  {"::1", "::1", "::1"},
                                                  {"::ffff:127.0.0.1", "::ffff:127.0.0.2", "::1"}};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        uint16_t port;
        if (!has_replies(i))
            continue;
        struct ipsock_endpoint *server = open_server(i, answer_fields(i), &port);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        config.local = ipsock_addr_any(columns[i].family, 0);
        struct ipsock_endpoint *client = must_open(&config);
        for (size_t k = 0; k < 3; k++) {
            struct ipsock_addr at = addr_of(asked[i][k]);
            at.port = port;
            ask(server, client, &at, true);
        }
        ipsock_free(client);
        ipsock_free(server);
    }
}

static void cm_24_replies_to_broadcasts(void **state)
{
    uint16_t port;
    (void)state;
    struct ipsock_endpoint *server = open_server(V4, answer_fields(V4), &port);
    struct ipsock_config config = config_of(V4, IPSOCK_UDP);
    config.flags |= IPSOCK_OPEN_BROADCAST;
    struct ipsock_endpoint *client = must_open(&config);
    struct ipsock_control in, out;
    memset(&in, 0, sizeof in);
    in.valid = PACKET;
    in.interface_index = loopback_index();
    in.destination = addr_of("255.255.255.255");
    /* not from the broadcast or group address; out of the interface it came by */
    if (answer_fields(V4) & IPSOCK_CONTROL_INTERFACE) {
        CHECK(IPSOCK_OK, ipsock_control_reply(server, &out, &in));
        EQUAL(IPSOCK_CONTROL_INTERFACE, out.valid);
        EQUAL(in.interface_index, out.interface_index);
        in.destination = addr_of("224.0.0.251");
        CHECK(IPSOCK_OK, ipsock_control_reply(server, &out, &in));
        EQUAL(IPSOCK_CONTROL_INTERFACE, out.valid);
    }
    ipsock_free(client);
    ipsock_free(server);
}

/* A directed broadcast is no unicast address of this host either. */
static void cm_24_replies_to_directed_broadcasts(void **state)
{
    uint16_t port;
    (void)state;
    struct ipsock_endpoint *server = open_server(V4, answer_fields(V4), &port);
    struct ipsock_config config = config_of(V4, IPSOCK_UDP);
    config.flags |= IPSOCK_OPEN_BROADCAST;
    struct ipsock_endpoint *client = must_open(&config);
    struct ipsock_addr at = addr_of("127.255.255.255");
    at.port = port;
    if (expected("cm-24", "loopback-broadcast").level != EXPECT_ABSENT)
        ask(server, client, &at, false);
    ipsock_free(client);
    ipsock_free(server);
}

static void cm_24_link_local_replies(void **state)
{
    struct ipsock_addr own;
    uint16_t port;
    (void)state;
    need(has_column(V6), "no IPv6");
    need(find_link_local(&own), "no link-local address");
    struct ipsock_endpoint *server = open_server(V6, ANSWER, &port);
    struct ipsock_config config = config_of(V6, IPSOCK_UDP);
    config.local = own;
    struct ipsock_endpoint *client = must_open(&config);
    own.port = port;
    ask(server, client, &own, true);
    struct ipsock_control in, out;
    memset(&in, 0, sizeof in);
    in.valid = PACKET;
    in.interface_index = own.scope;
    in.destination = own;
    CHECK(IPSOCK_OK, ipsock_control_reply(server, &out, &in));
    EQUAL(IPSOCK_CONTROL_SOURCE, out.valid & IPSOCK_CONTROL_SOURCE);
    if (system_lacks("way-by-interface") != NULL) /* the peer's scope is the way */
        in.valid |= IPSOCK_CONTROL_SOURCE;
    in.source = own;
    CHECK(IPSOCK_OK, ipsock_control_reply(server, &out, &in));
    EQUAL(ANSWER, out.valid);
    EQUAL(own.scope, out.interface_index);
    ipsock_free(client);
    ipsock_free(server);
}

static void cm_24_replies_refused(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        uint16_t port;
        struct ipsock_endpoint *server = open_server(i, 0, &port);
        struct ipsock_control in, out;
        memset(&in, 0, sizeof in);
        in.valid = PACKET;
        in.destination = addr_of(columns[i].loopback);
        in.interface_index = 1;
        CHECK(IPSOCK_EUNDECLARED, ipsock_control_reply(server, &out, &in));
        in.valid = IPSOCK_CONTROL_INTERFACE;
        CHECK(IPSOCK_EMISSADDR, ipsock_control_reply(server, &out, &in));
        CHECK(IPSOCK_EINVAL, ipsock_control_reply(server, &out, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_control_reply(server, NULL, &in));
        ipsock_free(server);
    }
}

/* Several datagrams in one buffer: sent by segments, received coalesced. */
static void uni_01_segments(void **state)
{
    uint8_t train[1000];
    (void)state;
    for (size_t i = 0; i < sizeof train; i++)
        train[i] = (uint8_t)(i * 3);
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_capability_answer can;
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &can));
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_endpoint *s = NULL;
        config.send_control = IPSOCK_CONTROL_SEGMENT_SIZE;
        CHECK(can.level == IPSOCK_ABSENT ? IPSOCK_ENOTSUP : IPSOCK_OK, ipsock_open(&s, &config));
        if (s == NULL)
            continue;
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_control c;
        struct seen seen;
        memset(&c, 0, sizeof c);
        c.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
        c.segment_size = 300;
        CHECK(IPSOCK_OK, send_bytes(s, &pair.to, train, sizeof train, &c));
        for (size_t at = 0; at < sizeof train; at += 300) {
            receive(pair.receiver, &seen);
            EQUAL(sizeof train - at < 300 ? sizeof train - at : 300, seen.length);
            assert_memory_equal(seen.data, train + at, seen.length);
        }
        check_nothing(pair.receiver);
        ipsock_free(s);
        close_pair(&pair);
    }
}

static void uni_01_coalesced(void **state)
{
    uint8_t train[1000];
    (void)state;
    for (size_t i = 0; i < sizeof train; i++)
        train[i] = (uint8_t)(i * 3);
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_capability_answer can, sends;
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_RECV_SEGMENT_SIZE, &can));
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &sends));
        if (can.level == IPSOCK_ABSENT || sends.level == IPSOCK_ABSENT)
            continue;
        struct pair pair = open_pair(i, IPSOCK_CONTROL_SEGMENT_SIZE, IPSOCK_CONTROL_SEGMENT_SIZE);
        struct ipsock_control c;
        struct seen seen;
        memset(&c, 0, sizeof c);
        c.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
        c.segment_size = 300;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, train, sizeof train, &c));
        for (size_t at = 0; at < sizeof train; at += seen.length) {
            receive(pair.receiver, &seen);
            assert_true(seen.length > 0 && seen.length <= sizeof train - at);
            assert_memory_equal(seen.data, train + at, seen.length);
            /* without the field it is a single datagram, with it several of that size */
            if (seen.control.valid & IPSOCK_CONTROL_SEGMENT_SIZE)
                EQUAL(300, seen.control.segment_size);
            else
                assert_true(seen.length <= 300);
        }
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cm_24_replies_come_from_the_address_asked),
        cmocka_unit_test(cm_24_replies_to_broadcasts),
        cmocka_unit_test(cm_24_replies_to_directed_broadcasts),
        cmocka_unit_test(cm_24_link_local_replies),
        cmocka_unit_test(cm_24_replies_refused),
        cmocka_unit_test(uni_01_segments),
        cmocka_unit_test(uni_01_coalesced),
    };
    return RUN(tests);
}
