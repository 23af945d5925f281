// SPDX-License-Identifier: BSD-2-Clause
#include <ipsock/header.h>

uint16_t ipsock_checksum(const void *data, size_t length)
{
    const uint8_t *p = data;
    uint64_t sum = 0;
    for (; length > 1; p += 2, length -= 2)
        sum += (uint32_t)p[0] << 8 | p[1];
    if (length == 1)
        sum += (uint32_t)p[0] << 8;
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}
