// SPDX-License-Identifier: BSD-2-Clause
/* Linux: a network namespace of our own, and the types of its control messages. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include <errno.h>
#include <fcntl.h>
#include <ipsock/addr.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "system_cmsg.h"

/* It has what the tests need, or the expectations say that it has not. */
const char *system_lacks(const char *what)
{
    (void)what;
    return NULL;
}

static void raise_loopback(void)
{
    struct ifreq request;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&request, 0, sizeof request);
    memcpy(request.ifr_name, "lo", sizeof "lo");
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    ioctl(fd, SIOCSIFFLAGS, &request);
    close(fd);
}

/* fe80::1%lo: an address that needs its scope, without a second interface. */
static void add_link_local(void)
{
    struct { /* struct in6_ifreq: linux/ipv6.h does not go with netinet/in.h */
        struct in6_addr addr;
        uint32_t prefix_length;
        int index;
    } request;
    const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    if (fd < 0)
        return;
    memset(&request, 0, sizeof request);
    request.addr.s6_addr[0] = 0xfe;
    request.addr.s6_addr[1] = 0x80;
    request.addr.s6_addr[15] = 1;
    request.prefix_length = 64;
    request.index = (int)if_nametoindex("lo");
    ioctl(fd, SIOCSIFADDR, &request);
    /* The kernel readies it a moment later. */
    struct sockaddr_in6 name;
    memset(&name, 0, sizeof name);
    name.sin6_family = AF_INET6;
    name.sin6_addr = request.addr;
    name.sin6_scope_id = (uint32_t)request.index;
    for (int tries = 0; tries < 200; tries++) {
        if (bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name) == 0)
            break;
        system_sleep_ms(10);
    }
    close(fd);
}

static bool write_to(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY);
    if (fd < 0)
        return false;
    const ssize_t n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text);
}

bool system_allow_ping(bool on)
{
    return write_to("/proc/sys/net/ipv4/ping_group_range", on ? "0 2147483647\n" : "1 0\n");
}

bool system_answer_probes(void)
{
    return write_to("/proc/sys/net/ipv4/icmp_echo_enable_probe", "1\n"); /* both families */
}

/* Where nobody may have the kernel's ping sockets, who may have raw ones is served by those. */
bool system_pings_raw(void)
{
    const char *const choice = getenv("IPSOCK_TEST_PING");
    return choice != NULL && strcmp(choice, "raw") == 0;
}

void system_isolate(void)
{
    if (!system_is_privileged() || unshare(CLONE_NEWNET) < 0)
        return;
    raise_loopback();
    add_link_local();
    system_allow_ping(!system_pings_raw()); /* the tests of ping endpoints tell */
}

/* No duplicate address detection; still the kernel makes IPv6 addresses local by a work queue, a
 * moment later (net/ipv6/addrconf.c, addrconf_dad_work). The peers of the pairs are only cables'
 * ends. */
static const char interfaces[] =
    "exec 2>/dev/null; set -e; cd /proc/sys/net/ipv6/conf\n"
    "for i in 7 8; do\n"
    "ip link add mc$i type veth peer name end$i\n"
    "echo 1 >end$i/disable_ipv6; echo 1 >mc$i/addr_gen_mode; echo 0 >mc$i/accept_dad\n"
    "ip link set end$i up; ip link set mc$i up\n"
    "ip addr add 10.7$i.0.1/24 dev mc$i; ip addr add 10.7$i.0.2/24 dev mc$i\n"
    "ip addr add fd7$i::1/64 dev mc$i nodad; ip addr add fd7$i::2/64 dev mc$i nodad\n"
    "ip addr add fe80::7$i/64 dev mc$i nodad\n"
    "for a in fd7$i::1 fd7$i::2; do n=0\n"
    "until ip -6 route get $a | grep -q '^local'; do n=$((n+1)); [ $n -lt 500 ]; sleep 0.01; done\n"
    "done; done\n";

bool system_make_interfaces(uint32_t *first, uint32_t *second)
{
    if (if_nametoindex("mc8") == 0 && (!system_is_privileged() || system(interfaces) != 0))
        return false;
    *first = if_nametoindex("mc7");
    *second = if_nametoindex("mc8");
    return *first != 0 && *second != 0;
}

bool system_set_limit(enum system_limit which, int value)
{
    static const char *const paths[] = {
        [SYSTEM_GROUPS4] = "/proc/sys/net/ipv4/igmp_max_memberships",
        [SYSTEM_SOURCES4] = "/proc/sys/net/ipv4/igmp_max_msf",
        [SYSTEM_SOURCES6] = "/proc/sys/net/ipv6/mld_max_msf",
    };
    FILE *file = fopen(paths[which], "w");
    if (file == NULL)
        return false;
    const bool written = fprintf(file, "%d\n", value) > 0;
    return fclose(file) == 0 && written;
}

static int level_of(const struct ipsock_addr *group)
{
    return group->family == IPSOCK_IPV4 ? IPPROTO_IP : IPPROTO_IPV6;
}

static void put_addr(struct sockaddr_storage *to, const struct ipsock_addr *addr)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    memset(to, 0, sizeof *to);
    memcpy(&v4.sin_addr, addr->ip, 4);
    memcpy(&v6.sin6_addr, addr->ip, 16);
    if (addr->family == IPSOCK_IPV4)
        memcpy(to, &v4, sizeof v4);
    else
        memcpy(to, &v6, sizeof v6);
}

