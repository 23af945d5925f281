// SPDX-License-Identifier: BSD-2-Clause
/* How batch calls are called: flags, counts, sizes, cut messages. BATCH-07 to BATCH-10. */
#include "harness.h"

static int receive_flags(struct ipsock_endpoint *s, struct burst *b, uint32_t count, uint32_t *done,
                         uint32_t flags)
{
    return ipsock_recv_batch(s, b->batch, b->messages, sizeof b->messages[0], count, done, flags);
}

static void batch_07_flags(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(4);
        uint32_t done = 9;
        CHECK(IPSOCK_EAGAIN, receive_flags(pair.receiver, &b, 4, &done, IPSOCK_MSG_DONTWAIT));
        EQUAL(0, done);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "first", 5, NULL));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "second", 6, NULL));
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        for (int twice = 0; twice < 2; twice++) { /* one message at most, and it stays */
            CHECK(IPSOCK_OK, receive_flags(pair.receiver, &b, 4, &done, IPSOCK_MSG_PEEK));
            EQUAL(1, done);
            EQUAL(5, b.messages[0].length);
        }
        CHECK(IPSOCK_OK, receive_flags(pair.receiver, &b, 1, &done, 0));
        EQUAL(5, b.messages[0].length);
        CHECK(IPSOCK_OK, receive_flags(pair.receiver, &b, 4, &done, 0));
        EQUAL(1, done);
        EQUAL(6, b.messages[0].length);
        b.messages[0].peer = b.messages[1].peer = pair.to;
        b.messages[0].flags = 0;
        CHECK(IPSOCK_OK, ipsock_send_batch(pair.sender, b.batch, b.messages, sizeof b.messages[0],
                                           2, &done, IPSOCK_MSG_DONTROUTE | IPSOCK_MSG_DONTWAIT));
        EQUAL(2, done);
        close_pair(&pair);
        free_burst(&b);
    }
}

static void batch_07_deadline(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(4);
        uint32_t done = 9;
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, ipsock_now() + 20 * MILLISECOND));
        CHECK(IPSOCK_ETIMEDOUT, receive_burst(pair.receiver, &b, 4, &done));
        EQUAL(0, done);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "x", 1, NULL));
        system_sleep_ms(20);
        CHECK(IPSOCK_OK, receive_burst(pair.receiver, &b, 4, &done)); /* what is ready comes */
        EQUAL(1, done);
        close_pair(&pair);
        free_burst(&b);
    }
}

/* Each message's control is its own. */
static void batch_08_control_of_each_message(void **state)
{
    const uint32_t fields = IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS;
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t told = delivered(i, fields), sent = sendable(i, fields);
        struct pair pair = open_pair(i, fields, fields);
        struct burst out = make_burst(32), in = make_burst(32);
        uint32_t done = 0;
        for (uint32_t k = 0; k < 32; k++) {
            out.messages[k].peer = pair.to;
            out.messages[k].control = k % 4 == 3 ? NULL : &out.controls[k];
            out.controls[k].valid = sent;
            out.controls[k].hop_limit = (uint8_t)(k + 1);
            out.controls[k].traffic_class = (uint8_t)(k * 8);
            in.messages[k].control = k % 5 == 4 ? NULL : &in.controls[k];
        }
        CHECK(IPSOCK_OK, send_burst(pair.sender, &out, 32, &done));
        EQUAL(32, done);
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        for (uint32_t got = 0; got < 32; got += done)
            CHECK(IPSOCK_OK, ipsock_recv_batch(pair.receiver, in.batch, in.messages + got,
                                               sizeof in.messages[0], 32 - got, &done, 0));
        for (uint32_t k = 0; k < 32; k++) {
            if (in.messages[k].control == NULL) {
                EQUAL(0, in.controls[k].valid);
                continue;
            }
            const uint32_t with = k % 4 == 3 ? 0 : sent;
            EQUAL(told, in.controls[k].valid);
            check_hops(with & IPSOCK_CONTROL_HOP_LIMIT ? (int)k + 1 : 64, &in.controls[k]);
            if (told & IPSOCK_CONTROL_TRAFFIC_CLASS)
                EQUAL(with & IPSOCK_CONTROL_TRAFFIC_CLASS ? k * 8 : 0,
                      in.controls[k].traffic_class);
        }
        close_pair(&pair);
        free_burst(&out);
        free_burst(&in);
    }
}

