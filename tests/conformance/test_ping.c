// SPDX-License-Identifier: BSD-2-Clause
/* Ping endpoints: opening, naming and sending. PING. */
#include <errno.h>

#include "harness.h"

/* A request with an identifier of the test's, and the reply to it with the endpoint's. */
static void echo(struct ipsock_endpoint *s, int column, const struct ipsock_addr *to,
                 const char *from, uint16_t sequence)
{
    uint8_t packet[64];
    struct seen seen;
    const bool v4 = columns[column].family == IPSOCK_IPV4;
    const uint16_t id = id_of(s);
    const size_t length = make_echo(packet, columns[column].family, (uint16_t)~id, sequence);
    CHECK(IPSOCK_OK, send_bytes(s, to, packet, length, NULL));
    receive(s, &seen);
    EQUAL(length, seen.length);
    EQUAL(0, seen.flags);
    EQUAL(0, seen.peer.port);
    check_addr(&seen.peer, from);
    EQUAL(v4 ? (int)IPSOCK_ICMPV4_ECHO_REPLY : (int)IPSOCK_ICMPV6_ECHO_REPLY, seen.data[0]);
    EQUAL(0, seen.data[1]);
    EQUAL(id, seen.data[4] << 8 | seen.data[5]);
    EQUAL(sequence, seen.data[6] << 8 | seen.data[7]);
    assert_memory_equal(seen.data + 8, packet + 8, length - 8);
    if (v4)
        EQUAL(0, ipsock_checksum(seen.data, seen.length));
}

static void ping_01_echo(void **state)
{
    int ran = 0;
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        for (uint16_t sequence = 0xfffe; sequence != 2; sequence++)
            echo(s, i, &to, columns[i].loopback, sequence);
        check_nothing(s);
        ipsock_free(s);
        ran++;
    }
    need(ran > 0, "no ping endpoints");
}

/* In a child without privilege: the code and the option of a refusal. */
struct attempt {
    int column;
    int code;
    const char *option;
};

static int try_ping(void *argument)
{
    const struct attempt *want = argument;
    struct ipsock_error error;
    char text[IPSOCK_ERROR_TEXT];
    struct ipsock_config config = config_of(want->column, IPSOCK_PING);
    struct ipsock_endpoint *s = NULL;
    config.error = &error;
    const int code = ipsock_open(&s, &config);
    ipsock_free(s);
    if (code != want->code)
        return 1;
    if (code == IPSOCK_OK)
        return 0;
    ipsock_error_format(&error, text, sizeof text);
    return error.native == EPERM && strcmp(error.operation, "socket") == 0 &&
                   strstr(error.option, want->option) != NULL && strstr(text, want->option) != NULL
               ? 0
               : 2;
}

static void ping_02_who_may(void **state)
{
    (void)state;
    need_privilege();
    need(system_allow_ping(false), "the group range cannot be changed");
    for (int i = V4; i <= V6; i++) {
        struct attempt attempt = {i, IPSOCK_EPERM, "ping socket (let net.ipv4.ping_group_range"};
        if (!begin_column(i))
            continue;
        EQUAL(0, system_unprivileged(try_ping, &attempt));
        attempt.option = "CAP_NET_RAW";
        EQUAL(0, system_unprivileged(try_ping, &attempt));
        /* who may open raw sockets is served by one */
        struct ipsock_endpoint *s = open_ping(i);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        echo(s, i, &to, columns[i].loopback, 1);
        ipsock_free(s);
        assert_true(system_allow_ping(true));
        attempt.code = IPSOCK_OK;
        EQUAL(0, system_unprivileged(try_ping, &attempt));
        assert_true(system_allow_ping(false));
    }
    assert_true(system_allow_ping(!system_pings_raw()));
}

