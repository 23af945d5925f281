// SPDX-License-Identifier: BSD-2-Clause
#include "core/option/addressed.h"

#include "core/endpoint/zone.h"
#include "core/option/control.h"
#include "core/option/option.h"

static int wrong(struct ipsock_error *error, int code, const char *field)
{
    return ipsk_fail(error, code, 0, "send", field);
}

static const struct ipsock_addr *peer_of(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m)
{
    return m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer;
}

bool ipsk_is_forbidden_to_all(const struct ipsock_endpoint *s, const struct ipsock_addr *peer)
{
    const int columns = ipsk_native.facts[IPSK_FACT_ALL_ONES_FREE];
    const int column = ipsk_column(s, peer);
    if (columns == 0 || column == IPSK_V6 || (s->flags & IPSOCK_OPEN_BROADCAST))
        return false;
    const struct ipsock_addr plain = ipsock_addr_unmap(peer);
    const bool lets = s->backing == IPSOCK_RAW || (columns >> column & 1) != 0;
    return lets && ipsock_addr_is_broadcast(&plain);
}

/* Whether a source of its own with each packet is not heeded, in which columns. */
static void note_own_source(struct ipsock_endpoint *s, const struct ipsock_addr *local)
{
    const int32_t *facts = ipsk_native.facts;
    const struct ipsock_addr plain = ipsock_addr_unmap(local);
    const bool unbound = ipsock_addr_is_unspecified(&plain);
    const int kind = (int)ipsk_kind_bit(s->backing);
    const bool six = (facts[IPSK_FACT_SOURCE6_UNCONNECTED] & kind) != 0;
    const bool four = (facts[IPSK_FACT_SOURCE4_UNBOUND_ONLY] && !unbound) ||
                      (s->connected && (facts[IPSK_FACT_SOURCE4_UNCONNECTED] & kind) != 0);
    if (facts[IPSK_FACT_PKTINFO4_UNBINDS] && s->family == IPSOCK_IPV4 && s->backing == IPSOCK_UDP &&
        (!unbound || s->connected || plain.port == 0))
        s->own_columns = (uint8_t)(s->own_columns | 1u << IPSK_V4);
    if (four && plain.family == IPSOCK_IPV4)
        s->own_columns =
            (uint8_t)(s->own_columns | 1u << (s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_MAPPED));
    if (six && s->connected && plain.family == IPSOCK_IPV6)
        s->own_columns = (uint8_t)(s->own_columns | 1u << IPSK_V6);
    s->own = plain;
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column++)
        if (s->own_columns >> column & 1) {
            /* it goes without being said */
            s->emulated[column] |= IPSOCK_CONTROL_SOURCE;
            s->slow_control[column] |= IPSOCK_CONTROL_SOURCE;
        }
}

/* Bound to an address of one family, a dual-stack socket cannot send in the other: Linux refuses,
 * the BSDs put ::ffff: addresses, or another source, on the wire. */
static void note_family(struct ipsock_endpoint *s, const struct ipsock_addr *local)
{
    if (!ipsk_native.facts[IPSK_FACT_FAMILIES_MIX] || !s->dual_stack || s->connected)
        return;
    if (ipsk_is_mapped(local))
        s->shut_column = IPSK_V6;
    else if (!ipsock_addr_is_unspecified(local))
        s->shut_column = IPSK_MAPPED;
}

/* The index beside a packet of IPv6 then picks its source, and the route its way. */
static void note_index(struct ipsock_endpoint *s)
{
    const uint32_t since = (uint32_t)ipsk_native.facts[IPSK_FACT_INDEX6_NO_WAY_SINCE];
    if (since == 0 || since > ipsk_sys_version() || s->family != IPSOCK_IPV6 ||
        (s->backing == IPSOCK_UDP && s->connected))
        return;
    s->index_no_way = true;
    s->slow_control[IPSK_V6] |= IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_NEXT_HOP;
    if (!(s->sendable[IPSK_V6] & IPSOCK_CONTROL_INTERFACE))
        return;
    s->emulated_any |= IPSOCK_CONTROL_INTERFACE;
    s->emulates = true;
}

/* Whether a fact is about the endpoint's own address. */
static bool needs_own(const struct ipsock_endpoint *s)
{
    const int32_t *facts = ipsk_native.facts;
    if (s->family == IPSOCK_IPV4)
        return facts[IPSK_FACT_SOURCE4_UNBOUND_ONLY] != 0 ||
               facts[IPSK_FACT_PKTINFO4_UNBINDS] != 0 ||
               (s->connected && facts[IPSK_FACT_SOURCE4_UNCONNECTED] != 0) ||
               (s->kind == IPSOCK_RAW && facts[IPSK_FACT_RAW_SOURCE_BY_ROUTE] != 0);
    return (s->connected && facts[IPSK_FACT_SOURCE6_UNCONNECTED] != 0) ||
           (s->dual_stack &&
            (facts[IPSK_FACT_SOURCE4_UNBOUND_ONLY] != 0 || facts[IPSK_FACT_FAMILIES_MIX] != 0));
}

