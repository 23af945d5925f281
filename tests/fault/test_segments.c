// SPDX-License-Identifier: BSD-2-Clause
/* Segmentation offload that the system refuses, has other limits for, or stops in the middle of. */
#include "fault.h"

#include "core/endpoint/backend.h"

enum { TRAIN = 40000, LINUX_6_9 = 0x060900 };

static struct fault_pair pair;
static char train[TRAIN], got[TRAIN];
static struct ipsock_message message;
static struct ipsock_buffer buffer;
static struct ipsock_control control;

static const struct {
    int family;
    uint32_t flags;
} columns[] = {{IPSOCK_IPV4, 0}, {IPSOCK_IPV6, 0}, {IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK}};
#define COLUMNS (sizeof columns / sizeof columns[0])

static bool open_column(size_t i, uint32_t flags)
{
    if (columns[i].family == IPSOCK_IPV6 && !fault_has_ipv6())
        return false;
    fault_open_pair(&pair, columns[i].family, columns[i].flags | flags, 0,
                    IPSOCK_CONTROL_SEGMENT_SIZE | IPSOCK_CONTROL_HOP_LIMIT);
    return true;
}

#define FOR_EACH_COLUMN(i)               \
    for (size_t i = 0; i < COLUMNS; i++) \
        for (bool open = open_column(i, 0); open; open = (fault_close_pair(&pair), false))

static int setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < TRAIN; i++)
        train[i] = (char)(i * 7 + i / 251);
    return 0;
}

/* The bytes from one place on, in segments. */
static int put_from(size_t from, size_t length, size_t segment, uint32_t flags)
{
    ipsock_message_init_send(&message, &buffer, train + from, length, &pair.peer);
    memset(&control, 0, sizeof control);
    control.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
    control.segment_size = (uint32_t)segment;
    message.control = &control;
    return ipsock_send(pair.s, &message, flags);
}

static int put(size_t length, size_t segment)
{
    return put_from(0, length, segment, 0);
}

/* Exactly the datagrams of these bytes arrive. */
static void expect_from(size_t from, size_t length, size_t segment)
{
    size_t at = 0;
    do {
        const size_t part = length - at < segment ? length - at : segment;
        assert_int_equal(fault_take(&pair, got, sizeof got), part);
        assert_memory_equal(got, train + from + at, part);
        at += part;
    } while (at < length);
}

static void expect_nothing(void)
{
    assert_int_equal(recv(pair.plain, got, sizeof got, MSG_DONTWAIT), -1);
}

static void expect(size_t length, size_t segment)
{
    assert_int_equal(message.length, length);
    expect_from(0, length, segment);
    expect_nothing();
}

static uint64_t segmented(const struct ipsock_endpoint *s)
{
    struct ipsock_counters counters;
    FAULT_OK(
        ipsock_get_counters((struct ipsock_endpoint *)(uintptr_t)s, &counters, sizeof counters));
    return counters.segmented;
}

static void expect_level(const struct ipsock_endpoint *s, int level)
{
    struct ipsock_capability_answer c;
    FAULT_OK(ipsock_capability(s, 0, 0, IPSOCK_FEATURE_SEND_SEGMENT_SIZE, &c));
    assert_int_equal(c.level, level);
    assert_string_equal(c.mechanism, level == IPSOCK_NATIVE ? "UDP_SEGMENT" : "library");
    if (level == IPSOCK_NATIVE)
        assert_null(c.reason);
    else
        assert_non_null(strstr(c.reason, "refused"));
}

static void expect_error(int code, int native, const char *option)
{
    struct ipsock_error error;
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_WRITE, &error));
    assert_int_equal(error.code, code);
    assert_int_equal(error.native, native);
    if (option == NULL)
        assert_null(error.option);
    else
        assert_string_equal(error.option, option);
}

/* The call that pieces go by. */
static enum fault_call pieces_call(void)
{
    return fault_native_batches() ? FAULT_sendmmsg : FAULT_sendto;
}

