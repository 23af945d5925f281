// SPDX-License-Identifier: BSD-2-Clause
/* The part that all Unix systems share. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif
#include "system.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

bool system_is_privileged(void)
{
    return geteuid() == 0;
}

void system_sleep_ms(unsigned ms)
{
    struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000L};
    while (nanosleep(&t, &t) < 0)
        ;
}

static int run_child(system_child_work *work, void *argument, bool drop)
{
    int status = 0;
    const pid_t child = fork();
    if (child < 0)
        return -1;
    if (child == 0) {
        const gid_t nobody = 65534;
        if (drop && (setgid(nobody) < 0 || setuid(nobody) < 0))
            _exit(125);
        _exit(work(argument));
    }
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

int system_in_child(system_child_work *work, void *argument)
{
    return run_child(work, argument, false);
}

int system_unprivileged(system_child_work *work, void *argument)
{
    return run_child(work, argument, system_is_privileged());
}

struct system_thread {
    pthread_t id;
    system_thread_work *work;
    void *argument;
};

static void *run_thread(void *argument)
{
    const struct system_thread *thread = argument;
    thread->work(thread->argument);
    return NULL;
}

struct system_thread *system_thread_start(system_thread_work *work, void *argument)
{
    struct system_thread *thread = calloc(1, sizeof *thread);
    if (thread == NULL)
        abort();
    thread->work = work;
    thread->argument = argument;
    if (pthread_create(&thread->id, NULL, run_thread, thread) != 0)
        abort();
    return thread;
}

void system_thread_join(struct system_thread *thread)
{
    pthread_join(thread->id, NULL);
    free(thread);
}

/* Binds to loopback, any port. */
static bool bind_loopback(int fd, int family)
{
    if (family == IPSOCK_IPV4) {
        struct sockaddr_in name;
        memset(&name, 0, sizeof name);
        name.sin_family = AF_INET;
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name) == 0;
    }
    struct sockaddr_in6 name;
    memset(&name, 0, sizeof name);
    name.sin6_family = AF_INET6;
    name.sin6_addr = in6addr_loopback;
    return bind(fd, (const struct sockaddr *)(const void *)&name, sizeof name) == 0;
}

ipsock_handle_t system_udp_socket(int family, bool bound)
{
    const int fd = socket(family == IPSOCK_IPV4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
    if (fd >= 0 && bound && !bind_loopback(fd, family)) {
        close(fd);
        return IPSOCK_INVALID_HANDLE;
    }
    return fd;
}

ipsock_handle_t system_tcp_listener(int family)
{
    const int fd = socket(family == IPSOCK_IPV4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
    if (fd >= 0 && (!bind_loopback(fd, family) || listen(fd, 8) < 0)) {
        close(fd);
        return IPSOCK_INVALID_HANDLE;
    }
    return fd;
}

ipsock_handle_t system_local_socket(void)
{
    return socket(AF_UNIX, SOCK_DGRAM, 0);
}

ipsock_handle_t system_pipe(ipsock_handle_t *writer)
{
    int ends[2];
    if (pipe(ends) < 0)
        return IPSOCK_INVALID_HANDLE;
    *writer = ends[1];
    return ends[0];
}

ipsock_handle_t system_file(void)
{
    return open("/dev/null", O_RDWR);
}

ipsock_handle_t system_closed_handle(void)
{
    /* A high number, so that no other descriptor takes its place meanwhile. */
    const int low = open("/dev/null", O_RDONLY);
    const int high = fcntl(low, F_DUPFD, 700);
    close(low);
    close(high);
    return high;
}

void system_close(ipsock_handle_t handle)
{
    close((int)handle);
}

bool system_is_open(ipsock_handle_t handle)
{
    return fcntl((int)handle, F_GETFD) >= 0;
}

bool system_is_blocking(ipsock_handle_t handle)
{
    return !(fcntl((int)handle, F_GETFL) & O_NONBLOCK);
}

void system_set_blocking(ipsock_handle_t handle, bool on)
{
    const int flags = fcntl((int)handle, F_GETFL);
    fcntl((int)handle, F_SETFL, on ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

bool system_is_inherited(ipsock_handle_t handle)
{
    return !(fcntl((int)handle, F_GETFD) & FD_CLOEXEC);
}

size_t system_header(void)
{
    return CMSG_LEN(0);
}

size_t system_space(size_t payload)
{
    return CMSG_SPACE(payload);
}

void system_set_length(void *buffer, size_t length)
{
    struct cmsghdr header;
    memcpy(&header, buffer, sizeof header);
    header.cmsg_len = (socklen_t)length;
    memcpy(buffer, &header, sizeof header);
}

size_t system_packet_info6(void *payload, const uint8_t ip[16], uint32_t index)
{
    memcpy(payload, ip, 16);
    memcpy((uint8_t *)payload + 16, &index, sizeof index);
    return 20;
}

size_t system_path_mtu6(void *payload, const uint8_t ip[16], uint32_t scope, uint32_t mtu)
{
    struct sockaddr_in6 name; /* struct ip6_mtuinfo: this, then the MTU */
    memset(&name, 0, sizeof name);
    name.sin6_family = AF_INET6;
    memcpy(&name.sin6_addr, ip, 16);
    name.sin6_scope_id = scope;
    memcpy(payload, &name, sizeof name);
    memcpy((uint8_t *)payload + sizeof name, &mtu, sizeof mtu);
    return sizeof name + sizeof mtu;
}

bool system_enable_timestamps(ipsock_handle_t handle)
{
    const int on = 1;
    return setsockopt((int)handle, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof on) == 0;
}

bool system_has_timestamp(const void *buffer, size_t length)
{
    const uint8_t *p = buffer;
    struct cmsghdr header;
    for (size_t at = 0; length - at >= CMSG_LEN(0) && at < length;) {
        memcpy(&header, p + at, sizeof header);
        if (header.cmsg_len < CMSG_LEN(0))
            return false;
        if (header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_TIMESTAMP)
            return true;
        at += CMSG_SPACE(header.cmsg_len - CMSG_LEN(0));
    }
    return false;
}
