// SPDX-License-Identifier: BSD-2-Clause
/* The life of an endpoint: made, adopted, accepted, closed, freed. */
#include "core/endpoint.h"

#include <ipsock/icmp.h>
#include <stdlib.h>
#include <string.h>

#include "core/adopt.h"
#include "core/error_stream.h"
#include "core/membership_aside.h"
#include "core/open.h"
#include "core/option.h"
#include "core/ping.h"
#include "core/zone.h"

static struct ipsock_endpoint *make(ipsock_handle_t handle, struct ipsock_error *error)
{
    struct ipsock_endpoint *s = calloc(1, sizeof *s);
    if (s == NULL) {
        ipsk_fail(error, IPSOCK_ENOMEM, 0, "open", NULL);
        return NULL;
    }
    s->handle = handle;
    for (int i = 0; i < 3; i++)
        s->errors[i].index = IPSOCK_NO_INDEX;
    ipsk_waiting_init(s);
    return s;
}

static void destroy(struct ipsock_endpoint *s)
{
    ipsk_memberships_free(&s->memberships);
    ipsk_free_errors(s);
    free(s->program);
    ipsk_waiting_destroy(s);
    free(s);
}

static void set_kind(struct ipsock_endpoint *s, int kind, int family)
{
    s->kind = (uint8_t)kind;
    s->backing = s->kind;
    s->family = (uint8_t)family;
    s->ip_header = kind == IPSOCK_RAW && family == IPSOCK_IPV4;
    s->unusual_sends = kind == IPSOCK_TCP || kind == IPSOCK_PING;
    atomic_init(&s->unusual, kind == IPSOCK_TCP ? IPSK_UNUSUAL_STREAM : 0);
}

static void set_protocol(struct ipsock_endpoint *s, int protocol)
{
    s->protocol = (uint8_t)protocol;
    s->unusual_sends |= ipsk_is_raw_icmp6(s);
}

/* Remembers who the datagrams of a connected endpoint come from and go to: as the system has it,
 * which may differ from what was asked for (0.0.0.0 means this host), or does not tell (raw
 * sockets, without a port). */
static void fix_peer(struct ipsock_endpoint *s, const struct ipsock_addr *peer)
{
    struct ipsock_error ignored;
    if (ipsk_sys_peer_addr(s->handle, &s->peer, &ignored) < 0)
        s->peer = *peer;
    s->peer.port = s->kind == IPSOCK_PING ? 0 : s->peer.port;
    s->connected = s->peer_in_system = s->unusual_sends = true;
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
        fix_peer(s, &c->peer);
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
    if (s->echo_id != 0)
        local.port = 0; /* it chose the identifier */
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
    struct ipsock_endpoint *s = make(IPSOCK_INVALID_HANDLE, error);
    if (s == NULL)
        return IPSOCK_ENOMEM;
    set_kind(s, c->kind, c->family);
    set_protocol(s, c->protocol);
    s->zone = ipsk_zone_of_config(c);
    s->flags = c->flags | IPSOCK_ADOPT_OWN | IPSK_OPENED_HERE;
    s->dual_stack = (c->flags & IPSOCK_OPEN_DUAL_STACK) != 0;
    s->listening = c->kind == IPSOCK_TCP && c->peer.family == IPSOCK_UNSPEC;
    s->traffic_class = c->traffic_class;
    s->hop_limit = c->hop_limit;
    int code = make_socket(s, c, error);
    if (code == IPSOCK_OK) {
        code = ipsk_apply_config(s, c, error);
        if (code == IPSOCK_OK)
            code = attach(s, c, error);
        if (code < 0)
            ipsk_sys_close(s->handle);
    }
    if (code < 0)
        destroy(s);
    else
        *out = s;
    return code;
}

static void clear_error(struct ipsock_error *error)
{
    const struct ipsock_error none = {0, 0, NULL, NULL, IPSOCK_NO_INDEX};
    *error = none;
}

int ipsock_open(struct ipsock_endpoint **s, const struct ipsock_config *config)
{
    struct ipsock_error error;
    struct ipsock_config c;
    clear_error(&error);
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
        clear_error(&error);
    if (c.error != NULL)
        *c.error = error;
    return code;
}

/* What the system tells wins; what it cannot tell must be configured; what both say must agree. */
static int settle(int *found, int configured, const char *field, struct ipsock_error *error)
{
    if (*found == 0)
        *found = configured;
    if (*found == 0)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "adopt", field);
    if (configured != 0 && configured != *found)
        return ipsk_fail(error, IPSOCK_EKIND, 0, "adopt", field);
    return IPSOCK_OK;
}

/* Flags that only make sense before a socket has an address, or that the handle itself tells. */
static const char *unfit_flag(uint32_t flags)
{
    if (!(flags & ~IPSK_FLAGS_ADOPT))
        return NULL;
    return flags & IPSOCK_OPEN_REUSE        ? "reuse"
           : flags & IPSOCK_OPEN_DUAL_STACK ? "dual_stack"
                                            : "flags";
}

