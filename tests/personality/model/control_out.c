// SPDX-License-Identifier: BSD-2-Clause
/* Control data of received messages: types, lengths, order and truncation (M control_receive). */
#include "model.h"

struct writer {
    struct msghdr *h;
    uint8_t *at;
    size_t left;
    bool cut;
};

/* FreeBSD from 12: whole messages. NetBSD (copyout_msg_control): the last one is cut, its length is
 * rounded up if another follows, and those that follow a full buffer vanish without a word. */
static void put(struct writer *w, int level, int type, const void *data, size_t size)
{
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(128)];
    } message;
    const size_t space = CMSG_SPACE(size);
    memset(&message, 0, sizeof message);
    message.header.cmsg_len = (socklen_t)CMSG_LEN(size);
    message.header.cmsg_level = level;
    message.header.cmsg_type = type;
    memcpy(message.bytes + CMSG_LEN(0), data, size);
    const size_t unit = CMSG_SPACE(1) - CMSG_SPACE(0);
    if (w->cut) {
        if (model_fact(FACT_CONTROL_ROUNDED))
            w->at += (unit - (size_t)(w->at - (uint8_t *)w->h->msg_control) % unit) % unit;
        return;
    }
    if (w->left == 0 && !model_fact(FACT_CONTROL_WHOLE))
        return;
    if (space <= w->left) {
        memcpy(w->at, &message, space);
        w->at += space;
        w->left -= space;
        return;
    }
    w->cut = true;
    if (model_fact(FACT_CONTROL_WHOLE))
        return;
    memcpy(w->at, &message, w->left);
    w->at += w->left;
    w->left = 0;
}

static void put_link(struct writer *w, uint32_t index)
{
    struct host_interface list[64];
    uint8_t room[64] = {0};
    struct sockaddr_dl link;
    const int length = model_fact(FACT_LINK_LENGTH);
    const int count = host_interfaces(list, 64);
    memset(&link, 0, sizeof link);
    link.sdl_family = AF_LINK;
    link.sdl_index = (uint16_t)index;
    link.sdl_len = (uint8_t)length;
    for (int i = 0; i < count && i < 64 && length > 8; i++) {
        if (list[i].index != index)
            continue;
        link.sdl_nlen = (uint8_t)strlen(list[i].name);
        link.sdl_alen = list[i].hardware_length;
        link.sdl_type = list[i].loopback ? 24 : 6; /* IFT_LOOP, IFT_ETHER (net/if_types.h) */
        memcpy(link.sdl_data, list[i].name, link.sdl_nlen);
        memcpy(link.sdl_data + link.sdl_nlen, list[i].hardware, link.sdl_alen);
    }
    memcpy(room, &link, sizeof link < sizeof room ? sizeof link : sizeof room);
    put(w, IPPROTO_IP, IP_RECVIF, room, (size_t)length);
}

/* IPv4 of this host to itself comes in by loopback (M control_receive.destinations). */
static uint32_t arrived_at(const struct host_message *m)
{
    struct host_interface list[64];
    uint32_t index;
    if (m->local.family != 4 || model_is_group(&m->local) || !host_is_local(&m->peer, &index))
        return m->interface;
    if (model_fact(FACT_OWN_BY_ADDRESS))
        return model_interface_of(&m->local, &index) == 0 ? index : m->interface;
    const int count = host_interfaces(list, 64);
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].loopback)
            return list[i].index;
    return m->interface;
}

static uint64_t bit(enum option_id id)
{
    return (uint64_t)1 << id;
}

static void put_pktinfo4(struct writer *w, int type, const struct host_addr *addr, uint32_t index)
{
    uint8_t form[12] = {
        0}; /* address, index: NetBSD's in_pktinfo; Darwin's: index, none, address */
    const bool darwin = model_fact(FACT_CONTROL_PKTINFO4) == 12;
    memcpy(form + (darwin ? 8 : 0), addr->ip, 4);
    memcpy(form + (darwin ? 0 : 4), &index, 4);
    put(w, IPPROTO_IP, type, form, darwin ? 12 : 8);
}

static void put_original(struct writer *w, const struct sock *s, const struct host_message *m,
                         int level, int type)
{
    uint8_t name[sizeof(struct sockaddr_in6)];
    struct host_addr to = m->local;
    to.port = s->local.port;
    const socklen_t length = model_to(&to, name);
    put(w, level, type, name, length);
}

