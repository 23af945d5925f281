// SPDX-License-Identifier: BSD-2-Clause
/* Declaring every field that can be sent, and learning which these are (AD-05). */
#include "raw.h"

static const struct {
    uint32_t field;
    int feature;
} sent[] = {
    {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_FEATURE_SEND_TRAFFIC_CLASS},
    {IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_FEATURE_SEND_HOP_LIMIT},
    {IPSOCK_CONTROL_SOURCE, IPSOCK_FEATURE_SEND_SOURCE},
    {IPSOCK_CONTROL_INTERFACE, IPSOCK_FEATURE_SEND_INTERFACE},
    {IPSOCK_CONTROL_DONT_FRAGMENT, IPSOCK_FEATURE_SEND_DONT_FRAGMENT},
    {IPSOCK_CONTROL_NEXT_HOP, IPSOCK_FEATURE_SEND_NEXT_HOP},
    {IPSOCK_CONTROL_SEGMENT_SIZE, IPSOCK_FEATURE_SEND_SEGMENT_SIZE},
    {IPSOCK_CONTROL_OPAQUE, IPSOCK_FEATURE_SEND_OPAQUE},
};

/* What the ledger says of an endpoint. */
static uint32_t ledger(struct ipsock_endpoint *s, int family)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < COUNT(sent); i++) {
        struct ipsock_capability_answer c;
        CHECK(IPSOCK_OK, ipsock_capability(s, 0, family, sent[i].feature, &c));
        bits |= c.level == IPSOCK_ABSENT ? 0 : sent[i].field;
    }
    return bits;
}

static struct ipsock_endpoint *open_possible(int column, int kind, uint32_t send)
{
    struct ipsock_config config = config_of(column, kind);
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.send_control = send;
    return must_open(&config);
}

static void ad_05_the_ledger_and_the_endpoint_agree(void **state)
{
    (void)state;
    for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++)
        for (int i = V4; i < COLUMNS; i++) {
            uint32_t bits = 1, other = 1;
            if (kind == IPSOCK_TCP || (i == MAPPED && kind != IPSOCK_UDP) || !begin_column(i) ||
                (kind == IPSOCK_RAW && !system_is_privileged()) ||
                (kind == IPSOCK_PING && !has_ping(columns[i].family)))
                continue;
            struct ipsock_endpoint *s = open_possible(i, kind, IPSOCK_CONTROL_POSSIBLE);
            CHECK(IPSOCK_OK, ipsock_get_send_control(s, columns[i].traffic, &bits));
            EQUAL(ledger(s, columns[i].traffic), bits);
            CHECK(IPSOCK_OK, ipsock_get_send_control(s, IPSOCK_UNSPEC, &other));
            EQUAL(i == MAPPED ? bits & ledger(s, IPSOCK_IPV6) : bits, other);
            if (i == MAPPED) { /* an IPv4 address may be written in either form */
                CHECK(IPSOCK_OK, ipsock_get_send_control(s, IPSOCK_IPV4, &other));
                EQUAL(bits, other);
                CHECK(IPSOCK_OK, ipsock_get_send_control(s, IPSOCK_IPV6, &other));
                EQUAL(ledger(s, IPSOCK_IPV6), other);
            } else {
                CHECK(IPSOCK_EFAMILY, ipsock_get_send_control(s, IPSOCK_IPV4_MAPPED, &other));
                CHECK(IPSOCK_EFAMILY,
                      ipsock_get_send_control(s, i == V4 ? IPSOCK_IPV6 : IPSOCK_IPV4, &other));
            }
            ipsock_free(s);
        }
}

