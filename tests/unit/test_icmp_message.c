// SPDX-License-Identifier: BSD-2-Clause
/* ICMP messages without extensions, as bytes and back: ICMP-01 to ICMP-13, ICMP-15. */
#include "unit.h"

#include <ipsock/icmp.h>

/* A message and its bytes, written by hand; checksum left out. */
struct vector {
    const char *name;
    struct ipsock_icmp_message message;
    const char *data;
    uint8_t bytes[32];
    size_t length;
};

#define V4       .family = IPSOCK_IPV4
#define V6       .family = IPSOCK_IPV6
#define T4(name) .type = IPSOCK_ICMPV4_##name
#define T6(name) .type = IPSOCK_ICMPV6_##name
#define B(name)  .body = IPSOCK_ICMP_BODY_##name

static const struct vector vectors[] = {
    {"v4 echo",
     {V4, T4(ECHO), B(ECHO), .id = 1, .sequence = 2},
     "HELLO-R-U-THERE",
     {8,   0,   0,   0,   0,   1,   0,   2,   'H', 'E', 'L', 'L',
      'O', '-', 'R', '-', 'U', '-', 'T', 'H', 'E', 'R', 'E'},
     23},
    {"v4 echo reply, without data",
     {V4, T4(ECHO_REPLY), B(ECHO_REPLY), .id = 0xfffe, .sequence = 0xfdfc},
     "",
     {0, 0, 0, 0, 0xff, 0xfe, 0xfd, 0xfc},
     8},
    {"v4 unreachable",
     {V4, T4(DESTINATION_UNREACHABLE), .code = 15, B(UNREACHABLE)},
     "ERROR",
     {3, 15, 0, 0, 0, 0, 0, 0, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v4 unreachable, fragmentation needed: RFC 1191",
     {V4, T4(DESTINATION_UNREACHABLE), .code = 4, B(UNREACHABLE), .mtu = 1480},
     "ERROR",
     {3, 4, 0, 0, 0, 0, 0x05, 0xc8, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v4 time exceeded",
     {V4, T4(TIME_EXCEEDED), .code = 1, B(TIME_EXCEEDED)},
     "ERROR",
     {11, 1, 0, 0, 0, 0, 0, 0, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v4 parameter problem",
     {V4, T4(PARAMETER_PROBLEM), .code = 2, B(PARAMETER), .pointer = 8},
     "ERROR",
     {12, 2, 0, 0, 8, 0, 0, 0, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v4 parameter problem, last pointer",
     {V4, T4(PARAMETER_PROBLEM), B(PARAMETER), .pointer = 255},
     "",
     {12, 0, 0, 0, 255, 0, 0, 0},
     8},
    {"v4 redirect",
     {V4, T4(REDIRECT), .code = 1, B(REDIRECT), .gateway = {.family = 4, .ip = {192, 0, 2, 254}}},
     "ERROR",
     {5, 1, 0, 0, 192, 0, 2, 254, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v4 extended echo request",
     {V4, T4(EXTENDED_ECHO_REQUEST), B(EXTENDED_ECHO), .id = 1, .sequence = 2, .local = true},
     "",
     {42, 0, 0, 0, 0, 1, 2, 1},
     8},
    {"v4 extended echo reply",
     {V4, T4(EXTENDED_ECHO_REPLY), B(EXTENDED_REPLY), .id = 1, .sequence = 2, .state = 4,
      .active = true, .has_ipv4 = true, .has_ipv6 = true},
     "",
     {43, 0, 0, 0, 0, 1, 2, 0x87},
     8},
    {"v4 extended echo reply, IPv4 alone",
     {V4, T4(EXTENDED_ECHO_REPLY), .code = 2, B(EXTENDED_REPLY), .sequence = 255, .state = 7,
      .has_ipv4 = true},
     "what",
     {43, 2, 0, 0, 0, 0, 255, 0xe2, 'w', 'h', 'a', 't'},
     12},
    {"v4 timestamp, which has no body of its own",
     {V4, T4(TIMESTAMP), B(RAW)},
     "abc",
     {13, 0, 0, 0, 'a', 'b', 'c'},
     7},
    {"v6 echo request",
     {V6, T6(ECHO_REQUEST), B(ECHO), .id = 0x1234, .sequence = 0x5678},
     "abc",
     {128, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 'a', 'b', 'c'},
     11},
    {"v6 echo reply",
     {V6, T6(ECHO_REPLY), B(ECHO_REPLY), .id = 1, .sequence = 2},
     "abc",
     {129, 0, 0, 0, 0, 1, 0, 2, 'a', 'b', 'c'},
     11},
    /* code 4 is port unreachable here: no MTU */
    {"v6 unreachable",
     {V6, T6(DESTINATION_UNREACHABLE), .code = 4, B(UNREACHABLE)},
     "ERROR",
     {1, 4, 0, 0, 0, 0, 0, 0, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v6 packet too big",
     {V6, T6(PACKET_TOO_BIG), B(TOO_BIG), .mtu = 65535},
     "ERROR",
     {2, 0, 0, 0, 0, 0, 0xff, 0xff, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v6 packet too big, all bits",
     {V6, T6(PACKET_TOO_BIG), B(TOO_BIG), .mtu = 0x89abcdef},
     "",
     {2, 0, 0, 0, 0x89, 0xab, 0xcd, 0xef},
     8},
    {"v6 time exceeded",
     {V6, T6(TIME_EXCEEDED), B(TIME_EXCEEDED)},
     "ERROR",
     {3, 0, 0, 0, 0, 0, 0, 0, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v6 parameter problem",
     {V6, T6(PARAMETER_PROBLEM), .code = 1, B(PARAMETER), .pointer = 0x01020304},
     "ERROR",
     {4, 1, 0, 0, 1, 2, 3, 4, 'E', 'R', 'R', 'O', 'R'},
     13},
    {"v6 extended echo request, not local",
     {V6, T6(EXTENDED_ECHO_REQUEST), B(EXTENDED_ECHO), .id = 0xabcd, .sequence = 255},
     "",
     {160, 0, 0, 0, 0xab, 0xcd, 255, 0},
     8},
    {"v6 extended echo reply",
     {V6, T6(EXTENDED_ECHO_REPLY), B(EXTENDED_REPLY), .id = 1, .sequence = 2, .state = 1,
      .active = true, .has_ipv6 = true},
     "",
     {161, 0, 0, 0, 0, 1, 2, 0x25},
     8},
    /* has a body in IPv4 only */
    {"v6 redirect", {V6, T6(REDIRECT), B(RAW)}, "abcd", {137, 0, 0, 0, 'a', 'b', 'c', 'd'}, 8},
    {"v6 private experimentation", {V6, .type = 200, B(RAW)}, "", {200, 0, 0, 0}, 4},
    /* IPv4's echo is nothing in IPv6 */
    {"v6 8", {V6, .type = 8, B(RAW)}, "abcd", {8, 0, 0, 0, 'a', 'b', 'c', 'd'}, 8},
};

static struct ipsock_icmp_message message_of(const struct vector *v)
{
    struct ipsock_icmp_message message = v->message;
    message.data_length = strlen(v->data);
    message.data = message.data_length != 0 ? (const uint8_t *)v->data : NULL;
    return message;
}

/* Every field; data by its bytes. */
static void check_message(const char *name, const struct ipsock_icmp_message *got,
                          const struct ipsock_icmp_message *want)
{
    unit_int(name, got->family, want->family);
    unit_int(name, got->type, want->type);
    unit_int(name, got->code, want->code);
    unit_int(name, got->body, want->body);
    unit_int(name, got->id, want->id);
    unit_int(name, got->sequence, want->sequence);
    unit_int(name, got->local, want->local);
    unit_int(name, got->state, want->state);
    unit_int(name, got->active, want->active);
    unit_int(name, got->has_ipv4, want->has_ipv4);
    unit_int(name, got->has_ipv6, want->has_ipv6);
    unit_int(name, got->extension, want->extension);
    unit_int(name, got->pointer, want->pointer);
    unit_int(name, got->mtu, want->mtu);
    assert_true(ipsock_addr_equal(&got->gateway, &want->gateway));
    unit_int(name, (int64_t)got->data_length, (int64_t)want->data_length);
    if (want->data_length == 0)
        assert_null(got->data);
    else
        unit_bytes(name, got->data, want->data, want->data_length);
    unit_int(name, (int64_t)got->object_count, 0);
    unit_int(name, (int64_t)got->objects_found, 0);
}

static const struct ipsock_addr one = {
    .family = IPSOCK_IPV6, .ip = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
static const struct ipsock_addr all = {
    .family = IPSOCK_IPV6, .ip = {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

static void icmp_05_every_kind_as_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        const struct ipsock_icmp_message message = message_of(v);
        uint8_t buffer[64];
        size_t written = 0;
        memset(buffer, 0xa5, sizeof buffer);
        unit_int(v->name,
                 ipsock_icmp_marshal(&message, NULL, NULL, buffer, sizeof buffer, &written), 0);
        unit_int(v->name, (int64_t)written, (int64_t)v->length);
        unit_int(v->name, buffer[v->length], 0xa5);
        if (message.family == IPSOCK_IPV4)
            unit_int(v->name, ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, buffer, written), 0);
        else
            unit_int(v->name, buffer[2] << 8 | buffer[3], 0);
        buffer[2] = buffer[3] = 0;
        unit_bytes(v->name, buffer, v->bytes, v->length);
    }
}

static void icmp_05_every_kind_from_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        const struct ipsock_icmp_message want = message_of(v);
        struct ipsock_icmp_message got;
        memset(&got, 0x5a, sizeof got); /* nothing of it stays */
        uint8_t *bytes = unit_exact(v->bytes, v->length);
        bytes[2] = 0xbe;
        bytes[3] = 0xef;
        unit_int(v->name, ipsock_icmp_parse(&got, NULL, 0, want.family, bytes, v->length), 0);
        unit_int(v->name, got.checksum, 0xbeef);
        if (got.data != NULL)
            assert_ptr_equal(got.data + got.data_length, bytes + v->length);
        check_message(v->name, &got, &want);
        free(bytes);
    }
}

static void icmp_04_bodies_by_their_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct ipsock_icmp_message message = message_of(v);
        uint8_t buffer[64];
        message.body = IPSOCK_ICMP_BODY_AUTO;
        unit_int(v->name, ipsock_icmp_marshal(&message, NULL, NULL, buffer, sizeof buffer, NULL),
                 0);
        buffer[2] = buffer[3] = 0;
        unit_bytes(v->name, buffer, v->bytes, v->length);
    }
}

/* Each length has its code, and no byte behind it is read. */
static void icmp_09_bodies_cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        const size_t least = v->message.body == IPSOCK_ICMP_BODY_RAW ? 4 : 8;
        for (size_t length = 0; length <= v->length; length++) {
            struct ipsock_icmp_message got, untouched;
            memset(&got, 0x5a, sizeof got);
            memset(&untouched, 0x5a, sizeof untouched);
            uint8_t *bytes = unit_exact(v->bytes, length);
            const int result = ipsock_icmp_parse(&got, NULL, 0, v->message.family, bytes, length);
            unit_int(v->name, result, length < least ? IPSOCK_EMSGSHORT : IPSOCK_OK);
            if (result == IPSOCK_OK)
                unit_int(v->name, (int64_t)got.data_length, (int64_t)(length - least));
            else
                assert_memory_equal(&got, &untouched, sizeof got);
            free(bytes);
        }
    }
}

static void icmp_01_wrong_calls(void **state)
{
    (void)state;
    static const uint8_t bytes[8] = {8};
    struct ipsock_icmp_message m;
    static const int families[] = {IPSOCK_UNSPEC, IPSOCK_IPV4_MAPPED, 1, 58, -1};
    assert_int_equal(ipsock_icmp_parse(NULL, NULL, 0, IPSOCK_IPV4, bytes, 8), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_parse(&m, NULL, 0, IPSOCK_IPV4, NULL, 8), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_parse(&m, NULL, 1, IPSOCK_IPV4, bytes, 8), IPSOCK_EINVAL);
    for (size_t i = 0; i < COUNT(families); i++) {
        assert_int_equal(ipsock_icmp_parse(&m, NULL, 0, families[i], bytes, 8), IPSOCK_EFAMILY);
        assert_int_equal(ipsock_icmp_verify(families[i], &one, &all, bytes, 8), IPSOCK_EFAMILY);
        m = (struct ipsock_icmp_message){.family = families[i]};
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, NULL, 0, NULL), IPSOCK_EFAMILY);
    }
}

