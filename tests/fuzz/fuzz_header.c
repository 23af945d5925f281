// SPDX-License-Identifier: BSD-2-Clause
/* IPv4 headers in all eight orders and in the public ones, IPv6 headers: bytes to struct and back,
 * struct to bytes and back. */
#include <ipsock/header.h>

#include "core/codec/order.h"
#include "fuzz.h"

/* The first byte of the input. */
enum { ORDER = 0x07, PUBLIC = 0x08, IPV6 = 0x10, FIELDS = 0x20 };

static int order4;                     /* IPSOCK_ORDER_… of the public functions; else -1 */
static struct ipsk_header_order order; /* for the functions behind them */

static int parse4(struct ipsock_ipv4_header *header, const void *data, size_t length)
{
    return order4 >= 0 ? ipsock_ipv4_header_parse(header, data, length, order4)
                       : ipsk_ipv4_parse(header, data, length, &order);
}

static int marshal4(const struct ipsock_ipv4_header *header, void *buffer, size_t size,
                    size_t *written)
{
    return order4 >= 0 ? ipsock_ipv4_header_marshal(header, buffer, size, written, order4)
                       : ipsk_ipv4_marshal(header, buffer, size, written, &order);
}

static int format4(const void *object, char *text, size_t size)
{
    return ipsock_ipv4_header_format(object, text, size);
}

static int format6(const void *object, char *text, size_t size)
{
    return ipsock_ipv6_header_format(object, text, size);
}

/* What the bytes say of themselves, told without the parser. */
static int expected4(const uint8_t *p, size_t length)
{
    if (order4 > IPSOCK_ORDER_QUOTED)
        return IPSOCK_EINVAL;
    if (length < 20)
        return IPSOCK_EHDRSHORT;
    const size_t words = p[0] % 16u;
    if (p[0] / 16 != 4)
        return IPSOCK_EVERSION;
    if (words < 5)
        return IPSOCK_EHDRLEN;
    if (words * 4 > length)
        return IPSOCK_EEXTSHORT;
    uint16_t total = (uint16_t)(p[2] * 256 + p[3]);
    if (order.host_length)
        memcpy(&total, p + 2, 2);
    return order.length_without_header && total + words * 4 > 65535 ? IPSOCK_ETOTALLEN : IPSOCK_OK;
}

/* In room that is too small nothing is written. */
static void marshal4_cut(const struct ipsock_ipv4_header *header, size_t length, size_t cut)
{
    const size_t size = cut % length;
    void *room = fuzz_room(size);
    size_t written = 0;
    REQUIRE(marshal4(header, room, size, &written) == IPSOCK_ENOSPC);
    REQUIRE(written == length && fuzz_untouched(room, size));
    free(room);
}

/* Every header that can be marshalled at all is read back; so it can be on the wire. */
static void wire4(const struct ipsock_ipv4_header *header)
{
    uint8_t bytes[IPSOCK_IPV4_HEADER_MAX];
    struct ipsock_ipv4_header again;
    size_t written;
    REQUIRE(ipsock_ipv4_header_marshal(header, bytes, sizeof bytes, &written, IPSOCK_ORDER_WIRE) ==
            IPSOCK_OK);
    REQUIRE(ipsock_ipv4_header_parse(&again, bytes, written, IPSOCK_ORDER_WIRE) == IPSOCK_OK);
    REQUIRE(memcmp(&again, header, sizeof again) == 0);
    again.checksum = 0;
    REQUIRE(ipsock_ipv4_header_marshal(&again, bytes, sizeof bytes, NULL, IPSOCK_ORDER_WIRE) ==
            IPSOCK_OK);
    again.checksum = ipsock_checksum(bytes, written);
    bytes[10] = (uint8_t)(again.checksum >> 8);
    bytes[11] = (uint8_t)again.checksum;
    REQUIRE(ipsock_checksum(bytes, written) == 0);
}

