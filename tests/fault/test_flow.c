// SPDX-License-Identifier: BSD-2-Clause
/* Messages with flows when the kernel has no batch call, takes a part, refuses, is interrupted. */
#include "fault.h"

static struct fault_pair pair;
static struct fault_batch *b;
static struct ipsock_flow flow;

static int setup(void **state)
{
    (void)state;
    const struct ipsock_control c = {.valid = IPSOCK_CONTROL_HOP_LIMIT, .hop_limit = 9};
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0,
                    IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS |
                        IPSOCK_CONTROL_SEGMENT_SIZE | IPSOCK_CONTROL_SOURCE);
    b = fault_make_batch();
    fault_reset();
    FAULT_OK(ipsock_flow_prepare(pair.s, &flow, &pair.peer, &c));
    assert_int_equal(fault_all_calls() - fault_calls(FAULT_clock_gettime), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_close_pair(&pair);
    fault_free_batch(b);
    return 0;
}

/* Messages 0 … count - 1, each with its number, every third with a class of its own. */
static void fill(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        b->buffers[i].length = (size_t)snprintf(b->data[i], FAULT_DATA, "%u", i);
        b->messages[i].flow = &flow;
        b->messages[i].control = i % 3 == 2 ? &b->control[i] : NULL;
        b->messages[i].length = 99;
        b->control[i].valid = IPSOCK_CONTROL_TRAFFIC_CLASS;
        b->control[i].traffic_class = 0x28;
    }
}

static int transmit(uint32_t from, uint32_t count, uint32_t *done, uint32_t flags)
{
    return ipsock_send_batch(pair.s, b->batch, b->messages + from, sizeof b->messages[0], count,
                             done, flags);
}

static void expect_taken(uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        char text[8], got[16];
        const int length = snprintf(text, sizeof text, "%u", i);
        assert_int_equal(fault_take(&pair, got, sizeof got), length);
        assert_memory_equal(got, text, (size_t)length);
        assert_int_equal(b->messages[i].length, length);
    }
}

static void expect_unsent(uint32_t from, uint32_t to)
{
    char got[16];
    for (uint32_t i = from; i < to; i++)
        assert_int_equal(b->messages[i].length, 0);
    assert_int_equal(recv(pair.plain, got, sizeof got, MSG_DONTWAIT), -1);
}

static void expect_error(int code, int native, const char *option, size_t index)
{
    struct ipsock_error error;
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
    assert_int_equal(error.code, code);
    assert_int_equal(error.native, native);
    if (option == NULL)
        assert_null(error.option);
    else
        assert_string_equal(error.option, option);
    assert_int_equal(error.index, index);
}

static void need_native_batches(void)
{
    if (!fault_native_batches()) {
        print_message("built without the kernel's batch calls\n");
        skip();
    }
}

static void flow_batch_call_missing(void **state)
{
    uint32_t done;
    (void)state;
    need_native_batches();
    fill(10);
    fault_fail(FAULT_sendmmsg, 1, 100, ENOSYS);
    FAULT_OK(transmit(0, 10, &done, 0));
    assert_int_equal(done, 10);
    expect_taken(0, 10);
    FAULT_OK(transmit(0, 10, &done, 0));
    assert_int_equal(done, 10);
    expect_taken(0, 10);
    assert_int_equal(fault_calls(FAULT_sendmmsg), 1);
    assert_int_equal(fault_calls(FAULT_sendmsg), 20);
}

static void flow_short_counts(void **state)
{
    (void)state;
    need_native_batches();
    for (uint32_t most = 1; most < 6; most++) {
        uint32_t done;
        fault_reset();
        fill(10);
        fault_limit_sendmmsg(most);
        FAULT_OK(transmit(0, 10, &done, 0));
        assert_int_equal(done, 10);
        assert_int_equal(fault_calls(FAULT_sendmmsg), (10 + most - 1) / most);
        expect_taken(0, 10);
    }
    fault_reset();
    fault_limit_sendmmsg(0);
}

