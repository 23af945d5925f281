// SPDX-License-Identifier: BSD-2-Clause
/* Raw and ping endpoints, and the error stream that these systems do not have. */
#include "sweep.h"

static struct ipsock_endpoint *s, *other;
static struct ipsock_config config;
static struct ipsock_message m;
static struct ipsock_buffer buffer;
static char data[256];
static struct ipsock_addr loopback;

static void want(int kind, int family, uint32_t flags)
{
    ipsock_config_init(&config);
    config.kind = kind;
    config.family = family;
    config.flags = flags;
    config.protocol = kind == IPSOCK_RAW ? 253 : 0;
    loopback = ipsock_addr_loopback(family, 0);
}

static void open_both(void)
{
    OK(ipsock_open(&s, &config));
    OK(ipsock_open(&other, &config));
    OK(ipsock_set_read_deadline(s, ipsock_now() + 60 * IPSOCK_SECOND));
    OK(ipsock_set_read_deadline(other, ipsock_now() + 60 * IPSOCK_SECOND));
}

static void close_both(void)
{
    ipsock_free(s);
    ipsock_free(other);
    s = other = NULL;
}

static int teardown(void **state)
{
    (void)state;
    close_both();
    model_faults_forget();
    return 0;
}

static const struct exception exceptions[] = {
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};
static const struct exception exceptions6[] = {
    SWEEP_STRAY_ERRORS,
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

/* What the kernel has no filter for the library drops. */
static const struct exception filter_exceptions[] = {
    {"setsockopt", "ICMP6_FILTER", 0, "ENOPROTOOPT", IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

/* ---- raw ---- */

static unsigned sent;

static int send_raw(struct ipsock_error *error)
{
    ipsock_message_init_send(&m, &buffer, "question", 8, &loopback);
    const int code = ipsock_send(s, &m, 0);
    OK(ipsock_last_error(s, IPSOCK_WRITE, error));
    assert_int_equal(m.length, code < 0 ? 0 : 8);
    sent += code == IPSOCK_OK;
    return code;
}

/* The same with a header of its own. */
static int send_header(struct ipsock_error *error)
{
    struct ipsock_ipv4_header header;
    memset(&header, 0, sizeof header);
    header.hop_limit = 64;
    header.protocol = 253;
    header.destination = loopback;
    ipsock_message_init_send(&m, &buffer, "question", 8, NULL);
    const int code = ipsock_send_ipv4(s, &header, &m, 0);
    OK(ipsock_last_error(s, IPSOCK_WRITE, error));
    sent += code == IPSOCK_OK;
    return code;
}

/* Each went once. */
static void raw_arrived(void)
{
    for (; sent > 0; sent--) {
        ipsock_message_init(&m, &buffer, data, sizeof data);
        OK(ipsock_recv(other, &m, 0));
        assert_int_equal(m.length, 8);
        assert_memory_equal(data, "question", 8);
    }
    CODE(ipsock_recv(other, &m, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
}

static int receive_raw(struct ipsock_error *error)
{
    ipsock_message_init(&m, &buffer, data, sizeof data);
    const int code = ipsock_recv(other, &m, 0);
    OK(ipsock_last_error(other, IPSOCK_READ, error));
    return code;
}

static void open_and_send(void)
{
    struct ipsock_error error;
    open_both();
    OK(send_raw(&error));
    sent = 0;
}

static void received_once(void)
{
    struct ipsock_counters counters;
    assert_int_equal(m.length, 8);
    assert_memory_equal(data, "question", 8);
    CODE(ipsock_recv(other, &m, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    OK(ipsock_get_counters(other, &counters, sizeof counters));
    assert_int_equal(counters.header_discards, 0);
    assert_int_equal(counters.truncated, 0);
}

static void raw_packets(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        want(IPSOCK_RAW, which == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6, 0);
        const struct sweep sending = {"raw send",
                                      open_both,
                                      send_raw,
                                      raw_arrived,
                                      NULL,
                                      close_both,
                                      which == 0 ? exceptions : exceptions6,
                                      5};
        const struct sweep receiving = {"raw receive", open_and_send, receive_raw, received_once,
                                        NULL,          close_both,    exceptions,  2};
        sweep(&sending);
        sweep(&receiving);
    }
    want(IPSOCK_RAW, IPSOCK_IPV4, IPSOCK_OPEN_HEADER_INCLUDED);
    const struct sweep whole = {"own header", open_both,  send_header, raw_arrived,
                                NULL,         close_both, exceptions,  5};
    sweep(&whole);
}

static void interrupted_raw_calls_go_on(void **state)
{
    struct ipsock_error error;
    (void)state;
    for (int which = 0; which < 2; which++) {
        want(IPSOCK_RAW, which == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6, 0);
        open_both();
        model_faults_forget();
        model_faults_order("sendto", "EINTR", 1, 2);
        model_faults_order("sendmsg", "EINTR", 1, 2);
        OK(send_raw(&error));
        model_faults_order("recvmsg", "EINTR", 1, 2);
        model_faults_order("recvfrom", "EINTR", 1, 2);
        raw_arrived();
        assert_true(model_faults_failed() >= 4);
        close_both();
    }
}

/* ---- ping ---- */

static const uint8_t request4[] = {8, 0, 0, 0, 0, 0, 0, 1, 'p', 'i', 'n', 'g'};
static const uint8_t request6[] = {128, 0, 0, 0, 0, 0, 0, 1, 'p', 'i', 'n', 'g'};

static int send_ping(struct ipsock_error *error)
{
    ipsock_message_init_send(&m, &buffer, config.family == IPSOCK_IPV4 ? request4 : request6,
                             sizeof request4, &loopback);
    const int code = ipsock_send(s, &m, 0);
    OK(ipsock_last_error(s, IPSOCK_WRITE, error));
    sent += code == IPSOCK_OK;
    return code;
}

/* An answer to each, and nothing else. */
static void ping_answered(void)
{
    for (; sent > 0; sent--) {
        ipsock_message_init(&m, &buffer, data, sizeof data);
        OK(ipsock_recv(s, &m, 0));
        assert_int_equal(m.length, sizeof request4);
        assert_int_equal((uint8_t)data[0], config.family == IPSOCK_IPV4 ? 0 : 129);
        assert_memory_equal(data + 8, "ping", 4);
    }
    CODE(ipsock_recv(s, &m, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
}

static void open_and_ping(void)
{
    struct ipsock_error error;
    open_both();
    OK(send_ping(&error));
    sent = 0;
}

static int receive_pong(struct ipsock_error *error)
{
    ipsock_message_init(&m, &buffer, data, sizeof data);
    const int code = ipsock_recv(s, &m, 0);
    OK(ipsock_last_error(s, IPSOCK_READ, error));
    return code;
}

static void pong_received(void)
{
    assert_memory_equal(data + 8, "ping", 4);
    CODE(ipsock_recv(s, &m, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
}

static void pings(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++) {
        want(IPSOCK_PING, which == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6, 0);
        const struct sweep sending = {"ping",
                                      open_both,
                                      send_ping,
                                      ping_answered,
                                      NULL,
                                      close_both,
                                      which == 0 ? exceptions : exceptions6,
                                      5};
        const struct sweep receiving = {"pong", open_and_ping, receive_pong, pong_received,
                                        NULL,   close_both,    exceptions,   2};
        sweep(&sending);
        sweep(&receiving);
    }
}

/* ---- filters ---- */

static int filter_it(struct ipsock_error *error)
{
    struct ipsock_icmp_filter filter;
    ipsock_icmp_filter_set_all(&filter, true);
    ipsock_icmp_filter_accept(&filter, 135);
    const int code = ipsock_set_icmp_filter(s, &filter);
    OK(ipsock_last_error(s, IPSOCK_SETUP, error));
    return code;
}

static void filtered(void)
{
    struct ipsock_icmp_filter filter;
    OK(ipsock_get_icmp_filter(s, &filter));
    assert_true(ipsock_icmp_filter_will_block(&filter, 129));
    assert_false(ipsock_icmp_filter_will_block(&filter, 135));
}

static void not_filtered(void)
{
    struct ipsock_icmp_filter filter;
    OK(ipsock_get_icmp_filter(s, &filter));
    assert_false(ipsock_icmp_filter_will_block(&filter, 129));
}

static void icmp_filters(void **state)
{
    struct ipsock_error error;
    int level, name;
    (void)state;
    want(IPSOCK_RAW, IPSOCK_IPV6, 0);
    config.protocol = 58;
    const struct sweep filtering = {"filter",     open_both,  filter_it,         NULL,
                                    not_filtered, close_both, filter_exceptions, 2};
    sweep(&filtering);
    for (int missing = 0; missing < 2; missing++) { /* in the kernel */
        open_both();
        model_faults_forget();
        OK(filter_it(&error));
        filtered();
        assert_true(model_faults_option("setsockopt", 1, &level, &name));
        close_both();
        open_both();
        model_faults_forget();
        if (missing)
            model_faults_lack(level, name);
        OK(filter_it(&error));
        filtered();
        close_both();
    }
}

/* ---- the error stream ---- */

static void there_is_no_error_stream(void **state)
{
    struct ipsock_icmp_error event;
    struct ipsock_error error;
    (void)state;
    for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++) {
        if (kind == IPSOCK_TCP)
            continue;
        want(kind, IPSOCK_IPV4, IPSOCK_OPEN_ERROR_STREAM);
        config.error = &error;
        CODE(ipsock_open(&s, &config), IPSOCK_ENOTSUP);
        assert_null(s);
        assert_string_equal(error.option, "error_stream");
        expect_clean();
        want(kind, IPSOCK_IPV4, 0);
        OK(ipsock_open(&s, &config));
        CODE(ipsock_recv_icmp_error(s, &event, NULL, 0, NULL, 0, NULL, IPSOCK_MSG_DONTWAIT),
             IPSOCK_ENOTSUP);
        close_both();
        expect_clean();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(raw_packets, teardown),
        cmocka_unit_test_teardown(interrupted_raw_calls_go_on, teardown),
        cmocka_unit_test_teardown(pings, teardown),
        cmocka_unit_test_teardown(icmp_filters, teardown),
        cmocka_unit_test_teardown(there_is_no_error_stream, teardown),
    };
    return cmocka_run_group_tests_name("personality/faults/raw", tests, NULL, NULL);
}
