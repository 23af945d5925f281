// SPDX-License-Identifier: BSD-2-Clause
/* Packets as they were sent: seen by raw endpoints of the same protocol, of UDP by the ICMP errors
 * about a port where nobody is. */
#include "walk.h"

#define WAIT    (5 * SECOND)
#define PAYLOAD 4
#define ECHO    8 /* bytes of an echo message's header */
#define UDP     17

struct result refused(int code)
{
    return (struct result){REFUSED, code, NULL};
}

struct result unseen(const char *why)
{
    return (struct result){UNSEEN, 0, why};
}

struct result effect_if(bool seen, const char *missed)
{
    return (struct result){seen ? EFFECT : SILENT, 0, seen ? NULL : missed};
}

int traffic_of(int column)
{
    return column == V6 ? V6 : V4;
}

struct ipsock_addr written(int column, const char *plain)
{
    char text[IPSOCK_ADDR_TEXT];
    snprintf(text, sizeof text, column == MAPPED ? "::ffff:%s" : "%s", plain);
    return addr_of(text);
}

struct cell plain_side(const struct cell *cell)
{
    return (struct cell){cell->feature, cell->kind, traffic_of(cell->column)};
}

int open_cell(const struct cell *cell, uint32_t flags, uint32_t receive, uint32_t send,
              struct ipsock_endpoint **s)
{
    struct ipsock_config config = config_of(cell->column, cell->kind);
    config.local = ipsock_addr_any(columns[cell->column].family, 0);
    config.flags |= flags;
    config.protocol = cell->kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.receive_control = receive;
    config.send_control = send;
    *s = NULL;
    return ipsock_open(s, &config);
}

int send_one(const struct cell *cell, struct ipsock_endpoint *s, const struct ipsock_addr *to,
             uint8_t n, struct ipsock_control *control)
{
    uint8_t data[ECHO + PAYLOAD] = {'W', 'A', 'L', n};
    size_t length = PAYLOAD;
    uint16_t id = 0;
    if (cell->kind == IPSOCK_PING) {
        if (ipsock_echo_id(s, &id) < 0)
            return IPSOCK_EINVAL;
        length = make_echo(data, columns[cell->column].family, id, n);
    }
    return send_bytes(s, to, data, length, control);
}

bool hear_any(struct ipsock_endpoint *s, struct seen *seen)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    memset(seen, 0, sizeof *seen);
    ipsock_message_init(&message, &buffer, seen->data, sizeof seen->data);
    message.control = &seen->control;
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, ipsock_now() + WAIT));
    const int code = ipsock_recv(s, &message, 0);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, 0));
    seen->peer = message.peer;
    seen->flags = message.flags;
    seen->length = message.length;
    return code == IPSOCK_OK;
}

bool is_silent(struct ipsock_endpoint *s)
{
    uint8_t data[64];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init(&message, &buffer, data, sizeof data);
    return ipsock_recv(s, &message, IPSOCK_MSG_DONTWAIT) == IPSOCK_EAGAIN;
}

/* Whether a payload is packet n of the kind: of ping, the answer to it. */
static bool is_one(const struct cell *cell, uint8_t n, const uint8_t *data, size_t length)
{
    if (cell->kind == IPSOCK_PING)
        return length >= ECHO && data[0] == (traffic_of(cell->column) == V4 ? 0 : 129) &&
               data[7] == n;
    return length == PAYLOAD && memcmp(data, "WAL", 3) == 0 && data[3] == n;
}

bool hear_one(const struct cell *cell, struct ipsock_endpoint *s, uint8_t n, struct seen *seen)
{
    for (int tries = 0; tries < 50 && hear_any(s, seen); tries++)
        if (is_one(cell, n, seen->data, seen->length))
            return true;
    return false;
}

/* What hears the packets of a cell. */
static int ear_protocol(const struct cell *cell)
{
    if (cell->kind == IPSOCK_RAW)
        return PROTOCOL_TEST;
    if (cell->kind == IPSOCK_TCP)
        return PROTOCOL_TCP;
    return traffic_of(cell->column) == V4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
}

static struct result open_ear(struct stage *stage)
{
    const struct cell *cell = &stage->cell;
    const int column = traffic_of(cell->column);
    if (!system_is_privileged())
        return unseen("without privilege nothing sees packets as they were sent");
    if (cell->kind == IPSOCK_TCP && !raw_hears_transports())
        return unseen(
            "raw sockets do not hear TCP here, and a stream does not tell of its packets");
    if (cell->kind == IPSOCK_PING && !raw_hears_requests(column))
        return unseen("raw sockets do not hear echo requests here");
    struct ipsock_config config = config_of(column, IPSOCK_RAW);
    config.local = ipsock_addr_any(columns[column].family, 0);
    config.protocol = ear_protocol(cell);
    if (column == V6)
        config.receive_control =
            delivered_raw(V6, IPSOCK_CONTROL_TRAFFIC_CLASS | IPSOCK_CONTROL_HOP_LIMIT);
    return ipsock_open(&stage->ear, &config) < 0 ? unseen("no raw socket to listen with")
                                                 : effect_if(true, NULL);
}

