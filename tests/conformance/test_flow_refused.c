// SPDX-License-Identifier: BSD-2-Clause
/* Prepared destinations: what is refused, what changes around them, and the kinds of endpoint.
 * FLOW. */
#include "harness.h"

#define FIELDS                                                                         \
    (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE | \
     IPSOCK_CONTROL_INTERFACE)

static struct ipsock_flow prepare(struct ipsock_endpoint *s, const struct ipsock_addr *peer,
                                  const struct ipsock_control *control)
{
    struct ipsock_flow flow;
    CHECK(IPSOCK_OK, ipsock_flow_prepare(s, &flow, peer, control));
    return flow;
}

/* Single and as the third of a batch, in which the others go. */
static void expect_refused(struct pair *pair, const struct ipsock_flow *flow,
                           struct ipsock_control *beside, int code, const char *field)
{
    struct burst b = make_burst(4);
    struct ipsock_error error;
    struct seen seen;
    uint32_t done = 99;
    for (uint32_t i = 0; i < 4; i++) {
        b.buffers[i].length = 2;
        b.messages[i].peer = pair->to;
    }
    b.messages[2].flow = flow;
    b.messages[2].control = beside;
    CHECK(code, ipsock_send(pair->sender, &b.messages[2], 0));
    EQUAL(0, b.messages[2].length);
    check_option(pair->sender, IPSOCK_WRITE, code, field);
    CHECK(code, send_burst(pair->sender, &b, 4, &done));
    EQUAL(2, done);
    check_option(pair->sender, IPSOCK_WRITE, code, field);
    CHECK(IPSOCK_OK, ipsock_last_error(pair->sender, IPSOCK_WRITE, &error));
    EQUAL(2, error.index);
    receive(pair->receiver, &seen);
    receive(pair->receiver, &seen);
    check_nothing(pair->receiver);
    free_burst(&b);
}

static void flow_02_no_flow_of_this_endpoint(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0), other = open_pair(i, 0, 0);
        struct ipsock_flow flow;
        memset(&flow, 0, sizeof flow);
        expect_refused(&pair, &flow, NULL, IPSOCK_EINVAL, "flow"); /* before there is any */
        const struct ipsock_flow own = prepare(pair.sender, &pair.to, NULL);
        const struct ipsock_flow foreign = prepare(other.sender, &pair.to, NULL);
        expect_refused(&pair, &flow, NULL, IPSOCK_EINVAL, "flow");
        memset(&flow, 0xff, sizeof flow);
        expect_refused(&pair, &flow, NULL, IPSOCK_EINVAL, "flow");
        expect_refused(&pair, &foreign, NULL, IPSOCK_EINVAL, "flow");
        expect_refused(&other, &own, NULL, IPSOCK_EINVAL, "flow");
        flow = own;
        CHECK(IPSOCK_EINVAL, ipsock_flow_prepare(pair.sender, NULL, &pair.to, NULL));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "flow");
        CHECK(IPSOCK_EMISSADDR, ipsock_flow_prepare(pair.sender, &flow, NULL, NULL));
        expect_refused(&pair, &flow, NULL, IPSOCK_EINVAL, "flow"); /* after a failure */
        close_pair(&pair);
        close_pair(&other);
    }
}

/* An endpoint that lies where another was, on the same port. */
static void flow_02_of_an_endpoint_that_has_gone(void **state)
{
    struct ipsock_flow flow;
    int same = 0;
    (void)state;
    FOR_EACH_COLUMN(i)
    for (int n = 0; n < 50; n++) {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        const void *place = pair.sender;
        CHECK(IPSOCK_OK, ipsock_local_addr(pair.sender, &config.local));
        flow = prepare(pair.sender, &pair.to, NULL);
        ipsock_free(pair.sender);
        pair.sender = must_open(&config);
        same += pair.sender == place;
        prepare(pair.sender, &pair.to, NULL);
        expect_refused(&pair, &flow, NULL, IPSOCK_EINVAL, "flow");
        close_pair(&pair);
    }
    print_message("%d endpoints at the same place\n", same);
}

