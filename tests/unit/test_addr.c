// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"

#include <ipsock/addr.h>

_Static_assert(sizeof(struct ipsock_addr) == 24, "no padding");

enum {
    MAPPED = 1,
    UNSPECIFIED = 2,
    LOOPBACK = 4,
    PRIVATE = 8,
    LINK_LOCAL = 16,
    BROADCAST = 32,
    MULTICAST = 64,
    LINK_LOCAL_MULTICAST = 128,
    INTERFACE_LOCAL_MULTICAST = 256,
    SOURCE_SPECIFIC = 512,
    GLOBAL = 1024
};

static int classify(const struct ipsock_addr *addr)
{
    return (ipsock_addr_is_mapped(addr) ? MAPPED : 0) |
           (ipsock_addr_is_unspecified(addr) ? UNSPECIFIED : 0) |
           (ipsock_addr_is_loopback(addr) ? LOOPBACK : 0) |
           (ipsock_addr_is_private(addr) ? PRIVATE : 0) |
           (ipsock_addr_is_link_local(addr) ? LINK_LOCAL : 0) |
           (ipsock_addr_is_broadcast(addr) ? BROADCAST : 0) |
           (ipsock_addr_is_multicast(addr) ? MULTICAST : 0) |
           (ipsock_addr_is_link_local_multicast(addr) ? LINK_LOCAL_MULTICAST : 0) |
           (ipsock_addr_is_interface_local_multicast(addr) ? INTERFACE_LOCAL_MULTICAST : 0) |
           (ipsock_addr_is_source_specific(addr) ? SOURCE_SPECIFIC : 0) |
           (ipsock_addr_is_global_unicast(addr) ? GLOBAL : 0);
}

static const struct {
    const char *name;
    uint8_t ip[4];
    int want;
} ipv4_classes[] = {
    {"0.0.0.0", {0, 0, 0, 0}, UNSPECIFIED},
    {"0.0.0.1", {0, 0, 0, 1}, GLOBAL},
    {"1.0.0.0", {1, 0, 0, 0}, GLOBAL},
    {"9.255.255.255", {9, 255, 255, 255}, GLOBAL},
    {"10.0.0.0", {10, 0, 0, 0}, GLOBAL | PRIVATE},
    {"10.255.255.255", {10, 255, 255, 255}, GLOBAL | PRIVATE},
    {"11.0.0.0", {11, 0, 0, 0}, GLOBAL},
    {"126.255.255.255", {126, 255, 255, 255}, GLOBAL},
    {"127.0.0.0", {127, 0, 0, 0}, LOOPBACK},
    {"127.255.255.255", {127, 255, 255, 255}, LOOPBACK},
    {"128.0.0.0", {128, 0, 0, 0}, GLOBAL},
    {"169.253.255.255", {169, 253, 255, 255}, GLOBAL},
    {"169.254.0.0", {169, 254, 0, 0}, LINK_LOCAL},
    {"169.254.255.255", {169, 254, 255, 255}, LINK_LOCAL},
    {"169.255.0.0", {169, 255, 0, 0}, GLOBAL},
    {"172.15.255.255", {172, 15, 255, 255}, GLOBAL},
    {"172.16.0.0", {172, 16, 0, 0}, GLOBAL | PRIVATE},
    {"172.31.255.255", {172, 31, 255, 255}, GLOBAL | PRIVATE},
    {"172.32.0.0", {172, 32, 0, 0}, GLOBAL},
    {"192.167.255.255", {192, 167, 255, 255}, GLOBAL},
    {"192.168.0.0", {192, 168, 0, 0}, GLOBAL | PRIVATE},
    {"192.168.255.255", {192, 168, 255, 255}, GLOBAL | PRIVATE},
    {"192.169.0.0", {192, 169, 0, 0}, GLOBAL},
    {"223.255.255.255", {223, 255, 255, 255}, GLOBAL},
    {"224.0.0.0", {224, 0, 0, 0}, MULTICAST | LINK_LOCAL_MULTICAST},
    {"224.0.0.255", {224, 0, 0, 255}, MULTICAST | LINK_LOCAL_MULTICAST},
    {"224.0.1.0", {224, 0, 1, 0}, MULTICAST},
    {"224.1.0.0", {224, 1, 0, 0}, MULTICAST},
    {"225.0.0.1", {225, 0, 0, 1}, MULTICAST},
    {"231.255.255.255", {231, 255, 255, 255}, MULTICAST},
    {"232.0.0.0", {232, 0, 0, 0}, MULTICAST | SOURCE_SPECIFIC},
    {"232.255.255.255", {232, 255, 255, 255}, MULTICAST | SOURCE_SPECIFIC},
    {"233.0.0.0", {233, 0, 0, 0}, MULTICAST},
    {"239.255.255.255", {239, 255, 255, 255}, MULTICAST},
    {"240.0.0.0", {240, 0, 0, 0}, GLOBAL},
    {"255.255.255.254", {255, 255, 255, 254}, GLOBAL},
    {"255.255.255.255", {255, 255, 255, 255}, BROADCAST},
};

