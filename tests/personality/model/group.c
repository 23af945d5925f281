// SPDX-License-Identifier: BSD-2-Clause
/* Memberships: in_mcast.c and in6_mcast.c of FreeBSD, ip_output.c and ip6_output.c of NetBSD. */
#include "model.h"

enum act { JOIN, LEAVE, JOIN_SOURCE, LEAVE_SOURCE, BLOCK, UNBLOCK };

struct wish {
    enum act act;
    uint32_t index;
    bool wants_index;           /* index 0 is no interface: the MCAST_ options */
    struct host_addr interface; /* by address; family 0: not given */
    struct host_addr group, source;
};

void model_touch_multicast(int fd, struct sock *s)
{
    if (s->multicast)
        return;
    s->multicast = true;
    if (!model_fact(FACT_STRICT_STATE) || (s->is.type == HOST_RAW && !model_fact(FACT_STRICT_RAW)))
        return;
    host_set(fd, HOST_OPTION_MULTICAST_ALL, 0);
    if (s->is.family == 6)
        host_set(fd, HOST_OPTION_MULTICAST_ALL6, 0);
}

struct membership *model_membership(struct sock *s, uint32_t index, const struct host_addr *group)
{
    struct membership *m = s->memberships;
    while (m != NULL && !((index == 0 || m->index == index) && model_same_ip(&m->group, group)))
        m = m->next;
    return m;
}

static int find_source(const struct membership *m, const struct host_addr *source)
{
    for (int i = 0; i < m->sources; i++)
        if (model_same_ip(&m->source[i], source))
            return i;
    return -1;
}

static int add_source(struct membership *m, const struct host_addr *source)
{
    if (m->sources >= model_fact(FACT_SOURCES_MAX)) {
        host_say("model: a source too many meets an uninitialised pointer in inm_merge");
        return -ENOSPC;
    }
    if (m->sources == m->capacity) {
        const int capacity = m->capacity == 0 ? 8 : m->capacity * 2;
        void *const more = realloc(m->source, (size_t)capacity * sizeof *m->source);
        if (more == NULL)
            return -ENOBUFS;
        m->source = more;
        m->capacity = capacity;
    }
    m->source[m->sources++] = *source;
    return 0;
}

static void remove_source(struct membership *m, int at)
{
    m->source[at] = m->source[--m->sources];
}

static void remove_membership(struct sock *s, struct membership *gone)
{
    struct membership **at = &s->memberships;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    model_ear_close(gone);
    free(gone->source);
    free(gone);
}

static int count(const struct sock *s, int family)
{
    int n = 0;
    for (const struct membership *m = s->memberships; m != NULL; m = m->next)
        n += m->group.family == family;
    return n;
}

static struct membership *add_membership(struct sock *s, const struct wish *w)
{
    struct membership *const m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->group = w->group;
    m->index = w->index;
    m->any = w->act == JOIN;
    struct membership **end = &s->memberships; /* the first that matches is the oldest */
    while (*end != NULL && !(w->group.family == 6 && model_fact(FACT_NEWEST_FIRST6)))
        end = &(*end)->next;
    m->next = *end;
    *end = m;
    return m;
}

static int below(int fd, const struct wish *w, enum host_group_act act)
{
    const int result = host_group(fd, act, w->index, &w->group,
                                  act == HOST_JOIN || act == HOST_LEAVE ? NULL : &w->source);
    return result < 0 ? model_errno(result) : 0;
}

/* Linux looks for sources in the first membership of an IPv6 group, on whatever interface
 * (inet6_mc_check): with two of them, both are of every source down there. */
static bool loosen_others(int fd, struct sock *s, const struct wish *w)
{
    bool others = false;
    for (struct membership *m = s->memberships; m != NULL; m = m->next) {
        if (w->group.family != 6 || !model_same_ip(&m->group, &w->group))
            continue;
        others = true;
        if (m->loose || m->any)
            continue;
        m->loose = true;
        host_group(fd, HOST_LEAVE, m->index, &m->group, NULL);
        host_group(fd, HOST_JOIN, m->index, &m->group, NULL);
    }
    return others;
}

static int join_new(int fd, struct sock *s, const struct wish *w)
{
    const int most =
        model_fact(w->group.family == 4 ? FACT_MEMBERSHIPS_MAX : FACT_MEMBERSHIPS_MAX6);
    if (count(s, w->group.family) >= most)
        return -model_fact(FACT_MEMBERSHIPS_FULL);
    const bool loose = loosen_others(fd, s, w);
    const int result = below(fd, w, w->act == JOIN || loose ? HOST_JOIN : HOST_JOIN_SOURCE);
    if (result < 0)
        return result;
    struct membership *const m = add_membership(s, w);
    if (m == NULL)
        return -ENOMEM;
    m->loose = loose;
    model_ear_open(fd, s, m);
    return w->act == JOIN ? 0 : add_source(m, &w->source);
}

