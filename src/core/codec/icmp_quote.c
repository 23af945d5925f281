// SPDX-License-Identifier: BSD-2-Clause
/* The packet that an ICMP error is about. */
#include "core/codec/bytes.h"
#include "core/codec/icmp.h"

/* IP protocol numbers, IANA "Assigned Internet Protocol Numbers". */
enum {
    HOP_BY_HOP = 0,
    TCP = 6,
    UDP = 17,
    DCCP = 33,
    ROUTING = 43,
    FRAGMENT = 44,
    AUTHENTICATION = 51,
    DESTINATION_OPTIONS = 60,
    SCTP = 132,
    MOBILITY = 135,
    UDP_LITE = 136,
    HIP = 139,
    SHIM6 = 140
};

/* All begin with the source's port and the destination's. */
static bool has_ports(uint8_t protocol)
{
    return protocol == TCP || protocol == UDP || protocol == DCCP || protocol == SCTP ||
           protocol == UDP_LITE;
}

/* Bytes of an extension header, at which 8 are readable; 0 for what is none. */
static size_t extension_length(uint8_t protocol, const uint8_t *p)
{
    switch (protocol) {
    case HOP_BY_HOP:
    case ROUTING:
    case DESTINATION_OPTIONS:
    case MOBILITY:
    case HIP:
    case SHIM6:
        return ((size_t)p[1] + 1) * 8;
    case FRAGMENT:
        return 8;
    case AUTHENTICATION: /* counts by 4 bytes and leaves out two words (RFC 4302, 2.2) */
        return ((size_t)p[1] + 2) * 4;
    default:
        return 0;
    }
}

static void advance(struct ipsock_icmp_quote *quote, size_t length)
{
    quote->length -= length;
    quote->payload = quote->length != 0 ? quote->payload + length : NULL;
}

/* Goes behind the extension headers; each has at least 8 bytes, so that it ends. later: what is
 * quoted is not a packet's first fragment, there are no more headers. */
static int skip_extensions(struct ipsock_icmp_quote *quote, bool *later)
{
    static const uint8_t unread[8];
    while (!*later) {
        const bool readable = quote->length >= sizeof unread;
        const uint8_t *p = readable ? quote->payload : unread;
        const size_t length = extension_length(quote->protocol, p);
        if (length == 0)
            return IPSOCK_OK;
        if (!readable || length > quote->length)
            return IPSOCK_EEXTSHORT;
        *later = quote->protocol == FRAGMENT && ipsk_load_be16(p + 2) >> 3 != 0;
        quote->protocol = p[0];
        advance(quote, length);
    }
    return IPSOCK_OK;
}

/* Leaves the header, and the zeros that pad the packet before extensions. A total below the header
 * says nothing: segmentation offload puts 0 there. */
static void bound(struct ipsock_icmp_quote *quote, size_t header, size_t total)
{
    if (total >= header && total < quote->length)
        quote->length = total;
    advance(quote, header);
}

static int read_ipv4(struct ipsock_icmp_quote *quote, bool *later,
                     const struct ipsk_header_order *order)
{
    struct ipsock_ipv4_header header;
    const int result = ipsk_ipv4_parse(&header, quote->payload, quote->length, order);
    if (result != IPSOCK_OK)
        return result;
    quote->source = header.source;
    quote->destination = header.destination;
    quote->protocol = header.protocol;
    quote->hop_limit = header.hop_limit;
    *later = header.fragment_offset != 0;
    bound(quote, header.header_length, header.total_length);
    return IPSOCK_OK;
}

static int read_ipv6(struct ipsock_icmp_quote *quote, bool *later)
{
    struct ipsock_ipv6_header header;
    const int result = ipsock_ipv6_header_parse(&header, quote->payload, quote->length);
    if (result != IPSOCK_OK)
        return result;
    quote->source = header.source;
    quote->destination = header.destination;
    quote->protocol = header.next_header;
    quote->hop_limit = header.hop_limit;
    size_t total = (size_t)IPSOCK_IPV6_HEADER_LENGTH + header.payload_length;
    if (header.payload_length == 0) /* jumbogram, or as above */
        total = 0;
    bound(quote, IPSOCK_IPV6_HEADER_LENGTH, total);
    return skip_extensions(quote, later);
}

int ipsk_icmp_quoted(const struct ipsock_icmp_message *message, struct ipsock_icmp_quote *quote,
                     const struct ipsk_header_order *order)
{
    if (message == NULL || quote == NULL || (message->data == NULL && message->data_length != 0))
        return IPSOCK_EINVAL;
    const struct ipsk_icmp_kind *kind = ipsk_icmp_kind(message->family, message->type);
    if (!kind->quotes || message->body == IPSOCK_ICMP_BODY_RAW)
        return IPSOCK_EPROTOCOL;
    if (message->data_length == 0)
        return IPSOCK_EHDRSHORT;
    struct ipsock_icmp_quote found = {.payload = message->data, .length = message->data_length};
    bool later = false;
    const int result = message->family == IPSOCK_IPV4 ? read_ipv4(&found, &later, order)
                                                      : read_ipv6(&found, &later);
    if (result != IPSOCK_OK)
        return result;
    if (!later && has_ports(found.protocol) && found.length >= 4) {
        found.source.port = ipsk_load_be16(found.payload);
        found.destination.port = ipsk_load_be16(found.payload + 2);
    }
    *quote = found;
    return IPSOCK_OK;
}

int ipsock_icmp_quoted(const struct ipsock_icmp_message *message, struct ipsock_icmp_quote *quote)
{
    struct ipsk_header_orders orders;
    ipsk_sys_header_order(&orders);
    return ipsk_icmp_quoted(message, quote, &orders.quoted);
}
