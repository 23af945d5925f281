// SPDX-License-Identifier: BSD-2-Clause
/* The tables of any system at run time, read from tests/golden/<system>.csv, so that this host runs
 * the codec with another system's rows. Needs UNIT_GOLDEN, the directory. */
#ifndef IPSOCK_UNIT_GOLDEN_H
#define IPSOCK_UNIT_GOLDEN_H

#include <ipsock/capability.h>
#include <ipsock/control.h>

#include "core/table/table.h"
#include "unit.h"

static const char *const golden_systems[] = {"linux",     "freebsd", "netbsd",  "openbsd",
                                             "dragonfly", "darwin",  "windows", "illumos"};

struct golden {
    char *text; /* the rows' strings lie in it */
    struct ipsk_option_row options[128];
    struct ipsk_received_row received[16];
    struct ipsk_sent_row sent[32];
    struct ipsk_absent_row absent[128];
    struct ipsk_limit_row limits[32]; /* ends with one without text */
    size_t limit_count;
    int32_t facts[IPSK_FACT_COUNT];
    size_t fact_count;
    struct ipsk_system system;
};

#define GOLDEN_NAME(name)          #name,
#define GOLDEN_FEATURE(name, text) #name,
static const char *const golden_options[] = {IPSK_OPTION_LIST(GOLDEN_NAME)};
static const char *const golden_encodings[] = {IPSK_ENCODING_LIST(GOLDEN_NAME)};
static const char *const golden_fields[] = {IPSK_FIELD_LIST(GOLDEN_NAME)};
static const char *const golden_sents[] = {IPSK_SENT_LIST(GOLDEN_NAME)};
static const char *const golden_limits[] = {IPSK_LIMIT_LIST(GOLDEN_NAME)};
static const char *const golden_facts[] = {IPSK_FACT_LIST(GOLDEN_NAME)};
static const char *const golden_features[] = {IPSOCK_FEATURES(GOLDEN_FEATURE)};
static const char *const golden_columns[] = {"v4", "v6", "mapped"};
static const char *const golden_kinds[] = {"udp", "tcp", "raw", "ping"};

static inline uint8_t golden_find(const char *const *names, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return (uint8_t)i;
    fail_msg("no such word in the tables' vocabulary: %s", word);
    return 0;
}

/* "udp+raw" */
static inline uint8_t golden_kind_bits(const char *word)
{
    char copy[32];
    unsigned bits = 0;
    assert_true(strlen(word) < sizeof copy);
    strcpy(copy, word);
    for (char *kind = copy; kind != NULL;) {
        char *plus = strchr(kind, '+');
        if (plus != NULL)
            *plus++ = '\0';
        bits |= 1u << golden_find(golden_kinds, COUNT(golden_kinds), kind);
        kind = plus;
    }
    return (uint8_t)bits;
}

/* "12", or "NAME=12": the number, which stands last. */
static inline long golden_number(const char *word)
{
    const char *equals = strrchr(word, '=');
    const char *digits = equals != NULL ? equals + 1 : word;
    char *end;
    const long value = strtol(digits, &end, 10);
    if (end == digits || *end != '\0')
        fail_msg("no number: %s", word);
    return value;
}

/* "NAME=12" becomes "NAME". */
static inline const char *golden_name(char *word)
{
    char *equals = strrchr(word, '=');
    if (equals != NULL)
        *equals = '\0';
    return word;
}

static inline void golden_option(struct golden *g, char *w[])
{
    assert_true(g->system.option_count < COUNT(g->options));
    const struct ipsk_option_row row = {
        .option = golden_find(golden_options, COUNT(golden_options), w[1]),
        .kinds = golden_kind_bits(w[2]),
        .column = golden_find(golden_columns, COUNT(golden_columns), w[3]),
        .level = (int32_t)golden_number(w[4]),
        .name = (int32_t)golden_number(w[5]),
        .set = golden_find(golden_encodings, COUNT(golden_encodings), w[6]),
        .get = golden_find(golden_encodings, COUNT(golden_encodings), w[7]),
        .on = (int32_t)golden_number(w[8]),
        .reset = (int32_t)golden_number(w[9]),
        .since = (uint32_t)golden_number(w[10]),
        .text = golden_name(w[5]),
    };
    g->options[g->system.option_count++] = row;
}

