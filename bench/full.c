// SPDX-License-Identifier: BSD-2-Clause
#include "full.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

void full_batch_init(struct full_batch *batch, unsigned count)
{
    memset(batch, 0, sizeof *batch);
    for (unsigned i = 0; i < count; i++) {
        batch->headers[i].msg_hdr.msg_name = &batch->names[i];
        batch->headers[i].msg_hdr.msg_iov = &batch->vectors[i];
        batch->headers[i].msg_hdr.msg_iovlen = 1;
    }
}

void full_close(struct full_socket *s)
{
    atomic_fetch_or(&s->calls, FULL_CLOSING);
    while (atomic_load(&s->calls) != FULL_CLOSING) /* calls do not wait */
        sched_yield();
    close(s->fd);
}
