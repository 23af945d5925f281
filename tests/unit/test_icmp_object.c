// SPDX-License-Identifier: BSD-2-Clause
/* Payloads of extension objects: EXT-09 to EXT-13, EXT-16, QUIRK-05. */
#include "unit.h"

#include <ipsock/icmp.h>

static struct ipsock_icmp_object object_of(int object_class, int type, const void *payload,
                                           size_t length)
{
    const struct ipsock_icmp_object object = {(uint8_t)object_class, (uint8_t)type,
                                              (uint16_t)length, length != 0 ? payload : NULL};
    return object;
}

static void check_object(const char *name, const struct ipsock_icmp_object *object,
                         int object_class, int type, const void *payload, size_t length)
{
    unit_int(name, object->object_class, object_class);
    unit_int(name, object->object_type, type);
    unit_int(name, object->length, (int64_t)length);
    if (length == 0)
        assert_null(object->payload);
    else
        unit_bytes(name, object->payload, payload, length);
}

static void ext_09_mpls_label_stack(void **state)
{
    (void)state;
    static const struct {
        struct ipsock_icmp_mpls_label labels[2];
        uint8_t bytes[8];
        size_t count;
    } cases[] = {
        {{{0}}, {0}, 0},
        {{{16014, 4, true, 255}}, {0x03, 0xe8, 0xe9, 0xff}, 1},
        {{{16013, 7, false, 254}, {16014, 0, true, 255}},
         {0x03, 0xe8, 0xde, 0xfe, 0x03, 0xe8, 0xe1, 0xff},
         2},
        {{{0xfffff, 7, true, 255}, {0, 0, false, 0}}, {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, 2},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ipsock_icmp_object object;
        struct ipsock_icmp_mpls_label got[2];
        uint8_t buffer[8];
        size_t count = 99;
        assert_int_equal(
            ipsock_icmp_mpls_encode(&object, cases[i].labels, cases[i].count, buffer, 8), 0);
        check_object("mpls", &object, 1, 1, cases[i].bytes, cases[i].count * 4);
        memset(got, 0x5a, sizeof got);
        assert_int_equal(ipsock_icmp_mpls_decode(&object, got, 2, &count), IPSOCK_OK);
        assert_int_equal(count, cases[i].count);
        for (size_t k = 0; k < count; k++) {
            assert_int_equal(got[k].label, cases[i].labels[k].label);
            assert_int_equal(got[k].traffic_class, cases[i].labels[k].traffic_class);
            assert_int_equal(got[k].bottom, cases[i].labels[k].bottom);
            assert_int_equal(got[k].ttl, cases[i].labels[k].ttl);
        }
    }
}

static void ext_09_mpls_wrong_calls(void **state)
{
    (void)state;
    static const uint8_t bytes[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    struct ipsock_icmp_mpls_label labels[3] = {{0}};
    struct ipsock_icmp_object object = object_of(1, 1, bytes, 12);
    size_t count = 99;
    assert_int_equal(ipsock_icmp_mpls_decode(NULL, labels, 3, &count), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_mpls_decode(&object, NULL, 3, &count), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_mpls_decode(&object, labels, 3, NULL), IPSOCK_EINVAL);
    object.payload = NULL;
    assert_int_equal(ipsock_icmp_mpls_decode(&object, labels, 3, &count), IPSOCK_EINVAL);
    object = object_of(2, 1, bytes, 12);
    assert_int_equal(ipsock_icmp_mpls_decode(&object, labels, 3, &count), IPSOCK_EPROTOCOL);
    object = object_of(1, 2, bytes, 12);
    assert_int_equal(ipsock_icmp_mpls_decode(&object, labels, 3, &count), IPSOCK_EPROTOCOL);
    for (size_t length = 0; length <= 12; length++) {
        uint8_t *exact = unit_exact(bytes, length);
        object = object_of(1, 1, exact, length);
        count = 99;
        assert_int_equal(ipsock_icmp_mpls_decode(&object, labels, 3, &count),
                         length % 4 == 0 ? IPSOCK_OK : IPSOCK_EEXTENSION);
        assert_int_equal(count, length % 4 == 0 ? length / 4 : 99);
        free(exact);
    }
    /* more than there is room for */
    object = object_of(1, 1, bytes, 12);
    memset(labels, 0, sizeof labels);
    assert_int_equal(ipsock_icmp_mpls_decode(&object, labels, 1, &count), IPSOCK_OK);
    assert_int_equal(count, 3);
    assert_int_equal(labels[0].ttl, 4);
    assert_int_equal(labels[1].ttl, 0);
    assert_int_equal(ipsock_icmp_mpls_decode(&object, NULL, 0, &count), IPSOCK_OK);
    assert_int_equal(count, 3);
}

static void ext_09_mpls_out_of_range(void **state)
{
    (void)state;
    static uint8_t buffer[65532];
    static struct ipsock_icmp_mpls_label labels[16383];
    struct ipsock_icmp_object object = object_of(9, 9, NULL, 0);
    struct ipsock_icmp_mpls_label label = {0x100000, 0, false, 0};
    assert_int_equal(ipsock_icmp_mpls_encode(&object, &label, 1, buffer, 4), IPSOCK_EINVAL);
    label = (struct ipsock_icmp_mpls_label){0, 8, false, 0};
    assert_int_equal(ipsock_icmp_mpls_encode(&object, &label, 1, buffer, 4), IPSOCK_EINVAL);
    label.traffic_class = 7;
    assert_int_equal(ipsock_icmp_mpls_encode(NULL, &label, 1, buffer, 4), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_mpls_encode(&object, NULL, 1, buffer, 4), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_mpls_encode(&object, &label, 1, NULL, 4), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_mpls_encode(&object, labels, 16383, buffer, sizeof buffer),
                     IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_mpls_encode(&object, labels, SIZE_MAX, buffer, 4), IPSOCK_EINVAL);
    check_object("unchanged", &object, 9, 9, NULL, 0);
    assert_int_equal(ipsock_icmp_mpls_encode(&object, labels, 16382, buffer, sizeof buffer), 0);
    assert_int_equal(object.length, 65528);
}

struct interface_case {
    const char *name;
    struct ipsock_icmp_interface info;
    int type;
    uint8_t bytes[92];
    size_t length;
};

/* The address of the long one is fe80::1; its name the longest. */
static const struct interface_case interfaces[] = {
    {"none", {.role = IPSOCK_ICMP_ROLE_INCOMING}, 0x00, {0}, 0},
    {"index and name",
     {.has_index = true, .index = 15, .name = "en101"},
     0x0a,
     {0, 0, 0, 15, 8, 'e', 'n', '1', '0', '1', 0, 0},
     12},
    {"all four",
     {.role = IPSOCK_ICMP_ROLE_SUB,
      .has_index = true,
      .has_mtu = true,
      .index = 0x01020304,
      .mtu = 8192,
      .addr = {.family = IPSOCK_IPV6, .ip = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
      .name = "en101"},
     0x4f,
     {1, 2, 3, 4, 0, 2, 0, 0,   0xfe, 0x80, 0,   0,   0, 0, 0, 0, 0,    0,
      0, 0, 0, 0, 0, 1, 8, 'e', 'n',  '1',  '0', '1', 0, 0, 0, 0, 0x20, 0},
     36},
    {"IPv4 address",
     {.role = IPSOCK_ICMP_ROLE_OUTGOING, .addr = {.family = IPSOCK_IPV4, .ip = {192, 0, 2, 1}}},
     0x84,
     {0, 1, 0, 0, 192, 0, 2, 1},
     8},
    {"index 0 and MTU of the next hop",
     {.role = IPSOCK_ICMP_ROLE_NEXT_HOP, .has_index = true, .has_mtu = true, .mtu = UINT32_MAX},
     0xc9,
     {0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff},
     8},
    {"name that needs no padding", {.name = "eth"}, 0x02, {4, 'e', 't', 'h'}, 4},
    {"name that is a byte longer", {.name = "eth0"}, 0x02, {8, 'e', 't', 'h', '0'}, 8},
    {"longest name",
     {.name = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz!"},
     0x02,
     "\x40"
     "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz!",
     64},
};

static void check_interface(const char *name, const struct ipsock_icmp_interface *got,
                            const struct ipsock_icmp_interface *want)
{
    unit_int(name, got->role, want->role);
    unit_int(name, got->has_index, want->has_index);
    unit_int(name, got->has_mtu, want->has_mtu);
    unit_int(name, got->index, want->index);
    unit_int(name, got->mtu, want->mtu);
    assert_true(ipsock_addr_equal(&got->addr, &want->addr));
    unit_string(name, got->name, want->name);
}

static void ext_10_interface_information(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(interfaces); i++) {
        const struct interface_case *c = &interfaces[i];
        struct ipsock_icmp_object object;
        struct ipsock_icmp_interface got;
        uint8_t buffer[96];
        memset(buffer, 0xa5, sizeof buffer);
        unit_int(c->name, ipsock_icmp_interface_encode(&object, &c->info, buffer, 96), 0);
        check_object(c->name, &object, 2, c->type, c->bytes, c->length);
        unit_int(c->name, buffer[c->length], 0xa5);
        memset(&got, 0x5a, sizeof got);
        unit_int(c->name, ipsock_icmp_interface_decode(&object, &got), IPSOCK_OK);
        check_interface(c->name, &got, &c->info);
    }
}

static void ext_10_interface_information_cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(interfaces); i++) {
        const struct interface_case *c = &interfaces[i];
        for (size_t length = 0; length <= c->length + 4; length++) {
            uint8_t bytes[96] = {0};
            memcpy(bytes, c->bytes, c->length);
            uint8_t *exact = unit_exact(bytes, length);
            struct ipsock_icmp_object object = object_of(2, c->type, exact, length);
            struct ipsock_icmp_interface got, untouched;
            memset(&got, 0x5a, sizeof got);
            memset(&untouched, 0x5a, sizeof untouched);
            const int result = ipsock_icmp_interface_decode(&object, &got);
            unit_int(c->name, result, length < c->length ? IPSOCK_EMSGSHORT : IPSOCK_OK);
            if (result == IPSOCK_OK)
                check_interface(c->name, &got, &c->info); /* what follows is left alone */
            else
                unit_bytes(c->name, &got, &untouched, sizeof got);
            free(exact);
        }
    }
}

/* Bits of the type that RFC 5837 reserves change nothing. */
static void ext_16_roles_and_reserved_bits(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0, 0,   0,   15,  0,   1,   0, 0, 192, 0, 2,    1,
                                    8, 'e', 'n', '1', '0', '1', 0, 0, 0,   0, 0x20, 0};
    for (int type = 0x0f; type <= 0xff; type += 0x10) {
        struct ipsock_icmp_object object = object_of(2, type, bytes, sizeof bytes);
        struct ipsock_icmp_interface got;
        assert_int_equal(ipsock_icmp_interface_decode(&object, &got), IPSOCK_OK);
        assert_int_equal(got.role, type >> 6);
        assert_int_equal(got.index, 15);
        assert_int_equal(got.mtu, 8192);
        assert_string_equal(got.name, "en101");
        assert_int_equal(got.addr.ip[3], 1);
    }
}

