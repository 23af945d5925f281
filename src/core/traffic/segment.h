// SPDX-License-Identifier: BSD-2-Clause
/* Several datagrams in one message (IPSOCK_CONTROL_SEGMENT_SIZE): by the system's offload, in as
 * many calls as its limits ask for, and one by one where it has none or refuses it. */
#ifndef IPSK_SEGMENT_H
#define IPSK_SEGMENT_H

#include "core/endpoint/flow.h"

static inline bool ipsk_has_segments(const struct ipsock_message *m)
{
    return (m->control != NULL && (m->control->valid & IPSOCK_CONTROL_SEGMENT_SIZE) != 0) ||
           (m->flow != NULL && (ipsk_flow_of(m)->fields & IPSOCK_CONTROL_SEGMENT_SIZE) != 0);
}

/* Sends one message with a segment size and no flow that has been checked, its length being 0;
 * waits if it may. 0 with a length below the whole: the system's buffers are full. On failure the
 * length tells what went out before. */
int ipsk_send_segments(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error);

/* The same after a first try of the whole message, which failed with a code. */
int ipsk_send_segments_on(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                          int code, struct ipsock_error *error);

/* A batch that has been checked, messages with a segment size among others; as send_prefix of
 * batch.c. */
int ipsk_send_segments_many(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count,
                            uint32_t *done, uint32_t flags, struct ipsock_error *error);

#endif
