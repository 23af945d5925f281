// SPDX-License-Identifier: BSD-2-Clause
/* ICMP answers to earlier sends, from the host's error queue (windows.md 9): port unreachable is
 * WSAECONNRESET, time exceeded WSAENETRESET, on a later receive; SIO_UDP_CONNRESET and
 * SIO_UDP_NETRESET silence them. Other answers, and errors of the host's own, say nothing here. */
#include "model.h"

enum { ORIGIN_ICMP4 = 2, ORIGIN_ICMP6 = 3 };

struct host_news {
    uint32_t number;
    uint8_t origin;
    uint8_t type;
    uint8_t code;
    uint8_t unused;
};

static bool reports_ports(const struct model_socket *s)
{
    return s->connreset || !FACT(CONNRESET_OFF);
}

void model_apply_reset(const struct model_socket *s)
{
    const int on = reports_ports(s) || s->netreset;

    if (s->type != SOCK_DGRAM)
        return;
    host_set_int(s->fd, HOST_SOL_IP, HOST_IP_RECVERR, on);
    if (s->family == AF_INET6)
        host_set_int(s->fd, HOST_SOL_IPV6, HOST_IPV6_RECVERR, on);
}

struct reading {
    const struct model_socket *s;
    int error;
};

static void take_news(void *context, const struct host_item *item, const unsigned char *value)
{
    struct reading *r = context;
    struct host_news news;
    const bool ipv4 = item->level == HOST_SOL_IP && item->type == HOST_IP_RECVERR;
    const bool ipv6 = item->level == HOST_SOL_IPV6 && item->type == HOST_IPV6_RECVERR;

    if ((!ipv4 && !ipv6) || item->length < sizeof *item + sizeof news)
        return;
    memcpy(&news, value, sizeof news);
    if (news.origin != ORIGIN_ICMP4 && news.origin != ORIGIN_ICMP6)
        return;
    const bool four = news.origin == ORIGIN_ICMP4;
    if (news.type == (four ? 3 : 1) && news.code == (four ? 3 : 4) && reports_ports(r->s))
        r->error = FACT(CONNRESET);
    else if (news.type == (four ? 11 : 3) && r->s->netreset)
        r->error = FACT(NETRESET);
}

bool model_news(struct model_socket *s)
{
    _Alignas(8) unsigned char control[512];
    unsigned char byte;
    struct host_buffer buffer = {&byte, 1};
    struct reading r = {s, 0};

    while (s->news == 0 && s->type == SOCK_DGRAM) {
        struct host_message m = {NULL, 0, &buffer, 1, control, sizeof control, 0};

        if (host_receive(s->fd, &m, HOST_MSG_ERRQUEUE | HOST_MSG_DONTWAIT) < 0)
            return false;
        model_host_items(&m, take_news, &r);
        s->news = r.error;
    }
    return s->news != 0;
}
