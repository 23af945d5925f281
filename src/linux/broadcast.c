// SPDX-License-Identifier: BSD-2-Clause
#include "posix/errno.h"

/* To connect is refused as a send is (net/ipv4/datagram.c, __ip4_datagram_connect), on BSD it is
 * not. */
bool ipsk_sys_is_broadcast(const struct ipsock_addr *addr)
{
    bool broadcast;
    return ipsk_ask_route(addr, &broadcast) < 0 || broadcast;
}
