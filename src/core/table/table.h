// SPDX-License-Identifier: BSD-2-Clause
/* The vocabulary of a system's tables. A system is one header, src/<family>/<system>.h, that
 * defines the six lists
 *
 *   IPSK_OPTIONS(X)    X(option, kinds, column, level, name, set, get, on, reset, since)
 *   IPSK_RECEIVED(X)   X(level, type, minimum, usual, field, a, b)
 *   IPSK_SENT(X)       X(fields, kinds, column, level, type, length, encoding, a, b, since)
 *   IPSK_ABSENT(X)     X(feature, kinds, column, reason)
 *   IPSK_LIMITS(X)     X(limit, column, what, name)
 *   IPSK_FACTS(X)      X(fact, value)
 *
 * and three strings, IPSK_SYSTEM_NAME, IPSK_RAW_PRIVILEGE and IPSK_PING_PRIVILEGE (below), and
 * nothing that needs code. Each list expands to the run-time tables (table.c), to the inlined
 * switch of the data path (shared/control.h) and to the text in tests/golden/<system>.csv
 * (tests/golden/dump.h). No row means absent natively. Everything is an integer constant expression
 * of the system's real headers.
 *
 * The order of rows matters where one option has several for the same kind and column: the first is
 * the best; the next is for what the first cannot say (FreeBSD and Darwin refuse a group join with
 * index 0 in a group_req) and for kernels that refuse the first with "no such option". Where
 * DUAL_STACK is absent, the whole column MAPPED is. */
#ifndef IPSK_TABLE_H
#define IPSK_TABLE_H

#include <ipsock/base.h>

/* Kinds that a row applies to. */
#define IPSK_UDP   0x1
#define IPSK_TCP   0x2
#define IPSK_RAW   0x4
#define IPSK_PING  0x8
#define IPSK_DGRAM (IPSK_UDP | IPSK_RAW | IPSK_PING)
#define IPSK_ANY   (IPSK_DGRAM | IPSK_TCP)
/* The same on systems without ping sockets. */
#define IPSK_UDP_RAW     (IPSK_UDP | IPSK_RAW)
#define IPSK_UDP_TCP     (IPSK_UDP | IPSK_TCP)
#define IPSK_UDP_TCP_RAW (IPSK_UDP | IPSK_TCP | IPSK_RAW)

/* Columns: which traffic a row is about. */
#define IPSK_V4     0 /* an AF_INET socket */
#define IPSK_V6     1 /* an AF_INET6 socket's IPv6 traffic */
#define IPSK_MAPPED 2 /* a dual-stack AF_INET6 socket's IPv4 traffic */

/* Options: X(name). The RECV_… ones switch control data on; each stands for fields, see table.c.
 * EXCLUSIVE_ADDRESS is set where an endpoint is opened without IPSOCK_OPEN_REUSE, on systems where
 * others could take its address otherwise. HEADER_IMPLIED
 * is on by itself on raw sockets of protocol 255, and is switched off there. PATH_MTU_PROBE is set
 * after DONT_FRAGMENT, of which it may be another value. UNICAST_INTERFACE
 * steers sends only, BIND_INTERFACE arrivals too. */
#define IPSK_OPTION_LIST(X) \
    X(TRAFFIC_CLASS)        \
    X(HOP_LIMIT)            \
    X(MINIMUM_HOP_LIMIT)    \
    X(MULTICAST_HOP_LIMIT)  \
    X(MULTICAST_INTERFACE)  \
    X(MULTICAST_LOOPBACK)   \
    X(DONT_FRAGMENT)        \
    X(PATH_MTU_PROBE)       \
    X(PATH_MTU)             \
    X(RECEIVE_BUFFER)       \
    X(SEND_BUFFER)          \
    X(CHECKSUM)             \
    X(V6ONLY)               \
    X(BROADCAST)            \
    X(REUSE_ADDRESS)        \
    X(REUSE_PORT)           \
    X(EXCLUSIVE_ADDRESS)    \
    X(BIND_INTERFACE)       \
    X(UNICAST_INTERFACE)    \
    X(HEADER_INCLUDED)      \
    X(HEADER_IMPLIED)       \
    X(STRICT_MULTICAST)     \
    X(ERROR_STREAM)         \
    X(ERROR_EXTENSIONS)     \
    X(RECV_PACKET_INFO)     \
    X(RECV_DESTINATION)     \
    X(RECV_INTERFACE)       \
    X(RECV_HOP_LIMIT)       \
    X(RECV_TRAFFIC_CLASS)   \
    X(RECV_PATH_MTU)        \
    X(RECV_SEGMENT_SIZE)    \
    X(JOIN_GROUP)           \
    X(LEAVE_GROUP)          \
    X(JOIN_SOURCE)          \
    X(LEAVE_SOURCE)         \
    X(BLOCK_SOURCE)         \
    X(UNBLOCK_SOURCE)       \
    X(SOURCE_FILTER)        \
    X(ICMP_FILTER)          \
    X(ATTACH_FILTER)        \
    X(DETACH_FILTER)

