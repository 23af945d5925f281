// SPDX-License-Identifier: BSD-2-Clause
/* Zones of IPv6 link-local addresses: ZONE-01 to ZONE-06. */
#include "harness.h"
#include "icmp.h"

static const int kinds[] = {IPSOCK_UDP, IPSOCK_RAW, IPSOCK_PING};
static uint32_t first, second;

/* An own address on the first interface, which hears what is sent to it. */
#define OWN "fe80::77"

static bool begin(int kind)
{
    need(system_make_interfaces(&first, &second), "needs interfaces of our own");
    if (!begin_column(V6) || (kind == IPSOCK_PING && !has_ping(IPSOCK_IPV6)))
        return false;
    need_privilege_for(kind);
    return true;
}

static struct ipsock_config config_for(int kind)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.family = IPSOCK_IPV6;
    config.kind = kind;
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.receive_control = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    config.send_control = IPSOCK_CONTROL_INTERFACE;
    return config;
}

/* What hears packets of a kind: a ping endpoint its own replies. */
static struct ipsock_endpoint *open_hearer(int kind, uint16_t *port)
{
    struct ipsock_config config = config_for(kind);
    struct ipsock_addr local;
    struct ipsock_endpoint *s;
    *port = 0;
    if (kind == IPSOCK_PING)
        return NULL;
    config.local = ipsock_addr_any(IPSOCK_IPV6, 0);
    s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
    *port = kind == IPSOCK_UDP ? local.port : 0;
    return s;
}

static int send_one(struct ipsock_endpoint *s, int kind, const struct ipsock_addr *to,
                    struct ipsock_control *control)
{
    uint8_t packet[64] = "zone";
    const size_t length = kind == IPSOCK_PING ? make_echo(packet, IPSOCK_IPV6, 0, 7) : 4;
    return send_bytes(s, to, packet, length, control);
}

/* What was sent to OWN has arrived on the first interface. */
static void check_arrived(struct ipsock_endpoint *s, struct ipsock_endpoint *hearer)
{
    struct seen seen;
    receive(hearer != NULL ? hearer : s, &seen);
    if (hearer != NULL) {
        EQUAL(first, seen.control.destination.scope);
        seen.control.destination.scope = 0;
        check_addr(&seen.control.destination, OWN);
    } else {
        EQUAL(first, seen.peer.scope);
        seen.peer.scope = 0;
        check_addr(&seen.peer, OWN);
    }
}

static void expect_refused(struct ipsock_endpoint *s, int kind, const struct ipsock_addr *to,
                           struct ipsock_control *control, const char *option)
{
    struct ipsock_error error;
    CHECK(IPSOCK_EINVAL, send_one(s, kind, to, control));
    CHECK(IPSOCK_OK, ipsock_last_error(s, IPSOCK_WRITE, &error));
    assert_int_equal(error.code, IPSOCK_EINVAL);
    assert_int_equal(error.native, 0); /* before any system call */
    assert_string_equal(error.option, option);
}

/* With the address, or as control data: the same packet on every kind. */
static void zone_01_by_scope_or_by_control(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        if (!begin(kinds[k]))
            continue;
        struct ipsock_config config = config_for(kinds[k]);
        struct ipsock_control control = {.valid = IPSOCK_CONTROL_INTERFACE};
        struct ipsock_addr to = addr_of(OWN);
        struct ipsock_endpoint *hearer = open_hearer(kinds[k], &to.port);
        struct ipsock_endpoint *s = must_open(&config);
        control.interface_index = first;
        CHECK(IPSOCK_OK, send_one(s, kinds[k], &to, &control));
        check_arrived(s, hearer);
        to.scope = first;
        CHECK(IPSOCK_OK, send_one(s, kinds[k], &to, NULL));
        check_arrived(s, hearer);
        CHECK(IPSOCK_OK, send_one(s, kinds[k], &to, &control));
        check_arrived(s, hearer);
        ipsock_free(s);
        ipsock_free(hearer);
    }
}

