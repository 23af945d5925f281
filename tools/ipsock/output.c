// SPDX-License-Identifier: BSD-2-Clause
#include "tool.h"

#include <string.h>

/* Plain text goes out as a whole: standard error has no buffer. */
void print_escaped(FILE *out, const char *text, size_t length)
{
    size_t plain = 0;
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        const bool marked = byte == '\\' || byte == '"';
        if (!marked && byte >= 0x20 && byte < 0x7f)
            continue;
        fwrite(text + plain, 1, i - plain, out);
        fprintf(out, marked ? "\\%c" : "\\x%02x", byte);
        plain = i + 1;
    }
    fwrite(text + plain, 1, length - plain, out);
}

void print_addr(FILE *out, const struct ipsock_addr *addr)
{
    char text[IPSOCK_ADDR_TEXT];
    if (ipsock_addr_format(addr, text, sizeof text) < 0)
        text[0] = '?', text[1] = '\0';
    print_escaped(out, text, strlen(text));
}

void print_count(FILE *out, uint64_t count, const char *thing)
{
    const size_t length = strlen(thing);
    const bool ies = count != 1 && thing[length - 1] == 'y';
    fprintf(out, "%llu %.*s%s", (unsigned long long)count, (int)(length - ies), thing,
            ies          ? "ies"
            : count != 1 ? "s"
                         : "");
}

/* Bytes of the UTF-8 sequence at text; 0 if it is none. Overlong forms and surrogates are none. */
static size_t utf8_length(const unsigned char *text)
{
    static const struct {
        unsigned char mask, lead;
        size_t length;
        unsigned long min;
    } forms[] = {{0x80, 0x00, 1, 0},
                 {0xe0, 0xc0, 2, 0x80},
                 {0xf0, 0xe0, 3, 0x800},
                 {0xf8, 0xf0, 4, 0x10000}};
    for (size_t f = 0; f < sizeof forms / sizeof forms[0]; f++) {
        if ((text[0] & forms[f].mask) != forms[f].lead)
            continue;
        unsigned long code = text[0] & (unsigned char)~forms[f].mask;
        for (size_t i = 1; i < forms[f].length; i++) {
            if ((text[i] & 0xc0) != 0x80) // the closing NUL ends up here as well
                return 0;
            code = code << 6 | (text[i] & 0x3f);
        }
        const bool valid =
            code >= forms[f].min && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        return valid ? forms[f].length : 0;
    }
    return 0;
}

static void json_character(FILE *out, unsigned byte)
{
    if (byte == '"' || byte == '\\')
        fprintf(out, "\\%c", (int)byte);
    else if (byte >= 0x20 && byte < 0x7f)
        fputc((int)byte, out);
    else
        fprintf(out, "\\u%04x", byte);
}

void json_text(FILE *out, const char *text)
{
    if (!text) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    for (const unsigned char *at = (const unsigned char *)text; *at;) {
        const size_t length = utf8_length(at);
        if (length > 1)
            fwrite(at, 1, length, out);
        else
            json_character(out, length ? *at : 0xfffd);
        at += length ? length : 1;
    }
    fputc('"', out);
}

void json_bytes(FILE *out, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    fputc('"', out);
    for (size_t i = 0; i < length; i++)
        json_character(out, at[i]);
    fputc('"', out);
}

void json_addr(FILE *out, const struct ipsock_addr *addr)
{
    char text[IPSOCK_ADDR_TEXT];
    json_text(out, ipsock_addr_format(addr, text, sizeof text) < 0 ? NULL : text);
}

int finish_output(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fputs("ipsock: cannot write the output\n", stderr);
    return EXIT_FAIL;
}

static int say(const char *command, const char *subject, const char *text)
{
    fflush(stdout); // what was received before the failure comes before it
    fprintf(stderr, "ipsock %s: ", command);
    for (; *subject; subject++) // as it was typed, but nothing that writes to the terminal
        fprintf(stderr, (unsigned char)*subject < ' ' || *subject == 0x7f ? "\\x%02x" : "%c",
                (unsigned char)*subject);
    fprintf(stderr, ": %s\n", text);
    fflush(stderr);
    return EXIT_FAIL;
}

int fail(const char *command, const char *subject, const struct ipsock_error *error)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_error_format(error, text, sizeof text);
    return say(command, subject, text);
}

int fail_code(const char *command, const char *subject, int code)
{
    return say(command, subject, ipsock_error_text(code));
}

int fail_endpoint(const char *command, const char *subject, struct ipsock_endpoint *s,
                  int direction)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_explain(s, direction, text, sizeof text);
    return say(command, subject, text);
}
