// SPDX-License-Identifier: BSD-2-Clause
/* The control codec without an endpoint: CM-01 to CM-15, QUIRK-02, QUIRK-08. Every buffer that is
 * decoded is of exactly its size, so that a sanitizer sees a byte read beyond it. */
#include "harness.h"

static const uint8_t host6[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9};

static int decode(const void *bytes, size_t length, struct ipsock_control *control)
{
    void *copy = exact_copy(bytes, length);
    memset(control, 0x5a, sizeof *control);
    const int code = ipsock_control_decode(copy, length, 0, IPSOCK_CONTROL_RECEIVABLE, control);
    free(copy);
    return code;
}

static void cm_01_streams_decode(void **state)
{
    static const size_t sizes[] = {0, 1, 4, 8};
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    const uint8_t payload[8] = {0};
    struct ipsock_control c;
    const int hops = 77;
    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        /* alone, before and behind a message that is known */
        const size_t strange = system_put(stream, SYSTEM_STRANGE_TYPE, payload, sizes[i]);
        CHECK(IPSOCK_OK, decode(stream, strange, &c));
        EQUAL(0, c.valid);
        size_t length = strange + system_put(stream + strange, SYSTEM_HOP_LIMIT6, &hops, 4);
        CHECK(IPSOCK_OK, decode(stream, length, &c));
        EQUAL(IPSOCK_CONTROL_HOP_LIMIT, c.valid);
        EQUAL(77, c.hop_limit);
        length = system_put(stream, SYSTEM_HOP_LIMIT6, &hops, 4);
        length += system_put(stream + length, SYSTEM_STRANGE_TYPE, payload, sizes[i]);
        CHECK(IPSOCK_OK, decode(stream, length, &c));
        EQUAL(IPSOCK_CONTROL_HOP_LIMIT, c.valid);
        EQUAL(77, c.hop_limit);
    }
    CHECK(IPSOCK_OK, decode(NULL, 0, &c));
    EQUAL(0, c.valid);
}

/* What can be sent to a family here, of the fields that this test fills in. */
static uint32_t encodable(int family)
{
    uint32_t fields = 0;
    struct ipsock_control c;
    memset(&c, 0, sizeof c);
    c.hop_limit = 1;
    c.interface_index = 1;
    c.segment_size = 1;
    c.source = ipsock_addr_loopback(family == IPSOCK_IPV6 ? IPSOCK_IPV6 : IPSOCK_IPV4, 0);
    for (uint32_t bit = 1; bit < IPSOCK_CONTROL_OPAQUE; bit <<= 1) {
        size_t length;
        c.valid = bit;
        if ((bit & IPSOCK_CONTROL_SENDABLE) && bit != IPSOCK_CONTROL_NEXT_HOP &&
            ipsock_control_encode(&c, family, NULL, 0, &length) == IPSOCK_OK)
            fields |= bit;
    }
    return fields;
}

static void fill_randomly(struct ipsock_control *c, int family, uint32_t fields, uint64_t *seed)
{
    memset(c, 0, sizeof *c);
    c->valid = (uint32_t)next_random(seed) & fields;
    c->traffic_class = (uint8_t)next_random(seed);
    c->hop_limit = (uint8_t)(1 + next_random(seed) % 255);
    c->interface_index = (uint32_t)(1 + next_random(seed) % INT32_MAX);
    c->dont_fragment = next_random(seed) & 1;
    c->segment_size = (uint32_t)(1 + next_random(seed) % 65535);
    c->source = ipsock_addr_any(family == IPSOCK_IPV6 ? IPSOCK_IPV6 : IPSOCK_IPV4, 0);
    for (size_t i = 0; i < (family == IPSOCK_IPV6 ? 16 : 4); i++)
        c->source.ip[i] = (uint8_t)next_random(seed);
    c->source.ip[0] = 0x20; /* no v4-mapped address by chance */
}

static const int families[] = {IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED};

