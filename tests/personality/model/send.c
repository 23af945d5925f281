// SPDX-License-Identifier: BSD-2-Clause
/* sendmsg: what this kernel refuses, and the rest to the host. */
#include "model.h"

static int64_t length_of(const struct msghdr *h)
{
    int64_t length = 0;
    for (int i = 0; i < (int)h->msg_iovlen; i++)
        length += (int64_t)h->msg_iov[i].iov_len;
    return length;
}

static bool has_link_scope(const struct host_addr *a)
{
    return (a->ip[0] == 0xfe && (a->ip[1] & 0xc0) == 0x80) ||
           (a->ip[0] == 0xff && (a->ip[1] & 15) <= 2);
}

static bool is_loopback6(const struct host_addr *a)
{
    static const uint8_t one[16] = {[15] = 1};
    return memcmp(a->ip, one, sizeof one) == 0;
}

uint32_t model_mtu_to(const struct host_addr *to)
{
    struct host_interface list[64];
    const uint32_t route = host_route(to);
    const int count = host_interfaces(list, 64);
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].index == route)
            return list[i].mtu;
    return 1500;
}

/* An address of the host's, or not one for this socket. */
static int read_name(const struct sock *s, const struct msghdr *h, struct host_addr *to)
{
    struct sockaddr any;
    if (h->msg_name == NULL)
        return 0;
    if (h->msg_namelen < 2)
        return -EINVAL;
    memcpy(&any, h->msg_name, 2);
    /* a dual-stack socket takes AF_INET only by the mapped form */
    if (any.sa_family != (s->is.family == 4 ? AF_INET : AF_INET6))
        return model_wrong_family(s, h->msg_namelen);
    if (!model_from(to, h->msg_name, h->msg_namelen))
        return -EINVAL;
    return model_wrong_scope(to);
}

static int check_name(const struct sock *s, const struct host_addr *to)
{
    if (to->family == 0 && s->was_dissolved && !s->connected)
        return -ENOTCONN; /* bound.c */
    if (to->family == 0)
        return s->connected ? 0 : -model_fact(FACT_NO_NAME);
    if (s->connected)
        return -model_fact(FACT_CONNECTED_NAME);
    if (s->is.type == HOST_DATAGRAM && to->port == 0)
        return -model_fact(FACT_PORT_ZERO);
    if (model_is_mapped(to) && !model_dual(s) && s->is.type == HOST_DATAGRAM)
        return -model_fact(FACT_MAPPED_REFUSED);
    return 0;
}

static bool is_broadcast(const struct host_addr *to)
{
    static const uint8_t ones[4] = {255, 255, 255, 255};
    struct host_interface_addr list[64];
    if (to->family != 4)
        return false;
    if (memcmp(to->ip, ones, 4) == 0)
        return true;
    const int count = host_interface_addrs(list, 64);
    for (int i = 0; i < count && i < 64; i++) {
        struct host_addr zero = list[i].broadcast;
        zero.ip[3] = 0; /* the network's own number, the old form (in_broadcast) */
        if (list[i].broadcast.family == 4 &&
            (model_same_ip(&list[i].broadcast, to) ||
             (model_fact(FACT_BROADCAST_ZERO) && model_same_ip(&zero, to))))
            return true;
    }
    return false;
}

/* Raw sockets may always (rip_output); 255.255.255.255 may where it is not one of the interface's
 * addresses (M F-8, N-5: by IPv6 sockets). */
static int check_broadcast(int fd, struct sock *s, const struct host_addr *to)
{
    const struct host_addr plain = model_unmap(to);
    const bool ones = plain.ip[0] == 255 && plain.ip[3] == 255;
    if (s->is.type == HOST_RAW || s->values[OPTION_BROADCAST] || !is_broadcast(&plain))
        return 0;
    if (ones && !model_fact(FACT_ALL_ONES_STAY) &&
        (s->is.family == 6 || !model_fact(FACT_BROADCAST_ALL_ONES)))
        return 0;
    if (!s->has_port) { /* it has one from here on */
        const struct host_addr any = {.family = (uint8_t)s->is.family};
        host_bind(fd, &any);
    }
    return -EACCES;
}

