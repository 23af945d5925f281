// SPDX-License-Identifier: BSD-2-Clause
/* What a socket received, as text. */
#include "probe.h"

struct received got;

void receive(struct received *r, int fd, size_t size, size_t control_size, int flags)
{
    struct iovec vector;

    port_readable(fd);
    memset(r->control.bytes, 0xa5, sizeof r->control);
    memset(&r->from, 0, sizeof r->from);
    memset(r->data, 0, 64);
    memset(&r->message, 0, sizeof r->message);
    vector.iov_base = r->data;
    vector.iov_len = size;
    r->message.msg_name = &r->from;
    r->message.msg_namelen = sizeof r->from;
    r->message.msg_iov = &vector;
    r->message.msg_iovlen = 1;
    r->message.msg_control = control_size ? r->control.bytes : NULL;
    r->message.msg_controllen = (socklen_t)control_size;
    r->result = port_recvmsg(fd, &r->message, flags | MSG_DONTWAIT);
    r->message.msg_iov = NULL;
}

const char *flags_text(int flags)
{
    static const struct {
        int bit;
        const char *name;
    } names[] = {{MSG_TRUNC, "TRUNC"}, {MSG_CTRUNC, "CTRUNC"},     {MSG_EOR, "EOR"},
                 {MSG_OOB, "OOB"},     {MSG_PEEK, "PEEK"},         {MSG_BCAST, "BCAST"},
                 {MSG_MCAST, "MCAST"}, {MSG_ERRQUEUE, "ERRQUEUE"}, {MSG_DONTWAIT, "DONTWAIT"}};
    const char *out = "";

    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].bit != ABSENT && (flags & names[i].bit) == names[i].bit) {
            out = text("%s%s%s", out, *out ? "|" : "", names[i].name);
            flags &= ~names[i].bit;
        }
    if (flags)
        out = text("%s%s0x%x", out, *out ? "|" : "", (unsigned)flags);
    return *out ? out : "0";
}

const char *received_text(const struct received *r)
{
    if (r->result < 0)
        return result(r->result);
    const char *from =
        r->message.msg_namelen ? address_text(&r->from, r->message.msg_namelen) : "nobody";
    return text("%ld from %s flags %s", r->result, from, flags_text(r->message.msg_flags));
}

const char *receive_text(int fd)
{
    receive(&got, fd, 2000, 512, 0);
    return received_text(&got);
}

static const char *type_name(int level, int type)
{
    static const struct {
        int level, type;
        const char *name;
    } names[] = {
#define N(level, type) {level, type, #type}
        N(SOL_SOCKET, SCM_TIMESTAMP),
        N(IPPROTO_IP, IP_TTL),
        N(IPPROTO_IP, IP_TOS),
        N(IPPROTO_IP, IP_RECVTTL),
        N(IPPROTO_IP, IP_RECVTOS),
        N(IPPROTO_IP, IP_PKTINFO),
        N(IPPROTO_IP, IP_RECVPKTINFO),
        N(IPPROTO_IP, IP_RECVDSTADDR),
        N(IPPROTO_IP, IP_RECVIF),
        N(IPPROTO_IP, IP_RECVORIGDSTADDR),
        N(IPPROTO_IP, IP_RECVERR),
        N(IPPROTO_IP, IP_RECVOPTS),
        N(IPPROTO_IP, IP_RETOPTS),
        N(IPPROTO_IP, IP_RECVRETOPTS),
        N(IPPROTO_IP, IP_RECVDSTPORT),
        N(IPPROTO_IP, IP_RECVFRAGSIZE),
        N(IPPROTO_IPV6, IPV6_PKTINFO),
        N(IPPROTO_IPV6, IPV6_HOPLIMIT),
        N(IPPROTO_IPV6, IPV6_TCLASS),
        N(IPPROTO_IPV6, IPV6_PATHMTU),
        N(IPPROTO_IPV6, IPV6_2292PKTINFO),
        N(IPPROTO_IPV6, IPV6_2292HOPLIMIT),
        N(IPPROTO_IPV6, IPV6_RECVERR),
        N(IPPROTO_IPV6, IPV6_FLOWINFO),
        N(IPPROTO_IPV6, IPV6_RECVORIGDSTADDR),
        N(IPPROTO_IPV6, IPV6_RECVDSTPORT),
        N(IPPROTO_IPV6, IPV6_RECVFRAGSIZE),
        N(IPPROTO_UDP, UDP_GRO)
#undef N
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].type != ABSENT && names[i].level == level && names[i].type == type)
            return names[i].name;
    return text("%d", type);
}

