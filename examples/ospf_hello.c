// SPDX-License-Identifier: BSD-2-Clause
/* Says OSPF hello on an interface and prints the hellos of others: OSPFv2 (RFC 2328) over raw IPv4,
 * OSPFv3 (RFC 5340) over raw IPv6.
 *
 *     ospf_hello v4|v6 INTERFACE [--router-id ID] [--area AREA] [--interval SECONDS] [--count N]
 *
 * Hellos go to all OSPF routers of the link, 224.0.0.5 or ff02::5, with traffic class CS6 and hop
 * limit 1, by the one interface; they name no neighbours, so that routers list this host in state
 * Init and never go further. OSPFv2 has its own checksum; that of OSPFv3 spans the addresses of the
 * packet, and the kernel writes and verifies it. ID and AREA are written as IPv4 addresses; the ID
 * is the interface's first one unless given, the area 0.0.0.0, the interval 10. After N hellos and
 * one more interval the program ends; without N, by Ctrl-C. Raw sockets take privilege.
 */
#include <ipsock/ipsock.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROTOCOL_OSPF   89
#define TYPE_HELLO      1
#define CHECKSUM_OFFSET 12 /* in both versions */
#define PRIORITY        1
#define PACKET          1500

struct speaker {
    struct ipsock_endpoint *s;
    const char *name; /* of the interface */
    uint32_t index;
    bool v6;
    uint8_t router[4], area[4], mask[4];
    unsigned interval;   /* seconds */
    unsigned long count; /* hellos to send; 0: no end */
    struct ipsock_addr group;
};

static volatile sig_atomic_t stop;

/* No call of the library may be made here: the flag is looked at five times a second. */
static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

static int complain(const char *subject, const struct ipsock_error *error)
{
    char text[IPSOCK_ERROR_TEXT];
    ipsock_error_format(error, text, sizeof text);
    fprintf(stderr, "ospf_hello: %s: %s\n", subject, text);
    return error->code;
}

static int complain_about(const struct speaker *h, const char *subject, int direction)
{
    struct ipsock_error error;
    ipsock_last_error(h->s, direction, &error);
    return complain(subject, &error);
}

static void put16(uint8_t *p, unsigned value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value & 0xffff);
}

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* The header that both versions begin with. */
static void put_header(uint8_t *packet, const struct speaker *h, size_t length)
{
    packet[0] = h->v6 ? 3 : 2;
    packet[1] = TYPE_HELLO;
    put16(packet + 2, (unsigned)length);
    memcpy(packet + 4, h->router, 4);
    memcpy(packet + 8, h->area, 4);
}

/* RFC 2328 A.3.2: no authentication, nobody is the designated router, no neighbours. */
static size_t make_hello4(uint8_t *packet, const struct speaker *h)
{
    const size_t length = 44;
    memset(packet, 0, length);
    put_header(packet, h, length);
    memcpy(packet + 24, h->mask, 4);
    put16(packet + 28, h->interval);
    packet[30] = 0x02; // options: E, external routes are known here
    packet[31] = PRIORITY;
    put32(packet + 32, 4 * h->interval); // until it is taken for dead
    put16(packet + CHECKSUM_OFFSET, ipsock_checksum(packet, length));
    return length;
}

/* RFC 5340 A.3.2: the checksum is the kernel's. */
static size_t make_hello6(uint8_t *packet, const struct speaker *h)
{
    const size_t length = 36;
    memset(packet, 0, length);
    put_header(packet, h, length);
    put32(packet + 16, h->index);
    packet[20] = PRIORITY;
    packet[23] = 0x13; // options: V6, E, R
    put16(packet + 24, h->interval);
    put16(packet + 26, 4 * h->interval > 65535 ? 65535 : 4 * h->interval);
    return length;
}

