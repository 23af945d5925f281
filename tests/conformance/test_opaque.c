// SPDX-License-Identifier: BSD-2-Clause
/* The system's own control bytes, both ways; control buffers too small; short socket addresses. */
#include <ipsock/native.h>

#include "harness.h"

#define FIELDS (IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS)

/* Receives one message with a lent control buffer of exactly this size. */
static struct ipsock_control receive_lent(struct ipsock_endpoint *s, void *lent, size_t capacity,
                                          uint32_t *flags)
{
    struct ipsock_control control;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    uint8_t data[64];
    memset(&control, 0, sizeof control);
    control.opaque = lent;
    control.opaque_capacity = capacity;
    control.opaque_length = 12345;
    ipsock_message_init(&message, &buffer, data, sizeof data);
    message.control = &control;
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    CHECK(IPSOCK_OK, ipsock_recv(s, &message, 0));
    EQUAL(4, message.length);
    *flags = message.flags;
    return control;
}

static void cm_08_opaque_received(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, FIELDS | IPSOCK_CONTROL_OPAQUE, 0);
        uint32_t flags = 0;
        size_t space = 0;
        assert_true(system_enable_timestamps(ipsock_handle(pair.receiver)));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 71));
        CHECK(IPSOCK_OK, ipsock_control_space(columns[i].traffic, FIELDS, &space));
        const size_t capacity = space + 128;
        void *lent = malloc(capacity);
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "time", 4, NULL));
        const struct ipsock_control c = receive_lent(pair.receiver, lent, capacity, &flags);
        EQUAL(delivered(i, FIELDS) | IPSOCK_CONTROL_OPAQUE, c.valid);
        EQUAL(0, flags);
        check_hops(71, &c);
        assert_true(c.opaque == lent && c.opaque_length > 0 && c.opaque_length <= capacity);
        assert_true(system_has_timestamp(lent, c.opaque_length));
        /* the same bytes, decoded by hand, say the same */
        struct ipsock_control again;
        CHECK(IPSOCK_OK,
              ipsock_control_decode(lent, c.opaque_length, 0, IPSOCK_CONTROL_RECEIVABLE, &again));
        EQUAL(delivered(i, FIELDS), again.valid);
        check_hops(71, &again);
        free(lent);
        close_pair(&pair);
    }
}

/* Time stamps of the program's own do not disturb what the library decodes. */
static void cm_08_strangers_on_the_wire(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, FIELDS, 0);
        struct seen seen;
        assert_true(system_enable_timestamps(ipsock_handle(pair.receiver)));
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 72));
        exchange(&pair, NULL, &seen);
        EQUAL(delivered(i, FIELDS), seen.control.valid);
        check_hops(72, &seen.control);
        close_pair(&pair);
    }
}

static void cm_06_lent_buffers_too_small(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, FIELDS | IPSOCK_CONTROL_OPAQUE, 0);
        struct ipsock_counters counters;
        size_t space = 0;
        uint64_t cut = 0;
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 73));
        CHECK(IPSOCK_OK, ipsock_set_traffic_class(pair.sender, 0x44));
        CHECK(IPSOCK_OK, ipsock_control_space(columns[i].traffic, FIELDS, &space));
        for (size_t capacity = 0; capacity <= space; capacity += 4) {
            void *lent = malloc(capacity != 0 ? capacity : 1);
            uint32_t flags = 0;
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "time", 4, NULL));
            const struct ipsock_control c = receive_lent(pair.receiver, lent, capacity, &flags);
            assert_true(c.opaque_length <= capacity);
            cut += (flags & IPSOCK_MSG_CTRUNC) != 0;
            /* the fields are not affected by what the caller's buffer holds */
            EQUAL(delivered(i, FIELDS) | IPSOCK_CONTROL_OPAQUE, c.valid);
            check_hops(73, &c);
            check_class(i, 0x44, &c);
            free(lent);
        }
        assert_true(cut > 0 || delivered(i, FIELDS) == 0); /* nothing came that could be cut */
        CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
        EQUAL(cut, counters.control_truncated);
        EQUAL(0, counters.truncated);
        close_pair(&pair);
    }
}

/* Messages of opaque bytes, by their payloads' lengths. Nothing is left behind the last one. */
static size_t walk(const uint8_t *bytes, size_t length, size_t *payloads)
{
    enum system_message what;
    size_t offset = 0, count = 0, from = 0;
    while (from = offset, system_next(bytes, length, &offset, &what, &payloads[count])) {
        assert_true(from + system_header() + payloads[count] <= length); /* no length lies */
        count++;
        assert_true(count < 16);
    }
    return count;
}