static void segments_refused_are_sent_one_by_one(void **state)
{
    static const int errors[] = {EIO, EINVAL};
    (void)state;
    for (size_t e = 0; e < 2; e++) {
        FOR_EACH_COLUMN(i)
        {
            expect_level(pair.s, IPSOCK_NATIVE);
            fault_fail(FAULT_sendmsg, 1, 1, errors[e]);
            FAULT_OK(put(4001, 1000));
            expect(4001, 1000);
            expect_level(pair.s, IPSOCK_EXACT);
            assert_int_equal(segmented(pair.s), 1);
            assert_int_equal(fault_calls(FAULT_sendmsg), 1);
            FAULT_OK(put(20000, 1000)); /* more than are sent at once, no other attempt */
            expect(20000, 1000);
            assert_int_equal(fault_calls(FAULT_sendmsg), 1);
            assert_int_equal(segmented(pair.s), 2);
            assert_int_equal(fault_open_descriptors(), 0);
        }
    }
}

static void segments_refused_later_and_always(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        fault_fail(FAULT_sendmsg, 3, 1000, EIO);
        for (unsigned n = 1; n <= 5; n++) {
            FAULT_OK(put(2500, 1000));
            expect(2500, 1000);
            assert_int_equal(fault_calls(FAULT_sendmsg), n < 3 ? n : 3);
            assert_int_equal(segmented(pair.s), n < 3 ? 0 : n - 2);
            expect_level(pair.s, n < 3 ? IPSOCK_NATIVE : IPSOCK_EXACT);
        }
    }
}

/* EIO says it of the offload alone; EINVAL may be about something else, and the datagrams tell. */
static void segments_refused_as_are_their_datagrams(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {{EINVAL, IPSOCK_EINVAL},
                  {ENETUNREACH, IPSOCK_ENETUNREACH},
                  {EPERM, IPSOCK_EFIREWALL},
                  {ENOBUFS, IPSOCK_ENOBUFS}};
    (void)state;
    for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
        for (int io = 0; io < 2; io++) {
            FOR_EACH_COLUMN(i)
            {
                fault_fail(FAULT_sendmsg, 1, 1, io ? EIO : EINVAL);
                fault_fail(pieces_call(), 1, 1, errors[e].native);
                FAULT_CODE(put(4000, 1000), errors[e].code);
                expect_error(errors[e].code, errors[e].native, NULL);
                assert_int_equal(message.length, 0);
                assert_int_equal(segmented(pair.s), 0);
                expect_level(pair.s, io ? IPSOCK_EXACT : IPSOCK_NATIVE);
                expect_nothing();
                FAULT_OK(put(4000, 1000));
                expect(4000, 1000);
                assert_int_equal(fault_calls(FAULT_sendmsg), io ? 1 : 2);
            }
        }
    }
}

/* What has nothing to do with segments is no refusal of them. */
static void segments_other_errors_are_told(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {{ENETUNREACH, IPSOCK_ENETUNREACH},
                  {EPERM, IPSOCK_EFIREWALL},
                  {ENOBUFS, IPSOCK_ENOBUFS},
                  {ENOMEM, IPSOCK_ENOMEM},
                  {ECONNREFUSED, IPSOCK_ECONNREFUSED}};
    (void)state;
    for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
        FOR_EACH_COLUMN(i)
        {
            fault_fail(FAULT_sendmsg, 1, 1, errors[e].native);
            FAULT_CODE(put(4000, 1000), errors[e].code);
            expect_error(errors[e].code, errors[e].native, NULL);
            assert_int_equal(message.length, 0);
            expect_level(pair.s, IPSOCK_NATIVE);
            expect_nothing();
        }
    }
}

