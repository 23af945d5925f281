// SPDX-License-Identifier: BSD-2-Clause
/* Notifications of changed interfaces and addresses: a thread for each registration, which hears
 * the host's rtnetlink and calls back. Wine takes the registration and never calls. */
#include "model.h"

struct notice {
    PIPINTERFACE_CHANGE_CALLBACK link;
    PUNICAST_IPADDRESS_CHANGE_CALLBACK address;
    void *context;
    HANDLE thread;
    int fd, bell;
};

/* Callbacks of one registration come one after the other. */
static DWORD WINAPI hear(void *context)
{
    struct notice *n = context;
    struct host_wait waits[2] = {{.fd = n->fd, .events = HOST_POLLIN},
                                 {.fd = n->bell, .events = HOST_POLLIN}};
    for (;;) {
        waits[0].revents = waits[1].revents = 0;
        host_wait_any(waits, 2, -1);
        if (waits[1].revents != 0)
            return 0;
        if (waits[0].revents == 0 || !host_read_news(n->fd))
            continue;
        if (n->link)
            n->link(n->context, NULL, MibParameterNotification);
        else
            n->address(n->context, NULL, MibParameterNotification);
    }
}

static DWORD start(struct notice wanted, HANDLE *handle)
{
    struct notice *n = calloc(1, sizeof *n);
    if (!n)
        return ERROR_NOT_ENOUGH_MEMORY;
    *n = wanted;
    n->fd = host_news(wanted.link != NULL);
    n->bell = host_bell();
    if (n->fd >= 0 && n->bell >= 0)
        n->thread = CreateThread(NULL, 0, hear, n, 0, NULL);
    if (n->thread) {
        *handle = n;
        return NO_ERROR;
    }
    if (n->fd >= 0)
        host_close(n->fd);
    if (n->bell >= 0)
        host_close(n->bell);
    free(n);
    return ERROR_NOT_ENOUGH_MEMORY;
}

NETIO_STATUS WINAPI windows_NotifyIpInterfaceChange(ADDRESS_FAMILY family,
                                                    PIPINTERFACE_CHANGE_CALLBACK callback,
                                                    PVOID context, BOOLEAN initial, HANDLE *handle)
{
    const struct notice wanted = {.link = callback, .context = context};

    if (!callback || !handle || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    if (initial)
        callback(context, NULL, MibInitialNotification);
    return start(wanted, handle);
}

NETIO_STATUS WINAPI windows_NotifyUnicastIpAddressChange(
    ADDRESS_FAMILY family, PUNICAST_IPADDRESS_CHANGE_CALLBACK callback, PVOID context,
    BOOLEAN initial, HANDLE *handle)
{
    const struct notice wanted = {.address = callback, .context = context};

    if (!callback || !handle || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    if (initial)
        callback(context, NULL, MibInitialNotification);
    return start(wanted, handle);
}

/* Returns after the last callback. */
NETIO_STATUS WINAPI windows_CancelMibChangeNotify2(HANDLE handle)
{
    struct notice *n = handle;

    if (!n)
        return ERROR_INVALID_PARAMETER;
    host_bell_ring(n->bell);
    WaitForSingleObject(n->thread, INFINITE);
    CloseHandle(n->thread);
    host_close(n->fd);
    host_close(n->bell);
    free(n);
    return NO_ERROR;
}
