// SPDX-License-Identifier: BSD-2-Clause
/* Many threads on one endpoint: CONC, CM-22. What is checked here is what each thread saw; that
 * there is no data race is for ThreadSanitizer to say. */
#include <stdatomic.h>

#include "harness.h"

#define FIELDS                                                                          \
    (IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | \
     IPSOCK_CONTROL_TRAFFIC_CLASS)
#define THREADS  20
#define MESSAGES 50 /* of each writer */

struct stage {
    struct ipsock_endpoint *s;
    struct ipsock_addr to;
    int column;
    uint32_t fields; /* switched on and off */
    bool batches;
    _Atomic uint32_t sent, received, wrong, stale;
    _Atomic int failure; /* the first unexpected code */
    _Atomic bool stop;
};

static void note(struct stage *stage, int code)
{
    int none = IPSOCK_OK;
    atomic_compare_exchange_strong(&stage->failure, &none, code);
}

static const char text[] = "HELLO-R-U-THERE, concurrently";

/* A message as it was sent, with all of the control data that came, or none of a kind. */
static void inspect(struct stage *stage, const struct ipsock_message *m)
{
    const struct ipsock_control *c = m->control;
    if (m->length != sizeof text || memcmp(m->buffers[0].data, text, sizeof text) != 0 ||
        m->flags != 0)
        stage->wrong++;
    if ((c->valid & ~FIELDS) ||
        ((c->valid & IPSOCK_CONTROL_HOP_LIMIT) && c->hop_limit != 64 && c->hop_limit != 63) ||
        ((c->valid & IPSOCK_CONTROL_INTERFACE) && c->interface_index == 0) ||
        ((c->valid & IPSOCK_CONTROL_DESTINATION) && !ipsock_addr_is_loopback(&c->destination)))
        stage->stale++;
    stage->received++;
}

static void reader(void *argument)
{
    struct stage *stage = argument;
    struct burst b = make_burst(8);
    int code = IPSOCK_OK;
    while (code == IPSOCK_OK) {
        uint32_t done = 1;
        for (uint32_t i = 0; i < b.count; i++)
            b.messages[i].control = &b.controls[i];
        code = stage->batches ? receive_burst(stage->s, &b, b.count, &done)
                              : ipsock_recv(stage->s, b.messages, 0);
        for (uint32_t i = 0; code == IPSOCK_OK && i < done; i++)
            inspect(stage, &b.messages[i]);
    }
    if (code != IPSOCK_ECLOSED)
        note(stage, code);
    free_burst(&b);
}

static void writer(void *argument)
{
    struct stage *stage = argument;
    struct burst b = make_burst(5);
    for (uint32_t i = 0; i < b.count; i++) {
        memcpy(b.data[i], text, sizeof text);
        b.buffers[i].length = sizeof text;
        b.messages[i].peer = stage->to;
    }
    for (uint32_t n = 0; n < MESSAGES;) {
        uint32_t done = 1;
        /* writers switch the control data that readers get */
        int code = ipsock_set_receive_control(stage->s, stage->fields, n % 2 == 0);
        if (code == IPSOCK_OK)
            code = stage->batches ? send_burst(stage->s, &b, b.count, &done)
                                  : ipsock_send(stage->s, b.messages, 0);
        if (code != IPSOCK_OK && code != IPSOCK_ENOBUFS)
            note(stage, code);
        if (code != IPSOCK_OK && code != IPSOCK_ENOBUFS)
            break;
        n += done;
        stage->sent += done;
    }
    free_burst(&b);
}

