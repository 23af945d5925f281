// SPDX-License-Identifier: BSD-2-Clause
/* Sends each line of standard input to many receivers, as a server does that has many connections.
 *
 *     udp_fanout ADDRESS:PORT ADDRESS:PORT…
 *
 * What all packets to a receiver have in common, its address and the hop limit, is checked and
 * written down once, as a flow; a batch then holds a packet to each of them. Lines that begin with
 * "!" are urgent: the traffic class of a packet stands beside its flow. IPv4 and IPv6 have an
 * endpoint each: one of both could set neither for IPv4 on every system.
 */
#include <ipsock/ipsock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECEIVERS 64
#define HOP_LIMIT 16

/* Those of one family. */
struct fanout {
    struct ipsock_endpoint *s;
    struct ipsock_batch *batch;
    uint32_t count;
    struct ipsock_flow flows[RECEIVERS];
    struct ipsock_message messages[RECEIVERS];
    char names[RECEIVERS][IPSOCK_ADDR_TEXT];
};

static int complain(struct ipsock_endpoint *s, const char *what)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_explain(s, IPSOCK_WRITE, text, sizeof text);
    fprintf(stderr, "udp_fanout: %s: %s\n", what, text);
    return 1;
}

static int open_endpoint(struct fanout *f, int family)
{
    struct ipsock_config config;
    struct ipsock_error error;
    char text[IPSOCK_ERROR_TEXT];
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = family;
    config.send_control = IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_TRAFFIC_CLASS;
    config.error = &error;
    const int result = ipsock_open(&f->s, &config);
    if (result < 0) {
        ipsock_error_format(&error, text, sizeof text);
        fprintf(stderr, "udp_fanout: %s\n", text);
    }
    return result;
}

static int add_receiver(struct fanout families[2], const char *name)
{
    struct ipsock_addr peer;
    const struct ipsock_control control = {.valid = IPSOCK_CONTROL_HOP_LIMIT,
                                           .hop_limit = HOP_LIMIT};
    if (ipsock_addr_parse(name, &peer) < 0 || peer.port == 0) {
        fprintf(stderr, "udp_fanout: %s: no address with a port\n", name);
        return 2;
    }
    peer = ipsock_addr_unmap(&peer);
    struct fanout *const f = &families[peer.family == IPSOCK_IPV6];
    if (f->s == NULL && open_endpoint(f, peer.family) < 0)
        return 1;
    if (ipsock_flow_prepare(f->s, &f->flows[f->count], &peer, &control) < 0)
        return complain(f->s, name);
    ipsock_addr_format(&peer, f->names[f->count], IPSOCK_ADDR_TEXT);
    f->count++;
    return 0;
}

/* One that cannot be reached does not keep the others. */
static int send_to_all(struct fanout *f, char *line, size_t length)
{
    struct ipsock_buffer buffer = {line, length};
    struct ipsock_control urgent = {.valid = IPSOCK_CONTROL_TRAFFIC_CLASS};
    uint32_t next = 0;
    int failed = 0;
    urgent.traffic_class = IPSOCK_TRAFFIC_CLASS(IPSOCK_DSCP_EF, IPSOCK_ECN_NOT_ECT);
    for (uint32_t i = 0; i < f->count; i++) {
        struct ipsock_message *m = &f->messages[i];
        memset(m, 0, sizeof *m);
        m->buffers = &buffer;
        m->buffer_count = 1;
        m->flow = &f->flows[i];
        m->control = line[0] == '!' ? &urgent : NULL;
    }
    while (next < f->count) {
        uint32_t done;
        const int result = ipsock_send_batch(f->s, f->batch, f->messages + next,
                                             sizeof f->messages[0], f->count - next, &done, 0);
        next += done;
        if (result < 0) {
            failed = complain(f->s, f->names[next]);
            next++;
        }
    }
    return failed;
}

static int serve(struct fanout families[2], int count, char **names)
{
    static char line[1200];
    int result = 0;
    for (int i = 0; i < count && result == 0; i++)
        result = add_receiver(families, names[i]);
    if (result != 0)
        return result;
    while (fgets(line, sizeof line, stdin) != NULL)
        for (int i = 0; i < 2; i++)
            result |= send_to_all(&families[i], line, strcspn(line, "\r\n"));
    return result;
}

int main(int argc, char **argv)
{
    static struct fanout families[2];
    struct ipsock_batch *batch;
    const size_t size = ipsock_batch_size(RECEIVERS);
    void *memory = malloc(size);
    if (argc < 2 || argc - 1 > RECEIVERS) {
        fprintf(stderr, "Usage: udp_fanout ADDRESS:PORT… (at most %d)\n", RECEIVERS);
        free(memory);
        return 2;
    }
    if (memory == NULL || ipsock_batch_init(memory, size, RECEIVERS, &batch) < 0)
        return 1;
    families[0].batch = families[1].batch = batch;
    const int result = serve(families, argc - 1, argv + 1);
    ipsock_free(families[0].s);
    ipsock_free(families[1].s);
    free(memory);
    return result;
}
