// SPDX-License-Identifier: BSD-2-Clause
#include "ping.h"

#include "args.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define HEADER   8     /* of an echo message */
#define DATA_MAX 65499 /* what fits into an IPv4 packet */
#define ROOM     65535

/* How long a Ctrl-C, and an ICMP error, may go unnoticed. */
#define GLANCE       (IPSOCK_SECOND / 5)
#define GLANCE_ERROR (IPSOCK_SECOND / 50)

/* What the command line asked for. */
struct request {
    const char *traffic_class, *ecn, *source, *interface;
    long count, size, hop_limit;
    int64_t interval, timeout;
    bool ipv4, ipv6, raw, broadcast, json, timestamps, quiet, dont_fragment;
};

struct pinger {
    struct ping ping;
    struct request r;
    struct ipsock_endpoint *s;
    struct ipsock_endpoint *id_holder; // NULL where the endpoint has an identifier
    struct ipsock_control control;     /* of what is sent */
    bool hears_errors;
    uint16_t id;
    uint64_t number;  /* requests so far, the numbers of the latest */
    uint64_t oldest;  /* the first that is still waited for */
    int64_t next;     /* when the next is due */
    uint8_t *payload; /* of what is sent */
    uint8_t *packet;  /* ROOM bytes for what is sent, or came */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static bool is_v4(const struct pinger *p)
{
    return p->ping.peer.family == IPSOCK_IPV4;
}

/* ---- opening ---- */

static int read_request(struct pinger *p, struct ipsock_config *config)
{
    const struct request *r = &p->r;
    if (r->interval < IPSOCK_MILLISECOND) {
        fprintf(stderr, "ipsock ping: --interval: must be 0.001 or more\n");
        return EXIT_USAGE;
    }
    const int result =
        read_sending("ping", r->traffic_class, r->source, r->interface, config, &p->control);
    uint8_t octet = (uint8_t)config->traffic_class;
    if (result != EXIT_OK || read_ecn("ping", r->ecn, &octet) != EXIT_OK)
        return result != EXIT_OK ? result : EXIT_USAGE;
    config->traffic_class = octet;
    return EXIT_OK;
}

static int filter_raw(struct pinger *p)
{
    struct ipsock_icmp_filter filter;
    filter_icmp_errors(&filter, p->ping.peer.family);
    ipsock_icmp_filter_accept(&filter, echo_reply_type(p->ping.peer.family));
    return ipsock_set_icmp_filter(p->s, &filter);
}

/* Whatever the system has learned of the path: it is the routers that are to be heard. */
static int forbid_fragments(struct pinger *p)
{
    const int code = ipsock_set_path_mtu_mode(p->s, IPSOCK_PATH_MTU_PROBE);
    return code == IPSOCK_ENOTSUP ? ipsock_set_path_mtu_mode(p->s, IPSOCK_PATH_MTU_FORBID) : code;
}

static int open_endpoint(struct pinger *p, struct ipsock_config *config)
{
    struct ipsock_error error;
    const int family = p->ping.peer.family;
    config->kind = p->r.raw ? IPSOCK_RAW : IPSOCK_PING;
    config->family = family;
    config->protocol = p->r.raw ? ipsock_icmp_protocol(family) : 0;
    config->flags = p->r.broadcast ? IPSOCK_OPEN_BROADCAST : 0;
    config->send_control = p->control.valid;
    config->receive_control = packet_control(config->kind, family, false);
    config->error = &error;
    if (!ipsock_addr_is_multicast(&p->ping.peer) && p->r.hop_limit > 0)
        config->hop_limit = (int)p->r.hop_limit;
    p->hears_errors = !p->r.raw && has_error_stream(config->kind, family);
    if (p->hears_errors)
        config->flags |= IPSOCK_OPEN_ERROR_STREAM;
    if (ipsock_open(&p->s, config) < 0)
        return fail("ping", p->ping.host, &error);
    if (p->r.raw ? filter_raw(p) < 0 : ipsock_echo_id(p->s, &p->id) < 0)
        return fail_endpoint("ping", p->ping.host, p->s, IPSOCK_SETUP);
    if (p->r.raw && reserve_echo_id("ping", family, &p->id_holder, &p->id) != EXIT_OK)
        return EXIT_FAIL;
    if (p->r.dont_fragment && forbid_fragments(p) < 0)
        return fail_endpoint("ping", "--dont-fragment", p->s, IPSOCK_SETUP);
    if (ipsock_addr_is_multicast(&p->ping.peer) && p->r.hop_limit > 0 &&
        ipsock_set_multicast_hop_limit(p->s, (int)p->r.hop_limit) < 0)
        return fail_endpoint("ping", "--hop-limit", p->s, IPSOCK_SETUP);
    return EXIT_OK;
}

static int prepare(struct pinger *p, int family)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    int result = read_request(p, &config);
    if (result == EXIT_OK)
        result = resolve_target("ping", p->ping.host, 0, family, &p->ping.peer);
    if (result == EXIT_OK)
        result =
            settle_zones("ping", &p->ping.peer, &config.local, p->control.interface_index, false);
    if (result == EXIT_OK)
        result = open_endpoint(p, &config);
    p->ping.size = (size_t)p->r.size;
    p->packet = malloc(ROOM);
    p->payload = calloc(p->ping.size + 1, 1);
    if (result == EXIT_OK && (!p->packet || !p->payload))
        result = fail_code("ping", "start", IPSOCK_ENOMEM);
    for (size_t i = 0; result == EXIT_OK && i < p->ping.size; i++)
        p->payload[i] = (uint8_t)i;
    return result;
}

