// SPDX-License-Identifier: BSD-2-Clause
/* Opening: the configuration is checked whole before the first system call, and in force before the
 * socket is bound. */
#include "core/life/config.h"

#include <string.h>

#include "core/endpoint/zone.h"
#include "core/option/addressed.h"
#include "core/option/buffer_option.h"
#include "core/option/control.h"
#include "core/option/option.h"
#include "core/option/send_control.h"
#include "core/traffic/error_stream.h"

#define FLAGS_OPEN                                                                               \
    (IPSOCK_OPEN_REUSE | IPSOCK_OPEN_DUAL_STACK | IPSOCK_OPEN_BROADCAST | IPSOCK_OPEN_NONBLOCK | \
     IPSOCK_OPEN_HEADER_INCLUDED | IPSOCK_OPEN_STRICT_MULTICAST | IPSOCK_OPEN_ERROR_STREAM |     \
     IPSOCK_OPEN_ONE_THREAD)

static int wrong(struct ipsock_error *error, int code, const char *field)
{
    return ipsk_fail(error, code, 0, "open", field);
}

int ipsk_copy_config(struct ipsock_config *copy, const struct ipsock_config *config,
                     const char *operation, struct ipsock_error *error)
{
    ipsock_config_init(copy);
    if (config == NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, operation, "config");
    if (config->size < offsetof(struct ipsock_config, local))
        return ipsk_fail(error, IPSOCK_EINVAL, 0, operation, "size");
    memcpy(copy, config, config->size < sizeof *copy ? config->size : sizeof *copy);
    copy->size = sizeof *copy;
    /* A program built with newer headers may pass more, as long as it asks for nothing there. */
    const uint8_t *bytes = (const uint8_t *)config;
    for (size_t i = sizeof *copy; i < config->size; i++)
        if (bytes[i] != 0)
            return ipsk_fail(error, IPSOCK_ENOTSUP, 0, operation, "size");
    return IPSOCK_OK;
}

static int check_family(struct ipsock_config *c, struct ipsock_error *error)
{
    if (c->family == IPSOCK_UNSPEC)
        c->family = c->local.family != IPSOCK_UNSPEC ? c->local.family : c->peer.family;
    if (c->family != IPSOCK_IPV4 && c->family != IPSOCK_IPV6)
        return wrong(error, IPSOCK_EINVAL, "family");
    const bool dual = c->family == IPSOCK_IPV6 && (c->flags & IPSOCK_OPEN_DUAL_STACK);
    struct ipsock_addr *addrs[] = {&c->local, &c->peer};
    for (int i = 0; i < 2; i++) {
        if (dual)
            *addrs[i] = ipsock_addr_map(addrs[i]);
        if (addrs[i]->family == IPSOCK_UNSPEC)
            continue;
        if (addrs[i]->family != c->family || (!dual && ipsock_addr_is_mapped(addrs[i])))
            return wrong(error, IPSOCK_EFAMILY, i == 0 ? "local" : "peer");
    }
    return IPSOCK_OK;
}

