// SPDX-License-Identifier: BSD-2-Clause
/* Whether packets may be fragmented, and whether what the system has learned of the path limits
 * them. Systems have one option for both or two; the second follows the first. */
#include <ipsock/option.h>

#include "core/option/option.h"

enum { STEPS = 2, ROWS = 2 * STEPS };

struct step {
    int option;
    bool on;
    bool gently; /* only where discovery forbids, and no other step sets the same option */
};

/* What was in force before, to be put back. */
struct undo {
    struct ipsk_saved saved[ROWS];
    int count;
};

/* What a row of PATH_MTU_PROBE reads; a value of discovery may forbid fragments without probing. */
enum { ALLOWS, FORBIDS, PROBES };

/* A kernel that lacks the option does not probe (Windows says EINVAL of it on mapped traffic). */
static int read_discovery(struct ipsock_endpoint *s, const struct ipsk_option_row *row, int *state,
                          struct ipsock_error *error)
{
    int64_t value = 0;
    const int code = ipsk_get_row(s->handle, row, &value, error);
    const bool lacks =
        code == IPSOCK_ENOTSUP || (code == IPSOCK_EINVAL && row->column == IPSK_MAPPED);
    *state = code < 0 ? ALLOWS : (int)value;
    if (row->get != IPSK_ENCODING_DISCOVERY && *state != ALLOWS)
        *state = PROBES;
    return lacks ? IPSOCK_OK : code;
}

/* Whether don't-fragment is another value of the same option. */
static bool is_value_of(const struct ipsock_endpoint *s, const struct ipsk_option_row *row)
{
    const struct ipsk_option_row *whole[2];
    const int count = ipsk_option_rows(s, IPSK_OPTION_DONT_FRAGMENT, whole);
    for (int i = 0; i < count; i++)
        if (whole[i]->level == row->level && whole[i]->name == row->name)
            return true;
    return false;
}

/* What forbids nothing stays as it was found: not every value that allows is the same. */
static int is_needless(struct ipsock_endpoint *s, const struct ipsk_option_row *row, bool *needless,
                       struct ipsock_error *error)
{
    int state = ALLOWS;
    const int code = is_value_of(s, row) ? IPSOCK_OK : read_discovery(s, row, &state, error);
    *needless = state == ALLOWS;
    return code;
}

static int set_row(struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                   const struct step *step, struct undo *u, struct ipsock_error *error)
{
    bool needless = false;
    int code = step->gently ? is_needless(s, row, &needless, error) : IPSOCK_OK;
    if (code < 0 || needless)
        return code;
    code = ipsk_save_row(s->handle, row, &u->saved[u->count], error);
    if (code == IPSOCK_OK) {
        u->count++;
        code = ipsk_set_row(s->handle, row, step->on, error);
    }
    /* a kernel that lacks the option does not probe */
    return step->option == IPSK_OPTION_PATH_MTU_PROBE && !step->on && code == IPSOCK_ENOTSUP
               ? IPSOCK_OK
               : code;
}

static int take_step(struct ipsock_endpoint *s, const struct step *step, struct undo *u,
                     struct ipsock_error *error)
{
    const struct ipsk_option_row *rows[2];
    const int count = ipsk_option_rows(s, step->option, rows);
    int code = IPSOCK_OK;
    for (int i = 0; i < count && code == IPSOCK_OK; i++)
        code = set_row(s, rows[i], step, u, error);
    return code;
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
    const struct step whole = {IPSK_OPTION_DONT_FRAGMENT, mode != IPSOCK_PATH_MTU_DEFAULT, false},
                      probe = {IPSK_OPTION_PATH_MTU_PROBE, mode == IPSOCK_PATH_MTU_PROBE, false};
    const struct step forbid[STEPS] = {probe, whole}, other[STEPS] = {whole, probe};
    const struct ipsk_option_row *rows[2];
    if (ipsk_option_rows(s, whole.option, rows) == 0)
        return ipsk_option_missing(s, whole.option, "path_mtu_mode", error);
    if (probe.on && ipsk_option_rows(s, probe.option, rows) == 0)
        return ipsk_option_missing(s, probe.option, "path_mtu_mode", error);
    return take_steps(s, mode == IPSOCK_PATH_MTU_FORBID ? forbid : other, error);
}

static int get_mode(struct ipsock_endpoint *s, int *mode, const char *name,
                    struct ipsock_error *error)
{
    const struct ipsk_option_row *rows[2];
    int64_t whole = 0;
    int state = ALLOWS;
    int code = ipsk_get_option(s, IPSK_OPTION_DONT_FRAGMENT, &whole, name, error);
    if (code == IPSOCK_OK && ipsk_option_rows(s, IPSK_OPTION_PATH_MTU_PROBE, rows) != 0)
        code = read_discovery(s, rows[0], &state, error);
    if (code == IPSOCK_OK)
        *mode = state == PROBES                  ? IPSOCK_PATH_MTU_PROBE
                : whole != 0 || state == FORBIDS ? IPSOCK_PATH_MTU_FORBID
                                                 : IPSOCK_PATH_MTU_DEFAULT;
    return code;
}

/* Discovery may forbid as well: the program, or who had an adopted handle before, may have set it.
 */
static int set_dont_fragment(struct ipsock_endpoint *s, bool on, struct ipsock_error *error)
{
    const struct step steps[STEPS] = {{IPSK_OPTION_PATH_MTU_PROBE, false, true},
                                      {IPSK_OPTION_DONT_FRAGMENT, on, false}};
    const struct ipsk_option_row *rows[2];
    return ipsk_option_rows(s, IPSK_OPTION_DONT_FRAGMENT, rows) == 0
               ? ipsk_option_missing(s, IPSK_OPTION_DONT_FRAGMENT, "dont_fragment", error)
               : take_steps(s, steps, error);
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
    int mode = IPSOCK_PATH_MTU_DEFAULT;
    const int code = get_public(s, &mode, on, "dont_fragment");
    if (code == IPSOCK_OK)
        *on = mode != IPSOCK_PATH_MTU_DEFAULT;
    return code;
}
