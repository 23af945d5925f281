// SPDX-License-Identifier: BSD-2-Clause
/* Echo requests to one host or several, and what comes back. */
#include "ping.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define HEADER   8     /* of an echo message */
#define DATA_MAX 65499 /* what fits into an IPv4 packet */
#define ROOM     65535

/* How long a Ctrl-C, and an ICMP error, may go unnoticed. */
#define GLANCE       (IPSOCK_SECOND / 5)
#define GLANCE_ERROR (IPSOCK_SECOND / 50)
/* How long one family's replies may wait while the other is listened to. */
#define TURN IPSOCK_MILLISECOND

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static int prepare(struct pinger *p)
{
    const size_t size = (size_t)p->r.size;
    p->packet = malloc(ROOM);
    p->payload = calloc(size + 1, 1);
    if (!p->packet || !p->payload)
        return fail_code("ping", "start", IPSOCK_ENOMEM);
    for (size_t i = 0; i < size; i++)
        p->payload[i] = (uint8_t)i;
    return EXIT_OK;
}

/* ---- requests ---- */

/* A refusal that may be over with the next request. */
static bool is_passing(int code)
{
    return code == IPSOCK_ENOBUFS || code == IPSOCK_EFIREWALL || code == IPSOCK_ENETUNREACH ||
           code == IPSOCK_EHOSTUNREACH || code == IPSOCK_ENETDOWN || code == IPSOCK_EADDRNOTAVAIL ||
           code == IPSOCK_EMSGSIZE;
}

static int send_request(struct pinger *p, struct target *t)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    size_t length;
    struct ping_probe *probe = &t->ping.probes[++t->number % PING_WINDOW];
    const struct ipsock_icmp_message echo = {.family = t->ping.peer.family,
                                             .type = echo_request_type(t->ping.peer.family),
                                             .id = t->port->id,
                                             .sequence = (uint16_t)t->number,
                                             .data = p->payload,
                                             .data_length = t->ping.size};
    int result = ipsock_icmp_marshal(&echo, NULL, NULL, p->packet, ROOM, &length);
    if (result < 0)
        return fail_code("ping", t->ping.host, result);
    ipsock_message_init_send(&message, &buffer, p->packet, length, &t->ping.peer);
    message.control = p->control.valid ? &p->control : NULL;
    *probe = (struct ping_probe){.sent = ipsock_now()};
    result = ipsock_send(t->port->s, &message, 0);
    if (result == IPSOCK_OK) {
        t->ping.statistics.sent++;
        return EXIT_OK;
    }
    probe->failed = true;
    t->ping.statistics.refused++;
    fail_endpoint("ping", t->ping.host, t->port->s, IPSOCK_WRITE);
    return is_passing(result) ? EXIT_OK : EXIT_FAIL;
}

static bool all_sent(const struct pinger *p, const struct target *t)
{
    return t->failed || (p->r.count != 0 && t->number >= (uint64_t)p->r.count);
}

/* Requests whose time is over; the first that is still waited for becomes the oldest. */
static void look_at_times(const struct pinger *p, struct target *t)
{
    for (; t->oldest <= t->number; t->oldest++) {
        struct ping_probe *probe = &t->ping.probes[t->oldest % PING_WINDOW];
        if (probe->answered || probe->failed)
            continue;
        if (ipsock_now() < probe->sent + p->r.timeout)
            return;
        probe->missed = true;
        ping_show_timeout(&t->ping, (uint16_t)t->oldest);
    }
}

/* ---- what comes back ---- */

/* The latest request with this sequence number; 0: none. */
static uint64_t number_of(const struct target *t, uint16_t sequence)
{
    const uint64_t back = (uint16_t)(t->number - sequence);
    return back < t->number ? t->number - back : 0;
}

static void note_time(struct ping_statistics *s, double took)
{
    s->min = s->received == 0 || took < s->min ? took : s->min;
    s->max = took > s->max ? took : s->max;
    s->sum += took;
    s->squares += took * took;
    s->received++;
}

/* Whom a message is about, by the address in it. */
static struct target *target_of(struct pinger *p, const struct port *port,
                                const struct ipsock_addr *addr)
{
    if (p->count == 1)
        return p->targets[0];
    for (size_t i = 0; i < p->count; i++) {
        struct target *t = p->targets[i];
        if (t->port == port && ipsock_addr_same_ip(&t->ping.peer, addr) &&
            (t->ping.peer.scope == 0 || t->ping.peer.scope == addr->scope))
            return t;
    }
    return NULL;
}

