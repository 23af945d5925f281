// SPDX-License-Identifier: BSD-2-Clause
/* Batches when the kernel has no calls for them, takes a part, or fails in the middle. */
#include "fault.h"

static struct fault_pair pair;
static struct fault_batch *b;

static int setup(void **state)
{
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, IPSOCK_CONTROL_HEADER, IPSOCK_CONTROL_HOP_LIMIT);
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

static void give(int from, int to)
{
    for (int i = from; i < to; i++) {
        char text[8];
        fault_give(&pair, text, (size_t)snprintf(text, sizeof text, "%d", i));
    }
}

/* Messages 0 … count - 1 to the plain socket, each with its number. */
static void fill(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        b->buffers[i].length = (size_t)snprintf(b->data[i], FAULT_DATA, "%u", i);
        b->messages[i].peer = pair.peer;
        b->messages[i].control = NULL;
    }
}

static int receive(uint32_t count, uint32_t *done)
{
    return ipsock_recv_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], count, done, 0);
}

static int transmit(uint32_t count, uint32_t *done, uint32_t flags)
{
    return ipsock_send_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], count, done,
                             flags);
}

static void expect_received(uint32_t index, int number)
{
    char text[8];
    snprintf(text, sizeof text, "%d", number);
    assert_int_equal(b->messages[index].length, strlen(text));
    assert_memory_equal(b->data[index], text, strlen(text));
    assert_int_equal(b->control[index].valid, IPSOCK_CONTROL_HEADER);
    assert_true(ipsock_addr_equal(&b->messages[index].peer, &pair.peer));
}

static void expect_taken(int from, int to)
{
    for (int i = from; i < to; i++) {
        char text[8], got[16];
        const int length = snprintf(text, sizeof text, "%d", i);
        assert_int_equal(fault_take(&pair, got, sizeof got), length);
        assert_memory_equal(got, text, (size_t)length);
    }
}

static void need_native_batches(void)
{
    if (!fault_native_batches()) {
        print_message("built without the kernel's batch calls\n");
        skip();
    }
}

static void expect_level(int feature, int level)
{
    struct ipsock_capability_answer c;
    FAULT_OK(ipsock_capability(pair.s, 0, 0, feature, &c));
    assert_int_equal(c.level, level);
    assert_string_equal(c.mechanism, level == IPSOCK_EXACT                  ? "library"
                                     : feature == IPSOCK_FEATURE_RECV_BATCH ? "recvmmsg"
                                                                            : "sendmmsg");
    assert_int_equal(c.reason == NULL, level == IPSOCK_NATIVE);
}

static void batch_recvmmsg_missing_is_found_once(void **state)
{
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    expect_level(IPSOCK_FEATURE_RECV_BATCH, IPSOCK_NATIVE);
    fault_fail(FAULT_recvmmsg, 1, 100, ENOSYS);
    for (int round = 0; round < 3; round++) {
        give(0, 5);
        FAULT_OK(receive(10, &done));
        assert_int_equal(done, 5);
        for (uint32_t i = 0; i < 5; i++)
            expect_received(i, (int)i);
    }
    assert_int_equal(fault_calls(FAULT_recvmmsg), 1);
    expect_level(IPSOCK_FEATURE_RECV_BATCH, IPSOCK_EXACT);
    expect_level(IPSOCK_FEATURE_SEND_BATCH, IPSOCK_NATIVE);
}

static void batch_sendmmsg_missing_is_found_once(void **state)
{
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    expect_level(IPSOCK_FEATURE_SEND_BATCH, IPSOCK_NATIVE);
    fault_fail(FAULT_sendmmsg, 1, 100, ENOSYS);
    for (int round = 0; round < 3; round++) {
        fill(5);
        FAULT_OK(transmit(5, &done, 0));
        assert_int_equal(done, 5);
        for (int i = 0; i < 5; i++)
            assert_int_equal(b->messages[i].length, 1);
        expect_taken(0, 5);
    }
    assert_int_equal(fault_calls(FAULT_sendmmsg), 1);
    assert_int_equal(fault_calls(FAULT_sendto), 15);
    expect_level(IPSOCK_FEATURE_SEND_BATCH, IPSOCK_EXACT);
    expect_level(IPSOCK_FEATURE_RECV_BATCH, IPSOCK_NATIVE);
}

/* Without the calls a missing one is remembered by its endpoint only. */
static void batch_missing_call_is_no_matter_of_other_endpoints(void **state)
{
    struct fault_pair other;
    struct ipsock_capability_answer c;
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    fault_fail(FAULT_recvmmsg, 1, 1, ENOSYS);
    give(0, 1);
    FAULT_OK(receive(4, &done));
    fault_open_pair(&other, IPSOCK_IPV4, 0, 0, 0);
    FAULT_OK(ipsock_capability(other.s, 0, 0, IPSOCK_FEATURE_RECV_BATCH, &c));
    assert_int_equal(c.level, IPSOCK_NATIVE);
    fault_close_pair(&other);
}

