// SPDX-License-Identifier: BSD-2-Clause
/* Odd headers of received messages: flags that were given and come back, control data that is said
 * to be longer than the room for it. NetBSD and FreeBSD do both. SIL-07. */
#include "fault.h"

enum { ROOM = 517 }; /* no multiple of what control messages are aligned to */

static int setup(void **state)
{
    (void)state;
    fault_reset();
    return 0;
}

static void give_flags_back(struct msghdr *h)
{
    h->msg_flags |= MSG_TRUNC | MSG_DONTWAIT | MSG_PEEK;
}

static void sil_07_flags_given_back(void **state)
{
    struct fault_pair pair;
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_control control = {0};
    struct ipsock_counters counters;
    char data[8];
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, IPSOCK_CONTROL_HOP_LIMIT, 0);
    fault_change_received(give_flags_back);
    for (size_t length = sizeof data - 1; length <= sizeof data + 1; length++) {
        fault_give(&pair, "0123456789", length);
        ipsock_message_init(&message, &buffer, data, sizeof data);
        message.control = &control;
        FAULT_OK(ipsock_recv(pair.s, &message, 0));
        assert_int_equal(message.length, length < sizeof data ? length : sizeof data);
        assert_int_equal(message.full_length, length);
        assert_int_equal(message.flags, length > sizeof data ? IPSOCK_MSG_TRUNC : 0);
        assert_int_equal(control.valid, IPSOCK_CONTROL_HOP_LIMIT);
    }
    FAULT_OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
    assert_int_equal(counters.truncated, 1);
    fault_close_pair(&pair);
}

/* The last message ends behind the room, and so does all of it. */
static void say_more(struct msghdr *h)
{
    struct cmsghdr header;
    uint8_t *const p = h->msg_control;
    memset(p, 0, ROOM);
    header.cmsg_level = 0x4321;
    header.cmsg_type = 1;
    header.cmsg_len = CMSG_LEN(480);
    memcpy(p, &header, sizeof header);
    header.cmsg_level = IPPROTO_IP;
    header.cmsg_type = IP_TTL;
    header.cmsg_len = ROOM + 3 - CMSG_SPACE(480);
    memcpy(p + CMSG_SPACE(480), &header, sizeof header);
    h->msg_controllen = ROOM + 3;
    h->msg_flags |= MSG_CTRUNC;
}

static void sil_07_control_longer_than_its_room(void **state)
{
    struct fault_pair pair;
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_control control = {0};
    char data[8];
    uint8_t *const room = test_malloc(ROOM); /* which looks at its ends */
    (void)state;
    assert_true(CMSG_SPACE(480) + sizeof(struct cmsghdr) <= ROOM);
    fault_open_pair(&pair, IPSOCK_IPV4, 0, IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_HOP_LIMIT, 0);
    fault_change_received(say_more);
    fault_give(&pair, "x", 1);
    ipsock_message_init(&message, &buffer, data, sizeof data);
    control.opaque = room;
    control.opaque_capacity = ROOM;
    message.control = &control;
    FAULT_OK(ipsock_recv(pair.s, &message, 0));
    assert_int_equal(message.flags, IPSOCK_MSG_CTRUNC);
    assert_int_equal(control.opaque_length, CMSG_SPACE(480));
    assert_int_equal(control.valid, IPSOCK_CONTROL_OPAQUE);
    fault_close_pair(&pair);
    test_free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sil_07_flags_given_back, setup),
        cmocka_unit_test_setup(sil_07_control_longer_than_its_room, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
