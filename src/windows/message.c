// SPDX-License-Identifier: BSD-2-Clause
/* One message: WSARecvMsg and WSASendMsg, on streams WSARecv and WSASend. */
#include "shared/message.h"

#include "core/endpoint/fast_path.h"
#include "core/endpoint/flow.h"
#include "core/endpoint/zone.h"
#include "shared/batch.h"
#include "shared/refusal.h"
#include "windows/winsock.h"

/* A WSABUF is a buffer the other way round, its length 32 bits wide: they are converted on the
 * stack. */
#define FEW_BUFFERS 16

/* How often a receive passes over errors of earlier sends. */
#define PENDING_ERRORS_MAX 16

/* Cut to what a WSABUF can say. Returns the sum of the lengths. */
static uint64_t convert(const struct ipsock_message *m, WSAMSG *to, WSABUF *buffers)
{
    static CHAR nothing;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < m->buffer_count; i++) {
        const uint64_t length = m->buffers[i].length;
        buffers[i].len = length > UINT32_MAX ? UINT32_MAX : (ULONG)length;
        buffers[i].buf = m->buffers[i].data;
        sum += length;
    }
    to->lpBuffers = buffers;
    to->dwBufferCount = m->buffer_count;
    if (m->buffer_count == 0) {
        buffers[0].len = 0;
        buffers[0].buf = &nothing;
        to->dwBufferCount = 1;
    }
    return sum;
}

static int do_call(struct ipsk_call *c)
{
    return c->s->flags & IPSK_OPENED_HERE ? ipsk_start_call(c, NULL) : ipsk_borrowed_call(c);
}

/* A stream that is still being connected says that it is not connected. */
static int stream_call(struct ipsk_call *c)
{
    struct ipsock_error error;
    const int native = do_call(c);
    if (native != WSAENOTCONN || !c->s->connected)
        return native;
    const int code = ipsk_sys_connect_result(c->s->handle, &error);
    if (code == IPSOCK_EAGAIN)
        return WSAEWOULDBLOCK;
    return code < 0 ? error.native : do_call(c);
}

static bool is_pending_error(const struct ipsk_call *c, int native)
{
    return c->s->kind != IPSOCK_TCP && !c->s->connected &&
           (native == WSAECONNRESET || native == WSAENETRESET || native == WSAENETUNREACH ||
            native == WSAEHOSTUNREACH);
}

static int receive_call(struct ipsk_call *c, const union ipsk_sockaddr *name, ULONG control)
{
    int native = 0;
    if (c->s->kind == IPSOCK_TCP)
        return stream_call(c);
    for (int i = 0; i < PENDING_ERRORS_MAX; i++) {
        c->message.namelen = sizeof *name;
        c->message.Control.len = control;
        native = do_call(c);
        if (!is_pending_error(c, native))
            return native;
    }
    return WSAEWOULDBLOCK;
}

static int fail_receive(struct ipsk_call *c, int native, struct ipsock_error *error)
{
    const bool stream = c->s->kind == IPSOCK_TCP;
    int code = ipsk_sys_code(native);
    if (!stream && native == WSAEINVAL) /* not bound yet, so that nothing can arrive */
        code = IPSOCK_EAGAIN;
    else if (!stream && native == WSAECONNRESET)
        code = IPSOCK_ECONNREFUSED; /* the peer's port is closed */
    return ipsk_fail(error, code, native, stream ? "WSARecv" : "WSARecvMsg", NULL);
}

/* Length and flags of what has arrived. WSAEMSGSIZE is a datagram that was cut, its count and flag
 * perhaps not set; where the flag says that only control was cut, the count is right. */
static void measure(const struct ipsk_receiving *r, struct ipsock_message *m,
                    const struct ipsk_call *c, int native, uint64_t room)
{
    const DWORD flags = c->message.dwFlags;
    const bool control_only =
        (flags & MSG_CTRUNC) && !(flags & MSG_TRUNC) && c->bytes != IPSK_NO_COUNT;
    uint32_t cut = flags & MSG_CTRUNC ? IPSOCK_MSG_CTRUNC : 0;
    m->length = c->bytes;
    if (native == WSAEMSGSIZE && !control_only) {
        cut |= IPSOCK_MSG_TRUNC;
        m->length = (size_t)room;
    } else if (flags & MSG_TRUNC) {
        cut |= IPSOCK_MSG_TRUNC;
    }
    m->full_length = cut & IPSOCK_MSG_TRUNC ? 0 : (uint32_t)m->length;
    if (cut != 0)
        ipsk_note_truncation(r->s, m, cut, r->call);
}

