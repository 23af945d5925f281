// SPDX-License-Identifier: BSD-2-Clause
/* Options of which the kernel takes one half only, and values that it returns in odd lengths. */
#include "fault.h"

#include <netinet/ip.h>

static struct fault_pair pair;

static int kernel_value(int level, int name)
{
    int value = -77;
    socklen_t length = sizeof value;
    assert_int_equal(getsockopt((int)ipsock_handle(pair.s), level, name, &value, &length), 0);
    return value;
}

static int set_dont_fragment(struct ipsock_endpoint *s, int value)
{
    return ipsock_set_dont_fragment(s, value != 0);
}

static int get_dont_fragment(struct ipsock_endpoint *s, int *value)
{
    bool on = false;
    const int code = ipsock_get_dont_fragment(s, &on);
    *value = on;
    return code;
}

static int set_loopback(struct ipsock_endpoint *s, int value)
{
    return ipsock_set_multicast_loopback(s, value != 0);
}

static int get_loopback(struct ipsock_endpoint *s, int *value)
{
    bool on = false;
    const int code = ipsock_get_multicast_loopback(s, &on);
    *value = on;
    return code;
}

/* An option that takes two system calls on a dual-stack endpoint. */
static const struct option {
    const char *name;
    int (*set)(struct ipsock_endpoint *s, int value);
    int (*get)(struct ipsock_endpoint *s, int *value);
    int before, after;
    int name6, name4;
    const char *text6, *text4;
} options[] = {
    {"traffic class", ipsock_set_traffic_class, ipsock_get_traffic_class, 0x28, 0x48, IPV6_TCLASS,
     IP_TOS, "IPV6_TCLASS", "IP_TOS"},
    {"hop limit", ipsock_set_hop_limit, ipsock_get_hop_limit, 33, 44, IPV6_UNICAST_HOPS, IP_TTL,
     "IPV6_UNICAST_HOPS", "IP_TTL"},
    {"don't fragment", set_dont_fragment, get_dont_fragment, 1, 0, IPV6_DONTFRAG, IP_MTU_DISCOVER,
     "IPV6_DONTFRAG", "IP_MTU_DISCOVER"},
    {"multicast hop limit", ipsock_set_multicast_hop_limit, ipsock_get_multicast_hop_limit, 33, 44,
     IPV6_MULTICAST_HOPS, IP_MULTICAST_TTL, "IPV6_MULTICAST_HOPS", "IP_MULTICAST_TTL"},
    /* one option of the kernel's governs both families */
    {"multicast loopback", set_loopback, get_loopback, 0, 1, IPV6_MULTICAST_LOOP,
     IPV6_MULTICAST_LOOP, "IPV6_MULTICAST_LOOP", "IPV6_MULTICAST_LOOP"},
};
enum { OPTIONS = sizeof options / sizeof options[0] };

static void expect_error(const char *operation, const char *option, int native)
{
    struct ipsock_error error;
    FAULT_OK(ipsock_last_error(pair.s, IPSOCK_SETUP, &error));
    assert_string_equal(error.operation, operation);
    assert_string_equal(error.option, option);
    assert_int_equal(error.native, native);
}

static int value_of_ipv4(const struct option *o)
{
    return kernel_value(strncmp(o->text4, "IPV6_", 5) == 0 ? IPPROTO_IPV6 : IPPROTO_IP, o->name4);
}

