// SPDX-License-Identifier: BSD-2-Clause
/* Multi-part messages as they are read, well-formed and not: EXT-05 to EXT-08. */
#include "icmp_extension.h"

/* Header without checksum, and objects: no label, one, two. */
static const uint8_t no_label[] = {0x20, 0, 0, 0, 0, 4, 1, 1};
static const uint8_t one_label[] = {0x20, 0, 0, 0, 0, 8, 1, 1, 0x03, 0xe8, 0xe9, 0xff};
static const uint8_t two_labels[] = {0x20, 0,    0,    0,    0,    12,   1,    1,
                                     0x03, 0xe8, 0xde, 0xfe, 0x03, 0xe8, 0xe1, 0xff};

struct structure {
    const uint8_t *bytes;
    size_t length;
};

static const struct structure structures[] = {
    {no_label, sizeof no_label}, {one_label, sizeof one_label}, {two_labels, sizeof two_labels}};

/* A time exceeded message with this behind its fixed part. Returns its length. */
static size_t make(uint8_t *bytes, uint8_t length_field, const void *datagram, size_t length,
                   const struct structure *extension)
{
    memset(bytes, 0, 8);
    bytes[0] = 11;
    bytes[5] = length_field;
    memcpy(bytes + 8, datagram, length);
    if (extension == NULL)
        return 8 + length;
    memcpy(bytes + 8 + length, extension->bytes, extension->length);
    return 8 + length + extension->length;
}

static void ext_05_wrong_version(void **state)
{
    (void)state;
    static const uint8_t datagram[132] = {0};
    uint8_t bytes[200];
    for (uint8_t version = 0; version < 16; version++) {
        const uint8_t extension[] = {(uint8_t)(version << 4 | 0x0f), 0, 0, 0, 0, 4, 1, 1};
        const struct structure s = {extension, sizeof extension};
        const struct parsed p = parse(IPSOCK_IPV4, bytes, make(bytes, 33, datagram, 132, &s));
        if (version == 2)
            expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 132, 1);
        else
            expect(&p, IPSOCK_ICMP_EXTENSION_VERSION, 132 + 8, 0);
    }
}

static void ext_05_wrong_checksum(void **state)
{
    (void)state;
    static const uint8_t datagram[132] = {0};
    uint8_t bytes[200];
    uint8_t extension[] = {0x20, 0, 0xf1, 0x0e, 0, 8, 1, 1, 0x03, 0xe8, 0xe9, 0xff};
    const struct structure s = {extension, sizeof extension};
    struct parsed p = parse(IPSOCK_IPV4, bytes, make(bytes, 33, datagram, 132, &s));
    expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 132, 1);
    for (size_t bit = 0; bit < sizeof extension * 8; bit++) {
        extension[bit / 8] ^= (uint8_t)(1 << bit % 8);
        p = parse(IPSOCK_IPV4, bytes, make(bytes, 33, datagram, 132, &s));
        expect(&p,
               bit >= 4 && bit < 8 ? IPSOCK_ICMP_EXTENSION_VERSION : IPSOCK_ICMP_EXTENSION_CHECKSUM,
               132 + 12, 0);
        extension[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* none was computed */
    extension[2] = extension[3] = 0;
    p = parse(IPSOCK_IPV4, bytes, make(bytes, 33, datagram, 132, &s));
    expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 132, 1);
}

