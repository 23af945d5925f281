// SPDX-License-Identifier: BSD-2-Clause
/* Payloads of ICMP extension objects: label stacks, interface information, interface
 * identification. What is read is written as the same, what is written is read as the same. */
#include <ipsock/icmp.h>

#include "fuzz.h"

enum { LABELS = 64, MODES = 4 };

struct labels {
    struct ipsock_icmp_mpls_label label[LABELS];
    size_t count;
};

typedef int encoder(struct ipsock_icmp_object *object, const void *what, void *buffer, size_t size);

static int encode_labels(struct ipsock_icmp_object *object, const void *what, void *buffer,
                         size_t size)
{
    const struct labels *labels = what;
    return ipsock_icmp_mpls_encode(object, labels->label, labels->count, buffer, size);
}

static int encode_interface(struct ipsock_icmp_object *object, const void *what, void *buffer,
                            size_t size)
{
    return ipsock_icmp_interface_encode(object, what, buffer, size);
}

static int encode_ident(struct ipsock_icmp_object *object, const void *what, void *buffer,
                        size_t size)
{
    return ipsock_icmp_ident_encode(object, what, buffer, size);
}

/* Makes an object in room of exactly its length, which is the caller's to free, and at most a size;
 * NULL for what cannot be encoded. */
static uint8_t *encode(encoder *function, const void *what, size_t most, size_t cut,
                       struct ipsock_icmp_object *object)
{
    memset(object, 0xa5, sizeof *object);
    const int code = function(object, what, NULL, 0);
    if (code == IPSOCK_EINVAL) {
        REQUIRE(fuzz_untouched(object, sizeof *object));
        return NULL;
    }
    const uint16_t length = object->length;
    REQUIRE(code == (length != 0 ? IPSOCK_ENOSPC : IPSOCK_OK));
    REQUIRE(object->payload == NULL && length % 4 == 0 && length <= most);
    const size_t less = length != 0 ? cut % length : 0;
    uint8_t *room = fuzz_room(less);
    REQUIRE(length == 0 || function(object, what, room, less) == IPSOCK_ENOSPC);
    REQUIRE(fuzz_untouched(room, less) && object->length == length && object->payload == NULL);
    free(room);
    room = fuzz_room(length);
    REQUIRE(function(object, what, room, length) == IPSOCK_OK);
    REQUIRE(object->length == length && object->payload == (length != 0 ? room : NULL));
    return room;
}

/* All bits of a stack mean something. */
static void decode_labels(const struct ipsock_icmp_object *object, size_t cut)
{
    struct labels labels;
    struct ipsock_icmp_object made;
    const size_t capacity = cut % 4;
    struct ipsock_icmp_mpls_label *few = fuzz_room(capacity * sizeof *few);
    memset(&labels, 0xa5, sizeof labels);
    const int code = ipsock_icmp_mpls_decode(object, labels.label, LABELS, &labels.count);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EPROTOCOL || code == IPSOCK_EEXTENSION);
        REQUIRE((code == IPSOCK_EPROTOCOL) ==
                (object->object_class != IPSOCK_ICMP_OBJECT_MPLS || object->object_type != 1));
        REQUIRE(fuzz_untouched(&labels, sizeof labels));
    } else {
        size_t count = 0;
        REQUIRE(labels.count * 4 == object->length);
        REQUIRE(ipsock_icmp_mpls_decode(object, few, capacity, &count) == IPSOCK_OK);
        REQUIRE(count == labels.count);
        const size_t taken = count < capacity ? count : capacity;
        for (size_t i = 0; i < taken; i++)
            REQUIRE(few[i].label == labels.label[i].label && few[i].ttl == labels.label[i].ttl);
        REQUIRE(fuzz_untouched(few + taken, (capacity - taken) * sizeof *few));
        uint8_t *again = encode(encode_labels, &labels, LABELS * 4, cut, &made);
        REQUIRE(again != NULL && made.object_class == object->object_class);
        REQUIRE(made.object_type == object->object_type && made.length == object->length);
        REQUIRE(made.length == 0 || memcmp(again, object->payload, made.length) == 0);
        free(again);
    }
    free(few);
}

