// SPDX-License-Identifier: BSD-2-Clause
/* One message: sendmsg, sendto, recvmsg and recvfrom. */
#include <errno.h>

#include "core/endpoint/fast_path.h"
#include "posix/batch.h"
#include "posix/errno.h"
#include "posix/flow.h"

/* The peer is in the header, and the data is what the caller wants. */
IPSK_OUT_OF_LINE static int receive_any(struct ipsock_endpoint *s, struct ipsock_message *m,
                                        uint32_t flags)
{
    const struct ipsk_receiving r = ipsk_receiving(s, flags);
    const int native = ipsk_receive_flags(flags) | ipsk_full_length(ipsk_kind_bit(s->backing));
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct msghdr h;
    if (ipsk_gives_opaque(&r, m))
        ipsk_prepare_receive(m, &h, &name, m->control->opaque, ipsk_opaque_room(m));
    else
        ipsk_prepare_receive(m, &h, &name, control, sizeof control);
    struct ipsk_lent_room room;
    const bool lacks_room = s->kind != IPSOCK_TCP && ipsk_lacks_room(m);
    if (lacks_room)
        ipsk_lend_room(&h, &room);
    const ssize_t n = recvmsg((int)s->handle, &h, native);
    if (n < 0)
        return IPSK_FAILED;
    ipsk_fill_message(&r, m, &h, &name, (size_t)n);
    if (lacks_room)
        ipsk_take_room_back(s, m, flags);
    return IPSOCK_OK;
}

/* Usual control data behind what the short way knows, or of a message that was cut. */
IPSK_OUT_OF_LINE static int take_rest(const struct ipsock_endpoint *s, struct ipsock_message *m,
                                      const uint8_t *control, size_t length)
{
    const uint32_t asked = atomic_load_explicit(&s->fields, memory_order_relaxed);
    m->control->valid =
        ipsk_take_control(m->control, control, length, s->family == IPSOCK_IPV6, asked) & asked;
    return IPSOCK_OK;
}

/* By value: a header's address that is wanted after the system's call would take a register. */
IPSK_OUT_OF_LINE static int take_cut(const volatile struct ipsk_single *call, struct msghdr h)
{
    struct ipsock_message *m = call->message;
    return take_rest(call->s, m, h.msg_control, ipsk_note_cut(call->s, m, &h, call->flags));
}

/* The same of a datagram with usual control data. Nothing that is wanted after a function's call is
 * in a register: what is rare ends in one. */
static IPSK_IN_LINE int receive_control(const struct ipsock_endpoint *s, struct ipsock_message *m,
                                        uint32_t flags, const volatile struct ipsk_single *call)
{
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct msghdr h;
    uint32_t valid = 0;
    ipsk_prepare_receive(m, &h, &name, control, sizeof control);
    const ssize_t n =
        recvmsg((int)s->handle, &h, ipsk_receive_flags(flags) | ipsk_full_length(IPSK_UDP));
    s = call->s;
    m = call->message;
    if (n < 0)
        return IPSK_FAILED;
    ipsk_fill_whole(s, m, &h, &name, (size_t)n);
    if (!IPSK_LIKELY(!ipsk_is_cut(&h)))
        return take_cut(call, h);
    const struct ipsk_cursor all = {control, (size_t)h.msg_controllen};
    const uint32_t asked = atomic_load_explicit(&s->fields, memory_order_relaxed);
    const struct ipsk_cursor left =
        ipsk_take_usual(m->control, all, &valid, s->family == IPSOCK_IPV6, asked);
    if (!IPSK_LIKELY(left.rest == 0))
        return take_rest(s, m, h.msg_control, all.rest);
    m->control->valid = valid & asked;
    return IPSOCK_OK;
}

IPSK_OUT_OF_LINE int ipsk_receive_as_is(struct ipsock_endpoint *s, struct ipsock_message *m,
                                        uint32_t flags, struct ipsock_error *error)
{
    int code, strays = 0;
    do
        code = receive_any(s, m, flags);
    while (code < 0 && ipsk_receives_again(s, &strays));
    return code < 0 ? ipsk_fail_receive(error, "recvmsg") : IPSOCK_OK;
}

