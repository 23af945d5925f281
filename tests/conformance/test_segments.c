// SPDX-License-Identifier: BSD-2-Clause
/* Several datagrams in one message, by the system or by the library. SEG. */
#include "harness.h"

enum { TRAIN = 20000 };
static uint8_t train[TRAIN];

static void fill_train(void)
{
    for (size_t i = 0; i < TRAIN; i++)
        train[i] = (uint8_t)(i * 7 + i / 251);
}

static struct ipsock_control segments_of(uint32_t size)
{
    struct ipsock_control c;
    memset(&c, 0, sizeof c);
    c.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
    c.segment_size = size;
    return c;
}

/* Exactly these datagrams, in this order. */
static void expect(struct ipsock_endpoint *s, size_t length, size_t segment)
{
    struct seen seen;
    size_t at = 0;
    do {
        receive(s, &seen);
        EQUAL(length - at < segment ? length - at : segment, seen.length);
        assert_memory_equal(seen.data, train + at, seen.length);
        at += segment;
    } while (at < length);
}

static void send_train(struct pair *pair, size_t length, uint32_t segment)
{
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    struct ipsock_control c = segments_of(segment);
    ipsock_message_init_send(&m, &buffer, train, length, &pair->to);
    m.control = &c;
    CHECK(IPSOCK_OK, ipsock_send(pair->sender, &m, 0));
    EQUAL(length, m.length);
    expect(pair->receiver, length, segment);
    check_nothing(pair->receiver);
}

static struct pair open_segments(int column, uint32_t receive_control, uint32_t send_control)
{
    struct pair pair =
        open_pair(column, receive_control, IPSOCK_CONTROL_SEGMENT_SIZE | send_control);
    CHECK(IPSOCK_OK, ipsock_set_deadline(pair.sender, soon()));
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(pair.receiver, 200000));
    fill_train();
    return pair;
}

static void seg_01_every_system_has_them(void **state)
{
    struct ipsock_capability_answer c;
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &c));
        assert_true(c.level == IPSOCK_NATIVE || c.level == IPSOCK_EXACT);
        struct pair pair = open_segments(i, 0, 0);
        struct ipsock_capability_answer own;
        CHECK(IPSOCK_OK, ipsock_capability(pair.sender, 0, columns[i].traffic,
                                           IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &own));
        EQUAL(c.level, own.level);
        close_pair(&pair);
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_RAW, columns[i].traffic,
                                           IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &c));
        EQUAL(IPSOCK_ABSENT, c.level);
    }
}

#ifndef CONFORMANCE_WITHOUT_SEGMENTS
static void seg_01_by_system_or_library(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    expect_feature("seg-01", "segments", IPSOCK_UDP, columns[i].traffic,
                   IPSOCK_FEATURE_SEND_SEGMENT_SIZE);
}
#endif

/* At the limits of the systems, and beyond. */
static void seg_02_counts(void **state)
{
    static const size_t counts[] = {1, 2, 3, 62, 63, 64, 65, 127, 128, 129};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_segments(i, 0, 0);
        for (size_t n = 0; n < COUNT(counts); n++) {
            send_train(&pair, counts[n] * 10, 10);
            send_train(&pair, counts[n] * 10 - 9, 10);
        }
        send_train(&pair, 0, 10);
        send_train(&pair, 9, 10);
        send_train(&pair, 3, 65535);
        send_train(&pair, TRAIN, 1200);
        send_train(&pair, 50, 1);
        close_pair(&pair);
    }
}

/* What exceeds the longest datagram is several; what none can be is refused. */
static void seg_02_sizes(void **state)
{
    static uint8_t large[70000];
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_segments(i, 0, 0);
        struct ipsock_control c = segments_of(2000);
        struct seen seen;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, large, sizeof large, &c));
        for (size_t n = 0; n < sizeof large / 2000; n++) {
            receive(pair.receiver, &seen);
            EQUAL(2000, seen.length);
        }
        c.segment_size = 65535;
        CHECK(IPSOCK_EMSGSIZE, send_bytes(pair.sender, &pair.to, large, sizeof large, &c));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EMSGSIZE, "segment_size");
        c.segment_size = 0;
        CHECK(IPSOCK_EINVAL, send_bytes(pair.sender, &pair.to, large, 100, &c));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "segment_size");
        c.segment_size = 65536;
        CHECK(IPSOCK_EINVAL, send_bytes(pair.sender, &pair.to, large, 100, &c));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "segment_size");
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

