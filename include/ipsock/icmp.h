// SPDX-License-Identifier: BSD-2-Clause
/** @file
 * ICMP messages of both families (RFC 792, 4443), multipart extensions (RFC 4884), extended echo
 * (RFC 8335), ping endpoints and the errors that belong to an endpoint. x/net: ICMPType; package
 * icmp. Nothing here allocates: parsed messages point into the caller's bytes.
 */
#ifndef IPSOCK_ICMP_H
#define IPSOCK_ICMP_H

#include <ipsock/message.h>

/** ICMP types for IPv4 that have a name: X(name, number, text). IANA "ICMP Type Numbers". */
#define IPSOCK_ICMPV4_TYPES(X)                               \
    X(ECHO_REPLY, 0, "echo reply")                           \
    X(DESTINATION_UNREACHABLE, 3, "destination unreachable") \
    X(REDIRECT, 5, "redirect")                               \
    X(ECHO, 8, "echo")                                       \
    X(ROUTER_ADVERTISEMENT, 9, "router advertisement")       \
    X(ROUTER_SOLICITATION, 10, "router solicitation")        \
    X(TIME_EXCEEDED, 11, "time exceeded")                    \
    X(PARAMETER_PROBLEM, 12, "parameter problem")            \
    X(TIMESTAMP, 13, "timestamp")                            \
    X(TIMESTAMP_REPLY, 14, "timestamp reply")                \
    X(PHOTURIS, 40, "photuris")                              \
    X(EXTENDED_ECHO_REQUEST, 42, "extended echo request")    \
    X(EXTENDED_ECHO_REPLY, 43, "extended echo reply")

/** ICMP types for IPv6 that have a name: X(name, number, text). IANA "ICMPv6 Parameters". */
#define IPSOCK_ICMPV6_TYPES(X)                                                                   \
    X(DESTINATION_UNREACHABLE, 1, "destination unreachable")                                     \
    X(PACKET_TOO_BIG, 2, "packet too big")                                                       \
    X(TIME_EXCEEDED, 3, "time exceeded")                                                         \
    X(PARAMETER_PROBLEM, 4, "parameter problem")                                                 \
    X(ECHO_REQUEST, 128, "echo request")                                                         \
    X(ECHO_REPLY, 129, "echo reply")                                                             \
    X(MULTICAST_LISTENER_QUERY, 130, "multicast listener query")                                 \
    X(MULTICAST_LISTENER_REPORT, 131, "multicast listener report")                               \
    X(MULTICAST_LISTENER_DONE, 132, "multicast listener done")                                   \
    X(ROUTER_SOLICITATION, 133, "router solicitation")                                           \
    X(ROUTER_ADVERTISEMENT, 134, "router advertisement")                                         \
    X(NEIGHBOR_SOLICITATION, 135, "neighbor solicitation")                                       \
    X(NEIGHBOR_ADVERTISEMENT, 136, "neighbor advertisement")                                     \
    X(REDIRECT, 137, "redirect message")                                                         \
    X(ROUTER_RENUMBERING, 138, "router renumbering")                                             \
    X(NODE_INFORMATION_QUERY, 139, "icmp node information query")                                \
    X(NODE_INFORMATION_RESPONSE, 140, "icmp node information response")                          \
    X(INVERSE_NEIGHBOR_DISCOVERY_SOLICITATION, 141,                                              \
      "inverse neighbor discovery solicitation message")                                         \
    X(INVERSE_NEIGHBOR_DISCOVERY_ADVERTISEMENT, 142,                                             \
      "inverse neighbor discovery advertisement message")                                        \
    X(VERSION_2_MULTICAST_LISTENER_REPORT, 143, "version 2 multicast listener report")           \
    X(HOME_AGENT_ADDRESS_DISCOVERY_REQUEST, 144, "home agent address discovery request message") \
    X(HOME_AGENT_ADDRESS_DISCOVERY_REPLY, 145, "home agent address discovery reply message")     \
    X(MOBILE_PREFIX_SOLICITATION, 146, "mobile prefix solicitation")                             \
    X(MOBILE_PREFIX_ADVERTISEMENT, 147, "mobile prefix advertisement")                           \
    X(CERTIFICATION_PATH_SOLICITATION, 148, "certification path solicitation message")           \
    X(CERTIFICATION_PATH_ADVERTISEMENT, 149, "certification path advertisement message")         \
    X(MULTICAST_ROUTER_ADVERTISEMENT, 151, "multicast router advertisement")                     \
    X(MULTICAST_ROUTER_SOLICITATION, 152, "multicast router solicitation")                       \
    X(MULTICAST_ROUTER_TERMINATION, 153, "multicast router termination")                         \
    X(FMIPV6, 154, "fmipv6 messages")                                                            \
    X(RPL_CONTROL, 155, "rpl control message")                                                   \
    X(ILNPV6_LOCATOR_UPDATE, 156, "ilnpv6 locator update message")                               \
    X(DUPLICATE_ADDRESS_REQUEST, 157, "duplicate address request")                               \
    X(DUPLICATE_ADDRESS_CONFIRMATION, 158, "duplicate address confirmation")                     \
    X(MPL_CONTROL, 159, "mpl control message")                                                   \
    X(EXTENDED_ECHO_REQUEST, 160, "extended echo request")                                       \
    X(EXTENDED_ECHO_REPLY, 161, "extended echo reply")

