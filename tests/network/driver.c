// SPDX-License-Identifier: BSD-2-Clause
/* The library by lines of text: a scenario drives one or more of these, each on a host of its own.
 *
 *     open a kind=udp local=[::]:7000 flags=dual receive=0x1f send=0x17
 *     send a peer=192.0.2.1:7000 data=hello class=0x28 hops=7
 *     open a local=0.0.0.0:7000 adopt=1            opened, released, adopted
 *
 * reads a command a line and answers each with one line, "ok KEY=VALUE …" or "error CODE …".
 * Values hold no spaces. In a batch, message i takes the value i of a comma-separated list, from
 * the start again when it ends. Public API only.
 */
#include "driver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENDPOINTS = 8, WORDS = 24, MESSAGES = 1024, DATA = 65536, SHORT_DATA = 64 };

static struct {
    char name[16];
    struct ipsock_endpoint *s;
} endpoints[ENDPOINTS];

static char *words[WORDS];
static int word_count;

static struct {
    struct ipsock_message message[MESSAGES];
    struct ipsock_buffer buffer[MESSAGES];
    struct ipsock_control control[MESSAGES];
    char data[MESSAGES][SHORT_DATA];
} batch;
static char data[DATA];

void die(const char *what)
{
    printf("error bad-command %s\n", what);
    exit(2);
}

const char *value(const char *key)
{
    const size_t length = strlen(key);
    for (int i = 0; i < word_count; i++)
        if (strncmp(words[i], key, length) == 0 && words[i][length] == '=')
            return words[i] + length + 1;
    return NULL;
}

/* Item i of a comma-separated list, copied; NULL without the key. */
static const char *item(const char *key, unsigned i, char *copy, size_t size)
{
    const char *list = value(key);
    unsigned count = 1;
    if (list == NULL)
        return NULL;
    for (const char *p = list; *p; p++)
        count += *p == ',';
    for (i %= count; i > 0; i--)
        list = strchr(list, ',') + 1;
    const size_t length = strcspn(list, ",");
    if (length >= size)
        die(key);
    memcpy(copy, list, length);
    copy[length] = '\0';
    return copy;
}

long number(const char *key, unsigned i, long otherwise)
{
    char text[32];
    return item(key, i, text, sizeof text) == NULL ? otherwise : strtol(text, NULL, 0);
}

struct ipsock_addr addr(const char *key, unsigned i)
{
    char text[IPSOCK_ADDR_TEXT];
    struct ipsock_addr found = {0, 0, 0, 0, {0}};
    if (item(key, i, text, sizeof text) != NULL && ipsock_addr_parse(text, &found) < 0)
        die(text);
    return found;
}

uint32_t interface_index(const char *key, unsigned i)
{
    char text[64];
    struct ipsock_interface *list;
    if (item(key, i, text, sizeof text) == NULL)
        return 0;
    if (text[0] >= '0' && text[0] <= '9')
        return (uint32_t)strtoul(text, NULL, 0);
    if (ipsock_interface_by_name(text, &list) < 0)
        die(text);
    const uint32_t index = list->index;
    ipsock_interfaces_free(list);
    return index;
}

static void failed(int code, const struct ipsock_error *error)
{
    printf("error %s native=%d operation=%s option=%s\n", ipsock_error_name(code), error->native,
           error->operation ? error->operation : "-", error->option ? error->option : "-");
}

void done_or_failed(struct ipsock_endpoint *s, int direction, int code)
{
    struct ipsock_error error = {0, 0, NULL, NULL, 0};
    if (code < 0) {
        ipsock_last_error(s, direction, &error);
        failed(code, &error);
    } else {
        printf("ok\n");
    }
}

struct ipsock_endpoint *endpoint(void)
{
    for (int i = 0; i < ENDPOINTS; i++)
        if (word_count > 1 && strcmp(endpoints[i].name, words[1]) == 0)
            return endpoints[i].s;
    die("endpoint");
    return NULL;
}

static void keep(struct ipsock_endpoint *s)
{
    char text[IPSOCK_ADDR_TEXT];
    struct ipsock_addr local;
    for (int i = 0; i < ENDPOINTS; i++) {
        if (endpoints[i].s != NULL)
            continue;
        snprintf(endpoints[i].name, sizeof endpoints[i].name, "%s", words[1]);
        endpoints[i].s = s;
        if (ipsock_local_addr(s, &local) < 0 || ipsock_addr_format(&local, text, sizeof text) < 0)
            die("local");
        printf("ok local=%s port=%u\n", text, local.port);
        return;
    }
    die("too many endpoints");
}

