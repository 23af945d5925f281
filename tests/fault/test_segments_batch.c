// SPDX-License-Identifier: BSD-2-Clause
/* Segmented messages in batches: refused at first, in the middle, stopped; counts are exact. */
#include "fault.h"

static struct fault_pair pair;
static struct fault_batch *b;
static char got[FAULT_DATA];

static int setup(void **state)
{
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0,
                    IPSOCK_CONTROL_SEGMENT_SIZE | IPSOCK_CONTROL_HOP_LIMIT);
    b = fault_make_batch();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_close_pair(&pair);
    fault_free_batch(b);
    return 0;
}

/* Message i: 25 bytes, of its own; segments of 10, or none where segment is 0. */
static void fill(uint32_t i, uint32_t segment)
{
    for (size_t at = 0; at < 25; at++)
        b->data[i][at] = (char)(i * 25 + at);
    b->buffers[i].length = 25;
    b->messages[i].peer = pair.peer;
    b->messages[i].length = 99;
    b->messages[i].control = &b->control[i];
    memset(&b->control[i], 0, sizeof b->control[i]);
    b->control[i].valid = segment != 0 ? IPSOCK_CONTROL_SEGMENT_SIZE : IPSOCK_CONTROL_HOP_LIMIT;
    b->control[i].segment_size = segment;
    b->control[i].hop_limit = 9;
}

/* Plain messages and segmented ones in turn. */
static void fill_mixed(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        fill(i, i % 2 == 0 ? 0 : 10);
}

static int transmit(uint32_t from, uint32_t count, uint32_t *done, uint32_t flags)
{
    return ipsock_send_batch(pair.s, b->batch, b->messages + from, sizeof b->messages[0], count,
                             done, flags);
}

static void expect_piece(uint32_t i, size_t at, size_t length)
{
    assert_int_equal(fault_take(&pair, got, sizeof got), length);
    assert_memory_equal(got, b->data[i] + at, length);
}

/* Messages from … to - 1, whole. */
static void expect(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        const bool segments = (b->control[i].valid & IPSOCK_CONTROL_SEGMENT_SIZE) != 0;
        const size_t segment = segments ? b->control[i].segment_size : 25;
        assert_int_equal(b->messages[i].length, 25);
        for (size_t at = 0; at < 25; at += segment)
            expect_piece(i, at, 25 - at < segment ? 25 - at : segment);
    }
}

static void expect_nothing(void)
{
    assert_int_equal(recv(pair.plain, got, sizeof got, MSG_DONTWAIT), -1);
}

static uint64_t segmented(void)
{
    struct ipsock_counters counters;
    FAULT_OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
    return counters.segmented;
}

static int level(void)
{
    struct ipsock_capability_answer c;
    FAULT_OK(ipsock_capability(pair.s, 0, 0, IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &c));
    return c.level;
}

static void need_native_batches(void)
{
    if (!fault_native_batches()) {
        print_message("built without the kernel's batch calls\n");
        skip();
    }
}

static void segments_and_plain_messages_in_one_call(void **state)
{
    uint32_t done = 0;
    (void)state;
    fill_mixed(20);
    FAULT_OK(transmit(0, 20, &done, 0));
    assert_int_equal(done, 20);
    if (fault_native_batches())
        assert_int_equal(fault_calls(FAULT_sendmmsg), 1);
    expect(0, 20);
    expect_nothing();
    assert_int_equal(segmented(), 0);
}

static void segments_refused_at_first(void **state)
{
    static const int errors[] = {EIO, EINVAL};
    (void)state;
    need_native_batches();
    for (size_t e = 0; e < 2; e++) {
        uint32_t done = 0;
        if (e > 0) {
            teardown(NULL);
            setup(NULL);
        }
        for (uint32_t i = 0; i < 4; i++)
            fill(i, 10);
        fault_fail(FAULT_sendmmsg, 1, 1, errors[e]);
        FAULT_OK(transmit(0, 4, &done, 0));
        assert_int_equal(done, 4);
        expect(0, 4);
        expect_nothing();
        assert_int_equal(segmented(), 4);
        assert_int_equal(level(), IPSOCK_EXACT);
        assert_int_equal(fault_calls(FAULT_sendmmsg), 1 + 4);
    }
}

