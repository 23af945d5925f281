// SPDX-License-Identifier: BSD-2-Clause
/* Segmentation offload with receive coalescing, sent and received over loopback: one message
 * carries SEGMENTS datagrams. The peer sends and receives as many datagrams one by one in batches.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum { BYTES = SEGMENTS * SEGMENT };

static unsigned char sent[BYTES], received[MESSAGES][65536];

static struct ipsock_endpoint *open_endpoint(uint32_t receive, uint32_t send)
{
    struct ipsock_endpoint *s;
    struct ipsock_config c;
    ipsock_config_init(&c);
    c.kind = IPSOCK_UDP;
    c.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    c.receive_control = receive;
    c.send_control = send;
    c.receive_buffer = 200 * 1024; /* one round must fit, within what every host allows */
    require(ipsock_open(&s, &c) == IPSOCK_OK, "ipsock_open");
    return s;
}

static void send_all(struct ipsock_endpoint *s, const struct ipsock_addr *peer)
{
    struct ipsock_message m;
    struct ipsock_buffer buffer;
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_SEGMENT_SIZE, .segment_size = SEGMENT};
    ipsock_message_init_send(&m, &buffer, sent, sizeof sent, peer);
    m.control = &control;
    for (int i = 0; i < MESSAGES; i++)
        require(ipsock_send(s, &m, 0) == IPSOCK_OK && m.length == sizeof sent, "segments sent");
}

/* Datagrams received. */
static int receive_all(struct ipsock_endpoint *s, struct ipsock_batch *batch)
{
    struct ipsock_message m[MESSAGES];
    struct ipsock_buffer buffers[MESSAGES];
    struct ipsock_control controls[MESSAGES];
    uint32_t n = 0;
    int datagrams = 0;
    for (int i = 0; i < MESSAGES; i++) {
        ipsock_message_init(&m[i], &buffers[i], received[i], sizeof received[i]);
        m[i].control = &controls[i];
    }
    while (datagrams < MESSAGES * SEGMENTS &&
           ipsock_recv_batch(s, batch, m, sizeof m[0], MESSAGES, &n, IPSOCK_MSG_DONTWAIT) == 0)
        for (uint32_t i = 0; i < n; i++) {
            const bool coalesced = controls[i].valid & IPSOCK_CONTROL_SEGMENT_SIZE;
            const size_t size = coalesced ? controls[i].segment_size : m[i].length;
            require(size == SEGMENT && m[i].length % size == 0, "segment size");
            datagrams += (int)(m[i].length / size);
        }
    return datagrams;
}

double time_segments(double (*clock_ns)(void), int rounds, double *lost)
{
    struct ipsock_endpoint *from = open_endpoint(0, IPSOCK_CONTROL_SEGMENT_SIZE);
    struct ipsock_endpoint *to = open_endpoint(IPSOCK_CONTROL_SEGMENT_SIZE, 0);
    struct ipsock_addr peer;
    struct ipsock_batch *batch;
    const size_t size = ipsock_batch_size(MESSAGES);
    void *memory = malloc(size);
    double took = 0;
    long got = 0;
    require(memory != NULL && ipsock_batch_init(memory, size, MESSAGES, &batch) == 0, "batch");
    require(ipsock_local_addr(to, &peer) == IPSOCK_OK, "ipsock_local_addr");
    for (int i = 0; i < rounds; i++) {
        const double start = clock_ns();
        send_all(from, &peer);
        const int datagrams = receive_all(to, batch);
        took += clock_ns() - start;
        got += datagrams;
    }
    ipsock_free(from);
    ipsock_free(to);
    free(memory);
    *lost = 1 - (double)got / ((double)rounds * MESSAGES * SEGMENTS);
    return took / (double)got;
}
