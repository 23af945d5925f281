# SPDX-License-Identifier: BSD-2-Clause
# Programs of the guide that are run: as they are (guide_NAME, for tests/network), and on a kernel
# that is always short of room (guide_NAME_full, for tests/tool), where an example runs, too.
function(ipsock_on_full_kernel target source)
    add_executable(${target} ${source} full_kernel.c)
    target_link_libraries(${target} PRIVATE ipsock_internal)
    target_link_options(${target} PRIVATE -Wl,--wrap=sendto -Wl,--wrap=sendmsg -Wl,--wrap=sendmmsg
        -Wl,--wrap=poll)
endfunction()
function(ipsock_guide name heading)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/guide_${name}.c)
    set(page ${PROJECT_SOURCE_DIR}/docs/guide.md)
    add_custom_command(OUTPUT ${source}
        COMMAND ${IPSOCK_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/extract.py ${page} ${heading} ${source}
        DEPENDS ${page} ${CMAKE_CURRENT_SOURCE_DIR}/extract.py VERBATIM)
    add_executable(guide_${name} ${source})
    target_link_libraries(guide_${name} PRIVATE ipsock_internal)
    if(IPSOCK_LINKER_WRAPS)
        ipsock_on_full_kernel(guide_${name}_full ${source})
    endif()
endfunction()
if(IPSOCK_LINKER_WRAPS AND TARGET udp_echo)
    ipsock_on_full_kernel(udp_echo_full ${PROJECT_SOURCE_DIR}/examples/udp_echo.c)
endif()
ipsock_guide(sender "Batches")
ipsock_guide(echo "Event loops")
ipsock_guide(neighbours "Neighbours only")
ipsock_guide(watch "Following interface changes")
