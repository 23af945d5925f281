// SPDX-License-Identifier: BSD-2-Clause
/* Hosts to be asked, and the endpoints that requests to them leave by. */
#include "ping.h"

#include <stdlib.h>

static int read_request(struct pinger *p, struct ipsock_config *config)
{
    const struct request *r = &p->r;
    if (r->interval < IPSOCK_MILLISECOND) {
        fprintf(stderr, "ipsock ping: --interval: must be 0.001 or more\n");
        return EXIT_USAGE;
    }
    const int result =
        read_sending("ping", r->traffic_class, r->source, r->interface, config, &p->control);
    uint8_t octet = (uint8_t)config->traffic_class;
    if (result != EXIT_OK || read_ecn("ping", r->ecn, &octet) != EXIT_OK)
        return result != EXIT_OK ? result : EXIT_USAGE;
    config->traffic_class = octet;
    return EXIT_OK;
}

static int filter_raw(const struct port *port)
{
    struct ipsock_icmp_filter filter;
    filter_icmp_errors(&filter, port->family);
    ipsock_icmp_filter_accept(&filter, echo_reply_type(port->family));
    return ipsock_set_icmp_filter(port->s, &filter);
}

/* Whatever the system has learned of the path: it is the routers that are to be heard. */
static int forbid_fragments(struct ipsock_endpoint *s)
{
    const int code = ipsock_set_path_mtu_mode(s, IPSOCK_PATH_MTU_PROBE);
    return code == IPSOCK_ENOTSUP ? ipsock_set_path_mtu_mode(s, IPSOCK_PATH_MTU_FORBID) : code;
}

static int set_options(const struct pinger *p, struct port *port, const struct ping *ping)
{
    const struct request *r = &p->r;
    const char *const host = ping->host;
    if (r->raw ? filter_raw(port) < 0 : ipsock_echo_id(port->s, &port->id) < 0)
        return fail_endpoint("ping", host, port->s, IPSOCK_SETUP);
    if (r->raw && reserve_echo_id("ping", port->family, &port->id_holder, &port->id) != EXIT_OK)
        return EXIT_FAIL;
    if (r->dont_fragment && forbid_fragments(port->s) < 0)
        return fail_endpoint("ping", "--dont-fragment", port->s, IPSOCK_SETUP);
    if (r->hop_limit > 0 && ipsock_addr_is_multicast(&ping->peer) &&
        ipsock_set_multicast_hop_limit(port->s, (int)r->hop_limit) < 0)
        return fail_endpoint("ping", "--hop-limit", port->s, IPSOCK_SETUP);
    return EXIT_OK;
}

static int open_port(struct pinger *p, struct port *port, const struct ping *ping,
                     struct ipsock_config *config)
{
    struct ipsock_error error;
    config->kind = p->r.raw ? IPSOCK_RAW : IPSOCK_PING;
    config->family = port->family;
    config->protocol = p->r.raw ? ipsock_icmp_protocol(port->family) : 0;
    config->flags = p->r.broadcast ? IPSOCK_OPEN_BROADCAST : 0;
    config->send_control = p->control.valid;
    config->receive_control = packet_control(config->kind, port->family, false);
    config->error = &error;
    if (p->r.hop_limit > 0)
        config->hop_limit = (int)p->r.hop_limit;
    port->hears_errors = !p->r.raw && has_error_stream(config->kind, port->family);
    if (port->hears_errors)
        config->flags |= IPSOCK_OPEN_ERROR_STREAM;
    if (ipsock_open(&port->s, config) < 0)
        return fail("ping", ping->host, &error);
    return set_options(p, port, ping);
}

static void close_port(struct port *port)
{
    ipsock_free(port->s);
    ipsock_free(port->id_holder);
}

/* Hosts of one family share an endpoint, so that each reply is seen at once. */
static int choose_port(struct pinger *p, struct target *t, struct ipsock_config *config)
{
    for (size_t i = 0; i < p->port_count; i++)
        if (p->ports[i].family == t->ping.peer.family)
            t->port = &p->ports[i];
    if (t->port)
        return EXIT_OK;
    t->port = &p->ports[p->port_count];
    *t->port = (struct port){.family = t->ping.peer.family};
    const int result = open_port(p, t->port, &t->ping, config);
    if (result == EXIT_OK)
        p->port_count++;
    else /* the next host of the family tries again */
        close_port(t->port);
    return result;
}

bool ping_answered_by_others(const struct pinger *p, const struct target *t)
{
    return p->r.broadcast || ipsock_addr_is_multicast(&t->ping.peer) ||
           ipsock_addr_is_unspecified(&t->ping.peer);
}

/* Replies are told apart by who sends them. */
static bool is_alone(const struct pinger *p, const struct target *t)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct target *other = p->targets[i];
        if (ipsock_addr_equal(&other->ping.peer, &t->ping.peer)) {
            fprintf(stderr, "ipsock ping: %s: the same address as %s\n", t->ping.host,
                    other->ping.host);
            return false;
        }
    }
    if (p->hosts.count > 1 && ping_answered_by_others(p, t)) {
        fprintf(
            stderr,
            "ipsock ping: %s: a group, broadcast or unspecified address must be the only host\n",
            t->ping.host);
        return false;
    }
    return true;
}

int ping_add(struct pinger *p, const char *host, int family)
{
    struct ipsock_config config;
    struct target *t = calloc(1, sizeof *t);
    if (!t)
        return fail_code("ping", host, IPSOCK_ENOMEM);
    t->ping.host = host;
    t->ping.size = (size_t)p->r.size;
    t->ping.several = p->hosts.count > 1;
    t->ping.quiet = p->r.quiet;
    ipsock_config_init(&config);
    int result = read_request(p, &config);
    if (result == EXIT_OK)
        result = resolve_target("ping", host, 0, family, &t->ping.peer);
    if (result == EXIT_OK)
        result =
            settle_zones("ping", &t->ping.peer, &config.local, p->control.interface_index, false);
    if (result == EXIT_OK && !is_alone(p, t))
        result = EXIT_FAIL;
    if (result == EXIT_OK)
        result = choose_port(p, t, &config);
    if (result == EXIT_OK)
        p->targets[p->count++] = t;
    else
        free(t);
    return result;
}

void ping_free(struct pinger *p)
{
    for (size_t i = 0; i < p->port_count; i++)
        close_port(&p->ports[i]);
    for (size_t i = 0; i < p->count; i++)
        free(p->targets[i]);
    free(p->packet);
    free(p->payload);
}