/* One memory for messages that carry now this, now that, and for receives between them: nothing of
 * an earlier message stays. */
static void batch_08_one_memory_for_changing_messages(void **state)
{
    static const uint32_t carried[] = {IPSOCK_CONTROL_HOP_LIMIT, 0, IPSOCK_CONTROL_TRAFFIC_CLASS,
                                       IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS};
    const uint32_t fields = IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS;
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t told = delivered(i, fields), sent = sendable(i, fields);
        struct pair pair = open_pair(i, fields, fields);
        struct burst out = make_burst(8), in = make_burst(8);
        struct ipsock_batch *const own = in.batch;
        uint32_t done = 0;
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        for (uint32_t round = 0; round < 12; round++) {
            for (uint32_t k = 0; k < 8; k++) {
                out.messages[k].peer = pair.to;
                out.controls[k].valid = carried[(k + round / 2) % 4] & sent;
                out.controls[k].hop_limit = (uint8_t)(round * 8 + k + 1);
                out.controls[k].traffic_class = (uint8_t)(round * 4 + 4);
                out.messages[k].control = out.controls[k].valid == 0 ? NULL : &out.controls[k];
                in.messages[k].control = &in.controls[k];
            }
            CHECK(IPSOCK_OK, send_burst(pair.sender, &out, 8, &done));
            EQUAL(8, done);
            in.batch = round % 3 == 2 ? out.batch : own;
            for (uint32_t got = 0; got < 8; got += done)
                CHECK(IPSOCK_OK, ipsock_recv_batch(pair.receiver, in.batch, in.messages + got,
                                                   sizeof in.messages[0], 8 - got, &done, 0));
            for (uint32_t k = 0; k < 8; k++) {
                const uint32_t with = carried[(k + round / 2) % 4] & sent;
                const bool hops = with & IPSOCK_CONTROL_HOP_LIMIT;
                const bool class = with & IPSOCK_CONTROL_TRAFFIC_CLASS;
                EQUAL(told, in.controls[k].valid);
                check_hops(hops ? (int)(round * 8 + k) + 1 : 64, &in.controls[k]);
                if (told & IPSOCK_CONTROL_TRAFFIC_CLASS)
                    EQUAL(class ? round * 4 + 4 : 0, in.controls[k].traffic_class);
            }
        }
        in.batch = own;
        close_pair(&pair);
        free_burst(&out);
        free_burst(&in);
    }
}

/* Opaque bytes of each message land in its own buffer. */
static void batch_08_opaque_of_each_message(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const uint32_t hops = delivered(i, IPSOCK_CONTROL_HOP_LIMIT);
        struct pair pair = open_pair(i, IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_HOP_LIMIT, 0);
        struct burst in = make_burst(3);
        void *lent[3];
        uint32_t done = 0;
        assert_true(system_enable_timestamps(ipsock_handle(pair.receiver)));
        for (int k = 0; k < 3; k++) {
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "x", 1, NULL));
            lent[k] = calloc(1, 256);
            in.messages[k].control = &in.controls[k];
            in.controls[k].opaque = lent[k];
            in.controls[k].opaque_capacity = k == 1 ? 4 : 256;
        }
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        for (uint32_t got = 0; got < 3; got += done)
            CHECK(IPSOCK_OK, ipsock_recv_batch(pair.receiver, in.batch, in.messages + got,
                                               sizeof in.messages[0], 3 - got, &done, 0));
        EQUAL(IPSOCK_MSG_CTRUNC, in.messages[1].flags);
        for (int k = 0; k < 3; k++)
            EQUAL(IPSOCK_CONTROL_OPAQUE | hops, in.controls[k].valid);
        for (int k = 0; k < 3; k += 2) {
            EQUAL(0, in.messages[k].flags);
            assert_true(system_has_timestamp(lent[k], in.controls[k].opaque_length));
        }
        for (int k = 0; k < 3; k++)
            free(lent[k]);
        /* and without the bit the library's own memory is used again */
        CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, IPSOCK_CONTROL_OPAQUE, false));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "x", 1, NULL));
        CHECK(IPSOCK_OK, receive_burst(pair.receiver, &in, 1, &done));
        EQUAL(hops, in.controls[0].valid);
        EQUAL(0, in.messages[0].flags);
        close_pair(&pair);
        free_burst(&in);
    }
}

