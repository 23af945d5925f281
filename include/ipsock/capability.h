// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * What this system can do, how, and why not: answered from the same tables that do the work.
 */
#ifndef IPSOCK_CAPABILITY_H
#define IPSOCK_CAPABILITY_H

#include <ipsock/endpoint.h>

/* How a feature is provided. */
#define IPSOCK_ABSENT 0 /**< no program could do it here; reason says why */
#define IPSOCK_LOCAL  1 /**< true on this host only: the network is not told */
#define IPSOCK_EXACT  2 /**< the library does it, indistinguishable from native */
#define IPSOCK_NATIVE 3 /**< the system does it */

/** Features: X(name, text). */
#define IPSOCK_FEATURES(X)                             \
    X(TRAFFIC_CLASS, "traffic class")                  \
    X(HOP_LIMIT, "hop limit")                          \
    X(MULTICAST_HOP_LIMIT, "multicast hop limit")      \
    X(MULTICAST_INTERFACE, "multicast interface")      \
    X(MULTICAST_LOOPBACK, "multicast loopback")        \
    X(DONT_FRAGMENT, "don't fragment")                 \
    X(PATH_MTU, "path MTU")                            \
    X(RECEIVE_BUFFER, "receive buffer size")           \
    X(SEND_BUFFER, "send buffer size")                 \
    X(CHECKSUM, "checksum by the system")              \
    X(DUAL_STACK, "dual stack")                        \
    X(REUSE, "shared port")                            \
    X(BROADCAST, "broadcast")                          \
    X(BIND_INTERFACE, "bound to an interface")         \
    X(JOIN_GROUP, "any-source membership")             \
    X(JOIN_SOURCE, "source-specific membership")       \
    X(EXCLUDE_SOURCE, "excluded sources")              \
    X(STRICT_MULTICAST, "strict multicast delivery")   \
    X(RECV_TRAFFIC_CLASS, "traffic class received")    \
    X(RECV_HOP_LIMIT, "hop limit received")            \
    X(RECV_SOURCE, "source received")                  \
    X(RECV_DESTINATION, "destination received")        \
    X(RECV_INTERFACE, "interface received")            \
    X(RECV_PATH_MTU, "path MTU notices")               \
    X(RECV_SEGMENT_SIZE, "receive coalescing")         \
    X(RECV_OPAQUE, "opaque control received")          \
    X(SEND_TRAFFIC_CLASS, "traffic class per packet")  \
    X(SEND_HOP_LIMIT, "hop limit per packet")          \
    X(SEND_SOURCE, "source per packet")                \
    X(SEND_INTERFACE, "interface per packet")          \
    X(SEND_DONT_FRAGMENT, "don't fragment per packet") \
    X(SEND_NEXT_HOP, "next hop per packet")            \
    X(SEND_SEGMENT_SIZE, "segment size per packet")    \
    X(SEND_OPAQUE, "opaque control sent")              \
    X(RECV_BATCH, "batch receive")                     \
    X(SEND_BATCH, "batch send")                        \
    X(HEADER_INCLUDED, "own IP header")                \
    X(ICMP_FILTER, "ICMP filter")                      \
    X(BPF, "BPF program")                              \
    X(ERROR_STREAM, "ICMP errors of the endpoint")     \
    X(PATH_MTU_PROBE, "path MTU probes")               \
    X(MINIMUM_HOP_LIMIT, "lowest accepted hop limit")

enum ipsock_feature {
#define IPSOCK_FEATURE_ENUM(name, text) IPSOCK_FEATURE_##name,
    IPSOCK_FEATURES(IPSOCK_FEATURE_ENUM)
#undef IPSOCK_FEATURE_ENUM
        IPSOCK_FEATURE_COUNT
};

/** An answer; the strings are static. */
struct ipsock_capability_answer {
    int level;             /**< ::IPSOCK_NATIVE, ::IPSOCK_EXACT, ::IPSOCK_LOCAL, ::IPSOCK_ABSENT */
    const char *mechanism; /**< what does it: "IP_RECVTTL", "sendmmsg", "library"; NULL if absent */
    const char *
        reason; /**< why it is absent or not native, or a remark; NULL if there is nothing to say */
};

#ifdef __cplusplus
extern "C" {
#endif

/** How a feature is provided, on this system (s NULL) or on one endpoint, which also knows what its
 * kernel refused at run time.
 * @param kind   ::IPSOCK_UDP, …; ignored with an endpoint
 * @param family ::IPSOCK_IPV4, ::IPSOCK_IPV6, ::IPSOCK_IPV4_MAPPED; with an endpoint 0 means its
 * own
 * @param feature IPSOCK_FEATURE_…
 * @return 0, also for combinations that no system has (::IPSOCK_ABSENT with the reason), and
 * without an endpoint for a family that this host has no sockets of, which is tried each time;
 * IPSOCK_EINVAL; IPSOCK_EFAMILY where the endpoint does not carry that family; IPSOCK_ENFILE,
 * IPSOCK_ENOMEM, IPSOCK_ENOBUFS where the host could not be asked. A family whose addresses are
 * switched off (Linux net.ipv6.conf.all.disable_ipv6) is there: its endpoints open, binding one of
 * its addresses is IPSOCK_EADDRNOTAVAIL, sending IPSOCK_ENETUNREACH or that. */
IPSOCK_API int ipsock_capability(const struct ipsock_endpoint *s, int kind, int family, int feature,
                                 struct ipsock_capability_answer *capability);

/** Text of a feature, "hop limit per packet"; NULL for unknown ones. Static storage. */
IPSOCK_API const char *ipsock_feature_text(int feature);

/** Name of a feature, "SEND_HOP_LIMIT"; NULL for unknown ones. Static storage. */
IPSOCK_API const char *ipsock_feature_name(int feature);

/** Name of a level: "native", "exact", "local", "absent"; NULL for another number. Static storage.
 */
IPSOCK_API const char *ipsock_level_name(int level);

/** Name of this system's backend: "linux", "freebsd", "windows", … Static storage. */
IPSOCK_API const char *ipsock_system(void);

#ifdef __cplusplus
}
#endif

#endif
