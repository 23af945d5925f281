// SPDX-License-Identifier: BSD-2-Clause
/* ICMP errors: which reach a UDP socket, as what (icmp_input and icmp6_input of both systems with
 * their tables of errno, inetctlerrmap; M path.errors, path.too_big). */
#include "model.h"

enum { UNREACH = 3, EXCEEDED = 11, PARAMETER = 12 };
enum { UNREACH6 = 1, TOO_BIG6 = 2, EXCEEDED6 = 3, PARAMETER6 = 4 };
enum { PATHS = 256, LEAST_MTU = 1280 };

/* Path MTUs below the least of IPv6, which the host does not believe. */
static struct host_addr paths[PATHS];
static int path_count;

int model_path_mtu(const struct host_addr *to)
{
    for (int i = 0; i < path_count && i < PATHS; i++)
        if (model_same_ip(&paths[i], to))
            return LEAST_MTU;
    return 0;
}

static void learn_path(const struct host_icmp *e)
{
    if (e->mtu == 0 || e->mtu >= LEAST_MTU || model_path_mtu(&e->to) != 0)
        return;
    paths[path_count++ % PATHS] = e->to;
}

static int unreachable4(int code)
{
    switch (code) {
    case 2:
    case 3:
        return ECONNREFUSED;
    case 4:
        return EMSGSIZE;
    case 9:
    case 10:
    case 13:
        return model_fact(FACT_ICMP_PROHIBITED);
    case 0:
    case 1:
    case 5:
    case 6:
    case 7:
        return model_fact(FACT_ICMP_NO_WAY);
    default:
        return code <= 15 ? EHOSTUNREACH : 0;
    }
}

static int errno_of4(const struct host_icmp *e)
{
    if (e->type == UNREACH)
        return unreachable4(e->code);
    if (e->type == EXCEEDED && e->code == 0)
        return model_fact(FACT_ICMP_EXCEEDED);
    return e->type == PARAMETER && e->code <= 1 ? ENOPROTOOPT : 0;
}

static int unreachable6(int code)
{
    switch (code) {
    case 0:
        return EHOSTUNREACH;
    case 1:
    case 4:
        return ECONNREFUSED;
    case 2:
        return model_fact(FACT_ICMP6_SCOPE);
    case 3:
        return model_fact(FACT_ICMP6_ADDRESS);
    default:
        return 0;
    }
}

static int errno_of6(const struct host_icmp *e)
{
    switch (e->type) {
    case UNREACH6:
        return unreachable6(e->code);
    case TOO_BIG6:
        return model_fact(FACT_ICMP6_TOO_BIG);
    case EXCEEDED6:
        return e->code == 0 ? model_fact(FACT_ICMP6_EXCEEDED) : 0;
    case PARAMETER6:
        return e->code == 1 ? ECONNREFUSED : e->code <= 2 ? ENOPROTOOPT : 0;
    default:
        return 0;
    }
}

static void note_mtu(struct sock *s, const struct host_icmp *e, bool own)
{
    const int room = (int)(sizeof s->notices / sizeof s->notices[0]);
    if (own || model_fact(FACT_SMALL_MTU_UNCONNECTED))
        learn_path(e);
    if (!s->values[OPTION_RECVPATHMTU] || !model_fact(FACT_PATH_NOTICES) || s->notice_count == room)
        return;
    s->notices[s->notice_count].to = e->to;
    s->notices[s->notice_count].to.port = 0;
    s->notices[s->notice_count++].mtu = e->mtu;
}

/* Only connected sockets hear of errors; those of a dead host go to all that send there and are
 * bound to no address (in6_pcbnotify of NetBSD and OpenBSD). */
static void take_in(struct sock *s, const struct host_icmp *e)
{
    const bool own = s->connected && model_same_ip(&s->peer, &e->to) && s->peer.port == e->to.port;
    const bool dead = e->v6 && e->type == UNREACH6 && e->code == 3 && model_is_any(&s->local);
    const int error = e->v6 ? errno_of6(e) : errno_of4(e);
    if (e->v6 && e->type == TOO_BIG6 && e->mtu < LEAST_MTU && model_fact(FACT_SMALL_MTU_IGNORED))
        return;
    if (e->v6 && e->type == TOO_BIG6)
        note_mtu(s, e, own);
    if (error != 0 && (own || (dead && !s->connected && model_fact(FACT_ICMP6_ADDRESS_ALL))))
        s->pending = error, s->deferred = false;
}

int model_errors(int fd, struct sock *s)
{
    struct host_icmp error;
    int seen = 0;
    if (s->is.type != HOST_DATAGRAM)
        return 0;
    model_names(fd, s);
    for (; host_icmp_error(fd, &error) > 0; seen++)
        take_in(s, &error);
    return seen;
}
