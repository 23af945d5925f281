// SPDX-License-Identifier: BSD-2-Clause
#include "args.h"
#include "group.h"
#include "tool.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define BATCH  64
#define BUFFER 65536 /* no UDP datagram is longer */

/* How long a Ctrl-C may go unnoticed: no call of the library can be made from a signal handler. */
#define GLANCE (IPSOCK_SECOND / 5)

struct listener {
    struct ipsock_endpoint *s;
    struct ipsock_batch *batch;
    void *scratch;
    unsigned char *data; /* BATCH * BUFFER */
    struct ipsock_message messages[BATCH];
    struct ipsock_buffer buffers[BATCH];
    struct ipsock_control controls[BATCH];
    struct packet_printer printer;
    struct group_request group;
    struct ipsock_addr local; /* as asked for: a group, too */
    uint32_t bound;           /* the interface that is heard alone, 0 all */
    bool raw, quiet;          /* payloads only, or nothing, on standard output */
    int64_t end;              /* when to stop, 0 never */
    uint64_t wanted, received, calls;
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static int open_on(struct listener *l, bool dual_stack, struct ipsock_error *error)
{
    struct ipsock_config config;
    ipsock_config_init(&config);
    config.kind = IPSOCK_UDP;
    config.local = l->local; // of a group the library binds the port only
    config.flags = (dual_stack ? IPSOCK_OPEN_DUAL_STACK : 0) |
                   (l->group.strict ? IPSOCK_OPEN_STRICT_MULTICAST : 0);
    config.receive_control = packet_control(IPSOCK_UDP, l->local.family, dual_stack);
    config.interface_index = l->bound;
    config.error = error;
    return ipsock_open(&l->s, &config);
}

/* Opens what was asked for: without host and family both families, where the system can. */
static int open_listener(struct listener *l, const char *target, int family)
{
    char host[256];
    struct ipsock_error error;
    uint16_t port;
    int result = split_target("listen", target, host, sizeof host, &port);
    if (result != EXIT_OK)
        return result;
    const bool both = !host[0] && !family;
    if (!host[0])
        l->local = ipsock_addr_any(family ? family : IPSOCK_IPV6, port);
    else if ((result = resolve_target("listen", host, port, family, &l->local)) != EXIT_OK)
        return result;
    if ((result = group_check(&l->group, target, &l->local)) != EXIT_OK ||
        (result = group_settle_zone(&l->group, &l->local)) != EXIT_OK)
        return result;
    result = open_on(l, both, &error);
    if (both && result == IPSOCK_ENOTSUP) {
        l->local = ipsock_addr_any(IPSOCK_IPV4, port);
        result = open_on(l, false, &error);
    }
    if (result < 0)
        return fail("listen", target, &error);
    return ipsock_addr_is_multicast(&l->local) ? group_join(l->s, &l->group, &l->local) : EXIT_OK;
}

/* Said on standard error, so that standard output holds packets only. */
static void announce(struct listener *l)
{
    struct ipsock_addr bound = {0};
    ipsock_local_addr(l->s, &bound);
    fputs("listening on ", stderr);
    print_addr(stderr, &bound);
    fputc('\n', stderr);
    if (ipsock_addr_is_multicast(&l->local))
        group_announce(&l->group, &l->local);
    fflush(stderr);
}

static int prepare_batch(struct listener *l)
{
    const size_t size = ipsock_batch_size(BATCH);
    l->scratch = malloc(size);
    l->data = malloc((size_t)BATCH * BUFFER);
    if (!l->scratch || !l->data)
        return IPSOCK_ENOMEM;
    for (size_t i = 0; i < BATCH; i++) {
        ipsock_message_init(&l->messages[i], &l->buffers[i], l->data + i * BUFFER, BUFFER);
        l->messages[i].control = &l->controls[i];
    }
    return ipsock_batch_init(l->scratch, size, BATCH, &l->batch);
}

/* A program behind a pipe takes payloads as they come, one after the other. */
static void show(struct listener *l, const struct ipsock_message *message)
{
    if (l->raw) {
        fwrite(message->buffers[0].data, 1, message->length, stdout);
        fflush(stdout);
    } else if (!l->quiet) {
        print_packet(&l->printer, message);
    }
}

/* Receives what is ready and prints it. @return 0, IPSOCK_ETIMEDOUT at a glance, or an error */
static int receive_some(struct listener *l)
{
    const int64_t glance = ipsock_now() + GLANCE;
    const uint64_t left = l->wanted ? l->wanted - l->received : BATCH;
    uint32_t done = 0;
    ipsock_set_read_deadline(l->s, l->end && l->end < glance ? l->end : glance);
    const int result = ipsock_recv_batch(l->s, l->batch, l->messages, sizeof l->messages[0],
                                         left < BATCH ? (uint32_t)left : BATCH, &done, 0);
    if (result < 0)
        return result;
    for (uint32_t i = 0; i < done; i++)
        show(l, &l->messages[i]);
    l->received += done;
    l->calls++;
    return 0;
}

static int run(struct listener *l)
{
    while (!interrupted && (!l->wanted || l->received < l->wanted)) {
        const int result = receive_some(l);
        if (result == IPSOCK_ETIMEDOUT && l->end && ipsock_now() >= l->end)
            break;
        if (result < 0 && result != IPSOCK_ETIMEDOUT)
            return fail_endpoint("listen", "receiving", l->s, IPSOCK_READ);
        if (ferror(stdout))
            return EXIT_FAIL;
    }
    print_count(stderr, l->received, "packet");
    fputs(" received in ", stderr);
    print_count(stderr, l->calls, "call");
    fputc('\n', stderr);
    return !interrupted && l->received < l->wanted ? EXIT_FAIL : EXIT_OK;
}

static const char details[] =
    "Without ADDR it listens on all addresses, of both families where the system can (-4 or -6:\n"
    "one). PORT 0 lets the system choose. The address goes to standard error, packets go to\n"
    "standard output: seconds since the start, peer -> destination, interface, hop limit, traffic\n"
    "class, length and the beginning of the payload. Ctrl-C ends it with exit code 0.\n\n"
    "A multicast ADDR is joined, on each interface given, else on the one that the system "
    "chooses.\n"
    "The port is shared. Like the port, other groups on it may come along, if another program of\n"
    "this host has joined them: --strict keeps them out.\n";

static int listen_on(struct listener *l, const char *target, int family)
{
    int result = open_listener(l, target, family);
    const int prepared = result == EXIT_OK ? prepare_batch(l) : 0;
    if (prepared < 0) {
        result = fail_code("listen", "start", prepared);
    } else if (result == EXIT_OK) {
        signal(SIGINT, on_interrupt);
        announce(l);
        result = finish_output(run(l));
    }
    ipsock_free(l->s);
    free(l->scratch);
    free(l->data);
    return result;
}

int command_listen(int argc, char **argv)
{
    bool ipv4 = false, ipv6 = false, json = false;
    long count = 0;
    int64_t timeout = 0;
    const char *target, *bind = NULL;
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        return fail_code("listen", "start", IPSOCK_ENOMEM);
    const struct arg_option options[] = {
        ARG_FLAG("4", &ipv4, "IPv4 only"),
        ARG_FLAG("6", &ipv6, "IPv6 only"),
        ARG_NUMBER("count,c", "N", &count, 1, 2147483647L,
                   "stop after N packets; fewer are a failure"),
        ARG_SECONDS("timeout,w", &timeout, "stop after S seconds"),
        {.name = "source",
         .value = "S",
         .help = "join this source of the group only; may be repeated",
         .list = &l->group.sources},
        {.name = "exclude",
         .value = "S",
         .help = "join all sources but this one; may be repeated",
         .list = &l->group.excluded},
        {.name = "interface",
         .value = "IF",
         .help = "join on this interface; may be repeated; of a link-local ADDR its zone",
         .list = &l->group.interfaces},
        ARG_TEXT("bind", "IF", &bind, "hear what comes by this interface alone"),
        ARG_FLAG("strict", &l->group.strict, "no group but the one joined"),
        ARG_FLAG("timestamps,D", &l->printer.timestamps, "the time of day before each line, UTC"),
        ARG_FLAG("quiet,q", &l->quiet, "no packets, only how many there were"),
        ARG_FLAG("raw-output", &l->raw, "payloads as they are, one after the other, for pipes"),
        ARG_FLAG("json", &json, "one JSON object a line"),
    };
    const struct arg_command command = {
        .name = "listen",
        .operand = "[ADDR]:PORT",
        .summary = "Receive UDP datagrams and print them with their control data.",
        .details = details,
        .options = options,
        .option_count = sizeof options / sizeof options[0]};
    int family;
    int result = args_parse(&command, argc, argv, &target);
    if (result == ARGS_RUN && !choose_family(command.name, ipv4, ipv6, &family))
        result = EXIT_USAGE;
    if (result == ARGS_RUN && l->raw && (json || l->quiet || l->printer.timestamps)) {
        fprintf(stderr, "ipsock listen: --raw-output goes without --json, --quiet, --timestamps\n");
        result = EXIT_USAGE;
    }
    if (result == ARGS_RUN && bind && read_interface("listen", bind, &l->bound) != EXIT_OK)
        result = EXIT_FAIL;
    if (l->raw)
        binary_streams();
    if (result == ARGS_RUN) {
        l->wanted = (uint64_t)count;
        l->printer.json = json;
        l->printer.start = ipsock_now();
        l->end = timeout ? l->printer.start + timeout : 0;
        result = listen_on(l, target, family);
    }
    free(l);
    return result;
}
