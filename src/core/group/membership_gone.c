// SPDX-License-Identifier: BSD-2-Clause
#include "core/group/membership_gone.h"

/* The interface of a membership, as far as it is known. */
static uint32_t interface_of(const struct ipsk_membership *m)
{
    return m->index != 0 ? m->index : m->chosen;
}

/* Whatever the kernel says to it. */
static void mark(struct ipsock_endpoint *s, struct ipsk_membership *m)
{
    struct ipsk_membership_request r = {.call = IPSK_LEAVE, .index = interface_of(m)};
    struct ipsock_error ignored;
    r.group = ipsock_addr_any(s->family, 0);
    memcpy(r.group.ip, m->group, sizeof r.group.ip);
    ipsk_tell_membership(s, m->secondary ? s->secondary : s->handle, &r, &ignored);
    m->gone = true;
    m->secondary = false;
}

void ipsk_mark_gone_of(struct ipsock_endpoint *s, const struct ipsock_addr *group)
{
    struct ipsk_membership *m = NULL;
    while ((m = ipsk_membership_next(&s->memberships, group->ip, m)) != NULL)
        if (ipsk_is_unknown_interface(interface_of(m)))
            mark(s, m);
}

bool ipsk_mark_gone(struct ipsock_endpoint *s)
{
    uint32_t there = 0; /* mostly all are of one interface */
    bool found = false;
    for (uint32_t i = 0; i < s->memberships.bucket_count; i++)
        for (struct ipsk_membership *m = s->memberships.buckets[i]; m != NULL; m = m->next) {
            if (m->gone || interface_of(m) == there)
                continue;
            if (ipsk_is_unknown_interface(interface_of(m))) {
                mark(s, m);
                found = true;
            } else {
                there = interface_of(m);
            }
        }
    return found;
}

/* It can be left, all of it or by its sources, and nothing else. */
static int leave(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                 const struct ipsk_membership *m, struct ipsock_error *error)
{
    const uint8_t *source = r->call == IPSK_LEAVE_SOURCE ? r->source.ip : NULL;
    const int code = ipsk_membership_answer(r->call, ipsk_membership_state(m, source));
    if (code < 0)
        return ipsk_refuse_membership(error, code, r, NULL);
    ipsk_membership_apply(&s->memberships, r->group.ip, r->index, source, r->call, NULL);
    return IPSOCK_OK;
}

bool ipsk_answer_gone(struct ipsock_endpoint *s, const struct ipsk_membership_request *r, int *code,
                      struct ipsock_error *error)
{
    struct ipsk_membership *m = ipsk_membership_find(&s->memberships, r->group.ip, r->index);
    const bool there = m != NULL && !ipsk_is_unknown_interface(interface_of(m));
    if (m == NULL || (there && !m->gone))
        return false;
    if (!m->gone)
        mark(s, m);
    if (r->call == IPSK_LEAVE || r->call == IPSK_LEAVE_SOURCE) {
        *code = leave(s, r, m, error);
        return true;
    }
    /* another interface may have the index by now, and no membership yet; or be chosen */
    ipsk_membership_apply(&s->memberships, r->group.ip, r->index, NULL, IPSK_LEAVE, NULL);
    if (there || r->index == 0)
        return false;
    *code = ipsk_refuse_membership(error, IPSOCK_ENODEV, r, "interface_index");
    return true;
}
