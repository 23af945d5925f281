// SPDX-License-Identifier: BSD-2-Clause
/* Batches: one call, many messages, exact counts. */
#include "core/endpoint/fast_path.h"
#include "core/endpoint/wait.h"
#include "core/traffic/check.h"
#include "core/traffic/segment.h"
#include "core/traffic/try.h"

size_t ipsock_batch_size(uint32_t capacity)
{
    return capacity < 1 || capacity > IPSOCK_BATCH_MAX ? 0 : ipsk_sys_batch_size(capacity);
}

int ipsock_batch_init(void *memory, size_t size, uint32_t capacity, struct ipsock_batch **batch)
{
    if (memory == NULL || batch == NULL || ipsock_batch_size(capacity) == 0)
        return IPSOCK_EINVAL;
    *batch = NULL;
    if ((uintptr_t)memory % IPSK_BATCH_ALIGN != 0)
        return IPSOCK_EINVAL;
    if (size < ipsock_batch_size(capacity))
        return IPSOCK_ENOSPC;
    ipsk_sys_batch_init(memory, capacity);
    *batch = memory;
    return IPSOCK_OK;
}

/* What both directions must get right; clips *count to what one call serves. */
static int check_batch(const struct ipsock_endpoint *s, const struct ipsock_batch *batch,
                       const struct ipsock_message *messages, size_t size, uint32_t *count,
                       const uint32_t *done, struct ipsock_error *error)
{
    const char *field = NULL;
    if (done == NULL)
        field = "done";
    else if (*count == 0)
        return IPSOCK_OK;
    else if (batch == NULL)
        field = "batch";
    else if (messages == NULL)
        field = "messages";
    else if (size < sizeof(struct ipsock_message) || size % _Alignof(struct ipsock_message) != 0)
        field = "size";
    if (field != NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "batch", field);
    if (s->kind == IPSOCK_TCP)
        return ipsk_fail(error, IPSOCK_EKIND, 0, "batch", NULL);
    if (*count > ipsk_sys_batch_capacity(batch))
        *count = ipsk_sys_batch_capacity(batch);
    return IPSOCK_OK;
}

static int check_buffers(struct ipsock_message *messages, size_t size, uint32_t count,
                         struct ipsock_error *error)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct ipsock_message *m = ipsk_message_at(messages, size, i);
        if (m->buffer_count > IPSOCK_BUFFERS_MAX || (m->buffers == NULL && m->buffer_count != 0)) {
            ipsk_fail(error, IPSOCK_EINVAL, 0, "receive batch", "buffers");
            error->index = i;
            return IPSOCK_EINVAL;
        }
    }
    return IPSOCK_OK;
}

static int try_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                    struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                    uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_retry retry = {0};
    int code;
    do
        code = ipsk_filters_here(s)
                   ? ipsk_recv_many_filtered(s, batch, messages, size, count, done, flags, error)
                   : ipsk_sys_recv_many(s, batch, messages, size, count, done, flags, error);
    while (code < 0 && ipsk_try_again(s, &retry, code, NULL));
    return code;
}

static int receive_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                        struct ipsock_message *messages, size_t size, uint32_t count,
                        uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    int code;
    while ((code = try_many(s, batch, messages, size, count, done, flags, error)) ==
               IPSOCK_EAGAIN &&
           ipsk_may_wait(s, flags)) {
        code = ipsk_wait_for(s, IPSOCK_READ, &wait, error);
        if (code < 0)
            break;
    }
    return code;
}

int ipsock_recv_batch(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                      struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                      uint32_t flags)
{
    struct ipsock_error error;
    if (done != NULL)
        *done = 0;
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    if (flags & ~(IPSOCK_MSG_PEEK | IPSOCK_MSG_DONTWAIT))
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "receive batch", "flags");
    else
        code = check_batch(s, batch, messages, size, &count, done, &error);
    /* Every message of a peeked batch would be the same first one. */
    if ((flags & IPSOCK_MSG_PEEK) && count > 1)
        count = 1;
    if (code == IPSOCK_OK && count > 0 && !ipsk_sys_aim_many(s, batch, messages, size, count))
        code = check_buffers(messages, size, count, &error);
    if (code == IPSOCK_OK && count > 0)
        code = ipsk_pending(s, &error);
    if (code == IPSOCK_OK && count > 0)
        code = receive_many(s, batch, messages, size, count, done, flags, &error);
    return ipsk_end(s, IPSOCK_READ, code, &error);
}

