// SPDX-License-Identifier: BSD-2-Clause
#include "harness.h"

const struct column columns[COLUMNS] = {
    [V4] = {"v4", IPSOCK_IPV4, IPSOCK_IPV4, 0, "127.0.0.1"},
    [V6] = {"v6", IPSOCK_IPV6, IPSOCK_IPV6, 0, "::1"},
    [MAPPED] = {"mapped", IPSOCK_IPV6, IPSOCK_IPV4_MAPPED, IPSOCK_OPEN_DUAL_STACK,
                "::ffff:127.0.0.1"},
};

static const char *current = "-"; /* column, for messages */

void need(bool condition, const char *reason)
{
    if (condition)
        return;
    print_message("skip: %s\n", reason);
    skip();
}

void need_privilege(void)
{
    need(system_is_privileged(), "raw endpoints need privilege");
}

void need_privilege_for(int kind)
{
    if (kind == IPSOCK_RAW)
        need_privilege();
}

/* Whether the system carries it, asked without the library. */
static bool is_carried(int column)
{
    const int families[] = {columns[column].family, IPSOCK_IPV4};
    const int count = column == MAPPED ? 2 : 1;
    for (int i = 0; i < count; i++) {
        const ipsock_handle_t handle = system_udp_socket(families[i], true);
        if (handle == IPSOCK_INVALID_HANDLE)
            return false;
        system_close(handle);
    }
    return true;
}

bool has_column(int column)
{
    struct ipsock_endpoint *s = NULL;
    const struct ipsock_config config = config_of(column, IPSOCK_UDP);
    const int code = ipsock_open(&s, &config);
    ipsock_free(s);
    if (column == MAPPED && expected("err-02", "dual-stack").level == EXPECT_ABSENT)
        return expect_code("err-02", "dual-stack", code);
    if (code == IPSOCK_OK)
        return true;
    if ((code != IPSOCK_ENOTSUP && code != IPSOCK_EADDRNOTAVAIL) || is_carried(column))
        fail_msg("column %s: %s", columns[column].name, ipsock_error_name(code));
    print_message("skip: this host carries no %s traffic\n", columns[column].name);
    return false;
}

bool begin_column(int column)
{
    current = columns[column].name;
    return has_column(column);
}

bool has_ping(int family)
{
    struct ipsock_endpoint *s = NULL;
    const int column = family == IPSOCK_IPV4 ? V4 : V6;
    const struct ipsock_config config = config_of(column, IPSOCK_PING);
    const int code = ipsock_open(&s, &config);
    ipsock_free(s);
    if (code != IPSOCK_OK)
        print_message("skip: ping endpoints: %s\n", ipsock_error_name(code));
    return code == IPSOCK_OK;
}

void check_code(const char *what, int want, int got, const char *file, int line)
{
    if (want == got)
        return;
    print_message("[%s] %s:\n    %s, expected %s\n", current, what, ipsock_error_name(got),
                  ipsock_error_name(want));
    _fail(file, line);
}

void check_number(const char *what, int64_t want, int64_t got, const char *file, int line)
{
    if (want == got)
        return;
    print_message("[%s] %s:\n    %lld, expected %lld\n", current, what, (long long)got,
                  (long long)want);
    _fail(file, line);
}

void check_option(struct ipsock_endpoint *s, int direction, int code, const char *option)
{
    struct ipsock_error error;
    CHECK(IPSOCK_OK, ipsock_last_error(s, direction, &error));
    CHECK(code, error.code);
    assert_non_null(error.operation);
    if (error.option == NULL || strcmp(error.option, option) != 0)
        fail_msg("[%s] the error names %s, expected %s", current,
                 error.option != NULL ? error.option : "nothing", option);
}

void check_addr(const struct ipsock_addr *got, const char *want)
{
    char text[IPSOCK_ADDR_TEXT] = "no address";
    struct ipsock_addr bare = *got;
    const struct ipsock_addr right = addr_of(want);
    bare.port = 0;
    if (ipsock_addr_equal(&bare, &right))
        return;
    ipsock_addr_format(got, text, sizeof text);
    fail_msg("[%s] address %s, expected %s", current, text, want);
}

struct ipsock_addr addr_of(const char *text)
{
    struct ipsock_addr addr;
    memset(&addr, 0, sizeof addr);
    CHECK(IPSOCK_OK, ipsock_addr_parse(text, &addr));
    return addr;
}

uint32_t loopback_index(void)
{
    struct ipsock_interface *list = NULL;
    uint32_t index = 0;
    CHECK(IPSOCK_OK, ipsock_interfaces(&list));
    for (const struct ipsock_interface *i = list; i != NULL && index == 0; i = i->next)
        if (i->flags & IPSOCK_INTERFACE_LOOPBACK)
            index = i->index;
    ipsock_interfaces_free(list);
    assert_int_not_equal(index, 0);
    return index;
}

