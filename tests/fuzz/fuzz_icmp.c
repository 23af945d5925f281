// SPDX-License-Identifier: BSD-2-Clause
/* ICMP messages of both families: whatever arrives is read within its bounds; what was read, or
 * made of any fields, is written, verified and read back as the same. Quoted packets, and text. */
#include "core/codec/icmp.h"
#include "fuzz.h"

/* The first byte of the input; above that, the order of a quoted IPv4 header. */
enum { IPV6 = 1, FIELDS = 2, ORDER_SHIFT = 2 };
enum { OBJECTS = 4, LONGEST = 4096, TEXT = 6 * LONGEST };

static struct ipsk_header_order order;

static int format(const void *object, char *text, size_t size)
{
    return ipsock_icmp_format(object, text, size);
}

/* One line of printable ASCII, whatever the names are. */
static void check_text(const struct ipsock_icmp_message *m, size_t cut)
{
    static char text[TEXT];
    fuzz_format(format, m, m->objects_found != 0 || m->object_count != 0 ? TEXT : 160, cut, true);
    REQUIRE(format(m, text, sizeof text) == IPSOCK_OK);
    for (const char *p = text; *p != '\0'; p++)
        REQUIRE(*p >= ' ' && *p <= '~');
}

static struct ipsock_addr any_addr(struct fuzz_in *in)
{
    uint8_t ip[16];
    fuzz_bytes(in, ip, sizeof ip);
    return ipsock_addr_ipv6(ip, 0);
}

static bool same_objects(const struct ipsock_icmp_message *a, const struct ipsock_icmp_message *b)
{
    if (a->object_count != b->object_count)
        return false;
    for (size_t i = 0; i < a->object_count; i++) {
        const struct ipsock_icmp_object *x = &a->objects[i], *y = &b->objects[i];
        if (x->object_class != y->object_class || x->object_type != y->object_type ||
            x->length != y->length ||
            (x->length != 0 && memcmp(x->payload, y->payload, x->length) != 0))
            return false;
    }
    return true;
}

/* The fields that count for a body. */
static bool same_fields(const struct ipsock_icmp_message *a, const struct ipsock_icmp_message *b)
{
    switch (b->body) {
    case IPSOCK_ICMP_BODY_ECHO:
    case IPSOCK_ICMP_BODY_ECHO_REPLY:
        return a->id == b->id && a->sequence == b->sequence;
    case IPSOCK_ICMP_BODY_EXTENDED_ECHO:
        return a->id == b->id && a->sequence == b->sequence && a->local == b->local;
    case IPSOCK_ICMP_BODY_EXTENDED_REPLY:
        return a->id == b->id && a->sequence == b->sequence && a->state == b->state &&
               a->active == b->active && a->has_ipv4 == b->has_ipv4 && a->has_ipv6 == b->has_ipv6;
    case IPSOCK_ICMP_BODY_UNREACHABLE:
        return b->family == IPSOCK_IPV6 || b->code != 4 || a->mtu == b->mtu;
    case IPSOCK_ICMP_BODY_TOO_BIG:
        return a->mtu == b->mtu;
    case IPSOCK_ICMP_BODY_PARAMETER:
        return a->pointer == b->pointer;
    case IPSOCK_ICMP_BODY_REDIRECT:
        return a->gateway.family == IPSOCK_IPV4 && memcmp(a->gateway.ip, b->gateway.ip, 4) == 0;
    default:
        return true;
    }
}

/* The data, and behind it only the zeros that pad a datagram before extensions. */
static bool same_data(const struct ipsock_icmp_message *a, const struct ipsock_icmp_message *b)
{
    if (b->data_length < a->data_length ||
        (a->data_length != 0 && memcmp(a->data, b->data, a->data_length) != 0))
        return false;
    for (size_t i = a->data_length; i < b->data_length; i++)
        if (b->data[i] != 0)
            return false;
    return b->data_length == a->data_length || b->object_count != 0;
}

static bool within(const void *part, size_t part_length, const uint8_t *bytes, size_t length)
{
    const uint8_t *p = part;
    if (part_length == 0)
        return p == NULL;
    return p >= bytes && part_length <= length && p <= bytes + (length - part_length);
}

