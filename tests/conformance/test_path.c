// SPDX-License-Identifier: BSD-2-Clause
/* Path MTU, don't-fragment, checksum: the rest of V6-OPT, and the notices of CM-17. */
#include "harness.h"

/* Loopback's MTU is 64 KiB or less everywhere, so that a datagram of this size must be fragmented:
 * 65500 bytes of payload, 8 of UDP and 40 of IPv6 header are more than 65536. */
#define LARGE6 65500

static void path_mtu_of(int column, bool accepted_side)
{
    struct pair tcp = open_stream(column);
    struct ipsock_endpoint *s = accepted_side ? tcp.receiver : tcp.sender;
    uint32_t mtu = 0, index = 77;
    char what[32];
    snprintf(what, sizeof what, "path-mtu-%s", columns[column].name);
    if (expect_code("v6-opt-03", what, ipsock_get_path_mtu(s, &mtu, &index))) {
        assert_true(mtu >= (column == V6 ? 1280u : 576u));
        EQUAL(0, index); /* the peer's address has no scope */
        CHECK(IPSOCK_OK, ipsock_get_path_mtu(s, &mtu, NULL));
    }
    close_pair(&tcp);
}

static void v6_opt_03_path_mtu_of_the_dialling_side(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    path_mtu_of(i, false);
}

static void v6_opt_04_path_mtu_of_the_accepted_side(void **state)
{
    (void)state;
    FOR_EACH_COLUMN(i)
    path_mtu_of(i, true);
}

static void v6_opt_05_path_mtu_interface(void **state)
{
    uint32_t mtu = 0, index = 0;
    struct ipsock_addr peer;
    (void)state;
    need(has_column(V6), "no IPv6");
    need(find_link_local(&peer), "no link-local address");
    struct ipsock_config config = config_of(V6, IPSOCK_UDP);
    config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
    config.peer = peer;
    config.peer.port = 9;
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_get_path_mtu(s, &mtu, &index));
    assert_true(mtu >= 1280);
    EQUAL(peer.scope, index);
    ipsock_free(s);
}

static struct ipsock_endpoint *open_summing(int protocol)
{
    need_privilege();
    need(has_column(V6), "no IPv6");
    struct ipsock_endpoint *s = open_raw(V6, protocol, 0, 0);
    need_sums(s);
    return s;
}

static void v6_opt_06_checksum_reads_back(void **state)
{
    bool on = true;
    int offset = -1;
    (void)state;
    struct ipsock_endpoint *s = open_summing(PROTOCOL_OSPF);
    CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
    EQUAL(false, on);
    EQUAL(0, offset);
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, 12));
    CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
    EQUAL(true, on);
    EQUAL(12, offset);
    CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, NULL));
    ipsock_free(s);
}

static void v6_opt_07_checksum_off_may_be_refused(void **state)
{
    bool on = true;
    int offset = -1;
    (void)state;
    struct ipsock_endpoint *s = open_summing(PROTOCOL_OSPF);
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, 12));
    const bool off = expect_code("v6-opt-07", "checksum-off", ipsock_set_checksum(s, false, 0));
    CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
    EQUAL(!off, on);
    EQUAL(off ? 0 : 12, offset);
    ipsock_free(s);
}

static void v6_opt_08_checksum_off_at_first(void **state)
{
    bool on = true;
    int offset = -1;
    (void)state;
    struct ipsock_endpoint *s = open_summing(PROTOCOL_OSPF);
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, false, 0)); /* off already: no system refuses */
    CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
    EQUAL(false, on);
    EQUAL(0, offset);
    ipsock_free(s);
}

static void v6_opt_09_icmpv6_checksum_stays(void **state)
{
    bool on = false;
    int offset = -1;
    (void)state;
    struct ipsock_endpoint *s = open_summing(PROTOCOL_ICMPV6);
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, 2));
    CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
    EQUAL(true, on);
    EQUAL(2, offset);
    CHECK(IPSOCK_ENOTSUP, ipsock_set_checksum(s, true, 4));
    check_option(s, IPSOCK_SETUP, IPSOCK_ENOTSUP, "IPV6_CHECKSUM");
    CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
    EQUAL(2, offset);
    ipsock_free(s);
}

static void v6_opt_06_bad_offsets_are_refused(void **state)
{
    static const int wrong[] = {-1, -2, 1, 13, 65535, 65536, 70000};
    bool on = false;
    int offset = 0;
    (void)state;
    struct ipsock_endpoint *s = open_summing(PROTOCOL_OSPF);
    CHECK(IPSOCK_OK, ipsock_set_checksum(s, true, 12));
    for (size_t i = 0; i < COUNT(wrong); i++) {
        CHECK(IPSOCK_EINVAL, ipsock_set_checksum(s, true, wrong[i]));
        check_option(s, IPSOCK_SETUP, IPSOCK_EINVAL, "offset");
        CHECK(IPSOCK_OK, ipsock_get_checksum(s, &on, &offset));
        EQUAL(12, offset);
    }
    ipsock_free(s);
}

