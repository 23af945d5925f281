// SPDX-License-Identifier: BSD-2-Clause
/* Watching interfaces while calls fail: what a failure says, what it leaves behind (WATCH-01), and
 * that no change is lost by it (WATCH-06). */
#include "fault.h"

/* Until there is nothing to tell. Returns the last code. */
static int take_all(struct ipsock_interface_watch *watch, unsigned counts[16])
{
    struct ipsock_interface_event event;
    int code;
    memset(counts, 0, 16 * sizeof *counts);
    while ((code = ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT)) == IPSOCK_OK)
        counts[event.kind]++;
    return code;
}

static struct ipsock_interface_watch *begin(void)
{
    struct ipsock_interface_watch *watch = NULL;
    fault_reset();
    FAULT_OK(ipsock_watch_interfaces(&watch));
    assert_non_null(watch);
    return watch;
}

static void watch_01_opening(void **state)
{
    static const struct {
        enum fault_call call;
        int error, code;
    } rows[] = {
        {FAULT_calloc, ENOMEM, IPSOCK_ENOMEM},  {FAULT_socket, EMFILE, IPSOCK_ENFILE},
        {FAULT_socket, ENFILE, IPSOCK_ENFILE},  {FAULT_socket, EAFNOSUPPORT, IPSOCK_ENOTSUP},
        {FAULT_bind, ENOMEM, IPSOCK_ENOMEM},    {FAULT_eventfd, EMFILE, IPSOCK_ENFILE},
        {FAULT_eventfd, ENOMEM, IPSOCK_ENOMEM},
    };
    const unsigned before = fault_count_descriptors();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ipsock_interface_watch *watch = (void *)&before;
        fault_reset();
        fault_fail(rows[i].call, 1, 1, rows[i].error);
        const int code = ipsock_watch_interfaces(&watch);
        if (rows[i].call == FAULT_eventfd && fault_calls(FAULT_pipe) != 0) {
            ipsock_watch_free(watch); /* the other variant of the wake channel */
            continue;
        }
        FAULT_CODE(code, rows[i].code);
        assert_null(watch);
        assert_int_equal(fault_count_descriptors(), before);
    }
}

/* The kernel dropped messages: told once, and first; here nothing has changed. */
static void watch_06_overflow(void **state)
{
    struct ipsock_interface_event event;
    unsigned counts[16];
    (void)state;
    struct ipsock_interface_watch *watch = begin();
    FAULT_CODE(take_all(watch, counts), IPSOCK_EAGAIN);
    assert_true(counts[IPSOCK_WATCH_ADDED] >= 1);
    fault_reset();
    fault_fail(FAULT_recvfrom, 1, 3, ENOBUFS);
    FAULT_OK(ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT));
    assert_int_equal(event.kind, IPSOCK_WATCH_LOST);
    assert_int_equal(event.index, 0);
    assert_null(event.name);
    FAULT_CODE(ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT), IPSOCK_EAGAIN);
    fault_reset();
    fault_fail(FAULT_recvfrom, 1, 1, EINTR);
    FAULT_CODE(ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT), IPSOCK_EAGAIN);
    ipsock_watch_free(watch);
}

static void watch_06_overflow_while_the_list_is_read(void **state)
{
    unsigned counts[16];
    struct ipsock_interface_event event;
    (void)state;
    struct ipsock_interface_watch *watch = begin();
    fault_fail(FAULT_recvfrom, 2, 2, ENOBUFS); /* the first finds nothing, then the list is read */
    FAULT_OK(ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT));
    assert_int_equal(event.kind, IPSOCK_WATCH_LOST);
    FAULT_CODE(take_all(watch, counts), IPSOCK_EAGAIN);
    assert_int_equal(counts[IPSOCK_WATCH_LOST], 0);
    assert_true(counts[IPSOCK_WATCH_ADDED] >= 1);
    ipsock_watch_free(watch);
}

/* It can always be read again: nothing that there is goes missing, nothing comes twice. */
static void watch_06_failures(void **state)
{
    static const struct {
        enum fault_call call;
        unsigned number;
        int error, code;
    } rows[] = {
        {FAULT_recvfrom, 1, ENOMEM, IPSOCK_ENOMEM}, {FAULT_recvfrom, 2, ENOMEM, IPSOCK_ENOMEM},
        {FAULT_socket, 1, EMFILE, IPSOCK_ENFILE},   {FAULT_calloc, 1, ENOMEM, IPSOCK_ENOMEM},
        {FAULT_calloc, 2, ENOMEM, IPSOCK_ENOMEM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned counts[16], none[16], plain[16];
        struct ipsock_interface_watch *watch = begin();
        fault_reset();
        fault_fail(rows[i].call, rows[i].number, rows[i].number, rows[i].error);
        FAULT_CODE(take_all(watch, none), rows[i].code);
        assert_int_equal(none[IPSOCK_WATCH_ADDED], 0);
        fault_reset();
        FAULT_CODE(take_all(watch, counts), IPSOCK_EAGAIN);
        ipsock_watch_free(watch);
        watch = begin();
        FAULT_CODE(take_all(watch, plain), IPSOCK_EAGAIN);
        assert_memory_equal(counts, plain, sizeof counts);
        ipsock_watch_free(watch);
    }
}

static void watch_07_a_wait_that_fails(void **state)
{
    struct ipsock_interface_event event;
    unsigned counts[16];
    (void)state;
    struct ipsock_interface_watch *watch = begin();
    FAULT_CODE(take_all(watch, counts), IPSOCK_EAGAIN);
    fault_reset();
    fault_fail(FAULT_poll, 1, 1, ENOMEM);
    FAULT_CODE(ipsock_watch_next(watch, &event, 0), IPSOCK_ENOMEM);
    fault_reset();
    fault_fail(FAULT_poll, 1, 3, EINTR);
    FAULT_CODE(ipsock_watch_next(watch, &event, ipsock_now() + 10 * IPSOCK_MILLISECOND),
               IPSOCK_ETIMEDOUT);
    assert_true(fault_calls(FAULT_poll) >= 4);
    ipsock_watch_free(watch);
}

/* Nothing is asked of the system while nothing happens: one look and one wait. */
static void watch_07_quiet(void **state)
{
    struct ipsock_interface_event event;
    unsigned counts[16];
    (void)state;
    struct ipsock_interface_watch *watch = begin();
    FAULT_CODE(take_all(watch, counts), IPSOCK_EAGAIN);
    fault_reset();
    FAULT_CODE(ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT), IPSOCK_EAGAIN);
    assert_int_equal(fault_all_calls(), 1);
    ipsock_watch_free(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watch_01_opening),
        cmocka_unit_test(watch_06_overflow),
        cmocka_unit_test(watch_06_overflow_while_the_list_is_read),
        cmocka_unit_test(watch_06_failures),
        cmocka_unit_test(watch_07_a_wait_that_fails),
        cmocka_unit_test(watch_07_quiet),
    };
    fault_reset();
    return cmocka_run_group_tests_name("fault/watch", tests, NULL, NULL);
}
