// SPDX-License-Identifier: BSD-2-Clause
/* Calls are counted without locked instructions while the process has one thread; the count stays
 * right when that changes under a call. */
#include "fault.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

#include "core/endpoint/endpoint.h"

/* Whether the thread sanitizer is there, which has a thread of its own. */
#if defined(__SANITIZE_THREAD__)
#define THREAD_OF_SANITIZER 1
#elif defined(__has_feature)
#define THREAD_OF_SANITIZER __has_feature(thread_sanitizer)
#else
#define THREAD_OF_SANITIZER 0
#endif

static char flag; /* in place of the C library's */

static struct ipsock_endpoint *open_with_flag(void)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    FAULT_OK(ipsock_open(&s, &config));
    s->alone = &flag;
    return s;
}

static void thr_01_entering_one_way_and_leaving_another(void **state)
{
    (void)state;
    fault_reset();
    struct ipsock_endpoint *s = open_with_flag();
    for (int ways = 0; ways < 16; ways++) {
        for (int i = 0; i < 2; i++) {
            flag = (char)(ways >> i & 1);
            FAULT_OK(ipsk_enter(s));
            assert_int_equal(s->calls, i + 1);
        }
        for (int i = 2; i < 4; i++) {
            flag = (char)(ways >> i & 1);
            ipsk_leave(s);
            assert_int_equal(s->calls, 3 - i);
        }
    }
    ipsock_free(s);
}

static int receive_from(struct ipsock_endpoint *s)
{
    char data[8];
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    struct ipsock_control control;
    ipsock_message_init(&m, &buffer, data, sizeof data);
    m.control = &control;
    return ipsock_recv(s, &m, IPSOCK_MSG_DONTWAIT);
}

/* Who is alone does not look whether the endpoint is closed: nobody is, of a closed one. */
static void thr_01_closed_is_closed_for_one_thread(void **state)
{
    (void)state;
    fault_reset();
    for (flag = 0; flag < 2; flag++) {
        struct ipsock_endpoint *s = open_with_flag();
        struct fault_batch *b = fault_make_batch();
        const struct ipsock_addr to = ipsock_addr_loopback(IPSOCK_IPV4, 9);
        ipsock_handle_t handle;
        uint32_t done;
        FAULT_CODE(receive_from(s), IPSOCK_EAGAIN);
        FAULT_OK(ipsock_close(s));
        const unsigned calls = fault_all_calls();
        FAULT_CODE(receive_from(s), IPSOCK_ECLOSED);
        b->messages[0].peer = to;
        FAULT_CODE(ipsock_send(s, &b->messages[0], 0), IPSOCK_ECLOSED);
        FAULT_CODE(ipsock_recv_batch(s, b->batch, b->messages, sizeof b->messages[0], 1, &done, 0),
                   IPSOCK_ECLOSED);
        FAULT_CODE(ipsock_set_deadline(s, 0), IPSOCK_ECLOSED);
        FAULT_CODE(ipsock_set_hop_limit(s, 9), IPSOCK_ECLOSED);
        FAULT_CODE(ipsock_close(s), IPSOCK_ECLOSED);
        FAULT_CODE(ipsock_release(s, &handle), IPSOCK_ECLOSED);
        assert_int_equal(s->calls, IPSK_CLOSED);
        assert_int_equal(fault_all_calls(), calls);
        fault_free_batch(b);
        ipsock_free(s);
    }
    flag = 0;
}

/* What follows runs in children that have one thread, and ends with the number of what was wrong.
 */
static void run(int (*body)(void))
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(body());
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void *nothing(void *argument)
{
    return argument;
}

static int tell(void)
{
    pthread_t thread;
#if defined(__GLIBC__) && defined(__GLIBC_PREREQ) && !THREAD_OF_SANITIZER
#if __GLIBC_PREREQ(2, 32)
    if (*ipsk_sys_alone == 0)
        return 1;
#endif
#endif
    if (pthread_create(&thread, NULL, nothing, NULL) != 0 || *ipsk_sys_alone != 0)
        return 2;
    return pthread_join(thread, NULL);
}

static void thr_01_one_thread_is_told_from_two(void **state)
{
    (void)state;
    run(tell);
}

enum { ROUNDS = 2000 };
static struct fault_pair pair;
static _Atomic bool stop;
static pthread_t other;
static bool made;

static void *call_on_and_on(void *argument)
{
    while (!stop)
        if (receive_from(pair.s) != IPSOCK_EAGAIN || ipsock_set_deadline(pair.s, 0) < 0)
            return &pair;
    return argument;
}

/* In the middle of a receive. */
static void make_a_thread(struct msghdr *h)
{
    (void)h;
    if (!made)
        made = pthread_create(&other, NULL, call_on_and_on, NULL) == 0;
}

static int become_two(void)
{
    void *result = NULL;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, IPSOCK_CONTROL_HOP_LIMIT, 0);
    fault_give(&pair, "x", 1);
    made = false;
    stop = false;
    fault_change_received(make_a_thread);
    if (receive_from(pair.s) != IPSOCK_OK || !made)
        return 1;
    for (int i = 0; i < ROUNDS; i++)
        if (ipsock_set_deadline(pair.s, 0) < 0 || receive_from(pair.s) != IPSOCK_EAGAIN)
            return 2;
    stop = true;
    if (pthread_join(other, &result) != 0 || result != NULL)
        return 3;
    if (pair.s->calls != 0)
        return 4;
    return ipsock_close(pair.s) == IPSOCK_OK ? 0 : 5;
}

