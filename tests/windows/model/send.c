// SPDX-License-Identifier: BSD-2-Clause
/* Sending a datagram (windows.md 3; the pages of sendto and WSASendMsg). */
#include <stdlib.h>

#include "sent.h"

enum {
    BUFFERS = 64,
    HOST_SEGMENTS = 64, /* of one call of the host; Windows takes more */
    RETRIES = 8
};

struct sending {
    struct model_socket *s;
    const WSAMSG *message;
    union host_address to;
    size_t total;
    int flags;
    int error;
    struct model_sent sent;
};

static bool is_wildcard(const union host_address *to)
{
    static const unsigned char zero[16];

    return to->family == AF_INET ? memcmp(to->bytes + 4, zero, 4) == 0
                                 : memcmp(to->bytes + 8, zero, 16) == 0;
}

static bool is_mapped(const union host_address *to)
{
    return IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)(const void *)(to->bytes + 8));
}

static int check_peer(struct sending *g)
{
    const WSAMSG *m = g->message;
    const size_t length = g->s->family == AF_INET6 ? 28 : 16;
    int size = sizeof g->to;

    memset(&g->to, 0, sizeof g->to);
    if (!m->name) {
        if (m->namelen)
            return FACT(SEND_NULL_NAME);
        if (!g->s->connected)
            return FACT(SEND_UNCONNECTED);
        host_name(g->s->fd, 1, &g->to, &size);
    } else {
        if (m->namelen < (int)length)
            return WSAEFAULT; /* sendto: tolen is too small */
        memcpy(&g->to, m->name, length);
        if (g->to.family != g->s->family)
            return WSAEAFNOSUPPORT;
        if (is_wildcard(&g->to) || (g->s->type == SOCK_DGRAM && !g->to.bytes[2] && !g->to.bytes[3]))
            return FACT(SEND_NOWHERE);
    }
    g->sent.ipv4 = g->to.family == AF_INET || is_mapped(&g->to);
    return 0;
}

static int check_flags(DWORD flags)
{
    if (flags & ~(DWORD)(MSG_DONTROUTE | MSG_PARTIAL | MSG_OOB))
        return FACT(SEND_FLAGS);
    if (flags & MSG_OOB)
        return FACT(SEND_OOB);
    return flags & MSG_PARTIAL ? FACT(SEND_PARTIAL) : 0;
}

static int check_length(struct sending *g)
{
    const int *value = g->s->value;
    const int mtu = value[g->sent.ipv4 ? OPTION_IP_USER_MTU : OPTION_IPV6_USER_MTU];
    const int whole = value[g->sent.ipv4 ? OPTION_IP_DONTFRAGMENT : OPTION_IPV6_DONTFRAG];
    const size_t headers = g->sent.ipv4 ? 28 : 48;
    size_t most = (size_t)FACT(MAX_MESSAGE);

    if (g->s->type == SOCK_RAW)
        most = (size_t)FACT(MAX_RAW_MESSAGE);
    else if (most && g->s->family == AF_INET6 && !g->sent.ipv4)
        most += 20; /* the IPv4 header is not within IPv6's length */
    for (DWORD i = 0; i < g->message->dwBufferCount; i++)
        g->total += g->message->lpBuffers[i].len;
    if (g->total > most)
        return FACT(SEND_TOO_LONG);
    if (mtu > 0 && whole && g->total + headers > (size_t)mtu)
        return FACT(SEND_TOO_LONG);
    return 0;
}

/* The host refuses once because of an earlier packet, and forgets it so. */
static bool is_pending_error(int64_t result)
{
    return result == -HOST_ECONNREFUSED || result == -HOST_EHOSTUNREACH;
}

static int64_t send_once(struct sending *g, struct host_buffer *buffers, size_t count)
{
    union host_address to = g->to;
    struct host_message m;
    int64_t n = 0;

    host_address_out(&to);
    for (int i = 0; i < RETRIES; i++) {
        memset(&m, 0, sizeof m);
        if (g->message->name) {
            m.name = &to;
            m.name_length = g->s->family == AF_INET6 ? 28 : 16;
        }
        m.buffers = buffers;
        m.buffer_count = count;
        m.control = g->sent.length ? g->sent.control : NULL;
        m.control_length = g->sent.length;
        n = host_send(g->s->fd, &m, g->flags | HOST_MSG_DONTWAIT);
        if (n == -HOST_EAGAIN && !g->s->nonblocking)
            host_poll(g->s->fd, HOST_POLLOUT, -1);
        else if (!is_pending_error(n))
            return n;
    }
    return n;
}