/* What 255.255.255.255 becomes on NetBSD: the first interface's directed broadcast, by IPv6 sockets
 * and raw ones itself with the multicast TTL (M N-4, N-5). */
static void put_all_ones(const struct sock *s, struct host_message *m)
{
    static const uint8_t ones[4] = {255, 255, 255, 255};
    struct host_interface_addr list[64];
    const struct host_addr plain = model_unmap(&m->peer);
    const bool as_group = model_fact(FACT_ALL_ONES_HOPS) != 0;
    if (plain.family != 4 || memcmp(plain.ip, ones, 4) != 0 || model_fact(FACT_ALL_ONES_STAY) ||
        !(as_group || model_fact(FACT_BROADCAST_ALL_ONES)))
        return;
    if (s->kind != KIND_U4 || as_group) {
        m->hops = s->values[OPTION_MULTICAST_TTL];
        m->has |= HOST_HAS_HOPS;
        return;
    }
    const int count = host_interface_addrs(list, 64);
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].broadcast.family == 4) {
            memcpy(m->peer.ip, list[i].broadcast.ip, 4);
            return;
        }
}

/* Loopback's network does not leave the host (ip_output of FreeBSD). Bound to loopback, or to a
 * link-local address of another link: nothing leaves (in6_selectsrc). */
static int check_bound(const struct sock *s, const struct host_addr *to)
{
    uint32_t index;
    const uint32_t zone = to->scope != 0 ? to->scope : model_default_zone();
    const struct host_addr plain = model_unmap(to);
    if (plain.family == 4 && plain.ip[0] == 127 && model_fact(FACT_LOOPBACK_NET_STAYS) &&
        !host_is_local(&plain, &index))
        return -EADDRNOTAVAIL;
    if (s->is.type == HOST_DATAGRAM && model_is_mapped(to) && !model_is_mapped(&s->local) &&
        !model_is_any(&s->local) && model_fact(FACT_MAPPED_FROM_BOUND6))
        return -model_fact(FACT_MAPPED_FROM_BOUND6);
    if (s->is.family != 6 || to->family != 6 || model_is_mapped(to) || host_is_local(to, &index))
        return 0;
    if (model_is_group(to)) {
        const bool scoped = model_is_any(&s->local) || !has_link_scope(to) || to->scope != 0;
        const int refusal = model_fact(FACT_GROUP6_FROM_BOUND);
        return s->connected              ? 0
               : is_loopback6(&s->local) ? -EHOSTUNREACH
               : !scoped && refusal != 0 ? -refusal
                                         : 0;
    }
    const bool link = has_link_scope(&s->local) && has_link_scope(to) && s->local.scope != zone;
    return is_loopback6(&s->local) || link ? -EHOSTUNREACH : 0;
}

/* in_pcbbind_setup and in_pcbconnect_setup for IP_SENDSRCADDR. */
static int check_source4(int fd, struct sock *s, struct host_message *m)
{
    uint32_t index;
    if (model_fact(FACT_SOURCE_NEEDS_WILDCARD)) {
        model_names(fd, s);
        struct host_addr local = model_unmap(&s->local);
        if (model_fact(FACT_SOURCE_SAME) && memcmp(local.ip, m->local.ip, 4) == 0)
            return 0;
        if (s->connected || !s->has_port || !model_is_any(&local) || model_is_any(&m->local))
            return -model_fact(FACT_SOURCE_NEEDS_WILDCARD);
    }
    if (model_is_any(&m->local))
        return 0;
    if (!model_is_group(&m->local) && model_interface_of(&m->local, &index) < 0)
        return -model_fact(FACT_SOURCE_FOREIGN);
    if (s->connected && !model_fact(FACT_SOURCE4_CONNECTED))
        m->has &= ~(uint32_t)HOST_HAS_SOURCE;
    return 0;
}

