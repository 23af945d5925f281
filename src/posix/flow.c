// SPDX-License-Identifier: BSD-2-Clause
#include "posix/flow.h"

#define COLUMN_SPACE(row_fields, kinds, row_column, level, type, length, encoding, a, b, since) \
    +((row_column) == COLUMN ? IPSK_SPACE(length) : 0)
#define COLUMN IPSK_V4
_Static_assert((0 IPSK_SENT(COLUMN_SPACE)) <= IPSK_FLOW_CONTROL, "room for all of IPv4");
#undef COLUMN
#define COLUMN IPSK_V6
_Static_assert((0 IPSK_SENT(COLUMN_SPACE)) <= IPSK_FLOW_CONTROL, "room for all of IPv6");
#undef COLUMN
#define COLUMN IPSK_MAPPED
_Static_assert((0 IPSK_SENT(COLUMN_SPACE)) <= IPSK_FLOW_CONTROL, "room for all of mapped");
#undef COLUMN
_Static_assert(sizeof(union ipsk_sockaddr) <= IPSK_FLOW_NAME, "room for a socket address");
_Static_assert(IPSK_FLOW_CONTROL <= IPSK_CONTROL_BUFFER, "a batch's buffers take a flow's");

static void set_length(struct ipsk_flow *flow, size_t length)
{
    flow->control_length = (uint16_t)length;
    flow->control_mask = length == 0 ? 0 : UINTPTR_MAX;
}

void ipsk_sys_write_flow(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                         struct ipsk_flow *flow)
{
    const int column = flow->column;
    const uint32_t class_bit = IPSOCK_CONTROL_TRAFFIC_CLASS;
    const struct ipsock_control class_alone = {.valid = class_bit,
                                               .traffic_class = flow->traffic_class};
    union ipsk_sockaddr name;
    memset(&name, 0, sizeof name);
    if (ipsk_names_peer(s, m))
        flow->name_length = (uint8_t)ipsk_name_peer(s, m, column, &name);
    memcpy(flow->name, &name, sizeof name);
    size_t length = 0;
    if (flow->fields & ~class_bit)
        length = ipsk_give_rows(m->control, column, flow->fields & ~class_bit, flow->control);
    flow->class_at = (uint16_t)length;
    set_length(flow, length);
    if (!(s->sendable[column] & ~s->emulated[column] & class_bit))
        return;
    length += ipsk_give_rows(&class_alone, column, class_bit, flow->control + length);
    flow->class_length = (uint16_t)length;
    if (flow->fields & class_bit)
        set_length(flow, length);
}
