// SPDX-License-Identifier: BSD-2-Clause
/* Batches: BATCH, CONC-06. */
#include "harness.h"

/* Receives until count messages came, in as many calls as it takes. */
static void receive_all(struct ipsock_endpoint *s, struct burst *b, uint32_t count)
{
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    for (uint32_t got = 0; got < count;) {
        uint32_t done = 0;
        CHECK(IPSOCK_OK, ipsock_recv_batch(s, b->batch, b->messages + got, sizeof b->messages[0],
                                           count - got, &done, 0));
        assert_in_range(done, 1, count - got);
        got += done;
    }
}

/* Numbers the messages, addresses them. */
static void fill(struct burst *b, const struct ipsock_addr *to)
{
    for (uint32_t i = 0; i < b->count; i++) {
        memset(b->data[i], 0, sizeof b->data[i]);
        memcpy(b->data[i], &i, sizeof i);
        b->buffers[i].length = 4 + i % 50;
        b->messages[i].peer = *to;
    }
}

static void check_filled(const struct burst *b, uint32_t count, const char *from)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = UINT32_MAX;
        memcpy(&number, b->data[i], sizeof number);
        EQUAL(i, number);
        EQUAL(4 + i % 50, b->messages[i].length);
        EQUAL(0, b->messages[i].flags);
        EQUAL(0, b->messages[i].header_length);
        check_addr(&b->messages[i].peer, from);
    }
}

static void exchange_batch(int column, uint32_t count)
{
    struct pair pair = open_pair(column, 0, 0);
    struct burst out = make_burst(count), in = make_burst(count);
    uint32_t done = 0;
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(pair.receiver, 2000000));
    CHECK(IPSOCK_OK, ipsock_set_deadline(pair.sender, soon()));
    fill(&out, &pair.to);
    for (uint32_t sent = 0; sent < count; sent += done) {
        CHECK(IPSOCK_OK, ipsock_send_batch(pair.sender, out.batch, out.messages + sent,
                                           sizeof out.messages[0], count - sent, &done, 0));
        assert_in_range(done, 1, count - sent);
    }
    for (uint32_t i = 0; i < count; i++)
        EQUAL(out.buffers[i].length, out.messages[i].length);
    receive_all(pair.receiver, &in, count);
    check_filled(&in, count, columns[column].loopback);
    check_nothing(pair.receiver);
    free_burst(&out);
    free_burst(&in);
    close_pair(&pair);
}

static void batch_01_as_many_as_are_ready(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        exchange_batch(i, 1);
        exchange_batch(i, 64);
        exchange_batch(i, 1000);
        exchange_batch(i, IPSOCK_BATCH_MAX);
    }
}

/* Whatever is there comes in one call, and no call waits for more. */
static void batch_01_no_waiting_for_a_full_batch(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst out = make_burst(10), in = make_burst(64);
        uint32_t done = 0;
        fill(&out, &pair.to);
        CHECK(IPSOCK_OK, send_burst(pair.sender, &out, 10, &done));
        EQUAL(10, done);
        for (int tries = 0; tries < 100; tries++) { /* until all have arrived */
            struct ipsock_buffer buffer;
            struct ipsock_message message;
            uint8_t byte;
            ipsock_message_init(&message, &buffer, &byte, 1);
            if (ipsock_recv(pair.receiver, &message, IPSOCK_MSG_PEEK | IPSOCK_MSG_DONTWAIT) == 0)
                break;
            system_sleep_ms(10);
        }
        system_sleep_ms(20);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, receive_burst(pair.receiver, &in, 64, &done));
        EQUAL(10, done);
        check_filled(&in, 10, columns[i].loopback);
        /* larger counts than the batch's capacity are served up to it */
        CHECK(IPSOCK_OK, send_burst(pair.sender, &out, 10, &done));
        free_burst(&in);
        in = make_burst(4);
        in.messages = realloc(in.messages, 10 * sizeof in.messages[0]);
        assert_non_null(in.messages);
        CHECK(IPSOCK_OK, receive_burst(pair.receiver, &in, 10, &done));
        assert_in_range(done, 1, 4);
        free_burst(&in);
        free_burst(&out);
        close_pair(&pair);
    }
}

/* Sends 8 messages of which one in the middle cannot go. */
static void partial(struct pair *pair, struct burst *out, uint32_t bad, int code,
                    const char *option)
{
    struct ipsock_error error;
    struct burst in = make_burst(8);
    uint32_t done = 99;
    CHECK(code, send_burst(pair->sender, out, 8, &done));
    EQUAL(bad, done);
    CHECK(IPSOCK_OK, ipsock_last_error(pair->sender, IPSOCK_WRITE, &error));
    CHECK(code, error.code);
    EQUAL(bad, error.index);
    if (option != NULL)
        check_option(pair->sender, IPSOCK_WRITE, code, option);
    if (bad > 0)
        receive_all(pair->receiver, &in, bad);
    check_nothing(pair->receiver);
    free_burst(&in);
}

