// SPDX-License-Identifier: BSD-2-Clause
/* What the probes of messages share: datagrams over loopback with control data both ways. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include "probe.h"

#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif
#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE 2
#endif
#ifndef UDP_RECV_MAX_COALESCED_SIZE
#define UDP_RECV_MAX_COALESCED_SIZE 3
#endif
#ifndef UDP_COALESCED_INFO
#define UDP_COALESCED_INFO 3
#endif

/* An address of either family. */
struct exchange_name {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    int length;
};

struct exchange_name exchange_address(int family, const char *text, unsigned port);

/* A datagram socket that is bound to loopback, and waits PATIENCE at most; dual: to the IPv6
 * wildcard, for IPv4 too. */
SOCKET exchange_socket(int family);
SOCKET exchange_dual(void);
unsigned exchange_port(SOCKET s);
struct exchange_name exchange_own_name(SOCKET s);
/* On the socket's port, the loopback address of a family. */
struct exchange_name exchange_peer(SOCKET s, int family);
/* Must succeed. */
void exchange_set(SOCKET s, int level, int name, DWORD value);

/* A received message. */
struct exchange_message {
    int error;
    DWORD bytes;
    DWORD flags;
    struct exchange_name from;
    char data[2048];
    _Alignas(8) char control[512];
    ULONG control_length;
};

LPFN_WSARECVMSG exchange_receiver(SOCKET s);
/* With as much room for data and control as said. */
struct exchange_message exchange_receive_in(SOCKET s, DWORD flags, ULONG room, ULONG control);
struct exchange_message exchange_receive(SOCKET s);
/* The payload of a control message and its length; NULL if there is none. */
const void *exchange_find(const struct exchange_message *m, int level, int type, size_t *length);
/* Its value, which must be an INT; -1 if there is none. */
int exchange_find_int(const struct exchange_message *m, int level, int type);

/* Control data to be sent. */
struct exchange_control {
    _Alignas(8) char bytes[256];
    ULONG length;
};
void exchange_put(struct exchange_control *c, int level, int type, const void *value,
                  size_t length);
void exchange_put_int(struct exchange_control *c, int level, int type, int value);
/* Sends bytes of 'x'; 0 or the error. */
int exchange_send(SOCKET s, const struct exchange_name *to, size_t length,
                  const struct exchange_control *c);

#endif
