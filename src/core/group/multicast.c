// SPDX-License-Identifier: BSD-2-Clause
/* Memberships: arguments checked, the state table asked, the kernel told, the result entered. */
#include <ipsock/multicast.h>

#include "core/group/membership_gone.h"
#include "core/group/membership_local.h"
#include "core/group/membership_secondary.h"

/* Dual-stack endpoints take IPv4 addresses too, written either way. */
static int check_family(const struct ipsock_endpoint *s, struct ipsock_addr *addr,
                        const struct ipsk_membership_request *r, const char *field,
                        struct ipsock_error *error)
{
    if (addr->family == IPSOCK_UNSPEC)
        return ipsk_refuse_membership(error, IPSOCK_EMISSADDR, r, field);
    if (s->dual_stack)
        *addr = ipsock_addr_map(addr);
    if (addr->family != s->family || (ipsock_addr_is_mapped(addr) && !s->dual_stack))
        return ipsk_refuse_membership(error, IPSOCK_EFAMILY, r, field);
    return IPSOCK_OK;
}

static int check_source(const struct ipsock_endpoint *s, struct ipsk_membership_request *r,
                        struct ipsock_error *error)
{
    const int code = check_family(s, &r->source, r, "source", error);
    if (code < 0)
        return code;
    if (ipsock_addr_is_mapped(&r->source) != ipsock_addr_is_mapped(&r->group))
        return ipsk_refuse_membership(error, IPSOCK_EFAMILY, r, "source");
    if (ipsock_addr_is_multicast(&r->source) || ipsock_addr_is_unspecified(&r->source) ||
        ipsock_addr_is_broadcast(&r->source))
        return ipsk_refuse_membership(error, IPSOCK_EINVAL, r, "source");
    return IPSOCK_OK;
}

