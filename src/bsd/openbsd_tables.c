// SPDX-License-Identifier: BSD-2-Clause
#include "bsd/openbsd.h"

#include "core/table/table_expand.h"