static void put_v4(struct writer *w, const struct sock *s, const struct host_message *m,
                   uint64_t on)
{
    const uint8_t hops = (uint8_t)m->hops, class = (uint8_t)m->traffic_class;
    const bool wants = on & (bit(OPTION_RECVIF) | bit(OPTION_PKTINFO) | bit(OPTION_RECVPKTINFO));
    const uint32_t index = wants ? arrived_at(m) : 0;
    /* by IP_RECVPKTINFO: the source in NetBSD 7 (M), the destination with type IP_PKTINFO later */
    const bool old = IP_RECVPKTINFO != ABSENT && !model_fact(FACT_CONTROL_V4);
    const bool late = model_fact(FACT_CONTROL_PKTINFO4) == 12; /* Darwin: before the TOS */
    const uint64_t info = bit(OPTION_PKTINFO) | (old ? 0 : bit(OPTION_RECVPKTINFO));
    if (on & bit(OPTION_RECVDSTADDR))
        put(w, IPPROTO_IP, IP_RECVDSTADDR, m->local.ip, 4);
    if (old && (on & bit(OPTION_RECVPKTINFO)))
        put_pktinfo4(w, IP_RECVPKTINFO, &m->peer, index);
    if ((on & info) && !late)
        put_pktinfo4(w, IP_PKTINFO, &m->local, index);
    const bool ttl_first = IP_RECVPKTINFO == ABSENT; /* FreeBSD */
    if (ttl_first && (on & bit(OPTION_RECVTTL)))
        put(w, IPPROTO_IP, IP_RECVTTL, &hops, 1);
    if (on & bit(OPTION_RECVIF))
        put_link(w, index);
    if (!ttl_first && (on & bit(OPTION_RECVTTL)))
        put(w, IPPROTO_IP, IP_RECVTTL, &hops, 1);
    if ((on & info) && late)
        put_pktinfo4(w, IP_PKTINFO, &m->local, index);
    if (on & bit(OPTION_RECVTOS))
        put(w, IPPROTO_IP, IP_RECVTOS, &class, 1);
    if (on & bit(OPTION_RECVORIGDSTADDR))
        put_original(w, s, m, IPPROTO_IP, IP_RECVORIGDSTADDR);
}

static void put_mtu(struct writer *w, const struct host_message *m)
{
    struct ip6_mtuinfo info;
    uint8_t name[sizeof(struct sockaddr_in6)];
    memset(&info, 0, sizeof info);
    model_to(&m->mtu_of, name);
    memcpy(&info.ip6m_addr, name, sizeof info.ip6m_addr);
    info.ip6m_mtu = m->mtu;
    put(w, IPPROTO_IPV6, IPV6_PATHMTU, &info, sizeof info);
}

static void put_v6(struct writer *w, const struct sock *s, const struct host_message *m,
                   uint64_t on)
{
    struct in6_pktinfo info;
    const bool mapped = model_is_mapped(&m->peer);
    memset(&info, 0, sizeof info);
    memcpy(&info.ipi6_addr, m->local.ip, 16);
    if (m->local.family == 4) {
        memset(&info.ipi6_addr, 0, 16);
        memset((uint8_t *)&info.ipi6_addr + 10, 0xff, 2);
        memcpy((uint8_t *)&info.ipi6_addr + 12, m->local.ip, 4);
    }
    info.ipi6_ifindex = m->interface;
    if (mapped && (!model_fact(FACT_MAPPED_CONTROL) ||
                   (model_fact(FACT_MAPPED_BOUND_V4) &&
                    (model_is_mapped(&s->local) || model_is_mapped(&s->peer)))))
        return;
    if ((on & bit(OPTION_RECVPATHMTU)) && (m->has & HOST_HAS_MTU)) {
        put_mtu(w, m);
        return;
    }
    if (mapped && model_fact(FACT_CONTROL_PKTINFO4) == 12) { /* Darwin: ip6_savecontrol_v4 */
        if (on & bit(OPTION_RECVTCLASS))
            put(w, IPPROTO_IPV6, IPV6_TCLASS, &m->traffic_class, sizeof m->traffic_class);
        if (on & bit(OPTION_RECVPKTINFO6))
            put(w, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
        return;
    }
    if (on & bit(OPTION_RECVPKTINFO6))
        put(w, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    if (on & bit(OPTION_RECVHOPLIMIT))
        put(w, IPPROTO_IPV6, IPV6_HOPLIMIT, &m->hops, sizeof m->hops);
    if (on & bit(OPTION_RECVTCLASS))
        put(w, IPPROTO_IPV6, IPV6_TCLASS, &m->traffic_class, sizeof m->traffic_class);
    if (on & bit(OPTION_RECVORIGDSTADDR6))
        put_original(w, s, m, IPPROTO_IPV6, IPV6_RECVORIGDSTADDR);
}

/* The options that were on when the packet arrived. */
static uint64_t on_arrival(const struct sock *s, const struct host_message *m)
{
    const int64_t arrived = m->seconds * 1000000 + m->microseconds;
    uint64_t on = s->received;
    if (!(m->has & HOST_HAS_TIME))
        return on;
    for (size_t i = 0; i < sizeof s->past / sizeof s->past[0]; i++)
        if (arrived < s->past[i].until)
            on = s->past[i].received;
    return on;
}

void model_control_out(const struct sock *s, const struct host_message *m, struct msghdr *h,
                       int *flags)
{
    const uint64_t on = on_arrival(s, m);
    struct writer w = {.h = h, .at = h->msg_control, .left = h->msg_controllen};
    if (h->msg_control == NULL || h->msg_controllen == 0) {
        h->msg_controllen = 0; /* no room asked for: nothing is cut (M) */
        return;
    }
    if (on & bit(OPTION_TIMESTAMP)) {
        const struct timeval time = {.tv_sec = m->seconds, .tv_usec = (suseconds_t)m->microseconds};
        put(&w, SOL_SOCKET, SCM_TIMESTAMP, &time, sizeof time);
    }
    if (s->is.family == 4)
        put_v4(&w, s, m, on);
    else
        put_v6(&w, s, m, on);
    h->msg_controllen = (socklen_t)(w.at - (uint8_t *)h->msg_control);
    if (w.cut)
        *flags |= MSG_CTRUNC;
}
