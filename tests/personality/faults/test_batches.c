// SPDX-License-Identifier: BSD-2-Clause
/* Batches and segments: some messages go or come and then a call fails. The exact count is told,
 * nothing is lost, and nothing comes twice. FreeBSD's batches are loops of the library. */
#include "sweep.h"

enum { COUNT = 10, ROOM = 16 };
static struct pair pair;
static struct ipsock_batch *batch;
static void *memory;
static struct ipsock_message messages[COUNT];
static struct ipsock_buffer buffers[COUNT];
static struct ipsock_control controls[COUNT];
static char data[COUNT][ROOM];
static bool native; /* there are batch calls */

static int setup(void **state)
{
    struct ipsock_config config;
    struct ipsock_capability_answer answer;
    const size_t size = ipsock_batch_size(COUNT);
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    config.receive_control = IPSOCK_CONTROL_DESTINATION;
    config.send_control = IPSOCK_CONTROL_SEGMENT_SIZE;
    open_pair(&pair, &config);
    memory = malloc(size);
    assert_non_null(memory);
    OK(ipsock_batch_init(memory, size, COUNT, &batch));
    OK(ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_SEND_BATCH, &answer));
    native = answer.level == IPSOCK_NATIVE;
    model_faults_forget();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    model_faults_forget();
    close_pair(&pair);
    free(memory);
    return 0;
}

/* One byte each, that tells its place. */
static void fill(void)
{
    for (int i = 0; i < COUNT; i++) {
        data[i][0] = (char)('0' + i);
        ipsock_message_init_send(&messages[i], &buffers[i], data[i], 1, &pair.peer);
        messages[i].length = 77;
    }
}

static int transmit(uint32_t from, uint32_t *done, uint32_t flags)
{
    *done = 77;
    return ipsock_send_batch(pair.s, batch, messages + from, sizeof messages[0], COUNT - from, done,
                             flags);
}

static void expect_arrived(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        char got[ROOM];
        assert_int_equal(take(&pair, got, sizeof got), 1);
        assert_int_equal(got[0], '0' + (int)i);
        assert_int_equal(messages[i].length, 1);
    }
    assert_false(has_plain(&pair));
}

/* The n-th message from now on, by whatever call. */
static void fail_sends(const char *error, unsigned first, unsigned last)
{
    model_faults_order("sendto", error, first, last);
    model_faults_order("sendmsg", error, first, last);
}

static void sends_stop_where_they_fail(void **state)
{
    static const char *const errors[] = {"ENOBUFS",     "ENOMEM",    "EMSGSIZE",
                                         "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"};
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        for (unsigned n = 1; n <= COUNT; n++) {
            struct ipsock_error error;
            uint32_t done, rest;
            model_faults_forget();
            fill();
            fail_sends(errors[i], n, UINT_MAX);
            CODE(transmit(0, &done, 0), traffic_code(errors[i]));
            assert_int_equal(done, n - 1);
            OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
            assert_int_equal(error.index, n - 1);
            assert_int_equal(error.native, model_faults_number(errors[i]));
            assert_string_equal(error.operation, native ? "sendmmsg" : "sendto");
            assert_int_equal(messages[done].length, 0);
            expect_arrived(0, n - 1);
            model_faults_forget();
            OK(transmit(done, &rest, 0));
            assert_int_equal(done + rest, COUNT);
            expect_arrived(n - 1, COUNT);
        }
}

/* An error that is gone with the next try is of no message: what NetBSD does not tell after some.
 */
static void sends_go_on(void **state)
{
    uint32_t done;
    (void)state;
    for (unsigned n = 1; n <= COUNT; n++) {
        model_faults_forget();
        fill();
        fail_sends("EINTR", n, n + 2);
        OK(transmit(0, &done, 0));
        assert_int_equal(done, COUNT);
        assert_true(model_faults_failed() > 0);
        expect_arrived(0, COUNT);
    }
    for (unsigned most = 1; most <= COUNT; most++) {
        model_faults_forget();
        fill();
        model_faults_limit_batch(most);
        OK(transmit(0, &done, 0));
        assert_int_equal(done, COUNT);
        expect_arrived(0, COUNT);
    }
}

/* The system's buffers are full: after some, that is the count; before the first, it waits. */
static void sends_find_no_room(void **state)
{
    uint32_t done, rest;
    (void)state;
    for (unsigned n = 1; n <= COUNT; n++) {
        model_faults_forget();
        fill();
        fail_sends("EAGAIN", n, UINT_MAX);
        CODE(transmit(0, &done, IPSOCK_MSG_DONTWAIT), n == 1 ? IPSOCK_EAGAIN : IPSOCK_OK);
        assert_int_equal(done, n - 1);
        expect_arrived(0, n - 1);
        model_faults_forget();
        fail_sends("EAGAIN", 1, 2);
        OK(transmit(done, &rest, 0));
        assert_int_equal(done + rest, COUNT);
        assert_int_equal(model_faults_calls("poll"), 2);
        expect_arrived(n - 1, COUNT);
    }
}

