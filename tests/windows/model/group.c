// SPDX-License-Identifier: BSD-2-Clause
/* Memberships: members.def says what an act earns in a state, the host's socket does it, so that
 * the kernel filters sources for real. The host counts states of its own and never disagrees with a
 * 0. */
#include <stdlib.h>

#include "model.h"

/* What an option is about. */
struct member {
    enum member_act act;
    int family;
    unsigned index;
    bool has_source;
    unsigned char group[16];
    unsigned char source[16];
};

/* ---- reading the structs ---- */

static size_t width(int family)
{
    return family == AF_INET6 ? 16 : 4;
}

static bool is_group(int family, const unsigned char *group)
{
    return family == AF_INET6 ? group[0] == 0xff : group[0] >> 4 == 0xe;
}

/* 0.0.0.0 is the default interface, 0.x.y.z an index, anything else one of our addresses. */
static int interface_by_address(struct member *m, const unsigned char address[4])
{
    DWORD number;

    memcpy(&number, address, 4);
    if (number == 0)
        return 0;
    m->index = address[0] == 0 && FACT(MREQ_INDEX) ? ntohl(number) : model_interface_of(address);
    return m->index != 0 ? 0 : FACT(NO_SUCH_INTERFACE);
}

/* ip_mreq, 8 bytes, and ip_mreq_source, 12: group, source, interface. */
static int read_mreq(struct member *m, const char *value, int length)
{
    const bool order = FACT(SOURCE_ORDER);

    m->family = AF_INET;
    if (length < (m->has_source ? 12 : 8))
        return FACT(DWORD_SHORT);
    memcpy(m->group, value, 4);
    if (m->has_source)
        memcpy(m->source, value + (order ? 4 : 8), 4);
    return interface_by_address(m, (const unsigned char *)value + (m->has_source && order ? 8 : 4));
}

static int read_mreq6(struct member *m, const char *value, int length)
{
    ULONG index;

    m->family = AF_INET6;
    if (length < 20)
        return FACT(DWORD_SHORT);
    memcpy(m->group, value, 16);
    memcpy(&index, value + 16, sizeof index);
    m->index = index;
    return 0;
}

static int read_storage(const struct member *m, const char *storage, unsigned char *address)
{
    uint16_t family;

    memcpy(&family, storage, sizeof family);
    if (family != m->family)
        return FACT(NOT_A_GROUP);
    memcpy(address, storage + (m->family == AF_INET6 ? 8 : 4), width(m->family));
    return 0;
}

/* GROUP_REQ, 136 bytes, and GROUP_SOURCE_REQ, 264; addresses are aligned to 8. */
static int read_group_req(struct member *m, int level, const char *value, int length)
{
    ULONG index;
    int error;

    m->family = level == IPPROTO_IPV6 ? AF_INET6 : AF_INET;
    if (length < (m->has_source ? 264 : 136))
        return FACT(DWORD_SHORT);
    memcpy(&index, value, sizeof index);
    m->index = index;
    error = read_storage(m, value + 8, m->group);
    if (error == 0 && m->has_source)
        error = read_storage(m, value + 136, m->source);
    return error;
}

