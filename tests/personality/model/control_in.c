// SPDX-License-Identifier: BSD-2-Clause
/* Control data of messages to be sent: udp_send of FreeBSD, ip_setpktopts of NetBSD, udp_output of
 * Darwin and OpenBSD, ip6_setpktopts of all. */
#include "model.h"

static int take_int(const struct cmsghdr *c, const uint8_t *data, int low, int high, int *value)
{
    if (c->cmsg_len != CMSG_LEN(sizeof *value))
        return -EINVAL;
    memcpy(value, data, sizeof *value);
    return *value < low || *value > high ? -EINVAL : 0;
}

static int take_source4(const struct cmsghdr *c, const uint8_t *data, struct host_message *m)
{
    if (c->cmsg_len != CMSG_LEN(4)) /* a stranger to OpenBSD */
        return model_fact(FACT_CONTROL_UNKNOWN) ? -EINVAL : 0;
    m->local.family = 4;
    memcpy(m->local.ip, data, 4);
    m->has |= HOST_HAS_SOURCE;
    return 0;
}

static int take_pktinfo4(const struct cmsghdr *c, const uint8_t *data, struct host_message *m)
{
    if (c->cmsg_len != CMSG_LEN(8))
        return -EINVAL;
    m->local.family = 4;
    memcpy(m->local.ip, data, 4);
    memcpy(&m->interface, data + 4, 4);
    m->has |= HOST_HAS_SOURCE | HOST_HAS_INTERFACE;
    return 0;
}

/* Darwin's in_pktinfo {index, source, destination}: with an index the source is not looked at. */
static int take_pktinfo4_darwin(const struct cmsghdr *c, const uint8_t *data,
                                struct host_message *m)
{
    uint32_t index;
    if (c->cmsg_len != CMSG_LEN(12))
        return -EINVAL;
    memcpy(&index, data, 4);
    if (index != 0 && !model_has_interface(index))
        return -ENXIO;
    m->local.family = 4;
    memcpy(m->local.ip, data + 4, 4);
    m->interface = index;
    if (index != 0) {
        memset(m->local.ip, 0, 4);
        m->has |= HOST_HAS_INTERFACE;
    } else if (!model_is_any(&m->local)) {
        m->has |= HOST_HAS_SOURCE;
    }
    return 0;
}

/* An int; of another length it is passed over (Darwin: in_tclass.c). */
static int take_class4(const struct cmsghdr *c, const uint8_t *data, struct host_message *m)
{
    int value;
    if (c->cmsg_len != CMSG_LEN(sizeof value) || (m->has & HOST_HAS_CLASS))
        return 0;
    memcpy(&value, data, sizeof value);
    m->traffic_class = value & 255;
    m->has |= HOST_HAS_CLASS;
    return 0;
}

static int take_v4(const struct sock *s, const struct cmsghdr *c, const uint8_t *data,
                   struct host_message *m)
{
    if (c->cmsg_level != IPPROTO_IP)
        return 0;
    if (c->cmsg_type == IP_SENDSRCADDR && model_fact(FACT_CONTROL_PKTINFO4) != 12)
        return take_source4(c, data, m);
    if (c->cmsg_type == IP_TOS && model_fact(FACT_CONTROL_TOS) == 4)
        return take_class4(c, data, m);
    if (c->cmsg_type == IP_TOS && model_fact(FACT_CONTROL_TOS)) {
        if (c->cmsg_len != CMSG_LEN(1))
            return -EINVAL;
        m->traffic_class = data[0];
        m->has |= HOST_HAS_CLASS;
        return 0;
    }
    if (c->cmsg_type == IP_PKTINFO && model_fact(FACT_CONTROL_PKTINFO4) == 12)
        return s->is.type == HOST_DATAGRAM ? take_pktinfo4_darwin(c, data, m) : 0;
    if (c->cmsg_type == IP_PKTINFO && model_fact(FACT_CONTROL_PKTINFO4))
        return take_pktinfo4(c, data, m);
    return -model_fact(FACT_CONTROL_V4_UNKNOWN);
}

static int take_pktinfo6(const struct cmsghdr *c, const uint8_t *data, struct host_message *m)
{
    struct in6_pktinfo info;
    if (c->cmsg_len != CMSG_LEN(sizeof info))
        return -EINVAL;
    memcpy(&info, data, sizeof info);
    m->local.family = 6;
    memcpy(m->local.ip, &info.ipi6_addr, 16);
    const bool first = model_fact(FACT_PKTINFO6_ON_INDEX) != 0; /* ip6_setpktopt looks, then */
    if (first && model_is_group(&m->local))
        return -model_fact(FACT_PKTINFO6_MULTICAST);
    if (info.ipi6_ifindex != 0 && !model_has_interface(info.ipi6_ifindex))
        return -model_fact(FACT_PKTINFO6_INDEX);
    if (model_is_group(&m->local) && model_fact(FACT_PKTINFO6_MULTICAST))
        return -model_fact(FACT_PKTINFO6_MULTICAST);
    m->interface = info.ipi6_ifindex;
    if (!model_is_any(&m->local))
        m->has |= HOST_HAS_SOURCE;
    if (m->interface != 0)
        m->has |= HOST_HAS_INTERFACE;
    return 0;
}

/* A next hop is a neighbour: it shares a prefix with an interface. */
static bool is_neighbour(const struct sockaddr_in6 *hop)
{
    struct host_interface_addr list[64];
    const int count = host_interface_addrs(list, 64);
    const uint8_t *const ip = (const uint8_t *)&hop->sin6_addr;
    for (int i = 0; i < count && i < 64; i++) {
        int bit = 0;
        while (bit < list[i].prefix &&
               ((ip[bit / 8] ^ list[i].addr.ip[bit / 8]) & 0x80 >> bit % 8) == 0)
            bit++;
        if (list[i].addr.family == 6 && bit == list[i].prefix)
            return true;
    }
    return false;
}

