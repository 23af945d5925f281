// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define DATAGRAM_MAX 65535 /* the library refuses what does not fit into an IP packet */

/* How long a Ctrl-C may go unnoticed: no call of the library can be made from a signal handler. */
#define GLANCE (IPSOCK_SECOND / 5)

/* What the command line asked for. */
struct request {
    const char *target, *data, *traffic_class, *ecn, *source, *interface, *loop;
    size_t data_length;
    long size, count, interval, hop_limit, batch;
    bool ipv4, ipv6, dont_fragment, broadcast, json, quiet;
    int64_t wait;
    int family;
    struct ipsock_addr peer;
    struct ipsock_control control;
    uint32_t interface_index; /* of multicast */
};

struct sender {
    struct ipsock_endpoint *s;
    struct ipsock_batch *batch;
    void *scratch;
    struct ipsock_message *messages;
    struct ipsock_buffer buffer; /* all messages carry the same payload */
    char *payload;
    struct packet_printer printer;
    uint64_t sent, received, calls, refused;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* Multicast has options of its own for what leaves the socket: a hop limit that may be 0, and the
 * interface. All other packets are told one by one. */
static int read_multicast(struct request *r)
{
    if (r->loop && strcmp(r->loop, "on") != 0 && strcmp(r->loop, "off") != 0) {
        fprintf(stderr, "ipsock send: --loop %s: must be on or off\n", r->loop);
        return EXIT_USAGE;
    }
    if (!ipsock_addr_is_multicast(&r->peer)) {
        if (!r->loop)
            return EXIT_OK;
        fprintf(stderr, "ipsock send: '%s': --loop needs a multicast address\n", r->target);
        return EXIT_USAGE;
    }
    r->control.valid &= ~(IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_INTERFACE);
    r->interface_index = r->control.interface_index;
    return EXIT_OK;
}

static int set_multicast(struct ipsock_endpoint *s, const struct request *r)
{
    if (!ipsock_addr_is_multicast(&r->peer))
        return EXIT_OK;
    if (r->hop_limit >= 0 && ipsock_set_multicast_hop_limit(s, (int)r->hop_limit) < 0)
        return fail_endpoint("send", "--hop-limit", s, IPSOCK_SETUP);
    if (r->interface && ipsock_set_multicast_interface(s, r->interface_index) < 0)
        return fail_endpoint("send", r->interface, s, IPSOCK_SETUP);
    if (r->loop && ipsock_set_multicast_loopback(s, strcmp(r->loop, "on") == 0) < 0)
        return fail_endpoint("send", "--loop", s, IPSOCK_SETUP);
    return EXIT_OK;
}

/* The control data of each packet; fields are checked by the library. */
static int read_control(struct request *r)
{
    struct ipsock_control *control = &r->control;
    if (r->traffic_class) {
        const int result = read_traffic_class("send", r->traffic_class, &control->traffic_class);
        if (result != EXIT_OK)
            return result;
        control->valid |= IPSOCK_CONTROL_TRAFFIC_CLASS;
    }
    if (r->ecn) {
        if (read_ecn("send", r->ecn, &control->traffic_class) != EXIT_OK)
            return EXIT_USAGE;
        control->valid |= IPSOCK_CONTROL_TRAFFIC_CLASS;
    }
    if (r->hop_limit >= 0) {
        control->hop_limit = (uint8_t)r->hop_limit;
        control->valid |= IPSOCK_CONTROL_HOP_LIMIT;
    }
    if (r->source) {
        const int result = read_address("send", "source", r->source, &control->source);
        if (result != EXIT_OK)
            return result;
        control->valid |= IPSOCK_CONTROL_SOURCE;
    }
    if (r->interface) {
        const int result = read_interface("send", r->interface, &control->interface_index);
        if (result != EXIT_OK)
            return result;
        control->valid |= IPSOCK_CONTROL_INTERFACE;
    }
    return EXIT_OK;
}

static int read_target(struct request *r)
{
    char host[256];
    uint16_t port;
    const int result = split_target("send", r->target, host, sizeof host, &port);
    if (result != EXIT_OK)
        return result;
    if (!host[0] || !port) {
        fprintf(stderr, "ipsock send: '%s': must name a host and a port above 0\n", r->target);
        return EXIT_USAGE;
    }
    const int resolved = resolve_target("send", host, port, r->family, &r->peer);
    return resolved != EXIT_OK ? resolved
                               : settle_zones("send", &r->peer, &r->control.source,
                                              r->control.interface_index, true);
}

static int open_sender(struct sender *sender, const struct request *r)
{
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = r->peer.family;
    config.flags = r->broadcast ? IPSOCK_OPEN_BROADCAST : 0;
    config.send_control = r->control.valid;
    config.receive_control = r->wait ? packet_control(IPSOCK_UDP, r->peer.family, false) : 0;
    config.error = &error;
    if (ipsock_open(&sender->s, &config) < 0)
        return fail("send", r->target, &error);
    if (r->dont_fragment && ipsock_set_dont_fragment(sender->s, true) < 0)
        return fail_endpoint("send", "--dont-fragment", sender->s, IPSOCK_SETUP);
    return set_multicast(sender->s, r);
}

/* "-": standard input, all of it, which a datagram has to hold. */
static int read_data(struct request *r)
{
    static char input[DATAGRAM_MAX + 1];
    r->data_length = strlen(r->data);
    if (strcmp(r->data, "-") != 0)
        return EXIT_OK;
    binary_streams();
    r->data_length = fread(input, 1, sizeof input, stdin);
    r->data = input;
    if (ferror(stdin)) {
        fprintf(stderr, "ipsock send: standard input cannot be read\n");
        return EXIT_FAIL;
    }
    if (r->data_length > DATAGRAM_MAX) {
        fprintf(stderr, "ipsock send: standard input has more than %d bytes, a datagram's most\n",
                DATAGRAM_MAX);
        return EXIT_FAIL;
    }
    return EXIT_OK;
}

/* The payload: TEXT as it is, or repeated or cut to the size asked for. */
static bool make_payload(struct sender *sender, const struct request *r)
{
    const size_t text = r->data_length;
    const size_t size = r->size < 0 ? text : (size_t)r->size;
    sender->payload = malloc(size + 1);
    if (!sender->payload)
        return false;
    for (size_t i = 0; i < size; i++)
        sender->payload[i] = text ? r->data[i % text] : 0;
    sender->buffer = (struct ipsock_buffer){sender->payload, size};
    return true;
}

static int prepare(struct sender *sender, struct request *r)
{
    const uint32_t batch = (uint32_t)r->batch;
    const size_t size = ipsock_batch_size(batch);
    sender->scratch = malloc(size);
    sender->messages = calloc(batch, sizeof *sender->messages);
    if (!sender->scratch || !sender->messages || !make_payload(sender, r))
        return fail_code("send", "start", IPSOCK_ENOMEM);
    for (uint32_t i = 0; i < batch; i++) {
        sender->messages[i].buffers = &sender->buffer;
        sender->messages[i].buffer_count = 1;
        sender->messages[i].peer = r->peer;
        sender->messages[i].control = r->control.valid ? &r->control : NULL;
    }
    const int result = ipsock_batch_init(sender->scratch, size, batch, &sender->batch);
    return result < 0 ? fail_code("send", "start", result) : EXIT_OK;
}

/* A refusal of one packet, which says nothing of the next. */
static bool is_passing(int code)
{
    return code == IPSOCK_EFIREWALL || code == IPSOCK_ENOBUFS || code == IPSOCK_ENETUNREACH;
}

/* Sends count messages, in one call if the system takes them all at once. */
static int send_batch(struct sender *sender, const char *target, uint32_t count)
{
    for (uint32_t sent = 0; sent < count && !interrupted;) {
        uint32_t done = 0;
        const int result = ipsock_send_batch(sender->s, sender->batch, sender->messages + sent,
                                             sizeof sender->messages[0], count - sent, &done, 0);
        sent += done;
        sender->sent += done;
        sender->calls++;
        if (result < 0 && !is_passing(result))
            return result;
        if (result < 0) {
            if (sender->refused++ == 0)
                fail_endpoint("send", target, sender->s, IPSOCK_WRITE);
            sent++;
        }
    }
    return 0;
}

/* Receives until the end, or until as many replies came as were sent where --wait asks for them.
 * Without it this is how a program without system headers sleeps. */
static int receive_until(struct sender *sender, const struct request *r, int64_t end)
{
    static char data[DATAGRAM_MAX];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control;
    while (!interrupted && (!r->wait || sender->received < (uint64_t)r->count)) {
        const int64_t glance = ipsock_now() + GLANCE;
        ipsock_set_read_deadline(sender->s, end < glance ? end : glance);
        ipsock_message_init(&message, &buffer, data, sizeof data);
        message.control = &control;
        const int result = ipsock_recv(sender->s, &message, 0);
        if (result == IPSOCK_ETIMEDOUT && ipsock_now() < end)
            continue;
        if (result == IPSOCK_ETIMEDOUT)
            break;
        if (result < 0)
            return fail_endpoint("send", "receiving", sender->s, IPSOCK_READ);
        if (r->wait) {
            print_packet(&sender->printer, &message);
            sender->received++;
        }
    }
    return EXIT_OK;
}

static int send_all(struct sender *sender, const struct request *r)
{
    const uint64_t count = (uint64_t)r->count;
    while (sender->sent + sender->refused < count && !interrupted) {
        const uint64_t left = count - sender->sent - sender->refused;
        const uint32_t batch = left < (uint64_t)r->batch ? (uint32_t)left : (uint32_t)r->batch;
        if (send_batch(sender, r->target, batch) < 0)
            return fail_endpoint("send", r->target, sender->s, IPSOCK_WRITE);
        const int64_t end = ipsock_now() + r->interval * IPSOCK_MILLISECOND;
        if (r->interval && sender->sent + sender->refused < count &&
            receive_until(sender, r, end) != EXIT_OK)
            return EXIT_FAIL;
    }
    return EXIT_OK;
}

static void show_summary(const struct sender *sender, const struct request *r)
{
    print_count(stderr, sender->sent, "packet");
    fputs(" of ", stderr);
    print_count(stderr, sender->buffer.length, "byte");
    fputs(" sent to ", stderr);
    print_addr(stderr, &r->peer);
    fputs(" in ", stderr);
    print_count(stderr, sender->calls, "call");
    fputc('\n', stderr);
    if (sender->refused)
        fprintf(stderr, "ipsock send: %llu of %llu refused by this host\n",
                (unsigned long long)sender->refused,
                (unsigned long long)(sender->sent + sender->refused));
    fflush(stderr);
}

static int run(struct sender *sender, const struct request *r)
{
    sender->printer = (struct packet_printer){.json = r->json, .start = ipsock_now()};
    int result = send_all(sender, r);
    if (result != EXIT_OK)
        return result;
    if (sender->sent == 0 && sender->refused) // each was said
        return EXIT_FAIL;
    if (!r->quiet)
        show_summary(sender, r);
    if (r->wait)
        result = receive_until(sender, r, ipsock_now() + r->wait);
    if (result != EXIT_OK)
        return result;
    if (r->wait && sender->received < sender->sent) {
        fputs("ipsock send: ", stderr);
        print_count(stderr, sender->received, "reply");
        fprintf(stderr, " of %llu\n", (unsigned long long)sender->sent);
        result = EXIT_FAIL;
    }
    if (interrupted) // what lacks was not waited for
        return EXIT_OK;
    return sender->refused ? EXIT_FAIL : result;
}

static const char details[] =
    "Traffic class, hop limit, source and interface travel as control data of each packet; to a\n"
    "multicast address hop limit (1 at first, 0: this host) and interface are options of the "
    "socket.\n"
    "V of --traffic-class is the octet (40, 0x28) or a code point's name (AF11, CS6, EF, BE).\n"
    "Ctrl-C ends it with exit code 0, after the number of packets sent.\n";

static const struct request defaults = {
    .data = "hello", .size = -1, .count = 1, .hop_limit = -1, .batch = 1};

static int send_request(struct request *r)
{
    struct sender sender = {0};
    if (!choose_family("send", r->ipv4, r->ipv6, &r->family))
        return EXIT_USAGE;
    int result = read_control(r);
    if (result == EXIT_OK)
        result = read_target(r);
    if (result == EXIT_OK)
        result = read_multicast(r);
    if (result == EXIT_OK)
        result = read_data(r);
    if (result == EXIT_OK)
        result = open_sender(&sender, r);
    if (result == EXIT_OK)
        result = prepare(&sender, r);
    if (result == EXIT_OK) {
        signal(SIGINT, on_interrupt);
        result = finish_output(run(&sender, r));
    }
    ipsock_free(sender.s);
    free(sender.scratch);
    free(sender.messages);
    free(sender.payload);
    return result;
}

int command_send(int argc, char **argv)
{
    struct request r = defaults;
    const struct arg_option options[] = {
        ARG_FLAG("4", &r.ipv4, "IPv4 only"),
        ARG_FLAG("6", &r.ipv6, "IPv6 only"),
        ARG_TEXT("data", "TEXT", &r.data, "payload (default: hello); - reads standard input"),
        ARG_NUMBER("size,s", "N", &r.size, 0, DATAGRAM_MAX,
                   "payload bytes; TEXT is repeated or cut"),
        ARG_NUMBER("count,c", "N", &r.count, 1, 2147483647L, "packets (default: 1)"),
        ARG_NUMBER("interval,i", "MS", &r.interval, 0, 3600000,
                   "milliseconds between calls (default: 0)"),
        ARG_NUMBER("batch", "N", &r.batch, 1, IPSOCK_BATCH_MAX, "packets in one call (default: 1)"),
        ARG_TEXT("traffic-class,Q", "V", &r.traffic_class, "DSCP and ECN (TOS, traffic class)"),
        ARG_NUMBER("hop-limit,t", "V", &r.hop_limit, 0, 255, "TTL, hop limit"),
        ARG_TEXT("ecn", "V", &r.ecn, "ECN alone: Not-ECT, ECT(0), ECT(1), CE"),
        ARG_TEXT("source,S", "A", &r.source, "source address, one of this host"),
        ARG_TEXT("interface,I", "IF", &r.interface, "interface to leave by"),
        ARG_TEXT("loop", "on|off", &r.loop,
                 "whether this host hears its own multicast (default: on)"),
        ARG_FLAG("dont-fragment", &r.dont_fragment, "refuse packets that would be fragmented"),
        ARG_FLAG("broadcast,b", &r.broadcast, "allow sending to a broadcast address"),
        {.name = "wait",
         .value = "S",
         .help = "print replies for S seconds; fewer than packets sent are a failure",
         .duration = &r.wait},
        ARG_FLAG("quiet,q", &r.quiet, "no summary"),
        ARG_FLAG("json", &r.json, "replies as one JSON object a line"),
    };
    const struct arg_command command = {.name = "send",
                                        .operand = "HOST:PORT",
                                        .summary = "Send UDP datagrams with chosen control data.",
                                        .details = details,
                                        .options = options,
                                        .option_count = sizeof options / sizeof options[0]};
    const int result = args_parse(&command, argc, argv, &r.target);
    return result == ARGS_RUN ? send_request(&r) : result;
}
