// SPDX-License-Identifier: BSD-2-Clause
/* Errors that come later: ES-01 to ES-09. What takes routers is in tests/network, waiting in
 * test_error_waiting.c. */
#include "errors_later.h"

#define PROTOCOL_UNREACHABLE4 2
#define KEPT                  64 /* events that an endpoint keeps beside the system's queue */

static void es_01_port_unreachable(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_endpoint *s = open_error_stream(i);
        const struct ipsock_addr to = closed_port(i);
        struct event event;
        CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
        CHECK(IPSOCK_OK, send_bytes(s, &to, "to nobody", 9, NULL));
        CHECK(IPSOCK_OK, take_event(s, &event, 0));
        check_refused(&event, i, &to);
        EQUAL(9, event.length);
        assert_memory_equal(event.payload, "to nobody", 9);
        CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
        ipsock_free(s);
    }
}

static void es_01_short_payload_buffers(void **state)
{
    struct ipsock_icmp_error e;
    uint8_t payload[4] = {0};
    size_t length = 77;
    (void)state;
    need_error_stream();
    struct ipsock_endpoint *s = open_error_stream(V4);
    const struct ipsock_addr to = closed_port(V4);
    for (int i = 0; i < 3; i++)
        CHECK(IPSOCK_OK, send_bytes(s, &to, "to nobody", 9, NULL));
    CHECK(IPSOCK_OK, ipsock_recv_icmp_error(s, &e, NULL, 0, payload, 4, &length, 0));
    EQUAL(4, length);
    EQUAL(IPSOCK_MSG_TRUNC, e.flags);
    assert_memory_equal(payload, "to n", 4);
    CHECK(IPSOCK_OK, ipsock_recv_icmp_error(s, &e, NULL, 0, NULL, 0, &length, 0));
    EQUAL(0, length);
    EQUAL(IPSOCK_MSG_TRUNC, e.flags);
    CHECK(IPSOCK_OK, ipsock_recv_icmp_error(s, &e, NULL, 0, NULL, 0, NULL, 0));
    ipsock_free(s);
}

/* Sends to somebody and to nobody in turn: all go out, and each of the latter is reported once. */
static void undisturbed_sends(int column, bool batch)
{
    enum { ROUNDS = 20 };
    struct pair pair = open_pair(column, 0, 0);
    struct ipsock_endpoint *s = open_error_stream(column);
    const struct ipsock_addr nobody = closed_port(column);
    struct burst b = make_burst(2 * ROUNDS);
    struct seen seen;
    struct event event;
    uint32_t all = 0;
    for (uint32_t i = 0; i < 2 * ROUNDS; i++) {
        b.messages[i].peer = i % 2 ? pair.to : nobody;
        b.buffers[i].length = 1;
        b.data[i][0] = (uint8_t)i;
        if (!batch)
            CHECK(IPSOCK_OK, ipsock_send(s, &b.messages[i], 0));
    }
    while (batch && all < 2 * ROUNDS) {
        uint32_t done = 0;
        CHECK(IPSOCK_OK, ipsock_send_batch(s, b.batch, b.messages + all, sizeof b.messages[0],
                                           2 * ROUNDS - all, &done, 0));
        all += done;
    }
    for (uint8_t i = 0; i < ROUNDS; i++) {
        receive(pair.receiver, &seen);
        EQUAL(2 * i + 1, seen.data[0]);
        CHECK(IPSOCK_OK, take_event(s, &event, 0));
        check_refused(&event, column, &nobody);
        EQUAL(2 * i, event.payload[0]);
    }
    check_nothing(pair.receiver);
    CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
    free_burst(&b);
    ipsock_free(s);
    close_pair(&pair);
}

static void es_02_sends_are_undisturbed(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        undisturbed_sends(i, false);
        undisturbed_sends(i, true);
    }
}

