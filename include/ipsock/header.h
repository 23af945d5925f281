// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * IPv4 and IPv6 headers (RFC 791, RFC 8200), and raw IPv4 with them. x/net: Header, ParseHeader,
 * Header.Parse, Marshal, String; RawConn.ReadFrom, WriteTo.
 */
#ifndef IPSOCK_HEADER_H
#define IPSOCK_HEADER_H

#include <ipsock/message.h>

/* Where the bytes of an IPv4 header come from or go to. Total length and fragment offset differ:
 * some systems' raw sockets use host order, and some leave the header out of the length. */
#define IPSOCK_ORDER_WIRE   0 /**< as on the network */
#define IPSOCK_ORDER_RAW    1 /**< as this system's raw sockets give (parse) or take (marshal) it */
#define IPSOCK_ORDER_QUOTED 2 /**< as this system's raw sockets quote it inside ICMP errors */

/* Flags of an IPv4 header. */
#define IPSOCK_IPV4_MORE_FRAGMENTS 1
#define IPSOCK_IPV4_DONT_FRAGMENT  2
#define IPSOCK_IPV4_RESERVED_FLAG  4

#define IPSOCK_IPV4_HEADER_MIN    20 /**< bytes without options */
#define IPSOCK_IPV4_HEADER_MAX    60 /**< bytes with the most options */
#define IPSOCK_IPV4_OPTIONS_MAX   40 /**< bytes */
#define IPSOCK_IPV6_HEADER_LENGTH 40 /**< bytes */

/** An IPv4 header; numbers in host order. */
struct ipsock_ipv4_header {
    uint8_t version; /**< 4; marshal always writes 4 */
    uint8_t
        header_length; /**< bytes, 20..60. Marshal writes 20 + options_length; this must be >= 20 */
    uint8_t traffic_class;          /**< TOS octet */
    uint8_t flags;                  /**< IPSOCK_IPV4_… flags */
    uint16_t total_length;          /**< bytes, header included */
    uint16_t id;                    /**< identification */
    uint16_t fragment_offset;       /**< units of 8 bytes, 0..8191 */
    uint8_t hop_limit;              /**< TTL */
    uint8_t protocol;               /**< IP protocol number */
    uint16_t checksum;              /**< copied, neither computed nor verified */
    uint8_t options_length;         /**< bytes, multiple of 4, 0..40 */
    uint8_t reserved;               /**< 0 */
    struct ipsock_addr source;      /**< unset: marshalled as 0.0.0.0 */
    struct ipsock_addr destination; /**< must be IPv4 */
    uint8_t options[IPSOCK_IPV4_OPTIONS_MAX];
};

/** An IPv6 header; numbers in host order. */
struct ipsock_ipv6_header {
    uint8_t version; /**< 6; marshal always writes 6 */
    uint8_t traffic_class;
    uint8_t next_header; /**< IP protocol or extension header number */
    uint8_t hop_limit;
    uint32_t flow_label;     /**< 0..0xfffff */
    uint16_t payload_length; /**< bytes after this header */
    uint16_t reserved;       /**< 0 */
    struct ipsock_addr source;
    struct ipsock_addr destination;
};

/** A buffer of this size always holds a formatted header. */
#define IPSOCK_HEADER_TEXT 384

