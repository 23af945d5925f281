// SPDX-License-Identifier: BSD-2-Clause
/* Expands the six lists of a system's table into constant text, with every number computed by the
 * compiler, so that the text can be read out of an object file of any format and byte order:
 * nothing has to run. Each list becomes an array of rows of fixed width; a row starts with
 * IPSK_DUMP_MARK and ends with a newline, unused bytes are 0. The script update turns that into
 * <system>.csv. */
#ifndef IPSK_DUMP_H
#define IPSK_DUMP_H

#include <ipsock/capability.h>
#include <ipsock/control.h>

#include "core/table/table.h"

#define IPSK_DUMP_MARK "@ipsock@"

/* A decimal number as 11 characters, 0 where a place is not needed. */
#define IPSK_DUMP_ABS(n) ((n) < 0 ? -(long long)(n) : (long long)(n))
#define IPSK_DUMP_PLACE(n, p) \
    (char)(IPSK_DUMP_ABS(n) >= (p) ? '0' + IPSK_DUMP_ABS(n) / (p) % 10 : 0)
#define IPSK_DUMP_NUMBER(n)                                                                        \
    {                                                                                              \
        (n) < 0 ? '-' : 0, IPSK_DUMP_PLACE(n, 1000000000), IPSK_DUMP_PLACE(n, 100000000),          \
            IPSK_DUMP_PLACE(n, 10000000), IPSK_DUMP_PLACE(n, 1000000), IPSK_DUMP_PLACE(n, 100000), \
            IPSK_DUMP_PLACE(n, 10000), IPSK_DUMP_PLACE(n, 1000), IPSK_DUMP_PLACE(n, 100),          \
            IPSK_DUMP_PLACE(n, 10), (char)('0' + IPSK_DUMP_ABS(n) % 10)                            \
    }

/* "udp+tcp+raw+ping" */
#define IPSK_DUMP_IF(condition, c) ((condition) ? (c) : 0)
#define IPSK_DUMP_KIND(k, bit, a, b, c) \
    IPSK_DUMP_IF((k) & (bit), a), IPSK_DUMP_IF((k) & (bit), b), IPSK_DUMP_IF((k) & (bit), c)
#define IPSK_DUMP_KINDS(k)                                                                  \
    {                                                                                       \
        IPSK_DUMP_KIND(k, IPSK_UDP, 'u', 'd', 'p'),                                         \
            IPSK_DUMP_IF(((k)&IPSK_TCP) && ((k)&IPSK_UDP), '+'),                            \
            IPSK_DUMP_KIND(k, IPSK_TCP, 't', 'c', 'p'),                                     \
            IPSK_DUMP_IF(((k)&IPSK_RAW) && ((k) & (IPSK_UDP | IPSK_TCP)), '+'),             \
            IPSK_DUMP_KIND(k, IPSK_RAW, 'r', 'a', 'w'),                                     \
            IPSK_DUMP_IF(((k)&IPSK_PING) && ((k) & (IPSK_UDP | IPSK_TCP | IPSK_RAW)), '+'), \
            IPSK_DUMP_KIND(k, IPSK_PING, 'p', 'i', 'n'), IPSK_DUMP_IF((k)&IPSK_PING, 'g')   \
    }

/* "v4", "v6", "mapped" */
#define IPSK_DUMP_COLUMN(c)                                                               \
    {                                                                                     \
        (c) == IPSK_MAPPED ? 'm' : 'v',                                                   \
            (c) == IPSK_V4   ? '4'                                                        \
            : (c) == IPSK_V6 ? '6'                                                        \
                             : 'a',                                                       \
            IPSK_DUMP_IF((c) == IPSK_MAPPED, 'p'), IPSK_DUMP_IF((c) == IPSK_MAPPED, 'p'), \
            IPSK_DUMP_IF((c) == IPSK_MAPPED, 'e'), IPSK_DUMP_IF((c) == IPSK_MAPPED, 'd')  \
    }

/* A comma, or the sign between a name and its number. */
struct ipsk_dump_number {
    char before[64];
    char digits[11];
};

