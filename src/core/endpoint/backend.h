// SPDX-License-Identifier: BSD-2-Clause
/* The one contract that a platform fulfils: its tables (table.h) and the functions below. Functions
 * return 0 or an IPSOCK_E… code and then fill *error's code, native and operation; none of them
 * waits except ipsk_sys_wait, none allocates except where said. The engine calls the data path only
 * while the call is entered (endpoint.h), so that a handle cannot be closed under it. */
#ifndef IPSK_BACKEND_H
#define IPSK_BACKEND_H

#include <ipsock/icmp.h>
#include <ipsock/interface.h>
#include <ipsock/message.h>

#include "core/codec/addr_text.h"
#include "core/codec/order.h"
#include "core/table/table.h"

struct ipsock_batch;
struct ipsk_flow;
struct ipsk_single;
struct ipsk_raw_header;

/* Fills *error and returns code: every failure goes through here. */
static inline int ipsk_fail(struct ipsock_error *error, int code, int native, const char *operation,
                            const char *option)
{
    if (error != NULL) {
        const struct ipsock_error failure = {code, native, operation, option, IPSOCK_NO_INDEX};
        *error = failure;
    }
    return code;
}

/* Names the family that this host has not, of a failed ipsk_sys_socket. */
static inline void ipsk_name_family(struct ipsock_error *error, int family)
{
    error->operation = family == IPSOCK_IPV4 ? "socket IPv4" : "socket IPv6";
    error->option = "family";
}

/* ---- sockets ---- */

/* A new non-blocking, close-on-exec socket that never raises SIGPIPE. */
int ipsk_sys_socket(int family, int kind, int protocol, ipsock_handle_t *handle,
                    struct ipsock_error *error);
int ipsk_sys_bind(ipsock_handle_t handle, const struct ipsock_addr *addr,
                  struct ipsock_error *error);
/* IPSOCK_EAGAIN: in progress; the handle becomes writable, then ipsk_sys_connect_result tells. */
int ipsk_sys_connect(ipsock_handle_t handle, const struct ipsock_addr *addr,
                     struct ipsock_error *error);
int ipsk_sys_connect_result(ipsock_handle_t handle, struct ipsock_error *error);
int ipsk_sys_shutdown(ipsock_handle_t handle, struct ipsock_error *error); /* sending only */
int ipsk_sys_listen(ipsock_handle_t handle, int backlog, struct ipsock_error *error);
/* As ipsk_sys_socket, from a listener. looks: it may be a blocking one, look before; calls are then
 * made one at a time. */
int ipsk_sys_accept(ipsock_handle_t handle, bool looks, ipsock_handle_t *connection,
                    struct ipsock_addr *peer, struct ipsock_error *error);
int ipsk_sys_local_addr(ipsock_handle_t handle, struct ipsock_addr *addr,
                        struct ipsock_error *error);
int ipsk_sys_peer_addr(ipsock_handle_t handle, struct ipsock_addr *addr,
                       struct ipsock_error *error);
/* What the system can tell of a foreign handle; 0 for what it cannot. */
struct ipsk_inspection {
    int family, kind, protocol;
    bool listening;
    uint32_t interface_index; /* that it is bound to */
    bool protocol_unknown;    /* of a raw socket: whether it is one of ICMP is not told */
    bool dual_stack;          /* this and the next: by the engine, which asks rows of the table */
    bool header_included;
};
int ipsk_sys_inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                     struct ipsock_error *error);
void ipsk_sys_close(ipsock_handle_t handle);

/* Raw access to options; *length is the buffer's size, then what was written. */
int ipsk_sys_set(ipsock_handle_t handle, int level, int name, const void *value, size_t length,
                 struct ipsock_error *error);
int ipsk_sys_get(ipsock_handle_t handle, int level, int name, void *value, size_t *length,
                 struct ipsock_error *error);

/* A number that is no row of the tables, by its name in errors. */
static inline int ipsk_sys_get_number(ipsock_handle_t handle, int level, int name, const char *text,
                                      int *value, struct ipsock_error *error)
{
    size_t length = sizeof *value;
    *value = 0;
    const int code = ipsk_sys_get(handle, level, name, value, &length, error);
    if (code < 0)
        error->option = text;
    return code;
}

/* Whether a question about a foreign handle failed for want of something, not because there is no
 * such thing to tell of it, which is an answer to go by. */
static inline bool ipsk_is_no_answer(int code)
{
    return code == IPSOCK_ENOMEM || code == IPSOCK_ENOBUFS || code == IPSOCK_ENFILE ||
           code == IPSOCK_ENOTSOCK;
}

/* The same number, or another value where the system cannot tell. */
static inline int ipsk_sys_find_number(ipsock_handle_t handle, int level, int name,
                                       const char *text, int otherwise, int *value,
                                       struct ipsock_error *error)
{
    const int code = ipsk_sys_get_number(handle, level, name, text, value, error);
    if (code == IPSOCK_OK || ipsk_is_no_answer(code))
        return code;
    *value = otherwise;
    return IPSOCK_OK;
}

