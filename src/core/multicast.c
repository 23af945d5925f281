// SPDX-License-Identifier: BSD-2-Clause
/* Memberships: arguments checked, the state table asked, the kernel told, the result entered. */
#include <ipsock/multicast.h>

#include "core/membership_aside.h"

static int check_family(const struct ipsock_endpoint *s, const struct ipsock_addr *addr,
                        const struct ipsk_membership_request *r, const char *field,
                        struct ipsock_error *error)
{
    if (addr->family == IPSOCK_UNSPEC)
        return ipsk_refuse_membership(error, IPSOCK_EMISSADDR, r, field);
    if (addr->family != s->family || ipsock_addr_is_mapped(addr))
        return ipsk_refuse_membership(error, IPSOCK_EFAMILY, r, field);
    return IPSOCK_OK;
}

/* The scope of a group or source says the same as the index, or says it alone. */
static int settle_scope(struct ipsk_membership_request *r, struct ipsock_addr *addr,
                        const char *field, struct ipsock_error *error)
{
    if (addr->family == IPSOCK_IPV4) {
        addr->scope = 0;
        memset(addr->ip + 4, 0, 12); /* memberships compare all of it */
    }
    if (addr->scope != 0 && r->index == 0)
        r->index = addr->scope;
    if (addr->scope != 0 && addr->scope != r->index)
        return ipsk_refuse_membership(error, IPSOCK_EINVAL, r, field);
    addr->scope = 0;
    addr->port = 0;
    return IPSOCK_OK;
}

static int check(const struct ipsock_endpoint *s, struct ipsk_membership_request *r,
                 struct ipsock_error *error)
{
    if (s->kind == IPSOCK_TCP)
        return ipsk_refuse_membership(error, IPSOCK_EKIND, r, NULL);
    int code = check_family(s, &r->group, r, "group", error);
    if (code == IPSOCK_OK && !ipsock_addr_is_multicast(&r->group))
        code = ipsk_refuse_membership(error, IPSOCK_EINVAL, r, "group");
    if (code == IPSOCK_OK && ipsk_call_has_source(r->call))
        code = check_family(s, &r->source, r, "source", error);
    if (code == IPSOCK_OK && ipsk_call_has_source(r->call) &&
        (ipsock_addr_is_multicast(&r->source) || ipsock_addr_is_unspecified(&r->source) ||
         ipsock_addr_is_broadcast(&r->source)))
        code = ipsk_refuse_membership(error, IPSOCK_EINVAL, r, "source");
    if (code == IPSOCK_OK)
        code = settle_scope(r, &r->group, "group", error);
    if (code == IPSOCK_OK && ipsk_call_has_source(r->call))
        code = settle_scope(r, &r->source, "source", error);
    return code;
}

/* 0 stands for an interface that only the system knows: beside an index for the same group one
 * membership could have two names. */
static bool mixes(const struct ipsk_memberships *all, const struct ipsk_membership_request *r)
{
    const struct ipsk_membership *m = NULL;
    while ((m = ipsk_membership_next(all, r->group.ip, m)) != NULL)
        if ((m->index == 0) != (r->index == 0))
            return true;
    return false;
}

static int answer(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                  const uint8_t *source, struct ipsock_error *error)
{
    /* What an adopted handle had joined before and cannot be read, the kernel answers for. */
    bool exact = true;
    int code = ipsk_know_membership(s, r, &exact, error);
    if (code < 0)
        return code;
    const struct ipsk_membership *known =
        ipsk_membership_find(&s->memberships, r->group.ip, r->index);
    if (exact || known != NULL)
        code = ipsk_membership_answer(r->call, ipsk_membership_state(known, source));
    if (code < 0)
        return ipsk_refuse_membership(error, code, r, NULL);
    if (known == NULL && mixes(&s->memberships, r))
        return ipsk_refuse_membership(error, IPSOCK_EINVAL, r, "interface_index");
    return IPSOCK_OK;
}