static int check_adoption(const struct ipsock_config *c, struct ipsock_error *error)
{
    const char *field = unfit_flag(c->flags);
    if (field == NULL && (c->local.family != IPSOCK_UNSPEC || c->peer.family != IPSOCK_UNSPEC))
        field = "local and peer";
    else if (field == NULL && (c->interface_index != 0 || c->receive_buffer != 0 ||
                               c->send_buffer != 0 || c->traffic_class != 0 || c->hop_limit != 0))
        field = "interface_index, traffic_class, hop_limit and sizes";
    return field == NULL ? IPSOCK_OK : ipsk_fail(error, IPSOCK_EINVAL, 0, "adopt", field);
}

/* A raw ICMP socket that is to be a ping endpoint: one that the library opened may be such. */
static bool can_ping(const struct ipsk_inspection *found, const struct ipsock_config *c)
{
    return c->kind == IPSOCK_PING && found->kind == IPSOCK_RAW && !found->header_included &&
           found->protocol == ipsock_icmp_protocol(found->family);
}

static int describe_adopted(struct ipsock_endpoint *s, const struct ipsock_config *c,
                            struct ipsock_error *error)
{
    struct ipsk_inspection found = {0};
    struct ipsock_error ignored;
    struct ipsock_addr peer;
    int code = ipsk_sys_inspect(s->handle, &found, error);
    if (code == IPSOCK_OK)
        code = settle(&found.family, c->family, "family", error);
    const bool raw_ping = code == IPSOCK_OK && can_ping(&found, c);
    if (raw_ping) {
        found.kind = IPSOCK_PING;
        found.protocol = 0;
    }
    if (code == IPSOCK_OK)
        code = settle(&found.kind, c->kind, "kind", error);
    if (code == IPSOCK_OK && found.kind == IPSOCK_RAW)
        code = settle(&found.protocol, c->protocol, "protocol", error);
    if (code < 0)
        return code;
    set_kind(s, found.kind, found.family);
    set_protocol(s, found.protocol);
    s->backing = raw_ping ? IPSOCK_RAW : s->kind;
    s->dual_stack = found.dual_stack;
    s->listening = found.listening;
    if (s->kind == IPSOCK_PING)
        ipsk_ping_begin(s, 0);
    s->flags = c->flags | (found.header_included ? IPSOCK_OPEN_HEADER_INCLUDED : 0);
    s->zone = ipsk_zone_of_socket(s, found.interface_index);
    if (!s->listening && ipsk_sys_peer_addr(s->handle, &peer, &ignored) == IPSOCK_OK)
        fix_peer(s, &peer);
    /* a raw socket would put ::ffff: addresses on the wire (Linux net/ipv6/raw.c) */
    if (s->connected && !s->dual_stack && ipsk_is_mapped(&s->peer))
        return ipsk_fail(error, IPSOCK_EFAMILY, 0, "adopt", "peer");
    if (s->kind == IPSOCK_TCP && (c->receive_control | c->send_control))
        return ipsk_fail(error, IPSOCK_EKIND, 0, "adopt", "control");
    code = ipsk_check_flags(c->flags, s->kind, s->family, s->dual_stack, "adopt", error);
    if (code == IPSOCK_OK)
        code = ipsk_declare_send_control(s, c->send_control, "adopt", error);
    if (code == IPSOCK_OK)
        code = ipsk_adopt_flags(s, found.header_included, error);
    if (code == IPSOCK_OK)
        code = ipsk_switch_control(s, c->receive_control, true, error);
    if (code < 0)
        ipsk_give_back(s);
    return code;
}

int ipsock_adopt(struct ipsock_endpoint **out, ipsock_handle_t handle,
                 const struct ipsock_config *config)
{
    struct ipsock_error error;
    struct ipsock_config c;
    struct ipsock_endpoint *s = NULL;
    clear_error(&error);
    int code = ipsk_copy_config(&c, config, "adopt", &error);
    if (code == IPSOCK_OK && out == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "adopt", "s");
    if (out != NULL)
        *out = NULL;
    if (code == IPSOCK_OK)
        code = check_adoption(&c, &error);
    if (code == IPSOCK_OK && (s = make(handle, &error)) == NULL)
        code = IPSOCK_ENOMEM;
    if (code == IPSOCK_OK)
        code = describe_adopted(s, &c, &error);
    if (code == IPSOCK_OK)
        *out = s;
    else if (s != NULL)
        destroy(s);
    if (code == IPSOCK_OK)
        clear_error(&error);
    if (c.error != NULL)
        *c.error = error;
    return code;
}

/* Acceptors of a borrowed listener, which may block, look and accept one at a time; one of another
 * process may still come between. */
static int try_accept(struct ipsock_endpoint *s, ipsock_handle_t *handle, struct ipsock_addr *peer,
                      struct ipsock_error *error)
{
    if (s->flags & IPSK_OPENED_HERE)
        return ipsk_sys_accept(s->handle, false, handle, peer, error);
    ipsk_mutex_lock(&s->send);
    const int code = ipsk_sys_accept(s->handle, true, handle, peer, error);
    ipsk_mutex_unlock(&s->send);
    return code;
}

