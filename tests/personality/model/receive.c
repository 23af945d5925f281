// SPDX-License-Identifier: BSD-2-Clause
/* recvmsg: what the host received, as this kernel gives it. */
#include "model.h"

static int flags_in(int flags)
{
    return (flags & MSG_PEEK ? HOST_PEEK : 0) | (flags & MSG_DONTWAIT ? HOST_DONTWAIT : 0) |
           (flags & MSG_WAITALL ? HOST_WAITALL : 0) | (flags & MSG_OOB ? HOST_OOB : 0);
}

static size_t room_of(const struct msghdr *h)
{
    size_t room = 0;
    for (int i = 0; i < (int)h->msg_iovlen; i++)
        room += h->msg_iov[i].iov_len;
    return room;
}

/* Delivered by the host, and not by this kernel: IPv6 groups by interface too, and by the sources.
 */
static bool is_unwanted(struct sock *s, const struct host_message *m)
{
    static const uint8_t all_hosts[4] = {224, 0, 0, 1};
    struct host_addr group = m->local, from = m->peer;
    if (m->foreign || (s->wild && !model_is_any(&s->local) && !model_same_ip(&s->local, &m->local)))
        return true;
    if (s->odd_peer && !model_is_any(&s->peer) && !model_same_ip(&s->peer, &m->peer))
        return true;
    if (!(m->has & HOST_HAS_DESTINATION) || !model_is_group(&group))
        return false;
    group = model_unmap(&group);
    if (s->kind == KIND_U6 && group.family == 6 && model_fact(FACT_GROUPS6_BY_PORT) &&
        model_kept_by_newer(s, m))
        return true;
    if (group.family == 4 && model_fact(FACT_ALL_HOSTS) && memcmp(group.ip, all_hosts, 4) == 0)
        return false;
    if ((s->kind & KIND_RP6) && !model_is_any(&s->local)) /* bound to an address: no groups (M) */
        return !model_same_ip(&s->local, &group);
    const bool always = s->kind == KIND_U4 || (s->kind == KIND_U6 && group.family == 4);
    const bool strict = (always && model_fact(FACT_STRICT_UDP4)) ||
                        (s->multicast && model_fact(FACT_STRICT_STATE) &&
                         (s->is.type != HOST_RAW || model_fact(FACT_STRICT_RAW)));
    if (!strict)
        return false;
    const struct membership *const joined = model_membership(s, m->interface, &group);
    if (joined == NULL)
        return true;
    if (joined->any)
        return false;
    from = model_unmap(&from);
    for (int i = 0; i < joined->sources; i++)
        if (model_same_ip(&joined->source[i], &from))
            return false;
    return true;
}

/* igmp_input of FreeBSD: only with TTL 1, but for DVMRP. */
static bool is_bad_igmp(const struct sock *s, const struct host_message *m)
{
    const uint8_t *const p = m->buffer_count == 0 ? NULL : m->buffers[0].base;
    if (s->kind != KIND_R4 || !model_fact(FACT_IGMP_TTL) || p == NULL ||
        m->buffers[0].length < 61 || p[9] != IPPROTO_IGMP)
        return false;
    return p[8] != 1 && p[(p[0] & 15) * 4] != 0x13;
}

/* Protocols with an input of their own never reach raw sockets (inetsw); MLD does not on FreeBSD,
 * nor what ends before its checksum. */
static bool is_deaf(const struct sock *s, const struct host_message *m, int64_t length)
{
    const int protocol = s->is.protocol;
    if (s->is.type != HOST_RAW)
        return false;
    if (is_bad_igmp(s, m) || (s->kind == KIND_R6 && s->checksum >= 0 && length < s->checksum + 2 &&
                              model_fact(FACT_CHECKSUM_WITHIN)))
        return true;
    if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP)
        return true;
    if (s->kind != KIND_R6 || protocol != IPPROTO_ICMPV6 || model_fact(FACT_MLD_TO_RAW6) ||
        m->buffer_count == 0 || m->buffers[0].length == 0)
        return false;
    const uint8_t type = *(const uint8_t *)m->buffers[0].base;
    return (type >= 130 && type <= 132) || type == 143;
}

/* Requests that the kernel answers itself (icmp_input) are not delivered to raw sockets; those to
 * groups and to everybody it does not answer (bmcastecho 0), and they are. */
static bool is_answered(const struct sock *s, const uint8_t *packet, int64_t length)
{
    uint32_t index;
    struct host_addr to = {.family = 4};
    if (!(s->kind & KIND_RP4) || model_fact(FACT_ICMP_REQUESTS_RAW4) || length < 28 ||
        packet[9] != 1)
        return false;
    const uint8_t type = packet[(packet[0] & 15) * 4];
    memcpy(to.ip, packet + 16, 4);
    if (type == 8 && model_fact(FACT_GROUP_REQUESTS_ANSWERED))
        return true;
    return (type == 8 || (type == 13 && !model_fact(FACT_TIMESTAMP_REQUESTS))) &&
           model_interface_of(&to, &index) == 0;
}

