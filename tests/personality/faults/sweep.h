// SPDX-License-Identifier: BSD-2-Clause
/* The library of a BSD on the model of its kernel (docs/testing.md), whose calls fail by order
 * (../faults.h): what tests of that share. */
#ifndef PERSONALITY_SWEEP_H
#define PERSONALITY_SWEEP_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ipsock/ipsock.h>

#include "../faults.h"

#define OK(call)                                              \
    do {                                                      \
        const int code_ = (call);                             \
        if (code_ < 0)                                        \
            fail_msg("%s: %s", #call, describe_error(code_)); \
    } while (0)
#define CODE(call, wanted)                                              \
    do {                                                                \
        const int code_ = (call);                                       \
        if (code_ != (wanted))                                          \
            fail_msg("%s: %s, not %s", #call, ipsock_error_name(code_), \
                     ipsock_error_name(wanted));                        \
    } while (0)

const char *describe_error(int code);

/* Whether the ledger says that an endpoint may carry both families. */
static inline bool has_dual_stack(void)
{
    struct ipsock_capability_answer c;
    OK(ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV6, IPSOCK_FEATURE_DUAL_STACK, &c));
    return c.level != IPSOCK_ABSENT;
}

/* ---- every call of an operation fails, one after the other ---- */

/* Exceptions of sends over IPv6: EHOSTDOWN may be an earlier packet's (SIL-16), so that the packet
 * goes by the second try. */
#define SWEEP_STRAY_ERRORS                                     \
    {"sendto", NULL, 0, "EHOSTDOWN", IPSOCK_OK, NULL, NULL},   \
    {                                                          \
        "sendmsg", NULL, 0, "EHOSTDOWN", IPSOCK_OK, NULL, NULL \
    }

/* What a failed call is for, where that is not "the operation fails with what the call said". The
 * first that fits counts. */
struct exception {
    const char *call;      /* NULL: the end */
    const char *option;    /* of set- or getsockopt; NULL: any */
    unsigned nth;          /* of the calls about this option, or of the calls; 0: any */
    const char *error;     /* NULL: any */
    int code;              /* of the operation; 0: it succeeds, as if nothing had been */
    const char *operation; /* that the error names; NULL: the call */
    const char *named;     /* what it names as option; NULL: that of set- or getsockopt */
};

struct sweep {
    const char *name;
    void (*prepare)(void);
    int (*run)(struct ipsock_error *error);
    void (*done)(void); /* looks at what a success left, also at one after a refusal; may be NULL */
    void (*refused)(void); /* that all is as it was before; may be NULL */
    void (*finish)(void);
    const struct exception *exceptions; /* may be NULL */
    unsigned least;                     /* refusals */
};
/* Runs without a failure, then once for each call that was made and each error that it may give:
 * the documented code, the operation and the option in the error, the same operation afterwards,
 * and no descriptor left. */
void sweep(const struct sweep *s);

/* What the system's errors are documented to mean. */
int setup_code(const char *error);
int traffic_code(const char *error);

/* An option's name; of two with one number the one that is like what was said (names.c). */
const char *native_option_name(int level, int name, const char *like);
/* Option that the n-th set- or getsockopt was about. */
const char *option_name(const char *call, unsigned n, const char *like);
/* Fields of received control that a kind and family has here, of these. */
uint32_t receivable(int kind, int family, uint32_t fields);
void expect_clean(void); /* no descriptor of the library's, no stray closing */

/* ---- peers, on the host ---- */

/* A UDP endpoint on the loopback address, and a socket of the host that sends to it and receives.
 */
struct pair {
    struct ipsock_endpoint *s;
    int plain;
    struct ipsock_addr local, peer;
};
void open_pair(struct pair *pair, struct ipsock_config *config);
void close_pair(struct pair *pair);
void give(const struct pair *pair, const void *data, size_t length);
int take(const struct pair *pair, void *data, size_t size); /* -1: nothing came */
bool has_plain(const struct pair *pair);                    /* without a wait */

#endif
