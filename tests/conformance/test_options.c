// SPDX-License-Identifier: BSD-2-Clause
/* Options of unicast traffic: V4-OPT, V6-OPT. Set, read back, seen on the wire. */
#include "harness.h"

/* The endpoints of a column that carry unicast options. */
struct gallery {
    struct ipsock_endpoint *all[6];
    const char *names[6];
    bool heads[6]; /* a raw socket of IPv4, whose header the system writes */
    size_t count;
    struct pair tcp;
};

static void hang(struct gallery *g, const char *name, struct ipsock_endpoint *s)
{
    int family = 0;
    CHECK(IPSOCK_OK, ipsock_describe(s, NULL, &family, NULL));
    g->names[g->count] = name;
    g->heads[g->count] =
        family == IPSOCK_IPV4 &&
        (strncmp(name, "raw", 3) == 0 || (strcmp(name, "ping") == 0 && system_pings_raw()));
    g->all[g->count++] = s;
}

static struct gallery open_gallery(int column)
{
    struct gallery g;
    g.count = 0;
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    hang(&g, "udp", must_open(&config));
    g.tcp = open_stream(column);
    hang(&g, "tcp connected", g.tcp.sender);
    hang(&g, "tcp accepted", g.tcp.receiver);
    if (column == MAPPED)
        return g;
    if (system_is_privileged())
        hang(&g, "raw icmp",
             open_raw(column, column == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, 0, 0));
    else
        print_message("skip: raw endpoints need privilege\n");
    if (has_ping(columns[column].family)) {
        config = config_of(column, IPSOCK_PING);
        hang(&g, "ping", must_open(&config));
    }
    if (column == V4 && system_is_privileged()) {
        config = config_of(column, IPSOCK_RAW);
        config.protocol = PROTOCOL_ICMP;
        config.flags |= IPSOCK_OPEN_HEADER_INCLUDED;
        hang(&g, "raw with header", must_open(&config));
    }
    return g;
}

static void close_gallery(struct gallery *g)
{
    for (size_t i = 0; i < g->count; i++)
        ipsock_free(g->all[i]);
}

/* What setting an option of the header is, where the system writes it without asking (NetBSD). */
static int header_option(const struct gallery *g, size_t i, const char *what)
{
    return g->heads[i] ? expected("v4-opt-01", what).error : IPSOCK_OK;
}

typedef int setter(struct ipsock_endpoint *s, int value);
typedef int getter(struct ipsock_endpoint *s, int *value);

static void check_values(int column, const char *name, setter *set, getter *get, const int *values,
                         size_t count)
{
    struct gallery g = open_gallery(column);
    const char *what = set == ipsock_set_hop_limit ? "raw-hop-limit" : "raw-traffic-class";
    for (size_t i = 0; i < g.count; i++) {
        for (size_t k = 0; k < count; k++) {
            int value = -2;
            if (header_option(&g, i, what) != IPSOCK_OK) {
                CHECK(header_option(&g, i, what), set(g.all[i], values[k]));
                CHECK(header_option(&g, i, what), get(g.all[i], &value));
                continue;
            }
            if (set(g.all[i], values[k]) != IPSOCK_OK || get(g.all[i], &value) != IPSOCK_OK ||
                value != values[k])
                fail_msg("%s %s: %d reads back %d", g.names[i], name, values[k], value);
        }
    }
    close_gallery(&g);
}

/* On TCP the ECN bits belong to the system, so all values leave them alone. */
static const int classes[] = {0, 0x28, 0xfc, 0xb8, 0};
static const int limits[] = {255, 1, 64, 128};

static void v4_opt_01_traffic_class_reads_back(void **state)
{
    (void)state;
    if (begin_column(V4))
        check_values(V4, "traffic class", ipsock_set_traffic_class, ipsock_get_traffic_class,
                     classes, COUNT(classes));
    if (begin_column(MAPPED))
        check_values(MAPPED, "traffic class", ipsock_set_traffic_class, ipsock_get_traffic_class,
                     classes, COUNT(classes));
}

static void v4_opt_02_hop_limit_reads_back(void **state)
{
    (void)state;
    if (begin_column(V4))
        check_values(V4, "hop limit", ipsock_set_hop_limit, ipsock_get_hop_limit, limits,
                     COUNT(limits));
    if (begin_column(MAPPED))
        check_values(MAPPED, "hop limit", ipsock_set_hop_limit, ipsock_get_hop_limit, limits,
                     COUNT(limits));
}

static void v6_opt_01_traffic_class_reads_back(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    check_values(V6, "traffic class", ipsock_set_traffic_class, ipsock_get_traffic_class, classes,
                 COUNT(classes));
}

