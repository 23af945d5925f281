// SPDX-License-Identifier: BSD-2-Clause
/* Addresses in a text, and the names of their zones. */
#ifndef IPSK_ADDR_TEXT_H
#define IPSK_ADDR_TEXT_H

#include <ipsock/addr.h>

#include "core/codec/text.h"

/* As ipsock_addr_format writes it; "<nil>" for no address. */
void ipsk_text_addr(struct ipsk_text *text, const struct ipsock_addr *addr);
/* The same without the port; with a name before it, as ipsk_text_field. */
void ipsk_text_ip(struct ipsk_text *text, const struct ipsock_addr *addr);
void ipsk_text_field_ip(struct ipsk_text *text, const char *name, const struct ipsock_addr *addr);

/* A zone's text is the name of its interface on the running system: two backend functions. */

/* IPSOCK_ENODEV says that there is none, and any other code that the system could not be asked.
 * *index is 0 then. */
int ipsk_sys_interface_index(const char *name, uint32_t *index, struct ipsock_error *error);
/* The same; IPSOCK_ENOSPC: its name is longer. */
int ipsk_sys_interface_name(uint32_t index, char *name, size_t size, struct ipsock_error *error);
/* Longest name of an interface, with its NUL: Windows' are up to 256 UTF-16 units. */
#define IPSK_INTERFACE_NAME (256 * 3 + 1)

#endif
