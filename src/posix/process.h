// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_POSIX_PROCESS_H
#define IPSK_POSIX_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether children of fork get this page of anonymous memory empty from now on; each system has its
 * own call for it. */
bool ipsk_wipe_for_children(void *memory, size_t size);

#endif
