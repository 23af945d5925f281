// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * What every header needs: linkage, version, the handle type and the kinds of endpoint.
 */
#ifndef IPSOCK_BASE_H
#define IPSOCK_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Programs that use the DLL define IPSOCK_DLL, which saves a jump per call; ipsock::ipsock of CMake
 * does. What the DLL exports stands in a file that is made from these headers
 * (cmake/library.cmake), so that the same objects serve the static library, whose users then export
 * nothing of it. */
#if defined(_WIN32) && defined(IPSOCK_DLL)
#define IPSOCK_API __declspec(dllimport)
#elif defined(__GNUC__) && !defined(_WIN32)
#define IPSOCK_API __attribute__((visibility("default")))
#else
#define IPSOCK_API
#endif

/* An integer as a type, in the words of each language: C++ has warnings about C's casts, and gcc
 * one about a cast to the type that a value has already, for which it is widened first.
 * For the macros of these headers; not for programs. */
#ifdef __cplusplus
#define IPSOCK_CAST(type, value) static_cast<type>((value) | 0LL)
#else
#define IPSOCK_CAST(type, value) ((type)(value))
#endif

#define IPSOCK_VERSION_MAJOR 0
#define IPSOCK_VERSION_MINOR 1
#define IPSOCK_VERSION_PATCH 0
#define IPSOCK_VERSION       "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/** Version of the library that is running, "major.minor.patch"; static storage. */
IPSOCK_API const char *ipsock_version(void);

/** Name of a kind of endpoint: "udp", "tcp", "raw", "ping"; NULL for another number. Static
 * storage. */
IPSOCK_API const char *ipsock_kind_name(int kind);

/** A socket of the operating system: a file descriptor, or a Windows SOCKET. */
typedef intptr_t ipsock_handle_t;

/** No handle; the invalid value on every system. */
#ifdef __cplusplus
#define IPSOCK_INVALID_HANDLE (~ipsock_handle_t())
#else
#define IPSOCK_INVALID_HANDLE ((ipsock_handle_t)-1)
#endif

/** Address families. The value is the IP version number. */
#define IPSOCK_UNSPEC 0
#define IPSOCK_IPV4   4
#define IPSOCK_IPV6   6
/** IPv4 traffic of a dual-stack IPv6 endpoint, its peers written ::ffff:a.b.c.d (RFC
 * 4291, 2.5.5.2). Only for functions that say so: ::ipsock_capability, ::ipsock_get_send_control
 * and the control codec. No address and no endpoint has it as its family. */
#define IPSOCK_IPV4_MAPPED 46

/** Kinds of endpoint. */
#define IPSOCK_UDP  1 /**< datagrams with ports (RFC 768) */
#define IPSOCK_TCP  2 /**< a connected stream, or a listener */
#define IPSOCK_RAW  3 /**< IP datagrams of one protocol; needs privilege */
#define IPSOCK_PING 4 /**< ICMP echo, without privilege where the system has such sockets */

/* Units of deadlines, nanoseconds: ipsock_now() + 5 * IPSOCK_SECOND. */
#define IPSOCK_MILLISECOND INT64_C(1000000)
#define IPSOCK_SECOND      INT64_C(1000000000)

/** "The system's default" wherever an option takes a number. */
#define IPSOCK_DEFAULT (-1)

#ifdef __cplusplus
}
#endif

#endif
