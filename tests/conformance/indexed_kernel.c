// SPDX-License-Identifier: BSD-2-Clause
/* A kernel that chooses no interface for a source, as FreeBSD and Darwin: the linker sends the
 * library's options through here (-Wl,--wrap). With tests/fault/changed_fact.c, which tells the
 * library. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length);

static int is_of_source(int level, int name)
{
    return (level == IPPROTO_IP || level == IPPROTO_IPV6) &&
           (name == MCAST_JOIN_SOURCE_GROUP || name == MCAST_LEAVE_SOURCE_GROUP ||
            name == MCAST_BLOCK_SOURCE || name == MCAST_UNBLOCK_SOURCE);
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    uint32_t index;
    if (is_of_source(level, name) && length >= sizeof index) {
        memcpy(&index, value, sizeof index);
        if (index == 0) {
            errno = EADDRNOTAVAIL;
            return -1;
        }
    }
    return __real_setsockopt(fd, level, name, value, length);
}
