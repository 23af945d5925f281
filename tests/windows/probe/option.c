// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 1: each option's initial value, range, lengths; unknown ones. */
#include "probe.h"

#define ANY 0x7fffffffu

enum shape { OCTET, BOOLEAN_, RECEIVE, NUMBER, STATES };

struct row {
    const char *name;
    int level, number;
    enum shape shape;
    int family, type;
    DWORD initial;
    unsigned since;
};

#define V4 AF_INET, SOCK_DGRAM
#define V6 AF_INET6, SOCK_DGRAM
#define R4 AF_INET, SOCK_RAW
#define T4 AF_INET, SOCK_STREAM
#define T6 AF_INET6, SOCK_STREAM

/* Numbers, not names: older headers lack some. */
static const struct row rows[] = {
    {"win_1_IP_TOS", IPPROTO_IP, 3, OCTET, V4, 0, 0},
    {"win_1_IP_TTL", IPPROTO_IP, 4, OCTET, V4, ANY, 0},
    {"win_1_IP_MULTICAST_TTL", IPPROTO_IP, 10, OCTET, V4, 1, 0},
    {"win_1_IP_MULTICAST_LOOP", IPPROTO_IP, 11, BOOLEAN_, V4, 1, 0},
    {"win_1_IP_DONTFRAGMENT", IPPROTO_IP, 14, BOOLEAN_, V4, 0, 0},
    {"win_1_IP_DONTFRAGMENT_stream", IPPROTO_IP, 14, BOOLEAN_, T4, 1, 0},
    {"win_1_IP_RECEIVE_BROADCAST", IPPROTO_IP, 22, BOOLEAN_, V4, 1, 0},
    {"win_1_IP_MTU_DISCOVER", IPPROTO_IP, 71, STATES, V4, 0, 0},
    {"win_1_IP_USER_MTU", IPPROTO_IP, 76, NUMBER, V4, 0xffffffff, 19041},
    {"win_1_IP_HDRINCL", IPPROTO_IP, 2, BOOLEAN_, R4, 0, 0},
    {"win_1_IPV6_TCLASS", IPPROTO_IPV6, 39, OCTET, V6, 0, 20348},
    {"win_1_IPV6_UNICAST_HOPS", IPPROTO_IPV6, 4, OCTET, V6, ANY, 0},
    {"win_1_IPV6_MULTICAST_HOPS", IPPROTO_IPV6, 10, OCTET, V6, 1, 0},
    {"win_1_IPV6_MULTICAST_LOOP", IPPROTO_IPV6, 11, BOOLEAN_, V6, 1, 0},
    {"win_1_IPV6_DONTFRAG", IPPROTO_IPV6, 14, BOOLEAN_, V6, 0, 0},
    {"win_1_IPV6_MTU_DISCOVER", IPPROTO_IPV6, 71, STATES, V6, 0, 0},
    {"win_1_IPV6_USER_MTU", IPPROTO_IPV6, 76, NUMBER, V6, 0xffffffff, 19041},
    {"win_1_IPV6_HDRINCL", IPPROTO_IPV6, 2, BOOLEAN_, AF_INET6, SOCK_RAW, 0, 0},
    {"win_2_IP_PKTINFO", IPPROTO_IP, 19, RECEIVE, V4, 0, 0},
    {"win_2_IP_RECVTTL", IPPROTO_IP, 21, RECEIVE, V4, 0, 0},
    {"win_2_IP_RECVIF", IPPROTO_IP, 24, RECEIVE, V4, 0, 15063},
    {"win_2_IP_RECVTOS", IPPROTO_IP, 40, RECEIVE, V4, 0, 0},
    {"win_2_IP_ORIGINAL_ARRIVAL_IF", IPPROTO_IP, 47, RECEIVE, V4, 0, 0},
    {"win_2_IP_RECVECN", IPPROTO_IP, 50, RECEIVE, V4, 0, 20348},
    {"win_2_IPV6_PKTINFO", IPPROTO_IPV6, 19, RECEIVE, V6, 0, 0},
    {"win_2_IPV6_HOPLIMIT", IPPROTO_IPV6, 21, RECEIVE, V6, 0, 0},
    {"win_2_IPV6_RECVIF", IPPROTO_IPV6, 24, RECEIVE, V6, 0, 0},
    {"win_2_IPV6_RECVTCLASS", IPPROTO_IPV6, 40, RECEIVE, V6, 0, 0},
    {"win_2_IPV6_RECVECN", IPPROTO_IPV6, 50, RECEIVE, V6, 0, 20348},
    {"win_2_UDP_RECV_MAX_COALESCED_SIZE", IPPROTO_UDP, 3, NUMBER, V4, 0, 19041},
    {"win_7_UDP_SEND_MSG_SIZE", IPPROTO_UDP, 2, NUMBER, V4, 0, 19041},
};