/* ---- requests ---- */

/* A refusal that may be over with the next request. */
static bool is_passing(int code)
{
    return code == IPSOCK_ENOBUFS || code == IPSOCK_EFIREWALL || code == IPSOCK_ENETUNREACH ||
           code == IPSOCK_EHOSTUNREACH || code == IPSOCK_ENETDOWN || code == IPSOCK_EADDRNOTAVAIL ||
           code == IPSOCK_EMSGSIZE;
}

static int send_request(struct pinger *p)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    size_t length;
    struct ping_probe *probe = &p->ping.probes[++p->number % PING_WINDOW];
    const struct ipsock_icmp_message echo = {.family = p->ping.peer.family,
                                             .type = echo_request_type(p->ping.peer.family),
                                             .id = p->id,
                                             .sequence = (uint16_t)p->number,
                                             .data = p->payload,
                                             .data_length = p->ping.size};
    int result = ipsock_icmp_marshal(&echo, NULL, NULL, p->packet, ROOM, &length);
    if (result < 0)
        return fail_code("ping", p->ping.host, result);
    ipsock_message_init_send(&message, &buffer, p->packet, length, &p->ping.peer);
    message.control = p->control.valid ? &p->control : NULL;
    *probe = (struct ping_probe){.sent = ipsock_now()};
    result = ipsock_send(p->s, &message, 0);
    if (result == IPSOCK_OK) {
        p->ping.statistics.sent++;
        return EXIT_OK;
    }
    probe->failed = true;
    p->ping.statistics.refused++;
    fail_endpoint("ping", p->ping.host, p->s, IPSOCK_WRITE);
    return is_passing(result) ? EXIT_OK : EXIT_FAIL;
}

static bool all_sent(const struct pinger *p)
{
    return p->r.count != 0 && p->number >= (uint64_t)p->r.count;
}

/* Requests whose time is over; the first that is still waited for becomes the oldest. */
static void look_at_times(struct pinger *p)
{
    for (; p->oldest <= p->number; p->oldest++) {
        struct ping_probe *probe = &p->ping.probes[p->oldest % PING_WINDOW];
        if (probe->answered || probe->failed)
            continue;
        if (ipsock_now() < probe->sent + p->r.timeout)
            return;
        probe->missed = true;
        ping_show_timeout(&p->ping, (uint16_t)p->oldest);
    }
}

/* ---- what comes back ---- */

/* The latest request with this sequence number; 0: none. */
static uint64_t number_of(const struct pinger *p, uint16_t sequence)
{
    const uint64_t back = (uint16_t)(p->number - sequence);
    return back < p->number ? p->number - back : 0;
}

static void note_time(struct ping_statistics *s, double took)
{
    s->min = s->received == 0 || took < s->min ? took : s->min;
    s->max = took > s->max ? took : s->max;
    s->sum += took;
    s->squares += took * took;
    s->received++;
}

