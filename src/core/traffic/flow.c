// SPDX-License-Identifier: BSD-2-Clause
/* Flows: a peer and control data, checked once. What a flow depends on, and what becomes of it:
 * - what the endpoint may send, in which column and by what means (sendable, emulated, sends, zone,
 *   dual_stack, connected): settled at opening;
 * - options that are set later are the system's, and say nothing about control data;
 * - the multicast interface, which names the zone of groups of the link: asked with each packet;
 * - refused offloads and missing batch calls (quirks): segment.c and the loops look at each packet;
 * - what has no control message: emulate.c is given each packet spelled out. */
#include <ipsock/flow.h>

#include "core/endpoint/flow.h"
#include "core/endpoint/zone.h"
#include "core/traffic/check.h"

static int wrong(struct ipsock_error *error, int code, const char *field)
{
    return ipsk_fail(error, code, 0, "prepare", field);
}

/* Whether every packet of it is right beyond doubt, whatever happens to the endpoint, and goes out
 * in one call of the system. What is emulated, or takes a look into the data, is not (sends). */
static bool is_ready(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const bool named = m->peer.family != IPSOCK_UNSPEC;
    const uint32_t fields = m->control == NULL ? 0 : m->control->valid;
    return (named ? s->sends != IPSK_SENDS_CHECKED : s->sends == IPSK_SENDS_TO_PEER) &&
           !(fields & IPSOCK_CONTROL_SEGMENT_SIZE) && !ipsk_zone_may_change(s, m);
}

/* An odd factor keeps different times different. */
static void settle_owner(struct ipsock_endpoint *s)
{
    ipsk_mutex_lock(&s->lock);
    if (!(s->flow_owner & IPSK_FLOW_READY)) {
        const uint64_t time = (uint64_t)ipsk_sys_now() * UINT64_C(0x9e3779b97f4a7c15);
        s->flow_owner = (time ^ (uintptr_t)s) | IPSK_FLOW_READY;
    }
    ipsk_mutex_unlock(&s->lock);
}

static void keep(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                 struct ipsk_flow *flow)
{
    const struct ipsock_control *c = m->control;
    flow->owner = s->flow_owner & ~(uint64_t)IPSK_FLOW_READY;
    flow->column = (uint8_t)ipsk_message_column(s, m);
    flow->peer = m->peer;
    if (c != NULL) {
        flow->fields = c->valid;
        flow->interface_index = c->valid & IPSOCK_CONTROL_INTERFACE ? c->interface_index : 0;
        flow->segment_size = c->valid & IPSOCK_CONTROL_SEGMENT_SIZE ? c->segment_size : 0;
        flow->traffic_class = c->valid & IPSOCK_CONTROL_TRAFFIC_CLASS ? c->traffic_class : 0;
        flow->hop_limit = c->valid & IPSOCK_CONTROL_HOP_LIMIT ? c->hop_limit : 0;
        flow->dont_fragment = c->valid & IPSOCK_CONTROL_DONT_FRAGMENT ? c->dont_fragment : 0;
        if (c->valid & IPSOCK_CONTROL_SOURCE)
            flow->source = c->source;
        if (c->valid & IPSOCK_CONTROL_NEXT_HOP)
            flow->next_hop = c->next_hop;
    }
    if (!is_ready(s, m))
        return;
    ipsk_sys_write_flow(s, m, flow);
    flow->owner |= IPSK_FLOW_READY;
}

static int prepare(struct ipsock_endpoint *s, struct ipsock_flow *flow,
                   const struct ipsock_addr *peer, const struct ipsock_control *control,
                   struct ipsock_error *error)
{
    struct ipsk_flow made;
    struct ipsock_message m;
    if (flow == NULL)
        return wrong(error, IPSOCK_EINVAL, "flow");
    if (s->kind == IPSOCK_TCP)
        return wrong(error, IPSOCK_EKIND, NULL);
    if (control != NULL && (control->valid & IPSOCK_CONTROL_OPAQUE))
        return wrong(error, IPSOCK_EINVAL, "opaque");
    memset(&m, 0, sizeof m);
    if (peer != NULL)
        m.peer = *peer;
    m.control = (struct ipsock_control *)(uintptr_t)control;
    const int code = ipsk_check_destination(s, &m, error);
    if (code < 0)
        return wrong(error, code, error->option);
    memset(&made, 0, sizeof made);
    settle_owner(s);
    keep(s, &m, &made);
    memcpy(flow, &made, sizeof made);
    return IPSOCK_OK;
}

int ipsock_flow_prepare(struct ipsock_endpoint *s, struct ipsock_flow *flow,
                        const struct ipsock_addr *peer, const struct ipsock_control *control)
{
    struct ipsock_error error;
    if (flow != NULL)
        memset(flow, 0, sizeof *flow);
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = prepare(s, flow, peer, control, &error);
    return ipsk_end(s, IPSOCK_WRITE, code, &error);
}
