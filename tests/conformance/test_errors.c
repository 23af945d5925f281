// SPDX-License-Identifier: BSD-2-Clause
/* Handles and errors: ERR. */
#include "harness.h"

/* Every call on an endpoint that cannot serve it. */
static void check_refused(struct ipsock_endpoint *s)
{
    struct ipsock_endpoint *connection = NULL;
    struct ipsock_addr addr;
    struct ipsock_control control;
    struct {
        ipsock_handle_t handle;
        int number;
        bool flag;
        uint32_t bits, index;
    } out;
    struct burst b = make_burst(1);
    uint32_t done = 7;
    memset(&control, 0, sizeof control);
    CHECK(IPSOCK_ECLOSED, ipsock_accept(s, &connection, &addr));
    CHECK(IPSOCK_ECLOSED, ipsock_close(s));
    CHECK(IPSOCK_ECLOSED, ipsock_release(s, &out.handle));
    assert_true(out.handle == IPSOCK_INVALID_HANDLE);
    assert_true(ipsock_handle(s) == IPSOCK_INVALID_HANDLE);
    CHECK(IPSOCK_ECLOSED, ipsock_local_addr(s, &addr));
    CHECK(IPSOCK_ECLOSED, ipsock_peer_addr(s, &addr));
    CHECK(IPSOCK_ECLOSED, ipsock_set_deadline(s, 0));
    CHECK(IPSOCK_ECLOSED, ipsock_set_read_deadline(s, 0));
    CHECK(IPSOCK_ECLOSED, ipsock_set_write_deadline(s, 0));
    CHECK(IPSOCK_ECLOSED, ipsock_cancel(s));
    CHECK(IPSOCK_ECLOSED, ipsock_set_receive_control(s, IPSOCK_CONTROL_HOP_LIMIT, true));
    CHECK(IPSOCK_ECLOSED, ipsock_get_receive_control(s, &out.bits));
    CHECK(IPSOCK_ECLOSED, ipsock_control_reply(s, &control, &control));
    CHECK(IPSOCK_ECLOSED, ipsock_recv(s, b.messages, 0));
    CHECK(IPSOCK_ECLOSED, ipsock_send(s, b.messages, 0));
    CHECK(IPSOCK_ECLOSED, send_burst(s, &b, 1, &done));
    EQUAL(0, done);
    done = 7;
    CHECK(IPSOCK_ECLOSED, receive_burst(s, &b, 1, &done));
    EQUAL(0, done);
    CHECK(IPSOCK_ECLOSED, ipsock_set_traffic_class(s, 0));
    CHECK(IPSOCK_ECLOSED, ipsock_get_traffic_class(s, &out.number));
    CHECK(IPSOCK_ECLOSED, ipsock_set_hop_limit(s, 64));
    CHECK(IPSOCK_ECLOSED, ipsock_get_hop_limit(s, &out.number));
    CHECK(IPSOCK_ECLOSED, ipsock_set_dont_fragment(s, true));
    CHECK(IPSOCK_ECLOSED, ipsock_get_dont_fragment(s, &out.flag));
    CHECK(IPSOCK_ECLOSED, ipsock_get_path_mtu(s, &out.index, NULL));
    CHECK(IPSOCK_ECLOSED, ipsock_set_receive_buffer(s, 10000));
    CHECK(IPSOCK_ECLOSED, ipsock_get_receive_buffer(s, &out.number));
    CHECK(IPSOCK_ECLOSED, ipsock_set_send_buffer(s, 10000));
    CHECK(IPSOCK_ECLOSED, ipsock_get_send_buffer(s, &out.number));
    CHECK(IPSOCK_ECLOSED, ipsock_set_checksum(s, true, 2));
    CHECK(IPSOCK_ECLOSED, ipsock_get_checksum(s, &out.flag, &out.number));
    free_burst(&b);
}

