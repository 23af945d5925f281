// SPDX-License-Identifier: BSD-2-Clause
#include <string.h>

#include "core/codec/bytes.h"
#include "core/codec/order.h"

static uint16_t load16(const uint8_t *p, bool host_order)
{
    return host_order ? ipsk_load16(p) : ipsk_load_be16(p);
}

static void store16(uint8_t *p, uint16_t value, bool host_order)
{
    if (host_order)
        ipsk_store16(p, value);
    else
        ipsk_store_be16(p, value);
}

static struct ipsock_addr load_addr(uint8_t family, const uint8_t *p)
{
    struct ipsock_addr addr = {.family = family};
    memcpy(addr.ip, p, family == IPSOCK_IPV4 ? 4 : 16);
    return addr;
}

int ipsk_ipv4_check(const uint8_t *bytes, size_t length)
{
    if (length < IPSOCK_IPV4_HEADER_MIN)
        return IPSOCK_EHDRSHORT;
    const size_t header_length = (size_t)(bytes[0] & 0x0f) * 4;
    if (bytes[0] >> 4 != 4)
        return IPSOCK_EVERSION;
    if (header_length < IPSOCK_IPV4_HEADER_MIN)
        return IPSOCK_EHDRLEN;
    return header_length > length ? IPSOCK_EEXTSHORT : IPSOCK_OK;
}

/* Total length, the header counted. */
static unsigned load_total(const uint8_t *p, const struct ipsk_header_order *order)
{
    const unsigned subtracted = order->length_without_header ? (p[0] & 0x0fu) * 4 : 0;
    return load16(p + 2, order->host_length) + subtracted;
}

void ipsk_ipv4_to_wire(uint8_t bytes[IPSK_ORDERED_BYTES], const struct ipsk_header_order *order)
{
    const unsigned total = load_total(bytes, order);
    ipsk_store_be16(bytes + 2, total > UINT16_MAX ? UINT16_MAX : (uint16_t)total);
    ipsk_store_be16(bytes + 6, load16(bytes + 6, order->host_offset));
}

int ipsk_ipv4_parse(struct ipsock_ipv4_header *header, const void *data, size_t length,
                    const struct ipsk_header_order *order)
{
    const uint8_t *p = data;
    if (header == NULL || data == NULL)
        return IPSOCK_ENOHEADER;
    const int result = ipsk_ipv4_check(p, length);
    if (result != IPSOCK_OK)
        return result;
    const unsigned total = load_total(p, order);
    if (total > UINT16_MAX)
        return IPSOCK_ETOTALLEN;
    const uint8_t header_length = (uint8_t)((p[0] & 0x0f) * 4);
    const uint16_t fragment = load16(p + 6, order->host_offset);
    /* every field is written: nothing of an earlier header survives, options least of all */
    *header = (struct ipsock_ipv4_header){
        .version = 4,
        .header_length = header_length,
        .traffic_class = p[1],
        .flags = (uint8_t)(fragment >> 13),
        .total_length = (uint16_t)total,
        .id = ipsk_load_be16(p + 4),
        .fragment_offset = fragment & 0x1fff,
        .hop_limit = p[8],
        .protocol = p[9],
        .checksum = ipsk_load_be16(p + 10),
        .options_length = (uint8_t)(header_length - IPSOCK_IPV4_HEADER_MIN),
        .source = load_addr(IPSOCK_IPV4, p + 12),
        .destination = load_addr(IPSOCK_IPV4, p + 16),
    };
    memcpy(header->options, p + IPSOCK_IPV4_HEADER_MIN, header->options_length);
    return IPSOCK_OK;
}

static int check_addresses(int family, const struct ipsock_addr *source,
                           const struct ipsock_addr *destination)
{
    if (destination->family != family)
        return IPSOCK_EMISSADDR;
    if (source->family != family && source->family != IPSOCK_UNSPEC)
        return IPSOCK_EFAMILY;
    return IPSOCK_OK;
}

static int check_ipv4_fields(const struct ipsock_ipv4_header *header,
                             const struct ipsk_header_order *order)
{
    if (header->header_length < IPSOCK_IPV4_HEADER_MIN)
        return IPSOCK_EHDRSHORT;
    if (header->options_length > IPSOCK_IPV4_OPTIONS_MAX || header->options_length % 4 != 0)
        return IPSOCK_EOPTLEN;
    if (header->flags > 7 || header->fragment_offset > 0x1fff)
        return IPSOCK_EINVAL;
    if (order->length_without_header &&
        header->total_length < IPSOCK_IPV4_HEADER_MIN + header->options_length)
        return IPSOCK_ETOTALLEN;
    return check_addresses(IPSOCK_IPV4, &header->source, &header->destination);
}

/* An unset source goes out as zeros, whatever its bytes are. */
static void store_source(uint8_t *p, const struct ipsock_addr *source, size_t length)
{
    if (source->family == IPSOCK_UNSPEC)
        memset(p, 0, length);
    else
        memcpy(p, source->ip, length);
}

