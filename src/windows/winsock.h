// SPDX-License-Identifier: BSD-2-Clause
/* What the Winsock backend's files share. */
#ifndef IPSK_WINDOWS_WINSOCK_H
#define IPSK_WINDOWS_WINSOCK_H

#include "shared/sockaddr.h" /* with it the system header, winsock2.h first */

#include "core/endpoint/endpoint.h"

/* One of Winsock's sockets. */
static inline SOCKET ipsk_socket(ipsock_handle_t handle)
{
    return (SOCKET)handle;
}

/* Found at the first use. */
struct ipsk_winsock {
    int failure;             /* why Winsock could not be started; 0: it runs */
    LPFN_WSARECVMSG receive; /* NULL: the provider has no WSARecvMsg */
    uint32_t version;        /* build number */
    uint32_t lacks;          /* IPSK_LACKS_… */
    int64_t frequency;       /* of the performance counter */
};

/* Starts Winsock if nobody did it here before, and never ends it: others may come and go. */
const struct ipsk_winsock *ipsk_winsock(void);
/* The same, for calls that cannot go on without. */
int ipsk_need_winsock(struct ipsock_error *error);

int ipsk_sys_code(int native);
/* Fills *error from a number, or from WSAGetLastError, and returns the code. */
int ipsk_fail_native(struct ipsock_error *error, int native, const char *operation);
int ipsk_fail_wsa(struct ipsock_error *error, const char *operation);

/* Whether a socket is ready right now, in a direction; 1, 0, or -1 with WSAGetLastError. *failed:
 * its connection could not be made. */
int ipsk_ready(SOCKET socket, int direction, bool *failed);

/* Makes a new socket, or one that accept gave, non-blocking and inherited by nobody. accept has no
 * flag for it: a process that starts in between may inherit the socket. */
static inline int ipsk_set_nonblocking(SOCKET socket)
{
    u_long on = 1;
    SetHandleInformation((HANDLE)socket, HANDLE_FLAG_INHERIT, 0);
    return ioctlsocket(socket, (long)FIONBIO, &on);
}

/* One receive or send. */
struct ipsk_call {
    struct ipsock_endpoint *s;
    int direction; /* IPSOCK_READ or IPSOCK_WRITE */
    DWORD flags;   /* as given to the system */
    WSAMSG message;
    DWORD bytes; /* result; IPSK_NO_COUNT where the system did not tell */
};
#define IPSK_NO_COUNT UINT32_MAX

/* Does it without waiting; returns 0 or WSAGetLastError. */
int ipsk_start_call(struct ipsk_call *call, WSAOVERLAPPED *overlapped);
/* The same on a handle whose blocking mode nobody knows. */
int ipsk_borrowed_call(struct ipsk_call *call);

/* The address that IPv4 packets have which leave by an interface; false: it has none. */
bool ipsk_interface_source(uint32_t index, struct ipsock_addr *source);

/* UTF-8 and UTF-16; false: too long, or no text. */
bool ipsk_to_wide(const char *text, WCHAR *wide, size_t size);
bool ipsk_from_wide(const WCHAR *wide, char *text, size_t size);

#endif