static void err_01_null_and_closed_endpoints(void **state)
{
    struct ipsock_error error;
    struct ipsock_counters counters;
    int kind = 0;
    (void)state;
    check_refused(NULL);
    CHECK(IPSOCK_ECLOSED, ipsock_describe(NULL, &kind, NULL, NULL));
    CHECK(IPSOCK_ECLOSED, ipsock_last_error(NULL, IPSOCK_READ, &error));
    CHECK(IPSOCK_ECLOSED, ipsock_get_counters(NULL, &counters, sizeof counters));
    ipsock_free(NULL);
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        CHECK(IPSOCK_OK, ipsock_close(pair.sender));
        check_refused(pair.sender);
        /* what failed can be asked after closing, too */
        CHECK(IPSOCK_OK, ipsock_last_error(pair.sender, IPSOCK_READ, &error));
        close_pair(&pair);
    }
}

static const uint32_t fields[] = {
    IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_CONTROL_SOURCE,
    IPSOCK_CONTROL_DESTINATION,   IPSOCK_CONTROL_INTERFACE, IPSOCK_CONTROL_PATH_MTU,
    IPSOCK_CONTROL_DONT_FRAGMENT, IPSOCK_CONTROL_NEXT_HOP,  IPSOCK_CONTROL_SEGMENT_SIZE,
    IPSOCK_CONTROL_OPAQUE,
};
/* The features that the fields are, received and sent; -1 where they do not exist. */
static const int features[COUNT(fields)][2] = {
    {IPSOCK_FEATURE_RECV_TRAFFIC_CLASS, IPSOCK_FEATURE_SEND_TRAFFIC_CLASS},
    {IPSOCK_FEATURE_RECV_HOP_LIMIT, IPSOCK_FEATURE_SEND_HOP_LIMIT},
    {IPSOCK_FEATURE_RECV_SOURCE, IPSOCK_FEATURE_SEND_SOURCE},
    {IPSOCK_FEATURE_RECV_DESTINATION, -1},
    {IPSOCK_FEATURE_RECV_INTERFACE, IPSOCK_FEATURE_SEND_INTERFACE},
    {IPSOCK_FEATURE_RECV_PATH_MTU, -1},
    {-1, IPSOCK_FEATURE_SEND_DONT_FRAGMENT},
    {-1, IPSOCK_FEATURE_SEND_NEXT_HOP},
    {IPSOCK_FEATURE_RECV_SEGMENT_SIZE, IPSOCK_FEATURE_SEND_SEGMENT_SIZE},
    {IPSOCK_FEATURE_RECV_OPAQUE, IPSOCK_FEATURE_SEND_OPAQUE},
};

static int level_of(struct ipsock_endpoint *s, int feature)
{
    struct ipsock_capability_answer c;
    CHECK(IPSOCK_OK, ipsock_capability(s, 0, 0, feature, &c));
    if (c.level == IPSOCK_ABSENT && (c.mechanism != NULL || c.reason == NULL))
        fail_msg("%s is absent without a reason", ipsock_feature_name(feature));
    if (c.level == IPSOCK_NATIVE && (c.mechanism == NULL || c.reason != NULL))
        fail_msg("%s is native without a mechanism", ipsock_feature_name(feature));
    return c.level;
}

/* The ledger and the calls agree: absent, and only that, is IPSOCK_ENOTSUP. */
static void check_fields(int column, int kind)
{
    struct ipsock_config config = config_of(column, kind);
    config.protocol = kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    struct ipsock_endpoint *s = must_open(&config);
    for (size_t i = 0; i < COUNT(fields); i++) {
        if (features[i][0] >= 0) {
            const bool absent = level_of(s, features[i][0]) == IPSOCK_ABSENT;
            CHECK(absent ? IPSOCK_ENOTSUP : IPSOCK_OK,
                  ipsock_set_receive_control(s, fields[i], true));
            CHECK(absent ? IPSOCK_ENOTSUP : IPSOCK_OK,
                  ipsock_set_receive_control(s, fields[i], false));
        }
        if (features[i][1] >= 0) {
            struct ipsock_endpoint *other = NULL;
            const bool absent = level_of(s, features[i][1]) == IPSOCK_ABSENT;
            config.send_control = fields[i];
            CHECK(absent ? IPSOCK_ENOTSUP : IPSOCK_OK, ipsock_open(&other, &config));
            assert_true((other == NULL) == absent);
            ipsock_free(other);
        }
    }
    ipsock_free(s);
}

