// SPDX-License-Identifier: BSD-2-Clause
/* Sending and receiving: try, and wait only when nothing is ready. */
#include "core/traffic/single.h"

#include "core/endpoint/fast_path.h"
#include "core/endpoint/wait.h"
#include "core/traffic/check.h"
#include "core/traffic/segment.h"
#include "core/traffic/try.h"

/* In the flags of a short way: the call has entered. The caller's have been looked at. */
#define ENTERED 0x40000000u
_Static_assert(ENTERED != IPSK_MSG_WHOLE, "both go beside a call's flags");

/* To the system, which makes no send wait; to pass over routing is rare enough for the slow path.
 */
#define NO_FLAGS 0

/* After a try that failed: where nothing was ready, waits, and tries again. One for both
 * directions, which also keeps it out of their fast ways. */
static int wait_and_try(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
                        uint32_t flags, int code, struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    code = ipsk_try_on(s, direction, message, flags, code, error);
    while (code == IPSOCK_EAGAIN && ipsk_may_wait(s, flags)) {
        code = ipsk_wait_for(s, direction, &wait, error);
        if (code < 0)
            break;
        code = ipsk_try(s, direction, message, flags, error);
    }
    if (code == IPSOCK_ENOBUFS && direction == IPSOCK_WRITE)
        ipsk_name_control(s, message, error);
    return code;
}

/* A receive that is wrong, from a stream, filtered here, or has to report what an earlier batch
 * kept. */
static int receive_slow_path(struct ipsock_endpoint *s, struct ipsock_message *message,
                             uint32_t flags, struct ipsock_error *error)
{
    int code = ipsk_check_receive(s, message, flags, error);
    if (code == IPSOCK_OK)
        code = ipsk_pending(s, error);
    if (code < 0)
        return code;
    code = ipsk_receive_now(s, message, flags, error);
    return code < 0 ? wait_and_try(s, IPSOCK_READ, message, flags, code, error) : code;
}

/* What follows a first try that was no success, in a call that has entered. */
IPSK_OUT_OF_LINE static int receive_rest(struct ipsock_endpoint *s, struct ipsock_message *message,
                                         uint32_t flags, int tried)
{
    struct ipsock_error error;
    int code;
    if (tried == IPSK_SLOW_PATH)
        code = receive_slow_path(s, message, flags, &error);
    else
        code = ipsk_sys_recv_rest(s, message, flags, tried, &error);
    if (code < 0 && tried == IPSK_FAILED)
        code = wait_and_try(s, IPSOCK_READ, message, flags, code, &error);
    return ipsk_note(s, IPSOCK_READ, code, &error);
}

/* The same in one that has not. */
IPSK_OUT_OF_LINE static int receive_rest_alone(struct ipsock_endpoint *s,
                                               struct ipsock_message *message, uint32_t flags,
                                               int tried)
{
    ipsk_count_alone(s, 1);
    const int code = receive_rest(s, message, flags, tried);
    ipsk_leave(s);
    return code;
}

/* With the flags of a short way. */
IPSK_OUT_OF_LINE static int receive_on(struct ipsock_endpoint *s, struct ipsock_message *message,
                                       uint32_t flags, int tried)
{
    return flags & ENTERED ? receive_rest(s, message, flags & ~ENTERED, tried)
                           : receive_rest_alone(s, message, flags, tried);
}

/* The end of each of the short ways, which are functions of their own, as those of sends are. */
static IPSK_IN_LINE int received(const volatile struct ipsk_single *call, int code)
{
    return IPSK_LIKELY(code == IPSOCK_OK) ? code
                                          : receive_on(call->s, call->message, call->flags, code);
}

/* To one buffer, without control data. */
IPSK_OUT_OF_LINE static int receive_plain(struct ipsock_endpoint *s, struct ipsock_message *message,
                                          uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return received(&call, ipsk_sys_recv_plain(s, message, flags, &call));
}

IPSK_OUT_OF_LINE static int receive_more(struct ipsock_endpoint *s, struct ipsock_message *message,
                                         uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return received(&call, ipsk_sys_recv_fast(s, message, flags, &call));
}

/* By a short way, if there is beyond doubt nothing that ipsk_check_receive would find, nothing to
 * be dropped, and nothing kept from an earlier batch. The flags have been looked at. */
static IPSK_IN_LINE int receive_by(struct ipsock_endpoint *s, struct ipsock_message *message,
                                   uint32_t flags)
{
    if (message->buffers == NULL)
        return receive_on(s, message, flags, IPSK_SLOW_PATH);
    const uint32_t slow = atomic_load_explicit(&s->slow, memory_order_relaxed);
    if (slow == 0 && message->buffer_count == 1)
        return receive_plain(s, message, flags);
    return (slow & ~IPSK_SLOW_HEADER) || message->buffer_count > IPSOCK_BUFFERS_MAX
               ? receive_on(s, message, flags, IPSK_SLOW_PATH)
               : receive_more(s, message, flags);
}

