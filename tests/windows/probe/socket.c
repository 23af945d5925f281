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

int main(void)
{
    static const struct CMUnitTest cases[] = {
        PROBE(win_9_second_user),  PROBE(win_9_not_started),    PROBE(win_9_closed),
        PROBE(win_9_handles),      PROBE(win_5_raw_protocol_0), PROBE(win_5_raw),
        PROBE(win_5_raw_TCP_bind),
    };
    return probe_run(cases);
}
