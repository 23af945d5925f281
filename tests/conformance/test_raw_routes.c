// SPDX-License-Identifier: BSD-2-Clause
/* Raw IPv4 with its own header: where packets go, what control data does, groups, fragments, and
 * how calls wait. */
#include "multicast.h"
#include "raw.h"

static bool routes_by_peer(void)
{
    return strcmp(ipsock_system(), "linux") == 0;
}

static int send_via(struct ipsock_endpoint *s, const struct ipsock_ipv4_header *header,
                    const char *peer, struct ipsock_control *control)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init_send(&message, &buffer, "via", 3, NULL);
    if (peer != NULL)
        message.peer = addr_of(peer);
    message.control = control;
    return ipsock_send_ipv4(s, header, &message, 0);
}

static void raw_04_destination_is_the_headers_unless_a_peer_is_named(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    struct ipsock_endpoint *s = must_open(&config);
    const struct ipsock_ipv4_header header = header_to("127.0.0.7");
    struct packet p;
    CHECK(IPSOCK_OK, send_via(s, &header, NULL, NULL));
    receive_packet(s, &p);
    check_addr(&p.header.destination, "127.0.0.7");
    CHECK(IPSOCK_OK, send_via(s, &header, "127.0.0.7", NULL));
    receive_packet(s, &p);
    check_addr(&p.header.destination, "127.0.0.7");
    if (routes_by_peer()) {
        CHECK(IPSOCK_OK, send_via(s, &header, "127.0.0.8", NULL));
        receive_packet(s, &p);
        check_addr(&p.header.destination, "127.0.0.7");
    } else {
        CHECK(IPSOCK_ENOTSUP, send_via(s, &header, "127.0.0.8", NULL));
        check_option(s, IPSOCK_WRITE, IPSOCK_ENOTSUP, "peer");
    }
    CHECK(IPSOCK_EFAMILY, send_via(s, &header, "::1", NULL));
    check_option(s, IPSOCK_WRITE, IPSOCK_EFAMILY, "peer");
    /* without the call for headers, there is nowhere to look for a destination */
    CHECK(IPSOCK_EMISSADDR, send_bytes(s, NULL, &header, 20, NULL));
    check_option(s, IPSOCK_WRITE, IPSOCK_EMISSADDR, "peer");
    ipsock_free(s);
}

static void raw_connected_endpoints_have_one_peer(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    config.peer = addr_of("127.0.0.1");
    struct ipsock_endpoint *s = must_open(&config);
    struct ipsock_ipv4_header header = header_to("127.0.0.1");
    struct packet p;
    CHECK(IPSOCK_OK, send_via(s, &header, NULL, NULL));
    receive_packet(s, &p);
    EQUAL(3, p.length);
    CHECK(IPSOCK_OK, send_via(s, &header, "127.0.0.1", NULL));
    receive_packet(s, &p);
    CHECK(IPSOCK_EISCONN, send_via(s, &header, "127.0.0.2", NULL));
    check_option(s, IPSOCK_WRITE, IPSOCK_EISCONN, "peer");
    header.destination = addr_of("127.0.0.2");
    CHECK(IPSOCK_EISCONN, send_via(s, &header, NULL, NULL));
    check_option(s, IPSOCK_WRITE, IPSOCK_EISCONN, "peer");
    /* from others nothing is heard */
    struct ipsock_endpoint *other = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    header = header_to("127.0.0.1");
    header.source = addr_of("127.0.0.3");
    CHECK(IPSOCK_OK, send_packet(other, &header, "other", 5));
    CHECK(IPSOCK_EAGAIN, take_packet(s, &p, sizeof p.data, IPSOCK_MSG_DONTWAIT));
    ipsock_free(other);
    ipsock_free(s);
}

