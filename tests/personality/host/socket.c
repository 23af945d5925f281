// SPDX-License-Identifier: BSD-2-Clause
/* Descriptors, names, and options that are an int. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/icmp6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36 /* linux/in6.h, 4.4 */
#endif

static const int errors[] = {
    0,
#define E(name) name,
#include "../errors.def"
#undef E
};

static const struct {
    int level, option;
} options[] = {
#define O(name, level, option) {level, option},
#include "../options.def"
#undef O
};

int host_failed(void)
{
    const int native = errno;
    for (size_t i = 1; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i] == native)
            return -(int)i;
    return -HOST_EOTHER;
}

int host_answer(long result)
{
    return result < 0 ? host_failed() : (int)result;
}

socklen_t host_to(const struct host_addr *addr, union host_sockaddr *out)
{
    memset(out, 0, sizeof *out);
    if (addr->family == 4) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons(addr->port);
        memcpy(&out->v4.sin_addr, addr->ip, 4);
        return sizeof out->v4;
    }
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons(addr->port);
    out->v6.sin6_scope_id = addr->scope;
    memcpy(&out->v6.sin6_addr, addr->ip, 16);
    return sizeof out->v6;
}

void host_from(struct host_addr *out, const union host_sockaddr *name, socklen_t length)
{
    memset(out, 0, sizeof *out);
    if (length >= sizeof name->v4 && name->any.sa_family == AF_INET) {
        out->family = 4;
        out->port = ntohs(name->v4.sin_port);
        memcpy(out->ip, &name->v4.sin_addr, 4);
    } else if (length >= sizeof name->v6 && name->any.sa_family == AF_INET6) {
        out->family = 6;
        out->port = ntohs(name->v6.sin6_port);
        out->scope = name->v6.sin6_scope_id;
        memcpy(out->ip, &name->v6.sin6_addr, 16);
    }
}

static int get(int fd, int level, int option)
{
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, option, &value, &length) < 0 ? -1 : value;
}

int host_identify(int fd, struct host_identity *out)
{
    struct stat status;
    memset(out, 0, sizeof *out);
    if (fstat(fd, &status) < 0)
        return host_failed();
    if (!S_ISSOCK(status.st_mode))
        return -HOST_ENOTSOCK;
    const int domain = get(fd, SOL_SOCKET, SO_DOMAIN), type = get(fd, SOL_SOCKET, SO_TYPE);
    out->number = (uint64_t)status.st_ino;
    if (domain == AF_PACKET) {
        out->family = host_wild_family(fd);
        out->type = HOST_RAW;
        return 0;
    }
    if (domain != AF_INET && domain != AF_INET6)
        return 0;
    out->family = domain == AF_INET ? 4 : 6;
    out->type = type == SOCK_STREAM ? HOST_STREAM : type == SOCK_RAW ? HOST_RAW : HOST_DATAGRAM;
    out->protocol = get(fd, SOL_SOCKET, SO_PROTOCOL);
    out->v6only = domain == AF_INET6 && get(fd, IPPROTO_IPV6, IPV6_V6ONLY) == 1;
    return 0;
}

int host_socket(int family, enum host_type type, int protocol, bool nonblocking, bool cloexec)
{
    const int native = type == HOST_STREAM     ? SOCK_STREAM
                       : type == HOST_DATAGRAM ? SOCK_DGRAM
                                               : SOCK_RAW;
    return host_answer(socket(
        family == 4 ? AF_INET : AF_INET6,
        native | (nonblocking ? SOCK_NONBLOCK : 0) | (cloexec ? SOCK_CLOEXEC : 0), protocol));
}

int host_accept(int fd, struct host_addr *peer, bool nonblocking, bool cloexec)
{
    union host_sockaddr name;
    socklen_t length = sizeof name;
    const int made = accept4(fd, &name.any, &length,
                             (nonblocking ? SOCK_NONBLOCK : 0) | (cloexec ? SOCK_CLOEXEC : 0));
    if (made < 0)
        return host_failed();
    host_from(peer, &name, length);
    return made;
}

int host_close(int fd)
{
    return host_answer(close(fd));
}

int host_bind(int fd, const struct host_addr *addr)
{
    union host_sockaddr name;
    const socklen_t length = host_to(addr, &name);
    return host_answer(bind(fd, &name.any, length));
}

