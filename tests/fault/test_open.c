// SPDX-License-Identifier: BSD-2-Clause
/* Opening, adopting, accepting and closing when a system call on the way fails: the error tells
 * which, no descriptor is left, and each is closed once. */
#include "fault.h"

static struct ipsock_error error;

/* Everything that costs a system call. */
static void rich(struct ipsock_config *config, int kind)
{
    const bool ipv6 = fault_has_ipv6();
    ipsock_config_init(config);
    config->kind = kind;
    config->local = ipsock_addr_loopback(ipv6 ? IPSOCK_IPV6 : IPSOCK_IPV4, 0);
    config->flags = ipv6 ? IPSOCK_OPEN_DUAL_STACK : 0;
    config->traffic_class = 0x28;
    config->hop_limit = 9;
    config->receive_buffer = 4096;
    config->send_buffer = 8192;
    config->error = &error;
    if (kind == IPSOCK_UDP) {
        config->flags |= IPSOCK_OPEN_REUSE | IPSOCK_OPEN_BROADCAST | IPSOCK_OPEN_STRICT_MULTICAST;
        config->receive_control = IPSOCK_CONTROL_HEADER;
        config->send_control = IPSOCK_CONTROL_HEADER & IPSOCK_CONTROL_SENDABLE;
    }
}

static void expect_nothing_left(unsigned descriptors)
{
    fault_reset();
    assert_int_equal(fault_count_descriptors(), descriptors);
}

/* Every call of opening fails, one after the other. */
static void fail_each_call_of_opening(int kind)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    unsigned calls[FAULT_COUNT];
    unsigned refusals = 0;
    rich(&config, kind);
    fault_reset();
    const unsigned before = fault_count_descriptors();
    FAULT_OK(ipsock_open(&s, &config));
    for (int i = 0; i < FAULT_COUNT; i++)
        calls[i] = fault_calls((enum fault_call)i);
    ipsock_free(s);
    for (int i = 0; i < FAULT_COUNT; i++) {
        for (unsigned n = 1; n <= calls[i]; n++) {
            const enum fault_call call = (enum fault_call)i;
            if (call == FAULT_close || call == FAULT_getpid || call == FAULT_clock_gettime ||
                call >= FAULT_mmap)
                continue; /* these do not fail, or once in a process: test_process.c */
            fault_reset();
            fault_fail(call, n, n, EACCES);
            s = (struct ipsock_endpoint *)&config;
            const int code = ipsock_open(&s, &config);
            if (code >= 0)
                fail_msg("call %u of %s failed and nobody noticed", n, fault_name(call));
            refusals++;
            assert_null(s);
            assert_int_equal(error.code, code);
            assert_int_equal(code, call == FAULT_calloc ? IPSOCK_ENOMEM : IPSOCK_EPERM);
            if (call != FAULT_calloc) {
                assert_string_equal(error.operation, fault_name(call));
                assert_int_equal(error.native, EACCES);
            }
            if (call == FAULT_setsockopt || call == FAULT_getsockopt)
                assert_non_null(error.option);
            assert_int_equal(fault_open_descriptors(), 0);
            assert_int_equal(fault_stray_closings(), 0);
            expect_nothing_left(before);
        }
    }
    assert_true(refusals >= 8);
}

static void err_05_each_call_of_opening_udp_fails(void **state)
{
    (void)state;
    fail_each_call_of_opening(IPSOCK_UDP);
}

static void err_05_each_call_of_opening_a_listener_fails(void **state)
{
    (void)state;
    fail_each_call_of_opening(IPSOCK_TCP);
}

