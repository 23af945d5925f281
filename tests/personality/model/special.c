// SPDX-License-Identifier: BSD-2-Clause
/* Options that are more than an int. */
#include "model.h"

/* What the stack itself knows, and what the host has pending. */
static int get_error(int fd, struct sock *s)
{
    model_errors(fd, s);
    int value = s->pending;
    s->pending = 0;
    if (value == 0 && s->is.type != HOST_DATAGRAM && host_get(fd, HOST_OPTION_ERROR, &value) == 0 &&
        value > 0)
        value = -model_errno(-value);
    return s->is.type == HOST_RAW ? 0 : value; /* raw sockets hear of no ICMP error */
}

static int get_socket_level(int fd, struct sock *s, int name, void *value, socklen_t *length)
{
    int answer = 0;
    const bool told = name != SO_ACCEPTCONN && name != SO_PROTOCOL && name != SO_DOMAIN;
    if (!told && !model_fact(FACT_SOCKET_QUERIES))
        return 1;
    if (name == SO_TYPE)
        answer = s->is.type == HOST_STREAM                                        ? SOCK_STREAM
                 : s->is.type == HOST_DATAGRAM || (s->kind & (KIND_P4 | KIND_P6)) ? SOCK_DGRAM
                                                                                  : SOCK_RAW;
    else if (name == SO_ERROR)
        answer = get_error(fd, s);
    else if (name == SO_ACCEPTCONN)
        host_get(fd, HOST_OPTION_ACCEPTING, &answer);
    else if (name == SO_PROTOCOL) /* of the protosw entry: 0 where raw sockets share one (M) */
        answer = s->is.type == HOST_RAW && s->is.protocol != IPPROTO_ICMP &&
                         s->is.protocol != IPPROTO_ICMPV6
                     ? 0
                     : s->is.protocol;
    else if (name == SO_DOMAIN)
        answer = s->is.family == 4 ? AF_INET : AF_INET6;
    else
        return 1;
    if (name == SO_ACCEPTCONN && answer && model_fact(FACT_FLAGS_READ_AS_BITS))
        answer = SO_ACCEPTCONN;
    return model_copy_out(&answer, sizeof answer, value, length);
}

/* ---- interface of multicast ---- */

static int set_interface4(int fd, struct sock *s, uint32_t index, const struct host_addr *addr)
{
    if (index != 0 && !model_carries_multicast(index))
        return -model_fact(FACT_MULTICAST_IF_NOT);
    model_touch_multicast(fd, s);
    host_multicast_interface(fd, index);
    s->interface4 = index;
    s->interface4_addr = *addr;
    return 0;
}