/* How many times the size asked for the kernel reports (Linux counts its own overhead: 2). */
int ipsk_sys_buffer_factor(void);

/* ---- data path: never waits; IPSOCK_EAGAIN when nothing is ready ---- */

/* Beside a call's flags: on raw IPv4 the header stays, as in batches. */
#define IPSK_MSG_WHOLE 0x80000000u

int ipsk_sys_recv(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                  struct ipsock_error *error);
int ipsk_sys_send(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                  struct ipsock_error *error);
/* The short ways of both: of what is usual, without room for what is to be said of a failure. That
 * is kept where the system keeps it, until the same thread asks at once. */
#define IPSK_FAILED    (-1)
#define IPSK_SLOW_PATH (-2) /* nothing has been tried: by the functions above */
#define IPSK_CUT       (-3) /* received, and the data was cut, which has not been noted */
/* A message that is right beyond doubt (fast_path.h), in its column and with all its control
 * fields; the same without any, and of one buffer, by IPSK_NO_COLUMN to a connected endpoint's
 * peer. The column is a constant of the caller's. Return the bytes that went out, or one of the
 * first two. */
ptrdiff_t ipsk_sys_send_fast(struct ipsock_endpoint *s, struct ipsock_message *message,
                             uint32_t flags, int column, uint32_t fields);
ptrdiff_t ipsk_sys_send_plain(struct ipsock_endpoint *s, struct ipsock_message *message,
                              uint32_t flags, int column);
/* After IPSK_FAILED. IPSOCK_OK: it went out after all. */
int ipsk_sys_send_failed(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                         struct ipsock_error *error);
/* A datagram of an endpoint from which nothing is dropped; the same where no control data is wanted
 * (s->fields), into one buffer. call has the others, for what comes after the system's call.
 * Return IPSOCK_OK, or one of the three. */
int ipsk_sys_recv_fast(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       const volatile struct ipsk_single *call);
int ipsk_sys_recv_plain(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                        const volatile struct ipsk_single *call);
/* After IPSK_FAILED and IPSK_CUT. */
int ipsk_sys_recv_rest(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       int tried, struct ipsock_error *error);
/* Writes down name and control data of a flow (flow.h) that is otherwise complete, and right beyond
 * doubt; m says the same. A system without use for it writes nothing, and spells flows out. */
void ipsk_sys_write_flow(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                         struct ipsk_flow *flow);
/* A message with a flow (flow.h) and nothing beside it; with a traffic class; with a segment size
 * and maybe a class (its bit, or 0: a constant of the caller's). Whether it is right beyond doubt
 * they find out, but not what is beside it. Return as ipsk_sys_send_fast. */
ptrdiff_t ipsk_sys_send_flow(struct ipsock_endpoint *s, struct ipsock_message *message,
                             uint32_t flags);
ptrdiff_t ipsk_sys_send_flow_class(struct ipsock_endpoint *s, struct ipsock_message *message,
                                   uint32_t flags);
ptrdiff_t ipsk_sys_send_flow_segments(struct ipsock_endpoint *s, struct ipsock_message *message,
                                      uint32_t flags, uint32_t class_bit);
/* Raw IPv4: the header apart (message.h), the payload into the message. */
int ipsk_sys_recv_ipv4(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                       struct ipsock_message *message, uint32_t flags, struct ipsock_error *error);
/* Writes down where messages are to be received, for the next call below with them, and looks at
 * each; false: something may be wrong with their buffers, or the system takes one at a time. */
bool ipsk_sys_aim_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count);
/* 0 with *done >= 1, or an error with *done 0. */
int ipsk_sys_recv_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                       uint32_t flags, struct ipsock_error *error);
/* Writes down the first messages that are right beyond doubt (fast_path.h), as they will go out;
 * returns how many. 0 where the system takes one at a time. */
uint32_t ipsk_sys_fill_many(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            const struct ipsock_message *messages, size_t size, uint32_t count);
/* Beside a call's flags: the messages are written down already. */
#define IPSK_MSG_FILLED 0x40000000u
/* *done messages went out; an error is that of messages[*done]. 0 with *done < count: ask again. */
int ipsk_sys_send_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                       uint32_t flags, struct ipsock_error *error);
/* News of the error queue: an ICMP error about a packet that this endpoint sent, or the system's
 * own refusal of one. bytes hold what the quoted packet carried (behind its transport header on
 * UDP, behind its IP header on others), and behind the quote the extension structure of RFC 4884.
 */
#define IPSK_ERROR_BYTES 1280 /* what an ICMPv6 error may have in all (RFC 4443, 2.4) */
struct ipsk_error_entry {
    struct ipsock_icmp_error event; /* objects and flags left to the engine */
    uint16_t quoted;                /* bytes of the quote */
    uint16_t length;                /* bytes with the extension */
    bool truncated;                 /* the quote was longer */
    uint8_t bytes[IPSK_ERROR_BYTES];
};
/* The oldest entry of the queue. IPSOCK_EAGAIN: the queue is empty, and then nothing of it is left
 * behind that would end a wait. Only for endpoints with IPSK_OPTION_ERROR_STREAM on. */
