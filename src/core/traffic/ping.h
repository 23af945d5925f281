// SPDX-License-Identifier: BSD-2-Clause
/* Ping endpoints. Linux has sockets for them that keep an identifier, write it and the checksum,
 * and deliver replies to it. Elsewhere, and where the system forbids those sockets to the program,
 * all of it is done here, over a raw ICMP socket (or Darwin's ping sockets, which are hardly more):
 * the same bytes go out and come in. */
#ifndef IPSK_PING_H
#define IPSK_PING_H

#include "core/endpoint/endpoint.h"

/* Makes the socket of a ping endpoint, of the system's own kind or raw, and settles its backing. */
int ipsk_ping_socket(struct ipsock_endpoint *s, struct ipsock_error *error);

/* Settles what a ping endpoint does by itself, on a socket of either kind. id 0: the library's
 * choice. */
void ipsk_ping_begin(struct ipsock_endpoint *s, uint16_t id);

/* Whether a message to be sent is an echo request. */
int ipsk_ping_check(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                    struct ipsock_error *error);

/* As ipsk_sys_send, with the endpoint's identifier and the checksum in it. */
int ipsk_ping_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                   struct ipsock_error *error);

/* The counter of a received message that is no reply to this endpoint; NULL: it is one. */
_Atomic uint64_t *ipsk_ping_dropped_by(struct ipsock_endpoint *s, const struct ipsock_message *m);

/* Whether a quoted ICMP message is a request of this endpoint. */
bool ipsk_ping_sent(const struct ipsock_endpoint *s, const uint8_t *message, size_t length);

#endif
