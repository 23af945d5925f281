// SPDX-License-Identifier: BSD-2-Clause
/* What this OpenBSD is: version, byte order of raw headers, pages for children. */
#include <stdatomic.h>
#include <string.h>
#include <sys/types.h>

#include <sys/mman.h>
#include <sys/sysctl.h>

#include "core/codec/order.h"
#include "core/endpoint/backend.h"
#include "posix/process.h"

/* "7.2" is 72, "10.1" 101: one digit follows the point (sys/conf/newvers.sh). 0: not so. */
static uint32_t read_release(const char *text)
{
    uint32_t number = 0;
    for (; *text >= '0' && *text <= '9' && number < 1000; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    if (text[0] != '.' || text[1] < '0' || text[1] > '9')
        return 0;
    return number * 10 + (uint32_t)(text[1] - '0');
}

/* There is no sysctlbyname; what uname calls release is this. Threads that ask at the same time
 * find the same. */
uint32_t ipsk_sys_version(void)
{
    static _Atomic uint32_t known;
    static const int name[] = {CTL_KERN, KERN_OSRELEASE};
    char release[16] = {0};
    size_t size = sizeof release - 1;
    uint32_t version = atomic_load_explicit(&known, memory_order_relaxed);
    if (version != 0 || sysctl(name, 2, release, &size, NULL, 0) < 0)
        return version;
    version = read_release(release);
    atomic_store_explicit(&known, version, memory_order_relaxed);
    return version;
}

/* netinet/raw_ip.c, rip_input and rip_chkhdr; ip_icmp.c: all is as on the wire. */
void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    memset(orders, 0, sizeof *orders);
}

/* uvm/uvm_map.c, uvm_map_inherit: since 5.6. */
bool ipsk_wipe_for_children(void *memory, size_t size)
{
    return minherit(memory, size, MAP_INHERIT_ZERO) == 0;
}
