// SPDX-License-Identifier: BSD-2-Clause
/* Control messages of every system, by the tables in tests/golden, and of this one: whatever
 * arrives is decoded, and what is encoded is what was meant. For this system the data path's own
 * code must agree with the generic one. */
#include "control_buffer.h"
#include "golden.h"
#include "shared/control.h"

#include "fuzz.h"

enum { RAW_BYTES, MESSAGES, ENCODE, MODES };
enum { NATIVE = COUNT(golden_systems), SYSTEMS };
enum { MOST = 1024 };

static const struct ipsk_system *systems[SYSTEMS];

static const struct ipsk_system *any_system(struct fuzz_in *in)
{
    const unsigned choice = fuzz_u8(in) % SYSTEMS;
    systems[NATIVE] = &ipsk_native;
    if (systems[choice] == NULL)
        systems[choice] = &golden_load(golden_systems[choice])->system;
    return systems[choice];
}

static int format(const void *object, char *text, size_t size)
{
    return ipsock_control_format(object, text, size);
}

static bool is_plain(const struct ipsock_addr *addr)
{
    return (addr->family == IPSOCK_IPV4 || addr->family == IPSOCK_IPV6) && addr->reserved == 0 &&
           addr->port == 0;
}

/* Named fields have values that they can have; the others are as they were. */
static void check_fields(const struct ipsock_control *c)
{
    const uint32_t valid = c->valid;
    REQUIRE((valid & ~IPSOCK_CONTROL_RECEIVABLE) == 0);
    REQUIRE(!(valid & (IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_OPAQUE)));
    REQUIRE(fuzz_untouched(&c->source, sizeof c->source));
    REQUIRE(fuzz_untouched(&c->next_hop, sizeof c->next_hop));
    REQUIRE(fuzz_untouched(&c->opaque_capacity, 2 * sizeof(size_t)) && c->dont_fragment == 0xa5);
    REQUIRE((valid & IPSOCK_CONTROL_TRAFFIC_CLASS) || c->traffic_class == 0xa5);
    REQUIRE((valid & IPSOCK_CONTROL_HOP_LIMIT) || c->hop_limit == 0xa5);
    REQUIRE((valid & IPSOCK_CONTROL_INTERFACE) ? c->interface_index != 0
                                               : fuzz_untouched(&c->interface_index, 4));
    REQUIRE((valid & IPSOCK_CONTROL_DESTINATION)
                ? is_plain(&c->destination)
                : fuzz_untouched(&c->destination, sizeof c->destination) && c->broadcast == 0xa5);
    REQUIRE((valid & IPSOCK_CONTROL_PATH_MTU) ? (valid & IPSOCK_CONTROL_DESTINATION) != 0
                                              : fuzz_untouched(&c->path_mtu, 4));
    REQUIRE((valid & IPSOCK_CONTROL_SEGMENT_SIZE)
                ? c->segment_size != 0 && c->segment_size <= UINT16_MAX
                : fuzz_untouched(&c->segment_size, 4));
}

/* A family's messages are some of them all; each is found in one family, or in both. */
static void families_agree(const void *bytes, size_t length, int code,
                           const struct ipsock_control *want)
{
    static const int families[] = {IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED};
    struct ipsock_control got;
    uint32_t found = 0;
    for (int i = 0; i < 3; i++) {
        memset(&got, 0xa5, sizeof got);
        REQUIRE(ipsock_control_decode(bytes, length, families[i], IPSOCK_CONTROL_RECEIVABLE,
                                      &got) == code);
        REQUIRE((got.valid & ~want->valid) == 0);
        found |= got.valid;
        if (families[i] == IPSOCK_IPV4_MAPPED)
            REQUIRE(got.valid == want->valid && (!(got.valid & IPSOCK_CONTROL_DESTINATION) ||
                                                 got.destination.family == IPSOCK_IPV6));
    }
    REQUIRE(found == want->valid);
    REQUIRE(ipsock_control_decode(bytes, length, 5, IPSOCK_CONTROL_RECEIVABLE, &got) ==
            IPSOCK_EINVAL);
}

/* The public call, and the code of the data path for both families. */
static void native_agrees(const void *bytes, size_t length, int code,
                          const struct ipsock_control *want, uint32_t fields)
{
    struct ipsock_control got;
    fields &= IPSOCK_CONTROL_RECEIVABLE;
    memset(&got, 0xa5, sizeof got);
    REQUIRE(ipsock_control_decode(bytes, length, 0, fields, &got) == code);
    REQUIRE(got.valid == (want->valid & fields));
    got.valid = want->valid;
    REQUIRE(memcmp(&got, want, sizeof got) == 0);
    families_agree(bytes, length, code, want);
    for (unsigned way = 0; way < 4; way++) {
        memset(&got, 0xa5, sizeof got);
        got.valid = ipsk_take_control(&got, bytes, length, (way & 1) != 0,
                                      way & 2 ? IPSOCK_CONTROL_RECEIVABLE : 0);
        REQUIRE(memcmp(&got, want, sizeof got) == 0);
    }
}

