// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <signal.h>
#include <string.h>

/* How long a Ctrl-C may go unnoticed: no call of the library can be made from a signal handler. */
#define GLANCE (200 * IPSOCK_MILLISECOND)

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static const struct {
    uint32_t bit;
    const char *name;
} flag_names[] = {
    {IPSOCK_INTERFACE_UP, "up"},
    {IPSOCK_INTERFACE_RUNNING, "running"},
    {IPSOCK_INTERFACE_LOOPBACK, "loopback"},
    {IPSOCK_INTERFACE_POINT_TO_POINT, "point-to-point"},
    {IPSOCK_INTERFACE_BROADCAST, "broadcast"},
    {IPSOCK_INTERFACE_MULTICAST, "multicast"},
};

static void hardware_text(const uint8_t hardware[20], size_t length, char text[64])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < length && i < 20; i++)
        used += (size_t)snprintf(text + used, 64 - used, "%s%02x", i ? ":" : "", hardware[i]);
}

static void print_flags(uint32_t flags)
{
    for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++)
        if (flags & flag_names[i].bit)
            printf(" %s", flag_names[i].name);
}

static void json_flags(uint32_t flags)
{
    const char *separator = "";
    printf(",\"flags\":[");
    for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++) {
        if (flags & flag_names[i].bit) {
            printf("%s\"%s\"", separator, flag_names[i].name);
            separator = ",";
        }
    }
    fputs("]", stdout);
}

static void print_text(const struct ipsock_interface *list)
{
    for (const struct ipsock_interface *at = list; at; at = at->next) {
        char hardware[64];
        printf("%lu: ", (unsigned long)at->index);
        print_escaped(stdout, at->name, strlen(at->name));
        printf("  mtu %lu ", (unsigned long)at->mtu);
        print_flags(at->flags);
        hardware_text(at->hardware, at->hardware_length, hardware);
        printf("%s%s\n", hardware[0] ? "  " : "", hardware);
        for (const struct ipsock_interface_addr *a = at->addrs; a; a = a->next) {
            fputs("    ", stdout);
            print_addr(stdout, &a->addr);
            printf("/%u\n", (unsigned)a->prefix_length);
        }
    }
}

static void print_json(const struct ipsock_interface *list)
{
    puts("[");
    for (const struct ipsock_interface *at = list; at; at = at->next) {
        char hardware[64];
        printf("  {\"index\":%lu,\"name\":", (unsigned long)at->index);
        json_text(stdout, at->name);
        printf(",\"mtu\":%lu", (unsigned long)at->mtu);
        json_flags(at->flags);
        hardware_text(at->hardware, at->hardware_length, hardware);
        fputs(",\"hardware\":", stdout);
        json_text(stdout, hardware[0] ? hardware : NULL);
        fputs(",\"addresses\":[", stdout);
        for (const struct ipsock_interface_addr *a = at->addrs; a; a = a->next) {
            fputs("{\"address\":", stdout);
            json_addr(stdout, &a->addr);
            printf(",\"prefix_length\":%u}%s", (unsigned)a->prefix_length, a->next ? "," : "");
        }
        printf("]}%s\n", at->next ? "," : "");
    }
    puts("]");
}

static const char *const event_names[] = {
    [IPSOCK_WATCH_ADDED] = "added",
    [IPSOCK_WATCH_REMOVED] = "removed",
    [IPSOCK_WATCH_RENAMED] = "renamed",
    [IPSOCK_WATCH_FLAGS] = "flags",
    [IPSOCK_WATCH_MTU] = "mtu",
    [IPSOCK_WATCH_HARDWARE] = "hardware",
    [IPSOCK_WATCH_ADDRESS_ADDED] = "address-added",
    [IPSOCK_WATCH_ADDRESS_REMOVED] = "address-removed",
    [IPSOCK_WATCH_LOST] = "lost",
};

