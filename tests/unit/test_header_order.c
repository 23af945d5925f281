// SPDX-License-Identifier: BSD-2-Clause
/* The IPv4 header of every system's raw sockets, byte by byte, on hosts of both byte orders:
 * HDR-05, HDR-07 to HDR-09, HDR-15, and the quoted header of ICMP-14. */
#include "unit.h"

#include "core/codec/order.h"

void ipsk_sys_header_order(struct ipsk_header_orders *orders)
{
    memset(orders, 0, sizeof *orders); /* the tests below give their orders themselves */
}

/* Total length and fragment word, bytes 2, 3, 6 and 7, of a header of 20 bytes with total length
 * 0xbeef, flags DF and offset 1500. */
struct words {
    uint8_t little[4], big[4]; /* by the byte order of the host */
};

#define WIRE                       \
    {                              \
        {0xbe, 0xef, 0x45, 0xdc},  \
        {                          \
            0xbe, 0xef, 0x45, 0xdc \
        }                          \
    }
#define HOST                       \
    {                              \
        {0xef, 0xbe, 0xdc, 0x45},  \
        {                          \
            0xbe, 0xef, 0x45, 0xdc \
        }                          \
    }
#define HOST_LENGTH                \
    {                              \
        {0xef, 0xbe, 0x45, 0xdc},  \
        {                          \
            0xbe, 0xef, 0x45, 0xdc \
        }                          \
    }
#define HOST_WITHOUT               \
    {                              \
        {0xdb, 0xbe, 0xdc, 0x45},  \
        {                          \
            0xbe, 0xdb, 0x45, 0xdc \
        }                          \
    }
#define ORDER_WIRE          \
    {                       \
        false, false, false \
    }
#define ORDER_HOST        \
    {                     \
        true, true, false \
    }
#define ORDER_HOST_LENGTH  \
    {                      \
        true, false, false \
    }
#define ORDER_WITHOUT    \
    {                    \
        true, true, true \
    }

struct system {
    const char *name;
    struct ipsk_header_orders orders;
    struct words receive, send, quoted;
};

enum {
    LINUX,
    FREEBSD9,
    FREEBSD10,
    FREEBSD11,
    NETBSD,
    OPENBSD,
    DRAGONFLY5,
    DRAGONFLY6,
    DRAGONFLY,
    DARWIN,
    WINDOWS,
    SYSTEMS
};

/* Sources: Linux raw(7), net/ipv4/raw.c; FreeBSD sys/netinet/raw_ip.c (rip_input, rip_output) and
 * ip_input.c, ip_icmp.c of 9.3, 10.4 and 11.0; NetBSD sys/netinet/raw_ip.c 1.185; OpenBSD
 * sys/netinet/raw_ip.c 1.168 (rip_chkhdr); DragonFly sys/netinet/raw_ip.c and ip_icmp.c before and
 * after 485b59d54d (2014-11), and 8a93af2a9b, 2ba12c9ccc (2023-07); xnu bsd/netinet/raw_ip.c,
 * ip_input.c, ip_icmp.c; Windows: "TCP/IP raw sockets" of the Winsock reference. docs/platform has
 * the lines. */
static const struct system systems[SYSTEMS] = {
    [LINUX] = {"linux", {ORDER_WIRE, ORDER_WIRE, ORDER_WIRE}, WIRE, WIRE, WIRE},
    [FREEBSD9] = {"freebsd 9",
                  {ORDER_WITHOUT, ORDER_HOST, ORDER_HOST_LENGTH},
                  HOST_WITHOUT,
                  HOST,
                  HOST_LENGTH},
    [FREEBSD10] = {"freebsd 10", {ORDER_HOST, ORDER_HOST, ORDER_WIRE}, HOST, HOST, WIRE},
    [FREEBSD11] = {"freebsd 11", {ORDER_WIRE, ORDER_WIRE, ORDER_WIRE}, WIRE, WIRE, WIRE},
    [NETBSD] = {"netbsd", {ORDER_WITHOUT, ORDER_HOST, ORDER_WIRE}, HOST_WITHOUT, HOST, WIRE},
    [OPENBSD] = {"openbsd", {ORDER_WIRE, ORDER_WIRE, ORDER_WIRE}, WIRE, WIRE, WIRE},
    [DRAGONFLY5] = {"dragonfly before 2014-11",
                    {ORDER_WITHOUT, ORDER_HOST, ORDER_HOST_LENGTH},
                    HOST_WITHOUT,
                    HOST,
                    HOST_LENGTH},
    [DRAGONFLY6] = {"dragonfly before 2023-07",
                    {ORDER_WITHOUT, ORDER_HOST, ORDER_WIRE},
                    HOST_WITHOUT,
                    HOST,
                    WIRE},
    [DRAGONFLY] = {"dragonfly", {ORDER_WIRE, ORDER_WIRE, ORDER_WIRE}, WIRE, WIRE, WIRE},
    [DARWIN] =
        {"darwin", {ORDER_WITHOUT, ORDER_HOST, ORDER_HOST_LENGTH}, HOST_WITHOUT, HOST, HOST_LENGTH},
    [WINDOWS] = {"windows", {ORDER_WIRE, ORDER_WIRE, ORDER_WIRE}, WIRE, WIRE, WIRE},
};

