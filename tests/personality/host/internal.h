// SPDX-License-Identifier: BSD-2-Clause
#ifndef PERSONALITY_HOST_INTERNAL_H
#define PERSONALITY_HOST_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <netinet/in.h>
#include <sys/socket.h>

#include "../host.h"

#ifndef IP_RECVFRAGSIZE
#define IP_RECVFRAGSIZE 25 /* linux/in.h, 4.13 */
#endif

union host_sockaddr {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
};

int host_wild_family(int fd);
int64_t host_receive_wild(int fd, struct host_message *m);
/* -HOST_E… of errno. */
int host_failed(void);
int host_answer(long result); /* the result, or of errno if it is negative */
socklen_t host_to(const struct host_addr *addr, union host_sockaddr *out);
void host_from(struct host_addr *out, const union host_sockaddr *name, socklen_t length);

#endif
