// SPDX-License-Identifier: BSD-2-Clause
/* getaddrinfo and getnameinfo. */
#include "calls.h"

enum { FOUND = 64 };

static int code_of(int result)
{
    switch (-result) {
    case HOST_EAI_AGAIN:
        return EAI_AGAIN;
    case HOST_EAI_FAIL:
        return EAI_FAIL;
    case HOST_EAI_MEMORY:
        return EAI_MEMORY;
    case HOST_EAI_SYSTEM:
        return EAI_SYSTEM;
    default:
        return EAI_NONAME;
    }
}

struct answer {
    struct addrinfo info;
    uint8_t name[sizeof(struct sockaddr_in6)];
};

static struct addrinfo *add(const struct host_addr *addr, const struct addrinfo *hints)
{
    struct answer *const a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->info.ai_family = addr->family == 4 ? AF_INET : AF_INET6;
    a->info.ai_socktype =
        hints == NULL || hints->ai_socktype == 0 ? SOCK_DGRAM : hints->ai_socktype;
    a->info.ai_addrlen = model_to(addr, a->name);
    a->info.ai_addr = (struct sockaddr *)(void *)a->name;
    return &a->info;
}

int kernel_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found)
{
    struct host_addr addrs[FOUND];
    struct addrinfo **end = found;
    const int family = hints == NULL                  ? 0
                       : hints->ai_family == AF_INET  ? 4
                       : hints->ai_family == AF_INET6 ? 6
                                                      : 0;
    (void)service;
    *found = NULL;
    const int count = host_resolve(host, family, addrs, FOUND);
    if (count < 0)
        return code_of(count);
    for (int i = 0; i < count; i++) {
        *end = add(&addrs[i], hints);
        if (*end == NULL) {
            kernel_freeaddrinfo(*found);
            return EAI_MEMORY;
        }
        end = &(*end)->ai_next;
    }
    return 0;
}

void kernel_freeaddrinfo(struct addrinfo *found)
{
    while (found != NULL) {
        struct addrinfo *const next = found->ai_next;
        free(found);
        found = next;
    }
}

int kernel_getnameinfo(const struct sockaddr *name, socklen_t length, char *host,
                       kernel_size host_size, char *service, kernel_size service_size, int flags)
{
    struct host_addr addr;
    (void)service, (void)service_size;
    if (!model_from(&addr, name, length))
        return EAI_FAMILY;
    const int result = host_reverse(&addr, flags & NI_NAMEREQD, host, host_size);
    return result < 0 ? code_of(result) : 0;
}
