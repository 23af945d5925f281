// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Endpoints: opening, adopting, waiting and closing. x/net: NewConn, NewPacketConn, NewRawConn,
 * Close, SetDeadline; net: ListenPacket, Dial, Listen, Accept.
 *
 * Threads: any number of threads may receive, send, set options and change deadlines on one
 * endpoint at the same time, and one may close it under them (not with ::IPSOCK_OPEN_ONE_THREAD).
 * Only ::ipsock_free must be the last call. After fork the child may only call ::ipsock_close and
 * ::ipsock_free: setters, and calls that would have to wait, answer IPSOCK_EFORKED (a send or
 * receive that is ready does not look). Handles are close-on-exec. No call raises SIGPIPE.
 */
#ifndef IPSOCK_ENDPOINT_H
#define IPSOCK_ENDPOINT_H

#include <ipsock/addr.h>
#include <ipsock/base.h>
#include <ipsock/error.h>

#include <string.h>

/** An endpoint: a socket and what the library knows of it. NULL is answered with IPSOCK_ECLOSED. */
struct ipsock_endpoint;

/* Flags of struct ipsock_config. A kind or family that does not have one refuses it: IPSOCK_EKIND,
 * the flag's name in config->error->option. */
/** UDP, raw, ping: others may bind the same address and port, if they set it too. Multicast copies
 * go to all of them, unicast to one; which one is the system's choice. Linux and Windows
 * SO_REUSEADDR; BSD and Darwin SO_REUSEPORT. IPSOCK_EKIND on TCP: to start a server again takes no
 * flag, listeners have what that takes. */
#define IPSOCK_OPEN_REUSE 0x0001u
/** An IPv6 endpoint that carries IPv4 too. Everything that comes from it, peers, sources and
 * destinations, is then an IPv6 address, of IPv4 traffic ::ffff:a.b.c.d; what is given to it may be
 * written so or as plain IPv4, groups too (multicast.h). Without it an IPv6 endpoint is IPv6 only,
 * on every system. IPSOCK_ENOTSUP on OpenBSD and DragonFly, which have no such sockets. */
#define IPSOCK_OPEN_DUAL_STACK 0x0002u
/** Sends to IPv4 broadcast addresses are allowed (SO_BROADCAST). IPSOCK_EKIND on TCP, and on IPv6
 * endpoints that are not dual-stack: IPv6 has no broadcast (RFC 4291, 2). The BSDs let raw
 * endpoints broadcast without it, too. */
#define IPSOCK_OPEN_BROADCAST 0x0004u
/** Calls never wait: they answer IPSOCK_EAGAIN. For event loops, with ::ipsock_handle. */
#define IPSOCK_OPEN_NONBLOCK 0x0008u
/** Raw IPv4: what is sent carries its own IPv4 header (IP_HDRINCL): ::ipsock_send_ipv4, or
 * ::ipsock_send and ::ipsock_send_batch with a header in ::IPSOCK_ORDER_RAW at the start of the
 * data. Received packets are not affected. Of send control only INTERFACE and OPAQUE can be
 * declared: the header says the rest. Its hop limit holds for groups too: where the system puts the
 * endpoint's multicast hop limit over it (the BSDs), that option is set to the header's for the
 * time of the call. */
#define IPSOCK_OPEN_HEADER_INCLUDED 0x0010u
/** Only multicast that this endpoint itself joined is delivered, by group, interface and source,
 * though the system may deliver every group on the port. Adopted: what the handle has joined
 * before, and others join on it, counts too; the kernel is asked for it, with a system call for
 * each packet to a group that this endpoint has not joined, where it does not drop such packets
 * itself. IPSOCK_ENOTSUP at adopting where it cannot be asked (systems without MCAST_MSFILTER). */
#define IPSOCK_OPEN_STRICT_MULTICAST 0x0020u
/** UDP, raw, ping: ICMP errors about what was sent come by ::ipsock_recv_icmp_error (Linux
 * IP_RECVERR), and by it alone: no send or receive fails because of an earlier packet, connected or
 * not. Take them, or receive: while they lie in the system's queue they take of the receive buffer,
 * and the handle polls with POLLERR. A call that waits moves them aside to wait in peace, the
 * oldest 64; what is beyond is counted in error_discards. IPSOCK_EKIND on TCP, which acts on ICMP
 * errors by itself; IPSOCK_ENOTSUP on systems other than Linux. */
