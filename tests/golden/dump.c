// SPDX-License-Identifier: BSD-2-Clause
/* The text of one system's tables. Compiled, never linked; IPSK_DUMP_SYSTEM names the system's
 * header. */
#include IPSK_DUMP_SYSTEM

#include "dump.h"

/* Not static, or the compiler would leave them out. */
extern const struct ipsk_dump_row ipsk_dump_rows[];

const struct ipsk_dump_row ipsk_dump_rows[] = {
    {IPSK_DUMP_MARK,
     "system," IPSK_SYSTEM_NAME,
     {0},
     "",
     {0},
     {{"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}, {"", {0}}},
     "",
     "\n"},
    IPSK_OPTIONS(IPSK_DUMP_OPTION) IPSK_RECEIVED(IPSK_DUMP_RECEIVED) IPSK_SENT(IPSK_DUMP_SENT)
        IPSK_ABSENT(IPSK_DUMP_ABSENT) IPSK_LIMITS(IPSK_DUMP_LIMIT) IPSK_FACTS(IPSK_DUMP_FACT)};