/* The hints of x/net's tests, most of which no length attribute can give. */
static void ext_06_hints(void **state)
{
    (void)state;
    static const struct {
        size_t datagram, hint, want;
        bool extension;
        int says;
    } cases[] = {
        {0, 0, 0, false, IPSOCK_ICMP_EXTENSION_NONE},
        {127, 128, 127, false, IPSOCK_ICMP_EXTENSION_LENGTH},
        {128, 127, 128, false, IPSOCK_ICMP_EXTENSION_LENGTH},
        {128, 128, 128, false, IPSOCK_ICMP_EXTENSION_NONE},
        {128, 129, 128, false, IPSOCK_ICMP_EXTENSION_LENGTH},
        {128, 0, 128, true, IPSOCK_ICMP_EXTENSION_LEGACY},
        {128, 127, 128, true, IPSOCK_ICMP_EXTENSION_LEGACY},
        {128, 128, 128, true, IPSOCK_ICMP_EXTENSION_FOUND},
        {128, 129, 128, true, IPSOCK_ICMP_EXTENSION_LEGACY},
        {128, 2040, 128, true, IPSOCK_ICMP_EXTENSION_LEGACY},
        {512, 511, 0, true, IPSOCK_ICMP_EXTENSION_VERSION},
        {512, 512, 512, true, IPSOCK_ICMP_EXTENSION_FOUND},
        {512, 0, 0, true, IPSOCK_ICMP_EXTENSION_NONE},
        {512, 2040, 0, true, IPSOCK_ICMP_EXTENSION_LENGTH},
    };
    for (size_t s = 0; s < COUNT(structures); s++) {
        for (size_t i = 0; i < COUNT(cases); i++) {
            uint8_t bytes[600] = {0};
            size_t length = cases[i].datagram;
            if (cases[i].extension) {
                memcpy(bytes + length, structures[s].bytes, structures[s].length);
                length += structures[s].length;
            }
            uint8_t *copy = unit_exact(bytes, length), says = 99;
            struct ipsk_icmp_objects none = {0};
            const size_t got = ipsk_icmp_divide(&none, copy, length, cases[i].hint, &says);
            const bool found = cases[i].says == IPSOCK_ICMP_EXTENSION_FOUND ||
                               cases[i].says == IPSOCK_ICMP_EXTENSION_LEGACY;
            assert_int_equal(says, cases[i].says);
            assert_int_equal(got, found ? cases[i].want : length);
            assert_int_equal(none.found, found);
            free(copy);
        }
    }
}

/* Where a length attribute is 0, a quoted payload may look like an extension. A checksum that is
 * right is proof; without one the objects must fill the rest. */
static void ext_06_payload_that_resembles_an_extension(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[16];
        size_t length;
        int says;
    } cases[] = {
        {{0x20, 0, 0, 0, 0, 4, 1, 1}, 8, IPSOCK_ICMP_EXTENSION_LEGACY},
        {{0x20, 0, 0, 0, 0, 4, 1, 1, 9}, 9, IPSOCK_ICMP_EXTENSION_NONE},
        {{0x20, 0, 0, 0, 0, 8, 1, 1}, 8, IPSOCK_ICMP_EXTENSION_NONE},
        {{0x20, 0, 0, 0, 0, 0, 0, 0}, 8, IPSOCK_ICMP_EXTENSION_NONE},
        {{0x20, 0, 0, 0, 0, 4, 1, 1, 0, 4, 9, 9}, 12, IPSOCK_ICMP_EXTENSION_LEGACY},
        {{0x20, 0, 0, 0, 0, 4, 1}, 7, IPSOCK_ICMP_EXTENSION_NONE},
        {{0x30, 0, 0, 0, 0, 4, 1, 1}, 8, IPSOCK_ICMP_EXTENSION_NONE},
        {{0x20, 0, 0x12, 0x34, 0, 4, 1, 1}, 8, IPSOCK_ICMP_EXTENSION_NONE},
        {{0x20, 0, 0xde, 0xfa, 0, 4, 1, 1}, 8, IPSOCK_ICMP_EXTENSION_LEGACY},
        /* the checksum is right, the second object is not */
        {{0x20, 0, 0xd5, 0xf8, 0, 4, 1, 1, 0, 2, 9, 0}, 12, IPSOCK_ICMP_EXTENSION_OBJECT},
    };
    static const uint8_t datagram[128] = {0};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct structure s = {cases[i].bytes, cases[i].length};
        uint8_t bytes[200];
        const struct parsed p = parse(IPSOCK_IPV4, bytes, make(bytes, 0, datagram, 128, &s));
        assert_int_equal(p.message.extension, cases[i].says);
        const bool found = cases[i].says != IPSOCK_ICMP_EXTENSION_NONE;
        assert_int_equal(p.message.data_length, 128 + (found ? 0 : s.length));
        assert_int_equal(p.message.object_count > 0, found);
    }
}

/* Every length attribute over every length of message: the answer follows from the two alone. */
static void ext_06_every_length_attribute(void **state)
{
    (void)state;
    static const uint8_t datagram[300] = {0};
    for (size_t rest = 0; rest <= sizeof datagram; rest++) {
        for (unsigned field = 0; field <= 255; field++) {
            uint8_t bytes[308], says;
            const size_t claimed = field * 4, length = make(bytes, 0, datagram, rest, NULL);
            bytes[5] = (uint8_t)field;
            const struct parsed p = parse(IPSOCK_IPV4, bytes, length);
            if (claimed == 0 || claimed == rest)
                says = IPSOCK_ICMP_EXTENSION_NONE;
            else if (claimed < 128 || claimed > rest)
                says = IPSOCK_ICMP_EXTENSION_LENGTH;
            else if (rest - claimed < 8)
                says = IPSOCK_ICMP_EXTENSION_SHORT;
            else
                says = IPSOCK_ICMP_EXTENSION_VERSION;
            expect(&p, says, rest, 0);
        }
    }
}