static void err_02_absent_features_are_told(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        check_fields(i, IPSOCK_UDP);
        if (i == MAPPED)
            continue;
        if (system_is_privileged())
            check_fields(i, IPSOCK_RAW);
        if (has_ping(columns[i].family))
            check_fields(i, IPSOCK_PING);
    }
}

static void err_02_ledger_as_expected(void **state)
{
    static const struct {
        const char *what;
        int column, feature;
    } cases[] = {
        {"next-hop-v4", IPSOCK_IPV4, IPSOCK_FEATURE_SEND_NEXT_HOP},
        {"next-hop-v6", IPSOCK_IPV6, IPSOCK_FEATURE_SEND_NEXT_HOP},
        {"dont-fragment-v4", IPSOCK_IPV4, IPSOCK_FEATURE_SEND_DONT_FRAGMENT},
        {"dont-fragment-v6", IPSOCK_IPV6, IPSOCK_FEATURE_SEND_DONT_FRAGMENT},
        {"hop-limit-v4", IPSOCK_IPV4, IPSOCK_FEATURE_SEND_HOP_LIMIT},
        {"traffic-class-v4", IPSOCK_IPV4, IPSOCK_FEATURE_SEND_TRAFFIC_CLASS},
        {"interface-v4", IPSOCK_IPV4, IPSOCK_FEATURE_SEND_INTERFACE},
        {"path-mtu-notice-v4", IPSOCK_IPV4, IPSOCK_FEATURE_RECV_PATH_MTU},
        {"path-mtu-notice-v6", IPSOCK_IPV6, IPSOCK_FEATURE_RECV_PATH_MTU},
        {"path-mtu-v4", IPSOCK_IPV4, IPSOCK_FEATURE_PATH_MTU},
        {"receive-batch", IPSOCK_IPV4, IPSOCK_FEATURE_RECV_BATCH},
        {"dual-stack", IPSOCK_IPV6, IPSOCK_FEATURE_DUAL_STACK},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (!CONFORMANCE_SINGLE || cases[i].feature != IPSOCK_FEATURE_RECV_BATCH)
            expect_feature("err-02", cases[i].what, IPSOCK_UDP, cases[i].column, cases[i].feature);
}

static void err_03_unsupported_differs_from_failures(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair tcp = open_stream(i);
        struct pair udp = open_pair(i, 0, 0);
        uint32_t mtu;
        CHECK(IPSOCK_EKIND, ipsock_set_dont_fragment(tcp.sender, true));
        check_option(tcp.sender, IPSOCK_SETUP, IPSOCK_EKIND, "dont_fragment");
        CHECK(IPSOCK_EKIND, ipsock_set_receive_control(tcp.sender, IPSOCK_CONTROL_HOP_LIMIT, true));
        CHECK(IPSOCK_EKIND, ipsock_set_checksum(udp.sender, true, 2));
        CHECK(IPSOCK_EKIND, ipsock_accept(udp.sender, &(struct ipsock_endpoint *){NULL}, NULL));
        CHECK(IPSOCK_ENOTCONN, ipsock_get_path_mtu(udp.sender, &mtu, NULL));
        CHECK(IPSOCK_ENOTCONN, ipsock_peer_addr(udp.sender, &udp.to));
        close_pair(&tcp);
        close_pair(&udp);
    }
}

static void adopt_refused(ipsock_handle_t handle, int code, int kind, int family)
{
    struct ipsock_endpoint *s = (struct ipsock_endpoint *)&code;
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = kind;
    config.family = family;
    config.flags = IPSOCK_ADOPT_OWN; /* not even then is it closed */
    config.error = &error;
    const bool open = system_is_open(handle);
    CHECK(code, ipsock_adopt(&s, handle, &config));
    assert_null(s);
    CHECK(code, error.code);
    EQUAL(open, system_is_open(handle));
}