static void flow_02_fields_beside(void **state)
{
    static const struct {
        uint32_t bits;
        const char *field;
    } rows[] = {
        {IPSOCK_CONTROL_HOP_LIMIT, "hop_limit"},
        {IPSOCK_CONTROL_SOURCE, "source"},
        {IPSOCK_CONTROL_INTERFACE, "interface_index"},
        {IPSOCK_CONTROL_DONT_FRAGMENT, "dont_fragment"},
        {IPSOCK_CONTROL_NEXT_HOP, "next_hop"},
        {IPSOCK_CONTROL_OPAQUE, "opaque"},
        {IPSOCK_CONTROL_DESTINATION, "valid"},
        {0x40000000u, "valid"},
        {IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_SOURCE, "source"},
        {IPSOCK_CONTROL_SEGMENT_SIZE | IPSOCK_CONTROL_HOP_LIMIT, "hop_limit"},
    };
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_POSSIBLE);
        const struct ipsock_flow flow = prepare(pair.sender, &pair.to, NULL);
        for (size_t r = 0; r < COUNT(rows); r++) {
            struct ipsock_control beside = {.valid = rows[r].bits,
                                            .hop_limit = 3,
                                            .segment_size = 10,
                                            .interface_index = loopback_index(),
                                            .source = pair.to};
            expect_refused(&pair, &flow, &beside, IPSOCK_EINVAL, rows[r].field);
        }
        struct ipsock_control beside = {.valid = IPSOCK_CONTROL_SEGMENT_SIZE};
        expect_refused(&pair, &flow, &beside, IPSOCK_EINVAL, "segment_size");
        close_pair(&pair);
        pair = open_pair(i, 0, 0);
        const struct ipsock_flow undeclared = prepare(pair.sender, &pair.to, NULL);
        beside.valid = IPSOCK_CONTROL_TRAFFIC_CLASS;
        expect_refused(&pair, &undeclared, &beside, IPSOCK_EUNDECLARED, "send_control");
        close_pair(&pair);
    }
}

/* Of a peer and control data: preparing says what sending says. */
static void refuse_alike(struct ipsock_endpoint *s, const struct ipsock_addr *peer,
                         struct ipsock_control *control, int code, const char *field)
{
    struct ipsock_flow flow;
    CHECK(code, send_bytes(s, peer, "x", 1, control));
    check_option(s, IPSOCK_WRITE, code, field);
    CHECK(IPSOCK_EINVAL, ipsock_flow_prepare(s, NULL, NULL, NULL)); /* another error between */
    CHECK(code, ipsock_flow_prepare(s, &flow, peer, control));
    check_option(s, IPSOCK_WRITE, code, field);
}

static void flow_03_preparing_refuses_what_sends_refuse(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, FIELDS);
        struct ipsock_control c = {.valid = IPSOCK_CONTROL_HOP_LIMIT};
        struct ipsock_addr strange = pair.to;
        strange.family = 99;
        refuse_alike(pair.sender, NULL, NULL, IPSOCK_EMISSADDR, "peer");
        refuse_alike(pair.sender, &strange, NULL, IPSOCK_EFAMILY, "peer");
        refuse_alike(pair.sender, &pair.to, &c, IPSOCK_EINVAL, "hop_limit");
        c.valid = IPSOCK_CONTROL_INTERFACE;
        if (sendable(i, c.valid) != 0)
            refuse_alike(pair.sender, &pair.to, &c, IPSOCK_EINVAL, "interface_index");
        c.valid = IPSOCK_CONTROL_SOURCE;
        c.source = addr_of(i == V6 ? "192.0.2.1" : "2001:db8::1");
        if (sendable(i, c.valid) != 0)
            refuse_alike(pair.sender, &pair.to, &c, IPSOCK_EFAMILY, "source");
        c.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
        c.segment_size = 10;
        refuse_alike(pair.sender, &pair.to, &c, IPSOCK_EUNDECLARED, "send_control");
        c.valid = 0x40000000u;
        refuse_alike(pair.sender, &pair.to, &c, IPSOCK_EINVAL, "valid");
        c.valid = IPSOCK_CONTROL_OPAQUE;
        struct ipsock_flow flow;
        CHECK(IPSOCK_EINVAL, ipsock_flow_prepare(pair.sender, &flow, &pair.to, &c));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "opaque");
        if (i == V6) {
            const struct ipsock_addr scopeless = addr_of("fe80::1");
            refuse_alike(pair.sender, &scopeless, NULL, IPSOCK_EINVAL, "zone");
        }
        close_pair(&pair);
    }
}