int ipsk_check_flags(uint32_t flags, int kind, int family, bool dual_stack, const char *operation,
                     struct ipsock_error *error)
{
    const bool tcp = kind == IPSOCK_TCP;
    const struct {
        uint32_t flag;
        bool fits;
        const char *name;
    } rules[] = {
        {IPSOCK_OPEN_REUSE, !tcp, "reuse"},
        {IPSOCK_OPEN_DUAL_STACK, family == IPSOCK_IPV6 && (tcp || kind == IPSOCK_UDP),
         "dual_stack"},
        /* IPv6 has no broadcast (RFC 4291, 2) */
        {IPSOCK_OPEN_BROADCAST, !tcp && (family == IPSOCK_IPV4 || dual_stack), "broadcast"},
        {IPSOCK_OPEN_HEADER_INCLUDED, kind == IPSOCK_RAW && family == IPSOCK_IPV4,
         "header_included"},
        {IPSOCK_OPEN_STRICT_MULTICAST, !tcp, "strict_multicast"},
        /* with it a connection dies of what it would survive (tcp(7)), and reports hardly anything
         */
        {IPSOCK_OPEN_ERROR_STREAM, !tcp, "error_stream"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if ((flags & rules[i].flag) && !rules[i].fits)
            return ipsk_fail(error, IPSOCK_EKIND, 0, operation, rules[i].name);
    return IPSOCK_OK;
}

static int check_kind(const struct ipsock_config *c, struct ipsock_error *error)
{
    if (c->kind < IPSOCK_UDP || c->kind > IPSOCK_PING)
        return wrong(error, IPSOCK_EINVAL, "kind");
    if (c->kind == IPSOCK_RAW ? c->protocol < 1 || c->protocol > 255 : c->protocol != 0)
        return wrong(error, IPSOCK_EINVAL, "protocol");
    if (c->flags & ~FLAGS_OPEN)
        return wrong(error, IPSOCK_EINVAL, "flags");
    return ipsk_check_flags(c->flags, c->kind, c->family, (c->flags & IPSOCK_OPEN_DUAL_STACK) != 0,
                            "open", error);
}

static int check_numbers(const struct ipsock_config *c, struct ipsock_error *error)
{
    if (c->receive_buffer < 0)
        return wrong(error, IPSOCK_EINVAL, "receive_buffer");
    if (c->send_buffer < 0)
        return wrong(error, IPSOCK_EINVAL, "send_buffer");
    if (c->backlog < 0)
        return wrong(error, IPSOCK_EINVAL, "backlog");
    if (c->deadline < 0)
        return wrong(error, IPSOCK_EINVAL, "deadline");
    /* the ECN bits of a stream belong to the system */
    if (c->traffic_class < 0 || c->traffic_class > 255 ||
        (c->kind == IPSOCK_TCP && (c->traffic_class & 3) != 0))
        return wrong(error, IPSOCK_EINVAL, "traffic_class");
    if (c->hop_limit < 0 || c->hop_limit > 255)
        return wrong(error, IPSOCK_EINVAL, "hop_limit");
    if (c->kind != IPSOCK_TCP)
        return IPSOCK_OK;
    if (c->receive_control != 0)
        return wrong(error, IPSOCK_EKIND, "receive_control");
    return c->send_control != 0 ? wrong(error, IPSOCK_EKIND, "send_control") : IPSOCK_OK;
}

int ipsk_check_config(struct ipsock_config *config, struct ipsock_error *error)
{
    int code = check_family(config, error);
    if (code == IPSOCK_OK)
        code = check_kind(config, error);
    if (code == IPSOCK_OK)
        code = check_numbers(config, error);
    if (code == IPSOCK_OK)
        code = ipsk_settle_zones(config, error);
    /* the systems differ: Linux connects and sends, or is refused by a port 0; the others refuse */
    if (code == IPSOCK_OK && (config->kind == IPSOCK_UDP || config->kind == IPSOCK_TCP) &&
        config->peer.family != IPSOCK_UNSPEC && config->peer.port == 0)
        code = wrong(error, IPSOCK_EINVAL, "port");
    if (config->kind == IPSOCK_PING)
        config->peer.port = 0;
    /* Not every system binds groups; none loses anything by binding the wildcard
     * (net.ListenPacket). */
    if (code == IPSOCK_OK && config->kind == IPSOCK_UDP &&
        ipsock_addr_is_multicast(&config->local)) {
        config->local = ipsock_addr_any(config->family, config->local.port);
        config->flags |= IPSOCK_OPEN_REUSE;
    }
    return code;
}

/* Options that are one flag of the configuration each. */
static int apply_flags(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    static const struct {
        uint32_t flag;
        int option;
        const char *name;
    } flags[] = {
        {IPSOCK_OPEN_BROADCAST, IPSK_OPTION_BROADCAST, "broadcast"},
        {IPSOCK_OPEN_HEADER_INCLUDED, IPSK_OPTION_HEADER_INCLUDED, "header_included"},
    };
    int code = IPSOCK_OK;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0] && code == IPSOCK_OK; i++)
        if (s->flags & flags[i].flag)
            code = ipsk_set_option(s, flags[i].option, 1, flags[i].name, error);
    if (code == IPSOCK_OK && (s->flags & IPSOCK_OPEN_ERROR_STREAM)) {
        code = ipsk_start_errors(s, "open", error);
        if (code == IPSOCK_OK) /* the interface comes with packet info */
            code = ipsk_need_fields(s, IPSOCK_CONTROL_INTERFACE, error);
    }
    return code;
}

