// SPDX-License-Identifier: BSD-2-Clause
/* Facts, members, options and binds of the Windows that IPSOCK_MODEL_WINDOWS names, with those that
 * IPSOCK_MODEL_FLIP names turned round (a flag) or replaced (an error, by another). Both are lists
 * with commas. Windows: 10-1809, 10-19041, 11 (without a word), without-wsarecvmsg, ipv4-disabled,
 * not-administrator, own-groups. */
#include "model.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static int facts[FACT_COUNT] = {
#define F(name, value, words) [FACT_##name] = (value),
#include "facts.def"
#undef F
};

static const char *const fact_names[FACT_COUNT] = {
#define F(name, value, words) [FACT_##name] = #name,
#include "facts.def"
#undef F
};

static int members[STATE_COUNT][ACT_COUNT] = {
#define C(state, act, error, words) [STATE_##state][ACT_##act] = (error),
#include "members.def"
#undef C
};

static unsigned since[OPTION_COUNT] = {
#define O(name, level, number, shape, kinds, host_level, host_name, initial, from) \
    [OPTION_##name] = (from),
#include "options.def"
#undef O
};

/* windows.md 4 and win32:using-so-reuseaddr-and-so-exclusiveaddruse, "Enhanced Socket Security",
 * the same account: rows the first bind, columns the second; none, SO_REUSEADDR,
 * SO_EXCLUSIVEADDRUSE, each wildcard, then specific. S success, I WSAEADDRINUSE, A WSAEACCES. */
static char binds[6][7] = {"ISASIS", "SISAII", "ISSSIS", "SISSII", "IAAAIA", "SISAII"};
static const char *const bind_names[6] = {"DW", "DS", "RW", "RS", "EW", "ES"};

static unsigned build = 22000;
static bool ipv4 = true;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static bool listed(const char *list, const char *word)
{
    size_t length = strlen(word);

    while (list && *list) {
        const char *end = strchr(list, ',');
        size_t size = end ? (size_t)(end - list) : strlen(list);

        if (size == length && memcmp(list, word, size) == 0)
            return true;
        list = end ? end + 1 : NULL;
    }
    return false;
}

static void choose_windows(const char *list)
{
    if (listed(list, "10-1809"))
        build = 17763;
    if (listed(list, "10-19041"))
        build = 19041;
    if (build < 20348)
        facts[FACT_TOS_MARKS] = 0;
    if (listed(list, "without-wsarecvmsg"))
        facts[FACT_RECVMSG_POINTER] = 0;
    if (listed(list, "own-groups"))
        facts[FACT_OWN_GROUPS] = 1;
    if (listed(list, "not-administrator"))
        facts[FACT_RAW_ADMINISTRATOR] = WSAEACCES;
    if (listed(list, "ipv4-disabled")) {
        ipv4 = false;
        facts[FACT_IPV4_ON_V6_REFUSED] = WSAEINVAL;
    }
}

static void flip(const char *list)
{
    char name[64];

    for (int i = 0; i < FACT_COUNT; i++) {
        if (listed(list, fact_names[i]))
            facts[i] = facts[i] >= WSABASEERR ? facts[i] + 1 : !facts[i];
    }
#define C(state, act, error, words)              \
    if (listed(list, "member." #state "." #act)) \
        members[STATE_##state][ACT_##act] = (error) == WSAEINVAL ? WSAEADDRNOTAVAIL : WSAEINVAL;
#include "members.def"
#undef C
#define O(name, level, number, shape, kinds, host_level, host_name, initial, from) \
    if (listed(list, "option." #name))                                             \
        since[OPTION_##name] = UINT_MAX;
#include "options.def"
#undef O
    for (int i = 0; i < 36; i++) {
        char *cell = &binds[i / 6][i % 6];

        snprintf(name, sizeof name, "bind.%s.%s", bind_names[i / 6], bind_names[i % 6]);
        if (listed(list, name))
            *cell = *cell == 'S' ? 'I' : 'S';
    }
}

static BOOL CALLBACK prepare(PINIT_ONCE o, PVOID parameter, PVOID *context)
{
    (void)o;
    (void)parameter;
    (void)context;
    choose_windows(getenv("IPSOCK_MODEL_WINDOWS"));
    flip(getenv("IPSOCK_MODEL_FLIP"));
    return TRUE;
}

static void ready(void)
{
    InitOnceExecuteOnce(&once, prepare, NULL, NULL);
}

int model_fact(enum model_fact fact)
{
    ready();
    return facts[fact];
}

int model_member_error(enum member_state state, enum member_act act)
{
    ready();
    return members[state][act];
}

int model_bind_error(int first, int second)
{
    char cell;

    ready();
    cell = binds[first][second];
    return cell == 'S' ? 0 : cell == 'I' ? WSAEADDRINUSE : WSAEACCES;
}

bool model_has_option(enum model_option_id id)
{
    ready();
    return build >= since[id];
}

unsigned model_build(void)
{
    ready();
    return build;
}

bool model_ipv4(void)
{
    ready();
    return ipv4;
}
