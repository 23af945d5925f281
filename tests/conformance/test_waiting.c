// SPDX-License-Identifier: BSD-2-Clause
/* Deadlines, cancel, close: ERR-09. Waiters are given time to begin waiting; where the machine is
 * so slow that they had not begun, the outcome is the same, except for cancel, which is repeated.
 */
#include "harness.h"

enum wait_kind { WAIT_RECEIVE, WAIT_BATCH, WAIT_ACCEPT, WAIT_SEND };

struct waiter {
    struct ipsock_endpoint *s;
    enum wait_kind kind;
    int code;
    int64_t ended;
    _Atomic bool finished;
};

/* Fills the stream until it must wait. */
static int send_until_failure(struct ipsock_endpoint *s)
{
    static uint8_t bytes[65536];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    int code = IPSOCK_OK;
    while (code == IPSOCK_OK) {
        ipsock_message_init(&message, &buffer, bytes, sizeof bytes);
        code = ipsock_send(s, &message, 0);
    }
    return code;
}

static void wait_here(void *argument)
{
    struct waiter *w = argument;
    struct ipsock_endpoint *connection = NULL;
    struct burst b = make_burst(2);
    uint32_t done = 0;
    switch (w->kind) {
    case WAIT_RECEIVE:
        w->code = ipsock_recv(w->s, b.messages, 0);
        break;
    case WAIT_BATCH:
        w->code = receive_burst(w->s, &b, 2, &done);
        break;
    case WAIT_ACCEPT:
        w->code = ipsock_accept(w->s, &connection, NULL);
        break;
    default:
        w->code = send_until_failure(w->s);
        break;
    }
    w->ended = ipsock_now();
    w->finished = true;
    free_burst(&b);
}

#define WAITERS 4
struct group {
    struct waiter waiters[WAITERS];
    struct system_thread *threads[WAITERS];
};

static void begin(struct group *g, struct ipsock_endpoint *s, enum wait_kind kind)
{
    memset(g, 0, sizeof *g);
    for (int i = 0; i < WAITERS; i++) {
        g->waiters[i].s = s;
        g->waiters[i].kind = kind == WAIT_RECEIVE && i % 2 ? WAIT_BATCH : kind;
        g->threads[i] = system_thread_start(wait_here, &g->waiters[i]);
    }
    system_sleep_ms(50);
}

static void finish(struct group *g, int code)
{
    for (int i = 0; i < WAITERS; i++) {
        system_thread_join(g->threads[i]);
        CHECK(code, g->waiters[i].code);
    }
}

/* Endpoints on which each kind of call waits. */
static struct ipsock_endpoint *stage(int column, enum wait_kind kind, struct pair *tcp)
{
    struct ipsock_config config = config_of(column, kind == WAIT_ACCEPT ? IPSOCK_TCP : IPSOCK_UDP);
    memset(tcp, 0, sizeof *tcp);
    if (kind != WAIT_SEND)
        return must_open(&config);
    *tcp = open_stream(column);
    return tcp->sender;
}

static void unstage(struct ipsock_endpoint *s, struct pair *tcp)
{
    ipsock_free(s);
    ipsock_free(tcp->receiver);
}

static const enum wait_kind kinds[] = {WAIT_RECEIVE, WAIT_ACCEPT, WAIT_SEND};

static void err_09_deadline_passes(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (size_t k = 0; k < COUNT(kinds); k++) {
            struct pair tcp;
            struct group g;
            struct ipsock_endpoint *s = stage(i, kinds[k], &tcp);
            const int64_t deadline = ipsock_now() + 40 * MILLISECOND;
            CHECK(IPSOCK_OK, ipsock_set_deadline(s, deadline));
            begin(&g, s, kinds[k]);
            finish(&g, IPSOCK_ETIMEDOUT);
            for (int n = 0; n < WAITERS; n++)
                assert_true(g.waiters[n].ended >= deadline);
            unstage(s, &tcp);
        }
    }
}

static void err_09_deadline_in_the_past(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        uint8_t byte;
        const int64_t past[] = {1, ipsock_now() - SECOND, ipsock_now()};
        for (size_t k = 0; k < COUNT(past); k++) {
            CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, past[k]));
            ipsock_message_init(&message, &buffer, &byte, 1);
            CHECK(IPSOCK_ETIMEDOUT, ipsock_recv(pair.receiver, &message, 0));
            /* what is ready is still delivered */
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "x", 1, NULL));
            system_sleep_ms(20);
            CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, &message, 0));
            EQUAL(1, message.length);
        }
        CHECK(IPSOCK_EINVAL, ipsock_set_deadline(pair.receiver, -1));
        check_option(pair.receiver, IPSOCK_SETUP, IPSOCK_EINVAL, "deadline");
        CHECK(IPSOCK_EINVAL, ipsock_set_read_deadline(pair.receiver, INT64_MIN));
        CHECK(IPSOCK_EINVAL, ipsock_set_write_deadline(pair.receiver, -1));
        struct seen seen;
        exchange(&pair, NULL, &seen); /* usable as ever */
        close_pair(&pair);
    }
}

/* Each direction has its own. */
static void err_09_deadlines_of_directions(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        struct seen seen;
        uint8_t byte;
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(tcp.sender, 1));
        ipsock_message_init(&message, &buffer, &byte, 1);
        CHECK(IPSOCK_ETIMEDOUT, ipsock_recv(tcp.sender, &message, 0));
        CHECK(IPSOCK_OK, send_bytes(tcp.sender, NULL, "x", 1, NULL));
        receive(tcp.receiver, &seen);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(tcp.sender, 0));
        CHECK(IPSOCK_OK, ipsock_set_write_deadline(tcp.sender, 1));
        CHECK(IPSOCK_ETIMEDOUT, send_until_failure(tcp.sender));
        CHECK(IPSOCK_OK, send_bytes(tcp.receiver, NULL, "y", 1, NULL));
        receive(tcp.sender, &seen);
        EQUAL('y', seen.data[0]);
        close_pair(&tcp);
    }
}