static void batch_02_partial_batches(void **state)
{
    static const uint32_t places[] = {0, 1, 5, 7};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_TRAFFIC_CLASS);
        struct burst out = make_burst(8);
        uint8_t *large = calloc(1, 66000);
        for (size_t k = 0; k < COUNT(places); k++) {
            const uint32_t bad = places[k];
            /* what the library refuses: an undeclared field */
            fill(&out, &pair.to);
            out.controls[bad].valid = IPSOCK_CONTROL_HOP_LIMIT;
            out.controls[bad].hop_limit = 1;
            out.messages[bad].control = &out.controls[bad];
            partial(&pair, &out, bad, IPSOCK_EUNDECLARED, "send_control");
            out.messages[bad].control = NULL;
            /* no peer */
            memset(&out.messages[bad].peer, 0, sizeof out.messages[bad].peer);
            partial(&pair, &out, bad, IPSOCK_EMISSADDR, "peer");
            fill(&out, &pair.to);
            out.messages[bad].buffers = NULL;
            partial(&pair, &out, bad, IPSOCK_EINVAL, "buffers");
            /* what the system refuses */
            out.messages[bad].buffers = &out.buffers[bad];
            out.buffers[bad].data = large;
            out.buffers[bad].length = 66000;
            partial(&pair, &out, bad, IPSOCK_EMSGSIZE, NULL);
            out.buffers[bad].data = out.data[bad];
        }
        free(large);
        free_burst(&out);
        close_pair(&pair);
    }
}

static void batch_03_only_processed_messages_are_filled(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, IPSOCK_CONTROL_HOP_LIMIT, 0);
        struct burst out = make_burst(3), in = make_burst(8);
        uint32_t done = 0;
        fill(&out, &pair.to);
        CHECK(IPSOCK_OK, send_burst(pair.sender, &out, 3, &done));
        EQUAL(3, done);
        for (uint32_t k = 0; k < 8; k++) {
            in.messages[k].length = 777;
            in.messages[k].flags = 777;
            in.messages[k].control = &in.controls[k];
            in.controls[k].valid = 777;
            memset(&in.messages[k].peer, 0x5a, sizeof in.messages[k].peer);
        }
        struct ipsock_message untouched = in.messages[7];
        system_sleep_ms(20);
        receive_all(pair.receiver, &in, 3);
        check_filled(&in, 3, columns[i].loopback);
        for (uint32_t k = 0; k < 3; k++)
            EQUAL(delivered(i, IPSOCK_CONTROL_HOP_LIMIT), in.controls[k].valid);
        for (uint32_t k = 3; k < 8; k++) {
            untouched.buffers = &in.buffers[k];
            untouched.control = &in.controls[k];
            EQUAL(0, memcmp(&untouched, &in.messages[k], sizeof untouched));
            EQUAL(777, in.controls[k].valid);
        }
        free_burst(&out);
        free_burst(&in);
        close_pair(&pair);
    }
}

static void batch_04_raw_ipv4_keeps_the_header(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, PROTOCOL_TEST, 0, 0);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        struct burst in = make_burst(2);
        const uint32_t header = i == V4 ? 20 : 0;
        CHECK(IPSOCK_OK, send_bytes(s, &to, "one", 3, NULL));
        CHECK(IPSOCK_OK, send_bytes(s, &to, "three", 5, NULL));
        receive_all(s, &in, 2);
        EQUAL(header + 3, in.messages[0].length);
        EQUAL(header + 5, in.messages[1].length);
        for (uint32_t k = 0; k < 2; k++) {
            EQUAL(header, in.messages[k].header_length);
            assert_memory_equal(in.data[k] + header, k == 0 ? "one" : "three", k == 0 ? 3 : 5);
            if (i == V4) {
                struct ipsock_ipv4_header h;
                CHECK(IPSOCK_OK, ipsock_ipv4_header_parse(&h, in.data[k], in.messages[k].length,
                                                          IPSOCK_ORDER_WIRE));
                EQUAL(in.messages[k].length, h.total_length);
                EQUAL(PROTOCOL_TEST, h.protocol);
                check_addr(&h.destination, "127.0.0.1");
            }
        }
        free_burst(&in);
        ipsock_free(s);
    }
}

