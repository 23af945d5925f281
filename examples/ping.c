// SPDX-License-Identifier: BSD-2-Clause
/* Asks a host for echoes, of either family, without privilege where the system allows that.
 *
 *     ping HOST [COUNT]
 *
 * A ping endpoint sends echo requests and receives the replies to them, nothing else: identifier
 * and checksum are the library's business, and the message starts at the same byte on every system.
 * Where the system has no sockets for this, or forbids them to the program, the library uses a raw
 * one, if the program may have that. The exit status is 0 if a reply came.
 */
#include <ipsock/ipsock.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define PAYLOAD 56
#define WAIT    IPSOCK_SECOND

struct ping {
    struct ipsock_endpoint *s;
    struct ipsock_addr host;
    unsigned sent, received;
    int64_t fastest, slowest, sum; /* nanoseconds */
};

static volatile sig_atomic_t stop;

/* No call of the library may be made here: the flag is looked at five times a second. */
static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

static int complain(const char *about, const struct ipsock_error *error)
{
    char text[IPSOCK_ERROR_TEXT];
    ipsock_error_format(error, text, sizeof text);
    fprintf(stderr, "ping: %s: %s\n", about, text);
    return error->code;
}

static int open_ping(struct ping *ping, const char *host)
{
    struct ipsock_error error;
    struct ipsock_config config;
    size_t count = 0;
    ipsock_config_init(&config);
    if (ipsock_resolve(host, 0, IPSOCK_UNSPEC, &ping->host, 1, &count, &error) < 0)
        return complain(host, &error);
    ping->host = ipsock_addr_unmap(&ping->host); // ::ffff:192.0.2.1 is IPv4's 192.0.2.1
    config.kind = IPSOCK_PING;
    config.family = ping->host.family;
    config.receive_control = IPSOCK_CONTROL_HOP_LIMIT;
    config.error = &error;
    // Without privilege the error says what to ask for.
    return ipsock_open(&ping->s, &config) < 0 ? complain(host, &error) : 0;
}

/* The identifier need not be set: the endpoint has one of its own. */
static int request(struct ping *ping, uint16_t sequence)
{
    static const uint8_t payload[PAYLOAD];
    uint8_t bytes[PAYLOAD + 8];
    struct ipsock_error error;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    size_t length;
    const struct ipsock_icmp_message echo = {
        .family = ping->host.family,
        .type = ping->host.family == IPSOCK_IPV4 ? (uint8_t)IPSOCK_ICMPV4_ECHO_REQUEST
                                                 : (uint8_t)IPSOCK_ICMPV6_ECHO_REQUEST,
        .sequence = sequence,
        .data = payload,
        .data_length = sizeof payload,
    };
    int result = ipsock_icmp_marshal(&echo, NULL, NULL, bytes, sizeof bytes, &length);
    if (result < 0)
        return result;
    ipsock_message_init_send(&message, &buffer, bytes, length, &ping->host);
    result = ipsock_send(ping->s, &message, 0);
    if (result < 0 && ipsock_last_error(ping->s, IPSOCK_WRITE, &error) == 0)
        complain("sending", &error);
    ping->sent += result == 0;
    return result;
}

static void print_reply(struct ping *ping, const struct ipsock_message *message, int64_t took)
{
    char from[IPSOCK_ADDR_TEXT] = "?";
    struct ipsock_icmp_message echo;
    if (ipsock_icmp_parse(&echo, NULL, 0, ping->host.family, message->buffers[0].data,
                          message->length) < 0)
        return;
    ipsock_addr_format(&message->peer, from, sizeof from);
    printf("%zu bytes from %s: seq=%u", message->length, from, (unsigned)echo.sequence);
    if (message->control->valid & IPSOCK_CONTROL_HOP_LIMIT)
        printf(" hop=%u", (unsigned)message->control->hop_limit);
    printf(" time=%.3f ms\n", (double)took / 1e6);
    fflush(stdout);
}

static void count_reply(struct ping *ping, int64_t took)
{
    ping->fastest = ping->received == 0 || took < ping->fastest ? took : ping->fastest;
    ping->slowest = took > ping->slowest ? took : ping->slowest;
    ping->sum += took;
    ping->received++;
}

/* Prints what comes until a moment; the reply to the latest request ends it if asked to. */
static int listen_until(struct ping *ping, uint16_t sequence, int64_t since, int64_t end, bool last)
{
    uint8_t bytes[1500];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control;
    while (!stop) {
        const int64_t look = ipsock_now() + IPSOCK_SECOND / 5;
        ipsock_message_init(&message, &buffer, bytes, sizeof bytes);
        message.control = &control;
        ipsock_set_read_deadline(ping->s, look < end ? look : end);
        const int result = ipsock_recv(ping->s, &message, 0);
        if (result == IPSOCK_ETIMEDOUT && ipsock_now() < end)
            continue;
        if (result < 0)
            return result == IPSOCK_ETIMEDOUT ? 0 : result;
        const int64_t took = ipsock_now() - since;
        // A reply that is late counts as lost; a group's members answer all.
        if ((bytes[6] << 8 | bytes[7]) != sequence)
            continue;
        print_reply(ping, &message, took);
        count_reply(ping, took);
        if (last && !ipsock_addr_is_multicast(&ping->host))
            break;
    }
    return 0;
}

/* A refusal that may be over with the next request. */
static bool is_passing(int code)
{
    return code == IPSOCK_EFIREWALL || code == IPSOCK_ENOBUFS || code == IPSOCK_ENETUNREACH ||
           code == IPSOCK_EHOSTUNREACH || code == IPSOCK_ENETDOWN;
}

static int run(struct ping *ping, unsigned long count)
{
    int result = 0;
    for (unsigned long n = 1; !stop && result >= 0 && (count == 0 || n <= count); n++) {
        const int64_t since = ipsock_now();
        result = request(ping, (uint16_t)n);
        if (result == 0 || is_passing(result))
            result = listen_until(ping, (uint16_t)n, since, since + WAIT, n == count);
    }
    printf("%u sent, %u received", ping->sent, ping->received);
    if (ping->received != 0)
        printf(", time %.3f to %.3f ms, on average %.3f ms", (double)ping->fastest / 1e6,
               (double)ping->slowest / 1e6, (double)ping->sum / 1e6 / ping->received);
    putchar('\n');
    return result;
}

int main(int argc, char **argv)
{
    struct ping ping = {0};
    char *end = NULL;
    const unsigned long count = argc == 3 ? strtoul(argv[2], &end, 10) : 0;
    if (argc < 2 || argc > 3 || (argc == 3 && (end == argv[2] || *end || count == 0))) {
        fprintf(stderr, "Usage: ping HOST [COUNT]\n");
        return 2;
    }
    int result = open_ping(&ping, argv[1]);
    if (result == 0) {
        signal(SIGINT, on_interrupt);
        result = run(&ping, count);
    }
    ipsock_free(ping.s);
    return result == 0 && ping.received > 0 ? 0 : 1;
}
