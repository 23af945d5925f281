// SPDX-License-Identifier: BSD-2-Clause
/* What a socket's filter of a group is: SIOCGMSFILTER with a GROUP_FILTER, SIO_GET_MULTICAST_FILTER
 * with an IP_MSFILTER (windows.md 4; the pages of getsourcefilter and getipv4sourcefilter). */
#include "model.h"

#ifndef SIOCGMSFILTER
#define SIOCGMSFILTER _IOW('t', 127 | IOC_IN, u_long)
#endif

/* Where things are. */
struct form {
    size_t mode;
    size_t count;
    size_t sources;
    size_t each;
};

static const struct form forms[] = {{8, 12, 16, 4}, {136, 140, 144, 128}};

static int read_group(const struct model_socket *s, bool storage, const unsigned char *in,
                      unsigned *index, int *family, unsigned char *group)
{
    memset(group, 0, 16);
    if (storage) {
        const unsigned char *name = in + 8;
        uint16_t number;

        memcpy(&number, name, sizeof number);
        memcpy(index, in, 4);
        *family = number;
        memcpy(group, name + (number == AF_INET6 ? 8 : 4), number == AF_INET6 ? 16 : 4);
    } else {
        DWORD interface_of;

        memcpy(group, in, 4);
        memcpy(&interface_of, in + 4, 4);
        *index = in[4] == 0 ? ntohl(interface_of) : model_interface_of(in + 4);
        *family = AF_INET;
    }
    if (*family != s->family && *family != AF_INET)
        return WSAEINVAL;
    if (*index == 0)
        *index = model_default_interface(*family, group);
    return 0;
}

static void write_source(unsigned char *to, const struct model_group *g, int i, size_t each)
{
    const uint16_t family = (uint16_t)g->family;

    memset(to, 0, each);
    if (each == 4) {
        memcpy(to, g->source[i], 4);
        return;
    }
    memcpy(to, &family, sizeof family);
    memcpy(to + (g->family == AF_INET6 ? 8 : 4), g->source[i], g->family == AF_INET6 ? 16 : 4);
}

bool model_filter_is(DWORD code)
{
    return code == SIOCGMSFILTER || code == SIO_GET_MULTICAST_FILTER;
}

int model_filter_get(struct model_socket *s, DWORD code, const unsigned char *in, DWORD in_length,
                     unsigned char *out, DWORD out_length)
{
    const struct form *f = &forms[code == SIOCGMSFILTER];
    const struct model_group *g;
    unsigned char group[16];
    unsigned index = 0;
    ULONG room;
    int family = 0;
    int error;

    if (!in || !out || in_length < f->sources || out_length < f->sources)
        return FACT(FILTER_SHORT);
    error = read_group(s, code == SIOCGMSFILTER, in, &index, &family, group);
    if (error)
        return error;
    model_lock();
    g = model_group_of(s, family, index, group);
    if (g && (g->any || g->count)) {
        const ULONG mode = g->any ? MCAST_EXCLUDE : MCAST_INCLUDE;
        const ULONG count = (ULONG)g->count;

        memcpy(&room, in + f->count, sizeof room);
        memmove(out, in, f->sources);
        memcpy(out + f->mode, &mode, sizeof mode);
        memcpy(out + f->count, &count, sizeof count);
        for (ULONG i = 0; i < count && i < room && f->sources + (i + 1) * f->each <= out_length;
             i++)
            write_source(out + f->sources + i * f->each, g, (int)i, f->each);
    } else {
        error = FACT(FILTER_NOT_MEMBER);
    }
    model_unlock();
    return error;
}
