// SPDX-License-Identifier: BSD-2-Clause
/* Control messages, byte by byte. Inline, because the data path runs it with constants
 * (shared/control.h) and the generic codec (control_codec.c) with another system's tables: one
 * meaning, two speeds. All loads and stores go through memcpy: payloads may be misaligned for their
 * type, on either endianness. */
#ifndef IPSK_CONTROL_CODEC_H
#define IPSK_CONTROL_CODEC_H

#include <ipsock/control.h>
#include <string.h>

#include "core/codec/bytes.h"
#include "core/codec/inline.h"
#include "core/table/table.h"

/* The shape of one system's control messages. */
struct ipsk_cmsg_layout {
    size_t header;      /* bytes before the payload */
    size_t align;       /* power of two */
    size_t length_size; /* 4 or 8 */
    size_t level;       /* offset of the level; the type follows */
};

static inline size_t ipsk_align(size_t n, size_t align)
{
    return (n + align - 1) & ~(align - 1);
}

/* An integer of any width that a kernel sends; INT64_MIN for another one. */
static inline int64_t ipsk_load_integer(const uint8_t *p, size_t n)
{
    int64_t wide;
    switch (n) {
    case 1:
        return *p;
    case 2:
        return ipsk_load16(p); /* no field is negative, and segments may exceed 32767 bytes */
    case 4:
        return ipsk_load32(p);
    case 8:
        memcpy(&wide, p, sizeof wide);
        return wide;
    default:
        return INT64_MIN;
    }
}

/* Whole structs of 24 bytes are written, so that nothing needs clearing first. */
static inline void ipsk_set_ipv4(struct ipsock_addr *addr, const void *ip, uint16_t port)
{
    addr->family = IPSOCK_IPV4;
    addr->reserved = 0;
    addr->port = port;
    addr->scope = 0;
    memcpy(addr->ip, ip, 4);
    memset(addr->ip + 4, 0, 12);
}

static inline void ipsk_set_ipv6(struct ipsock_addr *addr, const void *ip, uint16_t port,
                                 uint32_t scope)
{
    addr->family = IPSOCK_IPV6;
    addr->reserved = 0;
    addr->port = port;
    addr->scope = scope;
    memcpy(addr->ip, ip, 16);
}

/* fe80::/10, ff01::/16, ff02::/16: an address that says little without its interface (RFC 4007). */
static inline bool ipsk_needs_scope(const uint8_t *ip)
{
    return (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) ||
           (ip[0] == 0xff && ((ip[1] & 0x0f) == 1 || (ip[1] & 0x0f) == 2));
}

static inline uint32_t ipsk_take_octet(uint8_t *field, const uint8_t *p, size_t n, uint32_t bit)
{
    const int64_t value = ipsk_load_integer(p, n);
    if (value < 0 || value > 255)
        return 0;
    *field = (uint8_t)value;
    return bit;
}

/* Index 0 says nothing: it leaves an earlier one as it was. */
static inline uint32_t ipsk_take_index(struct ipsock_control *c, uint32_t index)
{
    if (index == 0)
        return 0;
    c->interface_index = index;
    return IPSOCK_CONTROL_INTERFACE;
}

static inline uint32_t ipsk_take_pktinfo(struct ipsock_control *c, bool ipv6, const uint8_t *p,
                                         size_t a, size_t b)
{
    const uint32_t index = (uint32_t)ipsk_load32(p + b);
    if (ipv6)
        ipsk_set_ipv6(&c->destination, p + a, 0, ipsk_needs_scope(p + a) ? index : 0);
    else
        ipsk_set_ipv4(&c->destination, p + a, 0);
    c->broadcast = 0;
    return IPSOCK_CONTROL_DESTINATION | ipsk_take_index(c, index);
}

/* The kernel would answer from another address than the one asked: that one is a broadcast address,
 * if no group. */
static inline uint32_t ipsk_take_pktinfo_spec(struct ipsock_control *c, const uint8_t *p, size_t a,
                                              size_t b)
{
    const uint32_t fields = ipsk_take_pktinfo(c, false, p, a, b);
    const int32_t spec = ipsk_load32(p + a - 4); /* 0: queued before the option was on */
    c->broadcast = spec != 0 && spec != ipsk_load32(p + a) && (p[a] & 0xf0) != 0xe0;
    return fields;
}

