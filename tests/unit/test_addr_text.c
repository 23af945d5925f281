// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"

#include "core/codec/addr_text.h"
#include "core/endpoint/backend.h"

/* The interfaces of a host that exists only here. */
#define NAME_OF_47 "a_name_as_long_as_is_written_with_47_characters"
#define NAME_OF_48 "a_name_that_is_one_character_too_long_to_write_x"

static const struct {
    uint32_t index;
    const char *name;
} interfaces[] = {
    {1, "lo"},      {2, "eth0"},     {3, "7"}, /* looks like an index */
    {4, "a]b"},     {5, "100%"},     {6, ""},          {8, NAME_OF_47},      {9, NAME_OF_48},
    {10, "eth0:1"}, {11, "Wi-Fi 2"}, {12, "\xc3\xbc"}, {UINT32_MAX, "last"},
};

static char looked_up[1024]; /* the name of the latest question */

/* What the system fails with when it is asked; 0: it answers. */
static int refusal;

int ipsk_sys_interface_index(const char *name, uint32_t *index, struct ipsock_error *error)
{
    (void)error;
    *index = 0;
    if (refusal != 0)
        return refusal;
    assert_true(strlen(name) < sizeof looked_up);
    strcpy(looked_up, name);
    for (size_t i = 0; i < COUNT(interfaces); i++)
        if (strcmp(name, interfaces[i].name) == 0)
            *index = interfaces[i].index;
    return *index != 0 ? IPSOCK_OK : IPSOCK_ENODEV;
}

int ipsk_sys_interface_name(uint32_t index, char *name, size_t size, struct ipsock_error *error)
{
    (void)error;
    if (refusal != 0)
        return refusal;
    for (size_t i = 0; i < COUNT(interfaces); i++) {
        const size_t length = strlen(interfaces[i].name);
        if (interfaces[i].index != index || length >= size)
            continue;
        memcpy(name, interfaces[i].name, length + 1);
        return IPSOCK_OK;
    }
    return IPSOCK_ENODEV;
}

