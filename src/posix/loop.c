// SPDX-License-Identifier: BSD-2-Clause
/* Batches by single calls. */
#include "posix/batch.h"

void ipsk_measure_header(struct ipsock_message *m)
{
    uint32_t i = 0;
    if (m->length == 0)
        return;
    while (m->buffers[i].length == 0) /* some buffer has the first byte */
        i++;
    const uint32_t length = (*(const uint8_t *)m->buffers[i].data & 0xfu) * 4;
    m->header_length = length < m->length ? length : (uint32_t)m->length;
}

int ipsk_receive_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                      uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    for (*done = 0; *done < count; ++*done) {
        code = ipsk_receive_whole(s, ipsk_message_at(messages, size, *done), flags, error);
        if (code < 0)
            break;
    }
    if (*done == 0)
        return code;
    /* As recvmmsg does: what arrived is delivered now, the failure with the next call. */
    if (code < 0 && code != IPSOCK_EAGAIN)
        ipsk_keep_pending(s, error);
    return IPSOCK_OK;
}

int ipsk_send_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                   uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    for (*done = 0; *done < count; ++*done) {
        const int code = ipsk_sys_send(s, ipsk_message_at(messages, size, *done), flags, error);
        if (code < 0)
            return code;
    }
    return IPSOCK_OK;
}
