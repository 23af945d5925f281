// SPDX-License-Identifier: BSD-2-Clause
/* Writing ICMP messages, and their checksums. */
#include <string.h>

#include "core/codec/bytes.h"
#include "core/codec/checksum.h"
#include "core/codec/icmp.h"
#include "core/codec/inline.h"

/* The word between header and data; the length attribute, which is in it too, comes later. */
static int make_word(const struct ipsock_icmp_message *m, int body, uint32_t *word)
{
    *word = 0;
    switch (body) {
    case IPSOCK_ICMP_BODY_ECHO:
    case IPSOCK_ICMP_BODY_ECHO_REPLY:
        *word = (uint32_t)m->id << 16 | m->sequence;
        return IPSOCK_OK;
    case IPSOCK_ICMP_BODY_EXTENDED_ECHO:
        *word = (uint32_t)m->id << 16 | (uint32_t)m->sequence << 8 | m->local;
        return m->sequence <= UINT8_MAX ? IPSOCK_OK : IPSOCK_EINVAL;
    case IPSOCK_ICMP_BODY_EXTENDED_REPLY:
        *word = (uint32_t)m->id << 16 | (uint32_t)m->sequence << 8 | (uint32_t)m->state << 5 |
                (uint32_t)m->active << 2 | (uint32_t)m->has_ipv4 << 1 | m->has_ipv6;
        return m->sequence <= UINT8_MAX && m->state <= 7 ? IPSOCK_OK : IPSOCK_EINVAL;
    case IPSOCK_ICMP_BODY_UNREACHABLE:
        if (m->family != IPSOCK_IPV4 || m->code != IPSK_ICMP_MTU_CODE)
            return IPSOCK_OK;
        *word = m->mtu;
        return m->mtu <= UINT16_MAX ? IPSOCK_OK : IPSOCK_EINVAL;
    case IPSOCK_ICMP_BODY_PARAMETER:
        *word = m->family == IPSOCK_IPV4 ? m->pointer << 24 : m->pointer;
        return m->family != IPSOCK_IPV4 || m->pointer <= UINT8_MAX ? IPSOCK_OK : IPSOCK_EINVAL;
    case IPSOCK_ICMP_BODY_TOO_BIG:
        *word = m->mtu;
        return IPSOCK_OK;
    case IPSOCK_ICMP_BODY_REDIRECT:
        *word = ipsk_load_be32(m->gateway.ip);
        return m->gateway.family == IPSOCK_IPV4 ? IPSOCK_OK : IPSOCK_EFAMILY;
    default:
        return IPSOCK_OK;
    }
}

/* Errors carry any objects but identifications; an extended echo request one, which is an
 * identification (RFC 8335, 2) or of a class that is not known here. */
static bool carries(const struct ipsk_icmp_kind *kind, const struct ipsock_icmp_message *m,
                    uint8_t object_class)
{
    if (kind->length_at != 0)
        return object_class != IPSOCK_ICMP_OBJECT_IDENTIFICATION;
    return m->object_count == 1 && object_class != IPSOCK_ICMP_OBJECT_MPLS &&
           object_class != IPSOCK_ICMP_OBJECT_INTERFACE;
}

/* Bytes that the data takes before an extension structure. */
static int pad_data(const struct ipsk_icmp_kind *kind, const struct ipsock_icmp_message *m)
{
    size_t length = m->data_length;
    if (kind->length_at == 0 && kind->body != IPSOCK_ICMP_BODY_EXTENDED_ECHO)
        return IPSOCK_EEXTENSION;
    if (m->objects == NULL)
        return IPSOCK_EINVAL;
    if (kind->length_at == 0)
        return length == 0 ? 0 : IPSOCK_EINVAL; /* nothing would tell where it ends */
    if (length < IPSK_ICMP_QUOTED)
        length = IPSK_ICMP_QUOTED;
    length += (kind->unit - length % kind->unit) % kind->unit;
    return length / kind->unit <= UINT8_MAX ? (int)length : IPSOCK_EMSGSIZE;
}

/* Bytes of the extension structure; *at: where it begins. */
static int place_objects(const struct ipsk_icmp_kind *kind, const struct ipsock_icmp_message *m,
                         size_t *at)
{
    const int data = pad_data(kind, m);
    if (data < 0)
        return data;
    size_t length = IPSK_ICMP_OBJECT;
    *at = IPSK_ICMP_FIXED + (size_t)data;
    for (size_t i = 0; i < m->object_count; i++) {
        const struct ipsock_icmp_object *object = &m->objects[i];
        if (!carries(kind, m, object->object_class))
            return IPSOCK_EEXTENSION;
        if (object->length % 4 != 0 || (object->payload == NULL && object->length != 0))
            return IPSOCK_EINVAL;
        length += IPSK_ICMP_OBJECT + object->length;
        if (*at + length > UINT16_MAX)
            return IPSOCK_EMSGSIZE;
    }
    return (int)length;
}

