// SPDX-License-Identifier: BSD-2-Clause
/* Sockets and memory of a side. The other end is always a plain socket: it makes what is received,
 * and looks at what was sent. */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "side.h"

/* The least receive buffer, as the kernel counts, for 1024 packets. */
#define ENOUGH (1024 * 1024)

static const struct in6_addr mapped_loopback = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}}};

void set(int fd, int level, int option, int value)
{
    require(setsockopt(fd, level, option, &value, sizeof value) == 0, "setsockopt");
}

struct in6_addr loopback_of(int traffic)
{
    struct in6_addr ip = {0};
    const uint32_t v4 = htonl(INADDR_LOOPBACK);
    if (traffic != IPSOCK_IPV4)
        return traffic == IPSOCK_IPV6 ? in6addr_loopback : mapped_loopback;
    memcpy(&ip, &v4, sizeof v4);
    return ip;
}

/* Into what a sockaddr_in6 has room for. */
static socklen_t make_name(void *name, int family, const struct in6_addr *ip, uint16_t port)
{
    if (family == AF_INET) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
        memcpy(&v4.sin_addr, ip, sizeof v4.sin_addr);
        memcpy(name, &v4, sizeof v4);
        return sizeof v4;
    }
    const struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = *ip};
    memcpy(name, &v6, sizeof v6);
    return sizeof v6;
}

/* The port is at the same place in both families. */
uint16_t port_of(int fd)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    require(getsockname(fd, (void *)&name, &length) == 0, "getsockname");
    return ntohs(((const struct sockaddr_in *)(const void *)&name)->sin_port);
}

static int open_plain(int family, bool dual, const struct in6_addr *ip)
{
    struct sockaddr_storage name;
    const socklen_t length = make_name(&name, family, ip, 0);
    const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    require(fd >= 0, "socket");
    if (family == AF_INET6)
        set(fd, IPPROTO_IPV6, IPV6_V6ONLY, !dual);
    require(bind(fd, (void *)&name, length) == 0, "bind");
    return fd;
}

static void enable_control(int fd, int family, bool dual)
{
    if (family == AF_INET6) {
        set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
        set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
        set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
    }
    if (family == AF_INET)
        set(fd, IPPROTO_IP, IP_PKTINFO, 1);
    if (family == AF_INET || dual) {
        set(fd, IPPROTO_IP, IP_RECVTTL, 1);
        set(fd, IPPROTO_IP, IP_RECVTOS, 1);
    }
}

/* Groups of IPv6 want an interface that takes multicast; lo does not. It is in a network of our
 * own, which this process does not leave any more. False without the right to make one. */
static bool has_own_network(void)
{
    if (if_nametoindex("bench0") != 0)
        return true;
    return unshare(CLONE_NEWNET) == 0 &&
           system("ip link set lo up && ip link add bench0 type veth peer name bench1 && "
                  "ip link set bench0 addrgenmode none up && ip link set bench1 up && "
                  "ip -6 address add fd00::1/64 dev bench0 nodad") == 0;
}

unsigned interface_of(const struct scenario *what)
{
    return if_nametoindex(groups_of(what) > 0 ? "bench0" : "lo");
}

struct in6_addr address_of(const struct scenario *what)
{
    static const struct in6_addr own = {{{0xfd, [15] = 1}}};
    return groups_of(what) > 0 ? own : loopback_of(what->traffic);
}

struct in6_addr group_of(unsigned number)
{
    struct in6_addr ip = {{{0xff, 0x02, [12] = 1}}};
    ip.s6_addr[14] = (uint8_t)(number >> 8);
    ip.s6_addr[15] = (uint8_t)number;
    return ip;
}

struct ipsock_addr addr_of(int traffic, uint16_t port)
{
    if (traffic == IPSOCK_IPV6)
        return ipsock_addr_loopback(IPSOCK_IPV6, port);
    const struct ipsock_addr v4 = ipsock_addr_loopback(IPSOCK_IPV4, port);
    return traffic == IPSOCK_IPV4 ? v4 : ipsock_addr_map(&v4);
}

static bool is_dual(const struct scenario *what)
{
    return what->traffic == IPSOCK_IPV4_MAPPED;
}

static int family_of(const struct scenario *what)
{
    return what->traffic == IPSOCK_IPV4 ? AF_INET : AF_INET6;
}

