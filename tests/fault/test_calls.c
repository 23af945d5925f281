// SPDX-License-Identifier: BSD-2-Clause
/* Which system calls are made, and how often: one a packet or one a batch when data is ready, and
 * nothing else. And what interruptions and lying waits do. */
#include "fault.h"

static struct fault_pair pair;
static struct fault_batch *b;

static int setup(void **state)
{
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, IPSOCK_CONTROL_HEADER,
                    IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS);
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

static void give(int count)
{
    for (int i = 0; i < count; i++)
        fault_give(&pair, "x", 1);
    fault_reset();
}

static int receive_batch(uint32_t *done)
{
    return ipsock_recv_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], FAULT_MESSAGES,
                             done, 0);
}

static int receive_one(void)
{
    return ipsock_recv(pair.s, &b->messages[0], 0);
}

/* Waits of a test never fail; they are as long as a slow machine may need. */
static void set_deadline(int64_t seconds)
{
    FAULT_OK(ipsock_set_deadline(pair.s, ipsock_now() + seconds * IPSOCK_SECOND));
    fault_reset();
}

static void expect_only(enum fault_call call, unsigned count)
{
    for (int i = 0; i < FAULT_COUNT; i++) {
        const unsigned wanted = (enum fault_call)i == call ? count : 0;
        if (fault_calls((enum fault_call)i) != wanted)
            fail_msg("%s: %u calls, not %u", fault_name((enum fault_call)i),
                     fault_calls((enum fault_call)i), wanted);
    }
}

static void batch_of_64_is_received_by_one_call(void **state)
{
    uint32_t done = 0;
    (void)state;
    for (int round = 0; round < 2; round++) {
        set_deadline(round == 0 ? 60 : -60); /* what is ready is delivered after the deadline too */
        give(FAULT_MESSAGES);
        FAULT_OK(receive_batch(&done));
        assert_int_equal(done, FAULT_MESSAGES);
        if (fault_native_batches())
            expect_only(FAULT_recvmmsg, 1);
        else
            expect_only(FAULT_recvmsg, FAULT_MESSAGES);
    }
}

static void batch_of_64_is_sent_by_one_call(void **state)
{
    uint32_t done = 0;
    (void)state;
    set_deadline(60);
    for (int i = 0; i < FAULT_MESSAGES; i++) {
        b->messages[i].peer = pair.peer;
        b->control[i].valid = IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS;
        b->control[i].hop_limit = (uint8_t)(i + 1);
    }
    FAULT_OK(ipsock_send_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], FAULT_MESSAGES,
                               &done, 0));
    assert_int_equal(done, FAULT_MESSAGES);
    if (fault_native_batches())
        expect_only(FAULT_sendmmsg, 1);
    else
        expect_only(FAULT_sendmsg, FAULT_MESSAGES);
}

static void uni_one_message_is_received_by_one_call(void **state)
{
    (void)state;
    set_deadline(60);
    give(10);
    for (int i = 0; i < 10; i++)
        FAULT_OK(receive_one());
    expect_only(FAULT_recvmsg, 10);
}

/* Without control data, and to one buffer, recvfrom serves. It goes on after interruptions, and a
 * failure is said to be its own. */
static void uni_plain_message_is_received_by_recvfrom(void **state)
{
    struct ipsock_message *m = &b->messages[0];
    struct ipsock_counters counters;
    struct ipsock_error error;
    (void)state;
    FAULT_OK(ipsock_set_receive_control(pair.s, IPSOCK_CONTROL_HEADER, false));
    b->control[0].valid = IPSOCK_CONTROL_HOP_LIMIT;
    for (size_t room = 0; room < 8; room++) {
        fault_give(&pair, "1234", 4);
        fault_reset();
        fault_fail(FAULT_recvfrom, 1, 2, EINTR);
        m->buffers[0].length = room;
        FAULT_OK(receive_one());
        expect_only(FAULT_recvfrom, 3);
        assert_int_equal(m->length, room < 4 ? room : 4);
        assert_int_equal(m->flags, room < 4 ? IPSOCK_MSG_TRUNC : 0);
        assert_true(ipsock_addr_equal(&m->peer, &pair.peer));
        assert_int_equal(b->control[0].valid, 0);
    }
    FAULT_OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
    assert_int_equal(counters.truncated, 4);
    fault_reset();
    fault_fail(FAULT_recvfrom, 1, 1, ECONNREFUSED);
    FAULT_CODE(receive_one(), IPSOCK_ECONNREFUSED);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_READ, &error));
    assert_string_equal(error.operation, "recvfrom");
}

