// SPDX-License-Identifier: BSD-2-Clause
/* Entering and leaving, what is recorded and pending, and what an endpoint is made of. */
#include "core/endpoint/endpoint.h"

#include <stdlib.h>

/* The closer waits under the lock, so counting down under it too makes the last unlock the last
 * touch. */
void ipsk_leave_slowly(struct ipsock_endpoint *s)
{
    ipsk_mutex_lock(&s->lock);
    if (atomic_fetch_sub_explicit(&s->calls, 1, memory_order_acq_rel) == (IPSK_CLOSED | 1u))
        ipsk_condition_broadcast(&s->settled);
    ipsk_mutex_unlock(&s->lock);
}

int ipsk_enter_own(struct ipsock_endpoint *s)
{
    int code = ipsk_enter(s);
    if (code < 0 || s->process == ipsk_sys_process())
        return code;
    ipsk_leave(s);
    return IPSOCK_EFORKED;
}

int ipsk_record(struct ipsock_endpoint *s, int direction, const struct ipsock_error *error)
{
    ipsk_mutex_lock(&s->lock);
    s->errors[direction] = *error;
    ipsk_mutex_unlock(&s->lock);
    return error->code;
}

int ipsk_note(struct ipsock_endpoint *s, int direction, int code, const struct ipsock_error *error)
{
    /* "would block" is no news, and would hide the failure before it; the child of a fork keeps off
     * the lock */
    if (code < 0 && code != IPSOCK_EAGAIN && s->process == ipsk_sys_process())
        ipsk_record(s, direction, error);
    return code;
}

int ipsk_finish(struct ipsock_endpoint *s, int direction, int code,
                const struct ipsock_error *error)
{
    ipsk_note(s, direction, code, error);
    ipsk_leave(s);
    return code;
}

void ipsk_keep_pending(struct ipsock_endpoint *s, const struct ipsock_error *error)
{
    ipsk_mutex_lock(&s->lock);
    s->pending_error = *error;
    ipsk_mutex_unlock(&s->lock);
    atomic_fetch_or_explicit(&s->slow, IPSK_SLOW_PENDING, memory_order_release);
}

int ipsk_take_pending(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const uint32_t before =
        atomic_fetch_and_explicit(&s->slow, ~IPSK_SLOW_PENDING, memory_order_acquire);
    if (!(before & IPSK_SLOW_PENDING))
        return IPSOCK_OK; /* another reader was quicker */
    ipsk_mutex_lock(&s->lock);
    *error = s->pending_error;
    ipsk_mutex_unlock(&s->lock);
    return ipsk_is_stream_error(s, error->code) ? IPSOCK_OK : error->code;
}

bool ipsk_is_stream_error(const struct ipsock_endpoint *s, int code)
{
    switch (code) {
    case IPSOCK_ECONNREFUSED:
    case IPSOCK_EHOSTUNREACH:
    case IPSOCK_ENETUNREACH:
    case IPSOCK_EMSGSIZE:
        return s->stream != NULL;
    default:
        return false;
    }
}

static void begin_locks(struct ipsock_endpoint *s)
{
    ipsk_mutex_init(&s->lock);
    ipsk_mutex_init(&s->setup);
    ipsk_mutex_init(&s->send);
    ipsk_mutex_init(&s->take);
    ipsk_condition_init(&s->settled);
    ipsk_condition_init(&s->sent);
    s->process = ipsk_sys_process();
    atomic_init(&s->alone, ipsk_sys_alone);
}

static void end_locks(struct ipsock_endpoint *s)
{
    ipsk_sys_waker_close(&s->waker);
    if (s->process != ipsk_sys_process())
        return; /* the parent's threads may have held the locks when the memory was copied */
    ipsk_condition_destroy(&s->settled);
    ipsk_condition_destroy(&s->sent);
    ipsk_mutex_destroy(&s->take);
    ipsk_mutex_destroy(&s->send);
    ipsk_mutex_destroy(&s->setup);
    ipsk_mutex_destroy(&s->lock);
}

struct ipsock_endpoint *ipsk_endpoint_new(ipsock_handle_t handle, struct ipsock_error *error)
{
    struct ipsock_endpoint *s = calloc(1, sizeof *s);
    if (s == NULL) {
        ipsk_fail(error, IPSOCK_ENOMEM, 0, "open", NULL);
        return NULL;
    }
    s->handle = handle;
    s->flow_owner = ~(uint64_t)(uintptr_t)s & ~(uint64_t)1; /* no flow has it */
    for (int i = 0; i < 3; i++)
        s->errors[i].index = IPSOCK_NO_INDEX;
    memset(s->slow_control, 0xff, sizeof s->slow_control);
    begin_locks(s);
    return s;
}

void ipsk_endpoint_free(struct ipsock_endpoint *s)
{
    ipsk_memberships_free(&s->memberships);
    free(s->program);
    end_locks(s);
    free(s);
}

void ipsk_set_kind(struct ipsock_endpoint *s, int kind, int family)
{
    s->kind = (uint8_t)kind;
    s->backing = s->kind;
    s->family = (uint8_t)family;
    s->ip_header = kind == IPSOCK_RAW && family == IPSOCK_IPV4;
    s->sends = kind == IPSOCK_TCP || kind == IPSOCK_PING ? IPSK_SENDS_CHECKED
               : family == IPSOCK_IPV4                   ? IPSK_SENDS_V4
                                                         : IPSK_SENDS_V6;
    atomic_init(&s->slow, kind == IPSOCK_TCP   ? IPSK_SLOW_STREAM
                          : kind == IPSOCK_UDP ? 0
                                               : IPSK_SLOW_HEADER);
}

void ipsk_set_protocol(struct ipsock_endpoint *s, int protocol)
{
    s->protocol = (uint8_t)protocol;
    if (ipsk_is_raw_icmp6(s) || ipsk_measures_sum(s))
        s->sends = IPSK_SENDS_CHECKED;
}

void ipsk_set_flags(struct ipsock_endpoint *s, uint32_t flags)
{
    static const char promised = 1;
    s->flags = flags;
    if (flags & IPSOCK_OPEN_ONE_THREAD)
        atomic_store_explicit(&s->alone, &promised, memory_order_relaxed);
}

void ipsk_fix_peer(struct ipsock_endpoint *s, const struct ipsock_addr *peer)
{
    s->peer = *peer;
    s->peer.port = s->kind == IPSOCK_PING ? 0 : s->peer.port;
    s->peer_column = (uint8_t)ipsk_column(s, &s->peer);
    s->connected = s->peer_in_system = true;
    if (ipsk_sends_anywhere(s) || s->sends == IPSK_SENDS_NOT_TO_ALL)
        s->sends = IPSK_SENDS_TO_PEER;
}
