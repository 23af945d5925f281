// SPDX-License-Identifier: BSD-2-Clause
/* A UDP echo server for hosts with several addresses.
 *
 *     udp_echo PORT
 *
 * One socket bound to the wildcard address serves IPv4 and IPv6, or, where that would not be told
 * what IPv4 clients asked (NetBSD), or carries one family (OpenBSD), one each. A reply made with
 * nothing but the peer's address would leave with whatever source address the routing table
 * prefers, and a client that had asked another one would drop it. So each datagram's destination is
 * received with it, and the reply is told to come from there. Its traffic class is echoed as well.
 * Datagrams are received and sent up to 64 at a time. Ctrl-C ends the server.
 */
#include <ipsock/ipsock.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define BATCH    64
#define DATAGRAM 2048 /* longer ones are cut, and not echoed */
#define TURN     (10 * IPSOCK_MILLISECOND)

struct server {
    struct ipsock_endpoint *s[2], *idle;
    bool marks[2]; // whether replies carry a traffic class
    int count;
    struct ipsock_batch *batch;
    void *scratch; /* what batch lives in */
    uint8_t data[BATCH][DATAGRAM];
    struct ipsock_message requests[BATCH], replies[BATCH];
    struct ipsock_buffer request_buffers[BATCH], reply_buffers[BATCH];
    struct ipsock_control request_control[BATCH], reply_control[BATCH];
};

static volatile sig_atomic_t stop;

/* No call of the library may be made here: the flag is looked at five times a second. */
static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

static void complain(const struct ipsock_error *error)
{
    char text[IPSOCK_ERROR_TEXT];
    ipsock_error_format(error, text, sizeof text);
    fprintf(stderr, "udp_echo: %s\n", text);
}

/* An endpoint keeps the last failure of each direction. */
static void complain_about(struct ipsock_endpoint *s, int direction)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_explain(s, direction, text, sizeof text);
    fprintf(stderr, "udp_echo: %s\n", text);
}

static bool can(int family, int feature)
{
    struct ipsock_capability_answer answer;
    return ipsock_capability(NULL, IPSOCK_UDP, family, feature, &answer) == 0 &&
           answer.level != IPSOCK_ABSENT;
}

static int open_endpoint(struct server *server, int family, uint32_t flags, uint16_t port,
                         struct ipsock_error *error)
{
    // Some versions of Windows let no program mark its packets; NetBSD tells no class of IPv4.
    const bool marks = can(family, IPSOCK_FEATURE_SEND_TRAFFIC_CLASS) &&
                       can(family, IPSOCK_FEATURE_RECV_TRAFFIC_CLASS);
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_any(family, port);
    config.flags = flags;
    // What the replies need to know, and what they will say.
    config.receive_control = IPSOCK_CONTROL_REPLY_RECEIVE;
    config.send_control = IPSOCK_CONTROL_REPLY_SEND;
    if (marks) {
        config.receive_control |= IPSOCK_CONTROL_TRAFFIC_CLASS;
        config.send_control |= IPSOCK_CONTROL_TRAFFIC_CLASS;
    }
    config.error = error;
    const int result = ipsock_open(&server->s[server->count], &config);
    if (result == 0)
        server->marks[server->count++] = marks;
    return result;
}

static int open_server(struct server *server, uint16_t port)
{
    const bool both = can(IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_RECV_DESTINATION) &&
                      can(IPSOCK_IPV4_MAPPED, IPSOCK_FEATURE_SEND_SOURCE);
    struct ipsock_addr local;
    struct ipsock_error error;
    int result =
        open_endpoint(server, IPSOCK_IPV6, both ? IPSOCK_OPEN_DUAL_STACK : 0, port, &error);
    if (result == 0 && !both && ipsock_local_addr(server->s[0], &local) == 0)
        result = open_endpoint(server, IPSOCK_IPV4, 0, local.port, &error);
    else if (result == IPSOCK_ENOTSUP) // a host without IPv6
        result = open_endpoint(server, IPSOCK_IPV4, 0, port, &error);
    if (result < 0)
        complain(&error);
    return result;
}

/* The memory of a batch is the caller's, made once. */
static int prepare(struct server *server)
{
    struct ipsock_config config;
    const size_t size = ipsock_batch_size(BATCH);
    server->scratch = malloc(size);
    if (!server->scratch)
        return IPSOCK_ENOMEM;
    for (size_t i = 0; i < BATCH; i++) {
        ipsock_message_init(&server->requests[i], &server->request_buffers[i], server->data[i],
                            DATAGRAM);
        server->requests[i].control = &server->request_control[i];
    }
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_loopback(IPSOCK_IPV4, 0);
    const int result = ipsock_open(&server->idle, &config);
    return result < 0 ? result : ipsock_batch_init(server->scratch, size, BATCH, &server->batch);
}

