// SPDX-License-Identifier: BSD-2-Clause
/* Errors that come later: endpoints that hear them, and the usual one, that nobody listens on a
 * port. */
#ifndef CONFORMANCE_ERRORS_LATER_H
#define CONFORMANCE_ERRORS_LATER_H

#include "harness.h"

struct event {
    struct ipsock_icmp_error e;
    uint8_t payload[1280];
    size_t length;
};

int take_event(struct ipsock_endpoint *s, struct event *event, uint32_t flags);

/* A UDP endpoint's configuration with the stream; the endpoint, with a deadline that only a hanging
 * call meets. */
struct ipsock_config stream_config(int column);
struct ipsock_endpoint *open_error_stream(int column);

bool has_error_stream(void);
/* Ends the test as skipped without. */
void need_error_stream(void);

/* A port of this host that nobody listens on. */
struct ipsock_addr closed_port(int column);
/* An event that says so of a datagram to it. */
void check_refused(const struct event *event, int column, const struct ipsock_addr *to);

#endif
