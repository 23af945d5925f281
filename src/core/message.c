// SPDX-License-Identifier: BSD-2-Clause
/* Sending and receiving: try, and wait only when nothing is ready. */
#include "core/message.h"

#include "core/emulate.h"
#include "core/error_stream.h"
#include "core/option.h"
#include "core/segment.h"
#include "core/wanted.h"

#define RECEIVE_FLAGS (IPSOCK_MSG_PEEK | IPSOCK_MSG_DONTWAIT)
#define SEND_FLAGS    (IPSOCK_MSG_DONTWAIT | IPSOCK_MSG_DONTROUTE)

static bool has_room(const struct ipsock_message *m)
{
    for (uint32_t i = 0; i < m->buffer_count; i++)
        if (m->buffers[i].length != 0)
            return true;
    return false;
}

/* What only a stream can get wrong. */
static int check_stream(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                        struct ipsock_error *error)
{
    if (!has_room(m)) /* 0 bytes would look like the end of the stream */
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive", "buffers");
    return s->listening ? ipsk_fail(error, IPSOCK_EKIND, 0, "receive", NULL) : IPSOCK_OK;
}

int ipsk_check_receive(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       uint32_t flags, struct ipsock_error *error)
{
    const char *field = NULL;
    if (m == NULL)
        field = "message";
    else if (flags & ~RECEIVE_FLAGS)
        field = "flags";
    else if (m->buffer_count > IPSOCK_BUFFERS_MAX)
        field = "buffer_count";
    else if (m->buffers == NULL && m->buffer_count != 0)
        field = "buffers";
    if (field != NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive", field);
    return s->kind == IPSOCK_TCP ? check_stream(s, m, error) : IPSOCK_OK;
}

/* Whether there is beyond doubt nothing that ipsk_check_receive would find, nor anything kept from
 * an earlier batch; found in few steps. */
static inline bool is_usual_receive(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                                    uint32_t flags)
{
    return m != NULL && !(flags & ~RECEIVE_FLAGS) && m->buffer_count <= IPSOCK_BUFFERS_MAX &&
           m->buffers != NULL && atomic_load_explicit(&s->unusual, memory_order_relaxed) == 0;
}

void ipsk_keep_pending(struct ipsock_endpoint *s, const struct ipsock_error *error)
{
    ipsk_mutex_lock(&s->lock);
    s->kept = *error;
    ipsk_mutex_unlock(&s->lock);
    atomic_fetch_or_explicit(&s->unusual, IPSK_UNUSUAL_PENDING, memory_order_release);
}

int ipsk_take_pending(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const uint32_t before =
        atomic_fetch_and_explicit(&s->unusual, ~IPSK_UNUSUAL_PENDING, memory_order_acquire);
    if (!(before & IPSK_UNUSUAL_PENDING))
        return IPSOCK_OK; /* another reader was quicker */
    ipsk_mutex_lock(&s->lock);
    *error = s->kept;
    ipsk_mutex_unlock(&s->lock);
    return ipsk_is_news(s, error->code) ? IPSOCK_OK : error->code;
}

static int send_now(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                    struct ipsock_error *error)
{
    return ipsk_emulates(s) ? ipsk_send_emulated(s, message, flags, error)
                            : ipsk_sys_send(s, message, flags, error);
}

static inline int receive_now(struct ipsock_endpoint *s, struct ipsock_message *message,
                              uint32_t flags, struct ipsock_error *error)
{
    return ipsk_filters_here(s) ? ipsk_recv_wanted(s, message, flags, error)
                                : ipsk_sys_recv(s, message, flags, error);
}

static int try_now(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
                   uint32_t flags, struct ipsock_error *error)
{
    return direction == IPSOCK_READ ? receive_now(s, message, flags, error)
                                    : send_now(s, message, flags, error);
}

/* After a try that failed: again, where the failure belongs to the error stream. */
static int try_again(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
                     uint32_t flags, int code, struct ipsock_error *error)
{
    struct ipsk_retry retry = {0};
    while (ipsk_try_again(s, &retry, code, direction == IPSOCK_READ ? NULL : message))
        code = try_now(s, direction, message, flags, error);
    return code;
}

/* Opaque control that may be more than a system takes; what the library makes itself is not. */
#define MUCH_CONTROL 16384

void ipsk_name_control(const struct ipsock_endpoint *s, const struct ipsock_message *message,
                       struct ipsock_error *error)
{
    const struct ipsock_control *c = message->control;
    if (c != NULL && (c->valid & IPSOCK_CONTROL_OPAQUE) && c->opaque_length > MUCH_CONTROL)
        ipsk_name_limit(error, IPSK_LIMIT_CONTROL, ipsk_message_column(s, message));
}

/* After a try that failed: where nothing was ready, waits, and tries again. One for both
 * directions, which also keeps it out of their fast ways. */
static int wait_and_try(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
                        uint32_t flags, int code, struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    if (s->stream != NULL)
        code = try_again(s, direction, message, flags, code, error);
    while (code == IPSOCK_EAGAIN && ipsk_may_wait(s, flags)) {
        code = ipsk_wait_for(s, direction, &wait, error);
        if (code < 0)
            break;
        code = try_now(s, direction, message, flags, error);
        if (code < 0 && s->stream != NULL)
            code = try_again(s, direction, message, flags, code, error);
    }
    if (code == IPSOCK_ENOBUFS && direction == IPSOCK_WRITE)
        ipsk_name_control(s, message, error);
    return code;
}

/* The end of a receive whose first try failed, for whatever reason. The error comes by value: used
 * twice, its address would be kept in a register. */
IPSK_OUT_OF_LINE static int end_failed_receive(struct ipsock_endpoint *s,
                                               struct ipsock_message *message, uint32_t flags,
                                               int code, struct ipsock_error error)
{
    code = wait_and_try(s, IPSOCK_READ, message, flags, code, &error);
    return ipsk_end(s, IPSOCK_READ, code, &error);
}

/* What follows the checks, up to the end of the call. */
static inline int receive_and_end(struct ipsock_endpoint *s, struct ipsock_message *message,
                                  uint32_t flags, bool strict)
{
    struct ipsock_error error;
    const int code = strict ? ipsk_recv_wanted(s, message, flags, &error)
                            : ipsk_sys_recv(s, message, flags, &error);
    if (code < 0)
        return end_failed_receive(s, message, flags, code, error);
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
    return is_usual_receive(s, message, flags) ? receive_and_end(s, message, flags, false)
                                               : receive_unusual(s, message, flags);
}

int ipsk_check_send(const struct ipsock_endpoint *s, uint32_t flags, const void *messages,
                    struct ipsock_error *error)
{
    if (messages == NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "message");
    if (flags & ~SEND_FLAGS)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "flags");
    return s->listening ? ipsk_fail(error, IPSOCK_EKIND, 0, "send", NULL) : IPSOCK_OK;
}