/* IPPROTO_RAW: Linux takes it for "headers of one's own" in both families (raw(7)), other systems
 * for a protocol like any. */
#define PROTOCOL_RAW 255

static int apply_protocol(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    if (s->kind != IPSOCK_RAW || s->protocol != PROTOCOL_RAW ||
        (s->flags & IPSOCK_OPEN_HEADER_INCLUDED) ||
        ipsk_option_row(s, IPSK_OPTION_HEADER_IMPLIED, column) == NULL)
        return IPSOCK_OK;
    return ipsk_set_option(s, IPSK_OPTION_HEADER_IMPLIED, 0, "header_included", error);
}

/* By the kernel where it has an option for it, else by the library, which then has to see where
 * packets were sent to. For IPv6 by both: Linux' option looks at groups and sources but not at the
 * interface (net/ipv6/mcast.c, inet6_mc_check). */
int ipsk_apply_strict(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    int code = IPSOCK_OK;
    if (!(s->flags & IPSOCK_OPEN_STRICT_MULTICAST))
        return IPSOCK_OK;
    s->memberships.strict = true;
    const bool native = ipsk_find_option(&ipsk_native, IPSK_OPTION_STRICT_MULTICAST,
                                         ipsk_kind_bit(s->backing), column) != NULL;
    if (native)
        code = ipsk_set_option(s, IPSK_OPTION_STRICT_MULTICAST, 1, "strict_multicast", error);
    if (code < 0 || (native && s->family == IPSOCK_IPV4))
        return code;
    atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_STRICT, memory_order_relaxed);
    return ipsk_need_fields(s, IPSK_STRICT_FIELDS, error);
}

/* Listeners want their port back after a restart, as net.Listen does. Where the same option would
 * let others steal a port (Windows), there is another that forbids it, for everyone who does not
 * ask to share. */
static int apply_reuse(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const int options[] = {IPSK_OPTION_REUSE_ADDRESS, IPSK_OPTION_REUSE_PORT};
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    const bool shares = (s->flags & IPSOCK_OPEN_REUSE) != 0;
    int code = IPSOCK_OK;
    /* A listener that was exclusive could not be started again while its connections live ("Using
     * SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"); other accounts' programs cannot share its port
     * anyway. */
    if (!shares && ipsk_option_row(s, IPSK_OPTION_EXCLUSIVE_ADDRESS, column) != NULL)
        return s->listening
                   ? IPSOCK_OK
                   : ipsk_set_option(s, IPSK_OPTION_EXCLUSIVE_ADDRESS, 1, "exclusive", error);
    if (!shares && !s->listening)
        return IPSOCK_OK;
    for (int i = 0; i < 2 && code == IPSOCK_OK; i++)
        if ((shares || options[i] == IPSK_OPTION_REUSE_ADDRESS) &&
            ipsk_option_row(s, options[i], column) != NULL)
            code = ipsk_set_option(s, options[i], 1, "reuse", error);
    return code;
}

