// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <string.h>

/* A kind of endpoint carrying a family. */
struct column {
    int kind;
    int family;
    const char *label;
};

static const struct column all_columns[] = {
    {IPSOCK_UDP, IPSOCK_IPV4, "udp4"},         {IPSOCK_UDP, IPSOCK_IPV6, "udp6"},
    {IPSOCK_UDP, IPSOCK_IPV4_MAPPED, "udp46"}, {IPSOCK_TCP, IPSOCK_IPV4, "tcp4"},
    {IPSOCK_TCP, IPSOCK_IPV6, "tcp6"},         {IPSOCK_TCP, IPSOCK_IPV4_MAPPED, "tcp46"},
    {IPSOCK_RAW, IPSOCK_IPV4, "raw4"},         {IPSOCK_RAW, IPSOCK_IPV6, "raw6"},
    {IPSOCK_PING, IPSOCK_IPV4, "ping4"},       {IPSOCK_PING, IPSOCK_IPV6, "ping6"},
};

#define COLUMNS (sizeof all_columns / sizeof all_columns[0])

struct selection {
    struct column columns[COLUMNS];
    size_t count;
};

static bool get(const struct column *column, int feature,
                struct ipsock_capability_answer *capability)
{
    return ipsock_capability(NULL, column->kind, column->family, feature, capability) == 0;
}

/* What an endpoint of that kind never has anywhere is left blank, and needs no note. */
static bool applies(const struct ipsock_capability_answer *capability)
{
    return !capability->reason || strcmp(capability->reason, "not for this kind of endpoint") != 0;
}

/* A family that this host has no sockets of: said once for the column, not for each feature. */
static bool is_of_host(const struct ipsock_capability_answer *capability)
{
    static const char start[] = "this host has no ";
    return capability->reason && strncmp(capability->reason, start, sizeof start - 1) == 0;
}

static void print_row_text(const struct selection *chosen, int feature)
{
    char line[256];
    size_t end = (size_t)snprintf(line, sizeof line, "%-28s", ipsock_feature_text(feature));
    for (size_t i = 0; i < chosen->count && end + 8 < sizeof line; i++) {
        struct ipsock_capability_answer capability;
        const char *cell = "";
        if (get(&chosen->columns[i], feature, &capability) && applies(&capability))
            cell = capability.level == IPSOCK_ABSENT ? "-" : ipsock_level_name(capability.level);
        end += (size_t)snprintf(line + end, sizeof line - end, " %-7s", cell);
    }
    while (end > 0 && line[end - 1] == ' ')
        end--;
    printf("%.*s\n", (int)end, line);
}

static bool same_note(const struct ipsock_capability_answer *a,
                      const struct ipsock_capability_answer *b)
{
    return a->level == b->level && a->reason && b->reason && strcmp(a->reason, b->reason) == 0;
}

/* Whether a column before this one has the same note. */
static bool already_said(const struct selection *chosen, size_t column, int feature,
                         const struct ipsock_capability_answer *capability)
{
    for (size_t i = 0; i < column; i++) {
        struct ipsock_capability_answer other;
        if (get(&chosen->columns[i], feature, &other) && same_note(capability, &other))
            return true;
    }
    return false;
}

/* Why a feature is not native: one line for all columns that have the same reason. */
static void print_notes(const struct selection *chosen, int feature)
{
    for (size_t i = 0; i < chosen->count; i++) {
        struct ipsock_capability_answer capability, other;
        if (!get(&chosen->columns[i], feature, &capability) || !capability.reason ||
            !applies(&capability) || is_of_host(&capability) ||
            already_said(chosen, i, feature, &capability))
            continue;
        printf("  %s (", ipsock_feature_text(feature));
        for (size_t j = i; j < chosen->count; j++)
            if (get(&chosen->columns[j], feature, &other) && same_note(&capability, &other))
                printf("%s%s", j > i ? " " : "", chosen->columns[j].label);
        printf("): %s, %s\n", ipsock_level_name(capability.level), capability.reason);
    }
}

/* The columns that the host has not. */
static void print_host_notes(const struct selection *chosen)
{
    for (size_t i = 0; i < chosen->count; i++) {
        struct ipsock_capability_answer capability;
        if (get(&chosen->columns[i], 0, &capability) && is_of_host(&capability))
            printf("  all of %s: absent, %s\n", chosen->columns[i].label, capability.reason);
    }
}

static void print_matrix(const struct selection *chosen)
{
    printf("ipsock %s on %s\n\n%-28s", ipsock_version(), ipsock_system(), "");
    for (size_t i = 0; i < chosen->count; i++)
        printf(i + 1 < chosen->count ? " %-7s" : " %s", chosen->columns[i].label);
    putchar('\n');
    for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++)
        print_row_text(chosen, feature);
    puts("\nnative: the system does it; exact: the library does it, no difference to be seen;\n"
         "local: true on this host only; -: absent; blank: not for this kind of endpoint.\n\n"
         "Not native:");
    print_host_notes(chosen);
    for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++)
        print_notes(chosen, feature);
}

/* One column in full. */
static void print_list(const struct column *column)
{
    printf("%s over %s\n", ipsock_kind_name(column->kind), family_name(column->family));
    for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++) {
        struct ipsock_capability_answer capability;
        if (!get(column, feature, &capability))
            continue;
        printf("  %-28s %-7s %s%s%s\n", ipsock_feature_text(feature),
               ipsock_level_name(capability.level),
               capability.mechanism ? capability.mechanism : "",
               capability.mechanism && capability.reason ? ": " : "",
               capability.reason ? capability.reason : "");
    }
}

