// SPDX-License-Identifier: BSD-2-Clause
#include "host.h"

#include "real.h"

enum {
    CALL_READ = 0,
    CALL_WRITE = 1,
    CALL_CLOSE = 3,
    CALL_POLL = 7,
    CALL_IOCTL = 16,
    CALL_SOCKET = 41,
    CALL_CONNECT = 42,
    CALL_SENDMSG = 46,
    CALL_RECVMSG = 47,
    CALL_BIND = 49,
    CALL_GETSOCKNAME = 51,
    CALL_GETPEERNAME = 52,
    CALL_SETSOCKOPT = 54,
    CALL_GETSOCKOPT = 55,
    CALL_FCNTL = 72,
    CALL_EVENTFD2 = 290
};

static int64_t call(int64_t number, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e)
{
    int64_t result;
    register int64_t r10 __asm__("r10") = d;
    register int64_t r8 __asm__("r8") = e;
    register int64_t r9 __asm__("r9") = 0;

    do {
        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                         : "rcx", "r11", "memory");
    } while (result == -HOST_EINTR);
    return result;
}

static int64_t address_of(const void *p)
{
    return (int64_t)(uintptr_t)p;
}

int host_descriptor(uintptr_t handle)
{
    typedef long(__cdecl * handle_to_fd)(HANDLE, unsigned, int *, unsigned *);
    static handle_to_fd ask;
    int fd = -1;

    if (!ask) {
        FARPROC found =
            model_real()->GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_server_handle_to_fd");

        if (!found)
            return -1;
        memcpy(&ask, &found, sizeof found);
    }
    if (ask((HANDLE)handle, 0, &fd, NULL) != 0 || fd < 0)
        return -1;
    call(CALL_FCNTL, fd, 2, 1, 0, 0); /* F_SETFD, FD_CLOEXEC */
    return fd;
}

int host_socket(int family, int type, int protocol)
{
    return (int)call(CALL_SOCKET, family, type | HOST_SOCK_CLOEXEC, protocol, 0, 0);
}

int host_close(int fd)
{
    return (int)call(CALL_CLOSE, fd, 0, 0, 0, 0);
}

void host_address_out(void *address)
{
    union host_address *a = address;

    if (a->family == AF_INET6)
        a->family = HOST_AF_INET6;
}

void host_address_in(void *address)
{
    union host_address *a = address;

    if (a->family == HOST_AF_INET6)
        a->family = AF_INET6;
}

static int with_address(int number, int fd, const void *address, int length)
{
    union host_address copy;

    if (length < 2 || (size_t)length > sizeof copy)
        return -HOST_EINVAL;
    memset(&copy, 0, sizeof copy);
    memcpy(&copy, address, (size_t)length);
    host_address_out(&copy);
    return (int)call(number, fd, address_of(&copy), length, 0, 0);
}

int host_bind(int fd, const void *address, int length)
{
    return with_address(CALL_BIND, fd, address, length);
}

int host_connect(int fd, const void *address, int length)
{
    static const uint16_t nobody[8]; /* AF_UNSPEC */

    if (!address)
        return with_address(CALL_CONNECT, fd, nobody, sizeof nobody);
    return with_address(CALL_CONNECT, fd, address, length);
}

int host_name(int fd, int peer, void *address, int *length)
{
    int64_t result = call(peer ? CALL_GETPEERNAME : CALL_GETSOCKNAME, fd, address_of(address),
                          address_of(length), 0, 0);

    if (result == 0)
        host_address_in(address);
    return (int)result;
}

int host_set(int fd, int level, int name, const void *value, int length)
{
    return (int)call(CALL_SETSOCKOPT, fd, level, name, address_of(value), length);
}

int host_set_int(int fd, int level, int name, int value)
{
    return host_set(fd, level, name, &value, sizeof value);
}

int host_get_int(int fd, int level, int name)
{
    int value = 0;
    int length = sizeof value;
    int64_t result =
        call(CALL_GETSOCKOPT, fd, level, name, address_of(&value), address_of(&length));

    return result < 0 ? (int)result : value;
}

int64_t host_send(int fd, struct host_message *message, int flags)
{
    return call(CALL_SENDMSG, fd, address_of(message), flags | HOST_MSG_NOSIGNAL, 0, 0);
}

int64_t host_receive(int fd, struct host_message *message, int flags)
{
    return call(CALL_RECVMSG, fd, address_of(message), flags, 0, 0);
}

int host_poll(int fd, int events, int milliseconds)
{
    struct host_wait one = {fd, (int16_t)events, 0};

    return host_wait_any(&one, 1, milliseconds) > 0 ? one.revents : 0;
}