static SOCKET s;
static const struct row *row;

static int set(DWORD value)
{
    return probe_set(s, row->level, row->number, value);
}

static void reads(DWORD expected)
{
    DWORD value;
    assert_int_equal(probe_get(s, row->level, row->number, &value), 0);
    assert_int_equal(value, expected);
}

static void takes(DWORD value, DWORD expected)
{
    assert_int_equal(set(value), 0);
    reads(expected);
}

static void refuses(DWORD value, int error, DWORD still)
{
    assert_int_equal(set(value), error);
    reads(still);
}

static void try_octet(void)
{
    const unsigned char bytes[3] = {9, 1, 1};
    takes(7, 7);
    refuses(256, WSAEINVAL, 7);
    refuses(0xffffffff, WSAEINVAL, 7);
    takes(255, 255);
    /* 2 and 3 bytes: known of IP_MULTICAST_TTL */
    for (int length = 1; length <= (row->number == 10 ? 3 : 1); length++) {
        takes(8, 8);
        assert_int_equal(probe_set_bytes(s, row->level, row->number, bytes, length), 0);
        reads(9);
    }
}

static void try_boolean(void)
{
    const unsigned char yes = 1, no = 0;
    takes(0, 0);
    takes(1, 1);
    takes(5, 1);
    assert_int_equal(probe_set_bytes(s, row->level, row->number, &no, 1), 0);
    reads(0);
    assert_int_equal(probe_set_bytes(s, row->level, row->number, &yes, 1), 0);
    reads(1);
}

static void try_receive(void)
{
    const unsigned char byte = 1;
    unsigned char buffer[8] = {0};
    int length = 1;
    takes(1, 1);
    takes(0, 0);
    assert_int_equal(probe_set_bytes(s, row->level, row->number, &byte, 1), WSAEFAULT);
    reads(0);
    assert_int_equal(probe_get_bytes(s, row->level, row->number, buffer, &length), WSAEFAULT);
    length = sizeof buffer; /* longer buffers are fine */
    buffer[0] = 1;
    assert_int_equal(probe_set_bytes(s, row->level, row->number, buffer, length), 0);
    assert_int_equal(probe_get_bytes(s, row->level, row->number, buffer, &length), 0);
    assert_int_equal(length, 4);
    assert_int_equal(buffer[0], 1);
}

static void try_states(void)
{
    for (DWORD state = 0; state <= 3; state++)
        takes(state, state);
    refuses(4, WSAEINVAL, 3);
    refuses(0xffffffff, WSAEINVAL, 3);
}