static void handle_reply(struct pinger *p, struct target *t, const struct ipsock_message *message,
                         int64_t now)
{
    const uint16_t sequence = load16(p->packet + 6);
    const uint64_t number = number_of(t, sequence);
    struct ping_probe *probe = &t->ping.probes[sequence];
    struct ping_statistics *s = &t->ping.statistics;
    unsigned marks = 0;
    if (number == 0)
        return;
    const double took = (double)(now - probe->sent) / 1e6;
    if (probe->answered) { /* the members of a group answer all */
        marks = ping_answered_by_others(p, t) ? 0 : PING_DUPLICATE;
    } else {
        marks =
            (number < t->ping.highest ? PING_OUT_OF_ORDER : 0) | (probe->missed ? PING_LATE : 0);
        note_time(s, took);
    }
    s->duplicates += (marks & PING_DUPLICATE) != 0;
    s->out_of_order += (marks & PING_OUT_OF_ORDER) != 0;
    s->late += (marks & PING_LATE) != 0;
    probe->answered = true;
    t->ping.highest = number > t->ping.highest ? number : t->ping.highest;
    ping_show_reply(&t->ping, message, sequence, took, marks);
}

/* An ICMP error that quotes an echo request, from its ICMP header on. */
static void handle_error(struct target *t, const struct ipsock_addr *offender, int type, int code,
                         uint32_t mtu, const uint8_t *quoted, size_t length)
{
    if (!t || length < HEADER || quoted[0] != echo_request_type(t->ping.peer.family) ||
        load16(quoted + 4) != t->port->id)
        return;
    const uint16_t sequence = load16(quoted + 6);
    if (number_of(t, sequence) == 0)
        return;
    t->ping.probes[sequence].failed = true;
    t->ping.statistics.errors++;
    ping_show_error(&t->ping, offender, sequence, type, code, mtu);
}

/* A raw endpoint hears what other programs' requests gave rise to as well. */
static void handle_raw(struct pinger *p, const struct port *port,
                       const struct ipsock_message *message, int64_t now)
{
    struct ipsock_icmp_message icmp;
    struct ipsock_icmp_quote quote;
    const size_t length = message->length;
    const int family = port->family;
    if (length < HEADER ||
        (family == IPSOCK_IPV4 && ipsock_icmp_verify(family, NULL, NULL, p->packet, length) < 0))
        return;
    if (p->packet[0] == echo_reply_type(family)) {
        struct target *t = target_of(p, port, &message->peer);
        if (t && load16(p->packet + 4) == port->id)
            handle_reply(p, t, message, now);
    } else if (ipsock_icmp_parse(&icmp, NULL, 0, family, p->packet, length) == 0 &&
               ipsock_icmp_quoted(&icmp, &quote) == 0) {
        struct target *t = target_of(p, port, &quote.destination);
        if (t && ipsock_addr_same_ip(&quote.destination, &t->ping.peer))
            handle_error(t, &message->peer, icmp.type, icmp.code, icmp.mtu, quote.payload,
                         quote.length);
    }
}

/* *came: whether something did. */
static int receive_until(struct pinger *p, struct port *port, int64_t end, bool *came)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control;
    ipsock_message_init(&message, &buffer, p->packet, ROOM);
    message.control = &control;
    ipsock_set_read_deadline(port->s, end);
    const int result = ipsock_recv(port->s, &message, 0);
    const int64_t now = ipsock_now();
    *came = result == IPSOCK_OK;
    if (result == IPSOCK_OK && p->r.raw) {
        handle_raw(p, port, &message, now);
    } else if (result == IPSOCK_OK) {
        struct target *t = target_of(p, port, &message.peer);
        if (t)
            handle_reply(p, t, &message, now);
    } else if (result != IPSOCK_ETIMEDOUT) {
        return fail_endpoint("ping", "receiving", port->s, IPSOCK_READ);
    }
    return EXIT_OK;
}