int ipsk_try_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                  struct ipsock_error *error)
{
    const int code = send_now(s, message, flags, error);
    return code < 0 && s->stream != NULL ? try_again(s, IPSOCK_WRITE, message, flags, code, error)
                                         : code;
}

int ipsk_send_checked(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                      struct ipsock_error *error)
{
    const int code = send_now(s, message, flags, error);
    return code < 0 ? wait_and_try(s, IPSOCK_WRITE, message, flags, code, error) : code;
}

/* A message that may be wrong, or more than a datagram. */
IPSK_OUT_OF_LINE static int send_unusual(struct ipsock_endpoint *s, struct ipsock_message *message,
                                         uint32_t flags, struct ipsock_error *error)
{
    const int code = ipsk_check_message(s, message, error);
    if (code < 0)
        return code;
    return ipsk_has_segments(message) ? ipsk_send_segments(s, message, flags, error)
                                      : ipsk_send_checked(s, message, flags, error);
}

int ipsock_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags)
{
    struct ipsock_error error;
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    code = ipsk_check_send(s, flags, message, &error);
    if (code == IPSOCK_OK) {
        message->length = 0;
        code = ipsk_is_usual(s, message) ? ipsk_send_checked(s, message, flags, &error)
                                         : send_unusual(s, message, flags, &error);
    }
    return ipsk_end(s, IPSOCK_WRITE, code, &error);
}
