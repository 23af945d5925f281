// SPDX-License-Identifier: BSD-2-Clause
/* Single messages of UDP: what fails is named and changes nothing, interrupted calls go on, a
 * datagram that has come is delivered by the next call, and cut control data is said to be cut. */
#include "sweep.h"

static struct pair pair;
static struct ipsock_config config;
static struct ipsock_message m;
static struct ipsock_buffer buffer;
static struct ipsock_control control;
static char data[64];
static int sent; /* that must come */

static void want(int family, uint32_t receive_control, uint32_t send_control)
{
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(family, 0);
    config.receive_control = receive_control;
    config.send_control = send_control;
}

static void open_it(void)
{
    open_pair(&pair, &config);
}

static void close_it(void)
{
    if (pair.s != NULL)
        close_pair(&pair);
}

static int teardown(void **state)
{
    (void)state;
    close_it();
    model_faults_forget();
    sent = 0;
    return 0;
}

/* ---- sending ---- */

static int send_it(struct ipsock_error *error)
{
    memset(&control, 0, sizeof control);
    ipsock_message_init_send(&m, &buffer, "question", 8, &pair.peer);
    if (config.send_control != 0) {
        control.valid = config.send_control;
        control.traffic_class = 0x28;
        control.source = pair.local;
        m.control = &control;
    }
    m.length = 77;
    const int code = ipsock_send(pair.s, &m, 0);
    OK(ipsock_last_error(pair.s, IPSOCK_WRITE, error));
    if (code < 0) {
        assert_int_equal(m.length, 0);
        assert_int_equal(error->index, IPSOCK_NO_INDEX);
    } else {
        assert_int_equal(m.length, 8);
        sent++;
    }
    return code;
}

/* As many as went out, and no more. */
static void arrived(void)
{
    for (; sent > 0; sent--) {
        assert_int_equal(take(&pair, data, sizeof data), 8);
        assert_memory_equal(data, "question", 8);
    }
    assert_false(has_plain(&pair));
}

static void did_not_go(void)
{
    assert_int_equal(sent, 0);
    assert_false(has_plain(&pair));
}

/* What is put back after a packet was in force before: no kernel refuses it, and the packet has
 * gone.
 */
