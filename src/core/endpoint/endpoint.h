// SPDX-License-Identifier: BSD-2-Clause
/* The endpoint, and how calls enter, wait in and leave it. */
#ifndef IPSK_ENDPOINT_H
#define IPSK_ENDPOINT_H

#include <assert.h>
#include <ipsock/endpoint.h>
#include <stdatomic.h>
#include <string.h>

#include "core/codec/inline.h"
#include "core/codec/membership.h"
#include "core/codec/program_run.h"
#include "core/endpoint/backend.h"
#include "core/endpoint/sync.h"

/* Set in calls once the endpoint is closing; the rest counts the calls in progress. */
#define IPSK_CLOSED 0x80000000u

/* In flags: the library made the socket, non-blocking and with no past: every membership that it
 * has is known. */
#define IPSK_OPENED_HERE 0x80000000u

/* Found out at run time, once, and remembered: the batch calls answer ENOSYS under old kernels and
 * under system call filters that do not know them. */
#define IPSK_QUIRK_NO_RECV_MANY 0x1u
#define IPSK_QUIRK_NO_SEND_MANY 0x2u
/* The offload of segmentation: refused, or with the older limit (segment.c). */
#define IPSK_QUIRK_NO_SEGMENTS  0x4u
#define IPSK_QUIRK_FEW_SEGMENTS 0x8u

/* In slow: a stream; kept holds a failure that an earlier batch could not report; packets are
 * dropped here (traffic/verdict.h): by memberships, by ICMP type, by a program, by what a ping
 * endpoint is there for, by the interface that they came by, by how many routers they passed. */
#define IPSK_SLOW_STREAM  0x1u
#define IPSK_SLOW_PENDING 0x2u
#define IPSK_SLOW_STRICT  0x4u
#define IPSK_SLOW_ICMP    0x8u
#define IPSK_SLOW_PROGRAM 0x10u
#define IPSK_SLOW_PING    0x20u
#define IPSK_SLOW_BOUND   0x80u
#define IPSK_SLOW_HOPS    0x100u
/* Alone it hinders no short way but that of plain datagrams: control data is wanted, or the kind is
 * another one. */
#define IPSK_SLOW_HEADER 0x40u
#define IPSK_SLOW_DROPS                                                                         \
    (IPSK_SLOW_STRICT | IPSK_SLOW_ICMP | IPSK_SLOW_PROGRAM | IPSK_SLOW_PING | IPSK_SLOW_BOUND | \
     IPSK_SLOW_HOPS)
/* What looks at control data. */
#define IPSK_SLOW_LOOKS (IPSK_SLOW_STRICT | IPSK_SLOW_BOUND | IPSK_SLOW_HOPS)

/* In sends, what calls for a look at each: its peer; whether that is the connected one, which a
 * message of peer_column goes to; more than that, as with TCP, ping and raw ICMPv6, and where
 * sending takes more than one call (emulates). */
#define IPSK_SENDS_V4      0 /* anywhere, of an IPv4 endpoint */
#define IPSK_SENDS_V6      1
#define IPSK_SENDS_TO_PEER 2
#define IPSK_SENDS_CHECKED 3
/* Anywhere but to 255.255.255.255 (fact ALL_ONES_FREE). */
#define IPSK_SENDS_NOT_TO_ALL 4

/* A row's value as the system had it (option.h). */
struct ipsk_saved {
    const struct ipsk_option_row *row;
    uint8_t value[16];
    size_t length;
};

/* Most rows that adopting changes: those of three flags and of what strict delivery looks at, in
 * two columns. */
#define IPSK_FOUND_MAX 14

