// SPDX-License-Identifier: BSD-2-Clause
/* Wine's own calls. Their names lead to the model (redirect.c), so they are looked up by name. */
#ifndef MODEL_REAL_H
#define MODEL_REAL_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#include <winsock2.h>

#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <mswsock.h>
#include <windows.h>

struct model_real {
#define M(library, name) __typeof__(&name) name;
#include "calls.def"
#undef M
};

/* Looked up once; what Wine lacks is NULL. */
const struct model_real *model_real(void);

#endif
