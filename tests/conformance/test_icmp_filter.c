// SPDX-License-Identifier: BSD-2-Clause
/* ICMP filters: FILT-02, FILT-03, FILT-06, V6-UNI-02. Built twice, as test_bpf.c. */
#include "icmp.h"

/* A type that every filter here lets pass: it says that all before it have come, or never will. */
#define LAST 200

static void filt_06_without_a_filter_all_is_clear(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        struct ipsock_icmp_filter filter, none = {{0}};
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_icmp(i);
        memset(&filter, 0x5a, sizeof filter);
        CHECK(IPSOCK_OK, ipsock_get_icmp_filter(s, &filter));
        assert_memory_equal(&filter, &none, sizeof filter);
        ipsock_free(s);
    }
}

static void check_held(struct ipsock_endpoint *s, const struct ipsock_icmp_filter *want)
{
    struct ipsock_icmp_filter got;
    memset(&got, 0x5a, sizeof got);
    CHECK(IPSOCK_OK, ipsock_get_icmp_filter(s, &got));
    assert_memory_equal(&got, want, sizeof got);
}

/* x/net reads back what it set; here every bit, of both halves of the IPv4 range too. */
static void set_and_get(struct ipsock_endpoint *s, struct ipsock_endpoint *other)
{
    struct ipsock_icmp_filter filter, none = {{0}};
    uint64_t random = 0x9e3779b97f4a7c15u;
    ipsock_icmp_filter_set_all(&filter, true);
    CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &filter));
    check_held(s, &filter);
    ipsock_icmp_filter_accept(&filter, 0);
    ipsock_icmp_filter_accept(&filter, 8);
    ipsock_icmp_filter_accept(&filter, 129);
    CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &filter));
    check_held(s, &filter);
    for (int round = 0; round < 100; round++) {
        for (size_t w = 0; w < COUNT(filter.blocked); w++)
            filter.blocked[w] = (uint32_t)next_random(&random);
        CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &filter));
        check_held(s, &filter);
    }
    check_held(other, &none); /* each endpoint has its own */
    CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &none));
    check_held(s, &none);
}

static void filt_02_what_is_set_is_got(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_icmp(i), *other = open_icmp(i);
        set_and_get(s, other);
        ipsock_free(s);
        ipsock_free(other);
    }
}

static void filt_02_ping_endpoints_too(void **state)
{
    (void)state;
    bool any = false;
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i) || !has_ping(columns[i].family))
            continue;
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        struct ipsock_endpoint *s = must_open(&config), *other = must_open(&config);
        set_and_get(s, other);
        ipsock_free(s);
        ipsock_free(other);
        any = true;
    }
    need(any, "no ping endpoints");
}

/* How a delivery is received: alone, in batches, and into how much room. */
struct way {
    bool batches;
    size_t room;
};
static const struct way ways[] = {{false, 64}, {false, 20}, {true, 64}, {true, 40}};
#define WAYS COUNT(ways)

struct tally {
    uint32_t arrived[256];
    bool last;
};

static void count_one(struct tally *tally, const struct ipsock_message *m)
{
    uint8_t type;
    uint16_t number;
    const uint8_t *data = m->buffers[0].data;
    if (!is_ours(data + m->header_length, m->length - m->header_length, &type, &number))
        return;
    EQUAL(0, m->flags);
    EQUAL(type, number);
    tally->arrived[type]++;
    if (type == LAST)
        tally->last = true;
}

static void receive_up_to_last(struct ipsock_endpoint *s, const struct way *way,
                               struct tally *tally)
{
    struct burst b = make_burst(8);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    for (tally->last = false; !tally->last;) {
        uint32_t done = 1;
        for (uint32_t i = 0; i < b.count; i++)
            ipsock_message_init(&b.messages[i], &b.buffers[i], b.data[i], way->room);
        if (way->batches)
            CHECK(IPSOCK_OK, receive_burst(s, &b, b.count, &done));
        else
            CHECK(IPSOCK_OK, ipsock_recv(s, &b.messages[0], 0));
        for (uint32_t i = 0; i < done; i++)
            count_one(tally, &b.messages[i]);
    }
    free_burst(&b);
}

/* Types that kernels answer, or act on, and give to nobody. */
static bool is_kept(int column, int type)
{
    if (column == V4)
        return (type == 8 && !raw_hears_requests(V4)) ||
               (type == 13 && expected("filt-03", "timestamp-requests-v4").level == EXPECT_ABSENT);
    return ((type >= 130 && type <= 132) || type == 143) &&
           expected("filt-02", "listener-messages-v6").level == EXPECT_ABSENT;
}

