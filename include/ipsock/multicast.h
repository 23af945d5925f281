// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Multicast group membership (RFC 3678, 1112, 3376, 3810). x/net: JoinGroup, LeaveGroup,
 * JoinSourceSpecificGroup, LeaveSourceSpecificGroup, ExcludeSourceSpecificGroup,
 * IncludeSourceSpecificGroup. Options for sending are in option.h.
 *
 * A membership is (group, interface). It is any-source, with a list of excluded sources, or
 * source-specific, with a list of joined ones; the two do not mix. Ports of the addresses are
 * ignored; an IPv6 link-local group or source may carry the interface as scope, which must agree
 * with the index. Index 0 is the system's choice; one group of an endpoint is joined under 0 or
 * under indices, not both. Linux mixes up the sources of an IPv6 group's several interfaces; the
 * library keeps them apart.
 *
 * A dual-stack endpoint joins groups of both families; those of IPv4 may be written as plain IPv4
 * or as ::ffff:a.b.c.d, and are the same group (absent on FreeBSD, without sources on NetBSD and
 * Darwin: ask ::ipsock_capability with ::IPSOCK_IPV4_MAPPED). A group and its source are of one
 * family.
 *
 * When an interface goes, so do the memberships there. Leaving them succeeds; excluding and
 * including is IPSOCK_ENODEV once, then IPSOCK_ENOTMEMBER; joining there is IPSOCK_ENODEV. What
 * somebody else does on the handle of an adopted endpoint counts as done by it (docs/multicast.md).
 *
 * Errors of all, the same on every system, with nothing changed: IPSOCK_ECLOSED; IPSOCK_EKIND on
 * TCP; IPSOCK_EMISSADDR for a null or unset address; IPSOCK_EINVAL for a group that is not
 * multicast, a source that is, a scope that disagrees, or index 0 beside others; IPSOCK_EFAMILY for
 * an address of another family than the endpoint's (on IPv6 endpoints that are not dual-stack
 * v4-mapped ones as well), or for a group and a source of two families; IPSOCK_ENOTSUP for IPv4
 * groups where dual-stack endpoints cannot join any; IPSOCK_ENODEV for an interface that does not
 * exist or has no multicast (loopback counts as having it); IPSOCK_ENOBUFS when the system's limit
 * of groups or sources is reached: the error's option names it, as in "MCAST_JOIN_GROUP
 * (net.ipv4.igmp_max_memberships or net.core.optmem_max)". docs/multicast.md has the table of
 * states and answers.
 */
#ifndef IPSOCK_MULTICAST_H
#define IPSOCK_MULTICAST_H

#include <ipsock/endpoint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Joins a group, any source. Allocates.
 * @param interface_index 0: the system's choice
 * @return 0; IPSOCK_EMEMBER when joined on that interface already; IPSOCK_EFILTERMODE when sources
 * of the group are joined there; IPSOCK_ENOMEM. */
IPSOCK_API int ipsock_join_group(struct ipsock_endpoint *s, uint32_t interface_index,
                                 const struct ipsock_addr *group);

/** Leaves a group, with all its sources, joined or excluded. @return 0; IPSOCK_ENOTMEMBER. */
IPSOCK_API int ipsock_leave_group(struct ipsock_endpoint *s, uint32_t interface_index,
                                  const struct ipsock_addr *group);

/** Joins one source of a group (source-specific multicast). Allocates. Local only, or
 * IPSOCK_ENOTSUP, where
 * ::ipsock_capability says so (NetBSD, OpenBSD, DragonFly).
 * @return 0; IPSOCK_EMEMBER when that source is joined; IPSOCK_EFILTERMODE on an any-source
 * membership; IPSOCK_ENOMEM. */
IPSOCK_API int ipsock_join_source_group(struct ipsock_endpoint *s, uint32_t interface_index,
                                        const struct ipsock_addr *group,
                                        const struct ipsock_addr *source);

/** Leaves one source of a group; with the last one the membership ends.
 * @return 0; IPSOCK_ENOTMEMBER; IPSOCK_EFILTERMODE on an any-source membership. */
IPSOCK_API int ipsock_leave_source_group(struct ipsock_endpoint *s, uint32_t interface_index,
                                         const struct ipsock_addr *group,
                                         const struct ipsock_addr *source);

/** Excludes one source of an any-source membership (block). Allocates.
 * @return 0; IPSOCK_EMEMBER when it is excluded; IPSOCK_ENOTMEMBER without membership;
 * IPSOCK_EFILTERMODE on a source-specific one; IPSOCK_ENOMEM. */
IPSOCK_API int ipsock_exclude_source(struct ipsock_endpoint *s, uint32_t interface_index,
                                     const struct ipsock_addr *group,
                                     const struct ipsock_addr *source);

/** Takes an exclusion back (unblock).
 * @return 0; IPSOCK_ENOTMEMBER when it is not excluded or without membership; IPSOCK_EFILTERMODE.
 */
IPSOCK_API int ipsock_include_source(struct ipsock_endpoint *s, uint32_t interface_index,
                                     const struct ipsock_addr *group,
                                     const struct ipsock_addr *source);

#ifdef __cplusplus
}
#endif

#endif
