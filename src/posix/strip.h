// SPDX-License-Identifier: BSD-2-Clause
/* Raw IPv4 receives without the IP header. */
#ifndef IPSK_STRIP_H
#define IPSK_STRIP_H

#include "posix/header.h"

int ipsk_receive_stripped(const struct ipsk_receiving *r, struct ipsock_message *m,
                          struct ipsock_error *error);

#endif