static inline void golden_received(struct golden *g, char *w[])
{
    assert_true(g->system.received_count < COUNT(g->received));
    const struct ipsk_received_row row = {
        .level = (int32_t)golden_number(w[1]),
        .type = (int32_t)golden_number(w[2]),
        .minimum = (uint16_t)golden_number(w[3]),
        .usual = (uint16_t)golden_number(w[4]),
        .field = golden_find(golden_fields, COUNT(golden_fields), w[5]),
        .a = (uint8_t)golden_number(w[6]),
        .b = (uint8_t)golden_number(w[7]),
        .text = golden_name(w[2]),
    };
    g->received[g->system.received_count++] = row;
}

static inline void golden_sent(struct golden *g, char *w[])
{
    assert_true(g->system.sent_count < COUNT(g->sent));
    const struct ipsk_sent_row row = {
        .kinds = golden_kind_bits(w[1]),
        .column = golden_find(golden_columns, COUNT(golden_columns), w[2]),
        .level = (int32_t)golden_number(w[3]),
        .type = (int32_t)golden_number(w[4]),
        .length = (uint16_t)golden_number(w[5]),
        .encoding = golden_find(golden_sents, COUNT(golden_sents), w[6]),
        .a = (uint8_t)golden_number(w[7]),
        .b = (uint8_t)golden_number(w[8]),
        .since = (uint32_t)golden_number(w[9]),
        .fields = (uint32_t)golden_number(w[10]),
        .text = golden_name(w[4]),
    };
    g->sent[g->system.sent_count++] = row;
}

static inline void golden_absent(struct golden *g, char *w[])
{
    assert_true(g->system.absent_count < COUNT(g->absent));
    const struct ipsk_absent_row row = {
        .feature = golden_find(golden_features, COUNT(golden_features), w[1]),
        .kinds = golden_kind_bits(w[2]),
        .column = golden_find(golden_columns, COUNT(golden_columns), w[3]),
        .reason = w[4],
    };
    g->absent[g->system.absent_count++] = row;
}

static inline void golden_limit(struct golden *g, char *w[])
{
    assert_true(g->limit_count < COUNT(g->limits) - 1);
    const struct ipsk_limit_row row = {
        .limit = golden_find(golden_limits, COUNT(golden_limits), w[1]),
        .column = golden_find(golden_columns, COUNT(golden_columns), w[2]),
        .text = w[3],
    };
    g->limits[g->limit_count++] = row;
}

/* Splits a line at its commas, the last word of an "absent" row excepted: it is quoted text. */
static inline void golden_line(struct golden *g, char *line)
{
    char *w[12] = {line};
    const bool absent = strncmp(line, "absent,", 7) == 0;
    size_t n = 1;
    for (char *comma = strchr(line, ','); comma != NULL && n < (absent ? 5u : COUNT(w));
         comma = strchr(comma + 1, ',')) {
        *comma = '\0';
        w[n++] = comma + 1;
    }
    if (strcmp(w[0], "option") == 0 && n == 11)
        golden_option(g, w);
    else if (strcmp(w[0], "received") == 0 && n == 8)
        golden_received(g, w);
    else if (strcmp(w[0], "sent") == 0 && n == 11)
        golden_sent(g, w);
    else if (absent && n == 5)
        golden_absent(g, w);
    else if (strcmp(w[0], "limit") == 0 && n == 4)
        golden_limit(g, w);
    else if (strcmp(w[0], "fact") == 0 && n == 3) {
        g->facts[golden_find(golden_facts, COUNT(golden_facts), w[1])] =
            (int32_t)golden_number(w[2]);
        g->fact_count++;
    } else if (strcmp(w[0], "system") == 0 && n == 2)
        g->system.name = w[1];
    else
        fail_msg("a row of %zu words is none of the tables': %s", n, w[0]);
}

static inline char *golden_read(const char *system)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.csv", UNIT_GOLDEN, system);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    enum { MOST = 1 << 16 };
    char *text = malloc(MOST);
    assert_non_null(text);
    const size_t length = fread(text, 1, MOST - 1, file);
    fclose(file);
    assert_true(length < MOST - 1);
    text[length] = '\0';
    return text;
}

static inline struct golden *golden_load(const char *system)
{
    struct golden *g = calloc(1, sizeof *g);
    assert_non_null(g);
    g->text = golden_read(system);
    for (char *line = g->text; *line != '\0';) {
        char *end = strchr(line, '\n');
        assert_non_null(end);
        *end = '\0';
        if (*line != '#' && *line != '\0')
            golden_line(g, line);
        line = end + 1;
    }
    g->system.options = g->options;
    g->system.received = g->received;
    g->system.sent = g->sent;
    g->system.absent = g->absent;
    g->system.limits = g->limits;
    g->system.facts = g->facts;
    unit_string("system", g->system.name, system);
    return g;
}

static inline void golden_free(struct golden *g)
{
    free(g->text);
    free(g);
}

#endif
