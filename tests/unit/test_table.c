// SPDX-License-Identifier: BSD-2-Clause
/* What holds for the tables of every system: the one that this library was built for, and the
 * others as tests/golden/ has them. */
#include "control_buffer.h"
#include "golden.h"

#include "shared/control.h"

/* Runs a check over every system's tables. */
static void each(void (*check)(const struct ipsk_system *system))
{
    check(&ipsk_native);
    for (size_t i = 0; i < COUNT(golden_systems); i++) {
        struct golden *g = golden_load(golden_systems[i]);
        check(&g->system);
        golden_free(g);
    }
}

static void must(bool holds, const struct ipsk_system *system, const char *row, const char *what)
{
    if (!holds)
        fail_msg("%s: %s: %s", system->name, row, what);
}

/* Level 0 is IPv4's, 41 IPv6's; a dual-stack socket may take either for its IPv4 traffic. */
static bool level_fits(int32_t level, int column)
{
    return (level != 0 || column != IPSK_V6) && (level != 41 || column != IPSK_V4);
}

static bool is_two_valued(int encoding)
{
    return encoding == IPSK_ENCODING_BOOL || encoding == IPSK_ENCODING_BOOL8 ||
           encoding == IPSK_ENCODING_CHOICE || encoding == IPSK_ENCODING_DISCOVERY;
}

static bool is_about_own_headers(int option)
{
    return option == IPSK_OPTION_HEADER_INCLUDED || option == IPSK_OPTION_HEADER_IMPLIED;
}

static void option_rows(const struct ipsk_system *s)
{
    for (size_t i = 0; i < s->option_count; i++) {
        const struct ipsk_option_row *row = &s->options[i];
        must(row->option < IPSK_OPTION_COUNT && row->set < IPSK_ENCODING_COUNT &&
                 row->get < IPSK_ENCODING_COUNT && row->column <= IPSK_MAPPED,
             s, row->text, "out of range");
        must(row->kinds != 0 && !(row->kinds & ~IPSK_ANY), s, row->text, "kinds");
        must(row->column != IPSK_MAPPED || !(row->kinds & ~IPSK_UDP_TCP), s, row->text,
             "dual-stack endpoints are UDP or TCP");
        must(row->set != IPSK_ENCODING_NONE || row->get != IPSK_ENCODING_NONE, s, row->text,
             "neither set nor got");
        must(level_fits(row->level, row->column), s, row->text, "level of the other family");
        must(!is_two_valued(row->set) || row->on != row->reset, s, row->text, "on is reset");
        must(is_two_valued(row->set) || row->on == 0, s, row->text, "on of a number");
        must(!is_about_own_headers(row->option) || row->kinds == IPSK_RAW, s, row->text,
             "raw endpoints write headers, no others");
        must(s->facts[IPSK_FACT_PING] || !(row->kinds & IPSK_PING), s, row->text, "no ping here");
    }
}

static void table_option_rows_make_sense(void **state)
{
    (void)state;
    each(option_rows);
}

/* Only memberships have a second choice (table.h): another option, or another shape. */
static void options_once(const struct ipsk_system *s)
{
    for (size_t i = 0; i < s->option_count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct ipsk_option_row *a = &s->options[i], *b = &s->options[j];
            if (a->option != b->option || a->column != b->column || !(a->kinds & b->kinds))
                continue;
            must(a->option == IPSK_OPTION_JOIN_GROUP || a->option == IPSK_OPTION_LEAVE_GROUP, s,
                 a->text, "twice");
            must(a->name != b->name || a->set != b->set, s, a->text, "the same twice");
        }
    }
}

static void table_no_option_twice(void **state)
{
    (void)state;
    each(options_once);
}

static const struct ipsk_option_row *twin(const struct ipsk_system *s,
                                          const struct ipsk_option_row *row, int option)
{
    for (size_t i = 0; i < s->option_count; i++) {
        const struct ipsk_option_row *other = &s->options[i];
        if (other->option == option && other->kinds == row->kinds && other->column == row->column &&
            other->level == row->level && other->set == row->set)
            return other;
    }
    return NULL;
}

