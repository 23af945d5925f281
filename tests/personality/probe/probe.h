// SPDX-License-Identifier: BSD-2-Clause
/* What probes share. Addresses are written as text, results come back as text; text() and
 * everything that returns a const char * uses a ring of buffers, good for one line of output. */
#ifndef PROBE_H
#define PROBE_H

#include "port.h"

#include "constants.h"

struct probe {
    const char *id;
    void (*run)(void);
};
extern const struct probe options_probes[], control_receive_probes[], control_send_probes[],
    multicast_probes[], delivery_probes[], raw_probes[], raw6_probes[], path_probes[],
    datagram_probes[], ping_probes[], stream_probes[], batch_probes[], adopt_probes[],
    interfaces_probes[], full_probes[];

int probes_main(int argc, char **argv); /* --list, --only ID, --after ID; a port's main calls it */
int probes_run(const char *only);       /* all, or the one with that id (or subject) */

/* One observation: a line "id,key,value". Commas in the value become semicolons. */
void say(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *text(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *result(long value); /* "0", "12", "EINVAL" */
const char *hex(const void *bytes, size_t size);

/* Sockets; all are closed after the probe. A kind that the system refuses is -1: probes skip it
 * (the probe options.kinds tells why). RAW4 and RAW6 have protocol 253. DUAL is UDP over IPv6 with
 * V6ONLY off. */
enum kind { UDP4, UDP6, DUAL, TCP4, TCP6, RAW4, RAW6, ICMP4, ICMP6, PING4, PING6, KINDS };
extern const char *const kind_name[KINDS];
int kind_v6(enum kind kind);
int open_kind(enum kind kind);
long open_socket(int family, int type, int protocol); /* descriptor or minus errno */
int keep_socket(int fd);                              /* closed after the probe; the same number */
void shut(int fd);
long set_int(int fd, int level, int name, int value);
const char *get_text(int fd, int level, int name, socklen_t size); /* "4:64", "1:40", "EINVAL" */
const char *name_level(int level);
const char *name_interface(unsigned index);

/* Addresses. The text is IPv4 or IPv6, or "ll0", "ll1" for the own link-local addresses. */
struct address {
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage storage;
    } as;
    socklen_t length;
};
int parse_ip(const char *ip, uint8_t bytes[16]); /* 4, 16 or 0 */
const char *ip_text(const uint8_t *bytes, size_t size);
struct address address(const char *ip, unsigned port);
struct address scoped(const char *ip, unsigned port, unsigned index);
const char *address_text(const void *storage,
                         socklen_t length); /* "192.0.2.1:P", "[fe80::9%net0]:P" */
const char *own_name(int fd);               /* getsockname as text */
long bind_to(int fd, const char *ip, unsigned port);
long connect_to(int fd, const char *ip, unsigned port);

/* Control data to send. */
struct control {
    union {
        long long align[2];
        uint8_t bytes[1024];
    } as;
    size_t used;
};
void control_add(struct control *control, int level, int type, const void *data, size_t size);
void control_int(struct control *control, int level, int type, int value);
void control_pktinfo4(struct control *control, const char *source, unsigned index);
void control_pktinfo6(struct control *control, const char *source, unsigned index);
/* To NULL: no address. Control NULL: none. */
long send_to(int fd, const struct address *to, const void *data, size_t size,
             const struct control *control);
long send_ip(int fd, const char *ip, unsigned port, const void *data, size_t size);

/* Receiving. */
struct received {
    long result;
    struct msghdr message;
    struct sockaddr_storage from;
    union {
        long long align[2];
        uint8_t bytes[1024];
    } control;
    uint8_t data[70000];
};
void receive(struct received *r, int fd, size_t size, size_t control_size,
             int flags);          /* waits up to 200 ms */
const char *receive_text(int fd); /* "5 from 192.0.2.9:P flags 0", "EAGAIN" */
const char *received_text(const struct received *r);
const char *control_text(const struct received *r);
const char *flags_text(int flags);
extern struct received got; /* the one that receive_text used */

/* The wire. */
struct arrival {           /* what arrives looks so; reset before each probe */
    int ttl, tos, id, off; /* 77, 0xb9, 0x4321, 0 */
    unsigned sport;        /* 7777 */
};
extern struct arrival arrival;
enum { PEER_PORT = 7777, OWN_PORT = 9000 };
void arrive_ip(enum port_interface i, const char *source, const char *destination, int protocol,
               const void *data, size_t size);
void arrive_udp(enum port_interface i, const char *source, const char *destination, unsigned port,
                const void *data, size_t size);
/* type, code, the four bytes after the checksum, data; ICMP or ICMPv6 by the addresses */
void arrive_icmp(enum port_interface i, const char *source, const char *destination, int type,
                 int code, uint32_t rest, const void *data, size_t size);
uint16_t checksum(const uint8_t *bytes, size_t size, uint32_t sum);
extern int wire_protocol;          /* what wire() looks for; UDP before each probe */
extern uint8_t wire_packet[70000]; /* the packet of the last wire() */
extern size_t wire_size;
void wire_clear(void);          /* forgets what was sent so far */
const char *wire(void);         /* "net0 192.0.2.1>192.0.2.9 ttl=64 tos=0 df=1 len=33", "none" */
const char *wire_all(void);     /* all, joined by " + " */
const uint8_t *wire_body(void); /* what follows the IP header in wire_packet */

#define COUNT(array) (sizeof(array) / sizeof *(array))

#endif