static int by_address4(int fd, struct sock *s, const uint8_t ip[4])
{
    struct host_addr addr = {.family = 4};
    uint32_t index = 0;
    memcpy(addr.ip, ip, 4);
    if (model_is_any(&addr))
        return set_interface4(fd, s, 0, &addr);
    if (ip[0] == 0 && model_fact(FACT_MULTICAST_IF_ZERO_NET)) {
        index = (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 | ip[3];
        return model_has_interface(index) ? set_interface4(fd, s, index, &addr)
                                          : -model_fact(FACT_MULTICAST_IF_ADDRESS);
    }
    if (model_interface_of(&addr, &index) < 0)
        return -model_fact(FACT_MULTICAST_IF_ADDRESS);
    return set_interface4(fd, s, index, &addr);
}

/* OpenBSD: an address, or of ip_mreq and ip_mreqn the index, else the address. */
static int set_form4(int fd, struct sock *s, const uint8_t *value, socklen_t length)
{
    const struct host_addr none = {.family = 4};
    uint32_t index = 0;
    if (length == 12)
        memcpy(&index, value + 8, sizeof index);
    if (length != 4 && length != 8 && length != 12)
        return -EINVAL;
    if (index == 0)
        return by_address4(fd, s, length == 4 ? value : value + 4);
    return model_has_interface(index) ? set_interface4(fd, s, index, &none)
                                      : -model_fact(FACT_MULTICAST_IF_ADDRESS);
}

/* ip_mreqn: only the index counts, 0 clears (M). */
static int set_multicast_if4(int fd, struct sock *s, const uint8_t *value, socklen_t length)
{
    const struct host_addr none = {.family = 4};
    int32_t index;
    if (model_fact(FACT_MULTICAST_IF_FORMS))
        return set_form4(fd, s, value, length);
    if (length < 4 || (length != 4 && !model_fact(FACT_MULTICAST_IF_MREQN)))
        return -EINVAL;
    if (length != 12 || !model_fact(FACT_MULTICAST_IF_MREQN))
        return by_address4(fd, s, value);
    memcpy(&index, value + 8, sizeof index);
    if (index < 0)
        return -EINVAL;
    if (index != 0 && !model_has_interface((uint32_t)index))
        return -model_fact(FACT_MULTICAST_IF_INDEX);
    return set_interface4(fd, s, (uint32_t)index, &none);
}

void model_first_address(uint32_t index, uint8_t ip[4])
{
    struct host_interface_addr list[64];
    const int count = host_interface_addrs(list, 64);
    memset(ip, 0, 4);
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].index == index && list[i].addr.family == 4) {
            memcpy(ip, list[i].addr.ip, 4);
            return;
        }
}

static int get_multicast_if4(struct sock *s, void *value, socklen_t *length)
{
    uint8_t form[12] = {0};
    const bool whole = model_fact(FACT_MULTICAST_IF_MREQN) && !model_fact(FACT_MULTICAST_IF_FORMS);
    if (whole && *length >= sizeof form) {
        memcpy(form + 8, &s->interface4, 4);
        if (s->interface4 != 0)
            model_first_address(s->interface4, form + 4);
        if (*length == sizeof form)
            return model_copy_out(form, sizeof form, value, length);
    }
    if (s->interface4 != 0)
        model_first_address(s->interface4, form);
    if (s->interface4_addr.ip[0] == 0 && s->interface4_addr.ip[3] != 0)
        memcpy(form, s->interface4_addr.ip, 4);
    return model_copy_out(form, 4, value, length);
}

static int set_multicast_if6(int fd, struct sock *s, const void *value, socklen_t length)
{
    uint32_t index;
    if (length != sizeof index)
        return -EINVAL;
    memcpy(&index, value, sizeof index);
    if (index == 0 && model_fact(FACT_MULTICAST_IF6_CLEAR))
        return -model_fact(FACT_MULTICAST_IF6_CLEAR);
    if (index != 0 && !model_has_interface(index))
        return -model_fact(FACT_MULTICAST_IF_INDEX);
    if (index != 0 && !model_carries_multicast(index))
        return -EADDRNOTAVAIL;
    model_touch_multicast(fd, s);
    host_set(fd, HOST_OPTION_MULTICAST_IF6, (int)index);
    s->interface6 = index;
    return 0;
}

static uint32_t highest_interface(void)
{
    struct host_interface list[64];
    const int count = host_interfaces(list, 64);
    uint32_t highest = 0;
    for (int i = 0; i < count && i < 64; i++)
        highest = list[i].index > highest ? list[i].index : highest;
    return highest;
}

/* Darwin: an index alone. */
static int set_multicast_ifindex(int fd, struct sock *s, const void *value, socklen_t length)
{
    const struct host_addr none = {.family = 4};
    uint32_t index;
    if (length < sizeof index)
        return -EINVAL;
    memcpy(&index, value, sizeof index);
    if (index > highest_interface()) /* ifindex_range: if_index */
        return -ENXIO;
    if (index != 0 && (!model_has_interface(index) || !model_carries_multicast(index)))
        return -EADDRNOTAVAIL;
    return set_interface4(fd, s, index, &none);
}

