// SPDX-License-Identifier: BSD-2-Clause
/* What dropping packets in the library costs: system calls. Types of ICMP from 32 on are dropped by
 * the library on every system's IPv4. */
#include "fault.h"

#define WANTED   40
#define UNWANTED 41
#define PACKETS  50

static struct ipsock_endpoint *open_icmp(void)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config c;
    ipsock_config_init(&c);
    c.kind = IPSOCK_RAW;
    c.family = IPSOCK_IPV4;
    c.protocol = 1;
    c.flags = IPSOCK_OPEN_NONBLOCK;
    const int code = ipsock_open(&s, &c);
    if (code == IPSOCK_EPERM) {
        puts("raw sockets need a privilege");
        skip();
    }
    FAULT_OK(code);
    return s;
}

static void send_type(struct ipsock_endpoint *s, uint8_t type)
{
    uint8_t packet[32] = {type};
    struct ipsock_buffer buffer;
    struct ipsock_message m;
    ipsock_message_init(&m, &buffer, packet, sizeof packet);
    m.peer = ipsock_addr_ipv4(127, 0, 0, 1, 0);
    FAULT_OK(ipsock_send(s, &m, 0));
}

static void filtering_takes_a_batch_by_one_call(void **state)
{
    static uint8_t data[PACKETS + 1][128];
    static struct ipsock_buffer buffers[PACKETS + 1];
    static struct ipsock_message messages[PACKETS + 1];
    struct ipsock_icmp_filter filter;
    struct ipsock_batch *batch;
    uint32_t done = 0;
    (void)state;
    fault_reset();
    struct ipsock_endpoint *s = open_icmp();
    const size_t size = ipsock_batch_size(PACKETS + 1);
    void *memory = malloc(size);
    assert_non_null(memory);
    FAULT_OK(ipsock_batch_init(memory, size, PACKETS + 1, &batch));
    ipsock_icmp_filter_set_all(&filter, true);
    ipsock_icmp_filter_accept(&filter, WANTED);
    FAULT_OK(ipsock_set_icmp_filter(s, &filter));
    for (int i = 0; i < PACKETS; i++)
        send_type(s, i % 5 == 4 ? WANTED : UNWANTED);
    for (int i = 0; i <= PACKETS; i++)
        ipsock_message_init(&messages[i], &buffers[i], data[i], sizeof data[i]);
    FAULT_OK(ipsock_recv_batch(s, batch, messages, sizeof messages[0], PACKETS + 1, &done, 0));
    assert_int_equal(done, PACKETS / 5);
    for (uint32_t i = 0; i < done; i++)
        assert_int_equal(data[i][messages[i].header_length], WANTED);
    if (fault_native_batches()) {
        assert_int_equal(fault_calls(FAULT_recvmmsg), 1);
        assert_int_equal(fault_calls(FAULT_recvmsg), 0);
    }
    ipsock_free(s);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filtering_takes_a_batch_by_one_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
