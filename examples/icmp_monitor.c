// SPDX-License-Identifier: BSD-2-Clause
/* Prints the ICMP messages of some types that come to this host, and no others.
 *
 *     icmp_monitor v4|v6 TYPE…
 *
 * A TYPE is a number, 0 to 255, or a name such as "time exceeded". An ICMP filter on a raw endpoint
 * lets only these pass: by the kernel where it has such a filter, by the library elsewhere (on
 * Linux, types of IPv4 from 32 on); the answers are the same, and what the library drops is
 * counted. Requests are answered by the system as ever. Ctrl-C ends it. Raw sockets take privilege.
 */
#include <ipsock/ipsock.h>

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile sig_atomic_t stop;

/* No call of the library may be made here: the flag is looked at five times a second. */
static void on_interrupt(int number)
{
    (void)number;
    stop = 1;
}

static int fail(struct ipsock_endpoint *s, int direction)
{
    char text[IPSOCK_ERROR_TEXT] = "";
    ipsock_explain(s, direction, text, sizeof text);
    fprintf(stderr, "icmp_monitor: %s\n", text);
    return 1;
}

/* -1 for what is no type. */
static int type_of(int family, const char *word)
{
    char *end;
    const unsigned long number = strtoul(word, &end, 10);
    if (word[0] >= '0' && word[0] <= '9')
        return *end == '\0' && number <= 255 ? (int)number : -1;
    for (int type = 0; type <= 255; type++) {
        const char *name = ipsock_icmp_type_name(family, type);
        if (name != NULL && strcmp(name, word) == 0)
            return type;
    }
    return -1;
}

static bool read_types(struct ipsock_icmp_filter *filter, int family, char **words, int count)
{
    ipsock_icmp_filter_set_all(filter, true);
    for (int i = 0; i < count; i++) {
        const int type = type_of(family, words[i]);
        if (type < 0)
            return false;
        ipsock_icmp_filter_accept(filter, (uint8_t)type);
    }
    return count > 0;
}

static void print(int family, const struct ipsock_message *message)
{
    char from[IPSOCK_ADDR_TEXT] = "?", text[512] = "?";
    struct ipsock_icmp_message icmp;
    struct ipsock_icmp_object objects[4];
    const uint8_t *bytes = message->buffers[0].data;
    ipsock_addr_format(&message->peer, from, sizeof from);
    // A body that is cut or malformed still has a type.
    if (ipsock_icmp_parse(&icmp, objects, 4, family, bytes, message->length) == 0)
        ipsock_icmp_format(&icmp, text, sizeof text);
    else if (message->length > 0)
        snprintf(text, sizeof text, "type=%u, which cannot be read further", (unsigned)bytes[0]);
    printf("%s: %s\n", from, text);
    fflush(stdout);
}

static int listen_on(struct ipsock_endpoint *s, int family)
{
    uint8_t data[1500];
    while (!stop) {
        struct ipsock_buffer buffer;
        struct ipsock_message message;
        ipsock_message_init(&message, &buffer, data, sizeof data);
        ipsock_set_read_deadline(s, ipsock_now() + 200 * IPSOCK_MILLISECOND);
        const int result = ipsock_recv(s, &message, 0);
        if (result == 0)
            print(family, &message);
        else if (result != IPSOCK_ETIMEDOUT)
            return fail(s, IPSOCK_READ);
    }
    struct ipsock_counters counters;
    if (ipsock_get_counters(s, &counters, sizeof counters) == 0)
        printf("dropped by the library: %" PRIu64 "\n", counters.filter_discards);
    return 0;
}

static int open_monitor(struct ipsock_endpoint **s, int family,
                        const struct ipsock_icmp_filter *filter)
{
    char text[IPSOCK_ERROR_TEXT];
    struct ipsock_error error;
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_RAW;
    config.family = family;
    config.protocol = ipsock_icmp_protocol(family);
    config.error = &error;
    if (ipsock_open(s, &config) < 0) {
        ipsock_error_format(&error, text, sizeof text);
        fprintf(stderr, "icmp_monitor: %s\n", text);
        return 1;
    }
    // Right after opening: what a kernel let in before is delivered.
    return ipsock_set_icmp_filter(*s, filter) < 0 ? fail(*s, IPSOCK_SETUP) : 0;
}

int main(int argc, char **argv)
{
    struct ipsock_endpoint *s = NULL;
    struct ipsock_icmp_filter filter;
    const bool v4 = argc > 1 && strcmp(argv[1], "v4") == 0;
    const int family = v4 ? IPSOCK_IPV4 : IPSOCK_IPV6;
    if (argc < 3 || (!v4 && strcmp(argv[1], "v6") != 0) ||
        !read_types(&filter, family, argv + 2, argc - 2)) {
        fprintf(stderr, "Usage: icmp_monitor v4|v6 TYPE...\n"
                        "TYPE is a number, 0 to 255, or a name such as \"time exceeded\".\n");
        return 2;
    }
    int result = open_monitor(&s, family, &filter);
    if (result == 0) {
        signal(SIGINT, on_interrupt);
        signal(SIGTERM, on_interrupt);
        printf("listening for %d type%s\n", argc - 2, argc == 3 ? "" : "s");
        fflush(stdout);
        result = listen_on(s, family);
    }
    ipsock_free(s);
    return result;
}