static void segments_above_the_path_are_named(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        const size_t most = 1500 - (i == 1 ? 48 : 28);
        fault_fail(FAULT_sendmsg, 1, 1, EMSGSIZE); /* Linux 6.14 */
        FAULT_CODE(put(4000, 1000), IPSOCK_EMSGSIZE);
        expect_error(IPSOCK_EMSGSIZE, EMSGSIZE, "segment_size");
        fault_say_path_mtu(1500);
        fault_fail(FAULT_sendmsg, 1, 2, EINVAL); /* before it */
        FAULT_CODE(put(4000, most + 1), IPSOCK_EMSGSIZE);
        expect_error(IPSOCK_EMSGSIZE, EINVAL, "segment_size");
        assert_int_equal(message.length, 0);
        expect_level(pair.s, IPSOCK_NATIVE);
        expect_nothing();
        FAULT_OK(put(4000, most)); /* refused for another reason */
        expect(4000, most);
        expect_level(pair.s, IPSOCK_EXACT);
        fault_fail(pieces_call(), 1, 1, EMSGSIZE); /* a datagram that must not be fragmented */
        FAULT_CODE(put(4000, 2000), IPSOCK_EMSGSIZE);
        expect_error(IPSOCK_EMSGSIZE, EMSGSIZE, "segment_size");
        assert_int_equal(fault_open_descriptors(), 0);
    }
}

static unsigned send_calls(void)
{
    return fault_calls(FAULT_sendmsg) + fault_calls(FAULT_sendto) + fault_calls(FAULT_sendmmsg);
}

/* Whoever finds out what a failure means does not ask for the same data again. */
static void segments_that_fail_take_one_call(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {{EAGAIN, IPSOCK_EAGAIN},
                  {ENOBUFS, IPSOCK_ENOBUFS},
                  {EPERM, IPSOCK_EFIREWALL},
                  {EMSGSIZE, IPSOCK_EMSGSIZE}};
    (void)state;
    for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
        FOR_EACH_COLUMN(i)
        {
            const unsigned before = send_calls();
            fault_fail(FAULT_sendmsg, 1, 1, errors[e].native);
            FAULT_CODE(put_from(0, 4001, 1000, IPSOCK_MSG_DONTWAIT), errors[e].code);
            assert_int_equal(send_calls(), before + 1);
            expect_nothing();
        }
    }
    FOR_EACH_COLUMN(i)
    {
        unsigned before = send_calls();
        fault_fail(FAULT_sendmsg, 1, 2, EINTR); /* which is no failure */
        FAULT_OK(put(4001, 1000));
        expect(4001, 1000);
        assert_int_equal(send_calls(), before + 3);
        before = send_calls();
        fault_fail(FAULT_sendmsg, 1, 1, EAGAIN); /* who may wait, waits */
        FAULT_OK(put(4001, 1000));
        expect(4001, 1000);
        assert_int_equal(send_calls(), before + 2);
    }
}

static void segments_at_and_over_the_limits(void **state)
{
    static const size_t counts[] = {1, 2, 63, 64, 65, 127, 128, 129, 200};
    const bool many = ipsk_sys_version() >= LINUX_6_9; /* 128 in one call */
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
            for (size_t odd = 0; odd < 2; odd++) {
                const size_t length = counts[n] * 10 - odd * 3;
                const unsigned before = send_calls();
                FAULT_OK(put(length, 10));
                expect(length, 10);
                if ((many || counts[n] <= 63) && fault_native_batches())
                    assert_int_equal(send_calls(), before + 1);
            }
        }
        assert_int_equal(segmented(pair.s), 0);
        expect_level(pair.s, IPSOCK_NATIVE);
    }
}

