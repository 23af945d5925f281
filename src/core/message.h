// SPDX-License-Identifier: BSD-2-Clause
/* Messages on their way to the backend. */
#ifndef IPSK_MESSAGE_H
#define IPSK_MESSAGE_H

#include "core/endpoint.h"

/* Elements are size bytes apart, which is not sizeof for a program of another version. */
static inline struct ipsock_message *ipsk_message_at(struct ipsock_message *messages, size_t size,
                                                     uint32_t i)
{
    return (struct ipsock_message *)(void *)((char *)messages + size * i);
}

/* The column that a message goes out in. */
static inline int ipsk_message_column(const struct ipsock_endpoint *s,
                                      const struct ipsock_message *m)
{
    if (s->family == IPSOCK_IPV4)
        return IPSK_V4;
    return ipsk_column(s, m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer);
}

/* Everything about a message to be sent that can be found wrong without a system call. */
int ipsk_check_message(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       struct ipsock_error *error);

#endif