static void uni_one_message_is_sent_by_one_call(void **state)
{
    (void)state;
    set_deadline(60);
    b->messages[0].peer = pair.peer;
    b->control[0].valid = IPSOCK_CONTROL_HOP_LIMIT;
    b->control[0].hop_limit = 9;
    for (int i = 0; i < 10; i++)
        FAULT_OK(ipsock_send(pair.s, &b->messages[0], 0));
    expect_only(FAULT_sendmsg, 10);
    fault_reset();
    b->control[0].valid = 0;
    for (int i = 0; i < 10; i++)
        FAULT_OK(ipsock_send(pair.s, &b->messages[0], 0));
    expect_only(FAULT_sendto, 10);
}

static void uni_nothing_ready_and_no_waiting(void **state)
{
    (void)state;
    FAULT_CODE(ipsock_recv(pair.s, &b->messages[0], IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    expect_only(FAULT_recvmsg, 1);
}

/* The wake channel is made at the first wait, and kept. */
static void conc_waiting_makes_one_wake_channel(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + 20 * IPSOCK_MILLISECOND));
        FAULT_CODE(receive_one(), IPSOCK_ETIMEDOUT);
    }
    assert_int_equal(fault_calls(FAULT_eventfd) + fault_calls(FAULT_pipe), 1);
    assert_true(fault_calls(FAULT_poll) >= 3);
}

/* The deadline bounds the polls: a wait does not spin. */
static void conc_waiting_polls_seldom(void **state)
{
    (void)state;
    FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + 300 * IPSOCK_MILLISECOND));
    FAULT_CODE(receive_one(), IPSOCK_ETIMEDOUT);
    assert_in_range(fault_calls(FAULT_poll), 1, 4);
}

static void quirk_interrupted_calls_go_on(void **state)
{
    static const enum fault_call receives[] = {FAULT_recvmsg, FAULT_recvmmsg};
    static const enum fault_call sends[] = {FAULT_sendto, FAULT_sendmmsg};
    const bool native = fault_native_batches();
    uint32_t done = 0;
    (void)state;
    for (int batch = 0; batch < 2; batch++) {
        const bool many = batch == 1 && native;
        give(1);
        fault_fail(receives[many], 1, 3, EINTR);
        FAULT_OK(batch ? receive_batch(&done) : receive_one());
        assert_int_equal(fault_calls(receives[many]), many || !batch ? 4 : 5);
        fault_reset();
        b->messages[0].peer = pair.peer;
        b->control[0].valid = 0;
        fault_fail(sends[many], 1, 3, EINTR);
        FAULT_OK(batch ? ipsock_send_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], 1,
                                           &done, 0)
                       : ipsock_send(pair.s, &b->messages[0], 0));
        assert_int_equal(fault_calls(sends[many]), 4);
    }
}

static void quirk_interrupted_wait_goes_on(void **state)
{
    (void)state;
    FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + 50 * IPSOCK_MILLISECOND));
    const int64_t end = ipsock_now() + 50 * IPSOCK_MILLISECOND;
    fault_fail(FAULT_poll, 1, 5, EINTR);
    FAULT_CODE(receive_one(), IPSOCK_ETIMEDOUT);
    assert_true(fault_calls(FAULT_poll) > 5);
    assert_true(ipsock_now() >= end - IPSOCK_MILLISECOND); /* not earlier for the interruptions */
}

/* Linux may call a datagram with a wrong checksum ready, and drop it at the read. */
static void quirk_ready_without_data_waits_on(void **state)
{
    (void)state;
    FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + 50 * IPSOCK_MILLISECOND));
    fault_lie_in_poll(4);
    FAULT_CODE(receive_one(), IPSOCK_ETIMEDOUT);
    fault_lie_in_poll(2);
    FAULT_OK(ipsock_set_read_deadline(pair.s, 0));
    fault_fail(FAULT_recvmsg, 1, 2, EAGAIN);
    fault_give(&pair, "late", 4);
    FAULT_OK(receive_one());
    assert_int_equal(b->messages[0].length, 4);
}

static void err_failing_wait_is_reported(void **state)
{
    struct ipsock_error error;
    (void)state;
    fault_fail(FAULT_poll, 1, 1, ENOMEM);
    FAULT_CODE(receive_one(), IPSOCK_ENOMEM);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_READ, &error));
    assert_string_equal(error.operation, "poll");
    assert_int_equal(error.native, ENOMEM);
    fault_give(&pair, "after", 5);
    FAULT_OK(receive_one());
}

/* No descriptor for the wake channel: the call fails, the endpoint stays usable. */
static void err_no_wake_channel(void **state)
{
    struct ipsock_error error;
    (void)state;
    fault_fail(FAULT_eventfd, 1, 1, EMFILE);
    fault_fail(FAULT_pipe, 1, 1, EMFILE);
    FAULT_CODE(receive_one(), IPSOCK_ENFILE);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_READ, &error));
    assert_int_equal(error.native, EMFILE);
    assert_int_equal(fault_calls(FAULT_poll), 0);
    fault_give(&pair, "after", 5);
    FAULT_OK(receive_one());
    assert_int_equal(b->messages[0].length, 5);
    FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + IPSOCK_MILLISECOND));
    FAULT_CODE(receive_one(), IPSOCK_ETIMEDOUT);
}

