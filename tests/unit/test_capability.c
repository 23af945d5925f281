// SPDX-License-Identifier: BSD-2-Clause
/* The ledger's answers, through the public function. ERR-02, ERR-03. */
#include "unit.h"

#include <ipsock/capability.h>

#include "core/endpoint/backend.h"

static const int kinds[] = {IPSOCK_UDP, IPSOCK_TCP, IPSOCK_RAW, IPSOCK_PING};
static const int families[] = {IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED};

static struct ipsock_capability_answer ask(int kind, int family, int feature)
{
    struct ipsock_capability_answer c;
    memset(&c, 0xa5, sizeof c);
    unit_int(ipsock_feature_name(feature), ipsock_capability(NULL, kind, family, feature, &c),
             IPSOCK_OK);
    return c;
}

static void capability_answers_with_mechanism_and_reason(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        for (size_t f = 0; f < COUNT(families); f++) {
            for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++) {
                const struct ipsock_capability_answer c = ask(kinds[k], families[f], feature);
                const char *name = ipsock_feature_name(feature);
                assert_true(c.level >= IPSOCK_ABSENT && c.level <= IPSOCK_NATIVE);
                unit_int(name, c.mechanism != NULL, c.level != IPSOCK_ABSENT);
                unit_int(name, c.reason != NULL, c.level != IPSOCK_NATIVE);
                assert_true(c.mechanism == NULL || strlen(c.mechanism) >= 5);
                assert_true(c.reason == NULL || strlen(c.reason) > 10);
            }
        }
    }
}

/* What Linux has, from its manual pages and sources. UDP, TCP, raw, ping of IPv4, the same of IPv6,
 * UDP and TCP of IPv4 on dual-stack endpoints. N native, E exact, B a batch call if there is one.
 */
static const struct {
    int feature;
    const char *cells;
} expected[] = {
#define ROW(name, cells)             \
    {                                \
        IPSOCK_FEATURE_##name, cells \
    }
    ROW(TRAFFIC_CLASS, "NNNN NNNN NN"),
    ROW(HOP_LIMIT, "NNNN NNNN NN"),
    ROW(MULTICAST_HOP_LIMIT, "N.NN N.NN N."),
    ROW(MULTICAST_INTERFACE, "N.NN N.NN N."),
    ROW(MULTICAST_LOOPBACK, "N.NN N.NN N."),
    ROW(DONT_FRAGMENT, "N.NN N.NN N."),
    ROW(PATH_MTU, "NNNN NNNN NN"),
    ROW(RECEIVE_BUFFER, "NNNN NNNN NN"),
    ROW(SEND_BUFFER, "NNNN NNNN NN"),
    ROW(CHECKSUM, ".... ..N. .."),
    ROW(DUAL_STACK, ".... NN.. .."),
    ROW(REUSE, "NNNN NNNN NN"),
    ROW(BROADCAST, "N.NN .... N."),
    ROW(BIND_INTERFACE, "NNNN NNNN NN"),
    ROW(JOIN_GROUP, "N.NN N.NN N."),
    ROW(JOIN_SOURCE, "N.NN N.NN N."),
    ROW(EXCLUDE_SOURCE, "N.NN N.NN N."),
    ROW(STRICT_MULTICAST, "N.NE N.EE N."),
    ROW(RECV_TRAFFIC_CLASS, "N.NN N.NN N."),
    ROW(RECV_HOP_LIMIT, "N.NN N.NN N."),
    ROW(RECV_SOURCE, "N.NN N.NN N."),
    ROW(RECV_DESTINATION, "N.NN N.NN N."),
    ROW(RECV_INTERFACE, "N.NN N.NN N."),
    ROW(RECV_PATH_MTU, ".... N.NN .."),
    ROW(RECV_SEGMENT_SIZE, "N... N... N."),
    ROW(RECV_OPAQUE, "N.NN N.NN N."),
    ROW(SEND_TRAFFIC_CLASS, "N.NN N.NN N."),
    ROW(SEND_HOP_LIMIT, "N.NN N.NN N."),
    ROW(SEND_SOURCE, "N.NN N.N. N."),
    ROW(SEND_INTERFACE, "N.NN N.NN N."),
    ROW(SEND_DONT_FRAGMENT, "E.EE N.EN E."),
    ROW(SEND_NEXT_HOP, ".... .... .."),
    ROW(SEND_SEGMENT_SIZE, "N... N... N."),
    ROW(SEND_OPAQUE, "N.NN N.NN N."),
    ROW(RECV_BATCH, "B.BB B.BB B."),
    ROW(SEND_BATCH, "B.BB B.BB B."),
    ROW(HEADER_INCLUDED, "..N. .... .."),
    ROW(ICMP_FILTER, "..EE ..NE .."),
    ROW(BPF, "N.NN N.NN N."),
    ROW(ERROR_STREAM, "N.NN N.NN N."),
    ROW(PATH_MTU_PROBE, "N.NN N.NN N."),
    ROW(MINIMUM_HOP_LIMIT, "ENEE ENEE EN"),
#undef ROW
};

