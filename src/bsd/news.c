// SPDX-License-Identifier: BSD-2-Clause
/* News of interfaces from a route socket (route(4)): what the messages say is read from the list,
 * so only their type counts. */
#include <sys/types.h>

#include <errno.h>
#include <net/if.h>
#include <net/route.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "posix/errno.h"
#include "posix/interface.h"
#include "shared/system.h"

/* Of routes are the types below, of addresses and interfaces this and those above, on each of the
 * BSDs (net/route.h). */
#define FIRST_TYPE 0xc

/* What all messages begin with. */
struct message {
    u_short length;
    u_char version, type;
};

int ipsk_sys_news_open(struct ipsk_news *news, struct ipsock_error *error)
{
    const int on = 1;
    const int fd = socket(PF_ROUTE, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return ipsk_fail_errno(error, "socket");
    /* a system that has not this option says nothing of messages it dropped */
    if (IPSK_NEWS_OVERFLOW_OPTION != 0)
        setsockopt(fd, SOL_SOCKET, IPSK_NEWS_OVERFLOW_OPTION, &on, sizeof on);
    news->handle = fd;
    news->open = true;
    return IPSOCK_OK;
}

static int kind_of(const struct message *m)
{
    if (IPSK_NEWS_OVERFLOW_TYPE != 0 && m->type == IPSK_NEWS_OVERFLOW_TYPE)
        return IPSK_NEWS_CHANGED | IPSK_NEWS_LOST;
    return m->type >= FIRST_TYPE ? IPSK_NEWS_CHANGED : 0;
}

int ipsk_sys_news_take(struct ipsk_news *news, struct ipsock_error *error)
{
    int found = 0;
    for (int i = 0; i < IPSK_NEWS_MOST; i++) {
        struct message message;
        const ssize_t n = recv((int)news->handle, &message, sizeof message, 0);
        if (n == (ssize_t)sizeof message) {
            found |= kind_of(&message);
        } else if (n >= 0) {
            continue;
        } else if (errno == ENOBUFS) { /* IPSK_NEWS_OVERFLOW_OPTION */
            found |= IPSK_NEWS_CHANGED | IPSK_NEWS_LOST;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            return ipsk_fail_errno(error, "recv");
        }
    }
    return found;
}