struct ipsock_endpoint {
    _Atomic uint32_t calls;
    _Atomic uint32_t fields; /* of received packets: receive_control and own_fields together */
    /* ipsk_sys_alone; before closing, a 0: who is alone need not look at IPSK_CLOSED */
    _Atomic(const char *) alone;
    /* the way of its messages, by sends: core/traffic/single.h fills it in */
    int (*send_way)(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags);
    ipsock_handle_t handle;
    uint32_t flags;        /* IPSOCK_OPEN_…, IPSOCK_ADOPT_… */
    uint32_t send_control; /* declared IPSOCK_CONTROL_… bits */
    uint32_t emulated[3];  /* by column: declared bits that have no control message there */
    uint32_t sendable[3];  /* by column: declared bits that can go there, emulated or not */
    uint32_t emulated_any; /* emulated, in whatever column */
    /* by column: fields whose presence calls for the long check; all but the usual ones that can go
     * there (fast_path.h) */
    uint32_t slow_control[3];
    /* by column: bytes that the system segments in one call; 0: none, as once it has refused */
    _Atomic uint32_t offload[3];
    uint32_t offload_count; /* segments that every such system takes in one call */
    /* of its flows (flow.h): no other endpoint's, not even one's of the same memory. Odd, and
     * settled, once it has any; under lock before */
    uint64_t flow_owner;
    uint8_t kind;    /* IPSOCK_UDP … */
    uint8_t backing; /* kind of the socket: IPSOCK_RAW under some ping endpoints */
    uint8_t family;  /* IPSOCK_IPV4, IPSOCK_IPV6 */
    uint8_t protocol;
    bool dual_stack;
    bool tells_nothing; /* a dual-stack one of an IPv4 address, which gets no control data */
    bool listening;
    bool fresh;          /* a socket of this moment, closed if a step fails: nothing is put back */
    bool connected;      /* peer is known and fixed */
    bool peer_in_system; /* the socket is connected too, and sends name no peer */
    uint8_t sends;       /* IPSK_SENDS_… */
    uint8_t peer_column; /* where the peer is fixed */
    bool emulates;       /* sends go through traffic/emulate.c */
    bool ip_header;      /* received data starts with an IPv4 header */
    bool index_no_way;   /* an IPv6 index beside a packet is not the way that it takes */
    uint8_t shut_column; /* IPSK_V6 or IPSK_MAPPED: no sends there; 0: all open */
    uint8_t own_columns; /* as bits: in these a packet's source can be own alone (addressed.h) */
    struct ipsock_addr own;
    uint32_t heard;    /* the interface that is heard alone, where the library looks; 0 all */
    uint32_t zone;     /* zone.h: interface that everything leaves by; 0 none in particular */
    uint16_t echo_id;  /* of a ping endpoint, where the system keeps none; else 0 */
    int traffic_class; /* of a listener, for accepted connections; under setup; 0 none */
    int hop_limit;
    /* the lowest that is accepted: of a listener as those two, of others where receives look */
    _Atomic int minimum_hop_limit;
    struct ipsock_addr peer;
    _Atomic uint32_t sum_end; /* of raw IPv6: bytes that a checksum has its place in; 0: unknown */
    _Atomic uint32_t quirks;
    _Atomic uint32_t slow; /* IPSK_SLOW_… bits: 0, and a receive has nothing to look at */
    struct ipsock_error pending_error; /* under lock */

    /* Waiting; all under lock. */
    struct ipsk_mutex lock;
    struct ipsk_condition settled; /* stale or calls reached 0 */
    struct ipsk_waker waker;
    int64_t deadline[2];           /* by direction */
    uint32_t waiters;              /* calls inside ipsk_sys_wait */
    uint32_t stale;                /* of these, the ones that must still notice the last signal */
    uint32_t generation;           /* counts signals */
    uint32_t cancels;              /* counts ipsock_cancel */
    struct ipsock_error errors[3]; /* by direction */

    struct ipsk_memberships memberships; /* under setup */
    /* as set, under setup: Linux gives the index of IPv4 not back; sends only look */
    _Atomic uint32_t multicast_interface;
    ipsock_handle_t secondary; /* the secondary socket of membership_secondary.h, under setup */
    bool has_secondary;
    _Atomic uint32_t receive_control; /* IPSOCK_CONTROL_… bits delivered; under setup */
    _Atomic uint32_t own_fields;      /* what the library needs for itself; under setup */
    struct ipsk_mutex setup;      /* one setter at a time: options that take several system calls */
    struct ipsk_mutex send;       /* per-packet emulation; never held over a wait */
    struct ipsk_condition sent;   /* plain_sends reached 0 */
    _Atomic uint32_t plain_sends; /* in progress, beside emulation (emulate.c) */
    struct ipsk_saved found[IPSK_FOUND_MAX]; /* of an adopted handle, for when it is given back */
    uint32_t found_count;
    intptr_t process; /* the one that opened it */

    /* What receives drop; under take, which comes before setup and is never held over a wait. */
    struct ipsk_mutex take;                /* one such receive at a time */
    struct ipsock_icmp_filter icmp_filter; /* types that the kernel lets pass */
    struct ipsk_program *program;          /* where the kernel runs none */

    _Atomic uint64_t strict_discards, filter_discards, checksum_discards;
    _Atomic uint64_t truncated, control_truncated, header_discards, error_discards;
    _Atomic uint64_t segmented;       /* messages */
    struct ipsk_error_stream *stream; /* error_stream.h; NULL without a stream */
    _Atomic uint32_t stream_queued;   /* events in its ring */
    /* With a stream: before a second wait in a row that nothing came of, empties the system's
     * queue. */
    void (*keep_errors)(struct ipsock_endpoint *s);
};