/* A host without IPv6: the kernel has no such sockets. */
static void v6_uni_host_without_the_family(void **state)
{
    char text[IPSOCK_ERROR_TEXT];
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    (void)state;
    for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++) {
        for (int dual = 0; dual < (kind <= IPSOCK_TCP ? 2 : 1); dual++) {
            fault_reset();
            fault_fail(FAULT_socket, 1, 1, EAFNOSUPPORT);
            ipsock_config_init(&config);
            config.kind = kind;
            config.protocol = kind == IPSOCK_RAW ? 253 : 0;
            config.local = ipsock_addr_any(IPSOCK_IPV6, 0);
            config.flags = dual ? IPSOCK_OPEN_DUAL_STACK : 0;
            config.error = &error;
            FAULT_CODE(ipsock_open(&s, &config), IPSOCK_ENOTSUP);
            assert_null(s);
            assert_string_equal(error.operation, "socket IPv6");
            assert_string_equal(error.option, "family");
            assert_int_equal(error.native, EAFNOSUPPORT);
            ipsock_error_format(&error, text, sizeof text);
            assert_non_null(strstr(text, "socket IPv6: this host has no such address family"));
        }
    }
}

/* The ledger tries, each time. */
static void uni_capability_of_a_family_that_the_host_has_not(void **state)
{
    static const int families[] = {IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED};
    struct ipsock_capability_answer c;
    (void)state;
    for (int family = 0; family < 3; family++)
        for (int kind = IPSOCK_UDP; kind <= IPSOCK_PING; kind++)
            for (int feature = 0; feature < IPSOCK_FEATURE_COUNT; feature++) {
                fault_reset();
                fault_fail(FAULT_socket, 1, 1, EAFNOSUPPORT);
                FAULT_OK(ipsock_capability(NULL, kind, families[family], feature, &c));
                assert_int_equal(c.level, IPSOCK_ABSENT);
                assert_null(c.mechanism);
                assert_string_equal(c.reason, family == 0 ? "this host has no IPv4"
                                                          : "this host has no IPv6");
                assert_int_equal(fault_open_descriptors(), 0);
            }
    fault_reset();
    fault_fail(FAULT_socket, 2, 2, EAFNOSUPPORT);
    FAULT_OK(ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_HOP_LIMIT, &c));
    assert_string_equal(c.reason,
                        fault_has_ipv6() ? "this host has no IPv4" : "this host has no IPv6");
    /* not an answer about the family */
    fault_reset();
    fault_fail(FAULT_socket, 1, 1, EMFILE);
    FAULT_CODE(ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_HOP_LIMIT, &c),
               IPSOCK_ENFILE);
    fault_reset();
    fault_fail(FAULT_socket, 1, 1, EPERM);
    FAULT_OK(ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_HOP_LIMIT, &c));
    assert_int_equal(c.level, IPSOCK_NATIVE);
    /* an endpoint is there, and so is its family */
    struct fault_pair pair;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
    fault_fail(FAULT_socket, 1, 1, EAFNOSUPPORT);
    FAULT_OK(ipsock_capability(pair.s, 0, 0, IPSOCK_FEATURE_HOP_LIMIT, &c));
    assert_int_equal(c.level, IPSOCK_NATIVE);
    fault_close_pair(&pair);
}

/* What a refused connect means; the second connect is that of the socket that is asked. */
static void ref_02_connects_that_are_refused(void **state)
{
    static const struct {
        int native;
        unsigned last;
        int code;
    } refusals[] = {{EPERM, 1, IPSOCK_EFIREWALL},
                    {EACCES, 1, IPSOCK_EHOSTUNREACH},
                    {EACCES, 2, IPSOCK_EBROADCAST},
                    {EACCES, 3, IPSOCK_EHOSTUNREACH},
                    {EINVAL, 1, IPSOCK_EINVAL},
                    {EINVAL, 2, IPSOCK_ENETUNREACH},
                    {EHOSTUNREACH, 1, IPSOCK_EHOSTUNREACH}};
    (void)state;
    for (int kind = IPSOCK_UDP; kind <= IPSOCK_TCP; kind++)
        for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
            struct ipsock_endpoint *s;
            struct ipsock_config config;
            ipsock_config_init(&config);
            config.kind = kind;
            config.peer = ipsock_addr_loopback(IPSOCK_IPV4, 9);
            config.error = &error;
            fault_reset();
            fault_fail(FAULT_connect, 1, refusals[i].last, refusals[i].native);
            FAULT_CODE(ipsock_open(&s, &config), refusals[i].code);
            assert_string_equal(error.operation, "connect");
            assert_int_equal(error.native, refusals[i].native);
            assert_int_equal(fault_open_descriptors(), 0);
        }
}