/* The call serves what comes before, and the next one is refused. */
static void segments_refused_in_the_middle(void **state)
{
    (void)state;
    need_native_batches();
    for (unsigned most = 1; most <= 5; most += 2) {
        uint32_t done = 0;
        teardown(NULL);
        setup(NULL);
        fill_mixed(10);
        fault_limit_sendmmsg(most);
        fault_fail(FAULT_sendmmsg, 2, 2, EIO);
        FAULT_OK(transmit(0, 10, &done, 0));
        assert_int_equal(done, 10);
        expect(0, 10);
        expect_nothing();
        /* the first of them went out by the offload, where it came before the refusal */
        assert_int_equal(segmented(), 5 - most / 2);
        assert_int_equal(level(), IPSOCK_EXACT);
    }
}

/* What is refused is a plain message: nothing is learned of segments. */
static void segments_are_not_what_is_refused(void **state)
{
    struct ipsock_error error;
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    fill_mixed(10);
    fault_limit_sendmmsg(2);
    fault_fail(FAULT_sendmmsg, 2, 2, EINVAL);
    FAULT_CODE(transmit(0, 10, &done, 0), IPSOCK_EINVAL);
    assert_int_equal(done, 2);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
    assert_int_equal(error.index, 2);
    expect(0, 2);
    expect_nothing();
    assert_int_equal(level(), IPSOCK_NATIVE);
}

static void segments_fail_for_other_reasons(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {
        {ENOBUFS, IPSOCK_ENOBUFS}, {ENETUNREACH, IPSOCK_ENETUNREACH}, {EMSGSIZE, IPSOCK_EMSGSIZE}};
    (void)state;
    need_native_batches();
    for (size_t e = 0; e < 3; e++) {
        struct ipsock_error error;
        uint32_t done = 0;
        fill_mixed(10);
        fault_limit_sendmmsg(3);
        fault_fail(FAULT_sendmmsg, 2, 2, errors[e].native);
        FAULT_CODE(transmit(0, 10, &done, 0), errors[e].code);
        assert_int_equal(done, 3);
        assert_int_equal(b->messages[3].length, 0);
        FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
        assert_int_equal(error.index, 3);
        if (errors[e].native == EMSGSIZE)
            assert_string_equal(error.option, "segment_size");
        expect(0, 3);
        expect_nothing();
        assert_int_equal(level(), IPSOCK_NATIVE);
    }
}

/* One segment is a datagram like any, which goes without the offload that is refused. */
static void segments_of_one_datagram(void **state)
{
    static const int errors[] = {EIO, EINVAL, EMSGSIZE};
    (void)state;
    need_native_batches();
    for (size_t e = 0; e < 3; e++) {
        uint32_t done = 0;
        for (uint32_t i = 0; i < 5; i++)
            fill(i, 25);
        fault_fail(FAULT_sendmmsg, 1, 1, errors[e]);
        FAULT_OK(transmit(0, 5, &done, 0));
        assert_int_equal(done, 5);
        expect(0, 5);
        expect_nothing();
        assert_int_equal(segmented(), 0);
    }
}

static void refuse_offload(void)
{
    uint32_t done = 0;
    fill(0, 10);
    fault_fail(FAULT_sendmmsg, 1, 1, EIO);
    FAULT_OK(transmit(0, 1, &done, 0));
    expect(0, 1);
    assert_int_equal(level(), IPSOCK_EXACT);
    fault_reset();
    fault_limit_sendmmsg(1);
}

