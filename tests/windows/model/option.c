// SPDX-License-Identifier: BSD-2-Clause
/* setsockopt and getsockopt by options.def. */
#include "model.h"

int WSAAPI windows_setsockopt(SOCKET handle, int level, int name, const char *value, int length)
{
    return model_real()->setsockopt(handle, level, name, value, length);
}

int WSAAPI windows_getsockopt(SOCKET handle, int level, int name, char *value, int *length)
{
    return model_real()->getsockopt(handle, level, name, value, length);
}
