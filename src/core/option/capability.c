// SPDX-License-Identifier: BSD-2-Clause
/* The ledger: how each feature is provided, answered from the tables. */
#include <ipsock/capability.h>

#include "core/option/option.h"
#include "core/option/send_control.h"
#include "core/table/control_codec.h"

/* What a feature rests on; LATER: the system may have it, this version has no function for it yet.
 */
enum basis {
    LATER,
    BY_OPTION,
    BY_STRICT,
    BY_SOURCES,
    BY_ICMP_FILTER,
    BY_PROGRAM,
    BY_RECEIVED_FIELD,
    BY_SENT_FIELD,
    BY_ADDRESS,
    BY_ARRIVAL,
    BY_RECV_MANY,
    BY_SEND_MANY
};

static const struct {
    enum basis basis;
    uint32_t what; /* an option, or a field */
} bases[IPSOCK_FEATURE_COUNT] = {
    [IPSOCK_FEATURE_TRAFFIC_CLASS] = {BY_OPTION, IPSK_OPTION_TRAFFIC_CLASS},
    [IPSOCK_FEATURE_HOP_LIMIT] = {BY_OPTION, IPSK_OPTION_HOP_LIMIT},
    [IPSOCK_FEATURE_MULTICAST_HOP_LIMIT] = {BY_OPTION, IPSK_OPTION_MULTICAST_HOP_LIMIT},
    [IPSOCK_FEATURE_MULTICAST_INTERFACE] = {BY_OPTION, IPSK_OPTION_MULTICAST_INTERFACE},
    [IPSOCK_FEATURE_MULTICAST_LOOPBACK] = {BY_OPTION, IPSK_OPTION_MULTICAST_LOOPBACK},
    [IPSOCK_FEATURE_DONT_FRAGMENT] = {BY_OPTION, IPSK_OPTION_DONT_FRAGMENT},
    [IPSOCK_FEATURE_PATH_MTU] = {BY_OPTION, IPSK_OPTION_PATH_MTU},
    [IPSOCK_FEATURE_RECEIVE_BUFFER] = {BY_OPTION, IPSK_OPTION_RECEIVE_BUFFER},
    [IPSOCK_FEATURE_SEND_BUFFER] = {BY_OPTION, IPSK_OPTION_SEND_BUFFER},
    [IPSOCK_FEATURE_CHECKSUM] = {BY_OPTION, IPSK_OPTION_CHECKSUM},
    [IPSOCK_FEATURE_DUAL_STACK] = {BY_OPTION, IPSK_OPTION_V6ONLY},
    [IPSOCK_FEATURE_REUSE] = {BY_OPTION, IPSK_OPTION_REUSE_ADDRESS},
    [IPSOCK_FEATURE_BROADCAST] = {BY_OPTION, IPSK_OPTION_BROADCAST},
    [IPSOCK_FEATURE_BIND_INTERFACE] = {BY_OPTION, IPSK_OPTION_BIND_INTERFACE},
    [IPSOCK_FEATURE_JOIN_GROUP] = {BY_OPTION, IPSK_OPTION_JOIN_GROUP},
    [IPSOCK_FEATURE_JOIN_SOURCE] = {BY_SOURCES, IPSK_OPTION_JOIN_SOURCE},
    [IPSOCK_FEATURE_EXCLUDE_SOURCE] = {BY_SOURCES, IPSK_OPTION_BLOCK_SOURCE},
    [IPSOCK_FEATURE_STRICT_MULTICAST] = {BY_STRICT, IPSK_OPTION_STRICT_MULTICAST},
    [IPSOCK_FEATURE_RECV_TRAFFIC_CLASS] = {BY_RECEIVED_FIELD, IPSOCK_CONTROL_TRAFFIC_CLASS},
    [IPSOCK_FEATURE_RECV_HOP_LIMIT] = {BY_RECEIVED_FIELD, IPSOCK_CONTROL_HOP_LIMIT},
    [IPSOCK_FEATURE_RECV_SOURCE] = {BY_ADDRESS, 0},
    [IPSOCK_FEATURE_RECV_DESTINATION] = {BY_RECEIVED_FIELD, IPSOCK_CONTROL_DESTINATION},
    [IPSOCK_FEATURE_RECV_INTERFACE] = {BY_RECEIVED_FIELD, IPSOCK_CONTROL_INTERFACE},
    [IPSOCK_FEATURE_RECV_PATH_MTU] = {BY_RECEIVED_FIELD, IPSOCK_CONTROL_PATH_MTU},
    [IPSOCK_FEATURE_RECV_SEGMENT_SIZE] = {BY_RECEIVED_FIELD, IPSOCK_CONTROL_SEGMENT_SIZE},
    [IPSOCK_FEATURE_RECV_OPAQUE] = {BY_ADDRESS, 0},
    [IPSOCK_FEATURE_SEND_TRAFFIC_CLASS] = {BY_SENT_FIELD, IPSOCK_CONTROL_TRAFFIC_CLASS},
    [IPSOCK_FEATURE_SEND_HOP_LIMIT] = {BY_SENT_FIELD, IPSOCK_CONTROL_HOP_LIMIT},
    [IPSOCK_FEATURE_SEND_SOURCE] = {BY_SENT_FIELD, IPSOCK_CONTROL_SOURCE},
    [IPSOCK_FEATURE_SEND_INTERFACE] = {BY_SENT_FIELD, IPSOCK_CONTROL_INTERFACE},
    [IPSOCK_FEATURE_SEND_DONT_FRAGMENT] = {BY_SENT_FIELD, IPSOCK_CONTROL_DONT_FRAGMENT},
    [IPSOCK_FEATURE_SEND_NEXT_HOP] = {BY_SENT_FIELD, IPSOCK_CONTROL_NEXT_HOP},
    [IPSOCK_FEATURE_SEND_SEGMENT_SIZE] = {BY_SENT_FIELD, IPSOCK_CONTROL_SEGMENT_SIZE},
    [IPSOCK_FEATURE_SEND_OPAQUE] = {BY_ADDRESS, 0},
    [IPSOCK_FEATURE_RECV_BATCH] = {BY_RECV_MANY, 0},
    [IPSOCK_FEATURE_SEND_BATCH] = {BY_SEND_MANY, 0},
    [IPSOCK_FEATURE_HEADER_INCLUDED] = {BY_OPTION, IPSK_OPTION_HEADER_INCLUDED},
    [IPSOCK_FEATURE_ICMP_FILTER] = {BY_ICMP_FILTER, IPSK_OPTION_ICMP_FILTER},
    [IPSOCK_FEATURE_BPF] = {BY_PROGRAM, IPSK_OPTION_ATTACH_FILTER},
    [IPSOCK_FEATURE_ERROR_STREAM] = {BY_OPTION, IPSK_OPTION_ERROR_STREAM},
    [IPSOCK_FEATURE_PATH_MTU_PROBE] = {BY_OPTION, IPSK_OPTION_PATH_MTU_PROBE},
    [IPSOCK_FEATURE_MINIMUM_HOP_LIMIT] = {BY_ARRIVAL, IPSK_OPTION_MINIMUM_HOP_LIMIT},
};