static const struct {
    const char *name;
    uint8_t ip[16];
    int want;
} ipv6_classes[] = {
    {"::", {0}, UNSPECIFIED},
    {"::1", {[15] = 1}, LOOPBACK},
    {"::2", {[15] = 2}, GLOBAL},
    {"1::1", {0, 1, [15] = 1}, GLOBAL},
    {"::127.0.0.1", {[12] = 127, [15] = 1}, GLOBAL}, /* compatible, not mapped */
    {"::fffe:10.0.0.1", {[10] = 0xff, 0xfe, 10, [15] = 1}, GLOBAL},
    {"1::ffff:10.0.0.1", {0, 1, [10] = 0xff, 0xff, 10, [15] = 1}, GLOBAL},
    {"2001:db8::1", {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, GLOBAL},
    {"e000::1", {0xe0, [15] = 1}, GLOBAL}, /* first octets of IPv4 classes mean nothing here */
    {"a00::1", {10, [15] = 1}, GLOBAL},
    {"7f00::1", {127, [15] = 1}, GLOBAL},
    {"a9fe::1", {169, 254, [15] = 1}, GLOBAL},
    {"fbff::", {0xfb, 0xff}, GLOBAL},
    {"fc00::", {0xfc}, GLOBAL | PRIVATE},
    {"fdff::", {0xfd, 0xff}, GLOBAL | PRIVATE},
    {"fe00::", {0xfe}, GLOBAL},
    {"fe7f::", {0xfe, 0x7f}, GLOBAL},
    {"fe80::", {0xfe, 0x80}, LINK_LOCAL},
    {"febf::", {0xfe, 0xbf}, LINK_LOCAL},
    {"fec0::", {0xfe, 0xc0}, GLOBAL},
    {"ff00::", {0xff}, MULTICAST},
    {"ff01::1", {0xff, 0x01, [15] = 1}, MULTICAST | INTERFACE_LOCAL_MULTICAST},
    {"ff11::1", {0xff, 0x11, [15] = 1}, MULTICAST | INTERFACE_LOCAL_MULTICAST},
    {"fff1::1", {0xff, 0xf1, [15] = 1}, MULTICAST | INTERFACE_LOCAL_MULTICAST},
    {"ff02::1", {0xff, 0x02, [15] = 1}, MULTICAST | LINK_LOCAL_MULTICAST},
    {"ff12::1", {0xff, 0x12, [15] = 1}, MULTICAST | LINK_LOCAL_MULTICAST},
    {"ff03::1", {0xff, 0x03, [15] = 1}, MULTICAST},
    {"ff0e::1", {0xff, 0x0e, [15] = 1}, MULTICAST},
    {"ff2e::1", {0xff, 0x2e, [15] = 1}, MULTICAST},
    {"ff30::1", {0xff, 0x30, [15] = 1}, MULTICAST | SOURCE_SPECIFIC},
    {"ff31::1", {0xff, 0x31, [15] = 1}, MULTICAST | SOURCE_SPECIFIC | INTERFACE_LOCAL_MULTICAST},
    {"ff32::1", {0xff, 0x32, [15] = 1}, MULTICAST | SOURCE_SPECIFIC | LINK_LOCAL_MULTICAST},
    {"ff3e::8000:1", {0xff, 0x3e, [12] = 0x80, [15] = 1}, MULTICAST | SOURCE_SPECIFIC},
    {"ff3e:40::1", {0xff, 0x3e, 0, 0x40, [15] = 1}, MULTICAST}, /* prefix length 64, RFC 3306 */
    {"ff3e:100::1", {0xff, 0x3e, 1, 0, [15] = 1}, MULTICAST},   /* outside ff3x::/32 */
    {"ff4e::1", {0xff, 0x4e, [15] = 1}, MULTICAST},
    {"ff7e::1", {0xff, 0x7e, [15] = 1}, MULTICAST},
    {"ffff::", {0xff, 0xff}, MULTICAST},
};

static struct ipsock_addr make4(const uint8_t ip[4])
{
    return ipsock_addr_ipv4(ip[0], ip[1], ip[2], ip[3], 0);
}

static struct ipsock_addr make6(const uint8_t ip[16])
{
    struct ipsock_addr addr = ipsock_addr_any(IPSOCK_IPV6, 0);
    memcpy(addr.ip, ip, 16);
    return addr;
}

static void addr_classes_of_ipv4(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ipv4_classes); i++) {
        struct ipsock_addr addr = make4(ipv4_classes[i].ip);
        unit_int(ipv4_classes[i].name, classify(&addr), ipv4_classes[i].want);
        /* neither port nor what stands behind the four bytes matters */
        addr.port = 53;
        memset(addr.ip + 4, 0xff, 12);
        unit_int(ipv4_classes[i].name, classify(&addr), ipv4_classes[i].want);
    }
}

