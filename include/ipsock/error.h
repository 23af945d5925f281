// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Errors: functions return 0 (or another value >= 0 where they say so), or one of the negative
 * codes below, which have the same value and meaning on every system. Results come back through
 * out-parameters, never mixed with the code.
 */
#ifndef IPSOCK_ERROR_H
#define IPSOCK_ERROR_H

#include <ipsock/base.h>

/** Every error: X(name, value, text). The list makes the enumeration, the names and the texts. */
#define IPSOCK_ERRORS(X)                                                                     \
    /* the call itself */                                                                    \
    X(EINVAL, -1, "invalid argument")                                                        \
    X(ECLOSED, -2, "endpoint is closed or null")                                             \
    X(EKIND, -3, "not possible on this kind of endpoint")                                    \
    X(EFAMILY, -4, "address of the wrong family")                                            \
    X(EMISSADDR, -5, "address missing")                                                      \
    X(ENOTSUP, -6, "not supported on this system")                                           \
    X(EUNDECLARED, -7, "control field was not declared when the endpoint was opened")        \
    X(ENOSPC, -8, "buffer too small")                                                        \
    X(EFORKED, -9, "endpoint belongs to the parent process; a child may only close it")      \
    /* waiting */                                                                            \
    X(EAGAIN, -10, "operation would block")                                                  \
    X(ETIMEDOUT, -11, "deadline passed")                                                     \
    X(ECANCELED, -12, "cancelled")                                                           \
    /* the system's refusals */                                                              \
    X(EPERM, -20, "missing privilege")                                                       \
    X(ENOMEM, -21, "out of memory")                                                          \
    X(ENOBUFS, -22, "no buffer space, or a limit of the system was reached")                 \
    X(ENFILE, -23, "too many open handles")                                                  \
    X(ENOTSOCK, -24, "handle is closed or is not an IP socket")                              \
    X(ENODEV, -25, "no such interface")                                                      \
    X(EADDRINUSE, -26, "address already in use")                                             \
    X(EADDRNOTAVAIL, -27, "address not available")                                           \
    X(EMSGSIZE, -28, "message too large")                                                    \
    X(ENOTCONN, -29, "not connected")                                                        \
    X(EISCONN, -30, "already connected")                                                     \
    X(EBROADCAST, -31, "broadcast was not enabled on this endpoint")                         \
    X(ESYSTEM, -32, "system error")                                                          \
    X(EFIREWALL, -33, "refused by a firewall of this host")                                  \
    /* the network's answers */                                                              \
    X(ECONNREFUSED, -40, "connection refused")                                               \
    X(ECONNRESET, -41, "connection reset by peer")                                           \
    X(ECONNABORTED, -42, "connection aborted")                                               \
    X(EPIPE, -43, "connection was shut down")                                                \
    X(ENETUNREACH, -44, "network unreachable")                                               \
    X(EHOSTUNREACH, -45, "host unreachable")                                                 \
    X(ENETDOWN, -46, "network is down")                                                      \
    X(ECONNTIMEDOUT, -47, "connection timed out: the peer does not answer")                  \
    /* names */                                                                              \
    X(ENOTFOUND, -50, "no such host or address")                                             \
    X(ETRYAGAIN, -51, "temporary failure in name resolution")                                \
    X(ERESOLVE, -52, "name resolution failed")                                               \
    /* multicast memberships */                                                              \
    X(EMEMBER, -60, "already a member, or source already joined or excluded")                \
    X(ENOTMEMBER, -61, "not a member, or source not joined or excluded")                     \
    X(EFILTERMODE, -62, "any-source and source-specific membership of one group do not mix") \
    /* headers and ICMP messages */                                                          \
    X(ENOHEADER, -70, "no header given")                                                     \
    X(EHDRSHORT, -71, "header too short")                                                    \
    X(EEXTSHORT, -72, "header options beyond the data")                                      \
    X(EVERSION, -73, "wrong IP version in header")                                           \
    X(EHDRLEN, -74, "header length field out of range")                                      \
    X(EOPTLEN, -75, "header options not a multiple of 4, or over 40 bytes")                  \
    X(ETOTALLEN, -76, "total length disagrees with the data")                                \
    X(EMSGSHORT, -77, "ICMP message too short")                                              \
    X(EPROTOCOL, -78, "invalid protocol or ICMP type")                                       \
    X(EEXTENSION, -79, "invalid ICMP extension")                                             \
    X(ECHECKSUM, -80, "wrong checksum")                                                      \
    X(ECONTROL, -81, "malformed control data")                                               \
    /* filters */                                                                            \
    X(EPROGRAM, -90, "invalid filter program")                                               \
    X(EFILTERVIEW, -91, "filter program needs data that is not visible here")

enum ipsock_error_code {
    IPSOCK_OK = 0,
#define IPSOCK_ERROR_ENUM(name, value, text) IPSOCK_##name = (value),
    IPSOCK_ERRORS(IPSOCK_ERROR_ENUM)
#undef IPSOCK_ERROR_ENUM
};

/** No index in ::ipsock_error.index. */
#define IPSOCK_NO_INDEX SIZE_MAX

/** One failure, in full. The strings are static: nothing to free, valid for ever. */
struct ipsock_error {
    int code;   /**< IPSOCK_E…, or 0 when nothing failed yet */
    int native; /**< errno, WSAGetLastError(), or an EAI_ number of a resolver; 0: the library
                   refused */
    const char *operation; /**< call that failed, such as "bind", "setsockopt"; NULL if none */
    const char *option; /**< option, field or argument, such as "IP_TTL", "hop_limit"; may be NULL.
                           With IPSOCK_EPERM and IPSOCK_ENOBUFS what to change follows in brackets,
                           where the system has a setting for it */
    size_t index; /**< message in a batch, or instruction of a filter; else ::IPSOCK_NO_INDEX */
};

/** A buffer of this size always holds what ::ipsock_error_format writes. */
#define IPSOCK_ERROR_TEXT 256

#ifdef __cplusplus
extern "C" {
#endif

/** Name of a code, such as "IPSOCK_EINVAL"; "IPSOCK_OK" for values >= 0, "IPSOCK_E?" for unknown
 * ones. Static storage. */
IPSOCK_API const char *ipsock_error_name(int code);

/** Text of a code, in English, without a final full stop. Static storage; never NULL. */
IPSOCK_API const char *ipsock_error_text(int code);

/** Writes an error for people: "setsockopt IP_TTL: missing privilege (native 1)".
 * @param text receives NUL-terminated text
 * @param size bytes at text; ::IPSOCK_ERROR_TEXT suffices
 * @return 0; IPSOCK_EINVAL for null pointers; IPSOCK_ENOSPC when it does not fit (text is then
 * cut). */
IPSOCK_API int ipsock_error_format(const struct ipsock_error *error, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
