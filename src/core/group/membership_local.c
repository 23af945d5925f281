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
        atomic_fetch_or_explicit(&s->unusual, IPSK_UNUSUAL_STRICT, memory_order_release);
    return code;
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
