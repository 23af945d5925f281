// SPDX-License-Identifier: BSD-2-Clause
/* What adopting a handle changes on it, and giving it back as it was found. */
#ifndef IPSK_ADOPT_H
#define IPSK_ADOPT_H

#include "core/endpoint.h"

/* Flags that a handle can be adopted with. */
#define IPSK_FLAGS_ADOPT                                                  \
    (IPSOCK_OPEN_NONBLOCK | IPSOCK_ADOPT_OWN | IPSOCK_OPEN_ERROR_STREAM | \
     IPSOCK_OPEN_HEADER_INCLUDED | IPSOCK_OPEN_BROADCAST | IPSOCK_OPEN_STRICT_MULTICAST)

/* Switches on what the flags ask for; ipsk_give_back undoes it, also after a failure. */
int ipsk_adopt_flags(struct ipsock_endpoint *s, bool header_included, struct ipsock_error *error);

/* Before the library asks for destinations and interfaces for itself: of an adopted handle. */
int ipsk_remember_packet_info(struct ipsock_endpoint *s, struct ipsock_error *error);

/* Puts back what was changed, unless the program has since asked for it. */
void ipsk_give_back(struct ipsock_endpoint *s);

#endif
