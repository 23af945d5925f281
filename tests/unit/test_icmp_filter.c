// SPDX-License-Identifier: BSD-2-Clause
/* FILT-01, FILT-03, FILT-06 as far as the set goes; what reaches a kernel is tested in
 * conformance/. */
#include "unit.h"

#include <ipsock/filter.h>

static void filt_01_accept_and_block_change_one_type(void **state)
{
    (void)state;
    for (int start = 0; start < 2; start++) {
        for (int type = 0; type < 256; type++) {
            struct ipsock_icmp_filter filter;
            ipsock_icmp_filter_set_all(&filter, start == 1);
            if (start == 1)
                ipsock_icmp_filter_accept(&filter, (uint8_t)type);
            else
                ipsock_icmp_filter_block(&filter, (uint8_t)type);
            for (int other = 0; other < 256; other++)
                unit_int("blocked", ipsock_icmp_filter_will_block(&filter, (uint8_t)other),
                         (start == 1) != (other == type));
        }
    }
}

static void filt_01_accept_and_block_undo_each_other(void **state)
{
    (void)state;
    static const uint8_t types[] = {0, 3, 8, 31, 32, 128, 129, 135, 255};
    struct ipsock_icmp_filter filter;
    for (int start = 0; start < 2; start++) {
        ipsock_icmp_filter_set_all(&filter, start == 1);
        for (size_t i = 0; i < COUNT(types); i++) {
            ipsock_icmp_filter_accept(&filter, types[i]);
            ipsock_icmp_filter_accept(&filter, types[i]);
            assert_false(ipsock_icmp_filter_will_block(&filter, types[i]));
            ipsock_icmp_filter_block(&filter, types[i]);
            ipsock_icmp_filter_block(&filter, types[i]);
            assert_true(ipsock_icmp_filter_will_block(&filter, types[i]));
        }
    }
}

static void filt_03_types_from_32_on_alias_nothing(void **state)
{
    (void)state;
    struct ipsock_icmp_filter filter = {{0}};
    ipsock_icmp_filter_block(&filter, 42);
    assert_true(ipsock_icmp_filter_will_block(&filter, 42));
    assert_false(ipsock_icmp_filter_will_block(&filter, 42 % 32));
    /* the layout that the header promises: type t in word t / 32, bit t % 32 */
    assert_int_equal(filter.blocked[1], 0x400);
    ipsock_icmp_filter_block(&filter, 255);
    assert_int_equal(filter.blocked[7], 0x80000000u);
}

static void filt_06_a_zeroed_filter_lets_everything_pass(void **state)
{
    (void)state;
    struct ipsock_icmp_filter filter, zeroed = {{0}};
    memset(&filter, 0x5a, sizeof filter);
    ipsock_icmp_filter_set_all(&filter, false);
    assert_memory_equal(&filter, &zeroed, sizeof filter);
    for (int type = 0; type < 256; type++)
        assert_false(ipsock_icmp_filter_will_block(&zeroed, (uint8_t)type));
    ipsock_icmp_filter_set_all(&filter, true);
    for (size_t i = 0; i < COUNT(filter.blocked); i++)
        assert_int_equal(filter.blocked[i], UINT32_MAX);
}

static void filt_null_is_ignored(void **state)
{
    (void)state;
    ipsock_icmp_filter_accept(NULL, 8);
    ipsock_icmp_filter_block(NULL, 8);
    ipsock_icmp_filter_set_all(NULL, true);
    assert_false(ipsock_icmp_filter_will_block(NULL, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filt_01_accept_and_block_change_one_type),
        cmocka_unit_test(filt_01_accept_and_block_undo_each_other),
        cmocka_unit_test(filt_03_types_from_32_on_alias_nothing),
        cmocka_unit_test(filt_06_a_zeroed_filter_lets_everything_pass),
        cmocka_unit_test(filt_null_is_ignored),
    };
    return cmocka_run_group_tests_name("icmp_filter", tests, NULL, NULL);
}