static inline bool ipsk_sends_anywhere(const struct ipsock_endpoint *s)
{
    return s->sends <= IPSK_SENDS_V6;
}

/* The system refused to segment. */
static inline void ipsk_give_up_offload(struct ipsock_endpoint *s)
{
    atomic_fetch_or_explicit(&s->quirks, IPSK_QUIRK_NO_SEGMENTS, memory_order_relaxed);
    for (int column = IPSK_V4; column <= IPSK_MAPPED; column++)
        atomic_store_explicit(&s->offload[column], 0, memory_order_relaxed);
}

/* Whether packets are looked at here, and dropped maybe. It may begin at any time. */
static inline bool ipsk_filters_here(struct ipsock_endpoint *s)
{
    return (atomic_load_explicit(&s->slow, memory_order_relaxed) & IPSK_SLOW_DROPS) != 0;
}

/* Whether calls are counted without locked instructions: where this is the process' only thread,
 * nobody can touch the word between its load and its store. A thread made later, even while this
 * one waits in a call, is made after the store and sees it; one that has ended did so before the
 * flag says so. Each step looks anew: a call may enter in one way and leave in the other. What
 * interrupts this thread may not call the library: signal handlers never may. */
static inline bool ipsk_is_alone(const struct ipsock_endpoint *s)
{
    return IPSK_LIKELY(*atomic_load_explicit(&s->alone, memory_order_relaxed) != 0);
}

/* What IPSOCK_OPEN_ONE_THREAD promised, before a call begins. The count that a child of fork has is
 * its parent's. */
static inline void ipsk_check_promise(const struct ipsock_endpoint *s)
{
    assert("IPSOCK_OPEN_ONE_THREAD: no other call runs" &&
           (!(s->flags & IPSOCK_OPEN_ONE_THREAD) || s->process != ipsk_sys_process() ||
            !(atomic_load_explicit(&s->calls, memory_order_relaxed) & ~IPSK_CLOSED)));
    (void)s;
}

static inline void ipsk_count_alone(struct ipsock_endpoint *s, uint32_t more)
{
    const uint32_t calls = atomic_load_explicit(&s->calls, memory_order_relaxed);
    atomic_store_explicit(&s->calls, calls + more, memory_order_relaxed);
}

void ipsk_leave_slowly(struct ipsock_endpoint *s);

/* Ends a call. After this the endpoint may be gone. */
static inline void ipsk_leave(struct ipsock_endpoint *s)
{
    if (ipsk_is_alone(s)) {
        ipsk_count_alone(s, UINT32_MAX);
        return;
    }
    uint32_t calls = atomic_load_explicit(&s->calls, memory_order_relaxed);
    while (!(calls & IPSK_CLOSED))
        if (atomic_compare_exchange_weak_explicit(&s->calls, &calls, calls - 1,
                                                  memory_order_release, memory_order_relaxed))
            return;
    ipsk_leave_slowly(s);
}

/* Enters a call: the handle stays open until ipsk_leave. IPSOCK_ECLOSED for NULL and closed
 * endpoints. */
static inline int ipsk_enter(struct ipsock_endpoint *s)
{
    if (s == NULL)
        return IPSOCK_ECLOSED;
    ipsk_check_promise(s);
    if (ipsk_is_alone(s)) {
        ipsk_count_alone(s, 1);
        return IPSOCK_OK;
    }
    if (!(atomic_fetch_add_explicit(&s->calls, 1, memory_order_acquire) & IPSK_CLOSED))
        return IPSOCK_OK;
    ipsk_leave_slowly(s);
    return IPSOCK_ECLOSED;
}

/* Whether a call may go to the system once without entering: its only thread is in there until it
 * returns, so that nobody closes the endpoint. One that goes on after that enters first. Where
 * IPSOCK_OPEN_ONE_THREAD is checked, every call is counted. False too where the endpoint or the
 * message is missing, or seems to: two addresses without a bit in common, of which nothing follows
 * but that the call enters. */
static inline bool ipsk_need_not_enter(const struct ipsock_endpoint *s,
                                       const struct ipsock_message *message)
{
#ifdef NDEBUG
    return IPSK_LIKELY(((uintptr_t)s & (uintptr_t)message) != 0) && ipsk_is_alone(s);
#else
    (void)s;
    (void)message;
    return false;
#endif
}

/* As ipsk_enter, for calls that the child of a fork must not make. */
int ipsk_enter_own(struct ipsock_endpoint *s);

/* Records a failure of a direction and returns its code. */
int ipsk_record(struct ipsock_endpoint *s, int direction, const struct ipsock_error *error);