/* RFC 4180: quoted, quotes doubled. */
static void csv_field(const char *text)
{
    putchar('"');
    for (; text && *text; text++) {
        if (*text == '"')
            putchar('"');
        putchar(*text);
    }
    putchar('"');
}

static void print_csv(const struct selection *chosen)
{
    puts("kind,family,feature,level,mechanism,reason");
    for (size_t i = 0; i < chosen->count; i++) {
        const struct column *column = &chosen->columns[i];
        for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++) {
            struct ipsock_capability_answer capability;
            if (!get(column, feature, &capability))
                continue;
            printf("%s,%s,%s,%s,", ipsock_kind_name(column->kind), family_name(column->family),
                   ipsock_feature_name(feature), ipsock_level_name(capability.level));
            csv_field(capability.mechanism);
            putchar(',');
            csv_field(capability.reason);
            putchar('\n');
        }
    }
}

static void print_json(const struct selection *chosen)
{
    const char *separator = "\n";
    fputs("{\"version\":", stdout);
    json_text(stdout, ipsock_version());
    fputs(",\"system\":", stdout);
    json_text(stdout, ipsock_system());
    fputs(",\"capabilities\":[", stdout);
    for (size_t i = 0; i < chosen->count; i++) {
        const struct column *column = &chosen->columns[i];
        for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++) {
            struct ipsock_capability_answer capability;
            if (!get(column, feature, &capability))
                continue;
            printf("%s{\"kind\":\"%s\",\"family\":\"%s\",\"feature\":\"%s\",\"text\":", separator,
                   ipsock_kind_name(column->kind), family_name(column->family),
                   ipsock_feature_name(feature));
            json_text(stdout, ipsock_feature_text(feature));
            printf(",\"level\":\"%s\",\"mechanism\":", ipsock_level_name(capability.level));
            json_text(stdout, capability.mechanism);
            fputs(",\"reason\":", stdout);
            json_text(stdout, capability.reason);
            putchar('}');
            separator = ",\n";
        }
    }
    puts("\n]}");
}

static bool read_kind(const char *text, int *kind)
{
    static const int kinds[] = {IPSOCK_UDP, IPSOCK_TCP, IPSOCK_RAW, IPSOCK_PING};
    for (size_t i = 0; text && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(text, ipsock_kind_name(kinds[i])) == 0)
            *kind = kinds[i];
    if (!text || *kind)
        return true;
    fprintf(stderr, "ipsock caps: --kind %s: must be udp, tcp, raw or ping\n", text);
    return false;
}

static bool read_family(const char *text, int *family)
{
    static const int families[] = {IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED};
    for (size_t i = 0; text && i < sizeof families / sizeof families[0]; i++)
        if (strcmp(text, family_name(families[i])) == 0)
            *family = families[i];
    if (!text || *family)
        return true;
    fprintf(stderr, "ipsock caps: --family %s: must be ipv4, ipv6 or mapped\n", text);
    return false;
}

/* The columns asked for, without those that no endpoint has. */
static void select_columns(struct selection *chosen, int kind, int family)
{
    chosen->count = 0;
    for (size_t i = 0; i < COLUMNS; i++) {
        const struct column *column = &all_columns[i];
        bool exists = false;
        for (int feature = 0; feature < IPSOCK_FEATURE_COUNT && !exists; feature++) {
            struct ipsock_capability_answer capability;
            exists = get(column, feature, &capability) &&
                     (capability.level != IPSOCK_ABSENT || is_of_host(&capability));
        }
        if (exists && (!kind || kind == column->kind) && (!family || family == column->family))
            chosen->columns[chosen->count++] = *column;
    }
}

static const char details[] =
    "The text form is a table of levels, and for one kind and family a list with what does the\n"
    "work. CSV and JSON have everything. 'mapped' is IPv4 traffic of a dual-stack endpoint.\n";

int command_caps(int argc, char **argv)
{
    bool csv = false, json = false;
    const char *kind_text = NULL, *family_text = NULL;
    const struct arg_option options[] = {
        {.name = "csv", .help = "as CSV (RFC 4180)", .flag = &csv},
        {.name = "json", .help = "as a JSON object", .flag = &json},
        {.name = "kind", .value = "KIND", .help = "only udp, tcp, raw or ping", .text = &kind_text},
        {.name = "family",
         .value = "FAMILY",
         .help = "only ipv4, ipv6 or mapped",
         .text = &family_text},
    };
    const struct arg_command command = {.name = "caps",
                                        .summary =
                                            "Show what this system can do, how, and why not.",
                                        .details = details,
                                        .options = options,
                                        .option_count = sizeof options / sizeof options[0]};
    struct selection chosen;
    int kind = 0, family = 0;
    const int result = args_parse(&command, argc, argv, NULL);
    if (result != ARGS_RUN)
        return result;
    if (!read_kind(kind_text, &kind) || !read_family(family_text, &family))
        return EXIT_USAGE;
    if (csv && json) {
        fputs("ipsock caps: --csv and --json exclude each other\n", stderr);
        return EXIT_USAGE;
    }
    select_columns(&chosen, kind, family);
    if (csv)
        print_csv(&chosen);
    else if (json)
        print_json(&chosen);
    else if (chosen.count == 1)
        print_list(&chosen.columns[0]);
    else
        print_matrix(&chosen);
    return finish_output(EXIT_OK);
}
