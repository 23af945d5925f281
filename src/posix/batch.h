// SPDX-License-Identifier: BSD-2-Clause
/* What the two ways to make a batch share: mmsg.c (recvmmsg, sendmmsg) and single.c (a loop).
 * Either is chosen by CMake; the first falls back to the second where the kernel lacks the calls.
 */
#ifndef IPSK_POSIX_BATCH_H
#define IPSK_POSIX_BATCH_H

#include <errno.h>

#include "posix/header.h"

/* Whether a refused send is to be tried again: what an ICMP error said of an earlier packet is
 * reported once, by the next send of a connected socket, which is then not sent (udp(7)). Of all
 * these errors EMSGSIZE alone would be taken for one of this message; if it is, the second try says
 * so. */
static inline bool ipsk_is_old_news(const struct ipsock_endpoint *s)
{
    return errno == EMSGSIZE && s->connected;
}

int ipsk_fail_send(const struct ipsock_endpoint *s, struct ipsock_error *error,
                   const struct ipsock_message *m, const char *call);
void ipsk_prepare_receive(const struct ipsk_receiving *r, struct ipsock_message *m,
                          struct msghdr *h, union ipsk_sockaddr *name, uint8_t *control);

/* One message as in a batch: on raw IPv4 the header stays. */
int ipsk_receive_whole(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                       struct ipsock_error *error);

/* Batches by single calls. */
int ipsk_receive_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                      uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error);
int ipsk_send_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                   uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error);

/* A place in scattered data. */
struct ipsk_place {
    const struct iovec *iov;
    size_t offset;
};

/* The byte there, and on to the next; there must be one. */
static inline uint8_t *ipsk_next_byte(struct ipsk_place *at)
{
    while (at->offset == at->iov->iov_len) {
        at->iov++;
        at->offset = 0;
    }
    return (uint8_t *)at->iov->iov_base + at->offset++;
}

/* Finds the length of the IP header at the start of a raw IPv4 message, and puts the header into
 * wire order. */
void ipsk_measure_header(struct ipsock_message *m);

#endif
