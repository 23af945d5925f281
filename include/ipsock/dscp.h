// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * Differentiated services and explicit congestion notification: the octet that IPv4 calls TOS and
 * IPv6 traffic class. Its upper six bits are the DSCP (RFC 2474), its lower two the ECN field
 * (RFC 3168). The constants here are code points; options and control fields take the octet.
 */
#ifndef IPSOCK_DSCP_H
#define IPSOCK_DSCP_H

#include <ipsock/base.h>

/** The octet made of a DSCP (0..63) and an ECN code point (0..3). */
#define IPSOCK_TRAFFIC_CLASS(dscp, ecn) IPSOCK_CAST(uint8_t, (((dscp)&0x3f) << 2) | ((ecn)&0x3))
/** The DSCP in an octet. */
#define IPSOCK_DSCP_OF(traffic_class) IPSOCK_CAST(uint8_t, ((traffic_class) >> 2) & 0x3f)
/** The ECN code point in an octet. */
#define IPSOCK_ECN_OF(traffic_class) IPSOCK_CAST(uint8_t, (traffic_class)&0x3)

/* Class selectors, RFC 2474. */
#define IPSOCK_DSCP_CS0 0
#define IPSOCK_DSCP_CS1 8
#define IPSOCK_DSCP_CS2 16
#define IPSOCK_DSCP_CS3 24
#define IPSOCK_DSCP_CS4 32
#define IPSOCK_DSCP_CS5 40
#define IPSOCK_DSCP_CS6 48
#define IPSOCK_DSCP_CS7 56

/* Assured forwarding, RFC 2597: AF<class><drop precedence>. */
#define IPSOCK_DSCP_AF11 10
#define IPSOCK_DSCP_AF12 12
#define IPSOCK_DSCP_AF13 14
#define IPSOCK_DSCP_AF21 18
#define IPSOCK_DSCP_AF22 20
#define IPSOCK_DSCP_AF23 22
#define IPSOCK_DSCP_AF31 26
#define IPSOCK_DSCP_AF32 28
#define IPSOCK_DSCP_AF33 30
#define IPSOCK_DSCP_AF41 34
#define IPSOCK_DSCP_AF42 36
#define IPSOCK_DSCP_AF43 38

#define IPSOCK_DSCP_EF          46 /**< expedited forwarding, RFC 3246 */
#define IPSOCK_DSCP_VOICE_ADMIT 44 /**< RFC 5865 */
#define IPSOCK_DSCP_LE          1  /**< lower effort, RFC 8622 */

/* Other names of the same. */
#define IPSOCK_DSCP_BE 0  /**< best effort: CS0 */
#define IPSOCK_DSCP_DF 0  /**< default forwarding, RFC 2474 and 4594: CS0 */
#define IPSOCK_DSCP_VA 44 /**< VOICE-ADMIT */

/** Every DSCP, by its first name: X(name, number, text). */
#define IPSOCK_DSCPS(X)               \
    X(CS0, 0, "CS0")                  \
    X(CS1, 8, "CS1")                  \
    X(CS2, 16, "CS2")                 \
    X(CS3, 24, "CS3")                 \
    X(CS4, 32, "CS4")                 \
    X(CS5, 40, "CS5")                 \
    X(CS6, 48, "CS6")                 \
    X(CS7, 56, "CS7")                 \
    X(AF11, 10, "AF11")               \
    X(AF12, 12, "AF12")               \
    X(AF13, 14, "AF13")               \
    X(AF21, 18, "AF21")               \
    X(AF22, 20, "AF22")               \
    X(AF23, 22, "AF23")               \
    X(AF31, 26, "AF31")               \
    X(AF32, 28, "AF32")               \
    X(AF33, 30, "AF33")               \
    X(AF41, 34, "AF41")               \
    X(AF42, 36, "AF42")               \
    X(AF43, 38, "AF43")               \
    X(EF, 46, "EF")                   \
    X(VOICE_ADMIT, 44, "VOICE-ADMIT") \
    X(LE, 1, "LE")

/* ECN code points, RFC 3168. */
#define IPSOCK_ECN_NOT_ECT 0 /**< not ECN-capable */
#define IPSOCK_ECN_ECT1    1 /**< ECN-capable transport (1) */
#define IPSOCK_ECN_ECT0    2 /**< ECN-capable transport (0) */
#define IPSOCK_ECN_CE      3 /**< congestion experienced */

#ifdef __cplusplus
extern "C" {
#endif

/** Name of a DSCP, "AF11"; NULL where it has none. Static storage. */
IPSOCK_API const char *ipsock_dscp_name(int dscp);

/** Reads a DSCP: a name ("AF11", "cs6"), also "BE" and "DF" for CS0 and "VA" for VOICE-ADMIT, or a
 * number 0..63.
 * @return 0; IPSOCK_EINVAL, with *dscp unchanged. */
IPSOCK_API int ipsock_dscp_parse(const char *text, int *dscp);

#ifdef __cplusplus
}
#endif

#endif