static uint32_t control_of(const struct scenario *what)
{
    if (is_segmented(what))
        return IPSOCK_CONTROL_SEGMENT_SIZE;
    if (has_control(what))
        return what->what == SEND ? SENT : RECEIVED;
    return 0;
}

static void open_endpoint(struct side *s, uint16_t other_port)
{
    struct ipsock_config c;
    struct ipsock_error error;
    const bool dual = is_dual(s->scenario);
    const unsigned groups = groups_of(s->scenario);
    ipsock_config_init(&c);
    c.kind = IPSOCK_UDP;
    c.family = s->scenario->traffic == IPSOCK_IPV4 ? IPSOCK_IPV4 : IPSOCK_IPV6;
    c.flags = (dual ? IPSOCK_OPEN_DUAL_STACK : 0) | (groups > 0 ? IPSOCK_OPEN_STRICT_MULTICAST : 0);
    c.local = dual || groups > 0 ? ipsock_addr_any(c.family, 0) : ipsock_addr_loopback(c.family, 0);
    if (s->scenario->extra == CONNECTED)
        c.peer = addr_of(s->scenario->traffic, other_port);
    if (s->scenario->what == SEND)
        c.send_control = control_of(s->scenario);
    else
        c.receive_control = control_of(s->scenario);
    c.error = &error;
    require(ipsock_open(&s->endpoint, &c) == IPSOCK_OK, "ipsock_open");
    s->fd = (int)ipsock_handle(s->endpoint);
    for (unsigned i = 0; i < groups; i++) {
        const struct in6_addr ip = group_of(i);
        const struct ipsock_addr group = ipsock_addr_ipv6(ip.s6_addr, 0);
        require(ipsock_join_group(s->endpoint, interface_of(s->scenario), &group) == IPSOCK_OK,
                "ipsock_join_group");
    }
}

static void join(int fd, unsigned interface_index, unsigned number)
{
    const struct ipv6_mreq group = {group_of(number), interface_index};
    require(setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &group, sizeof group) == 0, "join");
}

/* What lean and full are played on. */
static void open_by_hand(struct side *s, uint16_t other_port)
{
    const struct scenario *what = s->scenario;
    const int family = family_of(what);
    const struct in6_addr ip = loopback_of(what->traffic);
    struct sockaddr_storage name;
    const bool any = is_dual(what) || groups_of(what) > 0;
    s->fd = open_plain(family, is_dual(what), any ? &in6addr_any : &ip);
    if (has_control(what) && what->what == RECEIVE)
        enable_control(s->fd, family, is_dual(what));
    for (unsigned i = 0; i < groups_of(what); i++)
        join(s->fd, interface_of(what), i);
    if (is_segmented(what) && what->what == RECEIVE)
        set(s->fd, SOL_UDP, UDP_GRO, 1);
    if (what->extra == CONNECTED) {
        const socklen_t length = make_name(&name, family, &ip, other_port);
        require(connect(s->fd, (void *)&name, length) == 0, "connect");
    }
    s->socket = (struct full_socket){.fd = s->fd,
                                     .family = (sa_family_t)family,
                                     .dual_stack = is_dual(what),
                                     .connected = what->extra == CONNECTED};
}

static void open_uv(struct side *s, uint16_t other_port)
{
    const struct in6_addr ip = loopback_of(s->scenario->traffic);
    struct sockaddr_storage name;
    uv_side_open(s);
    make_name(&name, family_of(s->scenario), &ip, other_port);
    if (s->scenario->extra == CONNECTED)
        uv_side_connect(s, (void *)&name);
}

static struct full_address full_address_of(int traffic, uint16_t port)
{
    const struct in6_addr ip = loopback_of(traffic);
    struct full_address a = {.family = traffic == IPSOCK_IPV4 ? AF_INET : AF_INET6, .port = port};
    memcpy(a.ip, &ip, sizeof a.ip);
    return a;
}

