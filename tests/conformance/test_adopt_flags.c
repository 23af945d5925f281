// SPDX-License-Identifier: BSD-2-Clause
/* Opening flags on sockets that the program already has (AD-01), on every kind and family (AD-02),
 * and what don't-fragment reads there (AD-08). */
#include "errors_later.h"
#include "multicast.h"
#include "raw.h"

static int adopt(ipsock_handle_t handle, int kind, uint32_t flags, struct ipsock_endpoint **s,
                 struct ipsock_error *error)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = kind;
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.flags = flags;
    config.error = error;
    return ipsock_adopt(s, handle, &config);
}

/* A handle of a kind, opened by the library and given away. */
static ipsock_handle_t make_handle(int column, int kind, uint32_t flags)
{
    struct ipsock_config config = config_of(column, kind);
    ipsock_handle_t handle = IPSOCK_INVALID_HANDLE;
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.flags |= flags;
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_release(s, &handle));
    ipsock_free(s);
    return handle;
}

static bool can_have(int column, int kind)
{
    return (column != MAPPED || kind == IPSOCK_UDP || kind == IPSOCK_TCP) && begin_column(column) &&
           (kind != IPSOCK_RAW || system_is_privileged()) &&
           (kind != IPSOCK_PING || has_ping(columns[column].family));
}

/* Whether a kind of a column has a flag. */
static bool has_flag(int column, int kind, uint32_t flag)
{
    const bool tcp = kind == IPSOCK_TCP;
    switch (flag) {
    case IPSOCK_OPEN_HEADER_INCLUDED:
        return kind == IPSOCK_RAW && column == V4;
    case IPSOCK_OPEN_DUAL_STACK:
        return column != V4 && (tcp || kind == IPSOCK_UDP);
    case IPSOCK_OPEN_ONE_THREAD:
        return true;
    case IPSOCK_OPEN_BROADCAST: /* IPv6 has none */
        return !tcp && column != V6;
    default:
        return !tcp;
    }
}

static const struct {
    uint32_t flag;
    const char *name;
    bool adopts;
} flags[] = {
    {IPSOCK_OPEN_REUSE, "reuse", false},
    {IPSOCK_OPEN_DUAL_STACK, "dual_stack", false},
    {IPSOCK_OPEN_BROADCAST, "broadcast", true},
    {IPSOCK_OPEN_HEADER_INCLUDED, "header_included", true},
    {IPSOCK_OPEN_STRICT_MULTICAST, "strict_multicast", true},
    {IPSOCK_OPEN_ERROR_STREAM, "error_stream", true},
    {IPSOCK_OPEN_ONE_THREAD, "one_thread", true},
};

/* Taken where the kind has it and the system too; else refused, naming the flag. */
static void check_code_and_name(int code, bool fits, size_t k, bool adopted,
                                struct ipsock_error *error)
{
    const uint32_t flag = flags[k].flag;
    const bool told = expected("grp-01", "told-of-others").level != EXPECT_ABSENT;
    const bool lacks =
        code == IPSOCK_ENOTSUP &&
        ((flag == IPSOCK_OPEN_ERROR_STREAM && !has_error_stream()) ||
         (flag == IPSOCK_OPEN_DUAL_STACK &&
          expected("err-02", "dual-stack").level == EXPECT_ABSENT) ||
         (flag == IPSOCK_OPEN_STRICT_MULTICAST && adopted && !told)); /* docs/multicast.md */
    CHECK(!fits ? IPSOCK_EKIND : lacks ? IPSOCK_ENOTSUP : IPSOCK_OK, code);
    if (code < 0)
        assert_string_equal(error->option, flags[k].name);
}

static void ad_02_flags_at_opening(void **state)
{
    (void)state;
    for (int i = V4; i < COLUMNS; i++)
        for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++)
            for (size_t k = 0; k < COUNT(flags) && can_have(i, kind); k++) {
                struct ipsock_config config = config_of(i, kind);
                struct ipsock_endpoint *s = NULL;
                struct ipsock_error error;
                config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
                config.flags |= flags[k].flag;
                config.error = &error;
                check_code_and_name(ipsock_open(&s, &config), has_flag(i, kind, flags[k].flag), k,
                                    false, &error);
                ipsock_free(s);
            }
}

