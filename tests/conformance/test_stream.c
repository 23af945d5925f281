// SPDX-License-Identifier: BSD-2-Clause
/* TCP: dial, listen, accept, read and write. V4-OPT-05, UNI-02, ERR-09. */
#include "harness.h"

static void v4_opt_05_accepted_options_are_independent(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        int value = 0;
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(tcp.sender, 11));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(tcp.receiver, 22));
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(tcp.receiver, 0x28));
        CHECK(IPSOCK_OK, ipsock_get_hop_limit(tcp.sender, &value));
        EQUAL(11, value);
        CHECK(IPSOCK_OK, ipsock_get_hop_limit(tcp.receiver, &value));
        EQUAL(22, value);
        CHECK(IPSOCK_OK, ipsock_get_traffic_class(tcp.sender, &value));
        EQUAL(0, value);
        close_pair(&tcp);
    }
}

static void uni_02_addresses_of_both_sides(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_TCP);
        struct ipsock_endpoint *listener = must_open(&config), *accepted = NULL;
        struct ipsock_addr at = addr_of(columns[i].loopback), local, peer, told;
        CHECK(IPSOCK_OK, ipsock_local_addr(listener, &local));
        at.port = local.port;
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        config.peer = at;
        config.deadline = soon();
        struct ipsock_endpoint *dialled = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_set_deadline(listener, soon()));
        CHECK(IPSOCK_OK, ipsock_accept(listener, &accepted, &told));
        CHECK(IPSOCK_OK, ipsock_local_addr(dialled, &local));
        CHECK(IPSOCK_OK, ipsock_peer_addr(accepted, &peer));
        assert_true(ipsock_addr_equal(&local, &peer));
        assert_true(ipsock_addr_equal(&told, &peer));
        CHECK(IPSOCK_OK, ipsock_peer_addr(dialled, &peer));
        assert_true(ipsock_addr_equal(&at, &peer));
        /* a listener carries no data, and has no peer */
        CHECK(IPSOCK_EKIND, send_bytes(listener, NULL, "x", 1, NULL));
        CHECK(IPSOCK_ENOTCONN, ipsock_peer_addr(listener, &peer));
        ipsock_free(dialled);
        ipsock_free(accepted);
        ipsock_free(listener);
    }
}

static void uni_02_stream_of_bytes(void **state)
{
    enum { TOTAL = 200000 };
    uint8_t *out = malloc(TOTAL), *in = malloc(TOTAL);
    uint64_t seed = 0x5eed20;
    (void)state;
    assert_true(out != NULL && in != NULL);
    for (size_t i = 0; i < TOTAL; i++)
        out[i] = (uint8_t)next_random(&seed);
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        size_t sent = 0, got = 0;
        CHECK(IPSOCK_OK, ipsock_set_deadline(tcp.receiver, soon()));
        while (got < TOTAL) {
            struct ipsock_buffer buffer;
            struct ipsock_message message;
            if (sent < TOTAL) {
                ipsock_message_init(&message, &buffer, out + sent, TOTAL - sent);
                const int code = ipsock_send(tcp.sender, &message, IPSOCK_MSG_DONTWAIT);
                if (code != IPSOCK_EAGAIN)
                    CHECK(IPSOCK_OK, code);
                sent += message.length; /* a stream may take a part */
            }
            ipsock_message_init(&message, &buffer, in + got, TOTAL - got);
            CHECK(IPSOCK_OK, ipsock_recv(tcp.receiver, &message, 0));
            assert_true(message.length > 0);
            assert_true(ipsock_addr_is_loopback(&message.peer));
            got += message.length;
        }
        assert_memory_equal(in, out, TOTAL);
        close_pair(&tcp);
    }
    free(out);
    free(in);
}

static void uni_03_the_end_of_a_stream(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        struct seen seen;
        CHECK(IPSOCK_OK, send_bytes(tcp.sender, NULL, "bye", 3, NULL));
        CHECK(IPSOCK_OK, ipsock_close(tcp.sender));
        receive(tcp.receiver, &seen);
        EQUAL(3, seen.length);
        for (int twice = 0; twice < 2; twice++) { /* finished, and it stays so */
            receive(tcp.receiver, &seen);
            EQUAL(0, seen.length);
            EQUAL(0, seen.flags);
        }
        /* writing on: reset or broken pipe, never a signal */
        int code = IPSOCK_OK;
        for (int tries = 0; tries < 200 && code == IPSOCK_OK; tries++) {
            code = send_bytes(tcp.receiver, NULL, "x", 1, NULL);
            system_sleep_ms(2);
        }
        assert_true(code == IPSOCK_EPIPE || code == IPSOCK_ECONNRESET);
        close_pair(&tcp);
    }
}

static void uni_08_streams_have_one_peer(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        struct ipsock_control c;
        memset(&c, 0, sizeof c);
        struct ipsock_addr other = tcp.to;
        other.port ^= 1;
        CHECK(IPSOCK_EISCONN, send_bytes(tcp.sender, &other, "x", 1, NULL));
        CHECK(IPSOCK_OK, send_bytes(tcp.sender, &tcp.to, "x", 1, NULL)); /* a reply's peer */
        c.valid = IPSOCK_CONTROL_HOP_LIMIT;
        c.hop_limit = 3;
        CHECK(IPSOCK_EUNDECLARED, send_bytes(tcp.sender, NULL, "x", 1, &c));
        c.valid = 0;
        CHECK(IPSOCK_OK, send_bytes(tcp.sender, NULL, "x", 1, &c));
        close_pair(&tcp);
    }
}