/* The first setsockopt may have succeeded; then its value is taken back. */
static void mapped_opt_failure_leaves_both_old_values(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_open_pair(&pair, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, 0, 0);
    for (int i = 0; i < OPTIONS; i++) {
        const struct option *o = &options[i];
        int value = -1;
        fault_reset();
        FAULT_OK(o->set(pair.s, o->before));
        assert_int_equal(fault_calls(FAULT_setsockopt), 2);
        const int kernel6 = kernel_value(IPPROTO_IPV6, o->name6);
        const int kernel4 = value_of_ipv4(o);
        for (unsigned n = 1; n <= 2; n++) {
            fault_reset();
            fault_fail(FAULT_setsockopt, n, n, EPERM);
            FAULT_CODE(o->set(pair.s, o->after), IPSOCK_EPERM);
            expect_error("setsockopt", n == 1 ? o->text6 : o->text4, EPERM);
            assert_int_equal(kernel_value(IPPROTO_IPV6, o->name6), kernel6);
            assert_int_equal(value_of_ipv4(o), kernel4);
            FAULT_OK(o->get(pair.s, &value));
            assert_int_equal(value, o->before);
        }
        fault_reset();
        FAULT_OK(o->set(pair.s, o->after));
        assert_int_not_equal(kernel_value(IPPROTO_IPV6, o->name6), kernel6);
        assert_int_not_equal(value_of_ipv4(o), kernel4);
    }
    fault_close_pair(&pair);
}

/* What may have to be undone cannot be read: nothing is set. */
static void mapped_opt_nothing_is_set_that_cannot_be_undone(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_open_pair(&pair, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, 0, 0);
    for (int i = 0; i < OPTIONS; i++) {
        const struct option *o = &options[i];
        fault_reset();
        FAULT_OK(o->set(pair.s, o->before));
        const int kernel6 = kernel_value(IPPROTO_IPV6, o->name6);
        fault_reset();
        fault_fail(FAULT_getsockopt, 1, 1, ENOBUFS);
        FAULT_CODE(o->set(pair.s, o->after), IPSOCK_ENOBUFS);
        expect_error("getsockopt", o->set == set_dont_fragment ? "IPV6_MTU_DISCOVER" : o->text6,
                     ENOBUFS);
        assert_int_equal(fault_calls(FAULT_setsockopt), 0);
        assert_int_equal(kernel_value(IPPROTO_IPV6, o->name6), kernel6);
    }
    fault_close_pair(&pair);
}

/* Out of range is found before any system call. */
static void mapped_opt_out_of_range_makes_no_system_call(void **state)
{
    static const int wrong[][2] = {{0, 256}, {0, -2}, {0, 100000}, {1, 0}, {1, 256}, {1, -2}};
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_open_pair(&pair, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, 0, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const struct option *o = &options[wrong[i][0]];
        FAULT_CODE(o->set(pair.s, wrong[i][1]), IPSOCK_EINVAL);
    }
    assert_int_equal(fault_calls(FAULT_setsockopt), 0);
    assert_int_equal(fault_calls(FAULT_getsockopt), 0);
    fault_close_pair(&pair);
}

/* ERR-06: four bytes, or one, are a value; everything else is an error and no value. */
static void err_06_lengths_of_values(void **state)
{
    static const socklen_t wrong[] = {0, 2, 3, 5, 8, 64};
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    FAULT_OK(ipsock_set_traffic_class(pair.s, 0x28));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int value = -77;
        fault_getsockopt_length(wrong[i]);
        const int code = ipsock_get_traffic_class(pair.s, &value);
        if (code >= 0)
            fail_msg("a value of %u bytes was taken: %d", (unsigned)wrong[i], value);
        assert_int_equal(value, -77);
        expect_error("getsockopt", "IP_TOS", 0);
    }
    fault_reset();
    int value = -77;
    FAULT_OK(ipsock_get_traffic_class(pair.s, &value));
    assert_int_equal(value, 0x28);
    fault_close_pair(&pair);
}

static void err_05_system_errors_name_call_and_option(void **state)
{
    static const struct {
        int native, code;
    } errors[] = {
        {EPERM, IPSOCK_EPERM},        {EACCES, IPSOCK_EPERM},   {ENOPROTOOPT, IPSOCK_ENOTSUP},
        {EOPNOTSUPP, IPSOCK_ENOTSUP}, {EINVAL, IPSOCK_EINVAL},  {ENOMEM, IPSOCK_ENOMEM},
        {ENOBUFS, IPSOCK_ENOBUFS},    {EBADF, IPSOCK_ENOTSOCK}, {EXDEV, IPSOCK_ESYSTEM}};
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        int value = -77;
        fault_reset();
        fault_fail(FAULT_setsockopt, 1, 1, errors[i].native);
        FAULT_CODE(ipsock_set_hop_limit(pair.s, 9), errors[i].code);
        expect_error("setsockopt", "IP_TTL", errors[i].native);
        fault_fail(FAULT_getsockopt, 1, 1, errors[i].native);
        FAULT_CODE(ipsock_get_hop_limit(pair.s, &value), errors[i].code);
        expect_error("getsockopt", "IP_TTL", errors[i].native);
        assert_int_equal(value, -77);
    }
    fault_close_pair(&pair);
}

