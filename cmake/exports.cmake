# SPDX-License-Identifier: BSD-2-Clause
# Writes ipsock.def, the list of what the DLL exports: every function that a public header declares
# with IPSOCK_API. Sets ipsock_exports, its path. On other systems only tests/symbols reads it.
file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/include/ipsock/*.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${headers})
set(names)
foreach(header IN LISTS headers)
    file(READ ${header} text)
    # A semicolon would end an element of the list that MATCHALL makes.
    string(REPLACE ";" "\n" text "${text}")
    string(REGEX MATCHALL "\nIPSOCK_API[^(]*[ *\n]ipsock_[a-z0-9_]+\\(" found "${text}")
    foreach(declaration IN LISTS found)
        string(REGEX REPLACE ".*[ *\n](ipsock_[a-z0-9_]+)\\($" "\\1" name "${declaration}")
        list(APPEND names ${name})
    endforeach()
endforeach()
list(SORT names)
list(JOIN names "\n" names)
set(ipsock_exports ${CMAKE_CURRENT_BINARY_DIR}/ipsock.def)
file(CONFIGURE OUTPUT ${ipsock_exports} CONTENT "EXPORTS\n${names}\n" @ONLY)
