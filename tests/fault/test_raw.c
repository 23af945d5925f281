// SPDX-License-Identifier: BSD-2-Clause
/* Raw IPv4 where the kernel lies, refuses, or lays headers out as other systems do. */
#include "fault.h"

#include <linux/filter.h>
#include <net/if.h>

#include "core/codec/order.h"

#define PROTOCOL 253 /* RFC 3692 */

static struct ipsock_endpoint *s;
static struct ipsock_ipv4_header header;
static struct ipsock_message message;
static struct ipsock_buffer buffer;
static uint8_t data[256];

static int open_raw(int family, int protocol, uint32_t flags, struct ipsock_error *error)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_RAW;
    config.family = family;
    config.protocol = protocol;
    config.flags = flags;
    if (family == IPSOCK_IPV4)
        FAULT_OK(ipsock_addr_parse("127.0.0.1", &config.local));
    config.error = error;
    return ipsock_open(&s, &config);
}

static int setup(void **state)
{
    struct ipsock_error error;
    (void)state;
    fault_reset();
    const int code = open_raw(IPSOCK_IPV4, PROTOCOL, IPSOCK_OPEN_HEADER_INCLUDED, &error);
    if (code < 0)
        s = NULL;
    return code < 0 && code != IPSOCK_EPERM ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    fault_reset();
    ipsock_free(s);
    return 0;
}

static int give(const char *text, int options)
{
    memset(&header, 0, sizeof header);
    header.hop_limit = 9;
    header.protocol = PROTOCOL;
    header.id = 0x1234;
    header.flags = IPSOCK_IPV4_DONT_FRAGMENT;
    header.options_length = (uint8_t)options;
    memset(header.options, 1, (size_t)options);
    FAULT_OK(ipsock_addr_parse("127.0.0.1", &header.destination));
    ipsock_message_init_send(&message, &buffer, text, strlen(text), NULL);
    return ipsock_send_ipv4(s, &header, &message, 0);
}

static int take(uint32_t flags)
{
    memset(&header, 0x5a, sizeof header);
    memset(data, 0, sizeof data);
    ipsock_message_init(&message, &buffer, data, sizeof data);
    return ipsock_recv_ipv4(s, &header, &message, flags | IPSOCK_MSG_DONTWAIT);
}

static int take_stripped(uint32_t flags)
{
    ipsock_message_init(&message, &buffer, data, sizeof data);
    return ipsock_recv(s, &message, flags | IPSOCK_MSG_DONTWAIT);
}

static uint64_t lies(void)
{
    struct ipsock_counters counters;
    FAULT_OK(ipsock_get_counters(s, &counters, sizeof counters));
    return counters.header_discards;
}

/* ---- headers that lie ---- */

static struct {
    unsigned offset;
    uint8_t value;
} lie;

static void tell_lie(struct msghdr *h)
{
    ((uint8_t *)h->msg_iov[0].iov_base)[lie.offset] = lie.value;
}

static void expect_error(int code, const char *option)
{
    struct ipsock_error error;
    FAULT_OK(ipsock_last_error(s, IPSOCK_READ, &error));
    assert_int_equal(error.code, code);
    assert_string_equal(error.option, option);
}

/* The packet is refused with its code, peeked at or taken, counted when it is taken, and the next
 * one is delivered. */
static void refuse(unsigned offset, uint8_t value, int code, const char *option, bool stripped_too)
{
    const struct ipsock_ipv4_header untouched = {.version = 0x5a};
    lie.offset = offset;
    lie.value = value;
    for (int stripped = 0; stripped <= stripped_too; stripped++) {
        const uint64_t before = lies();
        FAULT_OK(give("lie", 0));
        FAULT_OK(give("truth", 0));
        fault_change_received(tell_lie);
        FAULT_CODE(stripped ? take_stripped(IPSOCK_MSG_PEEK) : take(IPSOCK_MSG_PEEK), code);
        assert_int_equal(lies(), before);
        FAULT_CODE(stripped ? take_stripped(0) : take(0), code);
        assert_int_equal(lies(), before + 1);
        expect_error(code, option);
        if (!stripped)
            assert_int_equal(header.version, untouched.version);
        fault_change_received(NULL);
        FAULT_OK(take(0));
        assert_int_equal(message.length, 5);
        assert_memory_equal(data, "truth", 5);
        assert_int_equal(header.total_length, 25);
    }
}