static int read_member(struct member *m, int id, const char *value, int length)
{
    enum { MREQ, MREQ6, GROUP4, GROUP6 };
    static const struct {
        int id;
        enum member_act act;
        int form;
    } forms[] = {
        {OPTION_IP_ADD_MEMBERSHIP, ACT_ADD, MREQ},
        {OPTION_IP_DROP_MEMBERSHIP, ACT_DROP, MREQ},
        {OPTION_IP_ADD_SOURCE_MEMBERSHIP, ACT_ADD_SOURCE, MREQ},
        {OPTION_IP_DROP_SOURCE_MEMBERSHIP, ACT_DROP_SOURCE, MREQ},
        {OPTION_IP_BLOCK_SOURCE, ACT_BLOCK, MREQ},
        {OPTION_IP_UNBLOCK_SOURCE, ACT_UNBLOCK, MREQ},
        {OPTION_IPV6_ADD_MEMBERSHIP, ACT_ADD, MREQ6},
        {OPTION_IPV6_DROP_MEMBERSHIP, ACT_DROP, MREQ6},
        {OPTION_IP_MCAST_JOIN_GROUP, ACT_ADD, GROUP4},
        {OPTION_IP_MCAST_LEAVE_GROUP, ACT_DROP, GROUP4},
        {OPTION_IP_MCAST_JOIN_SOURCE_GROUP, ACT_ADD_SOURCE, GROUP4},
        {OPTION_IP_MCAST_LEAVE_SOURCE_GROUP, ACT_DROP_SOURCE, GROUP4},
        {OPTION_IP_MCAST_BLOCK_SOURCE, ACT_BLOCK, GROUP4},
        {OPTION_IP_MCAST_UNBLOCK_SOURCE, ACT_UNBLOCK, GROUP4},
        {OPTION_IPV6_MCAST_JOIN_GROUP, ACT_ADD, GROUP6},
        {OPTION_IPV6_MCAST_LEAVE_GROUP, ACT_DROP, GROUP6},
        {OPTION_IPV6_MCAST_JOIN_SOURCE_GROUP, ACT_ADD_SOURCE, GROUP6},
        {OPTION_IPV6_MCAST_LEAVE_SOURCE_GROUP, ACT_DROP_SOURCE, GROUP6},
        {OPTION_IPV6_MCAST_BLOCK_SOURCE, ACT_BLOCK, GROUP6},
        {OPTION_IPV6_MCAST_UNBLOCK_SOURCE, ACT_UNBLOCK, GROUP6},
    };
    size_t i = 0;

    while (i + 1 < sizeof forms / sizeof forms[0] && forms[i].id != id)
        i++;
    m->act = forms[i].act;
    m->has_source = m->act != ACT_ADD && m->act != ACT_DROP;
    if (forms[i].form == MREQ)
        return read_mreq(m, value, length);
    if (forms[i].form == MREQ6)
        return read_mreq6(m, value, length);
    return read_group_req(m, forms[i].form == GROUP6 ? IPPROTO_IPV6 : IPPROTO_IP, value, length);
}

/* ---- the state ---- */

static int index_in(unsigned char list[][16], int count, const unsigned char *source)
{
    for (int i = 0; i < count; i++) {
        if (memcmp(list[i], source, 16) == 0)
            return i;
    }
    return -1;
}

struct model_group *model_group_of(const struct model_socket *s, int family, unsigned index,
                                   const unsigned char group[16])
{
    struct model_group *g = s->groups;

    while (g && (g->family != family || g->index != index ||
                 memcmp(g->group, group, sizeof g->group) != 0))
        g = g->next;
    return g;
}

/* An act without a source sees any source's state. */
static enum member_state state_of(struct model_group *g, const struct member *m)
{
    if (!g)
        return STATE_NONE;
    if (!g->any && g->count == 0)
        return STATE_EMPTIED;
    if (!m->has_source)
        return g->any ? (g->count ? STATE_OTHER_BLOCKED : STATE_ANY) : STATE_LISTED;
    if (index_in(g->source, g->count, m->source) >= 0)
        return g->any ? STATE_BLOCKED : STATE_LISTED;
    if (!g->any)
        return STATE_UNLISTED;
    if (index_in(g->past, g->past_count, m->source) >= 0)
        return STATE_UNBLOCKED;
    return g->count ? STATE_OTHER_BLOCKED : STATE_ANY;
}

static void remove_from(unsigned char list[][16], int *count, const unsigned char *source)
{
    const int i = index_in(list, *count, source);

    if (i >= 0)
        memcpy(list[i], list[--*count], 16);
}

static void add_to(unsigned char list[][16], int *count, const unsigned char *source)
{
    if (*count < MODEL_SOURCES && index_in(list, *count, source) < 0)
        memcpy(list[(*count)++], source, 16);
}

static void forget(struct model_socket *s, struct model_group *g)
{
    struct model_group **at = &s->groups;

    while (*at && *at != g)
        at = &(*at)->next;
    if (*at)
        *at = g->next;
    free(g);
}

void model_members_forget(struct model_socket *s)
{
    while (s->groups)
        forget(s, s->groups);
}

