// SPDX-License-Identifier: BSD-2-Clause
/* Payloads of the extension objects whose classes are known: RFC 4950, 5837, 8335. */
#include <string.h>

#include "core/codec/bytes.h"
#include "core/codec/icmp.h"

#define MPLS_STACK 1 /* the only type of its class */

/* The type of interface information: a role, and which parts follow, in this order. */
#define ROLE_SHIFT  6
#define HAS_INDEX   8
#define HAS_ADDRESS 4
#define HAS_NAME    2
#define HAS_MTU     1

/* IANA address family numbers. */
#define AFI_IPV4 1
#define AFI_IPV6 2

#define IDENT_NAME_MAX 255

static size_t padded(size_t length)
{
    return (length + 3) / 4 * 4;
}

/* Bytes of an address by its number; 0 for what is no IP address. */
static size_t address_length(unsigned afi)
{
    return afi == AFI_IPV4 ? 4 : afi == AFI_IPV6 ? 16 : 0;
}

static int check_object(const struct ipsock_icmp_object *object, const void *out, uint8_t wanted)
{
    if (object == NULL || out == NULL || (object->payload == NULL && object->length != 0))
        return IPSOCK_EINVAL;
    return object->object_class == wanted ? IPSOCK_OK : IPSOCK_EPROTOCOL;
}

/* Makes an object whose payload is zeros in the buffer; how many is told where they do not fit. */
static int make_object(struct ipsock_icmp_object *object, uint8_t object_class, unsigned type,
                       size_t length, void *buffer, size_t size)
{
    *object = (struct ipsock_icmp_object){object_class, (uint8_t)type, (uint16_t)length, NULL};
    if (size < length)
        return IPSOCK_ENOSPC;
    if (length == 0)
        return IPSOCK_OK;
    memset(buffer, 0, length);
    object->payload = buffer;
    return IPSOCK_OK;
}

/* What is left of a payload. */
struct rest {
    const uint8_t *p;
    size_t length;
};

/* The next bytes, NULL where there are not so many. */
static const uint8_t *take(struct rest *rest, size_t length)
{
    const uint8_t *p = rest->p;
    if (rest->length < length)
        return NULL;
    rest->p += length;
    rest->length -= length;
    return p;
}

int ipsock_icmp_mpls_decode(const struct ipsock_icmp_object *object,
                            struct ipsock_icmp_mpls_label *labels, size_t capacity, size_t *count)
{
    const int result = check_object(object, count, IPSOCK_ICMP_OBJECT_MPLS);
    if (result != IPSOCK_OK)
        return result;
    if (labels == NULL && capacity != 0)
        return IPSOCK_EINVAL;
    if (object->object_type != MPLS_STACK)
        return IPSOCK_EPROTOCOL;
    if (object->length % 4 != 0)
        return IPSOCK_EEXTENSION;
    *count = object->length / 4;
    for (size_t i = 0; i < *count && i < capacity; i++) {
        const uint32_t entry = ipsk_load_be32(object->payload + i * 4);
        labels[i] = (struct ipsock_icmp_mpls_label){.label = entry >> 12,
                                                    .traffic_class = (uint8_t)(entry >> 9 & 7),
                                                    .bottom = entry >> 8 & 1,
                                                    .ttl = (uint8_t)entry};
    }
    return IPSOCK_OK;
}

int ipsock_icmp_mpls_encode(struct ipsock_icmp_object *object,
                            const struct ipsock_icmp_mpls_label *labels, size_t count, void *buffer,
                            size_t size)
{
    uint8_t *p = buffer;
    if (object == NULL || (labels == NULL && count != 0) || (buffer == NULL && size != 0) ||
        count > (UINT16_MAX - IPSK_ICMP_OBJECT) / 4)
        return IPSOCK_EINVAL;
    for (size_t i = 0; i < count; i++)
        if (labels[i].label > 0xfffff || labels[i].traffic_class > 7)
            return IPSOCK_EINVAL;
    const int result =
        make_object(object, IPSOCK_ICMP_OBJECT_MPLS, MPLS_STACK, count * 4, buffer, size);
    if (result != IPSOCK_OK)
        return result;
    for (size_t i = 0; i < count; i++)
        ipsk_store_be32(p + i * 4, labels[i].label << 12 | (uint32_t)labels[i].traffic_class << 9 |
                                       (uint32_t)labels[i].bottom << 8 | labels[i].ttl);
    return IPSOCK_OK;
}

