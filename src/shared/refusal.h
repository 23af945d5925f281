// SPDX-License-Identifier: BSD-2-Clause
/* What it means that a packet was refused: the system's number alone says too little. */
#ifndef IPSK_SHARED_REFUSAL_H
#define IPSK_SHARED_REFUSAL_H

#include "core/endpoint/message.h"

/* The code of a refused connect. number: IPSK_FIREWALL_EPERM or …_EACCES where the system's number
 * is that, else 0; code: what the number means by itself. */
int ipsk_refused_connect(const struct ipsock_addr *to, unsigned number, int code);

/* The same of a send; *field is set where it is one of the message's. */
int ipsk_refused_send(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                      unsigned number, int code, const char **field);

#endif
