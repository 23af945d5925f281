// SPDX-License-Identifier: BSD-2-Clause
/* Which control data an endpoint delivers, the reply to a packet, and the public codec. */
#include "core/option/control.h"

#include <string.h>

#include "core/option/option.h"
#include "core/option/send_control.h"
#include "core/table/control_codec.h"

/* Fields that need no option: the source comes with the address, opaque bytes with whatever is on,
 * where control data comes at all. */
static uint32_t free_fields(const struct ipsock_endpoint *s)
{
    const bool told = !s->tells_nothing && !(ipsk_sys_lacks() & IPSK_LACKS_RECEIVED_CONTROL);
    return told ? IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_OPAQUE : IPSOCK_CONTROL_SOURCE;
}

/* The rows that serve a field on this endpoint, in every column that it carries. */
static bool serves(const struct ipsock_endpoint *s, const struct ipsk_option_row *row)
{
    if (!(row->kinds & ipsk_kind_bit(s->backing)) || !ipsk_is_there(row))
        return false;
    if (s->family == IPSOCK_IPV4)
        return row->column == IPSK_V4;
    return row->column == IPSK_V6 || (s->dual_stack && row->column == IPSK_MAPPED);
}

/* Fields that packets of a column can come with. */
static uint32_t deliverable_in(const struct ipsock_endpoint *s, int column)
{
    uint32_t fields = free_fields(s);
    if (s->tells_nothing)
        return fields;
    if (s->ip_header && column == IPSK_V4)
        fields |= (uint32_t)ipsk_native.facts[IPSK_FACT_RAW_HEADER_FIELDS];
    for (size_t i = 0; i < ipsk_native.option_count; i++)
        if (ipsk_native.options[i].column == column && serves(s, &ipsk_native.options[i]))
            fields |= ipsk_option_fields(ipsk_native.options[i].option);
    return fields;
}

/* Fields that this endpoint can deliver for its own family. */
static uint32_t deliverable(const struct ipsock_endpoint *s)
{
    return deliverable_in(s, s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6);
}

bool ipsk_tells(const struct ipsock_endpoint *s, uint32_t fields, int column)
{
    return (fields & ~deliverable_in(s, column)) == 0;
}

/* Rows that change when delivery goes from one set of fields to another. A row stays on while any
 * of its fields is wanted; two options that serve one field (packet info, and destination apart)
 * are both switched. */
static bool changes(const struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                    uint32_t from, uint32_t to)
{
    const uint32_t fields = ipsk_option_fields(row->option);
    return fields != 0 && !(fields & from) != !(fields & to) && serves(s, row);
}

/* Most rows that one socket has for control data, in all its columns. */
#define ROWS_MAX 16

/* On failure everything is as it was: an adopted socket may have had options on that nobody here
 * asked for. */
static int switch_rows(struct ipsock_endpoint *s, uint32_t from, uint32_t to,
                       struct ipsock_error *error)
{
    struct ipsk_saved saved[ROWS_MAX];
    int count = 0;
    int code = IPSOCK_OK;
    for (size_t i = 0; i < ipsk_native.option_count && code == IPSOCK_OK; i++) {
        const struct ipsk_option_row *row = &ipsk_native.options[i];
        if (!changes(s, row, from, to) || count == ROWS_MAX)
            continue;
        code = ipsk_save_for_undo(s, row, &saved[count], error);
        if (code == IPSOCK_OK)
            code = ipsk_set_row(s->handle, row, (ipsk_option_fields(row->option) & to) != 0, error);
        count += code == IPSOCK_OK;
    }
    while (code < 0 && count-- > 0)
        ipsk_restore_row(s->handle, &saved[count]);
    return code;
}

/* Receives look at one word. */
static void ask(struct ipsock_endpoint *s, uint32_t theirs, uint32_t own)
{
    atomic_store_explicit(&s->receive_control, theirs, memory_order_relaxed);
    atomic_store_explicit(&s->own_fields, own, memory_order_relaxed);
    atomic_store_explicit(&s->fields, theirs | own, memory_order_relaxed);
    if (theirs | own)
        atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_HEADER, memory_order_relaxed);
    else if (s->kind == IPSOCK_UDP)
        atomic_fetch_and_explicit(&s->slow, ~IPSK_SLOW_HEADER, memory_order_relaxed);
}

