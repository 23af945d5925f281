// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 2, 7, 8, 9: receiving. */
#include "exchange.h"

static struct exchange_message exchange(SOCKET to, int family, SOCKET from)
{
    const struct exchange_name peer = exchange_peer(to, family);

    assert_int_equal(exchange_send(from, &peer, 3, NULL), 0);
    return exchange_receive(to);
}

static void win_2_packet_info4_is_address_and_index(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const SOCKET from = exchange_socket(AF_INET);
    struct exchange_message m;
    size_t length = 0;
    struct in_pktinfo info;

    (void)state;
    exchange_set(to, IPPROTO_IP, IP_PKTINFO, 1);
    m = exchange(to, AF_INET, from);
    const void *payload = exchange_find(&m, IPPROTO_IP, IP_PKTINFO, &length);
    assert_non_null(payload);
    assert_int_equal(length, 8);
    memcpy(&info, payload, sizeof info);
    assert_int_equal(ntohl(info.ipi_addr.s_addr), INADDR_LOOPBACK);
    assert_true(info.ipi_ifindex != 0);
    closesocket(to);
    closesocket(from);
}

static void win_2_packet_info6_is_address_and_index(void **state)
{
    const SOCKET to = exchange_socket(AF_INET6);
    const SOCKET from = exchange_socket(AF_INET6);
    struct exchange_message m;
    size_t length = 0;
    struct in6_pktinfo info;

    (void)state;
    exchange_set(to, IPPROTO_IPV6, IPV6_PKTINFO, 1);
    m = exchange(to, AF_INET6, from);
    const void *payload = exchange_find(&m, IPPROTO_IPV6, IPV6_PKTINFO, &length);
    assert_non_null(payload);
    assert_int_equal(length, 20);
    memcpy(&info, payload, sizeof info);
    assert_true(IN6_IS_ADDR_LOOPBACK(&info.ipi6_addr));
    assert_true(info.ipi6_ifindex != 0);
    closesocket(to);
    closesocket(from);
}

/* What a packet carries because its socket has an option comes by the number of that option or of
 * the one that asks for it, and by no other. */
struct mark {
    int family, level;
    int ask, number; /* of the option that asks for it; of the control data */
    int send;        /* the sender's option */
    DWORD value;
};

static void receive_mark(const struct mark *k)
{
    const SOCKET to = exchange_socket(k->family);
    const SOCKET from = exchange_socket(k->family);

    exchange_set(to, k->level, k->ask, 1);
    exchange_set(from, k->level, k->send, k->value);
    const struct exchange_message m = exchange(to, k->family, from);
    assert_int_equal(exchange_find_int(&m, k->level, k->number), k->value);
    if (k->ask != k->number)
        assert_int_equal(exchange_find_int(&m, k->level, k->ask), -1);
    closesocket(to);
    closesocket(from);
}

static void win_2_ttl_comes_as_ip_ttl(void **state)
{
    static const struct mark ttl = {AF_INET, IPPROTO_IP, IP_RECVTTL, IP_TTL, IP_TTL, 37};
    (void)state;
    receive_mark(&ttl);
}

static void win_2_hop_limit_comes_by_its_own_number(void **state)
{
    static const struct mark hops = {AF_INET6,      IPPROTO_IPV6,      IPV6_HOPLIMIT,
                                     IPV6_HOPLIMIT, IPV6_UNICAST_HOPS, 38};
    (void)state;
    receive_mark(&hops);
}

static void win_2_tos_comes_as_ip_tos(void **state)
{
    static const struct mark tos = {AF_INET, IPPROTO_IP, IP_RECVTOS, IP_TOS, IP_TOS, 0xb8};
    (void)state;
    receive_mark(&tos);
}

static void win_2_traffic_class_comes_as_ipv6_tclass(void **state)
{
    static const struct mark traffic_class = {AF_INET6,    IPPROTO_IPV6, IPV6_RECVTCLASS,
                                              IPV6_TCLASS, IPV6_TCLASS,  0x28};
    (void)state;
    receive_mark(&traffic_class);
}

static void receive_ecn(int family, int level, int name)
{
    const SOCKET to = exchange_socket(family);
    const SOCKET from = exchange_socket(family);
    struct exchange_control c = {{0}, 0};
    const struct exchange_name peer = exchange_peer(to, family);
    struct exchange_message m;

    exchange_set(to, level, name, 1);
    exchange_put_int(&c, level, name, 2);
    assert_int_equal(exchange_send(from, &peer, 3, &c), 0);
    m = exchange_receive(to);
    assert_int_equal(exchange_find_int(&m, level, name), 2);
    closesocket(to);
    closesocket(from);
}