static void ad_02_flags_at_adopting(void **state)
{
    (void)state;
    for (int i = V4; i < COLUMNS; i++)
        for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++) {
            if (!can_have(i, kind))
                continue;
            const ipsock_handle_t handle = make_handle(i, kind, 0);
            for (size_t k = 0; k < COUNT(flags); k++) {
                struct ipsock_endpoint *s = NULL;
                struct ipsock_error error;
                const int code = adopt(handle, kind, flags[k].flag, &s, &error);
                if (flags[k].adopts)
                    check_code_and_name(code, has_flag(i, kind, flags[k].flag), k, true, &error);
                else
                    CHECK(IPSOCK_EINVAL, code);
                if (code < 0)
                    assert_string_equal(error.option, flags[k].name);
                ipsock_free(s);
            }
            system_close(handle);
        }
}

/* Off before: on while adopted, off again afterwards; on before: on all the time. */
static void switched(ipsock_handle_t handle, int kind, uint32_t flag, enum system_flag which,
                     int before)
{
    for (int way = 0; way < 3; way++) {
        struct ipsock_endpoint *s = NULL;
        struct ipsock_error error;
        ipsock_handle_t back = handle;
        EQUAL(before, system_flag(handle, which));
        CHECK(IPSOCK_OK, adopt(handle, kind, flag | (way == 2 ? IPSOCK_ADOPT_OWN : 0), &s, &error));
        EQUAL(1, system_flag(handle, which));
        CHECK(IPSOCK_OK, way == 0 ? ipsock_close(s) : ipsock_release(s, &back));
        assert_true(back == handle);
        EQUAL(before, system_flag(handle, which));
        ipsock_free(s);
    }
}

static void ad_01_broadcast(void **state)
{
    (void)state;
    for (int i = V4; i < COLUMNS; i += 2)
        for (int before = 0; before <= 1 && begin_column(i); before++) {
            const ipsock_handle_t udp =
                make_handle(i, IPSOCK_UDP, before ? IPSOCK_OPEN_BROADCAST : 0);
            switched(udp, IPSOCK_UDP, IPSOCK_OPEN_BROADCAST, SYSTEM_BROADCAST, before);
            system_close(udp);
        }
}

static void ad_01_header_included(void **state)
{
    (void)state;
    need_privilege();
    for (int before = 0; before <= 1; before++) {
        const ipsock_handle_t raw =
            make_handle(V4, IPSOCK_RAW, before ? IPSOCK_OPEN_HEADER_INCLUDED : 0);
        switched(raw, IPSOCK_RAW, IPSOCK_OPEN_HEADER_INCLUDED, SYSTEM_OWN_HEADER, before);
        for (uint32_t asked = 0; asked <= 1; asked++) { /* without asking it is found */
            struct ipsock_endpoint *s = NULL;
            struct ipsock_error error;
            struct ipsock_ipv4_header header = header_to("127.0.0.1");
            header.hop_limit = 33;
            CHECK(IPSOCK_OK,
                  adopt(raw, IPSOCK_RAW, asked ? IPSOCK_OPEN_HEADER_INCLUDED : 0, &s, &error));
            CHECK(before || asked ? IPSOCK_OK : IPSOCK_EKIND, send_packet(s, &header, "own", 3));
            if (before || asked) {
                struct packet p;
                CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
                receive_packet(s, &p);
                EQUAL(33, p.header.hop_limit);
                EQUAL(3, p.length);
            }
            ipsock_free(s);
        }
        system_close(raw);
    }
}

/* What was switched on before another step failed is off again. */
static void ad_01_a_failure_changes_nothing(void **state)
{
    (void)state;
    need_privilege();
    const ipsock_handle_t raw = make_handle(V4, IPSOCK_RAW, 0);
    struct ipsock_config config;
    struct ipsock_endpoint *s = NULL;
    ipsock_config_init(&config);
    config.kind = IPSOCK_RAW;
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED | IPSOCK_OPEN_BROADCAST;
    config.receive_control = IPSOCK_CONTROL_PATH_MTU; /* not on IPv4 */
    CHECK(IPSOCK_ENOTSUP, ipsock_adopt(&s, raw, &config));
    assert_null(s);
    EQUAL(0, system_flag(raw, SYSTEM_OWN_HEADER));
    EQUAL(0, system_flag(raw, SYSTEM_BROADCAST));
    system_close(raw);
}

