// SPDX-License-Identifier: BSD-2-Clause
/* Ping endpoints: what they deliver, and per-packet settings. PING, CM-01, V4-UNI-03. */
#include "harness.h"

static void request(struct ipsock_endpoint *s, int column, uint8_t sequence)
{
    uint8_t packet[64];
    const struct ipsock_addr to = addr_of(columns[column].loopback);
    const size_t length = make_echo(packet, columns[column].family, 0, sequence);
    CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
}

static void check_reply(struct ipsock_endpoint *s, int column, const uint8_t *data, size_t length,
                        uint8_t sequence)
{
    const uint16_t id = id_of(s);
    const uint8_t type = columns[column].family == IPSOCK_IPV4 ? 0 : 129;
    uint8_t want[12] = {type, 0, 0, 0, (uint8_t)(id >> 8), (uint8_t)id, 0, sequence};
    memcpy(want + 8, "ECHO", 4);
    for (size_t i = 0; i < length && i < sizeof want; i++)
        if (i != 2 && i != 3) /* the checksum */
            EQUAL(want[i], data[i]);
}

static void expect_reply(struct ipsock_endpoint *s, int column, uint8_t sequence)
{
    struct seen seen;
    receive(s, &seen);
    EQUAL(12, seen.length);
    check_reply(s, column, seen.data, seen.length, sequence);
}

static struct ipsock_counters counters_of(struct ipsock_endpoint *s)
{
    struct ipsock_counters counters;
    CHECK(IPSOCK_OK, ipsock_get_counters(s, &counters, sizeof counters));
    return counters;
}

/* Whatever the room: the bytes are those of the ICMP message from its first on. */
static void ping_03_ping_10_rooms(void **state)
{
    int ran = 0;
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
        for (size_t room = 0; room <= 100; room += room < 16 ? 1 : 7) {
            for (int peek = 1; peek >= 0; peek--) {
                struct ipsock_buffer buffer;
                struct ipsock_message m;
                uint8_t *data = malloc(room + 1);
                ipsock_message_init(&m, &buffer, data, room);
                if (peek)
                    request(s, i, (uint8_t)room);
                CHECK(IPSOCK_OK, ipsock_recv(s, &m, peek ? IPSOCK_MSG_PEEK : 0));
                EQUAL(room < 12 ? room : 12, m.length);
                EQUAL(room < 12 ? IPSOCK_MSG_TRUNC : 0, m.flags);
                EQUAL(0, m.header_length);
                check_addr(&m.peer, columns[i].loopback);
                check_reply(s, i, data, m.length, (uint8_t)room);
                free(data);
            }
        }
        EQUAL(12, counters_of(s).truncated);
        check_nothing(s);
        ipsock_free(s);
        ran++;
    }
    need(ran > 0, "no ping endpoints");
}

static void ping_03_ping_10_scattered_and_in_batches(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i);
        uint8_t parts[3][8];
        struct ipsock_buffer buffers[4] = {{parts[0], 3}, {NULL, 0}, {parts[1], 4}, {parts[2], 8}};
        struct ipsock_message m = {.buffers = buffers, .buffer_count = 4};
        uint8_t whole[15];
        uint32_t done = 0;
        request(s, i, 9);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
        CHECK(IPSOCK_OK, ipsock_recv(s, &m, 0));
        EQUAL(12, m.length);
        memcpy(whole, parts[0], 3);
        memcpy(whole + 3, parts[1], 4);
        memcpy(whole + 7, parts[2], 8);
        check_reply(s, i, whole, 12, 9);

        struct burst in = make_burst(40);
        for (uint8_t n = 0; n < 30; n++)
            request(s, i, n);
        CHECK(IPSOCK_OK,
              ipsock_recv_batch(s, in.batch, in.messages, sizeof m, 40, &done, IPSOCK_MSG_PEEK));
        EQUAL(1, done);
        for (uint32_t got = 0; got < 30; got += done) {
            CHECK(IPSOCK_OK, receive_burst(s, &in, 40, &done));
            assert_in_range(done, 1, 30 - got);
            for (uint32_t n = 0; n < done; n++) {
                EQUAL(12, in.messages[n].length);
                EQUAL(0, in.messages[n].header_length);
                check_reply(s, i, in.data[n], 12, (uint8_t)(got + n));
            }
        }
        check_nothing(s);
        free_burst(&in);
        ipsock_free(s);
    }
}