static void raw_02_headers_that_lie(void **state)
{
    (void)state;
    fault_need_privilege(s);
    for (uint8_t words = 0; words < 5; words++)
        refuse(0, 0x40 | words, IPSOCK_EHDRLEN, "header", true);
    refuse(0, 0x46, IPSOCK_EEXTSHORT, "header", true); /* 24 bytes of 23 */
    refuse(0, 0x4f, IPSOCK_EEXTSHORT, "header", true);
    refuse(0, 0x65, IPSOCK_EVERSION, "header", true);
    refuse(0, 0x05, IPSOCK_EVERSION, "header", true);
    refuse(3, 22, IPSOCK_ETOTALLEN, "total_length", false);
    refuse(3, 0, IPSOCK_ETOTALLEN, "total_length", false);
}

/* A filter of the program may leave anything of a packet: too little for a header, or a part of the
 * payload, which looks to the system as if it were all. */
static void keep_bytes(uint32_t count)
{
    struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, count)};
    struct sock_fprog program = {1, code};
    assert_int_equal(
        setsockopt((int)ipsock_handle(s), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
        0);
}

static void raw_02_packets_that_a_filter_cut(void **state)
{
    struct ipsock_counters counters;
    (void)state;
    fault_need_privilege(s);
    for (uint32_t bytes = 1; bytes < 20; bytes++) {
        keep_bytes(bytes);
        FAULT_OK(give("short", 0));
        FAULT_CODE(take(0), IPSOCK_EHDRSHORT);
        expect_error(IPSOCK_EHDRSHORT, "header");
        FAULT_OK(give("short", 0));
        FAULT_CODE(take_stripped(0), IPSOCK_EHDRSHORT);
    }
    assert_int_equal(lies(), 38);
    keep_bytes(22);
    FAULT_OK(give("short", 4)); /* options beyond the data */
    FAULT_CODE(take(0), IPSOCK_EEXTSHORT);
    FAULT_OK(give("payload", 0));
    FAULT_OK(take(IPSOCK_MSG_PEEK));
    assert_int_equal(message.flags, IPSOCK_MSG_TRUNC);
    FAULT_OK(take(0));
    assert_int_equal(message.flags, IPSOCK_MSG_TRUNC);
    assert_int_equal(message.length, 2);
    assert_memory_equal(data, "pa", 3);
    assert_int_equal(header.total_length, 27);
    FAULT_OK(ipsock_get_counters(s, &counters, sizeof counters));
    assert_int_equal(counters.truncated, 1);
}

/* ---- headers of other systems ---- */

#define ORDER(length, offset, without) \
    {                                  \
        (length), (offset), (without)  \
    }

static const struct ipsk_header_orders others[] = {
    /* Darwin, NetBSD, FreeBSD 9, DragonFly before 2023-07 */
    {ORDER(true, true, true), ORDER(true, true, false), ORDER(false, false, false)},
    /* FreeBSD 10 */
    {ORDER(true, true, false), ORDER(true, true, false), ORDER(false, false, false)},
};
static const struct ipsk_header_orders *foreign;

static void to_host(uint8_t *p)
{
    const uint16_t value = (uint16_t)(p[0] << 8 | p[1]);
    memcpy(p, &value, sizeof value);
}

/* What the kernel of such a system would have put there. */
static void arrive(struct msghdr *h)
{
    uint8_t bytes[8];
    size_t at = 0, offset = 0;
    uint8_t *place[8];
    for (int i = 0; i < 8; i++) {
        while (offset == h->msg_iov[at].iov_len) {
            at++;
            offset = 0;
        }
        place[i] = (uint8_t *)h->msg_iov[at].iov_base + offset++;
        bytes[i] = *place[i];
    }
    const unsigned without = foreign->receive.length_without_header ? (bytes[0] & 15u) * 4 : 0;
    const unsigned total = ((unsigned)bytes[2] << 8 | bytes[3]) - without;
    bytes[2] = (uint8_t)(total >> 8);
    bytes[3] = (uint8_t)total;
    to_host(bytes + 2);
    to_host(bytes + 6);
    for (int i = 0; i < 8; i++)
        *place[i] = bytes[i];
}

/* What such a kernel would want to see; put right for this one. */
static unsigned looks;
static void leave(const struct msghdr *h)
{
    uint8_t *p = h->msg_iov[0].iov_base;
    uint16_t total, word;
    memcpy(&total, p + 2, 2);
    memcpy(&word, p + 6, 2);
    assert_int_equal(total, h->msg_iov[0].iov_len + h->msg_iov[1].iov_len);
    assert_int_equal(word, 0x4000);
    p[6] = 0x40;
    p[7] = 0;
    looks++;
}

