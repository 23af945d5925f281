// SPDX-License-Identifier: BSD-2-Clause
/* What single messages (posix/message.c) and batches by recvmmsg and sendmmsg (mmsg.c) share. The
 * other way to make a batch is a loop (shared/single.c): CMake chooses, and mmsg.c falls back to it
 * where the kernel lacks the calls. */
#ifndef IPSK_POSIX_BATCH_H
#define IPSK_POSIX_BATCH_H

#include <errno.h>

#include "posix/header.h"
#include "shared/batch.h"

/* Whether a failure of an endpoint without peer is what an ICMPv6 error (address unreachable) said
 * of an earlier packet: NetBSD and OpenBSD tell whoever sent to that host last, once
 * (netinet6/in6_pcb.c, in6_pcbnotify). If it is this packet's own, the second try says so. */
static inline bool ipsk_is_stray_error(const struct ipsock_endpoint *s)
{
    return errno == EHOSTDOWN && !s->connected && s->family == IPSOCK_IPV6 && s->stream == NULL;
}

/* How often a receive passes over such errors. */
#define IPSK_STRAY_ERRORS_MAX 16

/* Whether a receive that failed is to be tried again. */
static inline bool ipsk_receives_again(const struct ipsock_endpoint *s, int *strays)
{
    return errno == EINTR || (ipsk_is_stray_error(s) && (*strays)++ < IPSK_STRAY_ERRORS_MAX);
}

/* Whether a refused send is to be tried again: what an ICMP error said of an earlier packet is
 * reported once, by the next send of a connected socket, which is then not sent (udp(7)). Of all
 * these errors EMSGSIZE alone would be taken for one of this message; if it is, the second try says
 * so. */
static inline bool ipsk_may_be_pending_error(const struct ipsock_endpoint *s)
{
    if (errno == EMSGSIZE)
        return s->connected && s->stream == NULL; /* the engine tries again */
    return ipsk_is_stray_error(s);
}

int ipsk_fail_send(const struct ipsock_endpoint *s, struct ipsock_error *error,
                   const struct ipsock_message *m, const char *call);

#endif