static void take_errors(struct pinger *p, struct port *port)
{
    uint8_t quoted[1280];
    struct ipsock_icmp_error event;
    size_t length;
    while (port->hears_errors &&
           ipsock_recv_icmp_error(port->s, &event, NULL, 0, quoted, sizeof quoted, &length,
                                  IPSOCK_MSG_DONTWAIT) == IPSOCK_OK)
        if (event.family != IPSOCK_UNSPEC)
            handle_error(target_of(p, port, &event.destination), &event.offender, event.type,
                         event.code, event.mtu, quoted, length);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool is_over(const struct pinger *p, const struct target *t)
{
    return all_sent(p, t) && t->oldest > t->number;
}

static bool all_over(const struct pinger *p)
{
    size_t i = 0;
    while (i < p->count && is_over(p, p->targets[i]))
        i++;
    return i == p->count;
}

/* Sends what is due. Returns when there is the next thing to do. */
static int64_t send_due(struct pinger *p, struct target *t, int64_t end)
{
    if (!all_sent(p, t) && ipsock_now() >= t->next) {
        p->latest = t->port;
        t->failed = send_request(p, t) != EXIT_OK;
        t->next += p->r.interval;
        if (t->next < ipsock_now()) // it was kept from running
            t->next = ipsock_now() + p->r.interval;
    }
    if (!all_sent(p, t))
        end = earlier(end, t->next);
    if (t->oldest <= t->number)
        end = earlier(end, t->ping.probes[t->oldest % PING_WINDOW].sent + p->r.timeout);
    return end;
}

/* What is there already. */
static int drain(struct pinger *p, struct port *port)
{
    bool came = true;
    int result = EXIT_OK;
    while (came && result == EXIT_OK && !interrupted)
        result = receive_until(p, port, 1, &came); /* long past: without waiting */
    return result;
}

/* Waits for a reply until the end. Of two families the one that was asked last is waited for, a
 * moment each time, after what has come to both was taken. */
static int receive_some(struct pinger *p, int64_t end)
{
    bool came;
    int result = EXIT_OK;
    for (size_t i = 0; p->port_count > 1 && i < p->port_count && result == EXIT_OK; i++)
        result = drain(p, &p->ports[i]);
    if (result == EXIT_OK)
        result = receive_until(p, p->latest,
                               p->port_count > 1 ? earlier(end, ipsock_now() + TURN) : end, &came);
    for (size_t i = 0; i < p->port_count; i++)
        take_errors(p, &p->ports[i]);
    return result;
}

static void begin(struct pinger *p)
{
    const int64_t start = ipsock_now();
    for (size_t i = 0; i < p->count; i++) {
        struct target *t = p->targets[i];
        t->oldest = 1;
        /* one after the other: a reply is not to wait for the others' requests */
        t->next = start + p->r.interval * (int64_t)i / (int64_t)p->count;
        t->ping.printer = (struct packet_printer){
            .json = p->r.json, .timestamps = p->r.timestamps, .start = start};
        ping_announce(&t->ping, p->r.raw, t->port->id);
    }
}

static int run(struct pinger *p)
{
    int result = EXIT_OK;
    begin(p);
    while (!interrupted && result == EXIT_OK && !ferror(stdout) && !all_over(p)) {
        int64_t end = ipsock_now() + (p->ports[0].hears_errors ? GLANCE_ERROR : GLANCE);
        for (size_t i = 0; i < p->count; i++)
            end = send_due(p, p->targets[i], end);
        if (!all_over(p))
            result = receive_some(p, end);
        for (size_t i = 0; i < p->count; i++)
            look_at_times(p, p->targets[i]);
    }
    for (size_t i = 0; i < p->count; i++) {
        ping_show_summary(&p->targets[i]->ping);
        if (p->targets[i]->failed || p->targets[i]->ping.statistics.received == 0)
            result = EXIT_FAIL;
    }
    return result;
}

static const char details[] =
    "A request a second, until Ctrl-C. The announcement and the statistics go to standard error,\n"
    "replies to standard output as they come: seconds since the start, peer -> own address,\n"
    "interface, hop limit, traffic class, sequence number, length of the ICMP message, round "
    "trip.\n"
    "Exit code 0 if each host replied. It needs no privilege where the system has sockets for it; "
    "on\n"
    "Linux net.ipv4.ping_group_range says who may, and CAP_NET_RAW may as well.\n";

static int ping_hosts(struct pinger *p)
{
    int family;
    if (!choose_family("ping", p->r.ipv4, p->r.ipv6, &family))
        return EXIT_USAGE;
    int result = prepare(p), added = EXIT_OK;
    for (size_t i = 0; result == EXIT_OK && i < p->hosts.count && added != EXIT_USAGE; i++) {
        const int code = ping_add(p, p->hosts.values[i], family);
        added = code != EXIT_OK ? code : added;
    }
    if (result == EXIT_OK && added != EXIT_USAGE && p->count > 0) {
        signal(SIGINT, on_interrupt);
        result = finish_output(run(p));
    }
    ping_free(p);
    return result == EXIT_OK ? added : result;
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
                                        .operand = "HOST...",
                                        .operands = &p->hosts,
                                        .summary = "Ask hosts for echoes.",
                                        .details = details,
                                        .options = options,
                                        .option_count = sizeof options / sizeof options[0]};
    int result = args_parse(&command, argc, argv, NULL);
    if (result == ARGS_RUN)
        result = ping_hosts(p);
    free(p);
    return result;
}
