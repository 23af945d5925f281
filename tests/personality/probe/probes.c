// SPDX-License-Identifier: BSD-2-Clause
/* Runs the probes, one after another, each on fresh sockets and a drained wire. */
#include <stdarg.h>

#include "probe.h"

static const struct {
    const char *subject;
    const struct probe *probes;
} subjects[] = {{"options", options_probes},
                {"control_receive", control_receive_probes},
                {"control_send", control_send_probes},
                {"multicast", multicast_probes},
                {"delivery", delivery_probes},
                {"raw", raw_probes},
                {"raw6", raw6_probes},
                {"path", path_probes},
                {"datagram", datagram_probes},
                {"ping", ping_probes},
                {"stream", stream_probes},
                {"batch", batch_probes},
                {"adopt", adopt_probes},
                {"interfaces", interfaces_probes},
                {"full", full_probes}};

static const char *current = "";

void say(const char *key, const char *format, ...)
{
    char line[2048];
    va_list list;
    size_t at = (size_t)snprintf(line, sizeof line, "%s,%s,", current, key);

    va_start(list, format);
    vsnprintf(line + at, sizeof line - at - 1, format, list);
    va_end(list);
    for (size_t i = at; line[i]; i++)
        if (line[i] == ',')
            line[i] = ';';
    at = strlen(line);
    line[at++] = '\n';
    port_write(line, at);
}

static int open_sockets[6000];
static size_t opened;

long open_socket(int family, int type, int protocol)
{
    long fd = port_socket(family, type, protocol);
    return fd < 0 ? fd : keep_socket((int)fd);
}

int keep_socket(int fd)
{
    if (opened < COUNT(open_sockets))
        open_sockets[opened++] = fd;
    return fd;
}

void shut(int fd)
{
    for (size_t i = 0; i < opened; i++)
        if (open_sockets[i] == fd) {
            open_sockets[i] = open_sockets[--opened];
            port_close(fd);
            return;
        }
}

/* Lets the host find its neighbours, so that no advertisement comes in between later (raw ICMPv6
 * sockets hear it). */
static void meet_neighbours(void)
{
    static const char *const neighbours[] = {"192.0.2.9",   "192.0.2.254",  "198.51.100.9",
                                             "2001:db8::9", "2001:db8::fe", "2001:db8:1::9"};
    int four = open_kind(UDP4), six = open_kind(UDP6);

    for (size_t i = 0; i < COUNT(neighbours); i++)
        send_ip(i < 3 ? four : six, neighbours[i], PEER_PORT, "", 0);
    for (int i = PORT_NET0; i <= PORT_NET1; i++) {
        struct address near = scoped("fe80::9", PEER_PORT, port_index((enum port_interface)i));
        send_to(six, &near, "", 0, NULL);
    }
    shut(four), shut(six);
    port_settle();
}

static void run(const struct probe *probe)
{
    current = probe->id;
    meet_neighbours();
    arrival = (struct arrival){.ttl = 77, .tos = 0xb9, .id = 0x4321, .sport = PEER_PORT};
    wire_protocol = IPPROTO_UDP;
    wire_clear();
    const char *begin = text("# %s\n", probe->id);
    port_write(begin, strlen(begin));
    probe->run();
    while (opened)
        port_close(open_sockets[--opened]);
    port_settle();
}

static int run_some(const char *only, const char *after, int list)
{
    int found = 0, on = !after;

    for (size_t i = 0; i < COUNT(subjects); i++)
        for (const struct probe *p = subjects[i].probes; p->id; p++) {
            if (list) {
                const char *line = text("%s\n", p->id);
                port_write(line, strlen(line));
            } else if (on &&
                       (!only || !strcmp(only, p->id) || !strcmp(only, subjects[i].subject))) {
                run(p);
                found = 1;
            }
            if (after && !strcmp(after, p->id))
                on = 1, found = 1;
        }
    return found || list ? 0 : 1;
}

int probes_run(const char *only)
{
    return run_some(only, NULL, 0);
}

int probes_main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "--list"))
        return run_some(NULL, NULL, 1);
    if (argc == 3 && !strcmp(argv[1], "--only"))
        return run_some(argv[2], NULL, 0);
    if (argc == 3 && !strcmp(argv[1], "--after"))
        return run_some(NULL, argv[2], 0);
    if (argc == 1)
        return run_some(NULL, NULL, 0);
    const char *usage = "usage: [--list | --only ID | --after ID]\n";
    port_write(usage, strlen(usage));
    return 2;
}
