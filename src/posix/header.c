// SPDX-License-Identifier: BSD-2-Clause
#include "posix/header.h"

/* A length that is none of what fits is the datagram's own; else the system did not tell. */
static void cut_length(struct ipsock_message *m)
{
    const size_t room = ipsk_buffers_length(m);
    m->full_length = m->length > room ? m->full_length : 0;
    m->length = m->length > room ? room : m->length;
}

IPSK_OUT_OF_LINE size_t ipsk_note_cut(struct ipsock_endpoint *s, struct ipsock_message *m,
                                      const struct msghdr *h, uint32_t call)
{
    if (h->msg_flags & MSG_TRUNC)
        cut_length(m);
    const uint32_t cut = (h->msg_flags & MSG_TRUNC ? IPSOCK_MSG_TRUNC : 0) |
                         (h->msg_flags & MSG_CTRUNC ? IPSOCK_MSG_CTRUNC : 0);
    ipsk_note_truncation(s, m, cut, call);
    return cut & IPSOCK_MSG_CTRUNC ? ipsk_whole_control(h->msg_control, h->msg_controllen)
                                   : (size_t)h->msg_controllen;
}
