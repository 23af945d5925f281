// SPDX-License-Identifier: BSD-2-Clause
#ifndef IPSK_INLINE_H
#define IPSK_INLINE_H

#include <assert.h>

/* For what is rare on the data path: inlined, it would take registers that the usual case then
 * saves and restores. And for what is made for the constants that it is called with. */
#if defined(__GNUC__)
#define IPSK_OUT_OF_LINE __attribute__((noinline))
#define IPSK_IN_LINE     inline __attribute__((always_inline))
#elif defined(_MSC_VER)
#define IPSK_OUT_OF_LINE __declspec(noinline)
#define IPSK_IN_LINE     __forceinline
#else
#define IPSK_OUT_OF_LINE
#define IPSK_IN_LINE inline
#endif

/* For functions of the backend's contract that core calls, in a compilation that has both. */
#if defined(__clang__)
#define IPSK_IN_LINE_HERE __attribute__((always_inline))
#elif defined(__GNUC__)
#define IPSK_IN_LINE_HERE inline __attribute__((always_inline))
#else
#define IPSK_IN_LINE_HERE
#endif

/* For structs that lie in memory which the caller holds as another type. */
#if defined(__GNUC__)
#define IPSK_MAY_ALIAS __attribute__((may_alias))
#else
#define IPSK_MAY_ALIAS
#endif

/* The usual outcome of a test. */
#if defined(__GNUC__)
#define IPSK_LIKELY(condition) __builtin_expect((condition), 1)
#else
#define IPSK_LIKELY(condition) (condition)
#endif

/* What has been looked at already, for the compiler, where that was in another function. */
#if defined(__GNUC__) && defined(NDEBUG)
#define IPSK_KNOWN(condition) ((condition) ? (void)0 : __builtin_unreachable())
#else
#define IPSK_KNOWN(condition) assert(condition)
#endif

#endif
