// SPDX-License-Identifier: BSD-2-Clause
/* Raw sockets of every protocol, which Linux does not have: packet sockets. */
#include "internal.h"

#include <net/ethernet.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>

enum { LARGEST = 65536, HEADER4 = 20, HEADER6 = 40 };

int host_wild(int family, bool nonblocking, bool cloexec)
{
    const int protocol = htons(family == 4 ? ETH_P_IP : ETH_P_IPV6);
    return host_answer(socket(
        AF_PACKET, SOCK_DGRAM | (nonblocking ? SOCK_NONBLOCK : 0) | (cloexec ? SOCK_CLOEXEC : 0),
        protocol));
}

int host_wild_family(int fd)
{
    struct sockaddr_ll name;
    socklen_t length = sizeof name;
    memset(&name, 0, sizeof name);
    if (getsockname(fd, (struct sockaddr *)&name, &length) < 0 || name.sll_family != AF_PACKET)
        return 0;
    return ntohs(name.sll_protocol) == ETH_P_IP     ? 4
           : ntohs(name.sll_protocol) == ETH_P_IPV6 ? 6
                                                    : 0;
}

/* The protocols with an input of their own (inetsw, inet6sw) do not come here. */
static bool is_taken(const uint8_t *packet, bool v4)
{
    const uint8_t protocol = packet[v4 ? 9 : 6];
    return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
           (!v4 && protocol == IPPROTO_ICMPV6);
}

/* What the header says; how much of it a raw socket does not give. */
static size_t read_header(struct host_message *m, const uint8_t *packet, size_t length)
{
    const bool v4 = packet[0] >> 4 == 4;
    if (length < (v4 ? HEADER4 : HEADER6)) {
        m->foreign = true;
        return 0;
    }
    m->foreign = m->foreign || is_taken(packet, v4);
    m->peer.family = m->local.family = v4 ? 4 : 6;
    memcpy(m->peer.ip, packet + (v4 ? 12 : 8), v4 ? 4 : 16);
    memcpy(m->local.ip, packet + (v4 ? 16 : 24), v4 ? 4 : 16);
    m->hops = packet[v4 ? 8 : 7];
    m->traffic_class = v4 ? packet[1] : (packet[0] & 15) << 4 | packet[1] >> 4;
    m->has = HOST_HAS_DESTINATION | HOST_HAS_INTERFACE | HOST_HAS_HOPS | HOST_HAS_CLASS;
    if (m->peer.ip[0] == 0xfe && (m->peer.ip[1] & 0xc0) == 0x80)
        m->peer.scope = m->interface;
    return v4 ? 0 : HEADER6;
}

/* It came by an interface without addresses, or is on its way to somebody else. */
static bool is_elsewhere(const struct host_message *m, int type)
{
    struct host_interface_addr list[64];
    uint32_t index;
    const int count = host_interface_addrs(list, 64);
    if (type == PACKET_OUTGOING || type == PACKET_OTHERHOST)
        return true;
    if (type == PACKET_HOST && !host_is_local(&m->local, &index))
        return true;
    for (int i = 0; i < count && i < 64; i++)
        if (list[i].index == m->interface && list[i].addr.family == m->local.family)
            return false;
    return true;
}

static void scatter(const struct host_message *m, const uint8_t *from, size_t length)
{
    for (uint64_t i = 0; i < m->buffer_count && length > 0; i++) {
        const size_t part = m->buffers[i].length < length ? m->buffers[i].length : length;
        memcpy(m->buffers[i].base, from, part);
        from += part;
        length -= part;
    }
}

int64_t host_receive_wild(int fd, struct host_message *m)
{
    struct sockaddr_ll name;
    socklen_t size = sizeof name;
    uint8_t *const packet = malloc(LARGEST);
    const int flags =
        (m->flags & HOST_PEEK ? MSG_PEEK : 0) | (m->flags & HOST_DONTWAIT ? MSG_DONTWAIT : 0);
    if (packet == NULL)
        return -HOST_ENOMEM;
    const ssize_t n = recvfrom(fd, packet, LARGEST, flags, (struct sockaddr *)&name, &size);
    if (n <= 0) {
        free(packet);
        return n < 0 ? host_failed() : 0;
    }
    size_t room = 0;
    for (uint64_t i = 0; i < m->buffer_count; i++)
        room += m->buffers[i].length;
    m->foreign = false;
    m->interface = (uint32_t)name.sll_ifindex;
    const size_t skipped = read_header(m, packet, (size_t)n);
    const size_t length = (size_t)n - skipped;
    m->foreign = m->foreign || is_elsewhere(m, name.sll_pkttype);
    scatter(m, packet + skipped, length);
    m->flags = length > room ? HOST_TRUNCATED : 0;
    free(packet);
    return (int64_t)length;
}
