// SPDX-License-Identifier: BSD-2-Clause
/* A kernel that says it blocks sources and lets them pass, as FreeBSD and Darwin do: the linker
 * sends the library's options through here (-Wl,--wrap). With tests/fault/changed_fact.c, which
 * tells the library. */
#include <netinet/in.h>
#include <sys/socket.h>

int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length);

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    const int blocks = name == MCAST_BLOCK_SOURCE || name == MCAST_UNBLOCK_SOURCE;
    if (blocks && (level == IPPROTO_IP || level == IPPROTO_IPV6))
        return 0;
    return __real_setsockopt(fd, level, name, value, length);
}
