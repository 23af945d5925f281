// SPDX-License-Identifier: BSD-2-Clause
/* What is in a prepared destination: what the caller said, and the same as the system takes it. The
 * fast ways send from the latter; all others spell the message out, and go on with that. */
#ifndef IPSK_FLOW_H
#define IPSK_FLOW_H

#include <ipsock/flow.h>

#include "core/endpoint/message.h"

/* Room for a socket address, and for the control messages that the tables know; of the first of
 * them most flows need no more. */
#define IPSK_FLOW_NAME    32
#define IPSK_FLOW_CONTROL 192
#define IPSK_FLOW_FAST    96

/* What a message may say beside its flow. */
#define IPSK_BESIDE_FLOW (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_SEGMENT_SIZE)

/* No part of it changes after it was made, and nothing points into it: it may be copied. The
 * traffic class is the last of the control messages, and there even if the flow has none, so that a
 * packet's own can be put in. The name is the first thing, since each packet points at it. */
struct IPSK_MAY_ALIAS ipsk_flow {
    _Alignas(8) uint8_t name[IPSK_FLOW_NAME];
    uint64_t owner;         /* the endpoint's flow_owner; 0: no flow. Lowest bit: IPSK_FLOW_READY */
    uintptr_t control_mask; /* 0 where no control data goes out, else all ones */
    uint32_t fields;        /* IPSOCK_CONTROL_… bits */
    uint16_t control_length; /* of what goes out */
    uint16_t class_length;   /* of the same with a traffic class; 0: it takes the long way */
    uint16_t class_at;       /* its message */
    uint8_t column;
    uint8_t traffic_class, hop_limit, dont_fragment;
    uint8_t name_length; /* 0: the system is told no name */
    _Alignas(8) uint8_t control[IPSK_FLOW_CONTROL];
    uint32_t interface_index, segment_size;
    struct ipsock_addr peer, source, next_hop;
};
_Static_assert(sizeof(struct ipsk_flow) <= sizeof(struct ipsock_flow), "a flow has room for it");
_Static_assert(sizeof(struct ipsock_flow) == IPSOCK_FLOW_SIZE, "as documented");

/* In owner: the flow is right beyond doubt with each packet, and written down. */
#define IPSK_FLOW_READY 1u

static inline const struct ipsk_flow *ipsk_flow_of(const struct ipsock_message *m)
{
    return (const struct ipsk_flow *)(const void *)m->flow;
}

/* Whether it was made for this endpoint. */
static inline bool ipsk_owns_flow(const struct ipsock_endpoint *s, const struct ipsk_flow *flow)
{
    return (flow->owner | IPSK_FLOW_READY) == s->flow_owner;
}

/* Whether a packet with these buffers, on the endpoint of an owner, is right beyond doubt, and goes
 * out as the flow is written down, if nothing is beside the flow. */
static inline bool ipsk_is_fast_flow(uint64_t owner, const struct ipsk_flow *flow,
                                     const struct ipsock_buffer *buffers, size_t count)
{
    return flow->owner == owner && count <= IPSOCK_BUFFERS_MAX && buffers != NULL;
}

/* The same with what is beside it: nothing, or a traffic class that has a place there. */
static inline bool ipsk_has_fast_flow(const struct ipsock_endpoint *s,
                                      const struct ipsock_message *m)
{
    const struct ipsk_flow *flow = ipsk_flow_of(m);
    const uint32_t beside = m->control == NULL ? 0 : m->control->valid;
    return ipsk_is_fast_flow(s->flow_owner, flow, m->buffers, m->buffer_count) &&
           (beside == 0 || (beside == IPSOCK_CONTROL_TRAFFIC_CLASS && flow->class_length != 0));
}

/* Control fields that a message goes out with. */
static inline uint32_t ipsk_message_fields(const struct ipsock_message *m)
{
    return (m->control == NULL ? 0 : m->control->valid) |
           (m->flow == NULL ? 0 : ipsk_flow_of(m)->fields);
}

/* A message with what its flow says written into it. */
struct ipsk_spelled {
    struct ipsock_message message;
    struct ipsock_control control;
};

struct ipsock_message *ipsk_spell_flow(const struct ipsock_message *m, struct ipsk_spelled *out);

/* The message itself where it has no flow. The flow, and what is beside it, must have been looked
 * at. */
static inline struct ipsock_message *ipsk_spell_out(struct ipsock_message *m,
                                                    struct ipsk_spelled *out)
{
    return m->flow == NULL ? m : ipsk_spell_flow(m, out);
}

static inline const struct ipsock_message *ipsk_spelled(const struct ipsock_message *m,
                                                        struct ipsk_spelled *out)
{
    return m->flow == NULL ? m : ipsk_spell_flow(m, out);
}

/* Results of the one that was spelled out. */
static inline void ipsk_hand_back(struct ipsock_message *to, const struct ipsock_message *spelled)
{
    to->length = spelled->length;
    to->flags = spelled->flags;
}

#endif
