// SPDX-License-Identifier: BSD-2-Clause
/* What some systems leave undone in silence, by the address of a socket (changed_fact.c): refused
 * before the system is asked, or made up for. SIL-01 to SIL-06, REF-05. */
#include "fault.h"

#include "core/endpoint/backend.h"
#include "core/option/option.h"

static int setup(void **state)
{
    (void)state;
    fault_reset();
    return 0;
}

static unsigned sends(void)
{
    return fault_calls(FAULT_sendto) + fault_calls(FAULT_sendmsg) + fault_calls(FAULT_sendmmsg);
}

static struct ipsock_addr addr_of(const char *text)
{
    struct ipsock_addr addr;
    FAULT_OK(ipsock_addr_parse(text, &addr));
    return addr;
}

/* Opens a UDP endpoint; NULL: any address, no peer. */
static struct ipsock_endpoint *open_udp(int family, uint32_t flags, const char *local,
                                        const char *peer)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = family;
    config.flags = flags;
    config.send_control = IPSOCK_CONTROL_POSSIBLE;
    if (local != NULL)
        config.local = addr_of(local);
    if (peer != NULL)
        config.peer = addr_of(peer);
    FAULT_OK(ipsock_open(&s, &config));
    return s;
}

static int send_to(struct ipsock_endpoint *s, const char *to, struct ipsock_control *control)
{
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_addr peer;
    ipsock_message_init_send(&message, &buffer, "x", 1, NULL);
    if (to != NULL) {
        peer = addr_of(to);
        message.peer = peer;
    }
    message.control = control;
    return ipsock_send(s, &message, 0);
}

static void check_refused(struct ipsock_endpoint *s, const char *to, struct ipsock_control *control,
                          int code, const char *field)
{
    struct ipsock_error error;
    const unsigned before = sends();
    assert_int_equal(send_to(s, to, control), code);
    FAULT_OK(ipsock_last_error(s, IPSOCK_WRITE, &error));
    assert_string_equal(error.option, field);
    assert_int_equal(sends(), before);
}

static struct ipsock_control source_of(const char *text)
{
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_SOURCE};
    control.source = addr_of(text);
    return control;
}

/* An equal source is left out, another refused; a wildcard sends from either. */
static void sil_01_source_of_bound_endpoints(void **state)
{
    (void)state;
    struct ipsock_control own = source_of("127.0.0.1");
    struct ipsock_control other = source_of("127.0.0.2");
    struct ipsock_endpoint *bound = open_udp(IPSOCK_IPV4, 0, "127.0.0.1:0", NULL);
    struct ipsock_endpoint *connected = open_udp(IPSOCK_IPV4, 0, NULL, "127.0.0.1:9");
    struct ipsock_endpoint *wild = open_udp(IPSOCK_IPV4, 0, NULL, NULL);
    FAULT_OK(send_to(bound, "127.0.0.1:9", &own));
    assert_int_equal(fault_calls(FAULT_sendto), 1); /* no control data */
    check_refused(bound, "127.0.0.1:9", &other, IPSOCK_ENOTSUP, "source");
    FAULT_OK(send_to(connected, NULL, &own));
    check_refused(connected, NULL, &other, IPSOCK_ENOTSUP, "source");
    FAULT_OK(send_to(wild, "127.0.0.1:9", &other));
    assert_int_equal(fault_calls(FAULT_sendmsg), 1);
    ipsock_free(bound);
    ipsock_free(connected);
    ipsock_free(wild);
}

static void sil_01_source_of_connected_ipv6(void **state)
{
    (void)state;
    struct ipsock_control own = source_of("::1");
    struct ipsock_control other = source_of("fd00::77");
    struct ipsock_endpoint *connected = open_udp(IPSOCK_IPV6, 0, NULL, "[::1]:9");
    FAULT_OK(send_to(connected, NULL, &own));
    check_refused(connected, NULL, &other, IPSOCK_ENOTSUP, "source");
    ipsock_free(connected);
}

static void sil_02_index_beyond_the_link(void **state)
{
    (void)state;
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_INTERFACE, .interface_index = 1};
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV6, 0, NULL, NULL);
    check_refused(s, "[::1]:9", &control, IPSOCK_ENOTSUP, "interface_index");
    /* a group's way is an option's, lent and taken back; of the link its zone is enough */
    uint32_t index = 77;
    const unsigned set = fault_calls(FAULT_setsockopt);
    send_to(s, "[ff0e::77]:9", &control);
    assert_int_equal(fault_calls(FAULT_setsockopt), set + 2);
    FAULT_OK(ipsock_get_multicast_interface(s, &index));
    assert_int_equal(index, 0);
    send_to(s, "[ff02::77]:9", &control);
    assert_int_equal(fault_calls(FAULT_setsockopt), set + 2);
    assert_int_equal(sends(), 2);
    ipsock_free(s);
}

