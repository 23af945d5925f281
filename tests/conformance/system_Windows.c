// SPDX-License-Identifier: BSD-2-Clause
/* Windows: threads, handles, the types of its control messages. There is no fork, and no network of
 * one's own. */
#include <winsock2.h>

#include <mswsock.h>
#include <ws2tcpip.h>

#include <ipsock/addr.h>
#include <ipsock/interface.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

void system_isolate(void)
{
    WSADATA data; /* tests make sockets of their own */
    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        abort();
}

/* Raw sockets are for administrators. */
bool system_is_privileged(void)
{
    const SOCKET s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (s != INVALID_SOCKET)
        closesocket(s);
    return s != INVALID_SOCKET;
}

/* There are no ping sockets: ping endpoints are always raw ones. */
bool system_pings_raw(void)
{
    return true;
}

bool system_allow_ping(bool on)
{
    (void)on;
    return false;
}

bool system_answer_probes(void)
{
    return false;
}

bool system_lock_filter(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

void system_sleep_ms(unsigned ms)
{
    Sleep(ms);
}

/* Of the interface with this address; 0: none has it. */
static uint32_t index_of_address(const char *text)
{
    struct ipsock_interface *list = NULL;
    struct ipsock_addr addr;
    uint32_t index = 0;
    if (ipsock_addr_parse(text, &addr) < 0 || ipsock_interfaces(&list) < 0)
        return 0;
    for (const struct ipsock_interface *i = list; i != NULL; i = i->next)
        for (const struct ipsock_interface_addr *a = i->addrs; a != NULL; a = a->next)
            if (ipsock_addr_same_ip(&a->addr, &addr))
                index = i->index;
    ipsock_interfaces_free(list);
    return index;
}

/* A program cannot make any; ci/windows makes them beneath Wine. */
bool system_make_interfaces(uint32_t *first, uint32_t *second)
{
    *first = index_of_address("10.77.0.1");
    *second = index_of_address("10.78.0.1");
    return *first != 0 && *second != 0;
}

bool system_set_limit(enum system_limit which, int value)
{
    (void)which;
    (void)value;
    return false;
}

int system_in_child(system_child_work *work, void *argument)
{
    (void)work;
    (void)argument;
    return -1;
}

int system_unprivileged(system_child_work *work, void *argument)
{
    return system_is_privileged() ? -1 : work(argument);
}

struct system_thread {
    HANDLE handle;
    system_thread_work *work;
    void *argument;
};

static DWORD WINAPI run_thread(void *argument)
{
    const struct system_thread *thread = argument;
    thread->work(thread->argument);
    return 0;
}

struct system_thread *system_thread_start(system_thread_work *work, void *argument)
{
    struct system_thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL)
        abort();
    thread->work = work;
    thread->argument = argument;
    thread->handle = CreateThread(NULL, 0, run_thread, thread, 0, NULL);
    if (thread->handle == NULL)
        abort();
    return thread;
}

void system_thread_join(struct system_thread *thread)
{
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    free(thread);
}

/* A socket bound to loopback, any port. */
static SOCKET open_socket(int family, int type, bool bound)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    const bool ipv4 = family == IPSOCK_IPV4;
    const SOCKET s = socket(ipv4 ? AF_INET : AF_INET6, type, 0);
    memset(&v4, 0, sizeof v4);
    memset(&v6, 0, sizeof v6);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr.s6_addr[15] = 1;
    const struct sockaddr *name =
        ipv4 ? (const struct sockaddr *)(const void *)&v4 : (const void *)&v6;
    const int length = ipv4 ? (int)sizeof v4 : (int)sizeof v6;
    if (s != INVALID_SOCKET && bound && bind(s, name, length) != 0) {
        closesocket(s);
        return INVALID_SOCKET;
    }
    return s;
}

ipsock_handle_t system_udp_socket(int family, bool bound)
{
    return (ipsock_handle_t)open_socket(family, SOCK_DGRAM, bound);
}

ipsock_handle_t system_tcp_listener(int family)
{
    const SOCKET s = open_socket(family, SOCK_STREAM, true);
    if (s != INVALID_SOCKET && listen(s, 8) != 0) {
        closesocket(s);
        return IPSOCK_INVALID_HANDLE;
    }
    return (ipsock_handle_t)s;
}

ipsock_handle_t system_local_socket(void)
{
    return (ipsock_handle_t)socket(AF_UNIX, SOCK_STREAM, 0);
}

ipsock_handle_t system_pipe(ipsock_handle_t *writer)
{
    HANDLE ends[2];
    if (!CreatePipe(&ends[0], &ends[1], NULL, 0))
        return IPSOCK_INVALID_HANDLE;
    *writer = (ipsock_handle_t)ends[1];
    return (ipsock_handle_t)ends[0];
}

