// SPDX-License-Identifier: BSD-2-Clause
/* Whether packets may be fragmented, and whether what the system has learned of the path limits
 * them. Systems have one option for both or two; the second follows the first. */
#include <ipsock/option.h>

#include "core/option.h"

enum { STEPS = 2, ROWS = 2 * STEPS };

struct step {
    int option;
    bool on;
};

/* What was in force before, to be put back. */
struct undo {
    struct ipsk_saved saved[ROWS];
    int count;
};

/* A kernel that lacks the option does not probe. */
static bool is_off(const struct step *step, int code)
{
    return step->option == IPSK_OPTION_PATH_MTU_PROBE && !step->on && code == IPSOCK_ENOTSUP;
}

static int take_step(struct ipsock_endpoint *s, const struct step *step, struct undo *u,
                     struct ipsock_error *error)
{
    const struct ipsk_option_row *rows[2];
    const int count = ipsk_option_rows(s, step->option, rows);
    for (int i = 0; i < count; i++) {
        int code = ipsk_save_row(s->handle, rows[i], &u->saved[u->count], error);
        if (code == IPSOCK_OK) {
            u->count++;
            code = ipsk_set_row(s->handle, rows[i], step->on, error);
        }
        if (code < 0 && !is_off(step, code))
            return code;
    }
    return IPSOCK_OK;
}

/* All steps, or none. */
static int take_steps(struct ipsock_endpoint *s, const struct step steps[STEPS],
                      struct ipsock_error *error)
{
    struct undo u = {.count = 0};
    int code = IPSOCK_OK;
    for (int i = 0; i < STEPS && code == IPSOCK_OK; i++)
        code = take_step(s, &steps[i], &u, error);
    while (code < 0 && u.count-- > 0)
        ipsk_restore_row(s->handle, &u.saved[u.count]);
    return code;
}

/* What the system itself does comes last; DF after the end of probing, which may allow fragments.
 */
static int set_mode(struct ipsock_endpoint *s, int mode, struct ipsock_error *error)
{
    const struct step whole = {IPSK_OPTION_DONT_FRAGMENT, mode != IPSOCK_PATH_MTU_DEFAULT},
                      probe = {IPSK_OPTION_PATH_MTU_PROBE, mode == IPSOCK_PATH_MTU_PROBE};
    const struct step forbid[STEPS] = {probe, whole}, other[STEPS] = {whole, probe};
    const struct ipsk_option_row *rows[2];
    if (ipsk_option_rows(s, whole.option, rows) == 0)
        return ipsk_option_missing(s, whole.option, "path_mtu_mode", error);
    if (probe.on && ipsk_option_rows(s, probe.option, rows) == 0)
        return ipsk_option_missing(s, probe.option, "path_mtu_mode", error);
    const int code = take_steps(s, mode == IPSOCK_PATH_MTU_FORBID ? forbid : other, error);
    s->may_probe = s->may_probe || (probe.on && code == IPSOCK_OK);
    return code;
}

static int is_probing(struct ipsock_endpoint *s, bool *on, struct ipsock_error *error)
{
    const struct ipsk_option_row *rows[2];
    int64_t value = 0;
    int code = IPSOCK_OK;
    if (ipsk_option_rows(s, IPSK_OPTION_PATH_MTU_PROBE, rows) != 0)
        code = ipsk_get_row(s->handle, rows[0], &value, error);
    *on = code == IPSOCK_OK && value != 0;
    return code == IPSOCK_ENOTSUP ? IPSOCK_OK : code; /* a kernel that lacks it does not probe */
}

static int get_mode(struct ipsock_endpoint *s, int *mode, const char *name,
                    struct ipsock_error *error)
{
    int64_t whole = 0;
    bool probing = false;
    int code = ipsk_get_option(s, IPSK_OPTION_DONT_FRAGMENT, &whole, name, error);
    if (code == IPSOCK_OK)
        code = is_probing(s, &probing, error);
    if (code == IPSOCK_OK)
        *mode = probing      ? IPSOCK_PATH_MTU_PROBE
                : whole != 0 ? IPSOCK_PATH_MTU_FORBID
                             : IPSOCK_PATH_MTU_DEFAULT;
    return code;
}

static int set_dont_fragment(struct ipsock_endpoint *s, bool on, struct ipsock_error *error)
{
    const struct step steps[STEPS] = {{IPSK_OPTION_PATH_MTU_PROBE, false},
                                      {IPSK_OPTION_DONT_FRAGMENT, on}};
    bool probing = false;
    const int code = s->may_probe ? is_probing(s, &probing, error) : IPSOCK_OK;
    if (code < 0)
        return code;
    return probing ? take_steps(s, steps, error)
                   : ipsk_set_option(s, IPSK_OPTION_DONT_FRAGMENT, on, "dont_fragment", error);
}

int ipsock_set_path_mtu_mode(struct ipsock_endpoint *s, int mode)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (mode < IPSOCK_PATH_MTU_DEFAULT || mode > IPSOCK_PATH_MTU_PROBE) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "set", "path_mtu_mode");
    } else {
        ipsk_lock_options(s);
        code = set_mode(s, mode, &error);
        ipsk_unlock_options(s);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

static int get_public(struct ipsock_endpoint *s, int *mode, const void *out, const char *name)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (out == NULL) {
        code = ipsk_fail(&error, IPSOCK_EINVAL, 0, "get", name);
    } else {
        ipsk_lock_options(s);
        code = get_mode(s, mode, name, &error);
        ipsk_unlock_options(s);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_get_path_mtu_mode(struct ipsock_endpoint *s, int *mode)
{
    return get_public(s, mode, mode, "path_mtu_mode");
}

int ipsock_set_dont_fragment(struct ipsock_endpoint *s, bool on)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    ipsk_lock_options(s);
    code = set_dont_fragment(s, on, &error);
    ipsk_unlock_options(s);
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_get_dont_fragment(struct ipsock_endpoint *s, bool *on)
{
    int mode;
    const int code = get_public(s, &mode, on, "dont_fragment");
    if (code == IPSOCK_OK)
        *on = mode != IPSOCK_PATH_MTU_DEFAULT;
    return code;
}
