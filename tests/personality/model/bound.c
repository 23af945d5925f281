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

static bool is_loopback6(const struct host_addr *a)
{
    static const uint8_t one[16] = {[15] = 1};
    return a->family == 6 && memcmp(a->ip, one, sizeof one) == 0;
}

/* Has it an address of another interface than it leaves by? (in_selectsrcif, in6_selectsrc_core) */
static bool is_elsewhere(const struct host_addr *source, const struct host_addr *to, uint32_t out)
{
    uint32_t index;
    if (source->family != to->family || model_is_any(source) || host_is_local(to, &index))
        return false;
    return out != 0 && model_interface_of(source, &index) == 0 && index != out;
}

uint32_t model_link_zone(void)
{
    struct host_interface list[64];
    const int count = model_fact(FACT_BOUND_IF) ? host_interfaces(list, 64) : 0;
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].loopback)
            return list[i].index; /* M datagram.link_local */
    return model_default_zone();
}

/* IPV6_PKTINFO of raw sockets is taken as it is (rip6_output), by the route's interface. */
static int source_raw6(const struct host_message *m, const struct host_addr *to)
{
    uint32_t index;
    if (model_is_group(&m->local))
        return -EOPNOTSUPP;
    if (is_link_local(to) || is_link_group(to) || host_is_local(to, &index))
        return 0;
    if ((m->has & HOST_HAS_INTERFACE) && !model_is_group(to) && m->interface != host_route(to))
        return -EHOSTUNREACH;
    if (!(m->has & HOST_HAS_SOURCE) || model_is_group(to))
        return 0;
    return is_loopback6(&m->local) || is_link_local(&m->local) ? -EHOSTUNREACH : 1;
}

int model_source(int fd, struct sock *s, struct host_message *m)
{
    const struct host_addr *const to = m->peer.family != 0 ? &m->peer : &s->peer;
    const bool datagram = s->is.type == HOST_DATAGRAM;
    if (!model_fact(FACT_BOUND_IF) || !(m->has & (HOST_HAS_SOURCE | HOST_HAS_INTERFACE)))
        return 0;
    model_names(fd, s);
    if (m->local.family == 4 && (m->has & HOST_HAS_SOURCE) && datagram && !s->has_port) {
        s->ruined = s->kind == KIND_U4;
        s->odd_local = m->local;
        return -model_fact(FACT_PKTINFO4_BEFORE_BIND);
    }
    if (m->local.family == 6 && (m->has & HOST_HAS_INTERFACE) && is_link_local(to) &&
        m->peer.scope != 0)
        m->peer.scope = m->interface; /* the index beats the zone: M control_send.options */
    return m->local.family == 6 && s->kind == KIND_R6 ? source_raw6(m, to) : 0;
}

/* An index that a packet names, without a route of its own there. */
static bool is_no_way(const struct host_message *m, const struct host_addr *to, bool named)
{
    static const uint8_t ones[4] = {255, 255, 255, 255};
    uint32_t index;
    const bool wide = model_is_group(to) || (named && memcmp(to->ip, ones, sizeof ones) == 0);
    if (!(m->has & HOST_HAS_INTERFACE) || has_default_route(m->interface, 4))
        return false;
    if (wide)
        return named || !model_is_loopback(m->interface);
    return named && host_route(to) != m->interface && !host_is_local(to, &index);
}

/* What the socket forgot (model_way_gone) the host still knows. */
static void take_any(const struct sock *s, struct host_message *m, const struct host_addr *to)
{
    struct host_addr source;
    if (!s->unbound || (m->has & HOST_HAS_SOURCE) || !host_source(to, m->interface, &source))
        return;
    m->local = source;
    m->has |= HOST_HAS_SOURCE;
}

/* IP_MULTICAST_IF beats what else names an interface; those without a default route of their own
 * are no way for groups (M). */