/* Messages from the first on that are right, and whether one of them has segments; the error is
 * that of the next one. */
static uint32_t sound_prefix(struct ipsock_endpoint *s, struct ipsock_message *messages,
                             size_t size, uint32_t count, bool *segments, int *code,
                             struct ipsock_error *error)
{
    uint32_t i = 0;
    *segments = false;
    for (*code = IPSOCK_OK; i < count; i++) {
        struct ipsock_message *m = ipsk_message_at(messages, size, i);
        m->length = 0;
        if (!ipsk_has_segments(m) && ipsk_is_fast(s, m))
            continue;
        *code = ipsk_check_message(s, m, error);
        if (*code < 0)
            break;
        *segments |= ipsk_has_segments(m);
    }
    return i;
}

/* Goes on after a partial success until the system refuses a message or has no room; waits for the
 * first only. */
static int send_prefix(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                       uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    struct ipsk_retry retry = {0};
    int code = IPSOCK_OK;
    while (*done < count) {
        uint32_t sent = 0;
        code = ipsk_try_many(s, batch, ipsk_message_at(messages, size, *done), size, count - *done,
                             &sent, flags, &retry, error);
        *done += sent;
        flags &= ~IPSK_MSG_FILLED;
        if (code == IPSOCK_EAGAIN && *done > 0)
            return IPSOCK_OK;
        if (code == IPSOCK_EAGAIN && ipsk_may_wait(s, flags))
            code = ipsk_wait_for(s, IPSOCK_WRITE, &wait, error);
        if (code < 0)
            break;
    }
    return code;
}

/* Messages of which something may be wrong, or of which there is more to be done than to write them
 * down. */
IPSK_OUT_OF_LINE static int send_slow_path(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                                           struct ipsock_message *messages, size_t size,
                                           uint32_t count, uint32_t *done, uint32_t flags,
                                           struct ipsock_error *error)
{
    struct ipsock_error later;
    bool segments;
    int unsound;
    const uint32_t sound = sound_prefix(s, messages, size, count, &segments, &unsound, &later);
    const int code =
        segments ? ipsk_send_segments_many(s, batch, messages, size, sound, done, flags, error)
                 : send_prefix(s, batch, messages, size, sound, done, flags, error);
    if (code != IPSOCK_OK || *done != sound || unsound == IPSOCK_OK)
        return code;
    *error = later;
    return unsound;
}

static int send_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                     struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                     uint32_t flags, struct ipsock_error *error)
{
    const bool filled = ipsk_sys_fill_many(s, batch, messages, size, count) == count;
    const int code =
        filled ? send_prefix(s, batch, messages, size, count, done, flags | IPSK_MSG_FILLED, error)
               : send_slow_path(s, batch, messages, size, count, done, flags, error);
    if (filled)
        for (uint32_t i = *done; i < count; i++) /* what went out has its length */
            ipsk_message_at(messages, size, i)->length = 0;
    if (code == IPSOCK_ENOBUFS)
        ipsk_name_control(s, ipsk_message_at(messages, size, *done), error);
    if (code < 0)
        error->index = *done;
    return code;
}

int ipsock_send_batch(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                      struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                      uint32_t flags)
{
    struct ipsock_error error;
    if (done != NULL)
        *done = 0;
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    if (flags & ~(IPSOCK_MSG_DONTWAIT | IPSOCK_MSG_DONTROUTE))
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "send batch", "flags");
    else
        code = check_batch(s, batch, messages, size, &count, done, &error);
    if (code == IPSOCK_OK && count > 0)
        code = send_many(s, batch, messages, size, count, done, flags, &error);
    return ipsk_end(s, IPSOCK_WRITE, code, &error);
}
