// SPDX-License-Identifier: BSD-2-Clause
/* Buffers, ports, families, filters, batches, headers, errors. */
#include "walk.h"

struct result walk_buffer(const struct cell *cell)
{
    struct ipsock_endpoint *s;
    int before = 0, after = 0;
    const bool in = cell->feature == IPSOCK_FEATURE_RECEIVE_BUFFER;
    int code = open_cell(cell, 0, 0, 0, &s);
    if (code == IPSOCK_OK)
        code = in ? ipsock_get_receive_buffer(s, &before) : ipsock_get_send_buffer(s, &before);
    if (code == IPSOCK_OK)
        code = in ? ipsock_set_receive_buffer(s, 20000) : ipsock_set_send_buffer(s, 20000);
    if (code == IPSOCK_OK)
        code = in ? ipsock_get_receive_buffer(s, &after) : ipsock_get_send_buffer(s, &after);
    ipsock_free(s);
    return code < 0 ? refused(code)
                    : effect_if(after >= 20000 && after != before, "the old size is read");
}

/* Of loopback, whose interface tells its MTU. */
struct result walk_path_mtu(const struct cell *cell)
{
    struct ipsock_interface *list;
    struct ipsock_endpoint *s = NULL, *peer = NULL;
    uint32_t mtu = 0, limit = 0;
    int code;
    if (cell->kind == IPSOCK_TCP) {
        const struct pair pair = open_stream(cell->column);
        s = pair.sender;
        peer = pair.receiver;
    } else {
        struct ipsock_config config = config_of(cell->column, cell->kind);
        config.protocol = cell->kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
        config.local = ipsock_addr_any(columns[cell->column].family, 0);
        config.peer = written(cell->column, columns[traffic_of(cell->column)].loopback);
        config.peer.port = cell->kind == IPSOCK_UDP ? 9 : 0;
        code = ipsock_open(&s, &config);
        if (code < 0)
            return refused(code);
    }
    code = ipsock_get_path_mtu(s, &mtu, NULL);
    ipsock_free(s);
    ipsock_free(peer);
    if (code < 0)
        return refused(code);
    if (ipsock_interface_by_index(loopback_index(), &list) == IPSOCK_OK) {
        limit = list->mtu;
        ipsock_interfaces_free(list);
    }
    return effect_if(mtu >= 1280 && (limit == 0 || mtu <= limit), "a number that no path has");
}

/* Asked for at an offset, the sum is there when the packet arrives. */
struct result walk_checksum(const struct cell *cell)
{
    static const uint8_t data[] = {'s', 'u', 'm', '!', 0, 0, 'e', 'n', 'd', '.'};
    struct ipsock_endpoint *s, *receiver;
    struct seen seen;
    int code = open_cell(cell, 0, 0, 0, &s);
    if (code == IPSOCK_OK)
        code = ipsock_set_checksum(s, true, 4);
    if (code < 0) {
        ipsock_free(s);
        return refused(code);
    }
    const struct ipsock_addr to = addr_of(columns[cell->column].loopback);
    CHECK(IPSOCK_OK, open_cell(cell, 0, 0, 0, &receiver));
    code = send_bytes(s, &to, data, sizeof data, NULL);
    const bool heard = code == IPSOCK_OK && hear_any(receiver, &seen) && seen.length == sizeof data;
    ipsock_free(s);
    ipsock_free(receiver);
    return code < 0
               ? refused(code)
               : effect_if(heard && (seen.data[4] != 0 || seen.data[5] != 0), "no sum was put in");
}

struct result walk_dual_stack(const struct cell *cell)
{
    const struct cell dual = {cell->feature, cell->kind, MAPPED},
                      plain = {cell->feature, cell->kind, V4};
    struct ipsock_endpoint *s, *sender;
    struct seen seen;
    struct ipsock_addr to = addr_of(columns[V4].loopback);
    int code = open_cell(&dual, 0, 0, 0, &s);
    if (code < 0)
        return refused(code);
    to.port = port_of(s);
    if (cell->kind == IPSOCK_TCP) {
        struct ipsock_config config = config_of(V4, IPSOCK_TCP);
        config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
        config.peer = to;
        config.deadline = soon();
        code = ipsock_open(&sender, &config);
        ipsock_free(sender);
        ipsock_free(s);
        return effect_if(code == IPSOCK_OK, "no IPv4 connection");
    }
    CHECK(IPSOCK_OK, open_cell(&plain, 0, 0, 0, &sender));
    code = send_one(&plain, sender, &to, 1, NULL);
    const bool heard =
        code == IPSOCK_OK && hear_one(&dual, s, 1, &seen) && ipsock_addr_is_mapped(&seen.peer);
    ipsock_free(s);
    ipsock_free(sender);
    return effect_if(heard, "IPv4 was not heard");
}

