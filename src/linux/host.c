// SPDX-License-Identifier: BSD-2-Clause
/* What this Linux is: version, byte order of raw headers, how it counts buffers, an interface's
 * MTU. */
#include <net/if.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "core/codec/bytes.h"
#include "core/codec/order.h"
#include "core/endpoint/backend.h"
#include "posix/interface.h"

static const char *number(const char *p, uint32_t *value)
{
    *value = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        *value = *value * 10 + (uint32_t)(*p - '0');
    return *p == '.' ? p + 1 : p;
}

uint32_t ipsk_sys_lacks(void)
{
    return 0;
}

/* major << 16 | minor << 8 | patch, each at most a byte. */
static uint32_t ask_version(void)
{
    struct utsname name;
    if (uname(&name) < 0)
        return 0;
    uint32_t parts[3];
    const char *p = name.release;
    for (int i = 0; i < 3; i++) {
        p = number(p, &parts[i]);
        if (parts[i] > 255)
            parts[i] = 255;
    }
    return parts[0] << 16 | parts[1] << 8 | parts[2];
}

/* Threads that ask at the same time find the same. */
uint32_t ipsk_sys_version(void)
{
    static _Atomic uint32_t known;
    uint32_t version = atomic_load_explicit(&known, memory_order_relaxed);
    if (version == 0) {
        version = ask_version();
        atomic_store_explicit(&known, version, memory_order_relaxed);
    }
    return version;
}

/* Network order both ways, the header counted (raw(7)). */
void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    memset(orders, 0, sizeof *orders);
}

/* socket(7): the kernel doubles SO_RCVBUF and SO_SNDBUF for its own bookkeeping, and reports that.
 */
int ipsk_sys_buffer_factor(void)
{
    return 2;
}

uint32_t ipsk_interface_mtu(int fd, const struct ifaddrs *link)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, link->ifa_name, sizeof request.ifr_name - 1);
    return fd >= 0 && ioctl(fd, SIOCGIFMTU, &request) == 0 ? (uint32_t)request.ifr_mtu : 0;
}

/* sockaddr_ll (packet(7)): the index at 4, the address's length at 11, the address at 12; spelled
 * out because <netpacket/packet.h> is not in every C library. */
uint32_t ipsk_interface_link(const struct ifaddrs *link)
{
    if (link->ifa_addr == NULL || link->ifa_addr->sa_family != AF_PACKET)
        return 0;
    return (uint32_t)ipsk_load32((const uint8_t *)link->ifa_addr + 4);
}

void ipsk_interface_hardware(const struct ifaddrs *link, struct ipsock_interface *interface)
{
    const uint8_t *bytes = (const uint8_t *)link->ifa_addr;
    if (bytes == NULL || link->ifa_addr->sa_family != AF_PACKET)
        return;
    const uint8_t length =
        bytes[11] > 8 ? 8 : bytes[11]; /* sll_addr has 8 bytes; InfiniBand has more */
    memcpy(interface->hardware, bytes + 12, length);
    interface->hardware_length = length;
}
