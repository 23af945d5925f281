// SPDX-License-Identifier: BSD-2-Clause
/* Control data that is cut, or lies, and switching it when the kernel fails half way. */
#include "fault.h"

#include <netinet/ip.h>

static struct fault_pair pair;
static struct fault_batch *b;

#define DUAL IPSOCK_OPEN_DUAL_STACK

static void open_with(int family, uint32_t flags, uint32_t receive)
{
    fault_open_pair(&pair, family, flags, receive, 0);
    b = fault_make_batch();
}

static void end(void)
{
    fault_close_pair(&pair);
    fault_free_batch(b);
}

static int receive(bool batch)
{
    uint32_t done = 0;
    if (!batch)
        return ipsock_recv(pair.s, &b->messages[0], 0);
    const int code =
        ipsock_recv_batch(pair.s, b->batch, b->messages, sizeof b->messages[0], 4, &done, 0);
    if (code == 0)
        assert_int_equal(done, 1);
    return code;
}

/* Of every field that is called valid the value is right: TTL 64, class 0, loopback. */
static void expect_truth(const struct ipsock_control *c)
{
    struct ipsock_interface *lo;
    FAULT_OK(ipsock_interface_by_name("lo", &lo));
    if (c->valid & IPSOCK_CONTROL_HOP_LIMIT)
        assert_int_equal(c->hop_limit, 64);
    if (c->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        assert_int_equal(c->traffic_class, 0);
    if (c->valid & IPSOCK_CONTROL_INTERFACE)
        assert_int_equal(c->interface_index, lo->index);
    if (c->valid & IPSOCK_CONTROL_DESTINATION)
        assert_true(ipsock_addr_is_loopback(&c->destination));
    ipsock_interfaces_free(lo);
}

/* Every room from none to enough. */
static void cut_everywhere(int family, uint32_t flags)
{
    struct ipsock_counters counters;
    for (int batch = 0; batch < 2; batch++) {
        uint32_t last = 0;
        unsigned cut = 0;
        open_with(family, flags, IPSOCK_CONTROL_HEADER);
        for (size_t room = 0; room <= 160; room++) {
            memset(&b->control[0], 0xee, sizeof b->control[0]);
            fault_limit_control(room);
            fault_give(&pair, "datagram", 8);
            FAULT_OK(receive(batch != 0));
            const struct ipsock_message *m = &b->messages[0];
            assert_int_equal(m->length, 8);
            assert_memory_equal(b->data[0], "datagram", 8);
            assert_true(ipsock_addr_same_ip(&m->peer, &pair.peer));
            expect_truth(m->control);
            /* What is missing is said to be missing. */
            const uint32_t wanted = IPSOCK_CONTROL_HEADER;
            assert_int_equal(m->control->valid & ~wanted, 0);
            if (!(m->flags & IPSOCK_MSG_CTRUNC))
                assert_int_equal(m->control->valid, wanted);
            cut += (m->flags & IPSOCK_MSG_CTRUNC) != 0;
            last = m->control->valid;
        }
        assert_int_equal(last, IPSOCK_CONTROL_HEADER);
        assert_true(cut > 16);
        FAULT_OK(ipsock_get_counters(pair.s, &counters, sizeof counters));
        assert_int_equal(counters.control_truncated, cut);
        assert_int_equal(counters.truncated, 0);
        end();
    }
}

static void v4_cm_07_control_data_cut_anywhere(void **state)
{
    (void)state;
    cut_everywhere(IPSOCK_IPV4, 0);
}

static void v6_cm_07_control_data_cut_anywhere(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    cut_everywhere(IPSOCK_IPV6, 0);
}

static void mapped_cm_07_control_data_cut_anywhere(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    cut_everywhere(IPSOCK_IPV6, DUAL);
}

/* The system has less room than the buffer that it was lent: what it shortened is not handed on. */
static void ad_04_lent_buffers_cut_by_the_system(void **state)
{
    _Alignas(struct cmsghdr) static uint8_t lent[600];
    (void)state;
    for (int batch = 0; batch < 2; batch++) {
        size_t before = 0, all = 0;
        open_with(IPSOCK_IPV4, 0, IPSOCK_CONTROL_HEADER | IPSOCK_CONTROL_OPAQUE);
        for (size_t room = 0; room <= 160; room++) {
            struct ipsock_control *c = &b->control[0], again;
            memset(c, 0, sizeof *c);
            c->opaque = lent;
            c->opaque_capacity = sizeof lent;
            fault_limit_control(room);
            fault_give(&pair, "datagram", 8);
            FAULT_OK(receive(batch != 0));
            assert_true(c->opaque_length <= room && c->opaque_length >= before);
            FAULT_OK(ipsock_control_decode(lent, c->opaque_length, IPSOCK_IPV4,
                                           IPSOCK_CONTROL_RECEIVABLE, &again));
            const uint32_t told = IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE |
                                  IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS;
            assert_int_equal(again.valid, c->valid & told); /* the same whole messages */
            expect_truth(c);
            expect_truth(&again);
            before = c->opaque_length;
            all += !(b->messages[0].flags & IPSOCK_MSG_CTRUNC);
        }
        assert_true(all > 16 && before > 0);
        end();
    }
}

static size_t lie; /* the length that every control message claims */

static void claim(struct msghdr *h)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(h);
    if (c != NULL)
        c->cmsg_len = (socklen_t)lie;
}

