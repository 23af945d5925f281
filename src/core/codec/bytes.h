// SPDX-License-Identifier: BSD-2-Clause
/* Numbers in network order, at any address. */
#ifndef IPSK_BYTES_H
#define IPSK_BYTES_H

#include <stdint.h>

static inline uint16_t ipsk_load16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t ipsk_load32(const uint8_t *p)
{
    return (uint32_t)ipsk_load16(p) << 16 | ipsk_load16(p + 2);
}

static inline void ipsk_store16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static inline void ipsk_store32(uint8_t *p, uint32_t value)
{
    ipsk_store16(p, (uint16_t)(value >> 16));
    ipsk_store16(p + 2, (uint16_t)value);
}

#endif
