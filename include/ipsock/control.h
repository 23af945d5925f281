// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Control data: what the IP header said of a packet received, and what it shall say of one sent.
 * RFC 3542 section 6. x/net: ControlFlags, SetControlMessage, ControlMessage, Marshal, Parse,
 * NewControlMessage, Message.OOB.
 */
#ifndef IPSOCK_CONTROL_H
#define IPSOCK_CONTROL_H

#include <ipsock/endpoint.h>

/* Fields of struct ipsock_control. R: can be received, S: can be sent. */
#define IPSOCK_CONTROL_TRAFFIC_CLASS 0x0001u /**< R S  IPv4 TOS, IPv6 traffic class */
#define IPSOCK_CONTROL_HOP_LIMIT     0x0002u /**< R S  IPv4 TTL, IPv6 hop limit */
#define IPSOCK_CONTROL_SOURCE        0x0004u /**< R S  source address */
#define IPSOCK_CONTROL_DESTINATION   0x0008u /**< R    destination address of the header */
#define IPSOCK_CONTROL_INTERFACE     0x0010u /**< R S  arrival or departure interface */
#define IPSOCK_CONTROL_PATH_MTU      0x0020u /**< R    path MTU notice (IPv6, RFC 3542 11.3) */
#define IPSOCK_CONTROL_DONT_FRAGMENT 0x0040u /**<   S  forbid or allow fragmenting */
#define IPSOCK_CONTROL_NEXT_HOP      0x0080u /**<   S  first hop (IPv6, RFC 3542 6.3) */
#define IPSOCK_CONTROL_SEGMENT_SIZE  0x0100u /**< R S  several UDP datagrams in one buffer */
#define IPSOCK_CONTROL_OPAQUE        0x0200u /**< R S  the system's own control bytes */

/** What the header says of a packet: x/net's set, and what to ask for when in doubt. */
#define IPSOCK_CONTROL_HEADER 0x001fu
/** What ::ipsock_control_reply needs: receive_control, and send_control. */
#define IPSOCK_CONTROL_REPLY_RECEIVE (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE)
#define IPSOCK_CONTROL_REPLY_SEND    (IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE)

/** Everything that can be received: a mask to check against, not a wish (it has coalescing and
 * notices). */
#define IPSOCK_CONTROL_RECEIVABLE 0x033fu
/** Everything that can be sent, likewise. */
#define IPSOCK_CONTROL_SENDABLE 0x03d7u

/** Control data of one packet. 120 bytes on 64-bit systems. A field counts only if its bit is in
 * valid; 0 is a value. A receive sets valid and the fields that it names, and leaves all others as
 * they were: a field that a later version adds is touched only if its bit was asked for, which lets
 * the struct grow. A send reads only the fields that valid names. */
struct ipsock_control {
    uint32_t valid; /**< IPSOCK_CONTROL_… bits */
    /** >= 1. To leave by: for IPv6 with a global source given too, Linux and NetBSD go by the route
     * where it disagrees (the one sends, the other refuses); to scoped addresses it is what counts.
     */
    uint32_t interface_index;
    struct ipsock_addr destination; /**< received: the header's destination, port 0 */
    uint8_t traffic_class;          /**< 0..255 */
    uint8_t hop_limit;              /**< received 0..255, sent 1..255 */
    uint8_t dont_fragment;          /**< 0 or 1 */
    /** Received with the destination: 1 if that is a broadcast address. Known for IPv4 endpoints on
     * Linux and Windows; 0 elsewhere, also for IPv4 on a dual-stack endpoint. Not sent. */
    uint8_t broadcast;
    uint32_t path_mtu;           /**< bytes, IP header included; destination names the peer */
    uint32_t segment_size;       /**< payload bytes of each datagram but the last */
    struct ipsock_addr source;   /**< received: the peer's, port 0; sent: port ignored */
    struct ipsock_addr next_hop; /**< IPv6 */
    /** The system's own control bytes (struct cmsghdr, WSACMSGHDR). Received: a buffer of the
     * caller's; all control messages are left there, those decoded into the fields too, as far as
     * they fit (else ::IPSOCK_MSG_CTRUNC; the fields are not affected). Sent: whole control
     * messages, which go out after those made from the fields. */
    void *opaque;
    size_t opaque_capacity; /**< received: bytes at opaque; 512 or more spare a copy */
    size_t opaque_length;   /**< received: bytes written; sent: bytes to send */
};

