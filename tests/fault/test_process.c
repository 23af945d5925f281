// SPDX-License-Identifier: BSD-2-Clause
/* What the library finds out once in a process, and how it tells the children of fork from it:
 * each scenario runs in a child that has not opened anything before. */
#include "fault.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static struct ipsock_endpoint *open_one(void)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    return ipsock_open(&s, &config) < 0 ? NULL : s;
}

static bool is_own(struct ipsock_endpoint *s)
{
    return ipsock_set_deadline(s, 0) == IPSOCK_OK;
}

static bool is_foreign(struct ipsock_endpoint *s)
{
    struct ipsock_error error;
    int value;
    return ipsock_set_deadline(s, 0) == IPSOCK_EFORKED && ipsock_cancel(s) == IPSOCK_EFORKED &&
           ipsock_get_hop_limit(s, &value) == IPSOCK_EFORKED &&
           ipsock_last_error(s, IPSOCK_READ, &error) == IPSOCK_EFORKED;
}

/* fork, and what runs no handlers of pthread_atfork. */
static pid_t fork_plainly(void)
{
    return fork();
}

static pid_t fork_barely(void)
{
#ifdef __SANITIZE_THREAD__ /* must know of it */
    return fork();
#else
    return (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
#endif
}

/* Runs body in a child; its result, the number of the first wrong answer, or 256 and more. */
static int result_of(pid_t (*forks)(void), int (*body)(void))
{
    int status = 0;
    const pid_t pid = forks();
    if (pid == 0)
        _exit(body());
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return 256;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0x1000 | status;
}

static struct ipsock_endpoint *first, *second;
static pid_t (*how)(void) = fork_plainly;

static int grandchild(void)
{
    if (!is_foreign(first) || !is_foreign(second))
        return 30;
    struct ipsock_endpoint *own = open_one();
    if (own == NULL || !is_own(own))
        return 31;
    /* the mark that it has taken now is neither's */
    if (!is_foreign(first) || !is_foreign(second))
        return 32;
    ipsock_free(own);
    if (second != first)
        ipsock_free(second);
    ipsock_free(first);
    return 0;
}

/* Has opened nothing itself when it forks. */
static int idle_child(void)
{
    second = first;
    return result_of(how, grandchild);
}

static int child(void)
{
    if (!is_foreign(first))
        return 10;
    second = open_one();
    if (second == NULL || !is_own(second) || !is_foreign(first))
        return 11;
    const int code = result_of(how, grandchild);
    if (code != 0)
        return code;
    if (!is_own(second) || !is_foreign(first))
        return 12;
    ipsock_free(second);
    return 0;
}

static int lone_child(void)
{
    struct ipsock_endpoint *own = open_one();
    return own != NULL && is_own(own) ? 0 : 1;
}

/* A process, its children, and their child. */
static int lineage(void)
{
    first = NULL;
    if (result_of(how, lone_child) != 0) /* forked before the first endpoint */
        return 3;
    first = open_one();
    if (first == NULL || !is_own(first))
        return 1;
    for (int i = 0; i < 2; i++) {
        int code = result_of(how, child);
        if (code == 0)
            code = result_of(how, idle_child);
        if (code != 0)
            return code;
        if (!is_own(first))
            return 2;
    }
    ipsock_free(first);
    return 0;
}

static void thr_03_children_of_children(void **state)
{
    (void)state;
    fault_reset();
    how = fork_plainly;
    assert_int_equal(result_of(fork_plainly, lineage), 0);
}

static void thr_03_children_that_run_no_handlers(void **state)
{
    (void)state;
    fault_reset();
    how = fork_barely;
    assert_int_equal(result_of(fork_plainly, lineage), 0);
    how = fork_plainly;
}

/* Memory cannot be had, or the kernel or an emulator does not know the advice. */
static void thr_03_children_without_a_page(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        fault_reset();
        how = i % 2 == 0 ? fork_plainly : fork_barely;
        if (i == 0)
            fault_fail(FAULT_mmap, 1, 1, ENOMEM);
        else if (i == 1)
            fault_fail(FAULT_madvise, 1, 2, EINVAL);
        else
            fault_forget_advice(true);
        assert_int_equal(result_of(fork_plainly, lineage), 0);
    }
    how = fork_plainly;
}

enum { THREADS = 8 };

struct opener {
    pthread_t thread;
    pthread_barrier_t *start;
    struct ipsock_endpoint *s;
    int code; /* of its child */
};

static _Thread_local struct ipsock_endpoint *of_this_thread;

static int child_of_thread(void)
{
    if (!is_foreign(of_this_thread))
        return 41;
    struct ipsock_endpoint *own = open_one();
    if (own == NULL || !is_own(own) || !is_foreign(of_this_thread))
        return 42;
    return 0;
}

static void *open_and_fork(void *argument)
{
    struct opener *o = argument;
    pthread_barrier_wait(o->start);
    o->s = of_this_thread = open_one();
    o->code = o->s == NULL ? 40 : result_of(how, child_of_thread);
    return NULL;
}

/* The first endpoints of a process, made by threads at once, which fork at once. */
static int threads(void)
{
    struct opener openers[THREADS];
    pthread_barrier_t start;
    int code = 0;
    pthread_barrier_init(&start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        openers[i] = (struct opener){.start = &start};
        if (pthread_create(&openers[i].thread, NULL, open_and_fork, &openers[i]) != 0)
            return 50;
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(openers[i].thread, NULL);
        code = code != 0 ? code : openers[i].code;
    }
    for (int i = 0; i < THREADS && code == 0; i++) {
        if (!is_own(openers[i].s))
            code = 51;
        ipsock_free(openers[i].s);
    }
    return code;
}

static void thr_03_threads_that_fork(void **state)
{
    (void)state;
    fault_reset();
    for (int i = 0; i < 20; i++)
        assert_int_equal(result_of(fork_plainly, threads), 0);
}

/* Opening asks for nothing twice; what changes only memory makes no system call. */
static int calls(void)
{
    struct ipsock_endpoint *s = open_one();
    if (s == NULL || fault_calls(FAULT_uname) > 1 || fault_calls(FAULT_mmap) != 1 ||
        fault_calls(FAULT_madvise) != 2 || fault_calls(FAULT_getpid) != 0)
        return 60;
    fault_reset();
    if (!is_own(s) || ipsock_set_read_deadline(s, 1) < 0 || ipsock_cancel(s) < 0 ||
        ipsock_set_hop_limit(s, 300) != IPSOCK_EINVAL)
        return 61;
    if (fault_all_calls() != 0)
        return 62;
    if (ipsock_set_hop_limit(s, 30) < 0 || fault_all_calls() != 1)
        return 63;
    fault_reset();
    ipsock_free(s);
    if (fault_all_calls() != 1 || fault_calls(FAULT_close) != 1)
        return 64;
    fault_reset();
    s = open_one();
    /* the endpoint's memory, the socket, its address */
    if (s == NULL || fault_all_calls() != 3)
        return 65;
    ipsock_free(s);
    return 0;
}

static void thr_04_calls_that_are_not_made(void **state)
{
    (void)state;
    fault_reset();
    assert_int_equal(result_of(fork_plainly, calls), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thr_03_children_of_children),
        cmocka_unit_test(thr_03_children_that_run_no_handlers),
        cmocka_unit_test(thr_03_children_without_a_page),
        cmocka_unit_test(thr_03_threads_that_fork),
        cmocka_unit_test(thr_04_calls_that_are_not_made),
    };
    return cmocka_run_group_tests_name("fault/process", tests, NULL, NULL);
}