static void undoing(const struct ipsk_system *s)
{
    static const struct {
        int does, undoes;
    } pairs[] = {{IPSK_OPTION_JOIN_GROUP, IPSK_OPTION_LEAVE_GROUP},
                 {IPSK_OPTION_JOIN_SOURCE, IPSK_OPTION_LEAVE_SOURCE},
                 {IPSK_OPTION_BLOCK_SOURCE, IPSK_OPTION_UNBLOCK_SOURCE}};
    for (size_t i = 0; i < s->option_count; i++) {
        const struct ipsk_option_row *row = &s->options[i];
        for (size_t p = 0; p < COUNT(pairs); p++) {
            if (row->option != pairs[p].does)
                continue;
            const struct ipsk_option_row *other = twin(s, row, pairs[p].undoes);
            must(other != NULL && other->name != row->name, s, row->text, "cannot be undone");
        }
    }
}

static void table_what_joins_can_leave(void **state)
{
    (void)state;
    each(undoing);
}

/* What an option switches on can be decoded, in the column that it is for; what arrives can be
 * switched on. */
static void receiving(const struct ipsk_system *s)
{
    uint32_t on = 0;
    for (size_t i = 0; i < s->option_count; i++) {
        const struct ipsk_option_row *row = &s->options[i];
        const uint32_t fields = ipsk_option_fields(row->option);
        must(fields == 0 || ipsk_control_room(s, row->column, fields) != 0, s, row->text,
             "nothing arrives");
        on |= fields;
    }
    for (size_t i = 0; i < s->received_count; i++) {
        const uint32_t bits = control_sample_bits(&s->received[i]);
        must((bits & on) == bits, s, s->received[i].text, "nothing switches it on");
    }
}

static void table_what_is_switched_on_can_be_decoded(void **state)
{
    (void)state;
    each(receiving);
}

/* Bytes of a field's payload that are read at a and b. */
static size_t reach(const struct ipsk_received_row *row)
{
    switch (row->field) {
    case IPSK_FIELD_PKTINFO4:
    case IPSK_FIELD_PKTINFO4_SPEC:
        return row->a + 4u > row->b + 4u ? row->a + 4u : row->b + 4u;
    case IPSK_FIELD_PKTINFO6:
        return row->a + 16u > row->b + 4u ? row->a + 16u : row->b + 4u;
    case IPSK_FIELD_DESTINATION4:
    case IPSK_FIELD_INDEX:
        return row->a + 4u;
    case IPSK_FIELD_LINK:
        return row->a + 2u;
    case IPSK_FIELD_PATH_MTU: /* the address is followed by its scope */
        return row->a + 20u > row->b + 4u ? row->a + 20u : row->b + 4u;
    default:
        return 1;
    }
}

static void received_rows(const struct ipsk_system *s)
{
    for (size_t i = 0; i < s->received_count; i++) {
        const struct ipsk_received_row *row = &s->received[i];
        must(row->usual >= row->minimum, s, row->text, "usually shorter than the least");
        must(row->minimum >= reach(row), s, row->text, "read behind its end");
        must(row->field < IPSK_FIELD_COUNT, s, row->text, "field");
        must(!control_is_number(row) || row->usual == 1 || row->usual == 4, s, row->text,
             "no kernel sends a number of this width");
        for (size_t j = 0; j < i; j++)
            must(row->level != s->received[j].level || row->type != s->received[j].type, s,
                 row->text, "twice");
    }
}

static void table_received_rows_stay_inside_their_payload(void **state)
{
    (void)state;
    each(received_rows);
}