static void setter(void *argument)
{
    struct stage *stage = argument;
    for (int n = 0; !stage->stop; n++) {
        struct ipsock_error error;
        struct ipsock_counters counters;
        struct ipsock_addr addr;
        int value = 0;
        uint32_t bits;
        int code = ipsock_set_hop_limit(stage->s, 63 + n % 2);
        if (code == IPSOCK_OK)
            code = ipsock_get_hop_limit(stage->s, &value);
        if (code == IPSOCK_OK && value != 63 && value != 64)
            stage->stale++;
        if (code == IPSOCK_OK)
            code = ipsock_set_traffic_class(stage->s, n % 2 * 0x28);
        if (code == IPSOCK_OK)
            code = ipsock_get_receive_control(stage->s, &bits);
        if (code == IPSOCK_OK)
            code = ipsock_local_addr(stage->s, &addr);
        if (code == IPSOCK_OK)
            code = ipsock_set_deadline(stage->s, n % 3 ? soon() : 0);
        if (code == IPSOCK_OK && ipsock_set_hop_limit(stage->s, 0) == IPSOCK_ECLOSED)
            code = IPSOCK_ECLOSED;
        if (code == IPSOCK_OK)
            code = ipsock_last_error(stage->s, IPSOCK_SETUP, &error);
        /* another thread's error is whole, too */
        if (code == IPSOCK_OK && (error.code != IPSOCK_EINVAL || error.option == NULL ||
                                  strcmp(error.option, "hop_limit") != 0))
            stage->stale++;
        if (code == IPSOCK_OK)
            code = ipsock_get_counters(stage->s, &counters, sizeof counters);
        if (code != IPSOCK_OK) {
            note(stage, code);
            return;
        }
    }
}

static void start(struct stage *stage, int column, bool batches)
{
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    struct ipsock_addr local;
    memset(stage, 0, sizeof *stage);
    config.receive_buffer = 2000000;
    stage->s = must_open(&config);
    stage->column = column;
    stage->fields = delivered(column, FIELDS);
    stage->batches = batches;
    CHECK(IPSOCK_OK, ipsock_local_addr(stage->s, &local));
    stage->to = addr_of(columns[column].loopback);
    stage->to.port = local.port;
}

/* Readers, writers and setters at once; all that was sent to the endpoint itself arrives. */
static void run(int column, bool batches)
{
    struct stage stage;
    struct system_thread *readers[THREADS], *writers[THREADS], *setters[2];
    start(&stage, column, batches);
    for (int i = 0; i < THREADS; i++)
        readers[i] = system_thread_start(reader, &stage);
    for (int i = 0; i < 2; i++)
        setters[i] = system_thread_start(setter, &stage);
    for (int i = 0; i < THREADS; i++)
        writers[i] = system_thread_start(writer, &stage);
    for (int i = 0; i < THREADS; i++)
        system_thread_join(writers[i]);
    const int64_t end = soon();
    while (stage.received < stage.sent && ipsock_now() < end)
        system_sleep_ms(5);
    stage.stop = true;
    for (int i = 0; i < 2; i++)
        system_thread_join(setters[i]);
    CHECK(IPSOCK_OK, ipsock_close(stage.s)); /* unblocks the readers */
    for (int i = 0; i < THREADS; i++)
        system_thread_join(readers[i]);
    CHECK(IPSOCK_OK, stage.failure);
    assert_true(stage.sent >= THREADS * MESSAGES);
    EQUAL(stage.sent, stage.received);
    EQUAL(0, stage.wrong);
    EQUAL(0, stage.stale);
    ipsock_free(stage.s);
}

static void conc_01_readers_and_writers(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    run(i, false);
}

static void conc_02_readers_and_writers_in_batches(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    run(i, true);
}

/* GRE with a datagram inside; IPv4 batches keep the outer header. */
static void gre_reader(void *argument)
{
    struct stage *stage = argument;
    struct burst b = make_burst(8);
    const size_t outer = stage->column == V4 ? 20 : 0;
    int code = IPSOCK_OK;
    while (code == IPSOCK_OK) {
        uint32_t done = 0;
        code = receive_burst(stage->s, &b, b.count, &done);
        for (uint32_t i = 0; code == IPSOCK_OK && i < done; i++) {
            if (b.messages[i].header_length != outer ||
                b.messages[i].length != outer + sizeof text ||
                memcmp(b.data[i] + outer, text, sizeof text) != 0)
                stage->wrong++;
            stage->received++;
        }
    }
    if (code != IPSOCK_ECLOSED)
        note(stage, code);
    free_burst(&b);
}

