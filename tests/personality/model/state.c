// SPDX-License-Identifier: BSD-2-Clause
/* What the model knows of sockets: by the socket, not by the descriptor, and of those that it did
 * not make from the moment it first sees them. */
#include "model.h"

enum { SLOTS = 1024 };
static struct sock *table[SLOTS];

static const int errors[] = {
    0,
#define E(name) name,
#include "../errors.def"
#undef E
    EIO,
};

static const int initial[OPTION_COUNT] = {
#define O(id, kinds, level, name, set, get, value, first, host) first,
#include MODEL_OPTIONS
#undef O
};

int model_errno(int host_result)
{
    return -errors[-host_result];
}

int model_return(int result)
{
    if (result >= 0)
        return result;
    errno = -result;
    return -1;
}

bool model_dual(const struct sock *s)
{
    return s->is.family == 6 && !s->values[OPTION_V6ONLY];
}

static unsigned kind_of(const struct host_identity *is)
{
    const unsigned v4 = is->type == HOST_STREAM ? KIND_T4
                        : is->type == HOST_RAW  ? KIND_R4
                                                : KIND_U4;
    return is->family == 4 ? v4 : v4 << 1;
}

/* What the host is to tell of each packet, whatever the program asks for. */
static void ask_for_all(int fd, const struct sock *s)
{
    static const enum host_option v4[] = {HOST_OPTION_PACKET_INFO, HOST_OPTION_RECEIVE_TTL,
                                          HOST_OPTION_RECEIVE_TOS},
                                  v6[] = {HOST_OPTION_PACKET_INFO6, HOST_OPTION_RECEIVE_HOPS,
                                          HOST_OPTION_RECEIVE_CLASS};
    if (s->is.type == HOST_STREAM)
        return;
    host_set(fd, HOST_OPTION_TIMESTAMP, 1);
    host_set(fd, HOST_OPTION_BROADCAST, 1); /* the model judges: send.c */
    for (int i = 0; i < 3; i++) {
        host_set(fd, v4[i], 1);
        if (s->is.family == 6)
            host_set(fd, v6[i], 1);
    }
    if (s->kind == KIND_R4)
        host_set(fd, HOST_OPTION_RECEIVE_FRAGMENT, 1);
    if (s->is.type == HOST_DATAGRAM) { /* errors.c */
        host_set(fd, HOST_OPTION_ERROR_QUEUE, 1);
        host_set(fd, HOST_OPTION_ERROR_QUEUE6, 1);
    }
    host_set(fd, HOST_OPTION_DISCOVERY, HOST_OMIT); /* hears of need-fragment */
    if (s->is.family == 6)
        host_set(fd, HOST_OPTION_DISCOVERY6, HOST_MAY_FRAGMENT);
    if (s->kind == KIND_U4)
        host_set(fd, HOST_OPTION_MULTICAST_ALL,
                 !model_fact(FACT_STRICT_UDP4) || model_fact(FACT_ALL_HOSTS));
    else
        host_set(fd, HOST_OPTION_MULTICAST_ALL, 1);
}

static void read_buffers(struct sock *s)
{
    s->values[OPTION_RECEIVE_BUFFER] = s->is.type == HOST_STREAM
                                           ? model_fact(FACT_RECEIVE_BUFFER_TCP)
                                       : s->is.type == HOST_RAW ? model_fact(FACT_BUFFER_RAW)
                                       : s->is.family == 4 ? model_fact(FACT_RECEIVE_BUFFER_UDP)
                                                           : model_fact(FACT_RECEIVE_BUFFER_UDP6);
    s->values[OPTION_SEND_BUFFER] = s->is.type == HOST_STREAM ? model_fact(FACT_SEND_BUFFER_TCP)
                                    : s->is.type == HOST_RAW  ? model_fact(FACT_BUFFER_RAW)
                                                              : model_fact(FACT_SEND_BUFFER_UDP);
}

static struct sock *new_sock(int fd, const struct host_identity *is)
{
    struct sock *const s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->is = *is;
    s->kind = kind_of(is);
    s->wild = is->type == HOST_RAW && is->protocol == 0;
    s->bound.family = (uint8_t)is->family;
    s->checksum = -1;
    memset(s->filter, 0xff, sizeof s->filter);
    memcpy(s->values, initial, sizeof initial);
    s->values[OPTION_V6ONLY] = is->v6only;
    if (is->type == HOST_RAW)
        s->values[OPTION_TTL] = model_fact(FACT_TTL_RAW_INITIAL);
    read_buffers(s);
    s->next = table[is->number % SLOTS];
    table[is->number % SLOTS] = s;
    ask_for_all(fd, s);
    return s;
}

struct sock *model_find(int fd, int *error)
{
    struct host_identity is;
    const int result = host_identify(fd, &is);
    if (result < 0 || is.family == 0) {
        *error = result < 0 ? model_errno(result) : -EOPNOTSUPP;
        return NULL;
    }
    for (struct sock *s = table[is.number % SLOTS]; s != NULL; s = s->next)
        if (s->is.number == is.number)
            return s;
    struct sock *const s = new_sock(fd, &is);
    if (s == NULL)
        *error = -ENOBUFS;
    else
        model_names(fd, s);
    return s;
}

