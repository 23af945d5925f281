# SPDX-License-Identifier: BSD-2-Clause
include(CMakePackageConfigHelpers)

set(ipsock_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ipsock)
install(TARGETS ${ipsock_installed} EXPORT ipsock-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/ipsock DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(EXPORT ipsock-targets NAMESPACE ipsock:: DESTINATION ${ipsock_config_dir})

configure_package_config_file(cmake/ipsock-config.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/ipsock-config.cmake INSTALL_DESTINATION ${ipsock_config_dir})
# Before 1.0 a minor version may change the interface.
set(compatibility SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(compatibility SameMinorVersion)
endif()
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/ipsock-config-version.cmake
    COMPATIBILITY ${compatibility})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ipsock-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/ipsock-config-version.cmake DESTINATION ${ipsock_config_dir})

# pkg-config finds the prefix from the file's own place, so that an installed tree can be moved.
set(pc_dir ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR} OR IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
    set(pc_prefix ${CMAKE_INSTALL_PREFIX})
    set(pc_libdir ${CMAKE_INSTALL_FULL_LIBDIR})
    set(pc_includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
    file(RELATIVE_PATH up ${pc_dir} ${CMAKE_INSTALL_PREFIX})
    string(REGEX REPLACE "/$" "" up "${up}")
    set(pc_prefix "\${pcfiledir}/${up}")
    set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
    set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
set(pc_libs_private "")
foreach(library IN LISTS ipsock_system_libraries)
    if(library STREQUAL "Threads::Threads")
        string(APPEND pc_libs_private " -pthread")
    else()
        string(APPEND pc_libs_private " -l${library}")
    endif()
endforeach()
# Without a shared library there is nobody who links them otherwise.
set(pc_libs "")
if(NOT IPSOCK_BUILD_SHARED)
    set(pc_libs "${pc_libs_private}")
endif()
configure_file(cmake/ipsock.pc.in ${CMAKE_CURRENT_BINARY_DIR}/ipsock.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ipsock.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
