// SPDX-License-Identifier: BSD-2-Clause
/* Shows the routers on the way to a host, of either family.
 *
 *     traceroute [-r] HOST
 *
 * A probe is a UDP datagram that may pass so many routers, to a port that nobody is at. An ICMP
 * error tells what became of it: a router says that its hops ran out, in the end the host that its
 * port is closed. Probes are told apart by their ports. The errors can be heard in two ways:
 *
 * - as the endpoint's error stream, which brings those about its own packets and takes no
 *   privilege: taken where the system has it (Linux);
 * - on a raw ICMP endpoint, which takes privilege (-r, --raw, and everywhere else). It hears of all
 *   packets of this host; the packet that an error quotes tells whether it is a probe.
 *
 * A line has the hop's address, the times of three probes ("*": no answer in a second, "-": a
 * firewall of this host has refused the probe), what it
 * refuses (!H !N !P !X: host, network, protocol unreachable, prohibited; !F-MTU: too big), and what
 * it tells of itself: labels (RFC 4950), interfaces (RFC 5837). The exit status is 0 if the probes
 * arrived.
 */
#include <ipsock/ipsock.h>

#include <stdio.h>
#include <string.h>

#define FIRST_PORT   33434
#define HOPS_MAX     30
#define PROBES       3 /* to each hop */
#define WAIT         IPSOCK_SECOND
#define OBJECTS_MAX  8
#define LABELS_MAX   8
#define PROTOCOL_UDP 17

struct trace {
    struct ipsock_addr host;
    struct ipsock_endpoint *udp; /* what probes go by */
    struct ipsock_endpoint *raw; /* what hears ICMP; NULL: udp does, by its error stream */
    uint16_t port;               /* where probes come from */
};

/* An ICMP error, in whichever way it was heard. */
struct answer {
    struct ipsock_addr from;
    unsigned type, code;
    uint16_t port; /* that the probe went to; 0: this is about something else */
    uint32_t mtu;  /* of "too big" */
    struct ipsock_icmp_object objects[OBJECTS_MAX];
    size_t object_count;
    uint8_t bytes[2048]; /* what objects point into */
};

static int complain(const char *about, const struct ipsock_error *error)
{
    char text[IPSOCK_ERROR_TEXT];
    ipsock_error_format(error, text, sizeof text);
    fprintf(stderr, "traceroute: %s: %s\n", about, text);
    return error->code;
}

static int complain_about(struct ipsock_endpoint *s, const char *about, int direction)
{
    struct ipsock_error error;
    ipsock_last_error(s, direction, &error);
    return complain(about, &error);
}

static bool has_error_stream(int family)
{
    struct ipsock_capability_answer stream;
    return ipsock_capability(NULL, IPSOCK_UDP, family, IPSOCK_FEATURE_ERROR_STREAM, &stream) == 0 &&
           stream.level != IPSOCK_ABSENT;
}

/* The privilege is asked for first. Without a filter all pings of this host would come as well. */
static int open_raw(struct trace *t)
{
    static const uint8_t errors[2][4] = {
        {IPSOCK_ICMPV4_DESTINATION_UNREACHABLE, IPSOCK_ICMPV4_TIME_EXCEEDED,
         IPSOCK_ICMPV4_PARAMETER_PROBLEM, IPSOCK_ICMPV4_PARAMETER_PROBLEM},
        {IPSOCK_ICMPV6_DESTINATION_UNREACHABLE, IPSOCK_ICMPV6_TIME_EXCEEDED,
         IPSOCK_ICMPV6_PARAMETER_PROBLEM, IPSOCK_ICMPV6_PACKET_TOO_BIG}};
    struct ipsock_icmp_filter filter;
    struct ipsock_config config;
    struct ipsock_error error;
    ipsock_config_init(&config);
    config.kind = IPSOCK_RAW;
    config.family = t->host.family;
    config.protocol = ipsock_icmp_protocol(t->host.family);
    config.error = &error;
    if (ipsock_open(&t->raw, &config) < 0)
        return complain("hearing ICMP", &error);
    ipsock_icmp_filter_set_all(&filter, true);
    for (int i = 0; i < 4; i++)
        ipsock_icmp_filter_accept(&filter, errors[t->host.family == IPSOCK_IPV6][i]);
    return ipsock_set_icmp_filter(t->raw, &filter) < 0
               ? complain_about(t->raw, "filter", IPSOCK_SETUP)
               : 0;
}

static int open_udp(struct trace *t)
{
    struct ipsock_addr local;
    struct ipsock_config config;
    struct ipsock_error error;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = t->host.family;
    config.flags = t->raw == NULL ? IPSOCK_OPEN_ERROR_STREAM : 0;
    config.send_control = IPSOCK_CONTROL_HOP_LIMIT;
    config.error = &error;
    if (ipsock_open(&t->udp, &config) < 0)
        return complain("opening", &error);
    if (ipsock_local_addr(t->udp, &local) < 0)
        return complain_about(t->udp, "own port", IPSOCK_SETUP);
    t->port = local.port;
    return 0;
}