IPSK_OUT_OF_LINE static int receive_stripped(struct ipsock_endpoint *s, struct ipsock_message *m,
                                             uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_raw_header ignored;
    return ipsk_sys_recv_ipv4(s, &ignored, m, flags, error);
}

/* A datagram without control data, to one buffer: recvfrom has less to copy and to look at, which
 * is a tenth of such a receive and more. Without the datagram's own length it would not tell that
 * it was cut. */
IPSK_IN_LINE_HERE int ipsk_sys_recv_plain(struct ipsock_endpoint *s, struct ipsock_message *m,
                                          uint32_t flags, const volatile struct ipsk_single *call)
{
    union ipsk_sockaddr name;
    socklen_t name_length = sizeof name;
    if (ipsk_full_length(IPSK_UDP) == 0)
        return receive_any(s, m, flags);
    const ssize_t n = recvfrom((int)s->handle, m->buffers->data, m->buffers->length,
                               ipsk_receive_flags(flags) | MSG_TRUNC, &name.any, &name_length);
    m = call->message;
    if (n < 0)
        return IPSK_FAILED;
    const size_t length = (size_t)n, room = m->buffers->length;
    m->full_length = (uint32_t)length;
    ipsk_from_sockaddr(&m->peer, &name, name_length);
    m->header_length = 0;
    m->flags = 0;
    if (m->control != NULL)
        m->control->valid = 0;
    m->length = room;
    if (length > room)
        return IPSK_CUT;
    m->length = length;
    return IPSOCK_OK;
}

/* Whether control data is wanted that is not usual. */
static inline bool asks_more(const struct ipsock_endpoint *s)
{
    return (atomic_load_explicit(&s->fields, memory_order_relaxed) & IPSK_SLOW_CONTROL) != 0;
}

IPSK_IN_LINE_HERE int ipsk_sys_recv_fast(struct ipsock_endpoint *s, struct ipsock_message *m,
                                         uint32_t flags, const volatile struct ipsk_single *call)
{
    if (s->kind != IPSOCK_UDP)
        return IPSK_SLOW_PATH;
    if (m->control != NULL && !asks_more(s) && !ipsk_lacks_room(m))
        return receive_control(s, m, flags, call);
    return receive_any(s, m, flags);
}

/* The same for calls that are on their long way already. */
IPSK_OUT_OF_LINE static int try_receive(struct ipsock_endpoint *s, struct ipsock_message *m,
                                        uint32_t flags, bool plain)
{
    volatile struct ipsk_single call;
    ipsk_begin(&call, s, m, flags);
    return plain ? ipsk_sys_recv_plain(s, m, flags, &call) : ipsk_sys_recv_fast(s, m, flags, &call);
}

/* Whether recvfrom can say everything about the next datagram. */
static inline bool is_plain(struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return s->kind == IPSOCK_UDP && atomic_load_explicit(&s->fields, memory_order_relaxed) == 0 &&
           m->buffer_count == 1;
}

/* Perhaps a signal interrupted it, or what ICMP said of an earlier packet. */
int ipsk_sys_recv_rest(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                       int tried, struct ipsock_error *error)
{
    const bool plain = is_plain(s, m);
    int strays = 0;
    while (tried == IPSK_FAILED && ipsk_receives_again(s, &strays))
        tried = try_receive(s, m, flags, plain);
    if (tried == IPSK_FAILED)
        return ipsk_fail_receive(error,
                                 plain && ipsk_full_length(IPSK_UDP) ? "recvfrom" : "recvmsg");
    if (tried == IPSK_CUT)
        ipsk_note_truncation(s, m, IPSOCK_MSG_TRUNC, flags);
    return IPSOCK_OK;
}

int ipsk_sys_recv(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                  struct ipsock_error *error)
{
    const int code = try_receive(s, m, flags, is_plain(s, m));
    if (code == IPSOCK_OK)
        return code;
    if (code != IPSK_SLOW_PATH)
        return ipsk_sys_recv_rest(s, m, flags, code, error);
    if (s->ip_header && !(flags & IPSK_MSG_WHOLE))
        return receive_stripped(s, m, flags, error);
    return ipsk_receive_whole(s, m, flags, error);
}