static void cm_04_lying_lengths_end_the_walk(void **state)
{
    static const size_t lies[] = {0,       1, 8, 12, 15, 16, 17, 4096, SIZE_MAX / 2, SIZE_MAX - 7,
                                  SIZE_MAX};
    (void)state;
    for (int batch = 0; batch < 2; batch++) {
        open_with(IPSOCK_IPV4, 0, IPSOCK_CONTROL_HEADER);
        for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
            lie = lies[i];
            fault_change_received(claim);
            fault_give(&pair, "datagram", 8);
            FAULT_OK(receive(batch != 0));
            assert_int_equal(b->messages[0].length, 8);
            /* The first message, which lies, gives nothing; packet info comes first on Linux. */
            assert_int_equal(
                b->control[0].valid & (IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE), 0);
            expect_truth(&b->control[0]);
        }
        /* And the next one is whole again. */
        fault_change_received(NULL);
        fault_give(&pair, "datagram", 8);
        FAULT_OK(receive(batch != 0));
        assert_int_equal(b->control[0].valid, IPSOCK_CONTROL_HEADER);
        end();
    }
}

static void drop_all(struct msghdr *h)
{
    h->msg_controllen = 0;
}

static void cm_19_without_control_data_nothing_is_valid(void **state)
{
    (void)state;
    open_with(IPSOCK_IPV4, 0, IPSOCK_CONTROL_HEADER & ~(uint32_t)IPSOCK_CONTROL_SOURCE);
    for (int batch = 0; batch < 2; batch++) {
        b->control[0].valid = ~(uint32_t)0;
        fault_change_received(drop_all);
        fault_give(&pair, "x", 1);
        FAULT_OK(receive(batch != 0));
        assert_int_equal(b->control[0].valid, 0);
    }
    end();
}

/* ---- switching ---- */

static const struct {
    int level, name;
} kernel_options[] = {
    {IPPROTO_IP, IP_PKTINFO},          {IPPROTO_IP, IP_RECVTTL},
    {IPPROTO_IP, IP_RECVTOS},          {IPPROTO_IPV6, IPV6_RECVPKTINFO},
    {IPPROTO_IPV6, IPV6_RECVHOPLIMIT}, {IPPROTO_IPV6, IPV6_RECVTCLASS},
    {IPPROTO_IPV6, IPV6_RECVPATHMTU},
};
enum { OPTIONS = sizeof kernel_options / sizeof kernel_options[0] };

/* What the kernel has switched on; a socket without the option counts as off. */
static unsigned switched_on(void)
{
    unsigned on = 0;
    for (int i = 0; i < OPTIONS; i++) {
        int value = 0;
        socklen_t length = sizeof value;
        if (getsockopt((int)ipsock_handle(pair.s), kernel_options[i].level, kernel_options[i].name,
                       &value, &length) == 0 &&
            value != 0)
            on |= 1u << i;
    }
    return on;
}

