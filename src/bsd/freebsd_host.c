// SPDX-License-Identifier: BSD-2-Clause
/* What this FreeBSD is: version, byte order of raw headers, pages for children. */
#include <string.h>
#include <sys/types.h>

#include <sys/mman.h>

#include "bsd/version.h"
#include "core/codec/order.h"
#include "core/endpoint/backend.h"
#include "posix/process.h"

/* As __FreeBSD_version: 1400500 is 14.0. */
uint32_t ipsk_sys_version(void)
{
    static _Atomic uint32_t known;
    return ipsk_sysctl_once(&known, "kern.osreldate");
}

/* netinet/raw_ip.c, rip_input and rip_output: up to 9 the length is that of the payload, up to 10
 * both words are in host order; since 11.0 all is as on the wire. Quoted headers (ip_icmp.c) were
 * in host order up to 9. */
#define HEADER_COUNTED 1000000
#define NETWORK_ORDER  1100000

void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    const uint32_t version = ipsk_sys_version();
    memset(orders, 0, sizeof *orders);
    if (version == 0 || version >= NETWORK_ORDER)
        return;
    orders->receive.host_length = orders->receive.host_offset = true;
    orders->send.host_length = orders->send.host_offset = true;
    orders->receive.length_without_header = version < HEADER_COUNTED;
    orders->quoted.host_length = version < HEADER_COUNTED;
}

/* vm/vm_map.c, vm_map_inherit: since 12. */
bool ipsk_wipe_for_children(void *memory, size_t size)
{
    return minherit(memory, size, INHERIT_ZERO) == 0;
}
