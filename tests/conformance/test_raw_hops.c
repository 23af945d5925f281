// SPDX-License-Identifier: BSD-2-Clause
/* RAW-05 of packets to groups and to everybody: their hop limit is that of their own header,
 * however they are sent, and the endpoint's multicast hop limit stays what it is. The BSDs put the
 * latter over the former: run once more with a kernel that does (raw_hops_kernel.c). */
#include <stdatomic.h>

#include "multicast.h"
#include "raw.h"

#define GROUP "224.0.0.254"
#define OWN   3 /* the endpoint's own multicast hop limit */

struct stage {
    struct ipsock_endpoint *s, *receiver;
    atomic_bool done;
};

static struct stage begin(void)
{
    struct stage stage = {0};
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    need_privilege();
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED | IPSOCK_OPEN_BROADCAST;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    config.send_control = sendable_raw(V4, IPSOCK_CONTROL_INTERFACE);
    stage.s = must_open(&config);
    config.send_control = 0;
    config.flags = IPSOCK_OPEN_STRICT_MULTICAST;
    config.receive_control = IPSOCK_CONTROL_HEADER;
    stage.receiver = must_open(&config);
    CHECK(IPSOCK_OK, call_on(stage.receiver, JOIN, loopback_index(), GROUP, NULL));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(stage.s, loopback_index()));
    CHECK(IPSOCK_OK, ipsock_set_multicast_hop_limit(stage.s, OWN));
    return stage;
}

static void check_own(const struct stage *stage)
{
    int hops = 77;
    CHECK(IPSOCK_OK, ipsock_get_multicast_hop_limit(stage->s, &hops));
    EQUAL(OWN, hops);
}

static void end(const struct stage *stage)
{
    check_own(stage);
    check_nothing(stage->receiver);
    ipsock_free(stage->s);
    ipsock_free(stage->receiver);
}

/* The next packet has this hop limit and one byte of payload, its number. */
static void check_next(const struct stage *stage, int hops, uint8_t number)
{
    struct packet p;
    receive_packet(stage->receiver, &p);
    EQUAL(1, p.length);
    EQUAL(number, p.data[0]);
    EQUAL(hops, p.header.hop_limit);
    EQUAL(hops, p.control.hop_limit);
    check_header_sum(&p.header);
}

static struct ipsock_ipv4_header header_with(const char *destination, uint8_t hops)
{
    struct ipsock_ipv4_header header = header_to(destination);
    header.hop_limit = hops;
    header.header_length = IPSOCK_IPV4_HEADER_MIN;
    header.total_length = IPSOCK_IPV4_HEADER_MIN + 1;
    return header;
}

/* A packet of one byte as it goes to a raw socket; its length. */
static size_t make_packet(uint8_t *bytes, const char *destination, uint8_t hops, uint8_t number)
{
    const struct ipsock_ipv4_header header = header_with(destination, hops);
    size_t length;
    CHECK(IPSOCK_OK, ipsock_ipv4_header_marshal(&header, bytes, IPSOCK_IPV4_HEADER_MIN, &length,
                                                IPSOCK_ORDER_RAW));
    bytes[length] = number;
    return length + 1;
}

static const uint8_t hop_limits[] = {1, OWN, 9, 64, 255};

static void raw_05_hop_limit_beside_the_payload(void **state)
{
    (void)state;
    const struct stage stage = begin();
    for (uint8_t i = 0; i < COUNT(hop_limits); i++) {
        const struct ipsock_ipv4_header header = header_with(GROUP, hop_limits[i]);
        CHECK(IPSOCK_OK, send_packet(stage.s, &header, &i, 1));
        check_next(&stage, hop_limits[i], i);
    }
    end(&stage);
}

/* In one buffer, and cut anywhere. */
static void raw_05_hop_limit_in_front_of_the_payload(void **state)
{
    (void)state;
    const struct stage stage = begin();
    for (uint8_t i = 0; i < COUNT(hop_limits); i++) {
        uint8_t bytes[64];
        const size_t length = make_packet(bytes, GROUP, hop_limits[i], i);
        const struct ipsock_addr to = addr_of(GROUP);
        for (size_t cut = 0; cut <= length; cut++) {
            uint8_t *front = exact_copy(bytes, cut), *rest = exact_copy(bytes + cut, length - cut);
            struct ipsock_buffer buffers[] = {{front, cut}, {NULL, 0}, {rest, length - cut}};
            struct ipsock_message message = {.buffers = buffers, .buffer_count = 3, .peer = to};
            CHECK(IPSOCK_OK, ipsock_send(stage.s, &message, 0));
            EQUAL(length, message.length);
            check_next(&stage, hop_limits[i], i);
            free(front);
            free(rest);
        }
    }
    end(&stage);
}