static int take_next_hop(const struct cmsghdr *c, const uint8_t *data)
{
    struct sockaddr_in6 hop;
    if (!host_is_privileged())
        return -EPERM;
    if (c->cmsg_len >= CMSG_LEN(sizeof(struct sockaddr_in)) && data[1] == AF_INET)
        return -EAFNOSUPPORT;
    if (c->cmsg_len < CMSG_LEN(sizeof hop))
        return c->cmsg_len == CMSG_LEN(0) ? 0 : -EINVAL;
    memcpy(&hop, data, sizeof hop);
    if (hop.sin6_family != AF_INET6)
        return -EAFNOSUPPORT;
    if (hop.sin6_len != sizeof hop)
        return -EINVAL;
    return is_neighbour(&hop) ? 0 : -EHOSTUNREACH;
}

static int take_number6(const struct cmsghdr *c, const uint8_t *data, struct host_message *m)
{
    int value = 0, result = -ENOPROTOOPT;
    switch (c->cmsg_type) {
    case IPV6_HOPLIMIT:
        result = take_int(c, data, -1, 255, &value);
        if (result == 0 && value >= 0)
            m->has |= HOST_HAS_HOPS;
        m->hops = value;
        break;
    case IPV6_TCLASS:
        result = take_int(c, data, -1, 255, &value);
        if (result == 0 && value >= 0)
            m->has |= HOST_HAS_CLASS;
        m->traffic_class = value;
        break;
    case IPV6_DONTFRAG:
        result = take_int(c, data, -0x7fffffff, 0x7fffffff, &value);
        if (result == 0)
            m->has |= HOST_HAS_DONT_FRAGMENT;
        m->dont_fragment = value != 0;
        break;
    case IPV6_USE_MIN_MTU:
        result = take_int(c, data, -1, 1, &value);
        break;
    default:
        break;
    }
    return result;
}

static int take_v6(const struct cmsghdr *c, const uint8_t *data, struct host_message *m)
{
    if (c->cmsg_level != IPPROTO_IPV6)
        return 0;
    if (c->cmsg_type == IPV6_PKTINFO)
        return take_pktinfo6(c, data, m);
    if (c->cmsg_type == IPV6_NEXTHOP && model_fact(FACT_NEXT_HOP6))
        return take_next_hop(c, data);
    return take_number6(c, data, m);
}

/* IPv4 packets of an AF_INET6 socket: IPv4 messages, and IPV6_PKTINFO with a mapped address
 * (udp_v4mapped_pktinfo). */
static int take_mapped(const struct sock *s, const struct cmsghdr *c, const uint8_t *data,
                       struct host_message *m)
{
    struct in6_pktinfo info;
    if (c->cmsg_level == IPPROTO_IP)
        return model_fact(FACT_MAPPED_CONTROL4) ? take_v4(s, c, data, m) : 0;
    if (model_fact(FACT_CONTROL_TOS) == 4) /* Darwin: nothing else of IPv6's (udp6_usrreq.c) */
        return c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS
                   ? take_class4(c, data, m)
                   : 0;
    if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_PKTINFO ||
        !model_fact(FACT_MAPPED_CONTROL4))
        return 0;
    if (c->cmsg_len != CMSG_LEN(sizeof info))
        return -EINVAL;
    memcpy(&info, data, sizeof info);
    struct host_addr source = {.family = 6};
    uint32_t index = 0;
    memcpy(source.ip, &info.ipi6_addr, 16);
    if (!model_is_mapped(&source))
        return -EINVAL;
    source = model_unmap(&source);
    if (info.ipi6_ifindex != 0 && !model_has_interface(info.ipi6_ifindex))
        return -ENXIO;
    if (info.ipi6_ifindex != 0 &&
        (model_interface_of(&source, &index) < 0 || index != info.ipi6_ifindex))
        return -EADDRNOTAVAIL;
    m->local = source;
    m->has |= HOST_HAS_SOURCE;
    return 0;
}

static bool is_ignored(const struct sock *s)
{
    return s->kind == KIND_R4 && model_fact(FACT_CONTROL_V4) && !model_fact(FACT_CONTROL_V4_RAW);
}

int model_control_in(struct sock *s, const struct msghdr *h, const struct host_addr *to,
                     struct host_message *m)
{
    const uint8_t *p = h->msg_control;
    size_t left = p == NULL ? 0 : h->msg_controllen;
    if (p == NULL || left == 0)
        return p != NULL ? -EINVAL : 0;
    if (left < sizeof(struct cmsghdr) || left > (size_t)model_fact(FACT_CONTROL_MAX))
        return -EINVAL;
    if (is_ignored(s))
        return 0;
    if (s->is.family == 4 && !model_fact(FACT_CONTROL_V4))
        return -EINVAL;
    while (left > 0) {
        struct cmsghdr c;
        if (left < sizeof c)
            return -EINVAL;
        memcpy(&c, p, sizeof c);
        if (c.cmsg_len < CMSG_LEN(0) || c.cmsg_len > left)
            return -EINVAL;
        const size_t space = CMSG_SPACE(c.cmsg_len - CMSG_LEN(0));
        if (space > left && model_fact(FACT_CONTROL_SUM))
            return -EINVAL;
        const uint8_t *const data = p + CMSG_LEN(0);
        const int result = s->is.family == 4     ? take_v4(s, &c, data, m)
                           : model_is_mapped(to) ? take_mapped(s, &c, data, m)
                                                 : take_v6(&c, data, m);
        if (result < 0)
            return result;
        if (space >= left)
            break;
        p += space;
        left -= space;
    }
    return 0;
}