/* A message of every carrier cut at every byte. */
static void ext_07_messages_cut_at_every_byte(void **state)
{
    (void)state;
    struct ipsock_icmp_object objects[2] = {mpls_object(), {99, 3, 0, NULL}};
    for (size_t c = 0; c < COUNT(carriers); c++) {
        const struct ipsock_icmp_message m = {.family = carriers[c].family,
                                              .type = carriers[c].type,
                                              .objects = objects,
                                              .object_count = 2};
        uint8_t bytes[160];
        size_t whole;
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, bytes, sizeof bytes, &whole), 0);
        assert_int_equal(whole, 8 + 128 + 4 + 8 + 4);
        for (size_t length = 8; length <= whole; length++) {
            const struct parsed p = parse(carriers[c].family, bytes, length);
            const size_t rest = length - 8;
            if (length == whole)
                expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 128, 2);
            else if (rest == 128)
                expect(&p, IPSOCK_ICMP_EXTENSION_NONE, 128, 0);
            else if (rest < 128)
                expect(&p, IPSOCK_ICMP_EXTENSION_LENGTH, rest, 0);
            else if (rest < 136)
                expect(&p, IPSOCK_ICMP_EXTENSION_SHORT, rest, 0);
            else
                expect(&p, IPSOCK_ICMP_EXTENSION_CHECKSUM, rest, 0);
        }
    }
}

/* The same without a checksum: what is whole stays. */
static void ext_08_objects_cut_at_every_byte(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x20, 0, 0,  0, 0, 8, 1, 1, 1, 2, 3, 4,
                                    0,    4, 99, 3, 0, 8, 7, 7, 5, 6, 7, 8};
    static const struct {
        size_t from, found;
        int says;
    } steps[] = {{0, 0, IPSOCK_ICMP_EXTENSION_SHORT},  {8, 0, IPSOCK_ICMP_EXTENSION_CUT},
                 {12, 1, IPSOCK_ICMP_EXTENSION_FOUND}, {13, 1, IPSOCK_ICMP_EXTENSION_CUT},
                 {16, 2, IPSOCK_ICMP_EXTENSION_FOUND}, {17, 2, IPSOCK_ICMP_EXTENSION_CUT},
                 {24, 3, IPSOCK_ICMP_EXTENSION_FOUND}};
    size_t step = 0;
    for (size_t length = 0; length <= sizeof bytes; length++) {
        if (step + 1 < COUNT(steps) && length == steps[step + 1].from)
            step++;
        struct ipsock_icmp_object objects[3];
        struct ipsk_icmp_objects list = {objects, 3, 0};
        uint8_t *copy = unit_exact(bytes, length);
        assert_int_equal(ipsk_icmp_find_objects(&list, copy, length), steps[step].says);
        assert_int_equal(list.found, steps[step].found);
        free(copy);
    }
}

/* Lengths that loop in place, go backwards by wrapping, overlap or lie. */
static void ext_08_every_object_length(void **state)
{
    (void)state;
    for (unsigned claimed = 0; claimed <= UINT16_MAX; claimed++) {
        const uint8_t bytes[] = {
            0x20, 0, 0, 0, 0, 4, 1, 1, (uint8_t)(claimed >> 8), (uint8_t)claimed, 9, 9, 0, 4, 2, 2};
        struct ipsock_icmp_object objects[4];
        struct ipsk_icmp_objects list = {objects, 4, 0};
        const int says = ipsk_icmp_find_objects(&list, bytes, sizeof bytes);
        const bool ends = claimed == 4 || claimed == 8; /* with the third object, or with these */
        assert_int_equal(says, ends          ? IPSOCK_ICMP_EXTENSION_FOUND
                               : claimed < 4 ? IPSOCK_ICMP_EXTENSION_OBJECT
                                             : IPSOCK_ICMP_EXTENSION_CUT);
        assert_int_equal(list.found, claimed == 4 ? 3 : claimed >= 5 && claimed <= 8 ? 2 : 1);
    }
}

