// SPDX-License-Identifier: BSD-2-Clause
/* Overlapped calls of datagrams, and the thread that completes them and reports network events.
 * The packet stays in the host's queue until a call takes it, so that a cancelled call loses none.
 * The page of WSARecvMsg; GetQueuedCompletionStatus on the lowest bit of hEvent. */
#include "overlapped.h"

/* NTSTATUS values, as GetQueuedCompletionStatus and GetOverlappedResult translate them */
#define DONE            0x00000000u
#define PENDING         0x00000103u
#define CUT             0x80000005u /* STATUS_BUFFER_OVERFLOW */
#define CANCELLED       0xc0000120u
#define WIN32_FACILITY  0xc0070000u
#define OPEN_COMPLETION ((ULONG_PTR)1) /* the bit of hEvent: no completion port */

__declspec(dllimport) LONG WINAPI
    NtSetIoCompletion(HANDLE port, ULONG_PTR key, ULONG_PTR value, LONG status, SIZE_T bytes);

struct request {
    struct request *next;
    struct model_socket *s;
    struct model_request wanted;
    WSAMSG message;
    DWORD thread;
    WSABUF buffers[];
};

static struct request *requests; /* in the order of the calls; under model_watch_lock */

static ULONG status_of(int error)
{
    if (error == 0)
        return DONE;
    if (error == WSAEMSGSIZE)
        return CUT;
    return error == WSA_OPERATION_ABORTED ? CANCELLED : WIN32_FACILITY | (ULONG)error;
}

static int error_of(ULONG status)
{
    if (status == DONE)
        return 0;
    if (status == CUT)
        return WSAEMSGSIZE;
    return status == CANCELLED ? WSA_OPERATION_ABORTED : (int)(status & 0xffff);
}

struct call_back {
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    OVERLAPPED *overlapped;
};

static void CALLBACK call_back(ULONG_PTR parameter)
{
    struct call_back *c = (struct call_back *)parameter;
    OVERLAPPED *o = c->overlapped;
    const LPWSAOVERLAPPED_COMPLETION_ROUTINE routine = c->routine;

    HeapFree(GetProcessHeap(), 0, c);
    routine((DWORD)error_of((ULONG)o->Internal), (DWORD)o->InternalHigh, o, o->Offset);
}

static void queue_routine(OVERLAPPED *o, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, DWORD thread)
{
    struct call_back *c = HeapAlloc(GetProcessHeap(), 0, sizeof *c);
    const HANDLE handle = OpenThread(THREAD_SET_CONTEXT, FALSE, thread);

    if (c && handle) {
        c->routine = routine;
        c->overlapped = o;
        QueueUserAPC(call_back, handle, (ULONG_PTR)c);
    }
    if (handle)
        CloseHandle(handle);
}

static void complete(struct model_socket *s, OVERLAPPED *o, int error, DWORD bytes, DWORD flags,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, DWORD thread)
{
    const ULONG_PTR event = (ULONG_PTR)o->hEvent;

    o->InternalHigh = bytes;
    o->Offset = flags;
    MemoryBarrier();
    o->Internal = status_of(error);
    if (routine) { /* hEvent is the caller's own then */
        queue_routine(o, routine, thread);
    } else {
        if (s->port && !(event & OPEN_COMPLETION))
            NtSetIoCompletion(s->port, s->key, (ULONG_PTR)o, (LONG)status_of(error), bytes);
        if (event & ~OPEN_COMPLETION)
            SetEvent((HANDLE)(event & ~OPEN_COMPLETION));
    }
    model_watch_done();
}

int model_overlapped_done(struct model_socket *s, const struct model_request *wanted, int error,
                          DWORD bytes, DWORD flags)
{
    /* what fails at once has no completion; a datagram that was cut has arrived */
    if (error == 0 || error == WSAEMSGSIZE)
        complete(s, wanted->overlapped, error, bytes, flags, wanted->routine, GetCurrentThreadId());
    return error;
}

static void hand_out(const struct model_request *wanted, const WSAMSG *message)
{
    if (wanted->message) {
        wanted->message->namelen = message->namelen;
        wanted->message->Control.len = message->Control.len;
        wanted->message->dwFlags = message->dwFlags;
    }
    if (wanted->name_length)
        *wanted->name_length = message->namelen;
}

static int put_aside(struct model_socket *s, const struct model_request *wanted,
                     const WSAMSG *message)
{
    const size_t buffers = message->dwBufferCount * sizeof(WSABUF);
    struct request *r = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *r + buffers);
    struct request **at;

    if (!r)
        return WSAENOBUFS;
    r->s = model_get(s->handle);
    r->wanted = *wanted;
    r->message = *message;
    r->thread = GetCurrentThreadId();
    memcpy(r->buffers, message->lpBuffers, buffers); /* these may be on the caller's stack */
    r->message.lpBuffers = r->buffers;
    wanted->overlapped->Internal = PENDING;
    EnterCriticalSection(model_watch_lock());
    for (at = &requests; *at; at = &(*at)->next)
        ;
    *at = r;
    LeaveCriticalSection(model_watch_lock());
    model_watch();
    return WSA_IO_PENDING;
}

