// SPDX-License-Identifier: BSD-2-Clause
#include "core/life/close.h"

#include "core/endpoint/wait.h"
#include "core/group/membership_secondary.h"
#include "core/option/found.h"
#include "core/traffic/error_stream.h"

void ipsk_destroy(struct ipsock_endpoint *s)
{
    ipsk_free_errors(s);
    ipsk_endpoint_free(s);
}

int ipsock_shutdown(struct ipsock_endpoint *s)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (s->kind != IPSOCK_TCP || s->listening)
        code = ipsk_fail(&error, IPSOCK_EKIND, 0, "shutdown", NULL);
    else
        code = ipsk_sys_shutdown(s->handle, &error);
    return ipsk_finish(s, IPSOCK_WRITE, code, &error);
}

/* The child of a fork leaves the options of its parent's socket alone. */
static bool gives_back(const struct ipsock_endpoint *s)
{
    return !(s->flags & IPSK_OPENED_HERE) && s->process == ipsk_sys_process();
}

int ipsock_close(struct ipsock_endpoint *s)
{
    int code = ipsk_shut(s);
    if (code < 0)
        return code;
    const bool lives_on = !(s->flags & IPSOCK_ADOPT_OWN) && gives_back(s);
    ipsk_end_secondary(s, lives_on);
    if (s->flags & IPSOCK_ADOPT_OWN)
        ipsk_sys_close(s->handle);
    else if (lives_on)
        ipsk_give_back(s);
    return IPSOCK_OK;
}

int ipsock_release(struct ipsock_endpoint *s, ipsock_handle_t *handle)
{
    if (handle == NULL)
        return IPSOCK_EINVAL;
    *handle = IPSOCK_INVALID_HANDLE;
    int code = ipsk_shut(s);
    if (code == IPSOCK_OK) {
        ipsk_end_secondary(s, s->process == ipsk_sys_process());
        if (gives_back(s))
            ipsk_give_back(s);
        *handle = s->handle;
    }
    return code;
}

void ipsock_free(struct ipsock_endpoint *s)
{
    if (s == NULL)
        return;
    ipsock_close(s);
    ipsk_destroy(s);
}
