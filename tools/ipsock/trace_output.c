// SPDX-License-Identifier: BSD-2-Clause
/* What trace prints. Each answer shows as it comes, into pipes too. */
#include "trace.h"

#include <string.h>

static double since_start(const struct trace *t)
{
    return (double)(ipsock_now() - t->start) / 1e9;
}

static double milliseconds(const struct trace *t, const struct trace_answer *a)
{
    return (double)(a->time - t->probes[a->number].sent) / 1e6;
}

void trace_announce(const struct trace *t)
{
    fputs("tracing ", stderr);
    print_addr(stderr, &t->peer);
    fprintf(stderr, " by %s, at most ", t->r.icmp ? "ICMP echo" : "UDP");
    print_count(stderr, (uint64_t)t->r.last, "hop");
    fputs(", ", stderr);
    print_count(stderr, (uint64_t)t->r.queries, "probe");
    fputs(" of ", stderr);
    print_count(stderr, t->length, "byte");
    fprintf(stderr, " to each%s\n", t->r.raw ? ", errors on a raw endpoint" : "");
    fflush(stderr);
}

/* ---- text ---- */

/* "!H" and the like, as traceroute programs have had it ever since. */
static void print_mark(const struct trace *t, const struct trace_answer *a)
{
    /* By code of "destination unreachable": RFC 792, RFC 1812 5.2.7.1; RFC 4443 3.1. */
    static const char v4[] = "NHP.FSNHNXXNHXVC", v6[] = "NXHH.XX";
    const bool is_v4 = t->peer.family == IPSOCK_IPV4;
    const char *const marks = is_v4 ? v4 : v6;
    const uint8_t unreachable = is_v4 ? (uint8_t)IPSOCK_ICMPV4_DESTINATION_UNREACHABLE
                                      : (uint8_t)IPSOCK_ICMPV6_DESTINATION_UNREACHABLE;
    if (trace_is_exceeded(t, a) || trace_is_arrival(t, a))
        return;
    if (trace_is_too_big(t, a))
        printf(" !F-%lu", (unsigned long)a->mtu);
    else if (a->type != unreachable)
        printf(" !<%u-%u>", (unsigned)a->type, (unsigned)a->code);
    else if (a->code >= strlen(marks))
        printf(" !<%u>", (unsigned)a->code);
    else
        printf(" !%c", marks[a->code]);
}

static void print_interface(const struct ipsock_icmp_interface *info)
{
    static const char *const roles[] = {"in", "in-sub", "out", "next-hop"};
    printf(" <%s", roles[info->role & 3]);
    if (info->has_index)
        printf(", index %lu", (unsigned long)info->index);
    if (info->addr.family != IPSOCK_UNSPEC) {
        fputs(", ", stdout);
        print_addr(stdout, &info->addr);
    }
    if (info->name[0]) {
        fputs(", ", stdout);
        print_escaped(stdout, info->name, strlen(info->name));
    }
    if (info->has_mtu)
        printf(", MTU %lu", (unsigned long)info->mtu);
    putchar('>');
}

static void print_labels(const struct trace_answer *a)
{
    for (size_t i = 0; i < a->label_count; i++) {
        const struct ipsock_icmp_mpls_label *l = &a->labels[i];
        printf("%sL=%lu,E=%u,S=%d,T=%u", i == 0 ? " <MPLS:" : "/", (unsigned long)l->label,
               (unsigned)l->traffic_class, l->bottom, (unsigned)l->ttl);
    }
    if (a->label_count != 0)
        putchar('>');
}

/* The address, where the line does not have it yet. */
static void print_from(const struct trace_answer *a, struct ipsock_addr *shown)
{
    if (ipsock_addr_equal(&a->from, shown))
        return;
    fputs("  ", stdout);
    print_addr(stdout, &a->from);
    print_labels(a);
    for (size_t i = 0; i < a->interface_count; i++)
        print_interface(&a->interfaces[i]);
    *shown = a->from;
}

/* ---- JSON ---- */

static void json_head(const struct trace *t, const char *event)
{
    printf("{\"event\":\"%s\",\"time\":%.6f", event, since_start(t));
}

static void json_labels(const struct trace_answer *a)
{
    for (size_t i = 0; i < a->label_count; i++) {
        const struct ipsock_icmp_mpls_label *l = &a->labels[i];
        printf("%s{\"label\":%lu,\"traffic_class\":%u,\"bottom\":%s,\"ttl\":%u}",
               i == 0 ? ",\"mpls\":[" : ",", (unsigned long)l->label, (unsigned)l->traffic_class,
               l->bottom ? "true" : "false", (unsigned)l->ttl);
    }
    if (a->label_count != 0)
        putchar(']');
}