static struct ipsock_ipv4_header vector(void)
{
    const struct ipsock_ipv4_header header = {
        .version = 4,
        .header_length = 20,
        .traffic_class = 1,
        .flags = IPSOCK_IPV4_DONT_FRAGMENT,
        .total_length = 0xbeef,
        .id = 0xcafe,
        .fragment_offset = 1500,
        .hop_limit = 255,
        .protocol = 1,
        .checksum = 0xdead,
        .source = {.family = IPSOCK_IPV4, .ip = {172, 16, 254, 254}},
        .destination = {.family = IPSOCK_IPV4, .ip = {192, 168, 0, 1}},
    };
    return header;
}

static bool host_is_little(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static void make_bytes(uint8_t bytes[20], const struct words *words)
{
    static const uint8_t rest[20] = {0x45, 0x01, 0,   0,  0xca, 0xfe, 0,   0,   0xff, 0x01,
                                     0xde, 0xad, 172, 16, 254,  254,  192, 168, 0,    1};
    const uint8_t *chosen = host_is_little() ? words->little : words->big;
    memcpy(bytes, rest, sizeof rest);
    memcpy(bytes + 2, chosen, 2);
    memcpy(bytes + 6, chosen + 2, 2);
}

static void check_parse(const char *name, const struct words *words,
                        const struct ipsk_header_order *order)
{
    uint8_t bytes[20];
    struct ipsock_ipv4_header header;
    const struct ipsock_ipv4_header want = vector();
    make_bytes(bytes, words);
    memset(&header, 0x5a, sizeof header);
    unit_int(name, ipsk_ipv4_parse(&header, bytes, sizeof bytes, order), IPSOCK_OK);
    unit_int(name, header.total_length, 0xbeef);
    unit_int(name, header.flags, IPSOCK_IPV4_DONT_FRAGMENT);
    unit_int(name, header.fragment_offset, 1500);
    unit_bytes(name, &header, &want, sizeof want);
}

static void check_marshal(const char *name, const struct words *words,
                          const struct ipsk_header_order *order)
{
    uint8_t bytes[20], want[20];
    const struct ipsock_ipv4_header header = vector();
    make_bytes(want, words);
    unit_int(name, ipsk_ipv4_marshal(&header, bytes, sizeof bytes, NULL, order), IPSOCK_OK);
    unit_bytes(name, bytes, want, sizeof want);
}

static void check_system(int number)
{
    const struct system *system = &systems[number];
    check_parse(system->name, &system->receive, &system->orders.receive);
    check_marshal(system->name, &system->send, &system->orders.send);
}

static void hdr_05_wire_order_of_linux(void **state)
{
    (void)state;
    check_system(LINUX);
}

static void hdr_05_wire_order_of_freebsd_from_11(void **state)
{
    (void)state;
    check_system(FREEBSD11);
}

static void hdr_05_wire_order_of_openbsd(void **state)
{
    (void)state;
    check_system(OPENBSD);
}

static void hdr_05_wire_order_of_windows(void **state)
{
    (void)state;
    check_system(WINDOWS);
}

static void hdr_07_host_order_to_the_kernel(void **state)
{
    (void)state;
    static const int traditional[] = {FREEBSD9, FREEBSD10, NETBSD, DRAGONFLY5, DRAGONFLY6, DARWIN};
    for (size_t i = 0; i < COUNT(traditional); i++) {
        const struct system *system = &systems[traditional[i]];
        check_marshal(system->name, &system->send, &system->orders.send);
    }
}

static void hdr_08_host_order_without_the_header_from_the_kernel(void **state)
{
    (void)state;
    static const int traditional[] = {FREEBSD9, NETBSD, DRAGONFLY5, DRAGONFLY6, DARWIN};
    for (size_t i = 0; i < COUNT(traditional); i++) {
        const struct system *system = &systems[traditional[i]];
        check_parse(system->name, &system->receive, &system->orders.receive);
    }
}

/* The kernel subtracts the whole header, options included. */
static void hdr_08_options_count_as_header(void **state)
{
    (void)state;
    const struct ipsk_header_order order = ORDER_WITHOUT;
    uint8_t bytes[24] = {0};
    struct ipsock_ipv4_header header;
    const struct words words = HOST_WITHOUT;
    make_bytes(bytes, &words);
    bytes[0] = 0x46;
    assert_int_equal(ipsk_ipv4_parse(&header, bytes, sizeof bytes, &order), IPSOCK_OK);
    assert_int_equal(header.total_length, 0xbef3);
    assert_int_equal(header.options_length, 4);
    uint8_t back[24];
    assert_int_equal(ipsk_ipv4_marshal(&header, back, sizeof back, NULL, &order), IPSOCK_OK);
    assert_memory_equal(back, bytes, sizeof bytes);
}

static void hdr_08_a_length_that_cannot_be_is_refused(void **state)
{
    (void)state;
    const struct ipsk_header_order order = {false, false, true};
    uint8_t bytes[20];
    struct ipsock_ipv4_header header;
    for (unsigned field = 0; field <= 0xffff; field++) {
        const struct words words = WIRE;
        make_bytes(bytes, &words);
        bytes[2] = (uint8_t)(field >> 8);
        bytes[3] = (uint8_t)field;
        const int result = ipsk_ipv4_parse(&header, bytes, sizeof bytes, &order);
        assert_int_equal(result, field + 20 <= 0xffff ? IPSOCK_OK : IPSOCK_ETOTALLEN);
        if (result == IPSOCK_OK)
            assert_int_equal(header.total_length, field + 20);
    }
    header = vector();
    for (uint16_t total = 0; total < 30; total++) {
        header.total_length = total;
        assert_int_equal(ipsk_ipv4_marshal(&header, bytes, sizeof bytes, NULL, &order),
                         total < 20 ? IPSOCK_ETOTALLEN : IPSOCK_OK);
    }
    uint8_t room[60];
    header.options_length = 8;
    header.total_length = 27;
    assert_int_equal(ipsk_ipv4_marshal(&header, room, sizeof room, NULL, &order), IPSOCK_ETOTALLEN);
    header.total_length = 28;
    assert_int_equal(ipsk_ipv4_marshal(&header, room, sizeof room, NULL, &order), IPSOCK_OK);
}

static void hdr_09_host_order_with_the_header_from_freebsd_10(void **state)
{
    (void)state;
    check_system(FREEBSD10);
}

static void hdr_15_netbsd_keeps_the_traditional_order(void **state)
{
    (void)state;
    check_system(NETBSD);
}

static void hdr_15_dragonfly_changed_in_july_2023(void **state)
{
    (void)state;
    check_system(DRAGONFLY6);
    check_system(DRAGONFLY);
}

static void icmp_14_quoted_header_of_every_system(void **state)
{
    (void)state;
    for (int i = 0; i < SYSTEMS; i++) {
        check_parse(systems[i].name, &systems[i].quoted, &systems[i].orders.quoted);
        check_marshal(systems[i].name, &systems[i].quoted, &systems[i].orders.quoted);
    }
}

static void orders_of_one_system_are_not_those_of_another(void **state)
{
    (void)state;
    struct ipsock_ipv4_header header;
    uint8_t bytes[20];
    make_bytes(bytes, &systems[DARWIN].receive);
    assert_int_equal(ipsk_ipv4_parse(&header, bytes, sizeof bytes, &systems[LINUX].orders.receive),
                     IPSOCK_OK);
    assert_int_equal(header.total_length, host_is_little() ? 0xdbbe : 0xbedb);
    assert_int_equal(header.fragment_offset, host_is_little() ? 0x1c45 : 1500);
}

/* Whatever sum a header came with: its own, as on the wire, options included. */
static void sil_10_the_checksum_of_a_header(void **state)
{
    (void)state;
    const struct ipsk_header_order wire = {0};
    struct ipsock_ipv4_header header = {.header_length = 24,
                                        .traffic_class = 0xb8,
                                        .flags = IPSOCK_IPV4_DONT_FRAGMENT,
                                        .total_length = 60,
                                        .id = 0x1234,
                                        .hop_limit = 7,
                                        .protocol = 253,
                                        .checksum = 0xdead,
                                        .options_length = 4,
                                        .source = ipsock_addr_ipv4(192, 0, 2, 1, 0),
                                        .destination = ipsock_addr_ipv4(192, 0, 2, 9, 0),
                                        .options = {0x94, 4, 0, 0}};
    uint8_t bytes[24];
    const uint16_t sum = ipsk_ipv4_sum(&header);
    assert_int_equal(header.checksum, 0xdead);
    header.checksum = sum;
    assert_int_equal(ipsk_ipv4_marshal(&header, bytes, sizeof bytes, NULL, &wire), IPSOCK_OK);
    assert_int_equal(ipsock_checksum(bytes, sizeof bytes), 0);
    assert_int_not_equal(sum, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hdr_05_wire_order_of_linux),
        cmocka_unit_test(hdr_05_wire_order_of_freebsd_from_11),
        cmocka_unit_test(hdr_05_wire_order_of_openbsd),
        cmocka_unit_test(hdr_05_wire_order_of_windows),
        cmocka_unit_test(hdr_07_host_order_to_the_kernel),
        cmocka_unit_test(hdr_08_host_order_without_the_header_from_the_kernel),
        cmocka_unit_test(hdr_08_options_count_as_header),
        cmocka_unit_test(hdr_08_a_length_that_cannot_be_is_refused),
        cmocka_unit_test(hdr_09_host_order_with_the_header_from_freebsd_10),
        cmocka_unit_test(hdr_15_netbsd_keeps_the_traditional_order),
        cmocka_unit_test(hdr_15_dragonfly_changed_in_july_2023),
        cmocka_unit_test(icmp_14_quoted_header_of_every_system),
        cmocka_unit_test(sil_10_the_checksum_of_a_header),
        cmocka_unit_test(orders_of_one_system_are_not_those_of_another),
    };
    return cmocka_run_group_tests_name("header_order", tests, NULL, NULL);
}
