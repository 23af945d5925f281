// SPDX-License-Identifier: BSD-2-Clause
#include "core/group/membership_kernel.h"

#include <stdlib.h>

#include "core/option/option.h"
#include "core/table/sockaddr.h"

static const struct {
    int option;
    const char *name;
    bool source;
} calls[IPSK_MEMBERSHIP_CALLS] = {
    [IPSK_JOIN] = {IPSK_OPTION_JOIN_GROUP, "join group", false},
    [IPSK_LEAVE] = {IPSK_OPTION_LEAVE_GROUP, "leave group", false},
    [IPSK_JOIN_SOURCE] = {IPSK_OPTION_JOIN_SOURCE, "join source", true},
    [IPSK_LEAVE_SOURCE] = {IPSK_OPTION_LEAVE_SOURCE, "leave source", true},
    [IPSK_EXCLUDE] = {IPSK_OPTION_BLOCK_SOURCE, "exclude source", true},
    [IPSK_INCLUDE] = {IPSK_OPTION_UNBLOCK_SOURCE, "include source", true},
};

bool ipsk_call_has_source(int call)
{
    return calls[call].source;
}

int ipsk_refuse_membership(struct ipsock_error *error, int code,
                           const struct ipsk_membership_request *r, const char *field)
{
    return ipsk_fail(error, code, 0, calls[r->call].name, field);
}

static void put_net32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* The first IPv4 address of an interface, which stands for it where nothing better is understood.
 */
static bool put_address(uint32_t index, uint8_t *p)
{
    struct ipsock_interface *list = NULL;
    struct ipsock_error error;
    bool found = false;
    if (ipsk_sys_interfaces(&list, &error) < 0)
        return false;
    for (const struct ipsock_interface *i = list; i != NULL; i = i->next)
        for (const struct ipsock_interface_addr *a = i->addrs; a != NULL && !found; a = a->next)
            if (i->index == index && a->addr.family == IPSOCK_IPV4) {
                memcpy(p, a->addr.ip, 4);
                found = true;
            }
    ipsock_interfaces_free(list);
    return found;
}

#define LARGEST_REQUEST 320

/* The payload of a row's encoding; 0 for one that cannot say this. */
static size_t encode(const struct ipsk_option_row *row, const struct ipsk_membership_request *r,
                     uint8_t bytes[LARGEST_REQUEST])
{
    const int32_t *facts = ipsk_native.facts;
    const struct ipsock_addr group = ipsock_addr_unmap(&r->group);
    const struct ipsock_addr source = ipsock_addr_unmap(&r->source);
    const uint32_t index =
        r->index == 0 && row->set == IPSK_ENCODING_GROUP_SOURCE_REQ ? r->way : r->index;
    memset(bytes, 0, LARGEST_REQUEST);
    switch (row->set) {
    case IPSK_ENCODING_GROUP_REQ:
    case IPSK_ENCODING_GROUP_SOURCE_REQ:
        memcpy(bytes, &index, sizeof index);
        ipsk_put_sockaddr(&ipsk_native, &group, bytes + facts[IPSK_FACT_GROUP_REQ_GROUP]);
        if (row->set == IPSK_ENCODING_GROUP_REQ)
            return (size_t)facts[IPSK_FACT_GROUP_REQ];
        ipsk_put_sockaddr(&ipsk_native, &source, bytes + facts[IPSK_FACT_GROUP_SOURCE_REQ_SOURCE]);
        return (size_t)facts[IPSK_FACT_GROUP_SOURCE_REQ];
    case IPSK_ENCODING_MREQN: /* group, address, index */
        memcpy(bytes, group.ip, 4);
        memcpy(bytes + 8, &r->index, sizeof r->index);
        return 12;
    case IPSK_ENCODING_MREQ:
        memcpy(bytes, group.ip, 4);
        return r->index == 0 || put_address(r->index, bytes + 4) ? 8 : 0;
    case IPSK_ENCODING_MREQ_INDEX:
        memcpy(bytes, group.ip, 4);
        put_net32(bytes + 4, r->index);
        return 8;
    case IPSK_ENCODING_MREQ6:
        memcpy(bytes, r->group.ip, 16); /* of IPv4 on dual-stack: v4-mapped */
        memcpy(bytes + 16, &r->index, sizeof r->index);
        return 20;
    default:
        return 0;
    }
}

