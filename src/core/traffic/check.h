// SPDX-License-Identifier: BSD-2-Clause
/* What is wrong with a message, before the kernel sees it. */
#ifndef IPSK_CHECK_H
#define IPSK_CHECK_H

#include "core/endpoint/message.h"

#define IPSK_RECEIVE_FLAGS (IPSOCK_MSG_PEEK | IPSOCK_MSG_DONTWAIT)
#define IPSK_SEND_FLAGS    (IPSOCK_MSG_DONTWAIT | IPSOCK_MSG_DONTROUTE)

/* What every receive, and every send, must get right before anything else. */
int ipsk_check_receive(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       uint32_t flags, struct ipsock_error *error);
int ipsk_check_send(const struct ipsock_endpoint *s, uint32_t flags, const void *messages,
                    struct ipsock_error *error);

/* Of this what is about its peer and control data; without a flow. */
int ipsk_check_destination(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                           struct ipsock_error *error);

/* Of a message with a flow: whether that is one of this endpoint, and what may be beside it. */
int ipsk_check_flow(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                    struct ipsock_error *error);

/* Everything about a message to be sent that can be found wrong without a system call. */
int ipsk_check_message(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       struct ipsock_error *error);

#endif
