// SPDX-License-Identifier: BSD-2-Clause
/* The system calls that send and receive several messages, where the kernel has them. */
#include "probe.h"

#ifdef PORT_MMSG

enum { MOST = 1100 };
static struct mmsghdr batch[MOST];
static struct iovec vectors[MOST];
static struct sockaddr_storage names[8];
static uint8_t bytes[8][64];
static union {
    long long align[2];
    uint8_t bytes[512];
} controls[8];
static const enum kind kinds[] = {UDP4, UDP6, RAW4, RAW6};
static const char *const peer[] = {"192.0.2.9", "2001:db8::9"}, *const own[] = {"192.0.2.1",
                                                                                "2001:db8::1"};

static unsigned port_of(enum kind kind)
{
    return kind == UDP4 || kind == UDP6 ? PEER_PORT : 0;
}

/* Messages of 1, 2, 3 … bytes to one address each. */
static void to_send(struct address *to, unsigned count, struct address *bad, unsigned where)
{
    static const char data[] = "abcdefghijklmnopqrstuvwxyz";
    memset(batch, 0, sizeof batch);
    for (unsigned i = 0; i < count; i++) {
        struct address *a = bad && i == where ? bad : to;
        vectors[i].iov_base = (void *)(uintptr_t)data;
        vectors[i].iov_len = i % 8 + 1;
        batch[i].msg_hdr.msg_iov = &vectors[i];
        batch[i].msg_hdr.msg_iovlen = 1;
        batch[i].msg_hdr.msg_name = a ? &a->as : NULL;
        batch[i].msg_hdr.msg_namelen = a ? a->length : 0;
    }
}

static void to_receive(unsigned count, size_t size, size_t control_size)
{
    memset(batch, 0, sizeof batch);
    memset(names, 0, sizeof names);
    for (unsigned i = 0; i < count; i++) {
        vectors[i].iov_base = bytes[i];
        vectors[i].iov_len = size;
        batch[i].msg_len = 77;
        batch[i].msg_hdr.msg_iov = &vectors[i];
        batch[i].msg_hdr.msg_iovlen = 1;
        batch[i].msg_hdr.msg_name = &names[i];
        batch[i].msg_hdr.msg_namelen = sizeof names[i];
        batch[i].msg_hdr.msg_control = control_size ? controls[i].bytes : NULL;
        batch[i].msg_hdr.msg_controllen = (socklen_t)control_size;
    }
}

static const char *lengths_text(unsigned count)
{
    const char *out = "";
    for (unsigned i = 0; i < count; i++)
        out = text("%s%s%u", out, i ? " " : "", (unsigned)batch[i].msg_len);
    return out;
}

static const char *elements_text(unsigned count)
{
    const char *out = "";
    for (unsigned i = 0; i < count; i++)
        out = text(
            "%s%s[%u from %s flags %s controllen %u]", out, i ? " " : "",
            (unsigned)batch[i].msg_len,
            batch[i].msg_hdr.msg_namelen ? address_text(&names[i], batch[i].msg_hdr.msg_namelen)
                                         : "nobody",
            flags_text(batch[i].msg_hdr.msg_flags), (unsigned)batch[i].msg_hdr.msg_controllen);
    return out;
}

static const char *so_error(int fd)
{
    int value = 0;
    socklen_t length = sizeof value;
    long r = port_getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length);
    return r < 0 ? result(r) : result(-value);
}

static void sent(void)
{
    for (size_t k = 0; k < COUNT(kinds); k++) {
        int v6 = kind_v6(kinds[k]), fd = open_kind(kinds[k]);
        const char *name = kind_name[kinds[k]];
        struct address to = address(peer[v6], port_of(kinds[k])), wrong = to;
        if (fd < 0)
            continue;
        wire_protocol = kinds[k] == RAW4 || kinds[k] == RAW6 ? 253 : IPPROTO_UDP;
        wire_clear();
        to_send(&to, 3, NULL, 0);
        long r = port_sendmmsg(fd, batch, 3, 0);
        say(text("%s.three", name), "%s lengths %s %s", result(r), lengths_text(3), wire_all());
        say(text("%s.none", name), "%s", result(port_sendmmsg(fd, batch, 0, 0)));
        static const unsigned counts[] = {1023, 1024, 1025, 1100};
        for (size_t n = 0; n < COUNT(counts) && kinds[k] == UDP4; n++) {
            to_send(&to, counts[n], NULL, 0);
            r = port_sendmmsg(fd, batch, counts[n], 0);
            say(text("%s.count.%u", name, counts[n]), "%s", result(r));
            wire_clear();
        }
        wrong.as.sa.sa_family = 77;
        for (unsigned where = 0; where < 3; where++) { /* one that cannot be sent */
            to_send(&to, 3, &wrong, where);
            batch[0].msg_len = batch[1].msg_len = batch[2].msg_len = 99;
            r = port_sendmmsg(fd, batch, 3, 0);
            const char *lengths = lengths_text(3), *packets = wire_all(), *error = so_error(fd);
            say(text("%s.wrong.at.%u", name, where), "%s lengths %s %s SO_ERROR %s", result(r),
                lengths, packets, error);
            to_send(&to, 3, &wrong, where);
            port_sendmmsg(fd, batch, 3, 0);
            long next = send_to(fd, &to, "next", 4, NULL);
            const char *said = result(next);
            wire_clear();
            say(text("%s.wrong.at.%u.next", name, where), "%s receive %s", said, receive_text(fd));
        }
        to_send(NULL, 2, NULL, 0);
        say(text("%s.no.address", name), "%s", result(port_sendmmsg(fd, batch, 2, 0)));
        connect_to(fd, peer[v6], port_of(kinds[k]));
        to_send(NULL, 2, NULL, 0);
        r = port_sendmmsg(fd, batch, 2, 0);
        say(text("%s.connected", name), "%s %s", result(r), wire_all());
        shut(fd);
    }
}

