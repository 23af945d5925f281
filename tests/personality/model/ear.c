// SPDX-License-Identifier: BSD-2-Clause
/* Groups of IPv6 that a UDP socket hears by its port alone, whatever address it is bound to
 * (Darwin: bsd/netinet6/udp6_usrreq.c, udp6_input). The host looks at the address too: a socket of
 * its own, bound to the group, hears for each such membership. */
#include "model.h"

void model_ear_open(int fd, struct sock *s, struct membership *m)
{
    static const enum host_option wanted[] = {
        HOST_OPTION_REUSE_ADDRESS, HOST_OPTION_PACKET_INFO6,  HOST_OPTION_RECEIVE_HOPS,
        HOST_OPTION_TIMESTAMP,     HOST_OPTION_RECEIVE_CLASS,
    };
    model_names(fd, s);
    if (!model_fact(FACT_GROUPS6_BY_PORT) || s->kind != KIND_U6 || !s->has_port ||
        m->group.family != 6 || model_is_any(&s->local) || model_is_mapped(&s->local) ||
        model_same_ip(&s->local, &m->group))
        return;
    const int ear = host_socket(6, HOST_DATAGRAM, 0, true, true);
    if (ear < 0)
        return;
    struct host_addr name = m->group;
    name.port = s->local.port;
    name.scope = (name.ip[1] & 15) <= 2 ? m->index : 0;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        host_set(ear, wanted[i], 1);
    host_set(ear, HOST_OPTION_MULTICAST_ALL6, 0);
    if (host_group(ear, HOST_JOIN, m->index, &m->group, NULL) < 0 || host_bind(ear, &name) < 0)
        host_close(ear);
    else
        m->ear = ear + 1;
}

void model_ear_close(struct membership *m)
{
    if (m->ear > 0)
        host_close(m->ear - 1);
    m->ear = 0;
}

void model_ears_close(int fd)
{
    int error = 0;
    host_lock();
    struct sock *const s = model_fact(FACT_GROUPS6_BY_PORT) ? model_find(fd, &error) : NULL;
    for (struct membership *m = s == NULL || s->joined_by != fd + 1 ? NULL : s->memberships;
         m != NULL; m = m->next)
        model_ear_close(m);
    host_unlock();
}

int model_ears(const struct sock *s, int *out, int capacity)
{
    int count = 0;
    for (const struct membership *m = s->memberships; m != NULL && count < capacity; m = m->next)
        if (m->ear > 0)
            out[count++] = m->ear - 1;
    return count;
}

int64_t model_hear(struct sock *s, struct host_message *m, int *by)
{
    int ears[EARS];
    host_lock();
    const int count = s->kind == KIND_U6 ? model_ears(s, ears, EARS) : 0;
    host_unlock();
    for (int i = 0; i < count; i++) {
        struct host_message own = *m;
        own.flags |= HOST_DONTWAIT;
        const int64_t n = host_receive(ears[i], &own);
        if (n < 0)
            continue;
        *m = own;
        *by = ears[i];
        return n;
    }
    return -1;
}
