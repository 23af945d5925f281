// SPDX-License-Identifier: BSD-2-Clause
/* MADV_WIPEONFORK, Linux 4.14: mm/madvise.c, kernel/fork.c dup_mmap. */
#include <sys/mman.h>

#include "posix/process.h"

/* Emulators take every advice and do nothing (QEMU, linux-user/syscall.c, TARGET_NR_madvise): one
 * that does not exist must be refused. */
bool ipsk_wipe_for_children(void *memory, size_t size)
{
    return madvise(memory, size, -1) != 0 && madvise(memory, size, MADV_WIPEONFORK) == 0;
}
