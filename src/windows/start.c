// SPDX-License-Identifier: BSD-2-Clause
/* Starting Winsock, and what is found out once: the one global state that Winsock forces. */
#include "windows/winsock.h"

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static struct ipsk_winsock found;

/* A UDP socket of either family: one may be switched off. */
static SOCKET open_any(void)
{
    static const int families[] = {AF_INET, AF_INET6};
    SOCKET s = INVALID_SOCKET;
    for (int i = 0; i < 2 && s == INVALID_SOCKET; i++)
        s = WSASocketW(families[i], SOCK_DGRAM, IPPROTO_UDP, NULL, 0,
                       WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    return s;
}

/* Exported by no library: asked for on any socket, the same for all of them. */
static void find_receive(void)
{
    GUID id = WSAID_WSARECVMSG;
    DWORD length;
    const SOCKET s = open_any();
    if (s == INVALID_SOCKET)
        return;
    if (WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &found.receive,
                 sizeof found.receive, &length, NULL, NULL) != 0)
        found.receive = NULL;
    closesocket(s);
}

/* Whether IPV6_TCLASS can be set tells of both families (msquic, datapath_winuser.c), but not under
 * Wine, which has not this option and marks by the other. */
static bool marks_packets(void)
{
    const DWORD value = 0;
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    if (ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL)
        return true;
    const SOCKET s = WSASocketW(AF_INET6, SOCK_DGRAM, IPPROTO_UDP, NULL, 0,
                                WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    const bool marks = s != INVALID_SOCKET && setsockopt(s, IPPROTO_IPV6, IPV6_TCLASS,
                                                         (const char *)&value, sizeof value) == 0;
    if (s != INVALID_SOCKET)
        closesocket(s);
    return marks;
}

/* Wine has no option of level UDP, and ignores all control data of sends. */
static bool segments(void)
{
    DWORD value;
    int length = sizeof value;
    const SOCKET s = open_any();
    const bool there = s != INVALID_SOCKET &&
                       getsockopt(s, IPPROTO_UDP, UDP_SEND_MSG_SIZE, (char *)&value, &length) == 0;
    if (s != INVALID_SOCKET)
        closesocket(s);
    return there;
}

static void find_lacks(void)
{
    if (found.receive == NULL)
        found.lacks |= IPSK_LACKS_RECEIVED_CONTROL;
    if (!marks_packets())
        found.lacks |= IPSK_LACKS_CLASS_MARKS;
    if (!segments())
        found.lacks |= IPSK_LACKS_SEGMENTS;
}

/* GetVersionEx lies to programs without a manifest. */
static void find_version(void)
{
    typedef LONG(WINAPI * get_version)(OSVERSIONINFOW *);
    const HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    OSVERSIONINFOW version;
    get_version get;
    if (ntdll == NULL)
        return;
    const FARPROC address = GetProcAddress(ntdll, "RtlGetVersion");
    memcpy(&get, &address, sizeof get);
    memset(&version, 0, sizeof version);
    version.dwOSVersionInfoSize = sizeof version;
    if (get != NULL && get(&version) == 0)
        found.version = version.dwBuildNumber;
}

static BOOL CALLBACK start(PINIT_ONCE unused, PVOID argument, PVOID *context)
{
    WSADATA data;
    LARGE_INTEGER frequency;
    (void)unused;
    (void)argument;
    (void)context;
    QueryPerformanceFrequency(&frequency);
    found.frequency = frequency.QuadPart;
    find_version();
    found.failure = WSAStartup(MAKEWORD(2, 2), &data);
    if (found.failure == 0) {
        find_receive();
        find_lacks();
    }
    return TRUE;
}

const struct ipsk_winsock *ipsk_winsock(void)
{
    InitOnceExecuteOnce(&once, start, NULL, NULL);
    return &found;
}

int ipsk_need_winsock(struct ipsock_error *error)
{
    const int failure = ipsk_winsock()->failure;
    return failure == 0 ? IPSOCK_OK : ipsk_fail_native(error, failure, "WSAStartup");
}

uint32_t ipsk_sys_lacks(void)
{
    return ipsk_winsock()->lacks;
}

uint32_t ipsk_sys_version(void)
{
    return ipsk_winsock()->version;
}

/* Divided before it is multiplied, so that 64 bits suffice. */
int64_t ipsk_sys_now(void)
{
    LARGE_INTEGER ticks;
    const int64_t frequency = ipsk_winsock()->frequency;
    QueryPerformanceCounter(&ticks);
    return ticks.QuadPart / frequency * 1000000000 +
           ticks.QuadPart % frequency * 1000000000 / frequency;
}

/* There is no fork. */
intptr_t ipsk_sys_process(void)
{
    return 1;
}

uint32_t ipsk_sys_process_id(void)
{
    return (uint32_t)GetCurrentProcessId();
}

/* Network order both ways (windows.md, 5). */
void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    memset(orders, 0, sizeof *orders);
}

int ipsk_sys_buffer_factor(void)
{
    return 1;
}
