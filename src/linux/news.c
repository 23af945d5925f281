// SPDX-License-Identifier: BSD-2-Clause
/* News of interfaces from rtnetlink (rtnetlink(7)): what the messages say is read from the list, so
 * only whether there are any counts. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "posix/errno.h"
#include "posix/interface.h"

int ipsk_sys_news_open(struct ipsk_news *news, struct ipsock_error *error)
{
    const struct sockaddr_nl name = {.nl_family = AF_NETLINK,
                                     .nl_groups =
                                         RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR};
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (fd < 0)
        return ipsk_fail_errno(error, "socket");
    if (bind(fd, (const struct sockaddr *)&name, sizeof name) < 0) {
        const int code = ipsk_fail_errno(error, "bind");
        close(fd);
        return code;
    }
    news->handle = fd;
    news->open = true;
    return IPSOCK_OK;
}

int ipsk_sys_news_take(struct ipsk_news *news, struct ipsock_error *error)
{
    int found = 0;
    for (int i = 0; i < IPSK_NEWS_MOST; i++) {
        struct sockaddr_nl from = {.nl_pid = 0};
        socklen_t length = sizeof from;
        char byte;
        if (recvfrom((int)news->handle, &byte, 1, 0, (struct sockaddr *)&from, &length) >= 0) {
            if (from.nl_pid == 0) /* the kernel's; any process may write to the socket */
                found |= IPSK_NEWS_CHANGED;
        } else if (errno == ENOBUFS) { /* net/netlink/af_netlink.c, netlink_overrun */
            found |= IPSK_NEWS_CHANGED | IPSK_NEWS_LOST;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            return ipsk_fail_errno(error, "recvfrom");
        }
    }
    return found;
}
