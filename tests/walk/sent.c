// SPDX-License-Identifier: BSD-2-Clause
/* What packets leave with: options of the endpoint, control data of a packet. */
#include "walk.h"

#define CLASS 0x48 /* no ECN bits: those of a stream are the system's */
#define HOPS  77
#define LARGE \
    3000 /* bytes; above the MTU of the interfaces of our own, whose loopback does not fragment */

static struct result judge(int feature, const struct heard *heard, const struct ipsock_addr *source)
{
    switch (feature) {
    case IPSOCK_FEATURE_TRAFFIC_CLASS:
    case IPSOCK_FEATURE_SEND_TRAFFIC_CLASS:
        return heard->traffic_class < 0
                   ? unseen("nothing tells the traffic class of a packet")
                   : effect_if(heard->traffic_class == CLASS, "another traffic class on the wire");
    case IPSOCK_FEATURE_HOP_LIMIT:
    case IPSOCK_FEATURE_SEND_HOP_LIMIT:
        return heard->hop_limit < 0
                   ? unseen("nothing tells the hop limit of a packet")
                   : effect_if(heard->hop_limit == HOPS, "another hop limit on the wire");
    default:
        return effect_if(ipsock_addr_equal(&heard->source, source), "another source on the wire");
    }
}

attempt walk_option;
struct result walk_option(const struct cell *cell)
{
    struct stage stage;
    struct heard heard;
    struct result result = stage_open(&stage, cell, 0, NULL);
    if (result.outcome != REFUSED) {
        const int code = cell->feature == IPSOCK_FEATURE_TRAFFIC_CLASS
                             ? ipsock_set_traffic_class(stage.sender, CLASS)
                             : ipsock_set_hop_limit(stage.sender, HOPS);
        if (code < 0)
            result = refused(code);
        else if (result.outcome == EFFECT)
            result = stage_hear(&stage, NULL, &heard);
        if (result.outcome == EFFECT)
            result = judge(cell->feature, &heard, NULL);
    }
    stage_close(&stage);
    return result;
}

struct result walk_control(const struct cell *cell)
{
    const struct ground *g = own_ground(traffic_of(cell->column), NULL);
    struct ipsock_control control;
    struct stage stage;
    struct heard heard;
    uint32_t field = IPSOCK_CONTROL_TRAFFIC_CLASS;
    memset(&control, 0, sizeof control);
    control.traffic_class = CLASS;
    control.hop_limit = HOPS;
    if (cell->feature == IPSOCK_FEATURE_SEND_HOP_LIMIT)
        field = IPSOCK_CONTROL_HOP_LIMIT;
    if (cell->feature == IPSOCK_FEATURE_SEND_SOURCE) {
        field = IPSOCK_CONTROL_SOURCE;
        if (g == NULL)
            return unseen("needs an interface of our own");
        control.source = written(cell->column, g->source2);
    }
    control.valid = field;
    struct result result = stage_open(&stage, cell, field | IPSOCK_CONTROL_POSSIBLE,
                                      field == IPSOCK_CONTROL_SOURCE ? g->source : NULL);
    if (result.outcome ==
        REFUSED) { /* said at once; what is not declared is refused when it is sent */
        stage_close(&stage);
        return result;
    }
    if (result.outcome == EFFECT)
        result = stage_hear(&stage, &control, &heard);
    else {
        const int code = send_one(cell, stage.sender, &stage.to, 1, &control);
        result = code < 0 ? refused(code) : result;
    }
    if (result.outcome == EFFECT) {
        const struct ipsock_addr source = g != NULL ? addr_of(g->source2) : addr_of("::");
        result = judge(cell->feature, &heard, &source);
    }
    stage_close(&stage);
    return result;
}

/* Sends more than the interface takes in one packet to a group there. */
static int send_large(const struct cell *cell, struct ipsock_endpoint *s, const struct ground *g,
                      struct ipsock_control *control)
{
    static uint8_t data[LARGE];
    struct ipsock_addr to = written(cell->column, g->group);
    to.port = cell->kind == IPSOCK_UDP ? 9 : 0;
    if (cell->kind == IPSOCK_PING) {
        uint16_t id = 0;
        if (ipsock_echo_id(s, &id) < 0)
            return IPSOCK_EINVAL;
        memset(data, 0, sizeof data);
        make_echo(data, columns[cell->column].family, id, 1);
        if (traffic_of(cell->column) == V4) { /* over all of it */
            data[2] = data[3] = 0;
            const uint16_t sum = ipsock_checksum(data, sizeof data);
            data[2] = (uint8_t)(sum >> 8);
            data[3] = (uint8_t)sum;
        }
    }
    return send_bytes(s, &to, data, sizeof data, control);
}

