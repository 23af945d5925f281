// SPDX-License-Identifier: BSD-2-Clause
/* The source of IPv4 packets that are sent by an interface. Windows takes the address of IP_PKTINFO
 * as it is if an interface is named with it: without one the packet says 0.0.0.0 and is lost
 * (bltavares/multicast-socket#5). Unix takes the interface's. */
#include "windows/winsock.h"

#include <iphlpapi.h>
#include <netioapi.h>

/* To ask takes as long as some sends. An address that has gone is refused meanwhile. */
#define REMEMBERED IPSOCK_SECOND

static struct {
    uint32_t index;
    int64_t until;
    struct in_addr address;
} known[8]; /* by index */
static SRWLOCK lock = SRWLOCK_INIT;

/* The first that is not tentative, of those that routes may choose (not SkipAsSource). */
static bool ask(uint32_t index, struct in_addr *address)
{
    MIB_UNICASTIPADDRESS_TABLE *table;
    bool found = false;
    if (GetUnicastIpAddressTable(AF_INET, &table) != NO_ERROR)
        return false;
    for (ULONG i = 0; i < table->NumEntries && !found; i++) {
        const MIB_UNICASTIPADDRESS_ROW *row = &table->Table[i];
        found = row->InterfaceIndex == index && row->DadState == IpDadStatePreferred &&
                !row->SkipAsSource;
        if (found)
            *address = row->Address.Ipv4.sin_addr;
    }
    FreeMibTable(table);
    return found;
}

static bool recall(uint32_t index, int64_t now, struct in_addr *address)
{
    AcquireSRWLockShared(&lock);
    const bool found = known[index % 8].index == index && now < known[index % 8].until;
    if (found)
        *address = known[index % 8].address;
    ReleaseSRWLockShared(&lock);
    return found;
}

bool ipsk_interface_source(uint32_t index, struct ipsock_addr *source)
{
    struct in_addr address;
    const int64_t now = ipsk_sys_now();
    if (!recall(index, now, &address)) {
        if (!ask(index, &address))
            return false;
        AcquireSRWLockExclusive(&lock);
        known[index % 8].index = index;
        known[index % 8].until = now + REMEMBERED;
        known[index % 8].address = address;
        ReleaseSRWLockExclusive(&lock);
    }
    const uint8_t *bytes = (const uint8_t *)&address;
    *source = ipsock_addr_ipv4(bytes[0], bytes[1], bytes[2], bytes[3], 0);
    return true;
}
