// SPDX-License-Identifier: BSD-2-Clause
/* WSAEventSelect and WSAEnumNetworkEvents for datagrams, by their pages: an event is recorded once,
 * until a call enables it again (a receive FD_READ, a send that would block FD_WRITE); and the
 * thread that watches for them and for pending calls. */
#include "overlapped.h"

enum { WAITS = 512 };

static CRITICAL_SECTION lock;
static CONDITION_VARIABLE done;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static int bell = -1;

static bool look(struct model_socket *s, void *context)
{
    long now = 0;

    (void)context;
    if (!s->event || s->closed || !model_is_message(s))
        return true;
    if ((s->event_armed & FD_READ) && s->bound && model_is_readable(s))
        now |= FD_READ;
    if ((s->event_armed & FD_WRITE) && (host_poll(s->fd, HOST_POLLOUT, 0) & HOST_POLLOUT))
        now |= FD_WRITE;
    s->event_armed &= ~now;
    s->event_record |= now;
    if (now)
        SetEvent(s->event);
    return true;
}

struct list {
    struct host_wait waits[WAITS];
    unsigned count;
};

static bool add(struct model_socket *s, void *context)
{
    struct list *list = context;
    const int events = (s->event_armed & FD_READ ? HOST_POLLIN : 0) |
                       (s->event_armed & FD_WRITE ? HOST_POLLOUT : 0);

    if (s->event && !s->closed && events && s->bound && model_is_message(s) && list->count < WAITS)
        list->waits[list->count++] = (struct host_wait){s->fd, (int16_t)events, 0};
    return true;
}

static DWORD WINAPI watch(void *unused)
{
    static struct list list;

    (void)unused;
    for (;;) {
        EnterCriticalSection(&lock);
        list.waits[0] = (struct host_wait){bell, HOST_POLLIN, 0};
        list.count = 1 + model_overlapped_list(list.waits + 1, WAITS - 1);
        LeaveCriticalSection(&lock);
        model_each(add, &list);
        host_wait_any(list.waits, list.count, -1);
        host_bell_silence(bell);
        EnterCriticalSection(&lock);
        model_overlapped_try();
        LeaveCriticalSection(&lock);
        model_each(look, NULL);
    }
    return 0;
}

static BOOL CALLBACK start(PINIT_ONCE o, PVOID parameter, PVOID *context)
{
    HANDLE thread;

    (void)o;
    (void)parameter;
    (void)context;
    InitializeCriticalSection(&lock);
    InitializeConditionVariable(&done);
    bell = host_bell();
    thread = CreateThread(NULL, 0, watch, NULL, 0, NULL);
    if (thread)
        CloseHandle(thread);
    return thread != NULL;
}

CRITICAL_SECTION *model_watch_lock(void)
{
    InitOnceExecuteOnce(&once, start, NULL, NULL);
    return &lock;
}

void model_watch(void)
{
    model_watch_lock();
    host_bell_ring(bell);
}

void model_watch_done(void)
{
    EnterCriticalSection(model_watch_lock());
    WakeAllConditionVariable(&done);
    LeaveCriticalSection(&lock);
}

bool model_watch_until(const volatile OVERLAPPED *overlapped, ULONG_PTR pending, bool wait)
{
    EnterCriticalSection(model_watch_lock());
    while (wait && overlapped->Internal == pending)
        SleepConditionVariableCS(&done, &lock, INFINITE);
    LeaveCriticalSection(&lock);
    return overlapped->Internal != pending;
}

void model_event_enable(struct model_socket *s, long bits)
{
    if (!s->event || !(s->event_mask & bits))
        return;
    s->event_armed |= s->event_mask & bits;
    model_watch();
}

int WSAAPI windows_WSAEventSelect(SOCKET handle, WSAEVENT event, long mask)
{
    struct model_socket *s = model_message_socket(handle);

    if (!s)
        return model_real()->WSAEventSelect(handle, event, mask);
    s->event = mask ? event : NULL;
    s->event_mask = s->event_armed = mask & (FD_READ | FD_WRITE);
    s->event_record = 0;
    s->nonblocking = true;
    look(s, NULL);
    model_watch();
    model_put(s);
    return 0;
}

int WSAAPI windows_WSAEnumNetworkEvents(SOCKET handle, WSAEVENT event, LPWSANETWORKEVENTS events)
{
    struct model_socket *s = model_message_socket(handle);

    if (!s)
        return model_real()->WSAEnumNetworkEvents(handle, event, events);
    if (event)
        ResetEvent(event);
    memset(events, 0, sizeof *events);
    events->lNetworkEvents = InterlockedExchange(&s->event_record, 0);
    model_put(s);
    return 0;
}
