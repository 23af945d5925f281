// SPDX-License-Identifier: BSD-2-Clause
/* winnt.h asks for it; clang's own does not get through with mingw-w64's macros, and nothing here uses
 * it. */
