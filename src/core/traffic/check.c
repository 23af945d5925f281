// SPDX-License-Identifier: BSD-2-Clause
/* What is wrong with a message, before the kernel sees it: kernels ignore, cut or half accept. */
#include "core/traffic/check.h"

#include "core/endpoint/flow.h"
#include "core/endpoint/zone.h"
#include "core/option/addressed.h"
#include "core/option/send_control.h"
#include "core/table/control_codec.h"
#include "core/traffic/ping.h"

static int wrong(struct ipsock_error *error, int code, const char *field)
{
    return ipsk_fail(error, code, 0, "send", field);
}

static int check_peer(const struct ipsock_endpoint *s, const struct ipsock_addr *peer,
                      struct ipsock_error *error)
{
    if (peer->family == IPSOCK_UNSPEC)
        return s->connected || s->kind == IPSOCK_TCP ? IPSOCK_OK
                                                     : wrong(error, IPSOCK_EMISSADDR, "peer");
    if (s->family == IPSOCK_IPV4
            ? peer->family != IPSOCK_IPV4
            : !s->dual_stack && (peer->family != IPSOCK_IPV6 || ipsk_is_mapped(peer)))
        return wrong(error, IPSOCK_EFAMILY, "peer");
    if (peer->family != IPSOCK_IPV4 && peer->family != IPSOCK_IPV6)
        return wrong(error, IPSOCK_EFAMILY, "peer");
    if (!s->connected)
        return s->kind == IPSOCK_TCP ? wrong(error, IPSOCK_EISCONN, "peer") : IPSOCK_OK;
    /* Linux would send elsewhere, BSD would refuse even the same peer. */
    const bool ports = s->kind == IPSOCK_UDP || s->kind == IPSOCK_TCP;
    const bool same = ipsock_addr_same_ip(peer, &s->peer) && (!ports || peer->port == s->peer.port);
    return same ? IPSOCK_OK : wrong(error, IPSOCK_EISCONN, "peer");
}

static int check_control(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                         struct ipsock_error *error)
{
    const struct ipsock_control *c = m->control;
    const int column = ipsk_message_column(s, m);
    const char *field = NULL;
    if (c->valid == 0)
        return IPSOCK_OK;
    int code = ipsk_check_control(c, column, &field);
    if (code < 0)
        return wrong(error, code, field);
    if (c->valid & ~s->send_control)
        return wrong(error, ipsk_undeclared(s, c->valid), "send_control");
    if (c->valid & ~s->sendable[column])
        return wrong(error, IPSOCK_ENOTSUP, "control");
    if ((c->valid & IPSOCK_CONTROL_OPAQUE) && (c->valid & ~IPSOCK_CONTROL_OPAQUE) &&
        c->opaque_length > IPSOCK_OPAQUE_MAX)
        return wrong(error, IPSOCK_EINVAL, "opaque_length");
    return IPSOCK_OK;
}

/* The kernel writes the checksum, and looks at type and code (Linux: EFAULT or EINVAL without
 * them), or at all of a header (BSD: ENOBUFS). */
static int check_icmp6(const struct ipsock_message *m, struct ipsock_error *error)
{
    return ipsk_buffers_length(m) < (size_t)ipsk_native.facts[IPSK_FACT_ICMP6_LEAST]
               ? wrong(error, IPSOCK_EMSGSHORT, "buffers")
               : IPSOCK_OK;
}

/* What a whole packet says of its header. One that lies nowhere the system refuses. */
static int check_own_header(const struct ipsock_message *m, struct ipsock_error *error)
{
    const size_t length = ipsk_buffers_length(m);
    const struct ipsock_buffer *b = m->buffers;
    while (length != 0 && b->length == 0)
        b++;
    if (length != 0 && b->data == NULL)
        return IPSOCK_OK;
    const size_t header = length == 0 ? 0 : (*(const uint8_t *)b->data & 0xfu) * 4;
    return header < IPSOCK_IPV4_HEADER_MIN || header > length
               ? wrong(error, IPSOCK_EINVAL, "buffers")
               : IPSOCK_OK;
}

/* What kernels find out about raw packets, and some do not. */
static int check_raw(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                     struct ipsock_error *error)
{
    if (ipsk_is_raw_icmp6(s))
        return check_icmp6(m, error);
    if (ipsk_measures_sum(s) &&
        ipsk_buffers_length(m) < atomic_load_explicit(&s->sum_end, memory_order_relaxed))
        return wrong(error, IPSOCK_EINVAL, "buffers");
    return (s->flags & IPSOCK_OPEN_HEADER_INCLUDED) &&
                   ipsk_native.facts[IPSK_FACT_RAW_HEADER_UNSEEN]
               ? check_own_header(m, error)
               : IPSOCK_OK;
}

