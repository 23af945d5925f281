# SPDX-License-Identifier: BSD-2-Clause
# Warnings and sanitizers of every target in this project, by directory scope.

if(IPSOCK_TOP_LEVEL OR IPSOCK_WERROR)
    if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang" AND NOT MSVC)
        add_compile_options(-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wundef
            "$<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes;-Wmissing-prototypes;-Wvla>")
        if(IPSOCK_WERROR)
            add_compile_options(-Werror)
        endif()
    endif()
endif()

if(MSVC)
    include(cmake/msvc.cmake)
endif()

if(NOT IPSOCK_SANITIZE STREQUAL "none")
    set(sanitizers address undefined address,undefined thread)
    if(NOT IPSOCK_SANITIZE IN_LIST sanitizers)
        message(FATAL_ERROR "ipsock: IPSOCK_SANITIZE=${IPSOCK_SANITIZE} is none of ${sanitizers}")
    endif()
    add_compile_options(-fsanitize=${IPSOCK_SANITIZE} -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${IPSOCK_SANITIZE})
endif()

# All code is instrumented, so that libFuzzer sees what an input reaches.
if(IPSOCK_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
        message(FATAL_ERROR "ipsock: IPSOCK_FUZZ needs clang: -DCMAKE_C_COMPILER=clang")
    endif()
    add_compile_options(-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
