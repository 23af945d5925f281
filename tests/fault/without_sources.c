// SPDX-License-Identifier: BSD-2-Clause
/* The tables of this system without sources of groups, as on NetBSD and OpenBSD. The linker sends
 * the library here (-Wl,--wrap=ipsk_native). */
#include <ipsock/capability.h>

#include "core/table/table.h"

extern const struct ipsk_system __real_ipsk_native;
extern struct ipsk_system __wrap_ipsk_native;
struct ipsk_system __wrap_ipsk_native;

enum { ROWS = 256 };
static struct ipsk_option_row rows[ROWS];
static struct ipsk_absent_row absent[ROWS];
#ifdef CHANGED_FACTS
static int32_t facts[IPSK_FACT_COUNT] = {CHANGED_FACTS};
#else
static int32_t facts[IPSK_FACT_COUNT];
#endif

static bool is_of_sources(int option)
{
    return option == IPSK_OPTION_JOIN_SOURCE || option == IPSK_OPTION_LEAVE_SOURCE ||
           option == IPSK_OPTION_BLOCK_SOURCE || option == IPSK_OPTION_UNBLOCK_SOURCE ||
           option == IPSK_OPTION_SOURCE_FILTER;
}

__attribute__((constructor)) static void remove_sources(void)
{
    struct ipsk_system *w = &__wrap_ipsk_native;
    *w = __real_ipsk_native;
    w->option_count = w->absent_count = 0;
    for (size_t i = 0; i < __real_ipsk_native.option_count && w->option_count < ROWS; i++)
        if (!is_of_sources(__real_ipsk_native.options[i].option))
            rows[w->option_count++] = __real_ipsk_native.options[i];
    for (uint8_t column = IPSK_V4; column <= IPSK_MAPPED; column++) {
        const struct ipsk_absent_row row = {IPSOCK_FEATURE_JOIN_SOURCE, IPSK_UDP_RAW, column,
                                            "no sources here"};
        absent[w->absent_count++] = row;
        absent[w->absent_count] = row;
        absent[w->absent_count++].feature = IPSOCK_FEATURE_EXCLUDE_SOURCE;
    }
    for (size_t i = 0; i < __real_ipsk_native.absent_count && w->absent_count < ROWS; i++)
        absent[w->absent_count++] = __real_ipsk_native.absent[i];
    for (int i = 0; i < IPSK_FACT_COUNT; i++)
        facts[i] += __real_ipsk_native.facts[i];
    facts[IPSK_FACT_FILTER6_BY_GROUP] = 0;
    w->options = rows;
    w->absent = absent;
    w->facts = facts;
}
