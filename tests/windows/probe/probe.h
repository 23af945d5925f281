// SPDX-License-Identifier: BSD-2-Clause
/* Probes: what docs/platform/windows.md says, asked of Winsock itself, without ipsock. A case is
 * named win_SECTION_… by the section of windows.md that it holds. It must hold on the model of
 * Windows; where it fails on bare Wine, ../wine-lacks.csv says what Wine does instead.
 * Calls return 0 or the Winsock error, so that a case compares numbers. */
#ifndef PROBE_H
#define PROBE_H

#include <winsock2.h>

#include <mswsock.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PROBE(name) cmocka_unit_test_teardown(name, probe_teardown)
#define PROBE_ROW(name, f, r)                                 \
    {                                                         \
        name, f, NULL, probe_teardown, (void *)(uintptr_t)(r) \
    }
#define LOOPBACK "127.0.0.1"
#define PATIENCE 2000 /* ms: for what must come */
#define SILENCE  150  /* ms: for what must not */

/* Closes what probe_socket and friends opened. */
int probe_teardown(void **state);
/* WSAStartup, all cases, WSACleanup. */
#define probe_run(cases) probe_run_named(#cases, cases, sizeof(cases) / sizeof((cases)[0]))
int probe_run_named(const char *name, const struct CMUnitTest *cases, size_t count);

/* The build that RtlGetVersion tells; 0 under bare Wine, which has options by its own lights. */
unsigned probe_build(void);

/* The socket, of which the case fails if it is none. */
SOCKET probe_socket(int family, int type, int protocol);
SOCKET probe_udp(int family);
/* What socket() answers: 0, then *made is open, or the error. */
int probe_try_socket(int family, int type, int protocol, SOCKET *made);

int probe_set(SOCKET s, int level, int name, DWORD value);
int probe_set_bytes(SOCKET s, int level, int name, const void *value, int length);
/* A DWORD's worth, cleared before; length is what came back. */
int probe_get(SOCKET s, int level, int name, DWORD *value);
int probe_get_bytes(SOCKET s, int level, int name, void *value, int *length);

/* Addresses are text of either family. */
struct probe_name {
    struct sockaddr_storage at;
    int length;
};
struct probe_name probe_name(const char *text, unsigned port);
int probe_bind(SOCKET s, const char *text, unsigned port);
int probe_connect(SOCKET s, const char *text, unsigned port);
/* Of the own or the peer's name, or 0. */
unsigned probe_port(SOCKET s);
int probe_send(SOCKET s, const char *text, const char *to, unsigned port);
/* Waits at most so long by select, then receives: a string, or NULL. */
const char *probe_hear(SOCKET s, unsigned milliseconds);

#endif
