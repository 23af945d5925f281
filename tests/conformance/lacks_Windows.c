// SPDX-License-Identifier: BSD-2-Clause
/* What Wine lacks of Windows, found out by trying it once, and what Windows lacks of what some
 * tests need. The model of Windows has what Wine lacks, so that the same programs run more tests on
 * it. */
#include <winsock2.h>

#include <mswsock.h>
#include <ws2tcpip.h>

#include <iphlpapi.h> /* after ws2tcpip.h: its netioapi.h is empty without */

#include <ipsock/control.h>
#include <string.h>

#include "harness.h"

#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE 2
#endif

#define LOOPBACK 0x7f000001u

/* A datagram socket on an address of 127/8, any port; *name receives it. */
static SOCKET bound(uint32_t ip, struct sockaddr_in *name)
{
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    int length = sizeof *name;
    memset(name, 0, sizeof *name);
    name->sin_family = AF_INET;
    name->sin_addr.s_addr = htonl(ip);
    bind(s, (const struct sockaddr *)(const void *)name, length);
    getsockname(s, (struct sockaddr *)(void *)name, &length);
    return s;
}

/* Whether something arrives soon. */
static bool arrives(SOCKET s)
{
    fd_set set;
    struct timeval patience = {0, 300000};
    set.fd_count = 1;
    set.fd_array[0] = s;
    return select(0, &set, NULL, NULL, &patience) == 1;
}

static bool option_is_there(int family, int level, int name)
{
    DWORD value = 0;
    int length = sizeof value;
    const SOCKET s = socket(family, SOCK_DGRAM, 0);
    const bool there = getsockopt(s, level, name, (char *)&value, &length) == 0;
    closesocket(s);
    return there;
}

/* A source in a control message is the peer that the receiver sees. */
static bool send_control(void)
{
    struct sockaddr_in name, any, peer;
    const SOCKET receiver = bound(LOOPBACK, &name), sender = bound(INADDR_ANY, &any);
    int length = sizeof peer;
    DWORD sent;
    char byte = 'x';
    char control[SYSTEM_MESSAGE_MAX];
    uint8_t info[64];
    static const uint8_t source[] = {127, 0, 0, 2};
    WSABUF data = {1, &byte};
    WSAMSG m;
    memset(&peer, 0, sizeof peer);
    memset(&m, 0, sizeof m);
    m.name = (struct sockaddr *)(void *)&name;
    m.namelen = sizeof name;
    m.lpBuffers = &data;
    m.dwBufferCount = 1;
    m.Control.buf = control;
    m.Control.len =
        (ULONG)system_put(control, SYSTEM_PACKET_INFO4, info, system_packet_info4(info, source, 0));
    const bool there =
        WSASendMsg(sender, &m, 0, &sent, NULL, NULL) == 0 && arrives(receiver) &&
        recvfrom(receiver, &byte, 1, 0, (struct sockaddr *)(void *)&peer, &length) == 1 &&
        peer.sin_addr.s_addr == htonl(LOOPBACK + 1);
    closesocket(receiver);
    closesocket(sender);
    return there;
}

/* A socket bound to another address than 127.0.0.1 sends from there. */
static bool local_address(void)
{
    struct sockaddr_in name, other, peer;
    const SOCKET receiver = bound(LOOPBACK, &name), sender = bound(LOOPBACK + 1, &other);
    int length = sizeof peer;
    char byte = 'x';
    memset(&peer, 0, sizeof peer);
    sendto(sender, &byte, 1, 0, (const struct sockaddr *)(const void *)&name, sizeof name);
    if (arrives(receiver))
        recvfrom(receiver, &byte, 1, 0, (struct sockaddr *)(void *)&peer, &length);
    closesocket(receiver);
    closesocket(sender);
    return peer.sin_addr.s_addr == htonl(LOOPBACK + 1);
}

