// SPDX-License-Identifier: BSD-2-Clause
/* Memberships that the command line asks for. */
#ifndef IPSOCK_TOOL_GROUP_H
#define IPSOCK_TOOL_GROUP_H

#include "args.h"

#include <ipsock/ipsock.h>

struct group_request {
    struct arg_list sources;    /* joined: source-specific */
    struct arg_list excluded;   /* any source but these */
    struct arg_list interfaces; /* by name or index; none: the system's choice */
    bool strict;
};

/** Whether the options fit together, and to the address; a message says what does not.
 * @return EXIT_OK or EXIT_USAGE */
int group_check(const struct group_request *request, const char *target,
                const struct ipsock_addr *local);

/** Gives a link-local address, or group, the interface that it is on.
 * @return EXIT_OK, or the exit code after a message */
int group_settle_zone(const struct group_request *request, struct ipsock_addr *local);

/** Joins the group on each interface. @return EXIT_OK, or EXIT_FAIL or EXIT_USAGE after a message
 */
int group_join(struct ipsock_endpoint *s, const struct group_request *request,
               const struct ipsock_addr *group);

/** Says on standard error what was joined, one line an interface. */
void group_announce(const struct group_request *request, const struct ipsock_addr *group);

#endif
