// SPDX-License-Identifier: BSD-2-Clause
/* Options: every call fails in turn, every option of the system's is missing in turn. A failure
 * leaves the old value, names the option, and the others go on. */
#include "sweep.h"

static struct ipsock_endpoint *s;
static int kind, family;
static bool dual;

/* A getter and a setter of one value. */
struct option {
    const char *name;
    int (*set)(int value);
    int (*get)(int *value);
    int before, after;
};

static void make(void)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = kind;
    config.family = family;
    config.protocol = kind == IPSOCK_RAW ? 253 : 0;
    config.flags = dual ? IPSOCK_OPEN_DUAL_STACK : 0;
    config.local =
        kind == IPSOCK_TCP ? ipsock_addr_loopback(family, 0) : ipsock_addr_any(family, 0);
    OK(ipsock_open(&s, &config));
}

static void end(void)
{
    ipsock_free(s);
    s = NULL;
}

static int teardown(void **state)
{
    (void)state;
    end();
    model_faults_forget();
    return 0;
}

#define PLAIN(option)                         \
    static int set_##option(int value)        \
    {                                         \
        return ipsock_set_##option(s, value); \
    }                                         \
    static int get_##option(int *value)       \
    {                                         \
        return ipsock_get_##option(s, value); \
    }
#define SWITCH(option)                                \
    static int set_##option(int value)                \
    {                                                 \
        return ipsock_set_##option(s, value != 0);    \
    }                                                 \
    static int get_##option(int *value)               \
    {                                                 \
        bool on = false;                              \
        const int code = ipsock_get_##option(s, &on); \
        *value = code < 0 ? *value : on;              \
        return code;                                  \
    }
PLAIN(traffic_class)
PLAIN(hop_limit)
PLAIN(multicast_hop_limit)
PLAIN(path_mtu_mode)
PLAIN(receive_buffer)
PLAIN(send_buffer)
SWITCH(multicast_loopback)
SWITCH(dont_fragment)

static int set_multicast_interface(int value)
{
    return ipsock_set_multicast_interface(s, (uint32_t)value);
}

static int get_multicast_interface(int *value)
{
    uint32_t index = 77;
    const int code = ipsock_get_multicast_interface(s, &index);
    *value = code < 0 ? *value : (int)index;
    return code;
}

static int set_checksum(int value)
{
    return ipsock_set_checksum(s, true, value);
}

static int get_checksum(int *value)
{
    bool on;
    int offset = 0;
    const int code = ipsock_get_checksum(s, &on, &offset);
    *value = code < 0 ? *value : offset;
    return code;
}

static int set_receive_control(int value)
{
    const int code = ipsock_set_receive_control(s, IPSOCK_CONTROL_HEADER & ~(uint32_t)value, false);
    return code < 0 ? code : ipsock_set_receive_control(s, (uint32_t)value, true);
}

static int get_receive_control(int *value)
{
    uint32_t bits = 0;
    const int code = ipsock_get_receive_control(s, &bits);
    *value = code < 0 ? *value : (int)bits;
    return code;
}

#define ROW(option, before, after)                         \
    {                                                      \
#option, set_##option, get_##option, before, after \
    }
