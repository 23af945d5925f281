// SPDX-License-Identifier: BSD-2-Clause
#include "unit.h"

struct named {
    int code, value;
    const char *name, *text;
};

/* The numbers are part of the binary interface: written out here, not taken from the list. */
static const struct named errors[] = {
    {IPSOCK_EINVAL, -1, "IPSOCK_EINVAL", "invalid argument"},
    {IPSOCK_ECLOSED, -2, "IPSOCK_ECLOSED", "endpoint is closed or null"},
    {IPSOCK_EKIND, -3, "IPSOCK_EKIND", "not possible on this kind of endpoint"},
    {IPSOCK_EFAMILY, -4, "IPSOCK_EFAMILY", "address of the wrong family"},
    {IPSOCK_EMISSADDR, -5, "IPSOCK_EMISSADDR", "address missing"},
    {IPSOCK_ENOTSUP, -6, "IPSOCK_ENOTSUP", "not supported on this system"},
    {IPSOCK_EUNDECLARED, -7, "IPSOCK_EUNDECLARED",
     "control field was not declared when the endpoint was opened"},
    {IPSOCK_ENOSPC, -8, "IPSOCK_ENOSPC", "buffer too small"},
    {IPSOCK_EFORKED, -9, "IPSOCK_EFORKED",
     "endpoint belongs to the parent process; a child may only close it"},
    {IPSOCK_EAGAIN, -10, "IPSOCK_EAGAIN", "operation would block"},
    {IPSOCK_ETIMEDOUT, -11, "IPSOCK_ETIMEDOUT", "deadline passed"},
    {IPSOCK_ECANCELED, -12, "IPSOCK_ECANCELED", "cancelled"},
    {IPSOCK_EPERM, -20, "IPSOCK_EPERM", "missing privilege"},
    {IPSOCK_ENOMEM, -21, "IPSOCK_ENOMEM", "out of memory"},
    {IPSOCK_ENOBUFS, -22, "IPSOCK_ENOBUFS",
     "no buffer space, or a limit of the system was reached"},
    {IPSOCK_ENFILE, -23, "IPSOCK_ENFILE", "too many open handles"},
    {IPSOCK_ENOTSOCK, -24, "IPSOCK_ENOTSOCK", "handle is closed or is not an IP socket"},
    {IPSOCK_ENODEV, -25, "IPSOCK_ENODEV", "no such interface"},
    {IPSOCK_EADDRINUSE, -26, "IPSOCK_EADDRINUSE", "address already in use"},
    {IPSOCK_EADDRNOTAVAIL, -27, "IPSOCK_EADDRNOTAVAIL", "address not available"},
    {IPSOCK_EMSGSIZE, -28, "IPSOCK_EMSGSIZE", "message too large"},
    {IPSOCK_ENOTCONN, -29, "IPSOCK_ENOTCONN", "not connected"},
    {IPSOCK_EISCONN, -30, "IPSOCK_EISCONN", "already connected"},
    {IPSOCK_EBROADCAST, -31, "IPSOCK_EBROADCAST", "broadcast was not enabled on this endpoint"},
    {IPSOCK_ESYSTEM, -32, "IPSOCK_ESYSTEM", "system error"},
    {IPSOCK_EFIREWALL, -33, "IPSOCK_EFIREWALL", "refused by a firewall of this host"},
    {IPSOCK_ECONNREFUSED, -40, "IPSOCK_ECONNREFUSED", "connection refused"},
    {IPSOCK_ECONNRESET, -41, "IPSOCK_ECONNRESET", "connection reset by peer"},
    {IPSOCK_ECONNABORTED, -42, "IPSOCK_ECONNABORTED", "connection aborted"},
    {IPSOCK_EPIPE, -43, "IPSOCK_EPIPE", "connection was shut down"},
    {IPSOCK_ENETUNREACH, -44, "IPSOCK_ENETUNREACH", "network unreachable"},
    {IPSOCK_EHOSTUNREACH, -45, "IPSOCK_EHOSTUNREACH", "host unreachable"},
    {IPSOCK_ENETDOWN, -46, "IPSOCK_ENETDOWN", "network is down"},
    {IPSOCK_ECONNTIMEDOUT, -47, "IPSOCK_ECONNTIMEDOUT",
     "connection timed out: the peer does not answer"},
    {IPSOCK_ENOTFOUND, -50, "IPSOCK_ENOTFOUND", "no such host or address"},
    {IPSOCK_ETRYAGAIN, -51, "IPSOCK_ETRYAGAIN", "temporary failure in name resolution"},
    {IPSOCK_ERESOLVE, -52, "IPSOCK_ERESOLVE", "name resolution failed"},
    {IPSOCK_EMEMBER, -60, "IPSOCK_EMEMBER",
     "already a member, or source already joined or excluded"},
    {IPSOCK_ENOTMEMBER, -61, "IPSOCK_ENOTMEMBER", "not a member, or source not joined or excluded"},
    {IPSOCK_EFILTERMODE, -62, "IPSOCK_EFILTERMODE",
     "any-source and source-specific membership of one group do not mix"},
    {IPSOCK_ENOHEADER, -70, "IPSOCK_ENOHEADER", "no header given"},
    {IPSOCK_EHDRSHORT, -71, "IPSOCK_EHDRSHORT", "header too short"},
    {IPSOCK_EEXTSHORT, -72, "IPSOCK_EEXTSHORT", "header options beyond the data"},
    {IPSOCK_EVERSION, -73, "IPSOCK_EVERSION", "wrong IP version in header"},
    {IPSOCK_EHDRLEN, -74, "IPSOCK_EHDRLEN", "header length field out of range"},
    {IPSOCK_EOPTLEN, -75, "IPSOCK_EOPTLEN", "header options not a multiple of 4, or over 40 bytes"},
    {IPSOCK_ETOTALLEN, -76, "IPSOCK_ETOTALLEN", "total length disagrees with the data"},
    {IPSOCK_EMSGSHORT, -77, "IPSOCK_EMSGSHORT", "ICMP message too short"},
    {IPSOCK_EPROTOCOL, -78, "IPSOCK_EPROTOCOL", "invalid protocol or ICMP type"},
    {IPSOCK_EEXTENSION, -79, "IPSOCK_EEXTENSION", "invalid ICMP extension"},
    {IPSOCK_ECHECKSUM, -80, "IPSOCK_ECHECKSUM", "wrong checksum"},
    {IPSOCK_ECONTROL, -81, "IPSOCK_ECONTROL", "malformed control data"},
    {IPSOCK_EPROGRAM, -90, "IPSOCK_EPROGRAM", "invalid filter program"},
    {IPSOCK_EFILTERVIEW, -91, "IPSOCK_EFILTERVIEW",
     "filter program needs data that is not visible here"},
};

