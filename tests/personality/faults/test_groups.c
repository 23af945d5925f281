// SPDX-License-Identifier: BSD-2-Clause
/* Memberships: a call that fails leaves them as they were, here and in the kernel. */
#include "sweep.h"

static struct ipsock_endpoint *s;
static int family;
static uint32_t lo;
static struct ipsock_addr group, source, other;

/* What precedes an operation, and what it does. */
enum act { JOIN, LEAVE, JOIN_SOURCE, LEAVE_SOURCE, EXCLUDE, INCLUDE };
static const struct operation {
    const char *name;
    enum act first, second, act; /* JOIN_SOURCE of the other source first, then of the source */
    int before;                  /* how many of the two */
} operations[] = {
    {"join", JOIN, JOIN, JOIN, 0},
    {"leave", JOIN, JOIN, LEAVE, 1},
    {"leave with an excluded source", JOIN, EXCLUDE, LEAVE, 2},
    {"join a source", JOIN_SOURCE, JOIN, JOIN_SOURCE, 0},
    {"join a second source", JOIN_SOURCE, JOIN, JOIN_SOURCE, 1},
    {"leave a source", JOIN_SOURCE, JOIN_SOURCE, LEAVE_SOURCE, 2},
    {"exclude", JOIN, JOIN, EXCLUDE, 1},
    {"include", JOIN, EXCLUDE, INCLUDE, 2},
};
enum { OPERATIONS = sizeof operations / sizeof operations[0] };
static const struct operation *operation;

static int do_it(enum act act, const struct ipsock_addr *of)
{
    switch (act) {
    case JOIN:
        return ipsock_join_group(s, lo, &group);
    case LEAVE:
        return ipsock_leave_group(s, lo, &group);
    case JOIN_SOURCE:
        return ipsock_join_source_group(s, lo, &group, of);
    case LEAVE_SOURCE:
        return ipsock_leave_source_group(s, lo, &group, of);
    case EXCLUDE:
        return ipsock_exclude_source(s, lo, &group, of);
    default:
        return ipsock_include_source(s, lo, &group, of);
    }
}

static void open_it(void)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = family;
    config.flags = IPSOCK_OPEN_STRICT_MULTICAST;
    config.local = ipsock_addr_any(family, 0);
    OK(ipsock_open(&s, &config));
}

static void prepare(void)
{
    open_it();
    if (operation->before > 0)
        OK(do_it(operation->first, operation->first == JOIN_SOURCE ? &other : &source));
    if (operation->before > 1)
        OK(do_it(operation->second, &source));
}

static void end(void)
{
    ipsock_free(s);
    s = NULL;
}

static int run(struct ipsock_error *error)
{
    const int code = do_it(operation->act, &source);
    OK(ipsock_last_error(s, IPSOCK_SETUP, error));
    return code;
}

/* What a second time says, of the same state on every system. */
static void done(void)
{
    static const int answers[] = {
        [JOIN] = IPSOCK_EMEMBER,        [LEAVE] = IPSOCK_ENOTMEMBER,
        [JOIN_SOURCE] = IPSOCK_EMEMBER, [LEAVE_SOURCE] = IPSOCK_ENOTMEMBER,
        [EXCLUDE] = IPSOCK_EMEMBER,     [INCLUDE] = IPSOCK_ENOTMEMBER};
    CODE(do_it(operation->act, &source), answers[operation->act]);
}

/* What a program would ask to find out: the opposite is refused where nothing came of it. */
static void refused(void)
{
    if (operation->act == JOIN)
        CODE(do_it(LEAVE, &source), IPSOCK_ENOTMEMBER);
    else if (operation->act == JOIN_SOURCE || operation->act == INCLUDE)
        CODE(do_it(operation->act == INCLUDE ? EXCLUDE : LEAVE_SOURCE, &source),
             operation->act == INCLUDE ? IPSOCK_EMEMBER : IPSOCK_ENOTMEMBER);
    else if (operation->act == EXCLUDE)
        CODE(do_it(INCLUDE, &source), IPSOCK_ENOTMEMBER);
    else if (operation->act == LEAVE_SOURCE)
        CODE(do_it(JOIN_SOURCE, &source), IPSOCK_EMEMBER);
    else
        CODE(do_it(JOIN, &source), IPSOCK_EMEMBER);
}

static int teardown(void **state)
{
    (void)state;
    end();
    model_faults_forget();
    return 0;
}

static void set_family(int which)
{
    family = which;
    OK(ipsock_interface_index("lo", &lo));
    if (family == IPSOCK_IPV4) {
        group = ipsock_addr_ipv4(239, 1, 1, 1, 0);
        source = ipsock_addr_ipv4(10, 1, 1, 1, 0);
        other = ipsock_addr_ipv4(10, 1, 1, 2, 0);
    } else {
        OK(ipsock_addr_parse("ff15::1:1", &group));
        OK(ipsock_addr_parse("fd00::1", &source));
        OK(ipsock_addr_parse("fd00::2", &other));
    }
}