/* The buffers fill up within message 3: it is not counted, its length says how much of it went. */
static void segments_stop_within_a_message(void **state)
{
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    refuse_offload();
    fill_mixed(6); /* calls: 0 | 1 1 1 | 2 | 3 3 3 | 4 | 5 5 5 */
    fault_fail(FAULT_sendmmsg, 7, 7, EAGAIN);
    FAULT_OK(transmit(0, 6, &done, IPSOCK_MSG_DONTWAIT));
    assert_int_equal(done, 3);
    assert_int_equal(b->messages[3].length, 10);
    assert_int_equal(b->messages[4].length, 0);
    expect(0, 3);
    expect_piece(3, 0, 10);
    expect_nothing();
    /* between messages */
    fill_mixed(6);
    fault_fail(FAULT_sendmmsg, 6, 6, EAGAIN);
    FAULT_OK(transmit(0, 6, &done, IPSOCK_MSG_DONTWAIT));
    assert_int_equal(done, 3);
    assert_int_equal(b->messages[3].length, 0);
    expect(0, 3);
    expect_nothing();
    /* at first */
    fault_fail(FAULT_sendmmsg, 1, 1, EAGAIN);
    FAULT_CODE(transmit(1, 4, &done, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    assert_int_equal(done, 0);
    assert_int_equal(fault_calls(FAULT_poll), 0);
}

/* Who may wait, waits for the first message, and for one that he has begun. */
static void segments_wait_to_finish_a_message(void **state)
{
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    refuse_offload();
    fill_mixed(6);
    fault_fail(FAULT_sendmmsg, 7, 7, EAGAIN);
    FAULT_OK(transmit(0, 6, &done, 0));
    assert_int_equal(done, 6);
    assert_int_equal(fault_calls(FAULT_poll), 1);
    expect(0, 6);
    fill_mixed(6);
    fault_fail(FAULT_sendmmsg, 6, 6, EAGAIN);
    FAULT_OK(transmit(0, 6, &done, 0));
    assert_int_equal(done, 3);
    assert_int_equal(fault_calls(FAULT_poll), 1);
    expect(0, 3);
    fill_mixed(6);
    fault_fail(FAULT_sendmmsg, 1, 2, EAGAIN);
    FAULT_OK(transmit(1, 5, &done, 0));
    assert_int_equal(done, 5);
    assert_int_equal(fault_calls(FAULT_poll), 3);
    expect(1, 6);
    expect_nothing();
}

static void segments_fail_within_a_message(void **state)
{
    struct ipsock_error error;
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    refuse_offload();
    fill_mixed(6);
    fault_fail(FAULT_sendmmsg, 8, 8, ENETUNREACH);
    FAULT_CODE(transmit(0, 6, &done, 0), IPSOCK_ENETUNREACH);
    assert_int_equal(done, 3);
    assert_int_equal(b->messages[3].length, 20);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
    assert_int_equal(error.index, 3);
    expect(0, 3);
    expect_piece(3, 0, 10);
    expect_piece(3, 10, 10);
    expect_nothing();
}

/* The messages before one that is wrong go out. */
static void segments_before_a_wrong_message(void **state)
{
    struct ipsock_error error;
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    fill_mixed(6);
    b->control[5].segment_size = 0;
    fault_fail(FAULT_sendmmsg, 1, 1, EINVAL); /* is of the plain one: told at once */
    FAULT_CODE(transmit(0, 6, &done, 0), IPSOCK_EINVAL);
    assert_int_equal(done, 0);
    FAULT_CODE(transmit(0, 6, &done, 0), IPSOCK_EINVAL);
    assert_int_equal(done, 5);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
    assert_int_equal(error.index, 5);
    assert_string_equal(error.option, "segment_size");
    expect(0, 5);
    expect_nothing();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(segments_and_plain_messages_in_one_call), TEST(segments_refused_at_first),
        TEST(segments_refused_in_the_middle),          TEST(segments_are_not_what_is_refused),
        TEST(segments_fail_for_other_reasons),         TEST(segments_of_one_datagram),
        TEST(segments_stop_within_a_message),          TEST(segments_wait_to_finish_a_message),
        TEST(segments_fail_within_a_message),          TEST(segments_before_a_wrong_message),
    };
    return cmocka_run_group_tests_name("fault/segments_batch", tests, NULL, NULL);
}
