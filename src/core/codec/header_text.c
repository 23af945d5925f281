// SPDX-License-Identifier: BSD-2-Clause
/* Headers as text: the fields and their names are those of x/net's String. */
#include <ipsock/header.h>

#include "core/codec/text.h"

static void put_decimal(struct ipsk_text *out, const char *name, uint32_t value)
{
    ipsk_text_string(out, name);
    ipsk_text_unsigned(out, value);
}

static void put_hex(struct ipsk_text *out, const char *name, uint32_t value)
{
    ipsk_text_string(out, name);
    ipsk_text_hex(out, value);
}

static void put_ip(struct ipsk_text *out, const char *name, const struct ipsock_addr *addr)
{
    ipsk_text_string(out, name);
    ipsk_text_ip(out, addr);
}

int ipsock_ipv4_header_format(const struct ipsock_ipv4_header *header, char *text, size_t size)
{
    if (text == NULL)
        return IPSOCK_EINVAL;
    struct ipsk_text out = ipsk_text_begin(text, size);
    if (header == NULL) {
        ipsk_text_string(&out, "<nil>");
        return ipsk_text_finish(&out);
    }
    put_decimal(&out, "ver=", header->version);
    put_decimal(&out, " hdrlen=", header->header_length);
    put_hex(&out, " tos=", header->traffic_class);
    put_decimal(&out, " totallen=", header->total_length);
    put_hex(&out, " id=", header->id);
    put_hex(&out, " flags=", header->flags);
    put_hex(&out, " fragoff=", header->fragment_offset);
    put_decimal(&out, " ttl=", header->hop_limit);
    put_decimal(&out, " proto=", header->protocol);
    put_hex(&out, " cksum=", header->checksum);
    put_ip(&out, " src=", &header->source);
    put_ip(&out, " dst=", &header->destination);
    if (header->options_length > 0) {
        /* a header that nobody parsed may claim more than there is room for */
        const size_t length = header->options_length < IPSOCK_IPV4_OPTIONS_MAX
                                  ? header->options_length
                                  : IPSOCK_IPV4_OPTIONS_MAX;
        ipsk_text_string(&out, " opts=");
        ipsk_text_bytes(&out, header->options, length);
    }
    return ipsk_text_finish(&out);
}

int ipsock_ipv6_header_format(const struct ipsock_ipv6_header *header, char *text, size_t size)
{
    if (text == NULL)
        return IPSOCK_EINVAL;
    struct ipsk_text out = ipsk_text_begin(text, size);
    if (header == NULL) {
        ipsk_text_string(&out, "<nil>");
        return ipsk_text_finish(&out);
    }
    put_decimal(&out, "ver=", header->version);
    put_hex(&out, " tclass=", header->traffic_class);
    put_hex(&out, " flowlbl=", header->flow_label);
    put_decimal(&out, " payloadlen=", header->payload_length);
    put_decimal(&out, " nxthdr=", header->next_header);
    put_decimal(&out, " hoplim=", header->hop_limit);
    put_ip(&out, " src=", &header->source);
    put_ip(&out, " dst=", &header->destination);
    return ipsk_text_finish(&out);
}