/* A first membership there: what is joined already is joined. */
static int check_interface(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                           struct ipsock_error *error)
{
    if (r->index == 0 || (r->call != IPSK_JOIN && r->call != IPSK_JOIN_SOURCE) ||
        ipsk_membership_find(&s->memberships, r->group.ip, r->index) != NULL)
        return IPSOCK_OK;
    const int code = ipsk_sys_interface_groups(s->handle, r->index, error);
    return code == IPSOCK_ENODEV ? ipsk_refuse_membership(error, code, r, "interface_index") : code;
}

/* What the kernel has accepted. */
static void enter(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                  const uint8_t *source, struct ipsk_membership *spare, bool aside)
{
    if (spare != NULL) {
        spare->aside = aside;
        if (s->memberships.strict && r->index == 0)
            spare->chosen = ipsk_chosen_interface(s, &r->group);
    }
    ipsk_membership_apply(&s->memberships, r->group.ip, r->index, source, r->call, spare);
}

/* Under setup. */
static int perform(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                   struct ipsock_error *error)
{
    const uint8_t *source = ipsk_call_has_source(r->call) ? r->source.ip : NULL;
    struct ipsk_membership *spare = NULL;
    int code = answer(s, r, source, error);
    if (code == IPSOCK_OK)
        code = check_interface(s, r, error);
    if (code < 0)
        return code;
    if (ipsk_membership_reserve(&s->memberships, r->group.ip, r->index, r->call, &spare) < 0)
        return ipsk_refuse_membership(error, IPSOCK_ENOMEM, r, NULL);
    if (ipsk_needs_aside(s, r))
        code = ipsk_move_aside(s, r, error);
    const bool aside = ipsk_is_aside(s, &r->group);
    const bool known = ipsk_membership_find(&s->memberships, r->group.ip, r->index) != NULL;
    if (code == IPSOCK_OK)
        code = ipsk_tell_membership(s, aside ? s->aside : s->handle, r, error);
    /* With its interface gone a membership is gone too: leaving it has succeeded. */
    if (known && (r->call == IPSK_LEAVE || r->call == IPSK_LEAVE_SOURCE) &&
        (code == IPSOCK_ENODEV || code == IPSOCK_ENOTMEMBER))
        code = IPSOCK_OK;
    if (code < 0)
        ipsk_membership_discard(spare);
    else
        enter(s, r, source, spare, aside);
    return code;
}

static int request(struct ipsock_endpoint *s, int call, uint32_t index,
                   const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    static const struct ipsock_addr none;
    struct ipsock_error error;
    struct ipsk_membership_request r = {call, index, group == NULL ? none : *group,
                                        source == NULL ? none : *source};
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = check(s, &r, &error);
    if (code == IPSOCK_OK) {
        ipsk_mutex_lock(&s->setup);
        code = perform(s, &r, &error);
        ipsk_mutex_unlock(&s->setup);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_join_group(struct ipsock_endpoint *s, uint32_t interface_index,
                      const struct ipsock_addr *group)
{
    return request(s, IPSK_JOIN, interface_index, group, NULL);
}

int ipsock_leave_group(struct ipsock_endpoint *s, uint32_t interface_index,
                       const struct ipsock_addr *group)
{
    return request(s, IPSK_LEAVE, interface_index, group, NULL);
}

int ipsock_join_source_group(struct ipsock_endpoint *s, uint32_t interface_index,
                             const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    return request(s, IPSK_JOIN_SOURCE, interface_index, group, source);
}

int ipsock_leave_source_group(struct ipsock_endpoint *s, uint32_t interface_index,
                              const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    return request(s, IPSK_LEAVE_SOURCE, interface_index, group, source);
}

int ipsock_exclude_source(struct ipsock_endpoint *s, uint32_t interface_index,
                          const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    return request(s, IPSK_EXCLUDE, interface_index, group, source);
}

int ipsock_include_source(struct ipsock_endpoint *s, uint32_t interface_index,
                          const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    return request(s, IPSK_INCLUDE, interface_index, group, source);
}
