// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Control data: what the IP header said of a packet received, and what it shall say of one sent.
 * RFC 3542 section 6. x/net: ControlFlags, SetControlMessage, ControlMessage, Marshal, Parse,
 * NewControlMessage, Message.OOB.
 */
#ifndef IPSOCK_CONTROL_H
#define IPSOCK_CONTROL_H

#include <ipsock/endpoint.h>

/* Fields of struct ipsock_control. R: can be received, S: can be sent. Who asks to receive
 * SEGMENT_SIZE (coalescing) receives into buffers of 64 KiB: see segment_size. */
#define IPSOCK_CONTROL_TRAFFIC_CLASS 0x0001u /**< R S  IPv4 TOS, IPv6 traffic class */
#define IPSOCK_CONTROL_HOP_LIMIT     0x0002u /**< R S  IPv4 TTL, IPv6 hop limit */
#define IPSOCK_CONTROL_SOURCE        0x0004u /**< R S  source address (x/net: FlagSrc, cm.Src) */
#define IPSOCK_CONTROL_DESTINATION   0x0008u /**< R    the header's destination (FlagDst, cm.Dst) */
#define IPSOCK_CONTROL_INTERFACE     0x0010u /**< R S  arrival or departure interface */
#define IPSOCK_CONTROL_PATH_MTU      0x0020u /**< R    path MTU notice (IPv6, RFC 3542 11.3) */
#define IPSOCK_CONTROL_DONT_FRAGMENT 0x0040u /**<   S  forbid or allow fragmenting */
#define IPSOCK_CONTROL_NEXT_HOP      0x0080u /**<   S  first hop (IPv6, RFC 3542 6.3) */
#define IPSOCK_CONTROL_SEGMENT_SIZE  0x0100u /**< R S  several UDP datagrams in one buffer */
#define IPSOCK_CONTROL_OPAQUE        0x0200u /**< R S  the system's own control bytes */

/** In send_control of a configuration, alone or beside bits that must be possible: every field that
 * can be sent here, on this system, kind and family; ::ipsock_get_send_control tells which these
 * are. A field that cannot is refused when a message carries it: IPSOCK_ENOTSUP. Where a field has
 * no control message (ipsock_capability: exact) all messages of the endpoint go the longer way, and
 * one that carries it waits for the sends in progress of other threads, and they for it: what is
 * sent much names its fields. */
#define IPSOCK_CONTROL_POSSIBLE 0x80000000u
/** The same for the interface of a packet alone: ::IPSOCK_CONTROL_INTERFACE where it can be sent,
 * which it cannot over IPv4 on FreeBSD, OpenBSD and DragonFly; a message that carries it there is
 * IPSOCK_ENOTSUP. */
#define IPSOCK_CONTROL_POSSIBLE_INTERFACE 0x40000000u

/** What the header says of a packet: x/net's set, and what to ask for when in doubt. */
#define IPSOCK_CONTROL_HEADER 0x001fu
/** What ::ipsock_control_reply needs: in receive_control, and in send_control of a configuration.
 * The interface of a packet, which answers to groups and link-local addresses take, is declared
 * where it can be sent. */
#define IPSOCK_CONTROL_REPLY_RECEIVE (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE)
#define IPSOCK_CONTROL_REPLY_SEND    (IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_POSSIBLE_INTERFACE)

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
    uint32_t path_mtu; /**< bytes, IP header included; destination names the peer */
    /** UDP: payload bytes of each datagram but the last, which may be shorter. Sent: 1..65535; a
     * message is cut into datagrams of this size, as many as it takes (an empty one is one empty
     * datagram). By the system's offload (Linux 4.18 UDP_SEGMENT, Windows 10 2004
     * UDP_SEND_MSG_SIZE), one call for each 128 datagrams (Linux; 63 before 6.9), 512 (Windows) or
     * 65507 bytes (65527 over IPv6); one by one by the library where there is none, or where it is
     * refused, which the endpoint remembers (::ipsock_capability, counter segmented). A datagram
     * above the path's MTU is IPSOCK_EMSGSIZE, the option being "segment_size": where the system
     * cuts, whatever the endpoint's don't-fragment says; where the library does, with
     * don't-fragment, else it is fragmented as others are. Received: several datagrams of one
     * sender came in one message, of this size each (Linux 5.0 UDP_GRO, Windows 10 2004
     * UDP_RECV_MAX_COALESCED_SIZE); without the bit it is a single one. It takes buffers of 65535
     * bytes: what does not fit is lost, with all the datagrams in it (::IPSOCK_MSG_TRUNC). */
    uint32_t segment_size;
    struct ipsock_addr source;   /**< received: the peer's, port 0; sent: port ignored */
    struct ipsock_addr next_hop; /**< IPv6 */
    /** The system's own control bytes (struct cmsghdr, WSACMSGHDR). Received: a buffer of the
     * caller's; all control messages are left there, those decoded into the fields too, in the
     * system's order as many as fit whole: of one that does not fit, and of those behind it, there
     * is nothing (::IPSOCK_MSG_CTRUNC; the fields are not affected). The last one needs no room for
     * the padding that would follow it. Sent: whole control messages, which go out after those made
     * from the fields; absent where the system does not look at them (raw IPv4 on FreeBSD,
     * OpenBSD and DragonFly, IPv4 of dual-stack endpoints on NetBSD, where none is received
     * either). */
    void *opaque;
    /** Received: bytes at opaque. 512 or more spare a copy; more than 512 are filled by the systems
     * that have such long control data (Linux: extension headers). */
    size_t opaque_capacity;
    size_t opaque_length; /**< received: bytes written; sent: bytes to send */
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