static int check_data(const struct ipsock_icmp_message *m, size_t at)
{
    if (m->data == NULL && m->data_length != 0)
        return IPSOCK_EINVAL;
    return m->data_length <= UINT16_MAX - at ? IPSOCK_OK : IPSOCK_EMSGSIZE;
}

/* The extension structure, and what its place adds to the message before it. */
static void write_objects(uint8_t *p, const struct ipsk_icmp_kind *kind,
                          const struct ipsock_icmp_message *m, size_t at, size_t length)
{
    const size_t data_end = IPSK_ICMP_FIXED + m->data_length;
    memset(p + data_end, 0, at - data_end);
    if (kind->length_at != 0)
        p[kind->length_at] = (uint8_t)((at - IPSK_ICMP_FIXED) / kind->unit);
    p += at;
    uint8_t *object = p + IPSK_ICMP_OBJECT;
    ipsk_store_be32(p, (uint32_t)IPSK_ICMP_VERSION << 28);
    for (size_t i = 0; i < m->object_count; i++) {
        const struct ipsock_icmp_object *from = &m->objects[i];
        ipsk_store_be16(object, (uint16_t)(IPSK_ICMP_OBJECT + from->length));
        object[2] = from->object_class;
        object[3] = from->object_type;
        if (from->length != 0)
            memcpy(object + IPSK_ICMP_OBJECT, from->payload, from->length);
        object += IPSK_ICMP_OBJECT + from->length;
    }
    ipsk_store_be16(p + 2, ipsock_checksum(p, length));
}

/* Checksum with the pseudo-header of RFC 8200, 8.1. */
static uint16_t checksum_ipv6(const struct ipsock_addr *source,
                              const struct ipsock_addr *destination, const uint8_t *bytes,
                              size_t length)
{
    uint8_t rest[8] = {0};
    ipsk_store_be32(rest, (uint32_t)length);
    rest[7] = (uint8_t)ipsock_icmp_protocol(IPSOCK_IPV6);
    uint64_t sum = ipsk_sum(0, source->ip, sizeof source->ip);
    sum = ipsk_sum(sum, destination->ip, sizeof destination->ip);
    sum = ipsk_sum(sum, rest, sizeof rest);
    return ipsk_sum_end(ipsk_sum(sum, bytes, length));
}

static int check_addresses(const struct ipsock_addr *source, const struct ipsock_addr *destination)
{
    if (source == NULL || destination == NULL)
        return IPSOCK_EINVAL;
    return source->family == IPSOCK_IPV6 && destination->family == IPSOCK_IPV6 ? IPSOCK_OK
                                                                               : IPSOCK_EFAMILY;
}

/* Checked before anything of the message is looked at. */
static int check_call(const struct ipsock_icmp_message *message, const struct ipsock_addr *source,
                      const struct ipsock_addr *destination, const void *buffer, size_t size)
{
    if (message == NULL || (buffer == NULL && size != 0))
        return IPSOCK_EINVAL;
    if (message->family == IPSOCK_IPV4)
        return IPSOCK_OK; /* the addresses are not looked at */
    if (message->family != IPSOCK_IPV6)
        return IPSOCK_EFAMILY;
    return source == NULL && destination == NULL ? IPSOCK_OK : check_addresses(source, destination);
}

/* Whatever the message is, and is wrong with it. */
IPSK_OUT_OF_LINE static int marshal_any(const struct ipsock_icmp_message *message,
                                        const struct ipsock_addr *source,
                                        const struct ipsock_addr *destination, void *buffer,
                                        size_t size, size_t *written)
{
    int result = check_call(message, source, destination, buffer, size);
    if (result != IPSOCK_OK)
        return result;
    const bool raw = message->body == IPSOCK_ICMP_BODY_RAW;
    const struct ipsk_icmp_kind *kind =
        ipsk_icmp_kind(raw ? IPSOCK_UNSPEC : message->family, message->type);
    if (message->body != IPSOCK_ICMP_BODY_AUTO && message->body != kind->body)
        return IPSOCK_EPROTOCOL;
    const size_t data_at = kind->body == IPSOCK_ICMP_BODY_RAW ? IPSK_ICMP_HEADER : IPSK_ICMP_FIXED;
    uint32_t word;
    result = make_word(message, kind->body, &word);
    if (result == IPSOCK_OK)
        result = check_data(message, data_at);
    if (result != IPSOCK_OK)
        return result;
    size_t objects_at = data_at + message->data_length, end = objects_at;
    if (message->object_count != 0) {
        result = place_objects(kind, message, &objects_at);
        if (result < 0)
            return result;
        end = objects_at + (size_t)result;
    }
    if (written != NULL)
        *written = end;
    if (size < end)
        return IPSOCK_ENOSPC;

    uint8_t *p = buffer;
    if (message->data_length != 0) /* first: it may lie in the buffer */
        memmove(p + data_at, message->data, message->data_length);
    p[0] = message->type;
    p[1] = message->code;
    ipsk_store_be16(p + 2, 0);
    if (data_at == IPSK_ICMP_FIXED)
        ipsk_store_be32(p + IPSK_ICMP_HEADER, word);
    if (objects_at != end)
        write_objects(p, kind, message, objects_at, end - objects_at);
    if (message->family == IPSOCK_IPV4)
        ipsk_store_be16(p + 2, ipsk_sum_end(ipsk_sum(0, p, end)));
    else if (source != NULL)
        ipsk_store_be16(p + 2, checksum_ipv6(source, destination, p, end));
    return IPSOCK_OK;
}