/* What is asked about. */
struct question {
    unsigned kind; /* IPSK_UDP …: of the socket */
    bool raw_ping; /* a ping endpoint on a raw one */
    int column;
    int feature;
    uint32_t quirks;
    bool own_header;
};

static bool usable(const struct ipsk_option_row *row, const struct question *q)
{
    if (!(row->kinds & q->kind) || !ipsk_is_there(row) ||
        (q->raw_ping && ipsk_is_raw_only(row->option, q->column)))
        return false;
    if (row->option == IPSK_OPTION_V6ONLY && !(q->kind & (IPSK_UDP | IPSK_TCP)))
        return false; /* others are of one family, whatever the option says */
    /* options of the socket itself serve all its traffic, as does the interface that it is bound
     * to; 41 is IPv6's level on every system */
    return row->column == q->column ||
           (q->column == IPSK_MAPPED && row->column == IPSK_V6 &&
            (row->level != 41 || row->option == IPSK_OPTION_BIND_INTERFACE));
}

static const struct ipsk_option_row *row_of_option(const struct question *q, int option)
{
    /* the systems share ports by one of two options */
    const int other = option == IPSK_OPTION_REUSE_ADDRESS ? IPSK_OPTION_REUSE_PORT : option;
    for (size_t i = 0; i < ipsk_native.option_count; i++)
        if ((ipsk_native.options[i].option == option || ipsk_native.options[i].option == other) &&
            usable(&ipsk_native.options[i], q))
            return &ipsk_native.options[i];
    return NULL;
}