/* More than an older kernel takes, which says EINVAL: in smaller calls, from then on. */
static void segments_of_an_older_limit(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        fault_fail(FAULT_sendmsg, 1, 1, EINVAL);
        FAULT_OK(put(1003, 10));
        expect(1003, 10);
        const unsigned first = fault_calls(FAULT_sendmsg);
        FAULT_OK(put(1003, 10));
        expect(1003, 10);
        if (fault_native_batches()) {
            assert_int_equal(first, 1);
            assert_int_equal(fault_calls(FAULT_sendmsg), 1);
            assert_int_equal(fault_calls(FAULT_sendmmsg), 2);
        }
        FAULT_OK(put(640, 10)); /* where headers count too, 64 are too many */
        expect(640, 10);
        if (fault_native_batches())
            assert_int_equal(fault_calls(FAULT_sendmsg), 1);
        FAULT_OK(put(630, 10));
        expect(630, 10);
        if (fault_native_batches())
            assert_int_equal(fault_calls(FAULT_sendmsg), 2);
        assert_int_equal(segmented(pair.s), 0);
        expect_level(pair.s, IPSOCK_NATIVE);
        fault_fail(FAULT_sendmsg, 1, 1, EINVAL); /* and then all the same */
        FAULT_OK(put(630, 10));
        expect(630, 10);
        expect_level(pair.s, IPSOCK_EXACT);
    }
}

/* Longer than a datagram: the offload takes no more, the datagrams go all the same. */
static void segments_of_more_than_a_datagram(void **state)
{
    static struct ipsock_buffer twice[2];
    (void)state;
    for (size_t segment = 30000; segment <= 40000; segment += 10000) {
        FOR_EACH_COLUMN(i)
        {
            put(0, segment);
            expect_from(0, 0, 1);
            twice[0].data = twice[1].data = train;
            twice[0].length = twice[1].length = TRAIN;
            message.buffers = twice;
            message.buffer_count = 2;
            FAULT_OK(ipsock_send(pair.s, &message, 0));
            assert_int_equal(message.length, 2 * TRAIN);
            for (size_t at = 0; at < 2 * TRAIN; at += segment) {
                const size_t part = 2 * TRAIN - at < segment ? 2 * TRAIN - at : segment;
                const size_t start = at % TRAIN;
                const size_t front = TRAIN - start < part ? TRAIN - start : part;
                assert_int_equal(fault_take(&pair, got, sizeof got), part);
                assert_memory_equal(got, train + start, front);
                assert_memory_equal(got + front, train, part - front);
            }
            expect_nothing();
        }
    }
}

static void segments_across_scattered_buffers(void **state)
{
    static struct ipsock_buffer pieces[IPSOCK_BUFFERS_MAX];
    static const uint32_t counts[] = {1, 2, 5, 64, 65, 500, IPSOCK_BUFFERS_MAX};
    (void)state;
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
        for (size_t segment = 7; segment <= 3001; segment = segment * 5 + 6) {
            FOR_EACH_COLUMN(i)
            {
                const size_t length = segment * 20 + segment / 2 < 9000 ? segment * 20 : 9000;
                size_t at = 0;
                put(0, segment);
                expect_from(0, 0, 1);
                for (uint32_t b = 0; b < counts[n]; b++) { /* every third one is empty */
                    const size_t left = length - at;
                    const size_t part = b + 1 == counts[n]  ? left
                                        : b % 3 == 2        ? 0
                                        : left < 1 + b % 90 ? left
                                                            : 1 + b % 90;
                    pieces[b].data = part == 0 ? NULL : train + at;
                    pieces[b].length = part;
                    at += part;
                }
                message.buffers = pieces;
                message.buffer_count = counts[n];
                fault_fail(FAULT_sendmsg, 1, 1, EIO);
                FAULT_OK(ipsock_send(pair.s, &message, 0));
                expect(length, segment);
            }
        }
    }
}

