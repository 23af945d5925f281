// SPDX-License-Identifier: BSD-2-Clause
/* Options of multicast packets that are sent. */
#include <ipsock/option.h>

#include <limits.h>

#include "core/option/option.h"

/* 0: with it Linux keeps IPv4 on the host and sends IPv6 out (ip_mc_output, ip6_finish_output2). */
int ipsock_set_multicast_hop_limit(struct ipsock_endpoint *s, int value)
{
    return ipsk_public_set(s, IPSK_OPTION_MULTICAST_HOP_LIMIT, "multicast_hop_limit",
                           value == 0 ? INT_MAX : value, IPSOCK_DEFAULT, 255);
}

int ipsock_get_multicast_hop_limit(struct ipsock_endpoint *s, int *value)
{
    return ipsk_public_get_int(s, IPSK_OPTION_MULTICAST_HOP_LIMIT, "multicast_hop_limit", value);
}

int ipsock_set_multicast_loopback(struct ipsock_endpoint *s, bool on)
{
    return ipsk_public_set(s, IPSK_OPTION_MULTICAST_LOOPBACK, "multicast_loopback", on, 0, 1);
}

int ipsock_get_multicast_loopback(struct ipsock_endpoint *s, bool *on)
{
    return ipsk_public_get_bool(s, IPSK_OPTION_MULTICAST_LOOPBACK, "multicast_loopback", on);
}

/* One that cannot be taken back. */
static bool is_final(struct ipsock_endpoint *s, uint32_t index)
{
    const struct ipsk_option_row *row = ipsk_option_row(
        s, IPSK_OPTION_MULTICAST_INTERFACE, s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6);
    return row != NULL && row->reset == IPSK_RESET_NONE && index == 0;
}

static int tell_interface(struct ipsock_endpoint *s, uint32_t index, struct ipsock_error *error)
{
    int64_t now = 0;
    if (!is_final(s, index))
        return ipsk_set_option(s, IPSK_OPTION_MULTICAST_INTERFACE, index, "multicast_interface",
                               error);
    const int code =
        ipsk_get_option(s, IPSK_OPTION_MULTICAST_INTERFACE, &now, "multicast_interface", error);
    return code < 0 || now == 0 ? code
                                : ipsk_fail(error, IPSOCK_ENOTSUP, 0, "set", "multicast_interface");
}

/* Kernels say "no such address" to an IPv4 index that they do not know, FreeBSD before 14 says
 * "invalid" in both families (in_mcast.c and in6_mcast.c). */
static int set_interface(struct ipsock_endpoint *s, uint32_t index, struct ipsock_error *error)
{
    int code = tell_interface(s, index, error);
    if (code == IPSOCK_EADDRNOTAVAIL || (code == IPSOCK_EINVAL && ipsk_is_unknown_interface(index)))
        code = error->code = IPSOCK_ENODEV;
    if (code == IPSOCK_OK)
        atomic_store_explicit(&s->multicast_interface, index, memory_order_relaxed);
    return code;
}

int ipsock_set_multicast_interface(struct ipsock_endpoint *s, uint32_t index)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (index > INT32_MAX) {
        code = ipsk_fail(&error, IPSOCK_ENODEV, 0, "set", "multicast_interface");
    } else {
        ipsk_mutex_lock(&s->setup);
        code = set_interface(s, index, &error);
        ipsk_mutex_unlock(&s->setup);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

/* Where the kernel does not give the index back, it is the one that was set here. */
static int get_interface(struct ipsock_endpoint *s, int64_t *index, struct ipsock_error *error)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    const struct ipsk_option_row *row = ipsk_option_row(s, IPSK_OPTION_MULTICAST_INTERFACE, column);
    *index = atomic_load_explicit(&s->multicast_interface, memory_order_relaxed);
    return row != NULL && row->get == IPSK_ENCODING_NONE
               ? IPSOCK_OK
               : ipsk_get_option(s, IPSK_OPTION_MULTICAST_INTERFACE, index, "multicast_interface",
                                 error);
}

int ipsock_get_multicast_interface(struct ipsock_endpoint *s, uint32_t *index)
{
    struct ipsock_error error;
    int64_t value = 0;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (index == NULL) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "get", "multicast_interface");
    } else {
        ipsk_mutex_lock(&s->setup);
        code = get_interface(s, &value, &error);
        ipsk_mutex_unlock(&s->setup);
    }
    if (code == IPSOCK_OK)
        *index = (uint32_t)value;
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}
