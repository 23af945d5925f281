// SPDX-License-Identifier: BSD-2-Clause
/* Options of multicast that is sent. V4-MC-01, 02, 10, 19, 21, V6-MC-01, 13, QUIRK-07, 10, 11. */
#include "multicast.h"

/* UDP bound to multicast prefixes, raw, header-included. */
static size_t open_kinds(int column, struct ipsock_endpoint *all[4])
{
    static const char *const prefixes[COLUMNS][2] = {
        {"224.0.0.0", "232.0.0.0"}, {"ff02::", "ff30::8000:0"}, {"ff02::", "ff30::8000:0"}};
    size_t count = 0;
    for (int i = 0; i < 2; i++) {
        struct ipsock_config config = config_of(column, IPSOCK_UDP);
        config.local = addr_of(prefixes[column][i]);
        all[count++] = must_open(&config);
    }
    if (column == MAPPED || !system_is_privileged())
        return count;
    all[count++] = open_raw(column, column == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, 0, 0);
    if (column == V4) {
        struct ipsock_config config = config_of(V4, IPSOCK_RAW);
        config.protocol = PROTOCOL_TEST;
        config.flags |= IPSOCK_OPEN_HEADER_INCLUDED;
        all[count++] = must_open(&config);
    }
    return count;
}

static void hop_limits(int column)
{
    static const int values[] = {255, 1, 7, 255}, wrong[] = {0, 256, -2, 1000, INT32_MIN};
    struct ipsock_endpoint *all[4];
    const size_t count = open_kinds(column, all);
    for (size_t i = 0; i < count; i++) {
        int value = -5, unicast = -5, after = -5;
        CHECK(IPSOCK_OK, ipsock_get_multicast_hop_limit(all[i], &value));
        EQUAL(1, value);
        const int reads = ipsock_get_hop_limit(all[i], &unicast);
        CHECK(i >= 2 && column == V4 ? expected("v4-opt-01", "raw-hop-limit").error : IPSOCK_OK,
              reads);
        for (size_t k = 0; k < COUNT(values); k++) {
            CHECK(IPSOCK_OK, ipsock_set_multicast_hop_limit(all[i], values[k]));
            CHECK(IPSOCK_OK, ipsock_get_multicast_hop_limit(all[i], &value));
            EQUAL(values[k], value);
        }
        for (size_t k = 0; k < COUNT(wrong); k++) {
            CHECK(IPSOCK_EINVAL, ipsock_set_multicast_hop_limit(all[i], wrong[k]));
            check_option(all[i], IPSOCK_SETUP, IPSOCK_EINVAL, "multicast_hop_limit");
        }
        CHECK(IPSOCK_EINVAL, ipsock_get_multicast_hop_limit(all[i], NULL));
        CHECK(IPSOCK_OK, ipsock_get_multicast_hop_limit(all[i], &value));
        EQUAL(255, value);
        CHECK(IPSOCK_OK, ipsock_set_multicast_hop_limit(all[i], IPSOCK_DEFAULT));
        CHECK(IPSOCK_OK, ipsock_get_multicast_hop_limit(all[i], &value));
        EQUAL(1, value);
        CHECK(reads, ipsock_get_hop_limit(all[i], &after));
        EQUAL(unicast, after);
        ipsock_free(all[i]);
    }
}

static void loopbacks(int column)
{
    static const bool values[] = {false, true, false, true};
    struct ipsock_endpoint *all[4];
    const size_t count = open_kinds(column, all);
    for (size_t i = 0; i < count; i++) {
        bool on = false;
        CHECK(IPSOCK_OK, ipsock_get_multicast_loopback(all[i], &on));
        assert_true(on);
        for (size_t k = 0; k < COUNT(values); k++) {
            CHECK(IPSOCK_OK, ipsock_set_multicast_loopback(all[i], values[k]));
            on = !values[k];
            CHECK(IPSOCK_OK, ipsock_get_multicast_loopback(all[i], &on));
            assert_true(on == values[k]);
        }
        CHECK(IPSOCK_EINVAL, ipsock_get_multicast_loopback(all[i], NULL));
        ipsock_free(all[i]);
    }
}

/* Set, cleared, and an unknown one refused with the old one in force. */
static void outgoing(int column)
{
    const uint32_t lo = loopback_index();
    struct ipsock_endpoint *all[4];
    const size_t count = open_kinds(column, all);
    for (size_t i = 0; i < count; i++) {
        uint32_t index = 99;
        CHECK(IPSOCK_OK, ipsock_get_multicast_interface(all[i], &index));
        EQUAL(0, index);
        CHECK(IPSOCK_OK, ipsock_set_multicast_interface(all[i], lo));
        CHECK(IPSOCK_ENODEV, ipsock_set_multicast_interface(all[i], 4242));
        CHECK(IPSOCK_ENODEV, ipsock_set_multicast_interface(all[i], 0x80000000u));
        check_option(all[i], IPSOCK_SETUP, IPSOCK_ENODEV, "multicast_interface");
        CHECK(IPSOCK_EINVAL, ipsock_get_multicast_interface(all[i], NULL));
        CHECK(IPSOCK_OK, ipsock_get_multicast_interface(all[i], &index));
        EQUAL(lo, index);
        const bool stays =
            column == V6 && expected("v6-mc-13", "interface-is-cleared").level == EXPECT_ABSENT;
        CHECK(stays ? IPSOCK_ENOTSUP : IPSOCK_OK, ipsock_set_multicast_interface(all[i], 0));
        CHECK(IPSOCK_OK, ipsock_get_multicast_interface(all[i], &index));
        EQUAL(stays ? lo : 0, index);
        ipsock_free(all[i]);
    }
}

