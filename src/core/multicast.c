// SPDX-License-Identifier: BSD-2-Clause
/* Memberships: arguments checked, the state table asked, the kernel told, the result entered. */
#include <ipsock/multicast.h>

#include "core/membership.h"
#include "core/option.h"
#include "core/sockaddr.h"

/* One call on its way. */
struct request {
    int call; /* enum ipsk_membership_call */
    uint32_t index;
    struct ipsock_addr group;
    struct ipsock_addr source; /* unset for calls about the group alone */
};

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

static int refuse(struct ipsock_error *error, int code, const struct request *r, const char *field)
{
    return ipsk_fail(error, code, 0, calls[r->call].name, field);
}

static int check_family(const struct ipsock_endpoint *s, const struct ipsock_addr *addr,
                        const struct request *r, const char *field, struct ipsock_error *error)
{
    if (addr->family == IPSOCK_UNSPEC)
        return refuse(error, IPSOCK_EMISSADDR, r, field);
    if (addr->family != s->family || ipsock_addr_is_mapped(addr))
        return refuse(error, IPSOCK_EFAMILY, r, field);
    return IPSOCK_OK;
}

/* The scope of a group or source says the same as the index, or says it alone. */
static int settle_scope(struct request *r, struct ipsock_addr *addr, const char *field,
                        struct ipsock_error *error)
{
    if (addr->family == IPSOCK_IPV4) {
        addr->scope = 0;
        memset(addr->ip + 4, 0, 12); /* memberships compare all of it */
    }
    if (addr->scope != 0 && r->index == 0)
        r->index = addr->scope;
    if (addr->scope != 0 && addr->scope != r->index)
        return refuse(error, IPSOCK_EINVAL, r, field);
    addr->scope = 0;
    addr->port = 0;
    return IPSOCK_OK;
}

static int check(const struct ipsock_endpoint *s, struct request *r, struct ipsock_error *error)
{
    if (s->kind == IPSOCK_TCP)
        return refuse(error, IPSOCK_EKIND, r, NULL);
    int code = check_family(s, &r->group, r, "group", error);
    if (code == IPSOCK_OK && !ipsock_addr_is_multicast(&r->group))
        code = refuse(error, IPSOCK_EINVAL, r, "group");
    if (code == IPSOCK_OK && calls[r->call].source)
        code = check_family(s, &r->source, r, "source", error);
    if (code == IPSOCK_OK && calls[r->call].source &&
        (ipsock_addr_is_multicast(&r->source) || ipsock_addr_is_unspecified(&r->source) ||
         ipsock_addr_is_broadcast(&r->source)))
        code = refuse(error, IPSOCK_EINVAL, r, "source");
    if (code == IPSOCK_OK)
        code = settle_scope(r, &r->group, "group", error);
    if (code == IPSOCK_OK && calls[r->call].source)
        code = settle_scope(r, &r->source, "source", error);
    return code;
}

static void put_net32(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

#define LARGEST_REQUEST 320

/* The payload of a row's encoding; 0 for one that cannot say this. */
static size_t encode(const struct ipsk_option_row *row, const struct request *r,
                     uint8_t bytes[LARGEST_REQUEST])
{
    const int32_t *facts = ipsk_native.facts;
    memset(bytes, 0, LARGEST_REQUEST);
    switch (row->set) {
    case IPSK_ENCODING_GROUP_REQ:
    case IPSK_ENCODING_GROUP_SOURCE_REQ:
        memcpy(bytes, &r->index, sizeof r->index);
        ipsk_put_sockaddr(&ipsk_native, &r->group, bytes + facts[IPSK_FACT_GROUP_REQ_GROUP]);
        if (row->set == IPSK_ENCODING_GROUP_REQ)
            return (size_t)facts[IPSK_FACT_GROUP_REQ];
        ipsk_put_sockaddr(&ipsk_native, &r->source,
                          bytes + facts[IPSK_FACT_GROUP_SOURCE_REQ_SOURCE]);
        return (size_t)facts[IPSK_FACT_GROUP_SOURCE_REQ];
    case IPSK_ENCODING_MREQN: /* group, address, index */
        memcpy(bytes, r->group.ip, 4);
        memcpy(bytes + 8, &r->index, sizeof r->index);
        return 12;
    case IPSK_ENCODING_MREQ: /* only the system's choice: an interface would need an address */
        memcpy(bytes, r->group.ip, 4);
        return r->index == 0 ? 8 : 0;
    case IPSK_ENCODING_MREQ_INDEX:
        memcpy(bytes, r->group.ip, 4);
        put_net32(bytes + 4, r->index);
        return 8;
    case IPSK_ENCODING_MREQ6:
        memcpy(bytes, r->group.ip, 16);
        memcpy(bytes + 16, &r->index, sizeof r->index);
        return 20;
    default:
        return 0;
    }
}

/* Rows of one option that can say this, in the table's order; the ones that take no index 0 come
 * last for it. */
static const struct ipsk_option_row *choose_row(const struct ipsock_endpoint *s,
                                                const struct request *r)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    const struct ipsk_option_row *last = NULL;
    uint8_t bytes[LARGEST_REQUEST];
    for (size_t i = 0; i < ipsk_native.option_count; i++) {
        const struct ipsk_option_row *row = &ipsk_native.options[i];
        if (row->option != calls[r->call].option || row->column != column ||
            !(row->kinds & ipsk_kind_bit(s->kind)) || !ipsk_is_there(row) ||
            encode(row, r, bytes) == 0)
            continue;
        /* FreeBSD and Darwin refuse index 0 in group_req, and have a second row for it */
        if (r->index != 0 || row->set != IPSK_ENCODING_GROUP_REQ)
            return row;
        last = row;
    }
    return last;
}

