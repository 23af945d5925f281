// SPDX-License-Identifier: BSD-2-Clause
#include "x86intrin.h"