/* Texts in their canonical form, which parse and format turn into each other. */
static const struct {
    const char *text;
    struct ipsock_addr addr;
} canonical[] = {
    {"0.0.0.0", {.family = 4}},
    {"192.0.2.1", {.family = 4, .ip = {192, 0, 2, 1}}},
    {"255.255.255.255", {.family = 4, .ip = {255, 255, 255, 255}}},
    {"192.0.2.1:53", {.family = 4, .port = 53, .ip = {192, 0, 2, 1}}},
    {"192.0.2.1:65535", {.family = 4, .port = 65535, .ip = {192, 0, 2, 1}}},
    {"::", {.family = 6}},
    {"::1", {.family = 6, .ip = {[15] = 1}}},
    {"1::", {.family = 6, .ip = {0, 1}}},
    {"[::]:1", {.family = 6, .port = 1}},
    {"[2001:db8::1]:53", {.family = 6, .port = 53, .ip = {0x20, 1, 0x0d, 0xb8, [15] = 1}}},
    {"2001:db8::1", {.family = 6, .ip = {0x20, 1, 0x0d, 0xb8, [15] = 1}}},
    /* RFC 5952, 4.2.2: one group of zeros is not shortened */
    {"2001:db8:0:1:1:1:1:1",
     {.family = 6, .ip = {0x20, 1, 0x0d, 0xb8, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}}},
    {"0:1:1:1:1:1:1:1", {.family = 6, .ip = {0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}}},
    {"1:1:1:1:1:1:1:0", {.family = 6, .ip = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 0}}},
    /* 4.2.3: the longest run, the first of equals */
    {"2001:0:0:1::1", {.family = 6, .ip = {0x20, 1, [7] = 1, [15] = 1}}},
    {"2001:db8::1:0:0:1", {.family = 6, .ip = {0x20, 1, 0x0d, 0xb8, [9] = 1, [15] = 1}}},
    {"::1:0:0:1", {.family = 6, .ip = {[9] = 1, [15] = 1}}},
    {"0:0:1::", {.family = 6, .ip = {[5] = 1}}},
    {"1::1:0:0:0", {.family = 6, .ip = {[1] = 1, [9] = 1}}},
    {"1:2:3:4:5:6::", {.family = 6, .ip = {0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6}}},
    {"::3:4:5:6:7:8", {.family = 6, .ip = {[5] = 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}}},
    /* 4.1 and 4.3: no leading zeros, lower case */
    {"abcd:ef01:2345:6789:abcd:ef01:2345:6789",
     {.family = 6,
      .ip = {0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45,
             0x67, 0x89}}},
    {"a:b0:c00:d000::", {.family = 6, .ip = {0, 0xa, 0, 0xb0, 0xc, 0, 0xd0}}},
    /* section 5: dotted where the prefix says so, and nowhere else */
    {"::ffff:192.0.2.1", {.family = 6, .ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}}},
    {"::ffff:0.0.0.0", {.family = 6, .ip = {[10] = 0xff, 0xff}}},
    {"[::ffff:192.0.2.1]:53", {.family = 6, .port = 53, .ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}}},
    {"::ffff:0:c000:201", {.family = 6, .ip = {[8] = 0xff, 0xff, 0, 0, 192, 0, 2, 1}}},
    {"::c000:201", {.family = 6, .ip = {[12] = 192, 0, 2, 1}}},
    /* zones */
    {"fe80::1%eth0", {.family = 6, .scope = 2, .ip = {0xfe, 0x80, [15] = 1}}},
    {"[fe80::1%eth0]:53", {.family = 6, .port = 53, .scope = 2, .ip = {0xfe, 0x80, [15] = 1}}},
    {"ff02::1%lo", {.family = 6, .scope = 1, .ip = {0xff, 2, [15] = 1}}},
    {"::%lo", {.family = 6, .scope = 1}},
    {"::ffff:10.0.0.1%lo", {.family = 6, .scope = 1, .ip = {[10] = 0xff, 0xff, 10, 0, 0, 1}}},
    {"fe80::%a]b", {.family = 6, .scope = 4, .ip = {0xfe, 0x80}}},
    {"[fe80::%a]b]:53", {.family = 6, .port = 53, .scope = 4, .ip = {0xfe, 0x80}}},
    {"fe80::%100%", {.family = 6, .scope = 5, .ip = {0xfe, 0x80}}},
    {"[fe80::%100%]:53", {.family = 6, .port = 53, .scope = 5, .ip = {0xfe, 0x80}}},
    {"fe80::%eth0:1", {.family = 6, .scope = 10, .ip = {0xfe, 0x80}}},
    {"fe80::%Wi-Fi 2", {.family = 6, .scope = 11, .ip = {0xfe, 0x80}}},
    {"fe80::%\xc3\xbc", {.family = 6, .scope = 12, .ip = {0xfe, 0x80}}},
    {"fe80::%last", {.family = 6, .scope = UINT32_MAX, .ip = {0xfe, 0x80}}},
    {"fe80::%" NAME_OF_47, {.family = 6, .scope = 8, .ip = {0xfe, 0x80}}},
    /* an index where there is no name, where it would be read as another index, or is too long */
    {"fe80::%99", {.family = 6, .scope = 99, .ip = {0xfe, 0x80}}},
    {"fe80::%4294967294", {.family = 6, .scope = UINT32_MAX - 1, .ip = {0xfe, 0x80}}},
    {"[fe80::%99]:53", {.family = 6, .port = 53, .scope = 99, .ip = {0xfe, 0x80}}},
    {"fe80::%3", {.family = 6, .scope = 3, .ip = {0xfe, 0x80}}},
    {"fe80::%6", {.family = 6, .scope = 6, .ip = {0xfe, 0x80}}},
    {"fe80::%9", {.family = 6, .scope = 9, .ip = {0xfe, 0x80}}},
};