ipsock_handle_t system_file(void)
{
    return (ipsock_handle_t)CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                                        OPEN_EXISTING, 0, NULL);
}

ipsock_handle_t system_closed_handle(void)
{
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    closesocket(s);
    return (ipsock_handle_t)s;
}

/* A socket is no object of closesocket only where it is none at all. */
void system_close(ipsock_handle_t handle)
{
    if (closesocket((SOCKET)handle) != 0)
        CloseHandle((HANDLE)handle);
}

bool system_is_open(ipsock_handle_t handle)
{
    DWORD flags;
    return GetHandleInformation((HANDLE)handle, &flags);
}

/* Cannot be asked: a receive with nothing there tells. */
bool system_is_blocking(ipsock_handle_t handle)
{
    char byte;
    DWORD patience = 50;
    DWORD before = 0;
    int length = sizeof before;
    getsockopt((SOCKET)handle, SOL_SOCKET, SO_RCVTIMEO, (char *)&before, &length);
    setsockopt((SOCKET)handle, SOL_SOCKET, SO_RCVTIMEO, (const char *)&patience, sizeof patience);
    const int n = recv((SOCKET)handle, &byte, 1, MSG_PEEK);
    const int native = n < 0 ? WSAGetLastError() : 0;
    setsockopt((SOCKET)handle, SOL_SOCKET, SO_RCVTIMEO, (const char *)&before, sizeof before);
    return native == WSAETIMEDOUT;
}

void system_set_blocking(ipsock_handle_t handle, bool on)
{
    u_long value = !on;
    ioctlsocket((SOCKET)handle, (long)FIONBIO, &value);
}

bool system_is_inherited(ipsock_handle_t handle)
{
    DWORD flags = 0;
    return GetHandleInformation((HANDLE)handle, &flags) && (flags & HANDLE_FLAG_INHERIT);
}

static void put_addr(struct sockaddr_storage *to, const struct ipsock_addr *addr)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memset(to, 0, sizeof *to);
    memset(&v4, 0, sizeof v4);
    memset(&v6, 0, sizeof v6);
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    memcpy(&v4.sin_addr, addr->ip, 4);
    memcpy(&v6.sin6_addr, addr->ip, 16);
    if (addr->family == IPSOCK_IPV4)
        memcpy(to, &v4, sizeof v4);
    else
        memcpy(to, &v6, sizeof v6);
}

#ifndef SIOCGMSFILTER
#define SIOCGMSFILTER _IOW('t', 127 | IOC_IN, u_long)
#endif

/* What getsourcefilter of newer headers does. No page says what the filter of a group is that was
 * not joined: WSAEINVAL here, as other calls about it. */
bool system_filter_of(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                      struct system_filter *out)
{
    GROUP_FILTER filter;
    DWORD length;
    memset(out, 0, sizeof *out);
    memset(&filter, 0, sizeof filter);
    filter.gf_interface = index;
    put_addr(&filter.gf_group, group);
    if (WSAIoctl((SOCKET)handle, SIOCGMSFILTER, &filter, sizeof filter, &filter, sizeof filter,
                 &length, NULL, NULL) != 0)
        return WSAGetLastError() == WSAEINVAL;
    out->member = true;
    out->source_specific = filter.gf_fmode == MCAST_INCLUDE;
    out->sources = filter.gf_numsrc;
    return true;
}

bool system_join(ipsock_handle_t handle, uint32_t index, const struct ipsock_addr *group,
                 const struct ipsock_addr *source)
{
    const int level = group->family == IPSOCK_IPV4 ? IPPROTO_IP : IPPROTO_IPV6;
    struct group_req any;
    struct group_source_req one;
    memset(&any, 0, sizeof any);
    memset(&one, 0, sizeof one);
    any.gr_interface = one.gsr_interface = index;
    put_addr(&any.gr_group, group);
    put_addr(&one.gsr_group, group);
    if (source == NULL)
        return setsockopt((SOCKET)handle, level, MCAST_JOIN_GROUP, (const char *)&any,
                          sizeof any) == 0;
    put_addr(&one.gsr_source, source);
    return setsockopt((SOCKET)handle, level, MCAST_JOIN_SOURCE_GROUP, (const char *)&one,
                      sizeof one) == 0;
}

/* ---- control messages ---- */

