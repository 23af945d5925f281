// SPDX-License-Identifier: BSD-2-Clause
#include "core/endpoint/zone.h"

int ipsk_settle_zones(struct ipsock_config *config, struct ipsock_error *error)
{
    struct ipsock_addr *addrs[] = {&config->local, &config->peer};
    uint32_t zone = config->interface_index;
    for (int i = 0; i < 2; i++) {
        if (!ipsk_is_scoped(addrs[i]) || addrs[i]->scope == 0)
            continue;
        if (zone != 0 && zone != addrs[i]->scope)
            return ipsk_fail(error, IPSOCK_EINVAL, 0, "open",
                             config->interface_index != 0 ? "interface_index" : "scope");
        zone = addrs[i]->scope;
    }
    for (int i = 0; i < 2; i++) {
        if (!ipsk_is_scoped(addrs[i]))
            continue;
        addrs[i]->scope = zone;
        if (zone == 0 && ipsk_is_link_local(addrs[i]))
            return ipsk_fail(error, IPSOCK_EINVAL, 0, "open", "zone");
    }
    return IPSOCK_OK;
}

uint32_t ipsk_zone_of_config(const struct ipsock_config *config)
{
    if (config->interface_index != 0 || config->local.family != IPSOCK_IPV6)
        return config->interface_index;
    return ipsk_is_link_local(&config->local) ? config->local.scope : 0;
}

int ipsk_note_zone(struct ipsock_endpoint *s, uint32_t bound_to, struct ipsock_error *error)
{
    struct ipsock_addr local;
    s->zone = bound_to;
    if (bound_to != 0 || s->family != IPSOCK_IPV6)
        return IPSOCK_OK;
    const int code = ipsk_sys_local_addr(s->handle, &local, error);
    if (code == IPSOCK_OK && local.family == IPSOCK_IPV6 && ipsk_is_link_local(&local))
        s->zone = local.scope;
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
}

/* The interface that the control data name: by itself, or as a link-local source's zone. */
static uint32_t named_by_control(const struct ipsock_control *c)
{
    if (c == NULL)
        return 0;
    if (c->valid & IPSOCK_CONTROL_INTERFACE)
        return c->interface_index;
    return (c->valid & IPSOCK_CONTROL_SOURCE) && ipsk_is_scoped(&c->source) ? c->source.scope : 0;
}

static int wrong(struct ipsock_error *error, const char *field)
{
    return ipsk_fail(error, IPSOCK_EINVAL, 0, "send", field);
}

/* An address of a message beside what else names an interface. */
static int check_one(const struct ipsock_endpoint *s, const struct ipsock_addr *addr,
                     const struct ipsock_control *c, uint32_t other, struct ipsock_error *error)
{
    const bool named = c != NULL && (c->valid & IPSOCK_CONTROL_INTERFACE);
    if (!ipsk_is_scoped(addr))
        return IPSOCK_OK;
    if (addr->scope == 0)
        return ipsk_is_link_local(addr) && other == 0 && s->zone == 0 ? wrong(error, "zone")
                                                                      : IPSOCK_OK;
    if (named && addr->scope != c->interface_index)
        return wrong(error, "interface_index");
    return (other != 0 && other != addr->scope) || (s->zone != 0 && s->zone != addr->scope)
               ? wrong(error, "scope")
               : IPSOCK_OK;
}

int ipsk_check_zone(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                    struct ipsock_error *error)
{
    const struct ipsock_control *c = m->control;
    const struct ipsock_addr *to = m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer;
    const uint32_t of_control = named_by_control(c);
    int code = IPSOCK_OK;
    if (m->peer.family != IPSOCK_UNSPEC && !s->connected)
        code = check_one(s, to, c, of_control, error);
    if (code < 0 || c == NULL || !(c->valid & IPSOCK_CONTROL_SOURCE))
        return code;
    const uint32_t of_peer = ipsk_is_scoped(to) ? to->scope : 0;
    return check_one(s, &c->source, c, c->valid & IPSOCK_CONTROL_INTERFACE ? of_control : of_peer,
                     error);
}

/* A wider group, for which the option does nothing: by what would be in it. */
static bool goes_by_zone(const struct ipsock_addr *to)
{
    return ipsk_native.facts[IPSK_FACT_GROUPS6_BY_ZONE] != 0 && to->family == IPSOCK_IPV6 &&
           ipsock_addr_is_multicast(to);
}

bool ipsk_zone_may_change(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return (ipsk_is_scoped(&m->peer) || goes_by_zone(&m->peer)) && !ipsk_is_link_local(&m->peer) &&
           m->peer.scope == 0 && named_by_control(m->control) == 0 &&
           (s->zone == 0 || !ipsk_is_scoped(&m->peer));
}

uint32_t ipsk_find_zone(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    if (!ipsk_is_scoped(&m->peer) && !goes_by_zone(&m->peer))
        return 0;
    const uint32_t named = named_by_control(m->control);
    if (named != 0)
        return named;
    const uint32_t set = atomic_load_explicit(&s->multicast_interface, memory_order_relaxed);
    if (!ipsk_is_scoped(&m->peer)) /* the option's own group: before the endpoint's interface */
        return set != 0 ? set : s->zone;
    return s->zone != 0 || ipsk_is_link_local(&m->peer) ? s->zone : set;
}