/* An error after some, and at first: index, and lengths of what has not gone. */
static void flow_refused_in_a_batch(void **state)
{
    uint32_t done;
    (void)state;
    need_native_batches();
    fill(10);
    fault_limit_sendmmsg(4);
    fault_fail(FAULT_sendmmsg, 2, 2, ENETUNREACH);
    FAULT_CODE(transmit(0, 10, &done, 0), IPSOCK_ENETUNREACH);
    assert_int_equal(done, 4);
    expect_error(IPSOCK_ENETUNREACH, ENETUNREACH, NULL, 4);
    expect_taken(0, 4);
    expect_unsent(4, 10);
    fault_reset();
    fault_limit_sendmmsg(0);
    fill(10);
    fault_fail(FAULT_sendmmsg, 1, 1, EAGAIN);
    FAULT_CODE(transmit(0, 10, &done, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    assert_int_equal(done, 0);
    expect_unsent(0, 10);
}

/* A message that is wrong between right ones: nothing behind it goes. */
static void flow_wrong_in_a_batch(void **state)
{
    static const struct ipsock_flow none;
    uint32_t done;
    (void)state;
    fill(10);
    b->messages[6].flow = &none;
    FAULT_CODE(transmit(0, 10, &done, 0), IPSOCK_EINVAL);
    assert_int_equal(done, 6);
    expect_error(IPSOCK_EINVAL, 0, "flow", 6);
    expect_taken(0, 6);
    assert_int_equal(b->messages[6].length, 0);
}

static void flow_interrupted(void **state)
{
    uint32_t done;
    (void)state;
    fill(3);
    fault_fail(FAULT_sendmsg, 1, 3, EINTR);
    fault_fail(FAULT_sendmmsg, 1, 3, EINTR);
    for (uint32_t i = 0; i < 3; i++)
        FAULT_OK(ipsock_send(pair.s, &b->messages[i], 0));
    expect_taken(0, 3);
    FAULT_OK(transmit(0, 3, &done, 0));
    expect_taken(0, 3);
}

static void flow_full_buffer_waits(void **state)
{
    uint32_t done;
    (void)state;
    fill(3);
    fault_fail(FAULT_sendmsg, 1, 2, EAGAIN);
    FAULT_OK(ipsock_send(pair.s, &b->messages[0], 0));
    expect_taken(0, 1);
    assert_int_equal(fault_calls(FAULT_poll), 2);
    need_native_batches();
    fault_fail(FAULT_sendmmsg, 1, 1, EAGAIN);
    FAULT_OK(transmit(0, 3, &done, 0));
    assert_int_equal(done, 3);
    expect_taken(0, 3);
}

/* The refusal names a field of the flow's. */
static void flow_foreign_source(void **state)
{
    struct ipsock_control c = {.valid = IPSOCK_CONTROL_SOURCE,
                               .source = ipsock_addr_ipv4(192, 0, 2, 77, 0)};
    struct ipsock_flow foreign;
    struct ipsock_error written;
    uint32_t done;
    (void)state;
    FAULT_OK(ipsock_flow_prepare(pair.s, &foreign, &pair.peer, &c));
    fill(2);
    b->messages[1].flow = NULL;
    b->messages[1].peer = pair.peer;
    b->messages[1].control = &c;
    FAULT_CODE(ipsock_send(pair.s, &b->messages[1], 0), IPSOCK_EADDRNOTAVAIL);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &written));
    b->messages[1].control = NULL;
    b->messages[1].flow = &foreign;
    FAULT_CODE(ipsock_send(pair.s, &b->messages[1], 0), IPSOCK_EADDRNOTAVAIL);
    expect_error(IPSOCK_EADDRNOTAVAIL, written.native, "source", IPSOCK_NO_INDEX);
    FAULT_CODE(transmit(0, 2, &done, 0), IPSOCK_EADDRNOTAVAIL);
    assert_int_equal(done, 1);
    expect_error(IPSOCK_EADDRNOTAVAIL, written.native, "source", 1);
    expect_taken(0, 1);
}