static int read_number(struct rest *rest, uint32_t *number)
{
    const uint8_t *p = take(rest, 4);
    if (p == NULL)
        return IPSOCK_EMSGSHORT;
    *number = ipsk_load_be32(p);
    return IPSOCK_OK;
}

static int read_address(struct rest *rest, struct ipsock_addr *addr)
{
    const uint8_t *p = take(rest, 4);
    if (p == NULL)
        return IPSOCK_EMSGSHORT;
    const unsigned afi = ipsk_load_be16(p);
    const size_t length = address_length(afi);
    if (length == 0)
        return IPSOCK_EEXTENSION;
    p = take(rest, length);
    if (p == NULL)
        return IPSOCK_EMSGSHORT;
    *addr = ipsock_addr_any(afi == AFI_IPV4 ? IPSOCK_IPV4 : IPSOCK_IPV6, 0);
    memcpy(addr->ip, p, length);
    return IPSOCK_OK;
}

/* A byte of length, itself included, then the name, zeros to a multiple of 4: RFC 5837, 4.3. */
static int read_name(struct rest *rest, char name[IPSOCK_ICMP_NAME_MAX + 1])
{
    if (rest->length == 0)
        return IPSOCK_EMSGSHORT;
    const size_t length = rest->p[0];
    if (length % 4 != 0 || length < 4 || length > IPSOCK_ICMP_NAME_MAX + 1)
        return IPSOCK_EEXTENSION;
    const uint8_t *p = take(rest, length);
    if (p == NULL)
        return IPSOCK_EMSGSHORT;
    memcpy(name, p + 1, length - 1);
    name[length - 1] = '\0';
    return IPSOCK_OK;
}

int ipsock_icmp_interface_decode(const struct ipsock_icmp_object *object,
                                 struct ipsock_icmp_interface *info)
{
    int result = check_object(object, info, IPSOCK_ICMP_OBJECT_INTERFACE);
    if (result != IPSOCK_OK)
        return result;
    const unsigned type = object->object_type;
    struct rest rest = {object->payload, object->length};
    struct ipsock_icmp_interface found = {
        .role = (uint8_t)(type >> ROLE_SHIFT),
        .has_index = type & HAS_INDEX,
        .has_mtu = type & HAS_MTU,
    };
    if (found.has_index)
        result = read_number(&rest, &found.index);
    if (result == IPSOCK_OK && (type & HAS_ADDRESS))
        result = read_address(&rest, &found.addr);
    if (result == IPSOCK_OK && (type & HAS_NAME))
        result = read_name(&rest, found.name);
    if (result == IPSOCK_OK && found.has_mtu)
        result = read_number(&rest, &found.mtu);
    if (result == IPSOCK_OK)
        *info = found;
    return result;
}

/* Bytes of the name with its length and padding; 0 without a name. */
static size_t name_field(const char *name)
{
    return name[0] != '\0' ? padded(1 + strlen(name)) : 0;
}

static bool is_valid_interface(const struct ipsock_icmp_interface *info)
{
    const int family = info->addr.family;
    return info->role <= IPSOCK_ICMP_ROLE_NEXT_HOP &&
           (family == IPSOCK_UNSPEC || family == IPSOCK_IPV4 || family == IPSOCK_IPV6) &&
           memchr(info->name, '\0', sizeof info->name) != NULL;
}

int ipsock_icmp_interface_encode(struct ipsock_icmp_object *object,
                                 const struct ipsock_icmp_interface *info, void *buffer,
                                 size_t size)
{
    uint8_t *p = buffer;
    if (object == NULL || info == NULL || (buffer == NULL && size != 0) ||
        !is_valid_interface(info))
        return IPSOCK_EINVAL;
    const bool has_address = info->addr.family != IPSOCK_UNSPEC;
    const unsigned afi = info->addr.family == IPSOCK_IPV4 ? AFI_IPV4 : AFI_IPV6;
    const size_t name = name_field(info->name);
    const unsigned type = (unsigned)info->role << ROLE_SHIFT | (info->has_index ? HAS_INDEX : 0u) |
                          (has_address ? HAS_ADDRESS : 0u) | (name != 0 ? HAS_NAME : 0u) |
                          (info->has_mtu ? HAS_MTU : 0u);
    const size_t length = (info->has_index ? 4u : 0u) +
                          (has_address ? 4 + address_length(afi) : 0u) + name +
                          (info->has_mtu ? 4u : 0u);
    const int result =
        make_object(object, IPSOCK_ICMP_OBJECT_INTERFACE, type, length, buffer, size);
    if (result != IPSOCK_OK)
        return result;
    if (info->has_index) {
        ipsk_store_be32(p, info->index);
        p += 4;
    }
    if (has_address) {
        ipsk_store_be16(p, (uint16_t)afi);
        memcpy(p + 4, info->addr.ip, address_length(afi));
        p += 4 + address_length(afi);
    }
    if (name != 0) {
        p[0] = (uint8_t)name;
        memcpy(p + 1, info->name, strlen(info->name));
        p += name;
    }
    if (info->has_mtu)
        ipsk_store_be32(p, info->mtu);
    return IPSOCK_OK;
}

