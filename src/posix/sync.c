// SPDX-License-Identifier: BSD-2-Clause
#include "core/endpoint/sync.h"

#include <pthread.h>

#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 32)
#include <sys/single_threaded.h>
#define ALONE &__libc_single_threaded
#endif
#endif

/* Other C libraries do not tell. Threads made past the C library (a bare clone) may not use it, and
 * so cannot come here. */
#ifndef ALONE
#define ALONE &unknown
static const char unknown = 0;
#endif
const char *const ipsk_sys_alone = ALONE;

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct ipsk_mutex), "room for a mutex");
_Static_assert(sizeof(pthread_cond_t) <= sizeof(struct ipsk_condition), "room for a condition");

static pthread_mutex_t *mutex_of(struct ipsk_mutex *mutex)
{
    return (pthread_mutex_t *)(void *)mutex;
}

static pthread_cond_t *condition_of(struct ipsk_condition *condition)
{
    return (pthread_cond_t *)(void *)condition;
}

void ipsk_mutex_init(struct ipsk_mutex *mutex)
{
    pthread_mutex_init(mutex_of(mutex), NULL);
}

void ipsk_mutex_destroy(struct ipsk_mutex *mutex)
{
    pthread_mutex_destroy(mutex_of(mutex));
}

void ipsk_mutex_lock(struct ipsk_mutex *mutex)
{
    pthread_mutex_lock(mutex_of(mutex));
}

void ipsk_mutex_unlock(struct ipsk_mutex *mutex)
{
    pthread_mutex_unlock(mutex_of(mutex));
}

void ipsk_condition_init(struct ipsk_condition *condition)
{
    pthread_cond_init(condition_of(condition), NULL);
}

void ipsk_condition_destroy(struct ipsk_condition *condition)
{
    pthread_cond_destroy(condition_of(condition));
}

void ipsk_condition_wait(struct ipsk_condition *condition, struct ipsk_mutex *mutex)
{
    pthread_cond_wait(condition_of(condition), mutex_of(mutex));
}

void ipsk_condition_broadcast(struct ipsk_condition *condition)
{
    pthread_cond_broadcast(condition_of(condition));
}
