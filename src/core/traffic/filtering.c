// SPDX-License-Identifier: BSD-2-Clause
/* One packet at a time, under the endpoint's lock for it: received, looked at, and delivered or
 * dropped. So a peek drops the packet that it has looked at, whoever else receives on the endpoint;
 * another endpoint, or process, on the same socket may come between all the same. */
#include "core/traffic/filtering.h"

#include "core/codec/order.h"
#include "core/traffic/verdict.h"

#define DROPPED 1

/* One receive, single, as a batch of one, or with the IPv4 header apart. */
struct receive {
    struct ipsock_batch *batch;     /* NULL: single */
    struct ipsk_raw_header *header; /* NULL: not asked for */
    struct ipsock_message *message;
    size_t size;
    uint32_t flags;
    bool strict; /* the message's control has what strict delivery looks at */
};

/* What was only looked at is still in front of the next one. */
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
    ipsk_count_dropped(s, m, counter);
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

void ipsk_note_cut_short(struct ipsock_endpoint *s, struct ipsock_message *m, size_t length,
                         uint32_t flags)
{
    if (m->header_length > m->length)
        m->header_length = (uint32_t)m->length;
    if (m->length >= length || (m->flags & IPSOCK_MSG_TRUNC))
        return;
    m->flags |= IPSOCK_MSG_TRUNC;
    if (!(flags & IPSOCK_MSG_PEEK))
        atomic_fetch_add_explicit(&s->truncated, 1, memory_order_relaxed);
}

/* A packet that was received apart goes to the caller's buffers. */
static int hand_over_data(struct ipsock_endpoint *s, const struct receive *r,
                          const struct ipsock_message *from, struct ipsock_error *error)
{
    struct ipsock_message *to = r->message;
    struct ipsk_raw_header ignored;
    struct ipsk_raw_header *raw = r->header != NULL ? r->header : &ignored;
    const int code = part_header(s, r, from, raw, error);
    if (code < 0)
        return code;
    const size_t length = from->length - raw->length;
    to->length = scatter(to, (const uint8_t *)from->buffers->data + raw->length, length);
    to->full_length = from->full_length == 0 ? 0 : from->full_length - (uint32_t)raw->length;
    to->peer = from->peer;
    to->flags = from->flags;
    to->header_length = raw->length != 0 ? 0 : from->header_length;
    ipsk_note_cut_short(s, to, length, r->flags);
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
    struct ipsk_verdicts v = ipsk_begin_verdicts(s, r->strict);
    /* the header takes none of the caller's room */
    uint8_t few[IPSK_SHOWS_TYPE + IPSOCK_IPV4_HEADER_MAX];
    struct ipsock_buffer room = {few, sizeof few};
    struct ipsock_message apart = {
        .buffers = &room, .control = r->message->control, .buffer_count = 1};
    struct ipsock_message *m = r->message;
    if (v.drops & IPSK_SLOW_PROGRAM) {
        room.data = s->program->room + IPSK_UDP_HEADER;
        room.length = IPSK_PROGRAM_ROOM - IPSK_UDP_HEADER;
        m = &apart;
    } else if ((v.drops & (IPSK_SLOW_ICMP | IPSK_SLOW_PING)) &&
               ipsk_buffers_length(m) < IPSK_SHOWS_TYPE) {
        m = &apart;
    }
    const int code = receive(s, r, m, error);
    if (code < 0)
        return code;
    _Atomic uint64_t *counter = ipsk_dropped_by(&v, m);
    ipsk_end_verdicts(&v);
    if (counter == NULL)
        return m == &apart ? hand_over_data(s, r, m, error) : IPSOCK_OK;
    drop(s, r, m, counter);
    return DROPPED;
}

static int receive_filtered(struct ipsock_endpoint *s, const struct receive *r,
                            struct ipsock_error *error)
{
    const bool waits = ipsk_may_wait(s, r->flags);
    for (uint32_t drops = 1;; drops++) {
        ipsk_mutex_lock(&s->take);
        const int code = take(s, r, error);
        ipsk_mutex_unlock(&s->take);
        if (code != DROPPED)
            return code;
        if (waits && drops == IPSK_DROPS_PER_LOOK)
            return ipsk_fail(error, IPSOCK_EAGAIN, 0, "receive", NULL);
        /* who does not wait would end with the queue, and the closer is waiting for him */
        if (atomic_load_explicit(&s->calls, memory_order_relaxed) & IPSK_CLOSED)
            return ipsk_fail(error, IPSOCK_ECLOSED, 0, "receive", NULL);
    }
}

void ipsk_hand_over_control(struct ipsock_control *theirs, const struct ipsock_control *ours)
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
    const int code = receive_filtered(s, r, error);
    r->message->control = theirs;
    if (code == IPSOCK_OK && theirs != NULL) {
        ours.valid &= atomic_load_explicit(&s->receive_control, memory_order_relaxed);
        ipsk_hand_over_control(theirs, &ours);
    }
    return code;
}

static int receive_one(struct ipsock_endpoint *s, struct receive *r, struct ipsock_error *error)
{
    /* asked once: it may become strict at any time, and needs its control then */
    r->strict = (atomic_load_explicit(&s->slow, memory_order_relaxed) & IPSK_SLOW_LOOKS) != 0;
    return r->strict ? receive_strict(s, r, error) : receive_filtered(s, r, error);
}

int ipsk_recv_filtered(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error)
{
    struct receive r = {.message = message, .flags = flags};
    return receive_one(s, &r, error);
}

int ipsk_recv_ipv4_filtered(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                            struct ipsock_message *message, uint32_t flags,
                            struct ipsock_error *error)
{
    struct receive r = {.header = header, .message = message, .flags = flags};
    return receive_one(s, &r, error);
}

int ipsk_recv_one_filtered(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                           struct ipsock_message *message, size_t size, uint32_t flags,
                           struct ipsock_error *error)
{
    /* a ping endpoint's messages never begin with an IP header */
    struct receive r = {.batch = s->kind == IPSOCK_PING ? NULL : batch,
                        .message = message,
                        .size = size,
                        .flags = flags};
    return receive_one(s, &r, error);
}