static void icmp_02_checksum_of_ipv4(void **state)
{
    (void)state;
    static const uint8_t want[4] = {0x03, 0x7f, 0xfc, 0x80};
    const struct ipsock_icmp_message m = {
        .family = IPSOCK_IPV4, .type = 3, .code = 127, .body = IPSOCK_ICMP_BODY_RAW};
    uint8_t buffer[4];
    size_t written;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 4, &written), IPSOCK_OK);
    assert_int_equal(written, 4);
    assert_memory_equal(buffer, want, 4);
    /* addresses are no part of it */
    assert_int_equal(ipsock_icmp_marshal(&m, &one, NULL, buffer, 4, &written), IPSOCK_OK);
    assert_memory_equal(buffer, want, 4);
}

/* From fe80::1 to ff02::1, summed by hand: fe80+1+ff02+1 of the addresses, 8 of the length and 58
 * are 1fdc6, the message adds 8000+1+2: 2 7dc9 folds to 7dcb, whose complement is 8234. */
static void icmp_13_pseudo_header(void **state)
{
    (void)state;
    static const uint8_t want[8] = {128, 0, 0x82, 0x34, 0, 1, 0, 2};
    const struct ipsock_icmp_message m = {
        .family = IPSOCK_IPV6, .type = 128, .id = 1, .sequence = 2};
    uint8_t buffer[8];
    size_t written;
    assert_int_equal(ipsock_icmp_marshal(&m, &one, &all, buffer, 8, &written), IPSOCK_OK);
    assert_int_equal(written, 8);
    assert_memory_equal(buffer, want, 8);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV6, &one, &all, buffer, 8), IPSOCK_OK);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV6, &all, &one, buffer, 8), IPSOCK_OK);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV6, &one, &one, buffer, 8), IPSOCK_ECHECKSUM);
}