#define IPSOCK_OPEN_ERROR_STREAM 0x0040u
/** The program promises that calls on the endpoint never overlap: while one runs, or waits, no
 * other thread calls any function on it, ::ipsock_set_deadline, ::ipsock_cancel and ::ipsock_close
 * neither. Calls may come from several threads, if the program puts them in order (a lock, handing
 * over). In return calls pay no locked instruction, on systems too that do not tell how many
 * threads there are; with glibc 2.32 nothing is gained until the process makes a second one. Any
 * kind; not handed down to accepted connections. A library built without NDEBUG aborts in a call
 * that comes while another runs. */
#define IPSOCK_OPEN_ONE_THREAD 0x0100u
/** ::ipsock_adopt only: the endpoint owns the handle, and ::ipsock_close closes it. */
#define IPSOCK_ADOPT_OWN 0x0080u

/** How to open or adopt. Start from ::ipsock_config_init; zero always means "not asked for". */
struct ipsock_config {
    size_t size;    /**< sizeof(struct ipsock_config); set by ::ipsock_config_init */
    int family;     /**< ::IPSOCK_IPV4 or ::IPSOCK_IPV6; 0: that of local, else of peer */
    int kind;       /**< ::IPSOCK_UDP, ::IPSOCK_TCP, ::IPSOCK_RAW, ::IPSOCK_PING */
    int protocol;   /**< raw: IP protocol 1..255; else 0 */
    uint32_t flags; /**< IPSOCK_OPEN_…, IPSOCK_ADOPT_… */
    /** Address to bind; family 0: the system's choice, at once (UDP and ping get their port now; a
     * ping endpoint's is the identifier of its messages, ::ipsock_echo_id). A
     * UDP multicast address binds the wildcard with its port, shared as by ::IPSOCK_OPEN_REUSE, on
     * every system (net.ListenPacket's rule); it joins nothing. A link-local IPv6 address needs its
     * interface, as scope or in interface_index, or as the scope of the other address. */
    struct ipsock_addr local;
    /** Peer to connect to; family 0: none. TCP without a peer listens. UDP and TCP: with a port. */
    struct ipsock_addr peer;
    uint32_t interface_index; /**< interface to be bound to, 0 none; TCP listeners on macOS:
                                 IPSOCK_ENOTSUP */
    /** Traffic class of everything sent, as ::ipsock_set_traffic_class, in force from the first
     * packet (the SYN too; connections accepted have the listener's). 0: the default. */
    int traffic_class;
    int hop_limit;            /**< the same for ::ipsock_set_hop_limit; 0: the default */
    int backlog;              /**< TCP listener: connections that may wait; 0: the system's most */
    int receive_buffer;       /**< bytes, as ::ipsock_set_receive_buffer; 0: the system's default */
    int send_buffer;          /**< bytes, as ::ipsock_set_send_buffer; 0: the system's default */
    uint32_t receive_control; /**< IPSOCK_CONTROL_… bits to be delivered from the first packet on */
    /** IPSOCK_CONTROL_… bits that sends may carry, others are refused; ::IPSOCK_CONTROL_POSSIBLE:
     * all that can be sent here. */
    uint32_t send_control;
    int64_t deadline;           /**< for making a TCP connection: ::ipsock_now based, 0 none */
    struct ipsock_error *error; /**< receives what failed, or NULL */
};

/** Fills *config with "nothing asked for". */
static inline void ipsock_config_init(struct ipsock_config *config)
{
    memset(config, 0, sizeof *config);
    config->size = sizeof *config;
}

/* Directions of ::ipsock_last_error. */
#define IPSOCK_READ  0 /**< receiving, accepting */
#define IPSOCK_WRITE 1 /**< sending */
#define IPSOCK_SETUP 2 /**< everything else: options, memberships, filters, closing */

/** What the library itself did to packets, since the endpoint was made. */
struct ipsock_counters {
    uint64_t strict_discards; /**< multicast that this endpoint did not join */
    uint64_t filter_discards; /**< by an ICMP filter, a BPF program, an interface or the lowest hop
                                 limit accepted, where the library looks */
    uint64_t checksum_discards; /**< wrong checksum found by the library */
    uint64_t truncated;         /**< datagrams delivered cut, ::IPSOCK_MSG_TRUNC */
    uint64_t control_truncated; /**< delivered with control data cut, ::IPSOCK_MSG_CTRUNC */
    uint64_t header_discards;   /**< raw IPv4 packets refused: the header lies, as the code says */
    uint64_t error_discards;    /**< ICMP errors that nobody took, ::IPSOCK_OPEN_ERROR_STREAM */
    uint64_t segmented;         /**< messages whose segments the library sent one by one */
};

