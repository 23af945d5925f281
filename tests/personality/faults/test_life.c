// SPDX-License-Identifier: BSD-2-Clause
/* Opening, connecting, accepting and closing when a call of the system's fails on the way. */
#include "sweep.h"

static struct ipsock_endpoint *s, *listener, *client;
static struct ipsock_config config;

/* A size that is refused is searched for: on a socket of its own, the first that is asked. */
static const struct exception opening_exceptions[] = {
    /* Darwin: what is not for the superuser has a raw socket */
    {"getsockopt", "IPV6_UNICAST_HOPS", 0, NULL, IPSOCK_OK, NULL, NULL},
    {"setsockopt", "SO_RCVBUF", 1, "ENOBUFS", IPSOCK_OK, NULL, NULL},
    {"setsockopt", "SO_SNDBUF", 1, "ENOBUFS", IPSOCK_OK, NULL, NULL},
    {"setsockopt", "SO_RCVBUF", 2, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "receive_buffer"},
    {"setsockopt", "SO_SNDBUF", 2, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "send_buffer"},
    {"getsockopt", "SO_RCVBUF", 0, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "receive_buffer"},
    {"getsockopt", "SO_SNDBUF", 0, "ENOBUFS", IPSOCK_ENOBUFS, NULL, "send_buffer"},
    {"close", NULL, 0, NULL, IPSOCK_OK, NULL, NULL},       /* has closed all the same */
    {"getpeername", NULL, 0, NULL, IPSOCK_OK, NULL, NULL}, /* the peer that was asked for */
    /* what the kernel does not drop the library does */
    {"setsockopt", "ICMP6_FILTER", 0, NULL, IPSOCK_OK, NULL, NULL},
    {NULL, NULL, 0, NULL, 0, NULL, NULL},
};

static void nothing(void)
{
}

static void free_all(void)
{
    ipsock_free(s);
    ipsock_free(client);
    ipsock_free(listener);
    s = client = listener = NULL;
}

static int teardown(void **state)
{
    (void)state;
    free_all();
    model_faults_forget();
    return 0;
}

static bool has(int kind, int family, int feature)
{
    struct ipsock_capability_answer answer;
    OK(ipsock_capability(NULL, kind, family, feature, &answer));
    return answer.level != IPSOCK_ABSENT;
}

static int open_it(struct ipsock_error *error)
{
    s = (struct ipsock_endpoint *)&config;
    config.error = error;
    const int code = ipsock_open(&s, &config);
    assert_int_equal(error->code, code);
    if (code < 0)
        assert_null(s);
    return code;
}

/* It is what was asked for. */
static void opened(void)
{
    struct ipsock_addr addr;
    uint32_t bits;
    int value;
    OK(ipsock_local_addr(s, &addr));
    assert_true(addr.port != 0 || config.kind == IPSOCK_RAW);
    if (config.kind == IPSOCK_TCP)
        return;
    OK(ipsock_get_receive_control(s, &bits));
    assert_int_equal(bits, config.receive_control);
    if (config.hop_limit != 0) {
        OK(ipsock_get_hop_limit(s, &value));
        assert_int_equal(value, 9);
    }
    if (config.traffic_class != 0) {
        OK(ipsock_get_traffic_class(s, &value));
        assert_int_equal(value, 0x28);
    }
}

/* Everything that a kind and family can be asked for. */
static void want(int kind, int family, uint32_t flags)
{
    ipsock_config_init(&config);
    config.kind = kind;
    config.family = family;
    config.flags = flags;
    config.local = ipsock_addr_loopback(family, 0);
    config.protocol = kind == IPSOCK_RAW ? 253 : 0;
    config.traffic_class = has(kind, family, IPSOCK_FEATURE_TRAFFIC_CLASS) ? 0x28 : 0;
    config.hop_limit = has(kind, family, IPSOCK_FEATURE_HOP_LIMIT) ? 9 : 0;
    config.receive_buffer = 4096;
    config.send_buffer = 8192;
    if (kind == IPSOCK_TCP)
        return;
    config.flags |= IPSOCK_OPEN_REUSE;
    config.receive_control = receivable(kind, family, IPSOCK_CONTROL_RECEIVABLE);
    config.send_control = IPSOCK_CONTROL_POSSIBLE;
}