static void addr_classes_of_mapped_ipv4(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ipv4_classes); i++) {
        const struct ipsock_addr addr = make4(ipv4_classes[i].ip);
        const struct ipsock_addr mapped = ipsock_addr_map(&addr);
        unit_int(ipv4_classes[i].name, classify(&mapped), ipv4_classes[i].want | MAPPED);
    }
}

static void addr_classes_of_ipv6(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ipv6_classes); i++) {
        struct ipsock_addr addr = make6(ipv6_classes[i].ip);
        unit_int(ipv6_classes[i].name, classify(&addr), ipv6_classes[i].want);
        addr.port = 53;
        addr.scope = 2;
        unit_int(ipv6_classes[i].name, classify(&addr), ipv6_classes[i].want);
    }
}

static void addr_classes_of_nothing(void **state)
{
    (void)state;
    struct ipsock_addr addr = {0};
    assert_int_equal(classify(NULL), 0);
    assert_int_equal(classify(&addr), 0);
    /* no bytes make an address of what has no family */
    for (size_t i = 0; i < COUNT(ipv6_classes); i++) {
        memcpy(addr.ip, ipv6_classes[i].ip, 16);
        unit_int(ipv6_classes[i].name, classify(&addr), 0);
    }
    for (size_t i = 0; i < COUNT(ipv4_classes); i++) {
        memcpy(addr.ip, ipv4_classes[i].ip, 4);
        unit_int(ipv4_classes[i].name, classify(&addr), 0);
    }
}

