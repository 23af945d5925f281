// SPDX-License-Identifier: BSD-2-Clause
/* Extension structures of received messages, RFC 4884: where they are, and the objects in them. */
#include "core/codec/bytes.h"
#include "core/codec/icmp.h"

#define MINIMUM 8 /* a header and an object without payload */

static uint8_t check_header(const uint8_t *bytes, size_t length)
{
    if (length < MINIMUM)
        return IPSOCK_ICMP_EXTENSION_SHORT;
    if (bytes[0] >> 4 != IPSK_ICMP_VERSION)
        return IPSOCK_ICMP_EXTENSION_VERSION;
    /* 0: the sender computed none (RFC 4884, 7) */
    if (ipsk_load_be16(bytes + 2) != 0 && ipsock_checksum(bytes, length) != 0)
        return IPSOCK_ICMP_EXTENSION_CHECKSUM;
    return IPSOCK_ICMP_EXTENSION_FOUND;
}

static void add(struct ipsk_icmp_objects *objects, const uint8_t *bytes, size_t length)
{
    const struct ipsock_icmp_object object = {
        .object_class = bytes[2],
        .object_type = bytes[3],
        .length = (uint16_t)(length - IPSK_ICMP_OBJECT),
        .payload = length > IPSK_ICMP_OBJECT ? bytes + IPSK_ICMP_OBJECT : NULL,
    };
    if (objects->found < objects->capacity)
        objects->at[objects->found] = object;
    objects->found++;
}

uint8_t ipsk_icmp_find_objects(struct ipsk_icmp_objects *objects, const uint8_t *bytes,
                               size_t length)
{
    const uint8_t header = check_header(bytes, length);
    if (header != IPSOCK_ICMP_EXTENSION_FOUND)
        return header;
    size_t object_length;
    for (size_t at = 4; at < length; at += object_length) {
        const size_t left = length - at;
        if (left < IPSK_ICMP_OBJECT)
            return IPSOCK_ICMP_EXTENSION_CUT;
        object_length = ipsk_load_be16(bytes + at);
        if (object_length < IPSK_ICMP_OBJECT)
            return IPSOCK_ICMP_EXTENSION_OBJECT;
        if (object_length > left)
            return IPSOCK_ICMP_EXTENSION_CUT;
        add(objects, bytes + at, object_length);
    }
    return IPSOCK_ICMP_EXTENSION_FOUND;
}

/* Routers of before RFC 4884 append extensions to exactly 128 bytes and set no length
 * (section 5.5). A quoted payload may happen to look like a header; without a checksum that speaks
 * against chance, the objects must fill the rest. */
static bool is_legacy(const uint8_t *bytes, size_t length)
{
    if (length < IPSK_ICMP_QUOTED)
        return false;
    bytes += IPSK_ICMP_QUOTED;
    length -= IPSK_ICMP_QUOTED;
    if (check_header(bytes, length) != IPSOCK_ICMP_EXTENSION_FOUND)
        return false;
    struct ipsk_icmp_objects none = {0};
    return ipsk_load_be16(bytes + 2) != 0 ||
           ipsk_icmp_find_objects(&none, bytes, length) == IPSOCK_ICMP_EXTENSION_FOUND;
}

/* What is at the place that the length attribute names. */
static uint8_t look(const uint8_t *bytes, size_t length, size_t claimed)
{
    if (claimed == 0 || claimed == length)
        return IPSOCK_ICMP_EXTENSION_NONE;
    if (claimed < IPSK_ICMP_QUOTED || claimed > length)
        return IPSOCK_ICMP_EXTENSION_LENGTH;
    return check_header(bytes + claimed, length - claimed);
}

size_t ipsk_icmp_divide(struct ipsk_icmp_objects *objects, const uint8_t *bytes, size_t length,
                        size_t claimed, uint8_t *extension)
{
    uint8_t where = look(bytes, length, claimed);
    if (where != IPSOCK_ICMP_EXTENSION_FOUND && is_legacy(bytes, length)) {
        where = IPSOCK_ICMP_EXTENSION_LEGACY;
        claimed = IPSK_ICMP_QUOTED;
    }
    *extension = where;
    if (where != IPSOCK_ICMP_EXTENSION_FOUND && where != IPSOCK_ICMP_EXTENSION_LEGACY)
        return length;
    const uint8_t read = ipsk_icmp_find_objects(objects, bytes + claimed, length - claimed);
    if (read != IPSOCK_ICMP_EXTENSION_FOUND)
        *extension = read;
    return claimed;
}
