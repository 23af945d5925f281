// SPDX-License-Identifier: BSD-2-Clause
/* Walks through all cells. IPSOCK_WALK names a file that receives a line for each (docs/support.md
 * is made of them). WALK-01. */
#include "walk.h"

#define U       (1u << IPSOCK_UDP)
#define T       (1u << IPSOCK_TCP)
#define R       (1u << IPSOCK_RAW)
#define P       (1u << IPSOCK_PING)
#define URP     (U | R | P)
#define ALL     (U | T | R | P)
#define F(name) IPSOCK_FEATURE_##name

/* For which kinds a feature means something, by column; others are refused or have no call for it.
 */
static const struct {
    int feature;
    unsigned kinds[COLUMNS];
    attempt *walk;
} features[] = {
    {F(TRAFFIC_CLASS), {ALL, ALL, U | T}, walk_option},
    {F(HOP_LIMIT), {ALL, ALL, U | T}, walk_option},
    {F(MULTICAST_HOP_LIMIT), {URP, URP, U}, walk_multicast_hops},
    {F(MULTICAST_INTERFACE), {URP, URP, U}, walk_multicast_interface},
    {F(MULTICAST_LOOPBACK), {URP, URP, U}, walk_loopback},
    {F(DONT_FRAGMENT), {URP, URP, U}, walk_option_mtu},
    {F(PATH_MTU), {ALL, ALL, U | T}, walk_path_mtu},
    {F(RECEIVE_BUFFER), {ALL, ALL, U | T}, walk_buffer},
    {F(SEND_BUFFER), {ALL, ALL, U | T}, walk_buffer},
    {F(CHECKSUM), {R, R, 0}, walk_checksum},
    {F(DUAL_STACK), {0, U | T, 0}, walk_dual_stack},
    {F(REUSE), {ALL, ALL, U | T}, walk_reuse},
    {F(BROADCAST), {URP, 0, U}, walk_broadcast},
    {F(BIND_INTERFACE), {ALL, ALL, U | T}, walk_bound},
    {F(JOIN_GROUP), {URP, URP, U}, walk_group},
    {F(JOIN_SOURCE), {URP, URP, U}, walk_group},
    {F(EXCLUDE_SOURCE), {URP, URP, U}, walk_group},
    {F(STRICT_MULTICAST), {URP, URP, U}, walk_strict},
    {F(RECV_TRAFFIC_CLASS), {URP, URP, U}, walk_received},
    {F(RECV_HOP_LIMIT), {URP, URP, U}, walk_received},
    {F(RECV_SOURCE), {URP, URP, U}, walk_received},
    {F(RECV_DESTINATION), {URP, URP, U}, walk_received},
    {F(RECV_INTERFACE), {URP, URP, U}, walk_received},
    {F(RECV_PATH_MTU), {URP, URP, U}, walk_notices},
    {F(RECV_SEGMENT_SIZE), {U, U, U}, walk_coalesced},
    {F(RECV_OPAQUE), {URP, URP, U}, walk_received_opaque},
    {F(SEND_TRAFFIC_CLASS), {URP, URP, U}, walk_control},
    {F(SEND_HOP_LIMIT), {URP, URP, U}, walk_control},
    {F(SEND_SOURCE), {URP, URP, U}, walk_control},
    {F(SEND_INTERFACE), {URP, URP, U}, walk_interface},
    {F(SEND_DONT_FRAGMENT), {URP, URP, U}, walk_control_mtu},
    {F(SEND_NEXT_HOP), {URP, URP, U}, walk_next_hop},
    {F(SEND_SEGMENT_SIZE), {U, U, U}, walk_segments},
    {F(SEND_OPAQUE), {URP, URP, U}, walk_sent_opaque},
    {F(RECV_BATCH), {URP, URP, U}, walk_batch},
    {F(SEND_BATCH), {URP, URP, U}, walk_batch},
    {F(HEADER_INCLUDED), {R, 0, 0}, walk_own_header},
    {F(ICMP_FILTER), {R | P, R | P, 0}, walk_icmp_filter},
    {F(BPF), {URP, URP, U}, walk_bpf},
    {F(ERROR_STREAM), {URP, URP, U}, walk_errors},
    {F(PATH_MTU_PROBE), {URP, URP, U}, walk_option_mtu},
    {F(MINIMUM_HOP_LIMIT), {ALL, ALL, U | T}, walk_minimum_hops},
};

static const char *const kind_names[] = {
    [IPSOCK_UDP] = "udp", [IPSOCK_TCP] = "tcp", [IPSOCK_RAW] = "raw", [IPSOCK_PING] = "ping"};
static const char *const outcome_names[OUTCOMES] = {"effect", "refused", "silent", "unseen"};
static unsigned counts[OUTCOMES];
static FILE *table;