static int send_probe(struct trace *t, uint8_t hops, uint16_t port)
{
    static const char payload[32] = "traceroute";
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control = {.valid = IPSOCK_CONTROL_HOP_LIMIT, .hop_limit = hops};
    struct ipsock_addr to = t->host;
    to.port = port;
    ipsock_message_init_send(&message, &buffer, payload, sizeof payload, &to);
    message.control = &control;
    const int result = ipsock_send(t->udp, &message, 0);
    // The interface's queue is full: lost here as it might be on the way.
    if (result == 0 || result == IPSOCK_ENOBUFS)
        return 0;
    return complain_about(t->udp, "sending", IPSOCK_WRITE);
}

static int hear_stream(struct trace *t, struct answer *a, int64_t end)
{
    struct ipsock_icmp_error event;
    ipsock_set_read_deadline(t->udp, end);
    const int result = ipsock_recv_icmp_error(t->udp, &event, a->objects, OBJECTS_MAX, a->bytes,
                                              sizeof a->bytes, NULL, 0);
    if (result < 0)
        return result;
    a->from = event.offender;
    a->type = event.type;
    a->code = event.code;
    a->mtu = event.mtu;
    a->object_count = event.object_count;
    // An endpoint without peer is also told of what others may claim that it sent elsewhere.
    a->port = ipsock_addr_same_ip(&event.destination, &t->host) && event.family != IPSOCK_UNSPEC
                  ? event.destination.port
                  : 0;
    return 0;
}

/* Whether an error is about a probe: the packet in it was sent by this endpoint, to the host. */
static bool quotes_probe(const struct trace *t, const struct ipsock_icmp_message *icmp,
                         struct ipsock_icmp_quote *quote)
{
    return ipsock_icmp_quoted(icmp, quote) == 0 && quote->protocol == PROTOCOL_UDP &&
           quote->source.port == t->port && ipsock_addr_same_ip(&quote->destination, &t->host);
}

static int hear_raw(struct trace *t, struct answer *a, int64_t end)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_icmp_message icmp;
    struct ipsock_icmp_quote quote;
    const int family = t->host.family;
    ipsock_message_init(&message, &buffer, a->bytes, sizeof a->bytes);
    ipsock_set_read_deadline(t->raw, end);
    const int result = ipsock_recv(t->raw, &message, 0);
    if (result < 0)
        return result;
    a->port = 0;
    // The checksum of ICMPv6 was verified by the system; that of ICMP is left to raw endpoints.
    if ((family == IPSOCK_IPV4 &&
         ipsock_icmp_verify(family, NULL, NULL, a->bytes, message.length) < 0) ||
        ipsock_icmp_parse(&icmp, a->objects, OBJECTS_MAX, family, a->bytes, message.length) < 0 ||
        !quotes_probe(t, &icmp, &quote))
        return 0;
    a->from = message.peer;
    a->type = icmp.type;
    a->code = icmp.code;
    a->mtu = icmp.mtu;
    a->object_count = icmp.object_count;
    a->port = quote.destination.port;
    return 0;
}

/* IPSOCK_ETIMEDOUT without an answer; an earlier probe's comes too late. */
static int wait_for(struct trace *t, struct answer *a, uint16_t port, int64_t end)
{
    int result;
    do
        result = t->raw != NULL ? hear_raw(t, a, end) : hear_stream(t, a, end);
    while (result == 0 && a->port != port);
    return result;
}

/* "!H" and the like, as traceroute programs have always had it; nothing of a closed port, for which
 * the result is true. */
static bool print_refusal(const struct trace *t, const struct answer *a)
{
    // Codes of "destination unreachable": RFC 792, RFC 1812 5.2.7.1; RFC 4443 3.1.
    static const char v4[] = "NHP.FSNHNXXNHXVC", v6[] = "NXHH.XX";
    const bool is_v6 = t->host.family == IPSOCK_IPV6;
    const char *const letters = is_v6 ? v6 : v4;
    if (is_v6 && a->type == IPSOCK_ICMPV6_PACKET_TOO_BIG)
        printf(" !F-%lu", (unsigned long)a->mtu);
    else if (a->type ==
             (is_v6 ? (int)IPSOCK_ICMPV6_PARAMETER_PROBLEM : (int)IPSOCK_ICMPV4_PARAMETER_PROBLEM))
        printf(" !<%d-%d>", a->type, a->code);
    else if ((size_t)a->code >= strlen(letters))
        printf(" !<%d>", a->code);
    else if (letters[a->code] == 'F')
        printf(" !F-%lu", (unsigned long)a->mtu);
    else if (letters[a->code] != '.')
        printf(" !%c", letters[a->code]);
    else
        return true;
    return false;
}

