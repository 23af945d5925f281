// SPDX-License-Identifier: BSD-2-Clause
/* Which control fields a column has on this system, by expectations.csv. */
#include "harness.h"

static const struct {
    const char *what, *raw;
    uint32_t field;
} parts[] = {{"traffic-class", "raw-traffic-class-v4", IPSOCK_CONTROL_TRAFFIC_CLASS},
             {"hop-limit", "raw-hop-limit-v4", IPSOCK_CONTROL_HOP_LIMIT},
             {"source", "raw-source-v4", IPSOCK_CONTROL_SOURCE},
             {"destination", NULL, IPSOCK_CONTROL_DESTINATION},
             {"interface", "raw-interface-v4", IPSOCK_CONTROL_INTERFACE}};

static uint32_t of_column(const char *id, int column, uint32_t fields)
{
    char what[64];
    for (size_t i = 0; i < COUNT(parts); i++) {
        snprintf(what, sizeof what, "%s-%s", parts[i].what, columns[column].name);
        if ((fields & parts[i].field) && expected(id, what).level == EXPECT_ABSENT)
            fields &= ~parts[i].field;
    }
    return fields;
}

uint32_t delivered(int column, uint32_t fields)
{
    return of_column("cm-20", column, fields);
}

/* Where an interface that is named is not the way of unicast packets, the library refuses it. */
uint32_t sendable(int column, uint32_t fields)
{
    if (column == V6 && system_lacks("way-by-interface") != NULL)
        fields &= ~IPSOCK_CONTROL_INTERFACE;
    return of_column("v6-uni-03", column, fields);
}

uint32_t sendable_raw(int column, uint32_t fields)
{
    if (column == V6)
        return sendable(V6, fields);
    for (size_t i = 0; i < COUNT(parts); i++)
        if (parts[i].raw != NULL && (fields & parts[i].field) &&
            expected("v4-uni-03", parts[i].raw).level == EXPECT_ABSENT)
            fields &= ~parts[i].field;
    return fields;
}

bool raw_hears_requests(int column)
{
    return column != V4 || expected("v4-uni-02", "requests-reach-raw").level != EXPECT_ABSENT;
}

bool raw_hears_group_requests(void)
{
    return expected("v4-uni-02", "group-requests-reach-raw").level != EXPECT_ABSENT;
}

bool raw_hears_transports(void)
{
    return expected("v4-opt-04", "transports-reach-raw").level != EXPECT_ABSENT;
}

bool hears_groups_of_others(int column)
{
    const char *what = column == V4 ? "groups-of-others-v4" : "groups-of-others-v6";
    return expected("v4-mc-12", what).level != EXPECT_ABSENT;
}

bool multicast_options_reach_mapped(void)
{
    return expected("mapped-mc-10", "multicast-options").level != EXPECT_ABSENT;
}

bool class_option_reaches(int column)
{
    return column != MAPPED ||
           expected("v4-opt-01", "wire-traffic-class-mapped").level != EXPECT_ABSENT;
}

void check_class(int column, int want, const struct ipsock_control *control)
{
    if ((control->valid & IPSOCK_CONTROL_TRAFFIC_CLASS) && class_option_reaches(column))
        EQUAL(want, control->traffic_class);
}

void check_hops(int want, const struct ipsock_control *control)
{
    if (control->valid & IPSOCK_CONTROL_HOP_LIMIT)
        EQUAL(want, control->hop_limit);
}