static void ext_08_unknown_classes_stay_bytes(void **state)
{
    (void)state;
    static const uint8_t datagram[128] = {0};
    static const uint8_t extension[] = {0x20, 0,   0,   0,   0,   12,  247, 200, 'a', 'b',
                                        'c',  'd', 'e', 'f', 'g', 'h', 0,   4,   0,   0};
    const struct structure s = {extension, sizeof extension};
    uint8_t bytes[200];
    const struct parsed p = parse(IPSOCK_IPV4, bytes, make(bytes, 32, datagram, 128, &s));
    expect(&p, IPSOCK_ICMP_EXTENSION_FOUND, 128, 2);
    assert_int_equal(p.objects[0].object_class, 247);
    assert_int_equal(p.objects[0].object_type, 200);
    assert_int_equal(p.objects[0].length, 8);
    assert_int_equal(p.payload_at[0], 8 + 128 + 8);
    assert_int_equal(p.objects[1].object_class, 0);
    assert_int_equal(p.objects[1].length, 0);
}

static void ext_08_more_objects_than_capacity(void **state)
{
    (void)state;
    static const uint8_t datagram[128] = {0};
    uint8_t extension[4 + 7 * 4] = {0x20}, bytes[200];
    for (uint8_t i = 0; i < 7; i++)
        memcpy(extension + 4 + i * 4, (const uint8_t[]){0, 4, i, i}, 4);
    const struct structure s = {extension, sizeof extension};
    const size_t length = make(bytes, 32, datagram, 128, &s);
    for (size_t capacity = 0; capacity <= 8; capacity++) {
        struct ipsock_icmp_object objects[8], untouched[8];
        struct ipsock_icmp_message m;
        memset(objects, 0x5a, sizeof objects);
        memset(untouched, 0x5a, sizeof untouched);
        assert_int_equal(ipsock_icmp_parse(&m, objects, capacity, IPSOCK_IPV4, bytes, length), 0);
        const size_t kept = capacity < 7 ? capacity : 7;
        assert_int_equal(m.objects_found, 7);
        assert_int_equal(m.object_count, kept);
        assert_int_equal(m.extension, IPSOCK_ICMP_EXTENSION_FOUND);
        for (size_t i = 0; i < kept; i++)
            assert_int_equal(objects[i].object_class, i);
        assert_memory_equal(objects + kept, untouched + kept, (8 - kept) * sizeof objects[0]);
    }
}

/* Any bytes parse or are refused, reading none outside; what parses is inside the bytes. */
static void any_bytes(void **state)
{
    (void)state;
    static const uint8_t types[] = {0, 1, 2, 3, 4, 5, 8, 11, 12, 42, 43, 128, 129, 160, 161, 200};
    uint64_t seed = 4884;
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[320];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = unit_random(&seed) % 4 ? (uint8_t)(unit_random(&seed) % 12)
                                              : (uint8_t)unit_random(&seed);
        bytes[0] = types[unit_random(&seed) % COUNT(types)];
        bytes[4] = (uint8_t)(unit_random(&seed) % 40);
        bytes[5] = (uint8_t)(unit_random(&seed) % 80);
        for (size_t at = 8; at + 4 <= sizeof bytes; at += 8)
            if (unit_random(&seed) % 2)
                memcpy(bytes + at, (const uint8_t[]){0x20, 0, 0, 0}, 4);
        const size_t length = 8 + (size_t)(unit_random(&seed) % (sizeof bytes - 7));
        const int family = unit_random(&seed) % 2 ? IPSOCK_IPV4 : IPSOCK_IPV6;
        const struct parsed p = parse(family, bytes, length);
        assert_true(p.message.data_length <= length);
        assert_true(p.message.object_count <= p.message.objects_found);
        assert_true(p.message.extension <= IPSOCK_ICMP_EXTENSION_CUT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ext_05_wrong_version),
        cmocka_unit_test(ext_05_wrong_checksum),
        cmocka_unit_test(ext_06_hints),
        cmocka_unit_test(ext_06_payload_that_resembles_an_extension),
        cmocka_unit_test(ext_06_every_length_attribute),
        cmocka_unit_test(ext_07_messages_cut_at_every_byte),
        cmocka_unit_test(ext_08_objects_cut_at_every_byte),
        cmocka_unit_test(ext_08_every_object_length),
        cmocka_unit_test(ext_08_unknown_classes_stay_bytes),
        cmocka_unit_test(ext_08_more_objects_than_capacity),
        cmocka_unit_test(any_bytes),
    };
    return cmocka_run_group_tests_name("icmp_extension_parse", tests, NULL, NULL);
}