static int say_hello(struct speaker *h)
{
    uint8_t packet[64];
    struct ipsock_buffer buffer;
    struct ipsock_message message;
    const size_t length = h->v6 ? make_hello6(packet, h) : make_hello4(packet, h);
    ipsock_message_init_send(&message, &buffer, packet, length, &h->group);
    const int result = ipsock_send(h->s, &message, 0);
    if (result < 0) {
        complain_about(h, "sending", IPSOCK_WRITE);
        // A firewall, the route, a full queue, a link that is down: over, perhaps, when the next is
        // due.
        const bool passing = result == IPSOCK_EFIREWALL || result == IPSOCK_ENETUNREACH ||
                             result == IPSOCK_ENOBUFS || result == IPSOCK_ENETDOWN;
        return passing ? 0 : result;
    }
    printf("hello sent by %s\n", h->name);
    fflush(stdout);
    return 0;
}

/* Whether it is a hello of this version, whole and from somebody else. */
static bool is_hello(const struct speaker *h, const uint8_t *p, size_t length)
{
    if (length < (h->v6 ? 36u : 44u) || p[0] != (h->v6 ? 3 : 2) || p[1] != TYPE_HELLO ||
        get16(p + 2) > length || memcmp(p + 4, h->router, 4) == 0)
        return false;
    if (h->v6 || get16(p + 14) != 0) // the kernel has summed; or there is authentication instead
        return true;
    return get16(p + 2) >= 44 && ipsock_checksum(p, get16(p + 2)) == 0;
}

static void print_hello(const struct speaker *h, const struct ipsock_message *message)
{
    const uint8_t *p = message->buffers[0].data;
    const struct ipsock_control *control = message->control;
    char from[IPSOCK_ADDR_TEXT] = "?";
    ipsock_addr_format(&message->peer, from, sizeof from);
    printf("neighbour %u.%u.%u.%u area %u.%u.%u.%u priority %u hello interval %u s from %s by %s",
           p[4], p[5], p[6], p[7], p[8], p[9], p[10], p[11], h->v6 ? p[20] : p[31],
           h->v6 ? get16(p + 24) : get16(p + 28), from, h->name);
    if (control->valid & IPSOCK_CONTROL_HOP_LIMIT)
        printf(" hop limit %u", (unsigned)control->hop_limit);
    putchar('\n');
    fflush(stdout);
}

/* Listens until a time on ipsock_now's clock, or Ctrl-C. */
static int listen_until(struct speaker *h, int64_t end)
{
    static uint8_t data[PACKET];
    while (!stop && ipsock_now() < end) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        struct ipsock_control control;
        const int64_t look = ipsock_now() + 200 * IPSOCK_MILLISECOND;
        ipsock_message_init(&message, &buffer, data, sizeof data);
        message.control = &control;
        ipsock_set_read_deadline(h->s, look < end ? look : end);
        const int result = ipsock_recv(h->s, &message, 0);
        if (result < 0 && result != IPSOCK_ETIMEDOUT)
            return complain_about(h, "receiving", IPSOCK_READ);
        const bool here = result == 0 && control.valid & IPSOCK_CONTROL_INTERFACE &&
                          control.interface_index == h->index;
        if (here && is_hello(h, data, message.length))
            print_hello(h, &message);
    }
    return 0;
}

static int talk(struct speaker *h)
{
    int64_t next = ipsock_now();
    int result = 0;
    for (unsigned long sent = 0; result == 0 && !stop && (h->count == 0 || sent < h->count);
         sent++) {
        result = say_hello(h);
        next += h->interval * IPSOCK_SECOND;
        if (result == 0)
            result = listen_until(h, next);
    }
    return result;
}

static int open_speaker(struct speaker *h)
{
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_RAW;
    config.family = h->v6 ? IPSOCK_IPV6 : IPSOCK_IPV4;
    config.protocol = PROTOCOL_OSPF;
    config.flags = IPSOCK_OPEN_STRICT_MULTICAST;
    config.traffic_class = IPSOCK_TRAFFIC_CLASS(IPSOCK_DSCP_CS6, IPSOCK_ECN_NOT_ECT);
    config.receive_control = IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT;
    config.error = &error;
    if (ipsock_open(&h->s, &config) < 0)
        return complain("opening", &error);
    // What goes to a group has options of its own.
    if (ipsock_set_multicast_hop_limit(h->s, 1) < 0 ||
        ipsock_set_multicast_interface(h->s, h->index) < 0 ||
        ipsock_set_multicast_loopback(h->s, false) < 0)
        return complain_about(h, "setting up", IPSOCK_SETUP);
    if (h->v6 && ipsock_set_checksum(h->s, true, CHECKSUM_OFFSET) < 0)
        return complain_about(h, "checksum by the kernel", IPSOCK_SETUP);
    if (ipsock_join_group(h->s, h->index, &h->group) < 0)
        return complain_about(h, "joining the group", IPSOCK_SETUP);
    return 0;
}