static void addr_constructors(void **state)
{
    (void)state;
    const struct ipsock_addr none = {0};
    const struct ipsock_addr four = {.family = IPSOCK_IPV4, .port = 53, .ip = {192, 0, 2, 1}};
    const struct ipsock_addr any4 = {.family = IPSOCK_IPV4, .port = 65535};
    const struct ipsock_addr any6 = {.family = IPSOCK_IPV6, .port = 1};
    const struct ipsock_addr loopback4 = {.family = IPSOCK_IPV4, .port = 2, .ip = {127, 0, 0, 1}};
    const struct ipsock_addr loopback6 = {.family = IPSOCK_IPV6, .port = 3, .ip = {[15] = 1}};
    struct ipsock_addr made = ipsock_addr_ipv4(192, 0, 2, 1, 53);
    assert_memory_equal(&made, &four, sizeof made);
    made = ipsock_addr_any(IPSOCK_IPV4, 65535);
    assert_memory_equal(&made, &any4, sizeof made);
    made = ipsock_addr_any(IPSOCK_IPV6, 1);
    assert_memory_equal(&made, &any6, sizeof made);
    made = ipsock_addr_loopback(IPSOCK_IPV4, 2);
    assert_memory_equal(&made, &loopback4, sizeof made);
    made = ipsock_addr_loopback(IPSOCK_IPV6, 3);
    assert_memory_equal(&made, &loopback6, sizeof made);
    static const int others[] = {IPSOCK_UNSPEC, IPSOCK_IPV4_MAPPED, 2, 10, -1, 256 + 4, INT32_MAX};
    for (size_t i = 0; i < COUNT(others); i++) {
        made = ipsock_addr_any(others[i], 53);
        assert_memory_equal(&made, &none, sizeof made);
        made = ipsock_addr_loopback(others[i], 53);
        assert_memory_equal(&made, &none, sizeof made);
    }
}

static void addr_equal_compares_every_field(void **state)
{
    (void)state;
    const struct ipsock_addr none = {0};
    for (int family = 4; family <= 6; family += 2) {
        const struct ipsock_addr addr = ipsock_addr_loopback(family, 53);
        struct ipsock_addr other = addr;
        assert_true(ipsock_addr_equal(&addr, &other));
        other.port = 54;
        assert_false(ipsock_addr_equal(&addr, &other));
        other = addr;
        other.scope = 1;
        assert_false(ipsock_addr_equal(&addr, &other));
        for (int i = 0; i < (family == 4 ? 4 : 16); i++) {
            other = addr;
            other.ip[i] ^= 0x80;
            assert_false(ipsock_addr_equal(&addr, &other));
            assert_false(ipsock_addr_same_ip(&addr, &other));
        }
        assert_false(ipsock_addr_equal(&addr, &none));
    }
    const struct ipsock_addr four = ipsock_addr_any(IPSOCK_IPV4, 0);
    const struct ipsock_addr six = ipsock_addr_any(IPSOCK_IPV6, 0);
    const struct ipsock_addr mapped = ipsock_addr_map(&four);
    assert_false(ipsock_addr_equal(&four, &six));
    assert_false(ipsock_addr_equal(&four, &mapped));
    assert_true(ipsock_addr_equal(&none, &none));
    assert_false(ipsock_addr_equal(NULL, &four));
    assert_false(ipsock_addr_equal(&four, NULL));
    assert_false(ipsock_addr_equal(NULL, NULL));
}

static void addr_equal_ignores_what_is_no_part_of_ipv4(void **state)
{
    (void)state;
    const struct ipsock_addr addr = ipsock_addr_ipv4(192, 0, 2, 1, 53);
    struct ipsock_addr other = addr;
    memset(other.ip + 4, 0xff, 12);
    other.reserved = 1;
    assert_true(ipsock_addr_equal(&addr, &other));
    assert_true(ipsock_addr_same_ip(&addr, &other));
}