static void batch_calls_are_missing(void **state)
{
    uint32_t done;
    (void)state;
    fill();
    model_faults_order("sendmmsg", "ENOSYS", 1, UINT_MAX);
    model_faults_order("recvmmsg", "ENOSYS", 1, UINT_MAX);
    for (int turn = 0; turn < 2; turn++) {
        OK(transmit(0, &done, 0));
        assert_int_equal(done, COUNT);
        expect_arrived(0, COUNT);
    }
    assert_int_equal(model_faults_calls("sendmmsg"), native ? 1 : 0);
}

/* ---- receiving ---- */

static int receive(uint32_t *done, uint32_t flags)
{
    for (int i = 0; i < COUNT; i++) {
        ipsock_message_init(&messages[i], &buffers[i], data[i], ROOM);
        messages[i].control = &controls[i];
    }
    memset(data, 0, sizeof data);
    memset(controls, 0, sizeof controls);
    *done = 77;
    return ipsock_recv_batch(pair.s, batch, messages, sizeof messages[0], COUNT, done, flags);
}

static void give_all(void)
{
    for (int i = 0; i < COUNT; i++) {
        const char byte = (char)('0' + i);
        give(&pair, &byte, 1);
    }
}

/* So many came now, from this one on. */
static uint32_t expect_received(uint32_t from, uint32_t done)
{
    assert_in_range(done, 1, COUNT - from);
    for (uint32_t i = 0; i < done; i++) {
        assert_int_equal(messages[i].length, 1);
        assert_int_equal(data[i][0], '0' + (int)(from + i));
        assert_int_equal(controls[i].valid, IPSOCK_CONTROL_DESTINATION);
        assert_int_equal(messages[i].flags, 0);
        assert_int_equal(messages[i].peer.port, pair.peer.port);
    }
    return from + done;
}