/* ---- values of a packet that are set around its send: don't-fragment of IPv4 ---- */

static void send_with(struct ipsock_message *m, struct ipsock_buffer *buffer,
                      struct ipsock_control *c, uint8_t dont_fragment)
{
    ipsock_message_init(m, buffer, "x", 1);
    memset(c, 0, sizeof *c);
    c->valid = IPSOCK_CONTROL_DONT_FRAGMENT;
    c->dont_fragment = dont_fragment;
    m->control = c;
    m->peer = pair.peer;
}

static void v4_uni_03_failed_send_leaves_the_option(void **state)
{
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    struct ipsock_control c;
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_DONT_FRAGMENT);
    FAULT_OK(ipsock_set_dont_fragment(pair.s, false));
    const int before = kernel_value(IPPROTO_IP, IP_MTU_DISCOVER);
    send_with(&m, &buffer, &c, 1);
    fault_fail(FAULT_sendto, 1, 1, ENOBUFS);
    FAULT_CODE(ipsock_send(pair.s, &m, 0), IPSOCK_ENOBUFS);
    assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), before);
    /* The option cannot be set: nothing goes out. */
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 1, EPERM);
    FAULT_CODE(ipsock_send(pair.s, &m, 0), IPSOCK_EPERM);
    assert_int_equal(fault_calls(FAULT_sendto), 0);
    assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), before);
    fault_reset();
    FAULT_OK(ipsock_send(pair.s, &m, 0));
    assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), before);
    fault_close_pair(&pair);
}

/* Waiting for room happens with the option restored: the send lock is not held over a wait. */
static void v4_uni_03_waiting_send_leaves_the_option(void **state)
{
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    struct ipsock_control c;
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_DONT_FRAGMENT);
    FAULT_OK(ipsock_set_dont_fragment(pair.s, false));
    const int before = kernel_value(IPPROTO_IP, IP_MTU_DISCOVER);
    send_with(&m, &buffer, &c, 1);
    fault_reset();
    fault_fail(FAULT_sendto, 1, 2, EAGAIN);
    FAULT_OK(ipsock_send(pair.s, &m, 0));
    /* set and restored at each of three attempts */
    assert_int_equal(fault_calls(FAULT_sendto), 3);
    assert_int_equal(fault_calls(FAULT_setsockopt), 6);
    assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), before);
    fault_close_pair(&pair);
}

/* Equal neighbours of a batch share one setting. */
static void v4_batch_01_equal_runs_share_a_setting(void **state)
{
    struct fault_batch *b = fault_make_batch();
    uint32_t done = 0;
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_DONT_FRAGMENT);
    for (int i = 0; i < 8; i++) {
        send_with(&b->messages[i], &b->buffers[i], &b->control[i], i >= 4);
        b->buffers[i].data = b->data[i];
    }
    fault_reset();
    FAULT_OK(ipsock_send_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], 8, &done, 0));
    assert_int_equal(done, 8);
    assert_int_equal(fault_calls(FAULT_setsockopt), 4); /* two settings, two restored */
    if (fault_native_batches())
        assert_int_equal(fault_calls(FAULT_sendmmsg), 2);
    fault_close_pair(&pair);
    fault_free_batch(b);
}

