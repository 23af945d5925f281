// SPDX-License-Identifier: BSD-2-Clause
/* The error stream: waits that errors end must not spin, and what failing calls make of sends and
 * receives. */
#include <time.h>

#include "fault.h"

static struct fault_pair pair;
static struct fault_batch *b;
static struct ipsock_addr nobody;

static int setup(void **state)
{
    struct sockaddr_in closed;
    socklen_t length = sizeof closed;
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, IPSOCK_OPEN_ERROR_STREAM, 0, 0);
    b = fault_make_batch();
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&closed, 0, sizeof closed);
    closed.sin_family = AF_INET;
    closed.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&closed, sizeof closed), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&closed, &length), 0);
    close(fd);
    nobody = pair.peer;
    nobody.port = ntohs(closed.sin_port);
    for (int i = 0; i < FAULT_MESSAGES; i++) {
        b->messages[i].control = NULL;
        b->messages[i].peer = pair.peer;
    }
    fault_reset();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_close_pair(&pair);
    fault_free_batch(b);
    return 0;
}

static int receive_one(void)
{
    return ipsock_recv(pair.s, &b->messages[0], 0);
}

static int send_to(const struct ipsock_addr *to)
{
    b->messages[0].peer = *to;
    return ipsock_send(pair.s, &b->messages[0], 0);
}

static int receive_batch(uint32_t *done)
{
    return ipsock_recv_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], FAULT_MESSAGES,
                             done, 0);
}

static int take(void)
{
    struct ipsock_icmp_error event;
    return ipsock_recv_icmp_error(pair.s, &event, NULL, 0, NULL, 0, NULL, IPSOCK_MSG_DONTWAIT);
}

/* Waits 100 ms in vain; returns the processor time that it took, in nanoseconds. */
static int64_t wait_in_vain(void (*way)(void))
{
    struct timespec before, after;
    FAULT_OK(ipsock_set_deadline(pair.s, ipsock_now() + IPSOCK_SECOND / 10));
    fault_reset();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    way();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    return (int64_t)(after.tv_sec - before.tv_sec) * IPSOCK_SECOND + after.tv_nsec - before.tv_nsec;
}

static void wait_for_one(void)
{
    FAULT_CODE(receive_one(), IPSOCK_ETIMEDOUT);
}

static void wait_for_batch(void)
{
    uint32_t done = 0;
    FAULT_CODE(receive_batch(&done), IPSOCK_ETIMEDOUT);
}

/* Errors lie in the queue when the wait begins: it wakes once for all of them. */
static void es_03_waits_do_not_spin(void **state)
{
    void (*const ways[])(void) = {wait_for_one, wait_for_batch};
    (void)state;
    for (int i = 0; i < 2; i++) {
        for (int n = 0; n < 10; n++)
            FAULT_OK(send_to(&nobody));
        const int64_t cpu = wait_in_vain(ways[i]);
        assert_true(fault_calls(FAULT_poll) <= 3);
        assert_true(fault_all_calls() <= 40); /* 11 of them empty the queue */
        assert_true(cpu < IPSOCK_SECOND / 20);
        for (int n = 0; n < 10; n++)
            FAULT_OK(take());
        FAULT_CODE(take(), IPSOCK_EAGAIN);
    }
}

static void wait_for_error(void)
{
    struct ipsock_icmp_error event;
    FAULT_CODE(ipsock_recv_icmp_error(pair.s, &event, NULL, 0, NULL, 0, NULL, 0), IPSOCK_ETIMEDOUT);
}

/* The kernel remembers an error whose report it had no room for: poll would report it for ever. */
static void es_03_an_error_without_report_ends_no_wait(void **state)
{
    const int small = 1;
    (void)state;
    assert_int_equal(
        setsockopt((int)ipsock_handle(pair.s), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
    for (int n = 0; n < 40; n++)
        FAULT_OK(send_to(&nobody));
    int taken = 0;
    while (take() == IPSOCK_OK)
        taken++;
    assert_true(taken < 40); /* some had no room */
    FAULT_OK(send_to(&nobody));
    FAULT_OK(take());
    wait_in_vain(wait_for_error);
    assert_true(fault_calls(FAULT_poll) <= 3);
    wait_in_vain(wait_for_one);
    assert_true(fault_calls(FAULT_poll) <= 3);
}

/* As if POLLERR stayed although nothing is there: every turn is a call of poll, and the deadline
 * ends it. */
static void es_03_lying_polls_end_with_the_deadline(void **state)
{
    (void)state;
    FAULT_OK(ipsock_set_deadline(pair.s, ipsock_now() + IPSOCK_SECOND / 20));
    fault_reset();
    fault_lie_in_poll(20);
    FAULT_CODE(receive_one(), IPSOCK_ETIMEDOUT);
    assert_true(fault_calls(FAULT_poll) >= 21);
}

/* What the kernel says of earlier packets, a receive passes over. */
static void es_02_receives_pass_over_errors(void **state)
{
    static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EMSGSIZE,   EPROTO,
                                 ENOPROTOOPT,  EACCES,       EHOSTDOWN,   EOPNOTSUPP, ENONET};
    const enum fault_call many = fault_native_batches() ? FAULT_recvmmsg : FAULT_recvmsg;
    uint32_t done = 0;
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        fault_reset();
        fault_give(&pair, "x", 1);
        fault_fail(FAULT_recvmsg, 1, 3, errors[i]);
        FAULT_OK(receive_one());
        assert_int_equal(fault_calls(FAULT_recvmsg), 4);
        fault_reset();
        fault_give(&pair, "x", 1);
        fault_fail(many, 1, 3, errors[i]);
        FAULT_OK(receive_batch(&done));
        assert_int_equal(done, 1);
    }
}

