// SPDX-License-Identifier: BSD-2-Clause
/* What is told of a packet that arrives. */
#include "walk.h"

#define HOPS 33

static uint32_t field_of(int feature)
{
    switch (feature) {
    case IPSOCK_FEATURE_RECV_TRAFFIC_CLASS:
        return IPSOCK_CONTROL_TRAFFIC_CLASS;
    case IPSOCK_FEATURE_RECV_HOP_LIMIT:
        return IPSOCK_CONTROL_HOP_LIMIT;
    case IPSOCK_FEATURE_RECV_SOURCE:
        return IPSOCK_CONTROL_SOURCE;
    case IPSOCK_FEATURE_RECV_DESTINATION:
        return IPSOCK_CONTROL_DESTINATION;
    default:
        return IPSOCK_CONTROL_INTERFACE;
    }
}

/* Two endpoints, or one and the system's answers. */
struct exchange {
    struct ipsock_endpoint *sender, *receiver;
    struct cell from;
    struct ipsock_addr to;
    int hops; /* 0: what the system chose */
};

static int open_exchange(struct exchange *x, const struct cell *cell, uint32_t receive)
{
    memset(x, 0, sizeof *x);
    x->from = plain_side(cell);
    const int code = open_cell(cell, 0, receive, 0, &x->receiver);
    if (code < 0)
        return code;
    x->to = addr_of(columns[x->from.column].loopback);
    if (cell->kind == IPSOCK_PING) {
        x->sender = x->receiver;
        return IPSOCK_OK;
    }
    if (cell->kind == IPSOCK_UDP)
        x->to.port = port_of(x->receiver);
    CHECK(IPSOCK_OK, open_cell(&x->from, 0, 0, 0, &x->sender));
    x->hops = ipsock_set_hop_limit(x->sender, HOPS) == IPSOCK_OK ? HOPS : 0;
    return IPSOCK_OK;
}

static void close_exchange(struct exchange *x)
{
    if (x->sender != x->receiver)
        ipsock_free(x->sender);
    ipsock_free(x->receiver);
}

/* Whether a field has the right value. */
static bool is_right(const struct exchange *x, const struct cell *cell, const struct seen *seen)
{
    const struct ipsock_control *c = &seen->control;
    const struct ipsock_addr own = written(cell->column, columns[x->from.column].loopback);
    switch (field_of(cell->feature)) {
    case IPSOCK_CONTROL_TRAFFIC_CLASS:
        return c->traffic_class == 0;
    case IPSOCK_CONTROL_HOP_LIMIT:
        return x->hops == 0 ? c->hop_limit > 0 : c->hop_limit == x->hops;
    case IPSOCK_CONTROL_SOURCE:
        return ipsock_addr_equal(&c->source, &own);
    case IPSOCK_CONTROL_DESTINATION:
        return ipsock_addr_equal(&c->destination, &own);
    default:
        return c->interface_index == loopback_index();
    }
}

struct result walk_received(const struct cell *cell)
{
    const uint32_t field = field_of(cell->feature);
    struct exchange x;
    struct seen seen;
    struct result result;
    const int code = open_exchange(&x, cell, field);
    if (code < 0)
        result = refused(code);
    else if (send_one(&x.from, x.sender, &x.to, 1, NULL) < 0 ||
             !hear_one(cell, x.receiver, 1, &seen))
        result = effect_if(false, "no packet came");
    else if (!(seen.control.valid & field)) /* which says so */
        result = refused(IPSOCK_ENOTSUP);
    else
        result = effect_if(is_right(&x, cell, &seen), "another value than the packet had");
    close_exchange(&x);
    return result;
}

/* Whether a connection is made to a listener by packets of this hop limit. */
static bool connects(const struct cell *cell, const struct ipsock_addr *to, int hop_limit)
{
    struct ipsock_endpoint *s;
    struct ipsock_config config = config_of(cell->column, IPSOCK_TCP);
    config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
    config.peer = *to;
    config.hop_limit = hop_limit;
    config.deadline = ipsock_now() + (hop_limit == 255 ? 30 * SECOND : 300 * MILLISECOND);
    const bool made = ipsock_open(&s, &config) == IPSOCK_OK;
    ipsock_free(s);
    return made;
}

static struct result listen_to_neighbours(const struct cell *cell)
{
    struct ipsock_endpoint *listener;
    struct ipsock_addr to = written(cell->column, columns[traffic_of(cell->column)].loopback);
    int code = open_cell(cell, 0, 0, 0, &listener);
    code = code < 0 ? code : ipsock_set_minimum_hop_limit(listener, 255);
    if (code < 0)
        return ipsock_free(listener), refused(code);
    to.port = port_of(listener);
    const bool far = connects(cell, &to, HOPS), near = connects(cell, &to, 255);
    ipsock_free(listener);
    return effect_if(!far && near, "packets from afar made a connection, or near ones none");
}

