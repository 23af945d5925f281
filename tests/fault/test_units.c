// SPDX-License-Identifier: BSD-2-Clause
/* A system as OpenBSD (changed_fact.c): control data and the room for it are a multiple of what
 * messages are aligned to, and a connected socket does not heed an IPv4 source. SIL-01, SIL-15. */
#include "fault.h"

enum { ROOM = 517 }; /* no multiple of it, and no less than the library's own */

static size_t sent_length;

static int setup(void **state)
{
    (void)state;
    fault_reset();
    sent_length = 12345;
    return 0;
}

static void note_sent(const struct msghdr *h)
{
    sent_length = h->msg_control == NULL ? 0 : h->msg_controllen;
}

/* One message for the TTL, without the padding behind it. */
static size_t put_opaque(uint8_t bytes[32])
{
    const struct cmsghdr header = {
        .cmsg_len = CMSG_LEN(4), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_TTL};
    const int ttl = 33;
    memset(bytes, 0xff, 32);
    memcpy(bytes, &header, sizeof header);
    memcpy(bytes + sizeof header, &ttl, sizeof ttl);
    return CMSG_LEN(4);
}

static void send_with(const struct fault_pair *pair, struct ipsock_control *control)
{
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    char data[4];
    ipsock_message_init_send(&message, &buffer, "x", 1, NULL);
    message.peer = pair->peer;
    message.control = control;
    FAULT_OK(ipsock_send(pair->s, &message, 0));
    assert_int_equal(fault_take(pair, data, sizeof data), 1);
}

static void sil_15_control_sent_in_units(void **state)
{
    struct fault_pair pair;
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_OPAQUE};
    uint8_t bytes[32];
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_TRAFFIC_CLASS);
    fault_look_at_sent(note_sent);
    control.opaque = bytes;
    control.opaque_length = put_opaque(bytes);
    send_with(&pair, &control);
    assert_int_equal(sent_length, CMSG_SPACE(4));
    control.valid |= IPSOCK_CONTROL_TRAFFIC_CLASS;
    send_with(&pair, &control);
    assert_int_equal(sent_length, 2 * CMSG_SPACE(4));
    control.opaque_length = 0;
    control.valid = IPSOCK_CONTROL_OPAQUE;
    sent_length = 0;
    send_with(&pair, &control);
    assert_int_equal(sent_length, 0);
    fault_close_pair(&pair);
}

static void sil_15_room_lent_in_units(void **state)
{
    struct fault_pair pair;
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_control control = {0};
    uint8_t *const room = test_malloc(ROOM);
    uint32_t done;
    char data[8];
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_HOP_LIMIT, 0);
    for (int many = 0; many < 2; many++) {
        struct fault_batch *const b = fault_make_batch();
        ipsock_message_init(&message, &buffer, data, sizeof data);
        control.opaque = room;
        control.opaque_capacity = ROOM;
        message.control = &control;
        fault_give(&pair, "x", 1);
        if (many)
            FAULT_OK(ipsock_recv_batch(pair.s, b->batch, &message, sizeof message, 1, &done, 0));
        else
            FAULT_OK(ipsock_recv(pair.s, &message, 0));
        assert_int_equal(fault_control_room(), ROOM / 8 * 8);
        assert_true(control.valid & IPSOCK_CONTROL_HOP_LIMIT);
        fault_free_batch(b);
    }
    fault_close_pair(&pair);
    test_free(room);
}

/* Bound endpoints heed it, as all do that are not connected. */
static void sil_01_source_of_connected_ipv4(void **state)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_SOURCE};
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_error error;
    (void)state;
    for (int connected = 0; connected < 2; connected++) {
        ipsock_config_init(&config);
        config.kind = IPSOCK_UDP;
        config.family = IPSOCK_IPV4;
        config.send_control = IPSOCK_CONTROL_SOURCE;
        config.local = ipsock_addr_ipv4(127, 0, 0, 1, 0);
        if (connected)
            config.peer = ipsock_addr_ipv4(127, 0, 0, 1, 9);
        FAULT_OK(ipsock_open(&s, &config));
        ipsock_message_init_send(&message, &buffer, "x", 1, NULL);
        if (!connected)
            message.peer = ipsock_addr_ipv4(127, 0, 0, 1, 9);
        message.control = &control;
        control.source = ipsock_addr_ipv4(127, 0, 0, 1, 0);
        FAULT_OK(ipsock_send(s, &message, 0));
        assert_int_equal(fault_calls(FAULT_sendmsg), !connected); /* else it goes without saying */
        control.source = ipsock_addr_ipv4(127, 0, 0, 2, 0);
        FAULT_CODE(ipsock_send(s, &message, 0), connected ? IPSOCK_ENOTSUP : IPSOCK_OK);
        if (connected) {
            FAULT_OK(ipsock_last_error(s, IPSOCK_WRITE, &error));
            assert_string_equal(error.option, "source");
        }
        fault_reset();
        ipsock_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sil_15_control_sent_in_units, setup),
        cmocka_unit_test_setup(sil_15_room_lent_in_units, setup),
        cmocka_unit_test_setup(sil_01_source_of_connected_ipv4, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
