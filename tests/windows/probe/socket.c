// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 5 and 9: starting and stopping Winsock, raw sockets, handles that are none. */
#include "probe.h"

/* WSAStartup's and WSACleanup's pages: calls are counted; another user of Winsock in the process
 * may come and go. main has started it once. */
static void win_9_second_user(void **state)
{
    WSADATA data;
    SOCKET s = probe_udp(AF_INET);
    (void)state;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    assert_int_equal(WSACleanup(), 0);
    assert_int_equal(probe_bind(s, LOOPBACK, 0), 0);
}

/* Before the first and after the last: nothing works, and what was open is closed. */
static void win_9_not_started(void **state)
{
    WSADATA data;
    SOCKET s;
    SOCKET before = socket(AF_INET, SOCK_DGRAM, 0);
    unsigned port;
    (void)state;
    assert_int_equal(probe_bind(before, LOOPBACK, 0), 0);
    port = probe_port(before);
    assert_int_equal(WSACleanup(), 0);
    const int again = WSACleanup() == 0 ? 0 : WSAGetLastError();
    const int made = probe_try_socket(AF_INET, SOCK_DGRAM, 0, &s);
    const int closed = closesocket(before) == 0 ? 0 : WSAGetLastError();
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    assert_int_equal(again, WSANOTINITIALISED);
    assert_int_equal(made, WSANOTINITIALISED);
    assert_int_equal(closed, WSANOTINITIALISED);
    /* what was open is closed, and its port is free */
    assert_int_equal(probe_bind(before, LOOPBACK, 0), WSAENOTSOCK);
    assert_int_equal(probe_bind(probe_udp(AF_INET), LOOPBACK, port), 0);
}

static void win_9_closed(void **state)
{
    struct sockaddr_in name;
    int length = sizeof name;
    DWORD value;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    (void)state;
    assert_int_equal(closesocket(s), 0);
    assert_int_equal(probe_get(s, IPPROTO_IP, IP_TTL, &value), WSAENOTSOCK);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_TTL, 1), WSAENOTSOCK);
    assert_int_equal(probe_bind(s, LOOPBACK, 0), WSAENOTSOCK);
    assert_int_equal(getsockname(s, (struct sockaddr *)&name, &length), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAENOTSOCK);
    assert_int_equal(closesocket(s), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAENOTSOCK);
}

/* A handle that Winsock did not make, and one that it hands out itself. */
static void win_9_handles(void **state)
{
    DWORD value;
    HANDLE ends[2];
    SOCKET listener = probe_socket(AF_INET, SOCK_STREAM, 0);
    SOCKET client = probe_socket(AF_INET, SOCK_STREAM, 0);
    SOCKET accepted;
    (void)state;
    assert_true(CreatePipe(&ends[0], &ends[1], NULL, 0));
    assert_int_equal(probe_get((SOCKET)ends[0], IPPROTO_IP, IP_TTL, &value), WSAENOTSOCK);
    CloseHandle(ends[0]);
    CloseHandle(ends[1]);
    assert_int_equal(probe_bind(listener, LOOPBACK, 0), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(probe_connect(client, LOOPBACK, probe_port(listener)), 0);
    accepted = accept(listener, NULL, NULL);
    assert_true(accepted != INVALID_SOCKET);
    assert_int_equal(probe_set(accepted, IPPROTO_IP, IP_TTL, 9), 0);
    assert_int_equal(probe_get(accepted, IPPROTO_IP, IP_TTL, &value), 0);
    assert_int_equal(value, 9);
    assert_int_equal(send(client, "x", 1, 0), 1);
    assert_non_null(probe_hear(accepted, PATIENCE));
    closesocket(accepted);
}

/* Administrators may, others may not. */
static void win_5_raw(void **state)
{
    static const struct {
        int family, protocol;
    } kinds[] = {{AF_INET, 1}, {AF_INET, 253}, {AF_INET, 132}, {AF_INET6, 58}, {AF_INET6, 253}};
    const char *windows = getenv("IPSOCK_MODEL_WINDOWS");
    const int error = windows && strstr(windows, "not-administrator") ? WSAEACCES : 0;
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        WSAPROTOCOL_INFOW info;
        int length = sizeof info;
        SOCKET s;
        assert_int_equal(probe_try_socket(kinds[i].family, SOCK_RAW, kinds[i].protocol, &s), error);
        if (error != 0)
            continue;
        assert_int_equal(probe_get_bytes(s, SOL_SOCKET, SO_PROTOCOL_INFOW, &info, &length), 0);
        assert_int_equal(info.iAddressFamily, kinds[i].family);
        assert_int_equal(info.iSocketType, SOCK_RAW);
        assert_int_equal(info.iProtocol, kinds[i].protocol);
        assert_int_equal(probe_bind(s, kinds[i].family == AF_INET6 ? "::1" : LOOPBACK, 0), 0);
    }
}

