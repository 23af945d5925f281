// SPDX-License-Identifier: BSD-2-Clause
/* What ping prints. Each line shows as it comes, into pipes too. */
#include "ping.h"

static const char *truth(bool on)
{
    return on ? "true" : "false";
}

static void begin_event(const struct ping *p, const char *event)
{
    printf("{\"event\":\"%s\",", event);
    json_time(&p->printer);
}

void ping_announce(const struct ping *p, bool raw, uint16_t id)
{
    fputs("pinging ", stderr);
    print_addr(stderr, &p->peer);
    fputs(" with ", stderr);
    print_count(stderr, p->size, "byte");
    fprintf(stderr, ", identifier %u%s\n", (unsigned)id, raw ? ", on a raw endpoint" : "");
    fflush(stderr);
}

void ping_show_reply(struct ping *p, const struct ipsock_message *message, uint16_t sequence,
                     double took, unsigned marks)
{
    if (p->quiet)
        return;
    if (p->printer.json) {
        fputs("{\"event\":\"reply\",", stdout);
        print_packet_head(&p->printer, message);
        printf(",\"sequence\":%u,\"length\":%zu,\"rtt_ms\":%.3f,\"duplicate\":%s,"
               "\"out_of_order\":%s,\"late\":%s,\"truncated\":%s}\n",
               (unsigned)sequence, message->length, took, truth(marks & PING_DUPLICATE),
               truth(marks & PING_OUT_OF_ORDER), truth(marks & PING_LATE),
               truth(message->flags & IPSOCK_MSG_TRUNC));
    } else {
        print_packet_head(&p->printer, message);
        printf("  seq=%u  len=%zu  time=%.3f ms%s%s%s\n", (unsigned)sequence, message->length, took,
               marks & PING_DUPLICATE ? "  duplicate" : "",
               marks & PING_OUT_OF_ORDER ? "  out-of-order" : "",
               marks & PING_LATE ? "  late" : "");
    }
    fflush(stdout);
}

/* The host that was asked, where another address is in the line or none. */
static void json_target(const struct ping *p)
{
    fputs(",\"target\":", stdout);
    json_addr(stdout, &p->peer);
}

static void print_target(const struct ping *p, const char *word)
{
    if (!p->several)
        return;
    printf("%s ", word);
    print_addr(stdout, &p->peer);
    fputs("  ", stdout);
}

void ping_show_timeout(struct ping *p, uint16_t sequence)
{
    if (p->quiet)
        return;
    if (p->printer.json) {
        begin_event(p, "timeout");
        json_target(p);
        printf(",\"sequence\":%u}\n", (unsigned)sequence);
    } else {
        print_time(&p->printer);
        fputs("no reply  ", stdout);
        print_target(p, "from");
        printf("seq=%u\n", (unsigned)sequence);
    }
    fflush(stdout);
}

void ping_show_error(struct ping *p, const struct ipsock_addr *offender, uint16_t sequence,
                     int type, int code, uint32_t mtu)
{
    if (p->quiet)
        return;
    const char *const name = ipsock_icmp_type_name(p->peer.family, type);
    if (p->printer.json) {
        begin_event(p, "error");
        fputs(",\"peer\":", stdout);
        json_addr(stdout, offender);
        json_target(p);
        printf(",\"sequence\":%u,\"type\":%d,\"name\":", (unsigned)sequence, type);
        json_text(stdout, name);
        printf(",\"code\":%d", code);
        if (mtu != 0)
            printf(",\"mtu\":%lu", (unsigned long)mtu);
        puts("}");
    } else {
        print_time(&p->printer);
        if (offender->family == IPSOCK_UNSPEC)
            fputs("this host", stdout);
        else
            print_addr(stdout, offender);
        printf("  %s (type %d, code %d)", name == NULL ? "ICMP error" : name, type, code);
        if (mtu != 0)
            printf("  mtu=%lu", (unsigned long)mtu);
        fputs("  ", stdout);
        print_target(p, "to");
        printf("seq=%u\n", (unsigned)sequence);
    }
    fflush(stdout);
}

/* Square root by Newton's method: the C library's is in a library of its own. */
static double root(double square)
{
    double x = square > 1 ? square : 1;
    if (square <= 0)
        return 0;
    for (int i = 0; i < 100; i++)
        x = (x + square / x) / 2;
    return x;
}

/* A request that this host refused is lost like one that the network did not deliver. */
static uint64_t lost(const struct ping_statistics *s)
{
    return s->sent + s->refused - s->received;
}

static void show_json_summary(const struct ping *p, double mean, double deviation)
{
    const struct ping_statistics *s = &p->statistics;
    begin_event(p, "summary");
    fputs(",\"peer\":", stdout);
    json_addr(stdout, &p->peer);
    printf(",\"sent\":%llu,\"received\":%llu,\"lost\":%llu,\"duplicates\":%llu,"
           "\"out_of_order\":%llu,\"late\":%llu,\"errors\":%llu,\"refused\":%llu",
           (unsigned long long)s->sent, (unsigned long long)s->received,
           (unsigned long long)lost(s), (unsigned long long)s->duplicates,
           (unsigned long long)s->out_of_order, (unsigned long long)s->late,
           (unsigned long long)s->errors, (unsigned long long)s->refused);
    if (s->received != 0)
        printf(",\"rtt_ms\":{\"min\":%.3f,\"avg\":%.3f,\"max\":%.3f,\"stddev\":%.3f}", s->min, mean,
               s->max, deviation);
    puts("}");
    fflush(stdout);
}

static void count(const char *what, uint64_t n)
{
    if (n != 0)
        fprintf(stderr, ", %llu %s", (unsigned long long)n, what);
}

void ping_show_summary(struct ping *p)
{
    const struct ping_statistics *s = &p->statistics;
    const double n = s->received == 0 ? 1 : (double)s->received;
    const double mean = s->sum / n;
    const double deviation = root(s->squares / n - mean * mean);
    if (p->printer.json) {
        show_json_summary(p, mean, deviation);
        return;
    }
    const uint64_t requests = s->sent + s->refused;
    if (p->several)
        fprintf(stderr, "%s: ", p->host);
    fprintf(stderr, "%llu sent, %llu received, %llu lost (%.1f %%)", (unsigned long long)s->sent,
            (unsigned long long)s->received, (unsigned long long)lost(s),
            requests == 0 ? 0.0 : 100 * (double)lost(s) / (double)requests);
    if (s->refused != 0)
        fprintf(stderr, ", of them %llu refused by this host", (unsigned long long)s->refused);
    count("duplicate", s->duplicates);
    count("out of order", s->out_of_order);
    count("late", s->late);
    count("with an ICMP error", s->errors);
    fputc('\n', stderr);
    if (s->received != 0)
        fprintf(stderr, "round trip min/avg/max/stddev = %.3f/%.3f/%.3f/%.3f ms\n", s->min, mean,
                s->max, deviation);
}