/* The same of sends; with opaque control data it may be privilege that lacks. */
static void ref_02_sends_that_are_refused(void **state)
{
    static const struct {
        int native;
        unsigned connects; /* of the socket that is asked, that fail */
        int code;
    } refusals[] = {{EPERM, 0, IPSOCK_EFIREWALL},   {EACCES, 0, IPSOCK_EHOSTUNREACH},
                    {EACCES, 1, IPSOCK_EBROADCAST}, {EACCES, 2, IPSOCK_EHOSTUNREACH},
                    {EINVAL, 0, IPSOCK_EINVAL},     {EINVAL, 1, IPSOCK_ENETUNREACH}};
    uint8_t opaque[CMSG_SPACE(sizeof(int))] = {0};
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_OPAQUE};
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    struct fault_pair pair;
    (void)state;
    fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_OPAQUE);
    ipsock_message_init_send(&m, &buffer, "x", 1, &pair.peer);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        fault_reset();
        fault_fail(FAULT_sendto, 1, 1, refusals[i].native);
        if (refusals[i].connects != 0)
            fault_fail(FAULT_connect, 1, refusals[i].connects, refusals[i].native);
        FAULT_CODE(ipsock_send(pair.s, &m, 0), refusals[i].code);
    }
    /* nothing can be asked: as it was said always */
    fault_reset();
    fault_fail(FAULT_sendto, 1, 1, EACCES);
    fault_fail(FAULT_socket, 1, 1, EMFILE);
    FAULT_CODE(ipsock_send(pair.s, &m, 0), IPSOCK_EBROADCAST);
    control.opaque = opaque;
    control.opaque_length = sizeof opaque;
    m.control = &control;
    fault_reset();
    fault_fail(FAULT_sendmsg, 1, 1, EPERM);
    FAULT_CODE(ipsock_send(pair.s, &m, 0), IPSOCK_EPERM);
    fault_close_pair(&pair);
}

/* Linux would put ::ffff: addresses on the wire (net/ipv6/raw.c). */
static void ref_06_adopted_raw_with_a_mapped_peer(void **state)
{
    /* without a port Linux does not tell of the peer: such a socket counts as unconnected */
    const struct sockaddr_in6 to = {.sin6_family = AF_INET6,
                                    .sin6_port = htons(253),
                                    .sin6_addr.s6_addr = {[10] = 0xff, 0xff, 127, 0, 0, 1}};
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    (void)state;
    fault_reset();
    const int fd = socket(AF_INET6, SOCK_RAW, 253);
    if (fd < 0 || connect(fd, (const struct sockaddr *)(const void *)&to, sizeof to) < 0) {
        close(fd);
        print_message("no raw sockets of IPv6 here\n");
        skip();
    }
    ipsock_config_init(&config);
    config.error = &error;
    FAULT_CODE(ipsock_adopt(&s, fd, &config), IPSOCK_EFAMILY);
    assert_string_equal(error.option, "peer");
    assert_int_equal(close(fd), 0);
}

/* Interfaces are listed with whichever family there is. */
static void uni_interfaces_without_a_family(void **state)
{
    struct ipsock_interface *list;
    (void)state;
    fault_reset();
    fault_fail(FAULT_socket, 1, 1, EAFNOSUPPORT);
    FAULT_OK(ipsock_interfaces(&list));
    assert_non_null(list);
    assert_string_equal(list->name, "lo");
    if (fault_has_ipv6())
        assert_true(list->mtu > 0);
    ipsock_interfaces_free(list);
    assert_int_equal(fault_open_descriptors(), 0);
}

static void uni_interfaces_without_memory(void **state)
{
    struct ipsock_interface *list;
    (void)state;
    fault_reset();
    FAULT_OK(ipsock_interfaces(&list));
    ipsock_interfaces_free(list);
    const unsigned calls = fault_calls(FAULT_calloc);
    assert_true(calls >= 2);
    for (unsigned n = 1; n <= calls; n++) {
        fault_reset();
        fault_fail(FAULT_calloc, n, n, 0);
        list = (struct ipsock_interface *)&error;
        FAULT_CODE(ipsock_interfaces(&list), IPSOCK_ENOMEM);
        assert_null(list);
        assert_int_equal(fault_open_descriptors(), 0);
    }
    fault_reset();
    fault_fail(FAULT_calloc, 1, 1, 0);
    FAULT_CODE(ipsock_interface_by_name("lo", &list), IPSOCK_ENOMEM);
    assert_null(list);
}