/* IPv4 traffic of a dual-stack socket comes with control messages of IPv4. Whether the packet came
 * as a broadcast is told beside them. */
static void finish_destination(const struct ipsock_endpoint *s, struct ipsock_control *control,
                               DWORD flags)
{
    if (control->valid & IPSOCK_CONTROL_DESTINATION)
        control->broadcast = (flags & MSG_BCAST) != 0;
    if (s->family == IPSOCK_IPV6 && (control->valid & IPSOCK_CONTROL_DESTINATION) &&
        control->destination.family == IPSOCK_IPV4)
        control->destination = ipsock_addr_map(&control->destination);
}

static int receive_into(struct ipsock_endpoint *s, struct ipsock_message *m, WSABUF *buffers,
                        uint32_t flags, struct ipsock_error *error)
{
    const struct ipsk_receiving r = ipsk_receiving(s, flags);
    _Alignas(WSACMSGHDR) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct ipsk_call c;
    memset(&c, 0, sizeof c);
    c.s = s;
    c.direction = IPSOCK_READ;
    c.flags = flags & IPSOCK_MSG_PEEK ? MSG_PEEK : 0;
    c.message.name = &name.any;
    c.message.Control.buf = (CHAR *)control;
    const uint64_t room = convert(m, &c.message, buffers);
    int native = receive_call(&c, &name, sizeof control);
    if (s->kind == IPSOCK_TCP && (native == WSAESHUTDOWN || native == WSAEDISCON)) {
        native = 0; /* the end of the stream */
        c.bytes = 0;
    }
    if (native != 0 && (native != WSAEMSGSIZE || s->kind == IPSOCK_TCP))
        return fail_receive(&c, native, error);
    m->flags = 0;
    m->header_length = 0;
    ipsk_from_sockaddr(&m->peer, &name, c.message.namelen);
    measure(&r, m, &c, native, room);
    size_t length = s->kind == IPSOCK_TCP ? 0 : c.message.Control.len;
    if (m->flags & IPSOCK_MSG_CTRUNC)
        length = ipsk_whole_control(control, length);
    ipsk_fill_control(&r, m, control, length);
    if (m->control != NULL)
        finish_destination(s, m->control, c.message.dwFlags);
    return IPSOCK_OK;
}

IPSK_OUT_OF_LINE static int receive_into_many(struct ipsock_endpoint *s, struct ipsock_message *m,
                                              uint32_t flags, struct ipsock_error *error)
{
    WSABUF buffers[IPSOCK_BUFFERS_MAX];
    return receive_into(s, m, buffers, flags, error);
}

int ipsk_receive_as_is(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                       struct ipsock_error *error)
{
    WSABUF buffers[FEW_BUFFERS];
    return m->buffer_count > FEW_BUFFERS ? receive_into_many(s, m, flags, error)
                                         : receive_into(s, m, buffers, flags, error);
}

int ipsk_sys_recv(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                  struct ipsock_error *error)
{
    struct ipsk_raw_header ignored;
    return s->ip_header && !(flags & IPSK_MSG_WHOLE)
               ? ipsk_sys_recv_ipv4(s, &ignored, m, flags, error)
               : ipsk_receive_whole(s, m, flags, error);
}

int ipsk_sys_recv_fast(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                       const volatile struct ipsk_single *call)
{
    (void)s;
    (void)m;
    (void)flags;
    (void)call;
    return IPSK_SLOW_PATH;
}

int ipsk_sys_recv_plain(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                        const volatile struct ipsk_single *call)
{
    return ipsk_sys_recv_fast(s, m, flags, call);
}

int ipsk_sys_recv_rest(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                       int tried, struct ipsock_error *error)
{
    (void)tried;
    return ipsk_sys_recv(s, m, flags, error);
}

