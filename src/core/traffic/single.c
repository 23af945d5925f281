// SPDX-License-Identifier: BSD-2-Clause
/* Sending and receiving: try, and wait only when nothing is ready. */
#include "core/traffic/single.h"

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

/* The end of a call whose first try failed, for whatever reason. The error comes by value: used
 * twice, its address would be kept in a register. */
IPSK_OUT_OF_LINE static int end_failed(struct ipsock_endpoint *s, int direction,
                                       struct ipsock_message *message, uint32_t flags, int code,
                                       struct ipsock_error error)
{
    code = wait_and_try(s, direction, message, flags, code, &error);
    return ipsk_end(s, direction, code, &error);
}

/* What follows the checks, up to the end of the call. */
static inline int receive_and_end(struct ipsock_endpoint *s, struct ipsock_message *message,
                                  uint32_t flags, bool strict)
{
    struct ipsock_error error;
    const int code = strict ? ipsk_recv_filtered(s, message, flags, &error)
                            : ipsk_sys_recv(s, message, flags, &error);
    if (code < 0)
        return end_failed(s, IPSOCK_READ, message, flags, code, error);
    ipsk_leave(s);
    return IPSOCK_OK;
}

/* A receive that is wrong, from a stream, filtered here, or has to report what an earlier batch
 * kept. */
IPSK_OUT_OF_LINE static int receive_unusual(struct ipsock_endpoint *s,
                                            struct ipsock_message *message, uint32_t flags)
{
    struct ipsock_error error;
    int code = ipsk_check_receive(s, message, flags, &error);
    if (code == IPSOCK_OK)
        code = ipsk_pending(s, &error);
    return code < 0 ? ipsk_finish(s, IPSOCK_READ, code, &error)
                    : receive_and_end(s, message, flags, ipsk_filters_here(s));
}

int ipsock_recv(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    const int code = ipsk_enter(s);
    if (code < 0)
        return code;
    return ipsk_is_usual_receive(s, message, flags) ? receive_and_end(s, message, flags, false)
                                                    : receive_unusual(s, message, flags);
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
IPSK_OUT_OF_LINE static int send_unusual(struct ipsock_endpoint *s, struct ipsock_message *message,
                                         uint32_t flags)
{
    struct ipsock_error error;
    int code = ipsk_check_send(s, flags, message, &error);
    if (code == IPSOCK_OK) {
        message->length = 0;
        code = ipsk_check_message(s, message, &error);
    }
    if (code == IPSOCK_OK)
        code = !ipsk_has_segments(message) ? ipsk_send_checked(s, message, flags, &error)
               : message->flow != NULL     ? send_flow_segments(s, message, flags, &error)
                                           : ipsk_send_segments(s, message, flags, &error);
    return ipsk_end(s, IPSOCK_WRITE, code, &error);
}

int ipsock_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    struct ipsock_error error;
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    if (message == NULL || (flags & ~IPSK_SEND_FLAGS))
        return send_unusual(s, message, flags);
    code = ipsk_sys_send_usual(s, message, flags, &error);
    if (code < 0)
        return end_failed(s, IPSOCK_WRITE, message, flags, code, error);
    if (code == IPSK_UNUSUAL)
        return send_unusual(s, message, flags);
    ipsk_leave(s);
    return IPSOCK_OK;
}
