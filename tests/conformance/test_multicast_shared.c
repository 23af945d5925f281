// SPDX-License-Identifier: BSD-2-Clause
/* Memberships of one handle that two endpoints use: what is true is what the kernel holds, whoever
 * made it. The table of docs/multicast.md, "Handles that others use", line by line. GRP-01. */
#include "multicast.h"

enum who { ONE, TWO };

/* One call: by an endpoint, with the first or second source, and its answer; END ends a case. */
struct step {
    enum who who;
    enum call call;
    int source;
    int answer;
};
#define END              \
    {                    \
        ONE, CALLS, 0, 0 \
    }

static const struct shared_case {
    const char *name;
    struct step steps[8];
} cases[] = {
    {"left by the other, left again",
     {{ONE, JOIN, 0, IPSOCK_OK},
      {TWO, LEAVE, 0, IPSOCK_OK},
      {ONE, LEAVE, 0, IPSOCK_ENOTMEMBER},
      END}},
    {"left by the other, joined again",
     {{ONE, JOIN, 0, IPSOCK_OK},
      {TWO, LEAVE, 0, IPSOCK_OK},
      {ONE, JOIN, 0, IPSOCK_OK},
      {TWO, JOIN, 0, IPSOCK_EMEMBER},
      END}},
    {"left by the other, a source excluded",
     {{ONE, JOIN, 0, IPSOCK_OK},
      {TWO, LEAVE, 0, IPSOCK_OK},
      {ONE, EXCLUDE, 0, IPSOCK_ENOTMEMBER},
      {ONE, INCLUDE, 0, IPSOCK_ENOTMEMBER},
      END}},
    {"joined by the other",
     {{TWO, JOIN, 0, IPSOCK_OK},
      {ONE, JOIN, 0, IPSOCK_EMEMBER},
      {ONE, JOIN_SOURCE, 0, IPSOCK_EFILTERMODE},
      {ONE, LEAVE_SOURCE, 0, IPSOCK_EFILTERMODE},
      {ONE, LEAVE, 0, IPSOCK_OK},
      {TWO, LEAVE, 0, IPSOCK_ENOTMEMBER},
      END}},
    {"excluded by the other",
     {{ONE, JOIN, 0, IPSOCK_OK},
      {TWO, EXCLUDE, 0, IPSOCK_OK},
      {ONE, EXCLUDE, 0, IPSOCK_EMEMBER},
      {ONE, EXCLUDE, 1, IPSOCK_OK},
      {TWO, INCLUDE, 1, IPSOCK_OK},
      {ONE, INCLUDE, 0, IPSOCK_OK},
      {TWO, INCLUDE, 0, IPSOCK_ENOTMEMBER},
      END}},
    {"the last source left by the other",
     {{ONE, JOIN_SOURCE, 0, IPSOCK_OK},
      {TWO, LEAVE_SOURCE, 0, IPSOCK_OK},
      {ONE, LEAVE_SOURCE, 0, IPSOCK_ENOTMEMBER},
      {ONE, JOIN, 0, IPSOCK_OK},
      {TWO, EXCLUDE, 0, IPSOCK_OK},
      END}},
    {"a source joined by the other",
     {{ONE, JOIN_SOURCE, 0, IPSOCK_OK},
      {TWO, JOIN_SOURCE, 1, IPSOCK_OK},
      {ONE, JOIN_SOURCE, 1, IPSOCK_EMEMBER},
      {ONE, LEAVE_SOURCE, 1, IPSOCK_OK},
      {TWO, LEAVE_SOURCE, 1, IPSOCK_ENOTMEMBER},
      {TWO, LEAVE_SOURCE, 0, IPSOCK_OK},
      {ONE, LEAVE, 0, IPSOCK_ENOTMEMBER},
      END}},
    {"any source made sources by the other",
     {{ONE, JOIN, 0, IPSOCK_OK},
      {TWO, LEAVE, 0, IPSOCK_OK},
      {TWO, JOIN_SOURCE, 0, IPSOCK_OK},
      {ONE, EXCLUDE, 1, IPSOCK_EFILTERMODE},
      {ONE, JOIN, 0, IPSOCK_EFILTERMODE},
      {ONE, JOIN_SOURCE, 1, IPSOCK_OK},
      END}},
    {"sources made any source by the other",
     {{ONE, JOIN_SOURCE, 0, IPSOCK_OK},
      {TWO, LEAVE, 0, IPSOCK_OK},
      {TWO, JOIN, 0, IPSOCK_OK},
      {ONE, JOIN_SOURCE, 1, IPSOCK_EFILTERMODE}, /* Linux would convert it */
      {ONE, EXCLUDE, 1, IPSOCK_OK},
      {TWO, EXCLUDE, 1, IPSOCK_EMEMBER},
      END}},
};

/* Two endpoints on one handle: the first owns it. */
static void adopt_twice(int column, struct ipsock_endpoint *both[2])
{
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    ipsock_handle_t handle;
    config.local = ipsock_addr_any(columns[column].family, 0);
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_release(s, &handle));
    ipsock_free(s);
    config.local = (struct ipsock_addr){0};
    for (int i = ONE; i <= TWO; i++) {
        config.flags = i == ONE ? IPSOCK_ADOPT_OWN : 0;
        CHECK(IPSOCK_OK, ipsock_adopt(&both[i], handle, &config));
    }
}