int ipsk_switch_control(struct ipsock_endpoint *s, uint32_t bits, bool on,
                        struct ipsock_error *error)
{
    const uint32_t from = atomic_load_explicit(&s->receive_control, memory_order_relaxed);
    const uint32_t to = on ? from | bits : from & ~bits;
    if (bits & ~IPSOCK_CONTROL_RECEIVABLE)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive control", "receive_control");
    if (bits != 0 && s->kind == IPSOCK_TCP)
        return ipsk_fail(error, IPSOCK_EKIND, 0, "receive control", "receive_control");
    if (bits & ~deliverable(s))
        return ipsk_fail(error, IPSOCK_ENOTSUP, 0, "receive control", "receive_control");
    const uint32_t own = atomic_load_explicit(&s->own_fields, memory_order_relaxed);
    int code = switch_rows(s, from | own, to | own, error);
    if (code == IPSOCK_OK)
        ask(s, to, own);
    return code;
}

static int change_own(struct ipsock_endpoint *s, uint32_t to, struct ipsock_error *error)
{
    const uint32_t asked = atomic_load_explicit(&s->receive_control, memory_order_relaxed);
    const uint32_t own = atomic_load_explicit(&s->own_fields, memory_order_relaxed);
    const int code = switch_rows(s, asked | own, asked | to, error);
    if (code == IPSOCK_OK)
        ask(s, asked, to);
    return code;
}

int ipsk_need_fields(struct ipsock_endpoint *s, uint32_t fields, struct ipsock_error *error)
{
    if (fields & ~deliverable(s))
        return ipsk_fail(error, IPSOCK_ENOTSUP, 0, "receive control", NULL);
    const uint32_t own = atomic_load_explicit(&s->own_fields, memory_order_relaxed);
    return change_own(s, own | fields, error);
}

int ipsk_release_fields(struct ipsock_endpoint *s, uint32_t fields, struct ipsock_error *error)
{
    const uint32_t own = atomic_load_explicit(&s->own_fields, memory_order_relaxed);
    return change_own(s, own & ~fields, error);
}

int ipsock_set_receive_control(struct ipsock_endpoint *s, uint32_t bits, bool on)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    ipsk_lock_options(s);
    code = ipsk_switch_control(s, bits, on, &error);
    ipsk_unlock_options(s);
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_get_receive_control(struct ipsock_endpoint *s, uint32_t *bits)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (bits == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "receive control", "bits");
    else
        *bits = atomic_load_explicit(&s->receive_control, memory_order_relaxed);
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

/* An answer comes from the address that was asked; where that is a group, from this host by the
 * same interface. */
static int make_reply(const struct ipsock_endpoint *s, struct ipsock_control *out,
                      const struct ipsock_control *in, struct ipsock_error *error)
{
    const struct ipsock_addr *asked = &in->destination;
    out->valid = 0;
    if (!(in->valid & IPSOCK_CONTROL_DESTINATION))
        return ipsk_fail(error, IPSOCK_EMISSADDR, 0, "reply", "destination");
    const bool group =
        in->broadcast || ipsock_addr_is_multicast(asked) || ipsock_addr_is_broadcast(asked);
    if (!group) {
        out->source = *asked;
        out->source.port = 0;
        out->valid |= IPSOCK_CONTROL_SOURCE;
    }
    /* Elsewhere the route decides: an index echoed on a loopback reply breaks on FreeBSD. So it
     * does where an index would be refused beside a peer that is not of the link. */
    if ((in->valid & IPSOCK_CONTROL_INTERFACE) && (group || ipsock_addr_is_link_local(asked)) &&
        (!s->index_no_way || ipsock_addr_is_link_local(&in->source))) {
        out->interface_index = in->interface_index;
        out->valid |= IPSOCK_CONTROL_INTERFACE;
    }
    if (out->valid & ~s->send_control)
        return ipsk_fail(error, ipsk_undeclared(s, out->valid), 0, "reply", "send_control");
    return IPSOCK_OK;
}

