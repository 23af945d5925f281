// SPDX-License-Identifier: BSD-2-Clause
#include "core/traffic/ping.h"

#include <ipsock/icmp.h>

#include "core/codec/bytes.h"
#include "core/endpoint/flow.h"
#include "core/table/encoding.h"

/* Type, code, checksum, identifier and sequence number (RFC 792, RFC 4443): big-endian. */
#define HEADER   8
#define CHECKSUM 2
#define ID       4

static uint8_t request_of(const struct ipsock_endpoint *s)
{
    return s->family == IPSOCK_IPV4 ? (uint8_t)IPSOCK_ICMPV4_ECHO
                                    : (uint8_t)IPSOCK_ICMPV6_ECHO_REQUEST;
}

static uint8_t reply_of(const struct ipsock_endpoint *s)
{
    return s->family == IPSOCK_IPV4 ? (uint8_t)IPSOCK_ICMPV4_ECHO_REPLY
                                    : (uint8_t)IPSOCK_ICMPV6_ECHO_REPLY;
}

/* Only replies, where the system can tell them: a flood of others would fill the queue. */
static void pass_replies(struct ipsock_endpoint *s)
{
    const struct ipsk_option_row *row =
        ipsk_find_option(&ipsk_native, IPSK_OPTION_ICMP_FILTER, IPSK_RAW,
                         s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6);
    struct ipsock_icmp_filter filter;
    struct ipsock_error ignored;
    uint8_t bytes[IPSK_ENCODED_MAX];
    if (row == NULL)
        return;
    ipsock_icmp_filter_set_all(&filter, true);
    ipsock_icmp_filter_accept(&filter, reply_of(s));
    const size_t length = ipsk_encode_icmp_filter(row, &filter, bytes);
    ipsk_sys_set(s->handle, row->level, row->name, bytes, length, &ignored);
}

int ipsk_ping_socket(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const bool exist = ipsk_native.facts[IPSK_FACT_PING] != 0;
    int code = IPSOCK_EPERM;
    s->backing = IPSOCK_PING;
    if (exist)
        code = ipsk_sys_socket(s->family, s->backing, 0, &s->handle, error);
    if (code == IPSOCK_OK && ipsk_native.facts[IPSK_FACT_PING_ID] == 0)
        pass_replies(s);
    if (code != IPSOCK_EPERM) /* Linux: the group range is closed by default (net/ipv4/ping.c) */
        return code;
    s->backing = IPSOCK_RAW;
    code = ipsk_sys_socket(s->family, s->backing, ipsk_socket_protocol(s), &s->handle, error);
    if (code == IPSOCK_OK)
        pass_replies(s);
    if (code == IPSOCK_EPERM)
        error->option = ipsk_native.ping_privilege;
    return code;
}

/* Other than those of this process' other endpoints, whose handles differ; other processes' only
 * probably: there is nobody to ask. */
static uint16_t choose_id(const struct ipsock_endpoint *s)
{
    const uint32_t n = ipsk_sys_process_id() * 0x9e37u + (uint32_t)s->handle;
    return (uint16_t)(n % 0xffff + 1);
}

void ipsk_ping_begin(struct ipsock_endpoint *s, uint16_t id)
{
    s->ip_header = s->family == IPSOCK_IPV4 &&
                   (s->backing == IPSOCK_RAW || ipsk_native.facts[IPSK_FACT_PING_HEADER] != 0);
    if (s->backing == IPSOCK_PING && ipsk_native.facts[IPSK_FACT_PING_ID] != 0)
        return;
    s->echo_id = id != 0 ? id : choose_id(s);
    s->emulates = true;
    atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_PING, memory_order_relaxed);
}

/* Bytes of scattered data. */
struct range {
    const struct ipsock_buffer *buffers;
    uint32_t count;
    size_t from, length;
};

/* The next piece that lies in one buffer; NULL at the end. */
static const uint8_t *next_piece(struct range *r, size_t *length)
{
    for (; r->count != 0 && r->length != 0; r->buffers++, r->count--) {
        if (r->from >= r->buffers->length) {
            r->from -= r->buffers->length;
            continue;
        }
        const uint8_t *p = (const uint8_t *)r->buffers->data + r->from;
        const size_t rest = r->buffers->length - r->from;
        *length = rest < r->length ? rest : r->length;
        r->from += *length;
        r->length -= *length;
        return p;
    }
    return NULL;
}

/* The ICMP header, or as much of it as there is. */
static size_t head_of(struct range r, uint8_t head[HEADER])
{
    const uint8_t *p;
    size_t n = 0, length;
    r.length = r.length < HEADER ? r.length : HEADER;
    for (; (p = next_piece(&r, &length)) != NULL; n += length)
        memcpy(head + n, p, length);
    return n;
}

/* All data to be sent. */
static struct range data_of(const struct ipsock_message *m)
{
    const struct range r = {m->buffers, m->buffer_count, 0, SIZE_MAX};
    return r;
}