static void ext_11_every_length_of_a_name(void **state)
{
    (void)state;
    for (size_t room = 1; room <= 72; room++) {
        for (int length = 0; length <= 255; length++) {
            uint8_t bytes[72];
            memset(bytes, 'x', sizeof bytes);
            bytes[0] = (uint8_t)length;
            uint8_t *exact = unit_exact(bytes, room);
            struct ipsock_icmp_object object = object_of(2, 2, exact, room);
            struct ipsock_icmp_interface got;
            const bool valid = length % 4 == 0 && length >= 4 && length <= 64;
            const int want = !valid                  ? IPSOCK_EEXTENSION
                             : (size_t)length > room ? IPSOCK_EMSGSHORT
                                                     : IPSOCK_OK;
            assert_int_equal(ipsock_icmp_interface_decode(&object, &got), want);
            if (want == IPSOCK_OK)
                assert_int_equal(strlen(got.name), length - 1);
            free(exact);
        }
    }
}

static void ext_12_address_families(void **state)
{
    (void)state;
    for (unsigned afi = 0; afi <= UINT16_MAX; afi++) {
        const uint8_t bytes[20] = {(uint8_t)(afi >> 8), (uint8_t)afi, 0xff, 0xff, 1, 2, 3, 4};
        struct ipsock_icmp_object object = object_of(2, 4, bytes, sizeof bytes);
        struct ipsock_icmp_interface got;
        assert_int_equal(ipsock_icmp_interface_decode(&object, &got),
                         afi == 1 || afi == 2 ? IPSOCK_OK : IPSOCK_EEXTENSION);
        if (afi == 1 || afi == 2) {
            assert_int_equal(got.addr.family, afi == 1 ? IPSOCK_IPV4 : IPSOCK_IPV6);
            assert_int_equal(got.addr.scope, 0); /* x/net makes a zone of the name */
            assert_memory_equal(got.addr.ip, bytes + 4, afi == 1 ? 4 : 16);
        }
    }
}