/* Records what is to be, if the code is a failure; returns the code. */
int ipsk_note(struct ipsock_endpoint *s, int direction, int code, const struct ipsock_error *error);

/* The same and leaves; the end of every entered call that can fail. */
int ipsk_finish(struct ipsock_endpoint *s, int direction, int code,
                const struct ipsock_error *error);

/* The same with success inlined: the end of a call on the data path. */
static inline int ipsk_end(struct ipsock_endpoint *s, int direction, int code,
                           const struct ipsock_error *error)
{
    if (code < 0)
        return ipsk_finish(s, direction, code, error);
    ipsk_leave(s);
    return code;
}

/* A new endpoint of nothing but a handle, and its memory's end. Allocates. */
struct ipsock_endpoint *ipsk_endpoint_new(ipsock_handle_t handle, struct ipsock_error *error);
void ipsk_endpoint_free(struct ipsock_endpoint *s);

void ipsk_set_kind(struct ipsock_endpoint *s, int kind, int family);
void ipsk_set_protocol(struct ipsock_endpoint *s, int protocol);
/* Of an endpoint with ONE_THREAD calls are counted as if the process had one. */
void ipsk_set_flags(struct ipsock_endpoint *s, uint32_t flags);
/* Remembers who the datagrams of a connected endpoint come from and go to. */
void ipsk_fix_peer(struct ipsock_endpoint *s, const struct ipsock_addr *peer);

/* What its socket was made with. */
static inline int ipsk_socket_protocol(const struct ipsock_endpoint *s)
{
    const bool raw_ping = s->kind == IPSOCK_PING && s->backing == IPSOCK_RAW;
    return raw_ping ? s->family == IPSOCK_IPV4 ? 1 : 58 : s->protocol;
}

#define IPSK_PROTOCOL_ICMPV6 58

/* A raw endpoint whose messages the kernel looks into. */
static inline bool ipsk_is_raw_icmp6(const struct ipsock_endpoint *s)
{
    return s->kind == IPSOCK_RAW && s->family == IPSOCK_IPV6 && s->protocol == IPSK_PROTOCOL_ICMPV6;
}

/* A raw endpoint whose messages the kernel does not measure against their checksum's place. */
static inline bool ipsk_measures_sum(const struct ipsock_endpoint *s)
{
    return s->kind == IPSOCK_RAW && s->family == IPSOCK_IPV6 &&
           s->protocol != IPSK_PROTOCOL_ICMPV6 && ipsk_native.facts[IPSK_FACT_SUM6_HALF_OUT] != 0;
}

/* The table's kind bit of an endpoint's backing. */
static inline unsigned ipsk_kind_bit(int kind)
{
    return 1u << (kind - 1);
}

/* ipsock_addr_is_mapped, inlined: a call to an exported function may go to another library. */
static inline bool ipsk_is_mapped(const struct ipsock_addr *addr)
{
    /* in words: compilers may call the C library for memcmp of 12 bytes */
    const uint8_t prefix[4] = {0, 0, 0xff, 0xff};
    uint64_t high;
    uint32_t low;
    uint32_t mark;
    memcpy(&high, addr->ip, sizeof high);
    memcpy(&low, addr->ip + 8, sizeof low);
    memcpy(&mark, prefix, sizeof mark);
    return addr->family == IPSOCK_IPV6 && low == mark && high == 0;
}

/* The column of traffic to an address on this endpoint. */
static inline int ipsk_column(const struct ipsock_endpoint *s, const struct ipsock_addr *addr)
{
    if (s->family == IPSOCK_IPV4)
        return IPSK_V4;
    return s->dual_stack && (addr->family == IPSOCK_IPV4 || ipsk_is_mapped(addr)) ? IPSK_MAPPED
                                                                                  : IPSK_V6;
}

/* Whether a failure is one that the error stream tells. */
bool ipsk_is_stream_error(const struct ipsock_endpoint *s, int code);

/* A failure that an earlier batch had to keep, because datagrams came with it. */
void ipsk_keep_pending(struct ipsock_endpoint *s, const struct ipsock_error *error);
int ipsk_take_pending(struct ipsock_endpoint *s, struct ipsock_error *error);
static inline int ipsk_pending(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const uint32_t slow = atomic_load_explicit(&s->slow, memory_order_relaxed);
    return slow & IPSK_SLOW_PENDING ? ipsk_take_pending(s, error) : IPSOCK_OK;
}

/* Whether calls in a direction may wait. */
static inline bool ipsk_may_wait(const struct ipsock_endpoint *s, uint32_t flags)
{
    return !(s->flags & IPSOCK_OPEN_NONBLOCK) && !(flags & IPSOCK_MSG_DONTWAIT);
}

#endif
