// SPDX-License-Identifier: BSD-2-Clause
/* Addresses of sockets: bind, connect, and their names. */
#include "model.h"

int WSAAPI windows_bind(SOCKET handle, const struct sockaddr *address, int length)
{
    return model_real()->bind(handle, address, length);
}

int WSAAPI windows_connect(SOCKET handle, const struct sockaddr *address, int length)
{
    return model_real()->connect(handle, address, length);
}

int WSAAPI windows_WSAConnect(SOCKET handle, const struct sockaddr *address, int length,
                              LPWSABUF to, LPWSABUF from, LPQOS quality, LPQOS group)
{
    return model_real()->WSAConnect(handle, address, length, to, from, quality, group);
}

int WSAAPI windows_getsockname(SOCKET handle, struct sockaddr *address, int *length)
{
    return model_real()->getsockname(handle, address, length);
}

int WSAAPI windows_getpeername(SOCKET handle, struct sockaddr *address, int *length)
{
    return model_real()->getpeername(handle, address, length);
}
