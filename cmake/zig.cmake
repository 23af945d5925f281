# SPDX-License-Identifier: BSD-2-Clause
# Toolchain file: the zig C compiler, which carries the headers and libraries of every target.
#
#     cmake -DCMAKE_TOOLCHAIN_FILE=cmake/zig.cmake -DIPSOCK_ZIG_TARGET=s390x-linux-gnu …
#
# IPSOCK_ZIG names the program where it is not the zig in PATH.
set(IPSOCK_ZIG zig CACHE FILEPATH "The zig program")
set(IPSOCK_ZIG_TARGET "" CACHE STRING "Target triple: x86_64-freebsd, aarch64-windows-gnu, …")
option(IPSOCK_ZIG_LINKS "Link programs; off: configure only, for ci/frontend, without zig's building a C library" ON)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES IPSOCK_ZIG IPSOCK_ZIG_TARGET IPSOCK_ZIG_LINKS)

if(NOT IPSOCK_ZIG_TARGET MATCHES "^([^-]+)-([a-z]+)")
    message(FATAL_ERROR "zig.cmake: IPSOCK_ZIG_TARGET=${IPSOCK_ZIG_TARGET} is no target triple")
endif()
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_MATCH_1})
set(zig_system ${CMAKE_MATCH_2})
foreach(pair linux=Linux freebsd=FreeBSD netbsd=NetBSD openbsd=OpenBSD macos=Darwin windows=Windows)
    if(pair MATCHES "^${zig_system}=(.+)$")
        set(CMAKE_SYSTEM_NAME ${CMAKE_MATCH_1})
    endif()
endforeach()
if(NOT CMAKE_SYSTEM_NAME)
    message(FATAL_ERROR "zig.cmake: no system known by the name of ${zig_system}")
endif()

# The first word is the program, the others are arguments that every call gets. Without optimization
# zig would add its sanitizer's runtime, which takes as long to compile as a C library.
set(zig_arguments -target ${IPSOCK_ZIG_TARGET} -fno-sanitize=undefined)
if(IPSOCK_ZIG_TARGET MATCHES "-musl$")
    # Else zig compiles musl whole, to link it in. What is to be run needs Debian's package musl.
    list(APPEND zig_arguments -dynamic)
endif()
set(CMAKE_C_COMPILER ${IPSOCK_ZIG} cc ${zig_arguments})
set(CMAKE_CXX_COMPILER ${IPSOCK_ZIG} c++ ${zig_arguments})
if(NOT IPSOCK_ZIG_LINKS)
    # CMake finds out what compiler it has by linking a program.
    set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
    set(CMAKE_C_COMPILER_FORCED ON)
    set(CMAKE_C_COMPILER_ID_RUN 1)
    set(CMAKE_C_COMPILER_ID Clang)
    set(CMAKE_C_COMPILER_VERSION 21)
    set(CMAKE_C_STANDARD_COMPUTED_DEFAULT 17)
    set(CMAKE_C_EXTENSIONS_COMPUTED_DEFAULT ON)
    set(IPSOCK_LINKER_WRAPS OFF CACHE INTERNAL "zig's linker has no --wrap")
endif()
# The host's ar need not know the target's object format; zig's is a subcommand.
foreach(language C CXX)
    set(CMAKE_${language}_ARCHIVE_CREATE "\"${IPSOCK_ZIG}\" ar qc <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_${language}_ARCHIVE_APPEND "\"${IPSOCK_ZIG}\" ar q <TARGET> <LINK_FLAGS> <OBJECTS>")
    set(CMAKE_${language}_ARCHIVE_FINISH "\"${IPSOCK_ZIG}\" ranlib <TARGET>")
endforeach()
# Nothing of the host is taken for the target's. ci/sysroot compiles cmocka for it.
set(CMAKE_FIND_ROOT_PATH ${CMAKE_CURRENT_LIST_DIR}/../build/cache/sysroot-${IPSOCK_ZIG_TARGET})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
