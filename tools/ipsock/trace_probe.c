// SPDX-License-Identifier: BSD-2-Clause
/* Probes out, answers in: UDP or echo requests; errors by the error stream, or on a raw endpoint.
 */
#include "trace.h"

#include <string.h>

#define HEADER       8 /* of UDP, and of an echo message */
#define PROTOCOL_UDP 17
#define OBJECTS      16

static bool is_v4(const struct trace *t)
{
    return t->peer.family == IPSOCK_IPV4;
}

uint32_t trace_headers(const struct trace *t)
{
    return (is_v4(t) ? IPSOCK_IPV4_HEADER_MIN : IPSOCK_IPV6_HEADER_LENGTH) + HEADER;
}

/* ---- opening ---- */

static int open_raw(struct trace *t, struct ipsock_endpoint **s, struct ipsock_config *config)
{
    struct ipsock_icmp_filter filter;
    config->kind = IPSOCK_RAW;
    config->protocol = ipsock_icmp_protocol(t->peer.family);
    if (ipsock_open(s, config) < 0) {
        fail("trace", t->r.host, config->error);
        if (config->error->code == IPSOCK_EPERM &&
            has_error_stream(t->r.icmp ? IPSOCK_PING : IPSOCK_UDP, t->peer.family))
            fputs("Without --raw it takes no privilege on this system.\n", stderr);
        return EXIT_FAIL;
    }
    filter_icmp_errors(&filter, t->peer.family);
    if (t->r.icmp)
        ipsock_icmp_filter_accept(&filter, echo_reply_type(t->peer.family));
    return ipsock_set_icmp_filter(*s, &filter) < 0
               ? fail_endpoint("trace", "filter", *s, IPSOCK_SETUP)
               : EXIT_OK;
}

/* A raw endpoint for errors alone, beside what UDP probes leave by. */
static int open_errors(struct trace *t)
{
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.family = t->peer.family;
    config.error = &error;
    return open_raw(t, &t->errors, &config);
}

static int open_probes(struct trace *t, struct ipsock_config *config)
{
    struct ipsock_addr local;
    config->kind = t->r.icmp ? IPSOCK_PING : IPSOCK_UDP;
    if (t->errors == NULL)
        config->flags = IPSOCK_OPEN_ERROR_STREAM;
    if (ipsock_open(&t->s, config) < 0)
        return fail("trace", t->r.host, config->error);
    if (t->r.icmp ? ipsock_echo_id(t->s, &t->id) < 0 : ipsock_local_addr(t->s, &local) < 0)
        return fail_endpoint("trace", t->r.host, t->s, IPSOCK_SETUP);
    if (!t->r.icmp)
        t->id = local.port;
    return EXIT_OK;
}

/* Whether packets may be fragmented is always said: a fresh endpoint may forbid it to find out what
 * passes. Where the system has no such option (IPv4 of NetBSD), none does. */
static int forbid_fragments(struct trace *t)
{
    int result = t->r.mtu ? ipsock_set_path_mtu_mode(t->s, IPSOCK_PATH_MTU_PROBE) : IPSOCK_ENOTSUP;
    t->goes_beyond = result == IPSOCK_OK;
    if (result == IPSOCK_ENOTSUP)
        result = ipsock_set_dont_fragment(t->s, t->r.mtu);
    return result == IPSOCK_ENOTSUP && !t->r.mtu ? IPSOCK_OK : result;
}

int trace_open(struct trace *t, struct ipsock_config *config)
{
    struct ipsock_error error;
    int result = EXIT_OK;
    config->family = t->peer.family;
    config->send_control = t->control.valid | IPSOCK_CONTROL_HOP_LIMIT;
    config->error = &error;
    if (!has_error_stream(t->r.icmp ? IPSOCK_PING : IPSOCK_UDP, t->peer.family))
        t->r.raw = true;
    if (t->r.raw && t->r.icmp) {
        result = open_raw(t, &t->s, config);
        t->errors = t->s;
        if (result == EXIT_OK)
            result = reserve_echo_id("trace", t->peer.family, &t->id_holder, &t->id);
    } else {
        if (t->r.raw)
            result = open_errors(t);
        if (result == EXIT_OK)
            result = open_probes(t, config);
    }
    return result == EXIT_OK && forbid_fragments(t) < 0
               ? fail_endpoint("trace", "--mtu", t->s, IPSOCK_SETUP)
               : result;
}