/* The default differs between systems; raw IPv6 has no mapped traffic to speak of. */
static int apply_dual_stack(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const struct ipsk_option_row *row = ipsk_option_row(s, IPSK_OPTION_V6ONLY, IPSK_V6);
    if (s->family != IPSOCK_IPV6)
        return IPSOCK_OK;
    if (row == NULL)
        return s->dual_stack ? wrong(error, IPSOCK_ENOTSUP, "dual_stack") : IPSOCK_OK;
    return ipsk_set_row(s->handle, row, !s->dual_stack, error);
}

/* Systems whose default buffers hold no large datagram refuse to send it, and drop one that arrives
 * on a raw socket. Room for one is made where nobody says how much there is to be; if there is not
 * that much, the default stays. */
static void apply_room(struct ipsock_endpoint *s, const struct ipsock_config *c)
{
    const int32_t room = ipsk_native.facts[IPSK_FACT_DATAGRAM_ROOM];
    struct ipsock_error ignored;
    int64_t there = room;
    if (room == 0 || s->kind == IPSOCK_TCP)
        return;
    if (c->send_buffer == 0)
        ipsk_set_option(s, IPSK_OPTION_SEND_BUFFER, room, "send_buffer", &ignored);
    if (c->receive_buffer == 0 &&
        ipsk_get_option(s, IPSK_OPTION_RECEIVE_BUFFER, &there, "receive_buffer", &ignored) ==
            IPSOCK_OK &&
        there < room)
        ipsk_set_option(s, IPSK_OPTION_RECEIVE_BUFFER, room, "receive_buffer", &ignored);
}

static int apply_sizes(struct ipsock_endpoint *s, const struct ipsock_config *c,
                       struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    apply_room(s, c);
    if (c->receive_buffer > 0)
        code = ipsk_set_buffer(s, IPSK_OPTION_RECEIVE_BUFFER, c->receive_buffer, "receive_buffer",
                               error);
    if (code == IPSOCK_OK && c->send_buffer > 0)
        code = ipsk_set_buffer(s, IPSK_OPTION_SEND_BUFFER, c->send_buffer, "send_buffer", error);
    if (code == IPSOCK_OK && c->interface_index > 0)
        code = ipsk_set_option(s, IPSK_OPTION_BIND_INTERFACE, c->interface_index, "interface_index",
                               error);
    if (code == IPSOCK_OK)
        code = ipsk_hear_alone(s, c->interface_index, error);
    if (code == IPSOCK_ENODEV)
        error->option = "interface_index"; /* the caller's word rather than the system's */
    return code;
}

int ipsk_apply_packet_options(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    if (s->traffic_class != 0)
        code =
            ipsk_set_option(s, IPSK_OPTION_TRAFFIC_CLASS, s->traffic_class, "traffic_class", error);
    if (code == IPSOCK_OK && s->hop_limit != 0)
        code = ipsk_set_option(s, IPSK_OPTION_HOP_LIMIT, s->hop_limit, "hop_limit", error);
    if (code == IPSOCK_OK && s->minimum_hop_limit != 0)
        code = ipsk_set_option(s, IPSK_OPTION_MINIMUM_HOP_LIMIT, s->minimum_hop_limit,
                               "minimum_hop_limit", error);
    return code;
}

int ipsk_apply_config(struct ipsock_endpoint *s, const struct ipsock_config *c,
                      struct ipsock_error *error)
{
    int code = apply_dual_stack(s, error);
    if (code == IPSOCK_OK)
        code = apply_reuse(s, error);
    if (code == IPSOCK_OK)
        code = apply_flags(s, error);
    if (code == IPSOCK_OK)
        code = apply_protocol(s, error);
    if (code == IPSOCK_OK)
        code = ipsk_apply_strict(s, error);
    if (code == IPSOCK_OK)
        code = apply_sizes(s, c, error);
    if (code == IPSOCK_OK)
        code = ipsk_apply_packet_options(s, error);
    if (code == IPSOCK_OK)
        code = ipsk_declare_send_control(s, c->send_control, "open", error);
    if (code == IPSOCK_OK)
        code = ipsk_switch_control(s, c->receive_control, true, error);
    return code;
}