int ipsock_control_reply(struct ipsock_endpoint *s, struct ipsock_control *out,
                         const struct ipsock_control *in)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (out == NULL || in == NULL) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "reply", "control");
    } else {
        /* in and out may be one, and of an older, shorter kind */
        struct ipsock_control asked;
        asked.valid = in->valid;
        asked.destination = in->destination;
        asked.source = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        if (in->valid & IPSOCK_CONTROL_SOURCE)
            asked.source = in->source;
        asked.broadcast = in->broadcast;
        asked.interface_index = in->interface_index;
        code = make_reply(s, out, &asked, &error);
    }
    return ipsk_finish(s, IPSOCK_WRITE, code, &error);
}

static int column_of(int family)
{
    return family == IPSOCK_IPV4          ? IPSK_V4
           : family == IPSOCK_IPV6        ? IPSK_V6
           : family == IPSOCK_IPV4_MAPPED ? IPSK_MAPPED
                                          : -1;
}

/* The bits of a destination's family; false where the endpoint does not carry it. */
static bool send_control_of(const struct ipsock_endpoint *s, int family, uint32_t *bits)
{
    const bool mapped = s->dual_stack && family != IPSOCK_IPV6;
    if (family == IPSOCK_UNSPEC)
        *bits = ipsk_send_control_everywhere(s);
    else if (mapped || (family != IPSOCK_IPV4_MAPPED && family == s->family))
        *bits = s->sendable[mapped ? IPSK_MAPPED : column_of(family)];
    else
        return false;
    return true;
}

int ipsock_get_send_control(struct ipsock_endpoint *s, int family, uint32_t *bits)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (bits == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "send control", "bits");
    else if (family != IPSOCK_UNSPEC && column_of(family) < 0)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "send control", "family");
    else if (!send_control_of(s, family, bits))
        code = ipsk_fail(&error, IPSOCK_EFAMILY, 0, "send control", "family");
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_control_space(int family, uint32_t bits, size_t *space)
{
    const uint32_t all = IPSOCK_CONTROL_RECEIVABLE | IPSOCK_CONTROL_SENDABLE;
    const int column = column_of(family);
    if (bits & IPSOCK_CONTROL_POSSIBLE_INTERFACE)
        bits = (bits & ~IPSOCK_CONTROL_POSSIBLE_INTERFACE) | IPSOCK_CONTROL_INTERFACE;
    if (column < 0 || (bits & ~all) || space == NULL)
        return IPSOCK_EINVAL;
    *space = ipsk_control_room(&ipsk_native, column, bits);
    return IPSOCK_OK;
}

int ipsock_control_encode(const struct ipsock_control *control, int family, void *buffer,
                          size_t size, size_t *length)
{
    const char *option;
    const int column = column_of(family);
    size_t used = 0;
    if (length == NULL || column < 0 || (buffer == NULL && size != 0))
        return IPSOCK_EINVAL;
    *length = 0;
    if (control == NULL)
        return IPSOCK_OK;
    int code = ipsk_check_control(control, column, &option);
    if (code == IPSOCK_OK)
        code = ipsk_encode(&ipsk_native, control, column, IPSK_DGRAM, buffer, size, &used);
    if (code < 0 && code != IPSOCK_ENOSPC)
        return code;
    if (control->valid & IPSOCK_CONTROL_OPAQUE) {
        if (buffer != NULL && code == IPSOCK_OK && control->opaque_length > size - used)
            code = IPSOCK_ENOSPC;
        if (buffer != NULL && code == IPSOCK_OK && control->opaque_length != 0)
            memcpy((uint8_t *)buffer + used, control->opaque, control->opaque_length);
        used += control->opaque_length;
    }
    *length = used;
    return code;
}

int ipsock_control_decode(const void *buffer, size_t length, int family, uint32_t fields,
                          struct ipsock_control *control)
{
    const int column = family == IPSOCK_UNSPEC ? IPSK_ANY_COLUMN : column_of(family);
    if (control == NULL || (buffer == NULL && length != 0) ||
        (fields & ~IPSOCK_CONTROL_RECEIVABLE) || (family != IPSOCK_UNSPEC && column < 0))
        return IPSOCK_EINVAL;
    const int code = ipsk_decode(&ipsk_native, buffer, length, column, control);
    if (column == IPSK_MAPPED && (control->valid & IPSOCK_CONTROL_DESTINATION))
        control->destination = ipsock_addr_map(&control->destination);
    control->valid &= fields;
    return code;
}