static void batch_09_empty_batches(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(1);
        uint32_t done = 9;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "stays", 5, NULL));
        CHECK(IPSOCK_OK, receive_burst(pair.receiver, &b, 0, &done));
        EQUAL(0, done);
        done = 9;
        CHECK(IPSOCK_OK, send_burst(pair.sender, &b, 0, &done));
        EQUAL(0, done);
        done = 9;
        CHECK(IPSOCK_OK, ipsock_recv_batch(pair.receiver, NULL, NULL, 0, 0, &done, 0));
        EQUAL(0, done);
        struct seen seen;
        receive(pair.receiver, &seen);
        EQUAL(5, seen.length);
        free_burst(&b);
        close_pair(&pair);
    }
}

static void batch_09_bad_arguments(void **state)
{
    const size_t size = sizeof(struct ipsock_message);
    uint32_t done = 9;
    (void)state;
    struct pair pair = open_pair(V4, 0, 0);
    struct pair tcp = open_stream(V4);
    struct burst b = make_burst(2);
    struct ipsock_batch *batch = NULL;
    b.messages[0].peer = b.messages[1].peer = pair.to;
    CHECK(IPSOCK_EINVAL, send_burst(pair.sender, &b, 2, NULL));
    CHECK(IPSOCK_EINVAL, receive_burst(pair.sender, &b, 2, NULL));
    CHECK(IPSOCK_EINVAL, ipsock_send_batch(pair.sender, NULL, b.messages, size, 2, &done, 0));
    EQUAL(0, done);
    CHECK(IPSOCK_EINVAL, ipsock_send_batch(pair.sender, b.batch, NULL, size, 2, &done, 0));
    CHECK(IPSOCK_EINVAL, ipsock_send_batch(pair.sender, b.batch, b.messages, 8, 2, &done, 0));
    CHECK(IPSOCK_EINVAL,
          ipsock_send_batch(pair.sender, b.batch, b.messages, size + 1, 2, &done, 0));
    CHECK(IPSOCK_EINVAL,
          ipsock_send_batch(pair.sender, b.batch, b.messages, size, 2, &done, IPSOCK_MSG_PEEK));
    CHECK(IPSOCK_EINVAL, ipsock_recv_batch(pair.sender, b.batch, b.messages, size, 2, &done,
                                           IPSOCK_MSG_DONTROUTE));
    CHECK(IPSOCK_EKIND, send_burst(tcp.sender, &b, 2, &done));
    CHECK(IPSOCK_EKIND, receive_burst(tcp.sender, &b, 2, &done));
    b.messages[1].buffer_count = IPSOCK_BUFFERS_MAX + 1;
    CHECK(IPSOCK_EINVAL, receive_burst(pair.receiver, &b, 2, &done));
    check_nothing(pair.receiver);
    EQUAL(0, ipsock_batch_size(0));
    EQUAL(0, ipsock_batch_size(IPSOCK_BATCH_MAX + 1));
    assert_true(ipsock_batch_size(1) > 0);
    assert_true(ipsock_batch_size(IPSOCK_BATCH_MAX) >= ipsock_batch_size(1));
    CHECK(IPSOCK_EINVAL, ipsock_batch_init(NULL, 10000, 1, &batch));
    CHECK(IPSOCK_EINVAL, ipsock_batch_init(b.memory, 10000, 0, &batch));
    CHECK(IPSOCK_EINVAL, ipsock_batch_init(b.memory, 10000, 1, NULL));
    CHECK(IPSOCK_EINVAL, ipsock_batch_init((uint8_t *)b.memory + 1, 10000, 1, &batch));
    CHECK(IPSOCK_ENOSPC, ipsock_batch_init(b.memory, ipsock_batch_size(2) - 1, 2, &batch));
    assert_null(batch);
    free_burst(&b);
    close_pair(&pair);
    close_pair(&tcp);
}

