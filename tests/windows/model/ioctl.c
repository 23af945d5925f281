// SPDX-License-Identifier: BSD-2-Clause
/* What sockets are told by WSAIoctl and ioctlsocket. */
#include "model.h"

#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif

/* windows.md 7: WSARecvMsg is exported nowhere; a provider may lack it. */
static int extension(const GUID *id, void *out, DWORD length)
{
    static const GUID receive_id = WSAID_WSARECVMSG;
    static const GUID send_id = WSAID_WSASENDMSG;
    const LPFN_WSARECVMSG receive = windows_WSARecvMsg;
    const LPFN_WSASENDMSG send = windows_WSASendMsg;

    if (length < sizeof receive)
        return WSAEFAULT;
    if (memcmp(id, &receive_id, sizeof receive_id) == 0) {
        memcpy(out, &receive, sizeof receive);
        return FACT(RECVMSG_POINTER) ? 0 : WSAEINVAL;
    }
    if (memcmp(id, &send_id, sizeof send_id) == 0) {
        memcpy(out, &send, sizeof send);
        return 0;
    }
    return -1;
}

/* windows.md 9 */
static int resets(struct model_socket *s, DWORD code, const void *in, DWORD length)
{
    BOOL on;

    if (code == SIO_UDP_NETRESET && !FACT(NETRESET_IOCTL))
        return WSAEOPNOTSUPP;
    if (!in || length < sizeof on)
        return WSAEFAULT;
    memcpy(&on, in, sizeof on);
    if (code == SIO_UDP_CONNRESET)
        s->connreset = on;
    else
        s->netreset = on;
    model_apply_reset(s);
    return 0;
}

/* The error, 0, or -1 for what is Wine's. */
static int control(struct model_socket *s, DWORD code, const void *in, DWORD in_length, void *out,
                   DWORD out_length, DWORD *returned)
{
    int error = -1;

    if (code == SIO_GET_EXTENSION_FUNCTION_POINTER && in && out && in_length >= sizeof(GUID))
        error = extension(in, out, out_length);
    else if (code == SIO_UDP_CONNRESET || code == SIO_UDP_NETRESET)
        error = s->type == SOCK_DGRAM ? resets(s, code, in, in_length) : WSAENOPROTOOPT;
    else if (model_filter_is(code))
        error = model_filter_get(s, code, in, in_length, out, out_length);
    if (error == 0 && returned)
        *returned = code == SIO_GET_EXTENSION_FUNCTION_POINTER ? sizeof(void *)
                    : model_filter_is(code)                    ? out_length
                                                               : 0;
    return error;
}

int WSAAPI windows_WSAIoctl(SOCKET handle, DWORD code, LPVOID in, DWORD in_length, LPVOID out,
                            DWORD out_length, LPDWORD returned, LPWSAOVERLAPPED overlapped,
                            LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct model_socket *s = model_get(handle);
    int error = -1;

    if (s && !overlapped)
        error = control(s, code, in, in_length, out, out_length, returned);
    if (s)
        model_put(s);
    if (error >= 0)
        return model_result(error);
    return model_real()->WSAIoctl(handle, code, in, in_length, out, out_length, returned,
                                  overlapped, routine);
}

int WSAAPI windows_ioctlsocket(SOCKET handle, long command, u_long *value)
{
    struct model_socket *s = model_message_socket(handle);
    int error = 0;
    int result;

    if (s && command == (long)FIONBIO && value && !*value && s->event)
        error = WSAEINVAL; /* an event is selected */
    if (error) {
        model_put(s);
        return model_result(error);
    }
    result = model_real()->ioctlsocket(handle, command, value);
    if (s && result == 0 && command == (long)FIONBIO)
        s->nonblocking = *value != 0;
    if (s)
        model_put(s);
    return result;
}
