// SPDX-License-Identifier: BSD-2-Clause
/* The calls on sockets. */
#include "calls.h"

static int fail(int error)
{
    return model_return(-error);
}

static int type_of(int type, enum host_type *out)
{
    switch (type & ~(SOCK_CLOEXEC | SOCK_NONBLOCK)) {
    case SOCK_STREAM:
        *out = HOST_STREAM;
        return 0;
    case SOCK_DGRAM:
        *out = HOST_DATAGRAM;
        return 0;
    case SOCK_RAW:
        *out = HOST_RAW;
        return 0;
    default:
        return -EPROTOTYPE;
    }
}

static int check_protocol(int family, enum host_type type, int protocol)
{
    if (type == HOST_STREAM)
        return protocol == 0 || protocol == IPPROTO_TCP                   ? 0
               : protocol == IPPROTO_UDP && model_fact(FACT_PING_SOCKETS) ? -EPROTOTYPE
                                                                          : -EPROTONOSUPPORT;
    if (type == HOST_DATAGRAM && protocol == IPPROTO_TCP && model_fact(FACT_PING_SOCKETS))
        return -EPROTOTYPE;
    if (type == HOST_DATAGRAM)
        return protocol == 0 || protocol == IPPROTO_UDP ? 0 : -EPROTONOSUPPORT;
    if (!host_is_privileged())
        return -model_fact(FACT_RAW_UNPRIVILEGED);
    if ((protocol < 0 && !model_fact(FACT_PING_SOCKETS)) || protocol > 255)
        return -model_fact(family == AF_INET ? FACT_PROTOCOL_RANGE4 : FACT_PROTOCOL_RANGE6);
    return 0;
}

static int host_protocol(enum host_type type, int protocol)
{
    return type != HOST_RAW ? 0 : protocol & 255;
}

