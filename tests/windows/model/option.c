// SPDX-License-Identifier: BSD-2-Clause
#include "real.h"

int WSAAPI model_setsockopt(SOCKET s, int level, int name, const char *value, int length);

int WSAAPI model_setsockopt(SOCKET s, int level, int name, const char *value, int length)
{
    return model_real()->setsockopt(s, level, name, value, length);
}
