// SPDX-License-Identifier: BSD-2-Clause
/* ICMP messages as text. */
#include "unit.h"

#include <ipsock/icmp.h>

#define V4 .family = IPSOCK_IPV4
#define V6 .family = IPSOCK_IPV6

static int format(const void *message, char *text, size_t size)
{
    return ipsock_icmp_format(message, text, size);
}

struct written {
    struct ipsock_icmp_message message;
    const char *text;
};

static const struct written bodies[] = {
    {{V4, .type = 8, .checksum = 0xbeef, .id = 1, .sequence = 65535, .data_length = 56},
     "type=8 echo code=0 cksum=0xbeef id=1 seq=65535 datalen=56"},
    {{V6, .type = 129, .id = 7}, "type=129 echo reply code=0 cksum=0x0 id=7 seq=0 datalen=0"},
    {{V4, .type = 3, .code = 4, .mtu = 1480, .data_length = 28},
     "type=3 destination unreachable code=4 cksum=0x0 mtu=1480 datalen=28"},
    {{V4, .type = 3, .code = 3, .mtu = 1480},
     "type=3 destination unreachable code=3 cksum=0x0 datalen=0"},
    {{V6, .type = 1, .code = 4, .mtu = 1480},
     "type=1 destination unreachable code=4 cksum=0x0 datalen=0"},
    {{V6, .type = 2, .mtu = 1280}, "type=2 packet too big code=0 cksum=0x0 mtu=1280 datalen=0"},
    {{V4, .type = 12, .pointer = 20},
     "type=12 parameter problem code=0 cksum=0x0 pointer=20 datalen=0"},
    {{V4, .type = 5, .code = 1, .gateway = {.family = 4, .ip = {192, 0, 2, 254}}},
     "type=5 redirect code=1 cksum=0x0 gateway=192.0.2.254 datalen=0"},
    {{V4, .type = 42, .id = 1, .sequence = 2, .local = true},
     "type=42 extended echo request code=0 cksum=0x0 id=1 seq=2 local=1 datalen=0"},
    {{V6, .type = 161, .id = 1, .sequence = 2, .state = 4, .active = true, .has_ipv6 = true},
     "type=161 extended echo reply code=0 cksum=0x0 id=1 seq=2 state=4 active=1 ipv4=0 ipv6=1 "
     "datalen=0"},
    {{V4, .type = 200, .code = 255}, "type=200 code=255 cksum=0x0 datalen=0"},
    {{V4, .type = 8, .body = IPSOCK_ICMP_BODY_RAW, .id = 1},
     "type=8 echo code=0 cksum=0x0 datalen=0"},
    {{V4, .type = 11, .extension = IPSOCK_ICMP_EXTENSION_CHECKSUM},
     "type=11 time exceeded code=0 cksum=0x0 datalen=0 ext=checksum"},
    {{V4, .type = 11, .extension = IPSOCK_ICMP_EXTENSION_FOUND, .objects_found = 3},
     "type=11 time exceeded code=0 cksum=0x0 datalen=0 ext=found more=3"},
};

static void every_body_into_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++)
        unit_every_size(format, &bodies[i].message, bodies[i].text, true);
}

static void every_state_of_extensions(void **state)
{
    (void)state;
    static const char *const words[] = {"",
                                        " ext=found",
                                        " ext=legacy",
                                        " ext=length",
                                        " ext=short",
                                        " ext=version",
                                        " ext=checksum",
                                        " ext=object",
                                        " ext=cut",
                                        ""};
    for (uint8_t extension = 0; extension < COUNT(words); extension++) {
        const struct ipsock_icmp_message m = {V6, .type = 3, .extension = extension};
        char text[160], want[160];
        assert_int_equal(ipsock_icmp_format(&m, text, sizeof text), IPSOCK_OK);
        snprintf(want, sizeof want, "type=3 time exceeded code=0 cksum=0x0 datalen=0%s",
                 words[extension]);
        assert_string_equal(text, want);
    }
}

struct object_text {
    struct ipsock_icmp_object object;
    const char *text;
};

#define BYTES(...)    \
    (const uint8_t[]) \
    {                 \
        __VA_ARGS__   \
    }

