// SPDX-License-Identifier: BSD-2-Clause
/* A kernel without filters on sockets, as most are: the linker sends the library's options through
 * here (-Wl,--wrap). */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length);

static int is_filter(int level, int name)
{
    return (level == SOL_SOCKET && (name == SO_ATTACH_FILTER || name == SO_DETACH_FILTER)) ||
           ((level == SOL_RAW || level == IPPROTO_ICMPV6) && name == 1);
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    if (!is_filter(level, name))
        return __real_setsockopt(fd, level, name, value, length);
    errno = ENOPROTOOPT;
    return -1;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    if (!is_filter(level, name))
        return __real_getsockopt(fd, level, name, value, length);
    errno = ENOPROTOOPT;
    return -1;
}
