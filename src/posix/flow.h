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

/* A packet's own traffic class, in the place that a flow's control data has for it. */
static IPSK_IN_LINE void ipsk_put_class(const struct ipsk_flow *flow,
                                        const struct ipsock_control *c, uint8_t *buffer)
{
    const uint32_t field = IPSOCK_CONTROL_TRAFFIC_CLASS;
    uint8_t *const message = buffer + flow->class_at;
    if (flow->column == IPSK_V4)
        ipsk_give_column(c, IPSK_V4, field, false, message);
    else if (flow->column == IPSK_V6)
        ipsk_give_column(c, IPSK_V6, field, false, message);
    else
        ipsk_give_column(c, IPSK_MAPPED, field, false, message);
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
    if (IPSK_LIKELY(length - 1 < IPSK_FLOW_FAST)) /* all of it, by few instructions */
        memcpy(buffer, flow->control, IPSK_FLOW_FAST);
    else if (length != 0)
        memcpy(buffer, flow->control, IPSK_FLOW_CONTROL);
    else
        return false;
    ipsk_put_class(flow, c, buffer);
    h->msg_control = buffer;
    IPSK_ASSIGN(h->msg_controllen, length);
    return true;
}

/* Writes all of a message's header but the length of the name and flags, if message and flow are
 * right beyond doubt. named: the endpoint's messages have names; a constant to the compiler.
 * Sending only reads name and control data. */
static IPSK_IN_LINE bool ipsk_write_flow(uint64_t owner, const struct ipsock_message *m, bool named,
                                         struct msghdr *h, uint8_t *buffer)
{
    const struct ipsk_flow *flow = ipsk_flow_of(m);
    const struct ipsock_control *c = m->control;
    struct ipsock_buffer *const buffers = m->buffers;
    const size_t count = m->buffer_count;
    if (!ipsk_is_fast_flow(owner, flow, buffers, count))
        return false;
    h->msg_name = named ? (void *)(uintptr_t)flow->name : NULL;
    h->msg_iov = ipsk_iovec(buffers);
    IPSK_ASSIGN(h->msg_iovlen, count);
    return IPSK_LIKELY(c == NULL) ? ipsk_point_at_control(flow, h)
                                  : ipsk_write_control(flow, c, h, buffer);
}

#endif
