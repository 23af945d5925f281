// SPDX-License-Identifier: BSD-2-Clause
/* The sockets that the model knows; starting and stopping Winsock; what is found by its name. */
#include <stdlib.h>

#include "model.h"

static SRWLOCK registry = SRWLOCK_INIT;
static CRITICAL_SECTION slow;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static struct model_socket *first;
static volatile LONG starts;

int model_result(int error)
{
    if (error == 0)
        return 0;
    WSASetLastError(error);
    return SOCKET_ERROR;
}

int model_host_result(int64_t result)
{
    return result < 0 ? model_result(host_error(result)) : 0;
}

static BOOL CALLBACK prepare(PINIT_ONCE o, PVOID parameter, PVOID *context)
{
    (void)o;
    (void)parameter;
    (void)context;
    InitializeCriticalSection(&slow);
    return TRUE;
}

void model_lock(void)
{
    InitOnceExecuteOnce(&once, prepare, NULL, NULL);
    EnterCriticalSection(&slow);
}

void model_unlock(void)
{
    LeaveCriticalSection(&slow);
}

bool model_is_message(const struct model_socket *s)
{
    return s->type != SOCK_STREAM;
}

/* ---- the registry ---- */

void model_put(struct model_socket *s)
{
    if (InterlockedDecrement(&s->references) != 0)
        return;
    host_close(s->fd);
    model_members_forget(s);
    DeleteCriticalSection(&s->receiving);
    free(s->packet);
    free(s);
}

static struct model_socket *find(SOCKET handle)
{
    struct model_socket *s = first;

    while (s && s->handle != handle)
        s = s->next;
    return s;
}

/* Takes it out of the list, with the list's reference. */
static struct model_socket *take(SOCKET handle)
{
    struct model_socket **s = &first;
    struct model_socket *found;

    AcquireSRWLockExclusive(&registry);
    while (*s && (*s)->handle != handle)
        s = &(*s)->next;
    found = *s;
    if (found)
        *s = found->next;
    ReleaseSRWLockExclusive(&registry);
    return found;
}

/* Whatever the host can tell of a packet is asked for from the start; what the program asked for
 * decides what it gets. No DF, unless asked for; groups of this socket only (OWN_GROUPS). */
static void prepare_host(const struct model_socket *s)
{
    static const int ipv4[] = {HOST_IP_PKTINFO, HOST_IP_RECVTTL, HOST_IP_RECVTOS};
    static const int ipv6[] = {HOST_IPV6_RECVPKTINFO, HOST_IPV6_RECVHOPLIMIT, HOST_IPV6_RECVTCLASS};

    for (size_t i = 0; i < 3; i++) {
        host_set_int(s->fd, HOST_SOL_IP, ipv4[i], 1);
        if (s->family == AF_INET6)
            host_set_int(s->fd, HOST_SOL_IPV6, ipv6[i], 1);
    }
    host_set_int(s->fd, HOST_SOL_IP, HOST_IP_MULTICAST_ALL, !FACT(OWN_GROUPS));
    if (s->family == AF_INET6)
        host_set_int(s->fd, HOST_SOL_IPV6, HOST_IPV6_MULTICAST_ALL, !FACT(OWN_GROUPS));
}

/* With two references, the list's and the caller's; fd becomes its own. */
static struct model_socket *add(SOCKET handle, int fd, const int kind[3])
{
    struct model_socket *s = calloc(1, sizeof *s);
    struct model_socket *stale = take(handle);

    if (stale)
        model_put(stale); /* somebody closed it as a handle */
    if (!s) {
        host_close(fd);
        return NULL;
    }
    s->handle = handle;
    s->fd = fd;
    s->family = kind[0];
    s->type = kind[1];
    s->protocol = kind[2];
    s->references = 2;
    s->connreset = s->netreset = true;
    InitializeCriticalSection(&s->receiving);
    if (model_is_message(s))
        prepare_host(s);
    model_option_defaults(s);
    model_apply_reset(s);
    AcquireSRWLockExclusive(&registry);
    s->next = first;
    first = s;
    ReleaseSRWLockExclusive(&registry);
    return s;
}

/* A socket that the model has not seen being made: accepted, inherited. */
static struct model_socket *adopt(SOCKET handle)
{
    WSAPROTOCOL_INFOW info;
    int length = sizeof info;
    int fd;

    if (model_real()->getsockopt(handle, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &length) !=
        0)
        return NULL;
    fd = host_descriptor(handle);
    if (fd < 0) {
        WSASetLastError(WSAENOTSOCK);
        return NULL;
    }
    const int kind[3] = {info.iAddressFamily, info.iSocketType, info.iProtocol};
    return add(handle, fd, kind);
}

struct model_socket *model_get(SOCKET handle)
{
    struct model_socket *s;

    if (!model_started())
        return NULL;
    AcquireSRWLockShared(&registry);
    s = find(handle);
    if (s)
        InterlockedIncrement(&s->references);
    ReleaseSRWLockShared(&registry);
    return s ? s : adopt(handle);
}

void model_each(bool (*visit)(struct model_socket *s, void *context), void *context)
{
    struct model_socket *s;

    AcquireSRWLockShared(&registry);
    for (s = first; s && visit(s, context); s = s->next)
        ;
    ReleaseSRWLockShared(&registry);
}

/* ---- start and stop ---- */

bool model_started(void)
{
    if (starts > 0 || !FACT(NOT_STARTED))
        return true;
    WSASetLastError(FACT(NOT_STARTED));
    return false;
}