/* Echo and echo reply (RFC 792; RFC 4443, 4), what nearly all that is written is. */
static inline bool is_echo(const struct ipsock_icmp_message *m)
{
    const bool ipv4 = m->family == IPSOCK_IPV4;
    if (!ipv4 && m->family != IPSOCK_IPV6)
        return false;
    const int request = ipv4 ? (int)IPSOCK_ICMPV4_ECHO : (int)IPSOCK_ICMPV6_ECHO_REQUEST;
    const int reply = ipv4 ? (int)IPSOCK_ICMPV4_ECHO_REPLY : (int)IPSOCK_ICMPV6_ECHO_REPLY;
    if (m->type == request)
        return m->body == IPSOCK_ICMP_BODY_AUTO || m->body == IPSOCK_ICMP_BODY_ECHO;
    return m->type == reply &&
           (m->body == IPSOCK_ICMP_BODY_AUTO || m->body == IPSOCK_ICMP_BODY_ECHO_REPLY);
}

/* Whether header and data, written from the first byte on, would overwrite data before its turn. */
static inline bool moves_up(const uint8_t *p, const uint8_t *data, size_t length)
{
    const uintptr_t up = (uintptr_t)(p + IPSK_ICMP_FIXED) - (uintptr_t)data;
    return up != 0 && up < IPSK_ICMP_FIXED + length;
}

/* Whether an echo message is right beyond doubt, has no pseudo-header in its checksum, and fits
 * size bytes. */
static inline bool is_fast(const struct ipsock_icmp_message *m, const struct ipsock_addr *source,
                           const struct ipsock_addr *destination, const uint8_t *p, size_t size)
{
    const size_t most = size < UINT16_MAX ? size : UINT16_MAX;
    return p != NULL && is_echo(m) && m->object_count == 0 && m->data != NULL &&
           (m->family == IPSOCK_IPV4 || (source == NULL && destination == NULL)) &&
           most >= IPSK_ICMP_FIXED && m->data_length <= most - IPSK_ICMP_FIXED &&
           !moves_up(p, m->data, m->data_length);
}

/* Copies and sums in one pass. */
static inline uint64_t copy_summed(uint64_t sum, uint8_t *to, const uint8_t *from, size_t length)
{
    uint64_t word;
    const uint8_t *const end = from + (length & ~(size_t)7);
    for (; from != end; from += 8, to += 8) {
        word = ipsk_load64(from);
        memcpy(to, &word, sizeof word);
        sum = ipsk_sum_word(sum, word);
    }
    length &= 7;
    if (length == 0)
        return sum;
    word = 0;
    for (size_t i = 0; i < length; i++) {
        to[i] = from[i];
        memcpy((uint8_t *)&word + i, to + i, 1);
    }
    return ipsk_sum_word(sum, word);
}

int ipsock_icmp_marshal(const struct ipsock_icmp_message *message, const struct ipsock_addr *source,
                        const struct ipsock_addr *destination, void *buffer, size_t size,
                        size_t *written)
{
    uint8_t *const p = buffer;
    if (message == NULL || !is_fast(message, source, destination, p, size))
        return marshal_any(message, source, destination, buffer, size, written);
    p[0] = message->type;
    p[1] = message->code;
    ipsk_store_be16(p + 2, 0);
    ipsk_store_be16(p + 4, message->id);
    ipsk_store_be16(p + 6, message->sequence);
    if (written != NULL)
        *written = IPSK_ICMP_FIXED + message->data_length;
    const bool summed = message->family == IPSOCK_IPV4;
    const uint64_t sum =
        copy_summed(ipsk_load64(p), p + IPSK_ICMP_FIXED, message->data, message->data_length);
    if (summed)
        ipsk_store_be16(p + 2, ipsk_sum_end(sum));
    return IPSOCK_OK;
}

int ipsock_icmp_verify(int family, const struct ipsock_addr *source,
                       const struct ipsock_addr *destination, const void *bytes, size_t length)
{
    if (bytes == NULL)
        return IPSOCK_EINVAL;
    if (family != IPSOCK_IPV4 && family != IPSOCK_IPV6)
        return IPSOCK_EFAMILY;
    const int result = family == IPSOCK_IPV6 ? check_addresses(source, destination) : IPSOCK_OK;
    if (result != IPSOCK_OK)
        return result;
    if (length < IPSK_ICMP_HEADER)
        return IPSOCK_EMSGSHORT;
    const uint16_t sum = family == IPSOCK_IPV4 ? ipsock_checksum(bytes, length)
                                               : checksum_ipv6(source, destination, bytes, length);
    return sum == 0 ? IPSOCK_OK : IPSOCK_ECHECKSUM;
}
