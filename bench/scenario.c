// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

const struct scenario scenarios[] = {
    {"receive-batch-ipv4", IPSOCK_IPV4, false, true, true},
    {"receive-batch-ipv6", IPSOCK_IPV6, false, true, true},
    {"receive-batch-mapped", IPSOCK_IPV4_MAPPED, false, true, true},
    {"receive-batch-plain-ipv4", IPSOCK_IPV4, false, true, false},
    {"receive-batch-plain-ipv6", IPSOCK_IPV6, false, true, false},
    {"receive-ipv4", IPSOCK_IPV4, false, false, true},
    {"receive-ipv6", IPSOCK_IPV6, false, false, true},
    {"receive-mapped", IPSOCK_IPV4_MAPPED, false, false, true},
    {"receive-plain-ipv4", IPSOCK_IPV4, false, false, false},
    {"receive-plain-ipv6", IPSOCK_IPV6, false, false, false},
    {"send-batch-ipv4", IPSOCK_IPV4, true, true, true},
    {"send-batch-ipv6", IPSOCK_IPV6, true, true, true},
    {"send-batch-mapped", IPSOCK_IPV4_MAPPED, true, true, true},
    {"send-batch-plain-ipv4", IPSOCK_IPV4, true, true, false},
    {"send-batch-plain-ipv6", IPSOCK_IPV6, true, true, false},
    {"send-ipv4", IPSOCK_IPV4, true, false, true},
    {"send-ipv6", IPSOCK_IPV6, true, false, true},
    {"send-mapped", IPSOCK_IPV4_MAPPED, true, false, true},
    {"send-plain-ipv4", IPSOCK_IPV4, true, false, false},
    {"send-plain-ipv6", IPSOCK_IPV6, true, false, false},
    {NULL, 0, false, false, false},
};

const struct scenario *find_scenario(const char *name)
{
    for (const struct scenario *s = scenarios; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
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