static bool sent_shape_fits(const struct ipsk_sent_row *row)
{
    const uint32_t info = IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE;
    switch (row->encoding) {
    case IPSK_SENT_INT:
        return row->length == 4 && !(row->fields & (info | IPSOCK_CONTROL_NEXT_HOP));
    case IPSK_SENT_U8:
        return row->length == 1 && !(row->fields & (info | IPSOCK_CONTROL_NEXT_HOP));
    case IPSK_SENT_U16:
        return row->length == 2 && row->fields == IPSOCK_CONTROL_SEGMENT_SIZE;
    case IPSK_SENT_ADDR4:
        return row->a + 4u <= row->length && row->fields == IPSOCK_CONTROL_SOURCE;
    case IPSK_SENT_PKTINFO4:
        return row->a + 4u <= row->length && row->b + 4u <= row->length &&
               (row->fields == info || row->fields == IPSOCK_CONTROL_SOURCE) &&
               (row->a >= row->b + 4 || row->b >= row->a + 4);
    case IPSK_SENT_PKTINFO6:
        return row->length == 20 && row->a == 0 && row->b == 16 && row->fields == info;
    case IPSK_SENT_SOCKADDR:
        return (row->length == 28 || row->length == 32) && row->fields == IPSOCK_CONTROL_NEXT_HOP;
    default:
        return false;
    }
}

static void sent_rows(const struct ipsk_system *s)
{
    for (size_t i = 0; i < s->sent_count; i++) {
        const struct ipsk_sent_row *row = &s->sent[i];
        must(row->kinds != 0 && !(row->kinds & ~IPSK_DGRAM), s, row->text, "kinds");
        must(row->column != IPSK_MAPPED || row->kinds == IPSK_UDP, s, row->text,
             "dual-stack endpoints with datagrams are UDP");
        must(row->column <= IPSK_MAPPED && level_fits(row->level, row->column), s, row->text,
             "column");
        must(row->fields != 0 && !(row->fields & ~(uint32_t)IPSOCK_CONTROL_SENDABLE), s, row->text,
             "fields");
        must(sent_shape_fits(row), s, row->text, "shape");
        for (size_t j = 0; j < i; j++) {
            const struct ipsk_sent_row *other = &s->sent[j];
            must(row->column != other->column || !(row->kinds & other->kinds) ||
                     !(row->fields & other->fields),
                 s, row->text, "field twice");
        }
    }
}

static void table_sent_rows_make_sense(void **state)
{
    (void)state;
    each(sent_rows);
}

/* A limit stands once in a column, its text ends with the setting, in brackets. */
static void limit_rows(const struct ipsk_system *s)
{
    for (const struct ipsk_limit_row *row = s->limits; row->text != NULL; row++) {
        const size_t length = strlen(row->text);
        must(row->limit < IPSK_LIMIT_COUNT && row->column <= IPSK_MAPPED, s, row->text,
             "out of range");
        must(strstr(row->text, " (") != NULL && row->text[length - 1] == ')', s, row->text,
             "no setting");
        must(ipsk_find_limit(s, row->limit, row->column) == row->text, s, row->text, "twice");
    }
    must(ipsk_find_limit(s, IPSK_LIMIT_COUNT, IPSK_V4) == NULL, s, "none", "found");
}

static void table_limit_rows_name_a_setting(void **state)
{
    (void)state;
    each(limit_rows);
}

/* The data path's buffer on the stack holds whatever may come or go, with opaque bytes. */
static void buffer(const struct ipsk_system *s)
{
    const struct ipsk_cmsg_layout layout = ipsk_layout(s);
    size_t received = 0;
    for (size_t i = 0; i < s->received_count; i++)
        received += ipsk_align(layout.header + s->received[i].usual, layout.align);
    must(received + IPSOCK_OPAQUE_MAX <= IPSK_CONTROL_BUFFER, s, "received", "too many");
    for (int column = 0; column <= IPSK_MAPPED; column++) {
        size_t sent = 0;
        for (size_t i = 0; i < s->sent_count; i++)
            if (s->sent[i].column == column)
                sent += ipsk_align(layout.header + s->sent[i].length, layout.align);
        must(sent + IPSOCK_OPAQUE_MAX <= IPSK_CONTROL_BUFFER, s, "sent", "too many");
    }
}

static void table_everything_fits_the_data_paths_buffer(void **state)
{
    (void)state;
    each(buffer);
}

