// SPDX-License-Identifier: BSD-2-Clause
/* What is made of single messages on every system: batches without a system call for them (loop.c),
 * and raw IPv4 packets (strip.c). */
#ifndef IPSK_SHARED_BATCH_H
#define IPSK_SHARED_BATCH_H

#include "core/endpoint/message.h"

/* One message as the system gives it: raw IPv4 with its header in the system's order. The
 * backend's, as the next. */
int ipsk_receive_as_is(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                       struct ipsock_error *error);

/* One message as in a batch: on raw IPv4 the header stays, in wire order. */
int ipsk_receive_whole(struct ipsock_endpoint *s, struct ipsock_message *m, uint32_t flags,
                       struct ipsock_error *error);

/* Batches by single calls. */
int ipsk_receive_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                      uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error);
int ipsk_send_loop(struct ipsock_endpoint *s, struct ipsock_message *messages, size_t size,
                   uint32_t count, uint32_t *done, uint32_t flags, struct ipsock_error *error);

/* A place in scattered data. */
struct ipsk_place {
    const struct ipsock_buffer *buffer;
    size_t offset;
};

/* The byte there, and on to the next; there must be one. */
static inline uint8_t *ipsk_next_byte(struct ipsk_place *at)
{
    while (at->offset == at->buffer->length) {
        at->buffer++;
        at->offset = 0;
    }
    return (uint8_t *)at->buffer->data + at->offset++;
}

/* Finds the length of the IP header at the start of a raw IPv4 message, and puts the header into
 * wire order. */
void ipsk_measure_header(struct ipsock_message *m);

#endif
