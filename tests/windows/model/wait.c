// SPDX-License-Identifier: BSD-2-Clause
/* Waits, events and completions. */
#include "model.h"

int WSAAPI windows_ioctlsocket(SOCKET handle, long command, u_long *value)
{
    return model_real()->ioctlsocket(handle, command, value);
}

int WSAAPI windows_select(int ignored, fd_set *read, fd_set *write, fd_set *except,
                          const PTIMEVAL timeout)
{
    return model_real()->select(ignored, read, write, except, timeout);
}

int WSAAPI windows_WSAPoll(LPWSAPOLLFD fds, ULONG count, INT timeout)
{
    return model_real()->WSAPoll(fds, count, timeout);
}

int WSAAPI windows_WSAEventSelect(SOCKET handle, WSAEVENT event, long mask)
{
    return model_real()->WSAEventSelect(handle, event, mask);
}

int WSAAPI windows_WSAEnumNetworkEvents(SOCKET handle, WSAEVENT event, LPWSANETWORKEVENTS events)
{
    return model_real()->WSAEnumNetworkEvents(handle, event, events);
}

WINBOOL WSAAPI windows_WSAGetOverlappedResult(SOCKET handle, LPWSAOVERLAPPED overlapped,
                                              LPDWORD bytes, WINBOOL wait, LPDWORD flags)
{
    return model_real()->WSAGetOverlappedResult(handle, overlapped, bytes, wait, flags);
}

WINBOOL WINAPI windows_CancelIoEx(HANDLE handle, LPOVERLAPPED overlapped)
{
    return model_real()->CancelIoEx(handle, overlapped);
}

WINBOOL WINAPI windows_CancelIo(HANDLE handle)
{
    return model_real()->CancelIo(handle);
}

HANDLE WINAPI windows_CreateIoCompletionPort(HANDLE handle, HANDLE port, ULONG_PTR key,
                                             DWORD threads)
{
    return model_real()->CreateIoCompletionPort(handle, port, key, threads);
}

void model_overlapped_close(struct model_socket *s)
{
    (void)s;
}
