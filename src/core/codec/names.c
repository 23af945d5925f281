// SPDX-License-Identifier: BSD-2-Clause
/* Words for numbers, and back. */
#include <ipsock/capability.h>
#include <ipsock/dscp.h>

#include "core/codec/text.h"

const char *ipsock_kind_name(int kind)
{
    static const char *const names[] = {
        [IPSOCK_UDP] = "udp", [IPSOCK_TCP] = "tcp", [IPSOCK_RAW] = "raw", [IPSOCK_PING] = "ping"};
    return kind >= IPSOCK_UDP && kind <= IPSOCK_PING ? names[kind] : NULL;
}

const char *ipsock_level_name(int level)
{
    static const char *const names[] = {[IPSOCK_ABSENT] = "absent",
                                        [IPSOCK_LOCAL] = "local",
                                        [IPSOCK_EXACT] = "exact",
                                        [IPSOCK_NATIVE] = "native"};
    return level >= IPSOCK_ABSENT && level <= IPSOCK_NATIVE ? names[level] : NULL;
}

static const struct {
    const char *name;
    int dscp;
} dscps[] = {
#define DSCP(name, value, text) {text, value},
    IPSOCK_DSCPS(DSCP)
#undef DSCP
    /* read, never written */
    {"BE", IPSOCK_DSCP_BE},
    {"DF", IPSOCK_DSCP_DF},
    {"VA", IPSOCK_DSCP_VA},
};

const char *ipsock_dscp_name(int dscp)
{
    for (size_t i = 0; i < sizeof dscps / sizeof dscps[0]; i++)
        if (dscps[i].dscp == dscp)
            return dscps[i].name;
    return NULL;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool same_word(const char *a, const char *b)
{
    for (; *a != '\0' && upper(*a) == upper(*b); a++, b++)
        ;
    return *a == '\0' && *b == '\0';
}

int ipsock_dscp_parse(const char *text, int *dscp)
{
    int value = 0;
    if (text == NULL || dscp == NULL || text[0] == '\0')
        return IPSOCK_EINVAL;
    for (size_t i = 0; i < sizeof dscps / sizeof dscps[0]; i++)
        if (same_word(text, dscps[i].name)) {
            *dscp = dscps[i].dscp;
            return IPSOCK_OK;
        }
    for (; ipsk_is_digit(*text) && value <= 63; text++)
        value = value * 10 + (*text - '0');
    if (*text != '\0' || value > 63)
        return IPSOCK_EINVAL;
    *dscp = value;
    return IPSOCK_OK;
}
