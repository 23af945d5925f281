// SPDX-License-Identifier: BSD-2-Clause
/* What an endpoint is configured with: checked whole, and put in force. */
#ifndef IPSK_CONFIG_H
#define IPSK_CONFIG_H

#include <ipsock/control.h>

#include "core/endpoint/endpoint.h"

static inline void ipsk_clear_error(struct ipsock_error *error)
{
    const struct ipsock_error none = {0, 0, NULL, NULL, IPSOCK_NO_INDEX};
    *error = none;
}

/* Takes a configuration of another version's size. */
int ipsk_copy_config(struct ipsock_config *copy, const struct ipsock_config *config,
                     const char *operation, struct ipsock_error *error);

/* Everything that can be found wrong without a system call; settles family, local address and
 * flags. */
int ipsk_check_config(struct ipsock_config *config, struct ipsock_error *error);

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
