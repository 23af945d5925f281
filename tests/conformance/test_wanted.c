// SPDX-License-Identifier: BSD-2-Clause
/* What it takes to drop packets in the library and be right: peeks, several readers, buffers too
 * small to judge by, and floods. Types of ICMP from 32 on are dropped by the library on every
 * system's IPv4. FILT-03, CONC-03. */
#include <stdatomic.h>

#include "icmp.h"

#define WANTED   40
#define UNWANTED 41

struct stage {
    struct ipsock_endpoint *s, *sender;
    _Atomic uint32_t wrong;
    _Atomic int code;
    _Atomic bool stop;
    uint32_t flags;
    _Atomic uint8_t *taken; /* by number */
};

static struct stage open_stage(void)
{
    static const uint8_t wanted[] = {WANTED};
    struct stage stage = {0};
    need_privilege();
    stage.s = open_icmp(V4);
    stage.sender = open_icmp(V4);
    set_filter(stage.s, 1, wanted);
    set_filter(stage.sender, 0, NULL);
    return stage;
}

static void close_stage(struct stage *stage)
{
    ipsock_free(stage->s);
    ipsock_free(stage->sender);
}

static void peek(struct ipsock_endpoint *s, uint32_t flags, uint16_t number)
{
    uint8_t data[64], type;
    uint16_t got;
    struct ipsock_buffer buffer;
    struct ipsock_message m;
    ipsock_message_init(&m, &buffer, data, sizeof data);
    CHECK(IPSOCK_OK, ipsock_recv(s, &m, flags | IPSOCK_MSG_DONTWAIT));
    assert_true(is_ours(data, m.length, &type, &got));
    EQUAL(WANTED, type);
    EQUAL(number, got);
}

static void filt_03_a_peek_drops_what_is_in_front(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    for (uint16_t n = 0; n < 3; n++)
        send_type(stage.sender, V4, UNWANTED, n);
    send_type(stage.sender, V4, WANTED, 7);
    send_type(stage.sender, V4, UNWANTED, 8);
    send_type(stage.sender, V4, WANTED, 9);
    peek(stage.s, IPSOCK_MSG_PEEK, 7);
    EQUAL(3, discards(stage.s));
    peek(stage.s, IPSOCK_MSG_PEEK, 7);
    peek(stage.s, 0, 7);
    peek(stage.s, IPSOCK_MSG_PEEK, 9);
    EQUAL(4, discards(stage.s));
    peek(stage.s, 0, 9);
    check_nothing(stage.s);
    close_stage(&stage);
}

/* Room for less than the type, or for nothing: it is the packet that is judged. */
static void filt_03_small_buffers_do_not_hide_the_type(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    struct burst b = make_burst(4);
    for (size_t room = 0; room < 64; room += 1 + room / 8) {
        const bool batch = room % 2 == 1;
        const size_t whole = batch ? IPSOCK_IPV4_HEADER_MIN + ICMP_LENGTH : ICMP_LENGTH;
        uint32_t done = 1;
        struct ipsock_message *m = b.messages;
        send_type(stage.sender, V4, UNWANTED, 1);
        send_type(stage.sender, V4, WANTED, (uint16_t)room);
        memset(b.data[0], 0, sizeof b.data[0]);
        ipsock_message_init(m, &b.buffers[0], b.data[0], room);
        m->buffer_count = room != 0;
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage.s, soon()));
        CHECK(IPSOCK_OK, batch ? receive_burst(stage.s, &b, 1, &done) : ipsock_recv(stage.s, m, 0));
        EQUAL(room < whole ? room : whole, m->length);
        EQUAL(room < whole ? IPSOCK_MSG_TRUNC : 0, m->flags);
        EQUAL(batch ? (room < 20 ? room : 20) : 0, m->header_length);
        check_addr(&m->peer, "127.0.0.1");
        if (m->length > m->header_length)
            EQUAL(WANTED, b.data[0][m->header_length]);
        if (room != 0 && batch)
            EQUAL(0x45, b.data[0][0]);
    }
    free_burst(&b);
    close_stage(&stage);
}

#define LONG 100