/* The interface of an endpoint: that it is bound to, or that of its link-local address. */
static void zone_02_by_the_endpoint(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        for (int way = 0; way < 4 && begin(kinds[k]); way++) {
            struct ipsock_capability_answer binds;
            struct ipsock_config config = config_for(kinds[k]);
            struct ipsock_addr to = addr_of(OWN);
            struct ipsock_endpoint *hearer = open_hearer(kinds[k], &to.port);
            CHECK(IPSOCK_OK, ipsock_capability(NULL, kinds[k], IPSOCK_IPV6,
                                               IPSOCK_FEATURE_BIND_INTERFACE, &binds));
            if (way != 1 && binds.level == IPSOCK_ABSENT) {
                ipsock_free(hearer);
                continue;
            }
            if (way != 1)
                config.interface_index = first;
            if (way >= 1)
                config.local = addr_of(OWN);
            if (way == 1)
                config.local.scope = first;
            if (way == 3)
                config.peer = to;
            struct ipsock_endpoint *s = must_open(&config);
            CHECK(IPSOCK_OK, send_one(s, kinds[k], way == 3 ? NULL : &to, NULL));
            check_arrived(s, hearer);
            ipsock_free(s);
            ipsock_free(hearer);
        }
    }
}

/* A connected endpoint whose own address names the interface, and the other way round. */
static void zone_02_one_address_for_both(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        if (!begin(IPSOCK_UDP))
            return;
        struct ipsock_config config = config_for(IPSOCK_UDP);
        uint16_t port;
        struct ipsock_endpoint *hearer = open_hearer(IPSOCK_UDP, &port);
        config.local = config.peer = addr_of(OWN);
        config.peer.port = port;
        *(with == 0 ? &config.local.scope : &config.peer.scope) = first;
        struct ipsock_endpoint *s = must_open(&config);
        CHECK(IPSOCK_OK, send_one(s, IPSOCK_UDP, NULL, NULL));
        check_arrived(s, hearer);
        ipsock_free(s);
        ipsock_free(hearer);
    }
}

/* A link-local source's zone is one as well, without INTERFACE. */
static void zone_02_by_the_source(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2; k++) { /* ping sockets of Linux take no source */
        if (!begin(kinds[k]))
            continue;
        struct ipsock_config config = config_for(kinds[k]);
        struct ipsock_control control = {.valid = IPSOCK_CONTROL_SOURCE, .source = addr_of(OWN)};
        struct ipsock_addr to = addr_of(OWN);
        struct ipsock_endpoint *hearer = open_hearer(kinds[k], &to.port);
        config.send_control = IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE;
        struct ipsock_endpoint *s = must_open(&config);
        control.source.scope = first;
        CHECK(IPSOCK_OK, send_one(s, kinds[k], &to, &control));
        check_arrived(s, hearer);
        control.source.scope = 0;
        to.scope = first;
        CHECK(IPSOCK_OK, send_one(s, kinds[k], &to, &control));
        check_arrived(s, hearer);
        to = addr_of("fd77::1");
        expect_refused(s, kinds[k], &to, &control, "zone");
        control.source.scope = first;
        control.valid |= IPSOCK_CONTROL_INTERFACE;
        control.interface_index = second;
        expect_refused(s, kinds[k], &to, &control, "interface_index");
        ipsock_free(s);
        ipsock_free(hearer);
    }
}

/* Groups of the link take the interface from wherever it is given. */
static void zone_03_groups(void **state)
{
    (void)state;
    for (int way = 0; way < 4 && begin(IPSOCK_PING); way++) {
        struct ipsock_config config = config_for(IPSOCK_PING);
        struct ipsock_control control = {.valid = IPSOCK_CONTROL_INTERFACE};
        struct ipsock_addr group = addr_of("ff02::1");
        struct ipsock_control *given = NULL;
        struct seen seen;
        config.local = addr_of(OWN);
        config.local.scope = first;
        if (way == 1)
            config.local = ipsock_addr_any(IPSOCK_IPV6, 0);
        struct ipsock_endpoint *s = must_open(&config);
        control.interface_index = first;
        if (way == 0)
            group.scope = first;
        else if (way == 1)
            given = &control;
        else if (way == 2)
            CHECK(IPSOCK_OK, ipsock_set_multicast_interface(s, first));
        CHECK(IPSOCK_OK, send_one(s, IPSOCK_PING, &group, given));
        receive(s, &seen);
        EQUAL(first, seen.peer.scope);
        ipsock_free(s);
    }
}

