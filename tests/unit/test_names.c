// SPDX-License-Identifier: BSD-2-Clause
/* Names of hosts and interfaces, as far as they need no server: literals, the hosts file, the
 * loopback interface. ERR-03. */
#include "unit.h"

#include <ipsock/interface.h>

static int resolve(const char *host, int family, struct ipsock_addr *addr, size_t *count)
{
    struct ipsock_error error;
    memset(&error, 0, sizeof error);
    const int code = ipsock_resolve(host, 53, family, addr, 1, count, &error);
    if (code < 0) {
        unit_int(host, error.code, code);
        assert_non_null(error.operation);
    }
    return code;
}

static void resolve_takes_literals(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        int family, code;
        const char *text; /* with the port */
    } cases[] = {
        {"192.0.2.1", IPSOCK_UNSPEC, IPSOCK_OK, "192.0.2.1:53"},
        {"192.0.2.1", IPSOCK_IPV4, IPSOCK_OK, "192.0.2.1:53"},
        {"192.0.2.1", IPSOCK_IPV6, IPSOCK_ENOTFOUND, NULL},
        {"2001:db8::1", IPSOCK_UNSPEC, IPSOCK_OK, "[2001:db8::1]:53"},
        {"2001:db8::1", IPSOCK_IPV6, IPSOCK_OK, "[2001:db8::1]:53"},
        {"2001:db8::1", IPSOCK_IPV4, IPSOCK_ENOTFOUND, NULL},
        {"fe80::1%no-such-link", IPSOCK_UNSPEC, IPSOCK_ENODEV, NULL},
        {"192.0.2.1:80", IPSOCK_UNSPEC, IPSOCK_EINVAL, NULL},
        {"127.1", IPSOCK_UNSPEC, IPSOCK_ENOTFOUND, NULL},
        {"256.0.0.1", IPSOCK_UNSPEC, IPSOCK_ENOTFOUND, NULL},
        {"::ffff:192.0.2.1", IPSOCK_IPV6, IPSOCK_OK, "[::ffff:192.0.2.1]:53"},
        {"[2001:db8::1]", IPSOCK_UNSPEC, IPSOCK_ENOTFOUND, NULL},
        {"", IPSOCK_UNSPEC, IPSOCK_EINVAL, NULL},
        {"192.0.2.1", 5, IPSOCK_EINVAL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ipsock_addr addr;
        char text[IPSOCK_ADDR_TEXT];
        size_t count = 99;
        unit_int(cases[i].host, resolve(cases[i].host, cases[i].family, &addr, &count),
                 cases[i].code);
        unit_int(cases[i].host, (int64_t)count, cases[i].code == IPSOCK_OK);
        if (cases[i].code < 0)
            continue;
        unit_int(cases[i].host, ipsock_addr_format(&addr, text, sizeof text), IPSOCK_OK);
        unit_string(cases[i].host, text, cases[i].text);
    }
}

/* What inet_aton and its like take for an address, or the beginning of one. */
static const char *const other_spellings[] = {
    "0x7f000001",
    "0X7F000001",
    "0x7f.0.0.1",
    "127.0x1",
    "127.0.0.0x1",
    "1.0x2.3.4",
    "0x1.2.3",
    "127.1",
    "127.0.1",
    "0177.0.0.1",
    "017700000001",
    "2130706433",
    "010.0.0.1",
    "127.0.0.01",
    "127.0.0.1.",
    "0x7f000001.",
    "127.1..",
    "0x",
    "127.0x",
    "0x7f.1",
    "4294967296",
    "1.2.3.4.5",
    "256.256.256.256",
    "0",
    ".",
    "host.1",
    "host.0x1f",
    "localhost.127",
    "127.0.0.1 ",
    "127.0.0.1 x",
    " 127.0.0.1",
    "0x7f000001 ",
    "127.0.0.1\t",
    "127.0.0.1\nx",
    "127.0.0.1%lo",
    "::1%",
    "%lo",
    "::1.2.3",
    ":::1",
    "1::2::3",
    "::127.1",
    "::0x7f.0.0.1",
    "[::1]",
    "::ffff:0177.0.0.1",
    "::ffff:127.1",
    "0x7f000001%lo",
};

static void resolve_asks_nobody_for_other_spellings(void **state)
{
    static const int families[] = {IPSOCK_UNSPEC, IPSOCK_IPV4, IPSOCK_IPV6};
    (void)state;
    for (size_t i = 0; i < COUNT(other_spellings); i++) {
        const char *host = other_spellings[i];
        struct ipsock_addr addr = {0};
        size_t count = 99;
        assert_true(ipsock_addr_parse(host, &addr) < 0);
        for (size_t f = 0; f < COUNT(families); f++) {
            struct ipsock_error error;
            unit_int(host, ipsock_resolve(host, 53, families[f], &addr, 1, &count, &error),
                     IPSOCK_ENOTFOUND);
            unit_int(host, (int64_t)count, 0);
            unit_string(host, error.operation, "resolve"); /* not the system's call */
            unit_string(host, error.option, "host");
            unit_int(host, addr.family, IPSOCK_UNSPEC);
        }
    }
}

