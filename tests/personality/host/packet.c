// SPDX-License-Identifier: BSD-2-Clause
/* Packets that the model has put together itself, header and all. */
#include "internal.h"

#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void choose_interface(int fd, const struct host_addr *to, uint32_t interface)
{
    const struct ip_mreqn request = {.imr_ifindex = (int)interface};
    const int index = (int)interface;
    if (interface == 0)
        return;
    if (to->family == 4)
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &request, sizeof request);
    else
        setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &index, sizeof index);
}

bool host_source(const struct host_addr *to, uint32_t interface, struct host_addr *source)
{
    union host_sockaddr name;
    struct host_addr asked = *to;
    const int on = 1;
    const int fd = socket(to->family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    asked.port = 9;
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    choose_interface(fd, to, interface);
    const socklen_t length = host_to(&asked, &name);
    const bool found = connect(fd, &name.any, length) == 0 && host_name(fd, false, source) == 0;
    close(fd);
    return found;
}

int host_send_packet(const void *packet, size_t length, const struct host_addr *by,
                     uint32_t interface, bool loops)
{
    union host_sockaddr name;
    struct host_addr to = *by;
    const int on = 1, loop = loops;
    const int fd =
        socket(by->family == 4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (fd < 0)
        return host_failed();
    to.port = 0;
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    choose_interface(fd, by, interface);
    if (by->family == 4)
        setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &loop, sizeof loop);
    else
        setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &loop, sizeof loop);
    const socklen_t size = host_to(&to, &name);
    const int result = host_answer(sendto(fd, packet, length, MSG_NOSIGNAL, &name.any, size));
    close(fd);
    return result;
}

/* ---- frames: IPv4 packets with what the host would fill in or refuse ---- */

struct next_hop {
    uint8_t ip[4];
    uint32_t index;
    unsigned char type; /* RTN_… */
};

static void take_route(struct next_hop *next, const struct nlmsghdr *message)
{
    const struct rtmsg *const route = NLMSG_DATA(message);
    unsigned left = (unsigned)RTM_PAYLOAD(message);
    next->type = route->rtm_type;
    for (const struct rtattr *a = RTM_RTA(route); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
        if (a->rta_type == RTA_GATEWAY)
            memcpy(next->ip, RTA_DATA(a), 4);
        else if (a->rta_type == RTA_OIF)
            memcpy(&next->index, RTA_DATA(a), sizeof next->index);
    }
}

static bool find_next_hop(const struct host_addr *to, struct next_hop *next)
{
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        uint8_t ip[4];
    } ask = {.header = {.nlmsg_len = sizeof ask,
                        .nlmsg_type = RTM_GETROUTE,
                        .nlmsg_flags = NLM_F_REQUEST},
             .route = {.rtm_family = AF_INET, .rtm_dst_len = 32},
             .attribute = {.rta_len = RTA_LENGTH(4), .rta_type = RTA_DST}};
    union {
        struct nlmsghdr header;
        uint8_t bytes[4096];
    } answer;
    memcpy(ask.ip, to->ip, 4);
    memset(next, 0, sizeof *next);
    memcpy(next->ip, to->ip, 4);
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        return false;
    const bool found = send(fd, &ask, sizeof ask, 0) == (ssize_t)sizeof ask &&
                       recv(fd, &answer, sizeof answer, 0) >= (ssize_t)sizeof(struct nlmsghdr) &&
                       answer.header.nlmsg_type == RTM_NEWROUTE;
    if (found)
        take_route(next, &answer.header);
    close(fd);
    return found && next->index != 0;
}

static bool find_neighbour(int fd, const struct next_hop *next, uint8_t mac[8])
{
    struct arpreq request;
    struct sockaddr_in name = {.sin_family = AF_INET};
    memset(&request, 0, sizeof request);
    if (next->type == RTN_BROADCAST) {
        memset(mac, 0xff, 6);
        return true;
    }
    if (next->type != RTN_UNICAST || if_indextoname(next->index, request.arp_dev) == NULL)
        return false;
    memcpy(&name.sin_addr, next->ip, 4);
    memcpy(&request.arp_pa, &name, sizeof name);
    if (ioctl(fd, SIOCGARP, &request) < 0 || !(request.arp_flags & ATF_COM))
        return false;
    memcpy(mac, request.arp_ha.sa_data, 6);
    return true;
}

bool host_send_frame(const void *packet, size_t length, const struct host_addr *to)
{
    struct next_hop next;
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_halen = 6};
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    const bool found = find_next_hop(to, &next) && find_neighbour(fd, &next, at.sll_addr);
    close(fd);
    if (!found)
        return false;
    at.sll_ifindex = (int)next.index;
    const int out = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const bool sent = out >= 0 && sendto(out, packet, length, 0, (const struct sockaddr *)&at,
                                         sizeof at) == (ssize_t)length;
    if (out >= 0)
        close(out);
    return sent;
}
