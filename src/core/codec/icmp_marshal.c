// SPDX-License-Identifier: BSD-2-Clause
/* Writing ICMP messages, and their checksums. */
#include <string.h>

#include "core/codec/bytes.h"
#include "core/codec/icmp.h"

/* Where the parts of a message go. */
struct layout {
    size_t data;    /* offset of data */
    size_t objects; /* offset of the extension structure: the end, if there is none */
    size_t end;
};

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
        *word = ipsk_load32(m->gateway.ip);
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

static int place_objects(const struct ipsk_icmp_kind *kind, const struct ipsock_icmp_message *m,
                         struct layout *layout)
{
    if (m->objects == NULL)
        return IPSOCK_EINVAL;
    size_t length = m->data_length;
    if (kind->length_at != 0) {
        if (length < IPSK_ICMP_QUOTED)
            length = IPSK_ICMP_QUOTED;
        length += (kind->unit - length % kind->unit) % kind->unit;
        if (length / kind->unit > UINT8_MAX)
            return IPSOCK_EMSGSIZE;
    } else if (length != 0) {
        return IPSOCK_EINVAL; /* nothing would tell where it ends */
    }
    layout->objects = layout->data + length;
    layout->end = layout->objects + IPSK_ICMP_OBJECT;
    for (size_t i = 0; i < m->object_count; i++) {
        const struct ipsock_icmp_object *object = &m->objects[i];
        if (!carries(kind, m, object->object_class))
            return IPSOCK_EEXTENSION;
        if (object->length % 4 != 0 || (object->payload == NULL && object->length != 0))
            return IPSOCK_EINVAL;
        layout->end += IPSK_ICMP_OBJECT + object->length;
        if (layout->end > UINT16_MAX)
            return IPSOCK_EMSGSIZE;
    }
    return IPSOCK_OK;
}

static int place(const struct ipsk_icmp_kind *kind, const struct ipsock_icmp_message *m,
                 struct layout *layout)
{
    const bool raw = kind->body == IPSOCK_ICMP_BODY_RAW;
    layout->data = raw ? IPSK_ICMP_HEADER : IPSK_ICMP_FIXED;
    if (m->data == NULL && m->data_length != 0)
        return IPSOCK_EINVAL;
    if (m->data_length > UINT16_MAX - layout->data)
        return IPSOCK_EMSGSIZE;
    layout->end = layout->objects = layout->data + m->data_length;
    if (m->object_count == 0)
        return IPSOCK_OK;
    if (kind->length_at == 0 && kind->body != IPSOCK_ICMP_BODY_EXTENDED_ECHO)
        return IPSOCK_EEXTENSION;
    return place_objects(kind, m, layout);
}

static void write_objects(uint8_t *p, const struct ipsock_icmp_message *m, size_t length)
{
    uint8_t *object = p + IPSK_ICMP_OBJECT;
    ipsk_store32(p, (uint32_t)IPSK_ICMP_VERSION << 28);
    for (size_t i = 0; i < m->object_count; i++) {
        const struct ipsock_icmp_object *from = &m->objects[i];
        ipsk_store16(object, (uint16_t)(IPSK_ICMP_OBJECT + from->length));
        object[2] = from->object_class;
        object[3] = from->object_type;
        if (from->length != 0)
            memcpy(object + IPSK_ICMP_OBJECT, from->payload, from->length);
        object += IPSK_ICMP_OBJECT + from->length;
    }
    ipsk_store16(p + 2, ipsock_checksum(p, length));
}

/* Checksum with the pseudo-header of RFC 8200, 8.1, if there are addresses. */
static uint16_t checksum(const struct ipsock_addr *source, const struct ipsock_addr *destination,
                         const void *bytes, size_t length)
{
    const uint16_t alone = ipsock_checksum(bytes, length);
    if (source == NULL)
        return alone;
    uint8_t pseudo[40] = {0};
    memcpy(pseudo, source->ip, 16);
    memcpy(pseudo + 16, destination->ip, 16);
    ipsk_store32(pseudo + 32, (uint32_t)length);
    pseudo[39] = (uint8_t)ipsock_icmp_protocol(IPSOCK_IPV6);
    /* the sum of both, from their complements */
    const uint32_t sum = (uint16_t)~alone + (uint32_t)(uint16_t)~ipsock_checksum(pseudo, 40);
    return (uint16_t) ~((sum & 0xffff) + (sum >> 16));
}

