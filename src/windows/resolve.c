// SPDX-License-Identifier: BSD-2-Clause
/* Names, by GetAddrInfoW and GetNameInfoW, so that they are UTF-8 here. */
#include "windows/winsock.h"

#define HOST_MAX 1025 /* NI_MAXHOST */

static int fail_resolve(struct ipsock_error *error, int native, const char *operation)
{
    int code = IPSOCK_ERESOLVE;
    if (native == WSAHOST_NOT_FOUND || native == WSANO_DATA)
        code = IPSOCK_ENOTFOUND;
    else if (native == WSATRY_AGAIN)
        code = IPSOCK_ETRYAGAIN;
    else if (native == WSA_NOT_ENOUGH_MEMORY)
        code = IPSOCK_ENOMEM;
    return ipsk_fail(error, code, native, operation, NULL);
}

int ipsk_sys_resolve(const char *host, int family, struct ipsock_addr *addrs, size_t capacity,
                     size_t *count, struct ipsock_error *error)
{
    WCHAR wide[HOST_MAX];
    ADDRINFOW hints;
    ADDRINFOW *found = NULL;
    const int code = ipsk_need_winsock(error);
    if (code < 0)
        return code;
    if (!ipsk_to_wide(host, wide, HOST_MAX))
        return ipsk_fail(error, IPSOCK_ENOTFOUND, 0, "GetAddrInfoW", "host");
    memset(&hints, 0, sizeof hints);
    hints.ai_family = family == IPSOCK_IPV4   ? AF_INET
                      : family == IPSOCK_IPV6 ? AF_INET6
                                              : AF_UNSPEC;
    hints.ai_socktype = SOCK_DGRAM; /* one, or each address comes once for each */
    const int native = GetAddrInfoW(wide, NULL, &hints, &found);
    if (native != 0)
        return fail_resolve(error, native, "GetAddrInfoW");
    for (const ADDRINFOW *entry = found; entry != NULL; entry = entry->ai_next) {
        struct ipsock_addr addr;
        ipsk_from_sockaddr(&addr, entry->ai_addr, (socklen_t)entry->ai_addrlen);
        if (addr.family == IPSOCK_UNSPEC)
            continue;
        if (*count < capacity)
            addrs[*count] = addr;
        ++*count;
    }
    FreeAddrInfoW(found);
    return *count > 0 ? IPSOCK_OK : fail_resolve(error, WSAHOST_NOT_FOUND, "GetAddrInfoW");
}

int ipsk_sys_reverse(const struct ipsock_addr *addr, char *name, size_t size,
                     struct ipsock_error *error)
{
    WCHAR wide[HOST_MAX];
    union ipsk_sockaddr sa;
    const int code = ipsk_need_winsock(error);
    if (code < 0)
        return code;
    const socklen_t length = ipsk_to_sockaddr(addr, addr->family, &sa);
    if (GetNameInfoW(&sa.any, length, wide, HOST_MAX, NULL, 0, NI_NAMEREQD | NI_DGRAM) != 0)
        return fail_resolve(error, WSAGetLastError(), "GetNameInfoW");
    return ipsk_from_wide(wide, name, size)
               ? IPSOCK_OK
               : ipsk_fail(error, IPSOCK_ENOSPC, 0, "GetNameInfoW", "name");
}
