// SPDX-License-Identifier: BSD-2-Clause
#include "linux/linux.h"

#include "core/table_expand.h"
