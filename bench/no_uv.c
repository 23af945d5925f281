// SPDX-License-Identifier: BSD-2-Clause
/* Where libuv was not found: it plays nothing. */
#include "bench.h"

const char *uv_side_version(void)
{
    return NULL;
}

bool uv_plays(const struct scenario *scenario)
{
    (void)scenario;
    return false;
}

void uv_side_open(struct side *side)
{
    (void)side;
    require(false, "libuv");
}

void uv_side_connect(struct side *side, const struct sockaddr *to)
{
    (void)side;
    (void)to;
}

void uv_side_close(struct side *side)
{
    (void)side;
}

void uv_side_play(struct side *side)
{
    (void)side;
}

struct lean_packet uv_side_packet(const struct side *side, unsigned i)
{
    return side->packets_in[i];
}
