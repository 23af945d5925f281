// SPDX-License-Identifier: BSD-2-Clause
/* The expectation file itself: well formed, cited, and every row asked for by a test. */
#include "harness.h"

static int rows;

static void check_row(int line, char *cells[EXPECT_COLUMNS])
{
    bool all_work = true;
    if (strcmp(cells[0], "id") == 0) {
        assert_string_equal(cells[1], "case");
        assert_string_equal(cells[EXPECT_COLUMNS - 1], "citation");
        return;
    }
    for (int i = 2; i < EXPECT_COLUMNS - 1; i++) {
        struct expectation e;
        if (!expect_parse(cells[i], &e))
            fail_msg("line %d: cell \"%s\"", line, cells[i]);
        all_work = all_work && e.level == EXPECT_WORKS;
    }
    if (all_work)
        fail_msg("line %d: works everywhere, so it needs no row", line);
    if (strstr(cells[EXPECT_COLUMNS - 1], ".md §") == NULL)
        fail_msg("line %d: no row of the platform files is cited", line);
    rows++;
}

static void expectations_are_well_formed(void **state)
{
    (void)state;
    rows = 0;
    expect_each(check_row);
    assert_true(rows > 0);
}

/* Whether a file has the quoted word in it. */
static bool mentions(const char *path, const char *word)
{
    char line[1024], quoted[128];
    bool found = false;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("cannot read %s", path);
    snprintf(quoted, sizeof quoted, "\"%s\"", word);
    while (!found && fgets(line, sizeof line, file) != NULL)
        found = strstr(line, quoted) != NULL;
    fclose(file);
    return found;
}

static void check_asked(int line, char *cells[EXPECT_COLUMNS])
{
    char sources[] = CONFORMANCE_SOURCES;
    char *path = sources;
    if (strcmp(cells[0], "id") == 0)
        return;
    for (char *end = path; end != NULL; path = end + 1) {
        end = strchr(path, ',');
        if (end != NULL)
            *end = '\0';
        /* "path-mtu-v4" may be made of "path-mtu-%s", or of "path-mtu" and a column's name */
        char stem[64], pattern[64];
        snprintf(stem, sizeof stem, "%s", cells[1]);
        char *dash = strrchr(stem, '-');
        if (dash != NULL)
            *dash = '\0';
        snprintf(pattern, sizeof pattern, "%.60s-%%s", stem);
        if (mentions(path, cells[0]) &&
            (mentions(path, cells[1]) || mentions(path, stem) || mentions(path, pattern)))
            return;
        if (end == NULL)
            break;
    }
    fail_msg("line %d: no test asks for %s %s", line, cells[0], cells[1]);
}

static void expectations_are_all_asked_for(void **state)
{
    (void)state;
    expect_each(check_asked);
}

/* Two rows for one case would contradict each other. */
static char seen[256][96];
static int seen_count;

static void check_single(int line, char *cells[EXPECT_COLUMNS])
{
    char key[96];
    snprintf(key, sizeof key, "%s %s", cells[0], cells[1]);
    for (int i = 0; i < seen_count; i++)
        if (strcmp(seen[i], key) == 0)
            fail_msg("line %d: %s again", line, key);
    assert_in_range(seen_count, 0, 255);
    memcpy(seen[seen_count++], key, sizeof key);
}

static void expectations_are_single(void **state)
{
    (void)state;
    seen_count = 0;
    expect_each(check_single);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expectations_are_well_formed),
        cmocka_unit_test(expectations_are_all_asked_for),
        cmocka_unit_test(expectations_are_single),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