static const struct ipsk_option_row *row_of_field(const struct question *q, uint32_t field)
{
    for (size_t i = 0; i < ipsk_native.option_count; i++)
        if ((ipsk_option_fields(ipsk_native.options[i].option) & field) &&
            usable(&ipsk_native.options[i], q))
            return &ipsk_native.options[i];
    return NULL;
}

static void answer(struct ipsock_capability_answer *c, int level, const char *mechanism,
                   const char *reason)
{
    c->level = level;
    c->mechanism = mechanism;
    c->reason = reason;
}

/* Whether the tables have it, for other versions of the system. */
static bool is_of_newer(const struct question *q)
{
    const uint32_t what = bases[q->feature].what;
    const enum basis basis = bases[q->feature].basis;
    for (size_t i = 0; i < ipsk_native.option_count; i++) {
        const struct ipsk_option_row *row = &ipsk_native.options[i];
        if ((row->kinds & q->kind) && row->column == q->column &&
            (((basis == BY_OPTION || basis == BY_SOURCES) && row->option == what) ||
             (basis == BY_RECEIVED_FIELD && (ipsk_option_fields(row->option) & what))))
            return !ipsk_is_there(row);
    }
    return basis == BY_SENT_FIELD && (ipsk_sendable(&ipsk_native, q->kind, q->column) &
                                      ~ipsk_sent_here(q->kind, q->column) & what);
}

/* The tables' own, or NULL. */
static const char *reason_of(const struct question *q)
{
    return ipsk_find_absent(&ipsk_native, q->feature, q->kind, q->column);
}

static const char *why_absent(const struct question *q)
{
    const char *const reason = reason_of(q);
    if (q->column == IPSK_MAPPED && !(q->kind & (IPSK_UDP | IPSK_TCP)))
        return "dual-stack endpoints are UDP or TCP";
    if (reason != NULL)
        return reason;
    return is_of_newer(q) ? "this version of the system lacks it" : "not for this kind of endpoint";
}

static void from_row(struct ipsock_capability_answer *c, const struct question *q,
                     const struct ipsk_option_row *row)
{
    if (row != NULL)
        answer(c, IPSOCK_NATIVE, row->text, NULL);
    else
        answer(c, IPSOCK_ABSENT, NULL, why_absent(q));
}

/* The library drops packets where the kernel does not, on endpoints of these kinds. */
static void from_row_or_library(struct ipsock_capability_answer *c, const struct question *q,
                                const struct ipsk_option_row *row, unsigned kinds)
{
    struct question why = *q;
    if (row == NULL && (q->kind & kinds)) {
        if (q->column == IPSK_MAPPED && reason_of(q) == NULL) /* one filter for both families */
            why.column = IPSK_V6;
        answer(c, IPSOCK_EXACT, "library", why_absent(&why));
    } else {
        from_row(c, q, row);
    }
}

/* All it takes for the library to look at memberships. */
static bool is_told(const struct question *q)
{
    return row_of_field(q, IPSOCK_CONTROL_DESTINATION) != NULL &&
           row_of_field(q, IPSOCK_CONTROL_INTERFACE) != NULL;
}

