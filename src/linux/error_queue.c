// SPDX-License-Identifier: BSD-2-Clause
/* The error queue of a socket: recvmsg with MSG_ERRQUEUE (ip(7)). Facts: net/ipv4/ip_sockglue.c
 * (ip_icmp_error, ip_recv_error), net/ipv6/datagram.c (ipv6_recv_error), net/core/skbuff.c
 * (sock_dequeue_err_skb), net/ipv4/icmp.c (ip_icmp_error_rfc4884). */
#include <errno.h>

#include "posix/errno.h"
#include "posix/header.h"

/* struct sock_extended_err of linux/errqueue.h, which needs other headers on older systems and
 * lacks the extension's place there. The offender's socket address follows. */
struct extended_error {
    uint32_t number; /* errno */
    uint8_t origin;
    uint8_t type;
    uint8_t code;
    uint8_t pad;
    uint32_t info;           /* path MTU, or a pointer */
    uint16_t extension;      /* where it starts in the data; 0: none, or Linux before 5.9 */
    uint8_t extension_flags; /* whether it is wrong: the engine looks for itself */
    uint8_t reserved;
};
_Static_assert(sizeof(struct extended_error) == 16, "the kernel's layout");

#define ORIGIN_LOCAL 1
#define ORIGIN_ICMP  2
#define ORIGIN_ICMP6 3

/* The payload of the one message that every entry has, and its length. An IPv6 socket gets it at
 * IPv6's level for IPv4 packets too. */
static const uint8_t *find_report(const struct msghdr *h, size_t *length)
{
    const uint8_t *p = h->msg_control;
    size_t rest = h->msg_controllen;
    while (rest >= IPSK_THE_CMSG_HEADER) {
        const size_t n = ipsk_cmsg_payload(p, rest, &ipsk_the_layout);
        if (n == SIZE_MAX)
            break;
        const uint64_t key = ipsk_cmsg_key(p);
        *length = n;
        if (n >= sizeof(struct extended_error) &&
            (key == ipsk_make_key(IPPROTO_IP, IP_RECVERR) ||
             key == ipsk_make_key(IPPROTO_IPV6, IPV6_RECVERR)))
            return p + IPSK_THE_CMSG_HEADER;
        const size_t step = ipsk_cmsg_step(n, rest, &ipsk_the_layout);
        p += step;
        rest -= step;
    }
    return NULL;
}

static void read_offender(struct ipsock_addr *offender, const uint8_t *p, size_t length)
{
    union ipsk_sockaddr name;
    memset(&name, 0, sizeof name);
    memcpy(&name, p, length < sizeof name ? length : sizeof name);
    ipsk_from_sockaddr(offender, &name,
                       name.any.sa_family == AF_INET6  ? sizeof name.v6
                       : name.any.sa_family == AF_INET ? sizeof name.v4
                                                       : 0);
    offender->port = 0;
}

/* An endpoint that writes its own IP headers gets them back; no other does. */
static void strip_header(struct ipsk_error_entry *entry, uint16_t *extension)
{
    const size_t header =
        entry->length < IPSOCK_IPV4_HEADER_MIN ? 0 : (entry->bytes[0] & 0xfu) * 4u;
    if (header < IPSOCK_IPV4_HEADER_MIN || header > entry->length)
        return;
    entry->length = (uint16_t)(entry->length - header);
    memmove(entry->bytes, entry->bytes + header, entry->length);
    *extension = (uint16_t)(*extension > header ? *extension - header : 0);
}

static bool decode(const struct ipsock_endpoint *s, struct ipsk_error_entry *entry,
                   const struct msghdr *h, size_t received)
{
    struct extended_error report;
    struct ipsock_control control;
    struct ipsock_icmp_error *event = &entry->event;
    size_t length;
    const uint8_t *p = find_report(h, &length);
    if (p == NULL)
        return false;
    memcpy(&report, p, sizeof report);
    if (report.origin < ORIGIN_LOCAL || report.origin > ORIGIN_ICMP6)
        return false; /* time stamps and the like, which the program asked for by the handle */
    memset(event, 0, sizeof *event);
    ipsk_from_sockaddr(&event->destination, h->msg_name, h->msg_namelen);
    event->error = ipsk_traffic_code((int)report.number);
    event->mtu = report.number == EMSGSIZE ? report.info : 0;
    if (report.origin != ORIGIN_LOCAL) {
        event->family = report.origin == ORIGIN_ICMP ? IPSOCK_IPV4 : IPSOCK_IPV6;
        event->type = report.type;
        event->code = report.code;
        read_offender(&event->offender, p + sizeof report, length - sizeof report);
        if (ipsk_take_control(&control, h->msg_control, h->msg_controllen, s->family == IPSOCK_IPV6,
                              0) &
            IPSOCK_CONTROL_INTERFACE)
            event->interface_index = control.interface_index;
    }
    entry->truncated = (h->msg_flags & MSG_TRUNC) != 0;
    entry->length = (uint16_t)received;
    if (s->flags & IPSOCK_OPEN_HEADER_INCLUDED)
        strip_header(entry, &report.extension);
    entry->quoted = entry->length;
    if (report.extension != 0 && report.extension < entry->length)
        entry->quoted = report.extension;
    return true;
}

/* An error sets the socket's "last error" too, behind the queue's back where the queue was full: it
 * would end every wait. Asking for it clears it. */
static void forget_last_error(ipsock_handle_t handle)
{
    int number;
    size_t length = sizeof number;
    struct ipsock_error ignored;
    ipsk_sys_get(handle, SOL_SOCKET, SO_ERROR, &number, &length, &ignored);
}

int ipsk_sys_recv_error(struct ipsock_endpoint *s, struct ipsk_error_entry *entry,
                        struct ipsock_error *error)
{
    _Alignas(struct cmsghdr) uint8_t control[IPSK_CONTROL_BUFFER];
    union ipsk_sockaddr name;
    struct iovec iov = {entry->bytes, sizeof entry->bytes};
    struct msghdr h;
    ssize_t n;
    do {
        memset(&h, 0, sizeof h);
        h.msg_name = &name;
        h.msg_namelen = sizeof name;
        h.msg_iov = &iov;
        h.msg_iovlen = 1;
        h.msg_control = control;
        h.msg_controllen = sizeof control;
        n = recvmsg((int)s->handle, &h, MSG_ERRQUEUE | MSG_DONTWAIT);
    } while (n < 0 ? errno == EINTR : !decode(s, entry, &h, (size_t)n));
    if (n >= 0)
        return IPSOCK_OK;
    const int code = ipsk_fail_errno(error, "recvmsg");
    if (code == IPSOCK_EAGAIN)
        forget_last_error(s->handle);
    return code;
}