static void v6_opt_02_hop_limit_reads_back(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    check_values(V6, "hop limit", ipsock_set_hop_limit, ipsock_get_hop_limit, limits,
                 COUNT(limits));
}

static void v4_opt_03_header_included(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags |= IPSOCK_OPEN_HEADER_INCLUDED;
    struct ipsock_endpoint *s = must_open(&config);
    int value = -1;
    if (!expect_code("v4-opt-01", "raw-traffic-class", ipsock_set_traffic_class(s, 0))) {
        ipsock_free(s);
        return;
    }
    CHECK(IPSOCK_OK, ipsock_get_traffic_class(s, &value));
    EQUAL(0, value);
    CHECK(IPSOCK_OK, ipsock_set_hop_limit(s, 255));
    CHECK(IPSOCK_OK, ipsock_get_hop_limit(s, &value));
    EQUAL(255, value);
    ipsock_free(s);
}

static void default_returns(int column)
{
    struct gallery g = open_gallery(column);
    for (size_t i = 0; i < g.count; i++) {
        int before = 0, after = 0;
        if (header_option(&g, i, "raw-hop-limit") != IPSOCK_OK)
            continue;
        CHECK(IPSOCK_OK, ipsock_get_hop_limit(g.all[i], &before));
        assert_in_range(before, 1, 255);
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(g.all[i], before == 7 ? 8 : 7));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(g.all[i], IPSOCK_DEFAULT));
        CHECK(IPSOCK_OK, ipsock_get_hop_limit(g.all[i], &after));
        EQUAL(before, after);
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(g.all[i], 0x40));
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(g.all[i], IPSOCK_DEFAULT));
        CHECK(IPSOCK_OK, ipsock_get_traffic_class(g.all[i], &after));
        EQUAL(0, after);
    }
    close_gallery(&g);
}

static void v4_opt_02_default_returns(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    default_returns(i);
}

/* The IP header's octet and hop limit of TCP segments to a port, as a raw endpoint sees them. */
static void watch_segment(struct ipsock_endpoint *watch, int column, uint16_t port, int tclass,
                          int hops)
{
    struct seen seen;
    for (int tries = 0; tries < 200; tries++) {
        receive(watch, &seen);
        const uint16_t to = (uint16_t)(seen.data[2] << 8 | seen.data[3]);
        /* Segments before the option was set still have the old values. */
        if (seen.length < 20 || to != port ||
            !(seen.control.valid & IPSOCK_CONTROL_TRAFFIC_CLASS) ||
            seen.control.traffic_class != tclass)
            continue;
        EQUAL(hops, seen.control.hop_limit);
        return;
    }
    fail_msg("%s: no segment with class 0x%x and hop limit %d", columns[column].name,
             (unsigned)tclass, hops);
}

static void mark_segments(int column, bool accepted_side)
{
    const uint32_t fields = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT;
    struct ipsock_endpoint *watch =
        open_raw(column == MAPPED ? V4 : column, PROTOCOL_TCP, fields, 0);
    struct pair tcp = open_stream(column);
    struct ipsock_endpoint *from = accepted_side ? tcp.receiver : tcp.sender;
    struct ipsock_addr peer;
    struct seen seen;
    const int af11 = IPSOCK_TRAFFIC_CLASS(IPSOCK_DSCP_AF11, IPSOCK_ECN_NOT_ECT);
    EQUAL(0x28, af11);
    CHECK(IPSOCK_OK, ipsock_set_traffic_class(from, af11));
    CHECK(IPSOCK_OK, ipsock_set_hop_limit(from, 77));
    CHECK(IPSOCK_OK, ipsock_peer_addr(from, &peer));
    CHECK(IPSOCK_OK, send_bytes(from, NULL, "MARKED", 6, NULL));
    receive(accepted_side ? tcp.sender : tcp.receiver, &seen);
    EQUAL(6, seen.length);
    watch_segment(watch, column, peer.port, af11, 77);
    close_pair(&tcp);
    ipsock_free(watch);
}

static void v4_opt_04_tcp_segments_are_marked(void **state)
{
    (void)state;
    need_privilege();
    need(raw_hears_transports(), "raw sockets do not hear TCP here");
    FOR_EACH_COLUMN(i)
    mark_segments(i, false);
}

static void v4_opt_05_accepted_side_is_marked(void **state)
{
    (void)state;
    need_privilege();
    need(raw_hears_transports(), "raw sockets do not hear TCP here");
    FOR_EACH_COLUMN(i)
    mark_segments(i, true);
}