static void encode_any_labels(struct fuzz_in *in, size_t cut)
{
    struct labels labels = {.count = fuzz_u8(in) % (LABELS / 4)}, back;
    struct ipsock_icmp_object object;
    bool good = true;
    for (size_t i = 0; i < labels.count; i++) {
        labels.label[i].label = fuzz_u32(in) & 0x1fffff;
        labels.label[i].traffic_class = fuzz_u8(in) & 15;
        labels.label[i].bottom = fuzz_u8(in) & 1;
        labels.label[i].ttl = fuzz_u8(in);
        good = good && labels.label[i].label <= 0xfffff && labels.label[i].traffic_class <= 7;
    }
    uint8_t *bytes = encode(encode_labels, &labels, LABELS * 4, cut, &object);
    REQUIRE(good == (bytes != NULL));
    if (bytes == NULL)
        return;
    REQUIRE(ipsock_icmp_mpls_decode(&object, back.label, LABELS, &back.count) == IPSOCK_OK);
    REQUIRE(back.count == labels.count);
    for (size_t i = 0; i < labels.count; i++) {
        const struct ipsock_icmp_mpls_label *a = &labels.label[i], *b = &back.label[i];
        REQUIRE(a->label == b->label && a->traffic_class == b->traffic_class);
        REQUIRE(a->bottom == b->bottom && a->ttl == b->ttl);
    }
    free(bytes);
}

static bool same_interface(const struct ipsock_icmp_interface *a,
                           const struct ipsock_icmp_interface *b)
{
    return a->role == b->role && a->has_index == b->has_index && a->has_mtu == b->has_mtu &&
           (!a->has_index || a->index == b->index) && (!a->has_mtu || a->mtu == b->mtu) &&
           ipsock_addr_same_ip(&a->addr, &b->addr) && strcmp(a->name, b->name) == 0;
}

static void interface_and_back(const struct ipsock_icmp_interface *info, size_t cut)
{
    struct ipsock_icmp_interface back;
    struct ipsock_icmp_object object;
    uint8_t *bytes = encode(encode_interface, info, 96, cut, &object);
    REQUIRE(bytes != NULL && object.object_class == IPSOCK_ICMP_OBJECT_INTERFACE);
    memset(&back, 0xa5, sizeof back);
    REQUIRE(ipsock_icmp_interface_decode(&object, &back) == IPSOCK_OK);
    REQUIRE(same_interface(info, &back));
    /* it says nothing that ends too early */
    for (object.length = (uint16_t)(object.length - (object.length != 0));
         bytes != NULL && object.length != 0; object.length--)
        REQUIRE(ipsock_icmp_interface_decode(&object, &back) == IPSOCK_EMSGSHORT);
    free(bytes);
}

static void decode_interface(const struct ipsock_icmp_object *object, size_t cut)
{
    struct ipsock_icmp_interface info;
    memset(&info, 0xa5, sizeof info);
    const int code = ipsock_icmp_interface_decode(object, &info);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EPROTOCOL || code == IPSOCK_EMSGSHORT || code == IPSOCK_EEXTENSION);
        REQUIRE((code == IPSOCK_EPROTOCOL) ==
                (object->object_class != IPSOCK_ICMP_OBJECT_INTERFACE));
        REQUIRE(fuzz_untouched(&info, sizeof info));
        return;
    }
    REQUIRE(info.role <= 3 && memchr(info.name, '\0', sizeof info.name) != NULL);
    REQUIRE(info.has_index || info.index == 0);
    REQUIRE(info.has_mtu || info.mtu == 0);
    interface_and_back(&info, cut);
}

static void encode_any_interface(struct fuzz_in *in, size_t cut)
{
    struct ipsock_icmp_interface info;
    struct ipsock_icmp_object object;
    memset(&info, 0, sizeof info);
    info.role = fuzz_u8(in) % 5;
    info.has_index = fuzz_u8(in) & 1;
    info.has_mtu = fuzz_u8(in) & 1;
    info.index = fuzz_u32(in);
    info.mtu = fuzz_u32(in);
    info.addr.family = fuzz_u8(in) % 8;
    fuzz_bytes(in, info.addr.ip, info.addr.family == IPSOCK_IPV4 ? 4 : 16);
    fuzz_bytes(in, info.name, sizeof info.name);
    const int family = info.addr.family;
    if (info.role <= 3 && memchr(info.name, '\0', sizeof info.name) != NULL &&
        (family == IPSOCK_UNSPEC || family == IPSOCK_IPV4 || family == IPSOCK_IPV6)) {
        if (family == IPSOCK_UNSPEC)
            memset(&info.addr, 0, sizeof info.addr);
        interface_and_back(&info, cut);
        return;
    }
    REQUIRE(encode(encode_interface, &info, 96, cut, &object) == NULL);
}

