// SPDX-License-Identifier: BSD-2-Clause
#include "core/endpoint/sync.h"

#include "windows/windows.h"

/* The system makes threads of its own, and does not tell. */
static const char unknown = 0;
const char *const ipsk_sys_alone = &unknown;

_Static_assert(sizeof(SRWLOCK) <= sizeof(struct ipsk_mutex), "room for a lock");
_Static_assert(sizeof(CONDITION_VARIABLE) <= sizeof(struct ipsk_condition), "room for a condition");

static SRWLOCK *lock_of(struct ipsk_mutex *mutex)
{
    return (SRWLOCK *)(void *)mutex;
}

static CONDITION_VARIABLE *condition_of(struct ipsk_condition *condition)
{
    return (CONDITION_VARIABLE *)(void *)condition;
}

void ipsk_mutex_init(struct ipsk_mutex *mutex)
{
    InitializeSRWLock(lock_of(mutex));
}

/* Locks and conditions hold nothing that could be given back. */
void ipsk_mutex_destroy(struct ipsk_mutex *mutex)
{
    (void)mutex;
}

void ipsk_mutex_lock(struct ipsk_mutex *mutex)
{
    AcquireSRWLockExclusive(lock_of(mutex));
}

void ipsk_mutex_unlock(struct ipsk_mutex *mutex)
{
    ReleaseSRWLockExclusive(lock_of(mutex));
}

void ipsk_condition_init(struct ipsk_condition *condition)
{
    InitializeConditionVariable(condition_of(condition));
}

void ipsk_condition_destroy(struct ipsk_condition *condition)
{
    (void)condition;
}

void ipsk_condition_wait(struct ipsk_condition *condition, struct ipsk_mutex *mutex)
{
    SleepConditionVariableSRW(condition_of(condition), lock_of(mutex), INFINITE, 0);
}

void ipsk_condition_broadcast(struct ipsk_condition *condition)
{
    WakeAllConditionVariable(condition_of(condition));
}
