// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_CREATE_H
#define IPSK_CREATE_H

#include <sys/socket.h>

#include "core/endpoint/backend.h"

/* accept with the same flags as ipsk_sys_socket. */
int ipsk_accept_raw(int listener, struct sockaddr *name, socklen_t *length);

/* What keeps this process from having one more descriptor, said of an operation; 0: nothing. The C
 * library's functions that take one do not always tell. */
int ipsk_lack(struct ipsock_error *error, const char *operation);

#endif
