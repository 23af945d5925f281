// SPDX-License-Identifier: BSD-2-Clause
/* Message headers of flows: name and control data are in the flow already. */
#ifndef IPSK_POSIX_FLOW_H
#define IPSK_POSIX_FLOW_H

#include "core/endpoint/flow.h"
#include "posix/header.h"

/* Of the name in a usual flow: those of a connected endpoint have none, others always have. */
static inline socklen_t ipsk_flow_name_length(const struct ipsock_endpoint *s)
{
    return s->sends == IPSK_SENDS_TO_PEER ? 0
           : s->family == IPSOCK_IPV4     ? sizeof(struct sockaddr_in)
                                          : sizeof(struct sockaddr_in6);
}

/* The control message of a field beside the flow, whole, or only its value where it stands already.
 * Returns its length. Field and whole are constants to the compiler. */
static IPSK_IN_LINE size_t ipsk_put_beside(const struct ipsk_flow *flow,
                                           const struct ipsock_control *c, uint32_t field,
                                           bool whole, uint8_t *message)
{
    return flow->column == IPSK_V4   ? ipsk_give_column(c, IPSK_V4, field, whole, message)
           : flow->column == IPSK_V6 ? ipsk_give_column(c, IPSK_V6, field, whole, message)
                                     : ipsk_give_column(c, IPSK_MAPPED, field, whole, message);
}

/* Copies a flow's control data of that length to where the packet's own is to be. */
static IPSK_IN_LINE void ipsk_copy_control(const struct ipsk_flow *flow, size_t length,
                                           uint8_t *buffer)
{
    if (IPSK_LIKELY(length <= IPSK_FLOW_FAST)) /* all of it, by few instructions */
        memcpy(buffer, flow->control, IPSK_FLOW_FAST);
    else
        memcpy(buffer, flow->control, IPSK_FLOW_CONTROL);
}

/* The control data as the flow has it. */
static IPSK_IN_LINE bool ipsk_point_at_control(const struct ipsk_flow *flow, struct msghdr *h)
{
    /* no bytes: a null pointer, as BSD wants it */
    h->msg_control = (void *)((uintptr_t)flow->control & flow->control_mask);
    IPSK_ASSIGN(h->msg_controllen, flow->control_length);
    return true;
}

/* The control data with what is beside the flow: nothing, or a traffic class, all of it in buffer
 * then, which has room for a flow's. False if there is more, or the class takes the long way. */
static IPSK_IN_LINE bool ipsk_write_control(const struct ipsk_flow *flow,
                                            const struct ipsock_control *c, struct msghdr *h,
                                            uint8_t *buffer)
{
    const size_t length = flow->class_length;
    if (c->valid != IPSOCK_CONTROL_TRAFFIC_CLASS)
        return c->valid == 0 && ipsk_point_at_control(flow, h);
    if (length == 0)
        return false;
    ipsk_copy_control(flow, length, buffer);
    ipsk_put_beside(flow, c, IPSOCK_CONTROL_TRAFFIC_CLASS, false, buffer + flow->class_at);
    h->msg_control = buffer;
    IPSK_ASSIGN(h->msg_controllen, length);
    return true;
}

/* Writes all of a message's header but the length of the name and flags, if message and flow are
 * right beyond doubt. named: the endpoint's messages have names; a constant to the compiler.
 * Sending only reads name and control data. */
static IPSK_IN_LINE bool ipsk_write_flow(uint64_t owner, const struct ipsock_message *m,
                                         const struct ipsock_control *c, bool named,
                                         struct msghdr *h, uint8_t *buffer)
{
    const struct ipsk_flow *flow = ipsk_flow_of(m);
    struct ipsock_buffer *const buffers = m->buffers;
    const size_t count = m->buffer_count;
    if (!ipsk_is_fast_flow(owner, flow, buffers, count) ||
        (IPSK_THE_NO_BUFFERS_REFUSED && count == 0))
        return false;
    h->msg_name = named ? (void *)(uintptr_t)flow->name : NULL;
    h->msg_iov = ipsk_iovec(buffers);
    IPSK_ASSIGN(h->msg_iovlen, count);
    return IPSK_LIKELY(c == NULL) ? ipsk_point_at_control(flow, h)
                                  : ipsk_write_control(flow, c, h, buffer);
}

#endif
