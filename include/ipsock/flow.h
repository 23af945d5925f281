// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Prepared destinations. A flow is a peer and the control data of packets to it, checked and
 * written down once as the system takes them, and sent to many times: what a server keeps with each
 * connection. ::ipsock_message has a pointer to one.
 */
#ifndef IPSOCK_FLOW_H
#define IPSOCK_FLOW_H

#include <ipsock/control.h>
#include <ipsock/endpoint.h>

/** Bytes of struct ipsock_flow, on every system. */
#define IPSOCK_FLOW_SIZE 384

/** A flow: a value without pointers into itself and nothing to free, which may be copied, moved and
 * forgotten. Sends only read it, any number of them at once. Zeroed it is none. */
struct ipsock_flow {
    uint64_t opaque[IPSOCK_FLOW_SIZE / sizeof(uint64_t)];
};

#ifdef __cplusplus
extern "C" {
#endif

/** Makes a flow of an endpoint. A message with it (::ipsock_message's flow) is the same as one with
 * this peer and this control data: same packet, same errors; single, in batches, with segments,
 * with ::ipsock_send_ipv4. Beside a flow a message's control may have
 * ::IPSOCK_CONTROL_TRAFFIC_CLASS and ::IPSOCK_CONTROL_SEGMENT_SIZE, for this packet alone, in place
 * of the flow's own or where it has none; the message's peer is not looked at.
 *
 * It stays right until the endpoint is closed, whatever is set or found out later: where something
 * about it may change (the multicast interface for groups of the link without scope) or takes more
 * than control data (fields that ::ipsock_capability calls exact, segments, ping, raw ICMPv6), it
 * is looked at with each packet as other messages are. Not to be made anew while a call sends with
 * it. No system call, no allocation. Faster than a written message on Unix systems; on Windows it
 * costs the same.
 * @param flow    receives the flow; after a failure it is none
 * @param peer    NULL or family 0: the connected peer; else, on a connected endpoint, the same
 * @param control NULL: none. Fields declared at opening, but not ::IPSOCK_CONTROL_OPAQUE, which is
 *                the caller's memory
 * @return 0; IPSOCK_EKIND on TCP; IPSOCK_EINVAL, of opaque control data with the option "opaque";
 * and as ::ipsock_send for the same peer and control data: IPSOCK_EMISSADDR, IPSOCK_EFAMILY,
 * IPSOCK_EISCONN, IPSOCK_EUNDECLARED, IPSOCK_ENOTSUP; IPSOCK_ECLOSED; IPSOCK_EFORKED. Whether there
 * is a route or such an interface shows when a packet is sent. Direction ::IPSOCK_WRITE. */
IPSOCK_API int ipsock_flow_prepare(struct ipsock_endpoint *s, struct ipsock_flow *flow,
                                   const struct ipsock_addr *peer,
                                   const struct ipsock_control *control);

#ifdef __cplusplus
}
#endif

#endif
