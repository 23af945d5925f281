# SPDX-License-Identifier: BSD-2-Clause
# The model of a Unix kernel (docs/testing.md): what was compiled for FreeBSD, NetBSD, OpenBSD, DragonFly or Darwin with
# their real headers runs on Linux, its system calls redirected to the model.
#
#     ipsock_personality_objects(VARIABLE SYSTEM SOURCES… [INCLUDES DIRECTORY…] [DEFINITIONS WORD…])
#         compiles sources for SYSTEM (freebsd, netbsd, openbsd, dragonfly, darwin), redirects their calls; the objects' names.
#     ipsock_personality_model(SYSTEM)
#         the library ipsock_model_SYSTEM: the model and the host below it. Made once.
#     ipsock_personality_program(NAME SYSTEM SOURCES FILE… [NATIVE FILE…] [INCLUDES …] [DEFINITIONS …])
#         a Linux program of sources for SYSTEM and native ones, linked with the model.
#
# IPSOCK_ZIG: the zig program, which has the headers (ci/cross installs it).
set(personality_directory ${CMAKE_CURRENT_LIST_DIR})
if(DEFINED ENV{IPSOCK_ZIG})
    set(IPSOCK_ZIG $ENV{IPSOCK_ZIG} CACHE FILEPATH "The zig program")
endif()
find_program(IPSOCK_ZIG zig DOC "The zig program" REQUIRED)
find_program(IPSOCK_OBJCOPY NAMES ${CMAKE_OBJCOPY} objcopy)

set(personality_flags -std=c11 -fPIC -g -O1 -fno-sanitize=undefined -fno-stack-protector
    -fno-omit-frame-pointer -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wundef
    -Wstrict-prototypes -Wmissing-prototypes -Wvla)
if(IPSOCK_WERROR)
    list(APPEND personality_flags -Werror)
endif()
# How zig compiles for a system. Mach-O objects cannot be linked here: Darwin's headers, before an ELF target
# that has none; they know no sizes of integers but their own. It has no headers of DragonFly: its names over FreeBSD's.
# It names what lies below its own directory by a relative path: it is asked where it does not lie.
execute_process(COMMAND ${IPSOCK_ZIG} env WORKING_DIRECTORY ${PROJECT_BINARY_DIR}/CMakeFiles OUTPUT_VARIABLE personality_zig)
string(REGEX MATCH "lib_dir[\" ]*[=:] *\"([^\"]+)\"" personality_zig "${personality_zig}")
set(personality_target_freebsd -target x86_64-freebsd)
set(personality_target_netbsd -target x86_64-netbsd)
set(personality_target_openbsd -target x86_64-openbsd)
set(personality_target_dragonfly -target x86_64-freebsd -include ${PROJECT_SOURCE_DIR}/tests/golden/dragonfly_names.h)
set(personality_target_darwin -target x86_64-freestanding-none -fhosted -nostdinc
    -isystem ${CMAKE_MATCH_1}/include -isystem ${CMAKE_MATCH_1}/libc/include/any-darwin-any
    -D__APPLE__=1 -D__MACH__=1 -D__APPLE_USE_RFC_3542=1 -D_FORTIFY_SOURCE=0)
set(personality_calls_dragonfly freebsd) # whose rows of calls.def are its own, too

# The first version is the one without a word; numbers are __FreeBSD_version, __NetBSD_Version__,
# OpenBSD's release times ten, and of Darwin a hundred times the major number of kern.osrelease with the minor one.
set(personality_versions_freebsd
    "{\"13.0\", 1300139}, {\"12.4\", 1204000}, {\"14.3\", 1403000}, {\"15.0\", 1500068}")
set(personality_versions_netbsd
    "{\"10.1\", 1001000000}, {\"9.4\", 904000000}, {\"7.99.34\", 799003400}")
set(personality_versions_darwin
    "{\"11\", 2006}, {\"12\", 2106}, {\"13\", 2206}, {\"14\", 2306}, {\"15\", 2406}, {\"26\", 2500}")
