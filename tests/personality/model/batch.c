// SPDX-License-Identifier: BSD-2-Clause
/* sendmmsg and recvmmsg: loops in FreeBSD's libc, system calls of NetBSD and OpenBSD
 * (docs/platform/bsd.md, 7). */
#include "calls.h"

#ifdef MSG_WAITFORONE /* Darwin has none of it */
#ifdef __NetBSD__
typedef int batch_result;
typedef unsigned batch_count, batch_flags;
#elif defined __OpenBSD__
typedef int batch_result, batch_flags;
typedef unsigned batch_count;
#else
typedef ssize_t batch_result;
typedef size_t batch_count;
typedef int batch_flags;
#endif
#ifdef __OpenBSD__
typedef struct timespec batch_timeout;
#else
typedef const struct timespec batch_timeout;
#endif
enum { AT_ONCE = 1024 };

batch_result kernel_sendmmsg(int fd, struct mmsghdr *list, batch_count count, batch_flags flags);
batch_result kernel_recvmmsg(int fd, struct mmsghdr *list, batch_count count, batch_flags flags,
                             batch_timeout *timeout);

static batch_count most(batch_count count)
{
    if (model_fact(FACT_BATCH_SYSTEM) && count > AT_ONCE)
        count = AT_ONCE;
    return model_fault_batch((unsigned)count);
}

batch_result kernel_sendmmsg(int fd, struct mmsghdr *list, batch_count count, batch_flags flags)
{
    batch_count done = 0;
    const int fault = model_fault("sendmmsg");
    if (fault < 0)
        return (batch_result)model_return(fault);
    for (; done < most(count); done++) {
        const ssize_t n = kernel_sendmsg(fd, &list[done].msg_hdr, (int)flags);
        if (n < 0)
            break;
        list[done].msg_len = (__typeof__(list[done].msg_len))n;
    }
    return done == 0 && count > 0 ? -1 : (batch_result)done;
}

/* The error after some messages: NetBSD keeps it for the next call (M N-1), EAGAIN too in 7. */
static void keep_error(int fd)
{
    int error = 0;
    if (!model_fact(FACT_BATCH_SYSTEM) || errno == EAGAIN)
        return;
    host_lock();
    struct sock *const s = model_find(fd, &error);
    if (s != NULL) {
        s->pending = errno;
        s->deferred = true;
    }
    host_unlock();
}

/* What is pending comes before what is queued here; since so_rerror that is the deferred error only
 * (sys_recvmmsg in kern/uipc_syscalls.c). */
static int take_first(int fd)
{
    int error = 0;
    if (!model_fact(FACT_BATCH_DEFERRED_FIRST))
        return 0;
    host_lock();
    struct sock *const s = model_find(fd, &error);
    error = 0;
    if (s != NULL)
        model_errors(fd, s);
    if (s != NULL && (s->deferred || model_fact(FACT_BATCH_ERROR_FIRST))) {
        error = s->pending;
        s->pending = 0;
    }
    host_unlock();
    return -error;
}

batch_result kernel_recvmmsg(int fd, struct mmsghdr *list, batch_count count, batch_flags flags,
                             batch_timeout *timeout)
{
    batch_count done = 0;
    int now = (int)flags & ~MSG_WAITFORONE;
    (void)timeout;
    const int fault = model_fault("recvmmsg"), first = fault < 0 ? fault : take_first(fd);
    if (first < 0)
        return (batch_result)model_return(first);
    for (; done < most(count); done++) {
        const ssize_t n = kernel_recvmsg(fd, &list[done].msg_hdr, now);
        if (n < 0)
            break;
        list[done].msg_len = (__typeof__(list[done].msg_len))n;
        if ((int)flags & MSG_WAITFORONE)
            now |= MSG_DONTWAIT;
    }
    if (done > 0 && done < most(count))
        keep_error(fd);
    return done == 0 && count > 0 ? -1 : (batch_result)done;
}
#endif
