// SPDX-License-Identifier: BSD-2-Clause
#include "bsd/dragonfly.h"

#include "core/table/table_expand.h"
