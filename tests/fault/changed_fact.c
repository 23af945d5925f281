// SPDX-License-Identifier: BSD-2-Clause
/* The tables of this system with some facts of another one: CHANGED_FACTS adds to them. The linker
 * sends the library here (-Wl,--wrap=ipsk_native). */
#include "core/table/table.h"

extern const struct ipsk_system __real_ipsk_native;
extern struct ipsk_system __wrap_ipsk_native;
struct ipsk_system __wrap_ipsk_native;
static int32_t facts[IPSK_FACT_COUNT] = {CHANGED_FACTS};

__attribute__((constructor)) static void add_facts(void)
{
    __wrap_ipsk_native = __real_ipsk_native;
    for (int i = 0; i < IPSK_FACT_COUNT; i++)
        facts[i] += __real_ipsk_native.facts[i];
    __wrap_ipsk_native.facts = facts;
}
