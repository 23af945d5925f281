// SPDX-License-Identifier: BSD-2-Clause
/* Filters of received packets: the kernel's where it has one, the library's for the rest. */
#include <ipsock/filter.h>

#include <stdlib.h>

#include "core/codec/program.h"
#include "core/option/option.h"
#include "core/table/encoding.h"

#define PROTOCOL_ICMP   1
#define PROTOCOL_ICMPV6 58

static int family_column(const struct ipsock_endpoint *s)
{
    return s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
}

/* The kernel has no such option after all: an emulated one, or a kernel without the feature. */
static bool is_missing(int code)
{
    return code == IPSOCK_ENOTSUP;
}

static int set_bytes(struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                     const void *bytes, size_t length, struct ipsock_error *error)
{
    const int code = ipsk_sys_set(s->handle, row->level, row->name, bytes, length, error);
    if (code < 0)
        error->option = row->text;
    return code;
}

/* Switches what receives drop. Under take. */
static void drop_by(struct ipsock_endpoint *s, uint32_t bit, bool on)
{
    if (on)
        atomic_fetch_or_explicit(&s->slow, bit, memory_order_relaxed);
    else
        atomic_fetch_and_explicit(&s->slow, ~bit, memory_order_relaxed);
}

/* ---- ICMP types ---- */

static int check_icmp(const struct ipsock_endpoint *s, const void *filter,
                      struct ipsock_error *error)
{
    const int protocol = s->family == IPSOCK_IPV4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6;
    if (filter == NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "ICMP filter", "filter");
    if (s->kind != IPSOCK_PING && (s->kind != IPSOCK_RAW || s->protocol != protocol))
        return ipsk_fail(error, IPSOCK_EKIND, 0, "ICMP filter", NULL);
    return IPSOCK_OK;
}

/* Words of the filter that the kernel took. */
static int set_kernel_icmp(struct ipsock_endpoint *s, const struct ipsock_icmp_filter *filter,
                           size_t *words, struct ipsock_error *error)
{
    const struct ipsk_option_row *row =
        ipsk_option_row(s, IPSK_OPTION_ICMP_FILTER, family_column(s));
    uint8_t bytes[IPSK_ENCODED_MAX];
    *words = 0;
    if (row == NULL)
        return IPSOCK_OK;
    const size_t length = ipsk_encode_icmp_filter(row, filter, bytes);
    const int code = set_bytes(s, row, bytes, length, error);
    if (code == IPSOCK_OK)
        *words = ipsk_icmp_filter_words(row->set);
    return is_missing(code) ? IPSOCK_OK : code;
}

static int get_kernel_icmp(struct ipsock_endpoint *s, struct ipsock_icmp_filter *filter,
                           struct ipsock_error *error)
{
    const struct ipsk_option_row *row =
        ipsk_option_row(s, IPSK_OPTION_ICMP_FILTER, family_column(s));
    uint8_t bytes[IPSK_ENCODED_MAX] = {0};
    if (row == NULL)
        return IPSOCK_OK;
    const size_t room = ipsk_icmp_filter_words(row->get) * sizeof filter->blocked[0];
    size_t length = room;
    int code = ipsk_sys_get(s->handle, row->level, row->name, bytes, &length, error);
    if (is_missing(code))
        return IPSOCK_OK;
    if (code == IPSOCK_OK && length != room)
        code = ipsk_fail(error, IPSOCK_ENOTSUP, 0, "getsockopt", NULL);
    if (code < 0)
        error->option = row->text;
    else
        ipsk_decode_icmp_filter(row, bytes, filter);
    return code;
}

/* The kernel's part first: it can fail. */
static int set_icmp(struct ipsock_endpoint *s, const struct ipsock_icmp_filter *filter,
                    struct ipsock_error *error)
{
    size_t words;
    uint32_t any = 0;
    const int code = set_kernel_icmp(s, filter, &words, error);
    if (code < 0)
        return code;
    for (size_t i = 0; i < sizeof filter->blocked / sizeof filter->blocked[0]; i++) {
        s->icmp_filter.blocked[i] = i < words ? 0 : filter->blocked[i];
        any |= s->icmp_filter.blocked[i];
    }
    drop_by(s, IPSK_SLOW_ICMP, any != 0);
    return IPSOCK_OK;
}

