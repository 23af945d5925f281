// SPDX-License-Identifier: BSD-2-Clause
/* One try of a message or batch that has been checked: by the system, with per-packet settings
 * emulated, with packets filtered here, as the endpoint needs it. Never waits. */
#ifndef IPSK_TRY_H
#define IPSK_TRY_H

#include "core/endpoint/message.h"
#include "core/traffic/emulate.h"
#include "core/traffic/error_stream.h"
#include "core/traffic/filtering.h"

static inline int ipsk_send_now(struct ipsock_endpoint *s, struct ipsock_message *message,
                                uint32_t flags, struct ipsock_error *error)
{
    return s->emulates ? ipsk_send_emulated(s, message, flags, error)
                       : ipsk_sys_send(s, message, flags, error);
}

static inline int ipsk_receive_now(struct ipsock_endpoint *s, struct ipsock_message *message,
                                   uint32_t flags, struct ipsock_error *error)
{
    return ipsk_filters_here(s) ? ipsk_recv_filtered(s, message, flags, error)
                                : ipsk_sys_recv(s, message, flags, error);
}

/* In a direction; more than once only where it fails with what belongs to the error stream. */
int ipsk_try(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
             uint32_t flags, struct ipsock_error *error);

/* What follows a first try that failed with a code. */
int ipsk_try_on(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
                uint32_t flags, int code, struct ipsock_error *error);

/* A batch. 0 with *done < count: the system's buffers are full, it served a part, or what it failed
 * with belongs to the error stream. */
static inline int ipsk_try_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                                struct ipsock_message *messages, size_t size, uint32_t count,
                                uint32_t *done, uint32_t flags, struct ipsk_retry *retry,
                                struct ipsock_error *error)
{
    const struct ipsk_retry fresh = {0};
    const int code =
        s->emulates ? ipsk_send_many_emulated(s, batch, messages, size, count, done, flags, error)
                    : ipsk_sys_send_many(s, batch, messages, size, count, done, flags, error);
    if (s->stream == NULL)
        return code;
    const struct ipsock_message *failed = ipsk_message_at(messages, size, *done);
    if (*done > 0) {
        ipsk_try_again(s, retry, IPSOCK_OK, messages);
        *retry = fresh;
    }
    return code < 0 && ipsk_try_again(s, retry, code, failed) ? IPSOCK_OK : code;
}

/* After a send that met a limit: was it due to the control data, the limit of that is named. */
void ipsk_name_control(const struct ipsock_endpoint *s, const struct ipsock_message *message,
                       struct ipsock_error *error);

#endif
