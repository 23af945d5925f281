// SPDX-License-Identifier: BSD-2-Clause
#include "shared/refusal.h"

#include "shared/control.h"

/* Options that Linux and Darwin give to the privileged only. */
#define PRIVILEGED (IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_NEXT_HOP)

static bool is_broadcast(const struct ipsock_addr *to)
{
    const struct ipsock_addr plain = ipsock_addr_unmap(to);
    return plain.family == IPSOCK_IPV4 &&
           (ipsock_addr_is_broadcast(&plain) || ipsk_sys_is_broadcast(&plain));
}

int ipsk_refused_connect(const struct ipsock_addr *to, unsigned number, int code)
{
    if (number == IPSK_FIREWALL_EACCES && is_broadcast(to))
        return IPSOCK_EBROADCAST;
    return number & IPSK_THE_FIREWALL ? IPSOCK_EFIREWALL : code;
}

/* Of ICMP Linux reads type and code before the packet goes (net/ipv4/raw.c, raw_probe_proto_opt).
 */
static bool is_short_icmp(const struct ipsock_endpoint *s, const struct ipsock_message *m)
{
    return s->kind == IPSOCK_RAW && s->protocol == 1 && ipsk_buffers_length(m) < 4 &&
           !(s->flags & IPSOCK_OPEN_HEADER_INCLUDED);
}

int ipsk_refused_send(const struct ipsock_endpoint *s, const struct ipsock_message *m,
                      unsigned number, int code, const char **field)
{
    const struct ipsock_addr *to = m->peer.family == IPSOCK_UNSPEC ? &s->peer : &m->peer;
    const uint32_t valid = m->control == NULL ? 0 : m->control->valid;
    if (number != 0 && (valid & PRIVILEGED))
        return IPSOCK_EPERM;
    if (number == IPSK_FIREWALL_EACCES && (s->flags & IPSOCK_OPEN_BROADCAST))
        return number & IPSK_THE_FIREWALL ? IPSOCK_EFIREWALL : code;
    if (number != 0)
        return ipsk_refused_connect(to, number, code);
    /* Linux has EINVAL for it, the others "no such address" */
    if (s->kind == IPSOCK_UDP && !s->connected && to->port == 0 &&
        (code == IPSOCK_EINVAL || code == IPSOCK_EADDRNOTAVAIL)) {
        *field = "port";
        return IPSOCK_EINVAL;
    }
    if (code == IPSOCK_EINVAL && is_short_icmp(s, m)) {
        *field = "buffers";
        return IPSOCK_EMSGSHORT;
    }
    return code;
}