/* Groups and others mixed, runs of one hop limit and changes of it. */
static void raw_05_hop_limits_of_a_batch(void **state)
{
    (void)state;
    static const struct {
        const char *to;
        uint8_t hops;
    } packets[] = {{GROUP, 9},        {GROUP, 9}, {GROUP, 200}, {"127.0.0.1", 200},
                   {"127.0.0.1", 50}, {GROUP, 1}, {GROUP, OWN}, {"127.0.0.1", OWN}};
    const struct stage stage = begin();
    struct burst burst = make_burst(COUNT(packets));
    uint32_t done;
    for (uint8_t i = 0; i < COUNT(packets); i++) {
        burst.buffers[i].length = make_packet(burst.data[i], packets[i].to, packets[i].hops, i);
        burst.messages[i].peer = addr_of(packets[i].to);
    }
    CHECK(IPSOCK_OK, send_burst(stage.s, &burst, COUNT(packets), &done));
    EQUAL(COUNT(packets), done);
    for (uint8_t i = 0; i < COUNT(packets); i++) {
        EQUAL(IPSOCK_IPV4_HEADER_MIN + 1, burst.messages[i].length);
        check_next(&stage, packets[i].hops, i);
    }
    free_burst(&burst);
    end(&stage);
}

/* 255.255.255.255 is no group, and NetBSD and OpenBSD treat it as one. */
static void raw_05_hop_limit_to_everybody(void **state)
{
    (void)state;
    const struct ground *g = own_ground(V4, NULL);
    need(g != NULL, "needs an interface of its own");
    need(sendable_raw(V4, IPSOCK_CONTROL_INTERFACE) != 0, "no interface per packet");
    const struct stage stage = begin();
    const struct ipsock_ipv4_header header = header_with("255.255.255.255", 17);
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_INTERFACE,
                                     .interface_index = g->index};
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init_send(&message, &buffer, "b", 1, NULL);
    message.control = &control;
    CHECK(IPSOCK_OK, ipsock_send_ipv4(stage.s, &header, &message, 0));
    check_next(&stage, 17, 'b');
    end(&stage);
}

/* What is refused leaves the option as it was. */
static void raw_05_refused_packets_change_nothing(void **state)
{
    (void)state;
    const struct stage stage = begin();
    uint8_t bytes[64];
    const size_t length = make_packet(bytes, GROUP, 99, 0);
    const struct ipsock_addr to = addr_of(GROUP);
    struct ipsock_buffer buffers[] = {{bytes, length}, {NULL, 65536}};
    struct ipsock_message message = {.buffers = buffers, .buffer_count = 2, .peer = to};
    EQUAL(true, ipsock_send(stage.s, &message, 0) < 0);
    check_own(&stage);
    for (size_t cut = 0; cut < IPSOCK_IPV4_HEADER_MIN; cut++) {
        buffers[0].length = cut;
        message.buffer_count = 1;
        EQUAL(true, ipsock_send(stage.s, &message, 0) < 0);
        check_own(&stage);
    }
    buffers[0].length = length;
    for (uint8_t words = 0; words < 16; words++) { /* of the header: too few, and beyond the data */
        bytes[0] = 0x40 | words;
        if (words != IPSOCK_IPV4_HEADER_MIN / 4)
            EQUAL(true, ipsock_send(stage.s, &message, 0) < 0);
        check_own(&stage);
    }
    end(&stage);
}

static void set_own(void *argument)
{
    struct stage *stage = argument;
    for (int i = 0; !atomic_load(&stage->done); i++) {
        int hops = 77;
        const int own = 100 + i % 100;
        CHECK(IPSOCK_OK, ipsock_set_multicast_hop_limit(stage->s, own));
        CHECK(IPSOCK_OK, ipsock_get_multicast_hop_limit(stage->s, &hops));
        EQUAL(own, hops);
    }
    CHECK(IPSOCK_OK, ipsock_set_multicast_hop_limit(stage->s, OWN));
}

/* A setter in another thread is not undone by sends, nor sees what they borrow. */
static void raw_05_hop_limits_while_the_option_changes(void **state)
{
    (void)state;
    struct stage stage = begin();
    struct system_thread *setter = system_thread_start(set_own, &stage);
    for (int i = 0; i < 500; i++) {
        const uint8_t number = (uint8_t)i;
        const struct ipsock_ipv4_header header = header_with(GROUP, (uint8_t)(1 + i % 90));
        CHECK(IPSOCK_OK, send_packet(stage.s, &header, &number, 1));
        check_next(&stage, 1 + i % 90, number);
    }
    atomic_store(&stage.done, true);
    system_thread_join(setter);
    end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_05_hop_limit_beside_the_payload),
        cmocka_unit_test(raw_05_hop_limit_in_front_of_the_payload),
        cmocka_unit_test(raw_05_hop_limits_of_a_batch),
        cmocka_unit_test(raw_05_hop_limit_to_everybody),
        cmocka_unit_test(raw_05_refused_packets_change_nothing),
        cmocka_unit_test(raw_05_hop_limits_while_the_option_changes),
    };
    return RUN(tests);
}