static int take_batch(struct fault_batch *b, uint32_t *done)
{
    return ipsock_recv_batch(s, b->batch, b->messages, sizeof b->messages[0], 2, done,
                             IPSOCK_MSG_DONTWAIT);
}

static void expect_wire(const struct fault_batch *b, uint32_t count, int options)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *p = (const uint8_t *)b->data[i];
        assert_int_equal(b->messages[i].header_length, 20 + options);
        assert_int_equal(p[2] << 8 | p[3], 25 + options);
        assert_int_equal(p[6] << 8 | p[7], 0x4000);
    }
}

static void hdr_07_hdr_08_hdr_09_headers_of_other_systems(void **state)
{
    (void)state;
    fault_need_privilege(s);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct fault_batch *b = fault_make_batch();
        foreign = &others[i];
        fault_header_order(foreign);
        for (int options = 0; options <= 4; options += 4) {
            looks = 0;
            for (int n = 0; n < 4; n++) {
                fault_look_at_sent(leave);
                FAULT_OK(give("hello", options));
                fault_look_at_sent(NULL);
            }
            assert_int_equal(looks, 4);
            fault_change_received(arrive);
            FAULT_OK(take(0));
            assert_int_equal(header.total_length, 25 + options);
            assert_int_equal(header.flags, IPSOCK_IPV4_DONT_FRAGMENT);
            assert_int_equal(header.fragment_offset, 0);
            assert_int_equal(header.id, 0x1234);
            assert_int_equal(message.flags, 0);
            FAULT_OK(take_stripped(0));
            assert_int_equal(message.length, 5);
            assert_memory_equal(data, "hello", 5);
            /* batches give the order of the wire */
            uint32_t done = 0;
            b->buffers[0].length = b->buffers[1].length = FAULT_DATA;
            FAULT_OK(take_batch(b, &done));
            assert_int_equal(done, 2);
            expect_wire(b, 2, options);
            fault_change_received(NULL);
        }
        fault_free_batch(b);
    }
}

/* ---- what the system refuses ---- */

static void raw_01_header_mode_that_fails_fails_the_open(void **state)
{
    struct ipsock_error error;
    struct ipsock_endpoint *before = s;
    (void)state;
    fault_need_privilege(s);
    fault_reset();
    fault_fail(FAULT_setsockopt, 1, 1, EINVAL);
    FAULT_CODE(open_raw(IPSOCK_IPV4, PROTOCOL, IPSOCK_OPEN_HEADER_INCLUDED, &error), IPSOCK_EINVAL);
    assert_null(s);
    assert_string_equal(error.option, "IP_HDRINCL");
    assert_int_equal(fault_open_descriptors(), 0);
    s = before;
}

static void err_03_refused_sockets_say_why(void **state)
{
    struct ipsock_error error;
    char text[IPSOCK_ERROR_TEXT];
    struct ipsock_endpoint *before = s;
    (void)state;
    for (int i = 0; i < 2; i++) {
        const int family = i == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6;
        fault_fail(FAULT_socket, 1, 1, EPERM);
        FAULT_CODE(open_raw(family, PROTOCOL, 0, &error), IPSOCK_EPERM);
        FAULT_OK(ipsock_error_format(&error, text, sizeof text));
        assert_string_equal(text, "socket raw socket (run as root, or with CAP_NET_RAW: setcap "
                                  "cap_net_raw+ep PROGRAM): missing privilege (native 1)");
        fault_fail(FAULT_socket, 1, 1, EAFNOSUPPORT);
        FAULT_CODE(open_raw(family, PROTOCOL, 0, &error), IPSOCK_ENOTSUP);
        assert_string_equal(error.option, "family");
        fault_fail(FAULT_socket, 1, 1, EPROTONOSUPPORT);
        FAULT_CODE(open_raw(family, PROTOCOL, 0, &error), IPSOCK_ENOTSUP);
    }
    s = before;
}

/* A send that the system has no room for waits, or says so; one that it refuses gives its code, and
 * the next goes. */