static const struct exception exceptions[] = {
    {"setsockopt", "IP_TOS", 2, NULL, IPSOCK_OK, NULL, NULL},
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

static const struct exception exceptions6[] = {
    SWEEP_STRAY_ERRORS,
    {"setsockopt", "IP_TOS", 2, NULL, IPSOCK_OK, NULL, NULL},
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

static void sends(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++)
        for (int with = 0; with < 2; with++) {
            want(which == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6, 0,
                 with ? IPSOCK_CONTROL_TRAFFIC_CLASS : 0);
            const struct sweep sending = {"send",
                                          open_it,
                                          send_it,
                                          arrived,
                                          did_not_go,
                                          close_it,
                                          which == 0 ? exceptions : exceptions6,
                                          5};
            sweep(&sending);
        }
}

/* A signal interrupts: the same packet goes, once. */
static void interrupted_sends_go_on(void **state)
{
    struct ipsock_error error;
    (void)state;
    for (int with = 0; with < 2; with++) {
        want(IPSOCK_IPV6, 0, with ? IPSOCK_CONTROL_TRAFFIC_CLASS : 0);
        open_it();
        model_faults_order(with ? "sendmsg" : "sendto", "EINTR", 1, 3);
        OK(send_it(&error));
        assert_int_equal(model_faults_failed(), 3);
        arrived();
        close_it();
    }
}

/* A full buffer: it waits for room, or says that it would. */
static void full_buffers_are_waited_for(void **state)
{
    struct ipsock_error error;
    (void)state;
    want(IPSOCK_IPV4, 0, 0);
    open_it();
    model_faults_order("sendto", "EAGAIN", 1, 2);
    OK(send_it(&error));
    assert_int_equal(model_faults_calls("sendto"), 3);
    arrived();
    model_faults_forget();
    model_faults_order("sendto", "EAGAIN", 1, 1);
    CODE(ipsock_send(pair.s, &m, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    did_not_go();
    /* the wait fails, or is interrupted */
    model_faults_forget();
    model_faults_order("sendto", "EAGAIN", 1, 1);
    model_faults_order("poll", "ENOMEM", 1, 1);
    CODE(send_it(&error), IPSOCK_ENOMEM);
    assert_string_equal(error.operation, "poll");
    did_not_go();
    model_faults_forget();
    model_faults_order("sendto", "EAGAIN", 1, 1);
    model_faults_order("poll", "EINTR", 1, 1);
    OK(send_it(&error));
    arrived();
    close_it();
}

/* ---- receiving ---- */

static void open_and_give(void)
{
    open_it();
    give(&pair, "answer", 6);
}

static int receive_it(struct ipsock_error *error)
{
    ipsock_message_init(&m, &buffer, data, sizeof data);
    memset(data, 0, sizeof data);
    memset(&control, 0, sizeof control);
    m.control = &control;
    const int code = ipsock_recv(pair.s, &m, 0);
    OK(ipsock_last_error(pair.s, IPSOCK_READ, error));
    return code;
}

static void received(void)
{
    struct ipsock_counters counters;
    assert_int_equal(m.length, 6);
    assert_memory_equal(data, "answer", 6);
    assert_int_equal(m.flags, 0);
    assert_int_equal(control.valid, config.receive_control);
    CODE(ipsock_recv(pair.s, &m, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    counters.truncated = 77;
    OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
    assert_int_equal(counters.truncated, 0);
    assert_int_equal(counters.control_truncated, 0);
}

static void receives(void **state)
{
    (void)state;
    for (int which = 0; which < 2; which++)
        for (int with = 0; with < 2; with++) {
            const int family = which == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6;
            want(family, with ? receivable(IPSOCK_UDP, family, IPSOCK_CONTROL_HEADER) : 0, 0);
            const struct sweep receiving = {"receive", open_and_give, receive_it, received,
                                            NULL,      close_it,      exceptions, 2};
            sweep(&receiving);
        }
}

static void interrupted_receives_go_on(void **state)
{
    struct ipsock_error error;
    (void)state;
    want(IPSOCK_IPV4, receivable(IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_CONTROL_HEADER), 0);
    open_and_give();
    model_faults_order("recvmsg", "EINTR", 1, 3);
    model_faults_order("recvfrom", "EINTR", 1, 3);
    OK(receive_it(&error));
    assert_int_equal(model_faults_failed(), 3);
    received();
    close_it();
}

/* Poll says that it is ready, and it is not: the receive waits on, and spins no more than that. */
static void lying_polls_are_not_believed(void **state)
{
    struct ipsock_error error;
    (void)state;
    want(IPSOCK_IPV4, 0, 0);
    open_it();
    OK(ipsock_set_read_deadline(pair.s, ipsock_now() + 200 * IPSOCK_MILLISECOND));
    model_faults_forget();
    model_faults_lie_in_poll(5);
    CODE(receive_it(&error), IPSOCK_ETIMEDOUT);
    assert_in_range(model_faults_calls("poll"), 6, 8);
    close_it();
}

/* The wake channel takes descriptors at the first wait; what is there needs none. */
static void waits_without_descriptors(void **state)
{
    static const struct {
        const char *call, *error;
        int code;
    } failures[] = {{"pipe", "EMFILE", IPSOCK_ENFILE},
                    {"pipe", "ENFILE", IPSOCK_ENFILE},
                    {"fcntl", "ENOMEM", IPSOCK_ENOMEM}};
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct ipsock_error error;
        want(IPSOCK_IPV4, 0, 0);
        open_it();
        const unsigned before = model_faults_descriptors();
        model_faults_order(failures[i].call, failures[i].error, 1, UINT_MAX);
        CODE(receive_it(&error), failures[i].code);
        assert_string_equal(error.operation, failures[i].call);
        assert_int_equal(error.native, model_faults_number(failures[i].error));
        assert_int_equal(model_faults_descriptors(), before);
        give(&pair, "answer", 6);
        OK(receive_it(&error));
        received();
        model_faults_forget();
        OK(ipsock_set_read_deadline(pair.s, ipsock_now() + IPSOCK_MILLISECOND));
        CODE(receive_it(&error), IPSOCK_ETIMEDOUT);
        close_it();
    }
}

/* Control data cut at every length: what is whole is right, CTRUNC says that it is not all, and
 * each datagram is counted once. */
static void control_is_cut(int family)
{
    const uint32_t wanted = receivable(IPSOCK_UDP, family, IPSOCK_CONTROL_HEADER);
    struct ipsock_control whole;
    struct ipsock_error error;
    struct ipsock_counters counters;
    uint64_t cut = 0;
    size_t space;
    want(family, wanted, 0);
    open_it();
    give(&pair, "answer", 6);
    OK(receive_it(&error));
    whole = control;
    OK(ipsock_control_space(family, wanted, &space));
    for (size_t room = 0; room <= space; room++) {
        model_faults_limit_control(room);
        give(&pair, "answer", 6);
        OK(receive_it(&error));
        assert_int_equal(m.length, 6);
        assert_memory_equal(data, "answer", 6);
        const uint32_t valid = control.valid;
        assert_int_equal(valid & ~wanted, 0);
        cut += (m.flags & IPSOCK_MSG_CTRUNC) != 0;
        assert_int_equal(model_faults_cuts(), cut); /* NetBSD is silent between two messages */
        if (valid & IPSOCK_CONTROL_DESTINATION)
            assert_true(ipsock_addr_equal(&control.destination, &whole.destination));
        if (valid & IPSOCK_CONTROL_SOURCE)
            assert_true(ipsock_addr_equal(&control.source, &whole.source));
        if (valid & IPSOCK_CONTROL_INTERFACE)
            assert_int_equal(control.interface_index, whole.interface_index);
        if (valid & IPSOCK_CONTROL_HOP_LIMIT)
            assert_int_equal(control.hop_limit, whole.hop_limit);
        if (valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
            assert_int_equal(control.traffic_class, whole.traffic_class);
    }
    assert_int_equal(control.valid, wanted);
    OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
    assert_true(cut > 0);
    assert_int_equal(counters.control_truncated, cut);
    close_it();
}

static void control_is_cut_everywhere(void **state)
{
    (void)state;
    control_is_cut(IPSOCK_IPV4);
    control_is_cut(IPSOCK_IPV6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(sends, teardown),
        cmocka_unit_test_teardown(interrupted_sends_go_on, teardown),
        cmocka_unit_test_teardown(full_buffers_are_waited_for, teardown),
        cmocka_unit_test_teardown(receives, teardown),
        cmocka_unit_test_teardown(interrupted_receives_go_on, teardown),
        cmocka_unit_test_teardown(lying_polls_are_not_believed, teardown),
        cmocka_unit_test_teardown(waits_without_descriptors, teardown),
        cmocka_unit_test_teardown(control_is_cut_everywhere, teardown),
    };
    return cmocka_run_group_tests_name("personality/faults/traffic", tests, NULL, NULL);
}
