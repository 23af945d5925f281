// SPDX-License-Identifier: BSD-2-Clause
/* Control data of received packets in Windows' form (windows.md 2 and 8). */
#include "model.h"

struct writer {
    WSABUF *control;
    ULONG room;
    bool fits;
};

static void put(struct writer *w, int level, int type, const void *value, size_t length)
{
    const ULONG space = (ULONG)((sizeof(WSACMSGHDR) + length + 7) & ~(size_t)7);
    const WSACMSGHDR header = {sizeof header + length, level, type};
    char *at = w->control->buf + w->control->len;

    if (!w->fits || space > w->room - w->control->len) {
        w->fits = false;
        return;
    }
    memset(at, 0, space);
    memcpy(at, &header, sizeof header);
    memcpy(at + sizeof header, value, length);
    w->control->len += space;
}

static void put_number(struct writer *w, int level, int type, int value)
{
    if (value >= 0) /* the host did not say: items may be missing */
        put(w, level, type, &value, sizeof value);
}

static void put4(struct writer *w, const struct model_socket *s, const struct model_packet *p)
{
    const int *on = s->value;
    struct {
        unsigned char destination[4];
        uint32_t index;
    } info = {{0}, p->index};
    const bool by6 = s->family == AF_INET6 && !FACT(PKTINFO4_OWN_OPTION) && on[OPTION_IPV6_PKTINFO];

    memcpy(info.destination, p->destination, 4);
    if ((on[OPTION_IP_PKTINFO] || by6) && p->has_info)
        put(w, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    if (on[OPTION_IP_RECVTTL])
        put_number(w, IPPROTO_IP, FACT(TTL_TYPE) ? IP_TTL : IP_RECVTTL, p->hop_limit);
    if (on[OPTION_IP_RECVTOS])
        put_number(w, IPPROTO_IP, FACT(TOS_TYPE) ? IP_TOS : IP_RECVTOS, p->traffic_class);
    if (on[OPTION_IP_RECVECN] && p->traffic_class >= 0)
        put_number(w, IPPROTO_IP, IP_ECN, p->traffic_class & 3);
    if (on[OPTION_IP_RECVIF])
        put_number(w, IPPROTO_IP, IP_RECVIF, (int)p->index);
    if (on[OPTION_IP_ORIGINAL_ARRIVAL_IF])
        put_number(w, IPPROTO_IP, IP_ORIGINAL_ARRIVAL_IF, (int)p->index);
}

static void put6(struct writer *w, const struct model_socket *s, const struct model_packet *p)
{
    const int *on = s->value;
    struct {
        unsigned char destination[16];
        uint32_t index;
    } info = {{0}, p->index};

    memcpy(info.destination, p->destination, 16);
    if (on[OPTION_IPV6_PKTINFO] && p->has_info)
        put(w, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    if (on[OPTION_IPV6_HOPLIMIT])
        put_number(w, IPPROTO_IPV6, IPV6_HOPLIMIT, p->hop_limit);
    if (on[OPTION_IPV6_RECVTCLASS])
        put_number(w, IPPROTO_IPV6, FACT(TCLASS_TYPE) ? IPV6_TCLASS : IPV6_RECVTCLASS,
                   p->traffic_class);
    if (on[OPTION_IPV6_RECVECN] && p->traffic_class >= 0)
        put_number(w, IPPROTO_IPV6, IPV6_ECN, p->traffic_class & 3);
    if (on[OPTION_IPV6_RECVIF])
        put_number(w, IPPROTO_IPV6, IPV6_RECVIF, (int)p->index);
}

bool model_control_out(const struct model_socket *s, const struct model_packet *packet,
                       WSABUF *control)
{
    struct writer w = {control, control->len, true};

    control->len = 0;
    if (packet->ipv4)
        put4(&w, s, packet);
    else
        put6(&w, s, packet);
    if (s->value[OPTION_UDP_RECV_MAX_COALESCED_SIZE] && packet->segment > 0)
        put_number(&w, IPPROTO_UDP, 3 /* UDP_COALESCED_INFO */, packet->segment);
    return w.fits;
}
