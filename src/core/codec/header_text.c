// SPDX-License-Identifier: BSD-2-Clause
/* Headers as text: the fields and their names are those of x/net's String. */
#include <ipsock/header.h>

#include "core/codec/addr_text.h"

int ipsock_ipv4_header_format(const struct ipsock_ipv4_header *header, char *text, size_t size)
{
    if (text == NULL)
        return IPSOCK_EINVAL;
    struct ipsk_text out = ipsk_text_begin(text, size);
    if (header == NULL) {
        ipsk_text_string(&out, "<nil>");
        return ipsk_text_finish(&out);
    }
    ipsk_text_field(&out, "ver=", header->version);
    ipsk_text_field(&out, " hdrlen=", header->header_length);
    ipsk_text_field_hex(&out, " tos=", header->traffic_class);
    ipsk_text_field(&out, " totallen=", header->total_length);
    ipsk_text_field_hex(&out, " id=", header->id);
    ipsk_text_field_hex(&out, " flags=", header->flags);
    ipsk_text_field_hex(&out, " fragoff=", header->fragment_offset);
    ipsk_text_field(&out, " ttl=", header->hop_limit);
    ipsk_text_field(&out, " proto=", header->protocol);
    ipsk_text_field_hex(&out, " cksum=", header->checksum);
    ipsk_text_field_ip(&out, " src=", &header->source);
    ipsk_text_field_ip(&out, " dst=", &header->destination);
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
    ipsk_text_field(&out, "ver=", header->version);
    ipsk_text_field_hex(&out, " tclass=", header->traffic_class);
    ipsk_text_field_hex(&out, " flowlbl=", header->flow_label);
    ipsk_text_field(&out, " payloadlen=", header->payload_length);
    ipsk_text_field(&out, " nxthdr=", header->next_header);
    ipsk_text_field(&out, " hoplim=", header->hop_limit);
    ipsk_text_field_ip(&out, " src=", &header->source);
    ipsk_text_field_ip(&out, " dst=", &header->destination);
    return ipsk_text_finish(&out);
}
