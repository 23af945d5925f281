// SPDX-License-Identifier: BSD-2-Clause
/* Path MTU: options, sends that are too big, ICMP errors that arrive. Every probe uses destinations
 * of its own, for the kernel remembers path MTUs. */
#include "probe.h"

static uint8_t data[70000];

static const char *mtu_text(int fd)
{
    static const int names[] = {IP_MTU, IP_ERRORMTU}, names6[] = {IPV6_MTU, IPV6_PATHMTU};
    static const char *const labels[] = {"IP_MTU", "IP_ERRORMTU"}, *const labels6[] = {
                                                                       "IPV6_MTU", "IPV6_PATHMTU"};
    const char *out = "";
    for (int i = 0; i < 2; i++)
        if (names[i] != ABSENT)
            out = text("%s %s %s", out, labels[i], get_text(fd, IPPROTO_IP, names[i], 4));
    for (int i = 0; i < 2; i++) {
        if (names6[i] == ABSENT)
            continue;
        if (names6[i] == IPV6_PATHMTU) {
            uint8_t info[64];
            socklen_t length = sizeof info;
            uint32_t mtu;
            memset(info, 0xa5, sizeof info);
            long r = port_getsockopt(fd, IPPROTO_IPV6, IPV6_PATHMTU, info, &length);
            memcpy(&mtu, info + 28, 4);
            out = text(
                "%s %s %s", out, labels6[i],
                r < 0 ? result(r)
                      : text("length %u mtu %u address %s", (unsigned)length, mtu, hex(info, 28)));
        } else {
            out = text("%s %s %s", out, labels6[i], get_text(fd, IPPROTO_IPV6, names6[i], 4));
        }
    }
    return out;
}

static void queries(void)
{
    static const enum kind kinds[] = {UDP4, UDP6, DUAL, TCP4, RAW4, RAW6, PING4, PING6};
    static const char *const peers[] = {"192.0.2.9",      "127.0.0.1", "203.0.113.5",
                                        "2001:db8::9",    "::1",       "2001:db8:5::5",
                                        "::ffff:c000:209"};
    for (size_t k = 0; k < COUNT(kinds); k++) {
        int fd = open_kind(kinds[k]);
        if (fd < 0)
            continue;
        say(text("%s.unconnected", kind_name[kinds[k]]), "%s", mtu_text(fd));
        shut(fd);
        for (size_t p = 0; p < COUNT(peers) && kinds[k] != TCP4; p++) {
            uint8_t bytes[16];
            if ((parse_ip(peers[p], bytes) == 16) != kind_v6(kinds[k]))
                continue;
            fd = open_kind(kinds[k]);
            long r = connect_to(fd, peers[p],
                                kinds[k] == UDP4 || kinds[k] == UDP6 || kinds[k] == DUAL ? PEER_PORT
                                                                                         : 0);
            say(text("%s.%s", kind_name[kinds[k]], peers[p]), "connect %s%s", result(r),
                mtu_text(fd));
            shut(fd);
        }
    }
    int fd = open_kind(UDP6);
    static const int sizes[] = {0, 4, 28, 31, 32, 33, 64};
    connect_to(fd, "2001:db8::9", PEER_PORT);
    for (size_t n = 0; n < COUNT(sizes) && IPV6_PATHMTU != ABSENT; n++)
        say(text("IPV6_PATHMTU.get.%d", sizes[n]), "%s",
            get_text(fd, IPPROTO_IPV6, IPV6_PATHMTU, (socklen_t)sizes[n]));
}