#define BY_COLUMN(name, function, column)              \
    static void name(void **state)                     \
    {                                                  \
        (void)state;                                   \
        need(begin_column(column), "no such traffic"); \
        function(column);                              \
    }
BY_COLUMN(v4_mc_01_hop_limit_reads_back, hop_limits, V4)
BY_COLUMN(v6_mc_01_hop_limit_reads_back, hop_limits, V6)
BY_COLUMN(mapped_mc_01_hop_limit_reads_back, hop_limits, MAPPED)
BY_COLUMN(v4_mc_02_loopback_reads_back, loopbacks, V4)
BY_COLUMN(v6_mc_01_loopback_reads_back, loopbacks, V6)
BY_COLUMN(mapped_mc_02_loopback_reads_back, loopbacks, MAPPED)
BY_COLUMN(quirk_07_loopback_is_a_truth_value, loopbacks, V4)
BY_COLUMN(v4_mc_10_interface_reads_back, outgoing, V4)
BY_COLUMN(v6_mc_13_interface_reads_back, outgoing, V6)
BY_COLUMN(mapped_mc_10_interface_reads_back, outgoing, MAPPED)
BY_COLUMN(quirk_10_interface_is_cleared, outgoing, V6)
BY_COLUMN(quirk_11_cleared_interface_reads_none, outgoing, V4)

static void v4_mc_10_streams_have_none(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        int value;
        bool on;
        uint32_t index;
        CHECK(IPSOCK_EKIND, ipsock_set_multicast_hop_limit(tcp.sender, 3));
        check_option(tcp.sender, IPSOCK_SETUP, IPSOCK_EKIND, "multicast_hop_limit");
        CHECK(IPSOCK_EKIND, ipsock_get_multicast_hop_limit(tcp.sender, &value));
        CHECK(IPSOCK_EKIND, ipsock_set_multicast_loopback(tcp.sender, false));
        CHECK(IPSOCK_EKIND, ipsock_get_multicast_loopback(tcp.sender, &on));
        CHECK(IPSOCK_EKIND, ipsock_set_multicast_interface(tcp.sender, loopback_index()));
        check_option(tcp.sender, IPSOCK_SETUP, IPSOCK_EKIND, "multicast_interface");
        CHECK(IPSOCK_EKIND, ipsock_get_multicast_interface(tcp.sender, &index));
        close_pair(&tcp);
    }
}

/* Binding a group is binding the wildcard, shared, with nothing joined. */
static void v4_mc_19_multicast_address_binds_the_wildcard(void **state)
{
    (void)state;
    FOR_EACH_GROUND(g)
    {
        struct ipsock_config config = config_of(g->column, IPSOCK_UDP);
        struct ipsock_addr local;
        config.local = addr_of(g->group);
        struct ipsock_endpoint *one = must_open(&config);
        CHECK(IPSOCK_OK, ipsock_local_addr(one, &local));
        assert_true(ipsock_addr_is_unspecified(&local));
        config.local = addr_of(g->source_group);
        config.local.port = local.port;
        struct ipsock_endpoint *two = must_open(&config); /* shares the port */
        EQUAL(local.port, port_of(two));
        check_filter(one, g->index, g->group, false, false, 0);
        ipsock_free(one);
        ipsock_free(two);
    }
}

/* One datagram to a group by each interface, by switching the option; then by naming it in the
 * packet. The sender's column is that of the traffic, or dual-stack. */
