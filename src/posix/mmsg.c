// SPDX-License-Identifier: BSD-2-Clause
/* Batches by recvmmsg and sendmmsg. The scratch memory holds the system's headers, their addresses
 * and control buffers. For receiving they are armed once: the kernel overwrites only lengths and
 * flags of the entries that it fills, and those are armed again while they are decoded. For sending
 * each keeps the shape of the message before: one of the same shape stores its values only. The
 * kernel writes msg_len, and NetBSD msg_iov and msg_flags (sys/kern/uipc_syscalls.c, sys_sendmmsg),
 * which are no part of a shape. */
#include <errno.h>

#include "core/endpoint/fast_path.h"
#include "posix/batch.h"
#include "posix/errno.h"
#include "posix/flow.h"

/* What is beside a header. */
struct slot {
    union ipsk_sockaddr name;
    uint32_t shape; /* of the message that it was last armed for, or NO_SHAPE */
};

/* A shape: the control fields, the column, and whether there is a name. */
#define NO_SHAPE    0
#define HAS_SHAPE   0x80000000u
#define NAMED       0x40000000u
#define COLUMN_BITS 28

_Static_assert(IPSOCK_CONTROL_SENDABLE < 1u << COLUMN_BITS, "fields and column lie side by side");

struct ipsock_batch {
    uint32_t capacity;
    bool armed;                 /* for receiving: no slot has a shape */
    struct ipsk_lent_room room; /* the bytes in it are nobody's: one for all */
    /* the first of those that the headers are aimed at, for one call */
    const struct ipsock_message *aimed;
    /* how many of the first are ready for flows, with names of a length */
    uint32_t flows;
    socklen_t flow_name;
    struct mmsghdr *headers;
    struct slot *slots;
    uint8_t (*controls)[IPSK_CONTROL_BUFFER];
};

/* Each part starts aligned for anything. */
#define ROUND(n) ipsk_align((n), IPSK_BATCH_ALIGN)

size_t ipsk_sys_batch_size(uint32_t capacity)
{
    return ROUND(sizeof(struct ipsock_batch)) + ROUND(capacity * sizeof(struct mmsghdr)) +
           ROUND(capacity * sizeof(struct slot)) + (size_t)capacity * IPSK_CONTROL_BUFFER;
}

void ipsk_sys_batch_init(struct ipsock_batch *batch, uint32_t capacity)
{
    uint8_t *p = (uint8_t *)batch + ROUND(sizeof *batch);
    batch->capacity = capacity;
    batch->armed = false;
    batch->aimed = NULL;
    batch->flows = 0;
    batch->headers = (struct mmsghdr *)(void *)p;
    p += ROUND(capacity * sizeof(struct mmsghdr));
    batch->slots = (struct slot *)(void *)p;
    p += ROUND(capacity * sizeof(struct slot));
    batch->controls = (uint8_t(*)[IPSK_CONTROL_BUFFER])(void *)p;
    for (uint32_t i = 0; i < capacity; i++)
        batch->slots[i].shape = NO_SHAPE;
}

uint32_t ipsk_sys_batch_capacity(const struct ipsock_batch *batch)
{
    return batch->capacity;
}

const char *ipsk_sys_recv_many_name(void)
{
    return "recvmmsg";
}

const char *ipsk_sys_send_many_name(void)
{
    return "sendmmsg";
}

static void arm_all(struct ipsock_batch *batch)
{
    for (uint32_t i = 0; i < batch->capacity; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        memset(&batch->headers[i], 0, sizeof batch->headers[i]);
        h->msg_name = &batch->slots[i].name;
        h->msg_namelen = sizeof batch->slots[i].name;
        batch->slots[i].shape = NO_SHAPE;
        h->msg_control = batch->controls[i];
        h->msg_controllen = IPSK_CONTROL_BUFFER;
    }
    batch->flows = 0;
    batch->armed = true;
    batch->aimed = NULL;
}

/* False: a message's buffers may be wrong; looks is a constant to the compiler. */
static IPSK_IN_LINE bool aim_at_data(struct ipsock_batch *batch, struct ipsock_message *messages,
                                     size_t size, uint32_t count, bool looks)
{
    char *p = (char *)messages;
    for (uint32_t i = 0; i < count; i++, p += size) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        const struct ipsock_message *m = (const struct ipsock_message *)(const void *)p;
        if (looks && !ipsk_is_fast_data(m))
            return false;
        h->msg_iov = ipsk_iovec(m->buffers);
        IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
        if (ipsk_lacks_room(m))
            ipsk_lend_room(h, &batch->room);
    }
    return true;
}