/* How an option's value is laid out: X(name). */
#define IPSK_ENCODING_LIST(X)                                                             \
    X(NONE)             /* cannot be set, or got */                                       \
    X(INT)              /* int */                                                         \
    X(HOPS)             /* int; -1 reads as the fact HOP_LIMIT_DEFAULT */                 \
    X(HOPS_MOST)        /* int; 0, which is never set, reads as 255 */                    \
    X(U8)               /* one byte */                                                    \
    X(BOOL)             /* int, on or reset; any other value than reset reads as true */  \
    X(BOOL8)            /* one byte, as BOOL */                                           \
    X(CHOICE)           /* int, on or reset; only on reads as true */                     \
    X(DISCOVERY)        /* read: 2 for on, 1 where a fact says that it forbids, else 0 */ \
    X(INDEX_NET)        /* 32-bit interface index, network order */                       \
    X(INDEX_ADDR)       /* in_addr 0.x.y.z that stands for an index */                    \
    X(ADDR_OF_INDEX)    /* in_addr: the interface's first IPv4 address */                 \
    X(MREQN)            /* ip_mreqn: group, address, int index */                         \
    X(MREQ)             /* ip_mreq: group, address of the interface */                    \
    X(MREQ_INDEX)       /* ip_mreq: group, 0.x.y.z that stands for an index */            \
    X(MREQ6)            /* ipv6_mreq: group, unsigned index */                            \
    X(GROUP_REQ)        /* group_req, layout by the facts */                              \
    X(GROUP_SOURCE_REQ) /* group_source_req, layout by the facts */                       \
    X(GROUP_FILTER)     /* group_filter, layout by the facts */                           \
    X(GROUP_FILTER_0)   /* the same, "include" is 0 and "exclude" 1 */                    \
    X(MTUINFO)          /* ip6_mtuinfo */                                                 \
    X(NAME)             /* interface name, NUL-terminated */                              \
    X(ICMP4_BLOCK)      /* 32 bits, set = blocked */                                      \
    X(ICMP6_BLOCK)      /* 256 bits, set = blocked */                                     \
    X(ICMP6_PASS)       /* 256 bits, set = passes */                                      \
    X(PROGRAM)          /* sock_fprog */

/* Fields found in received control messages: X(name). a and b are offsets into the payload. */
#define IPSK_FIELD_LIST(X)                                                                \
    X(HOP_LIMIT)     /* integer of 1, 2, 4 or 8 bytes */                                  \
    X(TRAFFIC_CLASS) /* the same */                                                       \
    X(PKTINFO4)      /* IPv4 destination at a, 32-bit index at b */                       \
    X(PKTINFO4_SPEC) /* the same, the address that would answer 4 bytes before a */       \
    X(PKTINFO6)      /* IPv6 destination at a, 32-bit index at b */                       \
    X(DESTINATION4)  /* IPv4 destination at a */                                          \
    X(LINK)          /* sockaddr_dl: 16-bit index at a */                                 \
    X(INDEX)         /* 32-bit index at a */                                              \
    X(PATH_MTU)      /* ip6_mtuinfo: sockaddr_in6 at 0 with address at a, u32 MTU at b */ \
    X(SEGMENT_SIZE)  /* integer */

