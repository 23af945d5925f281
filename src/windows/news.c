// SPDX-License-Identifier: BSD-2-Clause
/* News of interfaces: the system calls back on a thread of its own, which signals a waker, a socket
 * that select and WSAPoll wait for. The socket's queue holds few datagrams; what does not fit is no
 * loss, since one is enough. */
#include <stdlib.h>

#include "windows/winsock.h"

#include <iphlpapi.h>

struct notices {
    struct ipsk_waker waker;
    HANDLE interfaces, addresses;
};

static VOID WINAPI interface_changed(PVOID context, PMIB_IPINTERFACE_ROW row,
                                     MIB_NOTIFICATION_TYPE type)
{
    const struct notices *notices = context;
    (void)row;
    (void)type;
    ipsk_sys_waker_signal(&notices->waker);
}

static VOID WINAPI address_changed(PVOID context, PMIB_UNICASTIPADDRESS_ROW row,
                                   MIB_NOTIFICATION_TYPE type)
{
    const struct notices *notices = context;
    (void)row;
    (void)type;
    ipsk_sys_waker_signal(&notices->waker);
}

/* Which of the two calls failed, or NULL. A handle of NULL comes from Wine, which takes the call
 * and never calls back. */
static const char *ask(struct notices *n, DWORD *native)
{
    *native = NotifyIpInterfaceChange(AF_UNSPEC, interface_changed, n, FALSE, &n->interfaces);
    if (*native == NO_ERROR && n->interfaces == NULL)
        *native = ERROR_NOT_SUPPORTED;
    if (*native != NO_ERROR)
        return "NotifyIpInterfaceChange";
    *native = NotifyUnicastIpAddressChange(AF_UNSPEC, address_changed, n, FALSE, &n->addresses);
    if (*native == NO_ERROR && n->addresses == NULL)
        *native = ERROR_NOT_SUPPORTED;
    return *native != NO_ERROR ? "NotifyUnicastIpAddressChange" : NULL;
}

static int code_of(DWORD native)
{
    return native == ERROR_NOT_SUPPORTED       ? IPSOCK_ENOTSUP
           : native == ERROR_NOT_ENOUGH_MEMORY ? IPSOCK_ENOMEM
                                               : IPSOCK_ESYSTEM;
}

int ipsk_sys_news_open(struct ipsk_news *news, struct ipsock_error *error)
{
    DWORD native;
    int code = ipsk_need_winsock(error);
    struct notices *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ipsk_fail(error, IPSOCK_ENOMEM, 0, "watch", NULL);
    news->system = made;
    news->open = true;
    if (code == IPSOCK_OK)
        code = ipsk_sys_waker_open(&made->waker, error);
    if (code == IPSOCK_OK) {
        const char *const failed = ask(made, &native);
        if (failed != NULL)
            code = ipsk_fail(error, code_of(native), (int)native, failed, NULL);
    }
    if (code < 0)
        ipsk_sys_news_close(news);
    else
        news->handle = made->waker.wait;
    return code;
}

int ipsk_sys_news_take(struct ipsk_news *news, struct ipsock_error *error)
{
    const struct notices *notices = news->system;
    (void)error;
    if (ipsk_ready(ipsk_socket(notices->waker.wait), IPSOCK_READ, NULL) != 1)
        return 0;
    ipsk_sys_waker_drain(&notices->waker);
    return IPSK_NEWS_CHANGED;
}

/* Cancelling waits for a callback in progress. */
void ipsk_sys_news_close(struct ipsk_news *news)
{
    struct notices *notices = news->system;
    if (!news->open)
        return;
    if (notices->interfaces != NULL)
        CancelMibChangeNotify2(notices->interfaces);
    if (notices->addresses != NULL)
        CancelMibChangeNotify2(notices->addresses);
    ipsk_sys_waker_close(&notices->waker);
    free(notices);
    news->open = false;
}
