// SPDX-License-Identifier: BSD-2-Clause
/* What an adopted handle had in force where the library changes it, to be given back. */
#ifndef IPSK_FOUND_H
#define IPSK_FOUND_H

#include "core/endpoint/endpoint.h"

/* Before an option is changed: all rows that it has here, as they are. */
int ipsk_remember_option(struct ipsock_endpoint *s, int option, struct ipsock_error *error);

/* Before the library asks for destinations and interfaces for itself: of an adopted handle. */
int ipsk_remember_packet_info(struct ipsock_endpoint *s, struct ipsock_error *error);

/* Puts back what was changed, unless the program has since asked for it. */
void ipsk_give_back(struct ipsock_endpoint *s);

#endif