/* The distance between elements is the caller's: messages inside larger structures. */
static void batch_05_larger_elements(void **state)
{
    struct item {
        struct ipsock_message message;
        struct ipsock_buffer buffer;
        uint64_t mine;
        char data[8];
    };
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(5);
        struct item items[5];
        uint32_t done = 0;
        for (uint32_t k = 0; k < 5; k++) {
            ipsock_message_init(&items[k].message, &items[k].buffer, items[k].data, k + 1);
            memset(items[k].data, (int)('a' + k), sizeof items[k].data);
            items[k].message.peer = pair.to;
            items[k].mine = k;
        }
        CHECK(IPSOCK_OK, ipsock_send_batch(pair.sender, b.batch, &items[0].message, sizeof items[0],
                                           5, &done, 0));
        EQUAL(5, done);
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        for (uint32_t k = 0; k < 5; k++) {
            items[k].buffer.length = sizeof items[k].data;
            memset(items[k].data, 0, sizeof items[k].data);
        }
        for (uint32_t got = 0; got < 5; got += done)
            CHECK(IPSOCK_OK, ipsock_recv_batch(pair.receiver, b.batch, &items[got].message,
                                               sizeof items[0], 5 - got, &done, 0));
        for (uint32_t k = 0; k < 5; k++) {
            EQUAL(k + 1, items[k].message.length);
            EQUAL('a' + k, items[k].data[0]);
            EQUAL(k, items[k].mine);
        }
        free_burst(&b);
        close_pair(&pair);
    }
}

static void batch_03_cut_messages(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(3);
        struct ipsock_counters counters;
        uint32_t done = 0;
        for (int k = 0; k < 3; k++)
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "datagram", 8, NULL));
        b.buffers[1].length = 3;
        b.messages[2].buffer_count = 0;
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        for (uint32_t got = 0; got < 3; got += done)
            CHECK(IPSOCK_OK, ipsock_recv_batch(pair.receiver, b.batch, b.messages + got,
                                               sizeof b.messages[0], 3 - got, &done, 0));
        EQUAL(8, b.messages[0].length);
        EQUAL(0, b.messages[0].flags);
        EQUAL(3, b.messages[1].length);
        EQUAL(IPSOCK_MSG_TRUNC, b.messages[1].flags);
        EQUAL(0, b.messages[2].length);
        EQUAL(IPSOCK_MSG_TRUNC, b.messages[2].flags);
        CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
        EQUAL(2, counters.truncated);
        free_burst(&b);
        close_pair(&pair);
    }
}

/* An ICMP answer to an earlier send is reported once, and loses nothing. */
static void batch_02_failure_comes_with_a_later_call(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct burst b = make_burst(4);
        uint32_t done = 0;
        int code;
        config.peer = pair.to;
        struct ipsock_endpoint *s = must_open(&config);
        ipsock_free(pair.receiver);
        CHECK(IPSOCK_OK, send_bytes(s, NULL, "x", 1, NULL));
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
        code = receive_burst(s, &b, 4, &done);
        CHECK(IPSOCK_ECONNREFUSED, code);
        EQUAL(0, done);
        CHECK(IPSOCK_EAGAIN, receive_flags(s, &b, 4, &done, IPSOCK_MSG_DONTWAIT));
        ipsock_free(s);
        ipsock_free(pair.sender);
        free_burst(&b);
    }
}

static void batch_10_available_on_every_system(void **state)
{
    (void)state;
    for (int feature = IPSOCK_FEATURE_RECV_BATCH; feature <= IPSOCK_FEATURE_SEND_BATCH; feature++) {
        static const int traffic[] = {IPSOCK_IPV4, IPSOCK_IPV6};
        for (size_t i = 0; i < COUNT(traffic); i++) {
            struct ipsock_capability_answer c;
            CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, traffic[i], feature, &c));
            assert_true(c.level == IPSOCK_NATIVE || c.level == IPSOCK_EXACT);
            assert_non_null(c.mechanism);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_02_failure_comes_with_a_later_call),
        cmocka_unit_test(batch_03_cut_messages),
        cmocka_unit_test(batch_05_larger_elements),
        cmocka_unit_test(batch_07_flags),
        cmocka_unit_test(batch_07_deadline),
        cmocka_unit_test(batch_08_control_of_each_message),
        cmocka_unit_test(batch_08_one_memory_for_changing_messages),
        cmocka_unit_test(batch_08_opaque_of_each_message),
        cmocka_unit_test(batch_09_empty_batches),
        cmocka_unit_test(batch_09_bad_arguments),
        cmocka_unit_test(batch_10_available_on_every_system),
    };
    return RUN(tests);
}
