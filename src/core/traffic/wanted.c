// SPDX-License-Identifier: BSD-2-Clause
/* One packet at a time, under the endpoint's lock for it: received, looked at, and delivered or
 * dropped. So a peek drops the packet that it has looked at, whoever else receives on the endpoint;
 * another endpoint, or process, on the same socket may come between all the same. */
#include "core/traffic/wanted.h"

#include "core/codec/order.h"
#include "core/codec/program.h"
#include "core/endpoint/message.h"
#include "core/group/membership_kernel.h"
#include "core/traffic/ping.h"

/* Dropped packets after which a call that may wait does so. */
#define DROPS_PER_LOOK 64

/* Bytes that show the ICMP type, behind the longest IPv4 header. */
#define ENOUGH 64

#define DROPPED 1

/* Whether it is not for this endpoint's memberships to say: an adopted handle may have others. */
static bool is_anothers(const struct ipsock_endpoint *s, const struct ipsock_addr *group,
                        uint32_t index)
{
    return !(s->flags & IPSK_OPENED_HERE) &&
           ipsk_membership_find(&s->memberships, group->ip, index) == NULL &&
           ipsk_membership_find(&s->memberships, group->ip, 0) == NULL;
}

static bool is_joined(struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const struct ipsock_control *c = m->control;
    if (!(c->valid & IPSOCK_CONTROL_DESTINATION) || !ipsock_addr_is_multicast(&c->destination))
        return true;
    const uint32_t index = c->valid & IPSOCK_CONTROL_INTERFACE ? c->interface_index : 0;
    ipsk_mutex_lock(&s->setup);
    bool wanted = ipsk_membership_wants(&s->memberships, c->destination.ip, index, m->peer.ip);
    if (!wanted && is_anothers(s, &c->destination, index))
        wanted = ipsk_is_mapped(&c->destination) || /* IP_MULTICAST_ALL has looked */
                 ipsk_kernel_wants(s, &c->destination, index, m->peer.ip);
    ipsk_mutex_unlock(&s->setup);
    return wanted;
}

