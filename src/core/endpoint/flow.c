// SPDX-License-Identifier: BSD-2-Clause
#include "core/endpoint/flow.h"

IPSK_OUT_OF_LINE struct ipsock_message *ipsk_spell_flow(const struct ipsock_message *m,
                                                        struct ipsk_spelled *out)
{
    const struct ipsk_flow *flow = ipsk_flow_of(m);
    const struct ipsock_control *beside = m->control;
    struct ipsock_control *c = &out->control;
    memset(c, 0, sizeof *c);
    c->valid = flow->fields;
    c->interface_index = flow->interface_index;
    c->traffic_class = flow->traffic_class;
    c->hop_limit = flow->hop_limit;
    c->dont_fragment = flow->dont_fragment;
    c->segment_size = flow->segment_size;
    c->source = flow->source;
    c->next_hop = flow->next_hop;
    if (beside != NULL) {
        c->valid |= beside->valid;
        if (beside->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
            c->traffic_class = beside->traffic_class;
        if (beside->valid & IPSOCK_CONTROL_SEGMENT_SIZE)
            c->segment_size = beside->segment_size;
    }
    out->message = *m;
    out->message.flow = NULL;
    out->message.peer = flow->peer;
    out->message.control = c->valid == 0 ? NULL : c;
    return &out->message;
}