static void err_native_errors_of_a_receive(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {{ECONNREFUSED, IPSOCK_ECONNREFUSED},
                  {EHOSTUNREACH, IPSOCK_EHOSTUNREACH},
                  {ENOBUFS, IPSOCK_ENOBUFS},
                  {ENOMEM, IPSOCK_ENOMEM},
                  {EBADF, IPSOCK_ENOTSOCK},
                  {ENETDOWN, IPSOCK_ENETDOWN},
                  {EXDEV, IPSOCK_ESYSTEM}};
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct ipsock_error error;
        fault_reset();
        fault_fail(FAULT_recvmsg, 1, 1, errors[i].native);
        FAULT_CODE(receive_one(), errors[i].code);
        FAULT_OK(ipsock_last_error(pair.s, IPSOCK_READ, &error));
        assert_int_equal(error.native, errors[i].native);
        assert_string_equal(error.operation, "recvmsg");
    }
}

static void err_sending_when_buffers_are_full(void **state)
{
    (void)state;
    b->messages[0].peer = pair.peer;
    b->control[0].valid = 0;
    fault_fail(FAULT_sendto, 1, 1, ENOBUFS);
    FAULT_CODE(ipsock_send(pair.s, &b->messages[0], 0), IPSOCK_ENOBUFS);
    assert_int_equal(b->messages[0].length, 0);
    assert_int_equal(fault_calls(FAULT_poll), 0);
    fault_fail(FAULT_sendto, 1, 2, EAGAIN);
    FAULT_OK(ipsock_send(pair.s, &b->messages[0], 0));
    assert_int_equal(fault_calls(FAULT_poll), 2);
    assert_int_equal(b->messages[0].length, FAULT_DATA);
}

/* On a connected socket the first EMSGSIZE may be news of an earlier packet (ICMP); the second is
 * about this one. On others there is no such news. */
static void uni_too_large_is_said_of_this_message_only(void **state)
{
    const enum fault_call many = fault_native_batches() ? FAULT_sendmmsg : FAULT_sendto;
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    uint32_t done = 0;
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    FAULT_OK(ipsock_local_addr(pair.s, &config.peer));
    FAULT_OK(ipsock_open(&s, &config));
    b->control[0].valid = 0;
    fault_reset();
    fault_fail(FAULT_sendto, 1, 1, EMSGSIZE);
    FAULT_OK(ipsock_send(s, &b->messages[0], 0));
    assert_int_equal(fault_calls(FAULT_sendto), 2);
    fault_fail(FAULT_sendto, 1, 2, EMSGSIZE);
    FAULT_CODE(ipsock_send(s, &b->messages[0], 0), IPSOCK_EMSGSIZE);
    assert_int_equal(fault_calls(FAULT_sendto), 4);
    fault_reset();
    fault_fail(many, 1, 1, EMSGSIZE);
    FAULT_OK(ipsock_send_batch(s, b->batch, b->messages, sizeof b->messages[0], 1, &done, 0));
    assert_int_equal(done, 1);
    fault_fail(many, 1, 2, EMSGSIZE);
    FAULT_CODE(ipsock_send_batch(s, b->batch, b->messages, sizeof b->messages[0], 1, &done, 0),
               IPSOCK_EMSGSIZE);
    assert_int_equal(done, 0);
    fault_reset();
    b->messages[0].peer = pair.peer;
    fault_fail(FAULT_sendto, 1, 1, EMSGSIZE);
    FAULT_CODE(ipsock_send(pair.s, &b->messages[0], 0), IPSOCK_EMSGSIZE);
    assert_int_equal(fault_calls(FAULT_sendto), 1);
    fault_reset();
    ipsock_free(s);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(batch_of_64_is_received_by_one_call),
        TEST(batch_of_64_is_sent_by_one_call),
        TEST(uni_one_message_is_received_by_one_call),
        TEST(uni_plain_message_is_received_by_recvfrom),
        TEST(uni_one_message_is_sent_by_one_call),
        TEST(uni_nothing_ready_and_no_waiting),
        TEST(conc_waiting_makes_one_wake_channel),
        TEST(conc_waiting_polls_seldom),
        TEST(quirk_interrupted_calls_go_on),
        TEST(quirk_interrupted_wait_goes_on),
        TEST(quirk_ready_without_data_waits_on),
        TEST(err_failing_wait_is_reported),
        TEST(err_no_wake_channel),
        TEST(err_native_errors_of_a_receive),
        TEST(err_sending_when_buffers_are_full),
        TEST(uni_too_large_is_said_of_this_message_only),
    };
    return cmocka_run_group_tests_name("fault/calls", tests, NULL, NULL);
}