#define CAPACITIES 1024

/* Whole messages in every capacity: the longest row of them that fits, the last without padding. */
static void check_capacity(int column, struct pair *pair, size_t capacity, size_t count,
                           const size_t *payloads)
{
    uint8_t *lent = malloc(capacity != 0 ? capacity : 1);
    struct ipsock_control again;
    size_t got[16], fits = 0, used = 0;
    uint32_t flags = 0;
    while (fits < count && used + system_header() + payloads[fits] <= capacity)
        used += system_space(payloads[fits++]);
    CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, "time", 4, NULL));
    const struct ipsock_control c = receive_lent(pair->receiver, lent, capacity, &flags);
    EQUAL(fits < count ? IPSOCK_MSG_CTRUNC : 0, flags);
    EQUAL(used < capacity ? used : capacity, c.opaque_length);
    EQUAL(fits, walk(lent, c.opaque_length, got));
    assert_memory_equal(got, payloads, fits * sizeof got[0]);
    CHECK(IPSOCK_OK, ipsock_control_decode(lent, c.opaque_length, IPSOCK_UNSPEC,
                                           IPSOCK_CONTROL_RECEIVABLE, &again));
    EQUAL(delivered(column, FIELDS) | IPSOCK_CONTROL_OPAQUE, c.valid);
    EQUAL(0, again.valid & ~FIELDS);
    if (again.valid & IPSOCK_CONTROL_HOP_LIMIT)
        EQUAL(74, again.hop_limit);
    free(lent);
}

static void ad_04_whole_messages_in_every_capacity(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, FIELDS | IPSOCK_CONTROL_OPAQUE, 0);
        uint8_t *lent = malloc(CAPACITIES);
        size_t payloads[16];
        uint32_t flags = 0;
        system_enable_timestamps(ipsock_handle(pair.receiver)); /* where there are such */
        CHECK(IPSOCK_OK, ipsock_set_hop_limit(pair.sender, 74));
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "time", 4, NULL));
        const struct ipsock_control c = receive_lent(pair.receiver, lent, CAPACITIES, &flags);
        EQUAL(0, flags);
        const size_t count = walk(lent, c.opaque_length, payloads);
        assert_true(count >= 1);
        for (size_t capacity = 0; capacity <= CAPACITIES; capacity++)
            check_capacity(i, &pair, capacity, count, payloads);
        free(lent);
        close_pair(&pair);
    }
}

/* What is looked at is not counted. */
static void ad_04_a_peek_counts_nothing(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, FIELDS | IPSOCK_CONTROL_OPAQUE, 0);
        struct burst b = make_burst(1);
        struct ipsock_counters counters;
        uint32_t done = 0;
        memset(b.controls, 0, sizeof b.controls[0]);
        b.messages[0].control = &b.controls[0]; /* no room for any */
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "time", 4, NULL));
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(pair.receiver, soon()));
        for (uint64_t peek = 1; peek <= 2; peek++) {
            CHECK(IPSOCK_OK,
                  ipsock_recv_batch(pair.receiver, b.batch, b.messages, sizeof b.messages[0], 1,
                                    &done, peek == 1 ? IPSOCK_MSG_PEEK : 0));
            const bool cut = delivered(i, FIELDS) != 0;
            EQUAL(cut ? IPSOCK_MSG_CTRUNC : 0, b.messages[0].flags);
            CHECK(IPSOCK_OK, ipsock_get_counters(pair.receiver, &counters, sizeof counters));
            EQUAL(cut ? peek - 1 : 0, counters.control_truncated);
        }
        free_burst(&b);
        close_pair(&pair);
    }
}

static void cm_06_no_buffer_lent(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, FIELDS | IPSOCK_CONTROL_OPAQUE, 0);
        uint32_t flags = 0;
        CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, "time", 4, NULL));
        const struct ipsock_control c = receive_lent(pair.receiver, NULL, 0, &flags);
        EQUAL(0, c.opaque_length);
        EQUAL(delivered(i, FIELDS) != 0 ? IPSOCK_MSG_CTRUNC : 0, flags);
        EQUAL(delivered(i, FIELDS), c.valid & FIELDS); /* the fields do not depend on it */
        close_pair(&pair);
    }
}