/* No control data and one buffer: sendto can say everything about the message, and has less to
 * copy. */
IPSK_IN_LINE_HERE ptrdiff_t ipsk_sys_send_plain(struct ipsock_endpoint *s, struct ipsock_message *m,
                                                uint32_t flags, int column)
{
    const int native = ipsk_send_flags(flags);
    union ipsk_sockaddr name;
    if (column == IPSK_NO_COLUMN)
        return sendto((int)s->handle, m->buffers->data, m->buffers->length, native, NULL, 0);
    const socklen_t length = ipsk_name_peer(s, m, column, &name);
    return sendto((int)s->handle, m->buffers->data, m->buffers->length, native, &name.any, length);
}

/* By a header. */
IPSK_OUT_OF_LINE static ssize_t send_any(const struct ipsock_endpoint *s,
                                         const struct ipsock_message *m, uint32_t flags, int column,
                                         uint32_t fields)
{
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct msghdr h;
    ipsk_prepare_send(s, m, column, fields, &h, &name, control);
    return sendmsg((int)s->handle, &h, ipsk_send_flags(flags));
}

/* No control data, or none after all. */
IPSK_OUT_OF_LINE static ptrdiff_t send_without(struct ipsock_endpoint *s, struct ipsock_message *m,
                                               uint32_t flags, int column)
{
    if (m->buffer_count != 1)
        return send_any(s, m, flags, column, 0);
    if (!ipsk_names_peer(s, m))
        return ipsk_sys_send_plain(s, m, flags, IPSK_NO_COLUMN);
    return column == IPSK_V4 ? ipsk_sys_send_plain(s, m, flags, IPSK_V4)
                             : ipsk_sys_send_plain(s, m, flags, IPSK_V6);
}

/* Whether the peer's zone is to be looked for. Then another function is called before the system,
 * and registers must be saved for that. */
static inline bool lacks_zone(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return ipsk_may_lack_zone(&m->peer) && ipsk_names_peer(s, m);
}

/* Fields that have rows. v4-mapped addresses go by those of IPv6, in one form. */
IPSK_IN_LINE_HERE ptrdiff_t ipsk_sys_send_fast(struct ipsock_endpoint *s, struct ipsock_message *m,
                                               uint32_t flags, int column, uint32_t fields)
{
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct msghdr h;
    if (fields == 0)
        return send_without(s, m, flags, column);
    if (column == IPSK_V6 && lacks_zone(s, m))
        return send_any(s, m, flags, column, fields);
    ipsk_prepare_header(s, m, column == IPSK_V6 ? IPSK_MAPPED : column, &h, &name);
    h.msg_control = control;
    IPSK_ASSIGN(h.msg_controllen, ipsk_give_column(m->control, column, fields, true, control));
    return sendmsg((int)s->handle, &h, ipsk_send_flags(flags));
}

/* Whatever the control data is. */
static ptrdiff_t send_checked(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                              int column, uint32_t fields)
{
    return fields == 0 ? send_without(s, m, flags, column) : send_any(s, m, flags, column, fields);
}

/* Again, if a signal interrupted it, or if it failed with a pending error. */
int ipsk_sys_send_failed(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                         struct ipsock_error *error)
{
    if (m->flow != NULL) {
        struct ipsk_spelled room;
        const int code = ipsk_sys_send_failed(s, ipsk_spell_flow(m, &room), flags, error);
        ipsk_hand_back(m, &room.message);
        return code;
    }
    const int column = ipsk_message_column(s, m);
    const uint32_t fields = ipsk_given_fields(s, m, column);
    bool passed_over = false; /* a pending error */
    ptrdiff_t n = IPSK_FAILED;
    while (n < 0 && (errno == EINTR || (!passed_over && ipsk_may_be_pending_error(s)))) {
        passed_over |= errno != EINTR;
        n = send_checked(s, m, flags, column, fields);
    }
    if (n < 0)
        return ipsk_fail_send(s, error, m,
                              fields == 0 && m->buffer_count == 1 ? "sendto" : "sendmsg");
    m->length = (size_t)n;
    m->flags = 0;
    return IPSOCK_OK;
}