/* A mode is up to four options of a dual-stack endpoint, of which one may fail. */
static void pmtu_04_failure_leaves_the_old_mode(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_open_pair(&pair, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, 0, 0);
    for (int before = 0; before < 3; before++) {
        for (int after = 0; after < 3; after++) {
            int mode = -1;
            FAULT_OK(ipsock_set_path_mtu_mode(pair.s, before));
            const int whole6 = kernel_value(IPPROTO_IPV6, IPV6_DONTFRAG);
            const int probe6 = kernel_value(IPPROTO_IPV6, IPV6_MTU_DISCOVER);
            const int probe4 = kernel_value(IPPROTO_IP, IP_MTU_DISCOVER);
            for (unsigned call = 0; call < 2; call++) {
                unsigned n = 1; /* until there are fewer such calls, and nothing fails */
                for (;; n++) {
                    fault_reset();
                    fault_fail(call == 0 ? FAULT_setsockopt : FAULT_getsockopt, n, n, EPERM);
                    const int code = ipsock_set_path_mtu_mode(pair.s, after);
                    if (code == IPSOCK_OK)
                        break;
                    FAULT_CODE(code, IPSOCK_EPERM);
                    fault_reset();
                    assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_DONTFRAG), whole6);
                    assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_MTU_DISCOVER), probe6);
                    assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), probe4);
                    FAULT_OK(ipsock_get_path_mtu_mode(pair.s, &mode));
                    assert_int_equal(mode, before);
                }
                fault_reset();
                assert_in_range(n, 3, 9);
                FAULT_OK(ipsock_set_path_mtu_mode(pair.s, before));
            }
        }
    }
    fault_close_pair(&pair);
}

/* What each mode is to the kernel, whatever was set before: that is what its packets go by. */
static void pmtu_01_modes_are_the_kernel_s_own(void **state)
{
    static const struct {
        int whole6, probe6, probe4;
    } wanted[] = {
        [IPSOCK_PATH_MTU_DEFAULT] = {0, IPV6_PMTUDISC_WANT, IP_PMTUDISC_WANT},
        [IPSOCK_PATH_MTU_FORBID] = {1, IPV6_PMTUDISC_WANT, IP_PMTUDISC_DO},
        [IPSOCK_PATH_MTU_PROBE] = {1, IPV6_PMTUDISC_PROBE, IP_PMTUDISC_PROBE},
    };
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_reset();
    for (int before = 0; before < 3; before++) {
        for (int after = 0; after < 3; after++) {
            fault_open_pair(&pair, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, 0, 0);
            FAULT_OK(ipsock_set_path_mtu_mode(pair.s, before));
            FAULT_OK(ipsock_set_path_mtu_mode(pair.s, after));
            assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_DONTFRAG), wanted[after].whole6);
            assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_MTU_DISCOVER), wanted[after].probe6);
            assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), wanted[after].probe4);
            fault_close_pair(&pair);
            fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
            FAULT_OK(ipsock_set_path_mtu_mode(pair.s, before));
            FAULT_OK(ipsock_set_path_mtu_mode(pair.s, after));
            assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), wanted[after].probe4);
            fault_close_pair(&pair);
        }
    }
}

/* A kernel without the option does not probe: the other modes are there all the same. */
static void pmtu_04_kernel_without_probes(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    int mode = -1;
    fault_open_pair(&pair, IPSOCK_IPV6, 0, 0, 0);
    fault_reset();
    fault_fail(FAULT_getsockopt, 1, 1, ENOPROTOOPT); /* of IPV6_MTU_DISCOVER */
    FAULT_OK(ipsock_set_path_mtu_mode(pair.s, IPSOCK_PATH_MTU_FORBID));
    fault_fail(FAULT_getsockopt, 2, 2, ENOPROTOOPT);
    FAULT_OK(ipsock_get_path_mtu_mode(pair.s, &mode));
    assert_int_equal(mode, IPSOCK_PATH_MTU_FORBID);
    fault_fail(FAULT_getsockopt, 2, 2, ENOPROTOOPT);
    FAULT_CODE(ipsock_set_path_mtu_mode(pair.s, IPSOCK_PATH_MTU_PROBE), IPSOCK_ENOTSUP);
    expect_error("getsockopt", "IPV6_MTU_DISCOVER", ENOPROTOOPT);
    fault_close_pair(&pair);
}