static void cm_01_round_trip(void **state)
{
    uint64_t seed = 0x5eed01;
    /* what is sent and received in one shape on this system */
    const uint32_t both =
        IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_INTERFACE;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        const int family = families[round % 3];
        const uint32_t symmetric =
            family == IPSOCK_IPV6 || expected("cm-01", "sent-as-received-v4").level == EXPECT_WORKS
                ? both
                : 0;
        struct ipsock_control sent, got;
        size_t length = 0, again = 0, space = 0;
        fill_randomly(&sent, family, encodable(family), &seed);
        CHECK(IPSOCK_OK, ipsock_control_encode(&sent, family, NULL, 0, &length));
        void *bytes = malloc(length != 0 ? length : 1);
        assert_non_null(bytes);
        CHECK(IPSOCK_OK, ipsock_control_encode(&sent, family, bytes, length, &again));
        EQUAL(length, again);
        CHECK(IPSOCK_OK, ipsock_control_space(family, sent.valid, &space));
        assert_true(space >= length);
        memset(&got, 0x5a, sizeof got);
        CHECK(IPSOCK_OK, ipsock_control_decode(bytes, length, 0, IPSOCK_CONTROL_RECEIVABLE, &got));
        EQUAL(sent.valid & symmetric, got.valid & symmetric);
        if (got.valid & symmetric & IPSOCK_CONTROL_TRAFFIC_CLASS)
            EQUAL(sent.traffic_class, got.traffic_class);
        if (got.valid & symmetric & IPSOCK_CONTROL_HOP_LIMIT)
            EQUAL(sent.hop_limit, got.hop_limit);
        if (got.valid & symmetric & IPSOCK_CONTROL_INTERFACE)
            EQUAL(sent.interface_index, got.interface_index);
        free(bytes);
    }
}

static void cm_02_one_by_one_gives_the_same_bytes(void **state)
{
    uint64_t seed = 0x5eed02;
    (void)state;
    for (int round = 0; round < 600; round++) {
        const int family = families[round % 3];
        _Alignas(max_align_t) uint8_t whole[SYSTEM_MESSAGE_MAX], parts[SYSTEM_MESSAGE_MAX];
        struct ipsock_control c;
        size_t length, used = 0;
        fill_randomly(&c, family, encodable(family), &seed);
        const uint32_t valid = c.valid;
        CHECK(IPSOCK_OK, ipsock_control_encode(&c, family, whole, sizeof whole, &length));
        /* source and interface share one message */
        const uint32_t groups[] = {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_CONTROL_HOP_LIMIT,
                                   IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE,
                                   IPSOCK_CONTROL_DONT_FRAGMENT, IPSOCK_CONTROL_SEGMENT_SIZE};
        for (size_t i = 0; i < COUNT(groups); i++) {
            size_t part;
            c.valid = valid & groups[i];
            CHECK(IPSOCK_OK,
                  ipsock_control_encode(&c, family, parts + used, sizeof parts - used, &part));
            used += part;
        }
        EQUAL(length, used);
        assert_memory_equal(whole, parts, length);
    }
}

static void cm_03_last_padding_may_be_missing(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    struct ipsock_control c;
    const int hops = 33, tclass = 0x28;
    (void)state;
    size_t length = system_put(stream, SYSTEM_HOP_LIMIT6, &hops, 4);
    system_put(stream + length, SYSTEM_TRAFFIC_CLASS6, &tclass, 4);
    length += system_header() + 4;
    CHECK(IPSOCK_OK, decode(stream, length, &c));
    EQUAL(IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS, c.valid);
    EQUAL(33, c.hop_limit);
    EQUAL(0x28, c.traffic_class);
}