/* The header says everything but the interface: what else is declared would be dropped. */
static void raw_only_the_interface_goes_beside_the_header(void **state)
{
    (void)state;
    need_privilege();
    static const struct {
        uint32_t field;
        int feature;
    } others[] = {{IPSOCK_CONTROL_TRAFFIC_CLASS, IPSOCK_FEATURE_SEND_TRAFFIC_CLASS},
                  {IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_FEATURE_SEND_HOP_LIMIT},
                  {IPSOCK_CONTROL_SOURCE, IPSOCK_FEATURE_SEND_SOURCE},
                  {IPSOCK_CONTROL_DONT_FRAGMENT, IPSOCK_FEATURE_SEND_DONT_FRAGMENT}};
    struct ipsock_endpoint *plain = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    const struct ipsock_ipv4_header header = header_to("127.0.0.1");
    for (size_t i = 0; i < COUNT(others); i++) {
        struct ipsock_endpoint *s = NULL;
        struct ipsock_error error;
        struct ipsock_capability_answer answer;
        struct ipsock_config config = config_of(V4, IPSOCK_RAW);
        config.protocol = PROTOCOL_TEST;
        config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
        config.send_control = others[i].field | IPSOCK_CONTROL_OPAQUE;
        config.error = &error;
        CHECK(IPSOCK_ENOTSUP, ipsock_open(&s, &config));
        assert_string_equal(error.option, "send_control");
        assert_null(s);
        CHECK(IPSOCK_OK, ipsock_capability(plain, 0, 0, others[i].feature, &answer));
        EQUAL(IPSOCK_ABSENT, answer.level);
        assert_string_equal(answer.reason, "the packet's own header says it");
        struct ipsock_control control;
        memset(&control, 0, sizeof control);
        control.valid = others[i].field;
        control.hop_limit = 9;
        control.source = addr_of("127.0.0.1");
        CHECK(IPSOCK_EUNDECLARED, send_via(plain, &header, NULL, &control));
        check_option(plain, IPSOCK_WRITE, IPSOCK_EUNDECLARED, "send_control");
    }
    ipsock_free(plain);
}

/* Out of the interface that control names, though the route says another one. */
static void raw_interface_of_a_packet(void **state)
{
    (void)state;
    need_privilege();
    const struct ground *second = NULL;
    const struct ground *g = own_ground(V4, &second);
    need(g != NULL && second != NULL, "needs interfaces of its own");
    need(sendable_raw(V4, IPSOCK_CONTROL_INTERFACE) != 0, "no interface per packet");
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    config.receive_control = IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_DESTINATION;
    config.send_control = IPSOCK_CONTROL_INTERFACE;
    struct ipsock_endpoint *s = must_open(&config);
    struct ipsock_ipv4_header header = header_to(g->group);
    CHECK(IPSOCK_OK, call_on(s, JOIN, g->index, g->group, NULL));
    CHECK(IPSOCK_OK, call_on(s, JOIN, second->index, g->group, NULL));
    const uint32_t indices[] = {g->index, second->index, g->index};
    for (size_t i = 0; i < COUNT(indices); i++) {
        struct packet p;
        struct ipsock_control control;
        control.valid = IPSOCK_CONTROL_INTERFACE;
        control.interface_index = indices[i];
        header.hop_limit = (uint8_t)(3 + i);
        CHECK(IPSOCK_OK, send_via(s, &header, NULL, &control));
        receive_packet(s, &p);
        EQUAL(indices[i], p.control.interface_index);
        EQUAL(3 + i, p.header.hop_limit);
        check_addr(&p.header.destination, g->group);
        check_addr(&p.control.destination, g->group);
    }
    struct ipsock_control control;
    control.valid = IPSOCK_CONTROL_INTERFACE;
    control.interface_index = 0x7ffffff;
    CHECK(IPSOCK_ENODEV, send_via(s, &header, NULL, &control));
    check_option(s, IPSOCK_WRITE, IPSOCK_ENODEV, "interface_index");
    ipsock_free(s);
}

static size_t make_request(uint8_t *packet, uint16_t sequence)
{
    return make_echo(packet, IPSOCK_IPV4, 0x4321, sequence);
}

/* The echo that x/net's test makes; the sender hears its own request, too. */
static void raw_06_raw_07_echo_with_an_own_header(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_ICMP;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    struct ipsock_endpoint *s = must_open(&config);
    for (int i = 0; i < 6; i++) {
        uint8_t request[16];
        struct packet p;
        struct ipsock_ipv4_header header = header_to("127.0.0.1");
        const bool on = i % 2 == 1;
        CHECK(IPSOCK_OK, ipsock_set_receive_control(s, IPSOCK_CONTROL_HEADER, on));
        header.protocol = PROTOCOL_ICMP;
        header.traffic_class = (uint8_t)(i + 1);
        header.hop_limit = (uint8_t)(i + 1);
        const size_t length = make_request(request, (uint16_t)i);
        CHECK(IPSOCK_OK, send_packet(s, &header, request, length));
        do
            receive_packet(s, &p);
        while (p.data[0] == 8);
        EQUAL(0, p.data[0]);
        EQUAL(0, p.data[1]);
        EQUAL(length, p.length);
        EQUAL(on ? IPSOCK_CONTROL_HEADER : 0, p.control.valid);
        assert_memory_equal(p.data + 4, request + 4, length - 4);
        check_addr(&p.header.source, "127.0.0.1");
    }
    ipsock_free(s);
}