static bool has_it(void)
{
    int code = IPSOCK_OK;
    open_it();
    if (operation->before > 0)
        code = do_it(operation->first, operation->first == JOIN_SOURCE ? &other : &source);
    if (code == IPSOCK_OK && operation->before > 1)
        code = do_it(operation->second, &source);
    if (code == IPSOCK_OK)
        code = do_it(operation->act, &source);
    end();
    if (code != IPSOCK_OK && code != IPSOCK_ENOTSUP)
        fail_msg("%s: %s", operation->name, ipsock_error_name(code));
    return code == IPSOCK_OK;
}

/* Groups have two calls, where the newer one is there; a limit of memory is one of the groups'. Of
 * a group that is joined the first question is whether its interface has gone, which the kernel
 * knows as well. */
static const struct exception exceptions[] = {
    {"if_indextoname", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {"setsockopt", "MCAST_JOIN_GROUP", 0, "ENOPROTOOPT", IPSOCK_OK, NULL, NULL},
    {"setsockopt", "MCAST_LEAVE_GROUP", 0, "ENOPROTOOPT", IPSOCK_OK, NULL, NULL},
    {"ioctl", NULL, 0, NULL, IPSOCK_OK, NULL, NULL}, /* the kernel knows what carries multicast */
    {"setsockopt", "IP_RECVDSTADDR", 0, "ENOMEM", IPSOCK_ENOMEM, NULL, NULL}, /* to filter by it */
    {"setsockopt", "IP_RECVPKTINFO", 0, "ENOMEM", IPSOCK_ENOMEM, NULL, NULL},
    {"setsockopt", "IP_RECVIF", 0, "ENOMEM", IPSOCK_ENOMEM, NULL, NULL},
    {"setsockopt", "IPV6_RECVPKTINFO", 0, "ENOMEM", IPSOCK_ENOMEM, NULL, NULL},
    {"setsockopt", NULL, 0, "ENOMEM", IPSOCK_ENOBUFS, NULL, NULL},
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

/* What leaves a group or source has no limit: the error names the option alone. */
static const struct exception leaving_exceptions[] = {
    {"setsockopt", "MCAST_LEAVE_GROUP", 0, "ENOPROTOOPT", IPSOCK_OK, NULL, NULL},
    {"if_indextoname", NULL, 0, NULL, IPSOCK_OK, NULL, NULL}, /* the kernel knows if it is there */
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

static const struct exception *exceptions_of_operation(void)
{
    if (operation->act == LEAVE || operation->act == LEAVE_SOURCE || operation->act == INCLUDE)
        return leaving_exceptions;
    return operation->before > 0 ? exceptions : exceptions + 1;
}

static void each_call_fails(void **state)
{
    (void)state;
    for (int which = IPSOCK_IPV4; which <= IPSOCK_IPV6; which += IPSOCK_IPV6 - IPSOCK_IPV4) {
        unsigned there = 0;
        model_faults_forget();
        set_family(which);
        for (int i = 0; i < OPERATIONS; i++) {
            operation = &operations[i];
            if (!has_it())
                continue;
            there++;
            const struct sweep membership = {
                operation->name, prepare, run, done, refused, end, exceptions_of_operation(), 0};
            sweep(&membership);
        }
        assert_true(there >= 3);
    }
}

/* A limit of the system's: the group that did not fit is named, and those before it stay. */
static void limit_is_reached(void **state)
{
    struct ipsock_error error;
    (void)state;
    for (int which = IPSOCK_IPV4; which <= IPSOCK_IPV6; which += IPSOCK_IPV6 - IPSOCK_IPV4) {
        model_faults_forget();
        set_family(which);
        open_it();
        OK(do_it(JOIN, NULL));
        group.ip[15] ^= 1;
        group.ip[3] ^= which == IPSOCK_IPV4;
        model_faults_forget();
        model_faults_order("setsockopt", which == IPSOCK_IPV4 ? "ETOOMANYREFS" : "ENOBUFS", 1,
                           UINT_MAX);
        CODE(do_it(JOIN, NULL), IPSOCK_ENOBUFS);
        OK(ipsock_last_error(s, IPSOCK_SETUP, &error));
        assert_non_null(error.option);
        model_faults_forget();
        CODE(do_it(LEAVE, NULL), IPSOCK_ENOTMEMBER);
        OK(do_it(JOIN, NULL));
        OK(do_it(LEAVE, NULL));
        group.ip[15] ^= 1;
        group.ip[3] ^= which == IPSOCK_IPV4;
        OK(do_it(LEAVE, NULL));
        end();
        expect_clean();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_call_fails, teardown),
        cmocka_unit_test_teardown(limit_is_reached, teardown),
    };
    return cmocka_run_group_tests_name("personality/faults/groups", tests, NULL, NULL);
}