int ipsk_sys_recv_error(struct ipsock_endpoint *s, struct ipsk_error_entry *entry,
                        struct ipsock_error *error);
/* What malloc aligns to, on 32-bit systems too, and all that the scratch needs. */
#define IPSK_BATCH_ALIGN 8
size_t ipsk_sys_batch_size(uint32_t capacity);
void ipsk_sys_batch_init(struct ipsock_batch *batch, uint32_t capacity);
uint32_t ipsk_sys_batch_capacity(const struct ipsock_batch *batch);

/* The system's batch calls, or NULL where the library makes them of single ones. */
const char *ipsk_sys_recv_many_name(void);
const char *ipsk_sys_send_many_name(void);

/* ---- waiting ---- */

/* Something that can be waited for beside a handle. All zero: not open. */
struct ipsk_waker {
    ipsock_handle_t wait, signal;
    bool open;
};
int ipsk_sys_waker_open(struct ipsk_waker *waker, struct ipsock_error *error);
void ipsk_sys_waker_signal(const struct ipsk_waker *waker); /* stays signalled until drained */
void ipsk_sys_waker_drain(const struct ipsk_waker *waker);
void ipsk_sys_waker_close(struct ipsk_waker *waker);
/* A direction beside IPSOCK_READ and IPSOCK_WRITE: the error queue has something. */
#define IPSK_ERRORS 2
/* Waits until the handle is ready in a direction, the error queue has something (where the endpoint
 * has one; the engine empties it before it waits again), the waker is signalled, the deadline
 * (ipsk_sys_now; 0 none) has passed, or for no reason at all: the caller tries again.
 * IPSK_WAIT_ERRORS: of the handle there was an error alone. */
#define IPSK_WAIT_ERRORS 1
int ipsk_sys_wait(ipsock_handle_t handle, int direction, const struct ipsk_waker *waker,
                  int64_t deadline, struct ipsock_error *error);
/* The same where errors lie in a queue that belongs to somebody else: their presence ends no wait.
 */
int ipsk_sys_wait_beside_errors(ipsock_handle_t handle, int direction,
                                const struct ipsk_waker *waker, int64_t deadline,
                                struct ipsock_error *error);
int64_t ipsk_sys_now(void);
/* Differs from its ancestors' in the child of a fork; asked on the way, so it costs no system call.
 */
intptr_t ipsk_sys_process(void);
/* The system's number for it. */
uint32_t ipsk_sys_process_id(void);

/* ---- the host ---- */

/* The names of interfaces: core/codec/addr_text.h. */
/* IPSOCK_ENODEV where an interface is known to carry no multicast and the system would join all the
 * same. */
int ipsk_sys_interface_groups(ipsock_handle_t handle, uint32_t index, struct ipsock_error *error);
/* Whether it is certain that no interface has this index; 0 is none. */
static inline bool ipsk_is_unknown_interface(uint32_t index)
{
    char name[IPSK_INTERFACE_NAME];
    struct ipsock_error ignored;
    return index != 0 &&
           ipsk_sys_interface_name(index, name, sizeof name, &ignored) == IPSOCK_ENODEV;
}
/* Sorted by index; allocates as ipsock_interfaces says. */
int ipsk_sys_interfaces(struct ipsock_interface **list, struct ipsock_error *error);
/* Where the system tells that interfaces change. All zero: not open. */
struct ipsk_news {
    ipsock_handle_t handle; /* readable when there is news */
    void *system;           /* the backend's own */
    bool open;
};
int ipsk_sys_news_open(struct ipsk_news *news, struct ipsock_error *error);
/* Takes the news that there is: IPSK_NEWS_… bits, 0 for none, or an error. */
#define IPSK_NEWS_CHANGED 1 /* something may have changed; the list is to be read anew */
#define IPSK_NEWS_LOST    2 /* some were dropped */
int ipsk_sys_news_take(struct ipsk_news *news, struct ipsock_error *error);
void ipsk_sys_news_close(struct ipsk_news *news);
/* Whether an IPv4 address is a broadcast address, of a link of this host: asked after packets to it
 * were refused with the number that broadcast is refused with. True where it cannot be known. */
bool ipsk_sys_is_broadcast(const struct ipsock_addr *addr);
int ipsk_sys_resolve(const char *host, int family, struct ipsock_addr *addrs, size_t capacity,
                     size_t *count, struct ipsock_error *error);
int ipsk_sys_reverse(const struct ipsock_addr *addr, char *name, size_t size,
                     struct ipsock_error *error);
/* Version of the running kernel in the numbering of the tables' since column. */
uint32_t ipsk_sys_version(void);
/* What this system lacks although its version has it, found out by trying once. */
#define IPSK_LACKS_RECEIVED_CONTROL 1u /* no control data comes with packets */
#define IPSK_LACKS_CLASS_MARKS \
    2u /* a traffic class is refused for IPv6, for IPv4 taken and not sent */
#define IPSK_LACKS_SEGMENTS 4u /* a segment size is refused, or taken and not heeded */
uint32_t ipsk_sys_lacks(void);

#endif