static void handle_reply(struct pinger *p, const struct ipsock_message *message, int64_t now)
{
    const uint16_t sequence = load16(p->packet + 6);
    const uint64_t number = number_of(p, sequence);
    struct ping_probe *probe = &p->ping.probes[sequence];
    struct ping_statistics *s = &p->ping.statistics;
    unsigned marks = 0;
    if (number == 0)
        return;
    const double took = (double)(now - probe->sent) / 1e6;
    if (probe->answered) { /* the members of a group answer all */
        marks = ipsock_addr_is_multicast(&p->ping.peer) || p->r.broadcast ? 0 : PING_DUPLICATE;
    } else {
        marks =
            (number < p->ping.highest ? PING_OUT_OF_ORDER : 0) | (probe->missed ? PING_LATE : 0);
        note_time(s, took);
    }
    s->duplicates += (marks & PING_DUPLICATE) != 0;
    s->out_of_order += (marks & PING_OUT_OF_ORDER) != 0;
    s->late += (marks & PING_LATE) != 0;
    probe->answered = true;
    p->ping.highest = number > p->ping.highest ? number : p->ping.highest;
    ping_show_reply(&p->ping, message, sequence, took, marks);
}

/* An ICMP error that quotes an echo request, from its ICMP header on. */
static void handle_error(struct pinger *p, const struct ipsock_addr *offender, int type, int code,
                         uint32_t mtu, const uint8_t *quoted, size_t length)
{
    if (length < HEADER || quoted[0] != echo_request_type(p->ping.peer.family) ||
        load16(quoted + 4) != p->id)
        return;
    const uint16_t sequence = load16(quoted + 6);
    if (number_of(p, sequence) == 0)
        return;
    p->ping.probes[sequence].failed = true;
    p->ping.statistics.errors++;
    ping_show_error(&p->ping, offender, sequence, type, code, mtu);
}

/* A raw endpoint hears what other programs' requests gave rise to as well. */
static void handle_raw(struct pinger *p, const struct ipsock_message *message, int64_t now)
{
    struct ipsock_icmp_message icmp;
    struct ipsock_icmp_quote quote;
    const size_t length = message->length;
    if (length < HEADER ||
        (is_v4(p) && ipsock_icmp_verify(IPSOCK_IPV4, NULL, NULL, p->packet, length) < 0))
        return;
    if (p->packet[0] == echo_reply_type(p->ping.peer.family)) {
        if (load16(p->packet + 4) == p->id)
            handle_reply(p, message, now);
    } else if (ipsock_icmp_parse(&icmp, NULL, 0, p->ping.peer.family, p->packet, length) == 0 &&
               ipsock_icmp_quoted(&icmp, &quote) == 0 &&
               ipsock_addr_same_ip(&quote.destination, &p->ping.peer)) {
        handle_error(p, &message->peer, icmp.type, icmp.code, icmp.mtu, quote.payload,
                     quote.length);
    }
}

static int receive_until(struct pinger *p, int64_t end)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control;
    ipsock_message_init(&message, &buffer, p->packet, ROOM);
    message.control = &control;
    ipsock_set_read_deadline(p->s, end);
    const int result = ipsock_recv(p->s, &message, 0);
    const int64_t now = ipsock_now();
    if (result == IPSOCK_OK && p->r.raw)
        handle_raw(p, &message, now);
    else if (result == IPSOCK_OK)
        handle_reply(p, &message, now);
    else if (result != IPSOCK_ETIMEDOUT)
        return fail_endpoint("ping", "receiving", p->s, IPSOCK_READ);
    return EXIT_OK;
}