static inline int check_destination(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                                    struct ipsock_error *error)
{
    int code = check_peer(s, &m->peer, error);
    if (code == IPSOCK_OK && m->control != NULL)
        code = check_control(s, m, error);
    /* what contradicts itself is wrong everywhere, what is of the system's comes after it */
    if (code == IPSOCK_OK && s->family == IPSOCK_IPV6)
        code = ipsk_check_zone(s, m, error);
    return code == IPSOCK_OK ? ipsk_check_addressed(s, m, error) : code;
}

int ipsk_check_destination(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                           struct ipsock_error *error)
{
    return check_destination(s, m, error);
}

/* The first field that is not a packet's own beside a flow. */
static const char *misplaced_field(uint32_t valid)
{
    return valid & IPSOCK_CONTROL_HOP_LIMIT       ? "hop_limit"
           : valid & IPSOCK_CONTROL_SOURCE        ? "source"
           : valid & IPSOCK_CONTROL_INTERFACE     ? "interface_index"
           : valid & IPSOCK_CONTROL_DONT_FRAGMENT ? "dont_fragment"
           : valid & IPSOCK_CONTROL_NEXT_HOP      ? "next_hop"
           : valid & IPSOCK_CONTROL_OPAQUE        ? "opaque"
                                                  : "valid";
}

int ipsk_check_flow(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                    struct ipsock_error *error)
{
    const uint32_t beside = m->control == NULL ? 0 : m->control->valid;
    if (!ipsk_owns_flow(s, ipsk_flow_of(m)))
        return wrong(error, IPSOCK_EINVAL, "flow");
    if (beside & ~IPSK_BESIDE_FLOW)
        return wrong(error, IPSOCK_EINVAL, misplaced_field(beside & ~IPSK_BESIDE_FLOW));
    return IPSOCK_OK;
}

IPSK_OUT_OF_LINE static int check_with_flow(const struct ipsock_endpoint *s,
                                            const struct ipsock_message *m,
                                            struct ipsock_error *error)
{
    struct ipsk_spelled room;
    const int code = ipsk_check_flow(s, m, error);
    return code < 0 ? code : ipsk_check_destination(s, ipsk_spell_flow(m, &room), error);
}

int ipsk_check_message(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       struct ipsock_error *error)
{
    if (m->buffer_count > IPSOCK_BUFFERS_MAX)
        return wrong(error, IPSOCK_EINVAL, "buffer_count");
    if (m->buffers == NULL && m->buffer_count != 0)
        return wrong(error, IPSOCK_EINVAL, "buffers");
    int code = m->flow != NULL ? check_with_flow(s, m, error) : check_destination(s, m, error);
    if (code == IPSOCK_OK && s->kind == IPSOCK_RAW)
        code = check_raw(s, m, error);
    if (code == IPSOCK_OK && s->kind == IPSOCK_PING)
        code = ipsk_ping_check(s, m, error);
    return code;
}

/* What only a stream can get wrong. */
static int check_stream(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                        struct ipsock_error *error)
{
    if (ipsk_buffers_length(m) == 0) /* 0 bytes would look like the end of the stream */
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive", "buffers");
    return s->listening ? ipsk_fail(error, IPSOCK_EKIND, 0, "receive", NULL) : IPSOCK_OK;
}

int ipsk_check_receive(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                       uint32_t flags, struct ipsock_error *error)
{
    const char *field = NULL;
    if (m == NULL)
        field = "message";
    else if (flags & ~IPSK_RECEIVE_FLAGS)
        field = "flags";
    else if (m->buffer_count > IPSOCK_BUFFERS_MAX)
        field = "buffer_count";
    else if (m->buffers == NULL && m->buffer_count != 0)
        field = "buffers";
    if (field != NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "receive", field);
    return s->kind == IPSOCK_TCP ? check_stream(s, m, error) : IPSOCK_OK;
}

int ipsk_check_send(const struct ipsock_endpoint *s, uint32_t flags, const void *messages,
                    struct ipsock_error *error)
{
    if (messages == NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "message");
    if (flags & ~IPSK_SEND_FLAGS)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "send", "flags");
    return s->listening ? ipsk_fail(error, IPSOCK_EKIND, 0, "send", NULL) : IPSOCK_OK;
}
