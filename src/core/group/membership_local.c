// SPDX-License-Identifier: BSD-2-Clause
#include "core/group/membership_local.h"

#include "core/option/control.h"
#include "core/option/found.h"
#include "core/option/option.h"

bool ipsk_has_local_sources(const struct ipsock_endpoint *s,
                            const struct ipsk_membership_request *r)
{
    const int column = ipsk_column(s, &r->group);
    return ipsk_option_row(s, IPSK_OPTION_JOIN_SOURCE, column) == NULL &&
           ipsk_option_row(s, IPSK_OPTION_JOIN_GROUP, column) != NULL &&
           ipsk_tells(s, IPSK_STRICT_FIELDS, column);
}

int ipsk_filter_sources(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                        struct ipsock_error *error)
{
    if (!ipsk_call_has_source(r->call) ||
        (!ipsk_has_local_sources(s, r) &&
         (r->call != IPSK_EXCLUDE || ipsk_blocks_sources(ipsk_column(s, &r->group)))))
        return IPSOCK_OK;
    int code = ipsk_remember_packet_info(s, error);
    if (code == IPSOCK_OK)
        code = ipsk_need_fields(s, IPSK_STRICT_FIELDS, error);
    if (code == IPSOCK_OK)
        atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_STRICT, memory_order_release);
    return code;
}

/* The interface of an own address; 0: it is none. */
static uint32_t interface_of(const struct ipsock_addr *addr)
{
    struct ipsock_interface *list = NULL;
    struct ipsock_error ignored;
    uint32_t index = addr->family == IPSOCK_IPV6 ? addr->scope : 0;
    if (index != 0 || ipsk_sys_interfaces(&list, &ignored) < 0)
        return index;
    for (const struct ipsock_interface *i = list; i != NULL; i = i->next)
        for (const struct ipsock_interface_addr *a = i->addrs; a != NULL && index == 0; a = a->next)
            if (ipsock_addr_same_ip(&a->addr, addr))
                index = i->index;
    ipsock_interfaces_free(list);
    return index;
}

/* A socket apart is connected to the group, and has the address of the interface then. */
static uint32_t way_to(const struct ipsock_addr *group)
{
    struct ipsock_addr to = ipsock_addr_unmap(group);
    struct ipsock_addr local;
    struct ipsock_error ignored;
    ipsock_handle_t probe;
    uint32_t index = 0;
    to.port = 9; /* any will do: nothing is sent */
    if (ipsk_sys_socket(to.family, IPSOCK_UDP, 0, &probe, &ignored) < 0)
        return 0;
    if (ipsk_sys_connect(probe, &to, &ignored) == IPSOCK_OK &&
        ipsk_sys_local_addr(probe, &local, &ignored) == IPSOCK_OK)
        index = interface_of(&local);
    ipsk_sys_close(probe);
    return index;
}

uint32_t ipsk_choice_of(struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    const uint32_t way = ipsk_find_way(s, r);
    return way == 0 && s->memberships.strict ? way_to(&r->group) : way;
}

uint32_t ipsk_find_way(struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    if (r->index != 0 || !ipsk_call_has_source(r->call) ||
        !ipsk_native.facts[IPSK_FACT_SOURCES_BY_INDEX] || ipsk_has_local_sources(s, r))
        return 0;
    const struct ipsk_membership *m = ipsk_membership_find(&s->memberships, r->group.ip, 0);
    return m != NULL && m->chosen != 0 ? m->chosen : way_to(&r->group);
}

int ipsk_tell_group(struct ipsock_endpoint *s, ipsock_handle_t handle,
                    const struct ipsk_membership_request *r, struct ipsock_error *error)
{
    const struct ipsk_membership *m = ipsk_membership_find(&s->memberships, r->group.ip, r->index);
    struct ipsk_membership_request group = *r;
    if (r->call == IPSK_JOIN_SOURCE && m == NULL)
        group.call = IPSK_JOIN;
    else if (r->call == IPSK_LEAVE_SOURCE && (m == NULL || m->source_count == 1))
        group.call = IPSK_LEAVE;
    else if (ipsk_call_has_source(r->call))
        return IPSOCK_OK;
    return ipsk_tell_membership(s, handle, &group, error);
}