/* Somebody else's socket may probe already, without IPV6_DONTFRAG. */
static void pmtu_04_adopted_sockets_tell_their_mode(void **state)
{
    static const struct {
        int family, level, name, value, mode;
    } cases[] = {
        {AF_INET, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, IPSOCK_PATH_MTU_PROBE},
        {AF_INET, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO, IPSOCK_PATH_MTU_FORBID},
        {AF_INET, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT, IPSOCK_PATH_MTU_DEFAULT},
        {AF_INET, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT, IPSOCK_PATH_MTU_DEFAULT},
        {AF_INET6, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, IPSOCK_PATH_MTU_PROBE},
        {AF_INET6, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT, IPSOCK_PATH_MTU_DEFAULT},
        {AF_INET6, IPPROTO_IPV6, IPV6_DONTFRAG, 1, IPSOCK_PATH_MTU_FORBID},
    };
    (void)state;
    fault_reset();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ipsock_config config;
        const int fd = socket(cases[i].family, SOCK_DGRAM, 0);
        int mode = -1;
        bool whole = false;
        if (fd < 0 && cases[i].family == AF_INET6)
            break;
        assert_int_equal(
            setsockopt(fd, cases[i].level, cases[i].name, &cases[i].value, sizeof cases[i].value),
            0);
        ipsock_config_init(&config);
        config.flags = IPSOCK_ADOPT_OWN;
        FAULT_OK(ipsock_adopt(&pair.s, fd, &config));
        FAULT_OK(ipsock_get_path_mtu_mode(pair.s, &mode));
        assert_int_equal(mode, cases[i].mode);
        FAULT_OK(ipsock_get_dont_fragment(pair.s, &whole));
        assert_int_equal(whole, mode != IPSOCK_PATH_MTU_DEFAULT);
        FAULT_OK(ipsock_set_dont_fragment(pair.s, false));
        FAULT_OK(ipsock_get_path_mtu_mode(pair.s, &mode));
        assert_int_equal(mode, IPSOCK_PATH_MTU_DEFAULT);
        ipsock_free(pair.s);
    }
}

/* Path MTU discovery that forbids fragmenting is taken back with the option, or not at all. */
static void ad_08_discovery_is_put_back(void **state)
{
    const int forbids = IPV6_PMTUDISC_DO;
    bool on = false;
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_open_pair(&pair, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, 0, 0);
    FAULT_OK(ipsock_set_dont_fragment(pair.s, true));
    assert_int_equal(setsockopt((int)ipsock_handle(pair.s), IPPROTO_IPV6, IPV6_MTU_DISCOVER,
                                &forbids, sizeof forbids),
                     0);
    for (unsigned n = 1; n <= 3; n++) {
        fault_reset();
        fault_fail(FAULT_setsockopt, n, n, EPERM);
        FAULT_CODE(ipsock_set_dont_fragment(pair.s, false), IPSOCK_EPERM);
        assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_MTU_DISCOVER), forbids);
        assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_DONTFRAG), 1);
        assert_int_equal(kernel_value(IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_DO);
    }
    fault_reset();
    FAULT_OK(ipsock_set_dont_fragment(pair.s, false));
    FAULT_OK(ipsock_get_dont_fragment(pair.s, &on));
    assert_false(on);
    fault_close_pair(&pair);
}