/* Every type is sent once, LAST again and again so that no queue overflows. */
static void exactly_the_allowed(int column, const struct way *way,
                                const struct ipsock_icmp_filter *filter)
{
    struct ipsock_endpoint *s = open_icmp(column), *sender = open_icmp(column);
    struct tally tally;
    uint32_t blocked_high = 0;
    memset(&tally, 0, sizeof tally);
    CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, filter));
    for (int type = 0; type < 256; type++) {
        if (type != LAST)
            send_type(sender, column, (uint8_t)type, (uint16_t)type);
        if (type % 16 == 15) {
            send_type(sender, column, LAST, LAST);
            receive_up_to_last(s, way, &tally);
        }
    }
    for (int type = 0; type < 256; type++) {
        const bool blocked = ipsock_icmp_filter_will_block(filter, (uint8_t)type);
        const bool arrives = !blocked && !is_kept(column, type);
        if (type != LAST && tally.arrived[type] != arrives)
            fail_msg("type %d: arrived %u times, blocked %d", type, tally.arrived[type], blocked);
        blocked_high += blocked && type >= 32;
    }
    assert_int_not_equal(blocked_high, 0);
    if (column == V4) /* no kernel's filter has these */
        assert_true(discards(s) >= blocked_high);
    ipsock_free(s);
    ipsock_free(sender);
}

static void each_way(int column)
{
    struct ipsock_icmp_filter filter;
    uint64_t random = 0x2545f4914f6cdd1du;
    if (!begin_column(column))
        return;
    for (size_t w = 0; w < WAYS; w++) {
        ipsock_icmp_filter_set_all(&filter, true);
        ipsock_icmp_filter_accept(&filter, LAST);
        exactly_the_allowed(column, &ways[w], &filter);
        for (size_t i = 0; i < COUNT(filter.blocked); i++)
            filter.blocked[i] = (uint32_t)next_random(&random);
        ipsock_icmp_filter_accept(&filter, LAST);
        exactly_the_allowed(column, &ways[w], &filter);
    }
}

static void filt_03_exactly_the_allowed_types_arrive_v4(void **state)
{
    (void)state;
    need_privilege();
    each_way(V4);
}

static void filt_02_exactly_the_allowed_types_arrive_v6(void **state)
{
    (void)state;
    need_privilege();
    each_way(V6);
}

/* What is taken back no longer drops anything. */
static void filt_06_a_cleared_filter_lets_all_pass(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        const struct way way = {false, 64};
        const struct ipsock_icmp_filter none = {{0}};
        struct tally tally;
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_icmp(i), *sender = open_icmp(i);
        memset(&tally, 0, sizeof tally);
        set_filter(s, 0, NULL);
        send_type(sender, i, 5, 5);
        send_type(sender, i, 41, 41);
        check_nothing(s);
        CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &none));
        send_type(sender, i, 5, 5);
        send_type(sender, i, 41, 41);
        send_type(sender, i, LAST, LAST);
        receive_up_to_last(s, &way, &tally);
        EQUAL(1, tally.arrived[5]);
        EQUAL(1, tally.arrived[41]);
        ipsock_free(s);
        ipsock_free(sender);
    }
}

/* The first packet that a pinging endpoint hears is the answer, not its own request. */
static void v6_uni_02_only_the_reply_passes(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        static const uint8_t reply[] = {0, 129};
        uint8_t packet[64];
        struct seen seen;
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_icmp(i);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        set_filter(s, 1, &reply[i == V6]);
        const size_t length = make_echo(packet, columns[i].family, 0x4652, 7);
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        receive(s, &seen);
        EQUAL(reply[i == V6], seen.data[0]);
        EQUAL(0, seen.data[1]);
        EQUAL(length, seen.length);
        assert_memory_equal(seen.data + 4, packet + 4, length - 4);
        ipsock_free(s);
    }
}

static void filt_02_a_ping_endpoint_hears_what_it_lets_pass(void **state)
{
    (void)state;
    bool any = false;
    for (int i = V4; i <= V6; i++) {
        static const uint8_t reply[] = {0, 129};
        uint8_t packet[64];
        struct seen seen;
        if (!begin_column(i) || !has_ping(columns[i].family))
            continue;
        struct ipsock_config config = config_of(i, IPSOCK_PING);
        struct ipsock_endpoint *s = must_open(&config);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        const size_t length = make_echo(packet, columns[i].family, 0, 1);
        any = true;
        set_filter(s, 0, NULL);
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        system_sleep_ms(50); /* its answer, which is to be dropped, may take a moment */
        check_nothing(s);
        /* and the request, where no kernel keeps it from a raw socket */
        const char *kept = i == V4 ? "ping-requests-v4" : "ping-requests-v6";
        EQUAL(expected("filt-02", kept).level == EXPECT_EXACT ? 2 : 1, discards(s));
        set_filter(s, 1, &reply[i == V6]);
        packet[7] = 2;
        packet[2] = packet[3] = 0;
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        receive(s, &seen);
        EQUAL(reply[i == V6], seen.data[0]);
        EQUAL(2, seen.data[7]);
        ipsock_free(s);
    }
    need(any, "no ping endpoints");
}