static void quirk_05_names_do_not_overrun(void **state)
{
    (void)state;
    struct ipsock_icmp_interface info = {.name = ""};
    struct ipsock_icmp_object object = object_of(9, 9, NULL, 0);
    uint8_t buffer[96];
    memset(info.name, 'x', sizeof info.name); /* no NUL */
    assert_int_equal(ipsock_icmp_interface_encode(&object, &info, buffer, 96), IPSOCK_EINVAL);
    info = (struct ipsock_icmp_interface){.role = 4};
    assert_int_equal(ipsock_icmp_interface_encode(&object, &info, buffer, 96), IPSOCK_EINVAL);
    info = (struct ipsock_icmp_interface){.addr = {.family = 5}};
    assert_int_equal(ipsock_icmp_interface_encode(&object, &info, buffer, 96), IPSOCK_EINVAL);
    info = (struct ipsock_icmp_interface){.has_index = true};
    assert_int_equal(ipsock_icmp_interface_encode(&object, &info, NULL, 4), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_interface_encode(NULL, &info, buffer, 96), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_interface_encode(&object, NULL, buffer, 96), IPSOCK_EINVAL);
    check_object("unchanged", &object, 9, 9, NULL, 0);
    assert_int_equal(ipsock_icmp_interface_decode(NULL, &info), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_interface_decode(&object, NULL), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_interface_decode(&object, &info), IPSOCK_EPROTOCOL);
    object = (struct ipsock_icmp_object){2, 8, 4, NULL};
    assert_int_equal(ipsock_icmp_interface_decode(&object, &info), IPSOCK_EINVAL);
}

