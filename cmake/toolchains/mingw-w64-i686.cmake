# SPDX-License-Identifier: BSD-2-Clause
# Debian's cross compiler (gcc-mingw-w64-i686); programs run under a Wine that has its 32-bit half (wine32).
# ci/sysroot compiles cmocka into build/cache.
set(CMAKE_SYSTEM_PROCESSOR i686)
include(${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake)
