// SPDX-License-Identifier: BSD-2-Clause
/* Prepared destinations. FLOW. */
#include "harness.h"

/* What is sent and seen of each packet. */
#define FIELDS                                                                         \
    (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE | \
     IPSOCK_CONTROL_INTERFACE)
#define SEEN (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DESTINATION)

static struct ipsock_flow prepare(struct ipsock_endpoint *s, const struct ipsock_addr *peer,
                                  const struct ipsock_control *control)
{
    struct ipsock_flow flow;
    memset(&flow, 0xa5, sizeof flow); /* what was there does not matter */
    CHECK(IPSOCK_OK, ipsock_flow_prepare(s, &flow, peer, control));
    return flow;
}

static struct ipsock_control control_of(const struct pair *pair, uint32_t fields)
{
    struct ipsock_control c;
    memset(&c, 0x5a, sizeof c);
    c.valid = fields;
    c.traffic_class = 0x28;
    c.hop_limit = 77;
    c.interface_index = loopback_index();
    c.source = pair->to;
    return c;
}

/* A message of a text; the peer is not looked at beside a flow. */
static void fill(struct ipsock_message *m, struct ipsock_buffer *buffer, const char *text,
                 const struct ipsock_flow *flow, struct ipsock_control *beside)
{
    static const struct ipsock_addr other = {.family = IPSOCK_IPV4, .port = 1};
    ipsock_message_init_send(m, buffer, text, strlen(text), &other);
    m->flow = flow;
    m->control = beside;
    m->length = 99;
}

static int send_text(struct ipsock_endpoint *s, const char *text, const struct ipsock_flow *flow,
                     struct ipsock_control *beside)
{
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    fill(&m, &buffer, text, flow, beside);
    const int code = ipsock_send(s, &m, 0);
    EQUAL(code == IPSOCK_OK ? strlen(text) : 0, m.length);
    EQUAL(0, m.flags);
    return code;
}

/* The same in a batch, behind a message that is written out. */
static int send_second(struct ipsock_endpoint *s, const char *text, const struct ipsock_addr *to,
                       const struct ipsock_flow *flow, struct ipsock_control *beside)
{
    struct burst b = make_burst(2);
    uint32_t done = 99;
    b.buffers[0].length = 1;
    b.messages[0].peer = *to;
    fill(&b.messages[1], &b.buffers[1], text, flow, beside);
    const int code = send_burst(s, &b, 2, &done);
    EQUAL(code == IPSOCK_OK ? 2 : 1, done);
    EQUAL(code == IPSOCK_OK ? strlen(text) : 0, b.messages[1].length);
    free_burst(&b);
    return code;
}

static void expect_same_control(const struct seen *want, const struct seen *got)
{
    assert_true(ipsock_addr_equal(&want->peer, &got->peer));
    EQUAL(want->control.valid, got->control.valid);
    if (got->control.valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        EQUAL(want->control.traffic_class, got->control.traffic_class);
    if (got->control.valid & IPSOCK_CONTROL_HOP_LIMIT)
        EQUAL(want->control.hop_limit, got->control.hop_limit);
    if (got->control.valid & IPSOCK_CONTROL_DESTINATION)
        assert_true(ipsock_addr_same_ip(&want->control.destination, &got->control.destination));
}

static void expect_same(const struct seen *want, const struct seen *got, size_t length)
{
    EQUAL(length, got->length);
    EQUAL(want->length, got->length);
    assert_memory_equal(want->data, got->data, got->length);
    expect_same_control(want, got);
}

/* Written out, by a flow, and by one in a batch: one packet like the other. */
static void expect_same_packets(struct pair *pair, struct ipsock_control *whole,
                                const struct ipsock_flow *flow, struct ipsock_control *beside)
{
    struct seen want, got;
    CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, "like this", 9, whole));
    receive(pair->receiver, &want);
    if (want.control.valid & whole->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        EQUAL(whole->traffic_class, want.control.traffic_class);
    CHECK(IPSOCK_OK, send_text(pair->sender, "like this", flow, beside));
    receive(pair->receiver, &got);
    expect_same(&want, &got, 9);
    CHECK(IPSOCK_OK, send_second(pair->sender, "like this", &pair->to, flow, beside));
    receive(pair->receiver, &got);
    EQUAL(1, got.length);
    receive(pair->receiver, &got);
    expect_same(&want, &got, 9);
    check_nothing(pair->receiver);
}