static void send_long(struct ipsock_endpoint *s, uint8_t type, uint8_t number)
{
    uint8_t packet[LONG];
    struct ipsock_buffer buffer;
    struct ipsock_message m;
    for (size_t i = 0; i < sizeof packet; i++)
        packet[i] = (uint8_t)(number + i);
    packet[0] = type;
    packet[1] = 0;
    ipsock_message_init(&m, &buffer, packet, sizeof packet);
    m.peer = ipsock_addr_ipv4(127, 0, 0, 1, 0);
    CHECK(IPSOCK_OK, ipsock_send(s, &m, 0));
}

static void check_long(const struct ipsock_message *m, const uint8_t *data, uint8_t number)
{
    const size_t whole = IPSOCK_IPV4_HEADER_MIN + LONG;
    const size_t room = m->buffers[0].length + m->buffers[1].length;
    EQUAL(room < whole ? room : whole, m->length);
    EQUAL(room < whole ? IPSOCK_MSG_TRUNC : 0, m->flags);
    EQUAL(IPSOCK_IPV4_HEADER_MIN, m->header_length);
    check_addr(&m->peer, "127.0.0.1");
    EQUAL(0x45, data[0]);
    EQUAL(WANTED, data[IPSOCK_IPV4_HEADER_MIN]);
    for (size_t i = 2; IPSOCK_IPV4_HEADER_MIN + i < m->length; i++)
        EQUAL((uint8_t)(number + i), data[IPSOCK_IPV4_HEADER_MIN + i]);
    EQUAL(0xa5, data[m->length]);
}

#define BATCH 12

/* Wanted packets move up into the buffers of dropped ones, whatever room there is: as if the others
 * had never come. Where a buffer does not show the type the library looks at one packet at a time.
 */
static void closed_up(struct stage *stage, struct ipsock_batch *batch, size_t least, size_t step)
{
    uint8_t data[BATCH][192];
    struct ipsock_buffer buffers[BATCH][2];
    struct ipsock_message messages[BATCH];
    uint32_t done = 0;
    const uint64_t before = discards(stage->s);
    for (uint8_t n = 0; n < BATCH; n++)
        send_long(stage->sender, n % 3 == 1 ? WANTED : UNWANTED, n);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage->s, soon()));
    for (uint32_t got = 0; got < BATCH / 3; got += done) {
        memset(data, 0xa5, sizeof data);
        memset(messages, 0, sizeof messages);
        for (uint32_t i = 0; i < BATCH; i++) {
            const size_t room = least + i * step;
            buffers[i][0] = (struct ipsock_buffer){data[i], 5 * i};
            buffers[i][1] = (struct ipsock_buffer){data[i] + 5 * i, room - 5 * i};
            messages[i].buffers = buffers[i];
            messages[i].buffer_count = 2;
        }
        CHECK(IPSOCK_OK,
              ipsock_recv_batch(stage->s, batch, messages, sizeof messages[0], BATCH, &done, 0));
        assert_in_range(done, 1, BATCH / 3);
        for (uint32_t i = 0; i < done; i++)
            check_long(&messages[i], data[i], (uint8_t)(3 * (got + i) + 1));
    }
    EQUAL(before + BATCH / 3 * 2, discards(stage->s));
    check_nothing(stage->s);
}

static void filt_03_batches_close_up(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    struct burst b = make_burst(BATCH);
    closed_up(&stage, b.batch, 150, 0); /* all of it, in one place or the other */
    closed_up(&stage, b.batch, 64, 9);  /* cut, less and less */
    closed_up(&stage, b.batch, 60, 1);  /* too short to show the type */
    free_burst(&b);
    close_stage(&stage);
}

/* Each packet's control comes along, for those who want some and those who want none. */
static void controls_move_up(struct stage *stage, struct burst *b, bool all)
{
    uint32_t done = 0;
    bool marked = true;
    CHECK(IPSOCK_OK, ipsock_set_receive_control(stage->s, IPSOCK_CONTROL_HOP_LIMIT, true));
    for (uint16_t n = 0; n < 8; n++) {
        const bool set =
            expect_code("v4-opt-01", "raw-hop-limit", ipsock_set_hop_limit(stage->sender, 10 + n));
        marked = marked && set;
        send_type(stage->sender, V4, n % 2 == 1 ? WANTED : UNWANTED, n);
    }
    for (uint32_t i = 0; i < 8; i++)
        b->messages[i].control = !all && (i == 1 || i == 2) ? NULL : &b->controls[i];
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage->s, soon()));
    CHECK(IPSOCK_OK, receive_burst(stage->s, b, 8, &done));
    EQUAL(4, done);
    for (uint32_t i = 0; i < 8; i++) {
        const struct ipsock_control *c = b->messages[i].control;
        assert_true((c == NULL) == (!all && (i == 1 || i == 2)));
        if (c == NULL || i >= done)
            continue;
        assert_true(c == &b->controls[i]);
        EQUAL(IPSOCK_CONTROL_HOP_LIMIT, c->valid);
        EQUAL(marked ? 11 + 2 * i : 255, c->hop_limit); /* NetBSD's raw sockets send 255 */
    }
}