struct result walk_minimum_hops(const struct cell *cell)
{
    struct exchange x;
    struct seen seen;
    if (cell->kind == IPSOCK_TCP)
        return listen_to_neighbours(cell);
    int code = open_exchange(&x, cell, 0);
    code = code < 0 ? code : ipsock_set_minimum_hop_limit(x.receiver, 255);
    if (code < 0)
        return close_exchange(&x), refused(code);
    if (cell->kind == IPSOCK_RAW && x.hops == 0)
        return close_exchange(&x), unseen("every raw packet of this host has 255");
    bool right = send_one(&x.from, x.sender, &x.to, 1, NULL) == IPSOCK_OK;
    system_sleep_ms(50); /* it is there, or has been dropped */
    right = right && is_silent(x.receiver);
    right = right && ipsock_set_minimum_hop_limit(x.receiver, HOPS) == IPSOCK_OK &&
            send_one(&x.from, x.sender, &x.to, 2, NULL) == IPSOCK_OK &&
            hear_one(cell, x.receiver, 2, &seen);
    close_exchange(&x);
    return effect_if(right, "a packet from afar came, or one from near by did not");
}

struct result walk_received_opaque(const struct cell *cell)
{
    uint8_t bytes[512];
    struct exchange x;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    struct ipsock_control control;
    struct seen seen;
    struct result result;
    const uint32_t fields =
        IPSOCK_CONTROL_OPAQUE | IPSOCK_CONTROL_HOP_LIMIT | IPSOCK_CONTROL_DESTINATION;
    int code = open_exchange(&x, cell, IPSOCK_CONTROL_OPAQUE);
    if (code == IPSOCK_OK) /* messages, to be left as they are: of what there is */
        for (uint32_t bit = 1; bit <= fields; bit <<= 1)
            if (fields & bit)
                (void)ipsock_set_receive_control(x.receiver, bit, true);
    memset(&control, 0, sizeof control);
    control.opaque = bytes;
    control.opaque_capacity = sizeof bytes;
    ipsock_message_init(&message, &buffer, seen.data, sizeof seen.data);
    message.control = &control;
    if (code < 0)
        result = refused(code);
    else if (send_one(&x.from, x.sender, &x.to, 1, NULL) < 0)
        result = effect_if(false, "nothing could be sent");
    else {
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(x.receiver, soon()));
        code = ipsock_recv(x.receiver, &message, 0);
        result = code < 0 ? effect_if(false, "no packet came")
                          : effect_if((control.valid & IPSOCK_CONTROL_OPAQUE) &&
                                          control.opaque_length > 0,
                                      "no control bytes came");
    }
    close_exchange(&x);
    return result;
}

/* Datagrams of one sender in one buffer: what leaves in one piece may arrive in one. */
struct result walk_coalesced(const struct cell *cell)
{
    struct exchange x;
    struct ipsock_control control;
    struct seen seen;
    struct result result;
    const int code = open_exchange(&x, cell, IPSOCK_CONTROL_SEGMENT_SIZE);
    if (code < 0) {
        close_exchange(&x);
        return refused(code);
    }
    ipsock_free(x.sender);
    CHECK(IPSOCK_OK, open_cell(&x.from, 0, 0, IPSOCK_CONTROL_SEGMENT_SIZE, &x.sender));
    memset(&control, 0, sizeof control);
    control.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
    control.segment_size = 3;
    if (send_bytes(x.sender, &x.to, "onetwoend", 9, &control) < 0 || !hear_any(x.receiver, &seen))
        result = effect_if(false, "no packet came");
    else if (!(seen.control.valid & IPSOCK_CONTROL_SEGMENT_SIZE))
        result = unseen("the datagrams came one by one, which is allowed");
    else
        result = effect_if(seen.control.segment_size == 3 && seen.length == 9,
                           "another size than was sent");
    close_exchange(&x);
    return result;
}

/* That it can be asked for; a notice needs a router (cm_17). */
struct result walk_notices(const struct cell *cell)
{
    struct ipsock_endpoint *s;
    const int code = open_cell(cell, 0, IPSOCK_CONTROL_PATH_MTU, 0, &s);
    ipsock_free(s);
    if (code == IPSOCK_OK && cell->column == MAPPED) /* asked for IPv6 */
        return refused(IPSOCK_ENOTSUP);
    return code < 0 ? refused(code) : unseen("no router here, to send a notice");
}