static void facts(const struct ipsk_system *s)
{
    const struct ipsk_cmsg_layout layout = ipsk_layout(s);
    must(layout.length_size == 4 || layout.length_size == 8, s, "CMSG_LENGTH_SIZE", "width");
    must(layout.level == layout.length_size, s, "CMSG_LEVEL_OFFSET", "not behind the length");
    must(layout.header >= layout.level + 8 && layout.header % layout.align == 0, s, "CMSG_HEADER",
         "size");
    must(layout.align == 4 || layout.align == 8, s, "CMSG_ALIGN", "size");
    must(s->facts[IPSK_FACT_FAMILY_IPV4] == 2, s, "FAMILY_IPV4", "value");
    must(s->facts[IPSK_FACT_FAMILY_IPV6] > 2, s, "FAMILY_IPV6", "value");
    /* a sockaddr_in6, of 28 bytes or illumos' 32, and a number */
    const int32_t info = s->facts[IPSK_FACT_MTUINFO];
    must(info == 0 || info == 28 + 4 || info == 32 + 4, s, "MTUINFO", "size");
    static const int flags[] = {IPSK_FACT_SOCKADDR_HAS_LENGTH,  IPSK_FACT_PING,
                                IPSK_FACT_PING_HEADER,          IPSK_FACT_RAW_MULTICAST_HOPS,
                                IPSK_FACT_SOURCE4_UNBOUND_ONLY, IPSK_FACT_PKTINFO4_UNBINDS,
                                IPSK_FACT_INDEX4_BY_OPTION,     IPSK_FACT_GROUPS6_BY_ZONE,
                                IPSK_FACT_BOUND_HEARS_ALL,      IPSK_FACT_NO_BUFFERS_REFUSED,
                                IPSK_FACT_CONTROL6_ALONE,       IPSK_FACT_PING_ID,
                                IPSK_FACT_PING_SOURCE6};
    for (size_t i = 0; i < COUNT(flags); i++)
        must(s->facts[flags[i]] == 0 || s->facts[flags[i]] == 1, s, golden_facts[flags[i]], "flag");
    const int32_t header = s->facts[IPSK_FACT_RAW_HEADER_FIELDS];
    must(header == 0 || header == (int32_t)IPSOCK_CONTROL_TRAFFIC_CLASS, s, "RAW_HEADER_FIELDS",
         "nothing takes that from a header");
    const int32_t hops = s->facts[IPSK_FACT_HOP_LIMIT_DEFAULT];
    must(hops == 60 || hops == 64 || hops == 128, s, "HOP_LIMIT_DEFAULT", "no system starts with that");
    const int32_t most = s->facts[IPSK_FACT_SEGMENTS], sure = s->facts[IPSK_FACT_SEGMENTS_SURE];
    if (ipsk_sendable(s, IPSK_UDP, IPSK_V4) & IPSOCK_CONTROL_SEGMENT_SIZE)
        must(1 < sure && sure < most && most <= 512, s, "SEGMENTS", "limits of the offload");
    else
        must(sure == 0 && most == 0, s, "SEGMENTS", "limits without an offload");
    const int32_t storage = s->facts[IPSK_FACT_SOCKADDR_STORAGE];
    const int32_t group = s->facts[IPSK_FACT_GROUP_REQ_GROUP];
    if (s->facts[IPSK_FACT_GROUP_REQ] != 0) {
        must(s->facts[IPSK_FACT_GROUP_REQ] == group + storage, s, "GROUP_REQ", "size");
        must(s->facts[IPSK_FACT_GROUP_SOURCE_REQ_SOURCE] == group + storage, s,
             "GROUP_SOURCE_REQ_SOURCE", "offset");
        must(s->facts[IPSK_FACT_GROUP_SOURCE_REQ] == group + 2 * storage, s, "GROUP_SOURCE_REQ",
             "size");
    }
}

static void table_facts_make_sense(void **state)
{
    (void)state;
    each(facts);
    for (size_t i = 0; i < COUNT(golden_systems); i++) {
        struct golden *g = golden_load(golden_systems[i]);
        unit_int(golden_systems[i], (int64_t)g->fact_count, IPSK_FACT_COUNT);
        golden_free(g);
    }
}

/* Where a feature means something, and what provides it. Kinds by column; ~ for any option that
 * switches the field on. */
