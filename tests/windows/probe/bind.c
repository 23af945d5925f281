// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 4 and 9: who may have an address beside whom, what may be bound, names. */
#include "probe.h"

#define I WSAEADDRINUSE
#define A WSAEACCES
#define O 0

/* Microsoft's "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", its table of the same account: a row is
 * the first socket's bind, a column the second's: default, SO_REUSEADDR, SO_EXCLUSIVEADDRUSE, each
 * to the wildcard, then to a specific address. */
static const struct cell {
    const char *name;
    int first, second, error;
} cells[] = {
    {"win_4_bind_DW_DW", 0, 0, I}, {"win_4_bind_DW_DS", 0, 1, O}, {"win_4_bind_DW_RW", 0, 2, A},
    {"win_4_bind_DW_RS", 0, 3, O}, {"win_4_bind_DW_EW", 0, 4, I}, {"win_4_bind_DW_ES", 0, 5, O},
    {"win_4_bind_DS_DW", 1, 0, O}, {"win_4_bind_DS_DS", 1, 1, I}, {"win_4_bind_DS_RW", 1, 2, O},
    {"win_4_bind_DS_RS", 1, 3, A}, {"win_4_bind_DS_EW", 1, 4, I}, {"win_4_bind_DS_ES", 1, 5, I},
    {"win_4_bind_RW_DW", 2, 0, I}, {"win_4_bind_RW_DS", 2, 1, O}, {"win_4_bind_RW_RW", 2, 2, O},
    {"win_4_bind_RW_RS", 2, 3, O}, {"win_4_bind_RW_EW", 2, 4, I}, {"win_4_bind_RW_ES", 2, 5, O},
    {"win_4_bind_RS_DW", 3, 0, O}, {"win_4_bind_RS_DS", 3, 1, I}, {"win_4_bind_RS_RW", 3, 2, O},
    {"win_4_bind_RS_RS", 3, 3, O}, {"win_4_bind_RS_EW", 3, 4, I}, {"win_4_bind_RS_ES", 3, 5, I},
    {"win_4_bind_EW_DW", 4, 0, I}, {"win_4_bind_EW_DS", 4, 1, A}, {"win_4_bind_EW_RW", 4, 2, A},
    {"win_4_bind_EW_RS", 4, 3, A}, {"win_4_bind_EW_EW", 4, 4, I}, {"win_4_bind_EW_ES", 4, 5, A},
    {"win_4_bind_ES_DW", 5, 0, O}, {"win_4_bind_ES_DS", 5, 1, I}, {"win_4_bind_ES_RW", 5, 2, O},
    {"win_4_bind_ES_RS", 5, 3, A}, {"win_4_bind_ES_EW", 5, 4, I}, {"win_4_bind_ES_ES", 5, 5, I},
};

static SOCKET socket_for(int which)
{
    const SOCKET s = probe_udp(AF_INET);
    const int option = which / 2 == 1 ? SO_REUSEADDR : SO_EXCLUSIVEADDRUSE;
    if (which / 2 != 0)
        assert_int_equal(probe_set(s, SOL_SOCKET, option, 1), 0);
    return s;
}

static const char *address_for(int which)
{
    return which % 2 != 0 ? LOOPBACK : "0.0.0.0";
}

static void table(void **state)
{
    const struct cell *cell = *state;
    const SOCKET first = socket_for(cell->first);
    const SOCKET second = socket_for(cell->second);
    assert_int_equal(probe_bind(first, address_for(cell->first), 0), 0);
    assert_int_equal(probe_bind(second, address_for(cell->second), probe_port(first)), cell->error);
}

/* The same page: no conflict between explicit addresses. */
static void win_4_bind_elsewhere(void **state)
{
    const SOCKET first = socket_for(4);
    const SOCKET second = socket_for(0);
    const SOCKET third = socket_for(0);
    unsigned port;
    (void)state;
    assert_int_equal(probe_bind(first, LOOPBACK, 0), 0);
    port = probe_port(first);
    assert_int_equal(probe_bind(second, "127.0.0.2", port), 0);
    assert_int_equal(probe_bind(third, LOOPBACK, port), WSAEADDRINUSE);
}

/* The same page: a dual-stack wildcard takes the port of both families. */
static void win_4_bind_dual_stack(void **state)
{
    const SOCKET dual = probe_udp(AF_INET6);
    const SOCKET v6 = probe_udp(AF_INET6);
    const SOCKET v4 = probe_udp(AF_INET);
    (void)state;
    assert_int_equal(probe_set(dual, IPPROTO_IPV6, IPV6_V6ONLY, 0), 0);
    assert_int_equal(probe_bind(dual, "::", 0), 0);
    assert_int_equal(probe_bind(v4, "0.0.0.0", probe_port(dual)), WSAEADDRINUSE);
    assert_int_equal(probe_bind(v6, "::", 0), 0);
    assert_int_equal(probe_bind(v4, "0.0.0.0", probe_port(v6)), 0);
}