/* Other texts that say something: only parsed. */
static const struct {
    const char *text, *canonical;
} readable[] = {
    {"192.0.2.1:0", "192.0.2.1"},
    {"[::1]:0", "::1"},
    {"2001:DB8::AbCd", "2001:db8::abcd"},
    {"0000:0000:0000:0000:0000:0000:0000:0001", "::1"},
    {"0:0:0:0:0:0:0:0", "::"},
    {"2001:0db8::0001", "2001:db8::1"},
    {"1::2:3:4:5:6:7", "1:0:2:3:4:5:6:7"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::ffff:c000:201", "::ffff:192.0.2.1"},
    {"::FFFF:192.0.2.1", "::ffff:192.0.2.1"},
    {"0:0:0:0:0:ffff:192.0.2.1", "::ffff:192.0.2.1"},
    {"::192.0.2.1", "::c000:201"},
    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    {"1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304"},
    {"::2:3:4:5:6:1.2.3.4", "0:2:3:4:5:6:102:304"},
    {"[1:2:3:4:5:6:7:8]:53", "[1:2:3:4:5:6:7:8]:53"},
    {"[1:2:3:4:5:6:7::]:53", "[1:2:3:4:5:6:7:0]:53"},
    {"[::1.2.3.4]:53", "[::102:304]:53"},
    {"1:2:3:4:5:6:7:8%eth0", "1:2:3:4:5:6:7:8%eth0"},
    {"1:2:3:4:5:6:7::%eth0", "1:2:3:4:5:6:7:0%eth0"},
    {"::1.2.3.4%eth0", "::102:304%eth0"},
    {"2001:db8::1:53", "2001:db8::1:53"}, /* an address, not a port */
    {"fe80::1%2", "fe80::1%eth0"},        /* an index where there is a name */
    {"[fe80::1%2]:53", "[fe80::1%eth0]:53"},
    {"fe80::1%7", "fe80::1%7"}, /* the index, not the interface of that name */
    {"fe80::1%4294967295", "fe80::1%last"},
    {"fe80::%" NAME_OF_48, "fe80::%9"},
};

/* Texts that are refused. */
/* clang-format off */
static const char *const wrong[] = {
    "", " ", ":", ".", "%", "[", "]", "[]", "[]:53", "[:53", "]:53", "[[", "localhost",
    /* IPv4 */
    "1", "1.", "1.2", "1.2.3", "1.2.3.", "1.2.3.4.", "1.2.3.4.5", ".1.2.3.4", "1..2.3", "1.2..3.4",
    "256.0.0.1", "1.2.3.256", "1.2.3.1000", "1.2.3.99999999999999999999", "01.2.3.4", "1.2.3.04",
    "00.0.0.0", "1.2.3.00", "0x1.2.3.4", "0x7f000001", "2130706433", "127.1", "0177.0.0.1",
    "-1.2.3.4", "+1.2.3.4", "1.2.3.-4", " 1.2.3.4", "1.2.3.4 ", "1. 2.3.4", "1.2.3.4\n", "a.b.c.d",
    "1.2.3.a", "1,2,3,4", "1.2.3.4%eth0", "1.2.3.4/24", "\xd9\xa1.2.3.4",
    /* ports */
    "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:99999", "1.2.3.4:4294967296", "1.2.3.4:4294967349",
    "1.2.3.4:18446744073709551616", "1.2.3.4:18446744073709551669", "1.2.3.4:-1", "1.2.3.4:+1",
    "1.2.3.4:053", "1.2.3.4:00", "1.2.3.4: 53", "1.2.3.4:53 ", "1.2.3.4:0x35", "1.2.3.4:http",
    "1.2.3.4::53", "1.2.3.4:53:53", "[1.2.3.4]:53", "[1.2.3.4]", ":53",
    /* IPv6 */
    ":::", "::::", ":1", "1:", ":1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:", "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "1::2::3",
    "::1::", "1:::2", "::1:", "1::2:", ":1::", "12345::", "::12345", "00001::", "g::", "::g",
    "1::-1", "::1 ", " ::1", ":: 1", "::1\n", "1", "abcd", "::1/64", "::0x1", "::\xef\xbc\x91",
    /* IPv6 that ends dotted */
    "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4", "::1.2.3.4:5", "::1.2.3.4:",
    "::1.2.3.4::", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8:1.2.3.4",
    "1:2:3:4:5:1.2.3.4", "1:2:3:4:5:6::1.2.3.4", "::1.2.3.4.", "::1:1.2", "::ffff:1.2.3.4.5",
    /* brackets */
    "[::1]", "[::1", "::1]", "[::1]:", "[::1]53", "[::1]:65536", "[::1]:053", "[::1]:-1",
    "[::1]:53 ", "[::1]: 53", "[::1] :53", "[ ::1]:53", "[::1 ]:53", "[[::1]]:53", "[::1]]:53",
    "[[::1]:53", "[::1]:53]", "x[::1]:53", "[::1]x:53", "[]:0", "[::1]:53:53", "::1:53]",
    /* an address that is none before a bracket or a zone */
    "[1:]:53", "[:]:53", "[1:2:3:4:5:6:7]:53", "[1:2:3:4:5:6:7:8:]:53", "[1:2:3:4:5:6:7:8:9]:53",
    "[1::2:]:53", "[1::2::]:53", "[::1.2.3]:53", "[::1.2.3.4:]:53", "[12345::]:53", "1:%eth0",
    ":%eth0", "1:2:3:4:5:6:7%eth0", "1:2:3:4:5:6:7:8:%eth0", "1:2:3:4:5:6:7:8:9%eth0", "1::2:%eth0",
    "1::2::%eth0", "::1.2.3%eth0", "::1.2.3.4:%eth0", "12345::%eth0", "[::1:%eth0]:53",
    /* zones */
    "fe80::1%", "[fe80::1%]:53", "%eth0", "%2", "[%2]:53", "fe80::1 %eth0", "1.2.3.4:53%eth0",
    "[fe80::1%eth0", "[fe80::1%eth0]", "[fe80::1]%eth0:53", "g%eth0", "[fe80::1%eth0]:", "1:%2",
};
/* clang-format on */

/* Addresses of zones that are not there. */
static const char *const unknown[] = {
    "fe80::1%eth1",
    "[fe80::1%eth1]:53",
    "fe80::1%0",
    "fe80::1%00",
    "fe80::1%02",
    "fe80::1%-2",
    "fe80::1% 2",
    "fe80::1%2 ",
    "fe80::1%4294967296",
    "fe80::1%4294967298",
    "fe80::1%18446744073709551618",
    "fe80::1%0x2",
    "fe80::1%%eth0",
    "fe80::1%eth0%",
    "fe80::1%ETH0",
    "fe80::1%eth0]",
    "fe80::1%eth0:53",
    "[fe80::1%eth0]]:53",
    "fe80::1%eth",
};

static void addr_canonical_text_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(canonical); i++) {
        struct ipsock_addr addr;
        memset(&addr, 0x5a, sizeof addr);
        unit_int(canonical[i].text, ipsock_addr_parse(canonical[i].text, &addr), IPSOCK_OK);
        unit_bytes(canonical[i].text, &addr, &canonical[i].addr, sizeof addr);
    }
}

