// SPDX-License-Identifier: BSD-2-Clause
/* FILT-01, FILT-03, FILT-06 as far as the set goes, and how each system wants it; what reaches a
 * kernel is tested in conformance/. */
#include "golden.h"
#include "unit.h"

#include <ipsock/filter.h>

#include "core/table/encoding.h"

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

/* Rows of every system's tables: which types, and what a set bit means. */
static void filt_02_what_each_system_wants(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        size_t words[2]; /* IPv4, IPv6; 0: no such option */
        uint32_t flip;   /* IPv6 */
    } systems[] = {
        {"linux", {1, 8}, 0},           {"freebsd", {0, 8}, UINT32_MAX},
        {"netbsd", {0, 8}, UINT32_MAX}, {"openbsd", {0, 8}, UINT32_MAX},
        {"darwin", {0, 8}, UINT32_MAX}, {"windows", {0, 0}, 0},
    };
    for (size_t i = 0; i < COUNT(systems); i++) {
        struct golden *g = golden_load(systems[i].system);
        for (int column = IPSK_V4; column <= IPSK_V6; column++) {
            const struct ipsk_option_row *row =
                ipsk_find_option(&g->system, IPSK_OPTION_ICMP_FILTER, IPSK_RAW, column);
            const size_t words = systems[i].words[column];
            struct ipsock_icmp_filter filter, back;
            uint8_t bytes[IPSK_ENCODED_MAX];
            unit_int(systems[i].system, row != NULL, words != 0);
            if (row == NULL)
                continue;
            unit_int("set", (int64_t)ipsk_icmp_filter_words(row->set), (int64_t)words);
            unit_int("get", (int64_t)ipsk_icmp_filter_words(row->get), (int64_t)words);
            for (size_t w = 0; w < COUNT(filter.blocked); w++)
                filter.blocked[w] = 0x10000001u * (uint32_t)(w + 1);
            memset(bytes, 0x5a, sizeof bytes);
            unit_int("length", (int64_t)ipsk_encode_icmp_filter(row, &filter, bytes),
                     (int64_t)words * 4);
            for (size_t w = 0; w < words; w++) {
                uint32_t word; /* in the machine's order, as the kernels' headers have it */
                memcpy(&word, bytes + 4 * w, sizeof word);
                unit_int("word", word,
                         filter.blocked[w] ^ (column == IPSK_V6 ? systems[i].flip : 0));
            }
            assert_int_equal(bytes[4 * words], 0x5a);
            memset(&back, 0x77, sizeof back);
            ipsk_decode_icmp_filter(row, bytes, &back);
            for (size_t w = 0; w < COUNT(back.blocked); w++)
                unit_int("back", back.blocked[w], w < words ? filter.blocked[w] : 0x77777777u);
        }
        golden_free(g);
    }
}

/* Where the kernel has no filter there is a reason, and no program runs in one but Linux'. */
static void bpf_05_which_kernels_run_programs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(golden_systems); i++) {
        struct golden *g = golden_load(golden_systems[i]);
        for (int column = IPSK_V4; column <= IPSK_V6; column++) {
            const struct ipsk_option_row *attach =
                ipsk_find_option(&g->system, IPSK_OPTION_ATTACH_FILTER, IPSK_UDP, column);
            const struct ipsk_option_row *detach =
                ipsk_find_option(&g->system, IPSK_OPTION_DETACH_FILTER, IPSK_UDP, column);
            const bool linux_alone = strcmp(golden_systems[i], "linux") == 0;
            unit_int(golden_systems[i], attach != NULL, linux_alone);
            unit_int(golden_systems[i], detach != NULL, linux_alone);
            if (attach != NULL)
                unit_int("encoding", attach->set, IPSK_ENCODING_PROGRAM);
        }
        golden_free(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filt_01_accept_and_block_change_one_type),
        cmocka_unit_test(filt_01_accept_and_block_undo_each_other),
        cmocka_unit_test(filt_03_types_from_32_on_alias_nothing),
        cmocka_unit_test(filt_06_a_zeroed_filter_lets_everything_pass),
        cmocka_unit_test(filt_null_is_ignored),
        cmocka_unit_test(filt_02_what_each_system_wants),
        cmocka_unit_test(bpf_05_which_kernels_run_programs),
    };
    return cmocka_run_group_tests_name("icmp_filter", tests, NULL, NULL);
}