/* The path's MTU as the system knows it now. */
static uint32_t known_mtu(const struct trace *t)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config;
    uint32_t mtu = TRACE_PACKET_MAX;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.peer = t->peer;
    config.peer.port = (uint16_t)t->r.port;
    config.interface_index = t->control.interface_index;
    config.local = t->local;
    // Where programs may not bind to interfaces, the route's answer has to do.
    if (ipsock_open(&s, &config) < 0) {
        config.interface_index = 0;
        if (ipsock_open(&s, &config) < 0)
            return mtu;
    }
    ipsock_get_path_mtu(s, &mtu, NULL);
    ipsock_free(s);
    return mtu < TRACE_PACKET_MAX ? mtu : TRACE_PACKET_MAX;
}

/* The largest MTU of an interface below a limit; 0: there is none. */
static uint32_t smaller_link(const struct ipsock_interface *list, uint32_t limit)
{
    uint32_t found = 0;
    for (const struct ipsock_interface *at = list; at != NULL; at = at->next) {
        const uint32_t mtu = at->mtu < TRACE_PACKET_MAX ? at->mtu : TRACE_PACKET_MAX;
        if ((at->flags & IPSOCK_INTERFACE_UP) && mtu < limit && mtu > found)
            found = mtu;
    }
    return found;
}

static int send_sized(const struct trace *t, struct ipsock_endpoint *s, uint32_t size)
{
    static uint8_t payload[TRACE_PACKET_MAX];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control = t->control;
    struct ipsock_addr to = t->peer;
    if (size <= trace_headers(t))
        return IPSOCK_EINVAL;
    to.port = (uint16_t)t->r.port;
    control.hop_limit = 1;
    control.valid |= IPSOCK_CONTROL_HOP_LIMIT;
    ipsock_message_init_send(&message, &buffer, payload, size - trace_headers(t), &to);
    message.control = &control;
    return ipsock_send(s, &message, 0);
}

/* Programs are not told which interface packets leave by, but a send that is refused tells that it
 * is none that takes so much. What is sent passes no router, and its answer goes nowhere. @return 0
 * where that cannot be found out */
static uint32_t link_mtu(const struct trace *t)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_interface *list = NULL;
    struct ipsock_config config;
    uint32_t mtu = 0;
    int result = IPSOCK_EMSGSIZE;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.family = t->peer.family;
    config.local = t->local;
    config.send_control = t->control.valid | IPSOCK_CONTROL_HOP_LIMIT;
    if (ipsock_interfaces(&list) == IPSOCK_OK && ipsock_open(&s, &config) == IPSOCK_OK &&
        ipsock_set_path_mtu_mode(s, IPSOCK_PATH_MTU_PROBE) == IPSOCK_OK) {
        mtu = smaller_link(list, UINT32_MAX);
        while (mtu != 0 && (result = send_sized(t, s, mtu)) == IPSOCK_EMSGSIZE)
            mtu = smaller_link(list, mtu);
    }
    ipsock_free(s);
    ipsock_interfaces_free(list);
    return result == IPSOCK_OK ? mtu : 0;
}

uint32_t trace_local_mtu(const struct trace *t)
{
    const uint32_t link = t->goes_beyond ? link_mtu(t) : 0;
    return link != 0 ? link : known_mtu(t);
}

/* ---- sending ---- */

