// SPDX-License-Identifier: BSD-2-Clause
#include "core/traffic/verdict.h"

#include "core/codec/bytes.h"
#include "core/codec/instruction.h"
#include "core/codec/program_run.h"
#include "core/group/membership_kernel.h"
#include "core/traffic/ping.h"

/* Whether it is not for this endpoint's memberships to say: an adopted handle may have others. */
static bool is_anothers(const struct ipsock_endpoint *s, const struct ipsock_addr *group,
                        uint32_t index)
{
    return !(s->flags & IPSK_OPENED_HERE) &&
           ipsk_membership_find(&s->memberships, group->ip, index) == NULL &&
           ipsk_membership_find(&s->memberships, group->ip, 0) == NULL;
}

static inline bool is_group(const struct ipsock_addr *addr)
{
    if (addr->family == IPSOCK_IPV4 || ipsk_is_mapped(addr))
        return ipsock_addr_is_multicast(addr);
    return addr->ip[0] == 0xff;
}

static bool is_joined(struct ipsk_verdicts *v, const struct ipsock_message *m)
{
    struct ipsock_endpoint *s = v->s;
    const struct ipsock_control *c = m->control;
    if (!(c->valid & IPSOCK_CONTROL_DESTINATION) || !is_group(&c->destination))
        return true;
    const uint32_t index = c->valid & IPSOCK_CONTROL_INTERFACE ? c->interface_index : 0;
    if (!v->locked)
        ipsk_mutex_lock(&s->setup);
    v->locked = true;
    if (ipsk_membership_wants(&s->memberships, c->destination.ip, index, m->peer.ip))
        return true;
    return is_anothers(s, &c->destination, index) &&
           (ipsk_is_mapped(&c->destination) || /* IP_MULTICAST_ALL has looked */
            ipsk_kernel_wants(s, &c->destination, index, m->peer.ip));
}

/* By another interface than the one that the endpoint is bound to. */
static bool came_elsewhere(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return (m->control->valid & IPSOCK_CONTROL_INTERFACE) &&
           m->control->interface_index != s->heard;
}

/* Passed more routers than are allowed; or nothing is known of that, as on some systems of what was
 * there before it was asked for. */
static bool came_too_far(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const int least = atomic_load_explicit(&s->minimum_hop_limit, memory_order_relaxed);
    const bool known = (m->control->valid & IPSOCK_CONTROL_HOP_LIMIT) != 0;
    return least > 0 && (!known || m->control->hop_limit < least);
}

/* One that lies inside the data. */
static uint8_t byte_at(const struct ipsock_message *m, size_t offset)
{
    const struct ipsock_buffer *b = m->buffers;
    for (; offset >= b->length; b++)
        offset -= b->length;
    return ((const uint8_t *)b->data)[offset];
}

/* A packet without a type is none that the caller has let pass; kernels drop it as well. */
static bool passes_icmp_filter(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    if (m->length <= m->header_length)
        return false;
    const uint8_t type = byte_at(m, m->header_length);
    return !(s->icmp_filter.blocked[type / 32] >> type % 32 & 1);
}

/* What the program's view of a UDP packet begins with; the checksum is not known. */
static void put_udp_header(struct ipsock_endpoint *s, const struct ipsock_message *m, size_t length,
                           uint8_t *p)
{
    struct ipsock_addr local;
    struct ipsock_error ignored;
    if (s->program->port == 0 && ipsk_sys_local_addr(s->handle, &local, &ignored) == IPSOCK_OK)
        s->program->port = local.port;
    ipsk_store_be16(p, m->peer.port);
    ipsk_store_be16(p + 2, s->program->port);
    ipsk_store_be16(p + 4, (uint16_t)(IPSK_UDP_HEADER + length));
    ipsk_store_be16(p + 6, 0);
}

/* Into the program's room, as much as it can reach, unless the packet was received there. */
static void show(const struct ipsk_program *p, const struct ipsock_message *m)
{
    uint8_t *to = p->room + IPSK_UDP_HEADER;
    size_t left = p->reach < m->length ? p->reach : m->length;
    if (left == 0 || m->buffers->data == to)
        return;
    for (const struct ipsock_buffer *b = m->buffers; left != 0; b++) {
        const size_t part = b->length < left ? b->length : left;
        if (part != 0)
            memcpy(to, b->data, part);
        to += part;
        left -= part;
    }
}