/* Where the caller's own buffers are lent. */
static void aim_at_control(const struct ipsk_receiving *r, struct ipsock_batch *batch,
                           struct ipsock_message *messages, size_t size, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct ipsock_message *m = ipsk_message_at(messages, size, i);
        struct msghdr *h = &batch->headers[i].msg_hdr;
        if (!ipsk_gives_opaque(r, m))
            continue;
        h->msg_control = m->control->opaque;
        IPSK_ASSIGN(h->msg_controllen, ipsk_opaque_room(m));
    }
    batch->armed = false;
}

bool ipsk_sys_aim_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count)
{
    if (atomic_load_explicit(&s->quirks, memory_order_relaxed) & IPSK_QUIRK_NO_RECV_MANY)
        return false;
    if (!batch->armed)
        arm_all(batch);
    if (!aim_at_data(batch, messages, size, count, true))
        return false;
    batch->aimed = messages;
    return true;
}

/* asked: what is wanted, of usual control data; the same of all messages, and a constant to the
 * compiler where that is nothing. */
static IPSK_IN_LINE void collect_fast(struct ipsock_endpoint *s, uint32_t asked, uint32_t call,
                                      struct ipsock_batch *batch, struct ipsock_message *messages,
                                      size_t size, uint32_t count)
{
    const bool ipv6 = s->family == IPSOCK_IPV6;
    struct mmsghdr *header = batch->headers;
    const struct mmsghdr *const end = header + count;
    char *p = (char *)messages;
    for (; header != end; header++, p += size) {
        struct msghdr *h = &header->msg_hdr;
        struct ipsock_message *m = (struct ipsock_message *)(void *)p;
        struct ipsock_control *c = m->control;
        const size_t length = ipsk_fill_data(s, m, h, h->msg_name, header->msg_len, call);
        if (c != NULL)
            c->valid =
                asked == 0 ? 0 : ipsk_take_control(c, h->msg_control, length, ipv6, asked) & asked;
        if (ipsk_lacks_room(m))
            ipsk_take_room_back(s, m, call);
        h->msg_namelen = sizeof(union ipsk_sockaddr);
        h->msg_controllen = IPSK_CONTROL_BUFFER;
    }
}

IPSK_OUT_OF_LINE static void collect_any(const struct ipsk_receiving *r, struct ipsock_batch *batch,
                                         struct ipsock_message *messages, size_t size,
                                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        struct ipsock_message *m = ipsk_message_at(messages, size, i);
        ipsk_fill_message(r, m, h, h->msg_name, batch->headers[i].msg_len);
        if (ipsk_lacks_room(m))
            ipsk_take_room_back(r->s, m, r->call);
        h->msg_namelen = sizeof(union ipsk_sockaddr);
        h->msg_controllen = IPSK_CONTROL_BUFFER;
    }
}

static void collect(const struct ipsk_receiving *r, struct ipsock_batch *batch,
                    struct ipsock_message *messages, size_t size, uint32_t count)
{
    if (r->asked == 0)
        collect_fast(r->s, 0, r->call, batch, messages, size, count);
    else if (!(r->asked & IPSK_SLOW_CONTROL))
        collect_fast(r->s, r->asked, r->call, batch, messages, size, count);
    else
        collect_any(r, batch, messages, size, count);
    if (r->s->ip_header)
        for (uint32_t i = 0; i < count; i++)
            ipsk_measure_header(ipsk_message_at(messages, size, i));
}

_Static_assert(MSG_NOSIGNAL <= UINT16_MAX, "flags fit 16 bits where recvmmsg is used");