static void fill_packet(struct side *s, unsigned i, uint16_t port)
{
    const struct scenario *what = s->scenario;
    const struct in6_addr ip = loopback_of(what->traffic);
    unsigned char *data = payload_of(s, i);
    struct lean_outgoing *out = &s->packets_out[i];
    struct full_message *full = &s->full_messages[i];
    struct ipsock_message *ours = &s->messages[i];
    const size_t size = what->what == SEND ? s->length : s->stride;

    out->to_length = make_name(&out->to, family_of(what), &ip, port);
    out->data = (struct iovec){data, size};
    out->source = ip;
    out->segment_size = SEGMENT;
    full->data = data;
    full->size = size;
    full->local = full_address_of(what->traffic, 0);
    full->segment_size = SEGMENT;
    ipsock_message_init(ours, &s->buffers[i], data, size);
    ours->control = control_of(what) ? &s->controls[i] : NULL;
    s->controls[i].valid = control_of(what);
    s->controls[i].source = addr_of(what->traffic, 0);
    s->controls[i].segment_size = SEGMENT;
    if (what->extra == CONNECTED)
        return;
    full->peer = full_address_of(what->traffic, port);
    ours->peer = addr_of(what->traffic, port);
}

static void fill_memory(struct side *s, uint16_t port)
{
    const uint32_t capacity = s->packets;
    const size_t size = ipsock_batch_size(capacity);
    for (unsigned i = 0; i < s->packets; i++)
        fill_packet(s, i, port);
    lean_batch_init(&s->lean, s->packets, s->payload, s->stride);
    full_batch_init(&s->full, s->packets);
    s->batch_memory = malloc(size);
    require(s->batch_memory != NULL, "malloc");
    require(ipsock_batch_init(s->batch_memory, size, capacity, &s->batch) == IPSOCK_OK, "batch");
}

/* A round must find room. Only who is root gets more than the host allows everybody. */
static bool has_room(int fd, unsigned packets)
{
    int size = 4 * ENOUGH;
    socklen_t length = sizeof size;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        set(fd, SOL_SOCKET, SO_RCVBUF, size);
    require(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, &length) == 0, "getsockopt");
    return packets < MOST_PACKETS || size >= ENOUGH;
}

static void open_sockets(struct side *s)
{
    const struct scenario *what = s->scenario;
    const int other_family = what->traffic == IPSOCK_IPV6 ? AF_INET6 : AF_INET;
    const struct in6_addr other_ip = is_dual(what) ? loopback_of(IPSOCK_IPV4) : address_of(what);
    struct sockaddr_storage name;
    s->other = open_plain(other_family, false, &other_ip);
    if (s->player == OURS)
        open_endpoint(s, port_of(s->other));
    else if (s->player == UV)
        open_uv(s, port_of(s->other));
    else
        open_by_hand(s, port_of(s->other));
    if (what->what == SEND) {
        enable_control(s->other, other_family, false);
        set(s->other, SOL_UDP, UDP_GRO, is_segmented(what));
    } else {
        const unsigned groups = groups_of(what);
        const struct in6_addr to = groups > 0 ? group_of(groups - 1) : other_ip;
        const socklen_t length = make_name(&name, other_family, &to, port_of(s->fd));
        if (groups > 0)
            set(s->other, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface_of(what));
        require(connect(s->other, (void *)&name, length) == 0, "connect");
    }
}

bool open_side(struct side *s, const struct scenario *scenario, enum player player)
{
    memset(s, 0, sizeof *s);
    s->scenario = scenario;
    s->player = player;
    s->packets = scenario->batch > PACKETS ? scenario->batch : PACKETS;
    s->stride = ROOM;
    s->length = PAYLOAD;
    s->fd = s->other = -1;
    if (scenario->what == PARSE || scenario->what == MARSHAL)
        return true;
    if (is_segmented(scenario)) {
        s->packets = MESSAGES;
        s->stride = COALESCED_ROOM;
        s->length = SEGMENTS * SEGMENT;
    }
    if (groups_of(scenario) > 0 && !has_own_network()) {
        fprintf(stderr, "bench: %s: needs root, and the command ip\n", scenario->name);
        return false;
    }
    open_sockets(s);
    fill_memory(s, port_of(scenario->what == SEND ? s->other : s->fd));
    if (s->packets != PACKETS && !has_room(scenario->what == SEND ? s->other : s->fd, s->packets)) {
        fprintf(stderr, "bench: %s: net.core.rmem_max is too small for it\n", scenario->name);
        close_side(s);
        return false;
    }
    return true;
}

void close_side(struct side *s)
{
    if (s->fd < 0)
        return;
    if (s->player == OURS)
        ipsock_free(s->endpoint);
    else if (s->player == UV)
        uv_side_close(s);
    else
        full_close(&s->socket);
    close(s->other);
    free(s->batch_memory);
}
