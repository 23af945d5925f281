# SPDX-License-Identifier: BSD-2-Clause
# Debian's cross compiler (gcc-mingw-w64-x86-64); programs run under Wine, with a prefix in build/.
# ci/sysroot compiles cmocka into build/cache.
set(CMAKE_SYSTEM_PROCESSOR x86_64)
include(${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake)