static void every_kind_of_object(void **state)
{
    (void)state;
    const struct object_text cases[] = {
        {{1, 1, 8, BYTES(0x03, 0xe8, 0xde, 0xfe, 0x03, 0xe8, 0xe1, 0xff)},
         " mpls(label=16013 tc=7 s=0 ttl=254, label=16014 tc=0 s=1 ttl=255)"},
        {{1, 1, 0, NULL}, " mpls()"},
        {{1, 1, 3, BYTES(1, 2, 3)}, " object(class=1 type=1 data=010203)"},
        {{2, 0x84, 8, BYTES(0, 1, 0, 0, 192, 0, 2, 1)}, " interface(role=outgoing addr=192.0.2.1)"},
        {{2, 0x4b, 16, BYTES(0, 0, 0, 15, 8, 'e', 'n', ' ', 0x1b, '\\', 0xc3, 0, 0, 0, 5, 0xdc)},
         " interface(role=sub index=15 name=en\\x20\\x1b\\x5c\\xc3 mtu=1500)"},
        {{2, 0xc0, 0, NULL}, " interface(role=next-hop)"},
        {{2, 0x08, 1, BYTES(7)}, " object(class=2 type=8 data=07)"},
        {{3, 1, 4, BYTES('e', 't', 'h', '0')}, " ident(by=name name=eth0)"},
        {{3, 2, 4, BYTES(0, 0, 3, 0x8f)}, " ident(by=index index=911)"},
        {{3, 3, 8, BYTES(0, 1, 4, 0, 192, 0, 2, 1)}, " ident(by=address family=1 addr=c0000201)"},
        {{3, 9, 0, NULL}, " object(class=3 type=9 data=)"},
        {{247, 200, 2, BYTES(0xca, 0xfe)}, " object(class=247 type=200 data=cafe)"},
        {{247, 200, 2, NULL}, " object(class=247 type=200 data=)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ipsock_icmp_object objects[2] = {cases[i].object, cases[i].object};
        struct ipsock_icmp_message m = {V4, .type = 11, .objects = objects, .object_count = 1};
        char text[512], want[512];
        snprintf(want, sizeof want, "type=11 time exceeded code=0 cksum=0x0 datalen=0%s",
                 cases[i].text);
        assert_int_equal(ipsock_icmp_format(&m, text, sizeof text), IPSOCK_OK);
        unit_string(cases[i].text, text, want);
        m.object_count = 2;
        snprintf(want, sizeof want, "type=11 time exceeded code=0 cksum=0x0 datalen=0%s%s",
                 cases[i].text, cases[i].text);
        unit_every_size(format, &m, want, true);
    }
}

static void format_160_bytes_without_objects(void **state)
{
    (void)state;
    char text[160];
    for (int type = 0; type <= 255; type++) {
        for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += 2) {
            struct ipsock_icmp_message m;
            memset(&m, 0xff, sizeof m);
            m.family = family;
            m.type = (uint8_t)type;
            m.local = m.active = m.has_ipv4 = m.has_ipv6 = true;
            m.gateway = ipsock_addr_ipv4(255, 255, 255, 255, 0);
            m.objects = NULL;
            m.object_count = m.objects_found = 0;
            m.extension = IPSOCK_ICMP_EXTENSION_CHECKSUM;
            assert_int_equal(ipsock_icmp_format(&m, text, sizeof text), IPSOCK_OK);
        }
    }
}

static void format_wrong_calls(void **state)
{
    (void)state;
    struct ipsock_icmp_message m = {V4, .type = 8};
    char text[160];
    assert_int_equal(ipsock_icmp_format(NULL, text, sizeof text), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_format(&m, NULL, 160), IPSOCK_EINVAL);
    m.family = IPSOCK_UNSPEC;
    assert_int_equal(ipsock_icmp_format(&m, text, sizeof text), IPSOCK_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_body_into_every_size),
        cmocka_unit_test(every_state_of_extensions),
        cmocka_unit_test(every_kind_of_object),
        cmocka_unit_test(format_160_bytes_without_objects),
        cmocka_unit_test(format_wrong_calls),
    };
    return cmocka_run_group_tests_name("icmp_text", tests, NULL, NULL);
}
