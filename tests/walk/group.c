// SPDX-License-Identifier: BSD-2-Clause
/* Groups: what members hear, and what is sent to them. */
#include "walk.h"

/* The cell's endpoint on one side, a plain one of its family on the other, on an interface of our
 * own. */
struct scene {
    struct cell own, plain;
    const struct ground *first, *second;
    struct ipsock_endpoint *s, *other;
    uint16_t port; /* of the members */
    uint8_t n;
};

static const struct result ready = {EFFECT, 0, NULL};

/* A member or a sender, on the wildcard. Members share their port. */
static int open_side(const struct cell *cell, uint16_t port, uint32_t flags,
                     struct ipsock_endpoint **s)
{
    struct ipsock_config config = config_of(cell->column, cell->kind);
    config.local = ipsock_addr_any(columns[cell->column].family, port);
    config.flags |= flags | (cell->kind == IPSOCK_UDP && port != 0 ? IPSOCK_OPEN_REUSE : 0);
    config.protocol = cell->kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    *s = NULL;
    return ipsock_open(s, &config);
}

static struct result set_scene(struct scene *c, const struct cell *cell, bool member,
                               uint32_t flags)
{
    memset(c, 0, sizeof *c);
    c->own = *cell;
    c->plain = plain_side(cell);
    c->first = own_ground(c->plain.column, &c->second);
    if (c->first == NULL)
        return unseen("needs interfaces of our own");
    struct ipsock_config config = config_of(c->plain.column, IPSOCK_UDP);
    struct ipsock_endpoint *s = must_open(&config); /* a port that is free */
    c->port = cell->kind == IPSOCK_UDP ? port_of(s) : 0;
    ipsock_free(s);
    const int code = open_side(cell, member ? c->port : 0, flags, &c->s);
    if (code < 0)
        return refused(code);
    if (cell->kind != IPSOCK_PING)
        CHECK(IPSOCK_OK, open_side(&c->plain, member ? 0 : c->port, 0, &c->other));
    return ready;
}

static void strike(struct scene *c)
{
    ipsock_free(c->s);
    ipsock_free(c->other);
}

static int join(struct ipsock_endpoint *s, int column, enum call call, const struct ground *g,
                const char *group, const char *source)
{
    const struct ipsock_addr to = written(column, group),
                             from = written(column, source != NULL ? source : g->source);
    return call_addrs(s, call, g->index, &to, &from);
}

/* To a group, from an address of the ground and out of its interface. */
static bool cast_from(struct scene *c, const struct ground *g, const char *source,
                      const char *group, uint8_t n)
{
    struct ipsock_config config = config_of(c->plain.column, c->plain.kind);
    config.protocol = c->plain.kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.local = addr_of(source);
    struct ipsock_endpoint *s = must_open(&config);
    struct ipsock_addr to = addr_of(group);
    to.port = c->port;
    const bool sent = ipsock_set_multicast_interface(s, g->index) == IPSOCK_OK &&
                      send_one(&c->plain, s, &to, n, NULL) == IPSOCK_OK;
    ipsock_free(s);
    return sent;
}

/* Which of two packets of the same kind comes first: the one that must not come was sent first. */
static struct result only_second(struct scene *c, uint8_t n, const char *missed)
{
    struct seen seen;
    for (int tries = 0; tries < 50 && hear_any(c->s, &seen); tries++) {
        if (seen.length == 4 && memcmp(seen.data, "WAL", 3) == 0 && seen.data[3] == n)
            return effect_if(false, missed);
        if (seen.length == 4 && memcmp(seen.data, "WAL", 3) == 0 && seen.data[3] == n + 1)
            return ready;
    }
    return effect_if(false, "what is wanted did not come");
}

struct result walk_group(const struct cell *cell)
{
    struct scene c;
    struct result result = set_scene(&c, cell, true, 0);
    const bool any = cell->feature == IPSOCK_FEATURE_JOIN_GROUP;
    if (result.outcome != EFFECT)
        return strike(&c), result;
    const bool some = cell->feature == IPSOCK_FEATURE_JOIN_SOURCE;
    const char *const group = any ? c.first->group : c.first->source_group;
    int code = join(c.s, cell->column, some ? JOIN_SOURCE : JOIN, c.first, group, c.first->source);
    if (code == IPSOCK_OK && cell->feature == IPSOCK_FEATURE_EXCLUDE_SOURCE)
        code = join(c.s, cell->column, EXCLUDE, c.first, group, c.first->source2);
    if (code < 0)
        result = refused(code);
    else if (cell->kind == IPSOCK_PING)
        result = unseen("a ping endpoint hears answers to its own requests");
    else if (!any && !cast_from(&c, c.first, c.first->source2, group, 1))
        result = effect_if(false, "nothing could be sent");
    else if (!cast_from(&c, c.first, c.first->source, group, 2))
        result = effect_if(false, "nothing could be sent");
    else
        result = only_second(&c, 1, "an unwanted source was heard");
    return strike(&c), result;
}

struct result walk_strict(const struct cell *cell)
{
    struct scene c;
    struct result result = set_scene(&c, cell, true, IPSOCK_OPEN_STRICT_MULTICAST);
    struct ipsock_endpoint *joined = NULL;
    if (result.outcome != EFFECT)
        return strike(&c), result;
    if (cell->kind == IPSOCK_PING)
        result = unseen("a ping endpoint hears answers to its own requests");
    else if (open_side(&c.plain, c.port, 0, &joined) < 0 ||
             join(joined, c.plain.column, JOIN, c.first, c.first->group2, NULL) < 0)
        result = unseen("no second member");
    else if (join(c.s, cell->column, JOIN, c.first, c.first->group, NULL) < 0)
        result = unseen("no group can be joined");
    else if (!cast_from(&c, c.first, c.first->source, c.first->group2, 1) ||
             !cast_from(&c, c.first, c.first->source, c.first->group, 2))
        result = effect_if(false, "nothing could be sent");
    else
        result = only_second(&c, 1, "another's group was heard");
    ipsock_free(joined);
    return strike(&c), result;
}

