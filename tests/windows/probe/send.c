// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 3, 5, 7: sending. */
#include "exchange.h"

struct pair {
    SOCKET to;
    SOCKET from;
    struct exchange_name peer;
};

static struct pair open_pair(int family)
{
    struct pair p;

    p.to = exchange_socket(family);
    p.from = exchange_socket(family);
    p.peer = exchange_peer(p.to, family);
    return p;
}

static void close_pair(const struct pair *p)
{
    closesocket(p->to);
    closesocket(p->from);
}

/* An INT sent as a control message is in the packet. */
static void marks(int family, int level, int sent, int enable, int received, int value)
{
    struct pair p = open_pair(family);
    struct exchange_control c = {{0}, 0};
    struct exchange_message m;

    exchange_set(p.to, level, enable, 1);
    exchange_put_int(&c, level, sent, value);
    assert_int_equal(exchange_send(p.from, &p.peer, 3, &c), 0);
    m = exchange_receive(p.to);
    assert_int_equal(exchange_find_int(&m, level, received), value);
    /* and not in the next one */
    assert_int_equal(exchange_send(p.from, &p.peer, 3, NULL), 0);
    m = exchange_receive(p.to);
    assert_int_not_equal(exchange_find_int(&m, level, received), value);
    close_pair(&p);
}

/* A control message is refused with this error. */
static void refuses(int family, int level, int type, int value, int error)
{
    struct pair p = open_pair(family);
    struct exchange_control c = {{0}, 0};

    exchange_put_int(&c, level, type, value);
    assert_int_equal(exchange_send(p.from, &p.peer, 3, &c), error);
    /* and nothing was sent */
    assert_int_equal(exchange_send(p.from, &p.peer, 4, NULL), 0);
    assert_int_equal(exchange_receive(p.to).bytes, 4);
    close_pair(&p);
}

static void win_3_tos(void **state)
{
    (void)state;
    marks(AF_INET, IPPROTO_IP, IP_TOS, IP_RECVTOS, IP_TOS, 0x29);
}

static void win_3_traffic_class(void **state)
{
    (void)state;
    marks(AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, IPV6_RECVTCLASS, IPV6_TCLASS, 0x2a);
}

static void win_3_hop_limit(void **state)
{
    (void)state;
    marks(AF_INET6, IPPROTO_IPV6, IPV6_HOPLIMIT, IPV6_HOPLIMIT, IPV6_HOPLIMIT, 5);
}

static void win_3_ecn4(void **state)
{
    (void)state;
    marks(AF_INET, IPPROTO_IP, IP_ECN, IP_RECVTOS, IP_TOS, 1);
}

static void win_3_ecn6(void **state)
{
    (void)state;
    marks(AF_INET6, IPPROTO_IPV6, IPV6_ECN, IPV6_RECVTCLASS, IPV6_TCLASS, 2);
}

static void win_3_ecn_joins_the_class_of_the_socket(void **state)
{
    struct pair p = open_pair(AF_INET);
    struct exchange_control c = {{0}, 0};
    struct exchange_message m;

    (void)state;
    exchange_set(p.to, IPPROTO_IP, IP_RECVTOS, 1);
    exchange_set(p.from, IPPROTO_IP, IP_TOS, 0xb8);
    exchange_put_int(&c, IPPROTO_IP, IP_ECN, 2);
    assert_int_equal(exchange_send(p.from, &p.peer, 3, &c), 0);
    m = exchange_receive(p.to);
    assert_int_equal(exchange_find_int(&m, IPPROTO_IP, IP_TOS), 0xba);
    close_pair(&p);
}

static void win_3_ecn_is_not_congestion_experienced(void **state)
{
    (void)state;
    refuses(AF_INET, IPPROTO_IP, IP_ECN, 3, WSAEINVAL);
    refuses(AF_INET6, IPPROTO_IPV6, IPV6_ECN, 3, WSAEINVAL);
}

