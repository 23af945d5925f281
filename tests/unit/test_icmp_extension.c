// SPDX-License-Identifier: BSD-2-Clause
/* Multi-part messages as they are written, RFC 4884: EXT-01 to EXT-04, EXT-14, EXT-15, QUIRK-05,
 * QUIRK-06. */
#include "icmp_extension.h"

static void ext_01_datagram_is_padded(void **state)
{
    (void)state;
    static const struct {
        size_t given, v4, v6;
    } cases[] = {{0, 128, 128},   {20, 128, 128},  {127, 128, 128},   {128, 128, 128},
                 {129, 132, 136}, {132, 132, 136}, {133, 136, 136},   {137, 140, 144},
                 {500, 500, 504}, {576, 576, 576}, {1020, 1020, 1024}};
    static uint8_t datagram[1020], buffer[2048];
    struct ipsock_icmp_object object = mpls_object();
    memset(datagram, 0xee, sizeof datagram);
    for (size_t c = 0; c < COUNT(carriers); c++) {
        for (size_t i = 0; i < COUNT(cases); i++) {
            const struct carrier *carrier = &carriers[c];
            const size_t padded = carrier->family == IPSOCK_IPV4 ? cases[i].v4 : cases[i].v6;
            struct ipsock_icmp_message m = {.family = carrier->family,
                                            .type = carrier->type,
                                            .data = datagram,
                                            .data_length = cases[i].given,
                                            .objects = &object,
                                            .object_count = 1};
            size_t written = 0;
            memset(buffer, 0xa5, sizeof buffer);
            assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, &written),
                             0);
            assert_int_equal(written, 8 + padded + 4 + 4 + 4);
            assert_int_equal(buffer[written], 0xa5);
            /* EXT-03: at its byte, in its unit, and nothing else in the word */
            for (size_t at = 4; at < 8; at++)
                assert_int_equal(buffer[at], at == carrier->length_at ? padded / carrier->unit : 0);
            assert_memory_equal(buffer + 8, datagram, cases[i].given);
            for (size_t at = cases[i].given; at < padded; at++)
                assert_int_equal(buffer[8 + at], 0);

            const struct parsed p = parse(carrier->family, buffer, written);
            expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, padded, 1);
            assert_int_equal(p.objects[0].object_class, 1);
            assert_int_equal(p.objects[0].object_type, 1);
            assert_int_equal(p.objects[0].length, 4);
            assert_int_equal(p.payload_at[0], 8 + padded + 8);
        }
    }
}

static void ext_03_length_attribute_beside_its_neighbours(void **state)
{
    (void)state;
    uint8_t buffer[160];
    struct ipsock_icmp_object object = mpls_object();
    struct ipsock_icmp_message m = {V4, .type = 12, .pointer = 20, .objects = &object,
                                    .object_count = 1};
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL), 0);
    assert_memory_equal(buffer + 4, "\x14\x20\0\0", 4);
    struct parsed p = parse(IPSOCK_IPV4, buffer, 8 + 128 + 12);
    expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 128, 1);
    assert_int_equal(p.message.pointer, 20);

    m = (struct ipsock_icmp_message){V4,          .type = 3,          .code = 4,
                                     .mtu = 1500, .objects = &object, .object_count = 1};
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL), 0);
    assert_memory_equal(buffer + 4, "\0\x20\x05\xdc", 4);
    p = parse(IPSOCK_IPV4, buffer, 8 + 128 + 12);
    expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 128, 1);
    assert_int_equal(p.message.mtu, 1500);
}

/* More than the length attribute can say. */
static void ext_03_datagram_too_long_for_its_length(void **state)
{
    (void)state;
    static uint8_t datagram[2048], buffer[2100];
    struct ipsock_icmp_object object = mpls_object();
    struct ipsock_icmp_message m = {V4,
                                    .type = 3,
                                    .data = datagram,
                                    .data_length = 1020,
                                    .objects = &object,
                                    .object_count = 1};
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL), 0);
    assert_int_equal(buffer[5], 255);
    m.data_length = 1021;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL),
                     IPSOCK_EMSGSIZE);
    m.family = IPSOCK_IPV6;
    m.data_length = 2040;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL), 0);
    assert_int_equal(buffer[4], 255);
    m.data_length = 2041;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL),
                     IPSOCK_EMSGSIZE);
    /* without objects there is no such limit */
    m.object_count = 0;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL), 0);
}