static void from_bytes4(const uint8_t *p, size_t length, size_t cut)
{
    struct ipsock_ipv4_header header, again;
    memset(&header, 0xa5, sizeof header);
    memset(&again, 0x5a, sizeof again);
    const int code = parse4(&header, p, length);
    REQUIRE(code == expected4(p, length));
    if (code < 0) {
        REQUIRE(fuzz_untouched(&header, sizeof header));
        return;
    }
    REQUIRE(parse4(&again, p, length) == IPSOCK_OK && memcmp(&header, &again, sizeof header) == 0);
    REQUIRE(header.version == 4 && header.header_length == p[0] % 16 * 4);
    REQUIRE(header.options_length + 20 == header.header_length && header.reserved == 0);
    uint8_t *back = fuzz_room(header.header_length);
    size_t written = 0;
    REQUIRE(marshal4(&header, back, header.header_length, &written) == IPSOCK_OK);
    REQUIRE(written == header.header_length && memcmp(back, p, written) == 0);
    free(back);
    marshal4_cut(&header, written, cut);
    fuzz_format(format4, &header, IPSOCK_HEADER_TEXT, cut, true);
    wire4(&header);
}

static struct ipsock_addr any_addr(struct fuzz_in *in)
{
    struct ipsock_addr addr;
    fuzz_bytes(in, addr.ip, sizeof addr.ip);
    addr.family = fuzz_u8(in) % 8; /* the two families are among them */
    addr.reserved = fuzz_u8(in);
    addr.port = fuzz_u16(in);
    addr.scope = fuzz_u8(in);
    return addr;
}

/* As a header on the wire carries it. */
static struct ipsock_addr carried(const struct ipsock_addr *addr, int family)
{
    struct ipsock_addr plain = ipsock_addr_any(family, 0);
    if (addr->family == family)
        memcpy(plain.ip, addr->ip, family == IPSOCK_IPV4 ? 4 : 16);
    return plain;
}

static bool refusal4(int code)
{
    return code == IPSOCK_EHDRSHORT || code == IPSOCK_EOPTLEN || code == IPSOCK_EMISSADDR ||
           code == IPSOCK_EFAMILY || code == IPSOCK_EINVAL ||
           (code == IPSOCK_ETOTALLEN && order.length_without_header);
}

static void from_fields4(struct fuzz_in *in)
{
    struct ipsock_ipv4_header header, again;
    uint8_t room[IPSOCK_IPV4_HEADER_MAX];
    size_t written = 12345;
    const size_t cut = fuzz_u8(in);
    fuzz_bytes(in, &header.options, sizeof header.options);
    header.version = fuzz_u8(in);
    header.header_length = fuzz_u8(in);
    header.traffic_class = fuzz_u8(in);
    header.flags = fuzz_u8(in);
    header.total_length = fuzz_u16(in);
    header.id = fuzz_u16(in);
    header.fragment_offset = fuzz_u16(in);
    header.hop_limit = fuzz_u8(in);
    header.protocol = fuzz_u8(in);
    header.checksum = fuzz_u16(in);
    header.options_length = fuzz_u8(in);
    header.reserved = 0;
    header.source = any_addr(in);
    header.destination = any_addr(in);
    memset(room, 0xa5, sizeof room);
    fuzz_format(format4, &header, IPSOCK_HEADER_TEXT, cut, true);
    const int code = marshal4(&header, room, sizeof room, &written);
    if (code < 0) {
        REQUIRE(refusal4(code) && written == 12345 && fuzz_untouched(room, sizeof room));
        return;
    }
    REQUIRE(written == header.options_length + 20u);
    REQUIRE(fuzz_untouched(room + written, sizeof room - written));
    marshal4_cut(&header, written, cut);
    REQUIRE(parse4(&again, room, written) == IPSOCK_OK);
    header.version = 4;
    header.header_length = (uint8_t)written;
    header.source = carried(&header.source, IPSOCK_IPV4);
    header.destination = carried(&header.destination, IPSOCK_IPV4);
    memset(header.options + header.options_length, 0, 40u - header.options_length);
    REQUIRE(memcmp(&header, &again, sizeof header) == 0);
}

static int expected6(const uint8_t *p, size_t length)
{
    return length < 40 ? IPSOCK_EHDRSHORT : p[0] / 16 != 6 ? IPSOCK_EVERSION : IPSOCK_OK;
}

