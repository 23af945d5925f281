// SPDX-License-Identifier: BSD-2-Clause
/* Which interface a packet leaves by, where sockets can be bound to one and packets can name it
 * (Darwin: IP_BOUND_IF, IP_PKTINFO, IPV6_MULTICAST_IF), and what naming a source does to the
 * socket. Nothing of it on the BSDs. */
#include "model.h"

static bool has_default_route(uint32_t index, uint8_t family)
{
    static const struct host_addr v4 = {.family = 4, .ip = {198, 18, 0, 1}},
                                  v6 = {.family = 6, .ip = {0x20, 1, 0, 2, [15] = 1}};
    return host_route(family == 4 ? &v4 : &v6) == index;
}

static bool is_link_group(const struct host_addr *a)
{
    return a->family == 6 && a->ip[0] == 0xff && (a->ip[1] & 15) <= 2;
}

static bool is_link_local(const struct host_addr *a)
{
    return a->family == 6 && a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80;
}

/* The host would forget what an IPv4 socket is bound to beside it. */
static void take(const struct sock *s, struct host_message *m, uint32_t index)
{
    const struct host_addr local = model_unmap(&s->local);
    m->interface = index;
    m->has |= HOST_HAS_INTERFACE;
    if (m->v4 && !(m->has & HOST_HAS_SOURCE) && local.family == 4 && !model_is_any(&local)) {
        m->local = local;
        m->has |= HOST_HAS_SOURCE;
    }
}

/* IP_MULTICAST_IF beats what else names an interface; those without a default route of their own
 * are no way for groups (M). */
static int way4(struct sock *s, struct host_message *m, const struct host_addr *to)
{
    static const uint8_t ones[4] = {255, 255, 255, 255};
    const bool group = model_is_group(to), named = m->has & HOST_HAS_INTERFACE;
    const uint32_t bound =
        (uint32_t)s->values[s->is.family == 4 ? OPTION_BOUND_IF : OPTION_BOUND_IF6];
    const struct host_addr source = model_unmap(&m->local);
    uint32_t index;
    if (group && s->interface4 != 0 && named)
        take(s, m, s->interface4);
    else if (group && s->interface4 != 0)
        return 0; /* the host has it */
    else if (!named && bound != 0)
        take(s, m, bound);
    else if (!named && (m->has & HOST_HAS_SOURCE) && !group &&
             model_interface_of(&source, &index) == 0 && !host_is_local(to, &index))
        return model_interface_of(&source, &index) == 0 && index != host_route(to) ? -EHOSTUNREACH
                                                                                   : 0;
    const bool wide = group || (named && memcmp(to->ip, ones, sizeof ones) == 0);
    if (wide && (m->has & HOST_HAS_INTERFACE) && !(group && s->interface4 != 0) &&
        !model_is_loopback(m->interface) && !has_default_route(m->interface, 4))
        return -ENETUNREACH;
    return 0;
}

static int way6(struct sock *s, struct host_message *m, const struct host_addr *to)
{
    const uint32_t bound = (uint32_t)s->values[OPTION_BOUND_IF6];
    uint32_t index = 0;
    if (m->has & HOST_HAS_INTERFACE)
        return 0;
    if (is_link_group(to)) {
        if (s->interface6 != 0 || bound != 0)
            take(s, m, s->interface6 != 0 ? s->interface6 : bound);
        return 0;
    }
    if (is_link_local(to) && to->scope == 0 && !host_is_local(to, &index))
        return bound != 0 ? -EHOSTUNREACH : 1;
    if (to->scope != 0 && is_link_local(to))
        return 0;
    if (to->scope != 0)
        take(s, m, to->scope);
    else if (bound != 0)
        take(s, m, bound);
    else if (model_is_group(to) && !model_is_any(&s->local) &&
             model_interface_of(&s->local, &index) == 0)
        take(s, m, index);
    else if (model_is_group(to) && host_route(to) != 0)
        take(s, m, host_route(to));
    return 0;
}

int model_way(int fd, struct sock *s, struct host_message *m)
{
    const struct host_addr *const named = m->peer.family != 0 ? &m->peer : &s->peer;
    const struct host_addr to = model_unmap(named);
    if (!model_fact(FACT_BOUND_IF))
        return 0;
    if (s->ruined)
        return -EINVAL;
    model_names(fd, s);
    if (s->kind == KIND_U4 && !s->has_port && (m->has & HOST_HAS_SOURCE)) {
        s->ruined = true;
        return -model_fact(FACT_PKTINFO4_BEFORE_BIND);
    }
    return to.family == 4 ? way4(s, m, &to) : way6(s, m, &to);
}

/* After a packet of IPv4 with IP_PKTINFO the socket is no longer connected, nor bound to its
 * address; the port stays (bsd/netinet/udp_usrreq.c, udp_output). */
void model_way_gone(int fd, struct sock *s)
{
    if (!model_fact(FACT_PKTINFO4_UNBINDS) || s->kind != KIND_U4 || !s->unbinds)
        return;
    if (s->connected)
        host_connect(fd, NULL);
    s->connected = false;
    s->unbound = true;
    memset(&s->peer, 0, sizeof s->peer);
}