static void take_errors(struct pinger *p)
{
    uint8_t quoted[1280];
    struct ipsock_icmp_error event;
    size_t length;
    while (p->hears_errors && ipsock_recv_icmp_error(p->s, &event, NULL, 0, quoted, sizeof quoted,
                                                     &length, IPSOCK_MSG_DONTWAIT) == IPSOCK_OK)
        if (event.family != IPSOCK_UNSPEC)
            handle_error(p, &event.offender, event.type, event.code, event.mtu, quoted, length);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int run(struct pinger *p)
{
    int result = EXIT_OK;
    p->oldest = 1;
    p->next = ipsock_now();
    while (!interrupted && result == EXIT_OK && !ferror(stdout) &&
           (!all_sent(p) || p->oldest <= p->number)) {
        int64_t end = ipsock_now() + (p->hears_errors ? GLANCE_ERROR : GLANCE);
        if (!all_sent(p) && ipsock_now() >= p->next) {
            result = send_request(p);
            p->next += p->r.interval;
            if (p->next < ipsock_now()) // it was kept from running
                p->next = ipsock_now() + p->r.interval;
        }
        if (!all_sent(p))
            end = earlier(end, p->next);
        if (p->oldest <= p->number)
            end = earlier(end, p->ping.probes[p->oldest % PING_WINDOW].sent + p->r.timeout);
        if (result == EXIT_OK)
            result = receive_until(p, end);
        take_errors(p);
        look_at_times(p);
    }
    ping_show_summary(&p->ping);
    return result == EXIT_OK && p->ping.statistics.received == 0 ? EXIT_FAIL : result;
}

static const char details[] =
    "A request a second, until Ctrl-C. The announcement and the statistics go to standard error,\n"
    "replies to standard output as they come: seconds since the start, peer -> own address,\n"
    "interface, hop limit, traffic class, sequence number, length of the ICMP message, round "
    "trip.\n"
    "Exit code 0 if a reply came. It needs no privilege where the system has sockets for it; on\n"
    "Linux net.ipv4.ping_group_range says who may, and CAP_NET_RAW may as well.\n";

static int ping_host(struct pinger *p)
{
    int family;
    if (!choose_family("ping", p->r.ipv4, p->r.ipv6, &family))
        return EXIT_USAGE;
    int result = prepare(p, family);
    if (result == EXIT_OK) {
        signal(SIGINT, on_interrupt);
        p->ping.quiet = p->r.quiet;
        p->ping.printer = (struct packet_printer){
            .json = p->r.json, .timestamps = p->r.timestamps, .start = ipsock_now()};
        ping_announce(&p->ping, p->r.raw, p->id);
        result = finish_output(run(p));
    }
    ipsock_free(p->s);
    ipsock_free(p->id_holder);
    free(p->packet);
    free(p->payload);
    return result;
}

int command_ping(int argc, char **argv)
{
    struct pinger *p = calloc(1, sizeof *p);
    if (!p)
        return fail_code("ping", "start", IPSOCK_ENOMEM);
    p->r = (struct request){.size = 56, .interval = IPSOCK_SECOND, .timeout = IPSOCK_SECOND};
    struct request *r = &p->r;
    const struct arg_option options[] = {
        ARG_FLAG("4", &r->ipv4, "IPv4 only"),
        ARG_FLAG("6", &r->ipv6, "IPv6 only"),
        ARG_NUMBER("count,c", "N", &r->count, 1, 2147483647L, "stop after N requests"),
        ARG_SECONDS("interval,i", &r->interval, "seconds between requests (default: 1)"),
        ARG_SECONDS("timeout,W", &r->timeout, "seconds to wait for a reply (default: 1)"),
        ARG_NUMBER("size,s", "N", &r->size, 0, DATA_MAX,
                   "bytes behind the ICMP header (default: 56)"),
        ARG_NUMBER("hop-limit,t", "V", &r->hop_limit, 1, 255, "TTL, hop limit"),
        ARG_TEXT("traffic-class,Q", "V", &r->traffic_class, "DSCP and ECN (TOS, traffic class)"),
        ARG_TEXT("interface,I", "IF", &r->interface, "interface to leave by"),
        ARG_TEXT("source,S", "A", &r->source, "source address, one of this host"),
        ARG_TEXT("ecn", "V", &r->ecn, "ECN alone: Not-ECT, ECT(0), ECT(1), CE"),
        ARG_FLAG("dont-fragment", &r->dont_fragment,
                 "no fragments on the way: what is too large is told of"),
        ARG_FLAG("broadcast,b", &r->broadcast, "allow a broadcast address"),
        ARG_FLAG("raw", &r->raw, "on a raw endpoint, which shows all ICMP errors; for root"),
        ARG_FLAG("timestamps,D", &r->timestamps, "the time of day before each line, UTC"),
        ARG_FLAG("quiet,q", &r->quiet, "the statistics only"),
        ARG_FLAG("json", &r->json, "one JSON object a line"),
    };
    const struct arg_command command = {.name = "ping",
                                        .operand = "HOST",
                                        .summary = "Ask a host for echoes.",
                                        .details = details,
                                        .options = options,
                                        .option_count = sizeof options / sizeof options[0]};
    int result = args_parse(&command, argc, argv, &p->ping.host);
    if (result == ARGS_RUN)
        result = ping_host(p);
    free(p);
    return result;
}
