// SPDX-License-Identifier: BSD-2-Clause
/* Adopting a handle: what it is, and what is changed on it. */
#include <ipsock/icmp.h>

#include "core/endpoint/zone.h"
#include "core/life/close.h"
#include "core/life/config.h"
#include "core/option/addressed.h"
#include "core/option/buffer_option.h"
#include "core/option/control.h"
#include "core/option/found.h"
#include "core/option/option.h"
#include "core/option/send_control.h"
#include "core/traffic/error_stream.h"
#include "core/traffic/ping.h"
#include "core/traffic/single.h"

static int switch_on(struct ipsock_endpoint *s, int option, const char *name,
                     struct ipsock_error *error)
{
    const int code = ipsk_remember_option(s, option, error);
    return code < 0 ? code : ipsk_set_option(s, option, 1, name, error);
}

/* What the handle has joined before, and what others join on it, the kernel is asked for. */
static int adopt_strict(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    int code = IPSOCK_OK;
    if (ipsk_option_row(s, IPSK_OPTION_SOURCE_FILTER, column) == NULL)
        return ipsk_fail(error, IPSOCK_ENOTSUP, 0, "adopt", "strict_multicast");
    code = ipsk_remember_option(s, IPSK_OPTION_STRICT_MULTICAST, error);
    if (code == IPSOCK_OK)
        code = ipsk_remember_packet_info(s, error);
    return code < 0 ? code : ipsk_apply_strict(s, error);
}

static int adopt_errors(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    struct ipsock_error ignored;
    const int code = ipsk_remember_option(s, IPSK_OPTION_ERROR_STREAM, error);
    if (code < 0)
        return code;
    ipsk_remember_option(s, IPSK_OPTION_ERROR_EXTENSIONS, &ignored); /* older kernels have none */
    return ipsk_start_errors(s, "adopt", error);
}

static int adopt_bound(struct ipsock_endpoint *s, uint32_t index, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    if (index != 0 && !s->listening && ipsk_native.facts[IPSK_FACT_BOUND_HEARS_ALL] != 0)
        code = ipsk_remember_packet_info(s, error);
    return code < 0 || s->listening ? code : ipsk_hear_alone(s, index, error);
}