int ipsk_ipv4_marshal(const struct ipsock_ipv4_header *header, void *buffer, size_t size,
                      size_t *written, const struct ipsk_header_order *order)
{
    uint8_t *p = buffer;
    if (header == NULL || buffer == NULL)
        return IPSOCK_ENOHEADER;
    const int result = check_ipv4_fields(header, order);
    if (result != IPSOCK_OK)
        return result;
    const size_t length = IPSOCK_IPV4_HEADER_MIN + (size_t)header->options_length;
    if (written != NULL)
        *written = length;
    if (size < length)
        return IPSOCK_ENOSPC;

    const size_t subtracted = order->length_without_header ? length : 0;
    p[0] = (uint8_t)(4 << 4 | length / 4);
    p[1] = header->traffic_class;
    store16(p + 2, (uint16_t)(header->total_length - subtracted), order->host_length);
    ipsk_store_be16(p + 4, header->id);
    store16(p + 6, (uint16_t)(header->flags << 13 | header->fragment_offset), order->host_offset);
    p[8] = header->hop_limit;
    p[9] = header->protocol;
    ipsk_store_be16(p + 10, header->checksum);
    store_source(p + 12, &header->source, 4);
    memcpy(p + 16, header->destination.ip, 4);
    memcpy(p + IPSOCK_IPV4_HEADER_MIN, header->options, header->options_length);
    return IPSOCK_OK;
}

uint16_t ipsk_ipv4_sum(const struct ipsock_ipv4_header *header)
{
    const struct ipsk_header_order wire = {0};
    struct ipsock_ipv4_header summed = *header;
    uint8_t bytes[IPSOCK_IPV4_HEADER_MAX];
    size_t length;
    summed.checksum = 0;
    return ipsk_ipv4_marshal(&summed, bytes, sizeof bytes, &length, &wire) == IPSOCK_OK
               ? ipsock_checksum(bytes, length)
               : header->checksum;
}

/* Turns IPSOCK_ORDER_… into this system's; raw differs by direction. */
static bool choose_order(int order, bool sending, struct ipsk_header_order *chosen)
{
    struct ipsk_header_orders local = {0};
    *chosen = local.receive;
    if (order == IPSOCK_ORDER_WIRE)
        return true;
    if (order != IPSOCK_ORDER_RAW && order != IPSOCK_ORDER_QUOTED)
        return false;
    ipsk_sys_header_order(&local);
    if (order == IPSOCK_ORDER_QUOTED)
        *chosen = local.quoted;
    else
        *chosen = sending ? local.send : local.receive;
    return true;
}

int ipsock_ipv4_header_parse(struct ipsock_ipv4_header *header, const void *data, size_t length,
                             int order)
{
    struct ipsk_header_order chosen;
    if (!choose_order(order, false, &chosen))
        return IPSOCK_EINVAL;
    return ipsk_ipv4_parse(header, data, length, &chosen);
}

int ipsock_ipv4_header_marshal(const struct ipsock_ipv4_header *header, void *buffer, size_t size,
                               size_t *written, int order)
{
    struct ipsk_header_order chosen;
    if (!choose_order(order, true, &chosen))
        return IPSOCK_EINVAL;
    return ipsk_ipv4_marshal(header, buffer, size, written, &chosen);
}

int ipsock_ipv6_header_parse(struct ipsock_ipv6_header *header, const void *data, size_t length)
{
    const uint8_t *p = data;
    if (header == NULL || data == NULL)
        return IPSOCK_ENOHEADER;
    if (length < IPSOCK_IPV6_HEADER_LENGTH)
        return IPSOCK_EHDRSHORT;
    if (p[0] >> 4 != 6)
        return IPSOCK_EVERSION;
    *header = (struct ipsock_ipv6_header){
        .version = 6,
        .traffic_class = (uint8_t)(p[0] << 4 | p[1] >> 4),
        .next_header = p[6],
        .hop_limit = p[7],
        .flow_label = (uint32_t)(p[1] & 0x0f) << 16 | ipsk_load_be16(p + 2),
        .payload_length = ipsk_load_be16(p + 4),
        .source = load_addr(IPSOCK_IPV6, p + 8),
        .destination = load_addr(IPSOCK_IPV6, p + 24),
    };
    return IPSOCK_OK;
}

int ipsock_ipv6_header_marshal(const struct ipsock_ipv6_header *header, void *buffer, size_t size)
{
    uint8_t *p = buffer;
    if (header == NULL || buffer == NULL)
        return IPSOCK_ENOHEADER;
    if (header->flow_label > 0xfffff)
        return IPSOCK_EINVAL;
    const int result = check_addresses(IPSOCK_IPV6, &header->source, &header->destination);
    if (result != IPSOCK_OK)
        return result;
    if (size < IPSOCK_IPV6_HEADER_LENGTH)
        return IPSOCK_ENOSPC;
    p[0] = (uint8_t)(6 << 4 | header->traffic_class >> 4);
    p[1] = (uint8_t)((header->traffic_class & 0x0fu) << 4 | header->flow_label >> 16);
    ipsk_store_be16(p + 2, (uint16_t)header->flow_label);
    ipsk_store_be16(p + 4, header->payload_length);
    p[6] = header->next_header;
    p[7] = header->hop_limit;
    store_source(p + 8, &header->source, 16);
    memcpy(p + 24, header->destination.ip, 16);
    return IPSOCK_OK;
}