static void cm_04_lengths_that_lie(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    struct ipsock_control c;
    const int hops = 33, tclass = 0x28;
    (void)state;
    const size_t first = system_put(stream, SYSTEM_HOP_LIMIT6, &hops, 4);
    const size_t length = first + system_put(stream + first, SYSTEM_TRAFFIC_CLASS6, &tclass, 4);
    const size_t rest = length - first;
    const size_t lies[] = {0,        1,       system_header() - 1, rest + 1,    rest + 8,
                           SIZE_MAX, 1 << 30, SIZE_MAX - 7,        SIZE_MAX / 2};
    for (size_t i = 0; i < COUNT(lies); i++) {
        system_set_length(stream + first, lies[i]);
        CHECK(IPSOCK_ECONTROL, decode(stream, length, &c));
        EQUAL(IPSOCK_CONTROL_HOP_LIMIT, c.valid); /* what came before has been decoded */
        EQUAL(33, c.hop_limit);
        system_set_length(stream, lies[i] == rest + 1 ? length + 1 : lies[i]);
        if (lies[i] != rest + 8) { /* which is the whole length, and true */
            CHECK(IPSOCK_ECONTROL, decode(stream, length, &c));
            EQUAL(0, c.valid);
        }
        system_set_length(stream, system_header() + 4);
    }
    /* fewer bytes than a header at the end are ignored */
    for (size_t tail = 0; tail < system_header(); tail++) {
        CHECK(IPSOCK_OK, decode(stream, first + tail, &c));
        EQUAL(IPSOCK_CONTROL_HOP_LIMIT, c.valid);
    }
}

static void cm_05_length_without_header(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    enum system_message what;
    size_t offset = 0, payload = 0, length = 0;
    struct ipsock_control c;
    (void)state;
    memset(&c, 0, sizeof c);
    c.valid = IPSOCK_CONTROL_HOP_LIMIT;
    c.hop_limit = 9;
    CHECK(IPSOCK_OK, ipsock_control_encode(&c, IPSOCK_IPV6, stream, sizeof stream, &length));
    assert_true(system_next(stream, length, &offset, &what, &payload));
    EQUAL(SYSTEM_HOP_LIMIT6, what);
    EQUAL(4, payload);
    EQUAL(length, offset);
}

static void cm_06_small_buffers(void **state)
{
    struct ipsock_control c;
    (void)state;
    for (size_t f = 0; f < COUNT(families); f++) {
        size_t need_bytes = 0;
        uint64_t seed = 0x5eed06;
        if (encodable(families[f]) == 0) /* NetBSD: nothing per packet of v4-mapped traffic */
            continue;
        fill_randomly(&c, families[f], encodable(families[f]), &seed);
        c.valid = encodable(families[f]);
        CHECK(IPSOCK_OK, ipsock_control_encode(&c, families[f], NULL, 0, &need_bytes));
        assert_true(need_bytes > 0);
        for (size_t size = 1; size < need_bytes; size++) {
            size_t length = 0;
            void *small = malloc(size);
            CHECK(IPSOCK_ENOSPC, ipsock_control_encode(&c, families[f], small, size, &length));
            EQUAL(need_bytes, length);
            free(small);
        }
    }
}

static void cm_06_bad_arguments(void **state)
{
    _Alignas(max_align_t) uint8_t bytes[64];
    struct ipsock_control c;
    size_t length;
    (void)state;
    memset(&c, 0, sizeof c);
    CHECK(IPSOCK_EINVAL, ipsock_control_encode(&c, 5, bytes, sizeof bytes, &length));
    CHECK(IPSOCK_EINVAL, ipsock_control_encode(&c, IPSOCK_IPV4, NULL, 4, &length));
    CHECK(IPSOCK_EINVAL, ipsock_control_encode(&c, IPSOCK_IPV4, bytes, sizeof bytes, NULL));
    CHECK(IPSOCK_EINVAL, ipsock_control_decode(NULL, 4, 0, IPSOCK_CONTROL_RECEIVABLE, &c));
    CHECK(IPSOCK_EINVAL, ipsock_control_decode(bytes, 0, 0, IPSOCK_CONTROL_RECEIVABLE, NULL));
    CHECK(IPSOCK_EINVAL, ipsock_control_space(IPSOCK_IPV4, 0x80000000u, &length));
    CHECK(IPSOCK_EINVAL, ipsock_control_space(5, 0, &length));
    CHECK(IPSOCK_EINVAL, ipsock_control_space(IPSOCK_IPV4, 0, NULL));
    c.valid = IPSOCK_CONTROL_HOP_LIMIT; /* 0 is no hop limit to send with */
    CHECK(IPSOCK_EINVAL, ipsock_control_encode(&c, IPSOCK_IPV6, bytes, sizeof bytes, &length));
    c.valid = IPSOCK_CONTROL_INTERFACE;
    CHECK(IPSOCK_EINVAL, ipsock_control_encode(&c, IPSOCK_IPV6, bytes, sizeof bytes, &length));
    c.valid = 0x80000000u;
    CHECK(IPSOCK_EINVAL, ipsock_control_encode(&c, IPSOCK_IPV6, bytes, sizeof bytes, &length));
    c.valid = IPSOCK_CONTROL_DESTINATION; /* only received */
    CHECK(IPSOCK_EINVAL, ipsock_control_encode(&c, IPSOCK_IPV6, bytes, sizeof bytes, &length));
}