struct ipsk_dump_row {
    char mark[sizeof IPSK_DUMP_MARK];
    char head[48];
    char kinds[18];
    char comma[2];
    char column[6];
    struct ipsk_dump_number numbers[7];
    char text[192];
    char end[2];
};

#define IPSK_DUMP_OPTION(option, kinds, column, level, name, set, get, on, reset, since) \
    {IPSK_DUMP_MARK,                                                                     \
     "option," #option ",",                                                              \
     IPSK_DUMP_KINDS(kinds),                                                             \
     ",",                                                                                \
     IPSK_DUMP_COLUMN(column),                                                           \
     {{"," #level "=", IPSK_DUMP_NUMBER(level)},                                         \
      {"," #name "=", IPSK_DUMP_NUMBER(name)},                                           \
      {"," #set "," #get ",", IPSK_DUMP_NUMBER(on)},                                     \
      {",", IPSK_DUMP_NUMBER(reset)},                                                    \
      {",", IPSK_DUMP_NUMBER(since)},                                                    \
      {"", {0}},                                                                         \
      {"", {0}}},                                                                        \
     "",                                                                                 \
     "\n"},

#define IPSK_DUMP_RECEIVED(level, type, minimum, usual, field, a, b) \
    {IPSK_DUMP_MARK,                                                 \
     "received",                                                     \
     {0},                                                            \
     "",                                                             \
     {0},                                                            \
     {{"," #level "=", IPSK_DUMP_NUMBER(level)},                     \
      {"," #type "=", IPSK_DUMP_NUMBER(type)},                       \
      {",", IPSK_DUMP_NUMBER(minimum)},                              \
      {",", IPSK_DUMP_NUMBER(usual)},                                \
      {"," #field ",", IPSK_DUMP_NUMBER(a)},                         \
      {",", IPSK_DUMP_NUMBER(b)},                                    \
      {"", {0}}},                                                    \
     "",                                                             \
     "\n"},

#define IPSK_DUMP_SENT(fields, kinds, column, level, type, length, encoding, a, b, since) \
    {IPSK_DUMP_MARK,                                                                      \
     "sent,",                                                                             \
     IPSK_DUMP_KINDS(kinds),                                                              \
     ",",                                                                                 \
     IPSK_DUMP_COLUMN(column),                                                            \
     {{"," #level "=", IPSK_DUMP_NUMBER(level)},                                          \
      {"," #type "=", IPSK_DUMP_NUMBER(type)},                                            \
      {",", IPSK_DUMP_NUMBER(length)},                                                    \
      {"," #encoding ",", IPSK_DUMP_NUMBER(a)},                                           \
      {",", IPSK_DUMP_NUMBER(b)},                                                         \
      {",", IPSK_DUMP_NUMBER(since)},                                                     \
      {"," #fields "=", IPSK_DUMP_NUMBER(fields)}},                                       \
     "",                                                                                  \
     "\n"},

#define IPSK_DUMP_ABSENT(feature, kinds, column, reason)                            \
    {IPSK_DUMP_MARK,                                                                \
     "absent," #feature ",",                                                        \
     IPSK_DUMP_KINDS(kinds),                                                        \
     ",",                                                                           \
     IPSK_DUMP_COLUMN(column),                                                      \
     {{"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}}, \
     ",\"" reason "\"",                                                             \
     "\n"},

#define IPSK_DUMP_LIMIT(limit, column, what, name)                                  \
    {IPSK_DUMP_MARK,                                                                \
     "limit," #limit ",",                                                           \
     {0},                                                                           \
     "",                                                                            \
     IPSK_DUMP_COLUMN(column),                                                      \
     {{"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}}, \
     "," what " (" name ")",                                                        \
     "\n"},

#define IPSK_DUMP_FACT(fact, value)              \
    {IPSK_DUMP_MARK,                             \
     "fact," #fact,                              \
     {0},                                        \
     "",                                         \
     {0},                                        \
     {{",", IPSK_DUMP_NUMBER((int32_t)(value))}, \
      {"", {0}},                                 \
      {"", {0}},                                 \
      {"", {0}},                                 \
      {"", {0}},                                 \
      {"", {0}},                                 \
      {"", {0}}},                                \
     "",                                         \
     "\n"},

#endif
