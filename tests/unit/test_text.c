// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"

#include "core/codec/text.h"

struct piece {
    const char *want;
    void (*put)(struct ipsk_text *text);
};

static void put_nothing(struct ipsk_text *text)
{
    ipsk_text_string(text, "");
}

static void put_char(struct ipsk_text *text)
{
    ipsk_text_char(text, 'x');
}

static void put_string(struct ipsk_text *text)
{
    ipsk_text_string(text, "hello");
}

static void put_zero(struct ipsk_text *text)
{
    ipsk_text_unsigned(text, 0);
}

static void put_most(struct ipsk_text *text)
{
    ipsk_text_unsigned(text, UINT64_MAX);
}

static void put_least_signed(struct ipsk_text *text)
{
    ipsk_text_signed(text, INT64_MIN);
}

static void put_most_signed(struct ipsk_text *text)
{
    ipsk_text_signed(text, INT64_MAX);
}

static void put_minus_one(struct ipsk_text *text)
{
    ipsk_text_signed(text, -1);
}

static void put_signed_zero(struct ipsk_text *text)
{
    ipsk_text_signed(text, 0);
}

static void put_hex_zero(struct ipsk_text *text)
{
    ipsk_text_hex(text, 0);
}

static void put_hex_most(struct ipsk_text *text)
{
    ipsk_text_hex(text, UINT64_MAX);
}

static void put_hex_digits(struct ipsk_text *text)
{
    ipsk_text_hex_digits(text, 0xdb8);
}

static void put_bytes(struct ipsk_text *text)
{
    static const uint8_t bytes[] = {0x00, 0x0f, 0xf0, 0xff};
    ipsk_text_bytes(text, bytes, sizeof bytes);
}

static void put_several(struct ipsk_text *text)
{
    put_string(text);
    put_char(text);
    put_minus_one(text);
    put_hex_digits(text);
}

static const struct piece pieces[] = {
    {"", put_nothing},
    {"x", put_char},
    {"hello", put_string},
    {"0", put_zero},
    {"18446744073709551615", put_most},
    {"-9223372036854775808", put_least_signed},
    {"9223372036854775807", put_most_signed},
    {"-1", put_minus_one},
    {"0", put_signed_zero},
    {"0x0", put_hex_zero},
    {"0xffffffffffffffff", put_hex_most},
    {"db8", put_hex_digits},
    {"000ff0ff", put_bytes},
    {"hellox-1db8", put_several},
};

static int format_piece(const void *object, char *text, size_t size)
{
    const struct piece *piece = object;
    struct ipsk_text out = ipsk_text_begin(text, size);
    piece->put(&out);
    return ipsk_text_finish(&out);
}

static void text_is_cut_at_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(pieces); i++)
        unit_every_size(format_piece, &pieces[i], pieces[i].want, true);
}

static void text_after_a_cut_is_left_out(void **state)
{
    (void)state;
    char buffer[4];
    struct ipsk_text out = ipsk_text_begin(buffer, sizeof buffer);
    ipsk_text_string(&out, "abcd");
    ipsk_text_string(&out, "e");
    assert_int_equal(out.used, 3);
    assert_int_equal(ipsk_text_finish(&out), IPSOCK_ENOSPC);
    assert_string_equal(buffer, "abc");
}

static void text_without_a_buffer_only_fails(void **state)
{
    (void)state;
    struct ipsk_text out = ipsk_text_begin(NULL, 0);
    ipsk_text_string(&out, "abcd");
    assert_true(out.full);
    assert_int_equal(ipsk_text_finish(&out), IPSOCK_ENOSPC);
}

static void digits_are_those_of_ascii(void **state)
{
    (void)state;
    static const char digits[] = "0123456789", lower[] = "abcdef", upper[] = "ABCDEF";
    for (int i = -128; i < 128; i++) {
        const char c = (char)i;
        const char *digit = c != '\0' ? strchr(digits, c) : NULL;
        const char *low = c != '\0' ? strchr(lower, c) : NULL;
        const char *high = c != '\0' ? strchr(upper, c) : NULL;
        const ptrdiff_t want = digit != NULL  ? digit - digits
                               : low != NULL  ? low - lower + 10
                               : high != NULL ? high - upper + 10
                                              : -1;
        assert_int_equal(ipsk_is_digit(c), digit != NULL);
        assert_int_equal(ipsk_hex_value(c), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_cut_at_any_size),
        cmocka_unit_test(text_after_a_cut_is_left_out),
        cmocka_unit_test(text_without_a_buffer_only_fails),
        cmocka_unit_test(digits_are_those_of_ascii),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