/** Most bytes of opaque control data in a send that sets other fields too. */
#define IPSOCK_OPAQUE_MAX 128

/** A buffer of this size always holds what ::ipsock_control_format writes. */
#define IPSOCK_CONTROL_TEXT 512

#ifdef __cplusplus
extern "C" {
#endif

/** Switches delivery of control data. One option of the system may serve several bits: it stays on
 * until the last of them is off. On failure nothing has changed.
 * @param bits IPSOCK_CONTROL_… bits that can be received
 * @return 0; IPSOCK_EINVAL for other bits; IPSOCK_EKIND on TCP; IPSOCK_ENOTSUP where the system
 * lacks one (its name is in ::ipsock_last_error); IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_set_receive_control(struct ipsock_endpoint *s, uint32_t bits, bool on);

/** The bits that are delivered now. @return 0; IPSOCK_EINVAL for NULL; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_get_receive_control(struct ipsock_endpoint *s, uint32_t *bits);

/** Makes the control data to answer a packet with: from the address that it was sent to, if that is
 * a unicast address, and out of the interface it came by, if the address is of that link only or a
 * multicast or broadcast address. Nothing else is copied: to answer in the same class, add the DSCP
 * (IPSOCK_DSCP_OF; the ECN bits tell of the path that the question took).
 * @param out replaced whole; may be in itself
 * @param in  received control with DESTINATION; without INTERFACE the route decides
 * @return 0; IPSOCK_EINVAL; IPSOCK_ECLOSED; IPSOCK_EMISSADDR when in lacks the destination;
 *         IPSOCK_EUNDECLARED when s may not send what is needed (::IPSOCK_CONTROL_REPLY_SEND).
 * Direction
 *         ::IPSOCK_WRITE. */
IPSOCK_API int ipsock_control_reply(struct ipsock_endpoint *s, struct ipsock_control *out,
                                    const struct ipsock_control *in);

/* The codec, for programs that make their own recvmsg, sendmsg or io_uring calls. It needs no
 * endpoint and speaks this system's format. Family: ::IPSOCK_IPV4, ::IPSOCK_IPV6, or
 * ::IPSOCK_IPV4_MAPPED for an IPv4 destination on a dual-stack socket. */

/** Bytes of buffer that the control messages of these bits need, to receive on a socket of this
 * family (sending needs no more). 0 for no bits. A dual-stack socket receives IPv4 traffic too: ask
 * with ::IPSOCK_IPV4_MAPPED, which is the larger. x/net: NewControlMessage.
 * @return 0; IPSOCK_EINVAL for unknown bits or family. */
IPSOCK_API int ipsock_control_space(int family, uint32_t bits, size_t *space);

/** Writes the control messages of a packet to send. x/net: ControlMessage.Marshal.
 * @param buffer aligned as struct cmsghdr; NULL with size 0 to learn the length
 * @param length receives the bytes written, or that would be needed; 0 when nothing is valid
 * @return 0; IPSOCK_EINVAL (a field out of range); IPSOCK_EFAMILY; IPSOCK_ENOTSUP when this system
 * has no control message for a field; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_control_encode(const struct ipsock_control *control, int family, void *buffer,
                                     size_t size, size_t *length);

/** Reads received control messages. Sets valid from nothing: no value survives from an earlier
 * call. Unknown messages are skipped, as are those too short for their type. x/net:
 * ControlMessage.Parse.
 * @param fields the fields to take, IPSOCK_CONTROL_… bits that can be received
 * @return 0; IPSOCK_EINVAL; IPSOCK_ECONTROL when a length lies (what came before
 * it has been decoded, nothing outside was read). */
IPSOCK_API int ipsock_control_decode(const void *buffer, size_t length, uint32_t fields,
                                     struct ipsock_control *control);

/** Writes control data for people: "tclass=0x28 hoplim=64 dst=192.0.2.1 ifindex=2", space
 * separated, no commas; "<nil>" for NULL. x/net: ControlMessage.String.
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_control_format(const struct ipsock_control *control, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