static void conc_03_raw_gre(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        struct stage stage;
        struct system_thread *readers[5], *writers[5];
        if (!begin_column(i))
            continue;
        memset(&stage, 0, sizeof stage);
        stage.s = open_raw(i, PROTOCOL_GRE, 0, 0);
        stage.column = i;
        stage.fields = delivered_raw(i, FIELDS);
        stage.batches = true;
        stage.to = addr_of(columns[i].loopback);
        CHECK(IPSOCK_OK, ipsock_set_receive_buffer(stage.s, 1000000));
        for (int k = 0; k < 5; k++)
            readers[k] = system_thread_start(gre_reader, &stage);
        for (int k = 0; k < 5; k++)
            writers[k] = system_thread_start(writer, &stage);
        for (int k = 0; k < 5; k++)
            system_thread_join(writers[k]);
        const int64_t end = soon();
        while (stage.received < stage.sent && ipsock_now() < end)
            system_sleep_ms(5);
        CHECK(IPSOCK_OK, ipsock_close(stage.s));
        for (int k = 0; k < 5; k++)
            system_thread_join(readers[k]);
        CHECK(IPSOCK_OK, stage.failure);
        EQUAL(stage.sent, stage.received);
        EQUAL(0, stage.wrong);
        ipsock_free(stage.s);
    }
}

static void conc_04_close_under_load(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (int batches = 0; batches <= 1; batches++) {
            struct stage stage;
            struct system_thread *threads[3 * 6];
            start(&stage, i, batches != 0);
            for (int k = 0; k < 6; k++) {
                threads[k] = system_thread_start(reader, &stage);
                threads[6 + k] = system_thread_start(writer, &stage);
                threads[12 + k] = system_thread_start(setter, &stage);
            }
            system_sleep_ms(3);
            CHECK(IPSOCK_OK, ipsock_close(stage.s));
            stage.stop = true;
            for (int k = 0; k < 18; k++)
                system_thread_join(threads[k]);
            /* whatever they were doing, closing is all that they may have seen */
            const int failure = stage.failure;
            if (failure != IPSOCK_ECLOSED)
                CHECK(IPSOCK_OK, failure);
            EQUAL(0, stage.wrong);
            EQUAL(0, stage.stale);
            ipsock_free(stage.s);
        }
    }
}

struct openers {
    int family;
    _Atomic int failure;
};

static void open_and_close(void *argument)
{
    struct openers *o = argument;
    for (int n = 0; n < 50; n++) {
        struct ipsock_endpoint *s = NULL;
        const struct ipsock_config config =
            config_of(o->family == IPSOCK_IPV4 ? V4 : V6, IPSOCK_PING);
        const int code = ipsock_open(&s, &config);
        if (code != IPSOCK_OK)
            o->failure = code;
        ipsock_free(s);
    }
}

static void conc_05_many_ping_endpoints(void **state)
{
    int ran = 0;
    (void)state;
    for (int i = V4; i <= V6; i++) {
        struct openers o = {columns[i].family, 0};
        struct system_thread *threads[THREADS];
        if (!begin_column(i) || !has_ping(columns[i].family))
            continue;
        for (int k = 0; k < THREADS; k++)
            threads[k] = system_thread_start(open_and_close, &o);
        for (int k = 0; k < THREADS; k++)
            system_thread_join(threads[k]);
        CHECK(IPSOCK_OK, o.failure);
        ran++;
    }
    need(ran > 0, "no ping endpoints");
}

