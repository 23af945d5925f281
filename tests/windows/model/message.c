// SPDX-License-Identifier: BSD-2-Clause
/* Receiving a datagram (windows.md 2, 7, 9; the page of WSARecvMsg). */
#include "model.h"

enum { SLICE = 50 }; /* milliseconds between looks whether the socket was closed */

static size_t room_of(const WSAMSG *message)
{
    size_t room = 0;

    for (DWORD i = 0; i < message->dwBufferCount; i++)
        room += message->lpBuffers[i].len;
    return room;
}

static size_t scatter(const WSAMSG *message, const struct model_packet *p)
{
    size_t at = 0;

    for (DWORD i = 0; i < message->dwBufferCount && at < p->length; i++) {
        const WSABUF *buffer = &message->lpBuffers[i];
        const size_t left = p->length - at;
        const size_t length = buffer->len < left ? buffer->len : left;

        memcpy(buffer->buf, p->data + at, length);
        at += length;
    }
    return at;
}

static int deliver(struct model_socket *s, WSAMSG *message, DWORD *received, bool control,
                   const struct model_packet *p)
{
    const bool cut = p->length > room_of(message);
    int error = 0;

    if (message->name && message->namelen < p->name_length)
        return WSAEFAULT; /* lpFrom was too small for the peer's address */
    message->dwFlags = 0;
    if (message->name)
        memcpy(message->name, p->name, (size_t)p->name_length);
    message->namelen = message->name ? p->name_length : 0;
    *received = 0;
    if (!cut || FACT(TRUNCATION_KEEPS))
        *received = (DWORD)scatter(message, p);
    if (cut && FACT(TRUNCATION_FLAG))
        message->dwFlags |= MSG_TRUNC;
    if (cut)
        error = FACT(TRUNCATION);
    if (control && !model_control_out(s, p, &message->Control)) {
        if (FACT(CONTROL_TRUNCATION_FLAG))
            message->dwFlags |= MSG_CTRUNC;
        if (!error)
            error = FACT(CONTROL_TRUNCATION);
    }
    if (p->multicast && FACT(MULTICAST_FLAG))
        message->dwFlags |= MSG_MCAST;
    if (p->broadcast && FACT(BROADCAST_FLAG))
        message->dwFlags |= MSG_BCAST;
    return error;
}

static int receive_now(struct model_socket *s, WSAMSG *message, DWORD *received, unsigned mode)
{
    const bool peek = message->dwFlags & MSG_PEEK;
    struct model_packet packet;
    int error;

    EnterCriticalSection(&s->receiving);
    error = model_front(s, &packet);
    if (error == 0) {
        error = deliver(s, message, received, mode & MODEL_CONTROL, &packet);
        if (!peek && error != WSAEFAULT)
            model_consume(s);
    } else if (error == s->news) {
        s->news = 0;
    }
    LeaveCriticalSection(&s->receiving);
    return error;
}

static int check(const struct model_socket *s, const WSAMSG *message, unsigned mode)
{
    if (!message->name && message->namelen)
        return FACT(RECEIVE_NULL_NAME);
    if (!message->Control.buf && message->Control.len)
        return FACT(RECEIVE_NULL_CONTROL);
    if (message->dwFlags & ~(DWORD)(MSG_PEEK | (mode & MODEL_CONTROL ? 0 : MSG_PARTIAL)))
        return FACT(RECEIVE_FLAGS);
    return s->bound ? 0 : FACT(UNBOUND_RECEIVE);
}

int model_receive(struct model_socket *s, WSAMSG *message, DWORD *received, unsigned mode)
{
    const ULONGLONG start = GetTickCount64();
    int error = check(s, message, mode);

    if (error)
        return error;
    for (;;) {
        ULONGLONG passed;

        if (s->closed)
            return WSAEINTR;
        error = receive_now(s, message, received, mode);
        model_event_enable(s, FD_READ);
        if (error != WSAEWOULDBLOCK || !(mode & MODEL_WAIT))
            return error;
        passed = GetTickCount64() - start;
        if (s->receive_timeout && passed >= s->receive_timeout)
            return WSAETIMEDOUT;
        host_poll(s->fd, HOST_POLLIN,
                  s->receive_timeout && s->receive_timeout - passed < SLICE
                      ? (int)(s->receive_timeout - passed)
                      : SLICE);
    }
}
