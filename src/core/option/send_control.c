// SPDX-License-Identifier: BSD-2-Clause
#include "core/option/send_control.h"

#include <ipsock/capability.h>

#include "core/endpoint/message.h"
#include "core/option/option.h"
#include "core/table/control_codec.h"

const struct ipsk_emulation ipsk_emulations[IPSK_EMULATED_MAX] = {
    [IPSK_EMULATED_CLASS] = {IPSOCK_CONTROL_TRAFFIC_CLASS, IPSK_OPTION_TRAFFIC_CLASS},
    [IPSK_EMULATED_HOPS] = {IPSOCK_CONTROL_HOP_LIMIT, IPSK_OPTION_HOP_LIMIT},
    [IPSK_EMULATED_FRAGMENT] = {IPSOCK_CONTROL_DONT_FRAGMENT, IPSK_OPTION_DONT_FRAGMENT},
};

int ipsk_emulated_option(uint32_t field)
{
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (ipsk_emulations[i].field == field)
            return ipsk_emulations[i].option;
    return -1;
}

bool ipsk_lends_interface(unsigned kind, int column)
{
    return column != IPSK_V6 && ipsk_native.facts[IPSK_FACT_INDEX4_BY_OPTION] != 0 &&
           ipsk_find_option(&ipsk_native, IPSK_OPTION_BIND_INTERFACE, kind,
                            column == IPSK_V4 ? IPSK_V4 : IPSK_V6) != NULL;
}

uint32_t ipsk_unsendable(void)
{
    return ipsk_sys_lacks() & IPSK_LACKS_CLASS_MARKS ? IPSOCK_CONTROL_TRAFFIC_CLASS : 0;
}

/* A row of a newer version serves none of its fields; bytes of the caller's own go where the system
 * looks at control data. */
uint32_t ipsk_sent_here(unsigned kind, int column)
{
    uint32_t fields = ipsk_sendable(&ipsk_native, kind, column) & ~ipsk_unsendable();
    if (ipsk_sys_lacks() & IPSK_LACKS_SEGMENTS)
        fields &= ~(uint32_t)IPSOCK_CONTROL_SEGMENT_SIZE;
    if (ipsk_find_absent(&ipsk_native, IPSOCK_FEATURE_SEND_OPAQUE, kind, column) != NULL)
        fields &= ~(uint32_t)IPSOCK_CONTROL_OPAQUE;
    for (size_t i = 0; i < ipsk_native.sent_count; i++) {
        const struct ipsk_sent_row *row = &ipsk_native.sent[i];
        if ((row->kinds & kind) && row->column == column && row->since > ipsk_sys_version())
            fields &= ~row->fields;
    }
    return fields;
}

uint32_t ipsk_emulatable(const struct ipsock_endpoint *s, int column)
{
    uint32_t fields = ipsk_segmentable(ipsk_kind_bit(s->backing));
    for (int i = 0; i < IPSK_EMULATED_MAX; i++)
        if (ipsk_option_row(s, ipsk_emulations[i].option, column) != NULL)
            fields |= ipsk_emulations[i].field;
    if (ipsk_lends_interface(ipsk_kind_bit(s->backing), column))
        fields |= IPSOCK_CONTROL_INTERFACE;
    return fields & ~ipsk_unsendable();
}

/* What a packet with a header of its own can still be told; kernels ignore the rest, or take it for
 * what the header leaves open. */
#define BESIDE_HEADER (IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_OPAQUE)

/* Declarations that name no field. */
#define WHERE_POSSIBLE (IPSOCK_CONTROL_POSSIBLE | IPSOCK_CONTROL_POSSIBLE_INTERFACE)

/* What is to be declared if it can be, what has to be among it. */
static uint32_t wanted_of(uint32_t bits, uint32_t named)
{
    if (bits & IPSOCK_CONTROL_POSSIBLE)
        return IPSOCK_CONTROL_SENDABLE;
    return bits & IPSOCK_CONTROL_POSSIBLE_INTERFACE ? named | IPSOCK_CONTROL_INTERFACE : named;
}

/* Fields about which little can be wrong. */
#define USUAL                                                                          \
    (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE | \
     IPSOCK_CONTROL_INTERFACE)

static bool carries(const struct ipsock_endpoint *s, int column)
{
    return s->family == IPSOCK_IPV4 ? column == IPSK_V4
                                    : column == IPSK_V6 || (s->dual_stack && column == IPSK_MAPPED);
}

/* Fields that can be declared for sending: with a message of their own, or by setting the option
 * around the call. */
int ipsk_declare_send_control(struct ipsock_endpoint *s, uint32_t bits, const char *operation,
                              struct ipsock_error *error)
{
    const uint32_t open = s->flags & IPSOCK_OPEN_HEADER_INCLUDED ? BESIDE_HEADER : UINT32_MAX;
    const uint32_t named = bits & ~WHERE_POSSIBLE;
    const uint32_t wanted = wanted_of(bits, named);
    uint32_t possible = 0;
    if (named & ~IPSOCK_CONTROL_SENDABLE)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, operation, "send_control");
    s->emulates |= ipsk_borrows_hops(s);
    s->offload_count = (uint32_t)ipsk_native.facts[IPSK_FACT_SEGMENTS_SURE];
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column++) {
        if (!carries(s, column))
            continue;
        const uint32_t native = ipsk_sent_here(ipsk_kind_bit(s->backing), column) & open;
        s->emulated[column] = wanted & ~native & ipsk_emulatable(s, column) & open;
        s->sendable[column] = wanted & (native | s->emulated[column]);
        s->slow_control[column] = ~(s->sendable[column] & USUAL);
        if (s->sendable[column] & ~s->emulated[column] & IPSOCK_CONTROL_SEGMENT_SIZE)
            atomic_init(&s->offload[column], ipsk_longest_datagram(column));
        s->emulated_any |= s->emulated[column] & ~(uint32_t)IPSOCK_CONTROL_SEGMENT_SIZE;
        possible |= native | s->emulated[column];
    }
    if (named & ~possible)
        return ipsk_fail(error, IPSOCK_ENOTSUP, 0, operation, "send_control");
    s->emulates |= s->emulated_any != 0;
    if (s->emulates)
        s->sends = IPSK_SENDS_CHECKED;
    s->send_control = (wanted & possible) | (bits & WHERE_POSSIBLE);
    return IPSOCK_OK;
}

uint32_t ipsk_send_control_everywhere(const struct ipsock_endpoint *s)
{
    uint32_t bits = s->send_control & IPSOCK_CONTROL_SENDABLE;
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column++)
        if (carries(s, column))
            bits &= s->sendable[column];
    return bits;
}