static void seg_03_scattered_buffers(void **state)
{
    static struct ipsock_buffer buffers[200];
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_segments(i, 0, 0);
        struct ipsock_control c = segments_of(333);
        struct ipsock_message m;
        memset(&m, 0, sizeof m);
        size_t length = 0;
        for (size_t b = 0; b < COUNT(buffers); b++) {
            buffers[b].data = train + length;
            buffers[b].length = b % 5 == 0 ? 0 : b % 60;
            length += buffers[b].length;
        }
        m.buffers = buffers;
        m.buffer_count = COUNT(buffers);
        m.peer = pair.to;
        m.control = &c;
        CHECK(IPSOCK_OK, ipsock_send(pair.sender, &m, 0));
        EQUAL(length, m.length);
        expect(pair.receiver, length, 333);
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

/* Each datagram carries what the message's control says. */
static void seg_04_control_goes_along(void **state)
{
    const uint32_t fields = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT;
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_segments(i, fields, fields | IPSOCK_CONTROL_SOURCE);
        struct ipsock_control c = segments_of(100);
        struct seen seen;
        c.valid |= sendable(i, fields | IPSOCK_CONTROL_SOURCE);
        c.traffic_class = 0x28;
        c.hop_limit = 77;
        c.source = addr_of(columns[i].loopback);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, train, 2050, &c));
        for (size_t at = 0; at < 2050; at += 100) {
            receive(pair.receiver, &seen);
            EQUAL(2050 - at < 100 ? 2050 - at : 100, seen.length);
            assert_memory_equal(seen.data, train + at, seen.length);
            EQUAL(delivered(i, fields), seen.control.valid);
            if (c.valid & seen.control.valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
                EQUAL(0x28, seen.control.traffic_class);
            check_hops(77, &seen.control);
            check_addr(&seen.peer, columns[i].loopback);
        }
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

/* With options set around the send, where the system has no control message. */
static void seg_04_beside_options_set_for_the_send(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_capability_answer can;
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_SEND_DONT_FRAGMENT, &can));
        if (can.level == IPSOCK_ABSENT)
            continue;
        struct pair pair = open_segments(i, 0, IPSOCK_CONTROL_DONT_FRAGMENT);
        struct ipsock_control c = segments_of(70);
        bool before, after;
        CHECK(IPSOCK_OK, ipsock_get_dont_fragment(pair.sender, &before));
        c.valid |= IPSOCK_CONTROL_DONT_FRAGMENT;
        c.dont_fragment = 1;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, train, 3000, &c));
        expect(pair.receiver, 3000, 70);
        CHECK(IPSOCK_OK, ipsock_get_dont_fragment(pair.sender, &after));
        EQUAL(before, after);
        close_pair(&pair);
    }
}

static void seg_05_batches(void **state)
{
    enum { MESSAGES = 12 };
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_segments(i, 0, IPSOCK_CONTROL_HOP_LIMIT);
        struct burst b = make_burst(MESSAGES);
        struct seen seen;
        uint32_t done = 0;
        for (uint32_t n = 0; n < MESSAGES; n++) { /* none, one segment, three, four */
            b.buffers[n].length = 40;
            memset(b.data[n], (int)n, 40);
            b.messages[n].peer = pair.to;
            b.controls[n] = segments_of(n % 4 == 1 ? 40 : n % 4 == 2 ? 17 : 10);
            if (n % 4 != 0)
                b.messages[n].control = &b.controls[n];
        }
        for (uint32_t sent = 0; sent < MESSAGES; sent += done)
            CHECK(IPSOCK_OK, ipsock_send_batch(pair.sender, b.batch, b.messages + sent,
                                               sizeof b.messages[0], MESSAGES - sent, &done, 0));
        for (uint32_t n = 0; n < MESSAGES; n++) {
            const size_t segment = n % 4 == 0 ? 40 : b.controls[n].segment_size;
            EQUAL(40, b.messages[n].length);
            for (size_t at = 0; at < 40; at += segment) {
                receive(pair.receiver, &seen);
                EQUAL(40 - at < segment ? 40 - at : segment, seen.length);
                EQUAL(n, seen.data[0]);
            }
        }
        check_nothing(pair.receiver);
        free_burst(&b);
        close_pair(&pair);
    }
}

/* To the connected peer too, which the message does not name. */
static void seg_06_connected(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_segments(i, 0, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_control c = segments_of(100);
        config.peer = pair.to;
        config.send_control = IPSOCK_CONTROL_SEGMENT_SIZE;
        struct ipsock_endpoint *s = must_open(&config);
        CHECK(IPSOCK_OK, send_bytes(s, NULL, train, 2050, &c));
        expect(pair.receiver, 2050, 100);
        check_nothing(pair.receiver);
        ipsock_free(s);
        close_pair(&pair);
    }
}

/* It is 0 where the system does it, which no loopback interface refuses, and the number of messages
 * where not. */
static void seg_07_the_counter(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_counters counters;
        struct ipsock_capability_answer c;
        struct pair pair = open_segments(i, 0, 0);
        send_train(&pair, 250, 100);
        send_train(&pair, 100, 100); /* one datagram: nothing to be segmented */
        send_train(&pair, 2500, 100);
        CHECK(IPSOCK_OK, ipsock_get_counters(pair.sender, &counters, sizeof counters));
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &c));
        EQUAL(c.level == IPSOCK_NATIVE ? 0 : 2, counters.segmented);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seg_01_every_system_has_them),
#ifndef CONFORMANCE_WITHOUT_SEGMENTS
        cmocka_unit_test(seg_01_by_system_or_library),
#endif
        cmocka_unit_test(seg_02_counts),
        cmocka_unit_test(seg_02_sizes),
        cmocka_unit_test(seg_03_scattered_buffers),
        cmocka_unit_test(seg_04_control_goes_along),
        cmocka_unit_test(seg_04_beside_options_set_for_the_send),
        cmocka_unit_test(seg_05_batches),
        cmocka_unit_test(seg_06_connected),
        cmocka_unit_test(seg_07_the_counter),
    };
    return RUN(tests);
}