/* What a UDP or raw datagram around and over the MTU becomes under each option. */
static void sizes(void)
{
    static const struct {
        const char *key;
        int v6, level, option, value;
    } rows[] = {{"v4.default", 0, 0, 0, 0},
                {"v4.IP_DONTFRAG.1", 0, IPPROTO_IP, IP_DONTFRAG, 1},
                {"v4.IP_DONTFRAG.0", 0, IPPROTO_IP, IP_DONTFRAG, 0},
                {"v4.IP_MTU_DISCOVER.0", 0, IPPROTO_IP, IP_MTU_DISCOVER, 0},
                {"v4.IP_MTU_DISCOVER.1", 0, IPPROTO_IP, IP_MTU_DISCOVER, 1},
                {"v4.IP_MTU_DISCOVER.2", 0, IPPROTO_IP, IP_MTU_DISCOVER, 2},
                {"v4.IP_MTU_DISCOVER.3", 0, IPPROTO_IP, IP_MTU_DISCOVER, 3},
                {"v4.IP_MTU_DISCOVER.4", 0, IPPROTO_IP, IP_MTU_DISCOVER, 4},
                {"v4.IP_MTU_DISCOVER.5", 0, IPPROTO_IP, IP_MTU_DISCOVER, 5},
                {"v6.default", 1, 0, 0, 0},
                {"v6.IPV6_DONTFRAG.1", 1, IPPROTO_IPV6, IPV6_DONTFRAG, 1},
                {"v6.IPV6_USE_MIN_MTU.1", 1, IPPROTO_IPV6, IPV6_USE_MIN_MTU, 1},
                {"v6.IPV6_USE_MIN_MTU.0", 1, IPPROTO_IPV6, IPV6_USE_MIN_MTU, 0},
                {"v6.IPV6_USE_MIN_MTU.-1", 1, IPPROTO_IPV6, IPV6_USE_MIN_MTU, -1},
                {"v6.IPV6_MTU_DISCOVER.2", 1, IPPROTO_IPV6, IPV6_MTU_DISCOVER, 2},
                {"v6.IPV6_MTU.1300", 1, IPPROTO_IPV6, IPV6_MTU, 1300}};
    for (size_t n = 0; n < COUNT(rows); n++) {
        if (rows[n].option == ABSENT) {
            say(rows[n].key, "absent");
            continue;
        }
        int v6 = rows[n].v6, full = v6 ? 1452 : 1472, tries[] = {1, 1233, full, full + 1, 3000};
        for (int raw = 0; raw < 2; raw++)
            for (size_t s = 0; s < COUNT(tries); s++)
                for (int group = 0; group < 2; group++) {
                    int fd = open_kind(raw ? v6 ? RAW6 : RAW4 : v6 ? UDP6 : UDP4);
                    if (fd < 0)
                        continue;
                    long o = rows[n].option
                                 ? set_int(fd, rows[n].level, rows[n].option, rows[n].value)
                                 : 0;
                    wire_protocol = raw ? 253 : IPPROTO_UDP;
                    wire_clear();
                    const char *to = group ? v6 ? "ff05::123" : "239.1.2.3"
                                     : v6  ? "2001:db8::9"
                                           : "192.0.2.9";
                    int size = tries[s] + (raw && s >= 2 ? 8 : 0);
                    long r = send_ip(fd, to, raw ? 0 : PEER_PORT, data, (size_t)size);
                    say(text("%s.%s%s.%d", rows[n].key, raw ? "raw" : "udp", group ? ".group" : "",
                             size),
                        "set %s send %s %s", result(o), result(r), wire_all());
                    if (IP_ERRORMTU != ABSENT && !v6 && r < 0 && !raw)
                        say(text("%s.%d.IP_ERRORMTU", rows[n].key, size), "%s",
                            get_text(fd, IPPROTO_IP, IP_ERRORMTU, 4));
                    shut(fd);
                }
    }
}

/* Quotes the last UDP packet that the socket sent in an ICMP error from a router. */
static void answer_error(int v6, int type, int code, uint32_t rest)
{
    static uint8_t quoted[128];
    size_t n = wire_size < 100 ? wire_size : 100;
    memcpy(quoted, wire_packet, n);
    if (v6)
        arrive_icmp(PORT_NET0, "2001:db8::fe", "2001:db8::1", type, code, rest, quoted, n);
    else
        arrive_icmp(PORT_NET0, "192.0.2.254", "192.0.2.1", type, code, rest, quoted, n);
}

static const char *so_error(int fd)
{
    int value = 0;
    socklen_t length = sizeof value;
    long r = port_getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length);
    return r < 0 ? result(r) : value ? result(-(long)value) : "0";
}

