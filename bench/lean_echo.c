// SPDX-License-Identifier: BSD-2-Clause
/* In a file of its own, as the rest of lean: inlined, it would be made for the one length and
 * identifier that are measured. */
#include <string.h>

#include "lean.h"

enum { ECHO_HEADER = 8 };

/* RFC 1071. The sum of 64-bit words with their carries, folded, is that of 16-bit ones; the byte
 * order is the memory's. */
static uint16_t checksum(const unsigned char *bytes, size_t length)
{
    uint64_t sum = 0;
    uint64_t word;
    for (; length >= sizeof word; bytes += sizeof word, length -= sizeof word) {
        memcpy(&word, bytes, sizeof word);
        sum += word;
        sum += sum < word;
    }
    if (length > 0) {
        word = 0;
        memcpy(&word, bytes, length);
        sum += word;
        sum += sum < word;
    }
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t) ~(sum + (sum >> 16));
}

size_t lean_echo(unsigned char *to, size_t room, uint16_t id, uint16_t sequence, const void *data,
                 size_t length)
{
    uint16_t sum;
    if (length > room || room - length < ECHO_HEADER)
        return 0;
    to[0] = 8;
    to[1] = to[2] = to[3] = 0;
    to[4] = (unsigned char)(id >> 8);
    to[5] = (unsigned char)id;
    to[6] = (unsigned char)(sequence >> 8);
    to[7] = (unsigned char)sequence;
    memcpy(to + ECHO_HEADER, data, length);
    sum = checksum(to, ECHO_HEADER + length);
    memcpy(to + 2, &sum, sizeof sum);
    return ECHO_HEADER + length;
}
