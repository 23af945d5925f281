// SPDX-License-Identifier: BSD-2-Clause
#include "darwin/darwin.h"

#include "core/table/table_expand.h"
