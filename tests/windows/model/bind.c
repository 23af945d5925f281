// SPDX-License-Identifier: BSD-2-Clause
/* Addresses of sockets: bind, connect, and their names. Datagram and raw sockets are the host's,
 * because Wine binds 0.0.0.0 where it is told another address; streams are Wine's. */
#include "model.h"

static int length_of(int family)
{
    return family == AF_INET6 ? 28 : 16;
}

/* ---- what an address covers ---- */

struct cover {
    bool ipv4;
    bool ipv6;
    bool specific;
    unsigned char address[16];
    unsigned port;
};

static bool is_zero(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

static struct cover cover_of(const struct model_socket *s, const union host_address *name)
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    struct cover c;

    memset(&c, 0, sizeof c);
    c.port = (unsigned)name->bytes[2] << 8 | name->bytes[3];
    if (s->family == AF_INET) {
        c.ipv4 = true;
        memcpy(c.address, name->bytes + 4, 4);
    } else if (memcmp(name->bytes + 8, mapped, 12) == 0) {
        c.ipv4 = true;
        memcpy(c.address, name->bytes + 20, 4);
    } else {
        memcpy(c.address, name->bytes + 8, 16);
        c.ipv6 = true;
        c.ipv4 = is_zero(c.address, 16) && !s->value[OPTION_IPV6_V6ONLY];
    }
    c.specific = !is_zero(c.address, 16);
    return c;
}

static bool is_group(const struct cover *c)
{
    return c->ipv6 ? c->address[0] == 0xff : c->address[0] >> 4 == 0xe;
}

/* ---- sharing an address ---- */

struct contest {
    struct model_socket *second;
    struct cover wanted;
    bool share; /* with whom the host would not let it, by itself */
    int error;
};

static int row_of(const struct model_socket *s, const struct cover *c)
{
    return (s->exclusive ? 4 : s->reuse ? 2 : 0) + c->specific;
}

static bool overlap(const struct cover *a, const struct cover *b)
{
    if (a->port != b->port || !((a->ipv4 && b->ipv4) || (a->ipv6 && b->ipv6)))
        return false;
    return !a->specific || !b->specific || memcmp(a->address, b->address, 16) == 0;
}

static bool compare(struct model_socket *s, void *context)
{
    struct contest *contest = context;
    struct cover theirs;

    if (s == contest->second || !s->bound || s->type != contest->second->type ||
        s->protocol != contest->second->protocol || s->name.family == 0)
        return true;
    theirs = cover_of(s, &s->name);
    if (!overlap(&theirs, &contest->wanted))
        return true;
    contest->error =
        model_bind_error(row_of(s, &theirs), row_of(contest->second, &contest->wanted));
    contest->share |= contest->error == 0;
    return contest->error == 0;
}

static bool let_share(struct model_socket *s, void *context)
{
    const int on = *(const int *)context;

    if (s->type == SOCK_DGRAM && s->bound)
        host_set_int(s->fd, HOST_SOL_SOCKET, HOST_SO_REUSEADDR, on || (s->reuse && !s->exclusive));
    return true;
}

/* What the table allows the host has to allow too: it looks at both sockets, during the call. */
static int64_t bind_host(struct model_socket *s, const union host_address *name, bool share)
{
    int on = 1;
    int64_t result;

    if (share)
        model_each(let_share, &on);
    host_set_int(s->fd, HOST_SOL_SOCKET, HOST_SO_REUSEADDR, share || (s->reuse && !s->exclusive));
    result = host_bind(s->fd, name, length_of(s->family));
    on = 0;
    if (share)
        model_each(let_share, &on);
    return result;
}

static void note_name(struct model_socket *s)
{
    int length = sizeof s->name;

    s->bound = host_name(s->fd, 0, &s->name, &length) == 0;
}

static int bind_message(struct model_socket *s, const union host_address *name, bool share)
{
    int64_t result;

    if (s->type == SOCK_RAW && s->protocol == IPPROTO_TCP && FACT(RAW_TCP_BIND))
        return FACT(RAW_TCP_BIND);
    result = bind_host(s, name, share);
    if (result < 0)
        return host_error(result);
    note_name(s);
    return 0;
}

static int bind_stream(struct model_socket *s, const union host_address *name)
{
    int length = sizeof s->name;

    if (model_real()->bind(s->handle, (const void *)name, length_of(s->family)) != 0)
        return WSAGetLastError();
    model_real()->getsockname(s->handle, (void *)&s->name, &length);
    s->bound = true;
    return 0;
}

