// SPDX-License-Identifier: BSD-2-Clause
/* Control data for people. */
#include <ipsock/control.h>

#include "core/codec/text.h"

static void put_number(struct ipsk_text *out, const char *name, uint32_t value)
{
    if (out->used != 0)
        ipsk_text_char(out, ' ');
    ipsk_text_string(out, name);
    ipsk_text_unsigned(out, value);
}

static void put_addr(struct ipsk_text *out, const char *name, const struct ipsock_addr *addr)
{
    if (out->used != 0)
        ipsk_text_char(out, ' ');
    ipsk_text_string(out, name);
    ipsk_text_ip(out, addr);
}

static void put_octet(struct ipsk_text *out, const char *name, uint8_t value)
{
    if (out->used != 0)
        ipsk_text_char(out, ' ');
    ipsk_text_string(out, name);
    ipsk_text_hex(out, value);
}

static void put_fields(struct ipsk_text *out, const struct ipsock_control *c)
{
    if (c->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        put_octet(out, "tclass=", c->traffic_class);
    if (c->valid & IPSOCK_CONTROL_HOP_LIMIT)
        put_number(out, "hoplim=", c->hop_limit);
    if (c->valid & IPSOCK_CONTROL_SOURCE)
        put_addr(out, "src=", &c->source);
    if (c->valid & IPSOCK_CONTROL_DESTINATION)
        put_addr(out, "dst=", &c->destination);
    if (c->valid & IPSOCK_CONTROL_INTERFACE)
        put_number(out, "ifindex=", c->interface_index);
    if (c->valid & IPSOCK_CONTROL_NEXT_HOP)
        put_addr(out, "nexthop=", &c->next_hop);
    if (c->valid & IPSOCK_CONTROL_PATH_MTU)
        put_number(out, "mtu=", c->path_mtu);
    if (c->valid & IPSOCK_CONTROL_DONT_FRAGMENT)
        put_number(out, "df=", c->dont_fragment);
    if (c->valid & IPSOCK_CONTROL_SEGMENT_SIZE)
        put_number(out, "segment=", c->segment_size);
    if (c->valid & IPSOCK_CONTROL_OPAQUE)
        put_number(out, "opaque=", (uint32_t)c->opaque_length);
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