static void discard(int fd)
{
    uint8_t byte;
    const struct host_buffer buffer = {&byte, 0};
    struct host_message m = {.buffers = &buffer, .buffer_count = 1, .flags = HOST_DONTWAIT};
    host_receive(fd, &m);
}

/* What ICMP said of an earlier packet: raw sockets of the BSDs hear the message only (M
 * path.errors), others by errors.c. */
static bool is_news(int64_t error)
{
    return error == -HOST_ECONNREFUSED || error == -HOST_EHOSTUNREACH ||
           error == -HOST_ENETUNREACH || error == -HOST_ENOPROTOOPT || error == -HOST_EHOSTDOWN ||
           error == -HOST_EMSGSIZE || error == -HOST_EACCES || error == -HOST_EOPNOTSUPP ||
           error == -HOST_EPROTO || error == -HOST_EOTHER;
}

/* Raw IPv4: throws away what this kernel would not have delivered; 0, or minus an errno. */
static int64_t pass_answered(int fd, const struct sock *s, int flags)
{
    for (;;) {
        uint8_t first[64];
        const struct host_buffer buffer = {first, sizeof first};
        struct host_message m = {
            .buffers = &buffer, .buffer_count = 1, .flags = HOST_PEEK | (flags & HOST_DONTWAIT)};
        const int64_t n = host_receive(fd, &m);
        if (n < 0 && is_news(n))
            continue;
        if (n < 0)
            return model_errno((int)n);
        if (!is_answered(s, first, n))
            return 0;
        discard(fd);
    }
}

/* What is pending, once nothing is left to receive (soreceive). */
static int take_pending(int fd, struct sock *s, int flags)
{
    host_lock();
    model_errors(fd, s);
    const int error = s->pending;
    if (!(flags & MSG_PEEK))
        s->pending = 0;
    host_unlock();
    return -error;
}

/* A path MTU is told by an empty datagram (ip6_notify_pmtu). */
static bool take_notice(int fd, struct sock *s, struct host_message *m, int flags)
{
    host_lock();
    model_errors(fd, s);
    const bool has = s->notice_count > 0;
    if (has) {
        memset(m, 0, sizeof *m);
        m->has = HOST_HAS_MTU;
        m->from_path = true;
        m->peer = m->mtu_of = s->notices[0].to;
        m->mtu = s->notices[0].mtu;
        if (!(flags & MSG_PEEK))
            memmove(s->notices, s->notices + 1, (size_t)--s->notice_count * sizeof s->notices[0]);
    }
    host_unlock();
    return has;
}

enum { ONCE_MORE = -100000 };

/* Bytes; minus an errno, or ONCE_MORE. */
static int64_t take_datagram(int fd, struct sock *s, struct host_message *m, int flags)
{
    const bool pending = s->pending != 0;
    if (pending)
        m->flags |= HOST_DONTWAIT;
    const int64_t n = host_receive(fd, m);
    const bool news = n < 0 && is_news(n);
    if (!news && !(pending && n == -HOST_EAGAIN))
        return n < 0 ? model_errno((int)n) : n;
    const int error = s->is.type == HOST_RAW ? 0 : take_pending(fd, s, flags);
    return error != 0 ? error : ONCE_MORE;
}

/* The next message that this kernel delivers; minus an errno. */
static int64_t take(int fd, struct sock *s, struct msghdr *h, struct host_message *m, int flags)
{
    for (;;) {
        int64_t n = s->kind & KIND_RP4 ? pass_answered(fd, s, flags_in(flags)) : 0;
        if (n < 0)
            return n;
        if (s->is.type == HOST_DATAGRAM && take_notice(fd, s, m, flags))
            return 0;
        memset(m, 0, sizeof *m);
        m->buffers = (const struct host_buffer *)h->msg_iov;
        m->buffer_count = (uint64_t)h->msg_iovlen;
        m->flags = flags_in(flags);
        int by = fd;
        n = model_hear(s, m, &by);
        if (n < 0)
            n = take_datagram(fd, s, m, flags);
        if (n == ONCE_MORE)
            continue;
        if (n < 0)
            return n;
        host_lock();
        const bool drop = is_unwanted(s, m) || is_deaf(s, m, n);
        host_unlock();
        if (!drop)
            return n;
        if (flags & MSG_PEEK)
            discard(by);
    }
}

