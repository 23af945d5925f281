// SPDX-License-Identifier: BSD-2-Clause
/* Handles with an error queue that is somebody else's to read (AD-03). */
#include <time.h>

#include "errors_later.h"

/* Adopted without the flag, after an error has come. */
struct ground {
    ipsock_handle_t handle;
    struct ipsock_endpoint *s;
    struct ipsock_addr nobody, here; /* a closed port; its own address */
    struct pair pair;
};

static struct ground begin(int column)
{
    struct ground g;
    struct ipsock_config config;
    g.pair = open_pair(column, 0, 0);
    g.nobody = closed_port(column);
    struct ipsock_config opened = config_of(column, IPSOCK_UDP);
    struct ipsock_endpoint *first = must_open(&opened);
    CHECK(IPSOCK_OK, ipsock_release(first, &g.handle));
    ipsock_free(first);
    assert_true(system_enable_error_queue(g.handle));
    ipsock_config_init(&config);
    config.send_control = IPSOCK_CONTROL_POSSIBLE;
    CHECK(IPSOCK_OK, ipsock_adopt(&g.s, g.handle, &config));
    CHECK(IPSOCK_OK, ipsock_local_addr(g.s, &g.here));
    if (column == MAPPED) {
        const uint16_t port = g.here.port;
        g.here = addr_of(columns[column].loopback);
        g.here.port = port;
    }
    return g;
}

static void end(struct ground *g)
{
    ipsock_free(g->s);
    system_close(g->handle);
    close_pair(&g->pair);
}

static int try_receive(struct ipsock_endpoint *s, uint32_t flags)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    uint8_t bytes[16];
    ipsock_message_init(&message, &buffer, bytes, sizeof bytes);
    return ipsock_recv(s, &message, flags);
}

/* An error lies in the queue, and has been told to a call. */
static void cause_error(struct ground *g)
{
    CHECK(IPSOCK_OK, send_bytes(g->s, &g->nobody, "?", 1, NULL));
    CHECK(IPSOCK_ECONNREFUSED, try_receive(g->s, IPSOCK_MSG_DONTWAIT));
    CHECK(IPSOCK_EAGAIN, try_receive(g->s, IPSOCK_MSG_DONTWAIT));
}

static void ad_03_calls_that_do_not_wait(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        struct ground g = begin(i);
        struct seen seen;
        int hops = 0;
        cause_error(&g);
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(g.s, 7));
        CHECK(IPSOCK_OK, ipsock_get_hop_limit(g.s, &hops));
        EQUAL(7, hops);
        CHECK(IPSOCK_OK, ipsock_set_receive_control(g.s, IPSOCK_CONTROL_HOP_LIMIT, true));
        CHECK(IPSOCK_OK, send_bytes(g.s, &g.pair.to, "x", 1, NULL));
        receive(g.pair.receiver, &seen);
        CHECK(IPSOCK_OK, send_bytes(g.pair.sender, &g.here, "y", 1, NULL));
        receive(g.s, &seen);
        EQUAL(1, seen.length);
        assert_true((seen.control.valid & IPSOCK_CONTROL_HOP_LIMIT) != 0);
        end(&g);
    }
}

/* The text says what is missing for reading the queue; the queue is its owner's. */
static void ad_03_the_queue_is_its_owners(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        struct ground g = begin(i);
        struct event event;
        struct ipsock_config config;
        struct ipsock_endpoint *reader = NULL;
        char text[IPSOCK_ERROR_TEXT];
        cause_error(&g);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(g.s, ipsock_now() + 20 * MILLISECOND));
        CHECK(IPSOCK_ETIMEDOUT, try_receive(g.s, 0));
        CHECK(IPSOCK_EKIND, take_event(g.s, &event, IPSOCK_MSG_DONTWAIT));
        CHECK(IPSOCK_OK, ipsock_explain(g.s, IPSOCK_READ, text, sizeof text));
        assert_non_null(strstr(text, "IPSOCK_OPEN_ERROR_STREAM"));
        CHECK(IPSOCK_OK, ipsock_close(g.s));
        assert_true(system_has_error_queue(g.handle));
        ipsock_config_init(&config);
        config.flags = IPSOCK_OPEN_ERROR_STREAM;
        config.receive_control = IPSOCK_CONTROL_INTERFACE;
        CHECK(IPSOCK_OK, ipsock_adopt(&reader, g.handle, &config));
        CHECK(IPSOCK_OK, take_event(reader, &event, IPSOCK_MSG_DONTWAIT)); /* still there */
        CHECK(IPSOCK_ECONNREFUSED, event.e.error);
        ipsock_free(reader);
        assert_true(system_has_error_queue(g.handle));
        end(&g);
    }
}

/* Processor time of this process, in milliseconds. */
static double used_ms(void)
{
    return (double)clock() * 1000 / (double)CLOCKS_PER_SEC;
}

static void ad_03_waits_sleep(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        struct ground g = begin(i);
        struct burst b = make_burst(2);
        uint32_t done;
        cause_error(&g);
        const double before = used_ms();
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(g.s, ipsock_now() + 500 * MILLISECOND));
        CHECK(IPSOCK_ETIMEDOUT, try_receive(g.s, 0));
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(g.s, ipsock_now() + 500 * MILLISECOND));
        CHECK(IPSOCK_ETIMEDOUT, receive_burst(g.s, &b, 2, &done));
        assert_true(used_ms() - before < 100); /* of a second */
        free_burst(&b);
        end(&g);
    }
}

struct waiter {
    struct ground *g;
    int code;
};

static void wait_for_one(void *argument)
{
    struct waiter *w = argument;
    w->code = try_receive(w->g->s, 0);
}

enum event_kind { DATA, ERROR, CANCEL, DEADLINE, CLOSE, EVENTS };

static void happen(struct ground *g, enum event_kind what)
{
    switch (what) {
    case DATA:
        CHECK(IPSOCK_OK, send_bytes(g->pair.sender, &g->here, "z", 1, NULL));
        break;
    case ERROR: /* one more of them is told, as to a call that waits without any */
        CHECK(IPSOCK_OK, send_bytes(g->s, &g->nobody, "?", 1, NULL));
        break;
    case CANCEL:
        CHECK(IPSOCK_OK, ipsock_cancel(g->s));
        break;
    case DEADLINE:
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(g->s, 1));
        break;
    default:
        CHECK(IPSOCK_OK, ipsock_close(g->s));
        break;
    }
}

static void ad_03_waits_end(void **state)
{
    static const int codes[EVENTS] = {IPSOCK_OK, IPSOCK_ECONNREFUSED, IPSOCK_ECANCELED,
                                      IPSOCK_ETIMEDOUT, IPSOCK_ECLOSED};
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        for (enum event_kind what = DATA; what < EVENTS; what++) {
            struct ground g = begin(i);
            struct waiter w = {&g, 1};
            cause_error(&g);
            CHECK(IPSOCK_OK, ipsock_set_read_deadline(g.s, soon()));
            struct system_thread *thread = system_thread_start(wait_for_one, &w);
            system_sleep_ms(30); /* long enough to be asleep, most of the time */
            happen(&g, what);
            system_thread_join(thread);
            CHECK(codes[what], w.code);
            end(&g);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_03_calls_that_do_not_wait),
        cmocka_unit_test(ad_03_the_queue_is_its_owners),
        cmocka_unit_test(ad_03_waits_end),
        cmocka_unit_test(ad_03_waits_sleep),
    };
    return RUN(tests);
}
