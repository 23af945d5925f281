// SPDX-License-Identifier: BSD-2-Clause
/* Groups, by lines of text:
 *
 *     join a group=232.1.1.1 on=east            any source
 *     joinsource a group=232.1.1.1 source=192.0.2.1 on=east count=1000
 *     mset a hops=7 on=east loop=0
 *
 * With a count the call is made for that many groups, counted up from the first in the last two
 * octets.
 */
#include "driver.h"

#include <stdio.h>
#include <string.h>

typedef int group_call(struct ipsock_endpoint *, uint32_t, const struct ipsock_addr *);
typedef int source_call(struct ipsock_endpoint *, uint32_t, const struct ipsock_addr *,
                        const struct ipsock_addr *);

static const struct {
    const char *word;
    group_call *group;
    source_call *source;
} calls[] = {
    {"join", ipsock_join_group, NULL},
    {"leave", ipsock_leave_group, NULL},
    {"joinsource", NULL, ipsock_join_source_group},
    {"leavesource", NULL, ipsock_leave_source_group},
    {"exclude", NULL, ipsock_exclude_source},
    {"include", NULL, ipsock_include_source},
};

static void next_group(struct ipsock_addr *group)
{
    uint8_t *last = &group->ip[group->family == IPSOCK_IPV4 ? 3 : 15];
    if (++*last == 0)
        ++*(last - 1);
}

static void membership(group_call *group_of, source_call *source_of)
{
    struct ipsock_endpoint *s = endpoint();
    struct ipsock_addr group = addr("group", 0);
    const struct ipsock_addr source = addr("source", 0);
    const uint32_t on = interface_index("on", 0);
    int code = IPSOCK_OK;
    for (long left = number("count", 0, 1); left > 0 && code == IPSOCK_OK; left--) {
        code = source_of != NULL ? source_of(s, on, &group, &source) : group_of(s, on, &group);
        next_group(&group);
    }
    done_or_failed(s, IPSOCK_SETUP, code);
}

static void set(void)
{
    struct ipsock_endpoint *s = endpoint();
    int code = IPSOCK_OK;
    if (value("hops"))
        code = ipsock_set_multicast_hop_limit(s, (int)number("hops", 0, 0));
    if (code == IPSOCK_OK && value("on"))
        code = ipsock_set_multicast_interface(s, interface_index("on", 0));
    if (code == IPSOCK_OK && value("loop"))
        code = ipsock_set_multicast_loopback(s, number("loop", 0, 0) != 0);
    done_or_failed(s, IPSOCK_SETUP, code);
}

static void get(void)
{
    struct ipsock_endpoint *s = endpoint();
    struct ipsock_counters counters;
    int hops = -1;
    uint32_t index = 0;
    bool loop = false;
    int code = ipsock_get_multicast_hop_limit(s, &hops);
    if (code == IPSOCK_OK)
        code = ipsock_get_multicast_interface(s, &index);
    if (code == IPSOCK_OK)
        code = ipsock_get_multicast_loopback(s, &loop);
    if (code == IPSOCK_OK)
        code = ipsock_get_counters(s, &counters, sizeof counters);
    if (code < 0)
        done_or_failed(s, IPSOCK_SETUP, code);
    else
        printf("ok hops=%d index=%u loop=%d discards=%llu\n", hops, index, loop,
               (unsigned long long)counters.strict_discards);
}

bool obey_multicast(const char *word)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(word, calls[i].word) == 0) {
            membership(calls[i].group, calls[i].source);
            return true;
        }
    }
    if (strcmp(word, "mset") == 0)
        set();
    else if (strcmp(word, "mget") == 0)
        get();
    else
        return false;
    return true;
}
