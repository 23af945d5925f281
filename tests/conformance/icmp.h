// SPDX-License-Identifier: BSD-2-Clause
/* What the tests of filters share: raw ICMP endpoints on loopback, and packets of any type that are
 * known by what they carry. */
#ifndef CONFORMANCE_ICMP_H
#define CONFORMANCE_ICMP_H

#include "harness.h"

/* A raw endpoint for the column's ICMP. */
struct ipsock_endpoint *open_icmp(int column);
/* From the first to where the second is: a packet of this type with a number. Where the kernel
 * answers a type, or it is news to it, the receiver may hear more than was sent. */
#define ICMP_LENGTH 16
void send_type(struct ipsock_endpoint *s, int column, uint8_t type, uint16_t number);
/* Whether a received payload is one of these, as it was sent. */
bool is_ours(const uint8_t *data, size_t length, uint8_t *type, uint16_t *number);
/* Blocks all types but these. */
void set_filter(struct ipsock_endpoint *s, size_t count, const uint8_t *types);
uint64_t discards(struct ipsock_endpoint *s);

#endif
