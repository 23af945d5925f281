// SPDX-License-Identifier: BSD-2-Clause
/* ICMPT-01, ICMPT-02. The numbers and texts are written out here, from IANA's registries. */
#include "unit.h"

#include <ipsock/icmp.h>

struct named {
    int constant, number;
    const char *text;
};

static const struct named icmpv4[] = {
    {IPSOCK_ICMPV4_ECHO_REPLY, 0, "echo reply"},
    {IPSOCK_ICMPV4_DESTINATION_UNREACHABLE, 3, "destination unreachable"},
    {IPSOCK_ICMPV4_REDIRECT, 5, "redirect"},
    {IPSOCK_ICMPV4_ECHO, 8, "echo"},
    {IPSOCK_ICMPV4_ROUTER_ADVERTISEMENT, 9, "router advertisement"},
    {IPSOCK_ICMPV4_ROUTER_SOLICITATION, 10, "router solicitation"},
    {IPSOCK_ICMPV4_TIME_EXCEEDED, 11, "time exceeded"},
    {IPSOCK_ICMPV4_PARAMETER_PROBLEM, 12, "parameter problem"},
    {IPSOCK_ICMPV4_TIMESTAMP, 13, "timestamp"},
    {IPSOCK_ICMPV4_TIMESTAMP_REPLY, 14, "timestamp reply"},
    {IPSOCK_ICMPV4_PHOTURIS, 40, "photuris"},
    {IPSOCK_ICMPV4_EXTENDED_ECHO_REQUEST, 42, "extended echo request"},
    {IPSOCK_ICMPV4_EXTENDED_ECHO_REPLY, 43, "extended echo reply"},
};

static const struct named icmpv6[] = {
    {IPSOCK_ICMPV6_DESTINATION_UNREACHABLE, 1, "destination unreachable"},
    {IPSOCK_ICMPV6_PACKET_TOO_BIG, 2, "packet too big"},
    {IPSOCK_ICMPV6_TIME_EXCEEDED, 3, "time exceeded"},
    {IPSOCK_ICMPV6_PARAMETER_PROBLEM, 4, "parameter problem"},
    {IPSOCK_ICMPV6_ECHO_REQUEST, 128, "echo request"},
    {IPSOCK_ICMPV6_ECHO_REPLY, 129, "echo reply"},
    {IPSOCK_ICMPV6_MULTICAST_LISTENER_QUERY, 130, "multicast listener query"},
    {IPSOCK_ICMPV6_MULTICAST_LISTENER_REPORT, 131, "multicast listener report"},
    {IPSOCK_ICMPV6_MULTICAST_LISTENER_DONE, 132, "multicast listener done"},
    {IPSOCK_ICMPV6_ROUTER_SOLICITATION, 133, "router solicitation"},
    {IPSOCK_ICMPV6_ROUTER_ADVERTISEMENT, 134, "router advertisement"},
    {IPSOCK_ICMPV6_NEIGHBOR_SOLICITATION, 135, "neighbor solicitation"},
    {IPSOCK_ICMPV6_NEIGHBOR_ADVERTISEMENT, 136, "neighbor advertisement"},
    {IPSOCK_ICMPV6_REDIRECT, 137, "redirect message"},
    {IPSOCK_ICMPV6_ROUTER_RENUMBERING, 138, "router renumbering"},
    {IPSOCK_ICMPV6_NODE_INFORMATION_QUERY, 139, "icmp node information query"},
    {IPSOCK_ICMPV6_NODE_INFORMATION_RESPONSE, 140, "icmp node information response"},
    {IPSOCK_ICMPV6_INVERSE_NEIGHBOR_DISCOVERY_SOLICITATION, 141,
     "inverse neighbor discovery solicitation message"},
    {IPSOCK_ICMPV6_INVERSE_NEIGHBOR_DISCOVERY_ADVERTISEMENT, 142,
     "inverse neighbor discovery advertisement message"},
    {IPSOCK_ICMPV6_VERSION_2_MULTICAST_LISTENER_REPORT, 143, "version 2 multicast listener report"},
    {IPSOCK_ICMPV6_HOME_AGENT_ADDRESS_DISCOVERY_REQUEST, 144,
     "home agent address discovery request message"},
    {IPSOCK_ICMPV6_HOME_AGENT_ADDRESS_DISCOVERY_REPLY, 145,
     "home agent address discovery reply message"},
    {IPSOCK_ICMPV6_MOBILE_PREFIX_SOLICITATION, 146, "mobile prefix solicitation"},
    {IPSOCK_ICMPV6_MOBILE_PREFIX_ADVERTISEMENT, 147, "mobile prefix advertisement"},
    {IPSOCK_ICMPV6_CERTIFICATION_PATH_SOLICITATION, 148, "certification path solicitation message"},
    {IPSOCK_ICMPV6_CERTIFICATION_PATH_ADVERTISEMENT, 149,
     "certification path advertisement message"},
    {IPSOCK_ICMPV6_MULTICAST_ROUTER_ADVERTISEMENT, 151, "multicast router advertisement"},
    {IPSOCK_ICMPV6_MULTICAST_ROUTER_SOLICITATION, 152, "multicast router solicitation"},
    {IPSOCK_ICMPV6_MULTICAST_ROUTER_TERMINATION, 153, "multicast router termination"},
    {IPSOCK_ICMPV6_FMIPV6, 154, "fmipv6 messages"},
    {IPSOCK_ICMPV6_RPL_CONTROL, 155, "rpl control message"},
    {IPSOCK_ICMPV6_ILNPV6_LOCATOR_UPDATE, 156, "ilnpv6 locator update message"},
    {IPSOCK_ICMPV6_DUPLICATE_ADDRESS_REQUEST, 157, "duplicate address request"},
    {IPSOCK_ICMPV6_DUPLICATE_ADDRESS_CONFIRMATION, 158, "duplicate address confirmation"},
    {IPSOCK_ICMPV6_MPL_CONTROL, 159, "mpl control message"},
    {IPSOCK_ICMPV6_EXTENDED_ECHO_REQUEST, 160, "extended echo request"},
    {IPSOCK_ICMPV6_EXTENDED_ECHO_REPLY, 161, "extended echo reply"},
};

