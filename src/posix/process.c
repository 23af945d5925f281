// SPDX-License-Identifier: BSD-2-Clause
/* Telling a child of fork from its parent by a page that the kernel hands to children empty
 * (process.h). Reading it costs a load, and it sees every way to copy a process, which
 * pthread_atfork does not: _Fork and a bare clone run no handlers, and there are none to be taken
 * back when the library is unloaded. A child of vfork, which has its parent's memory, is taken for
 * it: it may do nothing but exec anyway. */
#include "posix/process.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/endpoint/backend.h"

/* Holds this process' mark, 0 in a child that has none yet. NULL: not asked for yet. */
static _Atomic(_Atomic uint32_t *) page;
/* In place of one that could not be had: there getpid is asked each time. */
static _Atomic uint32_t refused;
/* Marks given out here and in the processes that this one descends from, whose endpoints it may
 * have; ordinary memory, which is copied. */
static _Atomic uint32_t marks;

/* Threads may do this at the same time, and one may fork meanwhile: no lock, the first one's page
 * is taken. It is never given back: a call may still run while a program ends. */
static _Atomic uint32_t *find_page(void)
{
    _Atomic uint32_t *none = NULL;
    _Atomic uint32_t *found = &refused;
    void *memory = mmap(NULL, sizeof *found, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (memory != MAP_FAILED && ipsk_wipe_for_children(memory, sizeof *found))
        found = memory;
    if (atomic_compare_exchange_strong(&page, &none, found))
        none = found;
    if (memory != MAP_FAILED && none != memory)
        munmap(memory, sizeof *found);
    return none;
}

/* The first time in a process. */
static intptr_t mark_process(_Atomic uint32_t *mark)
{
    uint32_t none = 0;
    if (mark == NULL)
        mark = find_page();
    if (mark == &refused)
        return getpid();
    const uint32_t next = atomic_fetch_add(&marks, 1) + 1;
    return (intptr_t)(atomic_compare_exchange_strong(mark, &none, next) ? next : none);
}

intptr_t ipsk_sys_process(void)
{
    _Atomic uint32_t *mark = atomic_load_explicit(&page, memory_order_acquire);
    const uint32_t value = mark == NULL ? 0 : atomic_load_explicit(mark, memory_order_relaxed);
    return value != 0 ? (intptr_t)value : mark_process(mark);
}