static void batch_short_counts_are_gone_on_with(void **state)
{
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    for (unsigned most = 1; most <= 4; most++) {
        fault_reset();
        fault_limit_sendmmsg(most);
        fill(10);
        FAULT_OK(transmit(10, &done, 0));
        assert_int_equal(done, 10);
        assert_int_equal(fault_calls(FAULT_sendmmsg), (10 + most - 1) / most);
        expect_taken(0, 10);
    }
}

/* The send buffer fills up after some: that is a success with the number of them. */
static void batch_full_buffer_after_some(void **state)
{
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    fill(10);
    fault_limit_sendmmsg(3);
    fault_fail(FAULT_sendmmsg, 3, 3, EAGAIN);
    FAULT_OK(transmit(10, &done, 0));
    assert_int_equal(done, 6);
    assert_int_equal(fault_calls(FAULT_poll), 0);
    expect_taken(0, 6);
    assert_int_equal(recv(pair.plain, b->data[0], FAULT_DATA, MSG_DONTWAIT), -1);
}

static void batch_full_buffer_at_first_waits(void **state)
{
    uint32_t done = 0;
    (void)state;
    need_native_batches();
    fill(4);
    fault_fail(FAULT_sendmmsg, 1, 2, EAGAIN);
    FAULT_OK(transmit(4, &done, 0));
    assert_int_equal(done, 4);
    assert_int_equal(fault_calls(FAULT_poll), 2);
    expect_taken(0, 4);
    fill(4);
    fault_fail(FAULT_sendmmsg, 1, 1, EAGAIN);
    FAULT_CODE(transmit(4, &done, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    assert_int_equal(done, 0);
    assert_int_equal(fault_calls(FAULT_poll), 2);
}

/* An error in the middle is that of the message at which the batch stopped. */
static void batch_error_after_some(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {{ENOBUFS, IPSOCK_ENOBUFS},     {EMSGSIZE, IPSOCK_EMSGSIZE},
                  {EACCES, IPSOCK_EHOSTUNREACH}, {ENETUNREACH, IPSOCK_ENETUNREACH},
                  {ENETDOWN, IPSOCK_ENETDOWN},   {EPERM, IPSOCK_EFIREWALL},
                  {ENOMEM, IPSOCK_ENOMEM},       {EHOSTUNREACH, IPSOCK_EHOSTUNREACH},
                  {EBADF, IPSOCK_ENOTSOCK},      {ENODEV, IPSOCK_ENODEV},
                  {EINVAL, IPSOCK_EINVAL},       {EXDEV, IPSOCK_ESYSTEM}};
    (void)state;
    need_native_batches();
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct ipsock_error error;
        uint32_t done = 0;
        fault_reset();
        fill(10);
        fault_limit_sendmmsg(3);
        fault_fail(FAULT_sendmmsg, 2, 2, errors[i].native);
        FAULT_CODE(transmit(10, &done, 0), errors[i].code);
        assert_int_equal(done, 3);
        FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
        assert_int_equal(error.code, errors[i].code);
        assert_int_equal(error.native, errors[i].native);
        assert_int_equal(error.index, 3);
        assert_string_equal(error.operation, "sendmmsg");
        expect_taken(0, 3);
    }
}

static void batch_error_at_first(void **state)
{
    struct ipsock_error error;
    uint32_t done = 77;
    (void)state;
    need_native_batches();
    fill(10);
    fault_fail(FAULT_sendmmsg, 1, 1, ENOBUFS);
    FAULT_CODE(transmit(10, &done, 0), IPSOCK_ENOBUFS);
    assert_int_equal(done, 0);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
    assert_int_equal(error.index, 0);
    /* Try again later, as its description says. */
    FAULT_OK(transmit(10, &done, 0));
    assert_int_equal(done, 10);
    expect_taken(0, 10);
}

/* Single calls make the batch: what came before a failure is delivered, the failure with the next
 * call, then the rest. */
static void batch_failure_in_the_middle_of_single_receives(void **state)
{
    struct ipsock_error error;
    uint32_t done = 0;
    (void)state;
    if (fault_native_batches()) {
        fault_fail(FAULT_recvmmsg, 1, 1, ENOSYS);
        give(9, 10);
        FAULT_OK(receive(1, &done));
    }
    give(0, 4);
    fault_fail(FAULT_recvmsg, 3, 3, ECONNREFUSED);
    FAULT_OK(receive(10, &done));
    assert_int_equal(done, 2);
    expect_received(0, 0);
    expect_received(1, 1);
    FAULT_CODE(receive(10, &done), IPSOCK_ECONNREFUSED);
    assert_int_equal(done, 0);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_READ, &error));
    assert_int_equal(error.native, ECONNREFUSED);
    FAULT_OK(receive(10, &done));
    assert_int_equal(done, 2);
    expect_received(0, 2);
    expect_received(1, 3);
}