static void err_04_foreign_descriptors_are_refused(void **state)
{
    ipsock_handle_t writer;
    const ipsock_handle_t foreign[] = {system_local_socket(), system_pipe(&writer), system_file()};
    (void)state;
    for (size_t i = 0; i < COUNT(foreign); i++) {
        adopt_refused(foreign[i], IPSOCK_ENOTSOCK, 0, 0);
        adopt_refused(foreign[i], IPSOCK_ENOTSOCK, IPSOCK_UDP, IPSOCK_IPV4);
        system_close(foreign[i]);
    }
    system_close(writer);
    adopt_refused(system_closed_handle(), IPSOCK_ENOTSOCK, IPSOCK_UDP, IPSOCK_IPV4);
    adopt_refused(IPSOCK_INVALID_HANDLE, IPSOCK_ENOTSOCK, IPSOCK_UDP, IPSOCK_IPV4);
    /* what the caller says and the system knows must agree */
    const ipsock_handle_t udp = system_udp_socket(IPSOCK_IPV4, true);
    adopt_refused(udp, IPSOCK_EKIND, IPSOCK_TCP, IPSOCK_IPV4);
    adopt_refused(udp, IPSOCK_EKIND, IPSOCK_UDP, IPSOCK_IPV6);
    system_close(udp);
}

static void err_05_system_errors_name_the_call(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_error error;
        struct ipsock_endpoint *second = (struct ipsock_endpoint *)&error;
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        config.error = &error;
        config.local.port = pair.to.port;
        CHECK(IPSOCK_EADDRINUSE, ipsock_open(&second, &config));
        assert_null(second);
        CHECK(IPSOCK_EADDRINUSE, error.code);
        assert_int_not_equal(error.native, 0);
        assert_string_equal(error.operation, "bind");
        config = config_of(i, IPSOCK_TCP);
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        config.peer = pair.to; /* nobody listens for TCP there */
        config.error = &error;
        config.deadline = soon();
        CHECK(IPSOCK_ECONNREFUSED, ipsock_open(&second, &config));
        assert_string_equal(error.operation, "connect");
        assert_int_not_equal(error.native, 0);
        close_pair(&pair);
    }
}

static void err_05_errors_stay_per_direction(void **state)
{
    (void)state;
    struct ipsock_error error;
    struct pair pair = open_pair(V4, 0, 0);
    for (int d = IPSOCK_READ; d <= IPSOCK_SETUP; d++) {
        CHECK(IPSOCK_OK, ipsock_last_error(pair.sender, d, &error));
        CHECK(IPSOCK_OK, error.code);
        assert_true(error.index == IPSOCK_NO_INDEX);
    }
    CHECK(IPSOCK_EINVAL, ipsock_recv(pair.sender, NULL, 0));
    check_nothing(pair.sender); /* "would block" hides no failure */
    CHECK(IPSOCK_EMISSADDR, send_bytes(pair.sender, NULL, "x", 1, NULL));
    CHECK(IPSOCK_EINVAL, ipsock_set_hop_limit(pair.sender, 256));
    const int want[] = {IPSOCK_EINVAL, IPSOCK_EMISSADDR, IPSOCK_EINVAL};
    for (int d = IPSOCK_READ; d <= IPSOCK_SETUP; d++) {
        CHECK(IPSOCK_OK, ipsock_last_error(pair.sender, d, &error));
        CHECK(want[d], error.code);
    }
    CHECK(IPSOCK_EINVAL, ipsock_last_error(pair.sender, 3, &error));
    CHECK(IPSOCK_EINVAL, ipsock_last_error(pair.sender, -1, &error));
    CHECK(IPSOCK_EINVAL, ipsock_last_error(pair.sender, IPSOCK_READ, NULL));
    close_pair(&pair);
}