int ipsk_sys_recv_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                       uint32_t flags, struct ipsock_error *error)
{
    const struct ipsk_receiving r = ipsk_receiving(s, flags);
    /* The flags are int on some systems, unsigned on others: a uint16_t becomes
     * either. */
    const uint16_t native =
        (uint16_t)(ipsk_receive_flags(flags) | ipsk_full_length(ipsk_kind_bit(s->backing)));
    int n, strays = 0;
    if (atomic_load_explicit(&s->quirks, memory_order_relaxed) & IPSK_QUIRK_NO_RECV_MANY)
        return ipsk_receive_loop(s, messages, size, count, done, flags, error);
    if (!batch->armed)
        arm_all(batch);
    if (batch->aimed != messages)
        aim_at_data(batch, messages, size, count, false);
    batch->aimed = NULL;
    if (r.asked & IPSOCK_CONTROL_OPAQUE)
        aim_at_control(&r, batch, messages, size, count);
    do
        n = recvmmsg((int)s->handle, batch->headers, count, native, NULL);
    while (n < 0 && ipsk_receives_again(s, &strays));
    if (n < 0 && errno == ENOSYS) {
        atomic_fetch_or_explicit(&s->quirks, IPSK_QUIRK_NO_RECV_MANY, memory_order_relaxed);
        return ipsk_receive_loop(s, messages, size, count, done, flags, error);
    }
    if (n < 0)
        return ipsk_fail_receive(error, "recvmmsg");
    collect(&r, batch, messages, size, (uint32_t)n);
    *done = (uint32_t)n;
    return IPSOCK_OK;
}

static inline uint32_t shape_of(int column, bool named, uint32_t fields)
{
    return HAS_SHAPE | (named ? NAMED : 0) | (uint32_t)column << COLUMN_BITS | fields;
}

/* A message of another shape than the one before. Opaque control has no shape: it is the caller's,
 * and of any length. */
IPSK_OUT_OF_LINE static void reshape(const struct ipsock_endpoint *s,
                                     const struct ipsock_message *m, int column, uint32_t shape,
                                     struct ipsock_batch *batch, struct slot *slot)
{
    const size_t i = (size_t)(slot - batch->slots);
    const uint32_t fields = ipsk_given_fields(s, m, column);
    ipsk_prepare_send(s, m, column, fields, &batch->headers[i].msg_hdr, &slot->name,
                      batch->controls[i]);
    slot->shape = fields & IPSOCK_CONTROL_OPAQUE ? NO_SHAPE : shape;
}

/* Writes down a message with control fields that are right beyond doubt; fields is a constant to
 * the compiler where there are none, as are column and named. */
static IPSK_IN_LINE void write_fields(const struct ipsock_endpoint *s,
                                      const struct ipsock_message *m, int column, bool named,
                                      uint32_t fields, struct ipsock_batch *batch, struct msghdr *h,
                                      struct slot *slot)
{
    const uint32_t shape = shape_of(column, named, fields);
    if (shape != slot->shape) {
        reshape(s, m, column, shape, batch, slot);
        return;
    }
    if (named)
        ipsk_rename_peer(s, m, column, &slot->name);
    h->msg_iov = ipsk_iovec(m->buffers);
    IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
    if (fields != 0)
        ipsk_give_column(m->control, column, fields, false, h->msg_control);
}

/* Writes down a message that goes out in a column, if its control is right beyond doubt. */
static IPSK_IN_LINE bool write_fast(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                                    int column, bool named, struct ipsock_batch *batch,
                                    struct mmsghdr *header, struct slot *slot)
{
    if (m->control == NULL)
        write_fields(s, m, column, named, 0, batch, &header->msg_hdr, slot);
    else if (ipsk_is_fast_control(s, m, column))
        write_fields(s, m, column, named, m->control->valid, batch, &header->msg_hdr, slot);
    else
        return false;
    return true;
}

/* One pass: each message is looked at while it is written, up to one with a flow. family and sends
 * are the endpoint's, and constants to the compiler. Returns the place of the first that is not
 * written. */
static IPSK_IN_LINE uint32_t fill_fast(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                                       const struct ipsock_message *messages, size_t size,
                                       uint32_t from, uint32_t count, int family, int sends)
{
    const bool named = sends != IPSK_SENDS_TO_PEER;
    struct mmsghdr *header = batch->headers + from;
    struct slot *slot = batch->slots + from;
    const struct slot *const end = batch->slots + count;
    const char *p = (const char *)messages + size * from;
    for (; slot != end; header++, slot++, p += size) {
        const struct ipsock_message *m = (const struct ipsock_message *)(const void *)p;
        int column;
        if (m->flow != NULL || !ipsk_is_fast_data(m) ||
            !ipsk_is_fast_peer(s, m, family, sends, &column) ||
            !(column == IPSK_V4   ? write_fast(s, m, IPSK_V4, named, batch, header, slot)
              : column == IPSK_V6 ? write_fast(s, m, IPSK_V6, named, batch, header, slot)
                                  : write_fast(s, m, IPSK_MAPPED, named, batch, header, slot)))
            break;
    }
    return (uint32_t)(slot - batch->slots);
}