bool model_is_loopback(uint32_t index)
{
    struct host_interface list[64];
    const int count = host_interfaces(list, 64);
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].index == index)
            return list[i].loopback;
    return false;
}

/* The source of IPV6_PKTINFO: in6_selectsrc of both. Zone: the interface that is given, or of the
 * route. */
static int judge_source6(const struct sock *s, const struct host_message *m, uint32_t zone)
{
    struct host_addr source = m->local;
    uint32_t index = 0;
    const bool strict = model_fact(FACT_PKTINFO6_ON_INDEX) != 0;
    if (is_loopback6(&source)) {
        if (model_is_loopback(zone))
            return 0;
        if (strict)
            return m->interface != 0 ? -EADDRNOTAVAIL : -EINVAL;
        return s->is.type == HOST_RAW || model_fact(FACT_BOUND_IF) ? -EINVAL : -EADDRNOTAVAIL;
    }
    source.scope = has_link_scope(&source) ? zone : 0;
    if (strict && m->interface != 0)
        source.scope = m->interface;
    return model_interface_of(&source, &index) < 0 ? -EADDRNOTAVAIL : 0;
}

/* An index that does not route still picks the source (M F-5). */
static void source_of_index(struct host_message *m)
{
    struct host_interface_addr list[64];
    const int count = host_interface_addrs(list, 64);
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].index == m->interface && list[i].addr.family == 6 &&
            !has_link_scope(&list[i].addr) && !is_loopback6(&list[i].addr)) {
            memcpy(m->local.ip, list[i].addr.ip, 16);
            m->has |= HOST_HAS_SOURCE;
            return;
        }
}

/* The index of IPV6_PKTINFO against the route: in6_selectif. */
static int judge_index6(const struct sock *s, const struct host_addr *peer, struct host_message *m)
{
    const uint32_t route = host_route(peer);
    const bool bound = s->has_port && !s->connected;
    uint32_t index;
    if (route == 0 || route == m->interface || host_is_local(peer, &index))
        return 0;
    if (model_is_group(peer) &&
        (model_fact(FACT_PKTINFO6_ROUTES) || model_fact(FACT_PKTINFO6_NEVER) ||
         (!s->has_port && s->is.type != HOST_RAW)))
        return 0;
    if (model_fact(FACT_PKTINFO6_NEVER) || (!bound && s->is.type != HOST_RAW))
        return -model_fact(FACT_PKTINFO6_CONFLICT);
    if ((m->has & HOST_HAS_SOURCE) && (has_link_scope(&m->local) || is_loopback6(&m->local)))
        return -EHOSTUNREACH;
    if (!(m->has & HOST_HAS_SOURCE))
        source_of_index(m);
    m->has &= ~(uint32_t)HOST_HAS_INTERFACE;
    m->interface = 0;
    return 0;
}

/* in6_selectsrc and in6_selectif for IPV6_PKTINFO. */
static int check_source6(int fd, struct sock *s, const struct host_addr *to, struct host_message *m)
{
    const struct host_addr *const peer = to->family == 0 ? &s->peer : to;
    model_names(fd, s);
    const bool ignored = s->connected && s->is.type == HOST_DATAGRAM; /* M: both systems */
    if (ignored && (model_fact(FACT_PKTINFO6_SOURCE_IGNORED) || m->interface == 0))
        m->has &= ~(uint32_t)HOST_HAS_SOURCE;
    if (m->has & HOST_HAS_SOURCE) {
        const uint32_t zone = m->interface != 0 ? m->interface
                              : peer->scope != 0 ? peer->scope
                                                 : host_route(peer);
        const int result = judge_source6(s, m, zone);
        if (result < 0)
            return result;
        if (m->interface == 0 && has_link_scope(&m->local)) { /* the host wants the zone */
            m->interface = zone;
            m->has |= HOST_HAS_INTERFACE;
        }
        if (ignored)
            m->has &= ~(uint32_t)HOST_HAS_SOURCE;
    }
    if (!(m->has & HOST_HAS_SOURCE)) /* the host takes what is there */
        memset(m->local.ip, 0, sizeof m->local.ip);
    if (!(m->has & HOST_HAS_INTERFACE))
        return 0;
    if (has_link_scope(peer))
        return peer->scope != 0 && peer->scope != m->interface ? -EHOSTUNREACH : 0;
    return judge_index6(s, peer, m);
}

