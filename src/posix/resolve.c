// SPDX-License-Identifier: BSD-2-Clause
/* Names, by getaddrinfo and getnameinfo. */
#include <errno.h>
#include <netdb.h>

#include "posix/create.h"
#include "posix/errno.h"
#include "shared/sockaddr.h"

static int fail_resolve(struct ipsock_error *error, int native, const char *operation)
{
    const int system = errno;
    /* without a descriptor resolvers read no file and ask no server, and say of any name that there
     * is none, or that it failed for now */
    int code = ipsk_lack(error, operation);
    if (code < 0)
        return code;
    code = IPSOCK_ERESOLVE;
    switch (native) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA: /* glibc and BSD: the name exists, without an address of this family */
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        code = IPSOCK_ENOTFOUND;
        break;
    case EAI_AGAIN:
        code = IPSOCK_ETRYAGAIN;
        break;
    case EAI_MEMORY:
        code = IPSOCK_ENOMEM;
        break;
    case EAI_OVERFLOW:
        code = IPSOCK_ENOSPC;
        break;
    case EAI_SYSTEM:
        code = ipsk_sys_code(system);
        if (code != IPSOCK_ENFILE && code != IPSOCK_ENOMEM)
            code = IPSOCK_ERESOLVE;
        return ipsk_fail(error, code, system, operation, NULL);
    default:
        break;
    }
    return ipsk_fail(error, code, native, operation, NULL);
}

int ipsk_sys_resolve(const char *host, int family, struct ipsock_addr *addrs, size_t capacity,
                     size_t *count, struct ipsock_error *error)
{
    /* One socket type, or each address comes once for each. */
    const struct addrinfo hints = {
        .ai_family = family == IPSOCK_IPV4   ? AF_INET
                     : family == IPSOCK_IPV6 ? AF_INET6
                                             : AF_UNSPEC,
        .ai_socktype = SOCK_DGRAM,
    };
    struct addrinfo *found = NULL;
    const int native = getaddrinfo(host, NULL, &hints, &found);
    if (native != 0)
        return fail_resolve(error, native, "getaddrinfo");
    for (const struct addrinfo *entry = found; entry != NULL; entry = entry->ai_next) {
        struct ipsock_addr addr;
        ipsk_from_sockaddr(&addr, entry->ai_addr, entry->ai_addrlen);
        if (addr.family == IPSOCK_UNSPEC)
            continue;
        if (*count < capacity)
            addrs[*count] = addr;
        ++*count;
    }
    freeaddrinfo(found);
    return *count > 0 ? IPSOCK_OK
                      : ipsk_fail(error, IPSOCK_ENOTFOUND, EAI_NONAME, "getaddrinfo", NULL);
}

int ipsk_sys_reverse(const struct ipsock_addr *addr, char *name, size_t size,
                     struct ipsock_error *error)
{
    union ipsk_sockaddr sa;
    const socklen_t length = ipsk_to_sockaddr(addr, addr->family, &sa);
    const int native =
        getnameinfo(&sa.any, length, name, (socklen_t)size, NULL, 0, NI_NAMEREQD | NI_DGRAM);
    return native == 0 ? IPSOCK_OK : fail_resolve(error, native, "getnameinfo");
}