static void v4_opt_06_hop_limit_per_hop(void **state)
{
    struct seen seen;
    uint8_t packet[64];
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_raw(V4, PROTOCOL_ICMP, IPSOCK_CONTROL_HOP_LIMIT, 0);
    const struct ipsock_addr to = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    for (int hops = 1; hops <= 64; hops++) {
        const size_t length = make_echo(packet, IPSOCK_IPV4, 0x6e6f, (uint16_t)hops);
        if (!expect_code("v4-opt-01", "raw-hop-limit", ipsock_set_hop_limit(s, hops)))
            break;
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        if (!raw_hears_requests(V4)) {
            receive_reply(s, IPSOCK_IPV4, 0x6e6f, &seen);
            EQUAL(hops, seen.data[7]);
            continue;
        }
        do /* our own request comes back too, with the hop limit that it was sent with */
            receive(s, &seen);
        while (seen.data[0] != 8 || seen.data[7] != hops);
        EQUAL(IPSOCK_CONTROL_HOP_LIMIT, seen.control.valid);
        EQUAL(hops, seen.control.hop_limit);
        receive_reply(s, IPSOCK_IPV4, 0x6e6f, &seen);
    }
    /* a hop that stays silent: the endpoint goes on being usable */
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init(&message, &buffer, packet, sizeof packet);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, ipsock_now() + 20 * MILLISECOND));
    CHECK(IPSOCK_ETIMEDOUT, ipsock_recv(s, &message, 0));
    const size_t length = make_echo(packet, IPSOCK_IPV4, 0x6e70, 1);
    CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
    receive_reply(s, IPSOCK_IPV4, 0x6e70, &seen);
    ipsock_free(s);
}

/* UDP: what was set is what arrives. */
static void wire_follows_options(int column)
{
    static const struct {
        int tclass, hops;
    } values[] = {{0x28, 64}, {0, 1}, {0xff, 255}, {IPSOCK_ECN_ECT0, 33}, {0xb9, 2}};
    const uint32_t fields = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT;
    struct pair pair = open_pair(column, fields, 0);
    for (size_t i = 0; i < COUNT(values); i++) {
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, values[i].tclass));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, values[i].hops));
        exchange(&pair, NULL, &seen);
        EQUAL(delivered(column, fields), seen.control.valid);
        check_class(column, values[i].tclass, &seen.control);
        check_hops(values[i].hops, &seen.control);
    }
    close_pair(&pair);
}

static void v4_opt_01_udp_on_the_wire(void **state)
{
    (void)state;
    if (begin_column(V4))
        wire_follows_options(V4);
    if (begin_column(MAPPED))
        wire_follows_options(MAPPED);
}

static void v6_opt_01_udp_on_the_wire(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    wire_follows_options(V6);
}

/* A dual-stack endpoint's options govern both families at once. */
static void v6_opt_02_dual_stack_covers_both(void **state)
{
    (void)state;
    need(has_column(MAPPED), "no dual stack");
    const uint32_t fields = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT;
    struct pair pair = open_pair(MAPPED, 0, 0);
    CHECK(IPSOCK_OK, ipsock_set_receive_control(pair.receiver, fields, true));
    struct ipsock_addr native = addr_of("::1");
    struct seen seen;
    native.port = pair.to.port;
    CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x48));
    CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 99));
    const struct ipsock_addr *const targets[] = {&pair.to, &native};
    for (size_t i = 0; i < COUNT(targets); i++) {
        CHECK(IPSOCK_OK, send_bytes(pair.sender, targets[i], "both", 4, NULL));
        receive(pair.receiver, &seen);
        EQUAL(i == 0 ? delivered(MAPPED, fields) : fields, seen.control.valid);
        check_class(i == 0 ? MAPPED : V6, 0x48, &seen.control);
        check_hops(99, &seen.control);
    }
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_opt_01_traffic_class_reads_back),
        cmocka_unit_test(v4_opt_01_udp_on_the_wire),
        cmocka_unit_test(v4_opt_02_hop_limit_reads_back),
        cmocka_unit_test(v4_opt_02_default_returns),
        cmocka_unit_test(v4_opt_03_header_included),
        cmocka_unit_test(v4_opt_04_tcp_segments_are_marked),
        cmocka_unit_test(v4_opt_05_accepted_side_is_marked),
        cmocka_unit_test(v4_opt_06_hop_limit_per_hop),
        cmocka_unit_test(v6_opt_01_traffic_class_reads_back),
        cmocka_unit_test(v6_opt_01_udp_on_the_wire),
        cmocka_unit_test(v6_opt_02_hop_limit_reads_back),
        cmocka_unit_test(v6_opt_02_dual_stack_covers_both),
    };
    return RUN(tests);
}
