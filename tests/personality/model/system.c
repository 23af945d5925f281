// SPDX-License-Identifier: BSD-2-Clause
/* Clocks, sysctl, memory, descriptors. */
#include "calls.h"

#include <stdarg.h>
#include <sys/mman.h>
#include <sys/sysctl.h>
#include <time.h>

static ssize_t give(int64_t result)
{
    if (result >= 0)
        return (ssize_t)result;
    errno = -model_errno((int)result);
    return -1;
}

int64_t model_now_micro(void)
{
    int64_t seconds, nanoseconds;
    host_clock(HOST_REALTIME, &seconds, &nanoseconds);
    return seconds * 1000000 + nanoseconds / 1000;
}

int kernel_clock_gettime(clockid_t clock, struct timespec *time)
{
    int64_t seconds, nanoseconds;
    host_clock(clock == CLOCK_REALTIME ? HOST_REALTIME : HOST_MONOTONIC, &seconds, &nanoseconds);
    time->tv_sec = (time_t)seconds;
    time->tv_nsec = (long)nanoseconds;
    return 0;
}

static const struct {
    const char *name;
    bool version;
    int value;
} names[] = {
    {"kern.osreldate", true, 0},
    {"kern.osrevision", true, 0},
    {"kern.ipc.maxsockbuf", false, 2097152},
    {"kern.sbmax", false, 262144},
    {"net.inet6.ip6.v6only", false, 1},
    {"net.inet.ip.ttl", false, 64},
    {"net.inet6.ip6.hlim", false, 64},
    {"net.inet.raw.maxdgram", false, 9216},
    {"net.inet.ip.mcast.maxgrpsrc", false, 512},
    {"net.inet.ip.mcast.maxsocksrc", false, 128},
};

/* Darwin's kern.osrelease: "20.6.0". */
static int give_release(char *value, size_t *length)
{
    char text[16];
    int at = (int)sizeof text;
    const int parts[] = {0, model_version() % 100, model_version() / 100};
    text[--at] = 0;
    for (int i = 0; i < 3; i++) {
        int part = parts[i];
        do
            text[--at] = (char)('0' + part % 10);
        while ((part /= 10) != 0);
        if (i < 2)
            text[--at] = '.';
    }
    const size_t size = sizeof text - (size_t)at;
    if (*length < size)
        return model_return(-ENOMEM);
    memcpy(value, text + at, size);
    *length = size;
    return 0;
}

int kernel_sysctlbyname(const char *name, void *value, size_t *length, const void *changed,
                        size_t changed_length)
{
    (void)changed;
    (void)changed_length;
    int result = model_fault("sysctl");
    if (result == 0 && strcmp(name, "kern.osrelease") == 0)
        return give_release(value, length);
    for (size_t i = 0; result == 0 && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i].name) != 0)
            continue;
        const int answer = names[i].version ? model_version() : names[i].value;
        if (*length < sizeof answer)
            return model_return(-ENOMEM);
        memcpy(value, &answer, sizeof answer);
        *length = sizeof answer;
        return 0;
    }
    return model_return(result < 0 ? result : -ENOENT);
}

#ifdef __OpenBSD__
/* The release as text; there is no sysctl by name. */
int kernel_sysctl(const int *name, unsigned count, void *value, size_t *length, const void *changed,
                  size_t changed_length)
{
    const int version = model_version(), fault = model_fault("sysctl");
    const char text[] = {(char)('0' + version / 10), '.', (char)('0' + version % 10), 0};
    (void)changed, (void)changed_length;
    if (fault < 0)
        return model_return(fault);
    if (count != 2 || name[0] != CTL_KERN || name[1] != KERN_OSRELEASE)
        return model_return(-EOPNOTSUPP);
    if (*length < sizeof text)
        return model_return(-ENOMEM);
    memcpy(value, text, sizeof text);
    *length = sizeof text;
    return 0;
}
#else
int kernel_sysctl(const int *name, unsigned count, void *value, size_t *length, const void *changed,
                  size_t changed_length)
{
#ifdef KERN_OSRELDATE
    const int version = KERN_OSRELDATE;
#else
    const int version = KERN_OSREV;
#endif
    if (count == 2 && name[0] == CTL_KERN && name[1] == version)
        return kernel_sysctlbyname("kern.osreldate", value, length, changed, changed_length);
    return model_return(-ENOENT);
}
#endif

