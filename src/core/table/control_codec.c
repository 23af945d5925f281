// SPDX-License-Identifier: BSD-2-Clause
/* The generic codec: any system's control messages, from its tables. The public functions run it
 * with the tables of the system that the library was built for, the tests with all of them. */
#include "core/table/control_codec.h"

#include "core/table/sockaddr.h"

struct ipsk_cmsg_layout ipsk_layout(const struct ipsk_system *system)
{
    const struct ipsk_cmsg_layout layout = {
        .header = (size_t)system->facts[IPSK_FACT_CMSG_HEADER],
        .align = (size_t)system->facts[IPSK_FACT_CMSG_ALIGN],
        .length_size = (size_t)system->facts[IPSK_FACT_CMSG_LENGTH_SIZE],
        .level = (size_t)system->facts[IPSK_FACT_CMSG_LEVEL_OFFSET],
    };
    return layout;
}

/* Levels are protocol numbers on every system: 0 IP, 41 IPv6. IPv4 traffic of a dual-stack socket
 * comes with messages of both. */
static bool arrives_in(int level, int column)
{
    return column == IPSK_ANY_COLUMN || column == IPSK_MAPPED ||
           (level == 0 ? column == IPSK_V4 : level != 41 || column == IPSK_V6);
}

static uint32_t take_message(const struct ipsk_system *system, struct ipsock_control *control,
                             const uint8_t *p, const struct ipsk_cmsg_layout *layout, size_t n,
                             int column)
{
    const int32_t level = ipsk_load32(p + layout->level);
    const int32_t type = ipsk_load32(p + layout->level + 4);
    if (!arrives_in(level, column))
        return 0;
    for (size_t i = 0; i < system->received_count; i++) {
        const struct ipsk_received_row *row = &system->received[i];
        if (row->level == level && row->type == type)
            return n < row->minimum
                       ? 0
                       : ipsk_take(control, row->field, row->a, row->b, p + layout->header, n);
    }
    return 0;
}

int ipsk_decode(const struct ipsk_system *system, const void *buffer, size_t length, int column,
                struct ipsock_control *control)
{
    const struct ipsk_cmsg_layout layout = ipsk_layout(system);
    const uint8_t *p = buffer;
    control->valid = 0;
    while (length >= layout.header) {
        const size_t n = ipsk_cmsg_payload(p, length, &layout);
        if (n == SIZE_MAX)
            return IPSOCK_ECONTROL;
        control->valid |= take_message(system, control, p, &layout, n, column);
        const size_t step = ipsk_cmsg_step(n, length, &layout);
        p += step;
        length -= step;
    }
    return IPSOCK_OK;
}

static void put_message(const struct ipsk_system *system, const struct ipsk_sent_row *row,
                        const struct ipsock_control *control, uint8_t *p)
{
    const struct ipsk_cmsg_layout layout = ipsk_layout(system);
    memset(p, 0, ipsk_align(layout.header + row->length, layout.align));
    ipsk_cmsg_header(p, &layout, row->level, row->type, row->length);
    ipsk_give(control, control->valid, row->column, row->fields, row->encoding, row->a, row->b,
              p + layout.header);
    if (row->encoding == IPSK_SENT_SOCKADDR)
        ipsk_put_sockaddr(system, &control->next_hop, p + layout.header);
}

uint32_t ipsk_sendable(const struct ipsk_system *system, unsigned kind, int column)
{
    uint32_t fields = IPSOCK_CONTROL_OPAQUE;
    for (size_t i = 0; i < system->sent_count; i++)
        if ((system->sent[i].kinds & kind) && system->sent[i].column == column)
            fields |= system->sent[i].fields;
    if (kind == IPSK_PING && column == IPSK_V6 && !system->facts[IPSK_FACT_PING_SOURCE6])
        fields &= ~IPSOCK_CONTROL_SOURCE; /* the message is taken, the source ignored */
    return fields;
}

/* Whether a row is to be written: it carries a valid field that no row before it has carried. */
static bool calls_for(const struct ipsk_sent_row *row, unsigned kinds, int column, uint32_t open)
{
    return (row->kinds & kinds) && row->column == column && (row->fields & open);
}