struct ident_case {
    const char *name;
    struct ipsock_icmp_ident ident;
    uint8_t bytes[40];
    size_t length;
    size_t least; /* bytes that decode alike: without padding */
};

static const struct ident_case idents[] = {
    {"name", {.by = IPSOCK_ICMP_IDENT_NAME, .name = "en101"}, "en101\0\0", 8, 5},
    {"name without padding", {.by = IPSOCK_ICMP_IDENT_NAME, .name = "eth0"}, "eth0", 4, 4},
    {"index", {.by = IPSOCK_ICMP_IDENT_INDEX, .index = 911}, {0, 0, 0x03, 0x8f}, 4, 4},
    {"MAC address",
     {.by = IPSOCK_ICMP_IDENT_ADDRESS,
      .address_family = 16389,
      .address_length = 6,
      .address = {1, 0x23, 0x45, 0x67, 0x89, 0xab}},
     {0x40, 0x05, 6, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xab, 0, 0},
     12,
     10},
    {"IPv4 address",
     {.by = IPSOCK_ICMP_IDENT_ADDRESS,
      .address_family = 1,
      .address_length = 4,
      .address = {192, 0, 2, 1}},
     {0, 1, 4, 0, 192, 0, 2, 1},
     8,
     8},
    {"IPv6 address",
     {.by = IPSOCK_ICMP_IDENT_ADDRESS,
      .address_family = 2,
      .address_length = 16,
      .address = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
     {0, 2, 16, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
     20,
     20},
};

static void check_ident(const char *name, const struct ipsock_icmp_ident *got,
                        const struct ipsock_icmp_ident *want)
{
    unit_int(name, got->by, want->by);
    unit_int(name, got->index, want->index);
    unit_int(name, got->address_family, want->address_family);
    unit_int(name, got->address_length, want->address_length);
    unit_bytes(name, got->address, want->address, sizeof want->address);
    unit_string(name, got->name, want->name);
}

static void ext_13_interface_identification(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(idents); i++) {
        const struct ident_case *c = &idents[i];
        struct ipsock_icmp_object object;
        struct ipsock_icmp_ident got;
        uint8_t buffer[64];
        memset(buffer, 0xa5, sizeof buffer);
        unit_int(c->name, ipsock_icmp_ident_encode(&object, &c->ident, buffer, 64), IPSOCK_OK);
        check_object(c->name, &object, 3, c->ident.by, c->bytes, c->length);
        unit_int(c->name, buffer[c->length], 0xa5);
        memset(&got, 0x5a, sizeof got);
        unit_int(c->name, ipsock_icmp_ident_decode(&object, &got), IPSOCK_OK);
        check_ident(c->name, &got, &c->ident);
    }
}

static void ext_13_interface_identification_cut_at_every_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(idents); i++) {
        const struct ident_case *c = &idents[i];
        for (size_t length = 0; length <= c->length; length++) {
            uint8_t *exact = unit_exact(c->bytes, length);
            struct ipsock_icmp_object object = object_of(3, c->ident.by, exact, length);
            struct ipsock_icmp_ident got, untouched;
            memset(&got, 0x5a, sizeof got);
            memset(&untouched, 0x5a, sizeof untouched);
            const int result = ipsock_icmp_ident_decode(&object, &got);
            if (length >= c->least) {
                unit_int(c->name, result, IPSOCK_OK);
                check_ident(c->name, &got, &c->ident);
            } else if (c->ident.by == IPSOCK_ICMP_IDENT_NAME && length > 0) {
                unit_int(c->name, result, IPSOCK_OK); /* a shorter name */
                unit_int(c->name, (int64_t)strlen(got.name), (int64_t)length);
            } else {
                unit_int(c->name, result, IPSOCK_EEXTENSION);
                unit_bytes(c->name, &got, &untouched, sizeof got);
            }
            free(exact);
        }
    }
}