/* Errors lie before a datagram, which all ways to receive it must deliver. */
static void undisturbed_receives(int column, bool batch, uint32_t flags)
{
    struct ipsock_endpoint *s = open_error_stream(column);
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    struct ipsock_endpoint *other = must_open(&config);
    const struct ipsock_addr nobody = closed_port(column);
    struct ipsock_addr local, to = addr_of(columns[column].loopback);
    struct burst b = make_burst(2);
    struct event event;
    uint32_t done = 1;
    CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
    to.port = local.port;
    for (int i = 0; i < 3; i++)
        CHECK(IPSOCK_OK, send_bytes(s, &nobody, "?", 1, NULL));
    CHECK(IPSOCK_OK, send_bytes(other, &to, "!", 1, NULL));
    CHECK(IPSOCK_OK, batch ? receive_burst(s, &b, 2, &done) : ipsock_recv(s, b.messages, flags));
    EQUAL(1, done);
    EQUAL('!', b.data[0][0]);
    CHECK(IPSOCK_EAGAIN, ipsock_recv(s, b.messages, IPSOCK_MSG_DONTWAIT));
    for (int i = 0; i < 3; i++) {
        CHECK(IPSOCK_OK, take_event(s, &event, 0));
        check_refused(&event, column, &nobody);
    }
    CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
    free_burst(&b);
    ipsock_free(s);
    ipsock_free(other);
}

static void es_02_receives_are_undisturbed(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        undisturbed_receives(i, false, 0);
        undisturbed_receives(i, false, IPSOCK_MSG_DONTWAIT);
        undisturbed_receives(i, true, 0);
    }
}

static void es_02_connected_endpoints_too(void **state)
{
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = stream_config(i);
        struct event event;
        const struct ipsock_addr nobody = closed_port(i);
        config.peer = nobody;
        struct ipsock_endpoint *s = must_open(&config);
        struct burst b = make_burst(1);
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
        for (int n = 0; n < 5; n++)
            CHECK(IPSOCK_OK, send_bytes(s, NULL, "?", 1, NULL));
        CHECK(IPSOCK_EAGAIN, ipsock_recv(s, b.messages, IPSOCK_MSG_DONTWAIT));
        for (int n = 0; n < 5; n++) {
            CHECK(IPSOCK_OK, take_event(s, &event, 0));
            check_refused(&event, i, &nobody);
        }
        free_burst(&b);
        ipsock_free(s);
    }
}

/* A receive that waits while errors come moves them aside; they are there afterwards, in order, and
 * those that there was no room for are counted. */
static void es_03_waiting_receives_keep_errors(void **state)
{
    enum { BEYOND = 6 };
    (void)state;
    need_error_stream();
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_endpoint *s = open_error_stream(i);
        const struct ipsock_addr nobody = closed_port(i);
        struct ipsock_counters counters;
        struct burst b = make_burst(1);
        struct event event;
        for (uint8_t n = 0; n < KEPT + BEYOND; n++)
            CHECK(IPSOCK_OK, send_bytes(s, &nobody, &n, 1, NULL));
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, ipsock_now() + 20 * MILLISECOND));
        CHECK(IPSOCK_ETIMEDOUT, ipsock_recv(s, b.messages, 0));
        for (uint8_t n = 0; n < KEPT; n++) {
            CHECK(IPSOCK_OK, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
            check_refused(&event, i, &nobody);
            EQUAL(n, event.payload[0]);
        }
        CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
        CHECK(IPSOCK_OK, ipsock_get_counters(s, &counters, sizeof counters));
        EQUAL(BEYOND, counters.error_discards);
        free_burst(&b);
        ipsock_free(s);
    }
}

/* The system refuses a datagram that must not be fragmented: its send says so, and one event. */
static void es_04_local_errors(void **state)
{
    static const char *const hosts[COLUMNS] = {"10.77.0.9", "fd77::9", "::ffff:10.77.0.9"};
    static uint8_t large[65508];
    uint32_t first, second;
    (void)state;
    need_error_stream();
    need(system_make_interfaces(&first, &second), "no interfaces");
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = stream_config(i);
        struct ipsock_addr to = addr_of(hosts[i]);
        struct event event;
        to.port = 9;
        config.local = ipsock_addr_any(columns[i].family, 0);
        struct ipsock_endpoint *s = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
        CHECK(IPSOCK_OK, ipsock_set_dont_fragment(s, true));
        for (int round = 0; round < 2; round++) {
            CHECK(IPSOCK_EMSGSIZE, send_bytes(s, &to, large, 3000, NULL));
            CHECK(IPSOCK_OK, take_event(s, &event, 0));
            EQUAL(0, event.e.family);
            CHECK(IPSOCK_EMSGSIZE, event.e.error);
            EQUAL(1500, event.e.mtu);
            EQUAL(IPSOCK_UNSPEC, event.e.offender.family);
            check_addr(&event.e.destination, hosts[i]);
            EQUAL(0, event.length);
            CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
        }
        CHECK(IPSOCK_EMSGSIZE, send_bytes(s, &to, large, 3000, NULL)); /* several, and one each */
        CHECK(IPSOCK_EMSGSIZE, send_bytes(s, &to, large, 3000, NULL));
        CHECK(IPSOCK_OK, take_event(s, &event, 0));
        CHECK(IPSOCK_OK, take_event(s, &event, 0));
        CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
        /* what fits goes out; and no datagram at all is as long as this */
        CHECK(IPSOCK_OK, send_bytes(s, &to, large, 1400, NULL));
        CHECK(IPSOCK_EMSGSIZE, send_bytes(s, &to, large, sizeof large, NULL));
        ipsock_free(s);
    }
}