static void win_3_ranges(void **state)
{
    (void)state;
    refuses(AF_INET, IPPROTO_IP, IP_TOS, 256, WSAEINVAL);
    refuses(AF_INET6, IPPROTO_IPV6, IPV6_TCLASS, 256, WSAEINVAL);
    refuses(AF_INET6, IPPROTO_IPV6, IPV6_HOPLIMIT, 256, WSAEINVAL);
}

static void win_3_no_ttl_per_packet(void **state)
{
    (void)state;
    refuses(AF_INET, IPPROTO_IP, IP_TTL, 5, WSAEINVAL);
}

static void win_3_unknown_items(void **state)
{
    (void)state;
    refuses(AF_INET, IPPROTO_IP, 0x4321, 5, WSAEINVAL);
    refuses(AF_INET, 0x4321, 1, 5, WSAEINVAL);
}

static void win_3_items_follow_the_destination(void **state)
{
    const SOCKET from = exchange_dual();
    const SOCKET to = exchange_socket(AF_INET);
    const struct exchange_name peer =
        exchange_address(AF_INET6, "::ffff:127.0.0.1", exchange_port(to));
    struct exchange_control six = {{0}, 0};
    struct exchange_control four = {{0}, 0};
    struct exchange_message m;

    (void)state;
    exchange_set(to, IPPROTO_IP, IP_RECVTOS, 1);
    exchange_put_int(&six, IPPROTO_IPV6, IPV6_TCLASS, 0x28);
    assert_int_equal(exchange_send(from, &peer, 3, &six), WSAEINVAL);
    exchange_put_int(&four, IPPROTO_IP, IP_TOS, 0x28);
    assert_int_equal(exchange_send(from, &peer, 3, &four), 0);
    m = exchange_receive(to);
    assert_int_equal(exchange_find_int(&m, IPPROTO_IP, IP_TOS), 0x28);
    closesocket(from);
    closesocket(to);
}

static void win_3_malformed_items(void **state)
{
    struct pair p = open_pair(AF_INET);
    struct exchange_control c = {{0}, 0};
    SIZE_T length = 4; /* shorter than a header */

    (void)state;
    exchange_put_int(&c, IPPROTO_IP, IP_TOS, 0x28);
    memcpy(c.bytes, &length, sizeof length);
    assert_int_equal(exchange_send(p.from, &p.peer, 3, &c), WSAEINVAL);
    length = 400; /* beyond the buffer */
    memcpy(c.bytes, &length, sizeof length);
    assert_int_equal(exchange_send(p.from, &p.peer, 3, &c), WSAEINVAL);
    length = sizeof(WSACMSGHDR) + 1; /* less than an INT */
    memcpy(c.bytes, &length, sizeof length);
    assert_int_equal(exchange_send(p.from, &p.peer, 3, &c), WSAEINVAL);
    close_pair(&p);
}