/* What the event is about stands behind the name. */
static void event_text(const struct ipsock_interface_event *e)
{
    const bool added = e->kind == IPSOCK_WATCH_ADDED;
    char hardware[64];
    printf("%s", event_names[e->kind]);
    if (e->kind == IPSOCK_WATCH_LOST) {
        puts("  the system dropped news; what changed follows");
        return;
    }
    printf("  %lu: ", (unsigned long)e->index);
    print_escaped(stdout, e->name, strlen(e->name));
    if (e->old_name != NULL) {
        fputs("  was ", stdout);
        print_escaped(stdout, e->old_name, strlen(e->old_name));
    }
    if (added || e->kind == IPSOCK_WATCH_MTU)
        printf("  mtu %lu", (unsigned long)e->mtu);
    if (added || e->kind == IPSOCK_WATCH_FLAGS) {
        putchar(' ');
        print_flags(e->flags);
    }
    hardware_text(e->hardware, e->hardware_length, hardware);
    if ((added || e->kind == IPSOCK_WATCH_HARDWARE) && hardware[0])
        printf("  %s", hardware);
    if (e->addr.family != IPSOCK_UNSPEC) {
        fputs("  ", stdout);
        print_addr(stdout, &e->addr);
        printf("/%u", (unsigned)e->prefix_length);
    }
    putchar('\n');
}

static void event_json(const struct ipsock_interface_event *e)
{
    char hardware[64];
    printf("{\"event\":\"%s\"", event_names[e->kind]);
    if (e->kind != IPSOCK_WATCH_LOST) {
        printf(",\"index\":%lu,\"name\":", (unsigned long)e->index);
        json_text(stdout, e->name);
        if (e->old_name != NULL) {
            fputs(",\"old_name\":", stdout);
            json_text(stdout, e->old_name);
        }
        printf(",\"mtu\":%lu", (unsigned long)e->mtu);
        json_flags(e->flags);
        hardware_text(e->hardware, e->hardware_length, hardware);
        fputs(",\"hardware\":", stdout);
        json_text(stdout, hardware[0] ? hardware : NULL);
    }
    if (e->addr.family != IPSOCK_UNSPEC) {
        fputs(",\"address\":", stdout);
        json_addr(stdout, &e->addr);
        printf(",\"prefix_length\":%u", (unsigned)e->prefix_length);
    }
    puts("}");
}

/* Until the time is up (0: never), or Ctrl-C. */
static int follow(const char *name, bool json, int64_t timeout)
{
    const int64_t end = timeout != 0 ? ipsock_now() + timeout : 0;
    struct ipsock_interface_watch *watch;
    struct ipsock_interface_event event;
    int code = ipsock_watch_interfaces(&watch);
    signal(SIGINT, on_interrupt);
    while ((code == IPSOCK_OK || code == IPSOCK_ETIMEDOUT) && !interrupted && !ferror(stdout)) {
        const int64_t now = ipsock_now();
        if (end != 0 && now >= end && code == IPSOCK_ETIMEDOUT)
            break;
        code =
            ipsock_watch_next(watch, &event, end != 0 && end < now + GLANCE ? end : now + GLANCE);
        if (code != IPSOCK_OK)
            continue;
        if (json)
            event_json(&event);
        else
            event_text(&event);
        fflush(stdout);
    }
    ipsock_watch_free(watch);
    if (code < 0 && code != IPSOCK_ETIMEDOUT)
        return fail_code(name, "watching interfaces", code);
    return finish_output(EXIT_OK);
}

int command_interfaces(int argc, char **argv)
{
    bool json = false, watch = false;
    int64_t timeout = 0;
    const struct arg_option options[] = {
        {.name = "json", .help = "as a JSON array; events an object a line", .flag = &json},
        {.name = "watch", .help = "tell what there is, then each change", .flag = &watch},
        {.name = "timeout",
         .value = "S",
         .help = "stop watching after S seconds",
         .duration = &timeout},
    };
    const struct arg_command command = {.name = "interfaces",
                                        .summary = "List the interfaces of this host.",
                                        .options = options,
                                        .option_count = sizeof options / sizeof options[0]};
    struct ipsock_interface *list = NULL;
    int result = args_parse(&command, argc, argv, NULL);
    if (result != ARGS_RUN)
        return result;
    if (watch)
        return follow(command.name, json, timeout);
    if (timeout != 0) {
        fprintf(stderr, "ipsock %s: --timeout takes --watch\n", command.name);
        return EXIT_USAGE;
    }
    result = ipsock_interfaces(&list);
    if (result < 0)
        return fail_code(command.name, "list of interfaces", result);
    if (json)
        print_json(list);
    else
        print_text(list);
    ipsock_interfaces_free(list);
    return finish_output(EXIT_OK);
}
