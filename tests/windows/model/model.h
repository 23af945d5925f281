// SPDX-License-Identifier: BSD-2-Clause
/* The model of Windows: documented behaviour above, the host's sockets (host.h) below, Wine's
 * handles and waits beside. docs/windows-model.md. */
#ifndef MODEL_H
#define MODEL_H

#include "host.h"
#include "real.h"

#include <stdbool.h>

enum model_fact {
#define F(name, value, words) FACT_##name,
#include "facts.def"
#undef F
    FACT_COUNT
};

enum model_option_id {
#define O(name, level, number, shape, kinds, host_level, host_name, initial, since) OPTION_##name,
#include "options.def"
#undef O
    OPTION_COUNT
};

enum member_state {
    STATE_NONE,
    STATE_ANY,
    STATE_BLOCKED,
    STATE_UNBLOCKED,
    STATE_OTHER_BLOCKED,
    STATE_LISTED,
    STATE_UNLISTED,
    STATE_EMPTIED,
    STATE_COUNT
};

enum member_act {
    ACT_ADD,
    ACT_DROP,
    ACT_ADD_SOURCE,
    ACT_DROP_SOURCE,
    ACT_BLOCK,
    ACT_UNBLOCK,
    ACT_COUNT
};

#define MODEL_SOURCES 128

/* A group on an interface; stays, empty, when its last source was dropped. */
struct model_group {
    struct model_group *next;
    bool any;
    int family;
    unsigned index;
    unsigned char group[16];
    int count;
    unsigned char source[MODEL_SOURCES][16]; /* any: blocked, else: listed */
    int past_count;
    unsigned char past[MODEL_SOURCES][16]; /* any: blocked once */
};

struct model_socket {
    SOCKET handle;
    int fd;
    int family;
    int type;
    int protocol;
    volatile LONG references;
    volatile LONG closed;
    bool bound;
    bool connected;
    bool nonblocking;
    bool reuse;
    bool exclusive;
    bool connreset;
    bool netreset;
    int value[OPTION_COUNT];
    struct model_group *groups;
    DWORD receive_timeout;
    CRITICAL_SECTION receiving;
    unsigned char *packet; /* of the receiver */
    HANDLE event;          /* WSAEventSelect */
    long event_mask;
    long event_armed; /* to be recorded when they happen */
    volatile LONG event_record;
    int news;    /* the error of an earlier send */
    HANDLE port; /* of completions */
    ULONG_PTR key;
    struct model_socket *next;
    /* The socket is raw and Wine cannot make it: fd is not below the handle, which is that of an
     * unbound datagram socket of Wine's and never becomes ready. */
    bool apart;
    union host_address name; /* as bound */
};

/* One datagram as it is in the queue. */
struct model_packet {
    unsigned char *data;
    size_t length;
    unsigned char name[28];
    int name_length;
    bool ipv4;
    bool multicast;
    bool broadcast;
    bool has_info;
    unsigned index;
    unsigned char destination[16];
    int hop_limit;
    int traffic_class;
    int segment;
};

int model_fact(enum model_fact fact);
#define FACT(name) model_fact(FACT_##name)
int model_member_error(enum member_state state, enum member_act act);
/* The error of binding second where first is; each is "DW" to "ES": option, wildcard or specific.
 */
int model_bind_error(int first, int second);
bool model_has_option(enum model_option_id id);
unsigned model_build(void);
bool model_ipv4(void);

/* The model's view of a handle, with a reference; NULL and the error set if it is no socket. */
struct model_socket *model_get(SOCKET handle);
void model_put(struct model_socket *s);
/* Runs over the sockets of this process; stops when visit says so. */
void model_each(bool (*visit)(struct model_socket *s, void *context), void *context);
/* Datagram or raw: what the model does itself. Streams are Wine's. */
bool model_is_message(const struct model_socket *s);
/* Guards what the calls that are not of the data path change. */
void model_lock(void);
void model_unlock(void);
/* Whether WSAStartup is in force; else the error is set. */
bool model_started(void);

/* SOCKET_ERROR with this error, 0 without. */
int model_result(int error);
int model_host_result(int64_t result);

/* -1: no such row. */
int model_option_find(int level, int name);
void model_option_defaults(struct model_socket *s);
int model_option_set(struct model_socket *s, int id, const char *value, int length);
int model_option_get(const struct model_socket *s, int id, char *value, int *length);
void model_apply_reset(const struct model_socket *s);
int model_member(struct model_socket *s, int id, const char *value, int length);
void model_members_forget(struct model_socket *s);
/* The membership, perhaps without any source left, or NULL. */
struct model_group *model_group_of(const struct model_socket *s, int family, unsigned index,
                                   const unsigned char group[16]);
/* The ioctls that tell it. */
bool model_filter_is(DWORD code);
int model_filter_get(struct model_socket *s, DWORD code, const unsigned char *in, DWORD in_length,
                     unsigned char *out, DWORD out_length);
/* Whether the receiver's options say that it does not want this packet. */
bool model_drops(const struct model_socket *s, const struct model_packet *packet);
/* Binds to the wildcard address if nothing was bound yet. */
int model_bind_wildcard(struct model_socket *s);
/* What raw sockets may not send: an error, or 0 and perhaps *dropped. data is what is sent. */
int model_raw_error(const struct model_socket *s, const unsigned char *data, size_t length,
                    bool *dropped);
/* 0: none. Addresses are in network order, interfaces have the host's numbers. */
unsigned model_interface_of(const unsigned char address[4]);
bool model_is_interface(unsigned index);
bool model_is_local(int family, const void *address);
/* Where packets to this group go if nobody chooses. */
unsigned model_default_interface(int family, const unsigned char *group);

/* The model's view of a handle that carries datagrams or raw packets, with a reference, or NULL. */
struct model_socket *model_message_socket(SOCKET handle);

/* Of receives: WSARecvMsg's, and those that wait. */
enum { MODEL_CONTROL = 1, MODEL_WAIT = 2 };

/* Send and receive, a Winsock error or 0. */
int model_send(struct model_socket *s, const WSAMSG *message, DWORD flags, DWORD *sent);
int model_receive(struct model_socket *s, WSAMSG *message, DWORD *received, unsigned mode);
/* 0 and a packet, still in the queue; an error of an earlier send; WSAEWOULDBLOCK. The caller holds
 * s->receiving. */
int model_front(struct model_socket *s, struct model_packet *packet);
void model_consume(struct model_socket *s);
/* Whether a receive would end at once. */
bool model_is_readable(struct model_socket *s);
/* Whether there is an error of an earlier send, in s->news then. */
bool model_news(struct model_socket *s);
/* Goes through control data that the host gave. */
void model_host_items(const struct host_message *m,
                      void (*take)(void *context, const struct host_item *item,
                                   const unsigned char *value),
                      void *context);
/* Writes control data for a packet; false if some did not fit. */
bool model_control_out(const struct model_socket *s, const struct model_packet *packet,
                       WSABUF *control);

/* A call that enables network events again was made. */
void model_event_enable(struct model_socket *s, long bits);
/* Ends pending calls and events of a socket that is being closed. */
void model_overlapped_close(struct model_socket *s);

/* What redirect.c puts in the place of Winsock's calls. */
#define M(library, name) __typeof__(name) windows_##name;
#include "calls.def"
#undef M
int WSAAPI windows_WSARecvMsg(SOCKET handle, LPWSAMSG message, LPDWORD received,
                              LPWSAOVERLAPPED overlapped,
                              LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);

#endif