int trace_send(struct trace *t, uint8_t hop, uint8_t query)
{
    static uint8_t payload[TRACE_PACKET_MAX], bytes[TRACE_PACKET_MAX];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_addr to = t->peer;
    size_t length = t->length - trace_headers(t);
    const uint32_t number = t->sent + 1;
    const struct ipsock_icmp_message echo = {.family = t->peer.family,
                                             .type = echo_request_type(t->peer.family),
                                             .id = t->id,
                                             .sequence = (uint16_t)number,
                                             .data = payload,
                                             .data_length = length};
    if (number > TRACE_PROBES_MAX)
        return IPSOCK_ENOBUFS;
    if (t->r.icmp) {
        const int result = ipsock_icmp_marshal(&echo, NULL, NULL, bytes, sizeof bytes, &length);
        if (result < 0)
            return result;
    } else {
        to.port = (uint16_t)((uint32_t)t->r.port + number - 1);
    }
    t->control.hop_limit = hop;
    t->control.valid |= IPSOCK_CONTROL_HOP_LIMIT;
    ipsock_message_init_send(&message, &buffer, t->r.icmp ? bytes : payload, length, &to);
    message.control = &t->control;
    t->probes[number] =
        (struct trace_probe){.sent = ipsock_now(), .length = t->length, .hop = hop, .query = query};
    const int result = ipsock_send(t->s, &message, 0);
    // What a firewall of this host refuses may be this port, or this number: it is used up.
    t->sent += result == IPSOCK_OK || result == IPSOCK_EFIREWALL;
    t->refused += result == IPSOCK_EFIREWALL;
    return result;
}

/* ---- what comes back ---- */

/* The probe that an echo message with this sequence number is. */
static uint32_t number_of_echo(const struct trace *t, uint16_t sequence)
{
    return sequence <= t->sent ? sequence : 0;
}

static uint32_t number_of_port(const struct trace *t, uint16_t port)
{
    return port >= t->r.port && port - t->r.port < (long)t->sent ? (uint32_t)(port - t->r.port + 1)
                                                                 : 0;
}

/* An echo request that is quoted, from its ICMP header on. */
static uint32_t number_of_request(const struct trace *t, const uint8_t *bytes, size_t length)
{
    return length >= HEADER && bytes[0] == echo_request_type(t->peer.family) &&
                   load16(bytes + 4) == t->id
               ? number_of_echo(t, load16(bytes + 6))
               : 0;
}

static void read_objects(struct trace_answer *a, const struct ipsock_icmp_object *objects,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t labels = 0;
        if (a->interface_count < TRACE_INTERFACES &&
            ipsock_icmp_interface_decode(&objects[i], &a->interfaces[a->interface_count]) == 0)
            a->interface_count++;
        if (a->label_count == 0 &&
            ipsock_icmp_mpls_decode(&objects[i], a->labels, TRACE_LABELS, &labels) == 0)
            a->label_count = labels < TRACE_LABELS ? labels : TRACE_LABELS;
    }
}

static int hear_stream(struct trace *t, struct trace_answer *a)
{
    uint8_t bytes[2048];
    struct ipsock_icmp_error event;
    struct ipsock_icmp_object objects[OBJECTS];
    size_t length;
    const int result =
        ipsock_recv_icmp_error(t->s, &event, objects, OBJECTS, bytes, sizeof bytes, &length, 0);
    a->time = ipsock_now();
    // Without a peer the endpoint is told of every destination that a message may name.
    if (result < 0 || event.family == IPSOCK_UNSPEC ||
        event.offender.family == IPSOCK_UNSPEC || // this host, whose send has failed already
        !ipsock_addr_same_ip(&event.destination, &t->peer))
        return result;
    a->number =
        t->r.icmp ? number_of_request(t, bytes, length) : number_of_port(t, event.destination.port);
    a->from = event.offender;
    a->type = event.type;
    a->code = event.code;
    a->mtu = event.mtu;
    read_objects(a, objects, event.object_count);
    return result;
}

