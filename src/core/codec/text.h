// SPDX-License-Identifier: BSD-2-Clause
/* Text in a caller's buffer: never a byte outside, always NUL-terminated, cut where it ends. Stands
 * in for snprintf and ctype, which depend on the locale and, on some systems, on stdio. */
#ifndef IPSK_TEXT_H
#define IPSK_TEXT_H

#include <ipsock/error.h>

struct ipsk_text {
    char *out;
    size_t size; /* bytes at out, terminator included */
    size_t used; /* characters written */
    bool full;   /* something was left out */
};

static inline struct ipsk_text ipsk_text_begin(char *out, size_t size)
{
    const struct ipsk_text text = {out, size, 0, false};
    return text;
}

void ipsk_text_char(struct ipsk_text *text, char c);
void ipsk_text_string(struct ipsk_text *text, const char *string);
void ipsk_text_unsigned(struct ipsk_text *text, uint64_t value);
void ipsk_text_signed(struct ipsk_text *text, int64_t value);
void ipsk_text_hex(struct ipsk_text *text, uint64_t value);                        /* 0x2a */
void ipsk_text_hex_digits(struct ipsk_text *text, uint64_t value);                 /* 2a */
void ipsk_text_bytes(struct ipsk_text *text, const uint8_t *bytes, size_t length); /* 00ff2a */

/* "name=42", "name=0x2a"; the name brings what goes before the value. */
void ipsk_text_field(struct ipsk_text *text, const char *name, uint64_t value);
void ipsk_text_field_hex(struct ipsk_text *text, const char *name, uint64_t value);

/* Terminates. IPSOCK_OK, or IPSOCK_ENOSPC when the text was cut. */
int ipsk_text_finish(struct ipsk_text *text);

static inline bool ipsk_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decimal without sign or leading zero, at most max. Moves *at behind it. */
static inline bool ipsk_take_decimal(const char **at, uint32_t max, uint32_t *value)
{
    const char *p = *at;
    uint64_t n = 0;
    for (; n <= max && ipsk_is_digit(*p); p++)
        n = n * 10 + (uint32_t)(*p - '0');
    if (p == *at || n > max || (**at == '0' && p != *at + 1))
        return false;
    *at = p;
    *value = (uint32_t)n;
    return true;
}

/* Value of a hexadecimal digit, -1 for another character. */
static inline int ipsk_hex_value(char c)
{
    if (ipsk_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

#endif
