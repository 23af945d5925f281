// SPDX-License-Identifier: BSD-2-Clause
/* Sending and receiving, by every call that does. */
#include "calls.h"

static ssize_t give(ssize_t result)
{
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}

ssize_t kernel_sendmsg(int fd, const struct msghdr *h, int flags)
{
    const int fault = model_fault("sendmsg");
    return give(fault < 0 ? fault : model_send(fd, h, flags));
}

ssize_t kernel_recvmsg(int fd, struct msghdr *h, int flags)
{
    const int fault = model_fault("recvmsg");
    h->msg_controllen = (socklen_t)model_fault_control(h->msg_controllen);
    const ssize_t n = fault < 0 ? fault : model_receive(fd, h, flags);
    if (n >= 0 && (h->msg_flags & MSG_CTRUNC)) {
        model_fault_cut();
        /* what NetBSD rounds up stays within real room, which is aligned */
        h->msg_controllen = (socklen_t)model_fault_control(h->msg_controllen);
    }
    return give(n);
}

ssize_t kernel_sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *name,
                      socklen_t length)
{
    struct iovec buffer = {(void *)(uintptr_t)data, size};
    const int fault = model_fault("sendto");
    struct msghdr h;
    memset(&h, 0, sizeof h);
    h.msg_name = (void *)(uintptr_t)name;
    h.msg_namelen = length;
    h.msg_iov = &buffer;
    h.msg_iovlen = 1;
    return give(fault < 0 ? fault : model_send(fd, &h, flags));
}

ssize_t kernel_recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *name,
                        socklen_t *length)
{
    struct iovec buffer = {data, size};
    const int fault = model_fault("recvfrom");
    struct msghdr h;
    memset(&h, 0, sizeof h);
    h.msg_name = name;
    h.msg_namelen = name == NULL ? 0 : *length;
    h.msg_iov = &buffer;
    h.msg_iovlen = 1;
    const ssize_t n = fault < 0 ? fault : model_receive(fd, &h, flags);
    if (n >= 0 && name != NULL)
        *length = h.msg_namelen;
    return give(n);
}

ssize_t kernel_send(int fd, const void *data, size_t size, int flags)
{
    return kernel_sendto(fd, data, size, flags, NULL, 0);
}

ssize_t kernel_recv(int fd, void *data, size_t size, int flags)
{
    if (host_is_news(fd)) {
        const int fault = model_fault("recv");
        return give(fault < 0 ? fault : model_read_news(fd, data, size));
    }
    return kernel_recvfrom(fd, data, size, flags, NULL, NULL);
}
