// SPDX-License-Identifier: BSD-2-Clause
/* Batches by recvmmsg and sendmmsg. The scratch memory holds the system's headers, their addresses
 * and control buffers. For receiving they are armed once: the kernel overwrites only lengths and
 * flags of the entries that it fills, and those are armed again while they are decoded. For sending
 * each keeps the shape of the message before: one of the same shape stores its values only. The
 * kernel writes msg_len, and NetBSD msg_iov and msg_flags (sys/kern/uipc_syscalls.c, sys_sendmmsg),
 * which are no part of a shape. */
#include <errno.h>

#include "core/endpoint/usual.h"
#include "posix/batch.h"
#include "posix/errno.h"

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
    batch->armed = true;
}

static void aim(const struct ipsk_receiving *r, struct ipsock_batch *batch,
                struct ipsock_message *messages, size_t size, uint32_t count)
{
    char *p = (char *)messages;
    for (uint32_t i = 0; i < count; i++, p += size) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        const struct ipsock_message *m = (const struct ipsock_message *)(const void *)p;
        h->msg_iov = ipsk_iovec(m->buffers);
        IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
        if (ipsk_lacks_room(m))
            ipsk_lend_room(h, &batch->room);
    }
    if (!(r->asked & IPSOCK_CONTROL_OPAQUE))
        return;
    for (uint32_t i = 0; i < count; i++) {
        const struct ipsock_message *m = ipsk_message_at(messages, size, i);
        struct msghdr *h = &batch->headers[i].msg_hdr;
        if (!ipsk_lends_control(r, m))
            continue;
        h->msg_control = m->control->opaque;
        IPSK_ASSIGN(h->msg_controllen, m->control->opaque_capacity);
    }
    batch->armed = false;
}

static void collect(const struct ipsk_receiving *r, struct ipsock_batch *batch,
                    struct ipsock_message *messages, size_t size, uint32_t count)
{
    struct mmsghdr *header = batch->headers;
    const struct mmsghdr *const end = header + count;
    char *p = (char *)messages;
    for (; header != end; header++, p += size) {
        struct msghdr *h = &header->msg_hdr;
        struct ipsock_message *m = (struct ipsock_message *)(void *)p;
        ipsk_fill_message(r, m, h, h->msg_name, header->msg_len);
        if (ipsk_lacks_room(m))
            ipsk_take_room_back(r->s, m, r->call);
        h->msg_namelen = sizeof(union ipsk_sockaddr);
        h->msg_controllen = IPSK_CONTROL_BUFFER;
    }
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
    int n;
    if (atomic_load_explicit(&s->quirks, memory_order_relaxed) & IPSK_QUIRK_NO_RECV_MANY)
        return ipsk_receive_loop(s, messages, size, count, done, flags, error);
    if (!batch->armed)
        arm_all(batch);
    aim(&r, batch, messages, size, count);
    do
        n = recvmmsg((int)s->handle, batch->headers, count, native, NULL);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == ENOSYS) {
        atomic_fetch_or_explicit(&s->quirks, IPSK_QUIRK_NO_RECV_MANY, memory_order_relaxed);
        return ipsk_receive_loop(s, messages, size, count, done, flags, error);
    }
    if (n < 0)
        return ipsk_fail_receive(error, "recvmmsg");
    collect(&r, batch, messages, size, (uint32_t)n);
    *done = (uint32_t)n;
    if (s->ip_header)
        for (uint32_t i = 0; i < *done; i++)
            ipsk_measure_header(ipsk_message_at(messages, size, i));
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

/* Writes down a message that goes out in a column, if its control is right beyond doubt. column and
 * named are constants to the compiler. */
static IPSK_IN_LINE bool write_usual(const struct ipsock_endpoint *s,
                                     const struct ipsock_message *m, int column, bool named,
                                     struct ipsock_batch *batch, struct mmsghdr *header,
                                     struct slot *slot)
{
    struct msghdr *h = &header->msg_hdr;
    if (!ipsk_is_usual_control(s, m, column))
        return false;
    const uint32_t fields = m->control == NULL ? 0 : m->control->valid;
    const uint32_t shape = shape_of(column, named, fields);
    if (shape != slot->shape) {
        reshape(s, m, column, shape, batch, slot);
        return true;
    }
    if (named)
        ipsk_name_peer(s, m, column, &slot->name);
    h->msg_iov = ipsk_iovec(m->buffers);
    IPSK_ASSIGN(h->msg_iovlen, m->buffer_count);
    if (fields != 0)
        ipsk_give_column(m->control, column, fields, false, h->msg_control);
    return true;
}

/* One pass: each message is looked at while it is written. family and sends are the endpoint's, and
 * constants to the compiler. */
static IPSK_IN_LINE uint32_t fill_usual(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                                        struct ipsock_message *messages, size_t size,
                                        uint32_t count, int family, int sends)
{
    const bool named = sends == IPSK_SENDS_ANYWHERE;
    struct mmsghdr *header = batch->headers;
    struct slot *slot = batch->slots;
    const struct slot *const end = slot + count;
    char *p = (char *)messages;
    for (; slot != end; header++, slot++, p += size) {
        struct ipsock_message *m = (struct ipsock_message *)(void *)p;
        int column;
        m->length = 0;
        if (!ipsk_is_usual_peer(s, m, family, sends, &column) ||
            !(column == IPSK_V4   ? write_usual(s, m, IPSK_V4, named, batch, header, slot)
              : column == IPSK_V6 ? write_usual(s, m, IPSK_V6, named, batch, header, slot)
                                  : write_usual(s, m, IPSK_MAPPED, named, batch, header, slot)))
            break;
    }
    return (uint32_t)(slot - batch->slots);
}

uint32_t ipsk_sys_fill_many(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count)
{
    const bool ipv4 = s->family == IPSOCK_IPV4;
    if (s->sends == IPSK_SENDS_CHECKED || s->sends == IPSK_SENDS_NOT_TO_ALL ||
        (atomic_load_explicit(&s->quirks, memory_order_relaxed) & IPSK_QUIRK_NO_SEND_MANY))
        return 0;
    batch->armed = false;
    if (s->sends == IPSK_SENDS_ANYWHERE)
        return ipv4 ? fill_usual(s, batch, messages, size, count, IPSOCK_IPV4, IPSK_SENDS_ANYWHERE)
                    : fill_usual(s, batch, messages, size, count, IPSOCK_IPV6, IPSK_SENDS_ANYWHERE);
    return ipv4 ? fill_usual(s, batch, messages, size, count, IPSOCK_IPV4, IPSK_SENDS_TO_PEER)
                : fill_usual(s, batch, messages, size, count, IPSOCK_IPV6, IPSK_SENDS_TO_PEER);
}

/* Writes down messages that have been checked, each anew. */
static void fill_checked(const struct ipsock_endpoint *s, struct ipsock_batch *batch,
                         struct ipsock_message *messages, size_t size, uint32_t count)
{
    batch->armed = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct ipsock_message *m = ipsk_message_at(messages, size, i);
        reshape(s, m, ipsk_message_column(s, m), NO_SHAPE, batch, &batch->slots[i]);
    }
}

static void note_sent(const struct ipsock_batch *batch, struct ipsock_message *messages,
                      size_t size, uint32_t count)
{
    char *p = (char *)messages;
    const struct mmsghdr *header = batch->headers;
    const struct mmsghdr *const end = header + count;
    for (; header != end; header++, p += size) {
        struct ipsock_message *m = (struct ipsock_message *)(void *)p;
        m->length = header->msg_len;
        m->flags = 0;
    }
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
    if (n < 0 && ipsk_is_old_news(s))
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
