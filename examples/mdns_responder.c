// SPDX-License-Identifier: BSD-2-Clause
/* Answers multicast DNS questions (RFC 6762) for one name with this host's addresses.
 *
 *     mdns_responder NAME [INTERFACE]...
 *
 *     $ mdns_responder printer &
 *     $ dig -p 5353 @192.0.2.1 printer.local
 *
 * One endpoint for IPv4 and one for IPv6 share port 5353 with whoever else answers on this host.
 * Each joins 224.0.0.251 or ff02::fb on every interface that has multicast, or on those given. A
 * question is answered with the addresses of the interface that it came in by, so it is received
 * with its destination and its interface, and ipsock_control_reply makes of them what the answer
 * has to say: out of the same interface, or from the address that was asked.
 *
 * This is the part of multicast DNS that answers. It does not probe for its name and does not
 * announce it, so two of them with one name will not notice; interfaces that appear later are not
 * joined. Ctrl-C ends it.
 */
#include "mdns.h"

#include <ipsock/ipsock.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define DATAGRAM   9000 /* the longest message (RFC 6762, 17) */
#define ANSWER     1200 /* fits every link */
#define LEGACY     512  /* what an ordinary resolver can take (RFC 1035) */
#define INTERFACES 64
#define ADDRESSES  32
#define TURN       (20 * IPSOCK_MILLISECOND)

/* An interface that is served, and when its records were last multicast, by family. */
struct served {
    uint32_t index;
    int64_t last[2][2]; /* [endpoint][A, AAAA] */
};

struct responder {
    struct ipsock_endpoint *s[2]; /* IPv4, IPv6; NULL where the host lacks the family */
    struct mdns_name name;
    struct served served[INTERFACES];
    size_t served_count;
};

/* A query on its way to its answer. */
struct visit {
    int family; /* 0: IPv4, 1: IPv6; index of the endpoint */
    const struct ipsock_message *message;
    struct served *served;
    struct mdns_query query;
    bool to_group; /* was sent to the group */
};

static volatile sig_atomic_t stop;

/* No call of the library may be made here: the flag is looked at many times a second. */
static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

static void complain(const char *subject, struct ipsock_endpoint *s, int direction)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_explain(s, direction, text, sizeof text);
    fprintf(stderr, "mdns_responder: %s: %s\n", subject, text);
}

static struct ipsock_addr group_of(int family)
{
    static const uint8_t group[16] = {0xff, 0x02, [15] = 0xfb};
    return family == 0 ? ipsock_addr_ipv4(224, 0, 0, 251, MDNS_PORT)
                       : ipsock_addr_ipv6(group, MDNS_PORT);
}

static int open_endpoint(struct responder *r, int family)
{
    char text[IPSOCK_ERROR_TEXT];
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = ipsock_addr_any(family == 0 ? IPSOCK_IPV4 : IPSOCK_IPV6, MDNS_PORT);
    config.flags = IPSOCK_OPEN_REUSE | IPSOCK_OPEN_STRICT_MULTICAST;
    config.receive_control = IPSOCK_CONTROL_REPLY_RECEIVE;
    config.send_control = IPSOCK_CONTROL_REPLY_SEND;
    config.hop_limit = 255; // who gets less knows that a router was on the way
    config.error = &error;
    int result = ipsock_open(&r->s[family], &config);
    if (result == IPSOCK_ENOTSUP)
        return 0; // the other family alone, then
    if (result < 0) {
        ipsock_error_format(&error, text, sizeof text);
        fprintf(stderr, "mdns_responder: port %d: %s\n", MDNS_PORT, text);
        return result;
    }
    result = ipsock_set_multicast_hop_limit(r->s[family], 255);
    if (result < 0)
        complain("hop limit", r->s[family], IPSOCK_SETUP);
    return result;
}

/* Joins the groups of both families on an interface. One of them may be missing there. */
static void join(struct responder *r, const struct ipsock_interface *at)
{
    bool joined = false;
    for (int family = 0; family < 2; family++) {
        const struct ipsock_addr group = group_of(family);
        if (!r->s[family])
            continue;
        if (ipsock_join_group(r->s[family], at->index, &group) == 0)
            joined = true;
        else
            complain(at->name, r->s[family], IPSOCK_SETUP);
    }
    if (joined && r->served_count < INTERFACES)
        r->served[r->served_count++].index = at->index;
}

