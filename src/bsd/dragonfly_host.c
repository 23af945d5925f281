// SPDX-License-Identifier: BSD-2-Clause
/* What this DragonFly is: version, byte order of raw headers, pages for children. */
#include <string.h>
#include <sys/types.h>

#include "bsd/version.h"
#include "core/codec/order.h"
#include "core/endpoint/backend.h"
#include "posix/process.h"

/* As __DragonFly_version: 600400 is 6.4. */
uint32_t ipsk_sys_version(void)
{
    static _Atomic uint32_t known;
    return ipsk_sysctl_once(&known, "kern.osreldate");
}

/* netinet/raw_ip.c, rip_input and rip_output: both words in host order both ways, and received
 * lengths are the payload's; since July 2023 (8a93af2a9b, 2ba12c9ccc) all is as on the wire. Quoted
 * headers always are (ip_icmp.c). */
#define NETWORK_ORDER 600504

void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    const uint32_t version = ipsk_sys_version();
    memset(orders, 0, sizeof *orders);
    if (version >= NETWORK_ORDER)
        return;
    orders->receive.host_length = orders->receive.host_offset = true;
    orders->receive.length_without_header = true;
    orders->send.host_length = orders->send.host_offset = true;
}

/* sys/mman.h: INHERIT_NONE is the last, no page is handed on empty. */
bool ipsk_wipe_for_children(void *memory, size_t size)
{
    (void)memory;
    (void)size;
    return false;
}