/* The protocol is in the header where that is the caller's (RFC 791, 3.1). */
static bool is_raw_tcp(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const uint8_t *header = m->buffer_count == 0 ? NULL : m->buffers[0].data;
    if (s->kind != IPSOCK_RAW)
        return false;
    if (!(s->flags & IPSOCK_OPEN_HEADER_INCLUDED))
        return s->protocol == IPPROTO_TCP;
    return m->buffer_count != 0 && m->buffers[0].length > 9 && header[9] == IPPROTO_TCP;
}

/* The number says too little where the control data chose the source or the interface. */
static int fail_send(const struct ipsock_endpoint *s, const struct ipsock_message *m, int native,
                     struct ipsock_error *error)
{
    const uint32_t valid = m->control == NULL ? 0 : m->control->valid;
    int code = ipsk_sys_code(native);
    const char *field = NULL;
    if (native == WSAEWOULDBLOCK)
        return ipsk_fail(error, code, native, "send", NULL);
    if ((valid & IPSOCK_CONTROL_SOURCE) && ipsk_is_foreign(&m->control->source)) {
        code = IPSOCK_EADDRNOTAVAIL;
        field = "source";
    } else if ((valid & IPSOCK_CONTROL_INTERFACE) &&
               ipsk_is_unknown_interface(m->control->interface_index)) {
        code = IPSOCK_ENODEV;
        field = "interface_index";
    } else if (native == WSAEACCES && is_raw_tcp(s, m)) {
        code = IPSOCK_ENOTSUP;
        field = IPSK_RAW_TCP;
    } else {
        code =
            ipsk_refused_send(s, m, native == WSAEACCES ? IPSK_FIREWALL_EACCES : 0, code, &field);
    }
    return ipsk_fail(error, code, native, s->kind == IPSOCK_TCP ? "WSASend" : "WSASendMsg", field);
}

/* Whether IP_PKTINFO would name an interface and no source (source.c). A header of its own has one.
 */
static bool lacks_source(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    const uint32_t both = IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_SOURCE;
    return m->control != NULL && (m->control->valid & both) == IPSOCK_CONTROL_INTERFACE &&
           !(s->flags & IPSOCK_OPEN_HEADER_INCLUDED) && ipsk_message_column(s, m) != IPSK_V6;
}

/* The control data, said as Windows wants it: with a source, or not. One segment is a datagram like
 * any, and some machines refuse to be told (quinn-rs/quinn#2490). */
static struct ipsk_given give_control(const struct ipsock_endpoint *s,
                                      const struct ipsock_message *m, uint64_t length,
                                      const struct ipsock_addr *source, uint8_t *buffer)
{
    const int column = ipsk_message_column(s, m);
    uint32_t fields = ipsk_given_fields(s, m, column);
    struct ipsock_control control;
    if ((fields & IPSOCK_CONTROL_SEGMENT_SIZE) && m->control->segment_size >= length)
        fields &= ~(uint32_t)IPSOCK_CONTROL_SEGMENT_SIZE;
    if (source->family == IPSOCK_UNSPEC)
        return ipsk_give_message(m->control, column, fields, buffer);
    control = *m->control;
    control.source = *source;
    fields |= IPSOCK_CONTROL_SOURCE;
    return ipsk_give_message(&control, column, fields, buffer);
}

static int fail_interface(const struct ipsock_message *m, struct ipsock_error *error)
{
    const bool gone = ipsk_is_unknown_interface(m->control->interface_index);
    return ipsk_fail(error, gone ? IPSOCK_ENODEV : IPSOCK_EADDRNOTAVAIL, 0, "send",
                     "interface_index");
}

