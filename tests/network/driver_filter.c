// SPDX-License-Identifier: BSD-2-Clause
/* Filters.
 *
 *     block NAME [pass=TYPE,…]   an ICMP filter that blocks all other types
 *     drop NAME                  a BPF program that drops everything
 *     counters NAME              what the library has dropped
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

static void do_block(void)
{
    struct ipsock_endpoint *s = endpoint();
    struct ipsock_icmp_filter filter;
    const char *types = value("pass");
    ipsock_icmp_filter_set_all(&filter, true);
    while (types != NULL && *types != '\0') {
        char *end;
        ipsock_icmp_filter_accept(&filter, (uint8_t)strtoul(types, &end, 10));
        types = *end == ',' ? end + 1 : "";
    }
    done_or_failed(s, IPSOCK_SETUP, ipsock_set_icmp_filter(s, &filter));
}

static void do_drop(void)
{
    static const struct ipsock_bpf_instruction program[] = {IPSOCK_BPF_DROP};
    struct ipsock_endpoint *s = endpoint();
    done_or_failed(s, IPSOCK_SETUP, ipsock_set_bpf(s, program, 1));
}

static void do_counters(void)
{
    struct ipsock_counters counters;
    const int code = ipsock_get_counters(endpoint(), &counters, sizeof counters);
    if (code < 0)
        die("counters");
    printf("ok filter_discards=%" PRIu64 "\n", counters.filter_discards);
}

bool obey_filter(const char *word)
{
    if (strcmp(word, "block") == 0)
        do_block();
    else if (strcmp(word, "drop") == 0)
        do_drop();
    else if (strcmp(word, "counters") == 0)
        do_counters();
    else
        return false;
    return true;
}
