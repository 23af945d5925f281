// SPDX-License-Identifier: BSD-2-Clause
/* Listens to a multicast group, from chosen sources or from any but some.
 *
 *     ssm_listener include GROUP:PORT SOURCE[,SOURCE]... [INTERFACE]...
 *     ssm_listener exclude GROUP:PORT [SOURCE[,SOURCE]...|-] [INTERFACE]...
 *
 * "include" joins each source of the group (source-specific multicast, RFC 4607): the routers and
 * switches are told, by IGMPv3 or MLDv2, and nothing else is even sent to this network. "exclude"
 * joins the group from any source and then excludes some. Both are done on each interface given,
 * by name or index, or on the one that the system chooses. The port is shared, and other groups on
 * it, which the system may deliver because another program has joined them, are kept out by the
 * library: IPSOCK_OPEN_STRICT_MULTICAST. Ctrl-C ends the program, which leaves the groups.
 */
#include <ipsock/ipsock.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define DATAGRAM 2048
#define SOURCES  32

struct listener {
    struct ipsock_endpoint *s;
    bool include;
    struct ipsock_addr group;
    struct ipsock_addr sources[SOURCES];
    size_t source_count;
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
    fprintf(stderr, "ssm_listener: %s: %s\n", subject, text);
    return error->code;
}

static int complain_about(struct ipsock_endpoint *s, const char *subject, int direction)
{
    struct ipsock_error error;
    ipsock_last_error(s, direction, &error);
    return complain(subject, &error);
}

/* Reads "SOURCE,SOURCE", or "-" for none. */
static bool read_sources(struct listener *l, const char *list)
{
    if (strcmp(list, "-") == 0)
        return true;
    while (*list) {
        char text[IPSOCK_ADDR_TEXT];
        const size_t length = strcspn(list, ",");
        if (length >= sizeof text || l->source_count == SOURCES)
            return false;
        memcpy(text, list, length);
        text[length] = '\0';
        struct ipsock_addr *source = &l->sources[l->source_count++];
        if (ipsock_addr_parse(text, source) < 0)
            return false;
        *source = ipsock_addr_unmap(source); // ::ffff:192.0.2.1 is IPv4's 192.0.2.1
        list += length;
        if (*list == ',' && !*++list)
            return false; // nothing after the comma
    }
    return l->source_count > 0;
}

static int open_listener(struct listener *l)
{
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    // The library binds the port to the wildcard address, shared, on every system.
    config.local = l->group;
    config.flags = IPSOCK_OPEN_STRICT_MULTICAST;
    config.receive_control =
        IPSOCK_CONTROL_DESTINATION | IPSOCK_CONTROL_INTERFACE | IPSOCK_CONTROL_HOP_LIMIT;
    config.error = &error;
    return ipsock_open(&l->s, &config) < 0 ? complain("opening", &error) : 0;
}

/* A membership is a group on an interface: each interface has its own sources. */
static int join(struct listener *l, uint32_t interface_index)
{
    if (!l->include && ipsock_join_group(l->s, interface_index, &l->group) < 0)
        return complain_about(l->s, "joining the group", IPSOCK_SETUP);
    for (size_t i = 0; i < l->source_count; i++) {
        const int result =
            l->include ? ipsock_join_source_group(l->s, interface_index, &l->group, &l->sources[i])
                       : ipsock_exclude_source(l->s, interface_index, &l->group, &l->sources[i]);
        if (result < 0)
            return complain_about(l->s, l->include ? "joining a source" : "excluding a source",
                                  IPSOCK_SETUP);
    }
    return 0;
}

/* Joins on each interface named, without any on the system's choice. */
static int join_all(struct listener *l, char **names, int count)
{
    for (int i = 0; i < count; i++) {
        uint32_t index;
        int result = ipsock_interface_index(names[i], &index);
        if (result < 0)
            fprintf(stderr, "ssm_listener: %s: %s\n", names[i], ipsock_error_text(result));
        else
            result = join(l, index);
        if (result < 0)
            return result;
    }
    return count ? 0 : join(l, 0);
}

static void print(const struct ipsock_message *message)
{
    const struct ipsock_control *control = message->control;
    char from[IPSOCK_ADDR_TEXT] = "?", group[IPSOCK_ADDR_TEXT] = "?";
    ipsock_addr_format(&message->peer, from, sizeof from);
    if (control->valid & IPSOCK_CONTROL_DESTINATION)
        ipsock_addr_format(&control->destination, group, sizeof group);
    printf("%zu bytes for %s from %s", message->length, group, from);
    if (control->valid & IPSOCK_CONTROL_INTERFACE)
        printf(" by interface %lu", (unsigned long)control->interface_index);
    if (control->valid & IPSOCK_CONTROL_HOP_LIMIT)
        printf(", hop limit %u", (unsigned)control->hop_limit);
    putchar('\n');
    fflush(stdout);
}

static int listen_until_stopped(struct listener *l)
{
    static char data[DATAGRAM];
    while (!stop) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        struct ipsock_control control;
        ipsock_message_init(&message, &buffer, data, sizeof data);
        message.control = &control;
        ipsock_set_read_deadline(l->s, ipsock_now() + 200 * IPSOCK_MILLISECOND);
        const int result = ipsock_recv(l->s, &message, 0);
        if (result == 0)
            print(&message);
        else if (result != IPSOCK_ETIMEDOUT)
            return complain_about(l->s, "receiving", IPSOCK_READ);
    }
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "Usage: ssm_listener include GROUP:PORT SOURCE[,SOURCE]... [INTERFACE]...\n"
                    "       ssm_listener exclude GROUP:PORT [SOURCE[,SOURCE]...|-] [INTERFACE]...\n"
                    "GROUP and SOURCE are addresses, an IPv6 group stands in brackets.\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct listener l = {0};
    char text[IPSOCK_ADDR_TEXT];
    if (argc < 3)
        return usage();
    l.include = strcmp(argv[1], "include") == 0;
    if ((!l.include && strcmp(argv[1], "exclude") != 0) || (l.include && argc < 4) ||
        ipsock_addr_parse(argv[2], &l.group) < 0 || !ipsock_addr_is_multicast(&l.group) ||
        !l.group.port || (argc > 3 && !read_sources(&l, argv[3])) ||
        (l.include && l.source_count == 0))
        return usage();
    l.group = ipsock_addr_unmap(&l.group);
    int result = open_listener(&l);
    if (result == 0)
        result = join_all(&l, argv + 4, argc > 4 ? argc - 4 : 0);
    if (result == 0) {
        ipsock_addr_format(&l.group, text, sizeof text);
        printf("listening to %s\n", text);
        fflush(stdout);
        signal(SIGINT, on_interrupt);
        result = listen_until_stopped(&l);
    }
    ipsock_free(l.s);
    return result < 0 ? 1 : 0;
}
