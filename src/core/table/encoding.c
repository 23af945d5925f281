// SPDX-License-Identifier: BSD-2-Clause
#include "core/table/encoding.h"

#include <string.h>

#include "core/codec/bytes.h"

/* An ip_mreqn is group, address, index. */
#define MREQN_INDEX  8
#define MREQN_LENGTH 12

static int32_t native_value(const struct ipsk_option_row *row, int64_t value)
{
    switch (row->set) {
    case IPSK_ENCODING_BOOL:
    case IPSK_ENCODING_BOOL8:
    case IPSK_ENCODING_CHOICE:
        return value ? row->on : row->reset;
    default:
        return value == IPSOCK_DEFAULT ? row->reset : (int32_t)value;
    }
}

size_t ipsk_encode_option(const struct ipsk_option_row *row, int64_t value,
                          uint8_t bytes[IPSK_ENCODED_MAX])
{
    const int32_t number = native_value(row, value);
    memset(bytes, 0, IPSK_ENCODED_MAX);
    switch (row->set) {
    case IPSK_ENCODING_U8:
    case IPSK_ENCODING_BOOL8:
        bytes[0] = (uint8_t)number;
        return 1;
    case IPSK_ENCODING_INDEX_NET:
    case IPSK_ENCODING_INDEX_ADDR:
        ipsk_store_be32(bytes, (uint32_t)number);
        return 4;
    case IPSK_ENCODING_MREQN:
        memcpy(bytes + MREQN_INDEX, &number, sizeof number);
        return MREQN_LENGTH;
    case IPSK_ENCODING_INT:
    case IPSK_ENCODING_HOPS:
    case IPSK_ENCODING_BOOL:
    case IPSK_ENCODING_CHOICE:
        memcpy(bytes, &number, sizeof number);
        return sizeof number;
    default:
        return 0;
    }
}

size_t ipsk_option_room(const struct ipsk_system *system, const struct ipsk_option_row *row)
{
    switch (row->get) {
    case IPSK_ENCODING_MTUINFO:
        return (size_t)system->facts[IPSK_FACT_MTUINFO];
    case IPSK_ENCODING_MREQN:
        return MREQN_LENGTH;
    case IPSK_ENCODING_U8:
    case IPSK_ENCODING_BOOL8:
        return 1;
    default:
        return sizeof(int32_t);
    }
}

/* Whether a value of path MTU discovery does. */
static bool forbids_fragments(const struct ipsk_system *system, const struct ipsk_option_row *row,
                              int32_t number)
{
    const int fact =
        row->column == IPSK_V6 ? IPSK_FACT_DISCOVERY_FORBIDS6 : IPSK_FACT_DISCOVERY_FORBIDS4;
    return number >= 0 && number < 31 && (system->facts[fact] >> number & 1) != 0;
}

static int64_t meaning(const struct ipsk_system *system, const struct ipsk_option_row *row,
                       int32_t number)
{
    switch (row->get) {
    case IPSK_ENCODING_CHOICE:
        return number == row->on;
    case IPSK_ENCODING_DISCOVERY:
        return number == row->on ? 2 : forbids_fragments(system, row, number);
    case IPSK_ENCODING_BOOL:
    case IPSK_ENCODING_BOOL8:
        return number != row->reset;
    case IPSK_ENCODING_HOPS: /* -1 until one is set */
        return number == -1 ? system->facts[IPSK_FACT_HOP_LIMIT_DEFAULT] : number;
    case IPSK_ENCODING_HOPS_MOST:
        return number == 0 ? 255 : number;
    default:
        return number;
    }
}

bool ipsk_decode_option(const struct ipsk_system *system, const struct ipsk_option_row *row,
                        const uint8_t bytes[IPSK_ENCODED_MAX], size_t length, int64_t *value)
{
    int32_t number = 0;
    /* Some systems answer with one byte whatever the room given. */
    if (length == 1 && row->get != IPSK_ENCODING_MTUINFO && row->get != IPSK_ENCODING_MREQN)
        number = bytes[0];
    else if (length != ipsk_option_room(system, row))
        return false;
    else if (row->get == IPSK_ENCODING_INDEX_NET || row->get == IPSK_ENCODING_INDEX_ADDR)
        number = (int32_t)ipsk_load_be32(bytes);
    else if (row->get == IPSK_ENCODING_MREQN)
        memcpy(&number, bytes + MREQN_INDEX, sizeof number);
    else if (row->get == IPSK_ENCODING_MTUINFO)
        memcpy(&number, bytes + system->facts[IPSK_FACT_MTUINFO_MTU], sizeof number);
    else
        memcpy(&number, bytes, sizeof number);
    *value = meaning(system, row, number);
    return true;
}

size_t ipsk_icmp_filter_words(int encoding)
{
    switch (encoding) {
    case IPSK_ENCODING_ICMP4_BLOCK:
        return 1;
    case IPSK_ENCODING_ICMP6_BLOCK:
    case IPSK_ENCODING_ICMP6_PASS:
        return 8;
    default:
        return 0;
    }
}

/* What turns set = blocked into the system's meaning, and back. */
static uint32_t icmp_filter_flip(int encoding)
{
    return encoding == IPSK_ENCODING_ICMP6_PASS ? UINT32_MAX : 0;
}

size_t ipsk_encode_icmp_filter(const struct ipsk_option_row *row,
                               const struct ipsock_icmp_filter *filter,
                               uint8_t bytes[IPSK_ENCODED_MAX])
{
    const size_t words = ipsk_icmp_filter_words(row->set);
    for (size_t i = 0; i < words; i++) {
        const uint32_t word = filter->blocked[i] ^ icmp_filter_flip(row->set);
        memcpy(bytes + i * sizeof word, &word, sizeof word);
    }
    return words * sizeof filter->blocked[0];
}

void ipsk_decode_icmp_filter(const struct ipsk_option_row *row,
                             const uint8_t bytes[IPSK_ENCODED_MAX],
                             struct ipsock_icmp_filter *filter)
{
    for (size_t i = 0; i < ipsk_icmp_filter_words(row->get); i++) {
        uint32_t word;
        memcpy(&word, bytes + i * sizeof word, sizeof word);
        filter->blocked[i] = word ^ icmp_filter_flip(row->get);
    }
}