int model_check_source(int fd, struct sock *s, const struct host_addr *to, struct host_message *m)
{
    const int own = model_source(fd, s, m);
    if (own != 0)
        return own < 0 ? own : 0;
    if (m->has & HOST_HAS_SOURCE && m->local.family == 4)
        return check_source4(fd, s, m);
    if ((m->has & (HOST_HAS_SOURCE | HOST_HAS_INTERFACE)) && m->local.family == 6)
        return check_source6(fd, s, to, m);
    return 0;
}

/* 1: it goes to a link-local address on loopback, where nobody is (M control_send.options). */
static int check_zone(const struct host_addr *to, const struct host_message *m)
{
    const uint32_t zone = to->scope != 0 ? to->scope : m->interface;
    uint32_t index;
    return to->family == 6 && has_link_scope(to) && !model_is_group(to) &&
           model_is_loopback(zone) && !host_is_local(to, &index);
}

/* Linux takes the interface of a bound source, the BSDs the route's; IPv6 sockets of NetBSD keep
 * the route's source, whatever the interface (M multicast.sending). */
static int put_group_source(const struct sock *s, struct host_message *m, uint32_t zone,
                            const struct host_addr *to)
{
    const struct host_addr local = model_unmap(&s->local);
    const bool bound = local.family == 4 && !model_is_any(&local) && !s->connected;
    const uint32_t route = host_route(to);
    if (m->has & HOST_HAS_SOURCE)
        return 0;
    if (bound && local.ip[0] == 127 && zone == 0 && model_fact(FACT_LOOPBACK_NET_STAYS))
        return -EADDRNOTAVAIL;
    if (bound && zone == 0) {
        m->local = local;
        m->interface = route;
        m->has |= HOST_HAS_SOURCE | HOST_HAS_INTERFACE;
    } else if (!bound && zone != 0 && s->is.family == 6) {
        model_first_address(route, m->local.ip);
        m->local.family = 4;
        m->has |= HOST_HAS_SOURCE;
    } else if (!bound && model_is_loopback(zone)) {
        model_first_address(zone, m->local.ip);
        m->local.family = 4;
        m->has |= HOST_HAS_SOURCE;
    }
    return 0;
}

/* Groups: looping is the sender's affair in both families, loopback is an interface of its own, and
 * hop limit 0 stays on the host (M multicast.sending). 1: nobody hears it. */
static int put_group(int fd, const struct sock *s, struct host_message *m)
{
    const struct host_addr to = model_unmap(m->peer.family != 0 ? &m->peer : &s->peer);
    if (!model_is_group(&to))
        return 0;
    const bool v4 = to.family == 4;
    const bool loops = s->values[v4 ? OPTION_MULTICAST_LOOP : OPTION_MULTICAST_LOOP6];
    const uint32_t zone = m->interface != 0 ? m->interface
                          : to.scope != 0   ? to.scope
                          : v4              ? s->interface4
                                            : s->interface6;
    const int hops = m->has & HOST_HAS_HOPS ? m->hops : s->values[OPTION_MULTICAST_HOPS];
    if (s->is.family == 6)
        host_set(fd, HOST_OPTION_MULTICAST_LOOP6, loops);
    if (model_is_loopback(zone) && (!loops || has_link_scope(&to)))
        return 1;
    if (!v4 && hops == 0 && !(loops && model_joined(m->interface, &to)))
        return 1;
    return v4 ? put_group_source(s, m, zone, &to) : 0;
}

