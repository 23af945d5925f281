// SPDX-License-Identifier: BSD-2-Clause
/* Options that take more than a row: buffer sizes, which kernels cap in silence, path MTU and
 * checksum. */
#include "core/option/buffer_option.h"

#include <ipsock/option.h>
#include <limits.h>

#include "core/option/option.h"

/* The largest size that the system takes, below one that it refused; 0: none. By trying: the
 * maximum is a share of a sysctl's value, and the user's own limit (RLIMIT_SBSIZE) counts too. */
static int largest_size(ipsock_handle_t apart, const struct ipsk_option_row *row, int refused)
{
    struct ipsock_error ignored;
    int taken = 0;
    while (refused - taken > 1) {
        const int middle = taken + (refused - taken) / 2;
        if (ipsk_set_row(apart, row, middle, &ignored) == IPSOCK_OK)
            taken = middle;
        else
            refused = middle;
    }
    return taken;
}

/* Whether the system gives a size, which becomes the most that it gives where it refuses to cut:
 * tried on a socket apart, because a size that was set, even if taken back, ends the kernel's own
 * sizing of a socket's buffers. */
static int try_size(const struct ipsock_endpoint *s, const struct ipsk_option_row *row, int *bytes,
                    const char *name, struct ipsock_error *error)
{
    ipsock_handle_t apart;
    int64_t given = 0;
    int code = ipsk_sys_socket(s->family, IPSOCK_UDP, 0, &apart, error);
    if (code < 0)
        return code;
    code = ipsk_set_row(apart, row, *bytes, error);
    if (code == IPSOCK_ENOBUFS && ipsk_native.facts[IPSK_FACT_BUFFERS_REFUSED] != 0) {
        const int most = largest_size(apart, row, *bytes);
        *bytes = most > 0 ? most : *bytes;
        code = most > 0 ? IPSOCK_OK : code;
    }
    if (code == IPSOCK_OK)
        code = ipsk_get_row(apart, row, &given, error);
    ipsk_sys_close(apart);
    /* the largest size of all is an odd number where the kernel doubles what it is told */
    const bool enough = given >= (int64_t)*bytes * ipsk_sys_buffer_factor() || given >= INT_MAX - 1;
    return code == IPSOCK_OK && !enough ? ipsk_fail(error, IPSOCK_ENOBUFS, 0, "set", name) : code;
}

int ipsk_set_buffer(struct ipsock_endpoint *s, int option, int bytes, const char *name,
                    struct ipsock_error *error)
{
    const struct ipsk_option_row *row =
        ipsk_option_row(s, option, s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6);
    if (bytes < 1)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "set", name);
    int code = row == NULL ? IPSOCK_OK : try_size(s, row, &bytes, name, error);
    if (code == IPSOCK_OK)
        code = ipsk_set_option(s, option, bytes, name, error);
    if (code == IPSOCK_ENOBUFS)
        ipsk_name_limit(error,
                        option == IPSK_OPTION_RECEIVE_BUFFER ? IPSK_LIMIT_RECEIVE_BUFFER
                                                             : IPSK_LIMIT_SEND_BUFFER,
                        row->column);
    return code;
}

static int set_buffer(struct ipsock_endpoint *s, int option, int bytes, const char *name)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    ipsk_lock_options(s);
    code = ipsk_set_buffer(s, option, bytes, name, &error);
    ipsk_unlock_options(s);
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

