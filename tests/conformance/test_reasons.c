// SPDX-License-Identifier: BSD-2-Clause
/* What a system does not do itself has a reason of its own (err-02), wherever it means something.
 */
#include "harness.h"

#define U  0x1
#define T  0x2
#define R  0x4
#define UR (U | R)
#define UT (U | T)
#define A  (U | T | R)

/* Kinds for which a feature means something, by column. */
#define F(name) IPSOCK_FEATURE_##name
static const struct {
    int feature;
    unsigned kinds[COLUMNS];
} features[] = {
    {F(TRAFFIC_CLASS), {A, A, UT}},
    {F(HOP_LIMIT), {A, A, UT}},
    {F(MULTICAST_HOP_LIMIT), {UR, UR, U}},
    {F(MULTICAST_INTERFACE), {UR, UR, U}},
    {F(MULTICAST_LOOPBACK), {UR, UR, U}},
    {F(DONT_FRAGMENT), {UR, UR, U}},
    {F(PATH_MTU_PROBE), {UR, UR, U}},
    {F(MINIMUM_HOP_LIMIT), {A, A, UT}},
    {F(PATH_MTU), {A, A, UT}},
    {F(RECEIVE_BUFFER), {A, A, 0}},
    {F(SEND_BUFFER), {A, A, 0}},
    {F(CHECKSUM), {A, R, UT}},
    {F(DUAL_STACK), {0, UT, 0}},
    {F(REUSE), {UT, UT, 0}},
    {F(BROADCAST), {UR, 0, U}},
    {F(BIND_INTERFACE), {A, A, 0}},
    {F(JOIN_GROUP), {UR, UR, U}},
    {F(JOIN_SOURCE), {UR, UR, U}},
    {F(EXCLUDE_SOURCE), {UR, UR, U}},
    {F(STRICT_MULTICAST), {UR, UR, U}},
    {F(RECV_TRAFFIC_CLASS), {UR, UR, U}},
    {F(RECV_HOP_LIMIT), {UR, UR, U}},
    {F(RECV_DESTINATION), {UR, UR, U}},
    {F(RECV_INTERFACE), {UR, UR, U}},
    {F(RECV_PATH_MTU), {UR, UR, U}},
    {F(RECV_SEGMENT_SIZE), {U, U, U}},
    {F(SEND_TRAFFIC_CLASS), {UR, UR, U}},
    {F(SEND_HOP_LIMIT), {UR, UR, U}},
    {F(SEND_SOURCE), {UR, UR, U}},
    {F(SEND_INTERFACE), {UR, UR, U}},
    {F(SEND_DONT_FRAGMENT), {UR, UR, U}},
    {F(SEND_NEXT_HOP), {UR, UR, U}},
    {F(SEND_SEGMENT_SIZE), {U, U, U}},
    {F(RECV_BATCH), {UR, UR, 0}},
    {F(SEND_BATCH), {UR, UR, 0}},
    {F(HEADER_INCLUDED), {R, 0, 0}},
    {F(ICMP_FILTER), {R, R, 0}},
    {F(BPF), {UR, UR, 0}},
    {F(ERROR_STREAM), {UR, UR, U}},
};

static struct ipsock_capability_answer ask(int kind, int column, int feature)
{
    struct ipsock_capability_answer c;
    CHECK(IPSOCK_OK, ipsock_capability(NULL, kind, columns[column].traffic, feature, &c));
    return c;
}

static void err_02_a_reason_of_its_own(void **state)
{
    static const int kinds[] = {IPSOCK_UDP, IPSOCK_TCP, IPSOCK_RAW};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        /* What is said where there is nothing to be told. */
        const char *const none = ask(IPSOCK_TCP, i, IPSOCK_FEATURE_MULTICAST_LOOPBACK).reason;
        unsigned missing = 0;
        assert_non_null(none);
        for (size_t f = 0; f < COUNT(features); f++)
            for (size_t k = 0; k < COUNT(kinds); k++) {
                const struct ipsock_capability_answer c = ask(kinds[k], i, features[f].feature);
                if (!(features[f].kinds[i] & (1u << k)) || c.level == IPSOCK_NATIVE)
                    continue;
                assert_non_null(c.reason);
                if (strcmp(c.reason, none) != 0)
                    continue;
                print_message("%s of %s, %s: no reason\n", ipsock_feature_name(features[f].feature),
                              k == 0   ? "UDP"
                              : k == 1 ? "TCP"
                                       : "raw",
                              columns[i].name);
                missing++;
            }
        EQUAL(0, missing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_02_a_reason_of_its_own),
    };
    return RUN(tests);
}