static void sweep_opening(const char *name, unsigned least)
{
    const struct sweep opening = {
        name, nothing, open_it, opened, nothing, free_all, opening_exceptions, least};
    sweep(&opening);
}

static void udp_opens(void **state)
{
    (void)state;
    want(IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_OPEN_BROADCAST | IPSOCK_OPEN_STRICT_MULTICAST);
    sweep_opening("UDP of IPv4", 20);
    want(IPSOCK_UDP, IPSOCK_IPV6, IPSOCK_OPEN_STRICT_MULTICAST);
    sweep_opening("UDP of IPv6", 20);
    want(IPSOCK_UDP, IPSOCK_IPV4, 0);
    config.peer = ipsock_addr_loopback(IPSOCK_IPV4, 9);
    sweep_opening("connected UDP of IPv4", 20);
}

static void dual_stack_opens(void **state)
{
    (void)state;
    want(IPSOCK_UDP, IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK | IPSOCK_OPEN_BROADCAST);
    config.receive_control &= IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE;
    config.traffic_class = 0;
    if (!has_dual_stack()) {
        struct ipsock_endpoint *none;
        CODE(ipsock_open(&none, &config), IPSOCK_ENOTSUP);
        return;
    }
    sweep_opening("UDP of both families", 20);
}

static void raw_opens(void **state)
{
    (void)state;
    want(IPSOCK_RAW, IPSOCK_IPV4, 0);
    sweep_opening("raw IPv4", 20);
    want(IPSOCK_RAW, IPSOCK_IPV6, 0);
    sweep_opening("raw IPv6", 20);
    want(IPSOCK_RAW, IPSOCK_IPV4, IPSOCK_OPEN_HEADER_INCLUDED);
    config.send_control = 0;
    sweep_opening("raw IPv4 with its own header", 20);
}

static void ping_opens(void **state)
{
    (void)state;
    want(IPSOCK_PING, IPSOCK_IPV4, 0);
    sweep_opening("ping of IPv4", 20);
    want(IPSOCK_PING, IPSOCK_IPV6, 0);
    sweep_opening("ping of IPv6", 20);
}

static void listener_opens(void **state)
{
    (void)state;
    want(IPSOCK_TCP, IPSOCK_IPV4, 0);
    sweep_opening("listener of IPv4", 15);
    want(IPSOCK_TCP, IPSOCK_IPV6, has_dual_stack() ? IPSOCK_OPEN_DUAL_STACK : 0);
    config.traffic_class = 0;
    sweep_opening("listener of both families", 15);
}

static void listen_first(void)
{
    struct ipsock_config at;
    ipsock_config_init(&at);
    at.kind = IPSOCK_TCP;
    at.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    at.traffic_class = 0x28;
    OK(ipsock_open(&listener, &at));
}

static void listen_and_aim(void)
{
    listen_first();
    OK(ipsock_local_addr(listener, &config.peer));
    config.deadline = ipsock_now() + 60 * IPSOCK_SECOND;
}

static void connection_opens(void **state)
{
    (void)state;
    want(IPSOCK_TCP, IPSOCK_IPV4, 0);
    const struct sweep connecting = {"connection", listen_and_aim,     open_it, opened, nothing,
                                     free_all,     opening_exceptions, 15};
    sweep(&connecting);
}

static void listen_and_connect(void)
{
    struct ipsock_config to;
    listen_first();
    ipsock_config_init(&to);
    to.kind = IPSOCK_TCP;
    OK(ipsock_local_addr(listener, &to.peer));
    to.deadline = ipsock_now() + 60 * IPSOCK_SECOND;
    OK(ipsock_open(&client, &to));
}

static int accept_it(struct ipsock_error *error)
{
    s = (struct ipsock_endpoint *)&config;
    OK(ipsock_set_deadline(listener, ipsock_now() + 60 * IPSOCK_SECOND));
    const int code = ipsock_accept(listener, &s, NULL);
    OK(ipsock_last_error(listener, IPSOCK_READ, error));
    if (code < 0)
        assert_null(s);
    return code;
}

