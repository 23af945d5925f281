// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"

#include <ipsock/capability.h>

static void feature_names_and_texts_belong_together(void **state)
{
    (void)state;
    static const struct {
        int feature;
        const char *name, *text;
    } some[] = {
        {IPSOCK_FEATURE_TRAFFIC_CLASS, "TRAFFIC_CLASS", "traffic class"},
        {IPSOCK_FEATURE_DUAL_STACK, "DUAL_STACK", "dual stack"},
        {IPSOCK_FEATURE_RECV_PATH_MTU, "RECV_PATH_MTU", "path MTU notices"},
        {IPSOCK_FEATURE_SEND_HOP_LIMIT, "SEND_HOP_LIMIT", "hop limit per packet"},
        {IPSOCK_FEATURE_ERROR_STREAM, "ERROR_STREAM", "ICMP errors of the endpoint"},
    };
    for (size_t i = 0; i < COUNT(some); i++) {
        unit_string(some[i].name, ipsock_feature_name(some[i].feature), some[i].name);
        unit_string(some[i].name, ipsock_feature_text(some[i].feature), some[i].text);
    }
}

static void feature_names_and_texts_are_unique(void **state)
{
    (void)state;
    assert_int_equal(IPSOCK_FEATURE_TRAFFIC_CLASS, 0);
    for (int i = 0; i < IPSOCK_FEATURE_COUNT; i++) {
        assert_non_null(ipsock_feature_name(i));
        assert_non_null(ipsock_feature_text(i));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(ipsock_feature_name(i), ipsock_feature_name(j));
            assert_string_not_equal(ipsock_feature_text(i), ipsock_feature_text(j));
        }
    }
}

static void feature_unknown_has_neither(void **state)
{
    (void)state;
    static const int unknown[] = {-1, IPSOCK_FEATURE_COUNT, INT32_MIN, INT32_MAX};
    for (size_t i = 0; i < COUNT(unknown); i++) {
        assert_null(ipsock_feature_name(unknown[i]));
        assert_null(ipsock_feature_text(unknown[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feature_names_and_texts_belong_together),
        cmocka_unit_test(feature_names_and_texts_are_unique),
        cmocka_unit_test(feature_unknown_has_neither),
    };
    return cmocka_run_group_tests_name("feature", tests, NULL, NULL);
}