static void flow_03_refused_by_the_system(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_addr nowhere = pair.to;
        nowhere.port = 0;
        const struct ipsock_flow flow = prepare(pair.sender, &nowhere, NULL);
        expect_refused(&pair, &flow, NULL, IPSOCK_EINVAL, "port");
        close_pair(&pair);
    }
}

static int send_flow(struct ipsock_endpoint *s, const struct ipsock_flow *flow, const void *data,
                     size_t length)
{
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    ipsock_message_init_send(&m, &buffer, data, length, NULL);
    m.flow = flow;
    return ipsock_send(s, &m, 0);
}

#define BOTH (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT)

static void flow_04_options_set_later(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, BOTH, BOTH);
        struct ipsock_control c = {.valid = IPSOCK_CONTROL_HOP_LIMIT, .hop_limit = 9};
        const struct ipsock_flow flow = prepare(pair.sender, &pair.to, &c);
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 200));
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x68));
        CHECK(IPSOCK_OK, send_flow(pair.sender, &flow, "x", 1));
        receive(pair.receiver, &seen);
        check_hops(9, &seen.control);
        check_class(i, 0x68, &seen.control); /* which the flow leaves open */
        close_pair(&pair);
    }
}

/* Every field that can be declared, some of them emulated: those of a flow, and beside a flow. */
static void flow_04_emulated_fields(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_CONTROL_POSSIBLE);
        uint32_t possible = 0;
        bool before = false;
        char what[32];
        snprintf(what, sizeof what, "forbid-%s", i == MAPPED ? columns[V6].name : columns[i].name);
        const bool reads =
            expect_code("pmtu-01", what, ipsock_get_dont_fragment(pair.sender, &before));
        CHECK(IPSOCK_OK, ipsock_get_send_control(pair.sender, columns[i].traffic, &possible));
        struct ipsock_control plain = {.valid = IPSOCK_CONTROL_HOP_LIMIT, .hop_limit = 9};
        struct ipsock_control emulated = {
            .valid = possible & (IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DONT_FRAGMENT),
            .hop_limit = 8,
            .dont_fragment = 1};
        const struct ipsock_flow flows[] = {prepare(pair.sender, &pair.to, &plain),
                                            prepare(pair.sender, &pair.to, &emulated)};
        struct burst b = make_burst(6);
        uint32_t done = 0;
        for (uint32_t k = 0; k < 6; k++) {
            b.buffers[k].length = k + 1;
            b.messages[k].flow = &flows[k & 1];
        }
        CHECK(IPSOCK_OK, send_burst(pair.sender, &b, 6, &done));
        EQUAL(6, done);
        for (uint32_t k = 0; k < 6; k++) {
            struct seen seen;
            receive(pair.receiver, &seen);
            EQUAL(k + 1, seen.length);
            check_hops((int)(9 - (k & 1)), &seen.control);
        }
        CHECK(IPSOCK_OK, send_flow(pair.sender, &flows[1], "x", 1));
        struct seen seen;
        receive(pair.receiver, &seen);
        check_hops(8, &seen.control);
        bool after = !before;
        if (reads) {
            CHECK(IPSOCK_OK, ipsock_get_dont_fragment(pair.sender, &after));
            EQUAL(before, after);
        }
        free_burst(&b);
        close_pair(&pair);
    }
}

/* Sent by a flow alone, and in a batch; by which interface it came. */
static void expect_interface(struct ipsock_endpoint *s, struct ipsock_endpoint *hearer,
                             const struct ipsock_flow *flow, uint32_t wanted)
{
    struct burst b = make_burst(2);
    struct seen seen;
    uint32_t done = 0;
    CHECK(IPSOCK_OK, send_flow(s, flow, "x", 1));
    b.messages[0].flow = b.messages[1].flow = flow;
    CHECK(IPSOCK_OK, send_burst(s, &b, 2, &done));
    for (int i = 0; i < 3; i++) {
        receive(hearer, &seen);
        EQUAL(wanted, seen.control.interface_index);
    }
    free_burst(&b);
}