/** IPSOCK_ICMPV4_ECHO and so on. */
enum ipsock_icmpv4_type {
#define IPSOCK_ICMP_ENUM(name, number, text) IPSOCK_ICMPV4_##name = (number),
    IPSOCK_ICMPV4_TYPES(IPSOCK_ICMP_ENUM)
#undef IPSOCK_ICMP_ENUM
};

/** IPSOCK_ICMPV6_PACKET_TOO_BIG and so on. */
enum ipsock_icmpv6_type {
#define IPSOCK_ICMP_ENUM(name, number, text) IPSOCK_ICMPV6_##name = (number),
    IPSOCK_ICMPV6_TYPES(IPSOCK_ICMP_ENUM)
#undef IPSOCK_ICMP_ENUM
};

/** The family-neutral spelling of IPv4's "echo". */
#define IPSOCK_ICMPV4_ECHO_REQUEST IPSOCK_ICMPV4_ECHO

/* Bodies of messages: the family-neutral type. */
#define IPSOCK_ICMP_BODY_AUTO           0  /**< marshal: the one of the type */
#define IPSOCK_ICMP_BODY_ECHO           1  /**< echo request */
#define IPSOCK_ICMP_BODY_ECHO_REPLY     2  /**< echo reply */
#define IPSOCK_ICMP_BODY_EXTENDED_ECHO  3  /**< extended echo request */
#define IPSOCK_ICMP_BODY_EXTENDED_REPLY 4  /**< extended echo reply */
#define IPSOCK_ICMP_BODY_UNREACHABLE    5  /**< destination unreachable */
#define IPSOCK_ICMP_BODY_TIME_EXCEEDED  6  /**< time exceeded */
#define IPSOCK_ICMP_BODY_PARAMETER      7  /**< parameter problem */
#define IPSOCK_ICMP_BODY_TOO_BIG        8  /**< packet too big (IPv6) */
#define IPSOCK_ICMP_BODY_REDIRECT       9  /**< redirect (IPv4) */
#define IPSOCK_ICMP_BODY_RAW            10 /**< bytes as they are, whatever the type */

/* Classes of extension objects, IANA "ICMP Extension Object Classes". */
#define IPSOCK_ICMP_OBJECT_MPLS           1 /**< MPLS label stack, RFC 4950 */
#define IPSOCK_ICMP_OBJECT_INTERFACE      2 /**< interface information, RFC 5837 */
#define IPSOCK_ICMP_OBJECT_IDENTIFICATION 3 /**< interface identification, RFC 8335 */

/** An extension object as it stands in the message: class, type and payload bytes. The functions
 * below read and write the payloads of the classes above; others stay bytes. */
struct ipsock_icmp_object {
    uint8_t object_class; /**< IPSOCK_ICMP_OBJECT_… or another number */
    uint8_t object_type;  /**< C-Type; its meaning depends on the class */
    uint16_t length;      /**< payload bytes, 0..65531; marshal: a multiple of 4 (RFC 4884, 7.1) */
    const uint8_t *payload; /**< NULL if there is none */
};

/* What parsing found of extensions. A message whose extensions are wrong is good for all the rest:
 * it parses, and the objects before the fault are kept. */
