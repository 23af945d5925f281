// SPDX-License-Identifier: BSD-2-Clause
#include "groups.h"

static int name_of(int v6, enum form form, enum action action)
{
    static const int classic4[] = {IP_ADD_MEMBERSHIP,        IP_DROP_MEMBERSHIP,
                                   IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP,
                                   IP_BLOCK_SOURCE,          IP_UNBLOCK_SOURCE},
                     classic6[] = {IPV6_JOIN_GROUP, IPV6_LEAVE_GROUP, ABSENT,
                                   ABSENT,          ABSENT,           ABSENT},
                     independent[] = {MCAST_JOIN_GROUP,        MCAST_LEAVE_GROUP,
                                      MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP,
                                      MCAST_BLOCK_SOURCE,      MCAST_UNBLOCK_SOURCE};
    if (form == PROTOCOL_INDEPENDENT)
        return independent[action];
    if (form == WITH_INDEX && (v6 || action > LEAVE))
        return ABSENT;
    return v6 ? classic6[action] : classic4[action];
}

int has_action(int v6, enum form form, enum action action)
{
    return name_of(v6, form, action) != ABSENT;
}

static const char *own_address(unsigned index)
{
    if (index == 0)
        return "0.0.0.0";
    if (index == port_index(PORT_LO))
        return "127.0.0.1";
    if (index == port_index(PORT_NET0))
        return "192.0.2.1";
    if (index == port_index(PORT_NET1))
        return "198.51.100.1";
    return "203.0.113.77";
}

long mreqn_call(int fd, int name, const char *group, const char *own, int index, socklen_t size)
{
    uint8_t bytes[16], mreqn[12];
    parse_ip(group, bytes), memcpy(mreqn, bytes, 4);
    parse_ip(own, bytes), memcpy(mreqn + 4, bytes, 4);
    memcpy(mreqn + 8, &index, 4);
    return port_setsockopt(fd, IPPROTO_IP, name, mreqn, size);
}

static long independent_call(int fd, int v6, int name, const char *group, unsigned index,
                             const char *source)
{
#ifdef HAVE_GROUP_REQ
    int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    struct address g = address(group, 0), s;
    if (!source) {
        struct group_req request;
        memset(&request, 0, sizeof request);
        request.gr_interface = index;
        memcpy(&request.gr_group, &g.as, g.length);
        return port_setsockopt(fd, level, name, &request, sizeof request);
    }
    struct group_source_req request;
    memset(&request, 0, sizeof request);
    s = address(source, 0);
    request.gsr_interface = index;
    memcpy(&request.gsr_group, &g.as, g.length);
    memcpy(&request.gsr_source, &s.as, s.length);
    return port_setsockopt(fd, level, name, &request, sizeof request);
#else
    (void)fd, (void)v6, (void)name, (void)group, (void)index, (void)source;
    return -1;
#endif
}

static long source_call(int fd, int name, const char *group, unsigned index, const char *source)
{
#ifdef HAVE_MREQ_SOURCE
    struct ip_mreq_source request;
    uint8_t bytes[16];
    memset(&request, 0, sizeof request);
    parse_ip(group, bytes), memcpy(&request.imr_multiaddr, bytes, 4);
    parse_ip(own_address(index), bytes), memcpy(&request.imr_interface, bytes, 4);
    parse_ip(source, bytes), memcpy(&request.imr_sourceaddr, bytes, 4);
    return port_setsockopt(fd, IPPROTO_IP, name, &request, sizeof request);
#else
    (void)fd, (void)name, (void)group, (void)index, (void)source;
    return -1;
#endif
}

long group_call(int fd, enum form form, enum action action, const char *group, unsigned index,
                const char *source)
{
    uint8_t bytes[16];
    int v6 = parse_ip(group, bytes) == 16, name = name_of(v6, form, action);

    if (action < JOIN_SOURCE)
        source = NULL;
    if (form == PROTOCOL_INDEPENDENT)
        return independent_call(fd, v6, name, group, index, source);
    if (v6) {
        struct ipv6_mreq request;
        memcpy(&request.ipv6mr_multiaddr, bytes, 16);
        request.ipv6mr_interface = index;
        return port_setsockopt(fd, IPPROTO_IPV6, name, &request, sizeof request);
    }
    if (source)
        return source_call(fd, name, group, index, source);
    if (form == WITH_INDEX)
        return mreqn_call(fd, name, group, "0.0.0.0", (int)index, 12);
    return mreqn_call(fd, name, group, own_address(index), 0, 8);
}

int hears(int fd, enum kind kind, enum port_interface i, const char *source, const char *group)
{
    uint8_t bytes[16];
    int v6 = parse_ip(group, bytes) == 16, raw = kind == RAW4 || kind == RAW6, heard = 0;
    const char *from = v6 ? "2001:db8::9" : "192.0.2.9", *to = v6 ? "2001:db8::1" : "192.0.2.1";

    if (raw) {
        arrive_ip(i, source, group, 253, "group", 5);
        arrive_ip(PORT_NET0, from, to, 253, "!", 1);
    } else {
        arrive_udp(i, source, group, OWN_PORT, "group", 5);
        arrive_udp(PORT_NET0, from, to, OWN_PORT, "!", 1);
    }
    for (int n = 0; n < 4; n++) {
        receive(&got, fd, 2000, 0, 0);
        if (got.result <= 0)
            break;
        uint8_t last = got.data[got.result - 1];
        if (last == '!')
            break;
        if (last == 'p')
            heard++;
    }
    return heard;
}