static inline uint32_t ipsk_take_link(struct ipsock_control *c, const uint8_t *p, size_t a)
{
    return ipsk_take_index(c, ipsk_load16(p + a));
}

static inline uint32_t ipsk_take_path_mtu(struct ipsock_control *c, const uint8_t *p, size_t a,
                                          size_t b)
{
    /* sockaddr_in6 ends with the scope, 4 bytes behind the address, on every system */
    const uint32_t scope = (uint32_t)ipsk_load32(p + a + 16);
    ipsk_set_ipv6(&c->destination, p + a, 0, scope);
    c->path_mtu = (uint32_t)ipsk_load32(p + b);
    return IPSOCK_CONTROL_PATH_MTU | IPSOCK_CONTROL_DESTINATION | ipsk_take_index(c, scope);
}

static inline uint32_t ipsk_take_segment(struct ipsock_control *c, const uint8_t *p, size_t n)
{
    const int64_t value = ipsk_load_integer(p, n);
    if (value <= 0 || value > UINT16_MAX)
        return 0;
    c->segment_size = (uint32_t)value;
    return IPSOCK_CONTROL_SEGMENT_SIZE;
}

/* Decodes one payload of n bytes, at least the row's minimum. Returns the fields that it set. */
static inline uint32_t ipsk_take(struct ipsock_control *c, int field, size_t a, size_t b,
                                 const uint8_t *p, size_t n)
{
    switch (field) {
    case IPSK_FIELD_HOP_LIMIT:
        return ipsk_take_octet(&c->hop_limit, p, n, IPSOCK_CONTROL_HOP_LIMIT);
    case IPSK_FIELD_TRAFFIC_CLASS:
        return ipsk_take_octet(&c->traffic_class, p, n, IPSOCK_CONTROL_TRAFFIC_CLASS);
    case IPSK_FIELD_PKTINFO4:
        return ipsk_take_pktinfo(c, false, p, a, b);
    case IPSK_FIELD_PKTINFO4_SPEC:
        return ipsk_take_pktinfo_spec(c, p, a, b);
    case IPSK_FIELD_PKTINFO6:
        return ipsk_take_pktinfo(c, true, p, a, b);
    case IPSK_FIELD_DESTINATION4:
        ipsk_set_ipv4(&c->destination, p + a, 0);
        c->broadcast = 0;
        return IPSOCK_CONTROL_DESTINATION;
    case IPSK_FIELD_LINK:
        return ipsk_take_link(c, p, a);
    case IPSK_FIELD_INDEX:
        return ipsk_take_index(c, (uint32_t)ipsk_load32(p + a));
    case IPSK_FIELD_PATH_MTU:
        return ipsk_take_path_mtu(c, p, a, b);
    case IPSK_FIELD_SEGMENT_SIZE:
        return ipsk_take_segment(c, p, n);
    default:
        return 0;
    }
}

static inline size_t ipsk_cmsg_length(const uint8_t *p, size_t length_size)
{
    uint32_t narrow;
    uint64_t wide;
    if (length_size == sizeof narrow) {
        memcpy(&narrow, p, sizeof narrow);
        return narrow;
    }
    memcpy(&wide, p, sizeof wide);
    return wide > SIZE_MAX ? SIZE_MAX : (size_t)wide;
}

/* Payload bytes of the message at p with rest >= header bytes left; SIZE_MAX when its length lies.
 */
static inline size_t ipsk_cmsg_payload(const uint8_t *p, size_t rest,
                                       const struct ipsk_cmsg_layout *layout)
{
    /* unsigned wrap: one comparison refuses a length below the header and one past the end */
    const size_t n = ipsk_cmsg_length(p, layout->length_size) - layout->header;
    return n > rest - layout->header ? SIZE_MAX : n;
}

/* Bytes to the next message; the last one may lack its padding. */
static inline size_t ipsk_cmsg_step(size_t payload, size_t rest,
                                    const struct ipsk_cmsg_layout *layout)
{
    const size_t step = ipsk_align(layout->header + payload, layout->align);
    return step < rest ? step : rest;
}

