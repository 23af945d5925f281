// SPDX-License-Identifier: BSD-2-Clause
#include "darwin/darwin.h"

#include "core/table_expand.h"
