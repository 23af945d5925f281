// SPDX-License-Identifier: BSD-2-Clause
/* Control data for people. */
#include <ipsock/control.h>

#include "core/codec/addr_text.h"

/* For the next field: they are a blank apart. */
static struct ipsk_text *next(struct ipsk_text *out)
{
    if (out->used != 0)
        ipsk_text_char(out, ' ');
    return out;
}

static void put_fields(struct ipsk_text *out, const struct ipsock_control *c)
{
    if (c->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        ipsk_text_field_hex(next(out), "tclass=", c->traffic_class);
    if (c->valid & IPSOCK_CONTROL_HOP_LIMIT)
        ipsk_text_field(next(out), "hoplim=", c->hop_limit);
    if (c->valid & IPSOCK_CONTROL_SOURCE)
        ipsk_text_field_ip(next(out), "src=", &c->source);
    if (c->valid & IPSOCK_CONTROL_DESTINATION)
        ipsk_text_field_ip(next(out), "dst=", &c->destination);
    if (c->valid & IPSOCK_CONTROL_INTERFACE)
        ipsk_text_field(next(out), "ifindex=", c->interface_index);
    if (c->valid & IPSOCK_CONTROL_NEXT_HOP)
        ipsk_text_field_ip(next(out), "nexthop=", &c->next_hop);
    if (c->valid & IPSOCK_CONTROL_PATH_MTU)
        ipsk_text_field(next(out), "mtu=", c->path_mtu);
    if (c->valid & IPSOCK_CONTROL_DONT_FRAGMENT)
        ipsk_text_field(next(out), "df=", c->dont_fragment);
    if (c->valid & IPSOCK_CONTROL_SEGMENT_SIZE)
        ipsk_text_field(next(out), "segment=", c->segment_size);
    if (c->valid & IPSOCK_CONTROL_OPAQUE)
        ipsk_text_field(next(out), "opaque=", (uint32_t)c->opaque_length);
}

int ipsock_control_format(const struct ipsock_control *control, char *text, size_t size)
{
    if (text == NULL)
        return IPSOCK_EINVAL;
    struct ipsk_text out = ipsk_text_begin(text, size);
    if (control == NULL)
        ipsk_text_string(&out, "<nil>");
    else
        put_fields(&out, control);
    return ipsk_text_finish(&out);
}