static uint32_t open_flags(void)
{
    static const struct {
        const char *name;
        uint32_t flag;
    } flags[] = {{"errors", IPSOCK_OPEN_ERROR_STREAM},
                 {"dual", IPSOCK_OPEN_DUAL_STACK},
                 {"broadcast", IPSOCK_OPEN_BROADCAST},
                 {"nonblock", IPSOCK_OPEN_NONBLOCK},
                 {"reuse", IPSOCK_OPEN_REUSE},
                 {"header", IPSOCK_OPEN_HEADER_INCLUDED},
                 {"strict", IPSOCK_OPEN_STRICT_MULTICAST}};
    const char *text = value("flags");
    uint32_t found = 0;
    for (size_t i = 0; text != NULL && i < sizeof flags / sizeof flags[0]; i++)
        if (strstr(text, flags[i].name) != NULL)
            found |= flags[i].flag;
    return found;
}

static int kind(void)
{
    const char *text = value("kind") ? value("kind") : "udp";
    if (strcmp(text, "tcp") == 0)
        return IPSOCK_TCP;
    if (strcmp(text, "ping") == 0)
        return IPSOCK_PING;
    return strcmp(text, "raw") == 0 ? IPSOCK_RAW : IPSOCK_UDP;
}

/* The handle stays, the endpoint is another, which has not opened it. */
static int adopt_instead(struct ipsock_endpoint **s, struct ipsock_config *config)
{
    const struct ipsock_addr none = {0, 0, 0, 0, {0}};
    ipsock_handle_t handle;
    const int code = ipsock_release(*s, &handle);
    ipsock_free(*s);
    config->local = config->peer = none;
    config->flags = IPSOCK_ADOPT_OWN;
    return code < 0 ? code : ipsock_adopt(s, handle, config);
}

static void do_open(void)
{
    struct ipsock_config config;
    struct ipsock_endpoint *s;
    struct ipsock_error error = {0, 0, NULL, NULL, 0};
    ipsock_config_init(&config);
    config.kind = kind();
    config.protocol = (int)number("protocol", 0, 0);
    config.family = (int)number("family", 0, 0);
    config.flags = open_flags();
    config.local = addr("local", 0);
    config.peer = addr("peer", 0);
    config.interface_index = interface_index("interface", 0);
    config.receive_control = (uint32_t)number("receive", 0, 0);
    config.send_control = (uint32_t)number("send", 0, 0);
    config.traffic_class = (int)number("class", 0, 0);
    config.hop_limit = (int)number("hops", 0, 0);
    config.error = &error;
    int code = ipsock_open(&s, &config);
    if (code == 0 && value("adopt"))
        code = adopt_instead(&s, &config);
    if (code < 0)
        failed(code, &error);
    else
        keep(s);
}

static void do_close(void)
{
    struct ipsock_endpoint *s = endpoint();
    for (int i = 0; i < ENDPOINTS; i++)
        if (endpoints[i].s == s)
            memset(&endpoints[i], 0, sizeof endpoints[i]);
    ipsock_free(s);
    printf("ok\n");
}

static void do_set(void)
{
    struct ipsock_endpoint *s = endpoint();
    int code = 0;
    if (value("class"))
        code = ipsock_set_traffic_class(s, (int)number("class", 0, 0));
    if (code == 0 && value("hops"))
        code = ipsock_set_hop_limit(s, (int)number("hops", 0, 0));
    if (code == 0 && value("df"))
        code = ipsock_set_dont_fragment(s, number("df", 0, 0) != 0);
    if (code == 0 && value("mode"))
        code = ipsock_set_path_mtu_mode(s, (int)number("mode", 0, 0));
    if (code == 0 && value("receive"))
        code = ipsock_set_receive_control(s, (uint32_t)number("receive", 0, 0), true);
    done_or_failed(s, IPSOCK_SETUP, code);
}

static void do_get(void)
{
    struct ipsock_endpoint *s = endpoint();
    int class = -1, hops = -1, mode = -1;
    bool df = false;
    uint32_t mtu = 0, index = 0;
    int code = ipsock_get_traffic_class(s, &class);
    if (code == 0)
        code = ipsock_get_hop_limit(s, &hops);
    if (code == 0)
        code = ipsock_get_dont_fragment(s, &df);
    if (code == 0)
        code = ipsock_get_path_mtu_mode(s, &mode);
    if (code == 0 && word_count > 2 && strcmp(words[2], "mtu") == 0)
        code = ipsock_get_path_mtu(s, &mtu, &index);
    if (code < 0)
        done_or_failed(s, IPSOCK_SETUP, code);
    else
        printf("ok class=%d hops=%d df=%d mode=%d mtu=%u index=%u\n", class, hops, df, mode, mtu,
               index);
}

