// SPDX-License-Identifier: BSD-2-Clause
/* Memberships of interfaces that have gone. The kernel's own end with the interface, but Linux
 * keeps the socket's: they count towards the limit, filter the group's packets from elsewhere
 * (net/ipv6/mcast.c, inet6_mc_check), and cannot be made on another socket. So the socket leaves
 * them before they stand in the way of what concerns other interfaces. They stay entered, marked as
 * gone, for the caller to leave. All under setup. */
#ifndef IPSK_MEMBERSHIP_GONE_H
#define IPSK_MEMBERSHIP_GONE_H

#include "core/group/membership_kernel.h"

/* Looks for those of a group. */
void ipsk_mark_gone_of(struct ipsock_endpoint *s, const struct ipsock_addr *group);

/* Looks for all of the endpoint's. Whether there was one. */
bool ipsk_mark_gone(struct ipsock_endpoint *s);

/* Whether a call is about one that has gone: then it has been answered, with *code. */
bool ipsk_answer_gone(struct ipsock_endpoint *s, const struct ipsk_membership_request *r, int *code,
                      struct ipsock_error *error);

#endif
