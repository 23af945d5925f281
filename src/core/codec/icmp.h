// SPDX-License-Identifier: BSD-2-Clause
/* ICMP messages: what parsing, writing and quoting have in common. Every message begins with type,
 * code and checksum; where the body is known, a word of the body and its data follow. */
#ifndef IPSK_ICMP_H
#define IPSK_ICMP_H

#include <ipsock/icmp.h>

#include "core/codec/order.h"

#define IPSK_ICMP_HEADER   4   /* type, code, checksum */
#define IPSK_ICMP_FIXED    8   /* the same and the word of the body */
#define IPSK_ICMP_QUOTED   128 /* bytes of datagram before extensions, at least (RFC 4884, 3) */
#define IPSK_ICMP_OBJECT   4   /* header of an extension object: length, class, type */
#define IPSK_ICMP_VERSION  2   /* of the extension structure (RFC 4884, 7) */
#define IPSK_ICMP_MTU_CODE 4   /* of IPv4's unreachable, the word then has an MTU (RFC 1191, 4) */

/* A type whose body is known. */
struct ipsk_icmp_kind {
    uint8_t body;      /* IPSOCK_ICMP_BODY_… */
    bool quotes;       /* data is a datagram */
    uint8_t length_at; /* byte of the length attribute of RFC 4884; 0: it carries no extensions */
    uint8_t unit;      /* bytes that the length attribute counts by */
};

/* The type's, or one with the body RAW. */
const struct ipsk_icmp_kind *ipsk_icmp_kind(int family, uint8_t type);

/* Where the extension objects of a message go. */
struct ipsk_icmp_objects {
    struct ipsock_icmp_object *at;
    size_t capacity;
    size_t found; /* may exceed the capacity */
};

/* Reads an extension structure, its header first, that goes to the end of these bytes. Payloads
 * point into them. Objects before one that is wrong are kept.
 * Returns IPSOCK_ICMP_EXTENSION_FOUND, or what is wrong: _SHORT, _VERSION, _CHECKSUM, _OBJECT,
 * _CUT. */
uint8_t ipsk_icmp_find_objects(struct ipsk_icmp_objects *objects, const uint8_t *bytes,
                               size_t length);

/* Divides what follows the fixed part of a message that quotes a datagram: returns the datagram's
 * bytes, the rest is the extension structure, whose objects were found.
 * claimed: the datagram's bytes by the length attribute, 0 none
 * extension: receives IPSOCK_ICMP_EXTENSION_… */
size_t ipsk_icmp_divide(struct ipsk_icmp_objects *objects, const uint8_t *bytes, size_t length,
                        size_t claimed, uint8_t *extension);

/* ipsock_icmp_quoted, with IPv4 headers in this order. */
int ipsk_icmp_quoted(const struct ipsock_icmp_message *message, struct ipsock_icmp_quote *quote,
                     const struct ipsk_header_order *order);

#endif
