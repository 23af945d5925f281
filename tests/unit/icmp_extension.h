// SPDX-License-Identifier: BSD-2-Clause
/* What the tests of multi-part ICMP messages share. */
#ifndef IPSOCK_UNIT_ICMP_EXTENSION_H
#define IPSOCK_UNIT_ICMP_EXTENSION_H

#include "unit.h"

#include "core/codec/icmp.h"

#define V4 .family = IPSOCK_IPV4
#define V6 .family = IPSOCK_IPV6

/* The types that carry objects. */
struct carrier {
    int family;
    uint8_t type;
    size_t length_at, unit;
};

static const struct carrier carriers[] = {
    {IPSOCK_IPV4, 3, 5, 4}, {IPSOCK_IPV4, 11, 5, 4}, {IPSOCK_IPV4, 12, 5, 4},
    {IPSOCK_IPV6, 1, 4, 8}, {IPSOCK_IPV6, 3, 4, 8},
};

static const uint8_t label[4] = {0x03, 0xe8, 0xe9, 0xff};

static inline struct ipsock_icmp_object mpls_object(void)
{
    const struct ipsock_icmp_object object = {IPSOCK_ICMP_OBJECT_MPLS, 1, sizeof label, label};
    return object;
}

/* Parses a copy of exactly this length. data and payloads are given back as offsets. */
struct parsed {
    struct ipsock_icmp_message message;
    struct ipsock_icmp_object objects[4];
    size_t payload_at[4];
};

static inline struct parsed parse(int family, const uint8_t *bytes, size_t length)
{
    struct parsed p;
    memset(&p, 0x5a, sizeof p);
    uint8_t *copy = unit_exact(bytes, length);
    assert_int_equal(ipsock_icmp_parse(&p.message, p.objects, 4, family, copy, length), 0);
    if (p.message.data_length != 0)
        assert_ptr_equal(p.message.data, copy + (p.message.body == IPSOCK_ICMP_BODY_RAW ? 4 : 8));
    else
        assert_null(p.message.data);
    assert_ptr_equal(p.message.objects, p.objects);
    for (size_t i = 0; i < p.message.object_count; i++) {
        p.payload_at[i] = 0;
        if (p.objects[i].length == 0) {
            assert_null(p.objects[i].payload);
            continue;
        }
        p.payload_at[i] = (size_t)(p.objects[i].payload - copy);
        assert_true(p.payload_at[i] + p.objects[i].length <= length);
    }
    free(copy);
    return p;
}

static inline void expect(const struct parsed *p, int extension, size_t data_length, size_t found)
{
    assert_int_equal(p->message.extension, extension);
    assert_int_equal(p->message.data_length, data_length);
    assert_int_equal(p->message.object_count, found);
    assert_int_equal(p->message.objects_found, found);
}

#endif
