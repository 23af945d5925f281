// SPDX-License-Identifier: BSD-2-Clause
/* From errno to the library's codes. */
#ifndef IPSK_ERRNO_H
#define IPSK_ERRNO_H

#include "core/backend.h"

int ipsk_sys_code(int native);

/* The same for a number that came from sending or receiving. */
int ipsk_traffic_code(int native);

/* As ipsk_fail_errno, on the receiving path. */
int ipsk_fail_receive(struct ipsock_error *error, const char *operation);

/* Fills *error from errno and returns the code. */
int ipsk_fail_errno(struct ipsock_error *error, const char *operation);

#endif