/* ---- raw IPv6 ---- */

static int set_checksum(int fd, struct sock *s, const void *value, socklen_t length)
{
    int offset;
    if (s->kind != KIND_R6)
        return -ENOPROTOOPT;
    if (length != sizeof offset)
        return -EINVAL;
    memcpy(&offset, value, sizeof offset);
    if (s->is.protocol == IPPROTO_ICMPV6)
        return offset == offsetof(struct icmp6_hdr, icmp6_cksum) ? 0
                                                                 : -model_fact(FACT_CHECKSUM_ICMP);
    if (offset == -1 && model_fact(FACT_CHECKSUM_OFF))
        return -model_fact(FACT_CHECKSUM_OFF);
    if (offset != -1 && offset % 2 != 0)
        return -EINVAL;
    if (offset < -1 && model_fact(FACT_CHECKSUM_NEGATIVE))
        return -model_fact(FACT_CHECKSUM_NEGATIVE);
    s->checksum = offset;
    host_set(fd, HOST_OPTION_CHECKSUM, offset < 0 ? -1 : offset);
    return 0;
}

static int get_checksum(struct sock *s, void *value, socklen_t *length)
{
    const int offset = s->is.protocol == IPPROTO_ICMPV6
                           ? (int)offsetof(struct icmp6_hdr, icmp6_cksum)
                           : s->checksum;
    return s->kind != KIND_R6 ? -ENOPROTOOPT
                              : model_copy_out(&offset, sizeof offset, value, length);
}

static bool has_filter(const struct sock *s)
{
    return (s->kind & KIND_RP6) &&
           (s->is.protocol == IPPROTO_ICMPV6 || model_fact(FACT_FILTER_ON_RAW6));
}

/* A set bit passes, the host's blocks. */
static int set_filter(int fd, struct sock *s, const void *value, socklen_t length)
{
    uint32_t blocked[8];
    if (length == 0 && model_fact(FACT_PING_SOCKETS)) { /* Darwin: all pass */
        memset(s->filter, 0xff, sizeof s->filter);
    } else if (length != sizeof s->filter) {
        return -model_fact(FACT_FILTER_LENGTH);
    } else
        memcpy(s->filter, value, sizeof s->filter);
    for (int i = 0; i < 8; i++)
        blocked[i] = ~s->filter[i];
    if (s->is.protocol != IPPROTO_ICMPV6) /* kept, without effect */
        return 0;
    return host_icmp6_filter(fd, false, blocked) < 0 ? -EINVAL : 0;
}

static int get_filter(int fd, struct sock *s, void *value, socklen_t *length)
{
    uint32_t blocked[8] = {0};
    if (s->is.protocol == IPPROTO_ICMPV6) {
        host_icmp6_filter(fd, true, blocked);
        for (int i = 0; i < 8; i++)
            s->filter[i] = ~blocked[i];
    }
    return model_copy_out(s->filter, sizeof s->filter, value, length);
}

static int get_path_mtu(int fd, struct sock *s, void *value, socklen_t *length)
{
    struct ip6_mtuinfo info;
    int mtu = 0;
    memset(&info, 0, sizeof info);
    model_names(fd, s);
    if (!s->connected)
        return -model_fact(FACT_PATHMTU_UNCONNECTED);
    if (model_is_mapped(&s->peer))
        mtu = 1500;
    else if (host_get(fd, HOST_OPTION_MTU6, &mtu) < 0)
        return -EHOSTUNREACH;
    model_errors(fd, s);
    if (model_path_mtu(&s->peer) != 0)
        mtu = model_path_mtu(&s->peer);
    info.ip6m_mtu = (uint32_t)mtu;
    return model_copy_out(&info, sizeof info, value, length);
}

static int set_timeout(const void *value, socklen_t length)
{
    struct timeval time;
    if (length < sizeof time)
        return -EINVAL;
    memcpy(&time, value, sizeof time);
    return time.tv_usec < 0 || time.tv_usec >= 1000000 ? -EDOM : 0;
}

