// SPDX-License-Identifier: BSD-2-Clause
/* Control data for people. */
#include <ipsock/control.h>

#include "core/text.h"

static void put_addr(struct ipsk_text *text, const char *name, const struct ipsock_addr *addr)
{
    char buffer[IPSOCK_ADDR_TEXT];
    ipsk_text_string(text, name);
    ipsk_text_string(text, ipsock_addr_format(addr, buffer, sizeof buffer) < 0 ? "?" : buffer);
}
