// SPDX-License-Identifier: BSD-2-Clause
/* The tables of this system without its segmentation offload, as on the BSDs, Darwin and older
 * versions. The linker sends the library here (-Wl,--wrap=ipsk_native). */
#include <ipsock/capability.h>
#include <ipsock/control.h>

#include "core/table/table.h"

extern const struct ipsk_system __real_ipsk_native;
extern struct ipsk_system __wrap_ipsk_native;
struct ipsk_system __wrap_ipsk_native;

enum { ROWS = 64 };
static struct ipsk_sent_row sent[ROWS];
static struct ipsk_absent_row absent[ROWS];
static int32_t facts[IPSK_FACT_COUNT];

__attribute__((constructor)) static void remove_segments(void)
{
    struct ipsk_system *w = &__wrap_ipsk_native;
    *w = __real_ipsk_native;
    w->sent_count = 0;
    for (size_t i = 0; i < __real_ipsk_native.sent_count && w->sent_count < ROWS; i++)
        if (!(__real_ipsk_native.sent[i].fields & IPSOCK_CONTROL_SEGMENT_SIZE))
            sent[w->sent_count++] = __real_ipsk_native.sent[i];
    w->absent_count = 0;
    for (uint8_t column = IPSK_V4; column <= IPSK_MAPPED; column++) {
        const struct ipsk_absent_row row = {IPSOCK_FEATURE_SEND_SEGMENT_SIZE, IPSK_UDP, column,
                                            "no segmentation offload here"};
        absent[w->absent_count++] = row;
    }
    for (size_t i = 0; i < __real_ipsk_native.absent_count && w->absent_count < ROWS; i++)
        absent[w->absent_count++] = __real_ipsk_native.absent[i];
    for (int i = 0; i < IPSK_FACT_COUNT; i++)
        facts[i] = __real_ipsk_native.facts[i];
    facts[IPSK_FACT_SEGMENTS] = facts[IPSK_FACT_SEGMENTS_SURE] = 0;
    facts[IPSK_FACT_SEGMENTS_REFUSED] = 0;
    w->sent = sent;
    w->absent = absent;
    w->facts = facts;
}