/* Every system call of switching fails once; nothing has changed then. */
static void fail_each_call(int family, uint32_t flags, uint32_t before, uint32_t bits, bool on,
                           unsigned least)
{
    open_with(family, flags, before);
    const unsigned kernel_before = switched_on();
    unsigned n = 1;
    for (;; n++) {
        struct ipsock_error error;
        uint32_t delivered = 0;
        fault_reset();
        fault_fail(FAULT_setsockopt, n, n, ENOMEM);
        if (ipsock_set_receive_control(pair.s, bits, on) == 0)
            break;
        FAULT_OK(ipsock_last_error(pair.s, IPSOCK_SETUP, &error));
        assert_int_equal(error.code, IPSOCK_ENOMEM);
        assert_int_equal(error.native, ENOMEM);
        assert_string_equal(error.operation, "setsockopt");
        assert_non_null(error.option);
        assert_memory_equal(error.option, "IP", 2);
        fault_reset();
        assert_int_equal(switched_on(), kernel_before);
        FAULT_OK(ipsock_get_receive_control(pair.s, &delivered));
        assert_int_equal(delivered, before);
        fault_give(&pair, "x", 1);
        FAULT_OK(receive(false));
        assert_int_equal(b->control[0].valid, before);
    }
    assert_in_range(n - 1, least, 8);
    fault_reset();
    assert_int_not_equal(switched_on(), kernel_before);
    end();
}

static void v4_cm_20_switching_on_fails_half_way(void **state)
{
    (void)state;
    fail_each_call(IPSOCK_IPV4, 0, 0, IPSOCK_CONTROL_HEADER, true, 3);
    fail_each_call(IPSOCK_IPV4, 0, IPSOCK_CONTROL_HOP_LIMIT, IPSOCK_CONTROL_HEADER, true, 2);
}

static void v4_cm_20_switching_off_fails_half_way(void **state)
{
    (void)state;
    fail_each_call(IPSOCK_IPV4, 0, IPSOCK_CONTROL_HEADER, IPSOCK_CONTROL_HEADER, false, 3);
}

static void mapped_cm_20_switching_on_fails_half_way(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fail_each_call(IPSOCK_IPV6, DUAL, 0, IPSOCK_CONTROL_HEADER, true, 5);
}

static void mapped_cm_20_switching_off_fails_half_way(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fail_each_call(IPSOCK_IPV6, DUAL, IPSOCK_CONTROL_HEADER, IPSOCK_CONTROL_HEADER, false, 5);
}

static void v6_cm_20_switching_fails_half_way(void **state)
{
    (void)state;
    if (!fault_has_ipv6())
        skip();
    fail_each_call(IPSOCK_IPV6, 0, 0, IPSOCK_CONTROL_HEADER | IPSOCK_CONTROL_PATH_MTU, true, 4);
    fail_each_call(IPSOCK_IPV6, 0, IPSOCK_CONTROL_HEADER, IPSOCK_CONTROL_HEADER, false, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ad_04_lent_buffers_cut_by_the_system),
        cmocka_unit_test(v4_cm_07_control_data_cut_anywhere),
        cmocka_unit_test(v6_cm_07_control_data_cut_anywhere),
        cmocka_unit_test(mapped_cm_07_control_data_cut_anywhere),
        cmocka_unit_test(cm_04_lying_lengths_end_the_walk),
        cmocka_unit_test(cm_19_without_control_data_nothing_is_valid),
        cmocka_unit_test(v4_cm_20_switching_on_fails_half_way),
        cmocka_unit_test(v4_cm_20_switching_off_fails_half_way),
        cmocka_unit_test(mapped_cm_20_switching_on_fails_half_way),
        cmocka_unit_test(mapped_cm_20_switching_off_fails_half_way),
        cmocka_unit_test(v6_cm_20_switching_fails_half_way),
    };
    return cmocka_run_group_tests_name("fault/control", tests, NULL, NULL);
}
