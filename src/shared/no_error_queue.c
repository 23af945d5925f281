// SPDX-License-Identifier: BSD-2-Clause
/* Systems without an error queue. Their tables have no row for it, so that no endpoint gets here.
 */
#include "core/endpoint/backend.h"

/* Nothing keeps a wait from waiting. */
int ipsk_sys_wait_beside_errors(ipsock_handle_t handle, int direction,
                                const struct ipsk_waker *waker, int64_t deadline,
                                struct ipsock_error *error)
{
    return ipsk_sys_wait(handle, direction, waker, deadline, error);
}

int ipsk_sys_recv_error(struct ipsock_endpoint *s, struct ipsk_error_entry *entry,
                        struct ipsock_error *error)
{
    (void)s;
    (void)entry;
    return ipsk_fail(error, IPSOCK_ENOTSUP, 0, "receive error", "error_stream");
}
