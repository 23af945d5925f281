// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE
#include "selftest.h"
#include "variants.h"

struct bench {
    struct endpoint endpoint;
    int sender;
    int family;
    bool time;
    uint16_t sender_port;
    unsigned loopback;
};

static void set_int(int fd, int level, int option, int value)
{
    require(setsockopt(fd, level, option, &value, sizeof value) == 0, "setsockopt");
}

static socklen_t loopback_name(struct sockaddr_storage *out, int family)
{
    memset(out, 0, sizeof *out);
    out->ss_family = (sa_family_t)family;
    if (family == AF_INET6) {
        ((struct sockaddr_in6 *)(void *)out)->sin6_addr = in6addr_loopback;
        return sizeof(struct sockaddr_in6);
    }
    ((struct sockaddr_in *)(void *)out)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return sizeof(struct sockaddr_in);
}

static int bound_socket(int family, struct sockaddr_storage *name)
{
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    require(fd >= 0, "socket");
    socklen_t length = loopback_name(name, family);
    require(bind(fd, (void *)name, length) == 0, "bind");
    length = sizeof *name;
    require(getsockname(fd, (void *)name, &length) == 0, "getsockname");
    return fd;
}

static uint16_t port_of(const struct sockaddr_storage *name)
{
    return ntohs(((const struct sockaddr_in *)(const void *)name)->sin_port);
}

static void enable_control(int fd, int family)
{
    bool v6 = family == AF_INET6;
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    set_int(fd, level, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
    set_int(fd, level, v6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL, 1);
    set_int(fd, level, v6 ? IPV6_RECVTCLASS : IP_RECVTOS, 1);
}

static void open_bench(struct bench *b, int family, bool time)
{
    struct sockaddr_storage to, from;
    b->family = family;
    b->time = time;
    b->endpoint.fd = bound_socket(family, &to);
    b->sender = bound_socket(family, &from);
    b->sender_port = port_of(&from);
    b->loopback = if_nametoindex("lo");
    enable_control(b->endpoint.fd, family);
    if (time)
        set_int(b->endpoint.fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    socklen_t length =
        family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    require(connect(b->sender, (void *)&to, length) == 0, "connect");
}

static struct msghdr prepared_header(int i, void *name)
{
    return (struct msghdr){.msg_name = name,
                           .msg_namelen = sizeof names[i],
                           .msg_iov = (void *)&buffers[i],
                           .msg_iovlen = 1,
                           .msg_control = raw_controls[i],
                           .msg_controllen = CONTROL_BYTES};
}

static void prepare_native(int i)
{
    struct native_message *m = &native_messages[i];
    struct msghdr h = prepared_header(i, m->name);
    memcpy(m->native, &h, sizeof h);
    m->buffers = &buffers[i];
    m->buffer_count = 1;
    m->control = &controls[i];
}

static void prepare_hand(int i)
{
    hand_vectors[i] = (struct iovec){payloads[i], BUFFER};
    hand_headers[i].msg_hdr = (struct msghdr){.msg_name = &hand_names[i],
                                              .msg_iov = &hand_vectors[i],
                                              .msg_iovlen = 1,
                                              .msg_control = hand_controls[i]};
}

static void prepare(const char *variant)
{
    bool native = strncmp(variant, "native", 6) == 0;
    for (int i = 0; i < BATCH; i++) {
        buffers[i] = (struct ipsock_buffer){payloads[i], BUFFER};
        messages[i] = (struct ipsock_message){
            .buffers = &buffers[i], .control = &controls[i], .buffer_count = 1};
        inline_messages[i].head =
            (struct ipsock_message){.buffers = &buffers[i], .buffer_count = 1};
        prepare_native(i);
        prepare_hand(i);
        headers[i].msg_hdr =
            prepared_header(i, native ? (void *)native_messages[i].name : &names[i]);
    }
}

// Values change from round to round, so that a stale or skipped field is found.
static int round_class(int round)
{
    return round & 1 ? 0x28 : 0x48;
}

static int round_hops(int round)
{
    return 33 + (round & 3);
}

static void send_round(const struct bench *b, int round)
{
    bool v6 = b->family == AF_INET6;
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    set_int(b->sender, level, v6 ? IPV6_TCLASS : IP_TOS, round_class(round));
    set_int(b->sender, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, round_hops(round));
    unsigned char payload[PAYLOAD] = {0};
    for (int i = 0; i < BATCH; i++) {
        payload[0] = (unsigned char)(i + round);
        require(send(b->sender, payload, sizeof payload, 0) == PAYLOAD, "send");
    }
}

static void check_round(const struct bench *b, const struct variant *v, int round)
{
    struct sockaddr_storage name;
    loopback_name(&name, b->family);
    bool v6 = b->family == AF_INET6;
    const void *ip = v6 ? (const void *)&((struct sockaddr_in6 *)(void *)&name)->sin6_addr
                        : (const void *)&((struct sockaddr_in *)(void *)&name)->sin_addr;
    size_t size = v6 ? 16 : 4;
    uint32_t valid = (uint32_t)VALID_WHOLE | (b->time ? (uint32_t)VALID_TIMESTAMP : 0);
    for (int i = 0; i < BATCH; i++) {
        struct view w = v->view(i);
        errno = 0;
        require(w.flags == 0 && w.length == PAYLOAD && w.port == b->sender_port, "message");
        require(v->view == view_hand || w.valid == valid, "valid");
        require((w.seconds != 0) == b->time, "time");
        require(memcmp(w.source, ip, size) == 0, "source");
        require(memcmp(w.destination, ip, size) == 0, "destination");
        require(w.interface_index == b->loopback, "interface");
        require(w.hop_limit == round_hops(round), "hop limit");
        require(w.traffic_class == round_class(round), "traffic class");
        require(payloads[i][0] == (unsigned char)(i + round), "payload");
    }
}

BOUNDARY int measured(struct endpoint *e, const struct variant *v);

BOUNDARY int measured(struct endpoint *e, const struct variant *v)
{
    return v->receive(e);
}

static int run(const struct variant *v, const char *traffic, int rounds)
{
    struct bench b = {0};
    open_bench(&b, strncmp(traffic, "ipv6", 4) == 0 ? AF_INET6 : AF_INET,
               strstr(traffic, "-time") != NULL);
    prepare(v->name);
    for (int round = 0; round < rounds; round++) {
        send_round(&b, round);
        require(measured(&b.endpoint, v) == BATCH, "receive");
        check_round(&b, v, round);
    }
    close(b.sender);
    close(b.endpoint.fd);
    return 0;
}

static int list(void)
{
    for (size_t i = 0; i < ARRAY_COUNT(variants); i++)
        puts(variants[i].name);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list();
    if (argc == 2 && strcmp(argv[1], "selftest") == 0)
        return selftest();
    for (size_t i = 0; argc == 4 && i < ARRAY_COUNT(variants); i++)
        if (strcmp(argv[1], variants[i].name) == 0)
            return run(&variants[i], argv[2], atoi(argv[3]));
    fprintf(stderr,
            "usage: shape list | selftest | VARIANT ipv4|ipv6|ipv4-time|ipv6-time ROUNDS\n");
    return 2;
}