/* Everything that a parsed message points to lies in its bytes, in order. */
static void check_bounds(const struct ipsock_icmp_message *m, const uint8_t *bytes, size_t length)
{
    const uint8_t *end = bytes + 4;
    REQUIRE(within(m->data, m->data_length, bytes, length));
    REQUIRE(m->extension <= IPSOCK_ICMP_EXTENSION_CUT);
    REQUIRE(m->object_count <= m->objects_found);
    REQUIRE(m->objects_found <= length / 4);
    if (m->data != NULL)
        end = m->data + m->data_length;
    for (size_t i = 0; i < m->object_count; i++) {
        const struct ipsock_icmp_object *o = &m->objects[i];
        REQUIRE(within(o->payload, o->length, bytes, length));
        REQUIRE(o->payload == NULL || o->payload >= end + 4);
        if (o->payload != NULL)
            end = o->payload + o->length;
    }
}

static bool quotes(const struct ipsock_icmp_message *m)
{
    return m->body >= IPSOCK_ICMP_BODY_UNREACHABLE && m->body <= IPSOCK_ICMP_BODY_REDIRECT;
}

static bool no_packet(int code)
{
    return code == IPSOCK_EHDRSHORT || code == IPSOCK_EVERSION || code == IPSOCK_EHDRLEN ||
           code == IPSOCK_EEXTSHORT;
}

/* The quoted packet lies in the data, and its addresses are where its header has them. */
static void check_quote(const struct ipsock_icmp_message *m)
{
    struct ipsock_icmp_quote quote;
    memset(&quote, 0xa5, sizeof quote);
    const int code = ipsk_icmp_quoted(m, &quote, &order);
    if (code < 0) {
        REQUIRE(quotes(m)
                    ? no_packet(code) || (code == IPSOCK_ETOTALLEN && order.length_without_header)
                    : code == IPSOCK_EPROTOCOL);
        REQUIRE(fuzz_untouched(&quote, sizeof quote));
        return;
    }
    const size_t size = m->family == IPSOCK_IPV4 ? 4 : 16, header = size == 4 ? 20 : 40;
    const uint8_t *source = m->data + (size == 4 ? 12 : 8);
    REQUIRE(quotes(m) && m->data_length >= header && quote.reserved == 0);
    REQUIRE(quote.source.family == m->family && quote.destination.family == m->family);
    REQUIRE(memcmp(quote.source.ip, source, size) == 0);
    REQUIRE(memcmp(quote.destination.ip, source + size, size) == 0);
    REQUIRE(quote.hop_limit == m->data[size == 4 ? 8 : 7]);
    REQUIRE(within(quote.payload, quote.length, m->data, m->data_length));
    REQUIRE(quote.payload == NULL || quote.payload >= m->data + header);
    const bool ports = quote.source.port != 0 || quote.destination.port != 0;
    REQUIRE(!ports ||
            (quote.length >= 4 && quote.source.port == quote.payload[0] * 256 + quote.payload[1]));
}

/* The checksum of IPv6 has the addresses in it, IPv4's not. */
static int verify(const struct ipsock_icmp_message *m, const struct ipsock_addr addrs[2],
                  const void *bytes, size_t length)
{
    return ipsock_icmp_verify(m->family, &addrs[0], &addrs[1], bytes, length);
}