/* Groups of IPv6 get fragments of the least MTU (M: IPV6_USE_MIN_MTU is -1); a raw socket's
 * don't-fragment is Linux' own affair. What may not be cut is measured by the interface alone,
 * whatever was learned of the path (bsd 2, ip6_output: cases 2-a and 2-b). */
static int put_size6(int fd, struct sock *s, struct host_message *m, int64_t length)
{
    const struct host_addr *const to = m->peer.family != 0 ? &m->peer : &s->peer;
    const bool whole =
        m->has & HOST_HAS_DONT_FRAGMENT ? m->dont_fragment != 0 : s->values[OPTION_DONTFRAG6] != 0;
    if (s->is.family != 6 || model_is_mapped(to))
        return 0;
    if (whole && s->is.type == HOST_RAW && length + 40 > model_mtu_to(to))
        return -EMSGSIZE;
    const bool small = model_is_group(to) && !whole &&
                       !(s->was_set[OPTION_MIN_MTU] && s->values[OPTION_MIN_MTU] == 0);
    const int cuts = small ? 1280 : model_path_mtu(to);
    if (cuts != s->cuts)
        host_set(fd, HOST_OPTION_FRAGMENT6, cuts);
    s->cuts = cuts;
    if (whole != s->probes)
        host_set(fd, HOST_OPTION_DISCOVERY6, whole ? HOST_PROBE : HOST_MAY_FRAGMENT);
    s->probes = whole;
    return 0;
}

static int check_length(const struct sock *s, int64_t length)
{
    if (s->is.type != HOST_STREAM && length > s->values[OPTION_SEND_BUFFER])
        return -model_fact(FACT_MESSAGE_OVER_BUFFER);
    if ((s->kind & KIND_RP6) && s->is.protocol == IPPROTO_ICMPV6 && length < 8)
        return -ENOBUFS; /* M raw6.checksum: rip6_output wants the header */
    if (s->is.type == HOST_RAW &&
        length > 65535 - (s->kind == KIND_R4 && !s->values[OPTION_HDRINCL] ? 20 : 0))
        return -EMSGSIZE; /* IP_MAXPACKET: rip_output, rip6_output */
    if (s->kind == KIND_R6 && s->checksum < -1)
        return -EINVAL;
    if (s->kind == KIND_R6 && s->checksum >= 0 && length == s->checksum + 1 &&
        model_fact(FACT_CHECKSUM_HALF))
        return -model_fact(FACT_CHECKSUM_HALF);
    return s->kind == KIND_U4 && length > 65507 ? -EMSGSIZE : 0;
}

static int flags_of(int flags)
{
    return (flags & MSG_DONTWAIT ? HOST_DONTWAIT : 0) |
           (flags & MSG_DONTROUTE ? HOST_DONTROUTE : 0) | (flags & MSG_OOB ? HOST_OOB : 0) |
           (flags & MSG_EOR ? HOST_EOR : 0);
}

/* A packet with its own header is cut like any other, where Linux says EMSGSIZE. */
static int64_t send_fragments(int fd, uint8_t *packet, size_t length, struct host_message *m)
{
    const size_t header = (packet[0] & 15U) * 4, mtu = model_mtu_to(&m->peer);
    const unsigned field = (unsigned)packet[6] << 8 | packet[7];
    const size_t step = length <= mtu || (field & 0x4000) ? length : (mtu - header) / 8 * 8;
    int64_t n = 0;
    for (size_t at = header; n >= 0 && (at < length || at == header); at += step) {
        uint8_t first[60];
        const size_t size = length - at < step ? length - at : step;
        const struct host_buffer parts[2] = {{first, header}, {packet + at, size}};
        const bool more = at + size < length || (field & 0x2000);
        const unsigned offset = (field & 0x5fff) + (unsigned)((at - header) / 8);
        memcpy(first, packet, header);
        first[2] = (uint8_t)((header + size) >> 8);
        first[3] = (uint8_t)(header + size);
        first[6] = (uint8_t)(offset >> 8 | (more ? 0x20U : 0U));
        first[7] = (uint8_t)offset;
        m->buffers = parts;
        m->buffer_count = 2;
        n = host_send(fd, m);
    }
    return n < 0 ? model_errno((int)n) : (int64_t)length;
}

