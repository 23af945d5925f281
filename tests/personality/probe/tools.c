// SPDX-License-Identifier: BSD-2-Clause
/* Text, addresses, sockets, control data: what every probe uses. */
#include <stdarg.h>

#include "probe.h"

const char *text(const char *format, ...)
{
    static char ring[256][1600];
    static unsigned turn;
    char *out = ring[turn++ % 256];
    va_list list;

    va_start(list, format);
    vsnprintf(out, sizeof ring[0], format, list);
    va_end(list);
    return out;
}

const char *result(long value)
{
    if (value >= 0)
        return text("%ld", value);
    const char *name = port_errname(-value);
    return text("%s", name ? name : "E?");
}

const char *hex(const void *bytes, size_t size)
{
    char out[2 * 64 + 4];
    size_t at = 0;

    for (size_t i = 0; i < size && i < 64; i++)
        at += (size_t)snprintf(out + at, 3, "%02x", ((const uint8_t *)bytes)[i]);
    out[at] = 0;
    return text("%s%s", out, size > 64 ? ".." : "");
}

/* Addresses. */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

static int parse_v4(const char *ip, uint8_t bytes[16])
{
    for (int i = 0; i < 4; i++) {
        int value = 0;
        if (*ip < '0' || *ip > '9')
            return 0;
        while (*ip >= '0' && *ip <= '9')
            value = value * 10 + (*ip++ - '0');
        bytes[i] = (uint8_t)value;
        if (*ip != (i < 3 ? '.' : 0))
            return 0;
        ip++;
    }
    return 4;
}

int parse_ip(const char *ip, uint8_t bytes[16])
{
    uint8_t tail[16];
    size_t head = 0, after = 0;
    int gap = 0;

    if (!strcmp(ip, "ll0") || !strcmp(ip, "ll1")) {
        port_link_local(ip[2] == '0' ? PORT_NET0 : PORT_NET1, bytes);
        return 16;
    }
    if (parse_v4(ip, bytes))
        return 4;
    memset(bytes, 0, 16);
    if (ip[0] == ':' && ip[1] == ':')
        gap = 1, ip += 2;
    while (*ip && head + after < 16) {
        int value = 0;
        if (hex_digit(*ip) < 0)
            return 0;
        while (hex_digit(*ip) >= 0)
            value = value * 16 + hex_digit(*ip++);
        uint8_t *to = gap ? tail + after : bytes + head;
        to[0] = (uint8_t)(value >> 8);
        to[1] = (uint8_t)value;
        if (gap)
            after += 2;
        else
            head += 2;
        if (*ip == ':')
            ip++;
        if (*ip == ':')
            gap = 1, ip++;
    }
    memcpy(bytes + 16 - after, tail, after);
    return 16;
}

const char *ip_text(const uint8_t *b, size_t size)
{
    uint8_t own[16];
    char out[64];
    size_t at = 0;

    if (size == 4)
        return text("%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
    for (int i = 0; i < 2; i++) {
        port_link_local(i ? PORT_NET1 : PORT_NET0, own);
        if (!memcmp(own, b, 16))
            return text("ll%d", i);
        uint8_t group[3] = {own[13], own[14], own[15]}; /* its solicited-node group */
        if (b[0] == 0xff && b[11] == 1 && b[12] == 0xff && !memcmp(b + 13, group, 3))
            return text("ff02::1:ff(ll%d)", i);
    }
    int best = -1, length = 1; /* the longest run of zero groups, at least two */
    for (int i = 0; i < 8; i++) {
        int n = 0;
        while (i + n < 8 && !b[2 * (i + n)] && !b[2 * (i + n) + 1])
            n++;
        if (n > length)
            best = i, length = n;
    }
    for (int i = 0; i < 8; i++) {
        if (i == best) {
            at += (size_t)snprintf(out + at, sizeof out - at, "::");
            i += length - 1;
            continue;
        }
        const char *colon = i && out[at - 1] != ':' ? ":" : "";
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%x", colon,
                               b[2 * i] << 8 | b[2 * i + 1]);
    }
    return text("%s", out);
}

