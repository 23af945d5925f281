// SPDX-License-Identifier: BSD-2-Clause
/* What this Darwin is: version, byte order of raw headers, pages for children. */
#include <stdatomic.h>
#include <string.h>
#include <sys/types.h>

#include <sys/sysctl.h>

#include "core/codec/order.h"
#include "core/endpoint/backend.h"
#include "posix/process.h"

/* The first number of a text like "20.6.0"; 0: none. */
static uint32_t major_of(const char *text)
{
    uint32_t major = 0;
    for (; *text >= '0' && *text <= '9' && major < 100000; text++)
        major = major * 10 + (uint32_t)(*text - '0');
    return major;
}

/* Asked once: 20 is macOS 11. Threads that ask at the same time find the same. */
uint32_t ipsk_sys_version(void)
{
    static _Atomic uint32_t known;
    uint32_t version = atomic_load_explicit(&known, memory_order_relaxed);
    char text[64];
    size_t size = sizeof text - 1;
    if (version != 0)
        return version;
    memset(text, 0, sizeof text);
    if (sysctlbyname("kern.osrelease", text, &size, NULL, 0) < 0)
        return 0;
    version = major_of(text);
    atomic_store_explicit(&known, version, memory_order_relaxed);
    return version;
}

/* bsd/netinet/raw_ip.c, rip_input and rip_output: both words in host order both ways, and received
 * lengths are the payload's. Quoted headers: bsd/netinet/ip_icmp.c, icmp_input, the length. */
void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    memset(orders, 0, sizeof *orders);
    orders->receive.host_length = orders->receive.host_offset = true;
    orders->receive.length_without_header = true;
    orders->send.host_length = orders->send.host_offset = true;
    orders->quoted.host_length = true;
}

/* minherit knows no inheritance that empties a page (bsd/kern/kern_mman.c;
 * osfmk/mach/vm_inherit.h); getpid is the C library's memory here, except in a child's first call.
 */
bool ipsk_wipe_for_children(void *memory, size_t size)
{
    (void)memory;
    (void)size;
    return false;
}