static bool is_wanted(const struct ipsock_interface *at, char **names, int count)
{
    const uint32_t needed = IPSOCK_INTERFACE_UP | IPSOCK_INTERFACE_MULTICAST;
    for (int i = 0; i < count; i++)
        if (strcmp(at->name, names[i]) == 0)
            return true;
    return count == 0 && (at->flags & needed) == needed;
}

static int join_all(struct responder *r, char **names, int count)
{
    struct ipsock_interface *list = NULL;
    int result = ipsock_interfaces(&list);
    if (result < 0) {
        fprintf(stderr, "mdns_responder: interfaces: %s\n", ipsock_error_text(result));
        return result;
    }
    for (const struct ipsock_interface *at = list; at; at = at->next)
        if (is_wanted(at, names, count))
            join(r, at);
    ipsock_interfaces_free(list);
    if (r->served_count == 0 || r->served_count < (size_t)count) {
        fprintf(stderr, "mdns_responder: %s\n",
                count ? "not every interface could be joined" : "no interface has multicast");
        result = IPSOCK_ENODEV;
    }
    return result;
}

static bool same_prefix(const struct ipsock_addr *a, const struct ipsock_addr *b, unsigned bits)
{
    if (a->family != b->family)
        return false;
    for (unsigned i = 0; i < bits; i++)
        if (((a->ip[i / 8] ^ b->ip[i / 8]) >> (7 - i % 8)) & 1)
            return false;
    return true;
}

/* Whether a peer is on the link of an interface, which all who ask one host directly have to be
 * (RFC 6762, 5.5). */
static bool is_near(const struct ipsock_interface *at, const struct ipsock_addr *peer)
{
    for (const struct ipsock_interface_addr *own = at->addrs; own; own = own->next)
        if (same_prefix(&own->addr, peer, own->prefix_length))
            return true;
    return false;
}

/* The interface that a query is about: the one it came in by, or the one whose address was asked,
 * which is another when this host asks itself. */
static const struct ipsock_interface *find_interface(const struct ipsock_interface *list,
                                                     const struct visit *visit)
{
    const struct ipsock_control *control = visit->message->control;
    for (const struct ipsock_interface *at = list; at; at = at->next) {
        if (visit->to_group && at->index == control->interface_index)
            return at;
        if (visit->to_group || !is_near(at, &visit->message->peer))
            continue;
        for (const struct ipsock_interface_addr *own = at->addrs; own; own = own->next)
            if (ipsock_addr_same_ip(&own->addr, &control->destination) &&
                (!own->addr.scope || own->addr.scope == control->destination.scope))
                return at;
    }
    return NULL;
}

/* The records of one type that the querier wants and lacks. A record is multicast at most once a
 * second on an interface (RFC 6762, 6). */
static size_t collect(const struct visit *visit, const struct ipsock_interface *at, uint16_t type,
                      enum mdns_answer kind, struct mdns_record *records, size_t room)
{
    const int family = type == MDNS_A ? IPSOCK_IPV4 : IPSOCK_IPV6;
    int64_t *last = &visit->served->last[visit->family][type == MDNS_AAAA];
    const int64_t now = ipsock_now();
    size_t count = 0;
    if (!(type == MDNS_A ? visit->query.wants_a : visit->query.wants_aaaa) ||
        (kind == MDNS_MULTICAST && *last && now - *last < IPSOCK_SECOND))
        return 0;
    for (const struct ipsock_interface_addr *own = at->addrs; own && count < room;
         own = own->next) {
        struct mdns_record *record = &records[count];
        if (own->addr.family != family)
            continue;
        record->type = type;
        memcpy(record->ip, own->addr.ip, sizeof record->ip);
        if (!mdns_is_known(&visit->query, record))
            count++;
    }
    if (kind == MDNS_MULTICAST && count > 0)
        *last = now;
    return count;
}

static void send_answer(struct responder *r, const struct visit *visit, enum mdns_answer kind,
                        const uint8_t *data, size_t length)
{
    struct ipsock_endpoint *s = r->s[visit->family];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control;
    const struct ipsock_addr group = group_of(visit->family);
    ipsock_message_init_send(&message, &buffer, data, length,
                             kind == MDNS_MULTICAST ? &group : &visit->message->peer);
    message.control = &control;
    int result = ipsock_control_reply(s, &control, visit->message->control);
    if (result == IPSOCK_ENOTSUP) { // no packet of IPv4 names its interface on some BSDs
        control.valid = 0;
        result = ipsock_set_multicast_interface(s, visit->message->control->interface_index);
    }
    if (result < 0 || ipsock_send(s, &message, 0) < 0)
        complain("answering", s, IPSOCK_WRITE);
}