/* Beside other threads; or without an endpoint, or a message. */
IPSK_OUT_OF_LINE static int receive_entered(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags)
{
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    code = message == NULL || (flags & ~IPSK_RECEIVE_FLAGS)
               ? receive_rest(s, message, flags, IPSK_SLOW_PATH)
               : receive_by(s, message, flags | ENTERED);
    ipsk_leave(s);
    return code;
}

int ipsock_recv(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    if (!ipsk_need_not_enter(s, message))
        return receive_entered(s, message, flags);
    if (flags & ~IPSK_RECEIVE_FLAGS)
        return receive_rest_alone(s, message, flags, IPSK_SLOW_PATH);
    return receive_by(s, message, flags);
}

int ipsk_send_checked(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                      struct ipsock_error *error)
{
    const int code = ipsk_send_now(s, message, flags, error);
    return code < 0 ? wait_and_try(s, IPSOCK_WRITE, message, flags, code, error) : code;
}

/* Segments of a flow's, or beside one. */
IPSK_OUT_OF_LINE static int send_flow_segments(struct ipsock_endpoint *s,
                                               struct ipsock_message *message, uint32_t flags,
                                               struct ipsock_error *error)
{
    struct ipsk_spelled room;
    const int code = ipsk_send_segments(s, ipsk_spell_flow(message, &room), flags, error);
    ipsk_hand_back(message, &room.message);
    return code;
}

/* A message that may be wrong, more than a datagram, or whose control the endpoint emulates. */
static int send_slow_path(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                          struct ipsock_error *error)
{
    int code = ipsk_check_send(s, flags, message, error);
    if (code == IPSOCK_OK) {
        message->length = 0;
        code = ipsk_check_message(s, message, error);
    }
    if (code < 0)
        return code;
    if (!ipsk_has_segments(message))
        return ipsk_send_checked(s, message, flags, error);
    return message->flow != NULL ? send_flow_segments(s, message, flags, error)
                                 : ipsk_send_segments(s, message, flags, error);
}

/* A usual message that the system did not take at once. */
static int send_failed(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error)
{
    message->length = 0;
    if (message->flow != NULL && ipsk_has_segments(message)) {
        struct ipsk_spelled room;
        const int failed = send_failed(s, ipsk_spell_flow(message, &room), flags, error);
        ipsk_hand_back(message, &room.message);
        return failed;
    }
    const int code = ipsk_sys_send_failed(s, message, flags, error);
    if (code < 0 && ipsk_has_segments(message))
        return ipsk_send_segments_on(s, message, flags, code, error);
    return code < 0 ? wait_and_try(s, IPSOCK_WRITE, message, flags, code, error) : code;
}

/* What follows a first try that was no success, in a call that has entered. */
IPSK_OUT_OF_LINE static int send_rest(struct ipsock_endpoint *s, struct ipsock_message *message,
                                      uint32_t flags, ptrdiff_t tried)
{
    struct ipsock_error error;
    const int code = tried == IPSK_FAILED ? send_failed(s, message, flags, &error)
                                          : send_slow_path(s, message, flags, &error);
    return ipsk_note(s, IPSOCK_WRITE, code, &error);
}

/* The same in one that has not. */
IPSK_OUT_OF_LINE static int send_rest_alone(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags,
                                            ptrdiff_t tried)
{
    ipsk_count_alone(s, 1);
    const int code = send_rest(s, message, flags, tried);
    ipsk_leave(s);
    return code;
}

/* With the flags of a short way. */
IPSK_OUT_OF_LINE static int send_on(struct ipsock_endpoint *s, struct ipsock_message *message,
                                    uint32_t flags, ptrdiff_t tried)
{
    return flags & ENTERED ? send_rest(s, message, flags & ~ENTERED, tried)
                           : send_rest_alone(s, message, flags, tried);
}

/* The end of each of the short ways below: they are functions of their own, which save no more
 * registers than they need. */
static IPSK_IN_LINE int sent(const volatile struct ipsk_single *call, ptrdiff_t n)
{
    struct ipsock_message *const message = call->message;
    if (n < 0)
        return send_on(call->s, message, call->flags, n);
    message->length = (size_t)n;
    message->flags = 0;
    return IPSOCK_OK;
}

IPSK_OUT_OF_LINE static int send_flow_alone(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_flow(s, message, NO_FLAGS));
}

IPSK_OUT_OF_LINE static int send_flow_class(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_flow_class(s, message, NO_FLAGS));
}