static int way4(struct sock *s, struct host_message *m, const struct host_addr *to)
{
    const bool group = model_is_group(to), named = m->has & HOST_HAS_INTERFACE;
    const bool chosen = group && s->interface4 != 0;
    const uint32_t bound =
        (uint32_t)s->values[s->is.family == 4 ? OPTION_BOUND_IF : OPTION_BOUND_IF6];
    const struct host_addr source = model_unmap(m->has & HOST_HAS_SOURCE ? &m->local : &s->local);
    if (s->odd_peer && model_is_any(to))
        return -EHOSTUNREACH; /* M raw.receivers */
    if (s->is.family == 6 && model_is_group(&source))
        return -EADDRNOTAVAIL; /* M datagram.mapped */
    if (chosen && named)
        take(s, m, s->interface4);
    else if (chosen)
        return 0; /* the host has it */
    else if (named)
        take(s, m, m->interface);
    else if (bound != 0)
        take(s, m, bound);
    else if (source.ip[0] != 127 && is_elsewhere(&source, to, host_route(to)))
        return -EHOSTUNREACH;
    take_any(s, m, to);
    return !chosen && is_no_way(m, to, named) ? -ENETUNREACH : 0;
}

/* Unicast: with a zone that is not the route's, or an address of another interface. */
static int judge_route6(int fd, struct sock *s, const struct host_message *m,
                        const struct host_addr *to)
{
    uint32_t index;
    const bool own = m->has & HOST_HAS_SOURCE, named = m->has & HOST_HAS_INTERFACE;
    const struct host_addr *const source = own ? &m->local : &s->local;
    const struct host_addr plain = model_unmap(source);
    if (model_is_group(to) || host_is_local(to, &index))
        return 0;
    if (is_link_local(to))
        return 0;
    if (to->scope != 0 && host_route(to) != to->scope)
        return -EHOSTUNREACH;
    if ((own && s->kind == KIND_R6) || is_loopback6(source))
        return 0;
    if (plain.family == 4 && !model_is_any(&plain)) /* bound to a mapped address */
        return -EHOSTUNREACH;
    if (!own && s->routed)
        return 0;
    if (!is_elsewhere(source, to, named ? m->interface : host_route(to))) {
        s->routed = own && s->kind == KIND_U6;
        return 0;
    }
    if (s->kind == KIND_U6 && !s->has_port) { /* it has one from here on */
        const struct host_addr any = {.family = 6};
        host_bind(fd, &any);
    }
    return -EHOSTUNREACH;
}

static int link_group(struct sock *s, struct host_message *m, const struct host_addr *to)
{
    const uint32_t bound = (uint32_t)s->values[OPTION_BOUND_IF6];
    if (s->interface6 != 0 || bound != 0)
        take(s, m, s->interface6 != 0 ? s->interface6 : bound);
    else if (to->scope == 0)
        return is_loopback6(&s->local) ? 1 : -EHOSTUNREACH;
    return 0;
}

static int way6(int fd, struct sock *s, struct host_message *m, const struct host_addr *to)
{
    const uint32_t bound = (uint32_t)s->values[OPTION_BOUND_IF6];
    uint32_t index = 0;
    const int result = judge_route6(fd, s, m, to);
    if (result < 0)
        return result;
    if (m->has & HOST_HAS_INTERFACE)
        return 0;
    if (is_link_group(to))
        return link_group(s, m, to);
    if (is_link_local(to) && to->scope == 0 && !host_is_local(to, &index))
        return bound != 0 || is_link_local(&s->local) ? -EHOSTUNREACH : 1;
    if (to->scope != 0 && is_link_local(to))
        return 0;
    if (model_is_group(to) && is_loopback6(&s->local) && bound == 0 && to->scope == 0)
        return 1; /* M multicast.sending */
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
    if (s->ruined || (s->odd_peer && model_is_mapped(&s->peer)))
        return -EINVAL;
    model_names(fd, s);
    return to.family == 4 ? way4(s, m, &to) : way6(fd, s, m, &to);
}

/* After a packet of IPv4 with IP_PKTINFO, sent or not, the socket is no longer connected, nor bound
 * to its address; the port stays, and the socket layer thinks it is connected still
 * (bsd/netinet/udp_usrreq.c, udp_output; M control_send.states). */
void model_way_gone(int fd, struct sock *s)
{
    const struct host_addr any = {.family = 4, .port = s->local.port};
    if (!model_fact(FACT_PKTINFO4_UNBINDS) || s->kind != KIND_U4 || !s->unbinds || s->ruined)
        return;
    if (s->connected) {
        s->was_dissolved = true;
        host_connect(fd, NULL);
        host_bind(fd, &any); /* unless it was bound before */
    }
    s->connected = false;
    s->unbound = true;
    memset(&s->peer, 0, sizeof s->peer);
}