struct sock *model_made(int fd, bool ping)
{
    int error = 0;
    struct sock *const s = model_find(fd, &error);
    if (s == NULL)
        return NULL;
    s->made = true;
    if (ping)
        s->kind = s->is.family == 4 ? KIND_P4 : KIND_P6;
    s->bound.family = (uint8_t)s->is.family;
    if (s->is.type == HOST_RAW &&
        s->is.protocol == IPPROTO_RAW) /* Linux: with a header of one's own */
        host_set(fd, s->is.family == 4 ? HOST_OPTION_HEADER_INCLUDED : HOST_OPTION_HEADER_INCLUDED6,
                 0);
    if (s->kind == KIND_R4 && model_fact(FACT_RAW_TTL_UNSET))
        host_set(fd, HOST_OPTION_TTL, model_fact(FACT_RAW_TTL_UNSET));
    if (s->is.family == 6) {
        s->values[OPTION_V6ONLY] = initial[OPTION_V6ONLY];
        host_set(fd, HOST_OPTION_V6ONLY, initial[OPTION_V6ONLY]);
    }
    model_apply(fd, s, OPTION_RECEIVE_BUFFER, s->values[OPTION_RECEIVE_BUFFER]);
    model_apply(fd, s, OPTION_SEND_BUFFER, s->values[OPTION_SEND_BUFFER]);
    return s;
}

/* Linux tells no peer of a raw socket. */
void model_names(int fd, struct sock *s)
{
    struct host_addr peer;
    if (host_name(fd, true, &peer) == 0) {
        s->peer = peer;
        s->connected = true;
    } else if (s->is.type != HOST_RAW && !s->odd_peer) {
        memset(&s->peer, 0, sizeof s->peer);
        s->connected = false;
    }
    if (s->is.type == HOST_RAW)
        s->peer.port = 0;
    if (s->wild || ((s->kind & KIND_RP4) && s->made)) {
        const bool odd = s->odd_peer && s->is.family == 6 && model_is_any(&s->bound);
        s->local = odd ? s->odd_local : s->bound;
        s->local.port = 0;
        return;
    }
    if (host_name(fd, false, &s->local) == 0) {
        if (s->is.type == HOST_RAW) /* Linux gives the protocol */
            s->local.port = 0;
        if (s->odd_peer && model_is_any(&s->local))
            memcpy(s->local.ip, s->odd_local.ip, sizeof s->local.ip);
        if (s->zoneless)
            s->local.scope = 0;
        s->has_port = s->local.port != 0;
        if (s->unbound)
            memset(s->local.ip, 0, sizeof s->local.ip);
        if (s->ruined)
            memcpy(s->local.ip, s->odd_local.ip, sizeof s->local.ip);
    }
}

enum { BY_ADDR = 1, BY_PORT = 2 };

static int reuse_of(const struct sock *s, const struct host_addr *addr)
{
    const struct host_addr plain = model_unmap(addr);
    const int addr_too = model_is_group(&plain) ? BY_ADDR | BY_PORT : BY_ADDR;
    return (s->values[OPTION_REUSEADDR] ? addr_too : 0) |
           (s->values[OPTION_REUSEPORT] ? BY_PORT : 0);
}

/* By a descriptor plus 1. */
static bool is_open(const struct sock *s, int by)
{
    struct host_identity is;
    return by > 0 && host_identify(by - 1, &is) == 0 && is.number == s->is.number;
}

static bool hears(struct sock *t, const struct host_message *m)
{
    const struct membership *const joined = model_membership(t, m->interface, &m->local);
    return !t->multicast || joined != NULL;
}

bool model_kept_by_newer(const struct sock *s, const struct host_message *m)
{
    for (int i = 0; i < SLOTS; i++)
        for (struct sock *t = table[i]; t != NULL; t = t->next)
            if (t->kind == KIND_U6 && t->is.number > s->is.number &&
                t->local.port == s->local.port && !t->values[OPTION_REUSEADDR] &&
                !t->values[OPTION_REUSEPORT] && is_open(t, t->bound_by) && hears(t, m))
                return true;
    return false;
}

static int theirs(const struct sock *t)
{
    const struct host_addr one = {.family = 4};
    return reuse_of(t, model_fact(FACT_REUSE_BY_OWN_OPTION) ? &one : &t->local);
}

bool model_joined(uint32_t index, const struct host_addr *group)
{
    for (int i = 0; i < SLOTS; i++)
        for (struct sock *t = table[i]; t != NULL; t = t->next)
            if (is_open(t, t->joined_by) && model_membership(t, index, group) != NULL)
                return true;
    return false;
}

/* Of one kind; or IPv4 and a dual-stack wildcard, of which one comes second by each system's rule.
 */
static bool shares_port(const struct sock *s, const struct sock *t, const struct host_addr *addr)
{
    if (t->kind == s->kind)
        return true;
    if (s->kind == KIND_U4 && t->kind == KIND_U6)
        return model_dual(t) && model_is_any(&t->local);
    return s->kind == KIND_U6 && t->kind == KIND_U4 && model_dual(s) && model_is_any(addr) &&
           !model_is_any(&t->local) && model_fact(FACT_DUAL_AFTER_V4);
}

/* in_pcbbind: without either option wildcards clash too; what is equal wants SO_REUSEPORT of both,
 * where a group is bound SO_REUSEADDR does. */
bool model_bind_conflicts(const struct sock *s, const struct host_addr *addr)
{
    const struct host_addr plain = model_unmap(addr);
    const int own = reuse_of(s, addr), shares = model_is_group(&plain) ? own : own & BY_PORT;
    for (int i = 0; i < SLOTS; i++)
        for (const struct sock *t = table[i]; t != NULL; t = t->next) {
            if (t == s || !shares_port(s, t, addr) || t->local.port != addr->port ||
                (shares & theirs(t)) || !is_open(t, t->bound_by))
                continue;
            if (model_same_ip(&t->local, addr) ||
                (own == 0 && (model_is_any(&t->local) || model_is_any(addr))))
                return true;
        }
    return false;
}