/* Switches on what the flags ask for; ipsk_give_back undoes it, also after a failure. */
static int adopt_flags(struct ipsock_endpoint *s, bool header_included, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    if ((s->flags & IPSOCK_OPEN_HEADER_INCLUDED) && !header_included)
        code = switch_on(s, IPSK_OPTION_HEADER_INCLUDED, "header_included", error);
    if (code == IPSOCK_OK && (s->flags & IPSOCK_OPEN_BROADCAST))
        code = switch_on(s, IPSK_OPTION_BROADCAST, "broadcast", error);
    if (code == IPSOCK_OK && (s->flags & IPSOCK_OPEN_STRICT_MULTICAST))
        code = adopt_strict(s, error);
    if (code == IPSOCK_OK && (s->flags & IPSOCK_OPEN_ERROR_STREAM))
        code = adopt_errors(s, error);
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

/* Flags that a handle can be adopted with. */
#define FLAGS_ADOPT                                                                                \
    (IPSOCK_OPEN_NONBLOCK | IPSOCK_OPEN_ONE_THREAD | IPSOCK_ADOPT_OWN | IPSOCK_OPEN_ERROR_STREAM | \
     IPSOCK_OPEN_HEADER_INCLUDED | IPSOCK_OPEN_BROADCAST | IPSOCK_OPEN_STRICT_MULTICAST)

/* Flags that only make sense before a socket has an address, or that the handle itself tells. */
static const char *unfit_flag(uint32_t flags)
{
    if (!(flags & ~FLAGS_ADOPT))
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
           (found->protocol_unknown || found->protocol == ipsock_icmp_protocol(found->family));
}

static int note_peer(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    struct ipsock_addr peer;
    if (s->listening)
        return IPSOCK_OK;
    const int code = ipsk_sys_peer_addr(s->handle, &peer, error);
    if (code == IPSOCK_OK)
        ipsk_fix_peer(s, &peer);
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
}

static int note_silence(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    struct ipsock_addr local;
    if (!s->dual_stack || s->kind != IPSOCK_UDP ||
        ipsk_native.facts[IPSK_FACT_MAPPED_TELLS_NOTHING] == 0)
        return IPSOCK_OK;
    const int code = ipsk_sys_local_addr(s->handle, &local, error);
    s->tells_nothing = code == IPSOCK_OK && ipsk_is_mapped(&local);
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
}

/* Whether the owner lets it send to everybody: where the system asks nobody, it is asked here. */
static int find_broadcast(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    int64_t on = 0;
    if (ipsk_native.facts[IPSK_FACT_ALL_ONES_FREE] == 0 || s->kind == IPSOCK_TCP)
        return IPSOCK_OK;
    const int code = ipsk_get_option(s, IPSK_OPTION_BROADCAST, &on, "broadcast", error);
    if (code == IPSOCK_OK && on)
        s->flags |= IPSOCK_OPEN_BROADCAST;
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
}

/* An option of this sort of socket, by the table's row; otherwise: where there is none, or it has
 * no value. */
static int ask_row(ipsock_handle_t handle, const struct ipsk_inspection *found, int option,
                   int column, bool otherwise, bool *on, struct ipsock_error *error)
{
    const struct ipsk_option_row *row =
        ipsk_find_option(&ipsk_native, option, ipsk_kind_bit(found->kind), column);
    int64_t value = otherwise;
    const int code = row == NULL ? IPSOCK_OK : ipsk_get_row(handle, row, &value, error);
    *on = code == IPSOCK_OK ? value != 0 : otherwise;
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
}

/* What the system tells in its own way, and what options tell. A ping socket carries one family,
 * whatever IPV6_V6ONLY says of it (Linux, Darwin: 0). */
static int inspect(ipsock_handle_t handle, struct ipsk_inspection *found,
                   struct ipsock_error *error)
{
    bool v6only = true;
    int code = ipsk_sys_inspect(handle, found, error);
    if (code == IPSOCK_OK && found->family == IPSOCK_IPV6 && found->kind != IPSOCK_PING)
        code = ask_row(handle, found, IPSK_OPTION_V6ONLY, IPSK_V6, true, &v6only, error);
    found->dual_stack = !v6only;
    if (code == IPSOCK_OK && found->family == IPSOCK_IPV4)
        code = ask_row(handle, found, IPSK_OPTION_HEADER_INCLUDED, IPSK_V4, false,
                       &found->header_included, error);
    return code;
}

static int describe_adopted(struct ipsock_endpoint *s, const struct ipsock_config *c,
                            struct ipsock_error *error)
{
    struct ipsk_inspection found = {0};
    int code = inspect(s->handle, &found, error);
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
    ipsk_set_kind(s, found.kind, found.family);
    ipsk_set_protocol(s, found.protocol);
    s->backing = raw_ping ? IPSOCK_RAW : s->kind;
    s->dual_stack = found.dual_stack;
    s->listening = found.listening;
    if (s->kind == IPSOCK_PING)
        ipsk_ping_begin(s, 0);
    ipsk_set_flags(s, c->flags | (found.header_included ? IPSOCK_OPEN_HEADER_INCLUDED : 0));
    code = ipsk_note_zone(s, found.interface_index, error);
    if (code == IPSOCK_OK)
        code = note_peer(s, error);
    if (code == IPSOCK_OK)
        code = note_silence(s, error);
    if (code < 0)
        return code;
    /* a raw socket would put ::ffff: addresses on the wire (Linux net/ipv6/raw.c) */
    if (s->connected && !s->dual_stack && ipsk_is_mapped(&s->peer))
        return ipsk_fail(error, IPSOCK_EFAMILY, 0, "adopt", "peer");
    if (s->kind == IPSOCK_TCP && (c->receive_control | c->send_control))
        return ipsk_fail(error, IPSOCK_EKIND, 0, "adopt", "control");
    code = ipsk_check_flags(c->flags, s->kind, s->family, s->dual_stack, "adopt", error);
    if (code == IPSOCK_OK)
        code = ipsk_declare_send_control(s, c->send_control, "adopt", error);
    if (code == IPSOCK_OK)
        code = adopt_flags(s, found.header_included, error);
    if (code == IPSOCK_OK)
        code = adopt_bound(s, found.interface_index, error);
    if (code == IPSOCK_OK)
        code = ipsk_switch_control(s, c->receive_control, true, error);
    if (code == IPSOCK_OK)
        code = find_broadcast(s, error);
    if (code == IPSOCK_OK)
        code = ipsk_find_checksum(s, error);
    if (code == IPSOCK_OK)
        code = ipsk_note_address(s, error);
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
    ipsk_clear_error(&error);
    int code = ipsk_copy_config(&c, config, "adopt", &error);
    if (code == IPSOCK_OK && out == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "adopt", "s");
    if (out != NULL)
        *out = NULL;
    if (code == IPSOCK_OK)
        code = check_adoption(&c, &error);
    if (code == IPSOCK_OK && (s = ipsk_endpoint_new(handle, &error)) == NULL)
        code = IPSOCK_ENOMEM;
    if (code == IPSOCK_OK)
        code = describe_adopted(s, &c, &error);
    if (s != NULL)
        ipsk_choose_way(s);
    if (code == IPSOCK_OK)
        *out = s;
    else if (s != NULL)
        ipsk_destroy(s);
    if (code == IPSOCK_OK)
        ipsk_clear_error(&error);
    if (c.error != NULL)
        *c.error = error;
    return code;
}