/* A failed adoption leaves the handle to the caller, open and as it was. */
static void err_04_each_call_of_adopting_fails(void **state)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    struct sockaddr_in name = {.sin_family = AF_INET};
    unsigned calls[FAULT_COUNT];
    (void)state;
    fault_reset();
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
    ipsock_config_init(&config);
    config.flags = IPSOCK_ADOPT_OWN;
    config.receive_control = IPSOCK_CONTROL_HEADER;
    config.send_control = IPSOCK_CONTROL_HOP_LIMIT;
    config.error = &error;
    fault_reset();
    FAULT_OK(ipsock_adopt(&s, fd, &config));
    for (int i = 0; i < FAULT_COUNT; i++)
        calls[i] = fault_calls((enum fault_call)i);
    FAULT_OK(ipsock_set_receive_control(s, IPSOCK_CONTROL_HEADER, false));
    ipsock_handle_t handle;
    FAULT_OK(ipsock_release(s, &handle));
    assert_int_equal(handle, fd);
    ipsock_free(s);
    assert_int_equal(fault_calls(FAULT_close), 0);
    assert_true(calls[FAULT_setsockopt] >= 3 && calls[FAULT_getsockopt] >= 3);
    for (int i = 0; i < FAULT_COUNT; i++) {
        const enum fault_call call = (enum fault_call)i;
        if (call != FAULT_setsockopt && call != FAULT_calloc)
            continue; /* what the system cannot tell is no failure */
        for (unsigned n = 1; n <= calls[i]; n++) {
            int value = -1;
            socklen_t length = sizeof value;
            fault_reset();
            fault_fail(call, n, n, ENOMEM);
            FAULT_CODE(ipsock_adopt(&s, fd, &config), IPSOCK_ENOMEM);
            assert_null(s);
            assert_int_equal(error.code, IPSOCK_ENOMEM);
            assert_int_equal(fault_calls(FAULT_close), 0);
            fault_reset();
            assert_int_equal(getsockopt(fd, IPPROTO_IP, IP_PKTINFO, &value, &length), 0);
            assert_int_equal(value, 0);
            assert_int_equal(getsockopt(fd, IPPROTO_IP, IP_RECVTTL, &value, &length), 0);
            assert_int_equal(value, 0);
        }
    }
    assert_int_equal(close(fd), 0);
}

/* Questions that fail for want of memory are not answered: the handle might be connected, take IPv4
 * or have headers of its own. The raw one needs privilege. */
static void err_04_questions_without_answer(void **state)
{
    static const struct {
        int family, type, protocol;
    } handles[] = {{AF_INET6, SOCK_DGRAM, 0}, {AF_INET, SOCK_STREAM, 0}, {AF_INET, SOCK_RAW, 253}};
    static const enum fault_call questions[] = {FAULT_getsockopt, FAULT_getpeername,
                                                FAULT_getsockname};
    (void)state;
    for (size_t i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        const int fd = socket(handles[i].family, handles[i].type, handles[i].protocol);
        for (size_t k = 0; fd >= 0 && k < sizeof questions / sizeof questions[0]; k++) {
            struct ipsock_endpoint *s;
            struct ipsock_config config;
            ipsock_config_init(&config);
            config.error = &error;
            fault_reset();
            FAULT_OK(ipsock_adopt(&s, fd, &config));
            ipsock_free(s);
            const unsigned calls = fault_calls(questions[k]);
            for (unsigned n = 1; n <= calls; n++) {
                fault_reset();
                fault_fail(questions[k], n, n, ENOBUFS);
                FAULT_CODE(ipsock_adopt(&s, fd, &config), IPSOCK_ENOBUFS);
                assert_string_equal(error.operation, fault_name(questions[k]));
                if (questions[k] == FAULT_getsockopt)
                    assert_non_null(error.option);
            }
        }
        close(fd);
    }
}