static void filt_03_control_moves_up_too(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    struct burst b = make_burst(8);
    controls_move_up(&stage, &b, false);
    controls_move_up(&stage, &b, true);
    free_burst(&b);
    close_stage(&stage);
}

/* The header apart, in its own order, whatever room there is for the payload. */
static void filt_03_with_the_header_apart(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    for (size_t room = 0; room <= 64; room += 4) {
        const size_t want = room < ICMP_LENGTH ? room : ICMP_LENGTH;
        uint8_t data[64] = {0};
        struct ipsock_buffer buffer;
        struct ipsock_message m;
        struct ipsock_ipv4_header header;
        ipsock_message_init(&m, &buffer, data, room);
        memset(&header, 0, sizeof header);
        send_type(stage.sender, V4, UNWANTED, 1);
        send_type(stage.sender, V4, WANTED, 2);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage.s, soon()));
        for (int peeks = 1; peeks >= 0; peeks--) {
            CHECK(IPSOCK_OK, ipsock_recv_ipv4(stage.s, &header, &m, peeks ? IPSOCK_MSG_PEEK : 0));
            EQUAL(want, m.length);
            EQUAL(want < ICMP_LENGTH ? IPSOCK_MSG_TRUNC : 0, m.flags);
            EQUAL(0, m.header_length);
            EQUAL(want != 0 ? WANTED : 0, data[0]);
            EQUAL(20, header.header_length);
            EQUAL(20 + ICMP_LENGTH, header.total_length);
            EQUAL(PROTOCOL_ICMP, header.protocol);
            check_addr(&header.source, "127.0.0.1");
        }
    }
    check_nothing(stage.s);
    close_stage(&stage);
}

/* Scattered into odd pieces, some of them empty. */
static void filt_03_scattered_buffers(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    for (size_t more = 0; more < 2; more++) {
        uint8_t data[64] = {0}, type;
        uint16_t number;
        struct ipsock_buffer buffers[] = {
            {data, 0}, {data, 3}, {data + 3, 0}, {data + 3, 9}, {data + 12, more ? 52 : 4}};
        struct ipsock_message m;
        memset(&m, 0, sizeof m);
        m.buffers = buffers;
        m.buffer_count = COUNT(buffers);
        send_type(stage.sender, V4, UNWANTED, 5);
        send_type(stage.sender, V4, WANTED, 6);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage.s, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(stage.s, &m, 0));
        assert_true(is_ours(data, m.length, &type, &number));
        EQUAL(6, number);
    }
    close_stage(&stage);
}

/* Counters tell of what was delivered. */
static void filt_03_what_is_dropped_was_not_cut(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    struct ipsock_counters counters;
    for (uint32_t flags = 0; flags <= IPSOCK_MSG_PEEK; flags += IPSOCK_MSG_PEEK) {
        uint8_t byte;
        struct ipsock_buffer buffer;
        struct ipsock_message m;
        ipsock_message_init(&m, &buffer, &byte, 1);
        send_type(stage.sender, V4, UNWANTED, 5);
        CHECK(IPSOCK_EAGAIN, ipsock_recv(stage.s, &m, flags | IPSOCK_MSG_DONTWAIT));
        CHECK(IPSOCK_OK, ipsock_get_counters(stage.s, &counters, sizeof counters));
        EQUAL(0, counters.truncated);
        EQUAL(flags / IPSOCK_MSG_PEEK + 1, counters.filter_discards);
    }
    send_type(stage.sender, V4, WANTED, 5);
    uint8_t byte;
    struct ipsock_buffer buffer;
    struct ipsock_message m;
    ipsock_message_init(&m, &buffer, &byte, 1);
    CHECK(IPSOCK_OK, ipsock_recv(stage.s, &m, IPSOCK_MSG_PEEK | IPSOCK_MSG_DONTWAIT));
    EQUAL(IPSOCK_MSG_TRUNC, m.flags);
    CHECK(IPSOCK_OK, ipsock_recv(stage.s, &m, IPSOCK_MSG_DONTWAIT));
    CHECK(IPSOCK_OK, ipsock_get_counters(stage.s, &counters, sizeof counters));
    EQUAL(1, counters.truncated);
    close_stage(&stage);
}

