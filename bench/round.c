// SPDX-License-Identifier: BSD-2-Clause
/* Everything of a round but its measured part. */
#include <string.h>

#include "side.h"

static unsigned char scratch[COALESCED_ROOM];

static bool is_unit(const struct side *s)
{
    return s->scenario->what == PARSE || s->scenario->what == MARSHAL;
}

/* The first byte of a packet's data. */
static unsigned char mark_of(const struct round *round, unsigned i)
{
    return (unsigned char)(i + (unsigned)round->number);
}

/* Segments arrive as they went: loopback hands them over whole. */
static ssize_t send_one(struct side *s, unsigned i)
{
    struct lean_outgoing out = s->packets_out[i];
    if (!is_segmented(s->scenario))
        return send(s->other, scratch, s->length, 0);
    out.data = (struct iovec){scratch, s->length};
    return lean_send_segments(s->other, &out);
}

static void make_ready(struct side *s, const struct round *round)
{
    const bool v6 = s->scenario->traffic == IPSOCK_IPV6;
    const int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    set(s->other, level, v6 ? IPV6_TCLASS : IP_TOS, round->traffic_class);
    set(s->other, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, round->hop_limit);
    if (v6)
        set(s->other, level, IPV6_MULTICAST_HOPS, round->hop_limit);
    for (unsigned i = 0; i < s->packets; i++) {
        scratch[0] = mark_of(round, i);
        require(send_one(s, i) == (ssize_t)s->length, "send");
    }
}

/* What changes from packet to packet, if anything does, is all that the message still says. */
static void prepare_flow(struct side *s, unsigned i)
{
    const bool segmented = is_segmented(s->scenario);
    struct ipsock_control c = s->controls[i];
    c.valid = segmented ? 0 : SENT;
    if (s->scenario->extra == FLOW_CLASS)
        c.traffic_class ^= 0xff;
    require(ipsock_flow_prepare(s->endpoint, &s->flows[i], &s->messages[i].peer, &c) == IPSOCK_OK,
            "ipsock_flow_prepare");
    s->messages[i].flow = &s->flows[i];
    s->messages[i].control = s->scenario->extra == FLOW ? NULL : &s->controls[i];
    s->controls[i].valid = segmented ? IPSOCK_CONTROL_SEGMENT_SIZE : IPSOCK_CONTROL_TRAFFIC_CLASS;
}

void before_round(struct side *s, const struct round *round)
{
    if (is_unit(s)) {
        before_unit(s, round);
        return;
    }
    if (s->scenario->what == RECEIVE) {
        make_ready(s, round);
        return;
    }
    for (unsigned i = 0; i < s->packets; i++) {
        *payload_of(s, i) = mark_of(round, i);
        s->packets_out[i].traffic_class = round->traffic_class;
        s->packets_out[i].hop_limit = round->hop_limit;
        s->full_messages[i].traffic_class = round->traffic_class;
        s->full_messages[i].hop_limit = round->hop_limit;
        s->controls[i].traffic_class = (uint8_t)round->traffic_class;
        s->controls[i].hop_limit = (uint8_t)round->hop_limit;
        if ((has_flows(s->scenario) || s->scenario->extra == SEGMENTED_FLOW) && s->player == OURS)
            prepare_flow(s, i);
    }
}

static struct lean_packet packet_of_ours(const struct side *s, unsigned i)
{
    const struct ipsock_message *m = &s->messages[i];
    const struct ipsock_control *c = &s->controls[i];
    struct lean_packet p = {0};
    memcpy(p.source, m->peer.ip, 16);
    p.port = m->peer.port;
    p.length = (unsigned)m->length;
    p.truncated = m->flags != 0;
    p.segment_size = (int)c->segment_size;
    if (is_segmented(s->scenario))
        require(c->valid == IPSOCK_CONTROL_SEGMENT_SIZE, "the segment size is valid");
    if (has_control(s->scenario)) {
        require(c->valid == RECEIVED, "every field is valid");
        memcpy(p.destination, c->destination.ip, 16);
        p.interface_index = c->interface_index;
        p.hop_limit = c->hop_limit;
        p.traffic_class = c->traffic_class;
    }
    return p;
}

