// SPDX-License-Identifier: BSD-2-Clause
/* Headers as text: HDR-16. */
#include "unit.h"

#include <ipsock/header.h>

#include "core/endpoint/backend.h"

/* Every interface has the longest name that is ever written. */
int ipsk_sys_interface_name(uint32_t index, char *name, size_t size, struct ipsock_error *error)
{
    (void)index;
    (void)error;
    memset(name, 'n', size - 1);
    name[size - 1] = '\0';
    return IPSOCK_OK;
}

int ipsk_sys_interface_index(const char *name, uint32_t *index, struct ipsock_error *error)
{
    (void)error;
    *index = name[0] == 'n' ? 7 : 0;
    return *index != 0 ? IPSOCK_OK : IPSOCK_ENODEV;
}

static const struct ipsock_ipv4_header header4 = {
    .version = 4,
    .header_length = 20,
    .traffic_class = 0xb8,
    .flags = IPSOCK_IPV4_DONT_FRAGMENT,
    .total_length = 84,
    .id = 0xcafe,
    .fragment_offset = 1500,
    .hop_limit = 64,
    .protocol = 1,
    .checksum = 0xdead,
    .source = {.family = IPSOCK_IPV4, .port = 9, .ip = {172, 16, 254, 254}},
    .destination = {.family = IPSOCK_IPV4, .ip = {192, 168, 0, 1}},
};

static const char text4[] =
    "ver=4 hdrlen=20 tos=0xb8 totallen=84 id=0xcafe flags=0x2 fragoff=0x5dc "
    "ttl=64 proto=1 cksum=0xdead src=172.16.254.254 dst=192.168.0.1";

static const struct ipsock_ipv6_header header6 = {
    .version = 6,
    .traffic_class = 0x98,
    .flow_label = 0xbeef1,
    .payload_length = 51966,
    .next_header = 44,
    .hop_limit = 1,
    .source = {.family = IPSOCK_IPV6, .ip = {0x20, 0x01, 0x0d, 0xb8, 0, 1, [15] = 1}},
    .destination = {.family = IPSOCK_IPV6, .ip = {0x20, 0x01, 0x0d, 0xb8, 0, 2, [15] = 1}},
};

static const char text6[] = "ver=6 tclass=0x98 flowlbl=0xbeef1 payloadlen=51966 nxthdr=44 hoplim=1 "
                            "src=2001:db8:1::1 dst=2001:db8:2::1";

static int format4(const void *object, char *text, size_t size)
{
    return ipsock_ipv4_header_format(object, text, size);
}

static int format6(const void *object, char *text, size_t size)
{
    return ipsock_ipv6_header_format(object, text, size);
}

static void hdr_16_ipv4_text_in_a_buffer_of_any_size(void **state)
{
    (void)state;
    unit_every_size(format4, &header4, text4, true);
    assert_null(strchr(text4, ','));
}

static void hdr_16_ipv6_text_in_a_buffer_of_any_size(void **state)
{
    (void)state;
    unit_every_size(format6, &header6, text6, true);
    assert_null(strchr(text6, ','));
}

static void hdr_16_null_is_nil(void **state)
{
    (void)state;
    unit_every_size(format4, NULL, "<nil>", true);
    unit_every_size(format6, NULL, "<nil>", true);
    assert_int_equal(ipsock_ipv4_header_format(&header4, NULL, 10), IPSOCK_EINVAL);
    assert_int_equal(ipsock_ipv6_header_format(&header6, NULL, 10), IPSOCK_EINVAL);
}

static void hdr_16_an_unset_address_is_nil(void **state)
{
    (void)state;
    const struct ipsock_ipv4_header zero4 = {0};
    const struct ipsock_ipv6_header zero6 = {0};
    unit_every_size(format4, &zero4,
                    "ver=0 hdrlen=0 tos=0x0 totallen=0 id=0x0 flags=0x0 fragoff=0x0 ttl=0 proto=0 "
                    "cksum=0x0 src=<nil> dst=<nil>",
                    true);
    unit_every_size(
        format6, &zero6,
        "ver=0 tclass=0x0 flowlbl=0x0 payloadlen=0 nxthdr=0 hoplim=0 src=<nil> dst=<nil>", true);
}

static void hdr_16_options_are_shown(void **state)
{
    (void)state;
    struct ipsock_ipv4_header header = header4;
    char want[256];
    header.options_length = 4;
    header.options[0] = 0xff;
    header.options[1] = 0x0e;
    (void)snprintf(want, sizeof want, "%s opts=ff0e0000", text4);
    unit_every_size(format4, &header, want, true);
    header.options_length = 1; /* not possible on a wire, but in a struct */
    (void)snprintf(want, sizeof want, "%s opts=ff", text4);
    unit_every_size(format4, &header, want, true);
}

/* Whatever the fields are: HEADER_TEXT suffices, and no option is read that cannot be there. */
static void hdr_16_any_bytes_fit(void **state)
{
    (void)state;
    struct ipsock_ipv4_header worst4;
    struct ipsock_ipv6_header worst6;
    char text[IPSOCK_HEADER_TEXT];
    memset(&worst4, 0xff, sizeof worst4);
    memset(&worst6, 0xff, sizeof worst6);
    worst4.source.family = worst4.destination.family = IPSOCK_IPV6;
    worst6.source.family = worst6.destination.family = IPSOCK_IPV6;
    assert_int_equal(ipsock_ipv4_header_format(&worst4, text, sizeof text), IPSOCK_OK);
    assert_non_null(strstr(text, " opts=ff"));
    assert_int_equal(strlen(strstr(text, " opts=")), strlen(" opts=") + 80);
    assert_int_equal(ipsock_ipv6_header_format(&worst6, text, sizeof text), IPSOCK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hdr_16_ipv4_text_in_a_buffer_of_any_size),
        cmocka_unit_test(hdr_16_ipv6_text_in_a_buffer_of_any_size),
        cmocka_unit_test(hdr_16_null_is_nil),
        cmocka_unit_test(hdr_16_an_unset_address_is_nil),
        cmocka_unit_test(hdr_16_options_are_shown),
        cmocka_unit_test(hdr_16_any_bytes_fit),
    };
    return cmocka_run_group_tests_name("header_text", tests, NULL, NULL);
}