static void icmp_03_addresses_for_the_checksum(void **state)
{
    (void)state;
    const struct ipsock_addr v4 = ipsock_addr_loopback(IPSOCK_IPV4, 0), none = {0};
    const struct ipsock_icmp_message m = {.family = IPSOCK_IPV6, .type = 128};
    uint8_t b[8] = {128};
    size_t written = 99;
    assert_int_equal(ipsock_icmp_marshal(&m, &one, NULL, b, 8, &written), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, &all, b, 8, &written), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_marshal(&m, &v4, &all, b, 8, &written), IPSOCK_EFAMILY);
    assert_int_equal(ipsock_icmp_marshal(&m, &one, &none, b, 8, &written), IPSOCK_EFAMILY);
    assert_int_equal(written, 99);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV6, NULL, NULL, b, 8), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV6, &one, NULL, b, 8), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV6, &one, &v4, b, 8), IPSOCK_EFAMILY);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, NULL, 8), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, b, 3), IPSOCK_EMSGSHORT);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV6, &one, &all, b, 3), IPSOCK_EMSGSHORT);
}

/* Odd and even lengths; every single bit that changes is noticed. */
static void icmp_12_checksums_of_every_length(void **state)
{
    (void)state;
    uint8_t data[40], buffer[48];
    uint64_t seed = 12;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)unit_random(&seed);
    for (size_t length = 0; length <= sizeof data; length++) {
        for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += 2) {
            struct ipsock_icmp_message m = {
                .family = family, .type = 200, .data = data, .data_length = length};
            size_t written;
            assert_int_equal(ipsock_icmp_marshal(&m, &one, &all, buffer, sizeof buffer, &written),
                             IPSOCK_OK);
            assert_int_equal(written, length + 4);
            assert_int_equal(ipsock_icmp_verify(family, &one, &all, buffer, written), IPSOCK_OK);
            for (size_t bit = 0; bit < written * 8; bit++) {
                buffer[bit / 8] ^= (uint8_t)(1 << bit % 8);
                assert_int_equal(ipsock_icmp_verify(family, &one, &all, buffer, written),
                                 IPSOCK_ECHECKSUM);
                buffer[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
        }
    }
}