/* A request to a group, of any source and of one: the answer of a host that answers groups, or the
 * request itself. */
static void multicast_echo(uint32_t index, const char *group, const char *from, const char *source)
{
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_ICMP;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    config.receive_control = IPSOCK_CONTROL_HEADER;
    struct ipsock_endpoint *s = must_open(&config);
    uint8_t request[16];
    struct packet p;
    struct ipsock_ipv4_header header = header_to(group);
    header.protocol = PROTOCOL_ICMP;
    header.hop_limit = 1;
    header.source = addr_of(from);
    CHECK(IPSOCK_OK, call_on(s, source == NULL ? JOIN : JOIN_SOURCE, index, group, source));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(s, index));
    CHECK(IPSOCK_OK, send_packet(s, &header, request, make_request(request, 1)));
    receive_packet(s, &p);
    if (p.data[0] == 8)
        check_addr(&p.header.destination, group);
    else
        EQUAL(false, ipsock_addr_is_multicast(&p.header.destination));
    EQUAL(index, p.control.interface_index);
    CHECK(IPSOCK_OK, call_on(s, source == NULL ? LEAVE : LEAVE_SOURCE, index, group, source));
    ipsock_free(s);
}

static void raw_08_multicast_echo(void **state)
{
    (void)state;
    need_privilege();
    need(raw_hears_group_requests(), "requests to groups are the system's to answer");
    multicast_echo(loopback_index(), "224.0.0.254", "127.0.0.1", NULL);
    const struct ground *g = own_ground(V4, NULL);
    need(g != NULL, "needs an interface of its own"); /* Linux' lo routes no 232.0.0.0/8 */
    multicast_echo(g->index, "224.0.0.254", g->source, NULL);
    multicast_echo(g->index, "232.0.1.254", g->source, g->source);
}

/* What this endpoint did not join is dropped, here too. */
static void raw_strict_delivery(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED | IPSOCK_OPEN_STRICT_MULTICAST;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    struct ipsock_endpoint *s = must_open(&config);
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    struct ipsock_endpoint *other = must_open(&config);
    struct packet p;
    CHECK(IPSOCK_OK, call_on(s, JOIN, loopback_index(), "224.0.0.253", NULL));
    CHECK(IPSOCK_OK, call_on(other, JOIN, loopback_index(), "224.0.0.252", NULL));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(other, loopback_index()));
    static const char *const groups[] = {"224.0.0.252", "224.0.0.253"};
    for (size_t i = 0; i < COUNT(groups); i++) {
        struct ipsock_ipv4_header header = header_to(groups[i]);
        header.hop_limit = 1;
        CHECK(IPSOCK_OK, send_packet(other, &header, "x", 1));
    }
    receive_packet(s, &p);
    check_addr(&p.header.destination, "224.0.0.253");
    EQUAL(0, p.control.valid);
    ipsock_free(other);
    ipsock_free(s);
}

/* Two fragments go out as they are given and come in as one datagram; one alone does not. */
static void raw_fragments_come_put_together(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    uint8_t data[100];
    struct packet p;
    struct ipsock_ipv4_header header = header_to("127.0.0.1");
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    header.source = addr_of("127.0.0.1");
    header.id = 0x7777;
    header.flags = IPSOCK_IPV4_MORE_FRAGMENTS;
    CHECK(IPSOCK_OK, send_packet(s, &header, data, 64));
    CHECK(IPSOCK_EAGAIN, take_packet(s, &p, sizeof p.data, IPSOCK_MSG_DONTWAIT));
    header.flags = 0;
    header.fragment_offset = 8;
    CHECK(IPSOCK_OK, send_packet(s, &header, data + 64, 36));
    receive_packet(s, &p);
    EQUAL(100, p.length);
    assert_memory_equal(p.data, data, sizeof data);
    EQUAL(120, p.header.total_length);
    EQUAL(0x7777, p.header.id);
    EQUAL(0, p.header.flags);
    EQUAL(0, p.header.fragment_offset);
    check_header_sum(&p.header);
    ipsock_free(s);
}

