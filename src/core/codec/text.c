// SPDX-License-Identifier: BSD-2-Clause
#include "core/codec/text.h"

static const char digits[] = "0123456789abcdef";

void ipsk_text_char(struct ipsk_text *text, char c)
{
    /* one byte stays for the terminator; what comes after a cut is left out, too, however short */
    if (text->full || text->size - text->used < 2) {
        text->full = true;
        return;
    }
    text->out[text->used++] = c;
}

void ipsk_text_string(struct ipsk_text *text, const char *string)
{
    while (*string != '\0')
        ipsk_text_char(text, *string++);
}

static void put_number(struct ipsk_text *text, uint64_t value, unsigned base)
{
    char reversed[20]; /* digits of UINT64_MAX */
    size_t n = 0;
    do {
        reversed[n++] = digits[value % base];
        value /= base;
    } while (value != 0);
    while (n > 0)
        ipsk_text_char(text, reversed[--n]);
}

void ipsk_text_unsigned(struct ipsk_text *text, uint64_t value)
{
    put_number(text, value, 10);
}

void ipsk_text_signed(struct ipsk_text *text, int64_t value)
{
    if (value < 0)
        ipsk_text_char(text, '-');
    /* negated as unsigned: INT64_MIN has no positive counterpart */
    put_number(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

void ipsk_text_hex(struct ipsk_text *text, uint64_t value)
{
    ipsk_text_string(text, "0x");
    put_number(text, value, 16);
}

void ipsk_text_hex_digits(struct ipsk_text *text, uint64_t value)
{
    put_number(text, value, 16);
}

void ipsk_text_bytes(struct ipsk_text *text, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        ipsk_text_char(text, digits[bytes[i] >> 4]);
        ipsk_text_char(text, digits[bytes[i] & 0x0f]);
    }
}

void ipsk_text_field(struct ipsk_text *text, const char *name, uint64_t value)
{
    ipsk_text_string(text, name);
    ipsk_text_unsigned(text, value);
}

void ipsk_text_field_hex(struct ipsk_text *text, const char *name, uint64_t value)
{
    ipsk_text_string(text, name);
    ipsk_text_hex(text, value);
}

int ipsk_text_finish(struct ipsk_text *text)
{
    if (text->size == 0)
        return IPSOCK_ENOSPC;
    text->out[text->used] = '\0';
    return text->full ? IPSOCK_ENOSPC : IPSOCK_OK;
}