static void error_codes_keep_their_numbers(void **state)
{
    (void)state;
    size_t listed = 0;
#define COUNT_ONE(name, value, text) listed++;
    IPSOCK_ERRORS(COUNT_ONE)
#undef COUNT_ONE
    assert_int_equal(listed, COUNT(errors));
    for (size_t i = 0; i < COUNT(errors); i++)
        unit_int(errors[i].name, errors[i].code, errors[i].value);
}

static void error_codes_have_names_and_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        unit_string(errors[i].name, ipsock_error_name(errors[i].value), errors[i].name);
        unit_string(errors[i].name, ipsock_error_text(errors[i].value), errors[i].text);
    }
}

static bool is_listed(int code)
{
    for (size_t i = 0; i < COUNT(errors); i++)
        if (errors[i].value == code)
            return true;
    return false;
}

static void error_of_another_number_is_unknown_or_success(void **state)
{
    (void)state;
    static const int unknown[] = {-13, -92, -1000, INT32_MIN};
    for (int code = -200; code < 200; code++) {
        if (is_listed(code))
            continue;
        unit_string("name", ipsock_error_name(code), code < 0 ? "IPSOCK_E?" : "IPSOCK_OK");
        unit_string("text", ipsock_error_text(code), code < 0 ? "unknown error" : "success");
    }
    for (size_t i = 0; i < COUNT(unknown); i++)
        unit_string("name", ipsock_error_name(unknown[i]), "IPSOCK_E?");
    unit_string("name", ipsock_error_name(INT32_MAX), "IPSOCK_OK");
}

