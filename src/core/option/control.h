// SPDX-License-Identifier: BSD-2-Clause
/* Which control data an endpoint delivers. */
#ifndef IPSK_CONTROL_H
#define IPSK_CONTROL_H

#include "core/endpoint/endpoint.h"

/* Fields that strict delivery needs of every packet. */
#define IPSK_STRICT_FIELDS (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE)

/* Switches on what the library needs for itself; under setup, or before the endpoint is used. */
int ipsk_need_fields(struct ipsock_endpoint *s, uint32_t fields, struct ipsock_error *error);

/* Switches them off again, as far as nobody else wants them. */
int ipsk_release_fields(struct ipsock_endpoint *s, uint32_t fields, struct ipsock_error *error);

/* Whether packets of a column can come with all of these fields. */
bool ipsk_tells(const struct ipsock_endpoint *s, uint32_t fields, int column);

/* Switches delivery of control data; under setup. */
int ipsk_switch_control(struct ipsock_endpoint *s, uint32_t bits, bool on,
                        struct ipsock_error *error);

#endif
