// SPDX-License-Identifier: BSD-2-Clause
/* A kernel whose ping sockets are like Darwin's (docs/platform/darwin.md, 7): whoever asks gets
 * one, it delivers what other programs were answered as well, over IPv4 with the IP header, it
 * leaves the identifier to its user, and takes no filter programs. They are raw sockets here that
 * hear no requests: the linker sends sockets and their options through here (-Wl,--wrap). With
 * tests/fault/changed_fact.c, which tells the library. */
/* First: the kernel's headers then leave out what musl has. */
#include <netinet/in.h>

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <string.h>
#include <sys/socket.h>

int __real_socket(int family, int type, int protocol);
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
int __real_setsockopt(int fd, int level, int name, const void *value, socklen_t length);
int __wrap_socket(int family, int type, int protocol);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length);

#define MOST 1024
static char is_ping[MOST]; /* by descriptor */

static int hear_no_requests(int fd, int family)
{
    struct icmp6_filter v6;
    const struct icmp_filter v4 = {.data = 1u << ICMP_ECHO};
    ICMP6_FILTER_SETPASSALL(&v6);
    ICMP6_FILTER_SETBLOCK(ICMP6_ECHO_REQUEST, &v6);
    return family == AF_INET ? __real_setsockopt(fd, SOL_RAW, ICMP_FILTER, &v4, sizeof v4)
                             : __real_setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof v6);
}

int __wrap_socket(int family, int type, int protocol)
{
    const int flags = type & ~0xf;
    const int asked =
        (type & 0xf) == SOCK_DGRAM && (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6);
    const int fd = __real_socket(family, asked ? SOCK_RAW | flags : type, protocol);
    if (fd >= 0 && fd < MOST)
        is_ping[fd] = (char)asked;
    if (fd >= 0 && asked)
        hear_no_requests(fd, family);
    return fd;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    const int kind = SOCK_DGRAM;
    const int code = __real_getsockopt(fd, level, name, value, length);
    if (code == 0 && level == SOL_SOCKET && name == SO_TYPE && fd < MOST && is_ping[fd])
        memcpy(value, &kind, sizeof kind);
    return code;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    if (level != SOL_SOCKET || name != SO_ATTACH_FILTER || fd < 0 || fd >= MOST || !is_ping[fd])
        return __real_setsockopt(fd, level, name, value, length);
    errno = ENOPROTOOPT;
    return -1;
}
