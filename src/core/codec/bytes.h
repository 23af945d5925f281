// SPDX-License-Identifier: BSD-2-Clause
/* Numbers at any address: in this machine's order, and in the network's ("be": big-endian). */
#ifndef IPSK_BYTES_H
#define IPSK_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t ipsk_load16(const uint8_t *p)
{
    uint16_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static inline int32_t ipsk_load32(const uint8_t *p)
{
    int32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static inline uint64_t ipsk_load64(const uint8_t *p)
{
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static inline void ipsk_store16(uint8_t *p, uint16_t value)
{
    memcpy(p, &value, sizeof value);
}

static inline uint16_t ipsk_load_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t ipsk_load_be32(const uint8_t *p)
{
    return (uint32_t)ipsk_load_be16(p) << 16 | ipsk_load_be16(p + 2);
}

static inline void ipsk_store_be16(uint8_t *p, uint16_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static inline void ipsk_store_be32(uint8_t *p, uint32_t value)
{
    ipsk_store_be16(p, (uint16_t)(value >> 16));
    ipsk_store_be16(p + 2, (uint16_t)value);
}

#endif
