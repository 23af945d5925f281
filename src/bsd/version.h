// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_BSD_VERSION_H
#define IPSK_BSD_VERSION_H

#include <stdint.h>

/* An integer of sysctl(3) by its name, asked once: 0 before. Threads that ask at the same time find
 * the same. 0 where the system does not tell. */
uint32_t ipsk_sysctl_once(_Atomic uint32_t *known, const char *name);

#endif