int WSAAPI windows_WSAStartup(WORD version, LPWSADATA data)
{
    int error = model_real()->WSAStartup(version, data);

    if (error == 0)
        InterlockedIncrement(&starts);
    return error;
}

static void close_all(void)
{
    for (;;) {
        SOCKET handle;

        AcquireSRWLockShared(&registry);
        handle = first ? first->handle : INVALID_SOCKET;
        ReleaseSRWLockShared(&registry);
        if (handle == INVALID_SOCKET)
            return;
        windows_closesocket(handle);
    }
}

int WSAAPI windows_WSACleanup(void)
{
    if (starts <= 0)
        return model_result(FACT(NOT_STARTED));
    if (starts == 1 && FACT(CLEANUP_CLOSES))
        close_all();
    InterlockedDecrement(&starts);
    return model_real()->WSACleanup();
}

/* ---- making and closing ---- */

static int raw_refused(int protocol)
{
    if (FACT(RAW_ADMINISTRATOR))
        return FACT(RAW_ADMINISTRATOR);
    return protocol == 0 ? FACT(RAW_PROTOCOL_ZERO) : 0;
}

/* What Wine has no raw socket for: a datagram socket of Wine's for the handle, the host's beside.
 */
static SOCKET make_apart(int family, int protocol, DWORD flags)
{
    const int kind[3] = {family, SOCK_RAW, protocol};
    const int host_family = family == AF_INET6 ? HOST_AF_INET6 : HOST_AF_INET;
    const int fd = host_socket(host_family, HOST_SOCK_RAW, protocol);
    struct model_socket *s;
    SOCKET handle;

    if (fd < 0) {
        model_host_result(fd);
        return INVALID_SOCKET;
    }
    handle = model_real()->WSASocketW(AF_INET, SOCK_DGRAM, IPPROTO_UDP, NULL, 0, flags);
    if (handle == INVALID_SOCKET) {
        host_close(fd);
        return handle;
    }
    s = add(handle, fd, kind);
    if (!s) {
        model_real()->closesocket(handle);
        WSASetLastError(WSAENOBUFS);
        return INVALID_SOCKET;
    }
    s->apart = true;
    model_put(s);
    return handle;
}

static SOCKET make(int family, int type, int protocol, DWORD flags)
{
    struct model_socket *s;
    SOCKET handle;

    if (!model_started())
        return INVALID_SOCKET;
    if (family == AF_INET && !model_ipv4())
        return (void)model_result(WSAEAFNOSUPPORT), INVALID_SOCKET;
    if (type == SOCK_RAW && model_result(raw_refused(protocol)) != 0)
        return INVALID_SOCKET;
    if (type == SOCK_RAW && family == AF_INET6)
        return make_apart(family, protocol, flags);
    handle = model_real()->WSASocketW(family, type, protocol, NULL, 0, flags);
    if (handle == INVALID_SOCKET && type == SOCK_RAW && family == AF_INET &&
        WSAGetLastError() == WSAEPROTONOSUPPORT)
        return make_apart(family, protocol, flags);
    if (handle == INVALID_SOCKET)
        return handle;
    s = adopt(handle);
    if (s)
        model_put(s);
    return handle;
}

SOCKET WSAAPI windows_socket(int family, int type, int protocol)
{
    return make(family, type, protocol, WSA_FLAG_OVERLAPPED);
}

SOCKET WSAAPI windows_WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info,
                                 GROUP group, DWORD flags)
{
    if (info)
        return model_real()->WSASocketW(family, type, protocol, info, group, flags);
    return make(family, type, protocol, flags);
}

SOCKET WSAAPI windows_WSASocketA(int family, int type, int protocol, LPWSAPROTOCOL_INFOA info,
                                 GROUP group, DWORD flags)
{
    if (info)
        return model_real()->WSASocketA(family, type, protocol, info, group, flags);
    return make(family, type, protocol, flags);
}

int WSAAPI windows_closesocket(SOCKET handle)
{
    struct model_socket *s;
    int result;

    if (!model_started())
        return SOCKET_ERROR;
    s = take(handle);
    if (!s)
        return model_real()->closesocket(handle);
    InterlockedExchange(&s->closed, 1);
    model_overlapped_close(s);
    result = model_real()->closesocket(handle);
    model_put(s);
    return result;
}

/* ---- what is looked up by its name ---- */

static LONG WINAPI version(OSVERSIONINFOW *info)
{
    typedef LONG(WINAPI * get_version)(OSVERSIONINFOW *);
    FARPROC found = model_real()->GetProcAddress(GetModuleHandleA("ntdll.dll"), "RtlGetVersion");
    get_version get;
    LONG result;

    memcpy(&get, &found, sizeof get);
    result = get(info);
    info->dwBuildNumber = model_build();
    return result;
}

FARPROC WINAPI windows_GetProcAddress(HMODULE library, LPCSTR name)
{
    static const struct {
        const char *name;
        FARPROC call;
    } calls[] = {
#define M(library, call) {#call, (FARPROC)(void (*)(void))windows_##call},
#include "calls.def"
#undef M
        {"RtlGetVersion", (FARPROC)(void (*)(void))version},
    };

    if ((ULONG_PTR)name >> 16 == 0)
        return model_real()->GetProcAddress(library, name);
    if (FACT(NOT_WINE) && strcmp(name, "wine_get_version") == 0) {
        SetLastError(ERROR_PROC_NOT_FOUND);
        return NULL;
    }
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].call;
    }
    return model_real()->GetProcAddress(library, name);
}
