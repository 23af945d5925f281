// SPDX-License-Identifier: BSD-2-Clause
/* Watching interfaces: WATCH-01, WATCH-02, WATCH-07, WATCH-08. Changes are made where a test may
 * make interfaces: tests/network/test_watch.py. */
#include "harness.h"

static struct ipsock_interface_watch *must_watch(void)
{
    struct ipsock_interface_watch *watch = NULL;
    CHECK(IPSOCK_OK, ipsock_watch_interfaces(&watch));
    assert_non_null(watch);
    return watch;
}

static void watch_01_arguments(void **state)
{
    struct ipsock_interface_event event;
    (void)state;
    CHECK(IPSOCK_EINVAL, ipsock_watch_interfaces(NULL));
    CHECK(IPSOCK_EINVAL, ipsock_watch_next(NULL, &event, IPSOCK_WATCH_NO_WAIT));
    assert_true(ipsock_watch_handle(NULL) == IPSOCK_INVALID_HANDLE);
    ipsock_watch_cancel(NULL);
    ipsock_watch_free(NULL);
    struct ipsock_interface_watch *watch = must_watch();
    CHECK(IPSOCK_EINVAL, ipsock_watch_next(watch, NULL, IPSOCK_WATCH_NO_WAIT));
    assert_true(ipsock_watch_handle(watch) != IPSOCK_INVALID_HANDLE);
    ipsock_watch_free(watch);
}

static void check_link(const struct ipsock_interface_event *event, const struct ipsock_interface *i,
                       uint32_t kind)
{
    EQUAL(kind, event->kind);
    EQUAL(i->index, event->index);
    assert_string_equal(i->name, event->name);
    assert_null(event->old_name);
    EQUAL(i->mtu, event->mtu);
    EQUAL(i->flags, event->flags);
    EQUAL(i->flags, event->old_flags);
    EQUAL(i->hardware_length, event->hardware_length);
    assert_memory_equal(i->hardware, event->hardware, sizeof i->hardware);
}

/* As the list has it: each interface, then its addresses. */
static void watch_02_what_there_is_comes_first(void **state)
{
    struct ipsock_interface *list;
    struct ipsock_interface_event event;
    (void)state;
    struct ipsock_interface_watch *watch = must_watch();
    CHECK(IPSOCK_OK, ipsock_interfaces(&list));
    assert_non_null(list);
    for (const struct ipsock_interface *i = list; i != NULL; i = i->next) {
        CHECK(IPSOCK_OK, ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT));
        check_link(&event, i, IPSOCK_WATCH_ADDED);
        EQUAL(IPSOCK_UNSPEC, event.addr.family);
        for (const struct ipsock_interface_addr *a = i->addrs; a != NULL; a = a->next) {
            CHECK(IPSOCK_OK, ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT));
            check_link(&event, i, IPSOCK_WATCH_ADDRESS_ADDED);
            assert_true(ipsock_addr_equal(&a->addr, &event.addr));
            EQUAL(a->prefix_length, event.prefix_length);
        }
    }
    CHECK(IPSOCK_EAGAIN, ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT));
    CHECK(IPSOCK_EAGAIN, ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT));
    ipsock_interfaces_free(list);
    ipsock_watch_free(watch);
}

static struct ipsock_interface_watch *must_be_quiet(void)
{
    struct ipsock_interface_event event;
    struct ipsock_interface_watch *watch = must_watch();
    int code;
    do
        code = ipsock_watch_next(watch, &event, IPSOCK_WATCH_NO_WAIT);
    while (code == IPSOCK_OK);
    CHECK(IPSOCK_EAGAIN, code);
    return watch;
}

static void watch_07_deadlines(void **state)
{
    struct ipsock_interface_event event;
    (void)state;
    struct ipsock_interface_watch *watch = must_be_quiet();
    CHECK(IPSOCK_ETIMEDOUT, ipsock_watch_next(watch, &event, 1)); /* long ago */
    const int64_t end = ipsock_now() + 30 * MILLISECOND;
    CHECK(IPSOCK_ETIMEDOUT, ipsock_watch_next(watch, &event, end));
    assert_true(ipsock_now() >= end);
    ipsock_watch_free(watch);
}

struct waiting {
    struct ipsock_interface_watch *watch;
    int code;
};

static void wait_for_events(void *context)
{
    struct waiting *w = context;
    struct ipsock_interface_event event;
    w->code = ipsock_watch_next(w->watch, &event, 0);
}

static void watch_08_cancel(void **state)
{
    struct ipsock_interface_event event;
    struct waiting waiting = {must_be_quiet(), 1};
    struct system_thread *thread;
    (void)state;
    thread = system_thread_start(wait_for_events, &waiting);
    assert_non_null(thread);
    ipsock_watch_cancel(waiting.watch);
    system_thread_join(thread);
    CHECK(IPSOCK_ECANCELED, waiting.code);
    /* of one call, and it need not wait already */
    ipsock_watch_cancel(waiting.watch);
    CHECK(IPSOCK_EAGAIN, ipsock_watch_next(waiting.watch, &event, IPSOCK_WATCH_NO_WAIT));
    CHECK(IPSOCK_ECANCELED, ipsock_watch_next(waiting.watch, &event, 0));
    CHECK(IPSOCK_ETIMEDOUT,
          ipsock_watch_next(waiting.watch, &event, ipsock_now() + 30 * MILLISECOND));
    ipsock_watch_free(waiting.watch);
}

/* Two watches do not take each other's news; closing leaves nothing behind. */
static void watch_01_many(void **state)
{
    struct ipsock_interface_watch *watches[8];
    struct ipsock_interface_event event;
    (void)state;
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 8; i++)
            watches[i] = must_watch();
        for (int i = 0; i < 8; i++) {
            CHECK(IPSOCK_OK, ipsock_watch_next(watches[i], &event, IPSOCK_WATCH_NO_WAIT));
            EQUAL(IPSOCK_WATCH_ADDED, event.kind);
            ipsock_watch_free(watches[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watch_01_arguments),
        cmocka_unit_test(watch_01_many),
        cmocka_unit_test(watch_02_what_there_is_comes_first),
        cmocka_unit_test(watch_07_deadlines),
        cmocka_unit_test(watch_08_cancel),
    };
    return RUN(tests);
}