/* The probe in an error that a raw endpoint heard of. */
static uint32_t number_of_quote(const struct trace *t, const struct ipsock_icmp_message *icmp)
{
    struct ipsock_icmp_quote quote;
    if (ipsock_icmp_quoted(icmp, &quote) < 0 || !ipsock_addr_same_ip(&quote.destination, &t->peer))
        return 0;
    if (t->r.icmp)
        return quote.protocol == ipsock_icmp_protocol(t->peer.family)
                   ? number_of_request(t, quote.payload, quote.length)
                   : 0;
    return quote.protocol == PROTOCOL_UDP && quote.source.port == t->id
               ? number_of_port(t, quote.destination.port)
               : 0;
}

static int hear_raw(struct trace *t, struct trace_answer *a)
{
    static uint8_t bytes[TRACE_PACKET_MAX];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_icmp_message icmp;
    struct ipsock_icmp_object objects[OBJECTS];
    const int family = t->peer.family;
    ipsock_message_init(&message, &buffer, bytes, sizeof bytes);
    const int result = ipsock_recv(t->errors, &message, 0);
    a->time = ipsock_now();
    // The checksum of ICMPv6 was verified by the system; that of ICMP is left to raw endpoints.
    if (result < 0 ||
        (is_v4(t) && ipsock_icmp_verify(family, NULL, NULL, bytes, message.length) < 0) ||
        ipsock_icmp_parse(&icmp, objects, OBJECTS, family, bytes, message.length) < 0)
        return result;
    a->reply = icmp.type == echo_reply_type(t->peer.family);
    a->from = message.peer;
    a->type = icmp.type;
    a->code = icmp.code;
    a->mtu = icmp.mtu;
    if (!a->reply)
        a->number = number_of_quote(t, &icmp);
    else if (icmp.id == t->id)
        a->number = number_of_echo(t, icmp.sequence);
    read_objects(a, objects, icmp.object_count);
    return result;
}

int trace_hear(struct trace *t, int64_t end, struct trace_answer *answer)
{
    *answer = (struct trace_answer){.number = 0};
    ipsock_set_read_deadline(t->errors != NULL ? t->errors : t->s, end);
    return t->errors != NULL ? hear_raw(t, answer) : hear_stream(t, answer);
}

int trace_hear_reply(struct trace *t, int64_t end, struct trace_answer *answer)
{
    uint8_t bytes[HEADER] = {0};
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    *answer = (struct trace_answer){.number = 0};
    if (t->s == t->errors)
        return IPSOCK_ETIMEDOUT;
    ipsock_message_init(&message, &buffer, bytes, sizeof bytes);
    ipsock_set_read_deadline(t->s, end);
    const int result = ipsock_recv(t->s, &message, 0);
    if (result < 0)
        return result;
    answer->time = ipsock_now();
    answer->reply = true;
    answer->type = t->r.icmp ? echo_reply_type(t->peer.family) : 0;
    answer->from = message.peer;
    answer->from.port = 0;
    if (!t->r.icmp)
        answer->number =
            ipsock_addr_same_ip(&message.peer, &t->peer) ? number_of_port(t, message.peer.port) : 0;
    else if (message.length >= HEADER)
        answer->number = number_of_echo(t, load16(bytes + 6));
    return result;
}

/* ---- what it means ---- */

bool trace_is_exceeded(const struct trace *t, const struct trace_answer *a)
{
    return !a->reply && a->type == (is_v4(t) ? (int)IPSOCK_ICMPV4_TIME_EXCEEDED
                                             : (int)IPSOCK_ICMPV6_TIME_EXCEEDED);
}

bool trace_is_too_big(const struct trace *t, const struct trace_answer *a)
{
    if (a->reply)
        return false;
    return is_v4(t) ? a->type == IPSOCK_ICMPV4_DESTINATION_UNREACHABLE && a->code == 4
                    : a->type == IPSOCK_ICMPV6_PACKET_TOO_BIG;
}

bool trace_is_arrival(const struct trace *t, const struct trace_answer *a)
{
    if (a->reply)
        return true;
    return is_v4(t) ? a->type == IPSOCK_ICMPV4_DESTINATION_UNREACHABLE && a->code == 3
                    : a->type == IPSOCK_ICMPV6_DESTINATION_UNREACHABLE && a->code == 4;
}