IPSK_OUT_OF_LINE static int send_flow_offload(struct ipsock_endpoint *s,
                                              struct ipsock_message *message, uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_flow_segments(s, message, NO_FLAGS, 0));
}

IPSK_OUT_OF_LINE static int send_flow_class_offload(struct ipsock_endpoint *s,
                                                    struct ipsock_message *message, uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call,
                ipsk_sys_send_flow_segments(s, message, NO_FLAGS, IPSOCK_CONTROL_TRAFFIC_CLASS));
}

static IPSK_IN_LINE int send_flow(struct ipsock_endpoint *s, struct ipsock_message *message,
                                  uint32_t flags)
{
    const struct ipsock_control *beside = message->control;
    if (beside == NULL)
        return send_flow_alone(s, message, flags);
    if (beside->valid == IPSOCK_CONTROL_SEGMENT_SIZE)
        return send_flow_offload(s, message, flags);
    return beside->valid == IPSK_BESIDE_FLOW ? send_flow_class_offload(s, message, flags)
                                             : send_flow_class(s, message, flags);
}

/* A message of one buffer and no control data. */
IPSK_OUT_OF_LINE static int send_plain(struct ipsock_endpoint *s, struct ipsock_message *message,
                                       uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_plain(s, message, NO_FLAGS, IPSK_NO_COLUMN));
}

IPSK_OUT_OF_LINE static int send_plain_v4(struct ipsock_endpoint *s, struct ipsock_message *message,
                                          uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_plain(s, message, NO_FLAGS, IPSK_V4));
}

/* v4-mapped addresses go by the column of IPv6, in one form. */
IPSK_OUT_OF_LINE static int send_plain_v6(struct ipsock_endpoint *s, struct ipsock_message *message,
                                          uint32_t flags)
{
    IPSK_KNOWN(message->peer.family == IPSOCK_IPV6);
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_plain(s, message, NO_FLAGS, IPSK_MAPPED));
}

IPSK_OUT_OF_LINE static int send_plain_zone(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_plain(s, message, NO_FLAGS, IPSK_V6));
}

/* What is known of a message's peer here; column and named are constants to the compiler. */
static IPSK_IN_LINE void know_peer(const struct ipsock_endpoint *s,
                                   const struct ipsock_message *message, int column, bool named)
{
    if (named)
        IPSK_KNOWN(message->peer.family == (column == IPSK_V4 ? IPSOCK_IPV4 : IPSOCK_IPV6));
    IPSK_KNOWN(s->peer_in_system == !named);
}

/* Any other one. */
static IPSK_IN_LINE int send_by(struct ipsock_endpoint *s, struct ipsock_message *message,
                                uint32_t flags, int column, bool named)
{
    volatile struct ipsk_single call;
    if (!ipsk_is_fast_rest(s, message, column))
        return send_on(s, message, flags, IPSK_SLOW_PATH);
    const uint32_t fields = message->control == NULL ? 0 : message->control->valid;
    ipsk_begin(&call, s, message, flags);
    know_peer(s, message, column, named);
    return sent(&call, ipsk_sys_send_fast(s, message, NO_FLAGS, column, fields));
}

/* One with a segment size and no other control data. */
static IPSK_IN_LINE int send_offload_by(struct ipsock_endpoint *s, struct ipsock_message *message,
                                        uint32_t flags, int column, bool named)
{
    volatile struct ipsk_single call;
    if (!ipsk_is_offload(s, message, column))
        return send_on(s, message, flags, IPSK_SLOW_PATH);
    ipsk_begin(&call, s, message, flags);
    know_peer(s, message, column, named);
    return sent(&call,
                ipsk_sys_send_fast(s, message, NO_FLAGS, column, IPSOCK_CONTROL_SEGMENT_SIZE));
}

IPSK_OUT_OF_LINE static int send_v4(struct ipsock_endpoint *s, struct ipsock_message *message,
                                    uint32_t flags)
{
    return send_by(s, message, flags, IPSK_V4, true);
}

IPSK_OUT_OF_LINE static int send_v6(struct ipsock_endpoint *s, struct ipsock_message *message,
                                    uint32_t flags)
{
    return send_by(s, message, flags, IPSK_V6, true);
}

IPSK_OUT_OF_LINE static int send_mapped(struct ipsock_endpoint *s, struct ipsock_message *message,
                                        uint32_t flags)
{
    return send_by(s, message, flags, IPSK_MAPPED, true);
}

