// SPDX-License-Identifier: BSD-2-Clause
/* windows.md 4: memberships. What each act earns in each state, in each form of the options; and
 * that sources are filtered, which only traffic shows. */
#include "probe.h"

#define N WSAEADDRNOTAVAIL
#define V WSAEINVAL

enum act { ADD, DROP, ADD_SOURCE, DROP_SOURCE, BLOCK, UNBLOCK, ACTS };
enum form { MREQ, GROUP4, GROUP6 };

static const char *const act_names[ACTS] = {"ADD",         "DROP",  "ADD_SOURCE",
                                            "DROP_SOURCE", "BLOCK", "UNBLOCK"};

/* Acts that lead into a state: an act, its source 1 or 2. What acts with source 1 then earn, in the
 * order of enum act. Cells without a word in Microsoft's "Multicast Socket Option Behavior" are the
 * model's choice (members.def). */
static const struct state {
    const char *name;
    const char *acts;
    int errors[ACTS];
} states[] = {
    {"NONE", "", {0, V, 0, V, V, V}},
    {"ANY", "a", {N, 0, N, V, 0, V}},
    {"BLOCKED", "ab1", {V, 0, V, V, N, 0}},
    {"UNBLOCKED", "ab1u1", {N, 0, N, V, 0, N}},
    {"OTHER_BLOCKED", "ab2", {V, 0, N, V, 0, V}},
    {"LISTED", "s1s2", {N, 0, N, 0, V, V}},
    {"UNLISTED", "s2", {N, 0, 0, N, V, V}},
    {"EMPTIED", "s1d1", {0, V, 0, N, V, V}},
};

#define STATES (sizeof states / sizeof states[0])

struct cell {
    enum form form;
    size_t state;
    enum act act;
    char name[64];
};

static SOCKET s;
/* One of our own: what a process elsewhere joins is heard here too. */
static char own_group[32];
static const char *const groups[] = {own_group, own_group, "ff15::4321"};

static const char *source_of(enum form form, int source)
{
    static const char *const v4[] = {"127.0.0.2", "127.0.0.3"};
    static const char *const v6[] = {"fd00::1", "fd00::2"};
    return form == GROUP6 ? v6[source - 1] : v4[source - 1];
}

static int act_mreq(enum act act, const char *group, const char *source, const char *interface_)
{
    static const int names[ACTS] = {12, 13, 15, 16, 17, 18};
    unsigned char bytes[12];
    inet_pton(AF_INET, group, bytes);
    if (act == ADD || act == DROP) {
        inet_pton(AF_INET, interface_, bytes + 4);
        return probe_set_bytes(s, IPPROTO_IP, names[act], bytes, 8);
    }
    inet_pton(AF_INET, source, bytes + 4); /* ip_mreq_source: group, source, interface */
    inet_pton(AF_INET, interface_, bytes + 8);
    return probe_set_bytes(s, IPPROTO_IP, names[act], bytes, 12);
}

static int act_group(enum act act, const char *group, const char *source, ULONG index)
{
    static const int names[ACTS] = {41, 42, 45, 46, 43, 44};
    const struct probe_name to = probe_name(group, 0);
    const struct probe_name from = probe_name(source, 0);
    unsigned char bytes[264];
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &index, sizeof index);
    memcpy(bytes + 8, &to.at, sizeof to.at);
    memcpy(bytes + 136, &from.at, sizeof from.at);
    return probe_set_bytes(s, to.at.ss_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP, names[act],
                           bytes, act == ADD || act == DROP ? 136 : 264);
}

static int do_act(enum form form, enum act act, int source)
{
    return form == MREQ ? act_mreq(act, groups[form], source_of(form, source), LOOPBACK)
                        : act_group(act, groups[form], source_of(form, source), 1);
}

