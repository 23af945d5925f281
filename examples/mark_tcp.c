// SPDX-License-Identifier: BSD-2-Clause
/* A TCP connection whose segments are marked with a differentiated services code point, on both
 * sides, so that routers can tell them from the rest (x/net: the example of ipv4.Conn).
 *
 *     mark_tcp serve [ADDR]:PORT [DSCP]    accepts connections and echoes what they send
 *     mark_tcp send HOST:PORT [DSCP]       connects, sends a line and prints the echo
 *
 * DSCP is a code point, 0 to 63; without it 10, which is AF11. On the wire it stands in the upper
 * six bits of the octet that IPv4 calls TOS and IPv6 traffic class: AF11 shows there as 0x28.
 */
#include <ipsock/ipsock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECONDS(n) ((n)*INT64_C(1000000000))

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
    struct ipsock_error error;
    return ipsock_last_error(s, direction, &error) < 0 ? 1 : complain(&error);
}

/* Marks what this side sends. The option takes the whole octet; its two ECN bits belong to the
 * system's congestion control and stay 0 here. */
static int mark(struct ipsock_endpoint *s, int dscp)
{
    return ipsock_set_traffic_class(s, IPSOCK_TRAFFIC_CLASS(dscp, IPSOCK_ECN_NOT_ECT));
}

/* TCP is a stream: a send may take a part. */
static int send_all(struct ipsock_endpoint *s, char *data, size_t length)
{
    while (length > 0) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        ipsock_message_init(&message, &buffer, data, length);
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
    ipsock_set_deadline(s, ipsock_now() + SECONDS(60));
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
    ipsock_config_init(&config);
    config.kind = IPSOCK_TCP;
    config.local = *local; // no peer: it listens
    config.flags = both ? IPSOCK_OPEN_DUAL_STACK : 0;
    config.error = &error;
    if (ipsock_open(&listener, &config) < 0)
        return complain(&error);
    // Marked before the first connection comes, so that the handshake is marked too.
    if (mark(listener, dscp) < 0)
        return complain_about(listener, IPSOCK_SETUP);
    ipsock_local_addr(listener, &bound);
    ipsock_addr_format(&bound, text, sizeof text);
    printf("listening on %s\n", text);
    fflush(stdout);

    while (ipsock_accept(listener, &s, &peer) == 0) {
        if (mark(s, dscp) < 0)
            complain_about(s, IPSOCK_SETUP);
        ipsock_addr_format(&peer, text, sizeof text);
        printf("connection from %s, marked with DSCP %d\n", text, dscp);
        fflush(stdout);
        echo(s);
        ipsock_free(s); // closes it
    }
    complain_about(listener, IPSOCK_READ);
    ipsock_free(listener);
    return 1;
}

static int exchange(struct ipsock_endpoint *s, int dscp)
{
    char line[] = "marked segments\n";
    char answer[sizeof line];
    size_t received = 0;
    if (mark(s, dscp) < 0)
        return complain_about(s, IPSOCK_SETUP);
    if (send_all(s, line, sizeof line - 1) < 0)
        return complain_about(s, IPSOCK_WRITE);
    while (received < sizeof line - 1) {
        const int length = receive(s, answer + received, sizeof line - 1 - received);
        if (length < 0)
            return complain_about(s, IPSOCK_READ);
        if (length == 0)
            break;
        received += (size_t)length;
    }
    printf("sent with DSCP %d, came back: %.*s", dscp, (int)received, answer);
    return received == sizeof line - 1 ? 0 : 1;
}

static int send_line(const struct ipsock_addr *peer, int dscp)
{
    struct ipsock_endpoint *s;
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_TCP;
    config.peer = *peer;
    config.deadline = ipsock_now() + SECONDS(10); // for connecting
    config.error = &error;
    if (ipsock_open(&s, &config) < 0)
        return complain(&error);
    ipsock_set_deadline(s, ipsock_now() + SECONDS(10)); // for the exchange
    const int result = exchange(s, dscp);
    ipsock_free(s);
    return result;
}

/* Reads "HOST:PORT" or "[V6]:PORT". An empty host stays family 0. @return 0 or the exit code */
static int read_addr(char *text, struct ipsock_addr *addr)
{
    struct ipsock_error error;
    size_t count;
    char *colon = strrchr(text, ':');
    char *end = NULL;
    const unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;
    if (!colon || end == colon + 1 || *end || port > 65535) {
        fprintf(stderr, "mark_tcp: '%s' does not end in a port, as in 192.0.2.1:5000\n", text);
        return 2;
    }
    *colon = '\0';
    if (text[0] == '[' && colon > text && colon[-1] == ']') {
        colon[-1] = '\0';
        text++;
    }
    addr->family = IPSOCK_UNSPEC;
    addr->port = (uint16_t)port;
    if (text[0] && ipsock_resolve(text, (uint16_t)port, IPSOCK_UNSPEC, addr, 1, &count, &error) < 0)
        return complain(&error);
    return 0;
}

int main(int argc, char **argv)
{
    struct ipsock_addr addr;
    char *end = NULL;
    const unsigned long dscp = argc == 4 ? strtoul(argv[3], &end, 10) : IPSOCK_DSCP_AF11;
    const bool server = argc >= 3 && strcmp(argv[1], "serve") == 0;
    const bool client = argc >= 3 && strcmp(argv[1], "send") == 0;
    if ((!server && !client) || argc > 4 || (end && (end == argv[3] || *end)) || dscp > 63) {
        fprintf(stderr, "Usage: mark_tcp serve [ADDR]:PORT [DSCP]\n"
                        "       mark_tcp send HOST:PORT [DSCP]\n");
        return 2;
    }
    const int result = read_addr(argv[2], &addr);
    if (result != 0)
        return result;
    if (addr.family != IPSOCK_UNSPEC)
        return server ? serve(&addr, false, (int)dscp) : send_line(&addr, (int)dscp);
    if (client) {
        fprintf(stderr, "mark_tcp: a host is missing\n");
        return 2;
    }
    // All addresses: of both families where the system can do that with one socket.
    struct ipsock_capability both;
    const bool dual =
        ipsock_capability(NULL, IPSOCK_TCP, IPSOCK_IPV6, IPSOCK_FEATURE_DUAL_STACK, &both) == 0 &&
        both.level != IPSOCK_ABSENT;
    const struct ipsock_addr any = ipsock_addr_any(dual ? IPSOCK_IPV6 : IPSOCK_IPV4, addr.port);
    return serve(&any, dual, (int)dscp);
}