static void from_strict(struct ipsock_capability_answer *c, const struct question *q,
                        const struct ipsk_option_row *row)
{
    from_row_or_library(c, q, row, is_told(q) ? IPSK_DGRAM : 0);
}

/* Where the system filters no sources, packets of others are dropped here; routers are not told. */
static void from_sources(struct ipsock_capability_answer *c, const struct question *q, int option)
{
    const struct ipsk_option_row *row = row_of_option(q, option);
    if (row != NULL && option == IPSK_OPTION_BLOCK_SOURCE && !ipsk_blocks_sources(q->column))
        answer(c, IPSOCK_EXACT, row->text,
               "the system is told, and lets blocked sources pass; the library drops them");
    else if (row == NULL && row_of_option(q, IPSK_OPTION_JOIN_GROUP) != NULL && is_told(q))
        answer(c, IPSOCK_LOCAL, "library", why_absent(q));
    else
        from_row(c, q, row);
}

/* Raw IPv4 comes with its header. */
static void from_received(struct ipsock_capability_answer *c, const struct question *q,
                          uint32_t field)
{
    const bool in_header = (ipsk_native.facts[IPSK_FACT_RAW_HEADER_FIELDS] & (int32_t)field) != 0;
    from_row_or_library(c, q, row_of_field(q, field),
                        in_header && q->column == IPSK_V4 ? IPSK_RAW | IPSK_PING : 0);
}

/* Systems look at the hop limit of streams, if at all; of datagrams some look at some, so that the
 * library does, where it is told. */
static void from_arrival(struct ipsock_capability_answer *c, const struct question *q)
{
    struct question told = *q;
    if (q->kind == IPSK_TCP) {
        from_row(c, q, row_of_option(q, IPSK_OPTION_MINIMUM_HOP_LIMIT));
        return;
    }
    told.feature = IPSOCK_FEATURE_RECV_HOP_LIMIT;
    from_received(c, &told, IPSOCK_CONTROL_HOP_LIMIT);
    if (c->level != IPSOCK_ABSENT)
        answer(c, IPSOCK_EXACT, "library", "the system does not look at all datagrams");
}

static void from_icmp_filter(struct ipsock_capability_answer *c, const struct question *q,
                             const struct ipsk_option_row *row)
{
    if (row != NULL && row->set == IPSK_ENCODING_ICMP4_BLOCK)
        answer(c, IPSOCK_EXACT, row->text, "it has types 0 to 31; the library drops the others");
    else
        from_row_or_library(c, q, row, IPSK_RAW | IPSK_PING);
}

/* A traffic class that the system takes, and puts into no packet. */
static void tell_unmarked(struct ipsock_capability_answer *c)
{
    if (c->level != IPSOCK_ABSENT && (ipsk_sys_lacks() & IPSK_LACKS_CLASS_MARKS))
        answer(c, IPSOCK_LOCAL, c->mechanism, "this version of the system marks no packets");
}

static void from_option(struct ipsock_capability_answer *c, const struct question *q, int option)
{
    struct question ipv6 = *q;
    ipv6.column = IPSK_V6;
    from_row(c, q, row_of_option(q, option));
    /* an option of a dual-stack endpoint is set for both families */
    if (q->column == IPSK_MAPPED && c->level != IPSOCK_ABSENT && is_of_newer(&ipv6))
        answer(c, IPSOCK_ABSENT, NULL, why_absent(&ipv6));
    if (option == IPSK_OPTION_TRAFFIC_CLASS)
        tell_unmarked(c);
    if (option == IPSK_OPTION_MULTICAST_INTERFACE && c->level == IPSOCK_NATIVE &&
        q->column == IPSK_V6 && ipsk_native.facts[IPSK_FACT_GROUPS6_BY_ZONE] != 0)
        answer(c, IPSOCK_EXACT, "library",
               "the option is for groups of the link alone, and stays; the zone of each packet's "
               "destination does it");
}

