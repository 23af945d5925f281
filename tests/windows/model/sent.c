// SPDX-License-Identifier: BSD-2-Clause
/* Control data of packets to be sent: checked as documented, and put into the host's form
 * (windows.md 3). */
#include "sent.h"

static void put(struct model_sent *to, int level, int type, const void *value, size_t length)
{
    const struct host_item item = {sizeof item + length, level, type};

    memset(to->control + to->length, 0, sizeof item + 24);
    memcpy(to->control + to->length, &item, sizeof item);
    memcpy(to->control + to->length + sizeof item, value, length);
    to->length += (sizeof item + length + 7) & ~(size_t)7;
}

static bool is_zero(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

static int take_info4(struct model_sent *to, const unsigned char *value)
{
    struct {
        uint32_t index;
        unsigned char source[4];
        unsigned char unused[4];
    } info = {0, {0}, {0}};

    if (!is_zero(value, 4) && !model_is_local(AF_INET, value))
        return FACT(SEND_FOREIGN_SOURCE);
    memcpy(info.source, value, 4);
    memcpy(&info.index, value + 4, 4);
    to->lost = FACT(SEND_PKTINFO4_AS_IT_IS) && info.index && is_zero(value, 4);
    if (FACT(SEND_PKTINFO4))
        put(to, HOST_SOL_IP, HOST_IP_PKTINFO, &info, sizeof info);
    return 0;
}

static int take_info6(struct model_sent *to, const unsigned char *value)
{
    if (!is_zero(value, 16) && !model_is_local(AF_INET6, value))
        return FACT(SEND_FOREIGN_SOURCE);
    if (FACT(SEND_PKTINFO6))
        put(to, HOST_SOL_IPV6, HOST_IPV6_PKTINFO, value, 20);
    return 0;
}

static int take_class(struct model_sent *to, int value, bool has)
{
    if (value < 0 || value > 255)
        return FACT(SEND_RANGE);
    if (FACT(TOS_MARKS) && has)
        to->traffic_class = value;
    return 0;
}

static int take_ecn(struct model_sent *to, int value)
{
    if (value == 3)
        return FACT(SEND_CE);
    if (value < 0 || value > 3)
        return FACT(SEND_RANGE);
    if (FACT(SEND_ECN))
        to->ecn = value;
    return 0;
}

static int take_hops(struct model_sent *to, int value)
{
    if (value < 0 || value > 255)
        return FACT(SEND_RANGE);
    if (FACT(SEND_HOPLIMIT6))
        put(to, HOST_SOL_IPV6, HOST_IPV6_HOPLIMIT, &value, sizeof value);
    return 0;
}

static int take_segment(struct model_sent *to, int value)
{
    if (value < 0 || value > 65535)
        return FACT(SEND_RANGE);
    if (FACT(SEND_SEGMENT))
        to->segment = (unsigned)value;
    return 0;
}

enum kind { INFO4, TOS, ECN4, TTL4, INFO6, HOPS6, CLASS6, ECN6, SEGMENT, KINDS };

static const struct {
    int level;
    int type;
    size_t length;
} kinds[KINDS] = {
    [INFO4] = {IPPROTO_IP, IP_PKTINFO, 8},
    [TOS] = {IPPROTO_IP, IP_TOS, 4},
    [ECN4] = {IPPROTO_IP, IP_ECN, 4},
    [TTL4] = {IPPROTO_IP, IP_TTL, 4},
    [INFO6] = {IPPROTO_IPV6, IPV6_PKTINFO, 20},
    [HOPS6] = {IPPROTO_IPV6, IPV6_HOPLIMIT, 4},
    [CLASS6] = {IPPROTO_IPV6, IPV6_TCLASS, 4},
    [ECN6] = {IPPROTO_IPV6, IPV6_ECN, 4},
    [SEGMENT] = {IPPROTO_UDP, 2 /* UDP_SEND_MSG_SIZE */, 4},
};

static int take(struct model_sent *to, enum kind kind, const unsigned char *bytes)
{
    int value;

    memcpy(&value, bytes, sizeof value);
    switch (kind) {
    case INFO4:
        return take_info4(to, bytes);
    case INFO6:
        return take_info6(to, bytes);
    case TOS:
        return take_class(to, value, FACT(SEND_TOS));
    case CLASS6:
        return take_class(to, value, FACT(SEND_TCLASS));
    case ECN4:
    case ECN6:
        return take_ecn(to, value);
    case HOPS6:
        return take_hops(to, value);
    case SEGMENT:
        return take_segment(to, value);
    default:
        return FACT(SEND_TTL4);
    }
}

/* Whether this build and this socket know the item at all. */
static bool knows(const struct model_socket *s, enum kind kind)
{
    switch (kind) {
    case ECN4:
    case ECN6:
        return model_has_option(OPTION_IP_RECVECN) && s->type == SOCK_DGRAM;
    case SEGMENT:
        return model_has_option(OPTION_UDP_SEND_MSG_SIZE) && s->type == SOCK_DGRAM;
    case TOS:
    case CLASS6:
        return s->type == SOCK_DGRAM || !FACT(SEND_CLASS_RAW);
    default:
        return true;
    }
}

static int take_item(const struct model_socket *s, struct model_sent *to, const WSACMSGHDR *header,
                     const unsigned char *bytes)
{
    const size_t length = header->cmsg_len - sizeof *header;

    for (int i = 0; i < KINDS; i++) {
        if (kinds[i].level != header->cmsg_level || kinds[i].type != header->cmsg_type ||
            !knows(s, (enum kind)i))
            continue;
        if (length < kinds[i].length)
            return FACT(SEND_MALFORMED);
        if (kinds[i].level != IPPROTO_UDP && to->ipv4 != (kinds[i].level == IPPROTO_IP))
            return FACT(SEND_FAMILY);
        return take(to, (enum kind)i, bytes);
    }
    return FACT(SEND_UNKNOWN);
}

/* ECN goes into the class of the item, or else of the socket. */
static void put_class(const struct model_socket *s, struct model_sent *to)
{
    int value = to->traffic_class;

    if (value < 0 && to->ecn < 0)
        return;
    if (value < 0)
        value = FACT(TOS_MARKS) ? s->value[to->ipv4 ? OPTION_IP_TOS : OPTION_IPV6_TCLASS] : 0;
    if (to->ecn >= 0)
        value = (value & 0xfc) | to->ecn;
    if (to->ipv4)
        put(to, HOST_SOL_IP, HOST_IP_TOS, &value, sizeof value);
    else
        put(to, HOST_SOL_IPV6, HOST_IPV6_TCLASS, &value, sizeof value);
}

int model_control_in(const struct model_socket *s, const WSABUF *control, struct model_sent *to)
{
    const unsigned char *at = (const unsigned char *)control->buf;
    size_t left = control->len;
    int items = 0;
    WSACMSGHDR header;

    to->segment = (unsigned)s->value[OPTION_UDP_SEND_MSG_SIZE];
    to->traffic_class = to->ecn = -1;
    to->length = 0;
    while (left >= sizeof header) {
        int error;

        memcpy(&header, at, sizeof header);
        if (header.cmsg_len < sizeof header || header.cmsg_len > left)
            return FACT(SEND_MALFORMED);
        error = ++items > MODEL_ITEMS ? WSAENOBUFS : take_item(s, to, &header, at + sizeof header);
        if (error)
            return error;
        header.cmsg_len = (header.cmsg_len + 7) & ~(size_t)7;
        if (header.cmsg_len >= left)
            break;
        at += header.cmsg_len;
        left -= header.cmsg_len;
    }
    put_class(s, to);
    return 0;
}