static void ext_13_longest_name_and_address(void **state)
{
    (void)state;
    uint8_t bytes[260] = {0}, buffer[256];
    struct ipsock_icmp_object object = object_of(3, 1, bytes, 256);
    struct ipsock_icmp_ident got;
    memset(bytes, 'x', 255);
    assert_int_equal(ipsock_icmp_ident_decode(&object, &got), IPSOCK_OK);
    assert_int_equal(strlen(got.name), 255);
    assert_int_equal(ipsock_icmp_ident_encode(&object, &got, buffer, 256), IPSOCK_OK);
    check_object("longest", &object, 3, 1, bytes, 256);
    bytes[255] = 'x';
    object = object_of(3, 1, bytes, 256);
    assert_int_equal(ipsock_icmp_ident_decode(&object, &got), IPSOCK_EEXTENSION);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(ipsock_icmp_ident_decode(&object, &got), IPSOCK_EEXTENSION);
    for (unsigned length = 0; length <= 255; length++) {
        bytes[2] = (uint8_t)length;
        object = object_of(3, 3, bytes, 260);
        assert_int_equal(ipsock_icmp_ident_decode(&object, &got),
                         length <= 32 ? IPSOCK_OK : IPSOCK_EEXTENSION);
    }
}

static void ext_13_out_of_range(void **state)
{
    (void)state;
    static const struct ipsock_icmp_ident wrong[] = {
        {.by = 0},
        {.by = 4, .name = "eth0"},
        {.by = IPSOCK_ICMP_IDENT_NAME},
        {.by = IPSOCK_ICMP_IDENT_ADDRESS, .address_family = 6},
        {.by = IPSOCK_ICMP_IDENT_ADDRESS, .address_family = 6, .address_length = 33},
        {.by = IPSOCK_ICMP_IDENT_ADDRESS, .address_family = 1, .address_length = 16},
        {.by = IPSOCK_ICMP_IDENT_ADDRESS, .address_family = 2, .address_length = 4},
    };
    struct ipsock_icmp_object object = object_of(9, 9, NULL, 0);
    struct ipsock_icmp_ident ident = {.by = IPSOCK_ICMP_IDENT_NAME};
    uint8_t buffer[256] = {0};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(ipsock_icmp_ident_encode(&object, &wrong[i], buffer, 256), IPSOCK_EINVAL);
    memset(ident.name, 'x', sizeof ident.name);
    assert_int_equal(ipsock_icmp_ident_encode(&object, &ident, buffer, 256), IPSOCK_EINVAL);
    ident = (struct ipsock_icmp_ident){.by = IPSOCK_ICMP_IDENT_INDEX};
    assert_int_equal(ipsock_icmp_ident_encode(NULL, &ident, buffer, 256), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_ident_encode(&object, NULL, buffer, 256), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_ident_encode(&object, &ident, NULL, 256), IPSOCK_EINVAL);
    check_object("unchanged", &object, 9, 9, NULL, 0);
    assert_int_equal(ipsock_icmp_ident_decode(&object, &ident), IPSOCK_EPROTOCOL);
    for (int type = 0; type <= 255; type++) {
        object = object_of(3, type, "eth0", 4);
        const int result = ipsock_icmp_ident_decode(&object, &ident);
        if (type < 1 || type > 3)
            assert_int_equal(result, IPSOCK_EPROTOCOL);
        else
            assert_int_equal(result, type < 3 ? IPSOCK_OK : IPSOCK_EEXTENSION);
    }
    assert_int_equal(ipsock_icmp_ident_decode(NULL, &ident), IPSOCK_EINVAL);
    assert_int_equal(ipsock_icmp_ident_decode(&object, NULL), IPSOCK_EINVAL);
}