static void from_sent(struct ipsock_capability_answer *c, const struct question *q, uint32_t field)
{
    if (q->own_header && field != IPSOCK_CONTROL_INTERFACE) {
        answer(c, IPSOCK_ABSENT, NULL, "the packet's own header says it");
        return;
    }
    const bool refused =
        field == IPSOCK_CONTROL_SEGMENT_SIZE && (q->quirks & IPSK_QUIRK_NO_SEGMENTS);
    const uint32_t native = refused ? 0 : ipsk_sent_here(q->kind, q->column);
    for (size_t i = 0; i < ipsk_native.sent_count; i++) {
        const struct ipsk_sent_row *row = &ipsk_native.sent[i];
        if ((native & field) && (row->fields & field) && (row->kinds & q->kind) &&
            row->column == q->column) {
            answer(c, IPSOCK_NATIVE, row->text, NULL);
            return;
        }
    }
    if (field & ipsk_segmentable(q->kind)) {
        answer(c, IPSOCK_EXACT, "library",
               refused ? "the system refused to segment: the library sends the datagrams one by one"
                       : why_absent(q));
        return;
    }
    if (field == IPSOCK_CONTROL_INTERFACE && q->kind != IPSK_TCP &&
        ipsk_lends_interface(q->kind, q->column)) {
        answer(c, IPSOCK_EXACT, "library", "the option is set around the send");
        return;
    }
    const int option = field & ipsk_unsendable() ? -1 : ipsk_emulated_option(field);
    const struct ipsk_option_row *row = option < 0 ? NULL : row_of_option(q, option);
    if (row != NULL && q->kind != IPSK_TCP)
        answer(c, IPSOCK_EXACT, row->text, "no control message: the option is set around the send");
    else
        answer(c, IPSOCK_ABSENT, NULL, why_absent(q));
}

static void from_batch(struct ipsock_capability_answer *c, const struct question *q,
                       const char *native, uint32_t quirk)
{
    if (q->kind == IPSK_TCP)
        answer(c, IPSOCK_ABSENT, NULL, why_absent(q));
    else if (native != NULL && !(q->quirks & quirk))
        answer(c, IPSOCK_NATIVE, native, NULL);
    else
        answer(c, IPSOCK_EXACT, "library", "one system call per message");
}

/* What comes and goes with every message. */
static void from_message(struct ipsock_capability_answer *c, const struct question *q)
{
    if (q->kind == IPSK_TCP || reason_of(q) != NULL)
        answer(c, IPSOCK_ABSENT, NULL, why_absent(q));
    else if (q->feature == IPSOCK_FEATURE_RECV_OPAQUE &&
             (ipsk_sys_lacks() & IPSK_LACKS_RECEIVED_CONTROL))
        answer(c, IPSOCK_ABSENT, NULL, "no control data comes with packets here");
    else
        answer(c, IPSOCK_NATIVE, "msghdr", NULL);
}

static void resolve(const struct question *q, struct ipsock_capability_answer *c)
{
    const uint32_t what = bases[q->feature].what;
    switch (bases[q->feature].basis) {
    case LATER:
        answer(c, IPSOCK_ABSENT, NULL, "this version of the library has no function for it yet");
        break;
    case BY_OPTION:
        from_option(c, q, (int)what);
        break;
    case BY_SOURCES:
        from_sources(c, q, (int)what);
        break;
    case BY_STRICT:
        from_strict(c, q, row_of_option(q, (int)what));
        break;
    case BY_ICMP_FILTER:
        from_icmp_filter(c, q, row_of_option(q, (int)what));
        break;
    case BY_PROGRAM:
        from_row_or_library(c, q, row_of_option(q, (int)what), IPSK_DGRAM);
        break;
    case BY_RECEIVED_FIELD:
        from_received(c, q, what);
        break;
    case BY_ARRIVAL:
        from_arrival(c, q);
        break;
    case BY_SENT_FIELD:
        from_sent(c, q, what);
        if (what == IPSOCK_CONTROL_TRAFFIC_CLASS)
            tell_unmarked(c);
        break;
    case BY_RECV_MANY:
        from_batch(c, q, ipsk_sys_recv_many_name(), IPSK_QUIRK_NO_RECV_MANY);
        break;
    case BY_SEND_MANY:
        from_batch(c, q, ipsk_sys_send_many_name(), IPSK_QUIRK_NO_SEND_MANY);
        break;
    default:
        from_message(c, q);
    }
}