static void segments_of_nothing_are_one_datagram(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        fault_fail(FAULT_sendmsg, 1, 1, EIO);
        FAULT_OK(put(0, 100)); /* no offload is asked for one datagram */
        expect(0, 100);
        FAULT_OK(put(99, 100));
        expect(99, 100);
        FAULT_OK(put(100, 100));
        expect(100, 100);
        ipsock_message_init_send(&message, &buffer, NULL, 0, &pair.peer);
        message.buffers = NULL;
        message.buffer_count = 0;
        message.control = &control;
        fault_fail(FAULT_sendmsg, 1, 0, 0);
        FAULT_OK(ipsock_send(pair.s, &message, 0));
        expect(0, 100);
        expect_level(pair.s, IPSOCK_NATIVE);
        assert_int_equal(segmented(pair.s), 0);
    }
}

/* 10 bytes each; 3 to a call, as long as the kernel gives nothing for more. */
static void refuse_offload(void)
{
    fault_fail(FAULT_sendmsg, 1, 1, EIO);
    FAULT_OK(put(20, 10));
    expect(20, 10);
    fault_limit_sendmmsg(3);
}

static void segments_stop_where_the_buffers_are_full(void **state)
{
    (void)state;
    if (!fault_native_batches())
        skip();
    FOR_EACH_COLUMN(i)
    {
        refuse_offload();
        fault_fail(FAULT_sendmmsg, 3, 3, EAGAIN);
        FAULT_OK(put_from(0, 95, 10, IPSOCK_MSG_DONTWAIT));
        assert_int_equal(message.length, 60);
        expect_from(0, 60, 10);
        expect_nothing();
        FAULT_OK(put_from(60, 35, 10, IPSOCK_MSG_DONTWAIT));
        assert_int_equal(message.length, 35);
        expect_from(60, 35, 10);
        fault_fail(FAULT_sendmmsg, 1, 1, EAGAIN);
        FAULT_CODE(put_from(0, 95, 10, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
        assert_int_equal(message.length, 0);
        expect_nothing();
        assert_int_equal(fault_calls(FAULT_poll), 0);
        fault_fail(FAULT_sendmmsg, 3, 4, EAGAIN); /* who may wait, waits */
        FAULT_OK(put(95, 10));
        expect(95, 10);
        assert_int_equal(fault_calls(FAULT_poll), 2);
    }
}

static void segments_failing_in_the_middle_tell_how_far(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {{ENOBUFS, IPSOCK_ENOBUFS},
                  {ENETUNREACH, IPSOCK_ENETUNREACH},
                  {EPERM, IPSOCK_EFIREWALL},
                  {EINVAL, IPSOCK_EINVAL}};
    (void)state;
    if (!fault_native_batches())
        skip();
    FOR_EACH_COLUMN(i)
    {
        refuse_offload();
        for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
            fault_fail(FAULT_sendmmsg, 2, 2, errors[e].native);
            FAULT_CODE(put(95, 10), errors[e].code);
            expect_error(errors[e].code, errors[e].native, NULL);
            assert_int_equal(message.length, 30);
            expect_from(0, 30, 10);
            expect_nothing();
        }
        FAULT_OK(ipsock_set_write_deadline(pair.s, 1));
        fault_fail(FAULT_sendmmsg, 2, 100, EAGAIN);
        FAULT_CODE(put(95, 10), IPSOCK_ETIMEDOUT);
        assert_int_equal(message.length, 30);
        expect_from(0, 30, 10);
    }
}

/* A closed port answers the first datagrams; the others go out as they would have in one call. */
static void segments_go_on_after_news_of_their_own(void **state)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    (void)state;
    if (!fault_native_batches())
        skip();
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_SEGMENT_SIZE);
    s = pair.s;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    FAULT_OK(ipsock_local_addr(s, &config.local));
    config.peer = pair.peer;
    config.send_control = IPSOCK_CONTROL_SEGMENT_SIZE;
    ipsock_free(s);
    FAULT_OK(ipsock_open(&pair.s, &config));
    refuse_offload();
    fault_fail(FAULT_sendmmsg, 2, 2, ECONNREFUSED);
    FAULT_OK(put(95, 10));
    expect(95, 10);
    FAULT_CODE(ipsock_recv(pair.s, &message, IPSOCK_MSG_DONTWAIT), IPSOCK_ECONNREFUSED);
    FAULT_CODE(ipsock_recv(pair.s, &message, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    fault_close_pair(&pair);
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_SEGMENT_SIZE);
    if (ipsk_sys_version() >= LINUX_6_9) { /* by the offload too, in several calls */
        fault_limit_sendmmsg(1);
        fault_fail(FAULT_sendmmsg, 2, 2, ECONNREFUSED);
        FAULT_OK(put(1505, 10));
        expect(1505, 10);
        FAULT_CODE(ipsock_recv(pair.s, &message, IPSOCK_MSG_DONTWAIT), IPSOCK_ECONNREFUSED);
        expect_level(pair.s, IPSOCK_NATIVE);
    }
    refuse_offload();
    fault_fail(FAULT_sendmmsg, 1, 1, ECONNREFUSED); /* of an earlier message */
    FAULT_CODE(put(95, 10), IPSOCK_ECONNREFUSED);
    assert_int_equal(message.length, 0);
    fault_fail(FAULT_sendmmsg, 2, 100, ECONNREFUSED); /* no end of it */
    FAULT_CODE(put(95, 10), IPSOCK_ECONNREFUSED);
    assert_int_equal(message.length, 30);
    fault_close_pair(&pair);
}