#ifdef __cplusplus
extern "C" {
#endif

/** Reads an IPv4 header, options included.
 * @param order IPSOCK_ORDER_…
 * @return 0; IPSOCK_ENOHEADER for null pointers; IPSOCK_EHDRSHORT for less than 20 bytes;
 * IPSOCK_EVERSION; IPSOCK_EHDRLEN for a length field below 5 words; IPSOCK_EEXTSHORT when the
 * options go beyond the data; IPSOCK_ETOTALLEN in an order without the header in the length, when
 * both exceed 65535; IPSOCK_EINVAL for another order. On failure *header is unchanged. */
IPSOCK_API int ipsock_ipv4_header_parse(struct ipsock_ipv4_header *header, const void *data,
                                        size_t length, int order);

/** Writes an IPv4 header.
 * @param written receives 20 + options_length, on IPSOCK_ENOSPC too, unchanged on other errors; may
 * be NULL
 * @return 0; IPSOCK_ENOHEADER for null pointers; IPSOCK_EHDRSHORT for header_length < 20;
 * IPSOCK_EOPTLEN; IPSOCK_EMISSADDR without an IPv4 destination; IPSOCK_EFAMILY for a source of
 * another family; IPSOCK_EINVAL for flags > 7, an offset > 8191 or another order; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_ipv4_header_marshal(const struct ipsock_ipv4_header *header, void *buffer,
                                          size_t size, size_t *written, int order);

/** Writes a header for people, "ver=4 hdrlen=20 … ttl=64 …", space separated, no commas; "<nil>"
 * for NULL. IPv4 options come last, " opts=" and their bytes in hexadecimal; IPv6 has hoplim= for
 * ttl=. What does not fit is cut.
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_ipv4_header_format(const struct ipsock_ipv4_header *header, char *text,
                                         size_t size);

/** Reads an IPv6 header; wire order on every system.
 * @return 0; IPSOCK_ENOHEADER; IPSOCK_EHDRSHORT for less than 40 bytes; IPSOCK_EVERSION. */
IPSOCK_API int ipsock_ipv6_header_parse(struct ipsock_ipv6_header *header, const void *data,
                                        size_t length);

/** Writes an IPv6 header, 40 bytes.
 * @return 0; IPSOCK_ENOHEADER; IPSOCK_EINVAL for a flow label > 0xfffff; IPSOCK_EMISSADDR without
 * an IPv6 destination; IPSOCK_EFAMILY for a source of another family (unset: ::); IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_ipv6_header_marshal(const struct ipsock_ipv6_header *header, void *buffer,
                                          size_t size);

/** As ::ipsock_ipv4_header_format. */
IPSOCK_API int ipsock_ipv6_header_format(const struct ipsock_ipv6_header *header, char *text,
                                         size_t size);

/** Internet checksum (RFC 1071) of bytes, an odd last one padded with zero; host order. Over data
 * with its checksum in place it is 0. */
IPSOCK_API uint16_t ipsock_checksum(const void *data, size_t length);

/** Receives on raw IPv4, with or without ::IPSOCK_OPEN_HEADER_INCLUDED: the header apart, the
 * payload into the message's buffers, from their start on (x/net leaves the header in front of it:
 * its ReadFrom returns the payload as a part of the buffer); total_length and fragment_offset mean
 * the same on every system, and the checksum is this header's. Fragments come put together. Peek,
 * truncation, control, deadlines, peers as
 * ::ipsock_recv, message->length counts the payload; a packet that a filter program cut is
 * IPSOCK_MSG_TRUNC too. Of a packet that was cut, total_length still tells the length, and
 * message->full_length that of the payload, on every system. x/net:
 * RawConn.ReadFrom.
 * @param header receives the header, unchanged on failure
 * @param flags  IPSOCK_MSG_PEEK, IPSOCK_MSG_DONTWAIT
 * @return as ::ipsock_recv; IPSOCK_EKIND on other endpoints; IPSOCK_ENOHEADER. A packet whose
 * header lies is taken, counted (header_discards) and answered with IPSOCK_EHDRSHORT,
 * IPSOCK_EVERSION, IPSOCK_EHDRLEN, IPSOCK_EEXTSHORT, or IPSOCK_ETOTALLEN when it has more bytes
 * than its total length; the message's buffers may have been written to. */
IPSOCK_API int ipsock_recv_ipv4(struct ipsock_endpoint *s, struct ipsock_ipv4_header *header,
                                struct ipsock_message *message, uint32_t flags);

/** Sends header and payload on raw IPv4 opened with ::IPSOCK_OPEN_HEADER_INCLUDED, without copying
 * the payload, in the byte order that the system's raw sockets want. A header_length or
 * total_length of 0 is computed; the system puts in the checksum always, the source where it is
 * unset or 0.0.0.0, and an id where it is 0 (Linux not with ::IPSOCK_IPV4_DONT_FRAGMENT, NetBSD not
 * below 69 bytes). The packet goes to the header's destination; message->peer may name another
 * host that it is handed to on its way, where the system routes by the address (Linux). On a
 * connected endpoint that is the peer.
 * Packets larger than the interface's MTU are fragmented by the BSDs and macOS, unless
 * ::IPSOCK_IPV4_DONT_FRAGMENT is set; Linux always answers IPSOCK_EMSGSIZE. message->length counts
 * the payload. Of control only INTERFACE and OPAQUE can be declared on such an endpoint: the header
 * says the rest. x/net: RawConn.WriteTo.
 * @param header  destination, hop_limit and protocol are needed; version is not read
 * @param message buffers at most ::IPSOCK_BUFFERS_MAX - 2
 * @param flags   IPSOCK_MSG_DONTWAIT, IPSOCK_MSG_DONTROUTE
 * @return as ::ipsock_ipv4_header_marshal, the field's name being in ::ipsock_last_error, and as
 * ::ipsock_send; IPSOCK_ETOTALLEN when total_length is not header plus payload; IPSOCK_EMSGSIZE
 * over 65535 bytes; IPSOCK_ENOTSUP for a peer that is not the header's destination, where the
 * system routes by the header; IPSOCK_ENOHEADER; IPSOCK_EKIND. */
IPSOCK_API int ipsock_send_ipv4(struct ipsock_endpoint *s, const struct ipsock_ipv4_header *header,
                                struct ipsock_message *message, uint32_t flags);

#ifdef __cplusplus
}
#endif

#endif