/* The system's offload refuses segments above the path's MTU, and says nothing more of it.
 * Datagrams that the library sends one by one are such as any. */
static void es_04_segments_above_the_path(void **state)
{
    static const char *const hosts[COLUMNS] = {"10.77.0.9", "fd77::9", "::ffff:10.77.0.9"};
    static uint8_t large[4000];
    uint32_t first, second;
    (void)state;
    need_error_stream();
    need(system_make_interfaces(&first, &second), "no interfaces");
    FOR_EACH_COLUMN(i)
    {
        struct ipsock_config config = stream_config(i);
        struct ipsock_addr to = addr_of(hosts[i]);
        struct ipsock_capability_answer can;
        struct ipsock_control c;
        struct event event;
        to.port = 9;
        config.local = ipsock_addr_any(columns[i].family, 0);
        config.send_control = IPSOCK_CONTROL_SEGMENT_SIZE;
        struct ipsock_endpoint *s = must_open(&config);
        CHECK(IPSOCK_OK,
              ipsock_capability(s, 0, columns[i].traffic, IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &can));
        const bool native = can.level == IPSOCK_NATIVE;
        memset(&c, 0, sizeof c);
        c.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
        c.segment_size = i == V6 ? 1453 : 1473;
        /* fragmented by whoever sends datagrams one by one */
        CHECK(native ? IPSOCK_EMSGSIZE : IPSOCK_OK, send_bytes(s, &to, large, sizeof large, &c));
        CHECK(IPSOCK_OK, ipsock_set_dont_fragment(s, true));
        for (int round = 0; round < 2; round++) {
            CHECK(IPSOCK_EMSGSIZE, send_bytes(s, &to, large, sizeof large, &c));
            check_option(s, IPSOCK_WRITE, IPSOCK_EMSGSIZE, "segment_size");
            if (!native) {
                CHECK(IPSOCK_OK, take_event(s, &event, 0));
                EQUAL(1500, event.e.mtu);
            }
            CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
        }
        CHECK(IPSOCK_EMSGSIZE, send_bytes(s, &to, large, 3000, NULL)); /* that one is told */
        CHECK(IPSOCK_OK, take_event(s, &event, 0));
        CHECK(IPSOCK_EAGAIN, take_event(s, &event, IPSOCK_MSG_DONTWAIT));
        c.segment_size--;
        CHECK(IPSOCK_OK, send_bytes(s, &to, large, sizeof large, &c));
        CHECK(IPSOCK_OK,
              ipsock_capability(s, 0, columns[i].traffic, IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &can));
        EQUAL(native, can.level == IPSOCK_NATIVE);
        ipsock_free(s);
    }
}

/* ---- what is refused ---- */

static void es_06_tcp_is_refused(void **state)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_error error;
    (void)state;
    struct ipsock_config config = stream_config(V4);
    config.kind = IPSOCK_TCP;
    config.error = &error;
    CHECK(IPSOCK_EKIND, ipsock_open(&s, &config));
    assert_string_equal(error.option, "error_stream");
    assert_null(s);
    struct pair tcp = open_stream(V4);
    struct event event;
    CHECK(IPSOCK_EKIND, take_event(tcp.sender, &event, 0));
    check_option(tcp.sender, IPSOCK_READ, IPSOCK_EKIND, "error_stream");
    close_pair(&tcp);
}

static void es_06_endpoints_without_the_flag(void **state)
{
    struct event event;
    (void)state;
    struct ipsock_config config = config_of(V4, IPSOCK_UDP);
    struct ipsock_endpoint *s = must_open(&config);
    const int code = has_error_stream() ? IPSOCK_EKIND : IPSOCK_ENOTSUP;
    CHECK(code, take_event(s, &event, 0));
    check_option(s, IPSOCK_READ, code,
                 has_error_stream() ? "error_stream (open or adopt with IPSOCK_OPEN_ERROR_STREAM)"
                                    : "error_stream");
    if (!has_error_stream()) {
        ipsock_free(s);
        s = NULL;
        config.flags |= IPSOCK_OPEN_ERROR_STREAM;
        CHECK(IPSOCK_ENOTSUP, ipsock_open(&s, &config));
    }
    ipsock_free(s);
}

