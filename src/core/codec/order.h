// SPDX-License-Identifier: BSD-2-Clause
/* How a system's raw IPv4 sockets lay out an IP header. Only total length and fragment word differ;
 * everything else is in network order everywhere. */
#ifndef IPSK_ORDER_H
#define IPSK_ORDER_H

#include <ipsock/header.h>

/* All false: as on the wire. */
struct ipsk_header_order {
    bool host_length;           /* total length in host order */
    bool host_offset;           /* flags and fragment offset in host order */
    bool length_without_header; /* the header's length has been subtracted from the total */
};

static inline bool ipsk_is_wire(const struct ipsk_header_order *order)
{
    return !order->host_length && !order->host_offset && !order->length_without_header;
}

struct ipsk_header_orders {
    struct ipsk_header_order receive; /* what a raw socket gives */
    struct ipsk_header_order send;    /* what it takes with its own header included */
    struct ipsk_header_order quoted;  /* the header inside an ICMP error that it gives */
};

/* The orders of the running system: a backend function. */
void ipsk_sys_header_order(struct ipsk_header_orders *orders);

/* What a header says of itself that may be a lie, the total length aside. */
int ipsk_ipv4_check(const uint8_t *bytes, size_t length);

/* The start of a received header as on the wire, in place. */
#define IPSK_ORDERED_BYTES 8
void ipsk_ipv4_to_wire(uint8_t bytes[IPSK_ORDERED_BYTES], const struct ipsk_header_order *order);

/* The checksum that a header has on the wire. */
uint16_t ipsk_ipv4_sum(const struct ipsock_ipv4_header *header);

/* ipsock_ipv4_header_parse and _marshal in any system's order. IPSOCK_ETOTALLEN besides, for a
 * total length that the subtracted header takes out of 0..65535. */
int ipsk_ipv4_parse(struct ipsock_ipv4_header *header, const void *data, size_t length,
                    const struct ipsk_header_order *order);
int ipsk_ipv4_marshal(const struct ipsock_ipv4_header *header, void *buffer, size_t size,
                      size_t *written, const struct ipsk_header_order *order);

#endif
