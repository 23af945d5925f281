// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Sending and receiving. x/net: ReadFrom, WriteTo, Message, ReadBatch, WriteBatch; net: Read, Write
 * of a connection. One message shape serves single calls, batches and streams.
 *
 * All calls try first and wait only when nothing is ready, unless the endpoint is non-blocking or
 * IPSOCK_MSG_DONTWAIT is given; interrupted system calls go on by themselves. None of them
 * allocates.
 */
#ifndef IPSOCK_MESSAGE_H
#define IPSOCK_MESSAGE_H

#include <ipsock/control.h>
#include <ipsock/endpoint.h>

#include <string.h>

/** One piece of a message; the layout of struct iovec. */
struct ipsock_buffer {
    void *data;
    size_t length; /**< bytes */
};

/** Most buffers of one message, on every system. */
#define IPSOCK_BUFFERS_MAX 1024

/* Flags given to a call. */
#define IPSOCK_MSG_PEEK      0x01u /**< leave it in the queue; in a batch at most one message */
#define IPSOCK_MSG_DONTWAIT  0x02u /**< IPSOCK_EAGAIN instead of waiting */
#define IPSOCK_MSG_DONTROUTE 0x04u /**< only to directly connected hosts */

/* Flags found in a message afterwards. */
/** The datagram was longer than the buffers, full_length bytes where that is known; the rest is
 * lost. */
#define IPSOCK_MSG_TRUNC  0x10u
#define IPSOCK_MSG_CTRUNC 0x20u /**< control data did not fit and is incomplete */
/** No datagram but news for this endpoint, length 0: control has the path MTU (RFC 3542 11.3). */
#define IPSOCK_MSG_NOTICE 0x40u

struct ipsock_flow;

/** A message. 72 bytes on 64-bit systems. The caller fills the first four fields and flow, and
 * zeroes the rest; a call fills the others (and peer and *control, when it receives). */
struct ipsock_message {
    struct ipsock_buffer *buffers; /**< where to, or from where; NULL with buffer_count 0 */
    /** Received (the fields of the endpoint's receive_control) or to be sent; NULL: not decoded, or
     * none. */
    struct ipsock_control *control;
    /** Received from; sent to (family 0: the connected peer). Raw and ping endpoints ignore its
     * port. */
    struct ipsock_addr peer;
    uint32_t buffer_count; /**< 0..::IPSOCK_BUFFERS_MAX, on raw IPv4 and ping two less */
    uint32_t flags;        /**< result: IPSOCK_MSG_TRUNC, CTRUNC, NOTICE */
    size_t length;         /**< result: bytes stored or sent */
    /** Result: on raw IPv4 in a batch, bytes of IP header at the start of the data; else 0. */
    uint32_t header_length;
    /** Result of receives: bytes of the datagram as it arrived, of which length are stored: equal
     * to length unless ::IPSOCK_MSG_TRUNC is set; then 0 where the system does not tell (Windows;
     * BSD and Darwin but raw endpoints on FreeBSD 14; Linux' ping sockets) and the library had no
     * room for all of it either, and always 0 on
     * streams. Counted as length is: with the IP header where that stays in the data, else without.
     * Sends ignore it, so that a message can be sent back as it came. */
    uint32_t full_length;
    /** Sent to, in place of peer, and with what control data (::ipsock_flow_prepare, flow.h); NULL:
     * by peer and control. Beside it control may have a traffic class and a segment size; anything
     * else in it is IPSOCK_EINVAL with the field's name, and a flow that is none, or another
     * endpoint's, with "flow". The peer is not looked at, so that a message can be answered as it
     * came. Receives ignore it. */
    const struct ipsock_flow *flow;
};

/** Scratch memory of batches: the system's own message headers. The caller provides the memory and
 * makes it once; one thread uses it at a time, with any endpoint. */
struct ipsock_batch;

/** Most messages of one batch call; larger counts are served up to here, as by the kernels. */
#define IPSOCK_BATCH_MAX 1024