static void ad_05_only_what_was_declared(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        uint32_t bits = 1;
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_OPAQUE);
        const uint32_t can = ledger(pair.sender, columns[i].traffic);
        CHECK(IPSOCK_OK, ipsock_get_send_control(pair.sender, columns[i].traffic, &bits));
        EQUAL((IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_OPAQUE) & can, bits);
        CHECK(IPSOCK_OK, ipsock_get_send_control(pair.receiver, IPSOCK_UNSPEC, &bits));
        EQUAL(0, bits);
        CHECK(IPSOCK_EINVAL, ipsock_get_send_control(pair.sender, 5, &bits));
        CHECK(IPSOCK_EINVAL, ipsock_get_send_control(pair.sender, IPSOCK_UNSPEC, NULL));
        CHECK(IPSOCK_ECLOSED, ipsock_get_send_control(NULL, IPSOCK_UNSPEC, &bits));
        close_pair(&pair);
        pair = open_stream(i);
        CHECK(IPSOCK_OK, ipsock_get_send_control(pair.sender, IPSOCK_UNSPEC, &bits));
        EQUAL(0, bits);
        close_pair(&pair);
    }
}

/* Named beside it, a field must be possible; not named, it is refused when it is sent. */
static void ad_05_what_is_impossible(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_endpoint *s = open_possible(i, IPSOCK_UDP, IPSOCK_CONTROL_POSSIBLE);
        uint32_t can = 0;
        CHECK(IPSOCK_OK, ipsock_get_send_control(s, columns[i].traffic, &can));
        for (size_t k = 0; k < COUNT(sent); k++) {
            struct ipsock_config config = config_of(i, IPSOCK_UDP);
            struct ipsock_endpoint *named = NULL;
            struct ipsock_control c;
            const bool there = ((can | ledger(s, columns[i].family)) & sent[k].field) != 0;
            config.send_control = IPSOCK_CONTROL_POSSIBLE | sent[k].field;
            CHECK(there ? IPSOCK_OK : IPSOCK_ENOTSUP, ipsock_open(&named, &config));
            ipsock_free(named);
            if (can & sent[k].field)
                continue;
            memset(&c, 0, sizeof c);
            c.valid = sent[k].field;
            c.hop_limit = 1;
            c.segment_size = 1;
            c.interface_index = loopback_index();
            c.source = addr_of(columns[i].loopback);
            c.next_hop = addr_of("::1");
            CHECK(IPSOCK_ENOTSUP, send_bytes(s, &pair.to, "x", 1, &c));
        }
        ipsock_free(s);
        close_pair(&pair);
    }
}

/* What answers take, and no more: an interface where one can be named. */
static void ad_05_answers(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_endpoint *s = open_possible(i, IPSOCK_UDP, IPSOCK_CONTROL_REPLY_SEND);
        const uint32_t can = ledger(s, columns[i].traffic);
        const uint32_t both = IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE;
        struct ipsock_control c;
        uint32_t bits = 0;
        size_t space = 0, same = 0;
        CHECK(IPSOCK_OK, ipsock_get_send_control(s, columns[i].traffic, &bits));
        EQUAL(can & both, bits);
        memset(&c, 0, sizeof c);
        c.valid = IPSOCK_CONTROL_HOP_LIMIT;
        c.hop_limit = 3;
        CHECK(IPSOCK_EUNDECLARED, send_bytes(s, &pair.to, "x", 1, &c));
        c.valid = IPSOCK_CONTROL_INTERFACE;
        c.interface_index = loopback_index();
        if (!((can | ledger(s, columns[i].family)) & IPSOCK_CONTROL_INTERFACE))
            CHECK(IPSOCK_ENOTSUP, send_bytes(s, &pair.to, "x", 1, &c));
        CHECK(IPSOCK_OK,
              ipsock_control_space(columns[i].traffic, IPSOCK_CONTROL_REPLY_SEND, &space));
        CHECK(IPSOCK_OK, ipsock_control_space(columns[i].traffic, both, &same));
        EQUAL(same, space);
        ipsock_free(s);
        close_pair(&pair);
    }
}

