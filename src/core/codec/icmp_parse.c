// SPDX-License-Identifier: BSD-2-Clause
/* Reading ICMP messages, and the types whose bodies are known. */
#include "core/codec/bytes.h"
#include "core/codec/icmp.h"

/* RFC 4884, 4: the length is byte 5 in words of 32 bits for IPv4, byte 4 in words of 64 bits for
 * IPv6. */
static const struct ipsk_icmp_kind icmpv4[] = {
    [IPSOCK_ICMPV4_ECHO_REPLY] = {IPSOCK_ICMP_BODY_ECHO_REPLY, false, 0, 0},
    [IPSOCK_ICMPV4_DESTINATION_UNREACHABLE] = {IPSOCK_ICMP_BODY_UNREACHABLE, true, 5, 4},
    [IPSOCK_ICMPV4_REDIRECT] = {IPSOCK_ICMP_BODY_REDIRECT, true, 0, 0},
    [IPSOCK_ICMPV4_ECHO] = {IPSOCK_ICMP_BODY_ECHO, false, 0, 0},
    [IPSOCK_ICMPV4_TIME_EXCEEDED] = {IPSOCK_ICMP_BODY_TIME_EXCEEDED, true, 5, 4},
    [IPSOCK_ICMPV4_PARAMETER_PROBLEM] = {IPSOCK_ICMP_BODY_PARAMETER, true, 5, 4},
    [IPSOCK_ICMPV4_EXTENDED_ECHO_REQUEST] = {IPSOCK_ICMP_BODY_EXTENDED_ECHO, false, 0, 0},
    [IPSOCK_ICMPV4_EXTENDED_ECHO_REPLY] = {IPSOCK_ICMP_BODY_EXTENDED_REPLY, false, 0, 0},
};

static const struct ipsk_icmp_kind icmpv6[] = {
    [IPSOCK_ICMPV6_DESTINATION_UNREACHABLE] = {IPSOCK_ICMP_BODY_UNREACHABLE, true, 4, 8},
    [IPSOCK_ICMPV6_PACKET_TOO_BIG] = {IPSOCK_ICMP_BODY_TOO_BIG, true, 0, 0},
    [IPSOCK_ICMPV6_TIME_EXCEEDED] = {IPSOCK_ICMP_BODY_TIME_EXCEEDED, true, 4, 8},
    [IPSOCK_ICMPV6_PARAMETER_PROBLEM] = {IPSOCK_ICMP_BODY_PARAMETER, true, 0, 0},
    [IPSOCK_ICMPV6_ECHO_REQUEST] = {IPSOCK_ICMP_BODY_ECHO, false, 0, 0},
    [IPSOCK_ICMPV6_ECHO_REPLY] = {IPSOCK_ICMP_BODY_ECHO_REPLY, false, 0, 0},
    [IPSOCK_ICMPV6_EXTENDED_ECHO_REQUEST] = {IPSOCK_ICMP_BODY_EXTENDED_ECHO, false, 0, 0},
    [IPSOCK_ICMPV6_EXTENDED_ECHO_REPLY] = {IPSOCK_ICMP_BODY_EXTENDED_REPLY, false, 0, 0},
};

const struct ipsk_icmp_kind *ipsk_icmp_kind(int family, uint8_t type)
{
    static const struct ipsk_icmp_kind raw = {.body = IPSOCK_ICMP_BODY_RAW};
    const struct ipsk_icmp_kind *kind = &raw;
    if (family == IPSOCK_IPV4 && type < sizeof icmpv4 / sizeof icmpv4[0])
        kind = &icmpv4[type];
    else if (family == IPSOCK_IPV6 && type < sizeof icmpv6 / sizeof icmpv6[0])
        kind = &icmpv6[type];
    return kind->body != 0 ? kind : &raw;
}