static void answer(struct responder *r, struct visit *visit, const struct ipsock_interface *at)
{
    struct mdns_record records[ADDRESSES];
    uint8_t data[ANSWER];
    char text[IPSOCK_ADDR_TEXT] = "?";
    // A peer with another port is no multicast DNS querier, but a resolver that was told this port.
    const enum mdns_answer kind = visit->message->peer.port != MDNS_PORT           ? MDNS_LEGACY
                                  : visit->query.wants_unicast || !visit->to_group ? MDNS_UNICAST
                                                                                   : MDNS_MULTICAST;
    size_t count = collect(visit, at, MDNS_A, kind, records, ADDRESSES);
    count += collect(visit, at, MDNS_AAAA, kind, records + count, ADDRESSES - count);
    if (count == 0)
        return;
    const size_t length = mdns_write_answer(data, kind == MDNS_LEGACY ? LEGACY : sizeof data,
                                            &visit->query, kind, records, count);
    send_answer(r, visit, kind, data, length);
    ipsock_addr_format(&visit->message->peer, text, sizeof text);
    printf("%s asked by %s: %zu address%s, %s\n", text, at->name, count, count == 1 ? "" : "es",
           kind == MDNS_MULTICAST ? "multicast"
           : kind == MDNS_UNICAST ? "unicast"
                                  : "unicast to a resolver");
    fflush(stdout);
}

/* Looks at a message, and answers if it asks for our name. Nothing else is worth a word. */
static void visit(struct responder *r, int family, const struct ipsock_message *message)
{
    struct visit v = {.family = family, .message = message};
    const struct ipsock_control *control = message->control;
    struct ipsock_interface *list = NULL;
    if ((message->flags & IPSOCK_MSG_TRUNC) || !(control->valid & IPSOCK_CONTROL_DESTINATION) ||
        !(control->valid & IPSOCK_CONTROL_INTERFACE) || message->peer.port == 0 ||
        !mdns_read_query(message->buffers[0].data, message->length, &r->name, &v.query))
        return;
    v.to_group = ipsock_addr_is_multicast(&control->destination);
    // Asked for anew each time: addresses come and go.
    if (ipsock_interfaces(&list) < 0)
        return;
    const struct ipsock_interface *at = find_interface(list, &v);
    for (size_t i = 0; at && i < r->served_count; i++)
        if (r->served[i].index == at->index)
            v.served = &r->served[i];
    if (v.served)
        answer(r, &v, at);
    ipsock_interfaces_free(list);
}

/* Waits a moment at one endpoint, and takes what is there, but not for ever: it is the other's turn
 * then. */
static int take_turn(struct responder *r, int family)
{
    static uint8_t data[DATAGRAM];
    ipsock_set_read_deadline(r->s[family], ipsock_now() + TURN);
    for (int i = 0; i < 32 && !stop; i++) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        struct ipsock_control control;
        ipsock_message_init(&message, &buffer, data, sizeof data);
        message.control = &control;
        const int result = ipsock_recv(r->s[family], &message, i ? IPSOCK_MSG_DONTWAIT : 0);
        if (result == IPSOCK_ETIMEDOUT || result == IPSOCK_EAGAIN)
            return 0;
        if (result < 0) {
            complain("receiving", r->s[family], IPSOCK_READ);
            return result;
        }
        visit(r, family, &message);
    }
    return 0;
}

static int serve(struct responder *r)
{
    int result = 0;
    while (!stop && result == 0)
        for (int family = 0; family < 2 && result == 0; family++)
            if (r->s[family])
                result = take_turn(r, family);
    return result;
}

int main(int argc, char **argv)
{
    static struct responder r;
    if (argc < 2 || !mdns_name_parse(argv[1], &r.name)) {
        fprintf(stderr, "Usage: mdns_responder NAME [INTERFACE]... (NAME: host or host.local)\n");
        return 2;
    }
    int result = open_endpoint(&r, 0);
    if (result == 0)
        result = open_endpoint(&r, 1);
    if (result == 0)
        result = join_all(&r, argv + 2, argc - 2);
    if (result == 0) {
        printf("answering for %s on %zu interface%s, port %d\n", argv[1], r.served_count,
               r.served_count == 1 ? "" : "s", MDNS_PORT);
        fflush(stdout);
        signal(SIGINT, on_interrupt);
        result = serve(&r);
    }
    ipsock_free(r.s[0]);
    ipsock_free(r.s[1]);
    return result < 0 ? 1 : 0;
}