void *kernel_mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset);
int kernel_munmap(void *memory, size_t size);
int kernel_minherit(void *memory, size_t size, int how);

void *kernel_mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset)
{
    (void)where, (void)protection, (void)fd, (void)offset;
    void *const memory = model_fault("mmap") == 0 && flags & MAP_ANON ? host_map(size) : NULL;
    if (memory == NULL)
        errno = ENOMEM;
    return memory == NULL ? MAP_FAILED : memory;
}

int kernel_munmap(void *memory, size_t size)
{
    return (int)give(host_unmap(memory, size));
}

int kernel_minherit(void *memory, size_t size, int how)
{
#ifdef INHERIT_ZERO
    const int zero = INHERIT_ZERO;
#elif defined MAP_INHERIT_ZERO
    const int zero = MAP_INHERIT_ZERO;
#else
    const int zero = -1; /* Darwin and DragonFly have none */
#endif
    const int fault = model_fault("minherit");
    if (fault < 0 || how != zero)
        return model_return(fault < 0 ? fault : -EINVAL);
    return (int)give(host_wipe(memory, size));
}

static int get_flags(int fd)
{
    bool nonblocking = false;
    const int result = host_flags(fd, false, &nonblocking);
    return result < 0 ? (int)give(result) : O_RDWR | (nonblocking ? O_NONBLOCK : 0);
}

int kernel_fcntl(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    const int argument = va_arg(list, int);
    va_end(list);
    bool nonblocking = argument & O_NONBLOCK;
    const int fault = model_fault("fcntl");
    if (fault < 0)
        return model_return(fault);
    switch (command) {
    case F_GETFL:
        return get_flags(fd);
    case F_SETFL:
        return (int)give(host_flags(fd, true, &nonblocking));
    case F_GETFD:
        return (int)give(host_cloexec(fd, false, false));
    case F_SETFD:
        return (int)give(host_cloexec(fd, true, argument & FD_CLOEXEC));
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return model_opened((int)give(host_duplicate(fd, argument, command == F_DUPFD_CLOEXEC)));
    default:
        return model_return(-EINVAL);
    }
}

int kernel_ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    va_start(list, request);
    void *const argument = va_arg(list, void *);
    int *const value = argument;
    va_end(list);
    const int fault = model_fault("ioctl");
    if (fault < 0)
        return model_return(fault);
    if (request == FIONREAD)
        return (int)give(host_unread(fd, value));
    if (request == FIONBIO) {
        bool nonblocking = *value != 0;
        return (int)give(host_flags(fd, true, &nonblocking));
    }
    if (request == SIOCGIFFLAGS)
        return model_return(model_interface_flags(argument));
    return model_return(model_news_filter(fd, request, argument));
}

int kernel_pipe(int fds[2])
{
    return kernel_pipe2(fds, 0);
}

int kernel_pipe2(int fds[2], int flags)
{
    int result = model_fault("pipe");
    if (result < 0)
        return model_return(result);
    result = host_pipe(fds, flags & O_NONBLOCK, flags & O_CLOEXEC);
    if (result == 0) {
        model_opened(fds[0]);
        model_opened(fds[1]);
    }
    return (int)give(result);
}

ssize_t kernel_read(int fd, void *data, size_t size)
{
    const int fault = model_fault("read");
    return fault < 0 ? model_return(fault) : give(host_read(fd, data, size));
}

ssize_t kernel_write(int fd, const void *data, size_t size)
{
    const int fault = model_fault("write");
    return fault < 0 ? model_return(fault) : give(host_write(fd, data, size));
}