static int level_of(char cell)
{
    return cell == 'N'   ? IPSOCK_NATIVE
           : cell == 'E' ? IPSOCK_EXACT
           : cell == 'B' ? (ipsk_sys_recv_many_name() != NULL ? IPSOCK_NATIVE : IPSOCK_EXACT)
                         : IPSOCK_ABSENT;
}

static void capability_of_linux_is_what_linux_has(void **state)
{
    (void)state;
    if (strcmp(ipsock_system(), "linux") != 0 || ipsk_sys_version() < 0x050000)
        skip(); /* two options came with 4.20 and 5.0 */
    unit_int("features", COUNT(expected), IPSOCK_FEATURE_COUNT);
    for (size_t i = 0; i < COUNT(expected); i++) {
        const char *cells = expected[i].cells;
        assert_int_equal(strlen(cells), 12);
        for (size_t at = 0; at < 12; at++) {
            char what[96];
            if (cells[at] == ' ')
                continue;
            const struct ipsock_capability_answer c =
                ask(kinds[at % 5], families[at / 5], expected[i].feature);
            snprintf(what, sizeof what, "%s, cell %zu", ipsock_feature_name(expected[i].feature),
                     at);
            unit_int(what, c.level, level_of(cells[at]));
        }
    }
}

static void capability_names_what_does_it(void **state)
{
    (void)state;
    static const struct {
        int kind, family, feature;
        const char *mechanism;
    } cases[] = {
        {IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_RECV_HOP_LIMIT, "IP_RECVTTL"},
        {IPSOCK_UDP, IPSOCK_IPV6, IPSOCK_FEATURE_RECV_HOP_LIMIT, "IPV6_RECVHOPLIMIT"},
        {IPSOCK_UDP, IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_RECV_HOP_LIMIT, "IP_RECVTTL"},
        {IPSOCK_UDP, IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_RECV_INTERFACE, "IPV6_RECVPKTINFO"},
        {IPSOCK_RAW, IPSOCK_IPV6, IPSOCK_FEATURE_SEND_HOP_LIMIT, "IPV6_HOPLIMIT"},
        {IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_SEND_SOURCE, "IP_PKTINFO"},
        {IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_SEND_DONT_FRAGMENT, "IP_MTU_DISCOVER"},
        {IPSOCK_TCP, IPSOCK_IPV4, IPSOCK_FEATURE_TRAFFIC_CLASS, "IP_TOS"},
        {IPSOCK_RAW, IPSOCK_IPV4, IPSOCK_FEATURE_ICMP_FILTER, "ICMP_FILTER"},
        {IPSOCK_RAW, IPSOCK_IPV6, IPSOCK_FEATURE_ICMP_FILTER, "ICMP6_FILTER"},
        {IPSOCK_PING, IPSOCK_IPV6, IPSOCK_FEATURE_ICMP_FILTER, "library"},
        {IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_BPF, "SO_ATTACH_FILTER"},
        {IPSOCK_UDP, IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_BPF, "SO_ATTACH_FILTER"},
    };
    if (strcmp(ipsock_system(), "linux") != 0)
        skip();
    for (size_t i = 0; i < COUNT(cases); i++)
        unit_string("mechanism", ask(cases[i].kind, cases[i].family, cases[i].feature).mechanism,
                    cases[i].mechanism);
}

