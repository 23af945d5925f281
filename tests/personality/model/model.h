// SPDX-License-Identifier: BSD-2-Clause
/* The model of a Unix kernel: calls of the system that MODEL_FACTS names, made on Linux. Compiled
 * with that system's headers; below is host.h. Functions return 0 or more, or minus the system's
 * errno. */
#ifndef MODEL_H
#define MODEL_H

#include "native.h"

#include "../host.h"

/* ---- facts ---- */

enum model_fact {
#define F(name, value, words) FACT_##name,
#include MODEL_FACTS
#undef F
    FACT_COUNT
};
int model_fact(enum model_fact fact);
/* __FreeBSD_version, __NetBSD_Version__ of the version that IPSOCK_MODEL_VERSION names. */
int model_version(void);
bool model_listed(const char *list, const char *word);

/* ---- sockets ---- */

enum {
    KIND_U4 = 1,
    KIND_U6 = 2,
    KIND_T4 = 4,
    KIND_T6 = 8,
    KIND_R4 = 16,
    KIND_R6 = 32,
    KIND_P4 = 64, /* SOCK_DGRAM of ICMP, raw ones below: ping.c */
    KIND_P6 = 128
};
#define KIND_4   (KIND_U4 | KIND_T4 | KIND_R4)
#define KIND_6   (KIND_U6 | KIND_T6 | KIND_R6)
#define KIND_RP4 (KIND_R4 | KIND_P4)
#define KIND_RP6 (KIND_R6 | KIND_P6)
#define KIND_UR4 (KIND_U4 | KIND_R4)
#define KIND_UR6 (KIND_U6 | KIND_R6)
#define KIND_ALL (KIND_4 | KIND_6 | KIND_P4 | KIND_P6)

enum option_id {
#define O(id, kinds, level, name, set, get, value, initial, host) OPTION_##id,
#include MODEL_OPTIONS
#undef O
    OPTION_COUNT
};

struct membership {
    struct membership *next;
    struct host_addr group;
    uint32_t index;
    bool loose; /* of every source to the host, filtered here */
    bool any;   /* of any source but those listed; else of those only */
    int ear;    /* a descriptor of the host's that hears it, plus 1: ear.c */
    int sources, capacity;
    struct host_addr *source;
};

/* What receive options were, and until when. */
struct past {
    int64_t until; /* microseconds, real time */
    uint64_t received;
};

/* A path MTU that IPV6_RECVPATHMTU tells. */
struct notice {
    struct host_addr to;
    uint32_t mtu;
};

struct sock {
    struct sock *next;
    struct host_identity is;
    unsigned kind;
    bool made;      /* by a call to the model */
    bool wild;      /* raw, of protocol 0: every one */
    bool multicast; /* some multicast option was set */
    int values[OPTION_COUNT];
    uint8_t was_set[OPTION_COUNT];
    uint64_t received; /* bits of receive options that are on */
    struct past past[32];
    struct membership *memberships;
    uint32_t interface4, interface6;
    struct host_addr interface4_addr;
    uint32_t filter[8];
    int checksum;
    struct in6_pktinfo sticky;
    int pending;   /* errno for the next call */
    bool deferred; /* by recvmmsg */
    int bound_by;  /* the descriptor that was bound to a port, plus 1 */
    int joined_by; /* the one that joined a group */
    bool connected, has_port, was_dissolved;
    bool odd_peer; /* connected, of which the host does not know: packet.c */
    bool unbinds;  /* the packet in progress has packet info of its own: bound.c */
    bool unbound;  /* by a source with a packet: bound.c */
    bool ruined;   /* the same, before there was a port */
    bool routed;   /* a packet with a source found a route, which is kept: bound.c */
    bool zoneless; /* bound to a group of link scope without a zone */
    bool probes;   /* IPv6 packets may be as large as the interface takes, whatever the path */
    int cuts;      /* where the host cuts IPv6 packets, by the model's wish */
    struct notice notices[8];
    int notice_count;
    unsigned sent_port; /* where the last datagram went */
    struct host_addr local, peer;
    struct host_addr odd_local;
    struct host_addr bound; /* raw IPv4: the name that bind gave; connect gives none */
};

/* With the state locked; NULL and *error where fd is no socket of ours. */
struct sock *model_find(int fd, int *error);
struct sock *model_made(int fd, bool ping); /* just made by the model: its defaults */
void model_names(int fd, struct sock *s);
bool model_dual(const struct sock *s);
/* Has a socket of this process joined the group there? */
bool model_joined(uint32_t index, const struct host_addr *group);
/* Does a UDP socket of this process keep another from a name? */
bool model_bind_conflicts(const struct sock *s, const struct host_addr *addr);
int model_errno(int host_result); /* of a result < 0: minus the system's errno */
int model_return(int result);     /* sets errno, returns -1 */
int64_t model_now_micro(void);

/* ---- addresses ---- */

