// SPDX-License-Identifier: BSD-2-Clause
/* Single messages: UNI. Pieces, empty ones, cut ones, peeking, zones, opaque control. */
#include "harness.h"

static const char text[] = "Ahoy, this is a datagram in several pieces";

/* Sends pieces of the text, receives into pieces of others sizes. */
static void uni_01_scattered_buffers(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        char out[sizeof text], in[128];
        memcpy(out, text, sizeof text);
        memset(in, 0, sizeof in);
        struct ipsock_buffer sent[] = {
            {out, 3}, {NULL, 0}, {out + 3, 10}, {out + 13, sizeof text - 13}};
        struct ipsock_buffer got[] = {{in, 1},     {in + 1, 2}, {in + 3, 4},
                                      {in + 7, 0}, {in + 7, 4}, {in + 11, sizeof in - 11}};
        struct ipsock_message message;
        memset(&message, 0, sizeof message);
        message.buffers = sent;
        message.buffer_count = COUNT(sent);
        message.peer = pair.to;
        CHECK(IPSOCK_OK, ipsock_send(pair.sender, &message, 0));
        EQUAL(sizeof text, message.length);
        message.buffers = got;
        message.buffer_count = COUNT(got);
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, 0));
        EQUAL(sizeof text, message.length);
        EQUAL(0, message.flags);
        assert_string_equal(in, text);
        close_pair(&pair);
    }
}

static void uni_01_as_many_buffers_as_allowed(void **state)
{
    static uint8_t bytes[IPSOCK_BUFFERS_MAX];
    static struct ipsock_buffer buffers[IPSOCK_BUFFERS_MAX];
    (void)state;
    for (size_t i = 0; i < IPSOCK_BUFFERS_MAX; i++) {
        bytes[i] = (uint8_t)(i * 7);
        buffers[i].data = &bytes[i];
        buffers[i].length = 1;
    }
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_message message;
        struct seen seen;
        memset(&message, 0, sizeof message);
        message.buffers = buffers;
        message.buffer_count = IPSOCK_BUFFERS_MAX;
        message.peer = pair.to;
        CHECK(IPSOCK_OK, ipsock_send(pair.sender, &message, 0));
        receive(pair.receiver, &seen);
        EQUAL(IPSOCK_BUFFERS_MAX, seen.length);
        assert_memory_equal(seen.data, bytes, sizeof bytes);
        close_pair(&pair);
    }
}

/* Sends never fail for an earlier one; a receive that has nothing else to tell does. */
static int refusal_of_a_receive(struct ipsock_endpoint *s, int sent)
{
    struct ipsock_message message;
    CHECK(IPSOCK_OK, sent);
    memset(&message, 0, sizeof message);
    const int code = ipsock_recv(s, &message, IPSOCK_MSG_DONTWAIT);
    return code == IPSOCK_EAGAIN ? IPSOCK_OK : code;
}

static void uni_02_connected_endpoints(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_addr peer;
        struct seen seen;
        config.peer = pair.to;
        struct ipsock_endpoint *s = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_peer_addr(s, &peer));
        assert_true(ipsock_addr_equal(&peer, &pair.to));
        CHECK(IPSOCK_OK, send_bytes(s, NULL, text, sizeof text, NULL));
        receive(pair.receiver, &seen);
        EQUAL(sizeof text, seen.length);
        CHECK(IPSOCK_OK, send_bytes(pair.receiver, &seen.peer, "back", 4, NULL));
        receive(s, &seen);
        EQUAL(4, seen.length);
        assert_true(ipsock_addr_equal(&seen.peer, &pair.to));
        /* nobody there: the answer to a send comes with the next call, or the next receive */
        ipsock_free(pair.receiver);
        const bool later = expected("uni-02", "refused-send").level == EXPECT_ABSENT;
        int code = IPSOCK_OK;
        for (int tries = 0; tries < 100 && code == IPSOCK_OK; tries++) {
            code = send_bytes(s, NULL, "x", 1, NULL);
            system_sleep_ms(5);
            if (later)
                code = refusal_of_a_receive(s, code);
        }
        CHECK(IPSOCK_ECONNREFUSED, code);
        ipsock_free(s);
        ipsock_free(pair.sender);
    }
}

