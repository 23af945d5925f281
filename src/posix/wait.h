// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_POSIX_WAIT_H
#define IPSK_POSIX_WAIT_H

#include <stdint.h>

/* The timeout of poll and of its relatives. */
int ipsk_milliseconds_until(int64_t deadline);

#endif
