// SPDX-License-Identifier: BSD-2-Clause
/* Winsock's calls that send and receive: datagrams and raw packets are the model's, the rest
 * Wine's. */
#include "overlapped.h"

struct model_socket *model_message_socket(SOCKET handle)
{
    struct model_socket *s = model_get(handle);

    if (s && model_is_message(s))
        return s;
    if (s)
        model_put(s);
    return NULL;
}

static int send_message(struct model_socket *s, const WSAMSG *message, DWORD flags, LPDWORD sent,
                        OVERLAPPED *overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const struct model_request wanted = {overlapped, routine, 0, NULL, NULL, NULL};
    DWORD bytes = 0;
    int error = !overlapped && !sent ? WSAEFAULT : model_send(s, message, flags, &bytes);

    if (!error && sent)
        *sent = bytes;
    if (overlapped)
        error = model_overlapped_done(s, &wanted, error, bytes, 0);
    model_put(s);
    return model_result(error);
}

static WSAMSG message_of(const void *name, int name_length, WSABUF *buffers, DWORD count)
{
    WSAMSG message;

    memset(&message, 0, sizeof message);
    memcpy(&message.name, &name, sizeof name); /* a name that is sent to is const */
    message.namelen = name ? name_length : 0;
    message.lpBuffers = buffers;
    message.dwBufferCount = count;
    return message;
}

static int send_plain(struct model_socket *s, const char *data, int length, int flags,
                      const struct sockaddr *to, int to_length)
{
    WSABUF buffer;
    const WSAMSG message = message_of(to, to_length, &buffer, 1);
    DWORD sent = 0;

    buffer.len = (ULONG)length;
    memcpy(&buffer.buf, &data, sizeof data);
    if (send_message(s, &message, (DWORD)flags, &sent, NULL, NULL) != 0)
        return SOCKET_ERROR;
    return (int)sent;
}

int WSAAPI windows_send(SOCKET handle, const char *data, int length, int flags)
{
    struct model_socket *s = model_message_socket(handle);

    return s ? send_plain(s, data, length, flags, NULL, 0)
             : model_real()->send(handle, data, length, flags);
}

int WSAAPI windows_sendto(SOCKET handle, const char *data, int length, int flags,
                          const struct sockaddr *to, int to_length)
{
    struct model_socket *s = model_message_socket(handle);

    return s ? send_plain(s, data, length, flags, to, to_length)
             : model_real()->sendto(handle, data, length, flags, to, to_length);
}

int WSAAPI windows_WSASend(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                           LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSAMSG message = message_of(NULL, 0, buffers, count);
    struct model_socket *s = model_message_socket(handle);

    return s ? send_message(s, &message, flags, sent, overlapped, routine)
             : model_real()->WSASend(handle, buffers, count, sent, flags, overlapped, routine);
}

int WSAAPI windows_WSASendTo(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD sent,
                             DWORD flags, const struct sockaddr *to, int to_length,
                             LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSAMSG message = message_of(to, to_length, buffers, count);
    struct model_socket *s = model_message_socket(handle);

    return s ? send_message(s, &message, flags, sent, overlapped, routine)
             : model_real()->WSASendTo(handle, buffers, count, sent, flags, to, to_length,
                                       overlapped, routine);
}

/* WSASendMsg and WSARecvMsg are for datagrams and raw packets only. */
static int refuse_stream(SOCKET handle)
{
    struct model_socket *s = model_get(handle);

    if (!s)
        return SOCKET_ERROR;
    model_put(s);
    return model_result(FACT(SEND_STREAM));
}

int WSAAPI windows_WSASendMsg(SOCKET handle, LPWSAMSG message, DWORD flags, LPDWORD sent,
                              LPWSAOVERLAPPED overlapped,
                              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct model_socket *s = model_message_socket(handle);

    return s ? send_message(s, message, flags, sent, overlapped, routine) : refuse_stream(handle);
}