static void uni_03_empty_datagrams(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, IPSOCK_CONTROL_HOP_LIMIT, 0);
        struct ipsock_message message;
        struct seen seen;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "", 0, NULL));
        receive(pair.receiver, &seen);
        EQUAL(0, seen.length);
        EQUAL(0, seen.flags);
        check_addr(&seen.peer, columns[i].loopback);
        /* without any buffer, both ways */
        memset(&message, 0, sizeof message);
        message.peer = pair.to;
        CHECK(IPSOCK_OK, ipsock_send(pair.sender, &message, 0));
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, 0));
        EQUAL(0, message.length);
        EQUAL(0, message.flags);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "x", 1, NULL));
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, 0));
        EQUAL(0, message.length);
        EQUAL(IPSOCK_MSG_TRUNC, message.flags);
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

static void uni_03_largest_datagrams(void **state)
{
    const size_t most = 65507; /* 65535 - 20 - 8 */
    uint8_t *out = malloc(most), *in = malloc(most + 1);
    uint64_t seed = 0x5eed10;
    (void)state;
    assert_true(out != NULL && in != NULL);
    for (size_t i = 0; i < most; i++)
        out[i] = (uint8_t)next_random(&seed);
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        CHECK(IPSOCK_OK, ipsock_set_send_buffer(pair.sender, 200000));
        CHECK(IPSOCK_OK, ipsock_set_receive_buffer(pair.receiver, 200000));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, out, most, NULL));
        ipsock_message_init(&message, &buffer, in, most + 1);
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, 0));
        EQUAL(most, message.length);
        assert_memory_equal(in, out, most);
        close_pair(&pair);
    }
    free(in);
    free(out);
}

static void uni_01_cut_datagrams(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_counters counters;
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        struct seen seen;
        char small[8];
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, text, sizeof text, NULL));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "next", 5, NULL));
        ipsock_message_init(&message, &buffer, small, sizeof small);
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, IPSOCK_MSG_PEEK));
        EQUAL(IPSOCK_MSG_TRUNC, message.flags);
        CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
        EQUAL(0, counters.truncated); /* counted when it is taken */
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, 0));
        EQUAL(IPSOCK_MSG_TRUNC, message.flags);
        EQUAL(sizeof small, message.length);
        assert_memory_equal(small, text, sizeof small);
        receive(pair.receiver, &seen); /* the next one is whole */
        EQUAL(5, seen.length);
        EQUAL(0, seen.flags);
        assert_string_equal((const char *)seen.data, "next");
        CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
        EQUAL(1, counters.truncated);
        EQUAL(0, counters.control_truncated);
        EQUAL(0, counters.strict_discards + counters.filter_discards + counters.checksum_discards);
        close_pair(&pair);
    }
}

static void uni_01_cut_raw_datagrams(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, PROTOCOL_TEST, 0, 0);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
        for (size_t room = 0; room <= 20; room++) {
            void *small = malloc(room != 0 ? room : 1);
            CHECK(IPSOCK_OK, send_bytes(s, &to, text, 16, NULL));
            ipsock_message_init(&message, &buffer, small, room);
            CHECK(IPSOCK_OK, ipsock_recv(s, &message, 0));
            EQUAL(room < 16 ? room : 16, message.length);
            EQUAL(room < 16 ? IPSOCK_MSG_TRUNC : 0, message.flags);
            assert_memory_equal(small, text, message.length);
            EQUAL(0, message.header_length);
            free(small);
        }
        ipsock_free(s);
    }
}

static void uni_04_dontwait(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct seen seen;
        const int64_t before = ipsock_now();
        check_nothing(pair.receiver);
        assert_true(ipsock_now() - before < 5 * SECOND);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        char out[] = "now";
        ipsock_message_init(&message, &buffer, out, sizeof out);
        message.peer = pair.to;
        CHECK(IPSOCK_OK, ipsock_send(pair.sender, &message, IPSOCK_MSG_DONTWAIT));
        receive(pair.receiver, &seen);
        EQUAL(sizeof out, seen.length);
        ipsock_message_init(&message, &buffer, out, sizeof out);
        message.peer = pair.to;
        CHECK(IPSOCK_OK, ipsock_send(pair.sender, &message, IPSOCK_MSG_DONTROUTE));
        receive(pair.receiver, &seen);
        EQUAL(sizeof out, seen.length);
        close_pair(&pair);
    }
}