/* Every number from -1 to 256: its own name, or none. */
static void check_family(int family, const struct named *names, size_t count)
{
    size_t found = 0;
    for (int type = -1; type <= 256; type++) {
        const char *text = ipsock_icmp_type_name(family, type);
        if (found < count && names[found].number == type) {
            unit_int(names[found].text, names[found].constant, type);
            unit_string(names[found].text, text, names[found].text);
            found++;
        } else if (text != NULL) {
            fail_msg("type %d of family %d has the name \"%s\"", type, family, text);
        }
    }
    assert_int_equal(found, count);
}

static void icmpt_01_names_of_icmp_for_ipv4(void **state)
{
    (void)state;
    assert_int_equal(COUNT(icmpv4), 13);
    check_family(IPSOCK_IPV4, icmpv4, COUNT(icmpv4));
}

static void icmpt_02_names_of_icmp_for_ipv6(void **state)
{
    (void)state;
    assert_int_equal(COUNT(icmpv6), 37);
    check_family(IPSOCK_IPV6, icmpv6, COUNT(icmpv6));
}

static void icmpt_01_numbers_outside_an_octet_have_no_name(void **state)
{
    (void)state;
    static const int types[] = {INT32_MIN, -1, 256, 256 + 8, 65536, INT32_MAX};
    for (size_t i = 0; i < COUNT(types); i++) {
        assert_null(ipsock_icmp_type_name(IPSOCK_IPV4, types[i]));
        assert_null(ipsock_icmp_type_name(IPSOCK_IPV6, types[i]));
    }
}

static const int other_families[] = {IPSOCK_UNSPEC, IPSOCK_IPV4_MAPPED, 2, 10, -1, INT32_MAX};

static void icmpt_01_protocol_number_of_icmp_for_ipv4(void **state)
{
    (void)state;
    assert_int_equal(ipsock_icmp_protocol(IPSOCK_IPV4), 1);
}

static void icmpt_02_protocol_number_of_icmp_for_ipv6(void **state)
{
    (void)state;
    assert_int_equal(ipsock_icmp_protocol(IPSOCK_IPV6), 58);
}

static void icmpt_other_families_have_neither(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(other_families); i++) {
        assert_int_equal(ipsock_icmp_protocol(other_families[i]), IPSOCK_EFAMILY);
        assert_null(ipsock_icmp_type_name(other_families[i], 3));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(icmpt_01_names_of_icmp_for_ipv4),
        cmocka_unit_test(icmpt_01_numbers_outside_an_octet_have_no_name),
        cmocka_unit_test(icmpt_01_protocol_number_of_icmp_for_ipv4),
        cmocka_unit_test(icmpt_02_names_of_icmp_for_ipv6),
        cmocka_unit_test(icmpt_02_protocol_number_of_icmp_for_ipv6),
        cmocka_unit_test(icmpt_other_families_have_neither),
    };
    return cmocka_run_group_tests_name("icmp_name", tests, NULL, NULL);
}
