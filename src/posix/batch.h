// SPDX-License-Identifier: BSD-2-Clause
/* What single messages (posix/message.c) and batches by recvmmsg and sendmmsg (mmsg.c) share. The
 * other way to make a batch is a loop (shared/single.c): CMake chooses, and mmsg.c falls back to it
 * where the kernel lacks the calls. */
#ifndef IPSK_POSIX_BATCH_H
#define IPSK_POSIX_BATCH_H

#include <errno.h>

#include "posix/header.h"
#include "shared/batch.h"

/* Whether a refused send is to be tried again: what an ICMP error said of an earlier packet is
 * reported once, by the next send of a connected socket, which is then not sent (udp(7)). Of all
 * these errors EMSGSIZE alone would be taken for one of this message; if it is, the second try says
 * so. */
static inline bool ipsk_may_be_pending_error(const struct ipsock_endpoint *s)
{
    return errno == EMSGSIZE && s->connected && s->stream == NULL; /* the engine tries again */
}

int ipsk_fail_send(const struct ipsock_endpoint *s, struct ipsock_error *error,
                   const struct ipsock_message *m, const char *call);

#endif