static void give_peer(const struct sock *s, const struct host_message *m, struct msghdr *h)
{
    struct host_addr peer = m->peer;
    if (h->msg_name == NULL || peer.family == 0) {
        if (h->msg_name != NULL)
            h->msg_namelen = 0;
        return;
    }
    if (s->is.type == HOST_RAW)
        peer.port = 0;
    if ((m->has & HOST_HAS_MTU) && !m->from_path && model_fact(FACT_NOTICE_PORT))
        peer.port = (uint16_t)s->sent_port;
    if (model_fact(FACT_MAPPED_BOUND_V4) && model_is_mapped(&peer) &&
        (model_is_mapped(&s->local) || (s->connected && model_is_mapped(&s->peer))))
        peer = model_unmap(&peer);
    const socklen_t room = h->msg_namelen;
    model_give_name(&peer, h->msg_name, &h->msg_namelen);
    if (room > 0 && model_fact(FACT_NAME_LENGTH_WHOLE))
        h->msg_namelen =
            peer.family == 4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

/* IP_STRIPHDR (rip_input): bytes that are left of as many. */
static size_t strip(const struct msghdr *h, size_t stored)
{
    const uint8_t *const first = h->msg_iov[0].iov_base;
    const size_t header = stored == 0 ? 0 : (first[0] & 15U) * 4;
    size_t to = 0, at = 0, put = 0, part = 0;
    for (int i = 0; i < (int)h->msg_iovlen; i++)
        for (size_t k = 0; k < h->msg_iov[i].iov_len && at < stored; k++, at++) {
            if (at < header)
                continue;
            while (put == h->msg_iov[part].iov_len)
                part++, put = 0;
            ((uint8_t *)h->msg_iov[part].iov_base)[put++] =
                ((const uint8_t *)h->msg_iov[i].iov_base)[k];
            to++;
        }
    return to;
}

static int flags_out(const struct host_message *m, int64_t n, size_t room, int flags)
{
    int out = 0;
    if ((m->flags & HOST_TRUNCATED) || (int64_t)room < n)
        out |= MSG_TRUNC;
    if (n == 0 && room == 0 && model_fact(FACT_EMPTY_INTO_NOTHING))
        out |= MSG_TRUNC;
    if (model_fact(FACT_INPUT_FLAGS_RETURNED))
        out |= flags & (MSG_DONTWAIT | MSG_PEEK);
    return out;
}

static ssize_t finish(struct sock *s, struct msghdr *h, struct host_message *m, int64_t n,
                      int flags)
{
    const size_t room = room_of(h);
    int out = flags_out(m, n, room, flags);
    size_t stored = (uint64_t)n < room ? (size_t)n : room;
    if ((s->kind & KIND_RP4) && h->msg_iovlen > 0 && m->fragment > 0)
        model_fragment_sum(h->msg_iov[0].iov_base, h->msg_iov[0].iov_len, m->fragment);
    if ((s->kind & KIND_RP4) && h->msg_iovlen > 0)
        model_header_in(h->msg_iov[0].iov_base,
                        stored < h->msg_iov[0].iov_len ? stored : h->msg_iov[0].iov_len,
                        s->is.protocol == IPPROTO_ICMP);
    if ((s->kind & KIND_RP4) && h->msg_iovlen > 0 && s->values[OPTION_STRIPHDR])
        stored = strip(h, stored);
    give_peer(s, m, h);
    if (h->msg_control == NULL)
        h->msg_controllen = 0;
    model_control_out(s, m, h, &out);
    h->msg_flags = out;
    if ((flags & MSG_TRUNC) && model_fact(FACT_TRUNC_INPUT) && s->is.type == HOST_RAW)
        return (ssize_t)n;
    return (ssize_t)stored;
}

static ssize_t receive_stream(int fd, struct msghdr *h, int flags)
{
    struct host_message m = {.buffers = (const struct host_buffer *)h->msg_iov,
                             .buffer_count = (uint64_t)h->msg_iovlen,
                             .flags = flags_in(flags)};
    const int64_t n = host_receive(fd, &m);
    if (n < 0)
        return model_errno((int)n);
    if (h->msg_name != NULL)
        h->msg_namelen = 0;
    h->msg_controllen = 0;
    h->msg_flags = model_fact(FACT_INPUT_FLAGS_RETURNED) ? flags & (MSG_DONTWAIT | MSG_PEEK) : 0;
    return (ssize_t)n;
}

ssize_t model_receive(int fd, struct msghdr *h, int flags)
{
    int error = 0;
    host_lock();
    struct sock *const s = model_find(fd, &error);
    if (s != NULL && s->is.family == 6)
        model_names(fd, s);
    host_unlock();
    if (s == NULL)
        return error;
    if (h->msg_iovlen == 0 && model_fact(FACT_NO_BUFFERS))
        return -model_fact(FACT_NO_BUFFERS);
    if (s->is.type == HOST_STREAM)
        return receive_stream(fd, h, flags);
    struct host_message m;
    const int64_t n = take(fd, s, h, &m, flags);
    const int nothing = model_fact(FACT_EMPTY_SOCKET_NOTHING);
    if (n == -EAGAIN && room_of(h) == 0 &&
        (nothing == 1 || (nothing != 0 && h->msg_control == NULL))) {
        h->msg_namelen = h->msg_controllen = 0;
        h->msg_flags = flags & (MSG_DONTWAIT | MSG_PEEK);
        return 0;
    }
    if (n < 0)
        return (ssize_t)n;
    host_lock();
    const ssize_t result = finish(s, h, &m, n, flags);
    host_unlock();
    return result;
}
