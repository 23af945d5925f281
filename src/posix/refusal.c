// SPDX-License-Identifier: BSD-2-Clause
/* Refused sends and connects. Where errno has several meanings, a socket of its own is asked what
 * the system says of the destination; that one is bound to nothing, so rules of routing by source
 * or mark may answer otherwise. */
#include "shared/refusal.h"

#include <errno.h>
#include <unistd.h>

#include "core/endpoint/flow.h"
#include "core/endpoint/zone.h"
#include "posix/batch.h"
#include "posix/errno.h"

int ipsk_ask_route(const struct ipsock_addr *to, bool *broadcast)
{
    const int on = 1;
    union ipsk_sockaddr name;
    struct ipsock_addr asked = ipsock_addr_unmap(to);
    struct ipsock_error error;
    ipsock_handle_t probe;
    asked.port = 9; /* any will do: nothing is sent */
    *broadcast = false;
    if (ipsk_sys_socket(asked.family, IPSOCK_UDP, 0, &probe, &error) < 0)
        return -1;
    const socklen_t length = ipsk_to_sockaddr(&asked, asked.family, &name);
    const int native = connect((int)probe, &name.any, length) < 0 ? errno : 0;
    *broadcast = native == EACCES &&
                 setsockopt((int)probe, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) == 0 &&
                 connect((int)probe, &name.any, length) == 0;
    ipsk_sys_close(probe);
    return native;
}

static unsigned number_of(int native)
{
    return native == EPERM ? IPSK_FIREWALL_EPERM : native == EACCES ? IPSK_FIREWALL_EACCES : 0;
}

/* A route of type "blackhole": Linux refuses with EINVAL (net/ipv4/fib_semantics.c, fib_props). */
static bool is_blackhole(struct ipsock_addr to, int native)
{
    bool ignored;
    const bool zone_lacks = ipsk_is_scoped(&to) && to.scope == 0; /* which is EINVAL, too */
    return native == EINVAL && to.family != IPSOCK_UNSPEC && !zone_lacks &&
           ipsk_ask_route(&to, &ignored) == EINVAL;
}

int ipsk_fail_connect(struct ipsock_error *error, const struct ipsock_addr *to)
{
    const int native = errno;
    int code = ipsk_traffic_code(native);
    if (is_blackhole(*to, native))
        code = IPSOCK_ENETUNREACH;
    return ipsk_fail(error, ipsk_refused_connect(to, number_of(native), code), native, "connect",
                     NULL);
}

/* errno says too little where the control data chose the source or the interface, too. */
int ipsk_fail_send(const struct ipsock_endpoint *s, struct ipsock_error *error,
                   const struct ipsock_message *m, const char *call)
{
    const int native = errno;
    struct ipsk_spelled room;
    m = ipsk_spelled(m, &room);
    const uint32_t valid = m->control == NULL ? 0 : m->control->valid;
    int code = ipsk_traffic_code(native);
    const char *field = NULL;
    if ((native == EINVAL || native == ENETUNREACH || native == EADDRNOTAVAIL) &&
        (valid & IPSOCK_CONTROL_SOURCE) && ipsk_is_foreign(&m->control->source)) {
        code = IPSOCK_EADDRNOTAVAIL;
        field = "source";
    } else if (code == IPSOCK_ENODEV) {
        field = "interface_index";
    } else {
        code = ipsk_refused_send(s, m, number_of(native), code, &field);
        struct ipsock_addr to = m->peer;
        if (to.scope == 0)
            to.scope = ipsk_find_zone(s, m);
        if (field == NULL && is_blackhole(to, native))
            code = IPSOCK_ENETUNREACH;
    }
    return ipsk_fail(error, code, native, call, field);
}
