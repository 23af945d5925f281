// SPDX-License-Identifier: BSD-2-Clause
/* Send and receive. */
#include "model.h"

int WSAAPI windows_send(SOCKET handle, const char *data, int length, int flags)
{
    return model_real()->send(handle, data, length, flags);
}

int WSAAPI windows_sendto(SOCKET handle, const char *data, int length, int flags,
                          const struct sockaddr *to, int to_length)
{
    return model_real()->sendto(handle, data, length, flags, to, to_length);
}

int WSAAPI windows_WSASend(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                           LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return model_real()->WSASend(handle, buffers, count, sent, flags, overlapped, routine);
}

int WSAAPI windows_WSASendTo(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD sent,
                             DWORD flags, const struct sockaddr *to, int to_length,
                             LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return model_real()->WSASendTo(handle, buffers, count, sent, flags, to, to_length, overlapped,
                                   routine);
}

int WSAAPI windows_WSASendMsg(SOCKET handle, LPWSAMSG message, DWORD flags, LPDWORD sent,
                              LPWSAOVERLAPPED overlapped,
                              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return model_real()->WSASendMsg(handle, message, flags, sent, overlapped, routine);
}

int WSAAPI windows_recv(SOCKET handle, char *data, int length, int flags)
{
    return model_real()->recv(handle, data, length, flags);
}

int WSAAPI windows_recvfrom(SOCKET handle, char *data, int length, int flags, struct sockaddr *from,
                            int *from_length)
{
    return model_real()->recvfrom(handle, data, length, flags, from, from_length);
}

int WSAAPI windows_WSARecv(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD received,
                           LPDWORD flags, LPWSAOVERLAPPED overlapped,
                           LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return model_real()->WSARecv(handle, buffers, count, received, flags, overlapped, routine);
}

int WSAAPI windows_WSARecvFrom(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD received,
                               LPDWORD flags, struct sockaddr *from, LPINT from_length,
                               LPWSAOVERLAPPED overlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return model_real()->WSARecvFrom(handle, buffers, count, received, flags, from, from_length,
                                     overlapped, routine);
}

int WSAAPI windows_WSAIoctl(SOCKET handle, DWORD code, LPVOID in, DWORD in_length, LPVOID out,
                            DWORD out_length, LPDWORD returned, LPWSAOVERLAPPED overlapped,
                            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return model_real()->WSAIoctl(handle, code, in, in_length, out, out_length, returned,
                                  overlapped, routine);
}