IPSK_OUT_OF_LINE static uint32_t fill_messages(const struct ipsock_endpoint *s,
                                               struct ipsock_batch *batch,
                                               const struct ipsock_message *messages, size_t size,
                                               uint32_t from, uint32_t count)
{
    if (s->sends == IPSK_SENDS_V4)
        return fill_fast(s, batch, messages, size, from, count, IPSOCK_IPV4, IPSK_SENDS_V4);
    if (s->sends == IPSK_SENDS_V6)
        return fill_fast(s, batch, messages, size, from, count, IPSOCK_IPV6, IPSK_SENDS_V6);
    return s->family == IPSOCK_IPV4
               ? fill_fast(s, batch, messages, size, from, count, IPSOCK_IPV4, IPSK_SENDS_TO_PEER)
               : fill_fast(s, batch, messages, size, from, count, IPSOCK_IPV6, IPSK_SENDS_TO_PEER);
}

/* How many messages have flows, one after the other. */
static uint32_t flow_run(const struct ipsock_message *messages, size_t size, uint32_t from,
                         uint32_t count)
{
    const char *p = (const char *)messages + size * from;
    uint32_t end = from;
    for (; end < count && ((const struct ipsock_message *)(const void *)p)->flow != NULL; end++)
        p += size;
    return end - from;
}

/* Makes headers ready with what is the same of all with flows, of one endpoint; the first ones stay
 * so until other messages come. Returns how far they are ready. */
static uint32_t shape_flows(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            const struct ipsock_message *messages, size_t size, uint32_t from,
                            uint32_t count)
{
    const socklen_t length = ipsk_flow_name_length(s);
    if (from == 0 && batch->flows >= count && batch->flow_name == length)
        return count;
    const uint32_t end = from + flow_run(messages, size, from, count);
    for (uint32_t i = from; i < end; i++) {
        batch->headers[i].msg_hdr.msg_namelen = length;
        batch->headers[i].msg_hdr.msg_flags = 0;
        batch->slots[i].shape = NO_SHAPE;
    }
    batch->flow_name = length;
    batch->flows = from == 0 ? end : 0;
    return end;
}

/* One message with a flow that is usual, as it will go out: name and control data stay where they
 * are. */
static IPSK_IN_LINE bool write_flow(uint64_t owner, const char *p, bool named,
                                    struct mmsghdr *header, uint8_t *buffer)
{
    const struct ipsock_message *m = (const struct ipsock_message *)(const void *)p;
    return m->flow != NULL &&
           ipsk_write_flow(owner, m, m->control, named, &header->msg_hdr, buffer);
}

/* Messages with flows, up to one without, or with one that is not usual; two at a time, as
 * note_sent. named is a constant to the compiler. */
static IPSK_IN_LINE const struct mmsghdr *fill_flows(const struct ipsock_endpoint *s,
                                                     struct ipsock_batch *batch,
                                                     const struct ipsock_message *messages,
                                                     size_t size, uint32_t from, uint32_t count,
                                                     bool named)
{
    const uint64_t owner = s->flow_owner;
    const char *p = (const char *)messages + size * from;
    struct mmsghdr *header = batch->headers + from;
    uint8_t *buffer = batch->controls[from];
    const struct mmsghdr *const end = batch->headers + count;
    const struct mmsghdr *const even = header + ((count - from) & ~1u);
    for (; header != even; header += 2, buffer += (ptrdiff_t)2 * IPSK_CONTROL_BUFFER) {
        if (!write_flow(owner, p, named, header, buffer))
            return header;
        if (!write_flow(owner, p + size, named, header + 1, buffer + IPSK_CONTROL_BUFFER))
            return header + 1;
        p += 2 * size;
    }
    return header != end && write_flow(owner, p, named, header, buffer) ? end : header;
}

IPSK_OUT_OF_LINE static const struct mmsghdr *
fill_named_flows(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                 const struct ipsock_message *messages, size_t size, uint32_t from, uint32_t count)
{
    return fill_flows(s, batch, messages, size, from, count, true);
}

