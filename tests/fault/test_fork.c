// SPDX-License-Identifier: BSD-2-Clause
/* A child of the process that opened an endpoint may only close it, and does not disturb those who
 * wait in the parent. */
#include "fault.h"

#include <pthread.h>
#include <sys/wait.h>

static struct fault_pair pair;

struct waiter {
    pthread_t thread;
    int code;
    size_t length;
    char data[16];
};

static void *wait_for_one(void *argument)
{
    struct waiter *w = argument;
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    ipsock_message_init(&m, &buffer, w->data, sizeof w->data);
    w->code = ipsock_recv(pair.s, &m, 0);
    w->length = m.length;
    return NULL;
}

static int receive_in(struct ipsock_endpoint *s, uint32_t flags)
{
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    char data[16];
    ipsock_message_init(&m, &buffer, data, sizeof data);
    return ipsock_recv(s, &m, flags);
}

/* In the child: no cmocka, its results go by the exit code, the number of the first wrong answer.
 */
static int child(void)
{
    int value;
    bool flag;
    struct ipsock_endpoint *own;
    struct ipsock_config config;
    if (receive_in(pair.s, 0) != IPSOCK_EFORKED)
        return 1;
    if (ipsock_set_hop_limit(pair.s, 9) != IPSOCK_EFORKED)
        return 2;
    if (ipsock_get_hop_limit(pair.s, &value) != IPSOCK_EFORKED)
        return 3;
    if (ipsock_set_dont_fragment(pair.s, true) != IPSOCK_EFORKED)
        return 4;
    if (ipsock_get_dont_fragment(pair.s, &flag) != IPSOCK_EFORKED)
        return 5;
    if (ipsock_set_deadline(pair.s, 0) != IPSOCK_EFORKED)
        return 6;
    if (ipsock_cancel(pair.s) != IPSOCK_EFORKED)
        return 7;
    if (ipsock_set_receive_control(pair.s, IPSOCK_CONTROL_HOP_LIMIT, true) != IPSOCK_EFORKED)
        return 8;
    if (ipsock_close(pair.s) != IPSOCK_OK)
        return 9;
    if (ipsock_close(pair.s) != IPSOCK_ECLOSED)
        return 10;
    if (ipsock_handle(pair.s) != IPSOCK_INVALID_HANDLE)
        return 11;
    ipsock_free(pair.s);
    /* Endpoints of its own are its own. */
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    if (ipsock_open(&own, &config) < 0)
        return 12;
    if (ipsock_set_deadline(own, ipsock_now() + IPSOCK_MILLISECOND) != IPSOCK_OK)
        return 13;
    if (receive_in(own, 0) != IPSOCK_ETIMEDOUT)
        return 14;
    ipsock_free(own);
    return 0;
}

static void run_child(void)
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0)
        _exit(child());
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("the child ended with status 0x%x", (unsigned)status);
}

static void conc_child_may_only_close(void **state)
{
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    run_child();
    fault_give(&pair, "parent", 6);
    FAULT_OK(receive_in(pair.s, 0));
    fault_close_pair(&pair);
}

static void conc_child_does_not_disturb_waiting_threads(void **state)
{
    enum { WAITERS = 3 };
    struct waiter waiters[WAITERS];
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    for (int i = 0; i < WAITERS; i++) {
        memset(&waiters[i], 0, sizeof waiters[i]);
        waiters[i].code = 1;
        assert_int_equal(pthread_create(&waiters[i].thread, NULL, wait_for_one, &waiters[i]), 0);
    }
    while (fault_calls(FAULT_poll) < WAITERS)
        usleep(1000);
    const unsigned polls = fault_calls(FAULT_poll);
    run_child();
    /* Nobody woke: nobody polled again. */
    assert_int_equal(fault_calls(FAULT_poll), polls);
    for (int i = 0; i < WAITERS; i++)
        fault_give(&pair, "parent", 6);
    for (int i = 0; i < WAITERS; i++) {
        assert_int_equal(pthread_join(waiters[i].thread, NULL), 0);
        FAULT_OK(waiters[i].code);
        assert_int_equal(waiters[i].length, 6);
        assert_memory_equal(waiters[i].data, "parent", 6);
    }
    /* Waking works on: the channel is the parent's alone. */
    FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + IPSOCK_MILLISECOND));
    FAULT_CODE(receive_in(pair.s, 0), IPSOCK_ETIMEDOUT);
    fault_close_pair(&pair);
}

/* Handles are close-on-exec: none is passed on. */
static void conc_handles_are_not_inherited_by_programs(void **state)
{
    int status = 0;
    char command[128];
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + IPSOCK_MILLISECOND));
    FAULT_CODE(receive_in(pair.s, 0), IPSOCK_ETIMEDOUT); /* makes the wake channel */
    assert_true(fault_open_descriptors() >= 1);
    snprintf(command, sizeof command,
             "test ! -e /proc/self/fd/%d && test -z \"$(ls -l /proc/self/fd "
             "| grep -e eventfd)\"",
             (int)ipsock_handle(pair.s));
    status = system(command);
    assert_int_equal(status, 0);
    fault_close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conc_child_may_only_close),
        cmocka_unit_test(conc_child_does_not_disturb_waiting_threads),
        cmocka_unit_test(conc_handles_are_not_inherited_by_programs),
    };
    return cmocka_run_group_tests_name("fault/fork", tests, NULL, NULL);
}
