// SPDX-License-Identifier: BSD-2-Clause
/* A process whose descriptors are used up: every call that takes one says so, and loses nothing. */
#include "fault.h"

#include <fcntl.h>
#include <sys/resource.h>

static struct rlimit usual;

/* From now on so many more descriptors can be had. */
static void leave(unsigned free_ones)
{
    struct rlimit limit = usual;
    const int next = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0); /* the lowest that is free */
    assert_true(next >= 0);
    close(next);
    /* holes above do not matter: a limit counts numbers, and these are the lowest */
    limit.rlim_cur = (rlim_t)next + free_ones;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void leave_many(void)
{
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
}

static int teardown(void **state)
{
    (void)state;
    return setrlimit(RLIMIT_NOFILE, &usual);
}

static struct ipsock_endpoint *open_loopback(int kind, const struct ipsock_addr *peer)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = kind;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    if (peer != NULL)
        config.peer = *peer;
    FAULT_OK(ipsock_open(&s, &config));
    return s;
}

static void ref_03_opening(void **state)
{
    (void)state;
    for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++) {
        struct ipsock_error error;
        struct ipsock_endpoint *s = (struct ipsock_endpoint *)&error;
        struct ipsock_config config;
        ipsock_config_init(&config);
        config.kind = kind;
        config.family = IPSOCK_IPV4;
        config.protocol = kind == IPSOCK_RAW ? 253 : 0;
        config.error = &error;
        leave(0);
        const int code = ipsock_open(&s, &config);
        leave_many();
        FAULT_CODE(code, IPSOCK_ENFILE);
        assert_null(s);
        assert_int_equal(error.native, EMFILE);
        assert_string_equal(error.operation, "socket");
    }
}

/* The connection waits until there is room for it. */
static void ref_03_accepting(void **state)
{
    struct ipsock_addr at;
    struct ipsock_endpoint *connection;
    (void)state;
    struct ipsock_endpoint *listener = open_loopback(IPSOCK_TCP, NULL);
    FAULT_OK(ipsock_local_addr(listener, &at));
    struct ipsock_endpoint *client = open_loopback(IPSOCK_TCP, &at);
    leave(0);
    const int code = ipsock_accept(listener, &connection, NULL);
    leave_many();
    FAULT_CODE(code, IPSOCK_ENFILE);
    assert_null(connection);
    FAULT_OK(ipsock_accept(listener, &connection, NULL));
    ipsock_free(connection);
    ipsock_free(client);
    ipsock_free(listener);
}

/* The wake channel is made at the first wait. */
static void ref_03_waiting(void **state)
{
    struct fault_pair pair;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    char data[8];
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    ipsock_message_init(&message, &buffer, data, sizeof data);
    leave(0);
    const int waits = ipsock_recv(pair.s, &message, 0);
    fault_give(&pair, "there", 5);
    const int ready = ipsock_recv(pair.s, &message, 0);
    leave_many();
    FAULT_CODE(waits, IPSOCK_ENFILE);
    FAULT_OK(ready); /* what is there takes no descriptor */
    assert_int_equal(message.length, 5);
    FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + IPSOCK_MILLISECOND));
    FAULT_CODE(ipsock_recv(pair.s, &message, 0), IPSOCK_ETIMEDOUT);
    fault_close_pair(&pair);
}

static void ref_03_looking_up_interfaces(void **state)
{
    struct ipsock_interface *list[3];
    struct ipsock_addr addr = {.family = 77};
    struct ipsock_error error;
    char text[IPSOCK_ADDR_TEXT];
    uint32_t index = 77;
    size_t count = 77;
    (void)state;
    leave(0);
    const int codes[] = {ipsock_interface_index("lo", &index),
                         ipsock_interfaces(&list[0]),
                         ipsock_interface_by_name("lo", &list[1]),
                         ipsock_interface_by_index(1, &list[2]),
                         ipsock_addr_parse("fe80::1%lo", &addr),
                         ipsock_resolve("fe80::1%lo", 1, 0, &addr, 1, &count, &error)};
    const struct ipsock_addr zone = {.family = IPSOCK_IPV6, .scope = 1, .ip = {0xfe, 0x80}};
    const int formatted = ipsock_addr_format(&zone, text, sizeof text);
    leave_many();
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        FAULT_CODE(codes[i], IPSOCK_ENFILE);
    assert_int_equal(index, 0);
    assert_int_equal(addr.family, 77);
    assert_int_equal(count, 0);
    assert_string_equal(error.option, "zone");
    for (int i = 0; i < 3; i++)
        assert_null(list[i]);
    FAULT_OK(formatted);
    assert_string_equal(text, "fe80::%1"); /* means the same */
    FAULT_CODE(ipsock_interface_index("no-such", &index), IPSOCK_ENODEV);
}