static void win_2_ecn4_is_two_bits(void **state)
{
    (void)state;
    receive_ecn(AF_INET, IPPROTO_IP, IP_ECN);
}

static void win_2_ecn6_is_two_bits(void **state)
{
    (void)state;
    receive_ecn(AF_INET6, IPPROTO_IPV6, IPV6_ECN);
}

static void win_2_arrival_interface_is_an_item(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const SOCKET from = exchange_socket(AF_INET);
    struct exchange_message m;

    (void)state;
    exchange_set(to, IPPROTO_IP, IP_RECVIF, 1);
    m = exchange(to, AF_INET, from);
    assert_true(exchange_find_int(&m, IPPROTO_IP, IP_RECVIF) > 0);
    closesocket(to);
    closesocket(from);
}

static void win_2_nothing_is_said_unasked(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const SOCKET from = exchange_socket(AF_INET);
    const struct exchange_message m = exchange(to, AF_INET, from);

    (void)state;
    assert_int_equal(m.control_length, 0);
    assert_int_equal(m.flags, 0);
    assert_int_equal(m.bytes, 3);
    assert_int_equal(ntohs(m.from.v4.sin_port), exchange_port(from));
    closesocket(to);
    closesocket(from);
}

static void win_2_ipv4_on_dual_stack_needs_its_own_options(void **state)
{
    const SOCKET to = exchange_dual();
    const SOCKET from = exchange_socket(AF_INET);
    struct exchange_message m;
    size_t length;

    (void)state;
    exchange_set(to, IPPROTO_IPV6, IPV6_PKTINFO, 1);
    exchange_set(to, IPPROTO_IPV6, IPV6_HOPLIMIT, 1);
    m = exchange(to, AF_INET, from);
    assert_null(exchange_find(&m, IPPROTO_IP, IP_PKTINFO, &length));
    exchange_set(to, IPPROTO_IP, IP_PKTINFO, 1);
    exchange_set(to, IPPROTO_IP, IP_RECVTTL, 1);
    m = exchange(to, AF_INET, from);
    assert_non_null(exchange_find(&m, IPPROTO_IP, IP_PKTINFO, &length));
    assert_true(exchange_find_int(&m, IPPROTO_IP, IP_TTL) > 0);
    assert_true(IN6_IS_ADDR_V4MAPPED(&m.from.v6.sin6_addr));
    closesocket(to);
    closesocket(from);
}

static void win_2_ipv6_on_dual_stack(void **state)
{
    const SOCKET to = exchange_dual();
    const SOCKET from = exchange_socket(AF_INET6);
    struct exchange_message m;
    size_t length;

    (void)state;
    exchange_set(to, IPPROTO_IPV6, IPV6_PKTINFO, 1);
    exchange_set(to, IPPROTO_IP, IP_PKTINFO, 1);
    m = exchange(to, AF_INET6, from);
    assert_non_null(exchange_find(&m, IPPROTO_IPV6, IPV6_PKTINFO, &length));
    assert_null(exchange_find(&m, IPPROTO_IP, IP_PKTINFO, &length));
    closesocket(to);
    closesocket(from);
}

static void win_2_cut_data_is_an_error_with_the_data(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const SOCKET from = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    struct exchange_message m;

    (void)state;
    exchange_set(to, IPPROTO_IP, IP_PKTINFO, 1);
    assert_int_equal(exchange_send(from, &peer, 100, NULL), 0);
    m = exchange_receive_in(to, 0, 10, sizeof m.control);
    assert_int_equal(m.error, WSAEMSGSIZE);
    assert_int_equal(m.bytes, 10);
    assert_int_equal(m.flags & (MSG_TRUNC | MSG_CTRUNC), MSG_TRUNC);
    assert_memory_equal(m.data, "xxxxxxxxxx\0", 11);
    assert_int_equal(m.control_length, 24);
    m = exchange(to, AF_INET, from); /* the rest was lost */
    assert_int_equal(m.bytes, 3);
    closesocket(to);
    closesocket(from);
}