#ifdef __cplusplus
extern "C" {
#endif

/** Opens an endpoint. Every option of the configuration is in force before the socket is bound, so
 * that no early datagram escapes it. config->error is written on success too (code 0). Allocates.
 * @param s receives the endpoint, NULL on failure; end it with ::ipsock_free
 * @return 0; IPSOCK_EINVAL (the field's name is in config->error->option, or "port" for a peer
 * without, "zone" for a link-local address without, "scope" for two that differ); IPSOCK_EKIND for
 * a flag that the kind does not have; IPSOCK_EFAMILY; IPSOCK_ENOTSUP, the option being "family" on
 * a host without that family, "dual_stack" where there is no such thing, else the field;
 * IPSOCK_EPERM for raw and ping endpoints without privilege, the option saying what it takes;
 * IPSOCK_EADDRINUSE; IPSOCK_EADDRNOTAVAIL; IPSOCK_ENODEV; IPSOCK_ENFILE; with a peer
 * IPSOCK_EFIREWALL, IPSOCK_EBROADCAST, IPSOCK_ENETUNREACH, IPSOCK_EHOSTUNREACH; for TCP with a peer
 * also IPSOCK_ETIMEDOUT, IPSOCK_ECONNREFUSED, … With
 * ::IPSOCK_OPEN_NONBLOCK it returns while a TCP connection is still being made: sends and receives
 * answer IPSOCK_EAGAIN until then; the handle becomes writable, and the next one tells what came of
 * it. */
IPSOCK_API int ipsock_open(struct ipsock_endpoint **s, const struct ipsock_config *config);

/** Makes an endpoint from a socket that the program already has. Kind, family, protocol and peer
 * are found out where the system can tell, and taken from the configuration where it cannot; where
 * both know and differ, it is IPSOCK_EKIND. Control delivery is switched as configured, in addition
 * to what the program had enabled; nothing else is changed, the blocking mode least of all: the
 * library's calls wait or not as the configuration says, whatever the mode.
 *
 * Flags: NONBLOCK, ONE_THREAD and OWN; HEADER_INCLUDED, BROADCAST, STRICT_MULTICAST and
 * ERROR_STREAM, which are switched on and, if they were off before, off again when the handle is
 * given back, by ::ipsock_release or by closing a borrowed one. A raw socket that has IP_HDRINCL on
 * is found to be HEADER_INCLUDED without the flag. REUSE and DUAL_STACK are for sockets without an
 * address, and refused with IPSOCK_EINVAL, as are the configuration's addresses and sizes,
 * traffic_class, hop_limit and interface_index other than 0.
 *
 * A handle with an error queue switched on (Linux IP_RECVERR) and no ERROR_STREAM is used as it is:
 * a send or receive fails once for each error of an earlier packet, connected or not (ip(7)), and
 * the queue stays its owner's: ::ipsock_recv_icmp_error is IPSOCK_EKIND. A call that waits sleeps
 * though the handle polls with POLLERR; while errors lie unread that takes a descriptor for the
 * time of the wait (else IPSOCK_ENFILE).
 *
 * On Windows the handle must have been made overlapped, as socket() does, and a peek at a borrowed
 * blocking one may wait if another reader takes the datagram. Allocates.
 * @return 0; IPSOCK_ENOTSOCK for a descriptor that is closed, no socket, or no IP socket;
 * IPSOCK_EKIND for another kind, a flag that it does not have, or control on TCP; IPSOCK_EFAMILY
 * for a socket that is connected to a v4-mapped address and not dual-stack; IPSOCK_EINVAL;
 * IPSOCK_ENOTSUP for a flag or control field that cannot be had here; IPSOCK_ENFILE; IPSOCK_ENOMEM.
 * config->error->option names which. On failure the handle stays the caller's and as it was. */
IPSOCK_API int ipsock_adopt(struct ipsock_endpoint **s, ipsock_handle_t handle,
                            const struct ipsock_config *config);

/** Takes the next connection of a listener, waiting as receives do. The new endpoint has the
 * listener's NONBLOCK flag and no deadline. Allocates.
 * @param connection receives the endpoint
 * @param peer       receives the other side's address; may be NULL
 * @return 0; IPSOCK_EKIND; IPSOCK_EAGAIN, IPSOCK_ETIMEDOUT, IPSOCK_ECANCELED; IPSOCK_ECONNABORTED;
 *         IPSOCK_ENFILE. */
IPSOCK_API int ipsock_accept(struct ipsock_endpoint *s, struct ipsock_endpoint **connection,
                             struct ipsock_addr *peer);

/** Ends sending on a TCP connection; the peer reads the end, receiving goes on.
 * @return 0; IPSOCK_EKIND; IPSOCK_ENOTCONN; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_shutdown(struct ipsock_endpoint *s);

/** Closes: calls in progress in other threads wake with IPSOCK_ECLOSED and are waited for, then the
 * handle is closed (a borrowed one is left open). Later calls are refused with IPSOCK_ECLOSED; the
 * memory stays until ::ipsock_free. Not for signal handlers. A second closer gets IPSOCK_ECLOSED at
 * once, while the first may still be at it: free only after the first has returned.
 * @return 0; IPSOCK_ECLOSED when it was closed already. */
IPSOCK_API int ipsock_close(struct ipsock_endpoint *s);

/** Closes as ::ipsock_close, but gives the handle back instead of closing it, owned or borrowed.
 * One that the library opened is non-blocking.
 * @param handle receives the handle
 * @return 0; IPSOCK_EINVAL; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_release(struct ipsock_endpoint *s, ipsock_handle_t *handle);

/** Closes the endpoint if it is open and frees its memory. No other call may be running or follow.
 * NULL is allowed. */
IPSOCK_API void ipsock_free(struct ipsock_endpoint *s);

/** The socket, for event loops and for options that the library lacks; ::IPSOCK_INVALID_HANDLE for
 * NULL or a closed endpoint. Do not close it, and do not change its blocking mode. */
IPSOCK_API ipsock_handle_t ipsock_handle(const struct ipsock_endpoint *s);

/** Kind (::IPSOCK_UDP, …), IP family and protocol number; each pointer may be NULL. Works on closed
 * endpoints.
 * @return 0; IPSOCK_ECLOSED for NULL. */
IPSOCK_API int ipsock_describe(const struct ipsock_endpoint *s, int *kind, int *family,
                               int *protocol);

/** The address that the endpoint is bound to. @return 0; IPSOCK_EINVAL; IPSOCK_ECLOSED;
 * IPSOCK_ESYSTEM. */
IPSOCK_API int ipsock_local_addr(struct ipsock_endpoint *s, struct ipsock_addr *addr);

/** The peer of a connected endpoint. @return as ::ipsock_local_addr; IPSOCK_ENOTCONN. */
IPSOCK_API int ipsock_peer_addr(struct ipsock_endpoint *s, struct ipsock_addr *addr);

/** The clock of deadlines: monotonic, nanoseconds, > 0. */
IPSOCK_API int64_t ipsock_now(void);

/** Until when receives, accepts and sends may wait, on ::ipsock_now's clock; 0 without end, the
 * past not at all. A call that must wait past it fails with IPSOCK_ETIMEDOUT; what is ready is
 * still delivered. A change takes effect on calls that are waiting now. The endpoint stays usable.
 * @return 0; IPSOCK_ECLOSED; IPSOCK_EINVAL for a negative deadline. */
IPSOCK_API int ipsock_set_deadline(struct ipsock_endpoint *s, int64_t deadline);
/** As ::ipsock_set_deadline, for receives and accepts only. */
IPSOCK_API int ipsock_set_read_deadline(struct ipsock_endpoint *s, int64_t deadline);
/** As ::ipsock_set_deadline, for sends only. */
IPSOCK_API int ipsock_set_write_deadline(struct ipsock_endpoint *s, int64_t deadline);

/** Wakes all calls that are waiting on the endpoint now; they fail with IPSOCK_ECANCELED. Later
 * calls are not affected: to stop for good, set a deadline in the past or close. Not for signal
 * handlers: a program that ends on a signal waits for it in a thread (sigwait), or receives with
 * short deadlines and looks at a flag.
 * @return 0; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_cancel(struct ipsock_endpoint *s);

/** The last failure in a direction (::IPSOCK_READ, ::IPSOCK_WRITE, ::IPSOCK_SETUP) other than
 * IPSOCK_EAGAIN, copied out whole: a reader's never hides a writer's or a setter's; of two readers
 * the later one's is kept. Code 0 when nothing failed yet. Works on closed endpoints.
 * @return 0; IPSOCK_EINVAL; IPSOCK_ECLOSED for NULL. */
IPSOCK_API int ipsock_last_error(struct ipsock_endpoint *s, int direction,
                                 struct ipsock_error *error);

/** The last failure in a direction as text, ::ipsock_last_error and ::ipsock_error_format in one.
 * @param size bytes at text; ::IPSOCK_ERROR_TEXT suffices
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOSPC; IPSOCK_ECLOSED for NULL. */
IPSOCK_API int ipsock_explain(struct ipsock_endpoint *s, int direction, char *text, size_t size);

/** Copies the counters.
 * @param size sizeof(struct ipsock_counters)
 * @return 0; IPSOCK_EINVAL; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_get_counters(struct ipsock_endpoint *s, struct ipsock_counters *counters,
                                   size_t size);

#ifdef __cplusplus
}
#endif

#endif
