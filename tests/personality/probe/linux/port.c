// SPDX-License-Identifier: BSD-2-Clause
/* The calls on Linux itself. */
#define _GNU_SOURCE
#include <sys/utsname.h>

#include "../calls.h"

const char *port_errname(long number)
{
    return strerrorname_np((int)number);
}

const char *port_system(void)
{
    static char name[sizeof(struct utsname)];
    struct utsname u;
    uname(&u);
    snprintf(name, sizeof name, "linux %s", u.release);
    return name;
}