static int ready(int v6)
{
    int fd = open_kind(v6 ? UDP6 : UDP4);
    if (fd >= 0)
        bind_to(fd, v6 ? "::" : "0.0.0.0", OWN_PORT);
    return fd;
}

static void arrive_some(int v6, int count)
{
    for (int i = 0; i < count; i++)
        arrive_udp(PORT_NET0, peer[v6], own[v6], OWN_PORT, "abcdefgh", (size_t)i + 1);
}

static void received(void)
{
    for (int v6 = 0; v6 < 2; v6++) {
        char v[3] = {'v', v6 ? '6' : '4', 0};
        int fd = ready(v6);
        if (fd < 0)
            continue;
        to_receive(5, 64, 0);
        long r = port_recvmmsg(fd, batch, 5, MSG_DONTWAIT);
        say(text("%s.nothing", v), "%s", result(r));
        say(text("%s.none", v), "%s", result(port_recvmmsg(fd, batch, 0, MSG_DONTWAIT)));
        arrive_some(v6, 3), to_receive(5, 64, 0);
        r = port_recvmmsg(fd, batch, 5, MSG_DONTWAIT);
        say(text("%s.three.of.five", v), "%s %s lengths %s SO_ERROR %s", result(r),
            elements_text(3), lengths_text(5), so_error(fd));
        arrive_some(v6, 3), to_receive(2, 64, 0);
        r = port_recvmmsg(fd, batch, 2, MSG_DONTWAIT);
        say(text("%s.two.of.three", v), "%s then %s", result(r), receive_text(fd));
        arrive_some(v6, 3), to_receive(3, 2, 0);
        r = port_recvmmsg(fd, batch, 3, MSG_DONTWAIT);
        say(text("%s.cut", v), "%s %s", result(r), elements_text(3));
        arrive_udp(PORT_NET0, peer[v6], own[v6], OWN_PORT, "", 0), arrive_some(v6, 1),
            to_receive(3, 64, 0);
        r = port_recvmmsg(fd, batch, 3, MSG_DONTWAIT);
        say(text("%s.empty.first", v), "%s %s", result(r), elements_text(2));
        arrive_some(v6, 2), to_receive(3, 64, 0);
        r = port_recvmmsg(fd, batch, 3, MSG_DONTWAIT | MSG_PEEK);
        say(text("%s.peek", v), "%s %s then %s", result(r), elements_text(2), receive_text(fd));
        receive_text(fd);
        set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL, 1);
        static const size_t sizes[] = {512, 16, 0};
        for (size_t n = 0; n < COUNT(sizes); n++) {
            arrive_some(v6, 2), to_receive(3, 64, sizes[n]);
            r = port_recvmmsg(fd, batch, 3, MSG_DONTWAIT);
            say(text("%s.control.%zu", v, sizes[n]), "%s %s third controllen %u", result(r),
                elements_text(2), (unsigned)batch[2].msg_hdr.msg_controllen);
        }
        shut(fd);
    }
}

/* An ICMP error on a connected socket, before and between packets. */
static void errors(void)
{
    for (int v6 = 0; v6 < 2; v6++)
        for (int before = 0; before < 2; before++) {
            int fd = ready(v6);
            static uint8_t quoted[48];
            if (fd < 0)
                continue;
            connect_to(fd, peer[v6], PEER_PORT);
            wire_clear();
            send_to(fd, NULL, "x", 1, NULL);
            wire();
            memcpy(quoted, wire_packet, wire_size < sizeof quoted ? wire_size : sizeof quoted);
            if (!before)
                arrive_some(v6, 2);
            arrive_icmp(PORT_NET0, peer[v6], own[v6], v6 ? 1 : 3, v6 ? 4 : 3, 0, quoted,
                        v6 ? 48 : 28);
            if (before)
                arrive_some(v6, 2);
            to_receive(5, 64, 0);
            long first = port_recvmmsg(fd, batch, 5, MSG_DONTWAIT),
                 second = port_recvmmsg(fd, batch, 5, MSG_DONTWAIT);
            long third = port_recvmmsg(fd, batch, 5, MSG_DONTWAIT);
            say(text("v%d.error.%s", v6 ? 6 : 4, before ? "before" : "after"),
                "%s then %s then %s SO_ERROR %s", result(first), result(second), result(third),
                so_error(fd));
            struct address none[1];
            memset(none, 0, sizeof none);
            wire_clear();
            send_to(fd, NULL, "x", 1, NULL), wire();
            arrive_icmp(PORT_NET0, peer[v6], own[v6], v6 ? 1 : 3, v6 ? 4 : 3, 0, quoted,
                        v6 ? 48 : 28);
            to_send(NULL, 3, NULL, 0);
            long r = port_sendmmsg(fd, batch, 3, 0), again = port_sendmmsg(fd, batch, 3, 0);
            say(text("v%d.error.send.%s", v6 ? 6 : 4, before ? "before" : "after"), "%s then %s",
                result(r), result(again));
            shut(fd);
        }
}

const struct probe batch_probes[] = {
    {"batch.sent", sent}, {"batch.received", received}, {"batch.errors", errors}, {NULL, NULL}};

#else

static void absent(void)
{
    say("system.calls", "absent");
}

const struct probe batch_probes[] = {{"batch.sent", absent}, {NULL, NULL}};

#endif
