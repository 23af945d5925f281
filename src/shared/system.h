// SPDX-License-Identifier: BSD-2-Clause
/* The tables of the system being built for, as compile-time constants. IPSK_SYSTEM_HEADER comes
 * from CMake. */
#ifndef IPSK_SYSTEM_H
#define IPSK_SYSTEM_H

#include IPSK_SYSTEM_HEADER

#define IPSK_CONSTANT(fact, value) IPSK_THE_##fact = (int)(value),
enum { IPSK_FACTS(IPSK_CONSTANT) IPSK_THE_END };
#undef IPSK_CONSTANT

#endif