static int join(int fd, struct sock *s, const struct wish *w)
{
    struct membership *const m = model_membership(s, w->index, &w->group);
    const bool v6 = w->group.family == 6;
    if (m == NULL)
        return join_new(fd, s, w);
    if (w->act == JOIN) {
        if (!m->any)
            return -EINVAL;
        return -model_fact(v6 ? FACT_JOIN6_TWICE : FACT_JOIN4_TWICE);
    }
    if (m->any)
        return -EINVAL;
    if (find_source(m, &w->source) >= 0)
        return -EADDRNOTAVAIL;
    const int result = add_source(m, &w->source);
    if (result == 0 && !m->loose) /* beyond the host's limit the model alone knows it */
        below(fd, w, HOST_JOIN_SOURCE);
    return result;
}

static int leave(int fd, struct sock *s, struct wish *w)
{
    struct membership *const m = model_membership(s, w->index, &w->group);
    if (m == NULL)
        return -EADDRNOTAVAIL;
    w->index = m->index;
    if (w->act == LEAVE) {
        below(fd, w, HOST_LEAVE);
        remove_membership(s, m);
        return 0;
    }
    const int at = find_source(m, &w->source);
    if (m->any || at < 0)
        return -EADDRNOTAVAIL;
    if (!m->loose)
        below(fd, w, HOST_LEAVE_SOURCE);
    remove_source(m, at);
    if (m->sources == 0 && !model_fact(FACT_LAST_SOURCE_STAYS))
        remove_membership(s, m);
    return 0;
}

static int block(int fd, struct sock *s, struct wish *w)
{
    struct membership *const m = model_membership(s, w->index, &w->group);
    const bool works = model_fact(w->group.family == 4 ? FACT_BLOCK4_BLOCKS : FACT_BLOCK6_BLOCKS);
    if (m == NULL)
        return -EADDRNOTAVAIL;
    if (!m->any)
        return -EINVAL;
    w->index = m->index;
    const int at = find_source(m, &w->source);
    if ((at >= 0) == (w->act == BLOCK))
        return -EADDRNOTAVAIL;
    if (w->act == BLOCK) {
        const int result = add_source(m, &w->source);
        if (result < 0)
            return result;
    } else {
        remove_source(m, at);
    }
    return works ? below(fd, w, w->act == BLOCK ? HOST_BLOCK : HOST_UNBLOCK) : 0;
}

static int by_address(struct wish *w)
{
    if (model_fact(FACT_MULTICAST_IF_ZERO_NET) && w->interface.ip[0] == 0) {
        w->index = w->interface.ip[3];
        return model_has_interface(w->index) ? 0 : -EADDRNOTAVAIL;
    }
    return model_interface_of(&w->interface, &w->index);
}

/* The interface that a wish without index means; 0 is the first that matches. */
static int choose_interface(struct wish *w)
{
    const bool v6 = w->group.family == 6;
    if (w->index != 0)
        return model_has_interface(w->index) ? 0
               : v6                          ? -model_fact(FACT_JOIN6_INDEX)
                                             : -EADDRNOTAVAIL;
    if (w->wants_index && !(v6 && w->act == LEAVE)) /* in6p_leave_group takes any */
        return -model_fact(FACT_JOIN_INDEX_ZERO);
    if (w->interface.family != 0 && !model_is_any(&w->interface))
        return by_address(w);
    if (w->act != JOIN && w->act != JOIN_SOURCE) {
        const int scope = w->group.ip[1] & 15;
        const bool link = v6 && (scope == 1 || scope == 2);
        if (v6 || !model_fact(FACT_LEAVE4_BY_ROUTE))
            return link ? -model_fact(FACT_LEAVE6_LINK_ZERO) : 0;
    }
    w->index = host_route(&w->group);
    if (w->index == 0)
        w->index = model_default_zone();
    return w->index == 0 ? -EADDRNOTAVAIL : 0;
}

static int perform(int fd, struct sock *s, struct wish *w)
{
    if (!model_is_group(&w->group))
        return -EINVAL;
    int result = choose_interface(w);
    if (result < 0)
        return result;
    if (w->index != 0 && (w->act == JOIN || w->act == JOIN_SOURCE) &&
        !model_carries_multicast(w->index))
        return -EADDRNOTAVAIL;
    model_touch_multicast(fd, s);
    s->joined_by = fd + 1;
    switch (w->act) {
    case JOIN:
    case JOIN_SOURCE:
        return join(fd, s, w);
    case LEAVE:
    case LEAVE_SOURCE:
        return leave(fd, s, w);
    default:
        return block(fd, s, w);
    }
}

static void put4(struct host_addr *to, const uint8_t *from)
{
    to->family = 4;
    memcpy(to->ip, from, 4);
}

