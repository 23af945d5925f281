// SPDX-License-Identifier: BSD-2-Clause
#include "windows/windows.h"

#include "core/table/table_expand.h"