static void ping_04_addresses(void **state)
{
    struct ipsock_addr link_local;
    uint8_t packet[64];
    (void)state;
    FOR_EACH_PING(i)
    {
        const struct ipsock_addr other = addr_of(columns[i == V4 ? V6 : V4].loopback);
        struct ipsock_endpoint *s = NULL;
        struct ipsock_error error;
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        config.local = other;
        config.error = &error;
        CHECK(IPSOCK_EFAMILY, ipsock_open(&s, &config));
        assert_string_equal(error.option, "local");
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0); /* none: any */
        s = must_open(&config);
        const size_t length = make_echo(packet, columns[i].family, 0, 1);
        CHECK(IPSOCK_EFAMILY, send_bytes(s, &other, packet, length, NULL));
        check_option(s, IPSOCK_WRITE, IPSOCK_EFAMILY, "peer");
        CHECK(IPSOCK_EMISSADDR, send_bytes(s, NULL, packet, length, NULL));
        check_option(s, IPSOCK_WRITE, IPSOCK_EMISSADDR, "peer");
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        echo(s, i, &to, columns[i].loopback, 2);
        if (i == V6 && find_link_local(&link_local)) { /* with its scope */
            char text[IPSOCK_ADDR_TEXT];
            CHECK(IPSOCK_OK, ipsock_addr_format(&link_local, text, sizeof text));
            echo(s, i, &link_local, text, 3);
        }
        ipsock_free(s);
    }
}

/* The number of the next descriptor tells of one that was left open. */
static ipsock_handle_t next_handle(void)
{
    const ipsock_handle_t handle = system_file();
    system_close(handle);
    return handle;
}

static void ping_05_failed_opening_leaves_nothing(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = NULL;
        const ipsock_handle_t before = next_handle();
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        config.local = addr_of(i == V4 ? "192.0.2.77" : "2001:db8::77"); /* nobody's */
        CHECK(IPSOCK_EADDRNOTAVAIL, ipsock_open(&s, &config));
        assert_null(s);
        config = config_of(i, IPSOCK_PING);
        config.interface_index = 0x7fff0000;
        const struct expectation bind = expected("err-03", "bind-interface");
        CHECK(bind.level == EXPECT_ABSENT ? bind.error : IPSOCK_ENODEV, ipsock_open(&s, &config));
        config = config_of(i, IPSOCK_PING);
        config.protocol = PROTOCOL_ICMP;
        CHECK(IPSOCK_EINVAL, ipsock_open(&s, &config));
        config.protocol = 0;
        config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
        CHECK(IPSOCK_EKIND, ipsock_open(&s, &config));
        config.flags = IPSOCK_OPEN_DUAL_STACK;
        CHECK(IPSOCK_EKIND, ipsock_open(&s, &config));
        EQUAL(before, next_handle());
    }
}

static void ping_06_ports_are_ignored(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_addr peer;
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        struct ipsock_addr to = addr_of(columns[i].loopback);
        to.port = 7;
        struct ipsock_endpoint *s = must_open(&config);
        echo(s, i, &to, columns[i].loopback, 1);
        CHECK(IPSOCK_ENOTCONN, ipsock_peer_addr(s, &peer));
        ipsock_free(s);

        config.peer = to;
        s = must_open(&config);
        echo(s, i, NULL, columns[i].loopback, 2);
        echo(s, i, &to, columns[i].loopback, 3); /* the same, with another port or none */
        to.port = 0;
        echo(s, i, &to, columns[i].loopback, 4);
        CHECK(IPSOCK_OK, ipsock_peer_addr(s, &peer));
        check_addr(&peer, columns[i].loopback);
        EQUAL(0, peer.port);
        to.ip[columns[i].family == IPSOCK_IPV4 ? 3 : 15] = 9;
        CHECK(IPSOCK_EISCONN, send_bytes(s, &to, "12345678", 8, NULL));
        ipsock_free(s);
    }
}

static void ping_07_describes_itself(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        int kind = 0, family = 0, protocol = -1;
        bool on;
        int offset;
        struct ipsock_endpoint *s = open_ping(i);
        CHECK(IPSOCK_OK, ipsock_describe(s, &kind, &family, &protocol));
        EQUAL(IPSOCK_PING, kind);
        EQUAL(columns[i].family, family);
        EQUAL(0, protocol);
        /* what raw endpoints have, on a raw socket too */
        CHECK(IPSOCK_EKIND, ipsock_get_checksum(s, &on, &offset));
        CHECK(IPSOCK_EKIND, ipsock_set_checksum(s, false, 0));
        struct ipsock_capability_answer answer;
        CHECK(IPSOCK_OK, ipsock_capability(s, 0, 0, IPSOCK_FEATURE_CHECKSUM, &answer));
        EQUAL(IPSOCK_ABSENT, answer.level);
        CHECK(IPSOCK_OK, ipsock_capability(s, 0, 0, IPSOCK_FEATURE_HEADER_INCLUDED, &answer));
        EQUAL(IPSOCK_ABSENT, answer.level);
        ipsock_free(s);
    }
}