/* Every set of fields, with and without a class of the packet's own. */
static void compare_fields(int column, struct pair *pair)
{
    static const uint32_t bits[] = {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_CONTROL_HOP_LIMIT,
                                    IPSOCK_CONTROL_SOURCE, IPSOCK_CONTROL_INTERFACE};
    for (unsigned set = 0; set < 1u << COUNT(bits); set++) {
        uint32_t fields = 0;
        for (unsigned b = 0; b < COUNT(bits); b++)
            fields |= set & 1u << b ? bits[b] : 0;
        if (sendable(column, fields) != fields)
            continue;
        struct ipsock_control whole = control_of(pair, fields);
        struct ipsock_control beside = control_of(pair, IPSOCK_CONTROL_TRAFFIC_CLASS);
        const struct ipsock_flow flow = prepare(pair->sender, &pair->to, &whole);
        expect_same_packets(pair, &whole, &flow, NULL);
        beside.valid = 0;
        expect_same_packets(pair, &whole, &flow, &beside);
        if (sendable(column, IPSOCK_CONTROL_TRAFFIC_CLASS) == 0)
            continue;
        beside.valid = IPSOCK_CONTROL_TRAFFIC_CLASS;
        whole.valid |= IPSOCK_CONTROL_TRAFFIC_CLASS;
        beside.traffic_class = whole.traffic_class = 0x4a;
        expect_same_packets(pair, &whole, &flow, &beside);
    }
}

static void flow_01_fields(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, SEEN, FIELDS);
        compare_fields(i, &pair);
        close_pair(&pair);
    }
}

static void flow_01_nothing_but_a_peer(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_control none = {0};
        struct ipsock_flow flow = prepare(pair.sender, &pair.to, NULL);
        expect_same_packets(&pair, &none, &flow, NULL);
        flow = prepare(pair.sender, &pair.to, &none);
        expect_same_packets(&pair, &none, &flow, NULL);
        if (i == MAPPED) { /* the other form of its address */
            const struct ipsock_addr plain = ipsock_addr_unmap(&pair.to);
            flow = prepare(pair.sender, &plain, NULL);
            expect_same_packets(&pair, &none, &flow, &none);
        }
        close_pair(&pair);
    }
}

/* Scattered, empty, and of the most buffers. */
static void flow_01_buffers(void **state)
{
    static struct ipsock_buffer buffers[IPSOCK_BUFFERS_MAX];
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        static const uint32_t counts[] = {0, 1, 3, IPSOCK_BUFFERS_MAX};
        static char byte = 'x';
        struct pair pair = open_pair(i, 0, 0);
        const struct ipsock_flow flow = prepare(pair.sender, &pair.to, NULL);
        for (size_t k = 0; k < COUNT(counts); k++) {
            struct ipsock_message m = {
                .buffers = buffers, .buffer_count = counts[k], .flow = &flow};
            struct seen seen;
            for (uint32_t b = 0; b < counts[k]; b++)
                buffers[b] = (struct ipsock_buffer){&byte, 1};
            CHECK(IPSOCK_OK, ipsock_send(pair.sender, &m, 0));
            EQUAL(counts[k], m.length);
            receive(pair.receiver, &seen);
            EQUAL(counts[k], seen.length);
        }
        struct ipsock_message m = {.flow = &flow};
        CHECK(IPSOCK_OK, ipsock_send(pair.sender, &m, 0));
        m.buffer_count = 1;
        CHECK(IPSOCK_EINVAL, ipsock_send(pair.sender, &m, 0));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "buffers");
        m.buffers = buffers;
        m.buffer_count = IPSOCK_BUFFERS_MAX + 1;
        CHECK(IPSOCK_EINVAL, ipsock_send(pair.sender, &m, 0));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "buffer_count");
        close_pair(&pair);
    }
}