int host_connect(int fd, const struct host_addr *addr)
{
    union host_sockaddr name;
    if (addr == NULL) {
        memset(&name, 0, sizeof name);
        name.any.sa_family = AF_UNSPEC;
        return host_answer(connect(fd, &name.any, sizeof name.any));
    }
    const socklen_t length = host_to(addr, &name);
    return host_answer(connect(fd, &name.any, length));
}

int host_name(int fd, bool peer, struct host_addr *addr)
{
    union host_sockaddr name;
    socklen_t length = sizeof name;
    if ((peer ? getpeername(fd, &name.any, &length) : getsockname(fd, &name.any, &length)) < 0)
        return host_failed();
    host_from(addr, &name, length);
    return 0;
}

int host_listen(int fd, int backlog)
{
    return host_answer(listen(fd, backlog));
}

int host_shutdown(int fd, int how)
{
    return host_answer(shutdown(fd, how)); /* 0, 1, 2 on every system */
}

/* SO_ERROR's value is a number of the host's. */
static int error_value(int native)
{
    if (native <= 0)
        return native;
    errno = native;
    return -host_failed();
}

int host_set(int fd, enum host_option option, int value)
{
    return host_answer(
        setsockopt(fd, options[option].level, options[option].option, &value, sizeof value));
}

int host_get(int fd, enum host_option option, int *value)
{
    socklen_t length = sizeof *value;
    *value = 0;
    if (getsockopt(fd, options[option].level, options[option].option, value, &length) < 0)
        return host_failed();
    if (option == HOST_OPTION_ERROR)
        *value = error_value(*value);
    return 0;
}

int host_multicast_interface(int fd, uint32_t index)
{
    const struct ip_mreqn request = {.imr_ifindex = (int)index};
    return host_answer(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request));
}

int host_icmp6_filter(int fd, bool get_it, uint32_t blocked[8])
{
    socklen_t length = 32;
    return get_it ? host_answer(getsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, blocked, &length))
                  : host_answer(setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, blocked, length));
}

int host_flags(int fd, bool set, bool *nonblocking)
{
    const int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return host_failed();
    if (!set) {
        *nonblocking = flags & O_NONBLOCK;
        return 0;
    }
    return host_answer(fcntl(fd, F_SETFL, *nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

int host_ready(int fd, bool writing, int milliseconds)
{
    struct pollfd p = {.fd = fd, .events = writing ? POLLOUT : POLLIN};
    return host_answer(poll(&p, 1, milliseconds));
}

int host_unread(int fd, int *bytes)
{
    return host_answer(ioctl(fd, FIONREAD, bytes));
}

static void put(struct sockaddr_storage *to, const struct host_addr *addr)
{
    union host_sockaddr name;
    host_to(addr, &name);
    memcpy(to, &name, sizeof name);
}

static int group_call(int fd, enum host_group_act act, uint32_t index,
                      const struct host_addr *group, const struct host_addr *source)
{
    static const int numbers[] = {MCAST_JOIN_GROUP,        MCAST_LEAVE_GROUP,
                                  MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP,
                                  MCAST_BLOCK_SOURCE,      MCAST_UNBLOCK_SOURCE};
    const int level = group->family == 4 ? IPPROTO_IP : IPPROTO_IPV6;
    struct group_req any = {.gr_interface = index};
    struct group_source_req one = {.gsr_interface = index};
    if (source == NULL) {
        put(&any.gr_group, group);
        return setsockopt(fd, level, numbers[act], &any, sizeof any);
    }
    put(&one.gsr_group, group);
    put(&one.gsr_source, source);
    return setsockopt(fd, level, numbers[act], &one, sizeof one);
}

/* The modelled kernel has limits of its own. */
static void lift_limits(void)
{
    static const char *const limits[] = {"/proc/sys/net/ipv4/igmp_max_memberships",
                                         "/proc/sys/net/ipv4/igmp_max_msf",
                                         "/proc/sys/net/ipv6/mld_max_msf"};
    for (int i = 0; i < 3; i++) {
        const int file = open(limits[i], O_WRONLY | O_CLOEXEC);
        if (file < 0)
            continue;
        if (write(file, "100000", 6) < 0)
            errno = ENOBUFS;
        close(file);
    }
}

int host_group(int fd, enum host_group_act act, uint32_t index, const struct host_addr *group,
               const struct host_addr *source)
{
    int result = group_call(fd, act, index, group, source);
    if (result < 0 && errno == ENOBUFS) {
        lift_limits();
        result = group_call(fd, act, index, group, source);
    }
    return host_answer(result);
}