#ifndef CONFORMANCE_LIBRARY_FILTER
/* The kernel's part goes with the handle. */
static void filt_02_an_adopted_handle_tells_its_filter(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        struct ipsock_icmp_filter filter, got;
        struct ipsock_capability_answer how;
        struct ipsock_config config;
        ipsock_handle_t handle;
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_icmp(i);
        ipsock_icmp_filter_set_all(&filter, true);
        ipsock_icmp_filter_accept(&filter, 8);
        CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &filter));
        CHECK(IPSOCK_OK, ipsock_capability(s, 0, 0, IPSOCK_FEATURE_ICMP_FILTER, &how));
        CHECK(IPSOCK_OK, ipsock_release(s, &handle));
        ipsock_free(s);
        ipsock_config_init(&config);
        config.flags = IPSOCK_ADOPT_OWN;
        config.kind = IPSOCK_RAW;
        config.family = columns[i].family;
        config.protocol = i == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
        CHECK(IPSOCK_OK, ipsock_adopt(&s, handle, &config));
        CHECK(IPSOCK_OK, ipsock_get_icmp_filter(s, &got));
        if (strcmp(how.mechanism, "library") != 0)
            EQUAL(filter.blocked[0], got.blocked[0]);
        for (size_t w = 1; w < COUNT(got.blocked); w++)
            EQUAL(how.level == IPSOCK_NATIVE ? filter.blocked[w] : 0, got.blocked[w]);
        ipsock_free(s);
    }
}

#endif

static void check_refused(struct ipsock_endpoint *s, int code)
{
    struct ipsock_icmp_filter filter;
    struct ipsock_error error;
    ipsock_icmp_filter_set_all(&filter, true);
    CHECK(code, ipsock_set_icmp_filter(s, &filter));
    CHECK(IPSOCK_OK, ipsock_last_error(s, IPSOCK_SETUP, &error));
    CHECK(code, error.code);
    assert_string_equal(error.operation, "ICMP filter");
    CHECK(code, ipsock_get_icmp_filter(s, &filter));
    EQUAL(UINT32_MAX, filter.blocked[0]); /* untouched */
}

static void filt_02_refusals(void **state)
{
    (void)state;
    struct ipsock_icmp_filter filter = {{0}};
    CHECK(IPSOCK_ECLOSED, ipsock_set_icmp_filter(NULL, &filter));
    CHECK(IPSOCK_ECLOSED, ipsock_get_icmp_filter(NULL, &filter));
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_endpoint *s = must_open(&config);
        check_refused(s, IPSOCK_EKIND);
        ipsock_free(s);
        struct pair stream = open_stream(i);
        check_refused(stream.receiver, IPSOCK_EKIND);
        close_pair(&stream);
        if (!system_is_privileged())
            continue;
        /* the other family's ICMP is a protocol like any other here */
        const int others[] = {PROTOCOL_TEST, i == V4 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP};
        for (size_t k = 0; k < COUNT(others); k++) {
            s = open_raw(i, others[k], 0, 0);
            check_refused(s, IPSOCK_EKIND);
            ipsock_free(s);
        }
        s = open_icmp(i);
        CHECK(IPSOCK_EINVAL, ipsock_set_icmp_filter(s, NULL));
        check_option(s, IPSOCK_SETUP, IPSOCK_EINVAL, "filter");
        CHECK(IPSOCK_EINVAL, ipsock_get_icmp_filter(s, NULL));
        check_held(s, &(struct ipsock_icmp_filter){{0}});
        ipsock_close(s);
        CHECK(IPSOCK_ECLOSED, ipsock_set_icmp_filter(s, &filter));
        CHECK(IPSOCK_ECLOSED, ipsock_get_icmp_filter(s, &filter));
        ipsock_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filt_06_without_a_filter_all_is_clear),
        cmocka_unit_test(filt_02_what_is_set_is_got),
        cmocka_unit_test(filt_02_ping_endpoints_too),
        cmocka_unit_test(filt_03_exactly_the_allowed_types_arrive_v4),
        cmocka_unit_test(filt_02_exactly_the_allowed_types_arrive_v6),
        cmocka_unit_test(filt_06_a_cleared_filter_lets_all_pass),
        cmocka_unit_test(v6_uni_02_only_the_reply_passes),
        cmocka_unit_test(filt_02_a_ping_endpoint_hears_what_it_lets_pass),
#ifndef CONFORMANCE_LIBRARY_FILTER
        cmocka_unit_test(filt_02_an_adopted_handle_tells_its_filter),
#endif
        cmocka_unit_test(filt_02_refusals),
    };
    return RUN(tests);
}
