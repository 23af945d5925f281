// SPDX-License-Identifier: BSD-2-Clause
/* What the conformance tests share: endpoints in pairs, per column of traffic, and checks that say
 * which call failed in which column. */
#ifndef CONFORMANCE_HARNESS_H
#define CONFORMANCE_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ipsock/ipsock.h>

#include "expect.h"
#include "system.h"

#define COUNT(array)    (sizeof(array) / sizeof((array)[0]))
#define MILLISECOND     INT64_C(1000000)
#define SECOND          (1000 * MILLISECOND)
#define PROTOCOL_ICMP   1
#define PROTOCOL_TCP    6
#define PROTOCOL_GRE    47
#define PROTOCOL_ICMPV6 58
#define PROTOCOL_OSPF   89
#define PROTOCOL_TEST   253 /* RFC 3692 */

/* The columns of traffic. */
enum { V4, V6, MAPPED, COLUMNS };
struct column {
    const char *name;
    int family;           /* of the endpoints */
    int traffic;          /* IPSOCK_IPV4, IPSOCK_IPV6, IPSOCK_IPV4_MAPPED */
    uint32_t flags;       /* to open with */
    const char *loopback; /* as the endpoints write it */
};
extern const struct column columns[COLUMNS];

/* Whether the host carries a column. If not, prints why. */
bool has_column(int column);
#define FOR_EACH_COLUMN(i)             \
    for (int i = V4; i < COLUMNS; i++) \
        if (begin_column(i))
bool begin_column(int column);

/* Ends the test as skipped, saying why. */
void need(bool condition, const char *reason);
/* Raw endpoints: privilege. */
void need_privilege(void);
void need_privilege_for(int kind); /* raw endpoints */
/* Ping endpoints: whether they can be opened. */
bool has_ping(int family);
#define FOR_EACH_PING(i)           \
    for (int i = V4; i <= V6; i++) \
        if (begin_column(i) && has_ping(columns[i].family))

/* Checks with the names of codes, and the column. */
#define CHECK(want, call) check_code(#call, (want), (call), __FILE__, __LINE__)
#define EQUAL(want, value) \
    check_number(#value, (int64_t)(want), (int64_t)(value), __FILE__, __LINE__)
void check_code(const char *what, int want, int got, const char *file, int line);
void check_number(const char *what, int64_t want, int64_t got, const char *file, int line);
/* The last error of a direction names this option. */
void check_option(struct ipsock_endpoint *s, int direction, int code, const char *option);
void check_addr(const struct ipsock_addr *got, const char *want); /* ports aside */

struct ipsock_addr addr_of(const char *text);
uint32_t loopback_index(void);
/* An address of this host that needs its scope. */
bool find_link_local(struct ipsock_addr *addr);
int64_t soon(void); /* a deadline that only a hanging call meets */
/* The same numbers in every run (xorshift64). */
uint64_t next_random(uint64_t *state);
/* A copy in a block of exactly this size, so that a sanitizer sees what reads beyond. */
void *exact_copy(const void *bytes, size_t length);

/* Endpoints. */
struct ipsock_config config_of(int column,
                               int kind); /* local address: loopback, or any if mapped */
struct ipsock_endpoint *must_open(const struct ipsock_config *config);
struct ipsock_endpoint *open_raw(int column, int protocol, uint32_t receive, uint32_t send);

/* Of these control fields, those that UDP endpoints of a column deliver here; and those that they
 * can send packet by packet, to unicast destinations of any scope. */
uint32_t delivered(int column, uint32_t fields);
uint32_t sendable(int column, uint32_t fields);
uint32_t sendable_raw(int column, uint32_t fields);
/* Whether raw sockets hear echo requests to this host, and its UDP and TCP. */
bool raw_hears_requests(int column);
bool raw_hears_transports(void);
/* The same of requests to IPv4 groups. */
bool raw_hears_group_requests(void);
/* Whether endpoints that are not strict, and have joined something, hear what others joined. */
bool hears_groups_of_others(int column);
/* Whether a dual-stack endpoint's multicast options govern its IPv4 packets. */
bool multicast_options_reach_mapped(void);
/* Whether the traffic class of an endpoint reaches its packets of a column. */
bool class_option_reaches(int column);
/* What came with a packet, as far as it is delivered and the option reaches it. */
void check_class(int column, int want, const struct ipsock_control *control);
void check_hops(int want, const struct ipsock_control *control);

/* Of these control fields, those that raw endpoints, and ping endpoints made of them, deliver here.
 */
uint32_t delivered_raw(int column, uint32_t fields);

/* Whether raw IPv6 has checksums here; if not, both calls must say so. */
bool has_sums(struct ipsock_endpoint *s);
/* Ends the test as skipped, and s, where it has not. */
void need_sums(struct ipsock_endpoint *s);

struct ipsock_endpoint *open_ping(int column);
uint16_t id_of(struct ipsock_endpoint *ping);

struct pair {
    struct ipsock_endpoint *sender, *receiver;
    struct ipsock_addr to; /* the receiver, as the sender writes it */
};
/* UDP; the receiver delivers, the sender may send these control fields, as far as the column has
 * them here. */
struct pair open_pair(int column, uint32_t receive, uint32_t send);
/* TCP: sender connected, receiver accepted. */
struct pair open_stream(int column);
void close_pair(struct pair *pair);

/* What arrived. */
struct seen {
    struct ipsock_addr peer;
    struct ipsock_control control;
    uint32_t flags;
    size_t length;
    uint8_t data[4096];
};
/* One message, within a long deadline; fails the test if none comes. */
void receive(struct ipsock_endpoint *s, struct seen *seen);
/* Whether nothing is there. */
void check_nothing(struct ipsock_endpoint *s);
/* Sends bytes; to and control may be NULL. Returns the code. */
int send_bytes(struct ipsock_endpoint *s, const struct ipsock_addr *to, const void *data,
               size_t length, struct ipsock_control *control);
/* Sends a text with control and receives it. */
void exchange(struct pair *pair, struct ipsock_control *control, struct seen *seen);

/* An ICMP echo request with its checksum (IPv6: left to the kernel). */
size_t make_echo(uint8_t *packet, int family, uint16_t id, uint16_t sequence);
/* Receives until an echo reply of this id comes. */
void receive_reply(struct ipsock_endpoint *s, int family, uint16_t id, struct seen *seen);

/* A batch of n messages of one buffer each. */
struct burst {
    uint32_t count;
    void *memory;
    struct ipsock_batch *batch;
    struct ipsock_message *messages;
    struct ipsock_buffer *buffers;
    struct ipsock_control *controls; /* not attached */
    uint8_t (*data)[64];
};
struct burst make_burst(uint32_t count);
void free_burst(struct burst *burst);
int send_burst(struct ipsock_endpoint *s, struct burst *burst, uint32_t count, uint32_t *done);
int receive_burst(struct ipsock_endpoint *s, struct burst *burst, uint32_t count, uint32_t *done);

/* main of every program: isolates the process, then runs; tests that need what the system below
 * lacks (needs.csv) are skipped and say so. */
int run_cases(const struct CMUnitTest *tests, size_t count);
#define RUN(tests) (system_isolate(), run_cases(tests, COUNT(tests)))

#endif
