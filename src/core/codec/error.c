// SPDX-License-Identifier: BSD-2-Clause
#include <ipsock/error.h>

#include <string.h>

#include "core/codec/text.h"

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

/* Where code and option say more together than one after the other. */
static const struct {
    int code;
    const char *option, *text;
} special[] = {{IPSOCK_EINVAL, "zone", "the address lacks a zone, its interface (fe80::1%eth0)"},
               {IPSOCK_ENOTSUP, "family", "this host has no such address family"}};

static const char *special_text(const struct ipsock_error *error)
{
    for (size_t i = 0; error->option != NULL && i < sizeof special / sizeof special[0]; i++)
        if (error->code == special[i].code && strcmp(error->option, special[i].option) == 0)
            return special[i].text;
    return NULL;
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
    const char *text_of_both = special_text(error);
    const char *option = text_of_both == NULL ? error->option : NULL;
    if (error->operation != NULL)
        ipsk_text_string(&out, error->operation);
    if (error->operation != NULL && option != NULL)
        ipsk_text_char(&out, ' ');
    if (option != NULL)
        ipsk_text_string(&out, option);
    if (error->operation != NULL || option != NULL)
        ipsk_text_string(&out, ": ");
    ipsk_text_string(&out, text_of_both != NULL ? text_of_both : ipsock_error_text(error->code));
    put_details(&out, error);
    return ipsk_text_finish(&out);
}
