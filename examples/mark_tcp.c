// SPDX-License-Identifier: BSD-2-Clause
/* A TCP connection whose segments are marked with a differentiated services code point, on both
 * sides, so that routers can tell them from the rest.
 *
 *     mark_tcp serve [ADDR]:PORT [DSCP]    accepts connections and echoes what they send
 *     mark_tcp send HOST:PORT [DSCP]       connects, sends a line and prints the echo
 *
 * DSCP is a name or a number, 0 to 63; without it AF11, which is 10. On the wire it stands in the
 * upper six bits of the octet that IPv4 calls TOS and IPv6 traffic class: AF11 shows there as 0x28.
 */
#include <ipsock/ipsock.h>

#include <stdio.h>
#include <string.h>

static int complain(const struct ipsock_error *error)
{
    char text[IPSOCK_ERROR_TEXT];
    ipsock_error_format(error, text, sizeof text);
    fprintf(stderr, "mark_tcp: %s\n", text);
    return 1;
}

/* An endpoint keeps the last failure of each direction. */
static int complain_about(struct ipsock_endpoint *s, int direction)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_explain(s, direction, text, sizeof text);
    fprintf(stderr, "mark_tcp: %s\n", text);
    return 1;
}

/* What both sides have in common. The class is in the configuration, and not set afterwards, so
 * that the handshake is marked too. It is the whole octet; its two ECN bits belong to the system's
 * congestion control and stay 0. */
static void configure(struct ipsock_config *config, int dscp, struct ipsock_error *error)
{
    ipsock_config_init(config);
    config->kind = IPSOCK_TCP;
    config->traffic_class = IPSOCK_TRAFFIC_CLASS(dscp, IPSOCK_ECN_NOT_ECT);
    config->error = error;
}

/* TCP is a stream: a send may take a part. */
static int send_all(struct ipsock_endpoint *s, const char *data, size_t length)
{
    while (length > 0) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        ipsock_message_init_send(&message, &buffer, data, length, NULL);
        const int result = ipsock_send(s, &message, 0);
        if (result < 0)
            return result;
        data += message.length;
        length -= message.length;
    }
    return 0;
}

/* @return bytes received, 0 at the end of the stream, or an error */
static int receive(struct ipsock_endpoint *s, char *data, size_t size)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init(&message, &buffer, data, size);
    const int result = ipsock_recv(s, &message, 0);
    return result < 0 ? result : (int)message.length;
}

/* Echoes one connection until the other side has finished. */
static void echo(struct ipsock_endpoint *s)
{
    char data[4096];
    int length;
    ipsock_set_deadline(s, ipsock_now() + 60 * IPSOCK_SECOND);
    while ((length = receive(s, data, sizeof data)) > 0) {
        if (send_all(s, data, (size_t)length) < 0) {
            complain_about(s, IPSOCK_WRITE);
            return;
        }
    }
    if (length < 0)
        complain_about(s, IPSOCK_READ);
}

static int serve(const struct ipsock_addr *local, bool both, int dscp)
{
    char text[IPSOCK_ADDR_TEXT];
    struct ipsock_endpoint *listener, *s;
    struct ipsock_addr bound, peer;
    struct ipsock_error error;
    struct ipsock_config config;
    configure(&config, dscp, &error);
    config.local = *local; // and no peer: it listens
    config.flags = both ? IPSOCK_OPEN_DUAL_STACK : 0;
    if (ipsock_open(&listener, &config) < 0)
        return complain(&error);
    if (ipsock_local_addr(listener, &bound) < 0)
        return complain_about(listener, IPSOCK_SETUP);
    ipsock_addr_format(&bound, text, sizeof text);
    printf("listening on %s\n", text);
    fflush(stdout);

    // Connections have the listener's traffic class.
    while (ipsock_accept(listener, &s, &peer) == 0) {
        int traffic_class = 0;
        ipsock_get_traffic_class(s, &traffic_class);
        ipsock_addr_format(&peer, text, sizeof text);
        printf("connection from %s, marked with DSCP %d\n", text, IPSOCK_DSCP_OF(traffic_class));
        fflush(stdout);
        echo(s);
        ipsock_free(s); // closes it
    }
    complain_about(listener, IPSOCK_READ);
    ipsock_free(listener);
    return 1;
}

/* Sends a line, says that it was all, and prints what comes back. */
static int exchange(struct ipsock_endpoint *s, int dscp)
{
    static const char line[] = "marked segments\n";
    char answer[64];
    size_t received = 0;
    int length;
    if (send_all(s, line, strlen(line)) < 0)
        return complain_about(s, IPSOCK_WRITE);
    if (ipsock_shutdown(s) < 0)
        return complain_about(s, IPSOCK_SETUP);
    while ((length = receive(s, answer + received, sizeof answer - received)) > 0)
        received += (size_t)length;
    if (length < 0)
        return complain_about(s, IPSOCK_READ);
    printf("sent with DSCP %d, came back: %.*s", dscp, (int)received, answer);
    return 0;
}

static int send_line(const struct ipsock_addr *peer, int dscp)
{
    struct ipsock_endpoint *s;
    struct ipsock_error error;
    struct ipsock_config config;
    configure(&config, dscp, &error);
    config.peer = *peer;
    config.deadline = ipsock_now() + 10 * IPSOCK_SECOND; // for connecting
    if (ipsock_open(&s, &config) < 0)
        return complain(&error);
    ipsock_set_deadline(s, ipsock_now() + 10 * IPSOCK_SECOND); // for the exchange
    const int result = exchange(s, dscp);
    ipsock_free(s);
    return result;
}

/* All addresses: of both families where the system can do that with one socket. */
static int serve_all(uint16_t port, int dscp)
{
    struct ipsock_capability_answer dual;
    const bool both =
        ipsock_capability(NULL, IPSOCK_TCP, IPSOCK_IPV6, IPSOCK_FEATURE_DUAL_STACK, &dual) == 0 &&
        dual.level != IPSOCK_ABSENT;
    const struct ipsock_addr any = ipsock_addr_any(both ? IPSOCK_IPV6 : IPSOCK_IPV4, port);
    return serve(&any, both, dscp);
}

static int usage(void)
{
    fprintf(stderr, "Usage: mark_tcp serve [ADDR]:PORT [DSCP]\n"
                    "       mark_tcp send HOST:PORT [DSCP]\n");
    return 2;
}

int main(int argc, char **argv)
{
    char host[256];
    uint16_t port;
    size_t count;
    struct ipsock_addr addr;
    struct ipsock_error error;
    int dscp = IPSOCK_DSCP_AF11;
    if (argc < 3 || argc > 4 || (argc == 4 && ipsock_dscp_parse(argv[3], &dscp) < 0) ||
        ipsock_split_host_port(argv[2], host, sizeof host, &port) < 0)
        return usage();
    const bool server = strcmp(argv[1], "serve") == 0;
    if (!server && (strcmp(argv[1], "send") != 0 || !host[0]))
        return usage();
    if (!host[0])
        return serve_all(port, dscp);
    if (ipsock_resolve(host, port, IPSOCK_UNSPEC, &addr, 1, &count, &error) < 0)
        return complain(&error);
    addr = ipsock_addr_unmap(&addr); // ::ffff:192.0.2.1 is IPv4's 192.0.2.1
    return server ? serve(&addr, false, dscp) : send_line(&addr, dscp);
}
