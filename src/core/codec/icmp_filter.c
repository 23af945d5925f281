// SPDX-License-Identifier: BSD-2-Clause
/* Sets of ICMP types. What a system's filter wants is made from them by the backend's encodings. */
#include <ipsock/filter.h>

static uint32_t bit_of(uint8_t type)
{
    return UINT32_C(1) << (type % 32);
}

void ipsock_icmp_filter_accept(struct ipsock_icmp_filter *filter, uint8_t type)
{
    if (filter != NULL)
        filter->blocked[type / 32] &= ~bit_of(type);
}

void ipsock_icmp_filter_block(struct ipsock_icmp_filter *filter, uint8_t type)
{
    if (filter != NULL)
        filter->blocked[type / 32] |= bit_of(type);
}

void ipsock_icmp_filter_set_all(struct ipsock_icmp_filter *filter, bool block)
{
    if (filter == NULL)
        return;
    for (size_t i = 0; i < sizeof filter->blocked / sizeof filter->blocked[0]; i++)
        filter->blocked[i] = block ? UINT32_MAX : 0;
}

bool ipsock_icmp_filter_will_block(const struct ipsock_icmp_filter *filter, uint8_t type)
{
    return filter != NULL && (filter->blocked[type / 32] & bit_of(type)) != 0;
}