/* An ICMP message to this host, as whoever sends what he likes makes it. */
static void forge(struct ipsock_endpoint *raw, int column, uint8_t type, uint16_t id, bool spoilt)
{
    uint8_t packet[64];
    const struct ipsock_addr to = addr_of(columns[column].loopback);
    const size_t length = make_echo(packet, columns[column].family, id, 0xff);
    packet[0] = type;
    if (columns[column].family == IPSOCK_IPV4) {
        packet[2] = packet[3] = 0;
        const uint16_t sum = (uint16_t)(ipsock_checksum(packet, length) + spoilt);
        packet[2] = (uint8_t)(sum >> 8);
        packet[3] = (uint8_t)sum;
    }
    CHECK(IPSOCK_OK, send_bytes(raw, &to, packet, length, NULL));
}

static void ping_10_nobody_elses(void **state)
{
    (void)state;
    need_privilege();
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *a = open_ping(i), *b = open_ping(i);
        struct ipsock_endpoint *raw = open_raw(i, i == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, 0, 0);
        const uint8_t reply = i == V4 ? 0 : 129, unreachable = i == V4 ? 3 : 1;
        request(b, i, 1);
        request(a, i, 2);
        forge(raw, i, reply, (uint16_t)(id_of(a) + 0x1111), false);
        forge(raw, i, unreachable, id_of(a), false);
        if (i == V4)
            forge(raw, i, reply, id_of(a), true);
        request(a, i, 3);
        forge(raw, i, reply, id_of(a), false);
        expect_reply(a, i, 2);
        expect_reply(a, i, 3);
        expect_reply(a, i, 0xff);
        check_nothing(a);
        expect_reply(b, i, 1);
        check_nothing(b);
        /* nothing that was dropped is silent: the kernel's own sockets never got it */
        const struct ipsock_counters counters = counters_of(a);
        EQUAL(system_pings_raw(), counters.filter_discards > 0);
        EQUAL(system_pings_raw() && i == V4, counters.checksum_discards);
        EQUAL(0, counters.strict_discards);
        EQUAL(0, counters.truncated);
        ipsock_free(a);
        ipsock_free(b);
        ipsock_free(raw);
    }
}

struct waiter {
    struct ipsock_endpoint *s;
    _Atomic bool done;
};

/* Again and again: a cancel that comes before the wait ends nothing. */
static void cancel_until_done(void *argument)
{
    struct waiter *waiter = argument;
    while (!waiter->done) {
        system_sleep_ms(20);
        CHECK(IPSOCK_OK, ipsock_cancel(waiter->s));
    }
}

/* Others' replies do not end a wait, nor do they prolong it. */
static void ping_10_waiting(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i), *other = open_ping(i);
        uint8_t byte;
        struct ipsock_buffer buffer;
        struct ipsock_message m;
        ipsock_message_init(&m, &buffer, &byte, 1);
        if (system_pings_raw()) { /* requests may come as well */
            CHECK(IPSOCK_OK, ipsock_set_receive_buffer(s, 1000000));
            CHECK(IPSOCK_OK, ipsock_set_receive_buffer(other, 1000000));
        }
        for (uint8_t n = 0; n < 200; n++)
            request(other, i, n);
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, ipsock_now() + 30 * MILLISECOND));
        CHECK(IPSOCK_ETIMEDOUT, ipsock_recv(s, &m, 0));
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, 0));
        struct waiter waiter = {s, false};
        struct system_thread *thread = system_thread_start(cancel_until_done, &waiter);
        CHECK(IPSOCK_ECANCELED, ipsock_recv(s, &m, 0));
        waiter.done = true;
        system_thread_join(thread);
        check_nothing(s);
        for (uint8_t n = 0; n < 200; n++)
            request(other, i, n);
        request(s, i, 77);
        expect_reply(s, i, 77);
        for (uint8_t n = 0; n < 200; n++)
            expect_reply(other, i, n);
        ipsock_free(s);
        ipsock_free(other);
    }
}