static void print_interface(const struct ipsock_icmp_interface *info)
{
    static const char *const roles[] = {"in", "in-sub", "out", "next-hop"};
    char text[IPSOCK_ADDR_TEXT];
    printf(" <%s", roles[info->role & 3]);
    if (info->has_index)
        printf(", index %lu", (unsigned long)info->index);
    if (ipsock_addr_format(&info->addr, text, sizeof text) == 0)
        printf(", %s", text);
    if (info->name[0] != '\0')
        fputs(", ", stdout);
    for (const char *c = info->name; *c != '\0';
         c++) // what a stranger says may not be for a screen
        putchar(*c > ' ' && *c <= '~' ? *c : '?');
    if (info->has_mtu)
        printf(", MTU %lu", (unsigned long)info->mtu);
    putchar('>');
}

static void print_object(const struct ipsock_icmp_object *object)
{
    struct ipsock_icmp_mpls_label labels[LABELS_MAX];
    struct ipsock_icmp_interface info;
    size_t count = 0;
    if (ipsock_icmp_interface_decode(object, &info) == 0)
        print_interface(&info);
    if (ipsock_icmp_mpls_decode(object, labels, LABELS_MAX, &count) < 0 || count == 0)
        return;
    for (size_t i = 0; i < count && i < LABELS_MAX; i++)
        printf("%sL=%lu,E=%u,S=%d,T=%u", i == 0 ? " <MPLS:" : "/", (unsigned long)labels[i].label,
               (unsigned)labels[i].traffic_class, labels[i].bottom, (unsigned)labels[i].ttl);
    putchar('>');
}

static bool is_exceeded(const struct trace *t, const struct answer *a)
{
    return a->type == (t->host.family == IPSOCK_IPV6 ? (unsigned)IPSOCK_ICMPV6_TIME_EXCEEDED
                                                     : (unsigned)IPSOCK_ICMPV4_TIME_EXCEEDED);
}

/* One probe's; the address only where it is another than the one shown before. */
static void print_answer(const struct answer *a, struct ipsock_addr *shown, int64_t took)
{
    char text[IPSOCK_ADDR_TEXT] = "?";
    if (!ipsock_addr_equal(&a->from, shown)) {
        ipsock_addr_format(&a->from, text, sizeof text);
        printf("  %s", text);
        for (size_t i = 0; i < a->object_count; i++)
            print_object(&a->objects[i]);
        *shown = a->from;
    }
    printf("  %.3f ms", (double)took / 1e6);
}

/* One hop. @return 1 when the way ends there, *reached tells whether at the host; 0; or an error */
static int probe_hop(struct trace *t, uint8_t hops, bool *reached)
{
    static struct answer a;
    struct ipsock_addr shown = {0};
    int end = 0;
    printf("%2u", (unsigned)hops);
    for (int i = 0; i < PROBES; i++) {
        const uint16_t port = (uint16_t)(FIRST_PORT + (hops - 1) * PROBES + i);
        const int64_t sent = ipsock_now();
        int result = send_probe(t, hops, port);
        if (result == 0)
            result = wait_for(t, &a, port, sent + WAIT);
        if (result == IPSOCK_ETIMEDOUT)
            printf("  *");
        else if (result == IPSOCK_EFIREWALL)
            printf("  -");
        else if (result < 0)
            return result;
        else
            print_answer(&a, &shown, ipsock_now() - sent);
        if (result == 0 && !is_exceeded(t, &a)) {
            end = 1;
            *reached = print_refusal(t, &a) || *reached;
        }
        fflush(stdout);
    }
    putchar('\n');
    return end;
}

int main(int argc, char **argv)
{
    struct trace t = {0};
    struct ipsock_error error;
    size_t count = 0;
    bool reached = false;
    const bool raw = argc == 3 && (strcmp(argv[1], "-r") == 0 || strcmp(argv[1], "--raw") == 0);
    if (argc != (raw ? 3 : 2)) {
        fprintf(stderr, "Usage: traceroute [-r] HOST\n");
        return 2;
    }
    const char *const host = argv[argc - 1];
    if (ipsock_resolve(host, 0, IPSOCK_UNSPEC, &t.host, 1, &count, &error) < 0) {
        complain(host, &error);
        return 1;
    }
    t.host = ipsock_addr_unmap(&t.host); // ::ffff:192.0.2.1 is IPv4's 192.0.2.1
    const bool stream = has_error_stream(t.host.family);
    int result = raw || !stream ? open_raw(&t) : 0;
    if (result == IPSOCK_EPERM && stream)
        fprintf(stderr, "traceroute: without -r it takes no privilege on this system\n");
    if (result == 0)
        result = open_udp(&t);
    for (int hops = 1; result == 0 && hops <= HOPS_MAX; hops++)
        result = probe_hop(&t, (uint8_t)hops, &reached);
    ipsock_free(t.udp);
    ipsock_free(t.raw);
    return reached ? 0 : 1;
}