static void cm_07_short_payloads_are_skipped(void **state)
{
    static const struct {
        enum system_message what;
        size_t minimum;
    } shorts[] = {{SYSTEM_PACKET_INFO4, 8},  {SYSTEM_PACKET_INFO6, 20},  {SYSTEM_PATH_MTU6, 32},
                  {SYSTEM_HOP_LIMIT4, 1},    {SYSTEM_TRAFFIC_CLASS4, 1}, {SYSTEM_HOP_LIMIT6, 1},
                  {SYSTEM_TRAFFIC_CLASS6, 1}};
    const uint8_t zeros[32] = {0};
    uint8_t stream[SYSTEM_MESSAGE_MAX];
    struct ipsock_control c;
    const int hops = 12;
    (void)state;
    const size_t whole = system_packet_info4(stream, zeros, 1); /* FreeBSD: the address alone */
    for (size_t i = 0; i < COUNT(shorts); i++) {
        const size_t minimum = shorts[i].what == SYSTEM_PACKET_INFO4 && whole < shorts[i].minimum
                                   ? whole
                                   : shorts[i].minimum;
        for (size_t n = 0; n < minimum; n++) {
            size_t length = system_put(stream, shorts[i].what, zeros, n);
            CHECK(IPSOCK_OK, decode(stream, system_header() + n, &c));
            EQUAL(0, c.valid);
            length += system_put(stream + length, SYSTEM_HOP_LIMIT6, &hops, 4);
            CHECK(IPSOCK_OK, decode(stream, length, &c));
            EQUAL(IPSOCK_CONTROL_HOP_LIMIT, c.valid);
            EQUAL(12, c.hop_limit);
        }
    }
}

static void cm_07_any_bytes(void **state)
{
    uint64_t seed = 0x5eed07;
    uint8_t stream[160];
    struct ipsock_control c;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        const size_t length = (size_t)(next_random(&seed) % sizeof stream);
        for (size_t i = 0; i < sizeof stream; i++)
            stream[i] = (uint8_t)next_random(&seed);
        if (length >= 64) { /* headers that nearly fit, so that the walk gets somewhere */
            const uint8_t payload[32] = {1};
            const enum system_message what =
                (enum system_message)(next_random(&seed) % SYSTEM_MESSAGES);
            system_put(stream, what, payload, (size_t)(next_random(&seed) % 33));
        }
        const int code = decode(stream, length, &c);
        assert_true(code == IPSOCK_OK || code == IPSOCK_ECONTROL);
        EQUAL(0, c.valid & ~IPSOCK_CONTROL_RECEIVABLE);
    }
}

static void cm_08_strangers_are_skipped(void **state)
{
    uint8_t stream[SYSTEM_MESSAGE_MAX], payload[64];
    struct ipsock_control c;
    (void)state;
    memset(payload, 0, sizeof payload);
    size_t length = system_put(stream, SYSTEM_STRANGE_LEVEL, payload, 16);
    length += system_put(stream + length, SYSTEM_STRANGE_TYPE, payload, 3);
    const size_t usual = system_packet_info6(payload, host6, 3);
    /* a payload longer than the type needs */
    length += system_put(stream + length, SYSTEM_PACKET_INFO6, payload, usual + 12);
    CHECK(IPSOCK_OK, decode(stream, length, &c));
    EQUAL(IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE, c.valid);
    EQUAL(3, c.interface_index);
    check_addr(&c.destination, "2001:db8::9");
}

