// SPDX-License-Identifier: BSD-2-Clause
/* What can be asked of an endpoint. */
#include "core/endpoint/endpoint.h"

#include <string.h>

ipsock_handle_t ipsock_handle(const struct ipsock_endpoint *s)
{
    if (s == NULL || (atomic_load_explicit(&s->calls, memory_order_acquire) & IPSK_CLOSED))
        return IPSOCK_INVALID_HANDLE;
    return s->handle;
}

int ipsock_describe(const struct ipsock_endpoint *s, int *kind, int *family, int *protocol)
{
    if (s == NULL)
        return IPSOCK_ECLOSED;
    if (kind != NULL)
        *kind = s->kind;
    if (family != NULL)
        *family = s->family;
    if (protocol != NULL)
        *protocol = s->protocol;
    return IPSOCK_OK;
}

static int read_addr(struct ipsock_endpoint *s, struct ipsock_addr *addr, const char *operation,
                     int (*read)(ipsock_handle_t, struct ipsock_addr *, struct ipsock_error *))
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = addr == NULL ? ipsk_fail(&error, IPSOCK_EINVAL, 0, operation, "addr")
                        : read(s->handle, addr, &error);
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_local_addr(struct ipsock_endpoint *s, struct ipsock_addr *addr)
{
    const int code = read_addr(s, addr, "local address", ipsk_sys_local_addr);
    if (code == IPSOCK_OK && s->echo_id != 0)
        addr->port = s->echo_id; /* as where the system keeps it */
    return code;
}

/* Of a datagram endpoint it is what the library remembers: Linux does not tell the peer of a raw
 * socket. */
int ipsock_peer_addr(struct ipsock_endpoint *s, struct ipsock_addr *addr)
{
    if (s == NULL || addr == NULL || !s->connected || s->kind == IPSOCK_TCP)
        return read_addr(s, addr, "peer address", ipsk_sys_peer_addr);
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    *addr = s->peer;
    ipsk_leave(s);
    return IPSOCK_OK;
}

int ipsock_last_error(struct ipsock_endpoint *s, int direction, struct ipsock_error *error)
{
    if (s == NULL)
        return IPSOCK_ECLOSED;
    if (error == NULL || direction < IPSOCK_READ || direction > IPSOCK_SETUP)
        return IPSOCK_EINVAL;
    if (s->process != ipsk_sys_process())
        return IPSOCK_EFORKED; /* the lock may be one that the parent held */
    ipsk_mutex_lock(&s->lock);
    *error = s->errors[direction];
    ipsk_mutex_unlock(&s->lock);
    return IPSOCK_OK;
}

int ipsock_explain(struct ipsock_endpoint *s, int direction, char *text, size_t size)
{
    struct ipsock_error error;
    int code = ipsock_last_error(s, direction, &error);
    return code < 0 ? code : ipsock_error_format(&error, text, size);
}

int ipsock_get_counters(struct ipsock_endpoint *s, struct ipsock_counters *counters, size_t size)
{
    if (s == NULL)
        return IPSOCK_ECLOSED;
    if (counters == NULL)
        return IPSOCK_EINVAL;
    const struct ipsock_counters now = {
        .strict_discards = atomic_load_explicit(&s->strict_discards, memory_order_relaxed),
        .filter_discards = atomic_load_explicit(&s->filter_discards, memory_order_relaxed),
        .checksum_discards = atomic_load_explicit(&s->checksum_discards, memory_order_relaxed),
        .truncated = atomic_load_explicit(&s->truncated, memory_order_relaxed),
        .control_truncated = atomic_load_explicit(&s->control_truncated, memory_order_relaxed),
        .header_discards = atomic_load_explicit(&s->header_discards, memory_order_relaxed),
        .error_discards = atomic_load_explicit(&s->error_discards, memory_order_relaxed),
        .segmented = atomic_load_explicit(&s->segmented, memory_order_relaxed),
    };
    memset(counters, 0, size);
    memcpy(counters, &now, size < sizeof now ? size : sizeof now);
    return IPSOCK_OK;
}