static void option(void **state)
{
    const unsigned char byte = 1;
    DWORD value;
    int length = 0;
    row = *state;
    s = probe_socket(row->family, row->type, row->type == SOCK_RAW ? 252 : 0);
    if (probe_build() != 0 && probe_build() < row->since) {
        /* as in the section's words about unknown options */
        const int error = row->level == IPPROTO_UDP ? WSAEINVAL : WSAENOPROTOOPT;
        assert_int_equal(set(1), error);
        assert_int_equal(probe_get(s, row->level, row->number, &value), error);
        return;
    }
    assert_int_equal(probe_get(s, row->level, row->number, &value), 0);
    if (row->initial != ANY)
        assert_int_equal(value, row->initial);
    switch (row->shape) {
    case OCTET:
        try_octet();
        break;
    case BOOLEAN_:
        try_boolean();
        break;
    case RECEIVE:
        try_receive();
        break;
    case STATES:
        try_states();
        break;
    default:
        takes(1400, 1400);
        assert_int_equal(probe_set_bytes(s, row->level, row->number, &byte, 1), WSAEFAULT);
        takes(row->initial, row->initial);
    }
    assert_int_equal(probe_set_bytes(s, row->level, row->number, &byte, 0), WSAEFAULT);
    assert_int_equal(probe_get_bytes(s, row->level, row->number, &value, &length), WSAEFAULT);
    assert_int_equal(probe_set_bytes(s, row->level, row->number, NULL, 4), WSAEFAULT);
}

/* The first call's default, 1; one byte is written, and the length says so. */
static void win_1_IPV6_V6ONLY(void **state)
{
    static const int types[] = {SOCK_DGRAM, SOCK_STREAM};
    (void)state;
    for (int i = 0; i < 2; i++) {
        unsigned char bytes[4] = {0xaa, 0xaa, 0xaa, 0xaa};
        int length = sizeof bytes;
        s = probe_socket(AF_INET6, types[i], 0);
        assert_int_equal(probe_get_bytes(s, IPPROTO_IPV6, IPV6_V6ONLY, bytes, &length), 0);
        assert_int_equal(length, 1);
        assert_int_equal(bytes[0], 1);
        assert_int_equal(bytes[1], 0xaa);
        assert_int_equal(probe_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
        assert_int_equal(probe_get_bytes(s, IPPROTO_IPV6, IPV6_V6ONLY, bytes, &length), 0);
        assert_int_equal(bytes[0], 0);
    }
}

/* V6ONLY is obeyed: a dual-stack socket hears IPv4, a fresh one cannot. */
static void win_1_V6ONLY_obeyed(void **state)
{
    SOCKET from = probe_udp(AF_INET);
    (void)state;
    s = probe_udp(AF_INET6);
    assert_int_equal(probe_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    assert_int_equal(probe_bind(s, "::", 0), 0);
    assert_int_equal(probe_send(from, "dual", LOOPBACK, probe_port(s)), 0);
    assert_non_null(probe_hear(s, PATIENCE));
    s = probe_udp(AF_INET6);
    assert_int_equal(probe_bind(s, "::", 0), 0);
    probe_send(from, "single", LOOPBACK, probe_port(s));
    assert_null(probe_hear(s, SILENCE));
}

static void path_mtu(int family, int level, int number, const char *loopback)
{
    DWORD value = 0;
    s = probe_udp(family);
    assert_int_equal(probe_get(s, level, number, &value), WSAENOTCONN);
    assert_int_equal(probe_set(s, level, number, 1500), WSAENOPROTOOPT);
    assert_int_equal(probe_connect(s, loopback, 9), 0);
    assert_int_equal(probe_get(s, level, number, &value), 0);
    assert_true(value >= 1280);
}

static void win_1_IP_MTU(void **state)
{
    (void)state;
    path_mtu(AF_INET, IPPROTO_IP, 73, LOOPBACK);
}

static void win_1_IPV6_MTU(void **state)
{
    (void)state;
    path_mtu(AF_INET6, IPPROTO_IPV6, 72, "::1");
}

static void win_1_HDRINCL_not_raw(void **state)
{
    DWORD value;
    (void)state;
    s = probe_udp(AF_INET);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_HDRINCL, 1), WSAEINVAL);
    assert_int_equal(probe_get(s, IPPROTO_IP, IP_HDRINCL, &value), WSAEINVAL);
}