#define IPSOCK_ICMP_EXTENSION_NONE  0 /**< none, and nothing says that there are any */
#define IPSOCK_ICMP_EXTENSION_FOUND 1 /**< all well */
#define IPSOCK_ICMP_EXTENSION_LEGACY                                                               \
    2                                    /**< found behind 128 bytes, where older routers put them \
                                            (RFC 4884, 5.5); the length attribute is 0 or wrong */
#define IPSOCK_ICMP_EXTENSION_LENGTH   3 /**< length attribute below 128 bytes, or beyond the end */
#define IPSOCK_ICMP_EXTENSION_SHORT    4 /**< too short for a header and an object: below 8 bytes */
#define IPSOCK_ICMP_EXTENSION_VERSION  5 /**< version is not 2 */
#define IPSOCK_ICMP_EXTENSION_CHECKSUM 6 /**< wrong checksum; 0 is none and passes */
#define IPSOCK_ICMP_EXTENSION_OBJECT   7 /**< length of an object is below 4 */
#define IPSOCK_ICMP_EXTENSION_CUT      8 /**< an object, or its header, goes beyond the end */

/** An ICMP message. Which fields count depends on body. */
struct ipsock_icmp_message {
    int family;   /**< ::IPSOCK_IPV4 or ::IPSOCK_IPV6 */
    uint8_t type; /**< IPSOCK_ICMPV4_… or IPSOCK_ICMPV6_… */
    uint8_t code;
    uint16_t checksum; /**< parse: as found, not verified; marshal: ignored */
    int body;          /**< IPSOCK_ICMP_BODY_… */
    uint16_t id;       /**< echo, extended echo and replies */
    uint16_t sequence; /**< echo 0..65535; extended echo and reply 0..255 */
    bool local;        /**< extended echo: the L bit, the probed interface is on the probed node */
    uint8_t state;     /**< extended reply: 0..7 (RFC 8335, 3) */
    bool active;       /**< extended reply: interface is active */
    bool has_ipv4;     /**< extended reply */
    bool has_ipv6;     /**< extended reply */
    uint8_t extension; /**< parse: IPSOCK_ICMP_EXTENSION_…; marshal: ignored */
    uint32_t pointer;  /**< parameter problem: offset in bytes; IPv4 0..255 */
    uint32_t mtu;      /**< bytes; packet too big; IPv4 unreachable code 4 (RFC 1191), 0..65535 */
    struct ipsock_addr gateway; /**< redirect; IPv4 */
    const uint8_t *data; /**< echo payload, the quoted datagram, what follows an extended echo or
                            reply, or the raw body: all behind the checksum. NULL if empty */
    size_t data_length;  /**< bytes; with extensions, parse: zeros of padding included */
    struct ipsock_icmp_object *objects; /**< extension objects; parse: the array it was given */
    size_t object_count;                /**< objects at objects; parse: never above the capacity */
    size_t objects_found;               /**< parse: may exceed the capacity; marshal: ignored */
};

/** One entry of an MPLS label stack. */
struct ipsock_icmp_mpls_label {
    uint32_t label;        /**< 0..0xfffff */
    uint8_t traffic_class; /**< 0..7 */
    bool bottom;           /**< bottom of stack */
    uint8_t ttl;           /**< 0..255 */
};

/* Roles of an interface in an interface information object, RFC 5837. */
#define IPSOCK_ICMP_ROLE_INCOMING 0 /**< datagram came in by it */
#define IPSOCK_ICMP_ROLE_SUB      1 /**< the same, the IP interface below it */
#define IPSOCK_ICMP_ROLE_OUTGOING 2 /**< datagram would have left by it */
#define IPSOCK_ICMP_ROLE_NEXT_HOP 3 /**< next hop */

#define IPSOCK_ICMP_NAME_MAX 63 /**< bytes of an interface name, without NUL */

/** Interface information object: an absent part is 0, "" or an unset address. Whose family the
 * address has does not depend on the message's. */
struct ipsock_icmp_interface {
    uint8_t role; /**< IPSOCK_ICMP_ROLE_… */
    bool has_index;
    bool has_mtu;
    uint32_t index;
    uint32_t mtu;                        /**< bytes */
    struct ipsock_addr addr;             /**< IPv6: no scope */
    char name[IPSOCK_ICMP_NAME_MAX + 1]; /**< UTF-8 */
};

