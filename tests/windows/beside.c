// SPDX-License-Identifier: BSD-2-Clause
/* The library in a program that uses Winsock itself: a completion port, events, a second user that
 * cleans up, a handle that is closed. On Wine as it is and on the model. */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <ipsock/ipsock.h>
#include <ipsock/native.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MILLISECOND 1000000
#define PATIENCE    2000 /* ms: for what must come */
#define SILENCE     100  /* ms: for what must not */

/* The program's own socket, on loopback, its library endpoint, and how to reach it. */
static SOCKET own;
static struct ipsock_endpoint *s;
static struct sockaddr_in name;

static int begin(void **state)
{
    struct ipsock_config config;
    WSADATA data;
    int length = sizeof name;
    (void)state;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    own = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    memset(&name, 0, sizeof name);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(own, (const struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(getsockname(own, (struct sockaddr *)&name, &length), 0);
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    assert_int_equal(ipsock_adopt(&s, (ipsock_handle_t)own, &config), IPSOCK_OK);
    return 0;
}

static int end(void **state)
{
    (void)state;
    ipsock_free(s);
    closesocket(own);
    WSACleanup();
    return 0;
}

static void send_to_own(const char *text)
{
    const SOCKET sender = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    const int length = (int)strlen(text);
    assert_int_equal(sendto(sender, text, length, 0, (const struct sockaddr *)&name, sizeof name),
                     length);
    closesocket(sender);
}

static int receive(char *text, size_t size, int64_t milliseconds)
{
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    memset(text, 0, size);
    ipsock_message_init(&message, &buffer, text, size - 1);
    assert_int_equal(ipsock_set_read_deadline(s, ipsock_now() + milliseconds * MILLISECOND),
                     IPSOCK_OK);
    return ipsock_recv(s, &message, 0);
}

static void win_completion_port(void **state)
{
    const HANDLE port = CreateIoCompletionPort((HANDLE)own, NULL, 7, 0);
    OVERLAPPED overlapped;
    OVERLAPPED *completed = NULL;
    ULONG_PTR key = 0;
    DWORD bytes = 0;
    DWORD flags = 0;
    char text[16];
    WSABUF buffer = {sizeof text, text};
    (void)state;
    assert_non_null(port);
    assert_int_equal(receive(text, sizeof text, SILENCE), IPSOCK_ETIMEDOUT);
    send_to_own("library");
    assert_int_equal(receive(text, sizeof text, PATIENCE), IPSOCK_OK);
    assert_string_equal(text, "library");
    assert_false(GetQueuedCompletionStatus(port, &bytes, &key, &completed, SILENCE));
    assert_null(completed);
    /* the owner's calls complete there as before */
    memset(&overlapped, 0, sizeof overlapped);
    assert_int_equal(WSARecv(own, &buffer, 1, NULL, &flags, &overlapped, NULL), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSA_IO_PENDING);
    send_to_own("owner");
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &completed, PATIENCE));
    assert_ptr_equal(completed, &overlapped);
    assert_int_equal(key, 7);
    assert_int_equal(bytes, 5);
    CloseHandle(port);
}

static void win_events(void **state)
{
    const WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS events;
    char text[16];
    (void)state;
    assert_int_equal(WSAEventSelect(own, event, FD_READ), 0);
    assert_int_equal(receive(text, sizeof text, SILENCE), IPSOCK_ETIMEDOUT);
    assert_int_equal(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    send_to_own("owner");
    assert_int_equal(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    assert_int_equal(WSAEnumNetworkEvents(own, event, &events), 0);
    assert_int_equal(events.lNetworkEvents, FD_READ);
    assert_int_equal(receive(text, sizeof text, PATIENCE), IPSOCK_OK);
    assert_string_equal(text, "owner");
    WSACloseEvent(event);
}

static void win_second_user_cleans_up(void **state)
{
    WSADATA data;
    char text[16];
    (void)state;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    assert_int_equal(WSACleanup(), 0);
    send_to_own("still");
    assert_int_equal(receive(text, sizeof text, PATIENCE), IPSOCK_OK);
    assert_string_equal(text, "still");
}

static void win_closed_handle(void **state)
{
    char text[16];
    (void)state;
    closesocket(own);
    assert_int_equal(receive(text, sizeof text, SILENCE), IPSOCK_ENOTSOCK);
    assert_int_equal(ipsock_set_hop_limit(s, 9), IPSOCK_ENOTSOCK);
}

static DWORD WINAPI close_soon(void *unused)
{
    (void)unused;
    Sleep(SILENCE);
    closesocket(own);
    return 0;
}

static void win_closed_while_waiting(void **state)
{
    const HANDLE thread = CreateThread(NULL, 0, close_soon, NULL, 0, NULL);
    char text[16];
    (void)state;
    assert_int_equal(receive(text, sizeof text, 10 * PATIENCE), IPSOCK_ENOTSOCK);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

/* Winsock belongs to the process: once somebody has ended it for all, there is nothing left but to
 * say so. The last case: nothing starts it again. */
static void win_everybody_is_cleaned_up(void **state)
{
    struct ipsock_error error;
    struct ipsock_endpoint *another = NULL;
    struct ipsock_config config;
    char text[16];
    (void)state;
    while (WSACleanup() == 0)
        ;
    assert_true(receive(text, sizeof text, SILENCE) < 0);
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    config.error = &error;
    assert_true(ipsock_open(&another, &config) < 0);
    assert_int_equal(error.native, WSANOTINITIALISED);
    assert_null(another);
}

#define CASE(case_name) cmocka_unit_test_setup_teardown(case_name, begin, end)

int main(void)
{
    static const struct CMUnitTest cases[] = {
        CASE(win_completion_port),       CASE(win_events),
        CASE(win_second_user_cleans_up), CASE(win_closed_handle),
        CASE(win_closed_while_waiting),  CASE(win_everybody_is_cleaned_up),
    };
    return cmocka_run_group_tests(cases, NULL, NULL);
}