static int open_at(const struct cell *cell, uint16_t port, uint32_t flags,
                   struct ipsock_endpoint **s)
{
    struct ipsock_config config = config_of(cell->column, cell->kind);
    config.flags |= flags;
    config.protocol = cell->kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.local.port = port;
    *s = NULL;
    return ipsock_open(s, &config);
}

/* Listeners take a port where connections of an earlier one are still being ended. */
static struct result listen_again(const struct cell *cell)
{
    struct ipsock_endpoint *again = NULL;
    const struct pair pair = open_stream(cell->column);
    ipsock_free(pair.receiver); /* the side that ends first waits (TIME-WAIT) */
    struct seen seen;
    (void)hear_any(pair.sender, &seen);
    ipsock_free(pair.sender);
    const int code = open_at(cell, pair.to.port, 0, &again);
    ipsock_free(again);
    return effect_if(code == IPSOCK_OK, "the port is not free again");
}

struct result walk_reuse(const struct cell *cell)
{
    struct ipsock_endpoint *one, *two = NULL, *three = NULL;
    if (cell->kind == IPSOCK_TCP)
        return listen_again(cell);
    const int code = open_at(cell, 0, IPSOCK_OPEN_REUSE, &one);
    if (code < 0)
        return refused(code);
    if (cell->kind == IPSOCK_RAW || cell->kind == IPSOCK_PING) {
        ipsock_free(one);
        return unseen("there is no port to share");
    }
    const uint16_t port = port_of(one);
    const bool without = open_at(cell, port, 0, &two) == IPSOCK_OK;
    const bool with = open_at(cell, port, IPSOCK_OPEN_REUSE, &three) == IPSOCK_OK;
    ipsock_free(one);
    ipsock_free(two);
    ipsock_free(three);
    return effect_if(with && !without, with ? "shared without asking" : "the port is not shared");
}

/* To the broadcast address of an interface of our own; without asking it is refused, of UDP: the
 * BSDs let raw sockets (raw_ip.c, rip_output: IP_ALLOWBROADCAST). */
struct result walk_broadcast(const struct cell *cell)
{
    struct ipsock_endpoint *plain, *allowed;
    if (own_ground(V4, NULL) == NULL)
        return unseen("needs an interface of our own");
    struct ipsock_addr to = written(cell->column, "10.77.0.255");
    to.port = cell->kind == IPSOCK_UDP ? 9 : 0;
    int code = open_cell(cell, IPSOCK_OPEN_BROADCAST, 0, 0, &allowed);
    if (code < 0)
        return refused(code);
    CHECK(IPSOCK_OK, open_cell(cell, 0, 0, 0, &plain));
    const int without = send_one(cell, plain, &to, 1, NULL);
    code = send_one(cell, allowed, &to, 1, NULL);
    ipsock_free(plain);
    ipsock_free(allowed);
    return code < 0 ? refused(code)
                    : effect_if(without == IPSOCK_EBROADCAST || cell->kind != IPSOCK_UDP,
                                "allowed without asking");
}

/* A connection by the interface that is named; systems may refuse listeners, which would hear
 * others too. */
static struct result connect_bound(const struct cell *cell)
{
    struct ipsock_config config = config_of(cell->column, IPSOCK_TCP);
    struct ipsock_endpoint *listener = must_open(&config), *s = NULL;
    config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
    config.peer = written(cell->column, columns[traffic_of(cell->column)].loopback);
    config.peer.port = port_of(listener);
    config.interface_index = loopback_index();
    config.deadline = soon();
    const int code = ipsock_open(&s, &config);
    ipsock_free(s);
    ipsock_free(listener);
    return code < 0 ? refused(code) : unseen("one interface alone leads there");
}