/* How an interface identification object names the interface, RFC 8335. */
#define IPSOCK_ICMP_IDENT_NAME    1
#define IPSOCK_ICMP_IDENT_INDEX   2
#define IPSOCK_ICMP_IDENT_ADDRESS 3

/** Interface identification object. */
struct ipsock_icmp_ident {
    uint8_t by;             /**< IPSOCK_ICMP_IDENT_… */
    uint8_t address_length; /**< bytes at address, 0..32 */
    uint16_t
        address_family; /**< IANA address family number: 1 IPv4, 2 IPv6, 6 and 16389 48-bit MAC */
    uint32_t index;
    uint8_t address[32];
    char name[256]; /**< NUL-terminated */
};

/** An ICMP error about something that this endpoint sent, or the system's own refusal of a datagram
 * that was too big for the path (a local error; its send failed with IPSOCK_EMSGSIZE). There is
 * none for a message with a segment size that the system refused to cut. */
struct ipsock_icmp_error {
    struct ipsock_addr
        offender; /**< who sent it: a router or the destination; unset for local errors */
    /** Where the packet had been sent to. The port is UDP's; 0 on other kinds, and where the system
     * does not tell (Linux: local errors of unconnected IPv4). */
    struct ipsock_addr destination;
    int family;     /**< of type and code: ::IPSOCK_IPV4, also on dual-stack; 0 for local errors */
    uint8_t type;   /**< ICMP type */
    uint8_t code;   /**< ICMP code */
    uint16_t flags; /**< IPSOCK_MSG_TRUNC: the quote did not fit, IPSOCK_MSG_CTRUNC: the objects */
    int error;      /**< what a send would have returned, IPSOCK_E… */
    uint32_t mtu;   /**< for "too big": bytes of IP packet that fit; 0 none */
    uint32_t interface_index;           /**< it arrived by; 0 unknown (adopted, without delivery) */
    uint8_t extension;                  /**< IPSOCK_ICMP_EXTENSION_… as of a parsed message */
    uint8_t reserved[3];                /**< 0 */
    struct ipsock_icmp_object *objects; /**< RFC 4884 objects: the array given */
    size_t object_count;                /**< objects at objects */
    size_t objects_found;               /**< may exceed the capacity */
};

