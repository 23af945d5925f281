// SPDX-License-Identifier: BSD-2-Clause
/* Messages that cannot be sent as they are: told, named, nothing goes out. QUIRK-04, UNI. */
#include "harness.h"

#define ALL                                                                            \
    (IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_SOURCE | \
     IPSOCK_CONTROL_INTERFACE)

static struct ipsock_control blank(uint32_t valid)
{
    struct ipsock_control c;
    memset(&c, 0, sizeof c);
    c.valid = valid;
    return c;
}

static void refuse(struct pair *pair, struct ipsock_control *c, int code, const char *option)
{
    CHECK(code, send_bytes(pair->sender, &pair->to, "x", 1, c));
    check_option(pair->sender, IPSOCK_WRITE, code, option);
    check_nothing(pair->receiver);
}

static void quirk_04_undeclared_fields_are_refused(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_TRAFFIC_CLASS);
        struct seen seen;
        for (uint32_t bit = 1; bit <= IPSOCK_CONTROL_OPAQUE; bit <<= 1) {
            struct ipsock_control c = blank(bit);
            c.hop_limit = 1;
            c.interface_index = loopback_index();
            c.source = addr_of(columns[i].loopback);
            c.next_hop = addr_of("::1");
            c.segment_size = 100;
            if ((bit & IPSOCK_CONTROL_SENDABLE) && bit != IPSOCK_CONTROL_TRAFFIC_CLASS)
                refuse(&pair, &c, IPSOCK_EUNDECLARED, "send_control");
        }
        struct ipsock_control declared = blank(sendable(i, IPSOCK_CONTROL_TRAFFIC_CLASS));
        exchange(&pair, &declared, &seen);
        close_pair(&pair);
    }
}

static void quirk_04_fields_out_of_range(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        uint32_t fields = IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT |
                          IPSOCK_CONTROL_SOURCE | IPSOCK_CONTROL_INTERFACE;
        struct pair pair = open_pair(i, 0, fields);
        struct ipsock_control c = blank(IPSOCK_CONTROL_HOP_LIMIT);
        refuse(&pair, &c, IPSOCK_EINVAL, "hop_limit");
        c = blank(IPSOCK_CONTROL_INTERFACE);
        refuse(&pair, &c, IPSOCK_EINVAL, "interface_index");
        c = blank(0x80000000u);
        refuse(&pair, &c, IPSOCK_EINVAL, "valid");
        c = blank(IPSOCK_CONTROL_DESTINATION);
        refuse(&pair, &c, IPSOCK_EINVAL, "valid");
        c = blank(IPSOCK_CONTROL_SEGMENT_SIZE);
        refuse(&pair, &c, IPSOCK_EINVAL, "segment_size");
        c.segment_size = 65536;
        refuse(&pair, &c, IPSOCK_EINVAL, "segment_size");
        c = blank(IPSOCK_CONTROL_DONT_FRAGMENT);
        c.dont_fragment = 2;
        refuse(&pair, &c, IPSOCK_EINVAL, "dont_fragment");
        c = blank(IPSOCK_CONTROL_OPAQUE);
        c.opaque_length = 24;
        refuse(&pair, &c, IPSOCK_EINVAL, "opaque");
        close_pair(&pair);
    }
}

static void quirk_04_sources_that_do_not_fit(void **state)
{
    static const char *const wrong[COLUMNS] = {"::1", "127.0.0.1", "::1"};
    static const char *const foreign[COLUMNS] = {"198.51.100.7", "2001:db8::7", "198.51.100.7"};
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, IPSOCK_CONTROL_SOURCE);
        struct ipsock_control c = blank(IPSOCK_CONTROL_SOURCE);
        struct seen seen;
        if (sendable(i, IPSOCK_CONTROL_SOURCE) == 0) {
            close_pair(&pair);
            continue;
        }
        refuse(&pair, &c, IPSOCK_EFAMILY, "source");
        c.source = addr_of(wrong[i]);
        refuse(&pair, &c, IPSOCK_EFAMILY, "source");
        /* the right family, but no address of this host */
        c.source = addr_of(foreign[i]);
        char what[64];
        snprintf(what, sizeof what, "foreign-source-%s", columns[i].name);
        const struct expectation foreign_source = expected("quirk-04", what);
        refuse(&pair, &c,
               foreign_source.level == EXPECT_ABSENT ? foreign_source.error : IPSOCK_EADDRNOTAVAIL,
               "source");
        c.source = addr_of(columns[i].loopback);
        exchange(&pair, &c, &seen);
        close_pair(&pair);
    }
}

