// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <string.h>

const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

const char *family_name(int family)
{
    switch (family) {
    case IPSOCK_IPV4:
        return "ipv4";
    case IPSOCK_IPV6:
        return "ipv6";
    case IPSOCK_IPV4_MAPPED:
        return "mapped";
    default:
        return "?";
    }
}

const char *kind_name(int kind)
{
    switch (kind) {
    case IPSOCK_UDP:
        return "udp";
    case IPSOCK_TCP:
        return "tcp";
    case IPSOCK_RAW:
        return "raw";
    case IPSOCK_PING:
        return "ping";
    default:
        return "?";
    }
}

const char *level_name(int level)
{
    static const char *const names[] = {"absent", "local", "exact", "native"};
    return level >= IPSOCK_ABSENT && level <= IPSOCK_NATIVE ? names[level] : "?";
}

static const struct {
    unsigned dscp;
    const char *name;
} code_points[] = {
    {IPSOCK_DSCP_CS0, "CS0"},   {IPSOCK_DSCP_CS1, "CS1"},
    {IPSOCK_DSCP_CS2, "CS2"},   {IPSOCK_DSCP_CS3, "CS3"},
    {IPSOCK_DSCP_CS4, "CS4"},   {IPSOCK_DSCP_CS5, "CS5"},
    {IPSOCK_DSCP_CS6, "CS6"},   {IPSOCK_DSCP_CS7, "CS7"},
    {IPSOCK_DSCP_AF11, "AF11"}, {IPSOCK_DSCP_AF12, "AF12"},
    {IPSOCK_DSCP_AF13, "AF13"}, {IPSOCK_DSCP_AF21, "AF21"},
    {IPSOCK_DSCP_AF22, "AF22"}, {IPSOCK_DSCP_AF23, "AF23"},
    {IPSOCK_DSCP_AF31, "AF31"}, {IPSOCK_DSCP_AF32, "AF32"},
    {IPSOCK_DSCP_AF33, "AF33"}, {IPSOCK_DSCP_AF41, "AF41"},
    {IPSOCK_DSCP_AF42, "AF42"}, {IPSOCK_DSCP_AF43, "AF43"},
    {IPSOCK_DSCP_EF, "EF"},     {IPSOCK_DSCP_VOICE_ADMIT, "VOICE-ADMIT"},
    {IPSOCK_DSCP_LE, "LE"},
};

const char *dscp_name(unsigned dscp)
{
    for (size_t i = 0; i < sizeof code_points / sizeof code_points[0]; i++)
        if (code_points[i].dscp == dscp)
            return code_points[i].name;
    return NULL;
}

const char *ecn_name(unsigned ecn)
{
    static const char *const names[] = {"Not-ECT", "ECT(1)", "ECT(0)", "CE"};
    return names[ecn & 3];
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && upper(*a) == *b) {
        a++;
        b++;
    }
    return !*a && !*b;
}

bool parse_traffic_class(const char *text, uint8_t *traffic_class)
{
    long number;
    for (size_t i = 0; i < sizeof code_points / sizeof code_points[0]; i++) {
        if (same_name(text, code_points[i].name)) {
            *traffic_class = (uint8_t)IPSOCK_TRAFFIC_CLASS(code_points[i].dscp, IPSOCK_ECN_NOT_ECT);
            return true;
        }
    }
    if (!args_number(text, 0, 255, &number))
        return false;
    *traffic_class = (uint8_t)number;
    return true;
}