/* A call that fails leaves the connection where it is, or has closed it: then another comes. */
static void connect_another(void)
{
    struct ipsock_endpoint *again;
    struct ipsock_config to;
    ipsock_config_init(&to);
    to.kind = IPSOCK_TCP;
    OK(ipsock_local_addr(listener, &to.peer));
    to.deadline = ipsock_now() + 60 * IPSOCK_SECOND;
    OK(ipsock_open(&again, &to));
    ipsock_free(client);
    client = again;
}

static void accepted(void)
{
    int value;
    OK(ipsock_get_traffic_class(s, &value));
    assert_int_equal(value, 0x28);
}

static void connection_is_accepted(void **state)
{
    (void)state;
    const struct sweep accepting = {"accept",        listen_and_connect, accept_it, accepted,
                                    connect_another, free_all,           NULL,      5};
    sweep(&accepting);
}

/* Of the connection, not of the listener: accepting goes on by itself. */
static void accept_goes_on(void **state)
{
    static const char *const gone[] = {"EINTR", "EPROTO", "ENETDOWN", "EHOSTUNREACH",
                                       "ENETUNREACH"};
    struct ipsock_error error;
    (void)state;
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        listen_and_connect();
        model_faults_forget();
        model_faults_order("accept4", gone[i], 1, 2);
        OK(accept_it(&error));
        assert_int_equal(model_faults_calls("accept4"), 3);
        free_all();
        expect_clean();
    }
}

static void interrupted_connect_goes_on(void **state)
{
    struct ipsock_addr peer;
    struct ipsock_error error;
    (void)state;
    want(IPSOCK_TCP, IPSOCK_IPV4, 0);
    listen_and_aim();
    model_faults_forget();
    model_faults_order("connect", "EINTR", 1, 1);
    OK(open_it(&error));
    OK(ipsock_peer_addr(s, &peer));
    assert_true(ipsock_addr_equal(&peer, &config.peer));
    assert_int_equal(model_faults_calls("connect"), 1);
    free_all();
    expect_clean();
}

/* A second closing could hit a descriptor of somebody else's. */
static void each_descriptor_is_closed_once(void **state)
{
    static const char *const failures[] = {NULL, "EINTR", "EIO"};
    (void)state;
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct ipsock_message m;
        struct ipsock_buffer buffer;
        struct ipsock_error error;
        char data[8];
        model_faults_forget();
        want(IPSOCK_UDP, IPSOCK_IPV4, 0);
        OK(open_it(&error));
        ipsock_message_init(&m, &buffer, data, sizeof data);
        OK(ipsock_set_read_deadline(s, ipsock_now() + IPSOCK_MILLISECOND));
        CODE(ipsock_recv(s, &m, 0), IPSOCK_ETIMEDOUT);
        assert_int_equal(model_faults_descriptors(), 3); /* two of the wake channel */
        model_faults_forget();
        if (failures[i] != NULL)
            model_faults_order("close", failures[i], 1, UINT_MAX);
        OK(ipsock_close(s));
        assert_int_equal(model_faults_calls("close"), 3);
        CODE(ipsock_close(s), IPSOCK_ECLOSED);
        free_all();
        assert_int_equal(model_faults_calls("close"), 3);
        expect_clean();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(udp_opens, teardown),
        cmocka_unit_test_teardown(dual_stack_opens, teardown),
        cmocka_unit_test_teardown(raw_opens, teardown),
        cmocka_unit_test_teardown(ping_opens, teardown),
        cmocka_unit_test_teardown(listener_opens, teardown),
        cmocka_unit_test_teardown(connection_opens, teardown),
        cmocka_unit_test_teardown(connection_is_accepted, teardown),
        cmocka_unit_test_teardown(accept_goes_on, teardown),
        cmocka_unit_test_teardown(interrupted_connect_goes_on, teardown),
        cmocka_unit_test_teardown(each_descriptor_is_closed_once, teardown),
    };
    return cmocka_run_group_tests_name("personality/faults/life", tests, NULL, NULL);
}