struct address scoped(const char *ip, unsigned port, unsigned index)
{
    struct address a;
    uint8_t bytes[16];

    memset(&a, 0, sizeof a);
    if (parse_ip(ip, bytes) == 4) {
        a.length = sizeof a.as.v4;
        a.as.v4.sin_family = AF_INET;
        a.as.v4.sin_port = (uint16_t)(port << 8 | (port >> 8 & 255));
        memcpy(&a.as.v4.sin_addr, bytes, 4);
    } else {
        a.length = sizeof a.as.v6;
        a.as.v6.sin6_family = AF_INET6;
        a.as.v6.sin6_port = (uint16_t)(port << 8 | (port >> 8 & 255));
        a.as.v6.sin6_scope_id = index;
        memcpy(&a.as.v6.sin6_addr, bytes, 16);
    }
#ifdef HAVE_SA_LEN
    a.as.sa.sa_len = (uint8_t)a.length;
#endif
    return a;
}

struct address address(const char *ip, unsigned port)
{
    return scoped(ip, port, 0);
}

const char *name_interface(unsigned index)
{
    if (index == 0)
        return "0";
    if (index == port_index(PORT_LO))
        return "lo";
    if (index == port_index(PORT_NET0))
        return "net0";
    if (index == port_index(PORT_NET1))
        return "net1";
    return text("if%u", index);
}

static const char *port_text(uint16_t raw)
{
    unsigned port = (unsigned)(raw & 255) << 8 | raw >> 8;
    if (port == 0 || port == OWN_PORT || port == PEER_PORT || port < 1024)
        return text("%u", port);
    return "P";
}

const char *address_text(const void *storage, socklen_t length)
{
    const struct sockaddr *sa = storage;

    if (length < 4)
        return text("length %u", (unsigned)length);
    if (sa->sa_family == AF_INET && length >= (socklen_t)sizeof(struct sockaddr_in)) {
        struct sockaddr_in a;
        memcpy(&a, storage, sizeof a);
        return text("%s:%s", ip_text((const uint8_t *)&a.sin_addr, 4), port_text(a.sin_port));
    }
    if (sa->sa_family == AF_INET6 && length >= (socklen_t)sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 a;
        memcpy(&a, storage, sizeof a);
        const char *scope = a.sin6_scope_id ? text("%%%s", name_interface(a.sin6_scope_id)) : "";
        return text("[%s%s]:%s", ip_text((const uint8_t *)&a.sin6_addr, 16), scope,
                    port_text(a.sin6_port));
    }
    return text("family %d length %u", sa->sa_family, (unsigned)length);
}

const char *own_name(int fd)
{
    struct address a;
    memset(&a, 0, sizeof a);
    a.length = sizeof a.as.storage;
    long r = port_getsockname(fd, &a.as.sa, &a.length);
    return r < 0 ? result(r) : address_text(&a.as, a.length);
}

/* Sockets. */

const char *const kind_name[KINDS] = {"udp4", "udp6",  "dual",  "tcp4",  "tcp6", "raw4",
                                      "raw6", "icmp4", "icmp6", "ping4", "ping6"};

int kind_v6(enum kind kind)
{
    return kind == UDP6 || kind == DUAL || kind == TCP6 || kind == RAW6 || kind == ICMP6 ||
           kind == PING6;
}