static void win_1_unknown(void **state)
{
    static const struct {
        int level, number, error;
    } none[] = {
        {IPPROTO_IP, 0x4321, WSAENOPROTOOPT},
        {IPPROTO_IPV6, 0x4321, WSAENOPROTOOPT},
        {0x1234, 1, WSAEINVAL},
        {IPPROTO_IPV6, 26, WSAENOPROTOOPT},
        {IPPROTO_UDP, 99, WSAEINVAL},
    };
    DWORD value;
    (void)state;
    s = probe_udp(AF_INET6);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        assert_int_equal(probe_set(s, none[i].level, none[i].number, 1), none[i].error);
        assert_int_equal(probe_get(s, none[i].level, none[i].number, &value), none[i].error);
    }
}

/* 2: receive options are for datagram and raw sockets; IP_RECVTOS for datagram sockets alone. */
static void win_2_wrong_type(void **state)
{
    DWORD value;
    (void)state;
    s = probe_socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_PKTINFO, 1), WSAENOPROTOOPT);
    assert_int_equal(probe_get(s, IPPROTO_IP, IP_PKTINFO, &value), WSAENOPROTOOPT);
    s = probe_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    assert_int_equal(probe_set(s, IPPROTO_IP, 40, 1), WSAENOPROTOOPT);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_PKTINFO, 1), 0);
}

/* 2: IPv4 options serve the IPv4 traffic of a dual-stack socket, unless the host has no IPv4. */
static void win_2_dual_stack(void **state)
{
    const char *windows = getenv("IPSOCK_MODEL_WINDOWS");
    const int error = windows && strstr(windows, "ipv4-disabled") ? WSAEINVAL : 0;
    (void)state;
    s = probe_udp(AF_INET6);
    assert_int_equal(probe_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_PKTINFO, 1), error);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_TTL, 9), error);
}

/* Chosen: the pages do not say what an IPv6 option of an IPv4 socket earns. */
static void win_1_IPv6_option_of_IPv4(void **state)
{
    (void)state;
    s = probe_udp(AF_INET);
    assert_int_equal(probe_set(s, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7), WSAEINVAL);
}

static void win_7_SO_MAX_MSG_SIZE(void **state)
{
    DWORD value;
    (void)state;
    s = probe_udp(AF_INET);
    assert_int_equal(probe_get(s, SOL_SOCKET, SO_MAX_MSG_SIZE, &value), 0);
    assert_int_equal(value, 65507);
}

static void win_4_exclusive_and_reuse(void **state)
{
    (void)state;
    s = probe_udp(AF_INET);
    assert_int_equal(probe_set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1), 0);
    assert_int_equal(probe_set(s, SOL_SOCKET, SO_REUSEADDR, 1), WSAEINVAL);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        PROBE(win_1_IPV6_V6ONLY),
        PROBE(win_1_V6ONLY_obeyed),
        PROBE(win_1_IP_MTU),
        PROBE(win_1_IPV6_MTU),
        PROBE(win_1_HDRINCL_not_raw),
        PROBE(win_1_unknown),
        PROBE(win_2_wrong_type),
        PROBE(win_2_dual_stack),
        PROBE(win_1_IPv6_option_of_IPv4),
        PROBE(win_7_SO_MAX_MSG_SIZE),
        PROBE(win_4_exclusive_and_reuse),
    };
    enum { ROWS = sizeof rows / sizeof rows[0], OTHERS = sizeof others / sizeof others[0] };
    static struct CMUnitTest cases[ROWS + OTHERS];
    for (size_t i = 0; i < ROWS; i++)
        cases[i] = (struct CMUnitTest)PROBE_ROW(rows[i].name, option, &rows[i]);
    memcpy(cases + ROWS, others, sizeof others);
    return probe_run(cases);
}
