# SPDX-License-Identifier: BSD-2-Clause
# The model of Windows, for programs that run under Wine on x86-64 Linux.
#
#     ipsock_model(TARGET…)
#
# TARGET, a program or an interface library that programs link, gets the model in front of ws2_32:
# its objects define __imp_setsockopt and so on, so that each Winsock call of the program, of the
# static library in it, and of the test reaches the model. Nothing needs to be compiled again, and
# no object is rewritten: the linker takes the first definition and leaves that of libws2_32.a.
# A DLL that the program loads is not reached: link the static library.
if(NOT WIN32 OR NOT CMAKE_C_COMPILER_ID STREQUAL "GNU" OR NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
    return()
endif()

file(GLOB model_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.c)
add_library(ipsock_windows_model OBJECT EXCLUDE_FROM_ALL ${model_sources})

function(ipsock_model)
    foreach(target IN LISTS ARGN)
        set(scope PRIVATE)
        get_target_property(type ${target} TYPE)
        if(type STREQUAL "INTERFACE_LIBRARY")
            set(scope INTERFACE)
        endif()
        target_sources(${target} ${scope} $<TARGET_OBJECTS:ipsock_windows_model>)
        target_link_libraries(${target} ${scope} iphlpapi ws2_32 ntdll)
    endforeach()
endfunction()