static void ext_02_no_objects_no_padding(void **state)
{
    (void)state;
    static const size_t lengths[] = {0, 20, 127, 128, 129, 140};
    uint8_t datagram[140], buffer[160];
    memset(datagram, 0xee, sizeof datagram);
    for (size_t c = 0; c < COUNT(carriers); c++) {
        for (size_t i = 0; i < COUNT(lengths); i++) {
            const struct ipsock_icmp_message m = {.family = carriers[c].family,
                                                  .type = carriers[c].type,
                                                  .data = datagram,
                                                  .data_length = lengths[i]};
            size_t written = 0;
            assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, &written),
                             0);
            assert_int_equal(written, 8 + lengths[i]);
            assert_int_equal(buffer[carriers[c].length_at], 0);
            const struct parsed p = parse(carriers[c].family, buffer, written);
            expect(&p, IPSOCK_ICMP_EXTENSION_NONE, lengths[i], 0);
        }
    }
}

/* 2000 + c321 + "CRAFTED", summed with a zero behind it, is ffff; so is 2000 + dfff. */
static void ext_04_version_and_checksum(void **state)
{
    (void)state;
    static const uint8_t crafted[] = {0x20, 0, 0xc3, 0x21, 'C', 'R', 'A', 'F', 'T', 'E', 'D'};
    static const uint8_t empty[] = {0x20, 0, 0xdf, 0xff};
    static const uint8_t want[] = {0x20, 0, 0xf1, 0x0e, 0, 8, 1, 1, 0x03, 0xe8, 0xe9, 0xff};
    struct ipsk_icmp_objects list = {0};
    /* the checksum is right, the object is none: its length would be 0x4352 */
    assert_int_equal(ipsk_icmp_find_objects(&list, crafted, sizeof crafted),
                     IPSOCK_ICMP_EXTENSION_CUT);
    assert_int_equal(ipsk_icmp_find_objects(&list, empty, sizeof empty),
                     IPSOCK_ICMP_EXTENSION_SHORT);

    uint8_t buffer[160];
    struct ipsock_icmp_object object = mpls_object();
    const struct ipsock_icmp_message m = {V4, .type = 3, .objects = &object, .object_count = 1};
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL), 0);
    assert_memory_equal(buffer + 136, want, sizeof want);
}

static const uint8_t name_payload[4] = {'e', 't', 'h', '0'};

static void ext_14_extended_echo_request(void **state)
{
    (void)state;
    static const uint8_t want[] = {42,   0,    0, 0, 0, 1, 2,   1,   0x20, 0,
                                   0x0f, 0x52, 0, 8, 3, 1, 'e', 't', 'h',  '0'};
    struct ipsock_icmp_object object = {IPSOCK_ICMP_OBJECT_IDENTIFICATION, 1, 4, name_payload};
    struct ipsock_icmp_message m = {V4,
                                    .type = 42,
                                    .id = 1,
                                    .sequence = 2,
                                    .local = true,
                                    .objects = &object,
                                    .object_count = 1};
    uint8_t buffer[32];
    size_t written;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, &written), 0);
    assert_int_equal(written, sizeof want);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, buffer, written), 0);
    buffer[2] = buffer[3] = 0;
    assert_memory_equal(buffer, want, sizeof want);
    for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += 2) {
        buffer[0] = family == IPSOCK_IPV4 ? 42 : 160;
        for (size_t length = 8; length <= written; length++) {
            const struct parsed p = parse(family, buffer, length);
            if (length == written)
                expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 0, 1);
            else if (length == 8)
                expect(&p, IPSOCK_ICMP_EXTENSION_NONE, 0, 0);
            else
                expect(&p,
                       length < 16 ? IPSOCK_ICMP_EXTENSION_SHORT : IPSOCK_ICMP_EXTENSION_CHECKSUM,
                       length - 8, 0);
        }
    }
    /* data alone goes, data and an object do not: nothing would say where it ends */
    m.data = name_payload;
    m.data_length = 4;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL),
                     IPSOCK_EINVAL);
    m.object_count = 0;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, &written), 0);
    assert_int_equal(written, 12);
}

/* Every type with an object of every class: 0 where it is carried. */
static void ext_15_who_carries_what(void **state)
{
    (void)state;
    for (int type = 0; type <= 255; type++) {
        for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += 2) {
            bool error = false;
            for (size_t i = 0; i < COUNT(carriers); i++)
                error |= carriers[i].family == family && carriers[i].type == type;
            const bool probe = type == (family == IPSOCK_IPV4 ? 42 : 160);
            for (int class = 0; class <= 255; class ++) {
                uint8_t buffer[160];
                struct ipsock_icmp_object objects[2] = {{(uint8_t) class, 1, 4, name_payload},
                                                        {(uint8_t) class, 1, 4, name_payload}};
                struct ipsock_icmp_message m = {.family = family,
                                                .type = (uint8_t)type,
                                                .gateway = {.family = IPSOCK_IPV4},
                                                .objects = objects,
                                                .object_count = 1};
                bool carried = (error && class != 3) || (probe && class != 1 && class != 2);
                assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 160, NULL),
                                 carried ? IPSOCK_OK : IPSOCK_EEXTENSION);
                m.object_count = 2;
                carried = error && class != 3;
                assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 160, NULL),
                                 carried ? IPSOCK_OK : IPSOCK_EEXTENSION);
                m.body = IPSOCK_ICMP_BODY_RAW;
                assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 160, NULL),
                                 IPSOCK_EEXTENSION);
            }
        }
    }
}