/* Groups of the link without scope go by the multicast interface of the moment; link-local peers by
 * what the flow says. */
static void flow_04_zones(void **state)
{
    uint32_t index[2];
    (void)state;
    need(system_make_interfaces(&index[0], &index[1]), "needs interfaces of our own");
    if (!begin_column(V6))
        return;
    struct ipsock_config config = config_of(V6, IPSOCK_UDP);
    struct ipsock_addr group = addr_of("ff02::77"), own = addr_of("fe80::77"), local;
    struct ipsock_control c = {.valid = IPSOCK_CONTROL_INTERFACE, .interface_index = index[0]};
    config.local = ipsock_addr_any(IPSOCK_IPV6, 0);
    config.receive_control = config.send_control = IPSOCK_CONTROL_INTERFACE;
    struct ipsock_endpoint *hearer = must_open(&config), *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_local_addr(hearer, &local));
    group.port = own.port = local.port;
    for (int i = 0; i < 2; i++)
        CHECK(IPSOCK_OK, ipsock_join_group(hearer, index[i], &group));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(s, index[1])); /* at first another one */
    const struct ipsock_flow open = prepare(s, &group, NULL);
    const struct ipsock_flow said = prepare(s, &group, &c);
    const struct ipsock_flow unicast = prepare(s, &own, &c);
    for (int turn = 0; turn < 4; turn++) {
        CHECK(IPSOCK_OK, ipsock_set_multicast_interface(s, index[turn & 1]));
        expect_interface(s, hearer, &open, index[turn & 1]);
        expect_interface(s, hearer, &said, index[0]);
        expect_interface(s, hearer, &unicast, index[0]);
    }
    own.scope = group.scope = index[1];
    const struct ipsock_flow scoped = prepare(s, &group, NULL);
    expect_interface(s, hearer, &scoped, index[1]);
    refuse_alike(s, &own, &c, IPSOCK_EINVAL, "interface_index");
    ipsock_free(s);
    ipsock_free(hearer);
}

static void flow_05_connected(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct ipsock_addr other = pair.to;
        struct seen seen;
        config.peer = pair.to;
        ipsock_free(pair.sender);
        pair.sender = must_open(&config);
        other.port ^= 1;
        refuse_alike(pair.sender, &other, NULL, IPSOCK_EISCONN, "peer");
        const struct ipsock_flow flows[] = {prepare(pair.sender, NULL, NULL),
                                            prepare(pair.sender, &pair.to, NULL)};
        for (size_t k = 0; k < COUNT(flows); k++) {
            struct burst b = make_burst(3);
            uint32_t done = 0;
            for (uint32_t n = 0; n < 3; n++) {
                b.messages[n].flow = n == 1 ? NULL : &flows[k];
                b.buffers[n].length = n;
            }
            CHECK(IPSOCK_OK, send_burst(pair.sender, &b, 3, &done));
            EQUAL(3, done);
            CHECK(IPSOCK_OK, send_flow(pair.sender, &flows[k], "abc", 3));
            for (uint32_t n = 0; n < 4; n++) {
                receive(pair.receiver, &seen);
                EQUAL(n, seen.length);
            }
            free_burst(&b);
        }
        close_pair(&pair);
    }
}

static void flow_05_streams(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_stream(i), datagrams = open_pair(i, 0, 0);
        struct ipsock_flow flow;
        CHECK(IPSOCK_EKIND, ipsock_flow_prepare(pair.sender, &flow, NULL, NULL));
        CHECK(IPSOCK_EINVAL, send_flow(pair.sender, &flow, "x", 1));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "flow");
        flow = prepare(datagrams.sender, &datagrams.to, NULL);
        CHECK(IPSOCK_EINVAL, send_flow(pair.sender, &flow, "x", 1));
        close_pair(&datagrams);
        close_pair(&pair);
    }
}

