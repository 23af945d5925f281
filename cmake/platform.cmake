# SPDX-License-Identifier: BSD-2-Clause
# Which sources make the library on this system. A facility that only some systems have is a pair of
# files chosen here, and both are built and tested: no #ifdef ladder, no variant that nobody builds.
#
# Sets ipsock_sources, ipsock_system_header, ipsock_definitions.

# ipsock_variant(OPTION HELP DEFAULT OTHER): a cache option with two values, the first the default.
macro(ipsock_variant option help)
    set(${option} ${ARGV2} CACHE STRING "${help}")
    set_property(CACHE ${option} PROPERTY STRINGS ${ARGN})
    if(NOT "${${option}}" MATCHES "^(${ARGV2}|${ARGV3})$")
        message(FATAL_ERROR "ipsock: ${option}=${${option}} is neither ${ARGV2} nor ${ARGV3}")
    endif()
endmacro()

set(root ${CMAKE_CURRENT_SOURCE_DIR})
file(GLOB ipsock_sources CONFIGURE_DEPENDS ${root}/src/core/*.c)
set(ipsock_definitions)

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(ipsock_system_header linux/linux.h)
    list(APPEND ipsock_definitions _GNU_SOURCE)
    # recvmmsg and sendmmsg: Linux, FreeBSD, NetBSD, OpenBSD; single serves Darwin and DragonFly.
    ipsock_variant(IPSOCK_BATCH "How batches reach the system" mmsg single)
    # One descriptor instead of two; pipe serves all others.
    ipsock_variant(IPSOCK_WAKE "How a waiting call is woken" eventfd pipe)
    file(GLOB system_sources CONFIGURE_DEPENDS ${root}/src/posix/*.c ${root}/src/linux/*.c)
    if(IPSOCK_BATCH STREQUAL "mmsg")
        list(REMOVE_ITEM system_sources ${root}/src/posix/single.c)
    else()
        list(REMOVE_ITEM system_sources ${root}/src/posix/mmsg.c)
    endif()
    if(IPSOCK_WAKE STREQUAL "eventfd")
        list(REMOVE_ITEM system_sources ${root}/src/posix/wake_pipe.c)
    else()
        list(REMOVE_ITEM system_sources ${root}/src/linux/wake_eventfd.c)
    endif()
    list(APPEND ipsock_sources ${system_sources})
elseif(CMAKE_SYSTEM_NAME MATCHES "^(FreeBSD|NetBSD|OpenBSD|DragonFly|Darwin|Windows)$")
    message(FATAL_ERROR
        "ipsock ${PROJECT_VERSION}: the backend of ${CMAKE_SYSTEM_NAME} is not there yet. Its option "
        "and control tables are (src/, tests/golden/); the functions follow. Linux works.")
else()
    message(FATAL_ERROR "ipsock: ${CMAKE_SYSTEM_NAME} is not among the systems of this library")
endif()