static void addr_same_ip_leaves_port_and_scope_aside(void **state)
{
    (void)state;
    const struct ipsock_addr four = ipsock_addr_ipv4(192, 0, 2, 1, 53);
    const struct ipsock_addr four_elsewhere = ipsock_addr_ipv4(192, 0, 2, 1, 0);
    struct ipsock_addr mapped = ipsock_addr_map(&four);
    mapped.scope = 3;
    assert_true(ipsock_addr_same_ip(&four, &four_elsewhere));
    assert_true(ipsock_addr_same_ip(&four_elsewhere, &mapped));
    assert_true(ipsock_addr_same_ip(&mapped, &four_elsewhere));
    struct ipsock_addr six = ipsock_addr_loopback(IPSOCK_IPV6, 1), scoped = six;
    scoped.scope = 2;
    scoped.port = 2;
    assert_true(ipsock_addr_same_ip(&six, &scoped));
    assert_false(ipsock_addr_same_ip(&six, &mapped));
    /* ::192.0.2.1 is no mapped address, nor is the IPv4 address of the first four bytes */
    memset(&six, 0, sizeof six);
    six.family = IPSOCK_IPV6;
    memcpy(six.ip + 12, four.ip, 4);
    assert_false(ipsock_addr_same_ip(&four, &six));
    memcpy(six.ip, four.ip, 16);
    assert_false(ipsock_addr_same_ip(&four, &six));
}

static void addr_same_ip_of_nothing(void **state)
{
    (void)state;
    const struct ipsock_addr none = {0}, four = ipsock_addr_any(IPSOCK_IPV4, 0);
    assert_false(ipsock_addr_same_ip(NULL, NULL));
    assert_false(ipsock_addr_same_ip(NULL, &four));
    assert_false(ipsock_addr_same_ip(NULL, &none));
    assert_false(ipsock_addr_same_ip(&none, NULL));
    assert_false(ipsock_addr_same_ip(&four, NULL));
    assert_false(ipsock_addr_same_ip(&four, &none));
    assert_true(ipsock_addr_same_ip(&none, &none));
}

static void addr_map_and_unmap(void **state)
{
    (void)state;
    const struct ipsock_addr four = ipsock_addr_ipv4(192, 0, 2, 1, 53);
    const struct ipsock_addr want = {
        .family = IPSOCK_IPV6, .port = 53, .ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}};
    struct ipsock_addr mapped = ipsock_addr_map(&four);
    assert_memory_equal(&mapped, &want, sizeof want);
    mapped.scope = 9; /* no IPv4 address has one */
    const struct ipsock_addr back = ipsock_addr_unmap(&mapped);
    assert_memory_equal(&back, &four, sizeof four);
}

static void addr_map_leaves_others_as_they_are(void **state)
{
    (void)state;
    const struct ipsock_addr none = {0};
    struct ipsock_addr six = ipsock_addr_loopback(IPSOCK_IPV6, 53), made;
    six.scope = 4;
    made = ipsock_addr_map(&six);
    assert_memory_equal(&made, &six, sizeof six);
    made = ipsock_addr_unmap(&six);
    assert_memory_equal(&made, &six, sizeof six);
    const struct ipsock_addr four = ipsock_addr_ipv4(192, 0, 2, 1, 53);
    made = ipsock_addr_unmap(&four);
    assert_memory_equal(&made, &four, sizeof four);
    made = ipsock_addr_map(&none);
    assert_memory_equal(&made, &none, sizeof none);
    made = ipsock_addr_unmap(&none);
    assert_memory_equal(&made, &none, sizeof none);
    made = ipsock_addr_map(NULL);
    assert_memory_equal(&made, &none, sizeof none);
    made = ipsock_addr_unmap(NULL);
    assert_memory_equal(&made, &none, sizeof none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addr_classes_of_ipv4),
        cmocka_unit_test(addr_classes_of_mapped_ipv4),
        cmocka_unit_test(addr_classes_of_ipv6),
        cmocka_unit_test(addr_classes_of_nothing),
        cmocka_unit_test(addr_constructors),
        cmocka_unit_test(addr_equal_compares_every_field),
        cmocka_unit_test(addr_equal_ignores_what_is_no_part_of_ipv4),
        cmocka_unit_test(addr_same_ip_leaves_port_and_scope_aside),
        cmocka_unit_test(addr_same_ip_of_nothing),
        cmocka_unit_test(addr_map_and_unmap),
        cmocka_unit_test(addr_map_leaves_others_as_they_are),
    };
    return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