/* Makes the reply to a request. @return whether there shall be one */
static bool make_reply(struct server *server, int at, size_t request, size_t reply)
{
    const struct ipsock_message *in = &server->requests[request];
    struct ipsock_message *out = &server->replies[reply];
    struct ipsock_control *control = &server->reply_control[reply];

    if (in->flags & IPSOCK_MSG_TRUNC)
        return false;
    if (ipsock_control_reply(server->s[at], control, in->control) < 0)
        return false;
    if (server->marks[at] && (in->control->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)) {
        // The DSCP is echoed; congestion marks belong to the path that the request took.
        const int dscp = IPSOCK_DSCP_OF(in->control->traffic_class);
        control->traffic_class = IPSOCK_TRAFFIC_CLASS(dscp, IPSOCK_ECN_NOT_ECT);
        control->valid |= IPSOCK_CONTROL_TRAFFIC_CLASS;
    }
    ipsock_message_init_send(out, &server->reply_buffers[reply], server->data[request], in->length,
                             &in->peer);
    out->control = control;
    return true;
}

/* The interface's queue is full, and nothing tells when it has room. An endpoint that hears nobody
 * sleeps in every system's way. */
static void rest(struct server *server)
{
    uint8_t nothing[1];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init(&message, &buffer, nothing, sizeof nothing);
    ipsock_set_read_deadline(server->idle, ipsock_now() + 2 * IPSOCK_MILLISECOND);
    ipsock_recv(server->idle, &message, 0);
}

/* Sends all replies. One that cannot be sent, say because its peer's network has gone, is skipped
 * and does not keep the others; a queue that is full is no such reason. */
static void send_replies(struct server *server, int at, uint32_t count)
{
    for (uint32_t sent = 0; sent < count;) {
        uint32_t done = 0;
        const int result = ipsock_send_batch(server->s[at], server->batch, server->replies + sent,
                                             sizeof server->replies[0], count - sent, &done, 0);
        sent += done;
        if (result == IPSOCK_ENOBUFS && !stop) {
            rest(server);
        } else if (result < 0) {
            complain_about(server->s[at], IPSOCK_WRITE);
            sent++;
        }
    }
}

/* Echoes what is there, at most a batch. @return how many came, or the failure */
static int take_turn(struct server *server, int at, bool wait)
{
    uint32_t received = 0, count = 0;
    struct ipsock_endpoint *const s = server->s[at];
    ipsock_set_read_deadline(s, ipsock_now() + (server->count > 1 ? TURN : 20 * TURN));
    const int result =
        ipsock_recv_batch(s, server->batch, server->requests, sizeof server->requests[0], BATCH,
                          &received, wait ? 0 : IPSOCK_MSG_DONTWAIT);
    if (result == IPSOCK_ETIMEDOUT || result == IPSOCK_EAGAIN)
        return 0;
    if (result < 0) {
        complain_about(s, IPSOCK_READ);
        return result;
    }
    for (uint32_t i = 0; i < received; i++)
        if (make_reply(server, at, i, count))
            count++;
    send_replies(server, at, count);
    return (int)received;
}

/* Of two endpoints none is waited for while the other is busy. */
static int serve(struct server *server)
{
    bool busy = false;
    while (!stop) {
        bool any = false;
        for (int at = 0; at < server->count; at++) {
            const int result = take_turn(server, at, server->count == 1 || !busy);
            if (result < 0)
                return result;
            any = any || result > 0;
        }
        busy = any;
    }
    return 0;
}

int main(int argc, char **argv)
{
    char text[IPSOCK_ADDR_TEXT];
    struct ipsock_addr local;
    char *end = NULL;
    const unsigned long port = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (argc != 2 || end == argv[1] || *end || port > 65535) {
        fprintf(stderr, "Usage: udp_echo PORT (0: the system chooses)\n");
        return 2;
    }
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return 1;
    int result = open_server(server, (uint16_t)port);
    if (result == 0)
        result = prepare(server);
    if (result == 0 && ipsock_local_addr(server->s[0], &local) == 0) {
        ipsock_addr_format(&local, text, sizeof text);
        printf("echoing on %s%s\n", server->count > 1 ? "0.0.0.0 and " : "", text);
        fflush(stdout);
        signal(SIGINT, on_interrupt);
        result = serve(server);
    }
    ipsock_free(server->s[0]);
    ipsock_free(server->s[1]);
    ipsock_free(server->idle);
    free(server->scratch);
    free(server);
    return result < 0 ? 1 : 0;
}