/* Encodings of control messages to send: X(name). */
#define IPSK_SENT_LIST(X)                                             \
    X(INT)      /* int */                                             \
    X(U8)       /* one byte */                                        \
    X(U16)      /* two bytes, host order */                           \
    X(PKTINFO4) /* IPv4 source at a, 32-bit index at b, the rest 0 */ \
    X(PKTINFO6) /* IPv6 source at a, 32-bit index at b */             \
    X(ADDR4)    /* IPv4 source at a */                                \
    X(SOCKADDR) /* sockaddr_in6 of the next hop */

/* Facts about layouts and constants: X(name). 0 where the system has no such thing. */
#define IPSK_FACT_LIST(X)                                                                          \
    X(CMSG_HEADER)             /* bytes before a control message's payload */                      \
    X(CMSG_ALIGN)              /* what a control message's space is rounded up to */               \
    X(CONTROL_UNIT)            /* control data and the room for it are a multiple of this */       \
    X(CMSG_LENGTH_SIZE)        /* bytes of the length field */                                     \
    X(CMSG_LEVEL_OFFSET)       /* where the level is; the type follows it */                       \
    X(SOCKADDR_HAS_LENGTH)     /* 1: byte 0 of a sockaddr is its length, byte 1 its family */      \
    X(FAMILY_IPV4)             /* AF_INET */                                                       \
    X(FAMILY_IPV6)             /* AF_INET6 */                                                      \
    X(SOCKADDR_STORAGE)        /* bytes */                                                         \
    X(GROUP_REQ)               /* bytes; 0: no MCAST_… options */                                \
    X(GROUP_REQ_GROUP)         /* offset of the group; the 32-bit index is at 0 */                 \
    X(GROUP_SOURCE_REQ)        /* bytes */                                                         \
    X(GROUP_SOURCE_REQ_SOURCE) /* offset of the source */                                          \
    X(GROUP_FILTER_MODE)       /* offset in group_filter; the count follows */                     \
    X(GROUP_FILTER_SOURCES)    /* offset of the sources */                                         \
    X(MTUINFO)                 /* bytes of ip6_mtuinfo */                                          \
    X(MTUINFO_MTU)             /* offset of the MTU */                                             \
    X(MSG_NOSIGNAL)                                                                                \
    X(FIREWALL)    /* numbers that say that a packet filter refused a packet: IPSK_FIREWALL_… */ \
    X(FULL_LENGTH) /* kinds whose receives return the own length if given MSG_TRUNC */             \
    X(FULL_LENGTH_SINCE)   /* the version that began with it; 0: all supported */                  \
    X(DISCOVERY_FORBIDS4)  /* bits: values of path MTU discovery that forbid fragmenting IPv4 */   \
    X(DISCOVERY_FORBIDS6)  /* the same of IPv6 */                                                  \
    X(HOP_LIMIT_DEFAULT)   /* of a new socket, where the kernel does not tell */                   \
    X(PING)                /* 1: unprivileged ICMP sockets exist */                                \
    X(PING_HEADER)         /* 1: they deliver the IPv4 header too */                               \
    X(PING_ID)             /* 1: each has an identifier, is given replies to it only */            \
    X(PING_SOURCE6)        /* 1: one on IPv6 sends from the source in a control message */         \
    X(FILTER6_BY_GROUP)    /* 1: an IPv6 group's newest membership filters on all interfaces */    \
    X(RAW_MULTICAST_HOPS)  /* 1: own headers' TTL gives way to the multicast option's */           \
    X(RAW_SOURCE_BY_ROUTE) /* 1: own headers without a source get the route's, not the socket's */ \
    X(RAW_ROUTES_BY_PEER)  /* 1: own headers go where the socket address says */                   \
    X(RAW_UNBOUND_DEAF)    /* 1: a raw socket hears and joins nothing before it is bound */        \
    X(RAW_HEADER_FIELDS)   /* control that raw IPv4 has in the delivered header only */            \
    X(RAW_SUM_OF_ANOTHER)  /* 1: a received own header's checksum may be a fragment's, or 0 */     \
    X(RAW_HEADER_UNSEEN)   /* 1: own headers go out whatever they say of their length */           \
    X(SUM6_HALF_OUT)       /* 1: a raw IPv6 checksum may end behind the packet */                  \
    X(SOURCE4_UNBOUND_ONLY) /* 1: an IPv4 source may be sent from a wildcard only */               \
    X(SOURCE4_UNCONNECTED)  /* kinds that do not heed an IPv4 source once connected */             \
    X(PKTINFO4_UNBINDS)     /* 1: sending it disconnects, and unbinds the address */               \
    X(INDEX4_BY_OPTION) /* 1: a packet's IPv4 index is lent to an option, for its message harms */ \
    X(GROUPS6_BY_ZONE)  /* 1: the option for groups of IPv6 is for those of the link only */       \
    X(BOUND_HEARS_ALL)  /* 1: bound to an interface, a socket hears the others too */              \
    X(CONTROL6_ALONE)   /* 1: beside control data of IPv6 the socket's class and DF do not hold */ \
    X(NO_BUFFERS_REFUSED)   /* 1: a message without buffers, though one may have no bytes */       \
    X(SOURCE6_UNCONNECTED)  /* kinds that do not heed an IPv6 source once connected */             \
    X(INDEX6_NO_WAY_SINCE)  /* version since which a packet's IPv6 index picks no way */           \
    X(MAPPED_TELLS_NOTHING) /* 1: bound to IPv4, a dual-stack socket gives no control data */      \
    X(ALL_ONES_FREE)        /* columns, as bits, in which UDP to 255.255.255.255 needs no leave */ \
    X(FAMILIES_MIX)         /* 1: bound to one family, a dual-stack socket sends in both */        \
    X(DATAGRAM_ROOM)        /* bytes of buffer that the largest datagram needs; 0: any will do */  \
    X(RECEIVE_NEEDS_ROOM)   /* 1: receives into 0 bytes do not tell what has come */               \
    X(ICMP6_LEAST)          /* bytes of a raw ICMPv6 message that the system looks at */           \
    X(SOURCES_BY_INDEX)     /* 1: a group_source_req names an interface; 0 is none */              \
    X(BLOCKS_SINCE4)        /* version since which blocked sources of IPv4 are blocked */          \
    X(BLOCKS_SINCE6)        /* the same of IPv6; INT32_MAX: none yet */                            \
    X(SOURCES_MOST)       /* sources of a group, one more of which the system does not survive */  \
    X(EMPTY_FILTER_STAYS) /* 1: a membership without its last source is still one */               \
    X(LEAVES6_BY_INDEX)   /* 1: what was joined on the system's choice is left by its index */     \
    X(JOINS6_TWICE)       /* 1: a second join of a group of IPv6 succeeds and changes nothing */   \
    X(BUFFERS_REFUSED)    /* 1: a buffer above the maximum is refused, not cut */                  \
    X(SEGMENTS)           /* most that one call's offload takes, of the newest version */          \
    X(SEGMENTS_SURE)      /* the same of every version */                                          \
    X(SEGMENTS_REFUSED)   /* error that says nothing but that there is no offload on this way */