int open_kind(enum kind kind)
{
    static const int type[KINDS] = {SOCK_DGRAM,  SOCK_DGRAM, SOCK_DGRAM, SOCK_STREAM,
                                    SOCK_STREAM, SOCK_RAW,   SOCK_RAW,   SOCK_RAW,
                                    SOCK_RAW,    SOCK_DGRAM, SOCK_DGRAM};
    static const int protocol[KINDS] = {
        0, 0, 0, 0, 0, 253, 253, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_ICMP, IPPROTO_ICMPV6};
    long fd = open_socket(kind_v6(kind) ? AF_INET6 : AF_INET, type[kind], protocol[kind]);

    if (fd < 0)
        return -1;
    if (kind == DUAL && set_int((int)fd, IPPROTO_IPV6, IPV6_V6ONLY, 0) < 0) {
        shut((int)fd);
        return -1;
    }
    if (kind == UDP6)
        set_int((int)fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    return (int)fd;
}

long set_int(int fd, int level, int name, int value)
{
    return port_setsockopt(fd, level, name, &value, sizeof value);
}

const char *get_text(int fd, int level, int name, socklen_t size)
{
    union {
        uint8_t bytes[300];
        int32_t number;
    } value;
    socklen_t length = size;

    memset(&value, 0xa5, sizeof value);
    long r = port_getsockopt(fd, level, name, &value, &length);
    if (r < 0)
        return result(r);
    if (length == 4 && size >= 4)
        return text("4:%d", (int)value.number);
    if (length == 1 && size >= 1)
        return text("1:%u", value.bytes[0]);
    return text("%u:%s", (unsigned)length, hex(value.bytes, length < size ? length : size));
}

const char *name_level(int level)
{
    if (level == SOL_SOCKET)
        return "SOL";
    if (level == IPPROTO_IP)
        return "IP";
    if (level == IPPROTO_IPV6)
        return "V6";
    if (level == IPPROTO_UDP)
        return "UDP";
    if (level == IPPROTO_ICMPV6)
        return "ICMP6";
    return text("level%d", level);
}

long bind_to(int fd, const char *ip, unsigned port)
{
    struct address a = address(ip, port);
    return port_bind(fd, &a.as.sa, a.length);
}

long connect_to(int fd, const char *ip, unsigned port)
{
    struct address a = address(ip, port);
    return port_connect(fd, &a.as.sa, a.length);
}

/* Control data and messages. */

void control_add(struct control *control, int level, int type, const void *data, size_t size)
{
    struct cmsghdr header;

    memset(&header, 0, sizeof header);
    header.cmsg_len = (socklen_t)CMSG_LEN(size);
    header.cmsg_level = level;
    header.cmsg_type = type;
    if (control->used + CMSG_SPACE(size) > sizeof control->as)
        return;
    memset(control->as.bytes + control->used, 0, CMSG_SPACE(size));
    memcpy(control->as.bytes + control->used, &header, sizeof header);
    if (size)
        memcpy(control->as.bytes + control->used + CMSG_LEN(0), data, size);
    control->used += CMSG_SPACE(size);
}

void control_int(struct control *control, int level, int type, int value)
{
    control_add(control, level, type, &value, sizeof value);
}

void control_pktinfo4(struct control *control, const char *source, unsigned index)
{
    uint8_t info[16] = {0}, bytes[16];
    uint32_t number = index;

    parse_ip(source, bytes);
    memcpy(info + PKTINFO_SOURCE, bytes, 4);
    memcpy(info + PKTINFO_INDEX, &number, 4);
    control_add(control, IPPROTO_IP, IP_PKTINFO, info, PKTINFO_SIZE);
}

void control_pktinfo6(struct control *control, const char *source, unsigned index)
{
    uint8_t info[20];
    uint32_t number = index;

    parse_ip(source, info);
    memcpy(info + 16, &number, 4);
    control_add(control, IPPROTO_IPV6, IPV6_PKTINFO, info, sizeof info);
}

long send_to(int fd, const struct address *to, const void *data, size_t size,
             const struct control *control)
{
    struct msghdr message;
    struct iovec vector;

    memset(&message, 0, sizeof message);
    vector.iov_base = (void *)(uintptr_t)data;
    vector.iov_len = size;
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    if (to) {
        message.msg_name = (void *)(uintptr_t)&to->as;
        message.msg_namelen = to->length;
    }
    if (control && control->used) {
        message.msg_control = (void *)(uintptr_t)control->as.bytes;
        message.msg_controllen = (socklen_t)control->used;
    }
    return port_sendmsg(fd, &message, 0);
}

long send_ip(int fd, const char *ip, unsigned port, const void *data, size_t size)
{
    struct address to = address(ip, port);
    return send_to(fd, &to, data, size, NULL);
}