enum { READERS = 6, PACKETS = 600 };

/* Peeks, then takes; another reader may have been quicker. */
static void reader(void *argument)
{
    struct stage *stage = argument;
    uint8_t data[64], type = 0;
    uint16_t number = 0;
    for (uint32_t turn = 0;; turn++) {
        struct ipsock_buffer buffer;
        struct ipsock_message m;
        ipsock_message_init(&m, &buffer, data, sizeof data);
        const uint32_t flags = turn % 2 ? 0 : IPSOCK_MSG_PEEK;
        const int code = ipsock_recv(stage->s, &m, flags);
        if (code < 0) {
            if (code != IPSOCK_ECLOSED)
                stage->code = code;
            return;
        }
        if (!is_ours(data, m.length, &type, &number) || type != WANTED || number >= PACKETS)
            stage->wrong++;
        else if (flags == 0)
            stage->taken[number]++;
    }
}

static void conc_03_each_wanted_packet_goes_to_one_reader(void **state)
{
    (void)state;
    static _Atomic uint8_t taken[PACKETS];
    struct system_thread *threads[READERS];
    struct stage stage = open_stage();
    uint32_t missing = PACKETS;
    memset((void *)taken, 0, sizeof taken);
    stage.taken = taken;
    for (int i = 0; i < READERS; i++)
        threads[i] = system_thread_start(reader, &stage);
    for (uint16_t n = 0; n < PACKETS; n++) {
        send_type(stage.sender, V4, UNWANTED, n);
        send_type(stage.sender, V4, WANTED, n);
        send_type(stage.sender, V4, UNWANTED, n);
        for (int64_t until = soon(); n % 50 == 49 && taken[n] == 0 && ipsock_now() < until;)
            system_sleep_ms(1); /* no queue overflows */
    }
    for (int64_t until = soon(); missing != 0 && ipsock_now() < until; system_sleep_ms(1)) {
        missing = 0;
        for (int n = 0; n < PACKETS; n++)
            missing += taken[n] == 0;
    }
    ipsock_close(stage.s);
    for (int i = 0; i < READERS; i++)
        system_thread_join(threads[i]);
    EQUAL(0, missing);
    EQUAL(0, stage.wrong);
    CHECK(IPSOCK_OK, stage.code);
    for (int n = 0; n < PACKETS; n++)
        EQUAL(1, taken[n]);
    close_stage(&stage);
}

/* Unwanted packets without end, and someone who waits for another. */
static void flood(void *argument)
{
    struct stage *stage = argument;
    while (!stage->stop)
        send_type(stage->sender, V4, UNWANTED, 0);
}

static void wait_for_one(void *argument)
{
    struct stage *stage = argument;
    uint8_t data[64];
    struct ipsock_buffer buffer;
    struct ipsock_message m;
    ipsock_message_init(&m, &buffer, data, sizeof data);
    int code = IPSOCK_EAGAIN;
    while (code == IPSOCK_EAGAIN) /* from those that do not wait */
        code = ipsock_recv(stage->s, &m, stage->flags);
    stage->code = code;
}

typedef int ending(struct ipsock_endpoint *s);

static void flooded(struct stage *stage, ending *end, uint32_t flags, int want)
{
    stage->code = 1;
    stage->stop = false;
    stage->flags = flags;
    const uint64_t before = discards(stage->s);
    struct system_thread *sender = system_thread_start(flood, stage);
    struct system_thread *receiver = system_thread_start(wait_for_one, stage);
    for (int64_t until = soon(); discards(stage->s) < before + 1000; system_sleep_ms(1))
        assert_true(ipsock_now() < until);
    EQUAL(1, stage->code); /* still at it */
    CHECK(IPSOCK_OK, end(stage->s));
    system_thread_join(receiver);
    CHECK(want, stage->code);
    stage->stop = true;
    system_thread_join(sender);
}

static int end_now(struct ipsock_endpoint *s)
{
    return ipsock_set_read_deadline(s, 1);
}

