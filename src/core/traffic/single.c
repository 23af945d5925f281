// SPDX-License-Identifier: BSD-2-Clause
/* Sending and receiving: try, and wait only when nothing is ready. */
#include "core/traffic/single.h"

#include "core/endpoint/fast_path.h"
#include "core/endpoint/wait.h"
#include "core/traffic/check.h"
#include "core/traffic/segment.h"
#include "core/traffic/try.h"

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

/* What follows a first try that was no success, to the end of the call. */
IPSK_OUT_OF_LINE static int receive_on(struct ipsock_endpoint *s, struct ipsock_message *message,
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
    return ipsk_end(s, IPSOCK_READ, code, &error);
}

/* Tries once, if there is beyond doubt nothing that ipsk_check_receive would find, nothing to be
 * dropped, and nothing kept from an earlier batch. Returns as ipsk_sys_recv_fast. */
static IPSK_IN_LINE int receive_fast_path(struct ipsock_endpoint *s, struct ipsock_message *message,
                                          uint32_t flags)
{
    if (message == NULL || (flags & ~IPSK_RECEIVE_FLAGS) || message->buffers == NULL)
        return IPSK_SLOW_PATH;
    const uint32_t slow = atomic_load_explicit(&s->slow, memory_order_relaxed);
    if (slow == 0 && message->buffer_count == 1)
        return ipsk_sys_recv_plain(s, message, flags);
    return (slow & ~IPSK_SLOW_HEADER) || message->buffer_count > IPSOCK_BUFFERS_MAX
               ? IPSK_SLOW_PATH
               : ipsk_sys_recv_fast(s, message, flags);
}

int ipsock_recv(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    code = receive_fast_path(s, message, flags);
    if (code < 0)
        return receive_on(s, message, flags, code);
    ipsk_leave(s);
    return IPSOCK_OK;
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
    const int code = ipsk_sys_send_failed(s, message, flags, error);
    if (code < 0 && ipsk_has_segments(message))
        return ipsk_send_segments_on(s, message, flags, code, error);
    return code < 0 ? wait_and_try(s, IPSOCK_WRITE, message, flags, code, error) : code;
}

/* What follows a first try that was no success, to the end of the call. */
IPSK_OUT_OF_LINE static int send_on(struct ipsock_endpoint *s, struct ipsock_message *message,
                                    uint32_t flags, ptrdiff_t tried)
{
    struct ipsock_error error;
    const int code = tried == IPSK_FAILED ? send_failed(s, message, flags, &error)
                                          : send_slow_path(s, message, flags, &error);
    return ipsk_end(s, IPSOCK_WRITE, code, &error);
}

/* Returns as ipsk_sys_send_fast. */
static IPSK_IN_LINE ptrdiff_t send_fast_path(struct ipsock_endpoint *s,
                                             struct ipsock_message *message, uint32_t flags)
{
    if (message == NULL || (flags & ~IPSK_SEND_FLAGS))
        return IPSK_SLOW_PATH;
    if (message->flow != NULL)
        return ipsk_sys_send_flow(s, message, flags);
    if (ipsk_is_plain(s, message))
        return ipsk_sys_send_plain(s, message, flags);
    const int column = ipsk_fast_column(s, message);
    if (column == IPSK_NO_COLUMN)
        return IPSK_SLOW_PATH;
    const uint32_t fields = message->control == NULL ? 0 : message->control->valid;
    return ipsk_sys_send_fast(s, message, flags, column, fields);
}

int ipsock_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    const int code = ipsk_enter(s);
    if (code < 0)
        return code;
    const ptrdiff_t n = send_fast_path(s, message, flags);
    if (n < 0)
        return send_on(s, message, flags, n);
    message->length = (size_t)n;
    message->flags = 0;
    ipsk_leave(s);
    return IPSOCK_OK;
}