/* Errors that arrive for connected and unconnected sockets: what the next receive and send say. */
static const struct {
    const char *key;
    int v6, type, code;
    uint32_t rest;
} error_rows[] = {{"v4.net", 0, 3, 0, 0},
                  {"v4.host", 0, 3, 1, 0},
                  {"v4.protocol", 0, 3, 2, 0},
                  {"v4.port", 0, 3, 3, 0},
                  {"v4.needfrag.1400", 0, 3, 4, 1400},
                  {"v4.needfrag.0", 0, 3, 4, 0},
                  {"v4.source.route", 0, 3, 5, 0},
                  {"v4.net.unknown", 0, 3, 6, 0},
                  {"v4.host.unknown", 0, 3, 7, 0},
                  {"v4.net.prohibited", 0, 3, 9, 0},
                  {"v4.host.prohibited", 0, 3, 10, 0},
                  {"v4.admin", 0, 3, 13, 0},
                  {"v4.quench", 0, 4, 0, 0},
                  {"v4.exceeded", 0, 11, 0, 0},
                  {"v4.reassembly", 0, 11, 1, 0},
                  {"v4.parameter", 0, 12, 0, 0},
                  {"v6.noroute", 1, 1, 0, 0},
                  {"v6.admin", 1, 1, 1, 0},
                  {"v6.scope", 1, 1, 2, 0},
                  {"v6.address", 1, 1, 3, 0},
                  {"v6.port", 1, 1, 4, 0},
                  {"v6.policy", 1, 1, 5, 0},
                  {"v6.toobig.1300", 1, 2, 0, 1300},
                  {"v6.exceeded", 1, 3, 0, 0},
                  {"v6.parameter", 1, 4, 1, 0}};

static void errors(void)
{
    for (size_t n = 0; n < COUNT(error_rows); n++)
        for (int mode = 0; mode < 3; mode++) { /* connected; unconnected; raw connected */
            int v6 = error_rows[n].v6, raw = mode == 2;
            char peer[40];
            snprintf(peer, sizeof peer, v6 ? "2001:db8:5::%zx" : "203.0.113.%zu",
                     n + 16 + (size_t)mode * 40);
            int fd = open_kind(raw ? v6 ? RAW6 : RAW4 : v6 ? UDP6 : UDP4);
            if (fd < 0)
                continue;
            unsigned port = raw ? 0 : PEER_PORT;
            long c = 0;
            wire_protocol = raw ? 253 : IPPROTO_UDP;
            if (mode != 1)
                c = connect_to(fd, peer, port);
            wire_clear();
            struct address to = address(peer, port);
            long first = send_to(fd, mode != 1 ? NULL : &to, data, 20, NULL);
            const char *sent = wire();
            if (!wire_size) {
                say(text("%s.%d", error_rows[n].key, mode), "connect %s send %s %s", result(c),
                    result(first), sent);
                shut(fd);
                continue;
            }
            answer_error(v6, error_rows[n].type, error_rows[n].code, error_rows[n].rest);
            receive(&got, fd, 100, 512, 0);
            const char *heard = received_text(&got), *pending = so_error(fd);
            long again = send_to(fd, mode != 1 ? NULL : &to, data, 20, NULL);
            wire();
            answer_error(v6, error_rows[n].type, error_rows[n].code, error_rows[n].rest);
            long third = send_to(fd, mode != 1 ? NULL : &to, data, 20, NULL);
            const char *third_wire = wire();
            answer_error(v6, error_rows[n].type, error_rows[n].code, error_rows[n].rest);
            const char *late = so_error(fd);
            say(text("%s.%s", error_rows[n].key,
                     mode == 0   ? "connected"
                     : mode == 1 ? "unconnected"
                                 : "raw.connected"),
                "receive %s then SO_ERROR %s | send %s | error again, send %s wire %s | error "
                "again, SO_ERROR %s",
                heard, pending, result(again), result(third), wire_size ? "sent" : third_wire,
                late);
            shut(fd);
        }
}

/* A too-big message: the path's MTU afterwards, IPV6_RECVPATHMTU, and how the next big datagram
 * leaves. */
