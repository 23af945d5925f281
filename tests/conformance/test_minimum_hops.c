// SPDX-License-Identifier: BSD-2-Clause
/* The lowest hop limit that is accepted: GTSM. */
#include "harness.h"

#define NAME "minimum_hop_limit"

static void check_values(struct ipsock_endpoint *s)
{
    static const int good[] = {255, 1, 64, 0, 200, IPSOCK_DEFAULT, 255, 0};
    static const int bad[] = {-2, 256, INT32_MAX, INT32_MIN};
    int value = -1;
    CHECK(IPSOCK_OK, ipsock_get_minimum_hop_limit(s, &value));
    EQUAL(0, value);
    for (size_t i = 0; i < COUNT(good); i++) {
        CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(s, good[i]));
        CHECK(IPSOCK_OK, ipsock_get_minimum_hop_limit(s, &value));
        EQUAL(good[i] == IPSOCK_DEFAULT ? 0 : good[i], value);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        CHECK(IPSOCK_EINVAL, ipsock_set_minimum_hop_limit(s, bad[i]));
        check_option(s, IPSOCK_SETUP, IPSOCK_EINVAL, NAME);
        CHECK(IPSOCK_OK, ipsock_get_minimum_hop_limit(s, &value));
        EQUAL(0, value);
    }
    CHECK(IPSOCK_EINVAL, ipsock_get_minimum_hop_limit(s, NULL));
    check_option(s, IPSOCK_SETUP, IPSOCK_EINVAL, NAME);
}

/* Whether datagram endpoints of a column can have one here. */
static bool can_look(int column, struct ipsock_endpoint *s)
{
    char what[32];
    snprintf(what, sizeof what, "datagrams-%s", columns[column].name);
    CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(s, 0)); /* as it is */
    const bool can = expect_code("gtsm-01", what, ipsock_set_minimum_hop_limit(s, 1));
    if (can)
        CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(s, 0));
    else
        check_option(s, IPSOCK_SETUP, IPSOCK_ENOTSUP, NAME);
    return can;
}

static void gtsm_01_values_of_datagram_endpoints(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        if (can_look(i, pair.receiver))
            check_values(pair.receiver);
        close_pair(&pair);
    }
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i);
        check_values(s);
        ipsock_free(s);
    }
}

static void gtsm_01_values_of_raw_endpoints(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, PROTOCOL_TEST, 0, 0);
        check_values(s);
        ipsock_free(s);
    }
}

static void gtsm_01_the_ledger_says_so(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        char what[32];
        snprintf(what, sizeof what, "datagrams-%s", columns[i].name);
        expect_feature("gtsm-01", what, IPSOCK_UDP, columns[i].traffic,
                       IPSOCK_FEATURE_MINIMUM_HOP_LIMIT);
        snprintf(what, sizeof what, "streams-%s", columns[i].name);
        expect_feature("gtsm-03", what, IPSOCK_TCP, columns[i].traffic,
                       IPSOCK_FEATURE_MINIMUM_HOP_LIMIT);
    }
}

static void send_with(struct pair *pair, int hop_limit, const char *text)
{
    CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair->sender, hop_limit));
    CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, text, strlen(text), NULL));
}

static void must_receive(struct ipsock_endpoint *s, const char *text, struct seen *seen)
{
    receive(s, seen);
    EQUAL(strlen(text), seen->length);
    assert_memory_equal(seen->data, text, seen->length);
}

static uint64_t dropped(struct ipsock_endpoint *s)
{
    struct ipsock_counters counters;
    CHECK(IPSOCK_OK, ipsock_get_counters(s, &counters, sizeof counters));
    return counters.filter_discards;
}

/* Those that came from further away are dropped and counted; asked for or not, hop limits are told
 * as before. */
static void let_through(int column, uint32_t asked)
{
    struct pair pair = open_pair(column, delivered(column, asked), 0);
    struct seen seen;
    CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(pair.receiver, 255));
    send_with(&pair, 254, "far");
    send_with(&pair, 255, "near");
    send_with(&pair, 1, "farther");
    send_with(&pair, 255, "last");
    must_receive(pair.receiver, "near", &seen);
    EQUAL(delivered(column, asked), seen.control.valid & IPSOCK_CONTROL_HOP_LIMIT);
    if (seen.control.valid & IPSOCK_CONTROL_HOP_LIMIT)
        EQUAL(255, seen.control.hop_limit);
    must_receive(pair.receiver, "last", &seen);
    EQUAL(2, dropped(pair.receiver));
    CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(pair.receiver, 100));
    send_with(&pair, 99, "beyond");
    send_with(&pair, 100, "just");
    must_receive(pair.receiver, "just", &seen);
    EQUAL(3, dropped(pair.receiver));
    CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(pair.receiver, 0));
    send_with(&pair, 1, "any");
    must_receive(pair.receiver, "any", &seen);
    EQUAL(delivered(column, asked), seen.control.valid & IPSOCK_CONTROL_HOP_LIMIT);
    EQUAL(3, dropped(pair.receiver));
    close_pair(&pair);
}