#define D  IPSK_DGRAM
#define A  IPSK_ANY
#define U  IPSK_UDP
#define UT IPSK_UDP_TCP
#define R  IPSK_RAW
static const struct {
    int feature;
    uint8_t kinds[3];
    int options[2];
    uint32_t sent;
} features[] = {
#define F(name) IPSOCK_FEATURE_##name
#define O(name) IPSK_OPTION_##name
/* pasted here and not by O: the name may be a macro of the system's */
#define ONE(name)                              \
    {                                          \
        IPSK_OPTION_##name, IPSK_OPTION_##name \
    }
#define NO_OPTION \
    {             \
        -1, -1    \
    }
#define SENT(name) IPSOCK_CONTROL_##name
    {F(TRAFFIC_CLASS), {A, A, UT}, ONE(TRAFFIC_CLASS), 0},
    {F(HOP_LIMIT), {A, A, UT}, ONE(HOP_LIMIT), 0},
    {F(MULTICAST_HOP_LIMIT), {D, D, U}, ONE(MULTICAST_HOP_LIMIT), 0},
    {F(MULTICAST_INTERFACE), {D, D, U}, ONE(MULTICAST_INTERFACE), 0},
    {F(MULTICAST_LOOPBACK), {D, D, U}, ONE(MULTICAST_LOOPBACK), 0},
    {F(DONT_FRAGMENT), {D, D, U}, ONE(DONT_FRAGMENT), 0},
    {F(PATH_MTU), {A, A, UT}, ONE(PATH_MTU), 0},
    {F(RECEIVE_BUFFER), {A, A, 0}, ONE(RECEIVE_BUFFER), 0},
    {F(SEND_BUFFER), {A, A, 0}, ONE(SEND_BUFFER), 0},
    {F(CHECKSUM), {0, R, 0}, ONE(CHECKSUM), 0},
    {F(DUAL_STACK), {0, UT, 0}, ONE(V6ONLY), 0},
    {F(REUSE), {UT, UT, 0}, {O(REUSE_ADDRESS), O(REUSE_PORT)}, 0},
    {F(BROADCAST), {U | R, 0, U}, ONE(BROADCAST), 0},
    {F(BIND_INTERFACE), {A, A, 0}, ONE(BIND_INTERFACE), 0},
    {F(JOIN_GROUP), {D, D, 0}, ONE(JOIN_GROUP), 0},
    {F(JOIN_SOURCE), {D, D, 0}, ONE(JOIN_SOURCE), 0},
    {F(EXCLUDE_SOURCE), {D, D, 0}, ONE(BLOCK_SOURCE), 0},
    {F(STRICT_MULTICAST), {D, D, U}, ONE(STRICT_MULTICAST), 0},
    {F(RECV_TRAFFIC_CLASS), {D, D, U}, ONE(RECV_TRAFFIC_CLASS), 0},
    {F(RECV_HOP_LIMIT), {D, D, U}, ONE(RECV_HOP_LIMIT), 0},
    {F(RECV_DESTINATION), {D, D, U}, {O(RECV_PACKET_INFO), O(RECV_DESTINATION)}, 0},
    {F(RECV_INTERFACE), {D, D, U}, {O(RECV_PACKET_INFO), O(RECV_INTERFACE)}, 0},
    {F(RECV_PATH_MTU), {D, D, U}, ONE(RECV_PATH_MTU), 0},
    {F(RECV_SEGMENT_SIZE), {U, U, U}, ONE(RECV_SEGMENT_SIZE), 0},
    {F(SEND_TRAFFIC_CLASS), {D, D, U}, NO_OPTION, SENT(TRAFFIC_CLASS)},
    {F(SEND_HOP_LIMIT), {D, D, U}, NO_OPTION, SENT(HOP_LIMIT)},
    {F(SEND_SOURCE), {D, D, U}, NO_OPTION, SENT(SOURCE)},
    {F(SEND_INTERFACE), {D, D, U}, NO_OPTION, SENT(INTERFACE)},
    {F(SEND_DONT_FRAGMENT), {D, D, U}, NO_OPTION, SENT(DONT_FRAGMENT)},
    {F(SEND_NEXT_HOP), {D, D, U}, NO_OPTION, SENT(NEXT_HOP)},
    {F(SEND_SEGMENT_SIZE), {U, U, U}, NO_OPTION, SENT(SEGMENT_SIZE)},
    {F(HEADER_INCLUDED), {R, 0, 0}, ONE(HEADER_INCLUDED), 0},
    {F(ICMP_FILTER), {R, R, 0}, ONE(ICMP_FILTER), 0},
    {F(BPF), {D, D, 0}, ONE(ATTACH_FILTER), 0},
    {F(ERROR_STREAM), {D, D, U}, ONE(ERROR_STREAM), 0},
};

