// SPDX-License-Identifier: BSD-2-Clause
/* From errno to the library's codes. */
#ifndef IPSK_ERRNO_H
#define IPSK_ERRNO_H

#include "core/endpoint/backend.h"

int ipsk_sys_code(int native);

/* The same for a number that came from sending or receiving. */
int ipsk_traffic_code(int native);

/* As ipsk_fail_errno, on the receiving path. */
int ipsk_fail_receive(struct ipsock_error *error, const char *operation);

/* As ipsk_fail_errno, of a refused connect. */
int ipsk_fail_connect(struct ipsock_error *error, const struct ipsock_addr *to);

/* What the system says, with errno's number, of packets to a destination: 0, or -1 where it cannot
 * be asked. Whether it takes them as a broadcast, once those are allowed. */
int ipsk_ask_route(const struct ipsock_addr *to, bool *broadcast);

/* Fills *error from errno and returns the code. */
int ipsk_fail_errno(struct ipsock_error *error, const char *operation);

#endif