static int get_buffer(struct ipsock_endpoint *s, int option, int *bytes, const char *name)
{
    struct ipsock_error error;
    int64_t value = 0;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = bytes == NULL ? ipsk_fail(&error, IPSOCK_EINVAL, 0, "get", name)
                         : ipsk_get_option(s, option, &value, name, &error);
    if (code == IPSOCK_OK)
        *bytes = (int)value;
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_set_receive_buffer(struct ipsock_endpoint *s, int bytes)
{
    return set_buffer(s, IPSK_OPTION_RECEIVE_BUFFER, bytes, "receive_buffer");
}

int ipsock_get_receive_buffer(struct ipsock_endpoint *s, int *bytes)
{
    return get_buffer(s, IPSK_OPTION_RECEIVE_BUFFER, bytes, "receive_buffer");
}

int ipsock_set_send_buffer(struct ipsock_endpoint *s, int bytes)
{
    return set_buffer(s, IPSK_OPTION_SEND_BUFFER, bytes, "send_buffer");
}

int ipsock_get_send_buffer(struct ipsock_endpoint *s, int *bytes)
{
    return get_buffer(s, IPSK_OPTION_SEND_BUFFER, bytes, "send_buffer");
}

/* The peer's column decides which kernel option knows the path. */
static int read_path_mtu(struct ipsock_endpoint *s, int64_t *mtu, struct ipsock_error *error)
{
    if (!s->connected)
        return ipsk_fail(error, IPSOCK_ENOTCONN, 0, "get", "path_mtu");
    const struct ipsk_option_row *row =
        ipsk_option_row(s, IPSK_OPTION_PATH_MTU, ipsk_column(s, &s->peer));
    return row == NULL ? ipsk_fail(error, IPSOCK_ENOTSUP, 0, "option", "path_mtu")
                       : ipsk_get_row(s->handle, row, mtu, error);
}

int ipsock_get_path_mtu(struct ipsock_endpoint *s, uint32_t *mtu, uint32_t *index)
{
    struct ipsock_error error;
    int64_t value = 0;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (mtu == NULL)
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "get", "path_mtu");
    else
        code = read_path_mtu(s, &value, &error);
    if (code == IPSOCK_OK) {
        *mtu = (uint32_t)value;
        if (index != NULL)
            *index = s->peer.scope;
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

/* It is for raw IPv6 (RFC 3542, 3.1), whatever the system. */
static int need_raw_ipv6(const struct ipsock_endpoint *s, struct ipsock_error *error)
{
    return s->kind == IPSOCK_RAW && s->family == IPSOCK_IPV6
               ? IPSOCK_OK
               : ipsk_fail(error, IPSOCK_EKIND, 0, "option", "checksum");
}

/* The kernel's number: the offset, or -1 while off. */
static void note_sum(struct ipsock_endpoint *s, int64_t offset)
{
    atomic_store_explicit(&s->sum_end, offset < 0 ? 0 : (uint32_t)offset + 2, memory_order_relaxed);
}

int ipsk_find_checksum(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    int64_t offset = -1;
    if (!ipsk_measures_sum(s))
        return IPSOCK_OK;
    const int code = ipsk_get_option(s, IPSK_OPTION_CHECKSUM, &offset, "checksum", error);
    if (code == IPSOCK_OK)
        note_sum(s, offset);
    return ipsk_is_no_answer(code) ? code : IPSOCK_OK;
}

int ipsock_set_checksum(struct ipsock_endpoint *s, bool on, int offset)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (on && (offset < 0 || offset > 65534 || offset % 2 != 0)) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "set", "offset");
        return ipsk_finish(s, IPSOCK_SETUP, code, &error);
    }
    ipsk_lock_options(s);
    int64_t current = -1;
    code = need_raw_ipv6(s, &error);
    if (code == IPSOCK_OK)
        code = ipsk_get_option(s, IPSK_OPTION_CHECKSUM, &current, "checksum", &error);
    /* Setting what already is must succeed even where the kernel takes no changes (ICMPv6 at 2). */
    const int64_t wanted = on ? offset : -1;
    if (code == IPSOCK_OK && current != wanted && !(current < 0 && !on))
        code = ipsk_set_option(s, IPSK_OPTION_CHECKSUM, wanted, "checksum", &error);
    if (code == IPSOCK_OK)
        note_sum(s, wanted);
    ipsk_unlock_options(s);
    if (code == IPSOCK_EINVAL)
        code = error.code = IPSOCK_ENOTSUP; /* the range is right: this kernel will not have it */
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_get_checksum(struct ipsock_endpoint *s, bool *on, int *offset)
{
    struct ipsock_error error;
    int64_t value = -1;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = on == NULL ? ipsk_fail(&error, IPSOCK_EINVAL, 0, "get", "checksum")
                      : need_raw_ipv6(s, &error);
    if (code == IPSOCK_OK)
        code = ipsk_get_option(s, IPSK_OPTION_CHECKSUM, &value, "checksum", &error);
    if (code == IPSOCK_OK) {
        *on = value >= 0;
        if (offset != NULL)
            *offset = value >= 0 ? (int)value : 0;
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}