static bool is_native(const struct ipsk_system *s, size_t i, unsigned kind, int column)
{
    for (size_t o = 0; o < 2; o++) {
        if (ipsk_find_option(s, features[i].options[o], kind, column) != NULL)
            return true;
        /* options of the socket itself serve its IPv4 traffic too */
        const struct ipsk_option_row *row =
            ipsk_find_option(s, features[i].options[o], kind, IPSK_V6);
        if (column == IPSK_MAPPED && row != NULL && row->level != 41)
            return true;
    }
    return (ipsk_sendable(s, kind, column) & features[i].sent) != 0;
}

static bool has_reason(const struct ipsk_system *s, int feature, unsigned kind, int column)
{
    for (size_t i = 0; i < s->absent_count; i++)
        if (s->absent[i].feature == feature && (s->absent[i].kinds & kind) &&
            s->absent[i].column == column && strlen(s->absent[i].reason) > 10)
            return true;
    return false;
}

static void absent_rows(const struct ipsk_system *s)
{
    for (size_t i = 0; i < s->absent_count; i++) {
        const struct ipsk_absent_row *row = &s->absent[i];
        const char *name = ipsock_feature_name(row->feature);
        must(row->kinds != 0 && !(row->kinds & ~IPSK_ANY), s, name, "kinds");
        must(row->column != IPSK_MAPPED || !(row->kinds & ~IPSK_UDP_TCP), s, name,
             "dual-stack endpoints are UDP or TCP");
    }
}

static void table_absent_rows_make_sense(void **state)
{
    (void)state;
    each(absent_rows);
}

static void answers(const struct ipsk_system *s)
{
    const unsigned kinds = s->facts[IPSK_FACT_PING] ? IPSK_ANY : IPSK_UDP_TCP_RAW;
    const bool mapped = !has_reason(s, IPSOCK_FEATURE_DUAL_STACK, IPSK_UDP, IPSK_V6);
    for (size_t i = 0; i < COUNT(features); i++) {
        for (int column = 0; column <= (mapped ? IPSK_MAPPED : IPSK_V6); column++) {
            for (unsigned kind = 1; kind <= IPSK_PING; kind <<= 1) {
                if (!(kind & kinds & features[i].kinds[column]))
                    continue;
                const bool native = is_native(s, i, kind, column);
                const bool reason = has_reason(s, features[i].feature, kind, column);
                if (native == reason)
                    fail_msg("%s: %s, kind %u, column %d: %s native and absent", s->name,
                             ipsock_feature_name(features[i].feature), kind, column,
                             native ? "both" : "neither");
            }
        }
    }
}

static void table_every_feature_is_native_or_absent_for_a_reason(void **state)
{
    (void)state;
    each(answers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_option_rows_make_sense),
        cmocka_unit_test(table_no_option_twice),
        cmocka_unit_test(table_what_joins_can_leave),
        cmocka_unit_test(table_what_is_switched_on_can_be_decoded),
        cmocka_unit_test(table_received_rows_stay_inside_their_payload),
        cmocka_unit_test(table_sent_rows_make_sense),
        cmocka_unit_test(table_limit_rows_name_a_setting),
        cmocka_unit_test(table_everything_fits_the_data_paths_buffer),
        cmocka_unit_test(table_facts_make_sense),
        cmocka_unit_test(table_absent_rows_make_sense),
        cmocka_unit_test(table_every_feature_is_native_or_absent_for_a_reason),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
