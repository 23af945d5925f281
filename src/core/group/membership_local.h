// SPDX-License-Identifier: BSD-2-Clause
/* Sources that the system does not filter, or says it does and does not (facts BLOCKS_SINCE4,
 * BLOCKS_SINCE6): the library drops packets by the endpoint's memberships. Where there are no
 * options for sources at all, the group is joined for any source instead, and routers are told of
 * none. */
#ifndef IPSK_MEMBERSHIP_LOCAL_H
#define IPSK_MEMBERSHIP_LOCAL_H

#include "core/group/membership_kernel.h"

/* Whether the sources of a call's group are the library's alone. */
bool ipsk_has_local_sources(const struct ipsock_endpoint *s,
                            const struct ipsk_membership_request *r);

/* The call, which the state table allows, as the system is told it. Under setup. */
int ipsk_tell_group(struct ipsock_endpoint *s, ipsock_handle_t handle,
                    const struct ipsk_membership_request *r, struct ipsock_error *error);

/* From now on packets are looked at here, if the call's sources make it necessary. */
int ipsk_filter_sources(struct ipsock_endpoint *s, const struct ipsk_membership_request *r,
                        struct ipsock_error *error);

/* The interface for index 0, where the system wants one beside a source: the one that packets to
 * the group leave by, or the membership's since it was made. 0: none is needed, or there is none.
 */
uint32_t ipsk_find_way(struct ipsock_endpoint *s, const struct ipsk_membership_request *r);

/* The interface that the system has chosen for index 0, as far as it is known where the system does
 * not tell: the way above, or of a strict endpoint, which compares, by the same route. */
uint32_t ipsk_choice_of(struct ipsock_endpoint *s, const struct ipsk_membership_request *r);

#endif