/* The word between header and data. */
static void read_word(struct ipsock_icmp_message *m, uint32_t word)
{
    switch (m->body) {
    case IPSOCK_ICMP_BODY_ECHO:
    case IPSOCK_ICMP_BODY_ECHO_REPLY:
        m->id = (uint16_t)(word >> 16);
        m->sequence = (uint16_t)word;
        break;
    case IPSOCK_ICMP_BODY_EXTENDED_ECHO:
        m->id = (uint16_t)(word >> 16);
        m->sequence = (uint8_t)(word >> 8);
        m->local = word & 1;
        break;
    case IPSOCK_ICMP_BODY_EXTENDED_REPLY:
        m->id = (uint16_t)(word >> 16);
        m->sequence = (uint8_t)(word >> 8);
        m->state = (uint8_t)(word >> 5 & 7);
        m->active = word & 4;
        m->has_ipv4 = word & 2;
        m->has_ipv6 = word & 1;
        break;
    case IPSOCK_ICMP_BODY_UNREACHABLE:
        if (m->family == IPSOCK_IPV4 && m->code == IPSK_ICMP_MTU_CODE)
            m->mtu = word & 0xffff;
        break;
    case IPSOCK_ICMP_BODY_PARAMETER:
        m->pointer = m->family == IPSOCK_IPV4 ? word >> 24 : word;
        break;
    case IPSOCK_ICMP_BODY_TOO_BIG:
        m->mtu = word;
        break;
    case IPSOCK_ICMP_BODY_REDIRECT:
        m->gateway = ipsock_addr_any(IPSOCK_IPV4, 0);
        ipsk_store_be32(m->gateway.ip, word);
        break;
    default:
        break;
    }
}

static size_t read_objects(struct ipsock_icmp_message *m, struct ipsk_icmp_objects *objects,
                           const struct ipsk_icmp_kind *kind, const uint8_t *bytes, size_t length)
{
    const uint8_t *after = bytes + IPSK_ICMP_FIXED;
    const size_t left = length - IPSK_ICMP_FIXED;
    if (kind->length_at != 0)
        return ipsk_icmp_divide(objects, after, left, (size_t)bytes[kind->length_at] * kind->unit,
                                &m->extension);
    if (kind->body != IPSOCK_ICMP_BODY_EXTENDED_ECHO || left == 0)
        return left;
    m->extension = ipsk_icmp_find_objects(objects, after, left);
    /* what cannot be an extension structure stays data */
    return m->extension == IPSOCK_ICMP_EXTENSION_FOUND || objects->found > 0 ? 0 : left;
}

int ipsock_icmp_parse(struct ipsock_icmp_message *message, struct ipsock_icmp_object *objects,
                      size_t capacity, int family, const void *bytes, size_t length)
{
    const uint8_t *p = bytes;
    if (message == NULL || bytes == NULL || (objects == NULL && capacity != 0))
        return IPSOCK_EINVAL;
    if (family != IPSOCK_IPV4 && family != IPSOCK_IPV6)
        return IPSOCK_EFAMILY;
    if (length < IPSK_ICMP_HEADER)
        return IPSOCK_EMSGSHORT;
    const struct ipsk_icmp_kind *kind = ipsk_icmp_kind(family, p[0]);
    size_t data_at = IPSK_ICMP_HEADER;
    if (kind->body != IPSOCK_ICMP_BODY_RAW)
        data_at = IPSK_ICMP_FIXED;
    if (length < data_at)
        return IPSOCK_EMSGSHORT;

    /* every field is written: nothing of an earlier message survives */
    *message = (struct ipsock_icmp_message){
        .family = family,
        .type = p[0],
        .code = p[1],
        .checksum = ipsk_load_be16(p + 2),
        .body = kind->body,
        .data_length = length - data_at,
        .objects = objects,
    };
    if (kind->body != IPSOCK_ICMP_BODY_RAW) {
        struct ipsk_icmp_objects list = {objects, capacity, 0};
        read_word(message, ipsk_load_be32(p + IPSK_ICMP_HEADER));
        message->data_length = read_objects(message, &list, kind, p, length);
        message->objects_found = list.found;
        message->object_count = list.found < capacity ? list.found : capacity;
    }
    message->data = message->data_length != 0 ? p + data_at : NULL;
    return IPSOCK_OK;
}
