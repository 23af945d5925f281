// SPDX-License-Identifier: BSD-2-Clause
/* A kernel that puts the multicast hop limit over the one in a header that the program made, as the
 * BSDs do: the linker sends the library's packets through here (-Wl,--wrap). With
 * tests/fault/changed_fact.c, which tells the library. */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MOST 1500

ssize_t __real_sendmsg(int fd, const struct msghdr *h, int flags);
ssize_t __real_sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                      socklen_t to_length);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *h, int flags);
ssize_t __wrap_sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                      socklen_t to_length);
int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags);

static int has_own_header(int fd)
{
    int on = 0;
    socklen_t length = sizeof on;
    return getsockopt(fd, IPPROTO_IP, IP_HDRINCL, &on, &length) == 0 && on;
}

static void put_hops(int fd, unsigned char *packet, size_t length)
{
    /* so that a thread which did not wait for the borrowed option to be given back would be seen */
    const struct timespec a_while = {0, 50000};
    int hops = 1;
    socklen_t size = sizeof hops;
    if (length < 20 || (packet[16] >> 4 != 14 && memcmp(packet + 16, "\xff\xff\xff\xff", 4) != 0))
        return;
    nanosleep(&a_while, NULL);
    getsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &hops, &size);
    packet[8] = (unsigned char)hops;
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *h, int flags)
{
    unsigned char packet[MOST];
    size_t length = 0;
    struct iovec all = {packet, 0};
    struct msghdr changed = *h;
    for (size_t i = 0; i < (size_t)h->msg_iovlen; i++) { // musl: an int
        if (h->msg_iov[i].iov_len > sizeof packet - length)
            return __real_sendmsg(fd, h, flags); /* will be too large */
        if (h->msg_iov[i].iov_base == NULL)
            continue;
        memcpy(packet + length, h->msg_iov[i].iov_base, h->msg_iov[i].iov_len);
        length += h->msg_iov[i].iov_len;
    }
    if (!has_own_header(fd))
        return __real_sendmsg(fd, h, flags);
    put_hops(fd, packet, length);
    all.iov_len = length;
    changed.msg_iov = &all;
    changed.msg_iovlen = 1;
    return __real_sendmsg(fd, &changed, flags);
}

ssize_t __wrap_sendto(int fd, const void *data, size_t length, int flags, const struct sockaddr *to,
                      socklen_t to_length)
{
    union {
        struct sockaddr_in6 v6;
        struct sockaddr any;
    } address;
    struct iovec all = {(void *)(size_t)data, length};
    struct msghdr h = {.msg_iov = &all, .msg_iovlen = 1};
    if (to != NULL && to_length <= sizeof address) {
        memcpy(&address, to, to_length);
        h.msg_name = &address;
        h.msg_namelen = to_length;
    }
    return __wrap_sendmsg(fd, &h, flags);
}

int __wrap_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    for (unsigned i = 0; i < count; i++) {
        const ssize_t n = __wrap_sendmsg(fd, &messages[i].msg_hdr, flags);
        if (n < 0)
            return i == 0 ? -1 : (int)i;
        messages[i].msg_len = (unsigned)n;
    }
    return (int)count;
}