bool model_from(struct host_addr *out, const void *name, socklen_t length);
socklen_t model_to(const struct host_addr *addr, void *name); /* writes 16 or 28 bytes */
void model_give_name(const struct host_addr *addr, void *name, socklen_t *length);
bool model_is_mapped(const struct host_addr *addr);
bool model_is_any(const struct host_addr *addr);
bool model_is_group(const struct host_addr *addr);
bool model_same_ip(const struct host_addr *a, const struct host_addr *b);
struct host_addr model_unmap(const struct host_addr *addr);
/* Minus the errno of a name that is not of the socket's family. */
int model_wrong_family(const struct sock *s, socklen_t length);
int model_wrong_scope(const struct host_addr *addr); /* 0: it is right */
/* Of link-local addresses without one: the first interface that is not loopback. */
uint32_t model_default_zone(void);
/* IPv4, zero where it has none. */
void model_first_address(uint32_t index, uint8_t ip[4]);
/* Without a scope, where the kernel keeps one in the address. */
int model_interface_of(const struct host_addr *addr, uint32_t *index);
bool model_has_interface(uint32_t index);
bool model_carries_multicast(uint32_t index);
bool model_is_loopback(uint32_t index);
uint32_t model_mtu_to(const struct host_addr *to); /* the route's interface */

/* ---- options ---- */

int model_set(int fd, struct sock *s, int level, int name, const void *value, socklen_t length);
int model_get(int fd, struct sock *s, int level, int name, void *value, socklen_t *length);
/* 1: not among its options */
int model_set_special(int fd, struct sock *s, int level, int name, const void *value,
                      socklen_t length);
int model_get_special(int fd, struct sock *s, int level, int name, void *value, socklen_t *length);
int model_copy_out(const void *from, size_t size, void *value, socklen_t *length);
void model_apply(int fd, struct sock *s, enum option_id id, int value);
/* 1: no membership option */
int model_group_option(int fd, struct sock *s, int level, int name, const void *value,
                       socklen_t length);
struct membership *model_membership(struct sock *s, uint32_t index, const struct host_addr *group);
void model_touch_multicast(int fd, struct sock *s);

/* ---- messages ---- */

ssize_t model_receive(int fd, struct msghdr *h, int flags);
ssize_t model_send(int fd, const struct msghdr *h, int flags);
/* What the host would send otherwise: 0, minus an errno; 1: it would not. */
int model_send_packet(int fd, struct sock *s, const struct host_message *m, size_t length);
bool model_default_source(const struct host_addr *to, struct host_addr *source);
void model_control_out(const struct sock *s, const struct host_message *m, struct msghdr *h,
                       int *flags);
/* Reads control data into m. */
int model_control_in(struct sock *s, const struct msghdr *h, const struct host_addr *to,
                     struct host_message *m);
int model_check_source(int fd, struct sock *s, const struct host_addr *to, struct host_message *m);
/* Headers of raw IPv4: how this kernel gives and wants them. */
void model_header_in(void *packet, size_t length, bool icmp);
void model_fragment_sum(void *packet, size_t length, int fragment);
int model_header_out(struct sock *s, void *packet, size_t length);

/* ---- ping sockets ---- */

/* Minus an errno of what one may not send; of options that it has not, or 0. */
int model_ping_send(const struct sock *s, const struct msghdr *h);
int model_ping_option(const struct sock *s, int level, int name);

/* ---- interfaces that sockets and packets name, and what naming does to the socket ---- */

/* What PKTINFO names: 1, there is no more to ask of it; 0, by the rules of all. */
int model_source(int fd, struct sock *s, struct host_message *m);
uint32_t model_link_zone(void); /* of link-local peers without one */
/* Minus an errno, 0; 1: nobody hears it. */
int model_way(int fd, struct sock *s, struct host_message *m);
void model_way_gone(int fd, struct sock *s);

/* ---- groups that are heard by the port ---- */

enum { EARS = 16 };
void model_ear_open(int fd, struct sock *s, struct membership *m);
void model_ear_close(struct membership *m);
void model_ears_close(int fd); /* before it is closed, without the state locked */
int model_ears(const struct sock *s, int *out, int capacity);
/* Bytes; less than 0: nothing is there. by: the descriptor that has heard. Not locked. */
int64_t model_hear(struct sock *s, struct host_message *m, int *by);
/* Does a newer socket on the port keep it? (locked) */
bool model_kept_by_newer(const struct sock *s, const struct host_message *m);

/* ---- errors ---- */

/* Takes in what ICMP said: s->pending, notices, path MTUs. How much there was. */
int model_errors(int fd, struct sock *s);
/* The path MTU that the host does not keep itself, or 0. */
int model_path_mtu(const struct host_addr *to);

/* ---- interfaces ---- */

int model_interface_flags(struct ifreq *request); /* SIOCGIFFLAGS */
/* Sockets that tell of changes: a descriptor, minus an errno; 1: of another family. */
int model_news_socket(int family, int type);
int model_news_option(int fd, int level, int name);
int model_news_filter(int fd, unsigned long request, const void *argument);
ssize_t model_read_news(int fd, void *data, size_t size);

/* ---- faults ---- */

/* Minus the errno that is ordered of this call (faults.h, IPSOCK_MODEL_FAULT), or 0. Not with the
 * state locked, as all of these. */
int model_fault(const char *call);
int model_fault_option(const char *call, int level, int name);
bool model_fault_lies(void);                   /* poll is to say that all is ready */
unsigned model_fault_batch(unsigned messages); /* how many of them a batch takes */
size_t model_fault_control(size_t room);       /* for control data, of what there is */
void model_fault_cut(void);                    /* it was not enough */
int model_opened(int fd);                      /* notes a descriptor that the model made */
void model_closed(int fd);

#endif
