// SPDX-License-Identifier: BSD-2-Clause
/* How an option's number is laid out, for any system's row. */
#ifndef IPSK_ENCODING_H
#define IPSK_ENCODING_H

#include <ipsock/filter.h>

#include "core/table/table.h"

#define IPSK_ENCODED_MAX 64

/* Writes a value; returns its bytes, 0 for encodings that are not numbers. IPSOCK_DEFAULT is the
 * row's reset. */
size_t ipsk_encode_option(const struct ipsk_option_row *row, int64_t value,
                          uint8_t bytes[IPSK_ENCODED_MAX]);

/* Bytes of room that reading the option takes. */
size_t ipsk_option_room(const struct ipsk_system *system, const struct ipsk_option_row *row);

/* Reads what the system wrote: length bytes of that room. false where the length fits nothing. */
bool ipsk_decode_option(const struct ipsk_system *system, const struct ipsk_option_row *row,
                        const uint8_t bytes[IPSK_ENCODED_MAX], size_t length, int64_t *value);

/* Words of an ICMP filter in an encoding, from type 0 on; 0 in one of something else. */
size_t ipsk_icmp_filter_words(int encoding);
/* These words as the system wants them; returns the bytes. */
size_t ipsk_encode_icmp_filter(const struct ipsk_option_row *row,
                               const struct ipsock_icmp_filter *filter,
                               uint8_t bytes[IPSK_ENCODED_MAX]);
/* And back; the other words stay. */
void ipsk_decode_icmp_filter(const struct ipsk_option_row *row,
                             const uint8_t bytes[IPSK_ENCODED_MAX],
                             struct ipsock_icmp_filter *filter);

/* sock_fprog, the same wherever there is one. */
struct ipsk_encoded_program {
    uint16_t count;
    const struct ipsock_bpf_instruction *instructions;
};

#endif
