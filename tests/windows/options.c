// SPDX-License-Identifier: BSD-2-Clause
/* What the library's setters leave in a socket, asked of Winsock itself, by the numbers of
 * Microsoft's pages and headers: a wrong constant in the library's table would set and get
 * something else. On the model. */
#include <winsock2.h>

#include <ws2tcpip.h>

#include <ipsock/ipsock.h>
#include <ipsock/native.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { IP = 0, UDP = 17, IPV6 = 41, SOCKET_LEVEL = 0xffff };

static struct ipsock_endpoint *open_udp(int family, uint32_t flags, uint32_t receive, uint32_t send)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = family;
    config.flags = flags;
    config.receive_control = receive;
    config.send_control = send;
    const int code = ipsock_open(&s, &config);
    if (code < 0)
        fail_msg("open: %s", ipsock_error_name(code));
    return s;
}

static unsigned value_of(const struct ipsock_endpoint *s, int level, int name)
{
    DWORD value = 0;
    int length = sizeof value;
    if (getsockopt((SOCKET)ipsock_handle(s), level, name, (char *)&value, &length) != 0)
        fail_msg("getsockopt %d %d: %d", level, name, WSAGetLastError());
    return (unsigned)value;
}

static void put_value(const struct ipsock_endpoint *s, int level, int name, DWORD value)
{
    if (setsockopt((SOCKET)ipsock_handle(s), level, name, (const char *)&value, sizeof value) != 0)
        fail_msg("setsockopt %d %d: %d", level, name, WSAGetLastError());
}

/* An option's number at the level of each family. */
struct pair {
    int v4, v6;
};

static void check(const struct ipsock_endpoint *s, bool v4, bool v6, struct pair name,
                  unsigned wanted)
{
    if (v4)
        assert_int_equal(value_of(s, IP, name.v4), wanted);
    if (v6)
        assert_int_equal(value_of(s, IPV6, name.v6), wanted);
}

static void set_and_ask(int family, uint32_t flags)
{
    struct ipsock_endpoint *s = open_udp(family, flags, 0, 0);
    const bool v6 = family == IPSOCK_IPV6, v4 = !v6 || flags != 0;
    const struct pair hops = {4, 4}, group_hops = {10, 10}, loopback = {11, 11}, whole = {14, 14},
                      traffic_class = {3, 39}, probe = {71, 71};
    int mode_now = -1;
    assert_int_equal(ipsock_set_hop_limit(s, 41), IPSOCK_OK);
    check(s, v4, v6, hops, 41);
    assert_int_equal(ipsock_set_multicast_hop_limit(s, 17), IPSOCK_OK);
    check(s, v4, v6, group_hops, 17);
    for (int on = 0; on < 2; on++) {
        assert_int_equal(ipsock_set_multicast_loopback(s, on != 0), IPSOCK_OK);
        check(s, v4, v6, loopback, (unsigned)on);
        assert_int_equal(ipsock_set_dont_fragment(s, on != 0), IPSOCK_OK);
        check(s, v4, v6, whole, (unsigned)on);
    }
    for (int mode = IPSOCK_PATH_MTU_PROBE; mode >= IPSOCK_PATH_MTU_DEFAULT; mode--) {
        assert_int_equal(ipsock_set_path_mtu_mode(s, mode), IPSOCK_OK);
        check(s, v4, v6, whole, mode != IPSOCK_PATH_MTU_DEFAULT);
        check(s, v4, v6, probe, mode == IPSOCK_PATH_MTU_PROBE ? 3 : 0);
    }
    put_value(s, v6 ? IPV6 : IP, 71, 2); /* IP_PMTUDISC_DONT, by somebody else: no probing */
    assert_int_equal(ipsock_get_path_mtu_mode(s, &mode_now), IPSOCK_OK);
    assert_int_equal(mode_now, IPSOCK_PATH_MTU_DEFAULT);
    assert_int_equal(ipsock_set_traffic_class(s, 0x48), IPSOCK_OK);
    check(s, v4, v6, traffic_class, 0x48);
    assert_int_equal(ipsock_set_receive_buffer(s, 70000), IPSOCK_OK);
    assert_int_equal(ipsock_set_send_buffer(s, 50000), IPSOCK_OK);
    assert_int_equal(value_of(s, SOCKET_LEVEL, 0x1002), 70000);
    assert_int_equal(value_of(s, SOCKET_LEVEL, 0x1001), 50000);
    ipsock_free(s);
}

static void win_1_options_of_ipv4(void **state)
{
    (void)state;
    set_and_ask(IPSOCK_IPV4, 0);
}

static void win_1_options_of_ipv6(void **state)
{
    (void)state;
    set_and_ask(IPSOCK_IPV6, 0);
}

static void win_1_options_of_both(void **state)
{
    (void)state;
    set_and_ask(IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK);
}

/* UDP_RECV_MAX_COALESCED_SIZE; UDP_SEND_MSG_SIZE is a control message, declared alone. */
static void win_2_segments(void **state)
{
    static const struct {
        int family;
        uint32_t flags;
    } kinds[] = {{IPSOCK_IPV4, 0}, {IPSOCK_IPV6, 0}, {IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK}};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct ipsock_endpoint *s =
            open_udp(kinds[i].family, kinds[i].flags, IPSOCK_CONTROL_SEGMENT_SIZE,
                     IPSOCK_CONTROL_SEGMENT_SIZE);
        assert_true(value_of(s, UDP, 3) >= 65507);
        ipsock_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(win_1_options_of_ipv4),
        cmocka_unit_test(win_1_options_of_ipv6),
        cmocka_unit_test(win_1_options_of_both),
        cmocka_unit_test(win_2_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
