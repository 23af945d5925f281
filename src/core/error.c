// SPDX-License-Identifier: BSD-2-Clause
#include <ipsock/error.h>

#include "core/text.h"

const char *ipsock_version(void)
{
    return IPSOCK_VERSION;
}

/* A switch: the compiler refuses a list that gives two errors the same number. */
const char *ipsock_error_name(int code)
{
    if (code >= 0)
        return "IPSOCK_OK";
    switch (code) {
#define NAME(name, value, text) \
    case (value):               \
        return "IPSOCK_" #name;
        IPSOCK_ERRORS(NAME)
#undef NAME
    default:
        return "IPSOCK_E?";
    }
}

const char *ipsock_error_text(int code)
{
    if (code >= 0)
        return "success";
    switch (code) {
#define TEXT(name, value, text) \
    case (value):               \
        return text;
        IPSOCK_ERRORS(TEXT)
#undef TEXT
    default:
        return "unknown error";
    }
}

/* " (native 1, index 2)", or the half of it that there is, or nothing. */
static void put_details(struct ipsk_text *out, const struct ipsock_error *error)
{
    const bool index = error->index != IPSOCK_NO_INDEX;
    if (error->native == 0 && !index)
        return;
    ipsk_text_string(out, " (");
    if (error->native != 0) {
        ipsk_text_string(out, "native ");
        ipsk_text_signed(out, error->native);
        if (index)
            ipsk_text_string(out, ", ");
    }
    if (index) {
        ipsk_text_string(out, "index ");
        ipsk_text_unsigned(out, error->index);
    }
    ipsk_text_char(out, ')');
}

int ipsock_error_format(const struct ipsock_error *error, char *text, size_t size)
{
    if (error == NULL || text == NULL)
        return IPSOCK_EINVAL;
    struct ipsk_text out = ipsk_text_begin(text, size);
    /* nothing failed: whatever else a zeroed struct seems to say */
    if (error->code >= 0) {
        ipsk_text_string(&out, ipsock_error_text(error->code));
        return ipsk_text_finish(&out);
    }
    if (error->operation != NULL)
        ipsk_text_string(&out, error->operation);
    if (error->operation != NULL && error->option != NULL)
        ipsk_text_char(&out, ' ');
    if (error->option != NULL)
        ipsk_text_string(&out, error->option);
    if (error->operation != NULL || error->option != NULL)
        ipsk_text_string(&out, ": ");
    ipsk_text_string(&out, ipsock_error_text(error->code));
    put_details(&out, error);
    return ipsk_text_finish(&out);
}