/* x/net lets two pass, and lets IPv6's parameter problem end in zeros. */
static void quirk_05_one_identification_alone(void **state)
{
    (void)state;
    uint8_t buffer[64];
    struct ipsock_icmp_object objects[2] = {{3, 1, 4, name_payload}, {3, 1, 4, name_payload}};
    const struct ipsock_icmp_message m = {V6, .type = 160, .objects = objects, .object_count = 2};
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL),
                     IPSOCK_EEXTENSION);
}

static void quirk_06_no_objects_in_ipv6_parameter_problem(void **state)
{
    (void)state;
    static const uint8_t structure[] = {0x20, 0, 0, 0, 0, 4, 1, 1};
    uint8_t buffer[200];
    struct ipsock_icmp_object object = mpls_object();
    struct ipsock_icmp_message m = {V6, .type = 4, .pointer = 8, .objects = &object,
                                    .object_count = 1};
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL),
                     IPSOCK_EEXTENSION);
    size_t written;
    m.object_count = 0;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, &written), 0);
    assert_int_equal(written, 8);
    /* what is in the place of a length is part of the pointer */
    memset(buffer, 0, sizeof buffer);
    buffer[0] = 4;
    buffer[4] = 16;
    memcpy(buffer + 8 + 128, structure, sizeof structure);
    const struct parsed p = parse(IPSOCK_IPV6, buffer, 8 + 128 + sizeof structure);
    expect(&p, IPSOCK_ICMP_EXTENSION_NONE, 128 + sizeof structure, 0);
}

static void marshal_refuses_what_is_no_object(void **state)
{
    (void)state;
    static uint8_t payload[65532], buffer[65535];
    struct ipsock_icmp_object objects[2] = {{9, 1, 4, NULL}, {9, 1, 0, NULL}};
    struct ipsock_icmp_message m = {V4, .type = 3, .objects = objects, .object_count = 1};
    size_t written = 99;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, &written), IPSOCK_EINVAL);
    objects[0].payload = payload;
    m.objects = NULL;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, &written), IPSOCK_EINVAL);
    m.objects = objects;
    for (uint16_t length = 0; length <= 8; length++) {
        objects[0].length = length;
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, NULL),
                         length % 4 == 0 ? IPSOCK_OK : IPSOCK_EINVAL);
    }
    assert_int_equal(written, 99);
    /* 8 + 128 + 4 + 4 + 65388 + 4 is 65536 */
    objects[0].length = 65388;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, &written), IPSOCK_OK);
    assert_int_equal(written, 65532);
    m.object_count = 2;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, NULL), IPSOCK_EMSGSIZE);
    objects[0].length = 65532;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, NULL), IPSOCK_EMSGSIZE);
}

static void marshal_into_every_size(void **state)
{
    (void)state;
    struct ipsock_icmp_object object = mpls_object();
    const struct ipsock_icmp_message m = {
        V6, .type = 3, .data = label, .data_length = 3, .objects = &object, .object_count = 1};
    for (size_t size = 0; size <= 148; size++) {
        uint8_t zero[148] = {0};
        uint8_t *buffer = unit_exact(zero, size);
        size_t written = 0;
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, size, &written),
                         size < 148 ? IPSOCK_ENOSPC : IPSOCK_OK);
        assert_int_equal(written, 148);
        free(buffer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ext_01_datagram_is_padded),
        cmocka_unit_test(ext_03_length_attribute_beside_its_neighbours),
        cmocka_unit_test(ext_03_datagram_too_long_for_its_length),
        cmocka_unit_test(ext_02_no_objects_no_padding),
        cmocka_unit_test(ext_04_version_and_checksum),
        cmocka_unit_test(ext_14_extended_echo_request),
        cmocka_unit_test(ext_15_who_carries_what),
        cmocka_unit_test(quirk_05_one_identification_alone),
        cmocka_unit_test(quirk_06_no_objects_in_ipv6_parameter_problem),
        cmocka_unit_test(marshal_refuses_what_is_no_object),
        cmocka_unit_test(marshal_into_every_size),
    };
    return cmocka_run_group_tests_name("icmp_extension", tests, NULL, NULL);
}