/* Decodes a copy of exactly these bytes. */
static int decode(const struct ipsk_system *system, const uint8_t *bytes, size_t length,
                  struct ipsock_control *c)
{
    uint8_t *exact = fuzz_copy(bytes, length);
    memset(c, 0xa5, sizeof *c);
    const int code = ipsk_decode(system, exact, length, IPSK_ANY_COLUMN, c);
    REQUIRE(code == IPSOCK_OK || code == IPSOCK_ECONTROL);
    check_fields(c);
    if (system == &ipsk_native)
        native_agrees(exact, length, code, c, (uint32_t)length * 2654435761u >> 16);
    free(exact);
    return code;
}

static void raw_bytes(struct fuzz_in *in)
{
    const struct ipsk_system *system = any_system(in);
    const size_t cut = fuzz_u16(in);
    struct ipsock_control c;
    decode(system, in->at, in->left, &c);
    fuzz_format(format, &c, IPSOCK_CONTROL_TEXT, cut, true);
}

/* One message of a row, or of none, with a payload of any length. */
static size_t add_message(const struct ipsk_system *system, struct fuzz_in *in,
                          struct control_buffer *b)
{
    uint8_t payload[64];
    const unsigned choice = fuzz_u8(in);
    const struct ipsk_received_row *row = &system->received[choice % system->received_count];
    const size_t n = choice & 0x40 ? row->usual : fuzz_u8(in) % sizeof payload;
    fuzz_bytes(in, payload, n);
    return control_buffer_add(b, row->level, choice & 0x80 ? row->type + 1000 : row->type, payload,
                              n);
}

/* Takes one message into what those before it have said. */
static void fold(const struct ipsk_system *system, const struct control_buffer *b, size_t at,
                 struct ipsock_control *folded)
{
    const uint32_t before = folded->valid;
    REQUIRE(ipsk_decode(system, b->bytes + at, b->length - at, IPSK_ANY_COLUMN, folded) ==
            IPSOCK_OK);
    folded->valid |= before;
}

/* Several messages say what each of them says, the later ones last; a length that lies ends it. */
static void messages(struct fuzz_in *in)
{
    const struct ipsk_system *system = any_system(in);
    struct control_buffer b = control_buffer_of(system);
    struct ipsock_control folded, c;
    unsigned count = fuzz_u8(in) % 9;
    const uint8_t lie = fuzz_u8(in);
    const uint64_t lie_length = (uint64_t)fuzz_u32(in) << 32 | fuzz_u32(in);
    const bool padded = (lie & 0x80) == 0;
    int want = IPSOCK_OK;
    size_t at = 0, bare = 0;
    memset(&folded, 0xa5, sizeof folded);
    folded.valid = 0;
    for (unsigned i = 0; i < count; i++) {
        at = add_message(system, in, &b);
        const uint64_t length = b.layout.length_size == 4 ? (uint32_t)lie_length : lie_length;
        bare = at + ipsk_cmsg_length(b.bytes + at, b.layout.length_size);
        if (i == lie % 16u && (length < b.layout.header || length > MOST)) {
            control_buffer_lie(&b, at, length);
            want = IPSOCK_ECONTROL;
        } else if (want == IPSOCK_OK) {
            fold(system, &b, at, &folded);
        }
    }
    if (count != 0 && !padded)
        b.length = bare; /* the last one may lack its padding */
    REQUIRE(decode(system, b.bytes, b.length, &c) == want);
    REQUIRE(memcmp(&c, &folded, sizeof c) == 0);
}

static struct ipsock_addr any_addr(struct fuzz_in *in)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    const uint8_t kind = fuzz_u8(in);
    struct ipsock_addr addr = ipsock_addr_any(kind % 4 == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6, 0);
    fuzz_bytes(in, addr.ip, addr.family == IPSOCK_IPV4 ? 4 : 16);
    if (kind % 4 == 1)
        memcpy(addr.ip, prefix, sizeof prefix);
    if (kind % 4 == 2)
        addr.scope = kind;
    if (kind == 255)
        addr.family = IPSOCK_UNSPEC;
    return addr;
}

/* Values mostly within their ranges: the rest is a matter of ipsk_check_control. */
static struct ipsock_control any_control(struct fuzz_in *in)
{
    struct ipsock_control c;
    memset(&c, 0xa5, sizeof c);
    c.valid = fuzz_u16(in);
    c.traffic_class = fuzz_u8(in);
    c.hop_limit = fuzz_u8(in);
    c.dont_fragment = fuzz_u8(in) % 3;
    c.interface_index = fuzz_u32(in);
    c.segment_size = fuzz_u32(in) & 0x1ffff;
    c.path_mtu = 1400;
    c.source = any_addr(in);
    c.next_hop = any_addr(in);
    c.destination = c.source;
    return c;
}

/* The interface that a packet is to leave by; a link-local source's zone names one, too. */
static uint32_t interface_said(const struct ipsock_control *c, int column)
{
    const uint8_t *ip = c->source.ip;
    if (c->valid & IPSOCK_CONTROL_INTERFACE)
        return c->interface_index;
    REQUIRE(column == IPSK_V6 && (c->valid & IPSOCK_CONTROL_SOURCE));
    REQUIRE((ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80) || (ip[0] == 0xff && (ip[1] & 15) <= 2));
    return c->source.scope;
}

