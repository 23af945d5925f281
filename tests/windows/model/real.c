// SPDX-License-Identifier: BSD-2-Clause
#include "real.h"

static struct model_real table;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

static BOOL CALLBACK look_up(PINIT_ONCE o, PVOID parameter, PVOID *context)
{
    HMODULE library = LoadLibraryA("ws2_32.dll");
    FARPROC found;

    (void)o;
    (void)parameter;
    (void)context;
#define M(name)                             \
    found = GetProcAddress(library, #name); \
    memcpy(&table.name, &found, sizeof found);
#include "calls.def"
#undef M
    return TRUE;
}

const struct model_real *model_real(void)
{
    InitOnceExecuteOnce(&once, look_up, NULL, NULL);
    return &table;
}