/* A connected socket hears that its peer's port is closed. */
static bool port_unreachable(void)
{
    struct sockaddr_in name;
    const SOCKET gone = bound(LOOPBACK, &name), s = socket(AF_INET, SOCK_DGRAM, 0);
    char byte = 'x';
    closesocket(gone);
    connect(s, (const struct sockaddr *)(const void *)&name, sizeof name);
    send(s, &byte, 1, 0);
    const bool there = arrives(s) && recv(s, &byte, 1, 0) < 0 && WSAGetLastError() == WSAECONNRESET;
    closesocket(s);
    return there;
}

static bool path_mtu(void)
{
    struct sockaddr_in name;
    DWORD mtu = 0;
    int length = sizeof mtu;
    const SOCKET s = bound(LOOPBACK, &name);
    connect(s, (const struct sockaddr *)(const void *)&name, sizeof name);
    const bool there = getsockopt(s, IPPROTO_IP, IP_MTU, (char *)&mtu, &length) == 0;
    closesocket(s);
    return there;
}

static bool path_mtu_probes(void)
{
    DWORD state = 3; /* IP_PMTUDISC_PROBE */
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    const bool there =
        setsockopt(s, IPPROTO_IP, IP_MTU_DISCOVER, (const char *)&state, sizeof state) == 0;
    closesocket(s);
    return there;
}

static bool traffic_class6(void)
{
    const DWORD value = 0x20;
    const SOCKET s = socket(AF_INET6, SOCK_DGRAM, 0);
    const bool there =
        setsockopt(s, IPPROTO_IPV6, IPV6_TCLASS, (const char *)&value, sizeof value) == 0;
    closesocket(s);
    return there;
}

static bool group_options(void)
{
    const struct ipsock_addr group = addr_of("232.0.1.77");
    struct sockaddr_in name;
    const SOCKET s = bound(INADDR_ANY, &name); /* before joining (windows.md 4) */
    const bool there = system_join((ipsock_handle_t)s, loopback_index(), &group, NULL);
    closesocket(s);
    return there;
}

/* A datagram socket of IPv6, bound to an address of this host's, any port; *port receives it. */
static SOCKET bound6(const char *text, u_short *port)
{
    const struct ipsock_addr addr = addr_of(text);
    struct sockaddr_in6 name;
    int length = sizeof name;
    const SOCKET s = socket(AF_INET6, SOCK_DGRAM, 0);
    memset(&name, 0, sizeof name);
    name.sin6_family = AF_INET6;
    memcpy(&name.sin6_addr, addr.ip, sizeof name.sin6_addr);
    bind(s, (const struct sockaddr *)(const void *)&name, length);
    getsockname(s, (struct sockaddr *)(void *)&name, &length);
    *port = name.sin6_port;
    return s;
}

/* Of one group, on two interfaces, the sources of each are heard; beneath the model is Linux, where
 * the newest membership rules on both. */
static bool sources_by_interface(void)
{
    const struct ipsock_addr group = addr_of("ff35::8000:77");
    const struct ipsock_addr one = addr_of("fd77::1"), other = addr_of("fd78::1");
    struct sockaddr_in6 to;
    uint32_t first, second;
    u_short port, any;
    if (!system_make_interfaces(&first, &second))
        return true; /* the tests say so */
    const SOCKET s = bound6("::", &port), sender = bound6("fd77::1", &any);
    memset(&to, 0, sizeof to);
    to.sin6_family = AF_INET6;
    to.sin6_port = port;
    memcpy(&to.sin6_addr, group.ip, sizeof to.sin6_addr);
    system_join((ipsock_handle_t)s, first, &group, &one);
    system_join((ipsock_handle_t)s, second, &group, &other);
    setsockopt(sender, IPPROTO_IPV6, IPV6_MULTICAST_IF, (const char *)&first, sizeof first);
    sendto(sender, "x", 1, 0, (const struct sockaddr *)(const void *)&to, sizeof to);
    const bool there = arrives(s);
    closesocket(s);
    closesocket(sender);
    return there;
}

static bool segments(void)
{
    return option_is_there(AF_INET, IPPROTO_UDP, UDP_SEND_MSG_SIZE);
}