/* Names that only look like numbers: the resolver has the word. */
static void resolve_asks_for_names_with_digits(void **state)
{
    static const char *const names[] = {
        "0x7f000001.invalid", "127.0.0.1.invalid", "0xyz.invalid", "1.2.3.invalid",
        "7f000001.invalid",   "1-2.invalid",       "0x7g",         "x0"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct ipsock_addr addr;
        struct ipsock_error error;
        size_t count;
        const int code = ipsock_resolve(names[i], 0, IPSOCK_IPV4, &addr, 1, &count, &error);
        if (code < 0)
            assert_string_not_equal(error.operation, "resolve");
    }
}

static void resolve_counts_without_room(void **state)
{
    (void)state;
    size_t count = 99;
    unit_int("no room", ipsock_resolve("192.0.2.1", 0, 0, NULL, 0, &count, NULL), IPSOCK_OK);
    unit_int("no room", (int64_t)count, 1);
    unit_int("no array", ipsock_resolve("192.0.2.1", 0, 0, NULL, 1, &count, NULL), IPSOCK_EINVAL);
    unit_int("no array", (int64_t)count, 0);
    struct ipsock_addr addr;
    unit_int("no count", ipsock_resolve("192.0.2.1", 0, 0, &addr, 1, NULL, NULL), IPSOCK_EINVAL);
    unit_int("no host", ipsock_resolve(NULL, 0, 0, &addr, 1, &count, NULL), IPSOCK_EINVAL);
}

/* The hosts file has it on every host that is set up; where it is not, no answer is right. */
static void resolve_and_reverse_localhost(void **state)
{
    (void)state;
    struct ipsock_addr addr;
    struct ipsock_error error;
    char name[256];
    size_t count = 0;
    const int code = resolve("localhost", IPSOCK_IPV4, &addr, &count);
    if (code < 0) {
        print_message("localhost: %s\n", ipsock_error_name(code));
        skip();
    }
    assert_true(count >= 1);
    assert_true(ipsock_addr_is_loopback(&addr));
    unit_int("port", addr.port, 53);
    const int back = ipsock_reverse(&addr, name, sizeof name, &error);
    if (back == IPSOCK_OK)
        assert_true(strlen(name) != 0 && strspn(name, "0123456789.") != strlen(name));
    else
        assert_true(back == IPSOCK_ENOTFOUND || back == IPSOCK_ETRYAGAIN ||
                    back == IPSOCK_ERESOLVE);
}

static void reverse_refuses_bad_arguments(void **state)
{
    (void)state;
    const struct ipsock_addr addr = ipsock_addr_loopback(IPSOCK_IPV4, 0), none = {0};
    char name[8] = "before";
    unit_int("no name", ipsock_reverse(&addr, NULL, 8, NULL), IPSOCK_EINVAL);
    unit_int("no size", ipsock_reverse(&addr, name, 0, NULL), IPSOCK_EINVAL);
    unit_string("untouched", name, "before");
    unit_int("no address", ipsock_reverse(NULL, name, sizeof name, NULL), IPSOCK_EINVAL);
    unit_string("emptied", name, "");
    unit_int("family", ipsock_reverse(&none, name, sizeof name, NULL), IPSOCK_EFAMILY);
}

static void split_host_port_cases(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
        int code;
        uint16_t port;
    } cases[] = {
        {"example.com:80", "example.com", IPSOCK_OK, 80},
        {":53", "", IPSOCK_OK, 53},
        {"[::1]:65535", "::1", IPSOCK_OK, 65535},
        {"[fe80::1%lo]:0", "fe80::1%lo", IPSOCK_OK, 0},
        {"192.0.2.1:9", "192.0.2.1", IPSOCK_OK, 9},
        {"::1:53", NULL, IPSOCK_EINVAL, 0},
        {"example.com", NULL, IPSOCK_EINVAL, 0},
        {"example.com:", NULL, IPSOCK_EINVAL, 0},
        {"example.com:0", "example.com", IPSOCK_OK, 0},
        {"example.com:080", NULL, IPSOCK_EINVAL, 0},
        {"192.0.2.1:00", NULL, IPSOCK_EINVAL, 0},
        {"192.0.2.1:0x50", NULL, IPSOCK_EINVAL, 0},
        {"[192.0.2.1]:80", NULL, IPSOCK_EINVAL, 0},
        {"[0x7f000001]:80", NULL, IPSOCK_EINVAL, 0},
        {"[example.com]:80", NULL, IPSOCK_EINVAL, 0},
        {"[]:80", NULL, IPSOCK_EINVAL, 0},
        {"[::1] :80", NULL, IPSOCK_EINVAL, 0},
        {"example.com:65536", NULL, IPSOCK_EINVAL, 0},
        {"example.com:99999999999", NULL, IPSOCK_EINVAL, 0},
        {"example.com:-1", NULL, IPSOCK_EINVAL, 0},
        {"example.com:+1", NULL, IPSOCK_EINVAL, 0},
        {"example.com:8x", NULL, IPSOCK_EINVAL, 0},
        {"[::1:53", NULL, IPSOCK_EINVAL, 0},
        {"[:53", NULL, IPSOCK_EINVAL, 0},
        {"", NULL, IPSOCK_EINVAL, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char host[32] = "before";
        uint16_t port = 7;
        unit_int(cases[i].text, ipsock_split_host_port(cases[i].text, host, sizeof host, &port),
                 cases[i].code);
        if (cases[i].code == IPSOCK_OK) {
            unit_string(cases[i].text, host, cases[i].host);
            unit_int(cases[i].text, port, cases[i].port);
        }
    }
    char small[4];
    uint16_t port;
    unit_int("fits", ipsock_split_host_port("abc:1", small, sizeof small, &port), IPSOCK_OK);
    unit_int("full", ipsock_split_host_port("abcd:1", small, sizeof small, &port), IPSOCK_ENOSPC);
    unit_int("NULL", ipsock_split_host_port(NULL, small, sizeof small, &port), IPSOCK_EINVAL);
}

