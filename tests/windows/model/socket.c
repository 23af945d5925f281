// SPDX-License-Identifier: BSD-2-Clause
/* The sockets that the model knows; starting and stopping Winsock. */
#include "model.h"

int WSAAPI windows_WSAStartup(WORD version, LPWSADATA data)
{
    return model_real()->WSAStartup(version, data);
}

int WSAAPI windows_WSACleanup(void)
{
    return model_real()->WSACleanup();
}

SOCKET WSAAPI windows_socket(int family, int type, int protocol)
{
    return model_real()->socket(family, type, protocol);
}

SOCKET WSAAPI windows_WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info,
                                 GROUP group, DWORD flags)
{
    return model_real()->WSASocketW(family, type, protocol, info, group, flags);
}

SOCKET WSAAPI windows_WSASocketA(int family, int type, int protocol, LPWSAPROTOCOL_INFOA info,
                                 GROUP group, DWORD flags)
{
    return model_real()->WSASocketA(family, type, protocol, info, group, flags);
}

int WSAAPI windows_closesocket(SOCKET handle)
{
    return model_real()->closesocket(handle);
}

FARPROC WINAPI windows_GetProcAddress(HMODULE library, LPCSTR name)
{
    return model_real()->GetProcAddress(library, name);
}