/* Received hop limits are switched on family by family; where that fails nothing is looked at. */
static void gtsm_01_failure_leaves_the_old_limit(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fault_open_pair(&pair, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, 0, 0);
    for (unsigned n = 1; n <= 2; n++) {
        int value = -1;
        fault_reset();
        fault_fail(FAULT_setsockopt, n, n, EPERM);
        FAULT_CODE(ipsock_set_minimum_hop_limit(pair.s, 255), IPSOCK_EPERM);
        FAULT_OK(ipsock_get_minimum_hop_limit(pair.s, &value));
        assert_int_equal(value, 0);
        assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 0);
        assert_int_equal(kernel_value(IPPROTO_IP, IP_RECVTTL), 0);
    }
    fault_reset();
    FAULT_OK(ipsock_set_minimum_hop_limit(pair.s, 255));
    assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 1);
    assert_int_equal(kernel_value(IPPROTO_IP, IP_RECVTTL), 1);
    /* once it looks, another limit is no matter of the system's */
    fault_reset();
    FAULT_OK(ipsock_set_minimum_hop_limit(pair.s, 200));
    assert_int_equal(fault_calls(FAULT_setsockopt), 0);
    /* nor does it end by half */
    for (unsigned n = 1; n <= 2; n++) {
        int value = -1;
        fault_reset();
        fault_fail(FAULT_setsockopt, n, n, EPERM);
        FAULT_CODE(ipsock_set_minimum_hop_limit(pair.s, 0), IPSOCK_EPERM);
        FAULT_OK(ipsock_get_minimum_hop_limit(pair.s, &value));
        assert_int_equal(value, 200);
        assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 1);
        assert_int_equal(kernel_value(IPPROTO_IP, IP_RECVTTL), 1);
    }
    fault_reset();
    FAULT_OK(ipsock_set_receive_control(pair.s, IPSOCK_CONTROL_HOP_LIMIT, true));
    FAULT_OK(ipsock_set_minimum_hop_limit(pair.s, 0));
    assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 1);
    FAULT_OK(ipsock_set_receive_control(pair.s, IPSOCK_CONTROL_HOP_LIMIT, false));
    assert_int_equal(kernel_value(IPPROTO_IPV6, IPV6_RECVHOPLIMIT), 0);
    assert_int_equal(kernel_value(IPPROTO_IP, IP_RECVTTL), 0);
    fault_close_pair(&pair);
}

/* What the owner of a handle had is his again. */
static void gtsm_01_adopted_handles_are_given_back(void **state)
{
    (void)state;
    for (int had = 0; had <= 1; had++) {
        struct ipsock_config config;
        struct ipsock_endpoint *s;
        ipsock_handle_t handle;
        int value = -1;
        socklen_t length = sizeof value;
        fault_reset();
        const int fd = socket(AF_INET, SOCK_DGRAM, 0);
        assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &had, sizeof had), 0);
        ipsock_config_init(&config);
        FAULT_OK(ipsock_adopt(&s, fd, &config));
        FAULT_OK(ipsock_set_minimum_hop_limit(s, 255));
        if (had)
            FAULT_OK(ipsock_set_minimum_hop_limit(s, 0));
        FAULT_OK(ipsock_release(s, &handle));
        assert_int_equal(getsockopt(fd, IPPROTO_IP, IP_RECVTTL, &value, &length), 0);
        assert_int_equal(value, had);
        ipsock_free(s);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_08_discovery_is_put_back),
        cmocka_unit_test(mapped_opt_failure_leaves_both_old_values),
        cmocka_unit_test(mapped_opt_nothing_is_set_that_cannot_be_undone),
        cmocka_unit_test(mapped_opt_out_of_range_makes_no_system_call),
        cmocka_unit_test(err_06_lengths_of_values),
        cmocka_unit_test(err_05_system_errors_name_call_and_option),
        cmocka_unit_test(v4_uni_03_failed_send_leaves_the_option),
        cmocka_unit_test(v4_uni_03_waiting_send_leaves_the_option),
        cmocka_unit_test(v4_batch_01_equal_runs_share_a_setting),
        cmocka_unit_test(pmtu_01_modes_are_the_kernel_s_own),
        cmocka_unit_test(pmtu_04_failure_leaves_the_old_mode),
        cmocka_unit_test(pmtu_04_kernel_without_probes),
        cmocka_unit_test(pmtu_04_adopted_sockets_tell_their_mode),
        cmocka_unit_test(gtsm_01_failure_leaves_the_old_limit),
        cmocka_unit_test(gtsm_01_adopted_handles_are_given_back),
    };
    return cmocka_run_group_tests_name("fault/option", tests, NULL, NULL);
}
