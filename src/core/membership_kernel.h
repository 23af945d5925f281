// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's side of memberships: told by the table's rows, its answers translated; and read,
 * where it lets itself be asked. */
#ifndef IPSK_MEMBERSHIP_KERNEL_H
#define IPSK_MEMBERSHIP_KERNEL_H

#include "core/endpoint.h"

/* One call on its way; arguments checked, scopes and ports cleared. */
struct ipsk_membership_request {
    int call; /* enum ipsk_membership_call */
    uint32_t index;
    struct ipsock_addr group;
    struct ipsock_addr source; /* unset for calls about the group alone */
};

bool ipsk_call_has_source(int call);

int ipsk_refuse_membership(struct ipsock_error *error, int code,
                           const struct ipsk_membership_request *r, const char *field);

/* Makes the call on a handle that serves the endpoint. */
int ipsk_tell_membership(struct ipsock_endpoint *s, ipsock_handle_t handle,
                         const struct ipsk_membership_request *r, struct ipsock_error *error);

/* Makes sure that what the endpoint has of (group, index) is entered: an adopted handle's earlier
 * memberships are read when a call first names them. exact: false where they cannot be. Under
 * setup. IPSOCK_ENOMEM. */
int ipsk_know_membership(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                         bool *exact, struct ipsock_error *error);

/* The interface that the system has taken for a membership under index 0; 0 where it does not
 * tell. */
uint32_t ipsk_chosen_interface(struct ipsock_endpoint *s, const struct ipsock_addr *group);

/* Whether the kernel has a membership that wants a packet of a source; also where it cannot be
 * asked. For what somebody else joined on an adopted handle: nothing is remembered. */
bool ipsk_kernel_wants(struct ipsock_endpoint *s, const struct ipsock_addr *group, uint32_t index,
                       const uint8_t from[16]);

#endif