static void any_bit_matters(const struct ipsock_icmp_message *m, const struct ipsock_addr addrs[2],
                            uint8_t *bytes, size_t length, size_t bit)
{
    bit %= length * 8;
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    REQUIRE(verify(m, addrs, bytes, length) == IPSOCK_ECHECKSUM);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* Data may lie anywhere in the buffer. */
static void marshal_in_place(const struct ipsock_icmp_message *m, const struct ipsock_addr addrs[2],
                             const uint8_t *want, size_t length, size_t at)
{
    struct ipsock_icmp_message moved = *m;
    uint8_t *room = fuzz_room(length);
    at %= length - m->data_length + 1;
    if (m->data_length != 0)
        memcpy(room + at, m->data, m->data_length);
    moved.data = m->data_length != 0 ? room + at : NULL;
    REQUIRE(ipsock_icmp_marshal(&moved, &addrs[0], &addrs[1], room, length, NULL) == IPSOCK_OK);
    REQUIRE(memcmp(room, want, length) == 0);
    free(room);
}

/* What was written is read back as the same, and written again as the same bytes. */
static void reads_back(const struct ipsock_icmp_message *m, const struct ipsock_addr addrs[2],
                       const uint8_t *bytes, size_t length)
{
    struct ipsock_icmp_object objects[LONGEST / 4];
    struct ipsock_icmp_message back;
    size_t written = 0;
    REQUIRE(ipsock_icmp_parse(&back, objects, COUNT(objects), m->family, bytes, length) ==
            IPSOCK_OK);
    check_bounds(&back, bytes, length);
    REQUIRE(back.type == m->type && back.code == m->code && same_fields(m, &back));
    REQUIRE(same_objects(m, &back) && same_data(m, &back));
    uint8_t *again = fuzz_room(length);
    REQUIRE(ipsock_icmp_marshal(&back, &addrs[0], &addrs[1], again, length, &written) == IPSOCK_OK);
    REQUIRE(written == length && memcmp(bytes, again, length) == 0);
    free(again);
}

static bool refusal(int code)
{
    return code == IPSOCK_EINVAL || code == IPSOCK_EFAMILY || code == IPSOCK_EPROTOCOL ||
           code == IPSOCK_EEXTENSION || code == IPSOCK_EMSGSIZE;
}

/* Writes a message, if it can be; the bytes, with their length, are the caller's to free. */
static uint8_t *write_message(const struct ipsock_icmp_message *m,
                              const struct ipsock_addr addrs[2], size_t cut, size_t *length)
{
    size_t needed = 12345, written = 0;
    const int code = ipsock_icmp_marshal(m, &addrs[0], &addrs[1], NULL, 0, &needed);
    if (code != IPSOCK_ENOSPC) {
        REQUIRE(refusal(code) && needed == 12345);
        return NULL;
    }
    uint8_t *room = fuzz_room(cut % needed);
    REQUIRE(ipsock_icmp_marshal(m, &addrs[0], &addrs[1], room, cut % needed, &written) ==
            IPSOCK_ENOSPC);
    REQUIRE(written == needed && fuzz_untouched(room, cut % needed));
    free(room);
    room = fuzz_room(needed);
    REQUIRE(ipsock_icmp_marshal(m, &addrs[0], &addrs[1], room, needed, &written) == IPSOCK_OK);
    REQUIRE(written == needed && verify(m, addrs, room, needed) == IPSOCK_OK);
    any_bit_matters(m, addrs, room, needed, cut);
    marshal_in_place(m, addrs, room, needed, cut);
    *length = needed;
    return room;
}

/* A message of which all was understood is written as it was, but for bits that mean nothing. What
 * is wrong with extensions cannot be written again. */
static bool is_understood(const struct ipsock_icmp_message *m)
{
    return m->extension <= IPSOCK_ICMP_EXTENSION_LEGACY;
}

static void parse_with_less_room(const struct ipsock_icmp_message *m, const uint8_t *bytes,
                                 size_t length, size_t capacity)
{
    struct ipsock_icmp_message less;
    capacity %= OBJECTS;
    struct ipsock_icmp_object *objects = fuzz_room(capacity * sizeof *objects);
    REQUIRE(ipsock_icmp_parse(&less, objects, capacity, m->family, bytes, length) == IPSOCK_OK);
    check_bounds(&less, bytes, length);
    REQUIRE(less.objects_found == m->objects_found && less.extension == m->extension);
    REQUIRE(less.object_count == (capacity < m->objects_found ? capacity : m->objects_found));
    REQUIRE(less.data == m->data && less.data_length == m->data_length && same_fields(m, &less));
    REQUIRE(fuzz_untouched(objects + less.object_count,
                           (capacity - less.object_count) * sizeof *objects));
    free(objects);
}

static void from_bytes(struct fuzz_in *in, int family)
{
    const size_t cut = fuzz_u16(in);
    const struct ipsock_addr addrs[2] = {ipsock_addr_loopback(IPSOCK_IPV6, 0), any_addr(in)};
    const size_t length = in->left < LONGEST ? in->left : LONGEST;
    uint8_t *bytes = fuzz_copy(in->at, length);
    struct ipsock_icmp_object objects[LONGEST / 4];
    struct ipsock_icmp_message m;
    size_t written;
    memset(&m, 0xa5, sizeof m);
    const int code = ipsock_icmp_parse(&m, objects, COUNT(objects), family, bytes, length);
    const int verified = ipsock_icmp_verify(family, &addrs[0], &addrs[1], bytes, length);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EMSGSHORT && length < 8 && fuzz_untouched(&m, sizeof m));
        REQUIRE(verified == (length < 4 ? IPSOCK_EMSGSHORT : verified));
        free(bytes);
        return;
    }
    REQUIRE(verified == IPSOCK_OK || verified == IPSOCK_ECHECKSUM);
    REQUIRE(m.family == family && m.type == bytes[0] && m.code == bytes[1]);
    check_bounds(&m, bytes, length);
    parse_with_less_room(&m, bytes, length, cut);
    check_text(&m, cut);
    check_quote(&m);
    uint8_t *again = write_message(&m, addrs, cut, &written);
    if (again != NULL && is_understood(&m)) {
        reads_back(&m, addrs, again, written);
        REQUIRE(written == length);
    }
    free(again);
    free(bytes);
}