static void ident_and_back(const struct ipsock_icmp_ident *ident, size_t cut)
{
    struct ipsock_icmp_ident back;
    struct ipsock_icmp_object object;
    uint8_t *bytes = encode(encode_ident, ident, 256, cut, &object);
    if (bytes == NULL) {
        REQUIRE(ident->by == IPSOCK_ICMP_IDENT_ADDRESS);
        REQUIRE(ident->address_length == 0 ||
                (ident->address_family == 1 && ident->address_length != 4) ||
                (ident->address_family == 2 && ident->address_length != 16));
        return;
    }
    REQUIRE(object.object_class == IPSOCK_ICMP_OBJECT_IDENTIFICATION && object.length != 0);
    memset(&back, 0xa5, sizeof back);
    REQUIRE(ipsock_icmp_ident_decode(&object, &back) == IPSOCK_OK);
    REQUIRE(memcmp(ident, &back, sizeof back) == 0);
    free(bytes);
}

static void decode_ident(const struct ipsock_icmp_object *object, size_t cut)
{
    struct ipsock_icmp_ident ident;
    memset(&ident, 0xa5, sizeof ident);
    const int code = ipsock_icmp_ident_decode(object, &ident);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EPROTOCOL || code == IPSOCK_EEXTENSION);
        REQUIRE((code == IPSOCK_EPROTOCOL) ==
                (object->object_class != IPSOCK_ICMP_OBJECT_IDENTIFICATION ||
                 object->object_type < 1 || object->object_type > 3));
        REQUIRE(fuzz_untouched(&ident, sizeof ident));
        return;
    }
    REQUIRE(ident.by == object->object_type && ident.address_length <= sizeof ident.address);
    REQUIRE((ident.by == IPSOCK_ICMP_IDENT_NAME) == (ident.name[0] != '\0'));
    ident_and_back(&ident, cut);
}

/* Only what is named counts; the rest is left out of what is read back. */
static void encode_any_ident(struct fuzz_in *in, size_t cut)
{
    struct ipsock_icmp_ident ident;
    struct ipsock_icmp_object object;
    memset(&ident, 0, sizeof ident);
    ident.by = fuzz_u8(in) % 5;
    if (ident.by == IPSOCK_ICMP_IDENT_NAME) {
        fuzz_bytes(in, ident.name, sizeof ident.name);
        const char *end = memchr(ident.name, '\0', sizeof ident.name);
        if (end == NULL || end == ident.name) {
            REQUIRE(encode(encode_ident, &ident, 256, cut, &object) == NULL);
            return;
        }
        memset(ident.name + (end - ident.name), 0, sizeof ident.name - (size_t)(end - ident.name));
    } else if (ident.by == IPSOCK_ICMP_IDENT_INDEX) {
        ident.index = fuzz_u32(in);
    } else if (ident.by == IPSOCK_ICMP_IDENT_ADDRESS) {
        ident.address_family = fuzz_u16(in);
        ident.address_length = fuzz_u8(in) % 40;
        fuzz_bytes(in, ident.address, ident.address_length < 32 ? ident.address_length : 32);
        if (ident.address_length > 32) {
            REQUIRE(encode(encode_ident, &ident, 256, cut, &object) == NULL);
            return;
        }
    } else {
        REQUIRE(encode(encode_ident, &ident, 256, cut, &object) == NULL);
        return;
    }
    ident_and_back(&ident, cut);
}

/* The same bytes to all three: they refuse what is not theirs. */
static void from_bytes(struct fuzz_in *in, size_t cut)
{
    struct ipsock_icmp_object object;
    object.object_class = fuzz_u8(in);
    object.object_type = fuzz_u8(in);
    object.length = (uint16_t)(in->left < LABELS * 4 ? in->left : LABELS * 4);
    uint8_t *payload = fuzz_copy(in->at, object.length);
    object.payload = object.length != 0 ? payload : NULL;
    decode_labels(&object, cut);
    decode_interface(&object, cut);
    decode_ident(&object, cut);
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    const uint8_t mode = fuzz_u8(&in);
    const size_t cut = fuzz_u8(&in);
    switch (mode % MODES) {
    case 0:
        from_bytes(&in, cut);
        break;
    case 1:
        encode_any_labels(&in, cut);
        break;
    case 2:
        encode_any_interface(&in, cut);
        break;
    default:
        encode_any_ident(&in, cut);
    }
    return 0;
}