static void icmp_11_bodies_of_another_type(void **state)
{
    (void)state;
    uint8_t buffer[64];
    size_t written = 99;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct ipsock_icmp_message m = message_of(v);
        for (m.body = -1; m.body <= IPSOCK_ICMP_BODY_RAW + 1; m.body++) {
            if (m.body == v->message.body || m.body == IPSOCK_ICMP_BODY_AUTO ||
                m.body == IPSOCK_ICMP_BODY_RAW)
                continue;
            unit_int(v->name, ipsock_icmp_marshal(&m, NULL, NULL, buffer, 64, &written),
                     IPSOCK_EPROTOCOL);
        }
    }
    assert_int_equal(written, 99);
}

static void icmp_15_raw_bodies_of_every_type(void **state)
{
    (void)state;
    static const uint8_t body[2] = {0xca, 0xfe};
    for (int type = 0; type <= 255; type++) {
        for (int family = IPSOCK_IPV4; family <= IPSOCK_IPV6; family += 2) {
            const struct ipsock_icmp_message m = {.family = family,
                                                  .type = (uint8_t)type,
                                                  .code = 158,
                                                  .body = IPSOCK_ICMP_BODY_RAW,
                                                  .data = body,
                                                  .data_length = 2};
            uint8_t buffer[6];
            size_t written;
            assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 6, &written), IPSOCK_OK);
            assert_int_equal(written, 6);
            assert_int_equal(buffer[0], type);
            assert_int_equal(buffer[1], 158);
            assert_memory_equal(buffer + 4, body, 2);
        }
    }
}