static void win_2_cut_control_is_an_error_with_the_data(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const SOCKET from = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    struct exchange_message m;

    (void)state;
    exchange_set(to, IPPROTO_IP, IP_PKTINFO, 1);
    exchange_set(to, IPPROTO_IP, IP_RECVTTL, 1);
    assert_int_equal(exchange_send(from, &peer, 100, NULL), 0);
    m = exchange_receive_in(to, 0, sizeof m.data, 30);
    assert_int_equal(m.error, WSAEMSGSIZE);
    assert_int_equal(m.bytes, 100);
    assert_int_equal(m.flags & (MSG_TRUNC | MSG_CTRUNC), MSG_CTRUNC);
    assert_int_equal(m.control_length, 24);
    closesocket(to);
    closesocket(from);
}

static void win_2_peek_leaves_the_packet(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const SOCKET from = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    struct exchange_message m;

    (void)state;
    assert_int_equal(exchange_send(from, &peer, 5, NULL), 0);
    m = exchange_receive_in(to, MSG_PEEK, sizeof m.data, sizeof m.control);
    assert_int_equal(m.error, 0);
    assert_int_equal(m.bytes, 5);
    assert_int_equal(exchange_receive(to).bytes, 5);
    closesocket(to);
    closesocket(from);
}

static void win_2_other_flags_are_refused(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    struct exchange_message m;

    (void)state;
    m = exchange_receive_in(to, MSG_OOB, sizeof m.data, sizeof m.control);
    assert_int_equal(m.error, WSAEOPNOTSUPP);
    closesocket(to);
}