static int64_t send_whole(const struct sock *s, const uint8_t *packet, size_t length,
                          const struct host_addr *to)
{
    const int n = host_send_packet(packet, length, to, model_is_group(to) ? s->interface4 : 0,
                                   s->values[OPTION_MULTICAST_LOOP]);
    return n < 0 ? model_errno(n) : (int64_t)length;
}

/* One buffer, so that its header can be changed. */
static ssize_t send_own_header(int fd, struct sock *s, const struct msghdr *h,
                               struct host_message *m, int64_t length)
{
    uint8_t *const packet = malloc((size_t)length + 1);
    size_t at = 0;
    if (packet == NULL)
        return -ENOBUFS;
    for (int i = 0; i < (int)h->msg_iovlen; i++) {
        memcpy(packet + at, h->msg_iov[i].iov_base, h->msg_iov[i].iov_len);
        at += h->msg_iov[i].iov_len;
    }
    int64_t n = model_header_out(s, packet, at);
    const bool framed =
        n == 1 && host_send_frame(packet, at, m->peer.family != 0 ? &m->peer : &s->peer);
    if (framed)
        n = length;
    if (n == 0 || (n == 1 && !framed && at >= 20 && (packet[0] & 15) >= 5)) {
        m->peer.family = 4; /* ip_output goes by the header */
        memcpy(m->peer.ip, packet + 16, 4);
        n = s->wild ? send_whole(s, packet, at, &m->peer) : send_fragments(fd, packet, at, m);
    }
    free(packet);
    return (ssize_t)n;
}

/* Control data takes room, too: of a socket that may wait the call would, for ever. */
static int check_room(const struct sock *s, const struct msghdr *h)
{
    if (h->msg_iovlen == 0 && model_fact(FACT_NO_BUFFERS))
        return -model_fact(FACT_NO_BUFFERS);
    if (s->is.type == HOST_STREAM || h->msg_control == NULL || !model_fact(FACT_CONTROL_ROOM))
        return 0;
    return length_of(h) + (int64_t)h->msg_controllen > s->values[OPTION_SEND_BUFFER] ? -EAGAIN : 0;
}

static int judge(int fd, struct sock *s, const struct msghdr *h, struct host_message *m)
{
    model_errors(fd, s);
    int result = -s->pending;
    s->pending = 0;
    model_names(fd, s);
    if (result == 0)
        result = read_name(s, h, &m->peer);
    s->sent_port = m->peer.family != 0 ? m->peer.port : s->peer.port;
    if (result == 0 && s->is.type != HOST_STREAM)
        result = check_name(s, &m->peer);
    if (result == 0)
        result = check_length(s, length_of(h));
    if (result == 0 && s->is.type != HOST_STREAM)
        result = model_control_in(s, h, m->peer.family != 0 ? &m->peer : &s->peer, m);
    m->v4 = s->is.family == 4 || model_is_mapped(m->peer.family != 0 ? &m->peer : &s->peer);
    if (h->msg_control != NULL && !m->v4 && s->is.type != HOST_STREAM &&
        model_fact(FACT_CONTROL6_ALONE)) {
        if (!(m->has & HOST_HAS_CLASS))
            m->traffic_class = 0;
        if (!(m->has & HOST_HAS_DONT_FRAGMENT))
            m->dont_fragment = 0;
        m->has |= HOST_HAS_CLASS | HOST_HAS_DONT_FRAGMENT;
    }
    s->unbinds = m->has & (HOST_HAS_SOURCE | HOST_HAS_INTERFACE);
    if (result == 0)
        result = check_room(s, h);
    if (result == 0)
        result = model_ping_send(s, h);
    if (result == 0)
        result = model_check_source(fd, s, &m->peer, m);
    if (result == 0 && s->is.type != HOST_STREAM)
        result = model_way(fd, s, m);
    if (result == 0 && s->is.type != HOST_STREAM)
        result = check_zone(m->peer.family != 0 ? &m->peer : &s->peer, m);
    if (result == 0 && s->is.type != HOST_STREAM)
        result = check_bound(s, m->peer.family != 0 ? &m->peer : &s->peer);
    if (result == 0 && s->is.type != HOST_STREAM)
        result = check_broadcast(fd, s, m->peer.family != 0 ? &m->peer : &s->peer);
    if (result == 0 && s->is.type != HOST_STREAM)
        result = put_group(fd, s, m);
    if (result == 0 && s->is.type != HOST_STREAM)
        result = put_size6(fd, s, m, length_of(h));
    if (result == 0 && s->is.type != HOST_STREAM && m->peer.family != 0)
        put_all_ones(s, m);
    return result;
}

