// SPDX-License-Identifier: BSD-2-Clause
/* The own length of datagrams that are delivered cut (AD-06), told where the system tells it. */
#include "raw.h"

#define BYTES 40

static const uint8_t text[BYTES] = "what is longer than the buffers is cut";

/* Where the system does not tell, the library may know all the same: it had a larger buffer. */
static void check_full_length(const struct ipsock_message *m, size_t length, bool told)
{
    if (told || !(m->flags & IPSOCK_MSG_TRUNC) || m->full_length != 0)
        EQUAL(length, m->full_length);
}

/* What a receive must say of a datagram of these bytes, header and all, in this room. */
static void check_message(const struct ipsock_message *m, size_t length, size_t room, bool told)
{
    const bool cut = length > room;
    EQUAL(cut ? room : length, m->length);
    EQUAL(cut ? IPSOCK_MSG_TRUNC : 0, m->flags);
    check_full_length(m, length, told);
}

static bool tells(const char *what)
{
    return expected("ad-06", what).level == EXPECT_WORKS && system_lacks("full-length") == NULL;
}

/* One message in two buffers, so that neither is alone what was there. */
struct halves {
    uint8_t data[BYTES * 2 + 60];
    struct ipsock_buffer buffers[2];
    struct ipsock_message message;
};

static struct ipsock_message *make_halves(struct halves *h, size_t room)
{
    memset(h, 0, sizeof *h);
    h->buffers[0].data = h->data;
    h->buffers[0].length = room / 2;
    h->buffers[1].data = h->data + room / 2;
    h->buffers[1].length = room - room / 2;
    h->message.buffers = h->buffers;
    h->message.buffer_count = 2;
    h->message.full_length = 0x5a5a5a5a; /* a result, whatever it was */
    return &h->message;
}

/* By every call that can take it, looking first. */
static void receive_every_way(struct ipsock_endpoint *s, struct ipsock_endpoint *sender,
                              const struct ipsock_addr *to, size_t header, bool told)
{
    struct burst b = make_burst(1);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    for (size_t room = 0; room <= BYTES + header + 1; room++) {
        struct ipsock_buffer buffer;
        struct ipsock_message one;
        struct halves h;
        uint8_t data[BYTES + 64];
        uint32_t done = 0;
        ipsock_message_init(&one, &buffer, data, room);
        CHECK(IPSOCK_OK, send_bytes(sender, to, text, BYTES, NULL));
        CHECK(IPSOCK_OK, ipsock_recv(s, &one, IPSOCK_MSG_PEEK));
        check_message(&one, BYTES, room, told);
        CHECK(IPSOCK_OK, ipsock_recv(s, &one, 0));
        check_message(&one, BYTES, room, told);
        CHECK(IPSOCK_OK, send_bytes(sender, to, text, BYTES, NULL));
        CHECK(IPSOCK_OK, ipsock_recv(s, make_halves(&h, room), 0));
        check_message(&h.message, BYTES, room, told);
        assert_memory_equal(h.data, text, h.message.length);
        CHECK(IPSOCK_OK, send_bytes(sender, to, text, BYTES, NULL));
        b.messages[0] = *make_halves(&h, room);
        CHECK(IPSOCK_OK, receive_burst(s, &b, 1, &done));
        check_message(&b.messages[0], BYTES + header, room, told);
    }
    free_burst(&b);
}

static void ad_06_cut_datagrams(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (int control = 0; control <= 1; control++) {
            struct pair pair = open_pair(i, control ? IPSOCK_CONTROL_HOP_LIMIT : 0, 0);
            receive_every_way(pair.receiver, pair.sender, &pair.to, 0, tells("cut-udp"));
            close_pair(&pair);
        }
    }
}

/* In a batch the header of raw IPv4 counts, elsewhere it does not. */
static void ad_06_cut_raw_packets(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, PROTOCOL_TEST, 0, 0);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        receive_every_way(s, s, &to, i == V4 ? 20 : 0, tells("cut-raw"));
        ipsock_free(s);
    }
}

/* The header says it on every system. */
static void ad_06_headers_apart(void **state)
{
    (void)state;
    need_privilege();
    for (int options = 0; options <= 1; options++) {
        struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
        struct ipsock_ipv4_header header = header_to("127.0.0.1");
        header.options_length = options ? 4 : 0;
        memset(header.options, 1, 4); /* no operation (RFC 791, 3.1) */
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
        for (size_t room = 0; room <= BYTES + 1; room++) {
            struct ipsock_ipv4_header found;
            struct halves h;
            CHECK(IPSOCK_OK, send_packet(s, &header, text, BYTES));
            CHECK(IPSOCK_OK, ipsock_recv_ipv4(s, &found, make_halves(&h, room), 0));
            check_message(&h.message, BYTES, room, true);
            CHECK(IPSOCK_OK, send_packet(s, &header, text, BYTES));
            CHECK(IPSOCK_OK, ipsock_recv(s, make_halves(&h, room), 0));
            check_message(&h.message, BYTES, room, tells("cut-raw"));
        }
        ipsock_free(s);
    }
}