#ifdef __cplusplus
extern "C" {
#endif

/** Name of a type, lower case, such as "time exceeded"; NULL where it has none. Static storage. */
IPSOCK_API const char *ipsock_icmp_type_name(int family, int type);

/** IP protocol number of a family's ICMP: 1 or 58; IPSOCK_EFAMILY for another family. */
IPSOCK_API int ipsock_icmp_protocol(int family);

/** Reads an ICMP message (without IP header). Extension objects are found as RFC 4884 says, or
 * where older routers put them; message->extension tells which, or what is wrong with them. Their
 * payloads and data point into the bytes. Types without a body of their own above have body RAW.
 * The checksum is not verified.
 * @param objects receives up to capacity extension objects; NULL with 0 to leave them
 * @return 0; IPSOCK_EINVAL for null pointers; IPSOCK_EFAMILY; IPSOCK_EMSGSHORT for less than 4
 * bytes, 8 where the body is not RAW. On failure *message is unchanged. */
IPSOCK_API int ipsock_icmp_parse(struct ipsock_icmp_message *message,
                                 struct ipsock_icmp_object *objects, size_t capacity, int family,
                                 const void *bytes, size_t length);

/** Writes an ICMP message. With objects, the quoted datagram is padded with zeros to 128 bytes or
 * more, to a multiple of 4 (IPv4) or 8 (IPv6), and its length is set (RFC 4884). The checksum is
 * computed for IPv4 always, for IPv6 if source and destination are given (else it is 0: raw ICMPv6
 * sockets fill it in). message->data may lie in the buffer, at any place.
 *
 * Objects are carried by unreachable and time exceeded of both families and by IPv4's parameter
 * problem: any but identifications; and by an extended echo request: one, an identification or of
 * another class than those above, and then no data (RFC 8335, 2).
 * @param source      for the IPv6 pseudo-header, or NULL with destination; ignored for IPv4
 * @param destination as source
 * @param buffer  may be NULL with size 0, to learn the size
 * @param written receives the bytes written, or needed (IPSOCK_ENOSPC), unchanged on other errors;
 *                may be NULL
 * @return 0; IPSOCK_EINVAL for a field out of range, an object's length that is no multiple of 4,
 * null pointers; IPSOCK_EFAMILY for another family, also of an address; IPSOCK_EPROTOCOL for a body
 * that the type does not have (RAW goes with every type); IPSOCK_EEXTENSION for objects that the
 * body does not carry; IPSOCK_EMSGSIZE for more than 65535 bytes, or more quoted ones than the
 * length attribute can say (1020, IPv6 2040); IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_icmp_marshal(const struct ipsock_icmp_message *message,
                                   const struct ipsock_addr *source,
                                   const struct ipsock_addr *destination, void *buffer, size_t size,
                                   size_t *written);

/** Verifies the checksum of an ICMP message; for IPv6 with the addresses of its packet, which must
 * be given; for IPv4 they are ignored.
 * @return 0; IPSOCK_ECHECKSUM; IPSOCK_EINVAL for null pointers; IPSOCK_EFAMILY; IPSOCK_EMSGSHORT
 * for less than 4 bytes. */
IPSOCK_API int ipsock_icmp_verify(int family, const struct ipsock_addr *source,
                                  const struct ipsock_addr *destination, const void *bytes,
                                  size_t length);

/** Writes a message for people, "type=11 time exceeded code=0 cksum=0xbeef datalen=128 ext=found
 * mpls(label=16014 tc=4 s=1 ttl=255)", on one line. Other bytes than printable ASCII in names are
 * escaped. 160 bytes hold any message without objects; what does not fit is cut.
 * @return 0; IPSOCK_EINVAL for null pointers or another family; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_icmp_format(const struct ipsock_icmp_message *message, char *text,
                                  size_t size);

/* Payloads of objects. Decoding changes nothing on failure and leaves alone what follows the parts
 * that the type names. Encoding puts the payload into buffer and points the object to it; on
 * IPSOCK_ENOSPC object->length is what it takes, payload is NULL; on IPSOCK_EINVAL nothing changes.
 * buffer may be NULL with size 0. */

/** Reads the label stack of an MPLS object, RFC 4950.
 * @param labels receives up to capacity labels, top first; NULL with 0 to count them
 * @param count receives the labels found, may exceed capacity
 * @return 0; IPSOCK_EINVAL for null pointers; IPSOCK_EPROTOCOL for another class or type;
 * IPSOCK_EEXTENSION for a payload that is no stack: not of 4 bytes a label. */
IPSOCK_API int ipsock_icmp_mpls_decode(const struct ipsock_icmp_object *object,
                                       struct ipsock_icmp_mpls_label *labels, size_t capacity,
                                       size_t *count);

/** Makes an MPLS object; its payload is written to buffer, 4 bytes a label.
 * @return 0; IPSOCK_EINVAL for a field out of range, more than 16382 labels, null pointers;
 * IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_icmp_mpls_encode(struct ipsock_icmp_object *object,
                                       const struct ipsock_icmp_mpls_label *labels, size_t count,
                                       void *buffer, size_t size);

/** Reads an interface information object, RFC 5837.
 * @return 0; IPSOCK_EINVAL for null pointers; IPSOCK_EPROTOCOL for another class; IPSOCK_EMSGSHORT
 * when it ends before its parts do; IPSOCK_EEXTENSION for an address that is neither IPv4 nor IPv6,
 * or a name whose length is no multiple of 4 in 4..64. */
IPSOCK_API int ipsock_icmp_interface_decode(const struct ipsock_icmp_object *object,
                                            struct ipsock_icmp_interface *info);

/** Makes an interface information object; 96 bytes of buffer suffice.
 * @return 0; IPSOCK_EINVAL for a role above 3, an address of another family, a name without NUL,
 * null pointers; IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_icmp_interface_encode(struct ipsock_icmp_object *object,
                                            const struct ipsock_icmp_interface *info, void *buffer,
                                            size_t size);

/** Reads an interface identification object, RFC 8335, 2.1.
 * @return 0; IPSOCK_EINVAL for null pointers; IPSOCK_EPROTOCOL for another class or type;
 * IPSOCK_EEXTENSION when it ends too early, for a name of 0 or more than 255 bytes, or an address
 * of more than 32. */
IPSOCK_API int ipsock_icmp_ident_decode(const struct ipsock_icmp_object *object,
                                        struct ipsock_icmp_ident *ident);

/** Makes an interface identification object; 256 bytes of buffer suffice. Only what by names
 * counts.
 * @return 0; IPSOCK_EINVAL for another by, a name that is empty or without NUL, an address of 0 or
 * more than 32 bytes or of another length than its family has (IPv4 4, IPv6 16), null pointers;
 * IPSOCK_ENOSPC. */
IPSOCK_API int ipsock_icmp_ident_encode(struct ipsock_icmp_object *object,
                                        const struct ipsock_icmp_ident *ident, void *buffer,
                                        size_t size);

/** Identifier of the echo messages of a ping endpoint: what replies to it carry, host order, not 0.
 * It is the port of ::ipsock_local_addr, and of the configuration's local address where one was
 * chosen. Linux keeps the identifiers of its ping sockets apart, and writes them; elsewhere the
 * library writes it into what is sent and delivers the replies that carry it: apart from those of
 * this process' other endpoints, from other programs' with probability only.
 * @return 0; IPSOCK_EINVAL; IPSOCK_EKIND on other endpoints; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_echo_id(struct ipsock_endpoint *s, uint16_t *id);

/** What an ICMP error quotes: the packet that it is about. */
struct ipsock_icmp_quote {
    struct ipsock_addr
        source; /**< with its port, where protocol has ports and they are quoted: TCP,
                   UDP, UDP-Lite, SCTP, DCCP; not in a fragment after the first */
    struct ipsock_addr destination; /**< the same */
    uint8_t protocol;               /**< IP protocol, behind IPv6 extension headers */
    uint8_t hop_limit;              /**< that was left */
    uint16_t reserved;              /**< 0 */
    const uint8_t *payload; /**< what follows the IP headers, transport header included; NULL
                               if nothing does */
    size_t length;          /**< bytes of it that are quoted, padding left out */
};

/** Reads the packet that an ICMP error quotes; IPv4 headers in the order of this system's raw
 * sockets.
 * @return 0; IPSOCK_EINVAL for null pointers; IPSOCK_EPROTOCOL for a message that quotes nothing;
 * IPSOCK_EHDRSHORT, IPSOCK_EVERSION, IPSOCK_EHDRLEN for a quote that is no IP packet of the
 * message's family; IPSOCK_EEXTSHORT when IPv4 options or IPv6 extension headers go beyond it. On
 * failure *quote is unchanged. */
IPSOCK_API int ipsock_icmp_quoted(const struct ipsock_icmp_message *message,
                                  struct ipsock_icmp_quote *quote);

/** Takes the next ICMP error that belongs to the endpoint, opened with ::IPSOCK_OPEN_ERROR_STREAM.
 * Waits as receives do, until the deadline of receives. Native on Linux (IP_RECVERR, IPV6_RECVERR;
 * extension objects from 5.9 on, none before); elsewhere ask ::ipsock_capability. A router's or a
 * host's word is no proof: anybody who knows or guesses what was sent can forge it.
 * @param objects receives up to capacity extension objects (RFC 4884); NULL with 0 to leave them
 * @param payload receives what the quoted packet carried, as far as quoted: behind the UDP header,
 *                on raw endpoints behind the IP header, on ping endpoints from the ICMP header on;
 *                behind it the extensions, into which the objects' payloads point. 1280 bytes hold
 *                everything; may be NULL with size 0, then capacity must be 0
 * @param length  receives the bytes of quoted payload; may be NULL
 * @param flags   IPSOCK_MSG_DONTWAIT
 * @return 0; IPSOCK_EINVAL; IPSOCK_ENOTSUP on systems without; IPSOCK_EKIND on TCP and on endpoints
 *         opened without the flag (the error's option names it); IPSOCK_EAGAIN; IPSOCK_ETIMEDOUT;
 * IPSOCK_ECANCELED; IPSOCK_ECLOSED. */
IPSOCK_API int ipsock_recv_icmp_error(struct ipsock_endpoint *s, struct ipsock_icmp_error *event,
                                      struct ipsock_icmp_object *objects, size_t capacity,
                                      void *payload, size_t size, size_t *length, uint32_t flags);

#ifdef __cplusplus
}
#endif

#endif
