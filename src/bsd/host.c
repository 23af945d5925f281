// SPDX-License-Identifier: BSD-2-Clause
/* What the BSDs and Darwin have in common, unlike Linux and Windows. */
#include "core/endpoint/backend.h"

/* Their versions decide what there is: nothing is found out by trying. */
uint32_t ipsk_sys_lacks(void)
{
    return 0;
}

/* kern/uipc_socket2.c, sbreserve: what was asked for is what is reported. */
int ipsk_sys_buffer_factor(void)
{
    return 1;
}