/* The control data that the words ask for; NULL for none. */
static struct ipsock_control *control_of(struct ipsock_control *c, unsigned i)
{
    memset(c, 0, sizeof *c);
    if (number("class", i, -1) >= 0) {
        c->traffic_class = (uint8_t)number("class", i, 0);
        c->valid |= IPSOCK_CONTROL_TRAFFIC_CLASS;
    }
    if (number("hops", i, -1) >= 0) {
        c->hop_limit = (uint8_t)number("hops", i, 0);
        c->valid |= IPSOCK_CONTROL_HOP_LIMIT;
    }
    if (number("df", i, -1) >= 0) {
        c->dont_fragment = (uint8_t)number("df", i, 0);
        c->valid |= IPSOCK_CONTROL_DONT_FRAGMENT;
    }
    if (value("source")) {
        c->source = addr("source", i);
        c->valid |= IPSOCK_CONTROL_SOURCE;
    }
    if (value("interface")) {
        c->interface_index = interface_index("interface", i);
        c->valid |= IPSOCK_CONTROL_INTERFACE;
    }
    return c->valid != 0 ? c : NULL;
}

size_t fill_bytes(char *to, size_t room, const char *digits)
{
    const size_t length = strlen(digits) / 2;
    if (length > room)
        die("hex");
    for (size_t i = 0; i < length; i++) {
        const char byte[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
        to[i] = (char)strtol(byte, NULL, 16);
    }
    return length;
}

static size_t fill(char *to, size_t room, unsigned i)
{
    char text[SHORT_DATA];
    if (value("hex") != NULL)
        return fill_bytes(to, room, value("hex"));
    const char *from = item("data", i, text, sizeof text);
    const size_t length = from == NULL ? 0 : strlen(from);
    const size_t size = (size_t)number("size", i, (long)length);
    if (size > room)
        die("size");
    memset(to, 'x', size);
    if (length != 0)
        memcpy(to, from, length < size ? length : size);
    return size;
}

static void do_send(void)
{
    struct ipsock_endpoint *s = endpoint();
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_control control;
    ipsock_message_init(&message, &buffer, data, fill(data, sizeof data, 0));
    message.peer = addr("peer", 0);
    message.control = control_of(&control, 0);
    const int code = ipsock_send(s, &message, 0);
    if (code < 0)
        done_or_failed(s, IPSOCK_WRITE, code);
    else
        printf("ok length=%zu\n", message.length);
}

static void do_sendbatch(void)
{
    struct ipsock_endpoint *s = endpoint();
    const uint32_t count = (uint32_t)number("count", 0, 1);
    struct ipsock_batch *scratch;
    struct ipsock_error error = {0, 0, NULL, NULL, 0};
    uint32_t sent = 0;
    void *memory = malloc(ipsock_batch_size(MESSAGES));
    if (memory == NULL || count > MESSAGES ||
        ipsock_batch_init(memory, ipsock_batch_size(MESSAGES), MESSAGES, &scratch) < 0)
        die("batch");
    for (uint32_t i = 0; i < count; i++) {
        ipsock_message_init(&batch.message[i], &batch.buffer[i], batch.data[i],
                            fill(batch.data[i], SHORT_DATA, i));
        batch.message[i].peer = addr("peer", i);
        batch.message[i].control = control_of(&batch.control[i], i);
    }
    const int code =
        ipsock_send_batch(s, scratch, batch.message, sizeof batch.message[0], count, &sent, 0);
    if (code < 0)
        ipsock_last_error(s, IPSOCK_WRITE, &error);
    printf("ok done=%u code=%s option=%s index=%zu\n", sent, ipsock_error_name(code),
           error.option ? error.option : "-", code < 0 ? error.index : 0);
    free(memory);
}

static void print_addr(const char *key, const struct ipsock_addr *address)
{
    char text[IPSOCK_ADDR_TEXT];
    if (ipsock_addr_format(address, text, sizeof text) == 0)
        printf(" %s=%s", key, text);
}

static void print_message(const struct ipsock_message *m)
{
    const struct ipsock_control *c = m->control;
    printf(" length=%zu flags=0x%x valid=0x%x", m->length, m->flags, c->valid);
    print_addr("peer", &m->peer);
    if (c->valid & IPSOCK_CONTROL_DESTINATION)
        print_addr("destination", &c->destination);
    if (c->valid & IPSOCK_CONTROL_SOURCE)
        print_addr("source", &c->source);
    if (c->valid & IPSOCK_CONTROL_INTERFACE)
        printf(" index=%u", c->interface_index);
    if (c->valid & IPSOCK_CONTROL_TRAFFIC_CLASS)
        printf(" class=%u", c->traffic_class);
    if (c->valid & IPSOCK_CONTROL_HOP_LIMIT)
        printf(" hops=%u", c->hop_limit);
    if (c->valid & IPSOCK_CONTROL_PATH_MTU)
        printf(" mtu=%u", c->path_mtu);
    if (value("quiet") != NULL) /* bytes that are no text */
        return;
    const size_t length = m->length - m->header_length; /* raw IPv4 in batches */
    const int shown = length < SHORT_DATA ? (int)length : SHORT_DATA;
    printf(" data=%.*s", shown, (const char *)m->buffers[0].data + m->header_length);
}

static void set_timeout(struct ipsock_endpoint *s)
{
    ipsock_set_read_deadline(s, ipsock_now() + number("timeout", 0, 10) * IPSOCK_SECOND);
}

/* Receives; with "reply" the datagram goes back from where it was sent to. */
static void do_recv(bool reply)
{
    struct ipsock_endpoint *s = endpoint();
    struct ipsock_message message;
    struct ipsock_buffer buffer;
    struct ipsock_control control, back;
    memset(&control, 0, sizeof control);
    ipsock_message_init(&message, &buffer, data, sizeof data);
    message.control = &control;
    set_timeout(s);
    int code = ipsock_recv(s, &message, 0);
    if (code < 0) {
        done_or_failed(s, IPSOCK_READ, code);
        return;
    }
    if (!reply) {
        printf("ok");
        print_message(&message);
        printf("\n");
        return;
    }
    code = ipsock_control_reply(s, &back, &control);
    buffer.length = message.length;
    message.control = &back;
    if (code == 0)
        code = ipsock_send(s, &message, 0);
    done_or_failed(s, IPSOCK_WRITE, code);
}

static void do_recvbatch(void)
{
    struct ipsock_endpoint *s = endpoint();
    const uint32_t count = (uint32_t)number("count", 0, MESSAGES);
    struct ipsock_batch *scratch;
    uint32_t received = 0;
    void *memory = malloc(ipsock_batch_size(MESSAGES));
    if (memory == NULL || count > MESSAGES ||
        ipsock_batch_init(memory, ipsock_batch_size(MESSAGES), MESSAGES, &scratch) < 0)
        die("batch");
    for (uint32_t i = 0; i < count; i++) {
        memset(&batch.control[i], 0, sizeof batch.control[i]);
        ipsock_message_init(&batch.message[i], &batch.buffer[i], batch.data[i], SHORT_DATA);
        batch.message[i].control = &batch.control[i];
    }
    set_timeout(s);
    const int code =
        ipsock_recv_batch(s, scratch, batch.message, sizeof batch.message[0], count, &received, 0);
    if (code < 0) {
        done_or_failed(s, IPSOCK_READ, code);
    } else {
        printf("ok done=%u", received);
        for (uint32_t i = 0; i < received; i++) {
            printf(" ;");
            print_message(&batch.message[i]);
        }
        printf("\n");
    }
    free(memory);
}

static void obey(void)
{
    if (strcmp(words[0], "open") == 0 && word_count > 1)
        do_open();
    else if (strcmp(words[0], "close") == 0)
        do_close();
    else if (strcmp(words[0], "set") == 0)
        do_set();
    else if (strcmp(words[0], "get") == 0)
        do_get();
    else if (strcmp(words[0], "send") == 0)
        do_send();
    else if (strcmp(words[0], "sendbatch") == 0)
        do_sendbatch();
    else if (strcmp(words[0], "recv") == 0)
        do_recv(false);
    else if (strcmp(words[0], "reply") == 0)
        do_recv(true);
    else if (strcmp(words[0], "recvbatch") == 0)
        do_recvbatch();
    else if (!obey_multicast(words[0]) && !obey_raw(words[0]) && !obey_error(words[0]) &&
             !obey_filter(words[0]) && !obey_watch(words[0]))
        die(words[0]);
}

int main(void)
{
    static char line[8192];
    while (fgets(line, sizeof line, stdin) != NULL) {
        word_count = 0;
        for (char *p = strtok(line, " \n"); p != NULL && word_count < WORDS;
             p = strtok(NULL, " \n"))
            words[word_count++] = p;
        if (word_count > 0)
            obey();
        fflush(stdout);
    }
    for (int i = 0; i < ENDPOINTS; i++)
        ipsock_free(endpoints[i].s);
    return 0;
}