int ipsk_encode(const struct ipsk_system *system, const struct ipsock_control *control, int column,
                unsigned kinds, void *buffer, size_t size, size_t *length)
{
    const struct ipsk_cmsg_layout layout = ipsk_layout(system);
    uint8_t *p = buffer;
    uint32_t open = control->valid & ~IPSOCK_CONTROL_OPAQUE;
    size_t used = 0;
    if (open & ~ipsk_sendable(system, kinds, column))
        return IPSOCK_ENOTSUP;
    for (size_t i = 0; i < system->sent_count; i++) {
        const struct ipsk_sent_row *row = &system->sent[i];
        if (!calls_for(row, kinds, column, open))
            continue;
        const size_t space = ipsk_align(layout.header + row->length, layout.align);
        if (p != NULL && space <= size - used)
            put_message(system, row, control, p + used);
        else if (p != NULL)
            p = NULL; /* go on counting */
        used += space;
        open &= ~row->fields;
    }
    *length = used;
    return buffer != NULL && p == NULL ? IPSOCK_ENOSPC : IPSOCK_OK;
}

static uint32_t field_bits(int field)
{
    switch (field) {
    case IPSK_FIELD_HOP_LIMIT:
        return IPSOCK_CONTROL_HOP_LIMIT;
    case IPSK_FIELD_TRAFFIC_CLASS:
        return IPSOCK_CONTROL_TRAFFIC_CLASS;
    case IPSK_FIELD_PKTINFO4:
    case IPSK_FIELD_PKTINFO4_SPEC:
    case IPSK_FIELD_PKTINFO6:
        return IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    case IPSK_FIELD_DESTINATION4:
        return IPSOCK_CONTROL_DESTINATION;
    case IPSK_FIELD_LINK:
    case IPSK_FIELD_INDEX:
        return IPSOCK_CONTROL_INTERFACE;
    case IPSK_FIELD_PATH_MTU:
        return IPSOCK_CONTROL_PATH_MTU;
    default:
        return IPSOCK_CONTROL_SEGMENT_SIZE;
    }
}

size_t ipsk_control_room(const struct ipsk_system *system, int column, uint32_t bits)
{
    const struct ipsk_cmsg_layout layout = ipsk_layout(system);
    size_t received = 0;
    size_t sent = 0;
    for (size_t i = 0; i < system->received_count; i++) {
        const struct ipsk_received_row *row = &system->received[i];
        if (arrives_in(row->level, column) && (field_bits(row->field) & bits))
            received += ipsk_align(layout.header + row->usual, layout.align);
    }
    for (size_t i = 0; i < system->sent_count; i++)
        if (system->sent[i].column == column && (system->sent[i].fields & bits))
            sent += ipsk_align(layout.header + system->sent[i].length, layout.align);
    return received > sent ? received : sent;
}

static int check_source(const struct ipsock_addr *source, int column)
{
    const bool fits =
        column == IPSK_V6   ? source->family == IPSOCK_IPV6 && !ipsock_addr_is_mapped(source)
        : column == IPSK_V4 ? source->family == IPSOCK_IPV4
                            : source->family == IPSOCK_IPV4 || ipsock_addr_is_mapped(source);
    return fits ? IPSOCK_OK : IPSOCK_EFAMILY;
}

int ipsk_check_control(const struct ipsock_control *control, int column, const char **option)
{
    const uint32_t valid = control->valid;
    int code = IPSOCK_EINVAL;
    if ((valid & ~IPSOCK_CONTROL_SENDABLE)) {
        *option = "valid";
    } else if ((valid & IPSOCK_CONTROL_HOP_LIMIT) && control->hop_limit == 0) {
        *option = "hop_limit";
    } else if ((valid & IPSOCK_CONTROL_INTERFACE) && control->interface_index == 0) {
        *option = "interface_index";
    } else if ((valid & IPSOCK_CONTROL_DONT_FRAGMENT) && control->dont_fragment > 1) {
        *option = "dont_fragment";
    } else if ((valid & IPSOCK_CONTROL_SEGMENT_SIZE) &&
               (control->segment_size == 0 || control->segment_size > UINT16_MAX)) {
        *option = "segment_size";
    } else if ((valid & IPSOCK_CONTROL_OPAQUE) && control->opaque == NULL &&
               control->opaque_length != 0) {
        *option = "opaque";
    } else if ((valid & IPSOCK_CONTROL_SOURCE) &&
               (code = check_source(&control->source, column)) < 0) {
        *option = "source";
    } else if ((valid & IPSOCK_CONTROL_NEXT_HOP) && control->next_hop.family != IPSOCK_IPV6) {
        code = IPSOCK_EFAMILY;
        *option = "next_hop";
    } else {
        code = IPSOCK_OK;
    }
    return code;
}