/* Bound to one interface, an endpoint does not hear what arrives by another. */
struct result walk_bound(const struct cell *cell)
{
    const struct cell plain = plain_side(cell);
    const struct ground *g = own_ground(plain.column, NULL);
    struct ipsock_config config = config_of(cell->column, cell->kind);
    struct ipsock_endpoint *s = NULL, *sender, *lo = NULL;
    struct seen seen;
    if (cell->kind == IPSOCK_TCP)
        return connect_bound(cell);
    if (g == NULL)
        return unseen("needs an interface of our own");
    config.local = ipsock_addr_any(columns[cell->column].family, 0);
    config.protocol = cell->kind == IPSOCK_RAW ? PROTOCOL_TEST : 0;
    config.interface_index = g->index;
    int code = ipsock_open(&s, &config);
    if (code < 0 || cell->kind == IPSOCK_PING) {
        ipsock_free(s);
        return code < 0 ? refused(code)
                        : unseen("no packet of this kind arrives by an interface of our own here");
    }
    struct ipsock_addr near = addr_of(columns[plain.column].loopback), group = addr_of(g->group);
    near.port = group.port = cell->kind == IPSOCK_UDP ? port_of(s) : 0;
    CHECK(IPSOCK_OK, open_cell(&plain, 0, 0, 0, &lo));
    CHECK(IPSOCK_OK, open_cell(&plain, 0, 0, 0, &sender));
    CHECK(IPSOCK_OK, ipsock_set_multicast_interface(sender, g->index));
    const struct ipsock_addr joined = written(cell->column, g->group);
    code = ipsock_join_group(s, g->index, &joined);
    struct result result = effect_if(false, "nothing could be joined or sent");
    if (code == IPSOCK_OK && send_one(&plain, lo, &near, 1, NULL) == IPSOCK_OK &&
        send_one(&plain, sender, &group, 2, NULL) == IPSOCK_OK)
        result = effect_if(hear_any(s, &seen) && seen.length == 4 && seen.data[3] == 2,
                           "heard by another interface");
    ipsock_free(s);
    ipsock_free(lo);
    ipsock_free(sender);
    return result;
}

struct result walk_batch(const struct cell *cell)
{
    const struct cell plain = plain_side(cell);
    const struct cell *from = cell->feature == IPSOCK_FEATURE_SEND_BATCH ? cell : &plain;
    const struct cell *into = from == cell ? &plain : cell;
    struct ipsock_endpoint *sender, *receiver = NULL;
    uint32_t sent = 0, got = 0, total = 0;
    if (cell->kind == IPSOCK_PING) /* its answers are its own */
        from = into = cell;
    int code = open_cell(from, 0, 0, 0, &sender);
    if (code < 0)
        return refused(code);
    if (cell->kind != IPSOCK_PING && (code = open_cell(into, 0, 0, 0, &receiver)) < 0)
        return ipsock_free(sender), refused(code);
    struct ipsock_addr to = written(from->column, columns[plain.column].loopback);
    if (cell->kind == IPSOCK_UDP)
        to.port = port_of(receiver);
    struct burst burst = make_burst(3);
    for (uint32_t i = 0; i < 3; i++) {
        uint16_t id = 0;
        burst.messages[i].peer = to;
        burst.buffers[i].length = 4;
        if (cell->kind == IPSOCK_PING && ipsock_echo_id(sender, &id) == IPSOCK_OK)
            burst.buffers[i].length =
                make_echo(burst.data[i], columns[cell->column].family, id, (uint16_t)i);
    }
    code =
        ipsock_send_batch(sender, burst.batch, burst.messages, sizeof *burst.messages, 3, &sent, 0);
    struct ipsock_endpoint *const ear = receiver != NULL ? receiver : sender;
    for (uint32_t i = 0; i < 3; i++)
        burst.buffers[i].length = sizeof burst.data[i];
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(ear, soon()));
    while (code == IPSOCK_OK && total < 3) {
        code = ipsock_recv_batch(ear, burst.batch, burst.messages, sizeof *burst.messages,
                                 3 - total, &got, 0);
        total += got;
    }
    free_burst(&burst);
    ipsock_free(sender);
    ipsock_free(receiver);
    return code < 0 && sent == 0
               ? refused(code)
               : effect_if(sent == 3 && total == 3, "not the three that were sent");
}

struct result walk_own_header(const struct cell *cell)
{
    struct ipsock_endpoint *s, *ear;
    struct ipsock_ipv4_header header, got;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    uint8_t data[64];
    int code = open_cell(cell, IPSOCK_OPEN_HEADER_INCLUDED, 0, 0, &s);
    if (code < 0)
        return refused(code);
    CHECK(IPSOCK_OK, open_cell(cell, 0, 0, 0, &ear));
    memset(&header, 0, sizeof header);
    header.hop_limit = 99;
    header.traffic_class = 0x28;
    header.id = 0x1234;
    header.protocol = PROTOCOL_TEST;
    header.destination = addr_of(columns[V4].loopback);
    ipsock_message_init_send(&message, &buffer, "own", 3, NULL);
    code = ipsock_send_ipv4(s, &header, &message, 0);
    ipsock_message_init(&message, &buffer, data, sizeof data);
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(ear, soon()));
    const int heard = code < 0 ? code : ipsock_recv_ipv4(ear, &got, &message, 0);
    ipsock_free(s);
    ipsock_free(ear);
    if (code < 0)
        return refused(code);
    return effect_if(heard == IPSOCK_OK && got.hop_limit == 99 && got.traffic_class == 0x28 &&
                         got.id == 0x1234,
                     "another header on the wire");
}

