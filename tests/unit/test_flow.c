// SPDX-License-Identifier: BSD-2-Clause
/* What is in a prepared destination: which are ready, what they are spelled out as, and that the
 * bytes written down are those of the codec. */
#include "unit.h"

#include "core/endpoint/flow.h"

static struct ipsock_addr addr_of(const char *text)
{
    struct ipsock_addr addr;
    unit_int(text, ipsock_addr_parse(text, &addr), IPSOCK_OK);
    return addr;
}

static struct ipsock_endpoint *open_udp(int family, uint32_t send_control, const char *peer)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = family;
    config.send_control = send_control;
    if (peer != NULL)
        config.peer = addr_of(peer);
    unit_int("open", ipsock_open(&s, &config), IPSOCK_OK);
    return s;
}

static struct ipsk_flow prepare(struct ipsock_endpoint *s, const char *peer,
                                const struct ipsock_control *control)
{
    struct ipsock_flow flow;
    struct ipsk_flow inside;
    struct ipsock_addr to = {0};
    if (peer != NULL)
        to = addr_of(peer);
    unit_int("prepare", ipsock_flow_prepare(s, &flow, &to, control), IPSOCK_OK);
    memcpy(&inside, &flow, sizeof inside);
    return inside;
}

static bool is_ready(struct ipsock_endpoint *s, const char *peer,
                     const struct ipsock_control *control)
{
    const struct ipsk_flow flow = prepare(s, peer, control);
    assert_true(ipsk_owns_flow(s, &flow));
    return flow.owner == s->flow_owner;
}

static void flow_ready(void **state)
{
    (void)state;
    struct ipsock_control c = {.valid = IPSOCK_CONTROL_SEGMENT_SIZE, .segment_size = 10};
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, IPSOCK_CONTROL_SEGMENT_SIZE, NULL);
    assert_true(is_ready(s, "192.0.2.1:9", NULL));
    assert_false(is_ready(s, "192.0.2.1:9", &c)); /* it may take several calls */
    ipsock_free(s);
    s = open_udp(IPSOCK_IPV4, IPSOCK_CONTROL_SOURCE, NULL);
    c.valid = IPSOCK_CONTROL_SOURCE;
    c.source = addr_of("192.0.2.7");
    assert_true(is_ready(s, "192.0.2.1:9", &c));
    ipsock_free(s);
    s = open_udp(IPSOCK_IPV4, 0, "127.0.0.1:9");
    assert_true(is_ready(s, NULL, NULL));
    assert_true(is_ready(s, "127.0.0.1:9", NULL));
    ipsock_free(s);
}

static void flow_ready_zones(void **state)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config;
    const struct ipsock_control c = {.valid = IPSOCK_CONTROL_INTERFACE, .interface_index = 1};
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = IPSOCK_IPV6;
    config.send_control = IPSOCK_CONTROL_INTERFACE;
    if (ipsock_open(&s, &config) < 0) {
        print_message("this host has no IPv6\n");
        skip();
    }
    assert_true(is_ready(s, "[2001:db8::1]:9", NULL));
    assert_false(is_ready(s, "[ff02::1]:9", NULL)); /* by the multicast interface of the moment */
    assert_true(is_ready(s, "[ff02::1%1]:9", NULL));
    assert_true(is_ready(s, "[ff02::1]:9", &c));
    assert_true(is_ready(s, "[ff0e::1]:9", NULL));
    assert_true(is_ready(s, "[fe80::1%1]:9", NULL));
    assert_true(is_ready(s, "[fe80::1]:9", &c));
    ipsock_free(s);
}

/* Where a declared field has no control message, every send is counted. */
static void flow_ready_beside_emulation(void **state)
{
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, IPSOCK_CONTROL_POSSIBLE, NULL);
    (void)state;
    unit_int("ready", is_ready(s, "192.0.2.1:9", NULL), !s->emulates);
    ipsock_free(s);
}

/* What answers take has one here, and costs nothing more. */
static void flow_ready_of_answers(void **state)
{
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, IPSOCK_CONTROL_REPLY_SEND, NULL);
    (void)state;
    assert_false(s->emulates);
    assert_true(s->sends == IPSK_SENDS_V4 && is_ready(s, "192.0.2.1:9", NULL));
    ipsock_free(s);
}

static void flow_owner(void **state)
{
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, 0, NULL);
    const struct ipsk_flow none = {.owner = 0};
    (void)state;
    assert_false(ipsk_owns_flow(s, &none));
    unit_int("no owner yet", (int64_t)(s->flow_owner & IPSK_FLOW_READY), 0);
    const struct ipsk_flow first = prepare(s, "192.0.2.1:9", NULL);
    const struct ipsk_flow second = prepare(s, "192.0.2.2:9", NULL);
    assert_true(first.owner == second.owner && first.owner == s->flow_owner);
    assert_false(ipsk_owns_flow(s, &none));
    ipsock_free(s);
}

