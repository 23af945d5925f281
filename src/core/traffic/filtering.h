// SPDX-License-Identifier: BSD-2-Clause
/* Receiving where the library drops packets that nobody wants (verdict.h). Dropped packets are
 * counted. */
#ifndef IPSK_FILTERING_H
#define IPSK_FILTERING_H

#include "core/endpoint/message.h"

/* Bytes that show the ICMP type, behind the longest IPv4 header. */
#define IPSK_SHOWS_TYPE 64

/* Dropped packets after which a call that may wait does so, though more may be there: waiting
 * notices deadline, cancel and close, so that a flood does not outlast them. */
#define IPSK_DROPS_PER_LOOK 64

/* As ipsk_sys_recv and ipsk_sys_recv_ipv4, what is to be delivered only. */
int ipsk_recv_filtered(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error);
int ipsk_recv_ipv4_filtered(struct ipsock_endpoint *s, struct ipsk_raw_header *header,
                            struct ipsock_message *message, uint32_t flags,
                            struct ipsock_error *error);
/* One message as in a batch. */
int ipsk_recv_one_filtered(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                           struct ipsock_message *message, size_t size, uint32_t flags,
                           struct ipsock_error *error);

/* As ipsk_sys_recv_many (filtering_batch.c). */
int ipsk_recv_many_filtered(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count,
                            uint32_t *done, uint32_t flags, struct ipsock_error *error);

/* After data were put into a message from elsewhere: marks and counts what did not fit. */
void ipsk_note_cut_short(struct ipsock_endpoint *s, struct ipsock_message *m, size_t length,
                         uint32_t flags);

/* Only what was asked for: the caller's struct may be of an older, shorter kind. */
void ipsk_hand_over_control(struct ipsock_control *theirs, const struct ipsock_control *ours);

#endif
