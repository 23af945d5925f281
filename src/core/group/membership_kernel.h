// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's side of memberships: told by the table's rows, its answers translated; and read,
 * where it lets itself be asked. */
#ifndef IPSK_MEMBERSHIP_KERNEL_H
#define IPSK_MEMBERSHIP_KERNEL_H

#include "core/endpoint/endpoint.h"

/* One call on its way; arguments checked, scopes and ports cleared. On dual-stack endpoints IPv4 is
 * written ::ffff:a.b.c.d here, as in received packets, however the caller wrote it. */
struct ipsk_membership_request {
    int call; /* enum ipsk_membership_call */
    uint32_t index;
    struct ipsock_addr group;
    struct ipsock_addr source; /* unset for calls about the group alone */
    uint32_t way; /* with index 0: the interface that stands for it where one has to be named */
};

bool ipsk_call_has_source(int call);

/* Whether a code is one of those that the state table answers with. */
static inline bool ipsk_is_of_table(int code)
{
    return code == IPSOCK_EMEMBER || code == IPSOCK_ENOTMEMBER || code == IPSOCK_EFILTERMODE;
}

int ipsk_refuse_membership(struct ipsock_error *error, int code,
                           const struct ipsk_membership_request *r, const char *field);

/* Makes the call on a handle that serves the endpoint. */
int ipsk_tell_membership(struct ipsock_endpoint *s, ipsock_handle_t handle,
                         const struct ipsk_membership_request *r, struct ipsock_error *error);

/* Asks the kernel what the endpoint has of (group, index), and enters that. exact: false where it
 * does not tell and others may have used the handle. Under setup. IPSOCK_ENOMEM. */
int ipsk_ask_membership(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                        bool *exact, struct ipsock_error *error);

/* The interface that the system has taken for a membership under index 0. IPSOCK_ENOTMEMBER: it has
 * none of those that there are; IPSOCK_ENOTSUP: it does not tell. */
int ipsk_chosen_interface(struct ipsock_endpoint *s, const struct ipsock_addr *group,
                          uint32_t *chosen);

/* Whether the kernel has a membership that wants a packet of a source; also where it cannot be
 * asked. For what somebody else joined on an adopted handle: nothing is remembered. */
bool ipsk_kernel_wants(struct ipsock_endpoint *s, const struct ipsock_addr *group, uint32_t index,
                       const uint8_t from[16]);

/* Whether the secondary socket holds a group. */
bool ipsk_is_on_secondary(const struct ipsock_endpoint *s, const struct ipsock_addr *group);

#endif