/* Rows of one option that can say this, in the table's order, the number of those passed over; the
 * ones that take no index 0 come last for it. */
static const struct ipsk_option_row *
choose_row(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r, unsigned skip)
{
    const int column = ipsk_column(s, &r->group);
    const struct ipsk_option_row *last = NULL;
    uint8_t bytes[LARGEST_REQUEST];
    for (size_t i = 0; i < ipsk_native.option_count; i++) {
        const struct ipsk_option_row *row = &ipsk_native.options[i];
        if (row->option != calls[r->call].option || row->column != column ||
            !(row->kinds & ipsk_kind_bit(s->backing)) || !ipsk_is_there(row))
            continue;
        /* FreeBSD and Darwin refuse index 0 in group_req, and have a second row for it */
        if (r->index == 0 && row->set == IPSK_ENCODING_GROUP_REQ)
            last = row;
        else if (skip == 0 && encode(row, r, bytes) != 0)
            return row;
        else if (skip > 0)
            skip--;
    }
    return skip == 0 ? last : NULL;
}

/* Whether another row may be understood: the system does not know this option (Wine: none of
 * MCAST_…), or no index in the place of an address. */
static bool is_not_understood(const struct ipsk_option_row *row, int code)
{
    return code == IPSOCK_ENOTSUP ||
           (code == IPSOCK_EINVAL && row->set == IPSK_ENCODING_MREQ_INDEX);
}

/* What leaves takes no more of anything: it may want memory for a moment (FreeBSD:
 * netinet/in_mcast.c, inm_merge), but meets no limit. */
static bool adds(const struct ipsk_membership_request *r)
{
    return r->call == IPSK_JOIN || r->call == IPSK_JOIN_SOURCE || r->call == IPSK_EXCLUDE;
}

/* The limit that a call has met: of groups, where it would have made a membership, of sources
 * otherwise. */
static void name_limit(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                       struct ipsock_error *error)
{
    const bool first = ipsk_membership_find(&s->memberships, r->group.ip, r->index) == NULL;
    const int limit = r->call == IPSK_JOIN      ? IPSK_LIMIT_GROUPS
                      : r->call == IPSK_EXCLUDE ? IPSK_LIMIT_EXCLUDED
                      : first                   ? IPSK_LIMIT_SOURCE_GROUPS
                                                : IPSK_LIMIT_SOURCES;
    ipsk_name_limit(error, limit, ipsk_column(s, &r->group));
}

/* Windows' dual-stack sockets refuse all options of IPv4 where IPv4 is switched off (windows.h). */
static bool lacks_ipv4(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    struct ipsock_error error;
    int64_t value;
    const struct ipsk_option_row *row =
        ipsk_option_row(s, IPSK_OPTION_MULTICAST_LOOPBACK, IPSK_MAPPED);
    return ipsk_column(s, &r->group) == IPSK_MAPPED && row != NULL &&
           ipsk_get_row(s->handle, row, &value, &error) == IPSOCK_EINVAL;
}

/* What the kernel's number means here. Most cannot happen, for the state table was asked before;
 * memberships made under another index, or by others on the handle, are known to the kernel alone.
 */
