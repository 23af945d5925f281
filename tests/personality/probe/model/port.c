// SPDX-License-Identifier: BSD-2-Clause
/* The calls on the model of FreeBSD, NetBSD or OpenBSD, compiled with that system's headers; what is
 * outside: ../linux/wire.c. */
#include "../calls.h"

const char *port_errname(long number)
{
    switch (number) {
#define E(name) \
    case name:  \
        return #name;
#include "../../errors.def"
#undef E
    case EPFNOSUPPORT:
        return "EPFNOSUPPORT";
    default:
        return text("E?%ld", number);
    }
}

const char *port_system(void)
{
    return "model";
}