static void es_06_bad_arguments(void **state)
{
    struct ipsock_icmp_error e;
    struct ipsock_icmp_object object;
    uint8_t payload[8];
    (void)state;
    need_error_stream();
    struct ipsock_endpoint *s = open_error_stream(V4);
    const struct ipsock_addr nobody = closed_port(V4);
    CHECK(IPSOCK_OK, send_bytes(s, &nobody, "?", 1, NULL));
    const struct {
        struct ipsock_icmp_error *event;
        struct ipsock_icmp_object *objects;
        size_t capacity;
        uint8_t *payload;
        size_t size;
        uint32_t flags;
        const char *option;
    } bad[] = {
        {NULL, NULL, 0, payload, 8, 0, "event"},
        {&e, NULL, 1, payload, 8, 0, "objects"},
        {&e, &object, 1, NULL, 0, 0, "payload"},
        {&e, NULL, 0, NULL, 8, 0, "payload"},
        {&e, NULL, 0, payload, 8, IPSOCK_MSG_PEEK, "flags"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK(IPSOCK_EINVAL,
              ipsock_recv_icmp_error(s, bad[i].event, bad[i].objects, bad[i].capacity,
                                     bad[i].payload, bad[i].size, NULL, bad[i].flags));
        check_option(s, IPSOCK_READ, IPSOCK_EINVAL, bad[i].option);
    }
    CHECK(IPSOCK_OK, ipsock_recv_icmp_error(s, &e, &object, 1, payload, 8, NULL, 0)); /* is there */
    CHECK(IPSOCK_ECLOSED, ipsock_recv_icmp_error(NULL, &e, NULL, 0, NULL, 0, NULL, 0));
    CHECK(IPSOCK_OK, ipsock_close(s));
    CHECK(IPSOCK_ECLOSED, ipsock_recv_icmp_error(s, &e, NULL, 0, NULL, 0, NULL, 0));
    ipsock_free(s);
}

/* ---- other sockets ---- */

static void es_07_adopted_sockets(void **state)
{
    (void)state;
    need_error_stream();
    for (int queued = 0; queued <= 1; queued++) {
        const ipsock_handle_t udp = system_udp_socket(IPSOCK_IPV4, true);
        const struct ipsock_addr nobody = closed_port(V4);
        struct ipsock_endpoint *s = NULL;
        struct ipsock_config config;
        struct event event;
        ipsock_config_init(&config);
        config.kind = IPSOCK_UDP;
        config.flags = IPSOCK_ADOPT_OWN | IPSOCK_OPEN_ERROR_STREAM;
        config.receive_control = IPSOCK_CONTROL_INTERFACE;
        if (queued)
            assert_true(system_enable_error_queue(udp));
        CHECK(IPSOCK_OK, ipsock_adopt(&s, udp, &config));
        CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
        CHECK(IPSOCK_OK, send_bytes(s, &nobody, "?", 1, NULL));
        CHECK(IPSOCK_OK, take_event(s, &event, 0));
        check_refused(&event, V4, &nobody);
        ipsock_free(s);
    }
}

static void es_07_a_failed_adoption_leaves_the_queue(void **state)
{
    (void)state;
    need_error_stream();
    for (int queued = 0; queued <= 1; queued++) {
        const ipsock_handle_t udp = system_udp_socket(IPSOCK_IPV4, true);
        struct ipsock_endpoint *s = NULL;
        struct ipsock_config config;
        ipsock_config_init(&config);
        config.kind = IPSOCK_UDP;
        config.flags = IPSOCK_OPEN_ERROR_STREAM;
        config.receive_control = IPSOCK_CONTROL_PATH_MTU; /* not on IPv4 */
        if (queued)
            assert_true(system_enable_error_queue(udp));
        CHECK(IPSOCK_ENOTSUP, ipsock_adopt(&s, udp, &config));
        EQUAL(queued, system_has_error_queue(udp));
        config.receive_control = 0; /* lent, and given back in each of the two ways */
        for (int release = 0; release <= 1; release++) {
            ipsock_handle_t handle = udp;
            CHECK(IPSOCK_OK, ipsock_adopt(&s, udp, &config));
            assert_true(system_has_error_queue(udp));
            CHECK(IPSOCK_OK, release ? ipsock_release(s, &handle) : ipsock_close(s));
            EQUAL(queued, system_has_error_queue(udp));
            ipsock_free(s);
        }
        system_close(udp);
    }
}

/* The host answers for a protocol that nobody receives on that address. */
static void raw_protocol(int column, const char *from, const char *to, int type, int code,
                         bool writes_header)
{
    struct ipsock_config config = config_of(column, IPSOCK_RAW);
    struct ipsock_addr host = addr_of(to);
    struct event event;
    config.protocol = PROTOCOL_TEST;
    config.flags |= IPSOCK_OPEN_ERROR_STREAM | (writes_header ? IPSOCK_OPEN_HEADER_INCLUDED : 0u);
    config.local = addr_of(from);
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    /* Linux gives its sockets no error whose quote has less than 8 bytes (icmp_socket_deliver) */
    uint8_t packet[28] = {0x45, 0, 0, 28, 0, 0, 0, 0, 64, PROTOCOL_TEST};
    memcpy(packet + 12, config.local.ip, 4);
    memcpy(packet + 16, host.ip, 4);
    memcpy(packet + 20, "raw data", 8);
    CHECK(IPSOCK_OK, writes_header ? send_bytes(s, &host, packet, sizeof packet, NULL)
                                   : send_bytes(s, &host, "raw data", 8, NULL));
    CHECK(IPSOCK_OK, take_event(s, &event, 0));
    EQUAL(columns[column].family, event.e.family);
    EQUAL(type, event.e.type);
    EQUAL(code, event.e.code);
    check_addr(&event.e.offender, to);
    check_addr(&event.e.destination, to);
    EQUAL(0, event.e.destination.port);
    EQUAL(8, event.length);
    assert_memory_equal(event.payload, "raw data", 8);
    ipsock_free(s);
}

static void es_08_raw_endpoints(void **state)
{
    uint32_t first, second;
    (void)state;
    need_error_stream();
    need_privilege();
    for (int writes_header = 0; writes_header <= 1; writes_header++)
        raw_protocol(V4, "127.0.0.5", "127.0.0.6", IPSOCK_ICMPV4_DESTINATION_UNREACHABLE,
                     PROTOCOL_UNREACHABLE4, writes_header != 0);
    need(has_column(V6) && system_make_interfaces(&first, &second), "no interfaces with IPv6");
    raw_protocol(V6, "fd77::1", "fd77::2", IPSOCK_ICMPV6_PARAMETER_PROBLEM, 1, false);
}

static void es_09_the_ledger(void **state)
{
    static const int kinds[] = {IPSOCK_UDP, IPSOCK_RAW, IPSOCK_PING, IPSOCK_TCP};
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++)
        for (int i = V4; i <= V6; i++) {
            struct ipsock_capability_answer answer;
            CHECK(IPSOCK_OK, ipsock_capability(NULL, kinds[k], columns[i].family,
                                               IPSOCK_FEATURE_ERROR_STREAM, &answer));
            const bool there = has_error_stream() && kinds[k] != IPSOCK_TCP;
            EQUAL(there ? IPSOCK_NATIVE : IPSOCK_ABSENT, answer.level);
            assert_true((answer.reason == NULL) == there);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(es_01_port_unreachable),
        cmocka_unit_test(es_01_short_payload_buffers),
        cmocka_unit_test(es_02_sends_are_undisturbed),
        cmocka_unit_test(es_02_receives_are_undisturbed),
        cmocka_unit_test(es_02_connected_endpoints_too),
        cmocka_unit_test(es_03_waiting_receives_keep_errors),
        cmocka_unit_test(es_04_local_errors),
        cmocka_unit_test(es_04_segments_above_the_path),
        cmocka_unit_test(es_06_tcp_is_refused),
        cmocka_unit_test(es_06_endpoints_without_the_flag),
        cmocka_unit_test(es_06_bad_arguments),
        cmocka_unit_test(es_07_adopted_sockets),
        cmocka_unit_test(es_07_a_failed_adoption_leaves_the_queue),
        cmocka_unit_test(es_08_raw_endpoints),
        cmocka_unit_test(es_09_the_ledger),
    };
    return RUN(tests);
}