static void uni_04_nonblocking_endpoints(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        uint8_t byte;
        config.flags |= IPSOCK_OPEN_NONBLOCK;
        struct ipsock_endpoint *s = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
        ipsock_message_init(&message, &buffer, &byte, 1);
        CHECK(IPSOCK_EAGAIN, ipsock_recv(s, &message, 0));
        ipsock_free(s);
        config = config_of(i, IPSOCK_TCP);
        config.flags |= IPSOCK_OPEN_NONBLOCK;
        s = must_open(&config);
        CHECK(IPSOCK_EAGAIN, ipsock_accept(s, &(struct ipsock_endpoint *){NULL}, NULL));
        ipsock_free(s);
    }
}

struct later {
    struct pair *pair;
    unsigned ms;
};

static void send_later(void *argument)
{
    const struct later *later = argument;
    system_sleep_ms(later->ms);
    send_bytes(later->pair->sender, &later->pair->to, text, sizeof text, NULL);
}

static void uni_05_waits_for_readiness(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct later later = {&pair, 30};
        struct seen seen;
        struct system_thread *thread = system_thread_start(send_later, &later);
        receive(pair.receiver, &seen);
        EQUAL(sizeof text, seen.length);
        system_thread_join(thread);
        close_pair(&pair);
    }
}

static void uni_06_zones(void **state)
{
    struct ipsock_addr own;
    struct seen seen;
    char name[IPSOCK_ADDR_TEXT];
    (void)state;
    need(has_column(V6), "no IPv6");
    need(find_link_local(&own), "no link-local address");
    const uint32_t fields = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    struct ipsock_config config = config_of(V6, IPSOCK_UDP);
    config.receive_control = fields;
    config.local = own;
    struct ipsock_endpoint *receiver = must_open(&config);
    struct ipsock_endpoint *sender = must_open(&config);
    struct ipsock_addr local, to;
    CHECK(IPSOCK_OK, ipsock_local_addr(receiver, &local));
    EQUAL(own.scope, local.scope);
    /* the zone by name and by number */
    CHECK(IPSOCK_OK, ipsock_addr_format(&local, name, sizeof name));
    assert_non_null(strchr(name, '%'));
    for (int by_number = 0; by_number <= 1; by_number++) {
        if (by_number) {
            struct ipsock_addr bare = local;
            char number[IPSOCK_ADDR_TEXT];
            bare.scope = 0;
            bare.port = 0;
            CHECK(IPSOCK_OK, ipsock_addr_format(&bare, number, sizeof number));
            snprintf(name, sizeof name, "[%.45s%%%u]:%u", number, (unsigned)own.scope,
                     (unsigned)local.port);
        }
        to = addr_of(name);
        assert_true(ipsock_addr_equal(&to, &local));
        CHECK(IPSOCK_OK, send_bytes(sender, &to, "zone", 4, NULL));
        receive(receiver, &seen);
        EQUAL(own.scope, seen.peer.scope);
        assert_true(ipsock_addr_same_ip(&seen.peer, &own));
        EQUAL(fields, seen.control.valid);
        EQUAL(own.scope, seen.control.destination.scope);
        EQUAL(own.scope, seen.control.interface_index);
    }
    ipsock_free(sender);
    ipsock_free(receiver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uni_01_scattered_buffers),
        cmocka_unit_test(uni_01_as_many_buffers_as_allowed),
        cmocka_unit_test(uni_01_cut_datagrams),
        cmocka_unit_test(uni_01_cut_raw_datagrams),
        cmocka_unit_test(uni_02_connected_endpoints),
        cmocka_unit_test(uni_03_empty_datagrams),
        cmocka_unit_test(uni_03_largest_datagrams),
        cmocka_unit_test(uni_04_dontwait),
        cmocka_unit_test(uni_04_nonblocking_endpoints),
        cmocka_unit_test(uni_05_waits_for_readiness),
        cmocka_unit_test(uni_06_zones),
    };
    return RUN(tests);
}
