// SPDX-License-Identifier: BSD-2-Clause
#include <ipsock/icmp.h>

#define NAME(name, number, text) \
    case (number):               \
        return text;

static const char *icmpv4_name(int type)
{
    switch (type) {
        IPSOCK_ICMPV4_TYPES(NAME)
    default:
        return NULL;
    }
}

static const char *icmpv6_name(int type)
{
    switch (type) {
        IPSOCK_ICMPV6_TYPES(NAME)
    default:
        return NULL;
    }
}

const char *ipsock_icmp_type_name(int family, int type)
{
    switch (family) {
    case IPSOCK_IPV4:
        return icmpv4_name(type);
    case IPSOCK_IPV6:
        return icmpv6_name(type);
    default:
        return NULL;
    }
}

int ipsock_icmp_protocol(int family)
{
    switch (family) {
    case IPSOCK_IPV4:
        return 1;
    case IPSOCK_IPV6:
        return 58;
    default:
        return IPSOCK_EFAMILY;
    }
}
