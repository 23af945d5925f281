// SPDX-License-Identifier: BSD-2-Clause
/* Multicast calls by one name; shared by multicast.c and delivery.c. */
#ifndef PROBE_GROUPS_H
#define PROBE_GROUPS_H

#include "probe.h"

enum form {
    CLASSIC,
    PROTOCOL_INDEPENDENT,
    WITH_INDEX
}; /* ip_mreq and ipv6_mreq; group_req; ip_mreqn */
enum action { JOIN, LEAVE, JOIN_SOURCE, LEAVE_SOURCE, BLOCK, UNBLOCK };

/* The interface by index (0: none given); CLASSIC IPv4 turns it into that interface's address. */
long group_call(int fd, enum form form, enum action action, const char *group, unsigned index,
                const char *source);
int has_action(int v6, enum form form, enum action action); /* is there a constant for it? */
/* The raw IPv4 forms: size 8 or 12 bytes of {group, interface address, index}. */
long mreqn_call(int fd, int name, const char *group, const char *own, int index, socklen_t size);
/* Does the socket hear a packet to the group? A unicast packet behind it tells when to stop
 * waiting. */
int hears(int fd, enum kind kind, enum port_interface i, const char *source, const char *group);

#endif