IPSK_OUT_OF_LINE static int send_to_peer(struct ipsock_endpoint *s, struct ipsock_message *message,
                                         uint32_t flags)
{
    return s->peer_column == IPSK_V4   ? send_by(s, message, flags, IPSK_V4, false)
           : s->peer_column == IPSK_V6 ? send_by(s, message, flags, IPSK_V6, false)
                                       : send_by(s, message, flags, IPSK_MAPPED, false);
}

IPSK_OUT_OF_LINE static int send_offload_v4(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags)
{
    return send_offload_by(s, message, flags, IPSK_V4, true);
}

IPSK_OUT_OF_LINE static int send_offload_v6(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags)
{
    return send_offload_by(s, message, flags, IPSK_V6, true);
}

/* The ways of an endpoint's messages. They make no call that would need registers saved. */

static int send_slowly(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    return send_on(s, message, flags, IPSK_SLOW_PATH);
}

static int send_of_v4(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    if (message->flow != NULL)
        return send_flow(s, message, flags);
    if (ipsk_fast_peer(s, message, IPSOCK_IPV4, IPSK_SENDS_V4) == IPSK_NO_COLUMN)
        return send_slowly(s, message, flags);
    if (ipsk_is_segments(message))
        return send_offload_v4(s, message, flags);
    return ipsk_is_plain(message) ? send_plain_v4(s, message, flags) : send_v4(s, message, flags);
}

static int send_of_v6(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    if (message->flow != NULL)
        return send_flow(s, message, flags);
    const int column = ipsk_fast_peer(s, message, IPSOCK_IPV6, IPSK_SENDS_V6);
    if (column == IPSK_NO_COLUMN)
        return send_slowly(s, message, flags);
    if (ipsk_is_plain(message))
        return ipsk_may_lack_zone(&message->peer) ? send_plain_zone(s, message, flags)
                                                  : send_plain_v6(s, message, flags);
    if (column == IPSK_MAPPED)
        return send_mapped(s, message, flags);
    return ipsk_is_segments(message) ? send_offload_v6(s, message, flags)
                                     : send_v6(s, message, flags);
}

/* A flow, control data, several buffers, or a peer that is named. */
IPSK_OUT_OF_LINE static int send_more_to_peer(struct ipsock_endpoint *s,
                                              struct ipsock_message *message, uint32_t flags)
{
    if (message->flow != NULL)
        return send_flow(s, message, flags);
    if (!ipsk_is_to_own_peer(s, &message->peer))
        return send_slowly(s, message, flags);
    return ipsk_is_plain(message) ? send_plain(s, message, flags) : send_to_peer(s, message, flags);
}

static int send_of_connected(struct ipsock_endpoint *s, struct ipsock_message *message,
                             uint32_t flags)
{
    volatile struct ipsk_single call;
    if (!ipsk_is_bare(message) || message->buffer_count != 1 || message->buffers == NULL)
        return send_more_to_peer(s, message, flags);
    ipsk_begin(&call, s, message, flags);
    return sent(&call, ipsk_sys_send_plain(s, message, NO_FLAGS, IPSK_NO_COLUMN));
}

static int send_but_to_all(struct ipsock_endpoint *s, struct ipsock_message *message,
                           uint32_t flags)
{
    if (message->flow == NULL && ipsk_is_to_all(s, message))
        return send_slowly(s, message, flags);
    return s->family == IPSOCK_IPV4 ? send_of_v4(s, message, flags) : send_of_v6(s, message, flags);
}

/* By s->sends. */
static int (*const ways[])(struct ipsock_endpoint *, struct ipsock_message *, uint32_t) = {
    [IPSK_SENDS_V4] = send_of_v4,
    [IPSK_SENDS_V6] = send_of_v6,
    [IPSK_SENDS_TO_PEER] = send_of_connected,
    [IPSK_SENDS_CHECKED] = send_slowly,
    [IPSK_SENDS_NOT_TO_ALL] = send_but_to_all,
};

void ipsk_choose_way(struct ipsock_endpoint *s)
{
    s->send_way = ways[s->sends];
}

/* Beside other threads; or without an endpoint, or a message. */
IPSK_OUT_OF_LINE static int send_entered(struct ipsock_endpoint *s, struct ipsock_message *message,
                                         uint32_t flags)
{
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    assert(s->send_way == ways[s->sends]);
    code = message == NULL || (flags & ~IPSOCK_MSG_DONTWAIT)
               ? send_rest(s, message, flags, IPSK_SLOW_PATH)
               : s->send_way(s, message, flags | ENTERED);
    ipsk_leave(s);
    return code;
}

int ipsock_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    if (!ipsk_need_not_enter(s, message))
        return send_entered(s, message, flags);
    if (flags & ~IPSOCK_MSG_DONTWAIT)
        return send_rest_alone(s, message, flags, IPSK_SLOW_PATH);
    return s->send_way(s, message, flags);
}
