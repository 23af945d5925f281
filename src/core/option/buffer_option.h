// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_BUFFER_OPTION_H
#define IPSK_BUFFER_OPTION_H

#include "core/endpoint/endpoint.h"

/* Sets a buffer size and makes sure that it was given. */
int ipsk_set_buffer(struct ipsock_endpoint *s, int option, int bytes, const char *name,
                    struct ipsock_error *error);

#endif