/* The rest counts as never arrived; it may have been all that did not fit the buffers. */
static void cut(struct ipsock_endpoint *s, struct ipsock_message *m, size_t length)
{
    m->full_length = (uint32_t)length;
    if (length > m->length)
        return;
    m->length = length;
    if (m->flags & IPSOCK_MSG_TRUNC)
        atomic_fetch_sub_explicit(&s->truncated, 1, memory_order_relaxed);
    m->flags &= ~(uint32_t)IPSOCK_MSG_TRUNC;
}

/* The message lies in the program's room, or in buffers that hold what it can reach. It is cut to
 * what the program keeps of it: no less than a UDP header, as Linux does it (net/ipv4/udp.c,
 * sk_filter_trim_cap). */
static bool passes_program(struct ipsock_endpoint *s, struct ipsock_message *m)
{
    const struct ipsk_program *p = s->program;
    const size_t arrived = m->full_length > m->length ? m->full_length : m->length;
    const size_t header = s->kind == IPSOCK_UDP ? IPSK_UDP_HEADER : 0;
    if (header != 0)
        put_udp_header(s, m, arrived, p->room);
    show(p, m);
    const size_t hidden = s->kind == IPSOCK_PING ? m->header_length : 0; /* the IP header */
    const uint32_t keeps =
        ipsk_program_run(p->instructions, p->count, header != 0,
                         p->room + IPSK_UDP_HEADER - header + hidden, header + arrived - hidden);
    if (keeps == 0)
        return false;
    const size_t kept = (keeps < header ? 0 : keeps - header) + hidden;
    if (kept < arrived)
        cut(s, m, kept);
    if (m->header_length > m->length)
        m->header_length = (uint32_t)m->length;
    return true;
}

struct ipsk_verdicts ipsk_begin_verdicts(struct ipsock_endpoint *s, bool control)
{
    /* who sees that it has become strict, sees the fields that it needs, too */
    const uint32_t drops = atomic_load_explicit(&s->slow, memory_order_acquire);
    const struct ipsk_verdicts v = {s, drops, control && (drops & IPSK_SLOW_LOOKS), false};
    return v;
}

void ipsk_end_verdicts(struct ipsk_verdicts *v)
{
    if (v->locked)
        ipsk_mutex_unlock(&v->s->setup);
    v->locked = false;
}

_Atomic uint64_t *ipsk_dropped_by(struct ipsk_verdicts *v, struct ipsock_message *m)
{
    struct ipsock_endpoint *s = v->s;
    if (m->flags & IPSOCK_MSG_NOTICE)
        return NULL;
    if (v->looks && (v->drops & IPSK_SLOW_BOUND) && came_elsewhere(s, m))
        return &s->filter_discards;
    if (v->looks && (v->drops & IPSK_SLOW_HOPS) && came_too_far(s, m))
        return &s->filter_discards;
    if (v->looks && (v->drops & IPSK_SLOW_STRICT) && !is_joined(v, m))
        return &s->strict_discards;
    _Atomic uint64_t *counter = v->drops & IPSK_SLOW_PING ? ipsk_ping_dropped_by(s, m) : NULL;
    if (counter != NULL)
        return counter;
    if ((v->drops & IPSK_SLOW_ICMP) && !passes_icmp_filter(s, m))
        return &s->filter_discards;
    return (v->drops & IPSK_SLOW_PROGRAM) && !passes_program(s, m) ? &s->filter_discards : NULL;
}

void ipsk_count_dropped(struct ipsock_endpoint *s, const struct ipsock_message *m,
                        _Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    if (m->flags & IPSOCK_MSG_TRUNC)
        atomic_fetch_sub_explicit(&s->truncated, 1, memory_order_relaxed);
    if (m->flags & IPSOCK_MSG_CTRUNC)
        atomic_fetch_sub_explicit(&s->control_truncated, 1, memory_order_relaxed);
}
