// SPDX-License-Identifier: BSD-2-Clause
/* Per-packet settings where the system has no control message for them: the option is set, the
 * packet sent without waiting, the option restored, all under the endpoint's send lock, while no
 * other send is in progress. Those that need no such setting are only counted. */
#ifndef IPSK_EMULATE_H
#define IPSK_EMULATE_H

#include "core/endpoint/endpoint.h"

/* Sends one message, or a batch, with its emulated fields in force. Never waits. */
int ipsk_send_emulated(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                       struct ipsock_error *error);
int ipsk_send_many_emulated(struct ipsock_endpoint *s, struct ipsock_batch *batch,
                            struct ipsock_message *messages, size_t size, uint32_t count,
                            uint32_t *done, uint32_t flags, struct ipsock_error *error);

#endif
