// SPDX-License-Identifier: BSD-2-Clause
/* The steps of opening an endpoint, in order. */
#ifndef IPSK_OPEN_H
#define IPSK_OPEN_H

#include <ipsock/control.h>

#include "core/endpoint.h"

/* Takes a configuration of another version's size. */
int ipsk_copy_config(struct ipsock_config *copy, const struct ipsock_config *config,
                     const char *operation, struct ipsock_error *error);

/* Everything that can be found wrong without a system call; settles family, local address and
 * flags. */
int ipsk_check_config(struct ipsock_config *config, struct ipsock_error *error);

/* Declares what sends may carry. */
int ipsk_declare_send_control(struct ipsock_endpoint *s, uint32_t bits, const char *operation,
                              struct ipsock_error *error);
/* Of this, what every destination can take. */
uint32_t ipsk_send_control_everywhere(const struct ipsock_endpoint *s);
/* The refusal of a field that was not declared, or cannot be. */
static inline int ipsk_undeclared(const struct ipsock_endpoint *s)
{
    return s->send_control & IPSOCK_CONTROL_POSSIBLE ? IPSOCK_ENOTSUP : IPSOCK_EUNDECLARED;
}

/* Sets the configured traffic class and hop limit. */
int ipsk_apply_packet_options(struct ipsock_endpoint *s, struct ipsock_error *error);

/* Begins strict delivery. */
int ipsk_apply_strict(struct ipsock_endpoint *s, struct ipsock_error *error);
/* Whether a kind has the flags; the error names the one that it has not. */
int ipsk_check_flags(uint32_t flags, int kind, int family, bool dual_stack, const char *operation,
                     struct ipsock_error *error);

/* Sets all options on the fresh socket. */
int ipsk_apply_config(struct ipsock_endpoint *s, const struct ipsock_config *config,
                      struct ipsock_error *error);

#endif