static int read_ident_name(struct rest *rest, char *name)
{
    const uint8_t *end = rest->length != 0 ? memchr(rest->p, '\0', rest->length) : NULL;
    const size_t length = end != NULL ? (size_t)(end - rest->p) : rest->length;
    if (length == 0 || length > IDENT_NAME_MAX)
        return IPSOCK_EEXTENSION;
    memcpy(name, rest->p, length);
    return IPSOCK_OK;
}

/* Family, length and a reserved byte, then the address, zeros to a multiple of 4. */
static int read_ident_address(struct rest *rest, struct ipsock_icmp_ident *ident)
{
    const uint8_t *p = take(rest, 4);
    if (p == NULL)
        return IPSOCK_EEXTENSION;
    ident->address_family = ipsk_load_be16(p);
    ident->address_length = p[2];
    p = take(rest, ident->address_length);
    if (p == NULL || ident->address_length > sizeof ident->address)
        return IPSOCK_EEXTENSION;
    memcpy(ident->address, p, ident->address_length);
    return IPSOCK_OK;
}

int ipsock_icmp_ident_decode(const struct ipsock_icmp_object *object,
                             struct ipsock_icmp_ident *ident)
{
    int result = check_object(object, ident, IPSOCK_ICMP_OBJECT_IDENTIFICATION);
    if (result != IPSOCK_OK)
        return result;
    struct rest rest = {object->payload, object->length};
    struct ipsock_icmp_ident found = {.by = object->object_type};
    switch (found.by) {
    case IPSOCK_ICMP_IDENT_NAME:
        result = read_ident_name(&rest, found.name);
        break;
    case IPSOCK_ICMP_IDENT_INDEX:
        result = read_number(&rest, &found.index) == IPSOCK_OK ? IPSOCK_OK : IPSOCK_EEXTENSION;
        break;
    case IPSOCK_ICMP_IDENT_ADDRESS:
        result = read_ident_address(&rest, &found);
        break;
    default:
        return IPSOCK_EPROTOCOL;
    }
    if (result == IPSOCK_OK)
        *ident = found;
    return result;
}

/* Bytes of the payload; 0 where something is out of range. */
static size_t ident_length(const struct ipsock_icmp_ident *ident)
{
    const size_t needed = address_length(ident->address_family);
    switch (ident->by) {
    case IPSOCK_ICMP_IDENT_NAME:
        if (memchr(ident->name, '\0', sizeof ident->name) == NULL)
            return 0;
        return padded(strlen(ident->name));
    case IPSOCK_ICMP_IDENT_INDEX:
        return 4;
    case IPSOCK_ICMP_IDENT_ADDRESS:
        if (ident->address_length == 0 || ident->address_length > sizeof ident->address ||
            (needed != 0 && needed != ident->address_length))
            return 0;
        return 4 + padded(ident->address_length);
    default:
        return 0;
    }
}

int ipsock_icmp_ident_encode(struct ipsock_icmp_object *object,
                             const struct ipsock_icmp_ident *ident, void *buffer, size_t size)
{
    uint8_t *p = buffer;
    if (object == NULL || ident == NULL || (buffer == NULL && size != 0))
        return IPSOCK_EINVAL;
    const size_t length = ident_length(ident);
    if (length == 0)
        return IPSOCK_EINVAL;
    const int result =
        make_object(object, IPSOCK_ICMP_OBJECT_IDENTIFICATION, ident->by, length, buffer, size);
    if (result != IPSOCK_OK)
        return result;
    if (ident->by == IPSOCK_ICMP_IDENT_NAME) {
        memcpy(p, ident->name, strlen(ident->name));
    } else if (ident->by == IPSOCK_ICMP_IDENT_INDEX) {
        ipsk_store_be32(p, ident->index);
    } else {
        ipsk_store_be16(p, ident->address_family);
        p[2] = ident->address_length;
        memcpy(p + 4, ident->address, ident->address_length);
    }
    return IPSOCK_OK;
}
