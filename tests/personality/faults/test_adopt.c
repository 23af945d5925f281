// SPDX-License-Identifier: BSD-2-Clause
/* Adopting sockets when a call of the system's fails on the way: the handle stays the caller's, and
 * as it was. */
#include "sweep.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static struct ipsock_endpoint *s;
static struct ipsock_config config;

/* Where the system has no such option, or says something of its own, there is no such thing; what
 * is said for want of memory is no answer, and the adoption fails. */
#define ANSWER(option)                                               \
    {"getsockopt", option, 0, "ENOPROTOOPT", IPSOCK_OK, NULL, NULL}, \
    {                                                                \
        "getsockopt", option, 0, "EIO", IPSOCK_OK, NULL, NULL        \
    }
static const struct exception exceptions[] = {
    ANSWER("SO_ACCEPTCONN"), ANSWER("IPV6_V6ONLY"),
    ANSWER("IP_HDRINCL"),    ANSWER("SO_PROTOCOL"),
    ANSWER("ICMP6_FILTER"),  ANSWER("IPV6_CHECKSUM"),
    ANSWER("SO_BROADCAST"),  {NULL, NULL, 0, NULL, 0, NULL, NULL},
};
static int fd = -1, domain, type, protocol;
static bool connects;

static void make(void)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const int off = 0;
    fd = socket(domain, type, protocol);
    assert_true(fd >= 0);
    if (domain == AF_INET6 && type == SOCK_DGRAM)
        assert_int_equal(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off), 0);
    if (type == SOCK_STREAM)
        assert_int_equal(listen(fd, 1), 0);
    v4.sin_port = v6.sin6_port = htons(9);
    if (connects)
        assert_int_equal(domain == AF_INET
                             ? connect(fd, (const struct sockaddr *)(const void *)&v4, sizeof v4)
                             : connect(fd, (const struct sockaddr *)(const void *)&v6, sizeof v6),
                         0);
}

static int adopt(struct ipsock_error *error)
{
    s = (struct ipsock_endpoint *)&config;
    config.error = error;
    const int code = ipsock_adopt(&s, fd, &config);
    assert_int_equal(error->code, code);
    if (code < 0)
        assert_null(s);
    return code;
}

/* It was found to be what it is. */
static void adopted(void)
{
    struct ipsock_addr peer;
    uint32_t bits;
    int kind, family, number;
    OK(ipsock_describe(s, &kind, &family, &number));
    assert_int_equal(family, domain == AF_INET ? IPSOCK_IPV4 : IPSOCK_IPV6);
    assert_int_equal(kind, type == SOCK_STREAM  ? IPSOCK_TCP
                           : type == SOCK_DGRAM ? IPSOCK_UDP
                                                : IPSOCK_RAW);
    CODE(ipsock_peer_addr(s, &peer), connects ? IPSOCK_OK : IPSOCK_ENOTCONN);
    if (kind == IPSOCK_TCP)
        return;
    OK(ipsock_get_receive_control(s, &bits));
    assert_int_equal(bits, config.receive_control);
}

static void end(void)
{
    ipsock_handle_t handle;
    if (s != NULL) {
        OK(ipsock_release(s, &handle));
        assert_int_equal(handle, fd);
        ipsock_free(s);
    }
    s = NULL;
    assert_int_equal(model_faults_calls("close"), 0);
    if (fd >= 0)
        assert_int_equal(close(fd), 0);
    fd = -1;
}

/* Nothing is left on: a plain adoption finds no control to be delivered, and closes nothing. */
static void untouched(void)
{
    assert_int_equal(model_faults_calls("close"), 0);
}

static int teardown(void **state)
{
    (void)state;
    ipsock_free(s);
    s = NULL;
    if (fd >= 0)
        close(fd);
    fd = -1;
    model_faults_forget();
    return 0;
}

static void want(int of_domain, int of_type, int of_protocol)
{
    const int family = of_domain == AF_INET ? IPSOCK_IPV4 : IPSOCK_IPV6;
    domain = of_domain;
    type = of_type;
    protocol = of_protocol;
    connects = false;
    ipsock_config_init(&config);
    config.flags = IPSOCK_ADOPT_OWN;
    config.kind = type == SOCK_RAW ? IPSOCK_RAW : 0;
    config.protocol = of_protocol;
    if (type == SOCK_STREAM)
        return;
    config.receive_control =
        receivable(type == SOCK_RAW ? IPSOCK_RAW : IPSOCK_UDP, family, IPSOCK_CONTROL_HEADER);
    config.send_control = IPSOCK_CONTROL_POSSIBLE;
}

static void sweep_adopting(const char *name, unsigned least)
{
    const struct sweep adopting = {name, make, adopt, adopted, untouched, end, exceptions, least};
    sweep(&adopting);
}

static void udp_is_adopted(void **state)
{
    (void)state;
    want(AF_INET, SOCK_DGRAM, 0);
    sweep_adopting("UDP of IPv4", 10);
    want(AF_INET6, SOCK_DGRAM, 0);
    config.receive_control = 0;
    sweep_adopting("UDP of both families", 10);
    want(AF_INET, SOCK_DGRAM, 0);
    connects = true;
    sweep_adopting("connected UDP of IPv4", 10);
}

static void raw_is_adopted(void **state)
{
    (void)state;
    want(AF_INET, SOCK_RAW, 253);
    sweep_adopting("raw IPv4", 10);
    want(AF_INET6, SOCK_RAW, 253);
    sweep_adopting("raw IPv6", 10);
}

static void listener_is_adopted(void **state)
{
    (void)state;
    want(AF_INET, SOCK_STREAM, 0);
    sweep_adopting("listener", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(udp_is_adopted, teardown),
        cmocka_unit_test_teardown(raw_is_adopted, teardown),
        cmocka_unit_test_teardown(listener_is_adopted, teardown),
    };
    return cmocka_run_group_tests_name("personality/faults/adopt", tests, NULL, NULL);
}