/* Limits of the system that an administrator sets: X(name). */
#define IPSK_LIMIT_LIST(X)                                          \
    X(GROUPS)         /* of one socket */                           \
    X(SOURCE_GROUPS)  /* the same, met by a group's first source */ \
    X(SOURCES)        /* joined ones of one group */                \
    X(EXCLUDED)       /* sources of one group */                    \
    X(RECEIVE_BUFFER) /* bytes */                                   \
    X(SEND_BUFFER)    /* bytes */                                   \
    X(CONTROL)        /* bytes of control data with one send */

#define IPSK_ENUM_OPTION(n) IPSK_OPTION_##n,
enum ipsk_option { IPSK_OPTION_LIST(IPSK_ENUM_OPTION) IPSK_OPTION_COUNT };
#define IPSK_ENUM_ENCODING(n) IPSK_ENCODING_##n,
enum ipsk_encoding { IPSK_ENCODING_LIST(IPSK_ENUM_ENCODING) IPSK_ENCODING_COUNT };
#define IPSK_ENUM_FIELD(n) IPSK_FIELD_##n,
enum ipsk_field { IPSK_FIELD_LIST(IPSK_ENUM_FIELD) IPSK_FIELD_COUNT };
#define IPSK_ENUM_SENT(n) IPSK_SENT_##n,
enum ipsk_sent { IPSK_SENT_LIST(IPSK_ENUM_SENT) IPSK_SENT_COUNT };
#define IPSK_ENUM_LIMIT(n) IPSK_LIMIT_##n,
enum ipsk_limit { IPSK_LIMIT_LIST(IPSK_ENUM_LIMIT) IPSK_LIMIT_COUNT };
#define IPSK_ENUM_FACT(n) IPSK_FACT_##n,
enum ipsk_fact { IPSK_FACT_LIST(IPSK_ENUM_FACT) IPSK_FACT_COUNT };