/* Words that are an interface index or one of the hosts' addresses are named; other bytes are hex.
 */
static const char *value_text(int level, int type, const uint8_t *data, size_t size)
{
    const char *out = "";
    uint32_t word;

    if (level == SOL_SOCKET && type == SCM_TIMESTAMP)
        return "*";
    if (level == IPPROTO_IP && type == IP_RECVIF &&
        size >= 8) { /* sockaddr_dl: the same head on every BSD */
        uint16_t index;
        memcpy(&index, data + 2, 2);
        return text("dl len %u index %s nlen %u alen %u", data[0], name_interface(index), data[5],
                    data[6]);
    }
    if (level == IPPROTO_IPV6 && (type == IPV6_PKTINFO || type == IPV6_2292PKTINFO) && size >= 20) {
        memcpy(&word, data + 16, 4);
        return text("%s %s", ip_text(data, 16), name_interface(word));
    }
    if (level == IPPROTO_IPV6 && type == IPV6_PATHMTU && size >= 32) {
        memcpy(&word, data + 28, 4);
        return text("family %u %s mtu %u", data[1] ? data[1] : data[0], ip_text(data + 8, 16),
                    word);
    }
    if (size == 1)
        return text("%u", data[0]);
    int info = level == IPPROTO_IP && (type == IP_PKTINFO || type == IP_RECVPKTINFO);
    if (level == IPPROTO_IP && (info || type == IP_RECVDSTADDR)) {
        for (size_t i = 0; i + 4 <= size; i += 4) {
            memcpy(&word, data + i, 4);
            const char *name =
                info && i == PKTINFO_INDEX ? name_interface(word) : ip_text(data + i, 4);
            out = text("%s%s%s", out, i ? " " : "", name);
        }
        return size % 4 ? text("%s %s", out, hex(data + size / 4 * 4, size % 4)) : out;
    }
    if (size == 4) {
        memcpy(&word, data, 4);
        return text("%u", word);
    }
    return hex(data, size);
}

const char *control_text(const struct received *r)
{
    const char *out = "";
    size_t at = 0, limit = (size_t)r->message.msg_controllen;

    if (r->result < 0)
        return result(r->result);
    if (limit > sizeof r->control)
        return text("controllen %zu", limit);
    while (at + sizeof(struct cmsghdr) <= limit) {
        struct cmsghdr header;
        memcpy(&header, r->control.bytes + at, sizeof header);
        size_t said = (size_t)header.cmsg_len, there = said;
        if (there > limit - at)
            there = limit - at;
        size_t size = said >= CMSG_LEN(0) ? said - CMSG_LEN(0) : 0;
        size_t have = there >= CMSG_LEN(0) ? there - CMSG_LEN(0) : 0;
        const char *value = value_text(header.cmsg_level, header.cmsg_type,
                                       r->control.bytes + at + CMSG_LEN(0), have);
        out = text("%s%s%s/%s[%zu%s]=%s", out, *out ? " " : "", name_level(header.cmsg_level),
                   type_name(header.cmsg_level, header.cmsg_type), size,
                   have < size ? text(" of which %zu", have) : "", value);
        if (said < CMSG_LEN(0))
            return text("%s BAD", out);
        at += CMSG_SPACE(size);
    }
    if (at < limit)
        out = text("%s +%zu bytes", out, limit - at);
    return *out ? out : "none";
}
