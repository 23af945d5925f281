// SPDX-License-Identifier: BSD-2-Clause
/* What the unit tests share: cmocka with the headers that it wants before it, and checks that say
 * which case of a table failed. */
#ifndef IPSOCK_UNIT_H
#define IPSOCK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ipsock/error.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static inline void unit_int(const char *what, int64_t got, int64_t want)
{
    if (got != want)
        fail_msg("%s: got %lld, want %lld", what, (long long)got, (long long)want);
}

static inline void unit_bytes(const char *what, const void *got, const void *want, size_t length)
{
    if (memcmp(got, want, length) == 0)
        return;
    print_message("%s: the bytes differ\n", what);
    assert_memory_equal(got, want, length);
}

static inline void unit_string(const char *what, const char *got, const char *want)
{
    if (got == NULL || strcmp(got, want) != 0)
        fail_msg("%s: got \"%s\", want \"%s\"", what, got != NULL ? got : "(null)", want);
}

/* The same numbers in every run and on every system (xorshift64). */
static inline uint64_t unit_random(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

/* A copy in a block of exactly this size, so that a sanitizer sees any byte read or written beyond
 * it. Free it. */
static inline void *unit_exact(const void *bytes, size_t length)
{
    void *copy = malloc(length != 0 ? length : 1);
    assert_non_null(copy);
    if (length != 0)
        memcpy(copy, bytes, length);
    return copy;
}

typedef int unit_formatter(const void *object, char *text, size_t size);

/* Formats into buffers of every size up to a little more than enough. Too small: IPSOCK_ENOSPC with
 * the text cut, or empty. No byte outside the buffer changes. */
static inline void unit_every_size(unit_formatter *format, const void *object, const char *want,
                                   bool cut)
{
    enum { GUARD = 16, MAX = 1024 };
    char area[GUARD + MAX + GUARD], untouched[GUARD + MAX + GUARD];
    const size_t length = strlen(want);
    assert_true(length + 3 <= MAX);
    memset(untouched, 0x5a, sizeof untouched);
    for (size_t size = 0; size <= length + 3; size++) {
        memset(area, 0x5a, sizeof area);
        char *text = area + GUARD;
        unit_int(want, format(object, text, size), size > length ? IPSOCK_OK : IPSOCK_ENOSPC);
        unit_bytes("before the buffer", area, untouched, GUARD);
        unit_bytes("behind the buffer", text + size, untouched, GUARD + MAX - size);
        if (size == 0)
            continue;
        const size_t stays = size > length ? length : cut ? size - 1 : 0;
        assert_int_equal(text[stays], '\0');
        unit_bytes(want, text, want, stays);
    }
}

#endif
