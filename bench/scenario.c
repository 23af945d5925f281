// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

const char *const player_names[PLAYERS] = {"lean", "full", "ipsock", "libuv"};

/* One for each family. */
#define FAMILIES(name, what, batch, extra)            \
    {name "-ipv4", what, IPSOCK_IPV4, batch, extra},  \
    {                                                 \
        name "-ipv6", what, IPSOCK_IPV6, batch, extra \
    }
#define FAMILIES_MAPPED(name, what, batch, extra)              \
    FAMILIES(name, what, batch, extra),                        \
    {                                                          \
        name "-mapped", what, IPSOCK_IPV4_MAPPED, batch, extra \
    }

const struct scenario scenarios[] = {
    FAMILIES_MAPPED("receive-batch", RECEIVE, PACKETS, CONTROL),
    FAMILIES_MAPPED("receive-batch-plain", RECEIVE, PACKETS, PLAIN),
    {"receive-batch-1024-ipv4", RECEIVE, IPSOCK_IPV4, MOST_PACKETS, CONTROL},
    {"receive-batch-1024-plain-ipv4", RECEIVE, IPSOCK_IPV4, MOST_PACKETS, PLAIN},
    {"receive-batch-strict-ipv6", RECEIVE, IPSOCK_IPV6, PACKETS, STRICT},
    {"receive-batch-strict-one-ipv6", RECEIVE, IPSOCK_IPV6, PACKETS, STRICT_ONE},
    FAMILIES_MAPPED("receive", RECEIVE, 1, CONTROL),
    FAMILIES_MAPPED("receive-plain", RECEIVE, 1, PLAIN),
    FAMILIES("receive-coalesced", RECEIVE, 1, SEGMENTED),
    FAMILIES_MAPPED("send-batch", SEND, PACKETS, CONTROL),
    FAMILIES_MAPPED("send-batch-plain", SEND, PACKETS, PLAIN),
    FAMILIES_MAPPED("send-batch-flow", SEND, PACKETS, FLOW),
    FAMILIES_MAPPED("send-batch-flow-class", SEND, PACKETS, FLOW_CLASS),
    {"send-batch-1024-ipv4", SEND, IPSOCK_IPV4, MOST_PACKETS, CONTROL},
    {"send-batch-1024-plain-ipv4", SEND, IPSOCK_IPV4, MOST_PACKETS, PLAIN},
    FAMILIES_MAPPED("send", SEND, 1, CONTROL),
    FAMILIES_MAPPED("send-plain", SEND, 1, PLAIN),
    FAMILIES("send-connected", SEND, 1, CONNECTED),
    FAMILIES_MAPPED("send-flow", SEND, 1, FLOW),
    FAMILIES("send-segments", SEND, 1, SEGMENTED),
    FAMILIES("send-segments-flow", SEND, 1, SEGMENTED_FLOW),
    {"parse-ipv6", PARSE, IPSOCK_IPV6, 1, PLAIN},
    {"marshal-echo-ipv4", MARSHAL, IPSOCK_IPV4, 1, PLAIN},
    {NULL, SEND, 0, 0, PLAIN},
};

const struct scenario *find_scenario(const char *name)
{
    for (const struct scenario *s = scenarios; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

bool plays(enum player player, const struct scenario *scenario)
{
    const bool unit = scenario->what == PARSE || scenario->what == MARSHAL;
    if (player == FULL)
        return !unit;
    return player != UV || (!unit && uv_plays(scenario));
}

void require(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "bench: not so: %s (errno: %s)\n", what, strerror(errno));
    exit(1);
}

struct round round_of(int number)
{
    const struct round round = {number, number & 1 ? 0x28 : 0x48, 33 + (number & 3)};
    return round;
}