static void cm_08_opaque_sent(void **state)
{
    (void)state;
    for (int i = V4; i < COLUMNS; i++) {
        if (i == V6 || !begin_column(i))
            continue;
        if (i == V4 ? expected("quirk-04", "encode-traffic-class-v4").level == EXPECT_ABSENT
                    : sendable(MAPPED, IPSOCK_CONTROL_TRAFFIC_CLASS) == 0)
            continue; /* no message of IPv4 that could ride along */
        struct pair pair = open_pair(i, FIELDS, IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_HOP_LIMIT);
        uint8_t payload[8], *bytes = malloc(system_space(4));
        struct ipsock_control c;
        struct seen seen;
        const size_t n = system_traffic_class4(payload, 0x9c);
        memset(&c, 0, sizeof c);
        c.opaque = bytes;
        c.opaque_length = system_put(bytes, SYSTEM_SENT_TRAFFIC_CLASS4, payload, n);
        c.valid = IPSOCK_CONTROL_OPAQUE;
        exchange(&pair, &c, &seen); /* alone */
        EQUAL(0x9c, seen.control.traffic_class);
        check_hops(64, &seen.control);
        c.valid |= IPSOCK_CONTROL_HOP_LIMIT; /* behind a field's own message */
        c.hop_limit = 11;
        exchange(&pair, &c, &seen);
        EQUAL(0x9c, seen.control.traffic_class);
        check_hops(11, &seen.control);
        c.valid = IPSOCK_CONTROL_HOP_LIMIT; /* bytes without their bit do not go out */
        exchange(&pair, &c, &seen);
        EQUAL(0, seen.control.traffic_class);
        free(bytes);
        close_pair(&pair);
    }
}

static void cm_08_opaque_limits(void **state)
{
    uint8_t *bytes = calloc(1, 4096);
    (void)state;
    struct pair pair = open_pair(V4, FIELDS, IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_HOP_LIMIT);
    struct ipsock_control c;
    struct seen seen;
    memset(&c, 0, sizeof c);
    c.valid = IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_HOP_LIMIT;
    c.hop_limit = 12;
    c.opaque = bytes;
    c.opaque_length = IPSOCK_OPAQUE_MAX + 1;
    CHECK(IPSOCK_EINVAL, send_bytes(pair.sender, &pair.to, "x", 1, &c));
    check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "opaque_length");
    /* as much as is allowed beside fields: one message of a level that a kernel passes over or
     * refuses */
    const uint8_t zeros[IPSOCK_OPAQUE_MAX] = {0};
    c.opaque_length =
        system_put(bytes, SYSTEM_STRANGE_LEVEL, zeros, IPSOCK_OPAQUE_MAX - system_header());
    EQUAL(IPSOCK_OPAQUE_MAX, c.opaque_length);
    if (expect_code("cm-08", "unknown-level", send_bytes(pair.sender, &pair.to, "x", 1, &c))) {
        receive(pair.receiver, &seen);
        check_hops(12, &seen.control);
    }
    c.opaque_length = 0; /* none at all, with and without a place */
    exchange(&pair, &c, &seen);
    EQUAL(12, seen.control.hop_limit);
    c.valid = IPSOCK_CONTROL_OPAQUE;
    c.opaque = NULL;
    exchange(&pair, &c, &seen);
    close_pair(&pair);
    free(bytes);
}

static void uni_07_short_socket_addresses(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        struct sockaddr_storage storage;
        struct ipsock_addr addr = addr_of(columns[i].loopback), back;
        socklen_t length = 0;
        addr.port = 4711;
        CHECK(IPSOCK_OK,
              ipsock_addr_to_sockaddr(&addr, (struct sockaddr *)&storage, sizeof storage, &length));
        for (socklen_t n = 0; n < length; n++) {
            struct sockaddr *cut = exact_copy(&storage, (size_t)n);
            memset(&back, 0x5a, sizeof back);
            /* too short for its family, or for telling one */
            const int code = ipsock_addr_from_sockaddr(&back, cut, n);
            assert_true(code == IPSOCK_EINVAL || (code == IPSOCK_EFAMILY && n < 2));
            free(cut);
        }
        CHECK(IPSOCK_OK,
              ipsock_addr_from_sockaddr(&back, (const struct sockaddr *)&storage, length));
        assert_true(ipsock_addr_equal(&back, &addr));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_04_a_peek_counts_nothing),
        cmocka_unit_test(ad_04_whole_messages_in_every_capacity),
        cmocka_unit_test(cm_06_lent_buffers_too_small),
        cmocka_unit_test(cm_06_no_buffer_lent),
        cmocka_unit_test(cm_08_opaque_received),
        cmocka_unit_test(cm_08_opaque_sent),
        cmocka_unit_test(cm_08_opaque_limits),
        cmocka_unit_test(cm_08_strangers_on_the_wire),
        cmocka_unit_test(uni_07_short_socket_addresses),
    };
    return RUN(tests);
}