/* Too little room: what it takes is told, nothing is written. */
static void objects_into_every_size(void **state)
{
    (void)state;
    const struct ipsock_icmp_mpls_label labels[2] = {{1, 0, false, 1}, {2, 0, true, 1}};
    struct ipsock_icmp_object object;
    for (size_t size = 0; size <= 40; size++) {
        uint8_t zero[40] = {0};
        uint8_t *buffer = unit_exact(zero, size);
        for (int kind = 0; kind < 3; kind++) {
            const size_t needed = kind == 0 ? 8 : kind == 1 ? 36 : 12;
            const int result =
                kind == 0 ? ipsock_icmp_mpls_encode(&object, labels, 2, buffer, size)
                : kind == 1
                    ? ipsock_icmp_interface_encode(&object, &interfaces[2].info, buffer, size)
                    : ipsock_icmp_ident_encode(&object, &idents[3].ident, buffer, size);
            assert_int_equal(result, size < needed ? IPSOCK_ENOSPC : IPSOCK_OK);
            assert_int_equal(object.length, needed);
            if (result == IPSOCK_OK)
                assert_ptr_equal(object.payload, buffer);
            else
                assert_null(object.payload);
            if (size < 8)
                assert_memory_equal(buffer, zero, size);
        }
        free(buffer);
    }
    assert_int_equal(ipsock_icmp_mpls_encode(&object, labels, 2, NULL, 0), IPSOCK_ENOSPC);
    assert_int_equal(ipsock_icmp_mpls_encode(&object, NULL, 0, NULL, 0), IPSOCK_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ext_09_mpls_label_stack),
        cmocka_unit_test(ext_09_mpls_wrong_calls),
        cmocka_unit_test(ext_09_mpls_out_of_range),
        cmocka_unit_test(ext_10_interface_information),
        cmocka_unit_test(ext_10_interface_information_cut_at_every_byte),
        cmocka_unit_test(ext_16_roles_and_reserved_bits),
        cmocka_unit_test(ext_11_every_length_of_a_name),
        cmocka_unit_test(ext_12_address_families),
        cmocka_unit_test(quirk_05_names_do_not_overrun),
        cmocka_unit_test(ext_13_interface_identification),
        cmocka_unit_test(ext_13_interface_identification_cut_at_every_byte),
        cmocka_unit_test(ext_13_longest_name_and_address),
        cmocka_unit_test(ext_13_out_of_range),
        cmocka_unit_test(objects_into_every_size),
    };
    return cmocka_run_group_tests_name("icmp_object", tests, NULL, NULL);
}