/* Of the host's own interface; Darwin tells of what the path said alone. */
static void check_notice(struct ipsock_endpoint *s)
{
    struct seen seen;
    if (expected("cm-17", "notice-of-own-interface").level == EXPECT_ABSENT) {
        check_nothing(s);
        return;
    }
    receive(s, &seen);
    EQUAL(IPSOCK_MSG_NOTICE, seen.flags);
    EQUAL(0, seen.length);
    EQUAL(IPSOCK_CONTROL_PATH_MTU, seen.control.valid & IPSOCK_CONTROL_PATH_MTU);
    assert_in_range(seen.control.path_mtu, 1280, LARGE6 + 47);
    check_addr(&seen.control.destination, "::1");
    check_addr(&seen.peer, "::1");
}

static void cm_17_path_mtu_notice(void **state)
{
    struct seen seen;
    (void)state;
    need(has_column(V6), "no IPv6");
    struct ipsock_endpoint *s = NULL;
    struct pair pair = open_pair(V6, 0, 0);
    struct ipsock_config config = config_of(V6, IPSOCK_UDP);
    config.receive_control = IPSOCK_CONTROL_PATH_MTU | IPSOCK_CONTROL_DESTINATION;
    config.send_buffer = 200000;
    if (!expect_code("cm-17", "path-mtu-notice", ipsock_open(&s, &config)))
        return;
    void *large = calloc(1, LARGE6);
    CHECK(IPSOCK_OK, ipsock_set_dont_fragment(s, true));
    CHECK(IPSOCK_EMSGSIZE, send_bytes(s, &pair.to, large, LARGE6, NULL));
    check_notice(s);
    /* fragmenting allowed, it arrives; and an empty datagram is no notice */
    CHECK(IPSOCK_OK, ipsock_set_dont_fragment(s, false));
    CHECK(IPSOCK_OK, send_bytes(s, &pair.to, "", 0, NULL));
    receive(pair.receiver, &seen);
    EQUAL(0, seen.flags);
    EQUAL(0, seen.length);
    free(large);
    ipsock_free(s);
    close_pair(&pair);
}

/* DF on the wire, IPv4: a raw endpoint reads the header, kept by a batch. */
static void v4_opt_dont_fragment_on_the_wire(void **state)
{
    (void)state;
    need_privilege();
    struct burst b = make_burst(1);
    struct ipsock_endpoint *s = open_raw(V4, PROTOCOL_TEST, 0, 0);
    const struct ipsock_addr to = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    for (int on = 0; on <= 1; on++) {
        struct ipsock_ipv4_header header;
        uint32_t done = 0;
        bool reads = !on;
        if (!expect_code("pmtu-01", "forbid-v4", ipsock_set_dont_fragment(s, on != 0)))
            continue;
        CHECK(IPSOCK_OK, ipsock_get_dont_fragment(s, &reads));
        EQUAL(on, reads);
        CHECK(IPSOCK_OK, send_bytes(s, &to, "DF?", 3, NULL));
        CHECK(IPSOCK_OK, receive_burst(s, &b, 1, &done));
        EQUAL(23, b.messages[0].length);
        EQUAL(20, b.messages[0].header_length);
        CHECK(IPSOCK_OK, ipsock_ipv4_header_parse(&header, b.data[0], 23, IPSOCK_ORDER_WIRE));
        EQUAL(on ? IPSOCK_IPV4_DONT_FRAGMENT : 0, header.flags);
    }
    ipsock_free(s);
    free_burst(&b);
}

static void v6_opt_dont_fragment_refuses_too_large(void **state)
{
    (void)state;
    need(has_column(V6), "no IPv6");
    struct pair pair = open_pair(V6, 0, 0);
    bool on = true;
    void *large = calloc(1, LARGE6);
    CHECK(IPSOCK_OK, ipsock_set_send_buffer(pair.sender, 200000));
    CHECK(IPSOCK_OK, ipsock_set_receive_buffer(pair.receiver, 200000));
    CHECK(IPSOCK_OK, ipsock_get_dont_fragment(pair.sender, &on));
    EQUAL(false, on);
    CHECK(IPSOCK_OK, send_bytes(pair.sender, &pair.to, large, LARGE6, NULL));
    CHECK(IPSOCK_OK, ipsock_set_dont_fragment(pair.sender, true));
    CHECK(IPSOCK_EMSGSIZE, send_bytes(pair.sender, &pair.to, large, LARGE6, NULL));
    free(large);
    close_pair(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v6_opt_03_path_mtu_of_the_dialling_side),
        cmocka_unit_test(v6_opt_04_path_mtu_of_the_accepted_side),
        cmocka_unit_test(v6_opt_05_path_mtu_interface),
        cmocka_unit_test(v6_opt_06_checksum_reads_back),
        cmocka_unit_test(v6_opt_06_bad_offsets_are_refused),
        cmocka_unit_test(v6_opt_07_checksum_off_may_be_refused),
        cmocka_unit_test(v6_opt_08_checksum_off_at_first),
        cmocka_unit_test(v6_opt_09_icmpv6_checksum_stays),
        cmocka_unit_test(v4_opt_dont_fragment_on_the_wire),
        cmocka_unit_test(v6_opt_dont_fragment_refuses_too_large),
        cmocka_unit_test(cm_17_path_mtu_notice),
    };
    return RUN(tests);
}
