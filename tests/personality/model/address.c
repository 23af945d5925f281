// SPDX-License-Identifier: BSD-2-Clause
/* Addresses with sa_len, and questions about interfaces. */
#include "model.h"

union name {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* sa_len is overwritten with the length that was given (getsockaddr, sockargs): exact lengths only.
 */
bool model_from(struct host_addr *out, const void *name, socklen_t length)
{
    union name u;
    memset(out, 0, sizeof *out);
    if (length < offsetof(struct sockaddr, sa_data))
        return false;
    memcpy(&u, name, length < sizeof u ? length : sizeof u);
    if (u.any.sa_family == AF_INET && length == sizeof u.v4) {
        out->family = 4;
        out->port = ntohs(u.v4.sin_port);
        memcpy(out->ip, &u.v4.sin_addr, 4);
        return true;
    }
    if (u.any.sa_family == AF_INET6 && length == sizeof u.v6) {
        out->family = 6;
        out->port = ntohs(u.v6.sin6_port);
        out->scope = u.v6.sin6_scope_id;
        memcpy(out->ip, &u.v6.sin6_addr, 16);
        return true;
    }
    return false;
}

socklen_t model_to(const struct host_addr *addr, void *name)
{
    union name u;
    memset(&u, 0, sizeof u);
    if (addr->family == 4) {
        u.v4.sin_len = sizeof u.v4;
        u.v4.sin_family = AF_INET;
        u.v4.sin_port = htons(addr->port);
        memcpy(&u.v4.sin_addr, addr->ip, 4);
        memcpy(name, &u.v4, sizeof u.v4);
        return sizeof u.v4;
    }
    u.v6.sin6_len = sizeof u.v6;
    u.v6.sin6_family = AF_INET6;
    u.v6.sin6_port = htons(addr->port);
    u.v6.sin6_scope_id = addr->scope;
    memcpy(&u.v6.sin6_addr, addr->ip, 16);
    memcpy(name, &u.v6, sizeof u.v6);
    return sizeof u.v6;
}

/* Cut to the room there is; the length that was stored (kern_getsockname). */
void model_give_name(const struct host_addr *addr, void *name, socklen_t *length)
{
    union name u;
    const socklen_t size = model_to(addr, &u);
    if (*length > size)
        *length = size;
    memcpy(name, &u, *length);
}

bool model_is_mapped(const struct host_addr *addr)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return addr->family == 6 && memcmp(addr->ip, prefix, sizeof prefix) == 0;
}

bool model_is_any(const struct host_addr *addr)
{
    static const uint8_t zero[16];
    return memcmp(addr->ip, zero, addr->family == 4 ? 4 : 16) == 0;
}

bool model_is_group(const struct host_addr *addr)
{
    return addr->family == 4 ? (addr->ip[0] & 0xf0) == 0xe0 : addr->ip[0] == 0xff;
}

bool model_same_ip(const struct host_addr *a, const struct host_addr *b)
{
    return a->family == b->family && memcmp(a->ip, b->ip, a->family == 4 ? 4 : 16) == 0;
}

struct host_addr model_unmap(const struct host_addr *addr)
{
    struct host_addr plain = *addr;
    if (!model_is_mapped(addr))
        return plain;
    plain.family = 4;
    plain.scope = 0;
    memset(plain.ip, 0, sizeof plain.ip);
    memcpy(plain.ip, addr->ip + 12, 4);
    return plain;
}

int model_interface_of(const struct host_addr *addr, uint32_t *index)
{
    struct host_addr bare = *addr;
    bare.port = 0;
    return host_is_local(&bare, index) ? 0 : -EADDRNOTAVAIL;
}

static const struct host_interface *find(uint32_t index, struct host_interface *list, int capacity)
{
    const int count = host_interfaces(list, capacity);
    for (int i = 0; i < count && i < capacity; i++)
        if (list[i].index == index)
            return &list[i];
    return NULL;
}

bool model_has_interface(uint32_t index)
{
    struct host_interface list[64];
    return find(index, list, 64) != NULL;
}

/* Loopback carries multicast on the BSDs. */
bool model_carries_multicast(uint32_t index)
{
    struct host_interface list[64];
    const struct host_interface *const found = find(index, list, 64);
    return found != NULL && (found->multicast || found->loopback);
}

/* Of an interface that is not there: what has no link scope may say any (OpenBSD). */
int model_wrong_scope(const struct host_addr *addr)
{
    const bool link = (addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80) ||
                      (addr->ip[0] == 0xff && (addr->ip[1] & 15) <= 2);
    if (addr->scope == 0 || model_has_interface(addr->scope) ||
        (!link && model_fact(FACT_SCOPE_OF_LINK)))
        return 0;
    return -model_fact(FACT_SCOPE_UNKNOWN);
}

/* FreeBSD looks at the length first (udp6_send, udp6_connect: sin6_len). */
int model_wrong_family(const struct sock *s, socklen_t length)
{
    return s->is.family == 6 && length != sizeof(struct sockaddr_in6) &&
                   model_fact(FACT_LENGTH_FIRST6)
               ? -EINVAL
               : -EAFNOSUPPORT;
}

uint32_t model_default_zone(void)
{
    struct host_interface list[64];
    const int n = host_interfaces(list, 64);
    for (int i = 0; i < n && i < 64; i++)
        if (list[i].multicast && !list[i].loopback && list[i].up)
            return list[i].index;
    return 0;
}