static void win_5_raw_protocol_0(void **state)
{
    SOCKET s;
    (void)state;
    assert_int_equal(probe_try_socket(AF_INET, SOCK_RAW, 0, &s), WSAEPROTONOSUPPORT);
}

static void win_5_raw_TCP_bind(void **state)
{
    (void)state;
    assert_int_equal(probe_bind(probe_socket(AF_INET, SOCK_RAW, IPPROTO_TCP), LOOPBACK, 0),
                     WSAEINVAL);
    assert_int_equal(probe_bind(probe_socket(AF_INET, SOCK_RAW, IPPROTO_UDP), LOOPBACK, 0), 0);
}

/* 1: no header of one's own unless asked for, with protocol 255 as with others; 5: the header is
 * received. */
static void win_5_raw_255(void **state)
{
    const SOCKET s = probe_socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    const char *heard;
    (void)state;
    assert_int_equal(probe_bind(s, LOOPBACK, 0), 0);
    assert_int_equal(probe_send(s, "payload", LOOPBACK, 0), 0);
    heard = probe_hear(s, PATIENCE);
    assert_non_null(heard);
    assert_int_equal(heard[0], 0x45);
    assert_int_equal((unsigned char)heard[9], 255);
    assert_string_equal(heard + 20, "payload");
}

/* A packet of 28 octets and more: header, and a UDP or TCP header that says no more than ports. */
static int send_packet(SOCKET s, int protocol, const char *from, unsigned port, const char *text)
{
    const struct probe_name to = probe_name(LOOPBACK, 0);
    const size_t length = 28 + strlen(text);
    unsigned char packet[64] = {0x45};
    memcpy(packet + 28, text, strlen(text));
    packet[3] = (unsigned char)length;
    packet[8] = 64;
    packet[9] = (unsigned char)protocol;
    inet_pton(AF_INET, from, packet + 12);
    inet_pton(AF_INET, LOOPBACK, packet + 16);
    packet[21] = 9;
    packet[22] = (unsigned char)(port >> 8);
    packet[23] = (unsigned char)port;
    packet[25] = (unsigned char)(length - 20); /* the length of UDP; no checksum */
    const int sent =
        sendto(s, (const char *)packet, (int)length, 0, (const struct sockaddr *)&to.at, to.length);
    return sent < 0 ? WSAGetLastError() : sent == (int)length ? 0 : -1;
}

/* Client Windows: no TCP over raw sockets. */
static void win_5_raw_TCP_send(void **state)
{
    SOCKET s = probe_socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    (void)state;
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_HDRINCL, 1), 0);
    assert_int_equal(send_packet(s, IPPROTO_TCP, LOOPBACK, 9, ""), WSAEACCES);
    s = probe_socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
    assert_int_equal(probe_send(s, "no header at all", LOOPBACK, 0), WSAEACCES);
}

/* Client Windows: UDP from an address that is not ours is dropped, and reported as sent. */
static void win_5_raw_UDP_foreign(void **state)
{
    const SOCKET receiver = probe_udp(AF_INET);
    const SOCKET s = probe_socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
    const char *heard;
    (void)state;
    assert_int_equal(probe_bind(receiver, LOOPBACK, 0), 0);
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_HDRINCL, 1), 0);
    assert_int_equal(send_packet(s, IPPROTO_UDP, "198.51.100.9", probe_port(receiver), "no"), 0);
    assert_int_equal(send_packet(s, IPPROTO_UDP, "127.0.0.2", probe_port(receiver), "yes"), 0);
    heard = probe_hear(receiver, PATIENCE);
    assert_non_null(heard);
    assert_string_equal(heard, "yes");
}

int main(void)
{
    static const struct CMUnitTest cases[] = {
        PROBE(win_9_second_user),     PROBE(win_9_not_started),    PROBE(win_9_closed),
        PROBE(win_9_handles),         PROBE(win_5_raw_protocol_0), PROBE(win_5_raw),
        PROBE(win_5_raw_TCP_bind),    PROBE(win_5_raw_TCP_send),   PROBE(win_5_raw_255),
        PROBE(win_5_raw_UDP_foreign),
    };
    return probe_run(cases);
}