static bool raw(int family, int protocol)
{
    const SOCKET s = socket(family, SOCK_RAW, protocol);
    if (s != INVALID_SOCKET)
        closesocket(s);
    return s != INVALID_SOCKET || WSAGetLastError() == WSAEACCES;
}

/* Client Windows lets nobody bind a raw socket of TCP (windows.md 5). */
static bool raw_tcp(void)
{
    struct sockaddr_in name;
    const SOCKET s = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);
    memset(&name, 0, sizeof name);
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(LOOPBACK);
    const bool there = bind(s, (const struct sockaddr *)(const void *)&name, sizeof name) == 0;
    closesocket(s);
    return there;
}

static bool raw_protocol(void)
{
    return raw(AF_INET, 253);
}

static bool raw_ipv6(void)
{
    return raw(AF_INET6, IPPROTO_ICMPV6);
}

/* WSARecvMsg tells a broadcast by its flags. */
static bool broadcast_flag(void)
{
    GUID id = WSAID_WSARECVMSG;
    LPFN_WSARECVMSG call = NULL;
    struct sockaddr_in name, other;
    const BOOL on = TRUE;
    const SOCKET receiver = bound(INADDR_ANY, &name), sender = bound(INADDR_ANY, &other);
    DWORD n = 0;
    char byte = 'x';
    WSABUF data = {1, &byte};
    WSAMSG m;
    memset(&m, 0, sizeof m);
    m.lpBuffers = &data;
    m.dwBufferCount = 1;
    name.sin_addr.s_addr = htonl(0x7fffffffu);
    setsockopt(sender, SOL_SOCKET, SO_BROADCAST, (const char *)&on, sizeof on);
    sendto(sender, &byte, 1, 0, (const struct sockaddr *)(const void *)&name, sizeof name);
    const bool there = WSAIoctl(receiver, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &call,
                                sizeof call, &n, NULL, NULL) == 0 &&
                       arrives(receiver) && call(receiver, &m, &n, NULL, NULL) == 0 &&
                       (m.dwFlags & MSG_BCAST);
    closesocket(receiver);
    closesocket(sender);
    return there;
}

static bool time_stamps(void)
{
    struct sockaddr_in name;
    const SOCKET s = bound(LOOPBACK, &name);
    const bool there = system_enable_timestamps((ipsock_handle_t)s);
    closesocket(s);
    return there;
}

static bool path_mtu_notices(void)
{
    struct ipsock_capability_answer c;
    CHECK(IPSOCK_OK,
          ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV6, IPSOCK_FEATURE_RECV_PATH_MTU, &c));
    return c.level == IPSOCK_NATIVE;
}

/* A socket hears the groups that it joined, and not those of others. */
static bool own_groups(void)
{
    struct sockaddr_in name, other;
    struct ip_mreq request;
    const DWORD loopback = htonl(LOOPBACK);
    const SOCKET member = bound(INADDR_ANY, &name), stranger = bound(INADDR_ANY, &other);
    memset(&request, 0, sizeof request);
    other.sin_addr.s_addr = request.imr_multiaddr.s_addr = htonl(0xe00000f8u); /* 224.0.0.248 */
    request.imr_interface.s_addr = loopback;
    setsockopt(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, (const char *)&request, sizeof request);
    setsockopt(member, IPPROTO_IP, IP_MULTICAST_IF, (const char *)&loopback, sizeof loopback);
    sendto(member, "x", 1, 0, (const struct sockaddr *)(const void *)&other, sizeof other);
    const bool there = !arrives(stranger);
    closesocket(member);
    closesocket(stranger);
    return there;
}

static bool no_privilege(void)
{
    return !system_is_privileged();
}

static bool membership_query(void)
{
    const struct ipsock_addr group = addr_of("232.0.1.77");
    struct system_filter filter;
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    const bool there = system_join((ipsock_handle_t)s, loopback_index(), &group, NULL) &&
                       system_filter_of((ipsock_handle_t)s, loopback_index(), &group, &filter);
    closesocket(s);
    return there;
}