/* ip_mreq, ip_mreqn {group, interface, index}; ip_mreq_source {group, source, interface}. */
static int read_mreq(struct wish *w, int name, const uint8_t *value, socklen_t length)
{
    const bool source = name != IP_ADD_MEMBERSHIP && name != IP_DROP_MEMBERSHIP;
    const bool mreqn =
        length == 12 && ((name == IP_ADD_MEMBERSHIP && model_fact(FACT_JOIN_MREQN)) ||
                         (name == IP_DROP_MEMBERSHIP && model_fact(FACT_LEAVE_MREQN)));
    const bool exact = !model_fact(FACT_FLAG_LENGTH);
    int32_t index = 0;
    if (length < (source ? 12 : 8) || (exact && length != 8 && !mreqn))
        return -EINVAL;
    put4(&w->group, value);
    put4(&w->interface, value + (source ? 8 : 4));
    if (source)
        put4(&w->source, value + 4);
    if (mreqn)
        memcpy(&index, value + 8, sizeof index);
    if (index < 0)
        return -EINVAL;
    w->index = (uint32_t)index;
    return 0;
}

static int read_mreq6(struct wish *w, const void *value, socklen_t length)
{
    struct ipv6_mreq request;
    if (length < sizeof request || (!model_fact(FACT_FLAG_LENGTH) && length != sizeof request))
        return -EINVAL;
    memcpy(&request, value, sizeof request);
    w->group.family = 6;
    memcpy(w->group.ip, &request.ipv6mr_multiaddr, 16);
    w->index = request.ipv6mr_interface;
    if (model_fact(FACT_JOIN6_MAPPED))
        w->group = model_unmap(&w->group);
    return 0;
}

#ifdef HAS_GROUP_REQ
static int read_storage(struct host_addr *out, const struct sockaddr_storage *from)
{
    return model_from(out, from, from->ss_len) ? 0 : -EINVAL;
}

static int read_group_req(struct wish *w, int family, const void *value, socklen_t length)
{
    struct group_source_req request;
    const bool source = w->act >= JOIN_SOURCE;
    const size_t size = source ? sizeof request : sizeof(struct group_req);
    if (length < size)
        return -EINVAL;
    memset(&request, 0, sizeof request);
    memcpy(&request, value, size); /* the first members are those of group_req */
    int result = read_storage(&w->group, &request.gsr_group);
    if (result == 0 && source)
        result = read_storage(&w->source, &request.gsr_source);
    if (result < 0 || w->group.family != family || (source && w->source.family != family))
        return -EINVAL;
    w->group.port = w->source.port = 0;
    w->index = request.gsr_interface;
    w->wants_index = true;
    return 0;
}
#else
static int read_group_req(struct wish *w, int family, const void *value, socklen_t length)
{
    (void)w, (void)family, (void)value, (void)length;
    return -ENOPROTOOPT;
}
#endif

static const struct {
    int level, name;
    enum act act;
} forms[] = {
    {IPPROTO_IP, IP_ADD_MEMBERSHIP, JOIN},
    {IPPROTO_IP, IP_DROP_MEMBERSHIP, LEAVE},
    {IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, JOIN_SOURCE},
    {IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, LEAVE_SOURCE},
    {IPPROTO_IP, IP_BLOCK_SOURCE, BLOCK},
    {IPPROTO_IP, IP_UNBLOCK_SOURCE, UNBLOCK},
    {IPPROTO_IPV6, IPV6_JOIN_GROUP, JOIN},
    {IPPROTO_IPV6, IPV6_LEAVE_GROUP, LEAVE},
    {0, MCAST_JOIN_GROUP, JOIN},
    {0, MCAST_LEAVE_GROUP, LEAVE},
    {0, MCAST_JOIN_SOURCE_GROUP, JOIN_SOURCE},
    {0, MCAST_LEAVE_SOURCE_GROUP, LEAVE_SOURCE},
    {0, MCAST_BLOCK_SOURCE, BLOCK},
    {0, MCAST_UNBLOCK_SOURCE, UNBLOCK},
};
enum { FORMS = sizeof forms / sizeof forms[0], FIRST_MCAST = 8 };

int model_group_option(int fd, struct sock *s, int level, int name, const void *value,
                       socklen_t length)
{
    struct wish w;
    int i = 0;
    const bool v4 = level == IPPROTO_IP && (s->is.family == 4 || model_fact(FACT_IP_ON_V6));
    const bool v6 = level == IPPROTO_IPV6 && s->is.family == 6;
    if (name == ABSENT || (!v4 && !v6))
        return 1;
    while (i < FORMS && !(forms[i].name == name && (i >= FIRST_MCAST || forms[i].level == level)))
        i++;
    if (i == FORMS)
        return 1;
    memset(&w, 0, sizeof w);
    w.act = forms[i].act;
    const int result = i >= FIRST_MCAST ? read_group_req(&w, v4 ? 4 : 6, value, length)
                       : v4             ? read_mreq(&w, name, value, length)
                                        : read_mreq6(&w, value, length);
    return result < 0 ? result : perform(fd, s, &w);
}