/* A port of the loopback address where nobody is. */
static uint16_t deserted_port(int column)
{
    const struct ipsock_config config = config_of(column, IPSOCK_UDP);
    struct ipsock_endpoint *s = must_open(&config);
    const uint16_t port = port_of(s);
    ipsock_free(s);
    return port;
}

struct result stage_open(struct stage *stage, const struct cell *cell, uint32_t send,
                         const char *to)
{
    const int column = traffic_of(cell->column);
    memset(stage, 0, sizeof *stage);
    stage->cell = *cell;
    stage->to = written(cell->column, to != NULL ? to : columns[column].loopback);
    if (cell->kind == IPSOCK_TCP) {
        const struct pair pair = open_stream(cell->column);
        stage->sender = pair.sender;
        stage->receiver = pair.receiver;
        return open_ear(stage);
    }
    const int code = open_cell(cell, 0, 0, send, &stage->sender);
    if (code < 0)
        return refused(code);
    if (cell->kind == IPSOCK_UDP)
        stage->to.port = deserted_port(column);
    return open_ear(stage);
}

void stage_close(struct stage *stage)
{
    ipsock_free(stage->sender);
    ipsock_free(stage->receiver);
    ipsock_free(stage->ear);
}

static void from_ipv4(struct heard *heard, const struct ipsock_ipv4_header *header)
{
    heard->traffic_class = header->traffic_class;
    heard->hop_limit = header->hop_limit;
    heard->dont_fragment = (header->flags & IPSOCK_IPV4_DONT_FRAGMENT) != 0;
    heard->source = header->source;
}

/* The packet that an ICMP error quotes, if it is the one that was sent. */
static bool quoted(const struct stage *stage, const uint8_t *data, size_t length,
                   struct heard *heard)
{
    struct ipsock_icmp_message message;
    struct ipsock_icmp_quote quote;
    struct ipsock_ipv4_header header;
    struct ipsock_ipv6_header header6;
    const int family = columns[traffic_of(stage->cell.column)].family;
    if (ipsock_icmp_parse(&message, NULL, 0, family, data, length) < 0 ||
        ipsock_icmp_quoted(&message, &quote) < 0 || quote.protocol != UDP ||
        quote.destination.port != stage->to.port)
        return false;
    if (family == IPSOCK_IPV4) {
        CHECK(IPSOCK_OK, ipsock_ipv4_header_parse(&header, message.data, message.data_length,
                                                  IPSOCK_ORDER_QUOTED));
        from_ipv4(heard, &header);
        return true;
    }
    CHECK(IPSOCK_OK, ipsock_ipv6_header_parse(&header6, message.data, message.data_length));
    heard->traffic_class = header6.traffic_class;
    heard->hop_limit = header6.hop_limit;
    heard->source = header6.source;
    return true;
}

/* Whether a packet that was heard is the one, and what it was like. */
static bool look(const struct stage *stage, const struct seen *seen,
                 const struct ipsock_ipv4_header *header, struct heard *heard)
{
    const struct cell *cell = &stage->cell;
    const uint8_t *data = seen->data;
    bool is = false;
    if (cell->kind == IPSOCK_UDP)
        return quoted(stage, data, seen->length, heard);
    if (cell->kind == IPSOCK_RAW)
        is = is_one(cell, stage->n, data, seen->length);
    else if (cell->kind == IPSOCK_PING)
        is = seen->length >= ECHO && data[0] == (header != NULL ? 8 : 128) && data[7] == stage->n;
    else
        is = seen->length > 20 && (data[0] << 8 | data[1]) == port_of(stage->sender);
    if (!is)
        return false;
    if (header != NULL) {
        from_ipv4(heard, header);
        return true;
    }
    if (seen->control.valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        heard->traffic_class = seen->control.traffic_class;
    if (seen->control.valid & IPSOCK_CONTROL_HOP_LIMIT)
        heard->hop_limit = seen->control.hop_limit;
    heard->source = seen->peer;
    heard->source.port = 0;
    return true;
}

struct result stage_hear(struct stage *stage, struct ipsock_control *control, struct heard *heard)
{
    struct seen seen;
    const struct cell *cell = &stage->cell;
    const bool ipv4 = traffic_of(cell->column) == V4;
    const int code = send_one(cell, stage->sender, cell->kind == IPSOCK_TCP ? NULL : &stage->to,
                              ++stage->n, control);
    if (code < 0)
        return refused(code);
    *heard = (struct heard){-1, -1, -1, {0}};
    for (int tries = 0; tries < 50; tries++) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        struct ipsock_ipv4_header header;
        memset(&seen, 0, sizeof seen);
        ipsock_message_init(&message, &buffer, seen.data, sizeof seen.data);
        message.control = &seen.control;
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(stage->ear, ipsock_now() + WAIT));
        const int got = ipv4 ? ipsock_recv_ipv4(stage->ear, &header, &message, 0)
                             : ipsock_recv(stage->ear, &message, 0);
        if (got < 0)
            break;
        seen.length = message.length;
        seen.peer = message.peer;
        if (look(stage, &seen, ipv4 ? &header : NULL, heard))
            return effect_if(true, NULL);
    }
    return effect_if(false, "the packet was not heard");
}