/* The header is complete but for its name's length and flags. */
static IPSK_IN_LINE ptrdiff_t send_header(const struct ipsock_endpoint *s,
                                          const struct ipsk_flow *flow, struct msghdr *h,
                                          uint32_t flags)
{
    h->msg_namelen = flow->name_length;
    h->msg_flags = 0;
    return sendmsg((int)s->handle, h, ipsk_send_flags(flags));
}

IPSK_IN_LINE_HERE ptrdiff_t ipsk_sys_send_flow(struct ipsock_endpoint *s, struct ipsock_message *m,
                                               uint32_t flags)
{
    struct msghdr h;
    if (!ipsk_write_flow(s->flow_owner, m, NULL, s->sends != IPSK_SENDS_TO_PEER, &h, NULL))
        return IPSK_SLOW_PATH;
    if (h.msg_control == NULL && h.msg_iovlen == 1)
        return sendto((int)s->handle, h.msg_iov->iov_base, h.msg_iov->iov_len,
                      ipsk_send_flags(flags), h.msg_name, ipsk_flow_of(m)->name_length);
    return send_header(s, ipsk_flow_of(m), &h, flags);
}

IPSK_IN_LINE_HERE ptrdiff_t ipsk_sys_send_flow_class(struct ipsock_endpoint *s,
                                                     struct ipsock_message *m, uint32_t flags)
{
    _Alignas(struct cmsghdr) uint8_t control[IPSK_FLOW_CONTROL];
    struct msghdr h;
    return ipsk_write_flow(s->flow_owner, m, m->control, s->sends != IPSK_SENDS_TO_PEER, &h,
                           control)
               ? send_header(s, ipsk_flow_of(m), &h, flags)
               : IPSK_SLOW_PATH;
}

IPSK_IN_LINE_HERE ptrdiff_t ipsk_sys_send_flow_segments(struct ipsock_endpoint *s,
                                                        struct ipsock_message *m, uint32_t flags,
                                                        uint32_t class_bit)
{
    const struct ipsk_flow *flow = ipsk_flow_of(m);
    size_t length = class_bit ? flow->class_length : flow->control_length;
    _Alignas(struct cmsghdr) uint8_t control[IPSK_FLOW_CONTROL];
    struct msghdr h;
    if (flow->owner != s->flow_owner || (class_bit && length == 0) ||
        !ipsk_is_offload(s, m, flow->column))
        return IPSK_SLOW_PATH;
    if (length != 0)
        ipsk_copy_control(flow, length, control);
    if (class_bit)
        ipsk_put_beside(flow, m->control, IPSOCK_CONTROL_TRAFFIC_CLASS, false,
                        control + flow->class_at);
    length +=
        ipsk_put_beside(flow, m->control, IPSOCK_CONTROL_SEGMENT_SIZE, true, control + length);
    h.msg_name = flow->name_length == 0 ? NULL : (void *)(uintptr_t)flow->name;
    h.msg_iov = ipsk_iovec(m->buffers);
    IPSK_ASSIGN(h.msg_iovlen, 1);
    h.msg_control = control;
    IPSK_ASSIGN(h.msg_controllen, length);
    return send_header(s, flow, &h, flags);
}

/* With a flow that was looked at, usual or not. */
IPSK_OUT_OF_LINE static int send_spelled(struct ipsock_endpoint *s, struct ipsock_message *m,
                                         uint32_t flags, struct ipsock_error *error)
{
    struct ipsk_spelled room;
    const int code = ipsk_sys_send(s, ipsk_spell_flow(m, &room), flags, error);
    ipsk_hand_back(m, &room.message);
    return code;
}

int ipsk_sys_send(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                  struct ipsock_error *error)
{
    if (m->flow != NULL)
        return send_spelled(s, m, flags, error);
    const int column = ipsk_message_column(s, m);
    const ptrdiff_t n = send_checked(s, m, flags, column, ipsk_given_fields(s, m, column));
    if (n < 0)
        return ipsk_sys_send_failed(s, m, flags, error);
    m->length = (size_t)n;
    m->flags = 0;
    return IPSOCK_OK;
}