/* The scope of a group or source says the same as the index, or says it alone. */
static int settle_scope(struct ipsk_membership_request *r, struct ipsock_addr *addr,
                        const char *field, struct ipsock_error *error)
{
    if (addr->family == IPSOCK_IPV4 || ipsock_addr_is_mapped(addr))
        addr->scope = 0;
    if (addr->family == IPSOCK_IPV4)
        memset(addr->ip + 4, 0, 12); /* memberships compare all of it */
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
        code = check_source(s, r, error);
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

static const struct ipsk_membership *known(const struct ipsock_endpoint *s,
                                           const struct ipsk_membership_request *r)
{
    return ipsk_membership_find(&s->memberships, r->group.ip, r->index);
}

static const uint8_t *source_of(const struct ipsk_membership_request *r)
{
    return ipsk_call_has_source(r->call) ? r->source.ip : NULL;
}

/* What the state table says to what is known here. */
static int known_answer(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    return ipsk_membership_answer(r->call, ipsk_membership_state(known(s, r), source_of(r)));
}

static bool is_join(const struct ipsk_membership_request *r)
{
    return r->call == IPSK_JOIN || r->call == IPSK_JOIN_SOURCE;
}

static bool is_leave(const struct ipsk_membership_request *r)
{
    return r->call == IPSK_LEAVE || r->call == IPSK_LEAVE_SOURCE;
}

/* Whether the system takes a join of what is joined already, and says nothing. It has it then for
 * certain, whatever others have done on the handle. */
static bool joins_twice(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    return r->call == IPSK_JOIN && ipsk_column(s, &r->group) == IPSK_V6 &&
           ipsk_native.facts[IPSK_FACT_JOINS6_TWICE] != 0;
}

/* The answer of the state table. Of a handle that was made elsewhere the kernel is asked first, for
 * others may use it, and used it before; of one's own before a call is refused. exact: false, and
 * the kernel's own answer counts. */
static int answer(struct ipsock_endpoint *s, const struct ipsk_membership_request *r, bool *exact,
                  struct ipsock_error *error)
{
    int code = known_answer(s, r);
    *exact = true;
    if (!(s->flags & IPSK_OPENED_HERE) || code < 0) {
        const bool was_known = known(s, r) != NULL;
        if (ipsk_ask_membership(s, r, exact, error) < 0)
            return IPSOCK_ENOMEM;
        /* what the system had chosen may be gone, and still be there for the kernel */
        if (was_known && known(s, r) == NULL && r->index == 0 && is_join(r)) {
            struct ipsk_membership_request leave = *r;
            leave.call = IPSK_LEAVE;
            ipsk_tell_membership(s, s->handle, &leave, error);
        }
        code = known_answer(s, r);
        /* of sources the system knows nothing that it could answer */
        *exact |= ipsk_call_has_source(r->call) && ipsk_has_local_sources(s, r);
    }
    if (code < 0 && *exact)
        return ipsk_refuse_membership(error, code, r, NULL);
    if (known(s, r) == NULL && mixes(&s->memberships, r))
        return ipsk_refuse_membership(error, IPSOCK_EINVAL, r, "interface_index");
    return IPSOCK_OK;
}

/* A first membership there: what is joined already is joined. */
static int check_interface(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                           struct ipsock_error *error)
{
    if (r->index == 0 || !is_join(r) || known(s, r) != NULL)
        return IPSOCK_OK;
    const int code = ipsk_sys_interface_groups(s->handle, r->index, error);
    return code == IPSOCK_ENODEV ? ipsk_refuse_membership(error, code, r, "interface_index") : code;
}

/* Enters a membership for any source; false: no memory. */
static bool joins_for_any(struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    struct ipsk_membership *joined = NULL;
    if (ipsk_membership_reserve(&s->memberships, r->group.ip, r->index, IPSK_JOIN, &joined) < 0)
        return false;
    ipsk_membership_apply(&s->memberships, r->group.ip, r->index, NULL, IPSK_JOIN, joined);
    return r->call != IPSK_INCLUDE; /* which leaves nothing to be entered */
}

/* What the kernel has accepted. If the state table would have refused it, what is known was out of
 * date. */
static void enter(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                  struct ipsk_membership *spare, bool secondary)
{
    const bool of_any = r->call == IPSK_EXCLUDE || r->call == IPSK_INCLUDE;
    if (known_answer(s, r) < 0) {
        if (of_any && known(s, r) != NULL && !known(s, r)->source_specific)
            return; /* what it says already */
        ipsk_membership_apply(&s->memberships, r->group.ip, r->index, NULL, IPSK_LEAVE, NULL);
        if (of_any && !joins_for_any(s, r)) /* only such a membership takes the call */
            return;
        if (spare == NULL &&
            ipsk_membership_reserve(&s->memberships, r->group.ip, r->index, r->call, &spare) < 0)
            return; /* the kernel will be asked again */
    }
    if (spare != NULL) {
        spare->secondary = secondary;
        if (r->index == 0 && ipsk_chosen_interface(s, &r->group, &spare->chosen) < 0)
            spare->chosen = ipsk_choice_of(s, r);
    }
    ipsk_membership_apply(&s->memberships, r->group.ip, r->index, source_of(r), r->call, spare);
}

/* Whether the system keeps a membership of no source, of which a later join would be refused. */
static bool leaves_empty(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    const struct ipsk_membership *m = known(s, r);
    return ipsk_native.facts[IPSK_FACT_EMPTY_FILTER_STAYS] != 0 && r->call == IPSK_LEAVE_SOURCE &&
           m != NULL && m->source_count == 1 && !ipsk_has_local_sources(s, r);
}

/* Tells the kernel. A limit may be due to what has gone; a group that was joined for a source which
 * is then refused is left again. */
static int tell(struct ipsock_endpoint *s, const struct ipsk_membership_request *r, bool secondary,
                struct ipsock_error *error)
{
    const ipsock_handle_t handle = secondary ? s->secondary : s->handle;
    struct ipsk_membership_request leave = *r;
    struct ipsk_membership_request told = *r;
    struct ipsock_error ignored;
    int code = ipsk_filter_sources(s, r, error);
    if (code < 0)
        return code;
    told.way = ipsk_find_way(s, r);
    code = ipsk_has_local_sources(s, r) ? ipsk_tell_group(s, handle, r, error)
                                        : ipsk_tell_membership(s, handle, &told, error);
    leave.call = IPSK_LEAVE;
    if ((code == IPSOCK_ENOBUFS && r->call == IPSK_JOIN_SOURCE && known(s, r) == NULL) ||
        (code == IPSOCK_OK && leaves_empty(s, r)))
        ipsk_tell_membership(s, handle, &leave, &ignored);
    return code;
}

/* Whether a refusal may be about memberships. To Windows a group that is joined already, and an
 * interface that is not there, are one thing. */
static bool is_ambiguous(const struct ipsk_membership_request *r, int refused)
{
    return ipsk_is_of_table(refused) || (refused == IPSOCK_ENODEV && is_join(r));
}

/* The kernel knew better than the state table: others have used the handle. Its answer in the
 * table's words, where it lets itself be asked. */
static int reconcile(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                     int refused, struct ipsock_error *error)
{
    const int before = known_answer(s, r);
    struct ipsock_error ignored;
    uint32_t chosen;
    bool exact;
    if (!is_ambiguous(r, refused))
        return refused;
    if (ipsk_ask_membership(s, r, &exact, &ignored) < 0)
        return refused;
    const int code = known_answer(s, r);
    if (code < 0 && exact)
        return ipsk_refuse_membership(error, code, r, NULL);
    if (r->index == 0 && refused == IPSOCK_ENODEV &&
        ipsk_chosen_interface(s, &r->group, &chosen) == IPSOCK_OK)
        return ipsk_refuse_membership(error, IPSOCK_EMEMBER, r, NULL);
    /* not told: what it has not to be left, is left */
    if (refused == IPSOCK_ENOTMEMBER && code == IPSOCK_OK && is_leave(r))
        ipsk_membership_apply(&s->memberships, r->group.ip, r->index, source_of(r), r->call, NULL);
    /* a kernel that does not tell has two answers, and the one for the other mode is sure */
    const bool sure = refused == IPSOCK_EFILTERMODE && known(s, r) == NULL && !exact;
    return before < 0 && !sure ? ipsk_refuse_membership(error, before, r, NULL) : refused;
}

/* Under setup. */
static int perform(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                   struct ipsock_error *error)
{
    struct ipsk_membership *spare = NULL;
    bool exact;
    int code;
    if (ipsk_answer_gone(s, r, &code, error))
        return code;
    if (is_join(r))
        ipsk_mark_gone_of(s, &r->group);
    code = answer(s, r, &exact, error);
    if (code == IPSOCK_OK)
        code = check_interface(s, r, error);
    if (code < 0)
        return code;
    if (ipsk_membership_reserve(&s->memberships, r->group.ip, r->index, r->call, &spare) < 0)
        return ipsk_refuse_membership(error, IPSOCK_ENOMEM, r, NULL);
    if (ipsk_needs_secondary(s, r))
        code = ipsk_move_to_secondary(s, r, error);
    const bool secondary = ipsk_is_on_secondary(s, &r->group);
    if (code == IPSOCK_OK) {
        const int before = joins_twice(s, r) ? known_answer(s, r) : IPSOCK_OK;
        code = tell(s, r, secondary, error);
        if (code == IPSOCK_ENOBUFS && is_join(r) && ipsk_mark_gone(s))
            code = tell(s, r, secondary, error);
        if (code < 0)
            code = reconcile(s, r, code, error);
        else if (before < 0)
            code = ipsk_refuse_membership(error, before, r, NULL);
    }
    if (code < 0)
        ipsk_membership_discard(spare);
    else
        enter(s, r, spare, secondary);
    return code;
}

static int request(struct ipsock_endpoint *s, int call, uint32_t index,
                   const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    static const struct ipsock_addr none;
    struct ipsock_error error;
    struct ipsk_membership_request r = {call, index, group == NULL ? none : *group,
                                        source == NULL ? none : *source, 0};
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