static void win_3_source4(void **state)
{
    const SOCKET from = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    const SOCKET to = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    struct exchange_control c = {{0}, 0};
    struct exchange_control foreign = {{0}, 0};
    struct in_pktinfo info = {{{{0}}}, 0};
    struct exchange_message m;

    (void)state;
    info.ipi_addr.s_addr = htonl(0x7f000005);
    exchange_put(&c, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    assert_int_equal(exchange_send(from, &peer, 3, &c), 0);
    m = exchange_receive(to);
    assert_int_equal(ntohl(m.from.v4.sin_addr.s_addr), 0x7f000005);
    info.ipi_addr.s_addr = htonl(0xc0000201); /* 192.0.2.1, for documentation */
    exchange_put(&foreign, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    assert_int_equal(exchange_send(from, &peer, 3, &foreign), WSAEADDRNOTAVAIL);
    closesocket(from);
    closesocket(to);
}

/* By the interface alone: the packet has no source, and is lost. */
static void win_3_interface4_needs_a_source(void **state)
{
    const SOCKET from = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    const SOCKET to = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    struct exchange_control without = {{0}, 0};
    struct exchange_control with = {{0}, 0};
    struct in_pktinfo info = {{{{0}}}, 1}; /* loopback */

    (void)state;
    exchange_put(&without, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    assert_int_equal(exchange_send(from, &peer, 5, &without), 0);
    info.ipi_addr.s_addr = htonl(INADDR_LOOPBACK);
    exchange_put(&with, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    assert_int_equal(exchange_send(from, &peer, 3, &with), 0);
    assert_int_equal(exchange_receive(to).bytes, 3);
    closesocket(from);
    closesocket(to);
}

static void win_3_source6(void **state)
{
    const SOCKET from = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
    const SOCKET to = exchange_socket(AF_INET6);
    const struct exchange_name peer = exchange_peer(to, AF_INET6);
    struct exchange_control c = {{0}, 0};
    struct in6_pktinfo info;

    (void)state;
    memset(&info, 0, sizeof info);
    assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &info.ipi6_addr), 1);
    exchange_put(&c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    assert_int_equal(exchange_send(from, &peer, 3, &c), WSAEADDRNOTAVAIL);
    c.length = 0;
    assert_int_equal(inet_pton(AF_INET6, "::1", &info.ipi6_addr), 1);
    exchange_put(&c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    assert_int_equal(exchange_send(from, &peer, 3, &c), 0);
    assert_int_equal(exchange_receive(to).bytes, 3);
    closesocket(from);
    closesocket(to);
}

static void win_3_source6_on_no_interface(void **state)
{
    const SOCKET from = exchange_socket(AF_INET6);
    const struct exchange_name peer = exchange_peer(from, AF_INET6);
    struct exchange_control c = {{0}, 0};
    struct in6_pktinfo info;

    (void)state;
    memset(&info, 0, sizeof info);
    info.ipi6_ifindex = 0x7ffffff;
    exchange_put(&c, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    assert_int_not_equal(exchange_send(from, &peer, 3, &c), 0);
}

/* The longest message, and no class items, as with the options of receiving. */
static void win_5_raw_messages(void **state)
{
    const SOCKET s = probe_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    const struct exchange_name peer = exchange_address(AF_INET, "127.0.0.1", 0);
    struct exchange_control c = {{0}, 0};

    (void)state;
    assert_int_equal(exchange_send(s, &peer, 65467, NULL), 0);
    assert_int_equal(exchange_send(s, &peer, 65468, NULL), WSAEMSGSIZE);
    exchange_put_int(&c, IPPROTO_IP, IP_TOS, 0x28);
    assert_int_equal(exchange_send(s, &peer, 8, &c), WSAEINVAL);
}

static void segments(int family)
{
    struct pair p = open_pair(family);
    struct exchange_control c = {{0}, 0};

    exchange_put_int(&c, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 100);
    assert_int_equal(exchange_send(p.from, &p.peer, 250, &c), 0);
    assert_int_equal(exchange_receive(p.to).bytes, 100);
    assert_int_equal(exchange_receive(p.to).bytes, 100);
    assert_int_equal(exchange_receive(p.to).bytes, 50);
    exchange_set(p.from, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 60);
    assert_int_equal(exchange_send(p.from, &p.peer, 70, NULL), 0);
    assert_int_equal(exchange_receive(p.to).bytes, 60);
    assert_int_equal(exchange_receive(p.to).bytes, 10);
    close_pair(&p);
}

static void win_3_segments4(void **state)
{
    (void)state;
    segments(AF_INET);
}

static void win_3_segments6(void **state)
{
    (void)state;
    segments(AF_INET6);
}

/* windows.md 7: 512 segments on Windows 11; a host below takes fewer in one call */
static void win_7_segments_are_many(void **state)
{
    struct pair p = open_pair(AF_INET);
    struct exchange_control c = {{0}, 0};

    (void)state;
    exchange_put_int(&c, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 10);
    assert_int_equal(exchange_send(p.from, &p.peer, 2001, &c), 0);
    for (int i = 0; i < 200; i++)
        assert_int_equal(exchange_receive(p.to).bytes, 10);
    assert_int_equal(exchange_receive(p.to).bytes, 1);
    close_pair(&p);
}

static void win_3_flags(void **state)
{
    struct pair p = open_pair(AF_INET);
    char data[4] = "xyz";
    WSABUF buffer = {3, data};
    WSAMSG m = {&p.peer.any, p.peer.length, &buffer, 1, {0, NULL}, 0x4000};
    DWORD sent = 0;

    (void)state;
    assert_int_equal(WSASendMsg(p.from, &m, 0x4000, &sent, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEOPNOTSUPP);
    assert_int_equal(WSASendMsg(p.from, &m, MSG_PARTIAL, &sent, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEOPNOTSUPP);
    assert_int_equal(WSASendMsg(p.from, &m, MSG_OOB, &sent, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEOPNOTSUPP);
    assert_int_equal(WSASendMsg(p.from, &m, MSG_DONTROUTE, &sent, NULL, NULL),
                     0); /* dwFlags: ignored */
    assert_int_equal(sent, 3);
    assert_int_equal(exchange_receive(p.to).bytes, 3);
    close_pair(&p);
}

static void win_3_nulls_go_with_length_0(void **state)
{
    struct pair p = open_pair(AF_INET);
    char data[4] = "xyz";
    WSABUF buffer = {3, data};
    WSAMSG m = {NULL, 16, &buffer, 1, {0, NULL}, 0};
    DWORD sent = 0;

    (void)state;
    assert_int_equal(WSASendMsg(p.from, &m, 0, &sent, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEFAULT);
    m.name = &p.peer.any;
    m.Control.len = 24;
    assert_int_equal(WSASendMsg(p.from, &m, 0, &sent, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEFAULT);
    close_pair(&p);
}

static void win_3_nobody_to_send_to(void **state)
{
    struct pair p = open_pair(AF_INET);
    const struct exchange_name any = exchange_address(AF_INET, "0.0.0.0", exchange_port(p.to));
    const struct exchange_name no_port = exchange_address(AF_INET, "127.0.0.1", 0);
    const struct exchange_name six = exchange_peer(p.to, AF_INET6);

    (void)state;
    assert_int_equal(exchange_send(p.from, NULL, 3, NULL), WSAENOTCONN);
    assert_int_equal(send(p.from, "x", 1, 0), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAENOTCONN);
    assert_int_equal(exchange_send(p.from, &any, 3, NULL), WSAEADDRNOTAVAIL);
    assert_int_equal(exchange_send(p.from, &no_port, 3, NULL), WSAEADDRNOTAVAIL);
    assert_int_equal(exchange_send(p.from, &six, 3, NULL), WSAEAFNOSUPPORT);
    assert_int_equal(sendto(p.from, "x", 1, 0, &p.peer.any, 8), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEFAULT);
    close_pair(&p);
}

static void win_3_streams_have_no_messages(void **state)
{
    const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    (void)state;
    assert_int_equal(exchange_send(s, NULL, 3, NULL), WSAEINVAL);
    closesocket(s);
}

static void win_7_longest_datagram(void **state)
{
    struct pair p = open_pair(AF_INET);
    struct pair six = open_pair(AF_INET6);

    (void)state;
    assert_int_equal(exchange_send(p.from, &p.peer, 65507, NULL), 0);
    assert_int_equal(exchange_send(p.from, &p.peer, 65508, NULL), WSAEMSGSIZE);
    assert_int_equal(exchange_send(six.from, &six.peer, 65527, NULL), 0);
    assert_int_equal(exchange_send(six.from, &six.peer, 65528, NULL), WSAEMSGSIZE);
    close_pair(&p);
    close_pair(&six);
}

static void win_7_empty_datagram(void **state)
{
    struct pair p = open_pair(AF_INET);
    struct exchange_message m;

    (void)state;
    assert_int_equal(exchange_send(p.from, &p.peer, 0, NULL), 0);
    m = exchange_receive(p.to);
    assert_int_equal(m.bytes, 0);
    assert_int_equal(ntohs(m.from.v4.sin_port), exchange_port(p.from));
    close_pair(&p);
}

static void win_5_broadcast_needs_the_option(void **state)
{
    const SOCKET from = exchange_socket(AF_INET);
    const SOCKET to = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    const struct exchange_name any = exchange_address(AF_INET, "0.0.0.0", 0);
    DWORD patience = PATIENCE;
    struct exchange_message m;

    (void)state;
    assert_int_equal(bind(to, &any.any, any.length), 0);
    setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    const struct exchange_name all =
        exchange_address(AF_INET, "127.255.255.255", exchange_port(to));
    assert_int_equal(exchange_send(from, &all, 3, NULL), WSAEACCES);
    exchange_set(from, SOL_SOCKET, SO_BROADCAST, 1);
    assert_int_equal(exchange_send(from, &all, 3, NULL), 0);
    m = exchange_receive(to);
    assert_int_equal(m.flags, MSG_BCAST);
    closesocket(from);
    closesocket(to);
}

static void win_3_sending_binds(void **state)
{
    const SOCKET from = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    const SOCKET to = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    struct exchange_name own;

    (void)state;
    own.length = sizeof own.v6;
    assert_int_equal(getsockname(from, &own.any, &own.length), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEINVAL);
    assert_int_equal(exchange_send(from, &peer, 3, NULL), 0);
    assert_int_equal(exchange_port(from), ntohs(exchange_receive(to).from.v4.sin_port));
    closesocket(from);
    closesocket(to);
}

static void win_3_sendto_overrides_the_connection(void **state)
{
    struct pair p = open_pair(AF_INET);
    const SOCKET other = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(other, AF_INET);

    (void)state;
    assert_int_equal(connect(p.from, &p.peer.any, p.peer.length), 0);
    assert_int_equal(sendto(p.from, "xy", 2, 0, &peer.any, peer.length), 2);
    assert_int_equal(send(p.from, "xyz", 3, 0), 3);
    assert_int_equal(exchange_receive(other).bytes, 2);
    assert_int_equal(exchange_receive(p.to).bytes, 3);
    closesocket(other);
    close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROBE(win_3_tos),
        PROBE(win_3_traffic_class),
        PROBE(win_3_hop_limit),
        PROBE(win_3_ecn4),
        PROBE(win_3_ecn6),
        PROBE(win_3_ecn_joins_the_class_of_the_socket),
        PROBE(win_3_ecn_is_not_congestion_experienced),
        PROBE(win_3_ranges),
        PROBE(win_3_no_ttl_per_packet),
        PROBE(win_3_unknown_items),
        PROBE(win_3_items_follow_the_destination),
        PROBE(win_3_malformed_items),
        PROBE(win_3_source4),
        PROBE(win_3_interface4_needs_a_source),
        PROBE(win_3_source6),
        PROBE(win_3_source6_on_no_interface),
        PROBE(win_5_raw_messages),
        PROBE(win_3_segments4),
        PROBE(win_3_segments6),
        PROBE(win_7_segments_are_many),
        PROBE(win_3_flags),
        PROBE(win_3_nulls_go_with_length_0),
        PROBE(win_3_nobody_to_send_to),
        PROBE(win_3_streams_have_no_messages),
        PROBE(win_7_longest_datagram),
        PROBE(win_7_empty_datagram),
        PROBE(win_5_broadcast_needs_the_option),
        PROBE(win_3_sending_binds),
        PROBE(win_3_sendto_overrides_the_connection),
    };

    return probe_run(tests);
}
