// SPDX-License-Identifier: BSD-2-Clause
#include "expect.h"

#include "harness.h"

static const struct {
    int code;
    const char *name;
} codes[] = {
#define CODE(name, value, text) {value, #name},
    IPSOCK_ERRORS(CODE)
#undef CODE
};

bool expect_parse(const char *cell, struct expectation *out)
{
    static const char absent[] = "absent:";
    static const char *const levels[] = {"works", "exact", "local"};
    out->error = IPSOCK_OK;
    for (size_t i = 0; i < COUNT(levels); i++) {
        if (strcmp(cell, levels[i]) == 0) {
            out->level = (enum expectation_level)i;
            return true;
        }
    }
    if (strncmp(cell, absent, sizeof absent - 1) != 0)
        return false;
    out->level = EXPECT_ABSENT;
    for (size_t i = 0; i < COUNT(codes); i++)
        if (strcmp(cell + sizeof absent - 1, codes[i].name) == 0)
            out->error = codes[i].code;
    return out->error != IPSOCK_OK;
}

/* Splits in place; the last cell takes the rest of the line, commas and all. */
static void split(char *line, char *cells[EXPECT_COLUMNS])
{
    line[strcspn(line, "\r\n")] = '\0';
    for (int i = 0; i < EXPECT_COLUMNS; i++) {
        char *comma = i + 1 < EXPECT_COLUMNS ? strchr(line, ',') : NULL;
        cells[i] = line;
        if (comma != NULL)
            *comma = '\0';
        line = comma != NULL ? comma + 1 : line + strlen(line);
    }
}

void expect_each(expect_row *row)
{
    char line[1024];
    char *cells[EXPECT_COLUMNS];
    FILE *file = fopen(CONFORMANCE_EXPECTATIONS, "r");
    if (file == NULL)
        fail_msg("cannot read %s", CONFORMANCE_EXPECTATIONS);
    for (int number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        if (line[0] == '#' || line[0] == '\n')
            continue;
        split(line, cells);
        row(number, cells);
    }
    fclose(file);
}

/* The lookup in progress; tests ask from their main thread only. */
static struct {
    const char *id, *what;
    int column; /* of this system */
    char cell[64];
} question;

static void answer(int number, char *cells[EXPECT_COLUMNS])
{
    (void)number;
    if (strcmp(cells[0], "id") == 0) {
        for (int i = 2; i < EXPECT_COLUMNS - 1; i++)
            if (strcmp(cells[i], ipsock_system()) == 0)
                question.column = i;
    } else if (question.column != 0 && strcmp(cells[0], question.id) == 0 &&
               strcmp(cells[1], question.what) == 0) {
        snprintf(question.cell, sizeof question.cell, "%s", cells[question.column]);
    }
}

struct expectation expected(const char *id, const char *what)
{
    struct expectation result = {EXPECT_WORKS, IPSOCK_OK};
    question.id = id;
    question.what = what;
    question.column = 0;
    question.cell[0] = '\0';
    expect_each(answer);
    if (question.column == 0)
        fail_msg("%s has no column for %s", CONFORMANCE_EXPECTATIONS, ipsock_system());
    if (question.cell[0] != '\0' && !expect_parse(question.cell, &result))
        fail_msg("%s %s: malformed cell \"%s\"", id, what, question.cell);
    return result;
}

bool expect_code(const char *id, const char *what, int code)
{
    const struct expectation e = expected(id, what);
    const int want = e.level == EXPECT_ABSENT ? e.error : IPSOCK_OK;
    if (code != want)
        fail_msg("%s %s on %s: got %s, expected %s", id, what, ipsock_system(),
                 ipsock_error_name(code), ipsock_error_name(want));
    return want == IPSOCK_OK;
}

bool expect_feature(const char *id, const char *what, int kind, int family, int feature)
{
    static const int levels[] = {IPSOCK_NATIVE, IPSOCK_EXACT, IPSOCK_LOCAL, IPSOCK_ABSENT};
    struct ipsock_capability_answer c;
    CHECK(IPSOCK_OK, ipsock_capability(NULL, kind, family, feature, &c));
    const struct expectation e = expected(id, what);
    if (c.level != levels[e.level])
        fail_msg("%s %s on %s: the ledger says %d for %s, expected %d", id, what, ipsock_system(),
                 c.level, ipsock_feature_name(feature), levels[e.level]);
    return c.level != IPSOCK_ABSENT;
}
