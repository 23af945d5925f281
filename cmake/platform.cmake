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

# ipsock_add(DIRECTORY NAME…): adds src/DIRECTORY/NAME.c. tests/style sees to it that none is
# forgotten.
set(ipsock_sources)
macro(ipsock_add directory)
    foreach(name IN ITEMS ${ARGN})
        list(APPEND ipsock_sources ${CMAKE_CURRENT_SOURCE_DIR}/src/${directory}/${name}.c)
    endforeach()
endmacro()

set(ipsock_definitions)
# A room a list, one file a line, so that branches merge.
ipsock_add(core/codec
    addr
    addr_text
    checksum
    control_text
    error
    header
    header_text
    icmp_extension
    icmp_filter
    icmp_marshal
    icmp_name
    icmp_object
    icmp_parse
    icmp_quote
    icmp_text
    interface_change
    membership
    names
    program
    program_run
    text)
ipsock_add(core/table
    control_codec
    encoding
    feature
    table)
ipsock_add(core/endpoint
    describe
    endpoint
    flow
    host
    wait
    watch
    zone)
ipsock_add(core/option
    addressed
    buffer_option
    capability
    control
    filter
    found
    multicast_option
    option
    minimum_hop_limit
    path_mtu_mode
    send_control)
ipsock_add(core/group
    membership_local
    membership_secondary
    membership_gone
    membership_kernel
    multicast)
ipsock_add(core/traffic
    batch
    check
    emulate
    error_stream
    filtering
    filtering_batch
    flow
    ping
    raw
    segment
    single
    try
    verdict)
ipsock_add(core/life
    accept
    adopt
    close
    config
    open)

ipsock_add(shared control loop message native refusal strip)
set(ipsock_system_libraries Threads::Threads)

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    set(ipsock_system_header linux/linux.h)
    list(APPEND ipsock_definitions _GNU_SOURCE)
    ipsock_add(posix
        create errno flow header interface message refusal resolve socket sync wait)
    # shared/no_error_queue serves all others.
    ipsock_add(posix process)
    ipsock_add(linux broadcast error_queue host inspect news tables wait_edge wipe)
    # recvmmsg and sendmmsg: Linux, FreeBSD, NetBSD, OpenBSD; single serves Darwin and DragonFly.
    ipsock_variant(IPSOCK_BATCH "How batches reach the system" mmsg single)
    if(IPSOCK_BATCH STREQUAL "mmsg")
        ipsock_add(posix mmsg)
    else()
        ipsock_add(shared single)
    endif()
    # One descriptor instead of two; pipe serves all others.
    ipsock_variant(IPSOCK_WAKE "How a waiting call is woken" eventfd pipe)
    if(IPSOCK_WAKE STREQUAL "eventfd")
        ipsock_add(linux wake_eventfd)
    else()
        ipsock_add(posix wake_pipe)
    endif()
elseif(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(ipsock_system_header windows/windows.h)
    list(APPEND ipsock_definitions WIN32_LEAN_AND_MEAN)
    set(ipsock_system_libraries ws2_32 iphlpapi)
    set(IPSOCK_BATCH single)
    ipsock_add(shared no_error_queue single)
    ipsock_add(windows
        call error inspect interface message news option resolve socket source start sync tables wait)
elseif(CMAKE_SYSTEM_NAME MATCHES "^(FreeBSD|NetBSD|OpenBSD|DragonFly)$")
    string(TOLOWER ${CMAKE_SYSTEM_NAME} system)
    set(ipsock_system_header bsd/${system}.h)
    ipsock_add(posix
        broadcast create errno flow header interface message process refusal resolve socket sync wait
        wake_pipe)
    ipsock_add(shared no_error_queue)
    ipsock_add(bsd host inspect link news ${system}_host ${system}_tables)
    # OpenBSD has no sysctl by name.
    if(NOT CMAKE_SYSTEM_NAME STREQUAL "OpenBSD")
        ipsock_add(bsd version)
    endif()
    # FreeBSD's recvmmsg is a loop in libc, with lengths of another type: never a variant there.
    # DragonFly has none.
    if(CMAKE_SYSTEM_NAME MATCHES "^(FreeBSD|DragonFly)$")
        set(IPSOCK_BATCH single)
    else()
        ipsock_variant(IPSOCK_BATCH "How batches reach the system" mmsg single)
    endif()
    if(IPSOCK_BATCH STREQUAL "mmsg")
        ipsock_add(posix mmsg)
    else()
        ipsock_add(shared single)
    endif()
elseif(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    set(ipsock_system_header darwin/darwin.h)
    list(APPEND ipsock_definitions __APPLE_USE_RFC_3542=1)
    ipsock_add(posix
        broadcast errno flow header interface message process refusal resolve socket sync wait
        wake_pipe)
    ipsock_add(shared no_error_queue single)
    ipsock_add(bsd host link)
    ipsock_add(darwin create host inspect news tables)
    # recvmsg_x and sendmsg_x are private, and lose MSG_TRUNC (docs/platform/darwin.md).
    set(IPSOCK_BATCH single)
else()
    message(FATAL_ERROR "ipsock: ${CMAKE_SYSTEM_NAME} is not among the systems of this library")
endif()