/* A provider need not have WSARecvMsg. */
static bool receive_control(void)
{
    LPFN_WSARECVMSG call = NULL;
    GUID id = WSAID_WSARECVMSG;
    DWORD n = 0;
    const SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    const bool there = WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &call,
                                sizeof call, &n, NULL, NULL) == 0;
    closesocket(s);
    return there;
}

static VOID WINAPI ignore_change(PVOID context, PMIB_IPINTERFACE_ROW row,
                                 MIB_NOTIFICATION_TYPE type)
{
    (void)context;
    (void)row;
    (void)type;
}

/* Wine takes the registration, gives no handle, and never calls back. */
static bool interface_notices(void)
{
    HANDLE handle = NULL;
    if (NotifyIpInterfaceChange(AF_UNSPEC, ignore_change, NULL, FALSE, &handle) != NO_ERROR ||
        handle == NULL)
        return false;
    CancelMibChangeNotify2(handle);
    return true;
}

static bool marks(void)
{
    struct ipsock_capability_answer c;
    CHECK(IPSOCK_OK,
          ipsock_capability(NULL, IPSOCK_UDP, IPSOCK_IPV4, IPSOCK_FEATURE_TRAFFIC_CLASS, &c));
    return c.level == IPSOCK_NATIVE;
}

static bool never(void)
{
    return false;
}

static bool always(void)
{
    return true;
}

static const struct {
    const char *need;
    bool (*there)(void);
    const char *reason;
} needs[] = {
    {"receive-control", receive_control, "Windows: this provider has no WSARecvMsg"},
    {"marks", marks, "Windows: this build lets no program mark packets"},
    {"send-control", send_control, "Wine: control data of sends is ignored"},
    {"traffic-class-6", traffic_class6, "Wine: no IPV6_TCLASS"},
    {"local-address", local_address,
     "Wine: a datagram socket bound to another address than 127.0.0.1 is bound to 0.0.0.0"},
    {"port-unreachable", port_unreachable, "Wine: no WSAECONNRESET on receives"},
    {"path-mtu", path_mtu, "Wine: no IP_MTU"},
    {"path-mtu-probes", path_mtu_probes, "Wine: no IP_MTU_DISCOVER"},
    {"group-options", group_options, "Wine: none of the MCAST_ options"},
    {"sources-by-interface", sources_by_interface,
     "Wine: beneath is Linux, where the newest membership of an IPv6 group filters everywhere"},
    {"segments", segments, "Wine: no option of level UDP"},
    {"raw-protocol", raw_protocol, "Wine: raw sockets of ICMP, IGMP, TCP and UDP alone"},
    {"raw-tcp", raw_tcp, "Windows: no raw socket of TCP can be bound, to see segments with"},
    {"raw-ipv6", raw_ipv6, "Wine: no raw IPv6 sockets"},
    {"broadcast-flag", broadcast_flag, "Wine: WSARecvMsg never says MSG_BCAST"},
    {"time-stamps", time_stamps, "Windows: time stamps need a system that is set up for them"},
    {"own-groups", own_groups, "Wine: wildcard sockets hear the groups of others"},
    {"path-mtu-notices", path_mtu_notices, "Windows: no path MTU notices"},
    {"no-privilege", no_privilege, "Windows: an administrator cannot become somebody else"},
    {"fork", never, "Windows: no fork"},
    {"full-length", always, NULL}, /* what is expected of it says expectations.csv */
    {"way-by-interface", always, NULL},
    {"protocol-of-raw", always, NULL},
    {"second-join-code", always, NULL},
    {"interface-notices", interface_notices, "Wine: nothing tells of interfaces that change"},
    {"membership-query", membership_query, "Wine: nothing tells memberships"},
};

const char *system_lacks(const char *need)
{
    for (size_t i = 0; i < COUNT(needs); i++)
        if (strcmp(needs[i].need, need) == 0)
            return needs[i].there() ? NULL : needs[i].reason;
    fail_msg("needs.csv: nobody knows the need \"%s\"", need);
    return NULL;
}
