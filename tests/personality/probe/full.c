// SPDX-License-Identifier: BSD-2-Clause
/* Receive buffers that are full: what is kept, what is lost, and who says so. */
#include "probe.h"

static uint8_t data[3000];
static const char *const peer[] = {"192.0.2.9", "2001:db8::9"}, *const own[] = {"192.0.2.1",
                                                                                "2001:db8::1"};

static int ready(int v6, int size)
{
    int fd = open_kind(v6 ? UDP6 : UDP4);
    if (fd < 0)
        return fd;
    if (size)
        set_int(fd, SOL_SOCKET, SO_RCVBUF, size);
    bind_to(fd, v6 ? "::" : "0.0.0.0", OWN_PORT);
    return fd;
}

static const char *so_error(int fd)
{
    int value = 0;
    socklen_t length = sizeof value;
    long r = port_getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length);
    return r < 0 ? result(r) : result(-value);
}

static void number(int v6, int n, size_t size)
{
    data[0] = (uint8_t)n;
    arrive_udp(PORT_NET0, peer[v6], own[v6], OWN_PORT, data, size);
}

/* The numbers that were heard: how many, the first, the last. */
static const char *heard(int fd)
{
    int count = 0, first = -1, last = -1;
    for (; count < 1000; count++) {
        receive(&got, fd, sizeof got.data, 0, 0);
        if (got.result < 0)
            break;
        if (first < 0)
            first = got.data[0];
        last = got.data[0];
    }
    return text("%d first %d last %d then %s", count, first, last, result(got.result));
}

/* The newest are lost; what is read makes room. */
static void order(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        int fd = ready(v6, 8192);
        if (fd < 0)
            continue;
        for (int i = 0; i < 100; i++)
            number(v6, i, 1000);
        const char *events = text("%d", (port_poll(fd, POLLIN | POLLERR, 0) & POLLERR) != 0);
        const char *all = heard(fd);
        say(text("v%d.overrun", v6 ? 6 : 4), "POLLERR %s %s SO_ERROR %s", events, all,
            so_error(fd));
        number(v6, 200, 10);
        say(text("v%d.after", v6 ? 6 : 4), "%s", heard(fd));
        for (int i = 0; i < 100; i++)
            number(v6, i, 1000);
        receive(&got, fd, 2000, 0, 0), receive(&got, fd, 2000, 0, 0), receive(&got, fd, 2000, 0, 0);
        number(v6, 201, 10);
        while (got.result > 0 && got.data[0] != 201)
            receive(&got, fd, 2000, 0, 0);
        say(text("v%d.room.made", v6 ? 6 : 4), "%s", got.result > 0 ? "heard" : result(got.result));
        shut(fd);
    }
}

/* How much of a small buffer a datagram takes, and its control data. */
static void counted(void)
{
    static const int sizes[] = {1, 1000};
    static const int buffers[] = {2048, 4096, 16384};
    for (int v6 = 0; v6 < 2; v6++)
        for (size_t b = 0; b < COUNT(buffers); b++)
            for (size_t n = 0; n < COUNT(sizes); n++)
                for (int control = 0; control < 2; control++) {
                    int fd = ready(v6, buffers[b]), count = 0;
                    if (fd < 0)
                        continue;
                    if (control && v6) {
                        set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
                        set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
                        set_int(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
                    } else if (control) {
                        set_int(fd, IPPROTO_IP, IP_RECVTTL, 1);
                    }
                    for (int i = 0; i < 100; i++)
                        number(v6, i, (size_t)sizes[n]);
                    for (; count < 200; count++) {
                        receive(&got, fd, 2000, 0, 0);
                        if (got.result < 0)
                            break;
                    }
                    say(text("v%d.buffer.%d.size.%d.control.%d", v6 ? 6 : 4, buffers[b], sizes[n],
                             control),
                        "%d", count);
                    shut(fd);
                }
}

/* One that is larger than the whole buffer; buffers made smaller with data in them. */
static void single(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        int fd = ready(v6, 1024);
        if (fd < 0)
            continue;
        number(v6, 1, 1400), number(v6, 2, 10);
        say(text("v%d.larger.than.buffer", v6 ? 6 : 4), "%s", heard(fd));
        shut(fd), fd = ready(v6, 16384);
        for (int i = 0; i < 4; i++)
            number(v6, i, 1000);
        long r = set_int(fd, SOL_SOCKET, SO_RCVBUF, 1500);
        number(v6, 9, 10);
        say(text("v%d.made.smaller", v6 ? 6 : 4), "%s %s", result(r), heard(fd));
        shut(fd);
    }
}

const struct probe full_probes[] = {
    {"full.order", order}, {"full.counted", counted}, {"full.single", single}, {NULL, NULL}};