static int bind_to(struct model_socket *s, const void *address, int length)
{
    struct contest contest = {.second = s};
    union host_address name;

    if (!address || length < length_of(s->family))
        return WSAEFAULT;
    memset(&name, 0, sizeof name);
    memcpy(&name, address, (size_t)length_of(s->family));
    if (name.family != s->family)
        return WSAEAFNOSUPPORT;
    if (s->bound && FACT(REBIND))
        return FACT(REBIND);
    contest.wanted = cover_of(s, &name);
    if (is_group(&contest.wanted) && FACT(GROUP_BIND))
        return FACT(GROUP_BIND);
    if (s->type != SOCK_RAW && contest.wanted.port != 0)
        model_each(compare, &contest);
    if (contest.error)
        return contest.error;
    return model_is_message(s) ? bind_message(s, &name, contest.share) : bind_stream(s, &name);
}

int model_bind_wildcard(struct model_socket *s)
{
    union host_address name;
    int error = 0;

    model_lock();
    if (!s->bound && model_is_message(s)) {
        memset(&name, 0, sizeof name);
        name.family = (uint16_t)s->family;
        error = bind_message(s, &name, false);
    }
    model_unlock();
    return error;
}

int WSAAPI windows_bind(SOCKET handle, const struct sockaddr *address, int length)
{
    struct model_socket *s = model_get(handle);
    int result;

    if (!s)
        return SOCKET_ERROR;
    model_lock();
    result = model_result(bind_to(s, address, length));
    model_unlock();
    model_put(s);
    return result;
}

/* ---- connect ---- */

/* connect's page: an address of zeros dissolves a datagram socket's connection. */
static int connect_message(struct model_socket *s, const void *address, int length)
{
    union host_address name;
    int64_t result;
    size_t at = s->family == AF_INET6 ? 8 : 4;

    if (!address || length < length_of(s->family))
        return WSAEFAULT;
    memset(&name, 0, sizeof name);
    memcpy(&name, address, (size_t)length_of(s->family));
    if (name.family != s->family && name.family != AF_UNSPEC)
        return WSAEAFNOSUPPORT;
    if (is_zero(name.bytes + at, s->family == AF_INET6 ? 16 : 4)) {
        s->connected = false;
        result = host_connect(s->fd, NULL, 0);
        return result < 0 ? host_error(result) : 0;
    }
    if (s->type == SOCK_DGRAM && name.bytes[2] == 0 && name.bytes[3] == 0)
        return WSAEADDRNOTAVAIL;
    result = host_connect(s->fd, &name, length_of(s->family));
    if (result < 0)
        return host_error(result);
    s->connected = true;
    note_name(s);
    return 0;
}

int WSAAPI windows_connect(SOCKET handle, const struct sockaddr *address, int length)
{
    struct model_socket *s = model_get(handle);
    int result;

    if (!s)
        return SOCKET_ERROR;
    if (model_is_message(s)) {
        model_lock();
        result = model_result(connect_message(s, address, length));
        model_unlock();
    } else {
        result = model_real()->connect(handle, address, length);
    }
    model_put(s);
    return result;
}

int WSAAPI windows_WSAConnect(SOCKET handle, const struct sockaddr *address, int length,
                              LPWSABUF to, LPWSABUF from, LPQOS quality, LPQOS group)
{
    struct model_socket *s = model_get(handle);
    int result;

    if (!s)
        return SOCKET_ERROR;
    if (model_is_message(s))
        result = windows_connect(handle, address, length);
    else
        result = model_real()->WSAConnect(handle, address, length, to, from, quality, group);
    model_put(s);
    return result;
}

/* ---- names ---- */

static int message_name(const struct model_socket *s, int peer, void *address, int *length)
{
    union host_address name;
    int size = sizeof name;
    int64_t result;

    if (!address || !length || *length < length_of(s->family))
        return WSAEFAULT;
    if (peer && !s->connected)
        return WSAENOTCONN;
    if (!peer && !s->bound && FACT(UNBOUND_NAME))
        return FACT(UNBOUND_NAME);
    result = host_name(s->fd, peer, &name, &size);
    if (result < 0)
        return host_error(result);
    memcpy(address, &name, (size_t)length_of(s->family));
    *length = length_of(s->family);
    return 0;
}

int WSAAPI windows_getsockname(SOCKET handle, struct sockaddr *address, int *length)
{
    struct model_socket *s = model_get(handle);
    int result;

    if (!s)
        return SOCKET_ERROR;
    result = model_is_message(s) ? model_result(message_name(s, 0, address, length))
                                 : model_real()->getsockname(handle, address, length);
    model_put(s);
    return result;
}

int WSAAPI windows_getpeername(SOCKET handle, struct sockaddr *address, int *length)
{
    struct model_socket *s = model_get(handle);
    int result;

    if (!s)
        return SOCKET_ERROR;
    result = model_is_message(s) ? model_result(message_name(s, 1, address, length))
                                 : model_real()->getpeername(handle, address, length);
    model_put(s);
    return result;
}
