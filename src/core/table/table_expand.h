// SPDX-License-Identifier: BSD-2-Clause
/* Expands the lists of the system header included before into run-time tables. One file per system,
 * tables.c, includes this. */
#ifndef IPSK_TABLE_EXPAND_H
#define IPSK_TABLE_EXPAND_H

#include <ipsock/capability.h>
#include <ipsock/control.h>

#include "core/table/table.h"

#define IPSK_OPTION_ROW(option, kinds, column, level, name, set, get, on, reset, since) \
    {IPSK_OPTION_##option,                                                              \
     (uint8_t)(kinds),                                                                  \
     (uint8_t)(column),                                                                 \
     IPSK_ENCODING_##set,                                                               \
     IPSK_ENCODING_##get,                                                               \
     (level),                                                                           \
     (name),                                                                            \
     (on),                                                                              \
     (reset),                                                                           \
     (since),                                                                           \
     #name},
#define IPSK_RECEIVED_ROW(level, type, minimum, usual, field, a, b) \
    {                                                               \
        (level),                                                    \
        (type),                                                     \
        (uint16_t)(minimum),                                        \
        (uint16_t)(usual),                                          \
        IPSK_FIELD_##field,                                         \
        (uint8_t)(a),                                               \
        (uint8_t)(b),                                               \
        #type},
#define IPSK_SENT_ROW(fields, kinds, column, level, type, length, encoding, a, b, since) \
    {(fields),                                                                           \
     (uint8_t)(kinds),                                                                   \
     (uint8_t)(column),                                                                  \
     IPSK_SENT_##encoding,                                                               \
     (uint8_t)(a),                                                                       \
     (uint8_t)(b),                                                                       \
     (uint16_t)(length),                                                                 \
     (level),                                                                            \
     (type),                                                                             \
     (since),                                                                            \
     #type},
#define IPSK_ABSENT_ROW(feature, kinds, column, reason) \
    {IPSOCK_FEATURE_##feature, (uint8_t)(kinds), (uint8_t)(column), reason},
#define IPSK_LIMIT_ROW(limit, column, what, name) \
    {IPSK_LIMIT_##limit, (uint8_t)(column), what " (" name ")"},
#define IPSK_FACT_VALUE(fact, value) [IPSK_FACT_##fact] = (int32_t)(value),

static const struct ipsk_option_row option_rows[] = {IPSK_OPTIONS(IPSK_OPTION_ROW)};
static const struct ipsk_received_row received_rows[] = {IPSK_RECEIVED(IPSK_RECEIVED_ROW)};
static const struct ipsk_sent_row sent_rows[] = {IPSK_SENT(IPSK_SENT_ROW)};
static const struct ipsk_absent_row absent_rows[] = {IPSK_ABSENT(IPSK_ABSENT_ROW)};
static const struct ipsk_limit_row limit_rows[] = {IPSK_LIMITS(IPSK_LIMIT_ROW){0, 0, NULL}};
static const int32_t fact_values[IPSK_FACT_COUNT] = {IPSK_FACTS(IPSK_FACT_VALUE)};

const struct ipsk_system ipsk_native = {
    .name = IPSK_SYSTEM_NAME,
    .raw_privilege = IPSK_RAW_PRIVILEGE,
    .ping_privilege = IPSK_PING_PRIVILEGE,
#ifdef IPSK_RAW_TCP
    .raw_tcp = IPSK_RAW_TCP,
#endif
    .options = option_rows,
    .option_count = sizeof option_rows / sizeof option_rows[0],
    .received = received_rows,
    .received_count = sizeof received_rows / sizeof received_rows[0],
    .sent = sent_rows,
    .sent_count = sizeof sent_rows / sizeof sent_rows[0],
    .absent = absent_rows,
    .absent_count = sizeof absent_rows / sizeof absent_rows[0],
    .limits = limit_rows,
    .facts = fact_values,
};

#endif
