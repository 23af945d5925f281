// SPDX-License-Identifier: BSD-2-Clause
#include "bsd/netbsd.h"

#include "core/table/table_expand.h"
