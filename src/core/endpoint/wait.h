// SPDX-License-Identifier: BSD-2-Clause
/* Waiting, and what ends it. */
#ifndef IPSK_WAIT_H
#define IPSK_WAIT_H

#include "core/endpoint/endpoint.h"

/* A call's place in the queue of waiters. */
struct ipsk_wait {
    bool started;
    bool waited;
    bool errors; /* a wait ended for an error alone */
    uint32_t cancels;
};

/* Waits until it is worth trying again (0), or fails: deadline, cancel, close. direction may be
 * IPSK_ERRORS, which ends with the readers' deadline. */
int ipsk_wait_for(struct ipsock_endpoint *s, int direction, struct ipsk_wait *wait,
                  struct ipsock_error *error);

/* Wakes every call that is waiting. Under lock. */
void ipsk_wake_all(struct ipsock_endpoint *s);

/* Refuses new calls, wakes and awaits those in progress. IPSOCK_ECLOSED where it was closed. */
int ipsk_shut(struct ipsock_endpoint *s);

#endif
