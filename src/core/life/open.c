// SPDX-License-Identifier: BSD-2-Clause
/* Opening: a socket is made, told what was configured, bound, connected. */
#include "core/endpoint/wait.h"
#include "core/endpoint/zone.h"
#include "core/life/close.h"
#include "core/life/config.h"
#include "core/option/addressed.h"
#include "core/traffic/ping.h"
#include "core/traffic/single.h"

/* As the system has the peer, which may differ from what was asked for (0.0.0.0 means this host),
 * or does not tell (raw sockets, without a port). */
static void find_peer(struct ipsock_endpoint *s, const struct ipsock_addr *asked)
{
    struct ipsock_error ignored;
    struct ipsock_addr peer;
    ipsk_fix_peer(s, ipsk_sys_peer_addr(s->handle, &peer, &ignored) < 0 ? asked : &peer);
}

static int connect_and_wait(struct ipsock_endpoint *s, const struct ipsock_config *c,
                            struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    int code = ipsk_sys_connect(s->handle, &c->peer, error);
    if (code == IPSOCK_EAGAIN && s->kind != IPSOCK_TCP) /* no local port is left */
        code = error->code = IPSOCK_EADDRINUSE;
    if (code == IPSOCK_EAGAIN && !ipsk_may_wait(s, 0))
        code = IPSOCK_OK; /* goes on; sends tell when it is done */
    if (code != IPSOCK_EAGAIN)
        return code;
    s->deadline[IPSOCK_WRITE] = c->deadline;
    do {
        code = ipsk_wait_for(s, IPSOCK_WRITE, &wait, error);
        if (code == IPSOCK_OK)
            code = ipsk_sys_connect_result(s->handle, error);
    } while (code == IPSOCK_EAGAIN);
    s->deadline[IPSOCK_WRITE] = 0;
    return code;
}

/* Of who answers to a group a raw socket that is connected to it would hear nothing, nor would a
 * ping socket that is no more than that (Darwin: icmp6.c, icmp6_rip6_input). */
static bool stays_unconnected(const struct ipsock_endpoint *s, const struct ipsock_addr *peer)
{
    return s->echo_id != 0 &&
           ((s->flags & IPSOCK_OPEN_BROADCAST) || ipsock_addr_is_multicast(peer));
}

static int attach_peer(struct ipsock_endpoint *s, const struct ipsock_config *c,
                       struct ipsock_error *error)
{
    if (stays_unconnected(s, &c->peer)) {
        s->peer = c->peer;
        s->connected = true;
        return IPSOCK_OK;
    }
    const int code = connect_and_wait(s, c, error);
    if (code == IPSOCK_OK)
        find_peer(s, &c->peer);
    return code;
}

#define PROTOCOL_TCP 6

/* Some systems refuse to receive on a socket without an address; TCP on a raw one may have none. */
static bool needs_address(const struct ipsock_endpoint *s)
{
    return s->backing != IPSOCK_RAW ||
           (ipsk_native.facts[IPSK_FACT_RAW_UNBOUND_DEAF] != 0 && s->protocol != PROTOCOL_TCP);
}

/* Binds, connects, listens. */
static int attach(struct ipsock_endpoint *s, const struct ipsock_config *c,
                  struct ipsock_error *error)
{
    const bool connects = c->peer.family != IPSOCK_UNSPEC;
    struct ipsock_addr local = c->local;
    int code = IPSOCK_OK;
    if (connects && ipsk_is_forbidden_to_all(s, &c->peer))
        return ipsk_fail(error, IPSOCK_EBROADCAST, 0, "connect", NULL);
    if (s->echo_id != 0 || s->kind == IPSOCK_RAW)
        local.port = 0; /* it chose the identifier; raw sockets have none (BSD: EADDRNOTAVAIL) */
    if (local.family != IPSOCK_UNSPEC) {
        code = ipsk_sys_bind(s->handle, &local, error);
    } else if (!connects && needs_address(s)) {
        const struct ipsock_addr any = ipsock_addr_any(s->family, 0);
        code = ipsk_sys_bind(s->handle, &any, error);
    }
    if (code < 0 && code != IPSOCK_EADDRNOTAVAIL && s->kind == IPSOCK_RAW &&
        s->protocol == PROTOCOL_TCP && ipsk_native.raw_tcp != NULL)
        code = ipsk_fail(error, IPSOCK_ENOTSUP, error->native, "bind", ipsk_native.raw_tcp);
    if (code == IPSOCK_OK && connects)
        code = attach_peer(s, c, error);
    if (code == IPSOCK_OK && s->listening)
        code = ipsk_sys_listen(s->handle, c->backlog, error);
    return code;
}

static int make_socket(struct ipsock_endpoint *s, const struct ipsock_config *c,
                       struct ipsock_error *error)
{
    int code = c->kind == IPSOCK_PING
                   ? ipsk_ping_socket(s, error)
                   : ipsk_sys_socket(c->family, c->kind, c->protocol, &s->handle, error);
    if (code == IPSOCK_EPERM && c->kind == IPSOCK_RAW)
        error->option = ipsk_native.raw_privilege;
    if (code == IPSOCK_OK && c->kind == IPSOCK_PING)
        ipsk_ping_begin(s, c->local.port);
    return code;
}

static int open_checked(struct ipsock_endpoint **out, const struct ipsock_config *c,
                        struct ipsock_error *error)
{
    struct ipsock_endpoint *s = ipsk_endpoint_new(IPSOCK_INVALID_HANDLE, error);
    if (s == NULL)
        return IPSOCK_ENOMEM;
    ipsk_set_kind(s, c->kind, c->family);
    ipsk_set_protocol(s, c->protocol);
    s->fresh = true;
    s->zone = ipsk_zone_of_config(c);
    ipsk_set_flags(s, c->flags | IPSOCK_ADOPT_OWN | IPSK_OPENED_HERE);
    s->dual_stack = (c->flags & IPSOCK_OPEN_DUAL_STACK) != 0;
    s->tells_nothing = s->dual_stack && ipsk_native.facts[IPSK_FACT_MAPPED_TELLS_NOTHING] != 0 &&
                       c->kind == IPSOCK_UDP &&
                       (ipsk_is_mapped(&c->local) || ipsk_is_mapped(&c->peer));
    s->listening = c->kind == IPSOCK_TCP && c->peer.family == IPSOCK_UNSPEC;
    s->traffic_class = c->traffic_class;
    s->hop_limit = c->hop_limit;
    int code = make_socket(s, c, error);
    if (code == IPSOCK_OK) {
        code = ipsk_apply_config(s, c, error);
        if (code == IPSOCK_OK)
            code = attach(s, c, error);
        if (code == IPSOCK_OK)
            code = ipsk_note_address(s, error);
        if (code < 0)
            ipsk_sys_close(s->handle);
    }
    s->fresh = false;
    ipsk_choose_way(s);
    if (code < 0)
        ipsk_destroy(s);
    else
        *out = s;
    return code;
}

int ipsock_open(struct ipsock_endpoint **s, const struct ipsock_config *config)
{
    struct ipsock_error error;
    struct ipsock_config c;
    ipsk_clear_error(&error);
    int code = ipsk_copy_config(&c, config, "open", &error);
    if (code == IPSOCK_OK && s == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "open", "s");
    if (s != NULL)
        *s = NULL;
    if (code == IPSOCK_OK)
        code = ipsk_check_config(&c, &error);
    if (code == IPSOCK_OK)
        code = open_checked(s, &c, &error);
    if (code == IPSOCK_OK)
        ipsk_clear_error(&error);
    if (c.error != NULL)
        *c.error = error;
    return code;
}