/* However few there are left: all interfaces, or none and the reason. */
static void ref_03_lists_are_whole(void **state)
{
    struct ipsock_interface *list;
    bool had = false;
    (void)state;
    for (unsigned left = 0; left < 5; left++) {
        leave(left);
        const int code = ipsock_interfaces(&list);
        leave_many();
        if (code == IPSOCK_ENFILE) {
            assert_null(list);
            assert_false(had);
            continue;
        }
        FAULT_OK(code);
        assert_non_null(list);
        assert_string_equal(list->name, "lo");
        assert_true(list->mtu > 0);
        ipsock_interfaces_free(list);
        had = true;
    }
    assert_true(had);
}

static void ref_03_names(void **state)
{
    const struct ipsock_addr loopback = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    struct ipsock_error error, reverse_error;
    struct ipsock_addr addr;
    char name[256] = "unchanged";
    size_t count = 77;
    (void)state;
    leave(0);
    const int code = ipsock_resolve("localhost", 1, IPSOCK_IPV4, &addr, 1, &count, &error);
    const int reverse = ipsock_reverse(&loopback, name, sizeof name, &reverse_error);
    leave_many();
    FAULT_CODE(code, IPSOCK_ENFILE);
    assert_int_equal(error.native, EMFILE);
    assert_string_equal(error.operation, "getaddrinfo");
    assert_int_equal(count, 0);
    FAULT_CODE(reverse, IPSOCK_ENFILE);
    assert_string_equal(reverse_error.operation, "getnameinfo");
}

static void ref_03_joining(void **state)
{
    const struct ipsock_addr group = ipsock_addr_ipv4(239, 1, 1, 1, 0);
    uint32_t lo;
    (void)state;
    struct ipsock_endpoint *s = open_loopback(IPSOCK_UDP, NULL);
    FAULT_OK(ipsock_interface_index("lo", &lo));
    leave(0);
    const int code = ipsock_join_group(s, lo, &group);
    leave_many();
    FAULT_CODE(code, IPSOCK_ENFILE);
    FAULT_CODE(ipsock_leave_group(s, lo, &group), IPSOCK_ENOTMEMBER);
    FAULT_OK(ipsock_join_group(s, lo, &group));
    ipsock_free(s);
}

static void ref_03_the_ledger(void **state)
{
    struct ipsock_capability_answer answer = {.level = 77};
    (void)state;
    struct ipsock_endpoint *s = open_loopback(IPSOCK_UDP, NULL);
    leave(0);
    const int code =
        ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_HOP_LIMIT, &answer);
    const int of_endpoint = ipsock_capability(s, 0, 0, IPSOCK_FEATURE_HOP_LIMIT, &answer);
    leave_many();
    FAULT_CODE(code, IPSOCK_ENFILE);
    FAULT_OK(of_endpoint);
    assert_int_equal(answer.level, IPSOCK_NATIVE);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(ref_03_opening, teardown),
        cmocka_unit_test_teardown(ref_03_accepting, teardown),
        cmocka_unit_test_teardown(ref_03_waiting, teardown),
        cmocka_unit_test_teardown(ref_03_looking_up_interfaces, teardown),
        cmocka_unit_test_teardown(ref_03_lists_are_whole, teardown),
        cmocka_unit_test_teardown(ref_03_names, teardown),
        cmocka_unit_test_teardown(ref_03_joining, teardown),
        cmocka_unit_test_teardown(ref_03_the_ledger, teardown),
    };
    fault_reset();
    getrlimit(RLIMIT_NOFILE, &usual);
    return cmocka_run_group_tests_name("fault/descriptors", tests, NULL, NULL);
}