static void filt_03_a_flood_does_not_outlast_what_ends_a_wait(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    flooded(&stage, end_now, 0, IPSOCK_ETIMEDOUT);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage.s, 0));
    flooded(&stage, ipsock_cancel, 0, IPSOCK_ECANCELED);
    flooded(&stage, end_now, IPSOCK_MSG_PEEK, IPSOCK_ETIMEDOUT);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage.s, 0));
    flooded(&stage, ipsock_close, 0, IPSOCK_ECLOSED);
    close_stage(&stage);
}

static void filt_03_a_flood_does_not_outlast_close_without_waiting(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    flooded(&stage, ipsock_close, IPSOCK_MSG_DONTWAIT, IPSOCK_ECLOSED);
    close_stage(&stage);
}

/* A wanted packet comes through a flood. */
static void filt_03_a_flood_lets_the_wanted_through(void **state)
{
    (void)state;
    struct stage stage = open_stage();
    struct ipsock_endpoint *other = open_icmp(V4);
    stage.code = 1;
    struct system_thread *sender = system_thread_start(flood, &stage);
    struct system_thread *receiver = system_thread_start(wait_for_one, &stage);
    for (int64_t until = soon(); stage.code == 1 && ipsock_now() < until; system_sleep_ms(1))
        send_type(other, V4, WANTED, 1);
    stage.stop = true;
    system_thread_join(sender);
    EQUAL(IPSOCK_OK, stage.code);
    system_thread_join(receiver);
    ipsock_free(other);
    close_stage(&stage);
}

/* Filters come and go while packets do. */
static void setter(void *argument)
{
    struct stage *stage = argument;
    static const uint8_t wanted[] = {WANTED, 8, 0};
    for (int n = 0; !stage->stop; n++) {
        struct ipsock_icmp_filter filter;
        struct ipsock_bpf_instruction pass[] = {IPSOCK_BPF_ACCEPT};
        set_filter(stage->s, n % 2 ? 1 : 3, wanted);
        if (ipsock_get_icmp_filter(stage->s, &filter) != IPSOCK_OK ||
            ipsock_icmp_filter_will_block(&filter, WANTED) ||
            !ipsock_icmp_filter_will_block(&filter, UNWANTED))
            stage->wrong++;
        if (ipsock_set_bpf(stage->s, pass, 1) != IPSOCK_OK ||
            ipsock_clear_bpf(stage->s) != IPSOCK_OK)
            stage->wrong++;
    }
}

static void conc_03_filters_change_under_readers(void **state)
{
    (void)state;
    static _Atomic uint8_t taken[PACKETS];
    struct system_thread *threads[2];
    struct stage stage = open_stage();
    memset((void *)taken, 0, sizeof taken);
    stage.taken = taken;
    threads[0] = system_thread_start(reader, &stage);
    threads[1] = system_thread_start(setter, &stage);
    for (uint16_t n = 0; n < PACKETS; n++) {
        send_type(stage.sender, V4, UNWANTED, n);
        send_type(stage.sender, V4, WANTED, n);
        for (int64_t until = soon(); taken[n] == 0; system_sleep_ms(0))
            assert_true(ipsock_now() < until);
    }
    stage.stop = true;
    system_thread_join(threads[1]);
    ipsock_close(stage.s);
    system_thread_join(threads[0]);
    EQUAL(0, stage.wrong);
    CHECK(IPSOCK_OK, stage.code);
    close_stage(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filt_03_a_peek_drops_what_is_in_front),
        cmocka_unit_test(filt_03_small_buffers_do_not_hide_the_type),
        cmocka_unit_test(filt_03_batches_close_up),
        cmocka_unit_test(filt_03_control_moves_up_too),
        cmocka_unit_test(filt_03_with_the_header_apart),
        cmocka_unit_test(filt_03_scattered_buffers),
        cmocka_unit_test(filt_03_what_is_dropped_was_not_cut),
        cmocka_unit_test(conc_03_each_wanted_packet_goes_to_one_reader),
        cmocka_unit_test(filt_03_a_flood_does_not_outlast_what_ends_a_wait),
        cmocka_unit_test(filt_03_a_flood_does_not_outlast_close_without_waiting),
        cmocka_unit_test(filt_03_a_flood_lets_the_wanted_through),
        cmocka_unit_test(conc_03_filters_change_under_readers),
    };
    return RUN(tests);
}
