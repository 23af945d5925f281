// SPDX-License-Identifier: BSD-2-Clause
/* mingw-w64 puts __declspec(noreturn) and __declspec(deprecated) behind declarators here. */
#include <_mingw.h>
#undef __MINGW_ATTRIB_NORETURN
#undef __MINGW_ATTRIB_DEPRECATED
#define __MINGW_ATTRIB_NORETURN
#define __MINGW_ATTRIB_DEPRECATED
#include_next <stdlib.h>
