// SPDX-License-Identifier: BSD-2-Clause
/* Wine's own calls. Their names lead to the model (redirect.c), so they are looked up by name. */
#ifndef MODEL_REAL_H
#define MODEL_REAL_H

#include <winsock2.h>

#include <mswsock.h>
#include <windows.h>
#include <ws2tcpip.h>

struct model_real {
#define M(name) __typeof__(&name) name;
#include "calls.def"
#undef M
};

/* Looked up once; never fails on a system that has ws2_32. */
const struct model_real *model_real(void);

#endif