IPSK_OUT_OF_LINE static const struct mmsghdr *
fill_unnamed_flows(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                   const struct ipsock_message *messages, size_t size, uint32_t from,
                   uint32_t count)
{
    return fill_flows(s, batch, messages, size, from, count, false);
}

uint32_t ipsk_sys_fill_many(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            const struct ipsock_message *messages, size_t size, uint32_t count)
{
    uint32_t from, n = 0;
    if (s->sends == IPSK_SENDS_CHECKED || s->sends == IPSK_SENDS_NOT_TO_ALL ||
        (atomic_load_explicit(&s->quirks, memory_order_relaxed) & IPSK_QUIRK_NO_SEND_MANY))
        return 0;
    batch->armed = false;
    do {
        from = n;
        const char *p = (const char *)messages + size * from;
        if (((const struct ipsock_message *)(const void *)p)->flow == NULL) {
            batch->flows = 0;
            n = fill_messages(s, batch, messages, size, from, count);
        } else {
            const uint32_t end = shape_flows(s, batch, messages, size, from, count);
            const struct mmsghdr *const to =
                ipsk_sends_anywhere(s) ? fill_named_flows(s, batch, messages, size, from, end)
                                       : fill_unnamed_flows(s, batch, messages, size, from, end);
            n = (uint32_t)(to - batch->headers);
        }
    } while (n != from && n < count);
    return n;
}

/* Writes down messages that have been checked, each anew. */
static void fill_checked(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                         struct ipsock_message *messages, size_t size, uint32_t count)
{
    batch->armed = false;
    batch->flows = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct ipsk_spelled room;
        const struct ipsock_message *m = ipsk_spelled(ipsk_message_at(messages, size, i), &room);
        reshape(s, m, ipsk_message_column(s, m), NO_SHAPE, batch, &batch->slots[i]);
    }
}

static inline void note_length(char *p, const struct mmsghdr *header)
{
    struct ipsock_message *m = (struct ipsock_message *)(void *)p;
    m->length = header->msg_len;
    m->flags = 0;
}

/* Four at a time: there is so little to do that counting is half of it. */
static void note_sent(const struct ipsock_batch *batch, struct ipsock_message *messages,
                      size_t size, uint32_t count)
{
    char *p = (char *)messages;
    const struct mmsghdr *header = batch->headers;
    const struct mmsghdr *const end = header + count;
    for (; end - header >= 4; header += 4, p += 4 * size) {
        note_length(p, header);
        note_length(p + size, header + 1);
        note_length(p + 2 * size, header + 2);
        note_length(p + 3 * size, header + 3);
    }
    for (; header != end; header++, p += size)
        note_length(p, header);
}

static int send_once(struct ipsock_endpoint *s, struct ipsock_batch *batch, uint32_t count,
                     uint16_t flags)
{
    int n;
    do
        n = sendmmsg((int)s->handle, batch->headers, count, flags);
    while (n < 0 && errno == EINTR);
    return n;
}

int ipsk_sys_send_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                       struct ipsock_message *messages, size_t size, uint32_t count, uint32_t *done,
                       uint32_t flags, struct ipsock_error *error)
{
    const uint16_t native = (uint16_t)ipsk_send_flags(flags);
    if (atomic_load_explicit(&s->quirks, memory_order_relaxed) & IPSK_QUIRK_NO_SEND_MANY)
        return ipsk_send_loop(s, messages, size, count, done, flags, error);
    if (!(flags & IPSK_MSG_FILLED))
        fill_checked(s, batch, messages, size, count);
    int n = send_once(s, batch, count, native);
    if (n < 0 && ipsk_may_be_pending_error(s))
        n = send_once(s, batch, count, native);
    if (n < 0 && errno == ENOSYS) {
        atomic_fetch_or_explicit(&s->quirks, IPSK_QUIRK_NO_SEND_MANY, memory_order_relaxed);
        return ipsk_send_loop(s, messages, size, count, done, flags, error);
    }
    *done = 0;
    if (n < 0)
        return ipsk_fail_send(s, error, messages, "sendmmsg");
    note_sent(batch, messages, size, (uint32_t)n);
    *done = (uint32_t)n;
    return IPSOCK_OK;
}
