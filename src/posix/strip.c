// SPDX-License-Identifier: BSD-2-Clause
/* The header goes to a buffer of its own before the caller's buffers, so that the payload lands
 * where it belongs without a copy. Header options, which are rare, land in front of the payload
 * instead; a spare buffer behind the caller's takes what they push out, and the payload is moved
 * forward. */
#include <errno.h>

#include "core/order.h"
#include "posix/batch.h"
#include "posix/errno.h"

#define HEADER IPSOCK_IPV4_HEADER_MIN
#define SPARE  IPSOCK_IPV4_OPTIONS_MAX

static size_t capacity_of(const struct ipsock_message *m)
{
    size_t capacity = 0;
    for (uint32_t i = 0; i < m->buffer_count; i++)
        capacity += m->buffers[i].length;
    return capacity;
}

static void move_forward(const struct iovec *iov, size_t by, size_t length)
{
    struct ipsk_place from = {iov, 0};
    struct ipsk_place to = {iov, 0};
    while (by-- > 0)
        ipsk_next_byte(&from);
    while (length-- > 0)
        *ipsk_next_byte(&to) = *ipsk_next_byte(&from);
}

static void copy_out(const struct iovec *iov, uint8_t *to, size_t length)
{
    struct ipsk_place from = {iov, 0};
    while (length-- > 0)
        *to++ = *ipsk_next_byte(&from);
}

static int finish(const struct ipsk_receiving *r, struct ipsk_raw_header *header,
                  struct ipsock_message *m, struct msghdr *h, size_t n, struct ipsock_error *error)
{
    const struct iovec *iov = h->msg_iov;
    const int code = ipsk_ipv4_check(header->bytes, n);
    if (code < 0) {
        ipsk_count_lie(r->s, r->call);
        return ipsk_fail(error, code, 0, "recvmsg", "header");
    }
    const size_t length = (size_t)(header->bytes[0] & 0xf) * 4;
    const size_t capacity = capacity_of(m);
    const size_t payload = n - length < capacity ? n - length : capacity;
    if (n - length > capacity)
        h->msg_flags |= MSG_TRUNC; /* the spare buffer took what the caller's could not */
    header->length = length;
    header->received = n;
    if (length > HEADER) {
        copy_out(iov + 1, header->bytes + HEADER, length - HEADER);
        move_forward(iov + 1, length - HEADER, payload);
    }
    ipsk_fill_message(r, m, h, h->msg_name, payload);
    return IPSOCK_OK;
}

int ipsk_sys_recv_ipv4(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                       struct ipsock_message *m, uint32_t flags, struct ipsock_error *error)
{
    const struct ipsk_receiving r = ipsk_receiving(s, flags);
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct msghdr h;
    uint8_t spare[SPARE];
    struct iovec iov[IPSOCK_BUFFERS_MAX];
    ssize_t n;
    if (m->buffer_count > IPSOCK_BUFFERS_MAX - 2)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive", "buffer_count");
    ipsk_prepare_receive(&r, m, &h, &name, control);
    iov[0].iov_base = header->bytes;
    iov[0].iov_len = HEADER;
    if (m->buffer_count != 0)
        memcpy(iov + 1, m->buffers, m->buffer_count * sizeof iov[0]);
    iov[1 + m->buffer_count].iov_base = spare;
    iov[1 + m->buffer_count].iov_len = sizeof spare;
    h.msg_iov = iov;
    IPSK_ASSIGN(h.msg_iovlen, m->buffer_count + 2);
    do
        n = recvmsg((int)s->handle, &h, ipsk_receive_flags(flags));
    while (n < 0 && errno == EINTR);
    return n < 0 ? ipsk_fail_receive(error, "recvmsg")
                 : finish(&r, header, m, &h, (size_t)n, error);
}
