// SPDX-License-Identifier: BSD-2-Clause
/* Waiting for errors that come later: ES-05. */
#include "errors_later.h"

struct waiter {
    struct ipsock_endpoint *s;
    bool receives; /* data, not errors */
    int code;
    struct event event;
};

static void wait_here(void *argument)
{
    struct waiter *w = argument;
    struct burst b = make_burst(1);
    w->code = w->receives ? ipsock_recv(w->s, b.messages, 0) : take_event(w->s, &w->event, 0);
    free_burst(&b);
}

static void es_05_deadline(void **state)
{
    struct event event;
    (void)state;
    need_error_stream();
    struct ipsock_endpoint *s = open_error_stream(V4);
    const int64_t deadline = ipsock_now() + 30 * MILLISECOND;
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, deadline));
    CHECK(IPSOCK_ETIMEDOUT, take_event(s, &event, 0));
    assert_true(ipsock_now() >= deadline);
    ipsock_free(s);
}

/* Data that lies unread does not end the wait for errors, nor keep it from one that comes. */
static void es_05_errors_are_awaited_beside_data(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_endpoint *s = open_error_stream(i);
        const struct ipsock_addr nobody = closed_port(i);
        struct ipsock_addr local, to = addr_of(columns[i].loopback);
        struct waiter w = {.s = s};
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
        to.port = local.port;
        CHECK(IPSOCK_OK, send_bytes(s, &to, "data", 4, NULL));
        struct system_thread *thread = system_thread_start(wait_here, &w);
        system_sleep_ms(20);
        CHECK(IPSOCK_OK, send_bytes(s, &nobody, "?", 1, NULL));
        system_thread_join(thread);
        CHECK(IPSOCK_OK, w.code);
        check_refused(&w.event, i, &nobody);
        receive(s, &seen);
        EQUAL(4, seen.length);
        ipsock_free(s);
    }
}

/* One waits for data and one for errors; the former may be quicker to see an error. */
static void es_05_two_kinds_of_waiters(void **state)
{
    (void)state;
    need_error_stream();
    for (int round = 0; round < 20; round++) {
        struct ipsock_endpoint *s = open_error_stream(V4);
        const struct ipsock_addr nobody = closed_port(V4);
        struct waiter errors = {.s = s}, data = {.s = s, .receives = true};
        struct ipsock_addr to;
        struct system_thread *first = system_thread_start(wait_here, &data);
        struct system_thread *second = system_thread_start(wait_here, &errors);
        system_sleep_ms(5);
        CHECK(IPSOCK_OK, send_bytes(s, &nobody, "?", 1, NULL));
        system_thread_join(second);
        CHECK(IPSOCK_OK, errors.code);
        CHECK(IPSOCK_OK, ipsock_local_addr(s, &to));
        CHECK(IPSOCK_OK, send_bytes(s, &to, "data", 4, NULL));
        system_thread_join(first);
        CHECK(IPSOCK_OK, data.code);
        ipsock_free(s);
    }
}

static void es_05_cancel_and_close(void **state)
{
    (void)state;
    need_error_stream();
    for (int closes = 0; closes <= 1; closes++) {
        struct ipsock_endpoint *s = open_error_stream(V4);
        struct waiter w[2] = {{.s = s}, {.s = s}};
        struct system_thread *threads[2];
        for (int i = 0; i < 2; i++)
            threads[i] = system_thread_start(wait_here, &w[i]);
        system_sleep_ms(50);
        CHECK(IPSOCK_OK, closes ? ipsock_close(s) : ipsock_cancel(s));
        for (int i = 0; i < 2; i++) {
            system_thread_join(threads[i]);
            CHECK(closes ? IPSOCK_ECLOSED : IPSOCK_ECANCELED, w[i].code);
        }
        ipsock_free(s);
    }
}

static void es_05_nonblocking_endpoints(void **state)
{
    struct event event;
    (void)state;
    need_error_stream();
    struct ipsock_config config = stream_config(V4);
    config.flags |= IPSOCK_OPEN_NONBLOCK;
    struct ipsock_endpoint *s = must_open(&config);
    const struct ipsock_addr nobody = closed_port(V4);
    CHECK(IPSOCK_EAGAIN, take_event(s, &event, 0));
    CHECK(IPSOCK_OK, send_bytes(s, &nobody, "?", 1, NULL));
    CHECK(IPSOCK_OK, take_event(s, &event, 0));
    check_refused(&event, V4, &nobody);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(es_05_deadline),
        cmocka_unit_test(es_05_errors_are_awaited_beside_data),
        cmocka_unit_test(es_05_two_kinds_of_waiters),
        cmocka_unit_test(es_05_cancel_and_close),
        cmocka_unit_test(es_05_nonblocking_endpoints),
    };
    return RUN(tests);
}