static int check_addresses(const struct ipsock_addr *source, const struct ipsock_addr *destination)
{
    if (source == NULL || destination == NULL)
        return IPSOCK_EINVAL;
    return source->family == IPSOCK_IPV6 && destination->family == IPSOCK_IPV6 ? IPSOCK_OK
                                                                               : IPSOCK_EFAMILY;
}

static void write_message(uint8_t *p, const struct ipsock_icmp_message *m,
                          const struct ipsk_icmp_kind *kind, const struct layout *layout,
                          uint32_t word)
{
    if (m->data_length != 0)
        memmove(p + layout->data, m->data, m->data_length); /* first: it may lie in the buffer */
    const size_t data_end = layout->data + m->data_length;
    p[0] = m->type;
    p[1] = m->code;
    ipsk_store16(p + 2, 0);
    if (kind->body != IPSOCK_ICMP_BODY_RAW)
        ipsk_store32(p + IPSK_ICMP_HEADER, word);
    if (layout->objects == layout->end)
        return;
    memset(p + data_end, 0, layout->objects - data_end);
    if (kind->length_at != 0)
        p[kind->length_at] = (uint8_t)((layout->objects - layout->data) / kind->unit);
    write_objects(p + layout->objects, m, layout->end - layout->objects);
}

int ipsock_icmp_marshal(const struct ipsock_icmp_message *message, const struct ipsock_addr *source,
                        const struct ipsock_addr *destination, void *buffer, size_t size,
                        size_t *written)
{
    if (message == NULL || (buffer == NULL && size != 0))
        return IPSOCK_EINVAL;
    if (message->family != IPSOCK_IPV4 && message->family != IPSOCK_IPV6)
        return IPSOCK_EFAMILY;
    const bool ipv6 = message->family == IPSOCK_IPV6;
    int result = IPSOCK_OK;
    if (ipv6 && (source != NULL || destination != NULL))
        result = check_addresses(source, destination);
    if (result != IPSOCK_OK)
        return result;

    const bool raw = message->body == IPSOCK_ICMP_BODY_RAW;
    const struct ipsk_icmp_kind *kind =
        ipsk_icmp_kind(raw ? IPSOCK_UNSPEC : message->family, message->type);
    if (message->body != IPSOCK_ICMP_BODY_AUTO && message->body != kind->body)
        return IPSOCK_EPROTOCOL;
    uint32_t word;
    struct layout layout;
    result = make_word(message, kind->body, &word);
    if (result == IPSOCK_OK)
        result = place(kind, message, &layout);
    if (result != IPSOCK_OK)
        return result;
    if (written != NULL)
        *written = layout.end;
    if (size < layout.end)
        return IPSOCK_ENOSPC;

    uint8_t *p = buffer;
    write_message(p, message, kind, &layout, word);
    if (!ipv6 || source != NULL)
        ipsk_store16(p + 2, checksum(ipv6 ? source : NULL, destination, p, layout.end));
    return IPSOCK_OK;
}

int ipsock_icmp_verify(int family, const struct ipsock_addr *source,
                       const struct ipsock_addr *destination, const void *bytes, size_t length)
{
    if (bytes == NULL)
        return IPSOCK_EINVAL;
    if (family != IPSOCK_IPV4 && family != IPSOCK_IPV6)
        return IPSOCK_EFAMILY;
    if (family == IPSOCK_IPV6) {
        const int result = check_addresses(source, destination);
        if (result != IPSOCK_OK)
            return result;
    }
    if (length < IPSK_ICMP_HEADER)
        return IPSOCK_EMSGSHORT;
    if (family == IPSOCK_IPV4)
        source = NULL; /* no pseudo-header */
    return checksum(source, destination, bytes, length) == 0 ? IPSOCK_OK : IPSOCK_ECHECKSUM;
}