static size_t capacity_of(const struct ipsock_message *m)
{
    size_t capacity = 0;
    for (uint32_t i = 0; i < m->buffer_count; i++)
        capacity += m->buffers[i].length;
    return capacity;
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
static bool has_wanted_type(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    if (m->length <= m->header_length)
        return false;
    const uint8_t type = byte_at(m, m->header_length);
    return !(s->icmp_filter.blocked[type / 32] >> type % 32 & 1);
}

static void put16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

/* What the program's view of a UDP packet begins with; the checksum is not known. */
static void put_udp_header(struct ipsock_endpoint *s, const struct ipsock_message *m, uint8_t *p)
{
    struct ipsock_addr local;
    struct ipsock_error ignored;
    if (s->program->port == 0 && ipsk_sys_local_addr(s->handle, &local, &ignored) == IPSOCK_OK)
        s->program->port = local.port;
    put16(p, m->peer.port);
    put16(p + 2, s->program->port);
    put16(p + 4, IPSK_UDP_HEADER + m->length);
    put16(p + 6, 0);
}

/* The message lies in the program's room, and is cut to what the program keeps of it: no less than
 * a UDP header, as Linux does it (net/ipv4/udp.c, sk_filter_trim_cap). */
static bool is_kept(struct ipsock_endpoint *s, struct ipsock_message *m)
{
    const struct ipsk_program *p = s->program;
    const size_t header = s->kind == IPSOCK_UDP ? IPSK_UDP_HEADER : 0;
    if (header != 0)
        put_udp_header(s, m, p->room);
    const size_t hidden = s->kind == IPSOCK_PING ? m->header_length : 0; /* the IP header */
    const uint32_t keeps =
        ipsk_program_run(p->instructions, p->count, header != 0,
                         p->room + IPSK_UDP_HEADER - header + hidden, header + m->length - hidden);
    if (keeps == 0)
        return false;
    const size_t kept = (keeps < header ? 0 : keeps - header) + hidden;
    if (kept < m->length)
        m->length = m->full_length = (uint32_t)kept; /* the rest counts as never arrived */
    if (m->header_length > m->length)
        m->header_length = (uint32_t)m->length;
    return true;
}

/* The counter of what drops the packet; NULL for a wanted one. News for the endpoint itself is no
 * packet. */
static _Atomic uint64_t *unwanted_by(struct ipsock_endpoint *s, bool strict, uint32_t drops,
                                     struct ipsock_message *m)
{
    if (m->flags & IPSOCK_MSG_NOTICE)
        return NULL;
    if (strict && !is_joined(s, m))
        return &s->strict_discards;
    _Atomic uint64_t *counter = drops & IPSK_UNUSUAL_PING ? ipsk_ping_unwanted(s, m) : NULL;
    if (counter != NULL)
        return counter;
    if ((drops & IPSK_UNUSUAL_ICMP) && !has_wanted_type(s, m))
        return &s->filter_discards;
    return (drops & IPSK_UNUSUAL_PROGRAM) && !is_kept(s, m) ? &s->filter_discards : NULL;
}

/* One receive, single, as a batch of one, or with the IPv4 header apart. */
struct receive {
    struct ipsock_batch *batch;     /* NULL: single */
    struct ipsk_raw_header *header; /* NULL: not asked for */
    struct ipsock_message *message;
    size_t size;
    uint32_t flags;
    bool strict; /* the message's control has what strict delivery looks at */
};

/* What was only looked at is still in front of the next one. That it was cut, if it was, is no
 * news: the counters tell of what was delivered. */
static void drop(struct ipsock_endpoint *s, const struct receive *r, const struct ipsock_message *m,
                 _Atomic uint64_t *counter)
{
    struct ipsock_message dropped = {0};
    struct ipsock_error ignored;
    if (r->flags & IPSOCK_MSG_PEEK) {
        if (ipsk_sys_recv(s, &dropped, IPSK_MSG_WHOLE, &ignored) < 0)
            return; /* still there, for the next look */
        m = &dropped;
    }
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    if (m->flags & IPSOCK_MSG_TRUNC)
        atomic_fetch_sub_explicit(&s->truncated, 1, memory_order_relaxed);
    if (m->flags & IPSOCK_MSG_CTRUNC)
        atomic_fetch_sub_explicit(&s->control_truncated, 1, memory_order_relaxed);
}

/* The IP header at the start of a packet that a single receive leaves away, to raw. */
static int part_header(struct ipsock_endpoint *s, const struct receive *r,
                       const struct ipsock_message *m, struct ipsk_raw_header *raw,
                       struct ipsock_error *error)
{
    raw->length = 0;
    if (!s->ip_header || r->batch != NULL)
        return IPSOCK_OK;
    const uint8_t *bytes = m->buffers->data;
    const int code = ipsk_ipv4_check(bytes, m->length);
    if (code < 0) {
        ipsk_count_lie(s, r->flags);
        return ipsk_fail(error, code, 0, "receive", "header");
    }
    raw->length = (bytes[0] & 0xfu) * 4;
    raw->received = m->length;
    raw->wire = true; /* as whole packets are */
    memcpy(raw->bytes, bytes, raw->length);
    return IPSOCK_OK;
}

/* As many bytes as there is room for; returns how many. */
static size_t scatter(const struct ipsock_message *to, const uint8_t *data, size_t length)
{
    size_t left = length;
    for (uint32_t i = 0; left != 0 && i < to->buffer_count; i++) {
        const size_t part = left < to->buffers[i].length ? left : to->buffers[i].length;
        if (part != 0)
            memcpy(to->buffers[i].data, data, part);
        data += part;
        left -= part;
    }
    return length - left;
}

/* A packet that was received apart goes to the caller's buffers. */
static int hand_over_data(struct ipsock_endpoint *s, const struct receive *r,
                          const struct ipsock_message *from, struct ipsock_error *error)
{
    struct ipsock_message *to = r->message;
    struct ipsk_raw_header unwanted;
    struct ipsk_raw_header *raw = r->header != NULL ? r->header : &unwanted;
    const int code = part_header(s, r, from, raw, error);
    if (code < 0)
        return code;
    const size_t length = from->length - raw->length;
    to->length = scatter(to, (const uint8_t *)from->buffers->data + raw->length, length);
    to->full_length = from->full_length == 0 ? 0 : from->full_length - (uint32_t)raw->length;
    to->peer = from->peer;
    to->flags = from->flags;
    to->header_length = raw->length != 0 ? 0 : from->header_length;
    if (to->header_length > to->length)
        to->header_length = (uint32_t)to->length;
    if (to->length < length && !(from->flags & IPSOCK_MSG_TRUNC)) {
        to->flags |= IPSOCK_MSG_TRUNC;
        if (!(r->flags & IPSOCK_MSG_PEEK))
            atomic_fetch_add_explicit(&s->truncated, 1, memory_order_relaxed);
    }
    return IPSOCK_OK;
}

static int receive(struct ipsock_endpoint *s, const struct receive *r, struct ipsock_message *m,
                   struct ipsock_error *error)
{
    uint32_t done = 0;
    if (m != r->message)
        return ipsk_sys_recv(s, m, r->flags | IPSK_MSG_WHOLE, error);
    if (r->header != NULL)
        return ipsk_sys_recv_ipv4(s, r->header, m, r->flags, error);
    return r->batch == NULL
               ? ipsk_sys_recv(s, m, r->flags, error)
               : ipsk_sys_recv_many(s, r->batch, m, r->size, 1, &done, r->flags, error);
}

/* DROPPED, or how the receive went. Under take. */
static int take(struct ipsock_endpoint *s, const struct receive *r, struct ipsock_error *error)
{
    const uint32_t drops = atomic_load_explicit(&s->unusual, memory_order_relaxed);
    uint8_t few[ENOUGH + IPSOCK_IPV4_HEADER_MAX]; /* the header takes none of the caller's room */
    struct ipsock_buffer room = {few, sizeof few};
    struct ipsock_message apart = {
        .buffers = &room, .control = r->message->control, .buffer_count = 1};
    struct ipsock_message *m = r->message;
    if (drops & IPSK_UNUSUAL_PROGRAM) {
        room.data = s->program->room + IPSK_UDP_HEADER;
        room.length = IPSK_PROGRAM_ROOM - IPSK_UDP_HEADER;
        m = &apart;
    } else if ((drops & (IPSK_UNUSUAL_ICMP | IPSK_UNUSUAL_PING)) && capacity_of(m) < ENOUGH) {
        m = &apart;
    }
    const int code = receive(s, r, m, error);
    if (code < 0)
        return code;
    _Atomic uint64_t *counter = unwanted_by(s, r->strict, drops, m);
    if (counter == NULL)
        return m == &apart ? hand_over_data(s, r, m, error) : IPSOCK_OK;
    drop(s, r, m, counter);
    return DROPPED;
}

static int receive_wanted(struct ipsock_endpoint *s, const struct receive *r,
                          struct ipsock_error *error)
{
    const bool waits = ipsk_may_wait(s, r->flags);
    for (uint32_t drops = 1;; drops++) {
        ipsk_mutex_lock(&s->take);
        const int code = take(s, r, error);
        ipsk_mutex_unlock(&s->take);
        if (code != DROPPED)
            return code;
        if (waits && drops == DROPS_PER_LOOK)
            return ipsk_fail(error, IPSOCK_EAGAIN, 0, "receive", NULL);
        /* who does not wait would end with the queue, and the closer is waiting for him */
        if (atomic_load_explicit(&s->calls, memory_order_relaxed) & IPSK_CLOSED)
            return ipsk_fail(error, IPSOCK_ECLOSED, 0, "receive", NULL);
    }
}

/* Only what was asked for: the caller's struct may be of an older, shorter kind. */
static void hand_over_control(struct ipsock_control *theirs, const struct ipsock_control *ours)
{
    theirs->valid = ours->valid;
    if (ours->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        theirs->traffic_class = ours->traffic_class;
    if (ours->valid & IPSOCK_CONTROL_HOP_LIMIT)
        theirs->hop_limit = ours->hop_limit;
    if (ours->valid & IPSOCK_CONTROL_SOURCE)
        theirs->source = ours->source;
    if (ours->valid & IPSOCK_CONTROL_DESTINATION) {
        theirs->destination = ours->destination;
        theirs->broadcast = ours->broadcast;
    }
    if (ours->valid & IPSOCK_CONTROL_INTERFACE)
        theirs->interface_index = ours->interface_index;
    if (ours->valid & IPSOCK_CONTROL_PATH_MTU)
        theirs->path_mtu = ours->path_mtu;
    if (ours->valid & IPSOCK_CONTROL_SEGMENT_SIZE)
        theirs->segment_size = ours->segment_size;
    if (ours->valid & IPSOCK_CONTROL_OPAQUE)
        theirs->opaque_length = ours->opaque_length;
}

/* Strict delivery's control stands in for the caller's, who may want none, or other fields. */
static int receive_strict(struct ipsock_endpoint *s, const struct receive *r,
                          struct ipsock_error *error)
{
    struct ipsock_control *theirs = r->message->control;
    struct ipsock_control ours = {0};
    if (theirs != NULL) {
        ours.opaque = theirs->opaque;
        ours.opaque_capacity = theirs->opaque_capacity;
    }
    r->message->control = &ours;
    const int code = receive_wanted(s, r, error);
    r->message->control = theirs;
    if (code == IPSOCK_OK && theirs != NULL) {
        ours.valid &= atomic_load_explicit(&s->receive_control, memory_order_relaxed);
        hand_over_control(theirs, &ours);
    }
    return code;
}

static int receive_one(struct ipsock_endpoint *s, struct receive *r, struct ipsock_error *error)
{
    /* asked once: it may become strict at any time, and needs its control then */
    r->strict =
        (atomic_load_explicit(&s->unusual, memory_order_relaxed) & IPSK_UNUSUAL_STRICT) != 0;
    return r->strict ? receive_strict(s, r, error) : receive_wanted(s, r, error);
}

int ipsk_recv_wanted(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                     struct ipsock_error *error)
{
    struct receive r = {.message = message, .flags = flags};
    return receive_one(s, &r, error);
}

int ipsk_recv_ipv4_wanted(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                          struct ipsock_message *message, uint32_t flags,
                          struct ipsock_error *error)
{
    struct receive r = {.header = header, .message = message, .flags = flags};
    return receive_one(s, &r, error);
}

/* One system call a packet: each of the caller's messages has buffers of its own, so that packets
 * cannot move up into the places of dropped ones. */
int ipsk_recv_many_wanted(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                          struct ipsock_message *messages, size_t size, uint32_t count,
                          uint32_t *done, uint32_t flags, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    if (s->kind == IPSOCK_PING)
        batch = NULL; /* its messages never begin with an IP header */
    for (*done = 0; *done < count && code == IPSOCK_OK; *done += code == IPSOCK_OK) {
        struct receive r = {.batch = batch,
                            .message = ipsk_message_at(messages, size, *done),
                            .size = size,
                            .flags = flags};
        code = receive_one(s, &r, error);
    }
    if (*done == 0 || code == IPSOCK_OK)
        return code;
    if (code != IPSOCK_EAGAIN)
        ipsk_keep_pending(s, error);
    return IPSOCK_OK;
}