/* One option of the system. */
struct ipsk_option_row {
    uint8_t option;   /* enum ipsk_option */
    uint8_t kinds;    /* IPSK_UDP … */
    uint8_t column;   /* IPSK_V4, IPSK_V6, IPSK_MAPPED */
    uint8_t set, get; /* enum ipsk_encoding */
    int32_t level, name;
    int32_t on;     /* value of "true" for BOOL, BOOL8, CHOICE */
    int32_t reset;  /* value of "false", and of IPSOCK_DEFAULT; or IPSK_RESET_… */
    uint32_t since; /* first version that has it, in the system's own numbering; 0: all supported */
    const char *text; /* the constant's name */
};

/* In the fact FIREWALL. A system without either says what it says of a missing route. */
#define IPSK_FIREWALL_EPERM  1
#define IPSK_FIREWALL_EACCES 2

/* The system has no value that means "default": read it from a fresh socket. */
#define IPSK_RESET_FRESH INT32_MIN
/* The system refuses to set it back: once on or set, it stays. */
#define IPSK_RESET_NONE (INT32_MIN + 1)

/* One control message that can arrive. */
struct ipsk_received_row {
    int32_t level, type;
    uint16_t minimum; /* bytes of payload; a shorter one is skipped */
    uint16_t
        usual; /* bytes that the kernel sends; the data path looks for these first, in list order */
    uint8_t field; /* enum ipsk_field */
    uint8_t a, b;
    const char *text;
};

/* One control message that can be sent. */
struct ipsk_sent_row {
    uint32_t fields; /* IPSOCK_CONTROL_… bits that it carries: any of them calls for it */
    uint8_t kinds, column;
    uint8_t encoding; /* enum ipsk_sent */
    uint8_t a, b;
    uint16_t length; /* bytes of payload */
    int32_t level, type;
    uint32_t since;
    const char *text;
};

/* Why a feature is absent. */
struct ipsk_absent_row {
    uint8_t feature; /* enum ipsock_feature */
    uint8_t kinds, column;
    const char *reason;
};

/* What has met a limit and, in brackets, the setting that holds it. No row: the system has no
 * setting for it. */
struct ipsk_limit_row {
    uint8_t limit; /* enum ipsk_limit */
    uint8_t column;
    const char *text;
};

/* One system's tables. */
struct ipsk_system {
    const char *name;
    const char *raw_privilege;  /* what was refused without privilege, and what to do about it */
    const char *ping_privilege; /* the same of a ping endpoint */
    const char *raw_tcp; /* what to call TCP on raw sockets where it may be refused; or NULL */
    const struct ipsk_option_row *options;
    size_t option_count;
    const struct ipsk_received_row *received;
    size_t received_count;
    const struct ipsk_sent_row *sent;
    size_t sent_count;
    const struct ipsk_absent_row *absent;
    size_t absent_count;
    const struct ipsk_limit_row *limits; /* ends with one without text */
    const int32_t *facts;                /* by enum ipsk_fact */
};

/* Tables of the system that this library was built for. */
extern const struct ipsk_system ipsk_native;

/* First row of an option for one kind and column, or NULL. */
const struct ipsk_option_row *ipsk_find_option(const struct ipsk_system *system, int option,
                                               unsigned kind, int column);

/* The text of a limit; NULL without a row. */
const char *ipsk_find_limit(const struct ipsk_system *system, int limit, int column);

/* Why a feature is absent; NULL without a row. */
const char *ipsk_find_absent(const struct ipsk_system *system, int feature, unsigned kind,
                             int column);

/* Fields that an option switches on, 0 for others than RECV_…. */
uint32_t ipsk_option_fields(int option);

#endif