set(personality_versions_openbsd "{\"7.8\", 78}, {\"7.2\", 72}")
set(personality_versions_dragonfly "{\"6.4\", 600400}, {\"6.0\", 600000}")
set(personality_name_size_freebsd size_t)
set(personality_name_size_openbsd size_t)
set(personality_name_size_dragonfly size_t)
set(personality_name_size_netbsd socklen_t)
set(personality_name_size_darwin socklen_t)

# The file for objcopy.
function(ipsock_personality_symbols variable system)
    set(file ${PROJECT_BINARY_DIR}/personality/${system}.symbols)
    set(rows ${system})
    if(personality_calls_${system})
        set(rows ${personality_calls_${system}})
    endif()
    file(STRINGS ${personality_directory}/calls.def lines REGEX "^(all|${rows}) ")
    set(calls)
    foreach(line IN LISTS lines) # a system's own row takes the place of that of all
        string(REGEX MATCH "([^ ]+) ([^ ]+)$" pair "${line}")
        set(symbol_${CMAKE_MATCH_2} ${CMAKE_MATCH_1})
        list(APPEND calls ${CMAKE_MATCH_2})
    endforeach()
    list(REMOVE_DUPLICATES calls)
    set(text)
    foreach(call IN LISTS calls)
        string(APPEND text "${symbol_${call}} ${call}\n")
    endforeach()
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
        ${personality_directory}/calls.def)
    set(${variable} ${file} PARENT_SCOPE)
endfunction()

function(ipsock_personality_objects variable system)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;INCLUDES;DEFINITIONS")
    set(options)
    ipsock_personality_symbols(symbols ${system})
    foreach(directory IN LISTS arg_INCLUDES)
        list(APPEND options -I${directory})
    endforeach()
    foreach(word IN LISTS arg_DEFINITIONS)
        list(APPEND options -D${word})
    endforeach()
    set(objects)
    foreach(source IN LISTS arg_SOURCES)
        get_filename_component(source ${source} ABSOLUTE)
        file(RELATIVE_PATH relative ${PROJECT_SOURCE_DIR} ${source})
        string(REPLACE ".." "_" relative ${relative})
        string(MD5 hash "${options}")
        string(SUBSTRING ${hash} 0 6 hash)
        set(object ${PROJECT_BINARY_DIR}/personality/${system}/${hash}/${relative}.o)
        get_filename_component(directory ${object} DIRECTORY)
        file(MAKE_DIRECTORY ${directory})
        add_custom_command(OUTPUT ${object}
            COMMAND ${IPSOCK_ZIG} cc ${personality_target_${system}} ${personality_flags} ${options}
                -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}.native
            COMMAND ${IPSOCK_OBJCOPY} --redefine-syms=${symbols}
                ${object}.native ${object}
            DEPENDS ${source} ${symbols}
            DEPFILE ${object}.d
            COMMENT "Compiling ${relative} for ${system}"
            VERBATIM)
        list(APPEND objects ${object})
    endforeach()
    set_source_files_properties(${objects} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    set(${variable} ${objects} PARENT_SCOPE)
endfunction()

function(ipsock_personality_model system)
    if(TARGET ipsock_model_${system})
        return()
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${personality_directory}/model/*.c)
    file(GLOB host CONFIGURE_DEPENDS ${personality_directory}/host/*.c)
    ipsock_personality_objects(objects ${system} SOURCES ${sources}
        DEFINITIONS MODEL_FACTS="${system}.def" MODEL_OPTIONS="options_${system}.def"
            "MODEL_VERSIONS=${personality_versions_${system}}"
            MODEL_NAME_SIZE=${personality_name_size_${system}})
    add_library(ipsock_model_${system} STATIC ${objects} ${host})
    set_target_properties(ipsock_model_${system} PROPERTIES LINKER_LANGUAGE C)
    target_link_libraries(ipsock_model_${system} PUBLIC Threads::Threads)
endfunction()

function(ipsock_personality_program name system)
    cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "SOURCES;NATIVE;INCLUDES;DEFINITIONS")
    ipsock_personality_model(${system})
    ipsock_personality_objects(objects ${system} SOURCES ${arg_SOURCES} INCLUDES ${arg_INCLUDES}
        DEFINITIONS ${arg_DEFINITIONS})
    add_executable(${name} ${objects} ${arg_NATIVE})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
    target_link_libraries(${name} PRIVATE ipsock_model_${system})
endfunction()
