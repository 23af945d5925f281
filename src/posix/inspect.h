// SPDX-License-Identifier: BSD-2-Clause
/* What the Unix backends ask of a foreign socket by the same calls. */
#ifndef IPSK_POSIX_INSPECT_H
#define IPSK_POSIX_INSPECT_H

#include <sys/socket.h>

#include "core/endpoint/backend.h"
#include "posix/errno.h"

/* A number that is there, or an answer in its place; the option's name is the error's. */
#define READ(level, name, value, error) \
    ipsk_sys_get_number(handle, level, name, #name, value, error)
#define FIND(level, name, otherwise, value, error) \
    ipsk_sys_find_number(handle, level, name, #name, otherwise, value, error)

/* By its name, which it has before it is bound, too. 0: one that is no socket of IP is no socket
 * for us. */
static inline int ipsk_find_family(ipsock_handle_t handle, int *family, struct ipsock_error *error)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    name.ss_family = AF_UNSPEC;
    if (getsockname((int)handle, (struct sockaddr *)&name, &length) < 0)
        return ipsk_fail_errno(error, "getsockname");
    *family = name.ss_family == AF_INET    ? IPSOCK_IPV4
              : name.ss_family == AF_INET6 ? IPSOCK_IPV6
                                           : 0;
    return IPSOCK_OK;
}

#endif