/* Of ping it is asked of an endpoint: it may be on a raw socket. */
static struct ipsock_capability_answer ask(const struct cell *cell)
{
    struct ipsock_capability_answer answer;
    struct ipsock_endpoint *s;
    if (cell->kind == IPSOCK_PING && cell->column != MAPPED &&
        open_cell(cell, 0, 0, 0, &s) == IPSOCK_OK) {
        CHECK(IPSOCK_OK, ipsock_capability(s, 0, 0, cell->feature, &answer));
        ipsock_free(s);
        return answer;
    }
    CHECK(IPSOCK_OK, ipsock_capability(NULL, cell->kind, columns[cell->column].traffic,
                                       cell->feature, &answer));
    return answer;
}

/* Whether what came of it is what the ledger says. An option of a dual-stack endpoint that reaches
 * IPv6 packets alone, and says so, is set without an error: it has its effect there. */
static bool is_true(const struct cell *cell, int level, const struct result *result)
{
    const struct cell ipv6 = {cell->feature, cell->kind, V6};
    /* what the system takes and puts into no packet */
    if (level == IPSOCK_LOCAL && cell->feature == IPSOCK_FEATURE_TRAFFIC_CLASS &&
        result->outcome == SILENT)
        return true;
    if (level != IPSOCK_ABSENT)
        return result->outcome == EFFECT || result->outcome == UNSEEN;
    if (cell->column == MAPPED && ask(&ipv6).level != IPSOCK_ABSENT && result->outcome != EFFECT)
        return true;
    return result->outcome == REFUSED &&
           (result->code == IPSOCK_ENOTSUP || result->code == IPSOCK_EKIND);
}

static bool try_cell(const struct cell *cell, attempt *walk)
{
    const struct ipsock_capability_answer answer = ask(cell);
    const struct result result = walk(cell);
    const bool right = is_true(cell, answer.level, &result);
    const char *const said = result.why != NULL          ? result.why
                             : result.outcome == REFUSED ? ipsock_error_name(result.code)
                                                         : "";
    counts[result.outcome]++;
    if (table != NULL)
        fprintf(table, "%s,%s,%s,%s,%s,%s\n", ipsock_feature_name(cell->feature),
                kind_names[cell->kind], columns[cell->column].name, ipsock_level_name(answer.level),
                outcome_names[result.outcome], said);
    if (!right)
        print_message("%s of %s, %s: the ledger says %s (%s), but %s %s\n",
                      ipsock_feature_text(cell->feature), kind_names[cell->kind],
                      columns[cell->column].name, ipsock_level_name(answer.level),
                      answer.reason != NULL ? answer.reason : answer.mechanism,
                      outcome_names[result.outcome], said);
    return right;
}

/* Whether endpoints of a kind and column can be made by this process. */
static bool has_kind(int kind, int column)
{
    if (kind == IPSOCK_PING)
        return has_ping(columns[column].family);
    return kind != IPSOCK_RAW || (system_is_privileged() &&
                                  system_lacks(column == V4 ? "raw-protocol" : "raw-ipv6") == NULL);
}

static void walk_01_every_cell_is_true(void **state)
{
    unsigned wrong = 0;
    (void)state;
    FOR_EACH_COLUMN(i)
    for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++)
        for (size_t f = 0; f < COUNT(features); f++) {
            const struct cell cell = {features[f].feature, kind, i};
            if (features[f].kinds[i] & (1u << kind))
                wrong += has_kind(kind, i) && !try_cell(&cell, features[f].walk);
            else if (ask(&cell).level != IPSOCK_ABSENT) {
                print_message("%s of %s, %s: the ledger has it, the walk does not\n",
                              ipsock_feature_text(cell.feature), kind_names[kind], columns[i].name);
                wrong++;
            }
        }
    print_message("%u with effect, %u refused as announced, %u without effect, %u that nothing "
                  "here can see\n",
                  counts[EFFECT], counts[REFUSED], counts[SILENT], counts[UNSEEN]);
    EQUAL(0, wrong);
}

static void walk_01_every_feature_is_walked(void **state)
{
    (void)state;
    for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++) {
        bool found = false;
        for (size_t f = 0; f < COUNT(features); f++)
            found = found || features[f].feature == feature;
        if (!found)
            fail_msg("%s is not walked", ipsock_feature_name(feature));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walk_01_every_cell_is_true),
        cmocka_unit_test(walk_01_every_feature_is_walked),
    };
    const char *path = getenv("IPSOCK_WALK");
    if (path != NULL && (table = fopen(path, "w")) == NULL) {
        perror(path);
        return 1;
    }
    const int status = RUN(tests);
    return table != NULL && fclose(table) != 0 ? 1 : status;
}