/* Other failures are the call's own, and one that never ends is reported at last. */
static void es_02_real_failures_are_reported(void **state)
{
    (void)state;
    fault_fail(FAULT_recvmsg, 1, 1, ENOMEM);
    FAULT_CODE(receive_one(), IPSOCK_ENOMEM);
    fault_reset();
    fault_fail(FAULT_recvmsg, 1, 1000, ECONNREFUSED);
    FAULT_CODE(receive_one(), IPSOCK_ECONNREFUSED);
    assert_int_equal(fault_calls(FAULT_recvmsg), 64);
    fault_reset();
    fault_fail(FAULT_sendto, 1, 1, ENOBUFS);
    FAULT_CODE(send_to(&pair.peer), IPSOCK_ENOBUFS);
    fault_reset();
    fault_fail(FAULT_sendto, 1, 1000, ENETUNREACH);
    FAULT_CODE(send_to(&pair.peer), IPSOCK_ENETUNREACH);
    assert_int_equal(fault_calls(FAULT_sendto), 8);
}

static int send_batch(uint32_t count, uint32_t *done)
{
    return ipsock_send_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], count, done, 0);
}

static void es_02_sends_pass_over_errors(void **state)
{
    static const int errors[] = {ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EACCES};
    const enum fault_call many = fault_native_batches() ? FAULT_sendmmsg : FAULT_sendto;
    uint32_t done = 0;
    char data[FAULT_DATA];
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        fault_reset();
        fault_fail(FAULT_sendto, 1, 3, errors[i]);
        FAULT_OK(send_to(&pair.peer));
        assert_int_equal(fault_calls(FAULT_sendto), 4);
        assert_int_equal(fault_take(&pair, data, sizeof data), FAULT_DATA);
        fault_reset();
        fault_fail(many, 2, 4, errors[i]);
        fault_limit_sendmmsg(1);
        FAULT_OK(send_batch(5, &done));
        assert_int_equal(done, 5);
        for (int n = 0; n < 5; n++)
            assert_int_equal(fault_take(&pair, data, sizeof data), FAULT_DATA);
    }
    assert_int_equal(fault_take(&pair, data, sizeof data), -1);
}

/* EMSGSIZE of an earlier packet comes with one try; with two it is this datagram's. */
static void es_04_too_large_is_said_of_this_datagram_only(void **state)
{
    const enum fault_call many = fault_native_batches() ? FAULT_sendmmsg : FAULT_sendto;
    uint32_t done = 0;
    (void)state;
    fault_fail(FAULT_sendto, 1, 1, EMSGSIZE);
    FAULT_OK(send_to(&pair.peer));
    assert_int_equal(fault_calls(FAULT_sendto), 2);
    fault_reset();
    fault_fail(FAULT_sendto, 1, 2, EMSGSIZE);
    FAULT_CODE(send_to(&pair.peer), IPSOCK_EMSGSIZE);
    assert_int_equal(fault_calls(FAULT_sendto), 2);
    fault_reset();
    fault_fail(many, 1, 1, EMSGSIZE);
    FAULT_OK(send_batch(2, &done));
    assert_int_equal(done, 2);
    fault_fail(many, 1, 2, EMSGSIZE);
    FAULT_CODE(send_batch(2, &done), IPSOCK_EMSGSIZE);
    assert_int_equal(done, 0);
}