/* Zones that contradict each other. */
static void zone_04_contradictions(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        if (!begin(kinds[k]))
            continue;
        struct ipsock_config config = config_for(kinds[k]);
        struct ipsock_control control = {.valid = IPSOCK_CONTROL_INTERFACE};
        struct ipsock_addr to = addr_of(OWN), group = addr_of("ff02::1");
        struct ipsock_error error;
        struct ipsock_endpoint *s = must_open(&config);
        to.port = group.port = kinds[k] == IPSOCK_UDP ? 9 : 0;
        to.scope = group.scope = first;
        control.interface_index = second;
        expect_refused(s, kinds[k], &to, &control, "interface_index");
        expect_refused(s, kinds[k], &group, &control, "interface_index");
        ipsock_free(s);
        config.local = addr_of(OWN);
        config.local.scope = first;
        s = must_open(&config);
        to.scope = group.scope = second;
        expect_refused(s, kinds[k], &to, NULL, "scope");
        expect_refused(s, kinds[k], &group, NULL, "scope");
        ipsock_free(s);
        config.error = &error;
        config.interface_index = second;
        CHECK(IPSOCK_EINVAL, ipsock_open(&s, &config));
        assert_string_equal(error.option, "interface_index");
        config.interface_index = 0;
        config.peer = to;
        CHECK(IPSOCK_EINVAL, ipsock_open(&s, &config));
        assert_string_equal(error.option, "scope");
    }
}

/* No interface at all: some kernels take the first, some lose the packet. */
static void zone_05_missing(void **state)
{
    char text[IPSOCK_ERROR_TEXT];
    (void)state;
    for (size_t k = 0; k < COUNT(kinds); k++) {
        if (!begin(kinds[k]))
            continue;
        struct ipsock_config config = config_for(kinds[k]);
        struct ipsock_addr to = addr_of(OWN);
        struct ipsock_error error;
        struct ipsock_endpoint *s = must_open(&config);
        to.port = kinds[k] == IPSOCK_UDP ? 9 : 0;
        expect_refused(s, kinds[k], &to, NULL, "zone");
        CHECK(IPSOCK_OK, ipsock_explain(s, IPSOCK_WRITE, text, sizeof text));
        assert_string_equal(text, "send: the address lacks a zone, its interface (fe80::1%eth0)");
        if (kinds[k] != IPSOCK_PING) {
            struct burst burst = make_burst(3);
            uint32_t done = 77;
            for (int i = 0; i < 3; i++) {
                burst.messages[i].peer = to;
                burst.messages[i].peer.scope = i == 2 ? 0 : first;
            }
            CHECK(IPSOCK_EINVAL, send_burst(s, &burst, 3, &done));
            EQUAL(2, done);
            check_option(s, IPSOCK_WRITE, IPSOCK_EINVAL, "zone");
            free_burst(&burst);
        }
        ipsock_free(s);
        config.error = &error;
        for (int which = 0; which < 2; which++) {
            config.local = config.peer = ipsock_addr_any(IPSOCK_UNSPEC, 0);
            *(which == 0 ? &config.local : &config.peer) = to;
            CHECK(IPSOCK_EINVAL, ipsock_open(&s, &config));
            assert_int_equal(error.native, 0);
            assert_string_equal(error.option, "zone");
            ipsock_error_format(&error, text, sizeof text);
            assert_string_equal(text,
                                "open: the address lacks a zone, its interface (fe80::1%eth0)");
        }
    }
}

/* Of a socket that the program bound before. */
static void zone_06_adopted(void **state)
{
    ipsock_handle_t handle;
    (void)state;
    if (!begin(IPSOCK_UDP))
        return;
    struct ipsock_config config = config_for(IPSOCK_UDP);
    struct ipsock_addr to = addr_of(OWN);
    struct ipsock_endpoint *s, *hearer = open_hearer(IPSOCK_UDP, &to.port);
    config.local = addr_of(OWN);
    config.local.scope = first;
    s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_release(s, &handle));
    ipsock_free(s);
    ipsock_config_init(&config);
    config.flags = IPSOCK_ADOPT_OWN;
    CHECK(IPSOCK_OK, ipsock_adopt(&s, handle, &config));
    CHECK(IPSOCK_OK, send_one(s, IPSOCK_UDP, &to, NULL));
    check_arrived(s, hearer);
    to.scope = second;
    expect_refused(s, IPSOCK_UDP, &to, NULL, "scope");
    ipsock_free(s);
    ipsock_free(hearer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zone_01_by_scope_or_by_control),
        cmocka_unit_test(zone_02_by_the_endpoint),
        cmocka_unit_test(zone_02_one_address_for_both),
        cmocka_unit_test(zone_02_by_the_source),
        cmocka_unit_test(zone_03_groups),
        cmocka_unit_test(zone_04_contradictions),
        cmocka_unit_test(zone_05_missing),
        cmocka_unit_test(zone_06_adopted),
    };
    return RUN(tests);
}