static int64_t send_whole(struct sending *g)
{
    struct host_buffer buffers[BUFFERS];
    const DWORD count = g->message->dwBufferCount;

    for (DWORD i = 0; i < count; i++) {
        buffers[i].base = g->message->lpBuffers[i].buf;
        buffers[i].length = g->message->lpBuffers[i].len;
    }
    return send_once(g, buffers, count);
}

static unsigned char *flatten(const struct sending *g)
{
    unsigned char *all = malloc(g->total + 1);
    size_t at = 0;

    for (DWORD i = 0; all && i < g->message->dwBufferCount; i++) {
        memcpy(all + at, g->message->lpBuffers[i].buf, g->message->lpBuffers[i].len);
        at += g->message->lpBuffers[i].len;
    }
    return all;
}

/* Raw packets, of which some are not let out. */
static int64_t send_raw(struct sending *g)
{
    unsigned char *all = flatten(g);
    struct host_buffer buffer = {all, g->total};
    bool dropped = false;
    int64_t n = -12; /* ENOMEM */

    if (all)
        g->error = model_raw_error(g->s, all, g->total, &dropped);
    if (all && !g->error)
        n = dropped ? (int64_t)g->total : send_once(g, &buffer, 1);
    free(all);
    return n;
}

static void put_segment(struct model_sent *sent, uint16_t segment)
{
    const struct host_item item = {sizeof item + sizeof segment, HOST_SOL_UDP, HOST_UDP_SEGMENT};

    memset(sent->control + sent->length, 0, sizeof item + 8);
    memcpy(sent->control + sent->length, &item, sizeof item);
    memcpy(sent->control + sent->length + sizeof item, &segment, sizeof segment);
    sent->length += sizeof item + 8;
}

/* UDP_SEND_MSG_SIZE, or more buffers than the host is given: one run of bytes, in portions. */
static int64_t send_flat(struct sending *g)
{
    unsigned char *all = flatten(g);
    const size_t segment = g->sent.segment;
    const size_t portion = segment && segment < g->total ? segment * HOST_SEGMENTS : g->total;
    size_t at = 0;
    int64_t n = -12; /* ENOMEM */

    if (all && segment && segment < g->total)
        put_segment(&g->sent, (uint16_t)segment);
    while (all && (at < g->total || (at == 0 && g->total == 0))) {
        struct host_buffer buffer = {all + at, g->total - at < portion ? g->total - at : portion};

        n = send_once(g, &buffer, 1);
        if (n < 0 || g->total == 0)
            break;
        at += buffer.length;
    }
    free(all);
    return n < 0 ? n : (int64_t)g->total;
}

int model_send(struct model_socket *s, const WSAMSG *message, DWORD flags, DWORD *sent)
{
    struct sending g;
    int64_t n;
    int error = check_flags(flags);

    memset(&g, 0, sizeof g);
    g.s = s;
    g.message = message;
    g.flags = flags & MSG_DONTROUTE ? HOST_MSG_DONTROUTE : 0;
    if (!error && !message->Control.buf && message->Control.len)
        error = FACT(SEND_NULL_CONTROL);
    if (!error)
        error = check_peer(&g);
    if (!error)
        error = check_length(&g);
    if (!error)
        error = model_control_in(s, &message->Control, &g.sent);
    if (error)
        return error;
    if (g.sent.lost && !(s->type == SOCK_RAW && s->value[OPTION_IP_HDRINCL]))
        n = (int64_t)g.total;
    else if (s->type == SOCK_RAW)
        n = send_raw(&g);
    else
        n = g.sent.segment || message->dwBufferCount > BUFFERS ? send_flat(&g) : send_whole(&g);
    if (g.error)
        return g.error;
    if (n == -HOST_EAGAIN)
        model_event_enable(s, FD_WRITE);
    if (n < 0)
        return host_error(n);
    s->bound = true;
    if (sent)
        *sent = (DWORD)n;
    return 0;
}