/* Forbidden, what is too large is refused; allowed, it goes out in fragments. */
static struct result by_size(const struct cell *cell, uint32_t send,
                             int (*forbid)(struct ipsock_endpoint *s, bool on))
{
    const struct ground *g = own_ground(traffic_of(cell->column), NULL);
    struct ipsock_control control;
    struct ipsock_endpoint *s;
    struct result result;
    if (g == NULL)
        return unseen("needs an interface of our own");
    int code = open_cell(cell, 0, 0, send, &s);
    if (code < 0)
        return refused(code);
    code = ipsock_set_multicast_interface(s, g->index);
    if (code < 0 && cell->column == MAPPED) { /* it follows the routes then */
        ipsock_free(s);
        return unseen("no way to name the interface of IPv4 groups");
    }
    memset(&control, 0, sizeof control);
    control.valid = IPSOCK_CONTROL_DONT_FRAGMENT;
    control.dont_fragment = 1;
    code = forbid != NULL ? forbid(s, true) : IPSOCK_OK;
    const int large = code < 0 ? code : send_large(cell, s, g, forbid != NULL ? NULL : &control);
    if (code < 0)
        result = refused(code);
    else if (large == IPSOCK_OK)
        result = effect_if(false, "what is larger than a packet may be went out");
    else if (large == IPSOCK_ENETUNREACH && cell->column == MAPPED) /* group.c, heard_on */
        result = unseen("no route for IPv4 groups here");
    else if (large != IPSOCK_EMSGSIZE)
        result = refused(large);
    else {
        code = forbid != NULL ? forbid(s, false) : IPSOCK_OK;
        control.dont_fragment = 0;
        result =
            effect_if(code == IPSOCK_OK &&
                          send_large(cell, s, g, forbid != NULL ? NULL : &control) == IPSOCK_OK,
                      "refused even where it may be fragmented");
    }
    ipsock_free(s);
    return result;
}

static int forbid(struct ipsock_endpoint *s, bool on)
{
    return ipsock_set_dont_fragment(s, on);
}

static int probe(struct ipsock_endpoint *s, bool on)
{
    return ipsock_set_path_mtu_mode(s, on ? IPSOCK_PATH_MTU_PROBE : IPSOCK_PATH_MTU_DEFAULT);
}

struct result walk_option_mtu(const struct cell *cell)
{
    return by_size(cell, 0, cell->feature == IPSOCK_FEATURE_PATH_MTU_PROBE ? probe : forbid);
}

struct result walk_control_mtu(const struct cell *cell)
{
    return by_size(cell, IPSOCK_CONTROL_DONT_FRAGMENT | IPSOCK_CONTROL_POSSIBLE, NULL);
}

/* Several datagrams of one buffer. */
struct result walk_segments(const struct cell *cell)
{
    const struct cell other = plain_side(cell);
    struct ipsock_endpoint *sender, *receiver;
    struct ipsock_control control;
    struct seen seen;
    bool all = true;
    const int code = open_cell(cell, 0, 0, IPSOCK_CONTROL_SEGMENT_SIZE, &sender);
    if (code < 0)
        return refused(code);
    CHECK(IPSOCK_OK, open_cell(&other, 0, 0, 0, &receiver));
    struct ipsock_addr to = written(cell->column, columns[other.column].loopback);
    to.port = port_of(receiver);
    memset(&control, 0, sizeof control);
    control.valid = IPSOCK_CONTROL_SEGMENT_SIZE;
    control.segment_size = 3;
    const int sent = send_bytes(sender, &to, "onetwoend", 9, &control);
    for (int i = 0; sent == IPSOCK_OK && i < 3; i++)
        all = all && hear_any(receiver, &seen) && seen.length == 3 &&
              memcmp(seen.data, &"onetwoend"[3 * i], 3) == 0;
    ipsock_free(sender);
    ipsock_free(receiver);
    return sent < 0 ? refused(sent) : effect_if(all, "not the three datagrams");
}

/* The first hop is another host; here there is none to pass it on, but an address that is none of
 * this link's neighbours has to be refused or sought. */
struct result walk_next_hop(const struct cell *cell)
{
    struct ipsock_endpoint *s;
    const int code = open_cell(cell, 0, 0, IPSOCK_CONTROL_NEXT_HOP, &s);
    ipsock_free(s);
    return code < 0 ? refused(code) : unseen("no second host, to see whom a packet is handed to");
}

/* A control message that the system makes for a field, given in the system's own form. */
struct result walk_sent_opaque(const struct cell *cell)
{
    uint8_t bytes[256];
    struct stage stage;
    struct heard heard;
    struct ipsock_control control, inside;
    const int family = columns[cell->column].traffic;
    memset(&inside, 0, sizeof inside);
    inside.traffic_class = CLASS;
    inside.hop_limit = HOPS;
    memset(&control, 0, sizeof control);
    control.valid = IPSOCK_CONTROL_OPAQUE;
    control.opaque = bytes;
    int feature = IPSOCK_FEATURE_SEND_TRAFFIC_CLASS, made = IPSOCK_ENOTSUP;
    for (int i = 0; i < 2 && made < 0; i++) { /* the first that counts here */
        struct ipsock_capability_answer answer;
        feature = i == 0 ? IPSOCK_FEATURE_SEND_TRAFFIC_CLASS : IPSOCK_FEATURE_SEND_HOP_LIMIT;
        inside.valid = i == 0 ? IPSOCK_CONTROL_TRAFFIC_CLASS : IPSOCK_CONTROL_HOP_LIMIT;
        CHECK(IPSOCK_OK, ipsock_capability(NULL, IPSOCK_UDP, family, feature, &answer));
        if (answer.level == IPSOCK_NATIVE)
            made =
                ipsock_control_encode(&inside, family, bytes, sizeof bytes, &control.opaque_length);
    }
    struct result result = stage_open(&stage, cell, IPSOCK_CONTROL_OPAQUE, NULL);
    if (made < 0 && result.outcome != REFUSED)
        result = unseen("no control message of the system's that shows on the wire");
    if (result.outcome == EFFECT)
        result = stage_hear(&stage, &control, &heard);
    if (result.outcome == REFUSED &&
        result.code == IPSOCK_EINVAL) /* Windows on raw sockets: it has looked */
        result = unseen("the system refuses the control message on this kind of socket");
    if (result.outcome == EFFECT)
        result = judge(feature, &heard, NULL);
    stage_close(&stage);
    return result;
}
