// SPDX-License-Identifier: BSD-2-Clause
/* What the tests of raw IPv4 share: packets with their header apart. */
#ifndef CONFORMANCE_RAW_H
#define CONFORMANCE_RAW_H

#include "harness.h"

/* A packet as it was received. */
struct packet {
    struct ipsock_ipv4_header header;
    struct ipsock_addr peer;
    struct ipsock_control control;
    uint32_t flags;
    size_t length;
    uint8_t data[2048];
};

/* On the loopback address, of the test protocol. */
struct ipsock_endpoint *open_ipv4(uint32_t flags, uint32_t receive, uint32_t send);
/* Hop limit 64, the test protocol, the rest open. */
struct ipsock_ipv4_header header_to(const char *destination);
/* Sends; message->length is checked. */
int send_packet(struct ipsock_endpoint *s, const struct ipsock_ipv4_header *header,
                const void *data, size_t length);
/* Receives into room bytes within a long deadline. */
int take_packet(struct ipsock_endpoint *s, struct packet *p, size_t room, uint32_t flags);
void receive_packet(struct ipsock_endpoint *s, struct packet *p);
/* RFC 1071 over a header that was received, its checksum in place, is 0. */
void check_header_sum(const struct ipsock_ipv4_header *header);

#endif