/* A reason that the tables give is the one that is told. */
static void err_02_absent_says_why(void **state)
{
    (void)state;
    size_t told = 0;
    for (size_t i = 0; i < ipsk_native.absent_count; i++) {
        const struct ipsk_absent_row *row = &ipsk_native.absent[i];
        for (size_t k = 0; k < COUNT(kinds); k++) {
            if (!(row->kinds & (1u << k)) || (row->column == IPSK_MAPPED && k > 1))
                continue;
            const struct ipsock_capability_answer c =
                ask(kinds[k], families[row->column], row->feature);
            if (c.level == IPSOCK_ABSENT && strstr(c.reason, "this version") == NULL) {
                unit_string(ipsock_feature_name(row->feature), c.reason, row->reason);
                told++;
            }
        }
    }
    assert_true(told != 0 || ipsk_native.absent_count == 0);
}

/* What every kind lacks on Linux, and a word of the reason. */
static void err_02_reasons_of_linux(void **state)
{
    (void)state;
    static const struct {
        int family, feature;
        const char *word;
    } cases[] = {
        {IPSOCK_IPV4, IPSOCK_FEATURE_CHECKSUM, "raw IPv6"},
        {IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_CHECKSUM, "raw IPv6"},
        {IPSOCK_IPV4, IPSOCK_FEATURE_SEND_NEXT_HOP, "RFC 3542"},
        {IPSOCK_IPV6, IPSOCK_FEATURE_SEND_NEXT_HOP, "IPV6_NEXTHOP"},
        {IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_SEND_NEXT_HOP, "RFC 3542"},
        {IPSOCK_IPV4, IPSOCK_FEATURE_RECV_PATH_MTU, "RFC 3542"},
        {IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_RECV_PATH_MTU, "RFC 3542"},
    };
    if (strcmp(ipsock_system(), "linux") != 0)
        skip();
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t k = 0; k < COUNT(kinds); k++) {
            if (cases[i].family == IPSOCK_IPV4_MAPPED && k > 1)
                continue;
            const struct ipsock_capability_answer c =
                ask(kinds[k], cases[i].family, cases[i].feature);
            unit_int(ipsock_feature_name(cases[i].feature), c.level, IPSOCK_ABSENT);
            if (strstr(c.reason, cases[i].word) == NULL)
                fail_msg("%s, kind %d: %s", ipsock_feature_name(cases[i].feature), kinds[k],
                         c.reason);
        }
    }
}

/* Where the library does what the kernel of Linux does not, it says of which endpoints, and why;
 * and of no other kind. */
static void err_02_reasons_of_what_the_library_does(void **state)
{
    (void)state;
    static const struct {
        int kind, family, feature, level;
        const char *word;
    } cases[] = {
        {IPSOCK_PING, IPSOCK_IPV4, IPSOCK_FEATURE_ICMP_FILTER, IPSOCK_EXACT, "net/ipv4/ping.c"},
        {IPSOCK_PING, IPSOCK_IPV6, IPSOCK_FEATURE_ICMP_FILTER, IPSOCK_EXACT, "net/ipv6/ping.c"},
        {IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_ICMP_FILTER, IPSOCK_ABSENT, "not for this kind"},
        {IPSOCK_TCP, IPSOCK_IPV4, IPSOCK_FEATURE_ICMP_FILTER, IPSOCK_ABSENT, "not for this kind"},
        {IPSOCK_UDP, IPSOCK_IPV6, IPSOCK_FEATURE_ICMP_FILTER, IPSOCK_ABSENT, "not for this kind"},
        {IPSOCK_TCP, IPSOCK_IPV6, IPSOCK_FEATURE_ICMP_FILTER, IPSOCK_ABSENT, "not for this kind"},
        {IPSOCK_RAW, IPSOCK_IPV4, IPSOCK_FEATURE_ICMP_FILTER, IPSOCK_EXACT, "types 0 to 31"},
        {IPSOCK_PING, IPSOCK_IPV4, IPSOCK_FEATURE_STRICT_MULTICAST, IPSOCK_EXACT,
         "net/ipv4/ping.c"},
        {IPSOCK_PING, IPSOCK_IPV6, IPSOCK_FEATURE_STRICT_MULTICAST, IPSOCK_EXACT, "net/ipv6/raw.c"},
        {IPSOCK_RAW, IPSOCK_IPV6, IPSOCK_FEATURE_STRICT_MULTICAST, IPSOCK_EXACT, "net/ipv6/raw.c"},
        {IPSOCK_TCP, IPSOCK_IPV4, IPSOCK_FEATURE_STRICT_MULTICAST, IPSOCK_ABSENT,
         "not for this kind"},
        {IPSOCK_TCP, IPSOCK_IPV6, IPSOCK_FEATURE_STRICT_MULTICAST, IPSOCK_ABSENT,
         "not for this kind"},
        {IPSOCK_PING, IPSOCK_IPV6, IPSOCK_FEATURE_SEND_SOURCE, IPSOCK_ABSENT, "net/ipv6/ping.c"},
    };
    if (strcmp(ipsock_system(), "linux") != 0)
        skip();
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct ipsock_capability_answer c =
            ask(cases[i].kind, cases[i].family, cases[i].feature);
        unit_int(ipsock_feature_name(cases[i].feature), c.level, cases[i].level);
        if (strstr(c.reason, cases[i].word) == NULL)
            fail_msg("%s, case %zu: %s", ipsock_feature_name(cases[i].feature), i, c.reason);
    }
}

