// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_BUFFER_OPTION_H
#define IPSK_BUFFER_OPTION_H

#include "core/endpoint/endpoint.h"

/* Sets a buffer size and makes sure that it was given. */
int ipsk_set_buffer(struct ipsock_endpoint *s, int option, int bytes, const char *name,
                    struct ipsock_error *error);

/* Where an adopted endpoint's messages have their checksum, if that is to be looked at. */
int ipsk_find_checksum(struct ipsock_endpoint *s, struct ipsock_error *error);

#endif
