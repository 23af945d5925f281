// SPDX-License-Identifier: BSD-2-Clause
#include "probe.h"

static SOCKET opened[64];
static size_t opened_count;

int probe_teardown(void **state)
{
    (void)state;
    while (opened_count > 0)
        closesocket(opened[--opened_count]);
    return 0;
}

int probe_run_named(const char *name, const struct CMUnitTest *cases, size_t count)
{
    WSADATA data;
    int failed;
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 99;
    if (getenv("PROBE_ONLY") != NULL) /* may have asterisks */
        cmocka_set_test_filter(getenv("PROBE_ONLY"));
    failed = _cmocka_run_group_tests(name, cases, count, NULL, NULL);
    WSACleanup();
    return failed;
}

unsigned probe_build(void)
{
    typedef LONG(WINAPI * get_version)(OSVERSIONINFOW *);
    const HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    const FARPROC found = GetProcAddress(ntdll, "RtlGetVersion");
    OSVERSIONINFOW version;
    get_version get;
    if (GetProcAddress(ntdll, "wine_get_version") != NULL)
        return 0;
    memcpy(&get, &found, sizeof get);
    memset(&version, 0, sizeof version);
    version.dwOSVersionInfoSize = sizeof version;
    get(&version);
    return version.dwBuildNumber;
}

int probe_try_socket(int family, int type, int protocol, SOCKET *made)
{
    *made = socket(family, type, protocol);
    if (*made == INVALID_SOCKET)
        return WSAGetLastError();
    assert_true(opened_count < sizeof opened / sizeof opened[0]);
    opened[opened_count++] = *made;
    return 0;
}

SOCKET probe_socket(int family, int type, int protocol)
{
    SOCKET s;
    assert_int_equal(probe_try_socket(family, type, protocol, &s), 0);
    return s;
}

SOCKET probe_udp(int family)
{
    return probe_socket(family, SOCK_DGRAM, IPPROTO_UDP);
}

static int error_of(int result)
{
    return result == 0 ? 0 : WSAGetLastError();
}

int probe_set_bytes(SOCKET s, int level, int name, const void *value, int length)
{
    return error_of(setsockopt(s, level, name, value, length));
}

int probe_set(SOCKET s, int level, int name, DWORD value)
{
    return probe_set_bytes(s, level, name, &value, sizeof value);
}

int probe_get_bytes(SOCKET s, int level, int name, void *value, int *length)
{
    return error_of(getsockopt(s, level, name, value, length));
}

int probe_get(SOCKET s, int level, int name, DWORD *value)
{
    int length = sizeof *value;
    *value = 0;
    return probe_get_bytes(s, level, name, value, &length);
}

struct probe_name probe_name(const char *text, unsigned port)
{
    struct probe_name name;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memset(&name, 0, sizeof name);
    memset(&v4, 0, sizeof v4);
    memset(&v6, 0, sizeof v6);
    v4.sin_family = AF_INET;
    v4.sin_port = htons((u_short)port);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons((u_short)port);
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(&name.at, &v4, sizeof v4);
        name.length = sizeof v4;
    } else {
        assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
        memcpy(&name.at, &v6, sizeof v6);
        name.length = sizeof v6;
    }
    return name;
}

int probe_bind(SOCKET s, const char *text, unsigned port)
{
    const struct probe_name name = probe_name(text, port);
    return error_of(bind(s, (const struct sockaddr *)&name.at, name.length));
}

int probe_connect(SOCKET s, const char *text, unsigned port)
{
    const struct probe_name name = probe_name(text, port);
    return error_of(connect(s, (const struct sockaddr *)&name.at, name.length));
}

/* The port is at the same place in both families. */
unsigned probe_port(SOCKET s)
{
    struct sockaddr_in6 name;
    int length = sizeof name;
    if (getsockname(s, (struct sockaddr *)&name, &length) != 0)
        return 0;
    return ntohs(name.sin6_port);
}

int probe_send(SOCKET s, const char *text, const char *to, unsigned port)
{
    const struct probe_name name = probe_name(to, port);
    const int length = (int)strlen(text);
    const int sent = sendto(s, text, length, 0, (const struct sockaddr *)&name.at, name.length);
    return sent < 0 ? WSAGetLastError() : sent == length ? 0 : -1;
}

const char *probe_hear(SOCKET s, unsigned milliseconds)
{
    static char text[2048];
    struct timeval time = {(long)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000};
    fd_set set = {.fd_count = 1, .fd_array = {s}};
    int n;
    if (select(0, &set, NULL, NULL, &time) != 1)
        return NULL;
    n = recv(s, text, sizeof text - 1, 0);
    if (n < 0)
        return NULL;
    text[n] = '\0';
    return text;
}