/* From none, or a far one, to now: calls that wait already end. */
static void err_09_deadline_changed_while_waiting(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (size_t k = 0; k < COUNT(kinds); k++) {
            struct pair tcp;
            struct group g;
            struct ipsock_endpoint *s = stage(i, kinds[k], &tcp);
            if (k == 1)
                CHECK(IPSOCK_OK, ipsock_set_deadline(s, ipsock_now() + 3600 * SECOND));
            begin(&g, s, kinds[k]);
            CHECK(IPSOCK_OK, ipsock_set_deadline(s, ipsock_now() + 3000 * SECOND)); /* goes on */
            system_sleep_ms(20);
            for (int n = 0; n < WAITERS; n++)
                assert_false(g.waiters[n].finished);
            CHECK(IPSOCK_OK, kinds[k] == WAIT_SEND ? ipsock_set_write_deadline(s, ipsock_now())
                                                   : ipsock_set_read_deadline(s, ipsock_now()));
            finish(&g, IPSOCK_ETIMEDOUT);
            unstage(s, &tcp);
        }
    }
}

/* Prolonged while waiting: the old one no longer counts. */
static void err_09_deadline_prolonged(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct waiter w = {pair.receiver, WAIT_RECEIVE, 0, 0, false};
        const int64_t first = ipsock_now() + 400 * MILLISECOND;
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, first));
        struct system_thread *thread = system_thread_start(wait_here, &w);
        system_sleep_ms(20);
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
        while (ipsock_now() < first + 20 * MILLISECOND)
            system_sleep_ms(20);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "x", 1, NULL));
        system_thread_join(thread);
        CHECK(IPSOCK_OK, w.code);
        close_pair(&pair);
    }
}

static void err_09_cancel(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (size_t k = 0; k < COUNT(kinds); k++) {
            struct pair tcp;
            struct group g;
            struct ipsock_endpoint *s = stage(i, kinds[k], &tcp);
            CHECK(IPSOCK_OK, ipsock_cancel(s)); /* nobody waits: later calls are not affected */
            begin(&g, s, kinds[k]);
            for (int n = 0; n < WAITERS; n++)
                assert_false(g.waiters[n].finished);
            for (bool all = false; !all; system_sleep_ms(5)) {
                CHECK(IPSOCK_OK, ipsock_cancel(s));
                all = true;
                for (int n = 0; n < WAITERS; n++)
                    all = all && g.waiters[n].finished;
            }
            finish(&g, IPSOCK_ECANCELED);
            if (kinds[k] == WAIT_RECEIVE) { /* and it goes on as before */
                struct pair pair = open_pair(i, 0, 0);
                struct seen seen;
                CHECK(IPSOCK_OK, send_bytes(s, &pair.to, "x", 1, NULL));
                receive(pair.receiver, &seen);
                CHECK(IPSOCK_OK, send_bytes(pair.receiver, &seen.peer, "y", 1, NULL));
                receive(s, &seen);
                close_pair(&pair);
            }
            unstage(s, &tcp);
        }
    }
}

static void err_09_close_wakes_everybody(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (size_t k = 0; k < COUNT(kinds); k++) {
            struct pair tcp;
            struct group g;
            struct ipsock_endpoint *s = stage(i, kinds[k], &tcp);
            begin(&g, s, kinds[k]);
            CHECK(IPSOCK_OK, ipsock_close(s));
            /* closing waited for them: none is inside any more */
            finish(&g, IPSOCK_ECLOSED);
            CHECK(IPSOCK_ECLOSED, ipsock_close(s));
            unstage(s, &tcp);
        }
    }
}

struct closer {
    struct ipsock_endpoint *s;
    int code;
};

static void close_here(void *argument)
{
    struct closer *c = argument;
    c->code = ipsock_close(c->s);
}

static void err_09_close_from_many_threads(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct group g;
        struct closer closers[4];
        struct system_thread *threads[4];
        int closed = 0;
        begin(&g, pair.receiver, WAIT_RECEIVE);
        for (int n = 0; n < 4; n++) {
            closers[n].s = pair.receiver;
            threads[n] = system_thread_start(close_here, &closers[n]);
        }
        for (int n = 0; n < 4; n++) {
            system_thread_join(threads[n]);
            assert_true(closers[n].code == IPSOCK_OK || closers[n].code == IPSOCK_ECLOSED);
            closed += closers[n].code == IPSOCK_OK;
        }
        EQUAL(1, closed);
        finish(&g, IPSOCK_ECLOSED);
        close_pair(&pair);
    }
}

static void err_09_release_wakes_everybody(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct group g;
        ipsock_handle_t handle;
        begin(&g, pair.receiver, WAIT_RECEIVE);
        CHECK(IPSOCK_OK, ipsock_release(pair.receiver, &handle));
        finish(&g, IPSOCK_ECLOSED);
        assert_true(system_is_open(handle));
        system_close(handle);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_09_deadline_passes),
        cmocka_unit_test(err_09_deadline_in_the_past),
        cmocka_unit_test(err_09_deadlines_of_directions),
        cmocka_unit_test(err_09_deadline_changed_while_waiting),
        cmocka_unit_test(err_09_deadline_prolonged),
        cmocka_unit_test(err_09_cancel),
        cmocka_unit_test(err_09_close_wakes_everybody),
        cmocka_unit_test(err_09_close_from_many_threads),
        cmocka_unit_test(err_09_release_wakes_everybody),
    };
    return RUN(tests);
}
