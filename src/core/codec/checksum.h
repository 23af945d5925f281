// SPDX-License-Identifier: BSD-2-Clause
/* The Internet checksum (RFC 1071) in parts, each of even length but for the last. A sum is one of
 * words in this machine's order: turned round, it is the one of words in the network's (section 2,
 * "Byte Order Independence"), and it may be of wide words as well ("Parallel Summation"). */
#ifndef IPSK_CHECKSUM_H
#define IPSK_CHECKSUM_H

#include <stddef.h>

#include "core/codec/bytes.h"

/* The carry goes round to the other end. */
static inline uint64_t ipsk_sum_word(uint64_t sum, uint64_t word)
{
    sum += word;
    return sum + (sum < word);
}

static inline uint64_t ipsk_sum(uint64_t sum, const uint8_t *p, size_t length)
{
    for (; length >= 8; p += 8, length -= 8)
        sum = ipsk_sum_word(sum, ipsk_load64(p));
    if (length & 4) {
        sum = ipsk_sum_word(sum, (uint32_t)ipsk_load32(p));
        p += 4;
    }
    if (length & 2) {
        sum = ipsk_sum_word(sum, ipsk_load16(p));
        p += 2;
    }
    if (length & 1) {
        const uint8_t padded[2] = {*p, 0};
        sum = ipsk_sum_word(sum, ipsk_load16(padded));
    }
    return sum;
}

/* The checksum of all parts. */
static inline uint16_t ipsk_sum_end(uint64_t sum)
{
    uint8_t bytes[2];
    sum = (sum & 0xffffffff) + (sum >> 32);
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    ipsk_store16(bytes, (uint16_t)~sum);
    return ipsk_load_be16(bytes);
}

#endif
