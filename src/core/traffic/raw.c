// SPDX-License-Identifier: BSD-2-Clause
/* Raw IPv4 with its header apart. The header is laid out as this system's raw sockets want it
 * (order.h); the payload goes from the caller's buffers, and comes into them, as it is. */
#include "core/codec/order.h"
#include "core/endpoint/flow.h"
#include "core/endpoint/wait.h"
#include "core/traffic/check.h"
#include "core/traffic/error_stream.h"
#include "core/traffic/filtering.h"
#include "core/traffic/single.h"

static int try_receive(struct ipsock_endpoint *s, struct ipsk_raw_header *raw,
                       struct ipsock_message *message, uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_retry retry = {0};
    int code;
    do
        code = ipsk_filters_here(s) ? ipsk_recv_ipv4_filtered(s, raw, message, flags, error)
                                    : ipsk_sys_recv_ipv4(s, raw, message, flags, error);
    while (code < 0 && ipsk_try_again(s, &retry, code, NULL));
    return code;
}

static int receive(struct ipsock_endpoint *s, struct ipsk_raw_header *raw,
                   struct ipsock_message *message, uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    int code = try_receive(s, raw, message, flags, error);
    while (code == IPSOCK_EAGAIN && ipsk_may_wait(s, flags)) {
        code = ipsk_wait_for(s, IPSOCK_READ, &wait, error);
        if (code == IPSOCK_OK)
            code = try_receive(s, raw, message, flags, error);
    }
    return code;
}

/* A packet that goes on after its own end lies. One that ends early was cut, by the buffers or by a
 * filter program, of which the system does not tell. */
static int compare_length(struct ipsock_endpoint *s, const struct ipsk_raw_header *raw,
                          unsigned total, struct ipsock_message *m, uint32_t flags)
{
    if (total < raw->received)
        return IPSOCK_ETOTALLEN;
    if (total == raw->received || (m->flags & IPSOCK_MSG_TRUNC))
        return IPSOCK_OK;
    m->flags |= IPSOCK_MSG_TRUNC;
    if (!(flags & IPSOCK_MSG_PEEK))
        atomic_fetch_add_explicit(&s->truncated, 1, memory_order_relaxed);
    return IPSOCK_OK;
}

static int read_header(struct ipsock_endpoint *s, const struct ipsk_raw_header *raw,
                       struct ipsock_ipv4_header *header, struct ipsock_message *m, uint32_t flags,
                       struct ipsock_error *error)
{
    const struct ipsk_header_order wire = {0};
    struct ipsk_header_orders orders;
    struct ipsock_ipv4_header found;
    ipsk_sys_header_order(&orders);
    int code =
        ipsk_ipv4_parse(&found, raw->bytes, raw->length, raw->wire ? &wire : &orders.receive);
    if (code == IPSOCK_OK)
        code = compare_length(s, raw, found.total_length, m, flags);
    if (code < 0) {
        ipsk_count_lie(s, flags);
        return ipsk_fail(error, code, 0, "receive", "total_length");
    }
    if (ipsk_native.facts[IPSK_FACT_RAW_SUM_OF_ANOTHER]) /* the system has found it right */
        found.checksum = ipsk_ipv4_sum(&found);
    *header = found;
    m->full_length = found.total_length - (uint32_t)raw->length; /* on every system */
    return IPSOCK_OK;
}

static int check_receive(const struct ipsock_endpoint *s, const struct ipsock_ipv4_header *header,
                         const struct ipsock_message *m, uint32_t flags, struct ipsock_error *error)
{
    if (s->kind != IPSOCK_RAW || s->family != IPSOCK_IPV4)
        return ipsk_fail(error, IPSOCK_EKIND, 0, "receive", NULL);
    if (header == NULL)
        return ipsk_fail(error, IPSOCK_ENOHEADER, 0, "receive", "header");
    return ipsk_check_receive(s, m, flags, error);
}

int ipsock_recv_ipv4(struct ipsock_endpoint *s, struct ipsock_ipv4_header *header,
                     struct ipsock_message *message, uint32_t flags)
{
    struct ipsock_error error;
    struct ipsk_raw_header raw;
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    code = check_receive(s, header, message, flags, &error);
    if (code == IPSOCK_OK)
        code = ipsk_pending(s, &error);
    if (code == IPSOCK_OK)
        code = receive(s, &raw, message, flags, &error);
    if (code == IPSOCK_OK)
        code = read_header(s, &raw, header, message, flags, &error);
    return ipsk_end(s, IPSOCK_READ, code, &error);
}

/* A packet on its way out: the caller's message with the header in front. */
struct packet {
    uint8_t header[IPSOCK_IPV4_HEADER_MAX];
    size_t header_length;
    struct ipsk_spelled spelled;
    struct ipsock_message message;
    struct ipsock_buffer buffers[IPSOCK_BUFFERS_MAX];
};

/* Bytes of the payload, or more than any packet has. */
static size_t payload_of(const struct ipsock_message *m)
{
    size_t sum = 0;
    for (uint32_t i = 0; i < m->buffer_count; i++) {
        if (m->buffers[i].length > UINT16_MAX - sum)
            return UINT16_MAX + 1u;
        sum += m->buffers[i].length;
    }
    return sum;
}