/* What the kernel's number means here. Most cannot happen, for the state table was asked before;
 * memberships made under another index, or before a handle was adopted, are known to the kernel
 * alone. */
static int translate(const struct request *r, struct ipsock_error *error)
{
    switch (error->code) {
    case IPSOCK_EADDRINUSE:
        error->code = r->call == IPSK_JOIN ? IPSOCK_EMEMBER : IPSOCK_EFILTERMODE;
        break;
    case IPSOCK_EADDRNOTAVAIL: /* BSD also for an interface that is not there */
        error->code = r->call == IPSK_JOIN                                     ? IPSOCK_ENODEV
                      : r->call == IPSK_JOIN_SOURCE || r->call == IPSK_EXCLUDE ? IPSOCK_EMEMBER
                                                                               : IPSOCK_ENOTMEMBER;
        break;
    case IPSOCK_EINVAL: /* the arguments were checked: the membership is of the other mode, or none
                         */
        error->code = r->call == IPSK_LEAVE_SOURCE ? IPSOCK_ENOTMEMBER : IPSOCK_EFILTERMODE;
        break;
    case IPSOCK_ENOMEM: /* Linux IPv6: the socket's option memory is the limit */
        error->code = IPSOCK_ENOBUFS;
        break;
    default:
        break;
    }
    return error->code;
}

static int tell_kernel(struct ipsock_endpoint *s, const struct request *r,
                       struct ipsock_error *error)
{
    uint8_t bytes[LARGEST_REQUEST];
    const struct ipsk_option_row *row = choose_row(s, r);
    if (row == NULL)
        return refuse(error, IPSOCK_ENOTSUP, r, NULL);
    const size_t length = encode(row, r, bytes);
    int code = ipsk_sys_set(s->handle, row->level, row->name, bytes, length, error);
    if (code < 0) {
        error->option = row->text;
        code = translate(r, error);
    }
    return code;
}

/* Under setup. */
static int perform(struct ipsock_endpoint *s, const struct request *r, struct ipsock_error *error)
{
    const uint8_t *source = calls[r->call].source ? r->source.ip : NULL;
    const struct ipsk_membership *known =
        ipsk_membership_find(&s->memberships, r->group.ip, r->index);
    struct ipsk_membership *spare = NULL;
    /* An adopted handle may have memberships from before: there the kernel answers. */
    const bool ours = known != NULL || (s->flags & IPSK_OPENED_HERE);
    int code =
        ours ? ipsk_membership_answer(r->call, ipsk_membership_state(known, source)) : IPSOCK_OK;
    if (code < 0)
        return refuse(error, code, r, NULL);
    if (ipsk_membership_reserve(&s->memberships, r->group.ip, r->index, r->call, &spare) < 0)
        return refuse(error, IPSOCK_ENOMEM, r, NULL);
    code = tell_kernel(s, r, error);
    /* With its interface gone a membership is gone too: leaving it has succeeded. */
    if (known != NULL && (r->call == IPSK_LEAVE || r->call == IPSK_LEAVE_SOURCE) &&
        (code == IPSOCK_ENODEV || code == IPSOCK_ENOTMEMBER))
        code = IPSOCK_OK;
    if (code < 0)
        ipsk_membership_discard(spare);
    else
        ipsk_membership_apply(&s->memberships, r->group.ip, r->index, source, r->call, spare);
    return code;
}

static int request(struct ipsock_endpoint *s, int call, uint32_t index,
                   const struct ipsock_addr *group, const struct ipsock_addr *source)
{
    static const struct ipsock_addr none;
    struct ipsock_error error;
    struct request r = {call, index, group == NULL ? none : *group,
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
