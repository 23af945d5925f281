// SPDX-License-Identifier: BSD-2-Clause
#include "real.h"

static struct model_real table;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;

/* kernel32's GetProcAddress as the loader knows it: our import of it is the model's. */
__declspec(dllimport) long WINAPI
    LdrGetProcedureAddress(PVOID module, PVOID name, ULONG ordinal, PVOID *address);

struct ansi_string {
    USHORT length;
    USHORT room;
    const char *text;
};

static void *find(const char *library, const char *name)
{
    struct ansi_string text = {(USHORT)strlen(name), (USHORT)(strlen(name) + 1), name};
    void *found = NULL;

    if (LdrGetProcedureAddress(LoadLibraryA(library), &text, 0, &found) != 0)
        return NULL;
    return found;
}

static BOOL CALLBACK look_up(PINIT_ONCE o, PVOID parameter, PVOID *context)
{
    void *found;

    (void)o;
    (void)parameter;
    (void)context;
#define M(library, name)                 \
    found = find(library ".dll", #name); \
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
