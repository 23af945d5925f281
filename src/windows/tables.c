// SPDX-License-Identifier: BSD-2-Clause
#include "windows/windows.h"

#include "core/table_expand.h"