static void expect_spelled(const struct ipsock_flow *flow, struct ipsock_control *beside,
                           uint32_t fields, int traffic_class, uint32_t segment_size)
{
    struct ipsk_spelled room;
    struct ipsock_buffer buffer = {&room, 1};
    struct ipsock_message m = {
        .buffers = &buffer, .buffer_count = 1, .control = beside, .flow = flow};
    const struct ipsock_message *spelled = ipsk_spelled(&m, &room);
    const struct ipsock_addr peer = addr_of("192.0.2.1:9");
    assert_null(spelled->flow);
    assert_ptr_equal(spelled->buffers, &buffer);
    assert_true(ipsock_addr_equal(&spelled->peer, &peer));
    unit_int("fields", ipsk_message_fields(&m), fields);
    if (fields == 0) {
        assert_null(spelled->control);
        return;
    }
    unit_int("valid", spelled->control->valid, fields);
    unit_int("class", spelled->control->traffic_class, traffic_class);
    unit_int("segment", spelled->control->segment_size, segment_size);
    if (fields & IPSOCK_CONTROL_HOP_LIMIT)
        unit_int("hop limit", spelled->control->hop_limit, 7);
    m.flow = NULL;
    assert_ptr_equal(ipsk_spelled(&m, &room), &m);
}

static void flow_spelled(void **state)
{
    enum {
        CLASS = IPSOCK_CONTROL_TRAFFIC_CLASS,
        HOPS = IPSOCK_CONTROL_HOP_LIMIT,
        SEGMENT = IPSOCK_CONTROL_SEGMENT_SIZE
    };
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, CLASS | HOPS | SEGMENT, NULL);
    const struct ipsock_addr to = addr_of("192.0.2.1:9");
    struct ipsock_control c = {
        .valid = CLASS | HOPS | SEGMENT, .traffic_class = 4, .hop_limit = 7, .segment_size = 100};
    struct ipsock_control own = {.valid = CLASS, .traffic_class = 2, .segment_size = 50};
    struct ipsock_flow flow;
    (void)state;
    unit_int("all", ipsock_flow_prepare(s, &flow, &to, &c), IPSOCK_OK);
    expect_spelled(&flow, NULL, CLASS | HOPS | SEGMENT, 4, 100);
    expect_spelled(&flow, &own, CLASS | HOPS | SEGMENT, 2, 100);
    own.valid = SEGMENT;
    expect_spelled(&flow, &own, CLASS | HOPS | SEGMENT, 4, 50);
    c.valid = HOPS;
    unit_int("hops", ipsock_flow_prepare(s, &flow, &to, &c), IPSOCK_OK);
    expect_spelled(&flow, NULL, HOPS, 0, 0); /* nothing of what was not valid */
    expect_spelled(&flow, &own, HOPS | SEGMENT, 0, 50);
    unit_int("none", ipsock_flow_prepare(s, &flow, &to, NULL), IPSOCK_OK);
    expect_spelled(&flow, NULL, 0, 0, 0);
    own.valid = CLASS;
    expect_spelled(&flow, &own, CLASS, 2, 0);
    ipsock_free(s);
}

/* One field at a time: the order of messages is the flow's own. */
static void flow_bytes(void **state)
{
    static const uint32_t fields[] = {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_CONTROL_HOP_LIMIT,
                                      IPSOCK_CONTROL_SOURCE, IPSOCK_CONTROL_INTERFACE};
    struct ipsock_control c = {.traffic_class = 0x2e, .hop_limit = 9, .interface_index = 3};
    uint32_t all = 0;
    (void)state;
    c.source = addr_of("192.0.2.7");
    for (size_t i = 0; i < COUNT(fields); i++)
        all |= fields[i];
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, all, NULL);
    for (size_t i = 0; i < COUNT(fields); i++) {
        _Alignas(max_align_t) uint8_t bytes[256];
        size_t length = 0;
        c.valid = fields[i];
        const struct ipsk_flow flow = prepare(s, "192.0.2.1:9", &c);
        if (flow.class_length == 0) {
            print_message("this system spells flows out\n");
            break;
        }
        unit_int("encode", ipsock_control_encode(&c, IPSOCK_IPV4, bytes, sizeof bytes, &length), 0);
        unit_int("length", flow.control_length, (int64_t)length);
        unit_bytes("messages", flow.control, bytes, length);
        unit_int("with a class", flow.class_length > flow.control_length,
                 fields[i] != IPSOCK_CONTROL_TRAFFIC_CLASS);
        assert_true(flow.control_mask == UINTPTR_MAX);
    }
    const struct ipsk_flow plain = prepare(s, "192.0.2.1:9", NULL);
    unit_int("nothing", plain.control_length, 0);
    assert_true(plain.control_mask == 0);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow_ready),
        cmocka_unit_test(flow_ready_zones),
        cmocka_unit_test(flow_owner),
        cmocka_unit_test(flow_ready_beside_emulation),
        cmocka_unit_test(flow_ready_of_answers),
        cmocka_unit_test(flow_spelled),
        cmocka_unit_test(flow_bytes),
    };
    return cmocka_run_group_tests_name("flow", tests, NULL, NULL);
}