static void run_case(const struct shared_case *c, const struct ground *g, int column)
{
    struct ipsock_endpoint *both[2];
    adopt_twice(column, both);
    for (const struct step *step = c->steps; step->call != CALLS; step++) {
        const int got = call_on(both[step->who], step->call, g->index, g->source_group,
                                step->source == 0 ? g->source : g->source2);
        if (got != step->answer)
            fail_msg("%s, %s, step %d: %s, not %s", g->name, c->name, (int)(step - c->steps) + 1,
                     ipsock_error_name(got), ipsock_error_name(step->answer));
        if (got < 0)
            check_refusal(both[step->who], got, step->call, NULL);
    }
    ipsock_free(both[TWO]);
    ipsock_free(both[ONE]);
}

/* Where the kernel does not tell what a socket has joined, its refusals are all that is known. */
static bool tells_of_others(void)
{
    return expected("grp-01", "told-of-others").level != EXPECT_ABSENT;
}

static void grp_01_two_endpoints_on_a_handle(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        const size_t sure = g->column == V4 ? 2 : 1;
        for (size_t i = 0; i < (tells_of_others() ? COUNT(cases) : sure); i++)
            run_case(&cases[i], g, g->column);
    }
}

static void mapped_grp_01_two_endpoints_on_a_handle(void **state)
{
    struct ipsock_capability_answer how;
    (void)state;
    need(begin_column(MAPPED), "no dual-stack endpoints");
    CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4_MAPPED,
                                       IPSOCK_FEATURE_JOIN_SOURCE, &how));
    need(how.level == IPSOCK_NATIVE, "no sources of IPv4 groups on dual-stack endpoints here");
    FOR_EACH_GROUND(g)
    {
        for (size_t i = 0; i < COUNT(cases) && g->column == V4; i++)
            run_case(&cases[i], g, MAPPED);
    }
}

/* What the endpoint itself opened, somebody else leaves and joins behind its back. */
static void grp_01_an_opened_endpoint_is_not_alone(void **state)
{
    (void)state;
    need(tells_of_others(), "memberships are not told");
    FOR_EACH_GROUND(g)
    {
        struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0), *other = NULL;
        struct ipsock_config config = config_of(g->column, IPSOCK_UDP);
        config.local = (struct ipsock_addr){0};
        config.flags = 0;
        CHECK(IPSOCK_OK, ipsock_adopt(&other, ipsock_handle(s), &config));
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(other, LEAVE, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(other, LEAVE, g->index, g->group, NULL));
        CHECK(IPSOCK_ENOTMEMBER, call_on(s, LEAVE, g->index, g->group, NULL));
        check_refusal(s, IPSOCK_ENOTMEMBER, LEAVE, NULL);
        CHECK(IPSOCK_OK, call_on(other, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_EMEMBER, call_on(s, JOIN, g->index, g->group, NULL));
        CHECK(IPSOCK_OK, call_on(s, EXCLUDE, g->index, g->group, g->source));
        CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group, NULL));
        check_filter(s, g->index, g->group, false, false, 0);
        ipsock_free(other);
        ipsock_free(s);
    }
}

/* Whether the system tells what it has chosen for index 0. */
static bool tells_choice(struct ipsock_endpoint *s, const struct ground *g, uint32_t second)
{
    const uint32_t indices[] = {g->index, second, loopback_index()};
    const struct ipsock_addr group = addr_of(g->group);
    struct system_filter filter;
    bool told = false;
    for (size_t i = 0; i < COUNT(indices); i++)
        told |= system_filter_of(ipsock_handle(s), indices[i], &group, &filter) && filter.member;
    return told;
}

/* Index 0, which no system lets itself be asked about: each interface is. */
static void grp_01_the_systems_choice(void **state)
{
    int chosen = 0;
    (void)state;
    need(tells_of_others(), "memberships are not told");
    for (int column = V4; column <= V6; column++) {
        const struct ground *second, *g = own_ground(column, &second);
        struct ipsock_endpoint *both[2];
        need(g != NULL, "needs interfaces of our own");
        adopt_twice(column, both);
        if (call_on(both[ONE], JOIN, 0, g->group, NULL) == IPSOCK_OK && /* there is a route */
            tells_choice(both[ONE], g, second->index)) {
            chosen++;
            CHECK(IPSOCK_OK, call_on(both[TWO], LEAVE, 0, g->group, NULL));
            CHECK(IPSOCK_ENOTMEMBER, call_on(both[ONE], LEAVE, 0, g->group, NULL));
            CHECK(IPSOCK_OK, call_on(both[ONE], JOIN, 0, g->group, NULL));
            CHECK(IPSOCK_EMEMBER, call_on(both[TWO], JOIN, 0, g->group, NULL));
            CHECK(IPSOCK_OK, call_on(both[TWO], LEAVE, 0, g->group, NULL));
            CHECK(IPSOCK_OK, call_on(both[ONE], JOIN, 0, g->group, NULL));
        }
        ipsock_free(both[TWO]);
        ipsock_free(both[ONE]);
    }
    assert_in_range(chosen, 1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grp_01_two_endpoints_on_a_handle),
        cmocka_unit_test(mapped_grp_01_two_endpoints_on_a_handle),
        cmocka_unit_test(grp_01_an_opened_endpoint_is_not_alone),
        cmocka_unit_test(grp_01_the_systems_choice),
    };
    return RUN(tests);
}
