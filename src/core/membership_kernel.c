// SPDX-License-Identifier: BSD-2-Clause
#include "core/membership_kernel.h"

#include <stdlib.h>

#include "core/option.h"
#include "core/sockaddr.h"

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
    case IPSK_ENCODING_MREQ:
        memcpy(bytes, r->group.ip, 4);
        return r->index == 0 || put_address(r->index, bytes + 4) ? 8 : 0;
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

/* Rows of one option that can say this, in the table's order, the number of those passed over; the
 * ones that take no index 0 come last for it. */
static const struct ipsk_option_row *
choose_row(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r, unsigned skip)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
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

static bool is_unknown(uint32_t index)
{
    char text[IPSOCK_ADDR_TEXT * 16]; /* Windows' names are long */
    return index != 0 && !ipsk_sys_interface_name(index, text, sizeof text);
}

/* What the kernel's number means here. Most cannot happen, for the state table was asked before;
 * memberships made under another index, or before a handle was adopted, are known to the kernel
 * alone. */
static int translate(const struct ipsk_membership_request *r, struct ipsock_error *error)
{
    char name[IPSOCK_ADDR_TEXT * 16];
    /* Windows has one number for this and for what follows */
    if ((error->code == IPSOCK_EADDRNOTAVAIL || error->code == IPSOCK_EINVAL) && r->index != 0 &&
        !ipsk_sys_interface_name(r->index, name, sizeof name))
        error->code = IPSOCK_ENODEV;
    switch (error->code) {
    case IPSOCK_EADDRINUSE:
        error->code = r->call == IPSK_JOIN ? IPSOCK_EMEMBER : IPSOCK_EFILTERMODE;
        break;
    case IPSOCK_EADDRNOTAVAIL: /* BSD and perhaps Windows also for an interface that is not there */
        error->code = r->call == IPSK_JOIN || is_unknown(r->index)             ? IPSOCK_ENODEV
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

int ipsk_tell_membership(struct ipsock_endpoint *s, ipsock_handle_t handle,
                         const struct ipsk_membership_request *r, struct ipsock_error *error)
{
    uint8_t bytes[LARGEST_REQUEST];
    const struct ipsk_option_row *row = choose_row(s, r, 0);
    int code = IPSOCK_ENOTSUP;
    if (row == NULL)
        return ipsk_refuse_membership(error, code, r, NULL);
    for (unsigned skip = 1; row != NULL; skip++) {
        const size_t length = encode(row, r, bytes);
        code = ipsk_sys_set(handle, row->level, row->name, bytes, length, error);
        if (code == IPSOCK_OK)
            return code;
        error->option = row->text;
        row = is_not_understood(row, code) ? choose_row(s, r, skip) : NULL;
    }
    return translate(r, error);
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

static const struct ipsk_option_row *filter_row(const struct ipsock_endpoint *s)
{
    return ipsk_option_row(s, IPSK_OPTION_SOURCE_FILTER,
                           s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6);
}

/* IPSOCK_ENOTMEMBER, or IPSOCK_ENOTSUP where it cannot be known. */
static int read_filter(struct ipsock_endpoint *s, const struct ipsock_addr *group, uint32_t index,
                       struct filter *f)
{
    const int32_t *facts = ipsk_native.facts;
    const struct ipsk_option_row *row = filter_row(s);
    const size_t mode = (size_t)facts[IPSK_FACT_GROUP_FILTER_MODE];
    const uint32_t room = SOURCES_MAX;
    uint32_t found;
    struct ipsock_error error;
    size_t length = sizeof f->bytes;
    if (row == NULL || index == 0)
        return IPSOCK_ENOTSUP;
    memset(f->bytes, 0, sizeof f->bytes);
    memcpy(f->bytes, &index, sizeof index);
    ipsk_put_sockaddr(&ipsk_native, group, f->bytes + facts[IPSK_FACT_GROUP_REQ_GROUP]);
    memcpy(f->bytes + mode + 4, &room, sizeof room);
    const int code = ipsk_sys_get(s->handle, row->level, row->name, f->bytes, &length, &error);
    if (code < 0)
        return code == IPSOCK_EADDRNOTAVAIL || code == IPSOCK_ENODEV || code == IPSOCK_EINVAL
                   ? IPSOCK_ENOTMEMBER
                   : IPSOCK_ENOTSUP;
    memcpy(&found, f->bytes + mode, sizeof found);
    memcpy(&f->count, f->bytes + mode + 4, sizeof f->count);
    f->source_specific = found == (row->get == IPSK_ENCODING_GROUP_FILTER_0 ? 0 : 1);
    return f->count > SOURCES_MAX ? IPSOCK_ENOTSUP : IPSOCK_OK;
}

static const uint8_t *source_at(const struct filter *f, uint32_t i, int family, uint8_t source[16])
{
    const int32_t *facts = ipsk_native.facts;
    const size_t at = (size_t)facts[IPSK_FACT_GROUP_FILTER_SOURCES] +
                      i * (size_t)facts[IPSK_FACT_SOCKADDR_STORAGE];
    memset(source, 0, 16);
    memcpy(source, f->bytes + at + (family == IPSOCK_IPV4 ? 4 : 8), family == IPSOCK_IPV4 ? 4 : 16);
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

static int enter_filter(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                        const struct filter *f)
{
    uint8_t source[16];
    int code = f->source_specific ? IPSOCK_OK : enter_one(s, r, IPSK_JOIN, NULL);
    for (uint32_t i = 0; i < f->count && code == IPSOCK_OK; i++)
        code = enter_one(s, r, f->source_specific ? IPSK_JOIN_SOURCE : IPSK_EXCLUDE,
                         source_at(f, i, s->family, source));
    if (code < 0 && ipsk_membership_find(&s->memberships, r->group.ip, r->index) != NULL)
        ipsk_membership_apply(&s->memberships, r->group.ip, r->index, NULL, IPSK_LEAVE, NULL);
    return code;
}

int ipsk_know_membership(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                         bool *exact, struct ipsock_error *error)
{
    struct filter f;
    *exact = true;
    if ((s->flags & IPSK_OPENED_HERE) ||
        ipsk_membership_find(&s->memberships, r->group.ip, r->index) != NULL)
        return IPSOCK_OK;
    const int code = read_filter(s, &r->group, r->index, &f);
    *exact = code != IPSOCK_ENOTSUP;
    if (code == IPSOCK_OK && enter_filter(s, r, &f) < 0)
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
    const int code = read_filter(s, &asked, index, &f);
    if (code < 0)
        return code != IPSOCK_ENOTMEMBER;
    for (uint32_t i = 0; i < f.count && !listed; i++)
        listed = memcmp(source_at(&f, i, s->family, source), from, 16) == 0;
    return listed == f.source_specific;
}

uint32_t ipsk_chosen_interface(struct ipsock_endpoint *s, const struct ipsock_addr *group)
{
    struct ipsock_interface *list = NULL;
    struct ipsock_error error;
    struct filter f;
    uint32_t chosen = 0;
    if (filter_row(s) == NULL || ipsk_sys_interfaces(&list, &error) < 0)
        return 0;
    for (const struct ipsock_interface *i = list; i != NULL && chosen == 0; i = i->next)
        if (read_filter(s, group, i->index, &f) == IPSOCK_OK)
            chosen = i->index;
    ipsock_interfaces_free(list);
    return chosen;
}