/* The offload is refused once; the flow, which knows nothing of it, is cut from then on. */
static void refuse_offload(int refused_by)
{
    const struct ipsock_control c = {.valid = IPSOCK_CONTROL_SEGMENT_SIZE, .segment_size = 10};
    struct ipsock_flow own;
    uint32_t done;
    char got[64];
    FAULT_OK(ipsock_flow_prepare(pair.s, &own, &pair.peer, &c));
    for (uint32_t i = 0; i < 3; i++) {
        memset(b->data[i], 'a' + (int)i, 25);
        b->buffers[i].length = 25;
        b->messages[i].flow = i == 1 ? &flow : &own;
        b->messages[i].control = i == 1 ? &b->control[i] : NULL;
        b->control[i].valid = IPSOCK_CONTROL_SEGMENT_SIZE | IPSOCK_CONTROL_TRAFFIC_CLASS;
        b->control[i].segment_size = 10;
    }
    FAULT_OK(ipsock_send(pair.s, &b->messages[1], 0));
    assert_int_equal(fault_calls(FAULT_sendmsg), 1); /* whole, as it is written down */
    for (int at = 0; at < 25; at += 10)
        assert_int_equal(fault_take(&pair, got, sizeof got), 25 - at < 10 ? 25 - at : 10);
    fault_fail(FAULT_sendmsg, 1, 1, refused_by);
    for (int turn = 1; turn >= 0; turn--) {
        FAULT_OK(ipsock_send(pair.s, &b->messages[turn], 0));
        assert_int_equal(b->messages[turn].length, 25);
        for (int at = 0; at < 25; at += 10)
            assert_int_equal(fault_take(&pair, got, sizeof got), 25 - at < 10 ? 25 - at : 10);
        FAULT_OK(transmit(0, 3, &done, 0));
        assert_int_equal(done, 3);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(b->messages[i].length, 25);
            for (int at = 0; at < 25; at += 10) {
                assert_int_equal(fault_take(&pair, got, sizeof got), 25 - at < 10 ? 25 - at : 10);
                assert_int_equal(got[0], 'a' + (int)i);
            }
        }
    }
}

static void flow_refused_offload(void **state)
{
    (void)state;
    refuse_offload(EIO);
}

static void flow_interrupted_offload(void **state)
{
    (void)state;
    refuse_offload(EINTR);
}

/* Old news of a connected endpoint: the second try says whether it was this packet's. */
static void flow_old_news(void **state)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    struct ipsock_flow connected;
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.peer = pair.peer;
    FAULT_OK(ipsock_open(&s, &config));
    FAULT_OK(ipsock_flow_prepare(s, &connected, NULL, NULL));
    ipsock_message_init_send(&m, &buffer, "news", 4, NULL);
    m.flow = &connected;
    fault_fail(FAULT_sendto, 1, 1, EMSGSIZE);
    FAULT_OK(ipsock_send(s, &m, 0));
    assert_int_equal(m.length, 4);
    assert_int_equal(fault_calls(FAULT_sendto), 2);
    fault_fail(FAULT_sendto, 1, 2, EMSGSIZE);
    FAULT_CODE(ipsock_send(s, &m, 0), IPSOCK_EMSGSIZE);
    assert_int_equal(fault_calls(FAULT_sendto), 4);
    ipsock_free(s);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(flow_batch_call_missing), CASE(flow_short_counts),    CASE(flow_refused_in_a_batch),
        CASE(flow_wrong_in_a_batch),   CASE(flow_interrupted),     CASE(flow_full_buffer_waits),
        CASE(flow_foreign_source),     CASE(flow_refused_offload), CASE(flow_interrupted_offload),
        CASE(flow_old_news),
    };
    return cmocka_run_group_tests_name("fault/flow", tests, NULL, NULL);
}
