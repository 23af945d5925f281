// SPDX-License-Identifier: BSD-2-Clause
/* What each system is expected to do: expectations.csv. Cases not named there work everywhere. */
#ifndef CONFORMANCE_EXPECT_H
#define CONFORMANCE_EXPECT_H

#include <stdbool.h>

#include <ipsock/capability.h>

enum expectation_level { EXPECT_WORKS, EXPECT_EXACT, EXPECT_LOCAL, EXPECT_ABSENT };

struct expectation {
    enum expectation_level level;
    int error; /* of EXPECT_ABSENT */
};

/* The expectation of this system. A file that cannot be read or a malformed cell fails the test. */
struct expectation expected(const char *id, const char *what);

/* Compares a call's code with the expectation: true if the behaviour is there and the test goes on.
 * Working where "absent" is expected fails as does the reverse. */
bool expect_code(const char *id, const char *what, int code);

/* The same for the ledger: the level of a feature is the expected one. */
bool expect_feature(const char *id, const char *what, int kind, int family, int feature);

/* For the test of the file itself: calls row for each line, cells split. */
#define EXPECT_COLUMNS 10
typedef void expect_row(int line, char *cells[EXPECT_COLUMNS]);
void expect_each(expect_row *row);
/* Whether a cell is well formed. */
bool expect_parse(const char *cell, struct expectation *out);

#endif
