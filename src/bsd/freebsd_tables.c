// SPDX-License-Identifier: BSD-2-Clause
#include "bsd/freebsd.h"

#include "core/table/table_expand.h"