static const struct option options[] = {
    ROW(traffic_class, 0x28, 0x48),
    ROW(hop_limit, 33, 44),
    ROW(hop_limit, 44, IPSOCK_DEFAULT),
    ROW(multicast_hop_limit, 33, 44),
    ROW(multicast_interface, 0, 1),
    ROW(multicast_loopback, 1, 0),
    ROW(dont_fragment, 0, 1),
    ROW(path_mtu_mode, IPSOCK_PATH_MTU_DEFAULT, IPSOCK_PATH_MTU_PROBE),
    ROW(receive_buffer, 4096, 8192),
    ROW(send_buffer, 4096, 8192),
    ROW(checksum, 2, 4),
    ROW(receive_control, 0, IPSOCK_CONTROL_HOP_LIMIT),
    ROW(receive_control, 0, IPSOCK_CONTROL_DESTINATION),
    ROW(receive_control, IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_HOP_LIMIT, 0),
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static const struct option *option;
static int value_before;

static void make_and_set(void)
{
    make();
    OK(option->set(option->before));
    value_before = -77;
    OK(option->get(&value_before));
}

static int set_it(struct ipsock_error *error)
{
    const int code = option->set(option->after);
    OK(ipsock_last_error(s, IPSOCK_SETUP, error));
    return code;
}

static bool raw_most(void)
{
    return strcmp(ipsock_system(), "openbsd") == 0;
}

static void is_set(void)
{
    int value = -77;
    OK(option->get(&value));
    if (option->after == IPSOCK_DEFAULT) /* OpenBSD's raw sockets begin with more than others */
        assert_int_equal(value,
                         kind >= IPSOCK_RAW && family == IPSOCK_IPV4 && raw_most() ? 255 : 64);
    else if (option->get == get_receive_buffer || option->get == get_send_buffer)
        assert_in_range(value, option->after - 1, option->after); /* once refused: what is below */
    else
        assert_int_equal(value, option->after);
}

static void is_unset(void)
{
    int value = -77;
    OK(option->get(&value));
    assert_int_equal(value, value_before);
}

static int get_it(struct ipsock_error *error)
{
    int value = -77;
    const int code = option->get(&value);
    OK(ipsock_last_error(s, IPSOCK_SETUP, error));
    assert_int_equal(value, code < 0 ? -77 : value_before);
    return code;
}

/* The largest size that is taken is searched for on a socket of its own, and one set there first.
 */
static const struct exception exceptions[] = {
    {"setsockopt", "SO_RCVBUF", 1, "ENOBUFS", IPSOCK_OK, NULL, NULL},
    {"setsockopt", "SO_SNDBUF", 1, "ENOBUFS", IPSOCK_OK, NULL, NULL},
    {"setsockopt", "SO_RCVBUF", 0, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "receive_buffer"},
    {"setsockopt", "SO_SNDBUF", 0, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "send_buffer"},
    {"getsockopt", "SO_RCVBUF", 0, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "receive_buffer"},
    {"getsockopt", "SO_SNDBUF", 0, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "send_buffer"},
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},
    {"ioctl", NULL, 0, NULL, IPSOCK_OK, NULL, NULL}, /* the system will say so */
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

/* The second question is whether it probes, too: what has no such option does not. */
static const struct exception getting_exceptions[] = {
    {"getsockopt", "IP_DONTFRAG", 2, "ENOPROTOOPT", IPSOCK_OK, NULL, NULL},
    {"getsockopt", "IPV6_DONTFRAG", 2, "ENOPROTOOPT", IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

static bool is_there(void)
{
    make();
    const int code = option->set(option->before), after = option->set(option->after);
    end();
    if (code != IPSOCK_OK && code != IPSOCK_EKIND && code != IPSOCK_ENOTSUP)
        fail_msg("%s: %s", option->name, ipsock_error_name(code));
    return code == IPSOCK_OK && after == IPSOCK_OK;
}

static unsigned each_option(void (*look)(void))
{
    unsigned there = 0;
    for (int i = 0; i < OPTIONS; i++) {
        option = &options[i];
        model_faults_forget();
        if (!is_there())
            continue;
        there++;
        look();
    }
    return there;
}

static void each_kind(void (*look)(void))
{
    for (kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++)
        for (int which = 0; which < 3; which++) {
            dual = which == 2;
            family = which == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6;
            if (dual && (kind >= IPSOCK_RAW || !has_dual_stack()))
                continue;
            if (each_option(look) < 4)
                fail_msg("kind %d, family %d: hardly any options", kind, family);
        }
}

static void sweep_option(void)
{
    const struct sweep setting = {option->name, make_and_set, set_it,     is_set,
                                  is_unset,     end,          exceptions, 1};
    const struct sweep getting = {option->name, make_and_set,       get_it, NULL, NULL,
                                  end,          getting_exceptions, 0};
    sweep(&setting);
    sweep(&getting);
}

static void each_call_of_options_fails(void **state)
{
    (void)state;
    each_kind(sweep_option);
}

/* The n-th option of the system's that a setter asks for is missing for good. */
static void lack_option(void)
{
    int level[16], name[16];
    unsigned count = 0;
    make();
    OK(option->set(option->before));
    model_faults_forget();
    OK(option->set(option->after));
    while (count < 16 && model_faults_option("setsockopt", count + 1, &level[count], &name[count]))
        count++;
    end();
    if (count == 0) { /* it goes with each packet */
        struct ipsock_capability_answer how;
        assert_string_equal(option->name, "multicast_interface");
        OK(ipsock_capability(NULL, kind, IPSOCK_IPV6, IPSOCK_FEATURE_MULTICAST_INTERFACE, &how));
        assert_int_equal(how.level, IPSOCK_EXACT);
        return;
    }
    assert_in_range(count, 1, 15);
    for (unsigned n = 0; n < count; n++) {
        struct ipsock_error error;
        int value = -77;
        make_and_set();
        model_faults_forget();
        model_faults_lack(level[n], name[n]);
        CODE(set_it(&error), IPSOCK_ENOTSUP);
        const char *const wanted = native_option_name(level[n], name[n], error.option);
        if (error.option == NULL || strcmp(error.option, wanted) != 0)
            fail_msg("%s without %s: the error names %s", option->name, wanted,
                     error.option == NULL ? "nothing" : error.option);
        assert_int_equal(error.native, model_faults_number("ENOPROTOOPT"));
        /* another one has not gone with it */
        for (int on = 1; on >= 0; on--)
            CODE(ipsock_set_receive_control(s, IPSOCK_CONTROL_OPAQUE, on),
                 kind == IPSOCK_TCP ? IPSOCK_EKIND : IPSOCK_OK);
        model_faults_forget();
        is_unset();
        OK(option->get(&value));
        OK(option->set(option->after));
        is_set();
        end();
        expect_clean();
    }
}

static void each_option_is_missing(void **state)
{
    (void)state;
    each_kind(lack_option);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_call_of_options_fails, teardown),
        cmocka_unit_test_teardown(each_option_is_missing, teardown),
    };
    return cmocka_run_group_tests_name("personality/faults/options", tests, NULL, NULL);
}
