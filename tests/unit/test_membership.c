// SPDX-License-Identifier: BSD-2-Clause
/* Memberships without a kernel: the state table, the hash table, the lists of sources. V4-MC-04,
 * V4-MC-18. */
#include "unit.h"

#include "core/codec/membership.h"

static const uint8_t one[16] = {10, 0, 0, 1}, two[16] = {10, 0, 0, 2};

static void number(uint8_t to[16], uint32_t value)
{
    memset(to, 0, 16);
    to[0] = 232;
    memcpy(to + 8, &value, sizeof value);
}

/* The whole way of an accepted call. */
static void call(struct ipsk_memberships *all, const uint8_t group[16], uint32_t index,
                 const uint8_t *source, int what)
{
    struct ipsk_membership *spare = NULL;
    unit_int("reserve", ipsk_membership_reserve(all, group, index, what, &spare), IPSOCK_OK);
    ipsk_membership_apply(all, group, index, source, what, spare);
}

static int state_of(const struct ipsk_memberships *all, const uint8_t group[16], uint32_t index,
                    const uint8_t *source)
{
    return ipsk_membership_state(ipsk_membership_find(all, group, index), source);
}

/* docs/multicast.md. M EMEMBER, N ENOTMEMBER, F EFILTERMODE. */
static void v4_mc_04_answers(void **state)
{
    static const struct {
        int call;
        const char *cells;
    } rows[] = {
        {IPSK_JOIN, "0MMFF"},         {IPSK_LEAVE, "N0000"},   {IPSK_JOIN_SOURCE, "0FF0M"},
        {IPSK_LEAVE_SOURCE, "NFFN0"}, {IPSK_EXCLUDE, "N0MFF"}, {IPSK_INCLUDE, "NN0FF"},
    };
    (void)state;
    assert_int_equal(COUNT(rows), IPSK_MEMBERSHIP_CALLS);
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(strlen(rows[i].cells), IPSK_MEMBERSHIP_STATES);
        for (int at = 0; at < IPSK_MEMBERSHIP_STATES; at++) {
            const char c = rows[i].cells[at];
            const int want = c == 'M'   ? IPSOCK_EMEMBER
                             : c == 'N' ? IPSOCK_ENOTMEMBER
                             : c == 'F' ? IPSOCK_EFILTERMODE
                                        : IPSOCK_OK;
            unit_int(rows[i].cells, ipsk_membership_answer(rows[i].call, at), want);
        }
    }
}

static void v4_mc_04_states_follow_calls(void **state)
{
    struct ipsk_memberships all = {0};
    uint8_t group[16];
    (void)state;
    number(group, 1);
    unit_int("at first", state_of(&all, group, 1, one), IPSK_NO_MEMBER);
    call(&all, group, 1, NULL, IPSK_JOIN);
    unit_int("join", state_of(&all, group, 1, NULL), IPSK_ANY_SOURCE);
    unit_int("other interface", state_of(&all, group, 2, NULL), IPSK_NO_MEMBER);
    call(&all, group, 1, one, IPSK_EXCLUDE);
    unit_int("exclude", state_of(&all, group, 1, one), IPSK_ANY_SOURCE_LISTED);
    unit_int("exclude another", state_of(&all, group, 1, two), IPSK_ANY_SOURCE);
    call(&all, group, 1, one, IPSK_INCLUDE);
    unit_int("include", state_of(&all, group, 1, one), IPSK_ANY_SOURCE);
    call(&all, group, 1, NULL, IPSK_LEAVE);
    unit_int("leave", state_of(&all, group, 1, one), IPSK_NO_MEMBER);
    call(&all, group, 1, one, IPSK_JOIN_SOURCE);
    call(&all, group, 1, two, IPSK_JOIN_SOURCE);
    unit_int("joined", state_of(&all, group, 1, one), IPSK_SOURCES_LISTED);
    call(&all, group, 1, one, IPSK_LEAVE_SOURCE);
    unit_int("left", state_of(&all, group, 1, one), IPSK_SOURCES);
    unit_int("stays", state_of(&all, group, 1, two), IPSK_SOURCES_LISTED);
    call(&all, group, 1, two, IPSK_LEAVE_SOURCE);
    unit_int("the last", state_of(&all, group, 1, two), IPSK_NO_MEMBER);
    unit_int("count", all.count, 0);
    ipsk_memberships_free(&all);
    assert_null(all.buckets);
}

