// SPDX-License-Identifier: BSD-2-Clause
/* ICMP errors that belong to an endpoint, beside its data.
 *
 * The system's queue of errors ends every wait on the handle until it is empty, and leaves a code
 * behind that the next send or receive would fail with. Neither must be felt: a call that has been
 * woken for nothing moves the queue into a ring of the endpoint's own before it waits again, and a
 * send or receive that fails with what may be such a code is tried again. */
#ifndef IPSK_ERROR_STREAM_H
#define IPSK_ERROR_STREAM_H

#include "core/endpoint/endpoint.h"

/* Errors kept for a program that does not take them; those beyond are counted. */
#define IPSK_ERRORS_QUEUED 64

struct ipsk_error_stream {
    struct ipsk_mutex lock;
    uint32_t first;
    /* Sends that were tried twice because of an old EMSGSIZE that was none: the system has reported
     * them twice too. */
    struct ipsock_addr doubled;
    uint32_t doubles;
    struct ipsk_error_entry ring[IPSK_ERRORS_QUEUED];
};

/* Switches the stream on, on a socket. Allocates; freed with the endpoint. */
int ipsk_start_errors(struct ipsock_endpoint *s, const char *operation, struct ipsock_error *error);
void ipsk_free_errors(struct ipsock_endpoint *s);

/* A call that is tried again. */
struct ipsk_retry {
    uint32_t tries;
    bool doubled;
    bool noted; /* its report comes twice */
};
/* Whether a send or receive that failed is to be tried again; message is the one to be sent, or
 * NULL. Called until it says no. */
bool ipsk_try_again(struct ipsock_endpoint *s, struct ipsk_retry *retry, int code,
                    const struct ipsock_message *message);

#endif