static void cm_09_nothing_encodes_to_nothing(void **state)
{
    struct ipsock_control c;
    size_t length = 99;
    uint8_t byte = 0x5a;
    (void)state;
    memset(&c, 0x5a, sizeof c);
    c.valid = 0;
    for (size_t f = 0; f < COUNT(families); f++) {
        length = 99;
        CHECK(IPSOCK_OK, ipsock_control_encode(NULL, families[f], &byte, 1, &length));
        EQUAL(0, length);
        length = 99;
        CHECK(IPSOCK_OK, ipsock_control_encode(&c, families[f], &byte, 1, &length));
        EQUAL(0, length);
        EQUAL(0x5a, byte);
    }
}

/* Messages of the other family are passed over; those of neither are taken with both. */
static void ad_07_decoding_is_held_to_a_family(void **state)
{
    static const struct {
        int family;
        uint32_t valid;
        uint8_t hops;
    } want[] = {
        {0, IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_DESTINATION,
         6},
        {IPSOCK_IPV4, IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DESTINATION, 4},
        {IPSOCK_IPV6, IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS, 6},
        {IPSOCK_IPV4_MAPPED,
         IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_DESTINATION, 6},
    };
    const uint32_t asked =
        IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_DESTINATION;
    const uint8_t ip[4] = {192, 0, 2, 1};
    const int hops4 = 4, hops6 = 6, tclass = 7;
    uint8_t stream[SYSTEM_MESSAGE_MAX], info[64];
    struct ipsock_control c;
    (void)state;
    size_t length = system_put(stream, SYSTEM_HOP_LIMIT4, &hops4, 4);
    length +=
        system_put(stream + length, SYSTEM_PACKET_INFO4, info, system_packet_info4(info, ip, 3));
    length += system_put(stream + length, SYSTEM_STRANGE_LEVEL, ip, 4);
    length += system_put(stream + length, SYSTEM_HOP_LIMIT6, &hops6, 4);
    length += system_put(stream + length, SYSTEM_TRAFFIC_CLASS6, &tclass, 4);
    for (size_t i = 0; i < COUNT(want); i++) {
        CHECK(IPSOCK_OK, ipsock_control_decode(stream, length, want[i].family, asked, &c));
        EQUAL(want[i].valid, c.valid);
        EQUAL(want[i].hops, c.hop_limit);
        if (c.valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
            EQUAL(7, c.traffic_class);
        if (c.valid & IPSOCK_CONTROL_DESTINATION)
            check_addr(&c.destination,
                       want[i].family == IPSOCK_IPV4_MAPPED ? "::ffff:192.0.2.1" : "192.0.2.1");
        /* a lie is one in every family */
        CHECK(IPSOCK_ECONTROL,
              ipsock_control_decode(stream, length - (system_space(4) - system_header()),
                                    want[i].family, asked, &c));
    }
    CHECK(IPSOCK_EINVAL, ipsock_control_decode(stream, length, 5, asked, &c));
    CHECK(IPSOCK_EINVAL, ipsock_control_decode(stream, length, -1, asked, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_07_decoding_is_held_to_a_family),
        cmocka_unit_test(cm_01_streams_decode),
        cmocka_unit_test(cm_01_round_trip),
        cmocka_unit_test(cm_02_one_by_one_gives_the_same_bytes),
        cmocka_unit_test(cm_03_last_padding_may_be_missing),
        cmocka_unit_test(cm_04_lengths_that_lie),
        cmocka_unit_test(cm_05_length_without_header),
        cmocka_unit_test(cm_06_small_buffers),
        cmocka_unit_test(cm_06_bad_arguments),
        cmocka_unit_test(cm_07_short_payloads_are_skipped),
        cmocka_unit_test(cm_07_any_bytes),
        cmocka_unit_test(cm_08_strangers_are_skipped),
        cmocka_unit_test(cm_09_nothing_encodes_to_nothing),
    };
    return RUN(tests);
}