/* Groups that others joined are dropped; those of the handle's, from before and since, are not. */
static void strict_on_adopted(const struct ground *g)
{
    const struct ipsock_addr group = addr_of(g->group), sources = addr_of(g->source_group);
    const struct ipsock_addr source = addr_of(g->source);
    struct ipsock_endpoint *s = open_member(g->column, 0, 0, 0), *error_free = NULL;
    const uint16_t port = port_of(s);
    struct ipsock_endpoint *other = open_member(g->column, port, 0, 0);
    struct ipsock_endpoint *sender = open_sender(g, g->source);
    struct ipsock_error error;
    struct seen seen;
    ipsock_handle_t handle;
    CHECK(IPSOCK_OK, ipsock_release(s, &handle));
    ipsock_free(s);
    assert_true(system_join(handle, g->index, &group, NULL));
    assert_true(system_join(handle, g->index, &sources, &source));
    CHECK(IPSOCK_OK, call_on(other, JOIN, g->index, g->group2, NULL));
    CHECK(IPSOCK_OK, adopt(handle, IPSOCK_UDP, IPSOCK_OPEN_STRICT_MULTICAST, &s, &error));
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    cast(sender, g->group2, port, "not mine");
    cast(sender, g->group, port, "joined before");
    cast(sender, g->group2, port, "not mine");
    cast(sender, g->source_group, port, "from its source");
    expect_text(s, "joined before", &seen);
    expect_text(s, "from its source", &seen);
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group2, NULL));
    cast(sender, g->group2, port, "joined since");
    expect_text(s, "joined since", &seen);
    CHECK(IPSOCK_OK, call_on(s, LEAVE, g->index, g->group2, NULL));
    CHECK(IPSOCK_OK, ipsock_close(s));
    ipsock_free(s);
    CHECK(IPSOCK_OK, adopt(handle, IPSOCK_UDP, 0, &s, &error)); /* as it was: hears the others' */
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    cast(sender, g->group2, port, "anybody's");
    expect_text(s, "anybody's", &seen);
    ipsock_free(s);
    ipsock_free(error_free);
    ipsock_free(other);
    ipsock_free(sender);
    system_close(handle);
}

static void ad_01_strict_delivery(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    strict_on_adopted(g);
}

static void ad_08_values_that_forbid_fragmenting(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        const int family = columns[i].family;
        for (int value = 0; value < 6 && begin_column(i); value++) {
            const ipsock_handle_t udp = system_udp_socket(family, true);
            struct ipsock_endpoint *s = NULL;
            struct ipsock_error error;
            bool on;
            if (system_set_discovery(udp, family, value)) {
                CHECK(IPSOCK_OK, adopt(udp, IPSOCK_UDP, 0, &s, &error));
                on = !system_discovery_forbids(family, value);
                CHECK(IPSOCK_OK, ipsock_get_dont_fragment(s, &on));
                EQUAL(system_discovery_forbids(family, value), on);
                for (int set = 0; set <= 1; set++) { /* and what is set is what is read */
                    CHECK(IPSOCK_OK, ipsock_set_dont_fragment(s, set != 0));
                    CHECK(IPSOCK_OK, ipsock_get_dont_fragment(s, &on));
                    EQUAL(set, on);
                }
                ipsock_free(s);
            }
            system_close(udp);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_01_a_failure_changes_nothing),
        cmocka_unit_test(ad_01_broadcast),
        cmocka_unit_test(ad_01_header_included),
        cmocka_unit_test(ad_01_strict_delivery),
        cmocka_unit_test(ad_02_flags_at_adopting),
        cmocka_unit_test(ad_02_flags_at_opening),
        cmocka_unit_test(ad_08_values_that_forbid_fragmenting),
    };
    return RUN(tests);
}
