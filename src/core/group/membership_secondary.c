// SPDX-License-Identifier: BSD-2-Clause
#include "core/group/membership_secondary.h"

#include "core/option/control.h"
#include "core/option/found.h"
#include "core/option/option.h"

bool ipsk_needs_secondary(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r)
{
    const bool filters = r->call == IPSK_JOIN_SOURCE || r->call == IPSK_EXCLUDE;
    if (ipsk_column(s, &r->group) != IPSK_V6 || !ipsk_native.facts[IPSK_FACT_FILTER6_BY_GROUP] ||
        (r->call != IPSK_JOIN && !filters) || ipsk_is_on_secondary(s, &r->group))
        return false;
    const struct ipsk_membership *m = NULL;
    while ((m = ipsk_membership_next(&s->memberships, r->group.ip, m)) != NULL)
        if (m->index != r->index && (filters || m->source_count != 0))
            return true;
    return false;
}

/* One call of a membership's, on a handle. */
static int tell(struct ipsock_endpoint *s, ipsock_handle_t handle, const struct ipsk_membership *m,
                int call, const uint8_t *source, struct ipsock_error *error)
{
    struct ipsk_membership_request r = {.call = call, .index = m->index};
    r.group = r.source = ipsock_addr_any(s->family, 0);
    memcpy(r.group.ip, m->group, sizeof r.group.ip);
    if (source != NULL)
        memcpy(r.source.ip, source, sizeof r.source.ip);
    return ipsk_tell_membership(s, handle, &r, error);
}

/* Makes a membership on another handle. */
static int join_on(struct ipsock_endpoint *s, ipsock_handle_t handle,
                   const struct ipsk_membership *m, struct ipsock_error *error)
{
    int code = m->source_specific ? IPSOCK_OK : tell(s, handle, m, IPSK_JOIN, NULL, error);
    for (uint32_t i = 0; i < m->source_count && code == IPSOCK_OK; i++)
        code = tell(s, handle, m, m->source_specific ? IPSK_JOIN_SOURCE : IPSK_EXCLUDE,
                    m->sources[i], error);
    return code;
}

/* Ends the memberships of a group on a handle, whatever it has of them. */
static void leave_on(struct ipsock_endpoint *s, ipsock_handle_t handle, const uint8_t *group)
{
    struct ipsock_error ignored;
    const struct ipsk_membership *m = NULL;
    while ((m = ipsk_membership_next(&s->memberships, group, m)) != NULL)
        tell(s, handle, m, IPSK_LEAVE, NULL, &ignored);
}

/* From now on all packets are looked at here. The kernel's own strictness, which would drop the
 * groups of the secondary socket, is taken back; only the previous owner of an adopted handle can
 * have asked for it behind our back. */
static int filter_here(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const struct ipsk_option_row *row = ipsk_option_row(s, IPSK_OPTION_STRICT_MULTICAST, IPSK_V6);
    int64_t strict = 0;
    if (row != NULL) {
        int code = ipsk_get_row(s->handle, row, &strict, error);
        if (code == IPSOCK_OK && strict && !s->memberships.strict)
            code = ipsk_fail(error, IPSOCK_ENOTSUP, 0, "join source", "strict_multicast");
        if (code < 0)
            return code;
    }
    int code = ipsk_remember_packet_info(s, error);
    if (code == IPSOCK_OK)
        code = ipsk_need_fields(s, IPSK_STRICT_FIELDS, error);
    if (code == IPSOCK_OK)
        atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_STRICT, memory_order_release);
    if (code == IPSOCK_OK && strict) /* IPv4's stays: it looks at interfaces */
        code = ipsk_set_row(s->handle, row, 0, error);
    return code;
}

static int open_secondary(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    if (s->has_secondary)
        return IPSOCK_OK;
    int code = ipsk_sys_socket(s->family, IPSOCK_UDP, 0, &s->secondary, error);
    s->has_secondary = code == IPSOCK_OK;
    return code;
}

int ipsk_move_to_secondary(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                           struct ipsock_error *error)
{
    struct ipsk_membership *m = NULL;
    int code = open_secondary(s, error);
    if (code < 0)
        return code;
    while (code == IPSOCK_OK && (m = ipsk_membership_next(&s->memberships, r->group.ip, m)) != NULL)
        code = join_on(s, s->secondary, m, error);
    if (code == IPSOCK_OK)
        code = filter_here(s, error);
    if (code < 0) {
        leave_on(s, s->secondary, r->group.ip);
        return code;
    }
    /* joined twice by now: the host's own membership, and what routers know, does not change */
    leave_on(s, s->handle, r->group.ip);
    for (m = NULL; (m = ipsk_membership_next(&s->memberships, r->group.ip, m)) != NULL;)
        m->secondary = true;
    return IPSOCK_OK;
}

void ipsk_end_secondary(struct ipsock_endpoint *s, bool bring_back)
{
    struct ipsock_error ignored;
    if (!s->has_secondary)
        return;
    for (uint32_t i = 0; bring_back && i < s->memberships.bucket_count; i++)
        for (struct ipsk_membership *m = s->memberships.buckets[i]; m != NULL; m = m->next)
            if (m->secondary)
                join_on(s, s->handle, m, &ignored);
    ipsk_sys_close(s->secondary);
    s->has_secondary = false;
}