static void raw_03_sends_that_fail(void **state)
{
    static const int refusals[][2] = {{EMSGSIZE, IPSOCK_EMSGSIZE},
                                      {ENETUNREACH, IPSOCK_ENETUNREACH},
                                      {ENOBUFS, IPSOCK_ENOBUFS},
                                      {EPERM, IPSOCK_EFIREWALL}};
    (void)state;
    fault_need_privilege(s);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        fault_fail(FAULT_sendmsg, 1, 1, refusals[i][0]);
        FAULT_CODE(give("x", 0), refusals[i][1]);
        assert_int_equal(message.length, 0);
        FAULT_CODE(take(0), IPSOCK_EAGAIN);
    }
    fault_fail(FAULT_sendmsg, 1, 3, EAGAIN);
    FAULT_OK(give("waits", 0));
    assert_int_equal(message.length, 5);
    fault_fail(FAULT_sendmsg, 1, 1, EINTR);
    FAULT_OK(give("goes on", 0));
    fault_fail(FAULT_sendmsg, 1, 1, EAGAIN);
    FAULT_CODE(ipsock_send_ipv4(s, &header, &message, IPSOCK_MSG_DONTWAIT), IPSOCK_EAGAIN);
    fault_fail(FAULT_recvmsg, 1, 2, EINTR);
    FAULT_OK(take(0));
    assert_memory_equal(data, "waits", 5);
    fault_fail(FAULT_recvmsg, 1, 1, ENOMEM);
    FAULT_CODE(take(0), IPSOCK_ENOMEM);
    FAULT_OK(take(0));
    assert_memory_equal(data, "goes on", 7);
}

/* One system call a packet, header and payload together. */
static void raw_03_one_call_for_header_and_payload(void **state)
{
    (void)state;
    fault_need_privilege(s);
    fault_reset();
    FAULT_OK(give("payload", 8));
    assert_int_equal(fault_calls(FAULT_sendmsg), 1);
    assert_int_equal(fault_all_calls(), 1);
    fault_reset();
    FAULT_OK(take(0));
    assert_int_equal(fault_calls(FAULT_recvmsg), 1);
    assert_int_equal(fault_all_calls(), 1);
}

/* The header's own hop limit is what goes out; no option is borrowed for it. */
static void raw_03_packets_to_groups_are_one_call_too(void **state)
{
    (void)state;
    fault_need_privilege(s);
    FAULT_OK(ipsock_set_multicast_interface(s, if_nametoindex("lo")));
    fault_reset();
    ipsock_message_init_send(&message, &buffer, "all", 3, NULL);
    memset(&header, 0, sizeof header);
    header.hop_limit = 9;
    header.protocol = PROTOCOL;
    FAULT_OK(ipsock_addr_parse("224.0.0.249", &header.destination));
    FAULT_OK(ipsock_send_ipv4(s, &header, &message, 0));
    assert_int_equal(fault_calls(FAULT_sendmsg), 1);
    assert_int_equal(fault_all_calls(), 1);
}

/* IPPROTO_RAW switches header mode on by itself on Linux; here it is a protocol like any. */
static void raw_10_protocol_255_is_a_protocol_like_any(void **state)
{
    static const int names[][2] = {{IPPROTO_IP, IP_HDRINCL}, {IPPROTO_IPV6, 36 /* IPV6_HDRINCL */}};
    struct ipsock_error error;
    struct ipsock_endpoint *before = s;
    (void)state;
    fault_need_privilege(s);
    for (int i = 0; i < (fault_has_ipv6() ? 2 : 1); i++)
        for (int included = 0; included <= (i == 0); included++) {
            int value = -1;
            socklen_t length = sizeof value;
            FAULT_OK(open_raw(i == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6, 255,
                              included ? IPSOCK_OPEN_HEADER_INCLUDED : 0, &error));
            assert_int_equal(
                getsockopt((int)ipsock_handle(s), names[i][0], names[i][1], &value, &length), 0);
            assert_int_equal(value, included);
            ipsock_free(s);
        }
    s = before;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(raw_02_headers_that_lie),
        TEST(raw_02_packets_that_a_filter_cut),
        TEST(hdr_07_hdr_08_hdr_09_headers_of_other_systems),
        TEST(raw_01_header_mode_that_fails_fails_the_open),
        TEST(err_03_refused_sockets_say_why),
        TEST(raw_03_sends_that_fail),
        TEST(raw_03_one_call_for_header_and_payload),
        TEST(raw_03_packets_to_groups_are_one_call_too),
        TEST(raw_10_protocol_255_is_a_protocol_like_any),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