/* *native: what the call said, if there was one. */
static int send_from(struct ipsock_endpoint *s, struct ipsock_message *m, WSABUF *buffers,
                     uint32_t flags, int *native, struct ipsock_error *error)
{
    _Alignas(WSACMSGHDR) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct ipsock_addr source = {0};
    struct ipsk_call c;
    memset(&c, 0, sizeof c);
    c.s = s;
    c.direction = IPSOCK_WRITE;
    c.flags = flags & IPSOCK_MSG_DONTROUTE ? MSG_DONTROUTE : 0;
    if (lacks_source(s, m) && !ipsk_interface_source(m->control->interface_index, &source))
        return fail_interface(m, error);
    const uint64_t length = convert(m, &c.message, buffers);
    if (length > UINT32_MAX && s->kind != IPSOCK_TCP)
        return ipsk_fail(error, IPSOCK_EMSGSIZE, 0, "send", "buffers");
    if (m->peer.family != IPSOCK_UNSPEC && !s->peer_in_system) {
        c.message.name = &name.any;
        c.message.namelen = (INT)ipsk_to_sockaddr(&m->peer, s->family, &name);
        if (ipsk_may_lack_zone(&m->peer) && s->family == IPSOCK_IPV6)
            name.v6.sin6_scope_id = ipsk_find_zone(s, m);
    }
    if (m->control != NULL && m->control->valid != 0) {
        const struct ipsk_given given = give_control(s, m, length, &source, control);
        c.message.Control.buf = given.bytes;
        c.message.Control.len = (ULONG)given.length;
    }
    *native = s->kind == IPSOCK_TCP ? stream_call(&c) : do_call(&c);
    if (*native == 0) {
        m->length = c.bytes;
        m->flags = 0;
    }
    return IPSOCK_OK;
}

IPSK_OUT_OF_LINE static int send_from_many(struct ipsock_endpoint *s, struct ipsock_message *m,
                                           uint32_t flags, int *native, struct ipsock_error *error)
{
    WSABUF buffers[IPSOCK_BUFFERS_MAX];
    return send_from(s, m, buffers, flags, native, error);
}

static int try_send(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                    int *native, struct ipsock_error *error)
{
    WSABUF buffers[FEW_BUFFERS];
    return m->buffer_count > FEW_BUFFERS ? send_from_many(s, m, flags, native, error)
                                         : send_from(s, m, buffers, flags, native, error);
}

/* A system call costs so much here that a written header is no gain: flows are spelled out. */
void ipsk_sys_write_flow(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                         struct ipsk_flow *flow)
{
    (void)s;
    (void)m;
    (void)flow;
}

int ipsk_sys_send(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                  struct ipsock_error *error)
{
    int native;
    struct ipsk_spelled room;
    struct ipsock_message *const spelled = ipsk_spell_out(m, &room);
    int code = try_send(s, spelled, flags, &native, error);
    if (code == IPSOCK_OK && native != 0)
        code = fail_send(s, spelled, native, error);
    ipsk_hand_back(m, spelled);
    return code;
}

ptrdiff_t ipsk_sys_send_fast(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                             int column, uint32_t fields)
{
    struct ipsock_error ignored;
    int native;
    (void)column;
    (void)fields;
    if (try_send(s, m, flags, &native, &ignored) < 0)
        return IPSK_SLOW_PATH;
    if (native == 0)
        return (ptrdiff_t)m->length;
    WSASetLastError(native);
    return IPSK_FAILED;
}

ptrdiff_t ipsk_sys_send_plain(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                              int column)
{
    return ipsk_sys_send_fast(s, m, flags, column, 0);
}

ptrdiff_t ipsk_sys_send_flow(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags)
{
    struct ipsk_spelled room;
    return ipsk_has_fast_flow(s, m)
               ? ipsk_sys_send_fast(s, ipsk_spell_flow(m, &room), flags, IPSK_V4, 0)
               : IPSK_SLOW_PATH;
}

ptrdiff_t ipsk_sys_send_flow_class(struct ipsock_endpoint *s, struct ipsock_message *m,
                                   uint32_t flags)
{
    return ipsk_sys_send_flow(s, m, flags);
}

ptrdiff_t ipsk_sys_send_flow_segments(struct ipsock_endpoint *s, struct ipsock_message *m,
                                      uint32_t flags, uint32_t class_bit)
{
    (void)class_bit;
    return ipsk_sys_send_flow(s, m, flags); /* of them none is beyond doubt */
}

int ipsk_sys_send_failed(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                         struct ipsock_error *error)
{
    struct ipsk_spelled room;
    const int native = WSAGetLastError();
    (void)flags;
    return fail_send(s, ipsk_spelled(m, &room), native, error);
}
