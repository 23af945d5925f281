// SPDX-License-Identifier: BSD-2-Clause
/* The tables of this system but for one fact: a header's hop limit gives way to the option's, as on
 * the BSDs. The linker sends the library here (-Wl,--wrap=ipsk_native). */
#include <string.h>

#include "core/table.h"

extern const struct ipsk_system __real_ipsk_native;
extern struct ipsk_system __wrap_ipsk_native;
struct ipsk_system __wrap_ipsk_native;
static int32_t facts[IPSK_FACT_COUNT];

__attribute__((constructor)) static void change_the_fact(void)
{
    __wrap_ipsk_native = __real_ipsk_native;
    memcpy(facts, __real_ipsk_native.facts, sizeof facts);
    facts[IPSK_FACT_RAW_MULTICAST_HOPS] = 1;
    __wrap_ipsk_native.facts = facts;
}