static void thr_01_a_thread_that_is_made_inside_a_call(void **state)
{
    (void)state;
    fault_reset();
    for (int i = 0; i < 10; i++)
        run(become_two);
}

static _Atomic int closed; /* 1: in ipsock_close; 2: out of it */

static void *close_it(void *argument)
{
    closed = 1;
    const int code = ipsock_close(pair.s);
    closed = 2;
    return code == IPSOCK_OK ? NULL : argument;
}

/* The call that made it still has the handle. */
static void be_closed(struct msghdr *h)
{
    (void)h;
    made = pthread_create(&other, NULL, close_it, &pair) == 0;
    while (made && !(pair.s->calls & IPSK_CLOSED))
        usleep(1000);
    usleep(20000);
    made = made && closed == 1 && fault_calls(FAULT_close) == 0;
}

static int close_under_it(void)
{
    void *result = &pair;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, IPSOCK_CONTROL_HOP_LIMIT, 0);
    fault_give(&pair, "x", 1);
    fault_change_received(be_closed);
    fault_fail(FAULT_recvmsg, 1, 1, EINTR); /* not counted is what the system answers at once */
    closed = 0;
    if (*ipsk_sys_alone != 0 && *pair.s->alone == 0)
        return 1;
    if (receive_from(pair.s) != IPSOCK_OK || !made)
        return 2;
    if (pthread_join(other, &result) != 0 || result != NULL)
        return 3;
    return pair.s->calls == IPSK_CLOSED && fault_calls(FAULT_close) == 1 ? 0 : 4;
}

static void thr_01_closing_waits_for_a_call_that_was_alone(void **state)
{
    (void)state;
    fault_reset();
    run(close_under_it);
}

/* An endpoint whose program promised; others may have as many threads as they like. */
static struct ipsock_endpoint *open_promised(void)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.flags = IPSOCK_OPEN_ONE_THREAD;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    return ipsock_open(&s, &config) < 0 ? NULL : s;
}

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static void *call_in_order(void *argument)
{
    struct ipsock_endpoint *s = argument;
    for (int i = 0; i < ROUNDS; i++) {
        pthread_mutex_lock(&order);
        const bool right = receive_from(s) == IPSOCK_EAGAIN && ipsock_cancel(s) == IPSOCK_OK;
        pthread_mutex_unlock(&order);
        if (!right)
            return s;
    }
    return NULL;
}

static int keep_promise(void)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    void *result;
    struct ipsock_endpoint *s = open_promised();
    if (s == NULL || *s->alone == 0)
        return 1;
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, call_in_order, s) != 0)
            return 2;
    for (int i = 0; i < THREADS; i++)
        if (pthread_join(threads[i], &result) != 0 || result != NULL)
            return 3;
    if (*s->alone == 0 || s->calls != 0)
        return 4;
    if (ipsock_close(s) != IPSOCK_OK || receive_from(s) != IPSOCK_ECLOSED ||
        ipsock_close(s) != IPSOCK_ECLOSED)
        return 5;
    ipsock_free(s);
    return 0;
}

static void thr_02_a_promise_of_one_thread(void **state)
{
    (void)state;
    fault_reset();
    run(keep_promise);
}

#ifndef NDEBUG
static void *wait_for_ever(void *argument)
{
    char data[8];
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    ipsock_message_init(&m, &buffer, data, sizeof data);
    ipsock_recv(argument, &m, 0);
    return NULL;
}

static int how; /* the promise is broken */

static int break_promise(void)
{
    pthread_t thread;
    int status = 0;
    struct ipsock_endpoint *s = open_promised();
    if (s == NULL || pthread_create(&thread, NULL, wait_for_ever, s) != 0)
        return 1;
    while (fault_calls(FAULT_poll) == 0)
        usleep(1000);
    const pid_t pid = fork(); /* the child has no call of its own, and may close */
    if (pid == 0)
        _exit(ipsock_cancel(s) == IPSOCK_EFORKED && ipsock_close(s) == IPSOCK_OK ? 0 : 1);
    if (waitpid(pid, &status, 0) != pid || status != 0)
        return 2;
    if (freopen("/dev/null", "w", stderr) == NULL) /* what assert says */
        return 3;
    if (how == 0)
        ipsock_cancel(s);
    else if (how == 1)
        receive_from(s);
    else
        ipsock_close(s);
    return 4;
}

static void thr_02_a_broken_promise_ends_the_program(void **state)
{
    (void)state;
    for (how = 0; how < 3; how++) {
        int status = 0;
        fault_reset();
        const pid_t pid = fork();
        if (pid == 0)
            _exit(break_promise());
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thr_01_entering_one_way_and_leaving_another),
        cmocka_unit_test(thr_01_closed_is_closed_for_one_thread),
        cmocka_unit_test(thr_01_one_thread_is_told_from_two),
        cmocka_unit_test(thr_01_a_thread_that_is_made_inside_a_call),
        cmocka_unit_test(thr_01_closing_waits_for_a_call_that_was_alone),
        cmocka_unit_test(thr_02_a_promise_of_one_thread),
#ifndef NDEBUG /* it looks */
        cmocka_unit_test(thr_02_a_broken_promise_ends_the_program),
#endif
    };
    return cmocka_run_group_tests_name("fault/alone", tests, NULL, NULL);
}