struct formatted {
    struct ipsock_error error;
    const char *want;
};

static const struct formatted formats[] = {
    {{IPSOCK_EPERM, 1, "setsockopt", "IP_TTL", IPSOCK_NO_INDEX},
     "setsockopt IP_TTL: missing privilege (native 1)"},
    {{IPSOCK_EAGAIN, 0, "recvmsg", NULL, IPSOCK_NO_INDEX}, "recvmsg: operation would block"},
    {{IPSOCK_EINVAL, 0, NULL, "hop_limit", IPSOCK_NO_INDEX}, "hop_limit: invalid argument"},
    {{IPSOCK_EINVAL, 0, NULL, NULL, IPSOCK_NO_INDEX}, "invalid argument"},
    {{IPSOCK_EMSGSIZE, 90, "sendmmsg", NULL, 3},
     "sendmmsg: message too large (native 90, index 3)"},
    {{IPSOCK_EPROGRAM, 0, NULL, NULL, 0}, "invalid filter program (index 0)"},
    {{IPSOCK_ESYSTEM, -2147483647 - 1, "x", NULL, IPSOCK_NO_INDEX},
     "x: system error (native -2147483648)"},
    {{-999, 5, NULL, NULL, IPSOCK_NO_INDEX}, "unknown error (native 5)"},
    /* nothing failed, as in a zeroed struct */
    {{0, 0, NULL, NULL, 0}, "success"},
    {{3, 7, "recv", "x", 1}, "success"},
};

static int format_error(const void *object, char *text, size_t size)
{
    return ipsock_error_format(object, text, size);
}

static void error_format_cuts_at_any_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(formats); i++)
        unit_every_size(format_error, &formats[i].error, formats[i].want, true);
}

static void error_format_refuses_null(void **state)
{
    (void)state;
    char text[8] = "kept";
    assert_int_equal(ipsock_error_format(NULL, text, sizeof text), IPSOCK_EINVAL);
    assert_string_equal(text, "kept");
    assert_int_equal(ipsock_error_format(&formats[0].error, NULL, 8), IPSOCK_EINVAL);
}

static void error_text_size_holds_the_longest(void **state)
{
    (void)state;
    char text[IPSOCK_ERROR_TEXT];
    struct ipsock_error error = {0, -2147483647 - 1, "getsockopt", NULL, SIZE_MAX - 1};
    /* longer than any constant of a system's socket headers */
    error.option = "IPV6_A_NAME_OF_SIXTY_FOUR_CHARACTERS_THAT_NO_SYSTEM_HAS_AS_OPTION";
    for (size_t i = 0; i < COUNT(errors); i++) {
        error.code = errors[i].code;
        unit_int(errors[i].name, ipsock_error_format(&error, text, sizeof text), IPSOCK_OK);
    }
}

static void version_is_that_of_the_header(void **state)
{
    (void)state;
    char want[32];
    (void)snprintf(want, sizeof want, "%d.%d.%d", IPSOCK_VERSION_MAJOR, IPSOCK_VERSION_MINOR,
                   IPSOCK_VERSION_PATCH);
    unit_string("version", ipsock_version(), want);
    unit_string("macro", IPSOCK_VERSION, want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_codes_keep_their_numbers),
        cmocka_unit_test(error_codes_have_names_and_texts),
        cmocka_unit_test(error_of_another_number_is_unknown_or_success),
        cmocka_unit_test(error_format_cuts_at_any_size),
        cmocka_unit_test(error_format_refuses_null),
        cmocka_unit_test(error_text_size_holds_the_longest),
        cmocka_unit_test(version_is_that_of_the_header),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