/* To a group, connected to it or not: whoever answers is heard. */
static void ping_09_group(void **state)
{
    uint32_t first, second;
    (void)state;
    need(has_ping(IPSOCK_IPV6), "no ping endpoints");
    need(system_make_interfaces(&first, &second), "no interfaces of our own");
    begin_column(V6);
    for (int connected = 0; connected < 2; connected++) {
        uint8_t packet[64];
        struct seen seen;
        struct ipsock_addr group = addr_of("ff02::1");
        struct ipsock_config config = config_of(V6, IPSOCK_PING);
        group.scope = first;
        config.local = addr_of("fe80::77");
        config.local.scope = first;
        if (connected)
            config.peer = group;
        struct ipsock_endpoint *s = must_open(&config);
        const size_t length = make_echo(packet, IPSOCK_IPV6, 0, 5);
        CHECK(IPSOCK_OK, send_bytes(s, connected ? NULL : &group, packet, length, NULL));
        receive(s, &seen);
        check_reply(s, V6, seen.data, seen.length, 5);
        assert_true(ipsock_addr_is_link_local(&seen.peer));
        EQUAL(first, seen.peer.scope);
        ipsock_free(s);
    }
}

/* Sends with control; the request as it arrives. */
static void observe(struct ipsock_endpoint *s, struct ipsock_endpoint *raw, int column,
                    const struct ipsock_addr *to, struct ipsock_control *control, struct seen *seen)
{
    uint8_t packet[64];
    const size_t length = make_echo(packet, columns[column].family, 0, 1);
    CHECK(IPSOCK_OK, send_bytes(s, to, packet, length, control));
    do
        receive(raw, seen);
    while (seen->data[0] != packet[0]);
    EQUAL(id_of(s), seen->data[4] << 8 | seen->data[5]);
}

static void cm_01_ping_per_packet(void **state)
{
    const uint32_t fields = IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS;
    struct seen seen;
    (void)state;
    need_privilege();
    FOR_EACH_PING(i)
    {
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        const uint32_t told = delivered_raw(i, fields);
        if (!raw_hears_requests(i))
            continue; /* nobody sees them */
        struct ipsock_endpoint *raw =
            open_raw(i, i == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, told, 0);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        config.send_control = fields | sendable_raw(i, IPSOCK_CONTROL_INTERFACE);
        config.receive_control =
            told | IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_SOURCE;
        struct ipsock_endpoint *s = must_open(&config);
        struct ipsock_control c = {.valid = config.send_control,
                                   .hop_limit = 33,
                                   .traffic_class = 0x48,
                                   .interface_index = loopback_index()};
        observe(s, raw, i, &to, &c, &seen);
        EQUAL(33, seen.control.hop_limit);
        if (told & IPSOCK_CONTROL_TRAFFIC_CLASS)
            EQUAL(0x48, seen.control.traffic_class);
        receive(s, &seen);
        EQUAL(config.receive_control, seen.control.valid);
        EQUAL(loopback_index(), seen.control.interface_index);
        check_addr(&seen.control.source, columns[i].loopback);
        check_addr(&seen.control.destination, columns[i].loopback);
        EQUAL(64, seen.control.hop_limit);
        observe(s, raw, i, &to, NULL, &seen); /* of that packet only */
        EQUAL(64, seen.control.hop_limit);
        if (told & IPSOCK_CONTROL_TRAFFIC_CLASS)
            EQUAL(0, seen.control.traffic_class);
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(s, 12));
        observe(s, raw, i, &to, NULL, &seen);
        EQUAL(12, seen.control.hop_limit);
        ipsock_free(s);
        ipsock_free(raw);
    }
}

