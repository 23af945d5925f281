// SPDX-License-Identifier: BSD-2-Clause
#include "core/adopt.h"

#include "core/error_stream.h"
#include "core/open.h"
#include "core/option.h"

static int remember(struct ipsock_endpoint *s, const struct ipsk_option_row *row,
                    struct ipsock_error *error)
{
    struct ipsk_saved *saved = &s->found[s->found_count];
    for (uint32_t i = 0; i < s->found_count; i++)
        if (s->found[i].row == row)
            return IPSOCK_OK; /* as it was found, not as it is */
    if (s->found_count == IPSK_FOUND_MAX)
        return ipsk_fail(error, IPSOCK_ENOMEM, 0, "adopt", row->text);
    const int code = ipsk_save_row(s->handle, row, saved, error);
    s->found_count += code == IPSOCK_OK;
    return code;
}

/* All rows that an option has here, as they are. */
static int remember_option(struct ipsock_endpoint *s, int option, struct ipsock_error *error)
{
    const int first = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    const int last = s->dual_stack ? IPSK_MAPPED : first;
    int code = IPSOCK_OK;
    for (int column = first; column <= last && code == IPSOCK_OK; column++) {
        const struct ipsk_option_row *row = ipsk_option_row(s, option, column);
        if (row != NULL)
            code = remember(s, row, error);
    }
    return code;
}

static int switch_on(struct ipsock_endpoint *s, int option, const char *name,
                     struct ipsock_error *error)
{
    const int code = remember_option(s, option, error);
    return code < 0 ? code : ipsk_set_option(s, option, 1, name, error);
}

int ipsk_remember_packet_info(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    static const int options[] = {IPSK_OPTION_RECV_PACKET_INFO, IPSK_OPTION_RECV_DESTINATION,
                                  IPSK_OPTION_RECV_INTERFACE};
    int code = IPSOCK_OK;
    if (s->flags & IPSK_OPENED_HERE)
        return code;
    for (size_t i = 0; i < sizeof options / sizeof options[0] && code == IPSOCK_OK; i++)
        code = remember_option(s, options[i], error);
    return code;
}

/* What the handle has joined before, and what others join on it, the kernel is asked for. */
static int adopt_strict(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    const int column = s->family == IPSOCK_IPV4 ? IPSK_V4 : IPSK_V6;
    int code = IPSOCK_OK;
    if (ipsk_option_row(s, IPSK_OPTION_SOURCE_FILTER, column) == NULL)
        return ipsk_fail(error, IPSOCK_ENOTSUP, 0, "adopt", "strict_multicast");
    code = remember_option(s, IPSK_OPTION_STRICT_MULTICAST, error);
    if (code == IPSOCK_OK)
        code = ipsk_remember_packet_info(s, error);
    return code < 0 ? code : ipsk_apply_strict(s, error);
}

static int adopt_errors(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    struct ipsock_error ignored;
    const int code = remember_option(s, IPSK_OPTION_ERROR_STREAM, error);
    if (code < 0)
        return code;
    remember_option(s, IPSK_OPTION_ERROR_EXTENSIONS, &ignored); /* older kernels have none */
    return ipsk_start_errors(s, "adopt", error);
}

int ipsk_adopt_flags(struct ipsock_endpoint *s, bool header_included, struct ipsock_error *error)
{
    int code = IPSOCK_OK;
    if ((s->flags & IPSOCK_OPEN_HEADER_INCLUDED) && !header_included)
        code = switch_on(s, IPSK_OPTION_HEADER_INCLUDED, "header_included", error);
    if (code == IPSOCK_OK && (s->flags & IPSOCK_OPEN_BROADCAST))
        code = switch_on(s, IPSK_OPTION_BROADCAST, "broadcast", error);
    if (code == IPSOCK_OK && (s->flags & IPSOCK_OPEN_STRICT_MULTICAST))
        code = adopt_strict(s, error);
    if (code == IPSOCK_OK && (s->flags & IPSOCK_OPEN_ERROR_STREAM))
        code = adopt_errors(s, error);
    return code;
}

void ipsk_give_back(struct ipsock_endpoint *s)
{
    const uint32_t asked = atomic_load_explicit(&s->receive_control, memory_order_relaxed);
    while (s->found_count > 0) {
        const struct ipsk_saved *saved = &s->found[--s->found_count];
        if (!(ipsk_option_fields(saved->row->option) & asked))
            ipsk_restore_row(s->handle, saved);
    }
}
