# SPDX-License-Identifier: BSD-2-Clause
# Which sources make the library on this system. A facility that only some systems have is a pair of
# files chosen here, and both are built and tested: no #ifdef ladder, no variant that nobody builds.
#
# Sets ipsock_sources, ipsock_system_header, ipsock_definitions.

set(root ${CMAKE_CURRENT_SOURCE_DIR})
file(GLOB ipsock_sources CONFIGURE_DEPENDS ${root}/src/core/*.c)
set(ipsock_definitions)

# recvmmsg and sendmmsg: Linux, FreeBSD, NetBSD, OpenBSD. The other variant serves Darwin and
# DragonFly, and can be had anywhere.
set(IPSOCK_BATCH mmsg CACHE STRING "How batches reach the system: mmsg, or single messages")
set_property(CACHE IPSOCK_BATCH PROPERTY STRINGS mmsg single)
if(NOT IPSOCK_BATCH MATCHES "^(mmsg|single)$")
    message(FATAL_ERROR "ipsock: IPSOCK_BATCH=${IPSOCK_BATCH} is neither mmsg nor single")
endif()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(ipsock_system_header linux/linux.h)
    list(APPEND ipsock_definitions _GNU_SOURCE)
    file(GLOB system_sources CONFIGURE_DEPENDS ${root}/src/posix/*.c ${root}/src/linux/*.c)
    if(IPSOCK_BATCH STREQUAL "mmsg")
        list(REMOVE_ITEM system_sources ${root}/src/posix/single.c)
    else()
        list(REMOVE_ITEM system_sources ${root}/src/posix/mmsg.c)
    endif()
    list(APPEND ipsock_sources ${system_sources})
elseif(CMAKE_SYSTEM_NAME MATCHES "^(FreeBSD|NetBSD|OpenBSD|DragonFly|Darwin|Windows)$")
    message(FATAL_ERROR
        "ipsock ${PROJECT_VERSION}: the backend of ${CMAKE_SYSTEM_NAME} is not there yet. Its option "
        "and control tables are (src/, tests/golden/); the functions follow. Linux works.")
else()
    message(FATAL_ERROR "ipsock: ${CMAKE_SYSTEM_NAME} is not among the systems of this library")
endif()