/* A source per packet, or the refusal that the ledger announces. */
static void v4_uni_03_ping_source(void **state)
{
    static const char *const sources[] = {"10.77.0.2", "fd77::2"};
    static const char *const targets[] = {"10.77.0.1", "fd77::1"};
    uint32_t first, second;
    struct seen seen;
    (void)state;
    need_privilege();
    need(system_make_interfaces(&first, &second), "no interfaces of our own");
    FOR_EACH_PING(i)
    {
        struct ipsock_capability_answer answer;
        struct ipsock_error error;
        struct ipsock_endpoint *s = NULL;
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        const struct ipsock_addr to = addr_of(targets[i]);
        config.local = ipsock_addr_any(columns[i].family, 0);
        s = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_capability(s, 0, 0, IPSOCK_FEATURE_SEND_SOURCE, &answer));
        ipsock_free(s);
        config.send_control = IPSOCK_CONTROL_SOURCE;
        config.error = &error;
        if (answer.level == IPSOCK_ABSENT) {
            if (system_pings_raw())
                EQUAL(0, sendable_raw(i, IPSOCK_CONTROL_SOURCE));
            else /* linux.md §6: IPv6 ping sockets ignore it */
                EQUAL(V6, i);
            CHECK(IPSOCK_ENOTSUP, ipsock_open(&s, &config));
            assert_string_equal(error.option, "send_control");
            continue;
        }
        config.error = NULL;
        if (!raw_hears_requests(i))
            continue;
        s = must_open(&config);
        struct ipsock_control c = {.valid = IPSOCK_CONTROL_SOURCE, .source = addr_of(sources[i])};
        struct ipsock_config listens = config_of(i, IPSOCK_RAW);
        listens.local = to;
        listens.protocol = i == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
        struct ipsock_endpoint *raw = must_open(&listens);
        observe(s, raw, i, &to, &c, &seen);
        check_addr(&seen.peer, sources[i]);
        ipsock_free(s);
        ipsock_free(raw);
    }
}

/* Filters of the program's own see the same message, and are obeyed beside the library's. */
static void bpf_01_ping_view(void **state)
{
    /* drops sequence number 3, keeps 9 bytes of number 4 */
    static const struct ipsock_bpf_instruction program[] = {{0x30, 0, 0, 7}, {0x15, 0, 1, 3},
                                                            {0x06, 0, 0, 0}, {0x15, 0, 1, 4},
                                                            {0x06, 0, 0, 9}, {0x06, 0, 0, 0xffff}};
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_icmp_filter filter = {{0}};
        struct seen seen;
        struct ipsock_endpoint *s = open_ping(i);
        CHECK(IPSOCK_OK, ipsock_set_bpf(s, program, COUNT(program)));
        for (uint8_t n = 2; n < 6; n++)
            request(s, i, n);
        expect_reply(s, i, 2);
        receive(s, &seen);
        EQUAL(9, seen.length);
        check_reply(s, i, seen.data, 9, 4);
        expect_reply(s, i, 5);
        CHECK(IPSOCK_OK, ipsock_clear_bpf(s));
        request(s, i, 3);
        expect_reply(s, i, 3);
        ipsock_icmp_filter_block(&filter, i == V4 ? 0 : 129);
        CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &filter));
        request(s, i, 6);
        check_nothing(s);
        ipsock_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ping_03_ping_10_rooms),
        cmocka_unit_test(ping_03_ping_10_scattered_and_in_batches),
        cmocka_unit_test(ping_10_nobody_elses),
        cmocka_unit_test(ping_10_waiting),
        cmocka_unit_test(ping_09_group),
        cmocka_unit_test(cm_01_ping_per_packet),
        cmocka_unit_test(v4_uni_03_ping_source),
        cmocka_unit_test(bpf_01_ping_view),
    };
    return RUN(tests);
}