static void ping_08_identifiers(void **state)
{
    uint16_t id;
    struct ipsock_addr local;
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        struct ipsock_endpoint *a = must_open(&config), *b = must_open(&config);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        const uint16_t chosen = id_of(a);
        assert_int_not_equal(chosen, id_of(b));
        EQUAL(chosen, id_of(a));
        CHECK(IPSOCK_OK, ipsock_local_addr(a, &local));
        EQUAL(chosen, local.port);
        CHECK(IPSOCK_EINVAL, ipsock_echo_id(a, NULL));
        check_option(a, IPSOCK_SETUP, IPSOCK_EINVAL, "id");
        ipsock_free(a);
        /* the port to be bound to is the identifier */
        config.local.port = chosen;
        a = must_open(&config);
        EQUAL(chosen, id_of(a));
        echo(a, i, &to, columns[i].loopback, 1);
        ipsock_close(a);
        CHECK(IPSOCK_ECLOSED, ipsock_echo_id(a, &id));
        ipsock_free(a);
        ipsock_free(b);
    }
    struct pair pair = open_pair(V4, 0, 0);
    CHECK(IPSOCK_EKIND, ipsock_echo_id(pair.sender, &id));
    close_pair(&pair);
    CHECK(IPSOCK_ECLOSED, ipsock_echo_id(NULL, &id));
}

/* Only requests go out, refused before the system sees them, in the same words everywhere. */
static void ping_06_what_may_be_sent(void **state)
{
    static const struct {
        uint8_t type[2], code;
        const char *option;
    } wrong[] = {{{0, 129}, 0, "type"},  {{13, 130}, 0, "type"}, {{42, 160}, 0, "type"},
                 {{3, 1}, 0, "type"},    {{128, 8}, 0, "type"},  {{8, 128}, 1, "code"},
                 {{8, 128}, 255, "code"}};
    (void)state;
    FOR_EACH_PING(i)
    {
        uint8_t packet[64];
        struct ipsock_endpoint *s = open_ping(i);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        const size_t length = make_echo(packet, columns[i].family, 0, 1);
        for (size_t n = 0; n < 8; n++) {
            CHECK(IPSOCK_EMSGSHORT, send_bytes(s, &to, packet, n, NULL));
            check_option(s, IPSOCK_WRITE, IPSOCK_EMSGSHORT, "buffers");
        }
        for (size_t w = 0; w < COUNT(wrong); w++) {
            packet[0] = wrong[w].type[i == V6];
            packet[1] = wrong[w].code;
            CHECK(IPSOCK_EPROTOCOL, send_bytes(s, &to, packet, length, NULL));
            check_option(s, IPSOCK_WRITE, IPSOCK_EPROTOCOL, wrong[w].option);
        }
        check_nothing(s);
        echo(s, i, &to, columns[i].loopback, 2);
        ipsock_free(s);
    }
}

/* The header and the rest, cut anywhere; empty buffers between. */
static void ping_06_scattered(void **state)
{
    static uint8_t data[60001];
    static struct seen seen;
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        static const size_t cuts[][3] = {{0, 0, 0}, {1, 2, 3}, {3, 4, 9}, {8, 8, 11}, {7, 9, 10}};
        for (size_t c = 0; c < COUNT(cuts); c++) {
            for (size_t n = 11; n < 14; n++) {
                struct ipsock_buffer buffers[5] = {{data, cuts[c][0]}};
                struct ipsock_message m = {.buffers = buffers, .buffer_count = 5, .peer = to};
                make_echo(data, columns[i].family, 0, (uint16_t)n);
                data[12] = 0xab;
                for (size_t b = 1; b < 4; b++) {
                    const size_t from = cuts[c][b - 1], end = b < 3 ? cuts[c][b] : n;
                    buffers[b].data = data + from;
                    buffers[b].length = end - from;
                }
                CHECK(IPSOCK_OK, ipsock_send(s, &m, 0));
                EQUAL(n, m.length);
                receive(s, &seen);
                EQUAL(n, seen.length);
                EQUAL(n, seen.data[7]);
                assert_memory_equal(seen.data + 8, data + 8, n - 8);
            }
        }
        static struct ipsock_buffer many[IPSOCK_BUFFERS_MAX];
        struct ipsock_message m = {.buffers = many, .buffer_count = COUNT(many) - 1, .peer = to};
        many[0].data = data;
        many[0].length = 12;
        CHECK(IPSOCK_EINVAL, ipsock_send(s, &m, 0));
        check_option(s, IPSOCK_WRITE, IPSOCK_EINVAL, "buffer_count");
        m.buffer_count--;
        CHECK(IPSOCK_OK, ipsock_send(s, &m, 0));
        receive(s, &seen);
        EQUAL(12, seen.length);
        ipsock_free(s);
    }
}

