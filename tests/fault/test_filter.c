// SPDX-License-Identifier: BSD-2-Clause
/* Filters that the kernel refuses, answers wrongly, or has no room for. FILT-02, FILT-04, BPF-04.
 */
#include "fault.h"

static struct fault_pair pair;

static const struct ipsock_bpf_instruction letter_a[] = {
    IPSOCK_BPF_LOAD8(8), IPSOCK_BPF_IF_EQUAL('a', 0, 1), IPSOCK_BPF_ACCEPT, IPSOCK_BPF_DROP};
static const struct ipsock_bpf_instruction letter_b[] = {
    IPSOCK_BPF_LOAD8(8), IPSOCK_BPF_IF_EQUAL('b', 0, 1), IPSOCK_BPF_ACCEPT, IPSOCK_BPF_DROP};
/* looks at the length, so the library has to have it whole, one by one */
static const struct ipsock_bpf_instruction long_a[] = {
    IPSOCK_BPF_LOAD_LENGTH, IPSOCK_BPF_IF_GREATER(8, 1, 0), IPSOCK_BPF_DROP,
    IPSOCK_BPF_LOAD8(8),    IPSOCK_BPF_IF_EQUAL('a', 0, 1), IPSOCK_BPF_ACCEPT,
    IPSOCK_BPF_DROP};
#define SET(program) ipsock_set_bpf(pair.s, program, sizeof(program) / sizeof(program)[0])

/* Which of two letters comes through. */
static void expect_letters(const char *want)
{
    char data[8], got[4] = {0};
    size_t count = 0;
    fault_give(&pair, "a", 1);
    fault_give(&pair, "b", 1);
    while (true) {
        struct ipsock_buffer buffer;
        struct ipsock_message m;
        ipsock_message_init(&m, &buffer, data, sizeof data);
        if (ipsock_recv(pair.s, &m, IPSOCK_MSG_DONTWAIT) < 0)
            break;
        assert_true(m.length == 1 && count < 3);
        got[count++] = data[0];
    }
    assert_string_equal(got, want);
}

static void expect_error(int code, const char *operation, const char *option, int native)
{
    struct ipsock_error error;
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_SETUP, &error));
    assert_int_equal(error.code, code);
    assert_string_equal(error.operation, operation);
    if (option != NULL)
        assert_string_equal(error.option, option);
    assert_int_equal(error.native, native);
}

static uint64_t discards(void)
{
    struct ipsock_counters counters;
    FAULT_OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
    return counters.filter_discards;
}

static void bpf_04_a_failure_leaves_the_earlier_program(void **state)
{
    (void)state;
    static const int errors[] = {EINVAL, EPERM, ENOBUFS, EFAULT};
    static const int codes[] = {IPSOCK_EINVAL, IPSOCK_EPERM, IPSOCK_ENOBUFS, IPSOCK_EINVAL};
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    FAULT_OK(SET(letter_a));
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        fault_reset();
        fault_fail(FAULT_setsockopt, 1, 1, errors[i]);
        FAULT_CODE(SET(letter_b), codes[i]);
        expect_error(codes[i], "setsockopt", "SO_ATTACH_FILTER", errors[i]);
        expect_letters("a");
        fault_reset();
        fault_fail(FAULT_setsockopt, 1, 1, errors[i]);
        FAULT_CODE(ipsock_clear_bpf(pair.s), codes[i]);
        expect_error(codes[i], "setsockopt", "SO_DETACH_FILTER", errors[i]);
        expect_letters("a");
    }
    fault_reset();
    fault_close_pair(&pair);
}

/* No such option, or no room: the library runs it, and lets go when the kernel takes another. */
static void bpf_04_the_library_stands_in(void **state)
{
    (void)state;
    static const int errors[] = {ENOPROTOOPT, ENOMEM};
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        fault_reset();
        fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
        FAULT_OK(SET(letter_a)); /* the kernel's */
        expect_letters("a");
        assert_int_equal(discards(), 0);
        fault_reset();
        fault_fail(FAULT_setsockopt, 1, 1, errors[i]);
        FAULT_OK(SET(letter_b)); /* ours; the kernel's is gone */
        assert_int_equal(fault_calls(FAULT_setsockopt), 2);
        expect_letters("b");
        assert_int_equal(discards(), 1);
        fault_reset();
        fault_fail(FAULT_setsockopt, 1, 1, errors[i]);
        FAULT_OK(SET(letter_a)); /* ours again */
        expect_letters("a");
        assert_int_equal(discards(), 2);
        fault_reset();
        FAULT_OK(SET(letter_b)); /* the kernel's */
        expect_letters("b");
        assert_int_equal(discards(), 2);
        fault_reset();
        fault_fail(FAULT_setsockopt, 1, 1, errors[i]);
        FAULT_OK(SET(letter_a));
        fault_reset();
        FAULT_OK(ipsock_clear_bpf(pair.s));
        expect_letters("ab");
        assert_int_equal(discards(), 2);
        fault_close_pair(&pair);
    }
}

