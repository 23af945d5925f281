// SPDX-License-Identifier: BSD-2-Clause
/* The lowest hop limit that packets may arrive with. Of streams the system looks, of datagrams
 * receives do (traffic/verdict.h): the systems that look at those forget groups, or other kinds. */
#include <ipsock/option.h>

#include "core/option/control.h"
#include "core/option/found.h"
#include "core/option/option.h"

static const char name[] = "minimum_hop_limit";

/* Receives have to be told of every packet that the endpoint can get. */
static int look(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    if (!(s->flags & IPSK_OPENED_HERE))
        code = ipsk_remember_option(s, IPSK_OPTION_RECV_HOP_LIMIT, error);
    if (code == IPSOCK_OK && s->dual_stack && !ipsk_tells(s, IPSOCK_CONTROL_HOP_LIMIT, IPSK_MAPPED))
        code = ipsk_fail(error, IPSOCK_ENOTSUP, 0, "set", name);
    if (code == IPSOCK_OK)
        code = ipsk_need_fields(s, IPSOCK_CONTROL_HOP_LIMIT, error);
    if (code == IPSOCK_ENOTSUP)
        error->option = name;
    return code;
}

/* A receive that is looking now has hop limits to look at, or lets all pass: they are switched on
 * before, and off after. */
static int set_here(struct ipsock_endpoint *s, int value, struct ipsock_error *error)
{
    const bool looks = atomic_load_explicit(&s->slow, memory_order_relaxed) & IPSK_SLOW_HOPS;
    if (value > 0 && !looks) {
        const int code = look(s, error);
        if (code < 0)
            return code;
    }
    const int before = atomic_load_explicit(&s->minimum_hop_limit, memory_order_relaxed);
    atomic_store_explicit(&s->minimum_hop_limit, value, memory_order_relaxed);
    if (value > 0)
        atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_HOPS, memory_order_release);
    if (value > 0 || !looks)
        return IPSOCK_OK;
    const int code = ipsk_release_fields(s, IPSOCK_CONTROL_HOP_LIMIT, error);
    if (code == IPSOCK_OK)
        atomic_fetch_and_explicit(&s->slow, ~IPSK_SLOW_HOPS, memory_order_relaxed);
    else
        atomic_store_explicit(&s->minimum_hop_limit, before, memory_order_relaxed);
    return code;
}

static bool is_stream(const struct ipsock_endpoint *s)
{
    return s != NULL && s->kind == IPSOCK_TCP;
}

int ipsock_set_minimum_hop_limit(struct ipsock_endpoint *s, int value)
{
    struct ipsock_error error;
    if (is_stream(s)) /* 0 is the row's own value for "any": NetBSD refuses 0 */
        return ipsk_public_set(s, IPSK_OPTION_MINIMUM_HOP_LIMIT, name,
                               value == 0 ? IPSOCK_DEFAULT : value, IPSOCK_DEFAULT, 255);
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (value < IPSOCK_DEFAULT || value > 255) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "set", name);
    } else {
        ipsk_lock_options(s);
        code = set_here(s, value > 0 ? value : 0, &error);
        ipsk_unlock_options(s);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_get_minimum_hop_limit(struct ipsock_endpoint *s, int *value)
{
    struct ipsock_error error;
    if (is_stream(s))
        return ipsk_public_get_int(s, IPSK_OPTION_MINIMUM_HOP_LIMIT, name, value);
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (value == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "get", name);
    else
        *value = atomic_load_explicit(&s->minimum_hop_limit, memory_order_relaxed);
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}