/* Calls about memberships of an adopted handle, from before its adoption, enter nothing. */
static void v4_mc_04_unknown_memberships(void **state)
{
    static const int calls[] = {IPSK_LEAVE, IPSK_LEAVE_SOURCE, IPSK_EXCLUDE, IPSK_INCLUDE};
    struct ipsk_memberships all = {0};
    uint8_t group[16];
    (void)state;
    number(group, 1);
    for (size_t i = 0; i < COUNT(calls); i++)
        call(&all, group, 1, one, calls[i]);
    unit_int("count", all.count, 0);
    unit_int("buckets", all.bucket_count, 0);
}

static void v4_mc_18_a_thousand_memberships(void **state)
{
    enum { MANY = 1000 };
    struct ipsk_memberships all = {0};
    uint8_t group[16];
    uint32_t longest = 0;
    (void)state;
    for (uint32_t i = 0; i < MANY; i++) {
        number(group, i / 2); /* every group on two interfaces */
        call(&all, group, 1 + i % 2, NULL, IPSK_JOIN);
        unit_int("count", all.count, i + 1);
    }
    assert_true(all.bucket_count >= MANY && (all.bucket_count & (all.bucket_count - 1)) == 0);
    for (uint32_t i = 0; i < all.bucket_count; i++) {
        uint32_t length = 0;
        for (const struct ipsk_membership *m = all.buckets[i]; m != NULL; m = m->next)
            length++;
        longest = length > longest ? length : longest;
    }
    assert_in_range(longest, 1, 16); /* so a packet's look-up stays short */
    for (uint32_t i = 0; i < MANY; i++) {
        number(group, i / 2);
        unit_int("is there", state_of(&all, group, 1 + i % 2, NULL), IPSK_ANY_SOURCE);
        unit_int("is not", state_of(&all, group, 3, NULL), IPSK_NO_MEMBER);
    }
    for (uint32_t i = 0; i < MANY; i += 2) {
        number(group, i / 2);
        call(&all, group, 1, NULL, IPSK_LEAVE);
        unit_int("left", state_of(&all, group, 1, NULL), IPSK_NO_MEMBER);
        unit_int("stays", state_of(&all, group, 2, NULL), IPSK_ANY_SOURCE);
    }
    unit_int("count", all.count, MANY / 2);
    ipsk_memberships_free(&all);
}

static void v4_mc_18_sources_grow(void **state)
{
    enum { MANY = 300 };
    struct ipsk_memberships all = {0};
    uint8_t group[16], source[16];
    (void)state;
    number(group, 7);
    for (uint32_t i = 0; i < MANY; i++) {
        number(source, i);
        call(&all, group, 1, source, IPSK_JOIN_SOURCE);
    }
    const struct ipsk_membership *m = ipsk_membership_find(&all, group, 1);
    assert_non_null(m);
    unit_int("sources", m->source_count, MANY);
    for (uint32_t i = 0; i < MANY; i++) { /* the odd ones stay */
        number(source, i);
        if (i % 2 == 0)
            call(&all, group, 1, source, IPSK_LEAVE_SOURCE);
    }
    unit_int("sources", m->source_count, MANY / 2);
    for (uint32_t i = 0; i < MANY; i++) {
        number(source, i);
        unit_int("wanted", ipsk_membership_wants(&all, group, 1, source), i % 2);
    }
    ipsk_memberships_free(&all);
}

/* A reservation that is not used after all changes nothing. */
static void v4_mc_04_refused_by_the_kernel(void **state)
{
    struct ipsk_memberships all = {0};
    struct ipsk_membership *spare = NULL;
    uint8_t group[16];
    (void)state;
    number(group, 1);
    unit_int("reserve", ipsk_membership_reserve(&all, group, 1, IPSK_JOIN_SOURCE, &spare), 0);
    assert_non_null(spare);
    ipsk_membership_discard(spare);
    unit_int("state", state_of(&all, group, 1, one), IPSK_NO_MEMBER);
    call(&all, group, 1, one, IPSK_JOIN_SOURCE);
    unit_int("reserve", ipsk_membership_reserve(&all, group, 1, IPSK_JOIN_SOURCE, &spare), 0);
    assert_null(spare);
    unit_int("state", state_of(&all, group, 1, two), IPSK_SOURCES);
    unit_int("count", all.count, 1);
    ipsk_memberships_free(&all);
}