/* The cell's endpoint sends, a plain one that has joined on g hears. */
static struct result heard_on(struct scene *c, const struct ground *g,
                              struct ipsock_control *control, struct seen *seen)
{
    struct ipsock_addr to = written(c->own.column, g->group);
    to.port = c->port;
    if (c->own.kind == IPSOCK_PING)
        return unseen("echo requests to a group have no member to hear them here");
    CHECK(IPSOCK_OK, join(c->other, c->plain.column, JOIN, g, g->group, NULL));
    const int code = send_one(&c->own, c->s, &to, ++c->n, control);
    if (code == IPSOCK_ENETUNREACH &&
        c->own.column == MAPPED) /* the system looks for a route first (macOS) */
        return unseen("no route for IPv4 groups here");
    if (code < 0)
        return refused(code);
    return effect_if(hear_one(&c->plain, c->other, c->n, seen), "the group was not reached");
}

struct result walk_multicast_hops(const struct cell *cell)
{
    struct scene c;
    struct seen seen;
    struct result result = set_scene(&c, cell, false, 0);
    if (result.outcome != EFFECT)
        return strike(&c), result;
    const int code = ipsock_set_multicast_hop_limit(c.s, 5);
    if (code < 0)
        return strike(&c), refused(code);
    (void)ipsock_set_multicast_interface(c.s, c.first->index);
    if (cell->kind == IPSOCK_PING)
        result = unseen("echo requests to a group have no member to hear them here");
    else if (ipsock_set_receive_control(c.other, IPSOCK_CONTROL_HOP_LIMIT, true) < 0)
        result = unseen("nothing tells the hop limit of a packet");
    else
        result = heard_on(&c, c.first, NULL, &seen);
    if (result.outcome == EFFECT)
        result = effect_if(seen.control.hop_limit == 5, "another hop limit arrived");
    return strike(&c), result;
}

struct result walk_multicast_interface(const struct cell *cell)
{
    struct scene c;
    struct seen seen;
    struct result result = set_scene(&c, cell, false, 0);
    if (result.outcome != EFFECT)
        return strike(&c), result;
    int code = ipsock_set_multicast_interface(c.s, c.first->index);
    code = code < 0 ? code : ipsock_set_multicast_interface(c.s, c.second->index);
    result = code < 0 ? refused(code) : heard_on(&c, c.second, NULL, &seen);
    return strike(&c), result;
}

/* Named for one packet, while the endpoint's option names the other. */
struct result walk_interface(const struct cell *cell)
{
    struct scene c;
    struct seen seen;
    struct ipsock_control control;
    struct result result = set_scene(&c, cell, false, 0);
    if (result.outcome != EFFECT)
        return strike(&c), result;
    ipsock_free(c.s);
    int code = open_cell(cell, 0, 0, IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_POSSIBLE, &c.s);
    if (code < 0)
        return strike(&c), refused(code);
    memset(&control, 0, sizeof control);
    control.valid = IPSOCK_CONTROL_INTERFACE;
    control.interface_index = c.second->index;
    (void)ipsock_set_multicast_interface(c.s, c.first->index);
    if (cell->kind == IPSOCK_PING) {
        const struct ipsock_addr to = addr_of(c.second->group);
        code = send_one(cell, c.s, &to, 1, &control);
        result = code < 0 ? refused(code)
                          : unseen("echo requests to a group have no member to hear them here");
    } else
        result = heard_on(&c, c.second, &control, &seen);
    return strike(&c), result;
}

/* Off, members on this host hear nothing; on again, they do. On Windows it is the member's. */
struct result walk_loopback(const struct cell *cell)
{
    struct scene c;
    struct result result = set_scene(&c, cell, false, 0);
    struct ipsock_addr to;
    if (result.outcome != EFFECT)
        return strike(&c), result;
    struct ipsock_endpoint *const its = strcmp(ipsock_system(), "windows") == 0 ? c.other : c.s;
    int code = ipsock_set_multicast_loopback(c.s, false);
    if (code < 0)
        return strike(&c), refused(code);
    if (cell->kind == IPSOCK_PING)
        return strike(&c), unseen("echo requests to a group have no member to hear them here");
    (void)ipsock_set_multicast_interface(c.s, c.first->index);
    CHECK(IPSOCK_OK, join(c.other, c.plain.column, JOIN, c.first, c.first->group, NULL));
    CHECK(IPSOCK_OK, ipsock_set_multicast_loopback(its, false));
    to = written(cell->column, c.first->group);
    to.port = c.port;
    code = send_one(cell, c.s, &to, 1, NULL);
    system_sleep_ms(50); /* it is there, or will not come */
    const bool silent = is_silent(c.other);
    CHECK(IPSOCK_OK, ipsock_set_multicast_loopback(its, true));
    code = code < 0 ? code : send_one(cell, c.s, &to, 2, NULL);
    struct seen seen;
    result = code < 0 ? refused(code)
             : !silent
                 ? effect_if(false, "heard although it was off")
                 : effect_if(hear_one(&c.plain, c.other, 2, &seen), "not heard although it was on");
    return strike(&c), result;
}
