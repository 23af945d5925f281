// SPDX-License-Identifier: BSD-2-Clause
#include "icmp.h"

static const char mark[] = "FILTERED";

struct ipsock_endpoint *open_icmp(int column)
{
    return open_raw(column, column == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, 0, 0);
}

void send_type(struct ipsock_endpoint *s, int column, uint8_t type, uint16_t number)
{
    uint8_t packet[ICMP_LENGTH] = {type};
    const struct ipsock_addr to = addr_of(columns[column].loopback);
    packet[4] = type; /* an answer has another type before the same data */
    packet[6] = (uint8_t)(number >> 8);
    packet[7] = (uint8_t)number;
    memcpy(packet + 8, mark, 8);
    if (column == V4) {
        const uint16_t sum = ipsock_checksum(packet, sizeof packet);
        packet[2] = (uint8_t)(sum >> 8);
        packet[3] = (uint8_t)sum;
    }
    CHECK(IPSOCK_OK, send_bytes(s, &to, packet, sizeof packet, NULL));
}

bool is_ours(const uint8_t *data, size_t length, uint8_t *type, uint16_t *number)
{
    if (length != ICMP_LENGTH || memcmp(data + 8, mark, 8) != 0 || data[0] != data[4])
        return false;
    *type = data[0];
    *number = (uint16_t)(data[6] << 8 | data[7]);
    return true;
}

void set_filter(struct ipsock_endpoint *s, size_t count, const uint8_t *types)
{
    struct ipsock_icmp_filter filter;
    ipsock_icmp_filter_set_all(&filter, true);
    for (size_t i = 0; i < count; i++)
        ipsock_icmp_filter_accept(&filter, types[i]);
    CHECK(IPSOCK_OK, ipsock_set_icmp_filter(s, &filter));
}

uint64_t discards(struct ipsock_endpoint *s)
{
    struct ipsock_counters counters;
    CHECK(IPSOCK_OK, ipsock_get_counters(s, &counters, sizeof counters));
    return counters.filter_discards;
}