static int set_pktinfo6(struct sock *s, const void *value, socklen_t length)
{
    if (length != sizeof s->sticky)
        return -EINVAL;
    memcpy(&s->sticky, value, sizeof s->sticky);
    return 0;
}

static int set_v6(int fd, struct sock *s, int name, const void *value, socklen_t length)
{
    switch (name) {
    case IPV6_MULTICAST_IF:
        return set_multicast_if6(fd, s, value, length);
    case IPV6_CHECKSUM:
        return set_checksum(fd, s, value, length);
    case IPV6_PKTINFO:
        return set_pktinfo6(s, value, length);
    case IPV6_NEXTHOP:
        if (!model_fact(FACT_NEXT_HOP6))
            return 1;
        if (length == 0)
            return 0;
        return length < sizeof(struct sockaddr_in6) ? -EINVAL : -EAFNOSUPPORT;
    default:
        return 1;
    }
}

int model_set_special(int fd, struct sock *s, int level, int name, const void *value,
                      socklen_t length)
{
    if (level == SOL_SOCKET) {
        if (name == SO_RCVTIMEO || name == SO_SNDTIMEO)
            return set_timeout(value, length);
        return name == SO_LINGER || name == SO_RCVLOWAT || name == SO_SNDLOWAT ? 0 : 1;
    }
    if (level == IPPROTO_ICMPV6 && name == ICMP6_FILTER && has_filter(s))
        return set_filter(fd, s, value, length);
    if (level == IPPROTO_IPV6 && s->is.family == 6)
        return set_v6(fd, s, name, value, length);
    if (level == IPPROTO_IP && name == IP_MULTICAST_IFINDEX && s->is.family == 4)
        return set_multicast_ifindex(fd, s, value, length);
    if (level == IPPROTO_IP && name == IP_MULTICAST_IF &&
        (s->is.family == 4 || model_fact(FACT_IP_ON_V6)))
        return set_multicast_if4(fd, s, value, length);
    return 1;
}

static int get_v6(int fd, struct sock *s, int name, void *value, socklen_t *length)
{
    switch (name) {
    case IPV6_MULTICAST_IF:
        return model_copy_out(&s->interface6, sizeof s->interface6, value, length);
    case IPV6_CHECKSUM:
        return get_checksum(s, value, length);
    case IPV6_PATHMTU:
        return get_path_mtu(fd, s, value, length);
    case IPV6_PKTINFO:
        return model_copy_out(&s->sticky, sizeof s->sticky, value, length);
    case IPV6_NEXTHOP:
        if (!model_fact(FACT_NEXT_HOP6))
            return 1;
        *length = 0;
        return 0;
    default:
        return 1;
    }
}

int model_get_special(int fd, struct sock *s, int level, int name, void *value, socklen_t *length)
{
    const int no_mtu = -1; /* of the last EMSGSIZE, which is not kept */
    if (level == SOL_SOCKET)
        return get_socket_level(fd, s, name, value, length);
    if (level == IPPROTO_ICMPV6 && name == ICMP6_FILTER && has_filter(s))
        return get_filter(fd, s, value, length);
    if (level == IPPROTO_IPV6 && s->is.family == 6)
        return get_v6(fd, s, name, value, length);
    if (level == IPPROTO_IP && name == IP_MULTICAST_IF &&
        (s->is.family == 4 || model_fact(FACT_IP_ON_V6)))
        return get_multicast_if4(s, value, length);
    if (level == IPPROTO_IP && name == IP_MULTICAST_IFINDEX && s->is.family == 4)
        return model_copy_out(&s->interface4, sizeof s->interface4, value, length);
    if (level == IPPROTO_IP && name == IP_ERRORMTU && s->is.family == 4)
        return model_copy_out(&no_mtu, sizeof no_mtu, value, length);
    return 1;
}
