// SPDX-License-Identifier: BSD-2-Clause
/* Packets that the host would not send as this kernel does: IPv6 cut below the interface's MTU, the
 * other family of a socket bound to an address, odd peers of raw sockets. */
#include "model.h"

enum { HEADER4 = 20, HEADER6 = 40, HEADER_UDP = 8, HEADER_FRAGMENT = 8 };
enum { ID_FROM = 69 }; /* NetBSD's ip_output: what can be cut has an identification */

struct packet {
    uint8_t *data; /* what follows the IP header */
    size_t length;
    uint8_t protocol;
    bool loops;
    struct host_addr source, to, by;
    uint32_t interface;
    int hops, class;
};

static void put16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static uint32_t add(uint32_t sum, const uint8_t *p, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
    return sum;
}

static uint16_t fold(uint32_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* With the pseudo-header (RFC 768, RFC 8200 8.1). */
static void put_sum(struct packet *p, uint8_t protocol, size_t offset)
{
    const size_t size = p->to.family == 4 ? 4 : 16;
    if (offset + 2 > p->length)
        return;
    put16(p->data + offset, 0);
    uint32_t sum = add(protocol + (uint32_t)p->length, p->source.ip, size);
    sum = add(add(sum, p->to.ip, size), p->data, p->length);
    put16(p->data + offset, fold(sum) == 0 ? 0xffff : fold(sum));
}

static void put_udp(struct packet *p, const struct sock *s)
{
    put16(p->data, s->local.port);
    put16(p->data + 2, p->to.port);
    put16(p->data + 4, p->length);
    put_sum(p, IPPROTO_UDP, 6);
}

static int send4(const struct packet *p)
{
    uint8_t *const whole = calloc(1, HEADER4 + p->length);
    if (whole == NULL)
        return -ENOBUFS;
    whole[0] = 0x45;
    whole[1] = (uint8_t)p->class;
    put16(whole + 2, HEADER4 + p->length);
    whole[8] = (uint8_t)p->hops;
    whole[9] = p->protocol;
    memcpy(whole + 12, p->source.ip, 4);
    memcpy(whole + 16, p->to.ip, 4);
    memcpy(whole + HEADER4, p->data, p->length);
    put16(whole + 10, fold(add(0, whole, HEADER4)));
    /* without an identification, which the host would write */
    const bool zero = p->protocol != IPPROTO_UDP && HEADER4 + p->length < ID_FROM &&
                      model_fact(FACT_RAW_ID_ZERO) &&
                      host_send_frame(whole, HEADER4 + p->length, &p->by);
    const int n =
        zero ? 0 : host_send_packet(whole, HEADER4 + p->length, &p->by, p->interface, p->loops);
    free(whole);
    return n < 0 ? model_errno(n) : 0;
}

/* One of the fragments, or with step 0 the whole. */
static int send6_part(const struct packet *p, size_t at, size_t size, uint32_t id)
{
    const size_t extra = id != 0 ? HEADER_FRAGMENT : 0;
    uint8_t *const part = calloc(1, HEADER6 + extra + size);
    if (part == NULL)
        return -ENOBUFS;
    part[0] = (uint8_t)(0x60 | p->class >> 4);
    part[1] = (uint8_t)(p->class << 4);
    put16(part + 4, extra + size);
    part[6] = id != 0 ? IPPROTO_FRAGMENT : p->protocol;
    part[7] = (uint8_t)p->hops;
    memcpy(part + 8, p->source.ip, 16);
    memcpy(part + 24, p->to.ip, 16);
    if (id != 0) {
        part[HEADER6] = p->protocol;
        put16(part + HEADER6 + 2, at | (at + size < p->length));
        memcpy(part + HEADER6 + 4, &id, sizeof id);
    }
    memcpy(part + HEADER6 + extra, p->data + at, size);
    const int n = host_send_packet(part, HEADER6 + extra + size, &p->by, p->interface, p->loops);
    free(part);
    return n < 0 ? model_errno(n) : 0;
}

static int send6(const struct packet *p, size_t mtu)
{
    static uint32_t last;
    int result = 0;
    if (HEADER6 + p->length <= mtu)
        return send6_part(p, 0, p->length, 0);
    const uint32_t id = ++last != 0 ? last : ++last;
    const size_t step = (mtu - HEADER6 - HEADER_FRAGMENT) / 8 * 8;
    for (size_t at = 0; at < p->length && result == 0; at += step)
        result = send6_part(p, at, p->length - at < step ? p->length - at : step, id);
    return result;
}

/* Of a peer that has no route of its own: the default one (RFC 2544, RFC 5180 addresses). */
static struct host_addr by_default(const struct host_addr *to)
{
    const struct host_addr v4 = {.family = 4, .ip = {198, 18, 0, 1}},
                           v6 = {.family = 6, .ip = {0x20, 1, 0, 2, [15] = 1}};
    const bool odd = model_is_any(to) || model_is_mapped(to);
    return !odd ? *to : to->family == 4 ? v4 : v6;
}

bool model_default_source(const struct host_addr *to, struct host_addr *source)
{
    const struct host_addr by = by_default(to);
    return host_source(&by, 0, source);
}

static int value_or(int value, int other)
{
    return value >= 0 ? value : other;
}

static void put_fields(struct packet *p, const struct sock *s, const struct host_message *m)
{
    const bool group = model_is_group(&p->to), v4 = p->to.family == 4;
    p->interface = m->interface != 0 ? m->interface
                   : p->to.scope != 0 ? p->to.scope
                   : !group           ? 0
                   : v4               ? s->interface4
                                      : s->interface6;
    const int hops = v4 && group               ? s->values[OPTION_MULTICAST_TTL]
                     : group                   ? s->values[OPTION_MULTICAST_HOPS]
                     : v4 && s->is.family == 4 ? s->values[OPTION_TTL]
                                               : value_or(s->values[OPTION_HOPS], 64);
    p->hops = m->has & HOST_HAS_HOPS ? m->hops : hops;
    const int class = s->values[v4 ? OPTION_TOS : OPTION_TCLASS];
    p->class = m->has & HOST_HAS_CLASS ? m->traffic_class : class;
    p->loops = s->values[v4 ? OPTION_MULTICAST_LOOP : OPTION_MULTICAST_LOOP6];
}

static int find_source(struct packet *p, const struct sock *s, const struct host_message *m)
{
    const struct host_addr local = p->to.family == 4 ? model_unmap(&s->local) : s->local;
    if ((m->has & HOST_HAS_SOURCE) && m->local.family == p->to.family)
        p->source = m->local;
    else if (local.family == p->to.family && !model_is_any(&local) && !model_is_mapped(&local))
        p->source = local;
    else if (!host_source(&p->by, p->interface, &p->source))
        return -EHOSTUNREACH;
    return p->to.family == 4 && model_is_group(&p->source) ? -model_fact(FACT_RAW_SOURCE_GROUP) : 0;
}

static int finish(struct packet *p, const struct sock *s, const struct host_message *m)
{
    const int result = find_source(p, s, m);
    if (result < 0)
        return result;
    if (s->is.type == HOST_DATAGRAM)
        put_udp(p, s);
    else if (s->kind == KIND_R6 && (s->checksum >= 0 || s->is.protocol == IPPROTO_ICMPV6))
        put_sum(p, p->protocol, s->is.protocol == IPPROTO_ICMPV6 ? 2 : (size_t)s->checksum);
    return p->to.family == 4 ? send4(p)
                             : send6(p, s->cuts != 0 ? (size_t)s->cuts : model_mtu_to(&p->by));
}

/* 1: the host can. */
int model_send_packet(int fd, struct sock *s, const struct host_message *m, size_t length)
{
    const struct host_addr *const to = m->peer.family != 0 ? &m->peer : &s->peer;
    const size_t header = s->is.type == HOST_DATAGRAM ? HEADER_UDP : 0;
    uint32_t index;
    const bool last = s->kind == KIND_R6 && s->checksum >= 0 && (size_t)s->checksum + 1 == length &&
                      model_fact(FACT_CHECKSUM_LAST_BYTE);
    const bool udp6 = s->kind == KIND_U6 && !model_is_any(&s->local);
    const bool cut = s->is.family == 6 && s->cuts != 0 && !model_is_mapped(to) &&
                     HEADER6 + header + length > (size_t)s->cuts &&
                     HEADER6 + header + length <= model_mtu_to(to);
    const struct host_addr local = model_unmap(&s->local);
    const bool across = udp6 && (model_is_mapped(to) != model_is_mapped(&s->local) ||
                                 (local.family == 4 && model_is_group(&local)));
    const bool only6 = s->kind == KIND_U6 && !model_dual(s) && model_is_mapped(to);
    const bool foreign = s->kind == KIND_R6 && (m->has & HOST_HAS_SOURCE) &&
                         model_interface_of(&m->local, &index) < 0;
    const bool odd = s->odd_peer && s->kind != KIND_P4;
    const bool zero = s->kind == KIND_R4 && model_fact(FACT_RAW_ID_ZERO) && !model_is_group(to) &&
                      HEADER4 + length < ID_FROM && !host_is_local(to, &index);
    if (!cut && !across && !only6 && !foreign && !odd && !s->wild && !zero && !last)
        return 1;
    if (s->is.type == HOST_DATAGRAM && !s->has_port) { /* it has one from here on */
        const struct host_addr any = {.family = (uint8_t)s->is.family};
        host_bind(fd, &any);
        model_names(fd, s);
    }
    struct packet p = {.protocol = s->is.type == HOST_DATAGRAM ? IPPROTO_UDP
                                   : s->wild                   ? 0
                                                               : (uint8_t)s->is.protocol,
                       .length = header + length,
                       .to = s->is.type == HOST_RAW ? *to : model_unmap(to)};
    p.by = by_default(&p.to);
    p.data = malloc(p.length + 1);
    if (p.data == NULL)
        return -ENOBUFS;
    size_t at = header;
    for (uint64_t i = 0; i < m->buffer_count; i++) {
        if (m->buffers[i].length != 0)
            memcpy(p.data + at, m->buffers[i].base, m->buffers[i].length);
        at += m->buffers[i].length;
    }
    put_fields(&p, s, m);
    const int result = finish(&p, s, m);
    free(p.data);
    return result;
}
