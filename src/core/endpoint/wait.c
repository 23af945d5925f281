// SPDX-License-Identifier: BSD-2-Clause
/* Waiting.
 *
 * Waiters sit in the backend's wait on the handle and on one wake channel. A signal marks everyone
 * who waits at that moment as stale and makes the channel readable; each of them counts itself off
 * when it returns, and the last one drains the channel. A newcomer waits for that before it looks
 * at the channel, so that it cannot spin on a signal that is not for it. */
#include "core/endpoint/wait.h"

void ipsk_wake_all(struct ipsock_endpoint *s)
{
    if (s->waiters == 0)
        return;
    s->generation++;
    s->stale = s->waiters;
    ipsk_sys_waker_signal(&s->waker);
}

static int refusal(struct ipsock_endpoint *s, const struct ipsk_wait *wait)
{
    if (atomic_load_explicit(&s->calls, memory_order_relaxed) & IPSK_CLOSED)
        return IPSOCK_ECLOSED;
    return s->cancels != wait->cancels ? IPSOCK_ECANCELED : IPSOCK_OK;
}

/* Under lock: everything that can keep a call from waiting. */
static int admit(struct ipsock_endpoint *s, int direction, struct ipsk_wait *wait,
                 int64_t *deadline, struct ipsock_error *error)
{
    if (!wait->started) {
        wait->started = true;
        wait->cancels = s->cancels;
    }
    while (s->stale > 0)
        ipsk_condition_wait(&s->settled, &s->lock);
    int code = refusal(s, wait);
    if (code < 0)
        return ipsk_fail(error, code, 0, "wait", NULL);
    *deadline = s->deadline[direction == IPSOCK_WRITE ? IPSOCK_WRITE : IPSOCK_READ];
    if (*deadline != 0 && ipsk_sys_now() >= *deadline)
        return ipsk_fail(error, IPSOCK_ETIMEDOUT, 0, "wait", NULL);
    return s->waker.open ? IPSOCK_OK : ipsk_sys_waker_open(&s->waker, error);
}

int ipsk_wait_for(struct ipsock_endpoint *s, int direction, struct ipsk_wait *wait,
                  struct ipsock_error *error)
{
    int64_t deadline = 0;
    if (s->process != ipsk_sys_process())
        return ipsk_fail(error, IPSOCK_EFORKED, 0, "wait", NULL);
    if (wait->waited && s->keep_errors != NULL) /* for nothing: only errors may have come */
        s->keep_errors(s);
    wait->waited = true;
    ipsk_mutex_lock(&s->lock);
    int code = admit(s, direction, wait, &deadline, error);
    if (code < 0) {
        ipsk_mutex_unlock(&s->lock);
        return code;
    }
    if (direction == IPSK_ERRORS &&
        atomic_load_explicit(&s->stream_queued, memory_order_relaxed) != 0) {
        ipsk_mutex_unlock(&s->lock);
        return IPSOCK_OK; /* another call has just kept some */
    }
    const uint32_t generation = s->generation;
    s->waiters++;
    ipsk_mutex_unlock(&s->lock);

    /* a try came after the error: if it was for this endpoint to tell, it has been told */
    code = wait->errors && s->stream == NULL
               ? ipsk_sys_wait_beside_errors(s->handle, direction, &s->waker, deadline, error)
               : ipsk_sys_wait(s->handle, direction, &s->waker, deadline, error);
    wait->errors |= code == IPSK_WAIT_ERRORS;
    code = code == IPSK_WAIT_ERRORS ? IPSOCK_OK : code;

    ipsk_mutex_lock(&s->lock);
    s->waiters--;
    if (s->generation != generation && --s->stale == 0) {
        ipsk_sys_waker_drain(&s->waker);
        ipsk_condition_broadcast(&s->settled);
    }
    const int refused = refusal(s, wait);
    ipsk_mutex_unlock(&s->lock);
    return refused < 0 ? ipsk_fail(error, refused, 0, "wait", NULL) : code;
}

static int set_deadlines(struct ipsock_endpoint *s, bool read, bool write, int64_t deadline)
{
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    struct ipsock_error error;
    if (deadline < 0) {
        ipsk_fail(&error, IPSOCK_EINVAL, 0, "set deadline", "deadline");
        return ipsk_finish(s, IPSOCK_SETUP, IPSOCK_EINVAL, &error);
    }
    ipsk_mutex_lock(&s->lock);
    if (read)
        s->deadline[IPSOCK_READ] = deadline;
    if (write)
        s->deadline[IPSOCK_WRITE] = deadline;
    ipsk_wake_all(s);
    ipsk_mutex_unlock(&s->lock);
    ipsk_leave(s);
    return IPSOCK_OK;
}

int ipsock_set_deadline(struct ipsock_endpoint *s, int64_t deadline)
{
    return set_deadlines(s, true, true, deadline);
}

int ipsock_set_read_deadline(struct ipsock_endpoint *s, int64_t deadline)
{
    return set_deadlines(s, true, false, deadline);
}

int ipsock_set_write_deadline(struct ipsock_endpoint *s, int64_t deadline)
{
    return set_deadlines(s, false, true, deadline);
}

int ipsock_cancel(struct ipsock_endpoint *s)
{
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    ipsk_mutex_lock(&s->lock);
    s->cancels++;
    ipsk_wake_all(s);
    ipsk_mutex_unlock(&s->lock);
    ipsk_leave(s);
    return IPSOCK_OK;
}

int64_t ipsock_now(void)
{
    return ipsk_sys_now();
}

/* A child of the process that opened the endpoint has no calls of its own, and must not disturb its
 * parent's through the shared wake channel. */
int ipsk_shut(struct ipsock_endpoint *s)
{
    static const char others = 0;
    if (s == NULL)
        return IPSOCK_ECLOSED;
    ipsk_check_promise(s);
    atomic_store_explicit(&s->alone, &others, memory_order_relaxed);
    if (atomic_fetch_or_explicit(&s->calls, IPSK_CLOSED, memory_order_acq_rel) & IPSK_CLOSED)
        return IPSOCK_ECLOSED;
    if (s->process != ipsk_sys_process())
        return IPSOCK_OK;
    ipsk_mutex_lock(&s->lock);
    ipsk_wake_all(s);
    while (atomic_load_explicit(&s->calls, memory_order_acquire) != IPSK_CLOSED)
        ipsk_condition_wait(&s->settled, &s->lock);
    ipsk_sys_waker_close(&s->waker);
    ipsk_mutex_unlock(&s->lock);
    return IPSOCK_OK;
}