struct wrong {
    const char *name;
    struct ipsock_icmp_message message;
    int code;
};

static void icmp_11_fields_out_of_range(void **state)
{
    (void)state;
    static const struct wrong cases[] = {
        {"pointer", {V4, T4(PARAMETER_PROBLEM), .pointer = 256}, IPSOCK_EINVAL},
        {"mtu", {V4, T4(DESTINATION_UNREACHABLE), .code = 4, .mtu = 65536}, IPSOCK_EINVAL},
        {"sequence", {V4, T4(EXTENDED_ECHO_REQUEST), .sequence = 256}, IPSOCK_EINVAL},
        {"sequence", {V6, T6(EXTENDED_ECHO_REPLY), .sequence = 256}, IPSOCK_EINVAL},
        {"state", {V6, T6(EXTENDED_ECHO_REPLY), .state = 8}, IPSOCK_EINVAL},
        {"no gateway", {V4, T4(REDIRECT)}, IPSOCK_EFAMILY},
        {"gateway", {V4, T4(REDIRECT), .gateway = {.family = 6}}, IPSOCK_EFAMILY},
        {"null data", {V4, T4(ECHO), .data_length = 1}, IPSOCK_EINVAL},
        /* the same fields where they do not count */
        {"pointer of echo", {V4, T4(ECHO), .pointer = 256}, IPSOCK_OK},
        {"mtu of code 3", {V4, T4(DESTINATION_UNREACHABLE), .code = 3, .mtu = 65536}, IPSOCK_OK},
        {"mtu of v6", {V6, T6(DESTINATION_UNREACHABLE), .code = 4, .mtu = 65536}, IPSOCK_OK},
        {"sequence of echo", {V4, T4(ECHO), .sequence = 256, .state = 8}, IPSOCK_OK},
        {"state of request", {V4, T4(EXTENDED_ECHO_REQUEST), .state = 8}, IPSOCK_OK},
        {"pointer of v6", {V6, T6(PARAMETER_PROBLEM), .pointer = UINT32_MAX}, IPSOCK_OK},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t buffer[8], untouched[8];
        size_t written = 99;
        memset(buffer, 0x5a, 8);
        memset(untouched, 0x5a, 8);
        unit_int(cases[i].name,
                 ipsock_icmp_marshal(&cases[i].message, NULL, NULL, buffer, 8, &written),
                 cases[i].code);
        if (cases[i].code == IPSOCK_OK)
            continue;
        unit_int(cases[i].name, (int64_t)written, 99);
        unit_bytes(cases[i].name, buffer, untouched, 8);
    }
}

static void marshal_into_every_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const struct vector *v = &vectors[i];
        const struct ipsock_icmp_message m = message_of(v);
        for (size_t size = 0; size <= v->length; size++) {
            uint8_t zero[32] = {0};
            uint8_t *buffer = unit_exact(zero, size);
            size_t written = 0;
            const int result = ipsock_icmp_marshal(&m, NULL, NULL, buffer, size, &written);
            unit_int(v->name, result, size < v->length ? IPSOCK_ENOSPC : IPSOCK_OK);
            unit_int(v->name, (int64_t)written, (int64_t)v->length);
            if (result != IPSOCK_OK)
                unit_bytes(v->name, buffer, zero, size);
            free(buffer);
        }
        size_t needed = 0;
        unit_int(v->name, ipsock_icmp_marshal(&m, NULL, NULL, NULL, 0, &needed), IPSOCK_ENOSPC);
        unit_int(v->name, (int64_t)needed, (int64_t)v->length);
        unit_int(v->name, ipsock_icmp_marshal(&m, NULL, NULL, NULL, 1, &needed), IPSOCK_EINVAL);
    }
    uint8_t byte;
    assert_int_equal(ipsock_icmp_marshal(NULL, NULL, NULL, &byte, 1, NULL), IPSOCK_EINVAL);
}

