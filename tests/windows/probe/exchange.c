// SPDX-License-Identifier: BSD-2-Clause
#include "exchange.h"

struct exchange_name exchange_address(int family, const char *text, unsigned port)
{
    struct exchange_name name;

    memset(&name, 0, sizeof name);
    name.any.sa_family = (ADDRESS_FAMILY)family;
    name.v4.sin_port = htons((u_short)port); /* at the same place in both */
    name.length = family == AF_INET ? sizeof name.v4 : sizeof name.v6;
    assert_int_equal(
        inet_pton(family, text,
                  family == AF_INET ? (void *)&name.v4.sin_addr : (void *)&name.v6.sin6_addr),
        1);
    return name;
}

static void bind_to(SOCKET s, const struct exchange_name *name)
{
    DWORD patience = PATIENCE;

    assert_int_equal(bind(s, &name->any, name->length), 0);
    assert_int_equal(
        setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience), 0);
}

SOCKET exchange_socket(int family)
{
    const struct exchange_name name =
        exchange_address(family, family == AF_INET ? "127.0.0.1" : "::1", 0);
    const SOCKET s = probe_udp(family);

    bind_to(s, &name);
    return s;
}

SOCKET exchange_dual(void)
{
    const struct exchange_name name = exchange_address(AF_INET6, "::", 0);
    const SOCKET s = probe_udp(AF_INET6);

    exchange_set(s, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    bind_to(s, &name);
    return s;
}

struct exchange_name exchange_own_name(SOCKET s)
{
    struct exchange_name name;

    memset(&name, 0, sizeof name);
    name.length = sizeof name.v6;
    assert_int_equal(getsockname(s, &name.any, &name.length), 0);
    return name;
}

unsigned exchange_port(SOCKET s)
{
    return probe_port(s);
}

struct exchange_name exchange_peer(SOCKET s, int family)
{
    return exchange_address(family, family == AF_INET ? "127.0.0.1" : "::1", exchange_port(s));
}

void exchange_set(SOCKET s, int level, int name, DWORD value)
{
    assert_int_equal(probe_set(s, level, name, value), 0);
}

LPFN_WSARECVMSG exchange_receiver(SOCKET s)
{
    GUID id = WSAID_WSARECVMSG;
    LPFN_WSARECVMSG receive = NULL;
    DWORD length = 0;

    assert_int_equal(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &receive,
                              sizeof receive, &length, NULL, NULL),
                     0);
    return receive;
}

struct exchange_message exchange_receive_in(SOCKET s, DWORD flags, ULONG room, ULONG control)
{
    struct exchange_message m;
    WSABUF buffer = {room, m.data};
    WSAMSG message;

    memset(&m, 0, sizeof m);
    memset(&message, 0, sizeof message);
    message.name = &m.from.any;
    message.namelen = sizeof m.from.v6;
    message.lpBuffers = &buffer;
    message.dwBufferCount = 1;
    message.Control.buf = control ? m.control : NULL;
    message.Control.len = control;
    message.dwFlags = flags;
    m.error = exchange_receiver(s)(s, &message, &m.bytes, NULL, NULL) == 0 ? 0 : WSAGetLastError();
    m.from.length = message.namelen;
    m.flags = message.dwFlags;
    m.control_length = message.Control.len;
    return m;
}

struct exchange_message exchange_receive(SOCKET s)
{
    struct exchange_message m = exchange_receive_in(s, 0, sizeof m.data, sizeof m.control);

    assert_int_equal(m.error, 0);
    return m;
}

const void *exchange_find(const struct exchange_message *m, int level, int type, size_t *length)
{
    size_t at = 0;

    while (m->control_length - at >= sizeof(WSACMSGHDR)) {
        WSACMSGHDR header;

        memcpy(&header, m->control + at, sizeof header);
        assert_true(header.cmsg_len >= sizeof header && header.cmsg_len <= m->control_length - at);
        *length = header.cmsg_len - sizeof header;
        if (header.cmsg_level == level && header.cmsg_type == type)
            return m->control + at + sizeof header;
        at += (header.cmsg_len + 7) & ~(size_t)7;
        if (at > m->control_length)
            break;
    }
    return NULL;
}

int exchange_find_int(const struct exchange_message *m, int level, int type)
{
    size_t length = 0;
    INT value;
    const void *payload = exchange_find(m, level, type, &length);

    if (!payload)
        return -1;
    assert_int_equal(length, sizeof value);
    memcpy(&value, payload, sizeof value);
    return value;
}

void exchange_put(struct exchange_control *c, int level, int type, const void *value, size_t length)
{
    const WSACMSGHDR header = {sizeof header + length, level, type};
    const size_t space = (sizeof header + length + 7) & ~(size_t)7;

    assert_true(c->length + space <= sizeof c->bytes);
    memset(c->bytes + c->length, 0, space);
    memcpy(c->bytes + c->length, &header, sizeof header);
    memcpy(c->bytes + c->length + sizeof header, value, length);
    c->length += (ULONG)space;
}

void exchange_put_int(struct exchange_control *c, int level, int type, int value)
{
    exchange_put(c, level, type, &value, sizeof value);
}

int exchange_send(SOCKET s, const struct exchange_name *to, size_t length,
                  const struct exchange_control *c)
{
    static char data[70000];
    struct exchange_name name;
    WSABUF buffer = {(ULONG)length, data};
    WSAMSG message;
    DWORD sent = 0;

    assert_true(length <= sizeof data);
    memset(data, 'x', sizeof data);
    memset(&message, 0, sizeof message);
    if (to) {
        name = *to;
        message.name = &name.any;
        message.namelen = name.length;
    }
    message.lpBuffers = &buffer;
    message.dwBufferCount = 1;
    if (c) {
        memcpy(&message.Control.buf, &(const char *){c->bytes}, sizeof(char *));
        message.Control.len = c->length;
    }
    if (WSASendMsg(s, &message, 0, &sent, NULL, NULL) != 0)
        return WSAGetLastError();
    assert_int_equal(sent, length);
    return 0;
}
