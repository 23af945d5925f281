// SPDX-License-Identifier: BSD-2-Clause
/* The packet in front of the host's queue, with all that the host tells of it. It stays there until
 * it is consumed, so that Wine and every wait see it. */
#include <stdlib.h>

#include "model.h"

enum { ROOM = 0x11000, RETRIES = 64 };

static int number_of(const unsigned char *value, uint64_t length)
{
    int number = 0;

    memcpy(&number, value, length < sizeof number ? 1 : sizeof number);
    return number;
}

static void take_info4(struct model_packet *p, const unsigned char *value)
{
    struct {
        uint32_t index;
        unsigned char own[4];
        unsigned char destination[4];
    } info;

    memcpy(&info, value, sizeof info);
    p->has_info = true;
    p->index = info.index;
    memcpy(p->destination, info.destination, 4);
    p->multicast = (info.destination[0] & 0xf0) == 0xe0;
    /* the host names the address of ours that a unicast packet was for, else one of the interface
     */
    p->broadcast = !p->multicast && memcmp(info.own, info.destination, 4) != 0;
}

static void take_info6(struct model_packet *p, const unsigned char *value)
{
    p->has_info = true;
    memcpy(p->destination, value, 16);
    memcpy(&p->index, value + 16, sizeof p->index);
    p->multicast = value[0] == 0xff;
}

static void take_item(struct model_packet *p, const struct host_item *item,
                      const unsigned char *value)
{
    const uint64_t length = item->length - sizeof *item;

    if (item->level == HOST_SOL_IP && p->ipv4) {
        if (item->type == HOST_IP_PKTINFO)
            take_info4(p, value);
        else if (item->type == HOST_IP_TTL)
            p->hop_limit = number_of(value, length);
        else if (item->type == HOST_IP_TOS)
            p->traffic_class = number_of(value, length);
    } else if (item->level == HOST_SOL_IPV6 && !p->ipv4) {
        if (item->type == HOST_IPV6_PKTINFO)
            take_info6(p, value);
        else if (item->type == HOST_IPV6_HOPLIMIT)
            p->hop_limit = number_of(value, length);
        else if (item->type == HOST_IPV6_TCLASS)
            p->traffic_class = number_of(value, length);
    } else if (item->level == HOST_SOL_UDP && item->type == HOST_UDP_GRO) {
        p->segment = number_of(value, length);
    }
}

void model_host_items(const struct host_message *m,
                      void (*take)(void *context, const struct host_item *item,
                                   const unsigned char *value),
                      void *context)
{
    const unsigned char *at = m->control;
    uint64_t left = m->control_length;
    struct host_item item;

    while (left >= sizeof item) {
        memcpy(&item, at, sizeof item);
        if (item.length < sizeof item || item.length > left)
            return;
        take(context, &item, at + sizeof item);
        item.length = (item.length + 7) & ~UINT64_C(7);
        if (item.length >= left)
            return;
        at += item.length;
        left -= item.length;
    }
}

static void take_one(void *context, const struct host_item *item, const unsigned char *value)
{
    take_item(context, item, value);
}

static int64_t peek(struct model_socket *s, struct model_packet *p)
{
    _Alignas(8) unsigned char control[512];
    struct host_buffer buffer = {s->packet, ROOM};
    union host_address from;
    struct host_message m = {&from, sizeof from, &buffer, 1, control, sizeof control, 0};
    int64_t n;

    memset(&from, 0, sizeof from);
    n = host_receive(s->fd, &m, HOST_MSG_PEEK | HOST_MSG_DONTWAIT);
    if (n < 0)
        return n;
    memset(p, 0, sizeof *p);
    host_address_in(&from);
    p->data = s->packet;
    p->length = (size_t)n;
    p->name_length = (int)m.name_length;
    memcpy(p->name, from.bytes, sizeof p->name);
    p->ipv4 = from.family == AF_INET ||
              IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(const void *)(from.bytes + 8));
    p->hop_limit = p->traffic_class = -1;
    model_host_items(&m, take_one, p);
    return n;
}

static bool is_pending_error(int64_t result)
{
    return result != -HOST_EAGAIN && result != -HOST_EINVAL && result != -9; /* EBADF */
}

int model_front(struct model_socket *s, struct model_packet *packet)
{
    int64_t n = 0;

    if (!s->packet)
        s->packet = malloc(ROOM);
    if (!s->packet)
        return WSAENOBUFS;
    for (int i = 0; i < RETRIES; i++) {
        if (model_news(s))
            return s->news;
        n = peek(s, packet);
        if (n >= 0 && !model_drops(s, packet))
            return 0;
        if (n >= 0) {
            model_consume(s);
            i--;
        } else if (!is_pending_error(n)) {
            break;
        }
    }
    return host_error(n);
}

void model_consume(struct model_socket *s)
{
    struct host_message m;

    memset(&m, 0, sizeof m);
    host_receive(s->fd, &m, HOST_MSG_DONTWAIT);
}

bool model_is_readable(struct model_socket *s)
{
    struct model_packet packet;
    int error;

    EnterCriticalSection(&s->receiving);
    error = model_front(s, &packet);
    LeaveCriticalSection(&s->receiving);
    return error != WSAEWOULDBLOCK;
}