static struct ipsock_endpoint *listener(struct ipsock_addr *at)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_TCP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    FAULT_OK(ipsock_open(&s, &config));
    FAULT_OK(ipsock_local_addr(s, at));
    return s;
}

static struct ipsock_endpoint *client(const struct ipsock_addr *at)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_TCP;
    config.peer = *at;
    config.deadline = ipsock_now() + 30 * IPSOCK_SECOND;
    FAULT_OK(ipsock_open(&s, &config));
    return s;
}

/* Of a socket that was made a moment ago nothing is read to be put back, and nothing is asked that
 * was told: it is closed if a step fails. */
static void thr_04_fresh_sockets_are_not_read(void **state)
{
    struct ipsock_endpoint *s, *connection;
    struct ipsock_config config;
    struct ipsock_addr at, peer, local;
    (void)state;
    rich(&config, IPSOCK_UDP);
    config.receive_buffer = config.send_buffer = 0; /* are tried on another one, and read there */
    config.flags |= IPSOCK_OPEN_ERROR_STREAM;
    fault_reset();
    FAULT_OK(ipsock_open(&s, &config));
    assert_true(fault_calls(FAULT_setsockopt) >= 8);
    assert_int_equal(fault_calls(FAULT_getsockopt), 0);
    /* from now on others may have set what is found */
    FAULT_OK(ipsock_set_receive_control(s, IPSOCK_CONTROL_HOP_LIMIT, false));
    assert_true(fault_calls(FAULT_getsockopt) >= 1);
    ipsock_free(s);

    rich(&config, IPSOCK_TCP);
    config.receive_buffer = config.send_buffer = 0;
    FAULT_OK(ipsock_open(&s, &config));
    FAULT_OK(ipsock_local_addr(s, &at));
    struct ipsock_endpoint *c = client(&at);
    FAULT_OK(ipsock_local_addr(c, &local));
    fault_reset();
    FAULT_OK(ipsock_accept(s, &connection, &peer));
    const unsigned sets = fault_calls(FAULT_setsockopt);
    assert_true(sets >= 2);
    assert_int_equal(fault_calls(FAULT_getsockopt), 0);
    assert_int_equal(fault_calls(FAULT_getpeername), 0);
    assert_true(ipsock_addr_equal(&peer, &local));
    ipsock_free(connection);
    ipsock_free(c);
    for (unsigned n = 1; n <= sets; n++) {
        c = client(&at);
        const unsigned before = fault_count_descriptors();
        fault_reset();
        fault_fail(FAULT_setsockopt, n, n, EACCES);
        FAULT_CODE(ipsock_accept(s, &connection, NULL), IPSOCK_EPERM);
        assert_null(connection);
        assert_int_equal(fault_count_descriptors(), before);
        ipsock_free(c);
    }
    ipsock_free(s);
}

/* No memory for the connection: it is closed, and the listener goes on. */
static void err_accepting_without_memory(void **state)
{
    struct ipsock_addr at;
    struct ipsock_endpoint *connection;
    (void)state;
    fault_reset();
    struct ipsock_endpoint *s = listener(&at);
    struct ipsock_endpoint *c = client(&at);
    const unsigned open = fault_open_descriptors();
    fault_fail(FAULT_calloc, 1, 1, 0);
    FAULT_CODE(ipsock_accept(s, &connection, NULL), IPSOCK_ENOMEM);
    assert_null(connection);
    assert_int_equal(fault_open_descriptors(), open);
    ipsock_free(c);
    c = client(&at);
    FAULT_OK(ipsock_accept(s, &connection, NULL));
    assert_non_null(connection);
    ipsock_free(connection);
    ipsock_free(c);
    ipsock_free(s);
    assert_int_equal(fault_open_descriptors(), 0);
    assert_int_equal(fault_stray_closings(), 0);
}