static void flow_05_ping(void **state)
{
    (void)state;
    FOR_EACH_PING(i)
    {
        struct ipsock_endpoint *s = open_ping(i);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        const struct ipsock_flow flow = prepare(s, &to, NULL);
        uint8_t echo[64];
        struct seen seen;
        const size_t length = make_echo(echo, columns[i].family, 0, 7);
        CHECK(IPSOCK_OK, send_flow(s, &flow, echo, length));
        receive_reply(s, columns[i].family, id_of(s), &seen);
        EQUAL(length, seen.length);
        CHECK(IPSOCK_EMSGSHORT, send_flow(s, &flow, echo, 7));
        ipsock_free(s);
    }
}

static void flow_05_raw(void **state)
{
    (void)state;
    need_privilege();
    for (int i = V4; i <= V6; i++) {
        if (!begin_column(i))
            continue;
        struct ipsock_endpoint *s = open_raw(i, PROTOCOL_TEST, 0, 0);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        const struct ipsock_flow flow = prepare(s, &to, NULL);
        struct seen seen;
        CHECK(IPSOCK_OK, send_flow(s, &flow, "raw", 3));
        receive(s, &seen);
        EQUAL(3, seen.length);
        ipsock_free(s);
    }
}

/* With a header of its own the packet goes to the flow's peer. */
static void flow_05_own_header(void **state)
{
    (void)state;
    need_privilege();
    if (!begin_column(V4))
        return;
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags |= IPSOCK_OPEN_HEADER_INCLUDED;
    struct ipsock_endpoint *s = must_open(&config);
    const struct ipsock_addr to = addr_of("127.0.0.1");
    struct ipsock_flow flow = prepare(s, &to, NULL);
    struct ipsock_ipv4_header header = {
        .hop_limit = 5, .protocol = PROTOCOL_TEST, .source = to, .destination = to};
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    struct seen seen;
    ipsock_message_init_send(&m, &buffer, "own", 3, NULL);
    m.flow = &flow;
    CHECK(IPSOCK_OK, ipsock_send_ipv4(s, &header, &m, 0));
    EQUAL(3, m.length);
    receive(s, &seen);
    EQUAL(3, seen.length);
    memset(&flow, 0, sizeof flow);
    CHECK(IPSOCK_EINVAL, ipsock_send_ipv4(s, &header, &m, 0));
    check_option(s, IPSOCK_WRITE, IPSOCK_EINVAL, "flow");
    ipsock_free(s);
}

static void flow_06_the_end(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_flow *first = malloc(sizeof *first);
        struct seen seen;
        assert_non_null(first);
        *first = prepare(pair.sender, &pair.to, NULL);
        const struct ipsock_flow copy = *first; /* a value: the first one may go */
        memset(first, 0xee, sizeof *first);
        free(first);
        CHECK(IPSOCK_OK, send_flow(pair.sender, &copy, "x", 1));
        receive(pair.receiver, &seen);
        CHECK(IPSOCK_OK, ipsock_close(pair.sender));
        CHECK(IPSOCK_ECLOSED, send_flow(pair.sender, &copy, "x", 1));
        struct ipsock_flow flow = copy;
        CHECK(IPSOCK_ECLOSED, ipsock_flow_prepare(pair.sender, &flow, &pair.to, NULL));
        CHECK(IPSOCK_ECLOSED, ipsock_flow_prepare(NULL, &flow, &pair.to, NULL));
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow_02_no_flow_of_this_endpoint),
        cmocka_unit_test(flow_02_of_an_endpoint_that_has_gone),
        cmocka_unit_test(flow_02_fields_beside),
        cmocka_unit_test(flow_03_preparing_refuses_what_sends_refuse),
        cmocka_unit_test(flow_03_refused_by_the_system),
        cmocka_unit_test(flow_04_options_set_later),
        cmocka_unit_test(flow_04_emulated_fields),
        cmocka_unit_test(flow_04_zones),
        cmocka_unit_test(flow_05_connected),
        cmocka_unit_test(flow_05_streams),
        cmocka_unit_test(flow_05_ping),
        cmocka_unit_test(flow_05_raw),
        cmocka_unit_test(flow_05_own_header),
        cmocka_unit_test(flow_06_the_end),
    };
    return RUN(tests);
}