static const struct {
    int level, type;
} messages[SYSTEM_MESSAGES] = {
    [SYSTEM_HOP_LIMIT4] = {IPPROTO_IP, IP_TTL},
    [SYSTEM_TRAFFIC_CLASS4] = {IPPROTO_IP, IP_TOS},
    [SYSTEM_PACKET_INFO4] = {IPPROTO_IP, IP_PKTINFO},
    [SYSTEM_HOP_LIMIT6] = {IPPROTO_IPV6, IPV6_HOPLIMIT},
    [SYSTEM_TRAFFIC_CLASS6] = {IPPROTO_IPV6, IPV6_TCLASS},
    [SYSTEM_PACKET_INFO6] = {IPPROTO_IPV6, IPV6_PKTINFO},
    [SYSTEM_PATH_MTU6] = {0x4321, 2}, /* there are no path MTU notices */
    [SYSTEM_SENT_TRAFFIC_CLASS4] = {IPPROTO_IP, IP_TOS},
    [SYSTEM_STRANGE_LEVEL] = {0x4321, 1},
    [SYSTEM_STRANGE_TYPE] = {IPPROTO_IP, 0x4321},
};

size_t system_header(void)
{
    return WSA_CMSG_LEN(0);
}

size_t system_space(size_t payload)
{
    /* WSA_CMSG_SPACE, whose mask has a sign */
    const size_t align = sizeof(SIZE_T);
    return (system_header() + payload + align - 1) / align * align;
}

void system_set_length(void *buffer, size_t length)
{
    WSACMSGHDR header;
    memcpy(&header, buffer, sizeof header);
    header.cmsg_len = length;
    memcpy(buffer, &header, sizeof header);
}

size_t system_put(void *buffer, enum system_message what, const void *payload, size_t length)
{
    WSACMSGHDR header;
    memset(&header, 0, sizeof header);
    memset(buffer, 0, system_space(length));
    header.cmsg_len = system_header() + length;
    header.cmsg_level = messages[what].level;
    header.cmsg_type = messages[what].type;
    memcpy(buffer, &header, sizeof header);
    if (length != 0)
        memcpy((uint8_t *)buffer + system_header(), payload, length);
    return system_space(length);
}

bool system_next(const void *buffer, size_t length, size_t *offset, enum system_message *what,
                 size_t *payload)
{
    WSACMSGHDR header;
    if (*offset > length || length - *offset < sizeof header)
        return false;
    memcpy(&header, (const uint8_t *)buffer + *offset, sizeof header);
    if (header.cmsg_len < system_header() || header.cmsg_len > length - *offset)
        return false;
    *payload = header.cmsg_len - system_header();
    *offset += system_space(*payload);
    for (*what = 0; *what < SYSTEM_MESSAGES; ++*what)
        if (messages[*what].level == header.cmsg_level && messages[*what].type == header.cmsg_type)
            break;
    return true;
}

size_t system_packet_info4(void *payload, const uint8_t ip[4], uint32_t index)
{
    memcpy(payload, ip, 4);
    memcpy((uint8_t *)payload + 4, &index, sizeof index);
    return 8;
}

size_t system_alone4(void *buffer, const uint8_t ip[4], uint32_t index)
{
    (void)buffer, (void)ip, (void)index;
    return 0;
}

size_t system_packet_info6(void *payload, const uint8_t ip[16], uint32_t index)
{
    memcpy(payload, ip, 16);
    memcpy((uint8_t *)payload + 16, &index, sizeof index);
    return 20;
}

size_t system_path_mtu6(void *payload, const uint8_t ip[16], uint32_t scope, uint32_t mtu)
{
    memset(payload, 0, 32);
    memcpy((uint8_t *)payload + 8, ip, 16);
    memcpy((uint8_t *)payload + 24, &scope, sizeof scope);
    memcpy((uint8_t *)payload + 28, &mtu, sizeof mtu);
    return 32;
}

size_t system_traffic_class4(void *payload, int value)
{
    memcpy(payload, &value, sizeof value);
    return sizeof value;
}

/* SIO_TIMESTAMPING needs a network adapter that does it. */
bool system_enable_timestamps(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

bool system_has_timestamp(const void *buffer, size_t length)
{
    (void)buffer;
    (void)length;
    return false;
}

bool system_enable_error_queue(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

bool system_has_error_queue(ipsock_handle_t handle)
{
    (void)handle;
    return false;
}

int system_flag(ipsock_handle_t handle, enum system_flag which)
{
    int value = 0;
    int length = sizeof value;
    const int level = which == SYSTEM_BROADCAST ? SOL_SOCKET : IPPROTO_IP;
    const int name = which == SYSTEM_BROADCAST ? SO_BROADCAST : IP_HDRINCL;
    return getsockopt((SOCKET)handle, level, name, (char *)&value, &length) == 0 ? value != 0 : -1;
}

bool system_set_discovery(ipsock_handle_t handle, int family, int value)
{
    const bool v4 = family == IPSOCK_IPV4;
    return setsockopt((SOCKET)handle, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? 71 : 71,
                      (const char *)&value, sizeof value) == 0;
}

/* Not set, do, do not, probe are 0 to 3. */
bool system_discovery_forbids(int family, int value)
{
    (void)family;
    return value == 1 || value == 3;
}

bool system_tells_extensions(void)
{
    return false;
}
