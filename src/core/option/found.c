// SPDX-License-Identifier: BSD-2-Clause
#include "core/option/found.h"

#include "core/option/option.h"

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

int ipsk_remember_option(struct ipsock_endpoint *s, int option, struct ipsock_error *error)
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

int ipsk_remember_packet_info(struct ipsock_endpoint *s, struct ipsock_error *error)
{
    static const int options[] = {IPSK_OPTION_RECV_PACKET_INFO, IPSK_OPTION_RECV_DESTINATION,
                                  IPSK_OPTION_RECV_INTERFACE};
    int code = IPSOCK_OK;
    if (s->flags & IPSK_OPENED_HERE)
        return code;
    for (size_t i = 0; i < sizeof options / sizeof options[0] && code == IPSOCK_OK; i++)
        code = ipsk_remember_option(s, options[i], error);
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