static struct lean_packet packet_of_full(const struct side *s, unsigned i)
{
    static const uint32_t expected[] = {
        [PLAIN] = 0,
        [CONTROL] = FULL_DESTINATION | FULL_HOP_LIMIT | FULL_TRAFFIC_CLASS,
        [STRICT] = FULL_DESTINATION | FULL_HOP_LIMIT | FULL_TRAFFIC_CLASS,
        [STRICT_ONE] = FULL_DESTINATION | FULL_HOP_LIMIT | FULL_TRAFFIC_CLASS,
        [SEGMENTED] = FULL_SEGMENT_SIZE,
    };
    const struct full_message *m = &s->full_messages[i];
    struct lean_packet p = {0};
    require(m->flags == expected[s->scenario->extra], "every field is valid");
    require(m->peer.family == (s->scenario->traffic == IPSOCK_IPV4 ? AF_INET : AF_INET6), "family");
    memcpy(p.source, m->peer.ip, 16);
    memcpy(p.destination, m->local.ip, 16);
    p.port = m->peer.port;
    p.length = (unsigned)m->length;
    p.interface_index = m->interface_index;
    p.hop_limit = m->hop_limit;
    p.traffic_class = m->traffic_class;
    p.segment_size = m->segment_size;
    return p;
}

/* As lean keeps it, so that one check serves all. */
static struct lean_packet packet_of(const struct side *s, unsigned i)
{
    if (s->player == OURS)
        return packet_of_ours(s, i);
    if (s->player == FULL)
        return packet_of_full(s, i);
    return s->player == UV ? uv_side_packet(s, i) : s->packets_in[i];
}

static void check_packet(const struct side *s, const struct lean_packet *p,
                         const struct in6_addr *ip, uint16_t port)
{
    require(p->length == s->length && !p->truncated, "length");
    require(memcmp(p->source, ip, 16) == 0 && p->port == port, "source");
    if (is_segmented(s->scenario))
        require(p->segment_size == SEGMENT, "segment size");
}

static void check_control(const struct lean_packet *p, const struct in6_addr *ip,
                          unsigned interface_index, const struct round *round)
{
    require(memcmp(p->destination, ip, 16) == 0, "destination");
    require(p->interface_index == interface_index, "interface");
    require(p->hop_limit == round->hop_limit, "hop limit");
    require(p->traffic_class == round->traffic_class, "traffic class");
}

static void check_received(struct side *s, const struct round *round)
{
    const unsigned interface_index = interface_of(s->scenario);
    const struct in6_addr ip = address_of(s->scenario);
    const unsigned groups = groups_of(s->scenario);
    const struct in6_addr to = groups > 0 ? group_of(groups - 1) : ip;
    const uint16_t port = port_of(s->other);
    for (unsigned i = 0; i < s->packets; i++) {
        const struct lean_packet p = packet_of(s, i);
        check_packet(s, &p, &ip, port);
        if (has_control(s->scenario))
            check_control(&p, &to, interface_index, round);
        require(*payload_of(s, i) == mark_of(round, i), "payload");
    }
}

static void check_sent(struct side *s, const struct round *round)
{
    const bool segmented = is_segmented(s->scenario);
    const struct in6_addr ip =
        loopback_of(s->scenario->traffic == IPSOCK_IPV6 ? IPSOCK_IPV6 : IPSOCK_IPV4);
    const unsigned interface_index = interface_of(s->scenario);
    const uint16_t port = port_of(s->fd);
    for (unsigned i = 0; i < s->packets; i++) {
        struct lean_packet p = {0};
        const ssize_t n = segmented ? lean_receive_coalesced(s->other, scratch, sizeof scratch, &p)
                                    : lean_receive(s->other, scratch, sizeof scratch, &p);
        require(n == (ssize_t)s->length, "what was sent arrives");
        check_packet(s, &p, &ip, port);
        if (has_control(s->scenario))
            check_control(&p, &ip, interface_index, round);
        require(scratch[0] == mark_of(round, i), "payload");
    }
}

void after_round(struct side *s, const struct round *round)
{
    if (is_unit(s))
        after_unit(s);
    else if (s->scenario->what == SEND)
        check_sent(s, round);
    else
        check_received(s, round);
}
