// SPDX-License-Identifier: BSD-2-Clause
/* One receive or send, plain on sockets made here, overlapped on all others. */
#include "windows/winsock.h"

static int start_receive(struct ipsk_call *c, WSAOVERLAPPED *overlapped, DWORD *bytes)
{
    WSAMSG *m = &c->message;
    const SOCKET s = ipsk_socket(c->s->handle);
    if (c->s->kind == IPSOCK_TCP)
        return WSARecv(s, m->lpBuffers, m->dwBufferCount, bytes, &m->dwFlags, overlapped, NULL);
    const LPFN_WSARECVMSG receive = ipsk_winsock()->receive;
    if (receive != NULL)
        return receive(s, m, bytes, overlapped, NULL);
    m->Control.len = 0; /* a provider without control data: the ledger says so */
    return WSARecvFrom(s, m->lpBuffers, m->dwBufferCount, bytes, &m->dwFlags, m->name, &m->namelen,
                       overlapped, NULL);
}

static int start_send(struct ipsk_call *c, WSAOVERLAPPED *overlapped, DWORD *bytes)
{
    WSAMSG *m = &c->message;
    const SOCKET s = ipsk_socket(c->s->handle);
    if (c->s->kind == IPSOCK_TCP)
        return WSASend(s, m->lpBuffers, m->dwBufferCount, bytes, c->flags, overlapped, NULL);
    return WSASendMsg(s, m, c->flags, bytes, overlapped, NULL);
}

int ipsk_start_call(struct ipsk_call *c, WSAOVERLAPPED *overlapped)
{
    /* the count of an overlapped call comes with its completion */
    DWORD *bytes = overlapped == NULL ? &c->bytes : NULL;
    c->bytes = IPSK_NO_COUNT;
    c->message.dwFlags = c->direction == IPSOCK_READ ? c->flags : 0;
    const int failed = c->direction == IPSOCK_READ ? start_receive(c, overlapped, bytes)
                                                   : start_send(c, overlapped, bytes);
    return failed == 0 ? 0 : WSAGetLastError();
}

/* What became of an overlapped call; it is over when this returns. */
static int finish(struct ipsk_call *c, WSAOVERLAPPED *overlapped)
{
    DWORD flags = 0;
    const SOCKET s = ipsk_socket(c->s->handle);
    c->bytes = IPSK_NO_COUNT;
    const bool done = WSAGetOverlappedResult(s, overlapped, &c->bytes, TRUE, &flags);
    const int native = done ? 0 : WSAGetLastError();
    c->message.dwFlags |= flags;
    return native == WSA_OPERATION_ABORTED ? WSAEWOULDBLOCK : native;
}

int ipsk_borrowed_call(struct ipsk_call *c)
{
    const SOCKET s = ipsk_socket(c->s->handle);
    WSAOVERLAPPED overlapped;
    const int ready = ipsk_ready(s, c->direction, NULL);
    if (ready <= 0)
        return ready == 0 ? WSAEWOULDBLOCK : WSAGetLastError();
    /* Overlapped calls do not peek, and to cancel one of a stream cancels its owner's as well. */
    if (c->direction == IPSOCK_READ && (c->s->kind == IPSOCK_TCP || (c->flags & MSG_PEEK)))
        return ipsk_start_call(c, NULL);
    if (c->flags & MSG_PEEK)
        return WSAEINVAL;
    const HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (event == NULL)
        return WSA_NOT_ENOUGH_MEMORY;
    memset(&overlapped, 0, sizeof overlapped);
    /* the lowest bit keeps the completion from a port that the owner may have bound the socket to
     */
    overlapped.hEvent = (HANDLE)((ULONG_PTR)event | 1);
    int native = ipsk_start_call(c, &overlapped);
    /* Somebody else took what was ready. If the call has completed all the same, cancelling changes
     * nothing. A stream's data is on its way: it is waited for. */
    if (native == WSA_IO_PENDING && c->s->kind != IPSOCK_TCP)
        CancelIoEx((HANDLE)s, &overlapped);
    if (native == 0 || native == WSA_IO_PENDING)
        native = finish(c, &overlapped);
    CloseHandle(event);
    return native;
}