static int translate(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                     struct ipsock_error *error)
{
    const bool gone = (error->code == IPSOCK_EADDRNOTAVAIL || error->code == IPSOCK_EINVAL) &&
                      ipsk_is_unknown_interface(r->index);
    switch (error->code) {
    case IPSOCK_EADDRINUSE:
        error->code = r->call == IPSK_JOIN ? IPSOCK_EMEMBER : IPSOCK_EFILTERMODE;
        break;
    case IPSOCK_EADDRNOTAVAIL: /* BSD and perhaps Windows also for an interface that is not there */
        error->code = gone || r->call == IPSK_JOIN                             ? IPSOCK_ENODEV
                      : r->call == IPSK_JOIN_SOURCE || r->call == IPSK_EXCLUDE ? IPSOCK_EMEMBER
                                                                               : IPSOCK_ENOTMEMBER;
        break;
    case IPSOCK_EINVAL: /* the arguments were checked: the membership is of the other mode, or none
                         */
        error->code = gone                           ? IPSOCK_ENODEV
                      : lacks_ipv4(s, r)             ? IPSOCK_ENOTSUP
                      : r->call == IPSK_LEAVE_SOURCE ? IPSOCK_ENOTMEMBER
                                                     : IPSOCK_EFILTERMODE;
        break;
    case IPSOCK_ENOMEM: /* Linux IPv6: the socket's option memory is the limit */
        error->code = adds(r) ? IPSOCK_ENOBUFS : IPSOCK_ENOMEM;
        break;
    default:
        break;
    }
    if (error->code == IPSOCK_ENOBUFS && adds(r))
        name_limit(s, r, error);
    if (ipsk_is_of_table(error->code)) { /* in the state table's words, whoever found out */
        error->operation = calls[r->call].name;
        error->option = NULL;
    }
    return error->code;
}

/* Whether a call would make a list of sources that is too long for the system, which does not
 * refuse it. */
static bool has_most_sources(const struct ipsock_endpoint *s,
                             const struct ipsk_membership_request *r)
{
    const uint32_t most = (uint32_t)ipsk_native.facts[IPSK_FACT_SOURCES_MOST];
    const struct ipsk_membership *m = ipsk_membership_find(&s->memberships, r->group.ip, r->index);
    return most != 0 && m != NULL && m->source_count >= most &&
           (r->call == IPSK_JOIN_SOURCE || r->call == IPSK_EXCLUDE);
}

/* A group that was joined on the system's choice of interface is left on each until one had it. */
static int leave_by_index(struct ipsock_endpoint *s, ipsock_handle_t handle,
                          const struct ipsk_membership_request *r, struct ipsock_error *error)
{
    struct ipsock_interface *list = NULL;
    struct ipsk_membership_request leave = *r;
    struct ipsock_error ignored;
    int code = error->code;
    if (ipsk_sys_interfaces(&list, &ignored) < 0)
        return code;
    for (const struct ipsock_interface *i = list; i != NULL && code < 0; i = i->next) {
        leave.index = i->index;
        code = ipsk_tell_membership(s, handle, &leave, &ignored);
    }
    ipsock_interfaces_free(list);
    return code < 0 ? error->code : code;
}

int ipsk_tell_membership(struct ipsock_endpoint *s, ipsock_handle_t handle,
                         const struct ipsk_membership_request *r, struct ipsock_error *error)
{
    uint8_t bytes[LARGEST_REQUEST];
    const struct ipsk_option_row *row = choose_row(s, r, 0);
    int code = IPSOCK_ENOTSUP;
    if (row == NULL)
        return ipsk_refuse_membership(error, code, r, NULL);
    if (has_most_sources(s, r)) {
        ipsk_refuse_membership(error, IPSOCK_ENOBUFS, r, NULL);
        name_limit(s, r, error);
        return error->code;
    }
    for (unsigned skip = 1; row != NULL; skip++) {
        const size_t length = encode(row, r, bytes);
        code = ipsk_sys_set(handle, row->level, row->name, bytes, length, error);
        if (code == IPSOCK_OK)
            return code;
        error->option = row->text;
        row = is_not_understood(row, code) ? choose_row(s, r, skip) : NULL;
    }
    translate(s, r, error);
    return r->call == IPSK_LEAVE && r->index == 0 && ipsk_column(s, &r->group) == IPSK_V6 &&
                   ipsk_native.facts[IPSK_FACT_LEAVES6_BY_INDEX] != 0
               ? leave_by_index(s, handle, r, error)
               : error->code;
}

/* Sources that are read at most: the limits of Linux are 10 (igmp_max_msf) and 64 (mld_max_msf). A
 * longer list leaves the answers to the kernel. */
#define SOURCES_MAX 64

/* A group's filter as the kernel has it. */
struct filter {
    bool source_specific;
    uint32_t count;
    uint8_t bytes[160 + 128 * SOURCES_MAX];
};