static void too_big(void)
{
    static const uint32_t mtus[] = {1400, 1280, 1000, 576, 68, 0, 1500, 9000};
    for (int v6 = 0; v6 < 2; v6++)
        for (size_t n = 0; n < COUNT(mtus); n++)
            for (int connected = 0; connected < 2; connected++) {
                char peer[40];
                snprintf(peer, sizeof peer, v6 ? "2001:db8:5::1%zx" : "203.0.113.%zu",
                         n * 2 + (size_t)connected + 150);
                int fd = open_kind(v6 ? UDP6 : UDP4);
                if (fd < 0)
                    return;
                struct address to = address(peer, PEER_PORT);
                long o = v6 && IPV6_RECVPATHMTU != ABSENT
                             ? set_int(fd, IPPROTO_IPV6, IPV6_RECVPATHMTU, 1)
                             : 0;
                if (!v6 && IP_DONTFRAG != ABSENT)
                    set_int(fd, IPPROTO_IP, IP_DONTFRAG, 1);
                if (connected)
                    port_connect(fd, &to.as.sa, to.length);
                wire_clear();
                long r = send_to(fd, connected ? NULL : &to, data, 1400, NULL);
                wire();
                if (wire_size)
                    answer_error(v6, v6 ? 2 : 3, v6 ? 0 : 4, mtus[n]);
                receive(&got, fd, 100, 512, 0);
                const char *heard = received_text(&got), *control = control_text(&got);
                const char *mtu = connected ? mtu_text(fd) : "";
                if (!v6 && IP_DONTFRAG != ABSENT)
                    set_int(fd, IPPROTO_IP, IP_DONTFRAG, 0);
                wire_clear();
                long again = send_to(fd, connected ? NULL : &to, data, 1400, NULL);
                say(text("v%d.%s.%u", v6 ? 6 : 4, connected ? "connected" : "unconnected", mtus[n]),
                    "option %s send %s receive %s %s |%s | send %s %s", result(o), result(r), heard,
                    control, mtu, result(again), wire_all());
                shut(fd);
            }
    for (int connected = 0; connected < 2; connected++) /* a send over the interface's own MTU */
        for (int dontfrag = 0; dontfrag < 2; dontfrag++) {
            int fd = open_kind(UDP6);
            struct address to = address("2001:db8::9", PEER_PORT);
            if (fd < 0 || IPV6_RECVPATHMTU == ABSENT || IPV6_DONTFRAG == ABSENT)
                break;
            set_int(fd, IPPROTO_IPV6, IPV6_RECVPATHMTU, 1),
                set_int(fd, IPPROTO_IPV6, IPV6_DONTFRAG, dontfrag);
            if (connected)
                port_connect(fd, &to.as.sa, to.length);
            long r = send_to(fd, connected ? NULL : &to, data, 2000, NULL);
            receive(&got, fd, 100, 512, 0);
            say(text("v6.own.mtu.%s.dontfrag.%d", connected ? "connected" : "unconnected",
                     dontfrag),
                "send %s receive %s %s", result(r), received_text(&got), control_text(&got));
            shut(fd);
        }
}

/* A port that nobody has, on this host: by loopback. */
static void refused(void)
{
    for (int v6 = 0; v6 < 2; v6++)
        for (int connected = 0; connected < 2; connected++) {
            int fd = open_kind(v6 ? UDP6 : UDP4);
            struct address to = address(v6 ? "::1" : "127.0.0.1", 9);
            if (fd < 0)
                return;
            if (connected)
                port_connect(fd, &to.as.sa, to.length);
            long r = send_to(fd, connected ? NULL : &to, "x", 1, NULL);
            port_settle();
            const char *heard = receive_text(fd);
            long second = send_to(fd, connected ? NULL : &to, "x", 1, NULL);
            port_settle();
            port_readable(fd);
            long third = send_to(fd, connected ? NULL : &to, "x", 1, NULL);
            say(text("v%d.%s", v6 ? 6 : 4, connected ? "connected" : "unconnected"),
                "send %s receive %s send %s send %s", result(r), heard, result(second),
                result(third));
            shut(fd);
        }
    wire_protocol = IPPROTO_ICMP;
    wire_clear();
    arrive_udp(PORT_NET0, "192.0.2.9", "192.0.2.1", 4321, "nobody", 6);
    say("v4.answer", "%s", wire());
    arrive_udp(PORT_NET0, "192.0.2.9", "192.0.2.255", 4321, "nobody", 6);
    say("v4.broadcast.answer", "%s", wire());
    wire_protocol = IPPROTO_ICMPV6;
    arrive_udp(PORT_NET0, "2001:db8::9", "2001:db8::1", 4321, "nobody", 6);
    say("v6.answer", "%s", wire());
}

const struct probe path_probes[] = {{"path.queries", queries}, {"path.sizes", sizes},
                                    {"path.errors", errors},   {"path.too_big", too_big},
                                    {"path.refused", refused}, {0, 0}};
