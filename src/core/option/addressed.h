// SPDX-License-Identifier: BSD-2-Clause
/* What a system does otherwise than others, or in silence not at all, on sockets with an address or
 * a peer of a certain kind (facts of table.h): found once, refused or made up for with each send.
 */
#ifndef IPSK_ADDRESSED_H
#define IPSK_ADDRESSED_H

#include "core/endpoint/message.h"

/* Once an endpoint has its address and its peer, and its control is declared. */
int ipsk_note_address(struct ipsock_endpoint *s, struct ipsock_error *error);

/* What of a message would not be done, or not as everywhere. */
int ipsk_check_addressed(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                         struct ipsock_error *error);

/* Whether a peer is 255.255.255.255, to which this endpoint may not send though the system lets it.
 */
bool ipsk_is_forbidden_to_all(const struct ipsock_endpoint *s, const struct ipsock_addr *peer);

/* From now on packets of other interfaces are dropped here, where a socket that is bound to one
 * hears all; 0: bound to none. Nothing of the kind can be done for a listener. */
int ipsk_hear_alone(struct ipsock_endpoint *s, uint32_t index, struct ipsock_error *error);

/* The interface to send a message by that has to be an option's, because the message's own is not
 * heeded; 0: none. */
uint32_t ipsk_lent_interface(const struct ipsock_endpoint *s, const struct ipsock_message *m);
/* The option that it is lent to: that of groups, or the one that binds the socket. */
const struct ipsk_option_row *ipsk_row_of_interface(const struct ipsock_endpoint *s, int column,
                                                    bool group);

#endif