static void err_06_getters_refuse_null(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair p = open_pair(i, 0, 0);
        CHECK(IPSOCK_EINVAL, ipsock_get_traffic_class(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_hop_limit(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_dont_fragment(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_path_mtu(p.sender, NULL, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_receive_buffer(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_send_buffer(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_checksum(p.sender, NULL, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_receive_control(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_local_addr(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_peer_addr(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_get_counters(p.sender, NULL, sizeof(struct ipsock_counters)));
        CHECK(IPSOCK_EINVAL, ipsock_release(p.sender, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_control_reply(p.sender, NULL, NULL));
        CHECK(IPSOCK_EINVAL, ipsock_recv(p.sender, NULL, 0));
        CHECK(IPSOCK_EINVAL, ipsock_send(p.sender, NULL, 0));
        close_pair(&p);
    }
}

static void err_06_open_refuses_null(void **state)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config = config_of(V4, IPSOCK_UDP);
    (void)state;
    CHECK(IPSOCK_EINVAL, ipsock_open(NULL, &config));
    CHECK(IPSOCK_EINVAL, ipsock_open(&s, NULL));
    CHECK(IPSOCK_EINVAL, ipsock_adopt(NULL, 0, &config));
    CHECK(IPSOCK_EINVAL, ipsock_adopt(&s, 0, NULL));
    config.size = 0;
    CHECK(IPSOCK_EINVAL, ipsock_open(&s, &config));
    assert_null(s);
    CHECK(IPSOCK_EINVAL, ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, 0, NULL));
    struct ipsock_capability_answer c;
    CHECK(IPSOCK_EINVAL, ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, -1, &c));
    CHECK(IPSOCK_EINVAL,
          ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_COUNT, &c));
    CHECK(IPSOCK_EINVAL, ipsock_capability(NULL, 0, IPSOCK_IPV4, 0, &c));
    CHECK(IPSOCK_EINVAL, ipsock_capability(NULL, IPSOCK_UDP, 5, 0, &c));
}

static void err_07_buffer_sizes_read_back(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct pair tcp = open_stream(i);
        struct ipsock_endpoint *const all[] = {pair.sender, tcp.sender, tcp.receiver};
        for (size_t k = 0; k < COUNT(all); k++) {
            int bytes = 0;
            CHECK(IPSOCK_OK, ipsock_set_receive_buffer(all[k], 65536));
            CHECK(IPSOCK_OK, ipsock_get_receive_buffer(all[k], &bytes));
            assert_true(bytes >= 65536);
            CHECK(IPSOCK_OK, ipsock_set_send_buffer(all[k], 32768));
            CHECK(IPSOCK_OK, ipsock_get_send_buffer(all[k], &bytes));
            assert_true(bytes >= 32768);
        }
        close_pair(&pair);
        close_pair(&tcp);
    }
}

static void err_08_failed_send_can_be_repeated(void **state)
{
    /* More control data than a kernel takes: on Linux the failure is ENOBUFS itself. musl refuses
     * more than 1024 bytes with ENOMEM (src/network/sendmsg.c). */
    const size_t size = 4 << 20;
    void *bytes = calloc(1, size);
    (void)state;
    assert_non_null(bytes);
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_OPAQUE);
        struct ipsock_control control;
        struct seen seen;
        memset(&control, 0, sizeof control);
        control.valid = IPSOCK_CONTROL_OPAQUE;
        control.opaque = bytes;
        control.opaque_length = size;
        uint32_t can = 0;
        CHECK(IPSOCK_OK, ipsock_get_send_control(pair.sender, columns[i].traffic, &can));
        const int code = send_bytes(pair.sender, &pair.to, "x", 1, &control);
        if (!(can & IPSOCK_CONTROL_OPAQUE)) /* where none is looked at, none is sent */
            CHECK(IPSOCK_ENOTSUP, code);
        else if (code != IPSOCK_ENOBUFS && code != IPSOCK_EINVAL && code != IPSOCK_EMSGSIZE &&
                 code != IPSOCK_ENOMEM)
            fail_msg("4 MiB of control data: %s", ipsock_error_name(code));
        if (code == IPSOCK_ENOBUFS && strcmp(ipsock_system(), "linux") == 0)
            check_option(pair.sender, IPSOCK_WRITE, code, "control (net.core.optmem_max)");
        check_nothing(pair.receiver);
        exchange(&pair, NULL, &seen);
        close_pair(&pair);
    }
    free(bytes);
}

static int open_raw_unprivileged(void *argument)
{
    struct ipsock_endpoint *s = NULL;
    const struct ipsock_config *config = argument;
    return ipsock_open(&s, config) == IPSOCK_EPERM && s == NULL &&
                   config->error->code == IPSOCK_EPERM && config->error->native != 0 &&
                   strncmp(config->error->option, "raw socket (run as ", 19) == 0
               ? 0
               : 1;
}

static void err_03_missing_privilege(void **state)
{
    (void)state;
    for (int i = V4; i <= V6; i++) {
        struct ipsock_error error;
        struct ipsock_config config = config_of(i, IPSOCK_RAW);
        config.protocol = PROTOCOL_TEST;
        config.error = &error;
        if (begin_column(i))
            EQUAL(0, system_unprivileged(open_raw_unprivileged, &config));
    }
}

/* A refusal says that it is TCP that is refused; what is sent, is sent. */
static void err_03_raw_tcp(void **state)
{
    static const uint8_t segment[20] = {0xc0, 0, 0xc0, 1, [12] = 0x50, 4}; /* RST */
    const bool refused = expected("err-03", "raw-tcp").level == EXPECT_ABSENT;
    (void)state;
    need_privilege();
    need(!refused || system_lacks("raw-tcp") != NULL, "Wine: raw TCP sockets are the host's");
    for (int own = 0; own < 2; own++) {
        struct ipsock_endpoint *s = NULL;
        struct ipsock_error error = {0};
        struct ipsock_config config = config_of(V4, IPSOCK_RAW);
        struct ipsock_ipv4_header header = {.protocol = PROTOCOL_TCP, .hop_limit = 1};
        struct ipsock_message message;
        struct ipsock_buffer buffer;
        const struct ipsock_addr to = addr_of("127.0.0.1");
        config.protocol = PROTOCOL_TCP;
        config.error = &error;
        expect_code("err-03", "raw-tcp", ipsock_open(&s, &config));
        assert_true(!refused || strncmp(error.option, "TCP", 3) == 0);
        ipsock_free(s);
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        config.flags = own ? IPSOCK_OPEN_HEADER_INCLUDED : 0;
        s = must_open(&config);
        ipsock_message_init(&message, &buffer, (void *)(uintptr_t)segment, sizeof segment);
        message.peer = header.destination = to;
        expect_code("err-03", "raw-tcp",
                    own ? ipsock_send_ipv4(s, &header, &message, 0) : ipsock_send(s, &message, 0));
        assert_int_equal(0, ipsock_last_error(s, IPSOCK_WRITE, &error));
        assert_true(!refused || strncmp(error.option, "TCP", 3) == 0);
        ipsock_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_01_null_and_closed_endpoints),
        cmocka_unit_test(err_02_absent_features_are_told),
        cmocka_unit_test(err_02_ledger_as_expected),
        cmocka_unit_test(err_03_unsupported_differs_from_failures),
        cmocka_unit_test(err_03_missing_privilege),
        cmocka_unit_test(err_03_raw_tcp),
        cmocka_unit_test(err_04_foreign_descriptors_are_refused),
        cmocka_unit_test(err_05_system_errors_name_the_call),
        cmocka_unit_test(err_05_errors_stay_per_direction),
        cmocka_unit_test(err_06_getters_refuse_null),
        cmocka_unit_test(err_06_open_refuses_null),
        cmocka_unit_test(err_07_buffer_sizes_read_back),
        cmocka_unit_test(err_08_failed_send_can_be_repeated),
    };
    return RUN(tests);
}