/* The Internet checksum (RFC 1071) of scattered data, whose pieces may end at odd bytes. */
static uint16_t checksum_of(struct range r)
{
    const uint8_t *p;
    size_t length;
    uint64_t sum = 0;
    bool odd = false;
    while ((p = next_piece(&r, &length)) != NULL) {
        const uint16_t part = (uint16_t)~ipsock_checksum(p, length);
        sum += (uint16_t)(odd ? part << 8 | part >> 8 : part);
        odd ^= length & 1;
    }
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

int ipsk_ping_check(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                    struct ipsock_error *error)
{
    uint8_t head[HEADER];
    if (m->buffer_count > IPSOCK_BUFFERS_MAX - 2)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "buffer_count");
    if (head_of(data_of(m), head) < HEADER)
        return ipsk_fail(error, IPSOCK_EMSGSHORT, 0, "send", "buffers");
    if (head[0] != request_of(s))
        return ipsk_fail(error, IPSOCK_EPROTOCOL, 0, "send", "type");
    return head[1] != 0 ? ipsk_fail(error, IPSOCK_EPROTOCOL, 0, "send", "code") : IPSOCK_OK;
}

/* The message with the header in a buffer of its own. */
static void put_apart(struct ipsock_message *m, struct ipsock_buffer *buffers, uint8_t *header)
{
    size_t skip = head_of(data_of(m), header);
    buffers[0].data = header;
    buffers[0].length = skip;
    for (uint32_t i = 0; i < m->buffer_count; i++) {
        const struct ipsock_buffer *from = &m->buffers[i];
        const size_t cut = skip < from->length ? skip : from->length;
        skip -= cut;
        buffers[i + 1].data = from->length == 0 ? NULL : (uint8_t *)from->data + cut;
        buffers[i + 1].length = from->length - cut;
    }
    m->buffers = buffers;
    m->buffer_count++;
}

int ipsk_ping_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                   struct ipsock_error *error)
{
    struct ipsk_spelled room;
    struct ipsock_message copy = *ipsk_spelled(message, &room);
    struct ipsock_buffer buffers[IPSOCK_BUFFERS_MAX];
    uint8_t header[HEADER];
    put_apart(&copy, buffers, header);
    ipsk_store_be16(header + ID, s->echo_id);
    ipsk_store_be16(header + CHECKSUM, 0);
    /* of ICMPv6 the system computes it, addresses included (RFC 3542, 3.1) */
    if (s->family == IPSOCK_IPV4)
        ipsk_store_be16(header + CHECKSUM, checksum_of(data_of(&copy)));
    if (copy.peer.family == IPSOCK_UNSPEC)
        copy.peer = s->peer;
    copy.peer.port = 0; /* raw IPv6 would take it for a protocol */
    const int code = ipsk_sys_send(s, &copy, flags, error);
    message->length = copy.length;
    message->flags = copy.flags;
    return code;
}

_Atomic uint64_t *ipsk_ping_dropped_by(struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    uint8_t head[HEADER];
    const size_t header = m->header_length; /* of IP, where it was received too */
    const struct range data = {m->buffers, m->buffer_count, header, m->length - header};
    if (head_of(data, head) < HEADER || head[0] != reply_of(s) ||
        ipsk_load_be16(head + ID) != s->echo_id)
        return &s->filter_discards;
    /* Raw IPv4 is served before the system looks at it (Linux net/ipv4/ip_input.c); of IPv6 the
     * system has. What was cut cannot be verified. */
    if (s->family == IPSOCK_IPV4 && !(m->flags & IPSOCK_MSG_TRUNC) && checksum_of(data) != 0)
        return &s->checksum_discards;
    return NULL;
}

bool ipsk_ping_sent(const struct ipsock_endpoint *s, const uint8_t *message, size_t length)
{
    return length >= HEADER && message[0] == request_of(s) &&
           ipsk_load_be16(message + ID) == s->echo_id;
}

static int read_id(struct ipsock_endpoint *s, uint16_t *id, struct ipsock_error *error)
{
    struct ipsock_addr local;
    const struct ipsock_addr any = ipsock_addr_any(s->family, 0);
    if (s->echo_id != 0) {
        *id = s->echo_id;
        return IPSOCK_OK;
    }
    int code = ipsk_sys_local_addr(s->handle, &local, error);
    /* One that was adopted before it had any: the first send would bind it, to the same effect. */
    if (code == IPSOCK_OK && local.port == 0) {
        code = ipsk_sys_bind(s->handle, &any, error);
        if (code == IPSOCK_OK)
            code = ipsk_sys_local_addr(s->handle, &local, error);
    }
    if (code == IPSOCK_OK)
        *id = local.port;
    return code;
}

int ipsock_echo_id(struct ipsock_endpoint *s, uint16_t *id)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (s->kind != IPSOCK_PING)
        code = ipsk_fail(&error, IPSOCK_EKIND, 0, "echo id", NULL);
    else if (id == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "echo id", "id");
    else
        code = read_id(s, id, &error);
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}