static void largest_message(void **state)
{
    (void)state;
    static uint8_t data[65532], buffer[65535];
    struct ipsock_icmp_message m = {
        .family = IPSOCK_IPV4, .type = 8, .data = data, .data_length = 65527};
    size_t written = 0;
    memset(data, 0xff, sizeof data);
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, &written), IPSOCK_OK);
    assert_int_equal(written, 65535);
    assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, buffer, written), IPSOCK_OK);
    m.data_length = 65528;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, NULL), IPSOCK_EMSGSIZE);
    m.body = IPSOCK_ICMP_BODY_RAW;
    m.data_length = 65531;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, NULL), IPSOCK_OK);
    m.data_length = 65532;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, NULL), IPSOCK_EMSGSIZE);
    m.data_length = SIZE_MAX;
    assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 65535, NULL), IPSOCK_EMSGSIZE);
}

/* A payload that was built in the buffer, at its place or elsewhere. */
static void data_may_lie_in_the_buffer(void **state)
{
    (void)state;
    for (size_t at = 0; at <= 16; at++) {
        uint8_t buffer[24];
        struct ipsock_icmp_message m = {
            .family = IPSOCK_IPV4, .type = 8, .id = 7, .data = buffer + at, .data_length = 8};
        memset(buffer, 0, sizeof buffer);
        memcpy(buffer + at, "abcdefgh", 8);
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, sizeof buffer, NULL), 0);
        assert_memory_equal(buffer + 8, "abcdefgh", 8);
        assert_int_equal(buffer[0], 8);
        assert_int_equal(buffer[5], 7);
    }
}

/* The same at every place and of every length, as from elsewhere; of both families. */
static void echo_from_every_place(void **state)
{
    (void)state;
    static const struct {
        int family;
        uint8_t type;
    } kinds[] = {{IPSOCK_IPV4, 8}, {IPSOCK_IPV4, 0}, {IPSOCK_IPV6, 128}, {IPSOCK_IPV6, 129}};
    uint8_t buffer[64], elsewhere[40], want[64];
    for (size_t i = 0; i < sizeof elsewhere; i++)
        elsewhere[i] = (uint8_t)(0xa5 + 7 * i);
    for (size_t run = 0; run < 4 * 25 * 41; run++) {
        const size_t kind = run % 4, at = run / 4 % 25, length = run / 100;
        struct ipsock_icmp_message m = {.family = kinds[kind].family,
                                        .type = kinds[kind].type,
                                        .code = 3,
                                        .id = 0xfedc,
                                        .sequence = (uint16_t)run,
                                        .data = elsewhere,
                                        .data_length = length};
        size_t written = 0;
        memset(want, 0xee, sizeof want);
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, want, sizeof want, &written), 0);
        assert_int_equal(written, 8 + length);
        assert_memory_equal(want + 8, elsewhere, length);
        assert_int_equal(want[8 + length], 0xee);
        assert_int_equal(want[0] << 8 | want[1], kinds[kind].type << 8 | 3);
        assert_int_equal(want[6] << 8 | want[7], run);
        if (kinds[kind].family == IPSOCK_IPV4)
            assert_int_equal(ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, want, written), 0);
        else
            assert_int_equal(want[2] | want[3], 0);
        memset(buffer, 0, sizeof buffer);
        memcpy(buffer + at, elsewhere, length);
        m.data = buffer + at;
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 8 + length, NULL), 0);
        assert_memory_equal(buffer, want, 8 + length);
        assert_int_equal(ipsock_icmp_marshal(&m, NULL, NULL, buffer, 7 + length, &written),
                         IPSOCK_ENOSPC);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(icmp_05_every_kind_as_bytes),
        cmocka_unit_test(icmp_05_every_kind_from_bytes),
        cmocka_unit_test(icmp_04_bodies_by_their_type),
        cmocka_unit_test(icmp_09_bodies_cut_at_every_byte),
        cmocka_unit_test(icmp_01_wrong_calls),
        cmocka_unit_test(icmp_02_checksum_of_ipv4),
        cmocka_unit_test(icmp_13_pseudo_header),
        cmocka_unit_test(icmp_03_addresses_for_the_checksum),
        cmocka_unit_test(icmp_12_checksums_of_every_length),
        cmocka_unit_test(icmp_11_bodies_of_another_type),
        cmocka_unit_test(icmp_15_raw_bodies_of_every_type),
        cmocka_unit_test(icmp_11_fields_out_of_range),
        cmocka_unit_test(marshal_into_every_size),
        cmocka_unit_test(largest_message),
        cmocka_unit_test(data_may_lie_in_the_buffer),
        cmocka_unit_test(echo_from_every_place),
    };
    return cmocka_run_group_tests_name("icmp_message", tests, NULL, NULL);
}
