// SPDX-License-Identifier: BSD-2-Clause
/* What differs between two lists of interfaces, as events: pure, and without memory of its own. */
#ifndef IPSK_INTERFACE_CHANGE_H
#define IPSK_INTERFACE_CHANGE_H

#include <stdbool.h>

#include <ipsock/interface.h>

/* A walk over the differences. All zero: there are none. Events point into both lists. */
struct ipsk_changes {
    const struct ipsock_interface *old, *now;
    const struct ipsock_interface *at;        /* of the list that the stage goes over */
    const struct ipsock_interface_addr *addr; /* the next one to look at */
    unsigned stage, step;
};

/* Begins a walk. What the new list could not find out (an MTU of 0) is taken from the old one. */
void ipsk_changes_begin(struct ipsk_changes *changes, const struct ipsock_interface *old,
                        struct ipsock_interface *now);
/* The next difference; false: there is none any more. */
bool ipsk_changes_next(struct ipsk_changes *changes, struct ipsock_interface_event *event);

#endif