/* Options that control data put out of force ride along with it (emulate.c). */
static void note_alone(struct ipsock_endpoint *s)
{
    if (ipsk_native.facts[IPSK_FACT_CONTROL6_ALONE] != 0 && s->family == IPSOCK_IPV6 &&
        s->send_control != 0)
        s->emulates = true;
}

int ipsk_note_address(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const struct ipsock_addr all = ipsock_addr_ipv4(255, 255, 255, 255, 0);
    struct ipsock_addr local;
    if (s->kind == IPSOCK_TCP)
        return IPSOCK_OK;
    note_index(s);
    note_alone(s);
    if (needs_own(s)) {
        const int code = ipsk_sys_local_addr(s->handle, &local, error);
        if (code < 0)
            return code;
        note_own_source(s, &local);
        note_family(s, &local);
    }
    if (s->emulates || s->shut_column != 0)
        s->sends = IPSK_SENDS_CHECKED;
    if (ipsk_sends_anywhere(s) && ipsk_is_forbidden_to_all(s, &all))
        s->sends = IPSK_SENDS_NOT_TO_ALL;
    return IPSOCK_OK;
}

static int check_source(const struct ipsock_endpoint *s, const struct ipsock_control *c, int column,
                        struct ipsock_error *error)
{
    const bool other = (c->valid & IPSOCK_CONTROL_SOURCE) && (s->own_columns >> column & 1) &&
                       !ipsock_addr_same_ip(&c->source, &s->own);
    return other ? wrong(error, IPSOCK_ENOTSUP, "source") : IPSOCK_OK;
}

/* Groups beyond the link go by an option that is lent, and what is of the link goes by its zone. */
static int check_way(const struct ipsock_endpoint *s, const struct ipsock_control *c,
                     const struct ipsock_addr *to, struct ipsock_error *error)
{
    if (!s->index_no_way)
        return IPSOCK_OK;
    if (c->valid & IPSOCK_CONTROL_NEXT_HOP)
        return wrong(error, IPSOCK_ENOTSUP, "next_hop");
    return (c->valid & IPSOCK_CONTROL_INTERFACE) && !ipsk_is_scoped(to) &&
                   !ipsock_addr_is_multicast(to)
               ? wrong(error, IPSOCK_ENOTSUP, "interface_index")
               : IPSOCK_OK;
}

int ipsk_check_addressed(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                         struct ipsock_error *error)
{
    const struct ipsock_addr *to = peer_of(s, m);
    const int column = ipsk_message_column(s, m);
    if (ipsk_is_forbidden_to_all(s, to))
        return wrong(error, IPSOCK_EBROADCAST, "peer");
    if (s->shut_column != 0 && s->shut_column == column)
        return wrong(error, column == IPSK_V6 ? IPSOCK_ENOTSUP : IPSOCK_ENETUNREACH, "peer");
    if (m->control == NULL)
        return IPSOCK_OK;
    const int code = check_source(s, m->control, column, error);
    return code < 0 || column != IPSK_V6 ? code : check_way(s, m->control, to, error);
}

uint32_t ipsk_lent_interface(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const struct ipsock_control *c = m->control;
    const struct ipsock_addr *to = peer_of(s, m);
    if (c != NULL && (c->valid & s->emulated[ipsk_message_column(s, m)] & IPSOCK_CONTROL_INTERFACE))
        return c->interface_index;
    if (!s->index_no_way || c == NULL || !(c->valid & IPSOCK_CONTROL_INTERFACE) ||
        ipsk_message_column(s, m) != IPSK_V6 || !ipsock_addr_is_multicast(to) || ipsk_is_scoped(to))
        return 0;
    return c->interface_index;
}

int ipsk_hear_alone(struct ipsock_endpoint *s, uint32_t index, struct ipsock_error *error)
{
    if (index == 0 || ipsk_native.facts[IPSK_FACT_BOUND_HEARS_ALL] == 0)
        return IPSOCK_OK;
    if (s->kind == IPSOCK_TCP)
        return s->listening ? ipsk_fail(error, IPSOCK_ENOTSUP, 0, "open", "interface_index")
                            : IPSOCK_OK;
    s->heard = index;
    const int code = ipsk_need_fields(s, IPSOCK_CONTROL_INTERFACE, error);
    if (code == IPSOCK_OK)
        atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_BOUND, memory_order_release);
    return code;
}

const struct ipsk_option_row *ipsk_row_of_interface(const struct ipsock_endpoint *s, int column,
                                                    bool group)
{
    const struct ipsk_option_row *row =
        group ? ipsk_option_row(s, IPSK_OPTION_MULTICAST_INTERFACE, column) : NULL;
    return row != NULL ? row
                       : ipsk_option_row(s, IPSK_OPTION_BIND_INTERFACE,
                                         column == IPSK_V4 ? IPSK_V4 : IPSK_V6);
}