/* The field that a refusal of ipsk_ipv4_marshal is about. */
static const char *refused_field(int code, const struct ipsock_ipv4_header *header)
{
    switch (code) {
    case IPSOCK_EHDRSHORT:
        return "header_length";
    case IPSOCK_EOPTLEN:
        return "options_length";
    case IPSOCK_EMISSADDR:
        return "destination";
    case IPSOCK_EFAMILY:
        return "source";
    default:
        return header->flags > 7 ? "flags" : "fragment_offset";
    }
}

/* Computes what was left to be computed, and compares what was not. */
static int settle_lengths(struct ipsock_ipv4_header *header, const struct ipsock_message *m,
                          struct ipsock_error *error)
{
    const size_t total = IPSOCK_IPV4_HEADER_MIN + (size_t)header->options_length + payload_of(m);
    if (total > UINT16_MAX)
        return ipsk_fail(error, IPSOCK_EMSGSIZE, 0, "send", "buffers");
    if (header->total_length != 0 && header->total_length != total)
        return ipsk_fail(error, IPSOCK_ETOTALLEN, 0, "send", "total_length");
    header->total_length = (uint16_t)total;
    if (header->header_length == 0)
        header->header_length = (uint8_t)(IPSOCK_IPV4_HEADER_MIN + header->options_length);
    return IPSOCK_OK;
}

/* A source that was left open is the socket's own address, where the system would take another. */
static void settle_source(const struct ipsock_endpoint *s, struct ipsock_ipv4_header *header)
{
    const bool open =
        header->source.family == IPSOCK_UNSPEC || ipsock_addr_is_unspecified(&header->source);
    if (open && ipsk_native.facts[IPSK_FACT_RAW_SOURCE_BY_ROUTE] && s->own.family == IPSOCK_IPV4)
        header->source = s->own;
}

static int write_header(const struct ipsock_endpoint *s, struct packet *p,
                        const struct ipsock_ipv4_header *given, const struct ipsock_message *m,
                        struct ipsock_error *error)
{
    struct ipsk_header_orders orders;
    struct ipsock_ipv4_header header = *given;
    ipsk_sys_header_order(&orders);
    int code = settle_lengths(&header, m, error);
    if (code < 0)
        return code;
    settle_source(s, &header);
    code = ipsk_ipv4_marshal(&header, p->header, sizeof p->header, &p->header_length, &orders.send);
    return code < 0 ? ipsk_fail(error, code, 0, "send", refused_field(code, &header)) : IPSOCK_OK;
}

/* Where to: the packet's destination, unless the caller names a hop on its way, or is connected to
 * one. */
static int choose_peer(const struct ipsock_endpoint *s, struct ipsock_message *m,
                       const struct ipsock_addr *destination, struct ipsock_error *error)
{
    const bool named = m->peer.family != IPSOCK_UNSPEC;
    if (!named)
        m->peer = *destination;
    int code = ipsk_check_message(s, m, error);
    if (code == IPSOCK_OK && named && !ipsk_native.facts[IPSK_FACT_RAW_ROUTES_BY_PEER] &&
        !ipsock_addr_same_ip(&m->peer, destination))
        code = ipsk_fail(error, IPSOCK_ENOTSUP, 0, "send", "peer");
    return code;
}

static int check_send(const struct ipsock_endpoint *s, const struct ipsock_ipv4_header *header,
                      const struct ipsock_message *m, uint32_t flags, struct ipsock_error *error)
{
    if (!(s->flags & IPSOCK_OPEN_HEADER_INCLUDED))
        return ipsk_fail(error, IPSOCK_EKIND, 0, "send", "header_included");
    if (header == NULL)
        return ipsk_fail(error, IPSOCK_ENOHEADER, 0, "send", "header");
    int code = ipsk_check_send(s, flags, m, error);
    if (code == IPSOCK_OK && m->buffer_count > IPSOCK_BUFFERS_MAX - 2)
        code = ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "buffer_count");
    if (code == IPSOCK_OK && m->buffers == NULL && m->buffer_count != 0)
        code = ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "buffers");
    return code;
}

static int assemble(const struct ipsock_endpoint *s, struct packet *p,
                    const struct ipsock_ipv4_header *header, const struct ipsock_message *m,
                    struct ipsock_error *error)
{
    int code = write_header(s, p, header, m, error);
    if (code == IPSOCK_OK && m->flow != NULL)
        code = ipsk_check_flow(s, m, error);
    if (code < 0)
        return code;
    p->message = *ipsk_spelled(m, &p->spelled);
    p->buffers[0].data = p->header;
    p->buffers[0].length = p->header_length;
    if (m->buffer_count != 0)
        memcpy(p->buffers + 1, m->buffers, m->buffer_count * sizeof p->buffers[0]);
    p->message.buffers = p->buffers;
    p->message.buffer_count = m->buffer_count + 1;
    return choose_peer(s, &p->message, &header->destination, error);
}

int ipsock_send_ipv4(struct ipsock_endpoint *s, const struct ipsock_ipv4_header *header,
                     struct ipsock_message *message, uint32_t flags)
{
    struct ipsock_error error;
    struct packet packet;
    int code = ipsk_enter(s);
    if (code < 0)
        return code;
    if (message != NULL)
        message->length = 0;
    code = check_send(s, header, message, flags, &error);
    if (code == IPSOCK_OK)
        code = assemble(s, &packet, header, message, &error);
    if (code == IPSOCK_OK)
        code = ipsk_send_checked(s, &packet.message, flags, &error);
    if (code == IPSOCK_OK) {
        message->length = packet.message.length - packet.header_length;
        message->flags = 0;
    }
    return ipsk_end(s, IPSOCK_WRITE, code, &error);
}
