// SPDX-License-Identifier: BSD-2-Clause
/* What this NetBSD is: version, byte order of raw headers, pages for children. */
#include <string.h>
#include <sys/types.h>

#include <sys/mman.h>

#include "bsd/version.h"
#include "core/codec/order.h"
#include "core/endpoint/backend.h"
#include "posix/process.h"

/* As __NetBSD_Version__: 1001000000 is 10.1. */
uint32_t ipsk_sys_version(void)
{
    static _Atomic uint32_t known;
    return ipsk_sysctl_once(&known, "kern.osrevision");
}

/* netinet/raw_ip.c, rip_input and rip_output, of 7 to 10: both words in host order both ways, and
 * received lengths are the payload's. Quoted headers are as on the wire (ip_icmp.c). */
void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    memset(orders, 0, sizeof *orders);
    orders->receive.host_length = orders->receive.host_offset = true;
    orders->receive.length_without_header = true;
    orders->send.host_length = orders->send.host_offset = true;
}

/* uvm/uvm_map.c, uvm_map_inherit. */
bool ipsk_wipe_for_children(void *memory, size_t size)
{
    return minherit(memory, size, MAP_INHERIT_ZERO) == 0;
}