/* 0 bytes would look like the end of the stream. */
static void uni_03_streams_want_room(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        uint8_t byte;
        struct seen seen;
        CHECK(IPSOCK_OK, send_bytes(tcp.sender, NULL, "x", 1, NULL));
        ipsock_message_init(&message, &buffer, &byte, 0);
        CHECK(IPSOCK_EINVAL, ipsock_recv(tcp.receiver, &message, 0));
        check_option(tcp.receiver, IPSOCK_READ, IPSOCK_EINVAL, "buffers");
        message.buffers = NULL;
        message.buffer_count = 0;
        CHECK(IPSOCK_EINVAL, ipsock_recv(tcp.receiver, &message, 0));
        receive(tcp.receiver, &seen);
        EQUAL(1, seen.length);
        close_pair(&tcp);
    }
}

static void uni_04_peek_in_a_stream(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        char bytes[8];
        struct seen seen;
        check_nothing(tcp.receiver);
        CHECK(IPSOCK_OK, send_bytes(tcp.sender, NULL, "abc", 3, NULL));
        CHECK(IPSOCK_OK, ipsock_set_deadline(tcp.receiver, soon()));
        ipsock_message_init(&message, &buffer, bytes, 2);
        CHECK(IPSOCK_OK, ipsock_recv(tcp.receiver, &message, IPSOCK_MSG_PEEK));
        EQUAL(2, message.length);
        EQUAL(0, message.flags); /* the rest is not lost */
        receive(tcp.receiver, &seen);
        EQUAL(3, seen.length);
        close_pair(&tcp);
    }
}

/* Dialling without waiting: sends answer "would block" until the connection is there. */
static void uni_05_nonblocking_dial(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_TCP);
        struct ipsock_endpoint *listener = must_open(&config), *accepted = NULL;
        struct ipsock_addr at = addr_of(columns[i].loopback), local;
        struct seen seen;
        int code = IPSOCK_EAGAIN;
        CHECK(IPSOCK_OK, ipsock_local_addr(listener, &local));
        at.port = local.port;
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        config.peer = at;
        config.flags |= IPSOCK_OPEN_NONBLOCK;
        struct ipsock_endpoint *dialled = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_set_deadline(listener, soon()));
        CHECK(IPSOCK_OK, ipsock_accept(listener, &accepted, NULL));
        const int64_t end = soon();
        while (code == IPSOCK_EAGAIN && ipsock_now() < end) {
            code = send_bytes(dialled, NULL, "x", 1, NULL);
            system_sleep_ms(1);
        }
        CHECK(IPSOCK_OK, code);
        receive(accepted, &seen);
        EQUAL(1, seen.length);
        ipsock_free(dialled);
        ipsock_free(accepted);
        ipsock_free(listener);
    }
}

static void err_09_accept_inherits_nonblocking(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_TCP);
        config.flags |= IPSOCK_OPEN_NONBLOCK;
        struct ipsock_endpoint *listener = must_open(&config), *accepted = NULL;
        struct ipsock_addr at = addr_of(columns[i].loopback), local;
        CHECK(IPSOCK_EINVAL, ipsock_accept(listener, NULL, NULL));
        CHECK(IPSOCK_OK, ipsock_local_addr(listener, &local));
        at.port = local.port;
        config = config_of(i, IPSOCK_TCP);
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        config.peer = at;
        config.deadline = soon();
        struct ipsock_endpoint *dialled = must_open(&config);
        int code = IPSOCK_EAGAIN;
        const int64_t end = soon();
        while (code == IPSOCK_EAGAIN && ipsock_now() < end) {
            code = ipsock_accept(listener, &accepted, NULL);
            system_sleep_ms(1);
        }
        CHECK(IPSOCK_OK, code);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        uint8_t byte;
        ipsock_message_init(&message, &buffer, &byte, 1);
        CHECK(IPSOCK_EAGAIN, ipsock_recv(accepted, &message, 0));
        ipsock_free(dialled);
        ipsock_free(accepted);
        ipsock_free(listener);
    }
}

/* A deadline for connecting that has passed. */
static void err_09_dial_deadline(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_TCP);
        struct ipsock_endpoint *listener = must_open(&config), *s = NULL;
        struct ipsock_addr at = addr_of(columns[i].loopback), local;
        CHECK(IPSOCK_OK, ipsock_local_addr(listener, &local));
        at.port = local.port;
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        config.peer = at;
        config.deadline = 1;
        const int code = ipsock_open(&s, &config);
        /* on loopback it may be there before anything had to wait */
        if (code != IPSOCK_OK)
            CHECK(IPSOCK_ETIMEDOUT, code);
        assert_true((s == NULL) == (code != IPSOCK_OK));
        ipsock_free(s);
        ipsock_free(listener);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_opt_05_accepted_options_are_independent),
        cmocka_unit_test(uni_02_addresses_of_both_sides),
        cmocka_unit_test(uni_02_stream_of_bytes),
        cmocka_unit_test(uni_03_the_end_of_a_stream),
        cmocka_unit_test(uni_03_streams_want_room),
        cmocka_unit_test(uni_04_peek_in_a_stream),
        cmocka_unit_test(uni_05_nonblocking_dial),
        cmocka_unit_test(uni_08_streams_have_one_peer),
        cmocka_unit_test(err_09_accept_inherits_nonblocking),
        cmocka_unit_test(err_09_dial_deadline),
    };
    return RUN(tests);
}
