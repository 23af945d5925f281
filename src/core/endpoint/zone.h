// SPDX-License-Identifier: BSD-2-Clause
/* Zones of IPv6 addresses (RFC 4007): one interface, in whichever way it was given. Kernels look
 * for it in one place each: Linux' ping sockets in the socket address before they read control data
 * (net/ipv6/ping.c, ping_v6_sendmsg), BSD's in the socket address for groups. */
#ifndef IPSK_ZONE_H
#define IPSK_ZONE_H

#include "core/endpoint/endpoint.h"
#include "core/table/control_codec.h"

/* fe80::/10, in one comparison. */
static inline bool ipsk_is_link_local(const struct ipsock_addr *addr)
{
    const uint8_t mask[2] = {0xff, 0xc0}, prefix[2] = {0xfe, 0x80};
    uint16_t head, bits, wanted;
    memcpy(&head, addr->ip, sizeof head);
    memcpy(&bits, mask, sizeof bits);
    memcpy(&wanted, prefix, sizeof wanted);
    return (head & bits) == wanted;
}

/* Whether it may be: the first byte alone is cheaper to look at. */
static inline bool ipsk_may_be_link_local(const struct ipsock_addr *addr)
{
    return addr->ip[0] == 0xfe;
}

/* A link-local peer without zone, or an address of the link beside the endpoint's own zone. */
static inline bool ipsk_is_doubtful_zone(const struct ipsock_endpoint *s,
                                         const struct ipsock_addr *peer)
{
    return peer->ip[0] >= 0xfe && (peer->scope != 0 ? s->zone != 0 : peer->ip[0] == 0xfe);
}

/* Whether an address means something else on each interface, link-local groups as well. */
static inline bool ipsk_is_scoped(const struct ipsock_addr *addr)
{
    return addr->family == IPSOCK_IPV6 && ipsk_needs_scope(addr->ip);
}

/* Settles the zones of a configuration's addresses, or finds that they contradict each other, or
 * that there is none. */
int ipsk_settle_zones(struct ipsock_config *config, struct ipsock_error *error);

/* The interface that everything an endpoint sends leaves by; 0: none in particular. */
uint32_t ipsk_zone_of_config(const struct ipsock_config *config);
/* The same of a foreign handle, from the interface that it is bound to, or its address. */
int ipsk_note_zone(struct ipsock_endpoint *s, uint32_t bound_to, struct ipsock_error *error);

/* Whether a message's peer, source and interface agree, and whether there is a zone where one is
 * needed. */
int ipsk_check_zone(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                    struct ipsock_error *error);

/* The zone of a message's peer that has none written with it; 0: none, or none needed. */
uint32_t ipsk_find_zone(const struct ipsock_endpoint *s, const struct ipsock_message *m);

/* Whether that may be another one with each message: the interface for groups is set at any time.
 */
bool ipsk_zone_may_change(const struct ipsock_endpoint *s, const struct ipsock_message *m);

/* Whether it is worth asking for: a first byte of 0xfe and 0xff, and no zone. */
static inline bool ipsk_may_lack_zone(const struct ipsock_addr *peer)
{
    return peer->ip[0] >= 0xfe && peer->scope == 0;
}

#endif