bool find_link_local(struct ipsock_addr *addr)
{
    struct ipsock_interface *list = NULL;
    bool found = false;
    CHECK(IPSOCK_OK, ipsock_interfaces(&list));
    for (const struct ipsock_interface *i = list; i != NULL; i = i->next)
        for (const struct ipsock_interface_addr *a = i->addrs; a != NULL && !found; a = a->next)
            if (a->addr.family == IPSOCK_IPV6 && ipsock_addr_is_link_local(&a->addr)) {
                EQUAL(i->index, a->addr.scope);
                *addr = a->addr;
                found = true;
            }
    ipsock_interfaces_free(list);
    return found;
}

int64_t soon(void)
{
    return ipsock_now() + 20 * SECOND;
}

uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

void *exact_copy(const void *bytes, size_t length)
{
    void *copy = malloc(length != 0 ? length : 1);
    assert_non_null(copy);
    if (length != 0)
        memcpy(copy, bytes, length);
    return copy;
}

struct ipsock_config config_of(int column, int kind)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.family = columns[column].family;
    config.kind = kind;
    config.flags = columns[column].flags;
    config.local = column == MAPPED ? ipsock_addr_any(IPSOCK_IPV6, 0)
                                    : ipsock_addr_loopback(columns[column].family, 0);
    return config;
}

/* Not every system has raw sockets of every family and protocol below it, tells of each packet, or
 * lets programs mark what they send. */
static void need_what_is_asked_for(const struct ipsock_config *config, int code)
{
    const char *reason = NULL;
    if (code != IPSOCK_ENOTSUP)
        return;
    if (config->kind == IPSOCK_RAW)
        reason = system_lacks(config->family == IPSOCK_IPV4 ? "raw-protocol" : "raw-ipv6");
    if (reason == NULL && config->receive_control != 0)
        reason = system_lacks("receive-control");
    if (reason == NULL && (config->send_control & IPSOCK_CONTROL_TRAFFIC_CLASS))
        reason = system_lacks("marks");
    need(reason == NULL, reason);
}

struct ipsock_endpoint *must_open(const struct ipsock_config *config)
{
    char text[IPSOCK_ERROR_TEXT];
    struct ipsock_error error;
    struct ipsock_endpoint *s = NULL;
    struct ipsock_config copy = *config;
    copy.error = &error;
    if (ipsock_open(&s, &copy) < 0) {
        need_what_is_asked_for(config, error.code);
        ipsock_error_format(&error, text, sizeof text);
        fail_msg("[%s] open: %s", current, text);
    }
    assert_non_null(s);
    return s;
}

struct ipsock_endpoint *open_raw(int column, int protocol, uint32_t receive_control,
                                 uint32_t send_control)
{
    struct ipsock_config config = config_of(column, IPSOCK_RAW);
    config.protocol = protocol;
    config.receive_control = receive_control;
    config.send_control = send_control;
    return must_open(&config);
}

uint32_t delivered_raw(int column, uint32_t fields)
{
    const char *what = column == V4 ? "raw-traffic-class-v4" : "raw-traffic-class-v6";
    const bool absent = expected("cm-15", what).level == EXPECT_ABSENT;
    return absent ? fields & ~IPSOCK_CONTROL_TRAFFIC_CLASS : fields;
}

bool has_sums(struct ipsock_endpoint *s)
{
    bool on;
    if (expect_code("v6-opt-06", "checksum", ipsock_get_checksum(s, &on, NULL)))
        return true;
    CHECK(IPSOCK_ENOTSUP, ipsock_set_checksum(s, true, 4));
    check_option(s, IPSOCK_SETUP, IPSOCK_ENOTSUP, "checksum");
    return false;
}

void need_sums(struct ipsock_endpoint *s)
{
    const bool there = has_sums(s);
    if (!there)
        ipsock_free(s);
    need(there, "no checksums of raw IPv6 on this system");
}

struct ipsock_endpoint *open_ping(int column)
{
    const struct ipsock_config config = config_of(column, IPSOCK_PING);
    return must_open(&config);
}

uint16_t id_of(struct ipsock_endpoint *ping)
{
    uint16_t id = 0;
    CHECK(IPSOCK_OK, ipsock_echo_id(ping, &id));
    assert_int_not_equal(id, 0);
    return id;
}

/* The address of an endpoint on this host, as others of its column write it. */
static struct ipsock_addr reach(struct ipsock_endpoint *s, int column)
{
    struct ipsock_addr local;
    struct ipsock_addr to = addr_of(columns[column].loopback);
    CHECK(IPSOCK_OK, ipsock_local_addr(s, &local));
    to.port = local.port;
    return to;
}

struct pair open_pair(int column, uint32_t receive_control, uint32_t send_control)
{
    struct pair pair;
    struct ipsock_config config = config_of(column, IPSOCK_UDP);
    config.receive_control = delivered(column, receive_control);
    pair.receiver = must_open(&config);
    config.receive_control = 0;
    config.send_control = sendable(column, send_control);
    pair.sender = must_open(&config);
    pair.to = reach(pair.receiver, column);
    return pair;
}