static int receive_message(struct model_socket *s, WSAMSG *message,
                           const struct model_request *wanted)
{
    DWORD bytes = 0;
    int error;

    if (wanted->overlapped) {
        error = model_overlapped_receive(s, wanted, message);
    } else {
        error = wanted->bytes ? model_receive(s, message, &bytes,
                                              wanted->mode | (s->nonblocking ? 0 : MODEL_WAIT))
                              : WSAEFAULT;
        if (error == 0 || error == WSAEMSGSIZE)
            *wanted->bytes = bytes;
        if ((error == 0 || error == WSAEMSGSIZE) && wanted->name_length)
            *wanted->name_length = message->namelen;
    }
    model_put(s);
    return model_result(error);
}

static int receive_plain(struct model_socket *s, char *data, int length, int flags,
                         struct sockaddr *from, int *from_length)
{
    WSABUF buffer = {(ULONG)length, data};
    WSAMSG message = message_of(from, from_length ? *from_length : 0, &buffer, 1);
    DWORD received = 0;
    const struct model_request wanted = {NULL, NULL, 0, &received, NULL, from ? from_length : NULL};

    message.dwFlags = (DWORD)flags;
    return receive_message(s, &message, &wanted) == 0 ? (int)received : SOCKET_ERROR;
}

int WSAAPI windows_recv(SOCKET handle, char *data, int length, int flags)
{
    struct model_socket *s = model_message_socket(handle);

    return s ? receive_plain(s, data, length, flags, NULL, NULL)
             : model_real()->recv(handle, data, length, flags);
}

int WSAAPI windows_recvfrom(SOCKET handle, char *data, int length, int flags, struct sockaddr *from,
                            int *from_length)
{
    struct model_socket *s = model_message_socket(handle);

    return s ? receive_plain(s, data, length, flags, from, from_length)
             : model_real()->recvfrom(handle, data, length, flags, from, from_length);
}

static int receive_buffers(struct model_socket *s, WSAMSG *message, LPDWORD flags,
                           const struct model_request *wanted)
{
    int result;

    message->dwFlags = *flags;
    result = receive_message(s, message, wanted);
    if (!wanted->overlapped && result == 0)
        *flags = 0; /* MSG_PARTIAL is the only one here, and UDP knows no parts */
    return result;
}

int WSAAPI windows_WSARecv(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD received,
                           LPDWORD flags, LPWSAOVERLAPPED overlapped,
                           LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const struct model_request wanted = {overlapped, routine, 0, received, NULL, NULL};
    WSAMSG message = message_of(NULL, 0, buffers, count);
    struct model_socket *s = model_message_socket(handle);

    return s ? receive_buffers(s, &message, flags, &wanted)
             : model_real()->WSARecv(handle, buffers, count, received, flags, overlapped, routine);
}

int WSAAPI windows_WSARecvFrom(SOCKET handle, LPWSABUF buffers, DWORD count, LPDWORD received,
                               LPDWORD flags, struct sockaddr *from, LPINT from_length,
                               LPWSAOVERLAPPED overlapped,
                               LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const struct model_request wanted = {overlapped, routine, 0,
                                         received,   NULL,    from ? from_length : NULL};
    WSAMSG message = message_of(from, from_length ? *from_length : 0, buffers, count);
    struct model_socket *s = model_message_socket(handle);

    return s ? receive_buffers(s, &message, flags, &wanted)
             : model_real()->WSARecvFrom(handle, buffers, count, received, flags, from, from_length,
                                         overlapped, routine);
}

int WSAAPI windows_WSARecvMsg(SOCKET handle, LPWSAMSG message, LPDWORD received,
                              LPWSAOVERLAPPED overlapped,
                              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const struct model_request wanted = {overlapped, routine, MODEL_CONTROL,
                                         received,   message, NULL};
    struct model_socket *s = model_message_socket(handle);

    return s ? receive_message(s, message, &wanted) : refuse_stream(handle);
}