static int column_of(int family)
{
    switch (family) {
    case IPSOCK_IPV4:
        return IPSK_V4;
    case IPSOCK_IPV6:
        return IPSK_V6;
    case IPSOCK_IPV4_MAPPED:
        return IPSK_MAPPED;
    default:
        return -1;
    }
}

/* Whether this host has sockets of a family: asked each time, for it may change (a module is
 * loaded, a program is confined). Other refusals than "no such family" say nothing of it. */
static int find_family(int family, const char *reason, const char **absent)
{
    struct ipsock_error error;
    ipsock_handle_t probe;
    const int code = ipsk_sys_socket(family, IPSOCK_UDP, 0, &probe, &error);
    if (code == IPSOCK_OK)
        ipsk_sys_close(probe);
    if (code == IPSOCK_ENOTSUP)
        *absent = reason;
    return code == IPSOCK_ENFILE || code == IPSOCK_ENOMEM || code == IPSOCK_ENOBUFS ? code
                                                                                    : IPSOCK_OK;
}

/* The same of all that a column takes. */
static int find_families(int column, const char **absent)
{
    int code = IPSOCK_OK;
    if (column != IPSK_V4)
        code = find_family(IPSOCK_IPV6, "this host has no IPv6", absent);
    if (code == IPSOCK_OK && *absent == NULL && column != IPSK_V6)
        code = find_family(IPSOCK_IPV4, "this host has no IPv4", absent);
    return code;
}

int ipsock_capability(const struct ipsock_endpoint *s, int kind, int family, int feature,
                      struct ipsock_capability_answer *capability)
{
    struct question q = {0, false, 0, feature, 0, false};
    if (capability == NULL || feature < 0 || feature >= IPSOCK_FEATURE_COUNT)
        return IPSOCK_EINVAL;
    if (s != NULL) {
        kind = s->kind;
        q.own_header = (s->flags & IPSOCK_OPEN_HEADER_INCLUDED) != 0;
        q.quirks = atomic_load_explicit(&s->quirks, memory_order_relaxed);
        if (family == IPSOCK_UNSPEC)
            family = s->family;
        if (family != s->family && !(family == IPSOCK_IPV4_MAPPED && s->dual_stack))
            return IPSOCK_EFAMILY;
    }
    q.column = column_of(family);
    if (kind < IPSOCK_UDP || kind > IPSOCK_PING || q.column < 0)
        return IPSOCK_EINVAL;
    q.raw_ping = kind == IPSOCK_PING &&
                 (s != NULL ? s->backing == IPSOCK_RAW : !ipsk_native.facts[IPSK_FACT_PING]);
    q.kind = ipsk_kind_bit(q.raw_ping ? IPSOCK_RAW : kind);
    const bool mapped_kind = q.kind & (IPSK_UDP | IPSK_TCP);
    const char *absent = NULL;
    const int code = s == NULL ? find_families(q.column, &absent) : IPSOCK_OK;
    if (code < 0)
        return code;
    if (absent != NULL)
        answer(capability, IPSOCK_ABSENT, NULL, absent);
    else if (q.column == IPSK_MAPPED && !mapped_kind)
        answer(capability, IPSOCK_ABSENT, NULL, why_absent(&q));
    else
        resolve(&q, capability);
    return IPSOCK_OK;
}

const char *ipsock_system(void)
{
    return ipsk_native.name;
}
