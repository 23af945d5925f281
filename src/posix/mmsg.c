// SPDX-License-Identifier: BSD-2-Clause
/* Batches by recvmmsg and sendmmsg. The scratch memory holds the system's headers, their addresses
 * and control buffers. For receiving they are armed once: the kernel overwrites only lengths and
 * flags of the entries that it fills, and those are armed again while they are decoded. */
#include <errno.h>

#include "posix/batch.h"
#include "posix/errno.h"

struct ipsock_batch {
    uint32_t capacity;
    bool armed; /* for receiving */
    struct mmsghdr *headers;
    union ipsk_sockaddr *names;
    uint8_t (*controls)[IPSK_CONTROL_BUFFER];
};

/* Each part starts aligned for anything. */
#define ROUND(n) ipsk_align((n), IPSK_BATCH_ALIGN)

size_t ipsk_sys_batch_size(uint32_t capacity)
{
    return ROUND(sizeof(struct ipsock_batch)) + ROUND(capacity * sizeof(struct mmsghdr)) +
           ROUND(capacity * sizeof(union ipsk_sockaddr)) + (size_t)capacity * IPSK_CONTROL_BUFFER;
}

void ipsk_sys_batch_init(struct ipsock_batch *batch, uint32_t capacity)
{
    uint8_t *p = (uint8_t *)batch + ROUND(sizeof *batch);
    batch->capacity = capacity;
    batch->armed = false;
    batch->headers = (struct mmsghdr *)(void *)p;
    p += ROUND(capacity * sizeof(struct mmsghdr));
    batch->names = (union ipsk_sockaddr *)(void *)p;
    p += ROUND(capacity * sizeof(union ipsk_sockaddr));
    batch->controls = (uint8_t(*)[IPSK_CONTROL_BUFFER])(void *)p;
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
        h->msg_name = &batch->names[i];
        h->msg_namelen = sizeof batch->names[i];
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
    char *p = (char *)messages;
    for (uint32_t i = 0; i < count; i++, p += size) {
        struct msghdr *h = &batch->headers[i].msg_hdr;
        struct ipsock_message *m = (struct ipsock_message *)(void *)p;
        ipsk_fill_message(r, m, h, h->msg_name, batch->headers[i].msg_len);
        h->msg_namelen = sizeof batch->names[i];
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
    batch->armed = false;
    for (uint32_t i = 0; i < count; i++)
        ipsk_prepare_send(s, ipsk_message_at(messages, size, i), &batch->headers[i].msg_hdr,
                          &batch->names[i], batch->controls[i]);
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
    for (; *done < (uint32_t)n; ++*done) {
        struct ipsock_message *m = ipsk_message_at(messages, size, *done);
        m->length = batch->headers[*done].msg_len;
        m->flags = 0;
    }
    return IPSOCK_OK;
}
