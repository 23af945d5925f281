# SPDX-License-Identifier: BSD-2-Clause
# Microsoft's compiler, and clang-cl in its place. The names of the options begin with a dash here:
# cl takes both, and nothing mistakes that for a path.
if(CMAKE_C_COMPILER_ID STREQUAL "MSVC")
    # /std:c11 comes from CMAKE_C_STANDARD, and with it the standard's preprocessor.
    if(MSVC_VERSION LESS 1935)
        message(FATAL_ERROR "ipsock: cl ${CMAKE_C_COMPILER_VERSION} has no C11 atomics; "
            "Visual Studio 2022 17.5 (cl 19.35) is the first that has")
    endif()
    add_compile_options(-experimental:c11atomics)
endif()
add_compile_options(-utf-8)
# "Unsafe" here are functions of the C standard that Microsoft would rather see replaced by its own.
add_compile_definitions(_CRT_SECURE_NO_WARNINGS)

if(IPSOCK_TOP_LEVEL OR IPSOCK_WERROR)
    # Not 4127, a condition that is constant, and 4702, code that cannot be reached: rows of tables
    # expanded into the data path are full of them. Not 4116, a type in parentheses: how the SDK's
    # WSA_CMSG_LEN finds an alignment in C. Not 5105, "defined" that comes out of a macro: winbase.h of SDKs
    # up to 10.0.19041 has it.
    add_compile_options(-W4 -wd4116 -wd4127 -wd4702 -wd5105)
    if(IPSOCK_WERROR)
        add_compile_options(-WX)
    endif()
endif()
