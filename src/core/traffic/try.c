// SPDX-License-Identifier: BSD-2-Clause
#include "core/traffic/try.h"

#include "core/option/option.h"

static int try_once(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
                    uint32_t flags, struct ipsock_error *error)
{
    return direction == IPSOCK_READ ? ipsk_receive_now(s, message, flags, error)
                                    : ipsk_send_now(s, message, flags, error);
}

int ipsk_try_on(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
                uint32_t flags, int code, struct ipsock_error *error)
{
    struct ipsk_retry retry = {0};
    if (s->stream == NULL)
        return code;
    while (ipsk_try_again(s, &retry, code, direction == IPSOCK_READ ? NULL : message))
        code = try_once(s, direction, message, flags, error);
    return code;
}

int ipsk_try(struct ipsock_endpoint *s, int direction, struct ipsock_message *message,
             uint32_t flags, struct ipsock_error *error)
{
    const int code = try_once(s, direction, message, flags, error);
    return code < 0 ? ipsk_try_on(s, direction, message, flags, code, error) : code;
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