int model_overlapped_receive(struct model_socket *s, const struct model_request *wanted,
                             const WSAMSG *message)
{
    const ULONG_PTR event = (ULONG_PTR)wanted->overlapped->hEvent & ~OPEN_COMPLETION;
    WSAMSG now = *message;
    DWORD bytes = 0;
    int error;

    if (event && !wanted->routine)
        ResetEvent((HANDLE)event);
    error = model_receive(s, &now, &bytes, wanted->mode & ~(unsigned)MODEL_WAIT);
    if (error == WSAEWOULDBLOCK)
        return put_aside(s, wanted, message);
    if (error == 0 || error == WSAEMSGSIZE)
        hand_out(wanted, &now);
    if (wanted->bytes)
        *wanted->bytes = bytes;
    return model_overlapped_done(s, wanted, error, bytes, now.dwFlags);
}

static void end(struct request **at, int error, DWORD bytes)
{
    struct request *r = *at;

    *at = r->next;
    if (error == 0 || error == WSAEMSGSIZE)
        hand_out(&r->wanted, &r->message);
    complete(r->s, r->wanted.overlapped, error, bytes, error ? 0 : r->message.dwFlags,
             r->wanted.routine, r->thread);
    model_put(r->s);
    HeapFree(GetProcessHeap(), 0, r);
}

void model_overlapped_try(void)
{
    struct request **at = &requests;

    while (*at) {
        struct request *r = *at;
        WSAMSG now = r->message;
        DWORD bytes = 0;
        const int error = r->s->closed ? WSA_OPERATION_ABORTED
                                       : model_receive(r->s, &now, &bytes,
                                                       r->wanted.mode & ~(unsigned)MODEL_WAIT);

        if (error == WSAEWOULDBLOCK) {
            at = &r->next;
        } else {
            r->message = now;
            end(at, error, bytes);
        }
    }
}

unsigned model_overlapped_list(struct host_wait *waits, unsigned room)
{
    unsigned count = 0;

    for (struct request *r = requests; r && count < room; r = r->next)
        waits[count++] = (struct host_wait){r->s->fd, HOST_POLLIN, 0};
    return count;
}

/* Those of one socket; of one overlapped, and of one thread, if given. */
static bool cancel(const struct model_socket *s, const OVERLAPPED *overlapped, DWORD thread)
{
    struct request **at = &requests;
    bool found = false;

    EnterCriticalSection(model_watch_lock());
    while (*at) {
        struct request *r = *at;

        if (r->s == s && (!overlapped || r->wanted.overlapped == overlapped) &&
            (!thread || r->thread == thread)) {
            found = true;
            end(at, WSA_OPERATION_ABORTED, 0);
        } else {
            at = &r->next;
        }
    }
    LeaveCriticalSection(model_watch_lock());
    return found;
}

void model_overlapped_close(struct model_socket *s)
{
    s->event = NULL;
    s->event_mask = 0;
    if (model_is_message(s))
        cancel(s, NULL, 0);
}

WINBOOL WINAPI windows_CancelIoEx(HANDLE handle, LPOVERLAPPED overlapped)
{
    struct model_socket *s = model_message_socket((SOCKET)handle);
    bool found;

    if (!s)
        return model_real()->CancelIoEx(handle, overlapped);
    found = cancel(s, overlapped, 0);
    model_put(s);
    if (!found)
        SetLastError(ERROR_NOT_FOUND);
    return found;
}

WINBOOL WINAPI windows_CancelIo(HANDLE handle)
{
    struct model_socket *s = model_message_socket((SOCKET)handle);

    if (!s)
        return model_real()->CancelIo(handle);
    cancel(s, NULL, GetCurrentThreadId());
    model_put(s);
    return TRUE;
}

WINBOOL WSAAPI windows_WSAGetOverlappedResult(SOCKET handle, LPWSAOVERLAPPED overlapped,
                                              LPDWORD bytes, WINBOOL wait, LPDWORD flags)
{
    struct model_socket *s = model_message_socket(handle);
    int error;

    if (!s)
        return model_real()->WSAGetOverlappedResult(handle, overlapped, bytes, wait, flags);
    model_put(s);
    if (!overlapped || !bytes || !flags) {
        WSASetLastError(WSAEFAULT);
        return FALSE;
    }
    if (!model_watch_until(overlapped, PENDING, wait)) {
        WSASetLastError(WSA_IO_INCOMPLETE);
        return FALSE;
    }
    *bytes = (DWORD)overlapped->InternalHigh;
    *flags = overlapped->Offset;
    error = error_of((ULONG)overlapped->Internal);
    WSASetLastError(error);
    return error == 0;
}

HANDLE WINAPI windows_CreateIoCompletionPort(HANDLE handle, HANDLE port, ULONG_PTR key,
                                             DWORD threads)
{
    const HANDLE made = model_real()->CreateIoCompletionPort(handle, port, key, threads);
    struct model_socket *s =
        handle == INVALID_HANDLE_VALUE ? NULL : model_message_socket((SOCKET)handle);

    if (s && made) {
        s->port = made;
        s->key = key;
    }
    if (s)
        model_put(s);
    return made;
}