static void err_accepting_when_descriptors_are_used_up(void **state)
{
    struct ipsock_addr at;
    struct ipsock_endpoint *connection;
    (void)state;
    fault_reset();
    struct ipsock_endpoint *s = listener(&at);
    struct ipsock_endpoint *c = client(&at);
    fault_fail(FAULT_accept4, 1, 1, EMFILE);
    FAULT_CODE(ipsock_accept(s, &connection, NULL), IPSOCK_ENFILE);
    assert_null(connection);
    /* These say that one connection is gone, not the listener: accept goes on by itself. */
    fault_fail(FAULT_accept4, 1, 2, EINTR);
    FAULT_OK(ipsock_accept(s, &connection, NULL));
    ipsock_free(connection);
    ipsock_free(c);
    ipsock_free(s);
    assert_int_equal(fault_open_descriptors(), 0);
}

/* An interrupted connect goes on by itself; its end is waited for. */
static void quirk_interrupted_connect_goes_on(void **state)
{
    struct ipsock_addr at, peer;
    (void)state;
    fault_reset();
    struct ipsock_endpoint *s = listener(&at);
    fault_fail(FAULT_connect, 1, 1, EINTR);
    struct ipsock_endpoint *c = client(&at);
    FAULT_OK(ipsock_peer_addr(c, &peer));
    assert_true(ipsock_addr_equal(&peer, &at));
    assert_int_equal(fault_calls(FAULT_connect), 1);
    ipsock_free(c);
    ipsock_free(s);
}

/* A close that is interrupted has closed: a second one could hit another's descriptor. */
static void err_each_descriptor_is_closed_once(void **state)
{
    static const int errors[] = {0, EINTR, EIO};
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct fault_pair pair;
        struct ipsock_message m;
        struct ipsock_buffer buffer;
        char data[8];
        fault_open_pair(&pair, IPSOCK_IPV4, 0, 0, 0);
        const unsigned before = fault_count_descriptors();
        unsigned wake = 0;
        /* A wait makes the wake channel, unless it is over before it begins. */
        ipsock_message_init(&m, &buffer, data, sizeof data);
        for (int64_t time = IPSOCK_MILLISECOND; wake == 0; time *= 2) {
            FAULT_OK(ipsock_set_read_deadline(pair.s, ipsock_now() + time));
            FAULT_CODE(ipsock_recv(pair.s, &m, 0), IPSOCK_ETIMEDOUT);
            wake = fault_open_descriptors();
        }
        assert_in_range(wake, 1, 2);
        if (errors[i] != 0)
            fault_fail(FAULT_close, 1, 100, errors[i]);
        FAULT_OK(ipsock_close(pair.s));
        assert_int_equal(fault_calls(FAULT_close), wake + 1);
        FAULT_CODE(ipsock_close(pair.s), IPSOCK_ECLOSED);
        ipsock_free(pair.s);
        pair.s = NULL;
        assert_int_equal(fault_calls(FAULT_close), wake + 1);
        fault_reset();
        assert_int_equal(fault_count_descriptors(), before - 1);
        fault_close_pair(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(err_05_each_call_of_opening_udp_fails),
        cmocka_unit_test(err_05_each_call_of_opening_a_listener_fails),
        cmocka_unit_test(v6_uni_host_without_the_family),
        cmocka_unit_test(uni_capability_of_a_family_that_the_host_has_not),
        cmocka_unit_test(ref_02_connects_that_are_refused),
        cmocka_unit_test(ref_02_sends_that_are_refused),
        cmocka_unit_test(ref_06_adopted_raw_with_a_mapped_peer),
        cmocka_unit_test(uni_interfaces_without_a_family),
        cmocka_unit_test(uni_interfaces_without_memory),
        cmocka_unit_test(err_04_each_call_of_adopting_fails),
        cmocka_unit_test(err_04_questions_without_answer),
        cmocka_unit_test(thr_04_fresh_sockets_are_not_read),
        cmocka_unit_test(err_accepting_without_memory),
        cmocka_unit_test(err_accepting_when_descriptors_are_used_up),
        cmocka_unit_test(quirk_interrupted_connect_goes_on),
        cmocka_unit_test(err_each_descriptor_is_closed_once),
    };
    return cmocka_run_group_tests_name("fault/open", tests, NULL, NULL);
}