/* Objects of known classes and others, mostly of lengths that can be sent. */
static size_t any_objects(struct fuzz_in *in, struct ipsock_icmp_object *objects,
                          uint8_t payloads[OBJECTS][256])
{
    const size_t count = fuzz_u8(in) % (OBJECTS + 1);
    for (size_t i = 0; i < count; i++) {
        objects[i].object_class = fuzz_u8(in) % 6;
        objects[i].object_type = fuzz_u8(in);
        objects[i].length = fuzz_u8(in);
        if (objects[i].length < 0xf0)
            objects[i].length &= 0xfc;
        fuzz_bytes(in, payloads[i], objects[i].length);
        objects[i].payload = objects[i].length != 0 ? payloads[i] : NULL;
    }
    return count;
}

/* Whether a reader may take data for objects: behind 128 bytes, where old routers put them, or in
 * an extended echo. */
static bool is_ambiguous(const struct ipsock_icmp_message *m)
{
    const bool extended =
        ipsk_icmp_kind(m->family, m->type)->body == IPSOCK_ICMP_BODY_EXTENDED_ECHO;
    return m->object_count == 0 && m->data_length >= (extended ? 8 : 128 + 8);
}

static void from_fields(struct fuzz_in *in, int family)
{
    static uint8_t payloads[OBJECTS][256];
    struct ipsock_icmp_object objects[OBJECTS];
    struct ipsock_icmp_message m = {.family = family, .objects = objects};
    size_t length;
    const size_t cut = fuzz_u16(in);
    m.type = fuzz_u8(in);
    m.code = fuzz_u8(in);
    m.body = fuzz_u8(in) % 16;
    m.id = fuzz_u16(in);
    m.sequence = fuzz_u16(in);
    m.state = fuzz_u8(in) & 15;
    m.local = m.state & 1, m.active = m.state & 2, m.has_ipv4 = m.state & 4, m.has_ipv6 = cut & 1;
    m.pointer = fuzz_u32(in);
    m.mtu = fuzz_u32(in);
    m.gateway = any_addr(in);
    if (cut & 2) {
        m.gateway.family = IPSOCK_IPV4;
        m.pointer &= 0xff, m.mtu &= 0xffff, m.sequence &= 0xff, m.state &= 7;
    }
    m.object_count = any_objects(in, objects, payloads);
    const struct ipsock_addr addrs[2] = {any_addr(in), any_addr(in)};
    m.data_length = in->left < LONGEST / 2 ? in->left : LONGEST / 2;
    uint8_t *data = fuzz_copy(in->at, m.data_length);
    m.data = m.data_length != 0 ? data : NULL;
    check_text(&m, cut);
    uint8_t *bytes = write_message(&m, addrs, cut, &length);
    if (bytes != NULL && m.body != IPSOCK_ICMP_BODY_RAW && !is_ambiguous(&m))
        reads_back(&m, addrs, bytes, length);
    free(bytes);
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    const uint8_t mode = fuzz_u8(&in);
    const int family = mode & IPV6 ? IPSOCK_IPV6 : IPSOCK_IPV4;
    order.host_length = mode >> ORDER_SHIFT & 1;
    order.host_offset = mode >> ORDER_SHIFT & 2;
    order.length_without_header = mode >> ORDER_SHIFT & 4;
    if (mode & FIELDS)
        from_fields(&in, family);
    else
        from_bytes(&in, family);
    return 0;
}
