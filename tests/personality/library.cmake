# SPDX-License-Identifier: BSD-2-Clause
# In place of cmake/platform.cmake and cmake/library.cmake where IPSOCK_PERSONALITY names a system: the
# static library, compiled for that system and linked with the model of its kernel.
include(tests/personality/personality.cmake)
if(IPSOCK_BUILD_SHARED OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    message(FATAL_ERROR "ipsock: IPSOCK_PERSONALITY is for x86-64 Linux, with IPSOCK_BUILD_SHARED=OFF")
endif()
set(personality_host ${CMAKE_SYSTEM_NAME})
set(personality_name_freebsd FreeBSD)
set(personality_name_netbsd NetBSD)
set(personality_name_darwin Darwin)
set(personality_name_openbsd OpenBSD)
set(personality_name_dragonfly DragonFly)
set(CMAKE_SYSTEM_NAME ${personality_name_${IPSOCK_PERSONALITY}})
include(cmake/platform.cmake)
set(CMAKE_SYSTEM_NAME ${personality_host})

ipsock_personality_model(${IPSOCK_PERSONALITY})
ipsock_personality_objects(personality_objects ${IPSOCK_PERSONALITY} SOURCES ${ipsock_sources}
    INCLUDES ${CMAKE_CURRENT_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/src
    DEFINITIONS ${ipsock_definitions} IPSK_SYSTEM_HEADER="${ipsock_system_header}")
add_library(ipsock_static STATIC ${personality_objects})
add_library(ipsock::static ALIAS ipsock_static)
add_library(ipsock::ipsock ALIAS ipsock_static)
set_target_properties(ipsock_static PROPERTIES OUTPUT_NAME ipsock LINKER_LANGUAGE C)
target_include_directories(ipsock_static INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/include)
target_link_libraries(ipsock_static PUBLIC ipsock_model_${IPSOCK_PERSONALITY})

# ipsock_personality_harness(TARGET): what the conformance tests ask of the system's own control
# messages and options is asked of the model, by what the tests have for the BSDs themselves; network
# namespaces, interfaces and processes are the host's.
function(ipsock_personality_harness target)
    set(tests ${PROJECT_SOURCE_DIR}/tests)
    set(host system_isolate system_answer_probes system_make_interfaces)
    set(asked system_header system_space system_set_length system_packet_info6 system_path_mtu6
        system_enable_timestamps system_has_timestamp)
    set(asked_linux system_isolate system_pings_raw system_allow_ping system_put system_next system_packet_info4 system_alone4 system_traffic_class4
        system_enable_error_queue system_has_error_queue system_tells_extensions system_flag
        system_set_discovery system_discovery_forbids system_lock_filter system_filter_of
        system_join system_set_limit system_lacks)
    list(TRANSFORM host REPLACE "(.+)" "\\1=bsd_\\1")
    list(TRANSFORM asked REPLACE "(.+)" "\\1=native_\\1")
    list(TRANSFORM asked_linux REPLACE "(.+)" "\\1=native_\\1")
    set(includes ${PROJECT_SOURCE_DIR}/include ${tests}/conformance)
    ipsock_personality_objects(bsd ${IPSOCK_PERSONALITY}
        SOURCES ${tests}/conformance/system_BSD.c INCLUDES ${includes} DEFINITIONS ${host})
    ipsock_personality_objects(shapes ${IPSOCK_PERSONALITY}
        SOURCES ${tests}/personality/system.c INCLUDES ${includes})
    target_sources(${target} PRIVATE ${bsd} ${shapes} ${tests}/personality/isolate.c)
    set_source_files_properties(system.c PROPERTIES COMPILE_DEFINITIONS "${asked}")
    set_source_files_properties(system_Linux.c PROPERTIES COMPILE_DEFINITIONS "${asked_linux}")
endfunction()

# ipsock_personality_programs(TEST): a suite of network/ or tool/ on the model. What cannot pass there, and why,
# is in programs.csv; suites of which that is not known for each check have not the label, nor have
# multicast_many, which counts instructions, those of the model too, and trace_messages of FreeBSD, which
# passes, but not within its time on a busy machine.
set(personality_unknown_freebsd
    network/filter network/multicast_many network/trace_messages)
set(personality_unknown_netbsd
    network/filter network/multicast_many network/multihomed network/trace_interop)
set(personality_unknown_openbsd
    network/filter network/firewall network/multicast network/multicast_gone network/multicast_interop
    network/multicast_many network/multicast_peers network/multicast_reports network/multicast_routed
    network/path_mtu network/ping network/programs network/raw network/refusals network/trace
    network/trace_interop network/trace_messages network/trace_tool network/full_buffer
    tool/examples tool/guide tool/monitor tool/packets tool/ping tool/usage)
set(personality_unknown_dragonfly
    network/filter network/firewall network/links network/multicast network/multicast_gone
    network/multicast_interop network/multicast_many network/multicast_peers network/multicast_reports
    network/multicast_routed network/multihomed network/ospf network/path_mtu network/ping network/programs
    network/raw network/refusals network/trace network/trace_interop network/trace_tool network/wire
    network/full_buffer tool/examples tool/guide tool/monitor tool/multicast tool/packets tool/ping tool/usage)
set(personality_unknown_darwin
    network/filter network/multicast_gone network/multicast_many)
function(ipsock_personality_programs test)
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT
        IPSOCK_DIFFERENCES=${IPSOCK_PERSONALITY}:${test}:${PROJECT_SOURCE_DIR}/tests/personality/programs.csv)
    if(NOT (test IN_LIST personality_unknown_${IPSOCK_PERSONALITY} OR personality_unknown_${IPSOCK_PERSONALITY} STREQUAL "all"))
        set_property(TEST ${test} APPEND PROPERTY LABELS personality)
    endif()
endfunction()

# ipsock_personality_tests(): nothing of the library calls the host behind the model's back, and signals
# and full buffers lose nothing. After the conformance suite.
function(ipsock_personality_tests)
    add_test(NAME personality/redirected COMMAND ${PROJECT_SOURCE_DIR}/tests/personality/redirected
        $<TARGET_FILE:ipsock_static>)
    set_tests_properties(personality/redirected PROPERTIES LABELS personality TIMEOUT 60)
    set(interrupted recvmsg:EINTR:1,recvmsg:EINTR:4,recvfrom:EINTR:2,sendto:EINTR:1,sendto:EINTR:3
        sendmsg:EINTR:1,sendmsg:EINTR:2,poll:EINTR:1,poll:EINTR:2,accept4:EINTR:1)
    string(REPLACE ";" "," interrupted "${interrupted}")
    foreach(name IN ITEMS message stream waiting errors)
        add_test(NAME personality/interrupted-${name} COMMAND conformance_${name})
        set_tests_properties(personality/interrupted-${name} PROPERTIES LABELS personality
            TIMEOUT 120 ENVIRONMENT IPSOCK_MODEL_FAULT=${interrupted})
    endforeach()
endfunction()