/* NetBSD writes its own TTL and TOS on raw IPv4, where there is no header of the caller's; groups
 * and 255.255.255.255 get the multicast TTL (M N-4, N-9). */
static void put_raw_fields(const struct sock *s, struct host_message *m)
{
    const struct host_addr *const to = m->peer.family != 0 ? &m->peer : &s->peer;
    static const uint8_t ones[4] = {255, 255, 255, 255};
    if (s->kind != KIND_R4 || s->values[OPTION_HDRINCL] || model_fact(FACT_RAW_TOS_TTL))
        return;
    const bool many = model_is_group(to) || memcmp(to->ip, ones, 4) == 0;
    m->hops = many ? s->values[OPTION_MULTICAST_TTL] : 255;
    m->traffic_class = 0;
    m->has |= HOST_HAS_CLASS | (m->hops > 0 ? HOST_HAS_HOPS : 0);
}

/* An error that came between is answered, or was none of this socket's. */
static ssize_t send_below(int fd, struct host_message *m)
{
    int error = 0, seen = 0, pending = 0;
    const int64_t n = host_send(fd, m);
    if (n >= 0)
        return (ssize_t)n;
    host_lock();
    struct sock *const s = model_find(fd, &error);
    if (s != NULL) {
        seen = model_errors(fd, s);
        pending = s->pending;
        s->pending = 0;
    }
    host_unlock();
    if (pending != 0)
        return -pending;
    const int64_t again = seen > 0 ? host_send(fd, m) : n;
    return again < 0 ? model_errno((int)again) : (ssize_t)again;
}

ssize_t model_send(int fd, const struct msghdr *h, int flags)
{
    int result = 0;
    struct host_message m = {.buffers = (const struct host_buffer *)h->msg_iov,
                             .buffer_count = (uint64_t)h->msg_iovlen,
                             .flags = flags_of(flags)};
    const int64_t length = length_of(h);
    host_lock();
    struct sock *const s = model_find(fd, &result);
    const bool own = s != NULL && (s->kind & KIND_RP4) && s->values[OPTION_HDRINCL];
    if (s != NULL)
        result = judge(fd, s, h, &m);
    if (s != NULL)
        put_raw_fields(s, &m);
    if (result == 0 && s->is.type != HOST_STREAM && !own) {
        const int sent = model_send_packet(fd, s, &m, (size_t)length);
        result = sent == 1 ? 0 : sent == 0 ? 1 : sent;
    }
    if (result < 0 && s != NULL)
        model_way_gone(fd, s);
    host_unlock();
    if (result != 0)
        return result < 0 ? result : (ssize_t)length;
    if (s->kind == KIND_P4 && s->odd_peer) /* packet.c does not know of those */
        m.peer = s->peer;
    if (s->is.type == HOST_STREAM)
        m.peer.family = 0;
    if (s->is.type == HOST_RAW)
        m.peer.port = 0;
    if (own)
        return send_own_header(fd, s, h, &m, length);
    const ssize_t n = send_below(fd, &m);
    if (n >= 0 && s->kind == KIND_U4) {
        host_lock();
        model_way_gone(fd, s);
        host_unlock();
    }
    return n;
}