/* What was encoded is whole, and says the same to this system's decoder where it has the same
 * message. */
static void says_the_same(const struct ipsk_system *system, const struct ipsock_control *c,
                          int column, const uint8_t *bytes, size_t length)
{
    struct ipsock_control got;
    REQUIRE(decode(system, bytes, length, &got) == IPSOCK_OK);
    if (got.valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        REQUIRE((c->valid & IPSOCK_CONTROL_TRAFFIC_CLASS) && got.traffic_class == c->traffic_class);
    if (got.valid & IPSOCK_CONTROL_HOP_LIMIT)
        REQUIRE((c->valid & IPSOCK_CONTROL_HOP_LIMIT) && got.hop_limit == c->hop_limit);
    if (got.valid & IPSOCK_CONTROL_INTERFACE)
        REQUIRE(got.interface_index == interface_said(c, column));
    if (column == IPSK_V6 && (got.valid & IPSOCK_CONTROL_DESTINATION) &&
        (c->valid & IPSOCK_CONTROL_SOURCE))
        REQUIRE(memcmp(got.destination.ip, c->source.ip, 16) == 0);
}

/* The public call with its opaque bytes, and the code of the data path. */
static void native_encodes(const struct ipsock_control *control, int column, const uint8_t *bytes,
                           size_t length, struct fuzz_in *in)
{
    static const int families[] = {
        [IPSK_V4] = IPSOCK_IPV4, [IPSK_V6] = IPSOCK_IPV6, [IPSK_MAPPED] = IPSOCK_IPV4_MAPPED};
    struct ipsock_control c = *control;
    const bool opaque = (c.valid & IPSOCK_CONTROL_OPAQUE) != 0;
    const size_t more = opaque ? in->left : 0;
    size_t got = 0, space = 0;
    c.opaque = fuzz_copy(in->at, in->left);
    c.opaque_length = in->left;
    uint8_t *room = fuzz_room(length + more);
    REQUIRE(ipsock_control_space(families[column], c.valid & ~IPSOCK_CONTROL_OPAQUE, &space) == 0);
    REQUIRE(space >= length);
    REQUIRE(ipsock_control_encode(&c, families[column], room, length + more, &got) == IPSOCK_OK);
    REQUIRE(got == length + more && memcmp(room, bytes, length) == 0);
    REQUIRE(more == 0 || memcmp(room + length, in->at, more) == 0);
    memset(room, 0xa5, length + more);
    got = ipsk_give_control(&c, column, c.valid, room);
    REQUIRE(got == length + more && memcmp(room, bytes, length) == 0);
    if (length + more != 0)
        REQUIRE(ipsock_control_encode(&c, families[column], room, length + more - 1, &got) ==
                    IPSOCK_ENOSPC &&
                got == length + more);
    free(room);
    free(c.opaque);
}

static void encode(struct fuzz_in *in)
{
    static const unsigned kinds[] = {IPSK_UDP, IPSK_RAW, IPSK_PING, IPSK_DGRAM};
    const struct ipsk_system *system = any_system(in);
    const uint8_t choice = fuzz_u8(in);
    const int column = choice % 3;
    const unsigned kind = kinds[choice / 3 % 4];
    const size_t cut = fuzz_u16(in);
    const struct ipsock_control c = any_control(in);
    const char *option = NULL;
    size_t length = 12345, again = 0;
    fuzz_format(format, &c, IPSOCK_CONTROL_TEXT, cut, true);
    int code = ipsk_check_control(&c, column, &option);
    if (code < 0) {
        REQUIRE((code == IPSOCK_EINVAL || code == IPSOCK_EFAMILY) && option != NULL);
        return;
    }
    code = ipsk_encode(system, &c, column, kind, NULL, 0, &length);
    if (code < 0) {
        REQUIRE(code == IPSOCK_ENOTSUP && length == 12345);
        REQUIRE(c.valid & ~ipsk_sendable(system, kind, column));
        return;
    }
    REQUIRE(length <= ipsk_control_room(system, column, c.valid));
    uint8_t *room = fuzz_room(length);
    REQUIRE(ipsk_encode(system, &c, column, kind, room, length, &again) == IPSOCK_OK);
    REQUIRE(again == length);
    says_the_same(system, &c, column, room, length);
    if (system == &ipsk_native && kind == IPSK_UDP)
        native_encodes(&c, column, room, length, in);
    free(room);
    if (length == 0)
        return;
    room = fuzz_room(cut % length);
    REQUIRE(ipsk_encode(system, &c, column, kind, room, cut % length, &again) == IPSOCK_ENOSPC);
    REQUIRE(again == length);
    free(room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    if (size == 0)
        fuzz_format_nil(format);
    switch (fuzz_u8(&in) % MODES) {
    case RAW_BYTES:
        raw_bytes(&in);
        break;
    case MESSAGES:
        messages(&in);
        break;
    default:
        encode(&in);
    }
    return 0;
}
