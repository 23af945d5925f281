// SPDX-License-Identifier: BSD-2-Clause
#include "trace.h"

#include "args.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* How long a Ctrl-C may go unnoticed. */
#define GLANCE (IPSOCK_SECOND / 5)
/* Errors and the host's own answers may come by two endpoints, or by two ways of one, of which only
 * one can be waited on. How long an answer may lie on the other: this long (systems wait for no
 * less), and this part of the time that it took. Before that both are looked at all the time. */
#define LOOK      IPSOCK_MILLISECOND
#define LOOK_PART 32
#define SPIN      (2 * IPSOCK_MILLISECOND)
/* Whoever a packet is for is asked for its link address up to three times, a second apart (RFC 4861
 * 10, and ARP likewise), by each router too: two such questions may be lost. */
#define WAIT (3 * IPSOCK_SECOND)

/* The answers to the probes of one hop. */
struct hop {
    struct trace_answer answers[TRACE_QUERIES_MAX];
    bool answered[TRACE_QUERIES_MAX], settled[TRACE_QUERIES_MAX], refused[TRACE_QUERIES_MAX];
    uint8_t shown; /* so many, from the first */
    uint8_t waiting;
    struct ipsock_addr from; /* address that the line has last */
    int64_t end;             /* of waiting */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* How long to wait before looking on the other side. */
static int64_t look(const struct trace *t, int64_t elapsed)
{
    if (t->s == t->errors) // there is none
        return GLANCE;
    if (t->r.icmp && !t->expects_reply && elapsed < SPIN)
        return 0;
    return earlier(GLANCE, LOOK + elapsed / LOOK_PART);
}

/* Waits where the latest answer came from, and looks on the other side. */
static int next_answer(struct trace *t, int64_t end, struct trace_answer *a)
{
    const int64_t begin = ipsock_now();
    for (int64_t now = begin; now < end && !interrupted; now = ipsock_now()) {
        const int64_t until = earlier(end, now + look(t, now - begin));
        const bool reply = t->expects_reply;
        int result = reply ? trace_hear_reply(t, until, a) : trace_hear(t, until, a);
        if (result == IPSOCK_ETIMEDOUT)
            result = reply ? trace_hear(t, now, a) : trace_hear_reply(t, now, a);
        if (result == IPSOCK_OK && a->number != 0)
            return IPSOCK_OK;
        if (result < 0 && result != IPSOCK_ETIMEDOUT)
            return result;
    }
    return IPSOCK_ETIMEDOUT;
}

static uint32_t least_mtu(const struct trace *t)
{
    return t->peer.family == IPSOCK_IPV4 ? 68 : 1280; /* RFC 791, RFC 8200 5 */
}

/* Sends a probe. What this host knows of a path, and its own links, may change while it goes on. */
static int send_fitting(struct trace *t, uint8_t query)
{
    int result = trace_send(t, t->hops, query);
    if (result == IPSOCK_EMSGSIZE && t->r.mtu) {
        const uint32_t mtu = trace_local_mtu(t);
        if (mtu >= least_mtu(t) && mtu < t->length) {
            t->length = mtu;
            result = trace_send(t, t->hops, query);
        }
    }
    return result;
}

/* Shows what can be shown in the order of queries. */
static void show(struct trace *t, struct hop *hop)
{
    for (; hop->shown < t->r.queries && hop->settled[hop->shown]; hop->shown++)
        if (hop->refused[hop->shown])
            trace_show_refused(t, hop->shown);
        else
            trace_show_answer(t, hop->answered[hop->shown] ? &hop->answers[hop->shown] : NULL,
                              hop->shown, &hop->from);
}

/* A firewall of this host has refused a probe: there is nothing to wait for. */
static int refuse(struct trace *t, struct hop *hop, uint8_t query)
{
    if (t->refused == 1)
        fail_endpoint("trace", t->r.host, t->s, IPSOCK_WRITE);
    hop->refused[query] = hop->settled[query] = true;
    hop->waiting--;
    show(t, hop);
    return EXIT_OK;
}

static int send_probe(struct trace *t, struct hop *hop, uint8_t query)
{
    int result = send_fitting(t, query);
    if (result == IPSOCK_ENOBUFS) // the queue is full: this one is lost
        result = IPSOCK_OK;
    hop->end = ipsock_now() + t->r.wait;
    if (result == IPSOCK_EFIREWALL)
        return refuse(t, hop, query);
    return result < 0 ? fail_endpoint("trace", t->r.host, t->s, IPSOCK_WRITE) : EXIT_OK;
}

/* A probe that was too big, of a trace that looks for the MTU: the next is as big as may be. */
static bool again(struct trace *t, struct hop *hop, const struct trace_answer *a)
{
    const struct trace_probe *probe = &t->probes[a->number];
    if (!t->r.mtu || !trace_is_too_big(t, a))
        return false;
    if (a->mtu >= least_mtu(t) && a->mtu < t->length) {
        t->length = a->mtu;
        trace_show_mtu(t, a, &hop->from);
    }
    return probe->length > t->length && t->sent < TRACE_PROBES_MAX;
}

static int take(struct trace *t, struct hop *hop, const struct trace_answer *a)
{
    struct trace_probe *probe = &t->probes[a->number];
    if (probe->hop != t->hops || probe->settled || hop->settled[probe->query])
        return EXIT_OK; // too late, or once more
    probe->settled = true;
    t->answered++;
    t->expects_reply = a->reply;
    if (again(t, hop, a))
        return send_probe(t, hop, probe->query);
    if (t->r.mtu && !trace_is_too_big(t, a)) {
        t->mtu = probe->length;
        t->passed_hop = probe->hop;
    }
    hop->answers[probe->query] = *a;
    hop->answered[probe->query] = hop->settled[probe->query] = true;
    hop->waiting--;
    show(t, hop);
    return EXIT_OK;
}

/* Takes what comes until the first so many probes have been answered, or time is over. */
static int collect(struct trace *t, struct hop *hop, long queries)
{
    struct trace_answer answer;
    int result = EXIT_OK;
    while (result == EXIT_OK && hop->waiting != 0) {
        const int got = next_answer(t, hop->end, &answer);
        if (got == IPSOCK_ETIMEDOUT)
            break;
        result = got < 0 ? fail_endpoint("trace", "receiving", t->errors != NULL ? t->errors : t->s,
                                         IPSOCK_READ)
                         : take(t, hop, &answer);
    }
    for (long query = 0; result == EXIT_OK && !interrupted && query < queries; query++)
        hop->settled[query] = true;
    hop->waiting = 0;
    show(t, hop);
    return result;
}

/* All probes of a hop go out at once; but one by one where the first answer has a say in the
 * others: how large they may be, and on which side to wait for theirs. */
static int probe_hop(struct trace *t, struct hop *hop)
{
    const bool one_by_one = t->r.mtu || (t->r.icmp && t->errors == NULL);
    int result = EXIT_OK;
    memset(hop, 0, sizeof *hop);
    trace_show_hop(t);
    for (uint8_t query = 0; result == EXIT_OK && !interrupted && query < t->r.queries; query++) {
        hop->waiting++;
        result = send_probe(t, hop, query);
        if (result == EXIT_OK && (one_by_one || query + 1 == t->r.queries))
            result = collect(t, hop, query + 1);
        if (result != EXIT_OK && --hop->waiting != 0) // the answers to those before are owed
            collect(t, hop, query);
    }
    trace_end_hop(t);
    return result;
}

/* Whether the way ends here: somebody has said something else than that the hops ran out. */
static bool is_end(struct trace *t, const struct hop *hop)
{
    bool end = false;
    for (long query = 0; query < t->r.queries; query++) {
        const struct trace_answer *a = &hop->answers[query];
        if (!hop->answered[query] || trace_is_exceeded(t, a) || trace_is_too_big(t, a))
            continue;
        end = true;
        t->reached = t->reached || trace_is_arrival(t, a);
    }
    return end;
}

static int run(struct trace *t)
{
    struct hop hop;
    int result = EXIT_OK;
    bool end = false;
    for (long n = t->r.first; result == EXIT_OK && !end && n <= t->r.last; n++) {
        if (interrupted || ferror(stdout))
            break;
        t->hops = (uint8_t)n;
        result = probe_hop(t, &hop);
        end = is_end(t, &hop);
    }
    trace_show_summary(t);
    return result == EXIT_OK && !t->reached ? EXIT_FAIL : result;
}

/* ---- command line ---- */

static int wrong(const char *what)
{
    fprintf(stderr, "ipsock trace: %s\n", what);
    return EXIT_USAGE;
}

static int read_request(struct trace *t, struct ipsock_config *config, int *family)
{
    struct trace_request *r = &t->r;
    if (!choose_family("trace", r->ipv4, r->ipv6, family))
        return EXIT_USAGE;
    if (r->last < r->first)
        return wrong("--first-hop must not be more than --max-hops");
    if (r->wait < IPSOCK_MILLISECOND)
        return wrong("--wait: must be 0.001 or more");
    if (r->mtu && r->size >= 0)
        return wrong("--mtu and --size exclude each other");
    return read_sending("trace", r->traffic_class, r->source, r->interface, config, &t->control);
}

static int prepare(struct trace *t)
{
    struct ipsock_config config;
    int family;
    ipsock_config_init(&config);
    int result = read_request(t, &config, &family);
    if (result == EXIT_OK)
        result = resolve_target("trace", t->r.host, 0, family, &t->peer);
    if (result == EXIT_OK && ipsock_addr_is_multicast(&t->peer))
        result = wrong("a group has no single way to it");
    if (result == EXIT_OK)
        result = settle_zones("trace", &t->peer, &config.local, t->control.interface_index, false);
    t->local = config.local;
    if (result == EXIT_OK)
        result = trace_open(t, &config);
    if (result != EXIT_OK)
        return result;
    if (t->r.queries == 0)
        t->r.queries = t->r.mtu ? 1 : 3;
    t->length = trace_headers(t) + (uint32_t)(t->r.size < 0 ? 32 : t->r.size);
    if (t->r.mtu)
        t->length = trace_local_mtu(t);
    return EXIT_OK;
}

static int trace_host(struct trace *t)
{
    int result = prepare(t);
    if (result == EXIT_OK) {
        signal(SIGINT, on_interrupt);
        t->start = ipsock_now();
        trace_announce(t);
        result = finish_output(run(t));
    }
    if (t->errors != t->s)
        ipsock_free(t->errors);
    ipsock_free(t->s);
    ipsock_free(t->id_holder);
    return result;
}

static const char details[] =
    "Sends probes that may pass one router, two, and so on, and shows who answered each, after "
    "how\n"
    "long; * is no answer. !H !N !P !X: host, network, protocol unreachable, prohibited; !F-MTU: "
    "too\n"
    "big for a link; !S !V !C and !<code>: other refusals; - is a probe that a firewall of this\n"
    "host refused. <MPLS:...> and <in, ...> are labels "
    "and\n"
    "interfaces that a router tells of. Exit code 0 if HOST was reached.\n"
    "It takes no privilege where the system tells programs of ICMP errors (Linux), else root.\n";

int command_trace(int argc, char **argv)
{
    struct trace *t = calloc(1, sizeof *t);
    if (!t)
        return fail_code("trace", "start", IPSOCK_ENOMEM);
    t->r = (struct trace_request){.first = 1, .last = 30, .port = 33434, .size = -1, .wait = WAIT};
    struct trace_request *r = &t->r;
    const struct arg_option options[] = {
        ARG_FLAG("4", &r->ipv4, "IPv4 only"),
        ARG_FLAG("6", &r->ipv6, "IPv6 only"),
        ARG_NUMBER("first-hop,f", "N", &r->first, 1, TRACE_HOPS_MAX,
                   "hop to begin with (default: 1)"),
        ARG_NUMBER("max-hops,m", "N", &r->last, 1, TRACE_HOPS_MAX, "hop to end with (default: 30)"),
        ARG_NUMBER("queries,q", "N", &r->queries, 1, TRACE_QUERIES_MAX,
                   "probes to each hop (default: 3, with --mtu 1)"),
        ARG_SECONDS("wait,w", &r->wait, "seconds to wait for answers (default: 3)"),
        ARG_FLAG("icmp,I", &r->icmp, "probe with ICMP echo requests, not with UDP"),
        ARG_NUMBER("port,p", "N", &r->port, 1, 60000,
                   "UDP port of the first probe, one more each (default: 33434)"),
        ARG_NUMBER("size", "N", &r->size, 0, 65499,
                   "bytes behind the UDP or ICMP header (default: 32)"),
        ARG_FLAG("mtu", &r->mtu, "find the path's MTU: probes as large as may be"),
        ARG_TEXT("traffic-class,t", "V", &r->traffic_class, "DSCP and ECN (TOS, traffic class)"),
        ARG_TEXT("interface,i", "IF", &r->interface, "interface to leave by"),
        ARG_TEXT("source,s", "A", &r->source, "source address, one of this host"),
        ARG_FLAG("raw", &r->raw, "hear errors on a raw endpoint; for root"),
        ARG_FLAG("json", &r->json, "one JSON object a line"),
    };
    const struct arg_command command = {.name = "trace",
                                        .operand = "HOST",
                                        .summary = "Show the routers on the way to a host.",
                                        .details = details,
                                        .options = options,
                                        .option_count = sizeof options / sizeof options[0]};
    int result = args_parse(&command, argc, argv, &r->host);
    if (result == ARGS_RUN)
        result = trace_host(t);
    free(t);
    return result;
}