/* One batch: many destinations, with flows and without, in every order. */
static void mixed_batch(int column, uint64_t *random)
{
    enum { MANY = 40, PEERS = 3 };
    struct pair pairs[PEERS];
    struct ipsock_flow flows[PEERS];
    struct burst b = make_burst(MANY);
    uint32_t of[MANY], done = 0;
    for (int p = 0; p < PEERS; p++) {
        pairs[p] = open_pair(column, 0, 0);
        flows[p] = prepare(pairs[0].sender, &pairs[p].to, NULL);
    }
    for (uint32_t i = 0; i < MANY; i++) {
        of[i] = (uint32_t)(next_random(random) % PEERS);
        memcpy(b.data[i], &i, sizeof i);
        b.buffers[i].length = sizeof i;
        if (next_random(random) & 1)
            b.messages[i].peer = pairs[of[i]].to;
        else
            b.messages[i].flow = &flows[of[i]];
    }
    CHECK(IPSOCK_OK, send_burst(pairs[0].sender, &b, MANY, &done));
    EQUAL(MANY, done);
    for (uint32_t i = 0; i < MANY; i++) {
        struct seen seen;
        EQUAL(sizeof i, b.messages[i].length);
        receive(pairs[of[i]].receiver, &seen);
        EQUAL(sizeof i, seen.length);
        assert_memory_equal(&i, seen.data, sizeof i);
    }
    for (int p = 0; p < PEERS; p++) {
        check_nothing(pairs[p].receiver);
        close_pair(&pairs[p]);
    }
    free_burst(&b);
}

static void flow_01_mixed_batches(void **state)
{
    uint64_t random = 42;
    (void)state;
    FOR_EACH_COLUMN(i)
    for (int n = 0; n < 20; n++)
        mixed_batch(i, &random);
}

/* Four messages, some with flows, and where they arrive. */
static void send_four(struct burst *b, struct ipsock_endpoint *s, unsigned with_flow,
                      const struct ipsock_flow *flow, struct ipsock_endpoint *at_flow,
                      const struct ipsock_addr *to, struct ipsock_endpoint *at_to)
{
    uint32_t done = 0;
    for (uint32_t k = 0; k < 4; k++) {
        b->buffers[k].length = k + 1;
        b->messages[k].flow = with_flow & 1u << k ? flow : NULL;
        b->messages[k].peer = *to;
    }
    CHECK(IPSOCK_OK, send_burst(s, b, 4, &done));
    EQUAL(4, done);
    for (uint32_t k = 0; k < 4; k++) {
        struct seen seen;
        receive(with_flow & 1u << k ? at_flow : at_to, &seen);
        EQUAL(k + 1, seen.length);
    }
}

/* One scratch memory: flows and other messages, of one shape and peer each, of endpoints that are
 * connected and not; and receives. */
static void flow_01_one_memory(void **state)
{
    static const unsigned turns[] = {0xf, 0, 0xf, 0, 0x5, 0, 0xa, 0xf, 0x3, 0xc, 0};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair one = open_pair(i, 0, 0), two = open_pair(i, 0, 0);
        struct burst b = make_burst(4);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        const struct ipsock_addr none = {0};
        config.peer = two.to;
        struct ipsock_endpoint *connected = must_open(&config);
        const struct ipsock_flow flow = prepare(one.sender, &one.to, NULL);
        const struct ipsock_flow unnamed = prepare(connected, NULL, NULL);
        for (size_t k = 0; k < COUNT(turns); k++) {
            uint32_t done = 0;
            send_four(&b, one.sender, turns[k], &flow, one.receiver, &two.to, two.receiver);
            if (k & 1)
                send_four(&b, connected, turns[k / 2], &unnamed, two.receiver, &none, two.receiver);
            if (k == 6)
                CHECK(IPSOCK_EAGAIN,
                      ipsock_recv_batch(one.sender, b.batch, b.messages, sizeof b.messages[0], 4,
                                        &done, IPSOCK_MSG_DONTWAIT));
        }
        check_nothing(one.receiver);
        check_nothing(two.receiver);
        ipsock_free(connected);
        close_pair(&one);
        close_pair(&two);
        free_burst(&b);
    }
}

/* Segments of the flow's own size, of the packet's, and none of them. */
static void expect_segments(struct pair *pair, const char *text, size_t segment)
{
    const size_t length = strlen(text);
    for (size_t at = 0; at < length; at += segment) {
        struct seen seen;
        receive(pair->receiver, &seen);
        EQUAL(length - at < segment ? length - at : segment, seen.length);
        assert_memory_equal(text + at, seen.data, seen.length);
    }
}