/* Ours does not replace what stays in the kernel. */
static void bpf_04_the_library_cannot_stand_in(void **state)
{
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    FAULT_OK(SET(letter_a));
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 1, ENOMEM);
    fault_fail(FAULT_calloc, 1, 1, ENOMEM);
    FAULT_CODE(SET(letter_b), IPSOCK_ENOMEM);
    expect_error(IPSOCK_ENOMEM, "BPF", NULL, 0);
    expect_letters("a");
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 2, ENOMEM); /* attach, then detach */
    FAULT_CODE(SET(letter_b), IPSOCK_ENOMEM);
    expect_error(IPSOCK_ENOMEM, "setsockopt", "SO_DETACH_FILTER", ENOMEM);
    expect_letters("a");
    /* what the library cannot see */
    const struct ipsock_bpf_instruction checksum[] = {IPSOCK_BPF_LOAD16(6), IPSOCK_BPF_DROP};
    struct ipsock_error error;
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 1, ENOPROTOOPT);
    FAULT_CODE(SET(checksum), IPSOCK_EFILTERVIEW);
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_SETUP, &error));
    assert_int_equal(error.index, 0);
    expect_letters("a");
    fault_reset();
    fault_close_pair(&pair);
}

/* A receive that fails is no packet. */
static void bpf_04_failures_pass_through_the_library(void **state)
{
    (void)state;
    char data[8];
    struct ipsock_buffer buffer;
    struct ipsock_message m;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 1, ENOPROTOOPT);
    FAULT_OK(SET(letter_a));
    for (int peek = 0; peek < 2; peek++) {
        fault_reset();
        fault_fail(FAULT_recvfrom, 1, 1, ENOBUFS);
        fault_give(&pair, "a", 1);
        ipsock_message_init(&m, &buffer, data, sizeof data);
        FAULT_CODE(ipsock_recv(pair.s, &m, peek ? IPSOCK_MSG_PEEK : 0), IPSOCK_ENOBUFS);
        FAULT_OK(ipsock_recv(pair.s, &m, 0));
        assert_int_equal(m.length, 1);
    }
    fault_reset();
    expect_letters("a");
    fault_close_pair(&pair);
}

/* What a peek could not take away is dropped with the next look, and counted then. */
static void bpf_04_a_peek_that_cannot_drop(void **state)
{
    (void)state;
    char data[8];
    struct ipsock_buffer buffer;
    struct ipsock_message m;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 1, ENOPROTOOPT);
    FAULT_OK(SET(letter_a));
    fault_give(&pair, "b", 1);
    fault_give(&pair, "a", 1);
    fault_fail(FAULT_recvmsg, 1, 1, ENOBUFS); /* what drops has no buffer, and no address to lose */
    ipsock_message_init(&m, &buffer, data, sizeof data);
    FAULT_OK(ipsock_recv(pair.s, &m, IPSOCK_MSG_PEEK | IPSOCK_MSG_DONTWAIT));
    assert_int_equal(data[0], 'a');
    assert_int_equal(fault_calls(FAULT_recvmsg), 2);
    assert_int_equal(discards(), 1);
    fault_reset();
    fault_close_pair(&pair);
}

/* In the middle of a batch: what belongs to the error stream disturbs no receive, the rest is told
 * by the next one. */
static void bpf_04_errors_within_a_batch(void **state)
{
    (void)state;
    for (int stream = 0; stream < 2; stream++) {
        struct fault_batch *b = fault_make_batch();
        uint32_t done = 0;
        fault_open_pair(&pair, IPSOCK_IPV4, stream ? IPSOCK_OPEN_ERROR_STREAM : 0, 0, 0);
        fault_reset();
        fault_fail(FAULT_setsockopt, 1, 1, ENOPROTOOPT);
        FAULT_OK(SET(long_a));
        fault_give(&pair, "a", 1);
        fault_give(&pair, "a", 1);
        fault_fail(FAULT_recvfrom, 2, 2, ECONNREFUSED);
        fault_fail(FAULT_recvmsg, 2, 2, ECONNREFUSED);
        FAULT_OK(ipsock_recv_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], 4, &done,
                                   IPSOCK_MSG_DONTWAIT));
        assert_int_equal(done, 1);
        const int code = ipsock_recv_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], 4,
                                           &done, IPSOCK_MSG_DONTWAIT);
        FAULT_CODE(code, stream ? IPSOCK_OK : IPSOCK_ECONNREFUSED);
        assert_int_equal(done, stream ? 1 : 0);
        fault_reset();
        fault_free_batch(b);
        fault_close_pair(&pair);
    }
}