static void sil_03_everybody_needs_leave(void **state)
{
    static const char *const everybody = "255.255.255.255:9";
    struct ipsock_config config;
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, 0, NULL, NULL);
    struct ipsock_endpoint *dual = open_udp(IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, NULL, NULL);
    struct ipsock_endpoint *allowed = open_udp(IPSOCK_IPV4, IPSOCK_OPEN_BROADCAST, NULL, NULL);
    (void)state;
    check_refused(s, everybody, NULL, IPSOCK_EBROADCAST, "peer");
    FAULT_OK(send_to(s, "127.0.0.1:9", NULL));
    check_refused(dual, everybody, NULL, IPSOCK_EBROADCAST, "peer");
    check_refused(dual, "[::ffff:255.255.255.255]:9", NULL, IPSOCK_EBROADCAST, "peer");
    const unsigned before = sends();
    send_to(allowed, everybody, NULL); /* wherever it goes */
    assert_true(sends() > before);
    ipsock_free(s);
    ipsock_free(dual);
    ipsock_free(allowed);
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.peer = addr_of(everybody);
    assert_int_equal(ipsock_open(&s, &config), IPSOCK_EBROADCAST);
}

/* In batches no message goes past the check. */
static void sil_03_everybody_in_a_batch(void **state)
{
    struct ipsock_message messages[2];
    struct ipsock_buffer buffers[2];
    struct fault_batch *b = fault_make_batch();
    uint32_t done = 77;
    (void)state;
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, 0, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        const struct ipsock_addr to = addr_of(i == 0 ? "127.0.0.1:9" : "255.255.255.255:9");
        ipsock_message_init_send(&messages[i], &buffers[i], "x", 1, &to);
    }
    assert_int_equal(ipsock_send_batch(s, b->batch, messages, sizeof messages[0], 2, &done, 0),
                     IPSOCK_EBROADCAST);
    assert_int_equal(done, 1);
    fault_free_batch(b);
    ipsock_free(s);
}

static void sil_04_the_other_family(void **state)
{
    (void)state;
    struct ipsock_endpoint *four =
        open_udp(IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, "[::ffff:127.0.0.1]:0", NULL);
    struct ipsock_endpoint *six = open_udp(IPSOCK_IPV6, IPSOCK_OPEN_DUAL_STACK, "[::1]:0", NULL);
    check_refused(four, "[::1]:9", NULL, IPSOCK_ENOTSUP, "peer");
    FAULT_OK(send_to(four, "127.0.0.1:9", NULL));
    check_refused(six, "127.0.0.1:9", NULL, IPSOCK_ENETUNREACH, "peer");
    FAULT_OK(send_to(six, "[::1]:9", NULL));
    ipsock_free(four);
    ipsock_free(six);
}

/* Bound to IPv4 it would get none: who asks is told. */
static void sil_04_control_of_bound_dual_stack(void **state)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    struct ipsock_error error;
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = IPSOCK_IPV6;
    config.flags = IPSOCK_OPEN_DUAL_STACK;
    config.error = &error;
    config.receive_control = IPSOCK_CONTROL_HOP_LIMIT;
    config.local = addr_of("[::ffff:127.0.0.1]:0");
    assert_int_equal(ipsock_open(&s, &config), IPSOCK_ENOTSUP);
    assert_string_equal(error.option, "receive_control");
    config.receive_control = IPSOCK_CONTROL_SOURCE;
    FAULT_OK(ipsock_open(&s, &config));
    assert_int_equal(ipsock_set_receive_control(s, IPSOCK_CONTROL_DESTINATION, true),
                     IPSOCK_ENOTSUP);
    ipsock_free(s);
    config.receive_control = IPSOCK_CONTROL_HOP_LIMIT;
    config.local = addr_of("[::]:0");
    FAULT_OK(ipsock_open(&s, &config));
    ipsock_free(s);
}

/* The fourth source is one that the system would not survive. */
static void sil_05_most_sources(void **state)
{
    static const char *const sources[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"};
    const struct ipsock_addr group = addr_of("232.1.2.3");
    struct ipsock_error error;
    struct ipsock_addr source;
    (void)state;
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, 0, NULL, NULL);
    for (int i = 0; i < 3; i++) {
        source = addr_of(sources[i]);
        FAULT_OK(ipsock_join_source_group(s, 1, &group, &source));
    }
    const unsigned set = fault_calls(FAULT_setsockopt);
    source = addr_of(sources[3]);
    assert_int_equal(ipsock_join_source_group(s, 1, &group, &source), IPSOCK_ENOBUFS);
    assert_int_equal(fault_calls(FAULT_setsockopt), set);
    FAULT_OK(ipsock_last_error(s, IPSOCK_SETUP, &error));
    assert_non_null(error.option);
    source = addr_of(sources[0]);
    FAULT_OK(ipsock_leave_source_group(s, 1, &group, &source));
    source = addr_of(sources[3]);
    FAULT_OK(ipsock_join_source_group(s, 1, &group, &source));
    ipsock_free(s);
}

