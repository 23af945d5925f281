// SPDX-License-Identifier: BSD-2-Clause
/* Which tests need what the system below the library may lack: needs.csv. What it lacks is found
 * out by trying (system_lacks), never by its name. */
#include "harness.h"

/* *state: why. */
static void skip_lacking(void **state)
{
    need(false, *state);
}

/* The first need of a case that is not there; NULL: none. With IPSOCK_TEST_LACKING all tests run,
 * which shows rows that are not needed. */
static const char *why_not(const char *name)
{
    char line[256];
    const char *reason = NULL;
    FILE *file = getenv("IPSOCK_TEST_LACKING") == NULL ? fopen(CONFORMANCE_NEEDS, "r") : NULL;
    if (file == NULL)
        return NULL;
    while (reason == NULL && fgets(line, sizeof line, file) != NULL) {
        char *comma = strchr(line, ',');
        if (line[0] == '#' || comma == NULL)
            continue;
        *comma = '\0';
        comma[1 + strcspn(comma + 1, "\r\n")] = '\0';
        if (strcmp(line, name) == 0)
            reason = system_lacks(comma + 1);
    }
    fclose(file);
    return reason;
}

int run_cases(const struct CMUnitTest *tests, size_t count)
{
    struct CMUnitTest *run = calloc(count, sizeof *run);
    if (run == NULL)
        return 1;
    memcpy(run, tests, count * sizeof *run);
    for (size_t i = 0; i < count; i++) {
        const char *reason = why_not(run[i].name);
        if (reason == NULL)
            continue;
        run[i].test_func = skip_lacking;
        run[i].initial_state = (void *)(uintptr_t)reason;
    }
    const int failed = _cmocka_run_group_tests("tests", run, count, NULL, NULL);
    free(run);
    return failed;
}