static void segments_memory_is_of_the_endpoint(void **state)
{
    struct fault_pair other;
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct fault_pair first = pair;
        fault_fail(FAULT_sendmsg, 1, 1, EIO);
        FAULT_OK(put(4000, 1000));
        expect(4000, 1000);
        fault_open_pair(&other, columns[i].family, columns[i].flags, 0,
                        IPSOCK_CONTROL_SEGMENT_SIZE);
        expect_level(other.s, IPSOCK_NATIVE);
        expect_level(first.s, IPSOCK_EXACT);
        pair = other;
        FAULT_OK(put(4000, 1000));
        expect(4000, 1000);
        assert_int_equal(segmented(other.s), 0);
        assert_int_equal(segmented(first.s), 1);
        fault_close_pair(&other);
        pair = first;
    }
}

static void segments_refused_with_an_error_stream(void **state)
{
    (void)state;
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!open_column(i, IPSOCK_OPEN_ERROR_STREAM))
            continue;
        fault_fail(FAULT_sendmsg, 1, 1, EIO);
        FAULT_OK(put(4001, 1000));
        expect(4001, 1000);
        expect_level(pair.s, IPSOCK_EXACT);
        if (fault_native_batches()) { /* another packet's report is not in the way */
            fault_limit_sendmmsg(3);
            fault_fail(FAULT_sendmmsg, 2, 2, EHOSTUNREACH);
            FAULT_OK(put(4001, 1000));
            expect(4001, 1000);
        }
        fault_close_pair(&pair);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
    const struct CMUnitTest tests[] = {
        TEST(segments_refused_are_sent_one_by_one),
        TEST(segments_refused_later_and_always),
        TEST(segments_refused_as_are_their_datagrams),
        TEST(segments_other_errors_are_told),
        TEST(segments_above_the_path_are_named),
        TEST(segments_that_fail_take_one_call),
        TEST(segments_at_and_over_the_limits),
        TEST(segments_of_an_older_limit),
        TEST(segments_of_more_than_a_datagram),
        TEST(segments_across_scattered_buffers),
        TEST(segments_of_nothing_are_one_datagram),
        TEST(segments_stop_where_the_buffers_are_full),
        TEST(segments_failing_in_the_middle_tell_how_far),
        TEST(segments_go_on_after_news_of_their_own),
        TEST(segments_memory_is_of_the_endpoint),
        TEST(segments_refused_with_an_error_stream),
    };
    return cmocka_run_group_tests_name("fault/segments", tests, NULL, NULL);
}