static void gtsm_02_datagrams_from_afar_are_dropped(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        const bool can = can_look(i, pair.receiver);
        close_pair(&pair);
        if (!can)
            continue;
        let_through(i, 0);
        let_through(i, IPSOCK_CONTROL_HOP_LIMIT);
    }
}

/* Wanted packets behind dropped ones move up. */
static void gtsm_02_in_batches(void **state)
{
    (void)state;
    enum { ALL = 24 };
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct burst b = make_burst(ALL);
        uint32_t done = 0;
        char text[2] = "a";
        if (can_look(i, pair.receiver)) {
            CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(pair.receiver, 64));
            for (int n = 0; n < ALL; n++) {
                text[0] = (char)('a' + n);
                send_with(&pair, n % 3 == 1 ? 64 : 63, text);
            }
            CHECK(IPSOCK_OK, ipsock_set_deadline(pair.receiver, soon()));
            for (uint32_t have = 0; have < ALL / 3; have += done) {
                CHECK(IPSOCK_OK, receive_burst(pair.receiver, &b, ALL, &done));
                for (uint32_t n = 0; n < done; n++)
                    EQUAL('a' + 3 * (have + n) + 1, b.data[n][0]);
            }
            CHECK(IPSOCK_EAGAIN, ipsock_recv(pair.receiver, &b.messages[0], IPSOCK_MSG_DONTWAIT));
            EQUAL(ALL - ALL / 3, dropped(pair.receiver));
        }
        free_burst(&b);
        close_pair(&pair);
    }
}

static void gtsm_02_raw_and_own_header(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        struct seen seen;
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, PROTOCOL_TEST, 0, 0);
        struct ipsock_endpoint *sender = open_raw(i, PROTOCOL_TEST, 0, 0);
        const struct ipsock_addr to = ipsock_addr_loopback(columns[i].family, 0);
        CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(s, 200));
        if (!expect_code("gtsm-02", i == V4 ? "raw-sender-v4" : "raw-sender-v6",
                         ipsock_set_hop_limit(sender, 199))) {
            ipsock_free(sender);
            ipsock_free(s);
            continue;
        }
        CHECK(IPSOCK_OK, send_bytes(sender, &to, "far", 3, NULL));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(sender, 200));
        CHECK(IPSOCK_OK, send_bytes(sender, &to, "close", 5, NULL));
        receive(s, &seen);
        EQUAL(5, seen.length);
        EQUAL(1, dropped(s));
        ipsock_free(sender);
        ipsock_free(s);
    }
}

/* Whether a connection to a listener is made by packets with this hop limit; if it should be, there
 * is patience. */
static bool connects(int column, const struct ipsock_addr *to, int hop_limit, bool should)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config = config_of(column, IPSOCK_TCP);
    config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
    config.peer = *to;
    config.hop_limit = hop_limit;
    config.deadline = ipsock_now() + (should ? 30 * SECOND : 300 * MILLISECOND);
    const int code = ipsock_open(&s, &config);
    ipsock_free(s);
    if (code != IPSOCK_OK)
        EQUAL(IPSOCK_ETIMEDOUT, code);
    return code == IPSOCK_OK;
}

static void gtsm_03_streams(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        char what[32];
        int value = -1;
        struct ipsock_endpoint *accepted;
        struct ipsock_config config = config_of(i, IPSOCK_TCP);
        struct ipsock_endpoint *listener = must_open(&config);
        struct ipsock_addr to;
        snprintf(what, sizeof what, "streams-%s", columns[i].name);
        CHECK(IPSOCK_OK, ipsock_local_addr(listener, &to));
        const struct ipsock_addr loopback = addr_of(columns[i].loopback);
        memcpy(to.ip, loopback.ip, sizeof to.ip);
        CHECK(IPSOCK_EINVAL, ipsock_set_minimum_hop_limit(listener, 256));
        if (!expect_code("gtsm-03", what, ipsock_set_minimum_hop_limit(listener, 255))) {
            check_option(listener, IPSOCK_SETUP, IPSOCK_ENOTSUP, NAME);
            ipsock_free(listener);
            continue;
        }
        assert_false(connects(i, &to, 64, false));
        assert_true(connects(i, &to, 255, true));
        CHECK(IPSOCK_OK, ipsock_set_deadline(listener, soon()));
        CHECK(IPSOCK_OK, ipsock_accept(listener, &accepted, NULL));
        CHECK(IPSOCK_OK, ipsock_get_minimum_hop_limit(accepted, &value));
        EQUAL(255, value);
        ipsock_free(accepted);
        CHECK(IPSOCK_OK, ipsock_set_minimum_hop_limit(listener, 0));
        assert_true(connects(i, &to, 64, true));
        ipsock_free(listener);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gtsm_01_values_of_datagram_endpoints),
        cmocka_unit_test(gtsm_01_values_of_raw_endpoints),
        cmocka_unit_test(gtsm_01_the_ledger_says_so),
        cmocka_unit_test(gtsm_02_datagrams_from_afar_are_dropped),
        cmocka_unit_test(gtsm_02_in_batches),
        cmocka_unit_test(gtsm_02_raw_and_own_header),
        cmocka_unit_test(gtsm_03_streams),
    };
    return RUN(tests);
}
