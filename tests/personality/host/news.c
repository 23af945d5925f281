// SPDX-License-Identifier: BSD-2-Clause
/* News of interfaces, from rtnetlink. */
#include "internal.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

int host_news(bool nonblocking, bool cloexec)
{
    const struct sockaddr_nl name = {.nl_family = AF_NETLINK,
                                     .nl_groups =
                                         RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    const int fd = socket(
        AF_NETLINK, SOCK_RAW | (nonblocking ? SOCK_NONBLOCK : 0) | (cloexec ? SOCK_CLOEXEC : 0),
        NETLINK_ROUTE);
    if (fd < 0)
        return host_failed();
    if (bind(fd, (const struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    const int result = host_failed();
    close(fd);
    return result;
}

bool host_is_news(int fd)
{
    int domain = 0;
    socklen_t length = sizeof domain;
    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_NETLINK;
}

int host_news_silent(int fd, bool silent)
{
    const int value = silent;
    return host_answer(setsockopt(fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &value, sizeof value));
}

int host_read_news(int fd)
{
    struct nlmsghdr header;
    const ssize_t n = recv(fd, &header, sizeof header, 0);
    if (n < 0)
        return errno == ENOBUFS ? HOST_NEWS_LOST : host_failed();
    switch (n < (ssize_t)sizeof header ? 0 : header.nlmsg_type) {
    case RTM_NEWLINK:
        return HOST_NEWS_LINK;
    case RTM_DELLINK:
        return HOST_NEWS_LINK_GONE;
    case RTM_NEWADDR:
        return HOST_NEWS_ADDRESS;
    case RTM_DELADDR:
        return HOST_NEWS_ADDRESS_GONE;
    default:
        return HOST_NEWS_OTHER;
    }
}
