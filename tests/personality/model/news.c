// SPDX-License-Identifier: BSD-2-Clause
/* Where this kernel tells that interfaces change: a route socket, on Darwin also a socket of kernel
 * events. What it says is in the list (interface.c); here are only the beginnings of messages. */
#include "calls.h"

#include <net/route.h>

#ifdef PF_SYSTEM
#define EVENT_FAMILY PF_SYSTEM
#else
#define EVENT_FAMILY ABSENT
#endif
/* sys/kern_event.h, which is not in every set of headers: SIOCSKEVFILT. */
struct event_request {
    uint32_t vendor, class, subclass;
};
#define EVENT_FILTER _IOW('e', 2, struct event_request)

/* Of overflows (FACT_NEWS_OVERFLOW). */
enum { SILENT, ASKED, BY_MESSAGE };
#define BY_MESSAGE_TYPE 0x10 /* RTM_DESYNC of OpenBSD */

int model_news_socket(int family, int type)
{
    if (family != PF_ROUTE && family != EVENT_FAMILY)
        return 1;
    const int fd = host_news(type & SOCK_NONBLOCK, type & SOCK_CLOEXEC);
    if (fd < 0)
        return model_errno(fd);
    host_news_silent(fd, model_fact(FACT_NEWS_OVERFLOW) != BY_MESSAGE);
    return fd;
}

int model_news_option(int fd, int level, int name)
{
    if (level != SOL_SOCKET || name != SO_RERROR || model_fact(FACT_NEWS_OVERFLOW) != ASKED)
        return -ENOPROTOOPT;
    const int result = host_news_silent(fd, false);
    return result < 0 ? model_errno(result) : 0;
}

int model_news_filter(int fd, unsigned long request, const void *argument)
{
    struct event_request wanted;
    if (request != EVENT_FILTER || EVENT_FAMILY == ABSENT || !host_is_news(fd))
        return -ENOTTY;
    memcpy(&wanted, argument, sizeof wanted);
    /* KEV_VENDOR_APPLE, KEV_NETWORK_CLASS: others are told nothing of interfaces */
    return wanted.vendor == 1 && wanted.class == 1 ? 0 : -EINVAL;
}

/* The type of a route message; 0: none. */
static int type_of(int news)
{
    switch (news) {
    case HOST_NEWS_LINK:
    case HOST_NEWS_LINK_GONE:
        return RTM_IFINFO;
    case HOST_NEWS_ADDRESS:
        return RTM_NEWADDR;
    case HOST_NEWS_ADDRESS_GONE:
        return RTM_DELADDR;
    case HOST_NEWS_LOST:
        return BY_MESSAGE_TYPE;
    default:
        return RTM_CHANGE; /* of a route */
    }
}

ssize_t model_read_news(int fd, void *data, size_t size)
{
    struct {
        uint16_t length;
        uint8_t version, type;
    } message = {64, RTM_VERSION, 0};
    const int news = host_read_news(fd);
    if (news < 0)
        return model_errno(news);
    if (news == HOST_NEWS_LOST && model_fact(FACT_NEWS_OVERFLOW) == ASKED)
        return -ENOBUFS;
    message.type = (uint8_t)type_of(news);
    const size_t given = size < 64 ? size : 64;
    memset(data, 0, given);
    memcpy(data, &message, given < sizeof message ? given : sizeof message);
    return (ssize_t)given;
}
