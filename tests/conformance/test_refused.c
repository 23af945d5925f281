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
        struct ipsock_control declared = blank(IPSOCK_CONTROL_TRAFFIC_CLASS);
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
        refuse(&pair, &c, IPSOCK_EFAMILY, "source");
        c.source = addr_of(wrong[i]);
        refuse(&pair, &c, IPSOCK_EFAMILY, "source");
        /* the right family, but no address of this host */
        c.source = addr_of(foreign[i]);
        refuse(&pair, &c, IPSOCK_EADDRNOTAVAIL, "source");
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
    };
    return RUN(tests);
}