static int format(const void *object, char *text, size_t size)
{
    return ipsock_addr_format(object, text, size);
}

static void addr_canonical_text_is_written_into_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(canonical); i++)
        unit_every_size(format, &canonical[i].addr, canonical[i].text, false);
}

static void addr_other_spellings_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(readable); i++) {
        struct ipsock_addr addr;
        char text[IPSOCK_ADDR_TEXT];
        unit_int(readable[i].text, ipsock_addr_parse(readable[i].text, &addr), IPSOCK_OK);
        unit_int(readable[i].text, ipsock_addr_format(&addr, text, sizeof text), IPSOCK_OK);
        unit_string(readable[i].text, text, readable[i].canonical);
    }
}

static void check_refused(const char *text, int want)
{
    struct ipsock_addr addr, before;
    memset(&addr, 0x5a, sizeof addr);
    memset(&before, 0x5a, sizeof before);
    char *copy = unit_exact(text, strlen(text) + 1);
    unit_int(text, ipsock_addr_parse(copy, &addr), want);
    free(copy);
    unit_bytes(text, &addr, &before, sizeof addr);
}

static void addr_wrong_text_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        check_refused(wrong[i], IPSOCK_EINVAL);
}

static void addr_unknown_zone_is_no_device(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(unknown); i++)
        check_refused(unknown[i], IPSOCK_ENODEV);
}

static void addr_parse_and_format_refuse_null(void **state)
{
    (void)state;
    struct ipsock_addr addr = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    char text[IPSOCK_ADDR_TEXT] = "kept";
    assert_int_equal(ipsock_addr_parse(NULL, &addr), IPSOCK_EINVAL);
    assert_int_equal(ipsock_addr_parse("::1", NULL), IPSOCK_EINVAL);
    assert_int_equal(ipsock_addr_parse(NULL, NULL), IPSOCK_EINVAL);
    assert_int_equal(ipsock_addr_format(NULL, text, sizeof text), IPSOCK_EINVAL);
    assert_int_equal(ipsock_addr_format(&addr, NULL, sizeof text), IPSOCK_EINVAL);
    assert_string_equal(text, "kept");
}

static void addr_format_refuses_what_is_no_address(void **state)
{
    (void)state;
    char text[IPSOCK_ADDR_TEXT] = "kept";
    struct ipsock_addr addr = {.port = 53, .ip = {192, 0, 2, 1}};
    for (int family = 0; family < 256; family++) {
        if (family == IPSOCK_IPV4 || family == IPSOCK_IPV6)
            continue;
        addr.family = (uint8_t)family;
        assert_int_equal(ipsock_addr_format(&addr, text, sizeof text), IPSOCK_EFAMILY);
    }
    assert_string_equal(text, "kept");
}

