// SPDX-License-Identifier: BSD-2-Clause
/* Programs beside batches: what a program lets pass, in what length, is the same one by one.
 * BPF-01, BPF-02. On Linux built twice, as test_bpf.c. */
#include "harness.h"

typedef struct ipsock_bpf_instruction instruction;

#define ATTACH(s, program) CHECK(IPSOCK_OK, ipsock_set_bpf(s, program, COUNT(program)))

/* Datagrams as long as their number is, from 2 on, of which the first byte is the number. */
#define FIRST 2
#define LAST  40

static void send_lengths(struct pair *pair)
{
    uint8_t data[LAST];
    for (uint8_t length = FIRST; length <= LAST; length++) {
        memset(data, length, sizeof data);
        CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, data, length, NULL));
    }
}

static uint32_t receive_some(struct pair *pair, struct burst *b)
{
    uint32_t done = 0;
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair->receiver, soon()));
    CHECK(IPSOCK_OK, receive_burst(pair->receiver, b, b->count, &done));
    return done;
}

/* A burst of messages in two buffers, whose room together differs from one to the next. */
static struct burst make_rooms(struct ipsock_buffer (*halves)[2], uint32_t count, size_t least)
{
    struct burst b = make_burst(count);
    for (uint32_t i = 0; i < count; i++) {
        const size_t room = least + i % 9, first = i % (room + 1);
        halves[i][0] = (struct ipsock_buffer){b.data[i], first};
        halves[i][1] = (struct ipsock_buffer){b.data[i] + first, room - first};
        b.messages[i].buffers = halves[i];
        b.messages[i].buffer_count = 2;
    }
    return b;
}

/* What a message has to be for the datagram of a length that the program keeps so much of. */
static void expect(const struct ipsock_message *m, const uint8_t *data, uint32_t length,
                   uint32_t keeps, size_t room)
{
    const uint32_t kept = keeps < length ? keeps : length;
    EQUAL(length, data[0]);
    EQUAL(kept < room ? kept : room, m->length);
    EQUAL(kept > room ? IPSOCK_MSG_TRUNC : 0, m->flags);
    if (m->full_length != 0)
        EQUAL(kept, m->full_length);
    for (size_t i = 0; i < m->length; i++)
        EQUAL(length, data[i]);
}

#define COUNT_BURST 7
#define ANY_ODD     IPSOCK_BPF_IF_ANY_BIT(1, 1, 0), IPSOCK_BPF_DROP
#define ODD         IPSOCK_BPF_LOAD8(8), ANY_ODD
#define KEEP(n)     IPSOCK_BPF_STATEMENT(0x06, 8 + (n))

static void receive_odd(struct pair *pair, struct burst *b, size_t least, uint32_t keeps)
{
    uint32_t next = FIRST + 1;
    while (next < LAST) {
        const uint32_t done = receive_some(pair, b);
        for (uint32_t i = 0; i < done; i++, next += 2)
            expect(&b->messages[i], b->data[i], next, keeps, least + i % 9);
    }
    check_nothing(pair->receiver);
}

/* Rooms that hold all that the program looks at, and rooms that do not; with a look at the length,
 * and without. */
static void bpf_02_batches_of_small_buffers(void **state)
{
    (void)state;
    static const struct {
        instruction code[5];
        size_t count;
    } programs[] = {
        {{ODD, KEEP(11)}, 4},
        {{IPSOCK_BPF_STATEMENT(0x01, 1), IPSOCK_BPF_LOAD8_X(8), ANY_ODD, KEEP(11)}, 5},
        {{IPSOCK_BPF_LOAD_LENGTH, ANY_ODD, KEEP(11)}, 4},
        {{IPSOCK_BPF_LOAD16(4), ANY_ODD, KEEP(11)}, 4},
    };
    FOR_EACH_COLUMN(i)
    {
        for (size_t least = 1; least < 14; least += 3) {
            struct ipsock_buffer halves[COUNT_BURST][2];
            struct pair pair = open_pair(i, 0, 0);
            struct burst b = make_rooms(halves, COUNT_BURST, least);
            for (size_t k = 0; k < COUNT(programs); k++) {
                CHECK(IPSOCK_OK,
                      ipsock_set_bpf(pair.receiver, programs[k].code, programs[k].count));
                send_lengths(&pair);
                receive_odd(&pair, &b, least, 11);
            }
            free_burst(&b);
            close_pair(&pair);
        }
    }
}

/* What was cut by the program is not counted as cut by a buffer, and a dropped packet not at all.
 */
static void bpf_02_batches_count_what_was_cut(void **state)
{
    (void)state;
    static const instruction all_odd[] = {ODD, IPSOCK_BPF_ACCEPT};
    static const instruction ten[] = {ODD, KEEP(10)};
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_buffer halves[COUNT_BURST][2];
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_rooms(halves, COUNT_BURST, 10);
        struct ipsock_counters counters;
        ATTACH(pair.receiver, ten);
        send_lengths(&pair);
        receive_odd(&pair, &b, 10, 10);
        CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
        EQUAL(0, counters.truncated);
        ATTACH(pair.receiver, all_odd);
        send_lengths(&pair);
        uint32_t next = FIRST + 1, cut = 0;
        while (next < LAST) {
            const uint32_t done = receive_some(&pair, &b);
            for (uint32_t k = 0; k < done; k++, next += 2)
                cut += next > 10 + k % 9;
        }
        CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
        EQUAL(cut, counters.truncated);
        free_burst(&b);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bpf_02_batches_of_small_buffers),
        cmocka_unit_test(bpf_02_batches_count_what_was_cut),
    };
    return RUN(tests);
}