/* Per-packet control that takes several system calls stays each packet's own. */
static void marked_writer(void *argument)
{
    struct stage *stage = argument;
    const uint32_t number = ++stage->sent;
    for (int n = 0; n < MESSAGES; n++) {
        struct ipsock_control c;
        uint8_t bytes[2] = {(uint8_t)number, (uint8_t)n};
        memset(&c, 0, sizeof c);
        c.valid = stage->fields;
        c.dont_fragment = number % 2;
        c.traffic_class = (uint8_t)(number * 4);
        struct ipsock_buffer buffer = {bytes, sizeof bytes};
        struct ipsock_message m;
        memset(&m, 0, sizeof m);
        m.buffers = &buffer;
        m.buffer_count = 1;
        m.peer = stage->to;
        m.control = &c;
        const int code = ipsock_send(stage->s, &m, 0);
        if (code != IPSOCK_OK)
            note(stage, code);
    }
}

static void conc_01_emulated_control_stays_apart(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct stage stage;
        struct system_thread *threads[8];
        struct pair pair = open_pair(i, IPSOCK_CONTROL_TRAFFIC_CLASS, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_endpoint *s = NULL;
        bool on = true;
        config.send_control =
            IPSOCK_CONTROL_DONT_FRAGMENT | sendable(i, IPSOCK_CONTROL_TRAFFIC_CLASS);
        char what[64];
        snprintf(what, sizeof what, "dont-fragment-%s", columns[i].name);
        if (!expect_code("conc-01", what, ipsock_open(&s, &config))) {
            close_pair(&pair);
            continue;
        }
        memset(&stage, 0, sizeof stage);
        stage.s = s;
        stage.to = pair.to;
        stage.column = i;
        const bool forbids =
            i != MAPPED || expected("conc-01", "mapped-dont-fragment").level != EXPECT_ABSENT;
        stage.fields = (forbids ? IPSOCK_CONTROL_DONT_FRAGMENT : 0) |
                       sendable(i, IPSOCK_CONTROL_TRAFFIC_CLASS);
        CHECK(IPSOCK_OK, ipsock_set_receive_buffer(pair.receiver, 1000000));
        for (int k = 0; k < 8; k++)
            threads[k] = system_thread_start(marked_writer, &stage);
        for (int k = 0; k < 8; k++)
            system_thread_join(threads[k]);
        CHECK(IPSOCK_OK, stage.failure);
        for (int n = 0; n < 8 * MESSAGES; n++) {
            struct seen seen;
            receive(pair.receiver, &seen);
            if (sendable(i, seen.control.valid) & IPSOCK_CONTROL_TRAFFIC_CLASS)
                EQUAL(seen.data[0] * 4, seen.control.traffic_class);
        }
        CHECK(IPSOCK_OK, ipsock_get_dont_fragment(s, &on));
        EQUAL(false, on);
        ipsock_free(s);
        close_pair(&pair);
    }
}

static void cm_22_switching_under_readers(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct stage stage;
        struct system_thread *readers[4], *writers[4];
        start(&stage, i, false);
        for (int k = 0; k < 4; k++)
            readers[k] = system_thread_start(reader, &stage);
        for (int k = 0; k < 4; k++)
            writers[k] = system_thread_start(writer, &stage);
        for (int k = 0; k < 4; k++)
            system_thread_join(writers[k]);
        uint32_t bits = 99;
        CHECK(IPSOCK_OK, ipsock_get_receive_control(stage.s, &bits));
        assert_true(bits == 0 || bits == delivered(i, FIELDS));
        CHECK(IPSOCK_OK, ipsock_close(stage.s));
        for (int k = 0; k < 4; k++)
            system_thread_join(readers[k]);
        CHECK(IPSOCK_OK, stage.failure);
        EQUAL(0, stage.wrong);
        EQUAL(0, stage.stale);
        ipsock_free(stage.s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conc_01_readers_and_writers),
        cmocka_unit_test(conc_01_emulated_control_stays_apart),
        cmocka_unit_test(conc_02_readers_and_writers_in_batches),
        cmocka_unit_test(conc_03_raw_gre),
        cmocka_unit_test(conc_04_close_under_load),
        cmocka_unit_test(conc_05_many_ping_endpoints),
        cmocka_unit_test(cm_22_switching_under_readers),
    };
    return RUN(tests);
}