/* What is left over of such a try must not swallow a report that comes later. */
static void es_04_no_report_is_swallowed(void **state)
{
    (void)state;
    fault_fail(FAULT_sendto, 1, 1, EMSGSIZE);
    FAULT_OK(send_to(&nobody));
    FAULT_OK(take());
    FAULT_CODE(take(), IPSOCK_EAGAIN);
    fault_reset();
    fault_fail(FAULT_sendto, 1, 2, EMSGSIZE);
    FAULT_CODE(send_to(&nobody), IPSOCK_EMSGSIZE);
    FAULT_OK(send_to(&nobody)); /* other reports than those of too large a datagram are never two */
    FAULT_OK(take());
    FAULT_CODE(take(), IPSOCK_EAGAIN);
}

static void es_01_a_failing_queue_is_reported(void **state)
{
    struct ipsock_error error;
    (void)state;
    fault_fail(FAULT_recvmsg, 1, 1, ENOMEM);
    FAULT_CODE(take(), IPSOCK_ENOMEM);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_READ, &error));
    assert_string_equal(error.operation, "recvmsg");
    fault_reset();
    FAULT_OK(send_to(&nobody));
    fault_reset();
    fault_fail(FAULT_recvmsg, 1, 3, EINTR);
    FAULT_OK(take());
    assert_int_equal(fault_calls(FAULT_recvmsg), 4);
}

static struct ipsock_error open_error;
static int open_one(void)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s = NULL;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.flags = IPSOCK_OPEN_ERROR_STREAM | IPSOCK_OPEN_DUAL_STACK;
    config.family = IPSOCK_IPV6;
    config.error = &open_error;
    const int code = ipsock_open(&s, &config);
    ipsock_free(s);
    return code;
}

/* Every option of the stream fails once: all is undone, but extensions may be missing. */
static void es_06_opening_fails_cleanly(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_reset();
    FAULT_OK(open_one());
    const unsigned options = fault_calls(FAULT_setsockopt);
    int failures = 0;
    for (unsigned i = 1; i <= options; i++) {
        fault_reset();
        fault_fail(FAULT_setsockopt, i, i, ENOPROTOOPT);
        const int code = open_one();
        assert_true(code == IPSOCK_OK || code == IPSOCK_ENOTSUP);
        failures += code < 0;
        assert_int_equal(fault_open_descriptors(), 0);
    }
    assert_true(failures > 0 && failures < (int)options);
    fault_reset();
    fault_fail(FAULT_calloc, 2, 2, ENOMEM);
    FAULT_CODE(open_one(), IPSOCK_ENOMEM);
    assert_string_equal(open_error.option, "error_stream");
    assert_int_equal(fault_open_descriptors(), 0);
}

static int receives_errors(int fd, int level, int name)
{
    int value = -1;
    socklen_t length = sizeof value;
    assert_int_equal(getsockopt(fd, level, name, &value, &length), 0);
    return value;
}

/* Each family's switch of a dual-stack handle is its own. */
static void ad_01_error_queues_are_given_back_as_found(void **state)
{
    (void)state;
    fault_reset();
    if (!fault_has_ipv6())
        skip();
    for (int found = 0; found < 4; found++) {
        const int off = 0, of4 = found & 1, of6 = found >> 1;
        const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
        struct ipsock_endpoint *s;
        struct ipsock_config config;
        ipsock_handle_t handle;
        assert_true(fd >= 0);
        assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
        assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &of4, sizeof of4), 0);
        assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &of6, sizeof of6), 0);
        ipsock_config_init(&config);
        config.flags = IPSOCK_OPEN_ERROR_STREAM;
        FAULT_OK(ipsock_adopt(&s, fd, &config));
        assert_int_equal(receives_errors(fd, IPPROTO_IP, IP_RECVERR), 1);
        assert_int_equal(receives_errors(fd, IPPROTO_IPV6, IPV6_RECVERR), 1);
        FAULT_OK(ipsock_release(s, &handle));
        ipsock_free(s);
        assert_int_equal(receives_errors(fd, IPPROTO_IP, IP_RECVERR), of4);
        assert_int_equal(receives_errors(fd, IPPROTO_IPV6, IPV6_RECVERR), of6);
        close(fd);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_01_error_queues_are_given_back_as_found),
        TEST(es_03_waits_do_not_spin),
        TEST(es_03_an_error_without_report_ends_no_wait),
        TEST(es_03_lying_polls_end_with_the_deadline),
        TEST(es_02_receives_pass_over_errors),
        TEST(es_02_real_failures_are_reported),
        TEST(es_02_sends_pass_over_errors),
        TEST(es_04_too_large_is_said_of_this_datagram_only),
        TEST(es_04_no_report_is_swallowed),
        TEST(es_01_a_failing_queue_is_reported),
        TEST(es_06_opening_fails_cleanly),
    };
    return cmocka_run_group_tests_name("fault/error_stream", tests, NULL, NULL);
}
