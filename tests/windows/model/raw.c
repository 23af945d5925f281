// SPDX-License-Identifier: BSD-2-Clause
/* What client Windows does not let out of a raw socket (windows.md 5). */
#include "model.h"

int model_raw_error(const struct model_socket *s, const unsigned char *data, size_t length,
                    bool *dropped)
{
    const bool header = s->family == AF_INET && s->value[OPTION_IP_HDRINCL];
    const int protocol = header && length >= 20 ? data[9] : s->protocol;

    *dropped = false;
    if (s->type != SOCK_RAW)
        return 0;
    if (protocol == IPPROTO_TCP)
        return FACT(RAW_TCP_SEND);
    if (header && length >= 20 && protocol == IPPROTO_UDP && FACT(RAW_UDP_FOREIGN)) {
        static const unsigned char any[4];

        *dropped = memcmp(data + 12, any, 4) != 0 && !model_is_local(AF_INET, data + 12);
    }
    return 0;
}
