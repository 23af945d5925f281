// SPDX-License-Identifier: BSD-2-Clause
#include "errors_later.h"

#define PORT_UNREACHABLE4 3
#define PORT_UNREACHABLE6 4

int take_event(struct ipsock_endpoint *s, struct event *event, uint32_t flags)
{
    memset(event, 0xee, sizeof *event);
    return ipsock_recv_icmp_error(s, &event->e, NULL, 0, event->payload, sizeof event->payload,
                                  &event->length, flags);
}

struct ipsock_config stream_config(int column)
{
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    config.flags |= IPSOCK_OPEN_ERROR_STREAM;
    return config;
}

bool has_error_stream(void)
{
    struct ipsock_capability_answer answer;
    CHECK(IPSOCK_OK,
          ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_ERROR_STREAM, &answer));
    return answer.level != IPSOCK_ABSENT;
}

void need_error_stream(void)
{
    need(has_error_stream(), "no error stream on this system");
}

struct ipsock_endpoint *open_error_stream(int column)
{
    const struct ipsock_config config = stream_config(column);
    struct ipsock_endpoint *s = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_set_deadline(s, soon()));
    return s;
}

/* A port of this host that nobody listens on. */
struct ipsock_addr closed_port(int column)
{
    const struct ipsock_config config = config_of(column, IPSOCK_UDP);
    struct ipsock_endpoint *s = must_open(&config);
    struct ipsock_addr local, to = addr_of(columns[column].loopback);
    CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
    ipsock_free(s);
    to.port = local.port;
    return to;
}

/* An event that says "nobody listens there". */
void check_refused(const struct event *event, int column, const struct ipsock_addr *to)
{
    const bool v6 = column == V6;
    const struct ipsock_addr host = ipsock_addr_map(&event->e.offender);
    struct ipsock_addr wanted = *to;
    wanted.port = 0;
    wanted = ipsock_addr_map(&wanted);
    EQUAL(v6 ? IPSOCK_IPV6 : IPSOCK_IPV4, event->e.family);
    EQUAL(v6 ? (int)IPSOCK_ICMPV6_DESTINATION_UNREACHABLE
             : (int)IPSOCK_ICMPV4_DESTINATION_UNREACHABLE,
          event->e.type);
    EQUAL(v6 ? PORT_UNREACHABLE6 : PORT_UNREACHABLE4, event->e.code);
    CHECK(IPSOCK_ECONNREFUSED, event->e.error);
    assert_true(ipsock_addr_equal(&host, &wanted));
    EQUAL(columns[column].family, event->e.offender.family);
    EQUAL(columns[column].family, event->e.destination.family);
    EQUAL(to->port, event->e.destination.port);
    EQUAL(0, event->e.mtu);
    EQUAL(0, event->e.flags);
    EQUAL(0, event->e.object_count);
    EQUAL(loopback_index(), event->e.interface_index);
}