static void ad_06_cut_replies(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i);
        struct ipsock_addr to = addr_of(columns[i].loopback);
        const bool told = tells(system_pings_raw() ? "cut-raw" : "cut-ping");
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
        for (size_t room = 0; room <= 80; room++) {
            uint8_t echo[72];
            struct halves h;
            memset(echo, 0, sizeof echo);
            const size_t length = make_echo(echo, columns[i].family, id_of(s), (uint16_t)room);
            CHECK(IPSOCK_OK, send_bytes(s, &to, echo, sizeof echo, NULL));
            assert_true(length <= sizeof echo);
            CHECK(IPSOCK_OK, ipsock_recv(s, make_halves(&h, room), 0));
            /* the library looks at 64 bytes where it has to */
            EQUAL(room < sizeof echo ? IPSOCK_MSG_TRUNC : 0, h.message.flags);
            EQUAL(room < sizeof echo ? room : sizeof echo, h.message.length);
            check_full_length(&h.message, sizeof echo, told);
        }
        ipsock_free(s);
    }
}

/* What a program keeps is what there was. */
static void ad_06_what_a_program_keeps(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        const struct ipsock_bpf_instruction keep[] = {{0x06, 0, 0, 8 + 30}};
        CHECK(IPSOCK_OK, ipsock_set_bpf(pair.receiver, keep, 1));
        struct ipsock_capability_answer by;
        CHECK(IPSOCK_OK, ipsock_capability(pair.receiver, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_BPF, &by));
        const bool told = by.level == IPSOCK_EXACT || tells("cut-udp");
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
        for (size_t room = 0; room <= BYTES; room++) {
            struct halves h;
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, text, BYTES, NULL));
            CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, make_halves(&h, room), 0));
            check_message(&h.message, 30, room, told);
        }
        close_pair(&pair);
    }
}

/* Streams have no datagrams; none of their bytes are thrown away for a number. */
static void ad_06_streams(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_stream(i);
        uint8_t got[BYTES + 1];
        CHECK(IPSOCK_OK, send_bytes(pair.sender, NULL, text, BYTES, NULL));
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
        for (size_t n = 0; n < BYTES;) {
            struct halves h;
            CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, make_halves(&h, 7), 0));
            assert_true(h.message.length > 0 && h.message.length <= 7);
            EQUAL(0, h.message.full_length);
            memcpy(got + n, h.data, h.message.length);
            n += h.message.length;
        }
        assert_memory_equal(got, text, BYTES);
        close_pair(&pair);
    }
}

/* A message goes back as it came, alone and in a batch. */
static void ad_06_sends_ignore_it(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(2);
        struct seen seen;
        uint32_t done = 0;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, text, BYTES, NULL));
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, receive_burst(pair.receiver, &b, 1, &done));
        EQUAL(BYTES, b.messages[0].full_length);
        b.buffers[0].length = b.messages[0].length;
        b.messages[1] = b.messages[0];
        CHECK(IPSOCK_OK, ipsock_send(pair.receiver, &b.messages[0], 0));
        receive(pair.sender, &seen);
        EQUAL(BYTES, seen.length);
        CHECK(IPSOCK_OK, send_burst(pair.receiver, &b, 2, &done));
        EQUAL(2, done);
        receive(pair.sender, &seen);
        EQUAL(BYTES, seen.length);
        free_burst(&b);
        close_pair(&pair);
    }
}

/* Several datagrams of one peer in one buffer count as one. */
static void ad_06_coalesced(void **state)
{
    (void)state;
    for (int i = V4; i < COLUMNS; i++) {
        struct ipsock_capability_answer can;
        if (!begin_column(i))
            continue;
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, columns[i].traffic,
                                           IPSOCK_FEATURE_RECV_SEGMENT_SIZE, &can));
        if (can.level != IPSOCK_NATIVE)
            continue;
        struct pair pair = open_pair(i, IPSOCK_CONTROL_SEGMENT_SIZE, IPSOCK_CONTROL_SEGMENT_SIZE);
        struct ipsock_control c;
        struct halves h;
        memset(&c, 0, sizeof c);
        c.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
        c.segment_size = 10;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, text, BYTES, &c));
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(pair.receiver, make_halves(&h, BYTES - 15), 0));
        /* lo delivers what was sent as one, or as four */
        const bool one = (h.message.flags & IPSOCK_MSG_TRUNC) != 0;
        EQUAL(one ? BYTES - 15 : 10, h.message.length);
        check_full_length(&h.message, one ? BYTES : 10, tells("cut-udp"));
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_06_coalesced),       cmocka_unit_test(ad_06_cut_datagrams),
        cmocka_unit_test(ad_06_cut_raw_packets), cmocka_unit_test(ad_06_cut_replies),
        cmocka_unit_test(ad_06_headers_apart),   cmocka_unit_test(ad_06_sends_ignore_it),
        cmocka_unit_test(ad_06_streams),         cmocka_unit_test(ad_06_what_a_program_keeps),
    };
    return RUN(tests);
}