/* Over the interface's MTU: refused, and the next one goes. */
static void raw_packets_over_the_mtu(void **state)
{
    (void)state;
    need_privilege();
    const struct ground *g = own_ground(V4, NULL);
    need(g != NULL, "needs an interface of its own");
    static uint8_t data[2000];
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST;
    config.flags = IPSOCK_OPEN_HEADER_INCLUDED;
    config.local = ipsock_addr_any(IPSOCK_IPV4, 0);
    struct ipsock_endpoint *s = must_open(&config);
    struct ipsock_ipv4_header header = header_to(g->group);
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(s, g->index));
    header.flags = IPSOCK_IPV4_DONT_FRAGMENT;
    CHECK(IPSOCK_EMSGSIZE, send_packet(s, &header, data, sizeof data));
    CHECK(IPSOCK_OK, send_packet(s, &header, data, 1480));
    CHECK(IPSOCK_EMSGSIZE, send_packet(s, &header, data, 1481));
    ipsock_free(s);
}

/* ---- waiting ---- */

struct waiter {
    struct ipsock_endpoint *s;
    int code;
    _Atomic bool ended;
};

static void wait_here(void *argument)
{
    struct waiter *w = argument;
    struct ipsock_ipv4_header header;
    struct ipsock_message message;
    memset(&message, 0, sizeof message);
    w->code = ipsock_recv_ipv4(w->s, &header, &message, 0);
    w->ended = true;
}

/* An endpoint that hears nothing. */
static struct ipsock_endpoint *open_quiet(uint32_t flags)
{
    struct ipsock_config config = config_of(V4, IPSOCK_RAW);
    config.protocol = PROTOCOL_TEST + 1;
    config.flags = flags;
    return must_open(&config);
}

static void raw_receives_wait_and_are_ended(void **state)
{
    (void)state;
    need_privilege();
    struct packet p;
    struct ipsock_endpoint *s = open_quiet(IPSOCK_OPEN_NONBLOCK);
    CHECK(IPSOCK_EAGAIN, take_packet(s, &p, 10, 0));
    ipsock_free(s);
    s = open_quiet(0);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, ipsock_now() + 20 * MILLISECOND));
    struct waiter w = {s, 0, false};
    wait_here(&w);
    CHECK(IPSOCK_ETIMEDOUT, w.code);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, 0));
    w.ended = false;
    struct system_thread *thread = system_thread_start(wait_here, &w);
    while (!w.ended) {
        system_sleep_ms(5);
        CHECK(IPSOCK_OK, ipsock_cancel(s));
    }
    system_thread_join(thread);
    CHECK(IPSOCK_ECANCELED, w.code);
    thread = system_thread_start(wait_here, &w);
    system_sleep_ms(20);
    CHECK(IPSOCK_OK, ipsock_close(s));
    system_thread_join(thread);
    CHECK(IPSOCK_ECLOSED, w.code);
    ipsock_free(s);
}

static void raw_receives_wake_up_for_a_packet(void **state)
{
    (void)state;
    need_privilege();
    struct ipsock_endpoint *s = open_ipv4(IPSOCK_OPEN_HEADER_INCLUDED, 0, 0);
    const struct ipsock_ipv4_header header = header_to("127.0.0.1");
    struct waiter w = {s, 77, false};
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    struct system_thread *thread = system_thread_start(wait_here, &w);
    system_sleep_ms(20);
    CHECK(IPSOCK_OK, send_packet(s, &header, "", 0));
    system_thread_join(thread);
    CHECK(IPSOCK_OK, w.code);
    ipsock_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_04_destination_is_the_headers_unless_a_peer_is_named),
        cmocka_unit_test(raw_connected_endpoints_have_one_peer),
        cmocka_unit_test(raw_only_the_interface_goes_beside_the_header),
        cmocka_unit_test(raw_interface_of_a_packet),
        cmocka_unit_test(raw_06_raw_07_echo_with_an_own_header),
        cmocka_unit_test(raw_08_multicast_echo),
        cmocka_unit_test(raw_strict_delivery),
        cmocka_unit_test(raw_fragments_come_put_together),
        cmocka_unit_test(raw_packets_over_the_mtu),
        cmocka_unit_test(raw_receives_wait_and_are_ended),
        cmocka_unit_test(raw_receives_wake_up_for_a_packet),
    };
    return RUN(tests);
}
