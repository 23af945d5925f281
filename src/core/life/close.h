// SPDX-License-Identifier: BSD-2-Clause
/* The end of an endpoint. */
#ifndef IPSK_CLOSE_H
#define IPSK_CLOSE_H

#include "core/endpoint/endpoint.h"

/* The memory of one that nobody can be in, with all that hangs on it. */
void ipsk_destroy(struct ipsock_endpoint *s);

#endif