static void json_interfaces(const struct trace_answer *a)
{
    static const char *const roles[] = {"incoming", "sub", "outgoing", "next hop"};
    for (size_t i = 0; i < a->interface_count; i++) {
        const struct ipsock_icmp_interface *info = &a->interfaces[i];
        printf("%s{\"role\":\"%s\"", i == 0 ? ",\"interfaces\":[" : ",", roles[info->role & 3]);
        if (info->has_index)
            printf(",\"index\":%lu", (unsigned long)info->index);
        if (info->addr.family != IPSOCK_UNSPEC) {
            fputs(",\"address\":", stdout);
            json_addr(stdout, &info->addr);
        }
        if (info->name[0]) {
            fputs(",\"name\":", stdout);
            json_text(stdout, info->name);
        }
        if (info->has_mtu)
            printf(",\"mtu\":%lu", (unsigned long)info->mtu);
        putchar('}');
    }
    if (a->interface_count != 0)
        putchar(']');
}

static void json_answer(const struct trace *t, const struct trace_answer *a, uint8_t query)
{
    json_head(t, a->reply ? "reply" : "error");
    printf(",\"hop\":%u,\"query\":%u,\"peer\":", (unsigned)t->hops, query + 1u);
    json_addr(stdout, &a->from);
    printf(",\"rtt_ms\":%.3f", milliseconds(t, a));
    if (!a->reply) {
        printf(",\"type\":%u,\"name\":", (unsigned)a->type);
        json_text(stdout, ipsock_icmp_type_name(t->peer.family, a->type));
        printf(",\"code\":%u", (unsigned)a->code);
    }
    if (a->mtu != 0)
        printf(",\"mtu\":%lu", (unsigned long)a->mtu);
    json_labels(a);
    json_interfaces(a);
    puts("}");
}

/* ---- both ---- */

void trace_show_hop(const struct trace *t)
{
    if (!t->r.json)
        printf("%2u", (unsigned)t->hops);
    fflush(stdout);
}

void trace_show_answer(const struct trace *t, const struct trace_answer *answer, uint8_t query,
                       struct ipsock_addr *shown)
{
    if (t->r.json && answer != NULL) {
        json_answer(t, answer, query);
    } else if (t->r.json) {
        json_head(t, "timeout");
        printf(",\"hop\":%u,\"query\":%u}\n", (unsigned)t->hops, query + 1u);
    } else if (answer == NULL) {
        fputs("  *", stdout);
    } else {
        print_from(answer, shown);
        printf("  %.3f ms", milliseconds(t, answer));
        print_mark(t, answer);
    }
    fflush(stdout);
}

void trace_show_refused(const struct trace *t, uint8_t query)
{
    if (t->r.json) {
        json_head(t, "refused");
        printf(",\"hop\":%u,\"query\":%u}\n", (unsigned)t->hops, query + 1u);
    } else {
        fputs("  -", stdout);
    }
    fflush(stdout);
}

void trace_show_mtu(const struct trace *t, const struct trace_answer *answer,
                    struct ipsock_addr *shown)
{
    if (t->r.json) {
        json_head(t, "mtu");
        printf(",\"hop\":%u,\"peer\":", (unsigned)t->hops);
        json_addr(stdout, &answer->from);
        printf(",\"mtu\":%lu}\n", (unsigned long)answer->mtu);
    } else {
        print_from(answer, shown);
        printf("  F=%lu", (unsigned long)answer->mtu);
    }
    fflush(stdout);
}

void trace_end_hop(const struct trace *t)
{
    if (!t->r.json)
        putchar('\n');
    fflush(stdout);
}

void trace_show_summary(const struct trace *t)
{
    if (t->r.json) {
        json_head(t, "summary");
        fputs(",\"peer\":", stdout);
        json_addr(stdout, &t->peer);
        printf(",\"reached\":%s,\"hops\":%u,\"sent\":%lu,\"answered\":%lu",
               t->reached ? "true" : "false", (unsigned)t->hops,
               (unsigned long)(t->sent - t->refused), (unsigned long)t->answered);
        if (t->refused != 0)
            printf(",\"refused\":%lu", (unsigned long)t->refused);
        if (t->mtu != 0)
            printf(",\"mtu\":%lu", (unsigned long)t->mtu);
        puts("}");
        return;
    }
    print_addr(stderr, &t->peer);
    fputs(t->reached ? " reached in " : " not reached in ", stderr);
    print_count(stderr, t->hops, "hop");
    fprintf(stderr, ": %lu sent, %lu answered", (unsigned long)(t->sent - t->refused),
            (unsigned long)t->answered);
    if (t->refused != 0)
        fprintf(stderr, ", %lu refused by this host", (unsigned long)t->refused);
    if (t->mtu != 0 && t->reached)
        fprintf(stderr, ", path MTU %lu", (unsigned long)t->mtu);
    else if (t->mtu != 0)
        fprintf(stderr, ", %lu bytes passed to hop %u", (unsigned long)t->mtu,
                (unsigned)t->passed_hop);
    fputc('\n', stderr);
}