static void note(struct model_socket *s, struct model_group *g, const struct member *m)
{
    switch (m->act) {
    case ACT_ADD:
        g->any = true;
        g->count = g->past_count = 0;
        break;
    case ACT_DROP:
        forget(s, g);
        break;
    case ACT_ADD_SOURCE:
        add_to(g->source, &g->count, m->source);
        break;
    case ACT_DROP_SOURCE:
        remove_from(g->source, &g->count, m->source);
        break;
    case ACT_BLOCK:
        add_to(g->source, &g->count, m->source);
        remove_from(g->past, &g->past_count, m->source);
        break;
    default:
        remove_from(g->source, &g->count, m->source);
        add_to(g->past, &g->past_count, m->source);
    }
}

/* ---- the host ---- */

static void write_storage(unsigned char *storage, int family, const unsigned char *address)
{
    const uint16_t number = family == AF_INET6 ? HOST_AF_INET6 : HOST_AF_INET;

    memcpy(storage, &number, sizeof number);
    memcpy(storage + (family == AF_INET6 ? 8 : 4), address, width(family));
}

/* group_req and group_source_req are as wide as on Windows. */
static int realise(const struct model_socket *s, const struct member *m)
{
    static const int names[ACT_COUNT] = {
        [ACT_ADD] = HOST_MCAST_JOIN_GROUP,
        [ACT_DROP] = HOST_MCAST_LEAVE_GROUP,
        [ACT_ADD_SOURCE] = HOST_MCAST_JOIN_SOURCE_GROUP,
        [ACT_DROP_SOURCE] = HOST_MCAST_LEAVE_SOURCE_GROUP,
        [ACT_BLOCK] = HOST_MCAST_BLOCK_SOURCE,
        [ACT_UNBLOCK] = HOST_MCAST_UNBLOCK_SOURCE,
    };
    unsigned char request[264];
    const uint32_t index = m->index;
    int64_t result;

    memset(request, 0, sizeof request);
    memcpy(request, &index, sizeof index);
    write_storage(request + 8, m->family, m->group);
    write_storage(request + 136, m->family, m->source);
    result = host_set(s->fd, m->family == AF_INET6 ? HOST_SOL_IPV6 : HOST_SOL_IP, names[m->act],
                      request, m->has_source ? 264 : 136);
    if (result == -HOST_ENODEV)
        return FACT(NO_SUCH_INTERFACE);
    return result < 0 ? host_error(result) : 0;
}

int model_member(struct model_socket *s, int id, const char *value, int length)
{
    struct member m;
    struct model_group *g;
    int error;

    memset(&m, 0, sizeof m);
    error = read_member(&m, id, value, length);
    if (error == 0 && !is_group(m.family, m.group))
        error = FACT(NOT_A_GROUP);
    if (error == 0 && !s->bound)
        error = FACT(JOIN_UNBOUND);
    if (error)
        return error;
    if (m.index == 0)
        m.index = model_default_interface(m.family, m.group);
    else if (!model_is_interface(m.index))
        return FACT(NO_SUCH_INTERFACE);
    g = model_group_of(s, m.family, m.index, m.group);
    error = model_member_error(state_of(g, &m), m.act);
    if (error == 0)
        error = realise(s, &m);
    if (error)
        return error;
    if (!g) {
        g = calloc(1, sizeof *g);
        if (!g)
            return WSAENOBUFS;
        g->family = m.family;
        g->index = m.index;
        memcpy(g->group, m.group, sizeof g->group);
        g->next = s->groups;
        s->groups = g;
    }
    note(s, g, &m);
    return 0;
}

/* ---- what the receiver does not want ---- */

/* windows.md 1: IP_MULTICAST_LOOP off: no multicasts sent from this machine. A packet of IPv4 on an
 * IPv6 socket is under the option of IPv4. */
bool model_drops(const struct model_socket *s, const struct model_packet *p)
{
    const bool loop = s->value[p->ipv4 ? OPTION_IP_MULTICAST_LOOP : OPTION_IPV6_MULTICAST_LOOP];
    const unsigned char *from = p->name + (s->family == AF_INET6 ? 8 : 4);

    if (p->broadcast && !s->value[OPTION_IP_RECEIVE_BROADCAST])
        return true;
    if (!p->multicast || loop || !FACT(LOOP_AT_RECEIVER))
        return false;
    if (p->ipv4)
        return model_is_local(AF_INET, s->family == AF_INET6 ? from + 12 : from);
    return model_is_local(AF_INET6, from);
}