static void uni_08_peers_that_do_not_fit(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_addr to = addr_of(i == V4 ? "::1" : "127.0.0.1");
        struct ipsock_addr mapped = addr_of("::ffff:127.0.0.1");
        to.port = mapped.port = pair.to.port;
        CHECK(IPSOCK_EMISSADDR, send_bytes(pair.sender, NULL, "x", 1, NULL));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EMISSADDR, "peer");
        if (i == MAPPED) { /* a dual-stack endpoint takes the plain IPv4 form, too */
            struct seen seen;
            CHECK(IPSOCK_OK, send_bytes(pair.sender, &to, "x", 1, NULL));
            receive(pair.receiver, &seen);
        } else {
            CHECK(IPSOCK_EFAMILY, send_bytes(pair.sender, &to, "x", 1, NULL));
            check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EFAMILY, "peer");
            CHECK(IPSOCK_EFAMILY, send_bytes(pair.sender, &mapped, "x", 1, NULL));
        }
        to.family = 9;
        CHECK(IPSOCK_EFAMILY, send_bytes(pair.sender, &to, "x", 1, NULL));
        check_nothing(pair.receiver);
        close_pair(&pair);
    }
}

static void uni_03_too_large(void **state)
{
    const size_t size = 66000;
    void *large = calloc(1, size);
    (void)state;
    assert_non_null(large);
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct seen seen;
        CHECK(IPSOCK_OK, ipsock_set_send_buffer(pair.sender, 200000));
        CHECK(IPSOCK_EMSGSIZE, send_bytes(pair.sender, &pair.to, large, size, NULL));
        CHECK(IPSOCK_EMSGSIZE, send_bytes(pair.sender, &pair.to, large, 65536, NULL));
        check_nothing(pair.receiver);
        exchange(&pair, NULL, &seen);
        close_pair(&pair);
    }
    free(large);
}

static void uni_08_flags_and_buffers(void **state)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    uint8_t byte = 0;
    (void)state;
    struct pair pair = open_pair(V4, 0, 0);
    ipsock_message_init(&message, &buffer, &byte, 1);
    message.peer = pair.to;
    CHECK(IPSOCK_EINVAL, ipsock_send(pair.sender, &message, 0x80u));
    check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "flags");
    CHECK(IPSOCK_EINVAL, ipsock_send(pair.sender, &message, IPSOCK_MSG_PEEK));
    CHECK(IPSOCK_EINVAL, ipsock_recv(pair.sender, &message, 0x80u));
    check_option(pair.sender, IPSOCK_READ, IPSOCK_EINVAL, "flags");
    CHECK(IPSOCK_EINVAL, ipsock_recv(pair.sender, &message, IPSOCK_MSG_DONTROUTE));
    message.buffers = NULL;
    CHECK(IPSOCK_EINVAL, ipsock_send(pair.sender, &message, 0));
    check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "buffers");
    CHECK(IPSOCK_EINVAL, ipsock_recv(pair.sender, &message, IPSOCK_MSG_DONTWAIT));
    message.buffers = &buffer;
    message.buffer_count = IPSOCK_BUFFERS_MAX + 1;
    CHECK(IPSOCK_EINVAL, ipsock_send(pair.sender, &message, 0));
    check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "buffer_count");
    CHECK(IPSOCK_EINVAL, ipsock_recv(pair.sender, &message, IPSOCK_MSG_DONTWAIT));
    close_pair(&pair);
}

static void err_03_broadcast_must_be_asked_for(void **state)
{
    (void)state;
    struct pair pair = open_pair(V4, 0, 0);
    struct ipsock_addr to = addr_of("255.255.255.255");
    to.port = pair.to.port;
    CHECK(IPSOCK_EBROADCAST, send_bytes(pair.sender, &to, "x", 1, NULL));
    check_nothing(pair.receiver);
    close_pair(&pair);
}

static void uni_02_other_peer_while_connected(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct pair other = open_pair(i, 0, 0);
        struct ipsock_config config = config_of(i, IPSOCK_UDP);
        struct seen seen;
        config.peer = pair.to;
        ipsock_free(pair.sender);
        pair.sender = must_open(&config);
        CHECK(IPSOCK_EISCONN, send_bytes(pair.sender, &other.to, "x", 1, NULL));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EISCONN, "peer");
        check_nothing(other.receiver);
        exchange(&pair, NULL, &seen); /* its own peer given again is fine on every system */
        close_pair(&pair);
        close_pair(&other);
    }
}