#ifdef __cplusplus
extern "C" {
#endif

/** Fills a message of one buffer, without peer and control. */
static inline void ipsock_message_init(struct ipsock_message *message, struct ipsock_buffer *buffer,
                                       void *data, size_t length)
{
    memset(message, 0, sizeof *message);
    buffer->data = data;
    buffer->length = length;
    message->buffers = buffer;
    message->buffer_count = 1;
}

/** Fills a message to send: one buffer and a peer (NULL: the connected one). Sending only reads
 * data. */
static inline void ipsock_message_init_send(struct ipsock_message *message,
                                            struct ipsock_buffer *buffer, const void *data,
                                            size_t length, const struct ipsock_addr *peer)
{
#ifdef __cplusplus
    ipsock_message_init(message, buffer, const_cast<void *>(data), length);
#else
    ipsock_message_init(message, buffer, (void *)(uintptr_t)data, length);
#endif
    if (peer) // no NULL: C++ may warn of it
        message->peer = *peer;
}

/** Receives a datagram, or bytes of a stream (length 0: the other side has finished).
 * On raw IPv4 the IP header is stripped, options and all, and header_length is 0: the payload
 * starts header_length bytes into the data here as in batches. Received control is decoded if
 * message->control is set; without any control data control->valid is 0.
 * @param flags IPSOCK_MSG_PEEK, IPSOCK_MSG_DONTWAIT
 * @return 0; IPSOCK_EINVAL, also for a stream without room (0 bytes would look like its end);
 * IPSOCK_EKIND on listeners; IPSOCK_EAGAIN; IPSOCK_ETIMEDOUT; IPSOCK_ECANCELED; IPSOCK_ECLOSED;
 * IPSOCK_EFORKED; IPSOCK_ENOTCONN; IPSOCK_ECONNRESET, IPSOCK_ECONNTIMEDOUT on streams; on connected
 * endpoints also IPSOCK_ECONNREFUSED, IPSOCK_EHOSTUNREACH and the like, an ICMP answer to an
 * earlier send. */
IPSOCK_API int ipsock_recv(struct ipsock_endpoint *s, struct ipsock_message *message,
                           uint32_t flags);

/** Sends a datagram, or bytes of a stream. A datagram goes as a whole or not at all, of length zero
 * too; a stream may take a part: message->length tells (on failure 0). A message with a segment
 * size is several datagrams, of which each goes as a whole or not at all. They go in order, waiting
 * for room as sends do; a call that may not wait returns 0 with a smaller message->length when some
 * have gone and there is no room for the next: send the rest, from there on. On failure length is
 * what had gone before, the error that of the next datagram (IPSOCK_ETIMEDOUT if the deadline
 * passed in between). On ping endpoints it is an ICMP echo request (type 8 or 128, code 0), at
 * least 8 bytes; identifier and checksum in it are ignored, the right ones go out.
 * @param flags IPSOCK_MSG_DONTWAIT, IPSOCK_MSG_DONTROUTE
 * @return 0; IPSOCK_EINVAL (out of range: the field's name is in ::ipsock_last_error);
 * IPSOCK_EUNDECLARED for a control field that was not declared at opening; IPSOCK_EFAMILY;
 * IPSOCK_EMISSADDR without a peer; IPSOCK_EISCONN for another peer on a connected endpoint;
 * IPSOCK_EMSGSHORT and IPSOCK_EPROTOCOL on ping endpoints, for what is no echo request;
 * IPSOCK_EMSGSIZE (with a segment size the option is "segment_size"); IPSOCK_EBROADCAST;
 * IPSOCK_ENODEV; IPSOCK_EADDRNOTAVAIL for a foreign source;
 * IPSOCK_ENOTSUP for a control field that this system cannot carry to this destination (a source
 * other than its own on UDP of IPv4 that is bound to another address or connected: FreeBSD, macOS,
 * where UDP without a port can name none either; connected: OpenBSD; of IPv6 that is connected: the
 * BSDs and macOS); IPSOCK_EPIPE on streams; and the others of ::ipsock_recv. Of this
 * packet alone, so that the next may go: IPSOCK_ENOBUFS (the interface's queue is full: try again
 * later); IPSOCK_ENETUNREACH (on Linux also a route of type "blackhole"), IPSOCK_EHOSTUNREACH (also
 * "prohibit"); IPSOCK_EFIREWALL where a packet filter of this host refuses it. NetBSD's and
 * Darwin's filters refuse as routes do, and some drop without a word: Linux' for its IPv6 ping
 * sockets, all of them for streams. IPSOCK_EPERM is left for what takes privilege: opaque control
 * data, a next hop.
 *
 * An IPv6 link-local address (fe80::/10), of the peer or of the source, needs an interface (RFC
 * 4007): its scope, IPSOCK_CONTROL_INTERFACE, the scope of the other of the two, or what the
 * endpoint is bound to, an interface or a link-local address. Without any it is IPSOCK_EINVAL with
 * the option "zone"; two that differ are IPSOCK_EINVAL with "scope" or "interface_index". Groups of
 * the link go by the same, by ::ipsock_set_multicast_interface, or else where the system chooses.
 * UDP to port 0 is IPSOCK_EINVAL with "port"; raw ICMPv6 of less than 4 bytes, which has no
 * checksum, is IPSOCK_EMSGSHORT, and so is raw ICMP that the system refuses as too short. A raw
 * packet that ends before its checksum's place does, or has a header of its own that is not whole
 * by what it says of its length, is IPSOCK_EINVAL. */
IPSOCK_API int ipsock_send(struct ipsock_endpoint *s, struct ipsock_message *message,
                           uint32_t flags);

/** Bytes of memory for a batch of up to capacity messages (1..::IPSOCK_BATCH_MAX); 0 for other
 * counts. */
IPSOCK_API size_t ipsock_batch_size(uint32_t capacity);

/** Makes a batch in the caller's memory. There is nothing to free.
 * @param memory aligned as for malloc
 * @param size   at least ::ipsock_batch_size(capacity)
 * @param batch  receives memory as a batch
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_batch_init(void *memory, size_t size, uint32_t capacity,
                                 struct ipsock_batch **batch);

/** Receives as many datagrams as are ready, at most count and the batch's capacity, waiting for the
 * first only. One system call where the system has one for it. On raw IPv4 the IP header stays, in
 * wire order, and header_length tells its length.
 * @param size  sizeof(struct ipsock_message), the distance between elements
 * @param done  receives how many messages were filled; the others are untouched
 * @param flags IPSOCK_MSG_PEEK (one message at most), IPSOCK_MSG_DONTWAIT
 * @return 0 with *done >= 1 (or count 0); otherwise an error with *done 0. A failure after the
 * first datagram is not lost: it comes with the next call (NetBSD: with the next batch, or with
 * ::ipsock_recv after what has come; OpenBSD: after what has come). */
IPSOCK_API int ipsock_recv_batch(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                                 struct ipsock_message *messages, size_t size, uint32_t count,
                                 uint32_t *done, uint32_t flags);

/** Sends messages in order, as many as the system takes at once, waiting for the first only, and to
 * finish one with a segment size that has begun to go.
 * @param done receives how many went out, from the start of the array, each of them whole. Of
 * messages[*done], if it has a segment size, a part may have gone: its length tells, else it is 0
 * @return 0 when *done == count or the capacity, or when the system's buffers filled up after some;
 * otherwise the error of messages[*done], those before it having gone out; its number is also in
 *         ::ipsock_last_error's index. To go on, call again from messages[*done], after a refused
 * one from the next. IPSOCK_EAGAIN, IPSOCK_ETIMEDOUT and IPSOCK_ENOBUFS refuse nothing: the same
 * message goes later, of one with a segment size what is left after its length; nor does an answer
 * to an earlier send, on a connected endpoint, which only comes once: what fails again was refused.
 */
IPSOCK_API int ipsock_send_batch(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                                 struct ipsock_message *messages, size_t size, uint32_t count,
                                 uint32_t *done, uint32_t flags);

#ifdef __cplusplus
}
#endif

#endif
