// SPDX-License-Identifier: BSD-2-Clause
/* What the tests need of the operating system beside the library: threads, descriptors of other
 * makers, privilege, and the raw shape of control messages. */
#ifndef CONFORMANCE_SYSTEM_H
#define CONFORMANCE_SYSTEM_H

#include <ipsock/base.h>

/* ---- the process ---- */

/* Puts the process where its traffic disturbs nobody and ping endpoints are allowed, if it may.
 * Called before the first test. */
void system_isolate(void);
bool system_is_privileged(void);
/* Whether ping endpoints are to be tested on raw sockets, by the choice of who runs the tests. */
bool system_pings_raw(void);
/* Lets everybody have the system's own ping sockets, or nobody; false where that is not known. */
bool system_allow_ping(bool on);
/* Lets this host answer extended echo requests (RFC 8335); false where it cannot. */
bool system_answer_probes(void);
void system_sleep_ms(unsigned ms);

/* Why the system below the library has not what a need of needs.csv names; NULL: it has it. Found
 * out by trying. */
const char *system_lacks(const char *need);

/* Two interfaces, first and second, that carry multicast of both families, and nobody else's; made
 * at the first call. first: 10.77.0.1 and .2, fd77::1 and ::2, fe80::77; second: 10.78.0.1,
 * fd78::1, fe80::78. False where the process may not make any. */
bool system_make_interfaces(uint32_t *first, uint32_t *second);
/* Limits of multicast per socket, where the process may change them. */
enum system_limit { SYSTEM_GROUPS4, SYSTEM_SOURCES4, SYSTEM_SOURCES6 };
bool system_set_limit(enum system_limit which, int value);

/* Runs work in a child process and returns its exit status, or -1. */
typedef int system_child_work(void *argument);
int system_in_child(system_child_work *work, void *argument);
/* The same as a user without privilege. */
int system_unprivileged(system_child_work *work, void *argument);

/* ---- threads ---- */

struct system_thread;
typedef void system_thread_work(void *argument);
struct system_thread *system_thread_start(system_thread_work *work, void *argument);
void system_thread_join(struct system_thread *thread);

/* ---- descriptors ---- */

ipsock_handle_t system_udp_socket(int family, bool bound); /* bound: to loopback, any port */
ipsock_handle_t system_tcp_listener(int family);
ipsock_handle_t system_local_socket(void); /* AF_UNIX */
ipsock_handle_t system_pipe(ipsock_handle_t *writer);
ipsock_handle_t system_file(void);
ipsock_handle_t system_closed_handle(void); /* a number that is no open descriptor */
void system_close(ipsock_handle_t handle);
bool system_is_open(ipsock_handle_t handle);
bool system_is_blocking(ipsock_handle_t handle);
void system_set_blocking(ipsock_handle_t handle, bool on);
bool system_is_inherited(ipsock_handle_t handle); /* by programs that the process executes */

/* Options of the system's, without the library. -1 where there is no such option. */
enum system_flag { SYSTEM_BROADCAST, SYSTEM_OWN_HEADER };
int system_flag(ipsock_handle_t handle, enum system_flag which);
/* Sets path MTU discovery to a value of the system's, from 0 on; false where there is none of it.
 */
bool system_set_discovery(ipsock_handle_t handle, int family, int value);
/* Whether a value of it forbids fragmenting. */
bool system_discovery_forbids(int family, int value);

/* From now on nobody changes the filter program of the socket; false where none can be locked. */
bool system_lock_filter(ipsock_handle_t handle);

/* ---- memberships, without the library ---- */

struct ipsock_addr;
/* What the kernel holds of a group: no membership, or a list of sources that is the wanted
 * (source-specific) or the unwanted ones. False where it does not tell. */
struct system_filter {
    bool member, source_specific;
    uint32_t sources;
};
bool system_filter_of(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                      struct system_filter *out);
/* Joins; source may be NULL. */
bool system_join(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                 const struct ipsock_addr *source);

/* ---- control messages in this system's shape ---- */

enum system_message {
    SYSTEM_HOP_LIMIT4,
    SYSTEM_TRAFFIC_CLASS4,
    SYSTEM_PACKET_INFO4,
    SYSTEM_HOP_LIMIT6,
    SYSTEM_TRAFFIC_CLASS6,
    SYSTEM_PACKET_INFO6,
    SYSTEM_PATH_MTU6,
    SYSTEM_DESTINATION4, /* alone, and the interface alone: system_alone4 */
    SYSTEM_INTERFACE4,
    SYSTEM_SENT_TRAFFIC_CLASS4, /* to be sent; the others are received ones */
    SYSTEM_STRANGE_LEVEL,
    SYSTEM_STRANGE_TYPE,
    SYSTEM_MESSAGES
};
#define SYSTEM_MESSAGE_MAX 512

/* Bytes of a header alone, and of a message with its padding. */
size_t system_header(void);
size_t system_space(size_t payload);
/* Writes one message; returns its space. */
size_t system_put(void *buffer, enum system_message what, const void *payload, size_t length);
/* Writes a length into the header at buffer. */
void system_set_length(void *buffer, size_t length);
/* Which message is at *offset; SYSTEM_MESSAGES for one not listed above. Moves on; false at the
 * end. *payload receives its length without the header. */
bool system_next(const void *buffer, size_t length, size_t *offset, enum system_message *what,
                 size_t *payload);
/* A packet-info payload as it is received; returns its length. */
size_t system_packet_info4(void *payload, const uint8_t ip[4], uint32_t index);
/* The same in two messages, as older systems tell it: writes both; 0 where there are none. */
size_t system_alone4(void *buffer, const uint8_t ip[4], uint32_t index);
size_t system_packet_info6(void *payload, const uint8_t ip[16], uint32_t index);
size_t system_path_mtu6(void *payload, const uint8_t ip[16], uint32_t scope, uint32_t mtu);
/* Width of the integer that a sent traffic class has here. */
size_t system_traffic_class4(void *payload, int value);

/* Time stamps: an option and a control message that the library does not know. */
bool system_enable_timestamps(ipsock_handle_t handle);
/* An error queue on the socket, which the library would not read; false where there is none. */
bool system_enable_error_queue(ipsock_handle_t handle);
bool system_has_error_queue(ipsock_handle_t handle);
/* Whether an error queue tells where the extensions of an ICMP error are (Linux since 5.9). */
bool system_tells_extensions(void);
bool system_has_timestamp(const void *buffer, size_t length);

#endif