static void expect_rest(uint32_t from)
{
    uint32_t done;
    while (from < COUNT) {
        OK(receive(&done, IPSOCK_MSG_DONTWAIT));
        from = expect_received(from, done);
    }
    CODE(receive(&done, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    assert_int_equal(done, 0);
}

/* n - 1 of them in a batch, then a failure. Returns how many came. */
static uint32_t receive_before(const char *error, unsigned n)
{
    uint32_t done = 0;
    model_faults_forget();
    give_all();
    model_faults_order("recvmsg", error, n, n);
    if (n == 1)
        return 0;
    OK(receive(&done, 0));
    expect_received(0, done);
    assert_int_equal(done, n - 1);
    return done;
}

static void expect_failure(const char *error)
{
    struct ipsock_error failure;
    OK(ipsock_last_error(pair.s, IPSOCK_READ, &failure));
    assert_int_equal(failure.code, traffic_code(error));
    assert_int_equal(failure.native, model_faults_number(error));
    assert_non_null(failure.operation);
    assert_int_equal(model_faults_failed(), 1);
}

static const char *const failures[] = {"ECONNREFUSED", "ENOBUFS", "ENOMEM"};
enum { FAILURES = sizeof failures / sizeof failures[0] };

/* What came before a failure is delivered, the failure with the next call, then the rest; OpenBSD
 * keeps it until nothing is left to receive. */
static void failure_comes_between(void **state)
{
    const bool last = strcmp(ipsock_system(), "openbsd") == 0;
    (void)state;
    for (int i = 0; i < FAILURES; i++)
        for (unsigned n = 1; n <= COUNT; n++) {
            uint32_t done;
            uint32_t from = receive_before(failures[i], n);
            if (last && n > 1)
                while (from < COUNT) {
                    OK(receive(&done, 0));
                    from = expect_received(from, done);
                }
            CODE(receive(&done, 0), traffic_code(failures[i]));
            assert_int_equal(done, 0);
            expect_failure(failures[i]);
            expect_rest(from);
        }
}

/* The same where the next calls are of one message. NetBSD delivers what is queued before it tells
 * the error that it kept (soreceive), which comes once all the same. */
static void failure_comes_to_single_calls(void **state)
{
    (void)state;
    for (int i = 0; i < FAILURES; i++)
        for (unsigned n = 1; n <= COUNT; n++) {
            uint32_t from = receive_before(failures[i], n);
            unsigned failed = 0;
            int code;
            do {
                code = ipsock_recv(pair.s, &messages[0], IPSOCK_MSG_DONTWAIT);
                if (code == IPSOCK_OK)
                    from = expect_received(from, 1);
                else if (code != IPSOCK_EAGAIN)
                    failed++;
                if (failed == 1 && code < 0 && code != IPSOCK_EAGAIN)
                    assert_true(native || from == n - 1);
            } while (code != IPSOCK_EAGAIN);
            assert_int_equal(from, COUNT);
            assert_int_equal(failed, 1);
            expect_failure(failures[i]);
        }
}

static void interrupted_receives_go_on(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= COUNT; n++) {
        model_faults_forget();
        give_all();
        model_faults_order("recvmsg", "EINTR", n, n + 1);
        model_faults_order("recvmmsg", "EINTR", 1, 2);
        expect_rest(0);
        assert_true(model_faults_failed() >= 2);
    }
}

static void short_batches_lose_nothing(void **state)
{
    (void)state;
    for (unsigned most = 1; most <= COUNT; most++) {
        uint32_t done;
        model_faults_forget();
        give_all();
        model_faults_limit_batch(most);
        OK(receive(&done, 0));
        assert_int_equal(done, native ? most : COUNT);
        expect_rest(expect_received(0, done));
    }
}

static void missing_receive_call(void **state)
{
    (void)state;
    model_faults_order("recvmmsg", "ENOSYS", 1, UINT_MAX);
    give_all();
    expect_rest(0);
    assert_int_equal(model_faults_calls("recvmmsg"), native ? 1 : 0);
}

/* Each cut one is said to be and counted, and the whole ones are not. */
static void control_is_cut(void **state)
{
    struct ipsock_counters counters;
    unsigned cut = 0;
    (void)state;
    for (size_t room = 0; room < 40; room++) {
        uint32_t done;
        give_all();
        model_faults_limit_control(room);
        OK(receive(&done, 0));
        assert_int_equal(done, COUNT);
        for (uint32_t i = 0; i < done; i++) {
            cut += (messages[i].flags & IPSOCK_MSG_CTRUNC) != 0;
            assert_int_equal(messages[i].length, 1);
            assert_int_equal(data[i][0], '0' + (int)i);
            if (controls[i].valid & IPSOCK_CONTROL_DESTINATION)
                assert_int_equal(controls[i].destination.ip[0], 127);
        }
    }
    assert_true(cut > 0);
    assert_int_equal(model_faults_cuts(), cut);
    OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
    assert_int_equal(counters.control_truncated, cut);
}

/* ---- segments, which the library sends one by one ---- */

enum { SEGMENT = 3, SEGMENTS = 5 };

static void segments_stop_where_they_fail(void **state)
{
    static const char whole[] = "aaabbbcccdddeee";
    (void)state;
    for (unsigned n = 1; n <= SEGMENTS; n++) {
        struct ipsock_error error;
        char got[ROOM];
        model_faults_forget();
        ipsock_message_init_send(&messages[0], &buffers[0], whole, SEGMENT * SEGMENTS, &pair.peer);
        memset(&controls[0], 0, sizeof controls[0]);
        controls[0].valid = IPSOCK_CONTROL_SEGMENT_SIZE;
        controls[0].segment_size = SEGMENT;
        messages[0].control = &controls[0];
        fail_sends("ENOBUFS", n, UINT_MAX);
        CODE(ipsock_send(pair.s, &messages[0], 0), IPSOCK_ENOBUFS);
        assert_int_equal(messages[0].length, SEGMENT * (n - 1));
        OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
        assert_int_equal(error.native, model_faults_number("ENOBUFS"));
        model_faults_forget();
        buffers[0].data = (void *)(uintptr_t)(whole + messages[0].length);
        buffers[0].length = SEGMENT * (SEGMENTS - n + 1);
        fail_sends("EINTR", 1, 2);
        OK(ipsock_send(pair.s, &messages[0], 0));
        assert_int_equal(messages[0].length, SEGMENT * (SEGMENTS - n + 1));
        for (int i = 0; i < SEGMENTS; i++) {
            assert_int_equal(take(&pair, got, sizeof got), SEGMENT);
            assert_int_equal(got[0], 'a' + i);
        }
        assert_false(has_plain(&pair));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(sends_stop_where_they_fail),
        TEST(sends_go_on),
        TEST(sends_find_no_room),
        TEST(batch_calls_are_missing),
        TEST(failure_comes_between),
        TEST(failure_comes_to_single_calls),
        TEST(interrupted_receives_go_on),
        TEST(short_batches_lose_nothing),
        TEST(missing_receive_call),
        TEST(control_is_cut),
        TEST(segments_stop_where_they_fail),
    };
    return cmocka_run_group_tests_name("personality/faults/batches", tests, NULL, NULL);
}