/* In longer texts, "no address" has a text of its own. */
static void addr_within_a_text(void **state)
{
    (void)state;
    char text[IPSOCK_ADDR_TEXT];
    const struct ipsock_addr none = {.port = 53};
    struct ipsk_text out = ipsk_text_begin(text, sizeof text);
    ipsk_text_addr(&out, &none);
    assert_int_equal(ipsk_text_finish(&out), IPSOCK_OK);
    assert_string_equal(text, "<nil>");
    const struct ipsock_addr six = ipsock_addr_loopback(IPSOCK_IPV6, 53);
    out = ipsk_text_begin(text, sizeof text);
    ipsk_text_ip(&out, &six);
    ipsk_text_char(&out, ' ');
    ipsk_text_addr(&out, &six);
    assert_int_equal(ipsk_text_finish(&out), IPSOCK_OK);
    assert_string_equal(text, "::1 [::1]:53");
}

static void addr_text_size_holds_the_longest(void **state)
{
    (void)state;
    char text[IPSOCK_ADDR_TEXT];
    struct ipsock_addr addr = {.family = IPSOCK_IPV6, .port = 65535, .scope = 8};
    memset(addr.ip, 0xff, sizeof addr.ip);
    assert_int_equal(ipsock_addr_format(&addr, text, sizeof text), IPSOCK_OK);
    assert_int_equal(strlen(text), IPSOCK_ADDR_TEXT - 1);
    struct ipsock_addr back;
    assert_int_equal(ipsock_addr_parse(text, &back), IPSOCK_OK);
    assert_true(ipsock_addr_equal(&addr, &back));
}

/* Zones of any length: the question to the system is the whole name, or not asked at all. */
static void addr_zone_of_any_length(void **state)
{
    (void)state;
    for (size_t length = 1; length <= 2000; length += length < 760 || length > 780 ? 13 : 1) {
        char text[2100] = "[fe80::1%";
        const size_t start = strlen(text);
        memset(text + start, 'z', length);
        memcpy(text + start + length, "]:53", 5);
        looked_up[0] = '\0';
        check_refused(text, IPSOCK_ENODEV);
        assert_int_equal(strlen(looked_up), length <= 768 ? length : 0);
    }
    char digits[2100] = "fe80::1%";
    memset(digits + strlen(digits), '9', 2000);
    check_refused(digits, IPSOCK_ENODEV);
}

static void addr_nothing_is_read_behind_a_nul(void **state)
{
    (void)state;
    static const char text[] = "192.0.2.1\0:53";
    static const char zone[] = "fe80::1%eth0\0]:53";
    struct ipsock_addr addr;
    assert_int_equal(ipsock_addr_parse(text, &addr), IPSOCK_OK);
    assert_int_equal(addr.port, 0);
    assert_int_equal(ipsock_addr_parse(zone, &addr), IPSOCK_OK);
    assert_int_equal(addr.scope, 2);
    check_refused("[fe80::1%eth0\0]:53", IPSOCK_EINVAL);
    check_refused("192.0.2.\0001", IPSOCK_EINVAL);
}

/* Every prefix of a text is read, or refused, within its own bytes. */
static void addr_every_prefix_stays_in_its_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(canonical); i++) {
        const size_t length = strlen(canonical[i].text);
        for (size_t n = 0; n <= length; n++) {
            struct ipsock_addr addr;
            char *copy = unit_exact(canonical[i].text, n + 1);
            copy[n] = '\0';
            const int result = ipsock_addr_parse(copy, &addr);
            free(copy);
            assert_true(result == IPSOCK_OK || result == IPSOCK_EINVAL || result == IPSOCK_ENODEV);
            assert_true(n < length || result == IPSOCK_OK);
        }
    }
}

static struct ipsock_addr random_addr(uint64_t *seed)
{
    static const uint32_t scopes[] = {0, 0, 0, 1,  2,  3,  4,  5,         6,
                                      7, 8, 9, 10, 11, 12, 77, UINT32_MAX};
    const uint64_t bits = unit_random(seed);
    struct ipsock_addr addr = ipsock_addr_any(bits & 1 ? IPSOCK_IPV4 : IPSOCK_IPV6, 0);
    const int length = addr.family == IPSOCK_IPV4 ? 4 : 16;
    if (bits & 2)
        addr.port = (uint16_t)(bits >> 48);
    if (addr.family == IPSOCK_IPV6)
        addr.scope = scopes[(bits >> 8) % COUNT(scopes)];
    const uint64_t zeros = unit_random(seed) & unit_random(seed) >> (bits & 4);
    for (int i = 0; i < length; i++)
        addr.ip[i] = zeros >> (i / 2) & 1 ? (uint8_t)(unit_random(seed) >> 40) : 0;
    if (addr.family == IPSOCK_IPV6 && (bits & 0x70) == 0x70) {
        memset(addr.ip, 0, 10);
        memset(addr.ip + 10, 0xff, 2);
    }
    return addr;
}

