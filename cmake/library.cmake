# SPDX-License-Identifier: BSD-2-Clause
# One set of objects feeds both libraries, so that what is tested is what is shipped.

add_library(ipsock_objects OBJECT ${ipsock_sources})
set_target_properties(ipsock_objects PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden)
target_include_directories(ipsock_objects
    PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include
    PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
target_compile_definitions(ipsock_objects PRIVATE ${ipsock_definitions}
    IPSK_SYSTEM_HEADER="${ipsock_system_header}")
target_link_libraries(ipsock_objects PRIVATE ${ipsock_system_libraries})
# A single message's way through core and system is one compilation: the call between them would cost
# a plain datagram a tenth of its instructions (docs/performance.md).
set_target_properties(ipsock_objects PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
set_source_files_properties(
    ${CMAKE_CURRENT_SOURCE_DIR}/src/posix/message.c
    ${CMAKE_CURRENT_SOURCE_DIR}/src/core/traffic/single.c
    PROPERTIES UNITY_GROUP single)
set(ipsock_installed)
function(ipsock_library target type export_name)
    add_library(${target} ${type} $<TARGET_OBJECTS:ipsock_objects>)
    add_library(ipsock::${export_name} ALIAS ${target})
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ipsock
        EXPORT_NAME ${export_name}
        LINKER_LANGUAGE C)
    target_include_directories(${target} INTERFACE
        $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${target} PRIVATE ${ipsock_system_libraries})
endfunction()

include(cmake/exports.cmake)
if(IPSOCK_BUILD_SHARED)
    ipsock_library(ipsock_shared SHARED ipsock)
    # Before 1.0 every minor version may break the binary interface: the soname (on macOS the install
    # name) has it, too. CMake gives a DLL's name no number.
    set(soversion ${PROJECT_VERSION_MAJOR})
    if(PROJECT_VERSION_MAJOR EQUAL 0)
        string(APPEND soversion .${PROJECT_VERSION_MINOR})
    endif()
    set_target_properties(ipsock_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${soversion})
    if(WIN32)
        target_sources(ipsock_shared PRIVATE ${ipsock_exports})
        target_compile_definitions(ipsock_shared INTERFACE IPSOCK_DLL)
    endif()
    if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND IPSOCK_SANITIZE STREQUAL "none")
        target_link_options(ipsock_shared PRIVATE -Wl,-z,defs)
    endif()
    list(APPEND ipsock_installed ipsock_shared)
endif()
if(IPSOCK_BUILD_STATIC)
    ipsock_library(ipsock_static STATIC static)
    if(MSVC)
        # The DLL's import library is ipsock.lib already.
        set_target_properties(ipsock_static PROPERTIES OUTPUT_NAME ipsock_static)
    endif()
    list(APPEND ipsock_installed ipsock_static)
endif()
# ipsock::ipsock is always there: the shared library if it is built, else the static one.
if(NOT IPSOCK_BUILD_SHARED)
    add_library(ipsock::ipsock ALIAS ipsock_static)
endif()

# Tests link this one: hidden symbols can be reached in it, also where only the shared library is
# wanted. The definitions and the private directory come with it.
add_library(ipsock_internal STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:ipsock_objects>)
set_target_properties(ipsock_internal PROPERTIES LINKER_LANGUAGE C)
target_include_directories(ipsock_internal INTERFACE
    ${CMAKE_CURRENT_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/src)
target_compile_definitions(ipsock_internal INTERFACE ${ipsock_definitions}
    IPSK_SYSTEM_HEADER="${ipsock_system_header}")
target_link_libraries(ipsock_internal PUBLIC ${ipsock_system_libraries})
