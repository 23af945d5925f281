// SPDX-License-Identifier: BSD-2-Clause
#include "bsd/version.h"

#include <stdatomic.h>
#include <sys/types.h>

#include <sys/param.h>
#include <sys/sysctl.h>

uint32_t ipsk_sysctl_once(_Atomic uint32_t *known, const char *name)
{
    uint32_t version = atomic_load_explicit(known, memory_order_relaxed);
    int value = 0;
    size_t size = sizeof value;
    if (version != 0 || sysctlbyname(name, &value, &size, NULL, 0) < 0 || size != sizeof value)
        return version;
    version = (uint32_t)value;
    atomic_store_explicit(known, version, memory_order_relaxed);
    return version;
}