bool system_lock_filter(ipsock_handle_t handle)
{
    const int on = 1;
    return setsockopt((int)handle, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on) == 0;
}

bool system_filter_of(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                      struct system_filter *out)
{
    union {
        struct group_filter filter;
        uint8_t room[GROUP_FILTER_SIZE(64)];
    } u;
    socklen_t length = sizeof u;
    memset(&u, 0, sizeof u);
    memset(out, 0, sizeof *out);
    u.filter.gf_interface = index;
    u.filter.gf_numsrc = 64;
    put_addr(&u.filter.gf_group, group);
    if (getsockopt((int)handle, level_of(group), MCAST_MSFILTER, &u, &length) < 0)
        return errno == EADDRNOTAVAIL || errno == EINVAL; /* IPv6 says the latter of a non-member */
    out->member = true;
    out->source_specific = u.filter.gf_fmode == MCAST_INCLUDE;
    out->sources = u.filter.gf_numsrc;
    return true;
}

bool system_join(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                 const struct ipsock_addr *source)
{
    struct group_req any;
    struct group_source_req one;
    memset(&any, 0, sizeof any);
    memset(&one, 0, sizeof one);
    any.gr_interface = one.gsr_interface = index;
    put_addr(&any.gr_group, group);
    put_addr(&one.gsr_group, group);
    if (source == NULL)
        return setsockopt((int)handle, level_of(group), MCAST_JOIN_GROUP, &any, sizeof any) == 0;
    put_addr(&one.gsr_source, source);
    return setsockopt((int)handle, level_of(group), MCAST_JOIN_SOURCE_GROUP, &one, sizeof one) == 0;
}

static const struct system_type messages[SYSTEM_MESSAGES] = {
    [SYSTEM_HOP_LIMIT4] = {IPPROTO_IP, IP_TTL},
    [SYSTEM_TRAFFIC_CLASS4] = {IPPROTO_IP, IP_TOS},
    [SYSTEM_PACKET_INFO4] = {IPPROTO_IP, IP_PKTINFO},
    [SYSTEM_HOP_LIMIT6] = {IPPROTO_IPV6, IPV6_HOPLIMIT},
    [SYSTEM_TRAFFIC_CLASS6] = {IPPROTO_IPV6, IPV6_TCLASS},
    [SYSTEM_PACKET_INFO6] = {IPPROTO_IPV6, IPV6_PKTINFO},
    [SYSTEM_PATH_MTU6] = {IPPROTO_IPV6, IPV6_PATHMTU},
    [SYSTEM_SENT_TRAFFIC_CLASS4] = {IPPROTO_IP, IP_TOS},
    [SYSTEM_STRANGE_LEVEL] = {0x4321, 1},
    [SYSTEM_STRANGE_TYPE] = {IPPROTO_IP, 0x4321},
};

size_t system_packet_info4(void *payload, const uint8_t ip[4], uint32_t index)
{
    struct in_pktinfo info;
    memset(&info, 0, sizeof info);
    info.ipi_ifindex = (int)index;
    memcpy(&info.ipi_addr, ip, 4);
    memcpy(payload, &info, sizeof info);
    return sizeof info;
}

size_t system_alone4(void *buffer, const uint8_t ip[4], uint32_t index)
{
    (void)buffer, (void)ip, (void)index;
    return 0;
}

size_t system_traffic_class4(void *payload, int value)
{
    memcpy(payload, &value, sizeof value);
    return sizeof value;
}

bool system_enable_error_queue(ipsock_handle_t handle)
{
    const int on = 1;
    setsockopt((int)handle, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    return setsockopt((int)handle, IPPROTO_IP, IP_RECVERR, &on, sizeof on) == 0;
}

bool system_has_error_queue(ipsock_handle_t handle)
{
    int on = 0;
    socklen_t length = sizeof on;
    return getsockopt((int)handle, IPPROTO_IP, IP_RECVERR, &on, &length) == 0 && on != 0;
}

int system_flag(ipsock_handle_t handle, enum system_flag which)
{
    int value = 0;
    socklen_t length = sizeof value;
    const int level = which == SYSTEM_BROADCAST ? SOL_SOCKET : IPPROTO_IP;
    const int name = which == SYSTEM_BROADCAST ? SO_BROADCAST : IP_HDRINCL;
    return getsockopt((int)handle, level, name, &value, &length) == 0 ? value != 0 : -1;
}

bool system_set_discovery(ipsock_handle_t handle, int family, int value)
{
    const bool v4 = family == IPSOCK_IPV4;
    return setsockopt((int)handle, v4 ? IPPROTO_IP : IPPROTO_IPV6,
                      v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &value, sizeof value) == 0;
}

/* Want, do, probe, interface, omit are 1 to 5; IPv6 has no routers that fragment (RFC 8200, 4.5).
 */
bool system_discovery_forbids(int family, int value)
{
    return value == 2 || value == 3 || (family == IPSOCK_IPV6 && value == 4);
}

bool system_tells_extensions(void)
{
    const int recverr_rfc4884 = 26, on = 1; /* linux/in.h, 5.9 */
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const bool known = setsockopt(fd, IPPROTO_IP, recverr_rfc4884, &on, sizeof on) == 0;
    close(fd);
    return known;
}
