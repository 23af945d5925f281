// SPDX-License-Identifier: BSD-2-Clause
/* The outside of a probe program that runs on Linux, whatever kernel the probes speak to: veth
 * pairs net0-far0 and net1-far1 made by linux/run; AF_PACKET sockets on the far ends see what
 * leaves and send what arrives. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../probe.h"

static int far_end[3] = {-1, -1, -1};
static uint8_t near_mac[3][6], far_mac[3][6];
static const char *const near_name[3] = {"lo", "net0", "net1"}, *const far_name[3] = {NULL, "far0",
                                                                                      "far1"};
/* what the BSDs and Darwin call them, for their models */
static const char *const other_name[3] = {"lo0", "en0", "en1"};

void port_settle(void)
{
    for (int i = 0; i < 3; i++)
        usleep(20); /* veth's softirq runs within the send */
}

unsigned port_index(enum port_interface interface)
{
    unsigned index = if_nametoindex(near_name[interface]);
    return index ? index : if_nametoindex(other_name[interface]);
}

void port_link_local(enum port_interface interface, uint8_t address[16])
{
    /* linux/host gives fe80::1 to net0 and fe80::2 to net1; for models, where lo0 has the first,
     * fe80::11 and ::12 */
    const int models = if_nametoindex("lo0") != 0;
    memset(address, 0, 16);
    address[0] = 0xfe;
    address[1] = 0x80;
    address[15] = (uint8_t)(models ? 0x10 + interface : interface);
}

size_t port_sent(enum port_interface interface, uint8_t *packet, size_t size)
{
    uint8_t frame[70000];

    for (;;) {
        struct sockaddr_ll from;
        socklen_t length = sizeof from;
        ssize_t n = recvfrom(far_end[interface], frame, sizeof frame, MSG_DONTWAIT,
                             (struct sockaddr *)&from, &length);
        if (n < 0)
            return 0;
        if (from.sll_pkttype == PACKET_OUTGOING || n < 14)
            continue;
        unsigned type = (unsigned)frame[12] << 8 | frame[13];
        if (type != ETHERTYPE_IP && type != ETHERTYPE_IPV6)
            continue;
        size_t total = (size_t)n - 14;
        if (total > size)
            total = size;
        memcpy(packet, frame + 14, total);
        return total;
    }
}

void port_arrive(enum port_interface interface, const uint8_t *packet, size_t length)
{
    uint8_t frame[70000];
    int v6 = packet[0] >> 4 == 6;
    const uint8_t *to = packet + (v6 ? 24 : 16);

    memcpy(frame, near_mac[interface], 6);
    memcpy(frame + 6, far_mac[interface], 6);
    if (v6 && to[0] == 0xff) {
        frame[0] = frame[1] = 0x33;
        memcpy(frame + 2, to + 12, 4);
    } else if (!v6 && to[0] >= 224 && to[0] < 240) {
        uint8_t mac[6] = {1, 0, 0x5e, to[1] & 127, to[2], to[3]};
        memcpy(frame, mac, 6);
    } else if (!v6 && to[3] == 255) {
        memset(frame, 0xff, 6);
    }
    frame[12] = v6 ? 0x86 : 8;
    frame[13] = v6 ? 0xdd : 0;
    memcpy(frame + 14, packet, length);
    struct sockaddr_ll at = {.sll_family = AF_PACKET,
                             .sll_ifindex = (int)if_nametoindex(far_name[interface])};
    if (sendto(far_end[interface], frame, length + 14, 0, (struct sockaddr *)&at, sizeof at) < 0)
        perror("port_arrive");
}

void port_write(const char *t, size_t length)
{
    while (length) {
        ssize_t n = write(1, t, length);
        if (n <= 0)
            exit(1);
        t += n;
        length -= (size_t)n;
    }
}

static void hardware(int fd, const char *name, uint8_t mac[6])
{
    struct ifreq request = {0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
        perror(name);
    memcpy(mac, request.ifr_hwaddr.sa_data, 6);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < 3; i++) {
        struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
        at.sll_ifindex = (int)if_nametoindex(far_name[i]);
        far_end[i] = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
        int big = 64 << 20;
        setsockopt(far_end[i], SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof big);
        if (!at.sll_ifindex || bind(far_end[i], (struct sockaddr *)&at, sizeof at) < 0) {
            perror(far_name[i]);
            return 2;
        }
        hardware(far_end[i], if_nametoindex(near_name[i]) ? near_name[i] : other_name[i],
                 near_mac[i]);
        hardware(far_end[i], far_name[i], far_mac[i]);
    }
    return probes_main(argc, argv);
}