static const struct ipsk_option_row *filter_row(const struct ipsock_endpoint *s,
                                                const struct ipsock_addr *group)
{
    return ipsk_option_row(s, IPSK_OPTION_SOURCE_FILTER, ipsk_column(s, group));
}

/* IPSOCK_ENOTMEMBER, or IPSOCK_ENOTSUP where it cannot be known. */
static int read_filter(struct ipsock_endpoint *s, ipsock_handle_t handle,
                       const struct ipsock_addr *group, uint32_t index, struct filter *f)
{
    const int32_t *facts = ipsk_native.facts;
    const struct ipsk_option_row *row = filter_row(s, group);
    const struct ipsock_addr plain = ipsock_addr_unmap(group);
    const size_t mode = (size_t)facts[IPSK_FACT_GROUP_FILTER_MODE];
    const uint32_t room = SOURCES_MAX;
    uint32_t found;
    struct ipsock_error error;
    size_t length = sizeof f->bytes;
    f->count = 0;
    if (row == NULL || index == 0)
        return IPSOCK_ENOTSUP;
    memset(f->bytes, 0, sizeof f->bytes);
    memcpy(f->bytes, &index, sizeof index);
    ipsk_put_sockaddr(&ipsk_native, &plain, f->bytes + facts[IPSK_FACT_GROUP_REQ_GROUP]);
    memcpy(f->bytes + mode + 4, &room, sizeof room);
    const int code = ipsk_sys_get(handle, row->level, row->name, f->bytes, &length, &error);
    if (code < 0)
        return code == IPSOCK_EADDRNOTAVAIL || code == IPSOCK_ENODEV || code == IPSOCK_EINVAL
                   ? IPSOCK_ENOTMEMBER
                   : IPSOCK_ENOTSUP;
    memcpy(&found, f->bytes + mode, sizeof found);
    memcpy(&f->count, f->bytes + mode + 4, sizeof f->count);
    f->source_specific = found == (row->get == IPSK_ENCODING_GROUP_FILTER_0 ? 0 : 1);
    return f->count > SOURCES_MAX ? IPSOCK_ENOTSUP : IPSOCK_OK;
}

/* A source as memberships have it. */
static const uint8_t *source_at(const struct filter *f, uint32_t i, int column, uint8_t source[16])
{
    const int32_t *facts = ipsk_native.facts;
    const uint8_t *p = f->bytes + (size_t)facts[IPSK_FACT_GROUP_FILTER_SOURCES] +
                       i * (size_t)facts[IPSK_FACT_SOCKADDR_STORAGE];
    struct ipsock_addr addr = ipsock_addr_ipv4(p[4], p[5], p[6], p[7], 0);
    if (column == IPSK_MAPPED)
        addr = ipsock_addr_map(&addr);
    else if (column == IPSK_V6)
        memcpy(addr.ip, p + 8, 16);
    memcpy(source, addr.ip, 16);
    return source;
}

static int enter_one(struct ipsock_endpoint *s, const struct ipsk_membership_request *r, int call,
                     const uint8_t *source)
{
    struct ipsk_membership *spare;
    if (ipsk_membership_reserve(&s->memberships, r->group.ip, r->index, call, &spare) < 0)
        return IPSOCK_ENOMEM;
    ipsk_membership_apply(&s->memberships, r->group.ip, r->index, source, call, spare);
    return IPSOCK_OK;
}

/* Whether what is entered says the same. */
static bool is_entered(const struct ipsk_membership *m, const struct filter *f, int column)
{
    uint8_t source[16];
    bool same =
        m != NULL && m->source_specific == f->source_specific && m->source_count == f->count;
    for (uint32_t i = 0; same && i < f->count; i++) {
        const int state = ipsk_membership_state(m, source_at(f, i, column, source));
        same = state == IPSK_SOURCES_LISTED || state == IPSK_ANY_SOURCE_LISTED;
    }
    return same;
}