/** The declared fields that sends to a destination of this family may carry: ::IPSOCK_IPV4,
 * ::IPSOCK_IPV6, or ::IPSOCK_IPV4_MAPPED, which on a dual-stack endpoint is the same as IPv4; 0:
 * those that every destination can take which the endpoint carries. Fields of
 * ::IPSOCK_CONTROL_POSSIBLE are among them, that bit is not, nor is
 * ::IPSOCK_CONTROL_POSSIBLE_INTERFACE. 0 on TCP.
 * @return 0; IPSOCK_EINVAL; IPSOCK_EFAMILY for a family that the endpoint does not carry;
 * IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_get_send_control(struct ipsock_endpoint *s, int family, uint32_t *bits);

/** Makes the control data to answer a packet with: from the address that it was sent to, if that is
 * a unicast address, and out of the interface it came by, if the address is of that link only or a
 * multicast or broadcast address. Nothing else is copied: to answer in the same class, add the DSCP
 * (IPSOCK_DSCP_OF; the ECN bits tell of the path that the question took).
 * @param out replaced whole; may be in itself
 * @param in  received control with DESTINATION; without INTERFACE the route decides
 * @return 0; IPSOCK_EINVAL; IPSOCK_ECLOSED; IPSOCK_EMISSADDR when in lacks the destination (also of
 *         IPv4 packets on dual-stack endpoints of NetBSD, which are not told it);
 *         IPSOCK_EUNDECLARED when s may not send what is needed (::IPSOCK_CONTROL_REPLY_SEND),
 *         IPSOCK_ENOTSUP when it may send what is possible (::IPSOCK_CONTROL_POSSIBLE), and that is
 * not. Direction ::IPSOCK_WRITE. */
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
 * call. Unknown messages are skipped, as are those too short for their type; longer ones are
 * accepted. Numbers may be 1, 2, 4 or 8 bytes wide, whatever this kernel sends; those of another
 * width, or out of the field's range, are skipped. x/net: ControlMessage.Parse.
 * @param family the traffic that they came with: ::IPSOCK_IPV4 and ::IPSOCK_IPV6 pass over messages
 * of the other one; ::IPSOCK_IPV4_MAPPED takes both, as dual-stack sockets get both with IPv4
 * packets, and gives the destination v4-mapped; 0 takes all that is known, as it is
 * @param fields the fields to take, IPSOCK_CONTROL_… bits that can be received
 * @return 0; IPSOCK_EINVAL, also for another family; IPSOCK_ECONTROL when a length lies (what came
 * before it has been decoded, nothing outside was read). */
IPSOCK_API int ipsock_control_decode(const void *buffer, size_t length, int family, uint32_t fields,
                                     struct ipsock_control *control);

/** Writes control data for people: "tclass=0x28 hoplim=64 dst=192.0.2.1 ifindex=2", space
 * separated, no commas; "<nil>" for NULL. Also src=, nexthop=, mtu=, df=, segment=, opaque=
 * (bytes); a field that is not valid is left away, and hoplim= is IPv4's TTL too, where x/net has
 * ttl=. x/net: ControlMessage.String.
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_control_format(const struct ipsock_control *control, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
