// SPDX-License-Identifier: BSD-2-Clause
/* Names, clocks, memory, descriptors, threads. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int resolver_error(int native)
{
    return native == EAI_AGAIN    ? -HOST_EAI_AGAIN
           : native == EAI_MEMORY ? -HOST_EAI_MEMORY
           : native == EAI_SYSTEM ? -HOST_EAI_SYSTEM
           : native == EAI_FAIL   ? -HOST_EAI_FAIL
                                  : -HOST_EAI_NONAME;
}

int host_resolve(const char *name, int family, struct host_addr *out, int capacity)
{
    const struct addrinfo hints = {.ai_family = family == 4   ? AF_INET
                                                : family == 6 ? AF_INET6
                                                              : AF_UNSPEC,
                                   .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found;
    int count = 0;
    const int native = getaddrinfo(name, NULL, &hints, &found);
    if (native != 0)
        return resolver_error(native);
    for (const struct addrinfo *entry = found; entry != NULL && count < capacity;
         entry = entry->ai_next) {
        union host_sockaddr copy;
        memcpy(&copy, entry->ai_addr, entry->ai_addrlen);
        host_from(&out[count++], &copy, entry->ai_addrlen);
    }
    freeaddrinfo(found);
    return count;
}

int host_reverse(const struct host_addr *addr, bool required, char *name, size_t size)
{
    union host_sockaddr copy;
    const socklen_t length = host_to(addr, &copy);
    const int native = getnameinfo(&copy.any, length, name, (socklen_t)size, NULL, 0,
                                   NI_DGRAM | (required ? NI_NAMEREQD : 0));
    return native == 0 ? 0 : resolver_error(native);
}

void host_clock(enum host_clock which, int64_t *seconds, int64_t *nanoseconds)
{
    struct timespec now;
    clock_gettime(which == HOST_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME, &now);
    *seconds = now.tv_sec;
    *nanoseconds = now.tv_nsec;
}

void *host_map(size_t size)
{
    void *const memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int host_unmap(void *memory, size_t size)
{
    return host_answer(munmap(memory, size));
}

int host_wipe(void *memory, size_t size)
{
    return host_answer(madvise(memory, size, MADV_WIPEONFORK));
}

int host_cloexec(int fd, bool set, bool on)
{
    const int flags = fcntl(fd, F_GETFD);
    if (flags < 0)
        return host_failed();
    return set ? host_answer(fcntl(fd, F_SETFD, on ? FD_CLOEXEC : 0)) : (flags & FD_CLOEXEC) != 0;
}

int host_duplicate(int fd, int from, bool cloexec)
{
    return host_answer(fcntl(fd, cloexec ? F_DUPFD_CLOEXEC : F_DUPFD, from));
}

int host_pipe(int fds[2], bool nonblocking, bool cloexec)
{
    return host_answer(pipe2(fds, (nonblocking ? O_NONBLOCK : 0) | (cloexec ? O_CLOEXEC : 0)));
}

int64_t host_read(int fd, void *data, size_t size)
{
    const ssize_t n = read(fd, data, size);
    return n < 0 ? host_failed() : n;
}

int64_t host_write(int fd, const void *data, size_t size)
{
    const ssize_t n = write(fd, data, size);
    return n < 0 ? host_failed() : n;
}

int host_poll(void *fds, unsigned count, int milliseconds)
{
    return host_answer(poll(fds, count, milliseconds));
}

/* ---- what the model's programs reach directly ---- */

/* errno of the modelled system, one a thread. */
int *kernel_errno(void);
int *kernel_errno(void)
{
    static _Thread_local int value;
    return &value;
}

/* A mutex or condition there is opaque, and has room for a pointer to one of the host's. */
union lock {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
};

int kernel_mutex_init(union lock **at, const void *attributes);
int kernel_mutex_destroy(union lock **at);
int kernel_mutex_lock(union lock **at);
int kernel_mutex_unlock(union lock **at);
int kernel_cond_init(union lock **at, const void *attributes);
int kernel_cond_destroy(union lock **at);
int kernel_cond_wait(union lock **at, union lock **mutex);
int kernel_cond_broadcast(union lock **at);
int kernel_cond_signal(union lock **at);

int kernel_mutex_init(union lock **at, const void *attributes)
{
    (void)attributes;
    *at = calloc(1, sizeof **at);
    return *at == NULL ? ENOMEM : pthread_mutex_init(&(*at)->mutex, NULL);
}

int kernel_mutex_destroy(union lock **at)
{
    const int result = pthread_mutex_destroy(&(*at)->mutex);
    free(*at);
    *at = NULL;
    return result;
}

int kernel_mutex_lock(union lock **at)
{
    return pthread_mutex_lock(&(*at)->mutex);
}

int kernel_mutex_unlock(union lock **at)
{
    return pthread_mutex_unlock(&(*at)->mutex);
}

int kernel_cond_init(union lock **at, const void *attributes)
{
    (void)attributes;
    *at = calloc(1, sizeof **at);
    return *at == NULL ? ENOMEM : pthread_cond_init(&(*at)->condition, NULL);
}

int kernel_cond_destroy(union lock **at)
{
    const int result = pthread_cond_destroy(&(*at)->condition);
    free(*at);
    *at = NULL;
    return result;
}

int kernel_cond_wait(union lock **at, union lock **mutex)
{
    return pthread_cond_wait(&(*at)->condition, &(*mutex)->mutex);
}

int kernel_cond_broadcast(union lock **at)
{
    return pthread_cond_broadcast(&(*at)->condition);
}

int kernel_cond_signal(union lock **at)
{
    return pthread_cond_signal(&(*at)->condition);
}