static int enter_filter(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                        const struct filter *f)
{
    const int column = ipsk_column(s, &r->group);
    struct ipsk_membership *m = ipsk_membership_find(&s->memberships, r->group.ip, r->index);
    const bool secondary = m != NULL && m->secondary;
    uint8_t source[16];
    if (is_entered(m, f, column))
        return IPSOCK_OK;
    ipsk_membership_apply(&s->memberships, r->group.ip, r->index, NULL, IPSK_LEAVE, NULL);
    int code = f->source_specific ? IPSOCK_OK : enter_one(s, r, IPSK_JOIN, NULL);
    for (uint32_t i = 0; i < f->count && code == IPSOCK_OK; i++)
        code = enter_one(s, r, f->source_specific ? IPSK_JOIN_SOURCE : IPSK_EXCLUDE,
                         source_at(f, i, column, source));
    m = ipsk_membership_find(&s->memberships, r->group.ip, r->index);
    if (m != NULL)
        m->secondary = secondary;
    if (code < 0)
        ipsk_membership_apply(&s->memberships, r->group.ip, r->index, NULL, IPSK_LEAVE, NULL);
    return code;
}

int ipsk_ask_membership(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                        bool *exact, struct ipsock_error *error)
{
    const bool joins = r->call == IPSK_JOIN || r->call == IPSK_JOIN_SOURCE;
    struct filter f;
    uint32_t chosen;
    int code = IPSOCK_ENOTSUP;
    if (r->index != 0)
        code = read_filter(s, ipsk_is_on_secondary(s, &r->group) ? s->secondary : s->handle,
                           &r->group, r->index, &f);
    else if (!(s->flags & IPSK_OPENED_HERE) &&
             ipsk_membership_find(&s->memberships, r->group.ip, 0) != NULL)
        code = ipsk_chosen_interface(s, &r->group, &chosen);
    /* where nothing is ever told, a join may find its interface's index with another interface */
    *exact = code != IPSOCK_ENOTSUP ||
             ((s->flags & IPSK_OPENED_HERE) && (!joins || filter_row(s, &r->group) != NULL));
    if (code == IPSOCK_ENOTMEMBER)
        ipsk_membership_apply(&s->memberships, r->group.ip, r->index, NULL, IPSK_LEAVE, NULL);
    if (code == IPSOCK_OK && r->index != 0 && enter_filter(s, r, &f) < 0)
        return ipsk_refuse_membership(error, IPSOCK_ENOMEM, r, NULL);
    return IPSOCK_OK;
}

bool ipsk_kernel_wants(struct ipsock_endpoint *s, const struct ipsock_addr *group, uint32_t index,
                       const uint8_t from[16])
{
    struct filter f;
    uint8_t source[16];
    bool listed = false;
    struct ipsock_addr asked = *group;
    asked.scope = 0; /* as memberships have it */
    const int code = read_filter(s, s->handle, &asked, index, &f);
    if (code < 0)
        return code != IPSOCK_ENOTMEMBER;
    for (uint32_t i = 0; i < f.count && !listed; i++)
        listed = memcmp(source_at(&f, i, ipsk_column(s, group), source), from, 16) == 0;
    return listed == f.source_specific;
}

int ipsk_chosen_interface(struct ipsock_endpoint *s, const struct ipsock_addr *group,
                          uint32_t *chosen)
{
    struct ipsock_interface *list = NULL;
    struct ipsock_error error;
    struct filter f;
    int code = IPSOCK_ENOTMEMBER;
    *chosen = 0;
    if (filter_row(s, group) == NULL || ipsk_sys_interfaces(&list, &error) < 0)
        return IPSOCK_ENOTSUP;
    for (const struct ipsock_interface *i = list; i != NULL && code == IPSOCK_ENOTMEMBER;
         i = i->next) {
        code = read_filter(s, s->handle, group, i->index, &f);
        if (code == IPSOCK_OK || f.count > SOURCES_MAX) /* there are more than can be read */
            *chosen = i->index;
    }
    ipsock_interfaces_free(list);
    return code;
}

bool ipsk_is_on_secondary(const struct ipsock_endpoint *s, const struct ipsock_addr *group)
{
    const struct ipsk_membership *m =
        s->has_secondary ? ipsk_membership_next(&s->memberships, group->ip, NULL) : NULL;
    return m != NULL && m->secondary;
}