/* Blocked answers do not come; one that is let through afterwards does. */
struct result walk_icmp_filter(const struct cell *cell)
{
    struct ipsock_config config = config_of(cell->column, cell->kind);
    struct ipsock_icmp_filter filter;
    struct ipsock_endpoint *s = NULL, *ping = NULL;
    struct cell pinger = {cell->feature, IPSOCK_PING, cell->column};
    const struct ipsock_addr to = addr_of(columns[cell->column].loopback);
    struct seen seen;
    config.protocol = cell->kind != IPSOCK_RAW ? 0
                      : cell->column == V4     ? PROTOCOL_ICMP
                                               : PROTOCOL_ICMPV6;
    int code = ipsock_open(&s, &config);
    ipsock_icmp_filter_set_all(&filter, true);
    code = code < 0 ? code : ipsock_set_icmp_filter(s, &filter);
    if (code < 0)
        return ipsock_free(s), refused(code);
    if (cell->kind == IPSOCK_RAW &&
        ipsock_open(&ping,
                    &(struct ipsock_config){sizeof config, .family = columns[cell->column].family,
                                            .kind = IPSOCK_PING}) < 0)
        return ipsock_free(s), effect_if(false, "nothing to ping with");
    struct ipsock_endpoint *const from = ping != NULL ? ping : s;
    bool right = send_one(&pinger, from, &to, 1, NULL) == IPSOCK_OK;
    if (ping != NULL) /* the answer is there when it has come here */
        right = right && hear_one(&pinger, ping, 1, &seen);
    else
        system_sleep_ms(100);
    right = right && is_silent(s);
    ipsock_icmp_filter_accept(&filter, cell->column == V4 ? 0 : 129);
    right = right && ipsock_set_icmp_filter(s, &filter) == IPSOCK_OK &&
            send_one(&pinger, from, &to, 2, NULL) == IPSOCK_OK;
    right = right && hear_any(s, &seen) && seen.length >= 8 && seen.data[7] == 2;
    ipsock_free(s);
    ipsock_free(ping);
    return effect_if(right, "a blocked message came, or one that is let through did not");
}

struct result walk_bpf(const struct cell *cell)
{
    static const struct ipsock_bpf_instruction drop[] = {IPSOCK_BPF_DROP};
    const struct cell plain = plain_side(cell);
    struct ipsock_endpoint *s, *sender = NULL;
    struct seen seen;
    int code = open_cell(cell, 0, 0, 0, &s);
    code = code < 0 ? code : ipsock_set_bpf(s, drop, 1);
    if (code < 0)
        return ipsock_free(s), refused(code);
    struct ipsock_addr to = addr_of(columns[plain.column].loopback);
    to.port = cell->kind == IPSOCK_UDP ? port_of(s) : 0;
    if (cell->kind != IPSOCK_PING)
        CHECK(IPSOCK_OK, open_cell(&plain, 0, 0, 0, &sender));
    struct ipsock_endpoint *const from = sender != NULL ? sender : s;
    bool right = send_one(&plain, from, &to, 1, NULL) == IPSOCK_OK;
    system_sleep_ms(50); /* it is there, or has been dropped */
    right = right && is_silent(s);
    right = right && ipsock_clear_bpf(s) == IPSOCK_OK &&
            send_one(&plain, from, &to, 2, NULL) == IPSOCK_OK && hear_one(cell, s, 2, &seen);
    ipsock_free(s);
    ipsock_free(sender);
    return effect_if(right, "the program's verdict did not count");
}

/* A port, or a protocol, where nobody is. */
struct result walk_errors(const struct cell *cell)
{
    struct ipsock_icmp_error event;
    struct ipsock_config config = config_of(traffic_of(cell->column), IPSOCK_UDP);
    struct ipsock_endpoint *s, *gone = must_open(&config);
    struct ipsock_addr to = written(cell->column, columns[traffic_of(cell->column)].loopback);
    to.port = cell->kind == IPSOCK_UDP ? port_of(gone) : 0;
    ipsock_free(gone);
    int code = open_cell(cell, IPSOCK_OPEN_ERROR_STREAM, 0, 0, &s);
    if (code < 0)
        return refused(code);
    if (cell->kind == IPSOCK_PING)
        return ipsock_free(s), unseen("this host answers echo requests");
    if (cell->kind == IPSOCK_RAW && !system_is_privileged())
        return ipsock_free(s), unseen("needs privilege");
    if (cell->kind ==
        IPSOCK_RAW) /* the sender itself hears its protocol, so that no error follows */
        return ipsock_free(s), unseen("no router here, to send an error");
    code = send_one(cell, s, &to, 1, NULL);
    if (code == IPSOCK_OK) {
        CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
        code = ipsock_recv_icmp_error(s, &event, NULL, 0, NULL, 0, NULL, 0);
    }
    ipsock_free(s);
    return code < 0 ? refused(code)
                    : effect_if(event.error == IPSOCK_ECONNREFUSED, "another error");
}