static void v4_mc_18_what_is_wanted(void **state)
{
    struct ipsk_memberships all = {.strict = true};
    uint8_t any[16], some[16], chosen[16];
    (void)state;
    number(any, 1);
    number(some, 2);
    number(chosen, 3);
    assert_false(ipsk_membership_wants(&all, any, 1, one));
    call(&all, any, 1, NULL, IPSK_JOIN);
    call(&all, any, 1, two, IPSK_EXCLUDE);
    call(&all, some, 1, one, IPSK_JOIN_SOURCE);
    call(&all, chosen, 0, NULL, IPSK_JOIN); /* the system's choice of interface: on all */
    assert_true(ipsk_membership_wants(&all, any, 1, one));
    assert_false(ipsk_membership_wants(&all, any, 1, two));
    assert_false(ipsk_membership_wants(&all, any, 2, one));
    assert_true(ipsk_membership_wants(&all, some, 1, one));
    assert_false(ipsk_membership_wants(&all, some, 1, two));
    assert_true(ipsk_membership_wants(&all, chosen, 1, two));
    assert_true(ipsk_membership_wants(&all, chosen, 9, two));
    ipsk_membership_find(&all, chosen, 0)->chosen = 9; /* the system has told which */
    assert_true(ipsk_membership_wants(&all, chosen, 9, two));
    assert_false(ipsk_membership_wants(&all, chosen, 1, two));
    /* by an interface that is not known: where it is joined, from a source that one of them takes
     */
    assert_true(ipsk_membership_wants(&all, chosen, 0, two));
    assert_true(ipsk_membership_wants(&all, any, 0, one));
    assert_false(ipsk_membership_wants(&all, any, 0, two));
    call(&all, any, 2, two, IPSK_JOIN_SOURCE);
    assert_true(ipsk_membership_wants(&all, any, 0, two));
    call(&all, any, 2, two, IPSK_LEAVE_SOURCE);
    call(&all, any, 1, NULL, IPSK_LEAVE);
    assert_false(ipsk_membership_wants(&all, any, 0, one));
    ipsk_memberships_free(&all);
}

/* Without strictness what has no membership is wanted too; what has one is filtered. */
static void v6_mc_06_what_is_wanted(void **state)
{
    struct ipsk_memberships all = {0};
    uint8_t group[16], one_more[16];
    (void)state;
    number(group, 1);
    assert_true(ipsk_membership_wants(&all, group, 1, one));
    call(&all, group, 1, one, IPSK_JOIN_SOURCE);
    call(&all, group, 2, two, IPSK_JOIN_SOURCE);
    assert_true(ipsk_membership_wants(&all, group, 1, one));
    assert_false(ipsk_membership_wants(&all, group, 1, two));
    assert_true(ipsk_membership_wants(&all, group, 2, two));
    assert_false(ipsk_membership_wants(&all, group, 2, one));
    assert_true(ipsk_membership_wants(&all, group, 3, one));
    assert_true(ipsk_membership_wants(&all, group, 0, two));
    number(one_more, 1);
    assert_false(ipsk_membership_wants(&all, group, 0, one_more));
    number(group, 2);
    assert_true(ipsk_membership_wants(&all, group, 0, one));
    ipsk_memberships_free(&all);
}

/* The memberships of one group among many others, each once, whatever the buckets. */
static void v6_mc_06_memberships_of_a_group(void **state)
{
    enum { GROUPS = 40, INTERFACES = 20 };
    struct ipsk_memberships all = {0};
    uint8_t group[16];
    (void)state;
    number(group, 0);
    assert_null(ipsk_membership_next(&all, group, NULL));
    for (uint32_t i = 0; i < GROUPS * INTERFACES; i++) {
        number(group, i % GROUPS);
        call(&all, group, i / GROUPS, NULL, IPSK_JOIN);
    }
    for (uint32_t k = 0; k <= GROUPS; k++) {
        const struct ipsk_membership *m = NULL;
        uint32_t seen = 0, count = 0;
        number(group, k);
        while ((m = ipsk_membership_next(&all, group, m)) != NULL) {
            assert_memory_equal(m->group, group, 16);
            seen |= UINT32_C(1) << m->index;
            count++;
        }
        unit_int("count", count, k < GROUPS ? INTERFACES : 0);
        unit_int("seen", seen, k < GROUPS ? (UINT32_C(1) << INTERFACES) - 1 : 0);
    }
    ipsk_memberships_free(&all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_mc_04_answers),
        cmocka_unit_test(v4_mc_04_states_follow_calls),
        cmocka_unit_test(v4_mc_04_unknown_memberships),
        cmocka_unit_test(v4_mc_04_refused_by_the_kernel),
        cmocka_unit_test(v4_mc_18_a_thousand_memberships),
        cmocka_unit_test(v4_mc_18_sources_grow),
        cmocka_unit_test(v4_mc_18_what_is_wanted),
        cmocka_unit_test(v6_mc_06_what_is_wanted),
        cmocka_unit_test(v6_mc_06_memberships_of_a_group),
    };
    return cmocka_run_group_tests_name("membership", tests, NULL, NULL);
}