int kernel_socket(int family, int type, int protocol)
{
    enum host_type kind;
    const bool ping = type == SOCK_DGRAM && model_fact(FACT_PING_SOCKETS) &&
                      protocol == (family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
    int result = model_fault("socket");
    if (result == 0 && family != AF_INET && family != AF_INET6) {
        result = model_news_socket(family, type);
        if (result >= 0 && result != 1)
            return model_opened(result);
        result = result == 1 ? -EAFNOSUPPORT : result;
    }
    if (result == 0)
        result = type_of(type, &kind);
    if (result == 0 && ping)
        kind = HOST_RAW;
    else if (result == 0)
        result = check_protocol(family, kind, protocol);
    if (result < 0)
        return model_return(result);
    const int version = family == AF_INET ? 4 : 6;
    const bool quick = type & SOCK_NONBLOCK, closes = type & SOCK_CLOEXEC;
    const int fd = kind == HOST_RAW && protocol == 0
                       ? host_wild(version, quick, closes)
                       : host_socket(version, kind, host_protocol(kind, protocol), quick, closes);
    if (fd < 0)
        return model_return(model_errno(fd));
    host_lock();
    const bool known = model_made(fd, ping) != NULL;
    host_unlock();
    if (known)
        return model_opened(fd);
    host_close(fd);
    return fail(ENOBUFS);
}

/* One that fails has closed all the same (FreeBSD kern/kern_descrip.c, closefp_impl). */
int kernel_close(int fd)
{
    model_ears_close(fd);
    const int fault = model_fault("close"), result = host_close(fd);
    model_closed(fd);
    return fault < 0 || result == 0 ? model_return(fault) : model_return(model_errno(result));
}

static int family_of(const void *name, socklen_t length)
{
    struct sockaddr any;
    if (name == NULL || length < 2)
        return -1;
    memcpy(&any, name, 2);
    return any.sa_family;
}

static int read_name(const struct sock *s, const void *name, socklen_t length,
                     struct host_addr *out)
{
    const int family = family_of(name, length);
    if (family < 0)
        return -EINVAL;
    if (family != (s->is.family == 4 ? AF_INET : AF_INET6))
        return model_wrong_family(s, length);
    if (!model_from(out, name, length))
        return -EINVAL;
    return model_wrong_scope(out);
}

static int bind_raw(const struct host_addr *name)
{
    if (model_is_any(name))
        return 0;
    if (name->port != 0 && model_fact(FACT_RAW_BIND_PORT))
        return -model_fact(FACT_RAW_BIND_PORT);
    const bool group =
        model_is_group(name) && !(name->family == 6 && model_fact(FACT_RAW6_BIND_GROUP));
    return group || model_is_mapped(name) ? -EADDRNOTAVAIL : 0;
}

/* A group of link scope without a zone hears nothing (in6_setscope); the host wants one. */
static int bind_below(int fd, struct sock *s, const struct host_addr *addr)
{
    struct host_addr zoned = *addr;
    if (s->wild) {
        s->bound = *addr;
        return 0;
    }
    const bool link = addr->family == 6 && addr->ip[0] == 0xff && (addr->ip[1] & 15) <= 2;
    if (!link || addr->scope != 0)
        return host_bind(fd, addr);
    zoned.scope = 1;
    s->zoneless = true;
    return host_bind(fd, &zoned);
}

static int bind_locked(int fd, const void *name, socklen_t length)
{
    int result = 0;
    struct host_addr addr;
    struct sock *const s = model_find(fd, &result);
    if (s == NULL)
        return result;
    result = read_name(s, name, length, &addr);
    if (result == 0 && s->is.type == HOST_RAW)
        result = bind_raw(&addr);
    if (result == 0 && s->is.type != HOST_RAW && s->has_port)
        result = -EINVAL; /* in_pcbbind: has a port already */
    if (result == 0 && addr.family == 6 && addr.scope == 0 && addr.ip[0] == 0xfe &&
        (addr.ip[1] & 0xc0) == 0x80) /* no such address without its scope */
        result = -EADDRNOTAVAIL;
    if (result == 0 && model_is_mapped(&addr) && !model_dual(s))
        result = -model_fact(FACT_BIND_MAPPED_V6ONLY);
    const bool shares = s->is.type == HOST_DATAGRAM && addr.port != 0;
    if (result == 0 && shares && model_bind_conflicts(s, &addr))
        result = -EADDRINUSE;
    if (result == 0) {
        if (shares) /* judged above, by this kernel's rules */
            host_set(fd, HOST_OPTION_REUSE_ADDRESS, 1);
        const int below = bind_below(fd, s, &addr);
        result = below < 0 ? model_errno(below) : 0;
    }
    if (result == 0)
        s->bound_by = fd + 1;
    if (result == 0 && (s->kind & KIND_RP4))
        s->bound = addr;
    model_names(fd, s);
    return result;
}

int kernel_bind(int fd, const struct sockaddr *name, socklen_t length)
{
    int result = model_fault("bind");
    host_lock();
    if (result == 0)
        result = bind_locked(fd, name, length);
    host_unlock();
    return model_return(result);
}

/* AF_UNSPEC: an error, and disconnected all the same (M). */
static int dissolve(int fd, struct sock *s)
{
    if (s->is.type == HOST_STREAM)
        return -EAFNOSUPPORT;
    host_connect(fd, NULL);
    s->connected = false;
    memset(&s->peer, 0, sizeof s->peer);
    model_names(fd, s);
    return -model_fact(FACT_CONNECT_UNSPEC);
}

/* Raw sockets take any peer (rip_connect); IPv6 ones find a source for it. 1: connected. */
static int connect_odd(struct sock *s, const struct host_addr *addr)
{
    s->odd_peer = s->connected = true;
    s->peer = *addr;
    if (s->is.family == 6 && model_is_any(&s->local))
        model_default_source(addr, &s->odd_local);
    return 1;
}

static int connect_locked(int fd, const void *name, socklen_t length, struct host_addr *addr)
{
    int result = 0;
    struct sock *const s = model_find(fd, &result);
    if (s == NULL)
        return result;
    if (family_of(name, length) == AF_UNSPEC)
        return dissolve(fd, s);
    result = read_name(s, name, length, addr);
    if (result < 0)
        return result;
    s->odd_peer = false;
    s->was_dissolved = false;
    if (s->kind == KIND_R6 && model_is_any(addr) && model_fact(FACT_BOUND_IF))
        return -EHOSTUNREACH; /* M raw6.receivers */
    if (s->is.type == HOST_RAW &&
        (s->wild || s->kind == KIND_P4 || model_is_mapped(addr) || model_is_any(addr)))
        return connect_odd(s, addr); /* a source is not found for ping sockets: they hear groups */
    if (s->is.type == HOST_RAW)
        addr->port = 9; /* any: without one Linux does not tell the peer (inet_getname) */
    else if (addr->port == 0)
        return -model_fact(FACT_PORT_ZERO);
    if (model_is_mapped(addr) && !model_dual(s) && model_fact(FACT_MAPPED_REFUSED))
        return -model_fact(FACT_MAPPED_REFUSED);
    if (model_is_mapped(addr) && !model_dual(s)) { /* M datagram.mapped: and then sends nothing */
        const struct host_addr any = {.family = 6};
        host_bind(fd, &any);
        return connect_odd(s, addr);
    }
    if (addr->family == 6 && addr->scope == 0 && addr->ip[0] == 0xfe &&
        (addr->ip[1] & 0xc0) == 0x80)
        addr->scope = model_link_zone();
    /* a datagram socket connects anew: soconnect disconnects first */
    if (s->is.type == HOST_DATAGRAM && s->connected)
        host_connect(fd, NULL);
    return 0;
}

int kernel_connect(int fd, const struct sockaddr *name, socklen_t length)
{
    struct host_addr addr;
    const int fault = model_fault("connect");
    const bool goes_on = fault == -EINTR; /* POSIX, connect() */
    int error = 0, result = goes_on ? 0 : fault;
    host_lock();
    if (result == 0)
        result = connect_locked(fd, name, length, &addr);
    host_unlock();
    if (result != 0)
        return model_return(result < 0 ? result : fault);
    result = host_connect(fd, &addr);
    host_lock();
    struct sock *const s = model_find(fd, &error);
    if (s != NULL && result == 0) {
        s->connected = true;
        s->peer = addr;
    }
    if (s != NULL)
        model_names(fd, s);
    host_unlock();
    return model_return(goes_on ? fault : result < 0 ? model_errno(result) : 0);
}

static int give_foreign(void *name, socklen_t *length)
{
    struct sockaddr any;
    memset(&any, 0, sizeof any);
    any.sa_len = 2;
    any.sa_family = AF_LOCAL;
    return model_copy_out(&any, 2, name, length);
}

static int name_of(int fd, bool peer, void *name, socklen_t *length)
{
    int error = 0;
    struct host_addr addr;
    host_lock();
    struct sock *const s = model_find(fd, &error);
    if (s != NULL) {
        model_names(fd, s);
        addr = peer ? s->peer : s->local;
        const struct host_addr plain = model_unmap(&addr);
        if (!peer && addr.family == 6 && model_is_any(&plain) && model_fact(FACT_MAPPED_ANY_NAME))
            memset(addr.ip, 0, sizeof addr.ip);
        if (addr.ip[0] == 0xff && addr.ip[1] == 1 && model_fact(FACT_SCOPE_EMBEDDED)) {
            addr.ip[3] = (uint8_t)addr.scope;
            addr.scope = 0;
        }
        error = peer && !s->connected ? -ENOTCONN : 0;
    }
    host_unlock();
    if (s == NULL && error == -EOPNOTSUPP) /* a socket, of another family */
        return give_foreign(name, length);
    if (error == 0)
        model_give_name(&addr, name, length);
    return error;
}

int kernel_getsockname(int fd, struct sockaddr *name, socklen_t *length)
{
    const int result = model_fault("getsockname");
    return model_return(result < 0 ? result : name_of(fd, false, name, length));
}

int kernel_getpeername(int fd, struct sockaddr *name, socklen_t *length)
{
    const int result = model_fault("getpeername");
    return model_return(result < 0 ? result : name_of(fd, true, name, length));
}

int kernel_listen(int fd, int backlog)
{
    int result = model_fault("listen");
    if (result == 0) {
        result = host_listen(fd, backlog);
        result = result < 0 ? model_errno(result) : 0;
    }
    return model_return(result);
}

int kernel_shutdown(int fd, int how)
{
    int result = model_fault("shutdown");
    if (result == 0) {
        result = host_shutdown(fd, how);
        result = result < 0 ? model_errno(result) : 0;
    }
    return model_return(result);
}

int kernel_accept4(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    struct host_addr peer;
    int error = 0, made = model_fault("accept4");
    if (made < 0)
        return model_return(made);
    made = host_accept(fd, &peer, flags & SOCK_NONBLOCK, flags & SOCK_CLOEXEC);
    if (made < 0)
        return model_return(model_errno(made));
    host_lock();
    struct sock *const s = model_find(made, &error);
    const struct sock *const listener = model_find(fd, &error);
    if (s != NULL && listener != NULL)
        memcpy(s->values, listener->values, sizeof s->values);
    host_unlock();
    if (name != NULL)
        model_give_name(&peer, name, length);
    return model_opened(made);
}

int kernel_accept(int fd, struct sockaddr *name, socklen_t *length)
{
    return kernel_accept4(fd, name, length, 0);
}

int kernel_paccept(int fd, struct sockaddr *name, socklen_t *length, const void *mask, int flags)
{
    (void)mask;
    return kernel_accept4(fd, name, length, flags);
}

int kernel_setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    int result = model_fault_option("setsockopt", level, name);
    host_lock();
    struct sock *const s = result < 0 ? NULL : model_find(fd, &result);
    if (s != NULL)
        result = model_ping_option(s, level, name);
    if (s != NULL && result == 0)
        result = model_set(fd, s, level, name, value, length);
    host_unlock();
    if (result == -EOPNOTSUPP && host_is_news(fd))
        result = model_news_option(fd, level, name);
    return model_return(result);
}

/* SO_TYPE and the like of what is no socket of ours. */
static int get_foreign(int level, int name, void *value, socklen_t *length)
{
    const int answer = name == SO_TYPE ? SOCK_DGRAM : 0;
    return level == SOL_SOCKET && (name == SO_TYPE || name == SO_ERROR)
               ? model_copy_out(&answer, sizeof answer, value, length)
               : -EINVAL;
}

int kernel_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    int result = model_fault_option("getsockopt", level, name);
    host_lock();
    struct sock *const s = result < 0 ? NULL : model_find(fd, &result);
    if (s != NULL)
        result = model_ping_option(s, level, name);
    if (s != NULL && result == 0)
        result = model_get(fd, s, level, name, value, length);
    else if (result == -EOPNOTSUPP)
        result = get_foreign(level, name, value, length);
    host_unlock();
    return model_return(result);
}