/* Where what the program looks at lies in the caller's buffers, one call takes all. */
static void bpf_04_a_batch_by_one_call(void **state)
{
    (void)state;
    struct fault_batch *b = fault_make_batch();
    uint32_t done = 0;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 1, ENOPROTOOPT);
    FAULT_OK(SET(letter_a));
    fault_give(&pair, "b1", 2);
    fault_give(&pair, "a2", 2);
    fault_give(&pair, "a3", 2);
    FAULT_OK(ipsock_recv_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], 4, &done,
                               IPSOCK_MSG_DONTWAIT));
    assert_int_equal(done, 2);
    for (uint32_t i = 0; i < done; i++) {
        assert_int_equal(b->messages[i].length, 2);
        assert_memory_equal(b->messages[i].buffers->data, i == 0 ? "a2" : "a3", 2);
    }
    assert_int_equal(discards(), 1);
    if (fault_native_batches()) {
        assert_int_equal(fault_calls(FAULT_recvmmsg), 1);
        assert_int_equal(fault_calls(FAULT_recvmsg) + fault_calls(FAULT_recvfrom), 0);
    }
    fault_reset();
    fault_free_batch(b);
    fault_close_pair(&pair);
}

/* Raw endpoints, as far as this process may have them. */
static struct ipsock_endpoint *open_icmp(int family)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.family = family;
    config.kind = IPSOCK_RAW;
    config.protocol = family == IPSOCK_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    const int code = ipsock_open(&s, &config);
    if (code == IPSOCK_EPERM) {
        print_message("skip: needs privilege\n");
        skip();
    }
    FAULT_OK(code);
    return s;
}

static void filt_04_a_wrong_length_is_no_answer(void **state)
{
    (void)state;
    for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += IPSOCK_IPV6 - IPSOCK_IPV4) {
        struct ipsock_icmp_filter filter;
        if (family == IPSOCK_IPV6 && !fault_has_ipv6())
            continue;
        fault_reset();
        pair.s = open_icmp(family);
        ipsock_icmp_filter_set_all(&filter, true);
        for (socklen_t length = 0; length < 40; length++) {
            if (length == (family == IPSOCK_IPV4 ? 4 : 32))
                continue;
            fault_reset();
            fault_getsockopt_length(length);
            FAULT_CODE(ipsock_get_icmp_filter(pair.s, &filter), IPSOCK_ENOTSUP);
            expect_error(IPSOCK_ENOTSUP, "getsockopt",
                         family == IPSOCK_IPV4 ? "ICMP_FILTER" : "ICMP6_FILTER", 0);
            assert_int_equal(filter.blocked[0], UINT32_MAX);
        }
        fault_reset();
        ipsock_free(pair.s);
    }
}

static void filt_02_a_failure_leaves_the_earlier_filter(void **state)
{
    (void)state;
    for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += IPSOCK_IPV6 - IPSOCK_IPV4) {
        struct ipsock_icmp_filter before, after, got;
        const char *option = family == IPSOCK_IPV4 ? "ICMP_FILTER" : "ICMP6_FILTER";
        if (family == IPSOCK_IPV6 && !fault_has_ipv6())
            continue;
        fault_reset();
        pair.s = open_icmp(family);
        ipsock_icmp_filter_set_all(&before, true);
        ipsock_icmp_filter_accept(&before, 8);
        ipsock_icmp_filter_accept(&before, 40);
        ipsock_icmp_filter_set_all(&after, false);
        FAULT_OK(ipsock_set_icmp_filter(pair.s, &before));
        fault_fail(FAULT_setsockopt, 1, 1, EPERM);
        FAULT_CODE(ipsock_set_icmp_filter(pair.s, &after), IPSOCK_EPERM);
        expect_error(IPSOCK_EPERM, "setsockopt", option, EPERM);
        FAULT_OK(ipsock_get_icmp_filter(pair.s, &got));
        assert_memory_equal(&got, &before, sizeof got);
        fault_reset();
        fault_fail(FAULT_getsockopt, 1, 1, EPERM);
        FAULT_CODE(ipsock_get_icmp_filter(pair.s, &got), IPSOCK_EPERM);
        expect_error(IPSOCK_EPERM, "getsockopt", option, EPERM);
        fault_reset();
        ipsock_free(pair.s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bpf_04_a_failure_leaves_the_earlier_program),
        cmocka_unit_test(bpf_04_the_library_stands_in),
        cmocka_unit_test(bpf_04_the_library_cannot_stand_in),
        cmocka_unit_test(bpf_04_failures_pass_through_the_library),
        cmocka_unit_test(bpf_04_a_peek_that_cannot_drop),
        cmocka_unit_test(bpf_04_errors_within_a_batch),
        cmocka_unit_test(bpf_04_a_batch_by_one_call),
        cmocka_unit_test(filt_04_a_wrong_length_is_no_answer),
        cmocka_unit_test(filt_02_a_failure_leaves_the_earlier_filter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