/* A build may do without them; no system that has them says why it has not. */
static void capability_batch_calls_are_the_systems(void **state)
{
    const char *const receives = ipsk_sys_recv_many_name(), *const sends =
                                                                ipsk_sys_send_many_name();
    (void)state;
    for (size_t i = 0; i < ipsk_native.absent_count; i++) {
        const int feature = ipsk_native.absent[i].feature;
        assert_false(feature == IPSOCK_FEATURE_RECV_BATCH && receives != NULL);
        assert_false(feature == IPSOCK_FEATURE_SEND_BATCH && sends != NULL);
    }
}

static void err_03_wrong_questions(void **state)
{
    (void)state;
    struct ipsock_capability_answer c = {77, NULL, NULL};
    const int feature = IPSOCK_FEATURE_HOP_LIMIT;
    static const struct {
        int kind, family, feature;
    } wrong[] = {
        {0, IPSOCK_IPV4, IPSOCK_FEATURE_HOP_LIMIT},
        {5, IPSOCK_IPV4, IPSOCK_FEATURE_HOP_LIMIT},
        {-1, IPSOCK_IPV4, IPSOCK_FEATURE_HOP_LIMIT},
        {IPSOCK_UDP, IPSOCK_UNSPEC, IPSOCK_FEATURE_HOP_LIMIT},
        {IPSOCK_UDP, 2, IPSOCK_FEATURE_HOP_LIMIT},
        {IPSOCK_UDP, IPSOCK_IPV4, -1},
        {IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_COUNT},
    };
    for (size_t i = 0; i < COUNT(wrong); i++)
        unit_int("wrong",
                 ipsock_capability(NULL, wrong[i].kind, wrong[i].family, wrong[i].feature, &c),
                 IPSOCK_EINVAL);
    unit_int("untouched", c.level, 77);
    unit_int("NULL", ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, feature, NULL),
             IPSOCK_EINVAL);
}

static void capability_of_an_endpoint(void **state)
{
    (void)state;
    struct ipsock_endpoint *s = NULL;
    struct ipsock_capability_answer c, plain;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.family = IPSOCK_IPV4;
    config.kind = IPSOCK_UDP;
    unit_int("open", ipsock_open(&s, &config), IPSOCK_OK);
    for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++) {
        /* the kind asked about is ignored: the endpoint has one */
        unit_int("own", ipsock_capability(s, IPSOCK_TCP, IPSOCK_UNSPEC, feature, &c), IPSOCK_OK);
        plain = ask(IPSOCK_UDP, IPSOCK_IPV4, feature);
        unit_int(ipsock_feature_name(feature), c.level, plain.level);
    }
    unit_int("IPv6", ipsock_capability(s, 0, IPSOCK_IPV6, 0, &c), IPSOCK_EFAMILY);
    unit_int("mapped", ipsock_capability(s, 0, IPSOCK_IPV4_MAPPED, 0, &c), IPSOCK_EFAMILY);
    unit_int("nonsense", ipsock_capability(s, 0, 99, 0, &c), IPSOCK_EFAMILY);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capability_answers_with_mechanism_and_reason),
        cmocka_unit_test(capability_of_linux_is_what_linux_has),
        cmocka_unit_test(capability_names_what_does_it),
        cmocka_unit_test(capability_batch_calls_are_the_systems),
        cmocka_unit_test(err_02_absent_says_why),
        cmocka_unit_test(err_02_reasons_of_linux),
        cmocka_unit_test(err_02_reasons_of_what_the_library_does),
        cmocka_unit_test(err_03_wrong_questions),
        cmocka_unit_test(capability_of_an_endpoint),
    };
    return cmocka_run_group_tests_name("capability", tests, NULL, NULL);
}