/* A second socket that was let in hears; packets to the specific address are its owner's. */
static void win_4_bind_specific_first(void **state)
{
    const SOCKET wildcard = socket_for(0);
    const SOCKET specific = socket_for(1);
    const SOCKET from = probe_udp(AF_INET);
    (void)state;
    assert_int_equal(probe_bind(wildcard, "0.0.0.0", 0), 0);
    assert_int_equal(probe_bind(specific, LOOPBACK, probe_port(wildcard)), 0);
    assert_int_equal(probe_send(from, "to one", LOOPBACK, probe_port(wildcard)), 0);
    assert_non_null(probe_hear(specific, PATIENCE));
    assert_null(probe_hear(wildcard, SILENCE));
}

static void win_4_bind_group(void **state)
{
    (void)state;
    assert_int_equal(probe_bind(probe_udp(AF_INET), "224.1.2.3", 0), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_bind(probe_udp(AF_INET6), "ff15::1:2:3", 0), WSAEADDRNOTAVAIL);
}

static void win_9_bind_refused(void **state)
{
    const SOCKET s = probe_udp(AF_INET);
    const struct probe_name name = probe_name(LOOPBACK, 0);
    (void)state;
    assert_int_equal(probe_bind(s, "192.0.2.1", 0), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_bind(s, "::1", 0), WSAEAFNOSUPPORT);
    assert_int_equal(bind(s, (const struct sockaddr *)&name.at, 8), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEFAULT);
    assert_int_equal(probe_bind(s, LOOPBACK, 0), 0);
    assert_int_equal(probe_bind(s, LOOPBACK, 0), WSAEINVAL);
}

/* A socket on one address is on that one: a specific address of the host is kept as it is given. */
static void win_9_bind_specific(void **state)
{
    const SOCKET s = probe_udp(AF_INET);
    const SOCKET from = probe_udp(AF_INET);
    struct sockaddr_in name;
    int length = sizeof name;
    (void)state;
    assert_int_equal(probe_bind(s, "127.0.0.2", 0), 0);
    assert_int_equal(getsockname(s, (struct sockaddr *)&name, &length), 0);
    assert_int_equal(ntohl(name.sin_addr.s_addr), 0x7f000002);
    probe_send(from, "for another", LOOPBACK, probe_port(s));
    assert_null(probe_hear(s, SILENCE));
    assert_int_equal(probe_send(from, "for it", "127.0.0.2", probe_port(s)), 0);
    assert_non_null(probe_hear(s, PATIENCE));
}

static void win_9_unbound_name(void **state)
{
    struct sockaddr_in name;
    int length = sizeof name;
    const SOCKET s = probe_udp(AF_INET);
    (void)state;
    assert_int_equal(getsockname(s, (struct sockaddr *)&name, &length), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEINVAL);
    assert_int_equal(getpeername(s, (struct sockaddr *)&name, &length), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAENOTCONN);
}

/* connect's page: binds, filters by the peer, and is dissolved by an address of zeros. */
static void win_9_connect(void **state)
{
    struct sockaddr_in name;
    int length = sizeof name;
    const SOCKET s = probe_udp(AF_INET);
    const SOCKET peer = probe_udp(AF_INET);
    const SOCKET other = probe_udp(AF_INET);
    (void)state;
    assert_int_equal(probe_bind(peer, LOOPBACK, 0), 0);
    assert_int_equal(probe_connect(s, LOOPBACK, 0), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_connect(s, LOOPBACK, probe_port(peer)), 0);
    assert_true(probe_port(s) != 0);
    assert_int_equal(getpeername(s, (struct sockaddr *)&name, &length), 0);
    assert_int_equal(ntohs(name.sin_port), probe_port(peer));
    probe_send(other, "from another", LOOPBACK, probe_port(s));
    assert_null(probe_hear(s, SILENCE));
    assert_int_equal(probe_send(peer, "from the peer", LOOPBACK, probe_port(s)), 0);
    assert_non_null(probe_hear(s, PATIENCE));
    assert_int_equal(probe_connect(s, "0.0.0.0", 0), 0);
    assert_int_equal(getpeername(s, (struct sockaddr *)&name, &length), SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAENOTCONN);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        PROBE(win_4_bind_elsewhere), PROBE(win_4_bind_dual_stack), PROBE(win_4_bind_specific_first),
        PROBE(win_4_bind_group),     PROBE(win_9_bind_refused),    PROBE(win_9_bind_specific),
        PROBE(win_9_unbound_name),   PROBE(win_9_connect),
    };
    enum { CELLS = sizeof cells / sizeof cells[0], OTHERS = sizeof others / sizeof others[0] };
    static struct CMUnitTest cases[CELLS + OTHERS];
    for (size_t i = 0; i < CELLS; i++)
        cases[i] = (struct CMUnitTest)PROBE_ROW(cells[i].name, table, &cells[i]);
    memcpy(cases + CELLS, others, sizeof others);
    return probe_run(cases);
}