int ipsock_set_icmp_filter(struct ipsock_endpoint *s, const struct ipsock_icmp_filter *filter)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = check_icmp(s, filter, &error);
    if (code == IPSOCK_OK) {
        ipsk_mutex_lock(&s->take);
        code = set_icmp(s, filter, &error);
        ipsk_mutex_unlock(&s->take);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_get_icmp_filter(struct ipsock_endpoint *s, struct ipsock_icmp_filter *filter)
{
    struct ipsock_error error;
    struct ipsock_icmp_filter found;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = check_icmp(s, filter, &error);
    if (code == IPSOCK_OK) {
        ipsk_mutex_lock(&s->take);
        found = s->icmp_filter;
        code = get_kernel_icmp(s, &found, &error);
        ipsk_mutex_unlock(&s->take);
    }
    if (code == IPSOCK_OK)
        *filter = found;
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

/* ---- programs ---- */

static int check_program(const struct ipsock_endpoint *s,
                         const struct ipsock_bpf_instruction *program, size_t count,
                         struct ipsock_error *error)
{
    size_t index = 0;
    if (s->kind == IPSOCK_TCP)
        return ipsk_fail(error, IPSOCK_EKIND, 0, "BPF", NULL);
    if (program == NULL)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "BPF", "program");
    if (count < 1 || count > IPSOCK_BPF_MAX)
        return ipsk_fail(error, IPSOCK_EINVAL, 0, "BPF", "count");
    const int code = ipsk_program_check(program, count, &index);
    if (code < 0) {
        ipsk_fail(error, code, 0, "BPF", NULL);
        error->index = index;
    }
    return code;
}

/* The library's own program, or NULL. Under take. */
static void replace_program(struct ipsock_endpoint *s, struct ipsk_program *program)
{
    free(s->program);
    s->program = program;
    drop_by(s, IPSK_SLOW_PROGRAM, program != NULL);
}

static int detach(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const struct ipsk_option_row *row =
        ipsk_option_row(s, IPSK_OPTION_DETACH_FILTER, family_column(s));
    const int32_t unused = 0;
    if (row == NULL)
        return IPSOCK_OK;
    const int code = set_bytes(s, row, &unused, sizeof unused, error);
    /* nothing there to be detached */
    return is_missing(code) || code == IPSOCK_ENOTFOUND ? IPSOCK_OK : code;
}

static int run_here(struct ipsock_endpoint *s, const struct ipsock_bpf_instruction *program,
                    size_t count, struct ipsock_error *error)
{
    size_t index = 0;
    int code = ipsk_program_check_view(program, count, s->kind == IPSOCK_UDP, &index);
    if (code < 0) {
        ipsk_fail(error, code, 0, "BPF", NULL);
        error->index = index;
        return code;
    }
    const size_t bytes = count * sizeof *program;
    struct ipsk_program *copy = calloc(1, sizeof *copy + bytes + IPSK_PROGRAM_ROOM);
    if (copy == NULL)
        return ipsk_fail(error, IPSOCK_ENOMEM, 0, "BPF", NULL);
    copy->count = count;
    copy->reach = ipsk_program_reach(program, count, s->kind == IPSOCK_UDP);
    copy->instructions = (struct ipsock_bpf_instruction *)(copy + 1);
    copy->room = (uint8_t *)(copy->instructions + count);
    memcpy(copy->instructions, program, bytes);
    code = detach(s, error);
    if (code < 0)
        free(copy);
    else
        replace_program(s, copy);
    return code;
}

/* By the kernel, unless it has no such thing, or no room for a program of this size (Linux
 * net.core.optmem_max). */
static int set_program(struct ipsock_endpoint *s, const struct ipsock_bpf_instruction *program,
                       size_t count, struct ipsock_error *error)
{
    const struct ipsk_option_row *row =
        ipsk_option_row(s, IPSK_OPTION_ATTACH_FILTER, family_column(s));
    const struct ipsk_encoded_program encoded = {(uint16_t)count, program};
    if (row == NULL)
        return run_here(s, program, count, error);
    const int code = set_bytes(s, row, &encoded, sizeof encoded, error);
    if (is_missing(code) || code == IPSOCK_ENOMEM)
        return run_here(s, program, count, error);
    if (code == IPSOCK_OK)
        replace_program(s, NULL);
    return code;
}

int ipsock_set_bpf(struct ipsock_endpoint *s, const struct ipsock_bpf_instruction *program,
                   size_t count)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    code = check_program(s, program, count, &error);
    if (code == IPSOCK_OK) {
        ipsk_mutex_lock(&s->take);
        code = set_program(s, program, count, &error);
        ipsk_mutex_unlock(&s->take);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}

int ipsock_clear_bpf(struct ipsock_endpoint *s)
{
    struct ipsock_error error;
    int code = ipsk_enter_own(s);
    if (code < 0)
        return code;
    if (s->kind == IPSOCK_TCP) {
        code = ipsk_fail(&error, IPSOCK_EKIND, 0, "BPF", NULL);
    } else {
        ipsk_mutex_lock(&s->take);
        code = detach(s, &error);
        if (code == IPSOCK_OK)
            replace_program(s, NULL);
        ipsk_mutex_unlock(&s->take);
    }
    return ipsk_finish(s, IPSOCK_SETUP, code, &error);
}
