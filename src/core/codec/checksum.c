// SPDX-License-Identifier: BSD-2-Clause
#include "core/codec/checksum.h"

#include <ipsock/header.h>

uint16_t ipsock_checksum(const void *data, size_t length)
{
    return ipsk_sum_end(ipsk_sum(0, data, length));
}