static void send_segments(struct pair *pair, const struct ipsock_flow *flow, uint32_t own,
                          size_t segment)
{
    static char text[300];
    struct ipsock_control beside = {.valid = IPSOCK_CONTROL_SEGMENT_SIZE, .segment_size = own};
    struct ipsock_control *control = own != 0 ? &beside : NULL;
    struct burst b = make_burst(3);
    uint32_t done = 0;
    for (size_t at = 0; at < sizeof text - 1; at++)
        text[at] = (char)('a' + at % 26);
    CHECK(IPSOCK_OK, send_text(pair->sender, text, flow, control));
    expect_segments(pair, text, segment);
    check_nothing(pair->receiver);
    for (uint32_t i = 0; i < 3; i++)
        fill(&b.messages[i], &b.buffers[i], text + 130 + i, flow, control);
    CHECK(IPSOCK_OK, send_burst(pair->sender, &b, 3, &done));
    EQUAL(3, done);
    for (uint32_t i = 0; i < 3; i++) {
        EQUAL(strlen(text + 130 + i), b.messages[i].length);
        expect_segments(pair, text + 130 + i, segment);
    }
    check_nothing(pair->receiver);
    free_burst(&b);
}

/* Each segment as a packet of its own that is written out. */
static void expect_same_segments(struct pair *pair, const struct ipsock_control *whole,
                                 const struct ipsock_flow *flow, uint32_t fields)
{
    static const char text[] = "like this";
    struct ipsock_control control = *whole, beside = *whole;
    struct seen want, got;
    CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, text, 4, &control));
    receive(pair->receiver, &want);
    beside.valid = IPSOCK_CONTROL_SEGMENT_SIZE | fields;
    beside.segment_size = 4;
    CHECK(IPSOCK_OK, send_text(pair->sender, text, flow, &beside));
    for (size_t at = 0; at < 9; at += 4) {
        receive(pair->receiver, &got);
        EQUAL(at == 8 ? 1 : 4, got.length);
        assert_memory_equal(text + at, got.data, got.length);
        expect_same_control(&want, &got);
    }
    check_nothing(pair->receiver);
}

static void flow_01_fields_of_segments(void **state)
{
    const uint32_t class_bit = IPSOCK_CONTROL_TRAFFIC_CLASS;
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, SEEN, FIELDS | IPSOCK_CONTROL_SEGMENT_SIZE);
        const uint32_t fields = sendable(i, FIELDS);
        const uint32_t sets[] = {0, fields & ~class_bit, fields};
        for (unsigned set = 0; set < COUNT(sets); set++) {
            struct ipsock_control whole = control_of(&pair, sets[set]);
            const struct ipsock_flow flow = prepare(pair.sender, &pair.to, &whole);
            expect_same_segments(&pair, &whole, &flow, 0);
            if (!(fields & class_bit))
                continue;
            whole.valid |= class_bit;
            whole.traffic_class = 0x4a;
            expect_same_segments(&pair, &whole, &flow, class_bit);
        }
        close_pair(&pair);
    }
}

static void flow_01_segments(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_SEGMENT_SIZE);
        struct ipsock_control c = {.valid = IPSOCK_CONTROL_SEGMENT_SIZE, .segment_size = 130};
        CHECK(IPSOCK_OK, ipsock_set_deadline(pair.sender, soon()));
        CHECK(IPSOCK_OK, ipsock_set_receive_buffer(pair.receiver, 200000));
        const struct ipsock_flow with = prepare(pair.sender, &pair.to, &c);
        const struct ipsock_flow without = prepare(pair.sender, &pair.to, NULL);
        send_segments(&pair, &with, 0, 130);
        send_segments(&pair, &with, 260, 260);
        send_segments(&pair, &with, 2, 2); /* more than a system takes in one call */
        send_segments(&pair, &without, 52, 52);
        send_segments(&pair, &without, 0, 300);
        close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flow_01_fields),
        cmocka_unit_test(flow_01_nothing_but_a_peer),
        cmocka_unit_test(flow_01_buffers),
        cmocka_unit_test(flow_01_mixed_batches),
        cmocka_unit_test(flow_01_one_memory),
        cmocka_unit_test(flow_01_segments),
        cmocka_unit_test(flow_01_fields_of_segments),
    };
    return RUN(tests);
}
