// SPDX-License-Identifier: BSD-2-Clause
/* Sockets of a side, and everything around its measured part. The other end is always plain
 * sockets: it makes what is received, and looks at what was sent. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define RECEIVED                                                                        \
    (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT | \
     IPSOCK_CONTROL_TRAFFIC_CLASS)
#define SENT (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE)

static const struct in6_addr mapped_loopback = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}}};

static void set(int fd, int level, int option, int value)
{
    require(setsockopt(fd, level, option, &value, sizeof value) == 0, "setsockopt");
}

/* The loopback address of the traffic, as the measured socket writes it. */
static struct in6_addr loopback_of(int traffic)
{
    struct in6_addr ip = {0};
    const uint32_t v4 = htonl(INADDR_LOOPBACK);
    if (traffic != IPSOCK_IPV4)
        return traffic == IPSOCK_IPV6 ? in6addr_loopback : mapped_loopback;
    memcpy(&ip, &v4, sizeof v4);
    return ip;
}

static socklen_t make_name(struct sockaddr_storage *name, int family, const struct in6_addr *ip,
                           uint16_t port)
{
    memset(name, 0, sizeof *name);
    name->ss_family = (sa_family_t)family;
    if (family == AF_INET) {
        struct sockaddr_in *v4 = (void *)name;
        memcpy(&v4->sin_addr, ip, 4);
        v4->sin_port = htons(port);
        return sizeof *v4;
    }
    struct sockaddr_in6 *v6 = (void *)name;
    v6->sin6_addr = *ip;
    v6->sin6_port = htons(port);
    return sizeof *v6;
}

/* The port is at the same place in both families. */
static uint16_t port_of(int fd)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    require(getsockname(fd, (void *)&name, &length) == 0, "getsockname");
    return ntohs(((const struct sockaddr_in *)(const void *)&name)->sin_port);
}

static int open_plain(int family, bool dual, const struct in6_addr *ip)
{
    struct sockaddr_storage name;
    const socklen_t length = make_name(&name, family, ip, 0);
    const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    require(fd >= 0, "socket");
    if (family == AF_INET6)
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, !dual);
    require(bind(fd, (void *)&name, length) == 0, "bind");
    return fd;
}

static void enable_control(int fd, int family, bool dual)
{
    if (family == AF_INET6) {
        set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    }
    if (family == AF_INET)
        set(fd, IPPROTO_IP, IP_PKTINFO, 1);
    if (family == AF_INET || dual) {
        set(fd, IPPROTO_IP, IP_RECVTTL, 1);
        set(fd, IPPROTO_IP, IP_RECVTOS, 1);
    }
}

static void open_endpoint(struct side *s, bool dual)
{
    struct ipsock_config c;
    struct ipsock_error error;
    ipsock_config_init(&c);
    c.kind = IPSOCK_UDP;
    c.family = s->scenario->traffic == IPSOCK_IPV4 ? IPSOCK_IPV4 : IPSOCK_IPV6;
    c.flags = dual ? IPSOCK_OPEN_DUAL_STACK : 0;
    c.local = dual ? ipsock_addr_any(c.family, 0) : ipsock_addr_loopback(c.family, 0);
    if (s->scenario->control && s->scenario->sends)
        c.send_control = SENT;
    else if (s->scenario->control)
        c.receive_control = RECEIVED;
    c.error = &error;
    require(ipsock_open(&s->endpoint, &c) == IPSOCK_OK, "ipsock_open");
    s->fd = (int)ipsock_handle(s->endpoint);
}

static struct ipsock_addr addr_of(int traffic, uint16_t port)
{
    if (traffic == IPSOCK_IPV6)
        return ipsock_addr_loopback(IPSOCK_IPV6, port);
    const struct ipsock_addr v4 = ipsock_addr_loopback(IPSOCK_IPV4, port);
    return traffic == IPSOCK_IPV4 ? v4 : ipsock_addr_map(&v4);
}

static void fill_memory(struct side *s, uint16_t other_port)
{
    const struct scenario *what = s->scenario;
    const struct in6_addr ip = loopback_of(what->traffic);
    const size_t size = ipsock_batch_size(BATCH);
    for (int i = 0; i < BATCH; i++) {
        struct hand_outgoing *out = &s->out[i];
        ipsock_message_init(&s->messages[i], &s->buffers[i], s->payload[i],
                            what->sends ? PAYLOAD : ROOM);
        s->messages[i].control = what->control ? &s->controls[i] : NULL;
        s->messages[i].peer = addr_of(what->traffic, other_port);
        s->controls[i].valid = what->control ? SENT : 0;
        s->controls[i].source = addr_of(what->traffic, 0);
        out->to_length =
            make_name(&out->to, what->traffic == IPSOCK_IPV4 ? AF_INET : AF_INET6, &ip, other_port);
        out->data = (struct iovec){s->payload[i], PAYLOAD};
        out->source = ip;
    }
    hand_batch_init(&s->hand, s->payload, ROOM);
    s->batch_memory = malloc(size);
    require(s->batch_memory != NULL, "malloc");
    require(ipsock_batch_init(s->batch_memory, size, BATCH, &s->batch) == IPSOCK_OK, "batch");
}