static void from_bytes6(const uint8_t *p, size_t length, size_t cut)
{
    struct ipsock_ipv6_header header;
    memset(&header, 0xa5, sizeof header);
    const int code = ipsock_ipv6_header_parse(&header, p, length);
    REQUIRE(code == expected6(p, length));
    if (code < 0) {
        REQUIRE(fuzz_untouched(&header, sizeof header));
        return;
    }
    REQUIRE(header.version == 6 && header.flow_label <= 0xfffff && header.reserved == 0);
    uint8_t *back = fuzz_room(IPSOCK_IPV6_HEADER_LENGTH);
    cut %= IPSOCK_IPV6_HEADER_LENGTH;
    REQUIRE(ipsock_ipv6_header_marshal(&header, back, cut) == IPSOCK_ENOSPC);
    REQUIRE(fuzz_untouched(back, IPSOCK_IPV6_HEADER_LENGTH));
    REQUIRE(ipsock_ipv6_header_marshal(&header, back, IPSOCK_IPV6_HEADER_LENGTH) == IPSOCK_OK);
    REQUIRE(memcmp(back, p, IPSOCK_IPV6_HEADER_LENGTH) == 0);
    free(back);
    fuzz_format(format6, &header, IPSOCK_HEADER_TEXT, cut, true);
}

static void from_fields6(struct fuzz_in *in)
{
    struct ipsock_ipv6_header header, again;
    uint8_t room[IPSOCK_IPV6_HEADER_LENGTH];
    const size_t cut = fuzz_u8(in);
    header.version = fuzz_u8(in);
    header.traffic_class = fuzz_u8(in);
    header.next_header = fuzz_u8(in);
    header.hop_limit = fuzz_u8(in);
    header.flow_label = fuzz_u32(in) & 0x1fffff;
    header.payload_length = fuzz_u16(in);
    header.reserved = 0;
    header.source = any_addr(in);
    header.destination = any_addr(in);
    memset(room, 0xa5, sizeof room);
    fuzz_format(format6, &header, IPSOCK_HEADER_TEXT, cut, true);
    const int code = ipsock_ipv6_header_marshal(&header, room, sizeof room);
    if (code < 0) {
        REQUIRE(code == IPSOCK_EINVAL || code == IPSOCK_EMISSADDR || code == IPSOCK_EFAMILY);
        REQUIRE(fuzz_untouched(room, sizeof room));
        return;
    }
    REQUIRE(ipsock_ipv6_header_parse(&again, room, sizeof room) == IPSOCK_OK);
    header.version = 6;
    header.source = carried(&header.source, IPSOCK_IPV6);
    header.destination = carried(&header.destination, IPSOCK_IPV6);
    REQUIRE(memcmp(&header, &again, sizeof header) == 0);
}

/* A system may want a header otherwise than it gives it: raw is tried where it does not. */
static void choose(uint8_t mode)
{
    struct ipsk_header_orders local;
    order4 = -1;
    order.host_length = (mode & 1) != 0;
    order.host_offset = (mode & 2) != 0;
    order.length_without_header = (mode & 4) != 0;
    if (!(mode & PUBLIC))
        return;
    order4 = mode & ORDER; /* some of these do not exist */
    ipsk_sys_header_order(&local);
    if (order4 == IPSOCK_ORDER_RAW && memcmp(&local.send, &local.receive, sizeof local.send) != 0)
        order4 = -1;
    order = order4 == IPSOCK_ORDER_QUOTED ? local.quoted : local.receive;
    if (order4 == IPSOCK_ORDER_WIRE)
        memset(&order, 0, sizeof order);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    if (size == 0) {
        fuzz_format_nil(format4);
        fuzz_format_nil(format6);
    }
    const uint8_t mode = fuzz_u8(&in);
    choose(mode);
    if (mode & FIELDS) {
        if (mode & IPV6)
            from_fields6(&in);
        else
            from_fields4(&in);
        return 0;
    }
    const size_t cut = fuzz_u8(&in);
    uint8_t *bytes = fuzz_copy(in.at, in.left);
    if (mode & IPV6)
        from_bytes6(bytes, in.left, cut);
    else
        from_bytes4(bytes, in.left, cut);
    free(bytes);
    return 0;
}