static SOCKET open_bound(int family)
{
    const SOCKET made = probe_udp(family);
    assert_int_equal(probe_set(made, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    assert_int_equal(probe_bind(made, family == AF_INET6 ? "::" : "0.0.0.0", 0), 0);
    return made;
}

static void enter(enum form form, const char *acts)
{
    for (; *acts != '\0'; acts++) {
        const int source = acts[1] != '\0' ? acts[1] - '0' : 0;
        switch (*acts) {
        case 'a':
            assert_int_equal(do_act(form, ADD, 1), 0);
            break;
        case 'b':
            assert_int_equal(do_act(form, BLOCK, source), 0);
            break;
        case 'u':
            assert_int_equal(do_act(form, UNBLOCK, source), 0);
            break;
        case 's':
            assert_int_equal(do_act(form, ADD_SOURCE, source), 0);
            break;
        case 'd':
            assert_int_equal(do_act(form, DROP_SOURCE, source), 0);
            break;
        default:;
        }
    }
}

static void table(void **state)
{
    const struct cell *cell = *state;
    s = open_bound(cell->form == GROUP6 ? AF_INET6 : AF_INET);
    enter(cell->form, states[cell->state].acts);
    assert_int_equal(do_act(cell->form, cell->act, 1), states[cell->state].errors[cell->act]);
}

/* ---- traffic ---- */

static SOCKET senders[2]; /* 127.0.0.2, 127.0.0.3 */

static void open_senders(void)
{
    for (int i = 0; i < 2; i++) {
        struct in_addr loopback;
        inet_pton(AF_INET, LOOPBACK, &loopback);
        senders[i] = probe_udp(AF_INET);
        assert_int_equal(probe_bind(senders[i], source_of(MREQ, i + 1), 0), 0);
        assert_int_equal(probe_set(senders[i], IPPROTO_IP, IP_MULTICAST_IF, loopback.s_addr), 0);
    }
}

/* Whether the socket hears a sender. */
static bool hears(SOCKET receiver, int sender)
{
    const char *text;
    char sent[8];
    snprintf(sent, sizeof sent, "from %d", sender);
    assert_int_equal(probe_send(senders[sender - 1], sent, groups[0], probe_port(receiver)), 0);
    text = probe_hear(receiver, SILENCE);
    assert_true(text == NULL || strcmp(text, sent) == 0);
    return text != NULL;
}

static void hears_both(bool first, bool second)
{
    assert_int_equal(hears(s, 1), first);
    assert_int_equal(hears(s, 2), second);
}

static void win_4_source_filter(void **state)
{
    (void)state;
    open_senders();
    s = open_bound(AF_INET);
    hears_both(false, false);
    assert_int_equal(do_act(MREQ, ADD_SOURCE, 1), 0);
    hears_both(true, false);
    assert_int_equal(do_act(MREQ, ADD_SOURCE, 2), 0);
    hears_both(true, true);
    assert_int_equal(do_act(MREQ, DROP_SOURCE, 1), 0);
    hears_both(false, true);
    assert_int_equal(do_act(MREQ, DROP_SOURCE, 2), 0);
    hears_both(false, false);
}

static void win_4_block(void **state)
{
    (void)state;
    open_senders();
    s = open_bound(AF_INET);
    assert_int_equal(do_act(MREQ, ADD, 1), 0);
    hears_both(true, true);
    assert_int_equal(do_act(MREQ, BLOCK, 1), 0);
    hears_both(false, true);
    assert_int_equal(do_act(MREQ, UNBLOCK, 1), 0);
    hears_both(true, true);
    assert_int_equal(do_act(MREQ, DROP, 1), 0);
    hears_both(false, false);
}

static void win_4_source_filter_MCAST(void **state)
{
    (void)state;
    open_senders();
    s = open_bound(AF_INET);
    assert_int_equal(do_act(GROUP4, ADD_SOURCE, 2), 0);
    hears_both(false, true);
}

/* Chosen: no page says whether a socket hears groups that only others joined. */
static void win_4_own_groups(void **state)
{
    const char *windows = getenv("IPSOCK_MODEL_WINDOWS");
    const bool own = windows && strstr(windows, "own-groups");
    SOCKET member;
    (void)state;
    open_senders();
    s = member = open_bound(AF_INET);
    assert_int_equal(do_act(MREQ, ADD, 1), 0);
    s = probe_udp(AF_INET);
    assert_int_equal(probe_set(s, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    assert_int_equal(probe_bind(s, "0.0.0.0", probe_port(member)), 0);
    assert_true(hears(member, 1));
    assert_int_equal(probe_hear(s, SILENCE) == NULL, own);
}

/* All members on the port get a copy. */
static void win_4_many_listeners(void **state)
{
    SOCKET other;
    (void)state;
    open_senders();
    s = other = open_bound(AF_INET);
    assert_int_equal(do_act(MREQ, ADD, 1), 0);
    s = probe_udp(AF_INET);
    assert_int_equal(probe_set(s, SOL_SOCKET, SO_REUSEADDR, 1), 0);
    assert_int_equal(probe_bind(s, "0.0.0.0", probe_port(other)), 0);
    assert_int_equal(do_act(MREQ, ADD, 1), 0);
    assert_true(hears(other, 1));
    assert_non_null(probe_hear(s, PATIENCE));
}

/* 1: IP_MULTICAST_LOOP acts on the receiver, the sender's changes nothing. */
static void win_1_loop_at_receiver(void **state)
{
    (void)state;
    open_senders();
    s = open_bound(AF_INET);
    assert_int_equal(do_act(MREQ, ADD, 1), 0);
    assert_int_equal(probe_set(senders[0], IPPROTO_IP, IP_MULTICAST_LOOP, 0), 0);
    assert_true(hears(s, 1));
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_MULTICAST_LOOP, 0), 0);
    assert_false(hears(s, 1));
    assert_int_equal(probe_set(s, IPPROTO_IP, IP_MULTICAST_LOOP, 1), 0);
    assert_true(hears(s, 1));
}

/* ---- what a struct says ---- */

static void win_4_mreq_index(void **state)
{
    (void)state;
    open_senders();
    s = open_bound(AF_INET);
    assert_int_equal(act_mreq(ADD, groups[0], NULL, "0.0.0.1"), 0);
    assert_true(hears(s, 1));
    assert_int_equal(act_mreq(ADD, groups[0], NULL, LOOPBACK), WSAEADDRNOTAVAIL);
    assert_int_equal(act_mreq(DROP, groups[0], NULL, "0.0.0.1"), 0);
    assert_int_equal(act_mreq(ADD_SOURCE, groups[0], source_of(MREQ, 1), "0.0.0.1"), 0);
    hears_both(true, false);
}

/* Chosen codes, where no page has one. */
static void win_4_refused(void **state)
{
    const unsigned char short_one[4] = {239, 1, 2, 3};
    (void)state;
    open_senders();
    s = open_bound(AF_INET);
    assert_int_equal(act_mreq(ADD, "127.0.0.1", NULL, LOOPBACK), WSAEINVAL);
    assert_int_equal(act_group(ADD, "192.0.2.1", "127.0.0.2", 1), WSAEINVAL);
    assert_int_equal(act_mreq(ADD, groups[0], NULL, "192.0.2.1"), WSAEADDRNOTAVAIL);
    assert_int_equal(act_mreq(ADD, groups[0], NULL, "0.9.9.9"), WSAEADDRNOTAVAIL);
    assert_int_equal(act_group(ADD, groups[0], "127.0.0.2", 99999), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_set_bytes(s, IPPROTO_IP, 12, short_one, 4), WSAEFAULT);
    assert_int_equal(probe_set_bytes(s, IPPROTO_IP, 41, short_one, 4), WSAEFAULT);
    hears_both(false, false);
}

/* Bind before joining. */
static void win_4_unbound(void **state)
{
    (void)state;
    s = probe_udp(AF_INET);
    assert_int_equal(do_act(MREQ, ADD, 1), WSAEINVAL);
    assert_int_equal(do_act(GROUP4, ADD, 1), WSAEINVAL);
}

/* IPV6_ADD_MEMBERSHIP: ipv6_mreq with the index in host order. */
static void win_4_mreq6(void **state)
{
    unsigned char bytes[20];
    ULONG index = 1;
    (void)state;
    s = open_bound(AF_INET6);
    inet_pton(AF_INET6, groups[GROUP6], bytes);
    memcpy(bytes + 16, &index, sizeof index);
    assert_int_equal(probe_set_bytes(s, IPPROTO_IPV6, 12, bytes, 20), 0);
    assert_int_equal(probe_set_bytes(s, IPPROTO_IPV6, 12, bytes, 20), WSAEADDRNOTAVAIL);
    assert_int_equal(act_group(ADD, groups[GROUP6], "::1", 1), WSAEADDRNOTAVAIL);
    assert_int_equal(probe_set_bytes(s, IPPROTO_IPV6, 13, bytes, 20), 0);
    assert_int_equal(probe_set_bytes(s, IPPROTO_IPV6, 13, bytes, 20), WSAEINVAL);
}

/* ---- what a filter is ---- */

#define FILTER_OF_GROUP _IOW('t', 127 | IOC_IN, u_long) /* SIOCGMSFILTER */

/* GROUP_FILTER, of interface 1: interface, group, mode, count, sources. */
static int read_filter(enum form form, ULONG room, ULONG *mode, ULONG *count, char *sources)
{
    const struct probe_name to = probe_name(groups[form], 0);
    unsigned char bytes[144 + 2 * 128];
    DWORD length = 0;
    const ULONG index = 1;
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, &index, sizeof index);
    memcpy(bytes + 8, &to.at, sizeof to.at);
    memcpy(bytes + 140, &room, sizeof room);
    if (WSAIoctl(s, FILTER_OF_GROUP, bytes, 144 + room * 128, bytes, 144 + room * 128, &length,
                 NULL, NULL) != 0)
        return WSAGetLastError();
    memcpy(mode, bytes + 136, sizeof *mode);
    memcpy(count, bytes + 140, sizeof *count);
    for (ULONG i = 0; i < room; i++)
        inet_ntop(to.at.ss_family, bytes + 144 + i * 128 + (to.at.ss_family == AF_INET6 ? 8 : 4),
                  sources + i * 64, 64);
    return 0;
}

static void check_filter(enum form form, ULONG wanted_mode, ULONG wanted_count)
{
    char sources[2][64] = {"", ""};
    ULONG mode = 99;
    ULONG count = 99;
    assert_int_equal(read_filter(form, 2, &mode, &count, sources[0]), 0);
    assert_int_equal(mode, wanted_mode);
    assert_int_equal(count, wanted_count);
    for (ULONG i = 0; i < count; i++)
        assert_string_equal(sources[i], source_of(form, (int)i + 1));
    /* without room the count is told all the same */
    assert_int_equal(read_filter(form, 0, &mode, &count, sources[0]), 0);
    assert_int_equal(count, wanted_count);
}

static void filters_are_told(enum form form)
{
    ULONG mode;
    ULONG count;
    s = open_bound(form == GROUP6 ? AF_INET6 : AF_INET);
    assert_int_equal(read_filter(form, 0, &mode, &count, NULL), WSAEINVAL);
    enter(form, "s1");
    check_filter(form, MCAST_INCLUDE, 1);
    enter(form, "s2");
    check_filter(form, MCAST_INCLUDE, 2);
    assert_int_equal(do_act(form, DROP, 1), 0);
    assert_int_equal(read_filter(form, 0, &mode, &count, NULL), WSAEINVAL);
    enter(form, "ab1");
    check_filter(form, MCAST_EXCLUDE, 1);
}

static void win_4_filter_is_told(void **state)
{
    (void)state;
    filters_are_told(GROUP4);
}

static void win_4_filter6_is_told(void **state)
{
    (void)state;
    filters_are_told(GROUP6);
}

/* IP_MSFILTER: group, interface, mode, count, sources. */
static void win_4_filter_by_address(void **state)
{
    unsigned char bytes[16 + 4];
    unsigned char source[4];
    const ULONG room = 1;
    ULONG words[2];
    DWORD length = 0;
    (void)state;
    s = open_bound(AF_INET);
    enter(GROUP4, "s2");
    memset(bytes, 0, sizeof bytes);
    inet_pton(AF_INET, groups[GROUP4], bytes);
    inet_pton(AF_INET, LOOPBACK, bytes + 4);
    memcpy(bytes + 12, &room, sizeof room);
    assert_int_equal(WSAIoctl(s, SIO_GET_MULTICAST_FILTER, bytes, sizeof bytes, bytes, sizeof bytes,
                              &length, NULL, NULL),
                     0);
    memcpy(words, bytes + 8, sizeof words);
    assert_int_equal(words[0], MCAST_INCLUDE);
    assert_int_equal(words[1], 1);
    inet_pton(AF_INET, source_of(GROUP4, 2), source);
    assert_memory_equal(bytes + 16, source, sizeof source);
    assert_int_equal(WSAIoctl(s, SIO_GET_MULTICAST_FILTER, bytes, 8, bytes, 8, &length, NULL, NULL),
                     SOCKET_ERROR);
    assert_int_equal(WSAGetLastError(), WSAEFAULT);
}

/* Membership options cannot be read. */
static void win_4_not_read(void **state)
{
    DWORD value;
    (void)state;
    s = open_bound(AF_INET);
    assert_int_equal(probe_get(s, IPPROTO_IP, 12, &value), WSAENOPROTOOPT);
}

static size_t add_cells(struct CMUnitTest *cases)
{
    static const char *const forms[] = {"mreq", "MCAST", "MCAST6"};
    static struct cell cells[3 * STATES * ACTS];
    size_t n = 0;
    for (enum form form = MREQ; form <= GROUP6; form++) {
        for (size_t state = 0; state < STATES; state++) {
            for (enum act act = ADD; act < ACTS; act++, n++) {
                cells[n] = (struct cell){form, state, act, ""};
                snprintf(cells[n].name, sizeof cells[n].name, "win_4_%s_%s_%s", forms[form],
                         states[state].name, act_names[act]);
                cases[n] = (struct CMUnitTest)PROBE_ROW(cells[n].name, table, &cells[n]);
            }
        }
    }
    return n;
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        PROBE(win_4_source_filter),
        PROBE(win_4_block),
        PROBE(win_4_source_filter_MCAST),
        PROBE(win_4_own_groups),
        PROBE(win_4_mreq_index),
        PROBE(win_4_many_listeners),
        PROBE(win_1_loop_at_receiver),
        PROBE(win_4_refused),
        PROBE(win_4_unbound),
        PROBE(win_4_mreq6),
        PROBE(win_4_not_read),
        PROBE(win_4_filter_is_told),
        PROBE(win_4_filter6_is_told),
        PROBE(win_4_filter_by_address),
    };
    static struct CMUnitTest cases[3 * STATES * ACTS + sizeof others / sizeof others[0]];
    const size_t n = add_cells(cases);
    LARGE_INTEGER ticks;
    QueryPerformanceCounter(&ticks);
    snprintf(own_group, sizeof own_group, "239.%u.%u.%u", 128 + (unsigned)(ticks.QuadPart % 100),
             1 + (unsigned)(ticks.QuadPart / 100 % 250), 1 + (unsigned)GetCurrentProcessId() % 250);
    memcpy(cases + n, others, sizeof others);
    return probe_run(cases);
}