/* The same when a single receive comes next. */
static void batch_failure_kept_for_a_single_receive(void **state)
{
    uint32_t done = 0;
    (void)state;
    if (fault_native_batches()) {
        fault_fail(FAULT_recvmmsg, 1, 1, ENOSYS);
        give(9, 10);
        FAULT_OK(receive(1, &done));
    }
    give(0, 2);
    fault_fail(FAULT_recvmsg, 2, 2, EHOSTUNREACH);
    FAULT_OK(receive(10, &done));
    assert_int_equal(done, 1);
    FAULT_CODE(ipsock_recv(pair.s, &b->messages[0], 0), IPSOCK_EHOSTUNREACH);
    FAULT_OK(ipsock_recv(pair.s, &b->messages[0], 0));
    expect_received(0, 1);
}

static void batch_receive_error_is_reported(void **state)
{
    struct ipsock_error error;
    uint32_t done = 77;
    const enum fault_call call = fault_native_batches() ? FAULT_recvmmsg : FAULT_recvmsg;
    (void)state;
    give(0, 2);
    fault_fail(call, 1, 1, ECONNREFUSED);
    FAULT_CODE(receive(10, &done), IPSOCK_ECONNREFUSED);
    assert_int_equal(done, 0);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_READ, &error));
    assert_int_equal(error.native, ECONNREFUSED);
    assert_string_equal(error.operation, fault_name(call));
    FAULT_OK(receive(10, &done));
    assert_int_equal(done, 2);
}

/* The caller's room for opaque control is lent for one call of the system, and again for the next;
 * the same messages come back with other buffers. */
static void batch_that_waits_is_aimed_again(void **state)
{
    const enum fault_call call = fault_native_batches() ? FAULT_recvmmsg : FAULT_recvmsg;
    static _Alignas(8) char room[2][1024];
    struct ipsock_buffer other = {b->data[9], FAULT_DATA};
    uint32_t done = 77;
    (void)state;
    FAULT_OK(ipsock_set_receive_control(pair.s, IPSOCK_CONTROL_OPAQUE, true));
    for (int i = 0; i < 2; i++) {
        b->control[i].opaque = room[i];
        b->control[i].opaque_capacity = sizeof room[i];
    }
    for (int turn = 0; turn < 2; turn++) {
        give(0, 2);
        fault_fail(call, 1, 1, EAGAIN);
        FAULT_OK(receive(2, &done));
        assert_int_equal(done, 2);
        for (int i = 0; i < 2; i++) {
            const char *data = b->messages[i].buffers->data;
            assert_int_equal(b->messages[i].length, 1);
            assert_int_equal(data[0], '0' + i);
            assert_int_equal(b->control[i].valid, IPSOCK_CONTROL_HEADER | IPSOCK_CONTROL_OPAQUE);
            assert_ptr_equal(b->control[i].opaque, room[i]);
            assert_true(b->control[i].opaque_length > 0);
        }
        b->messages[1].buffers = &other;
    }
    b->messages[0].buffers = NULL;
    FAULT_CODE(receive(2, &done), IPSOCK_EINVAL);
    assert_int_equal(done, 0);
    b->messages[0].buffer_count = 0; /* nothing is wanted of it */
    give(0, 2);
    FAULT_OK(receive(2, &done));
    assert_int_equal(b->messages[0].flags, IPSOCK_MSG_TRUNC);
    assert_int_equal(b->data[9][0], '1');
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(batch_recvmmsg_missing_is_found_once),
        TEST(batch_sendmmsg_missing_is_found_once),
        TEST(batch_missing_call_is_no_matter_of_other_endpoints),
        TEST(batch_short_counts_are_gone_on_with),
        TEST(batch_full_buffer_after_some),
        TEST(batch_full_buffer_at_first_waits),
        TEST(batch_error_after_some),
        TEST(batch_error_at_first),
        TEST(batch_failure_in_the_middle_of_single_receives),
        TEST(batch_failure_kept_for_a_single_receive),
        TEST(batch_receive_error_is_reported),
        TEST(batch_that_waits_is_aimed_again),
    };
    return cmocka_run_group_tests_name("fault/batch", tests, NULL, NULL);
}