static inline void ipsk_cmsg_header(uint8_t *p, const struct ipsk_cmsg_layout *layout, int level,
                                    int type, size_t payload)
{
    const uint64_t wide = layout->header + payload;
    const uint32_t narrow = (uint32_t)wide;
    if (layout->length_size == sizeof narrow)
        memcpy(p, &narrow, sizeof narrow);
    else
        memcpy(p, &wide, sizeof wide);
    memcpy(p + layout->level, &level, sizeof level);
    memcpy(p + layout->level + sizeof level, &type, sizeof type);
}

static inline void ipsk_put_int(uint8_t *p, int value)
{
    memcpy(p, &value, sizeof value);
}

/* The source of IPv4 traffic. Of a dual-stack endpoint's it may be v4-mapped: the last four bytes
 * of an IPv6 address. */
static inline const uint8_t *ipsk_source4(const struct ipsock_control *c, int column)
{
    return column == IPSK_V4 || c->source.family == IPSOCK_IPV4 ? c->source.ip : c->source.ip + 12;
}

static inline int ipsk_number(const struct ipsock_control *c, uint32_t field)
{
    switch (field) {
    case IPSOCK_CONTROL_TRAFFIC_CLASS:
        return c->traffic_class;
    case IPSOCK_CONTROL_HOP_LIMIT:
        return c->hop_limit;
    case IPSOCK_CONTROL_DONT_FRAGMENT:
        return c->dont_fragment;
    default:
        return (int)c->segment_size;
    }
}

/* Writes the values of one payload at p, in a column: of the row's fields those that are given. All
 * other bytes of it are 0 already, and values of an earlier payload with the same fields may be
 * there. */
static IPSK_IN_LINE void ipsk_give(const struct ipsock_control *c, uint32_t given, int column,
                                   uint32_t row_fields, int encoding, size_t a, size_t b,
                                   uint8_t *p)
{
    const int number = ipsk_number(c, row_fields);
    const uint16_t narrow = (uint16_t)number;
    uint32_t index = 0; /* beside an IPv6 source: its zone, if no other */
    switch (encoding) {
    case IPSK_SENT_INT:
        ipsk_put_int(p, number);
        break;
    case IPSK_SENT_U8:
        *p = (uint8_t)number;
        break;
    case IPSK_SENT_U16:
        memcpy(p, &narrow, sizeof narrow);
        break;
    case IPSK_SENT_PKTINFO4:
    case IPSK_SENT_ADDR4:
        if (given & IPSOCK_CONTROL_SOURCE)
            memcpy(p + a, ipsk_source4(c, column), 4);
        if (encoding == IPSK_SENT_PKTINFO4 && (given & IPSOCK_CONTROL_INTERFACE))
            memcpy(p + b, &c->interface_index, sizeof c->interface_index);
        break;
    case IPSK_SENT_PKTINFO6:
        if (given & IPSOCK_CONTROL_SOURCE) {
            memcpy(p + a, c->source.ip, 16);
            if (c->source.ip[0] >= 0xfe && ipsk_needs_scope(c->source.ip))
                index = c->source.scope;
        }
        if (given & IPSOCK_CONTROL_INTERFACE)
            index = c->interface_index;
        memcpy(p + b, &index, sizeof index);
        break;
    default:
        break;
    }
}

/* The same for any system, at run time. */
struct ipsk_cmsg_layout ipsk_layout(const struct ipsk_system *system);
/* column: IPSK_ANY_COLUMN, or the messages that come with that traffic alone. */
#define IPSK_ANY_COLUMN (-1)
int ipsk_decode(const struct ipsk_system *system, const void *buffer, size_t length, int column,
                struct ipsock_control *control);
int ipsk_encode(const struct ipsk_system *system, const struct ipsock_control *control, int column,
                unsigned kinds, void *buffer, size_t size, size_t *length);
size_t ipsk_control_room(const struct ipsk_system *system, int column, uint32_t bits);

/* Fields with a control message of their own to send, for one kind and column. */
uint32_t ipsk_sendable(const struct ipsk_system *system, unsigned kind, int column);

/* Checks the fields of a control to be sent; names the wrong one in *option. */
int ipsk_check_control(const struct ipsock_control *control, int column, const char **option);

#endif