void open_side(struct side *s, const struct scenario *scenario, bool ours)
{
    const bool dual = scenario->traffic == IPSOCK_IPV4_MAPPED;
    const int family = scenario->traffic == IPSOCK_IPV4 ? AF_INET : AF_INET6;
    const int other_family = scenario->traffic == IPSOCK_IPV6 ? AF_INET6 : AF_INET;
    const struct in6_addr ip = loopback_of(scenario->traffic);
    const struct in6_addr other_ip = loopback_of(dual ? IPSOCK_IPV4 : scenario->traffic);
    memset(s, 0, sizeof *s);
    s->scenario = scenario;
    s->ours = ours;
    s->loopback = if_nametoindex("lo");
    if (ours) {
        open_endpoint(s, dual);
    } else {
        s->fd = open_plain(family, dual, dual ? &in6addr_any : &ip);
        if (scenario->control && !scenario->sends)
            enable_control(s->fd, family, dual);
    }
    s->other = open_plain(other_family, false, &other_ip);
    if (scenario->sends) {
        enable_control(s->other, other_family, false);
    } else {
        s->name_length = make_name(&s->name, other_family, &other_ip, port_of(s->fd));
        require(connect(s->other, (void *)&s->name, s->name_length) == 0, "connect");
    }
    fill_memory(s, port_of(s->other));
}

void close_side(struct side *s)
{
    if (s->ours)
        ipsock_free(s->endpoint);
    else
        close(s->fd);
    close(s->other);
    free(s->batch_memory);
}

static void make_ready(struct side *s, const struct round *round)
{
    unsigned char payload[PAYLOAD] = {0};
    const bool v6 = s->scenario->traffic == IPSOCK_IPV6;
    const int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    set(s->other, level, v6 ? IPV6_TCLASS : IP_TOS, round->traffic_class);
    set(s->other, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, round->hop_limit);
    for (int i = 0; i < BATCH; i++) {
        payload[0] = (unsigned char)(i + round->number);
        require(send(s->other, payload, sizeof payload, 0) == PAYLOAD, "send");
    }
}

void before_round(struct side *s, const struct round *round)
{
    if (!s->scenario->sends) {
        make_ready(s, round);
        return;
    }
    for (int i = 0; i < BATCH; i++) {
        s->payload[i][0] = (unsigned char)(i + round->number);
        s->out[i].traffic_class = round->traffic_class;
        s->out[i].hop_limit = round->hop_limit;
        s->controls[i].traffic_class = (uint8_t)round->traffic_class;
        s->controls[i].hop_limit = (uint8_t)round->hop_limit;
    }
}

/* As the hand-written side keeps it, so that one check serves both. */
static struct hand_packet packet_of(const struct side *s, int i)
{
    const struct ipsock_message *m = &s->messages[i];
    const struct ipsock_control *c = &s->controls[i];
    struct hand_packet p = {0};
    if (!s->ours)
        return s->packets[i];
    memcpy(p.source, m->peer.ip, 16);
    p.port = m->peer.port;
    p.length = (unsigned)m->length;
    p.truncated = m->flags != 0;
    if (s->scenario->control) {
        require(c->valid == RECEIVED, "every field is valid");
        memcpy(p.destination, c->destination.ip, 16);
        p.interface_index = c->interface_index;
        p.hop_limit = c->hop_limit;
        p.traffic_class = c->traffic_class;
    }
    return p;
}

static void check_packet(const struct hand_packet *p, const struct in6_addr *ip, uint16_t port,
                         const struct round *round, bool control)
{
    require(p->length == PAYLOAD && !p->truncated, "length");
    require(memcmp(p->source, ip, 16) == 0 && p->port == port, "source");
    if (!control)
        return;
    require(memcmp(p->destination, ip, 16) == 0, "destination");
    require(p->interface_index == 1 || p->interface_index == if_nametoindex("lo"), "interface");
    require(p->hop_limit == round->hop_limit, "hop limit");
    require(p->traffic_class == round->traffic_class, "traffic class");
}

static void check_received(struct side *s, const struct round *round)
{
    const struct in6_addr ip = loopback_of(s->scenario->traffic);
    const uint16_t port = port_of(s->other);
    for (int i = 0; i < BATCH; i++) {
        const struct hand_packet p = packet_of(s, i);
        check_packet(&p, &ip, port, round, s->scenario->control);
        require(s->payload[i][0] == (unsigned char)(i + round->number), "payload");
    }
}

static void check_sent(struct side *s, const struct round *round)
{
    const struct in6_addr ip =
        loopback_of(s->scenario->traffic == IPSOCK_IPV6 ? IPSOCK_IPV6 : IPSOCK_IPV4);
    const uint16_t port = port_of(s->fd);
    struct round seen = *round;
    unsigned char data[ROOM];
    for (int i = 0; i < BATCH; i++) {
        struct hand_packet p = {0};
        require(hand_receive(s->other, data, sizeof data, &p) == PAYLOAD, "what was sent arrives");
        if (!s->scenario->control) {
            seen.traffic_class = 0;
            seen.hop_limit = p.hop_limit;
        }
        check_packet(&p, &ip, port, &seen, true);
        require(data[0] == (unsigned char)(i + round->number), "payload");
    }
}

void after_round(struct side *s, const struct round *round)
{
    if (s->scenario->sends)
        check_sent(s, round);
    else
        check_received(s, round);
}