/* Of a batch what is right goes out; the refused one is named. */
static void ping_06_in_a_batch(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_error error;
        struct burst out = make_burst(8), in = make_burst(8);
        struct ipsock_endpoint *s = open_ping(i);
        uint32_t done = 0;
        for (uint32_t n = 0; n < 8; n++) {
            out.buffers[n].length =
                make_echo(out.data[n], columns[i].family, 0, (uint16_t)(n + 256));
            out.messages[n].peer = addr_of(columns[i].loopback);
        }
        out.data[5][0] = 77;
        CHECK(IPSOCK_EPROTOCOL, send_burst(s, &out, 8, &done));
        EQUAL(5, done);
        CHECK(IPSOCK_OK, ipsock_last_error(s, IPSOCK_WRITE, &error));
        EQUAL(5, error.index);
        assert_string_equal(error.option, "type");
        for (uint32_t got = 0; got < 5; got += done) {
            CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
            CHECK(IPSOCK_OK, receive_burst(s, &in, 8, &done));
            for (uint32_t n = 0; n < done; n++) {
                EQUAL(12, in.messages[n].length);
                EQUAL(0, in.messages[n].header_length);
                EQUAL(id_of(s), in.data[n][4] << 8 | in.data[n][5]);
                EQUAL(256 + got + n, in.data[n][6] << 8 | in.data[n][7]);
                check_addr(&in.messages[n].peer, columns[i].loopback);
            }
        }
        check_nothing(s);
        free_burst(&out);
        free_burst(&in);
        ipsock_free(s);
    }
}

/* Released and adopted again, whatever socket it is. */
static void ping_01_adopted(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        ipsock_handle_t handle;
        struct ipsock_config config;
        struct ipsock_endpoint *s = open_ping(i);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        CHECK(IPSOCK_OK, ipsock_release(s, &handle));
        ipsock_free(s);
        ipsock_config_init(&config);
        config.kind = IPSOCK_PING;
        config.flags = IPSOCK_ADOPT_OWN;
        CHECK(IPSOCK_OK, ipsock_adopt(&s, handle, &config));
        echo(s, i, &to, columns[i].loopback, 1);
        ipsock_free(s);
    }
    for (int i = V4; i <= V6 && system_is_privileged(); i++) {
        struct ipsock_endpoint *s = NULL;
        struct ipsock_config config;
        ipsock_config_init(&config);
        config.kind = IPSOCK_PING;
        if (!begin_column(i) || system_lacks("protocol-of-raw") != NULL ||
            (i == V4 && expected("err-04", "protocol-of-raw").level == EXPECT_ABSENT))
            continue; /* not told, and what the caller says is believed */
        struct ipsock_endpoint *raw = open_raw(i, PROTOCOL_TEST, 0, 0);
        CHECK(IPSOCK_EKIND, ipsock_adopt(&s, ipsock_handle(raw), &config));
        ipsock_free(raw);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ping_01_echo),
        cmocka_unit_test(ping_02_who_may),
        cmocka_unit_test(ping_04_addresses),
        cmocka_unit_test(ping_05_failed_opening_leaves_nothing),
        cmocka_unit_test(ping_06_ports_are_ignored),
        cmocka_unit_test(ping_07_describes_itself),
        cmocka_unit_test(ping_08_identifiers),
        cmocka_unit_test(ping_06_what_may_be_sent),
        cmocka_unit_test(ping_06_scattered),
        cmocka_unit_test(ping_06_in_a_batch),
        cmocka_unit_test(ping_01_adopted),
    };
    return RUN(tests);
}