/* The systems have several answers to port 0, and Linux sends from connected endpoints. */
static void ref_04_port_0(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    {
        struct pair pair = open_pair(i, 0, 0);
        struct ipsock_addr to = pair.to;
        struct burst burst = make_burst(3);
        struct ipsock_error error;
        struct ipsock_endpoint *s;
        struct seen seen;
        uint32_t done = 77;
        to.port = 0;
        CHECK(IPSOCK_EINVAL, send_bytes(pair.sender, &to, "x", 1, NULL));
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "port");
        for (int n = 0; n < 3; n++)
            burst.messages[n].peer = n == 1 ? to : pair.to;
        CHECK(IPSOCK_EINVAL, send_burst(pair.sender, &burst, 3, &done));
        EQUAL(1, done);
        check_option(pair.sender, IPSOCK_WRITE, IPSOCK_EINVAL, "port");
        receive(pair.receiver, &seen);
        check_nothing(pair.receiver);
        for (int kind = IPSOCK_UDP; kind <= IPSOCK_TCP; kind++) {
            struct ipsock_config config = config_of(i, kind);
            config.peer = to;
            config.error = &error;
            CHECK(IPSOCK_EINVAL, ipsock_open(&s, &config));
            assert_string_equal(error.option, "port");
        }
        free_burst(&burst);
        close_pair(&pair);
    }
}

/* Without type, code and checksum it is no ICMP message. What a system sends all the same of IPv4
 * (Linux 2 bytes, others none) is its own affair; what it refuses is told alike. */
static void ref_05_icmp_that_is_too_short(void **state)
{
    (void)state;
    need_privilege();
    FOR_EACH_COLUMN(i)
    {
        if (i == MAPPED)
            continue;
        struct ipsock_endpoint *s = open_raw(i, i == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6, 0, 0);
        const struct ipsock_addr to = addr_of(columns[i].loopback);
        uint8_t packet[64];
        const size_t length = make_echo(packet, columns[i].family, 9, 1);
        for (size_t n = 0; n < 4; n++) {
            const int code = send_bytes(s, &to, packet, n, NULL);
            if (i == V4 && code == IPSOCK_OK)
                continue;
            CHECK(IPSOCK_EMSGSHORT, code);
            check_option(s, IPSOCK_WRITE, IPSOCK_EMSGSHORT, "buffers");
        }
        CHECK(IPSOCK_OK, send_bytes(s, &to, packet, length, NULL));
        ipsock_free(s);
    }
}

/* Kernels put ::ffff: addresses on the wire (Linux), or take them (FreeBSD). */
static void ref_06_mapped_addresses_on_raw_and_ping(void **state)
{
    static const int kinds[] = {IPSOCK_RAW, IPSOCK_PING};
    (void)state;
    need_privilege();
    for (size_t k = 0; k < COUNT(kinds) && begin_column(V6); k++) {
        if (kinds[k] == IPSOCK_PING && !has_ping(IPSOCK_IPV6))
            continue;
        const struct ipsock_addr mapped = addr_of("::ffff:127.0.0.1");
        struct ipsock_config config = config_of(V6, kinds[k]);
        struct ipsock_error error;
        uint8_t packet[64];
        const size_t length = make_echo(packet, IPSOCK_IPV6, 9, 1);
        config.protocol = kinds[k] == IPSOCK_RAW ? PROTOCOL_TEST : 0;
        config.error = &error;
        struct ipsock_endpoint *s = must_open(&config);
        CHECK(IPSOCK_EFAMILY, send_bytes(s, &mapped, packet, length, NULL));
        check_option(s, IPSOCK_WRITE, IPSOCK_EFAMILY, "peer");
        ipsock_free(s);
        config.peer = mapped;
        CHECK(IPSOCK_EFAMILY, ipsock_open(&s, &config));
        assert_string_equal(error.option, "peer");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quirk_04_undeclared_fields_are_refused),
        cmocka_unit_test(quirk_04_fields_out_of_range),
        cmocka_unit_test(quirk_04_sources_that_do_not_fit),
        cmocka_unit_test(uni_08_peers_that_do_not_fit),
        cmocka_unit_test(uni_08_flags_and_buffers),
        cmocka_unit_test(uni_03_too_large),
        cmocka_unit_test(uni_02_other_peer_while_connected),
        cmocka_unit_test(err_03_broadcast_must_be_asked_for),
        cmocka_unit_test(ref_04_port_0),
        cmocka_unit_test(ref_05_icmp_that_is_too_short),
        cmocka_unit_test(ref_06_mapped_addresses_on_raw_and_ping),
    };
    return RUN(tests);
}