int host_wait_any(struct host_wait *waits, unsigned count, int milliseconds)
{
    return (int)call(CALL_POLL, address_of(waits), count, milliseconds, 0, 0);
}

int host_news(int interfaces)
{
    /* AF_NETLINK, NETLINK_ROUTE; RTMGRP_LINK, RTMGRP_IPV4_IFADDR and RTMGRP_IPV6_IFADDR */
    const struct {
        uint16_t family, pad;
        uint32_t pid, groups;
    } name = {16, 0, 0, interfaces ? 1 : 0x10 | 0x100};
    const int fd = host_socket(16, HOST_SOCK_RAW, 0);

    if (fd < 0 || call(CALL_BIND, fd, address_of(&name), sizeof name, 0, 0) == 0)
        return fd;
    host_close(fd);
    return -HOST_EINVAL;
}

int host_read_news(int fd)
{
    char byte = 0;

    return call(CALL_READ, fd, address_of(&byte), 1, 0, 0) >= 0;
}

int host_bell(void)
{
    return (int)call(CALL_EVENTFD2, 0, HOST_SOCK_CLOEXEC | 0x800, 0, 0, 0); /* EFD_NONBLOCK */
}

void host_bell_ring(int fd)
{
    static const uint64_t one = 1;

    call(CALL_WRITE, fd, address_of(&one), sizeof one, 0, 0);
}

void host_bell_silence(int fd)
{
    uint64_t rings = 0;

    call(CALL_READ, fd, address_of(&rings), sizeof rings, 0, 0);
}

/* netdevice(7). */
struct host_interface {
    char name[16];
    union {
        unsigned char address[24];
        int32_t index;
    } is;
};

unsigned host_interface_of(const unsigned char address[4])
{
    struct host_interface list[64];
    struct {
        int32_t length;
        void *list;
    } request = {sizeof list, list};
    const int fd = host_socket(HOST_AF_INET, HOST_SOCK_DGRAM, 0);
    unsigned found = 0;

    if (fd < 0)
        return 0;
    if (call(CALL_IOCTL, fd, 0x8912, address_of(&request), 0, 0) == 0) { /* SIOCGIFCONF */
        for (size_t i = 0; i < (size_t)request.length / sizeof list[0] && found == 0; i++) {
            if (memcmp(list[i].is.address + 4, address, 4) == 0 &&
                call(CALL_IOCTL, fd, 0x8933, address_of(&list[i]), 0, 0) == 0) /* SIOCGIFINDEX */
                found = (unsigned)list[i].is.index;
        }
    }
    host_close(fd);
    return found;
}

int host_is_interface(unsigned index)
{
    struct host_interface one = {.is.index = (int32_t)index};
    const int fd = host_socket(HOST_AF_INET, HOST_SOCK_DGRAM, 0);
    int64_t result;

    if (fd < 0)
        return 0;
    result = call(CALL_IOCTL, fd, 0x8910, address_of(&one), 0, 0); /* SIOCGIFNAME */
    host_close(fd);
    return result == 0;
}

int host_error(int64_t result)
{
    static const struct {
        int host;
        int windows;
    } known[] = {
        {HOST_EPERM, WSAEACCES},
        {9, WSAENOTSOCK}, /* EBADF */
        {HOST_EAGAIN, WSAEWOULDBLOCK},
        {12, WSAENOBUFS}, /* ENOMEM */
        {HOST_EACCES, WSAEACCES},
        {14, WSAEFAULT}, /* EFAULT */
        {HOST_ENODEV, WSAEADDRNOTAVAIL},
        {6, WSAEADDRNOTAVAIL}, /* ENXIO */
        {HOST_EINVAL, WSAEINVAL},
        {89, WSAEDESTADDRREQ},
        {HOST_EMSGSIZE, WSAEMSGSIZE},
        {92, WSAENOPROTOOPT},
        {95, WSAEOPNOTSUPP},
        {97, WSAEAFNOSUPPORT},
        {HOST_EADDRINUSE, WSAEADDRINUSE},
        {HOST_EADDRNOTAVAIL, WSAEADDRNOTAVAIL},
        {100, WSAENETDOWN},
        {HOST_ENETUNREACH, WSAENETUNREACH},
        {105, WSAENOBUFS},
        {106, WSAEISCONN},
        {107, WSAENOTCONN},
        {HOST_ECONNREFUSED, WSAECONNRESET},
        {HOST_EHOSTUNREACH, WSAEHOSTUNREACH},
    };

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].host == -result)
            return known[i].windows;
    }
    return WSAEINVAL;
}
