// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "tool.h"

#include <string.h>

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

static void hardware_text(const struct ipsock_interface *at, char text[64])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < at->hardware_length && i < sizeof at->hardware; i++)
        used += (size_t)snprintf(text + used, 64 - used, "%s%02x", i ? ":" : "", at->hardware[i]);
}

static void print_text(const struct ipsock_interface *list)
{
    for (const struct ipsock_interface *at = list; at; at = at->next) {
        char hardware[64];
        printf("%lu: ", (unsigned long)at->index);
        print_escaped(stdout, at->name, strlen(at->name));
        printf("  mtu %lu ", (unsigned long)at->mtu);
        for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++)
            if (at->flags & flag_names[i].bit)
                printf(" %s", flag_names[i].name);
        hardware_text(at, hardware);
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
        const char *separator = "";
        char hardware[64];
        printf("  {\"index\":%lu,\"name\":", (unsigned long)at->index);
        json_text(stdout, at->name);
        printf(",\"mtu\":%lu,\"flags\":[", (unsigned long)at->mtu);
        for (size_t i = 0; i < sizeof flag_names / sizeof flag_names[0]; i++) {
            if (at->flags & flag_names[i].bit) {
                printf("%s\"%s\"", separator, flag_names[i].name);
                separator = ",";
            }
        }
        hardware_text(at, hardware);
        fputs("],\"hardware\":", stdout);
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

int command_interfaces(int argc, char **argv)
{
    bool json = false;
    const struct arg_option options[] = {
        {.name = "json", .help = "as a JSON array", .flag = &json},
    };
    const struct arg_command command = {.name = "interfaces",
                                        .summary = "List the interfaces of this host.",
                                        .options = options,
                                        .option_count = sizeof options / sizeof options[0]};
    struct ipsock_interface *list = NULL;
    int result = args_parse(&command, argc, argv, NULL);
    if (result != ARGS_RUN)
        return result;
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
