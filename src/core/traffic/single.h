// SPDX-License-Identifier: BSD-2-Clause
/* One message, sent or received. */
#ifndef IPSK_SINGLE_H
#define IPSK_SINGLE_H

#include "core/endpoint/message.h"

/* Sends one message that has been checked; waits if it may. */
int ipsk_send_checked(struct ipsock_endpoint *s, struct ipsock_message *message, uint32_t flags,
                      struct ipsock_error *error);

/* The way of the messages that an endpoint sends, once it is complete. */
void ipsk_choose_way(struct ipsock_endpoint *s);

#endif