static const struct ipsock_interface *loopback_of(const struct ipsock_interface *list)
{
    while (list != NULL && !(list->flags & IPSOCK_INTERFACE_LOOPBACK))
        list = list->next;
    return list;
}

static bool has_address(const struct ipsock_interface *interface, const char *text)
{
    struct ipsock_addr want;
    assert_int_equal(ipsock_addr_parse(text, &want), IPSOCK_OK);
    for (const struct ipsock_interface_addr *a = interface->addrs; a != NULL; a = a->next)
        if (ipsock_addr_same_ip(&a->addr, &want))
            return true;
    return false;
}

static void interfaces_have_the_loopback_one(void **state)
{
    (void)state;
    struct ipsock_interface *list = NULL;
    unit_int("list", ipsock_interfaces(&list), IPSOCK_OK);
    uint32_t before = 0;
    for (const struct ipsock_interface *i = list; i != NULL; i = i->next) {
        assert_true(i->index > before); /* rising */
        assert_non_null(i->name);
        before = i->index;
    }
    const struct ipsock_interface *lo = loopback_of(list);
    assert_non_null(lo);
    assert_true(lo->mtu >= 1280 || lo->mtu == 0);
    if (lo->flags & IPSOCK_INTERFACE_UP)
        assert_true(has_address(lo, "127.0.0.1"));
    ipsock_interfaces_free(list);
    ipsock_interfaces_free(NULL);
}

static void err_03_interfaces_by_name_and_index(void **state)
{
    (void)state;
    struct ipsock_interface *list = NULL, *one = NULL;
    uint32_t index = 77;
    unit_int("list", ipsock_interfaces(&list), IPSOCK_OK);
    const struct ipsock_interface *lo = loopback_of(list);
    assert_non_null(lo);
    unit_int("index", ipsock_interface_index(lo->name, &index), IPSOCK_OK);
    unit_int("index", index, lo->index);
    unit_int("by name", ipsock_interface_by_name(lo->name, &one), IPSOCK_OK);
    unit_string("by name", one->name, lo->name);
    assert_null(one->next);
    ipsock_interfaces_free(one);
    unit_int("by index", ipsock_interface_by_index(lo->index, &one), IPSOCK_OK);
    unit_int("by index", one->index, lo->index);
    assert_null(one->next);
    ipsock_interfaces_free(one);
    ipsock_interfaces_free(list);

    unit_int("unknown", ipsock_interface_index("no-such-link", &index), IPSOCK_ENODEV);
    unit_int("unknown", index, 0);
    unit_int("unknown", ipsock_interface_by_name("no-such-link", &one), IPSOCK_ENODEV);
    assert_null(one);
    unit_int("unknown", ipsock_interface_by_index(0x7ffffff0, &one), IPSOCK_ENODEV);
    assert_null(one);
    unit_int("0", ipsock_interface_by_index(0, &one), IPSOCK_ENODEV);
    unit_int("NULL", ipsock_interface_by_name(NULL, &one), IPSOCK_EINVAL);
    unit_int("NULL", ipsock_interfaces(NULL), IPSOCK_EINVAL);
    unit_int("NULL", ipsock_interface_index(NULL, &index), IPSOCK_EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolve_takes_literals),
        cmocka_unit_test(resolve_asks_nobody_for_other_spellings),
        cmocka_unit_test(resolve_asks_for_names_with_digits),
        cmocka_unit_test(resolve_counts_without_room),
        cmocka_unit_test(resolve_and_reverse_localhost),
        cmocka_unit_test(reverse_refuses_bad_arguments),
        cmocka_unit_test(split_host_port_cases),
        cmocka_unit_test(interfaces_have_the_loopback_one),
        cmocka_unit_test(err_03_interfaces_by_name_and_index),
    };
    return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
