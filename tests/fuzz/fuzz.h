// SPDX-License-Identifier: BSD-2-Clause
/* What the fuzzers share. Each is one file with LLVMFuzzerTestOneInput, which checks properties of
 * the library for one input. libFuzzer calls it, or main.c with the seeds. */
#ifndef IPSOCK_FUZZ_H
#define IPSOCK_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ipsock/error.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A property. One that does not hold ends the program, with its line in the stack. */
#define REQUIRE(condition) \
    ((condition) ? (void)0 : fuzz_broken(#condition, __FILE__, __LINE__, __func__))

static inline void fuzz_broken(const char *condition, const char *file, int line,
                               const char *function)
{
    fprintf(stderr, "%s:%d: %s: does not hold: %s\n", file, line, function, condition);
    abort();
}

/* The input, taken from its front; behind its end come zeros. Numbers are little-endian on every
 * machine, so that a seed means the same on all. */
struct fuzz_in {
    const uint8_t *at;
    size_t left;
};

static inline uint8_t fuzz_u8(struct fuzz_in *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

static inline uint16_t fuzz_u16(struct fuzz_in *in)
{
    const unsigned low = fuzz_u8(in);
    return (uint16_t)((unsigned)fuzz_u8(in) << 8 | low);
}

static inline uint32_t fuzz_u32(struct fuzz_in *in)
{
    const uint32_t low = fuzz_u16(in);
    return (uint32_t)fuzz_u16(in) << 16 | low;
}

static inline void fuzz_bytes(struct fuzz_in *in, void *to, size_t length)
{
    const size_t there = length < in->left ? length : in->left;
    memset(to, 0, length);
    if (there != 0)
        memcpy(to, in->at, there);
    in->at += there;
    in->left -= there;
}

/* A block of exactly this size, so that a sanitizer sees any byte read or written beyond it. Free
 * it. */
static inline void *fuzz_room(size_t size)
{
    void *room = malloc(size != 0 ? size : 1);
    if (room == NULL)
        abort();
    memset(room, 0xa5, size);
    return room;
}

static inline void *fuzz_copy(const void *bytes, size_t length)
{
    void *copy = fuzz_room(length);
    if (length != 0)
        memcpy(copy, bytes, length);
    return copy;
}

/* Whether nobody wrote to a room, or to an object filled with 0xa5. */
static inline bool fuzz_untouched(const void *object, size_t size)
{
    const uint8_t *p = object;
    for (size_t i = 0; i < size; i++)
        if (p[i] != 0xa5)
            return false;
    return true;
}

typedef int fuzz_formatter(const void *object, char *text, size_t size);

/* What the header promises of every text: a buffer of a size that is named there holds it; in any
 * other one it is whole, or cut (or, instead, empty) with IPSOCK_ENOSPC. */
static inline void fuzz_format(fuzz_formatter *format, const void *object, size_t enough,
                               size_t other, bool cut)
{
    char *whole = fuzz_room(enough);
    REQUIRE(format(object, whole, enough) == IPSOCK_OK);
    const size_t length = strlen(whole);
    const size_t size = other % (length + 2);
    char *text = fuzz_room(size);
    const int code = format(object, text, size);
    REQUIRE(code == (size > length ? IPSOCK_OK : IPSOCK_ENOSPC));
    if (size != 0) {
        const size_t stays = size > length ? length : cut ? size - 1 : 0;
        REQUIRE(text[stays] == '\0' && memcmp(text, whole, stays) == 0);
    }
    free(text);
    free(whole);
}

/* And of no object. */
static inline void fuzz_format_nil(fuzz_formatter *format)
{
    char text[8];
    REQUIRE(format(NULL, text, sizeof text) == IPSOCK_OK && strcmp(text, "<nil>") == 0);
    REQUIRE(format(NULL, NULL, 0) == IPSOCK_EINVAL);
}

#endif