/* Adopted, the same; a header of its own leaves little to be said. */
static void ad_05_adopted_and_with_a_header(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        struct ipsock_config config;
        struct ipsock_endpoint *s = NULL;
        uint32_t bits = 0;
        if (!begin_column(i))
            continue;
        ipsock_config_init(&config);
        config.kind = IPSOCK_UDP;
        config.flags = IPSOCK_ADOPT_OWN;
        config.send_control = IPSOCK_CONTROL_POSSIBLE;
        CHECK(IPSOCK_OK, ipsock_adopt(&s, system_udp_socket(columns[i].family, true), &config));
        CHECK(IPSOCK_OK, ipsock_get_send_control(s, columns[i].family, &bits));
        EQUAL(ledger(s, columns[i].family), bits);
        ipsock_free(s);
    }
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, IPSOCK_CONTROL_POSSIBLE);
    uint32_t bits = 0;
    CHECK(IPSOCK_OK, ipsock_get_send_control(s, IPSOCK_IPV4, &bits));
    EQUAL(ledger(s, IPSOCK_IPV4) & (IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_OPAQUE), bits);
    ipsock_free(s);
}

#define WRITERS  2
#define MESSAGES 40

struct stage {
    struct ipsock_endpoint *s;
    struct ipsock_addr to;
    int failure;
};

static void write_some(struct stage *stage, struct ipsock_control *control, char what)
{
    for (int n = 0; n < MESSAGES; n++) {
        const int code = send_bytes(stage->s, &stage->to, &what, 1, control);
        if (code != IPSOCK_OK)
            stage->failure = code;
    }
}

static void write_plain(void *argument)
{
    write_some(argument, NULL, 'p');
}

static void write_unfragmented(void *argument)
{
    struct ipsock_control c;
    memset(&c, 0, sizeof c);
    c.valid = IPSOCK_CONTROL_DONT_FRAGMENT;
    c.dont_fragment = 1;
    write_some(argument, &c, 'd');
}

/* A plain message is never sent with what another thread's message asked for. */
static void ad_05_plain_messages_stay_plain(void **state)
{
    (void)state;
    need_privilege();
    need(raw_hears_transports(), "raw sockets do not hear UDP here");
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = 17; /* UDP, header and all */
    config.receive_buffer = 200000;
    struct ipsock_endpoint *wire = must_open(&config);
    struct pair pair = open_pair(V4, 0, 0);
    struct stage stage = {open_possible(V4, IPSOCK_UDP, IPSOCK_CONTROL_POSSIBLE), pair.to, 0};
    struct system_thread *threads[2 * WRITERS];
    uint32_t can = 0;
    CHECK(IPSOCK_OK, ipsock_get_send_control(stage.s, IPSOCK_IPV4, &can));
    if (can & IPSOCK_CONTROL_DONT_FRAGMENT) {
        CHECK(IPSOCK_OK, ipsock_set_dont_fragment(stage.s, false));
        for (int k = 0; k < 2 * WRITERS; k++)
            threads[k] =
                system_thread_start(k < WRITERS ? write_plain : write_unfragmented, &stage);
        for (int k = 0; k < 2 * WRITERS; k++)
            system_thread_join(threads[k]);
        CHECK(IPSOCK_OK, stage.failure);
        for (int n = 0; n < 2 * WRITERS * MESSAGES;) {
            struct packet p;
            receive_packet(wire, &p);
            const uint16_t port = (uint16_t)(p.data[2] << 8 | p.data[3]);
            if (port != pair.to.port) /* another program's */
                continue;
            EQUAL(9, p.length);
            EQUAL(p.data[8] == 'd', (p.header.flags & IPSOCK_IPV4_DONT_FRAGMENT) != 0);
            n++;
        }
    }
    ipsock_free(stage.s);
    ipsock_free(wire);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_05_adopted_and_with_a_header),
        cmocka_unit_test(ad_05_answers),
        cmocka_unit_test(ad_05_only_what_was_declared),
        cmocka_unit_test(ad_05_plain_messages_stay_plain),
        cmocka_unit_test(ad_05_the_ledger_and_the_endpoint_agree),
        cmocka_unit_test(ad_05_what_is_impossible),
    };
    return RUN(tests);
}