static void batch_05_different_buffer_counts(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(2);
        char one[] = "HELLO-R-U-THERE", a[4] = "HEL", c[13] = "LO-R-U-THERE", in[2][3][8];
        struct ipsock_buffer pieces[] = {{a, 3}, {c, sizeof c}};
        struct ipsock_buffer scattered[2][3];
        uint32_t done = 0;
        b.buffers[0].data = one;
        b.buffers[0].length = sizeof one;
        b.messages[1].buffers = pieces;
        b.messages[1].buffer_count = 2;
        b.messages[0].peer = b.messages[1].peer = pair.to;
        CHECK(IPSOCK_OK, send_burst(pair.sender, &b, 2, &done));
        EQUAL(2, done);
        for (int k = 0; k < 2; k++) {
            for (int n = 0; n < 3; n++) {
                scattered[k][n].data = in[k][n];
                scattered[k][n].length = 8;
            }
            b.messages[k].buffers = scattered[k];
            b.messages[k].buffer_count = (uint32_t)(3 - k); /* of 2 × 8 bytes, exactly enough */
        }
        receive_all(pair.receiver, &b, 2);
        for (int k = 0; k < 2; k++) {
            EQUAL(sizeof one, b.messages[k].length);
            EQUAL(0, b.messages[k].flags);
            assert_memory_equal(in[k][0], one, 8);
            assert_memory_equal(in[k][1], one + 8, 8);
        }
        free_burst(&b);
        close_pair(&pair);
    }
}

static void batch_06_connected_without_peer(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct burst out = make_burst(4), in = make_burst(4);
        const struct ipsock_addr none = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        uint32_t done = 0;
        config.peer = pair.to;
        struct ipsock_endpoint *s = must_open(&config);
        fill(&out, &none);
        CHECK(IPSOCK_OK, send_burst(s, &out, 4, &done));
        EQUAL(4, done);
        receive_all(pair.receiver, &in, 4);
        check_filled(&in, 4, columns[i].loopback);
        ipsock_free(s);
        free_burst(&out);
        free_burst(&in);
        close_pair(&pair);
    }
}

static void batch_06_unconnected_without_peer_fails(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst out = make_burst(8);
        const struct ipsock_addr none = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        fill(&out, &none);
        partial(&pair, &out, 0, IPSOCK_EMISSADDR, "peer");
        free_burst(&out);
        close_pair(&pair);
    }
}

/* A batch that sent to somebody before must not send there again by itself. */
static void conc_06_no_address_survives_in_the_batch(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_CONTROL_TRAFFIC_CLASS);
        struct burst b = make_burst(8), in = make_burst(8);
        const struct ipsock_addr none = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        uint32_t done = 0;
        fill(&b, &pair.to);
        for (uint32_t k = 0; k < 8; k++) {
            b.controls[k].valid = sendable(i, IPSOCK_CONTROL_TRAFFIC_CLASS);
            b.controls[k].traffic_class = 0x9c;
            b.messages[k].control = &b.controls[k];
        }
        CHECK(IPSOCK_OK, send_burst(pair.sender, &b, 8, &done));
        receive_all(pair.receiver, &in, 8);
        fill(&b, &none);
        partial(&pair, &b, 0, IPSOCK_EMISSADDR, "peer");
        /* the same memory receives, and sends without control */
        fill(&b, &pair.to);
        for (uint32_t k = 0; k < 8; k++)
            b.messages[k].control = NULL;
        CHECK(IPSOCK_OK, send_burst(pair.sender, &b, 8, &done));
        for (uint32_t k = 0; k < 8; k++) {
            b.messages[k].control = &b.controls[k];
            b.buffers[k].length = sizeof b.data[k];
            b.controls[k].valid = 777;
        }
        receive_all(pair.receiver, &b, 8);
        for (uint32_t k = 0; k < 8; k++) {
            EQUAL(delivered(i, IPSOCK_CONTROL_TRAFFIC_CLASS), b.controls[k].valid);
            check_class(i, 0, &b.controls[k]);
        }
        free_burst(&b);
        free_burst(&in);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batch_01_as_many_as_are_ready),
        cmocka_unit_test(batch_01_no_waiting_for_a_full_batch),
        cmocka_unit_test(batch_02_partial_batches),
        cmocka_unit_test(batch_03_only_processed_messages_are_filled),
        cmocka_unit_test(batch_04_raw_ipv4_keeps_the_header),
        cmocka_unit_test(batch_05_different_buffer_counts),
        cmocka_unit_test(batch_06_connected_without_peer),
        cmocka_unit_test(batch_06_unconnected_without_peer_fails),
        cmocka_unit_test(conc_06_no_address_survives_in_the_batch),
    };
    return RUN(tests);
}