/* Index, and from the first IPv4 address the mask, and the router's ID unless it was given. */
static bool look_at_interface(struct speaker *h, bool has_id)
{
    struct ipsock_interface *list;
    const int result = ipsock_interface_by_name(h->name, &list);
    if (result < 0) {
        fprintf(stderr, "ospf_hello: %s: %s\n", h->name, ipsock_error_text(result));
        return false;
    }
    h->index = list->index;
    const struct ipsock_interface_addr *a = list->addrs;
    while (a != NULL && a->addr.family != IPSOCK_IPV4)
        a = a->next;
    if (a != NULL) {
        put32(h->mask, a->prefix_length == 0 ? 0 : UINT32_MAX << (32 - a->prefix_length));
        if (!has_id)
            memcpy(h->router, a->addr.ip, 4);
    } else if (!h->v6) {
        fprintf(stderr, "ospf_hello: %s has no IPv4 address\n", h->name);
    } else if (!has_id) {
        fprintf(stderr, "ospf_hello: %s has no IPv4 address: say --router-id\n", h->name);
    }
    ipsock_interfaces_free(list);
    return a != NULL || (h->v6 && has_id);
}

static bool read_id(uint8_t id[4], const char *text)
{
    struct ipsock_addr addr;
    if (ipsock_addr_parse(text, &addr) < 0 || addr.family != IPSOCK_IPV4 || addr.port != 0)
        return false;
    memcpy(id, addr.ip, 4);
    return true;
}

static bool read_number(unsigned long *number, const char *text, unsigned long most)
{
    char *end;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *number = strtoul(text, &end, 10);
    return *end == '\0' && *number >= 1 && *number <= most;
}

/* Reads "--option value" pairs. */
static bool read_options(struct speaker *h, char **words, int count, bool *has_id)
{
    unsigned long number = 10;
    if (count % 2 != 0)
        return false;
    for (int i = 0; i < count; i += 2) {
        bool good = false;
        if (strcmp(words[i], "--router-id") == 0)
            good = *has_id = read_id(h->router, words[i + 1]);
        else if (strcmp(words[i], "--area") == 0)
            good = read_id(h->area, words[i + 1]);
        else if (strcmp(words[i], "--interval") == 0) {
            good = read_number(&number, words[i + 1], 65535);
            h->interval = (unsigned)number;
        } else if (strcmp(words[i], "--count") == 0)
            good = read_number(&h->count, words[i + 1], 1000000);
        if (!good)
            return false;
    }
    return true;
}

static int usage(void)
{
    fprintf(stderr, "Usage: ospf_hello v4|v6 INTERFACE [--router-id ID] [--area AREA]\n"
                    "                  [--interval SECONDS] [--count N]\n"
                    "ID and AREA are written as IPv4 addresses, SECONDS is 1 to 65535.\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct speaker h = {.interval = 10};
    bool has_id = false;
    if (argc < 3 || (strcmp(argv[1], "v4") != 0 && strcmp(argv[1], "v6") != 0) ||
        !read_options(&h, argv + 3, argc - 3, &has_id))
        return usage();
    h.v6 = argv[1][1] == '6';
    h.name = argv[2];
    if (!look_at_interface(&h, has_id))
        return 1;
    ipsock_addr_parse(h.v6 ? "ff02::5" : "224.0.0.5", &h.group);
    h.group.scope = h.v6 ? h.index : 0;
    int result = open_speaker(&h);
    if (result == 0) {
        signal(SIGINT, on_interrupt);
        signal(SIGTERM, on_interrupt);
        result = talk(&h);
    }
    ipsock_free(h.s);
    return result < 0 ? 1 : 0;
}