static void addr_parse_undoes_format(void **state)
{
    (void)state;
    uint64_t seed = 5952;
    for (int round = 0; round < 300000; round++) {
        const struct ipsock_addr addr = random_addr(&seed);
        struct ipsock_addr back;
        char text[IPSOCK_ADDR_TEXT];
        assert_int_equal(ipsock_addr_format(&addr, text, sizeof text), IPSOCK_OK);
        unit_int(text, ipsock_addr_parse(text, &back), IPSOCK_OK);
        unit_bytes(text, &back, &addr, sizeof addr);
    }
}

/* Whatever is read is written in one form, which is read as the same. */
static void addr_random_text_is_refused_or_has_one_meaning(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789abcdefABF:::::....[]%%g -";
    uint64_t seed = 4291;
    size_t accepted = 0;
    for (int round = 0; round < 1000000; round++) {
        char text[24], again[IPSOCK_ADDR_TEXT];
        struct ipsock_addr addr, back;
        const size_t length = (size_t)(unit_random(&seed) % sizeof text);
        for (size_t i = 0; i < length; i++)
            text[i] = alphabet[(unit_random(&seed) >> 20) % (sizeof alphabet - 1)];
        text[length] = '\0';
        if (ipsock_addr_parse(text, &addr) != IPSOCK_OK)
            continue;
        accepted++;
        unit_int(text, ipsock_addr_format(&addr, again, sizeof again), IPSOCK_OK);
        unit_int(again, ipsock_addr_parse(again, &back), IPSOCK_OK);
        unit_bytes(text, &back, &addr, sizeof addr);
    }
    assert_true(accepted > 100);
}

/* A system that cannot be asked now has not said that there is no such interface. */
static void addr_zone_that_cannot_be_looked_up(void **state)
{
    static const int refusals[] = {IPSOCK_ENFILE, IPSOCK_ENOMEM, IPSOCK_ENOBUFS, IPSOCK_EPERM};
    const struct ipsock_addr eth0 = {.family = 6, .scope = 2, .ip = {0xfe, 0x80, [15] = 1}};
    struct ipsock_addr addr;
    char text[IPSOCK_ADDR_TEXT];
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        refusal = refusals[i];
        const int parsed = ipsock_addr_parse("fe80::1%eth0", &addr);
        const int numeric = ipsock_addr_parse("fe80::1%2", &addr);
        const int formatted = ipsock_addr_format(&eth0, text, sizeof text);
        refusal = 0;
        assert_int_equal(parsed, refusals[i]);
        assert_int_equal(numeric, IPSOCK_OK);
        unit_bytes("fe80::1%2", &addr, &eth0, sizeof addr);
        assert_int_equal(formatted, IPSOCK_OK);
        assert_string_equal(text, "fe80::1%2");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addr_canonical_text_is_read),
        cmocka_unit_test(addr_canonical_text_is_written_into_any_size),
        cmocka_unit_test(addr_other_spellings_are_read),
        cmocka_unit_test(addr_wrong_text_is_refused),
        cmocka_unit_test(addr_unknown_zone_is_no_device),
        cmocka_unit_test(addr_zone_that_cannot_be_looked_up),
        cmocka_unit_test(addr_parse_and_format_refuse_null),
        cmocka_unit_test(addr_format_refuses_what_is_no_address),
        cmocka_unit_test(addr_within_a_text),
        cmocka_unit_test(addr_text_size_holds_the_longest),
        cmocka_unit_test(addr_zone_of_any_length),
        cmocka_unit_test(addr_nothing_is_read_behind_a_nul),
        cmocka_unit_test(addr_every_prefix_stays_in_its_bytes),
        cmocka_unit_test(addr_parse_undoes_format),
        cmocka_unit_test(addr_random_text_is_refused_or_has_one_meaning),
    };
    return cmocka_run_group_tests_name("addr_text", tests, NULL, NULL);
}