/* The membership is left after its last source. */
static void sil_05_nothing_stays(void **state)
{
    const struct ipsock_addr group = addr_of("232.1.2.3");
    const struct ipsock_addr source = addr_of("127.0.0.1");
    (void)state;
    struct ipsock_endpoint *s = open_udp(IPSOCK_IPV4, 0, NULL, NULL);
    FAULT_OK(ipsock_join_source_group(s, 1, &group, &source));
    const unsigned set = fault_calls(FAULT_setsockopt);
    FAULT_OK(ipsock_leave_source_group(s, 1, &group, &source));
    assert_int_equal(fault_calls(FAULT_setsockopt), set + 2);
    FAULT_OK(ipsock_join_group(s, 1, &group));
    ipsock_free(s);
}

/* Restored on a dual-stack socket, IPv6's -1 would be IPv4's 255. */
static void sil_06_unset_hops(void **state)
{
    static const struct ipsk_option_row row = {.option = IPSK_OPTION_HOP_LIMIT,
                                               .kinds = IPSK_UDP,
                                               .column = IPSK_MAPPED,
                                               .set = IPSK_ENCODING_INT,
                                               .get = IPSK_ENCODING_HOPS,
                                               .level = IPPROTO_IPV6,
                                               .name = IPV6_UNICAST_HOPS,
                                               .reset = 64,
                                               .text = "IPV6_UNICAST_HOPS"};
    struct ipsk_saved saved = {.row = &row, .length = sizeof(int32_t)};
    const int32_t unset = -1, set = 9;
    int value = 5;
    socklen_t length = sizeof value;
    (void)state;
    const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    memcpy(saved.value, &unset, sizeof unset);
    ipsk_restore_row(fd, &saved);
    assert_int_equal(getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &value, &length), 0);
    assert_int_equal(value, 64);
    memcpy(saved.value, &set, sizeof set);
    ipsk_restore_row(fd, &saved);
    assert_int_equal(getsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &value, &length), 0);
    assert_int_equal(value, 9);
    close(fd);
}

static void ref_05_short_icmp6(void **state)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    const uint8_t packet[8] = {129};
    (void)state;
    ipsock_config_init(&config);
    config.kind = IPSOCK_RAW;
    config.family = IPSOCK_IPV6;
    config.protocol = 58;
    const int code = ipsock_open(&s, &config);
    if (code == IPSOCK_EPERM)
        skip();
    FAULT_OK(code);
    const struct ipsock_addr to = addr_of("[::1]:0");
    ipsock_message_init_send(&message, &buffer, packet, 7, &to);
    assert_int_equal(ipsock_send(s, &message, 0), IPSOCK_EMSGSHORT);
    buffer.length = 8;
    FAULT_OK(ipsock_send(s, &message, 0));
    ipsock_free(s);
}

/* The largest datagram fits the buffers of an endpoint that asks for none; who asks is heard. */
static void sil_08_room_for_a_datagram(void **state)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    int bytes = 0;
    (void)state;
    s = open_udp(IPSOCK_IPV4, 0, NULL, NULL);
    FAULT_OK(ipsock_get_send_buffer(s, &bytes));
    assert_int_equal(bytes, 100000 * 2); /* Linux doubles it */
    ipsock_free(s);
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = IPSOCK_IPV4;
    config.send_buffer = config.receive_buffer = 50000;
    FAULT_OK(ipsock_open(&s, &config));
    FAULT_OK(ipsock_get_send_buffer(s, &bytes));
    assert_int_equal(bytes, 100000);
    FAULT_OK(ipsock_get_receive_buffer(s, &bytes));
    assert_int_equal(bytes, 100000);
    ipsock_free(s);
    ipsock_config_init(&config); /* streams need no room for a datagram */
    config.kind = IPSOCK_TCP;
    config.family = IPSOCK_IPV4;
    FAULT_OK(ipsock_open(&s, &config));
    FAULT_OK(ipsock_get_send_buffer(s, &bytes));
    assert_int_not_equal(bytes, 200000);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sil_01_source_of_bound_endpoints, setup),
        cmocka_unit_test_setup(sil_01_source_of_connected_ipv6, setup),
        cmocka_unit_test_setup(sil_02_index_beyond_the_link, setup),
        cmocka_unit_test_setup(sil_03_everybody_needs_leave, setup),
        cmocka_unit_test_setup(sil_03_everybody_in_a_batch, setup),
        cmocka_unit_test_setup(sil_04_the_other_family, setup),
        cmocka_unit_test_setup(sil_04_control_of_bound_dual_stack, setup),
        cmocka_unit_test_setup(sil_05_most_sources, setup),
        cmocka_unit_test_setup(sil_05_nothing_stays, setup),
        cmocka_unit_test_setup(sil_06_unset_hops, setup),
        cmocka_unit_test_setup(sil_08_room_for_a_datagram, setup),
        cmocka_unit_test_setup(ref_05_short_icmp6, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
