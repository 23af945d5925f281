// SPDX-License-Identifier: BSD-2-Clause
/* Linux filters an IPv6 group by the socket's newest membership, whatever the interface (fact
 * FILTER6_BY_GROUP). Where the memberships of one group differ between interfaces, a secondary
 * socket, which receives nothing, holds them: routers are told the same, the endpoint's own socket
 * hears the group unfiltered, and what arrives is filtered here, by (group, interface, source). */
#ifndef IPSK_MEMBERSHIP_SECONDARY_H
#define IPSK_MEMBERSHIP_SECONDARY_H

#include "core/group/membership_kernel.h"

/* Whether a call that the state table allows would make them differ. All under setup. */
bool ipsk_needs_secondary(const struct ipsock_endpoint *s, const struct ipsk_membership_request *r);

/* Moves the group of a request there; nothing is left or lost on the way. On failure all is as it
 * was. */
int ipsk_move_to_secondary(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                           struct ipsock_error *error);

/* Before the handle is given back: what the secondary socket holds returns to it, as far as the
 * kernel takes it, and the secondary socket is closed. */
void ipsk_end_secondary(struct ipsock_endpoint *s, bool bring_back);

#endif
