// SPDX-License-Identifier: BSD-2-Clause
/* News of interfaces from a kernel event socket (bsd/kern/kern_event.c): a route socket is not told
 * of interfaces that come and go. What the events say is read from the list, so only whether there
 * are any counts. */
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "posix/errno.h"
#include "posix/interface.h"

/* sys/kern_event.h, which is not in every set of headers. */
struct event_request {
    uint32_t vendor, class, subclass;
};
#define EVENT_PROTOCOL 1 /* SYSPROTO_EVENT */
#define EVENT_FILTER   _IOW('e', 2, struct event_request)
#define EVENT_APPLE    1
#define EVENT_NETWORK  1
#define EVENT_ANY      0

static int prepare(int fd)
{
    const struct event_request request = {EVENT_APPLE, EVENT_NETWORK, EVENT_ANY};
    return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
                   ioctl(fd, EVENT_FILTER, &request) < 0
               ? -1
               : 0;
}

int ipsk_sys_news_open(struct ipsk_news *news, struct ipsock_error *error)
{
    const int fd = socket(PF_SYSTEM, SOCK_RAW, EVENT_PROTOCOL);
    if (fd < 0)
        return ipsk_fail_errno(error, "socket");
    if (prepare(fd) < 0) {
        const int code = ipsk_fail_errno(error, "ioctl");
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
        char bytes[64];
        if (recv((int)news->handle, bytes, sizeof bytes, 0) >= 0)
            found |= IPSK_NEWS_CHANGED;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            return ipsk_fail_errno(error, "recv");
    }
    return found;
}