struct pair open_stream(int column)
{
    struct pair pair;
    struct ipsock_config config = config_of(column, IPSOCK_TCP);
    struct ipsock_endpoint *listener = must_open(&config);
    pair.to = reach(listener, column);
    config.local = ipsock_addr_any(IPSOCK_UNSPEC, 0);
    config.peer = pair.to;
    config.deadline = soon();
    pair.sender = must_open(&config);
    CHECK(IPSOCK_OK, ipsock_set_deadline(listener, soon()));
    CHECK(IPSOCK_OK, ipsock_accept(listener, &pair.receiver, NULL));
    ipsock_free(listener);
    return pair;
}

void close_pair(struct pair *pair)
{
    ipsock_free(pair->sender);
    ipsock_free(pair->receiver);
}

void receive(struct ipsock_endpoint *s, struct seen *seen)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    memset(seen, 0, sizeof *seen);
    ipsock_message_init(&message, &buffer, seen->data, sizeof seen->data);
    message.control = &seen->control;
    seen->control.valid = 0xdeadu; /* must be written */
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, soon()));
    CHECK(IPSOCK_OK, ipsock_recv(s, &message, 0));
    CHECK(IPSOCK_OK, ipsock_set_read_deadline(s, 0));
    seen->peer = message.peer;
    seen->flags = message.flags;
    seen->length = message.length;
}

void check_nothing(struct ipsock_endpoint *s)
{
    uint8_t byte;
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    ipsock_message_init(&message, &buffer, &byte, sizeof byte);
    CHECK(IPSOCK_EAGAIN, ipsock_recv(s, &message, IPSOCK_MSG_DONTWAIT));
}

int send_bytes(struct ipsock_endpoint *s, const struct ipsock_addr *to, const void *data,
               size_t length, struct ipsock_control *control)
{
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    uint8_t none = 0;
    /* the buffers of a message are not const, as those of struct iovec */
    void *bytes = length == 0 ? &none : exact_copy(data, length);
    ipsock_message_init(&message, &buffer, bytes, length);
    if (to != NULL)
        message.peer = *to;
    message.control = control;
    const int code = ipsock_send(s, &message, 0);
    if (bytes != &none)
        free(bytes);
    EQUAL(code == IPSOCK_OK ? length : 0, message.length);
    return code;
}

void exchange(struct pair *pair, struct ipsock_control *control, struct seen *seen)
{
    static const char text[] = "HELLO-R-U-THERE";
    CHECK(IPSOCK_OK, send_bytes(pair->sender, &pair->to, text, sizeof text, control));
    receive(pair->receiver, seen);
    EQUAL(sizeof text, seen->length);
    assert_memory_equal(seen->data, text, sizeof text);
}

size_t make_echo(uint8_t *packet, int family, uint16_t id, uint16_t sequence)
{
    const uint8_t header[8] = {family == IPSOCK_IPV4 ? 8 : 128,
                               0,
                               0,
                               0,
                               (uint8_t)(id >> 8),
                               (uint8_t)id,
                               (uint8_t)(sequence >> 8),
                               (uint8_t)sequence};
    memcpy(packet, header, sizeof header);
    memcpy(packet + 8, "ECHO", 4);
    if (family == IPSOCK_IPV4) {
        const uint16_t sum = ipsock_checksum(packet, 12);
        packet[2] = (uint8_t)(sum >> 8);
        packet[3] = (uint8_t)sum;
    }
    return 12;
}

void receive_reply(struct ipsock_endpoint *s, int family, uint16_t id, struct seen *seen)
{
    /* A raw socket on loopback also gets the request, and other endpoints' packets. */
    for (int tries = 0; tries < 200; tries++) {
        receive(s, seen);
        if (seen->length >= 8 && seen->data[0] == (family == IPSOCK_IPV4 ? 0 : 129) &&
            seen->data[4] == (uint8_t)(id >> 8) && seen->data[5] == (uint8_t)id)
            return;
    }
    fail_msg("[%s] no echo reply", current);
}

struct burst make_burst(uint32_t count)
{
    struct burst b;
    const size_t size = ipsock_batch_size(count);
    b.count = count;
    b.memory = malloc(size);
    b.messages = calloc(count, sizeof *b.messages);
    b.buffers = calloc(count, sizeof *b.buffers);
    b.controls = calloc(count, sizeof *b.controls);
    b.data = calloc(count, sizeof *b.data);
    assert_true(b.memory != NULL && b.messages != NULL && b.buffers != NULL && b.controls != NULL &&
                b.data != NULL);
    CHECK(IPSOCK_OK, ipsock_batch_init(b.memory, size, count, &b.batch));
    for (uint32_t i = 0; i < count; i++)
        ipsock_message_init(&b.messages[i], &b.buffers[i], b.data[i], sizeof b.data[i]);
    return b;
}

void free_burst(struct burst *b)
{
    free(b->memory);
    free(b->messages);
    free(b->buffers);
    free(b->controls);
    free(b->data);
}

int send_burst(struct ipsock_endpoint *s, struct burst *b, uint32_t count, uint32_t *done)
{
    return ipsock_send_batch(s, b->batch, b->messages, sizeof b->messages[0], count, done, 0);
}

int receive_burst(struct ipsock_endpoint *s, struct burst *b, uint32_t count, uint32_t *done)
{
    return ipsock_recv_batch(s, b->batch, b->messages, sizeof b->messages[0], count, done, 0);
}