static void to_each_interface(const char *group, int column, int sender_column, bool per_packet)
{
    const uint32_t fields = IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT;
    const struct ground *grounds_[2];
    grounds_[0] = own_ground(column, &grounds_[1]);
    need(grounds_[0] != NULL, "needs interfaces of our own");
    if (per_packet && sender_column != V6) /* of groups, V6 has it whatever the way of unicast is */
        need(sendable(sender_column, IPSOCK_CONTROL_INTERFACE) != 0, "no interface per packet");
    if (!per_packet)
        need(sender_column != MAPPED || multicast_options_reach_mapped(),
             "the options are IPv6's alone");
    struct ipsock_endpoint *s = open_member(column, 0, 0, fields);
    struct ipsock_config config = config_of(sender_column, IPSOCK_UDP);
    config.local = ipsock_addr_any(columns[sender_column].family, 0);
    config.send_control = per_packet ? IPSOCK_CONTROL_INTERFACE : 0;
    struct ipsock_endpoint *sender = must_open(&config);
    struct ipsock_addr to = addr_of(group);
    to.port = port_of(s);
    CHECK(IPSOCK_OK, ipsock_set_multicast_hop_limit(sender, 9));
    CHECK(IPSOCK_OK, ipsock_set_hop_limit(sender, 99));
    for (int i = 0; i < 2; i++)
        CHECK(IPSOCK_OK, call_on(s, JOIN, grounds_[i]->index, group, NULL));
    for (int i = 0; i < 4; i++) {
        struct ipsock_control c;
        struct seen seen;
        uint32_t index = 99;
        memset(&c, 0, sizeof c);
        c.valid = IPSOCK_CONTROL_INTERFACE;
        c.interface_index = grounds_[i % 2]->index;
        if (!per_packet)
            CHECK(IPSOCK_OK, ipsock_set_multicast_interface(sender, c.interface_index));
        CHECK(IPSOCK_OK, send_bytes(sender, &to, "each", 4, per_packet ? &c : NULL));
        expect_text(s, "each", &seen);
        EQUAL(fields, seen.control.valid);
        EQUAL(c.interface_index, seen.control.interface_index);
        EQUAL(9, seen.control.hop_limit);
        CHECK(IPSOCK_OK, ipsock_get_multicast_interface(sender, &index));
        EQUAL(per_packet ? 0 : c.interface_index, index);
    }
    ipsock_free(s);
    ipsock_free(sender);
}

static void each_interface(int column, int sender_column, bool per_packet)
{
    const struct ground *g = own_ground(column, NULL);
    need(g != NULL, "needs interfaces of our own");
    to_each_interface(g->group, column, sender_column, per_packet);
}

static void v4_mc_21_one_datagram_by_each_interface(void **state)
{
    (void)state;
    each_interface(V4, V4, false);
}

static void v4_mc_21_interface_per_packet(void **state)
{
    (void)state;
    each_interface(V4, V4, true);
}

static void mapped_mc_21_one_datagram_by_each_interface(void **state)
{
    (void)state;
    need(begin_column(MAPPED), "no dual-stack endpoints");
    each_interface(V4, MAPPED, false);
}

static void mapped_mc_21_interface_per_packet(void **state)
{
    (void)state;
    need(begin_column(MAPPED), "no dual-stack endpoints");
    need(expected("mapped-mc-21", "groups-by-interface").level != EXPECT_ABSENT,
         "groups need a default route on the interface");
    each_interface(V4, MAPPED, true);
}

static void v6_mc_13_one_datagram_by_each_interface(void **state)
{
    (void)state;
    each_interface(V6, V6, false);
}

static void v6_mc_13_interface_per_packet(void **state)
{
    (void)state;
    each_interface(V6, V6, true);
}

/* Of a group that is not the link's alone a kernel may take the route instead. */
static void v6_mc_13_interface_per_packet_beyond_the_link(void **state)
{
    (void)state;
    const struct ground *g = own_ground(V6, NULL);
    need(g != NULL, "needs interfaces of our own");
    to_each_interface(g->group2, V6, V6, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v4_mc_01_hop_limit_reads_back),
        cmocka_unit_test(v6_mc_01_hop_limit_reads_back),
        cmocka_unit_test(mapped_mc_01_hop_limit_reads_back),
        cmocka_unit_test(v4_mc_02_loopback_reads_back),
        cmocka_unit_test(v6_mc_01_loopback_reads_back),
        cmocka_unit_test(mapped_mc_02_loopback_reads_back),
        cmocka_unit_test(quirk_07_loopback_is_a_truth_value),
        cmocka_unit_test(v4_mc_10_interface_reads_back),
        cmocka_unit_test(v6_mc_13_interface_reads_back),
        cmocka_unit_test(mapped_mc_10_interface_reads_back),
        cmocka_unit_test(v4_mc_10_streams_have_none),
        cmocka_unit_test(quirk_10_interface_is_cleared),
        cmocka_unit_test(quirk_11_cleared_interface_reads_none),
        cmocka_unit_test(v4_mc_19_multicast_address_binds_the_wildcard),
        cmocka_unit_test(v4_mc_21_one_datagram_by_each_interface),
        cmocka_unit_test(v4_mc_21_interface_per_packet),
        cmocka_unit_test(mapped_mc_21_one_datagram_by_each_interface),
        cmocka_unit_test(mapped_mc_21_interface_per_packet),
        cmocka_unit_test(v6_mc_13_one_datagram_by_each_interface),
        cmocka_unit_test(v6_mc_13_interface_per_packet),
        cmocka_unit_test(v6_mc_13_interface_per_packet_beyond_the_link),
    };
    return RUN(tests);
}
