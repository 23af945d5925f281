// SPDX-License-Identifier: BSD-2-Clause
/* System calls that fail on command. The linker sends the library's calls through here
 * (-Wl,--wrap), so that a test says which one fails, when and how, and counts them. */
#ifndef IPSOCK_FAULT_H
#define IPSOCK_FAULT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ipsock/ipsock.h>

/* CMakeLists.txt has the same list. */
#define FAULT_CALLS(X) \
    X(socket)          \
    X(bind)            \
    X(connect)         \
    X(listen)          \
    X(accept4)         \
    X(getsockname)     \
    X(getpeername)     \
    X(setsockopt)      \
    X(getsockopt)      \
    X(sendmsg)         \
    X(sendto)          \
    X(recvmsg)         \
    X(recvfrom)        \
    X(sendmmsg)        \
    X(recvmmsg)        \
    X(poll)            \
    X(eventfd)         \
    X(pipe)            \
    X(clock_gettime)   \
    X(getpid)          \
    X(calloc)          \
    X(close)           \
    X(read)            \
    X(write)           \
    X(mmap)            \
    X(madvise)         \
    X(uname)

enum fault_call {
#define FAULT_ENUM(name) FAULT_##name,
    FAULT_CALLS(FAULT_ENUM)
#undef FAULT_ENUM
        FAULT_COUNT
};

/* Forgets all plans and counts. Every test begins with it. */
void fault_reset(void);

/* Calls number first to last from now on (1 is the next) fail with an error. A plan for a call
 * replaces the one before. */
void fault_fail(enum fault_call call, unsigned first, unsigned last, int error);

/* Calls since the last reset, failed ones included. */
unsigned fault_calls(enum fault_call call);
unsigned fault_all_calls(void);
const char *fault_name(enum fault_call call);

/* sendmmsg takes at most this many messages in a call; 0: all. */
void fault_limit_sendmmsg(unsigned most);

/* Room for control data in every receive, at most; the kernel cuts what is longer. */
void fault_limit_control(size_t most);

/* Room for control data that the last message received was given. */
size_t fault_control_room(void);

/* Called on the header of every message that was received. */
void fault_change_received(void (*change)(struct msghdr *h));

/* Called on the header of every message before it is sent by sendmsg. */
void fault_look_at_sent(void (*look)(const struct msghdr *h));

/* How raw sockets lay out IP headers, as far as the library is told; NULL: as they do. */
struct ipsk_header_orders;
void fault_header_order(const struct ipsk_header_orders *orders);

/* Length that getsockopt reports, whatever the kernel said. */
void fault_getsockopt_length(socklen_t length);

/* Path MTU that getsockopt reports; 0: the kernel's. */
void fault_say_path_mtu(int mtu);

/* Every advice about memory is taken and forgotten, as emulators do. */
void fault_forget_advice(bool forget);

/* The next polls return at once and say that everything is ready. */
void fault_lie_in_poll(unsigned times);

/* Descriptors made and closed through the library since the last reset: how many of those made are
 * still open, and closings of what was not open. */
unsigned fault_open_descriptors(void);
unsigned fault_stray_closings(void);

/* ---- what the tests share ---- */

/* Descriptors of this process. */
unsigned fault_count_descriptors(void);

/* A UDP endpoint on the loopback address, and a plain socket that sends to it and receives. Both
 * end in a failed test as well. */
struct fault_pair {
    struct ipsock_endpoint *s;
    int plain;
    struct ipsock_addr peer; /* of the plain socket */
};
void fault_open_pair(struct fault_pair *pair, int family, uint32_t flags, uint32_t receive_control,
                     uint32_t send_control);
void fault_close_pair(struct fault_pair *pair);
/* From the plain socket to the endpoint. */
void fault_give(const struct fault_pair *pair, const void *data, size_t length);
/* Length of what the plain socket received, or -1 when nothing came for a while. */
int fault_take(const struct fault_pair *pair, void *data, size_t size);

/* count messages with their buffers and control, and scratch memory. */
enum { FAULT_MESSAGES = 64, FAULT_DATA = 32 };
struct fault_batch {
    struct ipsock_batch *batch;
    void *memory;
    struct ipsock_message messages[FAULT_MESSAGES];
    struct ipsock_buffer buffers[FAULT_MESSAGES];
    struct ipsock_control control[FAULT_MESSAGES];
    char data[FAULT_MESSAGES][FAULT_DATA];
};
struct fault_batch *fault_make_batch(void);
void fault_free_batch(struct fault_batch *b);

/* Skips a test whose setup was refused a raw endpoint. */
void fault_need_privilege(const struct ipsock_endpoint *s);
bool fault_has_ipv6(void);
bool fault_native_batches(void);

#define FAULT_OK(call)                                                \
    do {                                                              \
        const int fault_code = (call);                                \
        if (fault_code < 0)                                           \
            fail_msg("%s: %s", #call, ipsock_error_name(fault_code)); \
    } while (0)

#define FAULT_CODE(call, wanted)                                             \
    do {                                                                     \
        const int fault_code = (call);                                       \
        if (fault_code != (wanted))                                          \
            fail_msg("%s: %s, not %s", #call, ipsock_error_name(fault_code), \
                     ipsock_error_name(wanted));                             \
    } while (0)

#endif