/* What the listener was told before, some systems hand down and some do not. */
static int hand_down(struct ipsock_endpoint *s, struct ipsock_endpoint *connection,
                     struct ipsock_error *error)
{
    ipsk_mutex_lock(&s->setup);
    connection->traffic_class = s->traffic_class;
    connection->hop_limit = s->hop_limit;
    ipsk_mutex_unlock(&s->setup);
    return ipsk_apply_packet_options(connection, error);
}

static int accept_one(struct ipsock_endpoint *s, struct ipsock_endpoint **out,
                      struct ipsock_error *error)
{
    struct ipsk_wait wait = {0};
    struct ipsock_addr peer;
    ipsock_handle_t handle = IPSOCK_INVALID_HANDLE;
    int code;
    while ((code = try_accept(s, &handle, &peer, error)) == IPSOCK_EAGAIN && ipsk_may_wait(s, 0)) {
        code = ipsk_wait_for(s, IPSOCK_READ, &wait, error);
        if (code < 0)
            return code;
    }
    if (code < 0)
        return code;
    struct ipsock_endpoint *connection = make(handle, error);
    if (connection == NULL) {
        ipsk_sys_close(handle);
        return IPSOCK_ENOMEM;
    }
    set_kind(connection, IPSOCK_TCP, s->family);
    connection->dual_stack = s->dual_stack;
    connection->flags = IPSOCK_ADOPT_OWN | IPSK_OPENED_HERE | (s->flags & IPSOCK_OPEN_NONBLOCK);
    fix_peer(connection, &peer);
    code = hand_down(s, connection, error);
    if (code < 0)
        ipsock_free(connection);
    else
        *out = connection;
    return code;
}

int ipsock_accept(struct ipsock_endpoint *s, struct ipsock_endpoint **connection,
                  struct ipsock_addr *peer)
{
    struct ipsock_error error;
    if (connection != NULL)
        *connection = NULL;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (connection == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "accept", "connection");
    else if (!s->listening)
        code = ipsk_fail(&error, IPSOCK_EKIND, 0, "accept", NULL);
    else
        code = accept_one(s, connection, &error);
    if (code == IPSOCK_OK && peer != NULL)
        *peer = (*connection)->peer;
    return ipsk_finish(s, IPSOCK_READ, code, &error);
}

/* Refuses new calls, wakes and awaits those in progress. A child of the process that opened the
 * endpoint has none of its own, and must not disturb its parent's through the shared wake channel.
 */
static int shut(struct ipsock_endpoint *s)
{
    if (s == NULL ||
        (atomic_fetch_or_explicit(&s->calls, IPSK_CLOSED, memory_order_acq_rel) & IPSK_CLOSED))
        return IPSOCK_ECLOSED;
    if (s->process != ipsk_sys_process())
        return IPSOCK_OK;
    ipsk_mutex_lock(&s->lock);
    ipsk_wake_all(s);
    while (atomic_load_explicit(&s->calls, memory_order_acquire) != IPSK_CLOSED)
        ipsk_condition_wait(&s->settled, &s->lock);
    ipsk_sys_waker_close(&s->waker);
    ipsk_mutex_unlock(&s->lock);
    return IPSOCK_OK;
}

int ipsock_shutdown(struct ipsock_endpoint *s)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (s->kind != IPSOCK_TCP || s->listening)
        code = ipsk_fail(&error, IPSOCK_EKIND, 0, "shutdown", NULL);
    else
        code = ipsk_sys_shutdown(s->handle, &error);
    return ipsk_finish(s, IPSOCK_WRITE, code, &error);
}

/* The child of a fork leaves the options of its parent's socket alone. */
static bool gives_back(const struct ipsock_endpoint *s)
{
    return !(s->flags & IPSK_OPENED_HERE) && s->process == ipsk_sys_process();
}

int ipsock_close(struct ipsock_endpoint *s)
{
    int code = shut(s);
    if (code < 0)
        return code;
    const bool lives_on = !(s->flags & IPSOCK_ADOPT_OWN) && gives_back(s);
    ipsk_end_aside(s, lives_on);
    if (s->flags & IPSOCK_ADOPT_OWN)
        ipsk_sys_close(s->handle);
    else if (lives_on)
        ipsk_give_back(s);
    return IPSOCK_OK;
}

int ipsock_release(struct ipsock_endpoint *s, ipsock_handle_t *handle)
{
    if (handle == NULL)
        return IPSOCK_EINVAL;
    *handle = IPSOCK_INVALID_HANDLE;
    int code = shut(s);
    if (code == IPSOCK_OK) {
        ipsk_end_aside(s, s->process == ipsk_sys_process());
        if (gives_back(s))
            ipsk_give_back(s);
        *handle = s->handle;
    }
    return code;
}

void ipsock_free(struct ipsock_endpoint *s)
{
    if (s == NULL)
        return;
    ipsock_close(s);
    destroy(s);
}
