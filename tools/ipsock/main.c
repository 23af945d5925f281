// SPDX-License-Identifier: BSD-2-Clause
/* The ipsock command: what this system can do, packets with their control data both ways,
 * and what the network says of them. */
#include "tool.h"

#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *help;
} commands[] = {
    {"caps", command_caps, "show what this system can do, how, and why not"},
    {"interfaces", command_interfaces, "list the network interfaces with their addresses"},
    {"listen", command_listen, "receive UDP datagrams and print them with their control data"},
    {"ping", command_ping, "ask a host for echoes, and tell what came back, when, and what not"},
    {"send", command_send, "send UDP datagrams with chosen control data"},
    {"trace", command_trace, "show the routers on the way to a host, and what they say"},
};

static void print_help(FILE *out)
{
    fputs("Usage: ipsock COMMAND [options] [argument]\n\nCommands:\n", out);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].help);
    fputs("  version      print the version\n"
          "  help         show this help; 'ipsock help COMMAND' shows a command's options\n"
          "\nExit codes: 0 success, 1 failure (said on standard error), 2 wrong usage.\n",
          out);
}

/* "help COMMAND" is "COMMAND --help". */
static int help_of(const char *name)
{
    char option[] = "--help";
    char *arguments[] = {option, NULL};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(1, arguments);
    if (strcmp(name, "help") == 0 || strcmp(name, "version") == 0) {
        print_help(stdout);
        return finish_output(EXIT_OK);
    }
    fprintf(stderr, "ipsock help: unknown command '%s'\nTry 'ipsock --help'.\n", name);
    return EXIT_USAGE;
}

static bool is_one_of(const char *text, const char *a, const char *b, const char *c)
{
    return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

int main(int argc, char **argv)
{
    use_utf8(&argc, &argv);
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 2, argv + 2);
    if (strcmp(argv[1], "help") == 0 && argc > 2) {
        if (argc == 3)
            return help_of(argv[2]);
        fprintf(stderr, "ipsock help: unexpected argument '%s'\nTry 'ipsock --help'.\n", argv[3]);
        return EXIT_USAGE;
    }
    if (is_one_of(argv[1], "help", "--help", "-h")) {
        print_help(stdout);
        return finish_output(EXIT_OK);
    }
    if (is_one_of(argv[1], "version", "--version", "-V")) {
        printf("ipsock %s (%s)\n", ipsock_version(), ipsock_system());
        return finish_output(EXIT_OK);
    }
    fprintf(stderr, "ipsock: unknown command '%s'\nTry 'ipsock --help'.\n", argv[1]);
    return EXIT_USAGE;
}
