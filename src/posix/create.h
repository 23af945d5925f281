// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_CREATE_H
#define IPSK_CREATE_H

#include <sys/socket.h>

/* accept with the same flags as ipsk_sys_socket. */
int ipsk_accept_raw(int listener, struct sockaddr *name, socklen_t *length);

#endif