static void win_2_multicast_is_flagged(void **state)
{
    const SOCKET to = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    const SOCKET from = exchange_socket(AF_INET);
    const struct exchange_name any = exchange_address(AF_INET, "0.0.0.0", 0);
    DWORD patience = PATIENCE;
    struct ip_mreq join;
    struct exchange_message m;

    (void)state;
    assert_int_equal(bind(to, &any.any, any.length), 0);
    setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    const struct exchange_name group = exchange_address(AF_INET, "239.201.7.1", exchange_port(to));
    join.imr_multiaddr = group.v4.sin_addr;
    join.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(
        setsockopt(to, IPPROTO_IP, IP_ADD_MEMBERSHIP, (const char *)&join, sizeof join), 0);
    exchange_set(from, IPPROTO_IP, IP_MULTICAST_IF, htonl(INADDR_LOOPBACK));
    assert_int_equal(exchange_send(from, &group, 4, NULL), 0);
    m = exchange_receive(to);
    assert_int_equal(m.bytes, 4);
    assert_int_equal(m.flags, MSG_MCAST);
    /* windows.md 1: looping back is the receiver's choice, not the sender's */
    exchange_set(from, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    assert_int_equal(exchange_send(from, &group, 5, NULL), 0);
    m = exchange_receive_in(to, 0, sizeof m.data, sizeof m.control);
    assert_int_equal(m.error, 0);
    exchange_set(to, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    assert_int_equal(exchange_send(from, &group, 6, NULL), 0);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    assert_int_equal(exchange_send(from, &peer, 7, NULL), 0);
    assert_int_equal(exchange_receive(to).bytes, 7);
    closesocket(to);
    closesocket(from);
}

static void win_7_null_name_goes_with_length_0(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    char data[16];
    WSABUF buffer = {sizeof data, data};
    WSAMSG m = {NULL, 16, &buffer, 1, {0, NULL}, 0};
    DWORD n = 0;

    (void)state;
    assert_int_equal(exchange_send(to, &peer, 4, NULL), 0);
    assert_int_equal(exchange_receiver(to)(to, &m, &n, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEFAULT);
    m.namelen = 0;
    m.Control.len = 16;
    assert_int_equal(exchange_receiver(to)(to, &m, &n, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEFAULT);
    m.Control.len = 0;
    assert_int_equal(exchange_receiver(to)(to, &m, &n, NULL, NULL), 0);
    assert_int_equal(n, 4);
    closesocket(to);
}

/* The model is a provider without it if IPSOCK_MODEL_WINDOWS says so. */
static void win_7_extension_pointers(void **state)
{
    const char *windows = getenv("IPSOCK_MODEL_WINDOWS");
    const bool lacks = windows && strcmp(windows, "without-wsarecvmsg") == 0;
    const SOCKET s = probe_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    GUID receive = WSAID_WSARECVMSG;
    GUID send = WSAID_WSASENDMSG;
    void *call = NULL;
    DWORD n = 0;

    (void)state;
    assert_int_equal(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &receive, sizeof receive,
                              &call, sizeof call, &n, NULL, NULL),
                     lacks ? SOCKET_ERROR : 0);
    if (lacks)
        assert_int_equal(WSAGetLastError(), WSAEINVAL);
    assert_int_equal(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &send, sizeof send, &call,
                              sizeof call, &n, NULL, NULL),
                     0);
    assert_int_equal(n, sizeof call);
    assert_non_null(call);
}

static void win_7_recvmsg_is_for_datagrams(void **state)
{
    const SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    char data[16];
    WSABUF buffer = {sizeof data, data};
    WSAMSG m = {NULL, 0, &buffer, 1, {0, NULL}, 0};
    DWORD n = 0;

    (void)state;
    assert_int_equal(exchange_receiver(s)(s, &m, &n, NULL, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEINVAL);
    closesocket(s);
}

static void win_9_receive_unbound(void **state)
{
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    DWORD patience = 50;
    char byte;

    (void)state;
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    assert_int_equal(recv(s, &byte, 1, 0), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEINVAL);
    assert_int_equal(exchange_receive_in(s, 0, 16, 0).error, WSAEINVAL);
    closesocket(s);
}

static void win_9_recvfrom_cut(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    char data[8] = "";
    struct exchange_name from;
    int length = sizeof from.v6;

    (void)state;
    assert_int_equal(exchange_send(to, &peer, 100, NULL), 0);
    assert_int_equal(recvfrom(to, data, 4, 0, &from.any, &length), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEMSGSIZE);
    assert_string_equal(data, "xxxx");
    closesocket(to);
}

static void win_9_receive_times_out_by_milliseconds(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    DWORD patience = 60;
    const ULONGLONG start = GetTickCount64();
    char byte;

    (void)state;
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    assert_int_equal(recv(s, &byte, 1, 0), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAETIMEDOUT);
    assert_true(GetTickCount64() - start >= 40); /* the clock has steps of 16 */
    closesocket(s);
}

static void win_9_nonblocking(void **state)
{
    const SOCKET s = exchange_socket(AF_INET);
    u_long on = 1;
    char byte;

    (void)state;
    assert_int_equal(ioctlsocket(s, (long)FIONBIO, &on), 0);
    assert_int_equal(recv(s, &byte, 1, 0), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEWOULDBLOCK);
    closesocket(s);
}

static void win_2_coalesced_size_is_told(void **state)
{
    const SOCKET to = exchange_socket(AF_INET);
    const SOCKET from = exchange_socket(AF_INET);
    const struct exchange_name peer = exchange_peer(to, AF_INET);
    struct exchange_control c = {{0}, 0};
    struct exchange_message m;

    (void)state;
    exchange_set(to, IPPROTO_UDP, UDP_RECV_MAX_COALESCED_SIZE, 65527);
    exchange_put_int(&c, IPPROTO_UDP, UDP_SEND_MSG_SIZE, 100);
    assert_int_equal(exchange_send(from, &peer, 350, &c), 0);
    m = exchange_receive(to);
    assert_int_equal(m.bytes, 350);
    assert_int_equal(exchange_find_int(&m, IPPROTO_UDP, UDP_COALESCED_INFO), 100);
    closesocket(to);
    closesocket(from);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROBE(win_2_packet_info4_is_address_and_index),
        PROBE(win_2_packet_info6_is_address_and_index),
        PROBE(win_2_ttl_comes_as_ip_ttl),
        PROBE(win_2_hop_limit_comes_by_its_own_number),
        PROBE(win_2_tos_comes_as_ip_tos),
        PROBE(win_2_traffic_class_comes_as_ipv6_tclass),
        PROBE(win_2_ecn4_is_two_bits),
        PROBE(win_2_ecn6_is_two_bits),
        PROBE(win_2_arrival_interface_is_an_item),
        PROBE(win_2_nothing_is_said_unasked),
        PROBE(win_2_ipv4_on_dual_stack_needs_its_own_options),
        PROBE(win_2_ipv6_on_dual_stack),
        PROBE(win_2_cut_data_is_an_error_with_the_data),
        PROBE(win_2_cut_control_is_an_error_with_the_data),
        PROBE(win_2_peek_leaves_the_packet),
        PROBE(win_2_other_flags_are_refused),
        PROBE(win_2_multicast_is_flagged),
        PROBE(win_7_null_name_goes_with_length_0),
        PROBE(win_7_extension_pointers),
        PROBE(win_7_recvmsg_is_for_datagrams),
        PROBE(win_9_receive_unbound),
        PROBE(win_9_recvfrom_cut),
        PROBE(win_9_receive_times_out_by_milliseconds),
        PROBE(win_9_nonblocking),
        PROBE(win_2_coalesced_size_is_told),
    };

    return probe_run(tests);
}
